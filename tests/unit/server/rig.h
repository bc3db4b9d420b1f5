/* SPDX-License-Identifier: Apache-2.0
 *
 * A server on a simulated wire and clock: real engine, real cryptography, a fake flow that knows one PSK, one
 * raw public key and counts what it is asked.
 *
 *     rig_begin(&rig, NULL);
 *     client = rig_client(&rig, PROV_KIND_PSK, 1);   from 192.0.2.1, a port of its own
 *     client_start(client); rig_run(&rig);           until nothing moves any more
 *     client_ask(client, PROV_ENROLL_NOW, …); rig_run(&rig);
 *     rig_end(&rig);
 */
#ifndef PROV_TESTS_SERVER_RIG_H
#define PROV_TESTS_SERVER_RIG_H

#include "prov/enroll_client.h"
#include "prov/server.h"

#define RIG_CLIENTS 8
#define RIG_QUEUE   256
#define RIG_LINES   200

struct rig;

struct client {
    struct rig *rig;
    bool used;
    struct prov_server_peer peer;
    struct prov_dtls_config config;
    struct prov_dtls dtls;
    struct prov_dtls_handshake *workspace;
    struct prov_bytes psk;
    struct prov_dtls_resumable session;
    unsigned connected, closed, failed, heard; /* heard: datagrams that came */
    bool deaf;                                 /* what comes for it is lost */
    bool mute;                                 /* its answers to heartbeats are lost */
    struct prov_exchange x;
    uint16_t message_id;
    uint8_t room[4096];
};

struct parcel {
    struct prov_server_peer to;
    size_t len;
    uint8_t octets[2048];
};

struct rig {
    uint64_t now;
    uint64_t random_state;
    struct prov_random random;
    struct prov_crypto *crypto;
    struct prov_server_config config;
    struct prov_server *server;
    struct prov_flow flow;
    struct prov_why why;
    struct client clients[RIG_CLIENTS];
    struct parcel *queue; /* from the server */
    size_t queued;
    bool split;                     /* each record of a client goes in a datagram of its own */
    uint64_t octets_in, octets_out; /* of the server */
    size_t widest;                  /* its largest datagram */
    char lines[RIG_LINES][640];
    size_t line_count;

    /* what the fake flow knows */
    struct prov_fqdn fqdn, other; /* two names of the server, if rig_begin_as was told so */
    struct prov_key server_key, other_key, device_key;
    uint8_t server_spki[PROV_SPKI_LEN], other_spki[PROV_SPKI_LEN], device_spki[PROV_SPKI_LEN];
    uint8_t psk[16], identity[8];
    /* certificates, from the next prov_server_reload on: the server's own, and the device's */
    struct prov_bytes server_chain, device_chain;
    bool device_good;             /* the verdict on any chain */
    prov_result fetch;            /* what the server's caller answers when it is to fetch */
    prov_result still_good;       /* what it answers, also of a session that is to be resumed */
    bool pending;                 /* the device's credential waits for its confirm */
    const struct prov_fqdn *home; /* the name whose sessions may be resumed; NULL: any */
    uint8_t answer_code;
    size_t answer_len;
    /* what it was asked */
    unsigned loads, finds, judged, resumes, connected, served;
    unsigned fetches, cancels;
    uint64_t ticket; /* of the last fetch */
    size_t urls;     /* of it */
    size_t chain_seen;
    int64_t resumed; /* the credential of the last session that was to be resumed */
    struct prov_fqdn name;
    struct prov_flow_request last;
};

/* limits NULL: the defaults. */
void rig_begin(struct rig *rig, const struct prov_server_limits *limits);
void rig_begin_as(struct rig *rig, const struct prov_server_limits *limits, bool two_names,
                  bool no_resumption);
void rig_end(struct rig *rig);
struct client *rig_client(struct rig *rig, enum prov_kind kind, uint8_t host);
/* Moves datagrams until none is under way. */
void rig_run(struct rig *rig);
/* Lets the time go by, with ticks and retransmissions where they are due. */
void rig_wait(struct rig *rig, uint64_t ms);
void rig_deliver(struct rig *rig, const struct prov_server_peer *peer, const uint8_t *octets,
                 size_t len);
bool rig_logged(const struct rig *rig, const char *part);

void client_start(struct client *client);
/* Takes the client to its ClientHello with the cookie, which is left in ret. */
size_t client_second_hello(struct client *client, uint8_t *ret, size_t cap);
/* Answers what the engine asks. */
void client_step(struct client *client);
/* Takes the client's next datagram off, to be delivered by hand. */
bool client_pull(struct client *client, uint8_t *ret, size_t cap, size_t *ret_len);
void client_ask(struct client *client, enum prov_enroll_op op, struct prov_bytes host,
                struct prov_bytes body);
/* A handshake from start to end. */
void client_connect(struct client *client);
/* Once more, from the same port, with the session that there was; the client says close_notify before, or
 * just forgets it. */
void client_reconnect(struct client *client, bool closes);
void client_assert_served(struct client *client, enum prov_enroll_op op);

#endif
