/* SPDX-License-Identifier: Apache-2.0
 *
 * False Start (RFC 7918; profile.md, row 54): when a client may seal data before the server's Finished, and
 * what that data may not do.
 */
#include "fixture.h"

/* Tries to seal at each step of the client until it is connected. */
struct eager {
    unsigned sealed_before, refused_before;
    bool finished_out; /* a record of epoch 1 has gone */
    bool sealed_too_early;
    bool had_unique;
};

static struct eager eager;

static bool try_to_seal(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *s = &w->ends[side].session;
    uint8_t room[WIRE_DATAGRAM_MAX], unique[PROV_DTLS_TLS_UNIQUE_LEN];
    struct prov_buf out = PROV_BUF_OF(room);

    if (w->ends[side].connected > 0 || event == PROV_DTLS_CONNECTED || event == PROV_DTLS_FAILED)
        return false;
    bool may = prov_dtls_may_seal(s);
    prov_result result = prov_dtls_seal(s, prov_bytes_text("early"), &out);
    assert_int_equal(result, may ? PROV_OK : PROV_E_STATE);
    if (side == WIRE_SERVER) {
        assert_false(may);
        return false;
    }
    eager.had_unique |= prov_dtls_tls_unique(s, unique) == PROV_OK;
    eager.sealed_before += may;
    eager.refused_before += !may;
    eager.sealed_too_early |= may && !eager.finished_out;
    return false;
}

static enum wire_fate see_finished(void *context, struct wire_datagram *d)
{
    struct wire_record r;
    size_t at = 0;

    (void)context;
    while (d->from == WIRE_CLIENT && wire_record_next(d, &at, &r))
        eager.finished_out |= r.epoch == 1;
    return WIRE_DELIVER;
}

static void run(struct wire *w)
{
    eager = (struct eager){0};
    w->intercept = try_to_seal;
    w->fate = see_finished;
    wire_start(w);
    wire_run(w, 70000);
}

static void row54_not_unless_configured(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        run(&w);
        assert_true(wire_works(&w));
        assert_int_equal(eager.sealed_before, 0);
        assert_true(eager.refused_before > 0);
        wire_free(&w);
    }
}

static void row54_not_with_a_psk(void **state)
{
    (void)state;
    for (int fs = 0; fs < 2; fs++) {
        struct wire w;
        wire_make(&w, &world, fs ? WIRE_PSK_FS : WIRE_PSK);
        w.ends[WIRE_CLIENT].config.false_start = true;
        run(&w);
        assert_true(wire_works(&w));
        assert_int_equal(eager.sealed_before, 0);
        wire_free(&w);
    }
}

static void row54_server_does_not_start_falsely(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.ends[WIRE_SERVER].config.false_start = true;
    run(&w); /* try_to_seal looks at the server, too */
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row54_not_before_the_own_finished_and_without_tls_unique(void **state)
{
    (void)state;
    for (int kind = WIRE_RPK; kind <= WIRE_CERT; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_CLIENT].config.false_start = true;
        w.ends[WIRE_CLIENT].config.mtu = PROV_DTLS_MTU_MIN; /* a flight of many datagrams */
        run(&w);
        assert_true(wire_works(&w));
        assert_true(eager.refused_before > 0);
        assert_false(eager.sealed_too_early);
        assert_false(eager.had_unique); /* what needs the server's Finished waits (H35) */
        wire_free(&w);
    }
}

static enum wire_fate lose_servers_finished(void *context, struct wire_datagram *d)
{
    unsigned *lost = context;

    if (d->from != WIRE_SERVER || d->octets[0] != 20 || *lost == 0)
        return WIRE_DELIVER;
    (*lost)--;
    return WIRE_DROP;
}

