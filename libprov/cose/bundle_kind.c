/* SPDX-License-Identifier: Apache-2.0
 *
 * What differs by kind in a bundle: `credential` and `peer` of schemas/bundle.cddl, both directions.
 *
 *   kind  credential                       peer
 *   psk   psk-key                          null: the key authenticates both
 *   rpk   rpk-private / rpk-public         [1*2 rpk-public]
 *   cert  [x5chain, rpk-private / null,    x5bag
 *          ? [1*4 [url, sha1]]]
 */
#include "bundle_kind.h"

#include <string.h>

#include "prov/cbor.h"
#include "prov/cose.h"

/* --- writing --------------------------------------------------------------------------------- */

/* COSE_X509 (RFC 9360, section 2): one certificate is a byte string, more are an array. */
static void put_certificates(const struct prov_bytes *certificates, size_t count,
                             struct prov_buf *buf)
{
    if (count != 1)
        prov_cbor_put_array(buf, count);
    for (size_t i = 0; i < count; i++)
        prov_cbor_put_bstr(buf, certificates[i]);
}

/* rpk-private / rpk-public */
static prov_result put_own_key(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    if (!bundle->has_public)
        return PROV_E_STATE;
    if (bundle->scalar.len == 0)
        return prov_cose_public_encode(bundle->point, PROV_BYTES_NONE, buf);
    return prov_cose_private_encode(bundle->point, bundle->scalar, buf);
}

/* rpk-private / null */
static prov_result put_certified_key(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    if (bundle->scalar.len > 0)
        return prov_cose_private_encode(bundle->has_public ? bundle->point : NULL, bundle->scalar,
                                        buf);
    prov_cbor_put_null(buf);
    return PROV_OK;
}

/* [1*4 [url, sha1]] */
static void put_urls(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    prov_cbor_put_array(buf, bundle->url_count);
    for (size_t i = 0; i < bundle->url_count; i++) {
        prov_cbor_put_array(buf, 2);
        prov_cbor_put_text(buf, bundle->urls[i].url);
        prov_cbor_put_bstr(buf, PROV_BYTES_OF(bundle->urls[i].sha1));
    }
}

/* [x5chain, rpk-private / null, ? urls] */
static prov_result put_certificate_credential(const struct prov_bundle *bundle,
                                              struct prov_buf *buf)
{
    if (bundle->chain_len < 1 || bundle->chain_len > PROV_BUNDLE_CHAIN_MAX ||
        bundle->url_count > PROV_BUNDLE_CHAIN_MAX)
        return PROV_E_BOUNDS;
    prov_cbor_put_array(buf, bundle->url_count > 0 ? 3 : 2);
    put_certificates(bundle->chain, bundle->chain_len, buf);
    prov_result result = put_certified_key(bundle, buf);
    if (result == PROV_OK && bundle->url_count > 0)
        put_urls(bundle, buf);
    return result;
}

prov_result bundle_put_credential(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    switch (bundle->kind) {
    case PROV_KIND_PSK:
        return prov_cose_psk_encode(bundle->psk_identity, bundle->psk, buf);
    case PROV_KIND_RPK:
        return put_own_key(bundle, buf);
    case PROV_KIND_CERT:
        return put_certificate_credential(bundle, buf);
    }
    return PROV_E_STATE;
}

