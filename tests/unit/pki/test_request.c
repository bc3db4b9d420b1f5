/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and public keys from outside.
 */
#include <stdio.h>

#include <openssl/rsa.h>

#include "support.h"

#define NAME_1 "00-1B-C5-FF-FE-00-00-01"

static prov_result check_bytes(struct works *works, struct prov_bytes csr)
{
    uint8_t octets[2048];
    struct prov_buf der = PROV_BUF_OF(octets);
    struct prov_csr parsed;
    struct prov_eui64 device = eui(1);
    return prov_pki_csr_check(works->pki, csr, &device, &der, &parsed, &works->why);
}

static void refused(struct works *works, const struct odd_request *plan, prov_result expected,
                    const char *words)
{
    struct der der = request_make(plan);
    assert_why(works, check_bytes(works, der_bytes(&der)), expected, words);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void row17_rsa_request_is_refused(void **state)
{
    struct odd_request plan = {.common_name = NAME_1, .key = EVP_RSA_gen(2048)};
    refused(*state, &plan, PROV_E_ALGORITHM, "request is refused");
}

static void row18_other_curves_are_refused(void **state)
{
    static const char *const groups[] = {"secp224r1", "secp384r1", "secp521r1", "secp256k1"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        struct odd_request plan = {.common_name = NAME_1, .key = ec_key(groups[i], "uncompressed")};
        refused(*state, &plan, PROV_E_ALGORITHM, "request is refused");
    }
}

static void row19_compressed_point_is_refused(void **state)
{
    struct odd_request plan = {.common_name = NAME_1, .key = ec_key("prime256v1", "compressed")};
    refused(*state, &plan, PROV_E_POINT, "request is refused");
}

static void row19_point_off_the_curve_is_refused(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1};
    struct der der = request_make(&plan);
    static const uint8_t head[] = {0x03, 0x42, 0x00, 0x04};
    for (size_t i = 0; i + 70 < der.len; i++) {
        if (memcmp(der.octets + i, head, sizeof head) == 0) {
            der.octets[i + 67] ^= 1;
            break;
        }
    }
    assert_why(works, check_bytes(works, der_bytes(&der)), PROV_E_POINT, "point on P-256");
}

static void row21_sha1_and_sha384_requests_are_refused(void **state)
{
    struct odd_request sha1 = {.common_name = NAME_1, .md = EVP_sha1()};
    struct odd_request sha384 = {.common_name = NAME_1, .md = EVP_sha384()};
    refused(*state, &sha1, PROV_E_ALGORITHM, "request is refused");
    refused(*state, &sha384, PROV_E_ALGORITHM, "request is refused");
}

static void request_with_a_bad_signature_is_refused(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1};
    struct der der = request_make(&plan);
    der.octets[der.len - 3] ^= 1;
    assert_why(works, check_bytes(works, der_bytes(&der)), PROV_E_SIGNATURE, "does not verify");
}

static void row25_another_devices_request_is_refused(void **state)
{
    static const char *const names[] = {"00-1B-C5-FF-FE-00-00-02", "00:1B:C5:FF:FE:00:00:01",
                                        "00-1b-c5-ff-fe-00-00-01", "device 1"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct odd_request plan = {.common_name = names[i]};
        refused(*state, &plan, PROV_E_NAME, "common name is not " NAME_1);
    }
}

static void request_for_a_ca_is_refused(void **state)
{
    struct odd_request ca = {.common_name = NAME_1, .basic_constraints = "critical,CA:TRUE"};
    struct odd_request sign = {.common_name = NAME_1, .key_usage = "critical,keyCertSign"};
    refused(*state, &ca, PROV_E_CERT_PROFILE, "CA's certificate");
    refused(*state, &sign, PROV_E_CERT_PROFILE, "CA's certificate");
}

