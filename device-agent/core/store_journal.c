/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: two sectors, one in use, append-only records of 64 octets. A torn record fails its
 * check and is passed over; the last good one of a type counts. When a sector is full, the other is
 * erased, the live part copied there and its header, written last, makes it the one in use.
 *
 *     sector: header 64 │ record 64 │ record 64 │ …
 *     header: record of type 0x10, payload: version 2 │ sequence 4
 *     state:  current 4 │ candidate 4 │ previous 4 │ last 4 │ confirmed 1 │ failures 1 │
 *             attempts 1 │ time floor 8 │ deny-list's version 4 │ void cache 4
 *     session: a part of 44 octets each; the first all zero: there is none
 */
#include <string.h>

#include "store_private.h"

#define RECORD_MAGIC  0xa7u
#define RECORD_HEADER 0x10u
#define RECORD_HEAD   (STORE_RECORD_LEN - STORE_RECORD_CHECK)

struct record {
    uint8_t type;
    uint8_t payload[STORE_RECORD_DATA];
};

/* --- one record ------------------------------------------------------------------------------- */

static prov_result record_check(struct prov_store *store, uint32_t sequence, const uint8_t *head,
                                uint8_t ret[PROV_HASH_LEN])
{
    uint8_t number[4];
    struct prov_buf buf = PROV_BUF_OF(number);
    prov_put_u32(&buf, sequence);
    struct prov_bytes parts[] = {PROV_BYTES_OF(number), PROV_BYTES(head, RECORD_HEAD)};
    return prov_crypto_sha256(store->port->crypto, parts, 2, ret);
}

static prov_result record_write(struct prov_store *store, uint32_t at, uint32_t sequence,
                                uint8_t type, struct prov_bytes payload)
{
    uint8_t block[STORE_RECORD_LEN] = {RECORD_MAGIC, type, (uint8_t)payload.len, 0};
    uint8_t digest[PROV_HASH_LEN];
    if (payload.len > STORE_RECORD_DATA)
        return PROV_E_BOUNDS;
    memcpy(block + 4, payload.data, payload.len);
    /* the header must be found before its sequence is known: its check leaves it out */
    prov_result r = record_check(store, type == RECORD_HEADER ? 0 : sequence, block, digest);
    if (r == PROV_OK) {
        memcpy(block + RECORD_HEAD, digest, STORE_RECORD_CHECK);
        r = store_program(store, at, block, sizeof block);
    }
    prov_wipe(block, sizeof block);
    return r;
}

static prov_result record_read(struct prov_store *store, uint32_t at, uint32_t sequence,
                               struct record *ret, enum store_found *ret_found)
{
    uint8_t block[STORE_RECORD_LEN], digest[PROV_HASH_LEN];
    prov_result r = store_read(store, at, block, sizeof block);
    if (r != PROV_OK)
        return r;
    *ret_found = STORE_FOUND_NOTHING;
    if (store_octets_blank(store, block, sizeof block))
        return PROV_OK;
    *ret_found = STORE_FOUND_TORN;
    if (block[0] != RECORD_MAGIC)
        return PROV_OK;
    r = record_check(store, block[1] == RECORD_HEADER ? 0 : sequence, block, digest);
    if (r == PROV_OK && memcmp(digest, block + RECORD_HEAD, STORE_RECORD_CHECK) == 0) {
        ret->type = block[1];
        memcpy(ret->payload, block + 4, STORE_RECORD_DATA);
        *ret_found = STORE_FOUND_VALID;
    }
    prov_wipe(block, sizeof block);
    return r;
}

/* --- payloads --------------------------------------------------------------------------------- */

static struct prov_bytes state_encode(const struct prov_store_state *state,
                                      uint8_t room[STORE_RECORD_DATA])
{
    struct prov_buf buf = prov_buf_make(room, STORE_RECORD_DATA);
    prov_put_u32(&buf, state->current);
    prov_put_u32(&buf, state->candidate);
    prov_put_u32(&buf, state->previous);
    prov_put_u32(&buf, state->last);
    prov_put_u8(&buf, state->confirmed ? 1 : 0);
    prov_put_u8(&buf, state->failures);
    prov_put_u8(&buf, state->attempts);
    prov_put_u64(&buf, (uint64_t)state->time_floor);
    prov_put_u32(&buf, state->deny_version);
    prov_put_u32(&buf, state->cache_void);
    return prov_buf_bytes(&buf);
}

