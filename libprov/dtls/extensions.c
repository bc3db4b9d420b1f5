/* SPDX-License-Identifier: Apache-2.0
 *
 *     Extension extensions<0..2^16-1>;  Extension = extension_type 2 | extension_data<0..2^16-1>
 */
#include "extensions.h"

#include <string.h>

#include "messages.h"

/* An abbreviated ServerHello says nothing of what was settled when the session was made (RFC 5246,
 * section 7.4.1.4; H19). */
static bool is_sent(const struct prov_dtls *s, const struct prov_extension *row, unsigned modes)
{
    return row != NULL && (row->modes & modes) != 0 && (!prov_dtls_is_resumed(s) || row->anew);
}

void prov_extensions_put(struct prov_dtls *s, unsigned modes, struct prov_buf *buf)
{
    const struct prov_extension *const *rows = s->side->extensions;
    size_t start = buf->len, block = prov_put_open(buf, 2);

    s->hs->offered = s->hs->answered = 0;
    for (size_t i = 0; i < PROV_EXTENSIONS; i++) {
        const struct prov_extension *row = rows[i];
        if (!is_sent(s, row, modes))
            continue;
        size_t before = buf->len;
        prov_put_u16(buf, row->type);
        size_t mark = prov_put_open(buf, 2);
        prov_put(buf, row->body, row->len);
        if (row->put != NULL && !row->put(s, buf)) {
            buf->len = before;
            continue;
        }
        prov_put_close(buf, 2, mark);
        s->hs->offered |= 1u << i;
    }
    prov_put_close(buf, 2, block);
    if (PROV_WITH_SERVER && s->hs->offered == 0) /* no block then: RFC 5246, section 7.4.1.2 */
        buf->len = start;
}

/* To a client. */
static prov_outcome take_answer(struct prov_dtls *s, const struct prov_extension *row,
                                struct prov_bytes body)
{
    if (row->take != NULL)
        return row->take(s, body);
    if (row->answer == ANSWER_NEVER)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    if (body.len != row->answer - 1u)
        return PROV_ALERT_DECODE_ERROR;
    return body.len > 0 && body.data[0] != row->body[row->len - 1] ? PROV_ALERT_ILLEGAL_PARAMETER
                                                                   : PROV_OK;
}

static prov_outcome take_row(struct prov_dtls *s, uint16_t type, struct prov_bytes body)
{
    const struct prov_extension *const *rows = s->side->extensions;
    struct prov_dtls_handshake *hs = s->hs;
    size_t i = 0;

    while (i < PROV_EXTENSIONS && (rows[i] == NULL || rows[i]->type != type))
        i++;
    if (!prov_dtls_is_client(s))
        return i < PROV_EXTENSIONS ? rows[i]->take(s, body) : PROV_OK;
    if (i == PROV_EXTENSIONS || (hs->offered >> i & 1) == 0)
        return PROV_ALERT_UNSUPPORTED_EXTENSION;
    if ((hs->answered >> i & 1) != 0)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    hs->answered |= 1u << i;
    return take_answer(s, rows[i], body);
}

prov_outcome prov_extensions_take(struct prov_dtls *s, struct prov_bytes extensions)
{
    struct prov_reader reader = prov_reader_make(extensions);
    prov_outcome outcome = PROV_OK;

    while (outcome == PROV_OK && !prov_reader_done(&reader)) {
        struct prov_bytes body, before = PROV_BYTES(extensions.data, reader.at);
        uint16_t type = prov_get_u16(&reader);
        prov_get_vector(&reader, 2, &body);
        if (reader.error != PROV_OK)
            return PROV_ALERT_DECODE_ERROR;
        if (PROV_WITH_SERVER && prov_extension_find(before, type, &before))
            return PROV_ALERT_ILLEGAL_PARAMETER;
        outcome = take_row(s, type, body);
    }
    return outcome;
}

/* --- bodies ---------------------------------------------------------------------------------- */

/* RFC 7627, section 5.1 */
prov_outcome prov_extension_take_master(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.extended_master = true;
    return body.len == 0 ? PROV_OK : PROV_ALERT_DECODE_ERROR;
}

/* ECPointFormat ec_point_format_list<1..2^8-1>; uncompressed(0) must be there (RFC 8422,
 * section 5.1.2) */
prov_outcome prov_extension_take_formats(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.formats = true;
    if (body.len < 2 || body.data[0] != body.len - 1)
        return PROV_ALERT_DECODE_ERROR;
    return memchr(body.data + 1, PROV_POINT_FORMAT_UNCOMPRESSED, body.len - 1) != NULL
               ? PROV_OK
               : PROV_ALERT_ILLEGAL_PARAMETER;
}

/* opaque renegotiated_connection<0..255>, empty in an initial handshake (RFC 5746, sections 3.4
 * and 3.6) */
prov_outcome prov_extension_take_renegotiation(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.renegotiation = true;
    return body.len == 1 && body.data[0] == 0 ? PROV_OK : PROV_ALERT_HANDSHAKE_FAILURE;
}
