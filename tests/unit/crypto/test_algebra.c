/* SPDX-License-Identifier: Apache-2.0
 *
 * What prov/crypto.h promises, whichever backend is linked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prov/crypto.h"

/* n, the order of P-256. */
static const uint8_t order[PROV_SCALAR_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static bool fill_counter(void *context, uint8_t *out, size_t len)
{
    uint8_t *counter = context;

    for (size_t i = 0; i < len; i++)
        out[i] = (*counter)++;
    return true;
}

static bool fill_ones(void *context, uint8_t *out, size_t len)
{
    (void)context;
    memset(out, 0xff, len);
    return true;
}

static bool fill_nothing(void *context, uint8_t *out, size_t len)
{
    (void)context;
    memset(out, 0x5a, len / 2);
    return false;
}

static struct prov_crypto *crypto_make(void)
{
    struct prov_crypto *crypto;

    assert_int_equal(prov_crypto_make(NULL, &crypto), PROV_OK);
    return crypto;
}

static struct prov_crypto *crypto_make_with(bool (*fill)(void *, uint8_t *, size_t), void *context)
{
    struct prov_random random = {fill, context};
    struct prov_crypto *crypto;

    assert_int_equal(prov_crypto_make(&random, &crypto), PROV_OK);
    return crypto;
}

/* --- refusals --------------------------------------------------------------------------------- */

/* Compressed, hybrid, infinity, short, long, off the curve: in every function that takes a point.
 */
static void h24_bad_points_are_refused(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_ecdh ecdh = {0};
    uint8_t point[PROV_POINT_LEN + 1] = {0}, secret[PROV_SCALAR_LEN], before[PROV_SCALAR_LEN];
    uint8_t digest[PROV_HASH_LEN] = {1}, signature[PROV_SIGNATURE_LEN];
    static const struct {
        uint8_t first;
        size_t len;
        uint8_t flip;
    } bad[] = {
        {0x02, 33, 0}, {0x03, 33, 0}, {0x02, 65, 0}, {0x06, 65, 0}, {0x07, 65, 0}, {0x00, 1, 0},
        {0x00, 65, 0}, {0x04, 64, 0}, {0x04, 66, 0}, {0x04, 0, 0},  {0x04, 65, 1}, {0x04, 65, 0x80},
    };

    (void)state;
    memset(signature, 1, sizeof signature);
    assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, point), PROV_OK);
    assert_int_equal(prov_crypto_point_check(crypto, PROV_BYTES(point, PROV_POINT_LEN)), PROV_OK);
    memset(secret, 0xa5, sizeof secret);
    memset(before, 0xa5, sizeof before);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct prov_bytes bytes = {point, bad[i].len};

        point[0] = bad[i].first;
        point[40] ^= bad[i].flip;
        assert_int_equal(prov_crypto_point_check(crypto, bytes), PROV_E_POINT);
        assert_int_equal(prov_crypto_ecdh_agree(crypto, &ecdh, bytes, secret), PROV_E_POINT);
        assert_memory_equal(secret, before, sizeof secret);
        assert_int_equal(prov_crypto_verify(crypto, bytes, digest, signature), PROV_E_POINT);
        point[40] ^= bad[i].flip;
    }
    point[0] = 0x04;
    memset(point + 1, 0xff, 64); /* coordinates above p */
    assert_int_equal(prov_crypto_point_check(crypto, PROV_BYTES(point, PROV_POINT_LEN)),
                     PROV_E_POINT);
    memset(point + 1, 0, 64);
    assert_int_equal(prov_crypto_point_check(crypto, PROV_BYTES(point, PROV_POINT_LEN)),
                     PROV_E_POINT);
    prov_crypto_ecdh_drop(crypto, &ecdh);
    prov_crypto_free(crypto);
}

static const enum prov_aead aeads[] = {PROV_AEAD_AES_128_CCM_8, PROV_AEAD_AES_128_CCM,
                                       PROV_AEAD_AES_256_GCM, PROV_AEAD_CHACHA20_POLY1305};
