/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams on the UART: SLIP frames, the first octet of which is a number for each session, so that the other
 * end can use a fresh port for each.
 */
#ifndef BOARD_LINE_H
#define BOARD_LINE_H

#include "prov/bytes.h"
#include "slip.h"

#define LINE_FRAME_MAX 1400

struct line {
    struct slip slip;
    uint8_t session;
    uint32_t sent, received; /* octets on the UART */
    uint8_t in[LINE_FRAME_MAX], out[LINE_FRAME_MAX];
};

void line_begin(struct line *line);
/* What comes from now on belongs to another session. */
void line_session(struct line *line);
/* Room for a datagram, and its sending. */
struct prov_buf line_room(struct line *line);
void line_send(struct line *line, size_t len);
/* The next datagram of this session that has come as a whole, until the next call. */
bool line_take(struct line *line, uint8_t **ret, size_t *ret_len);

#endif
