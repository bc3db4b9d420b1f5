/* SPDX-License-Identifier: Apache-2.0
 *
 * Deny-lists: their signer, and what is put on one.
 */
#include "sqlite/credential.h"
#include "sqlite/event.h"

#include <stdio.h>

static prov_result signer_insert(struct prov_registry *registry,
                                 const struct prov_deny_signer *signer,
                                 const uint8_t box[SEAL_BOX_LEN], struct prov_why *why)
{
    struct query query = query_make(registry, SQL_DENY_SIGNER_ADD, why);
    query_octets(&query, signer->uuid.octets, sizeof signer->uuid.octets);
    query_octets(&query, signer->point, sizeof signer->point);
    query_octets(&query, box, SEAL_BOX_LEN);
    query_int(&query, registry_now(registry));
    return query_run(&query, "the signer of deny-lists");
}

static prov_result signer_add(struct prov_registry *registry, const struct prov_deny_signer *signer,
                              const struct prov_secret *scalar, struct prov_why *why)
{
    uint8_t box[SEAL_BOX_LEN];
    struct prov_deny_signer there;
    prov_result result = prov_registry_deny_signer_get(registry, &there, NULL, why);
    if (result == PROV_OK)
        return prov_why_set(why, PROV_E_EXISTS, "the registry has a signer of deny-lists");
    if (result != PROV_E_NOT_FOUND)
        return result;
    if (why != NULL)
        prov_why_clear(why); /* as it should be */
    result = seal_secret(&registry->keys, &signer->uuid, scalar, box);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot seal the key of the signer of deny-lists");
    result = signer_insert(registry, signer, box, why);
    return result == PROV_OK ? event_add(registry, "deny.signer", "", &signer->uuid, "", why)
                             : result;
}

prov_result prov_registry_deny_signer_add(struct prov_registry *registry,
                                          const struct prov_deny_signer *signer,
                                          const struct prov_secret *scalar, struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, signer_add(registry, signer, scalar, why), why);
}

prov_result prov_registry_deny_signer_get(struct prov_registry *registry,
                                          struct prov_deny_signer *ret,
                                          struct prov_secret *ret_scalar, struct prov_why *why)
{
    struct prov_deny_signer signer = {0};
    uint8_t box[SEAL_BOX_LEN];
    struct query query = query_make(registry, SQL_DENY_SIGNER_GET, why);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        (void)query_column_octets(&query, 0, signer.uuid.octets, sizeof signer.uuid.octets, false);
        (void)query_column_octets(&query, 1, signer.point, sizeof signer.point, false);
        (void)query_column_octets(&query, 2, box, sizeof box, false);
        signer.version = (uint32_t)query_column_int(&query, 3);
        signer.created = query_column_int(&query, 4);
    }
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        prov_why_hint(why, "prov denylist init");
        return prov_why_set(why, result, "the registry %s has no signer of deny-lists",
                            registry->path);
    }
    if (result == PROV_OK && ret_scalar != NULL) {
        result = unseal_secret(&registry->keys, &signer.uuid, PROV_BYTES_OF(box), ret_scalar);
        if (result != PROV_OK)
            return prov_why_set(why, result,
                                "the sealed key of the signer of deny-lists does not open");
    }
    if (result == PROV_OK)
        *ret = signer;
    return result;
}

/* --- one list --------------------------------------------------------------------------------- */

static prov_result version_next(struct prov_registry *registry, uint32_t *ret, struct prov_why *why)
{
    char number[16];
    struct prov_deny_signer signer;
    prov_result result = prov_registry_deny_signer_get(registry, &signer, NULL, why);
    if (result != PROV_OK)
        return result;
    if (signer.version == UINT32_MAX)
        return prov_why_set(why, PROV_E_FULL, "there is no version of deny-lists after %u",
                            signer.version);
    struct query query = query_make(registry, SQL_DENY_VERSION_SET, why);
    query_int(&query, (int64_t)signer.version + 1);
    result = query_run(&query, "the version of deny-lists");
    if (result != PROV_OK)
        return result;
    *ret = signer.version + 1;
    (void)snprintf(number, sizeof number, "version %u", *ret);
    return event_add(registry, "deny.list", "", &signer.uuid, number, why);
}

prov_result prov_registry_deny_list(struct prov_registry *registry, bool servers_only,
                                    prov_credential_visit visit, void *context,
                                    uint32_t *ret_version, struct prov_why *why)
{
    uint32_t version = 0;
    const struct prov_credential_filter filter = {.state = PROV_STATE_REVOKED,
                                                  .servers = servers_only ? 1 : 0};
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    result = version_next(registry, &version, why);
    if (result == PROV_OK)
        result = prov_registry_credential_list(registry, &filter, visit, context, why);
    result = registry_end(registry, result, why);
    if (result == PROV_OK)
        *ret_version = version;
    return result;
}
