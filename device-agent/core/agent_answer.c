/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers: what the server gave becomes the talk's `next`, or is refused. Nothing is written here.
 */
#include <string.h>

#include "agent_private.h"

/* --- PSK -------------------------------------------------------------------------------------- */

/* The one that is to be replaced: a rotation to it would change nothing, or clash at the server. */
static bool is_old_psk(const struct prov_entry *old, const struct prov_entry *next)
{
    return old->kind == PROV_KIND_PSK && (prov_bytes_equal(next->psk_identity, old->psk_identity) ||
                                          prov_bytes_equal(next->psk, old->psk));
}

prov_result agent_take_psk(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    prov_result r = prov_cose_psk_decode(prov_buf_bytes(&talk->exchange.answer),
                                         &talk->next.psk_identity, &talk->next.psk);
    return r == PROV_OK && is_old_psk(&agent->entry, &talk->next) ? PROV_E_PEER : r;
}

/* --- raw public key --------------------------------------------------------------------------- */

static bool is_devices(const struct prov_agent *agent, struct prov_bytes point)
{
    struct prov_identity identity;
    if (!PROV_WITH_IDENTITY || prov_store_identity_get(agent->store, &identity) != PROV_OK)
        return false;
    bool same = prov_bytes_equal(point, PROV_BYTES_OF(identity.point));
    prov_wipe(&identity, sizeof identity);
    return same;
}

/* A key of ours, new or old, never stands for the server (H37). A PSK has no point. */
static bool is_own(const struct prov_agent *agent, struct prov_bytes point)
{
    return prov_bytes_equal(point, agent->workspace->talk.next.point) ||
           prov_bytes_equal(point, agent->entry.point) || is_devices(agent, point);
}

prov_result agent_take_rpk(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    size_t count = 0;
    prov_result r = prov_cose_key_set_decode(prov_buf_bytes(&talk->exchange.answer), talk->peers,
                                             PROV_ENTRY_PEERS_MAX, &count);
    if (r == PROV_OK && count == 0)
        r = PROV_E_POLICY;
    for (size_t i = 0; i < count && r == PROV_OK; i++) {
        struct prov_bytes point = PROV_BYTES_OF(talk->peers[i]);
        talk->next.peers[i] = point;
        r = is_own(agent, point) ? PROV_E_FORBIDDEN
                                 : prov_crypto_point_check(agent->port->crypto, point);
    }
    return r;
}

/* --- certificates ----------------------------------------------------------------------------- */

static bool is_self_issued(const struct prov_x509 *cert)
{
    return prov_bytes_equal(cert->issuer, cert->subject);
}

/* The root is the anchor; what stands between it and the end entities completes chains (RFC 7030,
 * section 4.1.3). That it comes over a session that the present anchors authenticate is what it is
 * trusted for. */
static prov_result take_anchors(const struct prov_bytes *certs, size_t count,
                                struct prov_bytes *ret)
{
    struct prov_x509 cert;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        prov_result r = prov_x509_parse(certs[i], &cert);
        if (r != PROV_OK)
            return r;
        if (!is_self_issued(&cert))
            continue;
        if (used == PROV_ENTRY_ANCHORS_MAX)
            return PROV_E_BOUNDS;
        ret[used++] = cert.der;
    }
    return used == 0 ? PROV_E_POLICY : PROV_OK;
}

/* The certificate of the subject, or, without one, for the key. */
static bool find(const struct prov_bytes *certs, size_t count, struct prov_bytes subject,
                 struct prov_bytes point, struct prov_x509 *ret)
{
    for (size_t i = 0; i < count; i++)
        if (prov_x509_parse(certs[i], ret) == PROV_OK &&
            (subject.len > 0 ? prov_bytes_equal(ret->subject, subject)
                             : prov_bytes_equal(ret->point, point)))
            return true;
    return false;
}

/* End entity first, each followed by its issuer, up to but without the root. */
static prov_result build_chain(const struct prov_bytes *certs, size_t count,
                               struct prov_agent_talk *talk)
{
    struct prov_bytes subject = PROV_BYTES_NONE;
    struct prov_x509 cert;
    size_t used = 0;
    while (find(certs, count, subject, talk->next.point, &cert)) {
        if (used == 0)
            talk->issued = cert.not_before;
        else if (is_self_issued(&cert))
            return PROV_OK;
        if (used == PROV_ENTRY_CHAIN_MAX)
            return PROV_E_DEPTH;
        talk->next.chain[used++] = cert.der;
        subject = cert.issuer;
    }
    return used == 0 ? PROV_E_PEER : PROV_E_ISSUER;
}

prov_result agent_take_cert(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    struct prov_bytes certs[2 * PROV_PATH_MAX];
    size_t first = 0, more = 0;
    prov_result r = prov_certs_only_decode(PROV_BYTES(talk->answers, talk->anchors_len), certs,
                                           PROV_PATH_MAX, &first);
    if (r == PROV_OK)
        r = prov_certs_only_decode(prov_buf_bytes(&talk->exchange.answer), certs + first,
                                   PROV_PATH_MAX, &more);
    if (r == PROV_OK)
        r = take_anchors(certs, first, talk->next.anchors);
    return r == PROV_OK ? build_chain(certs, first + more, talk) : r;
}

/* The new certificate chains to the new anchors, is ours by name and by key: or nothing is staged. Its
 * notBefore is the server's word that it is not earlier than this. */
prov_result agent_check(struct prov_agent *agent)
{
    prov_result r = agent_path(agent, false);
    return r == PROV_OK ? agent_raise_floor(agent, agent->workspace->talk.issued) : r;
}
