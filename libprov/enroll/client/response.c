/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer: Continue moves the request's body on, a success brings the answer's body block by
 * block, an error ends the exchange (RFC 7959, sections 2.4, 2.5 and 2.9; RFC 7252, section 5.2).
 */
#include <string.h>

#include "client/internal.h"

#define MAX_AGE_DEFAULT 60u /* RFC 7252, section 5.10.5 */

static bool block_of(const struct prov_coap_message *message, uint16_t number,
                     struct prov_coap_block *ret)
{
    const struct prov_coap_option *option = prov_coap_find(message, number);

    return option && prov_coap_block_decode(option, ret) == PROV_OK;
}

/* 2.31: the block that is under way was taken; the server may want smaller ones from here on. */
static bool take_continue(struct prov_exchange *x, const struct prov_coap_message *message)
{
    struct prov_coap_block block;

    if (!block_of(message, PROV_COAP_BLOCK1, &block) || x->block2 > 0)
        return false;
    if (block.number != x->sent / prov_coap_block_size(x->szx))
        return false;
    if (x->in_flight == 0 || x->sent + x->in_flight >= x->body.len)
        return false; /* there is nothing to go on with */
    x->sent += x->in_flight;
    if (block.szx < x->szx)
        x->szx = block.szx;
    prov_exchange_next(x);
    return true;
}

/* 4.13 to the first block, with a smaller size: an invitation to try that one (section 2.9.3). It
 * can only shrink, so this ends. */
static bool try_smaller(struct prov_exchange *x, const struct prov_coap_message *message)
{
    struct prov_coap_block block;

    if (message->code != PROV_COAP_TOO_LARGE || x->sent > 0 || x->block2 > 0)
        return false;
    if (!block_of(message, PROV_COAP_BLOCK1, &block) || block.szx >= x->szx)
        return false;
    x->szx = block.szx;
    prov_exchange_next(x);
    return true;
}

static void end(struct prov_exchange *x, uint8_t code)
{
    x->code = code;
    x->state = PROV_EXCHANGE_DONE;
    x->result = PROV_OK;
    x->to_send = false;
}

/* 4.xx and 5.xx: the payload is a text for people, as much of it as there is room for. */
static bool take_error(struct prov_exchange *x, const struct prov_coap_message *message)
{
    const struct prov_coap_option *max_age = prov_coap_find(message, PROV_COAP_MAX_AGE);
    size_t len = message->payload.len < x->answer.cap ? message->payload.len : x->answer.cap;

    if (try_smaller(x, message))
        return true;
    x->max_age = MAX_AGE_DEFAULT;
    if (max_age && prov_coap_uint(max_age, &x->max_age) != PROV_OK)
        x->max_age = MAX_AGE_DEFAULT;
    x->answer.len = 0;
    prov_put_bytes(&x->answer, PROV_BYTES(message->payload.data, len));
    x->format = PROV_CF_NONE;
    end(x, message->code);
    return true;
}

/* The format that was asked for, or one that the resource has; none only with an empty body. */
static bool format_fits(const struct prov_exchange *x, const struct prov_coap_message *message,
                        uint16_t format)
{
    if (format == PROV_CF_NONE)
        return message->payload.len == 0;
    if (x->accept != PROV_CF_NONE)
        return format == x->accept;
    return format == x->resource->response_format || format == x->resource->other_format;
}

static bool format_of(const struct prov_coap_message *message, uint16_t *ret)
{
    const struct prov_coap_option *option = prov_coap_find(message, PROV_COAP_CONTENT_FORMAT);
    uint32_t value = PROV_CF_NONE;

    if (option && (prov_coap_uint(option, &value) != PROV_OK || value >= PROV_CF_NONE))
        return false;
    *ret = (uint16_t)value;
    return true;
}

/* What the first block says of the whole body. */
static void note_first(struct prov_exchange *x, uint16_t format, uint8_t szx,
                       struct prov_bytes etag)
{
    x->format = format;
    x->block2_szx = szx;
    x->etag_len = (uint8_t)etag.len;
    if (etag.len > 0)
        memcpy(x->etag, etag.data, etag.len);
}

static bool same_body(const struct prov_exchange *x, uint16_t format, uint8_t szx,
                      struct prov_bytes etag)
{
    return format == x->format && szx == x->block2_szx &&
           prov_bytes_equal(etag, PROV_BYTES(x->etag, x->etag_len));
}

static bool take_block(struct prov_exchange *x, const struct prov_coap_message *message,
                       struct prov_coap_block block, uint16_t format)
{
    const struct prov_coap_option *option = prov_coap_find(message, PROV_COAP_ETAG);
    struct prov_bytes etag = option ? option->value : PROV_BYTES_NONE;

    if (block.number != x->block2 || etag.len > sizeof(x->etag))
        return false;
    if (block.more && message->payload.len != prov_coap_block_size(block.szx))
        return false;
    if (block.number == 0)
        note_first(x, format, block.szx, etag);
    else if (!same_body(x, format, block.szx, etag))
        return false;
    prov_put_bytes(&x->answer, message->payload);
    if (x->answer.overflow) {
        prov_exchange_fail(x, PROV_E_OVERFLOW);
    } else if (block.more) {
        x->block2++;
        prov_exchange_next(x);
    } else {
        end(x, message->code);
    }
    return true;
}

static bool take_success(struct prov_exchange *x, const struct prov_coap_message *message)
{
    static const uint16_t known[] = {PROV_COAP_BLOCK1, PROV_COAP_BLOCK2};
    struct prov_coap_block block = {0, false, x->block2_szx};
    uint16_t format;

    if (prov_coap_unknown_critical(message, known, sizeof(known) / sizeof(known[0])) != 0)
        return false;
    if (prov_coap_find(message, PROV_COAP_BLOCK2) && !block_of(message, PROV_COAP_BLOCK2, &block))
        return false;
    if (!format_of(message, &format) || !format_fits(x, message, format))
        return false;
    return take_block(x, message, block, format);
}

bool prov_exchange_take(struct prov_exchange *x, const struct prov_coap_message *message)
{
    if (message->code == PROV_COAP_CONTINUE)
        return take_continue(x, message);
    if (message->code >> 5 == 2)
        return take_success(x, message);
    return take_error(x, message);
}
