/* SPDX-License-Identifier: Apache-2.0
 *
 * cached_info (RFC 7924), certificate mode only: a Certificate that the client has seen before goes over the
 * wire as its fingerprint. A CertificateRequest never does: a server's that names no authorities is shorter
 * than any fingerprint (H20; profile.md, row 31).
 */
#ifndef PROV_DTLS_CACHED_H
#define PROV_DTLS_CACHED_H

#include "engine.h"

/* SHA-256 over msg_type, length and body of a Certificate, as TLS has them (section 5; appendix A): without
 * DTLS's message_seq and fragment fields, which are not the message's. */
PROV_MUST prov_result prov_fingerprint(struct prov_crypto *crypto, struct prov_bytes body,
                                       uint8_t ret[PROV_HASH_LEN]);

/* Whether the server's Certificate goes in its short form. */
static inline bool prov_cached_agreed(const struct prov_dtls *s)
{
    return PROV_WITH_CACHED_INFO && s->hs->facts.cached;
}

/* --- client --- */

bool prov_cached_put_offer(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_cached_take_answer(struct prov_dtls *s, struct prov_bytes body);
/* The body of a Certificate that came in its short form becomes what that stands for. False: it is not the fingerprint
 * that was offered. */
PROV_MUST bool prov_cached_restore(struct prov_dtls *s, struct prov_reader *body);

/* --- server --- */

PROV_MUST prov_outcome prov_cached_take_offer(struct prov_dtls *s, struct prov_bytes body);
/* While the ClientHello is in work, once kind and chain are known: whether it has the chain. */
void prov_cached_choose(struct prov_dtls *s);
bool prov_cached_put_answer(const struct prov_dtls *s, struct prov_buf *buf);
void prov_cached_put_short(const struct prov_dtls *s, struct prov_buf *message);

#endif
