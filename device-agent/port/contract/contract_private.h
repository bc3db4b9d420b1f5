/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROV_PORT_CONTRACT_PRIVATE_H
#define PROV_PORT_CONTRACT_PRIVATE_H

#include "contract.h"

/* One case: reads and writes by the port alone, and says what it saw. */
typedef enum prov_contract_outcome contract_case(const struct prov_contract *contract);

static inline enum prov_contract_outcome contract_kept_if(bool kept)
{
    return kept ? PROV_CONTRACT_KEPT : PROV_CONTRACT_BROKEN;
}

/* The flash, in the order in which they run: each programs in a sector of its own or looks at what stands there
 * already, so that one fault of a port is found by one case. */
contract_case contract_geometry;
contract_case contract_flash_program;
contract_case contract_flash_read;
contract_case contract_flash_unaligned;
contract_case contract_flash_units;
contract_case contract_flash_ends;
contract_case contract_flash_sync;
contract_case contract_flash_sectors;
contract_case contract_bounds_read;
contract_case contract_bounds_program;
contract_case contract_bounds_erase;
contract_case contract_flash_erase;

/* Whether all of the region reads as erased; PROV_E_IO if it can't be read. */
PROV_MUST prov_result contract_blank(const struct prov_flash *flash, bool *ret);
PROV_MUST prov_result contract_erase_all(const struct prov_flash *flash);

contract_case contract_uptime;
contract_case contract_clock;
contract_case contract_random;
contract_case contract_random_unseeded;
contract_case contract_keys_make;
contract_case contract_keys_sign;
contract_case contract_keys_drop;

#endif
