/* SPDX-License-Identifier: Apache-2.0
 *
 * Rotation: one candidate at a time, and only a confirm retires the old.
 */
#include <stdio.h>

#include "support.h"

#define A "a.example.com"

static const uint8_t request_1[32] = {1}, request_2[32] = {2};

static int setup(void **state)
{
    (void)box_setup(state);
    add_device(*state, 1);
    add_device(*state, 2);
    add_server(*state, A);
    add_server(*state, "b.example.com");
    return 0;
}

static struct prov_credential_new successor(uint8_t seed)
{
    struct prov_credential_new c = new_psk(1, A, seed);
    c.use = PROV_USE_OPERATIONAL;
    c.state = PROV_STATE_PENDING;
    return c;
}

static int64_t bootstrap(struct box *box, uint8_t seed)
{
    struct prov_credential_new c = new_psk(1, A, seed);
    return add(box, &c).id;
}

static int64_t operational(struct box *box, uint8_t seed)
{
    struct prov_credential_new c = new_psk(1, A, seed);
    c.use = PROV_USE_OPERATIONAL;
    return add(box, &c).id;
}

static struct prov_credential ask(struct box *box, int64_t predecessor, const uint8_t request[32],
                                  uint8_t seed, bool again_expected)
{
    struct prov_credential_new c = successor(seed);
    struct prov_credential ret;
    bool again = !again_expected;
    assert_done(box, prov_registry_successor_add(box->registry, predecessor, request, &c, &ret,
                                                 &again, &box->why));
    assert_int_equal(again, again_expected);
    return ret;
}

static void refused(struct box *box, int64_t predecessor, const struct prov_credential_new *c,
                    prov_result expected, const char *words)
{
    struct prov_credential ret;
    bool again;
    uint64_t before = digest(box);
    assert_why(box,
               prov_registry_successor_add(box->registry, predecessor, request_1, c, &ret, &again,
                                           &box->why),
               expected, words);
    assert_true(digest(box) == before);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void unknown_predecessor_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new c = successor(9);
    refused(box, 99, &c, PROV_E_NOT_FOUND, "no credential");
    refused(box, 0, &c, PROV_E_NOT_FOUND, "no credential");
}

static void h35_pending_predecessor_gets_no_successor(void **state)
{
    struct box *box = *state;
    int64_t pending = ask(box, bootstrap(box, 1), request_1, 2, false).id;
    struct prov_credential_new c = successor(3);
    refused(box, pending, &c, PROV_E_CONFLICT, "is pending and gets no successor");
}

static void ended_predecessor_gets_no_successor(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    struct prov_credential_new c = successor(2);
    assert_done(box, prov_registry_credential_revoke(box->registry, old, "stolen", &box->why));
    refused(box, old, &c, PROV_E_CONFLICT, "is revoked and gets no successor");
}

static void successor_for_another_is_refused(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    struct prov_credential_new c = successor(2);
    c.device = eui(2);
    refused(box, old, &c, PROV_E_CONFLICT, "another device or server");
    c = successor(2);
    c.server = fqdn("b.example.com");
    refused(box, old, &c, PROV_E_CONFLICT, "another device or server");
    c = successor(2);
    c.state = PROV_STATE_ACTIVE;
    refused(box, old, &c, PROV_E_USAGE, "operational and pending");
    c = successor(2);
    c.use = PROV_USE_BOOTSTRAP;
    refused(box, old, &c, PROV_E_USAGE, "operational and pending");
}

static void refused_successor_keeps_the_candidate(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    (void)ask(box, old, request_2, 2, false);
    struct prov_credential_new c = successor(3);
    c.secret = secret_of(1); /* the old key again */
    refused(box, old, &c, PROV_E_KEY_OWNED, "no PSK serves twice");
    assert_int_equal(state_of(box, 2), PROV_STATE_PENDING);
}

static void successor_of_a_retired_device_is_refused(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    struct prov_eui64 one = eui(1);
    assert_done(box, prov_registry_device_retire(box->registry, &one, &box->why));
    struct prov_credential_new c = successor(2);
    refused(box, old, &c, PROV_E_CONFLICT, "is retired");
}

