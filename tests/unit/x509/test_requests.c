/* SPDX-License-Identifier: Apache-2.0
 *
 * Certification requests and certs-only messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "libprov/x509/der.h"
#include "mint.h"
#include "rfc9148.h"

static struct prov_crypto *crypto_make(void)
{
    struct prov_crypto *crypto;

    assert_int_equal(prov_crypto_make(NULL, &crypto), PROV_OK);
    return crypto;
}

/* A request from its parts: attributes is the content of [0]. */
struct request {
    uint8_t version;
    struct prov_bytes subject, spki, attributes, algorithm;
    bool attributes_left_out;
};

static struct prov_bytes request_make(struct prov_crypto *crypto, const struct request *request,
                                      struct prov_buf *buf)
{
    static uint8_t octets[2048];
    struct prov_buf info = PROV_BUF_OF(octets);
    uint8_t point[PROV_POINT_LEN], spki[PROV_SPKI_LEN];
    struct prov_key key = {0};
    struct prov_bytes made;
    size_t mark = info.len;

    mint_key(crypto, 5, &key, point);
    prov_spki_encode(point, spki);
    prov_der_put(&info, DER_INTEGER, PROV_BYTES(&request->version, 1));
    if (request->subject.len > 0)
        prov_put_bytes(&info, request->subject);
    else
        mint_name(&info, "AC-DE-48-00-11-22-33-44");
    prov_put_bytes(&info, request->spki.len > 0 ? request->spki : PROV_BYTES_OF(spki));
    if (!request->attributes_left_out)
        prov_der_put(&info, DER_CONTEXT_CONSTRUCTED(0), request->attributes);
    prov_der_wrap(&info, mark, DER_SEQUENCE);
    made = mint_signed(crypto, prov_buf_bytes(&info), request->algorithm, &key, buf);
    prov_crypto_key_drop(crypto, &key);
    return made;
}

static prov_result request_parse(const struct request *request, struct prov_csr *ret)
{
    static uint8_t octets[4096];
    struct prov_crypto *crypto = crypto_make();
    struct prov_buf buf = PROV_BUF_OF(octets);
    prov_result result = prov_csr_parse(request_make(crypto, request, &buf), ret);

    if (result == PROV_OK)
        assert_int_equal(prov_csr_verify(ret, crypto), PROV_OK);
    prov_crypto_free(crypto);
    return result;
}

/* --- requests ------------------------------------------------------------------------------------ */

static void row17_rsa_request_is_refused(void **state)
{
    struct request request = {
        .spki =
            OCTETS("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x09"
                   "\x00\x30\x06\x02\x01\x23\x02\x01\x03")};
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_E_ALGORITHM);
    request = (struct request){
        .algorithm = OCTETS("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")};
    assert_int_equal(request_parse(&request, &csr), PROV_E_ALGORITHM);
}

static void row18_p224_request_is_refused(void **state)
{
    struct request request = {
        .spki =
            OCTETS("\x30\x17\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00"
                   "\x21\x03\x03\x00\x04\x01")};
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_E_ALGORITHM);
}

static void row19_points_in_requests_are_uncompressed_and_on_the_curve(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t octets[4096], point[PROV_POINT_LEN], spki[PROV_SPKI_LEN];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct request request = {.spki = PROV_BYTES_OF(spki)};
    struct prov_key key = {0};
    struct prov_csr csr;

    (void)state;
    mint_key(crypto, 5, &key, point);
    prov_crypto_key_drop(crypto, &key);
    point[0] = 0x02;
    prov_spki_encode(point, spki);
    assert_int_equal(prov_csr_parse(request_make(crypto, &request, &buf), &csr), PROV_E_POINT);
    point[0] = 0x04;
    point[64] ^= 1;
    prov_spki_encode(point, spki);
    buf.len = 0;
    assert_int_equal(prov_csr_parse(request_make(crypto, &request, &buf), &csr), PROV_OK);
    assert_int_equal(prov_csr_verify(&csr, crypto), PROV_E_POINT);
    prov_crypto_free(crypto);
}

static void row21_sha1_request_is_refused(void **state)
{
    struct request request = {.algorithm = OCTETS("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01")};
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_E_ALGORITHM);
}

static void a_request_by_another_key_does_not_verify(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t octets[4096], point[PROV_POINT_LEN], spki[PROV_SPKI_LEN];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct request request = {.spki = PROV_BYTES_OF(spki)};
    struct prov_key key = {0};
    struct prov_csr csr;

    (void)state;
    mint_key(crypto, 6, &key, point);
    prov_crypto_key_drop(crypto, &key);
    prov_spki_encode(point, spki);
    assert_int_equal(prov_csr_parse(request_make(crypto, &request, &buf), &csr), PROV_OK);
    assert_int_equal(prov_csr_verify(&csr, crypto), PROV_E_SIGNATURE);
    prov_crypto_free(crypto);
}

