/* SPDX-License-Identifier: Apache-2.0
 *
 * Each rule broken by one switch: it is found by the rule that it breaks, and by no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "faults.h"

static struct rig_world world;
static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_world_make(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_world_free(&world);
    return 0;
}

/* A list without forward secrecy breaks a MAY in every run of its kind. */
static bool is_expected(const struct prov_check_rule *rule, const struct rig_switch *fault)
{
    return strcmp(rule->id, fault->rule) == 0 ||
           (fault->mode == RIG_PSK && strcmp(rule->id, "client.suites.forward_secrecy") == 0);
}

static unsigned judge_fault(const struct rig_switch *fault)
{
    unsigned wrong = 0;

    rig_make(&rig, &world, fault->mode, fault);
    rig_run(&rig);
    const struct prov_check_finding *found = rig_finding(&rig, fault->rule);
    if (found == NULL || found->verdict != PROV_CHECK_FAIL) {
        print_error("%s: %s was not found: %s\n", fault->name, fault->rule,
                    found != NULL ? found->evidence : "no such rule");
        wrong++;
    }
    for (size_t i = 0; i < rig.finding_count; i++)
        if (rig.findings[i].verdict == PROV_CHECK_FAIL &&
            !is_expected(rig.findings[i].rule, fault)) {
            print_error("%s: %s fails too: %s\n", fault->name, rig.findings[i].rule->id,
                        rig.findings[i].evidence);
            wrong++;
        }
    rig_free(&rig);
    return wrong;
}

static void judge_table(const struct rig_switch *table)
{
    unsigned wrong = 0;

    for (; table->name != NULL; table++)
        wrong += judge_fault(table);
    assert_int_equal(wrong, 0);
}

static void a_broken_hello_is_found_by_its_rule_alone(void **state)
{
    (void)state;
    judge_table(faults_hello);
}

static void what_a_server_does_wrong_and_is_accepted_is_found(void **state)
{
    (void)state;
    judge_table(faults_flight);
}

static void a_chain_that_is_wrongly_accepted_is_found(void **state)
{
    (void)state;
    judge_table(faults_chain);
}

static void a_broken_session_is_found_by_its_rule_alone(void **state)
{
    (void)state;
    judge_table(faults_session);
}

/* --- the tables are whole -------------------------------------------------------------------- */

static bool has_fault(const char *rule)
{
    static const struct rig_switch *const tables[] = {faults_hello, faults_flight, faults_chain,
                                                      faults_session};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        for (const struct rig_switch *row = tables[i]; row->name != NULL; row++)
            if (strcmp(row->rule, rule) == 0)
                return true;
    return false;
}

static void every_rule_of_a_device_has_a_client_that_breaks_it(void **state)
{
    const struct prov_check_rule *rule;
    unsigned missing = 0;

    (void)state;
    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        if ((rule->subjects & PROV_CHECK_DEVICE) != 0 && !has_fault(rule->id)) {
            print_error("no client breaks %s\n", rule->id);
            missing++;
        }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_hello_is_found_by_its_rule_alone),
        cmocka_unit_test(what_a_server_does_wrong_and_is_accepted_is_found),
        cmocka_unit_test(a_chain_that_is_wrongly_accepted_is_found),
        cmocka_unit_test(a_broken_session_is_found_by_its_rule_alone),
        cmocka_unit_test(every_rule_of_a_device_has_a_client_that_breaks_it),
    };
    return cmocka_run_group_tests_name("faults of clients", tests, setup, teardown);
}
