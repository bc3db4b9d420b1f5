/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers, the last flight, and what happens after the handshake.
 */
#include "fixture.h"

/* --- timers ---------------------------------------------------------------------------------- */

static enum wire_fate black_hole(void *context, struct wire_datagram *d)
{
    const unsigned *from =
        context; /* the first datagram of the server that is lost; all of the client's then */

    if (d->from == WIRE_SERVER)
        return d->index < *from ? WIRE_DELIVER : WIRE_DROP;
    return WIRE_DELIVER;
}

static void row56_sent_at_0_9_and_27_s_and_given_up_at_63_s(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        static const uint64_t times[] = {0, 9000, 27000};
        unsigned nothing = 0;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.fate = black_hole;
        w.context = &nothing;
        wire_start(&w);
        wire_run(&w, 1000000);
        unsigned sent = 0;
        for (size_t i = 0; i < w.log_len; i++)
            if (w.log[i].from == WIRE_CLIENT) {
                assert_true(sent < 3);
                assert_int_equal(w.log[i].at_ms, times[sent++]);
            }
        assert_int_equal(sent, 3);
        assert_int_equal(w.ends[WIRE_CLIENT].failed_at_ms, 63000);
        assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).result, PROV_E_TIMEOUT);
        assert_false(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).authentic);
        wire_free(&w);
    }
}

static enum wire_fate deaf_client(void *context, struct wire_datagram *d)
{
    (void)context;
    return d->from == WIRE_SERVER && d->index > 0   ? WIRE_DROP
           : d->from == WIRE_CLIENT && d->index > 1 ? WIRE_DROP
                                                    : WIRE_DELIVER;
}

static void row56_a_server_sends_and_gives_up_in_the_same_way(void **state)
{
    static const uint64_t times[] = {0, 9000, 27000};
    unsigned sent = 0;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = deaf_client;
    wire_start(&w);
    wire_run(&w, 1000000);
    for (size_t i = 1; i < w.log_len; i++)
        if (w.log[i].from == WIRE_SERVER && w.log[i].index > 0) {
            assert_true(sent < 3);
            assert_int_equal(w.log[i].at_ms, times[sent++]);
        }
    assert_int_equal(sent, 3);
    assert_int_equal(w.ends[WIRE_SERVER].failed_at_ms, 63000);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), -1);
    wire_free(&w);
}

/* A path that a full datagram does not pass. */
static enum wire_fate narrow(void *context, struct wire_datagram *d)
{
    const size_t *widest = context;

    return d->len > *widest ? WIRE_DROP : WIRE_DELIVER;
}

/* RFC 6347, section 4.1.1.1 */
static void h14_from_the_first_retransmission_on_flights_are_cut_smaller(void **state)
{
    static const struct {
        size_t widest;
        uint64_t at_ms;
    } paths[] = {{600, 9000}, {300, 27000}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t widest = paths[i].widest;
        struct wire w;
        wire_make(&w, &world, WIRE_CERT);
        w.fate = narrow;
        w.context = &widest;
        wire_start(&w);
        wire_run(&w, 200000);
        assert_true(wire_works(&w));
        assert_true(w.ends[WIRE_SERVER].connected_at_ms >= paths[i].at_ms);
        wire_free(&w);
    }
}

static void row56_the_timer_can_be_set(void **state)
{
    static const uint64_t times[] = {0, 1000, 2500};
    unsigned nothing = 0, sent = 0;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.timer_initial_ms = 1000;
    w.ends[WIRE_CLIENT].config.timer_max_ms = 1500;
    w.fate = black_hole;
    w.context = &nothing;
    wire_start(&w);
    wire_run(&w, 1000000);
    for (size_t i = 0; i < w.log_len; i++)
        if (w.log[i].from == WIRE_CLIENT)
            assert_int_equal(w.log[i].at_ms, times[sent++]);
    assert_int_equal(sent, 3);
    assert_int_equal(w.ends[WIRE_CLIENT].failed_at_ms, 4000);
    wire_free(&w);
}

/* --- the last flight ------------------------------------------------------------------------- */

/* Loses datagrams of the server from its last flight on, as many as the context says. */
static enum wire_fate lose_last(void *context, struct wire_datagram *d)
{
    unsigned *left = context;

