/* SPDX-License-Identifier: Apache-2.0
 *
 * The two slots. A snapshot is written whole into the idle one, the entries of other servers first, the new one last:
 * its record, with the snapshot's sequence and how many entries it has, makes the snapshot whole. Which one counts is
 * the journal's to say, in one record:
 *
 *     stage    candidate = new             the idle slot holds it
 *     commit   previous = current, current = candidate, not confirmed
 *     confirm  confirmed, previous = none  and the old slot is erased
 *     give up  candidate = none            and its slot is erased
 *
 * The journal says, too, that the idle slot was erased whole: one that only reads as erased may hold units that a
 * power cut left half erased.
 */
#include <string.h>

#include "store_private.h"

/* --- areas ------------------------------------------------------------------------------------ */

void store_area_walk(struct prov_store *store, uint32_t area)
{
    store_walk_over(store, area * store->area, (area + 1) * store->area);
}

/* Sequences are odd in the first slot, even in the second: which one a snapshot is in, and which it is not. */
static uint32_t slot_with(uint32_t sequence)
{
    return ~sequence % 2;
}
static uint32_t slot_without(uint32_t sequence)
{
    return sequence % 2;
}
static uint32_t slot_at(const struct prov_store *store, uint32_t slot)
{
    return (1 + slot) * store->area;
}

/* --- opening ---------------------------------------------------------------------------------- */

static void state_set(struct prov_store_state *state, uint32_t current, uint32_t candidate,
                      uint32_t previous, enum prov_store_confirmed confirmed)
{
    state->current = current;
    state->candidate = candidate;
    state->previous = previous;
    state->confirmed = confirmed;
    state->failures = 0;
}

/* The journal and the slots go bad each for itself. A snapshot newer than every one that the journal knows is staged: the
 * record that names it was cut. What is named but in no slot is lost. Without the current one, or the journal, the
 * newest that is left counts, not yet confirmed, and nothing is erased before the server has answered; or else the one
 * before the one that is lost. */
static void state_mend(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    uint32_t a = store->slot[0], b = store->slot[1], newest = a < b ? b : a;
    uint32_t current = state->current;
    if (newest > state->last) {
        state->last = newest;
        state_set(state, current, newest, 0, PROV_STORE_CONFIRMED);
    }
    for (int i = 0; i < 3; i++) { /* the three that are named come first */
        uint32_t *sequence = &store->state_words[i];
        if (*sequence == 0 || *sequence == store->slot[slot_with(*sequence)])
            continue;
        *sequence = 0;
        store->damaged = true;
    }
    if (state->current == current && (store->journal_end != 0 || state->candidate == 0))
        return;
    store->damaged = true;
    if (state->candidate != 0)
        state_set(state, newest, 0, store->slot[slot_without(newest)], PROV_STORE_UNCONFIRMED);
    else
        state_set(state, state->previous, 0, 0, PROV_STORE_CONFIRMED);
}

/* The last entry that is whole says how many there were before it, and by its sequence that it was written for this
 * slot: a copy of it in the other one brings no snapshot, however many were copied when the power went. */
static prov_result slot_open(struct prov_store *store, uint32_t slot)
{
    uint32_t count = 0;
    prov_result r = PROV_OK;
    store_area_walk(store, 1 + slot);
    while ((r = store_walk(store, STORE_CREDENTIAL)) == PROV_OK) {
        uint32_t sequence = store->record.sequence;
        bool whole = store->record.others == count++ && slot_with(sequence) == slot;
        store->slot[slot] = whole ? sequence : 0;
    }
    return r;
}

