/* SPDX-License-Identifier: Apache-2.0
 *
 * client_certificate_url (RFC 6066, section 5), certificate mode only: the client says where its
 * certificates lie. The engine moves URLs and hashes; who fetches (prov/dtls.h, NEED_FETCH) compares
 * them: there is no SHA-1 in this room (H34).
 */
#ifndef PROV_DTLS_URL_H
#define PROV_DTLS_URL_H

#include "engine.h"

enum { CHAIN_INDIVIDUAL_CERTS = 0, CHAIN_PKIPATH = 1 };

struct prov_urls {
    uint8_t type;
    bool padded;   /* every padding is 0x01 */
    bool too_long; /* a URL is longer than PROV_URL_MAX */
    size_t count;  /* may be larger than PROV_DTLS_CHAIN_MAX: then only so many are in urls */
    struct prov_certificate_url urls[PROV_DTLS_CHAIN_MAX];
};
void prov_urls_put(struct prov_buf *buf, const struct prov_certificate_url *urls, size_t count);
/* False if it is not well-formed. */
PROV_MUST bool prov_urls_take(struct prov_bytes body, struct prov_urls *ret);

/* client: PROV_E_BOUNDS, PROV_E_ADDRESS */
PROV_MUST prov_result prov_urls_check(const struct prov_dtls_config *config);
bool prov_urls_put_offer(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_urls_take_answer(struct prov_dtls *s, struct prov_bytes body);
/* server */
PROV_MUST prov_outcome prov_urls_take_offer(struct prov_dtls *s, struct prov_bytes body);
/* Whether it was agreed on: both. */
bool prov_urls_agreed(const struct prov_dtls *s);
PROV_MUST prov_outcome prov_rule_certificate_url(struct prov_dtls *s, struct prov_reader *body);

#endif
