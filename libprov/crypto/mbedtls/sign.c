/* SPDX-License-Identifier: Apache-2.0
 *
 * ECDSA over P-256 with SHA-256, and long-term keys in software. The nonces come from the instance's
 * source: without random octets nothing is signed.
 */
#include "backend.h"

#include <string.h>

#include <mbedtls/ecdsa.h>

/* --- verify ----------------------------------------------------------------------------------- */

struct check {
    mbedtls_ecp_point key;
    mbedtls_mpi r, s;
};

static prov_result verify(struct prov_crypto *crypto, struct check *c, struct prov_bytes point,
                          const uint8_t *digest, const uint8_t *signature)
{
    prov_result result = prov_mbedtls_point_read(crypto, point, &c->key);
    int code;

    if (result != PROV_OK)
        return result;
    code = mbedtls_mpi_read_binary(&c->r, signature, PROV_SCALAR_LEN);
    if (code == 0)
        code = mbedtls_mpi_read_binary(&c->s, signature + PROV_SCALAR_LEN, PROV_SCALAR_LEN);
    if (code == 0)
        code = mbedtls_ecdsa_verify(&crypto->group, digest, PROV_HASH_LEN, &c->key, &c->r, &c->s);
    return prov_mbedtls_result(crypto, code, PROV_E_SIGNATURE);
}

prov_result prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                               const uint8_t digest[PROV_HASH_LEN],
                               const uint8_t signature[PROV_SIGNATURE_LEN])
{
    struct check c;
    prov_result result;

    mbedtls_ecp_point_init(&c.key);
    mbedtls_mpi_init(&c.r);
    mbedtls_mpi_init(&c.s);
    result = verify(crypto, &c, point, digest, signature);
    mbedtls_ecp_point_free(&c.key);
    mbedtls_mpi_free(&c.r);
    mbedtls_mpi_free(&c.s);
    return result;
}

/* --- long-term keys --------------------------------------------------------------------------- */

/* What prov_key.opaque holds. */
struct pair {
    bool loaded;
    uint8_t scalar[PROV_SCALAR_LEN];
};

static struct prov_bytes pair_scalar(const struct prov_key *key, struct pair *room)
{
    memcpy(room, key->opaque, sizeof *room);
    return room->loaded ? PROV_BYTES_OF(room->scalar) : PROV_BYTES_NONE;
}

static prov_result pair_keep(struct prov_crypto *crypto, const mbedtls_mpi *scalar,
                             struct prov_key *key)
{
    struct pair pair = {.loaded = true};
    prov_result result = prov_mbedtls_result(
        crypto, mbedtls_mpi_write_binary(scalar, pair.scalar, sizeof pair.scalar), PROV_E_INTERNAL);

    if (result == PROV_OK) {
        memset(key, 0, sizeof *key);
        memcpy(key->opaque, &pair, sizeof pair);
    }
    prov_wipe(&pair, sizeof pair);
    return result;
}

prov_result prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key)
{
    mbedtls_mpi scalar;
    prov_result result;

    mbedtls_mpi_init(&scalar);
    result = prov_mbedtls_scalar_make(crypto, &scalar);
    if (result == PROV_OK)
        result = pair_keep(crypto, &scalar, key);
    mbedtls_mpi_free(&scalar);
    return result;
}

prov_result prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                 struct prov_key *key)
{
    mbedtls_mpi value;
    prov_result result;

    mbedtls_mpi_init(&value);
    result = prov_mbedtls_scalar_read(crypto, scalar, &value);
    if (result == PROV_OK)
        result = pair_keep(crypto, &value, key);
    mbedtls_mpi_free(&value);
    return result;
}

prov_result prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                 struct prov_secret *ret_scalar)
{
    struct pair room;
    struct prov_bytes scalar = pair_scalar(key, &room);
    prov_result result = scalar.len == 0 ? PROV_E_STATE : prov_secret_set(ret_scalar, scalar);

    (void)crypto;
    prov_wipe(&room, sizeof room);
    return result;
}

/* Runs `use` with the key's scalar as a number. */
static prov_result with_scalar(struct prov_crypto *crypto, const struct prov_key *key,
                               prov_result (*use)(struct prov_crypto *crypto,
                                                  const mbedtls_mpi *scalar, const uint8_t *in,
                                                  uint8_t *ret),
                               const uint8_t *in, uint8_t *ret)
{
    struct pair room;
    struct prov_bytes octets = pair_scalar(key, &room);
    mbedtls_mpi scalar;
    prov_result result = octets.len == 0 ? PROV_E_STATE : PROV_OK;

    mbedtls_mpi_init(&scalar);
    if (result == PROV_OK)
        result = prov_mbedtls_scalar_read(crypto, octets, &scalar);
    if (result == PROV_OK)
        result = use(crypto, &scalar, in, ret);
    mbedtls_mpi_free(&scalar);
    prov_wipe(&room, sizeof room);
    return result;
}

static prov_result use_public(struct prov_crypto *crypto, const mbedtls_mpi *scalar,
                              const uint8_t *in, uint8_t *ret)
{
    (void)in;
    return prov_mbedtls_public(crypto, scalar, ret);
}

static prov_result use_sign(struct prov_crypto *crypto, const mbedtls_mpi *scalar,
                            const uint8_t *digest, uint8_t *ret)
{
    uint8_t raw[PROV_SIGNATURE_LEN];
    mbedtls_mpi r, s;
    int code;

    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    code = mbedtls_ecdsa_sign(&crypto->group, &r, &s, scalar, digest, PROV_HASH_LEN,
                              prov_mbedtls_random, crypto);
    if (code == 0)
        code = mbedtls_mpi_write_binary(&r, raw, PROV_SCALAR_LEN);
    if (code == 0)
        code = mbedtls_mpi_write_binary(&s, raw + PROV_SCALAR_LEN, PROV_SCALAR_LEN);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    if (code == 0)
        memcpy(ret, raw, sizeof raw);
    return prov_mbedtls_result(crypto, code, PROV_E_INTERNAL);
}

prov_result prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                   uint8_t ret_point[PROV_POINT_LEN])
{
    return with_scalar(crypto, key, use_public, NULL, ret_point);
}

prov_result prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                             const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    return with_scalar(crypto, key, use_sign, digest, ret);
}

void prov_crypto_key_drop(struct prov_crypto *crypto, struct prov_key *key)
{
    (void)crypto;
    prov_wipe(key, sizeof *key);
}
