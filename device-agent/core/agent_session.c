/* SPDX-License-Identifier: Apache-2.0
 *
 * One session with the credential in agent->entry: how it is configured, what the engine asks for.
 */
#include <string.h>

#include "agent_private.h"
#include "prov/text.h"

#define FLOOR_STEP ((PROV_LDEVID_DAYS + 10) * INT64_C(86400)) /* a device rotates more often */

/* --- begin and end ---------------------------------------------------------------------------- */

/* A key of the identity record is looked up for as long as the agent is open. */
static prov_result own_key(struct prov_agent *agent)
{
    struct prov_key_ref *key = &agent->entry.key;
    if (key->source != PROV_KEY_DEVICE)
        return PROV_OK;
    *key = agent->identity.key;
    bool same = memcmp(agent->identity.point, agent->entry.point, PROV_POINT_LEN) == 0;
    return key->source != PROV_KEY_NONE && same ? PROV_OK : PROV_E_CORRUPT;
}

static void configure(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    const struct prov_agent_request *request = &agent->request;
    struct prov_dtls_config *config = &agent->config;
    *config = (struct prov_dtls_config){.role = PROV_DTLS_CLIENT,
                                        .kinds = PROV_KIND_BIT(entry->kind),
                                        .mtu = request->mtu,
                                        .timer_initial_ms = request->timer_initial_ms,
                                        .max_fragment = request->max_fragment,
                                        .protocol = request->protocol,
                                        .heartbeat = request->heartbeat,
                                        .connection_id = !request->no_connection_id};
    switch (entry->kind) {
    case PROV_KIND_PSK:
        config->suites = request->no_forward_secrecy ? prov_suites_psk : prov_suites_psk_fs;
        config->psk_identity = entry->psk_identity;
        break;
    case PROV_KIND_RPK:
        config->suites = prov_suites_public;
        prov_spki_encode(entry->point, agent->spki);
        config->spki = PROV_BYTES_OF(agent->spki);
        break;
    default:
        config->suites = prov_suites_public;
        config->chain = entry->chain;
        config->chain_len = entry->chain_len;
        config->urls = entry->urls;
        config->urls_len = entry->url_count;
        break;
    }
}

/* The server's name in this session. */
const struct prov_fqdn *agent_host(const struct prov_agent *agent)
{
    bool found = agent->has_discovered && agent->entry.kind == PROV_KIND_CERT;
    return found ? &agent->discovered : &agent->entry.server;
}

/* Which anchors there are is told where the server is not the one that was installed, and where other
 * ones had verified it (RFC 7925, section 4.4.6; RFC 7030, section 4.1.3). */
static void configure_server(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    struct prov_dtls_config *config = &agent->config;
    struct prov_x509 anchor;
    config->constrained_server = agent->has_constrained && entry->kind == PROV_KIND_CERT;
    config->server_name = config->constrained_server ? NULL : agent_host(agent); /* rows 3 and 43 */
    if (entry->kind != PROV_KIND_CERT || !(agent->has_discovered || entry->new_anchors))
        return;
    for (size_t i = 0; i < entry->anchor_count; i++)
        if (prov_x509_parse(entry->anchors[i], &anchor) == PROV_OK)
            agent->anchor_names[config->anchor_names_len++] = anchor.subject;
    config->anchor_names = agent->anchor_names;
}

prov_result agent_session_start(struct prov_agent *agent, uint64_t now_ms)
{
    agent_session_drop(agent);
    prov_result r = own_key(agent);
    if (r != PROV_OK)
        return r;
    configure(agent);
    configure_server(agent);
    agent_cache_offer(agent);
    agent_resume_offer(agent, now_ms);
    r = prov_dtls_start(&agent->dtls, &agent->config, agent->port->crypto,
                        &agent->workspace->handshake, now_ms);
    agent->dtls_open = r == PROV_OK;
    if (r == PROV_OK)
        agent_resume_started(agent);
    agent->path_busy = false;
    agent->chain_until = PROV_TIME_NEVER;
    agent->report.handshakes++;
    return r;
}

void agent_session_close(struct prov_agent *agent)
{
    if (agent->dtls_open && prov_dtls_connected(&agent->dtls)) {
        prov_dtls_close(&agent->dtls);
        agent->closing = true;
    }
    agent->exchanging = false;
}

void agent_session_drop(struct prov_agent *agent)
{
    if (!agent->dtls_open)
        return;
    prov_dtls_drop(&agent->dtls);
    agent->dtls_open = false;
    agent->closing = false;
    agent->exchanging = false;
}

