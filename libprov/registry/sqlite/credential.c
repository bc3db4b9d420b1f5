/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials: reading them, and ending them.
 */
#include "sqlite/credential.h"

#include <stdio.h>
#include <string.h>

#include "sqlite/device.h"
#include "sqlite/event.h"

void credential_row(struct query *query, struct prov_credential *ret)
{
    ret->id = query_column_int(query, 0);
    (void)query_column_octets(query, 1, ret->uuid.octets, sizeof ret->uuid.octets, false);
    ret->kind = (enum prov_kind)query_column_int(query, 2);
    ret->use = (enum prov_use)query_column_int(query, 3);
    ret->state = (enum prov_state)query_column_int(query, 4);
    ret->is_server = query_column_int(query, 5) != 0;
    (void)query_column_octets(query, 6, ret->device.octets, sizeof ret->device.octets, true);
    query_column_text(query, 7, ret->server.text, sizeof ret->server.text);
    ret->created = query_column_int(query, 8);
    ret->activated = query_column_int(query, 9);
    ret->ended = query_column_int(query, 10);
    ret->not_after = query_column_int(query, 11);
    ret->identity.len =
        (uint8_t)query_column_bytes(query, 12, ret->identity.data, sizeof ret->identity.data);
    ret->has_key = query_column_octets(query, 13, ret->point, sizeof ret->point, true);
    ret->has_secret = query_column_int(query, 14) != 0;
    ret->chain_len = query_column_bytes(query, 15, ret->chain, sizeof ret->chain);
    ret->registered = query_column_int(query, 16) != 0;
    (void)query_column_octets(query, 17, ret->replaces.octets, sizeof ret->replaces.octets, true);
    query_column_text(query, 18, ret->reason, sizeof ret->reason);
}

prov_result credential_one(struct query *query, struct prov_credential *ret)
{
    struct prov_credential credential = {0};
    prov_result result = query_row(query, "");
    if (result == PROV_OK)
        credential_row(query, &credential);
    result = query_end(query, result);
    if (result == PROV_OK)
        *ret = credential;
    return result;
}

void credential_subject(bool is_server, const struct prov_eui64 *device,
                        const struct prov_fqdn *server, char ret[CREDENTIAL_SUBJECT])
{
    char text[PROV_EUI64_TEXT];
    if (!is_server)
        prov_eui64_format(device, text);
    (void)snprintf(ret, CREDENTIAL_SUBJECT, "%s", is_server ? server->text : text);
}

prov_result credential_get(struct prov_registry *registry, int64_t id, struct prov_credential *ret,
                           struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CREDENTIAL_BY_ID, why);
    query_int(&query, id);
    prov_result result = credential_one(&query, ret);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, result, "there is no credential of the internal number %lld",
                            (long long)id);
    }
    return result;
}

prov_result prov_registry_credential_by_id(struct prov_registry *registry, int64_t id,
                                           struct prov_credential *ret, struct prov_why *why)
{
    return credential_get(registry, id, ret, why);
}

/* --- by a prefix of the id -------------------------------------------------------------------- */

#define PREFIX_MIN 4

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *at = c == '\0' ? NULL : strchr(digits, lower);
    return at == NULL ? -1 : (int)(at - digits);
}

/* The lowest and the highest id that begin with the text; dashes stand where they stand in an id.
 */
static prov_result prefix_range(const char *prefix, struct prov_uuid *ret_low,
                                struct prov_uuid *ret_high)
{
    size_t digits = 0;
    memset(ret_low->octets, 0x00, sizeof ret_low->octets);
    memset(ret_high->octets, 0xff, sizeof ret_high->octets);
    for (size_t i = 0; prefix[i] != '\0'; i++) {
        bool dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        int digit = hex_digit(prefix[i]);
        if (i >= PROV_UUID_TEXT - 1 || (dash_place ? prefix[i] != '-' : digit < 0))
            return PROV_E_TEXT;
        if (!dash_place) {
            int shift = digits % 2 == 0 ? 4 : 0;
            uint8_t *low = &ret_low->octets[digits / 2];
            uint8_t *high = &ret_high->octets[digits / 2];
            *low = (uint8_t)(*low | (digit << shift));
            *high = (uint8_t)(*high & ~((0xf ^ digit) << shift));
            digits++;
        }
    }
    return digits < PREFIX_MIN ? PROV_E_TEXT : PROV_OK;
}

