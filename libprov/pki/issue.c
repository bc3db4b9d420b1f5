/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing: root, issuing CA, end entities.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/x509v3.h>

#include "internal.h"
#include "prov/text.h"

/* --- the issuer ------------------------------------------------------------------------------- */

/* A key object from its two halves. */
static EVP_PKEY *key_object(const struct prov_secret *scalar, const uint8_t point[PROV_POINT_LEN])
{
    uint8_t native[PROV_SCALAR_LEN], public[PROV_POINT_LEN];
    char group[] = "prime256v1";
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    BIGNUM *number = BN_secure_new();
    memcpy(public, point, sizeof public);
    if (context != NULL && number != NULL && BN_bin2bn(scalar->data, scalar->len, number) != NULL &&
        BN_bn2nativepad(number, native, sizeof native) == (int)sizeof native) {
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public),
            OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
            OSSL_PARAM_construct_end(),
        };
        if (EVP_PKEY_fromdata_init(context) != 1 ||
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) != 1)
            key = NULL;
    }
    BN_clear_free(number);
    EVP_PKEY_CTX_free(context);
    prov_wipe(native, sizeof native);
    return key;
}

/* The scalar's public half, computed. */
static prov_result public_of(struct prov_pki *pki, const struct prov_secret *scalar,
                             uint8_t ret[PROV_POINT_LEN])
{
    struct prov_key key = {{0}};
    prov_result result = prov_crypto_key_load(pki->crypto, prov_secret_bytes(scalar), &key);
    if (result == PROV_OK)
        result = prov_crypto_key_public(pki->crypto, &key, ret);
    prov_crypto_key_drop(pki->crypto, &key);
    return result;
}

static bool cert_has_point(const X509 *cert, const uint8_t point[PROV_POINT_LEN])
{
    const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
    return bits != NULL && ASN1_STRING_length(bits) == PROV_POINT_LEN &&
           memcmp(ASN1_STRING_get0_data(bits), point, PROV_POINT_LEN) == 0;
}

static bool seconds_of(const ASN1_TIME *time, int64_t *ret)
{
    char digits[PROV_TIME_DIGITS + 1];
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1 ||
        strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &tm) != PROV_TIME_DIGITS)
        return false;
    *ret = prov_time_from_digits((const uint8_t *)digits, PROV_TIME_DIGITS);
    return *ret >= 0;
}

static prov_result issuer_check(X509 *cert, const uint8_t point[PROV_POINT_LEN],
                                struct prov_why *why)
{
    uint32_t flags = X509_get_extension_flags(cert);
    if ((flags & EXFLAG_INVALID) != 0 || (flags & EXFLAG_CA) == 0 ||
        (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN) == 0) {
        return prov_why_set(why, PROV_E_CERT_PROFILE,
                            "the issuer's certificate is not that of a CA");
    }
    if (!cert_has_point(cert, point)) {
        return prov_why_set(why, PROV_E_WRONG_KEY,
                            "the issuer's private key does not fit its certificate");
    }
    return PROV_OK;
}

static void issuer_drop(struct pki_issuer *issuer)
{
    X509_free(issuer->cert);
    EVP_PKEY_free(issuer->key);
    prov_wipe(issuer, sizeof *issuer);
}

static prov_result issuer_make(struct prov_pki *pki, const struct prov_pki_issuer *in,
                               struct pki_issuer *issuer, struct prov_why *why)
{
    uint8_t point[PROV_POINT_LEN];
    issuer->cert = pki_cert_parse(in->cert);
    if (issuer->cert == NULL)
        return prov_why_set(why, PROV_E_FORMAT, "the issuer's certificate is malformed");
    prov_result result = public_of(pki, in->scalar, point);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the issuer's private key: %s", prov_result_text(result));
    result = issuer_check(issuer->cert, point, why);
    if (result != PROV_OK)
        return result;
    issuer->key = key_object(in->scalar, point);
    if (issuer->key == NULL || !seconds_of(X509_get0_notAfter(issuer->cert), &issuer->not_after))
        return pki_failed(why, "the issuer's key");
    issuer->scalar = *in->scalar;
    return PROV_OK;
}

