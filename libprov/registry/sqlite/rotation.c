/* SPDX-License-Identifier: Apache-2.0
 *
 * Rotation. A successor is pending until a confirm on a session that it authenticated; only that
 * confirm retires the one before it.
 */
#include "sqlite/credential.h"
#include "sqlite/device.h"
#include "sqlite/event.h"

/* The operational credential of the device and server in the state, of which the schema allows one.
 */
static prov_result other(struct prov_registry *registry, const struct prov_eui64 *device,
                         const struct prov_fqdn *server, enum prov_state state,
                         struct prov_credential *ret, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CREDENTIAL_OTHER, why);
    query_octets(&query, device->octets, sizeof device->octets);
    query_text(&query, server->text);
    query_int(&query, state);
    return credential_one(&query, ret);
}

static prov_result successor_get(struct prov_registry *registry, int64_t predecessor,
                                 const uint8_t request[32], struct prov_credential *ret,
                                 struct prov_why *why)
{
    struct query query = query_make(registry, SQL_SUCCESSOR_GET, why);
    query_int(&query, predecessor);
    query_octets(&query, request, 32);
    return credential_one(&query, ret);
}

prov_result prov_registry_successor_get(struct prov_registry *registry, int64_t predecessor,
                                        const uint8_t request[32], struct prov_credential *ret,
                                        struct prov_why *why)
{
    prov_result result = successor_get(registry, predecessor, request, ret, why);
    if (result == PROV_E_NOT_FOUND)
        return prov_why_set(why, result, "there is no pending successor of this request");
    return result;
}

/* Whose successor may be added: an active device credential of the same device and server. */
static prov_result predecessor_check(const struct prov_credential *predecessor,
                                     const struct prov_credential_new *credential,
                                     struct prov_why *why)
{
    char text[PROV_UUID_TEXT];
    prov_uuid_format(&predecessor->uuid, text);
    if (predecessor->state != PROV_STATE_ACTIVE) {
        return prov_why_set(why, PROV_E_CONFLICT, "credential %s is %s and gets no successor", text,
                            prov_state_text(predecessor->state));
    }
    if (predecessor->is_server || credential->is_server ||
        !prov_eui64_equal(&predecessor->device, &credential->device) ||
        !prov_fqdn_equal(&predecessor->server, &credential->server)) {
        return prov_why_set(why, PROV_E_CONFLICT, "credential %s is of another device or server",
                            text);
    }
    if (credential->state != PROV_STATE_PENDING || credential->use != PROV_USE_OPERATIONAL)
        return prov_why_set(why, PROV_E_USAGE, "a successor is operational and pending");
    return PROV_OK;
}

/* The candidate that nobody confirmed makes room. */
static prov_result candidate_void(struct prov_registry *registry,
                                  const struct prov_credential_new *credential,
                                  struct prov_why *why)
{
    struct prov_credential pending;
    prov_result result = other(registry, &credential->device, &credential->server,
                               PROV_STATE_PENDING, &pending, why);
    if (result == PROV_E_NOT_FOUND)
        return PROV_OK;
    if (result != PROV_OK)
        return result;
    return credential_finish(registry, &pending, PROV_STATE_RETIRED, "credential.void",
                             "another was requested before it was confirmed", why);
}

static prov_result by_uuid(struct prov_registry *registry, const struct prov_uuid *uuid,
                           struct prov_credential *ret, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CREDENTIAL_PREFIX, why);
    query_octets(&query, uuid->octets, sizeof uuid->octets);
    query_octets(&query, uuid->octets, sizeof uuid->octets);
    return credential_one(&query, ret);
}

static prov_result successor_add(struct prov_registry *registry,
                                 const struct credential_origin *origin,
                                 const struct prov_credential_new *credential,
                                 struct prov_credential *ret, bool *ret_again, struct prov_why *why)
{
    struct prov_credential predecessor;
    prov_result result = credential_get(registry, origin->predecessor, &predecessor, why);
    if (result == PROV_OK)
        result = predecessor_check(&predecessor, credential, why);
    if (result != PROV_OK)
        return result;
    result = successor_get(registry, origin->predecessor, origin->request, ret, why);
    *ret_again = result == PROV_OK;
    if (result != PROV_E_NOT_FOUND)
        return result;
    result = candidate_void(registry, credential, why);
    if (result == PROV_OK)
        result = credential_add(registry, credential, origin, why);
    if (result == PROV_OK)
        result = by_uuid(registry, &credential->uuid, ret, why);
    return result;
}

prov_result prov_registry_successor_add(struct prov_registry *registry, int64_t predecessor,
                                        const uint8_t request[32],
                                        const struct prov_credential_new *credential,
                                        struct prov_credential *ret, bool *ret_again,
                                        struct prov_why *why)
{
    struct credential_origin origin = {predecessor, request};
    struct prov_credential successor;
    bool again = false;
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    result = successor_add(registry, &origin, credential, &successor, &again, why);
    result = registry_end(registry, result, why);
    if (result == PROV_OK) {
        *ret = successor;
        *ret_again = again;
    }
    return result;
}

/* --- confirm ---------------------------------------------------------------------------------- */

static prov_result retire_old(struct prov_registry *registry,
                              const struct prov_credential *credential, struct prov_why *why)
{
    struct prov_credential old;
    prov_result result =
        other(registry, &credential->device, &credential->server, PROV_STATE_ACTIVE, &old, why);
    if (result == PROV_E_NOT_FOUND)
        return PROV_OK;
    if (result != PROV_OK)
        return result;
    return credential_finish(registry, &old, PROV_STATE_RETIRED, "credential.retire",
                             "its successor was confirmed", why);
}

/* The credential that asked for this one; all zero if none did. It still is active: the last word of a
 * credential that has ended is not another credential. */
static prov_result predecessor_get(struct prov_registry *registry,
                                   const struct prov_credential *credential,
                                   struct prov_credential *ret, struct prov_why *why)
{
    char text[PROV_UUID_TEXT];
    if (!credential_is_successor(credential))
        return PROV_OK;
    prov_result result = by_uuid(registry, &credential->replaces, ret, why);
    if (result == PROV_OK && ret->state != PROV_STATE_ACTIVE) {
        prov_uuid_format(&ret->uuid, text);
        result = prov_why_set(why, PROV_E_REVOKED, "credential %s, which asked for it, is %s", text,
                              prov_state_text(ret->state));
    }
    return result;
}

static prov_result confirm(struct prov_registry *registry, int64_t id, struct prov_why *why)
{
    struct prov_credential credential;
    struct prov_credential predecessor = {0};
    prov_result result = credential_get(registry, id, &credential, why);
    if (result == PROV_OK)
        result = credential_alive(&credential, why);
    if (result != PROV_OK || credential.state == PROV_STATE_ACTIVE)
        return result;
    result = predecessor_get(registry, &credential, &predecessor, why);
    bool operational = credential.use == PROV_USE_OPERATIONAL && !credential.is_server;
    if (result == PROV_OK && operational)
        result = retire_old(registry, &credential, why);
    if (result == PROV_OK)
        result = credential_activate(registry, &credential, "credential.confirm", why);
    if (result == PROV_OK && operational)
        result = device_enrolled(registry, &credential.device,
                                 predecessor.use == PROV_USE_BOOTSTRAP, why);
    return result;
}

prov_result prov_registry_confirm(struct prov_registry *registry, int64_t id, struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, confirm(registry, id, why), why);
}
