/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/text.h"

typedef prov_result (*parser)(struct prov_bytes text, struct prov_buf *ret);

/* The parser refuses the text and appends nothing. */
static void refuse(parser parse, const char *text, prov_result expected)
{
    uint8_t room[128];
    struct prov_buf buf = PROV_BUF_OF(room);

    assert_int_equal(parse(prov_bytes_text(text), &buf), expected);
    assert_int_equal(buf.len, 0);
}

static void accept(parser parse, const char *text, const void *octets, size_t len)
{
    uint8_t room[128];
    struct prov_buf buf = PROV_BUF_OF(room);

    assert_int_equal(parse(prov_bytes_text(text), &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), PROV_BYTES(octets, len)));
}

/* --- hex ------------------------------------------------------------------------------------- */

static void hex_that_is_none_is_refused(void **state)
{
    static const char *const texts[] = {"0", "0x01", "0g", "01 02", "01:02", "012", "01\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse(prov_hex_parse, texts[i], PROV_E_TEXT);
}

static void hex_that_does_not_fit_is_refused(void **state)
{
    uint8_t room[1];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_hex_parse(prov_bytes_text("0102"), &buf), PROV_E_OVERFLOW);
}

static void hex_goes_both_ways(void **state)
{
    static const uint8_t octets[] = {0x00, 0x9f, 0xA0, 0xff};
    char text[9];

    (void)state;
    prov_hex_format(PROV_BYTES_OF(octets), text);
    assert_string_equal(text, "009fa0ff");
    accept(prov_hex_parse, "009fA0Ff", octets, 4);
    accept(prov_hex_parse, "", octets, 0);
}

/* --- base64: RFC 4648, section 10 ------------------------------------------------------------ */

static const char *const vectors[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}};

static void base64_with_non_zero_pad_bits_is_refused(void **state)
{
    (void)state;
    refuse(prov_base64_parse, "Zh==", PROV_E_TEXT);
    refuse(prov_base64_parse, "Zm9=", PROV_E_TEXT);
    refuse(prov_base64url_parse, "Zh", PROV_E_TEXT);
    refuse(prov_base64url_parse, "Zm9", PROV_E_TEXT);
}

static void base64_with_bad_padding_is_refused(void **state)
{
    static const char *const texts[] = {
        "Zg", "Zg=", "Zg===", "=", "==", "===", "====", "Z===", "Zm9v====", "Zg==Zg==", "Z=g="};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse(prov_base64_parse, texts[i], PROV_E_TEXT);
    refuse(prov_base64url_parse, "Zg==", PROV_E_TEXT);
    refuse(prov_base64url_parse, "Z", PROV_E_TEXT);
}

static void base64_with_other_characters_is_refused(void **state)
{
    static const uint8_t with_nul[] = {'Z', 'm', '9', 0};
    uint8_t room[8];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    refuse(prov_base64_parse, "Zm 9v", PROV_E_TEXT);
    refuse(prov_base64_parse, "Zm9v\n", PROV_E_TEXT);
    refuse(prov_base64_parse, "Zm9v\nZm9", PROV_E_TEXT);
    refuse(prov_base64_parse, "-_8=", PROV_E_TEXT);
    refuse(prov_base64url_parse, "+/8", PROV_E_TEXT);
    assert_int_equal(prov_base64_parse(PROV_BYTES_OF(with_nul), &buf), PROV_E_TEXT);
}

static void base64_goes_both_ways(void **state)
{
    static const uint8_t all_ones[] = {0xfb, 0xff};
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        prov_base64_format(prov_bytes_text(vectors[i][0]), text);
        assert_string_equal(text, vectors[i][1]);
        accept(prov_base64_parse, vectors[i][1], vectors[i][0], strlen(vectors[i][0]));
        text[strcspn(text, "=")] = '\0';
        accept(prov_base64url_parse, text, vectors[i][0], strlen(vectors[i][0]));
    }
    prov_base64_format(PROV_BYTES_OF(all_ones), text);
    assert_string_equal(text, "+/8=");
    prov_base64url_format(PROV_BYTES_OF(all_ones), text);
    assert_string_equal(text, "-_8");
    accept(prov_base64url_parse, "-_8", all_ones, 2);
}

