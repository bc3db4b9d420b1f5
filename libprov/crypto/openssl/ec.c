/* SPDX-License-Identifier: Apache-2.0
 *
 * P-256: key pairs and points, and ECDH. Signatures are in sign.c.
 */
#include "backend.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#define CURVE "prime256v1" /* libcrypto's word for P-256, secp256r1 */

static prov_result parameters_make(struct prov_crypto *crypto)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok = context != NULL && EVP_PKEY_paramgen_init(context) == 1 &&
              EVP_PKEY_CTX_set_group_name(context, CURVE) == 1 &&
              EVP_PKEY_paramgen(context, &crypto->parameters) == 1;

    EVP_PKEY_CTX_free(context);
    return ok ? PROV_OK : PROV_E_INTERNAL;
}

prov_result prov_openssl_ec_make(struct prov_crypto *crypto)
{
    prov_result result = parameters_make(crypto);

    if (result != PROV_OK)
        return result;
    crypto->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    crypto->numbers = BN_CTX_new();
    crypto->peer = EVP_PKEY_new();
    crypto->key_gen = EVP_PKEY_CTX_new_from_pkey(NULL, crypto->parameters, NULL);
    if (crypto->group == NULL || crypto->numbers == NULL || crypto->peer == NULL ||
        crypto->key_gen == NULL)
        return PROV_E_MEMORY;
    crypto->point = EC_POINT_new(crypto->group);
    if (crypto->point == NULL)
        return PROV_E_MEMORY;
    if (EVP_PKEY_copy_parameters(crypto->peer, crypto->parameters) != 1 ||
        EVP_PKEY_keygen_init(crypto->key_gen) != 1)
        return PROV_E_INTERNAL;
    return PROV_OK;
}

void prov_openssl_ec_free(struct prov_crypto *crypto)
{
    EVP_PKEY_free(crypto->peer);
    EVP_PKEY_CTX_free(crypto->key_gen);
    EVP_PKEY_free(crypto->parameters);
    EC_POINT_free(crypto->point);
    BN_CTX_free(crypto->numbers);
    EC_GROUP_free(crypto->group);
}

/* --- points ----------------------------------------------------------------------------------- */

static bool is_uncompressed(struct prov_bytes point)
{
    return point.len == PROV_POINT_LEN && point.data[0] == POINT_CONVERSION_UNCOMPRESSED;
}

prov_result prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point)
{
    if (!is_uncompressed(point))
        return PROV_E_POINT;
    /* Answers 0 for coordinates of p and above and for what is not on the curve. */
    if (EC_POINT_oct2point(crypto->group, crypto->point, point.data, point.len, crypto->numbers) !=
        1)
        return prov_openssl_fail(PROV_E_POINT);
    return PROV_OK;
}

prov_result prov_openssl_peer_set(struct prov_crypto *crypto, struct prov_bytes point)
{
    if (!is_uncompressed(point))
        return PROV_E_POINT;
    if (EVP_PKEY_set1_encoded_public_key(crypto->peer, point.data, point.len) != 1)
        return prov_openssl_fail(PROV_E_POINT);
    return PROV_OK;
}

/* --- pairs ------------------------------------------------------------------------------------ */

static prov_result point_of(struct prov_crypto *crypto, const BIGNUM *scalar,
                            uint8_t ret[PROV_POINT_LEN])
{
    if (EC_POINT_mul(crypto->group, crypto->point, scalar, NULL, NULL, crypto->numbers) != 1 ||
        EC_POINT_point2oct(crypto->group, crypto->point, POINT_CONVERSION_UNCOMPRESSED, ret,
                           PROV_POINT_LEN, crypto->numbers) != PROV_POINT_LEN)
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

static prov_result pair_from(const BIGNUM *scalar, uint8_t point[PROV_POINT_LEN], EVP_PKEY **ret)
{
    uint8_t native[PROV_SCALAR_LEN];
    char curve[] = CURVE;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, PROV_POINT_LEN),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *pair = NULL;
    bool ok = context != NULL && BN_bn2nativepad(scalar, native, sizeof native) == sizeof native &&
              EVP_PKEY_fromdata_init(context) == 1 &&
              EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, parameters) == 1;

    EVP_PKEY_CTX_free(context);
    prov_wipe(native, sizeof native);
    if (!ok)
        return prov_openssl_fail(PROV_E_INTERNAL);
    *ret = pair;
    return PROV_OK;
}

