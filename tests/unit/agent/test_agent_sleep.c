/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent on a board that sleeps between datagrams: frozen and thawed, woken hours late, with a source
 * or a clock that fails; one long primitive a step; what it counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "tests/fake_crypto/fake_crypto.h"

#define NO_KIND ((enum prov_kind)0)

static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_RPK, PROV_KIND_CERT};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* Another world, after which teardown_world is as good as before. */
static void world_anew(enum prov_kind kind)
{
    world_free(&world);
    world_make(&world, kind);
}

/* Enrolls, then rotates to each kind and back. */
static void go_round(void)
{
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    for (size_t i = 0; i < 2 * KINDS; i++)
        assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, kinds[i % KINDS]), PROV_OK);
    assert_true(world_settled(&world));
}

/* --- frozen between any two steps --------------------------------------------------------------- */

static void swap_out(void *room, size_t len, uint8_t **ret)
{
    *ret = malloc(len);
    assert_non_null(*ret);
    memcpy(*ret, room, len);
    memset(room, 0xa5, len);
}

static void swap_in(void *room, size_t len, uint8_t *kept)
{
    memcpy(room, kept, len);
    free(kept);
}

/* What was on the stack is gone as well. */
static void stack_used_for_something_else(void)
{
    volatile uint8_t octets[16384];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = 0xa5;
}

static void freeze_and_thaw(struct world *at)
{
    uint8_t *agent, *store, *workspace;
    swap_out(&at->agent, sizeof at->agent, &agent);
    swap_out(&at->store, sizeof at->store, &store);
    swap_out(at->workspace, sizeof *at->workspace, &workspace);
    stack_used_for_something_else();
    swap_in(at->workspace, sizeof *at->workspace, workspace);
    swap_in(&at->store, sizeof at->store, store);
    swap_in(&at->agent, sizeof at->agent, agent);
}

static void frozen_between_any_two_steps_it_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        world_anew(kinds[i]);
        world.before_step = freeze_and_thaw;
        go_round();
    }
}

/* --- woken late --------------------------------------------------------------------------------- */

#define HOURS(n) ((uint64_t)(n)*3600000)

static unsigned waited; /* bits of the phases that it has slept in */

/* Asleep it always says until when, unless it waits for the board itself. In LEAVE it is not: all is to be pulled. */
static void deadline_is_told(struct world *at, enum prov_agent_event event)
{
    uint64_t deadline = prov_agent_deadline(&at->agent);
    enum prov_agent_phase phase = at->agent.phase;
    if (event != PROV_AGENT_WAIT || deadline == 0 || phase == PROV_PHASE_LEAVE)
        return;
    waited |= 1u << phase;
    assert_true(deadline > at->now_ms);
    assert_true(deadline != UINT64_MAX);
    if (phase == PROV_PHASE_LATER)
        assert_true(deadline <= at->now_ms + 60000);
}

static uint64_t last_step_ms;

/* A pause begins when all is pulled: the next step is at its end. */
static void pause_is_told(struct world *at)
{
    uint64_t deadline = prov_agent_deadline(&at->agent);
    if (at->agent.phase == PROV_PHASE_PAUSE && deadline > last_step_ms) {
        waited |= 1u << PROV_PHASE_PAUSE;
        assert_true(deadline <= last_step_ms + 60000);
    }
    last_step_ms = at->now_ms;
}

static void hours_of_sleep_cost_a_retransmission(void **state)
{
    (void)state;
    waited = 0;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (unsigned lost = 1; lost <= 40; lost++) {
            world_anew(kinds[kind]);
            world.after_step = deadline_is_told;
            world.oversleep_ms = HOURS(5);
            world_fate(&world, FATE_LOST, lost);
            assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
            if (!world_settled(&world)) /* the last word was lost: it is asked again */
                assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
            assert_true(world_settled(&world));
        }
    unsigned all = 1u << PROV_PHASE_HANDSHAKE | 1u << PROV_PHASE_ANSWER | 1u << PROV_PHASE_CONFIRM;
    assert_int_equal(waited & all, all);
}

static void hours_of_silence_end_by_the_count_of_tries(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .tries = 3};
    waited = 0;
    world.deaf = true;
    world.before_step = pause_is_told;
    world.after_step = deadline_is_told;
    world.oversleep_ms = HOURS(5);
    assert_int_equal(world_run_request(&world, &request), PROV_E_TIMEOUT);
    assert_int_equal(prov_agent_report(&world.agent)->handshakes, 3);
    assert_int_equal(waited, 1u << PROV_PHASE_HANDSHAKE | 1u << PROV_PHASE_PAUSE);
    assert_true(prov_agent_deadline(&world.agent) == UINT64_MAX);
}

