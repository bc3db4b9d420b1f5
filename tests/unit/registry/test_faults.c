/* SPDX-License-Identifier: Apache-2.0
 *
 * Fail operation 1, then 2, … until a run passes untouched: random numbers, allocations, opens, reads, writes, syncs,
 * locks, a full disk. After each failure nothing has changed, there are words, and the same verb then works.
 */
#include <stdio.h>
#include <unistd.h>

#include "faulty_sqlite.h"
#include "support.h"

#define A "a.example.com"

static const uint8_t request[32] = {1};

/* --- the verbs -------------------------------------------------------------------------------- */

static prov_result do_device_add(struct box *box)
{
    struct prov_device device = {.eui64 = eui(50), .label = "pump"};
    return prov_registry_device_add(box->registry, &device, &box->why);
}

static prov_result do_device_set(struct box *box)
{
    struct prov_eui64 one = eui(1);
    return prov_registry_device_set(box->registry, &one, "valve", NULL, 1, &box->why);
}

static prov_result do_device_retire(struct box *box)
{
    struct prov_eui64 one = eui(1);
    return prov_registry_device_retire(box->registry, &one, &box->why);
}

static prov_result do_server_add(struct box *box)
{
    struct prov_server_row row = {.fqdn = fqdn("b.example.com")};
    struct prov_credential_new two[] = {new_rpk(0, "b.example.com", 60),
                                        new_cert(0, "b.example.com", 61)};
    two[0].is_server = two[1].is_server = true;
    return prov_registry_server_add(box->registry, &row, two, 2, &box->why);
}

static prov_result do_ca_add(struct box *box)
{
    struct prov_ca_new ca = {.uuid = uuid_of(70),
                             .level = PROV_CA_ROOT,
                             .name = "Root CA",
                             .cert = prov_bytes_text("cert"),
                             .not_after = PROV_TIME_NEVER,
                             .scalar = secret_of(70)};
    return prov_registry_ca_add(box->registry, &ca, &box->why);
}

static prov_result do_credential_add(struct box *box)
{
    struct prov_credential_new cert = new_cert(2, A, 40);
    return prov_registry_credential_add(box->registry, &cert, &box->why);
}

/* Takes the candidate 3 along. */
static prov_result do_revoke(struct box *box)
{
    return prov_registry_credential_revoke(box->registry, 2, "stolen", &box->why);
}

/* Voids the candidate 3, which setup made. */
static prov_result do_successor_add(struct box *box)
{
    static const uint8_t other[32] = {2};
    struct prov_credential_new next = new_psk(1, A, 41);
    struct prov_credential ret;
    bool again;
    next.use = PROV_USE_OPERATIONAL;
    next.state = PROV_STATE_PENDING;
    return prov_registry_successor_add(box->registry, 2, other, &next, &ret, &again, &box->why);
}

static prov_result do_confirm(struct box *box)
{
    return prov_registry_confirm(box->registry, 3, &box->why);
}

static prov_result do_deny_signer_add(struct box *box)
{
    struct prov_deny_signer signer = {.uuid = uuid_of(80)};
    return prov_registry_deny_signer_add(box->registry, &signer, secret_of(80), &box->why);
}

static const struct verb {
    const char *name;
    prov_result (*run)(struct box *box);
} verbs[] = {
    {"device_add", do_device_add},
    {"device_set", do_device_set},
    {"device_retire", do_device_retire},
    {"server_add", do_server_add},
    {"ca_add", do_ca_add},
    {"credential_add", do_credential_add},
    {"revoke", do_revoke},
    {"successor_add", do_successor_add},
    {"confirm", do_confirm},
    {"deny_signer_add", do_deny_signer_add},
};
#define VERBS (sizeof verbs / sizeof verbs[0])

/* Device 1: bootstrap credential 1, operational 2, pending candidate 3. */
static int setup(void **state)
{
    (void)box_setup(state);
    struct box *box = *state;
    add_device(box, 1);
    add_device(box, 2);
    add_server(box, A);
    struct prov_credential_new factory = new_psk(1, A, 1), old = new_psk(1, A, 2),
                               next = new_psk(1, A, 3);
    struct prov_credential ret;
    bool again;
    old.use = next.use = PROV_USE_OPERATIONAL;
    next.state = PROV_STATE_PENDING;
    (void)add(box, &factory);
    (void)add(box, &old);
    assert_done(box, prov_registry_successor_add(box->registry, 2, request, &next, &ret, &again,
                                                 &box->why));
    assert_int_equal(ret.id, 3);
    return 0;
}

/* --- the file as it was ----------------------------------------------------------------------- */

