/* SPDX-License-Identifier: Apache-2.0
 *
 * One session with the credential in agent->entry: how it is configured, what the engine asks for.
 */
#include <stddef.h>
#include <string.h>

#include "agent_private.h"

#define FLOOR_STEP ((PROV_LDEVID_DAYS + 10) * INT64_C(86400)) /* a device rotates more often */

/* --- begin and end ---------------------------------------------------------------------------- */

/* The device's own key, which the identity record has. */
static prov_result own_key(struct prov_agent *agent)
{
    struct prov_key_ref *key = &agent->entry.key;
    struct prov_identity identity;
    if (!PROV_WITH_IDENTITY || key->source != PROV_KEY_DEVICE)
        return PROV_OK;
    prov_result r = prov_store_identity_get(agent->store, &identity);
    if (r == PROV_OK && (identity.key.source == PROV_KEY_NONE ||
                         !prov_bytes_equal(agent->entry.point, PROV_BYTES_OF(identity.point))))
        r = PROV_E_CORRUPT;
    if (r == PROV_OK) {
        memcpy(agent->own_scalar, identity.scalar, sizeof agent->own_scalar);
        *key = identity.key;
        key->scalar = PROV_BYTES_OF(agent->own_scalar);
    }
    prov_wipe(&identity, sizeof identity);
    return r;
}

/* The server's name in this session. */
const struct prov_fqdn *agent_host(const struct prov_agent *agent)
{
    const struct prov_fqdn *found = agent_discovered(agent);
    return found != NULL && agent_is_cert(agent->entry.kind) ? found : &agent->report.server;
}

/* Which anchors there are is told where the server is not the one that was installed, and where other
 * ones had verified it (RFC 7925, section 4.4.6; RFC 7030, section 4.1.3). */
static void configure_anchors(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    struct prov_dtls_config *config = &agent->config;
    struct prov_x509 anchor;
    if (!PROV_WITH_TRUSTED_CA || (agent_discovered(agent) == NULL && !entry->new_anchors))
        return;
    for (size_t i = 0; i < PROV_ENTRY_ANCHORS_MAX; i++)
        if (prov_x509_parse(entry->anchors[i], &anchor) == PROV_OK)
            agent->anchor_names[config->anchor_names_len++] = anchor.subject;
    config->anchor_names = agent->anchor_names;
}

static void configure_cert(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    struct prov_dtls_config *config = &agent->config;
    config->chain = entry->chain;
    config->chain_len = prov_entry_count(entry->chain, PROV_ENTRY_CHAIN_MAX);
    if (PROV_WITH_CERTIFICATE_URLS) {
        config->urls = entry->urls;
        config->urls_len = entry->url_count;
    }
    if (agent_constrained(agent) != NULL) { /* rows 3 and 43 */
        config->constrained_server = true;
        config->server_name = NULL;
    }
    configure_anchors(agent);
}

static void configure(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    const struct prov_agent_request *request = agent->request;
    struct prov_dtls_config *config = &agent->config;
    memset(config, 0, sizeof *config);
    config->role = PROV_DTLS_CLIENT;
    config->kinds = PROV_KIND_BIT(entry->kind);
    config->mtu = request->mtu;
    config->timer_initial_ms = request->timer_initial_ms;
    config->server_name = agent_host(agent);
    if (PROV_WITH_MAX_FRAGMENT)
        config->max_fragment = request->max_fragment;
    if (PROV_WITH_ALPN)
        config->protocol = request->protocol;
    if (PROV_WITH_HEARTBEAT)
        config->heartbeat = request->heartbeat;
    if (PROV_WITH_CONNECTION_ID)
        config->connection_id = !request->no_connection_id;
    if (agent_is_psk(entry->kind)) {
        config->suites = request->no_forward_secrecy ? prov_suites_psk : prov_suites_psk_fs;
        config->psk_identity = entry->psk_identity;
        return;
    }
    config->suites = prov_suites_public;
    if (PROV_WITH_RPK && agent_is_rpk(entry->kind)) {
        prov_spki_encode(entry->point.data, agent->spki);
        config->spki = PROV_BYTES_OF(agent->spki);
    } else if (agent_is_cert(entry->kind)) {
        configure_cert(agent);
    }
}

prov_result agent_session_start(struct prov_agent *agent)
{
    prov_result r = own_key(agent);
    if (r != PROV_OK)
        return r;
    agent->report.handshakes++;
    configure(agent);
    if (PROV_WITH_CACHED_INFO)
        agent_cache_offer(agent);
    if (PROV_WITH_RESUMPTION)
        agent_resume_offer(agent);
    r = prov_dtls_start(&agent->dtls, &agent->config, agent->port->crypto,
                        &agent->workspace->handshake, agent->now_ms);
    if (PROV_WITH_RESUMPTION && r == PROV_OK)
        agent_resume_started(agent);
    return r;
}

void agent_session_drop(struct prov_agent *agent)
{
    prov_dtls_drop(&agent->dtls);
    prov_wipe(agent->workspace, sizeof *agent->workspace);
    agent->path.verdict = PROV_OK;
}

struct prov_agent_talk *agent_talk_begin(struct prov_agent *agent)
{
    memset(&agent->workspace->talk, 0, offsetof(struct prov_agent_talk, answers));
    struct prov_exchange *x = &agent->workspace->talk.exchange;
    size_t max = prov_dtls_data_max(&agent->dtls);
    x->token = agent->token;
    x->message_id = (uint16_t)agent->token;
    x->message_max =
        (uint16_t)(max < PROV_AGENT_MESSAGE_MAX ? max : PROV_AGENT_MESSAGE_MAX); /* H32 */
    x->host = prov_bytes_text(agent_host(agent)->text);
    return &agent->workspace->talk;
}

