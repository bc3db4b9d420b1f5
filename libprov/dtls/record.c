/* SPDX-License-Identifier: Apache-2.0
 *
 * The record layer (RFC 6347, section 4.1):
 *
 *     type 1 | version 2 | epoch 2 | sequence_number 6 | length 2 | fragment
 *
 * and in epoch 1, for the CCM suites (RFC 6655, section 3; RFC 5246, section 6.2.3.3):
 *
 *     fragment = explicit nonce 8 | sealed content | tag
 *     nonce    = fixed IV 4 | explicit nonce: epoch | sequence_number (RFC 7925, appendix B)
 *     AAD      = epoch 2 | sequence_number 6 | type 1 | version 2 | length of the content 2
 *
 * To a peer that has given a connection id of at least an octet (RFC 9146, sections 4 and 5.3), in epoch 1:
 *
 *     tls12_cid(25) 1 | version 2 | epoch 2 | sequence_number 6 | cid | length 2 | fragment
 *
 *     inner    = content | type 1 | zeros, any number of them        is sealed in the content's place
 *     AAD      = FF 8 times | 25 | length of cid 1 | 25 | version 2 | epoch 2 | sequence_number 6 | cid |
 *                length of inner 2
 */
#include "engine.h"

#include <string.h>

#define AAD_MAX      (8 + 3 + 10 + PROV_DTLS_CID_MAX + 2)
#define EXPLICIT_LEN 8
#define WINDOW_BITS  64u

static size_t explicit_len(const struct prov_suite *suite)
{
    return PROV_AEAD_NONCE_LEN - suite->fixed_iv_len >= EXPLICIT_LEN ? EXPLICIT_LEN : 0;
}

static bool is_with_cid(uint8_t type)
{
    return PROV_WITH_CONNECTION_ID && type == CONTENT_CID;
}

/* What the peer wants in records of epoch 1. */
static struct prov_bytes cid_of_peer(const struct prov_dtls *s)
{
    return PROV_WITH_CONNECTION_ID ? PROV_BYTES(s->cid_write, s->cid_write_len) : PROV_BYTES_NONE;
}

bool prov_record_take(uint8_t *data, size_t len, size_t cid_len, size_t *at,
                      struct prov_record *ret)
{
    if (len - *at < RECORD_HEADER_LEN)
        return false;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data + *at, len - *at));
    struct prov_record record = {.header = data + *at};
    struct prov_bytes body;
    if (!prov_take_u8(&reader, &record.type) || !prov_take_u16(&reader, &record.version) ||
        !prov_take_u16(&reader, &record.epoch) || !prov_take_u48(&reader, &record.seq) ||
        !prov_take(&reader, is_with_cid(record.type) ? cid_len : 0, &record.cid) ||
        !prov_take_vector(&reader, 2, &body))
        return false;
    record.body = record.header + RECORD_HEADER_LEN + record.cid.len;
    record.len = body.len;
    *at += RECORD_HEADER_LEN + record.cid.len + body.len;
    *ret = record;
    return true;
}

static void put_header(struct prov_buf *out, uint8_t type, uint16_t version, unsigned epoch,
                       uint64_t seq, struct prov_bytes cid, size_t len)
{
    prov_put_u8(out, type);
    prov_put_u16(out, version);
    prov_put_u16(out, (uint16_t)epoch);
    prov_put_u48(out, seq);
    prov_put_bytes(out, cid);
    prov_put_u16(out, (uint16_t)len);
}

void prov_record_put_plain(uint16_t version, uint64_t seq, uint8_t type, struct prov_bytes content,
                           struct prov_buf *out)
{
    put_header(out, type, version, 0, seq, PROV_BYTES_NONE, content.len);
    prov_put_bytes(out, content);
}

static size_t sealing_len(const struct prov_suite *suite)
{
    return explicit_len(suite) + prov_aead_tag_len(suite->aead);
}

/* A connection id comes with an octet for the type inside. */
static size_t overhead(const struct prov_suite *suite, size_t cid_len)
{
    return RECORD_HEADER_LEN + sealing_len(suite) + cid_len + (cid_len > 0);
}

size_t prov_record_overhead(const struct prov_dtls *s, unsigned epoch)
{
    return epoch == 0 ? RECORD_HEADER_LEN : overhead(s->suite, cid_of_peer(s).len);
}

size_t prov_record_overhead_in(const struct prov_dtls *s)
{
    return overhead(s->suite, prov_record_cid(s).len);
}

/* `number`: epoch and sequence number as 8 octets. */
static void make_nonce(const struct prov_suite *suite, const uint8_t *iv, const uint8_t *number,
                       uint8_t nonce[PROV_AEAD_NONCE_LEN])
{
    memcpy(nonce, iv, PROV_AEAD_NONCE_LEN);
    if (explicit_len(suite) > 0)
        memcpy(nonce + suite->fixed_iv_len, number, EXPLICIT_LEN);
    else /* RFC 7905, section 2 */
        for (size_t i = 0; i < EXPLICIT_LEN; i++)
            nonce[PROV_AEAD_NONCE_LEN - EXPLICIT_LEN + i] ^= number[i];
}

/* From a record's header: type 1 | version 2 | epoch 2 | sequence_number 6. The length is of what is
 * sealed. */
