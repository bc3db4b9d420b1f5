/* SPDX-License-Identifier: Apache-2.0 */
#include "flash.h"

#include <string.h>

#include "hardware.h"

#define ERASED PROV_FLASH_ERASED

/* --- the file --------------------------------------------------------------------------------- */

/* data NULL: erased octets. */
static prov_result put(struct flash *flash, uint32_t offset, const uint8_t *data, size_t len)
{
    uint8_t erased[128];
    bool good = true;

    if (data != NULL)
        return semihost_write(flash->file, offset, data, len) ? PROV_OK : PROV_E_IO;
    memset(erased, ERASED, sizeof erased);
    for (size_t at = 0; at < len && good; at += sizeof erased)
        good = semihost_write(flash->file, offset + (uint32_t)at, erased, sizeof erased);
    return good ? PROV_OK : PROV_E_IO;
}

static prov_result flip(struct flash *flash, uint32_t offset)
{
    uint8_t octet;

    if (!semihost_read(flash->file, offset, &octet, 1))
        return PROV_E_IO;
    octet ^= 0x10;
    return put(flash, offset, &octet, 1);
}

prov_result flash_open(struct flash *flash, const char *path)
{
    flash->file = semihost_open(path, false);
    if (flash->file >= 0)
        return PROV_OK;
    flash->file = semihost_open(path, true);
    return flash->file >= 0 ? put(flash, 0, NULL, FLASH_SIZE) : PROV_E_IO;
}

/* --- faults ----------------------------------------------------------------------------------- */

static enum flash_fault fault_now(struct flash *flash)
{
    flash->operations++;
    if (flash->fault == FLASH_UNREAD)
        return FLASH_GOOD;
    return flash->operations == flash->fault_at ||
                   (flash->fault == FLASH_DEAD && flash->operations > flash->fault_at)
               ? flash->fault
               : FLASH_GOOD;
}

/* A program, or an erase of a sector (data NULL), as well as it goes. */
static prov_result operate(struct flash *flash, uint32_t offset, const uint8_t *data, size_t len)
{
    enum flash_fault fault = fault_now(flash);
    bool half = fault == FLASH_CUT || fault == FLASH_FAILS || fault == FLASH_HALF;
    prov_result result;

    if (fault == FLASH_DEAD)
        return PROV_E_IO;
    result = put(flash, offset, data, half ? len / 2 : len);
    if (fault == FLASH_CUT)
        semihost_exit(EXIT_POWER);
    if (fault == FLASH_FLIPS && result == PROV_OK)
        result = flip(flash, offset + (uint32_t)len / 2);
    return fault == FLASH_FAILS ? PROV_E_IO : result;
}

/* --- the port: the store's sectors ------------------------------------------------------------ */

#define STORE_SIZE (FLASH_SECTORS * FLASH_SECTOR)

static bool inside(uint32_t offset, size_t len)
{
    return offset <= STORE_SIZE && len <= STORE_SIZE - offset;
}

static prov_result read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    struct flash *flash = context;

    if (!inside(offset, len))
        return PROV_E_BOUNDS;
    if (++flash->reads == flash->fault_at && flash->fault == FLASH_UNREAD)
        return PROV_E_IO;
    return len == 0 || semihost_read(flash->file, offset, ret, len) ? PROV_OK : PROV_E_IO;
}

/* Once per erase: a unit that holds anything can't take anything else. */
static prov_result check_erased(const struct flash *flash, uint32_t offset, size_t len)
{
    uint8_t unit[FLASH_UNIT];

    for (size_t at = 0; at < len; at += sizeof unit) {
        if (!semihost_read(flash->file, offset + (uint32_t)at, unit, sizeof unit))
            return PROV_E_IO;
        for (size_t i = 0; i < sizeof unit; i++)
            if (unit[i] != ERASED)
                return PROV_E_IO;
    }
    return PROV_OK;
}

static prov_result program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct flash *flash = context;
    prov_result result;

    if (offset % FLASH_UNIT != 0 || len % FLASH_UNIT != 0 || !inside(offset, len))
        return PROV_E_BOUNDS;
    result = check_erased(flash, offset, len);
    return result != PROV_OK || len == 0 ? result : operate(flash, offset, data, len);
}

static prov_result erase(void *context, uint32_t sector)
{
    struct flash *flash = context;

    if (sector >= FLASH_SECTORS)
        return PROV_E_BOUNDS;
    flash->erases[sector]++;
    return operate(flash, sector * FLASH_SECTOR, NULL, FLASH_SECTOR);
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
                               .deny_sectors = PROV_FLASH_DENY_SECTORS,
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

    if (len > ret->cap - ret->len)
        len = ret->cap - ret->len;
    if (!semihost_read(flash->file, STORE_SIZE, room, len))
        return PROV_E_IO;
    while (len > 0 && room[len - 1] == ERASED)
        len--;
    ret->len += len;
    return PROV_OK;
}

prov_result flash_bundle_erase(struct flash *flash)
{
    prov_result result = PROV_OK;

    for (uint32_t i = 0; i < FLASH_BUNDLE_SECTORS && result == PROV_OK; i++)
        result = operate(flash, STORE_SIZE + i * FLASH_SECTOR, NULL, FLASH_SECTOR);
    return result;
}
