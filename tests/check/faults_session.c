/* SPDX-License-Identifier: Apache-2.0
 *
 * One switch for each rule about who is let in, sessions, and what disturbs them. The engine keeps all rules; here its datagrams are changed, its
 * session is meddled with, or it is passed over.
 */
#include "faults.h"

#include <string.h>

static const uint8_t nothing[1];

/* --- identities ------------------------------------------------------------------------------ */

static void identity_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    if (has_alert(d, PROV_ALERT_DECRYPT_ERROR))
        set_alert(d, PROV_ALERT_UNKNOWN_PSK_IDENTITY);
}

static void alike_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->count == 1 && has_alert(d, PROV_ALERT_DECRYPT_ERROR))
        set_alert(d, PROV_ALERT_HANDSHAKE_FAILURE);
}

static void takes_all_tune(struct target *t)
{
    t->takes_all = true;
}

/* --- a server without some of its rules ------------------------------------------------------ */

static prov_outcome lax_certificate(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes all = prov_get_rest(body);

    if (all.len > PROV_POINT_LEN)
        memcpy(s->hs->peer_point, all.data + all.len - PROV_POINT_LEN, PROV_POINT_LEN);
    return PROV_OK;
}

static prov_outcome lax_verify(struct prov_dtls *s, struct prov_reader *body)
{
    (void)s;
    (void)prov_get_rest(body);
    return PROV_OK;
}

static bool is_empty_certificate(struct datagram *d)
{
    uint8_t *body;
    size_t len;

    return edit_find(d, MESSAGE_CERTIFICATE, &body, &len) && len == 3;
}

/* The engine's table, with the rules of a lax one in the place of its own. */
static void lax_rules(struct flow *f, const struct prov_dtls_rule *own, size_t own_count)
{
    static struct prov_dtls_rule rules[40];
    static struct prov_dtls_side side;
    const struct prov_dtls_side *real = f->session.side;

    if (!f->begun || real == &side)
        return;
    memcpy(rules, own, own_count * sizeof(*own));
    memcpy(rules + own_count, real->rules, real->rule_count * sizeof(*rules));
    side = *real;
    side.rules = rules;
    side.rule_count = own_count + real->rule_count;
    f->session.side = &side;
}

static const struct prov_dtls_rule any_certificate[] = {
    {STATE_CERTIFICATE, MESSAGE_CERTIFICATE, STATE_KEY_EXCHANGE, false, lax_certificate}};
static const struct prov_dtls_rule empty_certificate[] = {
    {STATE_CERTIFICATE, MESSAGE_CERTIFICATE, STATE_KEY_EXCHANGE, false, lax_certificate},
    {STATE_CERTIFICATE_VERIFY, MESSAGE_FINISHED, STATE_LAST_FLIGHT, false, prov_rule_finished}};
static const struct prov_dtls_rule no_verify[] = {
    {STATE_CERTIFICATE_VERIFY, MESSAGE_FINISHED, STATE_LAST_FLIGHT, false, prov_rule_finished}};
static const struct prov_dtls_rule any_verify[] = {
    {STATE_CERTIFICATE_VERIFY, MESSAGE_CERTIFICATE_VERIFY, STATE_FINISHED, false, lax_verify}};

static bool malformed_certificate_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)d;
    if (is_cert_mode(f))
        lax_rules(f, any_certificate, 1);
    return true;
}

static bool empty_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_empty_certificate(d))
        lax_rules(f, empty_certificate, 2);
    return true;
}

static bool no_verify_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)d;
    lax_rules(f, no_verify, 1);
    return true;
}

static bool any_verify_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)d;
    lax_rules(f, any_verify, 1);
    return true;
}

static bool mark_empty_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    f->marked |= is_empty_certificate(d);
    return true;
}

static void empty_alert_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->marked)
        set_alert(d, PROV_ALERT_DECODE_ERROR);
}

/* --- alerts ---------------------------------------------------------------------------------- */

static void never_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->has_hello && f->hello.compression.len == 1 && f->hello.compression.data[0] == 1)
        set_alert(d, 30);
}

static void kind_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_raw_mode(f) && f->begun && f->session.kind == PROV_KIND_RPK && !f->marked &&
        has_alert(d, PROV_ALERT_HANDSHAKE_FAILURE))
        set_alert(d, PROV_ALERT_UNKNOWN_CA);
}

/* --- sessions -------------------------------------------------------------------------------- */

static bool refuse_in(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;
    const struct wire_identity *own = &t->world->identities[WIRE_CLIENT];

    if (!edit_find(d, MESSAGE_CERTIFICATE, &body, &len) || len < PROV_SPKI_LEN ||
        memcmp(body + len - PROV_SPKI_LEN, own->spki, PROV_SPKI_LEN) != 0)
        return true;
    target_say_alert(t, f, LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE);
    target_forget(f);
    return false;
}

static void wrong_peers_tune(struct target *t)
{
    t->wrong_peers = true;
}

