/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server shows of itself: its current raw public key and its newest certificate.
 */
#include <string.h>

#include "internal.h"
#include "prov/x509.h"

struct newest {
    int64_t id;
    int64_t now;
    uint8_t octets[PROV_CHAIN_MAX];
    size_t len;
};

static prov_result visit_cert(void *context, const struct prov_credential *credential)
{
    struct newest *newest = context;
    if (credential->kind != PROV_KIND_CERT || credential->id < newest->id ||
        credential->not_after < newest->now)
        return PROV_OK;
    newest->id = credential->id;
    newest->len = credential->chain_len;
    memcpy(newest->octets, credential->chain, credential->chain_len);
    return PROV_OK;
}

static prov_result root_name(struct prov_flow_identity *ret)
{
    struct prov_x509 last;
    prov_result r = ret->chain_len == 0 ? PROV_E_CORRUPT
                                        : prov_x509_parse(ret->chain[ret->chain_len - 1], &last);
    if (r == PROV_OK)
        ret->root = last.issuer;
    return r;
}

static prov_result load_cert(const struct prov_flow *flow, const struct prov_fqdn *server,
                             struct prov_flow_identity *ret)
{
    struct prov_credential_filter filter = {
        .server = server, .kind = PROV_KIND_CERT, .state = PROV_STATE_ACTIVE, .servers = 1};
    struct newest newest = {.now = flow_now(flow)};
    prov_result r =
        prov_registry_credential_list(flow->registry, &filter, visit_cert, &newest, flow->why);
    if (r != PROV_OK)
        return r;
    if (newest.id == 0) {
        prov_why_hint(flow->why, "prov cert issue %s", server->text);
        return prov_why_set(flow->why, PROV_E_NOT_FOUND, "no valid certificate of server %s",
                            server->text);
    }
    memcpy(ret->chain_octets, newest.octets, newest.len);
    r = prov_flow_chain_split(PROV_BYTES(ret->chain_octets, newest.len), ret->chain,
                              PROV_BUNDLE_CHAIN_MAX, &ret->chain_len);
    if (r == PROV_OK)
        r = root_name(ret);
    if (r == PROV_OK)
        r = prov_registry_secret_get(flow->registry, newest.id, &ret->cert_scalar, flow->why);
    return r;
}

static prov_result load_rpk(const struct prov_flow *flow, const struct prov_fqdn *server,
                            struct prov_flow_identity *ret)
{
    struct flow_server_keys keys;
    prov_result r = flow_server_keys_load(flow, server, &keys);
    if (r != PROV_OK)
        return r;
    prov_spki_encode(keys.points[0], ret->spki);
    return prov_registry_secret_get(flow->registry, keys.ids[0], &ret->rpk_scalar, flow->why);
}

/* The chain's views point into ret: it is filled in place and not to be copied. */
prov_result prov_flow_identity_load(struct prov_flow *flow, const struct prov_fqdn *server,
                                    struct prov_flow_identity *ret)
{
    struct prov_server_row row;
    prov_result r = prov_registry_server_get(flow->registry, server, &row, flow->why);
    if (r != PROV_OK)
        return r;
    memset(ret, 0, sizeof(*ret));
    ret->server = *server;
    r = load_rpk(flow, server, ret);
    if (r == PROV_OK)
        r = load_cert(flow, server, ret);
    if (r != PROV_OK)
        prov_flow_identity_wipe(ret);
    return r;
}

void prov_flow_identity_wipe(struct prov_flow_identity *identity)
{
    prov_wipe(identity, sizeof(*identity));
}
