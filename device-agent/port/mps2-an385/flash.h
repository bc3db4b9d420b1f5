/* SPDX-License-Identifier: Apache-2.0
 *
 * Flash as a chip has it, kept in a file of the debugger's host so that it survives the board: sectors are
 * erased to FF as a whole, units of 8 octets are programmed once per erase. What a chip would not do is
 * refused. And what a bad chip does, once or from some time on.
 *
 *     the store          FLASH_SECTORS sectors
 *     a bundle to be     FLASH_BUNDLE_SECTORS sectors: the file of `prov bundle export` as it is, put there by
 *     installed          whoever provisions the board, erased when it has been taken in
 */
#ifndef BOARD_FLASH_H
#define BOARD_FLASH_H

#include "prov/port.h"

#define FLASH_SECTOR         PROV_FLASH_SECTOR
#define FLASH_UNIT           PROV_FLASH_UNIT
#define FLASH_SECTORS        PROV_FLASH_SECTORS
#define FLASH_BUNDLE_SECTORS 2u
#define FLASH_SIZE           ((FLASH_SECTORS + FLASH_BUNDLE_SECTORS) * FLASH_SECTOR)

enum flash_fault {
    FLASH_GOOD = 0,
    FLASH_CUT,   /* the power goes when half of the operation is done */
    FLASH_FAILS, /* half of it is done, and that is said */
    FLASH_HALF,  /* half of it is done, and nothing is said */
    FLASH_FLIPS, /* one bit is wrong in the middle, and nothing is said */
    FLASH_DEAD,  /* from here on nothing is programmed or erased, and that is said */
    FLASH_UNREAD /* the reading, once, of anything */
};

struct flash {
    int file;
    uint32_t operations; /* programs and erases so far */
    uint32_t reads;
    uint32_t erases[FLASH_SECTORS];
    enum flash_fault fault;
    uint32_t fault_at; /* the number of the operation (of the reading) that it hits, from 1 on */
};

/* Makes an erased one if the file is not there. */
PROV_MUST prov_result flash_open(struct flash *flash, const char *path);
struct prov_flash flash_port(struct flash *flash);
/* The octets that wait to be installed; none: erased. */
PROV_MUST prov_result flash_bundle_read(struct flash *flash, struct prov_buf *ret);
PROV_MUST prov_result flash_bundle_erase(struct flash *flash);

#endif
