/* SPDX-License-Identifier: Apache-2.0
 *
 * A Linux machine as a board: flash in a file, the system's clocks and random numbers, a UDP
 * socket.
 */
#ifndef PROV_POSIX_BOARD_H
#define PROV_POSIX_BOARD_H

#include "flash_file.h"
#include "prov/agent.h"

struct board {
    struct flash_file flash;
    struct prov_crypto *crypto;
    struct prov_port port;
    struct prov_store store;
    bool no_clock; /* as a device without one */
    bool progress; /* say on stderr what goes on */
};

/* Opens the store file and what is on it. */
PROV_MUST prov_result board_open(struct board *board, const char *path, enum flash_open how,
                                 struct prov_why *why);
void board_close(struct board *board);

/* Runs what was begun to its end; address "" or HOST[:PORT] goes before what is installed. */
PROV_MUST prov_result board_run(struct board *board, struct prov_agent *agent, const char *address,
                                struct prov_why *why);

#endif
