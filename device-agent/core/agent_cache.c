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
    const struct prov_entry *entry = &agent->entry;
    agent->seen_chain = false;
    agent->cache_other = false;
    agent->cache_refused = false;
    if (agent->request.no_cached_info || !agent_is_cert(entry->kind))
        return;
    agent->config.cached_chain = entry->cache;
    agent->config.cached_chain_len = entry->cache_len;
    agent->config.cached_request = entry->cached_request;
}

/* --- in it ------------------------------------------------------------------------------------ */

/* A copy behind the entry, in its room; PROV_BYTES_NONE if there is no room. */
static struct prov_bytes copy(struct prov_agent *agent, struct prov_bytes octets)
{
    size_t used = agent->entry.encoded_len + agent->seen_octets;
    uint8_t *at = agent->entry_room + used;
    if (octets.len > sizeof agent->entry_room - used)
        return PROV_BYTES_NONE;
    memcpy(at, octets.data, octets.len);
    agent->seen_octets += octets.len;
    return PROV_BYTES(at, octets.len);
}

/* What is sent whole though it was offered in short is another chain, or one that the server never gives
 * in short. */
void agent_cache_see(struct prov_agent *agent, prov_result verdict)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    bool used = prov_dtls_used_cache(&agent->dtls);
    if (!agent_is_cert(agent->entry.kind))
        return;
    agent->cache_refused = used && verdict != PROV_OK;
    agent->seen_chain = verdict == PROV_OK;
    agent->seen_request = PROV_BYTES_NONE;
    agent->seen_octets = 0;
    agent->seen_len = 0;
    if (used || verdict != PROV_OK)
        return;
    agent->cache_other = agent->config.cached_chain_len > 0;
    size_t len = prov_dtls_peer_chain(&agent->dtls, chain), i = 0;
    while (i < len && len <= PROV_ENTRY_CACHE_MAX) {
        agent->seen[i] = copy(agent, chain[i]);
        if (agent->seen[i++].len == 0)
            return;
    }
    agent->seen_len = i;
}

void agent_cache_see_request(struct prov_agent *agent)
{
    struct prov_bytes request = prov_dtls_peer_request(&agent->dtls);
    if (agent->seen_chain && request.len > REQUEST_MIN)
        agent->seen_request = copy(agent, request);
}

/* --- after it --------------------------------------------------------------------------------- */

static void make_void(struct prov_agent *agent)
{
    prov_result kept = PROV_OK;
    if (agent->snapshot != 0)
        kept = prov_store_cache_void(agent->store, agent->snapshot);
    (void)kept; /* the engine falls back to the whole message all the same */
    agent->entry.cache_len = 0;
    agent->entry.cached_request = PROV_BYTES_NONE;
}

void agent_cache_connected(struct prov_agent *agent)
{
    struct prov_entry *entry = &agent->entry;
    bool used = prov_dtls_used_cache(&agent->dtls);
    if (PROV_WITH_STATS)
        agent->report.cached_chains += used;
    if (PROV_WITH_STATS && !agent->candidate)
        agent->report.cached_chain = used;
    if (agent->cache_other)
        make_void(agent);
    if (agent->seen_chain && !used) {
        memcpy(entry->cache, agent->seen, sizeof entry->cache);
        entry->cache_len = agent->seen_len;
    }
    if (agent->seen_chain)
        entry->cached_request = agent->seen_request;
}

bool agent_cache_failed(struct prov_agent *agent)
{
    if (!agent->cache_refused)
        return false;
    make_void(agent);
    return true;
}

static bool same_anchors(const struct prov_entry *a, const struct prov_entry *b)
{
    bool same = a->anchor_count == b->anchor_count;
    for (size_t i = 0; same && i < a->anchor_count; i++)
        same = prov_bytes_equal(a->anchors[i], b->anchors[i]);
    return same;
}

/* Other anchors: what was verified by the old ones goes with them. */
void agent_cache_choose(struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    struct prov_entry *next = &agent->workspace->talk.next;
    if (!agent_is_cert(entry->kind) || !agent_is_cert(next->kind))
        return;
    bool same = same_anchors(entry, next);
    next->new_anchors = entry->new_anchors || !same;
    if (!same)
        return;
    memcpy(next->cache, entry->cache, sizeof next->cache);
    next->cache_len = entry->cache_len;
    next->cached_request = entry->cached_request;
}
