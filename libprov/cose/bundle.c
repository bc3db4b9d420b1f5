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
        return prov_cose_public_encode(bundle->deny_signer, PROV_BYTES_NONE, buf);
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

/* Every take below leaves the reader at what it refuses, so that the caller can tell where. */

/* A number from min to max. */
static prov_result take_number(struct prov_reader *reader, int64_t min, int64_t max,
                               prov_result other, int64_t *ret)
{
    struct prov_reader ahead = *reader;
    int64_t value;
    prov_result result = prov_cbor_take_int(&ahead, &value);

    if (result == PROV_OK && (value < min || value > max))
        return other;
    if (result != PROV_OK)
        return result;
    *reader = ahead;
    *ret = value;
    return PROV_OK;
}

static prov_result take_version(struct prov_reader *reader)
{
    size_t count;
    int64_t version;
    prov_result result = prov_cbor_take_array(reader, &count);

    if (result == PROV_OK)
        result =
            take_number(reader, PROV_BUNDLE_VERSION, PROV_BUNDLE_VERSION, PROV_E_VERSION, &version);
    return result == PROV_OK && count != ITEMS ? PROV_E_FORMAT : result;
}

static prov_result take_id(struct prov_reader *reader, struct prov_uuid *ret)
{
    struct prov_bytes id;
    prov_result result = bundle_take_sized(reader, sizeof ret->octets, sizeof ret->octets, &id);

    if (result == PROV_OK)
        memcpy(ret->octets, id.data, sizeof ret->octets);
    return result;
}

static prov_result take_profile(struct prov_reader *reader, const char **ret)
{
    struct prov_reader ahead = *reader;
    struct prov_bytes name;
    prov_result result = prov_cbor_take_tstr(&ahead, &name);

    if (result != PROV_OK)
        return result;
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (!prov_bytes_equal(name, prov_bytes_text(profiles[i])))
            continue;
        *reader = ahead;
        *ret = profiles[i];
        return PROV_OK;
    }
    return PROV_E_VERSION;
}

static prov_result take_use(struct prov_reader *reader, enum prov_use *ret)
{
    int64_t use;
    prov_result result =
        take_number(reader, PROV_USE_BOOTSTRAP, PROV_USE_OPERATIONAL, PROV_E_FORMAT, &use);

    if (result == PROV_OK)
        *ret = (enum prov_use)use;
    return result;
}

static prov_result take_device(struct prov_reader *reader, struct prov_eui64 *ret)
{
    struct prov_reader ahead = *reader;
    struct prov_bytes octets;
    prov_result result = prov_cbor_take_bstr(&ahead, &octets);

    if (result == PROV_OK)
        result = prov_eui64_from_octets(octets, ret);
    if (result == PROV_OK)
        *reader = ahead;
    return result;
}

/* In the folded form only: one name has one encoding. */
static prov_result take_server(struct prov_reader *reader, struct prov_fqdn *ret)
{
    struct prov_reader ahead = *reader;
    struct prov_bytes text;
    prov_result result = prov_cbor_take_tstr(&ahead, &text);

    if (result == PROV_OK)
        result = prov_fqdn_parse(text, ret);
    if (result == PROV_OK && !prov_bytes_equal(text, prov_bytes_text(ret->text)))
        return PROV_E_FQDN;
    if (result == PROV_OK)
        *reader = ahead;
    return result;
}

