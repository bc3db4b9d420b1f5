/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the box ---------------------------------------------------------------------------------- */

static int64_t box_clock(void *context)
{
    struct box *box = context;
    return box->now_ms;
}

/* splitmix64: the same octets in every run. */
static bool box_random(void *context, uint8_t *out, size_t len)
{
    struct box *box = context;
    if (box->random_left == 0)
        return false;
    box->random_left -= box->random_left > 0;
    for (size_t i = 0; i < len; i++) {
        box->random_state += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = box->random_state;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        out[i] = (uint8_t)(z >> 56);
    }
    return true;
}

int box_setup_empty(void **state)
{
    struct box *box = calloc(1, sizeof *box);
    assert_non_null(box);
    strcpy(box->folder, "/tmp/prov-registry-XXXXXX");
    assert_non_null(mkdtemp(box->folder));
    (void)snprintf(box->path, sizeof box->path, "%s/registry.db", box->folder);
    (void)snprintf(box->key_path, sizeof box->key_path, "%s/registry.key", box->folder);
    box->now_ms = TEST_NOW * 1000;
    box->random_state = 1;
    box->random_left = -1;
    struct prov_random random = {box_random, box};
    assert_int_equal(prov_crypto_make(&random, &box->crypto), PROV_OK);
    box->config = (struct prov_registry_config){.path = box->path,
                                                .crypto = box->crypto,
                                                .clock_ms = box_clock,
                                                .clock_context = box,
                                                .writer = "test",
                                                .busy_timeout_ms = 50};
    *state = box;
    return 0;
}

prov_result box_create(struct box *box)
{
    struct prov_org org = {"Example Works", "DE"};
    return prov_registry_create(&box->config, &org, &box->registry, &box->why);
}

int box_setup(void **state)
{
    (void)box_setup_empty(state);
    assert_done(*state, box_create(*state));
    return 0;
}

int box_teardown(void **state)
{
    struct box *box = *state;
    char name[512];
    prov_registry_close(box->registry);
    prov_crypto_free(box->crypto);
    DIR *folder = opendir(box->folder);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        (void)snprintf(name, sizeof name, "%s/%s", box->folder, entry->d_name);
        (void)unlink(name);
    }
    (void)closedir(folder);
    assert_int_equal(rmdir(box->folder), 0);
    free(box);
    return 0;
}

void box_reopen(struct box *box)
{
    prov_registry_close(box->registry);
    box->registry = NULL;
    assert_done(box, prov_registry_open(&box->config, &box->registry, &box->why));
}

void assert_why(struct box *box, prov_result result, prov_result expected, const char *part)
{
    if (result != expected || strstr(box->why.text, part) == NULL) {
        fail_msg("result %04x, expected %04x; words '%s', expected '%s'", (unsigned)result,
                 (unsigned)expected, box->why.text, part);
    }
    prov_why_clear(&box->why);
}

void assert_done(struct box *box, prov_result result)
{
    if (result != PROV_OK)
        fail_msg("result %04x: %s", (unsigned)result, box->why.text);
}

/* --- rows ------------------------------------------------------------------------------------- */

struct prov_eui64 eui(uint8_t n)
{
    return (struct prov_eui64){{0x00, 0x1b, 0xc5, 0x00, 0x00, 0x00, 0x00, n}};
}

struct prov_fqdn fqdn(const char *text)
{
    struct prov_fqdn name = {{0}};
    strcpy(name.text, text);
    return name;
}

void add_device(struct box *box, uint8_t n)
{
    struct prov_device device = {.eui64 = eui(n)};
    assert_done(box, prov_registry_device_add(box->registry, &device, &box->why));
}

void add_server(struct box *box, const char *text)
{
    struct prov_server_row row = {.fqdn = fqdn(text)};
    assert_done(box, prov_registry_server_add(box->registry, &row, NULL, 0, &box->why));
}

struct made {
    struct prov_secret secret;
    uint8_t point[PROV_POINT_LEN];
    uint8_t identity[16];
    uint8_t serial[16];
};

/* Not on the curve: the registry does not ask. */
static struct made *made(uint8_t seed)
{
    static struct made all[256];
    struct made *m = &all[seed];
    m->secret.len = 32;
    for (size_t i = 0; i < 32; i++)
        m->secret.data[i] = (uint8_t)(seed ^ (0x5a + 7 * i));
    memcpy(m->secret.data, "secret of seed ", 15);
    memset(m->point, seed, sizeof m->point);
    m->point[0] = 4;
    memset(m->identity, seed, sizeof m->identity);
    memset(m->serial, seed, sizeof m->serial);
    return m;
}

