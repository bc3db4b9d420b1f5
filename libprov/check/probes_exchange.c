/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's flight, message by message, and what it makes of a client's share.
 */
#include "endpoint.h"

#include <string.h>

#include "prov/x509.h"

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

/* The hint of ECDHE_PSK stands before the parameters (RFC 5489, section 2). */
static bool take_params(const struct endpoint *e, struct prov_ecdh_params *ret,
                        struct prov_reader *ret_reader)
{
    struct prov_bytes body, hint;

    if (!check_answer_message(&e->answer, MESSAGE_SERVER_KEY_EXCHANGE, &body))
        return false;
    *ret_reader = prov_reader_make(body);
    if (check_modes[e->asked].kind == PROV_KIND_PSK && !prov_take_vector(ret_reader, 2, &hint))
        return false;
    return prov_ecdh_params_take(ret_reader, ret);
}

static void judge_params(struct endpoint *e, const struct prov_ecdh_params *params)
{
    char hex[CHECK_HEX_TEXT];

    check_judge_rule(e->findings, "share.group", params->curve == ECDH_P256,
                     "curve type %u, group %u", (unsigned)(params->curve >> 16),
                     (unsigned)(params->curve & 0xFFFF));
    check_judge_rule(e->findings, "share.point",
                     params->point.len == PROV_POINT_LEN && params->point.data[0] == 4,
                     "%zu octets: %s", params->point.len, check_hex(params->point, hex));
}

/* Two handshakes: the second one's numbers are others. */
static enum check_act probe_share(struct endpoint *e)
{
    struct prov_ecdh_params params;
    struct prov_reader reader;

    if (e->stage > 0) {
        if (!take_params(e, &params, &reader)) {
            check_not_tested(e->findings, "share.group", "no ServerKeyExchange was read");
            return CHECK_DONE;
        }
        judge_params(e, &params);
        if (e->stage == 2)
            check_judge_rule(e->findings, "share.fresh",
                             !prov_bytes_equal(params.point, PROV_BYTES(e->room, e->room_len)),
                             "two handshakes show %s",
                             prov_bytes_equal(params.point, PROV_BYTES(e->room, e->room_len))
                                 ? "the same point"
                                 : "different points");
        e->room_len = params.point.len;
        if (params.point.len > 0)
            memcpy(e->room, params.point.data, params.point.len);
    }
    if (e->stage == 2)
        return CHECK_DONE;
    endpoint_hello_of(e, endpoint_share_mode(e));
    return CHECK_ASK;
}

static enum check_act probe_random(struct endpoint *e)
{
    if (e->stage > 0 && !e->answer.hello) {
        check_not_tested(e->findings, "random.fresh", "the hello is %s", endpoint_answer(e));
        return CHECK_DONE;
    }
    if (e->stage == 2) {
        bool same = memcmp(e->room, e->answer.server.random, PROV_DTLS_RANDOM_LEN) == 0;
        check_judge_rule(e->findings, "random.fresh", !same, "two ServerHellos have %s random",
                         same ? "the same" : "a different");
        return CHECK_DONE;
    }
    if (e->stage == 1)
        memcpy(e->room, e->answer.server.random, PROV_DTLS_RANDOM_LEN);
    endpoint_hello(e);
    return CHECK_ASK;
}

/* --- the flight of public keys --------------------------------------------------------------- */

static void judge_signature(struct endpoint *e)
{
    struct prov_ecdh_params params;
    struct prov_reader reader;
    struct prov_signed sign;
    bool there = take_params(e, &params, &reader) && prov_signed_take(&reader, &sign);

    if (!there)
        check_fail(e->findings, "signature.algorithm", "no signed ServerKeyExchange was read");
    else
        check_judge_rule(e->findings, "signature.algorithm",
                         sign.algorithm == PROV_SIGNATURE_ECDSA_SHA256, "{%u, %u}",
                         sign.algorithm >> 8, sign.algorithm & 255u);
}

static bool has_octet(struct prov_bytes list, uint8_t octet)
{
    for (size_t i = 0; i < list.len; i++)
        if (list.data[i] == octet)
            return true;
    return false;
}

