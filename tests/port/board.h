/* SPDX-License-Identifier: Apache-2.0
 *
 * A board for the contract's tests: flash in memory, a clock that goes on, keys by number. Sound as it is made.
 */
#ifndef PROV_TESTS_PORT_BOARD_H
#define PROV_TESTS_PORT_BOARD_H

#include "contract.h"
#include "tests/fault/sim_flash.h"

#define BOARD_KEYS 4

struct test_board {
    struct sim_flash flash;
    struct prov_flash sound; /* what a broken port's calls end in */
    struct prov_port_keys keys;
    struct prov_port port;
    struct prov_crypto *crypto, *unseeded, *other;
    uint64_t uptime;
    struct {
        bool used;
        struct prov_key key;
    } held[BOARD_KEYS];
};

/* 8 sectors of 1 KiB, units of 8 octets, erased 0xff. */
PROV_MUST prov_result test_board_make(struct test_board *board);
void test_board_flash(struct test_board *board, uint32_t sector_size, uint32_t sector_count,
                      uint32_t unit, uint8_t erased);
void test_board_free(struct test_board *board);

/* One way to be broken, and the one case that is to find it. */
struct broken_port {
    const char *what, *found_by;
    void (*spoil)(struct test_board *board);
};
extern const struct broken_port broken_ports[];
extern const size_t broken_port_count;

#endif
