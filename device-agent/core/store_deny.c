/* SPDX-License-Identifier: Apache-2.0
 *
 * The deny-list: two sectors, one with the list in force, the other for the next. The record is the
 * commit; its sequence is the list's version, and the higher one counts. The journal keeps the highest
 * version ever taken, so that a list that rots away brings no older one back in by the front door.
 */
#include <string.h>

#include "store_private.h"

prov_result store_deny_open(struct prov_store *store)
{
    store->deny = -1;
    for (int i = 0; i < store->port->flash.deny_sectors; i++) {
        uint32_t at = store_deny_at(store, i);
        store->at = at;
        store->end = at + store->port->flash.sector_size;
        prov_result r = store_record_read(store);
        uint32_t version = store->record.sequence;
        if (r != PROV_OK && r != PROV_E_NOT_FOUND)
            return r;
        if (r != PROV_OK || store->record.type != STORE_DENY_LIST || version <= store->deny_version)
            continue;
        store->deny = i;
        store->deny_version = version;
        store->deny_length = store->record.length;
    }
    return PROV_OK;
}

bool prov_store_deny_lost(const struct prov_store *store)
{
    return store->state.deny_version > store->deny_version;
}

/* The signed file. */
static prov_result file_read(struct prov_store *store, struct prov_buf *room)
{
    if (store->deny < 0)
        return PROV_E_NOT_FOUND;
    uint8_t *octets = prov_put_space(room, store->deny_length);
    if (octets == NULL)
        return PROV_E_OVERFLOW;
    return store_read(store, store_deny_at(store, store->deny) + STORE_RECORD_LEN, octets,
                      store->deny_length);
}

prov_result prov_store_deny_get(struct prov_store *store, struct prov_buf room,
                                struct prov_deny_list *ret)
{
    prov_result r = file_read(store, &room);
    if (r != PROV_OK)
        return r;
    return prov_deny_list_peek(prov_buf_bytes(&room), ret) == PROV_OK ? PROV_OK : PROV_E_CORRUPT;
}

/* --- taking one in ---------------------------------------------------------------------------- */

/* By the signer of one entry of the place: PROV_E_NOT_FOUND if none has one, PROV_E_SIGNATURE if no one's
 * fits. */
static prov_result open_by_place(struct prov_store *store, enum prov_store_place place,
                                 struct prov_bytes file, uint8_t *work, prov_result so_far,
                                 struct prov_deny_list *ret)
{
    struct prov_entry entry;
    for (size_t i = 0; so_far == PROV_E_NOT_FOUND || so_far == PROV_E_SIGNATURE; i++) {
        prov_result r = prov_store_get(store, place, i, work, &entry);
        if (prov_store_unreadable(r))
            continue;
        if (r != PROV_OK)
            return r == PROV_E_NOT_FOUND ? so_far : r;
        if (entry.deny_signer.len == PROV_POINT_LEN)
            so_far = prov_deny_list_open(store->port->crypto, file, entry.deny_signer.data, ret);
    }
    return so_far;
}

/* Below what was taken before: a roll-back, whoever has signed it (H41). */
static prov_result check_version(struct prov_store *store, uint32_t version, struct prov_bytes file,
                                 uint8_t *work)
{
    const struct prov_store_state *state = &store->state;
    uint32_t newest =
        state->deny_version > store->deny_version ? state->deny_version : store->deny_version;
    if (version > newest)
        return PROV_OK;
    if (version < newest || store->deny_version != newest)
        return version == newest ? PROV_OK : PROV_E_CONFLICT; /* lost, and brought back */
    struct prov_buf room = prov_buf_make(work, PROV_STORE_ENTRY_MAX);
    prov_result r = file_read(store, &room);
    if (r != PROV_OK)
        return r;
    return prov_bytes_equal(prov_buf_bytes(&room), file) ? PROV_E_EXISTS : PROV_E_CONFLICT;
}

static prov_result file_write(struct prov_store *store, int area, uint32_t version,
                              struct prov_bytes file)
{
    uint32_t at = store_deny_at(store, area), end = at + store->port->flash.sector_size;
    struct store_writer writer;
    prov_result r = store_erase(store, at, end - at);
    if (r != PROV_OK)
        return r;
    store_record_make(store, STORE_DENY_LIST, version);
    store_writer_begin(&writer, store, at, end);
    store_writer_put(&writer, file.data, file.len);
    return store_writer_end(&writer);
}

static prov_result put_in_force(struct prov_store *store, uint32_t version, struct prov_bytes file)
{
    int area = store->deny == 0 ? 1 : 0;
    prov_result r = prov_store_session_drop(store); /* its server is judged anew (H40) */
    if (r == PROV_OK)
        r = file_write(store, area, version, file);
    if (r != PROV_OK)
        return r;
    store->deny = area;
    store->deny_version = version;
    store->deny_length = (uint32_t)file.len;
    store->state.deny_version = version;
    r = store_state_put(store);
    if (r == PROV_OK)
        store_log(store, PROV_LOG_DENY_LIST, "", version);
    return r;
}

prov_result prov_store_deny_install(struct prov_store *store, struct prov_bytes file,
                                    uint8_t work[PROV_STORE_ENTRY_MAX], bool dry,
                                    struct prov_deny_list *ret)
{
    const struct prov_flash *flash = &store->port->flash;
    struct prov_deny_list list;
    if (flash->deny_sectors == 0)
        return PROV_E_FULL;
    if (file.len > flash->sector_size - STORE_RECORD_LEN)
        return PROV_E_BOUNDS;
    prov_result r = open_by_place(store, PROV_STORE_FACTORY, file, work, PROV_E_NOT_FOUND, &list);
    r = open_by_place(store, PROV_STORE_CURRENT, file, work, r, &list);
    if (r == PROV_OK) {
        *ret = list;
        r = check_version(store, list.version, file, work);
    }
    prov_wipe(work, PROV_STORE_ENTRY_MAX);
    if (r == PROV_E_EXISTS)
        return PROV_OK;
    return r == PROV_OK && !dry ? put_in_force(store, list.version, file) : r;
}
