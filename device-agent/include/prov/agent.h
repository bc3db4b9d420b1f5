/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/agent.h: enrolls and rotates a device's credentials, sans I/O: datagrams in, datagrams out,
 * a deadline told. No heap, no waiting, no globals. One operation at a time on a store; any number
 * of agents on stores of their own.
 *
 *     prov_agent_open      over a store and a workspace
 *     prov_agent_begin     enroll, rotate, or only finish what was begun
 *     loop:
 *         for (;;) switch (prov_agent_step(a, now)) {
 *             AGAIN     → more to do (each step runs one long primitive at the most)
 *             RESOLVE   → look up prov_agent_address, prov_agent_set_peer, send from a fresh port
 *             WAIT      → leave the loop
 *             DONE, FAILED → pull what is left to send, prov_agent_close
 *         }
 *         while (prov_agent_pull(...)) send the datagram
 *         wait for a datagram until prov_agent_deadline; prov_agent_push it
 *
 * What happens, and what is on flash after it:
 *
 *      agent                                          server
 *      asks for a successor over the old session ───► makes it pending, durably
 *      stages it in the idle slot       [candidate]
 *      full handshake with it                    ───► pending opens confirm and nothing else
 *      commits                            [current]
 *      confirms, on that session                 ───► pending → active, old → retired
 *      frees the old slot               [confirmed]
 *
 * A begin with something unfinished in the store finishes that first: staged → handshake with the
 * candidate; committed → confirm. A staged candidate is given up only after two full handshakes
 * with it failed for a reason inside the encrypted exchange; a committed one only when the server,
 * on a session by the predecessor, has given another. An alert in epoch 0 is anybody's word: it
 * ends an attempt and changes nothing (handshake rule H39).
 *
 * Sleep. When a step has answered WAIT and nothing is left to pull, a board may power everything down until a
 * datagram comes or prov_agent_deadline is reached. It retains, or copies away and back to the same addresses,
 *
 *     struct prov_agent, struct prov_store and the workspace
 *     struct prov_port, the request and what it points to (constant, as a rule)
 *     the crypto instance, with the heap or arena that it has
 *
 * and loses the stack, the datagram's room and whatever else it likes. Time goes on: now_ms must count the sleep.
 * To wake late is no failure: what was due is done once, at once. In the phases of a session the deadline is the
 * next retransmission, in PAUSE and LATER the end of the pause; it is never, UINT64_MAX, only while the board looks
 * up an address and after the end. Without power for the RAM the operation is lost and nothing else: the next
 * one finishes what was begun.
 */
#ifndef PROV_AGENT_H
#define PROV_AGENT_H

#include "prov/cose.h"
#include "prov/dtls.h"
#include "prov/enroll_client.h"
#include "prov/store.h"

/* Sizes of the rooms; a firmware may set its own. The defaults hold whatever the profile lets a server send. */
#ifndef PROV_AGENT_ANSWERS_MAX /* of one credential, together */
#define PROV_AGENT_ANSWERS_MAX                                                                     \
    (PROV_WITH_CERT ? 2 * PROV_ENROLL_RESPONSE_MAX : PROV_WITH_RPK ? 320 : 208)
#endif
#ifndef PROV_AGENT_REQUEST_MAX /* the body of a request: a CSR, a Sign1, a request id */
#define PROV_AGENT_REQUEST_MAX (PROV_WITH_CERT ? 1280 : PROV_WITH_RPK ? 256 : 20)
#endif
#ifndef PROV_AGENT_MESSAGE_MAX /* one CoAP message: blocks are as large as it allows */
#define PROV_AGENT_MESSAGE_MAX (PROV_WITH_CERT ? 1100 : 400)
#endif
#ifndef PROV_AGENT_REASON_MAX
#define PROV_AGENT_REASON_MAX 63
#endif

