/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the server.
 *
 *   core.c         the public calls; a datagram's way to its session
 *   session.c      sessions and associations: made, promoted, ended, evicted
 *   association.c  the engine's questions to flow
 *   certificates.c the one that is answered later: what lies at a device's URLs
 *   requests.c     application data: CoAP, and flow's answer
 *   path.c         connection ids; peers that are heard from another address
 *   table.c        sessions by peer, associations by connection id, addresses with their counts
 *   timers.c       deadlines, the nearest first
 *   cache.c        sessions to be resumed
 *   resume.c       what becomes of them
 *   pool.c         rooms of one size, bounded in number
 *   identity.c     what the server itself shows
 *   log.c          lines
 *   socket.c       prov_server_run
 *   fetch.h        the fetching of certificates, for socket.c
 *
 *   session (a peer's address)
 *     live   the association that works               ── in the lists by age, counts as established
 *     fresh  a handshake that is under way, or NULL   ── replaces live once its Finished verified (H6)
 */
#ifndef PROV_SERVER_INTERNAL_H
#define PROV_SERVER_INTERNAL_H

#include "prov/dtls.h"
#include "prov/enroll_server.h"
#include "prov/server.h"

#define ADDRESS_LEN      21 /* of struct prov_server_peer: all but the port */
#define HELLO_RANDOM_LEN 32
#define DATAGRAM_MAX     2048 /* room for one datagram to be sent */
#define CID_LEN          8    /* of the connection ids that peers put into their records */

/* --- lists: a ring through members; the head is a link by itself ----------------------------- */

struct link {
    struct link *before, *after;
};
void link_init(struct link *link);
void link_remove(struct link *link);
void link_append(struct link *head, struct link *link);
void link_prepend(struct link *head, struct link *link);
bool link_alone(const struct link *link);
#define CONTAINER(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* --- pool ------------------------------------------------------------------------------------ */

struct pool_room {
    struct pool_room *next;
};
struct pool {
    size_t size;
    uint32_t limit, made, used;
    struct pool_room *spare;
};
void pool_init(struct pool *pool, size_t size, uint32_t limit);
void *pool_take(struct pool *pool);            /* zeroed; NULL at the limit or without memory */
void pool_give(struct pool *pool, void *room); /* wipes; NULL is fine */
void pool_free(struct pool *pool);

/* --- identity -------------------------------------------------------------------------------- */

struct identity {
    unsigned uses;
    struct prov_flow_identity shown;
    struct prov_key rpk_key, cert_key;
    struct prov_dtls_config dtls;
    struct identity *next; /* of another name of the server; counted with the first */
};
PROV_MUST prov_result identity_load(struct prov_server *server, struct identity **ret);
bool identity_same(const struct identity *a, const struct identity *b);
struct identity *identity_use(struct identity *identity);
void identity_drop(struct prov_server *server, struct identity *identity);

/* --- sessions -------------------------------------------------------------------------------- */

struct association {
    struct prov_dtls dtls;
    struct prov_dtls_handshake *workspace; /* until the handshake is over */
    struct identity *identity;
    struct prov_flow_peer who;
    uint8_t hello_random[HELLO_RANDOM_LEN]; /* which ClientHello it began with */
    uint64_t started_ms, due_ms;
    size_t timer; /* place in the heap and 1; 0: none */
    struct session *session;
    struct link half_open;                        /* while it is a session's fresh one */
    uint8_t identity_hash[4];                     /* PSK: of its identity, for the log */
    uint8_t session_id[PROV_DTLS_SESSION_ID_LEN]; /* by which it can be resumed */
    uint8_t session_id_len;
    struct association *next; /* in the bucket of its connection id */
    uint8_t cid[CID_LEN];
    bool named;     /* it has a connection id, in use if the peer has offered that */
    bool quiet;     /* it can't be asked whether it is there */
    uint64_t fetch; /* the ticket of what is being fetched for it; 0: nothing */
};
/* The one of its identities that the peer has met. */
const struct identity *association_identity(const struct association *a);
static inline const struct prov_fqdn *association_name(const struct association *a)
{
    return &association_identity(a)->shown.server;
}

struct address {
    struct address *next;
    struct link sessions; /* established, the longest idle first */
    uint32_t established, handshakes, sessions_in_all;
    uint8_t octets[ADDRESS_LEN];
};

/* An address from which a live peer was heard, and that has not proved to receive (path.c). */
struct trial {
    bool on;
    uint8_t ping[2]; /* message id */
    uint32_t tries;  /* since the last address that has proved to receive */
    uint64_t in, out;
    struct prov_server_peer peer;
};

struct session {
    struct session *next; /* in the bucket */
    struct link by_age, at_address;
    struct address *address;
    struct association *live, *fresh;
    struct prov_enroll_session *exchange;
    size_t holder; /* place in the server's holders */
    uint64_t last_ms, exchange_ms;
    struct prov_server_peer peer;
    struct trial trial;
};

struct table {
    uint64_t seed;
    size_t mask;
    struct session **sessions;
    struct address **addresses;
    struct association **named;
};
PROV_MUST prov_result table_make(struct table *table, size_t capacity, uint64_t seed);
void table_free(struct table *table);
struct session *table_find(const struct table *table, const struct prov_server_peer *peer);
struct session *table_add(struct table *table, const struct prov_server_peer *peer);
void table_remove(struct table *table, struct session *session);
/* The session goes to another peer's place, where there is none. False: out of memory, nothing is changed. */
PROV_MUST bool table_move(struct table *table, struct session *session,
                          const struct prov_server_peer *peer);
struct association *table_named(const struct table *table, const uint8_t cid[CID_LEN]);
void table_name(struct table *table, struct association *a, const uint8_t cid[CID_LEN]);
void table_unname(struct table *table, struct association *a); /* one without a name is fine */
const struct address *table_address(const struct table *table, const struct prov_server_peer *peer);
size_t table_memory(size_t capacity);
/* Not to be foreseen without the seed. */
size_t hash_octets(uint64_t seed, const uint8_t *octets, size_t len);

/* --- sessions to be resumed ------------------------------------------------------------------ */

struct cache {
    uint64_t seed;
    size_t mask, capacity, used, sweep_at;
    struct kept *rooms, **by_id, **by_credential;
    struct link by_use; /* the longest unused first, free rooms before it */
};
PROV_MUST prov_result cache_make(struct cache *cache, size_t capacity, uint64_t seed);
void cache_free(struct cache *cache);
size_t cache_memory(size_t capacity);
/* Takes the place of the credential's one before. */
void cache_put(struct cache *cache, const struct prov_dtls_resumable *session, int64_t credential);
bool cache_get(const struct cache *cache, struct prov_bytes id, struct prov_dtls_resumable *ret,
               int64_t *ret_credential);
void cache_drop(struct cache *cache, struct prov_bytes id);
void cache_drop_credential(struct cache *cache, int64_t credential);
void cache_clear(struct cache *cache);
/* One room after the other; false: this one is free. */
bool cache_next(struct cache *cache, struct prov_dtls_resumable *ret, int64_t *ret_credential);

struct timers {
    struct association **heap;
    size_t count, cap;
};
PROV_MUST prov_result timers_make(struct timers *timers, size_t cap);
void timers_set(struct timers *timers, struct association *a, uint64_t due_ms);
void timers_remove(struct timers *timers, struct association *a);
uint64_t timers_next(const struct timers *timers);
struct association *timers_due(const struct timers *timers, uint64_t now_ms);

struct prov_server {
    struct prov_server_config config;
    struct prov_server_limits limits; /* with the defaults filled in */
    struct prov_flow flow;            /* the caller's, with our why */
    struct prov_why why;
    struct prov_dtls_cookies cookies;
    struct identity *identity;
    uint64_t reload_at_ms, drain_until_ms;
    bool draining;
    struct table table;
    struct timers timers;
    struct cache cache;
    struct pool workspaces, exchanges;
    struct session **holders; /* sessions with CoAP state, exchanges.used of them */
    struct link by_age;       /* established sessions, the longest idle first */
    struct link half_open;    /* handshakes under way, the oldest first */
    uint64_t tickets;         /* of fetches, given out so far */
    size_t recheck_at;        /* the bucket where the next round of rechecks begins */
    struct prov_server_stats stats;
    struct {
        const struct prov_server_peer *peer;
        size_t len;         /* 0 when it has been counted */
    } arrival;              /* where the datagram in work came from; NULL: there is none */
    uint64_t loud_since_ms; /* lines that strangers can cause are counted per second */
    uint32_t loud, unsaid;
};

enum end_reason {
    END_CLOSED, /* the peer said close_notify */
    END_FAILED, /* the engine gave up */
    END_IDLE,
    END_EVICTED, /* made room for another session */
    END_REVOKED,
    END_REPLACED, /* a new handshake of the same address is complete */
    END_WORN,     /* its keys have sealed all that they may (H12) */
    END_DRAINED
};

/* A handshake begins at a ClientHello with a good cookie. */
void session_accept(struct prov_server *server, uint64_t now_ms,
                    const struct prov_server_peer *peer, struct session *session, uint8_t *datagram,
                    size_t len);
/* The Finished of `a` verified: it is the session's live association from now on. */
void session_promote(struct prov_server *server, uint64_t now_ms, struct association *a);
void session_touch(struct prov_server *server, struct session *session, uint64_t now_ms);
/* It is at another address now: it counts there. */
void session_moved(struct prov_server *server, uint64_t now_ms, struct session *session);
/* Ends an association, and the session when it was the last one. */
void association_end(struct prov_server *server, uint64_t now_ms, struct association *a,
                     enum end_reason reason);
void session_end(struct prov_server *server, uint64_t now_ms, struct session *session,
                 enum end_reason reason);
/* CoAP state for the session, or NULL when all of it is in use. */
struct prov_enroll_session *session_exchange(struct prov_server *server, uint64_t now_ms,
                                             struct session *session);
/* Takes back CoAP state that has been idle for EXCHANGE_LIFETIME. */
void session_sweep(struct prov_server *server, uint64_t now_ms);
/* Asks flow again about a number of live sessions, others each time (H40). */
void session_recheck(struct prov_server *server, uint64_t now_ms);
bool session_busy(const struct session *session);

/* Runs the engine until it waits, answers its questions, sends what it has. false: `a` is gone. */
bool association_run(struct prov_server *server, uint64_t now_ms, struct association *a);
/* NEED_FETCH: asks for the certificates, once. false: they have not come yet. */
bool association_fetch(struct prov_server *server, uint64_t now_ms, struct association *a);
/* Nobody waits for its certificates any more. */
void association_forget_fetch(struct prov_server *server, struct association *a);
void association_push(struct prov_server *server, uint64_t now_ms, struct association *a,
                      uint8_t *datagram, size_t len);
void association_flush(struct prov_server *server, uint64_t now_ms, struct association *a);

/* Answers NEED_SESSION. */
void resume_find(struct prov_server *server, struct association *a);
/* After CONNECTED: what it takes to resume the session moves from the engine to the cache. */
void resume_keep(struct prov_server *server, uint64_t now_ms, struct association *a);
/* The association ends, for this reason. */
void resume_end(struct prov_server *server, const struct association *a, bool live,
                enum end_reason reason);
/* Looks at a number of kept sessions, others each time: too old ones, and those whose credential is
 * no longer good, go (H33, H40). */
void resume_sweep(struct prov_server *server, uint64_t now_ms);

/* Whether the credential is still good, as far as that can be told now. */
bool request_allowed(struct prov_server *server, const struct association *a);
/* A result of flow that says nothing about the credential: the registry could not be asked. */
bool request_unasked(prov_result result);
/* Application data. false: the session must end, *ret_end says why. */
bool request_serve(struct prov_server *server, uint64_t now_ms, struct association *a,
                   struct prov_bytes message, enum end_reason *ret_end);

/* --- paths: see path.c ----------------------------------------------------------------------- */

/* Gives an association that has just begun its connection id. */
PROV_MUST prov_result path_name(struct prov_server *server, struct association *a);
/* The association whose connection id stands in the datagram. ret_named: there is one in it. */
struct association *path_association(const struct prov_server *server, struct prov_bytes datagram,
                                     bool *ret_named);
/* The engine has looked at a record of the datagram in work. */
void path_heard(struct prov_server *server, uint64_t now_ms, struct association *a);
/* An answer to a ping of path.c: not for others. */
bool path_takes(struct prov_server *server, uint64_t now_ms, struct association *a,
                struct prov_bytes message);
void path_send(struct prov_server *server, struct association *a, struct prov_bytes datagram);

void server_send(struct prov_server *server, const struct prov_server_peer *peer,
                 struct prov_bytes datagram);

/* --- log ------------------------------------------------------------------------------------- */

struct line {
    char text[640];
    size_t len;
};
void line_begin(struct line *line, struct prov_server *server, const char *event);
void line_text(struct line *line, const char *key, const char *value); /* quoted when needed */
void line_number(struct line *line, const char *key, uint64_t value);
void line_code(struct line *line, uint8_t code); /* code=2.05 */
void line_peer(struct line *line, const struct prov_server_peer *peer);
void line_who(struct line *line, const struct association *a); /* device, credential, kind … */
void line_result(struct line *line, struct prov_server *server,
                 prov_result result); /* and its words */
void line_end(struct line *line, struct prov_server *server);
/* For what anybody with an address can cause, or a device again and again: at most LOUD_MAX a second,
 * the others are counted. */
#define LOUD_MAX 50u
void line_end_loud(struct line *line, struct prov_server *server, uint64_t now_ms);

#endif
