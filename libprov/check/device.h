/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of a device's client. It is a server, good or bad, for one connection after the other: one row of
 * device_probes.c is one connection. The device is expected to come again when it has been refused.
 *
 *     idle ── ClientHello ──► cookie ── ClientHello ──► answer ── Finished ──► connected ──► closing
 *       ▲                                                                                       │
 *       └──────────────── the probe's verdict: an alert, silence, or what the device did ───────┘
 */
#ifndef PROV_CHECK_DEVICE_H
#define PROV_CHECK_DEVICE_H

#include "link.h"
#include "mint.h"
#include "run.h"

#define CONTENT_HEARTBEAT 24
#define DEVICE_CHAINS     48 /* fingerprints of chains that are remembered */
#define DEVICE_HELLO_MAX  1500
#define DEVICE_PATIENCE                                                                            \
    35 /* silences until the device is given up: over the 63 s of a client's timer */
#define DEVICE_TIMES     8
#define DEVICE_SILENT_MS 66000 /* over 9 + 18 + 36 s (RFC 7925, section 11) */

enum device_fault { /* what is wrong with the server of a probe */
                    FAULT_NONE = 0,
                    FAULT_STOP,        /* nothing: the connection ends when the hello is there */
                    FAULT_VERIFY_12,   /* HelloVerifyRequest says DTLS 1.2; then as FAULT_STOP */
                    FAULT_VERIFY_LONG, /* a cookie of 255 octets; then as FAULT_STOP */
                    FAULT_VERSION,     /* ServerHello says DTLS 1.0 */
                    FAULT_SUITE,       /* a suite that was not offered */
                    FAULT_EXTENSION,   /* an extension that was not offered */
                    FAULT_TWICE,       /* an extension twice */
                    FAULT_COMPRESSION,
                    FAULT_FRAGMENT_LENGTH, /* another one than asked for */
                    FAULT_RENEGOTIATION,   /* a renegotiation_info with octets in it */
                    FAULT_X509_TYPE,       /* X.509 for a client that offers raw keys alone */
                    FAULT_CUT_HELLO,
                    FAULT_STRANGER_KEY, /* a raw key that nobody installed */
                    FAULT_OWN_KEY,      /* the device's own */
                    FAULT_CHAIN,        /* the probe's form of chain */
                    FAULT_RESUME,       /* not wrong: an abbreviated handshake */
                    FAULT_CACHED,       /* not wrong: the chain goes as its fingerprint */
                    FAULT_NO_CERTIFICATE,
                    FAULT_SIGNATURE, /* of ServerKeyExchange: one bit */
                    FAULT_SHA1,
                    FAULT_POINT, /* off the curve */
                    FAULT_CURVE, /* secp384r1 */
                    FAULT_HINT,  /* not wrong: a lying identity hint */
                    FAULT_NO_REQUEST,
                    FAULT_EARLY_CHANGE, /* ChangeCipherSpec behind ServerHello */
                    FAULT_WRONG_PSK,
                    FAULT_FINISHED,
                    /* of a session that is established */
                    FAULT_PLAIN_DATA,
                    FAULT_PLAIN_ALERT,
                    FAULT_FORGED,
                    FAULT_HELLO_REQUEST,
                    FAULT_REPLAY,    /* a record that the device answers, twice */
                    FAULT_OLD,       /* one, and another one from before the window */
                    FAULT_HEARTBEAT, /* one that says it is longer than it is */
                    /* silence */
                    FAULT_SILENT_HELLO,
                    FAULT_SILENT_FLIGHT
};

enum device_expect {
    EXPECT_NOTHING, /* judge does it */
    EXPECT_CONNECT, /* the handshake completes */
    EXPECT_REFUSE,  /* the device does not send its next flight */
    EXPECT_NO_DATA, /* the device does not believe the end of the handshake */
    EXPECT_ALIVE    /* the session goes on */
};

enum {                        /* what a probe needs */
       NEED_SERVER = 1 << 0,  /* a credential that the device believes */
       NEED_CONNECT = 1 << 1, /* a good handshake has worked */
       NEED_TALK = 1 << 2,    /* the device sends data when it is connected */
       NEED_LIFE = 1 << 3,    /* it has shown that it is there after that */
       NEED_PSK = 1 << 4,
       NEED_RPK = 1 << 5,
       NEED_CERT = 1 << 6,
       NEED_SHARE = 1 << 7, /* ECDHE */
       NEED_SLOW = 1 << 8
};
#define NEED_PUBLIC (NEED_RPK | NEED_CERT) /* either */

struct device;
struct device_probe {
    const char *name, *rule;
    unsigned needs;
    enum device_fault fault;
    enum device_expect expect;
    uint8_t alerts[4];   /* that the standard names for this, or none */
    bool alert_is_must;  /* another alert, or none, breaks the rule itself */
    enum mint_form form; /* FAULT_CHAIN */
    /* Why it can't be done with this device, or NULL; never: there is nothing to be broken. */
    const char *(*cannot)(const struct device *d, bool *ret_never);
    void (*judge)(struct device *d); /* after expect; or NULL */
};
extern const struct device_probe device_probes[];
extern const size_t device_probe_count;

enum device_stage { STAGE_IDLE, STAGE_COOKIE, STAGE_ANSWER, STAGE_CONNECTED, STAGE_CLOSING };

/* What a ClientHello says that matters later. */
struct device_offer {
    enum prov_profile_mode mode;
    enum prov_kind kind;
    const struct prov_suite *suite; /* the best of ours that it has, or NULL */
    bool extended_master, renegotiation_info, renegotiation_suite, formats;
    bool session;            /* by the id of a completed one */
    bool cached_info;        /* by the fingerprint of the chain of a completed handshake */
    uint8_t fragment_length; /* 0: none */
    bool heartbeat, draft_connection_id;
    bool secp384r1; /* it is among the groups */
    uint8_t suites[128];
    size_t suites_len;
};

