/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the agent share.
 */
#ifndef PROV_AGENT_PRIVATE_H
#define PROV_AGENT_PRIVATE_H

#include "prov/agent.h"

#define AGENT_BUSY_MAX        3     /* 5.03 and 4.08 taken in an operation */
#define AGENT_BUSY_SECONDS    60    /* the longest wait after one */
#define AGENT_BACKOFF_MIN     60    /* seconds, after the first operation that failed */
#define AGENT_BACKOFF_MAX     86400 /* … and after more than can double it */
#define AGENT_BACKOFF_DOUBLED 11
#define AGENT_FAILURES_MAX    2 /* authentic ones, until a staged candidate is given up */

#define AGENT_WITH_KEYS (PROV_WITH_RPK || PROV_WITH_CERT)

/* One of the three is true, of a kind that agent_plan has let through; what a build has not, the compiler
 * knows to be false. */
static inline bool agent_is_psk(enum prov_kind kind)
{
    return PROV_WITH_PSK && (!AGENT_WITH_KEYS || kind == PROV_KIND_PSK);
}
static inline bool agent_is_cert(enum prov_kind kind)
{
    return PROV_WITH_CERT && (!(PROV_WITH_PSK || PROV_WITH_RPK) || kind == PROV_KIND_CERT);
}
static inline bool agent_is_rpk(enum prov_kind kind)
{
    return PROV_WITH_RPK && !agent_is_psk(kind) && !agent_is_cert(kind);
}
/* The server was found by other means than the store's. */
static inline const struct prov_fqdn *agent_discovered(const struct prov_agent *agent)
{
    return PROV_WITH_TRUSTED_CA ? agent->request->discovered : NULL;
}
static inline const struct prov_eui64 *agent_constrained(const struct prov_agent *agent)
{
    return PROV_WITH_TRUSTED_CA ? agent->request->constrained : NULL;
}
static inline bool agent_holds_keys(const struct prov_port *port)
{
    return PROV_WITH_KEY_HOLDER && port->keys != NULL;
}

/* A request was sent on this session. */
static inline bool agent_exchanging(const struct prov_agent *agent)
{
    return agent->phase >= PROV_PHASE_LATER && agent->phase < PROV_PHASE_LEAVE;
}

/* --- agent_phases.c ---- */

/* Goes on by one step: PROV_OK: there is more to do; PROV_E_AGAIN: nothing, until something comes; anything
 * else has ended the operation. */
PROV_MUST prov_result agent_phase_step(struct prov_agent *agent);
/* Ends the operation. */
void agent_fail(struct prov_agent *agent, prov_result result);

/* --- agent_plan.c ---- */

/* Finishes what was begun, or sets out on what is asked: fills entry, candidate, from_factory. */
PROV_MUST prov_result agent_plan(struct prov_agent *agent);
/* Whether the entry that was loaded may be used for what is wanted. */
PROV_MUST prov_result agent_plan_check(const struct prov_agent *agent);
/* Loads the candidate (staged or committed) into entry. */
PROV_MUST prov_result agent_load_candidate(struct prov_agent *agent);
/* Loads what the candidate was to replace. */
PROV_MUST prov_result agent_load_predecessor(struct prov_agent *agent);

/* --- agent_key.c ---- */

PROV_MUST prov_result agent_key_make(const struct prov_port *port, struct prov_key_ref *ret,
                                     struct prov_secret *ret_scalar,
                                     uint8_t ret_point[PROV_POINT_LEN]);
PROV_MUST prov_result agent_key_sign(const struct prov_port *port, const struct prov_key_ref *key,
                                     const uint8_t digest[PROV_HASH_LEN],
                                     uint8_t ret[PROV_SIGNATURE_LEN]);

/* --- agent_session.c ---- */