/* --- who the server is ------------------------------------------------------------------------ */

/* A trusted clock is believed; a coarse one is never earlier than what an authentic source has shown
 * (profile.md, row 29). */
bool agent_time(const struct prov_agent *agent, int64_t *ret)
{
    int64_t floor = agent->store->state.time_floor;
    enum prov_clock_trust trust = agent->port->clock(agent->port->context, ret);
    if (trust == PROV_CLOCK_NONE || (trust == PROV_CLOCK_COARSE && *ret < floor))
        *ret = floor;
    return trust != PROV_CLOCK_NONE;
}

/* Without a clock validity periods are not looked at, and that is logged. The new certificate is judged as of its
 * notBefore, if that is later: the server's clock may be ahead. */
static prov_result path_begin(struct prov_agent *agent, bool is_server)
{
    const struct prov_agent_talk *talk = &agent->workspace->talk;
    const struct prov_entry *entry = &agent->entry;
    const struct prov_bytes *chain = NULL;
    size_t len = 0;
    struct prov_path_rules rules = {.server = agent_host(agent),
                                    .max_below_anchor = agent->request->max_chain};
    rules.has_time = agent_time(agent, &rules.time);
    if (is_server) {
        rules.role = PROV_PATH_SERVER;
        rules.device = agent_constrained(agent);
        len = prov_dtls_peer(&agent->dtls, &chain);
    } else {
        rules.role = PROV_PATH_CLIENT;
        rules.device = &agent->binding.device;
        rules.time = rules.time < talk->issued ? talk->issued : rules.time;
        entry = &talk->next;
        chain = entry->chain;
        len = prov_entry_count(chain, PROV_ENTRY_CHAIN_MAX);
    }
    if (rules.max_below_anchor == 0)
        rules.max_below_anchor = PROV_CHAIN_BELOW_ANCHOR;
    if (!rules.has_time && !agent->report.no_time)
        agent_log(agent, PROV_LOG_NO_TIME, PROV_OK, 0);
    agent->report.no_time |= !rules.has_time;
    prov_result r = prov_path_begin(&agent->path, &rules, chain, len, entry->anchors,
                                    prov_entry_count(entry->anchors, PROV_ENTRY_ANCHORS_MAX));
    if (PROV_WITH_RESUMPTION && is_server)
        agent->chain_until = agent->path.lower.not_after;
    return r == PROV_OK ? PROV_E_AGAIN : r;
}

prov_result agent_path(struct prov_agent *agent, bool is_server)
{
    return agent->path.verdict == PROV_E_AGAIN ? prov_path_step(&agent->path, agent->port->crypto)
                                               : path_begin(agent, is_server);
}

/* One server whose clock is far ahead must not make every other certificate look expired for good. */
prov_result agent_raise_floor(struct prov_agent *agent, int64_t seconds)
{
    int64_t now = 0;
    bool has_clock = agent_time(agent, &now);
    (void)has_clock; /* without one, now is the floor */
    return seconds > now + FLOOR_STEP ? PROV_OK : prov_store_floor(agent->store, seconds);
}

/* Pinned. The engine has taken it apart, and has refused our own (handshake rule H37). */
static prov_result judge_key(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    const struct prov_bytes *spki;
    if (prov_dtls_peer(&agent->dtls, &spki) == 0)
        return PROV_E_STATE;
    struct prov_bytes point =
        PROV_BYTES(spki->data + PROV_SPKI_LEN - PROV_POINT_LEN, PROV_POINT_LEN);
    for (size_t i = 0; i < PROV_ENTRY_PEERS_MAX; i++)
        if (prov_bytes_equal(point, entry->peers[i]))
            return PROV_WITH_DENY_LIST ? agent_deny_key(agent, *spki) : PROV_OK;
    return PROV_E_ISSUER;
}

static prov_result judge_chain(struct prov_agent *agent)
{
    const struct prov_path *path = &agent->path;
    prov_result r = agent_path(agent, true);
    if (PROV_WITH_DENY_LIST && r == PROV_OK)
        r = agent_deny_chain(agent, path->chain, path->chain_len, prov_path_anchor(path));
    if (PROV_WITH_CACHED_INFO && r != PROV_E_AGAIN)
        agent_cache_see(agent, r);
    return r;
}

static void give_verdict(struct prov_agent *agent)
{
    prov_result r = agent_is_cert(agent->entry.kind) ? judge_chain(agent) : judge_key(agent);
    if (r != PROV_E_AGAIN)
        prov_dtls_give_verdict(&agent->dtls, r);
}

static void give_signature(struct prov_agent *agent)
{
    uint8_t signature[PROV_SIGNATURE_LEN];
    prov_result r = agent_key_sign(agent->port, &agent->entry.key,
                                   prov_dtls_need_digest(&agent->dtls), signature);
    prov_dtls_give_signature(&agent->dtls, r, signature);
}

void agent_session_give(struct prov_agent *agent, enum prov_dtls_event need)
{
    if (agent_is_psk(agent->entry.kind))
        prov_dtls_give_psk(&agent->dtls, agent->entry.psk, true);
    else if (AGENT_WITH_KEYS && need == PROV_DTLS_NEED_SIGN)
        give_signature(agent);
    else if (AGENT_WITH_KEYS)
        give_verdict(agent);
}
