/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "prov/text.h"

void check_findings_begin(struct check_findings *findings, enum prov_check_subject subject)
{
    memset(findings, 0, sizeof(*findings));
    findings->subject = subject;
}

static bool gives_way(enum prov_check_verdict old, enum prov_check_verdict new)
{
    if (old == PROV_CHECK_FAIL)
        return false;
    if (old == PROV_CHECK_PASS)
        return new == PROV_CHECK_FAIL;
    return true;
}

__attribute__((format(printf, 4, 0))) static void note(struct check_findings *findings,
                                                       const char *id,
                                                       enum prov_check_verdict verdict,
                                                       const char *format, va_list list)
{
    size_t at = check_rule_number(id, findings->subject);

    if (at == PROV_CHECK_RULES_MAX) {
        findings->unknown = id;
        return;
    }
    struct check_slot *slot = &findings->slots[at];
    if (!gives_way(slot->verdict, verdict))
        return;
    slot->verdict = verdict;
    vsnprintf(slot->evidence, sizeof(slot->evidence), format, list);
}

void check_pass(struct check_findings *findings, const char *rule, const char *evidence, ...)
{
    va_list list;

    va_start(list, evidence);
    note(findings, rule, PROV_CHECK_PASS, evidence, list);
    va_end(list);
}

void check_fail(struct check_findings *findings, const char *rule, const char *evidence, ...)
{
    va_list list;

    va_start(list, evidence);
    note(findings, rule, PROV_CHECK_FAIL, evidence, list);
    va_end(list);
}

void check_not_applicable(struct check_findings *findings, const char *rule, const char *reason,
                          ...)
{
    va_list list;

    va_start(list, reason);
    note(findings, rule, PROV_CHECK_NOT_APPLICABLE, reason, list);
    va_end(list);
}

void check_not_tested(struct check_findings *findings, const char *rule, const char *reason, ...)
{
    va_list list;

    va_start(list, reason);
    note(findings, rule, PROV_CHECK_NOT_TESTED, reason, list);
    va_end(list);
}

void check_judge_rule(struct check_findings *findings, const char *rule, bool good,
                      const char *evidence, ...)
{
    va_list list;

    va_start(list, evidence);
    note(findings, rule, good ? PROV_CHECK_PASS : PROV_CHECK_FAIL, evidence, list);
    va_end(list);
}

void check_findings_take(struct check_findings *findings, const struct prov_check_finding *finding)
{
    size_t at = check_rule_number(finding->rule->id, findings->subject);

    if (at == PROV_CHECK_RULES_MAX || !gives_way(findings->slots[at].verdict, finding->verdict))
        return;
    findings->slots[at].verdict = finding->verdict;
    memcpy(findings->slots[at].evidence, finding->evidence, PROV_CHECK_EVIDENCE_MAX);
}

enum prov_check_verdict check_verdict(const struct check_findings *findings, const char *rule)
{
    size_t at = check_rule_number(rule, findings->subject);

    return at == PROV_CHECK_RULES_MAX ? (enum prov_check_verdict)0 : findings->slots[at].verdict;
}

void check_findings_tell(const struct check_findings *findings, const char *reason,
                         const struct prov_check_sink *sink)
{
    const struct prov_check_rule *rule;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL && i < PROV_CHECK_RULES_MAX; i++) {
        const struct check_slot *slot = &findings->slots[i];
        struct prov_check_finding finding = {.rule = rule, .verdict = PROV_CHECK_NOT_TESTED};

        if ((rule->subjects & findings->subject) == 0)
            continue;
        if (slot->verdict != 0)
            finding.verdict = slot->verdict;
        snprintf(finding.evidence, sizeof(finding.evidence), "%s",
                 slot->verdict != 0 ? slot->evidence : reason);
        if (sink->finding != NULL)
            sink->finding(sink->context, &finding);
    }
}

#define HEX_OCTETS 64

const char *check_hex(struct prov_bytes octets, char room[CHECK_HEX_TEXT])
{
    struct prov_bytes shown = {octets.data, octets.len < HEX_OCTETS ? octets.len : HEX_OCTETS};

    prov_hex_format(shown, room);
    if (shown.len < octets.len)
        snprintf(room + 2 * shown.len, CHECK_HEX_TEXT - 2 * shown.len, "... (%zu octets)",
                 octets.len);
    return room;
}
