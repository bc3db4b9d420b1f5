/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/server.h: the enrollment server: feeds dtls and enroll/server, asks flow.
 *
 * Two layers. The core has no socket and no clock: datagrams, the time and ticks go in, datagrams
 * and log lines come out through struct prov_server_io, so that tests drive it on a simulated wire.
 * prov_server_run is the core on a UDP socket, with signals. One thread; hosts only.
 *
 * Memory is bounded by struct prov_server_limits and computed by prov_server_memory. Nothing is
 * kept of an address before its cookie came back (row 58), nothing sent that is larger than what
 * came. An established session gives way only to another one that has authenticated itself, the
 * longest idle first (H39).
 */
#ifndef PROV_SERVER_H
#define PROV_SERVER_H

#include "prov/flow.h"
#include "prov/why.h"

/* Where a datagram came from: family (4 or 6), address (an IPv4 one in the first 4 octets), scope,
 * port in network order. Compared and hashed as octets (H4). */
#define PROV_SERVER_PEER_LEN 23
struct prov_server_peer {
    uint8_t octets[PROV_SERVER_PEER_LEN];
};
#define PROV_SERVER_PEER_TEXT 80 /* "[IPv6%scope]:PORT" and NUL */
void prov_server_peer_format(const struct prov_server_peer *peer, char ret[PROV_SERVER_PEER_TEXT]);

struct prov_server_limits {        /* 0: the default */
    uint32_t sessions;             /* established, in all: 10000 */
    uint32_t sessions_per_address; /* 1000 */
    uint32_t handshakes;           /* at once: 256; half of it for one address */
    uint32_t exchanges;            /* sessions with CoAP state at once: 256 */
    uint32_t resumable;            /* sessions kept to be resumed, one a credential: 4096 */
    uint32_t idle_ms;              /* a session without a record ends: 300 s */
    uint32_t handshake_ms;         /* a handshake ends at the latest: 70 s */
    uint32_t drain_ms;             /* after prov_server_drain: 5 s */
    uint32_t reload_ms;            /* how often own and peers' credentials are looked at: 10 s */
};

/* Both may be called from inside of any call below. A log line is key=value pairs, without a line
 * end and without secrets. */
struct prov_server_io {
    void (*send)(void *context, const struct prov_server_peer *peer, struct prov_bytes datagram);
    void (*log)(void *context, const char *line); /* may be NULL */
    void *context;
    /* A device says where its certificates lie (RFC 6066, section 5). NULL: it is not asked to. Otherwise the
     * answer is prov_server_fetched with the ticket, later; or at once a result that is not PROV_OK. One
     * at a time for a network address. The URLs stay until then, or until the ticket is taken back. */
    prov_result (*fetch)(void *context, uint64_t ticket, const struct prov_certificate_url *urls,
                         size_t count, bool pkipath, struct prov_why *why);
    void (*fetch_cancel)(void *context, uint64_t ticket);
};

/* Where certificates may be fetched from, by prov_server_run (libprov/server/fetch.h has the rules). */
struct prov_server_fetch {
    const char *const *folders; /* "https://certs.example.org/devices/"; none: nothing is fetched */
    size_t folder_count;        /* 16 at the most */
    /* Network addresses that may be connected to although they are not public: a mirror inside. */
    const char *const *addresses;
    size_t address_count; /* 16 at the most */
    uint32_t total_ms;    /* for a chain; 0: 5 s */
    uint32_t idle_s;      /* without an octet; 0: 2 s */
    uint32_t at_once;     /* 0: 8 */
};

