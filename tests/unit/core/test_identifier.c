/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/identifier.h"

static const struct prov_eui64 untouched = {{9, 9, 9, 9, 9, 9, 9, 9}};

static void refuse(const char *text, prov_result expected)
{
    struct prov_eui64 eui64 = untouched;

    assert_int_equal(prov_eui64_parse(text, &eui64), expected);
    assert_true(prov_eui64_equal(&eui64, &untouched));
}

static void malformed_eui64_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "00",
        "00-1B-C5-FF-FE-00-00",       /* 7 octets */
        "00-1B-C5-FF-FE-00-00-01-02", /* 9 */
        "00-1B-C5-FF-FE-00-00-0",
        "00-1B-C5-FF-FE-00-00-01-",
        "-00-1B-C5-FF-FE-00-00-0",
        "00-1B:C5-FF-FE-00-00-01", /* mixed */
        "00:1B:C5:FF:FE:00:00-01",
        "00.1B.C5.FF.FE.00.00.01",
        "00 1B C5 FF FE 00 00 01",
        "00-1B-C5-FF-FE-00-00-0G",
        "001BC5FFFE00000",
        "001BC5FFFE0000011",
        "0x1BC5FFFE000001",
        "001BC5-FFFE000001",
        "00-1B-C5-00-00-01", /* an EUI-48 must be called one */
        " 01BC5FFFE000001",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse(texts[i], PROV_E_EUI64);
}

static void row25_group_bit_is_refused(void **state)
{
    struct prov_eui64 eui64 = untouched;

    (void)state;
    refuse("01-1B-C5-FF-FE-00-00-01", PROV_E_EUI64_KIND);
    refuse("33:33:00:00:00:00:00:01", PROV_E_EUI64_KIND);
    refuse("FFFFFFFFFFFFFFFF", PROV_E_EUI64_KIND);
    assert_int_equal(prov_eui64_parse_eui48("01-00-5E-00-00-01", &eui64), PROV_E_EUI64_KIND);
    assert_int_equal(prov_eui64_parse_eui48("FF:FF:FF:FF:FF:FF", &eui64), PROV_E_EUI64_KIND);
    assert_int_equal(prov_eui64_parse_canonical(prov_bytes_text("01-1B-C5-FF-FE-00-00-01"), &eui64),
                     PROV_E_EUI64_KIND);
    assert_true(prov_eui64_equal(&eui64, &untouched));
}

static void all_zero_eui64_is_refused(void **state)
{
    struct prov_eui64 eui64 = untouched;

    (void)state;
    refuse("00-00-00-00-00-00-00-00", PROV_E_EUI64_KIND);
    assert_int_equal(prov_eui64_parse_eui48("000000000000", &eui64), PROV_E_EUI64_KIND);
}

static void row25_other_lengths_off_a_wire_are_refused(void **state)
{
    static const uint8_t octets[9] = {0x00, 0x1b, 0xc5, 0xff, 0xfe, 0, 0, 1, 2};
    struct prov_eui64 eui64 = untouched;

    (void)state;
    assert_int_equal(prov_eui64_from_octets(PROV_BYTES(octets, 7), &eui64), PROV_E_EUI64);
    assert_int_equal(prov_eui64_from_octets(PROV_BYTES(octets, 9), &eui64), PROV_E_EUI64);
    assert_int_equal(prov_eui64_from_octets(PROV_BYTES_NONE, &eui64), PROV_E_EUI64);
    assert_true(prov_eui64_equal(&eui64, &untouched));
    assert_int_equal(prov_eui64_from_octets(PROV_BYTES(octets, 8), &eui64), PROV_OK);
    assert_memory_equal(eui64.octets, octets, 8);
}

static void row25_lower_case_and_colons_are_not_canonical(void **state)
{
    static const char *const texts[] = {"00-1b-c5-ff-fe-00-00-01", "00:1B:C5:FF:FE:00:00:01",
                                        "001BC5FFFE000001", "00-1B-C5-FF-FE-00-00-0",
                                        "00-1B-C5-FF-FE-00-00-012"};
    static const uint8_t with_nul[23] = "00-1B-C5-FF-FE-00-00-0";
    struct prov_eui64 eui64 = untouched;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(prov_eui64_parse_canonical(prov_bytes_text(texts[i]), &eui64),
                         PROV_E_EUI64);
    assert_int_equal(prov_eui64_parse_canonical(PROV_BYTES_OF(with_nul), &eui64), PROV_E_EUI64);
    assert_true(prov_eui64_equal(&eui64, &untouched));
}

static void malformed_eui48_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "00-1B-C5-00-00",
                                        "00-1B-C5-FF-FE-00-00-01",
                                        "00-1B:C5-00-00-01",
                                        "001BC500000",
                                        "001BC500000X"};
    struct prov_eui64 eui64 = untouched;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(prov_eui64_parse_eui48(texts[i], &eui64), PROV_E_EUI64);
}

static void eui64_is_read_in_three_forms_and_printed_in_one(void **state)
{
    static const char *const texts[] = {"AC-DE-48-00-11-22-33-44", "ac:de:48:00:11:22:33:44",
                                        "acde480011223344",        "AC:de:48:00:11:22:33:44",
                                        "ACDE480011223344",        "ac-de-48-00-11-22-33-44"};
    char printed[PROV_EUI64_TEXT];
    struct prov_eui64 eui64;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(prov_eui64_parse(texts[i], &eui64), PROV_OK);
        prov_eui64_format(&eui64, printed);
        assert_string_equal(printed, "AC-DE-48-00-11-22-33-44");
    }
    assert_int_equal(prov_eui64_parse_canonical(prov_bytes_text(printed), &eui64), PROV_OK);
}

