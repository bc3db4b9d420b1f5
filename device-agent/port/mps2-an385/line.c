/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "hardware.h"

void line_begin(struct line *line)
{
    line->slip = (struct slip){.room = line->in, .cap = sizeof line->in};
}

void line_session(struct line *line)
{
    line->session++;
}

struct prov_buf line_room(struct line *line)
{
    return prov_buf_make(line->out + 1, sizeof line->out - 1);
}

static void put(void *context, uint8_t octet)
{
    struct line *line = context;

    uart_write(octet);
    line->sent++;
}

void line_send(struct line *line, size_t len)
{
    line->out[0] = line->session;
    slip_put(line->out, len + 1, put, line);
}

bool line_take(struct line *line, uint8_t **ret, size_t *ret_len)
{
    uint8_t octet;
    size_t len;

    while (uart_read(&octet)) {
        line->received++;
        if (slip_take(&line->slip, octet, &len) && len > 1 && line->in[0] == line->session) {
            *ret = line->in + 1;
            *ret_len = len - 1;
            return true;
        }
    }
    return false;
}
