/* SPDX-License-Identifier: Apache-2.0
 *
 * The rooms of sessions to be resumed: bounded, one a credential, wiped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

enum { CAPACITY = 4 };

static struct cache cache;

static int setup(void **state)
{
    (void)state;
    memset(&cache, 0, sizeof(cache));
    return cache_make(&cache, CAPACITY, 99) == PROV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cache_free(&cache);
    return 0;
}

static struct prov_dtls_resumable session(uint8_t number)
{
    struct prov_dtls_resumable ret = {.session_id_len = 16,
                                      .kind = PROV_KIND_PSK,
                                      .suite = 0xD005,
                                      .extended_master = true,
                                      .made_ms = 1000u + number};

    memset(ret.session_id, number, 16);
    memset(ret.master, number, sizeof(ret.master));
    return ret;
}

static void put(uint8_t number, int64_t credential)
{
    struct prov_dtls_resumable s = session(number);

    cache_put(&cache, &s, credential);
}

/* 0: not there. */
static int64_t credential_of(uint8_t number)
{
    struct prov_dtls_resumable wanted = session(number), found;
    int64_t credential = 0;

    if (!cache_get(&cache, PROV_BYTES(wanted.session_id, 16), &found, &credential))
        return 0;
    assert_memory_equal(&found, &wanted, sizeof(found));
    return credential;
}

static bool holds(uint8_t octet)
{
    const uint8_t *octets = (const uint8_t *)cache.rooms;
    size_t run = 0;

    for (size_t i = 0; i < cache_memory(CAPACITY) - 2 * 16 * sizeof(void *) && run < 8; i++)
        run = octets[i] == octet ? run + 1 : 0;
    return run == 8;
}

static void row45_what_was_dropped_is_wiped(void **state)
{
    struct prov_dtls_resumable s = session(0x77);

    (void)state;
    put(0x77, 5);
    assert_true(holds(0x77));
    cache_drop(&cache, PROV_BYTES(s.session_id, 16));
    assert_false(holds(0x77));
    assert_int_equal(cache.used, 0);
    put(0x77, 5);
    cache_drop_credential(&cache, 5);
    assert_false(holds(0x77));
    put(0x77, 5);
    cache_clear(&cache);
    assert_false(holds(0x77));
    put(0x77, 5);
    for (uint8_t i = 1; i <= CAPACITY; i++)
        put(i, 100 + i);
    assert_false(holds(0x77));
}

static void nothing_is_found_or_dropped_by_accident(void **state)
{
    struct prov_dtls_resumable s = session(1), none;
    int64_t credential = 3;

    (void)state;
    put(1, 5);
    cache_drop(&cache, PROV_BYTES(s.session_id, 15));
    cache_drop(&cache, PROV_BYTES_NONE);
    cache_drop_credential(&cache, 0);
    cache_drop_credential(&cache, 6);
    assert_false(cache_get(&cache, PROV_BYTES_NONE, &none, &credential));
    assert_false(cache_get(&cache, PROV_BYTES(s.session_id, 15), &none, &credential));
    assert_int_equal(credential, 3);
    assert_int_equal(credential_of(1), 5);
    put(2, 0); /* stands for nobody */
    s.session_id_len = 0;
    cache_put(&cache, &s, 9);
    assert_int_equal(cache.used, 1);
}

static void without_rooms_nothing_is_kept(void **state)
{
    struct cache none = {0};
    struct prov_dtls_resumable s = session(1), found;
    int64_t credential;

    (void)state;
    assert_int_equal(cache_make(&none, 0, 1), PROV_OK);
    assert_int_equal(cache_memory(0), 0);
    cache_put(&none, &s, 5);
    assert_false(cache_get(&none, PROV_BYTES(s.session_id, 16), &found, &credential));
    assert_false(cache_next(&none, &found, &credential));
    cache_drop(&none, PROV_BYTES(s.session_id, 16));
    cache_drop_credential(&none, 5);
    cache_clear(&none);
    cache_free(&none);
}

static void one_session_of_each_credential(void **state)
{
    (void)state;
    put(1, 5);
    put(2, 6);
    put(3, 5);
    assert_int_equal(credential_of(1), 0);
    assert_int_equal(credential_of(2), 6);
    assert_int_equal(credential_of(3), 5);
    assert_int_equal(cache.used, 2);
    put(2, 7); /* the same id, as after a resumption */
    assert_int_equal(credential_of(2), 7);
    assert_int_equal(cache.used, 2);
}

static void the_longest_unused_gives_way(void **state)
{
    (void)state;
    for (uint8_t i = 1; i <= CAPACITY; i++)
        put(i, i);
    put(1, 1); /* used again */
    put(9, 9);
    assert_int_equal(credential_of(2), 0);
    assert_int_equal(credential_of(1), 1);
    assert_int_equal(credential_of(9), 9);
    assert_int_equal(cache.used, CAPACITY);
    cache_drop_credential(&cache, 3); /* its room is the next */
    put(10, 10);
    assert_int_equal(credential_of(4), 4);
    assert_int_equal(cache.used, CAPACITY);
}

static void every_room_comes_by(void **state)
{
    struct prov_dtls_resumable found;
    int64_t credential, sum = 0;

    (void)state;
    put(1, 1);
    put(2, 2);
    put(4, 4);
    for (size_t i = 0; i < CAPACITY; i++)
        if (cache_next(&cache, &found, &credential))
            sum += credential;
    assert_int_equal(sum, 7);
}

/* A thousand sessions and drops in an order that looks like none, against a list. */
static void it_agrees_with_a_list(void **state)
{
    uint8_t of[256] = {0}; /* session of each credential; 0: none */
    uint32_t seed = 1;

    (void)state;
    cache_free(&cache);
    assert_int_equal(cache_make(&cache, 255, 7), PROV_OK);
    for (unsigned i = 0; i < 4000; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint8_t credential = (uint8_t)(seed >> 24), number = (uint8_t)(seed >> 16);
        if (credential == 0 || number == 0)
            continue;
        if ((seed >> 8 & 3) == 0) {
            cache_drop_credential(&cache, credential);
            of[credential] = 0;
        } else {
            for (size_t c = 0; c < 256; c++)
                of[c] = of[c] == number ? 0 : of[c];
            put(number, credential);
            of[credential] = number;
        }
    }
    size_t used = 0;
    for (unsigned c = 1; c < 256; c++) {
        used += of[c] != 0;
        if (of[c] != 0)
            assert_int_equal(credential_of(of[c]), c);
    }
    assert_int_equal(cache.used, used);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(row45_what_was_dropped_is_wiped), TEST(nothing_is_found_or_dropped_by_accident),
        TEST(without_rooms_nothing_is_kept),   TEST(one_session_of_each_credential),
        TEST(the_longest_unused_gives_way),    TEST(every_room_comes_by),
        TEST(it_agrees_with_a_list),
    };
    return cmocka_run_group_tests_name("server cache", tests, NULL, NULL);
}
