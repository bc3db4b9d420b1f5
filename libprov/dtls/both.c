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

static prov_result add_urls(struct prov_dtls *s)
{
    struct prov_buf message = prov_flight_message(s, MESSAGE_CERTIFICATE_URL);

    prov_urls_put(&message, s->config->urls, s->config->urls_len);
    return prov_flight_message_end(s, &message);
}

prov_result prov_certificate_add(struct prov_dtls *s)
{
    if (PROV_WITH_CERTIFICATE_URLS && prov_dtls_is_client(s) && prov_urls_agreed(s))
        return add_urls(s);
    struct prov_buf message = prov_flight_message(s, MESSAGE_CERTIFICATE);
    if (prov_dtls_is_raw(s))
        prov_raw_key_put(&message, s->config->spki);
    else if (!prov_dtls_is_client(s) && prov_cached_agreed(s, CACHED_CERT))
        prov_cached_put_short(s, CACHED_CERT, &message);
    else
        prov_certificates_put(&message, s->config->chain, s->config->chain_len);
    return prov_flight_message_end(s, &message);
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

/* Exactly the 91 octets of an uncompressed P-256 key (H21), and not one's own. */
static prov_result take_raw_key(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_bytes spki, point;

    if (!prov_raw_key_take(body, &spki))
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    if (spki.len == 0) /* RFC 5246, section 7.4.6, as profile.md, row 7 has it */
        return prov_dtls_refuse(s, PROV_ALERT_HANDSHAKE_FAILURE);
    prov_result result = prov_spki_decode(spki, &point);
    if (result == PROV_E_POINT)
        return prov_dtls_fail(s, result, PROV_ALERT_ILLEGAL_PARAMETER);
    if (result != PROV_OK || is_own_key(s->config, point))
        return prov_dtls_fail(s, result != PROV_OK ? result : PROV_E_FORBIDDEN,
                              PROV_ALERT_HANDSHAKE_FAILURE);
    memcpy(s->hs->peer_point, point.data, PROV_POINT_LEN);
    prov_dtls_ask(s, PROV_DTLS_NEED_VERIFY);
    return PROV_OK;
}

prov_result prov_chain_check(struct prov_dtls *s, const struct prov_bytes *chain, size_t count)
{
    struct prov_x509 leaf;

    if (count == 0)
        return prov_dtls_refuse(s, PROV_ALERT_HANDSHAKE_FAILURE);
    prov_result result =
        count > PROV_DTLS_CHAIN_MAX ? PROV_E_DEPTH : prov_x509_parse(chain[0], &leaf);
    if (result == PROV_OK && is_own_key(s->config, leaf.point))
        result = PROV_E_FORBIDDEN;
    if (result != PROV_OK)
        return prov_dtls_fail(s, result, prov_alert_for(result, PROV_KIND_CERT));
    memcpy(s->hs->peer_point, leaf.point.data, PROV_POINT_LEN);
    prov_dtls_ask(s, PROV_DTLS_NEED_VERIFY);
    return PROV_OK;
}

/* The client has it from an earlier handshake. It is judged as if it had come now (H40). */
static prov_result take_cached_chain(struct prov_dtls *s, struct prov_bytes body)
{
    prov_result result = prov_cached_take_short(s, CACHED_CERT, body);

    if (result != PROV_OK)
        return result;
    s->used_cache = true;
    s->hs->elsewhere = s->config->cached_chain;
    s->hs->elsewhere_len = s->config->cached_chain_len;
    return prov_chain_check(s, s->hs->elsewhere, s->hs->elsewhere_len);
}

static prov_result take_chain(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t count;

    if (prov_dtls_is_client(s) && prov_cached_agreed(s, CACHED_CERT))
        return take_cached_chain(s, body);
    if (!prov_certificates_take(body, chain, &count))
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    return prov_chain_check(s, chain, count);
}

prov_result prov_rule_certificate(struct prov_dtls *s, struct prov_bytes body)
{
    prov_result result = prov_dtls_is_raw(s) ? take_raw_key(s, body) : take_chain(s, body);

    if (result != PROV_OK)
        return result;
    s->hs->state = prov_dtls_is_client(s) ? STATE_SIGNED_EXCHANGE : STATE_KEY_EXCHANGE;
    return PROV_OK;
}

/* --- ECDH ------------------------------------------------------------------------------------ */

prov_result prov_share_keep(struct prov_dtls *s, struct prov_bytes point)
{
    if (point.len != PROV_POINT_LEN) /* RFC 8422, section 5.4; H24 */
        return prov_dtls_refuse(s, PROV_ALERT_ILLEGAL_PARAMETER);
    memcpy(s->hs->peer_share, point.data, PROV_POINT_LEN);
    return PROV_OK;
}

prov_result prov_rule_agree(struct prov_dtls *s, struct prov_bytes none)
{
    struct prov_dtls_handshake *hs = s->hs;
    prov_result result = prov_crypto_ecdh_agree(s->crypto, &hs->secret.ecdh,
                                                PROV_BYTES_OF(hs->peer_share), hs->shared);

    (void)none;
    if (result == PROV_E_POINT)
        return prov_dtls_fail(s, result, PROV_ALERT_ILLEGAL_PARAMETER);
    if (result != PROV_OK)
        return prov_dtls_check(s, result);
    prov_crypto_ecdh_drop(s->crypto, &hs->secret.ecdh); /* used once: RFC 7925, section 9 */
    hs->state = prov_dtls_is_client(s) ? STATE_ANSWER : STATE_KEYS;
    return PROV_OK;
}

/* --- Finished: opaque verify_data[12] -------------------------------------------------------- */

/* Takes a Finished's verify_data for the session's own use. The first Finished of a handshake is the
 * client's, or the server's in an abbreviated one (RFC 5929, section 3.1). */
static void note(struct prov_dtls *s, enum prov_dtls_role role,
                 const uint8_t verify_data[PROV_DTLS_FINISHED_LEN])
{
    if (role == s->config->role)
        memcpy(s->finished_own, verify_data, PROV_DTLS_FINISHED_LEN);
    if (role == (prov_dtls_is_resumed(s) ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT))
        memcpy(s->tls_unique, verify_data, PROV_DTLS_FINISHED_LEN);
}

prov_result prov_finished_add(struct prov_dtls *s)
{
    uint8_t verify_data[PROV_DTLS_FINISHED_LEN];

    prov_flight_change_cipher_spec(s);
    prov_result result = prov_finished_make(s, s->config->role, verify_data);
    if (result != PROV_OK)
        return result;
    note(s, s->config->role, verify_data);
    struct prov_buf message = prov_flight_message(s, MESSAGE_FINISHED);
    prov_put(&message, verify_data, sizeof(verify_data));
    return prov_flight_message_end(s, &message);
}

prov_result prov_rule_finished(struct prov_dtls *s, struct prov_bytes body)
{
    enum prov_dtls_role peer = prov_dtls_is_client(s) ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT;
    uint8_t expected[PROV_DTLS_FINISHED_LEN];

    prov_result result = prov_finished_make(s, peer, expected);
    if (result != PROV_OK)
        return result;
    if (!prov_bytes_equal_secret(body, PROV_BYTES_OF(expected))) {
        s->authentic = true; /* it came sealed under the handshake's keys */
        return prov_dtls_fail(s, PROV_E_DIGEST,
                              body.len == PROV_DTLS_FINISHED_LEN ? PROV_ALERT_DECRYPT_ERROR
                                                                 : PROV_ALERT_DECODE_ERROR);
    }
    note(s, peer, expected);
    s->finished_peer_seq = s->hs->next_receive;
    s->hs->state = STATE_LAST_FLIGHT;
    if (prov_dtls_is_client(s) != prov_dtls_is_resumed(s))
        prov_dtls_complete(s);
    return PROV_OK;
}

/* Kept in the session, not in the workspace: it may have to be sent again for a while (H7). */
prov_result prov_rule_last_flight(struct prov_dtls *s, struct prov_bytes none)
{
    uint8_t verify_data[PROV_DTLS_FINISHED_LEN];

    (void)none;
    prov_result result = PROV_OK;
    if (s->side->before_last != NULL)
        result = s->side->before_last(s);
    if (result == PROV_OK)
        result = prov_finished_make(s, s->config->role, verify_data);
    if (result != PROV_OK)
        return result;
    note(s, s->config->role, verify_data);
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
    s->flights_resent++;
}
