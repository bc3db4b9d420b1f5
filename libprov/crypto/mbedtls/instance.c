/* SPDX-License-Identifier: Apache-2.0 */
#include "backend.h"

_Static_assert(sizeof(struct prov_crypto) <= PROV_CRYPTO_ARENA_LEN, "an arena that is enough");

prov_result prov_crypto_make_in(void *arena, size_t len, const struct prov_random *random,
                                struct prov_crypto **ret)
{
    struct prov_crypto *crypto = arena;

    if (len < sizeof *crypto)
        return PROV_E_MEMORY;
    crypto->random = *random;
    *ret = crypto;
    return PROV_OK;
}

size_t prov_crypto_arena_used(const struct prov_crypto *crypto)
{
    return sizeof *crypto;
}

prov_result prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    if (len == 0 || crypto->random.fill(crypto->random.context, ret, len))
        return PROV_OK;
    prov_wipe(ret, len);
    return PROV_E_RANDOM;
}
