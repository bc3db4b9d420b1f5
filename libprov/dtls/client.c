/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's half.
 *
 *     ClientHello                 ->
 *                                 <-  HelloVerifyRequest
 *     ClientHello with cookie     ->
 *                                 <-  ServerHello, [Certificate], [ServerKeyExchange],
 *                                     [CertificateRequest], ServerHelloDone
 *     [Certificate], ClientKeyExchange, [CertificateVerify],
 *     ChangeCipherSpec, Finished  ->
 *                                 <-  ChangeCipherSpec, Finished
 *
 * The abbreviated one is drawn in resume.h.
 */
#include "client.h"

#include <string.h>

#include "extensions.h"
#include "messages.h"
#include "prov/x509.h"
#include "resume.h"
#include "ticket.h"
#include "url.h"

#define RETRIES_MAX 3 /* HelloVerifyRequests of one handshake */

/* --- hello ----------------------------------------------------------------------------------- */

/* A HelloVerifyRequest lies in the room while the hello that echoes its cookie is made: there is room for
 * the longest cookie and name, of a client that has no more extensions than its kinds ask for. HELLO_LEN:
 * without the cookie; what stands in every hello, extensions, name. */
#define COOKIE_MAX 255
#define VERIFY_LEN                                                                                 \
    (MESSAGE_HEADER_LEN + 3 + COOKIE_MAX + (3 + COOKIE_MAX + 7) / 8) /* as inbox.c has it */
#define HELLO_LEN (MESSAGE_HEADER_LEN + 44 + 34 + (PROV_WITH_RPK ? 20 : 0) + PROV_FQDN_MAX)
_Static_assert(PROV_DTLS_ROOM >= VERIFY_LEN + HELLO_LEN + COOKIE_MAX,
               "room for a cookie and for the hello with it");

static void put_suites(struct prov_dtls *s, struct prov_buf *buf)
{
    size_t mark = prov_put_open(buf, 2);

    for (prov_suites row = s->config->suites; *row != NULL; row++)
        if (((*row)->kinds & s->config->kinds) != 0)
            prov_put_u16(buf, (*row)->id);
    if (buf->len == mark)
        prov_dtls_note(s, PROV_E_STATE);
    prov_put_close(buf, 2, mark);
}

static void send_hello(struct prov_dtls *s, struct prov_bytes cookie)
{
    prov_flight_begin(s);
    struct prov_buf *message = prov_flight_message(s, MESSAGE_CLIENT_HELLO);
    prov_put_u16(message, DTLS_1_2);
    prov_put(message, s->hs->random_client, PROV_DTLS_RANDOM_LEN);
    prov_vector_put(message, 1, PROV_DTLS_RESUMES ? prov_resume_offer(s) : PROV_BYTES_NONE);
    prov_vector_put(message, 1, cookie);
    put_suites(s, message);
    prov_put_u16(message, 0x0100); /* compression_methods: null alone */
    prov_client_extensions_put(s, message);
    prov_flight_message_end(s);
    prov_flight_end(s);
}

/* The cookie is echoed in a hello that is otherwise the same (RFC 6347, section 4.2.1). */
static prov_outcome take_hello_verify(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_bytes cookie;

    prov_hello_verify_get(body, &cookie);
    if (s->hs->retries++ == RETRIES_MAX)
        return PROV_ALERT_HANDSHAKE_FAILURE;
    send_hello(s, cookie);
    return PROV_OK;
}

/* Of the server's last flight: the ticket comes before Finished and not in its place (RFC 5077,
 * section 3.3). */
static enum prov_dtls_state awaited(const struct prov_dtls *s)
{
    return PROV_WITH_TICKETS && s->hs->facts.ticket ? STATE_TICKET : STATE_FINISHED;
}

