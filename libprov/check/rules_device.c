/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of a device's client. id, subjects, level, title, document, section, row, remedy.
 */
#include "rules.h"

const struct prov_check_rule prov_check_rules_device[] = {
    {.id = NULL},
};
