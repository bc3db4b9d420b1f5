/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging the chain of a device: first our own strict parser and the profile's rules, on every
 * certificate; then OpenSSL's path validation (RFC 5280, section 6), which knows nothing of
 * purposes here. Of an issuer whose path has verified before (known.c) only the validity is looked at
 * again, and the end entity's signature is checked with its key: OpenSSL 3.0 takes longer to parse a
 * certificate than to check two signatures.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "internal.h"

/* --- anchors ---------------------------------------------------------------------------------- */

static X509_STORE *store_make(const struct prov_bytes *anchors, size_t count)
{
    X509_STORE *store = X509_STORE_new();
    /* an anchor is an anchor, self-signed or not */
    bool ok = store != NULL && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
    for (size_t i = 0; ok && i < count; i++) {
        X509 *cert = pki_cert_parse(anchors[i]);
        ok = cert != NULL && X509_STORE_add_cert(store, cert) == 1;
        X509_free(cert);
    }
    if (!ok) {
        X509_STORE_free(store);
        store = NULL;
    }
    ERR_clear_error();
    return store;
}

/* The same anchors as last time stay as they are. */
static prov_result anchors_ready(struct prov_pki *pki, const struct prov_bytes *anchors,
                                 size_t count, struct prov_why *why)
{
    uint8_t hash[PROV_HASH_LEN];
    prov_result result = prov_crypto_sha256(pki->crypto, anchors, count, hash);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot hash the trust anchors");
    if (pki->anchors != NULL && memcmp(hash, pki->anchors_hash, sizeof hash) == 0)
        return PROV_OK;
    X509_STORE *store = store_make(anchors, count);
    if (store == NULL)
        return prov_why_set(why, PROV_E_FORMAT, "a trust anchor is malformed");
    pki_known_forget(pki);
    X509_STORE_free(pki->anchors);
    pki->anchors = store;
    memcpy(pki->anchors_hash, hash, sizeof hash);
    return PROV_OK;
}

/* --- the profile's rules ---------------------------------------------------------------------- */

static prov_result leaf_check(const struct prov_x509 *leaf, struct prov_eui64 *ret,
                              struct prov_why *why)
{
    if (leaf->is_ca)
        return prov_why_set(why, PROV_E_CERT_PROFILE, "the device's certificate is a CA's");
    if (leaf->key_usage != 0 && (leaf->key_usage & PROV_KU_DIGITAL_SIGNATURE) == 0) {
        return prov_why_set(why, PROV_E_CERT_PROFILE,
                            "the device's certificate has a key usage without digitalSignature");
    }
    if (leaf->eku != 0 && (leaf->eku & PROV_EKU_CLIENT_AUTH) == 0) {
        return prov_why_set(
            why, PROV_E_CERT_PROFILE,
            "the device's certificate has an extended key usage without clientAuth");
    }
    prov_result result = prov_x509_eui64(leaf, ret);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the certificate does not name a device by EUI-64");
    return PROV_OK;
}

/* Every certificate by itself, and that each was issued by the next (H27). */
static prov_result chain_parse(const struct prov_bytes *chain, size_t chain_len,
                               struct prov_x509 ret[PROV_PATH_MAX], struct prov_why *why)
{
    for (size_t i = 0; i < chain_len; i++) {
        prov_result result =
            chain[i].len > PROV_CERT_MAX ? PROV_E_BOUNDS : prov_x509_parse(chain[i], &ret[i]);
        if (result != PROV_OK) {
            return prov_why_set(why, result, "certificate %zu of the chain is refused: %s", i,
                                prov_result_text(result));
        }
        if (i > 0 && !prov_bytes_equal(ret[i - 1].issuer, ret[i].subject)) {
            return prov_why_set(why, PROV_E_ISSUER,
                                "certificate %zu of the chain did not issue the one before", i);
        }
    }
    return PROV_OK;
}

/* --- OpenSSL's path validation ---------------------------------------------------------------- */

