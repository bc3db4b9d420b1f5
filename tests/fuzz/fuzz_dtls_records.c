/* SPDX-License-Identifier: Apache-2.0
 *
 * Two ends that are connected, and what one of them may say to the other: flags 1 (bit 0: the suite with the long
 * tag, bit 1: a connection id, bit 2: records of 512 octets), then items of op 1, length 2, octets:
 *
 *     op 0 | type 1 | content    sealed by the client as a record of this type
 *     op 1 | datagram            as it is, to the server
 *     op 2 | datagram            as it is, to the client
 *     op 3 | nothing             the server asks whether the client is there
 *     op 4 | octets              so many seconds go by
 *
 * Only what was sealed as application data is delivered, and no answer is longer than what it answers.
 */
#include <string.h>

#include "fuzz_dtls.h"
#include "libprov/dtls/engine.h"

static bool begin(struct wire *w, uint8_t flags)
{
    wire_make(w, fuzz_dtls_world(), (flags & 1) != 0 ? WIRE_PSK_FS : WIRE_PSK);
    fuzz_dtls_records(w);
    w->ends[WIRE_CLIENT].config.connection_id = (flags & 2) != 0;
    w->ends[WIRE_CLIENT].config.max_fragment = (flags & 4) != 0 ? 512 : 0;
    wire_start(w);
    wire_run(w, 0);
    return wire_works(w);
}

/* False: this end can send no more. */
static bool seal_and_send(struct wire *w, uint8_t type, struct prov_bytes content)
{
    struct wire_end *client = &w->ends[WIRE_CLIENT], *server = &w->ends[WIRE_SERVER];
    unsigned data = server->data, echoed = server->echoed;
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!prov_dtls_connected(&client->session) ||
        !prov_record_write(&client->session, 1, type, NULL, content, &out))
        return false;
    w->log_len = 0;
    wire_inject(w, WIRE_CLIENT, room, out.len);
    wire_run(w, w->now_ms);
    FUZZ_CHECK(server->data == data || (type == 23 && server->data == data + 1));
    FUZZ_CHECK(server->echoed == echoed || (type == 24 && server->echoed == echoed + 1));
    if (server->echoed != echoed)
        FUZZ_CHECK(w->log_len >= 1 && w->log[0].from == WIRE_SERVER && w->log[0].len <= out.len);
    return true;
}

/* What was not sealed by the peer is never data. */
static void send_raw(struct wire *w, enum wire_side from, struct prov_bytes datagram)
{
    struct wire_end *to = &w->ends[1 - from];
    unsigned data = to->data, echoed = to->echoed;

    wire_inject(w, from, datagram.data, datagram.len);
    wire_run(w, w->now_ms);
    FUZZ_CHECK(to->data == data && to->echoed == echoed);
}

static bool ask(struct wire *w)
{
    if (prov_dtls_heartbeat(&w->ends[WIRE_SERVER].session, w->now_ms) != PROV_OK)
        return false;
    wire_run(w, w->now_ms);
    return true;
}

static bool run(struct wire *w, uint8_t op, struct prov_bytes octets)
{
    if (octets.len > WIRE_DATAGRAM_MAX)
        return false;
    /* there is no type 0: behind a connection id it would be padding, and what is before it the type */
    if (op == 0 && octets.len > 0 && octets.data[0] != 0)
        return seal_and_send(w, octets.data[0], PROV_BYTES(octets.data + 1, octets.len - 1));
    if (op == 1 || op == 2)
        send_raw(w, op == 1 ? WIRE_CLIENT : WIRE_SERVER, octets);
    else if (op == 3)
        return ask(w);
    else if (op == 4)
        wire_run(w, w->now_ms + 1000 * (uint64_t)octets.len);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct prov_bytes octets, cid;
    struct wire w;
    uint8_t flags, op;

    if (!prov_take_u8(&reader, &flags) || !begin(&w, flags))
        return 0;
    for (unsigned i = 0; i < 64 && prov_take_u8(&reader, &op) &&
                         prov_take_vector(&reader, 2, &octets) && run(&w, op, octets);
         i++)
        if (prov_dtls_datagram_cid(octets, op, &cid))
            FUZZ_CHECK(cid.len == op);
    wire_free(&w);
    return 0;
}
