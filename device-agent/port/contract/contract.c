/* SPDX-License-Identifier: Apache-2.0 */
#include "contract_private.h"

/* A case is skipped when the one that it stands on is broken: with a geometry that makes no sense the rest would
 * be guessing, and what is not refused to a read is not tried with a program. */
static const struct {
    const char *name;
    contract_case *run;
    contract_case *after;
} cases[] = {
    {"flash_program", contract_flash_program, NULL},
    {"flash_read", contract_flash_read, NULL},
    {"flash_unaligned", contract_flash_unaligned, NULL},
    {"flash_units", contract_flash_units, NULL},
    {"flash_ends", contract_flash_ends, NULL},
    {"flash_sync", contract_flash_sync, NULL},
    {"flash_sectors", contract_flash_sectors, NULL},
    {"bounds_read", contract_bounds_read, NULL},
    {"bounds_program", contract_bounds_program, contract_bounds_read},
    {"bounds_erase", contract_bounds_erase, contract_bounds_program},
    {"flash_erase", contract_flash_erase, NULL},
    {"uptime", contract_uptime, NULL},
    {"clock", contract_clock, NULL},
    {"random", contract_random, NULL},
    {"random_unseeded", contract_random_unseeded, NULL},
    {"keys_make", contract_keys_make, NULL},
    {"keys_sign", contract_keys_sign, contract_keys_make},
    {"keys_drop", contract_keys_drop, contract_keys_make},
};
#define CASES (sizeof cases / sizeof cases[0])

static void tell(const struct prov_contract *contract, const char *name,
                 enum prov_contract_outcome outcome)
{
    if (contract->told != NULL)
        contract->told(contract->context, name, outcome);
}

/* Whether the case that this one stands on, if any, was kept. */
static bool may_run(size_t index, const enum prov_contract_outcome outcomes[CASES])
{
    for (size_t i = 0; i < index; i++)
        if (cases[i].run == cases[index].after && outcomes[i] != PROV_CONTRACT_KEPT)
            return false;
    return true;
}

static prov_result run_all(const struct prov_contract *contract)
{
    enum prov_contract_outcome outcomes[CASES];
    prov_result result = PROV_OK;

    for (size_t i = 0; i < CASES; i++) {
        outcomes[i] = may_run(i, outcomes) ? cases[i].run(contract) : PROV_CONTRACT_SKIPPED;
        if (outcomes[i] == PROV_CONTRACT_BROKEN)
            result = PROV_E_PARTIAL;
        tell(contract, cases[i].name, outcomes[i]);
    }
    return result;
}

prov_result prov_port_contract(const struct prov_contract *contract)
{
    const struct prov_flash *flash = &contract->port->flash;
    enum prov_contract_outcome geometry = contract_geometry(contract);
    bool blank = false;
    prov_result result;

    tell(contract, "geometry", geometry);
    if (geometry != PROV_CONTRACT_KEPT)
        return PROV_E_PARTIAL;
    result = contract_blank(flash, &blank);
    if (result == PROV_OK && !blank && !contract->destroy)
        return PROV_E_EXISTS;
    if (result == PROV_OK && !blank)
        result = contract_erase_all(flash);
    tell(contract, "blank", contract_kept_if(result == PROV_OK));
    if (result != PROV_OK)
        return PROV_E_PARTIAL;
    result = run_all(contract);
    return flash->sync(flash->context) == PROV_OK ? result : PROV_E_PARTIAL;
}
