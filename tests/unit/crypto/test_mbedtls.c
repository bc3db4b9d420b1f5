/* SPDX-License-Identifier: Apache-2.0
 *
 * What the Mbed TLS backend has beyond prov/crypto.h's contract: an arena of the caller's, and nonces that come from
 * the instance's source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prov/crypto.h"

/* What p256-m draws by (libprov/crypto/mbedtls/p256.c). */
int32_t prov_mbedtls_nonce(uint8_t *ret, size_t len);

/* A source that counts, and fails or repeats one octet when it is told to. */
struct source {
    size_t drawn, fail_at;
    int repeat;
};

static bool fill(void *context, uint8_t *out, size_t len)
{
    struct source *source = context;

    for (size_t i = 0; i < len; i++)
        out[i] = source->repeat >= 0 ? (uint8_t)source->repeat : (uint8_t)(source->drawn + i);
    source->drawn += len;
    return source->drawn <= source->fail_at;
}

static struct prov_crypto *make_in(uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8], struct source *source)
{
    const struct prov_random random = {fill, source};
    struct prov_crypto *crypto;

    *source = (struct source){.fail_at = SIZE_MAX, .repeat = -1};
    assert_int_equal(prov_crypto_make_in(arena, PROV_CRYPTO_ARENA_LEN, &random, &crypto), PROV_OK);
    return crypto;
}

/* --- the arena -------------------------------------------------------------------------------- */

static void an_arena_that_is_too_small_is_refused(void **state)
{
    uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8];
    struct source source;
    const struct prov_random random = {fill, &source};
    size_t used = prov_crypto_arena_used(make_in(arena, &source));
    uint8_t before[sizeof arena];

    (void)state;
    memset(arena, 0xa5, sizeof arena);
    memcpy(before, arena, sizeof arena);
    for (size_t len = 0; len < used; len++) {
        struct prov_crypto *crypto = NULL;

        assert_int_equal(prov_crypto_make_in(arena, len, &random, &crypto), PROV_E_MEMORY);
        assert_null(crypto);
        assert_memory_equal(arena, before, sizeof arena);
    }
}

/* All the work is done in the arena's octets and on the stack: behind what was said to be used nothing changes. */
static void the_high_water_mark_is_what_was_used(void **state)
{
    uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8 + 8];
    struct source source;
    struct prov_crypto *crypto;
    struct prov_key key = {0};
    struct prov_hmac hmac = {0};
    struct prov_ecdh ecdh = {0};
    uint8_t octets[100] = {0}, point[PROV_POINT_LEN], signature[PROV_SIGNATURE_LEN];
    const struct prov_bytes aead_key = {octets, 16}, text = {octets, 60};

    (void)state;
    memset(arena, 0xa5, sizeof arena);
    crypto = make_in(arena, &source);
    assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &key, point), PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, octets, signature), PROV_OK);
    assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), octets, signature), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, point), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &ecdh, PROV_BYTES_OF(point), octets), PROV_OK);
    assert_int_equal(prov_crypto_hmac_begin(crypto, &hmac, text), PROV_OK);
    assert_int_equal(prov_crypto_hmac(crypto, &hmac, &text, 1, octets), PROV_OK);
    assert_int_equal(prov_crypto_seal(crypto, PROV_AEAD_AES_128_CCM_8, aead_key, octets + 16, text,
                                      text, octets),
                     PROV_OK);
    assert_in_range(prov_crypto_arena_used(crypto), 1, PROV_CRYPTO_ARENA_LEN);
    for (size_t at = prov_crypto_arena_used(crypto); at < sizeof arena; at++)
        assert_int_equal(((const uint8_t *)arena)[at], 0xa5);
}

/* --- nonces ----------------------------------------------------------------------------------- */

static void nothing_is_signed_without_random(void **state)
{
    uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8];
    struct source source;
    struct prov_crypto *crypto = make_in(arena, &source);
    struct prov_key key = {0};
    uint8_t digest[PROV_HASH_LEN] = {7}, point[PROV_POINT_LEN];
    uint8_t signature[PROV_SIGNATURE_LEN], before[PROV_SIGNATURE_LEN];

    (void)state;
    assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &key, point), PROV_OK);
    memset(signature, 0xa5, sizeof signature);
    memcpy(before, signature, sizeof before);
    source.fail_at = source.drawn; /* fails at once */
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_E_RANDOM);
    assert_memory_equal(signature, before, sizeof before);
    source.fail_at = SIZE_MAX; /* answers, but with what is no nonce: 0, and n and above */
    source.repeat = 0;
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_E_RANDOM);
    source.repeat = 0xff;
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_E_RANDOM);
    assert_memory_equal(signature, before, sizeof before);
    source.repeat = -1; /* and is well again */
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature), PROV_OK);
}

/* Each instance signs with its own source, and the one that p256-m asks is nobody's afterwards. */
static void a_nonce_comes_from_the_instance_that_signs(void **state)
{
    uint64_t arenas[2][PROV_CRYPTO_ARENA_LEN / 8];
    struct source sources[2];
    struct prov_crypto *crypto[2];
    struct prov_key key = {0};
    uint8_t digest[PROV_HASH_LEN] = {7}, signatures[2][PROV_SIGNATURE_LEN], octets[32] = {0};
    const uint8_t zeros[32] = {0};

    (void)state;
    for (int i = 0; i < 2; i++)
        crypto[i] = make_in(arenas[i], &sources[i]);
    assert_int_equal(prov_crypto_key_make(crypto[0], &key), PROV_OK);
    sources[0].drawn = 0;
    for (int i = 0; i < 2; i++)
        assert_int_equal(prov_crypto_sign(crypto[i], &key, digest, signatures[i]), PROV_OK);
    assert_int_equal(sources[0].drawn, PROV_SCALAR_LEN);
    assert_int_equal(sources[1].drawn, PROV_SCALAR_LEN);
    assert_memory_equal(signatures[0], signatures[1], PROV_SIGNATURE_LEN); /* the same nonce */
    assert_int_not_equal(prov_mbedtls_nonce(octets, sizeof octets), 0);
    assert_memory_equal(octets, zeros, sizeof octets);
    assert_int_equal(sources[0].drawn + sources[1].drawn, 2 * PROV_SCALAR_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_that_is_too_small_is_refused),
        cmocka_unit_test(nothing_is_signed_without_random),
        cmocka_unit_test(a_nonce_comes_from_the_instance_that_signs),
        cmocka_unit_test(the_high_water_mark_is_what_was_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
