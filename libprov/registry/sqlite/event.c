/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/event.h"

#include <stdio.h>

prov_result event_add(struct prov_registry *registry, const char *verb, const char *subject,
                      const struct prov_uuid *credential, const char *detail, struct prov_why *why)
{
    char cut[sizeof((struct prov_event *)0)->subject];
    (void)snprintf(cut, sizeof cut, "%s", subject);
    struct query query = query_make(registry, SQL_EVENT_ADD, why);
    query_text(&query, registry->writer);
    query_int(&query, registry->clock_ms(registry->clock_context));
    query_text(&query, verb);
    query_text(&query, cut);
    if (credential != NULL)
        query_octets(&query, credential->octets, sizeof credential->octets);
    else
        query_null(&query);
    query_text(&query, detail);
    return query_run(&query, "the event");
}

static void event_row(struct query *query, struct prov_event *ret)
{
    struct prov_uuid uuid;
    ret->id = query_column_int(query, 0);
    query_column_text(query, 1, ret->writer, sizeof ret->writer);
    ret->sequence = query_column_int(query, 2);
    ret->at_ms = query_column_int(query, 3);
    query_column_text(query, 4, ret->verb, sizeof ret->verb);
    query_column_text(query, 5, ret->subject, sizeof ret->subject);
    if (query_column_octets(query, 6, uuid.octets, sizeof uuid.octets, true))
        prov_uuid_format(&uuid, ret->credential);
    query_column_text(query, 7, ret->detail, sizeof ret->detail);
}

struct event_visitor {
    prov_event_visit visit;
    void *context;
};

static prov_result event_visit(struct query *query, void *context)
{
    const struct event_visitor *visitor = context;
    struct prov_event event = {0};
    event_row(query, &event);
    return query->corrupt ? PROV_OK : visitor->visit(visitor->context, &event);
}

prov_result prov_registry_event_list(struct prov_registry *registry, int64_t after_id,
                                     prov_event_visit visit, void *context, struct prov_why *why)
{
    struct event_visitor visitor = {visit, context};
    struct query query = query_make_list(registry, SQL_EVENT_LIST, why);
    query_int(&query, after_id);
    return query_each(&query, event_visit, &visitor);
}
