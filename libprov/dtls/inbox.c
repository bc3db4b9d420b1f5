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

    fragment.type = prov_get_u8(reader);
    fragment.length = prov_get_u24(reader);
    fragment.message_seq = prov_get_u16(reader);
    fragment.offset = prov_get_u24(reader);
    prov_get_vector(reader, 3, &fragment.body);
    if (reader->error != PROV_OK || fragment.offset + fragment.body.len > fragment.length)
        return false;
    *ret = fragment;
    return true;
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

void prov_message_header_store(uint8_t at[MESSAGE_HEADER_LEN], uint8_t type, size_t length,
                               uint16_t message_seq)
{
    memset(at, 0, MESSAGE_HEADER_LEN);
    at[0] = type;
    at[2] = at[10] = (uint8_t)(length >> 8);
    at[3] = at[11] = (uint8_t)length;
    at[4] = (uint8_t)(message_seq >> 8);
    at[5] = (uint8_t)message_seq;
}

/* --- the room -------------------------------------------------------------------------------- */

/* Those that may be there at a time have a slot each. */
static struct prov_dtls_slot *slot_of(struct prov_dtls_handshake *hs, uint16_t seq)
{
    return &hs->slots[seq % PROV_DTLS_SLOTS];
}

/* NULL: there is nothing of it. */
static struct prov_dtls_slot *find(struct prov_dtls_handshake *hs, uint16_t seq)
{
    struct prov_dtls_slot *slot = slot_of(hs, seq);

    return slot->len > 0 && slot->seq == seq ? slot : NULL;
}

/* Messages lie in the room one before the other, from its end on; before one that goes, the others close up. */
static void drop(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot)
{
    uint8_t *first = hs->room + sizeof(hs->room) - hs->inbox_len;
    uint16_t at = slot->at, len = slot->len;

    memmove(first + len, first, (size_t)(hs->room + at - first));
    hs->inbox_len = (uint16_t)(hs->inbox_len - len);
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].len > 0 && hs->slots[i].at < at)
            hs->slots[i].at = (uint16_t)(hs->slots[i].at + len);
    memset(slot, 0, sizeof(*slot));
}

/* The message that is due may push out those that came too early; those only take what is free. */
static struct prov_dtls_slot *open_slot(struct prov_dtls_handshake *hs,
                                        const struct prov_fragment *fragment)
{
    struct prov_dtls_slot *slot = slot_of(hs, fragment->message_seq);
    size_t len = MESSAGE_HEADER_LEN + fragment->length, need = len;

    if (slot->len > 0) /* of a request that was kept */
        drop(hs, slot);
    if (hs->state == STATE_HELLO) /* the cookie's hello is longer */
        need += PROV_DTLS_HELLO_MAX;
    if (prov_inbox_left(hs) < need && fragment->message_seq == hs->next_receive) {
        prov_inbox_clear(hs);
        need = len;
    }
    if (prov_inbox_left(hs) < need)
        return NULL;
    hs->inbox_len = (uint16_t)(hs->inbox_len + len);
    slot->seq = fragment->message_seq;
    slot->at = (uint16_t)(sizeof(hs->room) - hs->inbox_len);
    slot->len = (uint16_t)len;
    prov_message_header_store(hs->room + slot->at, fragment->type, fragment->length, slot->seq);
    return slot;
}

/* --- fragments ------------------------------------------------------------------------------- */

static bool is_whole(const struct prov_dtls_slot *slot)
{
    uint16_t body = (uint16_t)(slot->len - MESSAGE_HEADER_LEN);

    return body == 0 ||
           (slot->span_count == 1 && slot->spans[0].from == 0 && slot->spans[0].until == body);
}

/* Puts a fragment where it belongs and joins its span with those that it touches. False, and nothing is
 * changed, if it does not say of type, length and octets what those before it said (H10), or if there would
 * be too many spans. */
