/* SPDX-License-Identifier: Apache-2.0
 *
 * The fake backend's group: numbers modulo 2^64 under addition, with an odd generator.
 *
 *   point: 04 | P, 8 octets | mix(P), 24 | mix(those), 32    "on the curve" if the mixes fit
 *   signature: mix(P, digest) twice, with the top bit cleared so that DER readers find r and s
 * below n
 */
#include "fake_state.h"

#include <string.h>

#define GENERATOR UINT64_C(0x9e3779b97f4a7c15)

enum domain { DOMAIN_SCALAR = 1 << 21, DOMAIN_X, DOMAIN_Y, DOMAIN_R, DOMAIN_S };

struct fake_pair {
    uint64_t alive;
    uint8_t scalar[PROV_SCALAR_LEN];
};

/* n, the order of P-256: scalars keep their bounds. */
static const uint8_t order[PROV_SCALAR_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static bool in_range(const uint8_t scalar[PROV_SCALAR_LEN])
{
    static const uint8_t zero[PROV_SCALAR_LEN];

    return memcmp(scalar, zero, sizeof zero) != 0 && memcmp(scalar, order, sizeof order) < 0;
}

static void mix_of(uint64_t domain, struct prov_bytes a, struct prov_bytes b,
                   uint8_t ret[PROV_HASH_LEN])
{
    struct fake_mix mix = fake_mix_begin(domain);

    fake_mix_add(&mix, a);
    fake_mix_add(&mix, b);
    fake_mix_end(mix, ret);
}

static uint64_t number_of(const uint8_t scalar[PROV_SCALAR_LEN])
{
    uint8_t mixed[PROV_HASH_LEN];
    uint64_t number;

    mix_of(DOMAIN_SCALAR, PROV_BYTES(scalar, PROV_SCALAR_LEN), PROV_BYTES_NONE, mixed);
    memcpy(&number, mixed, sizeof number);
    return number | 1;
}

static void point_encode(uint64_t number, uint8_t ret[PROV_POINT_LEN])
{
    uint8_t mixed[PROV_HASH_LEN];

    ret[0] = 0x04;
    memcpy(ret + 1, &number, sizeof number);
    mix_of(DOMAIN_X, PROV_BYTES(ret + 1, 8), PROV_BYTES_NONE, mixed);
    memcpy(ret + 9, mixed, 24);
    mix_of(DOMAIN_Y, PROV_BYTES(ret + 1, 32), PROV_BYTES_NONE, ret + 33);
}

static bool point_decode(struct prov_bytes point, uint64_t *ret)
{
    uint8_t again[PROV_POINT_LEN];

    if (point.len != PROV_POINT_LEN || point.data[0] != 0x04)
        return false;
    memcpy(ret, point.data + 1, sizeof *ret);
    point_encode(*ret, again);
    return memcmp(again, point.data, sizeof again) == 0;
}

prov_result prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point)
{
    uint64_t number;

    if (!fake_call(crypto, PROV_FAKE_POINT_CHECK, point.len))
        return PROV_E_INTERNAL;
    return point_decode(point, &number) ? PROV_OK : PROV_E_POINT;
}

/* --- pairs ------------------------------------------------------------------------------------ */

static struct fake_pair pair_load(const uint64_t *opaque)
{
    struct fake_pair pair;

    memcpy(&pair, opaque, sizeof pair);
    return pair;
}

static void pair_store(struct prov_crypto *crypto, const uint8_t scalar[PROV_SCALAR_LEN],
                       uint64_t *opaque)
{
    struct fake_pair pair = {.alive = 1};

    memcpy(pair.scalar, scalar, PROV_SCALAR_LEN);
    memcpy(opaque, &pair, sizeof pair);
    crypto->alive++;
}

static prov_result pair_draw(struct prov_crypto *crypto, uint64_t *opaque)
{
    uint8_t scalar[PROV_SCALAR_LEN];

    for (int i = 0; i < 16; i++) {
        if (!fake_fill(crypto, scalar, sizeof scalar))
            return PROV_E_RANDOM;
        if (in_range(scalar)) {
            pair_store(crypto, scalar, opaque);
            return PROV_OK;
        }
    }
    return PROV_E_RANDOM;
}

static void pair_drop(struct prov_crypto *crypto, uint64_t *opaque, size_t len)
{
    crypto->alive -= (long)pair_load(opaque).alive;
    prov_wipe(opaque, len);
}

