/* SPDX-License-Identifier: Apache-2.0
 *
 * Resumption: when a session is not resumed, what is on flash of it, and that it is when it may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define NO_KIND             ((enum prov_kind)0)
#define MESSAGE_CERTIFICATE 11

static void enroll(void)
{
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
    assert_int_equal(world.model.abbreviated, 0);
}

static void rotate(enum prov_kind kind, unsigned abbreviated)
{
    unsigned full = world.model.full, before = world.model.abbreviated;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, kind), PROV_OK);
    assert_true(world_settled(&world));
    assert_int_equal(world.model.abbreviated - before, abbreviated);
    assert_int_equal(world.model.full - full, 2 - abbreviated);
}

/* --- full handshakes -------------------------------------------------------------------------- */

/* The first handshake is the predecessor's and abbreviated; the candidate's never is. */
static void h35_candidates_handshake_is_full(void **state)
{
    (void)state;
    enroll();
    for (int i = 0; i < 5; i++)
        rotate(NO_KIND, 1);
    world.model.die_before_answer = 2; /* the confirm */
    assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    unsigned abbreviated = world.model.abbreviated, full = world.model.full;
    assert_int_equal(world_run(&world, PROV_AGENT_RESUME, NO_KIND), PROV_OK);
    assert_int_equal(world.model.abbreviated, abbreviated);
    assert_int_equal(world.model.full, full + 1);
}

/* Who steals what was kept could read what is delivered over it: a PSK is not. */
static void row11_psk_is_delivered_over_a_full_handshake(void **state)
{
    (void)state;
    enroll();
    rotate(PROV_KIND_PSK, 0);
    rotate(PROV_KIND_PSK, 0);
}

/* … and neither is one kept over which it came in part. */
static void row11_session_of_a_psk_that_fails_is_not_kept(void **state)
{
    (void)state;
    uint8_t before[PROV_STORE_SESSION_MAX], after[PROV_STORE_SESSION_MAX];
    enroll();
    assert_int_equal(prov_store_session_get(&world.store, before), PROV_OK);
    world.model.die_before_answer = 1;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_PSK), PROV_E_TIMEOUT);
    assert_int_equal(prov_store_session_get(&world.store, after), PROV_OK);
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_PSK), PROV_OK);
}

static void h33_not_after_24_hours(void **state)
{
    (void)state;
    enroll();
    world.now_ms += 86400000 - 60000;
    rotate(NO_KIND, 1);
    world.now_ms += 86400000;
    rotate(NO_KIND, 0);
    rotate(NO_KIND, 1);
}

/* A session that is resumed again and again ends a day after the full handshake all the same. */
static void h33_age_counts_from_the_full_handshake(void **state)
{
    (void)state;
    enroll();
    for (int i = 0; i < 3; i++) {
        world.now_ms += 86400000 / 4;
        unsigned abbreviated = world.model.abbreviated;
        world.model.busy = 9; /* the predecessor's session comes to nothing, and is kept */
        world.model.max_age = 999;
        assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
        assert_int_equal(world.model.abbreviated, abbreviated + 1);
        world.model.busy = 0;
    }
    world.now_ms += 86400000 / 4;
    rotate(NO_KIND, 0);
}

static void row29_not_without_a_clock_and_not_when_it_has_gone_back(void **state)
{
    (void)state;
    world.trust = PROV_CLOCK_NONE;
    enroll();
    rotate(NO_KIND, 0);
    world.trust = PROV_CLOCK_TRUSTED;
    rotate(NO_KIND, 0);
    world.time -= 3600;
    rotate(NO_KIND, 0);
}

static void row45_unknown_to_the_server_is_a_full_handshake(void **state)
{
    (void)state;
    enroll();
    world.model.forget_sessions = true;
    rotate(NO_KIND, 0);
    world.model.forget_sessions = false;
    rotate(NO_KIND, 1);
}

/* Anybody's alert: the session is dropped and a full handshake follows. */
static void row45_failed_resumption_is_tried_in_full(void **state)
{
    (void)state;
    static const uint8_t alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    enroll();
    world.injected = PROV_BYTES_OF(alert);
    world.injections = 1;
    rotate(NO_KIND, 0);
}

