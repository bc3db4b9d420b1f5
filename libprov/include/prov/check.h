/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/check.h: the judge. Holds a live server, a live device's stack, or a file to the rules of the
 * profile, and says of each rule whether it is kept, on what evidence, and what to do about it.
 *
 * Sans I/O: a run takes and gives datagrams, and is told the time. It owns bounded memory, makes a
 * bounded number of handshakes at a bounded rate, and ends within a bounded time whatever the target
 * does. It never sends to another address than the caller's. Hosts only.
 *
 *     prov_check_endpoint / prov_check_device
 *     loop:
 *         while (prov_check_step(run, now) == AGAIN)
 *             ;
 *         while (prov_check_pull(run, now, &flow, &out)) send it on the socket of that flow
 *         DONE → prov_check_end
 *         wait for a datagram on any flow until prov_check_deadline; prov_check_push
 */
#ifndef PROV_CHECK_H
#define PROV_CHECK_H

#include "prov/bundle.h"
#include "prov/bytes.h"
#include "prov/crypto.h"
#include "prov/identifier.h"

/* --- rules and findings ---------------------------------------------------------------------- */

enum prov_check_subject { /* bits: what a rule can be asked of */
                          PROV_CHECK_ENDPOINT = 1,
                          PROV_CHECK_DEVICE = 2,
                          PROV_CHECK_CERT = 4,
                          PROV_CHECK_CHAIN = 8,
                          PROV_CHECK_CSR = 16,
                          PROV_CHECK_RPK = 32,
                          PROV_CHECK_PSK = 64,
                          PROV_CHECK_BUNDLE = 128
};
enum prov_check_level { PROV_CHECK_MAY = 1, PROV_CHECK_SHOULD = 2, PROV_CHECK_MUST = 3 };
enum prov_check_verdict {
    PROV_CHECK_PASS = 1,
    PROV_CHECK_FAIL = 2,
    PROV_CHECK_NOT_APPLICABLE = 3, /* the evidence says why */
    PROV_CHECK_NOT_TESTED = 4      /* the evidence says why */
};

/* One row of the table. */
struct prov_check_rule {
    const char *id; /* "hello.version", stable: scripts refer to it */
    unsigned subjects;
    enum prov_check_level level;
    const char *title;    /* what is asked, as a sentence without a full stop */
    const char *document; /* "RFC 7925" */
    const char *section;  /* "18" */
    const char *row;      /* of the project's tables: "row50", "H17" */
    const char *remedy;   /* what to do when it fails */
};
/* By number from 0, in the order in which findings are told; NULL behind the last. */
const struct prov_check_rule *prov_check_rule_at(size_t number);
size_t prov_check_rule_count(void);
const struct prov_check_rule *prov_check_rule_find(const char *id); /* NULL: there is none */

#define PROV_CHECK_EVIDENCE_MAX 512
struct prov_check_finding {
    const struct prov_check_rule *rule;
    enum prov_check_verdict verdict;
    char evidence[PROV_CHECK_EVIDENCE_MAX]; /* octets in hex, values, or the reason */
};
/* Each rule of the subject is told exactly once in a run, in the order of the table. */
struct prov_check_sink {
    void (*finding)(void *context, const struct prov_check_finding *finding);
    void *context;
};

const char *prov_check_subject_text(enum prov_check_subject subject); /* "endpoint" */
const char *prov_check_level_text(enum prov_check_level level);       /* "MUST" */
const char *prov_check_verdict_text(enum prov_check_verdict verdict); /* "not applicable" */

/* --- live targets ---------------------------------------------------------------------------- */

struct prov_check_limits { /* 0: the default */
    uint32_t handshakes;   /* begun in a run at the most: 200 */
    uint32_t per_second;   /* handshakes begun: 20 */
    uint32_t silence_ms;   /* how long an answer is waited for: 2000 */
    uint32_t total_ms;     /* the whole run: 300 s */
    uint32_t datagrams;    /* taken from the target in one probe: 64; more is a flood */
};

struct prov_check_config {
    struct prov_crypto *crypto;
    const struct prov_bundle
        *bundle; /* what to authenticate with, or NULL: what needs it is not tested */
    /* Device: what the judge proves itself with beside the bundle: the private key (32 octets) of a raw
     * key that the bundle pins, or of its first trust anchor, under which the judge then issues chains,
     * good and bad. A throw-away one: never that of a real server or CA. None with a PSK. */
    struct prov_bytes authority;
    struct prov_fqdn server; /* endpoint: the name asked for, or "": the bundle's, or none */
    int64_t now_unix;        /* for validity periods */
    struct prov_check_limits limits;
    bool slow; /* also what takes a minute: retransmission timers */
    struct prov_check_sink sink;
};

struct prov_check_run;
enum prov_check_event { PROV_CHECK_WAIT = 0, PROV_CHECK_AGAIN = 1, PROV_CHECK_DONE = 2 };

/* Judges a server by behaving as many clients. Each client has a flow of its own: the caller opens a
 * socket (a local port) the first time that a flow is named; flows are named in rising order, and all but
 * the last PROV_CHECK_FLOWS may be closed. */
#define PROV_CHECK_FLOWS 4
PROV_MUST prov_result prov_check_endpoint(const struct prov_check_config *config, uint64_t now_ms,
                                          struct prov_check_run **ret);
/* Judges a device's client by behaving as servers, good and bad, towards one address after the other:
 * the caller gives each address from which a datagram comes a flow number of its own. */
PROV_MUST prov_result prov_check_device(const struct prov_check_config *config, uint64_t now_ms,
                                        struct prov_check_run **ret);
enum prov_check_event prov_check_step(struct prov_check_run *run, uint64_t now_ms);
bool prov_check_pull(struct prov_check_run *run, uint64_t now_ms, unsigned *ret_flow,
                     struct prov_buf *out);
void prov_check_push(struct prov_check_run *run, uint64_t now_ms, unsigned flow, uint8_t *datagram,
                     size_t len);
/* The address of a flow answers that nobody is there (ICMP port unreachable). */
void prov_check_refused(struct prov_check_run *run, uint64_t now_ms, unsigned flow);
uint64_t prov_check_deadline(const struct prov_check_run *run);
/* What is going on, for a progress line; and how far: done of total probes. */
const char *prov_check_progress(const struct prov_check_run *run, unsigned *ret_done,
                                unsigned *ret_total);
/* Tells the findings (once) and how the run went: PROV_OK, or why it judged nothing: PROV_E_NETWORK (nobody
 * there), PROV_E_TIMEOUT (no answer at all, or not to the end within
 * total_ms: what was found is told), PROV_E_PEER (not DTLS). Before DONE: what is known so far. */
PROV_MUST prov_result prov_check_end(struct prov_check_run *run);
void prov_check_free(struct prov_check_run *run);

/* --- files ----------------------------------------------------------------------------------- */

/* profile: a name of prov_cert_profiles; NULL: rfc7925. now_unix as above. Input is the decoded octets
 * (DER, COSE_Key, CBOR). What does not parse at all is a finding too. */
struct prov_check_file {
    enum prov_check_subject subject;
    const char *profile;
    int64_t now_unix;
    struct prov_crypto *crypto;
    const struct prov_bytes *parts; /* a chain: certificates, end entity first; else one part */
    size_t part_count;
    const struct prov_bytes *anchors; /* of a chain, or none */
    size_t anchor_count;
    struct prov_check_sink sink;
};
PROV_MUST prov_result prov_check_file(const struct prov_check_file *file);

#endif
