/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prov/coap.h"
#include "prov/cose.h"
#include "tests/unit/core/octets.h"

/* RFC 9052, appendices C.2.1 (without its tag 18) and C.7.1 */
#define SIGNATURE                                                                                  \
    "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e"                             \
    "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36"
#define PAYLOAD "546869732069732074686520636f6e74656e742e"
#define C_2_1   "8443a10126a10442313154" PAYLOAD "5840" SIGNATURE
#define POINT_11                                                                                   \
    "04bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"                           \
    "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
#define SCALAR_11 "57c92077664146e876760c9520d054aa93c3afb04e306705db6090308507b4d3"

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

static void refuse(const char *hex, prov_result expected)
{
    struct octets octets = octets_of(hex);
    struct prov_cose_sign1 sign1 = {.content_type = 777};
    prov_result result = prov_cose_sign1_decode(OCTETS_VIEW(octets), &sign1);

    if (result != expected || sign1.content_type != 777)
        fail_msg("%s: %04x, not %04x", hex, (unsigned)result, (unsigned)expected);
}

/* --- refused --------------------------------------------------------------------------------- */

static void other_shapes_are_refused(void **state)
{
    (void)state;
    refuse("d2" C_2_1, PROV_E_FORMAT); /* the Content-Format says what it is: no tag */
    refuse("80", PROV_E_FORMAT);
    refuse("8343a10126a054" PAYLOAD, PROV_E_FORMAT);
    refuse("8543a10126a054" PAYLOAD "5840" SIGNATURE "00", PROV_E_FORMAT);
    refuse("84a10126a054" PAYLOAD "5840" SIGNATURE, PROV_E_FORMAT); /* the map itself */
    refuse("8443a10126a0f65840" SIGNATURE, PROV_E_FORMAT);          /* detached */
    refuse("8443a10126a061615840" SIGNATURE, PROV_E_FORMAT);        /* text */
    refuse("8443a1012680540000000000000000000000000000000000000000", PROV_E_FORMAT);
    refuse("a0", PROV_E_FORMAT);
}

static void signatures_of_other_lengths_are_refused(void **state)
{
    (void)state;
    refuse("8443a10126a04101 40", PROV_E_FORMAT);
    refuse("8443a10126a04101 4100", PROV_E_FORMAT);
    refuse("8443a10126a04101 5841" SIGNATURE "00", PROV_E_FORMAT);
}

static void row22_other_algorithms_are_refused(void **state)
{
    (void)state;
    refuse("8444a1013822a041015840" SIGNATURE, PROV_E_ALGORITHM); /* ES384 */
    refuse("8443a10127a041015840" SIGNATURE, PROV_E_ALGORITHM);   /* EdDSA */
    refuse("8443a10105a041015840" SIGNATURE, PROV_E_ALGORITHM);   /* HMAC */
    refuse("8445a1013a0000a041015840" SIGNATURE, PROV_E_TRUNCATED);
}

static void headers_without_an_algorithm_are_refused(void **state)
{
    (void)state;
    refuse("8440a041015840" SIGNATURE, PROV_E_TRUNCATED); /* h'': an empty map */
    refuse("8441a0a041015840" SIGNATURE, PROV_E_FORMAT);
    refuse("8443a10300a041015840" SIGNATURE, PROV_E_FORMAT);
    refuse("8441a0a1012641015840" SIGNATURE, PROV_E_FORMAT); /* unprotected */
}

static void other_headers_are_refused(void **state)
{
    (void)state;
    refuse("8446a20126028101a041015840" SIGNATURE, PROV_E_FORMAT);    /* crit */
    refuse("8446a20126044131a041015840" SIGNATURE, PROV_E_FORMAT);    /* kid, protected */
    refuse("8443a10126a1054100 41015840" SIGNATURE, PROV_E_FORMAT);   /* IV */
    refuse("8443a10126a1182141 0041015840" SIGNATURE, PROV_E_FORMAT); /* x5chain */
    refuse("8443a10126a1040041015840" SIGNATURE, PROV_E_FORMAT);      /* kid, not a bstr */
    refuse("8446a201260361 61a041015840" SIGNATURE, PROV_E_FORMAT);   /* content type as text */
    refuse("8447a201260319ffffa041015840" SIGNATURE, PROV_E_FORMAT);  /* 65535 is none */
    refuse("8449a20126031a00010000a041015840" SIGNATURE, PROV_E_FORMAT);
    refuse("8444a1012600a041015840" SIGNATURE, PROV_E_TRAILING);
}

static void other_encodings_are_refused(void **state)
{
    (void)state;
    refuse("8445a203000126a041015840" SIGNATURE, PROV_E_DETERMINISM);
    refuse("845803a10126a041015840" SIGNATURE, PROV_E_DETERMINISM);
    refuse("9f43a10126a041015840" SIGNATURE "ff", PROV_E_FORMAT);
    refuse("8443a10126a04101590040" SIGNATURE, PROV_E_DETERMINISM);
    refuse(C_2_1 "00", PROV_E_TRAILING);
}

static void a_cut_message_is_truncated_at_every_octet(void **state)
{
    struct octets octets = octets_of(C_2_1);
    struct prov_cose_sign1 sign1;

    (void)state;
    for (size_t cut = 0; cut < octets.len; cut++)
        assert_int_equal(prov_cose_sign1_decode(PROV_BYTES(octets.data, cut), &sign1),
                         PROV_E_TRUNCATED);
}

