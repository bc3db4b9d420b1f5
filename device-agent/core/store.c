/* SPDX-License-Identifier: Apache-2.0
 *
 * The store as a whole: opening, reading entries.
 */
#include <string.h>

#include "store_private.h"

/* --- opening ---------------------------------------------------------------------------------- */

prov_result prov_store_open(struct prov_store *store, const struct prov_port *port)
{
    struct prov_identity identity;
    memset(store, 0, sizeof *store);
    store->port = port;
    prov_result r = store_geometry(store);
    if (r != PROV_OK)
        return r;
    struct store_walk walk = store_factory_walk(store);
    r = store_walk(store, &walk, STORE_NONE);
    if (r == PROV_E_NOT_FOUND)
        r = prov_store_identity_get(store, &identity);
    prov_wipe(&identity, sizeof identity);
    if (r == PROV_OK || r == PROV_E_NOT_FOUND)
        r = store_journal_open(store);
    if (r == PROV_OK)
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

static prov_result entry_read(struct prov_store *store, enum prov_store_place place,
                              const struct store_walk *walk, struct prov_buf room,
                              struct prov_entry *ret)
{
    if (walk->length > room.cap)
        return PROV_E_OVERFLOW;
    prov_result r = store_read(store, walk->at + STORE_RECORD_LEN, room.data, walk->length);
    if (r != PROV_OK)
        return r;
    if (prov_entry_decode(PROV_BYTES(room.data, walk->length), ret) != PROV_OK)
        return PROV_E_CORRUPT;
    uint32_t sequence = store_slot_sequence(store, place);
    if (PROV_WITH_CACHED_INFO && sequence != 0 && sequence == store->state.cache_void)
        memset(&ret->cached, 0, sizeof ret->cached);
    return PROV_OK;
}

prov_result prov_store_get(struct prov_store *store, enum prov_store_place place, size_t index,
                           struct prov_buf room, struct prov_entry *ret)
{
    struct store_walk walk;
    prov_result r = store_place_walk(store, place, &walk);
    for (size_t i = 0; i <= index && r == PROV_OK; i++)
        r = store_walk(store, &walk, STORE_CREDENTIAL);
    return r == PROV_OK ? entry_read(store, place, &walk, room, ret) : r;
}

static bool entry_fits(const struct prov_entry *entry, const struct prov_fqdn *server,
                       enum prov_kind kind)
{
    return (server == NULL || prov_bytes_equal(entry->server, prov_entry_text(server->text))) &&
           (kind == 0 || entry->kind == kind);
}

prov_result prov_store_find(struct prov_store *store, enum prov_store_place place,
                            const struct prov_fqdn *server, enum prov_kind kind,
                            struct prov_buf room, struct prov_entry *ret)
{
    struct store_walk walk, found = {.next = 0};
    prov_result r = store_place_walk(store, place, &walk);
    while (r == PROV_OK && (r = store_walk(store, &walk, STORE_CREDENTIAL)) == PROV_OK) {
        r = entry_read(store, place, &walk, room, ret);
        if (r == PROV_OK && entry_fits(ret, server, kind))
            found = walk;
        if (prov_store_unreadable(r))
            r = PROV_OK;
    }
    return r == PROV_E_NOT_FOUND && found.next != 0 ? entry_read(store, place, &found, room, ret)
                                                    : r;
}

prov_result prov_store_uses_handle(struct prov_store *store, uint32_t handle, struct prov_buf room,
                                   bool *ret)
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
