/* SPDX-License-Identifier: Apache-2.0
 *
 * A simulated wire and clock between a client and a server of prov/dtls.h. Nothing sleeps: when no
 * datagram is under way, the time jumps to the next deadline. Randomness is a counter: two runs are
 * the same but for the signatures.
 *
 *     wire_world_make(&world);            keys and certificates, once
 *     wire_make(&wire, &world, WIRE_PSK); then change wire.client.config, wire.fate, …
 *     wire_start(&wire);
 *     wire_run(&wire, 70000);             until nothing moves any more, or the clock says so
 *     wire_free(&wire);
 */
#ifndef PROV_TESTS_WIRE_H
#define PROV_TESTS_WIRE_H

#include "prov/dtls.h"
#include "prov/pki.h"

enum wire_side { WIRE_CLIENT = 0, WIRE_SERVER = 1 };
enum wire_kind { WIRE_PSK = 0, WIRE_PSK_FS, WIRE_RPK, WIRE_CERT, WIRE_KINDS };
extern const char *const wire_kind_names[WIRE_KINDS];

struct wire_identity {
    struct prov_pki_key key;
    struct prov_key handle;
    uint8_t spki[PROV_SPKI_LEN];
    uint8_t leaf[PROV_CERT_MAX];
    struct prov_bytes chain[2]; /* end entity, issuing CA */
    uint8_t message[2 * PROV_CERT_MAX + 9];
    struct prov_bytes certificate; /* the body of a Certificate with both */
};

struct wire_world {
    struct prov_random random;
    uint64_t random_state;
    struct prov_crypto *crypto;
    struct prov_pki *pki;
    struct prov_fqdn fqdn;
    struct prov_eui64 eui64;
    uint8_t root_octets[PROV_CERT_MAX], issuing_octets[PROV_CERT_MAX];
    struct prov_bytes root, issuing;
    struct wire_identity identities[2]; /* by wire_side */
    uint8_t psk[16], psk_identity[16];
    int64_t time; /* Unix seconds, for certificates */
};
void wire_world_make(struct wire_world *world);
void wire_world_free(struct wire_world *world);

#define WIRE_DATAGRAM_MAX 2048
struct wire_datagram {
    enum wire_side from;
    unsigned index; /* of this side's datagrams, from 0 */
    uint64_t at_ms;
    size_t len;
    size_t cid_len; /* of the connection ids that records for the other side have */
    uint8_t octets[WIRE_DATAGRAM_MAX];
};

enum wire_fate {
    WIRE_DELIVER = 0,
    WIRE_DROP,
    WIRE_DOUBLE,
    WIRE_SWAP /* comes after the next one of its side, or when nothing else moves */
};

struct wire_end {
    struct prov_dtls session;
    struct prov_dtls_handshake *workspace;
    struct prov_dtls_config config;
    struct prov_bytes cid; /* server: set as the session's connection id */
    /* how the caller's half answers */
    struct prov_bytes psk;
    bool psk_known;
    prov_result verdict; /* not PROV_OK: answered in place of judging */
    bool judge;          /* false: verdict is answered whatever the peer shows */
    prov_result fetch;   /* NEED_FETCH: not PROV_OK: answered in place of the peer's chain */
    unsigned fetched;
    prov_result sign;
    const struct prov_dtls_resumable *found; /* server: the answer to NEED_SESSION */
    bool tickets; /* has room for one; server: takes what was in one, if refuse_ticket is not set */
    bool refuse_ticket;
    struct prov_dtls_ticket ticket;
    unsigned asked[4]; /* NEED_PSK, NEED_SIGN, NEED_VERIFY, NEED_SESSION */
    /* what was told */
    bool begun;
    unsigned connected, data, closed, failed, again, echoed;
    uint64_t connected_at_ms, failed_at_ms;
    uint8_t last[PROV_DTLS_DATA_MAX];
    size_t last_len;
    unsigned sent;
};

#define WIRE_QUEUE_MAX 128
#define WIRE_LOG_MAX   256
struct wire {
    struct wire_world *world;
    enum wire_kind kind;
    struct wire_end ends[2];
    struct prov_dtls_cookies cookies;
    bool no_cookie;  /* the server accepts the first ClientHello */
    uint8_t peer[8]; /* the client's address, as the server sees it */
    uint64_t now_ms;
    /* May change the datagram. NULL: all are delivered. */
    enum wire_fate (*fate)(void *context, struct wire_datagram *datagram);
    void *context;
    /* Called with what each step answers; true: it has seen to it. WAIT comes before datagrams are pulled. */
    bool (*intercept)(struct wire *wire, enum wire_side side, enum prov_dtls_event event);
    void *intercept_context;
    struct wire_datagram *queue;
    size_t queue_len;
    struct wire_datagram held[2];
    bool holds[2];
    struct wire_datagram *log; /* all that was sent, before its fate */
    size_t log_len;
};

void wire_make(struct wire *wire, struct wire_world *world, enum wire_kind kind);
void wire_start(struct wire *wire);
/* Until nothing moves and no deadline is left, or the clock passes until_ms. */
void wire_run(struct wire *wire, uint64_t until_ms);
/* Puts a datagram into the queue, as if `from` had sent it; it meets no fate. */
void wire_inject(struct wire *wire, enum wire_side from, const uint8_t *octets, size_t len);
/* Seals application data at one end and queues it, to be moved by wire_run. */
void wire_send(struct wire *wire, enum wire_side from, const char *text);
void wire_free(struct wire *wire);

/* Both ends said CONNECTED, once, agree on keys (a message goes both ways) and on tls-unique. */
bool wire_works(struct wire *wire);

/* --- looking at octets ----------------------------------------------------------------------- */

struct wire_record {
    uint8_t type;
    uint16_t version, epoch;
    uint64_t seq;
    const uint8_t *body;
    size_t len;
    size_t at;               /* of the header, in the datagram */
    struct prov_bytes whole; /* header and body */
};
bool wire_record_next(const struct wire_datagram *datagram, size_t *at, struct wire_record *ret);
/* The nth (from 0) handshake message of a type in the log: a view of its header and body, if it
 * went in one fragment in epoch 0. */
bool wire_find(const struct wire *wire, enum wire_side from, uint8_t type, unsigned nth,
               struct prov_bytes *ret);
/* The first alert in epoch 0 of a side: -1 if none. */
int wire_alert(const struct wire *wire, enum wire_side from);

/* --- changing octets ------------------------------------------------------------------------- */

/* A fate: the body of a message in epoch 0 is changed on its way, each time it comes. */
struct wire_edit {
    enum wire_side from;
    uint8_t type;
    /* Changes body in place (room for WIRE_DATAGRAM_MAX / 2), returns its new length. */
    size_t (*change)(uint8_t *body, size_t len);
    unsigned met;
};
enum wire_fate wire_edit_fate(void *edit, struct wire_datagram *datagram);

#endif
