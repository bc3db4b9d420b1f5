/* SPDX-License-Identifier: Apache-2.0
 *
 * The operation: a table of phases, one function each. A phase does one thing and names the next.
 *
 *     RESOLVE → HANDSHAKE ─┬─ predecessor: ASK → ANSWER … → CHECK → STAGE → RESOLVE (candidate)
 *                          └─ candidate:   COMMIT → CONFIRM → DONE
 */
#include <string.h>

#include "agent_private.h"

/* --- phases end ------------------------------------------------------------------------------- */

void agent_next_session(struct prov_agent *agent)
{
    agent_resume_forget(agent);
    agent->session++;
    agent->closing = agent->dtls_open; /* an alert of the old one goes out first */
    agent->has_peer = false;
    agent->told = false;
    agent->phase = PROV_PHASE_RESOLVE;
}

static void next_forget(struct prov_agent *agent)
{
    prov_secret_wipe(&agent->next_scalar);
    prov_wipe(&agent->next, sizeof agent->next);
    prov_wipe(agent->answer_room, sizeof agent->answer_room);
    agent->link_count = 0;
}

enum prov_agent_event agent_fail(struct prov_agent *agent, prov_result result)
{
    const struct prov_port *port = agent->port;
    agent->report.result = result;
    agent->report.at = agent->phase;
    if (agent->next.key.source == PROV_KEY_HANDLE && port->keys->drop != NULL)
        port->keys->drop(port->keys->context, agent->next.key.handle);
    if (agent->has_resumable && !agent->candidate && agent->phase != PROV_PHASE_STAGE)
        agent_resume_keep(agent);
    agent_session_close(agent);
    next_forget(agent);
    uint8_t attempts = agent->store->state.attempts;
    prov_result kept =
        prov_store_attempts(agent->store, attempts < UINT8_MAX ? attempts + 1 : attempts);
    (void)kept; /* the failure that counts is the one above */
    agent->phase = PROV_PHASE_FAILED;
    return PROV_AGENT_FAILED;
}

/* The candidate did not work out: asks the predecessor for another one, once in an operation. What
 * is staged or committed stays until that other one is here. */
static enum prov_agent_event fall_back(struct prov_agent *agent, prov_result result)
{
    if (agent->fell_back || agent->request.op == PROV_AGENT_RESUME)
        return agent_fail(agent, result);
    agent->fell_back = true;
    agent_resume_forget(agent);
    if (agent_load_predecessor(agent) != PROV_OK)
        return agent_fail(agent, result);
    agent_log(agent, PROV_LOG_FALL_BACK, result, 0);
    agent->report.resumed = false;
    agent_next_session(agent);
    return PROV_AGENT_AGAIN;
}

/* A staged candidate's handshake failed inside the encrypted exchange: after two it is given up. */
static enum prov_agent_event candidate_refused(struct prov_agent *agent, prov_result result)
{
    prov_result r = prov_store_failed(agent->store);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    if (agent->store->state.failures < AGENT_FAILURES_MAX) {
        agent_next_session(agent);
        return PROV_AGENT_AGAIN;
    }
    agent_log(agent, PROV_LOG_GIVE_UP, result, agent->store->state.failures);
    agent->report.gave_up = true;
    r = prov_store_give_up(agent->store);
    return r == PROV_OK ? fall_back(agent, result) : agent_fail(agent, r);
}

/* Nobody answered for 63 s: a whole new handshake, from a fresh port, after a pause that differs
 * from device to device (handshake rule H14). */
