/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

prov_result pki_failed(struct prov_why *why, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    prov_result result =
        code != 0 && ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE ? PROV_E_MEMORY : PROV_E_INTERNAL;
    ERR_clear_error();
    return prov_why_set(why, result, "%s: %s", what,
                        reason == NULL ? "refused by libcrypto" : reason);
}

prov_result pki_digest(struct prov_pki *pki, struct prov_bytes bytes, uint8_t ret[PROV_HASH_LEN])
{
    return prov_crypto_sha256(pki->crypto, &bytes, 1, ret);
}

X509 *pki_cert_parse(struct prov_bytes der)
{
    const unsigned char *at = der.data;
    X509 *cert = der.len > PROV_CERT_MAX ? NULL : d2i_X509(NULL, &at, (long)der.len);
    if (cert != NULL && at != der.data + der.len) {
        X509_free(cert);
        cert = NULL;
    }
    ERR_clear_error();
    return cert;
}

prov_result prov_pki_make(struct prov_crypto *crypto, struct prov_pki **ret)
{
    struct prov_pki *pki = calloc(1, sizeof *pki);
    if (pki == NULL)
        return PROV_E_MEMORY;
    pki->crypto = crypto;
    pki->verify = X509_STORE_CTX_new();
    if (pki->verify == NULL || !pki_extensions_make(pki)) {
        prov_pki_free(pki);
        ERR_clear_error();
        return PROV_E_MEMORY;
    }
    *ret = pki;
    return PROV_OK;
}

void prov_pki_free(struct prov_pki *pki)
{
    if (pki == NULL)
        return;
    pki_extensions_free(pki);
    pki_known_forget(pki);
    X509_free(pki->issuer.cert);
    EVP_PKEY_free(pki->issuer.key);
    X509_STORE_CTX_free(pki->verify);
    X509_STORE_free(pki->anchors);
    prov_wipe(pki, sizeof *pki);
    free(pki);
}

prov_result prov_pki_key_make(struct prov_pki *pki, struct prov_pki_key *ret, struct prov_why *why)
{
    struct prov_key key = {{0}};
    struct prov_pki_key made = {0};
    prov_result result = prov_crypto_key_make(pki->crypto, &key);
    if (result == PROV_OK)
        result = prov_crypto_key_save(pki->crypto, &key, &made.scalar);
    if (result == PROV_OK)
        result = prov_crypto_key_public(pki->crypto, &key, made.point);
    prov_crypto_key_drop(pki->crypto, &key);
    if (result == PROV_OK)
        *ret = made;
    else
        result = prov_why_set(why, result, "cannot make a key: %s", prov_result_text(result));
    prov_pki_key_wipe(&made);
    return result;
}

void prov_pki_key_wipe(struct prov_pki_key *key)
{
    prov_wipe(key, sizeof *key);
}