static prov_outcome take_server_hello(struct prov_dtls *s, struct prov_reader *body)
{
    static const uint8_t next[] = {[PROV_KX_PSK] = STATE_HINT,
                                   [PROV_KX_ECDHE_PSK] = STATE_EXCHANGE,
                                   [PROV_KX_ECDHE_ECDSA] = STATE_CERTIFICATE};
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_server_hello hello;

    if (!prov_server_hello_take(body, &hello))
        return PROV_ALERT_DECODE_ERROR;
    if (hello.version != DTLS_1_2) /* RFC 7925, section 18: never lower, and no second try */
        return PROV_ALERT_PROTOCOL_VERSION;
    s->suite = prov_suite_in_use(s->config, hello.suite);
    if (s->suite == NULL || hello.compression != 0)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    memcpy(hs->random_server, hello.random, PROV_DTLS_RANDOM_LEN);
    prov_outcome outcome = PROV_DTLS_RESUMES ? prov_resume_answered(s, &hello) : PROV_OK;
    if (outcome == PROV_OK)
        outcome = prov_client_extensions_take(s, hello.extensions);
    if (outcome != PROV_OK)
        return outcome;
    prov_transcript_begin(s);
    prov_transcript_add(s, PROV_BYTES(hs->room, hs->flight_len)); /* the own hello */
    hs->state = next[s->suite->kx];
    if (prov_dtls_is_resumed(s)) {
        hs->state = awaited(s);
        prov_keys_resume(s);
    }
    return PROV_OK;
}

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

static prov_outcome take_params(struct prov_dtls *s, struct prov_reader *reader,
                                struct prov_bytes *ret_octets)
{
    struct prov_ecdh_params params;

    if (!prov_ecdh_params_take(reader, &params))
        return PROV_ALERT_DECODE_ERROR;
    if (params.curve != ECDH_P256) /* not what was offered (H26) */
        return PROV_ALERT_ILLEGAL_PARAMETER;
    *ret_octets = params.octets;
    return prov_share_keep(s, params.point);
}

/* RFC 8422, section 5.4: SHA-256 of both randoms and the parameters. */
static prov_outcome take_signature(struct prov_dtls *s, struct prov_reader *reader,
                                   struct prov_bytes params)
{
    struct prov_dtls_handshake *hs = s->hs;
    const struct prov_bytes parts[] = {PROV_BYTES_OF(hs->random_client),
                                       PROV_BYTES_OF(hs->random_server), params};
    struct prov_signed value;

    if (!prov_signed_take(reader, &value))
        return PROV_ALERT_DECODE_ERROR;
    if (value.algorithm != PROV_SIGNATURE_ECDSA_SHA256)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    prov_dtls_note(s, prov_crypto_sha256(s->crypto, parts, 3, hs->digest));
    return prov_signature_check(s, value.signature);
}

/* [psk_identity_hint<0..2^16-1>] | [params | [signature]], as the suite has it. The hint is ignored, whatever
 * it says (RFC 4279, section 5.2). */
static prov_outcome take_exchange(struct prov_dtls *s, struct prov_reader *body)
{
    bool is_public = prov_dtls_is_public(s);
    prov_outcome outcome = PROV_OK;
    struct prov_bytes octets;

    s->hs->state = is_public ? STATE_CERTIFICATE_REQUEST : STATE_HELLO_DONE;
    if (!is_public)
        prov_get_vector(body, 2, &octets);
    if (s->suite->kx != PROV_KX_PSK)
        outcome = take_params(s, body, &octets);
    return outcome == PROV_OK && is_public ? take_signature(s, body, octets) : outcome;
}

/* --- CertificateRequest, ServerHelloDone ----------------------------------------------------- */

static bool can_answer(const struct prov_certificate_request *request)
{
    return memchr(request->types.data, CLIENT_CERTIFICATE_ECDSA_SIGN, request->types.len) != NULL &&
           prov_numbers_have(request->algorithms, PROV_SIGNATURE_ECDSA_SHA256);
}

