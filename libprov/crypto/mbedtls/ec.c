/* SPDX-License-Identifier: Apache-2.0
 *
 * P-256: points and scalars, and ECDH. Signatures are in sign.c.
 */
#include "backend.h"

#include <string.h>

/* --- points ----------------------------------------------------------------------------------- */

prov_result prov_mbedtls_point_read(struct prov_crypto *crypto, struct prov_bytes point,
                                    mbedtls_ecp_point *ret)
{
    int code;

    if (point.len != PROV_POINT_LEN || point.data[0] != 4)
        return PROV_E_POINT;
    code = mbedtls_ecp_point_read_binary(&crypto->group, ret, point.data, point.len);
    if (code == 0)
        code = mbedtls_ecp_check_pubkey(&crypto->group, ret);
    return prov_mbedtls_result(crypto, code, PROV_E_POINT);
}

prov_result prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point)
{
    mbedtls_ecp_point value;
    prov_result result;

    mbedtls_ecp_point_init(&value);
    result = prov_mbedtls_point_read(crypto, point, &value);
    mbedtls_ecp_point_free(&value);
    return result;
}

/* --- scalars ---------------------------------------------------------------------------------- */

prov_result prov_mbedtls_scalar_read(struct prov_crypto *crypto, struct prov_bytes scalar,
                                     mbedtls_mpi *ret)
{
    int code;

    if (scalar.len != PROV_SCALAR_LEN)
        return PROV_E_BOUNDS;
    code = mbedtls_mpi_read_binary(ret, scalar.data, scalar.len);
    if (code == 0)
        code = mbedtls_ecp_check_privkey(&crypto->group, ret);
    return prov_mbedtls_result(crypto, code, PROV_E_BOUNDS);
}

prov_result prov_mbedtls_scalar_make(struct prov_crypto *crypto, mbedtls_mpi *ret)
{
    int code = mbedtls_ecp_gen_privkey(&crypto->group, ret, prov_mbedtls_random, crypto);

    return prov_mbedtls_result(crypto, code, PROV_E_RANDOM);
}

static prov_result point_write(struct prov_crypto *crypto, const mbedtls_ecp_point *point,
                               uint8_t ret[PROV_POINT_LEN])
{
    uint8_t octets[PROV_POINT_LEN];
    size_t len = 0;
    int code = mbedtls_ecp_point_write_binary(&crypto->group, point, MBEDTLS_ECP_PF_UNCOMPRESSED,
                                              &len, octets, sizeof octets);

    if (code != 0 || len != sizeof octets)
        return prov_mbedtls_result(crypto, code != 0 ? code : -1, PROV_E_INTERNAL);
    memcpy(ret, octets, sizeof octets);
    return PROV_OK;
}

prov_result prov_mbedtls_public(struct prov_crypto *crypto, const mbedtls_mpi *scalar,
                                uint8_t ret[PROV_POINT_LEN])
{
    mbedtls_ecp_point point;
    prov_result result;

    mbedtls_ecp_point_init(&point);
    result = prov_mbedtls_result(crypto,
                                 mbedtls_ecp_mul(&crypto->group, &point, scalar, &crypto->group.G,
                                                 prov_mbedtls_random, crypto),
                                 PROV_E_INTERNAL);
    if (result == PROV_OK)
        result = point_write(crypto, &point, ret);
    mbedtls_ecp_point_free(&point);
    return result;
}

/* --- ECDH: the opaque words hold the scalar ---------------------------------------------------- */

/* What prov_ecdh.opaque holds. */
struct pair {
    bool made;
    uint8_t scalar[PROV_SCALAR_LEN];
};

static prov_result pair_make(struct prov_crypto *crypto, mbedtls_mpi *scalar, struct pair *ret,
                             uint8_t ret_point[PROV_POINT_LEN])
{
    uint8_t point[PROV_POINT_LEN];
    prov_result result = prov_mbedtls_scalar_make(crypto, scalar);

    if (result == PROV_OK)
        result = prov_mbedtls_public(crypto, scalar, point);
    if (result == PROV_OK)
        result = prov_mbedtls_result(
            crypto, mbedtls_mpi_write_binary(scalar, ret->scalar, sizeof ret->scalar),
            PROV_E_INTERNAL);
    if (result == PROV_OK)
        memcpy(ret_point, point, sizeof point);
    ret->made = result == PROV_OK;
    return result;
}

prov_result prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                  uint8_t ret_point[PROV_POINT_LEN])
{
    struct pair pair = {0};
    mbedtls_mpi scalar;
    prov_result result;

    mbedtls_mpi_init(&scalar);
    result = pair_make(crypto, &scalar, &pair, ret_point);
    mbedtls_mpi_free(&scalar);
    if (result == PROV_OK) {
        memset(ecdh, 0, sizeof *ecdh);
        memcpy(ecdh->opaque, &pair, sizeof pair);
    }
    prov_wipe(&pair, sizeof pair);
    return result;
}

struct agreement {
    mbedtls_mpi scalar;
    mbedtls_ecp_point peer, shared;
};

static prov_result agree(struct prov_crypto *crypto, struct agreement *a, struct prov_bytes scalar,
                         struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    uint8_t octets[PROV_POINT_LEN];
    prov_result result = prov_mbedtls_point_read(crypto, point, &a->peer);

    if (result == PROV_OK)
        result = prov_mbedtls_scalar_read(crypto, scalar, &a->scalar);
    if (result == PROV_OK)
        result = prov_mbedtls_result(crypto,
                                     mbedtls_ecp_mul(&crypto->group, &a->shared, &a->scalar,
                                                     &a->peer, prov_mbedtls_random, crypto),
                                     PROV_E_INTERNAL);
    if (result == PROV_OK)
        result = point_write(crypto, &a->shared, octets);
    if (result == PROV_OK)
        memcpy(ret, octets + 1, PROV_SCALAR_LEN); /* X */
    prov_wipe(octets, sizeof octets);
    return result;
}

prov_result prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                   struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    struct agreement a;
    struct pair pair;
    prov_result result = PROV_E_STATE;

    memcpy(&pair, ecdh->opaque, sizeof pair);
    mbedtls_mpi_init(&a.scalar);
    mbedtls_ecp_point_init(&a.peer);
    mbedtls_ecp_point_init(&a.shared);
    if (pair.made)
        result = agree(crypto, &a, PROV_BYTES_OF(pair.scalar), point, ret);
    mbedtls_mpi_free(&a.scalar);
    mbedtls_ecp_point_free(&a.peer);
    mbedtls_ecp_point_free(&a.shared);
    prov_wipe(&pair, sizeof pair);
    return result;
}

void prov_crypto_ecdh_drop(struct prov_crypto *crypto, struct prov_ecdh *ecdh)
{
    (void)crypto;
    prov_wipe(ecdh, sizeof *ecdh);
}
