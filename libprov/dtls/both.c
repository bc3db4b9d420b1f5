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

/* The key in what is shown: exactly the 91 octets of an uncompressed P-256 key (H21), or a certificate. */
static prov_result point_of(const struct prov_dtls *s, struct prov_bytes shown,
                            struct prov_bytes *ret)
{
    struct prov_x509 certificate;

    if (prov_dtls_is_raw(s))
        return prov_spki_decode(shown, ret);
    prov_result result = prov_x509_parse(shown, &certificate);
    if (result == PROV_OK)
        *ret = certificate.point;
    return result;
}

/* H37: a peer that shows the own key reflects what this end has sent. */
static bool is_own(const struct prov_dtls *s, struct prov_bytes point)
{
    struct prov_bytes own;

    return point_of(s, prov_dtls_is_raw(s) ? s->config->spki : s->config->chain[0], &own) ==
               PROV_OK &&
           prov_bytes_equal(point, own);
}

/* Nothing is as good as a refusal (RFC 5246, section 7.4.6, as profile.md, row 7 has it). What the key or the chain
 * is not good for is said as if a verdict had said so. */
prov_outcome prov_shown_check(struct prov_dtls *s, const struct prov_bytes *shown, size_t count)
{
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_bytes point;

    if (count == 0)
        return PROV_ALERT_HANDSHAKE_FAILURE;
    hs->chain = shown;
    hs->chain_len = count;
    prov_result result = count > PROV_DTLS_CHAIN_MAX ? PROV_E_DEPTH : point_of(s, shown[0], &point);
    if (result == PROV_OK && is_own(s, point))
        result = PROV_E_FORBIDDEN;
    if (result == PROV_OK) {
        memcpy(hs->peer_point, point.data, PROV_POINT_LEN);
        prov_dtls_ask(s, PROV_DTLS_NEED_VERIFY);
    } else {
        prov_dtls_fail(s, result, prov_alert_for(result));
    }
    return PROV_OK;
}

/* A chain that the client has from an earlier handshake is judged as if it had come now (H40). */
prov_outcome prov_rule_certificate(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes *shown = s->hs->shown;
    size_t count;

    if (prov_dtls_is_client(s) && prov_cached_agreed(s) && !prov_cached_restore(s, body))
        return PROV_ALERT_ILLEGAL_PARAMETER;
    if (prov_dtls_is_raw(s)) {
        prov_get_vector(body, 3, shown);
        count = shown->len > 0;
    } else {
        count = prov_certificates_get(body, shown);
    }
    return prov_shown_check(s, shown, count);
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

prov_outcome prov_rule_agree(struct prov_dtls *s, struct prov_reader *none)
{
    struct prov_dtls_handshake *hs = s->hs;

    (void)none;
    prov_dtls_note(s, prov_crypto_ecdh_agree(s->crypto, &hs->ecdh, PROV_BYTES_OF(hs->peer_share),
                                             prov_premaster_shared(s)));
    prov_crypto_ecdh_drop(s->crypto, &hs->ecdh); /* used once: RFC 7925, section 9 */
    return PROV_OK;
}

/* --- Finished: opaque verify_data[12] -------------------------------------------------------- */

static enum prov_dtls_role own_role(const struct prov_dtls *s)
{
    return prov_dtls_is_client(s) ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER;
}

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
    struct prov_bytes verify_data = make_finished(s, own_role(s));

    prov_put_bytes(prov_flight_message(s, MESSAGE_FINISHED), verify_data);
    prov_flight_message_end(s);
}

prov_outcome prov_rule_finished(struct prov_dtls *s, struct prov_reader *body)
{
    bool client = prov_dtls_is_client(s);
    struct prov_bytes expected = make_finished(s, client ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT);
    struct prov_bytes shown = prov_get_rest(body);

    if (s->hs->error != PROV_OK)
        return PROV_OK;
    if (!prov_bytes_equal_secret(shown, expected)) {
        s->authentic = true; /* it came sealed under the handshake's keys */
        prov_dtls_fail(s, PROV_E_DIGEST,
                       shown.len == expected.len ? PROV_ALERT_DECRYPT_ERROR
                                                 : PROV_ALERT_DECODE_ERROR);
        return PROV_OK;
    }
    s->finished_peer_seq = s->hs->next_receive;
    if (client != prov_dtls_is_resumed(s))
        prov_dtls_complete(s);
    return PROV_OK;
}

/* Kept in the session, not in the workspace: it may have to be sent again for a while (H7). */
prov_outcome prov_rule_last_flight(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    if (s->side->before_last != NULL)
        s->side->before_last(s);
    memcpy(s->finished_own, make_finished(s, own_role(s)).data, sizeof(s->finished_own));
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
