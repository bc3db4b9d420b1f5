/* SPDX-License-Identifier: Apache-2.0
 *
 *     client:  CachedObject = type 1 | hash_value<1..255>
 *     server:  CachedObject = type 1
 *     CachedInformation = CachedObject<1..2^16-1>
 *     short Certificate, short CertificateRequest = hash_value<1..255>
 */
#include "cached.h"

#include "messages.h"

/* --- fingerprints ---------------------------------------------------------------------------- */

prov_result prov_fingerprint(struct prov_crypto *crypto, unsigned type,
                             const struct prov_bytes *parts, size_t count, struct prov_buf *room,
                             uint8_t ret[PROV_HASH_LEN])
{
    prov_put_u8(room, type == CACHED_CERT ? MESSAGE_CERTIFICATE : MESSAGE_CERTIFICATE_REQUEST);
    size_t mark = prov_put_open(room, 3);
    if (type == CACHED_CERT)
        prov_certificates_put(room, parts, count);
    else
        prov_put_bytes(room, parts[0]);
    prov_put_close(room, 3, mark);
    if (room->overflow || count > PROV_DTLS_CHAIN_MAX)
        return PROV_E_BOUNDS;
    const struct prov_bytes message = prov_buf_bytes(room);
    return prov_crypto_sha256(crypto, &message, 1, ret);
}

static struct prov_bytes fingerprint(const struct prov_dtls *s, unsigned type)
{
    return PROV_BYTES(s->hs->fingerprints[type - 1], PROV_HASH_LEN);
}

/* Of what this end has; made where the own flight will be. */
static void know(struct prov_dtls *s, unsigned type, const struct prov_bytes *parts, size_t count)
{
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_buf room = prov_buf_make(hs->room + hs->flight_len, prov_inbox_left(hs));

    hs->facts.cached_known |= (uint8_t)(1u << type);
    prov_dtls_note(
        s, prov_fingerprint(s->crypto, type, parts, count, &room, hs->fingerprints[type - 1]));
}

static bool is_known(const struct prov_dtls *s, unsigned type)
{
    return type <= CACHED_CERT_REQ && (s->hs->facts.cached_known >> type & 1) != 0;
}

/* --- client ---------------------------------------------------------------------------------- */

void prov_cached_begin(struct prov_dtls *s)
{
    const struct prov_dtls_config *config = s->config;

    if (!prov_dtls_offers(config, PROV_KIND_CERT))
        return;
    if (config->cached_chain_len > 0)
        know(s, CACHED_CERT, config->cached_chain, config->cached_chain_len);
    if (config->cached_request.len > 0)
        know(s, CACHED_CERT_REQ, &config->cached_request, 1);
}

bool prov_cached_offers(const struct prov_dtls *s)
{
    return s->hs->facts.cached_known != 0;
}

void prov_cached_put_offer(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    for (unsigned type = CACHED_CERT; type <= CACHED_CERT_REQ; type++) {
        if (!is_known(s, type))
            continue;
        prov_put_u8(buf, (uint8_t)type);
        prov_vector_put(buf, 1, fingerprint(s, type));
    }
    prov_put_close(buf, 2, list);
}

/* Section 4: only types that the client has named, each once. */
prov_outcome prov_cached_take_answer(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    prov_get_vector(&reader, 2, &list);
    if (prov_reader_end(&reader) != PROV_OK || list.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    for (size_t i = 0; i < list.len; i++) {
        if (!is_known(s, list.data[i]) || prov_cached_agreed(s, list.data[i]))
            return PROV_ALERT_ILLEGAL_PARAMETER;
        s->hs->facts.cached_types |= (uint8_t)(1u << list.data[i]);
    }
    return PROV_OK;
}

prov_outcome prov_cached_take_short(struct prov_dtls *s, unsigned type, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes hash;

    prov_get_vector(&reader, 1, &hash);
    if (prov_reader_end(&reader) != PROV_OK || hash.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    return prov_bytes_equal(hash, fingerprint(s, type)) ? PROV_OK : PROV_ALERT_ILLEGAL_PARAMETER;
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
    struct prov_buf buf = PROV_BUF_OF(room);

    prov_certificate_request_put(&buf);
    const struct prov_bytes request = prov_buf_bytes(&buf);
    know(s, CACHED_CERT, s->config->chain, s->config->chain_len);
    know(s, CACHED_CERT_REQ, &request, 1);
}

void prov_cached_choose(struct prov_dtls *s)
{
    struct prov_dtls_facts *facts = &s->hs->facts;
    struct prov_bytes list = s->hs->cached;

    s->hs->cached = PROV_BYTES_NONE;
    if (list.len == 0 || s->kind != PROV_KIND_CERT)
        return;
    own_fingerprints(s);
    for (unsigned type = CACHED_CERT; type <= CACHED_CERT_REQ; type++)
        if (is_offered(list, type, fingerprint(s, type)))
            facts->cached_types |= (uint8_t)(1u << type);
}

bool prov_cached_answers(const struct prov_dtls *s)
{
    return s->hs->facts.cached_types != 0;
}

void prov_cached_put_answer(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    for (unsigned type = CACHED_CERT; type <= CACHED_CERT_REQ; type++)
        if (prov_cached_agreed(s, type))
            prov_put_u8(buf, (uint8_t)type);
    prov_put_close(buf, 2, list);
}

void prov_cached_put_short(const struct prov_dtls *s, unsigned type, struct prov_buf *message)
{
    prov_vector_put(message, 1, fingerprint(s, type));
}
