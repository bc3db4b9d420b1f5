/* SPDX-License-Identifier: Apache-2.0
 *
 * Which probes can run, and what is said of the rules of those that cannot.
 */
#include "endpoint.h"

#include <string.h>

struct need {
    unsigned bit;
    bool met;
    bool
        applies; /* false: when it is not met the rules are not applicable, rather than not tested */
    const char *why;
};

static bool has_key(const struct prov_bundle *bundle)
{
    return bundle != NULL && (bundle->kind == PROV_KIND_PSK || bundle->scalar.len > 0);
}

/* The first need that is not met. */
static bool find_missing(const struct endpoint *e, unsigned needs, struct need *ret)
{
    const struct prov_bundle *bundle = e->run->config.bundle;
    const struct need all[] = {
        {NEEDS_SLOW, e->run->config.slow, true, "takes minutes: --slow"},
        {NEEDS_BASE, e->has_base, true, "no hello of the profile is accepted"},
        {NEEDS_COOKIE, e->cookies, false, "the server sends no HelloVerifyRequest"},
        {NEEDS_PSK, endpoint_psk_mode(e) != CHECK_MODES, false,
         "the server takes no pre-shared keys"},
        {NEEDS_PSK_FS, e->modes[CHECK_PSK_FS] || e->modes[CHECK_PSK_FS_8], false,
         "the server has no ECDHE_PSK suite"},
        {NEEDS_SHARE, endpoint_share_mode(e) != CHECK_MODES, false,
         "the server has no suite with ECDHE"},
        {NEEDS_RPK, e->modes[CHECK_RPK], false, "the server has no raw public key"},
        {NEEDS_CERT, e->modes[CHECK_CERT], false, "the server has no certificate"},
        {NEEDS_PUBLIC, endpoint_public_mode(e) != CHECK_MODES, false,
         "the server has neither raw public keys nor certificates"},
        {NEEDS_BUNDLE, bundle != NULL, true, "needs a bundle"},
        {NEEDS_BUNDLE, has_key(bundle), true, "the bundle has no private key"},
        {NEEDS_BUNDLE, e->has_own, true,
         "the server does not have the bundle's kind of credential"},
        {NEEDS_CONNECTED, e->connects, true, e->connect_why},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if ((needs & all[i].bit) != 0 && !all[i].met) {
            *ret = all[i];
            return true;
        }
    return false;
}

static void leave_out_rule(struct endpoint *e, const char *rule, const struct need *missing)
{
    if (missing->applies)
        check_not_tested(e->findings, rule, "%s", missing->why);
    else
        check_not_applicable(e->findings, rule, "%s", missing->why);
}

static void leave_out_chain(struct endpoint *e, const struct need *missing)
{
    const struct prov_check_rule *rule;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        if ((rule->subjects & PROV_CHECK_ENDPOINT) && (rule->subjects & PROV_CHECK_CHAIN))
            leave_out_rule(e, rule->id, missing);
}

bool check_leave_out(struct endpoint *e, const struct check_probe *probe)
{
    unsigned needs = probe->needs;
    struct need missing;

    if (needs & NEEDS_CONNECTED)
        needs |= NEEDS_BUNDLE;
    if (!find_missing(e, needs, &missing))
        return false;
    for (size_t i = 0; i < sizeof(probe->rules) / sizeof(probe->rules[0]); i++) {
        const char *rule = probe->rules[i];

        if (rule != NULL && strcmp(rule, CHECK_CHAIN_RULES) == 0)
            leave_out_chain(e, &missing);
        else if (rule != NULL)
            leave_out_rule(e, rule, &missing);
    }
    return true;
}
