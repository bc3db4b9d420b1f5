/* SPDX-License-Identifier: Apache-2.0
 *
 * The operation, phase by phase. A phase does one thing and names the next.
 *
 *     RESOLVE → START → HANDSHAKE ─┬─ predecessor: ASK → ANSWER … → CHECK → STAGE → LEAVE → RESOLVE (candidate)
 *                                  └─ candidate:   COMMIT → CONFIRM → DONE
 */
#include <stddef.h>
#include <string.h>

#include "agent_private.h"

/* --- phases end ------------------------------------------------------------------------------- */

/* A key of the holder's that nothing in the store refers to. What was begun with STAGE may stand in flash though it
 * failed, and be found by the next boot. */
static void key_drop(struct prov_agent *agent)
{
    const struct prov_port_keys *keys = agent->port->keys;
    const struct prov_key_ref *key = &agent->workspace->talk.next.key;
    bool talking = agent_exchanging(agent) ||
                   (agent->phase >= PROV_PHASE_ASK && agent->phase < PROV_PHASE_HANDSHAKE);
    if (agent_holds_keys(agent->port) && talking && key->source == PROV_KEY_HANDLE &&
        keys->drop != NULL)
        keys->drop(keys->context, key->handle);
}

void agent_fail(struct prov_agent *agent, prov_result result)
{
    agent->report.result = result;
    agent->report.at = agent->phase;
    if (agent->phase != PROV_PHASE_STAGE)
        key_drop(agent);
    if (PROV_WITH_RESUMPTION && agent->has_resumable && !agent->candidate)
        agent_resume_keep(agent);
    agent->phase = PROV_PHASE_FAILED;
    prov_result kept = prov_store_attempt_failed(agent->store);
    (void)kept; /* the failure that counts is the one above */
}

/* The candidate did not work out: asks the predecessor for another one, once in an operation. What
 * is staged or committed stays until that other one is here. */
static prov_result fall_back(struct prov_agent *agent, prov_result result)
{
    if (agent->fell_back || agent->request->op == PROV_AGENT_RESUME)
        return result;
    agent->fell_back = true;
    if (PROV_WITH_RESUMPTION)
        agent_resume_forget(agent);
    if (agent_load_predecessor(agent) != PROV_OK || agent_plan_check(agent) != PROV_OK)
        return result;
    agent_log(agent, PROV_LOG_FALL_BACK, result, 0);
    agent->report.resumed = false;
    agent->phase = PROV_PHASE_LEAVE;
    return PROV_OK;
}

/* A staged candidate's handshake failed inside the encrypted exchange: after two it is given up. */
static prov_result candidate_refused(struct prov_agent *agent, prov_result result)
{
    prov_result r = prov_store_failed(agent->store);
    if (r != PROV_OK)
        return r;
    if (agent->store->state.failures < AGENT_FAILURES_MAX) {
        agent->phase = PROV_PHASE_LEAVE;
        return PROV_OK;
    }
    agent_log(agent, PROV_LOG_GIVE_UP, result, agent->store->state.failures);
    agent->report.gave_up = true;
    r = prov_store_give_up(agent->store);
    return r == PROV_OK ? fall_back(agent, result) : r;
}

/* Nobody answered for 63 s: a whole new handshake, from a fresh port, after a pause that differs
 * from device to device (handshake rule H14). The token is random, so it is the die here. */
static prov_result pause_before_retry(struct prov_agent *agent)
{
    uint32_t most = agent->request->timer_initial_ms != 0 ? agent->request->timer_initial_ms
                                                          : PROV_TIMER_INITIAL_MS;
    agent->pause_ms = agent->now_ms + (most >> 8) * (uint8_t)agent->token;
    agent->phase = PROV_PHASE_LEAVE;
    return PROV_OK;
}

static void report_failure(struct prov_agent *agent, const struct prov_dtls_failure *failure)
{
    agent->report.alert_sent = failure->alert_sent;
    agent->report.alert_received = failure->alert_received;
    agent->report.authentic = failure->authentic;
    agent->report.result = failure->result;
    if (PROV_WITH_LOG && failure->alert_received != PROV_ALERT_NONE)
        agent_log_alert(agent, failure->alert_received, false);
    if (PROV_WITH_LOG && failure->alert_sent != PROV_ALERT_NONE)
        agent_log_alert(agent, failure->alert_sent, true);
}

/* What was kept of earlier sessions may be to blame: without it once more. */
static bool kept_failed(struct prov_agent *agent)
{
    return (PROV_WITH_RESUMPTION && agent_resume_failed(agent)) ||
           (PROV_WITH_CACHED_INFO && agent_cache_failed(agent));
}

