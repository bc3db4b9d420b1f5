/* SPDX-License-Identifier: Apache-2.0
 *
 * argv as options and words. One table has every option of the program; a command's row says which
 * ones it takes. An option stands anywhere, as --name VALUE or --name=VALUE; "--" ends options.
 */
#ifndef PROV_CLI_ARGS_H
#define PROV_CLI_ARGS_H

#include "prov/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
    OPT_HELP,
    OPT_VERSION,
    OPT_JSON,
    OPT_DRY_RUN,
    OPT_REGISTRY,
    OPT_KEY,
    OPT_ORG,
    OPT_COUNTRY,
    OPT_ADDRESS,
    OPT_LABEL,
    OPT_GROUP,
    OPT_FROM_EUI48,
    OPT_CSV,
    OPT_APPROVE_ENROLL,
    OPT_SERVER,
    OPT_USE,
    OPT_IDENTITY_FILE,
    OPT_KEY_FILE,
    OPT_FORMAT,
    OPT_PUBLIC,
    OPT_CSR,
    OPT_DAYS,
    OPT_NO_EXPIRY,
    OPT_PROFILE,
    OPT_ROLE,
    OPT_EUI_FORM,
    OPT_DEVICE,
    OPT_KIND,
    OPT_STATE,
    OPT_REASON,
    OPT_OUT,
    OPT_CERTIFICATE_URL,
    OPT_PUBLISH,
    OPT_AFTER,
    OPT_LISTEN,
    OPT_TIMER,
    OPT_MTU,
    OPT_MAX_SESSIONS,
    OPT_MAX_HANDSHAKES,
    OPT_MAX_PER_PEER,
    OPT_IDLE,
    OPT_HEARTBEAT,
    OPT_FETCH,
    OPT_FETCH_ADDRESS,
    OPT_BUNDLE,
    OPT_JUNIT,
    OPT_FAIL_ON,
    OPT_TIMEOUT,
    OPT_WAIT,
    OPT_SLOW,
    OPT_LIST,
    OPT_SERVERS,
    OPT_EXPIRED,
    OPT_NO_RESUMPTION,
    OPT_AUTHORITY,
    OPT_FOLDER,
    OPT_AT,
    OPT_SECTOR_SIZE,
    OPT_SECTORS,
    OPT_UNIT,
    OPT_ERASED,
    OPT_DENY_SECTORS,
    OPT_COUNT
};
#define OPT(name) (UINT64_C(1) << OPT_##name)
_Static_assert(OPT_COUNT <= 64, "a set of options is one number");

struct option_row {
    enum option id;
    const char *name;  /* "--registry" */
    const char *value; /* what --help calls its value, or NULL: a flag */
    const char *help;
};
extern const struct option_row option_rows[OPT_COUNT]; /* by id */

/* Options that may be given again, where the command takes that (MANY_SERVERS). */
#define OPTIONS_REPEATED (OPT(SERVER) | OPT(FETCH) | OPT(FETCH_ADDRESS))
#define ARGS_WORDS_MAX   8
#define ARGS_MORE_MAX    15
struct args {
    const char *values[OPT_COUNT]; /* "" for a flag that was given; NULL: not given */
    const char *words[ARGS_WORDS_MAX];
    size_t word_count;
    struct {
        enum option option;
        const char *value;
    } more[ARGS_MORE_MAX]; /* values of repeated options, behind the first one of each */
    size_t more_count;
};

/* All values of an option, in order: how many. */
size_t args_all(const struct args *args, enum option option, const char *ret[1 + ARGS_MORE_MAX]);
/* PROV_E_USAGE. Values point into argv. */
PROV_MUST prov_result args_parse(int argc, char **argv, struct args *ret, struct prov_why *why);
/* PROV_E_USAGE if an option was given that is not in `allowed` (OPT bits), or again and not `repeated`. */
PROV_MUST prov_result args_check(const struct args *args, uint64_t allowed, bool repeated,
                                 const char *command, struct prov_why *why);

#endif