static void voided_candidate_is_not_confirmed(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    int64_t first = ask(box, old, request_1, 2, false).id;
    (void)ask(box, old, request_2, 3, false);
    uint64_t before = digest(box);
    assert_why(box, prov_registry_confirm(box->registry, first, &box->why), PROV_E_CONFLICT,
               "is retired");
    assert_true(digest(box) == before);
    assert_int_equal(state_of(box, 1), PROV_STATE_ACTIVE);
}

static void h35_candidate_is_not_activated_without_a_confirm(void **state)
{
    struct box *box = *state;
    int64_t next = ask(box, bootstrap(box, 1), request_1, 2, false).id;
    uint64_t before = digest(box);
    assert_why(box, prov_registry_credential_activate(box->registry, next, &box->why),
               PROV_E_CONFLICT, "waits for its confirm");
    assert_true(digest(box) == before);
}

static void h40_candidate_of_a_revoked_credential_is_not_confirmed(void **state)
{
    struct box *box = *state;
    int64_t factory = bootstrap(box, 1);
    int64_t next = ask(box, factory, request_1, 2, false).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, factory, "stolen", &box->why));
    uint64_t before = digest(box);
    assert_why(box, prov_registry_confirm(box->registry, next, &box->why), PROV_E_CONFLICT,
               "is revoked");
    assert_why(box, prov_registry_credential_activate(box->registry, next, &box->why),
               PROV_E_CONFLICT, "is revoked");
    assert_true(digest(box) == before);
}

/* Also if the one that asked for it ended in a way that left it pending. */
static void h40_candidate_whose_predecessor_ended_is_not_confirmed(void **state)
{
    struct box *box = *state;
    static const char *const ends[] = {
        "UPDATE credential SET state = 3, ended = 5 WHERE id = 1",
        "UPDATE credential SET state = 4, ended = 5 WHERE id = 1",
    };
    int64_t old = operational(box, 1);
    assert_int_equal(old, 1);
    int64_t next = ask(box, old, request_1, 2, false).id;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(raw(box, ends[i]), SQLITE_OK);
        uint64_t before = digest(box);
        assert_why(box, prov_registry_confirm(box->registry, next, &box->why), PROV_E_REVOKED,
                   "which asked for it, is");
        assert_true(digest(box) == before);
    }
    assert_int_equal(state_of(box, 2), PROV_STATE_PENDING);
}

static void h40_candidate_of_a_retired_device_is_not_confirmed(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1);
    int64_t next = ask(box, operational(box, 1), request_1, 2, false).id;
    assert_done(box, prov_registry_device_retire(box->registry, &one, &box->why));
    uint64_t before = digest(box);
    assert_why(box, prov_registry_confirm(box->registry, next, &box->why), PROV_E_CONFLICT,
               "is retired");
    assert_true(digest(box) == before);
}

static void successor_of_no_request_is_not_found(void **state)
{
    struct box *box = *state;
    struct prov_credential ret;
    int64_t old = operational(box, 1);
    (void)ask(box, old, request_1, 2, false);
    assert_why(box, prov_registry_successor_get(box->registry, old, request_2, &ret, &box->why),
               PROV_E_NOT_FOUND, "no pending successor");
    assert_why(box, prov_registry_successor_get(box->registry, 99, request_1, &ret, &box->why),
               PROV_E_NOT_FOUND, "no pending successor");
}

/* --- done ------------------------------------------------------------------------------------- */

static void row55_repeated_request_returns_the_same_object(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    struct prov_credential first = ask(box, old, request_1, 2, false);
    assert_last_event(box, "credential.successor");
    uint64_t before = digest(box);
    struct prov_credential second = ask(box, old, request_1, 3, true);
    assert_true(digest(box) == before);
    assert_memory_equal(&first, &second, sizeof first);
    struct prov_credential found;
    assert_done(box, prov_registry_successor_get(box->registry, old, request_1, &found, &box->why));
    assert_int_equal(found.id, first.id);
    struct prov_uuid old_uuid = uuid_of(1);
    assert_memory_equal(found.replaces.octets, old_uuid.octets, 16);
}

