/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets at rest: a copied database is no leak, a moved box does not open, and a look-up of an unknown PSK does
 * the work of a known one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "support.h"

#define A "a.example.com"

static int setup(void **state)
{
    (void)box_setup(state);
    add_device(*state, 1);
    add_device(*state, 2);
    add_server(*state, A);
    return 0;
}

/* --- refused ---------------------------------------------------------------------------------- */

static void swapped_boxes_do_not_open(void **state)
{
    struct box *box = *state;
    struct prov_credential_new one = new_psk(1, A, 1), two = new_psk(2, A, 2);
    int64_t first = add(box, &one).id;
    int64_t second = add(box, &two).id;
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "UPDATE credential SET sealed = (SELECT sealed FROM credential WHERE id = %d) "
                   "WHERE id = %d",
                   (int)first, (int)second);
    assert_int_equal(raw(box, sql), SQLITE_OK);
    struct prov_secret secret = {0};
    assert_why(box, prov_registry_secret_get(box->registry, second, &secret, &box->why),
               PROV_E_DIGEST, "does not open");
    assert_int_equal(secret.len, 0);
    struct prov_fqdn a = fqdn(A);
    struct prov_credential found;
    bool known = true;
    assert_why(
        box,
        prov_registry_psk_find(box->registry, &a, two.identity, &found, &secret, &known, &box->why),
        PROV_E_DIGEST, "does not open");
    assert_done(box, prov_registry_secret_get(box->registry, first, &secret, &box->why));
}

static void altered_box_does_not_open(void **state)
{
    struct box *box = *state;
    struct prov_credential_new one = new_psk(1, A, 1);
    int64_t id = add(box, &one).id;
    assert_int_equal(raw(box, "UPDATE credential SET sealed = zeroblob(93) WHERE id > 0"),
                     SQLITE_OK);
    struct prov_secret secret;
    assert_why(box, prov_registry_secret_get(box->registry, id, &secret, &box->why), PROV_E_DIGEST,
               "does not open");
}

static void box_of_another_length_is_refused_by_the_schema(void **state)
{
    struct box *box = *state;
    struct prov_credential_new one = new_psk(1, A, 1);
    (void)add(box, &one);
    assert_int_equal(raw(box, "UPDATE credential SET sealed = x'00' WHERE id > 0"),
                     SQLITE_CONSTRAINT);
}

static void rows_that_do_not_fit_are_corrupt(void **state)
{
    struct box *box = *state;
    struct prov_credential_new one = new_psk(1, A, 1);
    int64_t id = add(box, &one).id;
    assert_int_equal(
        raw(box, "PRAGMA ignore_check_constraints = ON; UPDATE credential SET uuid = x'00112233' "
                 "WHERE id > 0"),
        SQLITE_OK);
    struct prov_credential found;
    assert_why(box, prov_registry_credential_by_id(box->registry, id, &found, &box->why),
               PROV_E_CORRUPT, "damaged");
}

static void missing_dummy_is_corrupt(void **state)
{
    struct box *box = *state;
    assert_int_equal(raw(box, "DROP TRIGGER credential_stays; DELETE FROM credential WHERE id = 0"),
                     SQLITE_OK);
    struct prov_fqdn a = fqdn(A);
    struct prov_credential found;
    struct prov_secret secret;
    bool known;
    assert_why(box,
               prov_registry_psk_find(box->registry, &a, prov_bytes_text("x"), &found, &secret,
                                      &known, &box->why),
               PROV_E_CORRUPT, "dummy");
}

/* --- at rest ---------------------------------------------------------------------------------- */

static void secrets_are_nowhere_in_the_files(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1), rpk = new_rpk(1, A, 2),
                               cert = new_cert(1, A, 3);
    (void)add(box, &psk);
    (void)add(box, &rpk);
    (void)add(box, &cert);
    struct prov_ca_new ca = {.uuid = uuid_of(4),
                             .level = PROV_CA_ROOT,
                             .name = "Root CA",
                             .cert = prov_bytes_text("cert"),
                             .not_after = PROV_TIME_NEVER,
                             .scalar = secret_of(4)};
    assert_done(box, prov_registry_ca_add(box->registry, &ca, &box->why));
    assert_true(file_holds(box, psk.identity)); /* the search finds what is there */
    for (int pass = 0; pass < 2; pass++) {
        for (uint8_t seed = 1; seed <= 4; seed++) {
            struct prov_bytes secret = prov_secret_bytes(secret_of(seed));
            assert_false(file_holds(box, secret));
            assert_false(file_holds(box, PROV_BYTES(secret.data, 16)));
            assert_false(file_holds(box, PROV_BYTES(secret.data + 16, 16)));
        }
        assert_done(box, prov_registry_credential_revoke(
                             box->registry, get(box, (uint8_t)(pass + 1)).id, "x", &box->why));
        prov_registry_close(box->registry); /* and after the log went into the file */
        box->registry = NULL;
        assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
    }
}

