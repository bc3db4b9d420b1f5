/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/coap.h"
#include "tests/unit/core/octets.h"

static prov_result decode(const char *hex, struct octets *octets, struct prov_coap_message *message)
{
    *octets = octets_of(hex);
    return prov_coap_decode(OCTETS_VIEW(*octets), message);
}

static void refuse(const char *hex, prov_result expected)
{
    struct prov_coap_message message;
    struct octets octets;
    prov_result result = decode(hex, &octets, &message);

    if (result != expected)
        fail_msg("%s: %04x, not %04x", hex, (unsigned)result, (unsigned)expected);
}

/* --- messages that are refused (RFC 7252, section 3) ----------------------------------------- */

static void other_versions_are_refused(void **state)
{
    (void)state;
    refuse("00010001", PROV_E_FORMAT);
    refuse("80010001", PROV_E_FORMAT);
    refuse("c0010001", PROV_E_FORMAT);
}

static void a_cut_message_is_truncated(void **state)
{
    static const char *const texts[] = {
        "",
        "40",
        "4001",
        "400100",
        "41010001", /* token */
        "4801000101020304050607",
        "40010001b1", /* option value */
        "40010001bb74656d70",
        "40010001d0",   /* extended delta, 1 octet */
        "40010001e000", /* 2 octets */
        "400100010d",   /* extended length */
        "400100010e00",
        "400100010d00", /* 13 octets of value */
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuse(texts[i], PROV_E_TRUNCATED);
}

static void long_tokens_are_a_format_error(void **state)
{
    (void)state;
    refuse("49010001010203040506070809", PROV_E_FORMAT);
    refuse("4f010001", PROV_E_FORMAT);
}

static void reserved_codes_are_rejected(void **state)
{
    (void)state;
    refuse("40200001", PROV_E_FORMAT); /* 1.00 */
    refuse("403f0001", PROV_E_FORMAT); /* 1.31 */
    refuse("40c00001", PROV_E_FORMAT); /* 6.00 */
    refuse("40ff0001", PROV_E_FORMAT); /* 7.31 */
}

static void an_empty_message_has_nothing_behind_its_id(void **state)
{
    (void)state;
    refuse("4100000120", PROV_E_FORMAT);
    refuse("40000001ff30", PROV_E_FORMAT);
    refuse("40000001b161", PROV_E_FORMAT);
    refuse("4000000100", PROV_E_FORMAT);
}

static void reserved_nibbles_are_a_format_error(void **state)
{
    (void)state;
    refuse("40010001f0", PROV_E_FORMAT);
    refuse("40010001f1aa", PROV_E_FORMAT);
    refuse("400100010f", PROV_E_FORMAT);
    refuse("40010001bf", PROV_E_FORMAT);
}

static void a_marker_without_payload_is_a_format_error(void **state)
{
    (void)state;
    refuse("40010001ff", PROV_E_FORMAT);
    refuse("40010001b161ff", PROV_E_FORMAT);
}

static void option_numbers_beyond_65535_are_a_format_error(void **state)
{
    struct prov_coap_message message;
    struct octets octets;

    (void)state;
    refuse("40010001e0fef3", PROV_E_FORMAT);   /* 65536 */
    refuse("40010001e0ffff", PROV_E_FORMAT);   /* 65804 */
    refuse("40010001e0fef210", PROV_E_FORMAT); /* 65535 + 1 */
    assert_int_equal(decode("40010001e0fef2", &octets, &message), PROV_OK);
    assert_int_equal(message.options[0].number, 65535);
}

static void seventeen_options_are_too_many(void **state)
{
    struct prov_coap_message message;
    struct octets octets;

    (void)state;
    refuse("40010001 00000000 00000000 00000000 00000000 00", PROV_E_BOUNDS);
    assert_int_equal(decode("40010001 00000000 00000000 00000000 00000000", &octets, &message),
                     PROV_OK);
    assert_int_equal(message.option_count, 16);
}

/* --- what is not written --------------------------------------------------------------------- */

static void what_would_be_refused_is_not_written(void **state)
{
    static const uint8_t nine[9] = {1};
    static uint8_t room[70000], large[65536];
    struct prov_coap_message message = {.type = PROV_COAP_CON, .code = PROV_COAP_GET};
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    message.token = PROV_BYTES_OF(nine);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_BOUNDS);
    message.token = PROV_BYTES_NONE;
    message.code = 0x20;
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_FORMAT);
    message.code = PROV_COAP_EMPTY;
    message.payload = PROV_BYTES_OF(nine);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_FORMAT);
    message.code = PROV_COAP_GET;
    assert_int_equal(prov_coap_add(&message, 1, PROV_BYTES_OF(large)), PROV_OK);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_BOUNDS);
    message.option_count = 0; /* the last of two */
    assert_int_equal(prov_coap_add(&message, 1, PROV_BYTES_NONE), PROV_OK);
    assert_int_equal(prov_coap_add(&message, 1, PROV_BYTES_OF(large)), PROV_OK);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_BOUNDS);
    message.option_count = 17;
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_BOUNDS);
    assert_int_equal(buf.len, 0);
}

