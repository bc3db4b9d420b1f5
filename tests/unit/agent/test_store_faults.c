/* SPDX-License-Identifier: Apache-2.0
 *
 * The store while the power goes, the flash fails, or lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store_rig.h"

/* --- power and errors at every operation ------------------------------------------------------ */

/* Three steps of a rotation; returns how many were answered with PROV_OK. */
static int steps(uint32_t number)
{
    struct prov_entry entry = psk_entry("a.example", number);
    if (prov_store_stage(&store, &entry) != PROV_OK)
        return 0;
    if (prov_store_commit(&store) != PROV_OK)
        return 1;
    return prov_store_confirm(&store) == PROV_OK ? 3 : 2;
}

/* What must be there after a fault during steps 1 → 2, of which `done` were answered. */
static void check_after(int done)
{
    uint32_t current = number_at(PROV_STORE_CURRENT, "a.example");
    uint32_t previous = number_at(PROV_STORE_PREVIOUS, "a.example");
    uint32_t candidate = number_at(PROV_STORE_CANDIDATE, "a.example");
    assert_true(current == 1 || current == 2);
    assert_false(store.damaged);
    if (current == 1)
        assert_in_range(done, 0, 1);
    if (done >= 1)
        assert_true(current == 2 || candidate == 2);
    if (done >= 2)
        assert_int_equal(current, 2);
    if (current == 2 && !store.state.confirmed)
        assert_int_equal(previous, 1);
}

static void fault_at_every_operation(enum sim_fault fault)
{
    for (uint32_t at = 1;; at++) {
        make(1024, 8, 8, at % 2 ? 0xff : 0x00);
        reopen();
        rotate_to("a.example", 1);
        sim_flash_plan(&flash, fault, at);
        uint32_t before = flash.operations;
        int done = steps(2);
        bool hit = flash.operations - before >= at;
        reopen();
        check_after(done);
        rotate_to("a.example", 3); /* a clean second run */
        rotate_to("a.example", 3);
        reopen();
        assert_false(store.damaged);
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 3);
        assert_false(flash.rewritten);
        if (!hit) {
            assert_true(at > 10);
            return;
        }
    }
}

/* While an entry is written behind that of another server, which is copied. */
static void fault_while_others_are_copied(void **state)
{
    (void)state;
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_ERROR_LAST; fault++)
        for (uint32_t at = 1, hit = 1; hit; at++) {
            make(1024, 8, 8, at % 2 ? 0xff : 0x00);
            reopen();
            rotate_to("a.example", 1);
            rotate_to("b.example", 2);
            struct prov_entry entry = psk_entry(at % 3 ? "b.example" : "c.example", 3);
            sim_flash_plan(&flash, (enum sim_fault)fault, at);
            uint32_t before = flash.operations;
            bool done = prov_store_stage(&store, &entry) == PROV_OK &&
                        prov_store_commit(&store) == PROV_OK &&
                        prov_store_confirm(&store) == PROV_OK;
            hit = flash.operations - before >= at;
            assert_true(hit || done);
            reopen();
            assert_false(store.damaged);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
            assert_in_range(number_at(PROV_STORE_CURRENT, "b.example"), 2, 3);
            assert_int_equal(prov_store_tidy(&store), PROV_OK);
            rotate_to("b.example", 4);
            reopen();
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "b.example"), 4);
            assert_false(store.damaged);
            assert_false(flash.rewritten);
        }
}

/* Nobody has synced a copy that the power cut left: what counts stays where it was. */
static void cut_copy_is_not_the_snapshot(void **state)
{
    (void)state;
    for (uint32_t number = 1; number <= 2; number++)
        for (uint32_t at = 1, hit = 1; hit; at++) {
            make(1024, 8, 8, 0xff);
            reopen();
            for (uint32_t i = 1; i <= number; i++)
                rotate_to("a.example", i);
            uint32_t current = store.state.current, before = flash.operations;
            uint32_t slot = current_at();
            struct prov_entry entry = psk_entry("b.example", 3);
            sim_flash_plan(&flash, SIM_CUT_AFTER, at);
            hit = prov_store_stage(&store, &entry) != PROV_OK;
            assert_int_equal(hit, flash.operations - before >= at);
            reopen();
            assert_int_equal(store.state.current, current);
            assert_int_equal(current_at(), slot);
        }
}

static void power_cut_at_every_operation(void **state)
{
    (void)state;
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_CUT_LAST; fault++)
        fault_at_every_operation((enum sim_fault)fault);
}

/* It fails, a bit is programmed wrong, once or for good, nothing is done, or half of it. */
static void bad_operation_at_every_place_is_seen(void **state)
{
    (void)state;
    for (int fault = SIM_ERROR; fault <= SIM_ERROR_LAST; fault++)
        fault_at_every_operation((enum sim_fault)fault);
}