#define AEADS (sizeof aeads / sizeof aeads[0])

static void altered_seals_do_not_open(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t key[PROV_AEAD_KEY_MAX] = {1}, nonce[PROV_AEAD_NONCE_LEN] = {2}, aad[13] = {3};
    uint8_t plain[24] = {4}, sealed[24 + PROV_AEAD_TAG_MAX], ret[24];

    (void)state;
    for (size_t i = 0; i < AEADS; i++) {
        struct prov_bytes k = {key, prov_aead_key_len(aeads[i])};
        struct prov_bytes all = {sealed, sizeof plain + prov_aead_tag_len(aeads[i])};
        uint8_t *const places[] = {key, nonce, aad};
        const size_t lens[] = {k.len, sizeof nonce, sizeof aad};

        assert_int_equal(prov_crypto_seal(crypto, aeads[i], k, nonce, PROV_BYTES_OF(aad),
                                          PROV_BYTES_OF(plain), sealed),
                         PROV_OK);
        for (size_t bit = 0; bit < 8 * all.len; bit++) {
            sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            memset(ret, 0x77, sizeof ret);
            assert_int_equal(
                prov_crypto_open(crypto, aeads[i], k, nonce, PROV_BYTES_OF(aad), all, ret),
                PROV_E_DIGEST);
            assert_memory_not_equal(ret, plain, sizeof ret);
            sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t p = 0; p < 3; p++) {
            for (size_t at = 0; at < lens[p]; at++) {
                places[p][at] ^= 0x10;
                assert_int_equal(
                    prov_crypto_open(crypto, aeads[i], k, nonce, PROV_BYTES_OF(aad), all, ret),
                    PROV_E_DIGEST);
                places[p][at] ^= 0x10;
            }
        }
        for (size_t len = 0; len < all.len; len++)
            assert_int_equal(prov_crypto_open(crypto, aeads[i], k, nonce, PROV_BYTES_OF(aad),
                                              PROV_BYTES(sealed, len), ret),
                             len < prov_aead_tag_len(aeads[i]) ? PROV_E_TRUNCATED : PROV_E_DIGEST);
        /* A failure leaves nothing behind that spoils the next call. */
        assert_int_equal(prov_crypto_open(crypto, aeads[i], k, nonce, PROV_BYTES_OF(aad), all, ret),
                         PROV_OK);
        assert_memory_equal(ret, plain, sizeof ret);
    }
    prov_crypto_free(crypto);
}

static void aead_arguments_are_checked(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t key[PROV_AEAD_KEY_MAX] = {1}, nonce[PROV_AEAD_NONCE_LEN] = {2}, octets[40] = {0};

    (void)state;
    for (size_t i = 0; i < AEADS; i++) {
        struct prov_bytes k = {key, prov_aead_key_len(aeads[i]) - 1};

        assert_int_equal(prov_crypto_seal(crypto, aeads[i], k, nonce, PROV_BYTES_NONE,
                                          PROV_BYTES(octets, 8), octets),
                         PROV_E_BOUNDS);
        assert_int_equal(prov_crypto_open(crypto, aeads[i], k, nonce, PROV_BYTES_NONE,
                                          PROV_BYTES(octets, 40), octets),
                         PROV_E_BOUNDS);
    }
    for (int i = 0; i < 2; i++) {
        enum prov_aead none = i == 0 ? (enum prov_aead)0 : (enum prov_aead)5;

        assert_int_equal(prov_aead_key_len(none), 0);
        assert_int_equal(prov_aead_tag_len(none), 0);
        assert_int_equal(prov_crypto_seal(crypto, none, PROV_BYTES(key, 16), nonce, PROV_BYTES_NONE,
                                          PROV_BYTES(octets, 8), octets),
                         PROV_E_ALGORITHM);
        assert_int_equal(prov_crypto_open(crypto, none, PROV_BYTES(key, 16), nonce, PROV_BYTES_NONE,
                                          PROV_BYTES(octets, 40), octets),
                         PROV_E_ALGORITHM);
    }
    prov_crypto_free(crypto);
}