static void judge_request(struct endpoint *e)
{
    struct prov_certificate_request request;
    struct prov_bytes body;

    if (!check_answer_message(&e->answer, MESSAGE_CERTIFICATE_REQUEST, &body)) {
        check_fail(e->findings, "request.present", "the flight for %s has no CertificateRequest",
                   check_modes[e->asked].name);
        return;
    }
    check_pass(e->findings, "request.present", "it is there");
    struct prov_reader reader = prov_reader_make(body);
    bool read = prov_certificate_request_take(&reader, &request);
    check_judge_rule(e->findings, "request.form",
                     read && has_octet(request.types, CLIENT_CERTIFICATE_ECDSA_SIGN) &&
                         prov_numbers_have(request.algorithms, PROV_SIGNATURE_ECDSA_SHA256),
                     "%s", read ? "types and algorithms" : "it can't be read");
    if (read && e->asked == CHECK_RPK)
        check_judge_rule(e->findings, "request.rpk_authorities", request.authorities.len == 0,
                         "the list of authorities has %zu octets", request.authorities.len);
}

static void take_finding(void *context, const struct prov_check_finding *finding)
{
    struct endpoint *e = context;

    check_findings_take(e->findings, finding);
}

static bool read_chain(const struct endpoint *e, struct prov_bytes chain[PROV_DTLS_CHAIN_MAX],
                       size_t *ret_count, struct prov_bytes *ret_body)
{
    if (!check_answer_message(&e->answer, MESSAGE_CERTIFICATE, ret_body))
        return false;
    struct prov_reader reader = prov_reader_make(*ret_body);
    *ret_count = prov_certificates_get(&reader, chain);
    return prov_reader_end(&reader) == PROV_OK;
}

/* The rules for files, as far as they are an endpoint's too. */
static void judge_chain(struct endpoint *e)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX], body;
    const struct prov_bundle *bundle = e->run->config.bundle;
    size_t count = 0;
    bool read = read_chain(e, chain, &count, &body);

    check_judge_rule(e->findings, "flight.certificate", read && count > 0, "%zu certificates",
                     count);
    if (!read || count == 0)
        return;
    struct prov_check_file file = {.subject = PROV_CHECK_CHAIN,
                                   .profile = bundle != NULL ? bundle->profile : NULL,
                                   .now_unix = e->run->config.now_unix,
                                   .crypto = e->run->config.crypto,
                                   .parts = chain,
                                   .part_count =
                                       count < PROV_DTLS_CHAIN_MAX ? count : PROV_DTLS_CHAIN_MAX,
                                   .sink = {take_finding, e}};
    if (bundle != NULL && bundle->kind == PROV_KIND_CERT) {
        file.anchors = bundle->anchors;
        file.anchor_count = bundle->anchor_count;
    }
    if (prov_check_file(&file) != PROV_OK)
        check_not_tested(e->findings, "flight.certificate",
                         "the certificates could not be looked at");
}

static enum check_act probe_certificates(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, CHECK_CERT);
        return CHECK_ASK;
    }
    judge_chain(e);
    judge_signature(e);
    judge_request(e);
    return CHECK_DONE;
}

static void judge_raw_key(struct endpoint *e)
{
    struct prov_bytes body, spki, point;
    char hex[CHECK_HEX_TEXT];
    bool good = check_answer_message(&e->answer, MESSAGE_CERTIFICATE, &body) &&
                prov_raw_key_take(body, &spki) && prov_spki_decode(spki, &point) == PROV_OK &&
                prov_crypto_point_check(e->run->config.crypto, point) == PROV_OK;

    check_judge_rule(e->findings, "raw_key.form", good, "Certificate: %s",
                     check_answer_message(&e->answer, MESSAGE_CERTIFICATE, &body)
                         ? check_hex(body, hex)
                         : "none");
}

static enum check_act probe_raw_key(struct endpoint *e)
{
    struct prov_bytes client;

    if (e->stage == 0) {
        endpoint_hello_of(e, CHECK_RPK);
        return CHECK_ASK;
    }
    bool answered =
        check_answer_extension(&e->answer, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, &client);
    check_judge_rule(e->findings, "raw_key.client_type",
                     answered && client.len == 1 && client.data[0] == PROV_CERTIFICATE_TYPE_RAW,
                     "client_certificate_type in ServerHello: %s",
                     !answered                                     ? "none"
                     : client.len != 1                             ? "not one octet"
                     : client.data[0] == PROV_CERTIFICATE_TYPE_RAW ? "2"
                                                                   : "not 2");
    judge_raw_key(e);
    judge_signature(e);
    judge_request(e);
    return CHECK_DONE;
}

static enum check_act probe_hint(struct endpoint *e)
{
    struct prov_bytes body;

    if (e->stage == 0 && !e->modes[CHECK_PSK]) {
        check_not_applicable(e->findings, "psk.hint", "the server does not have 0xC0A8");
        return CHECK_DONE;
    }
    if (e->stage == 0) {
        endpoint_hello_of(e, CHECK_PSK);
        return CHECK_ASK;
    }
    bool there = check_answer_message(&e->answer, MESSAGE_SERVER_KEY_EXCHANGE, &body);
    check_judge_rule(e->findings, "psk.hint", !there, "%s",
                     there ? "a hint is sent" : "no ServerKeyExchange");
    return CHECK_DONE;
}