static struct prov_bytes make_aad(const uint8_t *header, struct prov_bytes cid, size_t len,
                                  uint8_t room[AAD_MAX])
{
    static const uint8_t placeholder[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    struct prov_buf aad = prov_buf_make(room, AAD_MAX);

    if (is_with_cid(header[0])) {
        prov_put(&aad, placeholder, sizeof(placeholder));
        prov_put_u8(&aad, CONTENT_CID);
        prov_put_u8(&aad, (uint8_t)cid.len);
        prov_put(&aad, header, 11);
        prov_put_bytes(&aad, cid);
    } else {
        prov_put(&aad, header + 3, 8);
        prov_put(&aad, header, 3);
    }
    prov_put_u16(&aad, (uint16_t)len);
    return prov_buf_bytes(&aad);
}

static struct prov_bytes key_of(const struct prov_dtls *s, const struct prov_dtls_keys *keys)
{
    return PROV_BYTES(keys->key, prov_aead_key_len(s->suite->aead));
}

/* The content is put in its place and sealed there. */
static bool put_sealed(struct prov_dtls *s, uint8_t type, struct prov_bytes head,
                       struct prov_bytes body, struct prov_buf *out)
{
    struct prov_bytes cid = cid_of_peer(s);
    size_t mark = out->len, len = head.len + body.len + (cid.len > 0);
    uint8_t nonce[PROV_AEAD_NONCE_LEN], room[AAD_MAX];

    put_header(out, cid.len > 0 ? CONTENT_CID : type, DTLS_1_2, 1, s->write_seq[1], cid,
               sealing_len(s->suite) + len);
    uint8_t *header = out->data + mark, *number = header + 3;
    make_nonce(s->suite, s->write.iv, number, nonce);
    struct prov_bytes aad = make_aad(header, cid, len, room);
    prov_put(out, number, explicit_len(s->suite));
    uint8_t *content = out->data + out->len;
    prov_put_bytes(out, head);
    prov_put_bytes(out, body);
    if (cid.len > 0)
        prov_put_u8(out, type);
    (void)prov_put_space(out, prov_aead_tag_len(s->suite->aead));
    if (prov_crypto_seal(s->crypto, s->suite->aead, key_of(s, &s->write), nonce, aad,
                         PROV_BYTES(content, len), content) == PROV_OK)
        return true;
    prov_wipe(content, len);
    out->len = mark;
    return false;
}

bool prov_record_put(struct prov_dtls *s, unsigned epoch, uint8_t type, struct prov_bytes head,
                     struct prov_bytes body, struct prov_buf *out)
{
    uint64_t limit = epoch == 0 ? SEQUENCE_MAX : RECORDS_MAX;

    if (out->overflow || s->write_seq[epoch] >= limit ||
        out->cap - out->len < prov_record_overhead(s, epoch) + head.len + body.len)
        return false;
    if (epoch == 1) {
        if (!put_sealed(s, type, head, body, out))
            return false;
    } else {
        put_header(out, type, DTLS_1_2, 0, s->write_seq[0], PROV_BYTES_NONE, head.len + body.len);
        prov_put_bytes(out, head);
        prov_put_bytes(out, body);
    }
    s->write_seq[epoch]++;
    return true;
}

/* The true type stands before the zeros; type 0, which nobody takes, if there is nothing but zeros. */
static struct prov_bytes unwrap(struct prov_record *record, struct prov_bytes inner)
{
    size_t len = inner.len;

    while (len > 0 && inner.data[len - 1] == 0)
        len--;
    record->type = len > 0 ? inner.data[len - 1] : 0;
    return PROV_BYTES(inner.data, len > 0 ? len - 1 : 0);
}

prov_result prov_record_open(struct prov_dtls *s, struct prov_record *record,
                             struct prov_bytes *ret)
{
    size_t extra = sealing_len(s->suite), skip = explicit_len(s->suite);
    uint8_t nonce[PROV_AEAD_NONCE_LEN], room[AAD_MAX];

    if (record->len < extra)
        return PROV_E_TRUNCATED;
    size_t content_len = record->len - extra;
    /* The nonce is what the peer says it is; ours says epoch and sequence number. */
    make_nonce(s->suite, s->read.iv, skip > 0 ? record->body : record->header + 3, nonce);
    struct prov_bytes aad = make_aad(record->header, record->cid, content_len, room);
    uint8_t *sealed = record->body + skip;
    prov_result result = prov_crypto_open(s->crypto, s->suite->aead, key_of(s, &s->read), nonce,
                                          aad, PROV_BYTES(sealed, record->len - skip), sealed);
    if (result != PROV_OK)
        return result;
    *ret = PROV_BYTES(sealed, content_len);
    if (is_with_cid(record->type))
        *ret = unwrap(record, *ret);
    return PROV_OK;
}

bool prov_window_fresh(const struct prov_dtls_window *window, uint64_t seq)
{
    if (seq > window->highest)
        return true;
    uint64_t age = window->highest - seq;
    return age < WINDOW_BITS && (window->seen >> age & 1) == 0;
}

void prov_window_note(struct prov_dtls_window *window, uint64_t seq)
{
    if (seq > window->highest) {
        uint64_t step = seq - window->highest;
        window->seen = step < WINDOW_BITS ? window->seen << step : 0;
        window->highest = seq;
    }
    if (window->highest - seq < WINDOW_BITS)
        window->seen |= 1ull << (window->highest - seq);
}