static void other_signatures_do_not_verify(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_key key = {0}, other = {0};
    uint8_t digest[PROV_HASH_LEN] = {1}, signature[PROV_SIGNATURE_LEN], point[PROV_POINT_LEN];

    (void)state;
    assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_OK);
    assert_int_equal(prov_crypto_key_make(crypto, &other), PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &other, point), PROV_OK);
    assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature),
                     PROV_E_SIGNATURE);
    assert_int_equal(prov_crypto_key_public(crypto, &key, point), PROV_OK);
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 1;
        assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature),
                         PROV_E_SIGNATURE);
        signature[i] ^= 1;
    }
    digest[31] ^= 1;
    assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature),
                     PROV_E_SIGNATURE);
    digest[31] ^= 1;
    assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature), PROV_OK);
    for (int half = 0; half < 2; half++) { /* r, then s: zero, n */
        uint8_t copy[PROV_SIGNATURE_LEN];

        memcpy(copy, signature, sizeof copy);
        memset(copy + 32 * half, 0, 32);
        assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, copy),
                         PROV_E_SIGNATURE);
        memcpy(copy + 32 * half, order, 32);
        assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, copy),
                         PROV_E_SIGNATURE);
    }
    prov_crypto_key_drop(crypto, &key);
    prov_crypto_key_drop(crypto, &other);
    prov_crypto_free(crypto);
}

static void row22_scalars_out_of_range_are_refused(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_key key = {0}, zero = {0};
    uint8_t scalar[PROV_SCALAR_LEN + 1] = {0};

    (void)state;
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 32), &key), PROV_E_BOUNDS);
    memcpy(scalar, order, sizeof order);
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 32), &key), PROV_E_BOUNDS);
    scalar[31]++;
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 32), &key), PROV_E_BOUNDS);
    scalar[31] -= 2; /* n - 1 */
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 31), &key), PROV_E_BOUNDS);
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 33), &key), PROV_E_BOUNDS);
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 0), &key), PROV_E_BOUNDS);
    assert_memory_equal(&key, &zero, sizeof key);
    assert_int_equal(prov_crypto_key_load(crypto, PROV_BYTES(scalar, 32), &key), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
    prov_crypto_free(crypto);
}

/* RFC 7925, section 12: without random numbers nothing is generated. */
static void nothing_is_generated_without_random(void **state)
{
    bool (*const bad[])(void *, uint8_t *, size_t) = {fill_nothing, fill_ones};
    struct prov_ecdh ecdh = {0}, no_ecdh = {0};
    struct prov_key key = {0}, no_key = {0};
    uint8_t octets[32], point[PROV_POINT_LEN], before[PROV_POINT_LEN];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct prov_crypto *crypto = crypto_make_with(bad[i], NULL);

        memset(point, 0xa5, sizeof point);
        memset(before, 0xa5, sizeof before);
        assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, point), PROV_E_RANDOM);
        assert_memory_equal(point, before, sizeof point);
        assert_memory_equal(&ecdh, &no_ecdh, sizeof ecdh);
        assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_E_RANDOM);
        assert_memory_equal(&key, &no_key, sizeof key);
        if (bad[i] == fill_nothing) {
            assert_int_equal(prov_crypto_random(crypto, octets, sizeof octets), PROV_E_RANDOM);
            for (size_t at = 0; at < sizeof octets; at++)
                assert_int_equal(octets[at], 0);
        }
        prov_crypto_free(crypto);
    }
}