#define CHALLENGE                                                                                  \
    "\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x0b\x13\x09"                         \
    "challenge"
#define ASK(len3, len2, len1, extensions)                                                          \
    "\x30" len3 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e\x31" len2 "\x30" len1 extensions

static void attributes_are_a_closed_list(void **state)
{
    const struct {
        struct prov_bytes attributes;
        prov_result result;
    } lists[] = {
        {OCTETS(CHALLENGE CHALLENGE), PROV_E_CERT_PROFILE},
        /* the value set: empty, two values, no text */
        {OCTETS("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x00"), PROV_E_FORMAT},
        {OCTETS("\x30\x13\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x06\x13\x01x\x13\x01y"),
         PROV_E_FORMAT},
        {OCTETS("\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x02\x13\x00"),
         PROV_E_BOUNDS},
        {OCTETS("\x30\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07\x31\x03\x02\x01\x01"),
         PROV_E_FORMAT},
        /* emailAddress, id-cmc-changeSubjectName, an attribute of no OID */
        {OCTETS("\x30\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01\x31\x03\x16\x01x"),
         PROV_E_CERT_PROFILE},
        {OCTETS("\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x07\x24\x31\x02\x30\x00"),
         PROV_E_CERT_PROFILE},
        {OCTETS("\x30\x04\x06\x00\x31\x00"), PROV_E_FORMAT},
        {OCTETS("\x30\x02\x31\x00"), PROV_E_FORMAT},
        /* let pass: unstructuredName, SMIMECapabilities */
        {OCTETS("\x30\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02\x31\x03\x16\x01x"), PROV_OK},
        {OCTETS("\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f\x31\x02\x30\x00"), PROV_OK},
        {OCTETS(CHALLENGE), PROV_OK},
        {PROV_BYTES_NONE, PROV_OK},
    };
    struct prov_csr csr;

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct request request = {.attributes = lists[i].attributes};

        assert_int_equal(request_parse(&request, &csr), lists[i].result);
    }
    struct request left_out = {.attributes_left_out = true};
    assert_int_not_equal(request_parse(&left_out, &csr), PROV_OK);
    struct request version = {.version = 1};
    assert_int_equal(request_parse(&version, &csr), PROV_E_VERSION);
}

static void row36_asking_for_a_ca_is_seen(void **state)
{
    struct request request = {
        .attributes = OCTETS(ASK("\x1e", "\x11", "\x0f",
                                 "\x30\x0d\x06\x03\x55\x1d\x13\x04\x06\x30\x04\x01\x01\xff\x00"))};
    struct prov_csr csr;

    (void)state;
    assert_int_not_equal(request_parse(&request, &csr), PROV_OK); /* not DER inside */
    request.attributes = OCTETS(
        ASK("\x1d", "\x10", "\x0e", "\x30\x0c\x06\x03\x55\x1d\x13\x04\x05\x30\x03\x01\x01\xff"));
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    assert_true(csr.asks_ca);
    request.attributes =
        OCTETS(ASK("\x1c", "\x0f", "\x0d", "\x30\x0b\x06\x03\x55\x1d\x0f\x04\x04\x03\x02\x02\x04"));
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    assert_true(csr.asks_ca);
    request.attributes =
        OCTETS(ASK("\x1c", "\x0f", "\x0d", "\x30\x0b\x06\x03\x55\x1d\x0f\x04\x04\x03\x02\x07\x80"));
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    assert_false(csr.asks_ca);
}

static void row39_unknown_extensions_asked_for_are_refused(void **state)
{
    struct request request = {
        .attributes =
            OCTETS(ASK("\x19", "\x0c", "\x0a", "\x30\x08\x06\x02\x2a\x03\x04\x02\x05\x00"))};
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_E_CERT_PROFILE);
}

/* A directoryName lies deepest of all that a request may hold: in a subjectAltName, and as the issuer in an
 * authorityKeyIdentifier. */
static void names_lie_deepest_in_requests(void **state)
{
#define NAME_X "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01x"
    struct request request = {
        .attributes = OCTETS(ASK(
            "\x2f", "\x22", "\x20",
            "\x30\x1e\x06\x03\x55\x1d\x23\x04\x17\x30\x15\xa1\x10\xa4\x0e" NAME_X "\x82\x01\x00"))};
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    request.attributes = OCTETS(
        ASK("\x2a", "\x1d", "\x1b", "\x30\x19\x06\x03\x55\x1d\x11\x04\x12\x30\x10\xa4\x0e" NAME_X));
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    assert_int_equal(csr.san_count, 1);
}

