/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer: Continue moves the request's body on, a success brings the answer's body block by
 * block, an error ends the exchange (RFC 7959, sections 2.4, 2.5 and 2.9; RFC 7252, section 5.2).
 */
#include <string.h>

#include "client/internal.h"

#define MAX_AGE_DEFAULT 60u        /* RFC 7252, section 5.10.5 */
#define TOO_LONG        UINT32_MAX /* no block, no format, and more seconds than anyone waits */

/* One that comes again is not understood (RFC 7252, section 5.4.5). */
static void hear_option(struct heard *heard, const struct prov_coap_option *option, bool again)
{
    uint32_t number;

    if (prov_coap_uint(option, &number) != PROV_OK)
        number = TOO_LONG;
    if (option->number == PROV_COAP_BLOCK2 && !again)
        heard->block2 = number;
    else if (PROV_WITH_BLOCKWISE && option->number == PROV_COAP_BLOCK1 && !again)
        heard->block1 = number;
    else if (option->number % 2 == 1)
        heard->unknown = true;
    else if (again)
        return;
    else if (option->number == PROV_COAP_CONTENT_FORMAT)
        heard->format = number;
    else if (option->number == PROV_COAP_MAX_AGE)
        heard->max_age = number;
    else if (PROV_WITH_BLOCKWISE && option->number == PROV_COAP_ETAG)
        heard->etag = option->value;
}

bool prov_exchange_hear(const struct prov_exchange *x, struct prov_bytes message, struct heard *ret)
{
    struct prov_reader reader = prov_reader_make(message);
    struct prov_coap_option option = {.number = 0};
    uint16_t last = 0;

    ret->unknown = false;
    ret->format = PROV_CF_NONE;
    ret->max_age = MAX_AGE_DEFAULT;
    ret->block2 = 0;
    if (PROV_WITH_BLOCKWISE) {
        ret->block2 = x->block2_szx;
        ret->block1 = TOO_LONG;
        ret->etag = PROV_BYTES_NONE;
    }
    prov_coap_get_head(&reader, &ret->head);
    while (prov_coap_get_option(&reader, &option)) {
        hear_option(ret, &option, option.number == last);
        last = option.number;
    }
    prov_get_bytes(&reader, prov_reader_left(&reader), &ret->payload);
    return reader.error == PROV_OK;
}

/* --- block-wise: NUM, M and SZX in a number (RFC 7959, section 2.2) ----------------------------- */

static bool is_block(uint32_t number)
{
    return number >> 24 == 0 && (number & 7) <= SZX_MAX;
}

/* A new message: a new id, its own retransmissions. */
static prov_result go_on(struct prov_exchange *x)
{
    x->message_id++;
    x->tries = 0;
    x->deadline_ms = 0;
    return PROV_E_AGAIN;
}

/* What 2.31 and 4.13 say about the request's blocks, while there are any: which one they speak of, and the
 * size that the server wants from here on, which is never larger. 2.31: the block that is under way was
 * taken. 4.13 to the first one: an invitation to try a smaller size (section 2.9.3); it can only shrink, so
 * this ends. */
static prov_result take_block1(struct prov_exchange *x, uint8_t code, uint32_t block)
{
    size_t size = prov_coap_block_size(x->szx);
    bool goes_on = code == PROV_COAP_CONTINUE;
    uint8_t szx = block & 7;

    if (!is_block(block) || x->block2 > 0)
        return PROV_E_PEER;
    if (goes_on ? block >> 4 != x->sent / size || x->body.len - x->sent <= size
                : x->sent > 0 || szx >= x->szx)
        return PROV_E_PEER;
    if (goes_on)
        x->sent = (uint16_t)(x->sent + size);
    if (szx < x->szx)
        x->szx = szx;
    return go_on(x);
}

/* What the first block says of the whole body, later ones must say too. */
static bool same_body(struct prov_exchange *x, uint8_t szx, struct prov_bytes etag)
{
    if (etag.len > sizeof(x->etag))
        return false;
    if (x->block2 == 0) {
        x->block2_szx = szx;
        x->etag_len = (uint8_t)etag.len;
        if (etag.len > 0)
            memcpy(x->etag, etag.data, etag.len);
    }
    return szx == x->block2_szx && prov_bytes_equal(etag, PROV_BYTES(x->etag, x->etag_len));
}

static bool is_due(struct prov_exchange *x, const struct heard *heard)
{
    uint32_t block = heard->block2;
    uint8_t szx = block & 7;

    return is_block(block) && block >> 4 == x->block2 &&
           ((block & 8) == 0 || heard->payload.len == prov_coap_block_size(szx)) &&
           same_body(x, szx, heard->etag);
}

/* --- answers --------------------------------------------------------------------------------- */

/* The format that the resource has; if that is none, there is no body. */
static bool fits(struct prov_exchange *x, const struct heard *heard)
{
    return !heard->unknown && heard->format == x->resource->response_format &&
           (heard->format != PROV_CF_NONE || heard->payload.len == 0) &&
           (PROV_WITH_BLOCKWISE ? is_due(x, heard) : heard->block2 <= SZX_MAX);
}

prov_result prov_exchange_take(struct prov_exchange *x, const struct heard *heard)
{
    uint8_t code = heard->head.code;
    bool success = code >> 5 == 2;

    if (code == PROV_COAP_CONTINUE || (PROV_WITH_BLOCKWISE && code == PROV_COAP_TOO_LARGE)) {
        prov_result r = PROV_WITH_BLOCKWISE ? take_block1(x, code, heard->block1) : PROV_E_PEER;
        if (r != PROV_E_PEER || success)
            return r;
    }
    if (success && !fits(x, heard))
        return PROV_E_PEER;
    if (!success)
        x->answer.len = 0;
    prov_put_bytes(&x->answer, heard->payload);
    if (success && x->answer.overflow)
        return PROV_E_OVERFLOW;
    if (PROV_WITH_BLOCKWISE && success && (heard->block2 & 8) != 0) {
        x->block2++;
        return go_on(x);
    }
    x->code = code;
    x->max_age = heard->max_age;
    return PROV_OK;
}