static bool merge(struct prov_dtls_handshake *hs, struct prov_dtls_slot *slot,
                  const struct prov_fragment *fragment)
{
    uint8_t *body = hs->room + slot->at + MESSAGE_HEADER_LEN;
    const unsigned begin = fragment->offset, end = begin + (unsigned)fragment->body.len;
    struct prov_dtls_span kept[PROV_DTLS_SPANS + 1];
    unsigned from = begin, until = end, count = 0;

    if (hs->room[slot->at] != fragment->type || slot->len != MESSAGE_HEADER_LEN + fragment->length)
        return false;
    if (begin == end)
        return true;
    for (unsigned i = 0; i < slot->span_count; i++) {
        const struct prov_dtls_span old = slot->spans[i];
        unsigned low = old.from > begin ? old.from : begin,
                 high = old.until < end ? old.until : end;
        if (low > high) {
            kept[count++] = old;
            continue;
        }
        if (memcmp(body + low, fragment->body.data + (low - begin), high - low) != 0)
            return false;
        from = old.from < from ? old.from : from;
        until = old.until > until ? old.until : until;
    }
    if (count == PROV_DTLS_SPANS)
        return false;
    kept[count++] = (struct prov_dtls_span){(uint16_t)from, (uint16_t)until};
    memcpy(slot->spans, kept, count * sizeof(kept[0]));
    slot->span_count = (uint8_t)count;
    memcpy(body + begin, fragment->body.data, fragment->body.len);
    return true;
}

/* In epoch 0 a piece is anybody's: one that was forged must not keep the true message out through all
 * its retransmissions. A whole message that contradicts the pieces of one takes their place. (Who
 * can forge pieces can forge an alert, too: this costs nothing.) Not while a message is held: what goes
 * would move it, and the caller has views into it; the next retransmission comes after the answer. */
static bool keep(struct prov_dtls_handshake *hs, const struct prov_fragment *fragment)
{
    struct prov_dtls_slot *slot = find(hs, fragment->message_seq);

    if (slot != NULL) {
        if (merge(hs, slot, fragment))
            return true;
        if (hs->held || fragment->body.len != fragment->length || is_whole(slot))
            return false;
        drop(hs, slot);
    }
    slot = open_slot(hs, fragment);
    return slot != NULL && merge(hs, slot, fragment);
}

static void take_fragment(struct prov_dtls *s, unsigned epoch, const struct prov_fragment *fragment)
{
    struct prov_dtls_handshake *hs = s->hs;
    uint32_t cap = cap_of(fragment->type);

    /* Finished comes in epoch 1, every other message of a handshake in epoch 0; HelloRequest is ignored while
     * one runs (RFC 5246, section 7.4.1.1). */
    if ((fragment->type == MESSAGE_FINISHED) != (epoch == 1) ||
        fragment->type == MESSAGE_HELLO_REQUEST)
        return;
    if (fragment->message_seq < hs->next_receive) {
        prov_flight_peer_repeated(s, fragment);
        return;
    }
    if (fragment->length > cap) {
        if (fragment->message_seq == hs->next_receive)
            prov_dtls_end(s, cap == 0 ? PROV_ALERT_UNEXPECTED_MESSAGE : PROV_ALERT_DECODE_ERROR);
        return;
    }
    if (fragment->message_seq - hs->next_receive >= PROV_DTLS_SLOTS)
        return;
    if (PROV_WITH_SERVER)
        prov_mtu_mirror(s, fragment, s->in_len);
    if (!keep(hs, fragment))
        prov_dtls_count(&s->records_dropped);
}

void prov_inbox_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content)
{
    struct prov_reader reader = prov_reader_make(content);
    struct prov_fragment fragment;

    while (s->hs != NULL && prov_fragment_take(&reader, &fragment))
        take_fragment(s, epoch, &fragment);
}

bool prov_inbox_find(struct prov_dtls_handshake *hs, uint16_t seq, struct prov_bytes *ret_message)
{
    const struct prov_dtls_slot *slot = find(hs, seq);

    if (slot == NULL || !is_whole(slot))
        return false;
    *ret_message = PROV_BYTES(hs->room + slot->at, slot->len);
    return true;
}

/* A request that is kept is not due any more: it stays until the room is needed. (Number 0 is a hello's.) */
void prov_inbox_pop(struct prov_dtls_handshake *hs)
{
    struct prov_dtls_slot *slot = find(hs, hs->next_receive);
    bool kept =
        PROV_WITH_CACHED_INFO && hs->next_receive > 0 && hs->request_seq == hs->next_receive;

    if (slot != NULL && !kept)
        drop(hs, slot);
    hs->next_receive++;
}

void prov_inbox_clear(struct prov_dtls_handshake *hs)
{
    for (size_t i = 0; i < PROV_DTLS_SLOTS; i++)
        if (hs->slots[i].seq > hs->next_receive)
            drop(hs, &hs->slots[i]);
}
