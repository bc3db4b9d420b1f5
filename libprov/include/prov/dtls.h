/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/dtls.h: the profiled DTLS 1.2 handshake and record layer, client and server, sans I/O.
 *
 * RFC 6347, RFC 5246, RFC 7925 (the profile), RFC 4279, RFC 5489, RFC 8442 (PSK), RFC 7250 (raw public
 * keys), RFC 7251, RFC 6655 (CCM), RFC 7627 (extended master secret), RFC 5746, RFC 8422, RFC 6066
 * (server name, fragment length, certificate URLs, trusted CAs), RFC 7924 (cached information), RFC 5077
 * (tickets), RFC 6520 (heartbeat), RFC 7301 (ALPN), RFC 7918 (False Start), RFC 9146 (connection ids).
 *
 * Datagrams in, datagrams out, a deadline told. No socket, no heap, no clock: the caller moves
 * datagrams and passes the time (milliseconds, monotonic, any origin) to every call. Where the engine
 * needs something that may take a while it answers NEED_… and goes on when it has been given.
 *
 *     prov_dtls_start (client)  or  prov_dtls_hello + prov_dtls_accept (server)
 *     loop:
 *         for (;;) switch (prov_dtls_step(s, now)) {
 *             NEED_PSK     → prov_dtls_give_psk
 *             NEED_SIGN    → prov_dtls_give_signature
 *             NEED_VERIFY  → prov_dtls_give_verdict
 *             NEED_SESSION → prov_dtls_give_session
 *             NEED_FETCH   → prov_dtls_give_chain
 *             DATA         → prov_dtls_data: use it before the next call
 *             CONNECTED    → once
 *             CLOSED, FAILED → pull what is left to send, then forget the session
 *             WAIT         → leave the loop
 *         }
 *         while (prov_dtls_pull(...)) send the datagram
 *         wait for a datagram until prov_dtls_deadline; prov_dtls_push it
 *
 * Each step runs at most one long primitive (a signature check, an ECDH); when more is to be done it
 * answers AGAIN, and the deadline has passed already.
 */
#ifndef PROV_DTLS_H
#define PROV_DTLS_H

#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"
#include "prov/identifier.h"
#include "prov/profile.h"

/* Sizes. A build for a small device may lower the first two, and leaves out what its kinds do not need. */
#ifndef PROV_DTLS_CERTIFICATE_MAX
#define PROV_DTLS_CERTIFICATE_MAX 4096 /* largest Certificate message taken (H10) */
#endif
#ifndef PROV_DTLS_HELLO_MAX
#define PROV_DTLS_HELLO_MAX                                                                        \
    256 /* a client's hello has so much room while the server's flight comes */
#endif
/* Messages of the peer that are kept at the same time, with a bit for each octet. */
#define PROV_DTLS_INBOX_MAX                                                                        \
    (PROV_WITH_SERVER || PROV_WITH_CERT ? PROV_DTLS_CERTIFICATE_MAX * 9 / 8 + 176                  \
     : PROV_WITH_RPK                    ? 576                                                      \
                                        : 480)
/* Own flight and the peer's share one room. A client's hello is short while the server's flight comes, and that
 * is gone when its large flight is made. A server has to keep its flight while the client's comes. */
#define PROV_DTLS_ROOM (PROV_DTLS_INBOX_MAX + (PROV_WITH_SERVER ? 2560 : PROV_DTLS_HELLO_MAX))
#define PROV_DTLS_FLIGHT_MAX                                                                       \
    (PROV_WITH_SERVER ? 2560 : PROV_DTLS_ROOM) /* largest own flight (H10) */
