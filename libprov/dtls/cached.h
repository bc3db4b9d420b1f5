/* SPDX-License-Identifier: Apache-2.0
 *
 * cached_info (RFC 7924), certificate mode only: a Certificate or CertificateRequest that the client has
 * seen before goes over the wire as its fingerprint. Fingerprints are in hs->fingerprints, by type;
 * what was agreed on is in hs->facts.cached_types.
 */
#ifndef PROV_DTLS_CACHED_H
#define PROV_DTLS_CACHED_H

#include "engine.h"

enum { CACHED_CERT = 1, CACHED_CERT_REQ = 2 }; /* section 8.2 */

/* SHA-256 over msg_type, length and body, as TLS has them (section 5; appendix A): without DTLS's
 * message_seq and fragment fields, which are not the message's. parts: certificates, or the body of a
 * CertificateRequest; the message is made in `room`. */
PROV_MUST prov_result prov_fingerprint(struct prov_crypto *crypto, unsigned type,
                                       const struct prov_bytes *parts, size_t count,
                                       struct prov_buf *room, uint8_t ret[PROV_HASH_LEN]);

/* Whether the messages of the type go in their short form. */
static inline bool prov_cached_agreed(const struct prov_dtls *s, unsigned type)
{
    return PROV_WITH_CACHED_INFO && (s->hs->facts.cached_types >> type & 1) != 0;
}

/* --- client --- */

/* Before the first hello: the fingerprints of what is cached. */
void prov_cached_begin(struct prov_dtls *s);
bool prov_cached_offers(const struct prov_dtls *s);
void prov_cached_put_offer(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_cached_take_answer(struct prov_dtls *s, struct prov_bytes body);
/* The short message: it has to be the fingerprint that was offered. */
PROV_MUST prov_outcome prov_cached_take_short(struct prov_dtls *s, unsigned type,
                                              struct prov_bytes body);

/* --- server --- */

PROV_MUST prov_outcome prov_cached_take_offer(struct prov_dtls *s, struct prov_bytes body);
/* While the ClientHello is in work, once kind and chain are known: which types match. */
void prov_cached_choose(struct prov_dtls *s);
bool prov_cached_answers(const struct prov_dtls *s);
void prov_cached_put_answer(const struct prov_dtls *s, struct prov_buf *buf);
void prov_cached_put_short(const struct prov_dtls *s, unsigned type, struct prov_buf *message);

#endif