static void box_of_an_ended_credential_is_overwritten(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    uint8_t sealed[93];
    int64_t id = add(box, &psk).id;
    assert_int_equal(sqlite3_open(box->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT sealed FROM credential WHERE id = 1", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    memcpy(sealed, sqlite3_column_blob(statement, 0), sizeof sealed);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_true(file_holds(box, PROV_BYTES_OF(sealed)));
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "stolen", &box->why));
    box_reopen(box); /* and the write-ahead log goes */
    assert_false(file_holds(box, PROV_BYTES_OF(sealed)));
}

static void the_key_in_the_key_file_is_not_in_the_database(void **state)
{
    struct box *box = *state;
    char text[128];
    uint8_t key[32];
    struct prov_buf buf = PROV_BUF_OF(key);
    int fd = open(box->key_path, O_RDONLY);
    assert_int_equal(read(fd, text, sizeof text), 76);
    assert_int_equal(close(fd), 0);
    assert_int_equal(prov_hex_parse(PROV_BYTES((uint8_t *)text + 11, 64), &buf), PROV_OK);
    assert_false(file_holds(box, PROV_BYTES_OF(key)));
    assert_false(file_holds(box, PROV_BYTES((uint8_t *)text + 11, 64)));
}

static void every_seal_has_a_fresh_nonce(void **state)
{
    struct box *box = *state;
    for (uint8_t seed = 1; seed <= 20; seed++) {
        char name[32];
        (void)snprintf(name, sizeof name, "s%d.example.com", seed);
        add_server(box, name);
        struct prov_credential_new psk = new_psk(1, name, seed);
        (void)add(box, &psk);
    }
    assert_int_equal(
        raw_number(box, "SELECT count(DISTINCT substr(sealed, 1, 12)) FROM credential"), 21);
}

static void rewrapped_registry_opens_with_the_new_key_alone(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    int64_t id = add(box, &psk).id;
    char new_key[160];
    (void)snprintf(new_key, sizeof new_key, "%s/new.key", box->folder);
    int64_t sealed_before =
        raw_number(box, "SELECT sum(length(sealed)), group_concat(hex(sealed)) FROM credential");
    assert_done(box, prov_registry_rewrap(box->registry, new_key, &box->why));
    assert_last_event(box, "registry.rewrap");
    assert_int_equal(mode_of(new_key, ""), 0600);
    assert_true(
        raw_number(box, "SELECT sum(length(sealed)), group_concat(hex(sealed)) FROM credential") ==
        sealed_before);
    struct prov_secret secret;
    assert_done(box, prov_registry_secret_get(box->registry, id, &secret, &box->why));
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_why(box, prov_registry_open(&box->config, &box->registry, &box->why), PROV_E_WRONG_KEY,
               "is not the key file");
    box->config.key_path = new_key;
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
    assert_done(box, prov_registry_secret_get(box->registry, id, &secret, &box->why));
    assert_true(prov_bytes_equal(prov_secret_bytes(&secret), prov_secret_bytes(secret_of(1))));
}

static void failed_rewrap_leaves_no_key_file(void **state)
{
    struct box *box = *state;
    char new_key[160];
    (void)snprintf(new_key, sizeof new_key, "%s/new.key", box->folder);
    uint64_t before = digest(box);
    assert_why(box, prov_registry_rewrap(box->registry, box->key_path, &box->why), PROV_E_EXISTS,
               "registry.key");
    prov_registry_dry_run(box->registry, true);
    assert_done(box, prov_registry_rewrap(box->registry, new_key, &box->why));
    assert_false(exists(new_key, ""));
    prov_registry_dry_run(box->registry, false);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(box->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_why(box, prov_registry_rewrap(box->registry, new_key, &box->why), PROV_E_BUSY, "busy");
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_false(exists(new_key, ""));
    assert_true(digest(box) == before);
    box_reopen(box);
}

/* --- H29 -------------------------------------------------------------------------------------- */

/* What SQLite was asked to do, statement by statement. */
static int trace(unsigned type, void *context, void *statement, void *unused)
{
    char *log = context;
    (void)unused;
    assert_int_equal(type, SQLITE_TRACE_STMT);
    strncat(log, sqlite3_sql(statement), 4000 - strlen(log));
    strncat(log, ";", 4000 - strlen(log));
    return 0;
}

static int hook(sqlite3 *db, char **error, const struct sqlite3_api_routines *api);
static char traced[4096];

static int hook(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    (void)error;
    (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, trace, traced);
}

static void find(struct box *box, struct prov_bytes identity, bool known_expected, char *ret,
                 size_t cap, uint8_t *ret_len)
{
    struct prov_fqdn a = fqdn(A);
    struct prov_credential found;
    struct prov_secret secret;
    bool known = !known_expected;
    traced[0] = '\0';
    assert_done(box, prov_registry_psk_find(box->registry, &a, identity, &found, &secret, &known,
                                            &box->why));
    assert_int_equal(known, known_expected);
    *ret_len = secret.len;
    (void)snprintf(ret, cap, "%s", traced);
}

static void h29_unknown_and_revoked_leave_the_trace_of_a_known_one(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1), gone = new_psk(2, A, 2);
    struct prov_secret key = {.len = 16, .data = {9}}, key_2 = {.len = 16, .data = {8}};
    psk.secret = &key;
    gone.secret = &key_2;
    (void)add(box, &psk);
    int64_t id = add(box, &gone).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "x", &box->why));
    assert_int_equal(sqlite3_auto_extension((void (*)(void))hook), SQLITE_OK);
    box_reopen(box);
    char known[4096], unknown[4096], revoked[4096];
    uint8_t known_len, unknown_len, revoked_len;
    int calls = box->random_left = 1000;
    find(box, psk.identity, true, known, sizeof known, &known_len);
    find(box, prov_bytes_text("nobody"), false, unknown, sizeof unknown, &unknown_len);
    find(box, gone.identity, false, revoked, sizeof revoked, &revoked_len);
    sqlite3_reset_auto_extension();
    assert_int_equal(calls, box->random_left);
    assert_string_equal(known, unknown);
    assert_string_equal(known, revoked);
    assert_non_null(strstr(known, "psk_identity"));
    assert_int_equal(known_len, 16);
    assert_int_equal(unknown_len, 16);
    assert_int_equal(revoked_len, 16);
}

