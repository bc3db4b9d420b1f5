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
    agent_session_drop(agent);
    prov_wipe(agent, sizeof *agent);
}

/* Message ids and tokens start at random; without random numbers nothing starts (row 59). */
static prov_result begin_random(struct prov_agent *agent)
{
    uint8_t octets[6];
    prov_result r = prov_crypto_random(agent->port->crypto, octets, sizeof octets);
    if (r != PROV_OK)
        return r;
    agent->message_id = (uint16_t)(octets[0] << 8 | octets[1]);
    agent->token = (uint32_t)octets[2] << 24 | (uint32_t)octets[3] << 16 |
                   (uint32_t)octets[4] << 8 | octets[5];
    return PROV_OK;
}

prov_result prov_agent_begin(struct prov_agent *agent, const struct prov_agent_request *request,
                             uint64_t now_ms)
{
    (void)now_ms;
    if (agent->phase != PROV_PHASE_IDLE)
        return PROV_E_STATE;
    agent->request = *request;
    agent->report = (struct prov_agent_report){.alert_sent = PROV_ALERT_NONE,
                                               .alert_received = PROV_ALERT_NONE};
    if (request->server != NULL) {
        agent->wanted = *request->server;
        agent->has_wanted = true;
    }
    if (request->discovered != NULL) {
        agent->discovered = *request->discovered;
        agent->has_discovered = true;
    }
    if (request->constrained != NULL) {
        agent->constrained = *request->constrained;
        agent->has_constrained = true;
    }
    prov_result r = begin_random(agent);
    if (r == PROV_OK)
        r = prov_store_identity_get(agent->store, &agent->identity);
    if (r != PROV_OK)
        return r;
    prov_result tidied = prov_store_tidy(agent->store);
    (void)
        tidied; /* a sector that cannot be erased any more stands in the way of nothing but a stage */
    r = agent_plan(agent);
    if (r == PROV_OK)
        agent_next_session(agent);
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

static enum prov_agent_event stats_step(struct prov_agent *agent, uint64_t now_ms)
{
    if (!PROV_WITH_STATS)
        return agent_phase_step(agent, now_ms);
    const struct prov_port *port = agent->port;
    struct prov_agent_phase_stats *phase = &agent->stats.phase[agent->phase];
    uint64_t before = port->uptime_ms(port->context);
    enum prov_agent_event event = agent_phase_step(agent, now_ms);
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
    uint64_t deadline = prov_agent_deadline(agent);
    stats_woken(agent, deadline > 0 && deadline <= now_ms);
    agent->answering = false;
    enum prov_agent_event event = stats_step(agent, now_ms);
    agent->asleep = event == PROV_AGENT_WAIT;
    return event;
}

void prov_agent_push(struct prov_agent *agent, uint64_t now_ms, uint8_t *datagram, size_t len)
{
    stats_received(agent, len);
    if (agent->dtls_open && !agent->closing)
        prov_dtls_push(&agent->dtls, now_ms, datagram, len);
}

/* One CoAP message, sealed. */
static bool pull_message(struct prov_agent *agent, uint64_t now_ms, struct prov_buf *out)
{
    struct prov_buf message = prov_buf_make(agent->message_room, sizeof agent->message_room);
    if (!agent->exchanging || !prov_dtls_connected(&agent->dtls))
        return false;
    if (!prov_exchange_pull(&agent->exchange, now_ms, &message))
        return false;
    prov_result r = prov_dtls_seal(&agent->dtls, prov_buf_bytes(&message), out);
    prov_wipe(agent->message_room, sizeof agent->message_room);
    return r == PROV_OK;
}

bool prov_agent_pull(struct prov_agent *agent, uint64_t now_ms, struct prov_buf *out)
{
    if (!agent->dtls_open)
        return false;
    if (prov_dtls_pull(&agent->dtls, now_ms, out))
        return stats_sent(agent, out);
    agent->closing = false;
    if (agent->phase == PROV_PHASE_DONE || agent->phase == PROV_PHASE_FAILED)
        agent_session_drop(agent);
    return agent->dtls_open && pull_message(agent, now_ms, out) && stats_sent(agent, out);
}

uint64_t prov_agent_deadline(const struct prov_agent *agent)
{
    switch (agent->phase) {
    case PROV_PHASE_IDLE:
    case PROV_PHASE_DONE:
    case PROV_PHASE_FAILED:
        return UINT64_MAX;
    case PROV_PHASE_RESOLVE:
        return agent->told && !agent->has_peer ? UINT64_MAX : 0;
    case PROV_PHASE_PAUSE:
        return agent->pause_ms;
    case PROV_PHASE_HANDSHAKE:
    case PROV_PHASE_ANSWER:
    case PROV_PHASE_CONFIRM:
    case PROV_PHASE_LATER:
        break;
    default:
        return 0;
    }
    if (agent->answering)
        return 0;
    uint64_t session = prov_dtls_deadline(&agent->dtls);
    uint64_t exchange = agent->exchanging ? prov_exchange_deadline(&agent->exchange) : UINT64_MAX;
    if (agent->phase == PROV_PHASE_LATER)
        exchange = agent->pause_ms;
    return session < exchange ? session : exchange;
}

const char *prov_agent_address(const struct prov_agent *agent)
{
    return agent->entry.address;
}

const struct prov_fqdn *prov_agent_server(const struct prov_agent *agent)
{
    return &agent->report.server;
}

/* 224.0.0.0/4 and the broadcast address; ff00::/8; the former as ::ffff:a.b.c.d. */
bool prov_agent_multicast(struct prov_bytes ip)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (ip.len == 16 && memcmp(ip.data, mapped, sizeof mapped) == 0)
        ip = PROV_BYTES(ip.data + 12, 4);
    if (ip.len == 16)
        return ip.data[0] == 0xff;
    if (ip.len != 4)
        return true;
    bool all = (ip.data[0] & ip.data[1] & ip.data[2] & ip.data[3]) == 0xff;
    return all || (ip.data[0] & 0xf0) == 0xe0;
}

prov_result prov_agent_set_peer(struct prov_agent *agent, struct prov_bytes ip)
{
    if (agent->phase != PROV_PHASE_RESOLVE)
        return PROV_E_STATE;
    if (prov_agent_multicast(ip)) {
        (void)agent_fail(agent, PROV_E_POLICY);
        return PROV_E_POLICY;
    }
    agent->has_peer = true;
    return PROV_OK;
}

void prov_agent_unreachable(struct prov_agent *agent, prov_result reason)
{
    if (agent->phase != PROV_PHASE_DONE && agent->phase != PROV_PHASE_FAILED)
        (void)agent_fail(agent, reason);
}

const struct prov_agent_report *prov_agent_report(const struct prov_agent *agent)
{
    return &agent->report;
}