static prov_outcome take_request(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_certificate_request request;

    (void)s;
    if (!prov_certificate_request_take(body, &request))
        return PROV_ALERT_DECODE_ERROR;
    return can_answer(&request) ? PROV_OK : PROV_ALERT_HANDSHAKE_FAILURE;
}

/* The server asks for no certificate: then nobody would know who this is (H20; profile.md, row 7). */
static prov_outcome take_no_request(struct prov_dtls *s, struct prov_reader *body)
{
    (void)s;
    (void)body;
    return PROV_ALERT_HANDSHAKE_FAILURE;
}

static prov_outcome take_done(struct prov_dtls *s, struct prov_reader *body)
{
    (void)body;
    s->hs->state = s->suite->kx == PROV_KX_PSK ? STATE_ANSWER : STATE_EPHEMERAL;
    if (!prov_dtls_is_public(s))
        prov_dtls_ask(s, PROV_DTLS_NEED_PSK);
    return PROV_OK;
}

/* --- the answer ------------------------------------------------------------------------------ */

static prov_outcome make_share(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    prov_dtls_note(s, prov_crypto_ecdh_make(s->crypto, &s->hs->ecdh, s->hs->own_share));
    return PROV_OK;
}

static prov_outcome answer(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    prov_flight_begin(s);
    if (prov_dtls_is_public(s))
        prov_certificate_add(s);
    prov_client_exchange_put(prov_flight_message(s, MESSAGE_CLIENT_KEY_EXCHANGE), s->suite->kx,
                             s->config->psk_identity, s->hs->own_share);
    prov_flight_message_end(s);
    prov_keys_derive(s); /* leaves the digest of all messages up to here: RFC 5246, section 7.4.8 */
    if (prov_dtls_is_public(s))
        prov_dtls_ask(s, PROV_DTLS_NEED_SIGN);
    return PROV_OK;
}

static prov_outcome answer_signed(struct prov_dtls *s, struct prov_reader *none)
{
    (void)none;
    if (prov_dtls_is_public(s)) {
        prov_signed_put(prov_flight_message(s, MESSAGE_CERTIFICATE_VERIFY), s->hs->signature);
        prov_flight_message_end(s);
    }
    prov_finished_add(s);
    s->hs->state = awaited(s);
    prov_flight_end(s);
    return PROV_OK;
}

/* --- after the handshake --------------------------------------------------------------------- */

/* HelloRequest: renegotiation is disabled (RFC 7925, section 17; RFC 5746, section 4.2). */
static void late(struct prov_dtls *s, const struct prov_fragment *fragment)
{
    if (fragment->type == MESSAGE_HELLO_REQUEST)
        prov_alert_queue(s, LEVEL_WARNING, PROV_ALERT_NO_RENEGOTIATION);
    if (PROV_DTLS_RESUMES)
        prov_finished_repeated(s, fragment);
}

/* --- the table ------------------------------------------------------------------------------- */

#define PUBLIC (PROV_WITH_RPK || PROV_WITH_CERT)