enum prov_agent_op {
    PROV_AGENT_ENROLL = 1, /* first operational credential, by a bootstrap one */
    PROV_AGENT_ROTATE = 2, /* replace an operational one */
    PROV_AGENT_RESUME = 3  /* only finish what was begun */
};

/* It stays until the agent is closed, and so does what it points to. */
struct prov_agent_request {
    enum prov_agent_op op;
    enum prov_kind kind;            /* wanted; 0: as the credential that it replaces */
    const struct prov_fqdn *server; /* NULL: the only one in the store */
    bool no_forward_secrecy; /* offer TLS_PSK_WITH_AES_128_CCM_8 alone; no PSK is delivered then */
    uint8_t tries;           /* whole handshakes that may time out before it is given up; 0: 1 */
    uint32_t timer_initial_ms; /* 0: the profile's 9 s */
    uint16_t mtu;              /* 0: the default */

    /* What follows is as a constrained client has it when it is zero. */

    uint16_t max_fragment; /* 512, 1024, 2048 or 4096 is asked for (row 44) */
    uint8_t max_chain;     /* the server's certificates below the anchor, at most; 0: 3 (row 32) */
    const char *protocol;  /* ALPN: "co", or NULL: not offered (row 53) */
    bool heartbeat; /* offered, so that the server may ask whether the device is there (row 48) */
    bool no_connection_id; /* none is offered (row 57) */
    bool no_resumption;    /* every handshake is a full one */
    bool no_cached_info;   /* the server sends its whole chain */
    /* The last two only with PROV_WITH_TRUSTED_CA.
     *
     * Certificates: a server of this name was found by other means (row 41). It must show this name
     * under the anchors of the one in the store, and is told those. */
    const struct prov_fqdn *discovered;
    /* Certificates: the server is a constrained one, which must show this name; no server_name (row 3). */
    const struct prov_eui64 *constrained;
};

enum prov_agent_event {
    PROV_AGENT_WAIT = 0,
    PROV_AGENT_AGAIN,
    PROV_AGENT_RESOLVE,
    PROV_AGENT_DONE,
    PROV_AGENT_FAILED
};

/* What an operation is doing. */
enum prov_agent_phase {
    PROV_PHASE_IDLE = 0,
    /* on the way to a session with the credential in `entry` */
    PROV_PHASE_RESOLVE, /* the board looks up the address */
    PROV_PHASE_PAUSE,   /* before it does; where nobody answered, for a while (H14) */
    PROV_PHASE_START,
    /* in it, with something to do */
    PROV_PHASE_ASK,   /* a key for the next request, then the request */
    PROV_PHASE_CHECK, /* the certificate that came: a link of its path a step */
    PROV_PHASE_STAGE,
    PROV_PHASE_COMMIT,
    /* … waiting for the server */
    PROV_PHASE_HANDSHAKE,
    PROV_PHASE_LATER,   /* it is busy: the same request again after Max-Age */
    PROV_PHASE_ANSWER,  /* to a request */
    PROV_PHASE_CONFIRM, /* to /prov/confirm */
    /* the end of it: what it still has to say is pulled; then the next one, or the end of all */
    PROV_PHASE_LEAVE,
    PROV_PHASE_DONE,
    PROV_PHASE_FAILED,
    PROV_PHASE_COUNT
};

/* How it went: for logs and for the user. */
struct prov_agent_report {
    prov_result result;
    enum prov_agent_phase at; /* where it failed */
    enum prov_alert alert_sent, alert_received;
    bool authentic;                         /* the failure was the server's own word */
    uint8_t code;                           /* CoAP code of the answer that ended it, or 0 */
    char reason[PROV_AGENT_REASON_MAX + 1]; /* the server's words with that code, or "" */
    enum prov_kind kind;                    /* of the credential now in use */
    struct prov_fqdn server;
    bool resumed;           /* finished what an earlier run had begun */
    bool abbreviated;       /* the request went over a session that was resumed */
    bool cached_chain;      /* … whose server sent the fingerprint of its chain alone */
    uint32_t cached_chains; /* handshakes in which it did: with PROV_WITH_STATS */
    bool gave_up;           /* a candidate was given up on the way */
    bool no_time;           /* validity periods were not looked at */
    uint32_t handshakes;
};

