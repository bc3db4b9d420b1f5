/* SPDX-License-Identifier: Apache-2.0
 *
 * The message layer of an exchange: confirmable messages, retransmission, acknowledgement and reset
 * (RFC 7252, section 4).
 */
#include <string.h>

#include "client/internal.h"

#define ACK_TIMEOUT_MS     2000u /* RFC 7252, section 4.8 */
#define MAX_RETRANSMIT     4u
#define MAX_RETRANSMIT_MAX 16u
#define SZX_MAX            6u

uint8_t prov_exchange_szx(size_t message_max, size_t host_len)
{
    uint8_t szx = PROV_ENROLL_SZX;

    while (szx > 1 && PROV_EXCHANGE_MESSAGE_MAX(szx, host_len) > message_max)
        szx--;
    return szx;
}

/* Between ACK_TIMEOUT and ACK_TIMEOUT * ACK_RANDOM_FACTOR (RFC 7252, section 4.2). The caller's
 * token is random, so it is the die here: no random source is needed. */
static uint32_t first_timeout(const struct prov_exchange *x)
{
    uint32_t base = x->config.ack_timeout_ms;
    uint32_t die = (x->token[0] ^ x->token[3] ^ (x->message_id * 151u)) & 0xff;

    return base + (base >> 8) * die / 2;
}

/* MAX_TRANSMIT_WAIT (RFC 7252, section 4.8.2): how long an answer is awaited after an empty ACK. */
static uint64_t transmit_wait(const struct prov_exchange *x)
{
    return (uint64_t)(x->config.ack_timeout_ms / 2) * ((6u << x->config.max_retransmit) - 3);
}

/* Zeros are the defaults, and nothing is beyond what this end can do. */
static void config_fill(struct prov_exchange_config *config)
{
    if (config->ack_timeout_ms == 0)
        config->ack_timeout_ms = ACK_TIMEOUT_MS;
    if (config->max_retransmit == 0)
        config->max_retransmit = MAX_RETRANSMIT;
    if (config->max_retransmit > MAX_RETRANSMIT_MAX)
        config->max_retransmit = MAX_RETRANSMIT_MAX;
    if (config->szx == 0)
        config->szx = PROV_ENROLL_SZX;
    if (config->szx > SZX_MAX)
        config->szx = SZX_MAX;
}

void prov_exchange_fail(struct prov_exchange *x, prov_result result)
{
    x->state = PROV_EXCHANGE_FAILED;
    x->result = result;
    x->to_send = false;
}

void prov_exchange_next(struct prov_exchange *x)
{
    x->message_id++;
    x->tries = 0;
    x->acked = false;
    x->to_send = true;
}

void prov_exchange_begin(struct prov_exchange *x, const struct prov_exchange_config *config,
                         const struct prov_exchange_request *request, struct prov_buf room,
                         uint64_t now_ms)
{
    memset(x, 0, sizeof(*x));
    if (config)
        x->config = *config;
    config_fill(&x->config);
    x->szx = x->config.szx;
    x->block2_szx = x->szx;
    x->state = PROV_EXCHANGE_RUNNING;
    x->resource = prov_resource_get(request->op);
    x->host = request->host;
    x->body = request->body;
    x->accept = request->accept;
    x->message_id = request->message_id;
    memcpy(x->token, request->token, sizeof(x->token));
    x->to_send = true;
    x->deadline_ms = now_ms;
    x->format = PROV_CF_NONE;
    x->answer = prov_buf_make(room.data, room.cap);
    if (!x->resource || x->body.len > UINT16_MAX)
        prov_exchange_fail(x, PROV_E_STATE);
}

bool prov_exchange_pull(struct prov_exchange *x, uint64_t now_ms, struct prov_buf *out)
{
    if (x->to_reply) {
        x->to_reply = false;
        prov_coap_put_head(out, (enum prov_coap_type)x->reply_type, PROV_COAP_EMPTY, x->reply_id,
                           PROV_BYTES_NONE);
        return !out->overflow;
    }
    if (x->state != PROV_EXCHANGE_RUNNING || !x->to_send)
        return false;
    prov_exchange_write(x, out);
    if (out->overflow) {
        prov_exchange_fail(x, PROV_E_OVERFLOW);
        return false;
    }
    if (x->tries++ == 0)
        x->timeout_ms = first_timeout(x);
    x->to_send = false;
    x->deadline_ms = now_ms + x->timeout_ms;
    return true;
}

enum prov_exchange_state prov_exchange_step(struct prov_exchange *x, uint64_t now_ms)
{
    if (x->state != PROV_EXCHANGE_RUNNING || x->to_send || now_ms < x->deadline_ms)
        return x->state;
    if (x->acked || x->tries > x->config.max_retransmit) {
        prov_exchange_fail(x, PROV_E_TIMEOUT);
    } else {
        x->timeout_ms *= 2;
        x->to_send = true;
    }
    return x->state;
}

uint64_t prov_exchange_deadline(const struct prov_exchange *x)
{
    if (x->to_reply)
        return 0;
    if (x->state != PROV_EXCHANGE_RUNNING)
        return UINT64_MAX;
    return x->to_send ? 0 : x->deadline_ms;
}

static void reply(struct prov_exchange *x, enum prov_coap_type type, uint16_t id)
{
    x->to_reply = true;
    x->reply_type = (uint8_t)type;
    x->reply_id = id;
}

static bool is_response(const struct prov_coap_message *message)
{
    unsigned class = message->code >> 5;

    return class == 2 || class == 4 || class == 5;
}

static bool is_ours(const struct prov_exchange *x, const struct prov_coap_message *message)
{
    return x->state != PROV_EXCHANGE_IDLE && is_response(message) &&
           prov_bytes_equal(message->token, PROV_BYTES_OF(x->token));
}

/* An ACK: empty (the answer comes by itself) or with the answer piggybacked. */
static void push_ack(struct prov_exchange *x, uint64_t now_ms,
                     const struct prov_coap_message *message)
{
    if (message->code == PROV_COAP_EMPTY) {
        if (!x->acked)
            x->deadline_ms = now_ms + transmit_wait(x);
        x->acked = true;
        x->to_send = false;
    } else if (is_ours(x, message) && !prov_exchange_take(x, message)) {
        prov_exchange_fail(x, PROV_E_PEER);
    }
}

/* A response by itself (RFC 7252, section 5.2.2). A late one to an earlier block does not fit any
 * more and is acknowledged and forgotten. */
static void push_separate(struct prov_exchange *x, const struct prov_coap_message *message)
{
    bool ours = is_ours(x, message);

    if (message->type == PROV_COAP_CON)
        reply(x, ours ? PROV_COAP_ACK : PROV_COAP_RST, message->id);
    if (ours && x->state == PROV_EXCHANGE_RUNNING && x->tries > 0)
        prov_exchange_take(x, message);
}

void prov_exchange_push(struct prov_exchange *x, uint64_t now_ms, struct prov_bytes message)
{
    struct prov_coap_message decoded;
    bool mine;

    if (prov_coap_decode(message, &decoded) != PROV_OK)
        return;
    mine = x->state == PROV_EXCHANGE_RUNNING && x->tries > 0 && decoded.id == x->message_id;
    switch (decoded.type) {
    case PROV_COAP_ACK:
        if (mine)
            push_ack(x, now_ms, &decoded);
        break;
    case PROV_COAP_RST:
        if (mine)
            prov_exchange_fail(x, PROV_E_PEER);
        break;
    case PROV_COAP_CON:
    case PROV_COAP_NON:
        push_separate(x, &decoded);
        break;
    }
}