static void a_message_that_does_not_fit_overflows(void **state)
{
    uint8_t room[15];
    struct prov_coap_message message = {.code = PROV_COAP_GET, .id = 0x7d34};
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_coap_add_path(&message, "/temperature"), PROV_OK);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_E_OVERFLOW);
}

static void options_beyond_the_room_are_refused(void **state)
{
    struct prov_coap_message message = {.option_count = 0};
    uint8_t store[4];

    (void)state;
    assert_int_equal(prov_coap_add_path(&message, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"),
                     PROV_E_FULL);
    assert_int_equal(prov_coap_add(&message, 1, PROV_BYTES_NONE), PROV_E_FULL);
    assert_int_equal(prov_coap_add_uint(&message, 1, 1, store), PROV_E_FULL);
    assert_int_equal(message.option_count, 16);
}

/* --- options that are refused ---------------------------------------------------------------- */

static void long_uints_are_refused(void **state)
{
    static const uint8_t five[] = {0, 0, 0, 0, 1};
    struct prov_coap_option option = {PROV_COAP_MAX_AGE, PROV_BYTES_OF(five)};
    uint32_t value = 7;

    (void)state;
    assert_int_equal(prov_coap_uint(&option, &value), PROV_E_FORMAT);
    assert_int_equal(value, 7);
    option.value.len = 4;
    assert_int_equal(prov_coap_uint(&option, &value), PROV_OK);
    assert_int_equal(value, 0);
}

static void bad_block_values_are_refused(void **state)
{
    static const uint8_t four[] = {0, 0, 0, 6}, szx7[] = {0x07}, szx7_more[] = {0x0f};
    struct prov_coap_block block = {7, true, 3};
    struct prov_coap_message message = {.option_count = 0};
    uint8_t store[4];

    (void)state;
    const struct prov_coap_option options[] = {{PROV_COAP_BLOCK2, PROV_BYTES_OF(four)},
                                               {PROV_COAP_BLOCK2, PROV_BYTES_OF(szx7)},
                                               {PROV_COAP_BLOCK1, PROV_BYTES_OF(szx7_more)}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(prov_coap_block_decode(&options[i], &block), PROV_E_FORMAT);
    assert_int_equal(block.number, 7);
    block.szx = 7;
    assert_int_equal(prov_coap_add_block(&message, PROV_COAP_BLOCK2, block, store), PROV_E_BOUNDS);
    block = (struct prov_coap_block){1 << 20, false, 0};
    assert_int_equal(prov_coap_add_block(&message, PROV_COAP_BLOCK2, block, store), PROV_E_BOUNDS);
    assert_int_equal(message.option_count, 0);
}

static void path_segments_that_would_read_as_two_are_refused(void **state)
{
    struct prov_coap_message message;
    struct octets octets;
    char path[32] = "untouched";

    (void)state;
    assert_int_equal(decode("40010001b3612f62", &octets, &message), PROV_OK); /* a/b */
    assert_int_equal(prov_coap_path(&message, path, sizeof path), PROV_E_FORMAT);
    assert_int_equal(decode("40010001b3610062", &octets, &message), PROV_OK); /* a NUL b */
    assert_int_equal(prov_coap_path(&message, path, sizeof path), PROV_E_FORMAT);
    assert_string_equal(path, "untouched");
}

static void a_path_that_does_not_fit_overflows(void **state)
{
    struct prov_coap_message message = {.option_count = 0};
    char path[8] = "before";

    (void)state;
    assert_int_equal(prov_coap_path(&message, path, 1), PROV_E_OVERFLOW);
    assert_int_equal(prov_coap_path(&message, path, 0), PROV_E_OVERFLOW);
    assert_int_equal(prov_coap_add_path(&message, "/abc/def"), PROV_OK);
    assert_int_equal(prov_coap_path(&message, path, 8), PROV_E_OVERFLOW);
    assert_string_equal(path, "before");
}

/* --- accepted -------------------------------------------------------------------------------- */

/* RFC 7252, appendix A, figures 16 and 17 */
static void figure_16_and_17_are_read_and_written(void **state)
{
    static const struct {
        const char *hex;
        enum prov_coap_type type;
        uint8_t code;
        uint16_t id;
        size_t token_len;
        const char *path, *payload;
    } table[] = {
        {"40017d34 bb74656d7065726174757265", PROV_COAP_CON, PROV_COAP_GET, 0x7d34, 0,
         "/temperature", ""},
        {"60457d34 ff32322e332043", PROV_COAP_ACK, PROV_COAP_CONTENT, 0x7d34, 0, "/", "22.3 C"},
        {"41017d35 20 bb74656d7065726174757265", PROV_COAP_CON, PROV_COAP_GET, 0x7d35, 1,
         "/temperature", ""},
        {"61457d35 20 ff32322e332043", PROV_COAP_ACK, PROV_COAP_CONTENT, 0x7d35, 1, "/", "22.3 C"},
        {"70007d34", PROV_COAP_RST, PROV_COAP_EMPTY, 0x7d34, 0, "/", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct prov_coap_message message, made = {.option_count = 0};
        struct octets octets;
        uint8_t room[64];
        struct prov_buf buf = PROV_BUF_OF(room);
        static const uint8_t token[] = {0x20};
        char path[32];
        assert_int_equal(decode(table[i].hex, &octets, &message), PROV_OK);
        assert_int_equal(message.type, table[i].type);
        assert_int_equal(message.code, table[i].code);
        assert_int_equal(message.id, table[i].id);
        assert_true(prov_bytes_equal(message.token, PROV_BYTES(token, table[i].token_len)));
        assert_int_equal(prov_coap_path(&message, path, sizeof path), PROV_OK);
        assert_string_equal(path, table[i].path);
        assert_true(prov_bytes_equal(message.payload, prov_bytes_text(table[i].payload)));
        made.type = table[i].type;
        made.code = table[i].code;
        made.id = table[i].id;
        made.token = PROV_BYTES(token, table[i].token_len);
        made.payload = prov_bytes_text(table[i].payload);
        assert_int_equal(prov_coap_add_path(&made, table[i].path), PROV_OK);
        assert_int_equal(prov_coap_encode(&made, &buf), PROV_OK);
        assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(octets)));
    }
}

/* The edges of the one- and two-octet forms of delta and length (section 3.1). */
static void extended_deltas_and_lengths_are_read_and_written(void **state)
{
    static const uint16_t numbers[] = {1, 12, 13, 268, 269, 65535};
    static const size_t lengths[] = {0, 12, 13, 268, 269, 65535};
    static uint8_t room[70000], value[65535];

    (void)state;
    memset(value, 0xaa, sizeof value);
    for (size_t i = 0; i < 36; i++) {
        struct prov_coap_message made = {.code = PROV_COAP_POST}, message;
        struct prov_buf buf = PROV_BUF_OF(room);
        assert_int_equal(prov_coap_add(&made, numbers[i % 6], PROV_BYTES(value, lengths[i / 6])),
                         PROV_OK);
        assert_int_equal(prov_coap_encode(&made, &buf), PROV_OK);
        assert_int_equal(prov_coap_decode(prov_buf_bytes(&buf), &message), PROV_OK);
        assert_int_equal(message.option_count, 1);
        assert_int_equal(message.options[0].number, numbers[i % 6]);
        assert_true(prov_bytes_equal(message.options[0].value, made.options[0].value));
    }
}

static void options_are_written_in_order_and_equal_ones_stay(void **state)
{
    struct octets expected = octets_of("40020001 31 68 82 6162 01 63 11 3c d1 02 1e");
    uint8_t format[4], block[4], room[64];
    struct prov_coap_message message = {.code = PROV_COAP_POST, .id = 1};
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_coap_add_block(&message, PROV_COAP_BLOCK1,
                                         (struct prov_coap_block){1, true, 6}, block),
                     PROV_OK);
    assert_int_equal(prov_coap_add_path(&message, "/ab/c"), PROV_OK);
    assert_int_equal(prov_coap_add_uint(&message, PROV_COAP_CONTENT_FORMAT, PROV_CF_CBOR, format),
                     PROV_OK);
    assert_int_equal(prov_coap_add(&message, PROV_COAP_URI_HOST, prov_bytes_text("h")), PROV_OK);
    assert_int_equal(prov_coap_encode(&message, &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(expected)));
}

