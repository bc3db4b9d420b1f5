/* SPDX-License-Identifier: Apache-2.0
 *
 * What has been found so far, rule by rule; told once, at the end.
 *
 * A rule may be looked at several times in a run. A failure stays, with its first evidence; a pass gives way
 * to a failure alone; "not applicable" and "not tested" give way to either. A rule that nobody spoke of is
 * "not tested".
 */
#ifndef PROV_CHECK_FINDINGS_H
#define PROV_CHECK_FINDINGS_H

#include "rules.h"

struct check_findings {
    enum prov_check_subject subject;
    const char
        *unknown; /* a rule that was spoken of and is not this subject's: a fault of the judge */
    struct check_slot {
        enum prov_check_verdict verdict; /* 0: nothing yet */
        char evidence[PROV_CHECK_EVIDENCE_MAX];
    } slots[PROV_CHECK_RULES_MAX]; /* by number of the rule */
};

void check_findings_begin(struct check_findings *findings, enum prov_check_subject subject);
/* The rule must be one of the subject's: see `unknown`. */
void check_pass(struct check_findings *findings, const char *rule, const char *evidence, ...)
    __attribute__((format(printf, 3, 4)));
void check_fail(struct check_findings *findings, const char *rule, const char *evidence, ...)
    __attribute__((format(printf, 3, 4)));
void check_not_applicable(struct check_findings *findings, const char *rule, const char *reason,
                          ...) __attribute__((format(printf, 3, 4)));
void check_not_tested(struct check_findings *findings, const char *rule, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));
/* Either: pass if good. */
void check_judge_rule(struct check_findings *findings, const char *rule, bool good,
                      const char *evidence, ...) __attribute__((format(printf, 4, 5)));
/* A finding that another judge made: taken if the rule is one of this subject's too. */
void check_findings_take(struct check_findings *findings, const struct prov_check_finding *finding);
enum prov_check_verdict check_verdict(const struct check_findings *findings, const char *rule);
/* Tells every rule of the subject. reason: of those that nobody spoke of. */
void check_findings_tell(const struct check_findings *findings, const char *reason,
                         const struct prov_check_sink *sink);

/* Hex of the first octets, "…" and the length behind it if there are more. */
#define CHECK_HEX_TEXT 160
const char *check_hex(struct prov_bytes octets, char room[CHECK_HEX_TEXT]);

#endif
