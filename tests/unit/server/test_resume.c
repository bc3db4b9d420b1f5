/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that the server keeps to be resumed (profile.md, row 45), and a server of two names (row 43).
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

static uint32_t kept(void)
{
    return prov_server_stats(rig.server).resumable;
}

static bool resumed(const struct client *client)
{
    return prov_dtls_resumed(&client->dtls);
}

/* --- what is not resumed --------------------------------------------------------------------- */

/* Found or not: flow is asked the same, once (row 45). */
static void row45_unknown_session_takes_the_way_of_a_known_one(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    assert_int_equal(rig.resumes, 0);
    client_reconnect(client, true);
    assert_true(resumed(client));
    assert_int_equal(rig.resumes, 1);
    assert_int_equal(rig.resumed, 7);
    client->session.session_id[0] ^= 1;
    client_reconnect(client, true);
    assert_false(resumed(client));
    assert_int_equal(rig.resumes, 2);
    assert_int_equal(rig.resumed, 0);
    assert_int_equal(rig.finds, 2);
}

static void h40_revoked_credential_is_not_resumed_and_its_session_is_gone(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    static const prov_result ends[] = {PROV_E_REVOKED, PROV_E_TIME, PROV_E_NOT_FOUND,
                                       PROV_E_FORBIDDEN};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        client->config.resume = NULL;
        client_connect(client);
        assert_int_equal(kept(), 1);
        rig.still_good = ends[i];
        client_reconnect(client, true); /* the handshake itself asks somebody else */
        assert_false(resumed(client));
        rig.still_good = PROV_OK; /* as if it had never been: too late */
        struct prov_dtls_resumable old = client->session;
        client_reconnect(client, true);
        client->session = old;
        client_reconnect(client, true);
        assert_false(resumed(client));
    }
}

/* At once, and not by the session of the full handshake that follows. */
static void h40_session_of_a_revoked_credential_is_dropped_when_it_is_shown(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];

    (void)state;
    client_connect(client);
    assert_int_equal(prov_dtls_resumable(&client->dtls, rig.now, &client->session), PROV_OK);
    prov_dtls_close(&client->dtls);
    rig_run(&rig);
    prov_dtls_drop(&client->dtls);
    client->config.resume = &client->session;
    rig.still_good = PROV_E_REVOKED;
    size_t len = client_second_hello(client, hello, sizeof(hello));
    assert_int_equal(kept(), 1);
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(kept(), 0);
}

static void h40_busy_registry_keeps_the_session_and_resumes_nothing(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    rig.still_good = PROV_E_BUSY;
    client_reconnect(client, true);
    assert_false(resumed(client));
    assert_int_equal(kept(), 1);
}

/* H35: what waits for its confirm needs a full handshake each time. */
static void h35_pending_credential_is_not_resumed(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    rig.pending = true;
    client_connect(client);
    client_reconnect(client, true);
    assert_false(resumed(client));
    assert_int_equal(rig.resumes, 1);
}

static void h40_live_session_that_is_revoked_leaves_nothing_to_resume(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client_connect(client);
    assert_int_equal(kept(), 1);
    rig.still_good = PROV_E_REVOKED;
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    assert_int_equal(kept(), 0);
}

static void h40_kept_sessions_are_looked_at_again(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    prov_dtls_close(&client->dtls);
    rig_run(&rig);
    assert_int_equal(kept(), 1);
    rig.still_good = PROV_E_BUSY; /* says nothing */
    for (unsigned i = 0; i < 70; i++)
        rig_wait(&rig, 10000);
    assert_int_equal(kept(), 1);
    rig.still_good = PROV_E_REVOKED;
    for (unsigned i = 0; i < 70; i++) /* 64 of 4096 rooms a round */
        rig_wait(&rig, 10000);
    assert_int_equal(kept(), 0);
}

static void h33_kept_sessions_end_after_a_day(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    prov_dtls_close(&client->dtls);
    rig_run(&rig);
    rig.now += PROV_DTLS_RESUME_MS - 1000000;
    for (unsigned i = 0; i < 70; i++)
        rig_wait(&rig, 10000);
    assert_int_equal(kept(), 1);
    for (unsigned i = 0; i < 100; i++)
        rig_wait(&rig, 10000);
    assert_int_equal(kept(), 0);
}

static void h39_attempts_of_strangers_evict_no_session(void **state)
{
    static const uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *stranger = rig_client(&rig, PROV_KIND_PSK, 2);

    (void)state;
    client_connect(client);
    assert_int_equal(prov_dtls_resumable(&client->dtls, rig.now, &client->session), PROV_OK);
    stranger->session = client->session; /* it has seen the id, and does not know the secret */
    stranger->session.master[0] ^= 1;
    stranger->config.resume = &stranger->session;
    client_start(stranger);
    rig_run(&rig);
    assert_int_equal(rig.resumes, 1);
    assert_int_equal(prov_server_stats(rig.server).handshakes, 1);
    rig_deliver(&rig, &stranger->peer, alert, sizeof(alert));
    assert_int_equal(prov_server_stats(rig.server).handshakes, 0);
    prov_dtls_drop(&stranger->dtls);
    client_start(stranger);
    rig_run(&rig);
    rig_wait(&rig, 80000); /* until it is given up */
    assert_int_equal(prov_server_stats(rig.server).handshakes, 0);
    assert_int_equal(kept(), 1);
    prov_dtls_drop(&client->dtls);
    client->config.resume = &client->session;
    client_connect(client);
    assert_true(resumed(client));
}

