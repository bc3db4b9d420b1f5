/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates: the two CAs, and end entities below the issuing one.
 */
#include <string.h>

#include "internal.h"

struct prov_validity flow_validity(const struct prov_flow *flow, int days)
{
    int64_t now = flow_now(flow);
    return (struct prov_validity){
        .not_before = now - FLOW_LEAF_BACKDATE,
        .not_after = days == 0 ? PROV_TIME_NEVER : now + days * FLOW_DAY - 1,
    };
}

static prov_result issue_leaf(const struct prov_flow *flow, const struct prov_pki_leaf *leaf,
                              struct prov_buf *buf, size_t *ret_leaf_len)
{
    struct prov_ca ca;
    struct prov_secret scalar = {0};
    prov_result r = prov_registry_ca_get(flow->registry, PROV_CA_ISSUING, &ca, &scalar, flow->why);
    if (r == PROV_OK) {
        struct prov_pki_issuer issuer = {PROV_BYTES(ca.cert, ca.cert_len), &scalar};
        r = prov_pki_leaf_issue(flow->pki, &issuer, leaf, buf, flow->why);
    }
    prov_secret_wipe(&scalar);
    if (r != PROV_OK)
        return r;
    *ret_leaf_len = buf->len;
    prov_put(buf, ca.cert, ca.cert_len);
    return prov_buf_result(buf);
}

prov_result flow_cert_make(const struct prov_flow *flow, const struct prov_pki_leaf *leaf,
                           struct flow_cert *ret)
{
    struct prov_buf buf = PROV_BUF_OF(ret->octets);
    size_t leaf_len = 0;
    prov_result r = issue_leaf(flow, leaf, &buf, &leaf_len);
    if (r != PROV_OK)
        return r;
    ret->chain = prov_buf_bytes(&buf);
    ret->leaf = PROV_BYTES(ret->octets, leaf_len);
    ret->issuing = PROV_BYTES(ret->octets + leaf_len, buf.len - leaf_len);
    return prov_x509_parse(ret->leaf, &ret->parsed);
}

void flow_cert_describe(const struct flow_cert *cert, struct prov_credential_new *credential)
{
    credential->chain = cert->chain;
    credential->issuer = cert->parsed.issuer;
    credential->serial = cert->parsed.serial;
    credential->not_after = cert->parsed.not_after;
}

/* --- the two CAs --- */

struct ca_plan {
    enum prov_ca_level level;
    const char *common_name;
    const struct prov_pki_issuer *issuer; /* NULL: itself */
};

static prov_result ca_store(const struct prov_flow *flow, const struct ca_plan *plan,
                            struct prov_bytes cert, const struct prov_pki_key *key)
{
    struct prov_ca_new ca = {.level = plan->level,
                             .name = plan->common_name,
                             .cert = cert,
                             .not_after = PROV_TIME_NEVER,
                             .scalar = &key->scalar};
    prov_result r = flow_uuid_make(flow, &ca.uuid);
    if (r == PROV_OK)
        r = flow_spki_digest(flow, key->point, ca.spki_sha256);
    if (r == PROV_OK)
        r = prov_registry_ca_add(flow->registry, &ca, flow->why);
    return r;
}

/* A factory identity has no expiry, and nothing outlives its issuer: the CAs have none either. */
static prov_result ca_make(const struct prov_flow *flow, const struct prov_org *org,
                           const struct ca_plan *plan)
{
    struct prov_pki_ca_name name = {org->name, org->country, plan->common_name};
    struct prov_validity validity = {flow_now(flow) - FLOW_CA_BACKDATE, PROV_TIME_NEVER};
    uint8_t cert[PROV_CERT_MAX];
    struct prov_buf buf = PROV_BUF_OF(cert);
    struct prov_pki_key key = {0};
    prov_result r = prov_pki_key_make(flow->pki, &key, flow->why);
    if (r == PROV_OK)
        r = prov_pki_ca_issue(flow->pki, plan->issuer, &name, &key, &validity, &buf, flow->why);
    if (r == PROV_OK)
        r = ca_store(flow, plan, prov_buf_bytes(&buf), &key);
    prov_pki_key_wipe(&key);
    return r;
}

/* Makes the root unless it is there: a run that was cut between the two can be made again. */
static prov_result root_get(const struct prov_flow *flow, const struct prov_org *org,
                            struct prov_ca *ret, struct prov_secret *ret_scalar)
{
    prov_result r = prov_registry_ca_get(flow->registry, PROV_CA_ROOT, ret, ret_scalar, NULL);
    if (r != PROV_E_NOT_FOUND)
        return r;
    r = ca_make(flow, org, &(struct ca_plan){PROV_CA_ROOT, "Root CA", NULL});
    if (r != PROV_OK)
        return r;
    return prov_registry_ca_get(flow->registry, PROV_CA_ROOT, ret, ret_scalar, flow->why);
}

prov_result prov_flow_ca_init(struct prov_flow *flow)
{
    struct prov_org org;
    struct prov_ca root;
    struct prov_secret scalar = {0};
    prov_result r = prov_registry_org(flow->registry, &org, flow->why);
    if (r == PROV_OK)
        r = root_get(flow, &org, &root, &scalar);
    if (r == PROV_OK) {
        struct prov_pki_issuer issuer = {PROV_BYTES(root.cert, root.cert_len), &scalar};
        r = ca_make(flow, &org, &(struct ca_plan){PROV_CA_ISSUING, "Issuing CA", &issuer});
    }
    prov_secret_wipe(&scalar);
    return r;
}
