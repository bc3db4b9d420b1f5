/* SPDX-License-Identifier: Apache-2.0
 *
 * Sector 0 and the last one: the ends. 1: programmed whole. 2: units, erased as a neighbour. 3: unaligned data, sync.
 */
#include "contract_private.h"

#include <string.h>

#include "prov/store.h"

#define UNIT_MAX 32
#define RECORD   64 /* of the store: sectors are whole ones */
#define RUN      4  /* units that are programmed by one call */

enum { SECTOR_FULL = 1, SECTOR_UNITS = 2, SECTOR_OTHER = 3 };

static uint32_t region_len(const struct prov_flash *flash)
{
    return flash->sector_size * flash->sector_count;
}

/* What is programmed at an offset: no octet is as its neighbour, none is erased. */
static uint8_t pattern(const struct prov_flash *flash, uint32_t offset)
{
    uint8_t value = (uint8_t)(offset * 29 + (offset >> 8) + 1);

    return value == flash->erased ? (uint8_t)~flash->erased : value;
}

static prov_result put(const struct prov_flash *flash, uint32_t offset, size_t len)
{
    uint8_t data[RUN * UNIT_MAX];

    for (size_t i = 0; i < len; i++)
        data[i] = pattern(flash, offset + (uint32_t)i);
    return flash->program(flash->context, offset, data, len);
}

/* Whether the octets read as they were programmed, or as erased. */
static bool holds(const struct prov_flash *flash, uint32_t offset, size_t len, bool programmed)
{
    uint8_t octets[UNIT_MAX];

    for (size_t at = 0; at < len; at += sizeof octets) {
        size_t take = len - at < sizeof octets ? len - at : sizeof octets;
        uint32_t from = offset + (uint32_t)at;
        if (flash->read(flash->context, from, octets, take) != PROV_OK)
            return false;
        for (size_t i = 0; i < take; i++)
            if (octets[i] != (programmed ? pattern(flash, from + (uint32_t)i) : flash->erased))
                return false;
    }
    return true;
}

/* --- before and after ------------------------------------------------------------------------- */

prov_result contract_blank(const struct prov_flash *flash, bool *ret)
{
    uint8_t octet;

    for (uint32_t sector = 0; sector < flash->sector_count; sector++)
        if (flash->read(flash->context, sector * flash->sector_size, &octet, 1) != PROV_OK)
            return PROV_E_IO;
    *ret = holds(flash, 0, region_len(flash), false);
    return PROV_OK;
}

prov_result contract_erase_all(const struct prov_flash *flash)
{
    for (uint32_t sector = 0; sector < flash->sector_count; sector++)
        if (flash->erase(flash->context, sector) != PROV_OK)
            return PROV_E_IO;
    return PROV_OK;
}

/* --- what the geometry may be ----------------------------------------------------------------- */

enum prov_contract_outcome contract_geometry(const struct prov_contract *contract)
{
    const struct prov_flash *f = &contract->port->flash;
    uint32_t unit = f->program_unit;

    return contract_kept_if(
        f->read != NULL && f->program != NULL && f->erase != NULL && f->sync != NULL && unit >= 1 &&
        unit <= UNIT_MAX && (unit & (unit - 1)) == 0 && f->sector_size >= PROV_STORE_SECTOR_MIN &&
        f->sector_size % RECORD == 0 && (f->erased == 0xff || f->erased == 0x00) &&
        (f->deny_sectors == 0 || f->deny_sectors == PROV_STORE_DENY_SECTORS) &&
        f->sector_count >= 3u + PROV_STORE_JOURNAL_SECTORS + f->deny_sectors &&
        f->sector_count <= (UINT32_MAX >> 1) / f->sector_size);
}

/* --- programming ------------------------------------------------------------------------------ */

/* A sector: its first half one unit at a time, the other some units at a time. */
enum prov_contract_outcome contract_flash_program(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t start = SECTOR_FULL * flash->sector_size, half = flash->sector_size / 2;
    uint32_t step = flash->program_unit;

    for (uint32_t at = 0; at < flash->sector_size; at += step) {
        step = flash->program_unit * (at < half ? 1 : RUN);
        if (step > flash->sector_size - at)
            step = flash->sector_size - at;
        if (put(flash, start + at, step) != PROV_OK)
            return PROV_CONTRACT_BROKEN;
    }
    return contract_kept_if(holds(flash, start, flash->sector_size, true));
}

/* Any offset, any length, to any address: as the same octets read one by one. */
enum prov_contract_outcome contract_flash_read(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t start = SECTOR_FULL * flash->sector_size;
    uint8_t some[UNIT_MAX + 8], one;

    for (uint32_t from = 0; from < 8; from++)
        for (size_t len = 0; len <= UNIT_MAX; len++) {
            uint8_t *to = some + from;
            if (flash->read(flash->context, start + from, to, len) != PROV_OK)
                return PROV_CONTRACT_BROKEN;
            for (uint32_t i = 0; i < len; i++)
                if (flash->read(flash->context, start + from + i, &one, 1) != PROV_OK ||
                    to[i] != one)
                    return PROV_CONTRACT_BROKEN;
        }
    return PROV_CONTRACT_KEPT;
}