static uint8_t saved[512 * 1024];
static size_t saved_len;

static void save(struct box *box)
{
    prov_registry_close(box->registry);
    box->registry = NULL;
    FILE *file = fopen(box->path, "rb");
    assert_non_null(file);
    saved_len = fread(saved, 1, sizeof saved, file);
    assert_true(saved_len < sizeof saved);
    assert_int_equal(fclose(file), 0);
}

static void restore(struct box *box)
{
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_false(exists(box->path, "-wal"));
    FILE *file = fopen(box->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fwrite(saved, 1, saved_len, file), saved_len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(box->path, (off_t)saved_len), 0);
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
}

/* After a failure: words, nothing changed, and the same verb works, on this connection and on a new one. */
static void after_failure(struct box *box, const struct verb *verb, uint64_t before, bool reopen)
{
    if (box->why.text[0] == '\0')
        fail_msg("%s: no words", verb->name);
    prov_why_clear(&box->why);
    if (digest(box) != before)
        fail_msg("%s: something changed", verb->name);
    if (reopen) {
        box_reopen(box);
        assert_true(digest(box) == before);
    }
    assert_done(box, verb->run(box));
    assert_false(digest(box) == before);
}

static void enumerate(struct box *box, enum faulty kind, int stride)
{
    save(box);
    for (size_t v = 0; v < VERBS; v++) {
        bool fired = true;
        int failures = 0;
        for (int n = 0; fired; n += 1 + n / stride) {
            restore(box);
            uint64_t before = digest(box);
            faulty_arm(kind, n);
            prov_result result = verbs[v].run(box);
            fired = faulty_disarm();
            if (result == PROV_OK) {
                assert_false(digest(box) == before);
                continue;
            }
            failures++;
            assert_true(fired);
            after_failure(box, &verbs[v], before, n % 2 == 1);
        }
        assert_true(failures > 0 || kind == FAULTY_OPEN || kind == FAULTY_READ);
    }
}

/* --- each kind of failure --------------------------------------------------------------------- */

static void failing_allocations_change_nothing(void **state)
{
    enumerate(*state, FAULTY_MALLOC, 6);
}

static void failing_writes_change_nothing(void **state)
{
    enumerate(*state, FAULTY_WRITE, 1000);
}

static void failing_syncs_change_nothing(void **state)
{
    enumerate(*state, FAULTY_SYNC, 1000);
}

static void failing_reads_change_nothing(void **state)
{
    enumerate(*state, FAULTY_READ, 1000);
}

static void failing_opens_change_nothing(void **state)
{
    enumerate(*state, FAULTY_OPEN, 1000);
}

static void full_disk_changes_nothing_and_says_so(void **state)
{
    struct box *box = *state;
    save(box);
    for (size_t v = 0; v < VERBS; v++) {
        bool fired = true;
        for (int n = 0; fired; n++) {
            restore(box);
            uint64_t before = digest(box);
            faulty_arm(FAULTY_FULL, n);
            prov_result result = verbs[v].run(box);
            fired = faulty_disarm();
            if (result != PROV_OK) {
                assert_int_equal(result, PROV_E_FULL);
                assert_non_null(strstr(box->why.text, "no room left"));
                after_failure(box, &verbs[v], before, true);
            }
        }
    }
}

static void failing_random_numbers_change_nothing(void **state)
{
    struct box *box = *state;
    save(box);
    for (size_t v = 0; v < VERBS; v++) {
        prov_result result = PROV_E_RANDOM;
        for (int n = 0; result != PROV_OK; n++) {
            restore(box);
            uint64_t before = digest(box);
            box->random_left = n;
            result = verbs[v].run(box);
            box->random_left = -1;
            if (result != PROV_OK) {
                assert_int_equal(result, PROV_E_RANDOM);
                after_failure(box, &verbs[v], before, false);
            }
        }
    }
}

