/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/enroll_client.h: one CoAP request and its answer at a time (NSTART 1), over a session, sans
 * I/O: confirmable, retransmitted (RFC 7252, section 4.2), block-wise both ways (RFC 7959). No
 * heap.
 *
 *     prov_exchange_begin(&x, …)
 *     loop:
 *         while (prov_exchange_pull(&x, now, &out)) seal out and send it
 *         wait for a CoAP message until prov_exchange_deadline; prov_exchange_push it
 *         prov_exchange_step: DONE or FAILED ends the loop (pull once more: an acknowledgement may
 * wait)
 */
#ifndef PROV_ENROLL_CLIENT_H
#define PROV_ENROLL_CLIENT_H

#include "prov/enroll.h"

struct prov_exchange_config {
    uint32_t ack_timeout_ms; /* 0: 2000 (RFC 7252, section 4.8) */
    uint8_t max_retransmit;  /* 0: 4 */
    uint8_t szx;             /* 0: PROV_ENROLL_SZX */
};

enum prov_exchange_state {
    PROV_EXCHANGE_IDLE = 0,
    PROV_EXCHANGE_RUNNING,
    PROV_EXCHANGE_DONE,  /* code, format and body are there: 2.xx, 4.xx or 5.xx */
    PROV_EXCHANGE_FAILED /* result says why: PROV_E_TIMEOUT, PROV_E_PEER, PROV_E_OVERFLOW */
};

/* The room that a message of prov_exchange_pull needs at the most, for a block size of 16 << szx
 * and a Uri-Host of host_len octets. */
#define PROV_EXCHANGE_MESSAGE_MAX(szx, host_len) (((size_t)16 << (szx)) + 64 + (host_len) + 3)

struct prov_exchange {
    enum prov_exchange_state state;
    prov_result result;
    struct prov_exchange_config config; /* with the defaults filled in */
    /* request; the body's view must live until the exchange ends */
    const struct prov_resource *resource;
    struct prov_bytes host; /* Uri-Host, or none */
    struct prov_bytes body;
    uint16_t accept;
    uint16_t sent;       /* octets of the body that the server has taken */
    uint16_t in_flight;  /* octets of the body in the message that is under way */
    uint16_t message_id; /* of the last request sent: the session's next exchange begins after it */
    uint8_t token[4];
    uint8_t szx;
    uint8_t tries;
    bool to_send, acked;
    uint32_t timeout_ms;
    uint64_t deadline_ms;
    uint16_t block2;    /* next block to ask for */
    uint8_t block2_szx; /* the size that the server serves */
    uint8_t reply_type; /* to_reply: an empty ACK or RST is due for a message of the server */
    uint16_t reply_id;
    bool to_reply;
    uint8_t
        etag_len; /* of the first block: the others must carry the same (RFC 7959, section 2.4) */
    uint8_t etag[8];
    /* answer */
    uint8_t code;
    uint16_t format;  /* PROV_CF_NONE: none, as with a diagnostic text */
    uint32_t max_age; /* of a 5.03, seconds */
    struct prov_buf answer;
};

/* The largest block size, for the configuration, whose messages fit message_max octets
 * (prov_dtls_data_max) with a Uri-Host of host_len octets: with records of 512 octets it is 4, blocks of
 * 256 (H32). Never above PROV_ENROLL_SZX; 1 if none fits. */
uint8_t prov_exchange_szx(size_t message_max, size_t host_len);

/* Begins a request. Message ids and tokens must not repeat within 247 s on a session: take random
 * ones at the session's start; the next exchange takes x->message_id + 1 (a block-wise one uses
 * several) and another token. `room` takes the answer's body. A body of more than 65,535 octets, or a
 * resource that is not in this build, fails. */
struct prov_exchange_request {
    enum prov_enroll_op op;
    struct prov_bytes host; /* Uri-Host: the server's name, or none */
    struct prov_bytes body;
    uint16_t accept; /* PROV_CF_NONE: the default */
    uint16_t message_id;
    uint8_t token[4];
};
void prov_exchange_begin(struct prov_exchange *x, const struct prov_exchange_config *config,
                         const struct prov_exchange_request *request, struct prov_buf room,
                         uint64_t now_ms);
/* One CoAP message that came out of the session. */
void prov_exchange_push(struct prov_exchange *x, uint64_t now_ms, struct prov_bytes message);
/* Writes the next CoAP message to be sealed, or returns false. */
bool prov_exchange_pull(struct prov_exchange *x, uint64_t now_ms, struct prov_buf *out);
/* Retransmits or gives up when the deadline has passed; answers the state. */
enum prov_exchange_state prov_exchange_step(struct prov_exchange *x, uint64_t now_ms);
/* When prov_exchange_step must be called at the latest; 0: there is something to pull now;
 * UINT64_MAX: no need. */
uint64_t prov_exchange_deadline(const struct prov_exchange *x);

#endif
