/* SPDX-License-Identifier: Apache-2.0
 *
 * The own flight (RFC 6347, section 4.2.4): messages are kept whole; fragments, records and their
 * sequence numbers are made anew each time they go out.
 */
#include "messages.h"

#include <string.h>

#define SLIVER 32 /* a smaller piece of a message is not worth its headers */

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

/* What came too early comes again: the room is for the flight. (A hello has its part of the room, and its cookie
 * lies among what came.) */
void prov_flight_begin(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (hs->state != STATE_HELLO)
        prov_inbox_clear(hs);
    hs->flight_at = hs->flight_offset = hs->flight_len = 0;
    hs->flight_open = true;
    hs->answered_from = hs->answered_until;
    hs->answered_until = hs->next_receive;
}

struct prov_buf *prov_flight_message(struct prov_dtls *s, uint8_t type)
{
    struct prov_dtls_handshake *hs = s->hs;

    hs->message = (struct prov_buf){hs->room + hs->flight_len, prov_inbox_left(hs), 0, false};
    prov_put_u8(&hs->message, type);
    (void)prov_put_space(&hs->message, MESSAGE_HEADER_LEN - 1);
    return &hs->message;
}

void prov_flight_message_end(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    uint8_t *message = hs->message.data;
    size_t len = hs->message.len;

    if (hs->message.overflow) {
        prov_dtls_note(s, PROV_E_OVERFLOW);
        return;
    }
    prov_message_header_store(message, message[0], len - MESSAGE_HEADER_LEN, hs->next_send++);
    hs->flight_len = (uint16_t)(hs->flight_len + len);
    if (hs->hashing)
        prov_transcript_add(s, PROV_BYTES(message, len));
}

static void arm(struct prov_dtls_handshake *hs, uint64_t now_ms, uint32_t timer_ms)
{
    hs->timer_ms = timer_ms;
    hs->deadline_ms = now_ms + timer_ms;
    hs->peer_asked = false;
}

void prov_flight_end(struct prov_dtls *s)
{
    s->hs->flight_open = false;
    s->hs->resends = 0;
    arm(s->hs, s->now_ms, prov_timer_first(s));
}

/* All of it once more. */
static void again(struct prov_dtls *s)
{
    if (s->hs->flight_open || s->hs->flight_len == 0)
        return;
    s->hs->flight_at = s->hs->flight_offset = 0;
    prov_dtls_count(&s->flights_resent);
}

/* H7: at most once until the own timer fires, however many messages are repeated. A ClientHello
 * counts only if it is the one that this handshake began with. */
void prov_flight_peer_repeated(struct prov_dtls *s, const struct prov_fragment *fragment)
{
    struct prov_dtls_handshake *hs = s->hs;
    size_t random_at = 2;

    if (hs->peer_asked || hs->flight_at < hs->flight_len ||
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
        prov_dtls_fail(s, PROV_E_TIMEOUT, PROV_ALERT_NONE);
        return;
    }
    hs->resends++;
    hs->halvings++;
    arm(hs, s->now_ms, prov_timer_next(s, hs->timer_ms));
    again(s);
}

static bool put_change_cipher_spec(struct prov_dtls *s, struct prov_buf *out)
{
    static const uint8_t change[] = {1};

    return prov_record_write(s, 0, CONTENT_CHANGE_CIPHER_SPEC, NULL, PROV_BYTES_OF(change), out);
}

/* One record with as much of the message in turn as there is room for; Finished, which never needs a
 * second one, behind its ChangeCipherSpec. */
static bool pull_fragment(struct prov_dtls *s, struct prov_buf *out)
{
    struct prov_dtls_handshake *hs = s->hs;
    const uint8_t *message = hs->room + hs->flight_at;
    unsigned epoch = message[0] == MESSAGE_FINISHED;
    size_t length = prov_be16(message + 2), len = length - hs->flight_offset, mark = out->len;
    size_t overhead = MESSAGE_HEADER_LEN + prov_record_overhead(s, epoch);
    uint8_t head[MESSAGE_HEADER_LEN];

    if (epoch == 1 && !put_change_cipher_spec(s, out))
        return false;
    size_t room = out->cap - out->len;
    room = room > overhead ? room - overhead : 0;
    if (PROV_WITH_MAX_FRAGMENT && room > prov_content_max(s) - MESSAGE_HEADER_LEN)
        room = prov_content_max(s) - MESSAGE_HEADER_LEN;
    if (len > room && room < SLIVER) { /* it waits for the next datagram */
        out->len = mark;
        return false;
    }
    len = len < room ? len : room;
    memcpy(head, message, sizeof(head));
    prov_store16(head + 7, hs->flight_offset);
    prov_store16(head + 10, len);
    if (!prov_record_write(s, epoch, CONTENT_HANDSHAKE, head,
                           PROV_BYTES(message + MESSAGE_HEADER_LEN + hs->flight_offset, len), out))
        return false;
    s->write_epoch |= (uint8_t)epoch;
    hs->flight_offset = (uint16_t)(hs->flight_offset + len);
    if (hs->flight_offset == length) {
        hs->flight_at = (uint16_t)(hs->flight_at + MESSAGE_HEADER_LEN + length);
        hs->flight_offset = 0;
    }
    return true;
}

bool prov_flight_pull(struct prov_dtls *s, struct prov_buf *out)
{
    const struct prov_dtls_handshake *hs = s->hs;
    size_t mark = out->len;

    while (!hs->flight_open && hs->flight_at < hs->flight_len && pull_fragment(s, out))
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
    return prov_record_write(s, 0, CONTENT_HANDSHAKE, NULL, prov_buf_bytes(&message), out);
}

static bool pull_finished(struct prov_dtls *s, struct prov_buf *out)
{
    uint8_t head[MESSAGE_HEADER_LEN];

    prov_message_header_store(head, MESSAGE_FINISHED, PROV_DTLS_FINISHED_LEN, s->finished_own_seq);
    return put_change_cipher_spec(s, out) &&
           prov_record_write(s, 1, CONTENT_HANDSHAKE, head, PROV_BYTES_OF(s->finished_own), out);
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
