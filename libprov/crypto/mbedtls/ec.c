/* SPDX-License-Identifier: Apache-2.0
 *
 * P-256: points, scalars and ECDH. Signatures are in sign.c. The scalars and points that p256-m takes are checked
 * by it each time; what it computes with a scalar takes no branch and no address from it.
 */
#include "backend.h"

#include <string.h>

#include <p256-m.h>

/* --- points ----------------------------------------------------------------------------------- */

#define UNCOMPRESSED 4

prov_result prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point)
{
    (void)crypto;
    return point.len == PROV_POINT_LEN && point.data[0] == UNCOMPRESSED &&
                   p256_validate_pubkey(point.data + 1) == P256_SUCCESS
               ? PROV_OK
               : PROV_E_POINT;
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* By rejection (FIPS 186-5, A.2.2). A draw is refused with a chance of 2^-32: a source of which this many
 * are is none. */
#define DRAWS_MAX 16

prov_result prov_mbedtls_scalar_draw(struct prov_crypto *crypto, uint8_t ret[PROV_SCALAR_LEN])
{
    for (int i = 0; i < DRAWS_MAX; i++) {
        if (prov_crypto_random(crypto, ret, PROV_SCALAR_LEN) != PROV_OK)
            break;
        if (p256_validate_privkey(ret) == P256_SUCCESS)
            return PROV_OK;
    }
    prov_wipe(ret, PROV_SCALAR_LEN);
    return PROV_E_RANDOM;
}

prov_result prov_mbedtls_public(const uint8_t scalar[PROV_SCALAR_LEN],
                                uint8_t ret_point[PROV_POINT_LEN])
{
    int code = p256_public_from_private(ret_point + 1, scalar);

    prov_mbedtls_stack_wipe();
    if (code != P256_SUCCESS)
        return PROV_E_STATE;
    ret_point[0] = UNCOMPRESSED;
    return PROV_OK;
}

/* What it reaches on a Cortex-M3 is 620 octets deep; the scalar's traces are in the upper part. */
void prov_mbedtls_stack_wipe(void)
{
    uint8_t room[512];

    prov_wipe(room, sizeof room);
}

/* --- ECDH ------------------------------------------------------------------------------------- */

prov_result prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                  uint8_t ret_point[PROV_POINT_LEN])
{
    uint8_t *scalar = (uint8_t *)ecdh->opaque;
    prov_result result = prov_mbedtls_scalar_draw(crypto, scalar);

    return result == PROV_OK ? prov_mbedtls_public(scalar, ret_point) : result;
}

prov_result prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                   struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    const uint8_t *scalar = prov_mbedtls_scalar(ecdh->opaque);
    prov_result result = PROV_E_STATE;

    if (p256_validate_privkey(scalar) == P256_SUCCESS)
        result = prov_crypto_point_check(crypto, point);
    if (result == PROV_OK && p256_ecdh_shared_secret(ret, scalar, point.data + 1) != P256_SUCCESS)
        result = PROV_E_POINT;
    prov_mbedtls_stack_wipe();
    return result;
}

void prov_crypto_ecdh_drop(struct prov_crypto *crypto, struct prov_ecdh *ecdh)
{
    (void)crypto;
    prov_wipe(ecdh, sizeof *ecdh);
}
