/* SPDX-License-Identifier: Apache-2.0
 *
 * Milliseconds by the system timer (Armv7-M, B3.3), a counter by a CMSDK timer (Arm DDI 0479, 4.4), and the CMSDK
 * watchdog (4.6).
 */
#include "hardware.h"

struct systick {
    volatile uint32_t control, reload, current;
};
#define SYSTICK ((struct systick *)0xE000E010u)

struct timer {
    volatile uint32_t control, value, reload, interrupt;
};
#define TIMER ((struct timer *)0x40000000u)

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
    SYSTICK->reload = COUNTER_HZ / 1000 - 1;
    SYSTICK->current = 0;
    SYSTICK->control = 7; /* processor clock, exception, on */
    TIMER->reload = UINT32_MAX;
    TIMER->value = UINT32_MAX;
    TIMER->control = 1;
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

uint32_t clock_counter(void)
{
    return TIMER->value;
}

void clock_sleep(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

/* The first time is an interrupt that nothing masks. */
void watchdog_start(void)
{
    WATCHDOG->load = COUNTER_HZ / 1000 * WATCHDOG_MS;
    WATCHDOG->control = 3; /* interrupt, and reset at the second time */
}

void watchdog_feed(void)
{
    WATCHDOG->clear = 1;
}
