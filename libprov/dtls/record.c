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

#define AAD_MAX    (8 + 3 + 10 + PROV_DTLS_IF(PROV_WITH_CONNECTION_ID, PROV_DTLS_CID_MAX) + 2)
#define NUMBER_AT  3 /* of epoch and sequence_number in a header */
#define NUMBER_LEN 8

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
    size_t left = len - *at, head = RECORD_HEADER_LEN;

    if (left < head) /* there may be no datagram */
        return false;
    uint8_t *header = data + *at;
    if (!is_with_cid(header[0]))
        cid_len = 0;
    head += cid_len;
    if (left < head || prov_be16(header + head - 2) > left - head)
        return false;
    ret->type = header[0];
    ret->version = prov_be16(header + 1);
    ret->epoch = prov_be16(header + NUMBER_AT);
    ret->seq = (uint64_t)prov_be16(header + 5) << 32 | prov_be32(header + 7);
    ret->cid = PROV_BYTES(header + RECORD_HEADER_LEN - 2, cid_len);
    ret->header = header;
    ret->body = header + head;
    ret->len = prov_be16(header + head - 2);
    *at += head + ret->len;
    return true;
}

void prov_record_put_plain(uint16_t version, uint64_t seq, uint8_t type, struct prov_bytes content,
                           struct prov_buf *out)
{
    prov_put_u8(out, type);
    prov_put_u16(out, version);
    prov_put_u64(out, seq);
    prov_put_u16(out, (uint16_t)content.len);
    prov_put_bytes(out, content);
}

/* What a nonce has that is not in the fixed IV: 8 octets, or nothing (RFC 7905), which a client alone never has. */
static size_t explicit_len(const struct prov_suite *suite)
{
    return PROV_WITH_SERVER ? PROV_AEAD_NONCE_LEN - (size_t)suite->fixed_iv_len : NUMBER_LEN;
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

/* --- epoch 1 --------------------------------------------------------------------------------- */

static struct prov_bytes cid_aad(const uint8_t *header, struct prov_bytes cid, size_t len,
                                 uint8_t room[AAD_MAX])
{
    static const uint8_t placeholder[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    struct prov_buf aad = prov_buf_make(room, AAD_MAX);

    prov_put(&aad, placeholder, sizeof(placeholder));
    prov_put_u8(&aad, CONTENT_CID);
    prov_put_u8(&aad, (uint8_t)cid.len);
    prov_put(&aad, header, 11);
    prov_put_bytes(&aad, cid);
    prov_put_u16(&aad, (uint16_t)len);
    return prov_buf_bytes(&aad);
}

/* Seals len octets in place, or opens so many and their tag. What makes the nonce a new one is epoch and sequence number
 * or, where it is explicit, what stands before the text. It goes over the IV by exclusive or (RFC 7905, section 2), which
 * has zeros there where the number is explicit. */
static prov_result crypt(struct prov_dtls *s, bool sealing, const uint8_t *header,
                         struct prov_bytes cid, uint8_t *text, size_t len)
{
    const enum prov_aead aead = s->suite->aead;
    const struct prov_dtls_keys *keys = sealing ? &s->write : &s->read;
    const uint8_t *number = explicit_len(s->suite) > 0 ? text - NUMBER_LEN : header + NUMBER_AT;
    uint8_t nonce[PROV_AEAD_NONCE_LEN], room[AAD_MAX];
    struct prov_bytes aad = PROV_BYTES(room, 13);

    memcpy(nonce, keys->iv, sizeof(nonce));
    for (size_t i = 0; i < NUMBER_LEN; i++)
        nonce[sizeof(nonce) - NUMBER_LEN + i] ^= number[i];
    if (is_with_cid(header[0])) {
        aad = cid_aad(header, cid, len, room);
    } else {
        memcpy(room, header + NUMBER_AT, NUMBER_LEN);
        memcpy(room + NUMBER_LEN, header, NUMBER_AT);
        prov_store16(room + 11, len);
    }
    return (sealing ? prov_crypto_seal : prov_crypto_open)(
        s->crypto, aead, PROV_BYTES(keys->key, prov_aead_key_len(aead)), nonce, aad,
        PROV_BYTES(text, sealing ? len : len + prov_aead_tag_len(aead)), text);
}

bool prov_record_write(struct prov_dtls *s, unsigned epoch, uint8_t type, const uint8_t *head,
                       struct prov_bytes content, struct prov_buf *out)
{
    const struct prov_bytes cid = epoch == 1 ? cid_of_peer(s) : PROV_BYTES_NONE;
    uint32_t limit = epoch == 0 && PROV_WITH_SERVER ? UINT32_MAX : RECORDS_MAX;
    uint64_t seq = s->write_seq[epoch] + (epoch == 0 && PROV_WITH_SERVER ? s->hello_seq : 0);
    const bool overflow = out->overflow;
    size_t start = out->len;
    uint8_t *header = out->data + start;

    prov_put_u8(out, cid.len > 0 ? CONTENT_CID : type);
    prov_put_u16(out, DTLS_1_2);
    prov_put_u32(out, epoch << 16 | (uint32_t)(seq >> 32));
    prov_put_u32(out, (uint32_t)seq);
    prov_put_bytes(out, cid);
    size_t mark = prov_put_open(out, 2);
    if (epoch == 1)
        prov_put(out, header + NUMBER_AT, explicit_len(s->suite));
    size_t at = out->len;
    prov_put(out, head, head != NULL ? MESSAGE_HEADER_LEN : 0);
    prov_put_bytes(out, content);
    if (cid.len > 0)
        prov_put_u8(out, type);
    size_t len = out->len - at;
    if (epoch == 1)
        (void)prov_put_space(out, prov_aead_tag_len(s->suite->aead));
    prov_put_close(out, 2, mark);
    if (!out->overflow && s->write_seq[epoch] < limit &&
        (epoch == 0 || crypt(s, true, header, cid, out->data + at, len) == PROV_OK)) {
        s->write_seq[epoch]++;
        return true;
    }
    prov_wipe(header, out->len - start);
    out->len = start;
    out->overflow = overflow;
    return false;
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
    size_t extra = sealing_len(s->suite);
    uint8_t *sealed = record->body + explicit_len(s->suite);

    if (record->len < extra)
        return PROV_E_TRUNCATED;
    prov_result result = crypt(s, false, record->header, record->cid, sealed, record->len - extra);
    if (result != PROV_OK)
        return result;
    *ret = PROV_BYTES(sealed, record->len - extra);
    if (is_with_cid(record->type))
        *ret = unwrap(record, *ret);
    return PROV_OK;
}

/* --- the window ------------------------------------------------------------------------------ */

#define WINDOW_BITS 64u

bool prov_window_fresh(const struct prov_dtls_window *window, uint32_t seq)
{
    return seq > window->highest || (window->highest - seq < WINDOW_BITS &&
                                     (window->seen[seq / 32 % 2] >> seq % 32 & 1) == 0);
}

void prov_window_note(struct prov_dtls_window *window, uint32_t seq)
{
    if (seq > window->highest &&
        seq - window->highest > WINDOW_BITS) /* no further than once around */
        window->highest = seq - WINDOW_BITS;
    while (window->highest < seq) {
        window->highest++;
        window->seen[window->highest / 32 % 2] &= ~(1u << window->highest % 32);
    }
    window->seen[seq / 32 % 2] |= 1u << seq % 32;
}
