/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions and their associations: how one begins, takes over, ends, and gives way.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define HELLO_RANDOM_AT 27 /* record header 13, message header 12, version 2 */

static const char *const end_text[] = {
    [END_CLOSED] = "closed",   [END_FAILED] = "failed",   [END_IDLE] = "idle",
    [END_EVICTED] = "evicted", [END_REVOKED] = "revoked", [END_REPLACED] = "replaced",
    [END_WORN] = "worn",       [END_DRAINED] = "drained",
};

/* --- CoAP state ------------------------------------------------------------------------------ */

bool session_busy(const struct session *session)
{
    return session->exchange && prov_enroll_in_work(session->exchange);
}

static void give_exchange_back(struct prov_server *server, struct session *session)
{
    struct session *last;

    if (!session->exchange)
        return;
    prov_enroll_end(session->exchange);
    pool_give(&server->exchanges, session->exchange);
    session->exchange = NULL;
    last = server->holders[server->exchanges.used];
    server->holders[session->holder] = last;
    last->holder = session->holder;
}

void session_sweep(struct prov_server *server, uint64_t now_ms)
{
    for (size_t i = server->exchanges.used; i > 0; i--) {
        struct session *holder = server->holders[i - 1];

        if (now_ms - holder->exchange_ms >= PROV_ENROLL_LIFETIME_MS)
            give_exchange_back(server, holder);
    }
}

/* All of it is in use: the session that has used its own least recently gives it back, if it waits for
 * nothing or has let a transfer lie for a while. */
#define TRANSFER_STALE_MS 20000u
static void make_room(struct prov_server *server, uint64_t now_ms)
{
    struct session *oldest = NULL;

    for (size_t i = 0; i < server->exchanges.used; i++) {
        struct session *holder = server->holders[i];
        bool free = !session_busy(holder) || now_ms - holder->exchange_ms >= TRANSFER_STALE_MS;

        if (free && (!oldest || holder->exchange_ms < oldest->exchange_ms))
            oldest = holder;
    }
    if (oldest)
        give_exchange_back(server, oldest);
}

struct prov_enroll_session *session_exchange(struct prov_server *server, uint64_t now_ms,
                                             struct session *session)
{
    session->exchange_ms = now_ms;
    if (session->exchange)
        return session->exchange;
    if (server->exchanges.used == server->exchanges.limit)
        session_sweep(server, now_ms);
    if (server->exchanges.used == server->exchanges.limit)
        make_room(server, now_ms);
    session->exchange = pool_take(&server->exchanges);
    if (!session->exchange)
        return NULL;
    session->holder = server->exchanges.used - 1;
    server->holders[session->holder] = session;
    prov_enroll_begin(session->exchange, association_name(session->live));          /* H37 */
    prov_enroll_limit(session->exchange, prov_dtls_data_max(&session->live->dtls)); /* H32 */
    return session->exchange;
}

/* --- end ------------------------------------------------------------------------------------- */

static void log_end(struct prov_server *server, uint64_t now_ms, struct association *a, bool live,
                    enum end_reason reason)
{
    struct prov_dtls_failure failure = prov_dtls_failure(&a->dtls);
    prov_result result = failure.result != PROV_OK ? failure.result : PROV_E_TIMEOUT;
    struct line line;

    line_begin(&line, server, live ? "session_end" : "handshake");
    if (!live)
        line_text(&line, "result", "failed");
    line_text(&line, "reason", reason == END_FAILED ? prov_result_text(result) : end_text[reason]);
    if (failure.alert_sent != PROV_ALERT_NONE && reason == END_FAILED)
        line_text(&line, "alert_sent", prov_alert_text(failure.alert_sent));
    if (failure.alert_received != PROV_ALERT_NONE && reason == END_FAILED)
        line_text(&line, "alert_received", prov_alert_text(failure.alert_received));
    line_peer(&line, &a->session->peer);
    line_who(&line, a);
    line_number(&line, "octets_in", prov_dtls_stats(&a->dtls).octets_in);
    line_number(&line, "octets_out", prov_dtls_stats(&a->dtls).octets_out);
    if (live)
        line_end(&line, server);
    else
        line_end_loud(&line, server, now_ms);
}

