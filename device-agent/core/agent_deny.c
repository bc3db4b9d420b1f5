/* SPDX-License-Identifier: Apache-2.0
 *
 * The deny-list, applied to what a server shows: every certificate that it sent, the anchor above them,
 * or its raw key (RFC 7925, section 4.4.3). From the store alone: nothing is fetched.
 */
#include "agent_private.h"

/* PROV_E_NOT_FOUND: no list. */
static prov_result load(struct prov_agent *agent, struct prov_deny_list *ret)
{
    return prov_store_deny_get(agent->store, PROV_BUF_OF(agent->deny_room), ret);
}

static prov_result check_key(struct prov_agent *agent, const struct prov_deny_list *list,
                             struct prov_bytes spki)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result r = prov_crypto_sha256(agent->port->crypto, &spki, 1, digest);
    if (r != PROV_OK)
        return r;
    return prov_deny_list_has_key(list, digest) ? PROV_E_REVOKED : PROV_OK;
}

static prov_result check_certificate(struct prov_agent *agent, const struct prov_deny_list *list,
                                     struct prov_bytes der)
{
    struct prov_x509 cert;
    uint8_t digest[PROV_HASH_LEN];
    prov_result r = prov_x509_parse(der, &cert);
    if (r == PROV_OK)
        r = prov_crypto_sha256(agent->port->crypto, &cert.issuer, 1, digest);
    if (r != PROV_OK)
        return r;
    if (prov_deny_list_has_certificate(list, digest, cert.serial))
        return PROV_E_REVOKED;
    return check_key(agent, list, cert.spki);
}

/* No list denies nothing. One that can't be read any more denies nothing either, and the store says so:
 * a device that refused every server then would never hear of anything again. */
static prov_result finish(struct prov_agent *agent, prov_result r)
{
    if (r == PROV_E_REVOKED)
        agent_log(agent, PROV_LOG_DENIED, r, agent->store->deny_version);
    return r == PROV_E_NOT_FOUND || r == PROV_E_CORRUPT ? PROV_OK : r;
}

prov_result agent_deny_chain(struct prov_agent *agent, const struct prov_bytes *chain, size_t len,
                             struct prov_bytes anchor)
{
    struct prov_deny_list list;
    prov_result r = load(agent, &list);
    for (size_t i = 0; i < len && r == PROV_OK; i++)
        r = check_certificate(agent, &list, chain[i]);
    if (r == PROV_OK)
        r = check_certificate(agent, &list, anchor);
    return finish(agent, r);
}

prov_result agent_deny_key(struct prov_agent *agent, struct prov_bytes spki)
{
    struct prov_deny_list list;
    prov_result r = load(agent, &list);
    if (r == PROV_OK)
        r = check_key(agent, &list, spki);
    return finish(agent, r);
}
