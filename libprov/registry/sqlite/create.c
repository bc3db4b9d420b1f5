/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a registry. The database is built whole under another name and then linked to its own, so
 * that it is there whole or not at all; whatever fails, no file stays behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyfile.h"
#include "prov/text.h"
#include "sqlite/event.h"
#include "sqlite/migrate.h"
#include "sqlite/open.h"

struct files {
    char key[REGISTRY_PATH_MAX];
    char build[REGISTRY_PATH_MAX];
    bool key_made, build_made, database_made;
};

static prov_result org_check(const struct prov_org *org, struct prov_why *why)
{
    const char *c = org->country;
    if (c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z' || c[2] != '\0')
        return prov_why_set(why, PROV_E_USAGE, "the country is not two capital letters");
    if (org->name[0] == '\0')
        return prov_why_set(why, PROV_E_USAGE, "the organisation has no name");
    return registry_text_check(org->name, "name of the organisation", sizeof org->name - 1, why);
}

static prov_result absent(const char *path, const char *what, struct prov_why *why)
{
    struct stat info;
    if (lstat(path, &info) == 0)
        return prov_why_set(why, PROV_E_EXISTS, "%s %s exists already", what, path);
    if (errno != ENOENT) {
        return prov_why_set(why, keyfile_errno(errno), "cannot make %s %s: %s", what, path,
                            strerror(errno));
    }
    return PROV_OK;
}

/* One that is there is never removed or used: it may be the only key of a registry that was moved. */
static prov_result key_absent(const char *path, struct prov_why *why)
{
    prov_result result = absent(path, "the key file", why);
    if (result == PROV_E_EXISTS) {
        prov_why_hint(why, "if no registry needs it, as after an init that was cut, remove it "
                           "and the registry's *.new-*");
    }
    return result;
}

static prov_result files_plan(const struct prov_registry_config *config, struct files *files,
                              struct prov_why *why)
{
    uint8_t random[8];
    char suffix[2 * sizeof random + 1];
    prov_result result =
        keyfile_path(config->path, config->key_path, files->key, sizeof files->key, why);
    if (result == PROV_OK)
        result = absent(config->path, "the registry", why);
    if (result == PROV_OK)
        result = key_absent(files->key, why);
    if (result == PROV_OK)
        result = prov_crypto_random(config->crypto, random, sizeof random);
    if (result == PROV_OK) {
        prov_hex_format(PROV_BYTES_OF(random), suffix);
        (void)snprintf(files->build, sizeof files->build, "%s.new-%s", config->path, suffix);
    }
    return result;
}

static void unlink_with(const char *path, const char *suffix)
{
    char name[REGISTRY_PATH_MAX + 16];
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    (void)unlink(name);
}

static void database_unlink(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink_with(path, suffixes[i]);
}

static void files_drop(const struct prov_registry_config *config, const struct files *files,
                       bool all)
{
    if (files->build_made)
        database_unlink(files->build);
    if (all && files->database_made)
        database_unlink(config->path);
    if (all && files->key_made)
        (void)unlink(files->key);
}

/* An empty file with our mode: SQLite takes the mode of its other files from it. */
static prov_result file_make(const char *path, struct prov_why *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool ok = fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0;
    int number = errno;
    if (fd >= 0)
        (void)close(fd);
    if (!ok) {
        return prov_why_set(why, keyfile_errno(number), "cannot make the registry %s: %s", path,
                            strerror(number));
    }
    return PROV_OK;
}

/* --- the first rows --------------------------------------------------------------------------- */

static prov_result uuid_fresh(const struct prov_registry_config *config, struct prov_uuid *ret)
{
    uint8_t random[10];
    prov_result result = prov_crypto_random(config->crypto, random, sizeof random);
    if (result == PROV_OK)
        prov_uuid_make((uint64_t)config->clock_ms(config->clock_context), random, ret);
    return result;
}

static prov_result insert(struct prov_registry *registry, const char *text,
                          const struct prov_bytes *values, size_t count, struct prov_why *why)
{
    struct query query = {.registry = registry, .why = why, .own = true};
    query.code = sqlite3_prepare_v2(registry->db, text, -1, &query.statement, NULL);
    for (size_t i = 0; i < count; i++)
        query_bytes(&query, values[i]);
    return query_run(&query, "the registry");
}

static prov_result meta_add(struct prov_registry *registry,
                            const struct prov_registry_config *config,
                            const struct prov_secret *file_key, struct prov_why *why)
{
    struct seal_meta meta;
    prov_result result = uuid_fresh(config, &meta.uuid);
    if (result == PROV_OK)
        result = seal_meta_make(config->crypto, file_key, &meta);
    if (result == PROV_OK)
        result = seal_keys_open(config->crypto, file_key, &meta, &registry->keys);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot make the keys of the registry");
    struct prov_bytes values[] = {PROV_BYTES_OF(meta.uuid.octets), PROV_BYTES_OF(meta.key_check),
                                  PROV_BYTES_OF(meta.data_key), PROV_BYTES_OF(meta.index_key)};
    return insert(registry,
                  "INSERT INTO meta (id, uuid, key_check, data_key, index_key) VALUES (1, ?1, ?2, "
                  "?3, ?4)",
                  values, 4, why);
}

static prov_result org_add(struct prov_registry *registry, const struct prov_org *org,
                           struct prov_why *why)
{
    struct query query = {.registry = registry, .why = why, .own = true};
    query.code = sqlite3_prepare_v2(
        registry->db, "INSERT INTO organisation (id, name, country) VALUES (1, ?1, ?2)", -1,
        &query.statement, NULL);
    query_text(&query, org->name);
    query_text(&query, org->country);
    return query_run(&query, "the organisation");
}

static prov_result dummy_owners_add(struct prov_registry *registry, struct prov_why *why)
{
    prov_result result =
        insert(registry, "INSERT INTO server (id, fqdn, created) VALUES (0, 'dummy.invalid', 1)",
               NULL, 0, why);
    if (result == PROV_OK) {
        result = insert(registry,
                        "INSERT INTO device (id, eui64, from_eui48, retired, created) "
                        "VALUES (0, zeroblob(8), 0, 1, 1)",
                        NULL, 0, why);
    }
    return result;
}

/* H29: the row that is found and unsealed when the identity is unknown or may not connect. */
static prov_result dummy_add(struct prov_registry *registry,
                             const struct prov_registry_config *config, struct prov_why *why)
{
    struct prov_uuid uuid;
    struct prov_secret psk = {.len = PROV_PSK_MIN};
    uint8_t identity[16], box[SEAL_BOX_LEN], tag[SEAL_TAG_LEN];
    prov_result result = uuid_fresh(config, &uuid);
    if (result == PROV_OK)
        result = prov_crypto_random(config->crypto, identity, sizeof identity);
    if (result == PROV_OK)
        result = prov_crypto_random(config->crypto, psk.data, psk.len);
    if (result == PROV_OK)
        result = seal_secret(&registry->keys, &uuid, &psk, box);
    if (result == PROV_OK)
        result = seal_tag(&registry->keys, &psk, tag);
    prov_secret_wipe(&psk);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot seal in the registry");
    struct prov_bytes values[] = {PROV_BYTES_OF(uuid.octets), PROV_BYTES_OF(identity),
                                  PROV_BYTES_OF(tag), PROV_BYTES_OF(box)};
    return insert(
        registry,
        "INSERT INTO credential (id, server_id, device_id, uuid, kind, use, state, created, ended, "
        "not_after, "
        "psk_identity, psk_tag, sealed, registered) VALUES (0, 0, 0, ?1, 1, 1, 3, 1, 1, 1, ?2, "
        "?3, ?4, 0)",
        values, 4, why);
}

static prov_result rows_add(struct prov_registry *registry,
                            const struct prov_registry_config *config, const struct prov_org *org,
                            const struct prov_secret *file_key, struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    result = meta_add(registry, config, file_key, why);
    if (result == PROV_OK)
        result = org_add(registry, org, why);
    if (result == PROV_OK)
        result = dummy_owners_add(registry, why);
    if (result == PROV_OK)
        result = dummy_add(registry, config, why);
    if (result == PROV_OK)
        result = event_add(registry, "registry.create", org->name, NULL, "", why);
    return registry_end(registry, result, why);
}

/* --- the database ----------------------------------------------------------------------------- */

static prov_result schema_make(sqlite3 *db, const char *path, struct prov_why *why)
{
    char text[64];
    (void)snprintf(text, sizeof text, "PRAGMA application_id = %d", REGISTRY_APPLICATION_ID);
    int code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, text, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return registry_error(db, path, code, "the schema", why);
    return migrate_up(db, path, why);
}

/* The file alone is linked to its name, so nothing may stay in the write-ahead log. */
static prov_result log_empty(struct prov_registry *registry, struct prov_why *why)
{
    int code =
        sqlite3_wal_checkpoint_v2(registry->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return registry_error(registry->db, registry->path, code, "the registry", why);
}

static prov_result database_build(const struct prov_registry_config *config, struct files *files,
                                  const struct prov_org *org, const struct prov_secret *file_key,
                                  struct prov_why *why)
{
    struct prov_registry *registry = NULL;
    sqlite3 *db = NULL;
    prov_result result = file_make(files->build, why);
    files->build_made = result == PROV_OK;
    if (result == PROV_OK)
        result = connection_open(files->build, config->busy_timeout_ms, &db, why);
    if (result == PROV_OK)
        result = registry_make(config, files->build, db, &registry, why);
    if (result == PROV_OK)
        result = schema_make(db, files->build, why);
    if (result == PROV_OK)
        result = rows_add(registry, config, org, file_key, why);
    if (result == PROV_OK)
        result = log_empty(registry, why);
    prov_registry_close(registry);
    return result;
}

static prov_result database_link(const struct prov_registry_config *config, struct files *files,
                                 struct prov_why *why)
{
    if (link(files->build, config->path) != 0) {
        return prov_why_set(why, keyfile_errno(errno), "cannot make the registry %s: %s",
                            config->path, strerror(errno));
    }
    files->database_made = true;
    return keyfile_sync_folder(config->path, why);
}

prov_result prov_registry_create(const struct prov_registry_config *config,
                                 const struct prov_org *org, struct prov_registry **ret,
                                 struct prov_why *why)
{
    struct files files = {0};
    struct prov_secret file_key = {0};
    prov_result result = registry_config_check(config, why);
    if (result == PROV_OK)
        result = org_check(org, why);
    if (result == PROV_OK)
        result = files_plan(config, &files, why);
    if (result == PROV_OK) {
        result = keyfile_make(files.key, config->crypto, &file_key, why);
        files.key_made = result == PROV_OK;
    }
    if (result == PROV_OK)
        result = database_build(config, &files, org, &file_key, why);
    prov_secret_wipe(&file_key);
    if (result == PROV_OK)
        result = database_link(config, &files, why);
    if (result == PROV_OK)
        result = prov_registry_open(config, ret, why);
    files_drop(config, &files, result != PROV_OK);
    return result;
}
