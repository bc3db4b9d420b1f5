/* SPDX-License-Identifier: Apache-2.0
 *
 * What the profiles of certificates differ in, and that a device accepts both.
 */
#include "support.h"

/* id-ce-authorityKeyIdentifier, not critical, SEQUENCE { [0] of 20 octets */
static const uint8_t aki_begin[] = {0x06, 0x03, 0x55, 0x1d, 0x23, 0x04,
                                    0x18, 0x30, 0x16, 0x80, 0x14};
static const uint8_t aki_id[] = {0x06, 0x03, 0x55, 0x1d, 0x23};
static const uint8_t ski_id[] = {0x06, 0x03, 0x55, 0x1d, 0x0e};

static struct prov_x509 parsed(const struct der *der)
{
    struct prov_x509 cert;
    assert_int_equal(prov_x509_parse(der_bytes(der), &cert), PROV_OK);
    return cert;
}

/* A bootstrap, an operational and a server's certificate. */
struct leaves {
    struct der der[3];
};

static struct leaves leaves_of(struct works *works, const struct prov_cert_profile *profile)
{
    struct prov_pki_key key;
    struct leaves ret;
    works->profile = profile;
    ret.der[0] = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    ret.der[1] = device_cert(works, 2, PROV_USE_OPERATIONAL, TEST_NOW, TEST_NOW + DAY, &key);
    ret.der[2] = server_cert(works, "enroll.example.com", TEST_NOW, &key);
    return ret;
}

static void row37_unknown_profiles_are_not_found(void **state)
{
    static const char *const names[] = {"",        "rfc792",    "rfc79255",
                                        "RFC7925", "tls13-iot", "tls13-iot-2"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(prov_cert_profile_find(names[i]));
    assert_ptr_equal(prov_cert_profile_find("rfc7925"), &prov_cert_profile_rfc7925);
    assert_ptr_equal(prov_cert_profile_find("tls13-iot-23"), &prov_cert_profile_tls13_iot);
}

/* Nothing is made rather than a certificate that the profile does not allow. */
static void row37_issuer_without_key_identifier_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_eui64 device = eui(1);
    struct odd_cert plan = {.common_name = "Old CA",
                            .key_usage = "critical,keyCertSign",
                            .basic_constraints = "critical,CA:TRUE",
                            .key = own_key(&works->issuing_key)};
    struct der ca = odd_make(works, &plan), out;
    struct prov_buf buf = PROV_BUF_OF(out.octets);
    struct prov_pki_issuer by = {der_bytes(&ca), &works->issuing_key.scalar};
    struct prov_pki_leaf leaf = {.device = &device,
                                 .use = PROV_USE_BOOTSTRAP,
                                 .point = works->root_key.point,
                                 .validity = {TEST_NOW, TEST_NOW},
                                 .profile = &prov_cert_profile_tls13_iot};
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why),
               PROV_E_CERT_PROFILE, "no key identifier of 20 octets, which tls13-iot-23 needs");
    assert_int_equal(buf.len, 0);
    leaf.profile = &prov_cert_profile_rfc7925;
    assert_done(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why));
}

static void row37_rfc7925_leaves_have_no_key_identifiers(void **state)
{
    const struct prov_cert_profile *const same[] = {NULL, &prov_cert_profile_rfc7925};
    for (size_t p = 0; p < 2; p++) {
        struct leaves leaves = leaves_of(*state, same[p]);
        for (size_t i = 0; i < 3; i++) {
            assert_false(holds(&leaves.der[i], aki_id, sizeof aki_id));
            assert_false(holds(&leaves.der[i], ski_id, sizeof ski_id));
        }
    }
}

static void row37_tls13_iot_leaves_name_the_issuers_key_and_not_their_own(void **state)
{
    struct works *works = *state;
    struct prov_x509 issuer = parsed(&works->issuing);
    struct leaves leaves = leaves_of(works, &prov_cert_profile_tls13_iot);
    for (size_t i = 0; i < 3; i++) {
        struct prov_x509 cert = parsed(&leaves.der[i]);
        assert_true(holds(&leaves.der[i], aki_begin, sizeof aki_begin));
        assert_false(holds(&leaves.der[i], ski_id, sizeof ski_id));
        assert_int_equal(cert.aki.len, 20);
        assert_true(prov_bytes_equal(cert.aki, issuer.ski));
        assert_int_equal(cert.aki_serial.len, 0); /* the key alone, not issuer and serial number */
    }
}

/* By the check that a device does, link by link. */
static prov_result device_verdict(struct works *works, const struct der *leaf,
                                  enum prov_path_role role)
{
    struct prov_fqdn server = fqdn("enroll.example.com");
    struct prov_path_rules rules = {.role = role,
                                    .server = &server,
                                    .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR,
                                    .has_time = true,
                                    .time = TEST_NOW};
    struct prov_bytes chain[] = {der_bytes(leaf), der_bytes(&works->issuing)};
    struct prov_bytes anchors[] = {der_bytes(&works->root)};
    struct prov_path path;
    prov_result result = prov_path_begin(&path, &rules, chain, 2, anchors, 1);
    if (result == PROV_OK)
        result = PROV_E_AGAIN;
    while (result == PROV_E_AGAIN)
        result = prov_path_step(&path, works->crypto);
    return result;
}

