/* SPDX-License-Identifier: Apache-2.0
 *
 * The two slots. A snapshot is written whole into the idle one, body first, index last; which one
 * counts is the journal's to say, in one record:
 *
 *     stage    candidate = new             the idle slot holds it
 *     commit   previous = current, current = candidate, not confirmed
 *     confirm  confirmed, previous = none  and the old slot is erased
 *     give up  candidate = none            and its slot is erased
 */
#include <string.h>

#include "store_private.h"

/* Programmed after an erase that ran to its end: without it an area that reads as erased may hold
 * units that a power cut left half erased. */
static const uint8_t clean_mark[STORE_UNIT] = "prov: erased whole, not yet used";

/* --- areas ------------------------------------------------------------------------------------ */

prov_result store_slot_clear(struct prov_store *store, int slot)
{
    uint32_t at = store_slot_at(store, slot);
    store->slot[slot] = (struct prov_store_slot){0};
    prov_result r = store_erase_sectors(store, at, store->slot_sectors);
    if (r == PROV_OK)
        r = store_program(store, at, clean_mark, sizeof clean_mark);
    return r == PROV_OK ? store_sync(store) : r;
}

/* Ready to be written: marked clean and blank behind the mark, or else erased now. */
static prov_result slot_prepare(struct prov_store *store, int slot)
{
    uint32_t at = store_slot_at(store, slot);
    uint8_t mark[STORE_UNIT];
    bool blank = false;
    prov_result r = store_read(store, at, mark, sizeof mark);
    if (r == PROV_OK && memcmp(mark, clean_mark, sizeof mark) == 0)
        r = store_blank(store, at + STORE_UNIT, at + store_area_size(store), &blank);
    if (r != PROV_OK || blank)
        return r;
    return store_slot_clear(store, slot);
}

static int slot_number(const struct prov_store *store, uint32_t sequence)
{
    for (int i = 0; i < 2 && sequence != 0; i++)
        if (store->slot[i].sequence == sequence)
            return i;
    return -1;
}

const struct prov_store_slot *prov_store_slot_of(const struct prov_store *store, uint32_t sequence)
{
    int slot = slot_number(store, sequence);
    return slot < 0 ? NULL : &store->slot[slot];
}

/* --- opening ---------------------------------------------------------------------------------- */

/* The journal is lost, or what there is of it is older than the snapshots: the newest counts, not yet
 * confirmed. The next operation asks the server; neither is erased before it has answered. */
static void state_guess(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    uint32_t a = store->slot[0].sequence, b = store->slot[1].sequence;
    state->current = a < b ? b : a;
    state->previous = a < b ? a : b;
    state->candidate = 0;
    state->last = state->current;
    state->confirmed = false;
    store->damaged = state->current != 0;
}

/* A snapshot newer than every one that the journal knows: the record that names it was cut, or went
 * bad. Beside the current one it is staged; else the journal is too old to tell. */
static void state_catch_up(struct prov_store *store, int newest)
{
    struct prov_store_state *state = &store->state;
    uint32_t other = store->slot[1 - newest].sequence;
    state->last = store->slot[newest].sequence;
    if (other != state->current) {
        state_guess(store);
        return;
    }
    state->candidate = store->slot[newest].sequence;
    state->previous = 0;
    state->confirmed = true;
    state->failures = 0;
}

/* What the journal names but no slot holds is lost: go on with what is left. */
static void state_mend(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    int newest = store->slot[0].sequence > store->slot[1].sequence ? 0 : 1;
    if (store->slot[newest].sequence > state->last) {
        state_catch_up(store, newest);
        return;
    }
    if (state->candidate != 0 && slot_number(store, state->candidate) < 0) {
        state->candidate = 0;
        store->damaged = true;
    }
    if (state->current == 0 || slot_number(store, state->current) >= 0)
        return;
    store->damaged = true;
    state->current = slot_number(store, state->previous) >= 0 ? state->previous : 0;
    state->previous = 0;
    state->confirmed = true;
}

