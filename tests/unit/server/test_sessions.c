/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of the server: who gets one, who keeps it, who gives way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prov/x509.h"
#include "rig.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    return 0;
}

static int setup_small(void **state)
{
    static const struct prov_server_limits limits = {
        .sessions = 3, .sessions_per_address = 2, .handshakes = 4, .exchanges = 2};

    (void)state;
    rig_begin(&rig, &limits);
    return 0;
}

static int setup_hasty(void **state)
{
    static const struct prov_server_limits limits = {.handshake_ms = 5000};

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

static uint32_t sessions(void)
{
    return prov_server_stats(rig.server).sessions;
}

static uint32_t handshakes(void)
{
    return prov_server_stats(rig.server).handshakes;
}

static struct prov_server_peer stranger(unsigned number)
{
    struct prov_server_peer peer = {{4, 198, 51, (uint8_t)(number >> 8), (uint8_t)number}};

    peer.octets[21] = 0x10;
    peer.octets[22] = (uint8_t)(number * 7);
    return peer;
}

static void assert_no_state_and_no_gain(size_t sent)
{
    assert_int_equal(sessions() + handshakes(), 0);
    for (size_t i = 0; i < rig.queued; i++)
        assert_true(rig.queue[i].len <= sent);
    rig.queued = 0;
}

/* --- negative -------------------------------------------------------------------------------- */

static void row58_garbage_of_a_thousand_addresses_leaves_nothing(void **state)
{
    uint8_t garbage[300];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct prov_server_peer peer = stranger(i);
        size_t len = i % sizeof(garbage);

        rig.random.fill(rig.random.context, garbage, sizeof(garbage));
        if (i % 3 == 0) /* something like a record of epoch 0 */
            memcpy(garbage, (uint8_t[]){22, 0xfe, 0xfd, 0, 0}, 5);
        if (i % 6 == 0)
            garbage[13] = 1;
        rig_deliver(&rig, &peer, garbage, len);
        assert_no_state_and_no_gain(len);
    }
    assert_int_equal(rig.finds + rig.judged, 0);
}

static void row58_truncated_hellos_leave_nothing(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));

    (void)state;
    for (size_t cut = 0; cut < len; cut++) {
        rig_deliver(&rig, &client->peer, hello, cut);
        assert_no_state_and_no_gain(cut);
    }
}

static void row58_replayed_hellos_from_a_thousand_addresses_leave_nothing(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));
    uint64_t before = rig.octets_in, answered = rig.octets_out;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct prov_server_peer peer = stranger(i);

        rig_deliver(&rig, &peer, hello, len);
        assert_no_state_and_no_gain(len);
    }
    assert_true(rig.octets_out - answered <= rig.octets_in - before);
    assert_true(prov_server_stats(rig.server).hellos_answered > 1000); /* it did look at them */
}

static void h4_other_port_of_the_same_address_has_no_cookie(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));
    struct prov_server_peer other = client->peer;

    (void)state;
    other.octets[22] ^= 1;
    rig_deliver(&rig, &other, hello, len);
    assert_int_equal(handshakes(), 0);
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(handshakes(), 1);
}

/* H29: what the peers of an unknown identity and of a wrong key see is the same. */
static void h29_unknown_identity_and_wrong_key_look_the_same(void **state)
{
    static const uint8_t nobody[8] = {9, 9, 9, 9, 9, 9, 9, 9}, wrong[16] = {1};
    struct client *unknown = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *mistaken = rig_client(&rig, PROV_KIND_PSK, 2);
    struct prov_dtls_failure a, b;

    (void)state;
    unknown->config.psk_identity = PROV_BYTES_OF(nobody);
    mistaken->psk = PROV_BYTES_OF(wrong);
    client_start(unknown);
    rig_run(&rig);
    client_start(mistaken);
    rig_run(&rig);
    a = prov_dtls_failure(&unknown->dtls);
    b = prov_dtls_failure(&mistaken->dtls);
    assert_int_equal(a.alert_received, PROV_ALERT_DECRYPT_ERROR);
    assert_int_equal(b.alert_received, PROV_ALERT_DECRYPT_ERROR);
    assert_int_equal(prov_dtls_stats(&unknown->dtls).octets_in,
                     prov_dtls_stats(&mistaken->dtls).octets_in);
    assert_int_equal(unknown->heard, mistaken->heard);
    assert_int_equal(rig.finds, 2);
    assert_int_equal(rig.connected, 0);
    assert_int_equal(sessions() + handshakes(), 0);
    assert_true(rig_logged(&rig, "result=failed"));
    assert_true(rig_logged(&rig, "alert_sent=decrypt_error"));
}

