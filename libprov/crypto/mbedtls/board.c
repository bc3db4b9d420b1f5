/* SPDX-License-Identifier: Apache-2.0
 *
 * What a board has not: a source of random octets that it did not name, and the hosts' AEADs.
 */
#include "aead.h"

bool prov_mbedtls_system_random(void *context, uint8_t *ret, size_t len)
{
    (void)context, (void)ret, (void)len;
    return false;
}

const struct prov_mbedtls_aead *prov_mbedtls_aead_more(enum prov_aead aead)
{
    (void)aead;
    return NULL;
}
