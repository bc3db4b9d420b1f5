/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas and blocks of flash. Only this file calls the port's flash.
 */
#include <string.h>

#include "store_private.h"

/* --- geometry --------------------------------------------------------------------------------- */

/* The last sectors. */
uint32_t store_deny_at(const struct prov_store *store, int area)
{
    const struct prov_flash *flash = &store->port->flash;
    return (flash->sector_count - flash->deny_sectors + (uint32_t)area) * flash->sector_size;
}

prov_result store_geometry(struct prov_store *store)
{
    const struct prov_flash *flash = &store->port->flash;
    uint32_t beside = flash->program_unit - 1,
             rest = PROV_STORE_JOURNAL_SECTORS + flash->deny_sectors;
    bool good = beside < STORE_UNIT && (flash->program_unit & beside) == 0 &&
                (flash->erased == 0x00 || flash->erased == 0xff) &&
                flash->sector_size >= PROV_STORE_SECTOR_MIN &&
                flash->sector_size % STORE_RECORD_LEN == 0 &&
                (flash->deny_sectors == 0 || flash->deny_sectors == PROV_STORE_DENY_SECTORS) &&
                flash->sector_count >= 3 + rest &&
                flash->sector_count <= (UINT32_MAX >> 1) / flash->sector_size;
    if (!good)
        return PROV_E_BOUNDS;
    store->area = (flash->sector_count - rest) / 3 * flash->sector_size;
    store->geometry[0] = flash->sector_size;
    /* what erased octets read as goes where the size of an area, whole sectors, has zeros */
    store->geometry[1] = store->area | (flash->erased & 1u);
    return PROV_OK;
}

/* --- octets ----------------------------------------------------------------------------------- */

prov_result store_read(struct prov_store *store, uint32_t at, void *ret, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    return flash->read(flash->context, at, ret, len);
}

/* Whether a unit can be read, and is this. */
static bool is_unit(struct prov_store *store, uint32_t at, const uint8_t unit[STORE_UNIT])
{
    uint8_t there[STORE_UNIT];
    prov_result r = store_read(store, at, there, sizeof there);
    bool same = r == PROV_OK && memcmp(there, unit, sizeof there) == 0;
    prov_wipe(there, sizeof there);
    return same;
}

prov_result store_program(struct prov_store *store, uint32_t at, const void *units, size_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    const uint8_t *octets = units;
    if (!store->open)
        return PROV_E_STATE;
    prov_result r = flash->program(flash->context, at, octets, len);
    for (size_t done = 0; done < len && r == PROV_OK; done += STORE_UNIT)
        if (!is_unit(store, at + (uint32_t)done, octets + done))
            r = PROV_E_IO;
    return r;
}

prov_result store_sync(struct prov_store *store)
{
    return store->port->flash.sync(store->port->flash.context);
}

uint32_t store_written_end(struct prov_store *store, uint32_t at, uint32_t len)
{
    uint8_t blank[STORE_UNIT];
    memset(blank, store->port->flash.erased, sizeof blank);
    while (len > 0 && is_unit(store, at + len - STORE_UNIT, blank))
        len -= STORE_UNIT;
    return at + len;
}

prov_result store_erase(struct prov_store *store, uint32_t at, uint32_t len)
{
    const struct prov_flash *flash = &store->port->flash;
    prov_result r = store->open ? PROV_OK : PROV_E_STATE;
    for (uint32_t done = 0; done < len && r == PROV_OK; done += flash->sector_size)
        r = flash->erase(flash->context, (at + done) / flash->sector_size);
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK && store_written_end(store, at, len) != at)
        r = PROV_E_IO;
    return r;
}