static bool state_decode(const uint8_t payload[STORE_RECORD_DATA], struct prov_store_state *ret)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(payload, STORE_RECORD_DATA));
    uint8_t confirmed = 0;
    uint64_t floor = 0;
    bool whole = prov_take_u32(&reader, &ret->current) && prov_take_u32(&reader, &ret->candidate) &&
                 prov_take_u32(&reader, &ret->previous) && prov_take_u32(&reader, &ret->last) &&
                 prov_take_u8(&reader, &confirmed) && prov_take_u8(&reader, &ret->failures) &&
                 prov_take_u8(&reader, &ret->attempts) && prov_take_u64(&reader, &floor) &&
                 prov_take_u32(&reader, &ret->deny_version) &&
                 prov_take_u32(&reader, &ret->cache_void);
    ret->confirmed = confirmed == 1;
    ret->time_floor = (int64_t)floor;
    return whole;
}

/* --- opening ---------------------------------------------------------------------------------- */

static prov_result header_read(struct prov_store *store, int journal, uint32_t *ret_sequence)
{
    struct record record = {0};
    enum store_found found = STORE_FOUND_NOTHING;
    uint16_t version = 0;
    uint32_t sequence = 0;
    prov_result r = record_read(store, store_journal_at(store, journal), 0, &record, &found);
    if (r != PROV_OK || found != STORE_FOUND_VALID || record.type != RECORD_HEADER)
        return r;
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(record.payload));
    if (!prov_take_u16(&reader, &version) || !prov_take_u32(&reader, &sequence))
        return PROV_E_CORRUPT;
    if (version != PROV_STORE_VERSION)
        return PROV_E_VERSION;
    *ret_sequence = sequence;
    return PROV_OK;
}

static void session_apply(struct prov_store *store, unsigned part,
                          const uint8_t payload[STORE_RECORD_DATA])
{
    uint8_t any = 0;
    memcpy(store->session + part * STORE_RECORD_DATA, payload, STORE_RECORD_DATA);
    for (size_t i = 0; i < STORE_RECORD_DATA; i++)
        any |= store->session[i];
    store->has_session = any != 0;
    if (part == 0 || part >= store->session_parts)
        store->session_parts = (uint8_t)(part + 1);
}

static void record_apply(struct prov_store *store, const struct record *record, bool *has_state)
{
    switch (record->type) {
    case STORE_RECORD_STATE:
        *has_state |= state_decode(record->payload, &store->state);
        break;
    case STORE_RECORD_SEED:
        memcpy(store->seed, record->payload, sizeof store->seed);
        store->has_seed = true;
        break;
    case STORE_RECORD_LOG:
        store->log_count++;
        break;
    default:
        if (record->type >= STORE_RECORD_SESSION &&
            record->type < STORE_RECORD_SESSION + STORE_SESSION_PARTS)
            session_apply(store, record->type - STORE_RECORD_SESSION, record->payload);
        break;
    }
}

static prov_result journal_scan(struct prov_store *store, bool *has_state)
{
    uint32_t base = store_journal_at(store, store->journal);
    uint32_t end = base + store->port->flash.sector_size;
    struct record record = {0};
    for (uint32_t at = base + STORE_RECORD_LEN; at + STORE_RECORD_LEN <= end;
         at += STORE_RECORD_LEN) {
        enum store_found found = STORE_FOUND_NOTHING;
        prov_result r = record_read(store, at, store->journal_sequence, &record, &found);
        if (r != PROV_OK)
            return r;
        if (found != STORE_FOUND_NOTHING)
            store->journal_at = at + STORE_RECORD_LEN;
        if (found == STORE_FOUND_VALID)
            record_apply(store, &record, has_state);
    }
    prov_wipe(&record, sizeof record);
    return PROV_OK;
}

prov_result store_journal_open(struct prov_store *store, bool *ret_has_state)
{
    store->journal = -1;
    for (int i = 0; i < PROV_STORE_JOURNAL_SECTORS; i++) {
        uint32_t sequence = 0;
        prov_result r = header_read(store, i, &sequence);
        if (r != PROV_OK)
            return r;
        if (sequence > store->journal_sequence) {
            store->journal_sequence = sequence;
            store->journal = i;
        }
    }
    *ret_has_state = false;
    if (store->journal < 0)
        return PROV_OK;
    store->journal_at = store_journal_at(store, store->journal) + STORE_RECORD_LEN;
    return journal_scan(store, ret_has_state);
}

