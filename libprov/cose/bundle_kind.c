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
        return prov_cose_public_encode(bundle->point, buf);
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

void bundle_get_sized(struct prov_reader *reader, size_t min, size_t max, struct prov_bytes *ret)
{
    size_t start = reader->at;

    prov_cbor_get_bstr(reader, 0, SIZE_MAX, ret);
    if (ret->len < min || ret->len > max)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
}

/* COSE_X509: at most `max` certificates, none of them empty. What is in them is x509's to judge. */
static size_t get_certificates(struct prov_reader *reader, size_t max, struct prov_bytes *ret)
{
    size_t start = reader->at, count = 1;

    if (prov_cbor_next_is(reader, PROV_CBOR_ARRAY)) {
        count = prov_cbor_get_array(reader, 0, SIZE_MAX);
        if (count < 2 || count > max)
            prov_reader_fail_at(reader, start, count > max ? PROV_E_BOUNDS : PROV_E_FORMAT);
    }
    for (size_t i = 0; i < count && reader->error == PROV_OK; i++)
        bundle_get_sized(reader, 1, PROV_BUNDLE_MAX, &ret[i]);
    return count;
}

void bundle_get_key(struct prov_reader *reader, struct prov_crypto *crypto, enum prov_cose_kty kty,
                    struct prov_cose_key *ret)
{
    size_t start = reader->at;

    *ret = (struct prov_cose_key){.kty = kty};
    prov_result result = prov_cose_key_decode(reader, ret);
    if (result == PROV_OK && ret->kty != kty)
        result = PROV_E_FORMAT;
    else if (result == PROV_OK && ret->has_public)
        result = prov_crypto_point_check(crypto, PROV_BYTES_OF(ret->point));
    prov_reader_fail_at(reader, start, result);
}

static void get_psk(struct prov_reader *reader, struct prov_crypto *crypto,
                    struct prov_bundle *bundle)
{
    struct prov_cose_key key;

    bundle_get_key(reader, crypto, PROV_COSE_SYMMETRIC, &key);
    bundle->psk_identity = key.kid;
    bundle->psk = key.k;
}

/* The device's own key pair, or its public half. */
static void get_own_key(struct prov_reader *reader, struct prov_crypto *crypto,
                        struct prov_bundle *bundle)
{
    struct prov_cose_key key;

    bundle_get_key(reader, crypto, PROV_COSE_EC2, &key);
    bundle->has_public = key.has_public;
    memcpy(bundle->point, key.point, sizeof bundle->point);
    bundle->scalar = key.d;
}

static void get_rpk(struct prov_reader *reader, struct prov_crypto *crypto,
                    struct prov_bundle *bundle)
{
    size_t start = reader->at;

    get_own_key(reader, crypto, bundle);
    if (!bundle->has_public)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
}

/* rpk-private / null: a public half alone would say what the certificate says already. */
static void get_certified_key(struct prov_reader *reader, struct prov_crypto *crypto,
                              struct prov_bundle *bundle)
{
    size_t start = reader->at;

    if (prov_cbor_get_null(reader))
        return;
    get_own_key(reader, crypto, bundle);
    if (bundle->scalar.len == 0)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
}

/* An array of low to high items; before one of another size the reader stays. */
static size_t get_array_of(struct prov_reader *reader, size_t low, size_t high)
{
    size_t start = reader->at, count = prov_cbor_get_array(reader, 0, SIZE_MAX);

    if (count < low || count > high)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
    return count;
}

/* certificate-url = [url, sha1] */
static void get_url(struct prov_reader *reader, struct prov_certificate_url *ret)
{
    struct prov_bytes hash;

    get_array_of(reader, 2, 2);
    size_t start = reader->at;
    prov_cbor_get_tstr(reader, &ret->url);
    prov_reader_fail_at(reader, start, prov_certificate_url_check(ret->url));
    bundle_get_sized(reader, PROV_SHA1_LEN, PROV_SHA1_LEN, &hash);
    if (reader->error == PROV_OK)
        memcpy(ret->sha1, hash.data, PROV_SHA1_LEN);
}

/* [x5chain, rpk-private / null, ? urls], urls: one for each certificate of the chain */
static void get_certificate_credential(struct prov_reader *reader, struct prov_crypto *crypto,
                                       struct prov_bundle *bundle)
{
    size_t count = get_array_of(reader, 2, 3);

    bundle->chain_len = get_certificates(reader, PROV_BUNDLE_CHAIN_MAX, bundle->chain);
    get_certified_key(reader, crypto, bundle);
    if (count == 3)
        bundle->url_count = get_array_of(reader, bundle->chain_len, bundle->chain_len);
    for (size_t i = 0; i < bundle->url_count && reader->error == PROV_OK; i++)
        get_url(reader, &bundle->urls[i]);
}

void bundle_get_credential(struct prov_reader *reader, struct prov_crypto *crypto,
                           struct prov_bundle *bundle)
{
    if (bundle->kind == PROV_KIND_PSK)
        get_psk(reader, crypto, bundle);
    else if (bundle->kind == PROV_KIND_RPK)
        get_rpk(reader, crypto, bundle);
    else
        get_certificate_credential(reader, crypto, bundle);
}

/* One of the server's keys: public, and not the device's own (nobody accepts its own key). */
static void get_peer_key(struct prov_reader *reader, struct prov_crypto *crypto,
                         struct prov_bundle *bundle)
{
    struct prov_cose_key key;
    size_t start = reader->at;

    bundle_get_key(reader, crypto, PROV_COSE_EC2, &key);
    if (key.d.len > 0)
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
    if (memcmp(key.point, bundle->point, PROV_POINT_LEN) == 0)
        prov_reader_fail_at(reader, start, PROV_E_POLICY);
    memcpy(bundle->peers[bundle->peer_count++], key.point, PROV_POINT_LEN);
}

/* [1*2 rpk-public] */
static void get_peers(struct prov_reader *reader, struct prov_crypto *crypto,
                      struct prov_bundle *bundle)
{
    size_t start = reader->at, count = prov_cbor_get_array(reader, 0, SIZE_MAX);

    if (count > PROV_BUNDLE_PEERS_MAX)
        prov_reader_fail_at(reader, start, PROV_E_BOUNDS);
    for (size_t i = 0; reader->error == PROV_OK && i < count; i++)
        get_peer_key(reader, crypto, bundle);
}

/* Nothing to authenticate the server with: null, or an empty list. */
static bool is_nothing(const struct prov_reader *reader)
{
    struct prov_reader ahead = *reader;

    return prov_cbor_get_null(&ahead) ||
           (prov_cbor_get_array(&ahead, 0, SIZE_MAX) == 0 && ahead.error == PROV_OK);
}

void bundle_get_peer(struct prov_reader *reader, struct prov_crypto *crypto,
                     struct prov_bundle *bundle)
{
    if (bundle->kind == PROV_KIND_PSK) {
        if (!prov_cbor_get_null(reader))
            prov_reader_fail(reader, PROV_E_FORMAT);
        return;
    }
    if (is_nothing(reader))
        prov_reader_fail(reader, PROV_E_POLICY);
    if (bundle->kind == PROV_KIND_RPK)
        get_peers(reader, crypto, bundle);
    else
        bundle->anchor_count = get_certificates(reader, PROV_BUNDLE_ANCHORS_MAX, bundle->anchors);
}