#define PROV_DTLS_MTU_DEFAULT 1200             /* UDP payload octets (profile.md, row 49) */
#define PROV_DTLS_MTU_MIN     228
/* At the most: 13 header, 8 explicit nonce, 16 tag, 33 for a connection id. */
#define PROV_DTLS_RECORD_OVERHEAD 70
#define PROV_DTLS_DATA_MAX        4096 /* largest application record sent or taken */
#define PROV_DTLS_TLS_UNIQUE_LEN  12
#define PROV_DTLS_CHAIN_MAX       6 /* certificates in a peer's chain */
#define PROV_DTLS_SESSION_ID_LEN  32
#define PROV_DTLS_TICKET_MAX      (PROV_WITH_TICKETS ? 256 : 1) /* a longer one is not kept */
#define PROV_DTLS_RESUME_MS       86400000u /* a session is resumed for 24 h at most (H33) */
#define PROV_DTLS_CID_MAX         32 /* octets of a connection id; a client refuses longer ones */

enum prov_dtls_role { PROV_DTLS_CLIENT = 1, PROV_DTLS_SERVER = 2 };

/* What it takes to resume a session; a secret as a whole. By session id (RFC 5246, section 7.3) or by
 * ticket (RFC 5077). */
struct prov_dtls_resumable {
    uint8_t session_id[PROV_DTLS_SESSION_ID_LEN];
    uint8_t session_id_len; /* 0: by ticket only */
    uint8_t kind;           /* enum prov_kind */
    uint16_t suite;
    uint8_t max_fragment;   /* as in the extension: 0 none, 1 to 4; it goes on (H19) */
    bool extended_master;   /* RFC 7627, section 5.3 */
    uint8_t master[48];     /* the master secret */
    uint8_t name[32];       /* SHA-256 of the server_name in lower case; zeros: there was none */
    uint8_t credential[16]; /* the caller's: the public id of the peer's credential (H40) */
    uint64_t made_ms;       /* when the full handshake ended, by the caller's clock */
    uint16_t ticket_len;
    uint8_t ticket[PROV_DTLS_TICKET_MAX]; /* client */
};
void prov_dtls_resumable_wipe(struct prov_dtls_resumable *resumable);
/* Whether it is young enough. A clock that stands before it was made says nothing of its age: no. */
bool prov_dtls_resumable_fresh(const struct prov_dtls_resumable *resumable, uint64_t now_ms);

/* Keys under which a server seals its tickets: now, before. Zeros: made at the first use. */
struct prov_dtls_tickets {
    uint8_t key[2][16];
    uint8_t name[2][4];
    uint64_t since_ms;
    bool ready;
};
void prov_dtls_tickets_wipe(struct prov_dtls_tickets *tickets);

/* How an end behaves: const while sessions use it, shared by any number of them. */
struct prov_dtls_config {
    enum prov_dtls_role role;
    prov_suites suites;        /* NULL-terminated, in order of preference */
    unsigned kinds;            /* PROV_KIND_BITs; a client has exactly one */
    uint16_t mtu;              /* largest datagram sent; 0: the default */
    uint32_t timer_initial_ms; /* 0: the profile's 9 s */
    uint32_t timer_max_ms;     /* 0: 60 s */

    /* Client: the name sent in server_name (row 43: only when the server is configured by FQDN), or
     * NULL. Server: the name it answers to; another one is refused with unrecognized_name(112). */
    const struct prov_fqdn *server_name;

    struct prov_bytes psk_identity; /* client, PSK */
    struct prov_bytes spki;         /* own raw public key, 91 octets */
    const struct prov_bytes *chain; /* own certificates, end entity first, without the root */
    size_t chain_len;

    /* What follows is off when it is zero. */

    /* Client: the server is a constrained one, named by an EUI-64 (RFC 7925, section 3.2.2): no
     * server_name, session_ticket is offered. Server: this end is one: a server_name is ignored. */
    bool constrained_server;
    /* Server: another identity of it, with name, keys and chain of its own. The first one of the list
     * whose server_name is the client's, and whose root is among the client's trusted_ca_keys if it
     * sent any, is taken: prov_dtls_chosen. All of them have the same role, suites and kinds. */
    const struct prov_dtls_config *next;
    uint16_t max_fragment; /* client: 512, 1024, 2048 or 4096 are asked for (row 44) */

    bool resumption; /* server: gives session ids, and asks NEED_SESSION when a client shows one */
    const struct prov_dtls_resumable *resume; /* client: tried; a full handshake if it is refused */
    struct prov_dtls_tickets *tickets; /* constrained server: takes tickets; see set_ticket */

