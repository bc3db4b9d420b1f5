/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256, and HMAC (RFC 2104) over it. The library's own HMAC is the one part of it that would need a heap.
 */
#include "backend.h"

#include <string.h>

#include <mbedtls/sha256.h>

#define BLOCK_LEN 64

static prov_result result_of(int code)
{
    return code == 0 ? PROV_OK : PROV_E_INTERNAL;
}

/* SHA-256 of a key's block, each octet of which is changed by `mask` (none if the key is NULL), and of parts. They
 * may lie in ret. */
static prov_result digest(const uint8_t *key, uint8_t mask, const struct prov_bytes *parts,
                          size_t count, uint8_t ret[PROV_HASH_LEN])
{
    mbedtls_sha256_context context;
    uint8_t block[BLOCK_LEN];
    int code;

    mbedtls_sha256_init(&context);
    code = mbedtls_sha256_starts(&context, 0);
    if (key != NULL) {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = key[i] ^ mask;
        code |= mbedtls_sha256_update(&context, block, sizeof block);
        prov_wipe(block, sizeof block);
    }
    for (size_t i = 0; i < count; i++)
        code |= mbedtls_sha256_update(&context, parts[i].data, parts[i].len);
    code |= mbedtls_sha256_finish(&context, ret);
    mbedtls_sha256_free(&context);
    return result_of(code);
}

prov_result prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                               size_t count, uint8_t ret[PROV_HASH_LEN])
{
    (void)crypto;
    return digest(NULL, 0, parts, count, ret);
}

/* --- a running SHA-256 ------------------------------------------------------------------------ */

/* What prov_hash.opaque holds: whether it was begun, then the library's state, which the library works on where it
 * lies. Nothing here reads it, so that whose words they are is nobody's question. */
#define BEGUN 1
_Static_assert(sizeof(mbedtls_sha256_context) + sizeof(uint64_t) <= sizeof(struct prov_hash),
               "a running hash");

static mbedtls_sha256_context *state_of(struct prov_hash *hash)
{
    return (mbedtls_sha256_context *)(void *)(hash->opaque + 1);
}

static bool is_begun(const uint64_t *opaque)
{
    return *(const uint8_t *)opaque == BEGUN;
}

prov_result prov_crypto_hash_begin(struct prov_crypto *crypto, struct prov_hash *hash)
{
    (void)crypto;
    mbedtls_sha256_init(state_of(hash));
    *(uint8_t *)hash->opaque = BEGUN;
    return result_of(mbedtls_sha256_starts(state_of(hash), 0));
}

prov_result prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                 struct prov_bytes bytes)
{
    (void)crypto;
    if (!is_begun(hash->opaque))
        return PROV_E_STATE;
    return result_of(mbedtls_sha256_update(state_of(hash), bytes.data, bytes.len));
}

prov_result prov_crypto_hash_peek(struct prov_crypto *crypto, const struct prov_hash *hash,
                                  uint8_t ret[PROV_HASH_LEN])
{
    struct prov_hash last;
    int code;

    (void)crypto;
    if (!is_begun(hash->opaque))
        return PROV_E_STATE;
    memcpy(&last, hash, sizeof last);
    code = mbedtls_sha256_finish(state_of(&last), ret);
    prov_wipe(&last, sizeof last);
    return result_of(code);
}

void prov_crypto_hash_drop(struct prov_crypto *crypto, struct prov_hash *hash)
{
    (void)crypto;
    prov_wipe(hash, sizeof *hash);
}

/* --- HMAC ------------------------------------------------------------------------------------- */

#define INNER 0x36 /* ipad */
#define OUTER 0x5c /* opad */

/* What prov_hmac.opaque holds: whether there is a key, then its block. */
_Static_assert(BLOCK_LEN + 1 <= sizeof(struct prov_hmac), "a keyed HMAC");

prov_result prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                   struct prov_bytes key)
{
    uint8_t *octets = (uint8_t *)hmac->opaque;

    memset(hmac, 0, sizeof *hmac);
    octets[0] = BEGUN;
    if (key.len > BLOCK_LEN)
        return prov_crypto_sha256(crypto, &key, 1, octets + 1);
    if (key.len > 0)
        memcpy(octets + 1, key.data, key.len);
    return PROV_OK;
}

prov_result prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                             const struct prov_bytes *parts, size_t count,
                             uint8_t ret[PROV_HASH_LEN])
{
    const uint8_t *octets = (const uint8_t *)hmac->opaque;
    uint8_t inner[PROV_HASH_LEN];
    const struct prov_bytes outer = PROV_BYTES_OF(inner);
    prov_result result;

    (void)crypto;
    if (!is_begun(hmac->opaque))
        return PROV_E_STATE;
    result = digest(octets + 1, INNER, parts, count, inner);
    if (result == PROV_OK)
        result = digest(octets + 1, OUTER, &outer, 1, ret);
    prov_wipe(inner, sizeof inner);
    return result;
}

void prov_crypto_hmac_drop(struct prov_crypto *crypto, struct prov_hmac *hmac)
{
    (void)crypto;
    prov_wipe(hmac, sizeof *hmac);
}