/* A flash that takes no write keeps what has failed: it is not offered again and again. */
static void row45_what_cannot_be_dropped_is_not_offered_again(void **state)
{
    (void)state;
    static const uint8_t alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    enroll();
    world.store.open = false;
    world.injected = PROV_BYTES_OF(alert);
    world.injections = 5;
    assert_int_not_equal(world_run_request(&world, &request), PROV_OK);
    assert_int_equal(prov_agent_report(&world.agent)->handshakes, 2);
}

static void row45_not_with_another_credential(void **state)
{
    (void)state;
    uint8_t box[PROV_STORE_SESSION_MAX], again[PROV_STORE_SESSION_MAX];
    enroll();
    assert_int_equal(prov_store_session_get(&world.store, box), PROV_OK);
    rotate(NO_KIND, 1);
    assert_int_equal(prov_store_session_get(&world.store, again), PROV_OK);
    assert_memory_not_equal(box, again, sizeof box);
    /* the old credential's session, put back: it does not open under the new one */
    assert_int_equal(prov_store_session_put(&world.store, PROV_BYTES(box, 132)), PROV_OK);
    rotate(NO_KIND, 0);
}

static void row45_not_when_it_is_not_wanted(void **state)
{
    (void)state;
    enroll();
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE, .no_resumption = true};
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_false(prov_agent_report(&world.agent)->abbreviated);
    assert_int_equal(world.model.abbreviated, 0);
}

/* What the server shows is judged anew when there is a new list, and when a bundle is installed. */
static void h40_a_new_deny_list_ends_what_was_kept(void **state)
{
    (void)state;
    uint8_t file[PROV_DENY_LIST_MAX], work[PROV_STORE_ENTRY_MAX];
    struct prov_buf buf = PROV_BUF_OF(file);
    struct prov_deny_list list;
    uint8_t spki[PROV_SPKI_LEN], key[1][PROV_HASH_LEN];
    struct prov_bytes part = PROV_BYTES_OF(spki);
    enroll();
    prov_spki_encode(world.model.server.point, spki);
    assert_int_equal(prov_crypto_sha256(world.server_crypto, &part, 1, key[0]), PROV_OK);
    const struct prov_deny_entries entries = {
        .version = 1, .keys = (const uint8_t(*)[PROV_HASH_LEN])key, .key_count = 1};
    model_deny_list(&world.model, &entries, &buf);
    assert_int_equal(
        prov_store_deny_install(&world.store, prov_buf_bytes(&buf), work, false, &list), PROV_OK);
    assert_int_equal(prov_store_session_get(&world.store, work), PROV_E_NOT_FOUND);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_REVOKED);
    assert_int_equal(world.model.abbreviated, 0);
}

/* Not after the end of the server's certificate, which nobody looks at then. */
static void h40_not_after_the_servers_certificate(void **state)
{
    (void)state;
    uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    enroll();
    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 0, room, &entry), PROV_OK);
    struct prov_x509 leaf;
    assert_int_equal(prov_x509_parse(world.model.chain[0], &leaf), PROV_OK);
    world.time = leaf.not_after - 3600 - (int64_t)(world.now_ms / 1000);
    rotate(NO_KIND, 0);
    world.now_ms += 3601 * 1000;
    unsigned abbreviated = world.model.abbreviated;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_TIME);
    assert_int_equal(world.model.abbreviated, abbreviated);
}

/* --- on flash --------------------------------------------------------------------------------- */

static void h33_no_secret_of_it_is_on_flash(void **state)
{
    (void)state;
    enroll();
    rotate(NO_KIND, 1);
    for (int i = 0; i < MODEL_KEPT; i++) {
        const struct prov_dtls_resumable *kept = &world.model.kept[i].resumable;
        if (kept->session_id_len == 0)
            continue;
        for (size_t at = 0; at + 16 <= 7 * 4096; at++) {
            assert_memory_not_equal(world.flash.octets + at, kept->master, 16);
            assert_memory_not_equal(world.flash.octets + at, kept->session_id, 16);
        }
    }
}

