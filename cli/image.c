/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- options ---------------------------------------------------------------------------------- */

/* 0x and hex digits, or decimal. */
static prov_result take_u32(struct run *run, enum option option, uint32_t *ret)
{
    const char *text = run_option(run, option);
    if (text == NULL)
        return PROV_OK;
    const bool hex = strncmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text;
    const size_t len = strlen(digits);
    errno = 0;
    const unsigned long long value = strtoull(digits, NULL, hex ? 16 : 10);
    if (len == 0 || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != len ||
        errno != 0 || value > UINT32_MAX)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "%s is a number of at most 32 bits, decimal or 0x and hex, not "
                            "\"%.32s\"",
                            option_rows[option].name, text);
    *ret = (uint32_t)value;
    return PROV_OK;
}

static prov_result take_geometry(struct run *run, struct prov_image_geometry *ret)
{
    uint32_t erased = ret->erased, deny = ret->deny_sectors;
    prov_result r = take_u32(run, OPT_SECTOR_SIZE, &ret->sector_size);
    if (r == PROV_OK)
        r = take_u32(run, OPT_SECTORS, &ret->sector_count);
    if (r == PROV_OK)
        r = take_u32(run, OPT_UNIT, &ret->program_unit);
    if (r == PROV_OK)
        r = take_u32(run, OPT_ERASED, &erased);
    if (r == PROV_OK)
        r = take_u32(run, OPT_DENY_SECTORS, &deny);
    if (r == PROV_OK && (erased > UINT8_MAX || deny > UINT8_MAX))
        r = prov_why_set(&run->why, PROV_E_USAGE, "%s is 255 at the most",
                         option_rows[erased > UINT8_MAX ? OPT_ERASED : OPT_DENY_SECTORS].name);
    ret->erased = (uint8_t)erased;
    ret->deny_sectors = (uint8_t)deny;
    return r;
}

/* --- making ----------------------------------------------------------------------------------- */

static prov_result make_room(struct run *run, size_t len, uint8_t **ret, size_t *ret_len)
{
    uint8_t *room = malloc(len);
    if (room == NULL)
        return prov_why_set(&run->why, PROV_E_MEMORY, "no memory for an image");
    *ret = room;
    *ret_len = len;
    return PROV_OK;
}

static void drop(uint8_t **room, size_t *len)
{
    prov_wipe(*room, *len);
    free(*room);
    *room = NULL;
    *len = 0;
}

static prov_result begin(struct run *run, const struct prov_image_geometry *geometry,
                         struct image *image)
{
    size_t len = 0;
    prov_result r = prov_image_room(geometry, &len);
    if (r == PROV_OK)
        r = make_room(run, len, &image->room, &image->room_len);
    if (r == PROV_OK)
        r = prov_image_begin(&image->flash, geometry, run->crypto, prov_buf_make(image->room, len));
    if (r != PROV_E_BOUNDS)
        return r;
    prov_why_hint(&run->why, "prov bundle export --help; device-agent/README.md, \"Memory map\"");
    return prov_why_set(&run->why, r,
                        "no store fits %u sectors of %u octets (unit %u, erased 0x%02x, %u for a "
                        "deny-list)",
                        geometry->sector_count, geometry->sector_size, geometry->program_unit,
                        geometry->erased, geometry->deny_sectors);
}

static prov_result take_place(struct run *run, struct image *image)
{
    const char *text = NULL;
    size_t len = 0;
    prov_result r = take_required(run, OPT_AT, &text);
    if (r == PROV_OK)
        r = take_u32(run, OPT_AT, &image->address);
    if (r != PROV_OK || prov_image_ihex_len(&image->flash, image->address, &len) == PROV_OK)
        return r;
    if (image->address % image->flash.geometry.sector_size != 0)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "--at 0x%08x is no multiple of the sector's size, %u", image->address,
                            image->flash.geometry.sector_size);
    return prov_why_set(&run->why, PROV_E_USAGE,
                        "a region of %u octets at 0x%08x ends behind 32 bits", image->flash.size,
                        image->address);
}

prov_result image_begin(struct run *run, bool hex, struct image *image)
{
    struct prov_image_geometry geometry = prov_image_geometry_default;
    image->hex = hex;
    if (!hex && run_flag(run, OPT_AT))
        return prov_why_set(&run->why, PROV_E_USAGE, "--at is for --format ihex");
    prov_result r = take_geometry(run, &geometry);
    if (r == PROV_OK)
        r = begin(run, &geometry, image);
    return r == PROV_OK && hex ? take_place(run, image) : r;
}

prov_result image_erase(struct run *run, struct image *image)
{
    const struct prov_image_geometry geometry = image->flash.geometry;
    drop(&image->text, &image->text_len);
    return prov_image_begin(&image->flash, &geometry, run->crypto,
                            prov_buf_make(image->room, image->room_len));
}

static prov_result refused(struct run *run, const struct prov_credential *credential, prov_result r)
{
    char id[PROV_UUID_TEXT], device[PROV_EUI64_TEXT];
    prov_uuid_format(&credential->uuid, id);
    prov_eui64_format(&credential->device, device);
    switch (r) {
    case PROV_E_NAME:
        return prov_why_set(&run->why, r,
                            "credential %s is for another device, %s: an image is for one", id,
                            device);
    case PROV_E_EXISTS:
        return prov_why_set(&run->why, r,
                            "credential %s: another %s credential for %s is in the image, and the "
                            "device would use one of them",
                            id, prov_use_text(credential->use), credential->server.text);
    case PROV_E_FULL:
        return prov_why_set(&run->why, r, "no room in the image for credential %s", id);
    default:
        return prov_why_set(&run->why, r, "credential %s: %s", id, prov_result_text(r));
    }
}

prov_result image_add(struct run *run, struct image *image,
                      const struct prov_credential *credential, struct prov_bytes bundle)
{
    if (!credential->has_secret) {
        char id[PROV_UUID_TEXT];
        prov_uuid_format(&credential->uuid, id);
        prov_why_hint(&run->why, "export the bundle and install it there: prov-agent install");
        return prov_why_set(&run->why, PROV_E_CONFLICT,
                            "credential %s: its private key was made on the device, so an image "
                            "would have none",
                            id);
    }
    prov_result r = prov_image_add(&image->flash, bundle);
    return r == PROV_OK ? r : refused(run, credential, r);
}

prov_result image_file(struct run *run, struct image *image, struct prov_bytes *ret)
{
    if (!image->hex) {
        *ret = PROV_BYTES(image->flash.octets, image->flash.size);
        return PROV_OK;
    }
    size_t len = 0;
    prov_result r = prov_image_ihex_len(&image->flash, image->address, &len);
    if (r == PROV_OK)
        r = make_room(run, len, &image->text, &image->text_len);
    if (r != PROV_OK)
        return r;
    struct prov_buf text = prov_buf_make(image->text, len);
    r = prov_image_ihex(&image->flash, image->address, &text);
    *ret = prov_buf_bytes(&text);
    return r;
}

void image_end(struct image *image)
{
    drop(&image->room, &image->room_len);
    drop(&image->text, &image->text_len);
}