/* Made ready once and kept for as long as the same one issues. */
static prov_result issuer_ready(struct prov_pki *pki, const struct prov_pki_issuer *in,
                                struct prov_why *why)
{
    struct pki_issuer issuer = {0};
    prov_result result = pki_digest(pki, in->cert, issuer.hash);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot hash the issuer's certificate");
    if (pki->issuer.cert != NULL &&
        memcmp(pki->issuer.hash, issuer.hash, sizeof issuer.hash) == 0 &&
        prov_bytes_equal_secret(prov_secret_bytes(&pki->issuer.scalar),
                                prov_secret_bytes(in->scalar)))
        return PROV_OK;
    result = issuer_make(pki, in, &issuer, why);
    if (result != PROV_OK) {
        issuer_drop(&issuer);
        return result;
    }
    issuer_drop(&pki->issuer);
    pki->issuer = issuer;
    prov_secret_wipe(&issuer.scalar);
    return PROV_OK;
}

/* --- what all certificates share -------------------------------------------------------------- */

static prov_result validity_check(const struct prov_validity *validity,
                                  const struct pki_issuer *issuer, struct prov_why *why)
{
    if (validity->not_before < 0 || validity->not_after > PROV_TIME_NEVER ||
        validity->not_before > validity->not_after)
        return prov_why_set(why, PROV_E_BOUNDS, "the validity does not begin before it ends");
    if (issuer != NULL && validity->not_after > issuer->not_after) {
        char text[PROV_TIME_TEXT];
        prov_time_format(issuer->not_after, text);
        return prov_why_set(why, PROV_E_POLICY,
                            "the certificate would outlive its issuer, which ends %s", text);
    }
    return PROV_OK;
}

/* What every certificate has. */
static prov_result cert_begin(struct prov_pki *pki, const struct prov_validity *validity,
                              const uint8_t point[PROV_POINT_LEN], X509 **ret, struct prov_why *why)
{
    uint8_t serial[PROV_SERIAL_LEN];
    prov_result result = prov_crypto_random(pki->crypto, serial, sizeof serial);
    if (result != PROV_OK)
        return prov_why_set(why, result, "no random octets for a serial number");
    X509 *cert = X509_new();
    if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
        pki_put_serial(cert, serial) && pki_put_validity(cert, validity) &&
        pki_put_public(cert, point)) {
        *ret = cert;
        return PROV_OK;
    }
    X509_free(cert);
    return pki_failed(why, "making a certificate");
}

/* Signs and appends. */
static prov_result cert_finish(X509 *cert, EVP_PKEY *key, struct prov_buf *ret,
                               struct prov_why *why)
{
    if (X509_sign(cert, key, EVP_sha256()) <= 0)
        return pki_failed(why, "signing a certificate");
    int len = i2d_X509(cert, NULL);
    if (len <= 0)
        return pki_failed(why, "encoding a certificate");
    if (len > PROV_CERT_MAX) {
        return prov_why_set(why, PROV_E_BOUNDS, "the certificate has %d octets, more than %d", len,
                            PROV_CERT_MAX);
    }
    unsigned char *at = prov_put_space(ret, (size_t)len);
    if (at == NULL)
        return prov_why_set(why, PROV_E_OVERFLOW, "no room for a certificate of %d octets", len);
    (void)i2d_X509(cert, &at);
    return PROV_OK;
}

static bool name_add(X509_NAME *name, int nid, int type, const char *text)
{
    return X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)text, -1, -1, 0) == 1;
}

/* --- certificate authorities ------------------------------------------------------------------ */