static void another_request_voids_the_candidate(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    (void)ask(box, old, request_1, 2, false);
    (void)ask(box, old, request_2, 3, false);
    assert_int_equal(state_of(box, 1), PROV_STATE_ACTIVE);
    assert_int_equal(state_of(box, 2), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 3), PROV_STATE_PENDING);
    assert_string_not_equal(get(box, 2).reason, "");
    assert_int_equal(raw_number(box, "SELECT count(*) FROM event WHERE verb = 'credential.void'"),
                     1);
}

static void h40_revoking_takes_the_candidate_along_in_the_same_step(void **state)
{
    struct box *box = *state;
    struct prov_credential_new elsewhere = new_psk(1, "b.example.com", 3);
    int64_t factory = bootstrap(box, 1);
    (void)operational(box, 4);
    (void)ask(box, factory, request_1, 2, false);
    (void)add(box, &elsewhere);
    int64_t count = events(box);
    assert_done(box, prov_registry_credential_revoke(box->registry, factory, "stolen", &box->why));
    assert_int_equal(state_of(box, 1), PROV_STATE_REVOKED);
    assert_int_equal(state_of(box, 2), PROV_STATE_REVOKED);
    assert_int_equal(state_of(box, 3), PROV_STATE_ACTIVE);
    assert_int_equal(state_of(box, 4), PROV_STATE_ACTIVE);
    assert_string_equal(get(box, 1).reason, "stolen");
    assert_string_equal(get(box, 2).reason, "the credential that asked for it was revoked");
    assert_false(get(box, 2).has_secret);
    assert_int_equal(events(box), count + 2);
    assert_int_equal(raw_number(box, "SELECT count(DISTINCT credential) FROM event WHERE verb = "
                                     "'credential.revoke'"),
                     2);
}

static void revoking_leaves_the_candidate_of_another(void **state)
{
    struct box *box = *state;
    int64_t factory = bootstrap(box, 1);
    int64_t old = operational(box, 2);
    (void)ask(box, old, request_1, 3, false);
    assert_done(box, prov_registry_credential_revoke(box->registry, factory, "x", &box->why));
    assert_int_equal(state_of(box, 3), PROV_STATE_PENDING);
}

static void old_one_that_comes_back_voids_the_candidate_of_another(void **state)
{
    struct box *box = *state;
    int64_t factory = bootstrap(box, 1);
    int64_t old = operational(box, 2);
    (void)ask(box, old, request_1, 3, false);
    (void)ask(box, factory, request_1, 4, false);
    assert_int_equal(state_of(box, 3), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 4), PROV_STATE_PENDING);
    assert_int_equal(state_of(box, 2), PROV_STATE_ACTIVE);
}

static void confirm_retires_the_old_in_the_same_step(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    int64_t new_id = ask(box, old, request_1, 2, false).id;
    int64_t count = events(box);
    box->now_ms += 60000;
    assert_done(box, prov_registry_confirm(box->registry, new_id, &box->why));
    assert_int_equal(state_of(box, 1), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 2), PROV_STATE_ACTIVE);
    assert_int_equal(get(box, 1).ended, TEST_NOW + 60);
    assert_int_equal(get(box, 2).activated, TEST_NOW + 60);
    assert_int_equal(events(box), count + 2);
    assert_last_event(box, "credential.confirm");
}

static void confirm_twice_is_fine(void **state)
{
    struct box *box = *state;
    int64_t new_id = ask(box, operational(box, 1), request_1, 2, false).id;
    assert_done(box, prov_registry_confirm(box->registry, new_id, &box->why));
    uint64_t before = digest(box);
    assert_done(box, prov_registry_confirm(box->registry, new_id, &box->why));
    assert_true(digest(box) == before);
}

static struct prov_device device(struct box *box)
{
    struct prov_device ret;
    struct prov_eui64 one = eui(1);
    assert_done(box, prov_registry_device_get(box->registry, &one, &ret, &box->why));
    return ret;
}

