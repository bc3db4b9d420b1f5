/* SPDX-License-Identifier: Apache-2.0
 *
 * What a board without a true random generator is seeded with: never the same twice, whatever becomes of the journal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prov/crypto.h"
#include "store_rig.h"

#define JOURNAL (6u * 1024)
#define SECTOR  1024u
#define STARTS  2000

/* What the starts so far were seeded with, those that drew anything. */
static uint8_t seeds[STARTS][PROV_STORE_SEED_LEN];
static size_t seed_count;

static int begin(void **state)
{
    seed_count = 0;
    return setup(state);
}

/* As a port does it; its generator is SHA-256, of what it was seeded with alone. */
static prov_result try_to_start(void)
{
    uint8_t seed[PROV_STORE_SEED_LEN], next[PROV_STORE_SEED_LEN] = {0};
    const struct prov_bytes all = PROV_BYTES_OF(seed);
    prov_result r = prov_store_seed_get(&store, seed);
    if (r == PROV_OK)
        r = prov_crypto_sha256(port.crypto, &all, 1, next);
    if (r == PROV_OK)
        r = prov_store_seed_put(&store, next);
    if (r != PROV_OK)
        return r;
    assert_in_range(seed_count, 0, STARTS - 1);
    for (size_t i = 0; i < seed_count; i++)
        assert_memory_not_equal(seeds[i], seed, sizeof seed);
    memcpy(seeds[seed_count++], seed, sizeof seed);
    return PROV_OK;
}

static void start(void)
{
    reopen();
    assert_int_equal(try_to_start(), PROV_OK);
}

static void spoil(uint32_t at, uint32_t len, uint8_t octet)
{
    memset(flash.octets + at, octet, len);
    memset(flash.synced + at, octet, len);
}

/* --- refused ---------------------------------------------------------------------------------- */

/* The journal is lost once more than the factory area can count. */
static void start_that_could_repeat_one_is_refused(void **state)
{
    uint8_t seed[PROV_STORE_SEED_LEN] = {0x5a};
    prov_result r = PROV_OK;
    size_t count = 0;
    (void)state;
    for (; r == PROV_OK; count++) {
        spoil(JOURNAL, 2 * SECTOR, 0xff);
        reopen();
        r = try_to_start();
    }
    assert_int_equal(r, PROV_E_FULL);
    assert_in_range(count, 10, 2 * SECTOR / 32 + 1);
    assert_int_equal(prov_store_seed_get(&store, seed), PROV_E_FULL);
    assert_int_equal(seed[0], 0x5a);
}

static void start_without_flash_is_refused(void **state)
{
    (void)state;
    for (int fault = SIM_ERROR; fault <= SIM_ERROR_LAST; fault++)
        for (uint32_t at = 1; at < 8; at++) {
            make(1024, 8, 8, 0xff);
            reopen();
            sim_flash_plan(&flash, (enum sim_fault)fault, at);
            uint32_t before = flash.operations;
            prov_result r = try_to_start();
            if (flash.operations - before < at)
                assert_int_equal(r, PROV_OK);
            seed_count = 0; /* another board */
        }
    sim_flash_plan_reads(&flash, 1, UINT32_MAX);
    assert_int_not_equal(try_to_start(), PROV_OK);
}

/* --- another one each time -------------------------------------------------------------------- */

static void seed_of_the_last_start_is_in_the_next(void **state)
{
    static const uint8_t kept[PROV_STORE_SEED_LEN] = {1, 2, 3};
    uint8_t seed[PROV_STORE_SEED_LEN];
    (void)state;
    start();
    assert_int_equal(prov_store_seed_put(&store, kept), PROV_OK);
    for (uint8_t i = 1; i < 100; i++) /* the journal moves */
        assert_int_equal(prov_store_attempt_failed(&store), PROV_OK);
    reopen();
    assert_int_equal(prov_store_seed_get(&store, seed), PROV_OK);
    assert_memory_equal(seed, kept, PROV_STORE_SEED_LEN - 12);
}