static bool is_printable(struct prov_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* tstr / null; who resolves it reads what is in it. */
static prov_result take_address(struct prov_reader *reader, char ret[PROV_ADDRESS_MAX + 1])
{
    struct prov_reader ahead = *reader;
    struct prov_bytes text;

    ret[0] = '\0';
    if (prov_cbor_take_null(reader))
        return PROV_OK;
    prov_result result = prov_cbor_take_tstr(&ahead, &text);
    if (result != PROV_OK)
        return result;
    if (text.len < 1 || text.len > PROV_ADDRESS_MAX || !is_printable(text))
        return PROV_E_ADDRESS;
    memcpy(ret, text.data, text.len);
    ret[text.len] = '\0';
    *reader = ahead;
    return PROV_OK;
}

/* rpk-public / null */
static prov_result take_deny_signer(struct prov_reader *reader, struct prov_crypto *crypto,
                                    struct prov_bundle *bundle)
{
    struct prov_reader ahead = *reader;
    struct prov_cose_key key;

    if (prov_cbor_take_null(reader))
        return PROV_OK;
    prov_result result = prov_cose_key_decode(&ahead, &key);
    if (result != PROV_OK) {
        *reader = ahead;
        return result;
    }
    if (key.kty != PROV_COSE_EC2 || !key.has_public || key.d.len > 0)
        return PROV_E_FORMAT;
    result = prov_crypto_point_check(crypto, PROV_BYTES_OF(key.point));
    if (result != PROV_OK)
        return result;
    *reader = ahead;
    bundle->has_deny_signer = true;
    memcpy(bundle->deny_signer, key.point, PROV_POINT_LEN);
    return PROV_OK;
}

static prov_result take_kind(struct prov_reader *reader, enum prov_kind *ret)
{
    int64_t kind;
    prov_result result = take_number(reader, PROV_KIND_PSK, PROV_KIND_CERT, PROV_E_FORMAT, &kind);

    if (result == PROV_OK)
        *ret = (enum prov_kind)kind;
    return result;
}

/* What is judged before any field is: the shape to the bottom, then the digest. */
static prov_result check_digest(struct prov_reader *reader, struct prov_crypto *crypto)
{
    uint8_t expected[PROV_HASH_LEN];
    struct prov_bytes item = PROV_BYTES_NONE, digest;
    prov_result result = take_version(reader);

    for (int i = 2; i < ITEMS && result == PROV_OK; i++)
        result = prov_cbor_take_item(reader, &item);
    const struct prov_bytes before = PROV_BYTES(reader->bytes.data, reader->at);
    if (result == PROV_OK)
        result = bundle_take_sized(reader, PROV_HASH_LEN, PROV_HASH_LEN, &digest);
    if (result == PROV_OK && !prov_reader_done(reader))
        return PROV_E_TRAILING;
    if (result == PROV_OK)
        result = prov_crypto_sha256(crypto, &before, 1, expected);
    if (result == PROV_OK && !prov_bytes_equal(digest, PROV_BYTES_OF(expected))) {
        reader->at = before.len;
        return PROV_E_DIGEST;
    }
    return result;
}

static prov_result take_bundle(struct prov_reader *reader, struct prov_crypto *crypto,
                               struct prov_bundle *bundle)
{
    prov_result result = take_version(reader);

    if (result == PROV_OK)
        result = take_id(reader, &bundle->id);
    if (result == PROV_OK)
        result = take_profile(reader, &bundle->profile);
    if (result == PROV_OK)
        result = take_use(reader, &bundle->use);
    if (result == PROV_OK)
        result = take_device(reader, &bundle->device);
    if (result == PROV_OK)
        result = take_server(reader, &bundle->server);
    if (result == PROV_OK)
        result = take_address(reader, bundle->address);
    if (result == PROV_OK)
        result = take_number(reader, 0, PROV_TIME_NEVER, PROV_E_BOUNDS, &bundle->issued);
    if (result == PROV_OK)
        result = take_deny_signer(reader, crypto, bundle);
    if (result == PROV_OK)
        result = take_kind(reader, &bundle->kind);
    if (result == PROV_OK)
        result = bundle_take_credential(reader, crypto, bundle);
    if (result == PROV_OK)
        result = bundle_take_peer(reader, crypto, bundle);
    return result;
}

prov_result prov_bundle_decode(struct prov_bytes bytes, struct prov_crypto *crypto,
                               struct prov_bundle *ret, size_t *ret_at)
{
    struct prov_bundle bundle = {.profile = NULL};
    struct prov_reader reader = prov_reader_make(bytes);
    prov_result result = !PROV_WITH_BUNDLES || bytes.len > PROV_BUNDLE_MAX
                             ? PROV_E_BOUNDS
                             : check_digest(&reader, crypto);

    if (result == PROV_OK) {
        reader.at = 0;
        result = take_bundle(&reader, crypto, &bundle);
    }
    if (ret_at != NULL)
        *ret_at = reader.at;
    if (result == PROV_OK)
        *ret = bundle;
    return result;
}
