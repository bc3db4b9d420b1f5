/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the server's half: what a message goes through, in this order.
 *
 *   session.c    message layer: what is no request, what came before
 *   check.c      the request against the resource table
 *   blocks.c     the body, block by block
 *   discovery.c  /.well-known/core
 *   answer.c     the response
 */
#ifndef PROV_ENROLL_SERVER_INTERNAL_H
#define PROV_ENROLL_SERVER_INTERNAL_H

#include "prov/enroll_server.h"

/* Why a request is refused; code 0: it is not. */
struct prov_enroll_refusal {
    uint8_t code;
    const char *reason;
};

/* Looks the request up in prov_resources and fills s->work. */
struct prov_enroll_refusal prov_enroll_check(struct prov_enroll_session *s,
                                             const struct prov_coap_message *message,
                                             const struct prov_resource **ret);

/* Adds the message's block to the body in s->in. code 2.31: more blocks are to come. */
struct prov_enroll_refusal prov_enroll_assemble(struct prov_enroll_session *s, uint64_t now_ms,
                                                const struct prov_coap_message *message);
void prov_enroll_forget_body(struct prov_enroll_session *s);
/* Whether s->out holds the answer that s->work asks a later block of. */
bool prov_enroll_has_answer(struct prov_enroll_session *s, uint64_t now_ms);
void prov_enroll_forget_answer(struct prov_enroll_session *s);

/* Writes the links that the message's Uri-Query options let through (RFC 6690, section 4.1). */
void prov_enroll_discover(const struct prov_coap_message *message, struct prov_buf *ret);

/* Writes the response to s->work and keeps it for repetitions. */
void prov_enroll_respond(struct prov_enroll_session *s, uint64_t now_ms,
                         const struct prov_enroll_answer *answer, struct prov_buf *out);
/* A later block of the answer in s->out. */
void prov_enroll_respond_again(struct prov_enroll_session *s, uint64_t now_ms,
                               struct prov_buf *out);

#endif
