/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent: what it refuses, what an attacker's word is worth, how it gets back on its feet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "tests/fault/model_cert.h"

#define NO_KIND ((enum prov_kind)0)

static bool force_authentic;

static int teardown(void **state)
{
    force_authentic = false;
    return teardown_world(state);
}

/* The linker puts this before the engine's (--wrap): a failure told as the peer's own word. */
struct prov_dtls_failure __real_prov_dtls_failure(const struct prov_dtls *s);
struct prov_dtls_failure __wrap_prov_dtls_failure(const struct prov_dtls *s);
struct prov_dtls_failure __wrap_prov_dtls_failure(const struct prov_dtls *s)
{
    struct prov_dtls_failure failure = __real_prov_dtls_failure(s);
    failure.authentic = failure.authentic || force_authentic;
    return failure;
}

/* A fatal handshake_failure of epoch 0: nobody signs it. */
static const uint8_t bare_alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};

static void inject_into(unsigned sessions)
{
    world.injected = PROV_BYTES_OF(bare_alert);
    world.injections = sessions;
}

/* Leaves a staged candidate, or a committed one, behind. */
static void stop_after(enum prov_log_event event)
{
    for (uint32_t at = 1; at < 200; at++) {
        sim_flash_plan(&world.flash, SIM_CUT_BEFORE, at);
        memset(world.logged, 0, sizeof world.logged);
        enum prov_agent_op op = world.model.enrolled ? PROV_AGENT_ROTATE : PROV_AGENT_ENROLL;
        prov_result r = world_run(&world, op, NO_KIND);
        assert_int_not_equal(r, PROV_OK);
        world_reboot(&world);
        bool staged = world.store.state.candidate != 0;
        bool committed = !staged && prov_store_unfinished(&world.store);
        if (event == PROV_LOG_STAGE ? staged : committed)
            return;
        assert_false(staged);
    }
    fail_msg("never got there");
}

/* As stop_after, for states that come after a staged one. */
static void stop_committed(void)
{
    world.model.die_before_answer = 2; /* of PSK and RPK: the confirm's */
    world.model.refuse_confirm = true; /* … which the server has not taken */
    enum prov_agent_op op = world.model.enrolled ? PROV_AGENT_ROTATE : PROV_AGENT_ENROLL;
    assert_int_not_equal(world_run(&world, op, NO_KIND), PROV_OK);
    world_reboot(&world);
    world.model.refuse_confirm = false;
    world.model.die_before_answer = 0;
    assert_int_equal(world.store.state.candidate, 0);
    assert_true(prov_store_unfinished(&world.store));
}

static void enroll(void)
{
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
}

static prov_result begin(const struct prov_agent_request *request)
{
    prov_result r = prov_agent_begin(&world.agent, request, world.now_ms);
    prov_agent_close(&world.agent);
    prov_agent_open(&world.agent, &world.store, world.workspace);
    return r;
}

/* --- refused before anything is sent ------------------------------------------------------------ */

static void row1_nothing_to_begin_with_is_refused(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    assert_int_equal(begin(&request), PROV_E_NOT_FOUND);
    request.op = PROV_AGENT_RESUME;
    assert_int_equal(begin(&request), PROV_E_NOT_FOUND);
    struct prov_fqdn other;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("other.example.com"), &other), PROV_OK);
    request = (struct prov_agent_request){.op = PROV_AGENT_ENROLL, .server = &other};
    assert_int_equal(begin(&request), PROV_E_NOT_FOUND);
    assert_int_equal(world.sent, 0);
}

static void row1_entry_is_checked_for_peer_authentication(void **state)
{
    (void)state;
    static const uint8_t scalar[PROV_SCALAR_LEN] = {1}, point[PROV_POINT_LEN] = {4};
    struct prov_entry entry = {.kind = PROV_KIND_RPK,
                               .server = prov_entry_text(world.model.name.text),
                               .point = PROV_BYTES_OF(point)};
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    assert_int_equal(prov_entry_check(&entry), PROV_E_POLICY);
    entry.peers[0] = PROV_BYTES_OF(point);
    assert_int_equal(prov_entry_check(&entry), PROV_OK);
    entry.kind = PROV_KIND_CERT;
    entry.chain[0] = PROV_BYTES_OF(scalar);
    assert_int_equal(prov_entry_check(&entry), PROV_E_POLICY);
}

