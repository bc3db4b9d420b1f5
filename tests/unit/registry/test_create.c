/* SPDX-License-Identifier: Apache-2.0
 *
 * Making and opening a registry: what is refused, in which words, and that a refusal leaves nothing
 * behind.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static prov_result open_again(struct box *box)
{
    prov_registry_close(box->registry);
    box->registry = NULL;
    return prov_registry_open(&box->config, &box->registry, &box->why);
}

static void write_file(const char *path, const char *text, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, (mode_t)mode), 0);
    assert_int_equal(close(fd), 0);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void missing_registry_hints_at_init(void **state)
{
    struct box *box = *state;
    prov_result result = prov_registry_open(&box->config, &box->registry, &box->why);
    assert_string_equal(box->why.hint, "prov init --org NAME --country CC");
    assert_why(box, result, PROV_E_NO_REGISTRY, box->path);
    assert_int_equal(file_count(box), 0);
}

static void second_create_is_refused(void **state)
{
    struct box *box = *state;
    uint64_t before = digest(box);
    struct prov_registry *second = NULL;
    struct prov_org org = {"Other", "FR"};
    assert_why(box, prov_registry_create(&box->config, &org, &second, &box->why), PROV_E_EXISTS,
               "exists already");
    assert_null(second);
    assert_true(digest(box) == before);
    assert_done(box, open_again(box));
}

static void create_beside_a_key_file_is_refused(void **state)
{
    struct box *box = *state;
    write_file(box->key_path, "mine", 0600);
    prov_result result = box_create(box);
    assert_non_null(strstr(box->why.hint, "an init that was cut, remove it and the registry's"));
    assert_why(box, result, PROV_E_EXISTS, "registry.key exists already");
    assert_int_equal(file_count(box), 1);
}

static void create_through_a_link_is_refused(void **state)
{
    struct box *box = *state;
    assert_int_equal(symlink("/nowhere/key", box->key_path), 0);
    assert_why(box, box_create(box), PROV_E_EXISTS, "registry.key exists already");
    assert_int_equal(file_count(box), 1);
}

static void create_in_a_missing_folder_leaves_nothing(void **state)
{
    struct box *box = *state;
    char path[160];
    (void)snprintf(path, sizeof path, "%s/none/registry.db", box->folder);
    box->config.path = path;
    assert_why(box, box_create(box), PROV_E_NOT_FOUND, "none/registry.key");
    assert_int_equal(file_count(box), 0);
}

static void create_with_a_bad_organisation_is_refused(void **state)
{
    struct box *box = *state;
    static const struct prov_org bad[] = {
        {"", "DE"}, {"Works", ""}, {"Works", "D"}, {"Works", "de"}, {"Works", "D1"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        prov_result result = prov_registry_create(&box->config, &bad[i], &box->registry, &box->why);
        assert_why(box, result, PROV_E_USAGE, "");
    }
    struct prov_org control = {"Wor\nks", "DE"};
    assert_why(box, prov_registry_create(&box->config, &control, &box->registry, &box->why),
               PROV_E_TEXT, "octet 3");
    assert_int_equal(file_count(box), 0);
}

static void config_without_writer_is_refused(void **state)
{
    struct box *box = *state;
    box->config.writer = "";
    assert_why(box, box_create(box), PROV_E_BOUNDS, "writer");
    box->config.writer = "12345678901234567890123456789012345678901234567890123456789012345";
    assert_why(box, box_create(box), PROV_E_BOUNDS, "writer");
    assert_int_equal(file_count(box), 0);
}

static void loose_key_file_is_refused(void **state)
{
    struct box *box = *state;
    static const unsigned modes[] = {0640, 0604, 0660, 0610, 0666};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(box->key_path, (mode_t)modes[i]), 0);
        prov_result result = open_again(box);
        assert_non_null(strstr(box->why.hint, "chmod 600"));
        assert_why(box, result, PROV_E_MODE, "can be used by others");
    }
    assert_int_equal(chmod(box->key_path, 0600), 0);
    assert_done(box, open_again(box));
}

static void database_that_others_may_write_to_is_refused(void **state)
{
    struct box *box = *state;
    static const unsigned modes[] = {0620, 0602, 0666};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(box->path, (mode_t)modes[i]), 0);
        prov_result result = open_again(box);
        assert_non_null(strstr(box->why.hint, "chmod go-w"));
        assert_why(box, result, PROV_E_MODE, "can be written to by others");
    }
    assert_int_equal(chmod(box->path, 0644), 0);
    assert_done(box, open_again(box));
}

static void missing_key_file_is_refused(void **state)
{
    struct box *box = *state;
    assert_int_equal(unlink(box->key_path), 0);
    assert_why(box, open_again(box), PROV_E_NOT_FOUND, "registry.key");
}

static void key_file_that_is_a_link_is_refused(void **state)
{
    struct box *box = *state;
    char moved[160];
    (void)snprintf(moved, sizeof moved, "%s/moved", box->folder);
    assert_int_equal(rename(box->key_path, moved), 0);
    assert_int_equal(symlink(moved, box->key_path), 0);
    assert_why(box, open_again(box), PROV_E_PERMISSION, "registry.key");
}

static void key_file_that_is_a_pipe_is_refused(void **state)
{
    struct box *box = *state;
    assert_int_equal(unlink(box->key_path), 0);
    assert_int_equal(mkfifo(box->key_path, 0600), 0);
    assert_why(box, open_again(box), PROV_E_PERMISSION, "not a regular file");
}

static void wrong_key_file_is_refused(void **state)
{
    struct box *box = *state;
    write_file(box->key_path,
               "prov-key:1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
               0600);
    assert_why(box, open_again(box), PROV_E_WRONG_KEY, "is not the key file of the registry");
}

static void malformed_key_files_are_refused(void **state)
{
    struct box *box = *state;
    static const char *const bad[] = {
        "",
        "prov-key:1:0011",
        "prov-key:2:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
        "prov-key:1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg\n",
        "prov-key:1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "prov-key:1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n\n",
        "prov-key:1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_file(box->key_path, bad[i], 0600);
        assert_why(box, open_again(box), PROV_E_CORRUPT, "is not a key file");
    }
}

static void damaged_wrapped_key_is_corrupt_not_wrong(void **state)
{
    struct box *box = *state;
    assert_int_equal(raw(box, "UPDATE meta SET data_key = zeroblob(60)"), SQLITE_OK);
    assert_why(box, open_again(box), PROV_E_CORRUPT, "do not open");
}

static void swapped_wrapped_keys_are_corrupt(void **state)
{
    struct box *box = *state;
    assert_int_equal(raw(box, "UPDATE meta SET data_key = index_key, index_key = data_key"),
                     SQLITE_OK);
    assert_why(box, open_again(box), PROV_E_CORRUPT, "do not open");
}

static void text_file_is_not_a_registry(void **state)
{
    struct box *box = *state;
    char text[512];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    write_file(box->path, text, 0600);
    assert_why(box, open_again(box), PROV_E_CORRUPT, "not a database");
}

static void folder_is_not_a_registry(void **state)
{
    struct box *box = *state;
    box->config.path = box->folder;
    assert_why(box, open_again(box), PROV_E_CORRUPT, "is not a file");
}

static void empty_file_is_not_a_registry(void **state)
{
    struct box *box = *state;
    write_file(box->path, "", 0600);
    assert_why(box, open_again(box), PROV_E_VERSION, "another program");
}

static void foreign_database_is_refused(void **state)
{
    struct box *box = *state;
    assert_int_equal(raw(box, "PRAGMA application_id = 1234"), SQLITE_OK);
    uint64_t before = digest(box);
    assert_why(box, open_again(box), PROV_E_VERSION, "another program");
    assert_true(digest(box) == before);
}

static void newer_schema_is_refused(void **state)
{
    struct box *box = *state;
    assert_int_equal(raw(box, "PRAGMA user_version = 99"), SQLITE_OK);
    uint64_t before = digest(box);
    assert_why(box, open_again(box), PROV_E_VERSION, "schema version 99");
    assert_true(digest(box) == before);
    assert_int_equal(raw_number(box, "PRAGMA user_version"), 99);
}

static void truncated_database_is_corrupt(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_int_equal(truncate(box->path, 4096 * 3 + 100), 0);
    prov_result result = prov_registry_open(&box->config, &box->registry, &box->why);
    if (result == PROV_OK) { /* found as soon as a page is missed */
        struct prov_device device = {.eui64 = eui(1)};
        result = prov_registry_device_add(box->registry, &device, &box->why);
    }
    assert_why(box, result, PROV_E_CORRUPT, "damaged");
}

