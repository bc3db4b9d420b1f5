/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules: one table a subject, in a file of its own; rules.c joins them. To add a rule: add a row.
 */
#ifndef PROV_CHECK_RULES_H
#define PROV_CHECK_RULES_H

#include "prov/check.h"

/* Each ends with a row whose id is NULL. */
extern const struct prov_check_rule prov_check_rules_endpoint[];
extern const struct prov_check_rule prov_check_rules_device[];
extern const struct prov_check_rule prov_check_rules_file[];

#define PROV_CHECK_RULES_MAX 384 /* in all tables */

/* The number of the subject's rule with this id; PROV_CHECK_RULES_MAX: it has none. */
size_t check_rule_number(const char *id, enum prov_check_subject subject);

#endif