static void row2_multicast_is_refused_before_any_packet(void **state)
{
    (void)state;
    static const struct {
        uint8_t ip[16];
        size_t len;
    } groups[] = {{{224, 0, 0, 1}, 4},
                  {{239, 255, 255, 250}, 4},
                  {{255, 255, 255, 255}, 4},
                  {{0xff, 0x02, [15] = 1}, 16},
                  {{[10] = 0xff, [11] = 0xff, 224, 0, 1, 187}, 16},
                  {{127, 0, 0}, 3}};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        world.peer_ip = groups[i].ip;
        world.peer_ip_len = groups[i].len;
        assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_POLICY);
        assert_int_equal(world.sent, 0);
    }
    static const uint8_t unicast[16] = {0xfe, 0x80, [15] = 1}, private[4] = {10, 0, 0, 1};
    assert_false(prov_agent_multicast(PROV_BYTES_OF(unicast)));
    assert_false(prov_agent_multicast(PROV_BYTES_OF(private)));
}

static void row11_psk_without_forward_secrecy_is_refused(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .no_forward_secrecy = true};
    assert_int_equal(begin(&request), PROV_E_NO_FORWARD_SECRECY);
    assert_int_equal(world.sent, 0);
    /* a key of its own may be enrolled over it */
    request.kind = PROV_KIND_RPK;
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_true(world_settled(&world));
}

static bool no_random(void *context, uint8_t *out, size_t len)
{
    (void)context;
    (void)out;
    (void)len;
    return false;
}

static void row59_unseeded_random_is_refused(void **state)
{
    (void)state;
    static const struct prov_eui64 eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}};
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    struct prov_random none = {no_random, NULL};
    struct prov_crypto *seeded = world.crypto;
    uint32_t operations = world.flash.operations;
    assert_int_equal(prov_crypto_make(&none, &world.port.crypto), PROV_OK);
    assert_int_equal(begin(&request), PROV_E_RANDOM);
    assert_int_equal(world.sent, 0);
    struct sim_flash blank;
    struct prov_store store;
    struct prov_port port = world.port;
    sim_flash_make(&blank, 4096, 5, 16, 0xff);
    port.flash = sim_flash_port(&blank);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
    assert_int_equal(prov_agent_identity_make(&store, &eui64), PROV_E_RANDOM);
    assert_int_equal(blank.operations, 0);
    assert_int_equal(world.flash.operations, operations);
    prov_crypto_free(world.port.crypto);
    world.port.crypto = seeded;
}

/* --- refused of the server ---------------------------------------------------------------------- */

static void assert_nothing_staged(void)
{
    assert_int_equal(world.store.state.candidate, 0);
    assert_int_equal(world.logged[PROV_LOG_STAGE], 0);
}

static void row15_key_that_is_not_pinned_is_refused(void **state)
{
    (void)state;
    struct model_key *server = &world.model.server;
    struct prov_key key = {0};
    assert_int_equal(prov_crypto_key_make(world.server_crypto, &key), PROV_OK);
    assert_int_equal(prov_crypto_key_save(world.server_crypto, &key, &server->scalar), PROV_OK);
    assert_int_equal(prov_crypto_key_public(world.server_crypto, &key, server->point), PROV_OK);
    prov_crypto_key_drop(world.server_crypto, &key);
    prov_spki_encode(server->point, world.model.spki);
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_not_equal(world_run_request(&world, &request), PROV_OK);
    assert_int_equal(prov_agent_report(&world.agent)->alert_sent, PROV_ALERT_HANDSHAKE_FAILURE);
    assert_int_equal(world.model.requests, 0);
    assert_nothing_staged();
}

/* The server's certificate made anew, by the CA that the device trusts, for another name. */
static void leaf_for(const char *dns)
{
    struct model *model = &world.model;
    struct prov_buf leaf = PROV_BUF_OF(model->leaf);
    const struct model_cert cert = {.serial = model->serial,
                                    .issuer = "Issuing",
                                    .subject = "",
                                    .dns = dns,
                                    .point = model->server.point,
                                    .signer = &model->issuing.scalar};
    assert_int_equal(model_cert_make(model->crypto, &cert, &leaf), PROV_OK);
    model->leaf_len = leaf.len;
    model->chain[0] = PROV_BYTES(model->leaf, leaf.len);
}

