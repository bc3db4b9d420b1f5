/* SPDX-License-Identifier: Apache-2.0
 *
 * The message layer of an exchange: confirmable messages, retransmission, acknowledgement and reset
 * (RFC 7252, section 4).
 */
#include "client/internal.h"

#include <stddef.h>
#include <string.h>

/* RFC 7252, section 4.8. MAX_TRANSMIT_WAIT: how long an answer is awaited after an empty ACK. */
#define ACK_TIMEOUT_MS       2000u
#define ACK_RANDOM_MS        1000u
#define MAX_RETRANSMIT       4u
#define MAX_TRANSMIT_WAIT_MS 93000u

#define ACKED UINT8_MAX /* as many tries as need no other */

/* The largest size of blocks whose messages fit: with records of 512 octets it is 4, blocks of 256 (H32). */
static void set_szx(struct prov_exchange *x)
{
    x->szx = PROV_ENROLL_SZX;
    while (x->szx > 1 &&
           PROV_EXCHANGE_MESSAGE_MAX(prov_coap_block_size(x->szx), x->host.len) > x->message_max)
        x->szx--;
}

void prov_exchange_begin(struct prov_exchange *x)
{
    memset(x, 0, offsetof(struct prov_exchange, op));
    x->answer.len = 0;
    x->answer.overflow = false;
    x->result = PROV_E_AGAIN;
    if (PROV_WITH_BLOCKWISE)
        set_szx(x);
    else if (PROV_EXCHANGE_MESSAGE_MAX(x->body.len, x->host.len) > x->message_max)
        x->result = PROV_E_OVERFLOW;
    x->resource = prov_resource_get(x->op);
    if (x->resource == NULL)
        x->result = PROV_E_STATE;
}

/* Between ACK_TIMEOUT and ACK_TIMEOUT * ACK_RANDOM_FACTOR, doubled with each try (section 4.2). The caller's
 * token is random, so it is the die here: no random source is needed. */
static uint32_t timeout(const struct prov_exchange *x)
{
    uint8_t die = (uint8_t)((x->token >> 24) + x->message_id);

    return (ACK_TIMEOUT_MS + (die * ACK_RANDOM_MS >> 8)) << x->tries;
}

bool prov_exchange_pull(struct prov_exchange *x, uint64_t now_ms, struct prov_buf *out)
{
    if (x->reply != 0) {
        prov_put_u32(out, x->reply);
        x->reply = 0;
        return !out->overflow;
    }
    if (x->result != PROV_E_AGAIN || x->deadline_ms != 0)
        return false;
    prov_exchange_write(x, out);
    if (out->overflow) {
        x->result = PROV_E_OVERFLOW;
        return false;
    }
    x->deadline_ms = now_ms + timeout(x);
    x->tries++;
    return true;
}

prov_result prov_exchange_step(struct prov_exchange *x, uint64_t now_ms)
{
    if (x->result == PROV_E_AGAIN && now_ms >= x->deadline_ms) {
        x->deadline_ms = 0;
        if (x->tries > MAX_RETRANSMIT)
            x->result = PROV_E_TIMEOUT;
    }
    return x->result;
}

uint64_t prov_exchange_deadline(const struct prov_exchange *x)
{
    if (x->reply != 0)
        return 0;
    return x->result == PROV_E_AGAIN ? x->deadline_ms : UINT64_MAX;
}

/* Classes 2, 4 and 5; 3 is reserved (section 12.1.2). */
static bool is_response(const struct prov_exchange *x, const struct prov_coap_head *head)
{
    return (1u << (head->code >> 5) & 0x34) != 0 &&
           prov_bytes_equal(head->token, prov_exchange_token(x));
}

/* An answer comes with the ACK of its request or, after an empty one, by itself (section 5.2). One by itself
 * that does not fit is acknowledged and forgotten: it may be a late one to an earlier block. */
void prov_exchange_push(struct prov_exchange *x, uint64_t now_ms, struct prov_bytes message)
{
    struct heard heard;

    if (!prov_exchange_hear(x, message, &heard))
        return;
    enum prov_coap_type type = heard.head.type;
    bool by_itself = type < PROV_COAP_ACK, answers = is_response(x, &heard.head);
    if (type == PROV_COAP_CON)
        x->reply = prov_coap_head_number(answers ? PROV_COAP_ACK : PROV_COAP_RST, PROV_COAP_EMPTY,
                                         heard.head.id);
    if (x->result != PROV_E_AGAIN || x->tries == 0 ||
        (!by_itself && heard.head.id != x->message_id))
        return;
    if (type == PROV_COAP_RST) {
        x->result = PROV_E_PEER;
    } else if (answers) {
        prov_result r = prov_exchange_take(x, &heard);
        if (r != PROV_E_PEER || !by_itself)
            x->result = r;
    } else if (type == PROV_COAP_ACK && heard.head.code == PROV_COAP_EMPTY && x->tries != ACKED) {
        x->tries = ACKED;
        x->deadline_ms = now_ms + MAX_TRANSMIT_WAIT_MS;
    }
}
