/* SPDX-License-Identifier: Apache-2.0
 *
 * The public calls, and a datagram's way to its session.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define HELLO_MIN 59 /* record header, message header, version, random */

static uint32_t either(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static struct prov_server_limits with_defaults(const struct prov_server_limits *limits)
{
    return (struct prov_server_limits){
        .sessions = either(limits->sessions, 10000),
        .sessions_per_address = either(limits->sessions_per_address, 1000),
        .handshakes = either(limits->handshakes, 256),
        .exchanges = either(limits->exchanges, 256),
        .resumable = either(limits->resumable, 4096),
        .idle_ms = either(limits->idle_ms, 300000),
        .handshake_ms = either(limits->handshake_ms, 70000),
        .drain_ms = either(limits->drain_ms, 5000),
        .reload_ms = either(limits->reload_ms, 10000),
    };
}

static size_t associations(const struct prov_server_limits *limits)
{
    return (size_t)limits->sessions + limits->handshakes + 1;
}

size_t prov_server_memory(const struct prov_server_limits *asked)
{
    struct prov_server_limits limits = with_defaults(asked);
    size_t each = sizeof(struct session) + sizeof(struct association) + sizeof(struct address) +
                  sizeof(struct association *);

    return sizeof(struct prov_server) + associations(&limits) * each +
           table_memory(associations(&limits)) + limits.handshakes * prov_dtls_handshake_size() +
           limits.exchanges * (sizeof(struct prov_enroll_session) + sizeof(struct session *)) +
           cache_memory(limits.resumable);
}

/* --- make, free ------------------------------------------------------------------------------ */

static prov_result make_rooms(struct prov_server *server)
{
    size_t count = associations(&server->limits);
    uint64_t seed = 0;
    prov_result result = prov_crypto_random(server->flow.crypto, (uint8_t *)&seed, sizeof(seed));

    link_init(&server->by_age);
    link_init(&server->half_open);
    pool_init(&server->workspaces, prov_dtls_handshake_size(), server->limits.handshakes);
    pool_init(&server->exchanges, sizeof(struct prov_enroll_session), server->limits.exchanges);
    if (result == PROV_OK)
        result = table_make(&server->table, count, seed);
    if (result == PROV_OK)
        result = cache_make(&server->cache,
                            server->config.no_resumption ? 0 : server->limits.resumable, ~seed);
    if (result == PROV_OK)
        result = timers_make(&server->timers, count);
    server->holders = calloc(server->limits.exchanges, sizeof(*server->holders));
    return result == PROV_OK && !server->holders ? PROV_E_MEMORY : result;
}

prov_result prov_server_make(const struct prov_server_config *config, uint64_t now_ms,
                             struct prov_server **ret, struct prov_why *why)
{
    struct prov_server *server = calloc(1, sizeof(*server));
    prov_result result;

    if (!server)
        return prov_why_set(why, PROV_E_MEMORY, "out of memory");
    server->config = *config;
    server->limits = with_defaults(&config->limits);
    server->flow = *config->flow;
    server->flow.why = &server->why;
    server->reload_at_ms = now_ms + server->limits.reload_ms;
    result = make_rooms(server);
    if (result == PROV_OK)
        result = identity_load(server, &server->identity);
    if (result != PROV_OK) {
        if (why && server->why.text[0])
            *why = server->why;
        prov_server_free(server);
        return result;
    }
    *ret = server;
    return PROV_OK;
}

/* Every session: `visit` may end the one that it is called with. */
static void each_session(struct prov_server *server, uint64_t now_ms,
                         void (*visit)(struct prov_server *, uint64_t, struct session *))
{
    for (size_t i = 0; server->table.sessions && i <= server->table.mask; i++) {
        for (struct session *session = server->table.sessions[i], *next; session; session = next) {
            next = session->next;
            visit(server, now_ms, session);
        }
    }
}

static void forget(struct prov_server *server, uint64_t now_ms, struct session *session)
{
    session_end(server, now_ms, session, END_REPLACED);
}

void prov_server_free(struct prov_server *server)
{
    if (!server)
        return;
    server->config.io.log = NULL;
    each_session(server, 0, forget);
    table_free(&server->table);
    cache_free(&server->cache);
    free(server->timers.heap);
    free(server->holders);
    pool_free(&server->workspaces);
    pool_free(&server->exchanges);
    identity_drop(server, server->identity);
    prov_dtls_cookies_wipe(&server->cookies);
    prov_wipe(server, sizeof(*server));
    free(server);
}

/* --- datagrams ------------------------------------------------------------------------------- */

void server_send(struct prov_server *server, const struct prov_server_peer *peer,
                 struct prov_bytes datagram)
{
    server->stats.datagrams_out++;
    server->stats.octets_out += datagram.len;
    server->config.io.send(server->config.io.context, peer, datagram);
}

/* The beginning of a ClientHello in epoch 0; the rest of one that was cut is its session's matter.
 *
 *     22 | version 2 | epoch 2 | sequence 6 | length 2 | 1 | length 3 | message_seq 2 | offset 3 | …
 */
static bool is_hello(const uint8_t *datagram, size_t len)
{
    return len >= HELLO_MIN && datagram[0] == 22 && datagram[3] == 0 && datagram[4] == 0 &&
           datagram[13] == 1 && (datagram[19] | datagram[20] | datagram[21]) == 0;
}

static bool is_epoch_0(const uint8_t *datagram, size_t len)
{
    return len >= 5 && datagram[3] == 0 && datagram[4] == 0;
}

/* Whoever it is, known or not, shows by the cookie that it is where it says; a live association
 * stays as it is (H6). What is sent back is never larger than what came (row 58). */
static void hello(struct prov_server *server, uint64_t now_ms, const struct prov_server_peer *peer,
                  struct session *session, uint8_t *datagram, size_t len)
{
    uint8_t room[DATAGRAM_MAX];
    struct prov_buf reply = PROV_BUF_OF(room);

    if (server->draining)
        return;
    switch (prov_dtls_hello(&server->cookies, server->flow.crypto, now_ms,
                            PROV_BYTES_OF(peer->octets), PROV_BYTES(datagram, len), &reply)) {
    case PROV_DTLS_HELLO_DROP:
        break;
    case PROV_DTLS_HELLO_REPLY:
        if (reply.len > len)
            break;
        server->stats.hellos_answered++;
        server_send(server, peer, prov_buf_bytes(&reply));
        break;
    case PROV_DTLS_HELLO_ACCEPT:
        session_accept(server, now_ms, peer, session, datagram, len);
        break;
    }
}

static uint32_t misfits(const struct association *a)
{
    struct prov_dtls_stats stats = prov_dtls_stats(&a->dtls);

    return stats.records_dropped + stats.records_forged;
}

/* Two associations at one address: epoch 0 is the new handshake's; a protected record is the live
 * one's if that can read it, otherwise the new one's. The engine decrypts in place, so one of them
 * gets a copy. */
static void deliver_to_both(struct prov_server *server, uint64_t now_ms, struct session *session,
                            uint8_t *datagram, size_t len)
{
    uint8_t copy[PROV_DTLS_DATA_MAX + 64];
    struct association *live = session->live;
    uint32_t before = misfits(live);

    if (is_epoch_0(datagram, len) || len > sizeof(copy)) {
        association_push(server, now_ms, session->fresh, datagram, len);
        return;
    }
    memcpy(copy, datagram, len);
    prov_dtls_push(&live->dtls, now_ms, datagram, len);
    if (association_run(server, now_ms, live) && misfits(live) != before)
        association_push(server, now_ms, session->fresh, copy, len);
    prov_wipe(copy, len);
}

static void deliver(struct prov_server *server, uint64_t now_ms, struct session *session,
                    uint8_t *datagram, size_t len)
{
    if (session->live && session->fresh)
        deliver_to_both(server, now_ms, session, datagram, len);
    else
        association_push(server, now_ms, session->live ? session->live : session->fresh, datagram,
                         len);
}

/* By its connection id where it has one, otherwise by where it came from. */
static struct session *session_of(const struct prov_server *server,
                                  const struct prov_server_peer *peer, struct prov_bytes datagram)
{
    bool named;
    struct association *a = path_association(server, datagram, &named);

    return named ? (a ? a->session : NULL) : table_find(&server->table, peer);
}

/* A handshake stays at the address that has shown its cookie. */
static void deliver_named(struct prov_server *server, uint64_t now_ms, struct association *a,
                          const struct prov_server_peer *peer, uint8_t *datagram, size_t len)
{
    if (a == a->session->live || memcmp(&a->session->peer, peer, sizeof(*peer)) == 0)
        association_push(server, now_ms, a, datagram, len);
}

/* While draining a session ends as soon as nothing is in flight on it. */
static void drain_session(struct prov_server *server, uint64_t now_ms, struct session *session)
{
    if (!session_busy(session) || now_ms >= server->drain_until_ms)
        session_end(server, now_ms, session, END_DRAINED);
}

void prov_server_datagram(struct prov_server *server, uint64_t now_ms,
                          const struct prov_server_peer *peer, uint8_t *datagram, size_t len)
{
    bool named;
    struct association *a = path_association(server, PROV_BYTES(datagram, len), &named);
    struct session *session = table_find(&server->table, peer);

    server->stats.datagrams_in++;
    server->stats.octets_in += len;
    server->arrival.peer = peer;
    server->arrival.len = len;
    if (a)
        deliver_named(server, now_ms, a, peer, datagram, len);
    else if (!named && is_hello(datagram, len))
        hello(server, now_ms, peer, session, datagram, len);
    else if (!named && session)
        deliver(server, now_ms, session, datagram, len);
    server->arrival.peer = NULL;
    if (server->draining && (session = session_of(server, peer, PROV_BYTES(datagram, len))) != NULL)
        drain_session(server, now_ms, session);
}

/* --- time ------------------------------------------------------------------------------------ */

static void log_reload(struct prov_server *server, prov_result result)
{
    struct line line;

    line_begin(&line, server, "reload");
    line_result(&line, server, result);
    line_end(&line, server);
}

void prov_server_reload(struct prov_server *server, uint64_t now_ms)
{
    struct identity *loaded = NULL;
    prov_result result;

    server->reload_at_ms = now_ms + server->limits.reload_ms;
    prov_why_clear(&server->why);
    result = identity_load(server, &loaded);
    if (result != PROV_OK) {
        log_reload(server, result); /* the one that was there goes on */
    } else if (identity_same(loaded, server->identity)) {
        identity_drop(server, loaded);
    } else {
        identity_drop(server, server->identity);
        server->identity = loaded;
        cache_clear(&server->cache);
        log_reload(server, PROV_OK);
    }
}

static struct session *longest_idle(const struct prov_server *server)
{
    return link_alone(&server->by_age) ? NULL
                                       : CONTAINER(server->by_age.after, struct session, by_age);
}

/* A handshake that is under way at the same address goes on. */
static void end_idle(struct prov_server *server, uint64_t now_ms)
{
    struct session *session;

    while ((session = longest_idle(server)) != NULL &&
           now_ms - session->last_ms >= server->limits.idle_ms)
        association_end(server, now_ms, session->live, END_IDLE);
}

static void run_due(struct prov_server *server, uint64_t now_ms)
{
    struct association *a;

    while ((a = timers_due(&server->timers, now_ms)) != NULL) {
        if (a == a->session->fresh && now_ms - a->started_ms >= server->limits.handshake_ms)
            association_end(server, now_ms, a, END_FAILED);
        else if (association_run(server, now_ms, a) && a->due_ms <= now_ms)
            timers_remove(&server->timers, a); /* never again for the same deadline */
    }
}

void prov_server_tick(struct prov_server *server, uint64_t now_ms)
{
    run_due(server, now_ms);
    end_idle(server, now_ms);
    if (server->draining) {
        if (now_ms >= server->drain_until_ms)
            each_session(server, now_ms, drain_session);
    } else if (now_ms >= server->reload_at_ms) {
        session_sweep(server, now_ms);
        session_recheck(server, now_ms);
        resume_sweep(server, now_ms);
        prov_server_reload(server, now_ms);
    }
}

uint64_t prov_server_deadline(const struct prov_server *server)
{
    const struct session *session = longest_idle(server);
    uint64_t next = timers_next(&server->timers);
    uint64_t other = server->draining ? server->drain_until_ms : server->reload_at_ms;

    if (other < next)
        next = other;
    if (session && session->last_ms + server->limits.idle_ms < next)
        next = session->last_ms + server->limits.idle_ms;
    return next;
}

void prov_server_drain(struct prov_server *server, uint64_t now_ms)
{
    struct line line;

    if (server->draining)
        return;
    line_begin(&line, server, "drain");
    line_number(&line, "sessions", server->stats.sessions);
    line_end(&line, server);
    server->draining = true;
    server->drain_until_ms = now_ms + server->limits.drain_ms;
    each_session(server, now_ms, drain_session);
}

bool prov_server_drained(const struct prov_server *server)
{
    return server->draining && server->stats.sessions == 0 && server->stats.handshakes == 0;
}

struct prov_server_stats prov_server_stats(const struct prov_server *server)
{
    struct prov_server_stats stats = server->stats;

    stats.exchanges = server->exchanges.used;
    stats.resumable = (uint32_t)server->cache.used;
    return stats;
}
