/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prov/cbor.h"
#include "prov/cose.h"
#include "prov/deny_list.h"
#include "tests/unit/core/octets.h"
#include "tests/unit/cose/samples.h"

static struct prov_crypto *crypto;

static int open_crypto(void **state)
{
    (void)state;
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

static int close_crypto(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    return 0;
}

#define A32 "5820aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B32 "5820bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEAD                                                                                       \
    "850101"                                                                                       \
    "1a6b02a29c"

static void refuse(const char *hex, prov_result expected)
{
    struct octets octets = octets_of(hex);
    struct prov_deny_list list = {.version = 77};
    prov_result result = prov_deny_list_decode(OCTETS_VIEW(octets), &list);
    if (result != expected || list.version != 77)
        fail_msg("%s: %04x, not %04x", hex, (unsigned)result, (unsigned)expected);
}

/* A file over the payload, signed by the key of "11". */
static void sign(struct prov_bytes payload, uint8_t type, const char *domain, struct prov_buf *ret)
{
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_key key = {{0}};
    assert_int_equal(prov_cose_sign1_digest(crypto, type, prov_bytes_text(domain), payload, digest),
                     PROV_OK);
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES_OF(sample_scalar_11), &key), PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    assert_int_equal(prov_cose_sign1_finish(type, payload, signature, ret), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
}

static void expect_open(const char *payload, uint8_t type, const char *domain,
                        const uint8_t point[PROV_POINT_LEN], prov_result expected)
{
    uint8_t room[1024];
    struct prov_buf file = PROV_BUF_OF(room);
    struct octets octets = octets_of(payload);
    struct prov_deny_list list = {.version = 77};
    sign(OCTETS_VIEW(octets), type, domain, &file);
    assert_int_equal(prov_deny_list_open(crypto, prov_buf_bytes(&file), point, &list), expected);
    if (expected != PROV_OK)
        assert_int_equal(list.version, 77);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void h41_another_signer_is_refused(void **state)
{
    (void)state;
    expect_open(HEAD "8080", 60, "prov deny-list", sample_point_meriadoc, PROV_E_SIGNATURE);
    expect_open(HEAD "8080", 60, "prov", sample_point_11,
                PROV_E_SIGNATURE); /* for something else */
    expect_open(HEAD "8080", 101, "prov deny-list", sample_point_11, PROV_E_FORMAT);
}

static void h41_an_altered_list_is_refused_at_every_bit(void **state)
{
    uint8_t room[512];
    struct prov_buf file = PROV_BUF_OF(room);
    struct octets octets = octets_of(HEAD "8182" A32 "81410580");
    struct prov_deny_list list;
    (void)state;
    sign(OCTETS_VIEW(octets), 60, "prov deny-list", &file);
    for (size_t i = 0; i < file.len * 8; i++) {
        room[i / 8] ^= (uint8_t)(1u << i % 8);
        prov_result r = prov_deny_list_open(crypto, prov_buf_bytes(&file), sample_point_11, &list);
        if (r == PROV_OK)
            fail_msg("bit %zu turned and taken", i);
        room[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < file.len; len++)
        assert_int_not_equal(
            prov_deny_list_open(crypto, PROV_BYTES(room, len), sample_point_11, &list), PROV_OK);
    assert_int_equal(prov_deny_list_open(crypto, prov_buf_bytes(&file), sample_point_11, &list),
                     PROV_OK);
}

static void h41_a_list_that_is_too_large_is_refused(void **state)
{
    static uint8_t file[PROV_DENY_LIST_MAX + 1];
    struct prov_deny_list list;
    (void)state;
    assert_int_equal(prov_deny_list_open(crypto, PROV_BYTES_OF(file), sample_point_11, &list),
                     PROV_E_BOUNDS);
    assert_int_equal(prov_deny_list_peek(PROV_BYTES_OF(file), &list), PROV_E_BOUNDS);
    static uint8_t room[PROV_DENY_LIST_MAX + 128];
    const uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    struct prov_buf buf = PROV_BUF_OF(room);
    assert_int_equal(
        prov_deny_list_finish(PROV_BYTES(file, PROV_DENY_LIST_MAX - 60), signature, &buf),
        PROV_E_BOUNDS);
}

static void h41_a_newer_format_is_refused_before_anything_else(void **state)
{
    (void)state;
    refuse("850201008080", PROV_E_VERSION);
    refuse("8302f900", PROV_E_VERSION);
    refuse("850001008080", PROV_E_VERSION);
    expect_open("8302f900", 60, "prov deny-list", sample_point_11, PROV_E_VERSION);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    refuse("850100008080", PROV_E_BOUNDS);                 /* version 0 */
    refuse("85011b0000000100000000008080", PROV_E_BOUNDS); /* 2^32 */
    refuse("8501011b0000003afff441808080", PROV_E_BOUNDS); /* the year 10000 */
    refuse("850120008080", PROV_E_FORMAT);
    refuse("850101208080", PROV_E_FORMAT);
    refuse("85011801008080", PROV_E_DETERMINISM);
}

static void entries_out_of_order_or_twice_are_refused(void **state)
{
    (void)state;
    refuse(HEAD "8280" A32 "80", PROV_E_FORMAT);
    refuse(HEAD "8282" B32 "81410182" A32 "81410180", PROV_E_DETERMINISM);
    refuse(HEAD "8282" A32 "81410182" A32 "81410280", PROV_E_DETERMINISM);
    refuse(HEAD "8182" A32 "82410241018080", PROV_E_DETERMINISM);
    refuse(HEAD "8182" A32 "82410141018080", PROV_E_DETERMINISM);
    refuse(HEAD "8182" A32 "82420001410280", PROV_E_DETERMINISM); /* the longer one first */
    refuse(HEAD "8082" B32 A32, PROV_E_DETERMINISM);
    refuse(HEAD "8082" A32 A32, PROV_E_DETERMINISM);
}

static void other_shapes_are_refused(void **state)
{
    (void)state;
    refuse("", PROV_E_TRUNCATED);
    refuse("8401010080", PROV_E_FORMAT);
    refuse(HEAD "808000", PROV_E_TRAILING);
    refuse(HEAD "8180", PROV_E_FORMAT);
    refuse(HEAD "8183" A32 "8141050080", PROV_E_FORMAT);
    refuse(HEAD "8182" A32 "8080", PROV_E_FORMAT);   /* an issuer without a serial */
    refuse(HEAD "8182" A32 "814080", PROV_E_BOUNDS); /* an empty serial */
    refuse(HEAD "8182" A32 "8155"
                "010101010101010101010101010101010101010101"
                "80",
           PROV_E_BOUNDS);
    refuse(HEAD "818241058141058080", PROV_E_BOUNDS); /* a short issuer */
    refuse(HEAD "80814105", PROV_E_BOUNDS);           /* a short key */
    refuse(HEAD "809b7fffffffffffffff", PROV_E_TRUNCATED);
    refuse(HEAD "9b7fffffffffffffff", PROV_E_TRUNCATED);
}

static void what_would_be_refused_is_not_written(void **state)
{
    const struct prov_deny_certificate twice[2] = {{.serial = {5}, .serial_len = 1},
                                                   {.serial = {5}, .serial_len = 1}};
    struct prov_deny_entries entries = {
        .version = 1, .certificates = twice, .certificate_count = 2};
    uint8_t room[512] = {7};
    struct prov_buf buf = PROV_BUF_OF(room);
    (void)state;
    buf.len = 1;
    assert_int_equal(prov_deny_list_encode(&entries, &buf), PROV_E_DETERMINISM);
    entries.certificate_count = 1;
    entries.version = 0;
    assert_int_equal(prov_deny_list_encode(&entries, &buf), PROV_E_BOUNDS);
    entries.version = 1;
    entries.issued = -1;
    assert_int_equal(prov_deny_list_encode(&entries, &buf), PROV_E_FORMAT);
    assert_int_equal(buf.len, 1);
    assert_int_equal(room[0], 7);
    struct prov_buf small = prov_buf_make(room, 8);
    entries.issued = 0;
    assert_int_equal(prov_deny_list_encode(&entries, &small), PROV_E_OVERFLOW);
    assert_int_equal(small.len, 0);
}

/* --- taken ------------------------------------------------------------------------------------ */

static struct prov_deny_certificate certificate(uint8_t issuer, const char *serial)
{
    struct prov_deny_certificate ret = {.serial_len = (uint8_t)strlen(serial)};
    memset(ret.issuer, issuer, sizeof ret.issuer);
    memcpy(ret.serial, serial, strlen(serial));
    return ret;
}

static void order_is_by_issuer_length_and_octets(void **state)
{
    const struct prov_deny_certificate in_order[] = {certificate(1, "b"), certificate(1, "aa"),
                                                     certificate(1, "ab"), certificate(2, "a")};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            int order = prov_deny_certificate_order(&in_order[i], &in_order[j]);
            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
        }
}

static void row26_what_is_listed_is_found_and_nothing_else(void **state)
{
    const struct prov_deny_certificate denied[] = {certificate(1, "b"), certificate(1, "aa"),
                                                   certificate(2, "a")};
    uint8_t keys[2][PROV_HASH_LEN], room[512], other[PROV_HASH_LEN];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_deny_list list;
    (void)state;
    memset(keys[0], 8, sizeof keys[0]);
    memset(keys[1], 9, sizeof keys[1]);
    const struct prov_deny_entries entries = {.version = UINT32_MAX,
                                              .issued = INT64_C(253402300799),
                                              .certificates = denied,
                                              .certificate_count = 3,
                                              .keys = (const uint8_t(*)[PROV_HASH_LEN])keys,
                                              .key_count = 2};
    assert_int_equal(prov_deny_list_encode(&entries, &buf), PROV_OK);
    assert_int_equal(prov_deny_list_decode(prov_buf_bytes(&buf), &list), PROV_OK);
    assert_int_equal(list.version, UINT32_MAX);
    assert_int_equal(list.issued, INT64_C(253402300799));
    assert_int_equal(list.issuer_count, 2);
    assert_int_equal(list.certificate_count, 3);
    assert_int_equal(list.key_count, 2);
    for (size_t i = 0; i < 3; i++)
        assert_true(prov_deny_list_has_certificate(
            &list, denied[i].issuer, PROV_BYTES(denied[i].serial, denied[i].serial_len)));
    memset(other, 3, sizeof other);
    assert_false(prov_deny_list_has_certificate(&list, other, prov_bytes_text("b")));
    assert_false(prov_deny_list_has_certificate(&list, denied[0].issuer, prov_bytes_text("a")));
    assert_false(prov_deny_list_has_certificate(&list, denied[2].issuer, prov_bytes_text("b")));
    assert_true(prov_deny_list_has_key(&list, keys[0]));
    assert_true(prov_deny_list_has_key(&list, keys[1]));
    assert_false(prov_deny_list_has_key(&list, other));
}

static void an_empty_list_denies_nothing(void **state)
{
    const struct prov_deny_entries entries = {.version = 1};
    struct prov_deny_list list;
    struct prov_deny_at at = {0};
    struct prov_bytes issuer, serial;
    uint8_t room[16], digest[PROV_HASH_LEN] = {0};
    struct prov_buf buf = PROV_BUF_OF(room);
    (void)state;
    assert_int_equal(prov_deny_list_encode(&entries, &buf), PROV_OK);
    assert_int_equal(prov_deny_list_decode(prov_buf_bytes(&buf), &list), PROV_OK);
    assert_false(prov_deny_list_next(&list, &at, &issuer, &serial));
    assert_false(prov_deny_list_has_key(&list, digest));
    assert_false(prov_deny_list_has_certificate(&list, digest, prov_bytes_text("1")));
}

/* Octets that devices may have on flash: what is written today is the same but for the signature. */
static void a_kept_list_is_still_read_and_written(void **state)
{
    uint8_t kept[PROV_DENY_LIST_MAX], room[PROV_DENY_LIST_MAX];
    struct prov_buf payload = PROV_BUF_OF(room);
    struct prov_cose_sign1 sign1;
    struct prov_deny_list list;
    (void)state;
    FILE *file = fopen("tests/vectors/cose/sample.deny-list", "rb");
    assert_non_null(file);
    struct prov_bytes bytes = PROV_BYTES(kept, fread(kept, 1, sizeof kept, file));
    fclose(file);
    assert_int_equal(prov_deny_list_open(crypto, bytes, sample_point_11, &list), PROV_OK);
    assert_int_equal(prov_deny_list_encode(&sample_deny_entries, &payload), PROV_OK);
    assert_int_equal(prov_cose_sign1_decode(bytes, &sign1), PROV_OK);
    assert_true(prov_bytes_equal(sign1.payload, prov_buf_bytes(&payload)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h41_another_signer_is_refused),
        cmocka_unit_test(h41_an_altered_list_is_refused_at_every_bit),
        cmocka_unit_test(h41_a_list_that_is_too_large_is_refused),
        cmocka_unit_test(h41_a_newer_format_is_refused_before_anything_else),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(entries_out_of_order_or_twice_are_refused),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(what_would_be_refused_is_not_written),
        cmocka_unit_test(order_is_by_issuer_length_and_octets),
        cmocka_unit_test(row26_what_is_listed_is_found_and_nothing_else),
        cmocka_unit_test(an_empty_list_denies_nothing),
        cmocka_unit_test(a_kept_list_is_still_read_and_written),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