static enum check_act probe_session_id(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.session_id_len = 32;
        memcpy(e->hello.session_id, e->hello.random, 32);
        return CHECK_ASK;
    }
    bool same = e->answer.hello &&
                prov_bytes_equal(e->answer.server.session_id, PROV_BYTES(e->hello.session_id, 32));
    check_judge_rule(e->findings, "resumption.unknown_id", endpoint_taken(e) && !same,
                     "a made-up session_id is %s%s", endpoint_answer(e),
                     same ? ", with the same session_id" : "");
    return CHECK_DONE;
}

/* --- points that a client may not send (RFC 8422, section 5.11) ------------------------------ */

static const struct {
    const char *rule, *what;
    uint8_t len;
    uint8_t first;
} bad_points[] = {
    {"point.off_curve", "a point that is not on the curve", 65, 4},
    {"point.form", "a compressed point", 33, 2},
    {"point.form", "the point at infinity", 1, 0},
    {"point.form", "a point of 64 octets", 64, 4},
};
#define BAD_POINTS (sizeof(bad_points) / sizeof(bad_points[0]))

static void send_point(struct endpoint *e, size_t which)
{
    uint8_t body_room[160], point[65] = {0}, room[256];
    struct prov_buf body = PROV_BUF_OF(body_room), out = PROV_BUF_OF(room);

    memset(point, 0x11, sizeof(point)); /* X = Y = 0x11…: not on P-256 */
    point[0] = bad_points[which].first;
    size_t mark = prov_put_open(&body, 2);
    prov_put_text(&body, "nobody-has-this");
    prov_put_close(&body, 2, mark);
    mark = prov_put_open(&body, 1);
    prov_put(&body, point, bad_points[which].len);
    prov_put_close(&body, 1, mark);
    check_record_message(MESSAGE_CLIENT_KEY_EXCHANGE, e->answer.verifies > 0 ? 2 : 1, 100,
                         prov_buf_bytes(&body), &out);
    endpoint_send(e, prov_buf_bytes(&out));
}

/* True when the point has been judged. Silence may be a datagram that was lost: it is asked once more. */
static bool judge_point(struct endpoint *e, size_t which)
{
    if (e->answer.alert < 0 && e->tries++ == 0)
        return false;
    check_judge_rule(e->findings, bad_points[which].rule,
                     e->answer.alert == PROV_ALERT_ILLEGAL_PARAMETER, "%s: alert %d (-1: none)",
                     bad_points[which].what, e->answer.alert);
    e->tries = 0;
    return true;
}

/* Anybody may send a ClientKeyExchange of ECDHE_PSK: no key is needed to be refused. e->count: which point. */
static enum check_act probe_points(struct endpoint *e)
{
    if (e->stage % 2 == 1) {
        if (!check_answer_done(&e->answer)) {
            check_not_tested(e->findings, bad_points[e->count].rule, "the hello is %s",
                             endpoint_answer(e));
            return CHECK_DONE;
        }
        send_point(e, e->count);
        e->enough = e->answer.datagrams + 1;
        return CHECK_LISTEN;
    }
    if (e->stage == 0)
        e->count = e->tries = 0;
    else if (judge_point(e, e->count))
        e->count++;
    if (e->count == BAD_POINTS)
        return CHECK_DONE;
    endpoint_hello_of(e, e->modes[CHECK_PSK_FS] ? CHECK_PSK_FS : CHECK_PSK_FS_8);
    return CHECK_ASK;
}

/* --- cached_info (RFC 7924) ------------------------------------------------------------------ */

#define CACHED_CERT 1

/* SHA-256 over the message with its TLS header (RFC 7924, section 5 and appendix A). */
static bool fingerprint(struct endpoint *e, struct prov_bytes body, uint8_t ret[PROV_HASH_LEN])
{
    const uint8_t header[4] = {MESSAGE_CERTIFICATE, (uint8_t)(body.len >> 16),
                               (uint8_t)(body.len >> 8), (uint8_t)body.len};
    const struct prov_bytes parts[] = {PROV_BYTES_OF(header), body};

    return prov_crypto_sha256(e->run->config.crypto, parts, 2, ret) == PROV_OK;
}

