/* SPDX-License-Identifier: Apache-2.0
 *
 * The messages between the hellos and Finished: what each end refuses, and with which alert.
 */
#include "fixture.h"

/* Changes a message of one end on its way and returns the alert of the other one: -1 if it said nothing. No
 * end may be connected. */
static int alert_to(enum wire_kind kind, enum wire_side from, uint8_t type,
                    size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {from, type, change, 0};
    struct wire w;

    wire_make(&w, &world, kind);
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(edit.met > 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    int alert = wire_alert(&w, (enum wire_side)(1 - from));
    if (alert >= 0)
        assert_int_equal(prov_dtls_failure(&w.ends[1 - from].session).alert_sent, alert);
    wire_free(&w);
    return alert;
}

/* --- CertificateRequest ---------------------------------------------------------------------- */

/* Takes a message out of a flight and numbers those behind it anew. */
struct skip {
    enum wire_side from;
    uint8_t type;
    unsigned met;
};

static enum wire_fate skip_fate(void *context, struct wire_datagram *d)
{
    struct skip *skip = context;
    uint8_t whole[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(whole);
    struct wire_record r;
    size_t at = 0;

    if (d->from != skip->from)
        return WIRE_DELIVER;
    while (wire_record_next(d, &at, &r)) {
        uint8_t *record = d->octets + r.at;
        if (r.type == 22 && r.epoch == 0 && r.body[0] == skip->type) {
            skip->met++;
            continue;
        }
        if (skip->met > 0 && r.type == 22 && r.epoch == 0)
            record[13 + 5]--;
        prov_put(&out, record, 13 + r.len);
    }
    memcpy(d->octets, whole, out.len);
    d->len = out.len;
    return out.len > 0 ? WIRE_DELIVER : WIRE_DROP;
}

static int alert_without(enum wire_kind kind, enum wire_side from, uint8_t type)
{
    struct skip skip = {from, type, 0};
    struct wire w;

    wire_make(&w, &world, kind);
    w.fate = skip_fate;
    w.context = &skip;
    wire_start(&w);
    wire_run(&w, 70000);
    assert_true(skip.met > 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    int alert = wire_alert(&w, (enum wire_side)(1 - from));
    wire_free(&w);
    return alert;
}

static void h20_a_missing_certificate_request_aborts(void **state)
{
    (void)state;
    assert_int_equal(alert_without(WIRE_RPK, WIRE_SERVER, 13), 40);
    assert_int_equal(alert_without(WIRE_CERT, WIRE_SERVER, 13), 40);
}

static size_t rsa_request(uint8_t *body, size_t len)
{
    body[1] = 1;
    return len;
}

static size_t sha_384_request(uint8_t *body, size_t len)
{
    body[4] = 5;
    return len;
}

static void h20_a_request_for_something_else_aborts(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 13, rsa_request), 40);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 13, sha_384_request), 40);
}

static void a_skipped_message_never_completes(void **state)
{
    static const struct {
        enum wire_kind kind;
        enum wire_side from;
        uint8_t type;
    } skips[] = {
        {WIRE_PSK, WIRE_SERVER, 2},     {WIRE_PSK, WIRE_SERVER, 14},
        {WIRE_PSK, WIRE_CLIENT, 16},    {WIRE_PSK_FS, WIRE_SERVER, 12},
        {WIRE_PSK_FS, WIRE_CLIENT, 16}, {WIRE_RPK, WIRE_SERVER, 11},
        {WIRE_RPK, WIRE_SERVER, 12},    {WIRE_RPK, WIRE_CLIENT, 11},
        {WIRE_RPK, WIRE_CLIENT, 16},    {WIRE_RPK, WIRE_CLIENT, 15},
        {WIRE_CERT, WIRE_SERVER, 11},   {WIRE_CERT, WIRE_SERVER, 12},
        {WIRE_CERT, WIRE_CLIENT, 11},   {WIRE_CERT, WIRE_CLIENT, 15},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(skips) / sizeof(skips[0]); i++)
        (void)alert_without(skips[i].kind, skips[i].from, skips[i].type);
}

/* --- a client that says nothing of itself ---------------------------------------------------- */

static size_t no_certificate(uint8_t *body, size_t len)
{
    (void)len;
    memset(body, 0, 3);
    return 3;
}

static void row7_an_empty_client_certificate_gets_40(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, no_certificate), 40);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_CLIENT, 11, no_certificate), 40);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 11, no_certificate), 40);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 11, no_certificate), 40);
}

