/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing: what is refused, and every element of what is issued, octet by octet.
 */
#include <openssl/x509v3.h>

#include "support.h"

static prov_result ca_try(struct works *works, const char *organisation, const char *country,
                          const char *common_name, const struct prov_validity *validity)
{
    struct der der;
    struct prov_buf buf = PROV_BUF_OF(der.octets);
    struct prov_pki_ca_name name = {organisation, country, common_name};
    return prov_pki_ca_issue(works->pki, NULL, &name, &works->root_key, validity, &buf,
                             &works->why);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void row38_ca_without_organisation_or_country_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_validity v = {TEST_NOW, PROV_TIME_NEVER};
    char long_name[66];
    memset(long_name, 'x', 65);
    long_name[65] = '\0';
    assert_why(works, ca_try(works, NULL, "DE", "CA", &v), PROV_E_POLICY, "organisation");
    assert_why(works, ca_try(works, "", "DE", "CA", &v), PROV_E_POLICY, "organisation");
    assert_why(works, ca_try(works, long_name, "DE", "CA", &v), PROV_E_POLICY, "organisation");
    assert_why(works, ca_try(works, "O", NULL, "CA", &v), PROV_E_POLICY, "country");
    assert_why(works, ca_try(works, "O", "D", "CA", &v), PROV_E_POLICY, "country");
    assert_why(works, ca_try(works, "O", "DEU", "CA", &v), PROV_E_POLICY, "country");
    assert_why(works, ca_try(works, "O", "d1", "CA", &v), PROV_E_POLICY, "country");
    assert_why(works, ca_try(works, "O", "DE", "", &v), PROV_E_POLICY, "common name");
}

static void validity_that_ends_before_it_begins_is_refused(void **state)
{
    struct works *works = *state;
    struct prov_validity backwards = {TEST_NOW, TEST_NOW - 1};
    struct prov_validity beyond = {TEST_NOW, PROV_TIME_NEVER + 1};
    assert_why(works, ca_try(works, "O", "DE", "CA", &backwards), PROV_E_BOUNDS, "validity");
    assert_why(works, ca_try(works, "O", "DE", "CA", &beyond), PROV_E_BOUNDS, "validity");
}

static struct prov_pki_leaf leaf_of(const struct works *works, const struct prov_eui64 *device)
{
    return (struct prov_pki_leaf){.device = device,
                                  .use = PROV_USE_OPERATIONAL,
                                  .point = works->root_key.point,
                                  .validity = {TEST_NOW, TEST_NOW + 90 * DAY - 1}};
}

static void row30_operational_without_expiry_is_refused(void **state)
{
    struct works *works = *state;
    struct der der;
    struct prov_eui64 device = eui(1);
    struct prov_fqdn server = fqdn("a.example.com");
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    leaf.validity.not_after = PROV_TIME_NEVER;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POLICY, "may have no expiry");
    leaf.device = NULL;
    leaf.server = &server;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POLICY, "may have no expiry");
    leaf.use = PROV_USE_BOOTSTRAP;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POLICY, "may have no expiry");
}

static void row30_outliving_the_issuer_is_refused(void **state)
{
    struct works *works = *state;
    struct der ca, der;
    struct prov_buf buf = PROV_BUF_OF(ca.octets);
    struct prov_buf out = PROV_BUF_OF(der.octets);
    struct prov_pki_key key;
    struct prov_pki_issuer by = root(works);
    struct prov_pki_ca_name name = {"Example Works", "DE", "Short CA"};
    struct prov_validity year = {TEST_NOW, TEST_NOW + 365 * DAY};
    assert_done(works, prov_pki_key_make(works->pki, &key, &works->why));
    assert_done(works, prov_pki_ca_issue(works->pki, &by, &name, &key, &year, &buf, &works->why));
    struct prov_pki_issuer shorter = {prov_buf_bytes(&buf), &key.scalar};
    struct prov_eui64 device = eui(1);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    leaf.validity.not_after = TEST_NOW + 365 * DAY + 1;
    assert_why(works, prov_pki_leaf_issue(works->pki, &shorter, &leaf, &out, &works->why),
               PROV_E_POLICY, "outlive its issuer, which ends 2026-11-24T");
    leaf.validity.not_after--;
    assert_done(works, prov_pki_leaf_issue(works->pki, &shorter, &leaf, &out, &works->why));
}

