/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the client's half: the request's message, and the answer's.
 */
#ifndef PROV_ENROLL_CLIENT_INTERNAL_H
#define PROV_ENROLL_CLIENT_INTERNAL_H

#include "prov/enroll_client.h"

#define SZX_MAX 6u /* RFC 7959, section 2.2 */

/* The options that say something as a number, and the place of it. */
enum { SAYS_FORMAT, SAYS_MAX_AGE, SAYS_BLOCK2, SAYS_BLOCK1, SAYS = PROV_WITH_BLOCKWISE ? 4 : 3 };

/* What a message says, or means by not saying it. */
struct heard {
    bool unknown; /* a critical option that isn't understood (RFC 7252, section 5.4.1) */
    struct prov_coap_head head;
    struct prov_bytes payload, etag;
    uint32_t number[SAYS];
};

static inline struct prov_bytes prov_exchange_token(const struct prov_exchange *x)
{
    return PROV_BYTES((const uint8_t *)&x->token, sizeof(x->token));
}

/* Writes the request, or the block of it that is due. */
void prov_exchange_write(const struct prov_exchange *x, struct prov_buf *out);
/* False: it is no CoAP message. */
bool prov_exchange_hear(const struct prov_exchange *x, struct prov_bytes message,
                        struct heard *ret);
/* Takes a response that belongs to the exchange; what becomes of it. PROV_E_PEER: it does not fit what was
 * asked, and nothing has changed. */
prov_result prov_exchange_take(struct prov_exchange *x, const struct heard *heard);

#endif
