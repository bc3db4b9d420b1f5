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

#define VERSION_3  2
#define SERIAL_MAX 20

static void version_decode(struct prov_der *tbs)
{
    struct prov_der inner;
    struct prov_bytes version;

    if (!prov_der_next_is(tbs, DER_CONTEXT_CONSTRUCTED(0))) {
        prov_der_fail(tbs, PROV_E_CERT_PROFILE); /* left out: version 1 */
        return;
    }
    inner = prov_der_enter(tbs, DER_CONTEXT_CONSTRUCTED(0));
    version = prov_der_take_unsigned(&inner);
    if (version.len != 1 || version.data[0] != VERSION_3)
        prov_der_fail(&inner, PROV_E_CERT_PROFILE);
    prov_der_leave(tbs, &inner);
}

/* Positive, at most 20 octets (section 4.1.2.2). */
static struct prov_bytes serial_decode(struct prov_der *tbs)
{
    struct prov_der copy = *tbs;
    struct prov_bytes content = prov_der_take(&copy, DER_INTEGER);
    struct prov_bytes number;

    if (copy.result == PROV_OK && content.len > 0 && (content.data[0] & 0x80) != 0)
        prov_der_fail(tbs, PROV_E_CERT_PROFILE);
    number = prov_der_take_unsigned(tbs);
    if (content.len > SERIAL_MAX || (number.len == 1 && number.data[0] == 0))
        prov_der_fail(tbs, PROV_E_CERT_PROFILE);
    return content;
}

/* --- validity (section 4.1.2.5) -------------------------------------------------------------- */

static bool two_digits(const uint8_t *at, int *ret)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *ret = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

/* MMDDHHMMSSZ */
static bool time_parse(int year, const uint8_t *at, int64_t *ret)
{
    struct prov_civil civil = {.year = year};

    return two_digits(at, &civil.month) && two_digits(at + 2, &civil.day) &&
           two_digits(at + 4, &civil.hour) && two_digits(at + 6, &civil.minute) &&
           two_digits(at + 8, &civil.second) && at[10] == 'Z' &&
           prov_civil_to_seconds(&civil, ret) == PROV_OK;
}

/* UTCTime YYMMDDHHMMSSZ through 2049, GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on. */
static int64_t time_decode(struct prov_der *validity)
{
    bool is_utc = prov_der_next_is(validity, DER_UTC_TIME);
    struct prov_bytes text = prov_der_take(validity, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME);
    int century = 0, year = 0;
    int64_t seconds = 0;
    bool ok;

    if (is_utc) {
        ok = text.len == 13 && two_digits(text.data, &year) &&
             time_parse(year < 50 ? 2000 + year : 1900 + year, text.data + 2, &seconds);
    } else {
        ok = text.len == 15 && two_digits(text.data, &century) &&
             two_digits(text.data + 2, &year) && century * 100 + year >= 2050 &&
             time_parse(century * 100 + year, text.data + 4, &seconds);
    }
    if (!ok)
        prov_der_fail(validity, PROV_E_CERT_PROFILE);
    return seconds;
}