/* A state of a kind or a feature that is off is never come to. */
static const struct prov_dtls_rule rules[] = {
    {STATE_HELLO, MESSAGE_HELLO_VERIFY_REQUEST, STATE_HELLO, false, take_hello_verify},
    {STATE_HELLO, MESSAGE_SERVER_HELLO, 0, false, take_server_hello},
    {STATE_CERTIFICATE, MESSAGE_CERTIFICATE, STATE_EXCHANGE, false,
     PUBLIC ? prov_rule_certificate : NULL},
    {STATE_EXCHANGE, MESSAGE_SERVER_KEY_EXCHANGE, 0, PUBLIC, take_exchange},
    {STATE_HINT, MESSAGE_SERVER_KEY_EXCHANGE, 0, false, take_exchange},
    {STATE_HINT, MESSAGE_SERVER_HELLO_DONE, 0, false, take_done},
    {STATE_CERTIFICATE_REQUEST, MESSAGE_CERTIFICATE_REQUEST, STATE_HELLO_DONE, false,
     PUBLIC ? take_request : NULL},
    {STATE_CERTIFICATE_REQUEST, MESSAGE_SERVER_HELLO_DONE, 0, false, take_no_request},
    {STATE_HELLO_DONE, MESSAGE_SERVER_HELLO_DONE, 0, false, take_done},
    {STATE_EPHEMERAL, MESSAGE_NONE, STATE_AGREE, true, make_share},
    {STATE_AGREE, MESSAGE_NONE, STATE_ANSWER, true, prov_rule_agree},
    {STATE_ANSWER, MESSAGE_NONE, STATE_ANSWER_SIGNED, false, answer},
    {STATE_ANSWER_SIGNED, MESSAGE_NONE, 0, false, answer_signed},
    {STATE_TICKET, MESSAGE_NEW_SESSION_TICKET, STATE_FINISHED, false,
     PROV_WITH_TICKETS ? prov_rule_ticket : NULL},
    {STATE_FINISHED, MESSAGE_FINISHED, STATE_LAST_FLIGHT, false, prov_rule_finished},
    {STATE_LAST_FLIGHT, MESSAGE_NONE, 0, false, PROV_DTLS_RESUMES ? prov_rule_last_flight : NULL},
};

static const struct prov_dtls_side side = {rules, sizeof(rules) / sizeof(rules[0]),
                                           prov_client_extensions, late, NULL};

/* --- start ----------------------------------------------------------------------------------- */

static size_t chain_octets(const struct prov_dtls_config *config)
{
    size_t octets = 0;

    for (size_t i = 0; i < config->chain_len; i++)
        octets += 3 + config->chain[i].len;
    return octets;
}

/* One kind, and something to authenticate with (profile.md, row 1). */
static prov_result check(const struct prov_dtls_config *config)
{
    if (config->role != PROV_DTLS_CLIENT || config->suites == NULL)
        return PROV_E_STATE;
    if (PROV_WITH_PSK && config->kinds == PROV_KIND_BIT(PROV_KIND_PSK))
        return config->psk_identity.len == 0                      ? PROV_E_STATE
               : config->psk_identity.len > PROV_PSK_IDENTITY_MAX ? PROV_E_BOUNDS
                                                                  : PROV_OK;
    if (PROV_WITH_RPK && config->kinds == PROV_KIND_BIT(PROV_KIND_RPK))
        return config->spki.len == PROV_SPKI_LEN ? PROV_OK : PROV_E_STATE;
    if (!PROV_WITH_CERT || config->kinds != PROV_KIND_BIT(PROV_KIND_CERT) || config->chain_len == 0)
        return PROV_E_STATE;
    prov_result result = PROV_WITH_CERTIFICATE_URLS ? prov_urls_check(config) : PROV_OK;
    if (result != PROV_OK)
        return result;
    return chain_octets(config) <= PROV_DTLS_FLIGHT_MAX - PROV_DTLS_FLIGHT_REST ? PROV_OK
                                                                                : PROV_E_BOUNDS;
}

prov_result prov_dtls_start(struct prov_dtls *s, const struct prov_dtls_config *config,
                            struct prov_crypto *crypto, struct prov_dtls_handshake *workspace,
                            uint64_t now_ms)
{
    prov_result result = check(config);

    if (result == PROV_OK)
        result = prov_dtls_begin(s, config, crypto, workspace, now_ms);
    if (result != PROV_OK)
        return result;
    s->side = &side;
    prov_dtls_note(s, prov_crypto_random(crypto, workspace->random_client, PROV_DTLS_RANDOM_LEN));
    if (PROV_DTLS_RESUMES && prov_client_named(config))
        prov_resume_note_name(s, prov_bytes_text(config->server_name->text));
    send_hello(s, PROV_BYTES_NONE);
    result = (prov_result)workspace->error;
    if (result != PROV_OK)
        prov_dtls_drop(s);
    return result;
}
