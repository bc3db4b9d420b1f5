/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: two sectors, one in use, records of 64 octets, appended. A torn one fails its check and is passed
 * over; the last good one of a type counts. When a sector is full, the other is erased, and what is live is
 * written there: the state last, in its first place, where it makes the sector the one in use.
 *
 *     sector: state │ record │ record │ …   the sequence of the first is the sector's
 *     state:  the members of struct prov_store_state, 4 octets each
 */
#include <string.h>

#include "store_private.h"

static uint32_t sector_size(const struct prov_store *store)
{
    return store->geometry[0];
}

static uint32_t first_sector(const struct prov_store *store)
{
    return STORE_JOURNAL_AREA * store->area;
}

/* Where the sector starts that is not in use. */
static uint32_t other_sector(const struct prov_store *store)
{
    uint32_t second = first_sector(store) + sector_size(store);
    return store->journal_end == second ? second : first_sector(store);
}

/* --- opening ---------------------------------------------------------------------------------- */

prov_result store_journal_open(struct prov_store *store)
{
    uint32_t at = first_sector(store);
    for (int i = 0; i < PROV_STORE_JOURNAL_SECTORS; i++, at = store->end) {
        store->at = at;
        store->end = at + sector_size(store);
        prov_result r = store_record_read(store);
        if (r != PROV_OK && r != PROV_E_NOT_FOUND)
            return r;
        if (r == PROV_OK && store->record.sequence > store->journal_sequence) {
            store->journal_sequence = store->record.sequence;
            store->journal_end = store->end;
        }
    }
    if (store->journal_end == 0)
        return PROV_OK;
    store->journal_at =
        store_written_end(store, store->journal_end - sector_size(store), sector_size(store));
    prov_result r = store_journal_get(store, STORE_STATE);
    if (r == PROV_OK)
        memcpy(&store->state, store->record.data, sizeof store->state);
    return r;
}

prov_result store_journal_get(struct prov_store *store, enum store_type type)
{
    store_journal_walk(store);
    uint32_t found = store->end;
    prov_result r = PROV_OK;
    while ((r = store_walk(store, type)) == PROV_OK)
        found = store->at;
    store->next = found;
    return r == PROV_E_NOT_FOUND ? store_walk(store, type) : r;
}

/* --- appending -------------------------------------------------------------------------------- */

static prov_result put(struct prov_store *store, uint32_t at, enum store_type type,
                       const void *data, size_t len)
{
    store_record_make(store, type, store->journal_sequence);
    memcpy(store->record.data, data, len);
    prov_result r = store_record_write(store, at);
    prov_wipe(&store->record, sizeof store->record);
    return r;
}

/* The last record of each type that has one goes to the fresh sector as it is. */
static prov_result carry(struct prov_store *store, uint32_t *to)
{
    for (int type = STORE_SEED; type <= STORE_LAST_KEPT; type++) {
        prov_result r = store_journal_get(store, (enum store_type)type);
        if (r == PROV_E_NOT_FOUND)
            continue;
        if (r == PROV_OK)
            r = store_program(store, *to, &store->record, STORE_RECORD_LEN);
        if (r != PROV_OK)
            return r;
        *to += STORE_RECORD_LEN;
    }
    return PROV_WITH_LOG ? store_log_move(store, to) : PROV_OK;
}

static prov_result journal_move(struct prov_store *store)
{
    uint32_t to = other_sector(store);
    uint32_t next = to + STORE_RECORD_LEN;
    prov_result r = store_erase(store, to, sector_size(store));
    if (r == PROV_OK)
        r = carry(store, &next);
    if (r != PROV_OK)
        return r;
    store->journal_at = next;
    store->journal_end = to + sector_size(store);
    store->journal_sequence++;
    return put(store, to, STORE_STATE, &store->state, sizeof store->state);
}

prov_result store_journal_put(struct prov_store *store, enum store_type type, const void *data,
                              size_t len)
{
    bool full = store->journal_at + STORE_RECORD_LEN > store->journal_end;
    prov_result r = full ? journal_move(store) : PROV_OK;
    if (r == PROV_OK) {
        uint32_t at = store->journal_at;
        store->journal_at += STORE_RECORD_LEN; /* torn or not, these units are used up */
        r = put(store, at, type, data, len);
    }
    if (r != PROV_OK && store->open && prov_store_open(store, store->port) != PROV_OK)
        return PROV_E_IO; /* nothing is written until somebody has opened it */
    return r;
}

prov_result store_state_put(struct prov_store *store)
{
    return store_journal_put(store, STORE_STATE, &store->state, sizeof store->state);
}

/* --- small changes ---------------------------------------------------------------------------- */

static prov_result change(struct prov_store *store, uint32_t *member, uint32_t value)
{
    if (*member == value)
        return PROV_OK;
    *member = value;
    return store_state_put(store);
}

prov_result prov_store_floor(struct prov_store *store, int64_t seconds)
{
    uint32_t floor = seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
    return seconds <= store->state.time_floor ? PROV_OK
                                              : change(store, &store->state.time_floor, floor);
}

prov_result prov_store_cache_void(struct prov_store *store, uint32_t sequence)
{
    return change(store, &store->state.cache_void, sequence);
}

prov_result prov_store_attempt_failed(struct prov_store *store)
{
    return change(store, &store->state.attempts, store->state.attempts + 1);
}

/* --- the seed --------------------------------------------------------------------------------- */

/* The journal has none: it is new, or was lost. From here on the factory area is longer, by what is no record. */
static prov_result seed_anew(struct prov_store *store, uint32_t at)
{
    memset(&store->record, 0x5a, sizeof store->record);
    return at + STORE_UNIT > store->area ? PROV_E_FULL
                                         : store_program(store, at, &store->record, STORE_UNIT);
}

/* What was kept, and where the store stands: factory area and journal only grow, and a journal is followed by one with
 * a higher sequence, so that no two starts that find the same seed, or none, stand at the same place. */
prov_result prov_store_seed_get(struct prov_store *store, uint8_t ret[PROV_STORE_SEED_LEN])
{
    const uint32_t place[] = {store_written_end(store, 0, store->area), store->journal_at,
                              store->journal_sequence};
    prov_result r = store_journal_get(store, STORE_SEED);
    if (r == PROV_E_NOT_FOUND)
        r = seed_anew(store, place[0]);
    if (r == PROV_OK) {
        memcpy(ret, store->record.data, PROV_STORE_SEED_LEN);
        memcpy(ret + PROV_STORE_SEED_LEN - sizeof place, place, sizeof place);
    }
    prov_wipe(&store->record, sizeof store->record);
    return r;
}

/* No sector with a seed of long ago stays to be found when the one in use is lost. */
prov_result prov_store_seed_put(struct prov_store *store, const uint8_t seed[PROV_STORE_SEED_LEN])
{
    prov_result r = store_journal_put(store, STORE_SEED, seed, PROV_STORE_SEED_LEN);
    uint32_t other = other_sector(store), len = sector_size(store);
    return r == PROV_OK && store_written_end(store, other, len) != other
               ? store_erase(store, other, len)
               : r;
}
