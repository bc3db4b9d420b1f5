/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 2986, section 4:
 *
 *     CertificationRequest ::= SEQUENCE { info, signatureAlgorithm, signature }
 *     CertificationRequestInfo ::= SEQUENCE { version INTEGER (0), subject Name, subjectPKInfo,
 *         attributes [0] IMPLICIT SET OF Attribute }
 *     Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }
 *
 * RFC 2986 and RFC 7030 say nothing about attributes that the reader doesn't know, so the list
 * below is closed. To leave out an attribute that asks for something would be to grant another
 * thing than what was signed.
 */
#include "prov/x509.h"

#include "extensions.h"
#include "name.h"
#include "parts.h"

#include <string.h>

/* --- attributes ------------------------------------------------------------------------------ */

/* One value, as RFC 2985, sections 5.4.1 and 5.4.2 want it; a challenge of at most 255 octets. */
#define CHALLENGE_MAX 255

static void challenge_password_decode(struct prov_der *values, struct prov_csr *csr)
{
    bool is_utf8 = prov_der_next_is(values, DER_UTF8_STRING);
    struct prov_bytes text;

    prov_der_take(values, is_utf8 ? DER_UTF8_STRING : DER_PRINTABLE_STRING, &text);
    if (text.len == 0 || text.len > CHALLENGE_MAX)
        prov_der_fail(values, PROV_E_BOUNDS);
    csr->challenge_password = text;
}

static void extension_request_decode(struct prov_der *values, struct prov_csr *csr)
{
    struct prov_x509 asked;

    memset(&asked, 0, sizeof asked);
    prov_extensions_decode(values, true, &asked);
    csr->asks_ca = asked.is_ca || (asked.key_usage & (PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN)) != 0;
    csr->san = asked.san;
    csr->san_count = asked.san_count;
    csr->dns_count = asked.dns_count;
    csr->dns_name = asked.dns_name;
    csr->uri_name = asked.uri_name;
    csr->mac_name = asked.mac_name;
}

/* pkcs-9 1.2.840.113549.1.9.n. Without a decoder: let pass. unstructuredName is what openssl req
 * fills in by default; SMIMECapabilities concerns keys that a server makes (RFC 7030,
 * section 4.4.1.1). */
static const uint8_t pkcs_9[] = {DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09};

#define UNSTRUCTURED_NAME  2
#define CHALLENGE_PASSWORD 7
#define EXTENSION_REQUEST  14
#define SMIME_CAPABILITIES 15

static const struct attribute {
    uint8_t number;
    void (*decode)(struct prov_der *values, struct prov_csr *csr);
} attributes[] = {
    {UNSTRUCTURED_NAME, NULL},
    {CHALLENGE_PASSWORD, challenge_password_decode},
    {EXTENSION_REQUEST, extension_request_decode},
    {SMIME_CAPABILITIES, NULL},
};

static const struct attribute *attribute_find(struct prov_bytes type, unsigned *ret_bit)
{
    if (type.len != pkcs_9[1] || memcmp(type.data, pkcs_9 + 2, sizeof pkcs_9 - 2) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        *ret_bit = 1u << i;
        if (attributes[i].number == type.data[type.len - 1])
            return &attributes[i];
    }
    return NULL;
}

static void attribute_decode(struct prov_der *der, unsigned *seen, struct prov_csr *csr)
{
    struct prov_bytes type;
    unsigned bit = 0;

    prov_der_enter(der, DER_SEQUENCE);
    prov_der_take_oid(der, &type);
    const struct attribute *attribute = attribute_find(type, &bit);
    if (attribute == NULL || (*seen & bit) != 0)
        prov_der_fail(der, PROV_E_CERT_PROFILE);
    *seen |= bit;
    prov_der_enter(der, DER_SET);
    if (attribute != NULL && attribute->decode != NULL)
        attribute->decode(der, csr);
    else
        der->at = der->end;
    prov_der_leave(der);
    prov_der_leave(der);
}

static void attributes_decode(struct prov_der *der, struct prov_csr *csr)
{
    unsigned seen = 0;

    prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(0));
    while (prov_der_more(der))
        attribute_decode(der, &seen, csr);
    prov_der_leave(der);
}

/* --- parse ----------------------------------------------------------------------------------- */

static const uint8_t version_1[] = {DER_INTEGER, 1, 0};

static void info_decode(struct prov_der *der, struct prov_csr *csr)
{
    prov_der_enter(der, DER_SEQUENCE);
    csr->info = der->whole;
    prov_der_literal(der, version_1, PROV_E_VERSION);
    csr->common_name_count = prov_name_decode(der, &csr->subject, &csr->common_name);
    prov_key_decode(der, &csr->spki, &csr->point);
    attributes_decode(der, csr);
    prov_der_leave(der);
}

prov_result prov_csr_parse(struct prov_bytes bytes, struct prov_csr *ret)
{
    struct prov_bytes signature;
    struct prov_csr csr;
    struct prov_der der;

    memset(&csr, 0, sizeof csr);
    csr.der = bytes;
    prov_der_begin(&der, bytes);
    prov_der_enter(&der, DER_SEQUENCE);
    info_decode(&der, &csr);
    prov_algorithm_decode(&der);
    prov_signature_decode(&der, &signature, csr.signature);
    prov_der_leave(&der);
    prov_result result = prov_der_end(&der);
    if (result == PROV_OK)
        *ret = csr;
    return result;
}