static prov_result ca_name_check(const struct prov_pki_ca_name *name, struct prov_why *why)
{
    const char *c = name->country == NULL ? "" : name->country;
    if (strlen(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z')
        return prov_why_set(why, PROV_E_POLICY, "a CA needs a country of two capital letters");
    size_t len = name->organisation == NULL ? 0 : strlen(name->organisation);
    if (len == 0 || len > 64)
        return prov_why_set(why, PROV_E_POLICY, "a CA needs an organisation of 1 to 64 octets");
    len = name->common_name == NULL ? 0 : strlen(name->common_name);
    if (len == 0 || len > 64)
        return prov_why_set(why, PROV_E_POLICY, "a CA needs a common name of 1 to 64 octets");
    return PROV_OK;
}

static bool ca_fill(struct prov_pki *pki, X509 *cert, const struct prov_pki_ca_name *name,
                    const struct prov_pki_key *key, const X509 *issuer)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    return name_add(subject, NID_countryName, V_ASN1_PRINTABLESTRING, name->country) &&
           name_add(subject, NID_organizationName, V_ASN1_UTF8STRING, name->organisation) &&
           name_add(subject, NID_commonName, V_ASN1_UTF8STRING, name->common_name) &&
           X509_set_issuer_name(cert, issuer == NULL ? subject : X509_get_subject_name(issuer)) ==
               1 &&
           pki_put_extension(pki, cert, PKI_CA_TRUE) &&
           pki_put_extension(pki, cert, issuer == NULL ? PKI_KU_ROOT : PKI_KU_ISSUING) &&
           pki_put_key_id(pki, cert, key->point) &&
           (issuer == NULL || pki_put_authority(cert, issuer));
}

static prov_result ca_sign(struct prov_pki *pki, X509 *cert, const struct pki_issuer *issuer,
                           const struct prov_pki_ca_name *name, const struct prov_pki_key *key,
                           struct prov_buf *ret, struct prov_why *why)
{
    EVP_PKEY *self = issuer == NULL ? key_object(&key->scalar, key->point) : NULL;
    EVP_PKEY *signer = issuer == NULL ? self : issuer->key;
    prov_result result;
    if (signer == NULL || !ca_fill(pki, cert, name, key, issuer == NULL ? NULL : issuer->cert))
        result = pki_failed(why, "making a CA's certificate");
    else
        result = cert_finish(cert, signer, ret, why);
    EVP_PKEY_free(self);
    return result;
}

static prov_result ca_make(struct prov_pki *pki, const struct pki_issuer *issuer,
                           const struct prov_pki_ca_name *name, const struct prov_pki_key *key,
                           const struct prov_validity *validity, struct prov_buf *ret,
                           struct prov_why *why)
{
    X509 *cert = NULL;
    prov_result result = cert_begin(pki, validity, key->point, &cert, why);
    if (result == PROV_OK)
        result = ca_sign(pki, cert, issuer, name, key, ret, why);
    X509_free(cert);
    return result;
}

prov_result prov_pki_ca_issue(struct prov_pki *pki, const struct prov_pki_issuer *issuer,
                              const struct prov_pki_ca_name *name, const struct prov_pki_key *key,
                              const struct prov_validity *validity, struct prov_buf *ret,
                              struct prov_why *why)
{
    prov_result result = ca_name_check(name, why);
    if (result == PROV_OK && issuer != NULL)
        result = issuer_ready(pki, issuer, why);
    if (result == PROV_OK)
        result = validity_check(validity, issuer == NULL ? NULL : &pki->issuer, why);
    if (result != PROV_OK)
        return result;
    return ca_make(pki, issuer == NULL ? NULL : &pki->issuer, name, key, validity, ret, why);
}

/* --- end entities ----------------------------------------------------------------------------- */

static const struct prov_cert_profile *profile_of(const struct prov_pki_leaf *leaf)
{
    return leaf->profile == NULL ? &prov_cert_profile_rfc7925 : leaf->profile;
}

static enum prov_cert_role role_of(const struct prov_pki_leaf *leaf)
{
    if (leaf->device == NULL)
        return PROV_CERT_SERVER;
    if (leaf->serves)
        return PROV_CERT_DEVICE_SERVER;
    return leaf->use == PROV_USE_BOOTSTRAP ? PROV_CERT_IDEVID : PROV_CERT_LDEVID;
}

/* What the profile's row says of an element: SHOULD is done too. */
static bool wants(const struct prov_pki_leaf *leaf, enum prov_cert_element element)
{
    const struct prov_cert_rule *rule =
        prov_cert_rule_find(profile_of(leaf), role_of(leaf), element);

    return rule != NULL && rule->presence >= PROV_DEMAND_SHOULD;
}

static prov_result profile_check(const struct prov_pki *pki, const struct prov_pki_leaf *leaf,
                                 struct prov_why *why)
{
    if (!wants(leaf, PROV_ELEMENT_AKI) || pki_has_key_id(pki->issuer.cert))
        return PROV_OK;
    return prov_why_set(
        why, PROV_E_CERT_PROFILE,
        "the issuer's certificate has no key identifier of 20 octets, which %s needs",
        profile_of(leaf)->name);
}

static prov_result leaf_check(struct prov_pki *pki, const struct prov_pki_leaf *leaf,
                              struct prov_why *why)
{
    if ((leaf->device == NULL) == (leaf->server == NULL))
        return prov_why_set(why, PROV_E_USAGE, "a certificate is for one device or one server");
    if (leaf->serves && (leaf->device == NULL || leaf->use != PROV_USE_OPERATIONAL)) {
        return prov_why_set(why, PROV_E_POLICY,
                            "only a device's operational certificate is for the role of a server");
    }
    bool factory = leaf->device != NULL && leaf->use == PROV_USE_BOOTSTRAP;
    if (!factory && leaf->validity.not_after >= PROV_TIME_NEVER) {
        return prov_why_set(why, PROV_E_POLICY,
                            "only a device's bootstrap certificate may have no expiry");
    }
    prov_result result =
        prov_crypto_point_check(pki->crypto, PROV_BYTES(leaf->point, PROV_POINT_LEN));
    if (result != PROV_OK)
        return prov_why_set(why, result, "the public key is not an uncompressed point on P-256");
    result = profile_check(pki, leaf, why);
    return result == PROV_OK ? validity_check(&leaf->validity, &pki->issuer, why) : result;
}

static bool has_san(const struct prov_pki_leaf *leaf)
{
    return leaf->form == PROV_EUI_FORM_DEFAULT ? wants(leaf, PROV_ELEMENT_SAN)
                                               : leaf->form == PROV_EUI_FORM_SAN;
}

/* An EUI-64 that serves as the device's serial number may stand there (section 17.4.1 of the 1.3
 * profile); RFC 7925 knows no such attribute. */
static bool has_serial(const struct prov_pki_leaf *leaf)
{
    return profile_of(leaf) == &prov_cert_profile_tls13_iot;
}

/* Row 25. The extension is critical with an empty subject (RFC 5280, section 4.2.1.6). */
static bool device_name(X509 *cert, const struct prov_pki_leaf *leaf)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    const uint8_t *e = leaf->device->octets;
    const uint8_t eui48[6] = {e[0], e[1], e[2], e[5], e[6], e[7]};
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(leaf->device, text);
    if (!has_san(leaf))
        return name_add(subject, NID_commonName, V_ASN1_UTF8STRING, text);
    return (!has_serial(leaf) ||
            name_add(subject, NID_serialNumber, V_ASN1_PRINTABLESTRING, text)) &&
           pki_put_mac_name(cert, leaf->from_eui48 ? PROV_BYTES_OF(eui48) : PROV_BYTES(e, 8),
                            !has_serial(leaf));
}

