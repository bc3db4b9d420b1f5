/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of a server. A list of probes runs one after the other; each is a client, or several. A probe is
 * a function that is called with stage 0, 1, 2 … and says what to do next; it is called again when that
 * has come to an end: by an answer, by silence, or by a flood.
 */
#ifndef PROV_CHECK_ENDPOINT_H
#define PROV_CHECK_ENDPOINT_H

#include "dtls/messages.h"
#include "prov/x509.h"
#include "run.h"

/* --- hello.c: a ClientHello made by hand ----------------------------------------------------- */

enum check_mode {                 /* a key exchange with its kind of credential */
                  CHECK_PSK,      /* 0xC0A8 */
                  CHECK_PSK_FS,   /* 0xD005 */
                  CHECK_PSK_FS_8, /* 0xD003 */
                  CHECK_RPK,      /* 0xC0AE, RFC 7250 */
                  CHECK_CERT,     /* 0xC0AE, X.509 */
                  CHECK_MODES
};
extern const struct check_mode_row {
    const char *name;
    uint16_t suite;
    enum prov_kind kind;
} check_modes[CHECK_MODES];

struct check_hello {
    uint16_t version, record_version;
    uint64_t record_seq; /* of the first record */
    uint8_t random[32];
    uint8_t session_id[32], session_id_len;
    uint8_t suites[64], suites_len;
    uint8_t compression[4], compression_len;
    uint8_t extensions[1024];
    size_t extensions_len;
    uint8_t own_cookie[255], own_cookie_len; /* shown at once */
    bool same_flow;                          /* as the ask before */
    bool stop_at_cookie;                     /* the HelloVerifyRequest is all that is wanted */
    bool cut_first;                          /* also the hello without a cookie is cut */
    size_t cut;                              /* octets of the body in a fragment; 0: all */
    size_t overlap;                          /* octets of the fragment before that come again */
    bool backwards;  /* behind the first fragment the last one goes, then the one before it … */
    int length_off;  /* added to the message's length in every fragment but the first */
    size_t trailing; /* octets behind its end that the message's length counts in */
    size_t missing;  /* octets at its end that are not sent, nor counted */
};
void check_hello_make(struct check_hello *hello, struct prov_crypto *crypto);
void check_hello_mode(struct check_hello *hello, enum check_mode mode,
                      const struct prov_fqdn *server);
void check_hello_suite(struct check_hello *hello, uint16_t suite); /* one more */
void check_hello_extension(struct check_hello *hello, uint16_t type, struct prov_bytes body);
/* Takes out every one of the type. */
void check_hello_without(struct check_hello *hello, uint16_t type);
void check_hello_name(struct check_hello *hello, const char *name);
/* Its records, each as a datagram; returns how many. message_seq: 0, or 1 with a cookie. */
#define CHECK_HELLO_RECORDS 24
size_t check_hello_records(const struct check_hello *hello, struct prov_bytes cookie,
                           struct prov_buf records[CHECK_HELLO_RECORDS]);
/* One record in epoch 0. */
void check_record_plain(uint8_t type, uint64_t seq, struct prov_bytes content,
                        struct prov_buf *out);
/* One handshake message in one record. */
void check_record_message(uint8_t type, uint16_t message_seq, uint64_t seq, struct prov_bytes body,
                          struct prov_buf *out);

/* --- answer.c: what came in epoch 0 ---------------------------------------------------------- */

