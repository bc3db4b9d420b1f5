/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas and blocks of flash. Only this file calls the port's flash.
 */
#include <string.h>

#include "store_private.h"

/* --- geometry --------------------------------------------------------------------------------- */

uint32_t store_area_size(const struct prov_store *store)
{
    return store->slot_sectors * store->port->flash.sector_size;
}

uint32_t store_factory_at(const struct prov_store *store)
{
    (void)store;
    return 0;
}

uint32_t store_slot_at(const struct prov_store *store, int slot)
{
    return (1 + (uint32_t)slot) * store_area_size(store);
}

uint32_t store_journal_at(const struct prov_store *store, int journal)
{
    return 3 * store_area_size(store) + (uint32_t)journal * store->port->flash.sector_size;
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
    uint32_t unit = flash->program_unit;
    if (unit == 0 || unit > STORE_UNIT || (unit & (unit - 1)) != 0)
        return PROV_E_BOUNDS;
    if (flash->erased != 0x00 && flash->erased != 0xff)
        return PROV_E_BOUNDS;
    if (flash->sector_size < PROV_STORE_SECTOR_MIN || flash->sector_size % STORE_UNIT != 0)
        return PROV_E_BOUNDS;
    if (flash->deny_sectors != 0 && flash->deny_sectors != PROV_STORE_DENY_SECTORS)
        return PROV_E_BOUNDS;
    if (flash->sector_count < 3u + PROV_STORE_JOURNAL_SECTORS + flash->deny_sectors ||
        flash->sector_count > (UINT32_MAX >> 1) / flash->sector_size)
        return PROV_E_BOUNDS;
    store->slot_sectors =
        (flash->sector_count - PROV_STORE_JOURNAL_SECTORS - flash->deny_sectors) / 3;
    return PROV_OK;
}

/* --- blocks ----------------------------------------------------------------------------------- */

prov_result store_read(struct prov_store *store, uint32_t at, uint8_t *ret, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    uint64_t size = (uint64_t)flash->sector_size * flash->sector_count;
    if ((uint64_t)at + len > size)
        return PROV_E_CORRUPT;
    return flash->read(flash->context, at, ret, len);
}

prov_result store_program(struct prov_store *store, uint32_t at, const uint8_t *data, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    prov_result r = flash->program(flash->context, at, data, len);
    if (r != PROV_OK)
        return r;
    uint8_t back[STORE_UNIT];
    for (size_t done = 0; done < len && r == PROV_OK; done += sizeof back) {
        r = store_read(store, at + (uint32_t)done, back, sizeof back);
        if (r == PROV_OK && memcmp(back, data + done, sizeof back) != 0)
            r = PROV_E_IO;
    }
    prov_wipe(back, sizeof back);
    return r;
}

prov_result store_sync(struct prov_store *store)
{
    return store->port->flash.sync(store->port->flash.context);
}

bool store_octets_blank(const struct prov_store *store, const uint8_t *octets, size_t len)
{
    uint8_t differs = 0;
    for (size_t i = 0; i < len; i++)
        differs |= (uint8_t)(octets[i] ^ store->port->flash.erased);
    return differs == 0;
}

prov_result store_blank(struct prov_store *store, uint32_t at, uint32_t end, bool *ret)
{
    uint8_t unit[STORE_UNIT];
    bool blank = true;
    prov_result r = PROV_OK;
    for (; at < end && blank && r == PROV_OK; at += STORE_UNIT) {
        r = store_read(store, at, unit, sizeof unit);
        blank = r == PROV_OK && store_octets_blank(store, unit, sizeof unit);
    }
    prov_wipe(unit, sizeof unit);
    if (r == PROV_OK)
        *ret = blank;
    return r;
}

prov_result store_written_end(struct prov_store *store, uint32_t at, uint32_t end, uint32_t *ret)
{
    uint8_t unit[STORE_UNIT];
    prov_result r = PROV_OK;
    while (end > at) {
        r = store_read(store, end - STORE_UNIT, unit, sizeof unit);
        if (r != PROV_OK || !store_octets_blank(store, unit, sizeof unit))
            break;
        end -= STORE_UNIT;
    }
    prov_wipe(unit, sizeof unit);
    if (r == PROV_OK)
        *ret = end;
    return r;
}

prov_result store_erase_sectors(struct prov_store *store, uint32_t at, uint32_t count)
{
    const struct prov_flash *flash = &store->port->flash;
    for (uint32_t i = 0; i < count; i++) {
        prov_result r = flash->erase(flash->context, at / flash->sector_size + i);
        if (r != PROV_OK)
            return r;
    }
    return store_sync(store);
}

/* --- a run of octets -------------------------------------------------------------------------- */

void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at,
                        uint32_t end)
{
    *writer = (struct store_writer){.store = store, .at = at, .end = end};
}

static prov_result writer_flush(struct store_writer *writer)
{
    if (writer->at + STORE_UNIT > writer->end)
        return PROV_E_FULL;
    prov_result r = store_program(writer->store, writer->at, writer->unit, STORE_UNIT);
    writer->at += STORE_UNIT;
    writer->fill = 0;
    return r;
}

prov_result store_writer_put(struct store_writer *writer, struct prov_bytes octets)
{
    while (octets.len > 0) {
        size_t room = STORE_UNIT - writer->fill;
        size_t take = octets.len < room ? octets.len : room;
        memcpy(writer->unit + writer->fill, octets.data, take);
        writer->fill += take;
        octets = PROV_BYTES(octets.data + take, octets.len - take);
        if (writer->fill == STORE_UNIT) {
            prov_result r = writer_flush(writer);
            if (r != PROV_OK)
                return r;
        }
    }
    return PROV_OK;
}

prov_result store_writer_end(struct store_writer *writer)
{
    prov_result r = PROV_OK;
    if (writer->fill > 0) {
        memset(writer->unit + writer->fill, writer->store->port->flash.erased,
               STORE_UNIT - writer->fill);
        r = writer_flush(writer);
    }
    prov_wipe(writer->unit, sizeof writer->unit);
    return r;
}
