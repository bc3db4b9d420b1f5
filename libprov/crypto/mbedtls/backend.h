/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this backend share. Mbed TLS 3.6, its cryptography alone; memory comes from
 * mbedtls_calloc: the heap on a host, an arena of the image's in firmware.
 */
#ifndef PROV_CRYPTO_MBEDTLS_BACKEND_H
#define PROV_CRYPTO_MBEDTLS_BACKEND_H

#include "prov/crypto.h"

#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>

struct prov_crypto {
    struct prov_random random;
    bool random_failed; /* in the library call at hand */
    mbedtls_ecp_group group;
};

/* f_rng of the library: from the instance's source. */
int prov_mbedtls_random(void *crypto, unsigned char *ret, size_t len);
/* What a call of the library has answered: PROV_OK, PROV_E_RANDOM, PROV_E_MEMORY, or `otherwise`. */
prov_result prov_mbedtls_result(struct prov_crypto *crypto, int code, prov_result otherwise);
/* The source that stands behind prov_crypto_make(NULL, …): the system's on a host, none in firmware. */
bool prov_mbedtls_system_random(void *context, uint8_t *ret, size_t len);

/* 1 <= scalar < n, or PROV_E_BOUNDS. `ret` is initialized. */
PROV_MUST prov_result prov_mbedtls_scalar_read(struct prov_crypto *crypto, struct prov_bytes scalar,
                                               mbedtls_mpi *ret);
/* On the curve and uncompressed, or PROV_E_POINT. `ret` is initialized. */
PROV_MUST prov_result prov_mbedtls_point_read(struct prov_crypto *crypto, struct prov_bytes point,
                                              mbedtls_ecp_point *ret);
/* scalar * G, 65 octets. */
PROV_MUST prov_result prov_mbedtls_public(struct prov_crypto *crypto, const mbedtls_mpi *scalar,
                                          uint8_t ret[PROV_POINT_LEN]);
/* A fresh scalar from the instance's source. */
PROV_MUST prov_result prov_mbedtls_scalar_make(struct prov_crypto *crypto, mbedtls_mpi *ret);

#endif