/* null / [1*2 rpk-public] / COSE_X509: what authenticates the server. A PSK does both. */
prov_result bundle_put_peer(const struct prov_bundle *bundle, struct prov_buf *buf)
{
    if (bundle->kind == PROV_KIND_PSK) {
        prov_cbor_put_null(buf);
        return PROV_OK;
    }
    size_t count = bundle->kind == PROV_KIND_RPK ? bundle->peer_count : bundle->anchor_count;
    if (count == 0)
        return PROV_E_POLICY;
    if (bundle->kind == PROV_KIND_RPK)
        return count > PROV_BUNDLE_PEERS_MAX ? PROV_E_BOUNDS
                                             : prov_cose_key_set_encode(bundle->peers, count, buf);
    if (count > PROV_BUNDLE_ANCHORS_MAX)
        return PROV_E_BOUNDS;
    put_certificates(bundle->anchors, count, buf);
    return PROV_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

prov_result bundle_take_sized(struct prov_reader *reader, size_t min, size_t max,
                              struct prov_bytes *ret)
{
    struct prov_reader ahead = *reader;
    struct prov_bytes bytes;
    prov_result result = prov_cbor_take_bstr(&ahead, &bytes);

    if (result == PROV_OK && (bytes.len < min || bytes.len > max))
        return PROV_E_FORMAT;
    if (result != PROV_OK)
        return result;
    *reader = ahead;
    *ret = bytes;
    return PROV_OK;
}

/* COSE_X509: at most `max` certificates, none of them empty. What is in them is x509's to judge. */
static prov_result take_certificates(struct prov_reader *reader, size_t max, struct prov_bytes *ret,
                                     size_t *ret_count)
{
    enum prov_cbor_type type;
    size_t start = reader->at, count = 1;
    prov_result result = prov_cbor_peek(reader, &type);

    if (result == PROV_OK && type == PROV_CBOR_ARRAY) {
        result = prov_cbor_take_array(reader, &count);
        if (result == PROV_OK && (count < 2 || count > max)) {
            reader->at = start;
            return count > max ? PROV_E_BOUNDS : PROV_E_FORMAT;
        }
    }
    for (size_t i = 0; i < count && result == PROV_OK; i++)
        result = bundle_take_sized(reader, 1, PROV_BUNDLE_MAX, &ret[i]);
    if (result == PROV_OK)
        *ret_count = count;
    return result;
}

/* A COSE_Key of the type; a point in it is on the curve. */
static prov_result take_key(struct prov_reader *reader, struct prov_crypto *crypto,
                            enum prov_cose_kty kty, struct prov_cose_key *ret)
{
    size_t start = reader->at;
    prov_result result = prov_cose_key_decode(reader, ret);

    if (result != PROV_OK)
        return result;
    if (ret->kty != kty)
        result = PROV_E_FORMAT;
    else if (ret->has_public)
        result = prov_crypto_point_check(crypto, PROV_BYTES_OF(ret->point));
    if (result != PROV_OK)
        reader->at = start;
    return result;
}

static prov_result take_psk(struct prov_reader *reader, struct prov_crypto *crypto,
                            struct prov_bundle *bundle)
{
    struct prov_cose_key key;
    size_t start = reader->at;
    prov_result result = take_key(reader, crypto, PROV_COSE_SYMMETRIC, &key);

    if (result == PROV_OK && key.kid.len == 0) {
        reader->at = start;
        return PROV_E_BOUNDS;
    }
    if (result != PROV_OK)
        return result;
    bundle->psk_identity = key.kid;
    bundle->psk = key.k;
    return PROV_OK;
}

/* The device's own key pair, or its public half. */
static prov_result take_own_key(struct prov_reader *reader, struct prov_crypto *crypto,
                                struct prov_bundle *bundle)
{
    struct prov_cose_key key;
    prov_result result = take_key(reader, crypto, PROV_COSE_EC2, &key);

    if (result != PROV_OK)
        return result;
    bundle->has_public = key.has_public;
    memcpy(bundle->point, key.point, sizeof bundle->point);
    bundle->scalar = key.d;
    return PROV_OK;
}

static prov_result take_rpk(struct prov_reader *reader, struct prov_crypto *crypto,
                            struct prov_bundle *bundle)
{
    size_t start = reader->at;
    prov_result result = take_own_key(reader, crypto, bundle);

    if (result == PROV_OK && !bundle->has_public) {
        reader->at = start;
        return PROV_E_FORMAT;
    }
    return result;
}

/* rpk-private / null: a public half alone would say what the certificate says already. */
static prov_result take_certified_key(struct prov_reader *reader, struct prov_crypto *crypto,
                                      struct prov_bundle *bundle)
{
    size_t start = reader->at;

    if (prov_cbor_take_null(reader))
        return PROV_OK;
    prov_result result = take_own_key(reader, crypto, bundle);
    if (result == PROV_OK && bundle->scalar.len == 0) {
        reader->at = start;
        return PROV_E_FORMAT;
    }
    return result;
}

/* An array of that many items; the reader stays before one of another size. */
static prov_result take_array_of(struct prov_reader *reader, size_t count)
{
    struct prov_reader ahead = *reader;
    size_t found;
    prov_result result = prov_cbor_take_array(&ahead, &found);

    if (result == PROV_OK && found != count)
        return PROV_E_FORMAT;
    if (result == PROV_OK)
        *reader = ahead;
    return result;
}

/* certificate-url = [url, sha1] */
static prov_result take_url(struct prov_reader *reader, struct prov_certificate_url *ret)
{
    struct prov_bytes hash;
    prov_result result = take_array_of(reader, 2);
    struct prov_reader ahead = *reader;

    if (result == PROV_OK)
        result = prov_cbor_take_tstr(&ahead, &ret->url);
    if (result == PROV_OK)
        result = prov_certificate_url_check(ret->url);
    if (result != PROV_OK)
        return result;
    *reader = ahead;
    result = bundle_take_sized(reader, PROV_SHA1_LEN, PROV_SHA1_LEN, &hash);
    if (result == PROV_OK)
        memcpy(ret->sha1, hash.data, PROV_SHA1_LEN);
    return result;
}

/* One for each certificate of the chain. */
static prov_result take_urls(struct prov_reader *reader, struct prov_bundle *bundle)
{
    prov_result result = take_array_of(reader, bundle->chain_len);

    for (size_t i = 0; i < bundle->chain_len && result == PROV_OK; i++)
        result = take_url(reader, &bundle->urls[i]);
    if (result == PROV_OK)
        bundle->url_count = bundle->chain_len;
    return result;
}

/* [x5chain, rpk-private / null, ? urls] */
static prov_result take_certificate_credential(struct prov_reader *reader,
                                               struct prov_crypto *crypto,
                                               struct prov_bundle *bundle)
{
    size_t start = reader->at, count;
    prov_result result = prov_cbor_take_array(reader, &count);

    if (result == PROV_OK && count != 2 && count != 3) {
        reader->at = start;
        return PROV_E_FORMAT;
    }
    if (result == PROV_OK)
        result =
            take_certificates(reader, PROV_BUNDLE_CHAIN_MAX, bundle->chain, &bundle->chain_len);
    if (result == PROV_OK)
        result = take_certified_key(reader, crypto, bundle);
    return result == PROV_OK && count == 3 ? take_urls(reader, bundle) : result;
}

prov_result bundle_take_credential(struct prov_reader *reader, struct prov_crypto *crypto,
                                   struct prov_bundle *bundle)
{
    switch (bundle->kind) {
    case PROV_KIND_PSK:
        return take_psk(reader, crypto, bundle);
    case PROV_KIND_RPK:
        return take_rpk(reader, crypto, bundle);
    default:
        return take_certificate_credential(reader, crypto, bundle);
    }
}

/* One of the server's keys: public, and not the device's own (nobody accepts its own key). */
static prov_result take_peer_key(struct prov_reader *reader, struct prov_crypto *crypto,
                                 struct prov_bundle *bundle)
{
    struct prov_cose_key key;
    size_t start = reader->at;
    prov_result result = take_key(reader, crypto, PROV_COSE_EC2, &key);

    if (result != PROV_OK)
        return result;
    if (key.d.len > 0)
        result = PROV_E_FORMAT;
    else if (memcmp(key.point, bundle->point, PROV_POINT_LEN) == 0)
        result = PROV_E_POLICY;
    if (result != PROV_OK) {
        reader->at = start;
        return result;
    }
    memcpy(bundle->peers[bundle->peer_count++], key.point, PROV_POINT_LEN);
    return PROV_OK;
}

/* [1*2 rpk-public] */
static prov_result take_peers(struct prov_reader *reader, struct prov_crypto *crypto,
                              struct prov_bundle *bundle)
{
    size_t start = reader->at, count;
    prov_result result = prov_cbor_take_array(reader, &count);

    if (result == PROV_OK && (count < 1 || count > PROV_BUNDLE_PEERS_MAX)) {
        reader->at = start;
        return count < 1 ? PROV_E_POLICY : PROV_E_BOUNDS;
    }
    for (size_t i = 0; result == PROV_OK && i < count; i++)
        result = take_peer_key(reader, crypto, bundle);
    return result;
}

/* Nothing to authenticate the server with: null, or an empty list. */
static bool is_nothing(const struct prov_reader *reader)
{
    struct prov_reader ahead = *reader;
    size_t count;

    return prov_cbor_take_null(&ahead) ||
           (prov_cbor_take_array(&ahead, &count) == PROV_OK && count == 0);
}

prov_result bundle_take_peer(struct prov_reader *reader, struct prov_crypto *crypto,
                             struct prov_bundle *bundle)
{
    if (bundle->kind == PROV_KIND_PSK)
        return prov_cbor_take_null(reader) ? PROV_OK : PROV_E_FORMAT;
    if (is_nothing(reader))
        return PROV_E_POLICY;
    if (bundle->kind == PROV_KIND_RPK)
        return take_peers(reader, crypto, bundle);
    return take_certificates(reader, PROV_BUNDLE_ANCHORS_MAX, bundle->anchors,
                             &bundle->anchor_count);
}