static void validity_decode(struct prov_der *tbs, struct prov_x509 *cert)
{
    struct prov_der validity = prov_der_enter(tbs, DER_SEQUENCE);

    cert->not_before = time_decode(&validity);
    cert->not_after = time_decode(&validity);
    if (cert->not_before > cert->not_after)
        prov_der_fail(&validity, PROV_E_CERT_PROFILE);
    prov_der_leave(tbs, &validity);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void issuer_decode(struct prov_der *tbs, struct prov_x509 *cert)
{
    struct prov_name name;

    prov_name_decode(tbs, &name);
    if (name.is_empty)
        prov_der_fail(tbs, PROV_E_CERT_PROFILE); /* section 4.1.2.4 */
    cert->issuer = name.whole;
}

static bool subject_decode(struct prov_der *tbs, struct prov_x509 *cert)
{
    struct prov_name name;

    prov_name_decode(tbs, &name);
    cert->subject = name.whole;
    cert->common_name = name.common_name;
    cert->common_name_count = name.common_name_count;
    return name.is_empty;
}

static void extensions_decode(struct prov_der *tbs, struct prov_x509 *cert)
{
    struct prov_der inner;

    if (!prov_der_more(tbs))
        return;
    if (!prov_der_next_is(tbs, DER_CONTEXT_CONSTRUCTED(3))) {
        prov_der_fail(tbs, PROV_E_CERT_PROFILE);
        return;
    }
    inner = prov_der_enter(tbs, DER_CONTEXT_CONSTRUCTED(3));
    prov_extensions_decode(&inner, false, cert);
    prov_der_leave(tbs, &inner);
}

static void tbs_decode(struct prov_der *certificate, struct prov_x509 *cert)
{
    struct prov_der copy = *certificate, tbs;
    bool is_nameless;

    cert->tbs = prov_der_take_whole(&copy, DER_SEQUENCE);
    tbs = prov_der_enter(certificate, DER_SEQUENCE);
    version_decode(&tbs);
    cert->serial = serial_decode(&tbs);
    prov_algorithm_decode(&tbs);
    issuer_decode(&tbs, cert);
    validity_decode(&tbs, cert);
    is_nameless = subject_decode(&tbs, cert);
    prov_key_decode(&tbs, &cert->spki, &cert->point);
    extensions_decode(&tbs, cert);
    /* An empty subject: the critical subjectAltName of an end entity (sections 4.1.2.6, 4.2.1.6).
     */
    if (is_nameless && (cert->is_ca || !cert->san_critical))
        prov_der_fail(&tbs, PROV_E_CERT_PROFILE);
    prov_der_leave(certificate, &tbs);
}

prov_result prov_x509_parse(struct prov_bytes bytes, struct prov_x509 *ret)
{
    struct prov_der der = prov_der_make(bytes);
    struct prov_der certificate = prov_der_enter(&der, DER_SEQUENCE);
    struct prov_x509 cert = {.der = bytes, .path_len = -1};

    tbs_decode(&certificate, &cert);
    prov_algorithm_decode(&certificate);
    prov_signature_decode(&certificate, cert.signature);
    prov_der_leave(&der, &certificate);
    prov_der_end(&der);
    if (der.result == PROV_OK)
        *ret = cert;
    return der.result;
}

/* --- whose certificate it is ----------------------------------------------------------------- */

prov_result prov_x509_eui64(const struct prov_x509 *cert, struct prov_eui64 *ret)
{
    struct prov_name_parts parts = {cert->common_name, cert->common_name_count, cert->san_count,
                                    cert->dns_count,   cert->uri_name,          cert->mac_name};

    return prov_name_eui64(&parts, ret);
}

/* Text is lower case already; octets that are no ASCII letters must be the same. */
static bool equal_without_case(struct prov_bytes octets, struct prov_bytes text)
{
    if (octets.len != text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t octet = octets.data[i];

        if (octet >= 'A' && octet <= 'Z')
            octet = (uint8_t)(octet - 'A' + 'a');
        if (octet != text.data[i])
            return false;
    }
    return true;
}

static bool uri_match(struct prov_bytes uri, struct prov_bytes host)
{
    struct prov_bytes scheme = prov_bytes_text("coaps://");

    return uri.len > scheme.len && equal_without_case(PROV_BYTES(uri.data, scheme.len), scheme) &&
           equal_without_case(PROV_BYTES(uri.data + scheme.len, uri.len - scheme.len), host);
}

prov_result prov_x509_match_server(const struct prov_x509 *cert, const struct prov_fqdn *fqdn)
{
    struct prov_bytes host = prov_bytes_text(fqdn->text);

    if (cert->san_count != 1)
        return PROV_E_NAME;
    if (cert->dns_count == 1 && equal_without_case(cert->dns_name, host))
        return PROV_OK;
    return uri_match(cert->uri_name, host) ? PROV_OK : PROV_E_NAME;
}
