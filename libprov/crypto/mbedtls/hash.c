/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256, and HMAC (RFC 2104) by the library's message-digest layer.
 */
#include "backend.h"

#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>

/* What prov_hash.opaque holds: the library's state, copied in and out. */
struct running {
    bool begun;
    mbedtls_sha256_context context;
};
_Static_assert(sizeof(struct running) <= sizeof(struct prov_hash), "a running hash");
_Static_assert(sizeof(mbedtls_md_context_t) <= sizeof(struct prov_hmac), "a keyed HMAC");

/* --- SHA-256 ---------------------------------------------------------------------------------- */

prov_result prov_crypto_hash_begin(struct prov_crypto *crypto, struct prov_hash *hash)
{
    struct running running = {.begun = true};

    (void)crypto;
    mbedtls_sha256_init(&running.context);
    if (mbedtls_sha256_starts(&running.context, 0) != 0)
        return PROV_E_INTERNAL;
    memset(hash, 0, sizeof *hash);
    memcpy(hash->opaque, &running, sizeof running);
    return PROV_OK;
}

prov_result prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                 struct prov_bytes bytes)
{
    struct running running;
    int code;

    (void)crypto;
    memcpy(&running, hash->opaque, sizeof running);
    if (!running.begun)
        return PROV_E_STATE;
    code = mbedtls_sha256_update(&running.context, bytes.data, bytes.len);
    memcpy(hash->opaque, &running, sizeof running);
    prov_wipe(&running, sizeof running);
    return code == 0 ? PROV_OK : PROV_E_INTERNAL;
}

prov_result prov_crypto_hash_peek(struct prov_crypto *crypto, const struct prov_hash *hash,
                                  uint8_t ret[PROV_HASH_LEN])
{
    struct running running;
    int code;

    (void)crypto;
    memcpy(&running, hash->opaque, sizeof running);
    if (!running.begun)
        return PROV_E_STATE;
    code = mbedtls_sha256_finish(&running.context, ret);
    prov_wipe(&running, sizeof running);
    return code == 0 ? PROV_OK : PROV_E_INTERNAL;
}

void prov_crypto_hash_drop(struct prov_crypto *crypto, struct prov_hash *hash)
{
    (void)crypto;
    prov_wipe(hash, sizeof *hash);
}

prov_result prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                               size_t count, uint8_t ret[PROV_HASH_LEN])
{
    mbedtls_sha256_context context;
    int code;

    (void)crypto;
    mbedtls_sha256_init(&context);
    code = mbedtls_sha256_starts(&context, 0);
    for (size_t i = 0; i < count && code == 0; i++)
        code = mbedtls_sha256_update(&context, parts[i].data, parts[i].len);
    if (code == 0)
        code = mbedtls_sha256_finish(&context, ret);
    mbedtls_sha256_free(&context);
    return code == 0 ? PROV_OK : PROV_E_INTERNAL;
}

/* --- HMAC: the context is a handle on memory of the library's ---------------------------------- */

static mbedtls_md_context_t hmac_load(const struct prov_hmac *hmac)
{
    mbedtls_md_context_t context;

    memcpy(&context, hmac->opaque, sizeof context);
    return context;
}

prov_result prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                   struct prov_bytes key)
{
    mbedtls_md_context_t context;
    int code;

    (void)crypto;
    mbedtls_md_init(&context);
    code = mbedtls_md_setup(&context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    if (code == 0)
        code = mbedtls_md_hmac_starts(&context, key.data, key.len);
    if (code != 0) {
        mbedtls_md_free(&context);
        return code == MBEDTLS_ERR_MD_ALLOC_FAILED ? PROV_E_MEMORY : PROV_E_INTERNAL;
    }
    memset(hmac, 0, sizeof *hmac);
    memcpy(hmac->opaque, &context, sizeof context);
    return PROV_OK;
}

prov_result prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                             const struct prov_bytes *parts, size_t count,
                             uint8_t ret[PROV_HASH_LEN])
{
    mbedtls_md_context_t context = hmac_load(hmac);
    int code;

    (void)crypto;
    if (mbedtls_md_info_from_ctx(&context) == NULL)
        return PROV_E_STATE;
    code = mbedtls_md_hmac_reset(&context);
    for (size_t i = 0; i < count && code == 0; i++)
        code = mbedtls_md_hmac_update(&context, parts[i].data, parts[i].len);
    if (code == 0) /* the parts may lie in ret: it is written last */
        code = mbedtls_md_hmac_finish(&context, ret);
    return code == 0 ? PROV_OK : PROV_E_INTERNAL;
}

void prov_crypto_hmac_drop(struct prov_crypto *crypto, struct prov_hmac *hmac)
{
    mbedtls_md_context_t context = hmac_load(hmac);

    (void)crypto;
    mbedtls_md_free(&context);
    prov_wipe(hmac, sizeof *hmac);
}