prov_result prov_openssl_pair_load(struct prov_crypto *crypto,
                                   const uint8_t scalar[PROV_SCALAR_LEN], EVP_PKEY **ret)
{
    BIGNUM *number = BN_secure_new();
    uint8_t point[PROV_POINT_LEN];
    prov_result result;

    if (number == NULL || BN_bin2bn(scalar, PROV_SCALAR_LEN, number) == NULL) {
        BN_clear_free(number);
        return prov_openssl_fail(PROV_E_MEMORY);
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(crypto->group)) >= 0)
        result = PROV_E_BOUNDS;
    else
        result = point_of(crypto, number, point);
    if (result == PROV_OK)
        result = pair_from(number, point, ret);
    BN_clear_free(number);
    return result;
}

/* From the caller's source by rejection (FIPS 186-5, A.2.2). A draw fails with a chance of 2^-32,
 * so a source that fails this often is no source. */
#define DRAWS_MAX 16

static prov_result pair_draw(struct prov_crypto *crypto, EVP_PKEY **ret)
{
    uint8_t scalar[PROV_SCALAR_LEN];
    prov_result result = PROV_E_BOUNDS;

    for (int i = 0; i < DRAWS_MAX && result == PROV_E_BOUNDS; i++) {
        result = prov_crypto_random(crypto, scalar, sizeof scalar);
        if (result == PROV_OK)
            result = prov_openssl_pair_load(crypto, scalar, ret);
    }
    prov_wipe(scalar, sizeof scalar);
    return result == PROV_E_BOUNDS ? PROV_E_RANDOM : result;
}

prov_result prov_openssl_pair_make(struct prov_crypto *crypto, EVP_PKEY **ret)
{
    EVP_PKEY *pair = NULL;

    if (crypto->has_random)
        return pair_draw(crypto, ret);
    if (EVP_PKEY_generate(crypto->key_gen, &pair) != 1)
        return prov_openssl_fail(RAND_status() == 1 ? PROV_E_INTERNAL : PROV_E_RANDOM);
    *ret = pair;
    return PROV_OK;
}

prov_result prov_openssl_pair_point(const EVP_PKEY *pair, uint8_t ret[PROV_POINT_LEN])
{
    uint8_t point[PROV_POINT_LEN];
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) !=
            1 ||
        len != PROV_POINT_LEN || point[0] != POINT_CONVERSION_UNCOMPRESSED)
        return prov_openssl_fail(PROV_E_INTERNAL);
    memcpy(ret, point, PROV_POINT_LEN);
    return PROV_OK;
}

/* --- ECDH ------------------------------------------------------------------------------------- */

static EVP_PKEY *ecdh_pair(const struct prov_ecdh *ecdh)
{
    EVP_PKEY *pair;

    memcpy(&pair, ecdh->opaque, sizeof pair);
    return pair;
}

prov_result prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                  uint8_t ret_point[PROV_POINT_LEN])
{
    EVP_PKEY *pair;
    prov_result result = prov_openssl_pair_make(crypto, &pair);

    if (result != PROV_OK)
        return result;
    result = prov_openssl_pair_point(pair, ret_point);
    if (result != PROV_OK) {
        EVP_PKEY_free(pair);
        return result;
    }
    memset(ecdh, 0, sizeof *ecdh);
    memcpy(ecdh->opaque, &pair, sizeof pair);
    return PROV_OK;
}

/* The peer's point was found on the curve when it was read, and the group has no small subgroup:
 * the library's own check of the peer (n * Q, as dear as the agreement) would find nothing more (SP
 * 800-56A, 5.6.2.3.4). */
static bool derive(EVP_PKEY_CTX *context, EVP_PKEY *peer, uint8_t secret[PROV_SCALAR_LEN])
{
    size_t len = PROV_SCALAR_LEN;

    return context != NULL && EVP_PKEY_derive_init(context) == 1 &&
           EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 &&
           EVP_PKEY_derive(context, secret, &len) == 1 && len == PROV_SCALAR_LEN;
}

prov_result prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                   struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    EVP_PKEY *pair = ecdh_pair(ecdh);
    uint8_t secret[PROV_SCALAR_LEN];
    EVP_PKEY_CTX *context;
    prov_result result;

    if (pair == NULL)
        return PROV_E_STATE;
    result = prov_openssl_peer_set(crypto, point);
    if (result != PROV_OK)
        return result;
    context = EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL);
    if (derive(context, crypto->peer, secret))
        memcpy(ret, secret, sizeof secret);
    else
        result = prov_openssl_fail(PROV_E_INTERNAL);
    EVP_PKEY_CTX_free(context);
    prov_wipe(secret, sizeof secret);
    return result;
}

void prov_crypto_ecdh_drop(struct prov_crypto *crypto, struct prov_ecdh *ecdh)
{
    (void)crypto;
    EVP_PKEY_free(ecdh_pair(ecdh));
    prov_wipe(ecdh, sizeof *ecdh);
}