static void what_was_not_begun_is_not_used(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_hash hash = {0};
    struct prov_hmac hmac = {0};
    struct prov_ecdh ecdh = {0};
    struct prov_key key = {0};
    struct prov_secret secret;
    uint8_t octets[PROV_POINT_LEN] = {0};

    (void)state;
    assert_int_equal(prov_crypto_hash_add(crypto, &hash, PROV_BYTES_NONE), PROV_E_STATE);
    assert_int_equal(prov_crypto_hash_peek(crypto, &hash, octets), PROV_E_STATE);
    assert_int_equal(prov_crypto_hmac(crypto, &hmac, NULL, 0, octets), PROV_E_STATE);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &ecdh, PROV_BYTES_OF(octets), octets),
                     PROV_E_STATE);
    assert_int_equal(prov_crypto_key_save(crypto, &key, &secret), PROV_E_STATE);
    assert_int_equal(prov_crypto_key_public(crypto, &key, octets), PROV_E_STATE);
    assert_int_equal(prov_crypto_sign(crypto, &key, octets, octets), PROV_E_STATE);
    prov_crypto_free(crypto);
}

static void dropping_twice_does_nothing(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t point[PROV_POINT_LEN];

    (void)state;
    for (int i = 0; i < 2; i++) { /* never begun, then begun */
        struct prov_hash hash = {0};
        struct prov_hmac hmac = {0};
        struct prov_ecdh ecdh = {0};
        struct prov_key key = {0};

        if (i == 1) {
            assert_int_equal(prov_crypto_hash_begin(crypto, &hash), PROV_OK);
            assert_int_equal(prov_crypto_hmac_begin(crypto, &hmac, PROV_BYTES_NONE), PROV_OK);
            assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, point), PROV_OK);
            assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_OK);
        }
        for (int again = 0; again < 2; again++) {
            prov_crypto_hash_drop(crypto, &hash);
            prov_crypto_hmac_drop(crypto, &hmac);
            prov_crypto_ecdh_drop(crypto, &ecdh);
            prov_crypto_key_drop(crypto, &key);
        }
    }
    prov_crypto_free(crypto);
    prov_crypto_free(NULL);
}

/* --- what works ------------------------------------------------------------------------------- */

static void seals_open_at_every_length(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    uint8_t key[PROV_AEAD_KEY_MAX] = {1}, nonce[PROV_AEAD_NONCE_LEN] = {2};
    uint8_t plain[70], sealed[70 + PROV_AEAD_TAG_MAX], in_place[sizeof sealed], ret[sizeof sealed];

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)i;
    for (size_t len = 0; len < AEADS * sizeof plain; len++) {
        enum prov_aead aead = aeads[len % AEADS];
        struct prov_bytes k = {key, prov_aead_key_len(aead)};
        struct prov_bytes text = {plain, len / AEADS}, aad = {plain, len % 16};
        size_t sealed_len = text.len + prov_aead_tag_len(aead);

        assert_int_equal(prov_crypto_seal(crypto, aead, k, nonce, aad, text, sealed), PROV_OK);
        memcpy(in_place, plain, text.len);
        assert_int_equal(
            prov_crypto_seal(crypto, aead, k, nonce, aad, PROV_BYTES(in_place, text.len), in_place),
            PROV_OK);
        assert_memory_equal(in_place, sealed, sealed_len);
        assert_int_equal(
            prov_crypto_open(crypto, aead, k, nonce, aad, PROV_BYTES(sealed, sealed_len), ret),
            PROV_OK);
        assert_memory_equal(ret, plain, text.len);
        assert_int_equal(prov_crypto_open(crypto, aead, k, nonce, aad,
                                          PROV_BYTES(in_place, sealed_len), in_place),
                         PROV_OK);
        assert_memory_equal(in_place, plain, text.len);
    }
    prov_crypto_free(crypto);
}

