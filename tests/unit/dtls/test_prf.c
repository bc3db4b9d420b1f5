/* SPDX-License-Identifier: Apache-2.0
 *
 * The PRF against values that others worked out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "libprov/dtls/engine.h"

static void row21_the_prf_is_p_sha256(void **state)
{
    /* the vector for P_SHA256 that the TLS working group's list passes around: 100 octets */
    static const char expected[] = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5"
                                   "a6b301791e90d35c9c9a46b4e14baf9af"
                                   "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789b"
                                   "aa48082d122ee42c5a72e5a5110fff701"
                                   "87347b66";
    static const uint8_t secret[] = {0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17,
                                     0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71, 0xdb, 0x35};
    static const uint8_t seed[] = {0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18,
                                   0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5, 0x19, 0x8c};
    struct prov_crypto *crypto = NULL;
    uint8_t octets[100];
    char text[201];

    (void)state;
    assert_int_equal(prov_crypto_make(NULL, &crypto), PROV_OK);
    assert_int_equal(prov_prf(crypto, PROV_BYTES_OF(secret), "test label", PROV_BYTES_OF(seed),
                              octets, sizeof(octets)),
                     PROV_OK);
    for (size_t i = 0; i < sizeof(octets); i++) {
        text[2 * i] = "0123456789abcdef"[octets[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
    }
    text[200] = 0;
    assert_string_equal(text, expected);
    prov_crypto_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row21_the_prf_is_p_sha256),
    };
    return cmocka_run_group_tests_name("dtls prf", tests, NULL, NULL);
}