    if (d->from != WIRE_SERVER || d->index < 2 || *left == 0)
        return WIRE_DELIVER;
    (*left)--;
    return WIRE_DROP;
}

static void h7_the_last_flight_is_sent_again_when_the_client_repeats_its_own(void **state)
{
    (void)state;
    for (int kind = 0; kind <= WIRE_RPK; kind++)
        for (unsigned lost = 1; lost <= 2; lost++) {
            unsigned left = lost;
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.fate = lose_last;
            w.context = &left;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(prov_dtls_handshake_done(&w.ends[WIRE_SERVER].session));
            assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
            /* the workspace has been given back: nothing of it may be used any more */
            memset(w.ends[WIRE_SERVER].workspace, 0xA5, prov_dtls_handshake_size());
            wire_run(&w, 63000);
            assert_int_equal(w.ends[WIRE_CLIENT].connected_at_ms, lost == 1 ? 9000 : 27000);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void h7_not_after_240_s(void **state)
{
    struct wire w;
    unsigned left = 100;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = lose_last;
    w.context = &left;
    wire_start(&w);
    wire_run(&w, 0);
    size_t before = w.log_len;
    w.now_ms = PROV_LINGER_MS + 1;
    /* the client's deadline has passed: it repeats its flight */
    wire_run(&w, w.now_ms);
    unsigned answers = 0;
    for (size_t i = before; i < w.log_len; i++)
        answers += w.log[i].from == WIRE_SERVER;
    assert_true(w.log_len > before);
    assert_int_equal(answers, 0);
    wire_free(&w);
}

static void h7_old_messages_trigger_at_most_one_resend(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        unsigned left = 100, again = 0;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.fate = lose_last;
        w.context = &left;
        wire_start(&w);
        wire_run(&w, 0); /* the client waits for Finished */
        size_t before = w.log_len;
        for (size_t i = 0; i < before; i++)
            if (w.log[i].from == WIRE_SERVER && w.log[i].index == 1)
                for (int times = 0; times < 5; times++)
                    wire_inject(&w, WIRE_SERVER, w.log[i].octets, w.log[i].len);
        wire_run(&w, 0);
        for (size_t i = before; i < w.log_len; i++)
            again += w.log[i].from == WIRE_CLIENT;
        assert_int_equal(again, 1);
        wire_free(&w);
    }
}

static void a_repeated_hello_is_told_from_a_new_one(void **state)
{
    uint8_t room[512], other_room[512];
    struct prov_buf hello = PROV_BUF_OF(room), other = PROV_BUF_OF(other_room);
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.no_cookie = true;
    craft_hello(&(struct craft){.random = 1, .message_seq = 1}, &hello);
    craft_hello(&(struct craft){.random = 2, .message_seq = 1}, &other);
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    assert_true(prov_dtls_repeats_hello(server, prov_buf_bytes(&hello)));
    assert_false(prov_dtls_repeats_hello(server, prov_buf_bytes(&other)));
    size_t before = w.log_len;
    wire_inject(&w, WIRE_CLIENT, other_room, other.len); /* another hello makes it send nothing */
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before);
    wire_inject(&w, WIRE_CLIENT, room, hello.len); /* its own: the flight goes out again, once */
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before + 1);
    wire_free(&w);
}

/* --- alerts, close, renegotiation ------------------------------------------------------------ */

static void h39_alerts_in_epoch_0_do_not_touch_an_established_session(void **state)
{
    uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40};

    (void)state;
    for (int side = 0; side < 2; side++)
        for (int level = 1; level <= 2; level++) {
            struct wire w;
            connect_as(&w, WIRE_PSK);
            alert[13] = (uint8_t)level;
            alert[14] = level == 1 ? 0 : 40;
            wire_inject(&w, (enum wire_side)side, alert, sizeof(alert));
            wire_run(&w, 0);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void h39_in_a_handshake_they_end_the_attempt_and_are_nobodys_word(void **state)
{
    const uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 115};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    wire_start(&w);
    wire_inject(&w, WIRE_SERVER, alert, sizeof(alert));
    wire_run(&w, 0);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
    assert_int_equal(failure.result, PROV_E_PEER_ALERT);
    assert_int_equal(failure.alert_received, 115); /* row 14: processed, though we never send it */
    assert_int_equal(failure.alert_sent, PROV_ALERT_NONE);
    assert_false(failure.authentic);
    wire_free(&w);
}

