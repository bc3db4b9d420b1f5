/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers: what the server gave becomes agent->next, or is refused. Nothing is written here.
 */
#include <string.h>

#include "agent_private.h"

static prov_result octets(const struct prov_agent *agent, struct prov_bytes *ret)
{
    prov_result r = prov_buf_result(&agent->exchange.answer);
    *ret = prov_buf_bytes(&agent->exchange.answer);
    return r;
}

/* --- PSK -------------------------------------------------------------------------------------- */

/* The one that is to be replaced: a rotation to it would change nothing, or clash at the server. */
static bool is_old_psk(const struct prov_agent *agent, const struct prov_cose_key *key)
{
    const struct prov_entry *old = &agent->entry;
    return old->kind == PROV_KIND_PSK &&
           (prov_bytes_equal(key->kid, old->psk_identity) || prov_bytes_equal(key->k, old->psk));
}

prov_result agent_take_psk(struct prov_agent *agent)
{
    struct prov_bytes body;
    struct prov_cose_key key;
    prov_result r = octets(agent, &body);
    if (r != PROV_OK)
        return r;
    struct prov_reader reader = prov_reader_make(body);
    r = prov_cose_key_decode(&reader, &key);
    if (r == PROV_OK && !prov_reader_done(&reader))
        r = PROV_E_TRAILING;
    if (r == PROV_OK && key.kty != PROV_COSE_SYMMETRIC)
        r = PROV_E_PEER;
    if (r == PROV_OK)
        r = prov_psk_check(key.k);
    if (r == PROV_OK && is_old_psk(agent, &key))
        r = PROV_E_PEER;
    if (r != PROV_OK)
        return r;
    agent->next.psk_identity = key.kid;
    agent->next.psk = key.k;
    return PROV_OK;
}

/* --- raw public key --------------------------------------------------------------------------- */

/* A key of ours, new or old, never stands for the server (H37). A PSK's point is all zero. */
static bool is_own(const struct prov_agent *agent, const uint8_t point[PROV_POINT_LEN])
{
    return memcmp(point, agent->next.point, PROV_POINT_LEN) == 0 ||
           memcmp(point, agent->entry.point, PROV_POINT_LEN) == 0 ||
           memcmp(point, agent->identity.point, PROV_POINT_LEN) == 0;
}

prov_result agent_take_rpk(struct prov_agent *agent)
{
    struct prov_bytes body;
    struct prov_cose_key keys[PROV_BUNDLE_PEERS_MAX];
    size_t count = 0;
    prov_result r = octets(agent, &body);
    if (r == PROV_OK)
        r = prov_cose_key_set_decode(body, keys, PROV_BUNDLE_PEERS_MAX, &count);
    for (size_t i = 0; i < count && r == PROV_OK; i++) {
        if (keys[i].kty != PROV_COSE_EC2 || !keys[i].has_public)
            continue;
        r = prov_crypto_point_check(agent->port->crypto, PROV_BYTES_OF(keys[i].point));
        if (r == PROV_OK && is_own(agent, keys[i].point))
            r = PROV_E_FORBIDDEN;
        memcpy(agent->next.peers[agent->next.peer_count++], keys[i].point, PROV_POINT_LEN);
    }
    return r == PROV_OK && agent->next.peer_count == 0 ? PROV_E_POLICY : r;
}

/* --- certificates ----------------------------------------------------------------------------- */

/* The root is the anchor; what stands between it and the end entities completes chains (RFC 7030,
 * section 4.1.3). That it comes over a session that the present anchors authenticate is what it is
 * trusted for. */
prov_result agent_take_crts(struct prov_agent *agent)
{
    struct prov_bytes body, certs[PROV_PATH_MAX];
    size_t count = 0;
    prov_result r = octets(agent, &body);
    if (r == PROV_OK)
        r = prov_certs_only_decode(body, certs, PROV_PATH_MAX, &count);
    for (size_t i = 0; i < count && r == PROV_OK; i++) {
        struct prov_x509 cert;
        r = prov_x509_parse(certs[i], &cert);
        if (r != PROV_OK)
            break;
        if (!prov_bytes_equal(cert.issuer, cert.subject))
            agent->links[agent->link_count++] = certs[i];
        else if (agent->next.anchor_count == PROV_BUNDLE_ANCHORS_MAX)
            r = PROV_E_BOUNDS;
        else
            agent->next.anchors[agent->next.anchor_count++] = certs[i];
    }
    return r == PROV_OK && agent->next.anchor_count == 0 ? PROV_E_POLICY : r;
}

