/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of the profiles: whole, without contradiction, and what the documents say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "prov/profile.h"
#include "prov/x509.h"

static const enum prov_profile_role roles[] = {PROV_ROLE_CLIENT, PROV_ROLE_SERVER,
                                               PROV_ROLE_CONSTRAINED_SERVER};
static const enum prov_profile_mode modes[] = {PROV_MODE_PSK, PROV_MODE_PSK_FS, PROV_MODE_RPK,
                                               PROV_MODE_CERT};

#define EACH_ROLE(r) for (size_t r = 0; r < sizeof roles / sizeof *roles; r++)
#define EACH_MODE(m) for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)

static unsigned demand(uint16_t type, enum prov_profile_role role, enum prov_profile_mode mode)
{
    const struct prov_extension_rule *rule = prov_extension_rule_find(type, role, mode);
    assert_non_null(rule);
    return rule->offer;
}

static void nobody_knows_what_has_no_row(void **state)
{
    (void)state;
    assert_null(prov_extension_rule_find(6, PROV_ROLE_CLIENT, PROV_MODE_PSK));
    assert_null(prov_profile_find("rfc792"));
    assert_null(prov_profile_find(""));
    assert_string_equal(prov_name_of(prov_mode_names, 3), "unknown");
    assert_false(prov_name_parse(prov_mode_names, "PSK", &(unsigned){0}));
    assert_string_equal(prov_demand_text(6), "-");
    assert_string_equal(prov_demand_text(0), "-");
}

/* Each extension that has a name is spoken of once for each role and mode, and nothing else is. */
static void each_extension_has_one_row_for_each_role_and_mode(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; prov_extension_names[i].text != NULL; i++) {
        EACH_ROLE(r) EACH_MODE(m)
        {
            unsigned rows = 0;
            for (size_t k = 0; k < prov_extension_rule_count; k++)
                rows += prov_extension_rules[k].type == prov_extension_names[i].value &&
                        (prov_extension_rules[k].roles & roles[r]) != 0 &&
                        (prov_extension_rules[k].modes & modes[m]) != 0;
            assert_int_equal(rows, 1);
            seen += rows;
        }
    }
    assert_int_equal(seen, 12 * 22);
}

static void each_row_names_its_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < prov_extension_rule_count; i++) {
        const struct prov_extension_rule *rule = &prov_extension_rules[i];
        assert_true(rule->document[0] != '\0' && rule->section[0] != '\0');
        assert_memory_equal(rule->row, "row", 3);
        assert_in_range(rule->offer, PROV_DEMAND_MUST_NOT, PROV_DEMAND_MUST);
        /* what is offered can be done */
        assert_true(rule->offer <= rule->implement || rule->implement == PROV_DEMAND_MUST);
    }
    for (size_t i = 0; i < prov_cert_rule_count; i++) {
        const struct prov_cert_rule *rule = &prov_cert_rules[i];
        assert_true(rule->document[0] != '\0' && rule->section[0] != '\0');
        assert_memory_equal(rule->row, "row", 3);
        assert_in_range(rule->presence, PROV_DEMAND_MUST_NOT, PROV_DEMAND_MUST);
    }
}

static void row23_truncated_and_encrypt_then_mac_must_not_be_used(void **state)
{
    (void)state;
    EACH_ROLE(r) EACH_MODE(m)
    {
        assert_int_equal(demand(4, roles[r], modes[m]), PROV_DEMAND_MUST_NOT);
        assert_int_equal(demand(22, roles[r], modes[m]), PROV_DEMAND_MUST_NOT);
    }
}

static void row27_status_requests_are_not_used(void **state)
{
    (void)state;
    EACH_ROLE(r) EACH_MODE(m)
    {
        assert_int_equal(demand(5, roles[r], modes[m]), PROV_DEMAND_SHOULD_NOT);
        assert_int_equal(demand(17, roles[r], modes[m]), PROV_DEMAND_SHOULD_NOT);
    }
}

static const struct prov_extension_rule *of(uint16_t type, enum prov_profile_role role)
{
    return prov_extension_rule_find(type, role, PROV_MODE_CERT);
}

static void rows_31_40_41_43_44_46_say_what_rfc_7925_says(void **state)
{
    (void)state;
    assert_int_equal(of(25, PROV_ROLE_CLIENT)->implement, PROV_DEMAND_MUST);
    assert_int_equal(of(25, PROV_ROLE_SERVER)->offer, PROV_DEMAND_MUST);
    assert_int_equal(of(2, PROV_ROLE_CLIENT)->implement, PROV_DEMAND_MUST);
    assert_int_equal(of(2, PROV_ROLE_SERVER)->offer, PROV_DEMAND_MAY);
    assert_int_equal(of(2, PROV_ROLE_CONSTRAINED_SERVER)->offer, PROV_DEMAND_SHOULD_NOT);
    assert_int_equal(of(3, PROV_ROLE_CLIENT)->offer, PROV_DEMAND_SHOULD_NOT);
    assert_int_equal(of(0, PROV_ROLE_CLIENT)->offer, PROV_DEMAND_MUST);
    assert_int_equal(of(0, PROV_ROLE_CONSTRAINED_SERVER)->offer, PROV_DEMAND_SHOULD_NOT);
    assert_int_equal(of(1, PROV_ROLE_CLIENT)->implement, PROV_DEMAND_MUST);
    assert_int_equal(of(35, PROV_ROLE_CLIENT)->offer, PROV_DEMAND_SHOULD_NOT);
    assert_int_equal(of(35, PROV_ROLE_CONSTRAINED_SERVER)->offer, PROV_DEMAND_SHOULD);
    assert_int_equal(of(15, PROV_ROLE_CLIENT)->offer, PROV_DEMAND_MAY);
    assert_int_equal(of(53, PROV_ROLE_CLIENT)->offer, PROV_DEMAND_MUST_NOT);
}

