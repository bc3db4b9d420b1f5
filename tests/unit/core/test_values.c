/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/credential.h"
#include "prov/result.h"
#include "prov/why.h"

/* --- bytes ----------------------------------------------------------------------------------- */

static void buf_overflow_is_sticky(void **state)
{
    uint8_t room[4];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    prov_put_u24(&buf, 0x010203);
    prov_put_u16(&buf, 0x0405);
    assert_int_equal(prov_buf_result(&buf), PROV_E_OVERFLOW);
    prov_put_u8(&buf, 6); /* would fit */
    assert_int_equal(buf.len, 3);
    assert_null(prov_put_space(&buf, 1));
}

static void buf_vector_refuses_a_length_that_its_width_cannot_hold(void **state)
{
    uint8_t room[300] = {0};
    struct prov_buf buf = PROV_BUF_OF(room);
    size_t mark = prov_put_open(&buf, 1);

    (void)state;
    assert_non_null(prov_put_space(&buf, 256));
    prov_put_close(&buf, 1, mark);
    assert_int_equal(prov_buf_result(&buf), PROV_E_OVERFLOW);
}

static void buf_without_room_takes_nothing_and_no_octets(void **state)
{
    struct prov_buf buf = prov_buf_make(NULL, 0);

    (void)state;
    prov_put_bytes(&buf, PROV_BYTES_NONE);
    assert_int_equal(prov_buf_result(&buf), PROV_OK);
    prov_put_u8(&buf, 0);
    assert_int_equal(prov_buf_result(&buf), PROV_E_OVERFLOW);
}

static void buf_writes_network_order(void **state)
{
    static const uint8_t expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0, 0, 0,   0,
                                       0, 1, 0, 0, 0, 0, 0, 0, 0, 2,   0, 2, 'h', 'i'};
    uint8_t room[sizeof expected];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    prov_put_u8(&buf, 1);
    prov_put_u16(&buf, 0x0203);
    prov_put_u24(&buf, 0x040506);
    prov_put_u32(&buf, 0x0708090a);
    prov_put_u48(&buf, 1);
    prov_put_u64(&buf, 2);
    size_t mark = prov_put_open(&buf, 2);
    prov_put_text(&buf, "hi");
    prov_put_close(&buf, 2, mark);
    assert_int_equal(prov_buf_result(&buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), PROV_BYTES_OF(expected)));
}

static void reader_takes_nothing_of_what_is_too_short(void **state)
{
    static const uint8_t data[] = {0, 5, 1, 2};
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(data));
    struct prov_bytes bytes = PROV_BYTES_NONE;
    uint64_t number = 7;

    (void)state;
    assert_false(prov_take_u48(&reader, &number));
    assert_false(prov_take_u64(&reader, &number));
    assert_false(prov_take_vector(&reader, 2, &bytes));
    assert_false(prov_take(&reader, 5, &bytes));
    assert_int_equal(reader.at, 0);
    assert_int_equal(number, 7);
    assert_null(bytes.data);
}

static void reader_reads_what_buf_writes(void **state)
{
    uint8_t room[32];
    struct prov_buf buf = PROV_BUF_OF(room);
    uint8_t u8;
    uint16_t u16;
    uint32_t u24, u32;
    uint64_t u48, u64;
    struct prov_bytes vector;

    (void)state;
    prov_put_u8(&buf, 0xfe);
    prov_put_u16(&buf, 0xfedc);
    prov_put_u24(&buf, 0xfedcba);
    prov_put_u32(&buf, 0xfedcba98);
    prov_put_u48(&buf, 0xfedcba987654);
    prov_put_u64(&buf, 0xfedcba9876543210);
    size_t mark = prov_put_open(&buf, 3);
    prov_put_u8(&buf, 9);
    prov_put_close(&buf, 3, mark);
    struct prov_reader reader = prov_reader_make(prov_buf_bytes(&buf));
    assert_true(prov_take_u8(&reader, &u8) && u8 == 0xfe);
    assert_true(prov_take_u16(&reader, &u16) && u16 == 0xfedc);
    assert_true(prov_take_u24(&reader, &u24) && u24 == 0xfedcba);
    assert_true(prov_take_u32(&reader, &u32) && u32 == 0xfedcba98);
    assert_true(prov_take_u48(&reader, &u48) && u48 == 0xfedcba987654);
    assert_true(prov_take_u64(&reader, &u64) && u64 == 0xfedcba9876543210);
    assert_int_equal(prov_reader_left(&reader), 4);
    assert_true(prov_take_vector(&reader, 3, &vector) && vector.len == 1 && vector.data[0] == 9);
    assert_true(prov_reader_done(&reader));
}

