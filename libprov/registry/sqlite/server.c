/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers, by FQDN.
 */
#include <string.h>

#include "sqlite/credential.h"
#include "sqlite/device.h"
#include "sqlite/event.h"

static prov_result address_check(const char *address, struct prov_why *why)
{
    return registry_text_check(address, "address", PROV_ADDRESS_MAX, why);
}

static void server_row(struct query *query, struct prov_server_row *ret)
{
    ret->id = query_column_int(query, 0);
    query_column_text(query, 1, ret->fqdn.text, sizeof ret->fqdn.text);
    query_column_text(query, 2, ret->address, sizeof ret->address);
    ret->created = query_column_int(query, 3);
}

prov_result server_get(struct prov_registry *registry, const struct prov_fqdn *fqdn,
                       struct prov_server_row *ret, struct prov_why *why)
{
    struct prov_server_row row = {0};
    struct query query = query_make(registry, SQL_SERVER_GET, why);
    query_text(&query, fqdn->text);
    prov_result result = query_row(&query, fqdn->text);
    if (result == PROV_OK)
        server_row(&query, &row);
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        prov_why_hint(why, "prov server add %.120s", fqdn->text);
        return prov_why_set(why, result, "there is no server %s", fqdn->text);
    }
    if (result == PROV_OK)
        *ret = row;
    return result;
}

prov_result prov_registry_server_get(struct prov_registry *registry, const struct prov_fqdn *fqdn,
                                     struct prov_server_row *ret, struct prov_why *why)
{
    return server_get(registry, fqdn, ret, why);
}

static prov_result server_add(struct prov_registry *registry, const struct prov_server_row *server,
                              const struct prov_credential_new *credentials, size_t count,
                              struct prov_why *why)
{
    struct query query = query_make(registry, SQL_SERVER_ADD, why);
    query_text(&query, server->fqdn.text);
    query_text(&query, server->address);
    query_int(&query, registry_now(registry));
    prov_result result = query_run(&query, server->fqdn.text);
    if (result == PROV_OK)
        result = event_add(registry, "server.add", server->fqdn.text, NULL, server->address, why);
    for (size_t i = 0; result == PROV_OK && i < count; i++)
        result = credential_add(registry, &credentials[i], NULL, why);
    return result;
}

prov_result prov_registry_server_add(struct prov_registry *registry,
                                     const struct prov_server_row *server,
                                     const struct prov_credential_new *credentials, size_t count,
                                     struct prov_why *why)
{
    prov_result result = address_check(server->address, why);
    for (size_t i = 0; result == PROV_OK && i < count; i++) {
        if (!credentials[i].is_server || !prov_fqdn_equal(&credentials[i].server, &server->fqdn)) {
            result =
                prov_why_set(why, PROV_E_CONFLICT,
                             "a credential for server %s names another subject", server->fqdn.text);
        }
    }
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, server_add(registry, server, credentials, count, why), why);
}

static prov_result server_set(struct prov_registry *registry, const struct prov_fqdn *fqdn,
                              const char *address, struct prov_why *why)
{
    struct prov_server_row row;
    prov_result result = server_get(registry, fqdn, &row, why);
    if (result != PROV_OK)
        return result;
    struct query query = query_make(registry, SQL_SERVER_SET, why);
    query_int(&query, row.id);
    query_text(&query, address);
    result = query_run(&query, fqdn->text);
    return result == PROV_OK ? event_add(registry, "server.set", fqdn->text, NULL, address, why)
                             : result;
}

prov_result prov_registry_server_set(struct prov_registry *registry, const struct prov_fqdn *fqdn,
                                     const char *address, struct prov_why *why)
{
    prov_result result = address_check(address, why);
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, server_set(registry, fqdn, address, why), why);
}

struct server_visitor {
    prov_server_visit visit;
    void *context;
};

static prov_result server_visit(struct query *query, void *context)
{
    const struct server_visitor *visitor = context;
    struct prov_server_row row = {0};
    server_row(query, &row);
    return query->corrupt ? PROV_OK : visitor->visit(visitor->context, &row);
}

prov_result prov_registry_server_list(struct prov_registry *registry, prov_server_visit visit,
                                      void *context, struct prov_why *why)
{
    struct server_visitor visitor = {visit, context};
    struct query query = query_make_list(registry, SQL_SERVER_LIST, why);
    return query_each(&query, server_visit, &visitor);
}
