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

#define SERIAL_MAX 20

/* Positive, at most 20 octets (section 4.1.2.2). */
static void serial_decode(struct prov_der *tbs, struct prov_bytes *ret)
{
    prov_der_take_integer(tbs, ret);
    if (ret->len - 1 >= SERIAL_MAX || ret->data[0] >= 0x80 || (ret->len == 1 && ret->data[0] == 0))
        prov_der_fail(tbs, PROV_E_CERT_PROFILE);
}

/* --- validity (section 4.1.2.5) -------------------------------------------------------------- */

#define YEAR_2050 INT64_C(2524608000)

/* UTCTime YYMMDDHHMMSSZ through 2049, GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on. */
static int64_t time_decode(struct prov_der *validity)
{
    bool is_utc = prov_der_next_is(validity, DER_UTC_TIME);
    size_t century = is_utc ? 2 : 0;
    uint8_t text[PROV_TIME_DIGITS + 1];
    struct prov_bytes taken;
    int64_t seconds = 0;

    prov_der_take(validity, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &taken);
    bool ok = taken.len == sizeof text - century;
    if (ok) {
        memcpy(text, taken.data[0] < '5' ? "20" : "19", 2);
        memcpy(text + century, taken.data, taken.len);
        ok = text[PROV_TIME_DIGITS] == 'Z' && prov_time_from_digits(text, &seconds) == PROV_OK &&
             is_utc == (seconds < YEAR_2050);
    }
    if (!ok)
        prov_der_fail(validity, PROV_E_CERT_PROFILE);
    return seconds;
}

static void validity_decode(struct prov_der *der, struct prov_x509 *cert)
{
    prov_der_enter(der, DER_SEQUENCE);
    cert->not_before = time_decode(der);
    cert->not_after = time_decode(der);
    if (cert->not_before > cert->not_after)
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    prov_der_leave(der);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* An issuer has a name (section 4.1.2.4), and so has the subject, but for the critical subjectAltName of an
 * end entity (sections 4.1.2.6, 4.2.1.6). An empty Name has two octets. */
static bool is_nameless(const struct prov_x509 *cert)
{
    return cert->issuer.len == 2 ||
           (cert->subject.len == 2 && (cert->is_ca || !cert->san_critical));
}

static void tbs_decode(struct prov_der *der, struct prov_x509 *cert)
{
    static const uint8_t version_3[] = {0xa0, 3, DER_INTEGER, 1, 2};
    struct prov_bytes issuer_name;

    prov_der_enter(der, DER_SEQUENCE);
    cert->tbs = der->whole;
    prov_der_literal(der, version_3, PROV_E_CERT_PROFILE);
    serial_decode(der, &cert->serial);
    prov_algorithm_decode(der);
    prov_name_decode(der, &cert->issuer, &issuer_name);
    validity_decode(der, cert);
    cert->common_name_count = prov_name_decode(der, &cert->subject, &cert->common_name);
    prov_key_decode(der, &cert->spki, &cert->point);
    if (prov_der_more(der)) {
        if (!prov_der_next_is(der, DER_CONTEXT_CONSTRUCTED(3)))
            prov_der_fail(der, PROV_E_CERT_PROFILE);
        prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(3));
        prov_extensions_decode(der, false, cert);
        prov_der_leave(der);
    }
    if (is_nameless(cert))
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    prov_der_leave(der);
}

prov_result prov_x509_parse(struct prov_bytes bytes, struct prov_x509 *ret)
{
    uint8_t raw[PROV_SIGNATURE_LEN];
    struct prov_der der;

    memset(ret, 0, sizeof *ret);
    ret->der = bytes;
    ret->path_len = PATH_LEN_NONE;
    prov_der_begin(&der, bytes);
    prov_der_enter(&der, DER_SEQUENCE);
    tbs_decode(&der, ret);
    prov_algorithm_decode(&der);
    prov_signature_decode(&der, &ret->signature, raw);
    prov_der_leave(&der);
    prov_result result = prov_der_end(&der);
    if (result != PROV_OK)
        memset(ret, 0, sizeof *ret);
    return result;
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

/* An EUI-48 stands for the EUI-64 with FF-FE in its middle. */
static prov_result mac_eui64(struct prov_bytes mac, struct prov_eui64 *ret)
{
    uint8_t octets[8] = {0, 0, 0, 0xff, 0xfe};

    memcpy(octets + 5, mac.data + mac.len - 3, 3);
    memcpy(octets, mac.data, mac.len - 3);
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), ret);
}

prov_result prov_x509_eui64(const struct prov_x509 *cert, struct prov_eui64 *ret)
{
    struct prov_eui64 named, by_mac;
    bool found = prov_eui64_parse_canonical(cert->common_name, &named) == PROV_OK;

    if (cert->mac_name.len > 0) {
        if (mac_eui64(cert->mac_name, &by_mac) != PROV_OK ||
            (found && !prov_eui64_equal(&named, &by_mac)))
            return PROV_E_NAME;
        named = by_mac;
        found = true;
    }
    if (!found || cert->san_count > 1 || cert->dns_count > 0 || cert->uri_name.len > 0 ||
        cert->common_name_count > 1)
        return PROV_E_NAME;
    *ret = named;
    return PROV_OK;
}

/* Text is lower case already; octets that are no ASCII letters must be the same. */
static bool equal_without_case(unsigned octet, char text)
{
    if (octet - 'A' <= 'Z' - 'A')
        octet += 'a' - 'A';
    return octet == (uint8_t)text;
}

prov_result prov_x509_match_server(const struct prov_x509 *cert, const struct prov_fqdn *fqdn)
{
    static const char scheme[] = "coaps://";
    bool is_dns = cert->dns_count > 0;
    struct prov_bytes name = is_dns ? cert->dns_name : cert->uri_name;
    size_t before = is_dns ? 0 : sizeof scheme - 1;
    bool same = cert->san_count == 1 && name.len == before + prov_bytes_text(fqdn->text).len;

    for (size_t i = 0; same && i < name.len; i++)
        same = equal_without_case(name.data[i], i < before ? scheme[i] : fqdn->text[i - before]);
    return same ? PROV_OK : PROV_E_NAME;
}
