/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices, by EUI-64.
 */
#include "sqlite/device.h"

#include <stdio.h>

#include "sqlite/credential.h"
#include "sqlite/event.h"

static prov_result texts_check(const char *label, const char *group, struct prov_why *why)
{
    prov_result result = PROV_OK;
    if (label != NULL)
        result = registry_text_check(label, "label", PROV_LABEL_MAX, why);
    if (result == PROV_OK && group != NULL)
        result = registry_text_check(group, "group", PROV_LABEL_MAX, why);
    return result;
}

static void device_row(struct query *query, struct prov_device *ret)
{
    ret->id = query_column_int(query, 0);
    (void)query_column_octets(query, 1, ret->eui64.octets, sizeof ret->eui64.octets, false);
    ret->from_eui48 = query_column_int(query, 2) != 0;
    query_column_text(query, 3, ret->label, sizeof ret->label);
    query_column_text(query, 4, ret->group, sizeof ret->group);
    ret->retired = query_column_int(query, 5) != 0;
    ret->enrolled = query_column_int(query, 6) != 0;
    ret->approved = query_column_int(query, 7) != 0;
    ret->created = query_column_int(query, 8);
}

prov_result device_get(struct prov_registry *registry, const struct prov_eui64 *eui64,
                       struct prov_device *ret, struct prov_why *why)
{
    struct prov_device device = {0};
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(eui64, text);
    struct query query = query_make(registry, SQL_DEVICE_GET, why);
    query_octets(&query, eui64->octets, sizeof eui64->octets);
    prov_result result = query_row(&query, text);
    if (result == PROV_OK)
        device_row(&query, &device);
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        prov_why_hint(why, "prov device add %s", text);
        return prov_why_set(why, result, "there is no device %s", text);
    }
    if (result == PROV_OK)
        *ret = device;
    return result;
}

prov_result device_get_live(struct prov_registry *registry, const struct prov_eui64 *eui64,
                            struct prov_device *ret, struct prov_why *why)
{
    struct prov_device device;
    prov_result result = device_get(registry, eui64, &device, why);
    if (result == PROV_OK && device.retired) {
        char text[PROV_EUI64_TEXT];
        prov_eui64_format(eui64, text);
        return prov_why_set(why, PROV_E_CONFLICT, "device %s is retired", text);
    }
    if (result == PROV_OK)
        *ret = device;
    return result;
}

prov_result device_enrolled(struct prov_registry *registry, const struct prov_eui64 *eui64,
                            bool approval_used, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_DEVICE_ENROLLED, why);
    query_octets(&query, eui64->octets, sizeof eui64->octets);
    query_int(&query, approval_used);
    return query_run(&query, "the device");
}

prov_result prov_registry_device_get(struct prov_registry *registry, const struct prov_eui64 *eui64,
                                     struct prov_device *ret, struct prov_why *why)
{
    return device_get(registry, eui64, ret, why);
}

static prov_result device_add(struct prov_registry *registry, const struct prov_device *device,
                              struct prov_why *why)
{
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(&device->eui64, text);
    struct query query = query_make(registry, SQL_DEVICE_ADD, why);
    query_octets(&query, device->eui64.octets, sizeof device->eui64.octets);
    query_int(&query, device->from_eui48);
    query_text(&query, device->label);
    query_text(&query, device->group);
    query_int(&query, device->approved);
    query_int(&query, registry_now(registry));
    prov_result result = query_run(&query, text);
    if (result == PROV_OK)
        result = event_add(registry, "device.add", text, NULL, device->label, why);
    return result;
}

prov_result prov_registry_device_add(struct prov_registry *registry,
                                     const struct prov_device *device, struct prov_why *why)
{
    prov_result result = texts_check(device->label, device->group, why);
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, device_add(registry, device, why), why);
}

static prov_result device_set(struct prov_registry *registry, const struct prov_eui64 *eui64,
                              const char *label, const char *group, int approved,
                              struct prov_why *why)
{
    struct prov_device device;
    char text[PROV_EUI64_TEXT];
    char detail[PROV_REASON_MAX + 1];
    prov_eui64_format(eui64, text);
    prov_result result = device_get_live(registry, eui64, &device, why);
    if (result != PROV_OK)
        return result;
    struct query query = query_make(registry, SQL_DEVICE_SET, why);
    query_int(&query, device.id);
    query_text(&query, label);
    query_text(&query, group);
    if (approved >= 0)
        query_int(&query, approved != 0);
    else
        query_null(&query);
    result = query_run(&query, text);
    (void)snprintf(detail, sizeof detail, "%s%s%s", label != NULL ? "label " : "",
                   group != NULL ? "group " : "",
                   approved < 0   ? ""
                   : approved > 0 ? "approved"
                                  : "not approved");
    return result == PROV_OK ? event_add(registry, "device.set", text, NULL, detail, why) : result;
}

prov_result prov_registry_device_set(struct prov_registry *registry, const struct prov_eui64 *eui64,
                                     const char *label, const char *group, int approved,
                                     struct prov_why *why)
{
    prov_result result = texts_check(label, group, why);
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, device_set(registry, eui64, label, group, approved, why), why);
}

/* One after the other, each with its event, until none is left. */
static prov_result credentials_retire(struct prov_registry *registry, int64_t device,
                                      struct prov_why *why)
{
    struct prov_credential credential;
    for (;;) {
        struct query query = query_make(registry, SQL_CREDENTIAL_ALIVE_OF_DEVICE, why);
        query_int(&query, device);
        prov_result result = credential_one(&query, &credential);
        if (result == PROV_OK) {
            result = credential_finish(registry, &credential, PROV_STATE_RETIRED,
                                       "credential.retire", "the device was retired", why);
        }
        if (result != PROV_OK)
            return result == PROV_E_NOT_FOUND ? PROV_OK : result;
    }
}

static prov_result device_retire(struct prov_registry *registry, const struct prov_eui64 *eui64,
                                 struct prov_why *why)
{
    struct prov_device device;
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(eui64, text);
    prov_result result = device_get_live(registry, eui64, &device, why);
    if (result != PROV_OK)
        return result;
    struct query query = query_make(registry, SQL_DEVICE_RETIRE, why);
    query_int(&query, device.id);
    result = query_run(&query, text);
    if (result == PROV_OK)
        result = credentials_retire(registry, device.id, why);
    return result == PROV_OK ? event_add(registry, "device.retire", text, NULL, "", why) : result;
}

prov_result prov_registry_device_retire(struct prov_registry *registry,
                                        const struct prov_eui64 *eui64, struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, device_retire(registry, eui64, why), why);
}

struct device_visitor {
    prov_device_visit visit;
    void *context;
};

static prov_result device_visit(struct query *query, void *context)
{
    const struct device_visitor *visitor = context;
    struct prov_device device = {0};
    device_row(query, &device);
    return query->corrupt ? PROV_OK : visitor->visit(visitor->context, &device);
}

prov_result prov_registry_device_list(struct prov_registry *registry, const char *group,
                                      prov_device_visit visit, void *context, struct prov_why *why)
{
    struct device_visitor visitor = {visit, context};
    enum sql sql = group == NULL ? SQL_DEVICE_LIST : SQL_DEVICE_LIST_GROUP;
    struct query query = query_make_list(registry, sql, why);
    if (group != NULL)
        query_text(&query, group);
    return query_each(&query, device_visit, &visitor);
}