/* A failed reader gives zeros, stays where it failed, and keeps what it failed with. */
static void reader_that_failed_gives_nothing_more(void **state)
{
    static const uint8_t octets[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 2, 0xaa};
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(octets));
    struct prov_bytes bytes = PROV_BYTES_OF(octets);

    (void)state;
    assert_int_equal(prov_get_u64(&reader), 0x0102030405060708);
    assert_int_equal(prov_get_u8(&reader), 9);
    prov_get_vector(&reader, 2, &bytes); /* two octets are said to come, one does */
    assert_true(bytes.data == NULL && bytes.len == 0);
    assert_int_equal(reader.at, 9);
    prov_reader_fail(&reader, PROV_E_BOUNDS);
    assert_int_equal(prov_get_u8(&reader) | prov_get_u16(&reader) | prov_get_u24(&reader) |
                         prov_get_u32(&reader),
                     0);
    assert_int_equal(prov_get_u64(&reader), 0);
    assert_int_equal(reader.at, 9);
    assert_int_equal(prov_reader_end(&reader), PROV_E_TRUNCATED);

    reader = prov_reader_make(PROV_BYTES(octets + 9, 2));
    assert_int_equal(prov_get_u8(&reader), 0);
    assert_int_equal(prov_reader_end(&reader), PROV_E_TRAILING);
    assert_int_equal(prov_reader_result(&reader), PROV_OK);
}

static void bytes_differ_by_length_and_by_octet(void **state)
{
    static const uint8_t a[] = {1, 2, 3}, b[] = {1, 2, 4}, c[] = {0, 2, 3};

    (void)state;
    assert_false(prov_bytes_equal(PROV_BYTES_OF(a), PROV_BYTES_OF(b)));
    assert_false(prov_bytes_equal(PROV_BYTES_OF(a), PROV_BYTES(a, 2)));
    assert_false(prov_bytes_equal_secret(PROV_BYTES_OF(a), PROV_BYTES_OF(b)));
    assert_false(prov_bytes_equal_secret(PROV_BYTES_OF(a), PROV_BYTES_OF(c)));
    assert_false(prov_bytes_equal_secret(PROV_BYTES_OF(a), PROV_BYTES(a, 2)));
    assert_true(prov_bytes_equal(PROV_BYTES_NONE, PROV_BYTES(a, 0)));
    assert_true(prov_bytes_equal_secret(PROV_BYTES_OF(a), PROV_BYTES_OF(a)));
}

static void secret_is_bounded_and_wiped(void **state)
{
    static const uint8_t zero[sizeof(struct prov_secret)];
    uint8_t octets[65];
    struct prov_secret secret;

    (void)state;
    memset(octets, 0x5a, sizeof octets);
    memset(&secret, 0x77, sizeof secret);
    assert_int_equal(prov_secret_set(&secret, PROV_BYTES_OF(octets)), PROV_E_BOUNDS);
    assert_int_equal(secret.len, 0x77);
    assert_int_equal(prov_secret_set(&secret, PROV_BYTES(octets, 64)), PROV_OK);
    assert_int_equal(prov_secret_bytes(&secret).len, 64);
    assert_int_equal(prov_secret_set(&secret, PROV_BYTES(octets, 1)), PROV_OK);
    assert_int_equal(secret.data[1], 0); /* nothing is left of the longer one */
    prov_secret_wipe(&secret);
    assert_memory_equal(&secret, zero, sizeof secret);
    prov_wipe(NULL, 0);
}

/* --- credential ------------------------------------------------------------------------------ */

static void words_that_are_none_are_refused(void **state)
{
    enum prov_kind kind = PROV_KIND_CERT;
    enum prov_use use = PROV_USE_OPERATIONAL;
    enum prov_state credential_state = PROV_STATE_REVOKED;

    (void)state;
    assert_int_equal(prov_kind_parse("PSK", &kind), PROV_E_TEXT);
    assert_int_equal(prov_kind_parse("", &kind), PROV_E_TEXT);
    assert_int_equal(prov_use_parse("both", &use), PROV_E_TEXT);
    assert_int_equal(prov_state_parse("expired", &credential_state), PROV_E_TEXT);
    assert_int_equal(kind, PROV_KIND_CERT);
    assert_int_equal(use, PROV_USE_OPERATIONAL);
    assert_int_equal(credential_state, PROV_STATE_REVOKED);
    assert_string_equal(prov_kind_text((enum prov_kind)0), "?");
    assert_string_equal(prov_use_text((enum prov_use)3), "?");
    assert_string_equal(prov_state_text((enum prov_state)99), "?");
}

