/* SPDX-License-Identifier: Apache-2.0
 *
 * Flash in a file: a header of one page, then the sectors. Behaves as flash does: a unit is
 * programmed once per erase, erased in sectors.
 *
 *     magic 8 "prvflash" │ version 2 │ erased 1 │ for a deny-list 1 │ unit 4 │ sector 4 │ sectors 4 │ 0 … 4096 │
 * sectors …
 */
#ifndef PROV_POSIX_FLASH_FILE_H
#define PROV_POSIX_FLASH_FILE_H

#include "prov/port.h"
#include "prov/why.h"

struct flash_file {
    int fd;
    int locked; /* the file itself while a copy is worked on; otherwise -1 */
    uint32_t unit, sector_size, sector_count;
    uint8_t erased, deny_sectors;
    uint64_t operations;             /* program, erase and sync so far */
    uint64_t cut_after;              /* the power goes in this operation; 0: never (a test aid) */
    void (*cut)(uint64_t operation); /* ends the program there; does not return */
};

enum flash_open { FLASH_OPEN = 0, FLASH_OPEN_OR_CREATE };

/* Takes the lock: PROV_E_BUSY while another program has it. PROV_E_NOT_FOUND, PROV_E_MODE,
 * PROV_E_CORRUPT, PROV_E_VERSION, PROV_E_PERMISSION. */
PROV_MUST prov_result flash_file_open(struct flash_file *file, const char *path,
                                      enum flash_open how, struct prov_why *why);
/* From here on a copy in memory is worked on and the file stays as it is, locked: a dry run. */
PROV_MUST prov_result flash_file_detach(struct flash_file *file, struct prov_why *why);
void flash_file_close(struct flash_file *file);
/* What the port hands to the store. */
struct prov_flash flash_file_port(struct flash_file *file);

#endif
