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
    {MESSAGE_NEW_SESSION_TICKET, 2048},
    {MESSAGE_CERTIFICATE, PROV_DTLS_CERTIFICATE_MAX},
    {MESSAGE_SERVER_KEY_EXCHANGE, 1024},
    {MESSAGE_CERTIFICATE_REQUEST, PROV_DTLS_CERTIFICATE_MAX / 2},
    {MESSAGE_SERVER_HELLO_DONE, 16},
    {MESSAGE_CERTIFICATE_VERIFY, 160},
    {MESSAGE_CLIENT_KEY_EXCHANGE, 512},
    {MESSAGE_FINISHED, 64},
    {MESSAGE_CERTIFICATE_URL, 3 + PROV_DTLS_CHAIN_MAX *(2 + PROV_URL_MAX + 1 + PROV_SHA1_LEN)},
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

/* --- the room -------------------------------------------------------------------------------- */

static struct prov_dtls_slot *find(struct prov_dtls_handshake *hs, uint16_t seq)
{
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && hs->slots[i].seq == seq)
            return &hs->slots[i];
    return NULL;
}

/* Slots lie in the room one after the other; behind one that goes, the others close up. */
static void drop(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot)
{
    size_t from = slot->at, behind = (size_t)hs->inbox_len - from - slot->len;

    memmove(hs->inbox + from, hs->inbox + from + slot->len, behind);
    hs->inbox_len = (uint16_t)(hs->inbox_len - slot->len);
    slot->used = false;
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && hs->slots[i].at > from)
            hs->slots[i].at = (uint16_t)(hs->slots[i].at - slot->len);
}

static size_t room_left(const struct prov_dtls_handshake *hs)
{
    return sizeof(hs->inbox) - hs->inbox_len - hs->kept_len;
}

/* The message that is due may push out those that came too early; those only take what is free. */
static bool make_room(struct prov_dtls_handshake *hs, size_t len, bool due)
{
    for (size_t i = 0; due && i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].used && room_left(hs) < len)
            drop(hs, &hs->slots[i]);
    return room_left(hs) >= len;
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
        *slot = (struct prov_dtls_slot){
            .used = true, .seq = fragment->message_seq, .at = hs->inbox_len, .len = (uint16_t)len};
        struct prov_buf header = prov_buf_make(hs->inbox + slot->at, MESSAGE_HEADER_LEN);
        prov_message_header_put(&header, fragment->type, fragment->length, fragment->message_seq, 0,
                                fragment->length);
        hs->inbox_len = (uint16_t)(hs->inbox_len + len);
        return slot;
    }
    return NULL;
}

/* --- fragments ------------------------------------------------------------------------------- */

static uint16_t later(uint16_t a, uint16_t b)
{
    return a > b ? a : b;
}

static uint16_t earlier(uint16_t a, uint16_t b)
{
    return a < b ? a : b;
}

/* Whether it says of type, length and octets what the fragments before it said (H10). */
static bool fits(const struct prov_dtls_handshake *hs, const struct prov_dtls_slot *slot,
                 const struct prov_fragment *fragment)
{
    const uint8_t *body = hs->inbox + slot->at + MESSAGE_HEADER_LEN;
    uint16_t begin = (uint16_t)fragment->offset, end = (uint16_t)(begin + fragment->body.len);

    if (hs->inbox[slot->at] != fragment->type || slot->len != MESSAGE_HEADER_LEN + fragment->length)
        return false;
    for (size_t i = 0; i < slot->span_count; i++) {
        uint16_t from = later(slot->spans[i].from, begin),
                 until = earlier(slot->spans[i].until, end);
        if (from < until &&
            memcmp(body + from, fragment->body.data + (from - begin), (size_t)(until - from)) != 0)
            return false;
    }
    return true;
}

/* Joins a span with those that it touches. False, and nothing is changed, if there would be too many. */
static bool add_span(struct prov_dtls_slot *slot, struct prov_dtls_span span)
{
    struct prov_dtls_span kept[PROV_DTLS_SPANS];
    uint8_t count = 0;

    for (size_t i = 0; i < slot->span_count; i++) {
        const struct prov_dtls_span old = slot->spans[i];
        if (old.from > span.until || span.from > old.until) {
            kept[count++] = old;
            continue;
        }
        span.from = earlier(span.from, old.from);
        span.until = later(span.until, old.until);
    }
    if (count == PROV_DTLS_SPANS)
        return false;
    kept[count++] = span;
    memcpy(slot->spans, kept, count * sizeof(kept[0]));
    slot->span_count = count;
    return true;
}

static bool fill(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot,
                 const struct prov_fragment *fragment)
{
    uint16_t from = (uint16_t)fragment->offset;
    struct prov_dtls_span span = {from, (uint16_t)(from + fragment->body.len)};

    if (fragment->body.len == 0)
        return true;
    if (!add_span(slot, span))
        return false;
    memcpy(hs->inbox + slot->at + MESSAGE_HEADER_LEN + from, fragment->body.data,
           fragment->body.len);
    return true;
}

static bool is_whole(const struct prov_dtls_slot *slot)
{
    uint16_t body = (uint16_t)(slot->len - MESSAGE_HEADER_LEN);

    return body == 0 ||
           (slot->span_count == 1 && slot->spans[0].from == 0 && slot->spans[0].until == body);
}

/* In epoch 0 a piece is anybody's: one that was forged must not keep the true message out through all
 * its retransmissions. A whole message that contradicts the pieces of one takes their place. (Who
 * can forge pieces can forge an alert, too: this costs nothing.) Not while a message is held: what goes
 * would move it, and the caller has views into it; the next retransmission comes after the answer. */
static bool supersedes(const struct prov_dtls_handshake *hs, const struct prov_dtls_slot *slot,
                       const struct prov_fragment *fragment)
{
    return !hs->held && fragment->body.len == fragment->length && !is_whole(slot) &&
           !fits(hs, slot, fragment);
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
    prov_mtu_mirror(s, fragment, s->in_len);
    struct prov_dtls_slot *slot = find(hs, fragment->message_seq);
    if (slot != NULL && supersedes(hs, slot, fragment)) {
        drop(hs, slot);
        slot = NULL;
    }
    if (slot == NULL)
        slot = open_slot(hs, fragment);
    if (slot == NULL || !fits(hs, slot, fragment) || !fill(hs, slot, fragment))
        s->records_dropped++;
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
        if (!slot->used || slot->seq != hs->next_receive || !is_whole(slot))
            continue;
        *ret_message = PROV_BYTES(hs->inbox + slot->at, slot->len);
        return true;
    }
    return false;
}

void prov_inbox_keep(struct prov_dtls_handshake *hs, struct prov_bytes part, struct prov_bytes *ret)
{
    uint8_t *at = hs->inbox + sizeof(hs->inbox) - part.len;

    *ret = PROV_BYTES_NONE;
    if (hs->kept_len != 0 || room_left(hs) < part.len)
        return;
    memcpy(at, part.data, part.len); /* behind all slots: they do not overlap */
    hs->kept_len = (uint16_t)part.len;
    *ret = PROV_BYTES(at, part.len);
}

void prov_inbox_pop(struct prov_dtls_handshake *hs)
{
    struct prov_dtls_slot *slot = find(hs, hs->next_receive);

    if (slot != NULL)
        drop(hs, slot);
    hs->next_receive++;
}