/* What an operation has cost so far. Without PROV_WITH_STATS all of it stays 0. */
#define PROV_AGENT_STATS_PHASES (PROV_WITH_STATS ? PROV_PHASE_COUNT : 1)
struct prov_agent_stats {
    uint32_t wakes; /* times that the board slept and was called in: by a datagram or a deadline */
    uint32_t datagrams_in, datagrams_out, octets_in, octets_out; /* of UDP payload */
    struct prov_agent_phase_stats {
        uint32_t steps;
        uint32_t spent_ms;            /* in those steps, by the port's uptime_ms */
        uint32_t longest_ms;          /* the one that took the longest */
    } phase[PROV_AGENT_STATS_PHASES]; /* by enum prov_agent_phase: the one that a step began in */
};

/* An exchange over a session, and the successor while it comes. */
struct prov_agent_talk {
    struct prov_exchange exchange;
    struct prov_entry next;    /* views into what follows and into the agent's rooms */
    struct prov_secret scalar; /* of the new key */
    uint8_t point[PROV_POINT_LEN];
    uint8_t peers[PROV_ENTRY_PEERS_MAX][PROV_POINT_LEN];
    int64_t issued;       /* the new certificate's notBefore */
    uint16_t anchors_len; /* octets of `answers` that the answer with the anchors takes */
    uint8_t answers[PROV_AGENT_ANSWERS_MAX];
    uint8_t request[PROV_AGENT_REQUEST_MAX];
    uint8_t message[PROV_AGENT_MESSAGE_MAX];
};

/* The room that an agent borrows from open to close: a handshake works in it, and what comes after the
 * handshake. */
union prov_agent_workspace {
    struct prov_dtls_handshake handshake;
    struct prov_agent_talk talk;
};

/* Sizes of what a firmware may have no use for. */
#define PROV_AGENT_DENY_ROOM (PROV_WITH_DENY_LIST ? PROV_DENY_LIST_MAX : 1)
#define PROV_AGENT_SPKI_ROOM (PROV_WITH_RPK ? PROV_SPKI_LEN : 1)
#define PROV_AGENT_NAMES_MAX (PROV_WITH_TRUSTED_CA ? PROV_BUNDLE_ANCHORS_MAX : 1)

/* Whose request it is and over which session: external_aad of a Sign1 (H36), as prov_enroll_binding makes it. */
struct prov_agent_binding {
    struct prov_eui64 device;
    uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN];
};

/* Small and hot members first: they cost less to get at. */
struct prov_agent {
    struct prov_store *store;
    const struct prov_port *port;
    union prov_agent_workspace *workspace;
    const struct prov_agent_request *request;
    enum prov_agent_phase phase;
    enum prov_kind wanted;
    bool candidate; /* the session is the candidate's, not the predecessor's */
    bool fell_back; /* the candidate failed and the predecessor was asked again: once is enough */
    bool from_factory; /* the predecessor is a bootstrap credential */
    bool answering;    /* a heartbeat's answer is to be pulled, then there is more to do */
    bool asleep;       /* the last step answered WAIT, and nothing has come since */
    uint8_t tries;     /* handshakes that nobody answered */
    uint8_t busy;      /* 5.03 so far */
    uint32_t token;    /* the tokens and message ids of each session begin with it */
    uint32_t snapshot; /* where entry is from, 0: the factory record */
    uint64_t now_ms, pause_ms;
    struct prov_dtls dtls;
    struct prov_entry entry; /* the session's credential; views into entry_room */
    struct prov_bytes seen;  /* the server's Certificate, in this session; behind the entry */
    struct prov_agent_binding binding;
    struct prov_agent_report report;
    struct prov_agent_stats stats;

