/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROV_POSIX_COMMANDS_H
#define PROV_POSIX_COMMANDS_H

#include "board.h"
#include "options.h"
#include "print.h"

/* Opens the board on --store with the options that all commands share. */
PROV_MUST prov_result command_open(const struct options *options, enum flash_open how,
                                   struct board *board, struct prov_why *why);

/* All of a file (- is standard input): PROV_E_OVERFLOW if it is longer than ret, which a `what` is not. */
PROV_MUST prov_result input_read(const char *name, const char *what, struct prov_buf *ret,
                                 struct prov_why *why);

PROV_MUST prov_result cmd_identity(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_install(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_enroll(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_rotate(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_denylist(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_status(const struct options *options, struct prov_why *why);
PROV_MUST prov_result cmd_log(const struct options *options, struct prov_why *why);

#endif