static void row15_unknown_raw_key_is_refused_with_40(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t shown[PROV_SPKI_LEN];

    (void)state;
    memcpy(shown, rig.device_spki, sizeof(shown));
    client->config.spki = PROV_BYTES_OF(shown);
    memcpy(rig.device_spki, rig.server_spki, sizeof(shown)); /* the fake flow knows another one */
    client_start(client);
    rig_run(&rig);
    assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, PROV_ALERT_HANDSHAKE_FAILURE);
    assert_int_equal(rig.judged, 1);
    assert_true(rig_logged(&rig, "event=refusal result=failed reason=\"no such key\""));
}

/* Whoever fails a thousand times does not fill the disk with it. */
static void failures_do_not_flood_the_log(void **state)
{
    static const uint8_t wrong[16] = {1};
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client->psk = PROV_BYTES_OF(wrong);
    for (unsigned i = 0; i < 120; i++) {
        client_start(client);
        rig_run(&rig);
        prov_dtls_drop(&client->dtls);
    }
    assert_int_equal(prov_server_stats(rig.server).handshakes_failed, 120);
    assert_int_equal(rig.line_count, 50);
    rig.now += 1000;
    client_start(client);
    rig_run(&rig);
    assert_true(rig_logged(&rig, "event=suppressed lines=70"));
    assert_int_equal(rig.line_count, 52);
}

/* An alert in epoch 0 is anybody's word (H39). */
static void h39_forged_alerts_do_not_end_a_session(void **state)
{
    static const uint8_t fatal[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    static const uint8_t closing[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0};
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig_deliver(&rig, &client->peer, fatal, sizeof(fatal));
    rig_deliver(&rig, &client->peer, closing, sizeof(closing));
    assert_int_equal(sessions(), 1);
    client_assert_served(client, PROV_ENROLL_NOW);
}

static void h39_unfinished_handshakes_evict_no_session(void **state)
{
    struct client *first = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];

    (void)state;
    client_connect(first);
    client_connect(rig_client(&rig, PROV_KIND_PSK, 2));
    client_connect(rig_client(&rig, PROV_KIND_PSK, 3)); /* full: 3 */
    for (uint8_t host = 4; host < 8; host++) {
        struct client *client = rig_client(&rig, PROV_KIND_PSK, host);
        size_t len = client_second_hello(client, hello, sizeof(hello));

        rig_deliver(&rig, &client->peer, hello, len);
        rig.queued = 0;
        client->dtls.config = NULL; /* never heard of again */
    }
    assert_int_equal(sessions(), 3);
    assert_int_equal(handshakes(), 4);
    client_assert_served(first, PROV_ENROLL_NOW);
    assert_int_equal(prov_server_stats(rig.server).evictions, 0);
}

static void handshakes_at_once_are_bounded(void **state)
{
    uint8_t hello[2048];
    size_t len = 0;
    struct client *client = NULL;

    (void)state;
    for (uint8_t host = 1; host <= 6; host++) {
        client = rig_client(&rig, PROV_KIND_PSK, host);
        len = client_second_hello(client, hello, sizeof(hello));
        rig_deliver(&rig, &client->peer, hello, len);
        rig.queued = 0;
    }
    assert_int_equal(handshakes(), 4);
    /* after a while the oldest gives way to one that wants to */
    rig.now += 3000;
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(handshakes(), 4);
    assert_true(rig.queued > 0); /* the last one was let in: its flight is on the way */
}

