/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of files; those of a server's chain hold for an endpoint too. id, subjects, level, title, document,
 * section, row, remedy.
 */
#include "rules.h"

const struct prov_check_rule prov_check_rules_file[] = {
    {.id = NULL},
};
