/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickets (RFC 5077), in the constrained-server role alone (RFC 7925, section 7; profile.md, rows 45
 * and 46): ticket.c (the client's part) and ticket_server.c.
 */
#ifndef PROV_DTLS_TICKET_H
#define PROV_DTLS_TICKET_H

#include "messages.h"

/* --- client ---------------------------------------------------------------------------------- */

bool prov_ticket_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_ticket_take_promise(struct prov_dtls *s, struct prov_bytes body);
/* NewSessionTicket. */
PROV_MUST prov_outcome prov_rule_ticket(struct prov_dtls *s, struct prov_reader *body);

/* --- server ---------------------------------------------------------------------------------- */

bool prov_ticket_promised(const struct prov_dtls *s);
PROV_MUST prov_outcome prov_ticket_take_offer(struct prov_dtls *s, struct prov_bytes body);
/* Whether the hello that is held shows a ticket. */
bool prov_ticket_shown(const struct prov_client_hello *hello, struct prov_bytes *ret);
/* Adds NewSessionTicket to the last flight, if one was promised. */
void prov_ticket_add(struct prov_dtls *s);

#endif