static void one_address_has_half_of_the_handshakes(void **state)
{
    uint8_t hello[2048];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
        size_t len = client_second_hello(client, hello, sizeof(hello));

        rig_deliver(&rig, &client->peer, hello, len);
        rig.queued = 0;
    }
    assert_int_equal(handshakes(), 2);
}

static void unfinished_handshake_ends_in_time(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));

    (void)state;
    rig_deliver(&rig, &client->peer, hello, len);
    client->dtls.config = NULL;
    rig.queued = 0;
    assert_int_equal(handshakes(), 1);
    rig_wait(&rig, 71000);
    assert_int_equal(handshakes(), 0);
    assert_true(rig_logged(&rig, "event=handshake result=failed"));
}

/* Long before the engine would give it up, and whatever else of it moves. */
static void handshake_has_so_much_time_in_all(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));

    (void)state;
    rig_deliver(&rig, &client->peer, hello, len);
    client->dtls.config = NULL;
    for (int second = 1; second < 5; second++) {
        rig_wait(&rig, 1000);
        rig_deliver(&rig, &client->peer, hello, len); /* it says that it is still there */
        rig.queued = 0;
        assert_int_equal(handshakes(), 1);
    }
    rig_wait(&rig, 1001);
    assert_int_equal(handshakes(), 0);
    assert_true(rig_logged(&rig, "event=handshake result=failed"));
}

static void draining_server_begins_no_handshake(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));

    (void)state;
    prov_server_drain(rig.server, rig.now);
    assert_true(prov_server_drained(rig.server));
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(handshakes(), 0);
    assert_int_equal(rig.queued, 0);
}

/* --- positive -------------------------------------------------------------------------------- */

static void sessions_of_each_kind_are_served(void **state)
{
    struct client *psk = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *rpk = rig_client(&rig, PROV_KIND_RPK, 2);

    (void)state;
    client_connect(psk);
    client_connect(rpk);
    assert_int_equal(sessions(), 2);
    assert_int_equal(rig.connected, 2);
    client_assert_served(psk, PROV_ENROLL_NOW);
    client_assert_served(rpk, PROV_ENROLL_NOW);
    assert_int_equal(rig.served, 2);
    assert_true(rig_logged(&rig, "event=handshake result=ok peer=192.0.2.1:39936 kind=psk"));
    assert_true(rig_logged(&rig, "suite=TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"));
}

/* One fragment of a hello that came whole in one record: octets `from` to `until` of its body. */
static size_t cut_hello(const uint8_t *hello, size_t from, size_t until, uint8_t seq, uint8_t *ret)
{
    size_t len = until - from;

    memcpy(ret, hello, 25);
    ret[10] = seq; /* of the record */
    ret[11] = (uint8_t)((12 + len) >> 8);
    ret[12] = (uint8_t)(12 + len);
    ret[20] = (uint8_t)(from >> 8);
    ret[21] = (uint8_t)from;
    ret[23] = (uint8_t)(len >> 8);
    ret[24] = (uint8_t)len;
    memcpy(ret + 25, hello + 25 + from, len);
    return 25 + len;
}

/* The second datagram begins with a ClientHello, too; but not with its first octets. */
static void h5_hello_cut_behind_its_cookie_is_put_together(void **state)
{
    enum { CUT = 60 };
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t hello[2048], piece[2048];
    size_t len = client_second_hello(client, hello, sizeof(hello));

    (void)state;
    assert_true(len - 25 - CUT >= 34);
    rig_deliver(&rig, &client->peer, piece, cut_hello(hello, 0, CUT, 1, piece));
    assert_int_equal(handshakes(), 1);
    rig_deliver(&rig, &client->peer, piece, cut_hello(hello, CUT, len - 25, 2, piece));
    rig_run(&rig);
    assert_int_equal(client->connected, 1);
    assert_int_equal(sessions(), 1);
}

