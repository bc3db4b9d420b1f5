/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fake backend has beyond prov/crypto.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake_crypto/fake_crypto.h"

static struct prov_crypto *crypto_make(void)
{
    struct prov_crypto *crypto;

    assert_int_equal(prov_crypto_make(NULL, &crypto), PROV_OK);
    return crypto;
}

static void the_call_that_was_named_fails_once(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t octets[32];

    (void)state;
    prov_fake_fail(crypto, 2);
    assert_int_equal(prov_crypto_random(crypto, octets, sizeof octets), PROV_OK);
    assert_int_equal(prov_crypto_sha256(crypto, NULL, 0, octets), PROV_E_INTERNAL);
    assert_int_equal(prov_crypto_sha256(crypto, NULL, 0, octets), PROV_OK);
    prov_fake_fail(crypto, 1);
    assert_int_equal(prov_crypto_random(crypto, octets, sizeof octets), PROV_E_RANDOM);
    assert_int_equal(prov_fake_calls(crypto), 4);
    prov_crypto_free(crypto);
}

static void the_trace_tells_operations_and_lengths(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    const struct prov_fake_entry *trace;
    uint8_t octets[32] = {0};
    struct prov_bytes part = PROV_BYTES_OF(octets);
    size_t count;

    (void)state;
    assert_int_equal(prov_crypto_random(crypto, octets, 7), PROV_OK);
    prov_fake_trace_clear(crypto);
    assert_int_equal(prov_crypto_sha256(crypto, &part, 1, octets), PROV_OK);
    assert_int_equal(prov_crypto_point_check(crypto, part), PROV_E_POINT);
    trace = prov_fake_trace(crypto, &count);
    assert_int_equal(count, 2);
    assert_int_equal(trace[0].operation, PROV_FAKE_SHA256);
    assert_int_equal(trace[0].len, 32);
    assert_int_equal(trace[1].operation, PROV_FAKE_POINT_CHECK);
    prov_crypto_free(crypto);
}

static void digests_differ(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    static uint8_t seen[4096][PROV_HASH_LEN];
    uint8_t text[64] = {0};

    (void)state;
    for (size_t i = 0; i < 4096; i++) { /* every number, in every length */
        struct prov_bytes part = {text, 2 + i % 62};

        text[0] = (uint8_t)(i >> 8);
        text[1] = (uint8_t)i;
        assert_int_equal(prov_crypto_sha256(crypto, &part, 1, seen[i]), PROV_OK);
        for (size_t j = i > 200 ? i - 200 : 0; j < i; j++)
            assert_memory_not_equal(seen[i], seen[j], 8);
    }
    prov_crypto_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_call_that_was_named_fails_once),
        cmocka_unit_test(the_trace_tells_operations_and_lengths),
        cmocka_unit_test(digests_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
