/* SPDX-License-Identifier: Apache-2.0
 *
 * The rotation, enumerated: the power goes at each program, erase and sync; each datagram is lost, doubled
 * or late; the server dies at each; each flash operation fails, lies or reads back wrong; each call of the crypto backend fails. For
 * each kind, enrolling and rotating. After each: whatever the server accepts is in the store, and the next
 * operation settles it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake_crypto/fake_crypto.h"
#include "world.h"

static struct world world;

/* What is run: the kind of the bootstrap credential, of the one to get, and how. */
struct scene {
    enum prov_kind from, to;
    enum prov_agent_op op;
};
static const struct scene scenes[] = {
    {PROV_KIND_PSK, PROV_KIND_PSK, PROV_AGENT_ENROLL},
    {PROV_KIND_RPK, PROV_KIND_RPK, PROV_AGENT_ENROLL},
    {PROV_KIND_CERT, PROV_KIND_CERT, PROV_AGENT_ENROLL},
    {PROV_KIND_PSK, PROV_KIND_PSK, PROV_AGENT_ROTATE},
    {PROV_KIND_RPK, PROV_KIND_RPK, PROV_AGENT_ROTATE},
    {PROV_KIND_CERT, PROV_KIND_CERT, PROV_AGENT_ROTATE},
};
/* First certificates by another credential, and changes of kind. */
static const struct scene mixed[] = {
    {PROV_KIND_PSK, PROV_KIND_CERT, PROV_AGENT_ENROLL},
    {PROV_KIND_RPK, PROV_KIND_CERT, PROV_AGENT_ENROLL},
    {PROV_KIND_PSK, PROV_KIND_RPK, PROV_AGENT_ROTATE},
    {PROV_KIND_CERT, PROV_KIND_PSK, PROV_AGENT_ROTATE},
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void scene_begin(const struct scene *scene)
{
    world_make(&world, scene->from);
    if (scene->op == PROV_AGENT_ROTATE) {
        assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, scene->from), PROV_OK);
        assert_true(world_settled(&world));
    }
}

/* At no time neither: one of what the store holds opens the server. */
static void assert_not_locked_out(void)
{
    assert_true(
        world_accepted(&world, PROV_STORE_CURRENT) || world_accepted(&world, PROV_STORE_PREVIOUS) ||
        world_accepted(&world, PROV_STORE_CANDIDATE) || world_accepted(&world, PROV_STORE_FACTORY));
}

/* The same command again; if all was done already and only the word of it was lost, there is nothing left
 * to enroll, and that is an answer too. */
static void assert_recovers(const struct scene *scene)
{
    assert_not_locked_out();
    bool done = world_settled(&world) && scene->op == PROV_AGENT_ENROLL;
    if (!done)
        assert_int_equal(world_run(&world, scene->op, scene->to), PROV_OK);
    assert_true(world_settled(&world));
    world_free(&world);
}

/* --- power -------------------------------------------------------------------------------------- */

static unsigned cut_everywhere(const struct scene *scene, enum sim_fault fault)
{
    for (unsigned at = 1;; at++) {
        scene_begin(scene);
        uint32_t before = world.flash.operations;
        sim_flash_plan(&world.flash, fault, at);
        prov_result r = world_run(&world, scene->op, scene->to);
        bool hit = world.flash.operations - before >= at;
        world_reboot(&world);
        if (!hit)
            assert_int_equal(r, PROV_OK);
        assert_recovers(scene);
        if (!hit)
            return at - 1;
    }
}

static void power_cut_at_each_flash_operation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (int fault = SIM_CUT_BEFORE; fault <= SIM_CUT_LAST; fault++) {
            unsigned operations = cut_everywhere(&scenes[i], (enum sim_fault)fault);
            assert_in_range(operations, 10, 1000);
            if (fault == SIM_CUT_TORN)
                print_message("%s: %u operations\n", prov_kind_text(scenes[i].to), operations);
        }
}

static void power_cut_when_the_kind_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mixed); i++)
        assert_in_range(cut_everywhere(&mixed[i], SIM_CUT_TORN), 10, 1000);
}

/* The recovery is cut too. */
static void power_cut_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (unsigned first = 3; first < 60; first += 3)
            for (unsigned second = 1; second < 40; second += 5) {
                scene_begin(&scenes[i]);
                sim_flash_plan(&world.flash, SIM_CUT_TORN, first);
                prov_result r = world_run(&world, scenes[i].op, scenes[i].to);
                world_reboot(&world);
                assert_not_locked_out();
                if (r != PROV_OK) {
                    sim_flash_plan(&world.flash, SIM_CUT_AFTER, second);
                    r = world_run(&world, scenes[i].op, scenes[i].to);
                    world_reboot(&world);
                }
                assert_recovers(&scenes[i]);
            }
}

/* --- errors ------------------------------------------------------------------------------------- */

static void error_everywhere(const struct scene *scene, enum sim_fault fault)
{
    for (unsigned at = 1;; at++) {
        scene_begin(scene);
        uint32_t before = world.flash.operations;
        sim_flash_plan(&world.flash, fault, at);
        prov_result r = world_run(&world, scene->op, scene->to);
        bool hit = world.flash.operations - before >= at;
        sim_flash_reboot(&world.flash);
        assert_not_locked_out();
        world_reboot(&world);
        if (!hit)
            assert_int_equal(r, PROV_OK);
        assert_recovers(scene);
        if (!hit)
            return;
    }
}