static void say_goodbye(struct prov_server *server, uint64_t now_ms, struct association *a,
                        enum end_reason reason)
{
    if (reason == END_REVOKED)
        prov_dtls_abort(&a->dtls, prov_alert_for(PROV_E_REVOKED));
    else if (reason != END_CLOSED && reason != END_FAILED && reason != END_REPLACED)
        prov_dtls_close(&a->dtls);
    if (reason != END_REPLACED)
        association_flush(server, now_ms, a);
}

static void free_association(struct prov_server *server, struct association *a)
{
    timers_remove(&server->timers, a);
    association_forget_fetch(server, a);
    table_unname(&server->table, a);
    prov_dtls_drop(&a->dtls);
    pool_give(&server->workspaces, a->workspace);
    identity_drop(server, a->identity);
    prov_wipe(a, sizeof(*a));
    free(a);
}

static void leave_lists(struct prov_server *server, struct session *session)
{
    link_remove(&session->by_age);
    link_remove(&session->at_address);
    session->address->established--;
    server->stats.sessions--;
    session->live = NULL;
    give_exchange_back(server, session);
}

void association_end(struct prov_server *server, uint64_t now_ms, struct association *a,
                     enum end_reason reason)
{
    struct session *session = a->session;
    bool live = a == session->live;

    say_goodbye(server, now_ms, a, reason);
    resume_end(server, a, live, reason);
    log_end(server, now_ms, a, live, reason);
    if (live) {
        leave_lists(server, session);
    } else {
        session->fresh = NULL;
        link_remove(&a->half_open);
        session->address->handshakes--;
        server->stats.handshakes--;
        server->stats.handshakes_failed++;
    }
    free_association(server, a);
    if (!session->live && !session->fresh)
        table_remove(&server->table, session);
}

void session_end(struct prov_server *server, uint64_t now_ms, struct session *session,
                 enum end_reason reason)
{
    struct association *live = session->live;

    if (session->fresh)
        association_end(server, now_ms, session->fresh, reason);
    if (live) /* else the session itself is gone by now */
        association_end(server, now_ms, live, reason);
}

/* --- begin ----------------------------------------------------------------------------------- */

/* A repeated hello of a handshake that is known belongs to that one; its record is the engine's
 * matter. */
static struct association *same_hello(const struct session *session, const uint8_t *random)
{
    if (session && session->fresh &&
        memcmp(session->fresh->hello_random, random, HELLO_RANDOM_LEN) == 0)
        return session->fresh;
    if (session && session->live &&
        memcmp(session->live->hello_random, random, HELLO_RANDOM_LEN) == 0)
        return session->live;
    return NULL;
}

/* All workspaces are in use: a handshake that has had its time gives way, so that two addresses
 * that never finish can't keep everybody else out. */
#define HANDSHAKE_FAIR_MS 3000u
static void make_way(struct prov_server *server, uint64_t now_ms)
{
    struct association *oldest = CONTAINER(server->half_open.after, struct association, half_open);

    if (server->workspaces.used == server->workspaces.limit && !link_alone(&server->half_open) &&
        now_ms - oldest->started_ms >= HANDSHAKE_FAIR_MS)
        association_end(server, now_ms, oldest, END_EVICTED);
}

static bool has_room(const struct prov_server *server, const struct prov_server_peer *peer)
{
    const struct address *address = table_address(&server->table, peer);
    uint32_t share = server->limits.handshakes / 2 > 0 ? server->limits.handshakes / 2 : 1;

    return !server->draining && server->workspaces.used < server->workspaces.limit &&
           (!address || address->handshakes < share);
}

static struct association *new_association(struct prov_server *server, uint64_t now_ms,
                                           struct session *session, const uint8_t *random)
{
    struct association *a = calloc(1, sizeof(*a));
    void *workspace = a ? pool_take(&server->workspaces) : NULL;

    if (!workspace) {
        free(a);
        return NULL;
    }
    a->workspace = workspace;
    a->identity = identity_use(server->identity);
    a->session = session;
    a->started_ms = now_ms;
    memcpy(a->hello_random, random, HELLO_RANDOM_LEN);
    session->fresh = a;
    link_append(&server->half_open, &a->half_open);
    session->address->handshakes++;
    server->stats.handshakes++;
    return a;
}

