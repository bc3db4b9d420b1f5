/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

/* A record with one message, made anew. */
static void put_message(struct prov_buf *out, const struct prov_record *record, uint16_t seq,
                        uint8_t type, struct prov_bytes body)
{
    prov_put(out, record->header, 11);
    prov_put_u16(out, (uint16_t)(MESSAGE_HEADER_LEN + body.len));
    prov_message_header_put(out, type, (uint32_t)body.len, seq, 0, (uint32_t)body.len);
    prov_put_bytes(out, body);
}

static bool is_message(const struct prov_record *record)
{
    return record->type == CONTENT_HANDSHAKE && record->epoch == 0 &&
           record->len >= MESSAGE_HEADER_LEN;
}

static uint16_t seq_of(const struct prov_record *record)
{
    return (uint16_t)(record->body[4] << 8 | record->body[5]);
}

static void finish(uint8_t *datagram, size_t *len, const struct prov_buf *out)
{
    if (out->overflow)
        abort();
    memcpy(datagram, out->data, out->len);
    *len = out->len;
}

bool fault_rewrite(uint8_t *datagram, size_t *len, uint8_t type,
                   size_t (*change)(struct rig *rig, uint8_t *body, size_t len), struct rig *rig)
{
    uint8_t room[RIG_MTU], body[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_record record;
    bool found = false;
    size_t at = 0;

    while (prov_record_take(datagram, *len, 0, &at, &record)) {
        if (!is_message(&record) || record.body[0] != type) {
            prov_put(&out, record.header, RECORD_HEADER_LEN + record.len);
            continue;
        }
        size_t was = record.len - MESSAGE_HEADER_LEN;
        memcpy(body, record.body + MESSAGE_HEADER_LEN, was);
        size_t is = change(rig, body, was);
        put_message(&out, &record, seq_of(&record), type, PROV_BYTES(body, is));
        found = true;
    }
    finish(datagram, len, &out);
    return found;
}

void fault_insert(uint8_t *datagram, size_t *len, uint8_t behind, uint8_t type,
                  struct prov_bytes inserted)
{
    uint8_t room[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_record record;
    size_t at = 0;
    uint16_t more = 0;

    while (prov_record_take(datagram, *len, 0, &at, &record)) {
        if (!is_message(&record)) {
            prov_put(&out, record.header, RECORD_HEADER_LEN + record.len);
            continue;
        }
        struct prov_bytes body = {record.body + MESSAGE_HEADER_LEN,
                                  record.len - MESSAGE_HEADER_LEN};
        uint16_t seq = (uint16_t)(seq_of(&record) + more);
        put_message(&out, &record, seq, record.body[0], body);
        if (record.body[0] != behind)
            continue;
        more = 1;
        put_message(&out, &record, (uint16_t)(seq + 1), type, inserted);
    }
    finish(datagram, len, &out);
}

size_t fault_extensions(uint8_t *block, size_t len, int out_type, int in, struct prov_bytes body)
{
    uint8_t room[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_reader reader = prov_reader_make(PROV_BYTES(block, len));
    struct prov_bytes other;
    uint16_t type;

    while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &other)) {
        if (type == out_type)
            continue;
        prov_put_u16(&out, type);
        prov_put_u16(&out, (uint16_t)other.len);
        prov_put_bytes(&out, other);
    }
    if (in >= 0) {
        prov_put_u16(&out, (uint16_t)in);
        prov_put_u16(&out, (uint16_t)body.len);
        prov_put_bytes(&out, body);
    }
    memcpy(block, room, out.len);
    return out.len;
}
