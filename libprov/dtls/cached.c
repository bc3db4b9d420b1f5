/* SPDX-License-Identifier: Apache-2.0
 *
 *     client:  CachedObject = type 1 | hash_value<1..255>
 *     server:  CachedObject = type 1
 *     CachedInformation = CachedObject<1..2^16-1>
 *     short Certificate = hash_value<1..255>
 */
#include "cached.h"

#include "messages.h"

enum { CACHED_CERT = 1 }; /* section 8.2 */

prov_result prov_fingerprint(struct prov_crypto *crypto, struct prov_bytes body,
                             uint8_t ret[PROV_HASH_LEN])
{
    const uint8_t head[] = {MESSAGE_CERTIFICATE, 0, (uint8_t)(body.len >> 8), (uint8_t)body.len};
    const struct prov_bytes message[] = {PROV_BYTES_OF(head), body};

    return prov_crypto_sha256(crypto, message, 2, ret);
}

static struct prov_bytes fingerprint(const struct prov_dtls *s, struct prov_bytes body)
{
    prov_dtls_note(s, prov_fingerprint(s->crypto, body, s->hs->fingerprint));
    return PROV_BYTES_OF(s->hs->fingerprint);
}

/* --- client ---------------------------------------------------------------------------------- */

bool prov_cached_put_offer(const struct prov_dtls *s, struct prov_buf *buf)
{
    if (s->config->cached_certificate.len == 0)
        return false;
    prov_put_u16(buf, 2 + PROV_HASH_LEN);
    prov_put_u8(buf, CACHED_CERT);
    prov_vector_put(buf, 1, fingerprint(s, s->config->cached_certificate));
    return true;
}

/* Section 4: only types that the client has named, each once. */
prov_outcome prov_cached_take_answer(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    prov_get_vector(&reader, 2, &list);
    if (prov_reader_end(&reader) != PROV_OK || list.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    s->hs->facts.cached = true;
    return list.len == 1 && list.data[0] == CACHED_CERT ? PROV_OK : PROV_ALERT_ILLEGAL_PARAMETER;
}

bool prov_cached_restore(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes cached = s->config->cached_certificate, hash;

    prov_get_vector(body, 1, &hash);
    if (!prov_reader_done(body) || !prov_bytes_equal(hash, fingerprint(s, cached)))
        return false;
    s->used_cache = true;
    *body = prov_reader_make(cached);
    return true;
}

/* --- server ---------------------------------------------------------------------------------- */

static bool take_object(struct prov_reader *reader, uint8_t *ret_type, struct prov_bytes *ret_hash)
{
    return prov_take_u8(reader, ret_type) && prov_take_vector(reader, 1, ret_hash) &&
           ret_hash->len > 0;
}

/* Kept until prov_cached_choose; types that are not known are passed over. */
prov_outcome prov_cached_take_offer(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, hash;
    uint8_t type;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader) || list.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    reader = prov_reader_make(list);
    while (!prov_reader_done(&reader))
        if (!take_object(&reader, &type, &hash))
            return PROV_ALERT_DECODE_ERROR;
    s->hs->cached = list;
    return PROV_OK;
}

/* A client may have cached several (section 3): one that fits is enough. */
static bool is_offered(struct prov_bytes list, struct prov_bytes fingerprint)
{
    struct prov_reader reader = prov_reader_make(list);
    struct prov_bytes hash;
    uint8_t type;

    while (take_object(&reader, &type, &hash))
        if (type == CACHED_CERT && prov_bytes_equal(hash, fingerprint))
            return true;
    return false;
}

/* Of what this server would send in full; made where the own flight will be. */
static struct prov_bytes own_fingerprint(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_buf body = prov_buf_make(hs->room + hs->flight_len, prov_inbox_left(hs));

    prov_certificates_put(&body, s->config->chain, s->config->chain_len);
    prov_dtls_note(s, prov_buf_result(&body));
    return fingerprint(s, prov_buf_bytes(&body));
}

void prov_cached_choose(struct prov_dtls *s)
{
    struct prov_bytes list = s->hs->cached;

    s->hs->cached = PROV_BYTES_NONE;
    s->hs->facts.cached =
        list.len > 0 && s->kind == PROV_KIND_CERT && is_offered(list, own_fingerprint(s));
}

bool prov_cached_put_answer(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_put_u16(buf, 1);
    prov_put_u8(buf, CACHED_CERT);
    return s->hs->facts.cached;
}

void prov_cached_put_short(const struct prov_dtls *s, struct prov_buf *message)
{
    prov_vector_put(message, 1, PROV_BYTES_OF(s->hs->fingerprint));
}