static void row19_points_that_are_not_points_are_refused(void **state)
{
    struct works *works = *state;
    struct der der;
    uint8_t point[PROV_POINT_LEN];
    struct prov_eui64 device = eui(1);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    leaf.point = point;
    memcpy(point, works->root_key.point, sizeof point);
    point[64] ^= 1;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POINT, "not an uncompressed point");
    memcpy(point, works->root_key.point, sizeof point);
    point[0] = 0x02;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POINT, "not an uncompressed point");
    point[0] = 0x06;
    assert_why(works, issue(works, &leaf, &der), PROV_E_POINT, "not an uncompressed point");
    memset(point, 0, sizeof point);
    assert_why(works, issue(works, &leaf, &der), PROV_E_POINT, "not an uncompressed point");
}

static void leaf_for_nobody_or_two_is_refused(void **state)
{
    struct works *works = *state;
    struct der der;
    struct prov_eui64 device = eui(1);
    struct prov_fqdn server = fqdn("a.example.com");
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    leaf.server = &server;
    assert_why(works, issue(works, &leaf, &der), PROV_E_USAGE, "one device or one server");
    leaf.server = NULL;
    leaf.device = NULL;
    assert_why(works, issue(works, &leaf, &der), PROV_E_USAGE, "one device or one server");
}

static void issuers_that_are_none_are_refused(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct der leaf_der =
        device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct der out;
    struct prov_buf buf = PROV_BUF_OF(out.octets);
    struct prov_eui64 device = eui(2);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    struct prov_pki_issuer by = {der_bytes(&leaf_der), &key.scalar};
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why),
               PROV_E_CERT_PROFILE, "not that of a CA");
    by = issuing(works);
    by.scalar = &works->root_key.scalar;
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why),
               PROV_E_WRONG_KEY, "does not fit");
    by = issuing(works);
    by.cert.len--;
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why), PROV_E_FORMAT,
               "malformed");
    struct prov_secret zero = {.len = 32};
    by = issuing(works);
    by.scalar = &zero;
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why), PROV_E_BOUNDS,
               "private key: ");
    assert_int_equal(buf.len, 0);
}

static void too_little_room_is_an_overflow(void **state)
{
    struct works *works = *state;
    uint8_t small[100];
    struct prov_buf buf = PROV_BUF_OF(small);
    struct prov_pki_issuer by = issuing(works);
    struct prov_eui64 device = eui(1);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    assert_why(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why),
               PROV_E_OVERFLOW, "no room");
}

/* Fails after `left` calls. */
struct source {
    int left;
    uint8_t last;
};

static bool source_fill(void *context, uint8_t *out, size_t len)
{
    struct source *source = context;
    if (source->left == 0)
        return false;
    source->left--;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(source->last = (uint8_t)(source->last * 13 + 7 + i));
    return true;
}

static void row59_nothing_is_made_without_randomness(void **state)
{
    struct works *works = *state;
    struct source source = {.left = -1, .last = 1};
    struct prov_random random = {source_fill, &source};
    struct prov_crypto *crypto = NULL;
    struct prov_pki *pki = NULL;
    struct prov_pki_key key;
    struct der der;
    struct prov_buf buf = PROV_BUF_OF(der.octets);
    struct prov_eui64 device = eui(1);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    struct prov_pki_issuer by = issuing(works);
    assert_int_equal(prov_crypto_make(&random, &crypto), PROV_OK);
    assert_int_equal(prov_pki_make(crypto, &pki), PROV_OK);
    source.left = 0;
    assert_why(works, prov_pki_key_make(pki, &key, &works->why), PROV_E_RANDOM,
               "cannot make a key");
    assert_why(works, prov_pki_leaf_issue(pki, &by, &leaf, &buf, &works->why), PROV_E_RANDOM,
               "random");
    assert_int_equal(buf.len, 0);
    source.left = -1;
    assert_done(works, prov_pki_leaf_issue(pki, &by, &leaf, &buf, &works->why));
    prov_pki_free(pki);
    prov_crypto_free(crypto);
}

/* --- issued ----------------------------------------------------------------------------------- */

