/* SPDX-License-Identifier: Apache-2.0
 *
 * server_extensions.c and cookie.c for server.c.
 */
#ifndef PROV_DTLS_SERVER_H
#define PROV_DTLS_SERVER_H

#include "messages.h"

void prov_server_extensions_put(struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_outcome prov_server_extensions_take(struct prov_dtls *s,
                                                   struct prov_bytes extensions);

/* The first record of a datagram and the first fragment in it, when that is the beginning of a
 * ClientHello in epoch 0. */
struct prov_first_hello {
    uint64_t record_seq;
    struct prov_bytes content; /* of the record */
    struct prov_fragment fragment;
};
PROV_MUST bool prov_first_hello_take(struct prov_bytes datagram, struct prov_first_hello *ret);

#endif
