/* SPDX-License-Identifier: Apache-2.0
 *
 * COSE_Key and COSE_KeySet (RFC 9052, section 7; RFC 9053, section 7), in the shapes of
 * schemas/cose.cddl. Deterministic encoding gives the members of a map one order, so a key is read and
 * written in it, member by member, as the schema stands.
 */
#include <string.h>

#include "prov/cbor.h"
#include "prov/cose.h"

enum { COORDINATE_LEN = 32, UNCOMPRESSED = 0x04 };

/* Members, or as much of them as is the same in every key. */
static const uint8_t symmetric[] = {0x01, 4}, ec2[] = {0x01, 2}; /* 1: kty */
static const uint8_t kid[] = {0x02};
static const uint8_t es256[] = {0x03, 0x26}, esp256[] = {0x03, 0x28};         /* 3: -7 / -9 */
static const uint8_t signs[] = {0x04, 0x81, 1}, verifies[] = {0x04, 0x81, 2}; /* 4: [1] / [2] */
static const uint8_t p256[] = {0x20, 1}, k[] = {0x20};                        /* -1: crv, k */
static const uint8_t x[] = {0x21, 0x58, COORDINATE_LEN}, y[] = {0x22, 0x58, COORDINATE_LEN};
static const uint8_t d[] = {0x23}; /* -4: d */

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
    prov_put(ret, symmetric, sizeof symmetric);
    prov_put(ret, kid, sizeof kid);
    prov_cbor_put_bstr(ret, identity);
    prov_put(ret, k, sizeof k);
    prov_cbor_put_bstr(ret, psk);
    return prov_buf_result(ret);
}

/* {1: 2, -1: 1, -2: x, -3: y} */
prov_result prov_cose_public_encode(const uint8_t point[PROV_POINT_LEN], struct prov_buf *ret)
{
    static const uint8_t to_x[] = {0xa4, 0x01, 2, 0x20, 1, 0x21, 0x58, COORDINATE_LEN};

    if (point[0] != UNCOMPRESSED)
        return PROV_E_POINT;
    prov_put(ret, to_x, sizeof to_x);
    prov_put(ret, point + 1, COORDINATE_LEN);
    prov_put(ret, y, sizeof y);
    prov_put(ret, point + 1 + COORDINATE_LEN, COORDINATE_LEN);
    return prov_buf_result(ret);
}

/* The same with a fifth member, or {1: 2, -1: 1, -4: d} */
prov_result prov_cose_private_encode(const uint8_t point[PROV_POINT_LEN], struct prov_bytes scalar,
                                     struct prov_buf *ret)
{
    static const uint8_t to_d[] = {0xa3, 0x01, 2, 0x20, 1};
    size_t start = ret->len;

    if (scalar.len != PROV_SCALAR_LEN)
        return PROV_E_BOUNDS;
    if (point == NULL) {
        prov_put(ret, to_d, sizeof to_d);
    } else {
        prov_result result = prov_cose_public_encode(point, ret);
        if (result != PROV_OK)
            return result;
        ret->data[start]++;
    }
    prov_put(ret, d, sizeof d);
    prov_cbor_put_bstr(ret, scalar);
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
#define HAS_PRIVATE PROV_WITH_BUNDLES

/* Takes the octets if they are the next. */
static bool takes(struct prov_reader *reader, const uint8_t *octets, size_t len)
{
    if (reader->error != PROV_OK || prov_reader_left(reader) < len ||
        memcmp(reader->bytes.data + reader->at, octets, len) != 0)
        return false;
    reader->at += len;
    return true;
}

static void expect(struct prov_reader *reader, const uint8_t *octets, size_t len,
                   prov_result otherwise)
{
    if (!takes(reader, octets, len))
        prov_reader_fail(reader, otherwise);
}

/* {1: 4, 2: bstr .size (1..128), -1: bstr .size (16..64)} */
static void get_symmetric(struct prov_reader *reader, struct prov_bytes *ret_kid,
                          struct prov_bytes *ret_k)
{
    static const uint8_t begin[] = {0xa3, 0x01, 4, 0x02};

    expect(reader, begin, sizeof begin, PROV_E_FORMAT);
    prov_cbor_get_bstr(reader, 1, PROV_PSK_IDENTITY_MAX, ret_kid);
    expect(reader, k, sizeof k, PROV_E_FORMAT);
    prov_cbor_get_bstr(reader, PROV_PSK_MIN, PROV_PSK_MAX, ret_k);
}

prov_result prov_cose_psk_decode(struct prov_bytes item, struct prov_bytes *ret_identity,
                                 struct prov_bytes *ret_psk)
{
    struct prov_reader reader = prov_reader_make(item);

