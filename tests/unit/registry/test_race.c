/* SPDX-License-Identifier: Apache-2.0
 *
 * Several programs on one registry: the database decides, and one of them wins.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define A       "a.example.com"
#define RACERS  4
#define DEVICES 6

static const uint8_t request[32] = {1};

static int setup(void **state)
{
    (void)box_setup(state);
    add_device(*state, 1);
    add_server(*state, A);
    return 0;
}

static struct prov_registry *second(struct box *box)
{
    struct prov_registry *ret = NULL;
    assert_done(box, prov_registry_open(&box->config, &ret, &box->why));
    return ret;
}

static void a_writer_that_holds_on_makes_busy(void **state)
{
    struct box *box = *state;
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(box->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    uint64_t before = digest(box);
    struct prov_device two = {.eui64 = eui(2)};
    prov_result result = prov_registry_device_add(box->registry, &two, &box->why);
    assert_non_null(strstr(box->why.hint, "try again"));
    assert_why(box, result, PROV_E_BUSY, "is busy");
    struct prov_device one;
    struct prov_eui64 eui64 = eui(1);
    assert_done(box, prov_registry_device_get(box->registry, &eui64, &one,
                                              &box->why)); /* reading goes on */
    assert_true(digest(box) == before);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_done(box, prov_registry_device_add(box->registry, &two, &box->why));
}

static void second_connection_loses_the_identity(void **state)
{
    struct box *box = *state;
    struct prov_registry *other = second(box);
    struct prov_credential_new one = new_psk(1, A, 1), two = new_psk(1, A, 2);
    two.identity = one.identity;
    two.use = PROV_USE_OPERATIONAL;
    (void)add(box, &one);
    assert_why(box, prov_registry_credential_add(other, &two, &box->why), PROV_E_EXISTS,
               "PSK identity");
    prov_registry_close(other);
}

static void two_confirms_make_one_event(void **state)
{
    struct box *box = *state;
    struct prov_registry *other = second(box);
    struct prov_credential_new old = new_psk(1, A, 1), next = new_psk(1, A, 2);
    old.use = next.use = PROV_USE_OPERATIONAL;
    next.state = PROV_STATE_PENDING;
    struct prov_credential ret;
    bool again;
    int64_t id = add(box, &old).id;
    assert_done(box, prov_registry_successor_add(box->registry, id, request, &next, &ret, &again,
                                                 &box->why));
    assert_done(box, prov_registry_confirm(box->registry, ret.id, &box->why));
    assert_done(box, prov_registry_confirm(other, ret.id, &box->why));
    assert_int_equal(
        raw_number(box, "SELECT count(*) FROM event WHERE verb = 'credential.confirm'"), 1);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM event WHERE verb = 'credential.retire'"),
                     1);
    prov_registry_close(other);
}

/* In a process of its own: asks for the same successor and adds the same devices as all others. Answers how many
 * devices it was first with. */
static int racer(struct box *box, uint8_t n, int64_t predecessor)
{
    struct prov_registry *registry = NULL;
    int won = 0;
    box->config.busy_timeout_ms = 120000; /* who waits is not served in turn, and disks are slow */
    if (prov_registry_open(&box->config, &registry, &box->why) != PROV_OK)
        return 100;
    for (uint8_t i = 0; i < DEVICES; i++) {
        struct prov_device device = {.eui64 = eui((uint8_t)(10 + i))};
        prov_result result = prov_registry_device_add(registry, &device, NULL);
        if (result != PROV_OK && result != PROV_E_EXISTS)
            return 101;
        won += result == PROV_OK;
    }
    struct prov_credential_new next = new_psk(1, A, n);
    struct prov_credential ret;
    bool again;
    next.use = PROV_USE_OPERATIONAL;
    next.state = PROV_STATE_PENDING;
    if (prov_registry_successor_add(registry, predecessor, request, &next, &ret, &again, NULL) !=
        PROV_OK)
        return 102;
    /* One that two have asked for may be confirmed by the other, and then retired for a third one's. */
    prov_result confirmed = prov_registry_confirm(registry, ret.id, NULL);
    if (confirmed != PROV_OK && confirmed != PROV_E_CONFLICT)
        return 103;
    prov_registry_close(registry);
    return won;
}

