/* SPDX-License-Identifier: Apache-2.0
 *
 * What a host has beside a board: a heap for the instance, the system's random source, and SHA-1 for certificate
 * URLs.
 */
#include "backend.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include <mbedtls/sha1.h>

/* Waits until the system's source is seeded (RFC 7925, section 12). */
static bool system_random(void *context, uint8_t *ret, size_t len)
{
    (void)context;
    while (len > 0) {
        ssize_t got = getrandom(ret, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        ret += got;
        len -= (size_t)got;
    }
    return true;
}

prov_result prov_crypto_make(const struct prov_random *random, struct prov_crypto **ret)
{
    static const struct prov_random of_the_system = {system_random, NULL};
    struct prov_crypto *room = malloc(sizeof *room);

    if (room == NULL)
        return PROV_E_MEMORY;
    return prov_crypto_make_in(room, sizeof *room, random != NULL ? random : &of_the_system, ret);
}

void prov_crypto_free(struct prov_crypto *crypto)
{
    free(crypto);
}

prov_result prov_crypto_sha1(struct prov_crypto *crypto, struct prov_bytes bytes, uint8_t ret[20])
{
    (void)crypto;
    return mbedtls_sha1(bytes.data, bytes.len, ret) == 0 ? PROV_OK : PROV_E_INTERNAL;
}
