/* SPDX-License-Identifier: Apache-2.0
 *
 * prov check: what its files tell each other.
 */
#ifndef PROV_CLI_CHECK_H
#define PROV_CLI_CHECK_H

#include "prov/check.h"
#include "run.h"

/* --- check_report.c: the findings of a run, and its exit code -------------------------------- */

struct check_report {
    enum prov_check_subject subject;
    const char *target;            /* what was judged */
    enum prov_check_level fail_on; /* 0: never */
    const char *junit;             /* a file, or NULL */
    struct prov_check_finding *findings;
    size_t count;
};
/* Reads the options; a file for JUnit must not be there yet. */
PROV_MUST prov_result report_begin(struct run *run, enum prov_check_subject subject,
                                   const char *target, struct check_report *ret);
struct prov_check_sink report_sink(struct check_report *report);
/* Prints all. PROV_E_POLICY if rules failed that --fail-on asks about. */
PROV_MUST prov_result report_print(struct run *run, const struct check_report *report);
/* No rule passed and none failed. */
bool report_is_empty(const struct check_report *report);
void report_free(struct check_report *report);

/* --- check_junit.c --------------------------------------------------------------------------- */

PROV_MUST prov_result report_junit(struct run *run, const struct check_report *report);

/* --- check_target.c: the one address that datagrams go to, or come to ------------------------ */

#include <sys/socket.h>

struct check_target {
    char host[256];
    char port[8];
    struct prov_fqdn name; /* or "": the host is an address */
    struct sockaddr_storage address;
    socklen_t address_len;
};
/* "coaps://HOST[:PORT]" and nothing behind it. Multicast, broadcast and wildcard addresses are refused
 * before anything is sent (profile.md has it from RFC 7252, section 9.1: DTLS has no group keys). */
PROV_MUST prov_result target_parse(struct run *run, const char *uri, struct check_target *ret);
/* "ADDR:PORT" of this machine. */
PROV_MUST prov_result target_listen(struct run *run, const char *text, struct check_target *ret);

/* --- check_live.c: sockets and the clock ----------------------------------------------------- */

uint64_t live_clock_ms(void); /* the one that the judge is told */
/* Until the judge is done. Endpoint: a socket a flow, connected to the target. Device: one socket, bound. */
PROV_MUST prov_result live_run(struct run *run, const struct check_target *target, bool listens,
                               struct prov_check_run *check);

/* --- check_prepare.c ------------------------------------------------------------------------- */

/* The judge's private key, as prov check prepare wrote it. */
PROV_MUST prov_result authority_read(struct run *run, const char *path, struct prov_secret *ret);

/* --- check_parts.c: a file as its parts ------------------------------------------------------ */

/* PEM blocks decoded, or, if there are none, DER values one after the other, or the octets as they are.
 * room: where decoded octets go. */
PROV_MUST prov_result parts_read(struct run *run, const char *path, bool values,
                                 struct prov_buf *room, struct prov_bytes *ret, size_t cap,
                                 size_t *ret_count);

#endif