static void row25_group_bit_in_a_request_is_refused(void **state)
{
    struct request request = {.subject =
                                  OCTETS("\x30\x22\x31\x20\x30\x1e\x06\x03\x55\x04\x03\x0c\x17"
                                         "AD-DE-48-00-11-22-33-44")};
    struct prov_eui64 eui64;
    struct prov_csr csr;

    (void)state;
    assert_int_equal(request_parse(&request, &csr), PROV_OK);
    assert_int_equal(prov_csr_eui64(&csr, &eui64), PROV_E_NAME);
}

static void a_request_damaged_anywhere(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t *copy;
    struct prov_csr csr;

    (void)state;
    for (size_t len = 0; len < sizeof rfc9148_csr; len++) {
        copy = malloc(len > 0 ? len : 1);
        memcpy(copy, rfc9148_csr, len);
        assert_int_equal(prov_csr_parse(PROV_BYTES(copy, len), &csr), PROV_E_FORMAT);
        free(copy);
    }
    copy = malloc(sizeof rfc9148_csr + 1);
    memcpy(copy, rfc9148_csr, sizeof rfc9148_csr);
    copy[sizeof rfc9148_csr] = 0;
    assert_int_equal(prov_csr_parse(PROV_BYTES(copy, sizeof rfc9148_csr + 1), &csr), PROV_E_FORMAT);
    for (size_t bit = 0; bit < 8 * sizeof rfc9148_csr; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (prov_csr_parse(PROV_BYTES(copy, sizeof rfc9148_csr), &csr) == PROV_OK && bit % 5 == 0)
            assert_int_not_equal(prov_csr_verify(&csr, crypto), PROV_OK);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(copy);
    prov_crypto_free(crypto);
}

static void a_request_that_does_not_fit(void **state)
{
    uint8_t octets[64], point[PROV_POINT_LEN] = {4};
    struct prov_eui64 eui64 = {{2, 0, 0, 0, 0, 0, 0, 1}};
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &eui64, .point = point};

    (void)state;
    assert_int_equal(prov_csr_make_info(&plan, &buf), PROV_E_OVERFLOW);
}

/* The request that a plan makes, read back here and by OpenSSL. */
static void request_round(struct prov_crypto *crypto, struct prov_csr_plan *plan,
                          struct prov_csr *ret, struct prov_buf *buf)
{
    static uint8_t octets[PROV_CSR_MAX];
    struct prov_buf info = PROV_BUF_OF(octets);
    uint8_t point[PROV_POINT_LEN], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_key key = {0};
    struct prov_bytes made;
    const uint8_t *at;
    X509_REQ *request;
    EVP_PKEY *public;

    mint_key(crypto, 5, &key, point);
    plan->point = point;
    assert_int_equal(prov_csr_make_info(plan, &info), PROV_OK);
    made = prov_buf_bytes(&info);
    assert_int_equal(prov_crypto_sha256(crypto, &made, 1, digest), PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    assert_int_equal(prov_csr_finish(made, signature, buf), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
    assert_int_equal(prov_csr_parse(prov_buf_bytes(buf), ret), PROV_OK);
    assert_int_equal(prov_csr_verify(ret, crypto), PROV_OK);
    assert_true(prov_bytes_equal(ret->point, PROV_BYTES_OF(point)));
    at = buf->data;
    request = d2i_X509_REQ(NULL, &at, (long)buf->len);
    assert_non_null(request);
    public = X509_REQ_get0_pubkey(request);
    assert_int_equal(X509_REQ_verify(request, public), 1);
    X509_REQ_free(request);
}

static void requests_go_there_and_back(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_eui64 eui64 = {{0xac, 0xde, 0x48, 0, 0x11, 0x22, 0x33, 0x44}}, found;
    static const char *const challenges[] = {NULL, "MTIzNDU2Nzg5MDEy"};
    uint8_t octets[PROV_CSR_MAX];
    struct prov_csr csr;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct prov_csr_plan plan = {.eui64 = &eui64, .challenge = challenges[i % 2]};
        struct prov_buf buf = PROV_BUF_OF(octets);

        if (i >= 2)
            plan.san = SAN_MAC;
        request_round(crypto, &plan, &csr, &buf);
        assert_true(prov_bytes_equal(csr.challenge_password, plan.challenge != NULL
                                                                 ? prov_bytes_text(plan.challenge)
                                                                 : PROV_BYTES_NONE));
        assert_true(prov_bytes_equal(csr.san, plan.san));
        if (plan.san.len > 0 && plan.challenge != NULL) /* DER: the shorter one first */
            assert_true(csr.challenge_password.data < csr.san.data);
        assert_int_equal(prov_csr_eui64(&csr, &found), PROV_OK);
        assert_true(prov_eui64_equal(&eui64, &found));
        assert_false(csr.asks_ca);
    }
    prov_crypto_free(crypto);
}

/* RFC 7030, section 4.2.2: subject and subjectAltName of the certificate, octet by octet. */
static void a_renewal_keeps_the_names(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_bytes certs[1];
    struct prov_csr_plan plan = {0};
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct prov_x509 cert;
    struct prov_csr csr;
    size_t count;

    (void)state;
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_sen), certs, 1, &count), PROV_OK);
    assert_int_equal(prov_x509_parse(certs[0], &cert), PROV_OK);
    plan.subject = cert.subject;
    plan.san = cert.san;
    request_round(crypto, &plan, &csr, &buf);
    assert_true(prov_bytes_equal(csr.subject, cert.subject));
    assert_true(prov_bytes_equal(csr.san, cert.san));
    prov_crypto_free(crypto);
}

