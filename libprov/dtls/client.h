/* SPDX-License-Identifier: Apache-2.0
 *
 * client_extensions.c for client.c.
 */
#ifndef PROV_DTLS_CLIENT_H
#define PROV_DTLS_CLIENT_H

#include "engine.h"

void prov_client_extensions_put(struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_result prov_client_extensions_take(struct prov_dtls *s,
                                                  struct prov_bytes extensions);

#endif