static void words_go_both_ways(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        enum prov_kind kind;
        assert_int_equal(prov_kind_parse(prov_kind_text((enum prov_kind)i), &kind), PROV_OK);
        assert_int_equal(kind, i);
    }
    for (int i = 1; i <= 2; i++) {
        enum prov_use use;
        assert_int_equal(prov_use_parse(prov_use_text((enum prov_use)i), &use), PROV_OK);
        assert_int_equal(use, i);
    }
    for (int i = 1; i <= 4; i++) {
        enum prov_state credential_state;
        assert_int_equal(prov_state_parse(prov_state_text((enum prov_state)i), &credential_state),
                         PROV_OK);
        assert_int_equal(credential_state, i);
    }
    assert_string_equal(prov_kind_text(PROV_KIND_RPK), "rpk");
    assert_string_equal(prov_use_text(PROV_USE_BOOTSTRAP), "bootstrap");
    assert_string_equal(prov_state_text(PROV_STATE_RETIRED), "retired");
}

static void row12_identity_out_of_bounds_is_refused(void **state)
{
    uint8_t octets[129];
    struct prov_psk_identity identity;

    (void)state;
    memset(octets, 'x', sizeof octets);
    memset(&identity, 0x77, sizeof identity);
    assert_int_equal(prov_psk_identity_set(&identity, PROV_BYTES_NONE), PROV_E_BOUNDS);
    assert_int_equal(prov_psk_identity_set(&identity, PROV_BYTES_OF(octets)), PROV_E_BOUNDS);
    assert_int_equal(identity.len, 0x77);
    assert_int_equal(prov_psk_identity_set(&identity, PROV_BYTES(octets, 128)), PROV_OK);
    assert_true(prov_bytes_equal(prov_psk_identity_bytes(&identity), PROV_BYTES(octets, 128)));
}

static void row12_psk_out_of_bounds_is_refused(void **state)
{
    static const uint8_t octets[65];

    (void)state;
    assert_int_equal(prov_psk_check(PROV_BYTES_NONE), PROV_E_BOUNDS);
    assert_int_equal(prov_psk_check(PROV_BYTES(octets, 15)), PROV_E_BOUNDS);
    assert_int_equal(prov_psk_check(PROV_BYTES(octets, 65)), PROV_E_BOUNDS);
    assert_int_equal(prov_psk_check(PROV_BYTES(octets, 16)), PROV_OK);
    assert_int_equal(prov_psk_check(PROV_BYTES(octets, 64)), PROV_OK);
}

/* A NUL inside an identity is an octet like others, and case and normal form are not folded. */
static void row12_identity_is_compared_octet_by_octet(void **state)
{
    static const char *const pairs[][2] = {
        {"a", "A"}, {"\xc3\xa9", "e\xcc\x81"} /* e acute, composed and not */};
    static const uint8_t with_nul[] = {'a', 0, 'b'}, other[] = {'a', 0, 'c'};
    struct prov_psk_identity one, two;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(prov_psk_identity_set(&one, prov_bytes_text(pairs[i][0])), PROV_OK);
        assert_int_equal(prov_psk_identity_set(&two, prov_bytes_text(pairs[i][1])), PROV_OK);
        assert_false(
            prov_bytes_equal(prov_psk_identity_bytes(&one), prov_psk_identity_bytes(&two)));
    }
    assert_int_equal(prov_psk_identity_set(&one, PROV_BYTES_OF(with_nul)), PROV_OK);
    assert_int_equal(prov_psk_identity_set(&two, PROV_BYTES_OF(other)), PROV_OK);
    assert_int_equal(prov_psk_identity_bytes(&one).len, 3);
    assert_false(prov_bytes_equal(prov_psk_identity_bytes(&one), prov_psk_identity_bytes(&two)));
}

/* --- result, why ----------------------------------------------------------------------------- */