/* --- RFC 9148, appendix A ------------------------------------------------------------------------ */

static void rfc9148_request_is_read(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_csr csr;
    struct prov_eui64 eui64;

    (void)state;
    assert_int_equal(prov_csr_parse(PROV_BYTES_OF(rfc9148_csr), &csr), PROV_OK);
    assert_int_equal(prov_csr_verify(&csr, crypto), PROV_OK);
    assert_int_equal(csr.san_count, 1);
    assert_int_equal(csr.alt_kind, PROV_ALT_OTHER);
    assert_int_equal(csr.challenge_password.len, 37);
    assert_int_equal(prov_csr_eui64(&csr, &eui64), PROV_E_NAME); /* hardwareModuleName */
    assert_int_equal(prov_csr_parse(PROV_BYTES_OF(rfc9148_skg_csr), &csr), PROV_OK);
    assert_int_equal(csr.challenge_password.len, 0);
    prov_crypto_free(crypto);
}

static void rfc9148_certificates_are_read(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_bytes certs[2];
    struct prov_x509 cert;
    size_t count;

    (void)state;
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_crts), certs, 2, &count),
                     PROV_OK);
    assert_int_equal(count, 1);
    assert_int_equal(prov_x509_parse(certs[0], &cert), PROV_OK);
    assert_true(cert.is_ca && cert.critical[PROV_X509_KEY_USAGE]);
    assert_int_equal(cert.key_usage, PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN);
    assert_true(prov_bytes_equal(cert.common_name, OCTETS("Root CA")));
    assert_int_equal(prov_x509_verify(&cert, crypto, &cert), PROV_OK);
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_sen), certs, 2, &count), PROV_OK);
    assert_int_equal(prov_x509_parse(certs[0], &cert), PROV_OK);
    assert_true(cert.not_after == INT64_C(253402300799)); /* row 30 */
    assert_int_equal(cert.key_usage, PROV_KU_DIGITAL_SIGNATURE | PROV_KU_KEY_ENCIPHERMENT);
    assert_true(!cert.is_ca && cert.eku == 0);
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_skg), certs, 2, &count), PROV_OK);
    assert_int_equal(prov_x509_parse(certs[0], &cert), PROV_OK); /* nsComment: ignored */
    prov_crypto_free(crypto);
}

/* --- certs-only ---------------------------------------------------------------------------------- */

static void certs_only_damaged_anywhere(void **state)
{
    struct prov_bytes certs[4];
    uint8_t *copy;
    size_t count = 77;

    (void)state;
    for (size_t len = 0; len < sizeof rfc9148_sen; len++) {
        copy = malloc(len > 0 ? len : 1);
        memcpy(copy, rfc9148_sen, len);
        assert_int_equal(prov_certs_only_decode(PROV_BYTES(copy, len), certs, 4, &count),
                         PROV_E_FORMAT);
        free(copy);
    }
    assert_int_equal(count, 77);
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_sen), certs, 0, &count),
                     PROV_E_OVERFLOW);
    copy = malloc(sizeof rfc9148_sen + 1);
    memcpy(copy, rfc9148_sen, sizeof rfc9148_sen);
    copy[sizeof rfc9148_sen] = 0;
    assert_int_equal(
        prov_certs_only_decode(PROV_BYTES(copy, sizeof rfc9148_sen + 1), certs, 4, &count),
        PROV_E_FORMAT);
    for (size_t bit = 0; bit < 8 * sizeof rfc9148_sen; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)!prov_certs_only_decode(PROV_BYTES(copy, sizeof rfc9148_sen), certs, 4, &count);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(copy);
}

