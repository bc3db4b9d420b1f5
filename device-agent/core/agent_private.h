/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the agent share.
 */
#ifndef PROV_AGENT_PRIVATE_H
#define PROV_AGENT_PRIVATE_H

#include "prov/agent.h"

#define AGENT_BUSY_MAX     3     /* 5.03 taken in an operation */
#define AGENT_BUSY_SECONDS 60    /* the longest wait after one */
#define AGENT_BACKOFF_MIN  60    /* seconds, after the first operation that failed */
#define AGENT_BACKOFF_MAX  86400 /* … and after many */
#define AGENT_FAILURES_MAX 2     /* authentic ones, until a staged candidate is given up */

/* --- agent_phases.c ---- */

enum prov_agent_event agent_phase_step(struct prov_agent *agent, uint64_t now_ms);
/* Ends the operation. */
enum prov_agent_event agent_fail(struct prov_agent *agent, prov_result result);
/* What comes next is a session of its own: from a fresh port. */
void agent_next_session(struct prov_agent *agent);

/* --- agent_plan.c ---- */

/* Finishes what was begun, or sets out on what is asked: fills entry, candidate, from_factory. */
PROV_MUST prov_result agent_plan(struct prov_agent *agent);
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
PROV_MUST prov_result agent_csr_make(const struct prov_port *port, const struct prov_csr_plan *plan,
                                     const struct prov_key_ref *key, struct prov_buf work,
                                     struct prov_buf *ret);

/* --- agent_session.c ---- */

PROV_MUST prov_result agent_session_start(struct prov_agent *agent, uint64_t now_ms);
/* The name that the server goes by: in server_name, in its certificate and in Uri-Host (H37). */
const struct prov_fqdn *agent_host(const struct prov_agent *agent);
/* Queues close_notify and counts the session's octets. */
void agent_session_close(struct prov_agent *agent);
void agent_session_drop(struct prov_agent *agent);
void agent_give_psk(struct prov_agent *agent);
void agent_give_signature(struct prov_agent *agent);
/* Judges the server: one link of its path a call. */
void agent_verify(struct prov_agent *agent);
/* False: no clock; then *ret is the floor. */
bool agent_time(const struct prov_agent *agent, int64_t *ret);
struct prov_path_rules agent_path_rules(struct prov_agent *agent, enum prov_path_role role);

/* It is not earlier than this, says the server; taken in steps of some months only. */
PROV_MUST prov_result agent_raise_floor(struct prov_agent *agent, int64_t seconds);

/* --- agent_deny.c ---- */

/* PROV_E_REVOKED: on the deny-list, which is logged. anchor: what the path ended at. */
PROV_MUST prov_result agent_deny_chain(struct prov_agent *agent, const struct prov_bytes *chain,
                                       size_t len, struct prov_bytes anchor);
PROV_MUST prov_result agent_deny_key(struct prov_agent *agent, struct prov_bytes spki);

/* --- agent_cache.c ---- */

/* Before a session: the chain that was kept goes into the configuration. */
void agent_cache_offer(struct prov_agent *agent);
/* At the verdict on a chain; while NEED_SIGN is open. */
void agent_cache_see(struct prov_agent *agent, prov_result verdict);
void agent_cache_see_request(struct prov_agent *agent);
/* After CONNECTED: what was kept is void if the server has shown another chain. */
void agent_cache_connected(struct prov_agent *agent);
/* Whether the kept chain was refused: it is dropped then, and the whole one is worth a try. */
bool agent_cache_failed(struct prov_agent *agent);
/* Before the successor is staged: what goes with it. */
void agent_cache_choose(struct prov_agent *agent);

/* --- agent_resume.c ---- */

/* Before a session: what was kept of one with the same credential goes into the configuration, if this
 * one may be resumed. */
void agent_resume_offer(struct prov_agent *agent, uint64_t now_ms);
/* Before the first step. */
void agent_resume_started(struct prov_agent *agent);
/* After CONNECTED. */
void agent_resume_note(struct prov_agent *agent, uint64_t now_ms);
/* Writes it down, sealed, for the next operation with agent->entry. */
void agent_resume_keep(struct prov_agent *agent);
/* Before agent->entry becomes another: what was noted is this one's. */
void agent_resume_forget(struct prov_agent *agent);
/* Whether one was offered and the handshake failed: it is dropped then, and a full one is worth a try. */
bool agent_resume_failed(struct prov_agent *agent);

/* --- agent_ask.c ---- */

const enum prov_enroll_op *agent_asks(enum prov_kind session, enum prov_kind wanted,
                                      bool from_factory);
PROV_MUST prov_result agent_ask(struct prov_agent *agent, enum prov_enroll_op op, uint64_t now_ms);
/* The same request once more, with a message id and a token of its own. */
void agent_ask_again(struct prov_agent *agent, uint64_t now_ms);
/* Takes in the answer of the exchange that is done. */
PROV_MUST prov_result agent_take(struct prov_agent *agent, enum prov_enroll_op op);

/* --- agent_answer.c ---- */

PROV_MUST prov_result agent_take_crts(struct prov_agent *agent);
PROV_MUST prov_result agent_take_cert(struct prov_agent *agent);
PROV_MUST prov_result agent_take_rpk(struct prov_agent *agent);
PROV_MUST prov_result agent_take_psk(struct prov_agent *agent);
/* One link of the new certificate's path; PROV_E_AGAIN: call again. */
PROV_MUST prov_result agent_check_cert(struct prov_agent *agent);

/* --- agent_log.c ---- */

void agent_log(struct prov_agent *agent, enum prov_log_event event, prov_result result,
               uint32_t value);
void agent_log_alert(struct prov_agent *agent, enum prov_alert alert, bool sent);

#endif
