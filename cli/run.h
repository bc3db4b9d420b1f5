/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of the program: what a command finds ready, and the helpers that commands share.
 */
#ifndef PROV_CLI_RUN_H
#define PROV_CLI_RUN_H

#include "args.h"
#include "out.h"
#include "prov/flow.h"

struct command;

#define RUN_PATH_MAX 4096
#define RUN_FILE_MAX 16384 /* largest file read whole */

struct run {
    const struct command *command;
    const struct args *args;
    const char *const *words; /* the command's own words, without noun and verb */
    size_t word_count;
    struct out out;
    struct prov_why why;
    bool dry_run;
    char registry_path[RUN_PATH_MAX];
    const char *key_path; /* or NULL: the registry's default */
    struct prov_crypto *crypto;
    struct prov_registry *registry; /* open if the command's row says so */
    struct prov_flow flow;
};

/* run.c */
int64_t run_clock_ms(void *context);
const char *run_option(const struct run *run, enum option option); /* NULL: not given */
bool run_flag(const struct run *run, enum option option);
/* A line on stderr. Words may hold what came from a file: only what is plain (clean.h) reaches the terminal. */
void run_say(const char *before, const char *words);
void run_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
PROV_MUST prov_result run_registry_path(struct run *run);
PROV_MUST prov_result run_registry_config(const struct run *run, struct prov_registry_config *ret);
PROV_MUST prov_result run_open(struct run *run, unsigned needs);
void run_close(struct run *run);

/* take.c: words and options as values; each says which one is wrong. */
PROV_MUST prov_result take_required(struct run *run, enum option option, const char **ret);
PROV_MUST prov_result take_eui64(struct run *run, const char *text, struct prov_eui64 *ret);
PROV_MUST prov_result take_fqdn(struct run *run, const char *text, struct prov_fqdn *ret);
PROV_MUST prov_result take_server(struct run *run, struct prov_fqdn *ret); /* --server, required */
/* HOST:PORT, the port at least min_port */
PROV_MUST prov_result take_address(struct run *run, const char *text, long min_port);
PROV_MUST prov_result take_use(struct run *run, enum prov_use *ret); /* --use, or bootstrap */
PROV_MUST prov_result take_number(struct run *run, enum option option, long min, long max,
                                  long *ret);
/* A device with --server, or a server by name. */
struct subject {
    bool is_server;
    struct prov_eui64 device;
    struct prov_fqdn server;
};
PROV_MUST prov_result take_subject(struct run *run, const char *text, struct subject *ret);
PROV_MUST prov_result take_credential(struct run *run, const char *prefix,
                                      struct prov_credential *ret);

/* files.c: "-" is stdin or stdout. */
PROV_MUST prov_result file_read(struct run *run, const char *path, struct prov_buf *ret);
/* The file is made 0600 and must not be there. */
PROV_MUST prov_result file_write_new(struct run *run, const char *path, struct prov_bytes bytes);
/* The same, made 0644 (less the umask): nothing secret is in it. */
PROV_MUST prov_result file_write_public(struct run *run, const char *path, struct prov_bytes bytes);
/* PROV_E_EXISTS if file_write_new could not make it because something is there. */
PROV_MUST prov_result file_check_new(struct run *run, const char *path);
/* Adds the name of the file to the words, if it is the file's content that was refused. */
PROV_MUST prov_result file_blame(struct run *run, const char *path, prov_result result);
/* Whether folder_make and a file in it would be refused. */
PROV_MUST prov_result folder_check(struct run *run, const char *path);
PROV_MUST prov_result folder_make(struct run *run, const char *path);

/* show.c: what several commands show. */
void show_key(struct run *run, const uint8_t point[PROV_POINT_LEN]);
/* How a device's certificate names it, and for which role. */
void show_device_cert(struct run *run, struct prov_bytes chain);
void show_chain(struct run *run, const char *key, struct prov_bytes chain);
void show_cert(struct run *run, const char *key, struct prov_bytes cert);
void show_id(struct run *run, const struct prov_uuid *id);

#endif
