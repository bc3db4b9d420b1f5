/* SPDX-License-Identifier: Apache-2.0
 *
 * What a certificate has: RFC 7925, section 4.4 and Table 1 with what it builds on, and what section 17 of
 * draft-ietf-uta-tls13-iot-profile-23 makes of it. CA and checker read these rows.
 */
#include "prov/profile.h"

#include <stddef.h>

#include "prov/x509.h"

enum { OLD = 1, NEW = 2, BOTH = OLD | NEW };

const struct prov_cert_profile prov_cert_profile_rfc7925 = {PROV_PROFILE_RFC7925, OLD};
const struct prov_cert_profile prov_cert_profile_tls13_iot = {PROV_PROFILE_TLS13_IOT, NEW};
const struct prov_cert_profile *const prov_cert_profiles[] = {&prov_cert_profile_rfc7925,
                                                              &prov_cert_profile_tls13_iot, NULL};

const struct prov_cert_profile *prov_cert_profile_find(const char *name)
{
    for (size_t i = 0; prov_cert_profiles[i] != NULL; i++)
        if (prov_bytes_equal(prov_bytes_text(prov_cert_profiles[i]->name), prov_bytes_text(name)))
            return prov_cert_profiles[i];
    return NULL;
}

#define ROOT    PROV_CERT_ROOT
#define SUB     PROV_CERT_SUBORDINATE
#define IDEVID  PROV_CERT_IDEVID
#define LDEVID  PROV_CERT_LDEVID
#define SERVER  PROV_CERT_SERVER
#define SMALL   PROV_CERT_DEVICE_SERVER
#define CAS     PROV_CERT_CAS
#define LEAVES  PROV_CERT_LEAVES
#define DEVICES (IDEVID | LDEVID | SMALL)
#define ALL     (CAS | LEAVES)

#define NO         PROV_DEMAND_MUST_NOT
#define BETTER_NOT PROV_DEMAND_SHOULD_NOT
#define MAY        PROV_DEMAND_MAY
#define SHOULD     PROV_DEMAND_SHOULD
#define MUST       PROV_DEMAND_MUST

#define SIGN        PROV_KU_DIGITAL_SIGNATURE
#define AGREE       PROV_KU_KEY_AGREEMENT
#define CERTIFY     (PROV_KU_CERT_SIGN)
#define CLIENT_AUTH PROV_EKU_CLIENT_AUTH
#define SERVER_AUTH PROV_EKU_SERVER_AUTH
#define OTHERS      (PROV_EKU_CODE_SIGNING | PROV_EKU_OCSP_SIGNING)
#define ANY_USE     (PROV_EKU_CLIENT_AUTH | PROV_EKU_SERVER_AUTH)

#define T13 PROV_DRAFT_TLS13_IOT

