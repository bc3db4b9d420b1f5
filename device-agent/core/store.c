/* SPDX-License-Identifier: Apache-2.0
 *
 * The store as a whole: opening, reading entries.
 */
#include <string.h>

#include "store_private.h"

/* --- opening ---------------------------------------------------------------------------------- */

prov_result prov_store_open(struct prov_store *store, const struct prov_port *port)
{
    memset(store, 0, sizeof *store);
    store->port = port;
    prov_result r = store_geometry(store);
    if (r == PROV_OK)
        r = store_identity_find(store);
    if (r == PROV_OK)
        r = store_walk(store, STORE_NONE);
    if (r == PROV_E_NOT_FOUND)
        r = store_journal_open(store);
    if (PROV_WITH_DENY_LIST && r == PROV_OK)
        r = store_deny_open(store);
    if (r == PROV_OK)
        r = store_slots_open(store);
    store->open = r == PROV_OK;
    return r;
}

void prov_store_wipe(struct prov_store *store)
{
    prov_wipe(store, sizeof *store);
}

/* --- reading ---------------------------------------------------------------------------------- */

struct prov_bytes prov_entry_text(const char *text)
{
    return PROV_BYTES((const uint8_t *)text, prov_bytes_text(text).len + 1);
}

prov_result prov_store_next(struct prov_store *store, uint8_t room[PROV_STORE_ENTRY_MAX],
                            struct prov_entry *ret)
{
    prov_result r = store_walk(store, STORE_CREDENTIAL);
    uint32_t len = store->record.length;
    if (r == PROV_OK && len > PROV_STORE_ENTRY_MAX)
        r = PROV_E_CORRUPT;
    if (r == PROV_OK)
        r = store_read(store, store->at + STORE_RECORD_LEN, room, len);
    if (r != PROV_OK)
        return r;
    if (prov_entry_decode(PROV_BYTES(room, len), ret) != PROV_OK)
        return PROV_E_CORRUPT;
    if (PROV_WITH_CACHED_INFO && store->listed != 0 && store->listed == store->state.cache_void)
        ret->cached = PROV_BYTES_NONE;
    return PROV_OK;
}

prov_result prov_store_get(struct prov_store *store, enum prov_store_place place, size_t index,
                           uint8_t room[PROV_STORE_ENTRY_MAX], struct prov_entry *ret)
{
    prov_result r = PROV_OK;
    prov_store_list(store, place);
    for (; index > 0 && r == PROV_OK; index--)
        r = store_walk(store, STORE_CREDENTIAL);
    return r == PROV_OK ? prov_store_next(store, room, ret) : r;
}

static bool entry_fits(const struct prov_entry *entry, const struct prov_fqdn *server,
                       enum prov_kind kind)
{
    return (server == NULL || memcmp(server->text, entry->server.data, entry->server.len) == 0) &&
           (kind == 0 || entry->kind == kind);
}

prov_result prov_store_find(struct prov_store *store, enum prov_store_place place,
                            const struct prov_fqdn *server, enum prov_kind kind,
                            uint8_t room[PROV_STORE_ENTRY_MAX], struct prov_entry *ret)
{
    prov_store_list(store, place);
    uint32_t found = store->end;
    prov_result r = PROV_OK;
    while (r == PROV_OK || prov_store_unreadable(r)) {
        r = prov_store_next(store, room, ret);
        if (r == PROV_OK && entry_fits(ret, server, kind))
            found = store->at;
    }
    store->next = found;
    return r == PROV_E_NOT_FOUND ? prov_store_next(store, room, ret) : r;
}

prov_result prov_store_uses_handle(struct prov_store *store, uint32_t handle,
                                   uint8_t room[PROV_STORE_ENTRY_MAX], bool *ret)
{
    struct prov_identity identity;
    bool used = false;
    prov_result r = prov_store_identity_get(store, &identity);
    if (r == PROV_OK)
        used = identity.key.source == PROV_KEY_HANDLE && identity.key.handle == handle;
    prov_wipe(&identity, sizeof identity);
    for (int place = PROV_STORE_FACTORY; place <= PROV_STORE_PREVIOUS; place++) {
        struct prov_entry entry;
        for (size_t i = 0;; i++) {
            r = prov_store_get(store, (enum prov_store_place)place, i, room, &entry);
            if (r == PROV_E_NOT_FOUND)
                break;
            if (r != PROV_OK)
                return r;
            used |= entry.key.source == PROV_KEY_HANDLE && entry.key.handle == handle;
        }
    }
    *ret = used;
    return PROV_OK;
}