static X509 *parse(const struct der *der)
{
    const unsigned char *at = der->octets;
    X509 *cert = d2i_X509(NULL, &at, (long)der->len);
    assert_non_null(cert);
    return cert;
}

static int extension_count(const struct der *der)
{
    X509 *cert = parse(der);
    int count = X509_get_ext_count(cert);
    X509_free(cert);
    return count;
}

static const uint8_t ku_leaf[] = {0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01,
                                  0xff, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80};
static const uint8_t ku_sub[] = {0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01,
                                 0xff, 0x04, 0x04, 0x03, 0x02, 0x02, 0x84};
static const uint8_t ku_root[] = {0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01,
                                  0xff, 0x04, 0x04, 0x03, 0x02, 0x02, 0x04};
static const uint8_t ca_true[] = {0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff,
                                  0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff};

static void row34_key_usage_is_the_exact_octets(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct der device = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct der server = server_cert(works, "a.example.com", TEST_NOW, &key);
    assert_true(holds(&device, ku_leaf, sizeof ku_leaf));
    assert_true(holds(&server, ku_leaf, sizeof ku_leaf));
    assert_true(holds(&works->issuing, ku_sub, sizeof ku_sub));
    assert_true(holds(&works->root, ku_root, sizeof ku_root));
}

static void row35_eku_is_by_use(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_x509 cert;
    struct der bootstrap =
        device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct der operational =
        device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW, TEST_NOW + DAY, &key);
    struct der server = server_cert(works, "a.example.com", TEST_NOW, &key);
    assert_int_equal(prov_x509_parse(der_bytes(&bootstrap), &cert), PROV_OK);
    assert_int_equal(cert.eku, 0);
    assert_int_equal(prov_x509_parse(der_bytes(&operational), &cert), PROV_OK);
    assert_int_equal(cert.eku, PROV_EKU_CLIENT_AUTH);
    assert_int_equal(prov_x509_parse(der_bytes(&server), &cert), PROV_OK);
    assert_int_equal(cert.eku, PROV_EKU_SERVER_AUTH);
    assert_int_equal(prov_x509_parse(der_bytes(&works->issuing), &cert), PROV_OK);
    assert_int_equal(cert.eku, 0);
}

static void row36_basic_constraints_only_in_cas_without_path_length(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct der device = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    assert_true(holds(&works->root, ca_true, sizeof ca_true));
    assert_true(holds(&works->issuing, ca_true, sizeof ca_true));
    assert_false(holds(&device, ca_true, 5));
}

static void row37_end_entities_have_no_key_identifiers(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_x509 cert;
    struct der device = device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW, TEST_NOW + DAY, &key);
    assert_int_equal(prov_x509_parse(der_bytes(&device), &cert), PROV_OK);
    assert_int_equal(cert.aki.len, 0);
    assert_int_equal(cert.ski.len, 0);
    assert_int_equal(prov_x509_parse(der_bytes(&works->root), &cert), PROV_OK);
    assert_int_equal(cert.ski.len, 20);
    assert_int_equal(cert.aki.len, 0);
    assert_int_equal(prov_x509_parse(der_bytes(&works->issuing), &cert), PROV_OK);
    assert_int_equal(cert.ski.len, 20);
    assert_int_equal(cert.aki.len, 20);
}

static void row39_there_are_no_other_elements(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct der bootstrap =
        device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct der operational =
        device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW, TEST_NOW + DAY, &key);
    struct der server = server_cert(works, "a.example.com", TEST_NOW, &key);
    assert_int_equal(extension_count(&bootstrap), 1);
    assert_int_equal(extension_count(&operational), 2);
    assert_int_equal(extension_count(&server), 3);
    assert_int_equal(extension_count(&works->root), 3);
    assert_int_equal(extension_count(&works->issuing), 4);
}

