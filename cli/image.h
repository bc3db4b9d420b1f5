/* SPDX-License-Identifier: Apache-2.0
 *
 * A flash image as `prov bundle export` makes it: options to geometry, bundles to octets.
 */
#ifndef PROV_CLI_IMAGE_H
#define PROV_CLI_IMAGE_H

#include "prov/image.h"
#include "run.h"

#define IMAGE_OPTIONS                                                                              \
    (OPT(AT) | OPT(SECTOR_SIZE) | OPT(SECTORS) | OPT(UNIT) | OPT(ERASED) | OPT(DENY_SECTORS))

/* An image on its way; zero it before image_begin, and image_end it whatever happened: it has secrets. */
struct image {
    struct prov_image flash;
    bool hex;
    uint32_t address;
    uint8_t *room, *text;
    size_t room_len, text_len;
};

/* Erased, with the geometry and the address that the options say. */
PROV_MUST prov_result image_begin(struct run *run, bool hex, struct image *image);
/* Erased again, for another device. */
PROV_MUST prov_result image_erase(struct run *run, struct image *image);
PROV_MUST prov_result image_add(struct run *run, struct image *image,
                                const struct prov_credential *credential, struct prov_bytes bundle);
/* The file: the region, or its text. Views into the image. */
PROV_MUST prov_result image_file(struct run *run, struct image *image, struct prov_bytes *ret);
void image_end(struct image *image);

#endif