/* Cut in its three records, and in a move of the journal: the old one, the new one or none is used. */
static void power_cut_at_every_operation_of_a_session(void **state)
{
    (void)state;
    uint8_t one[PROV_STORE_SESSION_MAX], two[PROV_STORE_SESSION_MAX];
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_MISMATCH; fault++)
        for (unsigned at = 1, hit = 1; hit; at++) {
            enroll();
            assert_int_equal(prov_store_session_get(&world.store, one), PROV_OK);
            uint32_t before = world.flash.operations;
            sim_flash_plan(&world.flash, (enum sim_fault)fault, at);
            memset(two, 7, sizeof two);
            prov_result r = prov_store_session_put(&world.store, PROV_BYTES_OF(two));
            hit = world.flash.operations - before >= at;
            if (!hit)
                assert_int_equal(r, PROV_OK);
            world_reboot(&world);
            assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
            assert_true(world_settled(&world));
            rotate(NO_KIND, 1);
            teardown_world(state);
            setup_rpk(state);
        }
}

static void kept_session_survives_a_move_of_the_journal(void **state)
{
    (void)state;
    uint8_t one[PROV_STORE_SESSION_MAX], two[PROV_STORE_SESSION_MAX];
    struct prov_log_record record = {.event = PROV_LOG_REQUEST};
    enroll();
    assert_int_equal(prov_store_session_get(&world.store, one), PROV_OK);
    uint32_t sequence = world.store.journal_sequence;
    while (world.store.journal_sequence < sequence + 2)
        assert_int_equal(prov_store_log_put(&world.store, &record), PROV_OK);
    world_reboot(&world);
    assert_int_equal(prov_store_session_get(&world.store, two), PROV_OK);
    assert_memory_equal(one, two, sizeof one);
    rotate(NO_KIND, 1);
    assert_int_equal(prov_store_session_drop(&world.store), PROV_OK);
    world_reboot(&world);
    assert_int_equal(prov_store_session_get(&world.store, two), PROV_E_NOT_FOUND);
}

/* --- abbreviated handshakes ------------------------------------------------------------------- */

/* The second connection with a credential: no Certificate goes over the wire until the candidate's. */
static void row45_second_connection_is_abbreviated(void **state)
{
    (void)state;
    enroll();
    memset(world.messages, 0, sizeof world.messages);
    size_t octets = world.octets[1];
    world.model.busy = 9;
    world.model.max_age = 999; /* it goes no further */
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    assert_int_equal(world_run_request(&world, &request), PROV_E_PEER_REFUSED);
    assert_true(prov_agent_report(&world.agent)->abbreviated);
    assert_int_equal(world.model.abbreviated, 1);
    assert_int_equal(world.messages[0][MESSAGE_CERTIFICATE], 0);
    assert_int_equal(world.messages[1][MESSAGE_CERTIFICATE], 0);
    assert_true(world.octets[1] - octets < 400);
}

/* The successor's request is bound to a resumed session as to a full one (tls-unique: RFC 5929, section 3.1). */
static void every_kind_asks_over_a_resumed_session(void **state)
{
    (void)state;
    enroll();
    rotate(PROV_KIND_RPK, 1);
    rotate(PROV_KIND_CERT, 1);
    rotate(PROV_KIND_CERT, 1);
    rotate(PROV_KIND_RPK, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h35_candidates_handshake_is_full, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row11_psk_is_delivered_over_a_full_handshake, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row11_session_of_a_psk_that_fails_is_not_kept, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h33_not_after_24_hours, setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(h33_age_counts_from_the_full_handshake, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row29_not_without_a_clock_and_not_when_it_has_gone_back,
                                        setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(row45_unknown_to_the_server_is_a_full_handshake, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row45_failed_resumption_is_tried_in_full, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row45_what_cannot_be_dropped_is_not_offered_again,
                                        setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(row45_not_with_another_credential, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row45_not_when_it_is_not_wanted, setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(h40_a_new_deny_list_ends_what_was_kept, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h40_not_after_the_servers_certificate, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h33_no_secret_of_it_is_on_flash, setup_rpk, teardown_world),
        cmocka_unit_test_setup_teardown(power_cut_at_every_operation_of_a_session, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(kept_session_survives_a_move_of_the_journal, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row45_second_connection_is_abbreviated, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(every_kind_asks_over_a_resumed_session, setup_psk,
                                        teardown_world),
    };
    return cmocka_run_group_tests_name("agent_resume", tests, NULL, NULL);
}