static void overwritten_pages_are_corrupt(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    FILE *file = fopen(box->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096 * 20; i++)
        assert_int_equal(fputc(0xa5, file), 0xa5);
    assert_int_equal(fclose(file), 0);
    assert_why(box, prov_registry_open(&box->config, &box->registry, &box->why), PROV_E_CORRUPT,
               "damaged");
}

static void exclusively_locked_registry_is_busy(void **state)
{
    struct box *box = *state;
    sqlite3 *other = NULL;
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_int_equal(sqlite3_open(box->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other,
                                  "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_why(box, prov_registry_open(&box->config, &box->registry, &box->why), PROV_E_BUSY,
               "busy");
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
}

/* In a child, since root may write to everything: as nobody, whose files these then are. */
static int as_nobody(struct box *box, int (*work)(struct box *box))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(99);
        _exit(work(box));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void give_away(const char *path)
{
    if (geteuid() == 0)
        assert_int_equal(chown(path, 65534, 65534), 0);
}

static int open_is_permission(struct box *box)
{
    struct prov_registry *registry = NULL;
    prov_result result = prov_registry_open(&box->config, &registry, &box->why);
    return result == PROV_E_PERMISSION && box->why.text[0] != '\0' && registry == NULL ? 0 : 1;
}

static void read_only_file_is_refused(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    give_away(box->folder);
    give_away(box->path);
    give_away(box->key_path);
    assert_int_equal(chmod(box->path, 0400), 0);
    assert_int_equal(as_nobody(box, open_is_permission), 0);
}

static void read_only_folder_is_refused(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    give_away(box->path);
    give_away(box->key_path);
    assert_int_equal(chmod(box->folder, 0555), 0);
    assert_int_equal(as_nobody(box, open_is_permission), 0);
    assert_int_equal(chmod(box->folder, 0700), 0);
}

static void unreadable_file_is_refused(void **state)
{
    struct box *box = *state;
    prov_registry_close(box->registry);
    box->registry = NULL;
    give_away(box->folder);
    give_away(box->key_path);
    give_away(box->path);
    assert_int_equal(chmod(box->path, 0000), 0);
    assert_int_equal(as_nobody(box, open_is_permission), 0);
}

static int key_of_another_is_permission(struct box *box)
{
    struct prov_registry *registry = NULL;
    prov_result result = prov_registry_open(&box->config, &registry, &box->why);
    return result == PROV_E_PERMISSION ? 0 : 1;
}

static void key_file_of_another_user_is_refused(void **state)
{
    struct box *box = *state;
    if (geteuid() != 0)
        skip();
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_int_equal(chown(box->key_path, 12345, 12345), 0);
    assert_int_equal(key_of_another_is_permission(box), 0);
}

/* --- done ------------------------------------------------------------------------------------- */

static void create_makes_private_files(void **state)
{
    struct box *box = *state;
    mode_t mask = umask(0);
    prov_result result = box_create(box);
    (void)umask(mask);
    assert_done(box, result);
    assert_int_equal(mode_of(box->path, ""), 0600);
    assert_int_equal(mode_of(box->key_path, ""), 0600);
    add_device(box, 1);
    assert_int_equal(mode_of(box->path, "-wal"), 0600);
    assert_int_equal(mode_of(box->path, "-shm"), 0600);
    assert_int_equal(file_count(box), 4);
}

static void create_under_a_tight_umask_works(void **state)
{
    struct box *box = *state;
    mode_t mask = umask(0777);
    prov_result result = box_create(box);
    (void)umask(mask);
    assert_done(box, result);
    assert_int_equal(mode_of(box->path, ""), 0600);
    assert_int_equal(mode_of(box->key_path, ""), 0600);
}

/* Files NNNN_….up.sql of db/sqlite. */
static int migration_count(void)
{
    glob_t found;
    assert_int_equal(glob("db/sqlite/*.up.sql", 0, NULL, &found), 0);
    int count = (int)found.gl_pathc;
    globfree(&found);
    return count;
}

static void create_makes_the_schema(void **state)
{
    struct box *box = *state;
    struct prov_org org;
    assert_done(box, prov_registry_org(box->registry, &org, &box->why));
    assert_string_equal(org.name, "Example Works");
    assert_string_equal(org.country, "DE");
    assert_int_equal(raw_number(box, "PRAGMA application_id"), 0x70726f76);
    assert_int_equal(raw_number(box, "PRAGMA user_version"), migration_count());
    assert_int_equal(
        raw_number(box, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
                                     "name NOT LIKE 'sqlite%' AND sql NOT LIKE '%STRICT'"),
                     0);
    assert_last_event(box, "registry.create");
    assert_int_equal(raw_number(box, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* Whom the program starts gets none of its files. */
static void no_file_is_inherited(void **state)
{
    struct box *box = *state;
    char name[64], target[512];
    int ours = 0;
    add_device(box, 1);
    for (int fd = 0; fd < 1024; fd++) {
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(name, target, sizeof target - 1);
        target[len < 0 ? 0 : len] = '\0';
        if (strncmp(target, box->folder, strlen(box->folder)) != 0)
            continue;
        assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
        ours++;
    }
    assert_true(ours >= 2); /* database and log; the key file is closed */
}

static void key_file_may_be_elsewhere(void **state)
{
    struct box *box = *state;
    char elsewhere[160];
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", box->folder);
    box->config.key_path = elsewhere;
    assert_done(box, box_create(box));
    assert_true(exists(elsewhere, ""));
    assert_false(exists(box->key_path, ""));
    assert_done(box, open_again(box));
    box->config.key_path = NULL;
    assert_why(box, open_again(box), PROV_E_NOT_FOUND, "registry.key");
}

static void names_that_sqlite_would_interpret_are_files(void **state)
{
    struct box *box = *state;
    char here[512];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(box->folder), 0);
    box->config.path = "file:x?mode=memory";
    prov_result result = box_create(box);
    assert_int_equal(chdir(here), 0);
    assert_done(box, result);
    assert_int_equal(file_count(box) >= 2, 1);
}

/* Runs a file of db/sqlite on the database. */
static void run_migration(struct box *box, int number, const char *half)
{
    static char sql[16384];
    char pattern[64];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "db/sqlite/%04d_*.%s.sql", number, half);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    FILE *file = fopen(found.gl_pathv[0], "rb");
    globfree(&found);
    assert_non_null(file);
    size_t len = fread(sql, 1, sizeof sql - 1, file);
    assert_true(len > 0 && len < sizeof sql - 1);
    sql[len] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_int_equal(raw(box, sql), SQLITE_OK);
}

static void schema_goes_down_and_up_again(void **state)
{
    struct box *box = *state;
    static const char objects[] =
        "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'";
    int64_t before = raw_number(box, objects);
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_true(before > 10);
    for (int number = migration_count(); number > 0; number--)
        run_migration(box, number, "down");
    assert_int_equal(raw_number(box, objects), 0);
    for (int number = 1; number <= migration_count(); number++)
        run_migration(box, number, "up");
    assert_int_equal(raw_number(box, objects), before);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM credential"), 0);
    assert_why(box, prov_registry_open(&box->config, &box->registry, &box->why), PROV_E_CORRUPT,
               "has no keys");
}

/* A registry as the first release of the schema made it is brought up when it is opened, and nothing in it is lost. */
static void older_registry_is_brought_up(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    prov_registry_close(box->registry);
    box->registry = NULL;
    for (int number = migration_count(); number > 1; number--)
        run_migration(box, number, "down");
    assert_int_equal(raw(box, "PRAGMA user_version = 1"), SQLITE_OK);
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
    assert_int_equal(raw_number(box, "PRAGMA user_version"), migration_count());
    assert_int_equal(raw_number(box, "SELECT count(*) FROM deny_signer"), 0);
    struct prov_device device;
    struct prov_eui64 one = eui(1);
    assert_done(box, prov_registry_device_get(box->registry, &one, &device, &box->why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(missing_registry_hints_at_init, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(second_create_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(create_beside_a_key_file_is_refused, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_through_a_link_is_refused, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_in_a_missing_folder_leaves_nothing, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_with_a_bad_organisation_is_refused, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(config_without_writer_is_refused, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(loose_key_file_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(database_that_others_may_write_to_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(missing_key_file_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(key_file_that_is_a_link_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(key_file_that_is_a_pipe_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(wrong_key_file_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(malformed_key_files_are_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(damaged_wrapped_key_is_corrupt_not_wrong, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(swapped_wrapped_keys_are_corrupt, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(text_file_is_not_a_registry, box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(folder_is_not_a_registry, box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(empty_file_is_not_a_registry, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(foreign_database_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(newer_schema_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(truncated_database_is_corrupt, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(overwritten_pages_are_corrupt, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(exclusively_locked_registry_is_busy, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(read_only_file_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(read_only_folder_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(unreadable_file_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(key_file_of_another_user_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_makes_private_files, box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(create_under_a_tight_umask_works, box_setup_empty,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(create_makes_the_schema, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(no_file_is_inherited, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(key_file_may_be_elsewhere, box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(names_that_sqlite_would_interpret_are_files,
                                        box_setup_empty, box_teardown),
        cmocka_unit_test_setup_teardown(older_registry_is_brought_up, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(schema_goes_down_and_up_again, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