/* A client that leaves CertificateVerify out and does all the rest right: its Finished is good. */
static bool leave_verify_out(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *s = &w->ends[side].session;

    if (side != WIRE_CLIENT || event != PROV_DTLS_NEED_SIGN)
        return false;
    s->hs->need = 0;
    prov_finished_add(s);
    assert_int_equal(s->hs->error, PROV_OK);
    s->hs->state = STATE_FINISHED;
    prov_flight_end(s);
    return true;
}

static void a_client_without_certificate_verify_is_refused(void **state)
{
    (void)state;
    for (int kind = WIRE_RPK; kind <= WIRE_CERT; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.intercept = leave_verify_out;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_SERVER].connected, 0);
        assert_int_equal(wire_alert(&w, WIRE_SERVER), 10);
        wire_free(&w);
    }
}

/* --- Certificate ----------------------------------------------------------------------------- */

static size_t as_list(uint8_t *body, size_t len)
{
    memmove(body + 3, body, len);
    body[0] = body[1] = 0;
    body[2] = (uint8_t)len;
    return len + 3;
}

static size_t trailing(uint8_t *body, size_t len)
{
    body[len] = 0;
    return len + 1;
}

static size_t compressed_spki(uint8_t *body, size_t len)
{
    (void)len;
    body[2] = 59;
    body[3 + 1] = 57;
    body[3 + 24] = 34; /* BIT STRING */
    body[3 + 26] = 2;
    return 3 + 59;
}

static size_t hybrid_spki(uint8_t *body, size_t len)
{
    body[3 + 26] = 6;
    return len;
}

static size_t x509_as_raw(uint8_t *body, size_t len)
{
    size_t certificate = world.identities[WIRE_CLIENT].chain[0].len;

    (void)len;
    memcpy(body + 3, world.identities[WIRE_CLIENT].chain[0].data, certificate);
    body[1] = (uint8_t)(certificate >> 8);
    body[2] = (uint8_t)certificate;
    return 3 + certificate;
}

static void h21_rpk_certificate_is_one_spki(void **state)
{
    struct prov_bytes message;
    struct wire w;
    int alert;

    (void)state;
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, trailing), 50);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, compressed_spki), 47);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, hybrid_spki), 47);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, as_list), 40);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 11, as_list), 40);
    alert = alert_to(WIRE_RPK, WIRE_CLIENT, 11, x509_as_raw); /* row 15 */
    assert_int_equal(alert, 40);

    wire_make(&w, &world, WIRE_RPK);
    wire_start(&w);
    wire_run(&w, 0);
    for (int side = 0; side < 2; side++) {
        assert_true(wire_find(&w, (enum wire_side)side, 11, 0, &message));
        assert_int_equal(message.len, 12 + 3 + PROV_SPKI_LEN);
        assert_memory_equal(message.data + 12, "\0\0\x5b", 3);
        assert_memory_equal(message.data + 15, world.identities[side].spki, PROV_SPKI_LEN);
    }
    wire_free(&w);
}

static size_t the_servers_key(uint8_t *body, size_t len)
{
    memcpy(body + 3, world.identities[WIRE_SERVER].spki, PROV_SPKI_LEN);
    return len;
}

static size_t the_clients_key(uint8_t *body, size_t len)
{
    memcpy(body + 3, world.identities[WIRE_CLIENT].spki, PROV_SPKI_LEN);
    return len;
}

/* Another certificate of the peer's own key: its own one with a changed signature. */
static size_t a_certificate_of_its_own_key(uint8_t *body, enum wire_side side)
{
    struct prov_bytes leaf = world.identities[side].chain[0];
    struct prov_buf out = prov_buf_make(body, WIRE_DATAGRAM_MAX / 2);

    prov_put_u24(&out, (uint32_t)leaf.len + 3);
    prov_put_u24(&out, (uint32_t)leaf.len);
    prov_put_bytes(&out, leaf);
    body[out.len - 1] ^= 1;
    return out.len;
}

static size_t the_servers_certificate(uint8_t *body, size_t len)
{
    (void)len;
    return a_certificate_of_its_own_key(body, WIRE_SERVER);
}

static size_t the_clients_certificate(uint8_t *body, size_t len)
{
    (void)len;
    return a_certificate_of_its_own_key(body, WIRE_CLIENT);
}

static void h37_ones_own_key_is_refused(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_CERT, WIRE_CLIENT, 11, the_servers_certificate), 49);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 11, the_clients_certificate), 49);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 11, the_servers_key), 40);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 11, the_clients_key), 40);
}