static prov_result count_credential(void *context, const struct prov_credential *credential)
{
    (void)credential;
    (*(int *)context)++;
    return PROV_OK;
}

static prov_result count_device(void *context, const struct prov_device *device)
{
    assert_int_not_equal(device->id, 0);
    (*(int *)context)++;
    return PROV_OK;
}

static prov_result count_server(void *context, const struct prov_server_row *row)
{
    assert_int_not_equal(row->id, 0);
    (*(int *)context)++;
    return PROV_OK;
}

static void h29_dummy_is_shown_to_nobody(void **state)
{
    struct box *box = *state;
    struct prov_credential found;
    struct prov_device device;
    struct prov_server_row row;
    struct prov_eui64 zero = {{0}};
    struct prov_fqdn name = fqdn("dummy.invalid");
    int credentials = 0, devices = 0, servers = 0;
    assert_int_equal(raw_number(box, "SELECT length(sealed) FROM credential WHERE id = 0"), 93);
    assert_why(box, prov_registry_credential_by_id(box->registry, 0, &found, &box->why),
               PROV_E_NOT_FOUND, "no credential");
    assert_why(box, prov_registry_device_get(box->registry, &zero, &device, &box->why),
               PROV_E_NOT_FOUND, "no device");
    assert_why(box, prov_registry_server_get(box->registry, &name, &row, &box->why),
               PROV_E_NOT_FOUND, "no server");
    struct prov_credential_filter filters[] = {{0}, {.device = &zero}, {.server = &name}};
    for (size_t i = 0; i < 3; i++) {
        assert_done(box, prov_registry_credential_list(box->registry, &filters[i], count_credential,
                                                       &credentials, &box->why));
    }
    assert_done(box,
                prov_registry_device_list(box->registry, NULL, count_device, &devices, &box->why));
    assert_done(box,
                prov_registry_device_list(box->registry, "", count_device, &devices, &box->why));
    assert_done(box, prov_registry_server_list(box->registry, count_server, &servers, &box->why));
    assert_int_equal(credentials, 0);
    assert_int_equal(devices, 4);
    assert_int_equal(servers, 1);
}

/* Whoever copied the file and sends the dummy's identity is nobody all the same. */
static void h29_the_dummys_own_identity_is_unknown(void **state)
{
    struct box *box = *state;
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    uint8_t identity[16];
    assert_int_equal(sqlite3_open(box->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT psk_identity FROM credential WHERE id = 0", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    memcpy(identity, sqlite3_column_blob(statement, 0), sizeof identity);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    struct prov_fqdn names[] = {fqdn(A), fqdn("dummy.invalid")};
    struct prov_credential found;
    struct prov_secret secret;
    for (size_t i = 0; i < 2; i++) {
        bool known = true;
        assert_done(box, prov_registry_psk_find(box->registry, &names[i], PROV_BYTES_OF(identity),
                                                &found, &secret, &known, &box->why));
        assert_false(known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(swapped_boxes_do_not_open, setup, box_teardown),
        cmocka_unit_test_setup_teardown(altered_box_does_not_open, setup, box_teardown),
        cmocka_unit_test_setup_teardown(box_of_another_length_is_refused_by_the_schema, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(rows_that_do_not_fit_are_corrupt, setup, box_teardown),
        cmocka_unit_test_setup_teardown(missing_dummy_is_corrupt, setup, box_teardown),
        cmocka_unit_test_setup_teardown(secrets_are_nowhere_in_the_files, setup, box_teardown),
        cmocka_unit_test_setup_teardown(box_of_an_ended_credential_is_overwritten, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(the_key_in_the_key_file_is_not_in_the_database, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(every_seal_has_a_fresh_nonce, setup, box_teardown),
        cmocka_unit_test_setup_teardown(rewrapped_registry_opens_with_the_new_key_alone, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(failed_rewrap_leaves_no_key_file, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h29_unknown_and_revoked_leave_the_trace_of_a_known_one,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(h29_dummy_is_shown_to_nobody, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h29_the_dummys_own_identity_is_unknown, setup,
                                        box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
