/* SPDX-License-Identifier: Apache-2.0
 *
 * SubjectPublicKeyInfo and Ecdsa-Sig-Value: one form each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mint.h"

/* The key of RFC 9148, appendix A.2. */
static const uint8_t good[PROV_SPKI_LEN] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0xc8, 0xb4, 0x21, 0xf1, 0x1c,
    0x25, 0xe4, 0x7e, 0x3a, 0xc5, 0x71, 0x23, 0xbf, 0x2d, 0x9f, 0xdc, 0x49, 0x4f, 0x02, 0x8b, 0xc3,
    0x51, 0xcc, 0x80, 0xc0, 0x3f, 0x15, 0x0b, 0xf5, 0x0c, 0xff, 0x95, 0x8d, 0x75, 0x41, 0x9d, 0x81,
    0xa6, 0xa2, 0x45, 0xdf, 0xfa, 0xe7, 0x90, 0xbe, 0x95, 0xcf, 0x75, 0xf6, 0x02, 0xf9, 0x15, 0x26,
    0x18, 0xf8, 0x16, 0xa2, 0xb2, 0x3b, 0x56, 0x38, 0xe5, 0x9f, 0xd9};

static prov_result decode(struct prov_bytes spki)
{
    struct prov_bytes point = PROV_BYTES_NONE;
    prov_result result = prov_spki_decode(spki, &point);

    if (result != PROV_OK)
        assert_null(point.data);
    return result;
}

static void h21_spki_is_exactly_the_91_octets(void **state)
{
    uint8_t copy[PROV_SPKI_LEN + 1];

    (void)state;
    assert_int_equal(decode(PROV_BYTES_NONE), PROV_E_FORMAT);
    for (size_t len = 0; len < sizeof good; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1); /* so that reading on is seen */

        memcpy(exact, good, len);
        assert_int_equal(decode(PROV_BYTES(exact, len)), PROV_E_FORMAT);
        free(exact);
    }
    memcpy(copy, good, sizeof good);
    copy[PROV_SPKI_LEN] = 0;
    assert_int_equal(decode(PROV_BYTES_OF(copy)), PROV_E_FORMAT);
    /* No bit of the 26 octets before X is free. */
    for (size_t bit = 0; bit < 8 * 27; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(decode(PROV_BYTES(copy, sizeof good)), PROV_OK);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(decode(PROV_BYTES(copy, sizeof good)), PROV_OK);
}

static void h25_spki_lengths_are_minimal(void **state)
{
    uint8_t spki[PROV_SPKI_LEN + 1] = {0x30, 0x81, 0x59};

    (void)state;
    memcpy(spki + 3, good + 2, sizeof good - 2);
    assert_int_equal(decode(PROV_BYTES_OF(spki)), PROV_E_FORMAT);
    spki[1] = 0x80; /* indefinite */
    assert_int_equal(decode(PROV_BYTES_OF(spki)), PROV_E_FORMAT);
}

static void row17_rsa_and_eddsa_keys_are_refused(void **state)
{
    (void)state;
    /* rsaEncryption, NULL; a tiny modulus stands for a large one */
    assert_int_equal(
        decode(OCTETS("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x09"
                      "\x00\x30\x06\x02\x01\x23\x02\x01\x03")),
        PROV_E_ALGORITHM);
    assert_int_equal(decode(OCTETS("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
                                   "0123456789abcdef0123456789abcdef")),
                     PROV_E_ALGORITHM);
}

static void row18_other_curves_and_explicit_parameters_are_refused(void **state)
{
    (void)state;
    /* secp224r1, secp384r1: only the identifier, since it is read first */
    assert_int_equal(decode(OCTETS("\x30\x17\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05"
                                   "\x2b\x81\x04\x00\x21\x03\x03\x00\x04\x01")),
                     PROV_E_ALGORITHM);
    assert_int_equal(decode(OCTETS("\x30\x17\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05"
                                   "\x2b\x81\x04\x00\x22\x03\x03\x00\x04\x01")),
                     PROV_E_ALGORITHM);
    /* ECParameters in full, implicitCurve (NULL), none */
    assert_int_equal(decode(OCTETS("\x30\x15\x30\x0e\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x30\x03"
                                   "\x02\x01\x01\x03\x03\x00\x04\x01")),
                     PROV_E_ALGORITHM);
    assert_int_equal(decode(OCTETS("\x30\x12\x30\x0b\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x05\x00"
                                   "\x03\x03\x00\x04\x01")),
                     PROV_E_ALGORITHM);
    assert_int_equal(decode(OCTETS("\x30\x10\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x03\x03"
                                   "\x00\x04\x01")),
                     PROV_E_ALGORITHM);
}

static void row19_compressed_and_hybrid_points_are_refused(void **state)
{
    uint8_t compressed[PROV_SPKI_LEN - 32], hybrid[PROV_SPKI_LEN];

    (void)state;
    memcpy(compressed, good, sizeof compressed);
    compressed[1] -= 32;
    compressed[24] -= 32;
    for (uint8_t first = 2; first <= 3; first++) {
        compressed[26] = first;
        assert_int_equal(decode(PROV_BYTES_OF(compressed)), PROV_E_POINT);
    }
    memcpy(hybrid, good, sizeof hybrid);
    for (uint8_t first = 0; first < 8; first++) {
        hybrid[26] = first;
        assert_int_equal(decode(PROV_BYTES_OF(hybrid)), first == 4 ? PROV_OK : PROV_E_POINT);
    }
}

