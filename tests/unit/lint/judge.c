/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

struct prov_crypto *crypto;

int lint_setup(void **state)
{
    (void)state;
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

int lint_teardown(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    return 0;
}

struct sink {
    struct judged *judged;
    enum prov_check_subject subject;
    size_t next; /* number of the rule that may be told next */
};

static void take(void *context, const struct prov_check_finding *finding)
{
    struct sink *sink = context;
    struct judged *judged = sink->judged;
    const struct prov_check_rule *rule;

    while ((rule = prov_check_rule_at(sink->next)) != NULL &&
           (rule->subjects & (unsigned)sink->subject) == 0)
        sink->next++;
    assert_ptr_equal(rule, finding->rule);
    sink->next++;
    judged->told++;
    assert_true(finding->evidence[0] != '\0');
    if (judged->asked != NULL && strcmp(judged->asked, rule->id) == 0)
        judged->kept = *finding;
    judged->untested += finding->verdict == PROV_CHECK_NOT_TESTED;
    if (finding->verdict != PROV_CHECK_FAIL)
        return;
    size_t len = strlen(judged->rules);
    snprintf(judged->rules + len, sizeof judged->rules - len, "%s ", rule->id);
    if (judged->failed++ == 0)
        memcpy(judged->evidence, finding->evidence, sizeof judged->evidence);
}

void judge(const struct prov_check_file *file, struct judged *ret)
{
    struct prov_check_file asked = *file;
    struct sink sink = {ret, file->subject, 0};
    const char *rule = ret->asked;

    *ret = (struct judged){.asked = rule};
    asked.crypto = crypto;
    asked.now_unix = NOW;
    asked.sink = (struct prov_check_sink){take, &sink};
    assert_int_equal(prov_check_file(&asked), PROV_OK);
    assert_true(ret->told > 5);
}

void judge_part(enum prov_check_subject subject, const char *profile, struct prov_bytes part,
                struct judged *ret)
{
    judge(
        &(struct prov_check_file){
            .subject = subject, .profile = profile, .parts = &part, .part_count = 1},
        ret);
}

void assert_clean(const struct judged *judged, const char *what)
{
    if (judged->failed > 0)
        fail_msg("%s: fails %s: %s", what, judged->rules, judged->evidence);
}

void assert_found(const struct judged *judged, const char *what, const char *rule)
{
    char expected[64];

    snprintf(expected, sizeof expected, "%s ", rule);
    if (strcmp(judged->rules, expected) != 0)
        fail_msg("%s: found by \"%s\", not by \"%s\": %s", what, judged->rules, expected,
                 judged->evidence);
}

void assert_all_seeded(enum prov_check_subject subject, const char *prefix,
                       const char *const *seeded, size_t count)
{
    const struct prov_check_rule *rule;
    unsigned missing = 0;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++) {
        bool found = false;
        if ((rule->subjects & (unsigned)subject) == 0 ||
            strncmp(rule->id, prefix, strlen(prefix)) != 0)
            continue;
        for (size_t k = 0; k < count; k++)
            found = found || strcmp(seeded[k], rule->id) == 0;
        if (!found)
            print_message("no fault is seeded for %s\n", rule->id);
        missing += !found;
    }
    assert_int_equal(missing, 0);
}