prov_result prov_csr_verify(const struct prov_csr *csr, struct prov_crypto *crypto)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result result = prov_crypto_sha256(crypto, &csr->info, 1, digest);

    if (result == PROV_OK)
        result = prov_crypto_verify(crypto, csr->point, digest, csr->signature);
    return result;
}

prov_result prov_csr_eui64(const struct prov_csr *csr, struct prov_eui64 *ret)
{
    struct prov_x509 asked = {.common_name = csr->common_name,
                              .common_name_count = csr->common_name_count,
                              .san_count = csr->san_count,
                              .dns_count = csr->dns_count,
                              .uri_name = csr->uri_name,
                              .mac_name = csr->mac_name};

    return prov_x509_eui64(&asked, ret);
}

/* --- make ------------------------------------------------------------------------------------ */

/* One attribute with its one value. Base64 has '+', '/' and '=' beside letters and digits: all of them
 * PrintableString. */
static void attribute_put(struct prov_buf *buf, uint8_t number, const struct prov_csr_plan *plan)
{
    static const uint8_t id_ce_san[] = {DER_OID, 3, 0x55, 0x1d, ID_CE_SUBJECT_ALT_NAME};
    size_t attribute = buf->len;

    prov_put_bytes(buf, PROV_BYTES_OF(pkcs_9));
    prov_put_u8(buf, number);
    size_t value = buf->len;
    if (number == CHALLENGE_PASSWORD) {
        prov_der_put(buf, DER_PRINTABLE_STRING, plan->challenge);
    } else {
        prov_put_bytes(buf, PROV_BYTES_OF(id_ce_san));
        prov_der_put(buf, DER_OCTET_STRING, plan->san);
        prov_der_wrap(buf, value, DER_SEQUENCE); /* Extension */
        prov_der_wrap(buf, value, DER_SEQUENCE); /* Extensions */
    }
    prov_der_wrap(buf, value, DER_SET);
    prov_der_wrap(buf, attribute, DER_SEQUENCE);
}

/* DER sorts a SET OF by the encodings of its members (X.690, section 11.6), so the shorter SEQUENCE stands
 * first, and of two that are alike the one whose type is smaller: written as they stand in `attributes`,
 * and the other way round if that was wrong. */
static void attributes_put(struct prov_buf *buf, const struct prov_csr_plan *plan)
{
    size_t set = buf->len, second;

    if (plan->challenge.len > 0)
        attribute_put(buf, CHALLENGE_PASSWORD, plan);
    second = buf->len;
    if (plan->san.len > 0)
        attribute_put(buf, EXTENSION_REQUEST, plan);
    if (second - set > buf->len - second && plan->san.len > 0) {
        buf->len = set;
        attribute_put(buf, EXTENSION_REQUEST, plan);
        attribute_put(buf, CHALLENGE_PASSWORD, plan);
    }
    prov_der_wrap(buf, set, DER_CONTEXT_CONSTRUCTED(0));
}

/* SEQUENCE { SET { SEQUENCE { id-at-commonName, UTF8String } } } up to the text of 23 octets. */
static void subject_put(struct prov_buf *buf, const struct prov_csr_plan *plan)
{
    static const uint8_t head[] = {DER_SEQUENCE,
                                   34,
                                   DER_SET,
                                   32,
                                   DER_SEQUENCE,
                                   30,
                                   DER_OID,
                                   3,
                                   0x55,
                                   0x04,
                                   0x03,
                                   DER_UTF8_STRING,
                                   PROV_EUI64_TEXT - 1};
    char text[PROV_EUI64_TEXT];

    if (plan->subject.len > 0) {
        prov_put_bytes(buf, plan->subject);
        return;
    }
    prov_eui64_format(plan->eui64, text);
    prov_put(buf, head, sizeof head);
    prov_put(buf, text, sizeof text - 1);
}

prov_result prov_csr_make_info(const struct prov_csr_plan *plan, struct prov_buf *ret)
{
    if (plan->subject.len == 0 && plan->eui64 == NULL)
        return PROV_E_STATE;
    if (plan->challenge.len > CHALLENGE_MAX)
        return PROV_E_BOUNDS;
    size_t mark = ret->len;
    prov_put_bytes(ret, PROV_BYTES_OF(version_1));
    subject_put(ret, plan);
    uint8_t *spki = prov_put_space(ret, PROV_SPKI_LEN);
    if (spki != NULL)
        prov_spki_encode(plan->point, spki);
    attributes_put(ret, plan);
    prov_der_wrap(ret, mark, DER_SEQUENCE);
    return prov_buf_result(ret);
}

prov_result prov_csr_finish(struct prov_bytes info, const uint8_t signature[PROV_SIGNATURE_LEN],
                            struct prov_buf *ret)
{
    size_t mark = ret->len, bits;

    prov_put_bytes(ret, info);
    prov_algorithm_put(ret);
    bits = ret->len;
    prov_put_u8(ret, 0);
    prov_ecdsa_encode(signature, ret);
    prov_der_wrap(ret, bits, DER_BIT_STRING);
    prov_der_wrap(ret, mark, DER_SEQUENCE);
    return prov_buf_result(ret);
}
