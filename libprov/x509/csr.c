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
    struct prov_bytes text = prov_der_take(
        values, prov_der_next_is(values, DER_UTF8_STRING) ? DER_UTF8_STRING : DER_PRINTABLE_STRING);

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
static const uint8_t pkcs_9[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09};

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
    if (type.len != sizeof pkcs_9 + 1 ||
        !prov_bytes_equal(PROV_BYTES(type.data, sizeof pkcs_9), PROV_BYTES_OF(pkcs_9)))
        return NULL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        *ret_bit = 1u << i;
        if (attributes[i].number == type.data[sizeof pkcs_9])
            return &attributes[i];
    }
    return NULL;
}

static void attribute_decode(struct prov_der *set, unsigned *seen, struct prov_csr *csr)
{
    struct prov_der inner = prov_der_enter(set, DER_SEQUENCE);
    unsigned bit = 0;
    const struct attribute *attribute = attribute_find(prov_der_take_oid(&inner), &bit);
    struct prov_der values;

    if (inner.result == PROV_OK && (attribute == NULL || (*seen & bit) != 0))
        prov_der_fail(&inner, PROV_E_CERT_PROFILE);
    *seen |= bit;
    if (attribute != NULL && attribute->decode != NULL) {
        values = prov_der_enter(&inner, DER_SET);
        attribute->decode(&values, csr);
        prov_der_leave(&inner, &values);
    } else {
        prov_der_take(&inner, DER_SET);
    }
    prov_der_leave(set, &inner);
}

static void attributes_decode(struct prov_der *info, struct prov_csr *csr)
{
    struct prov_der set = prov_der_enter(info, DER_CONTEXT_CONSTRUCTED(0));
    unsigned seen = 0;

    while (prov_der_more(&set))
        attribute_decode(&set, &seen, csr);
    prov_der_leave(info, &set);
}

/* --- parse ----------------------------------------------------------------------------------- */

static void info_decode(struct prov_der *request, struct prov_csr *csr)
{
    struct prov_der copy = *request, info;
    struct prov_bytes version;
    struct prov_name name;

    csr->info = prov_der_take_whole(&copy, DER_SEQUENCE);
    info = prov_der_enter(request, DER_SEQUENCE);
    version = prov_der_take_unsigned(&info);
    if (version.len != 1 || version.data[0] != 0)
        prov_der_fail(&info, PROV_E_VERSION);
    prov_name_decode(&info, &name);
    csr->subject = name.whole;
    csr->common_name = name.common_name;
    csr->common_name_count = name.common_name_count;
    prov_key_decode(&info, &csr->spki, &csr->point);
    attributes_decode(&info, csr);
    prov_der_leave(request, &info);
}

prov_result prov_csr_parse(struct prov_bytes bytes, struct prov_csr *ret)
{
    struct prov_der der = prov_der_make(bytes);
    struct prov_der request = prov_der_enter(&der, DER_SEQUENCE);
    struct prov_csr csr;

    memset(&csr, 0, sizeof csr);
    csr.der = bytes;
    info_decode(&request, &csr);
    prov_algorithm_decode(&request);
    prov_signature_decode(&request, csr.signature);
    prov_der_leave(&der, &request);
    prov_der_end(&der);
    if (der.result == PROV_OK)
        *ret = csr;
    return der.result;
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
    struct prov_name_parts parts = {csr->common_name, csr->common_name_count, csr->san_count,
                                    csr->dns_count,   csr->uri_name,          csr->mac_name};

    return prov_name_eui64(&parts, ret);
}

/* --- make ------------------------------------------------------------------------------------ */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* An attribute up to its one value; close ends value set and attribute. */
struct open_attribute {
    size_t sequence, set;
};

static struct open_attribute attribute_open(struct prov_buf *buf, uint8_t number)
{
    struct open_attribute open;
    uint8_t oid[sizeof pkcs_9 + 1];

