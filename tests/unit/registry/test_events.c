/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: append-only, one sequence per writer, one for each change and none for what was refused.
 */
#include "support.h"

#define A "a.example.com"

/* --- refused ---------------------------------------------------------------------------------- */

static void events_are_not_changed_or_deleted(void **state)
{
    struct box *box = *state;
    static const char *const attempts[] = {
        "DELETE FROM event",
        "UPDATE event SET detail = 'nothing happened'",
        "UPDATE event SET at_ms = 0 WHERE id = 1",
        "INSERT OR REPLACE INTO event VALUES (1, 'x', 99, 0, 'v', 's', NULL, '')",
        "REPLACE INTO event SELECT 99, 'test', 1, 0, 'v', 's', NULL, ''",
        "INSERT INTO event VALUES (NULL, 'test', 1, 0, 'v', 's', NULL, '')",
    };
    uint64_t before = digest(box);
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        assert_int_equal(raw(box, attempts[i]), SQLITE_CONSTRAINT);
    assert_true(digest(box) == before);
}

static void row5_owners_are_not_changed_and_credentials_not_deleted(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    add_device(box, 2);
    add_server(box, A);
    struct prov_credential_new rpk = new_rpk(1, A, 1);
    (void)add(box, &rpk);
    uint64_t before = digest(box);
    assert_int_equal(raw(box, "UPDATE key SET device_id = 2"), SQLITE_CONSTRAINT);
    assert_int_equal(raw(box, "DELETE FROM key"), SQLITE_CONSTRAINT);
    assert_int_equal(raw(box, "DELETE FROM credential"), SQLITE_CONSTRAINT);
    assert_int_equal(raw(box, "UPDATE credential SET state = 9"), SQLITE_CONSTRAINT);
    assert_int_equal(raw(box, "UPDATE credential SET kind = 'psk'"),
                     SQLITE_CONSTRAINT); /* STRICT */
    assert_int_equal(
        raw(box, "PRAGMA foreign_keys = ON; UPDATE credential SET device_id = 99 WHERE id > 0"),
        SQLITE_CONSTRAINT);
    assert_true(digest(box) == before);
}

static void a_refused_change_writes_no_event(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    int64_t count = events(box);
    struct prov_device again = {.eui64 = eui(1)};
    struct prov_eui64 two = eui(2);
    assert_int_equal(prov_registry_device_add(box->registry, &again, NULL), PROV_E_EXISTS);
    assert_int_equal(prov_registry_device_retire(box->registry, &two, NULL), PROV_E_NOT_FOUND);
    assert_int_equal(prov_registry_credential_revoke(box->registry, 7, "x", NULL),
                     PROV_E_NOT_FOUND);
    assert_int_equal(events(box), count);
}

/* --- written ---------------------------------------------------------------------------------- */

struct seen {
    int count;
    int64_t last_id, last_sequence;
    struct prov_event last;
};

static prov_result see(void *context, const struct prov_event *event)
{
    struct seen *seen = context;
    assert_true(event->id > seen->last_id);
    assert_int_equal(event->sequence, seen->last_sequence + 1);
    assert_string_equal(event->writer, "test");
    seen->count++;
    seen->last_id = event->id;
    seen->last_sequence = event->sequence;
    seen->last = *event;
    return PROV_OK;
}

static void each_change_writes_its_event(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    add_server(box, A);
    struct prov_credential_new psk = new_psk(1, A, 1);
    int64_t id = add(box, &psk).id;
    box->now_ms += 1234;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "stolen", &box->why));
    struct seen seen = {0};
    assert_done(box, prov_registry_event_list(box->registry, 0, see, &seen, &box->why));
    assert_int_equal(seen.count, 5);
    assert_string_equal(seen.last.verb, "credential.revoke");
    assert_string_equal(seen.last.subject, "00-1B-C5-00-00-00-00-01");
    assert_string_equal(seen.last.detail, "stolen");
    assert_int_equal(seen.last.at_ms, TEST_NOW * 1000 + 1234);
    struct prov_uuid uuid = uuid_of(1);
    char text[PROV_UUID_TEXT];
    prov_uuid_format(&uuid, text);
    assert_string_equal(seen.last.credential, text);
    struct seen after = {.last_id = 3, .last_sequence = 3};
    assert_done(box, prov_registry_event_list(box->registry, 3, see, &after, &box->why));
    assert_int_equal(after.count, 2);
}

static void each_writer_counts_by_itself(void **state)
{
    struct box *box = *state;
    struct prov_registry *second = NULL;
    box->config.writer = "serve";
    assert_done(box, prov_registry_open(&box->config, &second, &box->why));
    add_device(box, 1);
    struct prov_device two = {.eui64 = eui(2)};
    assert_done(box, prov_registry_device_add(second, &two, &box->why));
    add_device(box, 3);
    prov_registry_close(second);
    assert_int_equal(raw_number(box, "SELECT max(sequence) FROM event WHERE writer = 'test'"), 3);
    assert_int_equal(raw_number(box, "SELECT max(sequence) FROM event WHERE writer = 'serve'"), 1);
}

static void long_subjects_are_cut(void **state)
{
    struct box *box = *state;
    char name[201];
    for (int i = 0; i < 200; i++)
        name[i] = i % 50 == 49 ? '.' : 'a';
    memcpy(name + 196, ".com", 5);
    add_server(box, name);
    assert_int_equal(raw_number(box, "SELECT max(length(subject)) FROM event"), 79);
    struct seen seen = {0};
    assert_done(box, prov_registry_event_list(box->registry, 0, see, &seen, &box->why));
    assert_string_equal(seen.last.verb, "server.add");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_are_not_changed_or_deleted, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(row5_owners_are_not_changed_and_credentials_not_deleted,
                                        box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(a_refused_change_writes_no_event, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(each_change_writes_its_event, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(each_writer_counts_by_itself, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(long_subjects_are_cut, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
