/* SPDX-License-Identifier: Apache-2.0
 *
 * client_extensions.c for client.c.
 */
#ifndef PROV_DTLS_CLIENT_H
#define PROV_DTLS_CLIENT_H

#include "engine.h"

/* Whether server_name is sent. */
bool prov_client_named(const struct prov_dtls_config *config);
void prov_client_extensions_put(struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_client_extensions_take(struct prov_dtls *s,
                                                   struct prov_bytes extensions);

#endif
