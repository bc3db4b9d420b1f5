/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickets, the client's part (RFC 5077, section 3): the extension is sent to a constrained server alone, empty
 * or with a ticket; what is in it concerns nobody here.
 */
#include "ticket.h"

#include <string.h>

void prov_dtls_set_ticket(struct prov_dtls *s, struct prov_dtls_ticket *room)
{
    room->len = 0;
    s->ticket = room;
}

bool prov_ticket_put(const struct prov_dtls *s, struct prov_buf *buf)
{
    if (s->hs->resuming && s->config->resume->ticket_len <= PROV_DTLS_TICKET_MAX)
        prov_put(buf, s->config->resume->ticket, s->config->resume->ticket_len);
    return s->config->constrained_server;
}

prov_outcome prov_ticket_take_promise(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.ticket = true;
    return body.len == 0 ? PROV_OK : PROV_ALERT_DECODE_ERROR;
}

/* An empty one: the server has thought better of it (section 3.3). One that is too long to be kept is as
 * good as none. The hint says no more than that a server may forget. */
prov_outcome prov_rule_ticket(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes ticket;

    if (!prov_session_ticket_take(prov_get_rest(body), &ticket))
        return PROV_ALERT_DECODE_ERROR;
    if (s->ticket != NULL && ticket.len > 0 && ticket.len <= sizeof(s->ticket->octets)) {
        memcpy(s->ticket->octets, ticket.data, ticket.len);
        s->ticket->len = (uint16_t)ticket.len;
    }
    return PROV_OK;
}