static void row24_certificate_of_another_server_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"enroll.example.org", "xenroll.example.com",
                                         "example.com"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        leaf_for(others[i]);
        assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_NAME);
        assert_int_equal(world.model.requests, 0);
        assert_nothing_staged();
    }
    leaf_for("Enroll.Example.COM"); /* its own name, whatever the case */
    enroll();
}

static void h37_own_key_as_the_servers_is_refused(void **state)
{
    (void)state;
    world.model.own_key_back = true;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_FORBIDDEN);
    assert_nothing_staged();
}

static void h37_old_own_key_as_the_servers_is_refused(void **state)
{
    (void)state;
    world.model.old_key_back = true;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_FORBIDDEN);
    assert_nothing_staged();
}

/* A rotation that changes no key is none. */
static void psk_that_is_the_old_one_is_refused(void **state)
{
    (void)state;
    enroll();
    memset(world.logged, 0, sizeof world.logged);
    world.model.old_psk_back = true;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_PEER);
    assert_nothing_staged();
}

static void certificate_for_another_device_is_refused(void **state)
{
    (void)state;
    world.model.foreign_name = true;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_NAME);
    assert_nothing_staged();
}

static void silent_server_is_given_up_after_63_s(void **state)
{
    (void)state;
    world.deaf = true;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_equal(world_run_request(&world, &request), PROV_E_TIMEOUT);
    assert_int_equal(world.now_ms, 63000);
    assert_int_equal(world.sent, 3);
    assert_int_equal(world.store.state.attempts, 1);
}

static void h14_whole_new_handshake_after_a_pause(void **state)
{
    (void)state;
    world.deaf = true;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .tries = 3};
    assert_int_equal(world_run_request(&world, &request), PROV_E_TIMEOUT);
    assert_int_equal(world.sent, 9);
    assert_in_range(world.now_ms, 3 * 63000 + 1, 3 * 63000 + 2 * 9000);
    assert_int_equal(world.port_number, 3);
}

/* --- anybody's word ----------------------------------------------------------------------------- */

/* The board asks how long to wait: counted in flash, so that a reboot makes nobody eager. */
static void h14_pause_between_operations_outlives_a_reboot(void **state)
{
    (void)state;
    static const uint32_t least[] = {0, 30, 60, 120};
    uint32_t seconds = 99, last = 0;
    bool differs = false;
    for (uint8_t failed = 0; failed < 4; failed++) {
        if (failed > 0)
            assert_int_equal(prov_store_attempt_failed(&world.store), PROV_OK);
        world_reboot(&world);
        assert_int_equal(prov_agent_backoff(&world.store, &seconds), PROV_OK);
        assert_in_range(seconds, least[failed], 2 * least[failed]);
    }
    for (int i = 0; i < 10; i++)
        assert_int_equal(prov_store_attempt_failed(&world.store), PROV_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(prov_agent_backoff(&world.store, &seconds), PROV_OK);
        assert_in_range(seconds, 43200, 86400);
        differs = differs || (i > 0 && seconds != last);
        last = seconds;
    }
    assert_true(differs);
    enroll();
    assert_int_equal(prov_agent_backoff(&world.store, &seconds), PROV_OK);
    assert_int_equal(seconds, 0);
}

static void h39_epoch_0_alert_leaves_the_candidate(void **state)
{
    (void)state;
    enroll();
    stop_after(PROV_LOG_STAGE);
    uint32_t candidate = world.store.state.candidate, current = world.store.state.current;
    for (int i = 0; i < 5; i++) {
        inject_into(2); /* the candidate's session and the predecessor's */
        assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_PEER_ALERT);
        assert_int_equal(world.store.state.candidate, candidate);
        assert_int_equal(world.store.state.current, current);
        assert_int_equal(world.store.state.failures, 0);
    }
    assert_int_equal(world.logged[PROV_LOG_GIVE_UP], 0);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.store.state.current, candidate);
    assert_true(world_settled(&world));
}

static void h39_epoch_0_alert_leaves_the_committed_one(void **state)
{
    (void)state;
    enroll();
    stop_committed();
    uint32_t current = world.store.state.current;
    inject_into(3); /* the candidate's session, the predecessor's resumed and full */
    assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.store.state.current, current);
    assert_true(prov_store_unfinished(&world.store));
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.store.state.current, current);
    assert_true(world_settled(&world));
}

static void one_authentic_failure_keeps_the_candidate(void **state)
{
    (void)state;
    enroll();
    stop_after(PROV_LOG_STAGE);
    uint32_t candidate = world.store.state.candidate;
    force_authentic = true;
    inject_into(1);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.store.state.current, candidate);
    assert_true(world_settled(&world));
}