/* The rendering of draft-ietf-cose-cbor-encoded-cert's example for RFC 7925:
 * 01-23-45-FF-FE-67-89-AB has the group bit, so a unicast neighbour stands in for it. */
static void eui48_gets_ff_fe_in_the_middle(void **state)
{
    static const char *const texts[] = {"00-23-45-67-89-AB", "00:23:45:67:89:ab", "0023456789ab"};
    char printed[PROV_EUI64_TEXT];
    struct prov_eui64 eui64;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(prov_eui64_parse_eui48(texts[i], &eui64), PROV_OK);
        prov_eui64_format(&eui64, printed);
        assert_string_equal(printed, "00-23-45-FF-FE-67-89-AB");
    }
}

/* --- FQDN ------------------------------------------------------------------------------------ */

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_192 LABEL_63 "." LABEL_63 "." LABEL_63 "."

static void refuse_name(struct prov_bytes text)
{
    struct prov_fqdn fqdn = {"untouched"};

    assert_int_equal(prov_fqdn_parse(text, &fqdn), PROV_E_FQDN);
    assert_string_equal(fqdn.text, "untouched");
}

static void row24_wildcards_are_refused(void **state)
{
    (void)state;
    refuse_name(prov_bytes_text("*.example.com"));
    refuse_name(prov_bytes_text("a*.example.com"));
    refuse_name(prov_bytes_text("*"));
}

static void row24_ip_addresses_are_no_names(void **state)
{
    (void)state;
    refuse_name(prov_bytes_text("192.0.2.1"));
    refuse_name(prov_bytes_text("192.0.2.1."));
    refuse_name(prov_bytes_text("2001:db8::1"));
    refuse_name(prov_bytes_text("[2001:db8::1]"));
    refuse_name(prov_bytes_text("example.123"));
}

static void bad_labels_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        ".",
                                        "..",
                                        "localhost",
                                        "example.com..",
                                        ".example",
                                        "a..b",
                                        "-a.example",
                                        "a-.example",
                                        "a_b.example",
                                        "a b.example",
                                        "a.exam ple",
                                        "b\xc3\xbc.example",
                                        "a.example/",
                                        "a.example:5684",
                                        LABEL_63 "a.example",
                                        NAME_192 LABEL_63};
    static const uint8_t with_nul[] = "a\0b.example";

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse_name(prov_bytes_text(texts[i]));
    refuse_name(PROV_BYTES(with_nul, sizeof with_nul - 1));
    refuse_name(PROV_BYTES_NONE);
}

static void names_are_folded(void **state)
{
    struct prov_fqdn one, two;

    (void)state;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("Enroll.EXAMPLE.com."), &one), PROV_OK);
    assert_string_equal(one.text, "enroll.example.com");
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("enroll.example.com"), &two), PROV_OK);
    assert_true(prov_fqdn_equal(&one, &two));
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("enroll2.example.com"), &two), PROV_OK);
    assert_false(prov_fqdn_equal(&one, &two));
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("1.3com.xn--p1ai"), &two), PROV_OK);
}

static void the_longest_name_is_253_octets(void **state)
{
    static const char longest[] =
        NAME_192 "a2345678901234567890123456789012345678901234567890123456789.b";
    struct prov_fqdn fqdn;

    (void)state;
    assert_int_equal(sizeof longest - 1, 253);
    assert_int_equal(prov_fqdn_parse(PROV_BYTES((const uint8_t *)longest, 253), &fqdn), PROV_OK);
    refuse_name(
        prov_bytes_text(NAME_192 "a23456789012345678901234567890123456789012345678901234567890.b"));
}

/* --- UUID ------------------------------------------------------------------------------------ */

static void malformed_uuid_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                                        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                                        "017f22e279b0-7cc3-98c4-dc0c0c07398f-",
                                        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                                        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"};
    struct prov_uuid uuid = {{7}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(prov_uuid_parse(texts[i], &uuid), PROV_E_TEXT);
    assert_int_equal(uuid.octets[0], 7);
}

/* RFC 9562, appendix A.6 */
static void uuid7_is_made_as_the_rfc_makes_it(void **state)
{
    static const uint8_t random[10] = {0xfc, 0xc3, 0xd8, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    char printed[PROV_UUID_TEXT];
    struct prov_uuid uuid, again;

    (void)state;
    prov_uuid_make(0x017f22e279b0, random, &uuid);
    prov_uuid_format(&uuid, printed);
    assert_string_equal(printed, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    assert_int_equal(prov_uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &again), PROV_OK);
    assert_memory_equal(&uuid, &again, sizeof uuid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_eui64_is_refused),
        cmocka_unit_test(row25_group_bit_is_refused),
        cmocka_unit_test(all_zero_eui64_is_refused),
        cmocka_unit_test(row25_other_lengths_off_a_wire_are_refused),
        cmocka_unit_test(row25_lower_case_and_colons_are_not_canonical),
        cmocka_unit_test(malformed_eui48_is_refused),
        cmocka_unit_test(eui64_is_read_in_three_forms_and_printed_in_one),
        cmocka_unit_test(eui48_gets_ff_fe_in_the_middle),
        cmocka_unit_test(row24_wildcards_are_refused),
        cmocka_unit_test(row24_ip_addresses_are_no_names),
        cmocka_unit_test(bad_labels_are_refused),
        cmocka_unit_test(names_are_folded),
        cmocka_unit_test(the_longest_name_is_253_octets),
        cmocka_unit_test(malformed_uuid_is_refused),
        cmocka_unit_test(uuid7_is_made_as_the_rfc_makes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
