/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer: Continue moves the request's body on, a success brings the answer's body block by
 * block, an error ends the exchange (RFC 7959, sections 2.4, 2.5 and 2.9; RFC 7252, section 5.2).
 */
#include <string.h>

#include "client/internal.h"

#define MAX_AGE_DEFAULT 60u /* RFC 7252, section 5.10.5 */

/* PROV_E_NOT_FOUND, PROV_E_FORMAT. */
static prov_result block_of(const struct prov_coap_message *message, uint16_t number,
                            struct prov_coap_block *ret)
{
    const struct prov_coap_option *option = prov_coap_find(message, number);

    return option ? prov_coap_block_decode(option, ret) : PROV_E_NOT_FOUND;
}

/* A number; `missing` if there is none, `wrong` if it is none. */
static uint32_t number_of(const struct prov_coap_message *message, uint16_t number,
                          uint32_t missing, uint32_t wrong)
{
    const struct prov_coap_option *option = prov_coap_find(message, number);
    uint32_t value = missing;

    if (option && prov_coap_uint(option, &value) != PROV_OK)
        return wrong;
    return value;
}

/* What 2.31 and 4.13 say about the request's blocks, while there are any: the number that they speak of, and
 * the size that the server wants from here on, which is never larger. 2.31: the block that is under way was
 * taken. 4.13 to the first one: an invitation to try a smaller size (section 2.9.3); it can only shrink, so
 * this ends. */
static bool take_block1(struct prov_exchange *x, const struct prov_coap_message *message)
{
    bool goes_on = message->code == PROV_COAP_CONTINUE;
    struct prov_coap_block block;

    if (block_of(message, PROV_COAP_BLOCK1, &block) != PROV_OK || x->block2 > 0)
        return false;
    bool smaller = block.szx < x->szx;
    if (goes_on ? block.number != x->sent / prov_coap_block_size(x->szx) || x->in_flight == 0 ||
                      x->sent + x->in_flight >= x->body.len
                : x->sent > 0 || !smaller)
        return false;
    if (goes_on)
        x->sent = (uint16_t)(x->sent + x->in_flight);
    if (smaller)
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
static void take_error(struct prov_exchange *x, const struct prov_coap_message *message)
{
    struct prov_bytes text = message->payload;

    if (text.len > x->answer.cap)
        text.len = x->answer.cap;
    x->max_age = number_of(message, PROV_COAP_MAX_AGE, MAX_AGE_DEFAULT, MAX_AGE_DEFAULT);
    x->answer.len = 0;
    prov_put_bytes(&x->answer, text);
    x->format = PROV_CF_NONE;
    end(x, message->code);
}

/* The format that was asked for, or one that the resource has; none only with an empty body. */
static bool format_fits(const struct prov_exchange *x, const struct prov_coap_message *message,
                        uint32_t format)
{
    if (format == PROV_CF_NONE)
        return message->payload.len == 0;
    if (x->accept != PROV_CF_NONE)
        return format == x->accept;
    return format == x->resource->response_format || format == x->resource->other_format;
}

/* What the first block says of the whole body, later ones must say too. */
static bool same_body(struct prov_exchange *x, uint16_t format, uint8_t szx, struct prov_bytes etag)
{
    if (etag.len > sizeof(x->etag))
        return false;
    if (x->block2 == 0) {
        x->format = format;
        x->block2_szx = szx;
        x->etag_len = (uint8_t)etag.len;
        if (etag.len > 0)
            memcpy(x->etag, etag.data, etag.len);
    }
    return format == x->format && szx == x->block2_szx &&
           prov_bytes_equal(etag, PROV_BYTES(x->etag, x->etag_len));
}

static bool take_success(struct prov_exchange *x, const struct prov_coap_message *message)
{
    static const uint16_t known[] = {PROV_COAP_BLOCK1, PROV_COAP_BLOCK2};
    const struct prov_coap_option *etag = prov_coap_find(message, PROV_COAP_ETAG);
    struct prov_coap_block block = {0, false, x->block2_szx};
    uint32_t format = number_of(message, PROV_COAP_CONTENT_FORMAT, PROV_CF_NONE, UINT32_MAX);

    if (prov_coap_unknown_critical(message, known, 2) != 0 ||
        block_of(message, PROV_COAP_BLOCK2, &block) == PROV_E_FORMAT ||
        !format_fits(x, message, format) || block.number != x->block2 ||
        (block.more && message->payload.len != prov_coap_block_size(block.szx)) ||
        !same_body(x, (uint16_t)format, block.szx, etag ? etag->value : PROV_BYTES_NONE))
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

bool prov_exchange_take(struct prov_exchange *x, const struct prov_coap_message *message)
{
    if (message->code == PROV_COAP_CONTINUE)
        return take_block1(x, message);
    if (message->code >> 5 == 2)
        return take_success(x, message);
    if (message->code != PROV_COAP_TOO_LARGE || !take_block1(x, message))
        take_error(x, message);
    return true;
}
