/* SPDX-License-Identifier: Apache-2.0
 *
 * A firmware image that does a device's whole job on the board: enrolls, rotates; takes in a bundle first, where
 * one waits. What to do comes on the debugger's command line:
 *
 *     FLASH SEED install | enroll | rotate | hang [NAME VALUE]…
 *
 * FLASH: the file that is the board's flash. SEED: a file with 32 octets of entropy. hang: does nothing for ever, for
 * the watchdog. The names are those of words.h: what is to go wrong.
 *
 * It ends with the result's class as prov-agent does, or with a number of hardware.h.
 */
#include "board.h"

#include <string.h>

#include "hardware.h"

static const struct {
    const char *name;
    enum prov_agent_op op;
} jobs[] = {{"enroll", PROV_AGENT_ENROLL}, {"rotate", PROV_AGENT_ROTATE}};

static void hang(void)
{
    for (;;)
        __asm__ volatile("");
}

static prov_result command(struct board *board)
{
    const char *name = board->words.command;

    if (strcmp(name, "install") == 0)
        return PROV_OK;
    if (strcmp(name, "hang") == 0)
        hang();
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        if (strcmp(name, jobs[i].name) == 0)
            return board_run(board, jobs[i].op);
    return PROV_E_USAGE;
}

int main(void)
{
    static struct board board;
    prov_result result = board_boot(&board);

    if (result == PROV_OK && PROV_WITH_BUNDLES)
        result = board_install(&board);
    if (result == PROV_OK)
        result = command(&board);
    if (result != PROV_OK)
        say("failed", (uint32_t)result);
    return prov_result_exit(result);
}