static prov_result session_failed(struct prov_agent *agent)
{
    struct prov_dtls_failure failure = prov_dtls_failure(&agent->dtls);
    bool silent = failure.result == PROV_E_TIMEOUT;
    report_failure(agent, &failure);
    if (agent->phase != PROV_PHASE_HANDSHAKE)
        return failure.result;
    agent_log(agent, PROV_LOG_HANDSHAKE, failure.result, agent->candidate ? 1 : 0);
    if (!silent && kept_failed(agent)) {
        agent->phase = PROV_PHASE_LEAVE;
        return PROV_OK;
    }
    if (silent && ++agent->tries < agent->request->tries)
        return pause_before_retry(agent);
    if (!agent->candidate || silent)
        return failure.result;
    return failure.authentic && agent->store->state.candidate != 0
               ? candidate_refused(agent, failure.result)
               : fall_back(agent, failure.result);
}

/* --- phases ----------------------------------------------------------------------------------- */

static prov_result phase_start(struct prov_agent *agent)
{
    prov_result r = agent_session_start(agent);
    if (r == PROV_OK)
        agent->phase = PROV_PHASE_HANDSHAKE;
    return r;
}

/* What of the predecessor's goes on. The server's chain is judged anew in every handshake, whatever the anchors. */
static void next_begin(struct prov_agent *agent, struct prov_entry *next)
{
    const struct prov_entry *entry = &agent->entry;
    next->kind = agent->wanted;
    next->use = PROV_USE_OPERATIONAL;
    next->from_factory = agent->from_factory;
    memcpy(next->members, entry->members, offsetof(struct prov_entry, psk_identity));
    if (PROV_WITH_CACHED_INFO && agent_is_cert(next->kind))
        next->cached = entry->cached;
}

static prov_result connected(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = agent_talk_begin(agent);
    if (PROV_WITH_RESUMPTION)
        agent_resume_note(agent);
    if (PROV_WITH_CACHED_INFO)
        agent_cache_connected(agent);
    agent_log(agent, PROV_LOG_HANDSHAKE, PROV_OK, agent->candidate ? 1 : 0);
    agent->phase = agent->candidate ? PROV_PHASE_COMMIT : PROV_PHASE_ASK;
    next_begin(agent, &talk->next);
    return PROV_OK;
}

static prov_result confirmed(struct prov_agent *agent)
{
    prov_result r = prov_store_confirm(agent->store);
    if (r != PROV_OK)
        return r;
    agent_log(agent, PROV_LOG_CONFIRM, PROV_OK, agent->store->state.current);
    if (PROV_WITH_RESUMPTION)
        agent_resume_keep(agent);
    agent->report.kind = agent->entry.kind;
    agent->report.result = PROV_OK;
    const struct prov_fqdn *wanted = agent->request->server;
    bool other = agent->report.resumed && wanted != NULL &&
                 agent->request->op != PROV_AGENT_RESUME &&
                 !prov_fqdn_equal(wanted, &agent->report.server);
    agent->phase = other ? PROV_PHASE_LEAVE : PROV_PHASE_DONE;
    if (!other)
        return PROV_OK;
    agent->report.resumed = false;
    return agent_plan(agent);
}

/* 5.03: the identical request again after Max-Age, on the same session (RFC 9148, section 4.7). 4.08: the server
 * has forgotten the blocks of a transfer that the device has slept through. */
static bool ask_later(struct prov_agent *agent)
{
    const struct prov_exchange *x = &agent->workspace->talk.exchange;
    if (x->result != PROV_OK ||
        (x->code != PROV_COAP_UNAVAILABLE && x->code != PROV_COAP_INCOMPLETE) ||
        x->max_age > AGENT_BUSY_SECONDS || agent->busy == AGENT_BUSY_MAX)
        return false;
    agent->busy++;
    agent->pause_ms = agent->now_ms + (x->max_age > 0 ? x->max_age : 1) * 1000;
    agent->phase = PROV_PHASE_LATER;
    return true;
}

/* The diagnostic payload of an error (RFC 7252, section 5.5.2), printable ASCII of it. */
static void keep_reason(struct prov_agent *agent)
{
    struct prov_bytes text = prov_buf_bytes(&agent->workspace->talk.exchange.answer);
    size_t len = sizeof agent->report.reason - 1;
    if (len > text.len)
        len = text.len;
    for (size_t i = 0; i < len; i++)
        agent->report.reason[i] =
            text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
    agent->report.reason[len] = '\0';
}

static prov_result answered(struct prov_agent *agent)
{
    const struct prov_exchange *x = &agent->workspace->talk.exchange;
    agent->report.code = x->code;
    agent_log(agent, PROV_LOG_REQUEST, x->result, x->code);
    if (x->result != PROV_OK)
        return x->result;
    if (x->code >> 5 != 2) {
        if (PROV_AGENT_REASON_MAX > 0)
            keep_reason(agent);
        return agent->candidate ? fall_back(agent, PROV_E_PEER_REFUSED) : PROV_E_PEER_REFUSED;
    }
    return agent->candidate ? confirmed(agent) : agent_take(agent);
}

static prov_result exchange_step(struct prov_agent *agent)
{
    struct prov_exchange *x = &agent->workspace->talk.exchange;
    if (agent->phase < PROV_PHASE_ANSWER || prov_exchange_step(x, agent->now_ms) == PROV_E_AGAIN)
        return PROV_E_AGAIN;
    return ask_later(agent) ? PROV_OK : answered(agent);
}