/* Who has seen a session's id asks for it under another name of the server: the credential is none of
 * that name's, which says nothing of the session. */
static void h39_another_name_evicts_no_session(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    struct client *stranger = rig_client(&rig, PROV_KIND_PSK, 2);
    struct prov_bytes text = prov_bytes_text(rig.other.text);
    static const uint8_t wrong[16] = {1};

    (void)state;
    rig.home = &rig.fqdn;
    client_connect(client);
    assert_int_equal(prov_dtls_resumable(&client->dtls, rig.now, &client->session), PROV_OK);
    stranger->session = client->session;
    stranger->config.server_name = &rig.other;
    stranger->config.resume = &stranger->session;
    stranger->psk = PROV_BYTES_OF(wrong);
    assert_int_equal(prov_crypto_sha256(rig.crypto, &text, 1, stranger->session.name), PROV_OK);
    client_start(stranger);
    rig_run(&rig);
    assert_int_equal(rig.resumes, 1);
    assert_false(resumed(stranger));
    prov_dtls_drop(&client->dtls);
    client->config.resume = &client->session;
    client_connect(client);
    assert_true(resumed(client));
}

/* RFC 5246, section 7.2.2 */
static void row45_fatal_alert_of_the_peer_ends_the_kept_session(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    assert_int_equal(kept(), 1);
    prov_dtls_abort(&client->dtls, PROV_ALERT_INTERNAL_ERROR);
    rig_run(&rig);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
    assert_int_equal(kept(), 0);
}

static void row45_new_keys_of_the_server_end_what_was_kept(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    prov_server_reload(rig.server, rig.now);
    assert_int_equal(kept(), 1); /* nothing is new */
    rig.server_spki[90] ^= 1;
    prov_server_reload(rig.server, rig.now);
    assert_int_equal(kept(), 0);
}

/* Nor does a handshake that was under way bring them back. */
static void row45_session_under_keys_that_are_gone_is_not_kept(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t room[2048];

    (void)state;
    for (int again = 0; again < 2; again++) { /* a full one, and one that is resumed */
        if (again) {
            client_connect(client);
            assert_int_equal(prov_dtls_resumable(&client->dtls, rig.now, &client->session),
                             PROV_OK);
            prov_dtls_drop(&client->dtls);
            client->config.resume = &client->session;
        }
        size_t len = client_second_hello(client, room, sizeof(room));
        rig_deliver(&rig, &client->peer, room, len);
        rig.server_spki[90] ^= 1;
        prov_server_reload(rig.server, rig.now);
        rig_run(&rig);
        assert_int_equal(client->failed, 0);
        assert_int_equal(resumed(client), again);
        assert_int_equal(kept(), 0);
        prov_dtls_drop(&client->dtls);
    }
}

static void no_resumption_means_full_handshakes(void **state)
{
    static struct rig plain;
    struct prov_dtls_resumable none;

    (void)state;
    rig_begin_as(&plain, NULL, false, true);
    struct client *client = rig_client(&plain, PROV_KIND_PSK, 1);
    client_connect(client);
    assert_int_equal(prov_dtls_resumable(&client->dtls, plain.now, &none), PROV_E_NOT_FOUND);
    assert_int_equal(prov_server_stats(plain.server).resumable, 0);
    rig_end(&plain);
    rig_begin(&rig, NULL); /* the fake flow knows one rig */
}

/* --- what is ---------------------------------------------------------------------------------- */

static void row45_second_handshake_is_abbreviated_and_served(void **state)
{
    static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_RPK};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct client *client = rig_client(&rig, kinds[i], (uint8_t)(1 + i));
        client_connect(client);
        unsigned finds = rig.finds, judged = rig.judged;
        for (int time = 0; time < 3; time++) {
            client_reconnect(client, time != 1); /* and once without a good-bye */
            assert_true(resumed(client));
            client_assert_served(client, PROV_ENROLL_NOW);
            assert_int_equal(rig.last.peer->credential, 7);
            assert_true(rig.last.has_binding);
        }
        assert_int_equal(rig.finds, finds);
        assert_int_equal(rig.judged, judged);
    }
    assert_int_equal(prov_server_stats(rig.server).handshakes_resumed, 6);
    assert_true(rig_logged(&rig, "resumed=yes"));
    assert_int_equal(kept(), 1); /* both have one credential in this world */
}