static void a_hash_goes_on_after_a_peek(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    static const uint8_t text[300] = {9, 8, 7};
    struct prov_hash hash = {0}, second = {0};
    uint8_t running[PROV_HASH_LEN], whole[PROV_HASH_LEN];

    (void)state;
    assert_int_equal(prov_crypto_hash_begin(crypto, &hash), PROV_OK);
    assert_int_equal(prov_crypto_hash_begin(crypto, &second), PROV_OK);
    for (size_t at = 0; at < sizeof text; at += 60) {
        struct prov_bytes parts[] = {{text, at / 2}, {text + at / 2, at + 60 - at / 2}};

        assert_int_equal(prov_crypto_hash_add(crypto, &hash, PROV_BYTES(text + at, 60)), PROV_OK);
        assert_int_equal(prov_crypto_hash_peek(crypto, &hash, running), PROV_OK);
        assert_int_equal(prov_crypto_sha256(crypto, parts, 2, whole), PROV_OK);
        assert_memory_equal(running, whole, sizeof whole);
    }
    assert_int_equal(prov_crypto_hash_peek(crypto, &second, running), PROV_OK);
    assert_int_equal(prov_crypto_sha256(crypto, NULL, 0, whole), PROV_OK);
    assert_memory_equal(running, whole, sizeof whole);
    prov_crypto_hash_drop(crypto, &hash);
    prov_crypto_hash_drop(crypto, &second);
    /* A spare context starts anew. */
    assert_int_equal(prov_crypto_hash_begin(crypto, &hash), PROV_OK);
    assert_int_equal(prov_crypto_hash_peek(crypto, &hash, running), PROV_OK);
    assert_memory_equal(running, whole, sizeof whole);
    prov_crypto_hash_drop(crypto, &hash);
    prov_crypto_free(crypto);
}

static void an_hmac_key_serves_many_times_and_is_forgotten(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    static const uint8_t a[20] = {1}, b[20] = {2}, text[10] = {3};
    struct prov_bytes parts[] = {PROV_BYTES_OF(text), PROV_BYTES_OF(a)};
    struct prov_hmac with_a = {0}, with_b = {0}, empty = {0};
    uint8_t first[PROV_HASH_LEN], again[PROV_HASH_LEN];

    (void)state;
    assert_int_equal(prov_crypto_hmac_begin(crypto, &with_a, PROV_BYTES_OF(a)), PROV_OK);
    assert_int_equal(prov_crypto_hmac_begin(crypto, &with_b, PROV_BYTES_OF(b)), PROV_OK);
    assert_int_equal(prov_crypto_hmac(crypto, &with_a, parts, 2, first), PROV_OK);
    assert_int_equal(prov_crypto_hmac(crypto, &with_b, parts, 2, again), PROV_OK);
    assert_memory_not_equal(first, again, sizeof first);
    assert_int_equal(prov_crypto_hmac(crypto, &with_a, parts, 1, again), PROV_OK);
    assert_memory_not_equal(first, again, sizeof first);
    assert_int_equal(prov_crypto_hmac(crypto, &with_a, parts, 2, again), PROV_OK);
    assert_memory_equal(first, again, sizeof first);
    prov_crypto_hmac_drop(crypto, &with_a);
    assert_int_equal(prov_crypto_hmac_begin(crypto, &empty, PROV_BYTES_NONE), PROV_OK);
    assert_int_equal(prov_crypto_hmac(crypto, &empty, parts, 2, again), PROV_OK);
    assert_memory_not_equal(first, again, sizeof first);
    prov_crypto_hmac_drop(crypto, &empty);
    prov_crypto_hmac_drop(crypto, &with_b);
    prov_crypto_free(crypto);
}

static void both_ends_agree(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_ecdh a = {0}, b = {0}, c = {0};
    uint8_t at_a[PROV_POINT_LEN], at_b[PROV_POINT_LEN], at_c[PROV_POINT_LEN];
    uint8_t ab[PROV_SCALAR_LEN], ba[PROV_SCALAR_LEN], ac[PROV_SCALAR_LEN];

    (void)state;
    assert_int_equal(prov_crypto_ecdh_make(crypto, &a, at_a), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_make(crypto, &b, at_b), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_make(crypto, &c, at_c), PROV_OK);
    assert_memory_not_equal(at_a, at_b, sizeof at_a);
    assert_int_equal(prov_crypto_point_check(crypto, PROV_BYTES_OF(at_a)), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &a, PROV_BYTES_OF(at_b), ab), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &b, PROV_BYTES_OF(at_a), ba), PROV_OK);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &a, PROV_BYTES_OF(at_c), ac), PROV_OK);
    assert_memory_equal(ab, ba, sizeof ab);
    assert_memory_not_equal(ab, ac, sizeof ab);
    prov_crypto_ecdh_drop(crypto, &a);
    prov_crypto_ecdh_drop(crypto, &b);
    prov_crypto_ecdh_drop(crypto, &c);
    prov_crypto_free(crypto);
}