prov_result store_slots_open(struct prov_store *store)
{
    for (uint32_t slot = 0; slot < 2; slot++) {
        prov_result r = slot_open(store, slot);
        if (r != PROV_E_NOT_FOUND)
            return r;
    }
    state_mend(store);
    return PROV_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

void prov_store_list(struct prov_store *store, enum prov_store_place place)
{
    uint32_t sequence = store_slot_sequence(store, place);
    store->listed = sequence;
    store_area_walk(store, sequence == 0 ? 0 : 1 + slot_with(sequence));
    if (sequence == 0 && place != PROV_STORE_FACTORY)
        store->end = 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The record at hand and its body, to *to, which goes behind. */
static prov_result copy(struct prov_store *store, uint32_t *to)
{
    uint8_t unit[STORE_UNIT];
    prov_result r = PROV_OK;
    for (uint32_t at = store->at; at < store->next && r == PROV_OK; at += STORE_UNIT) {
        r = store_read(store, at, unit, sizeof unit);
        if (r == PROV_OK)
            r = store_program(store, *to, unit, sizeof unit);
        *to += STORE_UNIT;
    }
    prov_wipe(unit, sizeof unit);
    return r;
}

/* The entries of other servers, from the current snapshot: a slot has room for those of the other. The name stands in
 * front, behind the head of its member, and ends with a NUL. */
static prov_result copy_others(struct prov_store *store, const struct prov_bytes *except,
                               uint32_t *to, uint32_t *ret_count)
{
    uint8_t name[PROV_FQDN_MAX + 1];
    prov_result r = PROV_OK;
    prov_store_list(store, PROV_STORE_CURRENT);
    while (r == PROV_OK && (r = store_walk(store, STORE_CREDENTIAL)) == PROV_OK) {
        r = store_read(store, store->at + STORE_RECORD_LEN + STORE_MEMBER_HEAD, name, except->len);
        if (r != PROV_OK || memcmp(name, except->data, except->len) == 0)
            continue;
        r = copy(store, to);
        ++*ret_count;
    }
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

/* Neither an unconfirmed snapshot nor, but for `candidate`, a staged one. */
static prov_result settle(struct prov_store *store, uint32_t current, uint32_t candidate)
{
    state_set(&store->state, current, candidate, 0, PROV_STORE_CONFIRMED);
    return store_state_put(store);
}

/* The slot that the one to be kept is not in is known to be clean, and blank, or else erased now; whatever is there makes
 * way. */
static prov_result make_way(struct prov_store *store, uint32_t kept)
{
    uint32_t at = slot_at(store, slot_without(kept));
    if (store->state.confirmed == PROV_STORE_CLEAN &&
        store_written_end(store, at, store->area) == at)
        return PROV_OK;
    prov_result r = settle(store, kept, 0);
    return r == PROV_OK ? prov_store_tidy(store) : r;
}

/* Writes a snapshot that nothing refers to yet. No device reaches the last sequence. */
static prov_result snapshot_write(struct prov_store *store, const struct prov_entry *entry)
{
    struct prov_store_state *state = &store->state;
    struct store_writer writer;
    prov_result r = prov_entry_check(entry);
    if (r == PROV_OK)
        r = make_way(store,
                     state->confirmed != PROV_STORE_UNCONFIRMED ? state->current : state->previous);
    if (r != PROV_OK)
        return r;
    uint32_t sequence = state->last + 1 + (state->last ^ state->current) % 2;
    uint32_t at = slot_at(store, slot_with(sequence));
    uint32_t end = at + store->area, others = 0;
    r = copy_others(store, &entry->server, &at, &others);
    if (r != PROV_OK)
        return r;
    store_writer_begin(&writer, store, at, end);
    if (end > writer.at + PROV_STORE_ENTRY_MAX) /* a longer one nobody could read */
        writer.end = writer.at + PROV_STORE_ENTRY_MAX;
    store_record_make(store, STORE_CREDENTIAL, sequence);
    store->record.others = others;
    store_entry_put(&writer, entry);
    r = store_writer_end(&writer);
    if (r == PROV_OK) {
        state->last = sequence;
        store->slot[slot_with(sequence)] = sequence;
    }
    return r;
}

/* --- the rotation ----------------------------------------------------------------------------- */

prov_result prov_store_stage(struct prov_store *store, const struct prov_entry *entry)
{
    prov_result r = snapshot_write(store, entry);
    return r == PROV_OK ? settle(store, store->state.current, store->state.last) : r;
}

/* An old snapshot goes at once. Whatever becomes of its slot: the next operation tidies again. */
static prov_result finish(struct prov_store *store, uint32_t current)
{
    prov_result r = settle(store, current, 0);
    if (r != PROV_OK || store->slot[slot_without(current)] == 0)
        return r;
    r = prov_store_tidy(store);
    return PROV_OK;
}

prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry)
{
    prov_result r = snapshot_write(store, entry);
    return r == PROV_OK ? finish(store, store->state.last) : r;
}

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
    state_set(state, state->candidate, 0, state->current, PROV_STORE_UNCONFIRMED);
    return store_state_put(store);
}

prov_result prov_store_confirm(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    if (state->current == 0 || state->confirmed != PROV_STORE_UNCONFIRMED)
        return PROV_E_STATE;
    state->attempts = 0;
    return finish(store, state->current);
}

prov_result prov_store_failed(struct prov_store *store)
{
    store->state.failures++;
    return store_state_put(store);
}

prov_result prov_store_give_up(struct prov_store *store)
{
    return store->state.candidate == 0 ? PROV_E_STATE : finish(store, store->state.current);
}

prov_result prov_store_tidy(struct prov_store *store)
{
    struct prov_store_state *state = &store->state;
    uint32_t idle = slot_without(state->current), at = slot_at(store, idle);
    if (state->confirmed != PROV_STORE_CONFIRMED || state->candidate != 0)
        return PROV_OK;
    store->slot[idle] = 0;
    prov_result r = store_erase(store, at, store->area);
    if (r != PROV_OK)
        return r;
    state->confirmed = PROV_STORE_CLEAN;
    return store_state_put(store);
}