/* --- moving to the other sector --------------------------------------------------------------- */

/* Where a fresh sector is filled, before its header makes it count. */
struct move {
    uint32_t base, at, sequence, logs;
};

static prov_result move_put(struct prov_store *store, struct move *move, uint8_t type,
                            struct prov_bytes payload)
{
    prov_result r = record_write(store, move->at, move->sequence, type, payload);
    move->at += STORE_RECORD_LEN;
    return r;
}

static uint32_t log_keep(const struct prov_store *store)
{
    uint32_t quarter = store->port->flash.sector_size / STORE_RECORD_LEN / 4;
    return quarter < STORE_LOG_KEEP ? quarter : STORE_LOG_KEEP;
}

static prov_result move_logs(struct prov_store *store, struct move *move)
{
    uint32_t keep = log_keep(store);
    uint32_t first = store->log_count > keep ? store->log_count - keep : 0;
    uint8_t payload[STORE_RECORD_DATA];
    for (uint32_t i = first; i < store->log_count; i++) {
        prov_result r = store_journal_log(store, i, payload);
        if (r == PROV_OK)
            r = move_put(store, move, STORE_RECORD_LOG, PROV_BYTES_OF(payload));
        if (r != PROV_OK)
            return r;
        move->logs++;
    }
    return PROV_OK;
}

static prov_result move_session(struct prov_store *store, struct move *move)
{
    prov_result r = PROV_OK;
    for (unsigned part = 0; store->has_session && part < store->session_parts && r == PROV_OK;
         part++)
        r = move_put(store, move, (uint8_t)(STORE_RECORD_SESSION + part),
                     PROV_BYTES(store->session + part * STORE_RECORD_DATA, STORE_RECORD_DATA));
    return r;
}

static prov_result move_header(struct prov_store *store, const struct move *move)
{
    uint8_t payload[6];
    struct prov_buf buf = PROV_BUF_OF(payload);
    prov_put_u16(&buf, PROV_STORE_VERSION);
    prov_put_u32(&buf, move->sequence);
    prov_result r = store_sync(store);
    if (r == PROV_OK)
        r = record_write(store, move->base, move->sequence, RECORD_HEADER, prov_buf_bytes(&buf));
    return r == PROV_OK ? store_sync(store) : r;
}

static prov_result journal_move(struct prov_store *store)
{
    int to = store->journal == 0 ? 1 : 0;
    uint8_t room[STORE_RECORD_DATA];
    struct move move = {.base = store_journal_at(store, to),
                        .sequence = store->journal_sequence + 1};
    move.at = move.base + STORE_RECORD_LEN;
    if (move.sequence == 0)
        return PROV_E_FULL;
    prov_result r = store_erase_sectors(store, move.base, 1);
    if (r == PROV_OK)
        r = move_put(store, &move, STORE_RECORD_STATE, state_encode(&store->state, room));
    if (r == PROV_OK && store->has_seed)
        r = move_put(store, &move, STORE_RECORD_SEED, PROV_BYTES_OF(store->seed));
    if (r == PROV_OK)
        r = move_session(store, &move);
    if (r == PROV_OK && store->journal >= 0)
        r = move_logs(store, &move);
    if (r == PROV_OK)
        r = move_header(store, &move);
    if (r != PROV_OK)
        return r;
    store->journal = to;
    store->journal_sequence = move.sequence;
    store->journal_at = move.at;
    store->log_count = move.logs;
    return PROV_OK;
}

/* --- appending -------------------------------------------------------------------------------- */

static bool journal_full(const struct prov_store *store)
{
    return store->journal < 0 ||
           store->journal_at + STORE_RECORD_LEN >
               store_journal_at(store, store->journal) + store->port->flash.sector_size;
}

prov_result store_journal_append(struct prov_store *store, enum store_record type,
                                 struct prov_bytes payload)
{
    prov_result r = journal_full(store) ? journal_move(store) : PROV_OK;
    if (r != PROV_OK)
        return r;
    r = record_write(store, store->journal_at, store->journal_sequence, (uint8_t)type, payload);
    store->journal_at += STORE_RECORD_LEN; /* torn or not, these units are used up */
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK && type == STORE_RECORD_LOG)
        store->log_count++;
    return r;
}