static size_t reordered(uint8_t *body, size_t len)
{
    const struct prov_bytes *chain = world.identities[WIRE_CLIENT].chain;
    struct prov_buf out = prov_buf_make(body, len);

    prov_put_u24(&out, (uint32_t)(len - 3));
    for (int i = 1; i >= 0; i--) {
        prov_put_u24(&out, (uint32_t)chain[i].len);
        prov_put_bytes(&out, chain[i]);
    }
    return out.len;
}

static void h27_certificates_out_of_order_are_refused(void **state)
{
    (void)state;
    assert_true(alert_to(WIRE_CERT, WIRE_CLIENT, 11, reordered) >= 40);
}

static void h27_a_root_that_is_sent_along_does_no_harm(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    struct prov_bytes chain[] = {w.ends[WIRE_SERVER].config.chain[0],
                                 w.ends[WIRE_SERVER].config.chain[1], world.root};
    w.ends[WIRE_SERVER].config.chain = chain;
    w.ends[WIRE_SERVER].config.chain_len = 3;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static int verdict_alert(enum wire_kind kind, enum wire_side judge, prov_result verdict)
{
    struct wire w;

    wire_make(&w, &world, kind);
    w.ends[judge].verdict = verdict;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    assert_int_equal(prov_dtls_failure(&w.ends[judge].session).result, verdict);
    assert_false(prov_dtls_failure(&w.ends[judge].session).authentic);
    assert_int_equal(prov_dtls_failure(&w.ends[1 - judge].session).result, PROV_E_PEER_ALERT);
    int alert = wire_alert(&w, judge);
    wire_free(&w);
    return alert;
}

static void rule_2e_verdicts_become_alerts_that_the_kind_allows(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        enum wire_side judge = (enum wire_side)side;
        assert_int_equal(verdict_alert(WIRE_RPK, judge, PROV_E_NOT_FOUND), 40);
        assert_int_equal(verdict_alert(WIRE_RPK, judge, PROV_E_REVOKED), 40);
        assert_int_equal(verdict_alert(WIRE_RPK, judge, PROV_E_TIME), 40);
        assert_int_equal(verdict_alert(WIRE_CERT, judge, PROV_E_REVOKED), 44);
        assert_int_equal(verdict_alert(WIRE_CERT, judge, PROV_E_TIME), 45);
        assert_int_equal(verdict_alert(WIRE_CERT, judge, PROV_E_ISSUER), 48);
        assert_int_equal(verdict_alert(WIRE_CERT, judge, PROV_E_NAME), 46);
    }
}

static void row15_an_unknown_raw_key_gets_40(void **state)
{
    (void)state;
    assert_int_equal(verdict_alert(WIRE_RPK, WIRE_SERVER, PROV_E_NOT_FOUND), 40);
    assert_int_equal(verdict_alert(WIRE_RPK, WIRE_CLIENT, PROV_E_NOT_FOUND), 40);
}

/* --- points, curves and signatures ----------------------------------------------------------- */

/* ServerKeyExchange of ECDHE_PSK: hint 2 | curve_type 1 | curve 2 | length 1 | point 65 */
static size_t server_off_curve(uint8_t *body, size_t len)
{
    body[2 + 4 + 64] ^= 1;
    return len;
}

static size_t server_compressed(uint8_t *body, size_t len)
{
    (void)len;
    body[5] = 33;
    body[6] = 2;
    return 6 + 33;
}

static size_t server_hybrid(uint8_t *body, size_t len)
{
    body[6] = 6 + (body[70] & 1);
    return len;
}

static size_t server_infinity(uint8_t *body, size_t len)
{
    (void)len;
    body[5] = 1;
    body[6] = 0;
    return 7;
}

static size_t server_long(uint8_t *body, size_t len)
{
    body[5] = 66;
    body[len] = 0;
    return len + 1;
}

static size_t server_zero(uint8_t *body, size_t len)
{
    memset(body + 7, 0, 64);
    return len;
}

/* ClientKeyExchange of ECDHE_ECDSA: length 1 | point 65 */
static size_t client_off_curve(uint8_t *body, size_t len)
{
    body[65] ^= 1;
    return len;
}

static size_t client_compressed(uint8_t *body, size_t len)
{
    (void)len;
    body[0] = 33;
    body[1] = 3;
    return 34;
}

static size_t client_infinity(uint8_t *body, size_t len)
{
    (void)len;
    body[0] = 1;
    body[1] = 0;
    return 2;
}

