/* SPDX-License-Identifier: Apache-2.0
 *
 * From reset to main: the vectors, the variables, the paint on the stack.
 */
#include "hardware.h"

#define PAINT 0xa5a5a5a5u

extern uint32_t data_begin[], data_end[], data_load[];
extern uint32_t bss_begin[], bss_end[];
extern uint32_t stack_begin[], stack_end[];

void reset(void);
void fault(void);
void tick(void); /* clock.c */

/* Armv7-M Architecture Reference Manual, B1.5.3 */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[15])(void);
} vectors = {stack_end,
             {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
              fault, fault, tick}};

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

/* What nobody handles ends the run with the shell's number for a signal. */
void fault(void)
{
    semihost_print("fault\n");
    semihost_exit(139);
}

size_t stack_used(void)
{
    const uint32_t *at = stack_begin;

    while (at < stack_end && *at == PAINT)
        at++;
    return (size_t)(stack_end - at) * sizeof(*at);
}

bool stack_whole(void)
{
    return stack_begin[0] == PAINT;
}