prov_result store_slots_open(struct prov_store *store, bool has_state)
{
    for (int i = 0; i < 2; i++) {
        uint32_t at = store_slot_at(store, i);
        struct store_index index = {0};
        enum store_found found = STORE_FOUND_NOTHING;
        prov_result r = store_index_read(store, at + STORE_UNIT, at + STORE_HEAD_LEN,
                                         at + store_area_size(store), &index, &found);
        if (r != PROV_OK)
            return r;
        if (found == STORE_FOUND_VALID && index.type == STORE_SNAPSHOT)
            store->slot[i] = (struct prov_store_slot){index.sequence, index.length, index.entry,
                                                      index.from_factory};
    }
    if (has_state)
        state_mend(store);
    else
        state_guess(store);
    return PROV_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

uint32_t store_slot_sequence(const struct prov_store *store, enum prov_store_place place)
{
    const struct prov_store_state *state = &store->state;
    return place == PROV_STORE_CURRENT     ? state->current
           : place == PROV_STORE_CANDIDATE ? state->candidate
           : place == PROV_STORE_PREVIOUS  ? state->previous
                                           : 0;
}

prov_result store_slot_span(struct prov_store *store, enum prov_store_place place, uint32_t *ret_at,
                            uint32_t *ret_len)
{
    int slot = slot_number(store, store_slot_sequence(store, place));
    if (slot < 0)
        return PROV_E_NOT_FOUND;
    *ret_at = store_slot_at(store, slot) + STORE_HEAD_LEN;
    *ret_len = store->slot[slot].length;
    return PROV_OK;
}

/* --- writing ---------------------------------------------------------------------------------- */

static prov_result frame_put(struct store_writer *writer, struct prov_bytes entry)
{
    uint8_t len[2] = {(uint8_t)(entry.len >> 8), (uint8_t)entry.len};
    prov_result r = store_writer_put(writer, PROV_BYTES_OF(len));
    return r == PROV_OK ? store_writer_put(writer, entry) : r;
}

/* Copies the entries of other servers from the current snapshot, through `room`. */
static prov_result body_copy(struct prov_store *store, struct store_writer *writer,
                             const struct prov_fqdn *except, struct prov_buf room,
                             uint32_t *ret_len, uint8_t *ret_count)
{
    for (size_t i = 0;; i++) {
        struct prov_entry entry;
        struct prov_buf encoded = prov_buf_make(room.data, room.cap);
        prov_result r = prov_store_get(store, PROV_STORE_CURRENT, i, encoded, &entry);
        if (r == PROV_E_NOT_FOUND)
            return PROV_OK;
        if (r != PROV_OK)
            return r;
        if (prov_fqdn_equal(&entry.server, except))
            continue;
        /* the framed octets lie in room as they were read */
        size_t len = ((size_t)room.data[0] << 8 | room.data[1]) + 2;
        r = store_writer_put(writer, PROV_BYTES(room.data, len));
        if (r != PROV_OK)
            return r;
        *ret_len += (uint32_t)len;
        *ret_count += 1;
    }
}

/* 0: there is none after the highest, which no device reaches. */
static uint32_t sequence_next(const struct prov_store *store)
{
    uint32_t all[] = {store->slot[0].sequence, store->slot[1].sequence, store->state.current,
                      store->state.candidate,  store->state.previous,   store->state.last};
    uint32_t high = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        high = all[i] > high ? all[i] : high;
    return high + 1;
}

/* Writes a snapshot into the slot that current is not in. Nothing refers to it yet. The copies of
 * other entries go through `work` first, then the new one is encoded there. */
static prov_result snapshot_write(struct prov_store *store, const struct prov_entry *entry,
                                  bool from_factory, struct prov_buf work, uint32_t *ret_sequence)
{
    int slot = slot_number(store, store->state.current) == 0 ? 1 : 0;
    uint32_t at = store_slot_at(store, slot), end = at + store_area_size(store);
    struct store_index index = {.type = STORE_SNAPSHOT,
                                .from_factory = from_factory,
                                .sequence = sequence_next(store),
                                .offset = at + STORE_HEAD_LEN};
    struct store_writer writer;
    prov_result r = index.sequence == 0 ? PROV_E_FULL : slot_prepare(store, slot);
    if (r != PROV_OK)
        return r;
    store_writer_begin(&writer, store, index.offset, end);
    r = body_copy(store, &writer, &entry->server, work, &index.length, &index.entry);
    struct prov_buf encoded = prov_buf_make(work.data, work.cap);
    if (r == PROV_OK)
        r = prov_entry_encode(entry, &encoded);
    if (r == PROV_OK)
        r = frame_put(&writer, prov_buf_bytes(&encoded));
    prov_result last = store_writer_end(&writer);
    prov_wipe(work.data, work.cap);
    index.length += (uint32_t)encoded.len + 2;
    r = r == PROV_OK ? last : r;
    if (r == PROV_OK)
        r = store_index_write(store, at + STORE_UNIT, &index);
    if (r != PROV_OK)
        return r;
    store->slot[slot] =
        (struct prov_store_slot){index.sequence, index.length, index.entry, from_factory};
    *ret_sequence = index.sequence;
    return PROV_OK;
}

/* An unconfirmed snapshot in use, or a candidate, makes way for a new one. */
static prov_result make_way(struct prov_store *store)
{
    struct prov_store_state state = store->state;
    if (!prov_store_unfinished(store))
        return PROV_OK;
    if (!state.confirmed && state.current != 0) {
        state.current = state.previous;
        state.previous = 0;
        state.confirmed = true;
    }
    state.candidate = 0;
    state.failures = 0;
    return store_state_put(store, &state);
}

prov_result prov_store_stage(struct prov_store *store, const struct prov_entry *entry,
                             bool from_factory, struct prov_buf work)
{
    uint32_t sequence = 0;
    prov_result r = prov_entry_check(entry);
    if (r == PROV_OK)
        r = make_way(store);
    if (r == PROV_OK)
        r = snapshot_write(store, entry, from_factory, work, &sequence);
    if (r != PROV_OK)
        return r;
    struct prov_store_state state = store->state;
    state.candidate = sequence;
    state.last = sequence;
    state.failures = 0;
    return store_state_put(store, &state);
}

prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry,
                               struct prov_buf work)
{
    uint32_t sequence = 0;
    prov_result r = snapshot_write(store, entry, false, work, &sequence);
    if (r != PROV_OK)
        return r;
    struct prov_store_state state = store->state;
    state.current = sequence;
    state.last = sequence;
    state.confirmed = true;
    r = store_state_put(store, &state);
    return r == PROV_OK ? prov_store_tidy(store) : r;
}

