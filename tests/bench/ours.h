/* SPDX-License-Identifier: Apache-2.0
 *
 * One handshake of our engine, both ends in one process over memory.
 */
#ifndef OURS_H
#define OURS_H

#include "prov/dtls.h"
#include "world.h"

struct ours {
    struct world *world;
    enum prov_kind kind;
    struct prov_dtls_config client_config, server_config;
    struct prov_dtls client;
    struct prov_dtls_handshake *client_work, *server_work;
    struct prov_dtls_cookies cookies;
    struct prov_key client_key, server_key;
    struct prov_path path;
    /* For resumption, unless NULL: what the client keeps of its next handshake; what the server knows. */
    struct prov_dtls_resumable *client_keeps, *server_knows;
};

struct ours_figures {
    double server_ns; /* inside of the server's calls, from accept on: the cookie is not counted */
    size_t to_server, to_client; /* UDP payload octets, the cookie's exchange counted */
    size_t datagrams;
};

void ours_make(struct ours *ours, struct world *world, enum prov_kind kind, prov_suites suites);
/* `server` is the caller's: left connected, to be dropped by it. */
void ours_handshake(struct ours *ours, struct prov_dtls *server, struct ours_figures *ret);
void ours_free(struct ours *ours);

#endif
