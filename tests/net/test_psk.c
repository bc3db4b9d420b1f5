/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-shared keys: hints, identities, wrong keys; ephemeral keys.
 */
#include "fixture.h"

/* --- PSK ------------------------------------------------------------------------------------- */

/* The server's flight made anew, with a hint. */
static size_t length_of(const uint8_t *message)
{
    return (size_t)message[2] << 8 | message[3];
}

static bool with_hint(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    static const char lie[] = "another-identity\0\xff";
    struct prov_dtls *s = &w->ends[side].session;
    uint8_t hello[256], exchange[256];
    struct prov_bytes client_hello;

    if (side != WIRE_SERVER || event != PROV_DTLS_WAIT || s->hs == NULL ||
        w->intercept_context == NULL || s->hs->state != STATE_KEY_EXCHANGE)
        return false;
    w->intercept_context = NULL; /* once */
    size_t hello_len = length_of(s->hs->room);
    memcpy(hello, s->hs->room + 12, hello_len);
    const uint8_t *second = s->hs->room + 12 + hello_len;
    size_t old = s->suite->kx == PROV_KX_PSK ? 0 : length_of(second) - 2;
    if (old > 0)
        memcpy(exchange, second + 12 + 2, old);

    assert_true(wire_find(w, WIRE_CLIENT, 1, 1, &client_hello));
    prov_crypto_hash_drop(s->crypto, &s->hs->transcript);
    prov_transcript_begin(s);
    prov_transcript_add(s, client_hello);
    s->hs->next_send = s->hs->answered_from;
    uint16_t from = s->hs->answered_from;
    prov_flight_begin(s);
    s->hs->answered_from = from;
    struct prov_buf *m = prov_flight_message(s, 2);
    prov_put(m, hello, hello_len);
    prov_flight_message_end(s);
    m = prov_flight_message(s, 12);
    prov_put_u16(m, sizeof(lie) - 1);
    prov_put(m, lie, sizeof(lie) - 1);
    prov_put(m, exchange, old);
    prov_flight_message_end(s);
    (void)prov_flight_message(s, 14);
    prov_flight_message_end(s);
    assert_int_equal(s->hs->error, PROV_OK);
    prov_flight_end(s);
    return false;
}

static void completes_with_lying_hint(enum wire_kind kind)
{
    struct prov_bytes exchange;
    struct wire w;

    wire_make(&w, &world, kind);
    w.intercept = with_hint;
    w.intercept_context = &w;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_find(&w, WIRE_SERVER, 12, 0, &exchange));
    assert_memory_equal(exchange.data + 12 + 2, "another-identity", 16);
    assert_true(wire_find(&w, WIRE_CLIENT, 16, 0, &exchange));
    assert_memory_equal(exchange.data + 12 + 2, world.psk_identity, sizeof(world.psk_identity));
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void h23_ecdhe_psk_completes_with_an_empty_and_with_a_lying_hint(void **state)
{
    struct prov_bytes exchange;
    struct wire w;

    (void)state;
    completes_with_lying_hint(WIRE_PSK_FS);
    wire_make(&w, &world, WIRE_PSK_FS);
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_find(&w, WIRE_SERVER, 12, 0, &exchange));
    assert_int_equal(exchange.len, 12 + 2 + 4 + PROV_POINT_LEN); /* unsigned */
    assert_memory_equal(exchange.data + 12, "\0\0\x03\0\x17\x41\x04", 7);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row13_no_hint_is_sent_and_a_lying_one_is_ignored(void **state)
{
    struct prov_bytes exchange;
    struct wire w;

    (void)state;
    completes_with_lying_hint(WIRE_PSK);
    wire_make(&w, &world, WIRE_PSK);
    wire_start(&w);
    wire_run(&w, 0);
    assert_false(wire_find(&w, WIRE_SERVER, 12, 0, &exchange));
    wire_free(&w);
}

static bool sees_identity(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    if (side == WIRE_SERVER && event == PROV_DTLS_NEED_PSK)
        assert_true(prov_bytes_equal(prov_dtls_need_identity(&w->ends[side].session),
                                     PROV_BYTES_OF(world.psk_identity)));
    return false;
}

static void h28_an_identity_with_nul_octets_works(void **state)
{
    struct wire w;

    (void)state;
    assert_int_equal(world.psk_identity[3], 0);
    wire_make(&w, &world, WIRE_PSK);
    w.intercept = sees_identity;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].asked[0], 1);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* What a server whose answer to NEED_PSK is such says to a client; the datagram of its alert is copied. */
static void psk_end(enum wire_kind kind, bool known, struct prov_bytes psk,
                    struct wire_datagram *ret)
{
    struct wire w;

    wire_make(&w, &world, kind);
    w.ends[WIRE_SERVER].psk_known = known;
    w.ends[WIRE_SERVER].psk = psk;
    wire_start(&w);
    wire_run(&w, 70000);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 51);
    assert_int_equal(prov_dtls_failure(&w.ends[WIRE_SERVER].session).result, PROV_E_WRONG_KEY);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
    assert_int_equal(failure.result, PROV_E_PEER_ALERT);
    assert_int_equal(failure.alert_received, 51);
    assert_false(failure.authentic); /* anybody could have sent it (H39) */
    *ret = w.log[w.log_len - 1];
    assert_int_equal(ret->from, WIRE_SERVER);
    wire_free(&w);
}