/* What stands at a unit now, to see later whether it is still the same. */
struct unit {
    uint8_t octets[UNIT_MAX];
};

static bool look(const struct prov_flash *flash, uint32_t offset, struct unit *ret)
{
    memset(ret, 0, sizeof *ret);
    return flash->read(flash->context, offset, ret->octets, flash->program_unit) == PROV_OK;
}

static bool unchanged(const struct prov_flash *flash, uint32_t offset, const struct unit *before)
{
    struct unit now;

    return look(flash, offset, &now) && memcmp(&now, before, sizeof now) == 0;
}

/* Data for program come from any address: the same octets, the same unit. */
enum prov_contract_outcome contract_flash_unaligned(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t start = SECTOR_OTHER * flash->sector_size, unit = flash->program_unit;
    struct unit first = {{0}};
    union {
        uint64_t align;
        uint8_t octets[UNIT_MAX + 8];
    } data = {0};

    for (uint32_t shift = 0; shift < 8; shift++) {
        uint32_t offset = start + shift * unit;
        for (uint32_t i = 0; i < unit; i++)
            data.octets[shift + i] = pattern(flash, i);
        if (flash->program(flash->context, offset, data.octets + shift, unit) != PROV_OK ||
            (shift == 0 && !look(flash, offset, &first)) || !unchanged(flash, offset, &first))
            return PROV_CONTRACT_BROKEN;
    }
    return PROV_CONTRACT_KEPT;
}

/* A unit that is programmed leaves those around it as they were. */
enum prov_contract_outcome contract_flash_units(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t start = SECTOR_UNITS * flash->sector_size, unit = flash->program_unit;
    uint32_t half = flash->sector_size / 2 / unit * unit, middle = start + half;
    uint32_t behind = flash->sector_size - half - unit;
    struct unit before;

    return contract_kept_if(
        put(flash, middle, unit) == PROV_OK && holds(flash, start, half, false) &&
        holds(flash, middle + unit, behind, false) && look(flash, middle, &before) &&
        put(flash, middle + unit, unit) == PROV_OK && put(flash, middle - unit, unit) == PROV_OK &&
        unchanged(flash, middle, &before));
}

/* The first and the last unit of the region are two, and are there. */
enum prov_contract_outcome contract_flash_ends(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t unit = flash->program_unit, last = region_len(flash) - unit;
    struct unit before;

    return contract_kept_if(put(flash, 0, unit) == PROV_OK && look(flash, 0, &before) &&
                            holds(flash, last, unit, false) && put(flash, last, unit) == PROV_OK &&
                            !holds(flash, last, unit, false) && unchanged(flash, 0, &before));
}

/* A sync may take a while and must change nothing. */
enum prov_contract_outcome contract_flash_sync(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t unit = flash->program_unit;
    uint32_t at = (SECTOR_OTHER + 1) * flash->sector_size - unit;
    struct unit before;

    return contract_kept_if(put(flash, at, unit) == PROV_OK && look(flash, at, &before) &&
                            flash->sync(flash->context) == PROV_OK &&
                            unchanged(flash, at, &before) &&
                            flash->sync(flash->context) == PROV_OK);
}

/* --- erasing ---------------------------------------------------------------------------------- */

/* An erase leaves the sectors around it as they were. */
enum prov_contract_outcome contract_flash_sectors(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t size = flash->sector_size;
    uint32_t low = SECTOR_UNITS * size - flash->program_unit, high = SECTOR_OTHER * size;
    struct unit below, above;

    return contract_kept_if(look(flash, low, &below) && look(flash, high, &above) &&
                            flash->erase(flash->context, SECTOR_UNITS) == PROV_OK &&
                            unchanged(flash, low, &below) && unchanged(flash, high, &above));
}

/* Every sector, whatever it held: all of it reads as erased, and so the tests leave it. */
enum prov_contract_outcome contract_flash_erase(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;

    return contract_kept_if(contract_erase_all(flash) == PROV_OK &&
                            holds(flash, 0, region_len(flash), false));
}

/* --- past the end ----------------------------------------------------------------------------- */

enum prov_contract_outcome contract_bounds_read(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t end = region_len(flash);
    uint8_t octets[2];

    return contract_kept_if(flash->read(flash->context, end, octets, 1) != PROV_OK &&
                            flash->read(flash->context, end - 1, octets, 2) != PROV_OK &&
                            flash->read(flash->context, UINT32_MAX, octets, 2) != PROV_OK);
}

/* With octets that would change nothing. */
enum prov_contract_outcome contract_bounds_program(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    uint32_t end = region_len(flash), unit = flash->program_unit;
    uint8_t data[UNIT_MAX];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = flash->erased;
    return contract_kept_if(flash->program(flash->context, end, data, unit) != PROV_OK &&
                            flash->program(flash->context, 0 - unit, data, unit) != PROV_OK);
}

/* The sector behind the last, and one whose offset is the first's again in 32 bits. */
enum prov_contract_outcome contract_bounds_erase(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;

    return contract_kept_if(flash->erase(flash->context, flash->sector_count) != PROV_OK &&
                            flash->erase(flash->context, UINT32_MAX / flash->sector_size + 1) !=
                                PROV_OK);
}