    memcpy(oid, pkcs_9, sizeof pkcs_9);
    oid[sizeof pkcs_9] = number;
    open.sequence = prov_der_open(buf, DER_SEQUENCE);
    prov_der_put(buf, DER_OID, PROV_BYTES_OF(oid));
    open.set = prov_der_open(buf, DER_SET);
    return open;
}

static void attribute_close(struct prov_buf *buf, struct open_attribute open)
{
    prov_der_close(buf, open.set);
    prov_der_close(buf, open.sequence);
}

/* Base64 has '+', '/' and '=' beside letters and digits: all of them PrintableString. */
static void challenge_put(struct prov_buf *buf, struct prov_bytes challenge)
{
    struct open_attribute open = attribute_open(buf, CHALLENGE_PASSWORD);

    prov_der_put(buf, DER_PRINTABLE_STRING, challenge);
    attribute_close(buf, open);
}

static void extension_request_put(struct prov_buf *buf, struct prov_bytes san)
{
    struct open_attribute open = attribute_open(buf, EXTENSION_REQUEST);
    size_t list = prov_der_open(buf, DER_SEQUENCE);

    prov_extension_put(buf, ID_CE_SUBJECT_ALT_NAME, san);
    prov_der_close(buf, list);
    attribute_close(buf, open);
}

/* DER sorts a SET OF by the encodings of its members (X.690, section 11.6): written once as they
 * come, and again the other way round if that was wrong. */
static void attributes_put(struct prov_buf *buf, const struct prov_csr_plan *plan)
{
    size_t set = prov_der_open(buf, DER_CONTEXT_CONSTRUCTED(0));
    size_t start = buf->len, second;

    if (plan->challenge.len > 0)
        challenge_put(buf, plan->challenge);
    second = buf->len;
    if (plan->san.len > 0)
        extension_request_put(buf, plan->san);
    if (plan->challenge.len > 0 && plan->san.len > 0 && !buf->overflow &&
        memcmp(buf->data + start, buf->data + second, smaller(second - start, buf->len - second)) >
            0) {
        buf->len = start;
        extension_request_put(buf, plan->san);
        challenge_put(buf, plan->challenge);
    }
    prov_der_close(buf, set);
}

static void subject_put(struct prov_buf *buf, const struct prov_csr_plan *plan)
{
    char text[PROV_EUI64_TEXT];

    if (plan->subject.len > 0) {
        prov_put_bytes(buf, plan->subject);
        return;
    }
    prov_eui64_format(plan->eui64, text);
    prov_name_put_common_name(buf, prov_bytes_text(text));
}

prov_result prov_csr_make_info(const struct prov_csr_plan *plan, struct prov_buf *ret)
{
    static const uint8_t version[1] = {0};
    uint8_t spki[PROV_SPKI_LEN];
    size_t mark;

    if (plan->subject.len == 0 && plan->eui64 == NULL)
        return PROV_E_STATE;
    if (plan->challenge.len > CHALLENGE_MAX)
        return PROV_E_BOUNDS;
    mark = prov_der_open(ret, DER_SEQUENCE);
    prov_der_put_unsigned(ret, PROV_BYTES_OF(version));
    subject_put(ret, plan);
    prov_spki_encode(plan->point, spki);
    prov_put_bytes(ret, PROV_BYTES_OF(spki));
    attributes_put(ret, plan);
    prov_der_close(ret, mark);
    return prov_buf_result(ret);
}

prov_result prov_csr_finish(struct prov_bytes info, const uint8_t signature[PROV_SIGNATURE_LEN],
                            struct prov_buf *ret)
{
    size_t mark = prov_der_open(ret, DER_SEQUENCE);

    prov_put_bytes(ret, info);
    prov_algorithm_put(ret);
    prov_signature_put(ret, signature);
    prov_der_close(ret, mark);
    return prov_buf_result(ret);
}