    /* the session */
    struct prov_dtls_config config;
    struct prov_path path;
    struct prov_bytes anchor_names[PROV_AGENT_NAMES_MAX];
    uint8_t spki[PROV_AGENT_SPKI_ROOM];
    uint8_t own_scalar[PROV_SCALAR_LEN]; /* of the identity record */
    uint8_t
        entry_room[PROV_STORE_ENTRY_MAX]; /* … and the server's chain behind it, as it was seen */

    /* resumption */
    bool has_resumable;
    bool resume_failed;                      /* in this operation: it is not offered once more */
    struct prov_dtls_resumable resumable;    /* of the session, once it is connected */
    struct prov_dtls_ticket ticket;          /* of a constrained server */
    int64_t resumable_made, resumable_until; /* Unix seconds */
    int64_t chain_until;                     /* the server's certificate is valid until then */

    uint8_t deny_room[PROV_AGENT_DENY_ROOM];
};

/* The workspace is the agent's while it is open. */
void prov_agent_open(struct prov_agent *agent, struct prov_store *store,
                     union prov_agent_workspace *workspace);
/* Wipes everything. The store stays open. */
void prov_agent_close(struct prov_agent *agent);

/* PROV_E_NOT_FOUND: no credential to begin with, or nothing to resume; PROV_E_AMBIGUOUS: several
 * servers and none named; PROV_E_NO_FORWARD_SECRECY: a PSK is wanted over a session without it;
 * PROV_E_POLICY: nothing to authenticate the server with (row 1); PROV_E_RANDOM: the source is not
 * seeded (row 59). */
PROV_MUST prov_result prov_agent_begin(struct prov_agent *agent,
                                       const struct prov_agent_request *request, uint64_t now_ms);
enum prov_agent_event prov_agent_step(struct prov_agent *agent, uint64_t now_ms);
/* The datagram is decrypted in place and must stay until prov_agent_step answers WAIT and the deadline is not 0
 * (that is, until there is nothing to do but to wait). */
void prov_agent_push(struct prov_agent *agent, uint64_t now_ms, uint8_t *datagram, size_t len);
bool prov_agent_pull(struct prov_agent *agent, uint64_t now_ms, struct prov_buf *out);
uint64_t prov_agent_deadline(const struct prov_agent *agent);

/* "HOST:PORT" as installed, or "": then the server's name and port 5684. */
const char *prov_agent_address(const struct prov_agent *agent);
const struct prov_fqdn *prov_agent_server(const struct prov_agent *agent);
/* Where the board is going to send: 4 or 16 octets of an IP address. PROV_E_POLICY for a multicast
 * or broadcast address (row 2): then nothing is sent. */
PROV_MUST prov_result prov_agent_set_peer(struct prov_agent *agent, struct prov_bytes ip);
/* The board could not look it up or reach it. */
void prov_agent_unreachable(struct prov_agent *agent, prov_result reason);
const struct prov_agent_report *prov_agent_report(const struct prov_agent *agent);
const struct prov_agent_stats *prov_agent_stats(const struct prov_agent *agent);
/* Whether a session is refused for such an address. */
bool prov_agent_multicast(struct prov_bytes ip);

/* How long the board lets pass before the next operation: 0 unless the last one failed; else from half
 * a minute to a day, doubled with each failure in a row, half of it by chance (H14). The count is in
 * flash. */
PROV_MUST prov_result prov_agent_backoff(const struct prov_store *store, uint32_t *ret_seconds);

/* Makes the device's key and identity record (a key in the holder, if the port has one). */
PROV_MUST prov_result prov_agent_identity_make(struct prov_store *store,
                                               const struct prov_eui64 *eui64);
/* A CSR by the identity's key: CN=EUI-64. */
PROV_MUST prov_result prov_agent_identity_csr(struct prov_store *store, struct prov_buf *ret);

#endif
