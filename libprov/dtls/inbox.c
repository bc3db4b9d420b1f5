/* SPDX-License-Identifier: Apache-2.0
 *
 * Reassembly (RFC 6347, section 4.2.3): fragments in any order, doubled and overlapping, of the
 * message that is due and a few after it, in one room of fixed size.
 *
 *     msg_type 1 | length 3 | message_seq 2 | fragment_offset 3 | fragment_length 3 | fragment
 */
#include "engine.h"

#include <string.h>

/* The longest body taken of each message (H10). What is not listed is not taken at all. */
static const struct cap {
    uint8_t type;
    uint16_t max;
} caps[] = {
    {MESSAGE_CLIENT_HELLO, 1536},
    {MESSAGE_SERVER_HELLO, 512},
    {MESSAGE_HELLO_VERIFY_REQUEST, 258},
    {MESSAGE_CERTIFICATE, PROV_DTLS_CERTIFICATE_MAX},
    {MESSAGE_SERVER_KEY_EXCHANGE, 1024},
    {MESSAGE_CERTIFICATE_REQUEST, PROV_DTLS_CERTIFICATE_MAX / 2},
    {MESSAGE_SERVER_HELLO_DONE, 16},
    {MESSAGE_CERTIFICATE_VERIFY, 160},
    {MESSAGE_CLIENT_KEY_EXCHANGE, 512},
    {MESSAGE_FINISHED, 64},
};

static uint32_t cap_of(uint8_t type)
{
    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        if (caps[i].type == type)
            return caps[i].max;
    return 0;
}

bool prov_fragment_take(struct prov_reader *reader, struct prov_fragment *ret)
{
    struct prov_fragment fragment;

    return prov_take_u8(reader, &fragment.type) && prov_take_u24(reader, &fragment.length) &&
           prov_take_u16(reader, &fragment.message_seq) &&
           prov_take_u24(reader, &fragment.offset) && prov_take_vector(reader, 3, &fragment.body) &&
           fragment.offset <= fragment.length &&
           fragment.body.len <= fragment.length - fragment.offset && (*ret = fragment, true);
}

void prov_message_header_put(struct prov_buf *buf, uint8_t type, uint32_t length,
                             uint16_t message_seq, uint32_t offset, uint32_t fragment_length)
{
    prov_put_u8(buf, type);
    prov_put_u24(buf, length);
    prov_put_u16(buf, message_seq);
    prov_put_u24(buf, offset);
    prov_put_u24(buf, fragment_length);
}

/* --- the room
 * ------------------------------------------------------------------------------------- */

/* Slots lie in the room one after the other, each begins at a multiple of 8: then the bits of each
 * begin at an octet, and the room closes up by moving octets. */
static size_t round_up(size_t len)
{
    return (len + 7) & ~(size_t)7;
}

static struct prov_dtls_slot *find(struct prov_dtls_handshake *hs, uint16_t seq)
{
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && hs->slots[i].seq == seq)
            return &hs->slots[i];
    return NULL;
}

static void drop(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot)
{
    size_t from = slot->at, gap = round_up(slot->len), behind = hs->inbox_len - from - gap;

    memmove(hs->inbox + from, hs->inbox + from + gap, behind);
    memmove(hs->inbox_had + from / 8, hs->inbox_had + (from + gap) / 8, behind / 8);
    memset(hs->inbox_had + (from + behind) / 8, 0, gap / 8);
    hs->inbox_len = (uint16_t)(hs->inbox_len - gap);
    slot->used = false;
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && hs->slots[i].at > from)
            hs->slots[i].at = (uint16_t)(hs->slots[i].at - gap);
}

static size_t room_left(const struct prov_dtls_handshake *hs)
{
    return sizeof(hs->inbox) - hs->inbox_len;
}

/* The message that is due may push out those that came too early; those only take what is free. */
static bool make_room(struct prov_dtls_handshake *hs, size_t len, bool due)
{
    for (size_t i = 0; due && i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && room_left(hs) < round_up(len))
            drop(hs, &hs->slots[i]);
    return room_left(hs) >= round_up(len);
}

