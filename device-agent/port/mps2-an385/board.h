/* SPDX-License-Identifier: Apache-2.0
 *
 * All that the image keeps, and its parts. Nothing is on a heap of ours.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include "flash.h"
#include "line.h"
#include "prov/agent.h"
#include "random.h"
#include "words.h"

struct board {
    char command_line[256];
    struct words words;
    struct flash flash;
    struct board_random random;
    struct prov_eui64 eui64;
    struct prov_port port;
    struct prov_store store;
    struct prov_agent agent;
    struct line line;
    uint32_t steps, wakes;
    uint32_t restless; /* steps since the board slept */
    union prov_agent_workspace workspace;
    uint64_t arena[PROV_CRYPTO_ARENA_LEN / 8];
};

/* port.c: the clocks, the UART, the command line; the arena, the flash, the random source, the store, and what the
 * agent is given of them. */
PROV_MUST prov_result board_boot(struct board *board);
/* Milliseconds since the start, by the speed of the command line. */
uint64_t board_ms(const struct board *board);

/* install.c: takes in the bundle that waits on the flash, if there is one. */
PROV_MUST prov_result board_install(struct board *board);

/* job.c: one operation of the agent, from its beginning to its end. */
PROV_MUST prov_result board_run(struct board *board, enum prov_agent_op op);

/* report.c: lines of a name and a number, or of a name, what of it (or NULL) and some. */
void say(const char *name, uint32_t value);
void say_row(const char *name, const char *what, const uint32_t *values, size_t count);
void say_log(const struct prov_agent_log *entry);
void say_job(const struct board *board, prov_result result);

#endif
