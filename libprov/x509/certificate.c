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
    if (ret->len > SERIAL_MAX ||
        (ret->len > 0 && (ret->data[0] >= 0x80 || (ret->len == 1 && ret->data[0] == 0))))
        prov_der_fail(tbs, PROV_E_CERT_PROFILE);
}

/* --- validity (section 4.1.2.5) -------------------------------------------------------------- */

/* Pairs of digits: century if there is one, year, month, day, hour, minute, second; then "Z". */
static bool pairs_decode(struct prov_bytes text, int pairs[7], size_t count)
{
    if (text.len != 2 * count + 1 || text.data[2 * count] != 'Z')
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned tens = text.data[2 * i] - (unsigned)'0',
                 ones = text.data[2 * i + 1] - (unsigned)'0';
        if (tens > 9 || ones > 9)
            return false;
        pairs[7 - count + i] = (int)(10 * tens + ones);
    }
    return true;
}

/* UTCTime YYMMDDHHMMSSZ through 2049, GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on. */
static int64_t time_decode(struct prov_der *validity)
{
    bool is_utc = prov_der_next_is(validity, DER_UTC_TIME);
    struct prov_bytes text;
    int pairs[7] = {0};
    int64_t seconds = 0;

    prov_der_take(validity, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &text);
    bool ok = pairs_decode(text, pairs, is_utc ? 6 : 7);
    if (is_utc)
        pairs[0] = pairs[1] < 50 ? 20 : 19;
    struct prov_civil civil = {
        pairs[0] * 100 + pairs[1], pairs[2], pairs[3], pairs[4], pairs[5], pairs[6]};
    if (!ok || (!is_utc && civil.year < 2050) || prov_civil_to_seconds(&civil, &seconds) != PROV_OK)
        prov_der_fail(validity, PROV_E_CERT_PROFILE);
    return seconds;
}

static void validity_decode(struct prov_der *der, struct prov_x509 *cert)
{
    const uint8_t *outer = prov_der_enter(der, DER_SEQUENCE);

    cert->not_before = time_decode(der);
    cert->not_after = time_decode(der);
    if (cert->not_before > cert->not_after)
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    prov_der_leave(der, outer);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void names_decode(struct prov_der *der, struct prov_x509 *cert)
{
    struct prov_name name;

    prov_name_decode(der, &name);
    if (prov_name_is_empty(&name))
        prov_der_fail(der, PROV_E_CERT_PROFILE); /* section 4.1.2.4 */
    cert->issuer = name.whole;
    validity_decode(der, cert);
    prov_name_decode(der, &name);
    cert->subject = name.whole;
    cert->common_name = name.common_name;
    cert->common_name_count = name.common_name_count;
}

/* An empty subject: the critical subjectAltName of an end entity (sections 4.1.2.6, 4.2.1.6). */
static bool is_nameless(const struct prov_x509 *cert)
{
    return cert->subject.len == 2 && (cert->is_ca || !cert->san_critical);
}

static void tbs_decode(struct prov_der *der, struct prov_x509 *cert)
{
    static const uint8_t version_3[] = {0xa0, 3, DER_INTEGER, 1, 2};
    const uint8_t *start = der->at;
    const uint8_t *outer = prov_der_enter(der, DER_SEQUENCE), *inner;

    prov_der_literal(der, version_3, PROV_E_CERT_PROFILE);
    serial_decode(der, &cert->serial);
    prov_algorithm_decode(der);
    names_decode(der, cert);
    prov_key_decode(der, &cert->spki, &cert->point);
    if (prov_der_more(der)) {
        if (!prov_der_next_is(der, DER_CONTEXT_CONSTRUCTED(3)))
            prov_der_fail(der, PROV_E_CERT_PROFILE);
        inner = prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(3));
        prov_extensions_decode(der, false, cert);
        prov_der_leave(der, inner);
    }
    if (is_nameless(cert))
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    prov_der_leave(der, outer);
    cert->tbs = prov_der_since(der, start);
}

prov_result prov_x509_parse(struct prov_bytes bytes, struct prov_x509 *ret)
{
    struct prov_der der = prov_der_make(bytes);
    const uint8_t *outer = prov_der_enter(&der, DER_SEQUENCE);

    memset(ret, 0, sizeof *ret);
    ret->der = bytes;
    ret->path_len = -1;
    tbs_decode(&der, ret);
    prov_algorithm_decode(&der);
    prov_signature_decode(&der, ret->signature);
    prov_der_leave(&der, outer);
    prov_result result = prov_der_end(&der);
    if (result != PROV_OK)
        memset(ret, 0, sizeof *ret);
    return result;
}

/* --- whose certificate it is ----------------------------------------------------------------- */

/* An EUI-48 stands for the EUI-64 with FF-FE in its middle. */
static prov_result mac_eui64(struct prov_bytes mac, struct prov_eui64 *ret)
{
    uint8_t octets[8] = {0, 0, 0, 0xff, 0xfe};

    if (mac.len == 8)
        return prov_eui64_from_octets(mac, ret);
    memcpy(octets, mac.data, 3);
    memcpy(octets + 5, mac.data + 3, 3);
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), ret);
}

prov_result prov_x509_eui64(const struct prov_x509 *cert, struct prov_eui64 *ret)
{
    struct prov_eui64 by_name, by_mac;
    bool has_mac = cert->mac_name.len > 0;

    if (cert->san_count > 1 || cert->dns_count > 0 || cert->uri_name.len > 0 ||
        cert->common_name_count > 1)
        return PROV_E_NAME;
    bool has_name = prov_eui64_parse_canonical(cert->common_name, &by_name) == PROV_OK;
    if (has_mac && mac_eui64(cert->mac_name, &by_mac) != PROV_OK)
        return PROV_E_NAME;
    if ((!has_name && !has_mac) || (has_name && has_mac && !prov_eui64_equal(&by_name, &by_mac)))
        return PROV_E_NAME;
    *ret = has_mac ? by_mac : by_name;
    return PROV_OK;
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

/* "coaps://" before a name is taken off, "coaps" alone is no URI of ours. */
static struct prov_bytes uri_host(struct prov_bytes uri)
{
    struct prov_bytes scheme = prov_bytes_text("coaps://");

    if (uri.len <= scheme.len || !equal_without_case(PROV_BYTES(uri.data, scheme.len), scheme))
        return PROV_BYTES_NONE;
    return PROV_BYTES(uri.data + scheme.len, uri.len - scheme.len);
}

prov_result prov_x509_match_server(const struct prov_x509 *cert, const struct prov_fqdn *fqdn)
{
    struct prov_bytes name = cert->dns_count == 1 ? cert->dns_name : uri_host(cert->uri_name);

    return cert->san_count == 1 && name.len > 0 &&
                   equal_without_case(name, prov_bytes_text(fqdn->text))
               ? PROV_OK
               : PROV_E_NAME;
}
