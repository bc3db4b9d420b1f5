/* SPDX-License-Identifier: Apache-2.0 */
#include "flash.h"

#include <string.h>

#include "hardware.h"

#define ERASED PROV_FLASH_ERASED

static prov_result erase_at(struct flash *flash, uint32_t sector, size_t len)
{
    uint8_t erased[256];

    memset(erased, ERASED, sizeof erased);
    for (uint32_t at = 0; at < len; at += sizeof erased)
        if (!semihost_write(flash->file, sector * FLASH_SECTOR + at, erased, sizeof erased))
            return PROV_E_IO;
    return PROV_OK;
}

prov_result flash_open(struct flash *flash, const char *path)
{
    memset(flash, 0, sizeof *flash);
    flash->file = semihost_open(path, false);
    if (flash->file >= 0)
        return PROV_OK;
    flash->file = semihost_open(path, true);
    if (flash->file < 0)
        return PROV_E_IO;
    for (uint32_t sector = 0; sector < FLASH_SIZE / FLASH_SECTOR; sector++)
        if (erase_at(flash, sector, FLASH_SECTOR) != PROV_OK)
            return PROV_E_IO;
    return PROV_OK;
}

/* The power goes now: half of what was to be done is done. */
static bool power_goes(struct flash *flash)
{
    return ++flash->operations == flash->cut;
}

static prov_result read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    const struct flash *flash = context;

    if (offset > FLASH_SIZE || len > FLASH_SIZE - offset)
        return PROV_E_BOUNDS;
    return len == 0 || semihost_read(flash->file, offset, ret, len) ? PROV_OK : PROV_E_IO;
}

/* Once per erase: a unit that holds anything can't take anything else. */
static prov_result check_erased(struct flash *flash, uint32_t offset, size_t len)
{
    uint8_t unit[FLASH_UNIT];

    for (size_t at = 0; at < len; at += sizeof unit) {
        prov_result result = read(flash, offset + (uint32_t)at, unit, sizeof unit);
        for (size_t i = 0; result == PROV_OK && i < sizeof unit; i++)
            if (unit[i] != ERASED)
                result = PROV_E_IO;
        if (result != PROV_OK)
            return result;
    }
    return PROV_OK;
}

static prov_result program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct flash *flash = context;
    prov_result result;

    if (offset % FLASH_UNIT != 0 || len % FLASH_UNIT != 0 || offset > FLASH_SIZE ||
        len > FLASH_SIZE - offset)
        return PROV_E_BOUNDS;
    result = check_erased(flash, offset, len);
    if (result != PROV_OK || len == 0)
        return result;
    if (power_goes(flash)) {
        (void)semihost_write(flash->file, offset, data, len / 2);
        semihost_exit(75);
    }
    return semihost_write(flash->file, offset, data, len) ? PROV_OK : PROV_E_IO;
}

static prov_result erase(void *context, uint32_t sector)
{
    struct flash *flash = context;

    if (sector >= FLASH_SIZE / FLASH_SECTOR)
        return PROV_E_BOUNDS;
    if (power_goes(flash)) {
        (void)erase_at(flash, sector, FLASH_SECTOR / 2);
        semihost_exit(75);
    }
    flash->erases[sector]++;
    return erase_at(flash, sector, FLASH_SECTOR);
}

/* The host's file is written through. */
static prov_result sync(void *context)
{
    (void)context;
    return PROV_OK;
}

struct prov_flash flash_port(struct flash *flash)
{
    return (struct prov_flash){.sector_size = FLASH_SECTOR,
                               .sector_count = FLASH_SECTORS,
                               .program_unit = FLASH_UNIT,
                               .erased = ERASED,
                               .read = read,
                               .program = program,
                               .erase = erase,
                               .sync = sync,
                               .context = flash};
}

/* --- the place of a bundle -------------------------------------------------------------------- */

/* It is as long as its last octet that is not erased says; a bundle ends with a digest, so an erased octet at its
 * end is cut off here in one of 256 cases: the room is handed over with it, and the bundle's own length tells. */
prov_result flash_bundle_read(struct flash *flash, struct prov_buf *ret)
{
    size_t len = FLASH_BUNDLE_SECTORS * FLASH_SECTOR;
    uint8_t *room = ret->data + ret->len;
    prov_result result;

    if (len > ret->cap - ret->len)
        len = ret->cap - ret->len;
    result = read(flash, FLASH_SECTORS * FLASH_SECTOR, room, len);
    if (result != PROV_OK)
        return result;
    while (len > 0 && room[len - 1] == ERASED)
        len--;
    ret->len += len;
    return PROV_OK;
}

prov_result flash_bundle_erase(struct flash *flash)
{
    prov_result result = PROV_OK;

    for (uint32_t i = 0; i < FLASH_BUNDLE_SECTORS && result == PROV_OK; i++)
        result = erase(flash, FLASH_SECTORS + i);
    return result;
}