static void signed_or_other_contents_are_refused(void **state)
{
    const struct {
        struct prov_bytes der;
        prov_result result;
    } messages[] = {
        /* id-data outside */
        {OCTETS("\x30\x25\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x18\x30\x16\x02\x01\x01"
                "\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00\x31\x00"),
         PROV_E_FORMAT},
        /* a signer */
        {OCTETS(
             "\x30\x27\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x1a\x30\x18\x02\x01\x01\x31"
             "\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00\x31\x02\x30\x00"),
         PROV_E_FORMAT},
        /* a digest algorithm */
        {OCTETS(
             "\x30\x27\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x1a\x30\x18\x02\x01\x01\x31"
             "\x02\x30\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00\x31\x00"),
         PROV_E_FORMAT},
        /* version 3 */
        {OCTETS("\x30\x25\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x18\x30\x16\x02\x01\x03"
                "\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00\x31\x00"),
         PROV_E_FORMAT},
        /* id-signedData inside */
        {OCTETS("\x30\x25\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x18\x30\x16\x02\x01\x01"
                "\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x00\x31\x00"),
         PROV_E_FORMAT},
        /* no certificate: empty, not wrong */
        {OCTETS("\x30\x25\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x18\x30\x16\x02\x01\x01"
                "\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00\x31\x00"),
         PROV_OK},
    };
    struct prov_bytes certs[1];
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        assert_int_equal(prov_certs_only_decode(messages[i].der, certs, 1, &count),
                         messages[i].result);
    assert_int_equal(count, 0);
}

static void certs_only_goes_there_and_back(void **state)
{
    struct prov_bytes certs[3], again[3];
    uint8_t octets[4096], small[600];
    struct prov_buf buf = PROV_BUF_OF(octets), too_small = PROV_BUF_OF(small);
    const uint8_t *at = octets;
    size_t count;
    PKCS7 *message;

    (void)state;
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_crts), &certs[0], 1, &count),
                     PROV_OK);
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_sen), &certs[1], 1, &count),
                     PROV_OK);
    assert_int_equal(prov_certs_only_encode(certs, 1, &buf), PROV_OK);
    assert_int_equal(buf.len, sizeof rfc9148_crts - 2); /* which has an empty set of CRLs */
    buf.len = 0;
    certs[2] = certs[0];
    assert_int_equal(prov_certs_only_encode(certs, 3, &too_small), PROV_E_OVERFLOW);
    assert_int_equal(prov_certs_only_encode(certs, 3, &buf), PROV_OK);
    assert_int_equal(prov_certs_only_decode(prov_buf_bytes(&buf), again, 3, &count), PROV_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(prov_bytes_equal(certs[i], again[i]));
    message = d2i_PKCS7(NULL, &at, (long)buf.len);
    assert_non_null(message);
    assert_int_equal(sk_X509_num(message->d.sign->cert), 3);
    PKCS7_free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row17_rsa_request_is_refused),
        cmocka_unit_test(row18_p224_request_is_refused),
        cmocka_unit_test(row19_points_in_requests_are_uncompressed_and_on_the_curve),
        cmocka_unit_test(row21_sha1_request_is_refused),
        cmocka_unit_test(a_request_by_another_key_does_not_verify),
        cmocka_unit_test(attributes_are_a_closed_list),
        cmocka_unit_test(row36_asking_for_a_ca_is_seen),
        cmocka_unit_test(row39_unknown_extensions_asked_for_are_refused),
        cmocka_unit_test(names_lie_deepest_in_requests),
        cmocka_unit_test(row25_group_bit_in_a_request_is_refused),
        cmocka_unit_test(a_request_damaged_anywhere),
        cmocka_unit_test(a_request_that_does_not_fit),
        cmocka_unit_test(requests_go_there_and_back),
        cmocka_unit_test(a_renewal_keeps_the_names),
        cmocka_unit_test(rfc9148_request_is_read),
        cmocka_unit_test(rfc9148_certificates_are_read),
        cmocka_unit_test(certs_only_damaged_anywhere),
        cmocka_unit_test(signed_or_other_contents_are_refused),
        cmocka_unit_test(certs_only_goes_there_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