static void two_authentic_failures_give_the_candidate_up(void **state)
{
    (void)state;
    enroll();
    stop_after(PROV_LOG_STAGE);
    uint32_t candidate = world.store.state.candidate;
    force_authentic = true;
    inject_into(2);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.logged[PROV_LOG_GIVE_UP], 1);
    assert_int_not_equal(world.store.state.current, candidate);
    assert_true(world_settled(&world));
}

/* Counted in flash: one in this run, one in the next. */
static void authentic_failures_are_counted_over_a_reboot(void **state)
{
    (void)state;
    enroll();
    stop_after(PROV_LOG_STAGE);
    assert_int_equal(prov_store_failed(&world.store), PROV_OK);
    world_reboot(&world);
    force_authentic = true;
    inject_into(1);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.logged[PROV_LOG_GIVE_UP], 1);
    assert_true(world_settled(&world));
}

/* The old slot's sector is worn out: what is confirmed stays in use, and is not asked for again. */
static void slot_that_cannot_be_erased_stops_no_begin(void **state)
{
    (void)state;
    enroll();
    static uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 0, room, &entry), PROV_OK);
    assert_int_equal(prov_store_stage(&world.store, &entry), PROV_OK);
    assert_int_equal(prov_store_commit(&world.store), PROV_OK);
    sim_flash_plan(&world.flash, SIM_CUT_BEFORE, 4); /* sync, record, sync, erase */
    assert_int_equal(prov_store_confirm(&world.store), PROV_OK);
    world_reboot(&world);
    assert_int_not_equal(world.store.slot[0], 0);
    assert_int_not_equal(world.store.slot[1], 0);
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    sim_flash_plan(&world.flash, SIM_ERROR, 1);
    assert_int_equal(begin(&request), PROV_OK);
}

/* --- on its feet again -------------------------------------------------------------------------- */

/* The server has voided what the device holds (a restored registry): the old one opens the way. */
static void voided_candidate_is_replaced(void **state)
{
    (void)state;
    enroll();
    stop_after(PROV_LOG_STAGE);
    world.model.credentials[world.model.count - 1].state = PROV_STATE_RETIRED;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.logged[PROV_LOG_FALL_BACK], 1);
    assert_true(world_settled(&world));
}

/* To confirm needs no forward secrecy; to ask for another PSK does. */
static void row11_no_fall_back_without_forward_secrecy(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE, .no_forward_secrecy = true};
    enroll();
    stop_after(PROV_LOG_STAGE);
    world.model.credentials[world.model.count - 1].state = PROV_STATE_RETIRED;
    size_t count = world.model.count;
    assert_int_not_equal(world_run_request(&world, &request), PROV_OK);
    assert_int_equal(world.logged[PROV_LOG_FALL_BACK], 0);
    assert_int_equal(world.model.count, count);
    prov_agent_close(&world.agent);
    prov_agent_open(&world.agent, &world.store, world.workspace);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
}

static void voided_committed_one_is_replaced(void **state)
{
    (void)state;
    enroll();
    stop_committed();
    world.model.credentials[world.model.count - 1].state = PROV_STATE_RETIRED;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(world.logged[PROV_LOG_FALL_BACK], 1);
    assert_true(world_settled(&world));
}

static void refused_confirm_locks_nobody_out(void **state)
{
    (void)state;
    enroll();
    world.model.refuse_confirm = true;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_PEER_REFUSED);
        assert_true(world_accepted(&world, PROV_STORE_CURRENT) ||
                    world_accepted(&world, PROV_STORE_PREVIOUS));
    }
    world.model.refuse_confirm = false;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
}

/* Confirmed there, unconfirmed here, and the way back is closed: only forward. */
static void lost_confirm_is_asked_again(void **state)
{
    (void)state;
    world.model.die_before_answer = 2;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_E_TIMEOUT);
    assert_true(world.model.enrolled);
    assert_true(prov_store_unfinished(&world.store));
    struct prov_agent_request request = {.op = PROV_AGENT_RESUME};
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_true(prov_agent_report(&world.agent)->resumed);
    assert_true(world_settled(&world));
    assert_int_equal(world.model.requests, 3);
}

