/* SPDX-License-Identifier: Apache-2.0
 *
 * The two slots. A snapshot is written whole into the idle one, entries first, its record last; which one counts is
 * the journal's to say, in one record:
 *
 *     stage    candidate = new             the idle slot holds it
 *     commit   previous = current, current = candidate, not confirmed
 *     confirm  confirmed, previous = none  and the old slot is erased
 *     give up  candidate = none            and its slot is erased
 *
 * The record in front says that the slot was erased whole: without it an area that reads as erased may hold units
 * that a power cut left half erased.
 */
#include <string.h>

#include "store_private.h"

#define SNAPSHOT_AT STORE_RECORD_LEN
#define ENTRIES_AT  (2 * STORE_RECORD_LEN)

/* --- areas ------------------------------------------------------------------------------------ */

static uint32_t slot_end(const struct prov_store *store, int slot)
{
    return store_slot_at(store, slot) + store->area;
}

static struct store_walk slot_walk(const struct prov_store *store, int slot)
{
    return (struct store_walk){.next = store_slot_at(store, slot) + ENTRIES_AT,
                               .end = slot_end(store, slot)};
}

static prov_result slot_clear(struct prov_store *store, int slot)
{
    store->slot[slot].sequence = 0;
    prov_result r = store_erase(store, store_slot_at(store, slot), slot_end(store, slot));
    if (r != PROV_OK)
        return r;
    store_record_make(store, STORE_CLEAN, 0);
    return store_record_write(store, store_slot_at(store, slot));
}