/* --- RFC 6920, section 8.2: the SHA-256 of a key, and its names ------------------------------ */

static const uint8_t key_hash[32] = {
    0x53, 0x26, 0x90, 0x57, 0xe1, 0x2f, 0xe2, 0xb7, 0x4b, 0xa0, 0x7c, 0x89, 0x25, 0x60, 0xa2, 0xd7,
    0x53, 0x87, 0x7e, 0xb6, 0x2f, 0xf4, 0x4d, 0x5a, 0x19, 0x00, 0x25, 0x30, 0xed, 0x97, 0xff, 0xe4};

static void row16_truncation_below_120_bits_is_refused(void **state)
{
    (void)state;
    refuse(prov_ni_parse, "nih:sha-256-32;53269057;b", PROV_E_POLICY);
    refuse(prov_ni_parse, "nih:6;53269057;b", PROV_E_POLICY);
    refuse(prov_ni_parse, "ni:///sha-256-96;UyaQV-Ev4rdLoHyJ", PROV_E_POLICY);
    refuse(prov_ni_parse, "ni:///sha-256-64;UyaQV-Ev4rc", PROV_E_POLICY);
    refuse(prov_ni_parse, "0653269057", PROV_E_POLICY);
}

static void row21_other_hashes_are_refused(void **state)
{
    (void)state;
    refuse(prov_ni_parse, "ni:///sha-1;UyaQV-Ev4rdLoHyJJWCi11OHfrY", PROV_E_ALGORITHM);
    refuse(prov_ni_parse, "ni:///md5;UyaQV-Ev4rdLoHyJJWCi1w", PROV_E_ALGORITHM);
    refuse(prov_ni_parse, "ni:///SHA-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
           PROV_E_ALGORITHM);
    refuse(prov_ni_parse, "nih:sha-384;53", PROV_E_ALGORITHM);
    refuse(prov_ni_parse, "nih:9;53", PROV_E_ALGORITHM);
    refuse(prov_ni_parse, "2053269057e12fe2b74ba07c892560a2", PROV_E_ALGORITHM);
}

static void a_wrong_check_digit_is_refused(void **state)
{
    static const char digits[] = "0123456789abcde"; /* f is right */
    char text[] = "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;?";

    (void)state;
    for (size_t i = 0; i < sizeof digits - 1; i++) {
        text[sizeof text - 2] = digits[i];
        refuse(prov_ni_parse, text, PROV_E_TEXT);
    }
    refuse(prov_ni_parse, "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;", PROV_E_TEXT);
    refuse(prov_ni_parse, "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;ff", PROV_E_TEXT);
    refuse(prov_ni_parse, "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;f;f", PROV_E_TEXT);
    /* two digits swapped */
    refuse(prov_ni_parse, "nih:sha-256-120;3526-9057-e12f-e2b7-4ba0-7c89-2560-a2;f", PROV_E_TEXT);
}

static void malformed_names_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "ni:sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
        "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-",
        "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q=",
        "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-R",
        "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q?ct=text/plain",
        "ni:///sha-256",
        "ni://example.com/sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
        "ni:///sha-256-120;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
        "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560;f",
        "nih:sha-256-120;5326-9057-E12F-E2B7-4BA0-7C89-2560-A2;f",
        "nih:3;532690-57e12f-e2b74b-a07c89-2560a2ff;f",
        "nih:3;532690-57E12F-e2b74b-a07c89-2560a2",
        "nih:3;532690_57e12f_e2b74b_a07c89_2560a2",
        "nih:sha-256;53269057e12fe2b74ba07c892560a2d753877eb62ff44d5a19002530ed97ffe4ff",
        "0353269057e12fe2b74ba07c892560a2d7",
        "03",
        "53269057",
        "hello",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t room[64];
        struct prov_buf buf = PROV_BUF_OF(room);
        prov_result result = prov_ni_parse(prov_bytes_text(texts[i]), &buf);
        if (result != PROV_E_TEXT && result != PROV_E_ALGORITHM)
            fail_msg("%s: %04x", texts[i], (unsigned)result);
        assert_int_equal(buf.len, 0);
    }
    refuse(prov_ni_parse, "hello", PROV_E_TEXT);
    refuse(prov_ni_parse, "03", PROV_E_TEXT);
}

