/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
 * TBSCertificate ::= SEQUENCE {                                          (RFC 5280, section 4.1)
 *     version [0] EXPLICIT INTEGER, serialNumber, signature, issuer, validity, subject,
 *     subjectPublicKeyInfo, extensions [3] EXPLICIT OPTIONAL }
 *
 * issuerUniqueID and subjectUniqueID are none of RFC 7925's Table 1 and refused.
 */
#include "prov/text.h"
#include "prov/x509.h"

#include "extensions.h"
#include "name.h"
#include "parts.h"

#include <string.h>

/* Positive, at most 20 octets (section 4.1.2.2). */
#define SERIAL_MAX 20

static bool serial_fits(struct prov_bytes serial)
{
    return serial.len <= SERIAL_MAX && serial.data[0] < 0x80 &&
           (serial.len > 1 || serial.data[0] > 0);
}

/* --- validity (section 4.1.2.5) -------------------------------------------------------------- */

/* UTCTime YYMMDDHHMMSSZ through 2049, GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on. Below 0: neither. */
static int64_t time_decode(struct prov_bytes *validity)
{
    struct prov_bytes text;
    size_t long_form = prov_der_take(validity, &text) - (size_t)DER_UTC_TIME, digits = 12;

    if (long_form > DER_GENERALIZED_TIME - DER_UTC_TIME)
        return -1;
    digits += 2 * long_form;
    if (text.len != digits + 1 || text.data[digits] != 'Z' ||
        (long_form > 0 && memcmp(text.data, "2050", 4) < 0))
        return -1;
    return prov_time_from_digits(text.data, digits);
}

static bool validity_decode(struct prov_x509 *cert)
{
    struct prov_bytes left;

    if (!prov_der_open(&cert->validity, DER_SEQUENCE, &left))
        return false;
    cert->not_before = time_decode(&left);
    cert->not_after = time_decode(&left);
    return left.len == 0 && cert->not_before >= 0 && cert->not_before <= cert->not_after;
}

/* --- the whole ------------------------------------------------------------------------------- */

static const uint8_t certificate[PROV_CERTIFICATE_MEMBERS] = {DER_SEQUENCE, DER_SEQUENCE,
                                                              DER_BIT_STRING};
/* Without a version it is one of version 1: well-formed, and refused for what it says. */
static const uint8_t tbs_certificate[PROV_TBS_MEMBERS] = {DER_OPTIONAL | DER_CONTEXT_CONSTRUCTED(0),
                                                          DER_INTEGER,
                                                          DER_SEQUENCE,
                                                          DER_SEQUENCE,
                                                          DER_SEQUENCE,
                                                          DER_SEQUENCE,
                                                          DER_SEQUENCE,
                                                          DER_OPTIONAL |
                                                              DER_CONTEXT_CONSTRUCTED(3)};
static const uint8_t version_3[] = {3, DER_INTEGER, 1, 2};

static bool names_decode(struct prov_x509 *cert)
{
    struct prov_bytes common_name;
    int count = prov_name_decode(&cert->subject, &cert->common_name);

    cert->common_name_count = (uint16_t)count;
    return count >= 0 && prov_name_decode(&cert->issuer, &common_name) >= 0;
}

/* An issuer has a name (section 4.1.2.4), and so has the subject, but for the critical subjectAltName of an
 * end entity (sections 4.1.2.6, 4.2.1.6). An empty Name has two octets. */
static bool is_nameless(const struct prov_x509 *cert)
{
    return cert->issuer.len == 2 ||
           (cert->subject.len == 2 && (cert->is_ca || !cert->critical[PROV_X509_SUBJECT_ALT_NAME]));
}

static prov_result members_decode(struct prov_x509 *cert)
{
    uint8_t raw[PROV_SIGNATURE_LEN];

    if (!prov_algorithm_is(&cert->algorithm) || !prov_algorithm_is(&cert->outer_algorithm))
        return PROV_E_ALGORITHM;
    if (!prov_der_is(&cert->version, version_3) || !serial_fits(cert->serial) ||
        !validity_decode(cert))
        return PROV_E_CERT_PROFILE;
    if (!names_decode(cert))
        return PROV_E_FORMAT;
    prov_result result = prov_spki_decode(cert->spki, &cert->point);
    if (result == PROV_OK && cert->extensions.data != NULL)
        result = prov_extensions_decode(&cert->extensions, false, cert);
    if (result == PROV_OK && is_nameless(cert))
        return PROV_E_CERT_PROFILE;
    return result == PROV_OK ? prov_signature_decode(&cert->signature, raw) : result;
}

