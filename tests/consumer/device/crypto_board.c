/* SPDX-License-Identifier: Apache-2.0
 *
 * A board's backend: a random source that was not seeded yet, an arena of the board's.
 */
#include "prov/agent.h"

prov_result device_crypto(struct prov_crypto **ret);

static bool fill(void *context, uint8_t *out, size_t len)
{
    (void)context, (void)out, (void)len;
    return false;
}

prov_result device_crypto(struct prov_crypto **ret)
{
    static uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8];
    struct prov_random random = {fill, NULL};
    return prov_crypto_make_in(arena, sizeof arena, &random, ret);
}
