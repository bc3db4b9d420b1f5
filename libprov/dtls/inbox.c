/* SPDX-License-Identifier: Apache-2.0
 *
 * Reassembly (RFC 6347, section 4.2.3): fragments in any order, doubled and overlapping, of the
 * message that is due and a few after it, in one room of fixed size.
 *
 *     msg_type 1 | length 3 | message_seq 2 | fragment_offset 3 | fragment_length 3 | fragment
 */
#include "engine.h"

#include <string.h>

bool prov_fragment_take(struct prov_reader *reader, struct prov_fragment *ret)
{
    ret->header = reader->bytes.data + reader->at;
    ret->type = prov_get_u8(reader);
    ret->length = prov_get_u24(reader);
    ret->message_seq = prov_get_u16(reader);
    ret->offset = prov_get_u24(reader);
    prov_get_vector(reader, 3, &ret->body);
    return reader->error == PROV_OK && ret->offset + ret->body.len <= ret->length;
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
    prov_store16(at + 2, length);
    prov_store16(at + 4, message_seq);
    prov_store16(at + 10, length);
}

#define SAME_LEN 6 /* of the header of each fragment of a message: type, length and number */

/* --- the room -------------------------------------------------------------------------------- */

/* Messages lie in the room one before the other, from its end on: the header as if unfragmented, the body, and a
 * bit for each octet of it that has come. While some are missing the header's fragment_length says how many have. */
static size_t octets_for(size_t length)
{
    return MESSAGE_HEADER_LEN + length + (length + 7) / 8;
}

static size_t octets_of(const uint8_t *message)
{
    return octets_for(prov_be16(message + 2));
}

static uint16_t seq_of(const uint8_t *message)
{
    return prov_be16(message + 4);
}

static bool is_whole(const uint8_t *message)
{
    return prov_be16(message + 2) == prov_be16(message + 10);
}

/* NULL: there is nothing of it. */
static uint8_t *find(struct prov_dtls_handshake *hs, uint16_t seq)
{
    uint8_t *message = hs->room + hs->inbox_at, *end = hs->room + sizeof(hs->room);

    while (message < end && seq_of(message) != seq)
        message += octets_of(message);
    return message < end ? message : NULL;
}

/* Those before it close up. */
static void drop(struct prov_dtls_handshake *hs, const uint8_t *message)
{
    uint8_t *first = hs->room + hs->inbox_at;
    size_t octets = octets_of(message);

    memmove(first + octets, first, (size_t)(message - first));
    hs->inbox_at = (uint16_t)(hs->inbox_at + octets);
}

/* The message that is due pushes out those that came too early where they leave it no room; those only take what is
 * free. */
static uint8_t *open_message(struct prov_dtls_handshake *hs, const struct prov_fragment *fragment)
{
    size_t octets = octets_for(fragment->length), need = octets;

    if (hs->state == STATE_HELLO) /* the cookie's hello is longer */
        need += PROV_DTLS_HELLO_MAX;
    if (prov_inbox_left(hs) < need && fragment->message_seq == hs->next_receive) {
        prov_inbox_clear(hs);
        need = octets;
    }
    if (prov_inbox_left(hs) < need)
        return NULL;
    hs->inbox_at = (uint16_t)(hs->inbox_at - octets);
    uint8_t *message = hs->room + hs->inbox_at;
    memset(message, 0, octets);
    memcpy(message, fragment->header, SAME_LEN);
    return message;
}

/* --- fragments ------------------------------------------------------------------------------- */

/* Puts a fragment where it belongs. False, and nothing is changed, if it does not say of type, length and octets what
 * those before it said (H10). */
static bool merge(uint8_t *message, const struct prov_fragment *fragment)
{
    const uint8_t *data = fragment->body.data;
    const size_t begin = fragment->offset, end = begin + fragment->body.len;
    uint8_t *body = message + MESSAGE_HEADER_LEN, *come = body + prov_be16(message + 2);

    if (memcmp(message, fragment->header, SAME_LEN) != 0)
        return false;
    for (size_t i = begin; i < end; i++)
        if ((come[i / 8] >> i % 8 & 1) != 0 && body[i] != data[i - begin])
            return false;
    for (size_t i = begin; i < end; i++)
        if ((come[i / 8] >> i % 8 & 1) == 0) {
            come[i / 8] |= (uint8_t)(1u << i % 8);
            body[i] = data[i - begin];
            if (++message[11] == 0)
                message[10]++;
        }
    return true;
}

/* In epoch 0 a piece is anybody's: one that was forged must not keep the true message out through all
 * its retransmissions. A whole message that contradicts the pieces of one takes their place. (Who
 * can forge pieces can forge an alert, too: this costs nothing.) Not while a message is held: what goes
 * would move it, and the caller has views into it; the next retransmission comes after the answer. */
static bool keep(struct prov_dtls_handshake *hs, const struct prov_fragment *fragment)
{
    uint8_t *message = find(hs, fragment->message_seq);

    if (message != NULL) {
        if (merge(message, fragment))
            return true;
        if (hs->held || fragment->body.len != fragment->length || is_whole(message))
            return false;
        drop(hs, message);
    }
    message = open_message(hs, fragment);
    return message != NULL && merge(message, fragment);
}

static void take_fragment(struct prov_dtls *s, unsigned epoch, const struct prov_fragment *fragment)
{
    struct prov_dtls_handshake *hs = s->hs;

    /* Finished comes in epoch 1, every other message of a handshake in epoch 0; HelloRequest is ignored while
     * one runs (RFC 5246, section 7.4.1.1). */
    if ((fragment->type == MESSAGE_FINISHED) != (epoch == 1) ||
        fragment->type == MESSAGE_HELLO_REQUEST)
        return;
    if (fragment->message_seq < hs->next_receive) {
        prov_flight_peer_repeated(s, fragment);
        return;
    }
    if (fragment->length > PROV_DTLS_CERTIFICATE_MAX) { /* of all messages the longest (H10) */
        if (fragment->message_seq == hs->next_receive)
            prov_dtls_end(s, PROV_ALERT_DECODE_ERROR);
        return;
    }
    if (fragment->message_seq - hs->next_receive >= PROV_DTLS_AHEAD)
        return;
    if (PROV_WITH_SERVER)
        prov_mtu_mirror(s, fragment, s->in_len);
    if (!keep(hs, fragment))
        prov_dtls_count(&s->records_dropped);
}

void prov_inbox_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content)
{
    const bool late = s->hs == NULL;
    struct prov_reader reader = prov_reader_make(content);
    struct prov_fragment fragment;

    while (late == (s->hs == NULL) && prov_fragment_take(&reader, &fragment))
        if (late)
            s->side->late(s, &fragment);
        else
            take_fragment(s, epoch, &fragment);
}

struct prov_bytes prov_inbox_find(struct prov_dtls_handshake *hs, uint16_t seq)
{
    const uint8_t *message = find(hs, seq);

    if (message == NULL || !is_whole(message))
        return PROV_BYTES_NONE;
    return PROV_BYTES(message + MESSAGE_HEADER_LEN, prov_be16(message + 2));
}

void prov_inbox_pop(struct prov_dtls_handshake *hs)
{
    drop(hs, find(hs, hs->next_receive));
    hs->next_receive++;
}

void prov_inbox_clear(struct prov_dtls_handshake *hs)
{
    const uint8_t *due = find(hs, hs->next_receive);
    size_t octets = due != NULL ? octets_of(due) : 0;

    hs->inbox_at = (uint16_t)(sizeof(hs->room) - octets);
    if (due != NULL)
        memmove(hs->room + hs->inbox_at, due, octets);
}
