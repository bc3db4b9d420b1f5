/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames on a line of octets (RFC 1055): END 192 closes a frame and stands before it, ESC 219 with 220 or 221
 * is an END or an ESC inside. A frame that does not fit, or with an ESC before something else, is dropped.
 */
#ifndef BOARD_SLIP_H
#define BOARD_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slip {
    uint8_t *room;
    size_t cap, len;
    bool escaped, spoiled;
};

/* One more octet of the line: true when it ends a frame: room[0] to room[*ret_len - 1], until the next call. */
bool slip_take(struct slip *slip, uint8_t octet, size_t *ret_len);
void slip_put(const uint8_t *frame, size_t len, void (*put)(void *context, uint8_t octet),
              void *context);

#endif
