/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled twice: over libcbor's heads and over the firmware's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prov/cbor.h"
#include "tests/unit/core/octets.h"

/* --- refused --------------------------------------------------------------------------------- */

struct refusal {
    const char *hex;
    prov_result result;
    size_t at; /* where the reader stops */
};

static void refuse(const struct refusal *refusal)
{
    struct octets octets = octets_of(refusal->hex);
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
    struct prov_bytes item = PROV_BYTES_NONE;

    prov_cbor_get_item(&reader, &item);
    prov_result result = prov_reader_result(&reader);
    if (result != refusal->result || reader.at != refusal->at || item.data != NULL)
        fail_msg("%s: %04x at %zu, not %04x at %zu", refusal->hex, (unsigned)result, reader.at,
                 (unsigned)refusal->result, refusal->at);
    assert_int_equal(prov_cbor_check(OCTETS_VIEW(octets)), refusal->result);
}

#define REFUSE_ALL(table)                                                                          \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < sizeof(table) / sizeof((table)[0]); i_++)                         \
            refuse(&(table)[i_]);                                                                  \
    } while (0)

/* RFC 8949, section 4.2.1, and the examples of indefinite lengths in appendix A. */
static void longer_heads_are_not_deterministic(void **state)
{
    static const struct refusal table[] = {
        {"1817", PROV_E_DETERMINISM, 0},       {"1900ff", PROV_E_DETERMINISM, 0},
        {"1a0000ffff", PROV_E_DETERMINISM, 0}, {"1b00000000ffffffff", PROV_E_DETERMINISM, 0},
        {"3817", PROV_E_DETERMINISM, 0},       {"5803010203", PROV_E_DETERMINISM, 0},
        {"7803616161", PROV_E_DETERMINISM, 0}, {"980101", PROV_E_DETERMINISM, 0},
        {"b8010101", PROV_E_DETERMINISM, 0},   {"d80c00", PROV_E_DETERMINISM, 0},
        {"d9002000", PROV_E_DETERMINISM, 0},   {"8301021800", PROV_E_DETERMINISM, 3},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void indefinite_lengths_are_refused(void **state)
{
    static const struct refusal table[] = {
        {"5f42010243030405ff", PROV_E_FORMAT, 0},
        {"7f657374726561646d696e67ff", PROV_E_FORMAT, 0},
        {"9fff", PROV_E_FORMAT, 0},
        {"9f018202039f0405ffff", PROV_E_FORMAT, 0},
        {"83018202039f0405ff", PROV_E_FORMAT, 5},
        {"83019f0203ff820405", PROV_E_FORMAT, 2},
        {"bf61610161629f0203ffff", PROV_E_FORMAT, 0},
        {"826161bf61626163ff", PROV_E_FORMAT, 3},
        {"5f", PROV_E_FORMAT, 0},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void keys_out_of_order_or_twice_are_not_deterministic(void **state)
{
    static const struct refusal table[] = {
        {"a203040102", PROV_E_DETERMINISM, 3},
        {"a201020103", PROV_E_DETERMINISM, 3},
        {"a220000100", PROV_E_DETERMINISM, 3}, /* -1 before 1 */
        {"a221002000", PROV_E_DETERMINISM, 3}, /* -2 before -1 */
        {"a2616201616102", PROV_E_DETERMINISM, 4},
        {"a262616101616202", PROV_E_DETERMINISM, 5}, /* "aa" before "b": the head decides */
        {"a28101000100", PROV_E_DETERMINISM, 4},     /* [1] before 1 */
        {"81a201000100", PROV_E_DETERMINISM, 4},
        {"a1a20100010000", PROV_E_DETERMINISM, 4},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void reserved_values_and_floats_are_refused(void **state)
{
    static const struct refusal table[] = {
        {"1c", PROV_E_FORMAT, 0},
        {"1d", PROV_E_FORMAT, 0},
        {"1e", PROV_E_FORMAT, 0},
        {"1f", PROV_E_FORMAT, 0},
        {"3c", PROV_E_FORMAT, 0},
        {"3f", PROV_E_FORMAT, 0},
        {"5c", PROV_E_FORMAT, 0},
        {"7d", PROV_E_FORMAT, 0},
        {"9e", PROV_E_FORMAT, 0},
        {"bc", PROV_E_FORMAT, 0},
        {"dc", PROV_E_FORMAT, 0},
        {"df", PROV_E_FORMAT, 0},
        {"e0", PROV_E_FORMAT, 0},
        {"f0", PROV_E_FORMAT, 0},
        {"f3", PROV_E_FORMAT, 0},
        {"f7", PROV_E_FORMAT, 0},
        {"f8ff", PROV_E_FORMAT, 0},
        {"f818", PROV_E_FORMAT, 0},
        {"f814", PROV_E_FORMAT, 0},
        {"f90000", PROV_E_FORMAT, 0},
        {"fa47c35000", PROV_E_FORMAT, 0},
        {"fb3ff199999999999a", PROV_E_FORMAT, 0},
        {"fb", PROV_E_FORMAT, 0},
        {"fc", PROV_E_FORMAT, 0},
        {"ff", PROV_E_FORMAT, 0},
        {"82f4ff", PROV_E_FORMAT, 2},
        {"c1fb41d452d9ec200000", PROV_E_FORMAT, 1},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    static const struct refusal table[] = {
        {"6180", PROV_E_FORMAT, 0},       {"61ff", PROV_E_FORMAT, 0},
        {"62c328", PROV_E_FORMAT, 0},     {"61c3", PROV_E_FORMAT, 0},
        {"62c080", PROV_E_FORMAT, 0},                                       /* overlong NUL */
        {"63e08080", PROV_E_FORMAT, 0},                                     /* overlong */
        {"63eda080", PROV_E_FORMAT, 0},                                     /* a surrogate */
        {"64f0808080", PROV_E_FORMAT, 0}, {"64f4908080", PROV_E_FORMAT, 0}, /* beyond U+10FFFF */
        {"64f5808080", PROV_E_FORMAT, 0}, {"63e6b0ff", PROV_E_FORMAT, 0},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void what_ends_too_early_is_truncated(void **state)
{
    static const struct refusal table[] = {
        {"", PROV_E_TRUNCATED, 0},
        {"18", PROV_E_TRUNCATED, 0},
        {"1901", PROV_E_TRUNCATED, 0},
        {"1b01020304050607", PROV_E_TRUNCATED, 0},
        {"41", PROV_E_TRUNCATED, 0},
        {"44010203", PROV_E_TRUNCATED, 0},
        {"5818aa", PROV_E_TRUNCATED, 0},
        {"6261", PROV_E_TRUNCATED, 0},
        {"5bffffffffffffffff00", PROV_E_TRUNCATED, 0},
        {"7bffffffffffffffff00", PROV_E_TRUNCATED, 0},
        {"830102", PROV_E_TRUNCATED, 0}, /* the count can't be true */
        {"9bffffffffffffffff00", PROV_E_TRUNCATED, 0},
        {"bbffffffffffffffff0000", PROV_E_TRUNCATED, 0},
        {"a101", PROV_E_TRUNCATED, 0},
        {"c1", PROV_E_TRUNCATED, 1},
        {"d8", PROV_E_TRUNCATED, 0},
        {"8141", PROV_E_TRUNCATED, 1},
    };

    (void)state;
    REFUSE_ALL(table);
}

static void nine_levels_are_one_too_many(void **state)
{
    static const struct refusal table[] = {
        {"81818181818181818100", PROV_E_BOUNDS, 8},
        {"a100a100a100a100a100a100a100a100a10000", PROV_E_BOUNDS, 16},
        {"c1c1c1c1c1c1c1c1c100", PROV_E_BOUNDS, 8},
        {"81c181c181c181c18000", PROV_E_BOUNDS, 8},
    };
    struct octets eight = octets_of("818181818181818100");

    (void)state;
    REFUSE_ALL(table);
    assert_int_equal(prov_cbor_check(OCTETS_VIEW(eight)), PROV_OK);
}

static void what_follows_the_item_is_trailing(void **state)
{
    static const char *const texts[] = {"0000", "810000", "a000", "4000", "f6f6"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct octets octets = octets_of(texts[i]);
        assert_int_equal(prov_cbor_check(OCTETS_VIEW(octets)), PROV_E_TRAILING);
    }
}

/* One get of each type. */
static void get_one(struct prov_reader *reader, enum prov_cbor_type type)
{
    struct prov_bytes bytes;

    if (type == PROV_CBOR_UINT)
        prov_cbor_get_uint(reader);
    else if (type == PROV_CBOR_NINT)
        prov_cbor_get_int(reader);
    else if (type == PROV_CBOR_BSTR)
        prov_cbor_get_bstr(reader, 0, SIZE_MAX, &bytes);
    else if (type == PROV_CBOR_TSTR)
        prov_cbor_get_tstr(reader, &bytes);
    else if (type == PROV_CBOR_ARRAY)
        prov_cbor_get_array(reader, 0, SIZE_MAX);
    else if (type == PROV_CBOR_MAP)
        prov_cbor_get_map(reader);
    else if (type == PROV_CBOR_TAG)
        prov_cbor_get_tag(reader);
    else
        prov_cbor_get_bool(reader);
}

static void another_type_is_refused_and_nothing_taken(void **state)
{
    /* one item of each type; each get accepts its own type alone, and get_int both signs */
    static const char *const items[] = {"01", "20", "4101", "6161", "8100", "a10000", "c100", "f5"};

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct octets octets = octets_of(items[i]);
        const struct prov_reader start = prov_reader_make(OCTETS_VIEW(octets));
        for (unsigned j = 0; j < 8; j++) {
            bool good = i == j || (i == PROV_CBOR_UINT && j == PROV_CBOR_NINT);
            struct prov_reader reader = start;
            assert_int_equal(prov_cbor_next_is(&start, (enum prov_cbor_type)j), i == j);
            get_one(&reader, (enum prov_cbor_type)j);
            assert_int_equal(prov_reader_result(&reader), good ? PROV_OK : PROV_E_FORMAT);
            assert_int_equal(reader.at > 0, good);
        }
        struct prov_reader reader = start;
        assert_false(prov_cbor_get_null(&reader));
        assert_int_equal(prov_reader_result(&reader), PROV_OK);
    }
}

static void numbers_beyond_int64_are_out_of_bounds(void **state)
{
    struct octets big = octets_of("1b8000000000000000"), low = octets_of("3b8000000000000000");
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(big));

    (void)state;
    prov_cbor_get_int(&reader);
    assert_int_equal(prov_reader_result(&reader), PROV_E_BOUNDS);
    reader = prov_reader_make(OCTETS_VIEW(low));
    prov_cbor_get_int(&reader);
    assert_int_equal(prov_reader_result(&reader), PROV_E_BOUNDS);
    assert_int_equal(reader.at, 0);
}

static void null_is_no_bool_and_bool_no_null(void **state)
{
    struct octets octets = octets_of("f6f4");
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets)), bad = reader;

    (void)state;
    assert_false(prov_cbor_get_bool(&bad));
    assert_int_equal(prov_reader_result(&bad), PROV_E_FORMAT);
    assert_int_equal(bad.at, 0);
    assert_true(prov_cbor_get_null(&reader));
    assert_false(prov_cbor_get_null(&reader));
    assert_false(prov_cbor_get_bool(&reader));
    assert_int_equal(prov_reader_end(&reader), PROV_OK);
    assert_false(prov_cbor_get_null(&reader)); /* at the end */
}

/* Walks a map of integer keys with one-octet values until it ends or fails. */
static prov_result walk(const char *hex, size_t *ret_count)
{
    struct octets octets = octets_of(hex);
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
    struct prov_cbor_map map = prov_cbor_get_map(&reader);
    int32_t key;

    *ret_count = 0;
    while (prov_cbor_get_key(&reader, &map, &key)) {
        prov_cbor_get_uint(&reader);
        *ret_count += reader.error == PROV_OK;
    }
    return prov_reader_result(&reader);
}

static void map_of_integers_refuses_disorder_and_other_keys(void **state)
{
    static const struct {
        const char *hex;
        prov_result result;
        size_t count;
    } table[] = {
        {"a202000100", PROV_E_DETERMINISM, 1},
        {"a201000100", PROV_E_DETERMINISM, 1},
        {"a220000000", PROV_E_DETERMINISM, 1},
        {"a221002000", PROV_E_DETERMINISM, 1},
        {"a220002000", PROV_E_DETERMINISM, 1},
        {"a1616100", PROV_E_FORMAT, 0},
        {"a1f500", PROV_E_FORMAT, 0},
        {"a1180000", PROV_E_DETERMINISM, 0},
        {"a20100", PROV_E_TRUNCATED, 0},
        {"a0", PROV_OK, 0},
        {"a700000100170018180018190020002100", PROV_OK, 7},
    };
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(walk(table[i].hex, &count), table[i].result);
        assert_int_equal(count, table[i].count);
    }
}

/* What follows a failure is zero and moves nothing, whatever is there; the first failure stays. */
static void after_a_failure_nothing_is_got(void **state)
{
    struct octets octets = octets_of("01 f6 02 20 4101 6161 8100 a10000 c100 f5");
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
    struct prov_bytes bytes = OCTETS_VIEW(octets);
    uint8_t copy = 7;
    char text[2] = "7";
    int32_t key = 7;

    (void)state;
    assert_int_equal(prov_cbor_get_uint(&reader), 1);
    assert_false(prov_cbor_get_bool(&reader));
    assert_int_equal(prov_reader_result(&reader), PROV_E_FORMAT);
    assert_int_equal(reader.at, 1);
    assert_false(prov_cbor_get_null(&reader));
    reader.at = 2;
    assert_false(prov_cbor_next_is(&reader, PROV_CBOR_UINT));
    assert_int_equal(prov_cbor_get_uint(&reader), 0);
    assert_int_equal(prov_cbor_get_number(&reader, 2, 2), 0);
    assert_int_equal(prov_cbor_get_int(&reader), 0);
    prov_cbor_get_bstr(&reader, 9, 9, &bytes);
    assert_null(bytes.data);
    prov_cbor_get_copy(&reader, &copy, 1);
    prov_cbor_get_text(&reader, text, sizeof text);
    assert_true(copy == 7 && text[0] == '7');
    assert_int_equal(prov_cbor_get_bstrs(&reader, 1, 1, &bytes), 0);
    struct prov_cbor_map map = prov_cbor_get_map(&reader);
    assert_false(prov_cbor_get_key(&reader, &map, &key));
    assert_int_equal(key, 7);
    prov_cbor_skip(&reader);
    prov_reader_fail(&reader, PROV_E_POLICY);
    assert_int_equal(reader.at, 2);
    assert_int_equal(prov_reader_end(&reader), PROV_E_FORMAT);
}

static void limits_are_bounds_and_the_refused_item_is_told(void **state)
{
    struct octets octets = octets_of("05 430a0b0c 6361620a 820102 a21b000000010000000000 00");
    const struct prov_reader start = prov_reader_make(OCTETS_VIEW(octets));
    struct prov_reader reader = start;
    struct prov_bytes both[2];
    uint8_t copy[3];
    char text[4];
    int32_t key;

    (void)state;
    assert_int_equal(prov_cbor_get_number(&reader, 6, 9), 0);
    assert_int_equal(prov_reader_end(&reader), PROV_E_BOUNDS);
    reader = start;
    assert_int_equal(prov_cbor_get_number(&reader, 5, 5), 5);
    prov_cbor_get_copy(&reader, copy, 3);
    assert_int_equal(copy[2], 12);
    prov_cbor_get_text(&reader, text, sizeof text);
    assert_string_equal(text, "ab\n");
    assert_int_equal(prov_reader_end(&reader), PROV_E_TRAILING);
    struct prov_reader here = reader;
    assert_int_equal(prov_cbor_get_bstrs(&reader, 2, 2, both), 0);
    assert_int_equal(prov_reader_result(&reader), PROV_E_FORMAT);
    reader = here;
    assert_int_equal(prov_cbor_get_array(&reader, 3, 9), 0);
    assert_int_equal(reader.at, here.at);
    reader = here;
    prov_cbor_skip(&reader);
    struct prov_cbor_map map = prov_cbor_get_map(&reader);
    assert_int_equal(prov_reader_result(&reader), PROV_OK);
    size_t at = reader.at;
    assert_false(prov_cbor_get_key(&reader, &map, &key)); /* beyond int32 */
    assert_int_equal(prov_reader_result(&reader), PROV_E_BOUNDS);
    assert_int_equal(reader.at, at);
}

static void too_many_members_overflow(void **state)
{
    uint8_t room[4];
    struct prov_buf buf = PROV_BUF_OF(room);
    size_t mark = prov_cbor_open_map(&buf);

    (void)state;
    prov_cbor_close_map(&buf, mark, 23);
    assert_int_equal(room[0], 0xb7);
    prov_cbor_close_map(&buf, mark, 24);
    assert_int_equal(prov_buf_result(&buf), PROV_E_OVERFLOW);
}

static void writer_without_room_overflows(void **state)
{
    uint8_t room[4];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    prov_cbor_put_uint(&buf, 100000);
    assert_int_equal(prov_buf_result(&buf), PROV_E_OVERFLOW);
    assert_int_equal(buf.len, 0);
}

/* --- accepted --------------------------------------------------------------------------------- */

/* RFC 8949, appendix A, without floats, undefined and unassigned simple values */

static const char *const vectors[] = {"00",
                                      "01",
                                      "0a",
                                      "17",
                                      "1818",
                                      "1819",
                                      "1864",
                                      "1903e8",
                                      "1a000f4240",
                                      "1b000000e8d4a51000",
                                      "1bffffffffffffffff",
                                      "c249010000000000000000",
                                      "3bffffffffffffffff",
                                      "c349010000000000000000",
                                      "20",
                                      "29",
                                      "3863",
                                      "3903e7",
                                      "f4",
                                      "f5",
                                      "f6",
                                      "c074323031332d30332d32315432303a30343a30305a",
                                      "c11a514b67b0",
                                      "d74401020304",
                                      "d818456449455446",
                                      "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
                                      "40",
                                      "4401020304",
                                      "60",
                                      "6161",
                                      "6449455446",
                                      "62225c",
                                      "62c3bc",
                                      "63e6b0b4",
                                      "64f0908591",
                                      "80",
                                      "83010203",
                                      "8301820203820405",
                                      "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
                                      "a0",
                                      "a201020304",
                                      "a26161016162820203",
                                      "826161a161626163",
                                      "a56161614161626142616361436164614461656145",
                                      "d28443a10126a0f640" /* tag 18: COSE's */};

static void appendix_a_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct octets octets = octets_of(vectors[i]);
        struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
        struct prov_bytes item;
        prov_cbor_get_item(&reader, &item);
        assert_int_equal(prov_reader_end(&reader), PROV_OK);
        assert_true(prov_bytes_equal(item, OCTETS_VIEW(octets)));
        for (size_t cut = 0; cut < octets.len; cut++)
            assert_int_equal(prov_cbor_check(PROV_BYTES(octets.data, cut)), PROV_E_TRUNCATED);
    }
}

/* The first and last of each length (RFC 3629, section 4). */
static void text_at_the_edges_of_utf8_is_accepted(void **state)
{
    static const char *const texts[] = {"6100",       "617f",       "62c280",    "62dfbf",
                                        "63e0a080",   "63ed9fbf",   "63ee8080",  "63efbfbf",
                                        "64f0908080", "64f3bfbfbf", "64f48fbfbf"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct octets octets = octets_of(texts[i]);
        assert_int_equal(prov_cbor_check(OCTETS_VIEW(octets)), PROV_OK);
    }
}

static void numbers_are_written_as_in_appendix_a(void **state)
{
    static const struct {
        int64_t value;
        const char *hex;
    } table[] = {{0, "00"},
                 {23, "17"},
                 {24, "1818"},
                 {255, "18ff"},
                 {256, "190100"},
                 {65535, "19ffff"},
                 {65536, "1a00010000"},
                 {1000000, "1a000f4240"},
                 {4294967295, "1affffffff"},
                 {4294967296, "1b0000000100000000"},
                 {-1, "20"},
                 {-24, "37"},
                 {-25, "3818"},
                 {-256, "38ff"},
                 {-257, "390100"},
                 {-1000, "3903e7"},
                 {INT64_MAX, "1b7fffffffffffffff"},
                 {INT64_MIN, "3b7fffffffffffffff"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint8_t room[9];
        struct prov_buf buf = PROV_BUF_OF(room);
        struct octets octets = octets_of(table[i].hex);
        struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
        prov_cbor_put_int(&buf, table[i].value);
        assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(octets)));
        assert_int_equal(prov_cbor_get_int(&reader), table[i].value);
        assert_int_equal(prov_reader_end(&reader), PROV_OK);
    }
}

static void every_kind_of_item_is_written(void **state)
{
    struct octets expected = octets_of(
        "87 1bffffffffffffffff 4201ff 6449455446 a12082f4f5 f6 d8204101 d818456449455446");
    static const uint8_t two[] = {1, 0xff}, item[] = {0xd8, 0x20, 0x41, 0x01};
    uint8_t room[64];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    prov_cbor_put_array(&buf, 7);
    prov_cbor_put_uint(&buf, UINT64_MAX);
    prov_cbor_put_bstr(&buf, PROV_BYTES_OF(two));
    prov_cbor_put_tstr(&buf, "IETF");
    prov_cbor_put_map(&buf, 1);
    prov_cbor_put_int(&buf, -1);
    prov_cbor_put_array(&buf, 2);
    prov_cbor_put_bool(&buf, false);
    prov_cbor_put_bool(&buf, true);
    prov_cbor_put_null(&buf);
    prov_cbor_put_item(&buf, PROV_BYTES_OF(item));
    prov_cbor_put_tag(&buf, 24); /* encoded CBOR in a byte string */
    prov_cbor_put_bstr_head(&buf, 5);
    prov_cbor_put_tstr(&buf, "IETF");
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(expected)));
}

