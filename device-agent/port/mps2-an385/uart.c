/* SPDX-License-Identifier: Apache-2.0
 *
 * CMSDK UART (Arm DDI 0479, 4.3): there is one octet of room each way. What comes is taken by an interrupt into a
 * ring; what finds it full is lost, and with it a datagram, which DTLS sends again.
 */
#include "hardware.h"

struct uart {
    volatile uint32_t data, state, control, interrupt, divider;
};
#define UART ((struct uart *)0x40004000u)

enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2 };
enum { CONTROL_TX = 1, CONTROL_RX = 2, CONTROL_RX_INTERRUPT = 8 };
enum { INTERRUPT_RX = 2 };

#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100u) /* Armv7-M, B3.4.4 */
#define UART_LINE   0                                  /* AN385: UART 0, receive */

#define RING_LEN 4096u

static uint8_t ring[RING_LEN];
static volatile uint32_t put, taken; /* since the start; put by the interrupt alone */

void uart_received(void);
void uart_received(void)
{
    UART->interrupt = INTERRUPT_RX;
    while ((UART->state & STATE_RX_FULL) != 0) {
        uint8_t octet = (uint8_t)UART->data;
        if (put - taken < RING_LEN)
            ring[put++ % RING_LEN] = octet;
    }
}

void uart_start(void)
{
    UART->divider = 16;
    UART->control = CONTROL_TX | CONTROL_RX | CONTROL_RX_INTERRUPT;
    *NVIC_ENABLE = 1u << UART_LINE;
}

bool uart_read(uint8_t *ret)
{
    if (taken == put)
        return false;
    *ret = ring[taken % RING_LEN];
    taken++;
    return true;
}

void uart_write(uint8_t octet)
{
    while ((UART->state & STATE_TX_FULL) != 0)
        ;
    UART->data = octet;
}