struct device_connection {
    unsigned flow;
    enum device_stage stage;
    uint64_t until_ms; /* when the stage is over */
    struct check_link link;
    struct device_offer offer;
    uint8_t hello[DEVICE_HELLO_MAX]; /* body of the first one */
    size_t hello_len;
    uint8_t cookie[255];
    size_t cookie_len;
    bool echoed;          /* the cookie came back */
    uint8_t flight[6144]; /* ours, whole messages of epoch 0 */
    size_t flight_len;
    unsigned resent;
    uint8_t own_share[PROV_POINT_LEN];
    struct prov_ecdh ecdh;
    bool has_ecdh;
    uint8_t peer_point[PROV_POINT_LEN]; /* the device's long-term key */
    bool has_peer;
    uint8_t fingerprint[PROV_HASH_LEN]; /* of our Certificate */
    bool has_fingerprint;
    uint64_t seen_seq[2];         /* highest of the device's records, by epoch, plus one */
    size_t largest[2];            /* datagram of the device's flight: the first time, later */
    uint64_t times[DEVICE_TIMES]; /* hellos with a cookie, or flights */
    unsigned time_count;
    const char *went_on;    /* with what, or NULL */
    int alert, alert_epoch; /* the first fatal one, or -1 */
    bool change_seen, finished, abandoned, refused;
    unsigned data, no_renegotiation, resets, heartbeats; /* records that came */
    bool provoked, answered; /* after the stimulus: an authentic record came */
    uint16_t ping;           /* message id of the last CoAP ping */
    bool close_sent, close_answered;
};

struct device {
    struct prov_check_run *run;
    struct check_findings *findings;
    size_t probe;
    bool came, garbage; /* the device came; something else did */
    struct device_connection now;

    /* what authenticates the judge */
    bool has_server;
    const char *no_server; /* why not */
    struct check_mint mint;
    bool minting;
    struct prov_key raw, own, stranger; /* the server's raw key; the device's; nobody's */
    bool has_own;
    struct mint_chain good, chain;

    /* what is known of the device */
    bool met, connects, talks, lives;  /* see NEED_ */
    bool pings, refuses_renegotiation; /* it answers a CoAP ping, a HelloRequest */
    struct device_offer offer;         /* of the first hello */
    bool cookies_10, cookies_12;
    bool seen_12; /* a hello of DTLS 1.2 */
    bool has_random, has_share;
    int exact; /* the first hello, as client.hello.exact has it; 0: none */
    char exact_hex[CHECK_HEX_TEXT];
    uint8_t random[PROV_DTLS_RANDOM_LEN], share[PROV_POINT_LEN];
    uint8_t session_id[PROV_DTLS_SESSION_ID_LEN];
    bool has_session;
    uint8_t master[PROV_DTLS_MASTER_LEN]; /* of that session */
    const struct prov_suite *session_suite;
    bool hello_is_new;                /* offer is of the hello in hand */
    uint8_t completed[PROV_HASH_LEN]; /* the chain of a completed handshake */
    bool has_completed;
    uint8_t failed[DEVICE_CHAINS][PROV_HASH_LEN];
    size_t failed_count;
    char alerts[PROV_CHECK_EVIDENCE_MAX]; /* other ones than expected: for client.alerts */
    bool alerts_seen;
};

static inline const struct device_probe *device_probe(const struct device *d)
{
    return &device_probes[d->probe];
}
static inline enum device_fault device_fault(const struct device *d)
{
    return device_probe(d)->fault;
}

/* --- device_hello.c: what is offered, and the rules of it ------------------------------------ */

/* The first one of a connection, in its record. */
void device_hello(struct device *d, const struct prov_client_hello *hello,
                  const struct prov_record *record);
/* The one with a cookie, in a datagram of so many octets. */
void device_hello_repeated(struct device *d, const struct prov_client_hello *hello, size_t octets);
struct device_offer device_offer(const struct prov_client_hello *hello);

/* --- device_exact.c: the hello as a whole ---------------------------------------------------- */

void device_note_exact(struct device *d, const struct prov_client_hello *hello,
                       const struct device_offer *offer, bool named);
void device_sum_up_hello(struct device *d);

/* --- device_flight.c: the server's half of a handshake --------------------------------------- */

void device_send(struct device *d, struct prov_bytes datagram);
void device_send_verify(struct device *d);
PROV_MUST prov_result device_answer(struct device *d); /* ServerHello to ServerHelloDone */
void device_send_flight(struct device *d);
void device_send_finished(struct device *d);
void device_send_alert(struct device *d, unsigned epoch, uint8_t level, uint8_t alert);

/* --- device_take.c --------------------------------------------------------------------------- */

/* Goes on with the messages of the device's flight that are there. */
void device_take_messages(struct device *d);

/* --- device_after.c: an established session -------------------------------------------------- */

/* What the probe is about. */
void device_provoke(struct device *d);
void device_close(struct device *d);
/* An authentic record of epoch 1 that is not a handshake message. */
void device_take_sealed(struct device *d, uint8_t type, struct prov_bytes content);

/* --- device_verdict.c ------------------------------------------------------------------------ */

/* Why the probe can't be made, or NULL; never: its rule does not apply. */
const char *device_cannot(const struct device *d, const struct device_probe *probe,
                          bool *ret_never);
void device_verdict(struct device *d);
/* What was seen over the whole run. */
void device_sum_up(struct device *d);
/* "alert 40 (handshake_failure)", "silence": for evidence. */
const char *device_outcome(const struct device *d, char room[96]);

#endif
