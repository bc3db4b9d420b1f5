/* SPDX-License-Identifier: Apache-2.0
 *
 * The own flight (RFC 6347, section 4.2.4): messages are kept whole; fragments, records and their
 * sequence numbers are made anew each time they go out.
 */
#include "messages.h"

#include <string.h>

#define SLIVER                                                                                     \
    32 /* a smaller piece of a message is not worth its headers: it waits for the next datagram */

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

uint32_t prov_timer_first(const struct prov_dtls *s)
{
    return or_default(s->config->timer_initial_ms, PROV_TIMER_INITIAL_MS);
}

uint32_t prov_timer_next(const struct prov_dtls *s, uint32_t timer_ms)
{
    uint32_t max = or_default(s->config->timer_max_ms, PROV_TIMER_MAX_MS);

    return timer_ms <= max / 2 ? timer_ms * 2 : max;
}

void prov_flight_begin(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    hs->item_count = hs->item_at = 0;
    hs->item_offset = hs->flight_len = 0;
    hs->flight_open = true;
    hs->answered_from = hs->answered_until;
    hs->answered_until = hs->next_receive;
}

struct prov_buf prov_flight_message(struct prov_dtls *s, uint8_t type)
{
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_buf message =
        prov_buf_make(hs->flight + hs->flight_len, PROV_DTLS_FLIGHT_MAX - hs->flight_len);

    prov_message_header_put(&message, type, 0, hs->next_send, 0, 0);
    return message;
}

static void add_item(struct prov_dtls_handshake *hs, size_t len, uint8_t type, uint8_t epoch)
{
    hs->items[hs->item_count++] =
        (struct prov_dtls_item){hs->flight_len, (uint16_t)len, type, epoch};
    hs->flight_len = (uint16_t)(hs->flight_len + len);
}

prov_result prov_flight_message_end(struct prov_dtls *s, const struct prov_buf *message)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (message->overflow || hs->item_count == PROV_DTLS_FLIGHT_ITEMS)
        return prov_dtls_fail(s, PROV_E_OVERFLOW, PROV_ALERT_INTERNAL_ERROR);
    uint8_t type = message->data[0];
    uint32_t length = (uint32_t)(message->len - MESSAGE_HEADER_LEN);
    struct prov_buf header = prov_buf_make(message->data, MESSAGE_HEADER_LEN);
    prov_message_header_put(&header, type, length, hs->next_send++, 0, length);
    add_item(hs, message->len, CONTENT_HANDSHAKE, type == MESSAGE_FINISHED ? 1 : 0);
    return hs->hashing ? prov_transcript_add(s, prov_buf_bytes(message)) : PROV_OK;
}

void prov_flight_change_cipher_spec(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (hs->item_count == PROV_DTLS_FLIGHT_ITEMS || hs->flight_len == PROV_DTLS_FLIGHT_MAX)
        return; /* the Finished that follows will say so */
    hs->flight[hs->flight_len] = 1;
    add_item(hs, 1, CONTENT_CHANGE_CIPHER_SPEC, 0);
}

void prov_flight_end(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    hs->flight_open = false;
    hs->peer_asked = false;
    hs->resends = 0;
    hs->timer_ms = prov_timer_first(s);
    hs->deadline_ms = s->now_ms + hs->timer_ms;
}

/* All of it once more. */
static void again(struct prov_dtls *s)
{
    if (s->hs->flight_open || s->hs->item_count == 0)
        return;
    s->hs->item_at = 0;
    s->hs->item_offset = 0;
    s->flights_resent++;
}

/* H7: at most once until the own timer fires, however many messages are repeated. A ClientHello
 * counts only if it is the one that this handshake began with. */
void prov_flight_peer_repeated(struct prov_dtls *s, const struct prov_fragment *fragment)
{
    struct prov_dtls_handshake *hs = s->hs;
    size_t random_at = 2;

    if (hs->peer_asked || hs->item_at < hs->item_count ||
        fragment->message_seq < hs->answered_from || fragment->message_seq >= hs->answered_until)
        return;
    if (PROV_WITH_SERVER && fragment->type == MESSAGE_CLIENT_HELLO &&
        (fragment->offset != 0 || fragment->body.len < random_at + PROV_DTLS_RANDOM_LEN ||
         memcmp(fragment->body.data + random_at, hs->random_client, PROV_DTLS_RANDOM_LEN) != 0))
        return;
    hs->peer_asked = true;
    again(s);
}

/* RFC 7925, section 11: sent at 0, 9 and 27 s, given up at 63 s. */
void prov_flight_tick(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (s->now_ms < hs->deadline_ms)
        return;
    if (hs->resends == PROV_RETRANSMISSIONS) {
        (void)prov_dtls_fail(s, PROV_E_TIMEOUT, PROV_ALERT_NONE);
        return;
    }
    hs->resends++;
    hs->halvings++;
    hs->timer_ms = prov_timer_next(s, hs->timer_ms);
    hs->deadline_ms = s->now_ms + hs->timer_ms;
    hs->peer_asked = false;
    again(s);
}

