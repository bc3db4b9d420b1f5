/* SPDX-License-Identifier: Apache-2.0
 *
 * The deny-list, by schemas/deny-list.cddl: one function per rule and direction, in the schema's order.
 */
#include "prov/deny_list.h"

#include <string.h>

#include "prov/cbor.h"
#include "prov/cose.h"

enum { ITEMS = 5, CONTENT_TYPE = 60, KEY_STRIDE = 2 + PROV_HASH_LEN };
#define ISSUED_MAX INT64_C(253402300799)

/* So that a signature for something else is never one over a list. */
static struct prov_bytes domain(void)
{
    return prov_bytes_text("prov deny-list");
}

/* --- order ------------------------------------------------------------------------------------ */

/* By length, then octet by octet: the order of their encodings (RFC 8949, section 4.2.1). */
static int octets_order(struct prov_bytes a, struct prov_bytes b)
{
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return memcmp(a.data, b.data, a.len);
}

static struct prov_bytes serial_of(const struct prov_deny_certificate *certificate)
{
    return PROV_BYTES(certificate->serial, certificate->serial_len);
}

int prov_deny_certificate_order(const struct prov_deny_certificate *a,
                                const struct prov_deny_certificate *b)
{
    int order = memcmp(a->issuer, b->issuer, sizeof a->issuer);
    return order != 0 ? order : octets_order(serial_of(a), serial_of(b));
}

/* --- writing ---------------------------------------------------------------------------------- */

/* How many of the entries from `first` on have its issuer. */
static size_t same_issuer(const struct prov_deny_entries *entries, size_t first)
{
    size_t end = first + 1;
    while (end < entries->certificate_count &&
           memcmp(entries->certificates[end].issuer, entries->certificates[first].issuer,
                  PROV_HASH_LEN) == 0)
        end++;
    return end - first;
}

static void put_certificates(const struct prov_deny_entries *entries, struct prov_buf *buf)
{
    size_t issuers = 0;
    for (size_t i = 0; i < entries->certificate_count; i += same_issuer(entries, i))
        issuers++;
    prov_cbor_put_array(buf, issuers);
    for (size_t i = 0; i < entries->certificate_count;) {
        size_t count = same_issuer(entries, i);
        prov_cbor_put_array(buf, 2);
        prov_cbor_put_bstr(buf, PROV_BYTES_OF(entries->certificates[i].issuer));
        prov_cbor_put_array(buf, count);
        for (; count > 0; count--, i++)
            prov_cbor_put_bstr(buf, serial_of(&entries->certificates[i]));
    }
}

static void put_keys(const struct prov_deny_entries *entries, struct prov_buf *buf)
{
    prov_cbor_put_array(buf, entries->key_count);
    for (size_t i = 0; i < entries->key_count; i++)
        prov_cbor_put_bstr(buf, PROV_BYTES_OF(entries->keys[i]));
}

/* The rules are written once, in the reader: what it would refuse is not written either. */
prov_result prov_deny_list_encode(const struct prov_deny_entries *entries, struct prov_buf *ret)
{
    struct prov_deny_list again;
    size_t start = ret->len;
    prov_cbor_put_array(ret, ITEMS);
    prov_cbor_put_uint(ret, PROV_DENY_LIST_FORMAT);
    prov_cbor_put_uint(ret, entries->version);
    prov_cbor_put_int(ret, entries->issued);
    put_certificates(entries, ret);
    put_keys(entries, ret);
    prov_result result = prov_buf_result(ret);
    if (result == PROV_OK)
        result = prov_deny_list_decode(PROV_BYTES(ret->data + start, ret->len - start), &again);
    if (result != PROV_OK)
        ret->len = start;
    return result;
}

prov_result prov_deny_list_digest(struct prov_crypto *crypto, struct prov_bytes payload,
                                  uint8_t ret[PROV_HASH_LEN])
{
    return prov_cose_sign1_digest(crypto, CONTENT_TYPE, domain(), payload, ret);
}