/* --- the rotation ----------------------------------------------------------------------------- */

bool prov_store_unfinished(const struct prov_store *store)
{
    const struct prov_store_state *state = &store->state;
    return state->candidate != 0 || (state->current != 0 && !state->confirmed);
}

prov_result prov_store_commit(struct prov_store *store)
{
    struct prov_store_state state = store->state;
    if (state.candidate == 0)
        return PROV_E_STATE;
    state.previous = state.current;
    state.current = state.candidate;
    state.candidate = 0;
    state.confirmed = false;
    state.failures = 0;
    return store_state_put(store, &state);
}

prov_result prov_store_confirm(struct prov_store *store)
{
    struct prov_store_state state = store->state;
    if (state.current == 0 || state.confirmed)
        return PROV_E_STATE;
    state.confirmed = true;
    state.previous = 0;
    state.failures = 0;
    prov_result r = store_state_put(store, &state);
    if (r != PROV_OK)
        return r;
    /* it is confirmed, whatever becomes of the old slot: the next operation tidies again */
    r = prov_store_tidy(store);
    return PROV_OK;
}

prov_result prov_store_failed(struct prov_store *store)
{
    struct prov_store_state state = store->state;
    if (state.failures < UINT8_MAX)
        state.failures++;
    return store_state_put(store, &state);
}

prov_result prov_store_give_up(struct prov_store *store)
{
    struct prov_store_state state = store->state;
    if (state.candidate == 0)
        return PROV_E_STATE;
    state.candidate = 0;
    state.failures = 0;
    prov_result r = store_state_put(store, &state);
    return r == PROV_OK ? prov_store_tidy(store) : r;
}

prov_result prov_store_tidy(struct prov_store *store)
{
    const struct prov_store_state *state = &store->state;
    prov_result r = PROV_OK;
    for (int i = 0; i < 2 && r == PROV_OK; i++) {
        uint32_t sequence = store->slot[i].sequence;
        if (sequence != 0 && sequence != state->current && sequence != state->candidate &&
            sequence != state->previous)
            r = store_slot_clear(store, i);
    }
    return r;
}
