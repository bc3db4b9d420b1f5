/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging the chain of a device.
 */
#include "support.h"

#define NAME_1 "00-1B-C5-FF-FE-00-00-01"

static prov_result check_at(struct works *works, const struct der *leaf, const struct der *second,
                            const struct der *anchor, int64_t now, struct prov_pki_verdict *ret)
{
    struct prov_bytes chain[] = {der_bytes(leaf), der_bytes(second == NULL ? leaf : second)};
    struct prov_bytes anchors[] = {der_bytes(anchor)};
    return prov_pki_chain_check(works->pki, chain, second == NULL ? 1 : 2, anchors, 1, now, ret,
                                &works->why);
}

static prov_result check(struct works *works, const struct der *leaf)
{
    struct prov_pki_verdict verdict;
    return check_at(works, leaf, &works->issuing, &works->root, TEST_NOW, &verdict);
}

static struct der good(struct works *works)
{
    struct prov_pki_key key;
    return device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW - DAY, TEST_NOW + DAY, &key);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void expired_and_early_chains_are_refused(void **state)
{
    struct works *works = *state;
    struct der leaf = good(works);
    struct prov_pki_verdict v;
    assert_why(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW + DAY + 1, &v),
               PROV_E_TIME, "expired");
    assert_why(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW - DAY - 1, &v),
               PROV_E_TIME, "not yet valid");
    assert_done(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW + DAY, &v));
    assert_done(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW - DAY, &v));
}

static void expired_factory_certificate_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_pki_verdict v;
    struct der leaf = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, TEST_NOW + DAY, &key);
    assert_why(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW + 2 * DAY, &v),
               PROV_E_TIME, "expired");
}

static void chain_of_another_root_is_refused(void **state)
{
    struct works *works = *state;
    void *other_state = NULL;
    (void)works_setup(&other_state);
    struct works *other = other_state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    /* the same names, another key: the signature tells */
    prov_result result = check_at(works, &leaf, &works->issuing, &other->root, TEST_NOW, &v);
    assert_true(result == PROV_E_SIGNATURE || result == PROV_E_ISSUER);
    prov_why_clear(&works->why);
    result = check_at(works, &leaf, &other->issuing, &works->root, TEST_NOW, &v);
    assert_true(result == PROV_E_SIGNATURE || result == PROV_E_ISSUER);
    prov_why_clear(&works->why);
    assert_done(works, check(works, &leaf));
    (void)works_teardown(&other_state);
}

static void missing_intermediate_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    assert_why(works, check_at(works, &leaf, NULL, &works->root, TEST_NOW, &v), PROV_E_ISSUER,
               "unable to get");
}

static void h27_certificates_out_of_order_are_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    struct prov_bytes chain[] = {der_bytes(&leaf), der_bytes(&works->root),
                                 der_bytes(&works->issuing)};
    struct prov_bytes anchors[] = {der_bytes(&works->root)};
    assert_why(works,
               prov_pki_chain_check(works->pki, chain, 3, anchors, 1, TEST_NOW, &v, &works->why),
               PROV_E_ISSUER, "did not issue the one before");
}

static void empty_and_long_chains_are_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    struct prov_bytes chain[PROV_PATH_MAX + 1];
    struct prov_bytes anchors[] = {der_bytes(&works->root)};
    for (size_t i = 0; i <= PROV_PATH_MAX; i++)
        chain[i] = der_bytes(&leaf);
    assert_why(works,
               prov_pki_chain_check(works->pki, chain, 0, anchors, 1, TEST_NOW, &v, &works->why),
               PROV_E_ISSUER, "no chain");
    assert_why(works,
               prov_pki_chain_check(works->pki, chain, 1, anchors, 0, TEST_NOW, &v, &works->why),
               PROV_E_ISSUER, "no trust anchor");
    assert_why(works,
               prov_pki_chain_check(works->pki, chain, PROV_PATH_MAX + 1, anchors, 1, TEST_NOW, &v,
                                    &works->why),
               PROV_E_DEPTH, "more than 6");
}

