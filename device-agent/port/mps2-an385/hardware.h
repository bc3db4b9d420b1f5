/* SPDX-License-Identifier: Apache-2.0
 *
 * What the port uses of the board: a UART, the system timer, the watchdog, and the debugger's services
 * (semihosting) in the place of a flash controller.
 */
#ifndef BOARD_HARDWARE_H
#define BOARD_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- startup.c -------------------------------------------------------------------------------- */

int main(void);
/* The deepest that the stack has been, in octets, and whether its last word is still as it was painted. */
size_t stack_used(void);
bool stack_whole(void);

/* --- clock.c ---------------------------------------------------------------------------------- */

void clock_start(void);
uint64_t clock_ms(void); /* since the start */

/* Bites after this many milliseconds without watchdog_feed: the board is reset. */
#define WATCHDOG_MS 5000u
void watchdog_start(void);
void watchdog_feed(void);

/* --- uart.c: CMSDK UART 0 --------------------------------------------------------------------- */

void uart_start(void);
bool uart_read(uint8_t *ret); /* false: nothing there */
void uart_write(uint8_t octet);

/* --- semihost.c (Arm, Semihosting for AArch32 and AArch64) ------------------------------------ */

/* A file of the debugger's host, -1: it could not be opened. */
int semihost_open(const char *path, bool create);
bool semihost_read(int file, uint32_t offset, uint8_t *ret, size_t len);
bool semihost_write(int file, uint32_t offset, const uint8_t *data, size_t len);
void semihost_print(const char *text);
/* The command line: words with spaces between them. False if it does not fit. */
bool semihost_arguments(char *ret, size_t cap);
int64_t semihost_time(void); /* Unix seconds */
_Noreturn void semihost_exit(int status);

#endif
