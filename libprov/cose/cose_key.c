/* SPDX-License-Identifier: Apache-2.0
 *
 * COSE_Key and COSE_KeySet (RFC 9052, section 7; RFC 9053, section 7), in the shapes of
 * schemas/cose.cddl. A key type is known before its parameters are read, since 1 is the lowest
 * label there is.
 */
#include <string.h>

#include "prov/cbor.h"
#include "prov/cose.h"

enum { LABEL_KTY = 1, LABEL_KID = 2, LABEL_ALG = 3, LABEL_OPS = 4 };
enum { LABEL_CRV = -1, LABEL_X = -2, LABEL_Y = -3, LABEL_D = -4, LABEL_K = -1 };
enum { CRV_P256 = 1, ALG_ES256 = -7, ALG_ESP256 = -9, OP_SIGN = 1, OP_VERIFY = 2 };
enum { COORDINATE_LEN = 32, UNCOMPRESSED = 0x04 };

/* --- writing --------------------------------------------------------------------------------- */

prov_result prov_cose_psk_encode(struct prov_bytes identity, struct prov_bytes psk,
                                 struct prov_buf *ret)
{
    prov_result result = prov_psk_check(psk);

    if (result != PROV_OK)
        return result;
    if (identity.len < 1 || identity.len > PROV_PSK_IDENTITY_MAX)
        return PROV_E_BOUNDS;
    prov_cbor_put_map(ret, 3);
    prov_cbor_put_int(ret, LABEL_KTY);
    prov_cbor_put_int(ret, PROV_COSE_SYMMETRIC);
    prov_cbor_put_int(ret, LABEL_KID);
    prov_cbor_put_bstr(ret, identity);
    prov_cbor_put_int(ret, LABEL_K);
    prov_cbor_put_bstr(ret, psk);
    return prov_buf_result(ret);
}

/* All but the coordinates has one form. */
static prov_result put_ec2(struct prov_buf *buf, size_t members, const uint8_t *point)
{
    static const uint8_t kty_and_crv[] = {0x01, 0x02, 0x20, 0x01}; /* 1: 2, -1: 1 */
    static const uint8_t x[] = {0x21, 0x58, 32}, y[] = {0x22, 0x58, 32};

    if (point != NULL && point[0] != UNCOMPRESSED)
        return PROV_E_POINT;
    prov_cbor_put_map(buf, members);
    prov_put(buf, kty_and_crv, sizeof kty_and_crv);
    if (point != NULL) {
        prov_put(buf, x, sizeof x);
        prov_put(buf, point + 1, COORDINATE_LEN);
        prov_put(buf, y, sizeof y);
        prov_put(buf, point + 1 + COORDINATE_LEN, COORDINATE_LEN);
    }
    return prov_buf_result(buf);
}

prov_result prov_cose_public_encode(const uint8_t point[PROV_POINT_LEN], struct prov_buf *ret)
{
    return put_ec2(ret, 4, point);
}

prov_result prov_cose_private_encode(const uint8_t point[PROV_POINT_LEN], struct prov_bytes d,
                                     struct prov_buf *ret)
{
    if (d.len != PROV_SCALAR_LEN)
        return PROV_E_BOUNDS;
    prov_result result = put_ec2(ret, point != NULL ? 5 : 3, point);
    if (result != PROV_OK)
        return result;
    prov_cbor_put_int(ret, LABEL_D);
    prov_cbor_put_bstr(ret, d);
    return prov_buf_result(ret);
}

prov_result prov_cose_key_set_encode(const uint8_t (*points)[PROV_POINT_LEN], size_t count,
                                     struct prov_buf *ret)
{
    prov_result result = count > 0 ? PROV_OK : PROV_E_BOUNDS;

    if (result == PROV_OK)
        prov_cbor_put_array(ret, count);
    for (size_t i = 0; i < count && result == PROV_OK; i++)
        result = prov_cose_public_encode(points[i], ret);
    return result;
}

/* --- reading --------------------------------------------------------------------------------- */

/* A device that takes in no bundles has its private keys from nowhere else. */
#define HAS_EC2     (PROV_WITH_RPK || PROV_WITH_BUNDLES)
#define HAS_PRIVATE PROV_WITH_BUNDLES

/* What the map has held so far, besides what is in the key already. */
struct parts {
    int op;        /* the one key operation, or 0 */
    unsigned seen; /* SEEN of each label */
};
#define SEEN(label) (1u << ((label)-LABEL_D))

/* An integer that must be one of two. */
static int get_either(struct prov_reader *reader, int a, int b, prov_result otherwise)
{
    size_t start = reader->at;
    ptrdiff_t value = prov_cbor_get_int(reader);

    if (value != a && value != b)
        prov_reader_fail_at(reader, start, otherwise);
    return (int)value;
}

/* y as a sign bit is the compressed form, which the profile does not have (RFC 8422,
 * section 5.1.2). */
static void get_coordinate(struct prov_reader *reader, uint8_t ret[COORDINATE_LEN])
{
    struct prov_bytes value;

    if (prov_cbor_next_is(reader, PROV_CBOR_SIMPLE))
        prov_reader_fail(reader, PROV_E_POINT);
    size_t start = reader->at;
    prov_cbor_get_bstr(reader, 0, SIZE_MAX, &value);
    if (value.len == COORDINATE_LEN)
        memcpy(ret, value.data, COORDINATE_LEN);
    else
        prov_reader_fail_at(reader, start, PROV_E_POINT);
}

