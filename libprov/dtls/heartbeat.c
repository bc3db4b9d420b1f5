/* SPDX-License-Identifier: Apache-2.0
 *
 * Heartbeats (RFC 6520): whether the peer is still there. Off unless the configuration says otherwise.
 *
 *     HeartbeatMode mode    the extension: peer_allowed_to_send(1), peer_not_allowed_to_send(2)
 *
 *     type 1 | payload_length 2 | payload | padding, random, 16 octets at least
 */
#include "extensions.h"

#include <string.h>

#define MESSAGE_HEAD 3
#define PADDING_LEN  16 /* section 4 */

enum { MODE_ALLOWED = 1, MODE_NOT_ALLOWED = 2 };
enum { HEARTBEAT_REQUEST = 1, HEARTBEAT_RESPONSE = 2 };

/* --- the extension (section 2) --------------------------------------------------------------- */

static bool put_body(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_put_u8(buf, MODE_ALLOWED);
    return s->config->heartbeat && (prov_dtls_is_client(s) || s->heartbeat_mode != 0);
}

static prov_outcome take_body(struct prov_dtls *s, struct prov_bytes body)
{
    if (!s->config->heartbeat) /* a server that does not look at it */
        return PROV_OK;
    if (body.len != 1)
        return PROV_ALERT_DECODE_ERROR;
    if (body.data[0] != MODE_ALLOWED && body.data[0] != MODE_NOT_ALLOWED)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    s->heartbeat_mode = body.data[0];
    return PROV_OK;
}

const struct prov_extension prov_extension_heartbeat = {.type = PROV_EXTENSION_HEARTBEAT,
                                                        .modes = PROV_MODES_ALL,
                                                        .anew = true,
                                                        .put = put_body,
                                                        .take = take_body};

/* --- the peer's request, and its answer ------------------------------------------------------- */

/* What does not fit is dropped without a word: a payload longer than its message, too little padding
 * (section 4), what comes after one's own goodbye. A response counts only if it says what was asked. */
void prov_heartbeat_receive(struct prov_dtls *s, struct prov_bytes message)
{
    struct prov_reader reader = prov_reader_make(message);
    struct prov_bytes payload;
    uint8_t type;

    if (s->heartbeat_mode == 0 || s->hs != NULL || s->closing || !prov_take_u8(&reader, &type) ||
        !prov_take_vector(&reader, 2, &payload) || prov_reader_left(&reader) < PADDING_LEN)
        return;
    if (type == HEARTBEAT_REQUEST)
        s->echo = PROV_BYTES(message.data, MESSAGE_HEAD + payload.len + PADDING_LEN);
    else if (type == HEARTBEAT_RESPONSE && s->beat.under_way &&
             prov_bytes_equal(payload, PROV_BYTES_OF(s->beat.payload)))
        s->beat.under_way = s->beat.to_send = false;
}

static bool put(struct prov_dtls *s, uint8_t *message, size_t len, struct prov_buf *out)
{
    /* the last record number is for the goodbye (H12) */
    return s->write_seq[1] < RECORDS_MAX - 1 &&
           prov_crypto_random(s->crypto, message + len - PADDING_LEN, PADDING_LEN) == PROV_OK &&
           prov_record_write(s, 1, CONTENT_HEARTBEAT, NULL, PROV_BYTES(message, len), out);
}

/* The request becomes the response where it lies, in the datagram in work: another type, the same payload,
 * new padding where the peer's was. So nothing can be told that the peer has not sent. */
bool prov_heartbeat_answer(struct prov_dtls *s, struct prov_buf *out)
{
    uint8_t *message = s->in + (s->echo.data - s->in);
    size_t len = s->echo.len;

    s->echo = PROV_BYTES_NONE;
    message[0] = HEARTBEAT_RESPONSE;
    return put(s, message, len, out);
}

/* --- one's own request ----------------------------------------------------------------------- */

prov_result prov_dtls_heartbeat(struct prov_dtls *s, uint64_t now_ms)
{
    struct prov_dtls_beat beat = {.under_way = true, .to_send = true};

    if (!prov_dtls_connected(s) || s->closing || s->hs != NULL ||
        s->heartbeat_mode != MODE_ALLOWED || s->beat.under_way)
        return PROV_E_STATE;
    prov_result result = prov_crypto_random(s->crypto, beat.payload, sizeof(beat.payload));
    if (result != PROV_OK)
        return result;
    beat.timer_ms = prov_timer_first(s);
    beat.deadline_ms = now_ms + beat.timer_ms;
    s->beat = beat;
    return PROV_OK;
}

bool prov_heartbeat_pull(struct prov_dtls *s, struct prov_buf *out)
{
    uint8_t message[MESSAGE_HEAD + sizeof(s->beat.payload) + PADDING_LEN] = {
        HEARTBEAT_REQUEST, 0, sizeof(s->beat.payload)};

    memcpy(message + MESSAGE_HEAD, s->beat.payload, sizeof(s->beat.payload));
    s->beat.to_send = false;
    return put(s, message, sizeof(message), out);
}

/* Sent again like a flight, and given up like one (section 3). */
void prov_heartbeat_tick(struct prov_dtls *s)
{
    struct prov_dtls_beat *beat = &s->beat;

    if (s->now_ms < prov_heartbeat_deadline(s))
        return;
    if (beat->resends == PROV_RETRANSMISSIONS) {
        prov_dtls_fail(s, PROV_E_TIMEOUT, PROV_ALERT_NONE);
        return;
    }
    beat->resends++;
    beat->timer_ms = prov_timer_next(s, beat->timer_ms);
    beat->deadline_ms = s->now_ms + beat->timer_ms;
    beat->to_send = true;
}

uint64_t prov_heartbeat_deadline(const struct prov_dtls *s)
{
    return s->beat.under_way && prov_dtls_connected(s) && !s->closing ? s->beat.deadline_ms
                                                                      : UINT64_MAX;
}
