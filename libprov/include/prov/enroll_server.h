/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/enroll_server.h: the server's half of the CoAP exchanges of one session, sans I/O: messages
 * in, typed requests out, typed answers in, messages out. Decides nothing. Deduplicates by message
 * id (RFC 7252, section 4.2), assembles Block1 and serves Block2 (RFC 7959), refuses what the
 * resource table does not have.
 */
#ifndef PROV_ENROLL_SERVER_H
#define PROV_ENROLL_SERVER_H

#include "prov/enroll.h"
#include "prov/enroll_server_types.h" /* struct prov_enroll_session, private */

enum prov_enroll_event {
    PROV_ENROLL_DROP = 0, /* nothing to send (an ACK, garbage, a repeated message still in work) */
    PROV_ENROLL_REPLY,    /* out holds a message to be sent: handled here */
    PROV_ENROLL_REQUEST   /* ask flow, then prov_enroll_answer */
};

struct prov_enroll_request {
    enum prov_enroll_op op;
    struct prov_bytes body; /* whole, in the session's room; valid until the answer */
    uint16_t
        accept; /* the format the client wants: response_format or, of a CSR's answer, PROV_CF_CERT */
};

/* `host`: the server's own name; a request with another Uri-Host gets 4.04 (H37). NULL: any. */
void prov_enroll_begin(struct prov_enroll_session *s, const struct prov_fqdn *host);
/* Smaller blocks, so that messages sent fit (a small MTU). Blocks are never larger than PROV_ENROLL_SZX. */
void prov_enroll_limit(struct prov_enroll_session *s, size_t message_max);
/* `out`: empty, with room for PROV_ENROLL_MESSAGE_MAX octets. */
enum prov_enroll_event prov_enroll_receive(struct prov_enroll_session *s, uint64_t now_ms,
                                           struct prov_bytes message,
                                           struct prov_enroll_request *ret, struct prov_buf *out);
struct prov_enroll_answer {
    uint8_t code;
    uint16_t format; /* PROV_CF_NONE: no body */
    struct prov_bytes body;
    uint32_t max_age;   /* with 5.03 */
    const char *reason; /* diagnostic payload of an error, or NULL */
};
void prov_enroll_answer(struct prov_enroll_session *s, uint64_t now_ms,
                        const struct prov_enroll_answer *answer, struct prov_buf *out);
/* Whether a request is in work, its body on the way, or an answer not fetched to its end. */
bool prov_enroll_in_work(const struct prov_enroll_session *s);
void prov_enroll_end(struct prov_enroll_session *s); /* wipes */

#endif
