/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/enroll_client.h: one CoAP request and its answer at a time (NSTART 1), over a session, sans
 * I/O: confirmable, retransmitted (RFC 7252, section 4.2), block-wise both ways (RFC 7959). No
 * heap.
 *
 *     x = (struct prov_exchange){.op = …}; prov_exchange_begin(&x), or another op in the same one
 *     loop:
 *         while (prov_exchange_pull(&x, now, &out)) seal out and send it
 *         wait for a CoAP message until prov_exchange_deadline; prov_exchange_push it
 *         prov_exchange_step: whatever is not PROV_E_AGAIN ends the loop (pull once more: an acknowledgement
 *         may wait)
 *
 * Without PROV_WITH_BLOCKWISE a request is one message, and so is its answer: a body that does not fit is
 * refused when the exchange begins, an answer in blocks when it comes (PROV_E_PEER), unless its first block is
 * all of it; 4.13 is an error as others are. What a device with a PSK or an RPK asks for is smaller than a block.
 */
#ifndef PROV_ENROLL_CLIENT_H
#define PROV_ENROLL_CLIENT_H

#include "prov/enroll.h"

/* The room that a message of prov_exchange_pull needs at the most, for a body, or a block of one, of len octets
 * and a Uri-Host of host_len. */
#define PROV_EXCHANGE_MESSAGE_MAX(len, host_len) ((size_t)(len) + 64 + (host_len) + 3)

struct prov_exchange {
    /* Begin sets it. PROV_E_AGAIN: on its way. PROV_OK: code and answer are there, 2.xx, 4.xx or 5.xx.
     * PROV_E_TIMEOUT, PROV_E_PEER, PROV_E_OVERFLOW, PROV_E_STATE: there is no answer. */
    prov_result result;
    uint8_t code;
    uint8_t tries;
    uint8_t szx; /* of the request's blocks (H32), which both sides only make smaller; then of the
                    answer's, as its first one says */
    uint8_t
        etag_len; /* of the first block: the others must carry the same (RFC 7959, section 2.4) */
    uint16_t block2;  /* of the answer, to ask for next; not 0: the request has been taken */
    uint32_t sent;    /* octets of the body that the server has taken */
    uint32_t reply;   /* an empty ACK or RST that is due for a message of the server, or 0 */
    uint32_t max_age; /* of an error, seconds */
    const struct prov_resource *resource;
    uint64_t deadline_ms; /* 0: the request is due */
    uint8_t etag[8];

    /* The request: the caller's. Message ids and tokens must not repeat within 247 s on a session: take random ones
     * at the session's start; the next exchange takes message_id + 1 (a block-wise one uses several and leaves the
     * last one here) and another token. */
    enum prov_enroll_op op;
    uint32_t token; /* its octets, whatever their order */
    uint16_t message_id;
    uint16_t message_max;   /* what a message may have, as prov_dtls_data_max says */
    struct prov_bytes host; /* Uri-Host: the server's name, or none */
    struct prov_bytes body; /* of 65,535 octets at the most; must live until the exchange ends */
    struct prov_buf answer; /* the room for the answer's body; a text, if it is an error */
};

/* The request's fields are filled in; what an exchange before has left in the others is forgotten. A body that is too
 * long: PROV_E_OVERFLOW; a resource that is not in this build: PROV_E_STATE. */
void prov_exchange_begin(struct prov_exchange *x);
/* One CoAP message that came out of the session. */
void prov_exchange_push(struct prov_exchange *x, uint64_t now_ms, struct prov_bytes message);
/* Writes the next CoAP message to be sealed, or returns false. */
bool prov_exchange_pull(struct prov_exchange *x, uint64_t now_ms, struct prov_buf *out);
/* Has the request sent again, or gives up, when the deadline has passed; answers the result. */
prov_result prov_exchange_step(struct prov_exchange *x, uint64_t now_ms);
/* When prov_exchange_step must be called at the latest; 0: there is something to pull now;
 * UINT64_MAX: no need. */
uint64_t prov_exchange_deadline(const struct prov_exchange *x);

#endif
