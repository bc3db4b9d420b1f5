/* SPDX-License-Identifier: Apache-2.0
 *
 * Flash in memory, for tests: any geometry, every way for an operation to go wrong.
 */
#ifndef PROV_TESTS_SIM_FLASH_H
#define PROV_TESTS_SIM_FLASH_H

#include "prov/port.h"

#define SIM_SIZE_MAX    (256u * 1024)
#define SIM_SECTORS_MAX 64

enum sim_fault {
    SIM_NONE = 0,
    SIM_CUT_BEFORE,    /* the power goes before the operation has done anything */
    SIM_CUT_TORN,      /* … in the middle of it: half of the units, half of the sector */
    SIM_CUT_AFTER,     /* … after it, before anybody was told */
    SIM_CUT_UNSYNCED,  /* … and whatever was not synced is lost */
    SIM_CUT_REORDERED, /* … and whatever was not synced is lost but for this operation */
    SIM_CUT_WEAK, /* … of an erase that looks whole: what is programmed there does not last */
    SIM_CUT_LAST = SIM_CUT_WEAK,
    SIM_ERROR,    /* the operation fails, half done; the power stays */
    SIM_MISMATCH, /* programs one bit wrong and says nothing */
    SIM_STUCK, /* … and so does every program of this unit from then on, until sim_flash_reboot */
    SIM_SILENT, /* does nothing and says that all went well */
    SIM_HALF,   /* does half of it and says that all went well */
    SIM_ERROR_LAST = SIM_HALF,
};

struct sim_flash {
    uint8_t octets[SIM_SIZE_MAX];
    uint8_t synced[SIM_SIZE_MAX];
    uint32_t sector_size, sector_count, unit;
    uint8_t erased, deny_sectors;
    uint32_t erases[SIM_SECTORS_MAX];
    bool weak[SIM_SECTORS_MAX];        /* its last erase was cut */
    uint32_t weak_at[SIM_SECTORS_MAX]; /* an octet that was programmed there, and one */
    enum sim_fault fault;
    uint32_t fault_at;   /* 1: the next operation */
    uint32_t operations; /* program, erase and sync so far */
    uint32_t reads, read_fails_at,
        read_fails; /* reads so far; the first that fails, and how many do */
    uint32_t stuck; /* the unit that is, and one */
    bool off;       /* the power is gone: everything fails */
    bool rewritten; /* a unit was programmed twice: never allowed */
};

void sim_flash_make(struct sim_flash *flash, uint32_t sector_size, uint32_t sector_count,
                    uint32_t unit, uint8_t erased);
/* The fault happens in operation number `at`, counted from now, 1 the next. */
void sim_flash_plan(struct sim_flash *flash, enum sim_fault fault, uint32_t at);
/* `count` reads from number `at` on, 1 the next, fail. */
void sim_flash_plan_reads(struct sim_flash *flash, uint32_t at, uint32_t count);
/* Power is back, and with it what was broken. */
void sim_flash_reboot(struct sim_flash *flash);
/* CRC-32 as the store's records have it, and zlib: 0 to begin with. */
uint32_t sim_crc32(uint32_t crc, const uint8_t *octets, size_t len);
struct prov_flash sim_flash_port(struct sim_flash *flash);

#endif
