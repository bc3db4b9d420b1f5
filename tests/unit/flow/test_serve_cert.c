/* SPDX-License-Identifier: Apache-2.0
 *
 * Serving certificates: crts, sen, sren (RFC 9148) and the first certificate by PSK or raw key.
 */
#include "openssl_csr.h"
#include "serve_fixture.h"

#include <openssl/obj_mac.h>
#include <string.h>

/* A device with a bootstrap or operational credential, its next key, and a request in the making.
 */
struct asker {
    struct prov_flow_peer peer;
    struct device_key key;
    char challenge[PROV_BASE64_TEXT(PROV_DTLS_TLS_UNIQUE_LEN)];
    struct prov_csr_plan plan;
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf csr;
};

static void asker_make(struct fixture *f, struct asker *a, enum prov_kind kind, enum prov_use use)
{
    struct prov_uuid id = make_credential(f, kind, use);
    *a = (struct asker){.peer = fixture_peer(f, &id)};
    device_key_make(f, &a->key);
    prov_base64_format(PROV_BYTES_OF(serve_tls_unique), a->challenge);
    a->plan = (struct prov_csr_plan){.eui64 = &f->device, .point = a->key.point};
}

/* The request as planned, signed. */
static struct prov_bytes asker_csr(struct fixture *f, struct asker *a)
{
    a->csr = PROV_BUF_OF(a->octets);
    device_csr(f, &a->key, &a->plan, &a->csr);
    return prov_buf_bytes(&a->csr);
}

static void asker_refused(struct fixture *f, struct asker *a, enum prov_enroll_op op,
                          struct prov_bytes csr, uint8_t code)
{
    struct prov_flow_request request = serve_request(f, &a->peer, op, csr);
    serve_refused(f, &request, code);
}

static void asker_drop(struct fixture *f, struct asker *a)
{
    device_key_drop(f, &a->key);
}

static void with_challenge(struct asker *a)
{
    a->plan.challenge = a->challenge;
}

/* Subject of the current certificate, as sren wants it. */
static void with_current_subject(struct fixture *f, struct asker *a,
                                 struct prov_credential *current)
{
    struct prov_x509 cert;
    *current = fixture_get(f, &a->peer.uuid);
    size_t len = 4u + ((size_t)current->chain[2] << 8 | current->chain[3]);
    assert_int_equal(prov_x509_parse(PROV_BYTES(current->chain, len), &cert), PROV_OK);
    a->plan.eui64 = NULL;
    a->plan.subject = cert.subject;
    a->plan.san = PROV_BYTES_NONE;
    if (cert.san.len > 0) /* views point into current */
        a->plan.san = cert.san;
}

/* A device whose operational certificate names it by MACAddress. */
static void asker_by_san(struct fixture *f, struct asker *a,
                         const struct prov_cert_profile *profile)
{
    struct prov_uuid id;
    struct prov_flow_cert request = {.device = &f->device,
                                     .server = &f->server,
                                     .use = PROV_USE_OPERATIONAL,
                                     .profile = profile,
                                     .form = PROV_EUI_FORM_SAN};
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_OK);
    *a = (struct asker){.peer = fixture_peer(f, &id)};
    device_key_make(f, &a->key);
    prov_base64_format(PROV_BYTES_OF(serve_tls_unique), a->challenge);
    a->plan = (struct prov_csr_plan){.eui64 = &f->device, .point = a->key.point};
}

/* --- negative --- */

static void cert_without_challenge_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    asker_refused(f, &a, PROV_ENROLL_CERT, asker_csr(f, &a), PROV_COAP_BAD_REQUEST);
    asker_drop(f, &a);
}

static void h36_cert_with_another_sessions_challenge_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    with_challenge(&a);
    a.challenge[0] ^= 1;
    asker_refused(f, &a, PROV_ENROLL_CERT, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void h36_cert_without_channel_binding_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    with_challenge(&a);
    struct prov_flow_request request =
        serve_request(f, &a.peer, PROV_ENROLL_CERT, asker_csr(f, &a));
    request.has_binding = false;
    serve_refused(f, &request, PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void est_wrong_challenge_is_refused_where_present(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    with_challenge(&a);
    a.challenge[3] ^= 1;
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void row25_csr_for_another_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    a.plan.eui64 = &f->other_device;
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void csr_without_a_name_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    static const uint8_t empty[2] = {0x30, 0x00};
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    a.plan.eui64 = NULL;
    a.plan.subject = PROV_BYTES_OF(empty);
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void csr_with_a_bad_signature_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct device_key other;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    device_key_make(f, &other);
    a.plan.point = other.point; /* signed by a.key */
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_BAD_REQUEST);
    device_key_drop(f, &other);
    asker_drop(f, &a);
}

static void csr_that_is_cut_longer_or_pem_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_bytes csr = asker_csr(f, &a);
    for (size_t len = 0; len < csr.len; len += 7)
        asker_refused(f, &a, PROV_ENROLL_EST_SEN, PROV_BYTES(csr.data, len), PROV_COAP_BAD_REQUEST);
    a.octets[csr.len] = 0;
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, PROV_BYTES(csr.data, csr.len + 1),
                  PROV_COAP_BAD_REQUEST);
    uint8_t octets[2048];
    struct prov_buf pem = PROV_BUF_OF(octets);
    assert_int_equal(prov_pki_pem_encode("CERTIFICATE REQUEST", csr, &pem), PROV_OK);
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, prov_buf_bytes(&pem), PROV_COAP_BAD_REQUEST);
    asker_drop(f, &a);
}

