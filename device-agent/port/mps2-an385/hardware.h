/* SPDX-License-Identifier: Apache-2.0
 *
 * What the port uses of the board: a UART, timers, the watchdog, the memory protection unit, and the debugger's
 * services (semihosting) in the place of a flash controller.
 */
#ifndef BOARD_HARDWARE_H
#define BOARD_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a run ends beside the classes of prov/result.h. */
enum board_exit {
    EXIT_POWER = 75,    /* the power was cut, as the command line asked */
    EXIT_WATCHDOG = 76, /* nobody fed the watchdog */
    EXIT_STACK = 78,    /* the stack went below its end */
    EXIT_FAULT = 139    /* anything else that the processor refused */
};

/* --- startup.c -------------------------------------------------------------------------------- */

int main(void);
/* Leaves this much of the stack, in octets, rounded up to an eighth of it: what is below is guarded. */
void stack_limit(size_t len);
/* The deepest that the stack has been, in octets. */
size_t stack_used(void);

/* --- clock.c ---------------------------------------------------------------------------------- */

void clock_start(void);
uint64_t clock_ms(void); /* since the start */
/* Counts down, by COUNTER_HZ and with a wrap. Where time is instructions (QEMU's -icount shift=0: 10^9 of them a
 * second), one is 40 instructions. */
#define COUNTER_HZ 25000000u
uint32_t clock_counter(void);
/* Until an interrupt: an octet, or the next millisecond. */
void clock_sleep(void);

/* Bites after this many milliseconds without watchdog_feed: the run ends. */
#define WATCHDOG_MS 30000u
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