/* A bootstrap certificate has no EKU (row 35). */
static bool device_fill(const struct prov_pki *pki, X509 *cert, const struct prov_pki_leaf *leaf)
{
    enum pki_extension eku = leaf->serves ? PKI_EKU_SERVER : PKI_EKU_CLIENT;
    return pki_put_extension(pki, cert, PKI_KU_LEAF) &&
           (leaf->use == PROV_USE_BOOTSTRAP || pki_put_extension(pki, cert, eku)) &&
           device_name(cert, leaf);
}

/* No name in the subject: one dNSName and nothing else (row 24). */
static bool server_fill(const struct prov_pki *pki, X509 *cert, const struct prov_pki_leaf *leaf)
{
    return pki_put_extension(pki, cert, PKI_KU_LEAF) &&
           pki_put_extension(pki, cert, PKI_EKU_SERVER) && pki_put_dns_name(cert, leaf->server);
}

static bool leaf_fill(const struct prov_pki *pki, X509 *cert, const struct prov_pki_leaf *leaf)
{
    return X509_set_issuer_name(cert, X509_get_subject_name(pki->issuer.cert)) == 1 &&
           (leaf->device != NULL ? device_fill(pki, cert, leaf) : server_fill(pki, cert, leaf)) &&
           (!wants(leaf, PROV_ELEMENT_AKI) || pki_put_authority(cert, pki->issuer.cert));
}

static prov_result leaf_make(struct prov_pki *pki, const struct prov_pki_leaf *leaf,
                             struct prov_buf *ret, struct prov_why *why)
{
    X509 *cert = NULL;
    prov_result result = cert_begin(pki, &leaf->validity, leaf->point, &cert, why);
    if (result == PROV_OK) {
        result = leaf_fill(pki, cert, leaf) ? cert_finish(cert, pki->issuer.key, ret, why)
                                            : pki_failed(why, "making a certificate");
    }
    X509_free(cert);
    return result;
}

prov_result prov_pki_leaf_issue(struct prov_pki *pki, const struct prov_pki_issuer *issuer,
                                const struct prov_pki_leaf *leaf, struct prov_buf *ret,
                                struct prov_why *why)
{
    prov_result result = issuer_ready(pki, issuer, why);
    if (result == PROV_OK)
        result = leaf_check(pki, leaf, why);
    return result == PROV_OK ? leaf_make(pki, leaf, ret, why) : result;
}