static prov_result take_data(struct prov_agent *agent)
{
    if (agent_exchanging(agent))
        prov_exchange_push(&agent->workspace->talk.exchange, agent->now_ms,
                           prov_dtls_data(&agent->dtls));
    return PROV_OK;
}

/* HANDSHAKE, ANSWER and CONFIRM: whatever the session has to say. What it needs is given in the step after:
 * both may run a long primitive. */
static prov_result phase_session(struct prov_agent *agent)
{
    enum prov_dtls_event need = prov_dtls_need(&agent->dtls);
    if (need != 0) {
        agent_session_give(agent, need);
        return PROV_OK;
    }
    enum prov_dtls_event event = prov_dtls_step(&agent->dtls, agent->now_ms);
    if (event == PROV_DTLS_WAIT)
        return exchange_step(agent);
    if (event == PROV_DTLS_CONNECTED)
        return connected(agent);
    if (event == PROV_DTLS_DATA)
        return take_data(agent);
    if (event == PROV_DTLS_CLOSED)
        return PROV_E_PEER;
    if (event == PROV_DTLS_FAILED)
        return session_failed(agent);
    if (PROV_WITH_HEARTBEAT &&
        event == PROV_DTLS_PULL) { /* an answer made of the datagram in work */
        agent->answering = true;
        return PROV_E_AGAIN;
    }
    return PROV_OK;
}

/* PAUSE: before a session; LATER: in one. */
static prov_result phase_pause(struct prov_agent *agent)
{
    bool later = agent->phase == PROV_PHASE_LATER;
    if (agent->now_ms < agent->pause_ms)
        return later ? phase_session(agent) : PROV_E_AGAIN;
    if (later) {
        agent_send(agent);
        return PROV_OK;
    }
    agent->phase = PROV_PHASE_RESOLVE;
    return PROV_E_AGAIN;
}

static prov_result phase_check(struct prov_agent *agent)
{
    prov_result r = agent_check(agent);
    if (r == PROV_E_AGAIN)
        return PROV_OK;
    if (r == PROV_OK)
        agent->phase = PROV_PHASE_STAGE;
    return r;
}

/* The server has not verified the predecessor by all of them. */
static bool has_new_anchors(const struct prov_entry *entry, const struct prov_entry *next)
{
    bool are_new = entry->new_anchors;
    for (size_t i = 0; i < PROV_ENTRY_ANCHORS_MAX; i++)
        are_new |= !prov_bytes_equal(entry->anchors[i], next->anchors[i]);
    return are_new && agent_is_cert(entry->kind) && agent_is_cert(next->kind);
}

static prov_result stage(struct prov_agent *agent)
{
    struct prov_entry *next = &agent->workspace->talk.next;
    if (PROV_WITH_TRUSTED_CA)
        next->new_anchors = has_new_anchors(&agent->entry, next);
    return prov_store_stage(agent->store, next);
}

/* The predecessor's session has done its work. */
static prov_result phase_stage(struct prov_agent *agent)
{
    struct prov_bytes *cached = &agent->workspace->talk.next.cached;
    prov_result r = stage(agent);
    if (PROV_WITH_CACHED_INFO && r == PROV_E_FULL && cached->len > 0) {
        *cached = PROV_BYTES_NONE; /* the next step is without it */
        return PROV_OK;
    }
    if (r != PROV_OK)
        return r;
    agent_log(agent, PROV_LOG_STAGE, PROV_OK, agent->store->state.candidate);
    r = agent_load_candidate(agent);
    if (r == PROV_OK)
        agent->phase = PROV_PHASE_LEAVE;
    return r;
}

/* The server has accepted the candidate in a full handshake: from here on it is current. */
static prov_result phase_commit(struct prov_agent *agent)
{
    if (agent->store->state.candidate != 0) {
        prov_result r = prov_store_commit(agent->store);
        if (r != PROV_OK)
            return r;
        agent_log(agent, PROV_LOG_COMMIT, PROV_OK, agent->store->state.current);
    }
    return agent_ask(agent);
}

prov_result agent_phase_step(struct prov_agent *agent)
{
    switch (agent->phase) {
    case PROV_PHASE_PAUSE:
    case PROV_PHASE_LATER:
        return phase_pause(agent);
    case PROV_PHASE_START:
        return phase_start(agent);
    case PROV_PHASE_ASK:
        return agent_ask(agent);
    case PROV_PHASE_CHECK:
        return PROV_WITH_CERT ? phase_check(agent) : PROV_OK;
    case PROV_PHASE_STAGE:
        return phase_stage(agent);
    case PROV_PHASE_COMMIT:
        return phase_commit(agent);
    case PROV_PHASE_ANSWER:
    case PROV_PHASE_CONFIRM:
    case PROV_PHASE_HANDSHAKE:
        return phase_session(agent);
    case PROV_PHASE_DONE:
    case PROV_PHASE_FAILED:
        return PROV_OK;
    default: /* the board has something to do */
        return PROV_E_AGAIN;
    }
}