prov_result prov_deny_list_finish(struct prov_bytes payload,
                                  const uint8_t signature[PROV_SIGNATURE_LEN], struct prov_buf *ret)
{
    size_t start = ret->len;
    prov_result result = prov_cose_sign1_finish(CONTENT_TYPE, payload, signature, ret);
    return result == PROV_OK && ret->len - start > PROV_DENY_LIST_MAX ? PROV_E_BOUNDS : result;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A byte string of min to max octets that stands behind the one before it, which it then is. */
static void get_next(struct prov_reader *reader, size_t min, size_t max, struct prov_bytes *last)
{
    struct prov_bytes value;

    prov_cbor_get_bstr(reader, min, max, &value);
    if (last->len > 0 && octets_order(*last, value) >= 0)
        prov_reader_fail(reader, PROV_E_DETERMINISM);
    *last = value;
}

/* [issuer, [+ serial]] */
static size_t get_issuer(struct prov_reader *reader, struct prov_bytes *last)
{
    struct prov_bytes serial = PROV_BYTES_NONE;

    if (prov_cbor_get_array(reader, 0, SIZE_MAX) != 2)
        prov_reader_fail(reader, PROV_E_FORMAT);
    get_next(reader, PROV_HASH_LEN, PROV_HASH_LEN, last);
    size_t count = prov_cbor_get_array(reader, 0, SIZE_MAX);
    if (count == 0)
        prov_reader_fail(reader, PROV_E_FORMAT);
    for (size_t i = 0; i < count && reader->error == PROV_OK; i++)
        get_next(reader, 1, PROV_DENY_SERIAL_MAX, &serial);
    return count;
}

static void get_certificates(struct prov_reader *reader, struct prov_deny_list *list)
{
    struct prov_bytes issuer = PROV_BYTES_NONE;

    list->issuer_count = prov_cbor_get_array(reader, 0, SIZE_MAX);
    size_t start = reader->at;
    for (size_t i = 0; i < list->issuer_count && reader->error == PROV_OK; i++)
        list->certificate_count += get_issuer(reader, &issuer);
    list->certificates = PROV_BYTES(reader->bytes.data + start, reader->at - start);
}

static void get_keys(struct prov_reader *reader, struct prov_deny_list *list)
{
    struct prov_bytes key = PROV_BYTES_NONE;

    list->key_count = prov_cbor_get_array(reader, 0, SIZE_MAX);
    size_t start = reader->at;
    for (size_t i = 0; i < list->key_count && reader->error == PROV_OK; i++)
        get_next(reader, PROV_HASH_LEN, PROV_HASH_LEN, &key);
    list->keys = PROV_BYTES(reader->bytes.data + start, reader->at - start);
}

static uint64_t get_issued(struct prov_reader *reader)
{
    uint64_t issued = prov_cbor_get_uint(reader);

    if (issued > ISSUED_MAX)
        prov_reader_fail(reader, PROV_E_BOUNDS);
    return issued;
}

prov_result prov_deny_list_decode(struct prov_bytes payload, struct prov_deny_list *ret)
{
    struct prov_deny_list list = {0};
    struct prov_reader reader = prov_reader_make(payload);
    size_t items = prov_cbor_get_array(&reader, 0, SIZE_MAX);

    if (prov_cbor_get_uint(&reader) != PROV_DENY_LIST_FORMAT)
        prov_reader_fail(&reader, PROV_E_VERSION);
    if (items != ITEMS)
        prov_reader_fail(&reader, PROV_E_FORMAT);
    list.version = prov_cbor_get_number(&reader, 1, UINT32_MAX);
    list.issued = (int64_t)get_issued(&reader);
    get_certificates(&reader, &list);
    get_keys(&reader, &list);
    prov_result result = prov_reader_end(&reader);
    if (result == PROV_OK)
        *ret = list;
    return result;
}

static prov_result take_file(struct prov_bytes file, struct prov_cose_sign1 *ret)
{
    if (!PROV_WITH_DENY_LIST || file.len > PROV_DENY_LIST_MAX)
        return PROV_E_BOUNDS;
    prov_result result = prov_cose_sign1_decode(file, ret);
    return result == PROV_OK && ret->content_type != CONTENT_TYPE ? PROV_E_FORMAT : result;
}

prov_result prov_deny_list_open(struct prov_crypto *crypto, struct prov_bytes file,
                                const uint8_t point[PROV_POINT_LEN], struct prov_deny_list *ret)
{
    struct prov_cose_sign1 sign1;
    prov_result result = take_file(file, &sign1);
    if (result == PROV_OK)
        result = prov_cose_sign1_verify(crypto, &sign1, domain(), point);
    return result == PROV_OK ? prov_deny_list_decode(sign1.payload, ret) : result;
}

prov_result prov_deny_list_peek(struct prov_bytes file, struct prov_deny_list *ret)
{
    struct prov_cose_sign1 sign1;
    prov_result result = take_file(file, &sign1);
    return result == PROV_OK ? prov_deny_list_decode(sign1.payload, ret) : result;
}

/* --- looking up ------------------------------------------------------------------------------- */

/* What decode has taken cannot fail here. */
bool prov_deny_list_next(const struct prov_deny_list *list, struct prov_deny_at *at,
                         struct prov_bytes *ret_issuer, struct prov_bytes *ret_serial)
{
    struct prov_reader reader = {.bytes = list->certificates, .at = at->octet};
    if (prov_reader_done(&reader))
        return false;
    if (at->serials == 0) {
        prov_cbor_get_array(&reader, 2, 2);
        prov_cbor_get_bstr(&reader, 0, SIZE_MAX, &at->issuer);
        at->serials = prov_cbor_get_array(&reader, 1, SIZE_MAX);
    }
    prov_cbor_get_bstr(&reader, 0, SIZE_MAX, ret_serial);
    if (reader.error != PROV_OK)
        return false;
    *ret_issuer = at->issuer;
    at->serials--;
    at->octet = reader.at;
    return true;
}

bool prov_deny_list_has_certificate(const struct prov_deny_list *list,
                                    const uint8_t issuer[PROV_HASH_LEN], struct prov_bytes serial)
{
    struct prov_deny_at at = {0};
    struct prov_bytes denied_issuer, denied_serial;
    while (prov_deny_list_next(list, &at, &denied_issuer, &denied_serial))
        if (prov_bytes_equal(denied_serial, serial) &&
            memcmp(denied_issuer.data, issuer, PROV_HASH_LEN) == 0)
            return true;
    return false;
}

struct prov_bytes prov_deny_list_key(const struct prov_deny_list *list, size_t index)
{
    return PROV_BYTES(list->keys.data + index * KEY_STRIDE + 2, PROV_HASH_LEN);
}

bool prov_deny_list_has_key(const struct prov_deny_list *list, const uint8_t spki[PROV_HASH_LEN])
{
    for (size_t i = 0; i < list->key_count; i++)
        if (memcmp(prov_deny_list_key(list, i).data, spki, PROV_HASH_LEN) == 0)
            return true;
    return false;
}