/* Both ends of an unfinished rotation are revoked and the operator has approved: enrolling anew heals. */
static void revoked_rotation_is_healed_by_enrolling_anew(void **state)
{
    (void)state;
    for (int committed = 0; committed < 2; committed++) {
        enroll();
        if (committed)
            stop_committed();
        else
            stop_after(PROV_LOG_STAGE);
        for (int i = 1; i < world.model.count; i++)
            world.model.credentials[i].state = PROV_STATE_REVOKED;
        assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
        world.model.enrolled = false; /* approved */
        enroll();
        world.model.enrolled = false;
    }
}

static void second_enroll_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    enroll();
    uint32_t current = world.store.state.current;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_equal(world_run_request(&world, &request), PROV_E_PEER_REFUSED);
    assert_int_equal(prov_agent_report(&world.agent)->code, PROV_COAP_FORBIDDEN);
    assert_int_equal(world.store.state.current, current);
    assert_true(world_settled(&world));
}

/* --- works -------------------------------------------------------------------------------------- */

static void every_kind_changes_into_every_other(void **state)
{
    (void)state;
    static const enum prov_kind path[] = {PROV_KIND_RPK,  PROV_KIND_PSK, PROV_KIND_CERT,
                                          PROV_KIND_RPK,  PROV_KIND_RPK, PROV_KIND_CERT,
                                          PROV_KIND_CERT, PROV_KIND_PSK, PROV_KIND_PSK};
    enroll();
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        int before = world_match(&world, PROV_STORE_CURRENT);
        assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, path[i]), PROV_OK);
        int after = world_match(&world, PROV_STORE_CURRENT);
        assert_int_not_equal(before, after);
        assert_int_equal(world.model.credentials[after].kind, path[i]);
        assert_true(world_settled(&world));
    }
}

/* 5.03 with Max-Age: the same request again, the same object; three times and no more, a minute at most. */
static void busy_server_is_asked_again(void **state)
{
    (void)state;
    world.model.busy = 3;
    world.model.max_age = 20;
    enroll();
    assert_in_range(world.now_ms, 60000, 62000);
    world.model.busy = 4;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_PEER_REFUSED);
    assert_true(world_settled(&world));
    world.model.busy = 1;
    world.model.max_age = 61;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_E_PEER_REFUSED);
    assert_true(world_settled(&world));
}

static struct {
    unsigned session, follow;
    uint16_t id;
    uint32_t token;
} last_message;

/* A message id is one more than the last one of the session, whatever the exchange. */
static void follow_messages(struct world *at, enum prov_agent_event event)
{
    const struct prov_exchange *x = &at->workspace->talk.exchange;
    (void)event;
    if (at->agent.phase != PROV_PHASE_ANSWER && at->agent.phase != PROV_PHASE_CONFIRM)
        return;
    if (at->port_number == last_message.session && x->message_id != last_message.id)
        assert_int_equal(x->message_id, (uint16_t)(last_message.id + 1));
    if (at->port_number == last_message.session && x->token != last_message.token) {
        assert_int_not_equal(x->message_id, last_message.id);
        last_message.follow++;
    }
    last_message.session = at->port_number;
    last_message.id = x->message_id;
    last_message.token = x->token;
}

/* However many blocks one takes: with ids of a later exchange the server would take them for repetitions. */
static void message_ids_go_on_over_exchanges(void **state)
{
    (void)state;
    memset(&last_message, 0, sizeof last_message);
    world.after_step = follow_messages;
    enroll(); /* the anchors, then the certificate */
    world.model.busy = 2;
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(last_message.follow, 4);
}

static void row43_server_name_is_sent(void **state)
{
    (void)state;
    assert_false(world.model.saw_name);
    enroll();
    assert_true(world.model.saw_name);
}

static void row29_without_a_clock_times_are_not_looked_at(void **state)
{
    (void)state;
    world.trust = PROV_CLOCK_NONE;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_true(prov_agent_report(&world.agent)->no_time);
    assert_int_equal(world.logged[PROV_LOG_NO_TIME], 1);
    assert_true(world_settled(&world));
}

/* A clock that went back to 1970: not earlier than what the bundle said. */
static void row29_time_is_not_earlier_than_the_floor(void **state)
{
    (void)state;
    world.trust = PROV_CLOCK_COARSE;
    world.time = 0;
    enroll();
    assert_int_equal(world.store.state.time_floor, 1767225600);
}