static size_t client_nothing(uint8_t *body, size_t len)
{
    (void)len;
    body[0] = 0;
    return 1;
}

static void h24_bad_points_get_47(void **state)
{
    static size_t (*const servers[])(uint8_t *, size_t) = {server_off_curve, server_compressed,
                                                           server_hybrid,    server_infinity,
                                                           server_long,      server_zero};
    static size_t (*const clients[])(uint8_t *, size_t) = {client_off_curve, client_compressed,
                                                           client_infinity, client_nothing};

    (void)state;
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
        assert_int_equal(alert_to(WIRE_PSK_FS, WIRE_SERVER, 12, servers[i]), 47);
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 16, clients[i]), 47);
        assert_int_equal(alert_to(WIRE_CERT, WIRE_CLIENT, 16, clients[i]), 47);
    }
}

static size_t p384(uint8_t *body, size_t len)
{
    body[4] = 24;
    return len;
}

static size_t explicit_prime(uint8_t *body, size_t len)
{
    body[2] = 1;
    return len;
}

static size_t rpk_p521(uint8_t *body, size_t len)
{
    body[2] = 25;
    return len;
}

/* After the parameters of 69 octets: hash, signature */
static size_t sha_1(uint8_t *body, size_t len)
{
    body[69] = 2;
    return len;
}

static size_t sha_384(uint8_t *body, size_t len)
{
    body[69] = 5;
    return len;
}

static size_t rsa(uint8_t *body, size_t len)
{
    body[70] = 1;
    return len;
}

static size_t verify_sha_1(uint8_t *body, size_t len)
{
    body[0] = 2;
    return len;
}

static void h26_what_was_not_offered_gets_47(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_PSK_FS, WIRE_SERVER, 12, p384), 47);
    assert_int_equal(alert_to(WIRE_PSK_FS, WIRE_SERVER, 12, explicit_prime), 47);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 12, rpk_p521), 47);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 12, sha_384), 47);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 12, rsa), 47);
}

static void row20_and_row21_sha_1_signatures_get_47(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 12, sha_1), 47);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 12, sha_1), 47);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 15, verify_sha_1), 47);
}

/* CertificateVerify: algorithm 2 | length 2 | SEQUENCE … */
static size_t verify_trailing(uint8_t *body, size_t len)
{
    body[3]++;
    body[len] = 0;
    return len + 1;
}

static size_t verify_long_form(uint8_t *body, size_t len)
{
    memmove(body + 6, body + 5, len - 5);
    body[3]++;
    body[6] = body[5 + 1];
    body[5] = 0x81;
    return len + 1;
}

static size_t verify_zero_r(uint8_t *body, size_t len)
{
    static const uint8_t value[] = {4, 3, 0, 8, 0x30, 6, 2, 1, 0, 2, 1, 1};

    (void)len;
    memcpy(body, value, sizeof(value));
    return sizeof(value);
}

static size_t verify_flipped(uint8_t *body, size_t len)
{
    body[len - 1] ^= 1;
    return len;
}

static size_t exchange_flipped(uint8_t *body, size_t len)
{
    body[len - 1] ^= 1;
    return len;
}

static void h25_signatures_are_strict_der(void **state)
{
    (void)state;
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 15, verify_trailing), 51);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 15, verify_long_form), 51);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_CLIENT, 15, verify_zero_r), 51);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_CLIENT, 15, verify_flipped), 51);
    assert_int_equal(alert_to(WIRE_RPK, WIRE_SERVER, 12, exchange_flipped), 51);
    assert_int_equal(alert_to(WIRE_CERT, WIRE_SERVER, 12, exchange_flipped), 51);
}

static size_t shorter(uint8_t *body, size_t len)
{
    (void)body;
    return len - 1;
}