/* --- what the engine asks for ----------------------------------------------------------------- */

void agent_give_psk(struct prov_agent *agent)
{
    prov_dtls_give_psk(&agent->dtls, agent->entry.psk, true);
}

void agent_give_signature(struct prov_agent *agent)
{
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    agent_cache_see_request(agent);
    prov_result r = agent_key_sign(agent->port, &agent->entry.key,
                                   prov_dtls_need_digest(&agent->dtls), signature);
    prov_dtls_give_signature(&agent->dtls, r, signature);
}

/* --- who the server is ------------------------------------------------------------------------ */

/* A trusted clock is believed; a coarse one is never earlier than what an authentic source has shown
 * (profile.md, row 29). */
bool agent_time(const struct prov_agent *agent, int64_t *ret)
{
    int64_t now = 0, floor = agent->store->state.time_floor;
    enum prov_clock_trust trust = agent->port->clock(agent->port->context, &now);
    *ret = trust == PROV_CLOCK_TRUSTED || (trust == PROV_CLOCK_COARSE && now > floor) ? now : floor;
    return trust != PROV_CLOCK_NONE;
}

/* Without a clock validity periods are not looked at, and that is logged. */
struct prov_path_rules agent_path_rules(struct prov_agent *agent, enum prov_path_role role)
{
    struct prov_path_rules rules = {.role = role,
                                    .max_below_anchor = agent->request.max_chain != 0
                                                            ? agent->request.max_chain
                                                            : PROV_CHAIN_BELOW_ANCHOR};
    if (role == PROV_PATH_SERVER && agent->has_constrained)
        rules.device = &agent->constrained;
    else if (role == PROV_PATH_SERVER)
        rules.server = agent_host(agent);
    rules.has_time = agent_time(agent, &rules.time);
    if (!rules.has_time && !agent->report.no_time)
        agent_log(agent, PROV_LOG_NO_TIME, PROV_OK, 0);
    agent->report.no_time = agent->report.no_time || !rules.has_time;
    return rules;
}

/* One server whose clock is far ahead must not make every other certificate look expired for good. */
prov_result agent_raise_floor(struct prov_agent *agent, int64_t seconds)
{
    int64_t now = 0;
    bool has_clock = agent_time(agent, &now);
    (void)has_clock; /* without one, now is the floor */
    if (now <= 0 || seconds > now + FLOOR_STEP)
        return PROV_OK;
    return prov_store_floor(agent->store, seconds);
}

/* Pinned, and not our own (handshake rule H37). */
static prov_result judge_key(struct prov_agent *agent)
{
    struct prov_bytes point = PROV_BYTES_NONE;
    prov_result r = prov_spki_decode(prov_dtls_peer_spki(&agent->dtls), &point);
    if (r != PROV_OK)
        return r;
    if (prov_bytes_equal(point, PROV_BYTES_OF(agent->entry.point)))
        return PROV_E_FORBIDDEN;
    for (size_t i = 0; i < agent->entry.peer_count; i++)
        if (prov_bytes_equal(point, PROV_BYTES_OF(agent->entry.peers[i])))
            return agent_deny_key(agent, prov_dtls_peer_spki(&agent->dtls));
    return PROV_E_ISSUER;
}

static prov_result judge_chain(struct prov_agent *agent)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    prov_result r = PROV_OK;
    if (!agent->path_busy) {
        struct prov_path_rules rules = agent_path_rules(agent, PROV_PATH_SERVER);
        size_t len = prov_dtls_peer_chain(&agent->dtls, chain);
        r = prov_path_begin(&agent->path, &rules, chain, len, agent->entry.anchors,
                            agent->entry.anchor_count);
        agent->path_busy = r == PROV_OK;
        return r == PROV_OK ? PROV_E_AGAIN : r;
    }
    r = prov_path_step(&agent->path, agent->port->crypto);
    if (r == PROV_E_AGAIN)
        return r;
    agent->path_busy = false;
    agent->chain_until = agent->path.leaf.not_after;
    return r == PROV_OK ? agent_deny_chain(agent, agent->path.chain, agent->path.chain_len,
                                           prov_path_anchor(&agent->path))
                        : r;
}

void agent_verify(struct prov_agent *agent)
{
    prov_result r = agent->entry.kind == PROV_KIND_RPK ? judge_key(agent) : judge_chain(agent);
    if (r == PROV_E_AGAIN)
        return;
    agent_cache_see(agent, r);
    prov_dtls_give_verdict(&agent->dtls, r);
}
