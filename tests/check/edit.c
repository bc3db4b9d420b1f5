/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

#include <string.h>

/* Whether the record is one whole message of the type, in epoch 0. */
static bool is_message(const struct prov_record *record, uint8_t type, struct prov_fragment *ret)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(record->body, record->len));

    return record->type == CONTENT_HANDSHAKE && record->epoch == 0 &&
           prov_fragment_take(&reader, ret) && ret->type == type && ret->body.len == ret->length &&
           prov_reader_done(&reader);
}

static void put_changed(const struct prov_record *record, const struct prov_fragment *fragment,
                        edit_body change, void *context, struct prov_buf *out)
{
    uint8_t body[TARGET_ROOM], room[TARGET_ROOM];
    struct prov_buf message = PROV_BUF_OF(room);

    memcpy(body, fragment->body.data, fragment->body.len);
    size_t len = change(context, body, fragment->body.len);
    if (len == EDIT_REMOVE)
        return;
    prov_message_header_put(&message, fragment->type, (uint32_t)len, fragment->message_seq, 0,
                            (uint32_t)len);
    prov_put(&message, body, len);
    prov_record_put_plain(record->version, record->seq, CONTENT_HANDSHAKE, prov_buf_bytes(&message),
                          out);
}

bool edit_message(struct datagram *d, uint8_t type, edit_body change, void *context)
{
    uint8_t room[TARGET_ROOM];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_record record;
    struct prov_fragment fragment;
    size_t at = 0;
    bool any = false;

    while (prov_record_take(d->octets, d->len, 0, &at, &record)) {
        if (is_message(&record, type, &fragment)) {
            put_changed(&record, &fragment, change, context, &out);
            any = true;
        } else {
            prov_put(&out, record.header, RECORD_HEADER_LEN + record.len);
        }
    }
    if (any && !out.overflow) {
        d->len = out.len;
        memcpy(d->octets, room, out.len);
    }
    return any;
}

bool edit_find(struct datagram *d, uint8_t type, uint8_t **ret_body, size_t *ret_len)
{
    struct prov_record record;
    struct prov_fragment fragment;
    size_t at = 0;

    while (prov_record_take(d->octets, d->len, 0, &at, &record)) {
        if (!is_message(&record, type, &fragment))
            continue;
        *ret_body = record.body + MESSAGE_HEADER_LEN;
        *ret_len = fragment.body.len;
        return true;
    }
    return false;
}

/* --- extensions ------------------------------------------------------------------------------ */

struct extension {
    uint16_t type;
    const uint8_t *body;
    size_t len;
};

/* The block without the type, and with the new one at its end. */
static void put_block(struct prov_bytes block, const struct extension *e, struct prov_buf *out)
{
    struct prov_reader reader = prov_reader_make(block);
    struct prov_bytes body;
    uint16_t type;

    while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &body)) {
        if (type == e->type)
            continue;
        prov_put_u16(out, type);
        prov_put_u16(out, (uint16_t)body.len);
        prov_put_bytes(out, body);
    }
    if (e->body == NULL)
        return;
    prov_put_u16(out, e->type);
    prov_put_u16(out, (uint16_t)e->len);
    prov_put(out, e->body, e->len);
}

static size_t change_server(void *context, uint8_t *body, size_t len)
{
    uint8_t room[TARGET_ROOM];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_reader reader = prov_reader_make(PROV_BYTES(body, len));
    struct prov_server_hello hello;

    if (!prov_server_hello_take(&reader, &hello))
        return len;
    prov_server_hello_put_head(&out, &hello);
    size_t mark = prov_put_open(&out, 2);
    put_block(hello.extensions, context, &out);
    prov_put_close(&out, 2, mark);
    memcpy(body, room, out.len);
    return out.len;
}

void edit_server_extension(struct datagram *d, uint16_t type, const uint8_t *body, size_t len)
{
    struct extension e = {type, body, len};

    (void)edit_message(d, MESSAGE_SERVER_HELLO, change_server, &e);
}