#define CHECK_MESSAGES    8
#define CHECK_MESSAGE_MAX 4096
struct check_message {
    bool begun, whole;
    uint8_t type;
    uint16_t seq;
    uint32_t length;
    uint8_t body[CHECK_MESSAGE_MAX];
    uint8_t have[CHECK_MESSAGE_MAX]; /* octets that have come */
};
struct check_answer {
    unsigned datagrams;
    size_t octets, largest; /* of datagrams */
    size_t largest_fragment, largest_record;
    bool refused, foreign;
    uint8_t first[64]; /* of the first datagram */
    size_t first_len;
    unsigned verifies; /* HelloVerifyRequests */
    uint64_t verify_seq;
    size_t verify_octets; /* of all datagrams before the cookie was shown */
    uint8_t cookie[255], cookie_len;
    int alert, warning; /* -1: none */
    bool fatal_level;
    bool change_cipher_spec, heartbeat, data;
    bool sealed; /* a record of epoch 1 */
    bool hello;
    uint64_t hello_record_seq;
    uint16_t hello_message_seq;
    struct prov_server_hello server;               /* views into messages[] */
    struct check_message messages[CHECK_MESSAGES]; /* by message_seq, modulo */
};
void check_answer_begin(struct check_answer *answer);
void check_answer_take(struct check_answer *answer, uint8_t *datagram, size_t len);
/* The message of a type, if it is whole. */
bool check_answer_message(const struct check_answer *answer, uint8_t type, struct prov_bytes *ret);
/* ServerHello's extension. */
bool check_answer_extension(const struct check_answer *answer, uint16_t type,
                            struct prov_bytes *ret);
/* From ServerHello to ServerHelloDone nothing is missing. */
bool check_answer_done(const struct check_answer *answer);
/* "ServerHello 0xC0A8", "alert 40", "silence": for evidence. */
const char *check_answer_text(const struct check_answer *answer, char *room, size_t cap);

/* --- client.c: a whole client, by the engine ------------------------------------------------- */

enum check_as { CHECK_AS_BUNDLE, CHECK_AS_STRANGER, CHECK_AS_WRONG_KEY };

struct endpoint;
struct check_client {
    bool open;
    enum check_mode mode;
    enum check_as as;
    struct prov_dtls session;
    struct prov_dtls_handshake *workspace;
    struct prov_dtls_config config;
    uint8_t identity[16], spki[PROV_SPKI_LEN];
    struct prov_secret psk;
    struct prov_key key;
    bool has_key;
    bool spoil_signature;
    bool skip_verify;  /* Finished without CertificateVerify */
    bool silent_chain; /* an empty Certificate */
    /* Each datagram on its way out; may change it or (false) lose it. */
    bool (*edit)(struct endpoint *e, uint8_t *datagram, size_t *len);
    unsigned edited;
    /* what was told */
    bool connected, failed, closed;
    unsigned data;
    uint8_t last[64];
    size_t last_len;
    unsigned datagrams; /* that came */
    char trace[256];    /* the records that came: "22/0/95 21/0/2:0233 …" */
    uint8_t chain_octets[PROV_DTLS_CERTIFICATE_MAX];
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t chain_len;
    uint8_t peer_spki[PROV_SPKI_LEN];
    bool has_spki;
    bool nonces_seen, nonces_wrong;
    uint8_t nonce[8];
    uint64_t nonce_seq;
    bool fragment_over; /* a record of epoch 1 above the negotiated fragment length */
};

/* --- endpoint.c ------------------------------------------------------------------------------ */

enum check_act {
    CHECK_DONE, /* the probe is over */
    CHECK_ASK, /* e->hello is sent on a new flow, the cookie is shown; until the server's flight, an alert, silence */
    CHECK_LISTEN, /* on the flow of the last ask: e->answer goes on; until e->enough datagrams, or silence */
    CHECK_CONNECT, /* e->client was made ready by check_client_ready; until connected, failed, silence */
    CHECK_TALK /* with e->client; until e->enough application records, its end, or silence */
};

struct endpoint {
    struct prov_check_run *run;
    struct check_findings *findings;
    size_t probe;
    unsigned stage;
    enum check_act doing;
    bool wants_permit; /* a handshake is to begin as soon as the limits let it */
    bool resent;
    unsigned flow, flows; /* in use, named so far */
    uint64_t until_ms;
    uint64_t wait_ms; /* 0: the limit's silence */
    unsigned enough;
    struct check_hello hello;
    struct check_answer answer;
    struct check_client client;

