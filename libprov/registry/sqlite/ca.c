/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificate authorities: root and issuing. Their private keys are sealed under the row's id.
 */
#include <string.h>

#include "sqlite/event.h"
#include "sqlite/key.h"

static prov_result ca_insert(struct prov_registry *registry, const struct prov_ca_new *ca,
                             const uint8_t box[SEAL_BOX_LEN], int64_t *ret_id, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CA_ADD, why);
    query_octets(&query, ca->uuid.octets, sizeof ca->uuid.octets);
    query_int(&query, ca->level);
    query_text(&query, ca->name);
    query_bytes(&query, ca->cert);
    query_int(&query, ca->not_after);
    query_octets(&query, box, SEAL_BOX_LEN);
    query_int(&query, registry_now(registry));
    prov_result result = query_run(&query, ca->name);
    if (result == PROV_OK)
        *ret_id = sqlite3_last_insert_rowid(registry->db);
    return result;
}

static prov_result ca_add(struct prov_registry *registry, const struct prov_ca_new *ca,
                          struct prov_why *why)
{
    uint8_t box[SEAL_BOX_LEN];
    struct key_owner owner = {0};
    int64_t key = 0;
    prov_result result = seal_secret(&registry->keys, &ca->uuid, ca->scalar, box);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot seal the private key of %s", ca->name);
    result = ca_insert(registry, ca, box, &owner.ca, why);
    if (result == PROV_OK)
        result = key_claim(registry, ca->spki_sha256, NULL, &owner, &key, why);
    if (result == PROV_OK) {
        result = event_add(registry, "ca.add", ca->name, &ca->uuid,
                           ca->level == PROV_CA_ROOT ? "root" : "issuing", why);
    }
    return result;
}

prov_result prov_registry_ca_add(struct prov_registry *registry, const struct prov_ca_new *ca,
                                 struct prov_why *why)
{
    prov_result result = registry_text_check(ca->name, "name of the CA", 64, why);
    if (result == PROV_OK && ca->cert.len > sizeof((struct prov_ca *)0)->cert)
        result = prov_why_set(why, PROV_E_BOUNDS, "the certificate of %s is too long", ca->name);
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, ca_add(registry, ca, why), why);
}

static void ca_row(struct query *query, struct prov_ca *ret)
{
    ret->id = query_column_int(query, 0);
    (void)query_column_octets(query, 1, ret->uuid.octets, sizeof ret->uuid.octets, false);
    ret->level = (enum prov_ca_level)query_column_int(query, 2);
    query_column_text(query, 3, ret->name, sizeof ret->name);
    ret->cert_len = query_column_bytes(query, 4, ret->cert, sizeof ret->cert);
    ret->not_after = query_column_int(query, 5);
}

prov_result prov_registry_ca_get(struct prov_registry *registry, enum prov_ca_level level,
                                 struct prov_ca *ret, struct prov_secret *ret_scalar,
                                 struct prov_why *why)
{
    struct prov_ca ca = {0};
    uint8_t box[SEAL_BOX_LEN];
    struct query query = query_make(registry, SQL_CA_GET, why);
    query_int(&query, level);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        ca_row(&query, &ca);
        (void)query_column_octets(&query, 6, box, sizeof box, false);
    }
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, result, "the registry %s has no %s CA", registry->path,
                            level == PROV_CA_ROOT ? "root" : "issuing");
    }
    if (result == PROV_OK && ret_scalar != NULL) {
        result = unseal_secret(&registry->keys, &ca.uuid, PROV_BYTES_OF(box), ret_scalar);
        if (result != PROV_OK)
            return prov_why_set(why, result, "the sealed private key of %s does not open", ca.name);
    }
    if (result == PROV_OK)
        *ret = ca;
    return result;
}

struct ca_visitor {
    prov_ca_visit visit;
    void *context;
};

static prov_result ca_visit(struct query *query, void *context)
{
    const struct ca_visitor *visitor = context;
    struct prov_ca ca = {0};
    ca_row(query, &ca);
    return query->corrupt ? PROV_OK : visitor->visit(visitor->context, &ca);
}

prov_result prov_registry_ca_list(struct prov_registry *registry, prov_ca_visit visit,
                                  void *context, struct prov_why *why)
{
    struct ca_visitor visitor = {visit, context};
    struct query query = query_make_list(registry, SQL_CA_LIST, why);
    return query_each(&query, ca_visit, &visitor);
}