struct prov_uuid uuid_of(uint8_t seed)
{
    static const uint8_t random[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct prov_uuid uuid;
    prov_uuid_make(((uint64_t)seed << 40) | 7, random, &uuid);
    return uuid;
}

const struct prov_secret *secret_of(uint8_t seed)
{
    return &made(seed)->secret;
}

static struct prov_credential_new new_any(uint8_t device, const char *server, uint8_t seed)
{
    return (struct prov_credential_new){.uuid = uuid_of(seed),
                                        .use = PROV_USE_BOOTSTRAP,
                                        .state = PROV_STATE_ACTIVE,
                                        .device = eui(device),
                                        .server = fqdn(server),
                                        .not_after = PROV_TIME_NEVER,
                                        .secret = &made(seed)->secret};
}

struct prov_credential_new new_psk(uint8_t device, const char *server, uint8_t seed)
{
    struct prov_credential_new c = new_any(device, server, seed);
    c.kind = PROV_KIND_PSK;
    c.identity = PROV_BYTES_OF(made(seed)->identity);
    return c;
}

struct prov_credential_new new_rpk(uint8_t device, const char *server, uint8_t seed)
{
    struct prov_credential_new c = new_any(device, server, seed);
    c.kind = PROV_KIND_RPK;
    c.point = made(seed)->point;
    return c;
}

struct prov_credential_new new_cert(uint8_t device, const char *server, uint8_t seed)
{
    struct prov_credential_new c = new_any(device, server, seed);
    c.kind = PROV_KIND_CERT;
    c.point = made(seed)->point;
    c.chain = prov_bytes_text("a chain of certificates");
    c.issuer = prov_bytes_text("an issuer");
    c.serial = PROV_BYTES_OF(made(seed)->serial);
    return c;
}

struct prov_credential get(struct box *box, uint8_t seed)
{
    struct prov_credential credential;
    struct prov_uuid uuid = uuid_of(seed);
    char text[PROV_UUID_TEXT];
    prov_uuid_format(&uuid, text);
    assert_done(box, prov_registry_credential_get(box->registry, text, &credential, &box->why));
    return credential;
}

struct prov_credential add(struct box *box, const struct prov_credential_new *credential)
{
    struct prov_credential ret;
    char text[PROV_UUID_TEXT];
    prov_uuid_format(&credential->uuid, text);
    assert_done(box, prov_registry_credential_add(box->registry, credential, &box->why));
    assert_done(box, prov_registry_credential_get(box->registry, text, &ret, &box->why));
    return ret;
}

enum prov_state state_of(struct box *box, uint8_t seed)
{
    return get(box, seed).state;
}

/* --- the file from outside -------------------------------------------------------------------- */

static sqlite3 *outside(const struct box *box)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(box->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, 1000), SQLITE_OK);
    return db;
}

int raw(const struct box *box, const char *sql)
{
    sqlite3 *db = outside(box);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return code;
}

int64_t raw_number(const struct box *box, const char *sql)
{
    sqlite3 *db = outside(box);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static uint64_t fnv(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *octets = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ octets[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t table_digest(sqlite3 *db, const char *table, uint64_t hash)
{
    char sql[128];
    sqlite3_stmt *rows = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY 1", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            int type = sqlite3_column_type(rows, i);
            const void *data = sqlite3_column_blob(rows, i);
            hash = fnv(hash, &type, sizeof type);
            hash = fnv(hash, data, data == NULL ? 0 : (size_t)sqlite3_column_bytes(rows, i));
        }
    }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    return hash;
}

uint64_t digest(const struct box *box)
{
    sqlite3 *db = outside(box);
    sqlite3_stmt *tables = NULL;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1", -1,
                           &tables, NULL),
        SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW)
        hash = table_digest(db, (const char *)sqlite3_column_text(tables, 0), hash);
    assert_int_equal(sqlite3_finalize(tables), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return hash;
}

int64_t events(const struct box *box)
{
    return raw_number(box, "SELECT count(*) FROM event");
}

void assert_last_event(const struct box *box, const char *verb)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "SELECT verb = '%s' FROM event WHERE id = (SELECT max(id) FROM event)", verb);
    assert_int_equal(raw_number(box, sql), 1);
}

static bool one_file_holds(const char *path, struct prov_bytes needle)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t len = (size_t)ftell(file);
    rewind(file);
    uint8_t *all = malloc(len + 1);
    assert_non_null(all);
    assert_int_equal(fread(all, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    bool found = false;
    for (size_t i = 0; i + needle.len <= len && !found; i++)
        found = memcmp(all + i, needle.data, needle.len) == 0;
    free(all);
    return found;
}

bool file_holds(const struct box *box, struct prov_bytes needle)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char name[160];
    bool found = false;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "%s%s", box->path, suffixes[i]);
        found = found || one_file_holds(name, needle);
    }
    return found;
}

bool exists(const char *path, const char *suffix)
{
    char name[256];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return lstat(name, &info) == 0;
}

unsigned mode_of(const char *path, const char *suffix)
{
    char name[256];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    assert_int_equal(lstat(name, &info), 0);
    return info.st_mode & 07777;
}

int file_count(const struct box *box)
{
    int count = 0;
    DIR *folder = opendir(box->folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count;
}