    get_symmetric(&reader, ret_identity, ret_psk);
    return prov_reader_end(&reader);
}

/* y as a sign bit is the compressed form, which the profile does not have (RFC 8422, section 5.1.2). */
static void get_coordinate(struct prov_reader *reader, const uint8_t head[3],
                           uint8_t ret[COORDINATE_LEN])
{
    struct prov_bytes octets;

    expect(reader, head, 3, PROV_E_POINT);
    prov_get_bytes(reader, COORDINATE_LEN, &octets);
    if (octets.len > 0)
        memcpy(ret, octets.data, octets.len);
}

/* A private key may leave both coordinates out (RFC 9053, section 7.1.1). */
static void get_halves(struct prov_reader *reader, struct prov_cose_key *key)
{
    bool has_d = HAS_PRIVATE && takes(reader, d, sizeof d);

    key->has_public = !has_d;
    if (key->has_public) {
        key->point[0] = UNCOMPRESSED;
        get_coordinate(reader, x, key->point + 1);
        get_coordinate(reader, y, key->point + 1 + COORDINATE_LEN);
        has_d = HAS_PRIVATE && takes(reader, d, sizeof d);
    }
    if (has_d)
        prov_cbor_get_bstr(reader, PROV_SCALAR_LEN, PROV_SCALAR_LEN, &key->d);
}

/* {1: 2, ?2: bstr, ?3: -7 / -9, ?4: [1 / 2], -1: 1, ?(-2: x, -3: y), ?-4: d}, from where the key type was taken on.
 * key_ops: one operation, the one that the key can do. */
static void get_ec2(struct prov_reader *reader, struct prov_cose_key *key)
{
    if (takes(reader, kid, sizeof kid))
        prov_cbor_get_bstr(reader, 0, SIZE_MAX, &key->kid);
    if (!takes(reader, es256, sizeof es256))
        (void)takes(reader, esp256, sizeof esp256);
    bool is_private = HAS_PRIVATE && takes(reader, signs, sizeof signs);
    bool is_public = takes(reader, verifies, sizeof verifies);
    expect(reader, p256, sizeof p256, PROV_E_ALGORITHM);
    get_halves(reader, key);
    if ((HAS_PRIVATE && key->d.len > 0 ? is_public : is_private) || !prov_reader_done(reader))
        prov_reader_fail(reader, PROV_E_FORMAT);
}

/* Takes the next item, to be read once more by itself. It is sound: it ends where its map does, and its members need no
 * counting. */
static void open_item(struct prov_reader *reader, struct prov_reader *ret)
{
    size_t start = reader->at;

    *ret = *reader;
    prov_cbor_skip(reader);
    ret->bytes.len = reader->at;
    if (prov_get_u8(ret) >> 5 != PROV_CBOR_MAP)
        prov_reader_fail_at(ret, start, PROV_E_FORMAT);
}

prov_result prov_cose_key_decode(struct prov_reader *reader, struct prov_cose_key *ret)
{
    struct prov_cose_key key = {.kty = PROV_COSE_EC2};
    size_t start = reader->at;
    struct prov_reader item;

    open_item(reader, &item);
    if (takes(&item, ec2, sizeof ec2)) {
        get_ec2(&item, &key);
    } else {
        expect(&item, symmetric, sizeof symmetric, PROV_E_ALGORITHM);
        key.kty = PROV_COSE_SYMMETRIC;
        item.at = start;
        get_symmetric(&item, &key.kid, &key.k);
    }
    prov_reader_fail_at(reader, item.at, item.error);
    if (reader->error == PROV_OK)
        *ret = key;
    return reader->error;
}

prov_result prov_cose_key_set_decode(struct prov_bytes set, uint8_t (*ret)[PROV_POINT_LEN],
                                     size_t cap, size_t *ret_count)
{
    struct prov_reader reader = prov_reader_make(set);
    size_t left = prov_cbor_get_array(&reader, 1, SIZE_MAX), understood = 0;

    for (; left > 0; left--) {
        struct prov_cose_key key;
        struct prov_reader item;
        key.d = PROV_BYTES_NONE;
        open_item(&reader, &item);
        expect(&item, ec2, sizeof ec2, PROV_E_ALGORITHM);
        get_ec2(&item, &key);
        /* What is no public key of ours is no error (RFC 9052, section 7). */
        if (item.error != PROV_OK || (HAS_PRIVATE && key.d.len > 0))
            continue;
        if (understood == cap)
            return PROV_E_BOUNDS;
        memcpy(ret[understood++], key.point, PROV_POINT_LEN);
    }
    prov_result result = prov_reader_end(&reader);
    if (result == PROV_OK)
        *ret_count = understood;
    return result;
}
