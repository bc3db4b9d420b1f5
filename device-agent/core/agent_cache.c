/* SPDX-License-Identifier: Apache-2.0
 *
 * cached_info (RFC 7924): the server's chain, as it was seen in a handshake that was completed, goes with
 * the successor into its snapshot, so it needs no place of its own and a cut of power leaves both or
 * neither. When the server has shown another one, the snapshot's is void. What it stands for is judged
 * in every handshake anew: name, time and deny-list (H40).
 */
#include <string.h>

#include "agent_private.h"

/* --- before a session ------------------------------------------------------------------------- */

void agent_cache_offer(struct prov_agent *agent)
{
    agent->seen = agent->entry.cached;
    if (!agent->request->no_cached_info)
        agent->config.cached_certificate = agent->seen;
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
 * in short. What is refused is not kept. */
void agent_cache_see(struct prov_agent *agent, prov_result verdict)
{
    if (verdict != PROV_OK)
        agent->seen = PROV_BYTES_NONE;
    else if (!prov_dtls_used_cache(&agent->dtls))
        agent->seen = copy(agent, prov_dtls_peer_certificate(&agent->dtls));
}

/* --- after it --------------------------------------------------------------------------------- */

static void make_void(struct prov_agent *agent)
{
    prov_result kept = PROV_OK;
    if (agent->snapshot != 0)
        kept = prov_store_cache_void(agent->store, agent->snapshot);
    (void)kept; /* the engine falls back to the whole message all the same */
    agent->entry.cached = PROV_BYTES_NONE;
}

void agent_cache_connected(struct prov_agent *agent)
{
    bool used = prov_dtls_used_cache(&agent->dtls);
    if (PROV_WITH_STATS)
        agent->report.cached_chains += used;
    if (PROV_WITH_STATS && !agent->candidate)
        agent->report.cached_chain = used;
    struct prov_bytes offered = agent->config.cached_certificate;
    if (offered.len > 0 && offered.data != agent->seen.data)
        make_void(agent);
    agent->entry.cached = agent->seen;
}

bool agent_cache_failed(struct prov_agent *agent)
{
    bool failed = prov_dtls_used_cache(&agent->dtls) && agent->seen.len == 0;
    if (failed)
        make_void(agent);
    return failed;
}
