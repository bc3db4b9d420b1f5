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

    assert_true(prov_record_write(&w->ends[from].session, 1, type, NULL, content, &out));
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

/* H2: what the client signs is the hash of all messages from the hello with the cookie on, each with its
 * header as if it had not been cut. */
static void put_together(const struct wire *w, uint8_t *room, size_t cap, size_t *ret_len)
{
    struct prov_buf out = prov_buf_make(room, cap);

    for (size_t i = 0; i < w->log_len; i++) {
        struct wire_record r;
        size_t at = 0;
        while (wire_record_next(&w->log[i], &at, &r)) {
            struct prov_reader reader = prov_reader_make(PROV_BYTES(r.body, r.len));
            struct prov_fragment f;
            if (r.type != 22 || !prov_fragment_take(&reader, &f) || f.type == 3 ||
                (f.type == 1 && f.message_seq == 0))
                continue;
            if (f.offset == 0)
                prov_message_header_put(&out, f.type, f.length, f.message_seq, 0, f.length);
            prov_put_bytes(&out, f.body);
        }
    }
    assert_false(out.overflow);
    *ret_len = out.len;
}

bool check_transcript(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    static uint8_t room[8192];
    struct prov_dtls *s = &w->ends[side].session;
    uint8_t digest[PROV_HASH_LEN];
    size_t len;

    if (side != WIRE_CLIENT || event != PROV_DTLS_NEED_SIGN)
        return false;
    put_together(w, room, sizeof(room), &len);
    struct prov_buf rest = prov_buf_make(room + len, sizeof(room) - len);
    prov_put(&rest, s->hs->room, s->hs->flight_len); /* the client's own, whole as yet */
    struct prov_bytes all = PROV_BYTES(room, len + rest.len);
    assert_int_equal(prov_crypto_sha256(world.crypto, &all, 1, digest), PROV_OK);
    assert_memory_equal(digest, prov_dtls_need_digest(s), PROV_HASH_LEN);
    *(bool *)w->intercept_context = true;
    return false;
}
