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

static void put_int_pair(struct prov_buf *buf, int label, int value)
{
    prov_cbor_put_int(buf, label);
    prov_cbor_put_int(buf, value);
}

static void put_bstr_pair(struct prov_buf *buf, int label, struct prov_bytes value)
{
    prov_cbor_put_int(buf, label);
    prov_cbor_put_bstr(buf, value);
}

static void put_coordinates(struct prov_buf *buf, const uint8_t point[PROV_POINT_LEN])
{
    put_bstr_pair(buf, LABEL_X, PROV_BYTES(point + 1, COORDINATE_LEN));
    put_bstr_pair(buf, LABEL_Y, PROV_BYTES(point + 1 + COORDINATE_LEN, COORDINATE_LEN));
}

prov_result prov_cose_psk_encode(struct prov_bytes identity, struct prov_bytes psk,
                                 struct prov_buf *ret)
{
    prov_result result = prov_psk_check(psk);

    if (result != PROV_OK)
        return result;
    if (identity.len < 1 || identity.len > PROV_PSK_IDENTITY_MAX)
        return PROV_E_BOUNDS;
    prov_cbor_put_map(ret, 3);
    put_int_pair(ret, LABEL_KTY, PROV_COSE_SYMMETRIC);
    put_bstr_pair(ret, LABEL_KID, identity);
    put_bstr_pair(ret, LABEL_K, psk);
    return prov_buf_result(ret);
}

prov_result prov_cose_public_encode(const uint8_t point[PROV_POINT_LEN], struct prov_bytes kid,
                                    struct prov_buf *ret)
{
    if (point[0] != UNCOMPRESSED)
        return PROV_E_POINT;
    prov_cbor_put_map(ret, kid.len > 0 ? 5 : 4);
    put_int_pair(ret, LABEL_KTY, PROV_COSE_EC2);
    if (kid.len > 0)
        put_bstr_pair(ret, LABEL_KID, kid);
    put_int_pair(ret, LABEL_CRV, CRV_P256);
    put_coordinates(ret, point);
    return prov_buf_result(ret);
}

prov_result prov_cose_private_encode(const uint8_t point[PROV_POINT_LEN], struct prov_bytes d,
                                     struct prov_buf *ret)
{
    if (point != NULL && point[0] != UNCOMPRESSED)
        return PROV_E_POINT;
    if (d.len != PROV_SCALAR_LEN)
        return PROV_E_BOUNDS;
    prov_cbor_put_map(ret, point != NULL ? 5 : 3);
    put_int_pair(ret, LABEL_KTY, PROV_COSE_EC2);
    put_int_pair(ret, LABEL_CRV, CRV_P256);
    if (point != NULL)
        put_coordinates(ret, point);
    put_bstr_pair(ret, LABEL_D, d);
    return prov_buf_result(ret);
}

prov_result prov_cose_key_set_encode(const uint8_t (*points)[PROV_POINT_LEN], size_t count,
                                     struct prov_buf *ret)
{
    prov_result result = count > 0 ? PROV_OK : PROV_E_BOUNDS;

    if (result == PROV_OK)
        prov_cbor_put_array(ret, count);
    for (size_t i = 0; i < count && result == PROV_OK; i++)
        result = prov_cose_public_encode(points[i], PROV_BYTES_NONE, ret);
    return result;
}

/* --- reading --------------------------------------------------------------------------------- */

/* What the map has held so far, besides what is in the key already. */
struct parts {
    int64_t op; /* the one key operation, or 0 */
    bool has_crv, has_x, has_y;
};

/* A byte string of min to max octets; the reader stays at it otherwise, and tells where. */
static prov_result take_sized(struct prov_reader *reader, size_t min, size_t max, prov_result other,
                              struct prov_bytes *ret)
{
    struct prov_reader ahead = *reader;
    struct prov_bytes bytes;
    prov_result result = prov_cbor_take_bstr(&ahead, &bytes);