static void row25_device_is_named_by_common_name_in_utf8(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_x509 cert;
    struct prov_eui64 found;
    /* SET { SEQUENCE { 2.5.4.3, UTF8String of 23 } } */
    static const uint8_t name[] = "\x30\x22\x31\x20\x30\x1e\x06\x03\x55\x04\x03\x0c\x17"
                                  "00-1B-C5-FF-FE-00-00-AB";
    struct der device =
        device_cert(works, 0xab, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    assert_true(holds(&device, name, sizeof name - 1));
    assert_int_equal(prov_x509_parse(der_bytes(&device), &cert), PROV_OK);
    assert_int_equal(cert.san_count, 0);
    assert_int_equal(prov_x509_eui64(&cert, &found), PROV_OK);
    assert_int_equal(found.octets[7], 0xab);
}

static void row24_server_is_one_dns_name_and_nothing_else(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_x509 cert;
    struct der server = server_cert(works, "enroll.example.com", TEST_NOW, &key);
    assert_int_equal(prov_x509_parse(der_bytes(&server), &cert), PROV_OK);
    assert_int_equal(cert.san_count, 1);
    assert_int_equal(cert.alt_kind, PROV_ALT_DNS);
    assert_int_equal(cert.common_name.len, 0);
    assert_int_equal(cert.subject.len, 2); /* an empty Name, so the SAN is critical */
    static const uint8_t san[] = "\x06\x03\x55\x1d\x11\x01\x01\xff\x04\x16\x30\x14\x82\x12"
                                 "enroll.example.com";
    assert_true(holds(&server, san, sizeof san - 1));
    struct prov_fqdn right = fqdn("enroll.example.com"), wrong = fqdn("example.com");
    assert_int_equal(prov_x509_match_server(&cert, &right), PROV_OK);
    assert_int_equal(prov_x509_match_server(&cert, &wrong), PROV_E_NAME);
}

static void row24_long_dns_names_are_well_formed(void **state)
{
    struct works *works = *state;
    for (size_t len = 120; len <= PROV_FQDN_MAX; len++) {
        struct prov_fqdn name = {{0}};
        struct prov_pki_key key;
        struct prov_x509 cert;
        memset(name.text, 'a', len);
        for (size_t i = 60; i + 2 < len; i += 61)
            name.text[i] = '.';
        struct der server = server_cert(works, name.text, TEST_NOW, &key);
        assert_int_equal(prov_x509_parse(der_bytes(&server), &cert), PROV_OK);
        assert_int_equal(cert.alt_name.len, len);
        X509 *parsed = parse(&server);
        assert_int_equal(X509_check_host(parsed, name.text, len, 0, NULL), 1);
        X509_free(parsed);
    }
}

static void row33_serials_are_16_random_positive_octets(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct prov_x509 one, two;
    struct der first = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    struct der second = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    assert_int_equal(prov_x509_parse(der_bytes(&first), &one), PROV_OK);
    assert_int_equal(prov_x509_parse(der_bytes(&second), &two), PROV_OK);
    assert_int_equal(one.serial.len, PROV_SERIAL_LEN);
    assert_int_equal(one.serial.data[0] & 0x80, 0);
    assert_false(prov_bytes_equal(one.serial, two.serial));
}

static void row30_times_switch_form_at_2050(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    static const int64_t end_of_2049 = INT64_C(2524607999);
    struct der before = device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW, end_of_2049, &key);
    struct der after = device_cert(works, 1, PROV_USE_OPERATIONAL, TEST_NOW, end_of_2049 + 1, &key);
    struct der never = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    assert_true(holds(&before,
                      "\x17\x0d"
                      "491231235959Z",
                      15));
    assert_true(holds(&after,
                      "\x18\x0f"
                      "20500101000000Z",
                      17));
    assert_true(holds(&never,
                      "\x18\x0f"
                      "99991231235959Z",
                      17));
    assert_true(holds(&never,
                      "\x17\x0d"
                      "251124160000Z",
                      15));
}

static void row17_row21_everything_is_p256_and_sha256(void **state)
{
    struct works *works = *state;
    struct prov_pki_key key;
    struct der device = device_cert(works, 1, PROV_USE_BOOTSTRAP, TEST_NOW, PROV_TIME_NEVER, &key);
    const struct der *all[] = {&device, &works->root, &works->issuing};
    for (size_t i = 0; i < 3; i++) {
        X509 *cert = parse(all[i]);
        int md = 0, pk = 0;
        assert_int_equal(X509_get_signature_info(cert, &md, &pk, NULL, NULL), 1);
        assert_int_equal(md, NID_sha256);
        assert_int_equal(pk, NID_X9_62_id_ecPublicKey);
        X509_free(cert);
    }
    uint8_t spki[PROV_SPKI_LEN];
    prov_spki_encode(key.point, spki);
    assert_true(holds(&device, spki, sizeof spki));
}