    /* Client, certificates: the server's Certificate as prov_dtls_peer_certificate gave it in an earlier
     * handshake, or none: offered by cached_info. Taken from a handshake that was completed, never from
     * another (RFC 7924, section 7). Must stay like `chain`. */
    struct prov_bytes cached_certificate;

    const struct prov_certificate_url *urls; /* client: where its chain lies, end entity first */
    size_t urls_len;
    bool take_urls; /* server: may ask NEED_FETCH (row 40) */

    /* Client: the DER names of its trust anchors: sent in trusted_ca_keys (row 41). Server: of the
     * root above its chain. */
    const struct prov_bytes *anchor_names;
    size_t anchor_names_len;

    bool heartbeat;       /* may send heartbeats and answers them (row 48) */
    const char *protocol; /* ALPN: "co" (RFC 9952); NULL: neither offered nor looked at */
    bool connection_id;   /* client: offers a zero-length one. Server: see set_connection_id */
    /* Client: data may be sealed before the server's Finished has come, with a forward-secret suite of
     * public keys (RFC 7918). What needs the server's Finished (tls-unique) waits for CONNECTED. */
    bool false_start;
};

/* The workspace of a handshake: lent by the caller from start or accept until
 * prov_dtls_handshake_done says true (a server keeps a pool), then it may serve another session. */
struct prov_dtls_handshake;
size_t prov_dtls_handshake_size(void);

/* A session; what stays after the handshake. Zero it, or let start/accept do so. Members are private. */
struct prov_dtls;

#include "prov/dtls_types.h"

enum prov_dtls_event {
    PROV_DTLS_WAIT = 0,
    PROV_DTLS_NEED_PSK,    /* server: the key for prov_dtls_need_identity; client: its own key */
    PROV_DTLS_NEED_SIGN,   /* ECDSA over prov_dtls_need_digest with the own key */
    PROV_DTLS_NEED_VERIFY, /* a verdict on prov_dtls_peer_spki or prov_dtls_peer_chain */
    PROV_DTLS_CONNECTED,   /* once, after the peer's Finished verified */
    PROV_DTLS_DATA,        /* one application record: prov_dtls_data */
    PROV_DTLS_CLOSED, /* the peer said close_notify in epoch 1, or too many records with a short
                              tag were forged (H12): begin anew; told once */
    PROV_DTLS_FAILED, /* prov_dtls_failure says why; sticky */
    PROV_DTLS_AGAIN,  /* a long primitive has run and there is more to do: step again */
    PROV_DTLS_NEED_SESSION, /* server: the session for prov_dtls_need_session, or none */
    PROV_DTLS_NEED_FETCH,   /* server: the certificates at prov_dtls_need_urls */
    PROV_DTLS_PULL /* an answer made of the datagram in work is to be pulled now (a heartbeat's) */
};

/* --- client ---------------------------------------------------------------------------------- */

/* PROV_E_STATE if the configuration has nothing to authenticate with; PROV_E_BOUNDS for a bad MTU or
 * max_fragment. */
PROV_MUST prov_result prov_dtls_start(struct prov_dtls *s, const struct prov_dtls_config *config,
                                      struct prov_crypto *crypto,
                                      struct prov_dtls_handshake *workspace, uint64_t now_ms);

/* --- server: the first datagram of an address ------------------------------------------------ */

/* Keys of the stateless cookie: HMAC-SHA-256 over the peer's address and the ClientHello. The old one
 * is good for at least 63 s after a rotation (H4). */
struct prov_dtls_cookies {
    uint8_t secret[2][32]; /* now, before */
    uint64_t since_ms;     /* when the first one came into use */
    bool ready;
};
#define PROV_DTLS_COOKIE_ROTATE_MS 300000u
void prov_dtls_cookies_wipe(struct prov_dtls_cookies *cookies);