static void spki_goes_there_and_back(void **state)
{
    struct prov_bytes point;
    uint8_t again[PROV_SPKI_LEN];

    (void)state;
    assert_int_equal(prov_spki_decode(PROV_BYTES_OF(good), &point), PROV_OK);
    assert_ptr_equal(point.data, good + PROV_SPKI_LEN - PROV_POINT_LEN);
    assert_int_equal(point.len, PROV_POINT_LEN);
    prov_spki_encode(point.data, again);
    assert_memory_equal(again, good, sizeof good);
}

/* --- signatures ------------------------------------------------------------------------------- */

static void h25_signatures_are_strict_der(void **state)
{
    const struct {
        struct prov_bytes der;
        prov_result result;
    } bad[] = {
        {OCTETS(""), PROV_E_FORMAT},
        {OCTETS("\x30"), PROV_E_FORMAT},
        {OCTETS("\x30\x06\x02\x01\x01\x02\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x06\x02\x01\x01\x02\x01\x01\x00"), PROV_E_FORMAT},
        {OCTETS("\x30\x07\x02\x01\x01\x02\x01\x01\x00"), PROV_E_FORMAT},
        {OCTETS("\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x81\x06\x02\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x80\x02\x01\x01\x02\x01\x01\x00\x00"), PROV_E_FORMAT},
        {OCTETS("\x30\x84\x00\x00\x00\x06\x02\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x07\x02\x81\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x07\x02\x02\x00\x01\x02\x01\x01"), PROV_E_FORMAT}, /* not minimal */
        {OCTETS("\x30\x06\x02\x01\xff\x02\x01\x01"), PROV_E_SIGNATURE},  /* negative */
        {OCTETS("\x30\x05\x02\x00\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x06\x03\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x31\x06\x02\x01\x01\x02\x01\x01"), PROV_E_FORMAT},
        {OCTETS("\x30\x06\x02\x01\x00\x02\x01\x01"), PROV_E_SIGNATURE}, /* r = 0 */
        {OCTETS("\x30\x06\x02\x01\x01\x02\x01\x00"), PROV_E_SIGNATURE}, /* s = 0 */
        {OCTETS("\x30\x26\x02\x01\x01\x02\x21\x00\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff"
                "\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"),
         PROV_E_SIGNATURE}, /* s = n */
        {OCTETS("\x30\x26\x02\x21\x01\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff"
                "\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51\x02\x01\x01"),
         PROV_E_SIGNATURE}, /* r of 33 octets */
    };
    uint8_t raw[PROV_SIGNATURE_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(prov_ecdsa_decode(bad[i].der, raw), bad[i].result);
}

static void signatures_go_there_and_back(void **state)
{
    uint8_t raw[PROV_SIGNATURE_LEN], again[PROV_SIGNATURE_LEN], der[PROV_ECDSA_DER_MAX];

    (void)state;
    for (size_t zeros = 0; zeros < 32; zeros++) { /* r and s of every length */
        for (int top = 0; top < 2; top++) {
            struct prov_buf buf = PROV_BUF_OF(der);

            memset(raw, 0, sizeof raw);
            memset(raw + zeros, top ? 0xf1 : 0x71, 32 - zeros);
            memset(raw + 64 - zeros - 1, top ? 0x80 : 0x7f, zeros + 1);
            prov_ecdsa_encode(raw, &buf);
            assert_int_equal(prov_buf_result(&buf), PROV_OK);
            assert_int_equal(prov_ecdsa_decode(prov_buf_bytes(&buf), again), PROV_OK);
            assert_memory_equal(raw, again, sizeof raw);
        }
    }
}

static void the_longest_signature_has_72_octets(void **state)
{
    uint8_t raw[PROV_SIGNATURE_LEN], der[PROV_ECDSA_DER_MAX];
    struct prov_buf buf = PROV_BUF_OF(der), small = prov_buf_make(der, sizeof der - 1);

    (void)state;
    memset(raw, 0xf0, sizeof raw);
    prov_ecdsa_encode(raw, &small);
    assert_int_equal(prov_buf_result(&small), PROV_E_OVERFLOW);
    prov_ecdsa_encode(raw, &buf);
    assert_int_equal(prov_buf_result(&buf), PROV_OK);
    assert_int_equal(buf.len, PROV_ECDSA_DER_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h21_spki_is_exactly_the_91_octets),
        cmocka_unit_test(h25_spki_lengths_are_minimal),
        cmocka_unit_test(row17_rsa_and_eddsa_keys_are_refused),
        cmocka_unit_test(row18_other_curves_and_explicit_parameters_are_refused),
        cmocka_unit_test(row19_compressed_and_hybrid_points_are_refused),
        cmocka_unit_test(spki_goes_there_and_back),
        cmocka_unit_test(h25_signatures_are_strict_der),
        cmocka_unit_test(signatures_go_there_and_back),
        cmocka_unit_test(the_longest_signature_has_72_octets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
