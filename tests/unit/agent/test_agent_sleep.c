/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent on a board that sleeps between datagrams: what it counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define NO_KIND ((enum prov_kind)0)

/* --- what it counts ----------------------------------------------------------------------------- */

static uint64_t slow_uptime(void *context)
{
    static uint64_t now;
    (void)context;
    now += 5;
    return now;
}

static void a_lost_datagram_costs_a_wake(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .tries = 3};
    world_fate(&world, FATE_LOST, 2);
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    const struct prov_agent_stats *stats = prov_agent_stats(&world.agent);
    /* once more by the timer, but not by the server's close_notify, which comes after the end */
    assert_int_equal(stats->wakes, stats->datagrams_in);
}

static void wakes_and_octets_are_counted(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    const struct prov_agent_stats *stats = prov_agent_stats(&world.agent);
    assert_int_equal(stats->octets_out, world.octets[0]);
    assert_in_range(stats->octets_in, 1, world.octets[1]);
    assert_in_range(stats->datagrams_in, 1, world.sent - stats->datagrams_out);
    assert_int_equal(stats->wakes, stats->datagrams_in - 1); /* the close_notify wakes nobody */
}

static void time_is_counted_by_phase(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    world.port.uptime_ms = slow_uptime;
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    const struct prov_agent_stats *stats = prov_agent_stats(&world.agent);
    for (size_t i = 0; i < PROV_AGENT_STATS_PHASES; i++) {
        assert_int_equal(stats->phase[i].spent_ms, 5 * stats->phase[i].steps);
        assert_int_equal(stats->phase[i].longest_ms, stats->phase[i].steps > 0 ? 5 : 0);
    }
    assert_true(stats->phase[PROV_PHASE_HANDSHAKE].steps > 4);
    assert_int_equal(stats->phase[PROV_PHASE_STAGE].steps, 1);
    assert_int_equal(stats->phase[PROV_PHASE_FAILED].steps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_datagram_costs_a_wake, setup_psk, teardown_world),
        cmocka_unit_test_setup_teardown(wakes_and_octets_are_counted, setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(time_is_counted_by_phase, setup_rpk, teardown_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