static void offer_cached(struct endpoint *e)
{
    uint8_t room[64];
    struct prov_buf out = PROV_BUF_OF(room);
    size_t list = prov_put_open(&out, 2);

    prov_put_u8(&out, CACHED_CERT);
    prov_put_u8(&out, PROV_HASH_LEN);
    prov_put(&out, e->room, PROV_HASH_LEN);
    prov_put_close(&out, 2, list);
    endpoint_hello_of(e, CHECK_CERT);
    check_hello_extension(&e->hello, PROV_EXTENSION_CACHED_INFO, prov_buf_bytes(&out));
}

static void judge_cached(struct endpoint *e)
{
    struct prov_bytes extension = PROV_BYTES_NONE, body = PROV_BYTES_NONE;
    char hex[CHECK_HEX_TEXT];
    bool echoed = check_answer_extension(&e->answer, PROV_EXTENSION_CACHED_INFO, &extension);
    bool there = check_answer_message(&e->answer, MESSAGE_CERTIFICATE, &body);

    check_judge_rule(e->findings, "cached_info.taken", echoed, "the right fingerprint is %s",
                     echoed ? "taken" : "not taken: the chain is sent in full");
    if (!echoed) {
        check_not_applicable(e->findings, "cached_info.form", "not negotiated");
        check_not_applicable(e->findings, "cached_info.wrong", "not negotiated");
        return;
    }
    check_judge_rule(e->findings, "cached_info.form",
                     prov_bytes_equal(extension, OCTETS(0, 1, CACHED_CERT)) && there &&
                         body.len == 1 + PROV_HASH_LEN && body.data[0] == PROV_HASH_LEN &&
                         memcmp(body.data + 1, e->room, PROV_HASH_LEN) == 0,
                     "extension of %zu octets, Certificate: %s", extension.len,
                     check_hex(body, hex));
}

static bool read_certificates(const struct endpoint *e, struct prov_bytes *ret_body)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t count = 0;

    return read_chain(e, chain, &count, ret_body) && count > 0;
}

static enum check_act probe_cached(struct endpoint *e)
{
    struct prov_bytes body;

    if (e->stage == 0) {
        endpoint_hello_of(e, CHECK_CERT);
        return CHECK_ASK;
    }
    if (e->stage == 1 && (!read_certificates(e, &body) || !fingerprint(e, body, e->room))) {
        check_not_tested(e->findings, "cached_info.taken", "no Certificate was read");
        return CHECK_DONE;
    }
    if (e->stage == 2) {
        judge_cached(e);
        if (check_verdict(e->findings, "cached_info.taken") != PROV_CHECK_PASS)
            return CHECK_DONE;
        e->room[0] ^= 1;
    }
    if (e->stage < 3) {
        offer_cached(e);
        return CHECK_ASK;
    }
    bool full = check_answer_message(&e->answer, MESSAGE_CERTIFICATE, &body) &&
                body.len > 1 + PROV_HASH_LEN;
    check_judge_rule(e->findings, "cached_info.wrong",
                     full && !check_answer_extension(&e->answer, PROV_EXTENSION_CACHED_INFO, &body),
                     "a wrong fingerprint is %s", full ? "answered in full" : "taken");
    return CHECK_DONE;
}

/* For what two probes look at: it is left out when neither runs. */
static enum check_act probe_nothing(struct endpoint *e)
{
    (void)e;
    return CHECK_DONE;
}

const struct check_probe check_probes_exchange[] = {
    {"the server's share",
     NEEDS_BASE | NEEDS_SHARE,
     probe_share,
     {"share.group", "share.point", "share.fresh"}},
    {"random numbers", NEEDS_BASE, probe_random, {"random.fresh"}},
    {"the flight with certificates",
     NEEDS_BASE | NEEDS_CERT,
     probe_certificates,
     {"flight.certificate", CHECK_CHAIN_RULES}},
    {"the flight with a raw key",
     NEEDS_BASE | NEEDS_RPK,
     probe_raw_key,
     {"raw_key.form", "raw_key.client_type", "request.rpk_authorities"}},
    {"no key to sign with",
     NEEDS_BASE | NEEDS_PUBLIC,
     probe_nothing,
     {"signature.algorithm", "request.present", "request.form"}},
    {"the identity hint", NEEDS_BASE | NEEDS_PSK, probe_hint, {"psk.hint"}},
    {"a made-up session id", NEEDS_BASE, probe_session_id, {"resumption.unknown_id"}},
    {"points off the curve",
     NEEDS_BASE | NEEDS_PSK_FS,
     probe_points,
     {"point.off_curve", "point.form"}},
    {"cached_info",
     NEEDS_BASE | NEEDS_CERT,
     probe_cached,
     {"cached_info.taken", "cached_info.form", "cached_info.wrong"}},
    {.name = NULL},
};