/* RFC 9148's test list: RSA or another curve 4.00; CA:TRUE, keyCertSign, a foreign name 4.03. */
static void hostile_csr(void **state, const struct openssl_csr *plan, uint8_t code)
{
    struct fixture *f = *state;
    struct asker a;
    uint8_t octets[2048];
    struct prov_buf csr = PROV_BUF_OF(octets);
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    openssl_csr_make(plan, &csr);
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, prov_buf_bytes(&csr), code);
    asker_drop(f, &a);
}

#define DEVICE_CN "00-12-4B-00-14-D5-2A-7F"

static void row17_csr_with_an_rsa_key_is_refused(void **state)
{
    hostile_csr(state, &(struct openssl_csr){"RSA", "SHA256", DEVICE_CN, 0, NULL},
                PROV_COAP_BAD_REQUEST);
}

static void row18_csr_on_p384_is_refused(void **state)
{
    hostile_csr(state, &(struct openssl_csr){"P-384", "SHA256", DEVICE_CN, 0, NULL},
                PROV_COAP_BAD_REQUEST);
}

static void row18_csr_on_p224_is_refused(void **state)
{
    hostile_csr(state, &(struct openssl_csr){"P-224", "SHA256", DEVICE_CN, 0, NULL},
                PROV_COAP_BAD_REQUEST);
}

static void row21_csr_signed_with_sha1_is_refused(void **state)
{
    hostile_csr(state, &(struct openssl_csr){"P-256", "SHA1", DEVICE_CN, 0, NULL},
                PROV_COAP_BAD_REQUEST);
}

static void row36_csr_with_ca_true_is_refused(void **state)
{
    hostile_csr(state,
                &(struct openssl_csr){"P-256", "SHA256", DEVICE_CN, NID_basic_constraints,
                                      "critical,CA:TRUE"},
                PROV_COAP_FORBIDDEN);
}

static void row34_csr_with_key_cert_sign_is_refused(void **state)
{
    hostile_csr(
        state,
        &(struct openssl_csr){"P-256", "SHA256", DEVICE_CN, NID_key_usage, "critical,keyCertSign"},
        PROV_COAP_FORBIDDEN);
}

static void row25_csr_with_a_dns_name_is_refused(void **state)
{
    hostile_csr(state,
                &(struct openssl_csr){"P-256", "SHA256", DEVICE_CN, NID_subject_alt_name,
                                      "DNS:enroll.example.com"},
                PROV_COAP_FORBIDDEN);
}

static void row25_csr_with_a_lower_case_eui64_is_refused(void **state)
{
    hostile_csr(state, &(struct openssl_csr){"P-256", "SHA256", "00-12-4b-00-14-d5-2a-7f", 0, NULL},
                PROV_COAP_FORBIDDEN);
}

