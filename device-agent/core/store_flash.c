/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas and blocks of flash. Only this file calls the port's flash.
 */
#include <string.h>

#include "store_private.h"

/* --- geometry --------------------------------------------------------------------------------- */

uint32_t store_slot_at(const struct prov_store *store, int slot)
{
    return (1 + (uint32_t)slot) * store->area;
}

uint32_t store_journal_at(const struct prov_store *store, int journal)
{
    return 3 * store->area + (uint32_t)journal * store->port->flash.sector_size;
}

/* The last sectors. */
uint32_t store_deny_at(const struct prov_store *store, int area)
{
    const struct prov_flash *flash = &store->port->flash;
    return (flash->sector_count - flash->deny_sectors + (uint32_t)area) * flash->sector_size;
}

prov_result store_geometry(struct prov_store *store)
{
    const struct prov_flash *flash = &store->port->flash;
    uint32_t unit = flash->program_unit, rest = PROV_STORE_JOURNAL_SECTORS + flash->deny_sectors;
    bool good = unit != 0 && unit <= STORE_UNIT && (unit & (unit - 1)) == 0 &&
                (flash->erased == 0x00 || flash->erased == 0xff) &&
                flash->sector_size >= PROV_STORE_SECTOR_MIN &&
                flash->sector_size % STORE_RECORD_LEN == 0 &&
                (flash->deny_sectors == 0 || flash->deny_sectors == PROV_STORE_DENY_SECTORS) &&
                flash->sector_count >= 3 + rest &&
                flash->sector_count <= (UINT32_MAX >> 1) / flash->sector_size;
    if (!good)
        return PROV_E_BOUNDS;
    store->area = (flash->sector_count - rest) / 3 * flash->sector_size;
    return PROV_OK;
}

/* --- octets ----------------------------------------------------------------------------------- */

void store_put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

uint32_t store_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

prov_result store_read(struct prov_store *store, uint32_t at, uint8_t *ret, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    uint32_t size = flash->sector_size * flash->sector_count;
    if (at > size || len > size - at)
        return PROV_E_CORRUPT;
    return flash->read(flash->context, at, ret, len);
}

prov_result store_compare(struct prov_store *store, uint32_t at, const uint8_t *octets, size_t len)
{
    uint8_t piece[STORE_UNIT];
    prov_result r = PROV_OK;
    while (len > 0 && r == PROV_OK) {
        size_t take = len < sizeof piece ? len : sizeof piece;
        r = store_read(store, at, piece, take);
        if (r == PROV_OK && memcmp(piece, octets, take) != 0)
            r = PROV_E_CONFLICT;
        at += (uint32_t)take;
        octets += take;
        len -= take;
    }
    prov_wipe(piece, sizeof piece);
    return r;
}

prov_result store_program(struct prov_store *store, uint32_t at, const uint8_t *octets, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    if (!store->open)
        return PROV_E_STATE;
    prov_result r = flash->program(flash->context, at, octets, len);
    if (r == PROV_OK)
        r = store_compare(store, at, octets, len);
    return r == PROV_E_CONFLICT ? PROV_E_IO : r;
}

prov_result store_sync(struct prov_store *store)
{
    return store->port->flash.sync(store->port->flash.context);
}

prov_result store_written_end(struct prov_store *store, uint32_t at, uint32_t end, uint32_t *ret)
{
    uint8_t blank[STORE_UNIT];
    prov_result r = PROV_OK;
    memset(blank, store->port->flash.erased, sizeof blank);
    for (; end > at && r == PROV_OK; end -= STORE_UNIT)
        r = store_compare(store, end - STORE_UNIT, blank, sizeof blank);
    if (r == PROV_E_CONFLICT) {
        end += STORE_UNIT;
        r = PROV_OK;
    }
    *ret = end;
    return r;
}

prov_result store_erase(struct prov_store *store, uint32_t at, uint32_t end)
{
    const struct prov_flash *flash = &store->port->flash;
    uint32_t written = at;
    prov_result r = store->open ? PROV_OK : PROV_E_STATE;
    for (uint32_t sector = at / flash->sector_size;
         sector < end / flash->sector_size && r == PROV_OK; sector++)
        r = flash->erase(flash->context, sector);
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK)
        r = store_written_end(store, at, end, &written);
    return r == PROV_OK && written != at ? PROV_E_IO : r;
}

/* --- a run of octets -------------------------------------------------------------------------- */

void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at)
{
    writer->store = store;
    writer->compare = false;
    writer->at = at;
    writer->result = PROV_OK;
    writer->fill = 0;
}

void store_compare_begin(struct store_writer *writer, struct prov_store *store, uint32_t at)
{
    store_writer_begin(writer, store, at);
    writer->compare = true;
}

static void put_octet(struct store_writer *writer, uint8_t octet)
{
    writer->unit[writer->fill++] = octet;
    writer->at++;
    if (writer->fill < STORE_UNIT)
        return;
    writer->fill = 0;
    if (writer->result == PROV_OK)
        writer->result =
            store_program(writer->store, writer->at - STORE_UNIT, writer->unit, STORE_UNIT);
}

void store_writer_put(struct store_writer *writer, const uint8_t *octets, size_t len)
{
    if (PROV_WITH_BUNDLES && writer->compare && writer->result == PROV_OK)
        writer->result = store_compare(writer->store, writer->at, octets, len);
    if (writer->store == NULL || (PROV_WITH_BUNDLES && writer->compare)) {
        writer->at += (uint32_t)len;
        return;
    }
    for (size_t i = 0; i < len; i++)
        put_octet(writer, octets[i]);
}

prov_result store_writer_end(struct store_writer *writer)
{
    while (writer->fill > 0)
        put_octet(writer, writer->store->port->flash.erased);
    prov_wipe(writer->unit, sizeof writer->unit);
    return writer->result;
}