enum prov_dtls_hello {
    PROV_DTLS_HELLO_DROP = 0, /* not a ClientHello to be answered */
    PROV_DTLS_HELLO_REPLY,    /* send reply (a HelloVerifyRequest, or an alert): keep no state */
    PROV_DTLS_HELLO_ACCEPT    /* the cookie is right: make a session, prov_dtls_accept */
};
/* Looks at a datagram from an address without a session and keeps nothing. `peer`: address family, full
 * address, scope and port, as octets (H4). A reply is never longer than the datagram. */
enum prov_dtls_hello prov_dtls_hello(struct prov_dtls_cookies *cookies, struct prov_crypto *crypto,
                                     uint64_t now_ms, struct prov_bytes peer,
                                     struct prov_bytes datagram, struct prov_buf *reply);
/* Starts a session at the ClientHello that prov_dtls_hello accepted. */
PROV_MUST prov_result prov_dtls_accept(struct prov_dtls *s, const struct prov_dtls_config *config,
                                       struct prov_crypto *crypto,
                                       struct prov_dtls_handshake *workspace, uint64_t now_ms,
                                       struct prov_bytes datagram);
/* Whether a datagram begins with the ClientHello at which this session began: then it is a repetition,
 * to be pushed to the session. Another ClientHello from the same address is a new attempt: give it to
 * prov_dtls_hello and keep the old session until the new one is connected (H6). False once the handshake
 * is over. */
bool prov_dtls_repeats_hello(const struct prov_dtls *s, struct prov_bytes datagram);

/* --- both ------------------------------------------------------------------------------------ */

/* Takes in one datagram. It is decrypted in place and must stay until prov_dtls_step has answered
 * WAIT, AGAIN or a NEED_…: then all of it has been seen to. Garbage is dropped without a word. */
void prov_dtls_push(struct prov_dtls *s, uint64_t now_ms, uint8_t *datagram, size_t len);
/* Goes on until something is to be told. Retransmits when the deadline has passed. */
enum prov_dtls_event prov_dtls_step(struct prov_dtls *s, uint64_t now_ms);
/* Writes the next datagram to be sent, or returns false. out.cap should be the MTU at least. */
bool prov_dtls_pull(struct prov_dtls *s, uint64_t now_ms, struct prov_buf *out);
/* When prov_dtls_step must be called at the latest; UINT64_MAX: no need. 0 while the datagram in work is not
 * done with: who pulls behind WAIT and PULL alike, and steps again before a datagram takes its room, is
 * fine. */
uint64_t prov_dtls_deadline(const struct prov_dtls *s);

/* The NEED_… that was told and is not answered yet, or 0. */
enum prov_dtls_event prov_dtls_need(const struct prov_dtls *s);

/* Answers to NEED_PSK. known false: the identity is unknown or revoked and the key is a dummy of the
 * same length: the handshake runs on and ends as with a wrong key (RFC 7925, section 6; H29). */
void prov_dtls_give_psk(struct prov_dtls *s, struct prov_bytes psk, bool known);
struct prov_bytes prov_dtls_need_identity(const struct prov_dtls *s);
/* The name in the client's server_name, or NULL. */
const struct prov_fqdn *prov_dtls_server_name(const struct prov_dtls *s);

/* Answers to NEED_SIGN; result not PROV_OK: the key holder failed, the handshake ends (internal_error). */
void prov_dtls_give_signature(struct prov_dtls *s, prov_result result,
                              const uint8_t signature[PROV_SIGNATURE_LEN]);
const uint8_t *prov_dtls_need_digest(const struct prov_dtls *s); /* PROV_HASH_LEN */

/* Answers to NEED_VERIFY: PROV_OK, or the reason, which becomes the alert that the profile allows. The
 * peer's own key is refused by the engine (H37). Views are valid until the answer is given. */
void prov_dtls_give_verdict(struct prov_dtls *s, prov_result verdict);
/* What the peer has shown: its raw key, 91 octets, or its certificates, end entity first. How many; none at any other
 * time, and then *ret is as it was. */