static void pair_point(const uint64_t *opaque, uint8_t ret[PROV_POINT_LEN])
{
    point_encode(number_of(pair_load(opaque).scalar) * GENERATOR, ret);
}

/* --- ECDH ------------------------------------------------------------------------------------- */

prov_result prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                  uint8_t ret_point[PROV_POINT_LEN])
{
    prov_result result;

    if (!fake_call(crypto, PROV_FAKE_ECDH_MAKE, 0))
        return PROV_E_INTERNAL;
    result = pair_draw(crypto, ecdh->opaque);
    if (result == PROV_OK)
        pair_point(ecdh->opaque, ret_point);
    return result;
}

prov_result prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                   struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    struct fake_pair pair = pair_load(ecdh->opaque);
    uint8_t shared[PROV_POINT_LEN];
    uint64_t peer;

    if (pair.alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_ECDH_AGREE, point.len))
        return PROV_E_INTERNAL;
    if (!point_decode(point, &peer))
        return PROV_E_POINT;
    point_encode(number_of(pair.scalar) * peer, shared);
    memcpy(ret, shared + 1, PROV_SCALAR_LEN);
    return PROV_OK;
}

void prov_crypto_ecdh_drop(struct prov_crypto *crypto, struct prov_ecdh *ecdh)
{
    pair_drop(crypto, ecdh->opaque, sizeof ecdh->opaque);
}

/* --- signatures ------------------------------------------------------------------------------- */

static void signature_make(const uint8_t point[PROV_POINT_LEN], const uint8_t digest[PROV_HASH_LEN],
                           uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct prov_bytes p = PROV_BYTES(point, PROV_POINT_LEN);
    struct prov_bytes d = PROV_BYTES(digest, PROV_HASH_LEN);

    mix_of(DOMAIN_R, p, d, ret);
    mix_of(DOMAIN_S, p, d, ret + PROV_SCALAR_LEN);
    for (size_t at = 0; at < PROV_SIGNATURE_LEN; at += PROV_SCALAR_LEN) {
        ret[at] &= 0x7f;
        ret[at + PROV_SCALAR_LEN - 1] |= 1;
    }
}

prov_result prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                               const uint8_t digest[PROV_HASH_LEN],
                               const uint8_t signature[PROV_SIGNATURE_LEN])
{
    uint8_t expected[PROV_SIGNATURE_LEN];
    uint64_t number;

    if (!fake_call(crypto, PROV_FAKE_VERIFY, point.len))
        return PROV_E_INTERNAL;
    if (!point_decode(point, &number))
        return PROV_E_POINT;
    signature_make(point.data, digest, expected);
    return memcmp(expected, signature, sizeof expected) == 0 ? PROV_OK : PROV_E_SIGNATURE;
}

prov_result prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key)
{
    if (!fake_call(crypto, PROV_FAKE_KEY_MAKE, 0))
        return PROV_E_INTERNAL;
    return pair_draw(crypto, key->opaque);
}

prov_result prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                 struct prov_key *key)
{
    if (!fake_call(crypto, PROV_FAKE_KEY_LOAD, scalar.len))
        return PROV_E_INTERNAL;
    if (scalar.len != PROV_SCALAR_LEN || !in_range(scalar.data))
        return PROV_E_BOUNDS;
    pair_store(crypto, scalar.data, key->opaque);
    return PROV_OK;
}

prov_result prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                 struct prov_secret *ret_scalar)
{
    struct fake_pair pair = pair_load(key->opaque);

    if (pair.alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_KEY_SAVE, 0))
        return PROV_E_INTERNAL;
    return prov_secret_set(ret_scalar, PROV_BYTES_OF(pair.scalar));
}

prov_result prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                   uint8_t ret_point[PROV_POINT_LEN])
{
    if (pair_load(key->opaque).alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_KEY_PUBLIC, 0))
        return PROV_E_INTERNAL;
    pair_point(key->opaque, ret_point);
    return PROV_OK;
}

prov_result prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                             const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    uint8_t point[PROV_POINT_LEN];

    if (pair_load(key->opaque).alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_SIGN, PROV_HASH_LEN))
        return PROV_E_INTERNAL;
    pair_point(key->opaque, point);
    signature_make(point, digest, ret);
    return PROV_OK;
}

void prov_crypto_key_drop(struct prov_crypto *crypto, struct prov_key *key)
{
    pair_drop(crypto, key->opaque, sizeof key->opaque);
}
