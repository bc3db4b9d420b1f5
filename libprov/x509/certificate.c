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

/* Pairs of digits; then "Z". */
static bool pairs_decode(struct prov_bytes text, uint8_t *ret, size_t count)
{
    if (text.len != 2 * count + 1 || text.data[2 * count] != 'Z')
        return false;
    for (size_t i = 0; i < 2 * count; i++) {
        unsigned digit = text.data[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] * 10 + digit);
    }
    return true;
}

/* UTCTime YYMMDDHHMMSSZ through 2049, GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on. */
static int64_t time_decode(struct prov_der *validity)
{
    bool is_utc = prov_der_next_is(validity, DER_UTC_TIME);
    uint8_t pairs[7] = {0}; /* century, year, month, day, hour, minute, second */
    struct prov_bytes text;
    int64_t seconds = 0;

    prov_der_take(validity, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &text);
    bool ok = pairs_decode(text, pairs + is_utc, 7 - (size_t)is_utc);
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
    prov_der_leave(der, outer);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void names_decode(struct prov_der *der, struct prov_x509 *cert)
{
    struct prov_name name;

    prov_name_decode(der, &name);
    cert->issuer = name.whole;
    validity_decode(der, cert);
    prov_name_decode(der, &name);
    cert->subject = name.whole;
    cert->common_name = name.common_name;
    cert->common_name_count = name.common_name_count;
}

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
    if (is_nameless(cert) || cert->not_before > cert->not_after)
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    prov_der_leave(der, outer);
    cert->tbs = prov_der_since(der, start);
}

prov_result prov_x509_parse(struct prov_bytes bytes, struct prov_x509 *ret)
{
    struct prov_der der = prov_der_make(bytes);
    const uint8_t *outer = prov_der_enter(&der, DER_SEQUENCE);
    uint8_t raw[PROV_SIGNATURE_LEN];

    memset(ret, 0, sizeof *ret);
    ret->der = bytes;
    ret->path_len = -1;
    tbs_decode(&der, ret);
    prov_algorithm_decode(&der);
    prov_signature_decode(&der, &ret->signature, raw);
    prov_der_leave(&der, outer);
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
    struct prov_eui64 by_name, by_mac;
    bool has_name = prov_eui64_parse_canonical(cert->common_name, &by_name) == PROV_OK;
    const struct prov_eui64 *found = has_name ? &by_name : NULL;

    if (cert->mac_name.len > 0) {
        found = NULL;
        if (mac_eui64(cert->mac_name, &by_mac) == PROV_OK &&
            (!has_name || prov_eui64_equal(&by_name, &by_mac)))
            found = &by_mac;
    }
    if (found == NULL || cert->san_count > 1 || cert->dns_count > 0 || cert->uri_name.len > 0 ||
        cert->common_name_count > 1)
        return PROV_E_NAME;
    *ret = *found;
    return PROV_OK;
}

/* Text is lower case already; octets that are no ASCII letters must be the same. */
static bool equal_without_case(const uint8_t *octets, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned octet = octets[i];
        if (octet - 'A' <= 'Z' - 'A')
            octet += 'a' - 'A';
        if (octet != (uint8_t)text[i])
            return false;
    }
    return true;
}

prov_result prov_x509_match_server(const struct prov_x509 *cert, const struct prov_fqdn *fqdn)
{
    static const char scheme[] = "coaps://";
    struct prov_bytes name = cert->uri_name;
    size_t before = sizeof scheme - 1, len = prov_bytes_text(fqdn->text).len;

    if (cert->dns_count > 0) {
        name = cert->dns_name;
        before = 0;
    }
    return cert->san_count == 1 && name.len == before + len &&
                   equal_without_case(name.data, scheme, before) &&
                   equal_without_case(name.data + before, fqdn->text, len)
               ? PROV_OK
               : PROV_E_NAME;
}
