/* SPDX-License-Identifier: Apache-2.0
 *
 * The rotation with real cryptography: each kind once, and single faults at a few places.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static struct world world;
static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_RPK, PROV_KIND_CERT};

static void begin(enum prov_kind kind)
{
    world_make(&world, kind);
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, kind), PROV_OK);
    assert_true(world_settled(&world));
}

static void recover(enum prov_kind kind)
{
    world_reboot(&world);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, kind), PROV_OK);
    assert_true(world_settled(&world));
    world_free(&world);
}

static void each_kind_enrolls_and_rotates(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            begin(kinds[i]);
            assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, kinds[j]), PROV_OK);
            assert_true(world_settled(&world));
            world_free(&world);
        }
}

static void power_cut_at_a_few_operations(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (uint32_t at = 1; at < 60; at += 7) {
            begin(kinds[i]);
            sim_flash_plan(&world.flash, SIM_CUT_TORN, at);
            prov_result r = world_run(&world, PROV_AGENT_ROTATE, kinds[i]);
            assert_true(r == PROV_OK || world.flash.off);
            recover(kinds[i]);
        }
}

static void datagrams_are_lost_or_doubled(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (unsigned at = 1; at < 20; at += 3)
            for (int fate = FATE_LOST; fate <= FATE_LATE; fate++) {
                begin(kinds[i]);
                world_fate(&world, (enum wire_fate)fate, at);
                assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, kinds[i]), PROV_OK);
                recover(kinds[i]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_enrolls_and_rotates),
        cmocka_unit_test(power_cut_at_a_few_operations),
        cmocka_unit_test(datagrams_are_lost_or_doubled),
    };
    return cmocka_run_group_tests_name("rotation, real cryptography", tests, NULL, NULL);
}
