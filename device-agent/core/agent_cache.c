/* SPDX-License-Identifier: Apache-2.0
 *
 * cached_info (RFC 7924): the server's chain, as it was seen in a handshake that was completed, goes with
 * the successor into its snapshot, so it needs no place of its own and a cut of power leaves both or
 * neither. When the server has shown another one, the snapshot's is void. What it stands for is judged
 * in every handshake anew: name, time and deny-list (H40).
 */
#include <string.h>

#include "agent_private.h"

/* The fingerprint that is sent in place of a CertificateRequest is no shorter than this. */
#define REQUEST_MIN (2 + PROV_HASH_LEN)

/* --- before a session ------------------------------------------------------------------------- */

void agent_cache_offer(struct prov_agent *agent)
{
    const struct prov_cached *cached = &agent->entry.cached;
    agent->seen = *cached;
    agent->cache_refused = false;
    if (agent->request.no_cached_info || !agent_is_cert(agent->entry.kind))
        return;
    agent->config.cached_chain = cached->chain;
    agent->config.cached_chain_len = prov_entry_count(cached->chain, PROV_ENTRY_CACHE_MAX);
    agent->config.cached_request = cached->request;
}

/* --- in it ------------------------------------------------------------------------------------ */

/* A copy behind the entry, in its room; PROV_BYTES_NONE if there is no room. */
static struct prov_bytes copy(struct prov_agent *agent, struct prov_bytes octets)
{
    size_t used = agent->entry.room_used;
    uint8_t *at = agent->entry_room + used;
    if (octets.len > sizeof agent->entry_room - used)
        return PROV_BYTES_NONE;
    memcpy(at, octets.data, octets.len);
    agent->entry.room_used += octets.len;
    return PROV_BYTES(at, octets.len);
}

/* What is sent whole though it was offered in short is another chain, or one that the server never gives
 * in short. It is kept whole or not at all. */
void agent_cache_see(struct prov_agent *agent, prov_result verdict)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX], *seen = agent->seen.chain;
    bool used = prov_dtls_used_cache(&agent->dtls);
    agent->cache_refused = used && verdict != PROV_OK;
    if (used || verdict != PROV_OK)
        return;
    size_t len = prov_dtls_peer_chain(&agent->dtls, chain);
    memset(seen, 0, sizeof agent->seen.chain);
    for (size_t i = 0; i < len && len <= PROV_ENTRY_CACHE_MAX; i++) {
        seen[i] = copy(agent, chain[i]);
        if (seen[i].len == 0) {
            memset(seen, 0, sizeof agent->seen.chain);
            return;
        }
    }
}

void agent_cache_see_request(struct prov_agent *agent)
{
    struct prov_bytes request = prov_dtls_peer_request(&agent->dtls);
    if (agent_is_cert(agent->entry.kind) && request.data != agent->seen.request.data)
        agent->seen.request = request.len > REQUEST_MIN ? copy(agent, request) : PROV_BYTES_NONE;
}

/* --- after it --------------------------------------------------------------------------------- */

static void make_void(struct prov_agent *agent)
{
    prov_result kept = PROV_OK;
    if (agent->snapshot != 0)
        kept = prov_store_cache_void(agent->store, agent->snapshot);
    (void)kept; /* the engine falls back to the whole message all the same */
    memset(&agent->entry.cached, 0, sizeof agent->entry.cached);
}

void agent_cache_connected(struct prov_agent *agent)
{
    struct prov_cached *cached = &agent->entry.cached;
    bool used = prov_dtls_used_cache(&agent->dtls);
    if (PROV_WITH_STATS)
        agent->report.cached_chains += used;
    if (PROV_WITH_STATS && !agent->candidate)
        agent->report.cached_chain = used;
    if (agent->config.cached_chain_len > 0 && cached->chain[0].data != agent->seen.chain[0].data)
        make_void(agent);
    *cached = agent->seen;
}

bool agent_cache_failed(struct prov_agent *agent)
{
    if (agent->cache_refused)
        make_void(agent);
    return agent->cache_refused;
}

/* Other anchors: what was verified by the old ones goes with them. */
void agent_cache_choose(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    struct prov_entry *next = &agent->workspace->talk.next;
    if (!agent_is_cert(entry->kind) || !agent_is_cert(next->kind))
        return;
    next->cached = entry->cached;
    next->new_anchors = entry->new_anchors;
    for (size_t i = 0; i < PROV_ENTRY_ANCHORS_MAX; i++)
        if (!prov_bytes_equal(entry->anchors[i], next->anchors[i])) {
            next->new_anchors = true;
            memset(&next->cached, 0, sizeof next->cached);
        }
}