prov_result prov_x509_parse(struct prov_bytes bytes, struct prov_x509 *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->path_len = PATH_LEN_NONE;
    ret->der = bytes;
    return prov_der_split(&ret->der, certificate, PROV_CERTIFICATE_MEMBERS, ret->parts) &&
                   prov_der_split(&ret->tbs, tbs_certificate, PROV_TBS_MEMBERS, ret->members)
               ? members_decode(ret)
               : PROV_E_FORMAT;
}

prov_result prov_x509_verify(const struct prov_x509 *cert, struct prov_crypto *crypto,
                             const struct prov_x509 *issuer)
{
    uint8_t digest[PROV_HASH_LEN], raw[PROV_SIGNATURE_LEN];
    prov_result result = prov_ecdsa_decode(cert->signature, raw);

    if (result == PROV_OK)
        result = prov_crypto_sha256(crypto, &cert->tbs, 1, digest);
    return result == PROV_OK ? prov_crypto_verify(crypto, issuer->point, digest, raw) : result;
}

/* --- whose certificate it is ----------------------------------------------------------------- */

/* One alternative name at most, no server's, and one CN at most: which is leftmost depends on who reads. */
static bool is_for_device(const struct prov_x509 *cert)
{
    return cert->san_count <= 1 && cert->common_name_count <= 1 && cert->alt_kind != PROV_ALT_DNS &&
           cert->alt_kind != PROV_ALT_URI;
}

/* An EUI-48 stands for the EUI-64 with FF-FE in its middle. */
static void mac_octets(struct prov_bytes mac, uint8_t ret[8])
{
    ret[3] = 0xff;
    ret[4] = 0xfe;
    memcpy(ret + 5, mac.data + mac.len - 3, 3);
    memcpy(ret, mac.data, mac.len - 3);
}

prov_result prov_x509_eui64(const struct prov_x509 *cert, struct prov_eui64 *ret)
{
    struct prov_eui64 named, by_mac;
    bool found = prov_eui64_parse_canonical(cert->common_name, &named) == PROV_OK;

    if (!is_for_device(cert))
        return PROV_E_NAME;
    if (cert->alt_kind == PROV_ALT_MAC) {
        uint8_t octets[8];
        mac_octets(cert->alt_name, octets);
        if (prov_eui64_from_octets(PROV_BYTES_OF(octets), &by_mac) != PROV_OK ||
            (found && !prov_eui64_equal(&named, &by_mac)))
            return PROV_E_NAME;
        named = by_mac;
        found = true;
    }
    if (!found)
        return PROV_E_NAME;
    *ret = named;
    return PROV_OK;
}

/* Beside a MACAddress a CN of that length is taken for an EUI-64, and must be the same. */
prov_result prov_x509_match_device(const struct prov_x509 *cert, const struct prov_eui64 *device)
{
    uint8_t octets[8];
    char text[PROV_EUI64_TEXT];
    struct prov_bytes name = cert->common_name;

    prov_eui64_format(device, text);
    bool good = prov_octets_equal(name.data, name.len, text, sizeof text - 1);
    if (cert->alt_kind == PROV_ALT_MAC) {
        mac_octets(cert->alt_name, octets);
        good = (good || name.len != sizeof text - 1) && memcmp(octets, device->octets, 8) == 0;
    }
    return good && is_for_device(cert) ? PROV_OK : PROV_E_NAME;
}

/* Takes a text, in lower case already, from the front of a name; octets that are no ASCII letters must be the
 * same. */
static bool take_without_case(struct prov_bytes *name, const char *text)
{
    for (; *text != '\0'; text++) {
        if (name->len == 0)
            return false;
        unsigned octet = *name->data;
        if (octet - 'A' <= 'Z' - 'A')
            octet += 'a' - 'A';
        if (octet != (uint8_t)*text)
            return false;
        *name = PROV_BYTES(name->data + 1, name->len - 1);
    }
    return true;
}

prov_result prov_x509_match_server(const struct prov_x509 *cert, const struct prov_fqdn *fqdn)
{
    struct prov_bytes name = cert->alt_name;
    bool same = cert->san_count == 1 &&
                (cert->alt_kind == PROV_ALT_DNS ||
                 (cert->alt_kind == PROV_ALT_URI && take_without_case(&name, "coaps://"))) &&
                take_without_case(&name, fqdn->text) && name.len == 0;

    return same ? PROV_OK : PROV_E_NAME;
}
