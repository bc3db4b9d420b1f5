/* SPDX-License-Identifier: Apache-2.0
 *
 * A file judged, and which rules it broke.
 */
#ifndef PROV_TESTS_LINT_JUDGE_H
#define PROV_TESTS_LINT_JUDGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "prov/check.h"
#include "prov/profile.h"
#include "tests/unit/x509/mint.h"

#define NOW INT64_C(1800000000) /* 2027-01-15 */

extern struct prov_crypto *crypto;
int lint_setup(void **state);
int lint_teardown(void **state);

struct judged {
    unsigned told, failed, untested;
    char rules[400]; /* those that failed, with a space behind each */
    char evidence[PROV_CHECK_EVIDENCE_MAX];
    const char *asked; /* a rule whose finding is kept */
    struct prov_check_finding kept;
};
/* Judges, and asserts that each rule of the subject is told once, in order. */
void judge(const struct prov_check_file *file, struct judged *ret);
void judge_part(enum prov_check_subject subject, const char *profile, struct prov_bytes part,
                struct judged *ret);
/* Nothing fails; what fails is printed. */
void assert_clean(const struct judged *judged, const char *what);
/* The rule fails, and no other does. */
void assert_found(const struct judged *judged, const char *what, const char *rule);
/* Every rule of the subject whose id begins with the prefix is in the list. */
void assert_all_seeded(enum prov_check_subject subject, const char *prefix,
                       const char *const *seeded, size_t count);

#endif
