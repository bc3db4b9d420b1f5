/* SPDX-License-Identifier: Apache-2.0
 *
 * What the board calls: open, begin, step, datagrams in and out, the deadline, where to send.
 */
#include <string.h>

#include "agent_private.h"

void prov_agent_open(struct prov_agent *agent, struct prov_store *store,
                     union prov_agent_workspace *workspace)
{
    memset(agent, 0, sizeof *agent);
    agent->store = store;
    agent->port = store->port;
    agent->workspace = workspace;
}

void prov_agent_close(struct prov_agent *agent)
{
    if (agent->workspace != NULL) /* else it is closed already */
        agent_session_drop(agent);
    prov_wipe(agent, sizeof *agent);
}

/* Message ids and tokens start at random; without random numbers nothing starts (row 59). */
static prov_result begin_random(struct prov_agent *agent)
{
    return prov_crypto_random(agent->port->crypto, (uint8_t *)&agent->token, sizeof agent->token);
}

prov_result prov_agent_begin(struct prov_agent *agent, const struct prov_agent_request *request,
                             uint64_t now_ms)
{
    if (agent->phase != PROV_PHASE_IDLE)
        return PROV_E_STATE;
    agent->now_ms = now_ms;
    agent->request = request;
    agent->report.alert_sent = agent->report.alert_received = PROV_ALERT_NONE;
    prov_result r = begin_random(agent);
    if (AGENT_WITH_KEYS && r == PROV_OK) /* a PSK's request does not say whose it is */
        r = prov_store_device(agent->store, &agent->binding.device);
    if (r != PROV_OK)
        return r;
    /* a sector that cannot be erased any more stands in the way of nothing but a stage */
    prov_result tidied = prov_store_tidy(agent->store);
    (void)tidied;
    r = agent_plan(agent);
    if (r == PROV_OK)
        agent->phase = PROV_PHASE_PAUSE;
    return r;
}

/* --- what it costs ---------------------------------------------------------------------------- */

/* By a datagram, or by a deadline that was ahead: a board with something to pull has not slept. */
static void stats_woken(struct prov_agent *agent, bool woken)
{
    if (PROV_WITH_STATS && agent->asleep && woken) {
        agent->stats.wakes++;
        agent->asleep = false;
    }
}

static enum prov_agent_event step(struct prov_agent *agent)
{
    prov_result r = agent_phase_step(agent);
    if (r == PROV_E_AGAIN)
        return agent->phase == PROV_PHASE_RESOLVE ? PROV_AGENT_RESOLVE : PROV_AGENT_WAIT;
    if (r != PROV_OK)
        agent_fail(agent, r);
    return agent->phase == PROV_PHASE_DONE     ? PROV_AGENT_DONE
           : agent->phase == PROV_PHASE_FAILED ? PROV_AGENT_FAILED
                                               : PROV_AGENT_AGAIN;
}

static enum prov_agent_event stats_step(struct prov_agent *agent)
{
    if (!PROV_WITH_STATS)
        return step(agent);
    const struct prov_port *port = agent->port;
    struct prov_agent_phase_stats *phase = &agent->stats.phase[agent->phase];
    uint64_t before = port->uptime_ms(port->context);
    enum prov_agent_event event = step(agent);
    uint32_t spent = (uint32_t)(port->uptime_ms(port->context) - before);
    phase->steps++;
    phase->spent_ms += spent;
    phase->longest_ms = spent > phase->longest_ms ? spent : phase->longest_ms;
    return event;
}

static bool stats_sent(struct prov_agent *agent, const struct prov_buf *out)
{
    if (PROV_WITH_STATS) {
        agent->stats.datagrams_out++;
        agent->stats.octets_out += (uint32_t)out->len;
    }
    return true;
}

static void stats_received(struct prov_agent *agent, size_t len)
{
    stats_woken(agent, true);
    if (PROV_WITH_STATS) {
        agent->stats.datagrams_in++;
        agent->stats.octets_in += (uint32_t)len;
    }
}

const struct prov_agent_stats *prov_agent_stats(const struct prov_agent *agent)
{
    return &agent->stats;
}

/* --- the loop --------------------------------------------------------------------------------- */

