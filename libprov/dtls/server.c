/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half; the flights are drawn in client.c. It begins where cookie.c has seen a cookie.
 */
#include "server.h"

#include <string.h>

#include "cached.h"
#include "extensions.h"
#include "prov/x509.h"
#include "resume.h"
#include "ticket.h"
#include "url.h"

/* --- ClientHello ----------------------------------------------------------------------------- */

/* No list means X.509 alone (RFC 7250, section 4.1). */
static bool takes_type(uint8_t types, unsigned type)
{
    return types == 0 ? type == PROV_CERTIFICATE_TYPE_X509 : (types >> type & 1) != 0;
}

static bool kind_fits(const struct prov_dtls *s, enum prov_kind kind)
{
    unsigned type = kind == PROV_KIND_RPK ? PROV_CERTIFICATE_TYPE_RAW : PROV_CERTIFICATE_TYPE_X509;

    return (s->config->kinds & PROV_KIND_BIT(kind)) != 0 &&
           takes_type(s->hs->facts.client_types, type) &&
           takes_type(s->hs->facts.server_types, type);
}

/* The same type at both ends (H22), the one that the client would rather see. 0: none in common. */
static enum prov_kind choose_kind(const struct prov_dtls *s, const struct prov_suite *suite)
{
    bool raw_first = s->hs->facts.server_type_first == PROV_CERTIFICATE_TYPE_RAW;
    enum prov_kind first = raw_first ? PROV_KIND_RPK : PROV_KIND_CERT;
    enum prov_kind second = raw_first ? PROV_KIND_CERT : PROV_KIND_RPK;

    if (suite->kx != PROV_KX_ECDHE_ECDSA)
        return (suite->kinds & s->config->kinds) != 0 ? PROV_KIND_PSK : (enum prov_kind)0;
    return kind_fits(s, first) ? first : kind_fits(s, second) ? second : (enum prov_kind)0;
}

static bool suite_fits(const struct prov_dtls *s, const struct prov_suite *suite)
{
    const struct prov_dtls_facts *facts = &s->hs->facts;

    if (suite->kx != PROV_KX_PSK && facts->groups && !facts->p256)
        return false;
    /* Without the extension the hash would be SHA-1 (RFC 7925, section 5; profile.md, row 20). */
    return suite->kx != PROV_KX_ECDHE_ECDSA || (facts->algorithms && facts->ecdsa_sha256);
}

static prov_outcome choose(struct prov_dtls *s, struct prov_bytes offered)
{
    const struct prov_dtls_facts *facts = &s->hs->facts;
    enum prov_alert alert = PROV_ALERT_HANDSHAKE_FAILURE;

    for (prov_suites row = s->config->suites; *row != NULL; row++) {
        if (!prov_numbers_have(offered, (*row)->id) || !suite_fits(s, *row))
            continue;
        enum prov_kind kind = choose_kind(s, *row);
        if (kind != 0) {
            s->suite = *row;
            s->kind = (uint8_t)kind;
            return PROV_OK;
        }
        if ((facts->client_types | facts->server_types) != 0) /* RFC 7250, section 4.2 */
            alert = PROV_ALERT_UNSUPPORTED_CERTIFICATE;
    }
    return alert;
}

static bool has_null(struct prov_bytes compression)
{
    for (size_t i = 0; i < compression.len; i++)
        if (compression.data[i] == 0)
            return true;
    return false;
}

static prov_outcome take_client_hello(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_client_hello hello;

    if (!prov_client_hello_take(prov_get_rest(body), &hello))
        return PROV_ALERT_DECODE_ERROR;
    if (hello.version > DTLS_1_2) /* an older one: numbers go down */
        return PROV_ALERT_PROTOCOL_VERSION;
    if (!has_null(hello.compression))
        return PROV_ALERT_ILLEGAL_PARAMETER;
    memcpy(s->hs->random_client, hello.random, PROV_DTLS_RANDOM_LEN);
    s->hs->facts.renegotiation = prov_numbers_have(hello.suites, EMPTY_RENEGOTIATION_INFO_SCSV);
    prov_outcome outcome = prov_server_extensions_take(s, hello.extensions);
    if (outcome == PROV_OK)
        outcome = choose(s, hello.suites);
    if (outcome != PROV_OK)
        return outcome;
    prov_cached_choose(s);
    s->extended_master = s->hs->facts.extended_master;
    s->hs->state = s->suite->kx == PROV_KX_PSK ? STATE_ANSWER : STATE_EPHEMERAL;
    prov_dtls_note(s, prov_crypto_random(s->crypto, s->hs->random_server, PROV_DTLS_RANDOM_LEN));
    prov_transcript_begin(s);
    prov_resume_ask(s, &hello);
    return PROV_OK;
}

/* --- the answer ------------------------------------------------------------------------------ */