/* … but a clock that is trusted is believed: 1970 it is, and nothing is valid yet. */
static void row29_trusted_clock_is_believed(void **state)
{
    (void)state;
    world.time = 0;
    assert_int_not_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_int_equal(world.model.requests, 0);
}

/* A server that issues from 2049 on does not carry the device there. */
static void row29_floor_takes_no_leap(void **state)
{
    (void)state;
    world.trust = PROV_CLOCK_COARSE;
    world.model.not_before = "490101000000Z";
    enroll();
    assert_int_equal(world.store.state.time_floor, 1767225600);
    world.model.not_before = "260615000000Z"; /* days after the clock */
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_true(world.store.state.time_floor > 1780000000);
}

static void row62_log_tells_what_happened_and_no_identity(void **state)
{
    (void)state;
    struct prov_log_record record;
    unsigned seen = 0;
    enroll();
    for (uint32_t i = 0; prov_store_log_get(&world.store, i, &record) == PROV_OK; i++)
        seen |= 1u << record.event;
    assert_true((seen & 1u << PROV_LOG_HANDSHAKE) != 0 && (seen & 1u << PROV_LOG_CONFIRM) != 0);
    const struct model_credential *made = &world.model.credentials[world.model.count - 1];
    const uint8_t *journal = world.flash.octets + 3 * 4096;
    for (size_t i = 0; i + 16 <= 2 * 4096; i++) {
        assert_memory_not_equal(journal + i, made->identity, 16);
        assert_memory_not_equal(journal + i, made->psk, 16);
    }
}

/* --- what is installed -------------------------------------------------------------------------- */

static prov_result install(struct prov_bundle *bundle, size_t cut)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf buf = PROV_BUF_OF(octets);
    assert_int_equal(prov_bundle_encode(bundle, world.crypto, &buf), PROV_OK);
    return prov_store_install_bundle(&world.store, PROV_BYTES(octets, buf.len - cut), false);
}

static enum prov_log_event last_logged(void)
{
    struct prov_log_record record = {0};
    uint32_t count = 0;
    while (prov_store_log_get(&world.store, count, &record) == PROV_OK)
        count++;
    return record.event;
}

static void bundle_for_another_device_or_key_is_refused(void **state)
{
    (void)state;
    static const uint8_t secret[16] = {9};
    struct prov_bundle bundle = {.id = {{2}},
                                 .kind = PROV_KIND_PSK,
                                 .use = PROV_USE_BOOTSTRAP,
                                 .device = world.model.device,
                                 .profile = PROV_PROFILE_RFC7925,
                                 .server = world.model.name,
                                 .psk_identity = PROV_BYTES_OF(secret),
                                 .psk = PROV_BYTES_OF(secret)};
    uint32_t operations = world.flash.operations;
    bundle.device.octets[7] ^= 1;
    assert_int_equal(install(&bundle, 0), PROV_E_NAME);
    bundle.device.octets[7] ^= 1;
    assert_int_not_equal(install(&bundle, 1), PROV_OK);
    bundle.kind = PROV_KIND_RPK;
    bundle.psk_identity = bundle.psk = PROV_BYTES_NONE;
    bundle.has_public = true;
    memcpy(bundle.point, world.model.root.point, PROV_POINT_LEN); /* not made here */
    memcpy(bundle.peers[0], world.model.server.point, PROV_POINT_LEN);
    bundle.peer_count = 1;
    assert_int_equal(install(&bundle, 0), PROV_E_NOT_FOUND);
    assert_int_equal(world.flash.operations, operations);
}

/* An operational credential by hand: current at once, but not in the middle of a rotation. */
static void operational_bundle_becomes_current(void **state)
{
    (void)state;
    static const uint8_t secret[16] = {9};
    struct prov_bundle bundle = {.id = {{2}},
                                 .kind = PROV_KIND_PSK,
                                 .use = PROV_USE_OPERATIONAL,
                                 .device = world.model.device,
                                 .profile = PROV_PROFILE_RFC7925,
                                 .server = world.model.name,
                                 .psk_identity = PROV_BYTES_OF(secret),
                                 .psk = PROV_BYTES_OF(secret)};
    uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    enroll();
    stop_after(PROV_LOG_STAGE);
    assert_int_equal(install(&bundle, 0), PROV_E_STATE);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_int_equal(install(&bundle, 0), PROV_OK);
    world_reboot(&world);
    assert_int_equal(last_logged(), PROV_LOG_INSTALL);
    assert_false(prov_store_unfinished(&world.store));
    assert_int_equal(prov_store_find(&world.store, PROV_STORE_CURRENT, &world.model.name,
                                     PROV_KIND_PSK, room, &entry),
                     PROV_OK);
    assert_true(prov_bytes_equal(entry.psk, PROV_BYTES_OF(secret)));
    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 1, room, &entry),
                     PROV_E_NOT_FOUND);
}