#define PROV_SERVER_NAMES_MAX 16
struct prov_server_config {
    struct prov_flow *flow; /* its clock stamps the log */
    struct prov_fqdn fqdn;  /* whose server this is: shown to a client that names none */
    /* More of them, each with its own keys, certificate and devices: the client's server_name says
     * which (row 43). At most PROV_SERVER_NAMES_MAX in all; they must stay. */
    const struct prov_fqdn *more;
    size_t more_len;
    bool no_resumption; /* every handshake is a full one */
    struct prov_server_limits limits;
    uint32_t timer_initial_ms, timer_max_ms; /* of handshakes; 0: the profile's */
    uint16_t mtu;                            /* 0: PROV_DTLS_MTU_DEFAULT */
    /* A peer not heard for so long is asked whether it is there, and the session ends if it does not
     * answer; 0: no heartbeats (row 48). */
    uint32_t heartbeat_ms;
    prov_suites suites;             /* NULL: prov_suites_server */
    struct prov_server_io io;       /* prov_server_run: only log and its context */
    struct prov_server_fetch fetch; /* prov_server_run */
};

/* --- core ------------------------------------------------------------------------------------ */

struct prov_server;

/* Loads the server's own credentials. PROV_E_NOT_FOUND if the registry does not have the server. */
PROV_MUST prov_result prov_server_make(const struct prov_server_config *config, uint64_t now_ms,
                                       struct prov_server **ret, struct prov_why *why);
/* Without a word to the peers; NULL is fine. */
void prov_server_free(struct prov_server *server);
/* One datagram; it is decrypted in place. */
void prov_server_datagram(struct prov_server *server, uint64_t now_ms,
                          const struct prov_server_peer *peer, uint8_t *datagram, size_t len);
/* The answer to io.fetch; one that came too late is forgotten. The certificates, end entity first, are used
 * before this returns. PROV_E_DIGEST: not what a hash promised. reason: words for the log, or NULL. */
void prov_server_fetched(struct prov_server *server, uint64_t now_ms, uint64_t ticket,
                         prov_result result, const char *reason, const struct prov_bytes *chain,
                         size_t chain_len);
/* What is due by time: retransmissions, idle sessions, the look at the own credentials. */
void prov_server_tick(struct prov_server *server, uint64_t now_ms);
/* When prov_server_tick must be called at the latest. */
uint64_t prov_server_deadline(const struct prov_server *server);
/* Looks at the own credentials now (SIGHUP). New handshakes use the new ones; live sessions go on.
 */
void prov_server_reload(struct prov_server *server, uint64_t now_ms);
/* No new handshakes from now on; exchanges in flight may finish until limits.drain_ms, then every
 * peer gets close_notify. */
void prov_server_drain(struct prov_server *server, uint64_t now_ms);
bool prov_server_drained(const struct prov_server *server);

struct prov_server_stats {
    uint32_t sessions, handshakes, exchanges, resumable; /* now */
    uint64_t datagrams_in, datagrams_out, octets_in, octets_out;
    uint64_t hellos_answered; /* statelessly */
    uint64_t handshakes_ok, handshakes_resumed, handshakes_failed, requests, refusals, evictions;
};
struct prov_server_stats prov_server_stats(const struct prov_server *server);
/* The most that a server with these limits allocates for its peers, in octets. What the crypto backend keeps
 * for a session comes on top, and what does not grow with peers: the own credentials (a few KiB for each name;
 * those before a reload stay while a session uses them), prov_server_run's 64 KiB for a datagram, and 6 KiB
 * for each certificate that is being fetched. */
size_t prov_server_memory(const struct prov_server_limits *limits);

/* --- on a socket ----------------------------------------------------------------------------- */

/* Serves on `listen` ("192.0.2.1:5684", "[2001:db8::1]:5684"; port 0 takes a free one, the log says
 * which) until SIGTERM or SIGINT: then it drains and returns PROV_OK. SIGHUP reloads. Blocks these
 * signals in the calling thread while it runs. PROV_E_ADDRESS, PROV_E_PERMISSION, PROV_E_NETWORK.
 */
PROV_MUST prov_result prov_server_run(const struct prov_server_config *config, const char *listen,
                                      struct prov_why *why);

#endif