/* One of them, or all from there on: what was there stays, and is there again when the flash answers. */
static void failing_read_at_every_place(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 3, UINT32_MAX};
    for (size_t i = 0; i < 3; i++)
        for (uint32_t at = 1, failed = 1; failed; at++) {
            make(1024, 8, 8, 0xff);
            reopen();
            rotate_to("a.example", 1);
            uint32_t before = flash.reads;
            sim_flash_plan_reads(&flash, at, counts[i]);
            int done = steps(2);
            failed = flash.reads - before >= at;
            reopen();
            check_after(done);
            rotate_to("a.example", 3);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 3);
            assert_false(flash.rewritten);
        }
}

/* Nothing is written to a flash that could not be read: what is there is not known. */
static void store_that_is_not_open_writes_nothing(void **state)
{
    (void)state;
    static uint8_t before[8 * 1024];
    rotate_to("a.example", 1);
    memcpy(before, flash.octets, sizeof before);
    sim_flash_plan_reads(&flash, 1, 1);
    assert_int_equal(prov_store_open(&store, &port), PROV_E_IO);
    assert_int_equal(steps(2), 0);
    assert_int_not_equal(prov_store_floor(&store, 5), PROV_OK);
    assert_memory_equal(flash.octets, before, sizeof before);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
}

/* Whatever is there before: it is no store, or an empty one that works. Only the factory area has no room. */
static void flash_full_of_garbage_is_an_empty_store(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 32; seed++) {
        static const uint8_t plain[] = {0x00, 0xaa, 0x55, 'p'};
        struct prov_entry entry = psk_entry("a.example", 1);
        make(1024, 8, 8, seed % 2 ? 0xff : 0x00);
        for (uint32_t i = 0, x = seed * 2654435761u + 1; i < 8 * 1024; i++) {
            x = x * 1664525u + 1013904223u;
            flash.octets[i] = seed < 4 ? plain[seed] : (uint8_t)(x >> 24);
        }
        if (seed == 0)
            memset(flash.octets, 0xff, 8 * 1024); /* the other way of being erased */
        reopen();
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 0);
        assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 0);
        assert_int_equal(prov_store_install(&store, &entry), PROV_E_FULL);
        rotate_to("a.example", 1);
        rotate_to("a.example", 2);
        rotate_to("b.example", 3);
        reopen();
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
        assert_false(flash.rewritten);
    }
}

/* Two cuts in a row: the second one during what the first one left. */
static void second_power_cut_at_every_operation(void **state)
{
    (void)state;
    for (uint32_t first = 1; first < 20; first++)
        for (uint32_t second = 1; second < 20; second++) {
            make(1024, 8, 8, 0xff);
            reopen();
            rotate_to("a.example", 1);
            sim_flash_plan(&flash, SIM_CUT_TORN, first);
            int done = steps(2);
            reopen();
            check_after(done);
            sim_flash_plan(&flash, SIM_CUT_TORN, second);
            prov_result r = prov_store_tidy(&store);
            if (r == PROV_OK)
                (void)steps(2);
            reopen();
            uint32_t current = number_at(PROV_STORE_CURRENT, "a.example");
            assert_true(current == 1 || current == 2);
            assert_false(store.damaged);
        }
}

/* A slot that was clean, then written to and cut, then erased and cut: it reads as erased, and is not. */
static void slot_that_only_looks_erased_is_erased_again(void **state)
{
    (void)state;
    for (uint32_t first = 1; first < 16; first++)
        for (uint32_t second = 1; second < 16; second++) {
            make(1024, 8, 8, 0xff);
            reopen();
            rotate_to("a.example", 1);
            rotate_to("a.example", 2);
            sim_flash_plan(&flash, SIM_CUT_TORN, first);
            (void)steps(3);
            reopen();
            sim_flash_plan(&flash, SIM_CUT_WEAK, second);
            (void)steps(3);
            reopen();
            rotate_to("a.example", 4);
            reopen();
            assert_false(store.damaged);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 4);
        }
}

static void cut_install_keeps_what_was_installed(void **state)
{
    (void)state;
    for (uint32_t at = 1; at < 12; at++) {
        make(1024, 8, 8, 0xff);
        reopen();
        struct prov_entry entry = psk_entry("a.example", 1);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        sim_flash_plan(&flash, SIM_CUT_TORN, at);
        entry = psk_entry("a.example", 2);
        prov_result r = prov_store_install(&store, &entry);
        reopen();
        uint32_t found = number_at(PROV_STORE_FACTORY, "a.example");
        assert_true(r == PROV_OK ? found == 2 : found == 1 || found == 2);
        entry = psk_entry("a.example", 3);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        reopen();
        assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 3);
        assert_false(flash.rewritten);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fault_while_others_are_copied),
        TEST(cut_copy_is_not_the_snapshot),
        TEST(power_cut_at_every_operation),
        TEST(bad_operation_at_every_place_is_seen),
        TEST(failing_read_at_every_place),
        TEST(store_that_is_not_open_writes_nothing),
        TEST(flash_full_of_garbage_is_an_empty_store),
        TEST(second_power_cut_at_every_operation),
        TEST(slot_that_only_looks_erased_is_erased_again),
        TEST(cut_install_keeps_what_was_installed),
    };
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