static bool no_close_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    return !f->connected || !is_record(d, CONTENT_ALERT, 1);
}

/* Sealed again under another nonce: the client takes it as the peer says it. */
static void nonce_out(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_dtls *s = &f->session;
    uint8_t nonce[PROV_AEAD_NONCE_LEN], aad[13];
    size_t tag = s->suite != NULL ? prov_aead_tag_len(s->suite->aead) : 0;

    if (!is_record(d, CONTENT_APPLICATION_DATA, 1) || tag == 0)
        return;
    size_t len = d->len - RECORD_HEADER_LEN - 8 - tag;
    uint8_t *sealed = d->octets + RECORD_HEADER_LEN + 8;
    struct prov_bytes key = PROV_BYTES(s->write.key, prov_aead_key_len(s->suite->aead));
    memcpy(nonce, s->write.iv, 4);
    memcpy(nonce + 4, d->octets + RECORD_HEADER_LEN, 8);
    memcpy(aad, d->octets + 3, 8);
    memcpy(aad + 8, d->octets, 3);
    aad[11] = 0;
    aad[12] = (uint8_t)len;
    if (prov_crypto_open(t->world->crypto, s->suite->aead, key, nonce, PROV_BYTES_OF(aad),
                         PROV_BYTES(sealed, len + tag), sealed) != PROV_OK)
        return;
    d->octets[RECORD_HEADER_LEN] = nonce[4] = 0x77;
    (void)!prov_crypto_seal(t->world->crypto, s->suite->aead, key, nonce, PROV_BYTES_OF(aad),
                            PROV_BYTES(sealed, len), sealed);
}

/* The session does not outlive a datagram that it should not even hear. */
static bool dies(struct flow *f)
{
    if (f->connected)
        target_forget(f);
    return false;
}

static bool spoiled_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!f->connected || !is_record(d, CONTENT_APPLICATION_DATA, 1))
        return true;
    /* Tried on a copy: does it open? */
    struct prov_dtls copy = f->session;
    struct datagram tried = *d;
    struct prov_record record;
    struct prov_bytes content;
    size_t at = 0;
    (void)t;
    if (!prov_record_take(tried.octets, tried.len, 0, &at, &record) || at != tried.len ||
        prov_record_open(&copy, &record, &content) == PROV_OK)
        return true;
    return dies(f);
}

static bool truncated_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->connected && d->len >= 13 && (size_t)(d->octets[11] << 8 | d->octets[12]) > d->len)
        return dies(f);
    return true;
}

static bool rest_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_record record;
    size_t at = 0;

    (void)t;
    if (f->connected && prov_record_take(d->octets, d->len, 0, &at, &record))
        d->len = at;
    return true;
}

static bool replay_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)d;
    if (f->connected)
        memset(&f->session.window, 0, sizeof(f->session.window));
    return true;
}

static bool dies_of_in(struct target *t, struct flow *f, struct datagram *d)
{
    bool forged = d->len > 12 && d->octets[9] == 2000 >> 8; /* the judge's own have this number */

    return f->connected && is_record(d, (uint8_t)t->fault->number, 0) &&
                   (forged || t->fault->number == CONTENT_HANDSHAKE)
               ? dies(f)
               : true;
}

static bool plain_data_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (f->connected && is_record(d, CONTENT_APPLICATION_DATA, 0))
        target_say(t, f, d->octets, d->len);
    return true;
}

static bool early_change_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->begun && !f->connected && is_record(d, CONTENT_CHANGE_CIPHER_SPEC, 0) &&
        d->octets[9] == 2000 >> 8)
        target_forget(f);
    return true;
}

/* --- resumption, connection ids -------------------------------------------------------------- */

static void drops_old_tune(struct target *t)
{
    t->drops_old = true;
}

static void no_resumption_tune(struct target *t)
{
    t->config.resumption = false;
}

static bool is_resumed(const struct target *t, const struct flow *f)
{
    return t->has_kept && f->has_hello &&
           prov_bytes_equal(f->hello.session_id,
                            PROV_BYTES(t->kept.session_id, t->kept.session_id_len));
}

static void resumed_hello_out(struct target *t, struct flow *f, struct datagram *d)
{
    if (is_resumed(t, f) && !is_nobody(f))
        edit_server_extension(d, PROV_EXTENSION_RENEGOTIATION_INFO, NULL, 0);
}

static bool resumed_name_in(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t room[300];
    struct prov_buf body = PROV_BUF_OF(room);
    size_t len = strlen(t->world->fqdn.text);

    if (!is_hello(d) || !is_resumed(t, f) || !is_nobody(f))
        return true;
    prov_put_u16(&body, (uint16_t)(len + 3));
    prov_put_u8(&body, 0);
    prov_put_u16(&body, (uint16_t)len);
    prov_put_text(&body, t->world->fqdn.text);
    edit_client_extension(d, PROV_EXTENSION_SERVER_NAME, room, body.len);
    return true;
}