prov_result prov_registry_credential_get(struct prov_registry *registry, const char *prefix,
                                         struct prov_credential *ret, struct prov_why *why)
{
    struct prov_credential credential = {0};
    struct prov_uuid low, high;
    if (prefix_range(prefix, &low, &high) != PROV_OK) {
        return prov_why_set(why, PROV_E_TEXT,
                            "'%.40s' is not an id or its first %d characters or more", prefix,
                            PREFIX_MIN);
    }
    struct query query = query_make(registry, SQL_CREDENTIAL_PREFIX, why);
    query_octets(&query, low.octets, sizeof low.octets);
    query_octets(&query, high.octets, sizeof high.octets);
    prov_result result = query_row(&query, prefix);
    if (result == PROV_OK) {
        credential_row(&query, &credential);
        prov_result second = query_row(&query, prefix);
        result = second == PROV_OK            ? PROV_E_AMBIGUOUS
                 : second == PROV_E_NOT_FOUND ? PROV_OK
                                              : second;
    }
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND)
        return prov_why_set(why, result, "there is no credential %s", prefix);
    if (result == PROV_E_AMBIGUOUS)
        return prov_why_set(why, result, "several credentials begin with %s", prefix);
    if (result == PROV_OK)
        *ret = credential;
    return result;
}

/* --- secrets and lists ------------------------------------------------------------------------ */

prov_result prov_registry_secret_get(struct prov_registry *registry, int64_t credential,
                                     struct prov_secret *ret, struct prov_why *why)
{
    struct prov_uuid uuid;
    char text[PROV_UUID_TEXT];
    uint8_t box[SEAL_BOX_LEN];
    bool sealed = false;
    struct query query = query_make(registry, SQL_SECRET_GET, why);
    query_int(&query, credential);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        (void)query_column_octets(&query, 0, uuid.octets, sizeof uuid.octets, false);
        sealed = query_column_octets(&query, 1, box, sizeof box, true);
    }
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, result, "there is no credential of the internal number %lld",
                            (long long)credential);
    }
    if (result != PROV_OK)
        return result;
    prov_uuid_format(&uuid, text);
    if (!sealed) {
        return prov_why_set(why, PROV_E_NOT_FOUND, "the registry holds no secret for credential %s",
                            text);
    }
    result = unseal_secret(&registry->keys, &uuid, PROV_BYTES_OF(box), ret);
    if (result != PROV_OK) {
        return prov_why_set(why, result, "the sealed secret of credential %s does not open", text);
    }
    return PROV_OK;
}

struct credential_visitor {
    prov_credential_visit visit;
    void *context;
};

static prov_result credential_visit(struct query *query, void *context)
{
    const struct credential_visitor *visitor = context;
    struct prov_credential credential = {0};
    credential_row(query, &credential);
    return query->corrupt ? PROV_OK : visitor->visit(visitor->context, &credential);
}

prov_result prov_registry_credential_list(struct prov_registry *registry,
                                          const struct prov_credential_filter *filter,
                                          prov_credential_visit visit, void *context,
                                          struct prov_why *why)
{
    static const struct prov_credential_filter any = {0};
    const struct prov_credential_filter *f = filter == NULL ? &any : filter;
    struct credential_visitor visitor = {visit, context};
    bool own = f->device == NULL && f->server != NULL && f->servers > 0;
    enum sql sql = f->device != NULL ? SQL_CREDENTIAL_LIST_DEVICE
                   : own             ? SQL_CREDENTIAL_LIST_SERVER
                                     : SQL_CREDENTIAL_LIST;
    struct query query = query_make_list(registry, sql, why);
    query_octets(&query, f->device == NULL ? NULL : f->device->octets,
                 f->device == NULL ? 0 : sizeof f->device->octets);
    query_text(&query, f->server == NULL ? NULL : f->server->text);
    query_int(&query, f->kind);
    query_int(&query, f->state);
    query_int(&query, f->servers);
    return query_each(&query, credential_visit, &visitor);
}

/* --- changes of state ------------------------------------------------------------------------- */

prov_result credential_alive(const struct prov_credential *credential, struct prov_why *why)
{
    if (credential->state == PROV_STATE_PENDING || credential->state == PROV_STATE_ACTIVE)
        return PROV_OK;
    char text[PROV_UUID_TEXT];
    prov_uuid_format(&credential->uuid, text);
    return prov_why_set(why, PROV_E_CONFLICT, "credential %s is %s", text,
                        prov_state_text(credential->state));
}