/* RFC 9202, figure 9: {8: {1: {1: 4, 2: h'3d027833fc6267ce'}}} */
static void rfc9202_psk_identity_has_its_golden_octets(void **state)
{
    static const uint8_t kid[] = {0x3d, 0x02, 0x78, 0x33, 0xfc, 0x62, 0x67, 0xce};
    struct octets expected = octets_of("A1 08 A1 01 A2 01 04 02 48 3D027833FC6267CE");
    uint8_t room[32];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    prov_cbor_put_map(&buf, 1);
    prov_cbor_put_int(&buf, 8);
    prov_cbor_put_map(&buf, 1);
    prov_cbor_put_int(&buf, 1);
    prov_cbor_put_map(&buf, 2);
    prov_cbor_put_int(&buf, 1);
    prov_cbor_put_int(&buf, 4);
    prov_cbor_put_int(&buf, 2);
    prov_cbor_put_bstr(&buf, PROV_BYTES_OF(kid));
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(expected)));
    assert_int_equal(prov_cbor_check(OCTETS_VIEW(expected)), PROV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longer_heads_are_not_deterministic),
        cmocka_unit_test(indefinite_lengths_are_refused),
        cmocka_unit_test(keys_out_of_order_or_twice_are_not_deterministic),
        cmocka_unit_test(reserved_values_and_floats_are_refused),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(what_ends_too_early_is_truncated),
        cmocka_unit_test(nine_levels_are_one_too_many),
        cmocka_unit_test(what_follows_the_item_is_trailing),
        cmocka_unit_test(another_type_is_refused_and_nothing_taken),
        cmocka_unit_test(numbers_beyond_int64_are_out_of_bounds),
        cmocka_unit_test(null_is_no_bool_and_bool_no_null),
        cmocka_unit_test(map_of_integers_refuses_disorder_and_other_keys),
        cmocka_unit_test(after_a_failure_nothing_is_got),
        cmocka_unit_test(limits_are_bounds_and_the_refused_item_is_told),
        cmocka_unit_test(too_many_members_overflow),
        cmocka_unit_test(writer_without_room_overflows),
        cmocka_unit_test(appendix_a_is_accepted),
        cmocka_unit_test(text_at_the_edges_of_utf8_is_accepted),
        cmocka_unit_test(numbers_are_written_as_in_appendix_a),
        cmocka_unit_test(every_kind_of_item_is_written),
        cmocka_unit_test(rfc9202_psk_identity_has_its_golden_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