/* RFC 8422, section 5.4: what is signed is both randoms and the parameters. */
static void ask_signature(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    uint8_t room[4 + PROV_POINT_LEN];
    struct prov_buf params = PROV_BUF_OF(room);

    prov_ecdh_params_put(&params, hs->own_share);
    const struct prov_bytes parts[] = {PROV_BYTES_OF(hs->random_client),
                                       PROV_BYTES_OF(hs->random_server), prov_buf_bytes(&params)};
    prov_dtls_ask(s, PROV_DTLS_NEED_SIGN);
    prov_dtls_note(s, prov_crypto_sha256(s->crypto, parts, 3, hs->digest));
}

static prov_outcome make_share(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    prov_dtls_note(s, prov_crypto_ecdh_make(s->crypto, &s->hs->ecdh, s->hs->own_share));
    if (prov_dtls_is_public(s))
        ask_signature(s);
    return PROV_OK;
}

static void add_hello(struct prov_dtls *s)
{
    const struct prov_server_hello hello = {
        .version = DTLS_1_2,
        .random = s->hs->random_server,
        .session_id = PROV_BYTES(s->kept.session_id, s->kept.session_id_len),
        .suite = s->suite->id,
        .compression = 0};
    struct prov_buf *message = prov_flight_message(s, MESSAGE_SERVER_HELLO);

    prov_server_hello_put_head(message, &hello);
    prov_server_extensions_put(s, message);
    prov_flight_message_end(s);
}

/* With an empty hint where the key exchange has one (RFC 5489, section 2). */
static void add_exchange(struct prov_dtls *s)
{
    struct prov_buf *message = prov_flight_message(s, MESSAGE_SERVER_KEY_EXCHANGE);

    if (!prov_dtls_is_public(s))
        prov_put_u16(message, 0);
    prov_ecdh_params_put(message, s->hs->own_share);
    if (prov_dtls_is_public(s))
        prov_signed_put(message, s->hs->signature);
    prov_flight_message_end(s);
}

static void add_request(struct prov_dtls *s)
{
    prov_certificate_request_put(prov_flight_message(s, MESSAGE_CERTIFICATE_REQUEST));
    prov_flight_message_end(s);
}

/* A PSK suite has no ServerKeyExchange: there is no hint to give (RFC 4279, section 2; profile.md,
 * row 13). */
static prov_outcome answer(struct prov_dtls *s, struct prov_reader *none)
{
    bool is_public = prov_dtls_is_public(s);

    (void)none;
    prov_flight_begin(s);
    prov_resume_name(s);
    add_hello(s);
    if (is_public)
        prov_certificate_add(s);
    if (s->suite->kx != PROV_KX_PSK)
        add_exchange(s);
    if (is_public)
        add_request(s);
    (void)prov_flight_message(s, MESSAGE_SERVER_HELLO_DONE);
    prov_flight_message_end(s);
    s->hs->state = is_public ? STATE_CERTIFICATE : STATE_KEY_EXCHANGE;
    prov_flight_end(s);
    return PROV_OK;
}

/* RFC 5246, section 7.3: nothing long to do, and the client has the last word. */
static prov_outcome resume(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    prov_flight_begin(s);
    add_hello(s);
    prov_keys_resume(s);
    if (s->hs->facts.by_ticket) {
        s->kept.session_id_len = 0; /* the client's name for it: nothing is kept here */
        prov_resume_forget_secret(s);
    }
    prov_finished_add(s);
    prov_flight_end(s);
    return PROV_OK;
}

/* --- the client's flight --------------------------------------------------------------------- */

static prov_outcome take_exchange(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes point;

    if (!prov_client_exchange_take(prov_get_rest(body), s->suite->kx, &s->hs->identity, &point))
        return PROV_ALERT_DECODE_ERROR;
    s->hs->state = s->suite->kx == PROV_KX_PSK ? STATE_KEYS : STATE_AGREE;
    if (!prov_dtls_is_public(s))
        prov_dtls_ask(s, PROV_DTLS_NEED_PSK);
    return s->suite->kx == PROV_KX_PSK ? PROV_OK : prov_share_keep(s, point);
}

static prov_outcome make_keys(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    s->hs->state = prov_dtls_is_public(s) ? STATE_CERTIFICATE_VERIFY : STATE_FINISHED;
    prov_keys_derive(s);
    return PROV_OK;
}

/* RFC 5246, section 7.4.8: over all messages before it; the only proof that the key is the
 * client's. */
static prov_outcome take_verify(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_signed value;

    if (!prov_signed_take(body, &value))
        return PROV_ALERT_DECODE_ERROR;
    if (value.algorithm != PROV_SIGNATURE_ECDSA_SHA256)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    prov_transcript_digest(s);
    return prov_signature_check(s, value.signature);
}

/* --- after the handshake --------------------------------------------------------------------- */

