/* SPDX-License-Identifier: Apache-2.0
 *
 * What every port owes the agent (prov/port.h), as tests that run on the board itself or on a host: for the day
 * that a port is written, not for a firmware in the field.
 *
 * DESTRUCTIVE. They erase and program the region of struct prov_flash and leave it erased; a store that is there
 * is lost. A region that is not blank is left alone unless `destroy` says otherwise. A port that lets reads run
 * past the region's end is not asked to program there, and one that lets programs is not asked to erase there.
 *
 * No heap, no globals; below 512 octets of stack beside what the port and its cryptography take. They can't cut
 * the power: that a sync lasts is for the bench.
 */
#ifndef PROV_PORT_CONTRACT_H
#define PROV_PORT_CONTRACT_H

#include "prov/port.h"

enum prov_contract_outcome {
    PROV_CONTRACT_KEPT = 0,
    PROV_CONTRACT_BROKEN,
    PROV_CONTRACT_SKIPPED /* the port has no such part, or a case before makes it pointless */
};

struct prov_contract {
    const struct prov_port *port;
    /* An instance over the board's random source before it was seeded, or NULL: not tried. */
    struct prov_crypto *unseeded;
    bool destroy;
    /* Hears of each case once it has run, "flash_erase" and the like: contract.c lists them. Or NULL. */
    void (*told)(void *context, const char *name, enum prov_contract_outcome outcome);
    void *context;
};

/* PROV_OK: no case is broken. PROV_E_EXISTS: the region is not blank, and nothing was done. PROV_E_PARTIAL: at least
 * one case is broken. */
PROV_MUST prov_result prov_port_contract(const struct prov_contract *contract);

#endif
