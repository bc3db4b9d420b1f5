/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of live sessions when something new comes: a handshake from the same address (H6), the
 * server's own new credentials, its end.
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

/* --- H6 -------------------------------------------------------------------------------------- */

static void h6_new_hello_leaves_the_old_session_until_finished(void **state)
{
    struct client *old = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *new = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t hello[2048];
    size_t len;

    (void)state;
    client_connect(old);
    new->peer = old->peer; /* the device lost its session and begins anew from the same port */
    new->deaf = true;
    old->deaf = true;
    len = client_second_hello(new, hello, sizeof(hello));
    assert_int_equal(sessions(), 1);
    assert_int_equal(handshakes(), 0);
    rig_deliver(&rig, &new->peer, hello, len);
    rig.queued = 0;
    assert_int_equal(sessions(), 1);
    assert_int_equal(handshakes(), 1);
    /* the old one still works */
    old->deaf = false;
    client_ask(old, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    {
        uint8_t room[2048];

        assert_true(client_pull(old, room, sizeof(room), &len));
        rig_deliver(&rig, &old->peer, room, len);
    }
    assert_int_equal(rig.served, 1);
    assert_int_equal(rig.queued, 1);
    prov_dtls_push(&old->dtls, rig.now, rig.queue[0].octets, rig.queue[0].len);
    assert_int_equal(prov_dtls_step(&old->dtls, rig.now), PROV_DTLS_DATA);
    rig.queued = 0;
    /* a repeated hello belongs to the handshake that it began */
    rig_deliver(&rig, &new->peer, hello, len);
    assert_int_equal(handshakes(), 1);
}

static void h6_finished_replaces_the_old_session(void **state)
{
    struct client *old = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *new = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client_connect(old);
    new->peer = old->peer;
    prov_dtls_drop(&old->dtls); /* power was lost */
    old->used = false;
    client_connect(new);
    assert_int_equal(sessions(), 1);
    assert_int_equal(handshakes(), 0);
    assert_true(rig_logged(&rig, "event=session_end reason=replaced"));
    client_assert_served(new, PROV_ENROLL_NOW);
}

/* The new Finished in a datagram of its own looks like a record of the old session, until that one can't
 * read it. */
static void h6_finished_in_a_datagram_of_its_own_replaces_the_old_session(void **state)
{
    struct client *old = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *new = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client_connect(old);
    new->peer = old->peer;
    rig.split = true;
    prov_dtls_drop(&old->dtls);
    old->used = false;
    client_connect(new);
    assert_int_equal(sessions(), 1);
    client_assert_served(new, PROV_ENROLL_NOW);
}

static void h6_failed_attempt_leaves_the_old_session(void **state)
{
    static const uint8_t wrong[16] = {1};
    struct client *old = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *new = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(old);
    new->peer = old->peer;
    new->psk = PROV_BYTES_OF(wrong);
    old->deaf = true;
    client_start(new);
    rig_run(&rig);
    assert_int_equal(new->failed > 0, 1);
    assert_int_equal(sessions(), 1);
    assert_int_equal(handshakes(), 0);
    new->used = false;
    prov_dtls_drop(&new->dtls);
    old->deaf = false;
    client_assert_served(old, PROV_ENROLL_NOW);
}

static void h6_old_session_that_is_idle_ends_without_the_new_handshake(void **state)
{
    struct client *old = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *new = rig_client(&rig, PROV_KIND_RPK, 1);
    uint8_t hello[2048];
    size_t len;

    (void)state;
    client_connect(old);
    rig.now += 299990;
    new->peer = old->peer;
    old->used = false;
    prov_dtls_drop(&old->dtls);
    len = client_second_hello(new, hello, sizeof(hello));
    rig_deliver(&rig, &new->peer, hello, len);
    rig.now += 10;
    prov_server_tick(rig.server, rig.now);
    assert_int_equal(sessions(), 0);
    assert_int_equal(handshakes(), 1);
    rig_run(&rig);
    assert_int_equal(new->connected, 1);
    assert_int_equal(sessions(), 1);
}

static void drain_lets_a_transfer_finish_and_says_goodbye(void **state)
{
    struct client *idle = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *busy = rig_client(&rig, PROV_KIND_PSK, 2);
    uint8_t room[2048];
    size_t len;

    (void)state;
    client_connect(idle);
    client_connect(busy);
    rig.answer_len = 1300;
    client_ask(busy, PROV_ENROLL_CRTS, PROV_BYTES_NONE, PROV_BYTES_NONE);
    assert_true(client_pull(busy, room, sizeof(room), &len));
    rig_deliver(&rig, &busy->peer, room, len); /* the first of three blocks is on the way */
    prov_server_drain(rig.server, rig.now);
    assert_int_equal(sessions(), 1);
    assert_false(prov_server_drained(rig.server));
    rig_run(&rig);
    assert_int_equal(idle->closed, 1);
    assert_int_equal(busy->x.result, PROV_OK);
    assert_int_equal(busy->x.answer.len, 1300);
    assert_int_equal(busy->closed, 1);
    assert_true(prov_server_drained(rig.server));
}

static void drain_does_not_wait_for_ever(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t room[2048];
    size_t len;

    (void)state;
    client_connect(client);
    rig.answer_len = 1300;
    client_ask(client, PROV_ENROLL_CRTS, PROV_BYTES_NONE, PROV_BYTES_NONE);
    assert_true(client_pull(client, room, sizeof(room), &len));
    rig_deliver(&rig, &client->peer, room, len);
    rig.queued = 0;
    prov_server_drain(rig.server, rig.now);
    assert_false(prov_server_drained(rig.server));
    rig.now += 4999;
    prov_server_tick(rig.server, rig.now);
    assert_false(prov_server_drained(rig.server));
    assert_true(prov_server_deadline(rig.server) == rig.now + 1);
    rig.now++;
    prov_server_tick(rig.server, rig.now);
    assert_true(prov_server_drained(rig.server));
}

static void new_credentials_are_taken_up_and_old_sessions_go_on(void **state)
{
    struct client *before = rig_client(&rig, PROV_KIND_RPK, 1);
    struct client *after = rig_client(&rig, PROV_KIND_RPK, 2);
    unsigned loads = rig.loads;

    (void)state;
    client_connect(before);
    rig_wait(&rig, 10000);
    assert_int_equal(rig.loads, loads + 1);
    assert_false(rig_logged(&rig, "event=reload")); /* nothing has changed */
    prov_crypto_key_drop(rig.crypto, &rig.server_key);
    {
        uint8_t point[PROV_POINT_LEN];

        assert_int_equal(prov_crypto_key_make(rig.crypto, &rig.server_key), PROV_OK);
        assert_int_equal(prov_crypto_key_public(rig.crypto, &rig.server_key, point), PROV_OK);
        prov_spki_encode(point, rig.server_spki);
    }
    prov_server_reload(rig.server, rig.now);
    assert_true(rig_logged(&rig, "event=reload result=ok"));
    client_connect(after); /* its verdict is on the new key */
    client_assert_served(before, PROV_ENROLL_NOW);
    client_assert_served(after, PROV_ENROLL_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h6_new_hello_leaves_the_old_session_until_finished, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(h6_finished_replaces_the_old_session, setup, teardown),
        cmocka_unit_test_setup_teardown(
            h6_finished_in_a_datagram_of_its_own_replaces_the_old_session, setup, teardown),
        cmocka_unit_test_setup_teardown(h6_failed_attempt_leaves_the_old_session, setup, teardown),
        cmocka_unit_test_setup_teardown(h6_old_session_that_is_idle_ends_without_the_new_handshake,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(drain_lets_a_transfer_finish_and_says_goodbye, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(drain_does_not_wait_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(new_credentials_are_taken_up_and_old_sessions_go_on, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