static void rule_2e_alerts_that_should_not_occur_are_processed(void **state)
{
    static const uint8_t alerts[] = {21, 41, 60, 30, 70, 71, 115};

    (void)state;
    for (size_t i = 0; i < sizeof(alerts); i++) {
        uint8_t room[WIRE_DATAGRAM_MAX];
        struct wire w;
        connect_as(&w, WIRE_PSK);
        size_t len = seal_type(&w, WIRE_SERVER, 21, OCTETS(2, alerts[i]), room);
        wire_inject(&w, WIRE_SERVER, room, len);
        wire_run(&w, 0);
        struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
        assert_int_equal(failure.result, PROV_E_PEER_ALERT);
        assert_int_equal(failure.alert_received, alerts[i]);
        assert_true(failure.authentic);
        wire_free(&w);
    }
}

static void h15_close_notify_is_answered_once(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct wire w;
        connect_as(&w, WIRE_RPK);
        size_t before = w.log_len;
        prov_dtls_close(&w.ends[side].session);
        prov_dtls_close(&w.ends[side].session);
        wire_run(&w, 0);
        assert_int_equal(w.log_len, before + 2);
        assert_int_equal(w.ends[0].closed, 1);
        assert_int_equal(w.ends[1].closed, 1);
        assert_int_equal(w.ends[0].failed + w.ends[1].failed, 0);
        uint8_t room[64];
        struct prov_buf out = PROV_BUF_OF(room);
        assert_int_equal(prov_dtls_seal(&w.ends[side].session, OCTETS(1), &out), PROV_E_STATE);
        assert_int_equal(prov_dtls_seal(&w.ends[1 - side].session, OCTETS(1), &out), PROV_E_STATE);
        wire_free(&w);
    }
}

/* Sends a handshake message in epoch 1 and expects a warning no_renegotiation, sealed; the session goes on. */
static void renegotiation_is_refused(enum wire_side from, const struct cut *c)
{
    uint8_t message[256] = {0}, room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(message);
    struct wire_record r;
    size_t at = 0;
    struct wire w;

    connect_as(&w, WIRE_CERT);
    prov_message_header_put(&out, c->type, c->length, c->message_seq, 0, c->length);
    size_t len = seal_type(&w, from, 22, PROV_BYTES(message, 12 + c->length), room);
    size_t before = w.log_len;
    wire_inject(&w, from, room, len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before + 1);
    assert_int_equal(w.log[before].from, 1 - from);
    assert_true(wire_record_next(&w.log[before], &at, &r));
    assert_int_equal(r.type, 21);
    assert_int_equal(r.epoch, 1);
    /* the alert reaches the other end, which takes it for what it is: a warning */
    assert_int_equal(w.ends[from].session.alert_received, 100);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row51_hello_request_is_answered_with_no_renegotiation(void **state)
{
    (void)state;
    renegotiation_is_refused(WIRE_SERVER, &(struct cut){.type = 0, .length = 0, .message_seq = 9});
}

static void row51_a_second_client_hello_is_answered_with_no_renegotiation(void **state)
{
    (void)state;
    renegotiation_is_refused(WIRE_CLIENT, &(struct cut){.type = 1, .length = 60, .message_seq = 9});
}

static void h6_a_hello_in_epoch_0_leaves_the_session_alone(void **state)
{
    uint8_t room[512];
    struct prov_buf hello = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    craft_hello(&(struct craft){.random = 9}, &hello);
    size_t before = w.log_len;
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before);
    assert_false(prov_dtls_repeats_hello(&w.ends[WIRE_SERVER].session, prov_buf_bytes(&hello)));
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* --- channel binding ------------------------------------------------------------------------- */

static void row52_no_channel_binding_without_extended_master_secret(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.no_cookie = true;
        wire_start(&w);
        struct prov_dtls *client = &w.ends[WIRE_CLIENT].session;
        assert_int_equal(prov_dtls_tls_unique(client, unique), PROV_E_STATE);
        /* the last two extensions of the hello are extended_master_secret and renegotiation_info */
        uint8_t *extension = client->hs->room + client->hs->flight_len - 9;
        assert_memory_equal(extension, "\0\x17\0\0\xFF\x01", 6);
        extension[0] = 0x5A;
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_CLIENT].connected, 1);
        assert_int_equal(w.ends[WIRE_SERVER].connected, 1);
        assert_int_equal(prov_dtls_tls_unique(client, unique), PROV_E_STATE);
        assert_int_equal(prov_dtls_tls_unique(&w.ends[WIRE_SERVER].session, unique), PROV_E_STATE);
        wire_send(&w, WIRE_CLIENT, "old keys");
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_SERVER].data, 1);
        wire_free(&w);
    }
}