static void row20_signature_algorithms_are_for_public_keys(void **state)
{
    (void)state;
    EACH_MODE(m)
    {
        bool public_key = modes[m] == PROV_MODE_RPK || modes[m] == PROV_MODE_CERT;
        assert_int_equal(demand(13, PROV_ROLE_CLIENT, modes[m]),
                         public_key ? PROV_DEMAND_MUST : PROV_DEMAND_SHOULD_NOT);
    }
}

/* --- the hello --------------------------------------------------------------------------------- */

static void hello_is(enum prov_profile_mode mode, const char *name, const uint8_t *octets,
                     size_t len)
{
    uint8_t room[256];
    struct prov_buf buf = PROV_BUF_OF(room);
    prov_mode_hello_put(mode, name, &buf);
    assert_int_equal(buf.len, len);
    assert_memory_equal(room, octets, len);
}
#define IS(mode, name, octets) hello_is(mode, name, (const uint8_t *)octets, sizeof octets - 1)

#define GROUPS     "\0\x0a\0\4\0\2\0\x17"
#define FORMATS    "\0\x0b\0\2\1\0"
#define SIGNATURES "\0\x0d\0\4\0\2\4\3"
#define ALWAYS     "\0\x17\0\0\xff\1\0\1\0"

static void row8_h31_the_hellos_octet_for_octet(void **state)
{
    (void)state;
    IS(PROV_MODE_PSK, NULL, "\0\2\xc0\xa8\1\0\0\x09" ALWAYS);
    IS(PROV_MODE_PSK_FS, NULL, "\0\4\xd0\5\xd0\3\1\0\0\x17" GROUPS FORMATS ALWAYS);
    IS(PROV_MODE_RPK, NULL,
       "\0\2\xc0\xae\1\0\0\x2b\0\x13\0\2\1\2\0\x14\0\2\1\2" GROUPS FORMATS SIGNATURES ALWAYS);
    IS(PROV_MODE_CERT, "a.de",
       "\0\2\xc0\xae\1\0\0\x2c\0\0\0\x09\0\7\0\0\4"
       "a.de" GROUPS FORMATS SIGNATURES ALWAYS);
}

/* What every hello has must not be what the rows forbid, and the rows' MUST is in it. */
static void row8_the_hellos_keep_the_rows(void **state)
{
    (void)state;
    EACH_MODE(m)
    {
        uint8_t room[256];
        struct prov_buf buf = PROV_BUF_OF(room);
        prov_mode_hello_put(modes[m], "a.de", &buf);
        struct prov_reader reader = prov_reader_make(prov_buf_bytes(&buf));
        struct prov_bytes suites, compression, block, body;
        uint16_t type, types[32];
        size_t count = 0;
        assert_true(prov_take_vector(&reader, 2, &suites));
        assert_true(prov_take_vector(&reader, 1, &compression));
        assert_true(prov_take_vector(&reader, 2, &block));
        reader = prov_reader_make(block);
        while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &body)) {
            assert_true(demand(type, PROV_ROLE_CLIENT, modes[m]) >= PROV_DEMAND_SHOULD);
            types[count++] = type;
        }
        assert_true(prov_reader_done(&reader));
        for (size_t i = 0; i < prov_extension_rule_count; i++) {
            const struct prov_extension_rule *rule = &prov_extension_rules[i];
            bool found = false;
            for (size_t k = 0; k < count; k++)
                found = found || types[k] == rule->type;
            if ((rule->roles & PROV_ROLE_CLIENT) != 0 && (rule->modes & modes[m]) != 0)
                assert_int_equal(found, rule->offer >= PROV_DEMAND_SHOULD);
        }
    }
}

/* --- certificates ------------------------------------------------------------------------------ */

#define RFC7925 (&prov_cert_profile_rfc7925)
#define TLS13   (&prov_cert_profile_tls13_iot)

static void presence_is(const struct prov_cert_profile *profile, enum prov_cert_role role,
                        enum prov_cert_element element, enum prov_demand presence)
{
    const struct prov_cert_rule *rule = prov_cert_rule_find(profile, role, element);
    assert_non_null(rule);
    assert_int_equal(rule->presence, presence);
}

