/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server says to a ClientHello: ours, OpenSSL's, GnuTLS's, each over memory and each without a cookie.
 */
#ifndef PROV_TESTS_VERDICT_H
#define PROV_TESTS_VERDICT_H

#include "tests/net/wire.h"

enum verdict_class {
    VERDICT_ACCEPT = 0, /* ServerHello; number: the suite */
    VERDICT_MALFORMED,  /* fatal alert: decode_error, illegal_parameter, unexpected_message, … */
    VERDICT_NO_MATCH,   /* fatal alert: handshake_failure, insufficient_security, … */
    VERDICT_VERSION,    /* fatal alert: protocol_version */
    VERDICT_INTERNAL,   /* fatal alert: internal_error */
    VERDICT_SILENCE     /* nothing, or a warning */
};
extern const char *const verdict_names[];
struct verdict {
    enum verdict_class class;
    uint16_t number; /* suite or alert */
};
/* Out of what was answered: the first ServerHello or fatal alert in it. */
struct verdict verdict_of(struct prov_bytes octets);

/* `world` holds the server's key, its chain and the PSK. */
struct verdict ours_ask(struct wire_world *world, struct prov_bytes datagram);
void openssl_begin(const struct wire_world *world);
struct verdict openssl_ask(struct prov_bytes datagram);
void openssl_end(void);
bool gnutls_begin(const struct wire_world *world); /* false: it is not here */
struct verdict gnutls_ask(struct prov_bytes datagram);
void gnutls_end(void);

#endif
