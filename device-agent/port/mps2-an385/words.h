/* SPDX-License-Identifier: Apache-2.0
 *
 * The debugger's command line: FLASH SEED COMMAND, and then names with a value each.
 */
#ifndef BOARD_WORDS_H
#define BOARD_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of the table in words.c. */
enum word {
    WORD_CUT, /* the faults of flash.h, in the order of enum flash_fault: the operation that it hits */
    WORD_FAILS,
    WORD_HALF,
    WORD_FLIPS,
    WORD_DEAD,
    WORD_UNREAD,
    WORD_RANDOM, /* the random source fails after so many requests */
    WORD_TRUST,  /* enum prov_clock_trust */
    WORD_YEARS,  /* that the clock is ahead */
    WORD_SPEED,  /* how often a second of the agent's goes into one of the host's */
    WORD_STACK,  /* octets of it that may be used */
    WORD_ARENA,  /* and that the cryptography is given: no more than it has */
    WORD_EUI64,  /* the device that the board is, as its fuses would say */
    WORD_COUNT
};

struct words {
    const char *flash, *seed, *command;
    const char *value[WORD_COUNT]; /* NULL: not there */
};

/* Cuts the line apart in place. False: too few words, or one that nobody knows. */
bool words_take(char *line, struct words *ret);
/* A decimal number, perhaps with a minus. */
int32_t words_number(const struct words *words, enum word word, int32_t otherwise);

#endif