static void row24_dns_name_for_a_device_is_refused(void **state)
{
    struct odd_request dns = {.common_name = NAME_1, .san = "DNS:a.example.com"};
    struct odd_request two = {.common_name = NAME_1, .san = "DNS:a.example.com,DNS:b.example.com"};
    struct odd_request ip = {.common_name = NAME_1, .san = "IP:10.0.0.1"};
    refused(*state, &dns, PROV_E_CERT_PROFILE, "not a device's");
    refused(*state, &two, PROV_E_CERT_PROFILE, "2 names");
    refused(*state, &ip, PROV_E_CERT_PROFILE, "not a device's");
}

static void truncated_requests_are_refused(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1};
    struct der der = request_make(&plan);
    for (size_t len = 0; len < der.len; len++) {
        assert_why(works, check_bytes(works, PROV_BYTES(der.octets, len)), PROV_E_TRUNCATED,
                   "CERTIFICATE REQUEST ends too early");
        prov_why_clear(&works->why);
    }
    der.octets[der.len] = 0;
    assert_why(works, check_bytes(works, PROV_BYTES(der.octets, der.len + 1)), PROV_E_TRAILING,
               "CERTIFICATE REQUEST goes on after its end");
}

static void altered_requests_are_refused(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1};
    struct der der = request_make(&plan);
    for (size_t i = 0; i < der.len; i++) {
        der.octets[i] ^= 0x01;
        assert_true(check_bytes(works, der_bytes(&der)) != PROV_OK);
        prov_why_clear(&works->why);
        der.octets[i] ^= 0x01;
    }
    assert_done(works, check_bytes(works, der_bytes(&der)));
}

static void bad_pem_is_refused(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1};
    struct der der = request_make(&plan);
    uint8_t text[2048], twice[4096];
    struct prov_buf pem = PROV_BUF_OF(text);
    assert_int_equal(prov_pki_pem_encode("CERTIFICATE", der_bytes(&der), &pem), PROV_OK);
    assert_why(works, check_bytes(works, prov_buf_bytes(&pem)), PROV_E_FORMAT, "not PEM with one");
    pem = PROV_BUF_OF(text);
    assert_int_equal(prov_pki_pem_encode("CERTIFICATE REQUEST", der_bytes(&der), &pem), PROV_OK);
    memcpy(twice, text, pem.len);
    memcpy(twice + pem.len, text, pem.len);
    assert_why(works, check_bytes(works, PROV_BYTES(twice, 2 * pem.len)), PROV_E_FORMAT, "not PEM");
    assert_why(works, check_bytes(works, PROV_BYTES(text, pem.len - 5)), PROV_E_FORMAT, "not PEM");
    text[60] = '*';
    assert_why(works, check_bytes(works, prov_buf_bytes(&pem)), PROV_E_FORMAT, "not PEM");
}

static void public_keys_that_are_none_are_refused(void **state)
{
    struct works *works = *state;
    uint8_t spki[PROV_SPKI_LEN + 1] = {0};
    uint8_t point[PROV_POINT_LEN];
    prov_spki_encode(works->root_key.point, spki);
    for (size_t len = 0; len < PROV_SPKI_LEN; len++) {
        assert_int_equal(prov_pki_public_check(works->pki, PROV_BYTES(spki, len), point, NULL),
                         PROV_E_TRUNCATED);
    }
    assert_int_equal(
        prov_pki_public_check(works->pki, PROV_BYTES(spki, PROV_SPKI_LEN + 1), point, NULL),
        PROV_E_TRAILING);
    spki[PROV_SPKI_LEN - 1] ^= 1;
    assert_why(
        works,
        prov_pki_public_check(works->pki, PROV_BYTES(spki, PROV_SPKI_LEN), point, &works->why),
        PROV_E_POINT, "not a point on P-256");
    static const uint8_t garbage[3000] = {0x30};
    assert_why(works, prov_pki_public_check(works->pki, PROV_BYTES_OF(garbage), point, &works->why),
               PROV_E_OVERFLOW, "longer than");
}

