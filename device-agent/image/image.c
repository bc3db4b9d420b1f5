/* SPDX-License-Identifier: Apache-2.0
 *
 * The store of device-agent/core over a region in RAM that obeys a chip's rules.
 */
#include "prov/image.h"

#include <string.h>

#include "prov/store.h"

const struct prov_image_geometry prov_image_geometry_default = {
    .sector_size = PROV_FLASH_SECTOR,
    .sector_count = PROV_FLASH_SECTORS,
    .program_unit = PROV_FLASH_UNIT,
    .erased = PROV_FLASH_ERASED,
    .deny_sectors = PROV_FLASH_DENY_SECTORS,
};

/* --- flash ------------------------------------------------------------------------------------ */

static bool inside(const struct prov_image *image, uint32_t offset, size_t len)
{
    return offset <= image->size && len <= image->size - offset;
}

static prov_result flash_read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    const struct prov_image *image = context;
    if (!inside(image, offset, len))
        return PROV_E_BOUNDS;
    memcpy(ret, image->octets + offset, len);
    return PROV_OK;
}

static prov_result flash_program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct prov_image *image = context;
    const uint32_t unit = image->geometry.program_unit;
    if (!inside(image, offset, len) || offset % unit != 0 || len % unit != 0)
        return PROV_E_BOUNDS;
    for (size_t i = 0; i < len / unit; i++) {
        if (image->programmed[offset / unit + i])
            return PROV_E_IO; /* once per erase */
        image->programmed[offset / unit + i] = 1;
    }
    memcpy(image->octets + offset, data, len);
    return PROV_OK;
}

static prov_result flash_erase(void *context, uint32_t sector)
{
    struct prov_image *image = context;
    const struct prov_image_geometry *geometry = &image->geometry;
    const uint32_t size = geometry->sector_size, units = size / geometry->program_unit;
    if (sector >= geometry->sector_count)
        return PROV_E_BOUNDS;
    memset(image->octets + (size_t)sector * size, geometry->erased, size);
    memset(image->programmed + (size_t)sector * units, 0, units);
    return PROV_OK;
}

static prov_result flash_sync(void *context)
{
    (void)context;
    return PROV_OK;
}

/* --- a device that has no clock --------------------------------------------------------------- */

static uint64_t uptime_ms(void *context)
{
    (void)context;
    return 0;
}

static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    (void)context;
    (void)ret_seconds;
    return PROV_CLOCK_NONE;
}

static struct prov_port image_port(struct prov_image *image)
{
    const struct prov_image_geometry *geometry = &image->geometry;
    return (struct prov_port){.flash = {.sector_size = geometry->sector_size,
                                        .sector_count = geometry->sector_count,
                                        .program_unit = geometry->program_unit,
                                        .erased = geometry->erased,
                                        .deny_sectors = geometry->deny_sectors,
                                        .read = flash_read,
                                        .program = flash_program,
                                        .erase = flash_erase,
                                        .sync = flash_sync,
                                        .context = image},
                              .crypto = image->crypto,
                              .uptime_ms = uptime_ms,
                              .clock = clock_now};
}

/* --- images ----------------------------------------------------------------------------------- */

prov_result prov_image_room(const struct prov_image_geometry *geometry, size_t *ret)
{
    const uint64_t size = (uint64_t)geometry->sector_size * geometry->sector_count;
    if (geometry->program_unit == 0 || size == 0 || size > PROV_IMAGE_MAX)
        return PROV_E_BOUNDS;
    *ret = (size_t)size + (size_t)size / geometry->program_unit;
    return PROV_OK;
}

prov_result prov_image_begin(struct prov_image *image, const struct prov_image_geometry *geometry,
                             struct prov_crypto *crypto, struct prov_buf room)
{
    size_t need = 0;
    prov_result r = prov_image_room(geometry, &need);
    if (r == PROV_OK && need > room.cap)
        r = PROV_E_OVERFLOW;
    if (r != PROV_OK)
        return r;
    const uint32_t size = geometry->sector_size * geometry->sector_count;
    *image = (struct prov_image){.geometry = *geometry,
                                 .crypto = crypto,
                                 .size = size,
                                 .octets = room.data,
                                 .programmed = room.data + size};
    memset(image->octets, geometry->erased, size);
    memset(image->programmed, 0, need - size);
    /* which geometries hold a store is the store's to say */
    const struct prov_port port = image_port(image);
    struct prov_store store;
    r = prov_store_open(&store, &port);
    prov_store_wipe(&store);
    return r;
}

/* Whether the device would use the credential in place of one that is there. */
static prov_result check_alone(struct prov_store *store, const struct prov_bundle *bundle)
{
    const bool bootstrap = bundle->use == PROV_USE_BOOTSTRAP;
    uint8_t octets[PROV_STORE_ENTRY_MAX];
    struct prov_entry other;
    prov_result r =
        prov_store_find(store, bootstrap ? PROV_STORE_FACTORY : PROV_STORE_CURRENT, &bundle->server,
                        bootstrap ? bundle->kind : (enum prov_kind)0, octets, &other);
    prov_wipe(octets, sizeof octets);
    if (r == PROV_E_NOT_FOUND)
        return PROV_OK;
    return r == PROV_OK ? PROV_E_EXISTS : r;
}

prov_result prov_image_add(struct prov_image *image, struct prov_bytes bundle)
{
    const struct prov_port port = image_port(image);
    struct prov_store store;
    struct prov_bundle decoded;
    prov_result r = prov_store_open(&store, &port);
    if (r == PROV_OK)
        r = prov_store_install_bundle(&store, bundle, true);
    if (r == PROV_OK)
        r = prov_bundle_decode(bundle, image->crypto, &decoded, NULL);
    if (r == PROV_OK)
        r = check_alone(&store, &decoded);
    if (r == PROV_OK)
        r = prov_store_install_bundle(&store, bundle, false);
    prov_wipe(&decoded, sizeof decoded);
    prov_store_wipe(&store);
    return r;
}
