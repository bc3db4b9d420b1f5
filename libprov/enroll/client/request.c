/* SPDX-License-Identifier: Apache-2.0
 *
 * The request as a CoAP message, or the block of it that is due (RFC 7959, sections 2.5 and 2.4).
 *
 *   Uri-Host  Uri-Path…  Content-Format  Block2  Block1  | payload
 */
#include "client/internal.h"

/* The body's next block, while there is one; one within a block needs no option. Block2: which block of the answer,
 * a later one, or the wish for a size of one's own with the last block of the request (RFC 7959, section 3.3). */
static void put_block(const struct prov_exchange *x, struct prov_coap_writer *writer)
{
    size_t size = prov_coap_block_size(x->szx), left = x->body.len - x->sent;
    bool more = left > size;

    if (x->block2 > 0 || (x->szx != PROV_ENROLL_SZX && !more))
        prov_coap_put_uint(writer, PROV_COAP_BLOCK2, (uint32_t)x->block2 << 4 | x->szx);
    if (left > 0 && x->body.len > size)
        prov_coap_put_uint(writer, PROV_COAP_BLOCK1,
                           (uint32_t)(x->sent / size) << 4 | (more ? 8u : 0u) | x->szx);
    if (left > 0)
        prov_coap_put_payload(writer->buf, x->body.data + x->sent, more ? size : left);
}

void prov_exchange_write(const struct prov_exchange *x, struct prov_buf *out)
{
    const struct prov_resource *resource = x->resource;
    struct prov_coap_writer writer = {.buf = out};

    prov_coap_put_head(out, PROV_COAP_CON, prov_resource_method(resource), x->message_id,
                       prov_exchange_token(x));
    if (x->host.len > 0)
        prov_coap_put_option(&writer, PROV_COAP_URI_HOST, x->host.data, x->host.len);
    prov_coap_put_path(&writer, resource->path);
    if (resource->request_format != PROV_CF_NONE && (!PROV_WITH_BLOCKWISE || x->block2 == 0))
        prov_coap_put_uint(&writer, PROV_COAP_CONTENT_FORMAT, resource->request_format);
    if (PROV_WITH_BLOCKWISE)
        put_block(x, &writer);
    else
        prov_coap_put_payload(out, x->body.data, x->body.len);
}