/* Where one element has several rows for a role and a profile, the first one counts. */
const struct prov_cert_rule prov_cert_rules[] = {
    /* profiles, element, roles, presence, critical, need, may, value, document, section, row */
    {BOTH, PROV_ELEMENT_VERSION, ALL, MUST, 0, 0, 0, "3", "RFC 7925", "4.4.4", "row33"},
    {OLD, PROV_ELEMENT_SERIAL, ALL, MUST, 0, 0, 0, "positive, at most 20 octets, unique",
     "RFC 7925", "4.4.4", "row33"},
    {NEW, PROV_ELEMENT_SERIAL, ALL, MUST, 0, 0, 0,
     "positive, at most 20 octets, unique; 8 octets of random at least", T13, "17.1.2", "row33"},
    {OLD, PROV_ELEMENT_SIGNATURE, ALL, MUST, 0, 0, 0, "ecdsa-with-SHA256 by a P-256 key",
     "RFC 7252", "9.1.3.3", "row33"},
    {NEW, PROV_ELEMENT_SIGNATURE, ALL, MUST, 0, 0, 0, "ecdsa-with-SHA256 or stronger", T13,
     "17.1.3", "row33"},
    {OLD, PROV_ELEMENT_ISSUER, ALL, MUST, 0, 0, 0, "a name that is not empty", "RFC 7925", "4.4.4",
     "row33"},
    {NEW, PROV_ELEMENT_ISSUER, ALL, MUST, 0, 0, 0, "a name that is not empty", T13, "17.1.4",
     "row33"},
    {BOTH, PROV_ELEMENT_VALIDITY, ALL, MUST, 0, 0, 0,
     "Zulu with seconds: UTCTime to 2049, GeneralizedTime from 2050", "RFC 5280", "4.1.2.5",
     "row30"},
    {OLD, PROV_ELEMENT_EXPIRY, LDEVID | SERVER | SMALL, SHOULD, 0, 0, 0, "finite", T13, "17.1.5",
     "row30"},
    {NEW, PROV_ELEMENT_EXPIRY, LDEVID | SERVER | SMALL, SHOULD, 0, 0, 0, "finite", T13, "17.1.5",
     "row30"},
    {BOTH, PROV_ELEMENT_EXPIRY, IDEVID | CAS, MAY, 0, 0, 0, "99991231235959Z says: none",
     "RFC 5280", "4.1.2.5", "row30"},

    {OLD, PROV_ELEMENT_SUBJECT, CAS, MUST, 0, 0, 0, "a name that is not empty", "RFC 5280",
     "4.1.2.6", "row38"},
    {NEW, PROV_ELEMENT_SUBJECT, ROOT, MUST, 0, 0, 0, "CN, O and C", T13, "17.2.1", "row38"},
    {NEW, PROV_ELEMENT_SUBJECT, SUB, MUST, 0, 0, 0, "CN, O and C", T13, "17.3.1", "row38"},
    {OLD, PROV_ELEMENT_SUBJECT, DEVICES, MAY, 0, 0, 0,
     "CN=HH-HH-HH-HH-HH-HH-HH-HH, the EUI-64, unless subjectAltName has it", "RFC 7925", "4.4.2",
     "row25"},
    {NEW, PROV_ELEMENT_SUBJECT, DEVICES, MAY, 0, 0, 0,
     "a serial number as X520SerialNumber, which an EUI-64 may be", T13, "17.4.1", "row25"},
    {OLD, PROV_ELEMENT_SUBJECT, SERVER, MAY, 0, 0, 0, "no DNS name in the CN", "RFC 7925", "4.4.1",
     "row24"},
    {NEW, PROV_ELEMENT_SUBJECT, SERVER, MAY, 0, 0, 0, "no DNS name in the CN", T13, "17.4.1",
     "row24"},
    {OLD, PROV_ELEMENT_KEY, ALL, MUST, 0, 0, 0,
     "id-ecPublicKey, secp256r1 by name, an uncompressed point", "RFC 7252", "9.1.3.3", "row18"},
    {NEW, PROV_ELEMENT_KEY, ALL, MUST, 0, 0, 0,
     "id-ecPublicKey; secp256r1, secp384r1 or secp521r1 by name", T13, "17.1.6", "row18"},

    {OLD, PROV_ELEMENT_SAN, DEVICES, MAY, 0, 0, 0,
     "the EUI-64 as MACAddress, unless the CN has it; no other name", "RFC 7925", "4.4.2", "row25"},
    {NEW, PROV_ELEMENT_SAN, DEVICES, SHOULD, NO, 0, 0,
     "one MACAddress of 6 or 8 octets; critical only with an empty subject", T13, "17.4.1",
     "row25"},
    {OLD, PROV_ELEMENT_SAN, SERVER, MUST, 0, 0, 0,
     "one dNSName without a wildcard; critical with an empty subject", "RFC 7925", "4.4.1",
     "row24"},
    {NEW, PROV_ELEMENT_SAN, SERVER, MUST, NO, 0, 0,
     "one dNSName without a wildcard; critical only with an empty subject", T13, "17.4.1", "row24"},
    {BOTH, PROV_ELEMENT_SAN, CAS, MAY, BETTER_NOT, 0, 0, NULL, T13, "17.2.1", "row38"},

    {OLD, PROV_ELEMENT_KEY_USAGE, CAS, MUST, SHOULD, CERTIFY, SIGN | PROV_KU_CRL_SIGN, NULL,
     "RFC 5280", "4.2.1.3", "row34"},
    {OLD, PROV_ELEMENT_KEY_USAGE, LEAVES, MAY, SHOULD, SIGN, AGREE, NULL, "RFC 7925", "4.4.4",
     "row34"},
    {NEW, PROV_ELEMENT_KEY_USAGE, ROOT, SHOULD, MUST, CERTIFY, 0xffff, NULL, T13, "17.2.4",
     "row34"},
    {NEW, PROV_ELEMENT_KEY_USAGE, SUB, MUST, MUST, CERTIFY, 0xffff, "SHOULD have digitalSignature",
     T13, "17.3.4", "row34"},
    {NEW, PROV_ELEMENT_KEY_USAGE, LEAVES, MUST, MUST, SIGN, 0xffff, NULL, T13, "17.4.4", "row34"},

    {OLD, PROV_ELEMENT_EKU, CAS, BETTER_NOT, 0, 0, 0xffff, NULL, "RFC 5280", "4.2.1.12", "row35"},
    {OLD, PROV_ELEMENT_EKU, IDEVID | LDEVID, MAY, 0, CLIENT_AUTH, ANY_USE | OTHERS, NULL,
     "RFC 7925", "4.4.4", "row35"},
    {OLD, PROV_ELEMENT_EKU, SERVER | SMALL, MAY, 0, SERVER_AUTH, ANY_USE | OTHERS | PROV_EKU_CMC_RA,
     NULL, "RFC 7925", "4.4.4", "row35"},
    {NEW, PROV_ELEMENT_EKU, ROOT, NO, 0, 0, 0xffff, NULL, T13, "17.2.5", "row35"},
    {NEW, PROV_ELEMENT_EKU, SUB, BETTER_NOT, 0, 0, 0xffff, NULL, T13, "17.3.4", "row35"},
    {NEW, PROV_ELEMENT_EKU, IDEVID, BETTER_NOT, 0, CLIENT_AUTH, 0xffff, NULL, T13, "17.4.4",
     "row35"},
    {NEW, PROV_ELEMENT_EKU, LDEVID, MUST, 0, CLIENT_AUTH, 0xffff, NULL, T13, "17.4.4", "row35"},
    {NEW, PROV_ELEMENT_EKU, SERVER | SMALL, MUST, 0, SERVER_AUTH, 0xffff, NULL, T13, "17.4.4",
     "row35"},

    {OLD, PROV_ELEMENT_BASIC_CONSTRAINTS, CAS, MUST, MUST, 0, 0, "cA TRUE", "RFC 5280", "4.2.1.9",
     "row36"},
    {NEW, PROV_ELEMENT_BASIC_CONSTRAINTS, ROOT, MUST, MUST, 0, 0, "cA TRUE", T13, "17.2.6",
     "row36"},
    {NEW, PROV_ELEMENT_BASIC_CONSTRAINTS, SUB, MUST, MUST, 0, 0, "cA TRUE", T13, "17.3.5", "row36"},
    {BOTH, PROV_ELEMENT_BASIC_CONSTRAINTS, LEAVES, BETTER_NOT, 0, 0, 0, NULL, "RFC 7925", "4.4.4",
     "row36"},
    {OLD, PROV_ELEMENT_PATH_LEN, CAS, MAY, 0, 0, 0, NULL, "RFC 7925", "4.4.4", "row36"},
    {NEW, PROV_ELEMENT_PATH_LEN, ROOT, NO, 0, 0, 0, NULL, T13, "17.2.6", "row36"},
    {NEW, PROV_ELEMENT_PATH_LEN, SUB, BETTER_NOT, 0, 0, 0, NULL, T13, "17.3.5", "row36"},

    {OLD, PROV_ELEMENT_SKI, CAS, MUST, NO, 0, 0, NULL, "RFC 5280", "4.2.1.2", "row37"},
    {NEW, PROV_ELEMENT_SKI, ROOT, MUST, NO, 0, 0, NULL, T13, "17.2.3", "row37"},
    {NEW, PROV_ELEMENT_SKI, SUB, MUST, NO, 0, 0, NULL, T13, "17.3.3", "row37"},
    {OLD, PROV_ELEMENT_SKI, LEAVES, BETTER_NOT, NO, 0, 0, NULL, "RFC 7925", "4.4.4", "row37"},
    {NEW, PROV_ELEMENT_SKI, LEAVES, NO, NO, 0, 0, NULL, T13, "17.4.3", "row37"},
    {OLD, PROV_ELEMENT_AKI, ROOT, MAY, NO, 0, 0, "its own key identifier", "RFC 5280", "4.2.1.1",
     "row37"},
    {NEW, PROV_ELEMENT_AKI, ROOT, SHOULD, NO, 0, 0, "its own key identifier", T13, "17.2.2",
     "row37"},
    {OLD, PROV_ELEMENT_AKI, SUB, MUST, NO, 0, 0, "the issuer's key identifier", "RFC 5280",
     "4.2.1.1", "row37"},
    {NEW, PROV_ELEMENT_AKI, SUB, MUST, NO, 0, 0, "the issuer's key identifier", T13, "17.3.2",
     "row37"},
    {OLD, PROV_ELEMENT_AKI, LEAVES, BETTER_NOT, NO, 0, 0, NULL, "RFC 7925", "4.4.4", "row37"},
    {NEW, PROV_ELEMENT_AKI, LEAVES, MUST, NO, 0, 0, "the issuer's key identifier", T13, "17.4.2",
     "row37"},

    {OLD, PROV_ELEMENT_CRLDP, ALL, BETTER_NOT, NO, 0, 0, NULL, "RFC 7925", "4.4.3", "row26"},
    {NEW, PROV_ELEMENT_CRLDP, ALL, BETTER_NOT, NO, 0, 0, NULL, T13, "17.1.7", "row26"},
    {OLD, PROV_ELEMENT_AIA, ALL, BETTER_NOT, NO, 0, 0, "no OCSP", "RFC 7925", "4.4.3", "row26"},
    {NEW, PROV_ELEMENT_AIA, ALL, BETTER_NOT, NO, 0, 0, "no OCSP; caIssuers MAY be there", T13,
     "17.1.7", "row26"},
    {BOTH, PROV_ELEMENT_OTHER, ALL, BETTER_NOT, NO, 0, 0, "no other extension", "RFC 7925", "4.4.4",
     "row39"},
};
const size_t prov_cert_rule_count = sizeof prov_cert_rules / sizeof *prov_cert_rules;

const struct prov_cert_rule *prov_cert_rule_find(const struct prov_cert_profile *profile,
                                                 enum prov_cert_role role,
                                                 enum prov_cert_element element)
{
    for (size_t i = 0; i < prov_cert_rule_count; i++) {
        const struct prov_cert_rule *rule = &prov_cert_rules[i];
        if (rule->element == element && (rule->profiles & profile->bit) != 0 &&
            (rule->roles & role) != 0)
            return rule;
    }
    return NULL;
}
