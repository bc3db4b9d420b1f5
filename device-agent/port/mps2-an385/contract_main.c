/* SPDX-License-Identifier: Apache-2.0
 *
 * The image prov-board-contract.elf: what every port owes the agent (../contract/contract.h), tried on this board. What
 * is on the flash is lost.
 *
 *     FLASH SEED contract [NAME VALUE]…
 *
 * It ends with 0 when the board keeps the contract, else with a result's class.
 */
#include "board.h"
#include "contract/contract.h"

#include "hardware.h"

static void told(void *context, const char *name, enum prov_contract_outcome outcome)
{
    static const char *const words[] = {[PROV_CONTRACT_KEPT] = "kept",
                                        [PROV_CONTRACT_BROKEN] = "broken",
                                        [PROV_CONTRACT_SKIPPED] = "skipped"};

    (void)context;
    watchdog_feed();
    say_row(words[outcome], name, NULL, 0);
}

static prov_result contract(const struct board *board)
{
    static struct board_random unseeded;
    uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8];
    struct prov_random source = random_source(&unseeded);
    struct prov_contract contract = {.port = &board->port, .destroy = true, .told = told};
    prov_result result;

    random_begin(&unseeded);
    result = prov_crypto_make_in(arena, sizeof arena, &source, &contract.unseeded);
    if (result == PROV_OK)
        result = prov_port_contract(&contract);
    return result;
}

int main(void)
{
    static struct board board;
    prov_result result = board_boot(&board);

    if (result == PROV_OK)
        result = contract(&board);
    if (result != PROV_OK)
        say("failed", (uint32_t)result);
    say("stack", stack_used());
    return prov_result_exit(result);
}