static void row54_data_goes_before_the_servers_finished(void **state)
{
    (void)state;
    for (int kind = WIRE_RPK; kind <= WIRE_CERT; kind++) {
        unsigned lost = 1;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_CLIENT].config.false_start = true;
        w.fate = lose_servers_finished;
        w.context = &lost;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(lost, 0);
        assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
        assert_false(prov_dtls_connected(&w.ends[WIRE_CLIENT].session));
        assert_true(prov_dtls_may_seal(&w.ends[WIRE_CLIENT].session));
        wire_send(&w, WIRE_CLIENT, "early");
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_SERVER].data, 1);
        assert_memory_equal(w.ends[WIRE_SERVER].last, "early", 5);
        wire_send(&w, WIRE_SERVER, "an answer"); /* and is not heard: it is not authentic yet */
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_CLIENT].data, 0);
        wire_run(&w, 70000);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static enum wire_fate lose_clients_last(void *context, struct wire_datagram *d)
{
    unsigned *lost = context;
    struct wire_record r;
    size_t at = 0;

    while (d->from == WIRE_CLIENT && wire_record_next(d, &at, &r))
        if (r.type == 20 && *lost > 0) {
            (*lost)--;
            return WIRE_DROP;
        }
    return WIRE_DELIVER;
}

static void row54_data_whose_finished_is_lost_is_not_delivered(void **state)
{
    unsigned lost = 1;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_CLIENT].config.false_start = true;
    w.fate = lose_clients_last;
    w.context = &lost;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(lost, 0);
    wire_send(&w, WIRE_CLIENT, "early");
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 0);
    wire_run(&w, 70000);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* The server's Finished never comes: what was sealed is lost, and the session is no session. */
static enum wire_fate lose_all_of_servers_finished(void *context, struct wire_datagram *d)
{
    (void)context;
    if (d->from == WIRE_SERVER && d->octets[0] == 20)
        return WIRE_DROP;
    return WIRE_DELIVER;
}

static void row54_session_without_the_servers_finished_ends(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.ends[WIRE_CLIENT].config.false_start = true;
    w.fate = lose_all_of_servers_finished;
    wire_start(&w);
    wire_run(&w, 0);
    wire_send(&w, WIRE_CLIENT, "early");
    wire_run(&w, 300000);
    struct prov_dtls *s = &w.ends[WIRE_CLIENT].session;
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(prov_dtls_failure(s).result, PROV_E_TIMEOUT);
    assert_false(prov_dtls_may_seal(s));
    assert_int_equal(prov_dtls_seal(s, prov_bytes_text("late"), &out), PROV_E_STATE);
    wire_free(&w);
}

static void row54_resumed_session_needs_no_false_start(void **state)
{
    struct prov_dtls_resumable session[2];
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_SERVER].config.resumption = true;
    wire_start(&w);
    wire_run(&w, 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(prov_dtls_resumable(&w.ends[i].session, 0, &session[i]), PROV_OK);
    wire_free(&w);
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_SERVER].config.resumption = true;
    w.ends[WIRE_CLIENT].config.false_start = true;
    w.ends[WIRE_CLIENT].config.resume = &session[WIRE_CLIENT];
    w.ends[WIRE_SERVER].found = &session[WIRE_SERVER];
    run(&w);
    assert_true(wire_works(&w));
    assert_true(prov_dtls_resumed(&w.ends[WIRE_SERVER].session));
    assert_int_equal(eager.sealed_before, 0);
    wire_free(&w);
}

static void nothing_is_sealed_without_a_session(void **state)
{
    struct prov_dtls s = {0};

    (void)state;
    assert_false(prov_dtls_may_seal(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row54_not_unless_configured),
        cmocka_unit_test(row54_not_with_a_psk),
        cmocka_unit_test(row54_server_does_not_start_falsely),
        cmocka_unit_test(row54_not_before_the_own_finished_and_without_tls_unique),
        cmocka_unit_test(row54_data_whose_finished_is_lost_is_not_delivered),
        cmocka_unit_test(row54_session_without_the_servers_finished_ends),
        cmocka_unit_test(row54_resumed_session_needs_no_false_start),
        cmocka_unit_test(nothing_is_sealed_without_a_session),
        cmocka_unit_test(row54_data_goes_before_the_servers_finished),
    };
    return cmocka_run_group_tests_name("dtls false start", tests, setup, teardown);
}
