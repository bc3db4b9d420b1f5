/* SPDX-License-Identifier: Apache-2.0
 *
 * The bundle, by schemas/bundle.cddl: one function per rule and direction, in the schema's order.
 *
 *   [version, id, profile, use, device, server, address, issued, deny-signer, kind, credential, peer,
 *    |<------------------- what the digest is over ------------------------------------------->|
 *    digest]
 *
 * The digest is over every octet from the array's head to the end of `peer`: all that stands before
 * the head of the digest's own byte string.
 */
#include "prov/bundle.h"

#include <string.h>

#include "bundle_kind.h"
#include "prov/cbor.h"
#include "prov/cose.h"
#include "prov/profile.h"
#include "prov/text.h"

enum { ITEMS = 13 };

/* The profiles that a device of this version knows. */
static const char *const profiles[] = {PROV_PROFILE_RFC7925};

/* --- writing --------------------------------------------------------------------------------- */

static void put_address(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    if (bundle->address[0] != '\0')
        prov_cbor_put_tstr(buf, bundle->address);
    else
        prov_cbor_put_null(buf);
}

/* rpk-public / null */
static prov_result put_deny_signer(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    if (bundle->has_deny_signer)
        return prov_cose_public_encode(bundle->deny_signer, buf);
    prov_cbor_put_null(buf);
    return PROV_OK;
}

static prov_result put_digest(struct prov_crypto *crypto, size_t start, struct prov_buf *buf)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result result = prov_buf_result(buf);

    if (result != PROV_OK)
        return result;
    const struct prov_bytes before = PROV_BYTES(buf->data + start, buf->len - start);
    result = prov_crypto_sha256(crypto, &before, 1, digest);
    if (result != PROV_OK)
        return result;
    prov_cbor_put_bstr(buf, PROV_BYTES_OF(digest));
    return prov_buf_result(buf);
}

static prov_result put_bundle(const struct prov_bundle *bundle, struct prov_crypto *crypto,
                              struct prov_buf *buf)
{
    size_t start = buf->len;

    prov_cbor_put_array(buf, ITEMS);
    prov_cbor_put_uint(buf, PROV_BUNDLE_VERSION);
    prov_cbor_put_bstr(buf, PROV_BYTES_OF(bundle->id.octets));
    prov_cbor_put_tstr(buf, bundle->profile != NULL ? bundle->profile : "");
    prov_cbor_put_uint(buf, (uint64_t)bundle->use);
    prov_cbor_put_bstr(buf, PROV_BYTES_OF(bundle->device.octets));
    prov_cbor_put_tstr(buf, bundle->server.text);
    put_address(bundle, buf);
    prov_cbor_put_int(buf, bundle->issued);
    prov_result result = put_deny_signer(bundle, buf);
    prov_cbor_put_uint(buf, (uint64_t)bundle->kind);
    if (result == PROV_OK)
        result = bundle_put_credential(bundle, buf);
    if (result == PROV_OK)
        result = bundle_put_peer(bundle, buf);
    return result == PROV_OK ? put_digest(crypto, start, buf) : result;
}

/* The rules are written once, in the reader: what it would refuse is not written either. */
prov_result prov_bundle_encode(const struct prov_bundle *bundle, struct prov_crypto *crypto,
                               struct prov_buf *ret)
{
    struct prov_bundle again;
    size_t start = ret->len;
    prov_result result = put_bundle(bundle, crypto, ret);

    if (result == PROV_OK)
        result = prov_bundle_decode(PROV_BYTES(ret->data + start, ret->len - start), crypto, &again,
                                    NULL);
    if (result != PROV_OK && ret->len > start) {
        prov_wipe(ret->data + start, ret->len - start);
        ret->len = start;
    }
    return result;
}

/* --- reading --------------------------------------------------------------------------------- */

/* What a get refuses stays in the reader, which is at it then, so that the caller can tell where. */

/* A number from low to high. */
static uint64_t get_number(struct prov_reader *reader, uint64_t low, uint64_t high,
                           prov_result otherwise)
{
    if (prov_cbor_next_is(reader, PROV_CBOR_NINT))
        prov_reader_fail(reader, otherwise);
    size_t start = reader->at;
    uint64_t value = prov_cbor_get_uint(reader);
    if (value < low || value > high)
        prov_reader_fail_at(reader, start, otherwise);
    return value;
}

static void get_version(struct prov_reader *reader)
{
    size_t count = prov_cbor_get_array(reader, 0, SIZE_MAX);

    get_number(reader, PROV_BUNDLE_VERSION, PROV_BUNDLE_VERSION, PROV_E_VERSION);
    if (count != ITEMS)
        prov_reader_fail(reader, PROV_E_FORMAT);
}

static void get_id(struct prov_reader *reader, struct prov_uuid *ret)
{
    struct prov_bytes id;

    bundle_get_sized(reader, sizeof ret->octets, sizeof ret->octets, &id);
    if (reader->error == PROV_OK)
        memcpy(ret->octets, id.data, sizeof ret->octets);
}