    if (result != PROV_OK)
        return result;
    if (bytes.len < min || bytes.len > max)
        return other;
    *reader = ahead;
    *ret = bytes;
    return PROV_OK;
}

/* An integer that must be one of two. */
static prov_result take_either(struct prov_reader *reader, int64_t a, int64_t b, prov_result other,
                               int64_t *ret)
{
    struct prov_reader ahead = *reader;
    int64_t value;
    prov_result result = prov_cbor_take_int(&ahead, &value);

    if (result != PROV_OK)
        return result;
    if (value != a && value != b)
        return other;
    *reader = ahead;
    *ret = value;
    return PROV_OK;
}

/* key_ops: one operation, since a key has one purpose here. */
static prov_result take_ops(struct prov_reader *reader, int64_t *ret)
{
    struct prov_reader ahead = *reader;
    size_t count;
    prov_result result = prov_cbor_take_array(&ahead, &count);

    if (result == PROV_OK && count != 1)
        return PROV_E_FORMAT;
    if (result == PROV_OK)
        result = take_either(&ahead, OP_SIGN, OP_VERIFY, PROV_E_FORMAT, ret);
    if (result == PROV_OK)
        *reader = ahead;
    return result;
}

/* y as a sign bit is the compressed form, which the profile does not have (RFC 8422,
 * section 5.1.2). */
static prov_result take_y(struct prov_reader *reader, struct prov_bytes *ret)
{
    enum prov_cbor_type type;
    prov_result result = prov_cbor_peek(reader, &type);

    if (result == PROV_OK && type == PROV_CBOR_SIMPLE)
        return PROV_E_POINT;
    return result == PROV_OK ? take_sized(reader, COORDINATE_LEN, COORDINATE_LEN, PROV_E_POINT, ret)
                             : result;
}

static prov_result take_coordinate(struct prov_reader *reader, int64_t label,
                                   struct prov_cose_key *key, struct parts *parts)
{
    struct prov_bytes value;
    prov_result result =
        label == LABEL_X ? take_sized(reader, COORDINATE_LEN, COORDINATE_LEN, PROV_E_POINT, &value)
                         : take_y(reader, &value);

    if (result != PROV_OK)
        return result;
    memcpy(key->point + (label == LABEL_X ? 1 : 1 + COORDINATE_LEN), value.data, COORDINATE_LEN);
    *(label == LABEL_X ? &parts->has_x : &parts->has_y) = true;
    return PROV_OK;
}

/* {1: 2, ?2: bstr, ?3: -7 / -9, ?4: [1 / 2], -1: 1, ?-2: bstr, ?-3: bstr, ?-4: bstr} */
static prov_result take_ec2(struct prov_reader *reader, int64_t label, struct prov_cose_key *key,
                            struct parts *parts)
{
    int64_t number;

    switch (label) {
    case LABEL_KID:
        return prov_cbor_take_bstr(reader, &key->kid);
    case LABEL_ALG:
        return take_either(reader, ALG_ES256, ALG_ESP256, PROV_E_ALGORITHM, &number);
    case LABEL_OPS:
        return take_ops(reader, &parts->op);
    case LABEL_CRV:
        parts->has_crv = true;
        return take_either(reader, CRV_P256, CRV_P256, PROV_E_ALGORITHM, &number);
    case LABEL_X:
    case LABEL_Y:
        return take_coordinate(reader, label, key, parts);
    case LABEL_D:
        return take_sized(reader, PROV_SCALAR_LEN, PROV_SCALAR_LEN, PROV_E_BOUNDS, &key->d);
    default:
        return PROV_E_FORMAT;
    }
}

