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
    static const uint8_t says[] = {PROV_COAP_CONTENT_FORMAT, PROV_COAP_MAX_AGE, PROV_COAP_BLOCK2,
                                   PROV_COAP_BLOCK1};
    bool known = option->number <= UINT8_MAX && !again;
    const uint8_t *at = known ? memchr(says, option->number, SAYS) : NULL;

    if (at != NULL)
        heard->number[at - says] =
            option->value.len > 4 ? TOO_LONG : prov_bytes_number(option->value);
    else if (option->number % 2 == 1)
        heard->unknown = true;
    else if (PROV_WITH_BLOCKWISE && option->number == PROV_COAP_ETAG && !again)
        heard->etag = option->value;
}

bool prov_exchange_hear(const struct prov_exchange *x, struct prov_bytes message, struct heard *ret)
{
    struct prov_reader reader = prov_reader_make(message);
    struct prov_coap_option option = {.number = 0};
    uint16_t last = 0;

    ret->unknown = false;
    ret->number[SAYS_FORMAT] = PROV_CF_NONE;
    ret->number[SAYS_MAX_AGE] = MAX_AGE_DEFAULT;
    ret->number[SAYS_BLOCK2] = 0;
    if (PROV_WITH_BLOCKWISE) {
        ret->number[SAYS_BLOCK2] = x->szx;
        ret->number[SAYS_BLOCK1] = TOO_LONG;
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

/* The block of that number, of a size that there is. */
static bool is_block(uint32_t block, size_t number)
{
    return block >> 4 == number && (block & 7) <= SZX_MAX;
}

/* A new message: a new id, its own retransmissions. */
static prov_result go_on(struct prov_exchange *x)
{
    x->message_id++;
    x->tries = 0;
    x->deadline_ms = 0;
    return PROV_E_AGAIN;
}

/* What 2.31 and 4.13 say of the request's block that is under way, and the size that the server wants from here
 * on, which is never larger. 2.31: it was taken, and another one follows. 4.13 to the first one: an invitation to
 * try a smaller size (section 2.9.3); it can only shrink, so this ends. */
static prov_result take_block1(struct prov_exchange *x, uint8_t code, uint32_t block)
{
    size_t size = prov_coap_block_size(x->szx), taken = code == PROV_COAP_CONTINUE ? size : 0;
    bool smaller = (block & 7) < x->szx;

    if (!is_block(block, x->sent / size) || x->body.len - x->sent <= taken ||
        (taken == 0 && (x->sent > 0 || !smaller)))
        return PROV_E_PEER;
    x->sent += (uint32_t)taken;
    if (smaller)
        x->szx = block & 7;
    return go_on(x);
}

/* Of the answer, the one that was asked for. What the first one says of the whole body, later ones must say too. */
static bool is_due(struct prov_exchange *x, const struct heard *heard)
{
    uint32_t block = heard->number[SAYS_BLOCK2];
    uint8_t szx = block & 7;

    if (!is_block(block, x->block2) || heard->etag.len > sizeof x->etag ||
        ((block & 8) != 0 && heard->payload.len != prov_coap_block_size(szx)))
        return false;
    if (x->block2 == 0) {
        x->sent = (uint32_t)x->body.len;
        x->szx = szx;
        x->etag_len = (uint8_t)heard->etag.len;
        if (x->etag_len > 0)
            memcpy(x->etag, heard->etag.data, x->etag_len);
    }
    return szx == x->szx && prov_bytes_equal(heard->etag, PROV_BYTES(x->etag, x->etag_len));
}

/* --- answers --------------------------------------------------------------------------------- */

/* The format that the resource has; if that is none, there is no body. */
static bool fits(struct prov_exchange *x, const struct heard *heard)
{
    uint32_t format = heard->number[SAYS_FORMAT];

    return !heard->unknown && format == x->resource->response_format &&
           (format != PROV_CF_NONE || heard->payload.len == 0) &&
           (PROV_WITH_BLOCKWISE ? is_due(x, heard) : heard->number[SAYS_BLOCK2] <= SZX_MAX);
}

prov_result prov_exchange_take(struct prov_exchange *x, const struct heard *heard)
{
    uint8_t code = heard->head.code;
    bool success = code >> 5 == 2;

    if (code == PROV_COAP_CONTINUE || (PROV_WITH_BLOCKWISE && code == PROV_COAP_TOO_LARGE)) {
        prov_result r =
            PROV_WITH_BLOCKWISE ? take_block1(x, code, heard->number[SAYS_BLOCK1]) : PROV_E_PEER;
        if (r != PROV_E_PEER || success)
            return r;
    }
    if (!success)
        x->answer.len = 0;
    else if (!fits(x, heard))
        return PROV_E_PEER;
    prov_put_bytes(&x->answer, heard->payload);
    if (success && x->answer.overflow)
        return PROV_E_OVERFLOW;
    if (PROV_WITH_BLOCKWISE && success && (heard->number[SAYS_BLOCK2] & 8) != 0) {
        x->block2++;
        return go_on(x);
    }
    x->code = code;
    x->max_age = heard->number[SAYS_MAX_AGE];
    return PROV_OK;
}