static void uints_are_as_short_as_they_can_be(void **state)
{
    static const struct {
        uint32_t value;
        size_t len;
    } table[] = {{0, 0},     {1, 1},     {255, 1},      {256, 2},
                 {65535, 2}, {65536, 3}, {16777216, 4}, {UINT32_MAX, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct prov_coap_message message = {.option_count = 0};
        uint8_t store[4];
        uint32_t value;
        assert_int_equal(prov_coap_add_uint(&message, PROV_COAP_MAX_AGE, table[i].value, store),
                         PROV_OK);
        assert_int_equal(message.options[0].value.len, table[i].len);
        assert_int_equal(prov_coap_uint(&message.options[0], &value), PROV_OK);
        assert_int_equal(value, table[i].value);
    }
}

static void the_first_option_of_a_number_is_found(void **state)
{
    struct prov_coap_message message = {.option_count = 0};

    (void)state;
    assert_null(prov_coap_find(&message, PROV_COAP_ETAG));
    assert_int_equal(prov_coap_add(&message, PROV_COAP_URI_QUERY, prov_bytes_text("a")), PROV_OK);
    assert_int_equal(prov_coap_add(&message, PROV_COAP_URI_QUERY, prov_bytes_text("b")), PROV_OK);
    assert_null(prov_coap_find(&message, PROV_COAP_ETAG));
    assert_ptr_equal(prov_coap_find(&message, PROV_COAP_URI_QUERY), &message.options[0]);
    assert_int_equal(prov_coap_add(&message, PROV_COAP_ETAG, prov_bytes_text("c")), PROV_OK);
    assert_ptr_equal(prov_coap_find(&message, PROV_COAP_ETAG), &message.options[2]);
}

/* Odd numbers are critical, even ones elective (section 5.4.6). */
static void unknown_critical_options_are_named(void **state)
{
    static const uint16_t known[] = {PROV_COAP_URI_PATH, PROV_COAP_BLOCK2};
    struct prov_coap_message message = {.option_count = 0};

    (void)state;
    assert_int_equal(prov_coap_add(&message, PROV_COAP_SIZE1, PROV_BYTES_NONE), PROV_OK);
    assert_int_equal(prov_coap_add(&message, PROV_COAP_URI_PATH, PROV_BYTES_NONE), PROV_OK);
    assert_int_equal(prov_coap_unknown_critical(&message, known, 2), 0);
    assert_int_equal(prov_coap_add(&message, 9, PROV_BYTES_NONE), PROV_OK); /* OSCORE */
    assert_int_equal(prov_coap_unknown_critical(&message, known, 2), 9);
    assert_int_equal(prov_coap_unknown_critical(&message, known, 1), 9);
    assert_int_equal(prov_coap_unknown_critical(&message, NULL, 0), PROV_COAP_URI_PATH);
}

/* RFC 7959, section 2.2 */
static void block_values_are_read_and_written(void **state)
{
    static const struct {
        struct prov_coap_block block;
        const char *hex;
    } table[] = {{{0, false, 0}, ""},          {{0, false, 6}, "06"},
                 {{0, true, 5}, "0d"},         {{15, true, 6}, "fe"},
                 {{16, false, 2}, "0102"},     {{4095, true, 6}, "fffe"},
                 {{4096, false, 0}, "010000"}, {{1048575, true, 6}, "fffffe"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct prov_coap_message message = {.option_count = 0};
        struct octets expected = octets_of(table[i].hex);
        struct prov_coap_block block;
        uint8_t store[4];
        assert_int_equal(prov_coap_add_block(&message, PROV_COAP_BLOCK1, table[i].block, store),
                         PROV_OK);
        assert_true(prov_bytes_equal(message.options[0].value, OCTETS_VIEW(expected)));
        assert_int_equal(prov_coap_block_decode(&message.options[0], &block), PROV_OK);
        assert_int_equal(block.number, table[i].block.number);
        assert_int_equal(block.more, table[i].block.more);
        assert_int_equal(block.szx, table[i].block.szx);
    }
    assert_int_equal(prov_coap_block_size(0), 16);
    assert_int_equal(prov_coap_block_size(6), 1024);
}

static void paths_go_both_ways(void **state)
{
    static const char *const paths[] = {"/", "/.well-known/est/sen", "/prov/now", "/a//b"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct prov_coap_message message = {.option_count = 0};
        char path[32];
        assert_int_equal(prov_coap_add_path(&message, paths[i]), PROV_OK);
        assert_int_equal(prov_coap_path(&message, path, sizeof path), PROV_OK);
        assert_string_equal(path, paths[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(a_cut_message_is_truncated),
        cmocka_unit_test(long_tokens_are_a_format_error),
        cmocka_unit_test(reserved_codes_are_rejected),
        cmocka_unit_test(an_empty_message_has_nothing_behind_its_id),
        cmocka_unit_test(reserved_nibbles_are_a_format_error),
        cmocka_unit_test(a_marker_without_payload_is_a_format_error),
        cmocka_unit_test(option_numbers_beyond_65535_are_a_format_error),
        cmocka_unit_test(seventeen_options_are_too_many),
        cmocka_unit_test(what_would_be_refused_is_not_written),
        cmocka_unit_test(a_message_that_does_not_fit_overflows),
        cmocka_unit_test(options_beyond_the_room_are_refused),
        cmocka_unit_test(long_uints_are_refused),
        cmocka_unit_test(bad_block_values_are_refused),
        cmocka_unit_test(path_segments_that_would_read_as_two_are_refused),
        cmocka_unit_test(a_path_that_does_not_fit_overflows),
        cmocka_unit_test(figure_16_and_17_are_read_and_written),
        cmocka_unit_test(extended_deltas_and_lengths_are_read_and_written),
        cmocka_unit_test(options_are_written_in_order_and_equal_ones_stay),
        cmocka_unit_test(uints_are_as_short_as_they_can_be),
        cmocka_unit_test(the_first_option_of_a_number_is_found),
        cmocka_unit_test(unknown_critical_options_are_named),
        cmocka_unit_test(block_values_are_read_and_written),
        cmocka_unit_test(paths_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