static void refused(struct works *works, const struct odd_cert *plan, prov_result expected,
                    const char *words)
{
    struct der leaf = odd_make(works, plan);
    assert_why(works, check(works, &leaf), expected, words);
}

static void row35_eku_without_client_auth_is_refused(void **state)
{
    struct odd_cert server = {.common_name = NAME_1, .eku = "serverAuth"};
    struct odd_cert signing = {.common_name = NAME_1, .eku = "codeSigning,OCSPSigning"};
    refused(*state, &server, PROV_E_CERT_PROFILE, "without clientAuth");
    refused(*state, &signing, PROV_E_CERT_PROFILE, "without clientAuth");
}

static void row34_key_usage_without_digital_signature_is_refused(void **state)
{
    struct odd_cert plan = {.common_name = NAME_1, .key_usage = "critical,keyAgreement"};
    refused(*state, &plan, PROV_E_CERT_PROFILE, "digitalSignature");
}

static void a_ca_is_no_device(void **state)
{
    struct odd_cert plan = {.common_name = NAME_1,
                            .basic_constraints = "critical,CA:TRUE",
                            .key_usage = "critical,keyCertSign,digitalSignature"};
    refused(*state, &plan, PROV_E_CERT_PROFILE, "CA's");
}

static void row25_certificate_without_an_eui64_is_refused(void **state)
{
    struct odd_cert nobody = {0};
    struct odd_cert text = {.common_name = "pump"};
    struct odd_cert lower = {.common_name = "00-1b-c5-ff-fe-00-00-01"};
    struct odd_cert group = {.common_name = "01-1B-C5-FF-FE-00-00-01"};
    refused(*state, &nobody, PROV_E_CERT_PROFILE,
            "certificate 0"); /* no subject, and no name elsewhere */
    refused(*state, &text, PROV_E_NAME, "EUI-64");
    refused(*state, &lower, PROV_E_NAME, "EUI-64");
    struct der leaf = odd_make(*state, &group);
    assert_true(check(*state, &leaf) != PROV_OK);
}

static void row39_unknown_critical_extension_is_refused(void **state)
{
    struct odd_cert plan = {.common_name = NAME_1, .unknown_critical = "yes"};
    refused(*state, &plan, PROV_E_CERT_PROFILE, "certificate 0");
}

static void row17_rsa_and_other_curves_in_a_chain_are_refused(void **state)
{
    struct odd_cert rsa = {.common_name = NAME_1, .key = EVP_RSA_gen(2048)};
    struct odd_cert curve = {.common_name = NAME_1, .key = ec_key("secp384r1", "uncompressed")};
    struct odd_cert compressed = {.common_name = NAME_1, .key = ec_key("prime256v1", "compressed")};
    refused(*state, &rsa, PROV_E_ALGORITHM, "certificate 0");
    refused(*state, &curve, PROV_E_ALGORITHM, "certificate 0");
    refused(*state, &compressed, PROV_E_POINT, "certificate 0");
}

static void row21_sha1_signature_is_refused(void **state)
{
    struct odd_cert plan = {.common_name = NAME_1, .md = EVP_sha1()};
    refused(*state, &plan, PROV_E_ALGORITHM, "certificate 0");
}

static void issued_by_an_end_entity_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_pki_verdict v;
    struct der middle =
        device_cert(works, 2, PROV_USE_OPERATIONAL, TEST_NOW - DAY, TEST_NOW + DAY, &key);
    struct odd_cert plan = {.common_name = NAME_1, .issuer = &middle, .issuer_key = &key};
    struct der leaf = odd_make(works, &plan);
    struct prov_bytes chain[] = {der_bytes(&leaf), der_bytes(&middle), der_bytes(&works->issuing)};
    struct prov_bytes anchors[] = {der_bytes(&works->root)};
    prov_result result =
        prov_pki_chain_check(works->pki, chain, 3, anchors, 1, TEST_NOW, &v, &works->why);
    assert_true(result == PROV_E_CERT_PROFILE || result == PROV_E_ISSUER);
    assert_string_not_equal(works->why.text, "");
}

