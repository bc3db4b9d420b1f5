/* SPDX-License-Identifier: Apache-2.0 */
#include "craft.h"

#include <string.h>

static struct prov_bytes or_else(struct prov_bytes bytes, struct prov_bytes otherwise)
{
    return bytes.data != NULL ? bytes : otherwise;
}

static void put_vector(struct prov_buf *buf, size_t width, struct prov_bytes bytes)
{
    size_t mark = prov_put_open(buf, width);

    prov_put_bytes(buf, bytes);
    prov_put_close(buf, width, mark);
}

static void put_body(const struct craft *c, struct prov_buf *buf)
{
    prov_put_u16(buf, c->version != 0 ? c->version : 0xFEFD);
    for (int i = 0; i < 32; i++)
        prov_put_u8(buf, c->random);
    put_vector(buf, 1, c->session_id);
    put_vector(buf, 1, c->cookie);
    put_vector(buf, 2, or_else(c->suites, OCTETS(0xC0, 0xA8)));
    put_vector(buf, 1, or_else(c->compression, OCTETS(0)));
    if (c->extensions.data != NULL)
        put_vector(buf, 2, c->extensions);
}

void craft_hello(const struct craft *c, struct prov_buf *ret)
{
    uint8_t room[1600];
    struct prov_buf body = PROV_BUF_OF(room);

    put_body(c, &body);
    prov_put_u8(ret, 22);
    prov_put_u16(ret, c->record_version != 0 ? c->record_version : 0xFEFF);
    prov_put_u16(ret, 0);
    prov_put_u48(ret, c->record_seq);
    prov_put_u16(ret, (uint16_t)(12 + body.len));
    prov_put_u8(ret, 1);
    prov_put_u24(ret, (uint32_t)body.len);
    prov_put_u16(ret, c->message_seq);
    prov_put_u24(ret, 0);
    prov_put_u24(ret, (uint32_t)body.len);
    prov_put_bytes(ret, prov_buf_bytes(&body));
}

static void read_hello(struct prov_bytes message, struct craft_answer *ret)
{
    struct prov_reader reader = prov_reader_make(message);
    struct prov_bytes skip, session_id, extensions;
    uint8_t compression;

    if (!prov_take(&reader, 12 + 2 + 32, &skip) || !prov_take_vector(&reader, 1, &session_id) ||
        !prov_take_u16(&reader, &ret->suite) || !prov_take_u8(&reader, &compression))
        return;
    if (prov_take_vector(&reader, 2, &extensions)) {
        memcpy(ret->extensions, extensions.data, extensions.len);
        ret->extensions_len = extensions.len;
    }
}

void craft_ask(struct wire *w, const struct craft *craft, struct craft_answer *ret)
{
    struct wire_end *server = &w->ends[WIRE_SERVER];
    uint8_t room[2048];
    struct prov_buf hello = PROV_BUF_OF(room);
    struct prov_bytes message;

    memset(ret, 0, sizeof(*ret));
    prov_dtls_drop(&server->session);
    w->log_len = 0;
    server->begun = false;
    w->no_cookie = true;
    craft_hello(craft, &hello);
    wire_inject(w, WIRE_CLIENT, room, hello.len);
    wire_run(w, w->now_ms);
    ret->alert = wire_alert(w, WIRE_SERVER);
    if (w->log_len > 0) {
        memcpy(ret->datagram, w->log[0].octets, w->log[0].len);
        ret->len = w->log[0].len;
    }
    if (wire_find(w, WIRE_SERVER, 2, 0, &message))
        read_hello(message, ret);
}

bool craft_extension(struct prov_bytes block, uint16_t type, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(block);
    struct prov_bytes body;
    uint16_t other;

    while (prov_take_u16(&reader, &other) && prov_take_vector(&reader, 2, &body)) {
        if (other != type)
            continue;
        *ret = body;
        return true;
    }
    return false;
}