static const prov_result all_results[] = {
    PROV_E_INTERNAL,     PROV_E_MEMORY,       PROV_E_IO,
    PROV_E_RANDOM,       PROV_E_STATE,        PROV_E_FULL,
    PROV_E_USAGE,        PROV_E_EUI64,        PROV_E_EUI64_KIND,
    PROV_E_FQDN,         PROV_E_TEXT,         PROV_E_ADDRESS,
    PROV_E_NOT_FOUND,    PROV_E_NO_REGISTRY,  PROV_E_EXISTS,
    PROV_E_CONFLICT,     PROV_E_KEY_OWNED,    PROV_E_AMBIGUOUS,
    PROV_E_PARTIAL,      PROV_E_POLICY,       PROV_E_BOUNDS,
    PROV_E_ALGORITHM,    PROV_E_POINT,        PROV_E_SIGNATURE,
    PROV_E_CERT_PROFILE, PROV_E_NAME,         PROV_E_TIME,
    PROV_E_ISSUER,       PROV_E_REVOKED,      PROV_E_NO_FORWARD_SECRECY,
    PROV_E_DEPTH,        PROV_E_PERMISSION,   PROV_E_MODE,
    PROV_E_FORBIDDEN,    PROV_E_BUSY,         PROV_E_AGAIN,
    PROV_E_NETWORK,      PROV_E_TIMEOUT,      PROV_E_PEER,
    PROV_E_PEER_ALERT,   PROV_E_PEER_REFUSED, PROV_E_DIGEST,
    PROV_E_FORMAT,       PROV_E_TRUNCATED,    PROV_E_TRAILING,
    PROV_E_DETERMINISM,  PROV_E_VERSION,      PROV_E_CORRUPT,
    PROV_E_WRONG_KEY,    PROV_E_OVERFLOW};

static void every_result_has_words_of_its_own_and_an_exit_code(void **state)
{
    size_t count = sizeof all_results / sizeof all_results[0];

    (void)state;
    assert_string_equal(prov_result_text((prov_result)0x0fff), "unknown result");
    for (size_t i = 0; i < count; i++) {
        const char *text = prov_result_text(all_results[i]);
        assert_string_not_equal(text, "unknown result");
        assert_in_range(prov_result_exit(all_results[i]), 1, 10);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text, prov_result_text(all_results[j]));
    }
    assert_int_equal(prov_result_exit(PROV_OK), 0);
    assert_int_equal(prov_result_exit(PROV_E_NO_REGISTRY), 3);
    assert_int_equal(prov_result_exit(PROV_E_OVERFLOW), 10);
}

static void the_first_reason_stays(void **state)
{
    struct prov_why why;

    (void)state;
    prov_why_clear(&why);
    assert_int_equal(prov_why_set(&why, PROV_E_IO, "short write: %s", "file"), PROV_E_IO);
    assert_int_equal(prov_why_set(&why, PROV_E_MEMORY, "another"), PROV_E_MEMORY);
    prov_why_hint(&why, "make room on %s", "disk");
    prov_why_hint(&why, "another");
    assert_string_equal(why.text, "short write: file");
    assert_string_equal(why.hint, "make room on disk");
    prov_why_clear(&why);
    assert_string_equal(why.text, "");
    assert_string_equal(why.hint, "");
}

static void a_reason_that_is_too_long_is_cut(void **state)
{
    struct prov_why why;

    (void)state;
    prov_why_clear(&why);
    assert_int_equal(prov_why_set(&why, PROV_E_IO, "%0400d", 1), PROV_E_IO);
    assert_int_equal(strlen(why.text), sizeof why.text - 1);
}

static void nobody_need_ask_why(void **state)
{
    (void)state;
    prov_why_clear(NULL);
    assert_int_equal(prov_why_set(NULL, PROV_E_IO, "x"), PROV_E_IO);
    prov_why_hint(NULL, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_overflow_is_sticky),
        cmocka_unit_test(buf_vector_refuses_a_length_that_its_width_cannot_hold),
        cmocka_unit_test(buf_without_room_takes_nothing_and_no_octets),
        cmocka_unit_test(reader_takes_nothing_of_what_is_too_short),
        cmocka_unit_test(reader_that_failed_gives_nothing_more),
        cmocka_unit_test(bytes_differ_by_length_and_by_octet),
        cmocka_unit_test(secret_is_bounded_and_wiped),
        cmocka_unit_test(buf_writes_network_order),
        cmocka_unit_test(reader_reads_what_buf_writes),
        cmocka_unit_test(words_that_are_none_are_refused),
        cmocka_unit_test(words_go_both_ways),
        cmocka_unit_test(row12_identity_out_of_bounds_is_refused),
        cmocka_unit_test(row12_psk_out_of_bounds_is_refused),
        cmocka_unit_test(row12_identity_is_compared_octet_by_octet),
        cmocka_unit_test(every_result_has_words_of_its_own_and_an_exit_code),
        cmocka_unit_test(the_first_reason_stays),
        cmocka_unit_test(a_reason_that_is_too_long_is_cut),
        cmocka_unit_test(nobody_need_ask_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
