/* SPDX-License-Identifier: Apache-2.0
 *
 * ECDSA over P-256 with SHA-256, and long-term keys in software.
 *
 * p256-m asks for the nonce of a signature by a function that has no context: p256_generate_random, which calls
 * psa_generate_random, which is prov_mbedtls_nonce (p256.c). So there is one static pointer in this backend: the
 * instance that signs, set for the length of the call and NULL at all other times. Two threads do not sign at once,
 * not even with two instances. Without random octets nothing is signed.
 */
#include "backend.h"

#include <string.h>

#include <p256-m.h>

static struct prov_crypto *signing;

int32_t prov_mbedtls_nonce(uint8_t *ret, size_t len);

/* Not 0: p256-m draws nothing more and gives up. */
int32_t prov_mbedtls_nonce(uint8_t *ret, size_t len)
{
    return signing == NULL || prov_crypto_random(signing, ret, len) != PROV_OK;
}

/* --- signatures ------------------------------------------------------------------------------- */

prov_result prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                               const uint8_t digest[PROV_HASH_LEN],
                               const uint8_t signature[PROV_SIGNATURE_LEN])
{
    prov_result result = prov_crypto_point_check(crypto, point);

    if (result == PROV_OK &&
        p256_ecdsa_verify(signature, point.data + 1, digest, PROV_HASH_LEN) != P256_SUCCESS)
        result = PROV_E_SIGNATURE;
    return result;
}

prov_result prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                             const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    const uint8_t *scalar = prov_mbedtls_scalar(key->opaque);
    uint8_t signature[PROV_SIGNATURE_LEN]; /* its first half is written before the digest is read */
    int code;

    if (p256_validate_privkey(scalar) != P256_SUCCESS)
        return PROV_E_STATE;
    signing = crypto;
    code = p256_ecdsa_sign(signature, scalar, digest, PROV_HASH_LEN);
    signing = NULL;
    prov_mbedtls_stack_wipe();
    if (code != P256_SUCCESS)
        return PROV_E_RANDOM; /* nothing else can be wrong */
    memcpy(ret, signature, sizeof signature);
    return PROV_OK;
}

/* --- long-term keys --------------------------------------------------------------------------- */

prov_result prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key)
{
    return prov_mbedtls_scalar_draw(crypto, (uint8_t *)key->opaque);
}

prov_result prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                 struct prov_key *key)
{
    (void)crypto;
    if (scalar.len != PROV_SCALAR_LEN || p256_validate_privkey(scalar.data) != P256_SUCCESS)
        return PROV_E_BOUNDS;
    memcpy(key->opaque, scalar.data, PROV_SCALAR_LEN);
    return PROV_OK;
}

prov_result prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                 struct prov_secret *ret_scalar)
{
    const uint8_t *scalar = prov_mbedtls_scalar(key->opaque);

    (void)crypto;
    if (p256_validate_privkey(scalar) != P256_SUCCESS)
        return PROV_E_STATE;
    return prov_secret_set(ret_scalar, PROV_BYTES(scalar, PROV_SCALAR_LEN));
}

prov_result prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                   uint8_t ret_point[PROV_POINT_LEN])
{
    (void)crypto;
    return prov_mbedtls_public(prov_mbedtls_scalar(key->opaque), ret_point);
}

void prov_crypto_key_drop(struct prov_crypto *crypto, struct prov_key *key)
{
    (void)crypto;
    prov_wipe(key, sizeof *key);
}
