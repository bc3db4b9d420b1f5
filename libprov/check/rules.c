/* SPDX-License-Identifier: Apache-2.0
 *
 * All rules, and the words for what can be said of one.
 */
#include "rules.h"

#include <string.h>

static const struct prov_check_rule *const tables[] = {
    prov_check_rules_endpoint,
    prov_check_rules_device,
    prov_check_rules_file,
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

const struct prov_check_rule *prov_check_rule_at(size_t number)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct prov_check_rule *rule = tables[i]; rule->id != NULL; rule++)
            if (number-- == 0)
                return rule;
    return NULL;
}

size_t prov_check_rule_count(void)
{
    size_t count = 0;

    while (prov_check_rule_at(count) != NULL)
        count++;
    return count;
}

const struct prov_check_rule *prov_check_rule_find(const char *id)
{
    const struct prov_check_rule *rule;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}

size_t check_rule_number(const char *id, enum prov_check_subject subject)
{
    size_t number = 0;

    for (size_t i = 0; i < TABLES; i++)
        for (const struct prov_check_rule *rule = tables[i]; rule->id != NULL; rule++, number++)
            if ((rule->subjects & (unsigned)subject) != 0 && strcmp(rule->id, id) == 0)
                return number < PROV_CHECK_RULES_MAX ? number : PROV_CHECK_RULES_MAX;
    return PROV_CHECK_RULES_MAX;
}

const char *prov_check_subject_text(enum prov_check_subject subject)
{
    switch (subject) {
    case PROV_CHECK_ENDPOINT:
        return "endpoint";
    case PROV_CHECK_DEVICE:
        return "device";
    case PROV_CHECK_CERT:
        return "cert";
    case PROV_CHECK_CHAIN:
        return "chain";
    case PROV_CHECK_CSR:
        return "csr";
    case PROV_CHECK_RPK:
        return "rpk";
    case PROV_CHECK_PSK:
        return "psk";
    case PROV_CHECK_BUNDLE:
        return "bundle";
    }
    return "?";
}

const char *prov_check_level_text(enum prov_check_level level)
{
    switch (level) {
    case PROV_CHECK_MUST:
        return "MUST";
    case PROV_CHECK_SHOULD:
        return "SHOULD";
    case PROV_CHECK_MAY:
        return "MAY";
    }
    return "?";
}

const char *prov_check_verdict_text(enum prov_check_verdict verdict)
{
    switch (verdict) {
    case PROV_CHECK_PASS:
        return "pass";
    case PROV_CHECK_FAIL:
        return "fail";
    case PROV_CHECK_NOT_APPLICABLE:
        return "not applicable";
    case PROV_CHECK_NOT_TESTED:
        return "not tested";
    }
    return "?";
}
