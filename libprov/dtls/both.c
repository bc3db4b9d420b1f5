/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that a client and a server share: the peer's Certificate, ECDH, Finished.
 */
#include "messages.h"

#include <string.h>

#include "cached.h"
#include "prov/x509.h"
#include "url.h"

/* --- Certificate ----------------------------------------------------------------------------- */

void prov_certificate_add(struct prov_dtls *s)
{
    const struct prov_dtls_config *config = s->config;
    bool client = prov_dtls_is_client(s),
         urls = PROV_WITH_CERTIFICATE_URLS && client && prov_urls_agreed(s);
    struct prov_buf *message =
        prov_flight_message(s, urls ? MESSAGE_CERTIFICATE_URL : MESSAGE_CERTIFICATE);

    if (urls)
        prov_urls_put(message, config->urls, config->urls_len);
    else if (prov_dtls_is_raw(s))
        prov_raw_key_put(message, config->spki);
    else if (!client && prov_cached_agreed(s))
        prov_cached_put_short(s, message);
    else
        prov_certificates_put(message, config->chain, config->chain_len);
    prov_flight_message_end(s);
}

/* H37, whatever the key stands in: a peer that shows it reflects what this end has sent. */
static bool is_own_key(const struct prov_dtls_config *config, struct prov_bytes point)
{
    struct prov_bytes raw;
    struct prov_x509 own;

    return (PROV_WITH_RPK && prov_spki_decode(config->spki, &raw) == PROV_OK &&
            prov_bytes_equal(point, raw)) ||
           (PROV_WITH_CERT && config->chain_len > 0 &&
            prov_x509_parse(config->chain[0], &own) == PROV_OK &&
            prov_bytes_equal(point, own.point));
}

static prov_result ask_verdict(struct prov_dtls *s, struct prov_bytes point)
{
    if (is_own_key(s->config, point))
        return PROV_E_FORBIDDEN;
    memcpy(s->hs->peer_point, point.data, PROV_POINT_LEN);
    prov_dtls_ask(s, PROV_DTLS_NEED_VERIFY);
    return PROV_OK;
}

/* What the key or the chain is not good for is said as if a verdict had said so. */
static prov_outcome judged(struct prov_dtls *s, prov_result result)
{
    if (result != PROV_OK)
        prov_dtls_fail(s, result, prov_alert_for(result));
    return PROV_OK;
}

/* Exactly the 91 octets of an uncompressed P-256 key (H21), and not one's own. */
static prov_outcome take_raw_key(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_bytes *spki = s->hs->shown, point;

    if (!prov_raw_key_take(body, spki))
        return PROV_ALERT_DECODE_ERROR;
    if (spki->len == 0) /* RFC 5246, section 7.4.6, as profile.md, row 7 has it */
        return PROV_ALERT_HANDSHAKE_FAILURE;
    prov_result result = prov_spki_decode(*spki, &point);
    return judged(s, result == PROV_OK ? ask_verdict(s, point) : result);
}

prov_outcome prov_chain_check(struct prov_dtls *s, const struct prov_bytes *chain, size_t count)
{
    struct prov_x509 leaf;

    if (count == 0)
        return PROV_ALERT_HANDSHAKE_FAILURE;
    s->hs->chain = chain;
    s->hs->chain_len = count;
    prov_result result =
        count > PROV_DTLS_CHAIN_MAX ? PROV_E_DEPTH : prov_x509_parse(chain[0], &leaf);
    return judged(s, result == PROV_OK ? ask_verdict(s, leaf.point) : result);
}

/* One that the client has from an earlier handshake is judged as if it had come now (H40). */
static prov_outcome take_chain(struct prov_dtls *s, struct prov_bytes body)
{
    prov_outcome outcome = PROV_OK;
    size_t count;

    if (prov_dtls_is_client(s) && prov_cached_agreed(s))
        outcome = prov_cached_restore(s, &body);
    if (outcome != PROV_OK)
        return outcome;
    return prov_certificates_take(body, s->hs->shown, &count)
               ? prov_chain_check(s, s->hs->shown, count)
               : PROV_ALERT_DECODE_ERROR;
}

prov_outcome prov_rule_certificate(struct prov_dtls *s, struct prov_bytes body)
{
    s->hs->state = prov_dtls_is_client(s) ? STATE_EXCHANGE : STATE_KEY_EXCHANGE;
    return prov_dtls_is_raw(s) ? take_raw_key(s, body) : take_chain(s, body);
}

/* --- the peer's long-term key ---------------------------------------------------------------- */

