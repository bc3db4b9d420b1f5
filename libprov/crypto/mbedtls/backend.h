/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this backend share. Mbed TLS 3.6, its cryptography alone, and p256-m, which comes with
 * it, for P-256. Nothing allocates: an instance lies where its maker puts it, contexts of the library's lie
 * on the stack or in the caller's small structs.
 */
#ifndef PROV_CRYPTO_MBEDTLS_BACKEND_H
#define PROV_CRYPTO_MBEDTLS_BACKEND_H

#include "prov/crypto.h"

struct prov_crypto {
    struct prov_random random;
};

/* The scalar that a prov_key or a prov_ecdh holds. All zeros, which is no scalar, where there is none. */
static inline const uint8_t *prov_mbedtls_scalar(const uint64_t *opaque)
{
    return (const uint8_t *)opaque;
}

/* A scalar from the instance's source: 1 <= ret < n, or PROV_E_RANDOM and zeros. */
PROV_MUST prov_result prov_mbedtls_scalar_draw(struct prov_crypto *crypto,
                                               uint8_t ret[PROV_SCALAR_LEN]);
/* scalar * G. PROV_E_STATE if there is no scalar. */
PROV_MUST prov_result prov_mbedtls_public(const uint8_t scalar[PROV_SCALAR_LEN],
                                          uint8_t ret_point[PROV_POINT_LEN]);
/* p256-m wipes its scalars, but not what its ladder and its range check made of them: called after it, from
 * where it was called. */
void prov_mbedtls_stack_wipe(void);

#endif
