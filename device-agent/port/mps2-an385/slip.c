/* SPDX-License-Identifier: Apache-2.0 */
#include "slip.h"

enum { END = 192, ESC = 219, ESC_END = 220, ESC_ESC = 221 };

static void add(struct slip *slip, uint8_t octet)
{
    if (slip->len == slip->cap)
        slip->spoiled = true;
    else
        slip->room[slip->len++] = octet;
}

static void begin(struct slip *slip)
{
    slip->len = 0;
    slip->escaped = slip->spoiled = false;
}

bool slip_take(struct slip *slip, uint8_t octet, size_t *ret_len)
{
    if (octet == END) {
        bool good = slip->len > 0 && !slip->spoiled && !slip->escaped;
        *ret_len = slip->len;
        begin(slip);
        return good;
    }
    if (slip->escaped) {
        slip->spoiled |= octet != ESC_END && octet != ESC_ESC;
        add(slip, octet == ESC_END ? END : ESC);
        slip->escaped = false;
    } else if (octet == ESC) {
        slip->escaped = true;
    } else {
        add(slip, octet);
    }
    return false;
}

void slip_put(const uint8_t *frame, size_t len, void (*put)(void *context, uint8_t octet),
              void *context)
{
    put(context, END);
    for (size_t i = 0; i < len; i++) {
        if (frame[i] == END || frame[i] == ESC) {
            put(context, ESC);
            put(context, frame[i] == END ? ESC_END : ESC_ESC);
        } else {
            put(context, frame[i]);
        }
    }
    put(context, END);
}
