/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include <string.h>

#define ENTROPY_LEN 32

void random_begin(struct board_random *random)
{
    memset(random, 0, sizeof *random);
    mbedtls_ctr_drbg_init(&random->drbg);
}

/* Once: the entropy is used up. */
static int draw(void *context, unsigned char *ret, size_t len)
{
    struct board_random *random = context;

    if (random->entropy.len < len)
        return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    memcpy(ret, random->entropy.data, len);
    random->entropy = PROV_BYTES_NONE;
    return 0;
}

prov_result random_seed(struct board_random *random, struct prov_bytes entropy,
                        struct prov_bytes more)
{
    random->entropy = entropy;
    mbedtls_ctr_drbg_set_entropy_len(&random->drbg, ENTROPY_LEN);
    random->seeded = mbedtls_ctr_drbg_set_nonce_len(&random->drbg, 0) == 0 &&
                     mbedtls_ctr_drbg_seed(&random->drbg, draw, random, more.data, more.len) == 0;
    random->entropy = PROV_BYTES_NONE;
    return random->seeded ? PROV_OK : PROV_E_RANDOM;
}

static bool fill(void *context, uint8_t *ret, size_t len)
{
    struct board_random *random = context;

    if (random->fails_after != 0 && ++random->requests > random->fails_after)
        random->seeded = false;
    while (random->seeded && len > 0) {
        size_t part =
            len < MBEDTLS_CTR_DRBG_MAX_REQUEST ? len : (size_t)MBEDTLS_CTR_DRBG_MAX_REQUEST;
        if (mbedtls_ctr_drbg_random(&random->drbg, ret, part) != 0)
            random->seeded = false;
        ret += part;
        len -= part;
    }
    return random->seeded;
}

struct prov_random random_source(struct board_random *random)
{
    return (struct prov_random){fill, random};
}
