/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

struct wire_world world;

int setup(void **state)
{
    (void)state;
    wire_world_make(&world);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    wire_world_free(&world);
    return 0;
}

void connect_as(struct wire *w, enum wire_kind kind)
{
    wire_make(w, &world, kind);
    wire_start(w);
    wire_run(w, 0);
    assert_int_equal(w->ends[WIRE_CLIENT].connected, 1);
    assert_int_equal(w->ends[WIRE_SERVER].connected, 1);
}

size_t seal(struct wire *w, enum wire_side from, const char *text, uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    assert_int_equal(prov_dtls_seal(&w->ends[from].session, prov_bytes_text(text), &out), PROV_OK);
    return out.len;
}

size_t seal_type(struct wire *w, enum wire_side from, uint8_t type, struct prov_bytes content,
                 uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    assert_true(prov_record_put(&w->ends[from].session, 1, type, content, PROV_BYTES_NONE, &out));
    return out.len;
}

size_t fragment(const struct cut *c, const uint8_t *octets, uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    prov_put(&out, "\x16\xFE\xFD\0\0\0\0\0\0\0\x20", 11);
    prov_put_u16(&out, (uint16_t)(12 + c->fragment_length));
    prov_message_header_put(&out, c->type, c->length, c->message_seq, c->offset,
                            c->fragment_length);
    prov_put(&out, octets, c->fragment_length);
    return out.len;
}