static void row37_key_identifiers(void **state)
{
    (void)state;
    for (unsigned role = PROV_CERT_IDEVID; role <= PROV_CERT_DEVICE_SERVER; role *= 2) {
        enum prov_cert_role leaf = (enum prov_cert_role)role;
        presence_is(RFC7925, leaf, PROV_ELEMENT_AKI, PROV_DEMAND_SHOULD_NOT);
        presence_is(RFC7925, leaf, PROV_ELEMENT_SKI, PROV_DEMAND_SHOULD_NOT);
        presence_is(TLS13, leaf, PROV_ELEMENT_AKI, PROV_DEMAND_MUST);
        presence_is(TLS13, leaf, PROV_ELEMENT_SKI, PROV_DEMAND_MUST_NOT);
    }
    presence_is(TLS13, PROV_CERT_ROOT, PROV_ELEMENT_AKI, PROV_DEMAND_SHOULD);
    presence_is(TLS13, PROV_CERT_ROOT, PROV_ELEMENT_SKI, PROV_DEMAND_MUST);
    presence_is(TLS13, PROV_CERT_SUBORDINATE, PROV_ELEMENT_AKI, PROV_DEMAND_MUST);
    presence_is(TLS13, PROV_CERT_SUBORDINATE, PROV_ELEMENT_SKI, PROV_DEMAND_MUST);
}

static void rows_34_35_36_usages(void **state)
{
    (void)state;
    presence_is(RFC7925, PROV_CERT_LDEVID, PROV_ELEMENT_KEY_USAGE, PROV_DEMAND_MAY);
    presence_is(TLS13, PROV_CERT_LDEVID, PROV_ELEMENT_KEY_USAGE, PROV_DEMAND_MUST);
    presence_is(TLS13, PROV_CERT_ROOT, PROV_ELEMENT_KEY_USAGE, PROV_DEMAND_SHOULD);
    presence_is(TLS13, PROV_CERT_ROOT, PROV_ELEMENT_EKU, PROV_DEMAND_MUST_NOT);
    presence_is(TLS13, PROV_CERT_SUBORDINATE, PROV_ELEMENT_EKU, PROV_DEMAND_SHOULD_NOT);
    presence_is(TLS13, PROV_CERT_IDEVID, PROV_ELEMENT_EKU, PROV_DEMAND_SHOULD_NOT);
    presence_is(TLS13, PROV_CERT_LDEVID, PROV_ELEMENT_EKU, PROV_DEMAND_MUST);
    presence_is(TLS13, PROV_CERT_ROOT, PROV_ELEMENT_PATH_LEN, PROV_DEMAND_MUST_NOT);
    presence_is(TLS13, PROV_CERT_SUBORDINATE, PROV_ELEMENT_PATH_LEN, PROV_DEMAND_SHOULD_NOT);
    assert_int_equal(prov_cert_rule_find(TLS13, PROV_CERT_LDEVID, PROV_ELEMENT_KEY_USAGE)->need,
                     PROV_KU_DIGITAL_SIGNATURE);
    assert_int_equal(prov_cert_rule_find(TLS13, PROV_CERT_DEVICE_SERVER, PROV_ELEMENT_EKU)->need,
                     PROV_EKU_SERVER_AUTH);
}

/* Each element but pathLenConstraint, which only CAs can have, is spoken of for everybody. */
static void each_element_has_a_row_for_each_certificate(void **state)
{
    (void)state;
    for (size_t p = 0; prov_cert_profiles[p] != NULL; p++)
        for (size_t e = 0; prov_element_names[e].text != NULL; e++)
            for (size_t r = 0; prov_cert_role_names[r].text != NULL; r++) {
                enum prov_cert_role role = (enum prov_cert_role)prov_cert_role_names[r].value;
                bool leaf = (role & PROV_CERT_LEAVES) != 0;
                bool expected = !leaf || prov_element_names[e].value != PROV_ELEMENT_PATH_LEN;
                assert_int_equal(prov_cert_rule_find(
                                     prov_cert_profiles[p], role,
                                     (enum prov_cert_element)prov_element_names[e].value) != NULL,
                                 expected);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_knows_what_has_no_row),
        cmocka_unit_test(each_extension_has_one_row_for_each_role_and_mode),
        cmocka_unit_test(each_row_names_its_source),
        cmocka_unit_test(row23_truncated_and_encrypt_then_mac_must_not_be_used),
        cmocka_unit_test(row27_status_requests_are_not_used),
        cmocka_unit_test(rows_31_40_41_43_44_46_say_what_rfc_7925_says),
        cmocka_unit_test(row20_signature_algorithms_are_for_public_keys),
        cmocka_unit_test(row8_h31_the_hellos_octet_for_octet),
        cmocka_unit_test(row8_the_hellos_keep_the_rows),
        cmocka_unit_test(row37_key_identifiers),
        cmocka_unit_test(rows_34_35_36_usages),
        cmocka_unit_test(each_element_has_a_row_for_each_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
