/* SPDX-License-Identifier: Apache-2.0
 *
 * The request as a CoAP message, or the block of it that is due (RFC 7959, sections 2.5 and 2.4).
 *
 *   Uri-Host  Uri-Path…  Content-Format  Accept  Block2  Block1  | payload
 */
#include "client/internal.h"

/* Room for option values that the message points into. */
struct values {
    uint8_t format[4], accept[4], block1[4], block2[4];
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The body's next block; a body within one block needs no option. */
static prov_result add_body(struct prov_exchange *x, struct prov_coap_message *message,
                            struct values *values)
{
    size_t size = prov_coap_block_size(x->szx);
    size_t len = smaller(size, x->body.len - x->sent);
    struct prov_coap_block block = {(uint32_t)(x->sent / size), x->sent + len < x->body.len,
                                    x->szx};
    prov_result result = prov_coap_add_uint(message, PROV_COAP_CONTENT_FORMAT,
                                            x->resource->request_format, values->format);

    if (result == PROV_OK && x->body.len > size)
        result = prov_coap_add_block(message, PROV_COAP_BLOCK1, block, values->block1);
    if (len > 0)
        message->payload = PROV_BYTES(x->body.data + x->sent, len);
    x->in_flight = len;
    return result;
}

/* Which block of the answer: a later one, or the wish for a size of one's own with the last block
 * of the request (RFC 7959, section 3.3). */
static prov_result add_block2(const struct prov_exchange *x, struct prov_coap_message *message,
                              struct values *values)
{
    struct prov_coap_block block = {x->block2, false, x->block2_szx};
    bool last =
        x->sent + x->in_flight == x->body.len || x->resource->request_format == PROV_CF_NONE;

    if (x->block2 == 0 &&
        (x->block2_szx == PROV_ENROLL_SZX || !last || x->resource->response_format == PROV_CF_NONE))
        return PROV_OK;
    return prov_coap_add_block(message, PROV_COAP_BLOCK2, block, values->block2);
}

static prov_result add_options(struct prov_exchange *x, struct prov_coap_message *message,
                               struct values *values)
{
    prov_result result = prov_coap_add_path(message, x->resource->path);

    if (result == PROV_OK && x->host.len > 0)
        result = prov_coap_add(message, PROV_COAP_URI_HOST, x->host);
    if (result == PROV_OK && x->resource->request_format != PROV_CF_NONE && x->block2 == 0)
        result = add_body(x, message, values);
    if (result == PROV_OK && x->accept != PROV_CF_NONE)
        result = prov_coap_add_uint(message, PROV_COAP_ACCEPT, x->accept, values->accept);
    if (result == PROV_OK)
        result = add_block2(x, message, values);
    return result;
}

prov_result prov_exchange_write(struct prov_exchange *x, struct prov_buf *out)
{
    struct values values;
    struct prov_coap_message message = {.type = PROV_COAP_CON,
                                        .code = x->resource->method,
                                        .id = x->message_id,
                                        .token = PROV_BYTES_OF(x->token)};
    prov_result result = add_options(x, &message, &values);

    if (result == PROV_OK)
        result = prov_coap_encode(&message, out);
    return result;
}
