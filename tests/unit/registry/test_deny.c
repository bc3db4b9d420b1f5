/* SPDX-License-Identifier: Apache-2.0
 *
 * Deny-lists: one signer for ever, its key sealed; a version that only rises; whole lists.
 */
#include "support.h"

#define A "a.example.com"

static struct prov_deny_signer new_signer(uint8_t seed)
{
    struct prov_deny_signer signer = {.uuid = uuid_of(seed)};
    memset(signer.point, seed, sizeof signer.point);
    return signer;
}

static void add_signer(struct box *box)
{
    const struct prov_deny_signer signer = new_signer(90);
    assert_done(box,
                prov_registry_deny_signer_add(box->registry, &signer, secret_of(90), &box->why));
}

struct seen {
    int count;
    int64_t last;
    prov_result answer;
};

static prov_result see(void *context, const struct prov_credential *credential)
{
    struct seen *seen = context;
    assert_int_equal(credential->state, PROV_STATE_REVOKED);
    seen->count++;
    seen->last = credential->id;
    return seen->answer;
}

static prov_result list(struct box *box, bool servers_only, struct seen *seen, uint32_t *version)
{
    return prov_registry_deny_list(box->registry, servers_only, see, seen, version, &box->why);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void second_signer_is_refused(void **state)
{
    struct box *box = *state;
    add_signer(box);
    uint64_t before = digest(box);
    const struct prov_deny_signer other = new_signer(91);
    assert_why(box, prov_registry_deny_signer_add(box->registry, &other, secret_of(91), &box->why),
               PROV_E_EXISTS, "has a signer");
    assert_true(digest(box) == before);
}

static void h41_version_does_not_sink_and_the_signer_stays(void **state)
{
    struct box *box = *state;
    struct seen seen = {0};
    uint32_t version = 0;
    add_signer(box);
    assert_done(box, list(box, false, &seen, &version));
    assert_done(box, list(box, false, &seen, &version));
    assert_int_equal(version, 2);
    uint64_t before = digest(box);
    static const char *const attempts[] = {
        "UPDATE deny_signer SET version = 1", "UPDATE deny_signer SET version = 2",
        "UPDATE deny_signer SET version = 4294967296", "DELETE FROM deny_signer",
        "UPDATE deny_signer SET version = 3, point = zeroblob(65)"};
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        assert_int_equal(raw(box, attempts[i]), SQLITE_CONSTRAINT);
    assert_true(digest(box) == before);
    assert_int_equal(raw(box, "UPDATE deny_signer SET version = 4294967295"), SQLITE_OK);
    assert_why(box, list(box, false, &seen, &version), PROV_E_FULL, "no version");
}

static void without_a_signer_there_is_no_list(void **state)
{
    struct box *box = *state;
    struct seen seen = {0};
    struct prov_deny_signer signer;
    uint32_t version = 77;
    assert_why(box, list(box, false, &seen, &version), PROV_E_NOT_FOUND, "no signer");
    assert_int_equal(version, 77);
    assert_why(box, prov_registry_deny_signer_get(box->registry, &signer, NULL, &box->why),
               PROV_E_NOT_FOUND, "no signer");
}

static void list_that_fails_counts_no_version(void **state)
{
    struct box *box = *state;
    struct seen seen = {.answer = PROV_E_BOUNDS};
    uint32_t version = 77;
    add_device(box, 1);
    add_server(box, A);
    add_signer(box);
    struct prov_credential_new rpk = new_rpk(1, A, 1);
    assert_done(box,
                prov_registry_credential_revoke(box->registry, add(box, &rpk).id, "x", &box->why));
    uint64_t before = digest(box);
    assert_int_equal(list(box, false, &seen, &version), PROV_E_BOUNDS);
    assert_int_equal(version, 77);
    assert_true(digest(box) == before);
    prov_registry_dry_run(box->registry, true);
    seen.answer = PROV_OK;
    assert_done(box, list(box, false, &seen, &version));
    assert_int_equal(version, 1);
    assert_true(digest(box) == before);
}

static void key_of_the_signer_is_sealed(void **state)
{
    struct box *box = *state;
    struct prov_deny_signer signer;
    struct prov_secret scalar = {0};
    add_signer(box);
    assert_false(file_holds(box, prov_secret_bytes(secret_of(90))));
    assert_done(box, prov_registry_deny_signer_get(box->registry, &signer, &scalar, &box->why));
    assert_true(prov_bytes_equal(prov_secret_bytes(&scalar), prov_secret_bytes(secret_of(90))));
    assert_int_equal(raw(box, "DROP TRIGGER deny_version_rises; "
                              "UPDATE deny_signer SET uuid = zeroblob(16)"),
                     SQLITE_OK);
    assert_why(box, prov_registry_deny_signer_get(box->registry, &signer, &scalar, &box->why),
               PROV_E_DIGEST, "does not open");
}

/* --- done ------------------------------------------------------------------------------------- */

static void row26_list_has_what_is_revoked_and_nothing_else(void **state)
{
    struct box *box = *state;
    struct seen seen = {0};
    uint32_t version = 0;
    add_device(box, 1);
    add_server(box, A);
    add_signer(box);
    struct prov_credential_new cert = new_cert(1, A, 1), rpk = new_rpk(1, A, 2),
                               psk = new_psk(1, A, 3), own = new_rpk(0, A, 4);
    own.is_server = true;
    int64_t revoked = add(box, &cert).id, server = add(box, &own).id;
    (void)add(box, &rpk);
    (void)add(box, &psk);
    assert_done(box, list(box, false, &seen, &version));
    assert_int_equal(seen.count, 0);
    assert_last_event(box, "deny.list");
    assert_done(box, prov_registry_credential_revoke(box->registry, revoked, "x", &box->why));
    assert_done(box, prov_registry_credential_revoke(box->registry, server, "x", &box->why));
    assert_done(box, list(box, false, &seen, &version));
    assert_int_equal(seen.count, 2);
    seen = (struct seen){0};
    assert_done(box, list(box, true, &seen, &version));
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last, server);
    assert_int_equal(version, 3);
    box_reopen(box);
    assert_done(box, list(box, true, &seen, &version));
    assert_int_equal(version, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(second_signer_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(h41_version_does_not_sink_and_the_signer_stays, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(without_a_signer_there_is_no_list, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(list_that_fails_counts_no_version, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(key_of_the_signer_is_sealed, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(row26_list_has_what_is_revoked_and_nothing_else, box_setup,
                                        box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