static prov_result verdict(int code, struct prov_why *why)
{
    static const struct {
        int code;
        prov_result result;
    } table[] = {
        {X509_V_ERR_CERT_HAS_EXPIRED, PROV_E_TIME},
        {X509_V_ERR_CERT_NOT_YET_VALID, PROV_E_TIME},
        {X509_V_ERR_CERT_SIGNATURE_FAILURE, PROV_E_SIGNATURE},
        {X509_V_ERR_CERT_CHAIN_TOO_LONG, PROV_E_DEPTH},
        {X509_V_ERR_INVALID_CA, PROV_E_CERT_PROFILE},
        {X509_V_ERR_PATH_LENGTH_EXCEEDED, PROV_E_CERT_PROFILE},
        {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, PROV_E_CERT_PROFILE},
        {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, PROV_E_CERT_PROFILE},
        {X509_V_ERR_INVALID_EXTENSION, PROV_E_CERT_PROFILE},
        {X509_V_ERR_PERMITTED_VIOLATION, PROV_E_CERT_PROFILE},
        {X509_V_ERR_EXCLUDED_VIOLATION, PROV_E_CERT_PROFILE},
        {X509_V_ERR_OUT_OF_MEM, PROV_E_MEMORY},
    };
    prov_result result = PROV_E_ISSUER;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].code == code)
            result = table[i].result;
    return prov_why_set(why, result, "the chain is refused: %s",
                        X509_verify_cert_error_string(code));
}

struct path {
    X509 *leaf;
    STACK_OF(X509) * others;
};

static void path_free(struct path *path)
{
    X509_free(path->leaf);
    sk_X509_pop_free(path->others, X509_free);
}

static prov_result path_add(struct path *path, struct prov_bytes der)
{
    X509 *cert = pki_cert_parse(der);
    if (cert == NULL)
        return PROV_E_FORMAT;
    if (sk_X509_push(path->others, cert) <= 0) {
        X509_free(cert);
        return PROV_E_MEMORY;
    }
    return PROV_OK;
}

static prov_result path_load(const struct prov_bytes *chain, size_t chain_len, struct path *path)
{
    path->leaf = pki_cert_parse(chain[0]);
    path->others = sk_X509_new_null();
    if (path->leaf == NULL || path->others == NULL)
        return path->leaf == NULL ? PROV_E_FORMAT : PROV_E_MEMORY;
    prov_result result = PROV_OK;
    for (size_t i = 1; result == PROV_OK && i < chain_len; i++)
        result = path_add(path, chain[i]);
    return result;
}

/* Validity includes both ends (RFC 5280, section 4.1.2.5); OpenSSL takes the last second for expired. */
static int last_second(int ok, X509_STORE_CTX *context)
{
    X509 *cert = X509_STORE_CTX_get_current_cert(context);
    time_t now = X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context));
    if (ok == 0 && cert != NULL &&
        X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_HAS_EXPIRED &&
        ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), now) == 0) {
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return 1;
    }
    return ok;
}

static prov_result path_verify(struct prov_pki *pki, const struct path *path, int64_t now,
                               struct prov_why *why)
{
    if (X509_STORE_CTX_init(pki->verify, pki->anchors, path->leaf, path->others) != 1)
        return pki_failed(why, "path validation");
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(pki->verify);
    X509_VERIFY_PARAM_set_time(param, (time_t)now);
    X509_VERIFY_PARAM_set_depth(param, PROV_PATH_MAX);
    X509_STORE_CTX_set_verify_cb(pki->verify, last_second);
    bool ok = X509_verify_cert(pki->verify) == 1;
    int code = X509_STORE_CTX_get_error(pki->verify);
    if (ok && code == X509_V_OK)
        return PROV_OK;
    return verdict(code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code, why);
}

