/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_flash.h"

#include <string.h>

void sim_flash_make(struct sim_flash *flash, uint32_t sector_size, uint32_t sector_count,
                    uint32_t unit, uint8_t erased)
{
    memset(flash, 0, sizeof *flash);
    flash->sector_size = sector_size;
    flash->sector_count = sector_count;
    flash->unit = unit;
    flash->erased = erased;
    memset(flash->octets, erased, sizeof flash->octets);
    memset(flash->synced, erased, sizeof flash->synced);
}

void sim_flash_plan(struct sim_flash *flash, enum sim_fault fault, uint32_t at)
{
    flash->fault = fault;
    flash->fault_at = flash->operations + at;
}

void sim_flash_plan_reads(struct sim_flash *flash, uint32_t at, uint32_t count)
{
    flash->read_fails_at = flash->reads + at;
    flash->read_fails = count;
}

void sim_flash_reboot(struct sim_flash *flash)
{
    flash->off = false;
    flash->fault = SIM_NONE;
    flash->read_fails = 0;
    flash->stuck = 0;
    for (uint32_t i = 0; i < flash->sector_count; i++)
        if (flash->weak[i] && flash->weak_at[i] != 0) {
            flash->octets[flash->weak_at[i] - 1] ^= 0x10;
            flash->weak_at[i] = 0;
        }
}

static size_t size_of(const struct sim_flash *flash)
{
    return (size_t)flash->sector_size * flash->sector_count;
}

/* Which fault this operation meets. */
static enum sim_fault begin(struct sim_flash *flash)
{
    flash->operations++;
    return flash->fault != SIM_NONE && flash->operations == flash->fault_at ? flash->fault
                                                                            : SIM_NONE;
}

static bool is_cut(enum sim_fault fault)
{
    return fault >= SIM_CUT_BEFORE && fault <= SIM_CUT_LAST;
}

static prov_result end(struct sim_flash *flash, enum sim_fault fault)
{
    if (fault == SIM_ERROR)
        return PROV_E_IO;
    if (!is_cut(fault))
        return PROV_OK;
    if (fault == SIM_CUT_UNSYNCED)
        memcpy(flash->octets, flash->synced, sizeof flash->octets);
    flash->off = true;
    return PROV_E_IO;
}

static size_t amount(enum sim_fault fault, size_t whole, size_t half)
{
    if (fault == SIM_CUT_BEFORE)
        return 0;
    if (fault == SIM_SILENT)
        return 0;
    return fault == SIM_CUT_TORN || fault == SIM_ERROR || fault == SIM_HALF ? half : whole;
}

static prov_result sim_read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    struct sim_flash *flash = context;
    uint32_t number = ++flash->reads;
    if (flash->off || offset + len > size_of(flash))
        return PROV_E_IO;
    if (number >= flash->read_fails_at && number - flash->read_fails_at < flash->read_fails)
        return PROV_E_IO;
    memcpy(ret, flash->octets + offset, len);
    return PROV_OK;
}

static prov_result sim_program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct sim_flash *flash = context;
    if (flash->off || offset % flash->unit != 0 || len % flash->unit != 0 ||
        offset + len > size_of(flash))
        return PROV_E_IO;
    enum sim_fault fault = begin(flash);
    size_t take = amount(fault, len, len / 2);
    if (fault == SIM_CUT_REORDERED)
        memcpy(flash->octets, flash->synced, sizeof flash->octets);
    if (take > 0)
        flash->weak_at[offset / flash->sector_size] = offset + 1;
    for (size_t i = 0; i < take; i++) {
        flash->rewritten |= flash->octets[offset + i] != flash->erased;
        flash->octets[offset + i] = data[i];
    }
    if (fault == SIM_STUCK)
        flash->stuck = offset + 1;
    if (fault == SIM_MISMATCH || flash->stuck == offset + 1)
        flash->octets[offset + len / 2] ^= 0x04;
    return end(flash, fault);
}

static prov_result sim_erase(void *context, uint32_t sector)
{
    struct sim_flash *flash = context;
    if (flash->off || sector >= flash->sector_count)
        return PROV_E_IO;
    enum sim_fault fault = begin(flash);
    size_t take = amount(fault, flash->sector_size, flash->sector_size / 2);
    memset(flash->octets + (size_t)sector * flash->sector_size, flash->erased, take);
    flash->erases[sector]++;
    flash->weak[sector] = is_cut(fault) && fault != SIM_CUT_BEFORE;
    flash->weak_at[sector] = 0;
    return end(flash, fault);
}

static prov_result sim_sync(void *context)
{
    struct sim_flash *flash = context;
    if (flash->off)
        return PROV_E_IO;
    enum sim_fault fault = begin(flash);
    if (fault == SIM_NONE || fault == SIM_CUT_AFTER || fault == SIM_MISMATCH || fault == SIM_STUCK)
        memcpy(flash->synced, flash->octets, size_of(flash));
    return end(flash, fault);
}

uint32_t sim_crc32(uint32_t crc, const uint8_t *octets, size_t len)
{
    crc = ~crc;
    for (size_t i = 0; i < 8 * len; i++) {
        uint32_t bit = octets[i / 8] >> i % 8 & 1u;
        crc = crc >> 1 ^ ((crc ^ bit) % 2 ? 0xedb88320u : 0);
    }
    return ~crc;
}

struct prov_flash sim_flash_port(struct sim_flash *flash)
{
    return (struct prov_flash){.sector_size = flash->sector_size,
                               .sector_count = flash->sector_count,
                               .program_unit = flash->unit,
                               .erased = flash->erased,
                               .deny_sectors = flash->deny_sectors,
                               .read = sim_read,
                               .program = sim_program,
                               .erase = sim_erase,
                               .sync = sim_sync,
                               .context = flash};
}
