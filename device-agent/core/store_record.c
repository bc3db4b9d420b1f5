/* SPDX-License-Identifier: Apache-2.0
 *
 * The record: 64 octets that make what stands in them, and the body behind them, count.
 *
 *     magic 2 │ version 1 │ type 1 │ sequence 4 │ data 40 │ SHA-256 over the 48 octets before and the body, 16
 *
 * The data of one with a body: its length 4 │ sector size 4 │ area size 4, and 1 if it is erased to 0xff │ …
 */
#include <string.h>

#include "store_private.h"

#define MAGIC_0   'p'
#define MAGIC_1   'v'
#define CHECK_AT  48u
#define CHECK     16u
#define SECTOR_AT 12u
#define AREA_AT   16u
_Static_assert(STORE_AT_DATA + STORE_RECORD_DATA == CHECK_AT,
               "the data ends where the check starts");

static bool has_body(enum store_type type)
{
    return type < STORE_STATE;
}

/* What erased octets read as goes where the size of an area, whole sectors, has zeros. A store that was written for
 * another flash is not read, and not harmed. */
static uint32_t area_word(const struct prov_store *store)
{
    return store->area | (store->port->flash.erased & 1u);
}

void store_record_make(struct prov_store *store, enum store_type type, uint32_t sequence)
{
    uint8_t *record = store->record;
    memset(record, 0, sizeof store->record);
    record[0] = MAGIC_0;
    record[1] = MAGIC_1;
    record[2] = PROV_STORE_VERSION;
    record[3] = (uint8_t)type;
    store_put_u32(record + STORE_AT_SEQUENCE, sequence);
}

uint32_t store_record_u32(const struct prov_store *store, size_t at)
{
    return store_u32(store->record + at);
}

/* PROV_E_CORRUPT if the body does not lie in the region. */
static prov_result record_check(struct prov_store *store, uint32_t at, uint8_t ret[PROV_HASH_LEN])
{
    const uint8_t *record = store->record;
    struct prov_crypto *crypto = store->port->crypto;
    struct prov_hash hash = {0};
    uint8_t piece[STORE_UNIT];
    uint32_t left = has_body((enum store_type)record[3]) ? store_u32(record + STORE_AT_LENGTH) : 0;
    prov_result r = prov_crypto_hash_begin(crypto, &hash);
    if (r == PROV_OK)
        r = prov_crypto_hash_add(crypto, &hash, PROV_BYTES(record, CHECK_AT));
    for (at += STORE_RECORD_LEN; r == PROV_OK && left > 0; at += STORE_UNIT) {
        uint32_t take = left < STORE_UNIT ? left : STORE_UNIT;
        r = store_read(store, at, piece, take);
        if (r == PROV_OK)
            r = prov_crypto_hash_add(crypto, &hash, PROV_BYTES(piece, take));
        left -= take;
    }
    if (r == PROV_OK)
        r = prov_crypto_hash_peek(crypto, &hash, ret);
    prov_crypto_hash_drop(crypto, &hash);
    prov_wipe(piece, sizeof piece);
    return r;
}

prov_result store_record_write(struct prov_store *store, uint32_t at)
{
    uint8_t digest[PROV_HASH_LEN];
    if (has_body((enum store_type)store->record[3])) {
        store_put_u32(store->record + SECTOR_AT, store->port->flash.sector_size);
        store_put_u32(store->record + AREA_AT, area_word(store));
    }
    prov_result r = record_check(store, at, digest);
    memcpy(store->record + CHECK_AT, digest, CHECK);
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK)
        r = store_program(store, at, store->record, STORE_RECORD_LEN);
    return r == PROV_OK ? store_sync(store) : r;
}

prov_result store_record_read(struct prov_store *store, uint32_t at, enum store_type type)
{
    uint8_t digest[PROV_HASH_LEN];
    const uint8_t *record = store->record;
    prov_result r = store_read(store, at, store->record, STORE_RECORD_LEN);
    if (r != PROV_OK)
        return r;
    bool newer = record[2] != PROV_STORE_VERSION;
    if (record[0] != MAGIC_0 || record[1] != MAGIC_1 || (!newer && record[3] != type))
        return PROV_E_NOT_FOUND;
    r = record_check(store, at, digest);
    if (r == PROV_E_CORRUPT || (r == PROV_OK && memcmp(digest, record + CHECK_AT, CHECK) != 0))
        return PROV_E_NOT_FOUND;
    if (r == PROV_OK && newer)
        return PROV_E_VERSION;
    bool ours = store_u32(record + SECTOR_AT) == store->port->flash.sector_size &&
                store_u32(record + AREA_AT) == area_word(store);
    if (r == PROV_OK && has_body(type) && !ours)
        r = PROV_E_CONFLICT;
    return r;
}

/* --- an area ---------------------------------------------------------------------------------- */

static uint32_t round_up(uint32_t len)
{
    return (len + STORE_UNIT - 1) & ~(STORE_UNIT - 1);
}

prov_result store_walk(struct prov_store *store, struct store_walk *walk, enum store_type type)
{
    while (walk->next + STORE_RECORD_LEN <= walk->end) {
        walk->at = walk->next;
        prov_result r = store_record_read(store, walk->at, type);
        walk->length = store_record_u32(store, STORE_AT_LENGTH);
        uint32_t next = walk->at + STORE_RECORD_LEN + round_up(walk->length);
        walk->next += STORE_UNIT;
        if (r == PROV_E_NOT_FOUND || (r == PROV_OK && next > walk->end))
            continue;
        walk->next = next;
        return r;
    }
    return PROV_E_NOT_FOUND;
}

prov_result store_append(struct prov_store *store, struct store_walk *walk,
                         const struct prov_entry *entry, const uint8_t *octets, size_t len)
{
    struct store_writer writer;
    uint32_t at = walk->next, room = walk->end - at;
    if (entry != NULL) {
        store_writer_begin(&writer, NULL, 0);
        store_entry_put(&writer, entry);
        len = writer.at;
        if (len > PROV_STORE_ENTRY_MAX)
            return PROV_E_OVERFLOW; /* nobody could read it */
    }
    if (room < STORE_RECORD_LEN || room - STORE_RECORD_LEN < len)
        return PROV_E_FULL;
    store_writer_begin(&writer, store, at + STORE_RECORD_LEN);
    if (entry != NULL)
        store_entry_put(&writer, entry);
    else
        store_writer_put(&writer, octets, len);
    prov_result r = store_writer_end(&writer);
    walk->next = writer.at;
    store_put_u32(store->record + STORE_AT_LENGTH, (uint32_t)len);
    return r == PROV_OK ? store_record_write(store, at) : r;
}