static void a_body_that_is_too_short_or_too_long_is_refused(void **state)
{
    static const struct {
        enum wire_kind kind;
        enum wire_side from;
        uint8_t type;
    } messages[] = {
        {WIRE_PSK, WIRE_SERVER, 2},   {WIRE_PSK_FS, WIRE_SERVER, 12}, {WIRE_RPK, WIRE_SERVER, 11},
        {WIRE_RPK, WIRE_SERVER, 12},  {WIRE_RPK, WIRE_SERVER, 13},    {WIRE_CERT, WIRE_SERVER, 11},
        {WIRE_PSK, WIRE_CLIENT, 16},  {WIRE_PSK_FS, WIRE_CLIENT, 16}, {WIRE_RPK, WIRE_CLIENT, 16},
        {WIRE_RPK, WIRE_CLIENT, 11},  {WIRE_RPK, WIRE_CLIENT, 15},    {WIRE_CERT, WIRE_CLIENT, 11},
        {WIRE_CERT, WIRE_CLIENT, 15},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        assert_int_equal(alert_to(messages[i].kind, messages[i].from, messages[i].type, shorter),
                         50);
        assert_int_equal(alert_to(messages[i].kind, messages[i].from, messages[i].type, trailing),
                         50);
    }
    assert_int_equal(alert_to(WIRE_PSK, WIRE_SERVER, 14, trailing), 50);
}

/* --- exact octets ---------------------------------------------------------------------------- */

static void h20_the_request_is_ecdsa_sign_and_sha_256_and_names_nobody(void **state)
{
    static const uint8_t expected[] = {1, 64, 0, 2, 4, 3, 0, 0};

    (void)state;
    for (int kind = WIRE_RPK; kind <= WIRE_CERT; kind++) {
        struct prov_bytes request;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        wire_start(&w);
        wire_run(&w, 0);
        assert_true(wire_find(&w, WIRE_SERVER, 13, 0, &request));
        assert_int_equal(request.len, 12 + sizeof(expected));
        assert_memory_equal(request.data + 12, expected, sizeof(expected));
        wire_free(&w);
    }
}

static void a_key_holder_that_fails_ends_the_handshake(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct wire w;
        wire_make(&w, &world, WIRE_RPK);
        w.ends[side].sign = PROV_E_IO;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
        assert_int_equal(wire_alert(&w, (enum wire_side)side), 80);
        assert_int_equal(prov_dtls_failure(&w.ends[side].session).result, PROV_E_IO);
        wire_free(&w);
    }
}

static void row1_and_row7_a_client_needs_something_to_authenticate_with(void **state)
{
    struct prov_dtls s;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        struct prov_dtls_config config = w.ends[WIRE_CLIENT].config;
        config.psk_identity = config.spki = PROV_BYTES_NONE;
        config.chain_len = 0;
        assert_int_equal(
            prov_dtls_start(&s, &config, world.crypto, w.ends[WIRE_CLIENT].workspace, 0),
            PROV_E_STATE);
        config = w.ends[WIRE_CLIENT].config;
        config.kinds = PROV_KINDS_ALL;
        assert_int_equal(
            prov_dtls_start(&s, &config, world.crypto, w.ends[WIRE_CLIENT].workspace, 0),
            PROV_E_STATE);
        config = w.ends[WIRE_CLIENT].config;
        config.mtu = PROV_DTLS_MTU_MIN - 1;
        assert_int_equal(
            prov_dtls_start(&s, &config, world.crypto, w.ends[WIRE_CLIENT].workspace, 0),
            PROV_E_BOUNDS);
        wire_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h20_a_missing_certificate_request_aborts),
        cmocka_unit_test(h20_a_request_for_something_else_aborts),
        cmocka_unit_test(a_skipped_message_never_completes),
        cmocka_unit_test(row7_an_empty_client_certificate_gets_40),
        cmocka_unit_test(a_client_without_certificate_verify_is_refused),
        cmocka_unit_test(h21_rpk_certificate_is_one_spki),
        cmocka_unit_test(h37_ones_own_key_is_refused),
        cmocka_unit_test(h27_certificates_out_of_order_are_refused),
        cmocka_unit_test(h27_a_root_that_is_sent_along_does_no_harm),
        cmocka_unit_test(rule_2e_verdicts_become_alerts_that_the_kind_allows),
        cmocka_unit_test(row15_an_unknown_raw_key_gets_40),
        cmocka_unit_test(h24_bad_points_get_47),
        cmocka_unit_test(h26_what_was_not_offered_gets_47),
        cmocka_unit_test(row20_and_row21_sha_1_signatures_get_47),
        cmocka_unit_test(h25_signatures_are_strict_der),
        cmocka_unit_test(a_body_that_is_too_short_or_too_long_is_refused),
        cmocka_unit_test(h20_the_request_is_ecdsa_sign_and_sha_256_and_names_nobody),
        cmocka_unit_test(a_key_holder_that_fails_ends_the_handshake),
        cmocka_unit_test(row1_and_row7_a_client_needs_something_to_authenticate_with),
    };
    return cmocka_run_group_tests_name("dtls exchange", tests, setup, teardown);
}