/* One record with as much of a message as there is room for. */
static bool pull_fragment(struct prov_dtls *s, const struct prov_dtls_item *item, bool first,
                          struct prov_buf *out)
{
    struct prov_dtls_handshake *hs = s->hs;
    const uint8_t *message = hs->flight + item->at;
    size_t left = item->len - MESSAGE_HEADER_LEN - hs->item_offset;
    size_t room = out->cap - out->len, overhead = prov_record_overhead(s, item->epoch);
    uint8_t head[MESSAGE_HEADER_LEN];
    struct prov_buf header = PROV_BUF_OF(head);

    if (room < overhead + MESSAGE_HEADER_LEN)
        return false;
    room -= overhead + MESSAGE_HEADER_LEN;
    if (room > prov_content_max(s) - MESSAGE_HEADER_LEN)
        room = prov_content_max(s) - MESSAGE_HEADER_LEN;
    size_t len = left < room ? left : room;
    if (len < left && len < SLIVER && !first)
        return false;
    uint16_t seq = (uint16_t)(message[4] << 8 | message[5]);
    prov_message_header_put(&header, message[0], (uint32_t)(item->len - MESSAGE_HEADER_LEN), seq,
                            hs->item_offset, (uint32_t)len);
    if (!prov_record_put(s, item->epoch, item->type, prov_buf_bytes(&header),
                         PROV_BYTES(message + MESSAGE_HEADER_LEN + hs->item_offset, len), out))
        return false;
    hs->item_offset = (uint16_t)(hs->item_offset + len);
    return true;
}

static bool pull_item(struct prov_dtls *s, bool first, struct prov_buf *out)
{
    struct prov_dtls_handshake *hs = s->hs;
    const struct prov_dtls_item *item = &hs->items[hs->item_at];

    if (item->type == CONTENT_HANDSHAKE) {
        if (!pull_fragment(s, item, first, out))
            return false;
        if (hs->item_offset < item->len - MESSAGE_HEADER_LEN)
            return true;
    } else if (!prov_record_put(s, item->epoch, item->type,
                                PROV_BYTES(hs->flight + item->at, item->len), PROV_BYTES_NONE,
                                out)) {
        return false;
    }
    if (item->epoch == 1)
        s->write_epoch = 1;
    hs->item_at++;
    hs->item_offset = 0;
    return true;
}

bool prov_flight_pull(struct prov_dtls *s, struct prov_buf *out)
{
    struct prov_dtls_handshake *hs = s->hs;
    size_t mark = out->len;

    if (hs->flight_open)
        return false;
    while (hs->item_at < hs->item_count && pull_item(s, out->len == mark, out))
        ;
    return out->len > mark;
}

void prov_flight_last(struct prov_dtls *s)
{
    s->last_flight = true;
    s->last_ticket = PROV_WITH_TICKETS && PROV_WITH_SERVER && s->ticket != NULL &&
                     s->ticket->len > 0 && !prov_dtls_is_client(s);
}

/* In one record: a ticket of ours is short. */
static bool pull_ticket(struct prov_dtls *s, struct prov_buf *out)
{
    uint8_t room[MESSAGE_HEADER_LEN + 6 + PROV_DTLS_TICKET_MAX];
    struct prov_buf message = PROV_BUF_OF(room);
    uint32_t length = 6u + s->ticket->len;

    prov_message_header_put(&message, MESSAGE_NEW_SESSION_TICKET, length,
                            (uint16_t)(s->finished_own_seq - 1), 0, length);
    prov_session_ticket_put(&message, PROV_BYTES(s->ticket->octets, s->ticket->len));
    return prov_record_put(s, 0, CONTENT_HANDSHAKE, prov_buf_bytes(&message), PROV_BYTES_NONE, out);
}

static bool pull_finished(struct prov_dtls *s, struct prov_buf *out)
{
    static const uint8_t change_cipher_spec[] = {1};
    uint8_t head[MESSAGE_HEADER_LEN];
    struct prov_buf header = PROV_BUF_OF(head);

    prov_message_header_put(&header, MESSAGE_FINISHED, PROV_DTLS_FINISHED_LEN, s->finished_own_seq,
                            0, PROV_DTLS_FINISHED_LEN);
    return prov_record_put(s, 0, CONTENT_CHANGE_CIPHER_SPEC, PROV_BYTES_OF(change_cipher_spec),
                           PROV_BYTES_NONE, out) &&
           prov_record_put(s, 1, CONTENT_HANDSHAKE, prov_buf_bytes(&header),
                           PROV_BYTES_OF(s->finished_own), out);
}

bool prov_flight_pull_last(struct prov_dtls *s, struct prov_buf *out)
{
    size_t mark = out->len;
    size_t finished = prov_record_overhead(s, 0) + 1 + prov_record_overhead(s, 1) +
                      MESSAGE_HEADER_LEN + PROV_DTLS_FINISHED_LEN;

    bool ticket = PROV_WITH_TICKETS && PROV_WITH_SERVER && s->last_ticket;

    if (ticket && !pull_ticket(s, out))
        return false;
    if (ticket && out->cap - out->len < finished) {
        s->last_ticket = false; /* the rest goes into the next datagram */
        return true;
    }
    s->last_ticket = s->last_flight = false;
    return pull_finished(s, out) || out->len > mark;
}