prov_result store_state_put(struct prov_store *store, const struct prov_store_state *state)
{
    uint8_t room[STORE_RECORD_DATA];
    prov_result r = store_journal_append(store, STORE_RECORD_STATE, state_encode(state, room));
    if (r == PROV_OK)
        store->state = *state;
    return r;
}

prov_result store_journal_log(struct prov_store *store, uint32_t index,
                              uint8_t ret[STORE_RECORD_DATA])
{
    struct record record = {0};
    uint32_t at = store->journal < 0 ? 0 : store_journal_at(store, store->journal);
    for (at += STORE_RECORD_LEN; store->journal >= 0 && at < store->journal_at;
         at += STORE_RECORD_LEN) {
        enum store_found found = STORE_FOUND_NOTHING;
        prov_result r = record_read(store, at, store->journal_sequence, &record, &found);
        if (r != PROV_OK)
            return r;
        if (found != STORE_FOUND_VALID || record.type != STORE_RECORD_LOG || index-- > 0)
            continue;
        memcpy(ret, record.payload, STORE_RECORD_DATA);
        return PROV_OK;
    }
    return PROV_E_NOT_FOUND;
}

/* --- small changes ---------------------------------------------------------------------------- */

prov_result prov_store_floor(struct prov_store *store, int64_t seconds)
{
    struct prov_store_state state = store->state;
    if (seconds <= state.time_floor)
        return PROV_OK;
    state.time_floor = seconds;
    return store_state_put(store, &state);
}

prov_result prov_store_cache_void(struct prov_store *store, uint32_t sequence)
{
    struct prov_store_state state = store->state;
    if (sequence == state.cache_void)
        return PROV_OK;
    state.cache_void = sequence;
    return store_state_put(store, &state);
}

prov_result prov_store_attempts(struct prov_store *store, uint8_t attempts)
{
    struct prov_store_state state = store->state;
    if (attempts == state.attempts)
        return PROV_OK;
    state.attempts = attempts;
    return store_state_put(store, &state);
}

prov_result prov_store_seed_put(struct prov_store *store, const uint8_t seed[PROV_STORE_SEED_LEN])
{
    prov_result r =
        store_journal_append(store, STORE_RECORD_SEED, PROV_BYTES(seed, PROV_STORE_SEED_LEN));
    if (r != PROV_OK)
        return r;
    memcpy(store->seed, seed, PROV_STORE_SEED_LEN);
    store->has_seed = true;
    return PROV_OK;
}

prov_result prov_store_seed_get(const struct prov_store *store, uint8_t ret[PROV_STORE_SEED_LEN])
{
    if (!store->has_seed)
        return PROV_E_NOT_FOUND;
    memcpy(ret, store->seed, PROV_STORE_SEED_LEN);
    return PROV_OK;
}

/* --- a session -------------------------------------------------------------------------------- */

static prov_result session_append(struct prov_store *store, unsigned part,
                                  const uint8_t payload[STORE_RECORD_DATA])
{
    prov_result r = store_journal_append(store, (enum store_record)(STORE_RECORD_SESSION + part),
                                         PROV_BYTES(payload, STORE_RECORD_DATA));
    if (r == PROV_OK)
        session_apply(store, part, payload);
    return r;
}

prov_result prov_store_session_put(struct prov_store *store, struct prov_bytes session)
{
    uint8_t payload[STORE_RECORD_DATA];
    prov_result r = session.len > PROV_STORE_SESSION_MAX ? PROV_E_BOUNDS : PROV_OK;
    for (size_t at = 0; at < session.len && r == PROV_OK; at += sizeof payload) {
        size_t take = session.len - at < sizeof payload ? session.len - at : sizeof payload;
        memset(payload, 0, sizeof payload);
        memcpy(payload, session.data + at, take);
        r = session_append(store, (unsigned)(at / sizeof payload), payload);
    }
    return r;
}

prov_result prov_store_session_get(const struct prov_store *store,
                                   uint8_t ret[PROV_STORE_SESSION_MAX])
{
    if (!store->has_session)
        return PROV_E_NOT_FOUND;
    memcpy(ret, store->session, PROV_STORE_SESSION_MAX);
    return PROV_OK;
}

prov_result prov_store_session_drop(struct prov_store *store)
{
    static const uint8_t none[STORE_RECORD_DATA];
    return store->has_session ? session_append(store, 0, none) : PROV_OK;
}
