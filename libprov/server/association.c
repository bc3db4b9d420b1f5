/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's questions, answered by flow: which key, is this peer's key or chain good, sign this.
 */
#include <string.h>

#include "internal.h"

void association_flush(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    uint8_t room[DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    while (prov_dtls_pull(&a->dtls, now_ms, &out)) {
        path_send(server, a, prov_buf_bytes(&out));
        out = prov_buf_make(room, sizeof(room));
    }
}

/* Says why a peer was not let in; the engine's alert says less, or something else (H29). */
static void log_refused(struct prov_server *server, uint64_t now_ms, const struct association *a,
                        prov_result result)
{
    struct line line;

    line_begin(&line, server, "refusal");
    line_result(&line, server, result);
    line_peer(&line, &a->session->peer);
    line_who(&line, a);
    line_end_loud(&line, server, now_ms);
}

static void hash_identity(struct prov_server *server, struct association *a,
                          struct prov_bytes identity)
{
    uint8_t digest[PROV_HASH_LEN] = {0};

    if (prov_crypto_sha256(server->flow.crypto, &identity, 1, digest) == PROV_OK)
        memcpy(a->identity_hash, digest, sizeof(a->identity_hash));
}

/* Unknown, revoked and wrong take the same way and the same time: no line is written for them here
 * (H29). The handshake that fails says so. */
static void need_psk(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct prov_bytes identity = prov_dtls_need_identity(&a->dtls);
    struct prov_secret psk = {0};
    bool known = false;
    prov_result result;

    hash_identity(server, a, identity);
    prov_why_clear(&server->why);
    result =
        prov_flow_psk_find(&server->flow, association_name(a), identity, &psk, &a->who, &known);
    if (result == PROV_OK) {
        prov_dtls_give_psk(&a->dtls, prov_secret_bytes(&psk), known);
    } else {
        log_refused(server, now_ms, a, result);
        prov_dtls_abort(&a->dtls, PROV_ALERT_INTERNAL_ERROR);
    }
    prov_secret_wipe(&psk);
}

static void need_sign(struct prov_server *server, struct association *a)
{
    bool cert = prov_dtls_kind(&a->dtls) == PROV_KIND_CERT;
    const struct identity *identity = association_identity(a);
    const struct prov_key *key = cert ? &identity->cert_key : &identity->rpk_key;
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result =
        prov_crypto_sign(server->flow.crypto, key, prov_dtls_need_digest(&a->dtls), signature);

    prov_dtls_give_signature(&a->dtls, result, signature);
}

static void need_verify(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    prov_result verdict;

    prov_why_clear(&server->why);
    if (prov_dtls_kind(&a->dtls) == PROV_KIND_RPK)
        verdict = prov_flow_rpk_judge(&server->flow, association_name(a),
                                      prov_dtls_peer_spki(&a->dtls), &a->who);
    else
        verdict = prov_flow_chain_judge(&server->flow, association_name(a), chain,
                                        prov_dtls_peer_chain(&a->dtls, chain), &a->who);
    if (verdict != PROV_OK)
        log_refused(server, now_ms, a, verdict);
    prov_dtls_give_verdict(&a->dtls, verdict);
}

static void log_connected(struct prov_server *server, const struct association *a)
{
    const struct prov_suite *suite = prov_dtls_suite(&a->dtls);
    struct line line;

    line_begin(&line, server, "handshake");
    line_text(&line, "result", "ok");
    line_peer(&line, &a->session->peer);
    line_who(&line, a);
    line_text(&line, "state", prov_state_text(a->who.state));
    line_text(&line, "suite", suite ? suite->name : "");
    line_text(&line, "server", association_name(a)->text);
    if (a->who.resumed)
        line_text(&line, "resumed", "yes");
    line_end(&line, server);
}

/* A handshake is complete; a full one may prove a registered key (H35). */
static void connected(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    prov_result result;

    prov_why_clear(&server->why);
    result = prov_flow_connected(&server->flow, &a->who);
    if (result != PROV_OK) {
        log_refused(server, now_ms, a, result);
        prov_dtls_abort(&a->dtls, PROV_ALERT_INTERNAL_ERROR);
        return;
    }
    log_connected(server, a);
    resume_keep(server, now_ms, a);
    session_promote(server, now_ms, a);
}

/* Whether it is still there is asked when nothing was heard of it for a while (row 48). */
static uint64_t ask_at(const struct prov_server *server, const struct association *a)
{
    bool wanted = server->config.heartbeat_ms != 0 && a == a->session->live && !a->quiet;

    return wanted ? a->session->last_ms + server->config.heartbeat_ms : UINT64_MAX;
}

static void ask_if_there(const struct prov_server *server, uint64_t now_ms, struct association *a)
{
    if (ask_at(server, a) <= now_ms && prov_dtls_deadline(&a->dtls) == UINT64_MAX)
        a->quiet = prov_dtls_heartbeat(&a->dtls, now_ms) != PROV_OK;
}

static void set_timer(struct prov_server *server, struct association *a)
{
    uint64_t due = prov_dtls_deadline(&a->dtls);
    uint64_t limit = a->started_ms + server->limits.handshake_ms;

    if (a->workspace && prov_dtls_handshake_done(&a->dtls)) {
        pool_give(&server->workspaces, a->workspace);
        a->workspace = NULL;
    }
    if (a == a->session->fresh && limit < due)
        due = limit;
    if (due == UINT64_MAX)
        due = ask_at(server, a);
    timers_set(&server->timers, a, due);
}

/* Application data counts only on the live association. */
static bool data(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    enum end_reason end;

    if (a != a->session->live)
        return true;
    session_touch(server, a->session, now_ms);
    if (request_serve(server, now_ms, a, prov_dtls_data(&a->dtls), &end))
        return true;
    association_end(server, now_ms, a, end);
    return false;
}

/* false: there is no more to be told for now, or `a` is gone (*ret_gone). */
static bool step(struct prov_server *server, uint64_t now_ms, struct association *a, bool *ret_gone)
{
    enum prov_dtls_event event = prov_dtls_step(&a->dtls, now_ms);

    path_heard(server, now_ms, a);
    switch (event) {
    case PROV_DTLS_NEED_PSK:
        need_psk(server, now_ms, a);
        return true;
    case PROV_DTLS_NEED_SIGN:
        need_sign(server, a);
        return true;
    case PROV_DTLS_NEED_VERIFY:
        need_verify(server, now_ms, a);
        return true;
    case PROV_DTLS_NEED_FETCH:
        return association_fetch(server, now_ms, a);
    case PROV_DTLS_NEED_SESSION:
        resume_find(server, a);
        return true;
    case PROV_DTLS_AGAIN:
    case PROV_DTLS_PULL: /* association_run flushes after each step */
        return true;
    case PROV_DTLS_CONNECTED:
        connected(server, now_ms, a);
        return true;
    case PROV_DTLS_DATA:
        *ret_gone = !data(server, now_ms, a);
        return !*ret_gone;
    case PROV_DTLS_CLOSED:
    case PROV_DTLS_FAILED:
        association_end(server, now_ms, a, event == PROV_DTLS_CLOSED ? END_CLOSED : END_FAILED);
        *ret_gone = true;
        return false;
    case PROV_DTLS_WAIT:
        break;
    }
    return false;
}

bool association_run(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    bool gone = false;

    while (step(server, now_ms, a, &gone))
        association_flush(server, now_ms, a);
    if (gone)
        return false;
    ask_if_there(server, now_ms, a);
    association_flush(server, now_ms, a);
    set_timer(server, a);
    return true;
}

void association_push(struct prov_server *server, uint64_t now_ms, struct association *a,
                      uint8_t *datagram, size_t len)
{
    prov_dtls_push(&a->dtls, now_ms, datagram, len);
    (void)association_run(server, now_ms, a);
}
