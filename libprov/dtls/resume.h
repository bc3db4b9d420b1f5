/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that go on: resume.c (both sides, and the client's) and resume_server.c.
 *
 *     ClientHello with session_id  ->
 *                                  <-  ServerHello with the same session_id, [NewSessionTicket],
 *                                      ChangeCipherSpec, Finished
 *     ChangeCipherSpec, Finished   ->
 *
 * RFC 5246, section 7.3. The client sends the last flight: it has to send it again when the server
 * repeats its Finished (RFC 6347, section 4.2.4; H7 the other way round).
 */
#ifndef PROV_DTLS_RESUME_H
#define PROV_DTLS_RESUME_H

#include "messages.h"

/* What a name is remembered by: SHA-256 of it in lower case. */
void prov_resume_note_name(struct prov_dtls *s, struct prov_bytes name);
/* What both sides ask of a session: it is of this name, of a kind and a suite in use, made with
 * extended master secret (RFC 7627, section 5.3) and not too long ago (H33). */
PROV_MUST bool prov_resume_fits(const struct prov_dtls *s,
                                const struct prov_dtls_resumable *session);
/* Keeps the master secret for the next time. */
void prov_resume_master(struct prov_dtls *s, const uint8_t master[PROV_DTLS_MASTER_LEN]);
/* The session goes on with this one's secret. */
void prov_resume_take(struct prov_dtls *s, const struct prov_dtls_resumable *session);
/* The secret has been used: the client keeps it in its ticket, or nobody does. */
void prov_resume_forget_secret(struct prov_dtls *s);
/* The handshake is over: what has neither an id nor a ticket keeps no secret. */
void prov_resume_settle(struct prov_dtls *s);
/* The session can't be resumed (any more). */
void prov_resume_forget(struct prov_dtls *s);

/* --- client ---------------------------------------------------------------------------------- */

/* The session_id of the hello: of config.resume if that fits, or none. */
struct prov_bytes prov_resume_offer(struct prov_dtls *s);
/* The session_id of a ServerHello, before its extensions are looked at: s->resumed, or what is kept
 * for the next time. */
PROV_MUST prov_outcome prov_resume_answered(struct prov_dtls *s,
                                            const struct prov_server_hello *hello);

/* --- server ---------------------------------------------------------------------------------- */

/* Asks NEED_SESSION if the client has shown a session_id. */
void prov_resume_ask(struct prov_dtls *s, const struct prov_client_hello *hello);
/* The ClientHello that is held while the session is sought. */
PROV_MUST bool prov_resume_held(const struct prov_dtls *s, struct prov_client_hello *ret);
/* A name for a new session, if it can be resumed. */
void prov_resume_name(struct prov_dtls *s);

#endif
