/* SPDX-License-Identifier: Apache-2.0
 *
 * What bounds a credential that may ask: the operator's approval, how often in a day, and keys that
 * were revoked.
 */
#include <string.h>

#include "internal.h"

static prov_result visit_enrolled(void *context, const struct prov_credential *credential)
{
    bool *enrolled = context;
    *enrolled =
        *enrolled || (credential->use == PROV_USE_OPERATIONAL && credential->activated != 0);
    return PROV_OK;
}

/* After the first confirmed operational credential at this server a bootstrap one needs an
 * operator's approval: a copy of a factory secret must not take a device over. */
prov_result flow_check_approval(struct flow_serve *serve)
{
    struct prov_flow *flow = serve->flow;
    struct prov_device device;
    prov_result r = prov_registry_device_get(flow->registry, &serve->by.device, &device, flow->why);
    if (r != PROV_OK)
        return r;
    if (device.retired)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN, "the device is retired");
    if (!device.enrolled || device.approved)
        return PROV_OK;
    struct prov_credential_filter filter = {
        .device = &serve->by.device, .server = serve->request->server, .servers = -1};
    bool enrolled = false;
    r = prov_registry_credential_list(flow->registry, &filter, visit_enrolled, &enrolled,
                                      flow->why);
    if (r == PROV_OK && enrolled)
        r = flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                        "the device is enrolled already: approval needed");
    return r;
}

/* An approval stands for one enrollment: a candidate that was asked for under it, at another server
 * perhaps, finds it used up. Without this every server would give one. */
prov_result flow_check_confirm(struct flow_serve *serve)
{
    char id[PROV_UUID_TEXT];
    struct prov_credential before;
    if (serve->by.state != PROV_STATE_PENDING || flow_uuid_is_zero(&serve->by.replaces))
        return PROV_OK;
    prov_uuid_format(&serve->by.replaces, id);
    prov_result r =
        prov_registry_credential_get(serve->flow->registry, id, &before, serve->flow->why);
    if (r == PROV_OK && before.use == PROV_USE_BOOTSTRAP)
        r = flow_check_approval(serve);
    return r;
}

struct asked {
    int64_t since;
    const uint8_t *point; /* or NULL */
    unsigned lately;
    bool revoked;
};

static prov_result visit_asked(void *context, const struct prov_credential *credential)
{
    struct asked *asked = context;
    if (!flow_uuid_is_zero(&credential->replaces) && credential->created > asked->since)
        asked->lately++;
    if (asked->point != NULL && credential->has_key && credential->state == PROV_STATE_REVOKED &&
        memcmp(credential->point, asked->point, PROV_POINT_LEN) == 0)
        asked->revoked = true;
    return PROV_OK;
}

prov_result flow_check_new(struct flow_serve *serve, const uint8_t *point)
{
    struct prov_flow *flow = serve->flow;
    struct prov_credential_filter filter = {.device = &serve->by.device, .servers = -1};
    struct asked asked = {.since = flow_now(flow) - FLOW_DAY, .point = point};
    prov_result r =
        prov_registry_credential_list(flow->registry, &filter, visit_asked, &asked, flow->why);
    if (r != PROV_OK)
        return r;
    if (asked.revoked)
        return flow_refuse(serve, PROV_E_REVOKED, PROV_COAP_FORBIDDEN, "the key was revoked");
    if (asked.lately >= PROV_FLOW_SUCCESSORS_PER_DAY)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           "too many new credentials in a day");
    return PROV_OK;
}
