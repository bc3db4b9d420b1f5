/* SPDX-License-Identifier: Apache-2.0
 *
 * What is to be done, by what is in the store. Decides; sends nothing.
 */
#include <string.h>

#include "agent_private.h"

static struct prov_buf entry_room(struct prov_agent *agent)
{
    return prov_buf_make(agent->entry_room, sizeof agent->entry_room);
}

/* --- what was begun --------------------------------------------------------------------------- */

static bool committed(const struct prov_agent *agent)
{
    return agent->store->state.candidate == 0;
}

prov_result agent_load_candidate(struct prov_agent *agent)
{
    struct prov_store *store = agent->store;
    bool done = committed(agent);
    uint32_t sequence = done ? store->state.current : store->state.candidate;
    const struct prov_store_slot *slot = prov_store_slot_of(store, sequence);
    if (slot == NULL)
        return PROV_E_CORRUPT;
    agent->candidate = true;
    agent->from_factory = slot->from_factory;
    agent->snapshot = sequence;
    return prov_store_get(store, done ? PROV_STORE_CURRENT : PROV_STORE_CANDIDATE, slot->entry,
                          entry_room(agent), &agent->entry);
}

/* What is asked goes before what was begun. */
static void want(struct prov_agent *agent, enum prov_kind otherwise)
{
    agent->wanted_kind = agent->request.kind != 0 ? agent->request.kind : otherwise;
}

/* The newest bootstrap credential for the server, of the kind that is wanted if there is one. */
static prov_result find_bootstrap(struct prov_agent *agent, const struct prov_fqdn *server,
                                  enum prov_kind kind)
{
    prov_result r = kind == 0 ? PROV_E_NOT_FOUND
                              : prov_store_find(agent->store, PROV_STORE_FACTORY, server, kind,
                                                entry_room(agent), &agent->entry);
    if (r == PROV_E_NOT_FOUND)
        r = prov_store_find(agent->store, PROV_STORE_FACTORY, server, (enum prov_kind)0,
                            entry_room(agent), &agent->entry);
    return r;
}

prov_result agent_load_predecessor(struct prov_agent *agent)
{
    const struct prov_store_state *state = &agent->store->state;
    const struct prov_fqdn *server = &agent->report.server;
    enum prov_store_place place = committed(agent) && prov_store_unfinished(agent->store)
                                      ? PROV_STORE_PREVIOUS
                                      : PROV_STORE_CURRENT;
    agent->candidate = false;
    /* who enrolls anew may have lost both to a revocation: the bootstrap credential is the way */
    if (agent->request.op == PROV_AGENT_ENROLL)
        agent->from_factory = true;
    agent->snapshot = agent->from_factory            ? 0
                      : place == PROV_STORE_PREVIOUS ? state->previous
                                                     : state->current;
    if (agent->from_factory)
        return find_bootstrap(agent, server, agent->wanted_kind);
    return prov_store_find(agent->store, place, server, (enum prov_kind)0, entry_room(agent),
                           &agent->entry);
}

/* --- what is asked ---------------------------------------------------------------------------- */

/* The one server that all entries of a place name. */
static prov_result only_server(struct prov_agent *agent, enum prov_store_place place,
                               struct prov_fqdn *ret)
{
    for (size_t i = 0;; i++) {
        prov_result r = prov_store_get(agent->store, place, i, entry_room(agent), &agent->entry);
        if (r == PROV_E_NOT_FOUND)
            return i == 0 ? r : PROV_OK;
        if (r != PROV_OK)
            return r;
        if (i > 0 && !prov_fqdn_equal(ret, &agent->entry.server))
            return PROV_E_AMBIGUOUS;
        *ret = agent->entry.server;
    }
}

static prov_result plan_request(struct prov_agent *agent)
{
    bool enroll = agent->request.op == PROV_AGENT_ENROLL;
    enum prov_store_place place = enroll ? PROV_STORE_FACTORY : PROV_STORE_CURRENT;
    struct prov_fqdn server = agent->wanted;
    prov_result r = agent->has_wanted ? PROV_OK : only_server(agent, place, &server);
    if (r != PROV_OK)
        return r;
    agent->candidate = false;
    agent->from_factory = enroll;
    agent->report.server = server;
    agent->snapshot = enroll ? 0 : agent->store->state.current;
    r = enroll ? find_bootstrap(agent, &server, agent->request.kind)
               : prov_store_find(agent->store, place, &server, (enum prov_kind)0, entry_room(agent),
                                 &agent->entry);
    if (r == PROV_OK)
        want(agent, agent->entry.kind);
    return r;
}

static prov_result plan_resume(struct prov_agent *agent)
{
    prov_result r = agent_load_candidate(agent);
    if (r != PROV_OK)
        return r;
    agent->report.server = agent->entry.server;
    agent->report.resumed = true;
    want(agent, agent->entry.kind);
    agent_log(agent, PROV_LOG_RESUME, PROV_OK, committed(agent) ? 1 : 0);
    return PROV_OK;
}

/* What is pinned is one server's, and so is a PSK: only a certificate says whose it is (rows 3 and 41). */
static prov_result check_found(const struct prov_agent *agent)
{
    bool other = agent->has_discovered || agent->has_constrained;
    return other && agent->entry.kind != PROV_KIND_CERT ? PROV_E_POLICY : PROV_OK;
}

/* Keys are delivered only where an old secret would not reveal them (profile.md, row 11). */
static prov_result check_secrecy(const struct prov_agent *agent)
{
    bool bare = agent->entry.kind == PROV_KIND_PSK && agent->request.no_forward_secrecy;
    return bare && !agent->candidate && agent->wanted_kind == PROV_KIND_PSK
               ? PROV_E_NO_FORWARD_SECRECY
               : PROV_OK;
}

prov_result agent_plan(struct prov_agent *agent)
{
    prov_result r = PROV_OK;
    if (prov_store_unfinished(agent->store))
        r = plan_resume(agent);
    else if (agent->request.op == PROV_AGENT_RESUME)
        r = PROV_E_NOT_FOUND;
    else
        r = plan_request(agent);
    if (r == PROV_OK)
        r = prov_entry_check(&agent->entry); /* row 1 */
    if (r == PROV_OK)
        r = check_found(agent);
    return r == PROV_OK ? check_secrecy(agent) : r;
}

/* --- when ------------------------------------------------------------------------------------- */

prov_result prov_agent_backoff(const struct prov_store *store, uint32_t *ret_seconds)
{
    uint32_t most = store->state.attempts > 0 ? AGENT_BACKOFF_MIN : 0;
    uint8_t chance[2];
    for (uint8_t i = 1; i < store->state.attempts && most < AGENT_BACKOFF_MAX; i++)
        most *= 2;
    most = most < AGENT_BACKOFF_MAX ? most : AGENT_BACKOFF_MAX;
    prov_result r = prov_crypto_random(store->port->crypto, chance, sizeof chance);
    if (r == PROV_OK)
        *ret_seconds = most / 2 + most / 2 * (uint32_t)(chance[0] << 8 | chance[1]) / 65535;
    return r;
}