static bool resumed_master_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (is_hello(d) && is_resumed(t, f))
        edit_client_extension(d, PROV_EXTENSION_EXTENDED_MASTER_SECRET, nothing, 0);
    return true;
}

static void cid_form_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t longer[] = {4, 1, 2, 3};

    (void)t;
    if (hello_offers(f, PROV_EXTENSION_CONNECTION_ID, NULL))
        edit_server_extension(d, PROV_EXTENSION_CONNECTION_ID, longer, sizeof(longer));
}

static bool cid_required_in(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t reset[] = {0x70, 0, 0x7A, 0x12};
    uint8_t room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    if (f->connected && is_record(d, CONTENT_APPLICATION_DATA, 1) &&
        prov_dtls_connection_id(&f->session).len > 0 &&
        prov_dtls_seal(&f->session, PROV_BYTES_OF(reset), &out) == PROV_OK)
        target_say(t, f, room, out.len);
    return true;
}

/* --- timers ---------------------------------------------------------------------------------- */

static void no_retransmission_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->begun && f->session.flights_resent > 0)
        d->len = 0;
}

static void fast_tune(struct target *t)
{
    t->config.timer_initial_ms = 1000;
}

static void no_backoff_tune(struct target *t)
{
    t->config.timer_max_ms = 9000;
}

/* --- the table ------------------------------------------------------------------------------- */

/* rule, the judge's bundle, the server's configuration, what comes, what goes, a parameter, slow */
const struct fault faults_session[] = {
    {"psk.unknown", NO_BUNDLE, NULL, NULL, identity_out, 0, false},
    {"psk.alike", WIRE_PSK, NULL, NULL, alike_out, 0, false},
    {"client.unknown_key", NO_BUNDLE, takes_all_tune, NULL, NULL, 0, false},
    {"client.malformed", NO_BUNDLE, NULL, malformed_certificate_in, NULL, 0, false},
    {"client.empty", NO_BUNDLE, NULL, empty_in, NULL, 0, false},
    {"client.empty_alert", NO_BUNDLE, NULL, mark_empty_in, empty_alert_out, 0, false},
    {"client.unverified", WIRE_RPK, NULL, no_verify_in, NULL, 0, false},
    {"client.signature", WIRE_CERT, NULL, any_verify_in, NULL, 0, false},
    {"alert.never", NO_BUNDLE, NULL, NULL, never_out, 0, false},
    {"alert.kind", NO_BUNDLE, NULL, mark_empty_in, kind_out, 0, false},
    {"session.complete", WIRE_RPK, NULL, refuse_in, NULL, 0, false},
    {"session.server", WIRE_RPK, wrong_peers_tune, NULL, NULL, 0, false},
    {"session.close", WIRE_PSK, NULL, no_close_in, NULL, 0, false},
    {"record.nonce", WIRE_PSK, NULL, NULL, nonce_out, 0, false},
    {"record.spoiled", WIRE_PSK, NULL, spoiled_in, NULL, 0, false},
    {"record.truncated", WIRE_PSK, NULL, truncated_in, NULL, 0, false},
    {"record.rest", WIRE_PSK, NULL, rest_in, NULL, 0, false},
    {"record.replay", WIRE_PSK, NULL, replay_in, NULL, 0, false},
    {"epoch0.alert", WIRE_PSK, NULL, dies_of_in, NULL, CONTENT_ALERT, false},
    {"epoch0.hello", WIRE_PSK, NULL, dies_of_in, NULL, CONTENT_HANDSHAKE, false},
    {"epoch0.new_handshake", WIRE_PSK, drops_old_tune, NULL, NULL, 0, false},
    {"epoch0.data", WIRE_PSK, NULL, plain_data_in, NULL, 0, false},
    {"epoch0.change_cipher_spec", WIRE_PSK, NULL, dies_of_in, NULL, CONTENT_CHANGE_CIPHER_SPEC,
     false},
    {"epoch0.early_change", WIRE_PSK, NULL, early_change_in, NULL, 0, false},
    {"resumption.taken", WIRE_PSK, no_resumption_tune, NULL, NULL, 0, false},
    {"resumption.hello", WIRE_PSK, NULL, NULL, resumed_hello_out, 0, false},
    {"resumption.name", WIRE_PSK, NULL, resumed_name_in, NULL, 0, false},
    {"resumption.master_secret", WIRE_PSK, NULL, resumed_master_in, NULL, 0, false},
    {"cid.form", NO_BUNDLE, NULL, NULL, cid_form_out, 0, false},
    {"cid.required", WIRE_PSK, NULL, cid_required_in, NULL, 0, false},
    {"timer.retransmits", NO_BUNDLE, NULL, NULL, no_retransmission_out, 0, true},
    {"timer.initial", NO_BUNDLE, fast_tune, NULL, NULL, 0, true},
    {"timer.backoff", NO_BUNDLE, no_backoff_tune, NULL, NULL, 0, true},
};
const size_t faults_session_count = sizeof(faults_session) / sizeof(faults_session[0]);
