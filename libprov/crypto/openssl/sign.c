/* SPDX-License-Identifier: Apache-2.0
 *
 * ECDSA over P-256 with SHA-256, and long-term keys. libcrypto speaks DER signatures, crypto.h raw
 * ones.
 */
#include "backend.h"

#include <string.h>

#include <openssl/core_names.h>

#define SIGNATURE_DER_MAX 72

/* What prov_key.opaque holds. */
struct pair {
    EVP_PKEY *key;
    EVP_PKEY_CTX *signer;
};

static struct pair pair_get(const struct prov_key *key)
{
    struct pair pair;

    memcpy(&pair, key->opaque, sizeof pair);
    return pair;
}

/* --- verify ----------------------------------------------------------------------------------- */

static bool signature_to_der(const uint8_t raw[PROV_SIGNATURE_LEN], uint8_t ret[SIGNATURE_DER_MAX],
                             size_t *ret_len)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, PROV_SCALAR_LEN, NULL);
    BIGNUM *s = BN_bin2bn(raw + PROV_SCALAR_LEN, PROV_SCALAR_LEN, NULL);
    int len = 0;

    if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
    } else {
        len = i2d_ECDSA_SIG(signature, &ret);
    }
    ECDSA_SIG_free(signature);
    *ret_len = len > 0 ? (size_t)len : 0;
    return len > 0;
}

prov_result prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                               const uint8_t digest[PROV_HASH_LEN],
                               const uint8_t signature[PROV_SIGNATURE_LEN])
{
    uint8_t der[SIGNATURE_DER_MAX];
    size_t der_len;
    EVP_PKEY_CTX *context;
    prov_result result = prov_openssl_peer_set(crypto, point);

    if (result != PROV_OK)
        return result;
    context = EVP_PKEY_CTX_new_from_pkey(NULL, crypto->peer, NULL);
    if (context == NULL || !signature_to_der(signature, der, &der_len) ||
        EVP_PKEY_verify_init(context) != 1)
        result = prov_openssl_fail(PROV_E_INTERNAL);
    else if (EVP_PKEY_verify(context, der, der_len, digest, PROV_HASH_LEN) != 1)
        result = prov_openssl_fail(PROV_E_SIGNATURE);
    EVP_PKEY_CTX_free(context);
    return result;
}

/* --- long-term keys --------------------------------------------------------------------------- */

/* Takes the pair over, whatever the answer. */
static prov_result key_set(EVP_PKEY *pair, struct prov_key *key)
{
    struct pair held = {pair, EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL)};

    if (held.signer == NULL || EVP_PKEY_sign_init(held.signer) != 1) {
        EVP_PKEY_CTX_free(held.signer);
        EVP_PKEY_free(pair);
        return prov_openssl_fail(PROV_E_INTERNAL);
    }
    memset(key, 0, sizeof *key);
    memcpy(key->opaque, &held, sizeof held);
    return PROV_OK;
}

prov_result prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key)
{
    EVP_PKEY *pair;
    prov_result result = prov_openssl_pair_make(crypto, &pair);

    return result == PROV_OK ? key_set(pair, key) : result;
}

prov_result prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                 struct prov_key *key)
{
    EVP_PKEY *pair;
    prov_result result;

    if (scalar.len != PROV_SCALAR_LEN)
        return PROV_E_BOUNDS;
    result = prov_openssl_pair_load(crypto, scalar.data, &pair);
    return result == PROV_OK ? key_set(pair, key) : result;
}

prov_result prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                 struct prov_secret *ret_scalar)
{
    struct pair pair = pair_get(key);
    BIGNUM *number = NULL;
    uint8_t scalar[PROV_SCALAR_LEN];
    prov_result result = PROV_E_INTERNAL;

    (void)crypto;
    if (pair.key == NULL)
        return PROV_E_STATE;
    if (EVP_PKEY_get_bn_param(pair.key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
        BN_bn2binpad(number, scalar, sizeof scalar) == sizeof scalar)
        result = prov_secret_set(ret_scalar, PROV_BYTES_OF(scalar));
    BN_clear_free(number);
    prov_wipe(scalar, sizeof scalar);
    return result == PROV_OK ? PROV_OK : prov_openssl_fail(result);
}

prov_result prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                   uint8_t ret_point[PROV_POINT_LEN])
{
    struct pair pair = pair_get(key);

    (void)crypto;
    return pair.key != NULL ? prov_openssl_pair_point(pair.key, ret_point) : PROV_E_STATE;
}

static bool signature_from_der(const uint8_t *der, size_t len, uint8_t ret[PROV_SIGNATURE_LEN])
{
    uint8_t raw[PROV_SIGNATURE_LEN];
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
    bool ok = signature != NULL &&
              BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, PROV_SCALAR_LEN) == PROV_SCALAR_LEN &&
              BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + PROV_SCALAR_LEN, PROV_SCALAR_LEN) ==
                  PROV_SCALAR_LEN;

    ECDSA_SIG_free(signature);
    if (ok)
        memcpy(ret, raw, sizeof raw);
    return ok;
}

prov_result prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                             const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct pair pair = pair_get(key);
    uint8_t der[SIGNATURE_DER_MAX];
    size_t len = sizeof der;

    (void)crypto;
    if (pair.signer == NULL)
        return PROV_E_STATE;
    if (EVP_PKEY_sign(pair.signer, der, &len, digest, PROV_HASH_LEN) != 1 ||
        !signature_from_der(der, len, ret))
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

void prov_crypto_key_drop(struct prov_crypto *crypto, struct prov_key *key)
{
    struct pair pair = pair_get(key);

    (void)crypto;
    EVP_PKEY_CTX_free(pair.signer);
    EVP_PKEY_free(pair.key);
    prov_wipe(key, sizeof *key);
}
