/* SPDX-License-Identifier: Apache-2.0
 *
 * The elements of a certificate, as RFC 7925, Table 1 has them, and no others. Those that never
 * change are written down in DER and made once.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "internal.h"

static const struct {
    int nid;
    bool critical;
    uint8_t len;
    uint8_t der[12];
} elements[PKI_EXTENSION_COUNT] = {
    /* BIT STRING: digitalSignature; digitalSignature + keyCertSign; keyCertSign (row 34) */
    [PKI_KU_LEAF] = {NID_key_usage, true, 4, {0x03, 0x02, 0x07, 0x80}},
    [PKI_KU_ISSUING] = {NID_key_usage, true, 4, {0x03, 0x02, 0x02, 0x84}},
    [PKI_KU_ROOT] = {NID_key_usage, true, 4, {0x03, 0x02, 0x02, 0x04}},
    /* SEQUENCE { BOOLEAN TRUE }, no pathLenConstraint (row 36) */
    [PKI_CA_TRUE] = {NID_basic_constraints, true, 5, {0x30, 0x03, 0x01, 0x01, 0xff}},
    /* SEQUENCE { 1.3.6.1.5.5.7.3.2 } and { 1.3.6.1.5.5.7.3.1 } (row 35) */
    [PKI_EKU_CLIENT] = {NID_ext_key_usage,
                        false,
                        12,
                        {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02}},
    [PKI_EKU_SERVER] = {NID_ext_key_usage,
                        false,
                        12,
                        {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01}},
};

static X509_EXTENSION *extension_make(int nid, bool critical, const uint8_t *der, size_t len)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;
    if (value != NULL && ASN1_OCTET_STRING_set(value, der, (int)len) == 1)
        extension = X509_EXTENSION_create_by_NID(NULL, nid, critical, value);
    ASN1_OCTET_STRING_free(value);
    return extension;
}

bool pki_extensions_make(struct prov_pki *pki)
{
    for (size_t i = 0; i < PKI_EXTENSION_COUNT; i++) {
        pki->extensions[i] =
            extension_make(elements[i].nid, elements[i].critical, elements[i].der, elements[i].len);
        if (pki->extensions[i] == NULL)
            return false;
    }
    return true;
}

void pki_extensions_free(struct prov_pki *pki)
{
    for (size_t i = 0; i < PKI_EXTENSION_COUNT; i++)
        X509_EXTENSION_free(pki->extensions[i]);
}

bool pki_put_extension(const struct prov_pki *pki, X509 *cert, enum pki_extension extension)
{
    return X509_add_ext(cert, pki->extensions[extension], -1) == 1;
}