static void row16_names_are_those_of_the_rfc(void **state)
{
    static const uint8_t binary[16] = {0x03, 0x53, 0x26, 0x90, 0x57, 0xe1, 0x2f, 0xe2,
                                       0xb7, 0x4b, 0xa0, 0x7c, 0x89, 0x25, 0x60, 0xa2};
    char ni[PROV_NI_TEXT], nih[PROV_NIH_TEXT];
    uint8_t octets[PROV_NI_BINARY_120];

    (void)state;
    prov_ni_format(key_hash, ni);
    assert_string_equal(ni, "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q");
    prov_nih_format(key_hash, nih);
    assert_string_equal(nih, "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;f");
    prov_ni_binary(key_hash, octets);
    assert_memory_equal(octets, binary, 16);
}

static void row16_names_are_read_in_every_form(void **state)
{
    static const char *const longs[] = {
        "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
        "nih:sha-256;53269057e12fe2b74ba07c892560a2d753877eb62ff44d5a19002530ed97ffe4",
        "nih:1;53269057-e12fe2b7-4ba07c89-2560a2d7-53877eb6-2ff44d5a-19002530-ed97ffe4",
        "0153269057e12fe2b74ba07c892560a2d753877eb62ff44d5a19002530ed97ffe4"};
    static const char *const shorts[] = {"ni:///sha-256-120;UyaQV-Ev4rdLoHyJJWCi",
                                         "nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;f",
                                         "nih:sha-256-120;53269057e12fe2b74ba07c892560a2",
                                         "nih:3;532690-57e12f-e2b74b-a07c89-2560a2;f",
                                         "0353269057e12fe2b74ba07c892560a2"};

    (void)state;
    for (size_t i = 0; i < sizeof longs / sizeof longs[0]; i++)
        accept(prov_ni_parse, longs[i], key_hash, 32);
    for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++)
        accept(prov_ni_parse, shorts[i], key_hash, 15);
}

/* --- time ------------------------------------------------------------------------------------ */

static void times_that_are_none_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "2026-11-22",
                                        "2026-11-22T02:01:00",
                                        "2026-11-22 02:01:00Z",
                                        "2026-11-22T02:01:00z",
                                        "2026-11-22T02:01:00+00:00",
                                        "2026-11-22T02:01:00.5Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-02-29T00:00:00Z",
                                        "2100-02-29T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "2026-01-00T00:00:00Z",
                                        "2026-01-01T24:00:00Z",
                                        "2026-01-01T00:60:00Z",
                                        "2026-01-01T00:00:60Z",
                                        "1969-12-31T23:59:59Z",
                                        "+026-01-01T00:00:00Z",
                                        "2026-1-01T000:00:00Z"};
    int64_t seconds = 7;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(prov_time_parse(prov_bytes_text(texts[i]), &seconds), PROV_E_TEXT);
    assert_int_equal(seconds, 7);
}