/* {1: 4, 2: bstr .size (1..128), -1: bstr .size (16..64)} */
static prov_result take_symmetric(struct prov_reader *reader, int64_t label,
                                  struct prov_cose_key *key)
{
    switch (label) {
    case LABEL_KID:
        return take_sized(reader, 1, PROV_PSK_IDENTITY_MAX, PROV_E_BOUNDS, &key->kid);
    case LABEL_K:
        return take_sized(reader, PROV_PSK_MIN, PROV_PSK_MAX, PROV_E_BOUNDS, &key->k);
    default:
        return PROV_E_FORMAT;
    }
}

/* A public key has both coordinates, a private one may leave both out (RFC 9053, section 7.1.1);
 * the operation, if it is named, is the one that the key can do. */
static bool is_whole(struct prov_cose_key *key, const struct parts *parts)
{
    bool is_private = key->d.len > 0;

    if (key->kty == PROV_COSE_SYMMETRIC)
        return key->k.len > 0;
    if (!parts->has_crv || parts->has_x != parts->has_y || (!parts->has_x && !is_private))
        return false;
    key->has_public = parts->has_x;
    key->point[0] = UNCOMPRESSED;
    return parts->op == 0 || parts->op == (is_private ? OP_SIGN : OP_VERIFY);
}

static prov_result take_kty(struct prov_reader *reader, struct prov_cbor_map *map,
                            enum prov_cose_kty *ret)
{
    bool more;
    int64_t label, kty;
    prov_result result = prov_cbor_map_next(reader, map, &more, &label);

    if (result == PROV_OK && (!more || label != LABEL_KTY))
        return PROV_E_FORMAT;
    if (result == PROV_OK)
        result = take_either(reader, PROV_COSE_EC2, PROV_COSE_SYMMETRIC, PROV_E_ALGORITHM, &kty);
    if (result == PROV_OK)
        *ret = (enum prov_cose_kty)kty;
    return result;
}

prov_result prov_cose_key_decode(struct prov_reader *reader, struct prov_cose_key *ret)
{
    struct prov_cose_key key = {.has_public = false};
    struct parts parts = {.op = 0};
    struct prov_cbor_map map;
    size_t start = reader->at;
    bool more = true;
    int64_t label;
    prov_result result = prov_cbor_map_begin(reader, &map);

    if (result == PROV_OK)
        result = take_kty(reader, &map, &key.kty);
    while (result == PROV_OK && more) {
        result = prov_cbor_map_next(reader, &map, &more, &label);
        if (result == PROV_OK && more)
            result = key.kty == PROV_COSE_EC2 ? take_ec2(reader, label, &key, &parts)
                                              : take_symmetric(reader, label, &key);
    }
    if (result != PROV_OK)
        return result;
    if (!is_whole(&key, &parts)) {
        reader->at = start;
        return PROV_E_FORMAT;
    }
    *ret = key;
    return PROV_OK;
}

/* One element, a whole item; false if it is not a key of ours, which is no error (RFC 9052, section
 * 7). */
static bool understand(struct prov_bytes item, struct prov_cose_key *ret)
{
    struct prov_reader reader = prov_reader_make(item);

    return prov_cose_key_decode(&reader, ret) == PROV_OK;
}

prov_result prov_cose_key_set_decode(struct prov_bytes set, struct prov_cose_key *ret, size_t cap,
                                     size_t *ret_count)
{
    struct prov_reader reader = prov_reader_make(set);
    size_t count, understood = 0;
    prov_result result = prov_cbor_take_array(&reader, &count);

    if (result == PROV_OK && count == 0)
        return PROV_E_FORMAT;
    for (size_t i = 0; i < count && result == PROV_OK; i++) {
        struct prov_cose_key key;
        struct prov_bytes item;
        result = prov_cbor_take_item(&reader, &item);
        if (result != PROV_OK || !understand(item, &key))
            continue;
        if (understood == cap)
            return PROV_E_BOUNDS;
        ret[understood++] = key;
    }
    if (result == PROV_OK && !prov_reader_done(&reader))
        return PROV_E_TRAILING;
    if (result == PROV_OK)
        *ret_count = understood;
    return result;
}