static bool put_der(X509 *cert, int nid, bool critical, const uint8_t *der, size_t len)
{
    X509_EXTENSION *extension = extension_make(nid, critical, der, len);
    bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* SEQUENCE { [2] IA5String }. Critical, since the subject is empty (RFC 5280, section 4.2.1.6). */
bool pki_put_dns_name(X509 *cert, const struct prov_fqdn *fqdn)
{
    uint8_t der[PROV_FQDN_MAX + 8];
    uint8_t name[PROV_FQDN_MAX + 4];
    size_t len = strlen(fqdn->text);
    size_t name_len = 0;
    name[name_len++] = 0x82;
    if (len > 127)
        name[name_len++] = 0x81;
    name[name_len++] = (uint8_t)len;
    memcpy(name + name_len, fqdn->text, len);
    name_len += len;

    size_t at = 0;
    der[at++] = 0x30;
    if (name_len > 255) {
        der[at++] = 0x82;
        der[at++] = (uint8_t)(name_len >> 8);
    } else if (name_len > 127) {
        der[at++] = 0x81;
    }
    der[at++] = (uint8_t)name_len;
    memcpy(der + at, name, name_len);
    return put_der(cert, NID_subject_alt_name, true, der, at + name_len);
}

/* SEQUENCE { [0] { id-on-MACAddress 1.3.6.1.5.5.7.8.12, [0] { OCTET STRING } } }
 * (draft-ietf-lamps-macaddress-on, section 3.1) */
bool pki_put_mac_name(X509 *cert, struct prov_bytes mac, bool critical)
{
    uint8_t der[26] = {0x30, 0x10, 0xa0, 0x0e, 0x06, 0x08, 0x2b, 0x06, 0x01,
                       0x05, 0x05, 0x07, 0x08, 0x0c, 0xa0, 0x02, 0x04, 0x00};
    if (mac.len > 8)
        return false;
    der[1] = (uint8_t)(der[1] + mac.len);
    der[3] = (uint8_t)(der[3] + mac.len);
    der[15] = (uint8_t)(der[15] + mac.len);
    der[17] = (uint8_t)mac.len;
    memcpy(der + 18, mac.data, mac.len);
    return put_der(cert, NID_subject_alt_name, critical, der, 18 + mac.len);
}

/* OCTET STRING: the leftmost 160 bits of the SHA-256 of the key (RFC 7093, section 2, method 1). */
bool pki_put_key_id(struct prov_pki *pki, X509 *cert, const uint8_t point[PROV_POINT_LEN])
{
    uint8_t hash[PROV_HASH_LEN];
    uint8_t der[22] = {0x04, 0x14};
    if (pki_digest(pki, PROV_BYTES(point, PROV_POINT_LEN), hash) != PROV_OK)
        return false;
    memcpy(der + 2, hash, 20);
    return put_der(cert, NID_subject_key_identifier, false, der, sizeof der);
}

bool pki_has_key_id(X509 *cert)
{
    const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert);
    return id != NULL && ASN1_STRING_length(id) == 20;
}

/* SEQUENCE { [0] the issuer's key identifier } (RFC 5280, section 4.2.1.1): in the issuing CA, and in
 * end entities whose profile has it. */
bool pki_put_authority(X509 *cert, const X509 *issuer)
{
    uint8_t der[24] = {0x30, 0x16, 0x80, 0x14};
    X509 *duplicate = X509_dup(issuer); /* X509_get0_subject_key_id caches, and is not for const */
    bool ok = duplicate != NULL && pki_has_key_id(duplicate);
    if (ok) {
        memcpy(der + 4, ASN1_STRING_get0_data(X509_get0_subject_key_id(duplicate)), 20);
        ok = put_der(cert, NID_authority_key_identifier, false, der, sizeof der);
    }
    X509_free(duplicate);
    return ok;
}

/* The top bits 01 keep the INTEGER positive and always 16 octets long (row 33). */
bool pki_put_serial(X509 *cert, const uint8_t random[PROV_SERIAL_LEN])
{
    uint8_t serial[PROV_SERIAL_LEN];
    memcpy(serial, random, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
    return ASN1_STRING_set(X509_get_serialNumber(cert), serial, sizeof serial) == 1;
}

/* ASN1_TIME_set writes UTCTime up to 2049 and GeneralizedTime from 2050 (RFC 5280,
 * section 4.1.2.5), so PROV_TIME_NEVER becomes 99991231235959Z. */
bool pki_put_validity(X509 *cert, const struct prov_validity *validity)
{
    return ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)validity->not_before) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)validity->not_after) != NULL;
}

/* id-ecPublicKey with the named curve and the uncompressed point (RFC 5480, section 2), without
 * making a key object of it. */
bool pki_put_public(X509 *cert, const uint8_t point[PROV_POINT_LEN])
{
    unsigned char *copy = OPENSSL_memdup(point, PROV_POINT_LEN);
    if (copy == NULL)
        return false;
    if (X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
                               V_ASN1_OBJECT, OBJ_nid2obj(NID_X9_62_prime256v1), copy,
                               PROV_POINT_LEN) != 1) {
        OPENSSL_free(copy);
        return false;
    }
    return true;
}
