/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 and HMAC-SHA-256. A context that is dropped is kept as a spare for the next begin: making
 * one costs more than hashing a handshake message does.
 */
#include "backend.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

/* What prov_hash.opaque and prov_hmac.opaque hold. */
static EVP_MD_CTX *hash_context(const struct prov_hash *hash)
{
    EVP_MD_CTX *context;

    memcpy(&context, hash->opaque, sizeof context);
    return context;
}

static EVP_MAC_CTX *hmac_context(const struct prov_hmac *hmac)
{
    EVP_MAC_CTX *context;

    memcpy(&context, hmac->opaque, sizeof context);
    return context;
}

prov_result prov_openssl_hash_make(struct prov_crypto *crypto)
{
    crypto->sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    crypto->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (crypto->sha256 == NULL || crypto->hmac == NULL)
        return PROV_E_INTERNAL;
    crypto->digest = EVP_MD_CTX_new();
    return crypto->digest == NULL ? PROV_E_MEMORY : PROV_OK;
}

void prov_openssl_hash_free(struct prov_crypto *crypto)
{
    while (crypto->spare_hash_count > 0)
        EVP_MD_CTX_free(crypto->spare_hashes[--crypto->spare_hash_count]);
    while (crypto->spare_hmac_count > 0)
        EVP_MAC_CTX_free(crypto->spare_hmacs[--crypto->spare_hmac_count]);
    EVP_MD_CTX_free(crypto->digest);
    EVP_MAC_free(crypto->hmac);
    EVP_MD_free(crypto->sha256);
    EVP_MD_free(crypto->sha1);
}

/* --- SHA-256 ---------------------------------------------------------------------------------- */

prov_result prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                               size_t count, uint8_t ret[PROV_HASH_LEN])
{
    int ok = EVP_DigestInit_ex2(crypto->digest, crypto->sha256, NULL);

    for (size_t i = 0; i < count && ok == 1; i++)
        ok = EVP_DigestUpdate(crypto->digest, parts[i].data, parts[i].len);
    if (ok == 1)
        ok = EVP_DigestFinal_ex(crypto->digest, ret, NULL);
    return ok == 1 ? PROV_OK : prov_openssl_fail(PROV_E_INTERNAL);
}

/* RFC 6066, section 5 and nothing else (H34). */
prov_result prov_crypto_sha1(struct prov_crypto *crypto, struct prov_bytes bytes, uint8_t ret[20])
{
    if (crypto->sha1 == NULL)
        return prov_openssl_fail(PROV_E_ALGORITHM);
    if (EVP_Digest(bytes.data, bytes.len, ret, NULL, crypto->sha1, NULL) != 1)
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

prov_result prov_crypto_hash_begin(struct prov_crypto *crypto, struct prov_hash *hash)
{
    EVP_MD_CTX *context = crypto->spare_hash_count > 0
                              ? crypto->spare_hashes[--crypto->spare_hash_count]
                              : EVP_MD_CTX_new();

    if (context == NULL)
        return prov_openssl_fail(PROV_E_MEMORY);
    if (EVP_DigestInit_ex2(context, crypto->sha256, NULL) != 1) {
        EVP_MD_CTX_free(context);
        return prov_openssl_fail(PROV_E_INTERNAL);
    }
    memset(hash, 0, sizeof *hash);
    memcpy(hash->opaque, &context, sizeof context);
    return PROV_OK;
}

prov_result prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                 struct prov_bytes bytes)
{
    (void)crypto;
    if (hash_context(hash) == NULL)
        return PROV_E_STATE;
    if (EVP_DigestUpdate(hash_context(hash), bytes.data, bytes.len) != 1)
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

prov_result prov_crypto_hash_peek(struct prov_crypto *crypto, const struct prov_hash *hash,
                                  uint8_t ret[PROV_HASH_LEN])
{
    if (hash_context(hash) == NULL)
        return PROV_E_STATE;
    if (EVP_MD_CTX_copy_ex(crypto->digest, hash_context(hash)) != 1 ||
        EVP_DigestFinal_ex(crypto->digest, ret, NULL) != 1)
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

void prov_crypto_hash_drop(struct prov_crypto *crypto, struct prov_hash *hash)
{
    EVP_MD_CTX *context = hash_context(hash);

    memset(hash, 0, sizeof *hash);
    if (context == NULL)
        return;
    if (crypto->spare_hash_count < SPARE_COUNT)
        crypto->spare_hashes[crypto->spare_hash_count++] = context;
    else
        EVP_MD_CTX_free(context);
}

/* --- HMAC ------------------------------------------------------------------------------------- */

/* A context that knows its digest already: setting that fetches, keying does not. */
static EVP_MAC_CTX *hmac_context_take(struct prov_crypto *crypto)
{
    char name[] = "SHA2-256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *context;

    if (crypto->spare_hmac_count > 0)
        return crypto->spare_hmacs[--crypto->spare_hmac_count];
    context = EVP_MAC_CTX_new(crypto->hmac);
    if (context != NULL && EVP_MAC_CTX_set_params(context, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

/* libcrypto takes a NULL key for "the one before", so an empty key is a zero octet: HMAC pads keys
 * with zeros (RFC 2104, section 2), so it is the same key. */
static int hmac_set_key(EVP_MAC_CTX *context, struct prov_bytes key)
{
    static const uint8_t zero[1];

    return key.len > 0 ? EVP_MAC_init(context, key.data, key.len, NULL)
                       : EVP_MAC_init(context, zero, sizeof zero, NULL);
}

prov_result prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                   struct prov_bytes key)
{
    EVP_MAC_CTX *context = hmac_context_take(crypto);

    if (context == NULL)
        return prov_openssl_fail(PROV_E_MEMORY);
    if (hmac_set_key(context, key) != 1) {
        EVP_MAC_CTX_free(context);
        return prov_openssl_fail(PROV_E_INTERNAL);
    }
    memset(hmac, 0, sizeof *hmac);
    memcpy(hmac->opaque, &context, sizeof context);
    return PROV_OK;
}

prov_result prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                             const struct prov_bytes *parts, size_t count,
                             uint8_t ret[PROV_HASH_LEN])
{
    EVP_MAC_CTX *context = hmac_context(hmac);
    size_t len;
    int ok;

    (void)crypto;
    if (context == NULL)
        return PROV_E_STATE;
    ok = EVP_MAC_init(context, NULL, 0, NULL);
    for (size_t i = 0; i < count && ok == 1; i++)
        ok = EVP_MAC_update(context, parts[i].data, parts[i].len);
    if (ok == 1)
        ok = EVP_MAC_final(context, ret, &len, PROV_HASH_LEN);
    return ok == 1 ? PROV_OK : prov_openssl_fail(PROV_E_INTERNAL);
}

/* The spare forgets its key by taking an empty one. */
void prov_crypto_hmac_drop(struct prov_crypto *crypto, struct prov_hmac *hmac)
{
    EVP_MAC_CTX *context = hmac_context(hmac);

    prov_wipe(hmac, sizeof *hmac);
    if (context == NULL)
        return;
    if (crypto->spare_hmac_count < SPARE_COUNT && hmac_set_key(context, PROV_BYTES_NONE) == 1)
        crypto->spare_hmacs[crypto->spare_hmac_count++] = context;
    else
        EVP_MAC_CTX_free(context);
}
