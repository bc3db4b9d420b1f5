/* SPDX-License-Identifier: Apache-2.0
 *
 * CMSDK UART (Arm DDI 0479, 4.3), polled: there is one octet of room each way.
 */
#include "hardware.h"

struct uart {
    volatile uint32_t data, state, control, interrupt, divider;
};
#define UART ((struct uart *)0x40004000u)

enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2 };
enum { CONTROL_TX = 1, CONTROL_RX = 2 };

void uart_start(void)
{
    UART->divider = 16;
    UART->control = CONTROL_TX | CONTROL_RX;
}

bool uart_read(uint8_t *ret)
{
    if ((UART->state & STATE_RX_FULL) == 0)
        return false;
    *ret = (uint8_t)UART->data;
    return true;
}

void uart_write(uint8_t octet)
{
    while ((UART->state & STATE_TX_FULL) != 0)
        ;
    UART->data = octet;
}