    /* what is known of the server */
    struct prov_fqdn server; /* the name that is asked for, or "" */
    bool alive, cookies, stopped, pings;
    bool silent, asking_alive; /* something was not answered at all: is it still there? */
    enum check_mode asked;     /* by the last hello, for its alerts */
    bool alerts_seen;
    bool modes[CHECK_MODES];
    bool has_base;
    enum check_mode base; /* a mode that works, for probes that need any */
    enum check_mode own;  /* the bundle's best mode */
    bool has_own, connects;
    char connect_why[80];

    /* between the stages of a probe */
    unsigned count, tries;
    size_t sizes[4];
    uint8_t room[PROV_DTLS_CERTIFICATE_MAX];
    size_t room_len;
    char text[256];
    uint64_t times[32]; /* of datagrams, while listening */
    unsigned time_count;
    uint64_t began_ms;
};

struct check_probe {
    const char *name;
    unsigned needs;
    enum check_act (*run)(struct endpoint *e);
    const char *rules[12]; /* that are not looked at when it does not run */
};
#define CHECK_CHAIN_RULES "*" /* all that a chain in a file is held to, too */
enum {
    NEEDS_BASE = 1 << 0,   /* any mode */
    NEEDS_COOKIE = 1 << 1, /* the server sends HelloVerifyRequest */
    NEEDS_SHARE = 1 << 2,  /* a key exchange with ECDHE */
    NEEDS_PSK_FS = 1 << 3,
    NEEDS_PSK = 1 << 4, /* any of the three */
    NEEDS_RPK = 1 << 5,
    NEEDS_CERT = 1 << 6,
    NEEDS_PUBLIC = 1 << 7,    /* RPK or certificates */
    NEEDS_BUNDLE = 1 << 8,    /* of a kind that the server has */
    NEEDS_CONNECTED = 1 << 9, /* a handshake with it has worked */
    NEEDS_SLOW = 1 << 10
};
extern const struct check_probe check_probes_hello[], check_probes_cookie[],
    check_probes_extension[], check_probes_exchange[], check_probes_fragment[],
    check_probes_identity[], check_probes_session[], check_probes_resume[],
    check_probes_last[]; /* each ends with a NULL name */

/* For probes: the hello of the base mode, or of another. */
void endpoint_hello(struct endpoint *e);
void endpoint_hello_of(struct endpoint *e, enum check_mode mode);
/* On the flow of the last ask, outside of it. */
void endpoint_send(struct endpoint *e, struct prov_bytes datagram);
/* There is nothing to go on with. */
enum check_act endpoint_stop(struct endpoint *e, prov_result result, const char *why);
/* What the last ask was answered with, in words; in e->text. */
const char *endpoint_answer(struct endpoint *e);
/* Whether the hello of the last ask was taken: a ServerHello with a suite that it offered. */
bool endpoint_taken(const struct endpoint *e);
enum check_mode endpoint_share_mode(const struct endpoint *e);  /* or CHECK_MODES */
enum check_mode endpoint_psk_mode(const struct endpoint *e);    /* … */
enum check_mode endpoint_public_mode(const struct endpoint *e); /* … */

/* needs.c: true if the probe can't run here: its rules have been told why. */
bool check_leave_out(struct endpoint *e, const struct check_probe *probe);

/* client.c */
prov_result check_client_make(struct endpoint *e);
void check_client_ready(struct endpoint *e, enum check_mode mode, enum check_as as);
PROV_MUST prov_result check_client_start(struct endpoint *e);
void check_client_push(struct endpoint *e, uint8_t *datagram, size_t len);
void check_client_go_on(struct endpoint *e);
void check_client_leave(struct endpoint *e); /* with a goodbye */
void check_client_drop(struct endpoint *e);
/* A record of epoch 1 as the client would send it. */
bool check_client_record(struct endpoint *e, uint8_t type, struct prov_bytes content,
                         struct prov_buf *out);
/* The question that any CoAP server answers: an empty confirmable message (RFC 7252, section 4.3). */
/* A ping as if no connection id had been negotiated. */
bool check_client_record_bare(struct endpoint *e, uint8_t type, struct prov_buf *out);
bool check_client_ping(struct endpoint *e, struct prov_buf *out);
const char *check_client_text(const struct endpoint *e, char *room, size_t cap);

#endif