static struct prov_dtls_slot *open_slot(struct prov_dtls_handshake *hs,
                                        const struct prov_fragment *fragment)
{
    size_t len = MESSAGE_HEADER_LEN + fragment->length;

    if (!make_room(hs, len, fragment->message_seq == hs->next_receive))
        return NULL;
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++) {
        struct prov_dtls_slot *slot = &hs->slots[i];
        if (slot->used)
            continue;
        *slot =
            (struct prov_dtls_slot){true, fragment->message_seq, hs->inbox_len, (uint16_t)len, 0};
        struct prov_buf header = prov_buf_make(hs->inbox + slot->at, MESSAGE_HEADER_LEN);
        prov_message_header_put(&header, fragment->type, fragment->length, fragment->message_seq, 0,
                                fragment->length);
        hs->inbox_len = (uint16_t)(hs->inbox_len + round_up(len));
        return slot;
    }
    return NULL;
}

/* --- fragments
 * -------------------------------------------------------------------------------------- */

static bool had(const struct prov_dtls_handshake *hs, size_t at)
{
    return (hs->inbox_had[at / 8] >> (at % 8) & 1) != 0;
}

/* Whether it says of type, length and octets what the fragments before it said (H10). */
static bool fits(const struct prov_dtls_handshake *hs, const struct prov_dtls_slot *slot,
                 const struct prov_fragment *fragment)
{
    const uint8_t *body = hs->inbox + slot->at + MESSAGE_HEADER_LEN + fragment->offset;
    size_t at = (size_t)(body - hs->inbox);

    if (hs->inbox[slot->at] != fragment->type || slot->len != MESSAGE_HEADER_LEN + fragment->length)
        return false;
    for (size_t i = 0; i < fragment->body.len; i++)
        if (had(hs, at + i) && body[i] != fragment->body.data[i])
            return false;
    return true;
}

static void fill(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot,
                 const struct prov_fragment *fragment)
{
    size_t at = slot->at + MESSAGE_HEADER_LEN + fragment->offset;

    for (size_t i = 0; i < fragment->body.len; i++) {
        if (had(hs, at + i))
            continue;
        hs->inbox[at + i] = fragment->body.data[i];
        hs->inbox_had[(at + i) / 8] |= (uint8_t)(1u << ((at + i) % 8));
        slot->had++;
    }
}

static void take_fragment(struct prov_dtls *s, unsigned epoch, const struct prov_fragment *fragment)
{
    struct prov_dtls_handshake *hs = s->hs;
    bool due = fragment->message_seq == hs->next_receive;

    /* Finished comes in epoch 1, every other message of a handshake in epoch 0. */
    if ((fragment->type == MESSAGE_FINISHED) != (epoch == 1))
        return;
    /* RFC 5246, section 7.4.1.1: ignored while a handshake runs */
    if (fragment->type == MESSAGE_HELLO_REQUEST)
        return;
    if (fragment->message_seq < hs->next_receive) {
        prov_flight_peer_repeated(s, fragment);
        return;
    }
    if (fragment->length > cap_of(fragment->type)) {
        if (due)
            (void)prov_dtls_refuse(s, cap_of(fragment->type) == 0 ? PROV_ALERT_UNEXPECTED_MESSAGE
                                                                  : PROV_ALERT_DECODE_ERROR);
        return;
    }
    if (fragment->message_seq - hs->next_receive >= PROV_DTLS_SLOTS)
        return;
    struct prov_dtls_slot *slot = find(hs, fragment->message_seq);
    if (slot == NULL)
        slot = open_slot(hs, fragment);
    if (slot == NULL || !fits(hs, slot, fragment)) {
        s->records_dropped++;
        return;
    }
    fill(hs, slot, fragment);
}

void prov_inbox_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content)
{
    struct prov_reader reader = prov_reader_make(content);
    struct prov_fragment fragment;

    while (s->hs != NULL && prov_fragment_take(&reader, &fragment))
        take_fragment(s, epoch, &fragment);
}

bool prov_inbox_first(const struct prov_dtls_handshake *hs, struct prov_bytes *ret_message)
{
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++) {
        const struct prov_dtls_slot *slot = &hs->slots[i];
        if (!slot->used || slot->seq != hs->next_receive ||
            slot->had != slot->len - MESSAGE_HEADER_LEN)
            continue;
        *ret_message = PROV_BYTES(hs->inbox + slot->at, slot->len);
        return true;
    }
    return false;
}

void prov_inbox_pop(struct prov_dtls_handshake *hs)
{
    struct prov_dtls_slot *slot = find(hs, hs->next_receive);

    if (slot != NULL)
        drop(hs, slot);
    hs->next_receive++;
}