/* A ClientHello: renegotiation is disabled (RFC 7925, section 17). */
static void late(struct prov_dtls *s, const struct prov_fragment *fragment)
{
    if (fragment->type == MESSAGE_CLIENT_HELLO)
        prov_alert_queue(s, LEVEL_WARNING, PROV_ALERT_NO_RENEGOTIATION);
    prov_finished_repeated(s, fragment);
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct prov_dtls_rule rules[] = {
    {STATE_HELLO, MESSAGE_CLIENT_HELLO, 0, false, take_client_hello},
    {STATE_EPHEMERAL, MESSAGE_NONE, STATE_ANSWER, true, make_share},
    {STATE_ANSWER, MESSAGE_NONE, 0, false, answer},
    {STATE_CERTIFICATE, MESSAGE_CERTIFICATE, STATE_KEY_EXCHANGE, false, prov_rule_certificate},
    {STATE_CERTIFICATE, MESSAGE_CERTIFICATE_URL, STATE_KEY_EXCHANGE, false,
     prov_rule_certificate_url},
    {STATE_KEY_EXCHANGE, MESSAGE_CLIENT_KEY_EXCHANGE, 0, false, take_exchange},
    {STATE_AGREE, MESSAGE_NONE, STATE_KEYS, true, prov_rule_agree},
    {STATE_KEYS, MESSAGE_NONE, 0, false, make_keys},
    {STATE_CERTIFICATE_VERIFY, MESSAGE_CERTIFICATE_VERIFY, STATE_FINISHED, true, take_verify},
    {STATE_FINISHED, MESSAGE_FINISHED, STATE_LAST_FLIGHT, false, prov_rule_finished},
    {STATE_LAST_FLIGHT, MESSAGE_NONE, 0, false, prov_rule_last_flight},
    {STATE_RESUME, MESSAGE_NONE, STATE_FINISHED, false, resume},
};

static const struct prov_dtls_side side = {rules, sizeof(rules) / sizeof(rules[0]),
                                           prov_server_extensions, late, prov_ticket_add};

/* --- accept ---------------------------------------------------------------------------------- */

static prov_result check_one(const struct prov_dtls_config *config)
{
    size_t octets = 0;

    for (size_t i = 0; i < config->chain_len; i++)
        octets += 3 + config->chain[i].len;
    if (config->role != PROV_DTLS_SERVER || config->suites == NULL || config->kinds == 0 ||
        ((config->kinds & PROV_KIND_BIT(PROV_KIND_RPK)) != 0 &&
         config->spki.len != PROV_SPKI_LEN) ||
        ((config->kinds & PROV_KIND_BIT(PROV_KIND_CERT)) != 0 && config->chain_len == 0))
        return PROV_E_STATE;
    return octets <= PROV_DTLS_FLIGHT_MAX - PROV_DTLS_FLIGHT_REST ? PROV_OK : PROV_E_BOUNDS;
}

static prov_result check(const struct prov_dtls_config *first)
{
    prov_result result = PROV_OK;

    for (const struct prov_dtls_config *row = first; row != NULL && result == PROV_OK;
         row = row->next)
        result = row->suites == first->suites && row->kinds == first->kinds ? check_one(row)
                                                                            : PROV_E_STATE;
    return result;
}

prov_result prov_dtls_accept(struct prov_dtls *s, const struct prov_dtls_config *config,
                             struct prov_crypto *crypto, struct prov_dtls_handshake *workspace,
                             uint64_t now_ms, struct prov_bytes datagram)
{
    struct prov_first_hello first;

    prov_result result = check(config);
    if (result != PROV_OK)
        return result;
    if (!prov_first_hello_take(datagram, &first))
        return PROV_E_FORMAT;
    result = prov_dtls_begin(s, config, crypto, workspace, now_ms);
    if (result != PROV_OK)
        return result;
    s->side = &side;
    s->datagrams_in = 1;
    s->octets_in = (uint32_t)datagram.len;
    s->hello_seq = first.record_seq;
    s->hs->next_send = s->hs->next_receive = s->hs->answered_until = first.fragment.message_seq;
    if (first.fragment.body.len >= 2 + PROV_DTLS_RANDOM_LEN)
        memcpy(s->hs->random_client, first.fragment.body.data + 2, PROV_DTLS_RANDOM_LEN);
    prov_flight_end(s); /* the timer: a hello in pieces has to become whole in time */
    prov_mtu_mirror(s, &first.fragment, datagram.len);
    prov_inbox_take(s, 0, first.content);
    if (s->hs != NULL)
        s->hs->more = true;
    return PROV_OK;
}

bool prov_dtls_repeats_hello(const struct prov_dtls *s, struct prov_bytes datagram)
{
    struct prov_first_hello first;

    return s->hs != NULL && prov_first_hello_take(datagram, &first) &&
           first.fragment.body.len >= 2 + PROV_DTLS_RANDOM_LEN &&
           memcmp(first.fragment.body.data + 2, s->hs->random_client, PROV_DTLS_RANDOM_LEN) == 0;
}