static void row59_csr_with_a_key_of_another_owner_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    prov_spki_encode(a.key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->other_device, &f->server,
                                            PROV_USE_BOOTSTRAP, PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void sren_with_another_subject_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct prov_credential current;
    uint8_t name[128];
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    with_current_subject(f, &a, &current);
    /* The same CN as PrintableString: another encoding is another Name (RFC 7030, section 4.2.2).
     */
    memcpy(name, a.plan.subject.data, a.plan.subject.len);
    for (size_t i = 0; i < a.plan.subject.len; i++)
        if (name[i] == 0x0c && name[i + 1] == 23)
            name[i] = 0x13;
    a.plan.subject.data = name;
    asker_refused(f, &a, PROV_ENROLL_EST_SREN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

/* RFC 7030, section 4.2.2: the SubjectAltName is part of the name. */
static void row25_sren_in_another_form_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct prov_credential current;
    asker_by_san(f, &a, NULL);
    asker_refused(f, &a, PROV_ENROLL_EST_SREN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    with_current_subject(f, &a, &current);
    a.plan.san = PROV_BYTES_NONE;
    struct prov_flow_request request =
        serve_request(f, &a.peer, PROV_ENROLL_EST_SREN, asker_csr(f, &a));
    serve_refused(f, &request, PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void crts_as_one_certificate_is_not_acceptable(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_flow_request request =
        serve_request(f, &a.peer, PROV_ENROLL_EST_CRTS, PROV_BYTES_NONE);
    request.accept = PROV_CF_CERT;
    serve_refused(f, &request, PROV_COAP_NOT_ACCEPTABLE);
    asker_drop(f, &a);
}

/* --- positive --- */

static void take_certs(const struct served *served, struct prov_bytes *ret, size_t expected)
{
    size_t count = 0;
    assert_int_equal(served->result, PROV_OK);
    assert_int_equal(served->answer.format, PROV_CF_CERTS_ONLY);
    assert_int_equal(prov_certs_only_decode(served->answer.body, ret, 4, &count), PROV_OK);
    assert_int_equal(count, expected);
}

static void crts_has_the_root_and_the_issuing_ca(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    struct prov_bytes certs[4];
    struct prov_ca root;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    serve_op(f, &a.peer, PROV_ENROLL_EST_CRTS, PROV_BYTES_NONE, &served);
    assert_int_equal(served.answer.code, PROV_COAP_CONTENT);
    take_certs(&served, certs, 2);
    assert_int_equal(prov_registry_ca_get(f->registry, PROV_CA_ROOT, &root, NULL, NULL), PROV_OK);
    assert_true(prov_bytes_equal(certs[0], PROV_BYTES(root.cert, root.cert_len)));
    asker_drop(f, &a);
}

static void sen_gives_a_pending_certificate_and_its_issuer(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    struct prov_bytes certs[4];
    struct prov_x509 cert;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    with_challenge(&a);
    serve_op(f, &a.peer, PROV_ENROLL_EST_SEN, asker_csr(f, &a), &served);
    assert_int_equal(served.answer.code, PROV_COAP_CHANGED);
    take_certs(&served, certs, 2);
    assert_int_equal(prov_x509_parse(certs[0], &cert), PROV_OK);
    assert_memory_equal(cert.point.data, a.key.point, PROV_POINT_LEN);
    assert_int_equal(cert.not_after, FIXTURE_START + 90 * 86400 - 1); /* row 30: finite */
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_false(made.has_secret);
    asker_drop(f, &a);
}

static void row55_repeated_sen_gives_the_same_certificate(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    static struct served one, two;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    serve_op(f, &a.peer, PROV_ENROLL_EST_SEN, asker_csr(f, &a), &one);
    assert_int_equal(one.result, PROV_OK);
    struct fixture_counts before = fixture_count(f);
    with_challenge(&a); /* another session, so another request; the same key */
    serve_op(f, &a.peer, PROV_ENROLL_EST_SEN, asker_csr(f, &a), &two);
    assert_true(prov_bytes_equal(one.answer.body, two.answer.body));
    fixture_assert_unchanged(f, before);
    asker_drop(f, &a);
}

/* Asked for again when a third of its life is gone: a new one, not the old one's rest. */
static void a_certificate_that_nobody_took_is_made_anew(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    for (int i = 0; i < 2; i++) {
        serve_op(f, &a.peer, PROV_ENROLL_EST_SEN, asker_csr(f, &a), &served);
        assert_int_equal(served.result, PROV_OK);
        struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
        assert_true(made.not_after > f->now_ms / 1000 + INT64_C(59) * 86400);
        f->now_ms += INT64_C(89) * 86400 * 1000;
    }
    asker_drop(f, &a);
}

static void a_certificate_for_a_revoked_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    serve_op(f, &a.peer, PROV_ENROLL_EST_SEN, asker_csr(f, &a), &served);
    assert_int_equal(served.result, PROV_OK);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_int_equal(prov_registry_credential_revoke(f->registry, made.id, "stolen", NULL),
                     PROV_OK);
    asker_refused(f, &a, PROV_ENROLL_EST_SEN, asker_csr(f, &a), PROV_COAP_FORBIDDEN);
    asker_drop(f, &a);
}

static void accept_287_gives_one_der_certificate(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    struct prov_x509 cert;
    asker_make(f, &a, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    with_challenge(&a);
    struct prov_flow_request request =
        serve_request(f, &a.peer, PROV_ENROLL_CERT, asker_csr(f, &a));
    request.accept = PROV_CF_CERT;
    serve(f, &request, &served);
    assert_int_equal(served.result, PROV_OK);
    assert_int_equal(served.answer.format, PROV_CF_CERT);
    assert_int_equal(served.answer.body.data[0], 0x30);
    assert_int_equal(served.answer.body.data[1], 0x82);
    assert_int_equal(prov_x509_parse(served.answer.body, &cert), PROV_OK);
    asker_drop(f, &a);
}

static void sren_with_a_new_or_the_same_key_is_served(void **state)
{
    struct fixture *f = *state;
    struct asker a;
    struct served served;
    struct prov_credential current;
    struct prov_secret scalar = {0};
    asker_make(f, &a, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    with_current_subject(f, &a, &current);
    serve_op(f, &a.peer, PROV_ENROLL_EST_SREN, asker_csr(f, &a), &served);
    assert_int_equal(served.result, PROV_OK);

    /* Renewal: the current key again (RFC 7030, section 4.2.2). */
    struct asker same = a;
    assert_int_equal(prov_registry_secret_get(f->registry, current.id, &scalar, NULL), PROV_OK);
    same.key = (struct device_key){0};
    assert_int_equal(prov_crypto_key_load(f->crypto, prov_secret_bytes(&scalar), &same.key.key),
                     PROV_OK);
    same.plan.point = current.point;
    serve_op(f, &same.peer, PROV_ENROLL_EST_SREN, asker_csr(f, &same), &served);
    assert_int_equal(served.result, PROV_OK);
    assert_memory_equal(fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING).point,
                        current.point, PROV_POINT_LEN);
    prov_secret_wipe(&scalar);
    asker_drop(f, &same);
    asker_drop(f, &a);
}

/* The successor has the names and the elements of its predecessor. */
static void row25_sren_keeps_the_form_and_the_profile(void **state)
{
    struct fixture *f = *state;
    for (size_t p = 0; prov_cert_profiles[p] != NULL; p++) {
        struct asker a;
        struct served served;
        struct prov_credential current;
        struct prov_x509 before, after;
        asker_by_san(f, &a, prov_cert_profiles[p]);
        with_current_subject(f, &a, &current);
        serve_op(f, &a.peer, PROV_ENROLL_EST_SREN, asker_csr(f, &a), &served);
        assert_int_equal(served.result, PROV_OK);
        struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
        size_t len = 4u + ((size_t)made.chain[2] << 8 | made.chain[3]);
        assert_int_equal(prov_x509_parse(PROV_BYTES(made.chain, len), &after), PROV_OK);
        len = 4u + ((size_t)current.chain[2] << 8 | current.chain[3]);
        assert_int_equal(prov_x509_parse(PROV_BYTES(current.chain, len), &before), PROV_OK);
        assert_true(prov_bytes_equal(after.subject, before.subject));
        assert_true(prov_bytes_equal(after.san, before.san));
        assert_int_equal(after.alt_kind, PROV_ALT_MAC);
        assert_int_equal(after.alt_name.len, 8);
        assert_int_equal(after.critical[PROV_X509_SUBJECT_ALT_NAME],
                         before.critical[PROV_X509_SUBJECT_ALT_NAME]);
        assert_true(prov_bytes_equal(after.aki, before.aki));
        asker_drop(f, &a);
        assert_int_equal(prov_registry_credential_revoke(f->registry, current.id, "next", NULL),
                         PROV_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cert_without_challenge_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h36_cert_with_another_sessions_challenge_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(h36_cert_without_channel_binding_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(est_wrong_challenge_is_refused_where_present, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_csr_for_another_device_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(csr_without_a_name_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(csr_with_a_bad_signature_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(csr_that_is_cut_longer_or_pem_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row17_csr_with_an_rsa_key_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row18_csr_on_p384_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row18_csr_on_p224_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row21_csr_signed_with_sha1_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row36_csr_with_ca_true_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row34_csr_with_key_cert_sign_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_csr_with_a_dns_name_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_csr_with_a_lower_case_eui64_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row59_csr_with_a_key_of_another_owner_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(sren_with_another_subject_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_sren_in_another_form_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_sren_keeps_the_form_and_the_profile, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(crts_as_one_certificate_is_not_acceptable, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(crts_has_the_root_and_the_issuing_ca, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(sen_gives_a_pending_certificate_and_its_issuer,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row55_repeated_sen_gives_the_same_certificate,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_certificate_that_nobody_took_is_made_anew, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_certificate_for_a_revoked_key_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(accept_287_gives_one_der_certificate, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(sren_with_a_new_or_the_same_key_is_served, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
