/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the client's half: the request's message, and the answer's.
 */
#ifndef PROV_ENROLL_CLIENT_INTERNAL_H
#define PROV_ENROLL_CLIENT_INTERNAL_H

#include "prov/enroll_client.h"

/* Ends the exchange without an answer. */
void prov_exchange_fail(struct prov_exchange *x, prov_result result);
/* The next message of the exchange: a new message id, its own retransmissions. */
void prov_exchange_next(struct prov_exchange *x);

/* Writes the request, or the block of it that is due. */
void prov_exchange_write(struct prov_exchange *x, struct prov_buf *out);
/* Takes a response that belongs to the exchange. false: it does not fit what was asked. */
bool prov_exchange_take(struct prov_exchange *x, const struct prov_coap_message *message);

#endif