static size_t change_client(void *context, uint8_t *body, size_t len)
{
    void (*const *change)(struct edit_hello *) = context;
    uint8_t room[TARGET_ROOM];
    struct prov_buf out = PROV_BUF_OF(room);
    struct edit_hello edit;

    if (!prov_client_hello_take(PROV_BYTES(body, len), &edit.hello))
        return len;
    edit.extensions_len = edit.hello.extensions.len;
    if (edit.extensions_len > 0)
        memcpy(edit.extensions, edit.hello.extensions.data, edit.extensions_len);
    (*change)(&edit);
    prov_client_hello_put_head(&out, &edit.hello);
    if (edit.extensions_len > 0) {
        prov_put_u16(&out, (uint16_t)edit.extensions_len);
        prov_put(&out, edit.extensions, edit.extensions_len);
    }
    memcpy(body, room, out.len);
    return out.len;
}

bool edit_client_hello(struct datagram *d, void (*change)(struct edit_hello *hello))
{
    return edit_message(d, MESSAGE_CLIENT_HELLO, change_client, &change);
}

static size_t change_client_extension(void *context, uint8_t *body, size_t len)
{
    uint8_t room[TARGET_ROOM];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_client_hello hello;

    if (!prov_client_hello_take(PROV_BYTES(body, len), &hello))
        return len;
    prov_client_hello_put_head(&out, &hello);
    size_t mark = prov_put_open(&out, 2);
    put_block(hello.extensions, context, &out);
    prov_put_close(&out, 2, mark);
    memcpy(body, room, out.len);
    return out.len;
}

void edit_client_extension(struct datagram *d, uint16_t type, const uint8_t *body, size_t len)
{
    struct extension e = {type, body, len};

    (void)edit_message(d, MESSAGE_CLIENT_HELLO, change_client_extension, &e);
}

/* --- what a hello says ----------------------------------------------------------------------- */

bool is_hello(const struct datagram *d)
{
    return d->len > 25 && d->octets[0] == CONTENT_HANDSHAKE && d->octets[3] == 0 &&
           d->octets[4] == 0 && d->octets[13] == MESSAGE_CLIENT_HELLO;
}

bool offers_suite(const struct flow *f, uint16_t suite)
{
    for (size_t i = 0; f->has_hello && i + 1 < f->hello.suites.len; i += 2)
        if ((f->hello.suites.data[i] << 8 | f->hello.suites.data[i + 1]) == suite)
            return true;
    return false;
}

bool offers_alone(const struct flow *f, uint16_t suite)
{
    return f->has_hello && f->hello.suites.len == 2 && offers_suite(f, suite);
}

bool is_record(const struct datagram *d, uint8_t type, uint16_t epoch)
{
    return d->len >= RECORD_HEADER_LEN && d->octets[0] == type &&
           (d->octets[3] << 8 | d->octets[4]) == epoch;
}

bool is_raw_mode(const struct flow *f)
{
    return hello_offers(f, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, NULL);
}

bool is_cert_mode(const struct flow *f)
{
    return offers_suite(f, 0xC0AE) && !is_raw_mode(f);
}

void set_alert(struct datagram *d, uint8_t alert)
{
    struct prov_record record;
    size_t at = 0;

    while (prov_record_take(d->octets, d->len, 0, &at, &record))
        if (record.type == CONTENT_ALERT && record.epoch == 0)
            record.body[1] = alert;
}

bool has_alert(struct datagram *d, uint8_t alert)
{
    struct prov_record record;
    size_t at = 0;

    while (prov_record_take(d->octets, d->len, 0, &at, &record))
        if (record.type == CONTENT_ALERT && record.epoch == 0 && record.body[1] == alert)
            return true;
    return false;
}

uint8_t *server_hello(struct datagram *d, size_t *ret_len)
{
    uint8_t *body = NULL;

    return edit_find(d, MESSAGE_SERVER_HELLO, &body, ret_len) ? body : NULL;
}

bool is_nobody(const struct flow *f)
{
    struct prov_bytes name;

    return hello_offers(f, PROV_EXTENSION_SERVER_NAME, &name) && name.len > 6 &&
           name.data[5] == 'n';
}