static void error_at_each_flash_operation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        error_everywhere(&scenes[i], SIM_ERROR);
}

static void wrong_bit_at_each_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        error_everywhere(&scenes[i], SIM_MISMATCH);
        error_everywhere(&scenes[i], SIM_STUCK);
    }
}

/* The flash says that all went well, and has done nothing, or half of it. */
static void operation_left_out_in_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        error_everywhere(&scenes[i], SIM_SILENT);
        error_everywhere(&scenes[i], SIM_HALF);
    }
}

/* One read, or all from there on; in steps that meet every place in the end. */
static void failing_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (uint32_t at = 1, hit = 1; hit; at += 1 + at / 16) {
            scene_begin(&scenes[i]);
            uint32_t before = world.flash.reads;
            sim_flash_plan_reads(&world.flash, at, at % 2 ? UINT32_MAX : 1);
            prov_result r = world_run(&world, scenes[i].op, scenes[i].to);
            hit = world.flash.reads - before >= at;
            sim_flash_reboot(&world.flash);
            if (!hit)
                assert_int_equal(r, PROV_OK);
            world_reboot(&world);
            assert_recovers(&scenes[i]);
        }
}

/* Random numbers run out, a primitive fails: at call 1, 2, … of the device's backend. */
static void failure_at_each_crypto_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (unsigned call = 1, hit = 1; hit; call += call < 64 ? 1 : 7) {
            scene_begin(&scenes[i]);
            unsigned before = prov_fake_calls(world.crypto);
            prov_fake_fail(world.crypto, call);
            prov_result r = world_run(&world, scenes[i].op, scenes[i].to);
            hit = prov_fake_calls(world.crypto) - before >= call;
            prov_fake_fail(world.crypto, 0);
            if (!hit)
                assert_int_equal(r, PROV_OK);
            world_reboot(&world);
            assert_recovers(&scenes[i]);
        }
}

/* --- the wire ----------------------------------------------------------------------------------- */

/* Lost, doubled and late datagrams are repaired by the protocols: the operation succeeds. When the server
 * dies, its sessions with it, the operation may fail; the next one succeeds. */
static unsigned fate_everywhere(const struct scene *scene, enum wire_fate fate)
{
    for (unsigned at = 1;; at++) {
        scene_begin(scene);
        unsigned before = world.sent;
        world_fate(&world, fate, at);
        prov_result r = world_run(&world, scene->op, scene->to);
        bool hit = world.sent - before >= at;
        if (fate != FATE_SERVER_DIES)
            assert_int_equal(r, PROV_OK);
        if (r == PROV_OK)
            assert_true(world_settled(&world));
        world_reboot(&world);
        assert_recovers(scene);
        if (!hit)
            return at - 1;
    }
}

static void each_datagram_is_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        print_message("%s: %u datagrams\n", prov_kind_text(scenes[i].to),
                      fate_everywhere(&scenes[i], FATE_LOST));
}

static void each_datagram_is_doubled(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        assert_in_range(fate_everywhere(&scenes[i], FATE_DOUBLED), 15, 100);
}

static void each_datagram_is_late(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        assert_in_range(fate_everywhere(&scenes[i], FATE_LATE), 15, 100);
}

static void server_dies_at_each_datagram(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        assert_in_range(fate_everywhere(&scenes[i], FATE_SERVER_DIES), 15, 100);
}

/* Done and durable, but the answer never leaves: the confirm among them. */
static void server_dies_before_each_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (unsigned at = 1; at <= 4; at++) {
            scene_begin(&scenes[i]);
            world.model.die_before_answer = at;
            prov_result r = world_run(&world, scenes[i].op, scenes[i].to);
            bool hit = world.model.die_before_answer == 0;
            assert_int_equal(r == PROV_OK, !hit);
            world.model.die_before_answer = 0;
            world_reboot(&world);
            assert_recovers(&scenes[i]);
        }
}

/* The answer is lost and so is the power, at each operation of the recovery. */
static void lost_confirm_and_power_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (unsigned at = 1; at < 30; at++) {
            scene_begin(&scenes[i]);
            world.model.die_before_answer = scenes[i].to == PROV_KIND_CERT ? 3 : 2;
            assert_int_not_equal(world_run(&world, scenes[i].op, scenes[i].to), PROV_OK);
            assert_int_equal(world.model.die_before_answer, 0);
            sim_flash_plan(&world.flash, SIM_CUT_TORN, at);
            prov_result r = world_run(&world, scenes[i].op, scenes[i].to);
            (void)r;
            world_reboot(&world);
            assert_recovers(&scenes[i]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cut_at_each_flash_operation),
        cmocka_unit_test(power_cut_when_the_kind_changes),
        cmocka_unit_test(power_cut_twice),
        cmocka_unit_test(error_at_each_flash_operation),
        cmocka_unit_test(wrong_bit_at_each_program),
        cmocka_unit_test(operation_left_out_in_silence),
        cmocka_unit_test(failing_reads),
        cmocka_unit_test(failure_at_each_crypto_call),
        cmocka_unit_test(each_datagram_is_lost),
        cmocka_unit_test(each_datagram_is_doubled),
        cmocka_unit_test(each_datagram_is_late),
        cmocka_unit_test(server_dies_at_each_datagram),
        cmocka_unit_test(server_dies_before_each_answer),
        cmocka_unit_test(lost_confirm_and_power_cut),
    };
    return cmocka_run_group_tests_name("rotation", tests, NULL, NULL);
}
