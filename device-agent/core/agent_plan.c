/* SPDX-License-Identifier: Apache-2.0
 *
 * What is to be done, by what is in the store. Decides; sends nothing.
 */
#include <string.h>

#include "agent_private.h"

#define NO_KIND ((enum prov_kind)0)

static prov_result load(struct prov_agent *agent, enum prov_store_place place,
                        const struct prov_fqdn *server, enum prov_kind kind)
{
    prov_result r =
        prov_store_find(agent->store, place, server, kind, agent->entry_room, &agent->entry);
    agent->snapshot = agent->store->listed;
    return r;
}

/* The server is the one of the entry that was loaded. */
static void name_server(struct prov_agent *agent)
{
    memcpy(agent->report.server.text, agent->entry.server.data, agent->entry.server.len);
}

/* --- what was begun --------------------------------------------------------------------------- */

prov_result agent_load_candidate(struct prov_agent *agent)
{
    const struct prov_store *store = agent->store;
    enum prov_store_place place =
        store->state.candidate == 0 ? PROV_STORE_CURRENT : PROV_STORE_CANDIDATE;
    prov_result r = load(agent, place, NULL, NO_KIND);
    agent->candidate = true;
    agent->from_factory = agent->entry.from_factory;
    /* the one that the snapshot brought, not the last that this build can read */
    return r == PROV_OK && store->record.sequence != agent->snapshot ? PROV_E_CORRUPT : r;
}

prov_result agent_load_predecessor(struct prov_agent *agent)
{
    const struct prov_fqdn *server = &agent->report.server;
    agent->candidate = false;
    /* who enrolls anew may have lost both to a revocation: the bootstrap credential is the way */
    agent->from_factory |= agent->request->op == PROV_AGENT_ENROLL;
    enum prov_store_place place = agent->from_factory ? PROV_STORE_FACTORY
                                  : agent->store->state.confirmed == PROV_STORE_UNCONFIRMED
                                      ? PROV_STORE_PREVIOUS
                                      : PROV_STORE_CURRENT;
    /* the newest one of the kind that is wanted, if there is one */
    prov_result r = load(agent, place, server, agent->wanted);
    return r == PROV_E_NOT_FOUND ? load(agent, place, server, NO_KIND) : r;
}

/* --- what is asked ---------------------------------------------------------------------------- */

/* The one server that all entries of a place name, as far as this build can read them. */
static prov_result only_server(struct prov_agent *agent, enum prov_store_place place)
{
    char *server = agent->report.server.text;
    prov_result r = PROV_OK;
    server[0] = '\0';
    prov_store_list(agent->store, place);
    while (r == PROV_OK || prov_store_unreadable(r)) {
        r = prov_store_next(agent->store, agent->entry_room, &agent->entry);
        if (r != PROV_OK)
            continue;
        if (server[0] != '\0' &&
            memcmp(server, agent->entry.server.data, agent->entry.server.len) != 0)
            return PROV_E_AMBIGUOUS;
        name_server(agent);
    }
    return r == PROV_E_NOT_FOUND && server[0] != '\0' ? PROV_OK : r;
}

static prov_result plan_request(struct prov_agent *agent)
{
    prov_result r = PROV_OK;
    agent->from_factory = agent->request->op == PROV_AGENT_ENROLL;
    if (agent->request->server != NULL)
        memcpy(&agent->report.server, agent->request->server, sizeof agent->report.server);
    else
        r = only_server(agent, agent->from_factory ? PROV_STORE_FACTORY : PROV_STORE_CURRENT);
    return r == PROV_OK ? agent_load_predecessor(agent) : r;
}

static prov_result plan_resume(struct prov_agent *agent)
{
    prov_result r = agent_load_candidate(agent);
    if (r != PROV_OK)
        return r;
    name_server(agent);
    agent->report.resumed = true;
    agent_log(agent, PROV_LOG_RESUME, PROV_OK, agent->store->state.candidate == 0 ? 1 : 0);
    return PROV_OK;
}

static bool has_kind(enum prov_kind kind)
{
    return (PROV_WITH_PSK && kind == PROV_KIND_PSK) || (PROV_WITH_RPK && kind == PROV_KIND_RPK) ||
           (PROV_WITH_CERT && kind == PROV_KIND_CERT);
}

prov_result agent_plan_check(const struct prov_agent *agent)
{
    const struct prov_agent_request *request = agent->request;
    if (!has_kind(agent->wanted))
        return PROV_E_USAGE;
    /* What is pinned is one server's, and so is a PSK: only a certificate says whose it is (rows 3 and 41). */
    bool other = request->discovered != NULL || request->constrained != NULL;
    if (other && !(PROV_WITH_TRUSTED_CA && agent_is_cert(agent->entry.kind)))
        return PROV_E_POLICY;
    /* Keys are delivered only where an old secret would not reveal them (profile.md, row 11). */
    bool bare = request->no_forward_secrecy && agent_is_psk(agent->entry.kind);
    return bare && !agent->candidate && agent_is_psk(agent->wanted) ? PROV_E_NO_FORWARD_SECRECY
                                                                    : PROV_OK;
}

/* What is asked goes before what there is. */
prov_result agent_plan(struct prov_agent *agent)
{
    agent->wanted = agent->request->kind;
    prov_result r = prov_store_unfinished(agent->store)       ? plan_resume(agent)
                    : agent->request->op == PROV_AGENT_RESUME ? PROV_E_NOT_FOUND
                                                              : plan_request(agent);
    if (r != PROV_OK)
        return r;
    if (agent->wanted == 0)
        agent->wanted = agent->entry.kind;
    return agent_plan_check(agent);
}

/* --- when ------------------------------------------------------------------------------------- */

prov_result prov_agent_backoff(const struct prov_store *store, uint32_t *ret_seconds)
{
    uint32_t attempts = store->state.attempts, half = AGENT_BACKOFF_MAX / 2;
    uint16_t chance = 0;
    if (attempts <= AGENT_BACKOFF_DOUBLED)
        half = attempts == 0 ? 0 : AGENT_BACKOFF_MIN / 2 << (attempts - 1);
    prov_result r = prov_crypto_random(store->port->crypto, (uint8_t *)&chance, sizeof chance);
    if (r == PROV_OK)
        *ret_seconds = half + (half * chance >> 16); /* half is less than 2^16 */
    return r;
}