static void bootstrap_stays_and_its_approval_is_used_up(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1);
    int64_t factory = bootstrap(box, 1);
    assert_done(box, prov_registry_device_set(box->registry, &one, NULL, NULL, 1, &box->why));
    int64_t first = ask(box, factory, request_1, 2, false).id;
    assert_true(device(box).approved && !device(box).enrolled);
    assert_done(box, prov_registry_confirm(box->registry, first, &box->why));
    assert_true(!device(box).approved && device(box).enrolled);
    assert_int_equal(state_of(box, 1), PROV_STATE_ACTIVE);

    assert_done(box, prov_registry_device_set(box->registry, &one, NULL, NULL, 1, &box->why));
    int64_t second = ask(box, factory, request_2, 3, false).id;
    assert_done(box, prov_registry_confirm(box->registry, second, &box->why));
    assert_true(!device(box).approved);
    assert_int_equal(state_of(box, 1), PROV_STATE_ACTIVE);
    assert_int_equal(state_of(box, 2), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 3), PROV_STATE_ACTIVE);
}

static void rotation_leaves_an_approval_alone(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1);
    int64_t old = operational(box, 1);
    assert_done(box, prov_registry_device_set(box->registry, &one, NULL, NULL, 1, &box->why));
    int64_t next = ask(box, old, request_1, 2, false).id;
    assert_done(box, prov_registry_confirm(box->registry, next, &box->why));
    assert_true(device(box).approved && device(box).enrolled);
}

static void pending_psk_connects_beside_the_old_one(void **state)
{
    struct box *box = *state;
    int64_t old = operational(box, 1);
    (void)ask(box, old, request_1, 2, false);
    struct prov_fqdn a = fqdn(A);
    struct prov_credential found;
    struct prov_secret secret;
    for (uint8_t seed = 1; seed <= 2; seed++) {
        bool known = false;
        struct prov_credential_new c = new_psk(1, A, seed);
        assert_done(box, prov_registry_psk_find(box->registry, &a, c.identity, &found, &secret,
                                                &known, &box->why));
        assert_true(known);
        assert_int_equal(found.state, seed == 1 ? PROV_STATE_ACTIVE : PROV_STATE_PENDING);
    }
}

static void ten_rotations_leave_one_active(void **state)
{
    struct box *box = *state;
    int64_t at = operational(box, 1);
    for (uint8_t seed = 2; seed < 12; seed++) {
        uint8_t request[32] = {seed};
        at = ask(box, at, request, seed, false).id;
        assert_done(box, prov_registry_confirm(box->registry, at, &box->why));
    }
    assert_int_equal(raw_number(box, "SELECT count(*) FROM credential WHERE state = 2"), 1);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM credential WHERE state = 3 AND id > 0"),
                     10);
    assert_int_equal(state_of(box, 11), PROV_STATE_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unknown_predecessor_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h35_pending_predecessor_gets_no_successor, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(ended_predecessor_gets_no_successor, setup, box_teardown),
        cmocka_unit_test_setup_teardown(successor_for_another_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(refused_successor_keeps_the_candidate, setup, box_teardown),
        cmocka_unit_test_setup_teardown(successor_of_a_retired_device_is_refused, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(voided_candidate_is_not_confirmed, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h35_candidate_is_not_activated_without_a_confirm, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(h40_candidate_of_a_revoked_credential_is_not_confirmed,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(h40_candidate_whose_predecessor_ended_is_not_confirmed,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(h40_candidate_of_a_retired_device_is_not_confirmed, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(successor_of_no_request_is_not_found, setup, box_teardown),
        cmocka_unit_test_setup_teardown(row55_repeated_request_returns_the_same_object, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(another_request_voids_the_candidate, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h40_revoking_takes_the_candidate_along_in_the_same_step,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(revoking_leaves_the_candidate_of_another, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(old_one_that_comes_back_voids_the_candidate_of_another,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(confirm_retires_the_old_in_the_same_step, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(confirm_twice_is_fine, setup, box_teardown),
        cmocka_unit_test_setup_teardown(bootstrap_stays_and_its_approval_is_used_up, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(rotation_leaves_an_approval_alone, setup, box_teardown),
        cmocka_unit_test_setup_teardown(pending_psk_connects_beside_the_old_one, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(ten_rotations_leave_one_active, setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