static const char *get_profile(struct prov_reader *reader)
{
    size_t start = reader->at;
    struct prov_bytes name;

    prov_cbor_get_tstr(reader, &name);
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
        if (prov_bytes_equal(name, prov_bytes_text(profiles[i])))
            return profiles[i];
    prov_reader_fail_at(reader, start, PROV_E_VERSION);
    return NULL;
}

static void get_device(struct prov_reader *reader, struct prov_eui64 *ret)
{
    size_t start = reader->at;
    struct prov_bytes octets;

    prov_cbor_get_bstr(reader, 0, SIZE_MAX, &octets);
    prov_reader_fail_at(reader, start, prov_eui64_from_octets(octets, ret));
}

/* In the folded form only: one name has one encoding. */
static void get_server(struct prov_reader *reader, struct prov_fqdn *ret)
{
    size_t start = reader->at;
    struct prov_bytes text;

    prov_cbor_get_tstr(reader, &text);
    prov_reader_fail_at(reader, start, prov_fqdn_parse(text, ret));
    if (!prov_bytes_equal(text, prov_bytes_text(ret->text)))
        prov_reader_fail_at(reader, start, PROV_E_FQDN);
}

static bool is_printable(struct prov_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* tstr / null; who resolves it reads what is in it. */
static void get_address(struct prov_reader *reader, char ret[PROV_ADDRESS_MAX + 1])
{
    size_t start = reader->at;
    struct prov_bytes text;

    if (prov_cbor_get_null(reader))
        return;
    prov_cbor_get_tstr(reader, &text);
    if (text.len < 1 || text.len > PROV_ADDRESS_MAX || !is_printable(text))
        prov_reader_fail_at(reader, start, PROV_E_ADDRESS);
    if (reader->error == PROV_OK)
        memcpy(ret, text.data, text.len);
}

/* rpk-public / null */
static void get_deny_signer(struct prov_reader *reader, struct prov_crypto *crypto,
                            struct prov_bundle *bundle)
{
    size_t start = reader->at;
    struct prov_cose_key key;

    if (prov_cbor_get_null(reader))
        return;
    bundle_get_key(reader, crypto, PROV_COSE_EC2, &key);
    if (!key.has_public || key.d.len > 0)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
    bundle->has_deny_signer = true;
    memcpy(bundle->deny_signer, key.point, PROV_POINT_LEN);
}

/* What is judged before any field is: the shape to the bottom, then the digest. */
static prov_result check_digest(struct prov_reader *reader, struct prov_crypto *crypto)
{
    uint8_t expected[PROV_HASH_LEN];
    struct prov_bytes digest;

    get_version(reader);
    for (int i = 2; i < ITEMS; i++)
        prov_cbor_skip(reader);
    const struct prov_bytes before = PROV_BYTES(reader->bytes.data, reader->at);
    bundle_get_sized(reader, PROV_HASH_LEN, PROV_HASH_LEN, &digest);
    prov_result result = prov_reader_end(reader);
    if (result == PROV_OK)
        result = prov_crypto_sha256(crypto, &before, 1, expected);
    if (result == PROV_OK && !prov_bytes_equal(digest, PROV_BYTES_OF(expected)))
        prov_reader_fail_at(reader, before.len, PROV_E_DIGEST);
    prov_reader_fail(reader, result);
    return reader->error;
}

static void get_bundle(struct prov_reader *reader, struct prov_crypto *crypto,
                       struct prov_bundle *bundle)
{
    get_version(reader);
    get_id(reader, &bundle->id);
    bundle->profile = get_profile(reader);
    bundle->use =
        (enum prov_use)get_number(reader, PROV_USE_BOOTSTRAP, PROV_USE_OPERATIONAL, PROV_E_FORMAT);
    get_device(reader, &bundle->device);
    get_server(reader, &bundle->server);
    get_address(reader, bundle->address);
    bundle->issued = (int64_t)get_number(reader, 0, PROV_TIME_NEVER, PROV_E_BOUNDS);
    get_deny_signer(reader, crypto, bundle);
    bundle->kind = (enum prov_kind)get_number(reader, PROV_KIND_PSK, PROV_KIND_CERT, PROV_E_FORMAT);
    bundle_get_credential(reader, crypto, bundle);
    bundle_get_peer(reader, crypto, bundle);
}

prov_result prov_bundle_decode(struct prov_bytes bytes, struct prov_crypto *crypto,
                               struct prov_bundle *ret, size_t *ret_at)
{
    struct prov_bundle bundle = {.profile = NULL};
    struct prov_reader reader = prov_reader_make(bytes);

    if (!PROV_WITH_BUNDLES || bytes.len > PROV_BUNDLE_MAX) {
        prov_reader_fail(&reader, PROV_E_BOUNDS);
    } else if (check_digest(&reader, crypto) == PROV_OK) {
        reader.at = 0;
        get_bundle(&reader, crypto, &bundle);
    }
    if (ret_at != NULL)
        *ret_at = reader.at;
    if (reader.error == PROV_OK)
        *ret = bundle;
    return reader.error;
}