static void authenticated_newcomer_evicts_the_longest_idle(void **state)
{
    struct client *clients[4];

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        clients[i] = rig_client(&rig, PROV_KIND_PSK, (uint8_t)(1 + i));
        client_connect(clients[i]);
        rig.now += 10;
    }
    client_assert_served(clients[0], PROV_ENROLL_NOW); /* now the second is the longest idle */
    clients[3] = rig_client(&rig, PROV_KIND_PSK, 9);
    client_connect(clients[3]);
    assert_int_equal(sessions(), 3);
    assert_int_equal(clients[0]->closed, 0);
    assert_int_equal(clients[1]->closed, 1);
    assert_int_equal(clients[2]->closed, 0);
    client_assert_served(clients[0], PROV_ENROLL_NOW);
    client_assert_served(clients[3], PROV_ENROLL_NOW);
}

static void address_at_its_limit_evicts_its_own(void **state)
{
    struct client *other = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *first = rig_client(&rig, PROV_KIND_PSK, 2);

    (void)state;
    client_connect(other);
    client_connect(first);
    client_connect(rig_client(&rig, PROV_KIND_PSK, 2));
    client_connect(rig_client(&rig, PROV_KIND_PSK, 2));
    assert_int_equal(sessions(), 3);
    assert_int_equal(first->closed, 1);
    assert_int_equal(other->closed, 0);
}

static void idle_session_is_closed(void **state)
{
    struct client *idle = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *busy = rig_client(&rig, PROV_KIND_PSK, 2);

    (void)state;
    client_connect(idle);
    client_connect(busy);
    rig_wait(&rig, 200000);
    client_assert_served(busy, PROV_ENROLL_NOW);
    assert_int_equal(sessions(), 2);
    rig_wait(&rig, 100000);
    assert_int_equal(sessions(), 1);
    assert_int_equal(idle->closed, 1); /* told by close_notify */
    assert_int_equal(busy->closed, 0);
    assert_true(rig_logged(&rig, "event=session_end reason=idle"));
}

static void h15_close_notify_ends_the_session(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    prov_dtls_close(&client->dtls);
    rig_run(&rig);
    assert_int_equal(sessions(), 0);
    assert_int_equal(client->closed, 1); /* answered once */
    assert_true(rig_logged(&rig, "event=session_end reason=closed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row58_garbage_of_a_thousand_addresses_leaves_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row58_truncated_hellos_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(
            row58_replayed_hellos_from_a_thousand_addresses_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(h4_other_port_of_the_same_address_has_no_cookie, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(h29_unknown_identity_and_wrong_key_look_the_same, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row15_unknown_raw_key_is_refused_with_40, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_do_not_flood_the_log, setup, teardown),
        cmocka_unit_test_setup_teardown(h39_forged_alerts_do_not_end_a_session, setup, teardown),
        cmocka_unit_test_setup_teardown(h39_unfinished_handshakes_evict_no_session, setup_small,
                                        teardown),
        cmocka_unit_test_setup_teardown(handshakes_at_once_are_bounded, setup_small, teardown),
        cmocka_unit_test_setup_teardown(one_address_has_half_of_the_handshakes, setup_small,
                                        teardown),
        cmocka_unit_test_setup_teardown(unfinished_handshake_ends_in_time, setup, teardown),
        cmocka_unit_test_setup_teardown(handshake_has_so_much_time_in_all, setup_hasty, teardown),
        cmocka_unit_test_setup_teardown(draining_server_begins_no_handshake, setup, teardown),
        cmocka_unit_test_setup_teardown(sessions_of_each_kind_are_served, setup, teardown),
        cmocka_unit_test_setup_teardown(h5_hello_cut_behind_its_cookie_is_put_together, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(authenticated_newcomer_evicts_the_longest_idle, setup_small,
                                        teardown),
        cmocka_unit_test_setup_teardown(address_at_its_limit_evicts_its_own, setup_small, teardown),
        cmocka_unit_test_setup_teardown(idle_session_is_closed, setup, teardown),
        cmocka_unit_test_setup_teardown(h15_close_notify_ends_the_session, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
