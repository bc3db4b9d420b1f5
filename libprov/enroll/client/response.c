/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer: Continue moves the request's body on, a success brings the answer's body block by
 * block, an error ends the exchange (RFC 7959, sections 2.4, 2.5 and 2.9; RFC 7252, section 5.2).
 */
#include <string.h>

#include "client/internal.h"

#define MAX_AGE_DEFAULT 60u /* RFC 7252, section 5.10.5 */

/* What an answer's options say, each by the first one of its number. */
enum { FORMAT, MAX_AGE, BLOCK2, BLOCK1, NUMBERS };
#define NOT_SAID UINT32_MAX
#define WRONG    (UINT32_MAX - 1) /* too long */

struct said {
    uint32_t numbers[NUMBERS];
    struct prov_bytes etag;
    bool
        unknown_critical; /* an option that has to be understood, and isn't (RFC 7252, section 5.4.1) */
};

static const struct {
    uint8_t number, max;
} known[NUMBERS] = {
    {PROV_COAP_CONTENT_FORMAT, 4},
    {PROV_COAP_MAX_AGE, 4},
    {PROV_COAP_BLOCK2, 3},
    {PROV_COAP_BLOCK1, 3},
};

static void hear(struct said *said, const struct prov_coap_option *option)
{
    size_t i = 0;

    while (i < NUMBERS && known[i].number != option->number)
        i++;
    if (i < NUMBERS) {
        if (option->value.len > known[i].max ||
            prov_coap_uint(option, &said->numbers[i]) != PROV_OK)
            said->numbers[i] = WRONG;
    } else if (option->number == PROV_COAP_ETAG) {
        said->etag = option->value;
    } else if (option->number % 2 == 1) {
        said->unknown_critical = true;
    }
}

/* From the last option to the first, which stays. */
static void hear_all(const struct prov_coap_message *message, struct said *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < NUMBERS; i++)
        ret->numbers[i] = NOT_SAID;
    for (size_t i = message->option_count; i-- > 0;)
        hear(ret, &message->options[i]);
}

/* NUM, M and SZX of a block's number (RFC 7959, section 2.2). */
#define SZX_MAX 6u

static bool is_block(uint32_t number)
{
    return number < WRONG && (number & 7) <= SZX_MAX;
}

/* What 2.31 and 4.13 say about the request's blocks, while there are any: which one they speak of, and the
 * size that the server wants from here on, which is never larger. 2.31: the block that is under way was
 * taken. 4.13 to the first one: an invitation to try a smaller size (section 2.9.3); it can only shrink, so
 * this ends. */
static bool take_block1(struct prov_exchange *x, uint8_t code, uint32_t block)
{
    bool goes_on = code == PROV_COAP_CONTINUE;
    uint8_t szx = block & 7;

    if (!is_block(block) || x->block2 > 0)
        return false;
    if (goes_on ? block >> 4 != x->sent / prov_coap_block_size(x->szx) || x->in_flight == 0 ||
                      x->sent + x->in_flight >= x->body.len
                : x->sent > 0 || szx >= x->szx)
        return false;
    if (goes_on)
        x->sent = (uint16_t)(x->sent + x->in_flight);
    if (szx < x->szx)
        x->szx = szx;
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
static void take_error(struct prov_exchange *x, const struct prov_coap_message *message,
                       uint32_t max_age)
{
    size_t len = message->payload.len;

    x->max_age = max_age < WRONG ? max_age : MAX_AGE_DEFAULT;
    x->answer.len = 0;
    prov_put(&x->answer, message->payload.data, len < x->answer.cap ? len : x->answer.cap);
    x->format = PROV_CF_NONE;
    end(x, message->code);
}

/* The format that was asked for, or one that the resource has; none only with an empty body. */
static bool format_fits(const struct prov_exchange *x, bool empty, uint32_t format)
{
    if (format >= PROV_CF_NONE)
        return format == NOT_SAID && empty;
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

static bool take_success(struct prov_exchange *x, const struct prov_coap_message *message,
                         const struct said *said)
{
    uint32_t block = said->numbers[BLOCK2];
    if (block == NOT_SAID)
        block = x->block2_szx;
    uint8_t szx = block & 7;
    bool more = (block & 8) != 0;

    if (said->unknown_critical || !is_block(block) || block >> 4 != x->block2 ||
        !format_fits(x, message->payload.len == 0, said->numbers[FORMAT]) ||
        (more && message->payload.len != prov_coap_block_size(szx)) ||
        !same_body(x, (uint16_t)said->numbers[FORMAT], szx, said->etag))
        return false;
    prov_put_bytes(&x->answer, message->payload);
    if (x->answer.overflow) {
        prov_exchange_fail(x, PROV_E_OVERFLOW);
    } else if (more) {
        x->block2++;
        prov_exchange_next(x);
    } else {
        end(x, message->code);
    }
    return true;
}

bool prov_exchange_take(struct prov_exchange *x, const struct prov_coap_message *message)
{
    struct said said;

    hear_all(message, &said);
    if (message->code == PROV_COAP_CONTINUE)
        return take_block1(x, message->code, said.numbers[BLOCK1]);
    if (message->code >> 5 == 2)
        return take_success(x, message, &said);
    if (message->code != PROV_COAP_TOO_LARGE ||
        !take_block1(x, message->code, said.numbers[BLOCK1]))
        take_error(x, message, said.numbers[MAX_AGE]);
    return true;
}
