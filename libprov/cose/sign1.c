/* SPDX-License-Identifier: Apache-2.0
 *
 * COSE_Sign1 (RFC 9052, section 4.2), in the shape of schemas/cose.cddl.
 */
#include <string.h>

#include "prov/cbor.h"
#include "prov/cose.h"

enum { HEADER_ALG = 1, HEADER_CONTENT_TYPE = 3, HEADER_KID = 4 };
enum { ALG_ES256 = -7, ALG_ESP256 = -9 };

/* bstr .cbor {1: -7, 3: content type} */
static void put_protected(struct prov_buf *buf, uint8_t content_type)
{
    static const uint8_t head[] = {0x46, 0xa2, HEADER_ALG, 0x26, HEADER_CONTENT_TYPE, 0x18};

    prov_put(buf, head, sizeof head);
    prov_put_u8(buf, content_type);
}

/* ["Signature1", protected, external_aad, payload] (section 4.4): how it begins, and the most that stands before the
 * payload. */
static const uint8_t tbs_begin[] = {0x84, 0x6a, 'S', 'i', 'g', 'n', 'a', 't', 'u', 'r', 'e', '1'};
#define TBS_MAX 64

/* SHA-256 of it, whose protected header `tbs` ends with; the payload is not copied. */
static prov_result tbs_digest(struct prov_crypto *crypto, struct prov_buf *tbs,
                              struct prov_bytes external_aad, struct prov_bytes payload,
                              uint8_t ret[PROV_HASH_LEN])
{
    prov_cbor_put_bstr(tbs, external_aad);
    prov_cbor_put_bstr_head(tbs, payload.len);
    const struct prov_bytes parts[] = {prov_buf_bytes(tbs), payload};
    return tbs->overflow ? PROV_E_OVERFLOW : prov_crypto_sha256(crypto, parts, 2, ret);
}

prov_result prov_cose_sign1_digest(struct prov_crypto *crypto, uint8_t content_type,
                                   struct prov_bytes external_aad, struct prov_bytes payload,
                                   uint8_t ret[PROV_HASH_LEN])
{
    uint8_t room[TBS_MAX];
    struct prov_buf tbs = PROV_BUF_OF(room);

    prov_put(&tbs, tbs_begin, sizeof tbs_begin);
    put_protected(&tbs, content_type);
    return tbs_digest(crypto, &tbs, external_aad, payload, ret);
}

prov_result prov_cose_sign1_finish(uint8_t content_type, struct prov_bytes payload,
                                   const uint8_t signature[PROV_SIGNATURE_LEN],
                                   struct prov_buf *ret)
{
    prov_cbor_put_array(ret, 4);
    put_protected(ret, content_type);
    prov_cbor_put_map(ret, 0);
    prov_cbor_put_bstr(ret, payload);
    prov_cbor_put_bstr(ret, PROV_BYTES(signature, PROV_SIGNATURE_LEN));
    return prov_buf_result(ret);
}

/* --- reading --------------------------------------------------------------------------------- */

static uint16_t get_content_type(struct prov_reader *reader)
{
    size_t type = prov_cbor_get_uint(reader);

    if (type >= PROV_COSE_NO_CONTENT_TYPE)
        prov_reader_fail(reader, PROV_E_FORMAT);
    return (uint16_t)type;
}

/* {1: -7 / -9, ? 3: uint}; other parameters, crit among them, are refused. */
static prov_result parse_protected(struct prov_bytes content, uint16_t *ret_type)
{
    struct prov_reader reader = prov_reader_make(content);
    struct prov_cbor_map map = prov_cbor_get_map(&reader);
    ptrdiff_t alg = 0;
    int32_t label;

    while (prov_cbor_get_key(&reader, &map, &label)) {
        if (label == HEADER_ALG)
            alg = prov_cbor_get_int(&reader);
        else if (label == HEADER_CONTENT_TYPE)
            *ret_type = get_content_type(&reader);
        else
            prov_reader_fail(&reader, PROV_E_FORMAT);
    }
    if (alg == 0)
        prov_reader_fail(&reader, PROV_E_FORMAT);
    else if (alg != ALG_ES256 && alg != ALG_ESP256)
        prov_reader_fail(&reader, PROV_E_ALGORITHM);
    return prov_reader_end(&reader);
}

/* {? 4: kid}: the key that verifies comes from elsewhere, so the hint is passed over. */
static void get_unprotected(struct prov_reader *reader)
{
    struct prov_cbor_map map = prov_cbor_get_map(reader);
    struct prov_bytes kid;
    int32_t label;

    while (prov_cbor_get_key(reader, &map, &label)) {
        if (label == HEADER_KID)
            prov_cbor_get_bstr(reader, 0, SIZE_MAX, &kid);
        else
            prov_reader_fail(reader, PROV_E_FORMAT);
    }
}

/* [protected: bstr .cbor {…}, unprotected: {…}, payload: bstr, signature: bstr .size 64] */
prov_result prov_cose_sign1_decode(struct prov_bytes message, struct prov_cose_sign1 *ret)
{
    struct prov_cose_sign1 sign1 = {.content_type = PROV_COSE_NO_CONTENT_TYPE};
    struct prov_reader reader = prov_reader_make(message);
    struct prov_bytes signature;

    if (prov_cbor_get_array(&reader, 0, SIZE_MAX) != 4)
        prov_reader_fail(&reader, PROV_E_FORMAT);
    prov_cbor_get_bstr(&reader, 0, SIZE_MAX, &sign1.protected_header);
    prov_result result = prov_reader_result(&reader);
    if (result == PROV_OK)
        prov_reader_fail(&reader, parse_protected(sign1.protected_header, &sign1.content_type));
    get_unprotected(&reader);
    prov_cbor_get_bstr(&reader, 0, SIZE_MAX, &sign1.payload);
    prov_cbor_get_bstr(&reader, 0, SIZE_MAX, &signature);
    if (signature.len == PROV_SIGNATURE_LEN)
        memcpy(sign1.signature, signature.data, PROV_SIGNATURE_LEN);
    else
        prov_reader_fail(&reader, PROV_E_FORMAT);
    result = prov_reader_end(&reader);
    if (result == PROV_OK)
        *ret = sign1;
    return result;
}

prov_result prov_cose_sign1_verify(struct prov_crypto *crypto, const struct prov_cose_sign1 *sign1,
                                   struct prov_bytes external_aad,
                                   const uint8_t point[PROV_POINT_LEN])
{
    uint8_t room[TBS_MAX], digest[PROV_HASH_LEN];
    struct prov_buf tbs = PROV_BUF_OF(room);

    prov_put(&tbs, tbs_begin, sizeof tbs_begin);
    prov_cbor_put_bstr(&tbs, sign1->protected_header);
    prov_result result = tbs_digest(crypto, &tbs, external_aad, sign1->payload, digest);

    return result == PROV_OK ? prov_crypto_verify(crypto, PROV_BYTES(point, PROV_POINT_LEN), digest,
                                                  sign1->signature)
                             : result;
}
