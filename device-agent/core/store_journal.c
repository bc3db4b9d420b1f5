/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: two sectors, one in use, records of 64 octets, appended. A torn one fails its check and is passed
 * over; the last good one of a type counts. When a sector is full, the other is erased, and what is live is
 * written there: the state last, in its first place, where it makes the sector the one in use.
 *
 *     sector: state │ record │ record │ …   the sequence of each is the sector's
 *     state:  the members of struct prov_store_state, 4 octets each
 */
#include <string.h>

#include "store_private.h"

#define STATE_WORDS (sizeof(struct prov_store_state) / 4)
_Static_assert(STATE_WORDS * 4 == STORE_RECORD_DATA, "the state fills a record");

static uint32_t journal_base(const struct prov_store *store)
{
    return store_journal_at(store, store->journal);
}

/* --- the state -------------------------------------------------------------------------------- */

static void state_encode(const struct prov_store_state *state, uint8_t ret[STORE_RECORD_DATA])
{
    uint32_t words[STATE_WORDS];
    memcpy(words, state, sizeof words);
    for (size_t i = 0; i < STATE_WORDS; i++)
        store_put_u32(ret + 4 * i, words[i]);
}

static void state_decode(const uint8_t data[STORE_RECORD_DATA], struct prov_store_state *ret)
{
    uint32_t words[STATE_WORDS];
    for (size_t i = 0; i < STATE_WORDS; i++)
        words[i] = store_u32(data + 4 * i);
    memcpy(ret, words, sizeof words);
}

/* --- opening ---------------------------------------------------------------------------------- */

prov_result store_journal_open(struct prov_store *store)
{
    store->journal = -1;
    for (int i = 0; i < PROV_STORE_JOURNAL_SECTORS; i++) {
        prov_result r = store_record_read(store, store_journal_at(store, i), STORE_STATE);
        uint32_t sequence = store_record_u32(store, STORE_AT_SEQUENCE);
        if (r != PROV_OK && r != PROV_E_NOT_FOUND)
            return r;
        if (r == PROV_OK && sequence > store->journal_sequence) {
            store->journal_sequence = sequence;
            store->journal = i;
        }
    }
    if (store->journal < 0)
        return PROV_OK;
    uint32_t base = journal_base(store);
    prov_result r =
        store_written_end(store, base, base + store->port->flash.sector_size, &store->journal_at);
    store->journal_at = (store->journal_at + STORE_RECORD_LEN - 1) & ~(STORE_RECORD_LEN - 1);
    if (r == PROV_OK)
        r = store_journal_get(store, STORE_NONE);
    if (r == PROV_E_NOT_FOUND)
        r = store_journal_get(store, STORE_STATE);
    if (r == PROV_OK)
        state_decode(store->record + STORE_AT_DATA, &store->state);
    return r;
}

prov_result store_journal_get(struct prov_store *store, enum store_type type)
{
    if (store->journal < 0)
        return PROV_E_NOT_FOUND;
    for (uint32_t at = store->journal_at; at > journal_base(store); at -= STORE_RECORD_LEN) {
        prov_result r = store_record_read(store, at - STORE_RECORD_LEN, type);
        bool other =
            r == PROV_OK && store_record_u32(store, STORE_AT_SEQUENCE) != store->journal_sequence;
        if (r != PROV_E_NOT_FOUND && !other)
            return r;
    }
    return PROV_E_NOT_FOUND;
}

/* --- appending -------------------------------------------------------------------------------- */

/* The last record of the type, if there is one, goes to the fresh sector. */
static prov_result carry(struct prov_store *store, enum store_type type, uint32_t sequence,
                         uint32_t *at)
{
    prov_result r = store_journal_get(store, type);
    if (r == PROV_OK) {
        store_put_u32(store->record + STORE_AT_SEQUENCE, sequence);
        r = store_record_write(store, *at);
        *at += STORE_RECORD_LEN;
    }
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

static prov_result carry_all(struct prov_store *store, uint32_t sequence, uint32_t *at)
{
    prov_result r = carry(store, STORE_SEED, sequence, at);
    for (unsigned part = 0; STORE_WITH_SESSION && part < STORE_SESSION_PARTS && r == PROV_OK;
         part++)
        r = carry(store, (enum store_type)(STORE_SESSION + part), sequence, at);
    return PROV_WITH_LOG && r == PROV_OK ? store_log_move(store, sequence, at) : r;
}

static prov_result journal_move(struct prov_store *store)
{
    int to = store->journal == 0 ? 1 : 0;
    uint32_t base = store_journal_at(store, to), at = base + STORE_RECORD_LEN;
    uint32_t sequence = store->journal_sequence + 1;
    if (sequence == 0)
        return PROV_E_FULL;
    prov_result r = store_erase(store, base, base + store->port->flash.sector_size);
    if (r == PROV_OK)
        r = carry_all(store, sequence, &at);
    store_record_make(store, STORE_STATE, sequence);
    state_encode(&store->state, store->record + STORE_AT_DATA);
    if (r == PROV_OK)
        r = store_record_write(store, base);
    if (r != PROV_OK)
        return r;
    store->journal = to;
    store->journal_sequence = sequence;
    store->journal_at = at;
    return PROV_OK;
}

prov_result store_journal_put(struct prov_store *store, enum store_type type, const uint8_t *data,
                              size_t len)
{
    bool full = store->journal < 0 || store->journal_at + STORE_RECORD_LEN >
                                          journal_base(store) + store->port->flash.sector_size;
    prov_result r = full ? journal_move(store) : PROV_OK;
    if (r != PROV_OK)
        return r;
    store_record_make(store, type, store->journal_sequence);
    memcpy(store->record + STORE_AT_DATA, data, len);
    store->journal_at += STORE_RECORD_LEN; /* torn or not, these units are used up */
    r = store_record_write(store, store->journal_at - STORE_RECORD_LEN);
    prov_wipe(store->record, sizeof store->record);
    return r;
}

prov_result store_state_put(struct prov_store *store)
{
    uint8_t data[STORE_RECORD_DATA];
    state_encode(&store->state, data);
    prov_result r = store_journal_put(store, STORE_STATE, data, sizeof data);
    if (r != PROV_OK && prov_store_open(store, store->port) != PROV_OK)
        return PROV_E_IO; /* nothing is written until somebody has opened it */
    return r;
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

prov_result prov_store_attempts(struct prov_store *store, uint8_t attempts)
{
    return change(store, &store->state.attempts, attempts);
}

prov_result prov_store_seed_put(struct prov_store *store, const uint8_t seed[PROV_STORE_SEED_LEN])
{
    return store_journal_put(store, STORE_SEED, seed, PROV_STORE_SEED_LEN);
}

prov_result prov_store_seed_get(struct prov_store *store, uint8_t ret[PROV_STORE_SEED_LEN])
{
    prov_result r = store_journal_get(store, STORE_SEED);
    if (r == PROV_OK)
        memcpy(ret, store->record + STORE_AT_DATA, PROV_STORE_SEED_LEN);
    prov_wipe(store->record, sizeof store->record);
    return r;
}
