/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/image.h: a device's region of flash, made on a host as the device's own store would have written it.
 * A programmer writes it beside the firmware, and the device has its credentials: nothing is decoded there
 * and nothing is compiled for it. Hosts only; no heap, no I/O, no clock, nothing random: the same bundles in
 * the same order make the same octets.
 */
#ifndef PROV_IMAGE_H
#define PROV_IMAGE_H

#include "prov/bytes.h"
#include "prov/crypto.h"

#define PROV_IMAGE_MAX  (16u << 20) /* octets of a region */
#define PROV_IMAGE_LINE 16u         /* octets of data in one record of Intel HEX, at the most */

/* As struct prov_flash (prov/port.h) has them; the device's firmware says what they are. */
struct prov_image_geometry {
    uint32_t sector_size, sector_count, program_unit;
    uint8_t erased, deny_sectors;
};
/* PROV_FLASH_*: what prov-agent and the board of this repository have. */
extern const struct prov_image_geometry prov_image_geometry_default;

struct prov_image {
    struct prov_image_geometry geometry;
    struct prov_crypto *crypto;
    uint32_t size;
    uint8_t *octets;     /* the region */
    uint8_t *programmed; /* for each unit of it: 1 if it is programmed */
};

/* The room that an image takes. PROV_E_BOUNDS: no store fits that geometry, or over PROV_IMAGE_MAX. */
PROV_MUST prov_result prov_image_room(const struct prov_image_geometry *geometry, size_t *ret);
/* An erased region in the caller's room, which will hold secrets. PROV_E_BOUNDS, PROV_E_OVERFLOW. */
PROV_MUST prov_result prov_image_begin(struct prov_image *image,
                                       const struct prov_image_geometry *geometry,
                                       struct prov_crypto *crypto, struct prov_buf room);
/* Takes in a bundle (prov_store_install_bundle). PROV_E_NOT_FOUND: its private key was made on the device,
 * so that the bundle has none; PROV_E_NAME: it is another device's than those before it; PROV_E_EXISTS: there
 * is an operational credential for its server already, or a bootstrap credential of its kind: the device
 * would use one of them; PROV_E_FULL: no room left. Then the image is of no use. */
PROV_MUST prov_result prov_image_add(struct prov_image *image, struct prov_bytes bundle);

/* The octets of an image in Intel HEX. PROV_E_BOUNDS: `address` is no multiple of the sector's size, or the
 * region ends behind 32 bits. */
PROV_MUST prov_result prov_image_ihex_len(const struct prov_image *image, uint32_t address,
                                          size_t *ret);
/* Appends the image in Intel HEX: records 00, 04 and 01, lines that end with LF. Only what is programmed is in
 * it, in whole units: what is left out must be erased on the device. PROV_E_BOUNDS, PROV_E_OVERFLOW. */
PROV_MUST prov_result prov_image_ihex(const struct prov_image *image, uint32_t address,
                                      struct prov_buf *ret);

#endif