static bool copy_file(const char *from, const char *to)
{
    static uint8_t octets[512 * 1024];
    FILE *in = fopen(from, "rb");
    if (in == NULL)
        return false;
    size_t len = fread(octets, 1, sizeof octets, in);
    assert_true(len < sizeof octets);
    assert_int_equal(fclose(in), 0);
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(octets, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
    return true;
}

/* Whether what a crash leaves of the files now opens with the key file. */
static bool opens_after_a_crash(struct box *box, const char *key_path)
{
    char copy[160], log[176], from[176];
    struct prov_registry *registry = NULL;
    struct prov_registry_config config = box->config;
    (void)snprintf(copy, sizeof copy, "%s/crashed.db", box->folder);
    (void)snprintf(log, sizeof log, "%s-wal", copy);
    (void)snprintf(from, sizeof from, "%s-wal", box->path);
    assert_true(copy_file(box->path, copy));
    assert_true(copy_file(from, log));
    config.path = copy;
    config.key_path = key_path;
    bool opens = prov_registry_open(&config, &registry, NULL) == PROV_OK;
    prov_registry_close(registry);
    assert_int_equal(unlink(copy), 0);
    (void)unlink(log);
    return opens;
}

static void failing_rewrap_leaves_a_key_that_opens(void **state)
{
    struct box *box = *state;
    static const enum faulty kinds[] = {FAULTY_WRITE, FAULTY_SYNC, FAULTY_FULL};
    char new_key[160];
    int kept = 0;
    (void)snprintf(new_key, sizeof new_key, "%s/new.key", box->folder);
    save(box);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        prov_result result = PROV_E_IO;
        for (int n = 0; result != PROV_OK; n++) {
            box->config.key_path = NULL;
            restore(box);
            faulty_arm(kinds[k], n);
            result = prov_registry_rewrap(box->registry, new_key, &box->why);
            (void)faulty_disarm();
            if (result != PROV_OK) {
                bool there = exists(new_key, "");
                assert_string_not_equal(box->why.text, "");
                assert_int_equal(there, strstr(box->why.hint, "keep both key files") != NULL);
                assert_true(opens_after_a_crash(box, box->key_path) ||
                            (there && opens_after_a_crash(box, new_key)));
                kept += there;
                box_reopen(box);
            }
            prov_why_clear(&box->why);
            (void)unlink(new_key);
        }
    }
    assert_true(kept > 0);
}

static void failing_create_leaves_no_files(void **state)
{
    struct box *box = *state;
    static const struct {
        enum faulty kind;
        int stride;
    } kinds[] = {{FAULTY_MALLOC, 6}, {FAULTY_OPEN, 1000}, {FAULTY_READ, 1000},
                 {FAULTY_WRITE, 8},  {FAULTY_SYNC, 1000}, {FAULTY_FULL, 8}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        bool fired = true;
        for (int n = 0; fired; n += 1 + n / kinds[k].stride) {
            faulty_arm(kinds[k].kind, n);
            prov_result result = box_create(box);
            fired = faulty_disarm();
            if (result != PROV_OK) {
                assert_int_equal(file_count(box), 0);
                assert_null(box->registry);
                assert_string_not_equal(box->why.text, "");
            } else {
                prov_registry_close(box->registry);
                box->registry = NULL;
                assert_int_equal(file_count(box), 2);
                assert_int_equal(unlink(box->path), 0);
                assert_int_equal(unlink(box->key_path), 0);
            }
            prov_why_clear(&box->why);
        }
    }
}

static void create_without_random_numbers_leaves_no_files(void **state)
{
    struct box *box = *state;
    prov_result result = PROV_E_RANDOM;
    int n = 0;
    for (; result != PROV_OK; n++) {
        box->random_left = n;
        result = box_create(box);
        if (result != PROV_OK) {
            assert_why(box, result, PROV_E_RANDOM, "");
            assert_int_equal(file_count(box), 0);
            assert_null(box->registry);
        }
    }
    assert_true(n > 5);
    box->random_left = -1;
}

static void failing_open_changes_nothing(void **state)
{
    struct box *box = *state;
    uint64_t before = digest(box);
    static const enum faulty kinds[] = {FAULTY_MALLOC, FAULTY_OPEN, FAULTY_READ,
                                        FAULTY_WRITE,  FAULTY_SYNC, FAULTY_LOCK};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        bool fired = true;
        for (int n = 0; fired; n += 1 + n / 6) {
            prov_registry_close(box->registry);
            box->registry = NULL;
            faulty_arm(kinds[k], n);
            prov_result result = prov_registry_open(&box->config, &box->registry, &box->why);
            fired = faulty_disarm();
            assert_true(result == PROV_OK || (fired && box->registry == NULL));
            assert_true(result == PROV_OK || box->why.text[0] != '\0');
            prov_why_clear(&box->why);
        }
    }
    box_reopen(box);
    assert_true(digest(box) == before);
}

int main(void)
{
    faulty_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(failing_allocations_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_writes_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_syncs_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_reads_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_opens_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(full_disk_changes_nothing_and_says_so, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_random_numbers_change_nothing, setup, box_teardown),
        cmocka_unit_test_setup_teardown(failing_rewrap_leaves_a_key_that_opens, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(failing_create_leaves_no_files, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_without_random_numbers_leaves_no_files,
                                        box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(failing_open_changes_nothing, setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