static void row38_ca_subject_is_c_o_cn(void **state)
{
    struct works *works = *state;
    X509 *cert = parse(&works->issuing);
    char text[128];
    assert_non_null(X509_NAME_oneline(X509_get_subject_name(cert), text, sizeof text));
    assert_string_equal(text, "/C=DE/O=Example Works/CN=Issuing CA");
    assert_non_null(X509_NAME_oneline(X509_get_issuer_name(cert), text, sizeof text));
    assert_string_equal(text, "/C=DE/O=Example Works/CN=Root CA");
    X509_free(cert);
}

static void two_issuers_in_turn_are_kept_apart(void **state)
{
    struct works *works = *state;
    struct der out;
    struct prov_eui64 device = eui(1);
    struct prov_pki_leaf leaf = leaf_of(works, &device);
    for (int i = 0; i < 4; i++) {
        struct prov_buf buf = PROV_BUF_OF(out.octets);
        struct prov_pki_issuer by = i % 2 == 0 ? issuing(works) : root(works);
        struct prov_x509 cert, ca;
        assert_done(works, prov_pki_leaf_issue(works->pki, &by, &leaf, &buf, &works->why));
        assert_int_equal(prov_x509_parse(prov_buf_bytes(&buf), &cert), PROV_OK);
        assert_int_equal(prov_x509_parse(by.cert, &ca), PROV_OK);
        assert_true(prov_bytes_equal(cert.issuer, ca.subject));
        X509 *parsed = d2i_X509(NULL, &(const unsigned char *){out.octets}, (long)buf.len);
        X509 *issuer = d2i_X509(NULL, &(const unsigned char *){by.cert.data}, (long)by.cert.len);
        assert_int_equal(X509_verify(parsed, X509_get0_pubkey(issuer)), 1);
        X509_free(parsed);
        X509_free(issuer);
    }
}

static void pem_has_64_columns_and_both_lines(void **state)
{
    (void)state;
    uint8_t der[100], text[300], small[20];
    memset(der, 0xa5, sizeof der);
    struct prov_buf buf = PROV_BUF_OF(text);
    assert_int_equal(prov_pki_pem_encode("PUBLIC KEY", PROV_BYTES_OF(der), &buf), PROV_OK);
    assert_int_equal(text[buf.len], 0);
    assert_int_equal(strlen((char *)text), buf.len);
    static const char head[] = "-----BEGIN PUBLIC KEY-----\n"
                               "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl\n";
    assert_memory_equal(text, head, sizeof head - 1);
    assert_non_null(strstr((char *)text, "\npaWlpQ==\n-----END PUBLIC KEY-----\n"));
    struct prov_buf short_buf = PROV_BUF_OF(small);
    assert_int_equal(prov_pki_pem_encode("X", PROV_BYTES_OF(der), &short_buf), PROV_E_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row38_ca_without_organisation_or_country_is_refused,
                                        works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(validity_that_ends_before_it_begins_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row30_operational_without_expiry_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row30_outliving_the_issuer_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row19_points_that_are_not_points_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(leaf_for_nobody_or_two_is_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(issuers_that_are_none_are_refused, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(too_little_room_is_an_overflow, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row59_nothing_is_made_without_randomness, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row34_key_usage_is_the_exact_octets, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row35_eku_is_by_use, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row36_basic_constraints_only_in_cas_without_path_length,
                                        works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(row37_end_entities_have_no_key_identifiers, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row39_there_are_no_other_elements, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row25_device_is_named_by_common_name_in_utf8, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row24_server_is_one_dns_name_and_nothing_else, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row24_long_dns_names_are_well_formed, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row33_serials_are_16_random_positive_octets, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row30_times_switch_form_at_2050, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row17_row21_everything_is_p256_and_sha256, works_setup,
                                        works_teardown),
        cmocka_unit_test_setup_teardown(row38_ca_subject_is_c_o_cn, works_setup, works_teardown),
        cmocka_unit_test_setup_teardown(two_issuers_in_turn_are_kept_apart, works_setup,
                                        works_teardown),
        cmocka_unit_test(pem_has_64_columns_and_both_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
