/* SPDX-License-Identifier: Apache-2.0
 *
 * A good client, in each kind: nothing fails, every rule is told once, and what is not tested says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

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

static const struct rig_switch slow = {.slow = true};

/* 0xC0A8 alone is the profile's own list, and has no forward secrecy: a MAY. */
static bool may_fail(const struct prov_check_finding *finding, enum rig_mode mode)
{
    return mode == RIG_PSK && strcmp(finding->rule->id, "client.suites.forward_secrecy") == 0;
}

static void judge_good(enum rig_mode mode)
{
    size_t rules = 0;

    rig_make(&rig, &world, mode, &slow);
    rig_run(&rig);
    for (size_t i = 0; i < rig.finding_count; i++) {
        const struct prov_check_finding *finding = &rig.findings[i];
        if (finding->verdict != PROV_CHECK_FAIL || may_fail(finding, mode))
            continue;
        print_error("%s: %s: %s\n", rig_mode_names[mode], finding->rule->id, finding->evidence);
        fail();
    }
    for (size_t i = 0; i < prov_check_rule_count(); i++) {
        const struct prov_check_rule *rule = prov_check_rule_at(i);
        unsigned told = 0;
        if ((rule->subjects & PROV_CHECK_DEVICE) == 0)
            continue;
        rules++;
        for (size_t k = 0; k < rig.finding_count; k++)
            told += rig.findings[k].rule == rule;
        assert_int_equal(told, 1);
    }
    assert_int_equal(rules, rig.finding_count);
    rig_free(&rig);
}

static void a_good_psk_client_passes(void **state)
{
    (void)state;
    judge_good(RIG_PSK);
}

static void a_good_forward_secret_psk_client_passes(void **state)
{
    (void)state;
    judge_good(RIG_PSK_FS);
}

static void a_good_raw_key_client_passes(void **state)
{
    (void)state;
    judge_good(RIG_RPK);
}

static void a_good_certificate_client_passes(void **state)
{
    (void)state;
    judge_good(RIG_CERT);
}

/* No rule is left to "no probe spoke of it": a reason is given by the judge. */
static void what_is_not_tested_says_why(void **state)
{
    (void)state;
    for (int mode = 0; mode < RIG_MODES; mode++) {
        rig_make(&rig, &world, (enum rig_mode)mode, NULL);
        rig_run(&rig);
        for (size_t i = 0; i < rig.finding_count; i++) {
            assert_true(rig.findings[i].evidence[0] != '\0');
            if (strstr(rig.findings[i].evidence, "no probe") != NULL)
                fail_msg("%s: %s", rig.findings[i].rule->id, rig.findings[i].evidence);
        }
        assert_int_equal(rig_finding(&rig, "client.timer")->verdict, PROV_CHECK_NOT_TESTED);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_psk_client_passes),
        cmocka_unit_test(a_good_forward_secret_psk_client_passes),
        cmocka_unit_test(a_good_raw_key_client_passes),
        cmocka_unit_test(a_good_certificate_client_passes),
        cmocka_unit_test(what_is_not_tested_says_why),
    };
    return cmocka_run_group_tests_name("a good client", tests, setup, teardown);
}
