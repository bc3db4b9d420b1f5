/* SPDX-License-Identifier: Apache-2.0
 *
 * Milliseconds by the system timer (Armv7-M, B3.3), and the CMSDK watchdog (Arm DDI 0479, 4.6).
 */
#include "hardware.h"

#define CLOCK_HZ 25000000u /* AN385: the system clock */

struct systick {
    volatile uint32_t control, reload, current;
};
#define SYSTICK ((struct systick *)0xE000E010u)

struct watchdog {
    volatile uint32_t load, value, control, clear;
};
#define WATCHDOG ((struct watchdog *)0x40008000u)

static volatile uint32_t ticks, wraps; /* wraps: every 2^32 ms */

void tick(void);
void tick(void)
{
    if (++ticks == 0)
        wraps++;
}

void clock_start(void)
{
    SYSTICK->reload = CLOCK_HZ / 1000 - 1;
    SYSTICK->current = 0;
    SYSTICK->control = 7; /* processor clock, exception, on */
}

uint64_t clock_ms(void)
{
    uint32_t low, high;

    do {
        high = wraps;
        low = ticks;
    } while (high != wraps);
    return (uint64_t)high << 32 | low;
}

void watchdog_start(void)
{
    WATCHDOG->load = CLOCK_HZ / 1000 * WATCHDOG_MS;
    WATCHDOG->control = 3; /* interrupt, and reset at the second time */
}

void watchdog_feed(void)
{
    WATCHDOG->clear = 1;
}
