/* SPDX-License-Identifier: Apache-2.0
 *
 * Revoking: a credential, and the successor that was made for whoever held it.
 */
#include <string.h>

#include "internal.h"

struct successor {
    const struct prov_uuid *of;
    int64_t id;
};

static prov_result visit_successor(void *context, const struct prov_credential *credential)
{
    struct successor *successor = context;
    if (memcmp(&credential->replaces, successor->of, sizeof(*successor->of)) == 0)
        successor->id = credential->id;
    return PROV_OK;
}

/* At most one is pending (the database sees to it), and no more can be made once it is revoked. */
static prov_result revoke_successor(const struct prov_flow *flow,
                                    const struct prov_credential *credential)
{
    struct prov_credential_filter filter = {.device = &credential->device,
                                            .server = &credential->server,
                                            .state = PROV_STATE_PENDING,
                                            .servers = -1};
    struct successor successor = {.of = &credential->uuid};
    prov_result r = prov_registry_credential_list(flow->registry, &filter, visit_successor,
                                                  &successor, flow->why);
    if (r == PROV_OK && successor.id != 0)
        r = prov_registry_credential_revoke(flow->registry, successor.id,
                                            "the credential that asked for it was revoked",
                                            flow->why);
    return r;
}

prov_result prov_flow_credential_revoke(struct prov_flow *flow,
                                        const struct prov_credential *credential,
                                        const char *reason)
{
    prov_result r =
        prov_registry_credential_revoke(flow->registry, credential->id, reason, flow->why);
    /* Revoked already, perhaps by a run that was cut here: go on where it stopped. */
    bool revoked = r == PROV_OK || credential->state == PROV_STATE_REVOKED;
    if (!revoked || credential->is_server)
        return r;
    prov_result also = revoke_successor(flow, credential);
    return r == PROV_OK ? also : r;
}