static void digits_that_are_no_time_are_refused(void **state)
{
    static const char *const texts[] = {
        "19691231235959", "00000101000000", "00000201000000", "20260001000000",
        "20261301000000", "20260132000000", "20260100000000", "20260230000000",
        "20260101240000", "20260101006000", "20260101000060", "2026010100000/",
        "2026010100000:", "2026010100 000", "20260101-10000", "\2620260101000000"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(prov_time_from_digits((const uint8_t *)texts[i], 14) < 0);
    for (size_t i = 0; i < 2; i++) /* 1950, and a month of letters */
        assert_true(prov_time_from_digits((const uint8_t *)"500101000000\0"
                                                           "49xx01000000" +
                                              13 * i,
                                          12) < 0);
    assert_true(prov_time_from_digits((const uint8_t *)"491231235959", 12) ==
                prov_time_from_digits((const uint8_t *)"20491231235959", 14));
    assert_true(prov_time_from_digits((const uint8_t *)"700101000000", 12) == 0);
}

static void times_outside_of_the_range_print_its_ends(void **state)
{
    char text[PROV_TIME_TEXT];

    (void)state;
    prov_time_format(-1, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    prov_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void times_go_both_ways(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } times[] = {{"1970-01-01T00:00:00Z", 0},
                 {"1970-12-31T23:59:59Z", 31535999},
                 {"1972-02-29T12:00:00Z", 68212800},
                 {"2000-02-29T00:00:00Z", 951782400},
                 {"2000-03-01T00:00:00Z", 951868800},
                 {"2026-11-22T02:01:00Z", 1795312860},
                 {"2038-01-19T03:14:08Z", 2147483648},
                 {"2100-03-01T00:00:00Z", 4107542400},
                 {"9999-12-31T23:59:59Z", PROV_TIME_NEVER}};
    char text[PROV_TIME_TEXT];
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(prov_time_parse(prov_bytes_text(times[i].text), &seconds), PROV_OK);
        assert_int_equal(seconds, times[i].seconds);
        prov_time_format(seconds, text);
        assert_string_equal(text, times[i].text);
    }
}

/* Each day that there is, from the first to the last, and none twice. */
static void every_day_comes_after_the_one_before(void **state)
{
    struct prov_civil civil, last = {1969, 12, 31, 0, 0, 0};
    uint8_t digits[PROV_TIME_DIGITS];

    (void)state;
    for (int64_t day = 0; day <= PROV_TIME_NEVER / 86400; day++) {
        prov_civil_from_seconds(day * 86400, &civil);
        bool next_day =
            civil.day == last.day + 1 && civil.month == last.month && civil.year == last.year;
        bool next_month =
            civil.day == 1 && (civil.month == last.month + 1 || civil.year == last.year + 1);
        if (!next_day && !next_month)
            fail_msg("day %lld: %d-%d-%d", (long long)day, civil.year, civil.month, civil.day);
        memset(digits, '0', sizeof digits);
        for (int i = 7, date = civil.year * 10000 + civil.month * 100 + civil.day; i >= 0; i--) {
            digits[i] = (uint8_t)('0' + date % 10);
            date /= 10;
        }
        if (prov_time_from_digits(digits, sizeof digits) != day * 86400)
            fail_msg("day %lld does not come back", (long long)day);
        last = civil;
    }
    assert_int_equal(last.year, 9999);
    assert_int_equal(last.month, 12);
    assert_int_equal(last.day, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_that_is_none_is_refused),
        cmocka_unit_test(hex_that_does_not_fit_is_refused),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(base64_with_non_zero_pad_bits_is_refused),
        cmocka_unit_test(base64_with_bad_padding_is_refused),
        cmocka_unit_test(base64_with_other_characters_is_refused),
        cmocka_unit_test(base64_goes_both_ways),
        cmocka_unit_test(row16_truncation_below_120_bits_is_refused),
        cmocka_unit_test(row21_other_hashes_are_refused),
        cmocka_unit_test(a_wrong_check_digit_is_refused),
        cmocka_unit_test(malformed_names_are_refused),
        cmocka_unit_test(row16_names_are_those_of_the_rfc),
        cmocka_unit_test(row16_names_are_read_in_every_form),
        cmocka_unit_test(times_that_are_none_are_refused),
        cmocka_unit_test(digits_that_are_no_time_are_refused),
        cmocka_unit_test(times_outside_of_the_range_print_its_ends),
        cmocka_unit_test(times_go_both_ways),
        cmocka_unit_test(every_day_comes_after_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
