/* SPDX-License-Identifier: Apache-2.0
 *
 * The same handshake by libssl, over memory, in one process: the baseline.
 */
#ifndef LIBSSL_H
#define LIBSSL_H

#include <openssl/ssl.h>

#include "world.h"

struct libssl {
    SSL_CTX *client, *server;
    bool cookie;
};

struct libssl_figures {
    double server_ns;
    size_t to_server, to_client, datagrams;
};

/* kind: PROV_KIND_PSK or PROV_KIND_CERT (libssl 3.0 has no raw public keys). cookie: with the
 * exchange, to count its octets. */
void libssl_make(struct libssl *libssl, const struct world *world, enum prov_kind kind,
                 bool cookie);
/* *ret_server (may be NULL): left connected, to be freed by the caller. */
void libssl_handshake(struct libssl *libssl, SSL **ret_server, struct libssl_figures *ret);
void libssl_free(struct libssl *libssl);

#endif