static void busy_server_is_asked_hours_later(void **state)
{
    (void)state;
    waited = 0;
    world.model.busy = 2;
    world.model.max_age = 30;
    world.after_step = deadline_is_told;
    world.oversleep_ms = HOURS(5);
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
    assert_true((waited & 1u << PROV_PHASE_LATER) != 0);
}

/* A session that was kept is judged by its age at the moment of its use. */
static void h33_age_counts_while_it_sleeps(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_true(prov_agent_report(&world.agent)->abbreviated);
    world_reboot(&world);
    world.now_ms += HOURS(25);
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_false(prov_agent_report(&world.agent)->abbreviated);
}

/* --- one long primitive a step ------------------------------------------------------------------ */

/* A multiplication of a point, or two of them. Whether a point lies on the curve is an equation: that a path's end
 * entity has a good one is looked at in the step of its first signature. */
static bool is_long(enum prov_fake_operation operation)
{
    return operation == PROV_FAKE_ECDH_MAKE || operation == PROV_FAKE_ECDH_AGREE ||
           operation == PROV_FAKE_KEY_MAKE || operation == PROV_FAKE_SIGN ||
           operation == PROV_FAKE_VERIFY;
}

static unsigned long_operations;

static void trace_begin(struct world *at)
{
    prov_fake_trace_clear(at->crypto);
}

static void one_at_the_most(struct world *at, enum prov_agent_event event)
{
    size_t count = 0;
    unsigned found = 0, checks = 0;
    const struct prov_fake_entry *trace = prov_fake_trace(at->crypto, &count);
    (void)event;
    assert_true(count < PROV_FAKE_TRACE_MAX);
    for (size_t i = 0; i < count; i++) {
        found += is_long(trace[i].operation);
        checks += trace[i].operation == PROV_FAKE_POINT_CHECK;
    }
    assert_true(found <= 1 && checks <= 1);
    long_operations += found;
}

static void no_step_runs_two_long_primitives(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        world_anew(kinds[i]);
        world.before_step = trace_begin;
        world.after_step = one_at_the_most;
        long_operations = 0;
        go_round();
        assert_true(long_operations > 40);
    }
}

/* --- what fails, fails with a code, and the credential is as it was ------------------------------- */

static void rotates_as_if_nothing_had_been(void)
{
    assert_true(world_accepted(&world, PROV_STORE_CURRENT));
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
}

static void row59_source_that_fails_at_any_call_costs_nothing(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        prov_result r = PROV_E_RANDOM;
        unsigned call = 0;
        while (r != PROV_OK) {
            world_anew(kinds[kind]);
            assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
            world.random_fails = ++call;
            r = world_run(&world, PROV_AGENT_ROTATE, NO_KIND);
            assert_true(r == PROV_OK || r == PROV_E_RANDOM);
            world.random_fails = 0;
            rotates_as_if_nothing_had_been();
        }
        assert_true(call > 3);
    }
}

static void row29_clock_that_is_absent_stops_nobody(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        world_anew(kinds[kind]);
        world.trust = PROV_CLOCK_NONE;
        go_round();
    }
}

/* Years behind, years ahead, after everything has ended: only certificates are dated. */
static void row29_clock_that_is_years_wrong_costs_nothing(void **state)
{
    (void)state;
    static const int64_t times[] = {0, 1000000000, 4102444800, 253402300801};
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            world_anew(kinds[kind]);
            assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
            int64_t right = world.time;
            bool dated = kinds[kind] == PROV_KIND_CERT && i != 2;
            world.time = times[i];
            assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND),
                             dated ? PROV_E_TIME : PROV_OK);
            assert_true(world_accepted(&world, PROV_STORE_CURRENT));
            world.time = right;
            rotates_as_if_nothing_had_been();
        }
}

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
        cmocka_unit_test_setup_teardown(frozen_between_any_two_steps_it_goes_on, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(hours_of_sleep_cost_a_retransmission, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(hours_of_silence_end_by_the_count_of_tries, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(busy_server_is_asked_hours_later, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h33_age_counts_while_it_sleeps, setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(no_step_runs_two_long_primitives, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row59_source_that_fails_at_any_call_costs_nothing,
                                        setup_psk, teardown_world),
        cmocka_unit_test_setup_teardown(row29_clock_that_is_absent_stops_nobody, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row29_clock_that_is_years_wrong_costs_nothing, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(a_lost_datagram_costs_a_wake, setup_psk, teardown_world),
        cmocka_unit_test_setup_teardown(wakes_and_octets_are_counted, setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(time_is_counted_by_phase, setup_rpk, teardown_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