size_t prov_dtls_peer(const struct prov_dtls *s, const struct prov_bytes **ret);
/* The same by kind: PROV_KIND_RPK; PROV_KIND_CERT: fills ret with at most PROV_DTLS_CHAIN_MAX views. */
struct prov_bytes prov_dtls_peer_spki(const struct prov_dtls *s);
size_t prov_dtls_peer_chain(const struct prov_dtls *s, struct prov_bytes ret[PROV_DTLS_CHAIN_MAX]);

/* Room for a session's ticket, after start or accept and before the first step; it stays as long as the session,
 * which may have to send the ticket again. Without it a server gives no ticket and a client keeps none. */
struct prov_dtls_ticket {
    uint16_t len;
    uint8_t octets[PROV_DTLS_TICKET_MAX];
};
void prov_dtls_set_ticket(struct prov_dtls *s, struct prov_dtls_ticket *room);
/* Server with tickets, before it answers NEED_PSK or NEED_VERIFY: the public id of the peer's credential, which
 * goes into the ticket and comes back with it (H40). */
void prov_dtls_set_credential(struct prov_dtls *s, const uint8_t credential[16]);
/* While NEED_SESSION is open: what was in the client's ticket, to be given (or not: H40) by
 * prov_dtls_give_session. PROV_E_NOT_FOUND: none was shown, or not one of ours, or too old a one. Wipe ret. */
PROV_MUST prov_result prov_dtls_need_ticket(const struct prov_dtls *s,
                                            struct prov_dtls_resumable *ret);
/* Answers to NEED_SESSION. NULL: unknown, too old, revoked: a full handshake follows. The engine itself
 * refuses one of another name, suite or age, or that mixes extended master secret (RFC 7627). */
struct prov_bytes prov_dtls_need_session(const struct prov_dtls *s);
void prov_dtls_give_session(struct prov_dtls *s, const struct prov_dtls_resumable *found);
/* Whether the handshake was abbreviated. */
bool prov_dtls_resumed(const struct prov_dtls *s);
/* For the next time; once, after CONNECTED: the session forgets the secret then. PROV_E_NOT_FOUND if it
 * can't be resumed. credential is as it was set, or zero; made_ms is the full handshake's, not this one's. */
PROV_MUST prov_result prov_dtls_resumable(struct prov_dtls *s, uint64_t now_ms,
                                          struct prov_dtls_resumable *ret);

/* NEED_FETCH: where the client's chain lies, end entity first; pkipath: one address, of all of it as a
 * PkiPath (RFC 6066, section 10.1), whose order is the other way round. */
/* Answers it: the certificates, end entity first; chain and what it points to stay until the verdict that
 * is asked for next. Otherwise PROV_E_DIGEST: not the octets that the hash promised
 * (bad_certificate_hash_value); any other: certificate_unobtainable. */
size_t prov_dtls_need_urls(const struct prov_dtls *s,
                           struct prov_certificate_url ret[PROV_DTLS_CHAIN_MAX], bool *ret_pkipath);
void prov_dtls_give_chain(struct prov_dtls *s, prov_result result, const struct prov_bytes *chain,
                          size_t chain_len);

/* Server: the identity in use: `config` or one behind it. */
const struct prov_dtls_config *prov_dtls_chosen(const struct prov_dtls *s);
/* Client: whether the server's chain was the cached one. The verdict is asked for all the same (H40). */
bool prov_dtls_used_cache(const struct prov_dtls *s);
/* The body of the peer's Certificate, while NEED_VERIFY is open, or none if its chain was fetched; for a client's
 * next time. */
struct prov_bytes prov_dtls_peer_certificate(const struct prov_dtls *s);

/* --- connection ids (RFC 9146) --------------------------------------------------------------- */

/* Server, after accept and before the first step: what the peer is to put into its records, 1 to
 * PROV_DTLS_CID_MAX octets, all sessions of a server the same number. In use if the client offers it. */