prov_outcome prov_signature_check(struct prov_dtls *s, struct prov_bytes der)
{
    uint8_t signature[PROV_SIGNATURE_LEN];
    prov_result result = prov_ecdsa_decode(der, signature);

    if (result == PROV_OK)
        result = prov_crypto_verify(s->crypto, PROV_BYTES_OF(s->hs->peer_point), s->hs->digest,
                                    signature);
    if (result != PROV_OK)
        prov_dtls_fail(s, result,
                       result == PROV_E_POINT ? PROV_ALERT_ILLEGAL_PARAMETER
                                              : PROV_ALERT_DECRYPT_ERROR);
    return PROV_OK;
}

/* --- ECDH ------------------------------------------------------------------------------------ */

prov_outcome prov_share_keep(struct prov_dtls *s, struct prov_bytes point)
{
    if (point.len != PROV_POINT_LEN) /* RFC 8422, section 5.4; H24 */
        return PROV_ALERT_ILLEGAL_PARAMETER;
    memcpy(s->hs->peer_share, point.data, PROV_POINT_LEN);
    return PROV_OK;
}

prov_outcome prov_rule_agree(struct prov_dtls *s, struct prov_bytes none)
{
    struct prov_dtls_handshake *hs = s->hs;

    (void)none;
    hs->state = prov_dtls_is_client(s) ? STATE_ANSWER : STATE_KEYS;
    prov_dtls_note(s, prov_crypto_ecdh_agree(s->crypto, &hs->ecdh, PROV_BYTES_OF(hs->peer_share),
                                             prov_premaster_shared(s)));
    prov_crypto_ecdh_drop(s->crypto, &hs->ecdh); /* used once: RFC 7925, section 9 */
    return PROV_OK;
}

/* --- Finished: opaque verify_data[12] -------------------------------------------------------- */

/* A Finished's verify_data, and for the session's own use. The first Finished of a handshake is the
 * client's, or the server's in an abbreviated one (RFC 5929, section 3.1). */
static struct prov_bytes make_finished(struct prov_dtls *s, enum prov_dtls_role role)
{
    const uint8_t *verify_data = prov_finished_make(s, role);

    if (role == (prov_dtls_is_resumed(s) ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT))
        memcpy(s->tls_unique, verify_data, PROV_DTLS_FINISHED_LEN);
    return PROV_BYTES(verify_data, PROV_DTLS_FINISHED_LEN);
}

void prov_finished_add(struct prov_dtls *s)
{
    struct prov_bytes verify_data = make_finished(s, s->config->role);

    prov_put_bytes(prov_flight_message(s, MESSAGE_FINISHED), verify_data);
    prov_flight_message_end(s);
}

prov_outcome prov_rule_finished(struct prov_dtls *s, struct prov_bytes body)
{
    bool client = prov_dtls_is_client(s);
    struct prov_bytes expected = make_finished(s, client ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT);

    if (s->hs->error != PROV_OK)
        return PROV_OK;
    if (!prov_bytes_equal_secret(body, expected)) {
        s->authentic = true; /* it came sealed under the handshake's keys */
        prov_dtls_fail(s, PROV_E_DIGEST,
                       body.len == PROV_DTLS_FINISHED_LEN ? PROV_ALERT_DECRYPT_ERROR
                                                          : PROV_ALERT_DECODE_ERROR);
        return PROV_OK;
    }
    s->finished_peer_seq = s->hs->next_receive;
    s->hs->state = STATE_LAST_FLIGHT;
    if (client != prov_dtls_is_resumed(s))
        prov_dtls_complete(s);
    return PROV_OK;
}

/* Kept in the session, not in the workspace: it may have to be sent again for a while (H7). */
prov_outcome prov_rule_last_flight(struct prov_dtls *s, struct prov_bytes none)
{
    (void)none;
    if (s->side->before_last != NULL)
        s->side->before_last(s);
    memcpy(s->finished_own, make_finished(s, s->config->role).data, sizeof(s->finished_own));
    if (s->hs->error != PROV_OK)
        return PROV_OK;
    s->finished_own_seq = s->hs->next_send;
    prov_flight_last(s);
    s->write_epoch = 1;
    s->linger_until_ms = s->now_ms + PROV_LINGER_MS;
    prov_dtls_complete(s);
    return PROV_OK;
}

/* It is authentic: it came in epoch 1. Who did not send the last flight does not linger. */
void prov_finished_repeated(struct prov_dtls *s, const struct prov_fragment *fragment)
{
    if (fragment->type != MESSAGE_FINISHED || fragment->message_seq != s->finished_peer_seq ||
        s->now_ms >= s->linger_until_ms)
        return;
    prov_flight_last(s);
    prov_dtls_count(&s->flights_resent);
}