/* H6: the old association works until the new Finished has come, also if that is an abbreviated one. */
static void h6_resumed_session_replaces_the_live_one(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    client_reconnect(client, false);
    assert_true(resumed(client));
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    client_assert_served(client, PROV_ENROLL_NOW);
}

/* --- two names -------------------------------------------------------------------------------- */

static int setup_two(void **state)
{
    (void)state;
    rig_begin_as(&rig, NULL, true, false);
    return 0;
}

static void row43_unknown_name_is_refused(void **state)
{
    struct prov_fqdn name;
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("three.example.com"), &name), PROV_OK);
    client->config.server_name = &name;
    client_start(client);
    rig_run(&rig);
    assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, PROV_ALERT_UNRECOGNIZED_NAME);
    assert_int_equal(rig.finds, 0);
}

static void row43_key_of_one_name_is_not_shown_under_another(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client->config.server_name = &rig.other;
    memcpy(rig.other_spki, rig.server_spki,
           sizeof(rig.other_spki)); /* what the client has pinned */
    client_start(client);
    rig_run(&rig);
    assert_int_equal(client->connected, 0);
    assert_true(client->failed > 0);
}

static void row43_session_is_not_resumed_under_another_name(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client_connect(client);
    assert_int_equal(prov_dtls_resumable(&client->dtls, rig.now, &client->session), PROV_OK);
    prov_dtls_drop(&client->dtls);
    struct prov_bytes text = prov_bytes_text(rig.other.text);
    assert_int_equal(prov_crypto_sha256(rig.crypto, &text, 1, client->session.name), PROV_OK);
    client->config.server_name = &rig.other;
    client->config.resume = &client->session;
    client_connect(client);
    assert_int_equal(rig.resumes, 1); /* it was offered */
    assert_false(resumed(client));
}

/* H37: keys and identities are those of the name; so is the Uri-Host. */
static void row43_each_name_has_its_own_keys_and_devices(void **state)
{
    static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_RPK};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct client *client = rig_client(&rig, kinds[i % 2], (uint8_t)(1 + i));
        const struct prov_fqdn *name = i < 2 ? &rig.fqdn : &rig.other;
        client->config.server_name = name;
        client_connect(client);
        assert_true(prov_fqdn_equal(&rig.name, name));
        client_ask(client, PROV_ENROLL_NOW, prov_bytes_text(name->text), PROV_BYTES_NONE);
        rig_run(&rig);
        assert_int_equal(client->x.code, PROV_COAP_CONTENT);
        assert_true(prov_fqdn_equal(rig.last.server, name));
        const struct prov_fqdn *wrong = i < 2 ? &rig.other : &rig.fqdn;
        client_ask(client, PROV_ENROLL_NOW, prov_bytes_text(wrong->text), PROV_BYTES_NONE);
        rig_run(&rig);
        assert_int_equal(client->x.code, PROV_COAP_NOT_FOUND);
    }
}

static void row43_client_without_a_name_meets_the_first(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    (void)state;
    client->config.server_name = NULL;
    client_connect(client);
    assert_true(prov_fqdn_equal(&rig.name, &rig.fqdn));
}

#define TWO_TEST(test) cmocka_unit_test_setup_teardown(test, setup_two, teardown)
#define ONE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_TEST(row45_unknown_session_takes_the_way_of_a_known_one),
        ONE_TEST(h40_revoked_credential_is_not_resumed_and_its_session_is_gone),
        ONE_TEST(h40_session_of_a_revoked_credential_is_dropped_when_it_is_shown),
        ONE_TEST(h40_busy_registry_keeps_the_session_and_resumes_nothing),
        ONE_TEST(h35_pending_credential_is_not_resumed),
        ONE_TEST(h40_live_session_that_is_revoked_leaves_nothing_to_resume),
        ONE_TEST(h40_kept_sessions_are_looked_at_again),
        ONE_TEST(h33_kept_sessions_end_after_a_day),
        ONE_TEST(h39_attempts_of_strangers_evict_no_session),
        ONE_TEST(row45_fatal_alert_of_the_peer_ends_the_kept_session),
        ONE_TEST(row45_new_keys_of_the_server_end_what_was_kept),
        ONE_TEST(row45_session_under_keys_that_are_gone_is_not_kept),
        TWO_TEST(row43_unknown_name_is_refused),
        TWO_TEST(row43_key_of_one_name_is_not_shown_under_another),
        TWO_TEST(row43_session_is_not_resumed_under_another_name),
        TWO_TEST(h39_another_name_evicts_no_session),
        cmocka_unit_test_teardown(no_resumption_means_full_handshakes, teardown),
        ONE_TEST(row45_second_handshake_is_abbreviated_and_served),
        ONE_TEST(h6_resumed_session_replaces_the_live_one),
        TWO_TEST(row43_each_name_has_its_own_keys_and_devices),
        TWO_TEST(row43_client_without_a_name_meets_the_first),
    };
    return cmocka_run_group_tests_name("server resume", tests, NULL, NULL);
}
