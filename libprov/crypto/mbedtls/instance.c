/* SPDX-License-Identifier: Apache-2.0 */
#include "backend.h"

#include <mbedtls/platform.h>

prov_result prov_mbedtls_result(struct prov_crypto *crypto, int code, prov_result otherwise)
{
    bool no_random = crypto->random_failed;

    crypto->random_failed = false;
    if (code == 0)
        return PROV_OK;
    if (no_random)
        return PROV_E_RANDOM;
    return code == MBEDTLS_ERR_ECP_ALLOC_FAILED || code == MBEDTLS_ERR_MPI_ALLOC_FAILED
               ? PROV_E_MEMORY
               : otherwise;
}

prov_result prov_crypto_make(const struct prov_random *random, struct prov_crypto **ret)
{
    struct prov_crypto *crypto = mbedtls_calloc(1, sizeof *crypto);
    int code;

    if (crypto == NULL)
        return PROV_E_MEMORY;
    crypto->random =
        random != NULL ? *random : (struct prov_random){prov_mbedtls_system_random, NULL};
    mbedtls_ecp_group_init(&crypto->group);
    code = mbedtls_ecp_group_load(&crypto->group, MBEDTLS_ECP_DP_SECP256R1);
    if (code != 0) {
        prov_result result = prov_mbedtls_result(crypto, code, PROV_E_INTERNAL);
        prov_crypto_free(crypto);
        return result;
    }
    *ret = crypto;
    return PROV_OK;
}

void prov_crypto_free(struct prov_crypto *crypto)
{
    if (crypto == NULL)
        return;
    mbedtls_ecp_group_free(&crypto->group);
    mbedtls_free(crypto);
}

prov_result prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    if (len == 0 || crypto->random.fill(crypto->random.context, ret, len))
        return PROV_OK;
    prov_wipe(ret, len);
    return PROV_E_RANDOM;
}

int prov_mbedtls_random(void *crypto, unsigned char *ret, size_t len)
{
    struct prov_crypto *instance = crypto;

    if (prov_crypto_random(instance, ret, len) == PROV_OK)
        return 0;
    instance->random_failed = true;
    return MBEDTLS_ERR_ECP_RANDOM_FAILED;
}