/* Whatever bit is turned, the message is refused: by its shape, or because the signature is over
 * it. The kid is the exception, since nothing reads it. */
static void an_altered_message_does_not_verify(void **state)
{
    enum { KID_AT = 8, KID_END = 10 };
    struct octets octets = octets_of(C_2_1), point = octets_of(POINT_11);

    (void)state;
    for (size_t bit = 0; bit < 8 * octets.len; bit++) {
        struct prov_cose_sign1 sign1;
        if (bit / 8 >= KID_AT && bit / 8 < KID_END)
            continue;
        octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        prov_result result = prov_cose_sign1_decode(OCTETS_VIEW(octets), &sign1);
        if (result == PROV_OK)
            result = prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_NONE, point.data);
        if (result == PROV_OK)
            fail_msg("bit %zu does not matter", bit);
        octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void another_key_or_binding_does_not_verify(void **state)
{
    struct octets octets = octets_of(C_2_1), point = octets_of(POINT_11);
    struct octets other =
        octets_of("0465eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
                  "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
    struct prov_cose_sign1 sign1;
    static const uint8_t zero[1];

    (void)state;
    assert_int_equal(prov_cose_sign1_decode(OCTETS_VIEW(octets), &sign1), PROV_OK);
    assert_int_equal(prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_NONE, other.data),
                     PROV_E_SIGNATURE);
    assert_int_equal(prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_OF(zero), point.data),
                     PROV_E_SIGNATURE);
    other.data[64] ^= 1; /* not on the curve */
    assert_int_equal(prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_NONE, other.data),
                     PROV_E_POINT);
}

static void a_message_that_does_not_fit_overflows(void **state)
{
    static const uint8_t signature[PROV_SIGNATURE_LEN];
    uint8_t room[64];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_cose_sign1_finish(PROV_CF_COSE_KEY, PROV_BYTES_NONE, signature, &buf),
                     PROV_E_OVERFLOW);
    static const uint8_t binding[64];
    uint8_t digest[PROV_HASH_LEN];
    assert_int_equal(prov_cose_sign1_digest(crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                                            PROV_BYTES_NONE, digest),
                     PROV_E_OVERFLOW);
}

/* --- accepted -------------------------------------------------------------------------------- */

static void rfc9052_c_2_1_verifies(void **state)
{
    struct octets octets = octets_of(C_2_1), point = octets_of(POINT_11);
    struct prov_cose_sign1 sign1;

    (void)state;
    assert_int_equal(octets.len, 98 - 1); /* "Size of binary file is 98 bytes", with the tag */
    assert_int_equal(prov_cose_sign1_decode(OCTETS_VIEW(octets), &sign1), PROV_OK);
    assert_int_equal(sign1.content_type, PROV_COSE_NO_CONTENT_TYPE);
    assert_true(prov_bytes_equal(sign1.payload, prov_bytes_text("This is the content.")));
    assert_int_equal(prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_NONE, point.data), PROV_OK);
}

/* Payloads of lengths around each form of a head. */
static void what_is_signed_verifies(void **state)
{
    static const size_t lengths[] = {0, 23, 24, 255, 256, 600};
    static const uint8_t payload[600] = {1, 2, 3}, binding[20] = {9, 8, 7};
    struct octets point = octets_of(POINT_11), scalar = octets_of(SCALAR_11);
    struct prov_key key = {{0}};

    (void)state;
    assert_int_equal(prov_crypto_key_load(crypto, OCTETS_VIEW(scalar), &key), PROV_OK);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN], room[800];
        struct prov_buf buf = PROV_BUF_OF(room);
        struct prov_bytes content = PROV_BYTES(payload, lengths[i]);
        struct prov_cose_sign1 sign1;
        assert_int_equal(prov_cose_sign1_digest(crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                                                content, digest),
                         PROV_OK);
        assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
        assert_int_equal(prov_cose_sign1_finish(PROV_CF_COSE_KEY, content, signature, &buf),
                         PROV_OK);
        assert_int_equal(prov_cose_sign1_decode(prov_buf_bytes(&buf), &sign1), PROV_OK);
        assert_int_equal(sign1.content_type, PROV_CF_COSE_KEY);
        assert_true(prov_bytes_equal(sign1.payload, content));
        assert_int_equal(prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_OF(binding), point.data),
                         PROV_OK);
    }
    prov_crypto_key_drop(crypto, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(signatures_of_other_lengths_are_refused),
        cmocka_unit_test(row22_other_algorithms_are_refused),
        cmocka_unit_test(headers_without_an_algorithm_are_refused),
        cmocka_unit_test(other_headers_are_refused),
        cmocka_unit_test(other_encodings_are_refused),
        cmocka_unit_test(a_cut_message_is_truncated_at_every_octet),
        cmocka_unit_test(an_altered_message_does_not_verify),
        cmocka_unit_test(another_key_or_binding_does_not_verify),
        cmocka_unit_test(a_message_that_does_not_fit_overflows),
        cmocka_unit_test(rfc9052_c_2_1_verifies),
        cmocka_unit_test(what_is_signed_verifies),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
