/* SPDX-License-Identifier: Apache-2.0 */
#include "backend.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/rand.h>

prov_result prov_openssl_fail(prov_result result)
{
    ERR_clear_error();
    return result;
}

prov_result prov_crypto_make(const struct prov_random *random, struct prov_crypto **ret)
{
    struct prov_crypto *crypto = calloc(1, sizeof *crypto);
    prov_result result;

    if (crypto == NULL)
        return PROV_E_MEMORY;
    if (random != NULL) {
        crypto->has_random = true;
        crypto->random = *random;
    }
    result = prov_openssl_hash_make(crypto);
    if (result == PROV_OK)
        result = prov_openssl_aead_make(crypto);
    if (result == PROV_OK)
        result = prov_openssl_ec_make(crypto);
    if (result != PROV_OK) {
        prov_crypto_free(crypto);
        return prov_openssl_fail(result);
    }
    *ret = crypto;
    return PROV_OK;
}

void prov_crypto_free(struct prov_crypto *crypto)
{
    if (crypto == NULL)
        return;
    prov_openssl_hash_free(crypto);
    prov_openssl_aead_free(crypto);
    prov_openssl_ec_free(crypto);
    free(crypto);
}

static bool fill(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    if (crypto->has_random)
        return crypto->random.fill(crypto->random.context, ret, len);
    return len <= INT_MAX && RAND_bytes(ret, (int)len) == 1;
}

prov_result prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    if (len == 0 || fill(crypto, ret, len))
        return PROV_OK;
    prov_wipe(ret, len);
    return prov_openssl_fail(PROV_E_RANDOM);
}