/* Erased or overwritten; again and again, and before anything was drawn. */
static void lost_journal_repeats_no_start(void **state)
{
    (void)state;
    static const uint8_t octets[] = {0xff, 0xff, 0x00, 0xaa, 0xaa};
    start();
    for (size_t i = 0; i < sizeof octets; i++) {
        spoil(JOURNAL, 2 * SECTOR, octets[i]);
        start();
        start();
        spoil(JOURNAL, 2 * SECTOR, octets[i]);
        reopen();
        uint8_t seed[PROV_STORE_SEED_LEN];
        assert_int_equal(prov_store_seed_get(&store, seed), PROV_OK);
        start();
    }
}

/* What the journal had said before is no seed any more. */
static void lost_sector_repeats_no_start(void **state)
{
    (void)state;
    for (int octet = 0; octet <= 0xff; octet += 0x55)
        for (int starts = 1; starts < 40; starts++) {
            make(1024, 8, 8, 0xff);
            seed_count = 0;
            for (int i = 0; i < starts; i++) {
                start();
                for (int more = 0; more < starts % 5; more++)
                    assert_int_equal(prov_store_failed(&store), PROV_OK);
            }
            for (int times = 0; times < 3; times++) {
                spoil(store.journal_end - SECTOR, SECTOR, (uint8_t)octet);
                start();
                start();
            }
        }
}

static void rotten_octet_repeats_no_start(void **state)
{
    static struct sim_flash good;
    (void)state;
    for (int i = 0; i < 17; i++)
        start();
    good = flash;
    size_t count = seed_count;
    for (uint32_t at = JOURNAL; at < JOURNAL + 2 * SECTOR; at++) {
        flash = good;
        seed_count = count;
        flash.octets[at] ^= 0x10;
        flash.synced[at] ^= 0x10;
        start();
        start();
    }
}

/* Each one rots but the first, which moves from journal to journal. */
static void seed_that_never_lasts_repeats_no_start(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        start();
        if (i > 0)
            spoil(store.journal_at - 32, 1, 0xaa);
    }
}

/* The power goes in a start, which has drawn nothing if it could not write; then the journal's sector is lost. */
static void cut_start_repeats_none(void **state)
{
    (void)state;
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_CUT_LAST; fault++)
        for (int starts = 0; starts < 20; starts++)
            for (uint32_t at = 1, hit = 1; hit; at++) {
                make(1024, 8, 8, at % 2 ? 0xff : 0x00);
                reopen();
                seed_count = 0;
                for (int i = 0; i < starts; i++)
                    start();
                sim_flash_plan(&flash, (enum sim_fault)fault, at);
                uint32_t before = flash.operations;
                prov_result r = try_to_start();
                hit = flash.operations - before >= at;
                assert_true(hit || r == PROV_OK);
                start();
                spoil(store.journal_end - SECTOR, SECTOR, flash.erased);
                start();
                start();
            }
}

/* --- what it costs ---------------------------------------------------------------------------- */

static void starts_stay_within_the_budget_of_erases(void **state)
{
    uint8_t seed[PROV_STORE_SEED_LEN] = {0};
    (void)state;
    make(4096, 5, 8, 0xff);
    reopen();
    for (uint32_t i = 1; i <= 10000; i++) {
        rotate_to("a.example", i);
        assert_int_equal(prov_store_seed_put(&store, seed), PROV_OK);
    }
    print_message("wear: journal: %u erases of a sector in 10000 rotations with a start each\n",
                  flash.erases[3]);
    assert_in_range(flash.erases[3], 1, 5100);
    assert_in_range(flash.erases[4], 1, 5100);
    assert_int_equal(flash.erases[0], 0);
}

#define SEED_TEST(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEED_TEST(start_that_could_repeat_one_is_refused),
        SEED_TEST(start_without_flash_is_refused),
        SEED_TEST(seed_of_the_last_start_is_in_the_next),
        SEED_TEST(lost_journal_repeats_no_start),
        SEED_TEST(lost_sector_repeats_no_start),
        SEED_TEST(rotten_octet_repeats_no_start),
        SEED_TEST(seed_that_never_lasts_repeats_no_start),
        SEED_TEST(cut_start_repeats_none),
        SEED_TEST(starts_stay_within_the_budget_of_erases),
    };
    return cmocka_run_group_tests_name("store seed", tests, NULL, NULL);
}
