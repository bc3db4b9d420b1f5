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

static prov_result challenge_password_decode(struct prov_bytes values, struct prov_csr *csr)
{
    uint8_t tag = prov_der_take(&values, &csr->challenge_password);

    if ((tag != DER_UTF8_STRING && tag != DER_PRINTABLE_STRING) || values.len > 0)
        return PROV_E_FORMAT;
    return csr->challenge_password.len - 1 < CHALLENGE_MAX ? PROV_OK : PROV_E_BOUNDS;
}

static prov_result extension_request_decode(struct prov_bytes values, struct prov_csr *csr)
{
    struct prov_x509 asked;

    memset(&asked, 0, sizeof asked);
    prov_result result = prov_extensions_decode(&values, true, &asked);
    csr->asks_ca = asked.is_ca || (asked.key_usage & (PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN)) != 0;
    csr->san = asked.san;
    csr->san_count = asked.san_count;
    csr->alt_kind = asked.alt_kind;
    csr->alt_name = asked.alt_name;
    return result;
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
    prov_result (*decode)(struct prov_bytes values, struct prov_csr *csr);
} attributes[] = {
    {UNSTRUCTURED_NAME, NULL},
    {CHALLENGE_PASSWORD, challenge_password_decode},
    {EXTENSION_REQUEST, extension_request_decode},
    {SMIME_CAPABILITIES, NULL},
};

static const struct attribute *attribute_find(struct prov_bytes type, unsigned *ret_bit)
{
    if (type.len != sizeof pkcs_9 + 1 || memcmp(type.data, pkcs_9, sizeof pkcs_9) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        *ret_bit = 1u << i;
        if (attributes[i].number == type.data[type.len - 1])
            return &attributes[i];
    }
    return NULL;
}

static prov_result attribute_decode(const struct prov_bytes part[2], unsigned *seen,
                                    struct prov_csr *csr)
{
    unsigned bit = 0;
    const struct attribute *attribute = attribute_find(part[0], &bit);

    if (attribute == NULL || (*seen & bit) != 0)
        return PROV_E_CERT_PROFILE;
    *seen |= bit;
    return attribute->decode != NULL ? attribute->decode(part[1], csr) : PROV_OK;
}

static prov_result attributes_decode(struct prov_bytes left, struct prov_csr *csr)
{
    static const uint8_t members[] = {DER_OID, DER_SET};
    struct prov_bytes attribute, part[2];
    unsigned seen = 0;
    prov_result result = PROV_OK;

    while (left.len > 0 && result == PROV_OK) {
        if (prov_der_take(&left, &attribute) != DER_SEQUENCE ||
            !prov_der_split(&attribute, members, 2, part))
            return PROV_E_FORMAT;
        result = attribute_decode(part, &seen, csr);
    }
    return result;
}

/* --- parse ----------------------------------------------------------------------------------- */

static const uint8_t request[] = {DER_SEQUENCE, DER_SEQUENCE, DER_BIT_STRING};
enum { VERSION, SUBJECT, KEY, ATTRIBUTES, MEMBERS };
static const uint8_t request_info[MEMBERS] = {DER_INTEGER, DER_SEQUENCE, DER_SEQUENCE,
                                              DER_CONTEXT_CONSTRUCTED(0)};
static const uint8_t version_1[] = {1, 0};

static prov_result info_decode(struct prov_csr *csr)
{
    struct prov_bytes part[MEMBERS];

    if (!prov_der_split(&csr->info, request_info, MEMBERS, part))
        return PROV_E_FORMAT;
    if (!prov_der_is(&part[VERSION], version_1))
        return PROV_E_VERSION;
    csr->subject = part[SUBJECT];
    csr->spki = part[KEY];
    int names = prov_name_decode(&csr->subject, &csr->common_name);
    if (names < 0)
        return PROV_E_FORMAT;
    csr->common_name_count = (uint16_t)names;
    prov_result result = prov_spki_decode(csr->spki, &csr->point);
    return result == PROV_OK ? attributes_decode(part[ATTRIBUTES], csr) : result;
}

