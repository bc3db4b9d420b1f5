/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server shows of itself, with its keys loaded and the engine's configuration made of it.
 * Counted: sessions that began with it keep it while a newer one is in use.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void configure(const struct prov_server *server, struct identity *identity)
{
    struct prov_dtls_config *dtls = &identity->dtls;

    dtls->role = PROV_DTLS_SERVER;
    dtls->suites = server->config.suites ? server->config.suites : prov_suites_server;
    dtls->mtu = server->config.mtu;
    dtls->timer_initial_ms = server->config.timer_initial_ms;
    dtls->timer_max_ms = server->config.timer_max_ms;
    dtls->server_name = &identity->shown.server;
    dtls->protocol = "co";
    dtls->resumption = !server->config.no_resumption;
    dtls->heartbeat = server->config.heartbeat_ms != 0;
    dtls->take_urls = server->config.io.fetch != NULL;
    dtls->kinds = PROV_KIND_BIT(PROV_KIND_PSK);
    if (identity->shown.rpk_scalar.len > 0) {
        dtls->kinds |= PROV_KIND_BIT(PROV_KIND_RPK);
        dtls->spki = PROV_BYTES_OF(identity->shown.spki);
    }
    if (identity->shown.chain_len > 0) {
        dtls->kinds |= PROV_KIND_BIT(PROV_KIND_CERT);
        dtls->chain = identity->shown.chain;
        dtls->chain_len = identity->shown.chain_len;
        dtls->anchor_names = &identity->shown.root;
        dtls->anchor_names_len = identity->shown.root.len > 0 ? 1 : 0;
    }
}

static prov_result load_key(struct prov_server *server, const struct prov_secret *scalar,
                            struct prov_key *ret)
{
    if (scalar->len == 0)
        return PROV_OK;
    return prov_crypto_key_load(server->flow.crypto, prov_secret_bytes(scalar), ret);
}

static prov_result load_one(struct prov_server *server, const struct prov_fqdn *name,
                            struct identity **ret)
{
    struct identity *identity = calloc(1, sizeof(*identity));
    prov_result result;

    if (!identity)
        return PROV_E_MEMORY;
    identity->uses = 1;
    result = prov_flow_identity_load(&server->flow, name, &identity->shown);
    if (result == PROV_OK)
        result = load_key(server, &identity->shown.rpk_scalar, &identity->rpk_key);
    if (result == PROV_OK)
        result = load_key(server, &identity->shown.cert_scalar, &identity->cert_key);
    if (result != PROV_OK) {
        identity_drop(server, identity);
        return result;
    }
    configure(server, identity);
    *ret = identity;
    return PROV_OK;
}

prov_result identity_load(struct prov_server *server, struct identity **ret)
{
    struct identity *first = NULL, *last;
    prov_result result = load_one(server, &server->config.fqdn, &first);

    last = first;
    for (size_t i = 0; i < server->config.more_len && result == PROV_OK; i++) {
        result = load_one(server, &server->config.more[i], &last->next);
        if (result == PROV_OK) {
            last->dtls.next = &last->next->dtls;
            last = last->next;
        }
    }
    if (result != PROV_OK) {
        identity_drop(server, first);
        return result;
    }
    *ret = first;
    return PROV_OK;
}

static bool same_one(const struct identity *a, const struct identity *b)
{
    if (memcmp(a->shown.spki, b->shown.spki, sizeof(a->shown.spki)) != 0 ||
        a->shown.chain_len != b->shown.chain_len)
        return false;
    for (size_t i = 0; i < a->shown.chain_len; i++) {
        if (!prov_bytes_equal(a->shown.chain[i], b->shown.chain[i]))
            return false;
    }
    return true;
}

bool identity_same(const struct identity *a, const struct identity *b)
{
    for (; a && b; a = a->next, b = b->next) /* the names are the same, in the same order */
        if (!same_one(a, b))
            return false;
    return true;
}

const struct identity *association_identity(const struct association *a)
{
    const struct prov_dtls_config *chosen = prov_dtls_chosen(&a->dtls);
    const struct identity *identity = a->identity;

    while (identity->next && &identity->dtls != chosen)
        identity = identity->next;
    return &identity->dtls == chosen ? identity : a->identity;
}

struct identity *identity_use(struct identity *identity)
{
    identity->uses++;
    return identity;
}

void identity_drop(struct prov_server *server, struct identity *identity)
{
    if (!identity || --identity->uses > 0)
        return;
    while (identity) {
        struct identity *next = identity->next;

        prov_crypto_key_drop(server->flow.crypto, &identity->rpk_key);
        prov_crypto_key_drop(server->flow.crypto, &identity->cert_key);
        prov_flow_identity_wipe(&identity->shown);
        prov_wipe(identity, sizeof(*identity));
        free(identity);
        identity = next;
    }
}
