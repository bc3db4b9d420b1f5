/* SPDX-License-Identifier: Apache-2.0
 *
 *     Extension extensions<0..2^16-1>;  Extension = extension_type 2 | extension_data<0..2^16-1>
 */
#include "extensions.h"

/* An abbreviated ServerHello says nothing of what was settled when the session was made (RFC 5246,
 * section 7.4.1.4; H19). What is settled anew each time: RFC 7627, section 5.3; RFC 5746, section 3.6;
 * RFC 9146, section 3; RFC 7301, section 3.1; a heartbeat is of the connection. */
static bool stands_in_abbreviated(uint16_t type)
{
    static const uint16_t types[] = {
        PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_EXTENSION_RENEGOTIATION_INFO,
        PROV_EXTENSION_CONNECTION_ID, PROV_EXTENSION_HEARTBEAT, PROV_EXTENSION_ALPN};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i] == type)
            return true;
    return false;
}

void prov_extensions_put(struct prov_dtls *s, const struct prov_extension *rows, size_t count,
                         struct prov_buf *buf)
{
    size_t start = buf->len, block = prov_put_open(buf, 2);

    s->hs->offered = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].wanted == NULL || !rows[i].wanted(s) ||
            (prov_dtls_is_resumed(s) && !stands_in_abbreviated(rows[i].type)))
            continue;
        prov_put_u16(buf, rows[i].type);
        size_t mark = prov_put_open(buf, 2);
        if (rows[i].put != NULL)
            rows[i].put(s, buf);
        prov_put_close(buf, 2, mark);
        s->hs->offered |= 1u << i;
    }
    prov_put_close(buf, 2, block);
    if (s->hs->offered == 0) /* no extensions, no block: RFC 5246, section 7.4.1.2 */
        buf->len = start;
}

static bool take_one(struct prov_reader *reader, uint16_t *ret_type, struct prov_bytes *ret_body)
{
    return prov_take_u16(reader, ret_type) && prov_take_vector(reader, 2, ret_body);
}

/* Whether the type stands in the block before `end`. */
static bool came_before(struct prov_bytes extensions, size_t end, uint16_t type)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(extensions.data, end));
    struct prov_bytes body;
    uint16_t other;

    while (take_one(&reader, &other, &body))
        if (other == type)
            return true;
    return false;
}

static prov_result take_row(struct prov_dtls *s, const struct prov_extension *rows, size_t count,
                            uint16_t type, struct prov_bytes body)
{
    size_t i = 0;

    while (i < count && rows[i].type != type)
        i++;
    bool known = i < count;
    if (!prov_dtls_is_client(s))
        return known ? rows[i].take(s, body) : PROV_OK;
    if (!known || (s->hs->offered >> i & 1) == 0)
        return prov_dtls_refuse(s, PROV_ALERT_UNSUPPORTED_EXTENSION);
    if (rows[i].take == NULL)
        return prov_dtls_refuse(s, PROV_ALERT_ILLEGAL_PARAMETER);
    return rows[i].take(s, body);
}

prov_result prov_extensions_take(struct prov_dtls *s, const struct prov_extension *rows,
                                 size_t count, struct prov_bytes extensions)
{
    struct prov_reader reader = prov_reader_make(extensions);

    while (!prov_reader_done(&reader)) {
        size_t at = reader.at;
        struct prov_bytes body;
        uint16_t type;
        if (!take_one(&reader, &type, &body))
            return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
        if (came_before(extensions, at, type))
            return prov_dtls_refuse(s, PROV_ALERT_ILLEGAL_PARAMETER);
        prov_result result = take_row(s, rows, count, type, body);
        if (result != PROV_OK)
            return result;
    }
    return PROV_OK;
}

/* --- bodies ---------------------------------------------------------------------------------- */

prov_result prov_extension_take_empty(struct prov_dtls *s, struct prov_bytes body)
{
    return body.len == 0 ? PROV_OK : prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
}

/* RFC 7627, section 5.1 */
prov_result prov_extension_take_master(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.extended_master = true;
    return prov_extension_take_empty(s, body);
}

/* ECPointFormat ec_point_format_list<1..2^8-1>; uncompressed(0) must be there (RFC 8422,
 * section 5.1.2) */
void prov_extension_put_formats(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)s;
    prov_put_u8(buf, 1);
    prov_put_u8(buf, 0);
}

prov_result prov_extension_take_formats(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes formats;

    s->hs->facts.formats = true;
    if (!prov_take_vector(&reader, 1, &formats) || !prov_reader_done(&reader) || formats.len == 0)
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    for (size_t i = 0; i < formats.len; i++)
        if (formats.data[i] == 0)
            return PROV_OK;
    return prov_dtls_refuse(s, PROV_ALERT_ILLEGAL_PARAMETER);
}

/* opaque renegotiated_connection<0..255>, empty in an initial handshake (RFC 5746, sections 3.4
 * and 3.6) */
void prov_extension_put_renegotiation(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)s;
    prov_put_u8(buf, 0);
}

prov_result prov_extension_take_renegotiation(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->facts.renegotiation = true;
    if (body.len != 1 || body.data[0] != 0)
        return prov_dtls_refuse(s, PROV_ALERT_HANDSHAKE_FAILURE);
    return PROV_OK;
}