/* The new handshake's room in the session; an unfinished one before it gives way. */
static struct association *begin(struct prov_server *server, uint64_t now_ms,
                                 const struct prov_server_peer *peer, struct session *session,
                                 const uint8_t *random)
{
    struct association *a;

    if (session && session->fresh)
        association_end(server, now_ms, session->fresh, END_REPLACED);
    make_way(server, now_ms);
    session = table_find(&server->table, peer); /* it may be the one that gave way */
    if (!has_room(server, peer))
        return NULL;
    if (!session)
        session = table_add(&server->table, peer);
    if (!session)
        return NULL;
    a = new_association(server, now_ms, session, random);
    if (!a && !session->live)
        table_remove(&server->table, session);
    return a;
}

void session_accept(struct prov_server *server, uint64_t now_ms,
                    const struct prov_server_peer *peer, struct session *session, uint8_t *datagram,
                    size_t len)
{
    const uint8_t *random = datagram + HELLO_RANDOM_AT;
    struct association *a = same_hello(session, random);

    if (a) {
        association_push(server, now_ms, a, datagram, len);
        return;
    }
    a = begin(server, now_ms, peer, session, random);
    if (!a)
        return;
    if (prov_dtls_accept(&a->dtls, &a->identity->dtls, server->flow.crypto, a->workspace, now_ms,
                         PROV_BYTES(datagram, len)) != PROV_OK ||
        path_name(server, a) != PROV_OK)
        association_end(server, now_ms, a, END_FAILED);
    else
        (void)association_run(server, now_ms, a);
}

/* --- established ----------------------------------------------------------------------------- */

void session_touch(struct prov_server *server, struct session *session, uint64_t now_ms)
{
    session->last_ms = now_ms;
    link_remove(&session->by_age);
    link_remove(&session->at_address);
    link_append(&server->by_age, &session->by_age);
    link_append(&session->address->sessions, &session->at_address);
}

/* The new one stands at the end of both lists, so it never evicts itself. */
static void evict(struct prov_server *server, uint64_t now_ms, struct address *address)
{
    if (address->established > server->limits.sessions_per_address) {
        server->stats.evictions++;
        session_end(server, now_ms, CONTAINER(address->sessions.after, struct session, at_address),
                    END_EVICTED);
    }
    if (server->stats.sessions > server->limits.sessions) {
        server->stats.evictions++;
        association_end(server, now_ms,
                        CONTAINER(server->by_age.after, struct session, by_age)->live, END_EVICTED);
    }
}

void session_moved(struct prov_server *server, uint64_t now_ms, struct session *session)
{
    session_touch(server, session, now_ms);
    evict(server, now_ms, session->address);
}

void session_promote(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct session *session = a->session;

    if (session->live)
        association_end(server, now_ms, session->live, END_REPLACED);
    session->fresh = NULL;
    link_remove(&a->half_open);
    session->live = a;
    session->address->handshakes--;
    session->address->established++;
    server->stats.handshakes--;
    server->stats.handshakes_ok++;
    server->stats.sessions++;
    session_touch(server, session, now_ms);
    evict(server, now_ms, session->address);
}

/* --- revocation ------------------------------------------------------------------------------ */

#define RECHECK_MAX 256u /* look-ups in a round */

static unsigned recheck_bucket(struct prov_server *server, uint64_t now_ms, size_t at)
{
    unsigned asked = 0;

    for (struct session *session = server->table.sessions[at], *next; session; session = next) {
        next = session->next;
        if (!session->live)
            continue;
        asked++;
        if (!request_allowed(server, session->live))
            association_end(server, now_ms, session->live, END_REVOKED);
    }
    return asked;
}

/* A session that asks for nothing would otherwise outlive its credential. */
void session_recheck(struct prov_server *server, uint64_t now_ms)
{
    unsigned asked = 0;

    for (size_t i = 0; i <= server->table.mask && asked < RECHECK_MAX; i++) {
        asked += recheck_bucket(server, now_ms, server->recheck_at);
        server->recheck_at = (server->recheck_at + 1) & server->table.mask;
    }
}