/* {1: 2, ?2: bstr, ?3: -7 / -9, ?4: [1 / 2], -1: 1, ?-2: bstr, ?-3: bstr, ?-4: bstr}
 * key_ops: one operation, since a key has one purpose here. */
static void get_ec2(struct prov_reader *reader, int32_t label, struct prov_cose_key *key,
                    struct parts *parts)
{
    if (label == LABEL_KID) {
        prov_cbor_get_bstr(reader, 0, SIZE_MAX, &key->kid);
    } else if (label == LABEL_ALG) {
        get_either(reader, ALG_ES256, ALG_ESP256, PROV_E_ALGORITHM);
    } else if (label == LABEL_OPS) {
        if (prov_cbor_get_array(reader, 0, SIZE_MAX) != 1)
            prov_reader_fail(reader, PROV_E_FORMAT);
        parts->op = get_either(reader, OP_SIGN, OP_VERIFY, PROV_E_FORMAT);
    } else if (label == LABEL_CRV) {
        get_either(reader, CRV_P256, CRV_P256, PROV_E_ALGORITHM);
    } else if (label == LABEL_X) {
        get_coordinate(reader, key->point + 1);
    } else if (label == LABEL_Y) {
        get_coordinate(reader, key->point + 1 + COORDINATE_LEN);
    } else if (HAS_PRIVATE && label == LABEL_D) {
        prov_cbor_get_bstr(reader, PROV_SCALAR_LEN, PROV_SCALAR_LEN, &key->d);
    } else {
        prov_reader_fail(reader, PROV_E_FORMAT);
        return;
    }
    parts->seen |= SEEN(label);
}

/* {1: 4, 2: bstr .size (1..128), -1: bstr .size (16..64)} */
static void get_symmetric(struct prov_reader *reader, int32_t label, struct prov_cose_key *key)
{
    if (label == LABEL_KID)
        prov_cbor_get_bstr(reader, 1, PROV_PSK_IDENTITY_MAX, &key->kid);
    else if (label == LABEL_K)
        prov_cbor_get_bstr(reader, PROV_PSK_MIN, PROV_PSK_MAX, &key->k);
    else
        prov_reader_fail(reader, PROV_E_FORMAT);
}

/* A public key has both coordinates, a private one may leave both out (RFC 9053, section 7.1.1);
 * the operation, if it is named, is the one that the key can do. */
static bool is_whole(struct prov_cose_key *key, const struct parts *parts)
{
    const unsigned crv = SEEN(LABEL_CRV), public_key = crv | SEEN(LABEL_X) | SEEN(LABEL_Y);
    unsigned seen = parts->seen & public_key;
    bool is_private = HAS_PRIVATE && key->d.len > 0;

    if (!HAS_EC2 || key->kty == PROV_COSE_SYMMETRIC)
        return key->k.len > 0;
    key->has_public = seen == public_key;
    if (!key->has_public && !(is_private && seen == crv))
        return false;
    key->point[0] = UNCOMPRESSED;
    return parts->op == 0 || parts->op == (is_private ? OP_SIGN : OP_VERIFY);
}

prov_result prov_cose_key_decode(struct prov_reader *reader, struct prov_cose_key *ret)
{
    struct prov_cose_key key = {.has_public = false};
    struct parts parts = {.op = 0};
    size_t start = reader->at;
    struct prov_cbor_map map = prov_cbor_get_map(reader);
    int32_t label;

    if (!prov_cbor_get_key(reader, &map, &label) || label != LABEL_KTY)
        prov_reader_fail(reader, PROV_E_FORMAT);
    key.kty = (enum prov_cose_kty)get_either(reader, HAS_EC2 ? PROV_COSE_EC2 : PROV_COSE_SYMMETRIC,
                                             PROV_COSE_SYMMETRIC, PROV_E_ALGORITHM);
    while (prov_cbor_get_key(reader, &map, &label)) {
        if (HAS_EC2 && key.kty == PROV_COSE_EC2)
            get_ec2(reader, label, &key, &parts);
        else
            get_symmetric(reader, label, &key);
    }
    if (!is_whole(&key, &parts))
        prov_reader_fail_at(reader, start, PROV_E_FORMAT);
    if (reader->error == PROV_OK)
        *ret = key;
    return reader->error;
}

prov_result prov_cose_key_set_decode(struct prov_bytes set, struct prov_cose_key *ret, size_t cap,
                                     size_t *ret_count)
{
    struct prov_reader reader = prov_reader_make(set);
    size_t left = prov_cbor_get_array(&reader, 0, SIZE_MAX), understood = 0;

    if (left == 0)
        prov_reader_fail(&reader, PROV_E_FORMAT);
    /* What is not a key of ours is no error (RFC 9052, section 7). */
    for (; left > 0; left--) {
        struct prov_cose_key key;
        struct prov_bytes item;
        prov_cbor_get_item(&reader, &item);
        struct prov_reader one = prov_reader_make(item);
        if (prov_cose_key_decode(&one, &key) != PROV_OK)
            continue;
        if (understood == cap)
            return PROV_E_BOUNDS;
        ret[understood++] = key;
    }
    prov_result result = prov_reader_end(&reader);
    if (result == PROV_OK)
        *ret_count = understood;
    return result;
}
