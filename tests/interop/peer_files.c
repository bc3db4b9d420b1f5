/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_files.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static bool bad(const char *path, const char *what)
{
    fprintf(stderr, "dtls-peer: %s: %s\n", path, what);
    return false;
}

static bool scalar_of(EVP_PKEY *pkey, uint8_t ret[PROV_SCALAR_LEN])
{
    BIGNUM *scalar = NULL;
    bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1 &&
              BN_bn2binpad(scalar, ret, PROV_SCALAR_LEN) == PROV_SCALAR_LEN;
    BN_clear_free(scalar);
    return ok;
}

bool peer_key_load(struct peer_files *files, struct prov_crypto *crypto, const char *path)
{
    uint8_t scalar[PROV_SCALAR_LEN], point[PROV_POINT_LEN];
    FILE *file = fopen(path, "r");
    EVP_PKEY *pkey = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (file != NULL)
        fclose(file);
    bool ok = pkey != NULL && scalar_of(pkey, scalar) &&
              prov_crypto_key_load(crypto, PROV_BYTES_OF(scalar), &files->key) == PROV_OK &&
              prov_crypto_key_public(crypto, &files->key, point) == PROV_OK;
    EVP_PKEY_free(pkey);
    if (!ok)
        return bad(path, "not a P-256 private key in PEM");
    prov_spki_encode(point, files->spki);
    return true;
}

bool peer_public_load(struct peer_files *files, const char *path)
{
    uint8_t *der = NULL;
    FILE *file = fopen(path, "r");
    EVP_PKEY *pkey = file == NULL ? NULL : PEM_read_PUBKEY(file, NULL, NULL, NULL);
    if (file != NULL)
        fclose(file);
    bool ok = pkey != NULL && i2d_PUBKEY(pkey, &der) == PROV_SPKI_LEN;
    if (ok)
        memcpy(files->peer_spki, der, PROV_SPKI_LEN);
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    return ok ? true : bad(path, "not a P-256 public key in PEM");
}

static bool cert_keep(struct peer_files *files, X509 *cert, struct prov_bytes *ret)
{
    uint8_t *at = files->octets + files->used;
    int len = i2d_X509(cert, NULL);
    if (len <= 0 || (size_t)len > sizeof(files->octets) - files->used)
        return false;
    *ret = PROV_BYTES(at, (size_t)len);
    files->used += (size_t)i2d_X509(cert, &at);
    return true;
}

bool peer_certs_load(struct peer_files *files, const char *path, struct prov_bytes *ret,
                     size_t *ret_count)
{
    size_t count = 0;
    bool ok = true;
    X509 *cert;
    FILE *file = fopen(path, "r");
    while (file != NULL && ok && (cert = PEM_read_X509(file, NULL, NULL, NULL)) != NULL) {
        ok = count < PEER_CERTS_MAX && cert_keep(files, cert, &ret[count]);
        count++;
        X509_free(cert);
    }
    if (file != NULL)
        fclose(file);
    if (!ok || count == 0)
        return bad(path, "not certificates in PEM, or too many");
    *ret_count = count;
    return true;
}