static void row37_device_and_server_accept_both_profiles(void **state)
{
    struct works *works = *state;
    for (size_t p = 0; prov_cert_profiles[p] != NULL; p++) {
        struct leaves leaves = leaves_of(works, prov_cert_profiles[p]);
        assert_int_equal(device_verdict(works, &leaves.der[2], PROV_PATH_CLIENT),
                         PROV_E_CERT_PROFILE);
        assert_int_equal(device_verdict(works, &leaves.der[2], PROV_PATH_SERVER), PROV_OK);
        for (size_t i = 0; i < 2; i++) {
            struct prov_bytes chain[] = {der_bytes(&leaves.der[i]), der_bytes(&works->issuing)};
            struct prov_bytes anchor = der_bytes(&works->root);
            struct prov_pki_verdict verdict;
            assert_int_equal(device_verdict(works, &leaves.der[i], PROV_PATH_CLIENT), PROV_OK);
            assert_done(works, prov_pki_chain_check(works->pki, chain, 2, &anchor, 1, TEST_NOW,
                                                    &verdict, &works->why));
        }
    }
}

/* --- the device's name (row 25) ---------------------------------------------------------------- */

static const struct prov_eui64 golden = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}};
static const struct prov_eui64 golden_from_48 = {{0xac, 0xde, 0x48, 0xff, 0xfe, 0x11, 0x22, 0x33}};
/* subjectAltName's value; 8 octets: as OpenSSL 3.0 writes it too */
static const uint8_t san_of_8[] = {0x30, 0x18, 0xa0, 0x16, 0x06, 0x08, 0x2b, 0x06, 0x01,
                                   0x05, 0x05, 0x07, 0x08, 0x0c, 0xa0, 0x0a, 0x04, 0x08,
                                   0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44};
static const uint8_t san_of_6[] = {0x30, 0x16, 0xa0, 0x14, 0x06, 0x08, 0x2b, 0x06,
                                   0x01, 0x05, 0x05, 0x07, 0x08, 0x0c, 0xa0, 0x08,
                                   0x04, 0x06, 0xac, 0xde, 0x48, 0x11, 0x22, 0x33};
/* SET { SEQUENCE { id-at-serialNumber 2.5.4.5, PrintableString } } */
static const uint8_t serial_begin[] = {0x31, 0x20, 0x30, 0x1e, 0x06, 0x03,
                                       0x55, 0x04, 0x05, 0x13, 0x17};
static const uint8_t cn_begin[] = {0x31, 0x20, 0x30, 0x1e, 0x06, 0x03,
                                   0x55, 0x04, 0x03, 0x0c, 0x17};

static struct der named(struct works *works, const struct prov_eui64 *device, bool from_eui48,
                        enum prov_eui_form form)
{
    struct der der;
    struct prov_pki_leaf leaf = {.device = device,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = works->root_key.point,
                                 .validity = {TEST_NOW, TEST_NOW + DAY},
                                 .profile = works->profile,
                                 .form = form,
                                 .from_eui48 = from_eui48};
    assert_done(works, issue(works, &leaf, &der));
    return der;
}

static void row3_a_server_is_no_bootstrap_device_and_has_no_fqdn(void **state)
{
    struct works *works = *state;
    struct prov_fqdn name = fqdn("enroll.example.com");
    struct der der = {{0}, 0};
    struct prov_pki_leaf leaf = {.device = &golden,
                                 .use = PROV_USE_BOOTSTRAP,
                                 .point = works->root_key.point,
                                 .validity = {TEST_NOW, TEST_NOW + DAY},
                                 .serves = true};
    assert_why(works, issue(works, &leaf, &der), PROV_E_POLICY, "for the role of a server");
    leaf.use = PROV_USE_OPERATIONAL;
    leaf.device = NULL;
    leaf.server = &name;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POLICY, "for the role of a server");
}

static void row25_eui64_as_mac_address_of_8_or_6_octets(void **state)
{
    struct works *works = *state;
    for (size_t p = 0; prov_cert_profiles[p] != NULL; p++) {
        struct prov_eui64 found;
        works->profile = prov_cert_profiles[p];
        struct der der = named(works, &golden, false, PROV_EUI_FORM_SAN);
        struct prov_x509 cert = parsed(&der);
        assert_true(prov_bytes_equal(cert.san, PROV_BYTES_OF(san_of_8)));
        assert_int_equal(cert.common_name_count, 0);
        assert_int_equal(prov_x509_eui64(&cert, &found), PROV_OK);
        assert_true(prov_eui64_equal(&found, &golden));
        der = named(works, &golden_from_48, true, PROV_EUI_FORM_SAN);
        cert = parsed(&der);
        assert_true(prov_bytes_equal(cert.san, PROV_BYTES_OF(san_of_6)));
        assert_int_equal(prov_x509_eui64(&cert, &found), PROV_OK);
        assert_true(prov_eui64_equal(&found, &golden_from_48));
    }
}