/* The certificate for the new key among those that came. */
static prov_result find_leaf(const struct prov_agent *agent, const struct prov_bytes *certs,
                             size_t count, struct prov_x509 *ret)
{
    for (size_t i = 0; i < count; i++) {
        prov_result r = prov_x509_parse(certs[i], ret);
        if (r != PROV_OK)
            return r;
        if (prov_bytes_equal(ret->point, PROV_BYTES_OF(agent->next.point)))
            return PROV_OK;
    }
    return PROV_E_PEER;
}

static bool issued_by(struct prov_bytes issuer, const struct prov_bytes *certs, size_t count,
                      struct prov_x509 *ret)
{
    for (size_t i = 0; i < count; i++)
        if (prov_x509_parse(certs[i], ret) == PROV_OK && prov_bytes_equal(ret->subject, issuer))
            return true;
    return false;
}

/* End entity first, each followed by its issuer, up to but without the anchor. */
static prov_result build_chain(struct prov_agent *agent, const struct prov_bytes *certs,
                               size_t count)
{
    struct prov_entry *next = &agent->next;
    struct prov_x509 cert;
    prov_result r = find_leaf(agent, certs, count, &cert);
    if (r != PROV_OK)
        return r;
    next->chain[next->chain_len++] = cert.der;
    struct prov_bytes issuer = cert.issuer;
    while (!issued_by(issuer, next->anchors, next->anchor_count, &cert)) {
        if (!issued_by(issuer, certs, count, &cert) &&
            !issued_by(issuer, agent->links, agent->link_count, &cert))
            return PROV_E_ISSUER;
        if (next->chain_len == PROV_BUNDLE_CHAIN_MAX)
            return PROV_E_DEPTH;
        next->chain[next->chain_len++] = cert.der;
        issuer = cert.issuer;
    }
    return PROV_OK;
}

prov_result agent_take_cert(struct prov_agent *agent)
{
    struct prov_bytes body, certs[PROV_PATH_MAX];
    size_t count = 0;
    prov_result r = octets(agent, &body);
    if (r == PROV_OK)
        r = prov_certs_only_decode(body, certs, PROV_PATH_MAX, &count);
    return r == PROV_OK ? build_chain(agent, certs, count) : r;
}

/* The new certificate chains to the new anchors, is ours by name and by key: or nothing is staged.
 * Its notBefore is the server's word that it is not earlier than this. */
prov_result agent_check_cert(struct prov_agent *agent)
{
    struct prov_entry *next = &agent->next;
    struct prov_eui64 named;
    prov_result r = PROV_OK;
    if (!agent->path_busy) {
        struct prov_x509 leaf;
        struct prov_path_rules rules = agent_path_rules(agent, PROV_PATH_CLIENT);
        r = prov_x509_parse(next->chain[0], &leaf);
        if (r != PROV_OK)
            return r;
        rules.time = leaf.not_before > rules.time ? leaf.not_before : rules.time;
        next->issued = leaf.not_before;
        r = prov_path_begin(&agent->path, &rules, next->chain, next->chain_len, next->anchors,
                            next->anchor_count);
        agent->path_busy = r == PROV_OK;
        return r == PROV_OK ? PROV_E_AGAIN : r;
    }
    r = prov_path_step(&agent->path, agent->port->crypto);
    if (r == PROV_E_AGAIN)
        return r;
    agent->path_busy = false;
    if (r == PROV_OK)
        r = prov_x509_eui64(&agent->path.leaf, &named);
    if (r == PROV_OK && !prov_eui64_equal(&named, &agent->identity.eui64))
        r = PROV_E_NAME;
    return r;
}
