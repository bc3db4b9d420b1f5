/* SPDX-License-Identifier: Apache-2.0
 *
 *     client:  CachedObject = type 1 | hash_value<1..255>
 *     server:  CachedObject = type 1
 *     CachedInformation = CachedObject<1..2^16-1>
 *     short Certificate, short CertificateRequest = hash_value<1..255>
 */
#include "cached.h"

#include <string.h>

#include "messages.h"

static const uint8_t types[] = {CACHED_CERT, CACHED_CERT_REQ};

/* --- fingerprints ---------------------------------------------------------------------------- */

static void put_u24(uint8_t at[3], size_t value)
{
    struct prov_buf buf = prov_buf_make(at, 3);

    prov_put_u24(&buf, (uint32_t)value);
}

/* Certificate: 11 | length 3 | list 3 | { length 3 | certificate } … */
prov_result prov_fingerprint_chain(struct prov_crypto *crypto, const struct prov_bytes *chain,
                                   size_t chain_len, uint8_t ret[PROV_HASH_LEN])
{
    struct prov_bytes parts[1 + 2 * PROV_DTLS_CHAIN_MAX];
    uint8_t lengths[PROV_DTLS_CHAIN_MAX][3], head[7] = {MESSAGE_CERTIFICATE};
    size_t list = 0;

    if (chain_len > PROV_DTLS_CHAIN_MAX)
        return PROV_E_BOUNDS;
    for (size_t i = 0; i < chain_len; i++) {
        put_u24(lengths[i], chain[i].len);
        parts[1 + 2 * i] = PROV_BYTES_OF(lengths[i]);
        parts[2 + 2 * i] = chain[i];
        list += 3 + chain[i].len;
    }
    put_u24(head + 1, 3 + list);
    put_u24(head + 4, list);
    parts[0] = PROV_BYTES_OF(head);
    return prov_crypto_sha256(crypto, parts, 1 + 2 * chain_len, ret);
}

prov_result prov_fingerprint_request(struct prov_crypto *crypto, struct prov_bytes body,
                                     uint8_t ret[PROV_HASH_LEN])
{
    uint8_t head[4] = {MESSAGE_CERTIFICATE_REQUEST};
    const struct prov_bytes parts[] = {PROV_BYTES_OF(head), body};

    put_u24(head + 1, body.len);
    return prov_crypto_sha256(crypto, parts, 2, ret);
}

static uint8_t *fingerprint(struct prov_dtls *s, unsigned type)
{
    return s->hs->fingerprints[type - 1];
}

static struct prov_bytes fingerprint_bytes(const struct prov_dtls *s, unsigned type)
{
    return PROV_BYTES(s->hs->fingerprints[type - 1], PROV_HASH_LEN);
}

static void put_short(struct prov_buf *buf, struct prov_bytes hash)
{
    size_t mark = prov_put_open(buf, 1);

    prov_put_bytes(buf, hash);
    prov_put_close(buf, 1, mark);
}

/* --- client ---------------------------------------------------------------------------------- */

static bool has_cached(const struct prov_dtls_config *config, unsigned type)
{
    if (!prov_dtls_offers(config, PROV_KIND_CERT))
        return false;
    return type == CACHED_CERT       ? config->cached_chain_len > 0
           : type == CACHED_CERT_REQ ? config->cached_request.len > 0
                                     : false;
}

void prov_cached_begin(struct prov_dtls *s)
{
    const struct prov_dtls_config *config = s->config;

    if (has_cached(config, CACHED_CERT))
        prov_dtls_note(s, prov_fingerprint_chain(s->crypto, config->cached_chain,
                                                 config->cached_chain_len,
                                                 fingerprint(s, CACHED_CERT)));
    if (has_cached(config, CACHED_CERT_REQ))
        prov_dtls_note(s, prov_fingerprint_request(s->crypto, config->cached_request,
                                                   fingerprint(s, CACHED_CERT_REQ)));
}

bool prov_cached_offers(const struct prov_dtls *s)
{
    return has_cached(s->config, CACHED_CERT) || has_cached(s->config, CACHED_CERT_REQ);
}

void prov_cached_put_offer(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    for (size_t i = 0; i < sizeof(types); i++) {
        if (!has_cached(s->config, types[i]))
            continue;
        prov_put_u8(buf, types[i]);
        put_short(buf, fingerprint_bytes(s, types[i]));
    }
    prov_put_close(buf, 2, list);
}

/* Section 4: only types that the client has named, each once. */
prov_outcome prov_cached_take_answer(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader) || list.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    for (size_t i = 0; i < list.len; i++) {
        if (!has_cached(s->config, list.data[i]) || prov_cached_agreed(s, list.data[i]))
            return PROV_ALERT_ILLEGAL_PARAMETER;
        s->hs->facts.cached_types |= (uint8_t)(1u << list.data[i]);
    }
    return PROV_OK;
}

prov_outcome prov_cached_take_short(struct prov_dtls *s, unsigned type, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes hash;

    if (!prov_take_vector(&reader, 1, &hash) || !prov_reader_done(&reader) || hash.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    if (!prov_bytes_equal(hash, fingerprint_bytes(s, type)))
        return PROV_ALERT_ILLEGAL_PARAMETER;
    return PROV_OK;
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

/* A client may have cached several of a type (section 3): one that fits is enough. */
static bool is_offered(struct prov_bytes list, unsigned wanted, struct prov_bytes fingerprint)
{
    struct prov_reader reader = prov_reader_make(list);
    struct prov_bytes hash;
    uint8_t type;

    while (take_object(&reader, &type, &hash))
        if (type == wanted && prov_bytes_equal(hash, fingerprint))
            return true;
    return false;
}

/* Of what this server would send in full. */
static void own_fingerprints(struct prov_dtls *s)
{
    uint8_t room[64];
    struct prov_buf request = PROV_BUF_OF(room);

    prov_certificate_request_put(&request);
    prov_dtls_note(s, prov_fingerprint_chain(s->crypto, s->config->chain, s->config->chain_len,
                                             fingerprint(s, CACHED_CERT)));
    prov_dtls_note(s, prov_fingerprint_request(s->crypto, prov_buf_bytes(&request),
                                               fingerprint(s, CACHED_CERT_REQ)));
}

void prov_cached_choose(struct prov_dtls *s)
{
    struct prov_dtls_facts *facts = &s->hs->facts;
    struct prov_bytes list = s->hs->cached;

    s->hs->cached = PROV_BYTES_NONE;
    if (list.len == 0 || s->kind != PROV_KIND_CERT)
        return;
    own_fingerprints(s);
    for (size_t i = 0; i < sizeof(types); i++)
        if (is_offered(list, types[i], fingerprint_bytes(s, types[i])))
            facts->cached_types |= (uint8_t)(1u << types[i]);
}

bool prov_cached_answers(const struct prov_dtls *s)
{
    return s->hs->facts.cached_types != 0;
}

void prov_cached_put_answer(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    for (size_t i = 0; i < sizeof(types); i++)
        if (prov_cached_agreed(s, types[i]))
            prov_put_u8(buf, types[i]);
    prov_put_close(buf, 2, list);
}

void prov_cached_put_short(const struct prov_dtls *s, unsigned type, struct prov_buf *message)
{
    put_short(message, fingerprint_bytes(s, type));
}
