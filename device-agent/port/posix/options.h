/* SPDX-License-Identifier: Apache-2.0
 *
 * argv as a command and its options: one table of options, one of commands.
 */
#ifndef PROV_POSIX_OPTIONS_H
#define PROV_POSIX_OPTIONS_H

#include "prov/agent.h"
#include "prov/why.h"

enum option_id {
    OPT_STORE = 0,
    OPT_JSON,
    OPT_HELP,
    OPT_VERSION,
    OPT_EUI64,
    OPT_CSR,
    OPT_DRY_RUN,
    OPT_KIND,
    OPT_SERVER,
    OPT_ADDRESS,
    OPT_NO_FORWARD_SECRECY,
    OPT_NO_CLOCK,
    OPT_TIMER,
    OPT_MTU,
    OPT_TRIES,
    OPT_MAX_FRAGMENT,
    OPT_MAX_CHAIN,
    OPT_ALPN,
    OPT_HEARTBEAT,
    OPT_NO_CONNECTION_ID,
    OPT_NO_RESUMPTION,
    OPT_NO_CACHED_INFO,
    OPT_DISCOVER,
    OPT_SERVER_EUI64,
    OPT_STATS,
    OPT_CUT,
    OPT_COUNT
};

struct options {
    const char *values[OPT_COUNT]; /* "" for a flag that was given; NULL: not given */
    const char *operand;           /* BUNDLE, or NULL */
};
#define GIVEN(options, id) ((options)->values[id] != NULL)

struct command {
    const char *name;
    const char *operand; /* NULL: takes none */
    unsigned options;    /* bits */
    prov_result (*run)(const struct options *options, struct prov_why *why);
    const char *summary;
    const char *example;
};
extern const struct command commands[];
extern const size_t command_count;

PROV_MUST prov_result options_parse(int argc, char **argv, const struct command **ret_command,
                                    struct options *ret, struct prov_why *why);
/* A decimal number of an option; `fallback` if it was not given. PROV_E_USAGE. */
PROV_MUST prov_result options_number(const struct options *options, enum option_id id, uint32_t low,
                                     uint32_t high, uint32_t fallback, uint32_t *ret,
                                     struct prov_why *why);
void options_help(const struct command *command); /* NULL: the program's */

#endif