static void self_signed_device_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_pki_verdict v;
    struct der leaf = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct odd_cert plan = {
        .common_name = NAME_1, .issuer = &leaf, .issuer_key = &key, .key = own_key(&key)};
    struct der self = odd_make(works, &plan);
    prov_result result = check_at(works, &self, NULL, &works->root, TEST_NOW, &v);
    assert_why(works, result, PROV_E_ISSUER, "refused");
}

static void malformed_anchor_is_an_error_and_forgotten(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    struct der broken = works->root;
    broken.len--;
    assert_why(works, check_at(works, &leaf, &works->issuing, &broken, TEST_NOW, &v), PROV_E_FORMAT,
               "trust anchor");
    assert_done(works, check(works, &leaf));
}

static void altered_chains_are_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    struct der issuing_der = works->issuing;
    for (size_t i = 0; i < leaf.len; i++) {
        leaf.octets[i] ^= 0x10;
        assert_true(check(works, &leaf) != PROV_OK);
        prov_why_clear(&works->why);
        leaf.octets[i] ^= 0x10;
    }
    for (size_t i = 0; i < issuing_der.len; i++) {
        issuing_der.octets[i] ^= 0x10;
        assert_true(check_at(works, &leaf, &issuing_der, &works->root, TEST_NOW, &v) != PROV_OK);
        prov_why_clear(&works->why);
        issuing_der.octets[i] ^= 0x10;
    }
    assert_done(works, check(works, &leaf));
}

static void truncated_chains_are_refused(void **state)
{
    struct works *works = *state;
    struct der leaf = good(works);
    size_t whole = leaf.len;
    for (leaf.len = 0; leaf.len < whole; leaf.len++) {
        assert_true(check(works, &leaf) != PROV_OK);
        prov_why_clear(&works->why);
    }
    leaf.len = whole + 1;
    assert_true(check(works, &leaf) != PROV_OK);
    assert_string_not_equal(works->why.text, "");
}

/* --- with an issuer whose path has verified before --------------------------------------------- */

static void an_issuer_of_the_same_name_is_not_the_known_one(void **state)
{
    struct works *works = *state;
    void *other_state = NULL;
    (void)works_setup(&other_state);
    struct works *other = other_state;
    struct prov_pki_verdict v;
    struct der genuine = good(works), forged = good(other);
    /* OpenSSL finds the anchor of that name and does not mind what was sent */
    assert_done(works, check_at(works, &genuine, &other->issuing, &works->issuing, TEST_NOW, &v));
    assert_why(works, check_at(works, &forged, &other->issuing, &works->issuing, TEST_NOW, &v),
               PROV_E_SIGNATURE, "signature");
    (void)works_teardown(&other_state);
}

static void the_validity_of_a_known_issuer_is_looked_at_each_time(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_pki_verdict v;
    /* the issuer's begins at TEST_NOW - DAY */
    struct der leaf =
        device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW - 3 * DAY, PROV_TIME_NEVER, &key);
    assert_done(works, check(works, &leaf));
    assert_done(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW - DAY, &v));
    assert_why(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW - DAY - 1, &v),
               PROV_E_TIME, "not yet valid");
}

static void a_known_issuer_is_forgotten_with_its_anchors(void **state)
{
    struct works *works = *state;
    void *other_state = NULL;
    (void)works_setup(&other_state);
    struct works *other = other_state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    assert_done(works, check(works, &leaf));
    assert_true(check_at(works, &leaf, &works->issuing, &other->root, TEST_NOW, &v) != PROV_OK);
    prov_why_clear(&works->why);
    (void)works_teardown(&other_state);
}