bool credential_is_successor(const struct prov_credential *credential)
{
    static const struct prov_uuid none = {{0}};
    return memcmp(credential->replaces.octets, none.octets, sizeof none.octets) != 0;
}

static prov_result note(struct prov_registry *registry, const struct prov_credential *credential,
                        const char *verb, const char *detail, struct prov_why *why)
{
    char subject[CREDENTIAL_SUBJECT];
    credential_subject(credential->is_server, &credential->device, &credential->server, subject);
    return event_add(registry, verb, subject, &credential->uuid, detail, why);
}

prov_result credential_activate(struct prov_registry *registry,
                                const struct prov_credential *credential, const char *verb,
                                struct prov_why *why)
{
    char subject[CREDENTIAL_SUBJECT];
    credential_subject(credential->is_server, &credential->device, &credential->server, subject);
    struct query query = query_make(registry, SQL_CREDENTIAL_ACTIVATE, why);
    query_int(&query, credential->id);
    query_int(&query, registry_now(registry));
    prov_result result = query_run(&query, subject);
    return result == PROV_OK ? note(registry, credential, verb, "", why) : result;
}

prov_result credential_finish(struct prov_registry *registry,
                              const struct prov_credential *credential, enum prov_state state,
                              const char *verb, const char *reason, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CREDENTIAL_END, why);
    query_int(&query, credential->id);
    query_int(&query, state);
    query_int(&query, registry_now(registry));
    query_text(&query, reason);
    prov_result result = query_run(&query, "the credential");
    return result == PROV_OK ? note(registry, credential, verb, reason, why) : result;
}

/* Whoever asked for the successor may have been a thief. The schema allows one that is pending. */
static prov_result revoke_successor(struct prov_registry *registry, int64_t id,
                                    struct prov_why *why)
{
    struct prov_credential successor;
    struct query query = query_make(registry, SQL_CREDENTIAL_PENDING_OF, why);
    query_int(&query, id);
    prov_result result = credential_one(&query, &successor);
    if (result == PROV_E_NOT_FOUND)
        return PROV_OK;
    if (result != PROV_OK)
        return result;
    return credential_finish(registry, &successor, PROV_STATE_REVOKED, "credential.revoke",
                             "the credential that asked for it was revoked", why);
}

static prov_result revoke(struct prov_registry *registry, int64_t id, const char *reason,
                          struct prov_why *why)
{
    struct prov_credential credential;
    prov_result result = credential_get(registry, id, &credential, why);
    if (result == PROV_OK)
        result = credential_alive(&credential, why);
    if (result == PROV_OK) {
        result = credential_finish(registry, &credential, PROV_STATE_REVOKED, "credential.revoke",
                                   reason, why);
    }
    return result == PROV_OK ? revoke_successor(registry, id, why) : result;
}

prov_result prov_registry_credential_revoke(struct prov_registry *registry, int64_t id,
                                            const char *reason, struct prov_why *why)
{
    prov_result result = registry_text_check(reason, "reason", PROV_REASON_MAX, why);
    if (result == PROV_OK && reason[0] == '\0')
        result = prov_why_set(why, PROV_E_USAGE, "a revocation needs a reason");
    if (result == PROV_OK)
        result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, revoke(registry, id, reason, why), why);
}

static prov_result activate(struct prov_registry *registry, int64_t id, struct prov_why *why)
{
    char text[PROV_UUID_TEXT];
    struct prov_credential credential;
    prov_result result = credential_get(registry, id, &credential, why);
    if (result == PROV_OK)
        result = credential_alive(&credential, why);
    if (result != PROV_OK || credential.state == PROV_STATE_ACTIVE)
        return result;
    if (credential_is_successor(&credential)) {
        prov_uuid_format(&credential.uuid, text);
        return prov_why_set(why, PROV_E_CONFLICT, "credential %s waits for its confirm", text);
    }
    result = credential_activate(registry, &credential, "credential.activate", why);
    if (result == PROV_OK && credential.use == PROV_USE_OPERATIONAL && !credential.is_server)
        result = device_enrolled(registry, &credential.device, false, why);
    return result;
}

prov_result prov_registry_credential_activate(struct prov_registry *registry, int64_t id,
                                              struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, activate(registry, id, why), why);
}
