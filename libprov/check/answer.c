/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server sends in epoch 0, put together. Nothing here trusts it: it is bounded, and what does not fit
 * is left out.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

#define CONTENT_HEARTBEAT 24

void check_answer_begin(struct check_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    answer->alert = answer->warning = -1;
}

/* --- handshake messages ---------------------------------------------------------------------- */

static void take_verify(struct check_answer *answer, uint64_t seq, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes cookie;

    answer->verifies++;
    answer->verify_seq = seq;
    prov_hello_verify_get(&reader, &cookie);
    if (prov_reader_end(&reader) == PROV_OK && cookie.len > 0 &&
        cookie.len <= sizeof(answer->cookie)) {
        memcpy(answer->cookie, cookie.data, cookie.len);
        answer->cookie_len = (uint8_t)cookie.len;
    }
}

static void note_whole(struct check_answer *answer, struct check_message *message, uint64_t seq,
                       uint16_t message_seq)
{
    for (uint32_t i = 0; i < message->length; i++)
        if (!message->have[i])
            return;
    if (message->whole)
        return;
    message->whole = true;
    if (message->type != MESSAGE_SERVER_HELLO || answer->hello)
        return;
    struct prov_server_hello server;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(message->body, message->length));
    if (!prov_server_hello_take(&reader, &server))
        return;
    answer->server = server;
    answer->hello = true;
    answer->hello_record_seq = seq;
    answer->hello_message_seq = message_seq;
}

static struct check_message *slot_of(struct check_answer *answer, uint16_t message_seq)
{
    struct check_message *message = &answer->messages[message_seq % CHECK_MESSAGES];

    if (!message->begun)
        message->seq = message_seq;
    return message->seq == message_seq ? message : NULL;
}

static void take_fragment(struct check_answer *answer, uint64_t seq,
                          const struct prov_fragment *fragment)
{
    if (fragment->body.len > answer->largest_fragment)
        answer->largest_fragment = fragment->body.len;
    if (fragment->type == MESSAGE_HELLO_VERIFY_REQUEST) {
        take_verify(answer, seq, fragment->body);
        return;
    }
    struct check_message *message = slot_of(answer, fragment->message_seq);
    if (message == NULL || fragment->length > CHECK_MESSAGE_MAX ||
        fragment->offset > fragment->length ||
        fragment->body.len > fragment->length - fragment->offset)
        return;
    if (!message->begun) {
        message->begun = true;
        message->type = fragment->type;
        message->length = fragment->length;
    }
    if (message->type != fragment->type || message->length != fragment->length || message->whole)
        return;
    if (fragment->body.len > 0)
        memcpy(message->body + fragment->offset, fragment->body.data, fragment->body.len);
    memset(message->have + fragment->offset, 1, fragment->body.len);
    note_whole(answer, message, seq, fragment->message_seq);
}

static void take_handshake(struct check_answer *answer, const struct prov_record *record)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(record->body, record->len));
    struct prov_fragment fragment;

    while (prov_fragment_take(&reader, &fragment))
        take_fragment(answer, record->seq, &fragment);
}

/* --- records --------------------------------------------------------------------------------- */

static void take_alert(struct check_answer *answer, const struct prov_record *record)
{
    if (record->len != 2)
        return;
    if (record->body[0] != LEVEL_FATAL && record->body[1] != PROV_ALERT_CLOSE_NOTIFY) {
        answer->warning = record->body[1];
        return;
    }
    if (answer->alert >= 0)
        return;
    answer->alert = record->body[1];
    answer->fatal_level = record->body[0] == LEVEL_FATAL;
}

static void take_record(struct check_answer *answer, const struct prov_record *record)
{
    if (record->len > answer->largest_record)
        answer->largest_record = record->len;
    if (record->epoch != 0)
        answer->sealed = true;
    else if (record->type == CONTENT_HANDSHAKE)
        take_handshake(answer, record);
    else if (record->type == CONTENT_ALERT)
        take_alert(answer, record);
    else if (record->type == CONTENT_CHANGE_CIPHER_SPEC)
        answer->change_cipher_spec = true;
    else if (record->type == CONTENT_HEARTBEAT)
        answer->heartbeat = true;
    else if (record->type == CONTENT_APPLICATION_DATA)
        answer->data = true;
}

static bool looks_like_dtls(const uint8_t *datagram, size_t len)
{
    return len >= RECORD_HEADER_LEN && datagram[0] >= CONTENT_CHANGE_CIPHER_SPEC &&
           datagram[0] <= 26 && datagram[1] == DTLS_1_2 >> 8;
}

void check_answer_take(struct check_answer *answer, uint8_t *datagram, size_t len)
{
    struct prov_record record;
    size_t at = 0;

    if (answer->datagrams++ == 0) {
        answer->first_len = len < sizeof(answer->first) ? len : sizeof(answer->first);
        memcpy(answer->first, datagram, answer->first_len);
    }
    answer->octets += len;
    if (len > answer->largest)
        answer->largest = len;
    if (!looks_like_dtls(datagram, len)) {
        answer->foreign = true;
        return;
    }
    while (prov_record_take(datagram, len, 0, &at, &record))
        take_record(answer, &record);
}

/* --- looking at it --------------------------------------------------------------------------- */

bool check_answer_message(const struct check_answer *answer, uint8_t type, struct prov_bytes *ret)
{
    for (size_t i = 0; i < CHECK_MESSAGES; i++) {
        const struct check_message *message = &answer->messages[i];

        if (!message->whole || message->type != type)
            continue;
        *ret = PROV_BYTES(message->body, message->length);
        return true;
    }
    return false;
}

bool check_answer_extension(const struct check_answer *answer, uint16_t type,
                            struct prov_bytes *ret)
{
    return answer->hello && prov_extension_find(answer->server.extensions, type, ret);
}

bool check_answer_done(const struct check_answer *answer)
{
    for (size_t i = 0; answer->hello && i < CHECK_MESSAGES; i++) {
        size_t seq = (size_t)answer->hello_message_seq + i;
        const struct check_message *message = &answer->messages[seq % CHECK_MESSAGES];

        if (!message->whole || message->seq != seq)
            return false;
        if (message->type == MESSAGE_SERVER_HELLO_DONE)
            return true;
    }
    return false;
}

const char *check_answer_text(const struct check_answer *answer, char *room, size_t cap)
{
    if (answer->hello)
        snprintf(room, cap, "answered with ServerHello 0x%04X, suite 0x%04X",
                 answer->server.version, answer->server.suite);
    else if (answer->alert >= 0)
        snprintf(room, cap, "answered with alert %s(%d)",
                 prov_alert_text((enum prov_alert)answer->alert), answer->alert);
    else if (answer->refused)
        snprintf(room, cap, "answered that the port is unreachable");
    else if (answer->foreign)
        snprintf(room, cap, "answered with what is not DTLS");
    else if (answer->verifies > 0)
        snprintf(room, cap, "answered with HelloVerifyRequest and nothing else");
    else
        snprintf(room, cap, "not answered");
    return room;
}
