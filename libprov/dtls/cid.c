/* SPDX-License-Identifier: Apache-2.0
 *
 * Connection ids (RFC 9146): each end says what the peer is to put into its records of epoch 1. A client of
 * ours says that it wants nothing there: it is found by its socket. record.c has the records.
 *
 *     opaque cid<0..2^8-1>    both ways
 */
#include "extensions.h"

#include <string.h>

#include "messages.h"

static bool put_body(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_vector_put(buf, 1, PROV_BYTES(s->cid_read, s->cid_read_len));
    return prov_dtls_is_client(s) ? s->config->connection_id : s->cid_on;
}

/* There is no room for what is longer: a server goes on without connection ids then, a client can't. */
static prov_outcome take_body(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    bool client = prov_dtls_is_client(s);
    struct prov_bytes cid;

    if (!client && s->cid_read_len == 0) /* a server that does not use them */
        return PROV_OK;
    if (!prov_take_vector(&reader, 1, &cid) || !prov_reader_done(&reader))
        return PROV_ALERT_DECODE_ERROR;
    if (cid.len > sizeof(s->cid_write))
        return client ? PROV_ALERT_HANDSHAKE_FAILURE : PROV_OK;
    if (cid.len > 0)
        memcpy(s->cid_write, cid.data, cid.len);
    s->cid_write_len = (uint8_t)cid.len;
    s->cid_on = true;
    return PROV_OK;
}

const struct prov_extension prov_extension_cid = {.type = PROV_EXTENSION_CONNECTION_ID,
                                                  .modes = PROV_MODES_ALL,
                                                  .anew = true,
                                                  .put = put_body,
                                                  .take = take_body};

/* --- what a caller asks ---------------------------------------------------------------------- */

void prov_dtls_set_connection_id(struct prov_dtls *s, struct prov_bytes cid)
{
    if (s->config == NULL || prov_dtls_is_client(s) || cid.len > sizeof(s->cid_read) ||
        cid.len == 0 || s->hs == NULL || s->hs->state != STATE_HELLO)
        return;
    memcpy(s->cid_read, cid.data, cid.len);
    s->cid_read_len = (uint8_t)cid.len;
}

struct prov_bytes prov_dtls_connection_id(const struct prov_dtls *s)
{
    return s->cid_on ? PROV_BYTES(s->cid_read, s->cid_read_len) : PROV_BYTES_NONE;
}

bool prov_dtls_newest(const struct prov_dtls *s)
{
    return s->newest;
}

/* 25 | version 2 | epoch 2 | sequence_number 6 | cid | length 2 */
bool prov_dtls_datagram_cid(struct prov_bytes datagram, size_t cid_len, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(datagram);
    struct prov_bytes cid;
    uint16_t version, epoch, length;
    uint64_t seq;
    uint8_t type;

    if (cid_len == 0 || !prov_take_u8(&reader, &type) || type != CONTENT_CID ||
        !prov_take_u16(&reader, &version) || version != DTLS_1_2 ||
        !prov_take_u16(&reader, &epoch) || epoch != 1 || !prov_take_u48(&reader, &seq) ||
        !prov_take(&reader, cid_len, &cid) || !prov_take_u16(&reader, &length))
        return false;
    *ret = cid;
    return true;
}