enum prov_agent_event prov_agent_step(struct prov_agent *agent, uint64_t now_ms)
{
    if (PROV_WITH_STATS) {
        uint64_t deadline = prov_agent_deadline(agent);
        stats_woken(agent, deadline > 0 && deadline <= now_ms);
    }
    agent->now_ms = now_ms;
    if (PROV_WITH_HEARTBEAT)
        agent->answering = false;
    enum prov_agent_event event = stats_step(agent);
    if (PROV_WITH_STATS)
        agent->asleep = event == PROV_AGENT_WAIT;
    return event;
}

void prov_agent_push(struct prov_agent *agent, uint64_t now_ms, uint8_t *datagram, size_t len)
{
    stats_received(agent, len);
    prov_dtls_push(&agent->dtls, now_ms, datagram, len);
}

/* One CoAP message, sealed. */
static bool pull_message(struct prov_agent *agent, uint64_t now_ms, struct prov_buf *out)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    struct prov_buf message = PROV_BUF_OF(talk->message);
    if (!prov_exchange_pull(&talk->exchange, now_ms, &message))
        return false;
    return prov_dtls_seal(&agent->dtls, PROV_BYTES(message.data, message.len), out) == PROV_OK;
}

bool prov_agent_pull(struct prov_agent *agent, uint64_t now_ms, struct prov_buf *out)
{
    bool leaves = agent->phase >= PROV_PHASE_LEAVE;
    if (leaves)
        prov_dtls_close(&agent->dtls);
    if (prov_dtls_pull(&agent->dtls, now_ms, out))
        return stats_sent(agent, out);
    if (leaves)
        agent_session_drop(agent);
    if (agent->phase == PROV_PHASE_LEAVE)
        agent->phase = PROV_PHASE_PAUSE;
    return agent_exchanging(agent) && pull_message(agent, now_ms, out) && stats_sent(agent, out);
}

uint64_t prov_agent_deadline(const struct prov_agent *agent)
{
    if (agent->phase <= PROV_PHASE_RESOLVE || agent->phase >= PROV_PHASE_LEAVE)
        return UINT64_MAX;
    if (agent->phase == PROV_PHASE_PAUSE)
        return agent->pause_ms;
    if (agent->phase < PROV_PHASE_HANDSHAKE)
        return 0;
    if (PROV_WITH_HEARTBEAT && agent->answering)
        return 0;
    uint64_t deadline = prov_dtls_deadline(&agent->dtls);
    uint64_t other = agent->phase == PROV_PHASE_LATER ? agent->pause_ms
                     : agent_exchanging(agent)
                         ? prov_exchange_deadline(&agent->workspace->talk.exchange)
                         : UINT64_MAX;
    return deadline < other ? deadline : other;
}

const char *prov_agent_address(const struct prov_agent *agent)
{
    return agent->entry.address.len > 0 ? (const char *)agent->entry.address.data : "";
}

const struct prov_fqdn *prov_agent_server(const struct prov_agent *agent)
{
    return &agent->report.server;
}

/* ff00::/8; 224.0.0.0/4 and what is above: reserved addresses and the broadcast one. An IPv6 address that begins
 * with a zero has one of IPv4 as its last four octets, mapped (RFC 4291, section 2.5.5) or translated (RFC 6052). */
bool prov_agent_multicast(struct prov_bytes ip)
{
    if (ip.len == 16 && ip.data[0] == 0)
        ip = PROV_BYTES(ip.data + 12, 4);
    return ip.len == 16 ? ip.data[0] == 0xff : ip.len != 4 || ip.data[0] >= 224;
}

prov_result prov_agent_set_peer(struct prov_agent *agent, struct prov_bytes ip)
{
    if (agent->phase != PROV_PHASE_RESOLVE)
        return PROV_E_STATE;
    if (prov_agent_multicast(ip)) {
        agent_fail(agent, PROV_E_POLICY);
        return PROV_E_POLICY;
    }
    agent->phase = PROV_PHASE_START;
    return PROV_OK;
}

void prov_agent_unreachable(struct prov_agent *agent, prov_result reason)
{
    if (agent->phase < PROV_PHASE_DONE)
        agent_fail(agent, reason);
}

const struct prov_agent_report *prov_agent_report(const struct prov_agent *agent)
{
    return &agent->report;
}
