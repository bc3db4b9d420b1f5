/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of a run against a live target, whoever judges: limits, clock, datagrams out, findings.
 * A judge is a row of functions and a state of its own; all of its time and datagrams go through here.
 */
#ifndef PROV_CHECK_RUN_H
#define PROV_CHECK_RUN_H

#include "findings.h"

#define CHECK_DATAGRAM_MAX 1500 /* sent */
#define CHECK_QUEUE        32   /* datagrams waiting to be pulled */

struct check_judge {
    enum prov_check_subject subject;
    size_t state_size; /* allocated and zeroed */
    PROV_MUST prov_result (*begin)(struct prov_check_run *run);
    /* Goes on; called after every push and whenever wake_ms has passed. AGAIN, WAIT (then wake_ms is
     * right) or DONE. */
    enum prov_check_event (*step)(struct prov_check_run *run);
    /* A datagram, within the limit of the probe. */
    void (*push)(struct prov_check_run *run, unsigned flow, uint8_t *datagram, size_t len);
    void (*refused)(struct prov_check_run *run, unsigned flow);
    void (*end)(struct prov_check_run *run); /* what the state holds is dropped and wiped */
};

struct prov_check_run {
    const struct check_judge *judge;
    void *state;
    struct prov_check_config config; /* the limits filled in */
    uint64_t now_ms, begun_ms;
    uint64_t wake_ms;   /* the judge's: when step must be called at the latest */
    bool over;          /* the judge said DONE, or time ran out */
    bool told;          /* the findings */
    bool time_over;     /* ended by total_ms */
    prov_result result; /* the judge's word on the whole: see prov_check_end */
    const char *why;    /* of the rules that nobody spoke of, or NULL */
    struct check_findings findings;

    uint32_t handshakes; /* begun */
    uint64_t handshake_next_ms;
    bool one_flow; /* what comes on another flow than this one is late, and dropped uncounted */
    unsigned flow;
    uint32_t datagrams; /* taken in this probe */
    bool flooded;       /* more than limits.datagrams came in this probe */
    char progress[80];
    unsigned done, total;

    struct check_datagram {
        unsigned flow;
        size_t len;
        uint8_t octets[CHECK_DATAGRAM_MAX];
    } queue[CHECK_QUEUE];
    size_t queue_first, queue_len;
};

PROV_MUST prov_result check_run_make(const struct check_judge *judge,
                                     const struct prov_check_config *config, uint64_t now_ms,
                                     struct prov_check_run **ret);

/* A new probe: what came is counted anew, and the progress line says so. */
void check_run_probe(struct prov_check_run *run, const char *progress);

enum check_permit { CHECK_GO, CHECK_LATER, CHECK_NEVER };
/* Whether a handshake may begin now; counts it if so. LATER: wake_ms says when. NEVER: the run has had all
 * of its handshakes. */
enum check_permit check_run_handshake(struct prov_check_run *run);

/* Queues a datagram. What does not fit is lost, as it may be on a network. */
void check_run_send(struct prov_check_run *run, unsigned flow, struct prov_bytes datagram);

#endif