prov_result prov_csr_parse(struct prov_bytes bytes, struct prov_csr *ret)
{
    struct prov_bytes part[3];
    struct prov_csr csr;

    memset(&csr, 0, sizeof csr);
    if (!prov_der_split(&bytes, request, 3, part))
        return PROV_E_FORMAT;
    if (!prov_algorithm_is(&part[1]))
        return PROV_E_ALGORITHM;
    csr.der = bytes;
    csr.info = part[0];
    prov_result result = info_decode(&csr);
    if (result == PROV_OK)
        result = prov_signature_decode(&part[2], csr.signature);
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
                              .alt_kind = csr->alt_kind,
                              .alt_name = csr->alt_name};

    return prov_x509_eui64(&asked, ret);
}

/* --- make ------------------------------------------------------------------------------------ */

/* pkcs_9 as an element, behind it challengePassword (base64 has '+', '/' and '=' beside letters and digits: all of
 * them PrintableString), or extensionRequest and id-ce-subjectAltName. */
#define PKCS_9 DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09
enum { TYPE_LEN = 11 };

static void challenge_put(struct prov_buf *buf, const char *challenge)
{
    static const uint8_t head[] = {DER_SEQUENCE,
                                   TYPE_LEN + 4 + PROV_CSR_CHALLENGE_LEN,
                                   PKCS_9,
                                   CHALLENGE_PASSWORD,
                                   DER_SET,
                                   2 + PROV_CSR_CHALLENGE_LEN,
                                   DER_PRINTABLE_STRING,
                                   PROV_CSR_CHALLENGE_LEN};

    prov_put(buf, head, sizeof head);
    prov_put(buf, challenge, PROV_CSR_CHALLENGE_LEN);
}

static void extension_request_put(struct prov_buf *buf, struct prov_bytes san)
{
    static const uint8_t head[] = {PKCS_9, EXTENSION_REQUEST,     DER_OID, 3, 0x55,
                                   0x1d,   ID_CE_SUBJECT_ALT_NAME};
    size_t attribute = buf->len, value = attribute + TYPE_LEN;

    prov_put(buf, head, sizeof head);
    prov_der_put(buf, DER_OCTET_STRING, san);
    prov_der_wrap(buf, value, DER_SEQUENCE); /* Extension */
    prov_der_wrap(buf, value, DER_SEQUENCE); /* Extensions */
    prov_der_wrap(buf, value, DER_SET);
    prov_der_wrap(buf, attribute, DER_SEQUENCE);
}

/* The version, and a Name: the plan's, or SEQUENCE { SET { SEQUENCE { id-at-commonName, UTF8String } } }, of which the
 * octets up to the text of 23 stand behind the version. */
static void subject_put(struct prov_buf *buf, const struct prov_csr_plan *plan)
{
    static const uint8_t head[] = {DER_INTEGER,
                                   1,
                                   0,
                                   DER_SEQUENCE,
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
    struct prov_bytes name = plan->subject;
    bool is_given = name.len > 0;

    if (!is_given) {
        prov_eui64_format(plan->eui64, text);
        name = PROV_BYTES((const uint8_t *)text, sizeof text - 1);
    }
    prov_put(buf, head, is_given ? 3 : sizeof head);
    prov_put_bytes(buf, name);
}

/* DER sorts a SET OF by the encodings of its members (X.690, section 11.6), so the shorter one stands first: the
 * challenge, which is no longer than what asks for a subjectAltName of 7 octets or more. */
prov_result prov_csr_make_info(const struct prov_csr_plan *plan, struct prov_buf *ret)
{
    size_t mark = ret->len, set;

    subject_put(ret, plan);
    uint8_t *spki = prov_put_space(ret, PROV_SPKI_LEN);
    if (spki != NULL)
        prov_spki_encode(plan->point, spki);
    set = ret->len;
    if (plan->challenge != NULL)
        challenge_put(ret, plan->challenge);
    if (plan->san.len > 0)
        extension_request_put(ret, plan->san);
    prov_der_wrap(ret, set, DER_CONTEXT_CONSTRUCTED(0));
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