/* upper: the hash of what is behind the end entity. */
static prov_result path_check(struct prov_pki *pki, const struct prov_bytes *chain,
                              size_t chain_len, int64_t now, const uint8_t upper[PROV_HASH_LEN],
                              struct prov_why *why)
{
    struct path path = {0};
    prov_result result = path_load(chain, chain_len, &path);
    if (result == PROV_OK)
        result = path_verify(pki, &path, now, why);
    else
        result = prov_why_set(why, result, "the chain is not one for OpenSSL: %s",
                              prov_result_text(result));
    if (result == PROV_OK && chain_len > 1)
        pki_known_keep(pki, upper, chain[1]);
    X509_STORE_CTX_cleanup(pki->verify);
    path_free(&path);
    ERR_clear_error();
    return result;
}

/* --- an end entity below a known issuer ------------------------------------------------------- */

/* Key identifiers that could speak against the issuer are left to OpenSSL. */
static bool is_plain(const struct prov_x509 *leaf, const struct prov_x509 *issuer)
{
    return leaf->aki_serial.len == 0 &&
           (leaf->aki.len == 0 || prov_bytes_equal(leaf->aki, issuer->ski));
}

static prov_result leaf_verify(struct prov_pki *pki, const struct prov_x509 *leaf,
                               const struct prov_x509 *issuer, int64_t now, struct prov_why *why)
{
    if (now < leaf->not_before || now > leaf->not_after)
        return verdict(now < leaf->not_before ? X509_V_ERR_CERT_NOT_YET_VALID
                                              : X509_V_ERR_CERT_HAS_EXPIRED,
                       why);
    prov_result result = prov_x509_verify(leaf, pki->crypto, issuer);
    if (result == PROV_E_SIGNATURE)
        return verdict(X509_V_ERR_CERT_SIGNATURE_FAILURE, why);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the device's certificate: %s", prov_result_text(result));
    return PROV_OK;
}

/* certs: the chain, taken apart. */
static prov_result path_judge(struct prov_pki *pki, const struct prov_bytes *chain,
                              const struct prov_x509 *certs, size_t chain_len, int64_t now,
                              struct prov_why *why)
{
    uint8_t upper[PROV_HASH_LEN];
    prov_result result = prov_crypto_sha256(pki->crypto, chain + 1, chain_len - 1, upper);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot hash the chain");
    if (chain_len > 1 && pki_known_fits(pki, upper, now) && is_plain(&certs[0], &certs[1]))
        return leaf_verify(pki, &certs[0], &certs[1], now, why);
    return path_check(pki, chain, chain_len, now, upper, why);
}

prov_result prov_pki_chain_check(struct prov_pki *pki, const struct prov_bytes *chain,
                                 size_t chain_len, const struct prov_bytes *anchors,
                                 size_t anchor_count, int64_t now, struct prov_pki_verdict *ret,
                                 struct prov_why *why)
{
    struct prov_x509 certs[PROV_PATH_MAX];
    const struct prov_x509 *leaf = &certs[0];
    struct prov_pki_verdict found = {0};
    if (chain_len == 0 || anchor_count == 0)
        return prov_why_set(why, PROV_E_ISSUER, "there is no chain or no trust anchor");
    if (chain_len > PROV_PATH_MAX) {
        return prov_why_set(why, PROV_E_DEPTH, "the chain has %zu certificates, more than %d",
                            chain_len, PROV_PATH_MAX);
    }
    prov_result result = chain_parse(chain, chain_len, certs, why);
    if (result == PROV_OK)
        result = leaf_check(leaf, &found.device, why);
    if (result == PROV_OK)
        result = anchors_ready(pki, anchors, anchor_count, why);
    if (result == PROV_OK)
        result = path_judge(pki, chain, certs, chain_len, now, why);
    if (result == PROV_OK)
        result = pki_digest(pki, leaf->spki, found.spki_sha256);
    if (result == PROV_OK) {
        found.issuer = leaf->issuer;
        found.serial = leaf->serial;
        *ret = found;
    }
    return result;
}
