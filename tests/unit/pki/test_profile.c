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
        assert_int_equal(device_verdict(works, &leaves.der[2], PROV_PATH_CLIENT), PROV_E_NAME);
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
        cmocka_unit_test_setup_teardown(row37_device_and_server_accept_both_profiles, works_setup,
                                        works_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
