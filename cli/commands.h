/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands: one table, which the parser, the help and the tests read.
 */
#ifndef PROV_CLI_COMMANDS_H
#define PROV_CLI_COMMANDS_H

#include "run.h"

enum needs {
    NEEDS_NOTHING = 0,
    NEEDS_REGISTRY = 1 << 0, /* open */
    NEEDS_PKI = 1 << 1,      /* run->flow can issue and judge */
    NEEDS_CRYPTO = 1 << 2,
    CHANGES = 1 << 3,     /* writes: takes --dry-run */
    FOR_LIST = 1 << 4,    /* a noun with verbs too: this row without one is for --list */
    MANY_SERVERS = 1 << 5 /* takes --server more than once */
};

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun is the whole command */
    prov_result (*run)(struct run *run);
    unsigned needs;
    size_t words_min, words_max;
    uint64_t options; /* beside --help, --json and those that `needs` brings */
    const char *synopsis;
    const char *help;
    const char *example;
};

extern const struct command commands[];
extern const size_t command_count;

/* All options of the command, those that every command has included. */
uint64_t command_options(const struct command *command);
/* *ret_words: how many words name the command. NULL: no such command. */
const struct command *command_find(const struct args *args, size_t *ret_words);
bool command_noun_known(const char *noun);

/* help.c: noun NULL: all; verb NULL: the noun's. */
void help_all(FILE *stream);
void help_noun(FILE *stream, const char *noun);
void help_command(FILE *stream, const struct command *command);

prov_result cmd_init(struct run *run);
prov_result cmd_registry_rekey(struct run *run);
prov_result cmd_ca_list(struct run *run);
prov_result cmd_ca_show(struct run *run);
prov_result cmd_server_add(struct run *run);
prov_result cmd_server_list(struct run *run);
prov_result cmd_server_show(struct run *run);
prov_result cmd_server_set(struct run *run);
prov_result cmd_device_add(struct run *run);
prov_result cmd_device_list(struct run *run);
prov_result cmd_device_show(struct run *run);
prov_result cmd_device_set(struct run *run);
prov_result cmd_device_retire(struct run *run);
prov_result cmd_psk_issue(struct run *run);
prov_result cmd_psk_register(struct run *run);
prov_result cmd_rpk_issue(struct run *run);
prov_result cmd_rpk_register(struct run *run);
prov_result cmd_cert_issue(struct run *run);
prov_result cmd_credential_list(struct run *run);
prov_result cmd_credential_show(struct run *run);
prov_result cmd_credential_revoke(struct run *run);
prov_result cmd_bundle_export(struct run *run);
prov_result cmd_bundle_inspect(struct run *run);
prov_result cmd_profile_list(struct run *run);
prov_result cmd_profile_show(struct run *run);
prov_result cmd_denylist_init(struct run *run);
prov_result cmd_denylist_signer(struct run *run);
prov_result cmd_denylist_export(struct run *run);
prov_result cmd_denylist_show(struct run *run);
prov_result cmd_denylist_verify(struct run *run);
prov_result cmd_event_list(struct run *run);
prov_result cmd_serve(struct run *run);
prov_result cmd_check_endpoint(struct run *run);
prov_result cmd_check_device(struct run *run);
prov_result cmd_check_prepare(struct run *run);
prov_result cmd_check_file(struct run *run);
prov_result cmd_check_list(struct run *run);

#endif