static void a_wrong_finished_is_the_peers_own_word(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.no_cookie = true;
    wire_start(&w);
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    assert_true(prov_dtls_pull(&w.ends[WIRE_CLIENT].session, 0, &out));
    /* the compression methods as the server sees them have one more: the keys agree without extended master
     * secret alone, so it goes as well */
    struct prov_dtls *client = &w.ends[WIRE_CLIENT].session;
    client->hs->room[client->hs->flight_len - 9] = 0x5A;
    room[out.len - 9] = 0x5B;
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    wire_run(&w, 0);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_SERVER].session);
    assert_int_equal(w.ends[WIRE_SERVER].connected + w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(failure.alert_sent, 51); /* CertificateVerify speaks of the same messages */
    wire_free(&w);

    wire_make(&w, &world, WIRE_PSK);
    w.no_cookie = true;
    wire_start(&w);
    out.len = 0;
    assert_true(prov_dtls_pull(&w.ends[WIRE_CLIENT].session, 0, &out));
    client = &w.ends[WIRE_CLIENT].session;
    client->hs->room[client->hs->flight_len - 9] = 0x5A;
    room[out.len - 9] = 0x5B;
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    wire_run(&w, 0);
    failure = prov_dtls_failure(&w.ends[WIRE_SERVER].session);
    assert_int_equal(failure.result, PROV_E_DIGEST);
    assert_int_equal(failure.alert_sent, 51);
    assert_true(failure.authentic);
    wire_free(&w);
}

static void the_sizes_are_within_their_budgets(void **state)
{
    (void)state;
    assert_true(sizeof(struct prov_dtls) <= 576);
    assert_true(prov_dtls_handshake_size() <= 8 * 1024 + 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row56_sent_at_0_9_and_27_s_and_given_up_at_63_s),
        cmocka_unit_test(row56_a_server_sends_and_gives_up_in_the_same_way),
        cmocka_unit_test(h14_from_the_first_retransmission_on_flights_are_cut_smaller),
        cmocka_unit_test(row56_the_timer_can_be_set),
        cmocka_unit_test(h7_the_last_flight_is_sent_again_when_the_client_repeats_its_own),
        cmocka_unit_test(h7_not_after_240_s),
        cmocka_unit_test(h7_old_messages_trigger_at_most_one_resend),
        cmocka_unit_test(a_repeated_hello_is_told_from_a_new_one),
        cmocka_unit_test(h39_alerts_in_epoch_0_do_not_touch_an_established_session),
        cmocka_unit_test(h39_in_a_handshake_they_end_the_attempt_and_are_nobodys_word),
        cmocka_unit_test(rule_2e_alerts_that_should_not_occur_are_processed),
        cmocka_unit_test(h15_close_notify_is_answered_once),
        cmocka_unit_test(row51_hello_request_is_answered_with_no_renegotiation),
        cmocka_unit_test(row51_a_second_client_hello_is_answered_with_no_renegotiation),
        cmocka_unit_test(h6_a_hello_in_epoch_0_leaves_the_session_alone),
        cmocka_unit_test(row52_no_channel_binding_without_extended_master_secret),
        cmocka_unit_test(a_wrong_finished_is_the_peers_own_word),
        cmocka_unit_test(the_sizes_are_within_their_budgets),
    };
    return cmocka_run_group_tests_name("dtls session", tests, setup, teardown);
}
