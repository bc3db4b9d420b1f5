/* SPDX-License-Identifier: Apache-2.0
 *
 * From reset to main: the vectors, the variables, the paint on the stack. And the ends that nobody wants.
 */
#include "hardware.h"

#define PAINT 0xa5a5a5a5u

extern uint32_t data_begin[], data_end[], data_load[];
extern uint32_t bss_begin[], bss_end[];
extern uint32_t stack_begin[], stack_end[];

static uint32_t *stack_bottom = stack_begin; /* higher with a guard */

void reset(void);
void watchdog_bites(void);
void fault(void);
_Noreturn void fault_ends(uintptr_t stack);
void tick(void);          /* clock.c */
void uart_received(void); /* uart.c */

/* Armv7-M Architecture Reference Manual, B1.5.3. Faults that are not enabled are hard ones. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[16])(void);
} vectors = {stack_end,
             {reset, watchdog_bites, fault, fault, fault, fault, fault, fault, fault, fault, fault,
              fault, fault, fault, tick, uart_received}};

void reset(void)
{
    const uint32_t *from = data_load;

    for (uint32_t *to = data_begin; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    /* The frame of this function is at the top; nothing below it is in use yet. */
    for (uint32_t *to = stack_begin; (uintptr_t)to < (uintptr_t)stack_end - 128; to++)
        *to = PAINT;
    semihost_exit(main());
}

/* --- the ends --------------------------------------------------------------------------------- */

void watchdog_bites(void)
{
    semihost_print("watchdog\n");
    semihost_exit(EXIT_WATCHDOG);
}

/* The stack may be what is at fault: the rest runs at its top. */
__attribute__((naked)) void fault(void)
{
    __asm__ volatile("mrs r0, msp\n"
                     "ldr r1, =stack_end\n"
                     "msr msp, r1\n"
                     "b fault_ends\n");
}

__attribute__((used)) _Noreturn void fault_ends(uintptr_t stack)
{
    bool overflow = stack < (uintptr_t)stack_bottom;

    semihost_print(overflow ? "stack\n" : "fault\n");
    semihost_exit(overflow ? EXIT_STACK : EXIT_FAULT);
}

/* --- the stack -------------------------------------------------------------------------------- */

/* Armv7-M, B3.5: the protection unit. A region is eight equal parts, each of which can be left out. */
struct mpu {
    volatile uint32_t type, control, number, base, attributes;
};
#define MPU ((struct mpu *)0xE000ED90u)
enum { MPU_ON = 1, MPU_DEFAULT_MAP = 4, REGION_ON = 1, REGION_NO_CODE = 1 << 28 };

void stack_limit(size_t len)
{
    size_t whole = (size_t)(stack_end - stack_begin) * sizeof *stack_begin, part = whole / 8;
    size_t guarded = len < whole ? (whole - len) / part : 0;
    uint32_t log2 = 31u - (uint32_t)__builtin_clz(whole);

    MPU->number = 0;
    MPU->base = (uint32_t)(uintptr_t)stack_begin;
    MPU->attributes = REGION_NO_CODE | (0xff00u << guarded & 0xff00u) | (log2 - 1) << 1 | REGION_ON;
    MPU->control = guarded > 0 ? MPU_ON | MPU_DEFAULT_MAP : 0;
    __asm__ volatile("dsb\n isb" ::: "memory");
    stack_bottom = stack_begin + guarded * part / sizeof *stack_begin;
}

size_t stack_used(void)
{
    const uint32_t *at = stack_bottom;

    while (at < stack_end && *at == PAINT)
        at++;
    return (size_t)(stack_end - at) * sizeof *at;
}
