/* SPDX-License-Identifier: Apache-2.0
 *
 * A small client or server over UDP on 127.0.0.1 around another stack's library, for the stacks that have
 * no such program in Debian: Mbed TLS (mbedtls_peer.c) and wolfSSL (wolfssl_peer.c).
 *
 *     NAME-peer client|server --port N --suite HEX [--psk HEX --identity TEXT]
 *               [--key FILE --chain FILE --anchors FILE] [--name FQDN]
 *     NAME-peer version
 *
 * The client sends the first line of its standard input and ends with 0 when it has come back. The
 * server gives each address a process of its own, says what it gets and sends it back, until it is
 * killed. Otherwise they end with 1 and say why in the library's words.
 */
#ifndef STACK_PEER_H
#define STACK_PEER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_LINE_MAX 512

struct stack_options {
    bool server;
    uint16_t port;
    unsigned suite;
    uint8_t psk[64];
    size_t psk_len;
    const char *identity;
    const char *key, *chain, *anchors; /* PEM files */
    const char *name;
};

/* By the library: one session over a connected socket. Returns the exit status. */
int stack_session(const struct stack_options *options, int socket,
                  const struct sockaddr_in *remote);
const char *stack_version(void);

/* What the client says; and what either end got. */
bool stack_line(char ret[STACK_LINE_MAX]);
void stack_got(const char *line, int len);

#endif