static void identity_makes_a_request_that_verifies(void **state)
{
    (void)state;
    struct sim_flash blank;
    struct prov_store store;
    struct prov_port port = world.port;
    struct prov_eui64 named;
    struct prov_csr csr;
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf buf = PROV_BUF_OF(octets);
    sim_flash_make(&blank, 4096, 5, 16, 0xff);
    port.flash = sim_flash_port(&blank);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
    assert_int_equal(prov_agent_identity_csr(&store, &buf), PROV_E_NOT_FOUND);
    assert_int_equal(prov_agent_identity_make(&store, &world.model.device), PROV_OK);
    assert_int_equal(prov_agent_identity_make(&store, &world.model.device), PROV_E_EXISTS);
    assert_int_equal(prov_agent_identity_csr(&store, &buf), PROV_OK);
    assert_int_equal(prov_csr_parse(prov_buf_bytes(&buf), &csr), PROV_OK);
    assert_int_equal(prov_csr_verify(&csr, world.crypto), PROV_OK);
    assert_int_equal(prov_eui64_parse_canonical(csr.common_name, &named), PROV_OK);
    assert_true(prov_eui64_equal(&named, &world.model.device));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row1_nothing_to_begin_with_is_refused, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(row1_entry_is_checked_for_peer_authentication, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(row2_multicast_is_refused_before_any_packet, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(row11_psk_without_forward_secrecy_is_refused, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(row59_unseeded_random_is_refused, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(row15_key_that_is_not_pinned_is_refused, setup_rpk,
                                        teardown),
        cmocka_unit_test_setup_teardown(row24_certificate_of_another_server_is_refused, setup_cert,
                                        teardown),
        cmocka_unit_test_setup_teardown(h37_own_key_as_the_servers_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(h37_old_own_key_as_the_servers_is_refused, setup_rpk,
                                        teardown),
        cmocka_unit_test_setup_teardown(psk_that_is_the_old_one_is_refused, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(certificate_for_another_device_is_refused, setup_cert,
                                        teardown),
        cmocka_unit_test_setup_teardown(silent_server_is_given_up_after_63_s, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(h14_whole_new_handshake_after_a_pause, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(h14_pause_between_operations_outlives_a_reboot, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(h39_epoch_0_alert_leaves_the_candidate, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(h39_epoch_0_alert_leaves_the_committed_one, setup_rpk,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_authentic_failure_keeps_the_candidate, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(two_authentic_failures_give_the_candidate_up, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(authentic_failures_are_counted_over_a_reboot, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(slot_that_cannot_be_erased_stops_no_begin, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(voided_candidate_is_replaced, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(row11_no_fall_back_without_forward_secrecy, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(voided_committed_one_is_replaced, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(refused_confirm_locks_nobody_out, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(lost_confirm_is_asked_again, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(revoked_rotation_is_healed_by_enrolling_anew, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(second_enroll_is_refused_and_changes_nothing, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_kind_changes_into_every_other, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(busy_server_is_asked_again, setup_cert, teardown),
        cmocka_unit_test_setup_teardown(message_ids_go_on_over_exchanges, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row43_server_name_is_sent, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(row29_without_a_clock_times_are_not_looked_at, setup_cert,
                                        teardown),
        cmocka_unit_test_setup_teardown(row29_time_is_not_earlier_than_the_floor, setup_cert,
                                        teardown),
        cmocka_unit_test_setup_teardown(row29_trusted_clock_is_believed, setup_cert, teardown),
        cmocka_unit_test_setup_teardown(row29_floor_takes_no_leap, setup_cert, teardown),
        cmocka_unit_test_setup_teardown(row62_log_tells_what_happened_and_no_identity, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(bundle_for_another_device_or_key_is_refused, setup_psk,
                                        teardown),
        cmocka_unit_test_setup_teardown(operational_bundle_becomes_current, setup_psk, teardown),
        cmocka_unit_test_setup_teardown(identity_makes_a_request_that_verifies, setup_psk,
                                        teardown),
    };
    return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