/* RFC 5280, section 4.2.1.6: critical with an empty subject; the 1.3 profile: with no other. */
static void row25_the_subject_is_empty_or_a_serial_number(void **state)
{
    struct works *works = *state;
    works->profile = &prov_cert_profile_rfc7925;
    struct der der = named(works, &golden, false, PROV_EUI_FORM_SAN);
    struct prov_x509 cert = parsed(&der);
    assert_int_equal(cert.subject.len, 2);
    assert_true(cert.critical[PROV_X509_SUBJECT_ALT_NAME]);
    works->profile = &prov_cert_profile_tls13_iot;
    der = named(works, &golden, false, PROV_EUI_FORM_SAN);
    cert = parsed(&der);
    assert_int_equal(cert.subject.len, 2 + 2 + 0x20);
    assert_memory_equal(cert.subject.data + 2, serial_begin, sizeof serial_begin);
    assert_memory_equal(cert.subject.data + 2 + sizeof serial_begin, "AC-DE-48-00-11-22-33-44", 23);
    assert_false(cert.critical[PROV_X509_SUBJECT_ALT_NAME]);
}

static void row25_the_profile_has_a_form_of_its_own(void **state)
{
    struct works *works = *state;
    works->profile = &prov_cert_profile_rfc7925;
    struct der der = named(works, &golden, false, PROV_EUI_FORM_DEFAULT);
    assert_int_equal(parsed(&der).san_count, 0);
    assert_true(holds(&der, cn_begin, sizeof cn_begin));
    works->profile = &prov_cert_profile_tls13_iot;
    der = named(works, &golden, false, PROV_EUI_FORM_DEFAULT);
    assert_true(holds(&der, san_of_8, sizeof san_of_8));
    der = named(works, &golden, false, PROV_EUI_FORM_CN);
    assert_int_equal(parsed(&der).san_count, 0);
    assert_true(holds(&der, cn_begin, sizeof cn_begin));
}

/* Row 3: a client finds a constrained server by its EUI-64 and by nothing else. */
static void row3_a_constrained_server_is_found_by_its_eui64(void **state)
{
    struct works *works = *state;
    struct der der;
    struct prov_pki_leaf leaf = {.device = &golden,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = works->root_key.point,
                                 .validity = {TEST_NOW, TEST_NOW + DAY},
                                 .serves = true};
    assert_done(works, issue(works, &leaf, &der));
    struct prov_x509 cert = parsed(&der);
    assert_int_equal(cert.eku, PROV_EKU_SERVER_AUTH);
    struct prov_bytes chain[] = {der_bytes(&der), der_bytes(&works->issuing)};
    struct prov_bytes anchor = der_bytes(&works->root);
    struct prov_eui64 other = eui(1);
    struct prov_fqdn name = fqdn("enroll.example.com");
    struct prov_path_rules rules = {
        .role = PROV_PATH_SERVER, .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR, .device = &other};
    struct prov_path path;
    assert_int_equal(prov_path_begin(&path, &rules, chain, 2, &anchor, 1), PROV_E_NAME);
    rules.device = NULL;
    rules.server = &name;
    assert_int_equal(prov_path_begin(&path, &rules, chain, 2, &anchor, 1), PROV_E_NAME);
    rules.device = &golden;
    assert_int_equal(prov_path_begin(&path, &rules, chain, 2, &anchor, 1), PROV_OK);
    /* it is nobody's client */
    assert_int_equal(device_verdict(works, &der, PROV_PATH_CLIENT), PROV_E_CERT_PROFILE);
    /* and a client's certificate serves nobody */
    works->profile = NULL;
    der = named(works, &golden, false, PROV_EUI_FORM_CN);
    chain[0] = der_bytes(&der);
    assert_int_equal(prov_path_begin(&path, &rules, chain, 2, &anchor, 1), PROV_E_CERT_PROFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row37_unknown_profiles_are_not_found),
        cmocka_unit_test_setup_teardown(row37_issuer_without_key_identifier_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row37_rfc7925_leaves_have_no_key_identifiers, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(
            row37_tls13_iot_leaves_name_the_issuers_key_and_not_their_own, works_setup,
            works_teardown),
        cmocka_unit_test_setup_teardown(row3_a_server_is_no_bootstrap_device_and_has_no_fqdn,
                                        works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row25_eui64_as_mac_address_of_8_or_6_octets, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row25_the_subject_is_empty_or_a_serial_number, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row25_the_profile_has_a_form_of_its_own, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row3_a_constrained_server_is_found_by_its_eui64,
                                        works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row37_device_and_server_accept_both_profiles, works_setup,
                                        works_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
