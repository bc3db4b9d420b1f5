/* SPDX-License-Identifier: Apache-2.0
 *
 * Who credentials are for: servers and devices.
 */
#include <string.h>

#include "internal.h"

/* The server's first key serves as raw public key and in its certificate. */
static prov_result server_store(struct prov_flow *flow, const struct prov_server_row *row,
                                const struct prov_pki_key *key, const struct flow_cert *cert)
{
    struct prov_credential_new both[2];
    for (size_t i = 0; i < 2; i++) {
        both[i] = (struct prov_credential_new){.kind = i == 0 ? PROV_KIND_RPK : PROV_KIND_CERT,
                                               .use = PROV_USE_OPERATIONAL,
                                               .state = PROV_STATE_ACTIVE,
                                               .is_server = true,
                                               .server = row->fqdn,
                                               .not_after = PROV_TIME_NEVER,
                                               .secret = &key->scalar,
                                               .point = key->point};
        prov_result r = flow_uuid_make(flow, &both[i].uuid);
        if (r != PROV_OK)
            return r;
    }
    flow_cert_describe(cert, &both[1]);
    return prov_registry_server_add(flow->registry, row, both, 2, flow->why);
}

prov_result prov_flow_server_add(struct prov_flow *flow, const struct prov_fqdn *fqdn,
                                 const char *address)
{
    struct prov_server_row row = {.fqdn = *fqdn, .created = flow_now(flow)};
    size_t len = strlen(address);
    if (len > PROV_ADDRESS_MAX)
        return prov_why_set(flow->why, PROV_E_ADDRESS, "address of %zu characters, at most %d fit",
                            len, PROV_ADDRESS_MAX);
    memcpy(row.address, address, len + 1);
    struct prov_pki_key key = {0};
    struct flow_cert cert;
    prov_result r = prov_pki_key_make(flow->pki, &key, flow->why);
    if (r == PROV_OK) {
        struct prov_pki_leaf leaf = {.server = fqdn,
                                     .use = PROV_USE_OPERATIONAL,
                                     .point = key.point,
                                     .validity = flow_validity(flow, FLOW_SERVER_DAYS)};
        r = flow_cert_make(flow, &leaf, &cert);
    }
    if (r == PROV_OK)
        r = server_store(flow, &row, &key, &cert);
    prov_pki_key_wipe(&key);
    return r;
}

static prov_result text_set(struct prov_flow *flow, const char *what, const char *text,
                            char ret[PROV_LABEL_MAX + 1])
{
    size_t len = text == NULL ? 0 : strlen(text);
    if (len > PROV_LABEL_MAX)
        return prov_why_set(flow->why, PROV_E_BOUNDS, "%s of %zu octets, at most %d fit", what, len,
                            PROV_LABEL_MAX);
    memcpy(ret, len == 0 ? "" : text, len + 1);
    return PROV_OK;
}

prov_result prov_flow_device_add(struct prov_flow *flow, const struct prov_eui64 *eui64,
                                 bool from_eui48, const char *label, const char *group)
{
    struct prov_device device = {
        .eui64 = *eui64, .from_eui48 = from_eui48, .created = flow_now(flow)};
    prov_result r = text_set(flow, "label", label, device.label);
    if (r == PROV_OK)
        r = text_set(flow, "group", group, device.group);
    if (r == PROV_OK)
        r = prov_registry_device_add(flow->registry, &device, flow->why);
    return r;
}