static enum prov_agent_event pause_before_retry(struct prov_agent *agent, uint64_t now_ms)
{
    uint32_t initial = agent->request.timer_initial_ms;
    uint8_t jitter[2];
    prov_result r = prov_crypto_random(agent->port->crypto, jitter, sizeof jitter);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    uint64_t most = initial != 0 ? initial : PROV_TIMER_INITIAL_MS;
    agent->pause_ms = now_ms + most * (uint64_t)(jitter[0] << 8 | jitter[1]) / 65535;
    agent->phase = PROV_PHASE_PAUSE;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event session_failed(struct prov_agent *agent, uint64_t now_ms)
{
    struct prov_dtls_failure failure = prov_dtls_failure(&agent->dtls);
    bool handshake = agent->phase == PROV_PHASE_HANDSHAKE;
    bool silent = failure.result == PROV_E_TIMEOUT;
    agent->report.alert_sent = failure.alert_sent;
    agent->report.alert_received = failure.alert_received;
    agent->report.authentic = failure.authentic;
    agent->report.result = failure.result;
    if (failure.alert_received != PROV_ALERT_NONE)
        agent_log_alert(agent, failure.alert_received, false);
    if (failure.alert_sent != PROV_ALERT_NONE)
        agent_log_alert(agent, failure.alert_sent, true);
    if (handshake)
        agent_log(agent, PROV_LOG_HANDSHAKE, failure.result, agent->candidate ? 1 : 0);
    if (handshake && !silent && (agent_resume_failed(agent) || agent_cache_failed(agent))) {
        agent_next_session(agent);
        return PROV_AGENT_AGAIN;
    }
    if (handshake && silent && ++agent->tries < agent->request.tries)
        return pause_before_retry(agent, now_ms);
    if (!handshake || !agent->candidate || silent)
        return agent_fail(agent, failure.result);
    if (failure.authentic && agent->store->state.candidate != 0)
        return candidate_refused(agent, failure.result);
    return fall_back(agent, failure.result);
}

/* --- phases ----------------------------------------------------------------------------------- */

static enum prov_agent_event phase_resolve(struct prov_agent *agent, uint64_t now_ms)
{
    if (agent->closing)
        return PROV_AGENT_WAIT; /* until the old session's close_notify is on its way */
    if (!agent->has_peer) {
        agent->told = true;
        return PROV_AGENT_RESOLVE;
    }
    prov_result r = agent_session_start(agent, now_ms);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->phase = PROV_PHASE_HANDSHAKE;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event phase_pause(struct prov_agent *agent, uint64_t now_ms)
{
    if (now_ms < agent->pause_ms)
        return PROV_AGENT_WAIT;
    agent_next_session(agent);
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event connected(struct prov_agent *agent, uint64_t now_ms)
{
    agent_resume_note(agent, now_ms);
    agent_cache_connected(agent);
    agent->exchange_config.szx = prov_exchange_szx(
        prov_dtls_data_max(&agent->dtls), prov_bytes_text(agent_host(agent)->text).len); /* H32 */
    agent_log(agent, PROV_LOG_HANDSHAKE, PROV_OK, agent->candidate ? 1 : 0);
    if (agent->candidate) {
        agent->phase = PROV_PHASE_COMMIT;
        return PROV_AGENT_AGAIN;
    }
    agent->next = (struct prov_entry){
        .kind = agent->wanted_kind, .use = PROV_USE_OPERATIONAL, .server = agent->entry.server};
    memcpy(agent->next.address, agent->entry.address, sizeof agent->next.address);
    agent->next.has_deny_signer = agent->entry.has_deny_signer;
    memcpy(agent->next.deny_signer, agent->entry.deny_signer, sizeof agent->next.deny_signer);
    agent->link_count = 0;
    agent->asks = agent_asks(agent->entry.kind, agent->wanted_kind, agent->from_factory);
    agent->phase = PROV_PHASE_ASK;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event exchange_step(struct prov_agent *agent, uint64_t now_ms);

/* HANDSHAKE, ANSWER and CONFIRM: whatever the session has to say. */
static enum prov_agent_event phase_session(struct prov_agent *agent, uint64_t now_ms)
{
    switch (prov_dtls_step(&agent->dtls, now_ms)) {
    case PROV_DTLS_NEED_PSK:
        agent_give_psk(agent);
        return PROV_AGENT_AGAIN;
    case PROV_DTLS_NEED_SIGN:
        agent_give_signature(agent);
        return PROV_AGENT_AGAIN;
    case PROV_DTLS_NEED_VERIFY:
        agent_verify(agent);
        return PROV_AGENT_AGAIN;
    case PROV_DTLS_CONNECTED:
        return connected(agent, now_ms);
    case PROV_DTLS_PULL: /* an answer to a heartbeat, made of the datagram in work */
        agent->answering = true;
        return PROV_AGENT_WAIT;
    case PROV_DTLS_DATA:
        if (agent->exchanging)
            prov_exchange_push(&agent->exchange, now_ms, prov_dtls_data(&agent->dtls));
        return PROV_AGENT_AGAIN;
    case PROV_DTLS_CLOSED:
        return agent_fail(agent, PROV_E_PEER);
    case PROV_DTLS_FAILED:
        return session_failed(agent, now_ms);
    default:
        return exchange_step(agent, now_ms);
    }
}

static enum prov_agent_event answered(struct prov_agent *agent)
{
    prov_result r = agent_take(agent, *agent->asks);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->asks++;
    agent->phase = PROV_PHASE_ASK;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event confirmed(struct prov_agent *agent)
{
    prov_result r = agent_take(agent, PROV_ENROLL_CONFIRM);
    if (r == PROV_E_PEER_REFUSED)
        return fall_back(agent, r);
    if (r == PROV_OK)
        r = prov_store_confirm(agent->store);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent_log(agent, PROV_LOG_CONFIRM, PROV_OK, agent->store->state.current);
    prov_result kept = prov_store_attempts(agent->store, 0);
    (void)kept;
    agent_resume_keep(agent);
    agent->report.kind = agent->entry.kind;
    agent_session_close(agent);
    bool other = agent->report.resumed && agent->has_wanted &&
                 agent->request.op != PROV_AGENT_RESUME &&
                 !prov_fqdn_equal(&agent->wanted, &agent->report.server);
    if (!other) {
        agent->report.result = PROV_OK;
        agent->phase = PROV_PHASE_DONE;
        return PROV_AGENT_DONE;
    }
    r = agent_plan(agent);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->report.resumed = false;
    agent_next_session(agent);
    return PROV_AGENT_AGAIN;
}

/* 5.03: the identical request again after Max-Age, on the same session (RFC 9148, section 4.7). */
static bool ask_later(struct prov_agent *agent, uint64_t now_ms)
{
    const struct prov_exchange *x = &agent->exchange;
    if (x->state != PROV_EXCHANGE_DONE || x->code != PROV_COAP_UNAVAILABLE ||
        x->max_age > AGENT_BUSY_SECONDS || agent->busy == AGENT_BUSY_MAX)
        return false;
    agent->busy++;
    agent->busy_confirm = agent->phase == PROV_PHASE_CONFIRM;
    agent->pause_ms = now_ms + (x->max_age > 0 ? x->max_age : 1) * UINT64_C(1000);
    agent->exchanging = false;
    agent->phase = PROV_PHASE_LATER;
    return true;
}

static enum prov_agent_event phase_later(struct prov_agent *agent, uint64_t now_ms)
{
    if (now_ms < agent->pause_ms)
        return phase_session(agent, now_ms);
    agent_ask_again(agent, now_ms);
    agent->phase = agent->busy_confirm ? PROV_PHASE_CONFIRM : PROV_PHASE_ANSWER;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event exchange_step(struct prov_agent *agent, uint64_t now_ms)
{
    if (!agent->exchanging)
        return PROV_AGENT_WAIT;
    if (prov_exchange_step(&agent->exchange, now_ms) == PROV_EXCHANGE_RUNNING)
        return PROV_AGENT_WAIT;
    if (ask_later(agent, now_ms))
        return PROV_AGENT_AGAIN;
    return agent->phase == PROV_PHASE_CONFIRM ? confirmed(agent) : answered(agent);
}

static enum prov_agent_event phase_ask(struct prov_agent *agent, uint64_t now_ms)
{
    if (*agent->asks == 0) {
        agent->phase = agent->wanted_kind == PROV_KIND_CERT ? PROV_PHASE_CHECK : PROV_PHASE_STAGE;
        return PROV_AGENT_AGAIN;
    }
    prov_result r = agent_ask(agent, *agent->asks, now_ms);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->phase = PROV_PHASE_ANSWER;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event phase_check(struct prov_agent *agent, uint64_t now_ms)
{
    (void)now_ms;
    prov_result r = agent_check_cert(agent);
    if (r == PROV_E_AGAIN)
        return PROV_AGENT_AGAIN;
    if (r == PROV_OK)
        r = agent_raise_floor(agent, agent->next.issued);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->phase = PROV_PHASE_STAGE;
    return PROV_AGENT_AGAIN;
}

/* The entry's room takes the encoding. A cached chain is left out where it has no room. */
static prov_result stage(struct prov_agent *agent)
{
    struct prov_buf work = prov_buf_make(agent->entry_room, sizeof agent->entry_room);
    prov_result r = prov_store_stage(agent->store, &agent->next, agent->from_factory, work);
    if ((r != PROV_E_FULL && r != PROV_E_OVERFLOW) || agent->next.cache_len == 0)
        return r;
    agent->next.cache_len = 0;
    agent->next.cached_request = PROV_BYTES_NONE;
    return prov_store_stage(agent->store, &agent->next, agent->from_factory, work);
}

/* The predecessor's session has done its work. */
static enum prov_agent_event phase_stage(struct prov_agent *agent, uint64_t now_ms)
{
    (void)now_ms;
    agent_session_close(agent);
    agent_cache_choose(agent);
    prov_result r = stage(agent);
    if (r == PROV_OK) {
        agent->next.key.source = PROV_KEY_NONE; /* the store's now */
        agent_log(agent, PROV_LOG_STAGE, PROV_OK, agent->store->state.candidate);
        r = agent_load_candidate(agent);
    }
    if (r != PROV_OK)
        return agent_fail(agent, r);
    next_forget(agent);
    agent_next_session(agent);
    return PROV_AGENT_AGAIN;
}

/* The server has accepted the candidate in a full handshake: from here on it is current. */
static enum prov_agent_event phase_commit(struct prov_agent *agent, uint64_t now_ms)
{
    prov_result r = PROV_OK;
    if (agent->store->state.candidate != 0) {
        r = prov_store_commit(agent->store);
        if (r == PROV_OK)
            agent_log(agent, PROV_LOG_COMMIT, PROV_OK, agent->store->state.current);
    }
    if (r == PROV_OK)
        r = agent_ask(agent, PROV_ENROLL_CONFIRM, now_ms);
    if (r != PROV_OK)
        return agent_fail(agent, r);
    agent->phase = PROV_PHASE_CONFIRM;
    return PROV_AGENT_AGAIN;
}

static enum prov_agent_event phase_idle(struct prov_agent *agent, uint64_t now_ms)
{
    (void)agent;
    (void)now_ms;
    return PROV_AGENT_WAIT;
}

static enum prov_agent_event phase_done(struct prov_agent *agent, uint64_t now_ms)
{
    (void)agent;
    (void)now_ms;
    return PROV_AGENT_DONE;
}

static enum prov_agent_event phase_failed(struct prov_agent *agent, uint64_t now_ms)
{
    (void)agent;
    (void)now_ms;
    return PROV_AGENT_FAILED;
}

static enum prov_agent_event (*const phases[])(struct prov_agent *agent, uint64_t now_ms) = {
    [PROV_PHASE_PAUSE] = phase_pause,       [PROV_PHASE_LATER] = phase_later,
    [PROV_PHASE_IDLE] = phase_idle,         [PROV_PHASE_RESOLVE] = phase_resolve,
    [PROV_PHASE_HANDSHAKE] = phase_session, [PROV_PHASE_ASK] = phase_ask,
    [PROV_PHASE_ANSWER] = phase_session,    [PROV_PHASE_CHECK] = phase_check,
    [PROV_PHASE_STAGE] = phase_stage,       [PROV_PHASE_COMMIT] = phase_commit,
    [PROV_PHASE_CONFIRM] = phase_session,   [PROV_PHASE_DONE] = phase_done,
    [PROV_PHASE_FAILED] = phase_failed,
};

enum prov_agent_event agent_phase_step(struct prov_agent *agent, uint64_t now_ms)
{
    return phases[agent->phase](agent, now_ms);
}
