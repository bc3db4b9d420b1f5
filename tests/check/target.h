/* SPDX-License-Identifier: Apache-2.0
 *
 * A server to be judged: the engine, its datagrams in and out, and one switch that breaks one rule. All of
 * it in memory, the clock a parameter.
 */
#ifndef PROV_TESTS_CHECK_TARGET_H
#define PROV_TESTS_CHECK_TARGET_H

#include "libprov/dtls/messages.h"
#include "prov/check.h"
#include "tests/net/wire.h"

#define TARGET_ROOM 2048
struct datagram {
    size_t len; /* 0: lost */
    uint8_t octets[TARGET_ROOM];
};

struct target;
struct flow { /* what a server knows of one address */
    unsigned number;
    bool used;
    struct prov_dtls session;
    struct prov_dtls_handshake *workspace;
    bool begun, connected;
    /* its last hello, as it came */
    bool has_hello;
    uint64_t hello_seq;
    uint8_t hello_octets[TARGET_ROOM];
    struct prov_client_hello hello; /* views into hello_octets */
    uint16_t suite;                 /* the one that is to stand in ServerHello, or 0: its own */
    bool marked;                    /* a fault's */
    unsigned count;                 /* a fault's */
};

struct fault {
    const char *rule;
    int bundle; /* WIRE_PSK, WIRE_RPK, WIRE_CERT, or NO_BUNDLE */
    void (*tune)(struct target *t);
    bool (*in)(struct target *t, struct flow *f, struct datagram *d); /* false: swallowed */
    void (*out)(struct target *t, struct flow *f, struct datagram *d);
    unsigned number; /* of an extension, a suite … */
    bool slow;
};
#define NO_BUNDLE (-1)

#define FLOWS      8
#define OUTBOX_MAX 256
struct target {
    struct wire_world *world;
    const struct fault *fault; /* NULL: none */
    struct prov_dtls_config config;
    struct prov_fqdn other_name;
    struct prov_dtls_cookies cookies;
    bool no_cookie, one_port, takes_all, no_kept, silent_app, dead, wrong_peers;
    bool drops_old; /* a new handshake ends the session that its address has */
    struct prov_dtls_resumable kept;
    bool has_kept;
    uint8_t memory[256]; /* a fault's */
    size_t memory_len;
    uint8_t pieces[TARGET_ROOM];
    struct flow flows[FLOWS];
    uint64_t now_ms;
    struct {
        unsigned flow;
        struct datagram d;
    } * outbox;
    size_t outbox_len;
};

void target_make(struct target *t, struct wire_world *world, const struct fault *fault);
void target_free(struct target *t);
/* A datagram comes. What it is answered with is in the outbox. */
void target_take(struct target *t, uint64_t now_ms, unsigned flow, const uint8_t *octets,
                 size_t len);
/* Timers. */
void target_tick(struct target *t, uint64_t now_ms);
uint64_t target_deadline(const struct target *t);

/* For faults. */
void target_say(struct target *t, struct flow *f, const uint8_t *octets, size_t len);
void target_say_alert(struct target *t, struct flow *f, uint8_t level, uint8_t alert);
void target_say_hello(struct target *t, struct flow *f, uint16_t suite);
void target_forget(struct flow *f); /* the session is gone */
bool hello_offers(const struct flow *f, uint16_t type, struct prov_bytes *ret);

/* The bundle of a kind, for the world's client. */
void target_bundle(struct wire_world *world, int kind, struct prov_bundle *ret,
                   uint8_t scalar[PROV_SCALAR_LEN]);

#endif