/* --- accepted --------------------------------------------------------------------------------- */

static void verdict_names_device_key_issuer_and_serial(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_pki_verdict verdict;
    struct prov_x509 cert;
    uint8_t spki[PROV_SPKI_LEN], hash[32];
    struct der leaf = device_cert(works, 0x42, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    assert_done(works, check_at(works, &leaf, &works->issuing, &works->root, TEST_NOW, &verdict));
    struct prov_eui64 device = eui(0x42);
    assert_true(prov_eui64_equal(&verdict.device, &device));
    prov_spki_encode(key.point, spki);
    struct prov_bytes part = PROV_BYTES_OF(spki);
    assert_int_equal(prov_crypto_sha256(works->crypto, &part, 1, hash), PROV_OK);
    assert_memory_equal(verdict.spki_sha256, hash, sizeof hash);
    assert_int_equal(prov_x509_parse(der_bytes(&leaf), &cert), PROV_OK);
    assert_true(prov_bytes_equal(verdict.issuer, cert.issuer));
    assert_true(prov_bytes_equal(verdict.serial, cert.serial));
    assert_true(verdict.serial.data > leaf.octets && verdict.serial.data < leaf.octets + leaf.len);
}

static void row35_absent_eku_is_accepted(void **state)
{
    struct works *works = *state;
    struct odd_cert idevid = {.common_name = NAME_1,
                              .key_usage = "critical,digitalSignature,keyEncipherment"};
    struct odd_cert both = {.common_name = NAME_1, .eku = "serverAuth,clientAuth"};
    struct der leaf = odd_make(works, &idevid);
    assert_done(works, check(works, &leaf));
    leaf = odd_make(works, &both);
    assert_done(works, check(works, &leaf));
}

static void h27_root_sent_along_is_accepted(void **state)
{
    struct works *works = *state;
    struct prov_pki_verdict v;
    struct der leaf = good(works);
    struct prov_bytes chain[] = {der_bytes(&leaf), der_bytes(&works->issuing),
                                 der_bytes(&works->root)};
    struct prov_bytes anchors[] = {der_bytes(&works->root)};
    assert_done(works,
                prov_pki_chain_check(works->pki, chain, 3, anchors, 1, TEST_NOW, &v, &works->why));
}

static void anchors_change_from_call_to_call(void **state)
{
    struct works *works = *state;
    void *other_state = NULL;
    (void)works_setup(&other_state);
    struct works *other = other_state;
    struct der ours = good(works), theirs = good(other);
    struct prov_pki_verdict v;
    for (int i = 0; i < 3; i++) {
        assert_done(works, check(works, &ours));
        assert_done(works, check_at(works, &theirs, &other->issuing, &other->root, TEST_NOW, &v));
        assert_true(check_at(works, &theirs, &other->issuing, &works->root, TEST_NOW, &v) !=
                    PROV_OK);
        prov_why_clear(&works->why);
    }
    struct prov_bytes chain[] = {der_bytes(&theirs), der_bytes(&other->issuing)};
    struct prov_bytes anchors[] = {der_bytes(&works->root), der_bytes(&other->root)};
    assert_done(works,
                prov_pki_chain_check(works->pki, chain, 2, anchors, 2, TEST_NOW, &v, &works->why));
    (void)works_teardown(&other_state);
}

/* The same with an issuer that is known, from a good chain before. */
static int known_setup(void **state)
{
    (void)works_setup(state);
    struct works *works = *state;
    struct der leaf = good(works);
    assert_done(works, check(works, &leaf));
    return 0;
}

#define cmocka_unit_test_fresh(function)                                                           \
    cmocka_unit_test_setup_teardown(function, works_setup, works_teardown)
#define cmocka_unit_test_known(function)                                                           \
    {                                                                                              \
#function " with a known issuer", function, known_setup, works_teardown, NULL              \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_fresh(expired_and_early_chains_are_refused),
        cmocka_unit_test_known(expired_and_early_chains_are_refused),
        cmocka_unit_test_fresh(expired_factory_certificate_is_refused),
        cmocka_unit_test_known(expired_factory_certificate_is_refused),
        cmocka_unit_test_fresh(chain_of_another_root_is_refused),
        cmocka_unit_test_known(chain_of_another_root_is_refused),
        cmocka_unit_test_fresh(missing_intermediate_is_refused),
        cmocka_unit_test_known(missing_intermediate_is_refused),
        cmocka_unit_test_fresh(h27_certificates_out_of_order_are_refused),
        cmocka_unit_test_known(h27_certificates_out_of_order_are_refused),
        cmocka_unit_test_fresh(empty_and_long_chains_are_refused),
        cmocka_unit_test_known(empty_and_long_chains_are_refused),
        cmocka_unit_test_fresh(row35_eku_without_client_auth_is_refused),
        cmocka_unit_test_known(row35_eku_without_client_auth_is_refused),
        cmocka_unit_test_fresh(row34_key_usage_without_digital_signature_is_refused),
        cmocka_unit_test_known(row34_key_usage_without_digital_signature_is_refused),
        cmocka_unit_test_fresh(a_ca_is_no_device),
        cmocka_unit_test_known(a_ca_is_no_device),
        cmocka_unit_test_fresh(row25_certificate_without_an_eui64_is_refused),
        cmocka_unit_test_known(row25_certificate_without_an_eui64_is_refused),
        cmocka_unit_test_fresh(row39_unknown_critical_extension_is_refused),
        cmocka_unit_test_known(row39_unknown_critical_extension_is_refused),
        cmocka_unit_test_fresh(row17_rsa_and_other_curves_in_a_chain_are_refused),
        cmocka_unit_test_known(row17_rsa_and_other_curves_in_a_chain_are_refused),
        cmocka_unit_test_fresh(row21_sha1_signature_is_refused),
        cmocka_unit_test_known(row21_sha1_signature_is_refused),
        cmocka_unit_test_fresh(issued_by_an_end_entity_is_refused),
        cmocka_unit_test_known(issued_by_an_end_entity_is_refused),
        cmocka_unit_test_fresh(self_signed_device_is_refused),
        cmocka_unit_test_known(self_signed_device_is_refused),
        cmocka_unit_test_fresh(malformed_anchor_is_an_error_and_forgotten),
        cmocka_unit_test_known(malformed_anchor_is_an_error_and_forgotten),
        cmocka_unit_test_fresh(altered_chains_are_refused),
        cmocka_unit_test_known(altered_chains_are_refused),
        cmocka_unit_test_fresh(truncated_chains_are_refused),
        cmocka_unit_test_known(truncated_chains_are_refused),
        cmocka_unit_test_fresh(an_issuer_of_the_same_name_is_not_the_known_one),
        cmocka_unit_test_known(an_issuer_of_the_same_name_is_not_the_known_one),
        cmocka_unit_test_fresh(the_validity_of_a_known_issuer_is_looked_at_each_time),
        cmocka_unit_test_known(the_validity_of_a_known_issuer_is_looked_at_each_time),
        cmocka_unit_test_fresh(a_known_issuer_is_forgotten_with_its_anchors),
        cmocka_unit_test_known(a_known_issuer_is_forgotten_with_its_anchors),
        cmocka_unit_test_fresh(verdict_names_device_key_issuer_and_serial),
        cmocka_unit_test_known(verdict_names_device_key_issuer_and_serial),
        cmocka_unit_test_fresh(row35_absent_eku_is_accepted),
        cmocka_unit_test_known(row35_absent_eku_is_accepted),
        cmocka_unit_test_fresh(h27_root_sent_along_is_accepted),
        cmocka_unit_test_known(h27_root_sent_along_is_accepted),
        cmocka_unit_test_fresh(anchors_change_from_call_to_call),
        cmocka_unit_test_known(anchors_change_from_call_to_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