PROV_MUST prov_result agent_session_start(struct prov_agent *agent);
/* The name that the server goes by: in server_name, in its certificate and in Uri-Host (H37). */
const struct prov_fqdn *agent_host(const struct prov_agent *agent);
/* Wipes the session and the workspace. */
void agent_session_drop(struct prov_agent *agent);
/* Answers what the session needs, or takes a step towards the answer. */
void agent_session_give(struct prov_agent *agent, enum prov_dtls_event need);
/* A handshake is done: its workspace is for a talk. */
struct prov_agent_talk *agent_talk_begin(struct prov_agent *agent);
/* False: no clock; then *ret is the floor. */
bool agent_time(const struct prov_agent *agent, int64_t *ret);
/* Judges the path of the server in this session or of the talk's `next`: one link a call, PROV_E_AGAIN until it is
 * done. */
PROV_MUST prov_result agent_path(struct prov_agent *agent, bool is_server);
/* It is not earlier than this, says the server; taken in steps of some months only. */
PROV_MUST prov_result agent_raise_floor(struct prov_agent *agent, int64_t seconds);

/* --- agent_deny.c ---- */

/* PROV_E_REVOKED: on the deny-list, which is logged. anchor: what the path ended at. */
PROV_MUST prov_result agent_deny_chain(struct prov_agent *agent, const struct prov_bytes *chain,
                                       size_t len, struct prov_bytes anchor);
PROV_MUST prov_result agent_deny_key(struct prov_agent *agent, struct prov_bytes spki);

/* --- agent_cache.c: with PROV_WITH_CACHED_INFO ---- */

/* Before a session: the chain that was kept goes into the configuration. */
void agent_cache_offer(struct prov_agent *agent);
/* At the verdict on a chain. */
void agent_cache_see(struct prov_agent *agent, prov_result verdict);
/* After CONNECTED: what was kept is void if the server has shown another chain. */
void agent_cache_connected(struct prov_agent *agent);
/* Whether the kept chain was refused: it is dropped then, and the whole one is worth a try. */
bool agent_cache_failed(struct prov_agent *agent);

/* --- agent_resume.c: with PROV_WITH_RESUMPTION ---- */

/* Before a session: what was kept of one with the same credential goes into the configuration, if this
 * one may be resumed. */
void agent_resume_offer(struct prov_agent *agent);
/* Before the first step. */
void agent_resume_started(struct prov_agent *agent);
/* After CONNECTED. */
void agent_resume_note(struct prov_agent *agent);
/* Writes it down, sealed, for the next operation with agent->entry. */
void agent_resume_keep(struct prov_agent *agent);
/* Before agent->entry becomes another: what was noted is this one's. */
void agent_resume_forget(struct prov_agent *agent);
/* Whether one was offered and the handshake failed: it is dropped then, and a full one is worth a try. */
bool agent_resume_failed(struct prov_agent *agent);

/* --- agent_talk.c ---- */

/* Makes the key that the next request needs, or begins its exchange. */
PROV_MUST prov_result agent_ask(struct prov_agent *agent);
/* The request that is made goes out, once more if it has before, with a message id and a token of its own. */
void agent_send(struct prov_agent *agent);
/* Takes in what was asked for, and names the next phase. */
PROV_MUST prov_result agent_take(struct prov_agent *agent);

/* --- agent_answer.c ---- */

PROV_MUST prov_result agent_take_psk(struct prov_agent *agent);
PROV_MUST prov_result agent_take_rpk(struct prov_agent *agent);
PROV_MUST prov_result agent_take_cert(struct prov_agent *agent);
/* One link of the new certificate's path; PROV_E_AGAIN: call again. */
PROV_MUST prov_result agent_check(struct prov_agent *agent);

/* --- agent_log.c ---- */

void agent_log_put(struct prov_agent *agent, enum prov_log_event event, prov_result result,
                   uint32_t value);
void agent_log_alert(struct prov_agent *agent, enum prov_alert alert, bool sent);

static inline void agent_log(struct prov_agent *agent, enum prov_log_event event,
                             prov_result result, uint32_t value)
{
    if (PROV_WITH_LOG)
        agent_log_put(agent, event, result, value);
}

#endif
