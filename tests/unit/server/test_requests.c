/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests over live sessions: what flow is asked, how often, and what ends a session.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prov/enroll_server.h"
#include "prov/text.h"
#include "rig.h"

static struct rig rig;

static int setup(void **state)
{
    static const struct prov_server_limits limits = {.exchanges = 2};

    (void)state;
    rig_begin(&rig, &limits);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_end(&rig);
    return 0;
}

static const uint8_t body[] = {0x50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* --- negative -------------------------------------------------------------------------------- */

static void h40_revocation_ends_a_live_session(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    client_assert_served(client, PROV_ENROLL_NOW);
    rig.still_good = PROV_E_REVOKED;
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(rig.served, 1);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
    assert_int_equal(client->x.result, PROV_E_AGAIN); /* no answer */
    assert_int_equal(client->failed > 0, 1);
    assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, PROV_ALERT_HANDSHAKE_FAILURE);
    assert_true(prov_dtls_failure(&client->dtls).authentic);
    assert_true(rig_logged(&rig, "event=session_end reason=revoked"));
}

static void h40_expiry_ends_a_live_session(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client_connect(client);
    rig.still_good = PROV_E_TIME;
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(rig.served, 0);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
}

static void h40_revocation_ends_a_session_that_asks_for_nothing(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig_wait(&rig, 20000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    rig.still_good = PROV_E_BUSY; /* says nothing */
    rig_wait(&rig, 10000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    rig.still_good = PROV_E_REVOKED;
    rig_wait(&rig, 10000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
    assert_int_equal(client->failed > 0, 1);
    assert_true(rig_logged(&rig, "event=session_end reason=revoked"));
}

static void busy_registry_costs_a_retransmission_only(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig.still_good = PROV_E_BUSY;
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(rig.served, 0);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    rig.still_good = PROV_OK;
    rig.now = prov_exchange_deadline(&client->x);
    prov_exchange_step(&client->x, rig.now);
    rig_run(&rig);
    assert_int_equal(client->x.result, PROV_OK);
    assert_int_equal(rig.served, 1);
}

static void h37_other_uri_host_is_4_04(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client_connect(client);
    client_ask(client, PROV_ENROLL_NOW, prov_bytes_text("other.example.com"), PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(client->x.code, PROV_COAP_NOT_FOUND);
    assert_int_equal(rig.served, 0);
    client_ask(client, PROV_ENROLL_NOW, prov_bytes_text("est.example.com"), PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(client->x.code, PROV_COAP_CONTENT);
}

static void refusal_of_flow_reaches_the_client_and_the_log(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig.answer_code = PROV_COAP_FORBIDDEN;
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(client->x.code, PROV_COAP_FORBIDDEN);
    assert_true(rig_logged(&rig, "event=refusal result=failed"));
    assert_true(rig_logged(&rig, "resource=/prov/now code=4.03"));
}

/* A device that asks without end, or for what it does not get, does not fill the disk either. */
static void requests_do_not_flood_the_log(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    size_t before;

    (void)state;
    client_connect(client);
    before = rig.line_count;
    for (unsigned i = 0; i < 100; i++)
        client_assert_served(client, PROV_ENROLL_NOW);
    assert_int_equal(rig.line_count - before, 50);
    rig.now += 1000;
    client_assert_served(client, PROV_ENROLL_NOW);
    assert_true(rig_logged(&rig, "event=suppressed lines=50"));
}

/* Data that comes before the Finished of its session counts for nothing. */
static void garbage_on_a_session_is_dropped(void **state)
{
    static const uint8_t data[] = {23, 0xfe, 0xfd, 0, 1,  0,  0,  0,  0,  0,  9, 0, 24,
                                   0,  1,    0,    0, 0,  0,  0,  9,  1,  2,  3, 4, 5,
                                   6,  7,    8,    9, 10, 11, 12, 13, 14, 15, 16};
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    for (size_t cut = 0; cut <= sizeof(data); cut++)
        rig_deliver(&rig, &client->peer, data, cut);
    assert_int_equal(rig.queued, 0);
    assert_int_equal(rig.served, 0);
    client_assert_served(client, PROV_ENROLL_NOW);
}

/* A replayed datagram is dropped by the engine; a retransmitted message, in a record of its own, gets the
 * same answer and is asked of flow once. */
static void row55_replay_and_retransmission_are_served_once(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t first[2048], second[2048], answer[PROV_ENROLL_MESSAGE_MAX];
    size_t first_len, second_len, answer_len;

    (void)state;
    client_connect(client);
    client_ask(client, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    assert_true(client_pull(client, first, sizeof(first), &first_len));
    rig_deliver(&rig, &client->peer, first, first_len);
    assert_int_equal(rig.queued, 1);
    rig_deliver(&rig, &client->peer, first, first_len); /* the same record */
    assert_int_equal(rig.queued, 1);
    assert_int_equal(rig.served, 1);
    rig.now = prov_exchange_deadline(&client->x);
    prov_exchange_step(&client->x, rig.now);
    assert_true(client_pull(client, second, sizeof(second), &second_len));
    rig_deliver(&rig, &client->peer, second, second_len);
    assert_int_equal(rig.queued, 2);
    assert_int_equal(rig.served, 1);
    /* both answers carry the same message */
    prov_dtls_push(&client->dtls, rig.now, rig.queue[0].octets, rig.queue[0].len);
    assert_int_equal(prov_dtls_step(&client->dtls, rig.now), PROV_DTLS_DATA);
    answer_len = prov_dtls_data(&client->dtls).len;
    memcpy(answer, prov_dtls_data(&client->dtls).data, answer_len);
    assert_int_equal(prov_dtls_step(&client->dtls, rig.now), PROV_DTLS_WAIT);
    prov_dtls_push(&client->dtls, rig.now, rig.queue[1].octets, rig.queue[1].len);
    assert_int_equal(prov_dtls_step(&client->dtls, rig.now), PROV_DTLS_DATA);
    assert_true(prov_bytes_equal(prov_dtls_data(&client->dtls), PROV_BYTES(answer, answer_len)));
    rig.queued = 0;
}

/* --- positive -------------------------------------------------------------------------------- */

static void flow_is_told_what_the_session_is(void **state)
{
    struct client *rpk = rig_client(&rig, PROV_KIND_RPK, 1);
    struct client *psk = rig_client(&rig, PROV_KIND_PSK, 2);
    struct client *plain = rig_client(&rig, PROV_KIND_PSK, 3);
    uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];

    (void)state;
    client_connect(rpk);
    client_ask(rpk, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    rig_run(&rig);
    assert_int_equal(rpk->x.code, PROV_COAP_CHANGED);
    assert_int_equal(rig.last.op, PROV_ENROLL_PSK);
    assert_int_equal(rig.last.body.len, sizeof(body));
    assert_true(rig.last.forward_secret);
    assert_true(rig.last.has_binding);
    assert_int_equal(prov_dtls_tls_unique(&rpk->dtls, unique), PROV_OK);
    assert_memory_equal(rig.last.tls_unique, unique, sizeof(unique));
    client_connect(psk); /* 0xD005 */
    client_ask(psk, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    rig_run(&rig);
    assert_true(rig.last.forward_secret);
    client_reconnect(psk, true); /* the same suite, from a secret that was kept */
    assert_true(prov_dtls_resumed(&psk->dtls));
    client_ask(psk, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    rig_run(&rig);
    assert_false(rig.last.forward_secret);
    plain->config.suites = prov_suites_psk; /* 0xC0A8 */
    client_connect(plain);
    client_ask(plain, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    rig_run(&rig);
    assert_false(rig.last.forward_secret); /* flow refuses then (row 11) */
}

static void discovery_does_not_trouble_flow(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    client_assert_served(client, PROV_ENROLL_DISCOVER);
    assert_int_equal(rig.served, 0);
}

static void long_answers_and_bodies_go_in_blocks(void **state)
{
    static uint8_t long_body[1500];
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig.answer_len = 1600;
    client_ask(client, PROV_ENROLL_CERT, PROV_BYTES_NONE, PROV_BYTES_OF(long_body));
    rig_run(&rig);
    assert_int_equal(client->x.result, PROV_OK);
    assert_int_equal(client->x.answer.len, 1600);
    assert_int_equal(rig.last.body.len, sizeof(long_body));
    assert_int_equal(rig.served, 1);
}

/* Two rooms for CoAP state, three sessions: whoever waits for nothing gives its room back. */
static void coap_state_is_lent(void **state)
{
    struct client *clients[3];

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        clients[i] = rig_client(&rig, PROV_KIND_PSK, (uint8_t)(1 + i));
        client_connect(clients[i]);
        rig.now += 10;
        client_assert_served(clients[i], PROV_ENROLL_NOW);
    }
    assert_int_equal(prov_server_stats(rig.server).exchanges, 2);
    client_assert_served(clients[0], PROV_ENROLL_NOW);
    assert_int_equal(prov_server_stats(rig.server).exchanges, 2);
    /* and is taken back when it has not been used for a while */
    rig_wait(&rig, 270000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 3);
    assert_int_equal(prov_server_stats(rig.server).exchanges, 0);
    client_assert_served(clients[1], PROV_ENROLL_NOW);
}

/* Transfers that are let lie keep others out for a while only. */
static void abandoned_transfers_give_way(void **state)
{
    struct client *clients[3];
    uint8_t room[2048];
    size_t len;

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        clients[i] = rig_client(&rig, PROV_KIND_PSK, (uint8_t)(1 + i));
        client_connect(clients[i]);
    }
    rig.answer_len = 1300;
    for (uint8_t i = 0; i < 2; i++) { /* the first block of three is fetched, and that is all */
        client_ask(clients[i], PROV_ENROLL_CRTS, PROV_BYTES_NONE, PROV_BYTES_NONE);
        assert_true(client_pull(clients[i], room, sizeof(room), &len));
        rig_deliver(&rig, &clients[i]->peer, room, len);
        rig.queued = 0;
    }
    client_ask(clients[2], PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(clients[2]->x.result, PROV_E_AGAIN); /* no room: no answer */
    rig.answer_len = 40;
    rig.now += 20000;
    prov_exchange_step(&clients[2]->x, rig.now);
    clients[0]->deaf = clients[1]->deaf = true;
    rig_run(&rig);
    assert_int_equal(clients[2]->x.result, PROV_OK);
    assert_int_equal(prov_server_stats(rig.server).exchanges, 2);
}

static void row62_log_has_no_secrets(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    char psk[33], identity[17];

    (void)state;
    prov_hex_format(PROV_BYTES_OF(rig.psk), psk);
    prov_hex_format(PROV_BYTES_OF(rig.identity), identity);
    client_connect(client);
    client_ask(client, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_BYTES_OF(body));
    rig_run(&rig);
    prov_dtls_close(&client->dtls);
    rig_run(&rig);
    assert_true(rig.line_count >= 3);
    assert_true(rig_logged(&rig, "event=enroll result=ok resource=/prov/psk code=2.04"));
    assert_true(rig_logged(&rig, "identity_hash="));
    for (size_t i = 0; i < rig.line_count; i++) {
        assert_null(strstr(rig.lines[i], psk));
        assert_null(strstr(rig.lines[i], identity));
        assert_null(strstr(rig.lines[i], "5a5a5a5a"));
        assert_int_equal(strncmp(rig.lines[i], "time=20", 7), 0);
        assert_non_null(strstr(rig.lines[i], "Z event="));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h40_revocation_ends_a_live_session, setup, teardown),
        cmocka_unit_test_setup_teardown(h40_expiry_ends_a_live_session, setup, teardown),
        cmocka_unit_test_setup_teardown(h40_revocation_ends_a_session_that_asks_for_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(busy_registry_costs_a_retransmission_only, setup, teardown),
        cmocka_unit_test_setup_teardown(h37_other_uri_host_is_4_04, setup, teardown),
        cmocka_unit_test_setup_teardown(refusal_of_flow_reaches_the_client_and_the_log, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(requests_do_not_flood_the_log, setup, teardown),
        cmocka_unit_test_setup_teardown(garbage_on_a_session_is_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(row55_replay_and_retransmission_are_served_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(flow_is_told_what_the_session_is, setup, teardown),
        cmocka_unit_test_setup_teardown(discovery_does_not_trouble_flow, setup, teardown),
        cmocka_unit_test_setup_teardown(long_answers_and_bodies_go_in_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(coap_state_is_lent, setup, teardown),
        cmocka_unit_test_setup_teardown(abandoned_transfers_give_way, setup, teardown),
        cmocka_unit_test_setup_teardown(row62_log_has_no_secrets, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