/* --- accepted --------------------------------------------------------------------------------- */

static void request_of_the_device_is_accepted_as_der_and_pem(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {.common_name = NAME_1, .key_usage = "critical,digitalSignature"};
    struct der der = request_make(&plan);
    uint8_t text[2048], octets[2048];
    struct prov_buf pem = PROV_BUF_OF(text), room = PROV_BUF_OF(octets);
    struct prov_csr csr;
    struct prov_eui64 device = eui(1);
    assert_done(works, check_bytes(works, der_bytes(&der)));
    prov_put_text(&pem, " \r\n");
    assert_int_equal(prov_pki_pem_encode("NEW CERTIFICATE REQUEST", der_bytes(&der), &pem),
                     PROV_OK);
    assert_done(works, prov_pki_csr_check(works->pki, prov_buf_bytes(&pem), &device, &room, &csr,
                                          &works->why));
    assert_true(prov_bytes_equal(prov_buf_bytes(&room), der_bytes(&der)));
    assert_ptr_equal(csr.der.data, octets);
    assert_int_equal(csr.point.len, PROV_POINT_LEN);
}

static void request_without_a_name_is_accepted(void **state)
{
    struct works *works = *state;
    struct odd_request plan = {0};
    struct der der = request_make(&plan);
    assert_done(works, check_bytes(works, der_bytes(&der)));
}

static void mac_address_of_the_device_is_accepted(void **state)
{
    struct works *works = *state;
    static const uint8_t eui64[] = {0x00, 0x1b, 0xc5, 0xff, 0xfe, 0x00, 0x00, 0x01};
    static const uint8_t eui48[] = {0x00, 0x1b, 0xc5, 0x00, 0x00, 0x01};
    static const uint8_t another[] = {0x00, 0x1b, 0xc5, 0x00, 0x00, 0x02};
    struct odd_request eight = {.mac = PROV_BYTES_OF(eui64)};
    struct odd_request six = {.mac = PROV_BYTES_OF(eui48)};
    struct odd_request other = {.mac = PROV_BYTES_OF(another)};
    struct der der = request_make(&eight);
    assert_done(works, check_bytes(works, der_bytes(&der)));
    der = request_make(&six);
    assert_done(works, check_bytes(works, der_bytes(&der)));
    refused(works, &other, PROV_E_NAME, "MACAddress is not that of " NAME_1);
}

static void public_key_is_accepted_as_der_and_pem(void **state)
{
    struct works *works = *state;
    uint8_t spki[PROV_SPKI_LEN], point[PROV_POINT_LEN], text[512];
    struct prov_buf pem = PROV_BUF_OF(text);
    prov_spki_encode(works->root_key.point, spki);
    assert_done(works, prov_pki_public_check(works->pki, PROV_BYTES_OF(spki), point, &works->why));
    assert_memory_equal(point, works->root_key.point, sizeof point);
    memset(point, 0, sizeof point);
    assert_int_equal(prov_pki_pem_encode("PUBLIC KEY", PROV_BYTES_OF(spki), &pem), PROV_OK);
    assert_done(works, prov_pki_public_check(works->pki, prov_buf_bytes(&pem), point, &works->why));
    assert_memory_equal(point, works->root_key.point, sizeof point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row17_rsa_request_is_refused, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row18_other_curves_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row19_compressed_point_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row19_point_off_the_curve_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row21_sha1_and_sha384_requests_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(request_with_a_bad_signature_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row25_another_devices_request_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(request_for_a_ca_is_refused, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row24_dns_name_for_a_device_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(truncated_requests_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(altered_requests_are_refused, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(bad_pem_is_refused, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(public_keys_that_are_none_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(request_of_the_device_is_accepted_as_der_and_pem,
                                        works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(request_without_a_name_is_accepted, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(mac_address_of_the_device_is_accepted, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(public_key_is_accepted_as_der_and_pem, works_setup,
                                        works_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
