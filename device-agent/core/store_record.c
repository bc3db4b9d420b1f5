/* SPDX-License-Identifier: Apache-2.0
 *
 * The record: 64 octets that make what stands in them, and the body behind them, count.
 *
 *     magic 2 │ version 1 │ type 1 │ sequence 4 │ length of the body 4 │ sector size 4 │
 *     area size 4, and 1 if it is erased to 0xff │ data 40 │ CRC-32 over the 60 octets before and the units of the body 4
 *
 * The check is for what flash does by itself: it finds any burst of 32 bits, and any three. Who writes to the flash on
 * purpose makes any check right.
 */
#include <string.h>

#include "store_private.h"

#define CHECK_AT offsetof(struct prov_store_record, check)
_Static_assert(sizeof(struct prov_store_record) == STORE_RECORD_LEN, "a record has no gaps");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are as they are on flash");

#define MAGIC ('p' | 'v' << 8)

void store_record_make(struct prov_store *store, enum store_type type, uint32_t sequence)
{
    struct prov_store_record *record = &store->record;
    memset(record, 0, sizeof *record);
    record->magic = MAGIC;
    record->version = PROV_STORE_VERSION;
    record->type = (uint8_t)type;
    record->sequence = sequence;
    record->geometry[0] = store->geometry[0];
    record->geometry[1] = store->geometry[1];
}

/* --- the check -------------------------------------------------------------------------------- */

static uint32_t crc_add(uint32_t crc, const uint8_t *octets, size_t len)
{
    for (; len > 0; len--) {
        crc ^= *octets++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return crc;
}

/* store->check: of the record at hand and the units of the body that is in place, which store->next goes behind. */
static prov_result record_check(struct prov_store *store)
{
    uint8_t unit[STORE_UNIT];
    uint32_t crc = crc_add(UINT32_MAX, (const uint8_t *)&store->record, CHECK_AT);
    prov_result r = PROV_OK;
    store->next = store->at + STORE_RECORD_LEN;
    uint32_t end = store->next + store->record.length;
    for (; store->next < end && r == PROV_OK; store->next += STORE_UNIT) {
        r = store_read(store, store->next, unit, sizeof unit);
        crc = crc_add(crc, unit, sizeof unit);
    }
    prov_wipe(unit, sizeof unit);
    store->check = ~crc;
    return r;
}

prov_result store_record_write(struct prov_store *store, uint32_t at)
{
    store->at = at;
    prov_result r = record_check(store);
    store->record.check = store->check;
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK)
        r = store_program(store, at, &store->record, STORE_RECORD_LEN);
    return r == PROV_OK ? store_sync(store) : r;
}

prov_result store_record_read(struct prov_store *store)
{
    const struct prov_store_record *record = &store->record;
    prov_result r = store_read(store, store->at, &store->record, STORE_RECORD_LEN);
    if (r != PROV_OK)
        return r;
    if (record->magic != MAGIC || record->length > store->end - store->at - STORE_RECORD_LEN)
        return PROV_E_NOT_FOUND;
    r = record_check(store);
    if (r != PROV_OK)
        return r;
    if (store->check != record->check)
        return PROV_E_NOT_FOUND;
    if (record->version != PROV_STORE_VERSION)
        return PROV_E_VERSION;
    return record->geometry[0] == store->geometry[0] && record->geometry[1] == store->geometry[1]
               ? PROV_OK
               : PROV_E_CONFLICT;
}

/* --- a run of them ---------------------------------------------------------------------------- */

prov_result store_walk(struct prov_store *store, enum store_type type)
{
    while (store->next + STORE_RECORD_LEN <= store->end) {
        store->at = store->next;
        prov_result r = store_record_read(store);
        if (r == PROV_E_NOT_FOUND)
            store->next = store->at + STORE_UNIT;
        else if (r != PROV_OK || store->record.type == type)
            return r;
    }
    return PROV_E_NOT_FOUND;
}

/* --- writing one with a body ------------------------------------------------------------------ */

void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at,
                        uint32_t end)
{
    writer->store = store;
    writer->start = at;
    writer->at = at + STORE_RECORD_LEN;
    writer->end = end;
    writer->compare = false;
    writer->result = PROV_OK;
}

void store_compare_begin(struct store_writer *writer, struct prov_store *store, uint32_t at)
{
    store_writer_begin(writer, store, at, 0);
    writer->compare = true;
}

static void put_octet(struct store_writer *writer, uint8_t octet)
{
    writer->unit[writer->at++ % STORE_UNIT] = octet;
    if (writer->at % STORE_UNIT != 0)
        return;
    if (writer->result == PROV_OK)
        writer->result =
            writer->at > writer->end
                ? PROV_E_FULL
                : store_program(writer->store, writer->at - STORE_UNIT, writer->unit, STORE_UNIT);
}

static void compare_octet(struct store_writer *writer, uint8_t octet)
{
    uint8_t there = 0;
    if (writer->result == PROV_OK)
        writer->result = store_read(writer->store, writer->at, &there, 1);
    if (writer->result == PROV_OK && there != octet)
        writer->result = PROV_E_CONFLICT;
    writer->at++;
}

void store_writer_put(struct store_writer *writer, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (PROV_WITH_BUNDLES && writer->compare)
            compare_octet(writer, octets[i]);
        else
            put_octet(writer, octets[i]);
}

prov_result store_writer_end(struct store_writer *writer)
{
    struct prov_store *store = writer->store;
    store->record.length = writer->at - writer->start - STORE_RECORD_LEN;
    while (writer->at % STORE_UNIT != 0)
        put_octet(writer, store->port->flash.erased);
    prov_wipe(writer->unit, sizeof writer->unit);
    return writer->result == PROV_OK ? store_record_write(store, writer->start) : writer->result;
}