void prov_dtls_set_connection_id(struct prov_dtls *s, struct prov_bytes cid);
/* The one in use for records that come, or none. */
struct prov_bytes prov_dtls_connection_id(const struct prov_dtls *s);
/* The connection id of a datagram whose first record has one, of the known length. */
PROV_MUST bool prov_dtls_datagram_cid(struct prov_bytes datagram, size_t cid_len,
                                      struct prov_bytes *ret);
/* Whether the datagram in work has brought an authentic record newer than all before: only then may
 * the peer's address be taken for a new one (section 6; H16). */
bool prov_dtls_newest(const struct prov_dtls *s);

/* --- heartbeat (RFC 6520) -------------------------------------------------------------------- */

/* Asks the peer whether it is there; sent again by the timer, and when there is no answer after that
 * the session fails with PROV_E_TIMEOUT. PROV_E_STATE: not negotiated, the peer does not want to be asked, or
 * one is on its way: prov_dtls_deadline is UINT64_MAX again once it has been answered. */
PROV_MUST prov_result prov_dtls_heartbeat(struct prov_dtls *s, uint64_t now_ms);

/* The largest application record that fits the negotiated fragment length and a datagram; 0 before there
 * are keys. A block of CoAP is chosen by it: with 512 at most 256 octets (H32). */
size_t prov_dtls_data_max(const struct prov_dtls *s);

/* The application record of a DATA event. */
struct prov_bytes prov_dtls_data(const struct prov_dtls *s);
/* Whether data may be sealed: from CONNECTED on, with false_start from the own Finished on; not after the
 * end. A server takes no data before it has verified that Finished: what is lost with it, or comes before
 * it, is lost. */
bool prov_dtls_may_seal(const struct prov_dtls *s);
/* Appends one datagram with one application record to out. PROV_E_STATE if that may not be; PROV_E_BOUNDS
 * over the negotiated fragment length or PROV_DTLS_DATA_MAX (the MTU is the caller's to see to); PROV_E_FULL at 2^23 records (H12). */
PROV_MUST prov_result prov_dtls_seal(struct prov_dtls *s, struct prov_bytes data,
                                     struct prov_buf *out);
/* Queues close_notify; pull sends it. */
void prov_dtls_close(struct prov_dtls *s);
/* Ends the session with a fatal alert. */
void prov_dtls_abort(struct prov_dtls *s, enum prov_alert alert);
/* Wipes keys and drops what the crypto backend holds. Always call it; NULL is fine. */
void prov_dtls_drop(struct prov_dtls *s);

bool prov_dtls_connected(const struct prov_dtls *s);
bool prov_dtls_handshake_done(const struct prov_dtls *s); /* the workspace is no longer used */
/* The negotiated suite and kind; NULL and 0 before ServerHello. */
const struct prov_suite *prov_dtls_suite(const struct prov_dtls *s);
enum prov_kind prov_dtls_kind(const struct prov_dtls *s);
/* tls-unique: the first Finished of the handshake, 12 octets (RFC 5929, section 3): the client's, or the
 * server's in an abbreviated one. PROV_E_STATE
 * without extended master secret (RFC 7627, section 5.4) or before CONNECTED. */
PROV_MUST prov_result prov_dtls_tls_unique(const struct prov_dtls *s,
                                           uint8_t ret[PROV_DTLS_TLS_UNIQUE_LEN]);

/* Why a session failed. */
struct prov_dtls_failure {
    prov_result result;         /* PROV_E_TIMEOUT, PROV_E_PEER, PROV_E_PEER_ALERT, a verdict, … */
    enum prov_alert alert_sent; /* PROV_ALERT_NONE if none */
    enum prov_alert alert_received;
    /* It came from inside the encrypted exchange: the peer's own word (an epoch-1 alert, a wrong
     * Finished), not anybody's (H39). */
    bool authentic;
};
struct prov_dtls_failure prov_dtls_failure(const struct prov_dtls *s);

/* Counters since the start, for logs and tests. */
struct prov_dtls_stats {
    uint32_t datagrams_in, datagrams_out, octets_in, octets_out;
    uint32_t records_dropped, records_forged, flights_resent;
};
struct prov_dtls_stats prov_dtls_stats(const struct prov_dtls *s);

#endif