static void a_saved_key_is_the_same_key(void **state)
{
    struct prov_crypto *crypto = crypto_make();
    struct prov_key made = {0}, loaded = {0};
    struct prov_secret scalar;
    uint8_t point[PROV_POINT_LEN], again[PROV_POINT_LEN];
    uint8_t digest[PROV_HASH_LEN] = {7}, signature[PROV_SIGNATURE_LEN];

    (void)state;
    assert_int_equal(prov_crypto_key_make(crypto, &made), PROV_OK);
    assert_int_equal(prov_crypto_key_save(crypto, &made, &scalar), PROV_OK);
    assert_int_equal(scalar.len, PROV_SCALAR_LEN);
    assert_int_equal(prov_crypto_key_load(crypto, prov_secret_bytes(&scalar), &loaded), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &made, point), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &loaded, again), PROV_OK);
    assert_memory_equal(point, again, sizeof point);
    for (int i = 0; i < 20; i++) {
        digest[0] = (uint8_t)i;
        assert_int_equal(prov_crypto_sign(crypto, i % 2 ? &made : &loaded, digest, signature),
                         PROV_OK);
        assert_int_equal(prov_crypto_verify(crypto, PROV_BYTES_OF(point), digest, signature),
                         PROV_OK);
    }
    prov_secret_wipe(&scalar);
    prov_crypto_key_drop(crypto, &made);
    prov_crypto_key_drop(crypto, &loaded);
    prov_crypto_free(crypto);
}

static void keys_come_from_the_callers_random(void **state)
{
    uint8_t points[2][2][PROV_POINT_LEN], octets[2][8];

    (void)state;
    for (int i = 0; i < 2; i++) {
        uint8_t counter = 0;
        struct prov_crypto *crypto = crypto_make_with(fill_counter, &counter);
        struct prov_ecdh ecdh = {0};
        struct prov_key key = {0};

        assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, points[i][0]), PROV_OK);
        assert_int_equal(prov_crypto_key_make(crypto, &key), PROV_OK);
        assert_int_equal(prov_crypto_key_public(crypto, &key, points[i][1]), PROV_OK);
        assert_int_equal(prov_crypto_random(crypto, octets[i], sizeof octets[i]), PROV_OK);
        assert_true(counter >= 32 + 32 + 8); /* and what the backend blinds its scalars with */
        prov_crypto_ecdh_drop(crypto, &ecdh);
        prov_crypto_key_drop(crypto, &key);
        prov_crypto_free(crypto);
    }
    assert_memory_equal(points[0], points[1], sizeof points[0]);
    assert_memory_equal(octets[0], octets[1], sizeof octets[0]);
    assert_memory_not_equal(points[0][0], points[0][1], PROV_POINT_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h24_bad_points_are_refused),
        cmocka_unit_test(altered_seals_do_not_open),
        cmocka_unit_test(aead_arguments_are_checked),
        cmocka_unit_test(other_signatures_do_not_verify),
        cmocka_unit_test(row22_scalars_out_of_range_are_refused),
        cmocka_unit_test(nothing_is_generated_without_random),
        cmocka_unit_test(what_was_not_begun_is_not_used),
        cmocka_unit_test(dropping_twice_does_nothing),
        cmocka_unit_test(seals_open_at_every_length),
        cmocka_unit_test(a_hash_goes_on_after_a_peek),
        cmocka_unit_test(an_hmac_key_serves_many_times_and_is_forgotten),
        cmocka_unit_test(both_ends_agree),
        cmocka_unit_test(a_saved_key_is_the_same_key),
        cmocka_unit_test(keys_come_from_the_callers_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