/* Ready to be written: known to be clean and blank behind that, or else erased now. */
static prov_result slot_prepare(struct prov_store *store, int slot)
{
    uint32_t at = store_slot_at(store, slot), written = 0;
    bool clean = store_record_read(store, at, STORE_CLEAN) == PROV_OK &&
                 store_written_end(store, at, slot_end(store, slot), &written) == PROV_OK &&
                 written == at + STORE_RECORD_LEN;
    return clean ? PROV_OK : slot_clear(store, slot);
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

/* A snapshot newer than every one that the journal knows. Beside the current one it is staged: the record that names
 * it was cut, or went bad. Else the journal is lost, or too old to tell: the newest counts, not yet confirmed. The
 * next operation asks the server; neither is erased before it has answered. */
static void state_catch_up(struct prov_store *store, uint32_t newest, uint32_t other)
{
    struct prov_store_state *state = &store->state;
    bool staged = store->journal >= 0 && other == state->current;
    state->last = newest;
    state->candidate = staged ? newest : 0;
    state->current = staged ? other : newest;
    state->previous = staged ? 0 : other;
    state->confirmed = staged;
    state->failures = 0;
    store->damaged = !staged;
}

/* What the journal names but no slot holds is lost: go on with what is left. */
static void state_mend(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    uint32_t a = store->slot[0].sequence, b = store->slot[1].sequence, newest = a < b ? b : a;
    if (newest > state->last) {
        state_catch_up(store, newest, a < b ? a : b);
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

/* A snapshot counts if all of its entries are whole. */
static prov_result slot_open(struct prov_store *store, int slot)
{
    struct store_walk walk = slot_walk(store, slot);
    struct prov_store_slot *ret = &store->slot[slot];
    uint32_t count = 0;
    prov_result r = PROV_OK;
    while ((r = store_walk(store, &walk, STORE_CREDENTIAL)) == PROV_OK)
        count++;
    if (r == PROV_E_NOT_FOUND)
        r = store_record_read(store, store_slot_at(store, slot) + SNAPSHOT_AT, STORE_SNAPSHOT);
    if (r == PROV_OK && count == store_record_u32(store, STORE_AT_COUNT)) {
        ret->sequence = store_record_u32(store, STORE_AT_SEQUENCE);
        ret->entry = (uint8_t)(count - 1);
        ret->from_factory = store_record_u32(store, STORE_AT_ORIGIN) == 1;
    }
    return r;
}

prov_result store_slots_open(struct prov_store *store)
{
    for (int i = 0; i < 2; i++) {
        prov_result r = slot_open(store, i);
        if (r != PROV_OK && r != PROV_E_NOT_FOUND)
            return r;
    }
    state_mend(store);
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

prov_result store_place_walk(const struct prov_store *store, enum prov_store_place place,
                             struct store_walk *ret)
{
    int slot = slot_number(store, store_slot_sequence(store, place));
    if (slot >= 0)
        *ret = slot_walk(store, slot);
    else if (place == PROV_STORE_FACTORY)
        *ret = store_factory_walk(store);
    else
        return PROV_E_NOT_FOUND;
    return PROV_OK;
}

/* --- writing ---------------------------------------------------------------------------------- */

static prov_result copy(struct prov_store *store, const struct store_walk *entry,
                        struct store_walk *to)
{
    uint8_t unit[STORE_UNIT];
    prov_result r = entry->next - entry->at > to->end - to->next ? PROV_E_FULL : PROV_OK;
    for (uint32_t at = entry->at; at < entry->next && r == PROV_OK; at += STORE_UNIT) {
        r = store_read(store, at, unit, sizeof unit);
        if (r == PROV_OK)
            r = store_program(store, to->next, unit, sizeof unit);
        to->next += STORE_UNIT;
    }
    prov_wipe(unit, sizeof unit);
    return r;
}

/* The entries of other servers, from the current snapshot. The name stands in front, behind the head of its
 * member, and ends with a NUL. */
static prov_result copy_others(struct prov_store *store, struct prov_bytes except,
                               struct store_walk *to, uint32_t *ret_count)
{
    struct store_walk from;
    prov_result r = store_place_walk(store, PROV_STORE_CURRENT, &from);
    while (r == PROV_OK) {
        r = store_walk(store, &from, STORE_CREDENTIAL);
        if (r == PROV_OK)
            r = store_compare(store, from.at + STORE_RECORD_LEN + STORE_MEMBER_HEAD, except.data,
                              except.len);
        if (r != PROV_E_CONFLICT)
            continue;
        r = copy(store, &from, to);
        *ret_count += 1;
    }
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

/* Writes a snapshot into the slot that current is not in: the last one. Nothing refers to it yet. No device reaches the last
 * sequence. */
static prov_result snapshot_write(struct prov_store *store, const struct prov_entry *entry,
                                  bool from_factory)
{
    int slot = slot_number(store, store->state.current) == 0 ? 1 : 0;
    struct store_walk to = slot_walk(store, slot);
    uint32_t sequence = store->state.last + 1, others = 0;
    prov_result r = sequence == 0 ? PROV_E_FULL : slot_prepare(store, slot);
    if (r == PROV_OK)
        r = copy_others(store, entry->server, &to, &others);
    store_record_make(store, STORE_CREDENTIAL, 0);
    if (r == PROV_OK)
        r = store_append(store, &to, entry, NULL, 0);
    store_record_make(store, STORE_SNAPSHOT, sequence);
    store_put_u32(store->record + STORE_AT_COUNT, others + 1);
    store_put_u32(store->record + STORE_AT_ORIGIN, from_factory);
    if (r == PROV_OK)
        r = store_record_write(store, store_slot_at(store, slot) + SNAPSHOT_AT);
    if (r != PROV_OK)
        return r;
    store->slot[slot] = (struct prov_store_slot){sequence, (uint8_t)others, from_factory};
    store->state.last = sequence;
    return PROV_OK;
}

/* An unconfirmed snapshot in use, or a candidate, makes way for a new one. */
static prov_result make_way(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    if (!prov_store_unfinished(store))
        return PROV_OK;
    if (state->current != 0 && !state->confirmed)
        state->current = state->previous;
    state->previous = 0;
    state->confirmed = true;
    state->candidate = 0;
    state->failures = 0;
    return store_state_put(store);
}

prov_result prov_store_stage(struct prov_store *store, const struct prov_entry *entry,
                             bool from_factory)
{
    prov_result r = prov_entry_check(entry);
    if (r == PROV_OK)
        r = make_way(store);
    if (r == PROV_OK)
        r = snapshot_write(store, entry, from_factory);
    if (r != PROV_OK)
        return r;
    store->state.candidate = store->state.last;
    store->state.failures = 0;
    return store_state_put(store);
}

prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry)
{
    prov_result r = snapshot_write(store, entry, false);
    if (r != PROV_OK)
        return r;
    store->state.current = store->state.last;
    store->state.confirmed = true;
    r = store_state_put(store);
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
    struct prov_store_state *state = &store->state;
    if (state->candidate == 0)
        return PROV_E_STATE;
    state->previous = state->current;
    state->current = state->candidate;
    state->candidate = 0;
    state->confirmed = false;
    state->failures = 0;
    return store_state_put(store);
}

prov_result prov_store_confirm(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    if (state->current == 0 || state->confirmed)
        return PROV_E_STATE;
    state->confirmed = true;
    state->previous = 0;
    state->failures = 0;
    state->attempts = 0;
    prov_result r = store_state_put(store);
    if (r != PROV_OK)
        return r;
    /* it is confirmed, whatever becomes of the old slot: the next operation tidies again */
    r = prov_store_tidy(store);
    return PROV_OK;
}

prov_result prov_store_failed(struct prov_store *store)
{
    if (store->state.failures < UINT8_MAX)
        store->state.failures++;
    return store_state_put(store);
}

prov_result prov_store_give_up(struct prov_store *store)
{
    if (store->state.candidate == 0)
        return PROV_E_STATE;
    store->state.candidate = 0;
    store->state.failures = 0;
    prov_result r = store_state_put(store);
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
            r = slot_clear(store, i);
    }
    return r;
}