static void processes_race_and_the_sum_is_one_each(void **state)
{
    struct box *box = *state;
    struct prov_credential_new factory = new_psk(1, A, 1);
    int64_t id = add(box, &factory).id;
    prov_registry_close(box->registry); /* a connection is not carried across fork */
    box->registry = NULL;
    pid_t children[RACERS];
    for (uint8_t n = 0; n < RACERS; n++) {
        children[n] = fork();
        assert_true(children[n] >= 0);
        if (children[n] == 0)
            _exit(racer(box, (uint8_t)(20 + n), id));
    }
    int won = 0;
    for (int n = 0; n < RACERS; n++) {
        int status = 0;
        assert_int_equal(waitpid(children[n], &status, 0), children[n]);
        assert_true(WIFEXITED(status));
        assert_in_range(WEXITSTATUS(status), 0, DEVICES);
        won += WEXITSTATUS(status);
    }
    assert_int_equal(won, DEVICES);
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
    assert_int_equal(raw_number(box, "SELECT count(*) FROM credential WHERE use = 2 AND state = 2"),
                     1);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM credential WHERE use = 2 AND state = 1"),
                     0);
    assert_int_equal(raw_number(box, "SELECT count(*) = max(sequence) FROM event"), 1);
}

/* Between its statements, with the write lock: what it did not commit is not there, and nobody waits for it. */
static void a_writer_that_is_killed_leaves_what_it_committed(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct prov_device two = {.eui64 = eui(2)};
        sqlite3 *db = NULL;
        if (prov_registry_open(&box->config, &box->registry, NULL) != PROV_OK ||
            prov_registry_device_add(box->registry, &two, NULL) != PROV_OK ||
            sqlite3_open(box->path, &db) != SQLITE_OK ||
            sqlite3_exec(db, "BEGIN IMMEDIATE; UPDATE device SET retired = 1", NULL, NULL, NULL) !=
                SQLITE_OK)
            _exit(1);
        (void)kill(getpid(), SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
    assert_int_equal(raw_number(box, "SELECT count(*) FROM device WHERE id > 0"), 2);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM device WHERE id > 0 AND retired"), 0);
    add_device(box, 3);
}

/* A server keeps its connection open for months while others write. */
static void the_log_stays_small_beside_an_open_reader(void **state)
{
    struct box *box = *state;
    struct prov_registry *server = second(box);
    struct prov_eui64 one = eui(1);
    struct prov_device device;
    char name[160];
    struct stat info;
    for (int i = 0; i < 500; i++) {
        assert_done(box, prov_registry_device_set(box->registry, &one, i % 2 == 0 ? "a" : "b", NULL,
                                                  -1, &box->why));
        assert_done(box, prov_registry_device_get(server, &one, &device, &box->why));
    }
    (void)snprintf(name, sizeof name, "%s-wal", box->path);
    assert_int_equal(stat(name, &info), 0);
    assert_in_range(info.st_size, 1, 5 * 1024 * 1024); /* 1000 pages and what one change adds: 4 */
    prov_registry_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_writer_that_holds_on_makes_busy, setup, box_teardown),
        cmocka_unit_test_setup_teardown(second_connection_loses_the_identity, setup, box_teardown),
        cmocka_unit_test_setup_teardown(two_confirms_make_one_event, setup, box_teardown),
        cmocka_unit_test_setup_teardown(processes_race_and_the_sum_is_one_each, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(a_writer_that_is_killed_leaves_what_it_committed, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(the_log_stays_small_beside_an_open_reader, setup,
                                        box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
