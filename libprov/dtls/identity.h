/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of its identities a server shows: identity.c (server_name, the choice) and trusted_ca.c.
 */
#ifndef PROV_DTLS_IDENTITY_H
#define PROV_DTLS_IDENTITY_H

#include "engine.h"

/* trusted_ca_keys: the client's; then the server's take on it. */
bool prov_anchors_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_anchors_take(struct prov_dtls *s, struct prov_bytes body);
/* Whether a root of the configuration is among them. */
bool prov_anchors_have(struct prov_bytes anchors, const struct prov_dtls_config *config);

/* Server: keeps the name of a client's server_name. */
PROV_MUST prov_outcome prov_identity_take_name(struct prov_dtls *s, struct prov_bytes body);
/* Server: s->config becomes the identity for the hello whose extensions have been taken. */
PROV_MUST prov_outcome prov_identity_choose(struct prov_dtls *s);

#endif