static void h29_unknown_identity_revoked_and_wrong_key_end_in_the_same_octets(void **state)
{
    static const uint8_t wrong[16] = {1}, longer[64] = {2};
    struct wire_datagram ends[4];

    (void)state;
    for (int kind = WIRE_PSK; kind <= WIRE_PSK_FS; kind++) {
        psk_end((enum wire_kind)kind, true, PROV_BYTES_OF(wrong), &ends[0]);
        psk_end((enum wire_kind)kind, false, PROV_BYTES_OF(wrong), &ends[1]);
        psk_end((enum wire_kind)kind, true, PROV_BYTES_OF(longer), &ends[2]);
        psk_end((enum wire_kind)kind, false, PROV_BYTES_OF(world.psk),
                &ends[3]); /* even with the key */
        for (int i = 0; i < 4; i++) {
            assert_int_equal(ends[i].len, 15);
            assert_memory_equal(ends[i].octets, ends[0].octets, 15);
        }
        assert_int_equal(ends[0].octets[4], 0); /* epoch */
        assert_memory_equal(ends[0].octets + 11, "\0\x02\x02\x33", 4);
    }
}

/* The client's Finished is cut off its datagram, once. */
static enum wire_fate cut_finished(void *context, struct wire_datagram *d)
{
    bool *done = context;
    struct wire_record r;
    size_t at = 0;

    while (d->from == WIRE_CLIENT && !*done && wire_record_next(d, &at, &r))
        if (r.epoch == 1) {
            d->len = r.at;
            *done = true;
        }
    return WIRE_DELIVER;
}

static void row14_other_bad_records_are_silent(void **state)
{
    /* longer than a Finished by an octet; application data and an alert of its size */
    uint8_t junk[][13 + 41] = {{22, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 41},
                               {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40},
                               {21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40}};
    bool cut = false;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = cut_finished;
    w.context = &cut;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].session.hs->state, STATE_FINISHED);
    for (size_t i = 0; i < 3; i++)
        wire_inject(&w, WIRE_CLIENT, junk[i], i == 0 ? 13 + 41 : 13 + 40);
    wire_run(&w, 0);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), -1);
    assert_int_equal(w.ends[WIRE_SERVER].failed, 0);
    wire_run(&w, 9000);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* RFC 5246, section 8.1: gone once the master secret has been computed; what was derived from that since lies before. */
#define DERIVED_LEN (3 * PROV_HASH_LEN)
static bool sees_no_psk(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    const struct prov_dtls_handshake *hs = w->ends[side].session.hs;
    struct prov_bytes psk = w->ends[side].psk;
    bool *met = w->intercept_context;

    if (event != PROV_DTLS_WAIT || hs == NULL || !w->ends[side].session.keys_ready)
        return false;
    met[side] = true;
    for (size_t i = 0; i < psk.len; i++)
        assert_null(
            memchr(hs->secret + DERIVED_LEN, psk.data[i], sizeof(hs->secret) - DERIVED_LEN));
    return false;
}

static void the_premaster_secret_is_gone_when_there_is_a_master_secret(void **state)
{
    uint8_t psk[PROV_PSK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(psk); i++)
        psk[i] = (uint8_t)(i + 1);
    for (int kind = WIRE_PSK; kind <= WIRE_PSK_FS; kind++) {
        bool met[2] = {false, false}, cut = false;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_CLIENT].psk = w.ends[WIRE_SERVER].psk = PROV_BYTES_OF(psk);
        w.fate = cut_finished;
        w.context = &cut;
        w.intercept = sees_no_psk;
        w.intercept_context = met;
        wire_start(&w);
        wire_run(&w, 9000);
        assert_true(met[WIRE_CLIENT] && met[WIRE_SERVER]);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

/* --- ephemeral keys -------------------------------------------------------------------------- */

static void row11_each_handshake_has_new_ephemeral_keys(void **state)
{
    uint8_t points[2][2][PROV_POINT_LEN]; /* run, side */

    (void)state;
    for (int run = 0; run < 2; run++) {
        struct prov_bytes exchange;
        struct wire w;
        wire_make(&w, &world, WIRE_RPK);
        wire_start(&w);
        wire_run(&w, 0);
        assert_true(wire_find(&w, WIRE_SERVER, 12, 0, &exchange));
        memcpy(points[run][WIRE_SERVER], exchange.data + 12 + 4, PROV_POINT_LEN);
        assert_true(wire_find(&w, WIRE_CLIENT, 16, 0, &exchange));
        memcpy(points[run][WIRE_CLIENT], exchange.data + 12 + 1, PROV_POINT_LEN);
        wire_free(&w);
    }
    assert_memory_not_equal(points[0][0], points[1][0], PROV_POINT_LEN);
    assert_memory_not_equal(points[0][1], points[1][1], PROV_POINT_LEN);
    assert_memory_not_equal(points[0][0], points[0][1], PROV_POINT_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h23_ecdhe_psk_completes_with_an_empty_and_with_a_lying_hint),
        cmocka_unit_test(row13_no_hint_is_sent_and_a_lying_one_is_ignored),
        cmocka_unit_test(h28_an_identity_with_nul_octets_works),
        cmocka_unit_test(h29_unknown_identity_revoked_and_wrong_key_end_in_the_same_octets),
        cmocka_unit_test(row14_other_bad_records_are_silent),
        cmocka_unit_test(the_premaster_secret_is_gone_when_there_is_a_master_secret),
        cmocka_unit_test(row11_each_handshake_has_new_ephemeral_keys),
    };
    return cmocka_run_group_tests_name("dtls psk", tests, setup, teardown);
}
