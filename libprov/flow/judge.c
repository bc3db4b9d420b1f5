/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is at the other end: answers to the handshake's questions. What a raw key, an identity or a
 * certificate stands for comes from the registry alone.
 */
#include <string.h>

#include "internal.h"

static void peer_fill(const struct prov_credential *credential, struct prov_flow_peer *ret)
{
    *ret = (struct prov_flow_peer){.credential = credential->id,
                                   .uuid = credential->uuid,
                                   .device = credential->device,
                                   .kind = credential->kind,
                                   .use = credential->use,
                                   .state = credential->state};
}

/* Whether a device's credential may connect to the server now. */
static prov_result may_connect(const struct prov_flow *flow, const struct prov_fqdn *server,
                               const struct prov_credential *credential)
{
    if (credential->is_server || !prov_fqdn_equal(&credential->server, server))
        return prov_why_set(flow->why, PROV_E_FORBIDDEN, "a credential in the wrong role");
    if (credential->state != PROV_STATE_ACTIVE && credential->state != PROV_STATE_PENDING)
        return prov_why_set(flow->why, PROV_E_REVOKED, "the credential is %s",
                            prov_state_text(credential->state));
    if (credential->not_after < flow_now(flow))
        return prov_why_set(flow->why, PROV_E_TIME, "the credential has expired");
    return PROV_OK;
}

prov_result prov_flow_psk_find(struct prov_flow *flow, const struct prov_fqdn *server,
                               struct prov_bytes identity, struct prov_secret *ret_psk,
                               struct prov_flow_peer *ret, bool *ret_known)
{
    struct prov_credential credential;
    bool known = false;
    prov_result r = prov_registry_psk_find(flow->registry, server, identity, &credential, ret_psk,
                                           &known, flow->why);
    if (r != PROV_OK)
        return r;
    if (known)
        peer_fill(&credential, ret);
    *ret_known = known;
    return PROV_OK;
}

prov_result prov_flow_rpk_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                struct prov_bytes spki, struct prov_flow_peer *ret)
{
    struct prov_bytes point;
    struct prov_credential credential;
    prov_result r = prov_spki_decode(spki, &point);
    if (r == PROV_OK)
        r = prov_registry_rpk_find(flow->registry, server, point.data, &credential, flow->why);
    if (r == PROV_OK)
        r = may_connect(flow, server, &credential);
    if (r == PROV_OK)
        peer_fill(&credential, ret);
    return r;
}

/* The registry's certificate, octet by octet: a second one with the same issuer and serial is no
 * proof of anything. */
static prov_result same_certificate(const struct prov_flow *flow,
                                    const struct prov_credential *credential,
                                    struct prov_bytes leaf)
{
    struct prov_bytes known[PROV_BUNDLE_CHAIN_MAX];
    size_t count = 0;
    prov_result r = prov_flow_chain_split(PROV_BYTES(credential->chain, credential->chain_len),
                                          known, PROV_BUNDLE_CHAIN_MAX, &count);
    if (r != PROV_OK)
        return prov_why_set(flow->why, PROV_E_CORRUPT, "a chain in the registry is damaged");
    if (count == 0 || !prov_bytes_equal(known[0], leaf))
        return prov_why_set(flow->why, PROV_E_NAME, "not the certificate that was issued");
    return PROV_OK;
}

prov_result prov_flow_chain_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                  const struct prov_bytes *chain, size_t chain_len,
                                  struct prov_flow_peer *ret)
{
    struct flow_roots roots;
    struct prov_pki_verdict verdict;
    struct prov_credential credential;
    prov_result r = flow_roots_load(flow, &roots);
    if (r == PROV_OK)
        r = prov_pki_chain_check(flow->pki, chain, chain_len, roots.certs, roots.count,
                                 flow_now(flow), &verdict, flow->why);
    if (r == PROV_OK)
        r = prov_registry_cert_find(flow->registry, verdict.issuer, verdict.serial, &credential,
                                    flow->why);
    if (r == PROV_OK)
        r = may_connect(flow, server, &credential);
    if (r == PROV_OK)
        r = same_certificate(flow, &credential, chain[0]);
    if (r == PROV_OK && !prov_eui64_equal(&credential.device, &verdict.device))
        r = prov_why_set(flow->why, PROV_E_NAME, "the certificate names another device");
    if (r == PROV_OK)
        peer_fill(&credential, ret);
    return r;
}

prov_result prov_flow_resume_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                   int64_t credential, struct prov_flow_peer *ret)
{
    struct prov_credential now;
    prov_result r = prov_registry_credential_by_id(flow->registry, credential, &now, flow->why);
    if (r == PROV_OK)
        r = may_connect(flow, server, &now);
    if (r == PROV_OK && now.state != PROV_STATE_ACTIVE)
        r = prov_why_set(flow->why, PROV_E_FORBIDDEN, "the credential is not confirmed");
    if (r != PROV_OK)
        return r;
    peer_fill(&now, ret);
    ret->resumed = true;
    return PROV_OK;
}

prov_result prov_flow_connected(struct prov_flow *flow, struct prov_flow_peer *peer)
{
    if (peer->state != PROV_STATE_PENDING || peer->resumed)
        return PROV_OK;
    struct prov_credential credential;
    prov_result r =
        prov_registry_credential_by_id(flow->registry, peer->credential, &credential, flow->why);
    if (r != PROV_OK)
        return r;
    /* A successor waits for its confirm (H35); only a key from outside is proved by a handshake. */
    bool proved = credential.registered && flow_uuid_is_zero(&credential.replaces);
    if (proved && credential.state == PROV_STATE_PENDING) {
        r = prov_registry_credential_activate(flow->registry, peer->credential, flow->why);
        credential.state = PROV_STATE_ACTIVE;
    }
    if (r == PROV_OK)
        peer->state = credential.state;
    return r;
}

prov_result prov_flow_still_good(struct prov_flow *flow, const struct prov_flow_peer *peer)
{
    struct prov_credential credential;
    prov_result r =
        prov_registry_credential_by_id(flow->registry, peer->credential, &credential, flow->why);
    if (r == PROV_E_NOT_FOUND)
        return PROV_E_REVOKED;
    if (r == PROV_OK)
        r = may_connect(flow, &credential.server, &credential);
    return r;
}
