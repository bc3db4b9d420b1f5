/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keyfile.h"
#include "sqlite/migrate.h"

#define BUSY_TIMEOUT_MS 5000

/* WAL stays in the file. FULL: what was answered for is durable. Foreign schemas may not run
 * functions. A sealed secret that goes is overwritten. */
static const char settings[] = "PRAGMA foreign_keys = ON;"
                               "PRAGMA recursive_triggers = ON;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON;"
                               "PRAGMA secure_delete = ON;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA synchronous = FULL;";

prov_result registry_config_check(const struct prov_registry_config *config, struct prov_why *why)
{
    size_t len = config->writer == NULL ? 0 : strlen(config->writer);
    if (config->path == NULL || config->path[0] == '\0' || config->crypto == NULL ||
        config->clock_ms == NULL)
        return prov_why_set(why, PROV_E_USAGE, "the registry needs a path, crypto and a clock");
    if (len == 0 || len > 64)
        return prov_why_set(why, PROV_E_BOUNDS, "the name of an event writer has 1 to 64 octets");
    if (strlen(config->path) > REGISTRY_PATH_MAX - 64)
        return prov_why_set(why, PROV_E_BOUNDS, "the path of the registry is too long");
    return PROV_OK;
}

void connection_close(sqlite3 *db)
{
    (void)sqlite3_close_v2(db);
}

/* "./" keeps SQLite from taking names such as file:… or :memory: for something else. */
static int open_file(const char *path, sqlite3 **ret)
{
    char name[REGISTRY_PATH_MAX + 8];
    (void)snprintf(name, sizeof name, "%s%s", path[0] == '/' ? "" : "./", path);
    return sqlite3_open_v2(name, ret,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                               SQLITE_OPEN_EXRESCODE,
                           NULL);
}

prov_result connection_open(const char *path, int busy_timeout_ms, sqlite3 **ret,
                            struct prov_why *why)
{
    sqlite3 *db = NULL;
    int code = open_file(path, &db);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(db, busy_timeout_ms > 0 ? busy_timeout_ms : BUSY_TIMEOUT_MS);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, settings, NULL, NULL, NULL);
    if (code == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1)
        code = SQLITE_READONLY;
    if (code != SQLITE_OK) {
        prov_result result = registry_error(db, path, code, "", why);
        connection_close(db);
        return result;
    }
    *ret = db;
    return PROV_OK;
}

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *ret = malloc(size);
    return ret == NULL ? NULL : memcpy(ret, text, size);
}

prov_result registry_make(const struct prov_registry_config *config, const char *path, sqlite3 *db,
                          struct prov_registry **ret, struct prov_why *why)
{
    char key_path[REGISTRY_PATH_MAX];
    prov_result result =
        keyfile_path(config->path, config->key_path, key_path, sizeof key_path, why);
    struct prov_registry *registry = calloc(1, sizeof *registry);
    if (result != PROV_OK || registry == NULL) {
        connection_close(db);
        free(registry);
        return result != PROV_OK ? result : PROV_E_MEMORY;
    }
    registry->db = db;
    registry->path = copy(path);
    registry->key_path = copy(key_path);
    registry->clock_ms = config->clock_ms;
    registry->clock_context = config->clock_context;
    memcpy(registry->writer, config->writer, strlen(config->writer));
    if (registry->path == NULL || registry->key_path == NULL) {
        prov_registry_close(registry);
        return PROV_E_MEMORY;
    }
    *ret = registry;
    return PROV_OK;
}

void prov_registry_close(struct prov_registry *registry)
{
    if (registry == NULL)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(registry->statements[i]);
    connection_close(registry->db);
    seal_keys_drop(&registry->keys);
    free(registry->path);
    free(registry->key_path);
    prov_wipe(registry, sizeof *registry);
    free(registry);
}

void prov_registry_dry_run(struct prov_registry *registry, bool on)
{
    registry->dry_run = on;
}

/* --- opening what is there -------------------------------------------------------------------- */

static prov_result file_check(const char *path, struct prov_why *why)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        prov_result result = keyfile_errno(errno);
        if (result == PROV_E_NOT_FOUND) {
            prov_why_hint(why, "prov init --org NAME --country CC");
            return prov_why_set(why, PROV_E_NO_REGISTRY, "there is no registry at %s", path);
        }
        return prov_why_set(why, result, "cannot use the registry %s: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode))
        return prov_why_set(why, PROV_E_CORRUPT, "the registry %s is not a file", path);
    /* Who reads it learns the list of devices and no secret; who writes to it could add their own keys. */
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        prov_why_hint(why, "chmod go-w %s", path);
        return prov_why_set(why, PROV_E_MODE,
                            "the registry %s can be written to by others (mode %04o)", path,
                            (unsigned)(info.st_mode & 07777));
    }
    return PROV_OK;
}

/* Before anything is written to it: is it ours, and not newer than we are. */
static prov_result schema_check(sqlite3 *db, const char *path, struct prov_why *why)
{
    int id = 0;
    int version = 0;
    prov_result result = migrate_pragma(db, path, "PRAGMA application_id", &id, why);
    if (result == PROV_OK && id != REGISTRY_APPLICATION_ID) {
        return prov_why_set(why, PROV_E_VERSION,
                            "%s is a database of another program, not a registry", path);
    }
    if (result == PROV_OK)
        result = migrate_pragma(db, path, "PRAGMA user_version", &version, why);
    if (result == PROV_OK && version == 0)
        return prov_why_set(why, PROV_E_VERSION, "%s is a registry without a schema", path);
    return result;
}

prov_result registry_meta_load(struct prov_registry *registry, struct seal_meta *ret,
                               struct prov_why *why)
{
    struct query query = query_make(registry, SQL_META_GET, why);
    prov_result result = query_row(&query, "");
    if (result == PROV_E_NOT_FOUND) {
        result = prov_why_set(why, PROV_E_CORRUPT, "the registry %s is damaged: it has no keys",
                              registry->path);
    }
    if (result == PROV_OK) {
        (void)query_column_octets(&query, 0, ret->uuid.octets, sizeof ret->uuid.octets, false);
        (void)query_column_octets(&query, 1, ret->key_check, sizeof ret->key_check, false);
        (void)query_column_octets(&query, 2, ret->data_key, sizeof ret->data_key, false);
        (void)query_column_octets(&query, 3, ret->index_key, sizeof ret->index_key, false);
    }
    return query_end(&query, result);
}

static prov_result keys_open(struct prov_registry *registry, struct prov_crypto *crypto,
                             struct prov_why *why)
{
    struct seal_meta meta;
    struct prov_secret file_key = {0};
    prov_result result = keyfile_load(registry->key_path, &file_key, why);
    if (result == PROV_OK)
        result = registry_meta_load(registry, &meta, why);
    if (result == PROV_OK)
        result = seal_keys_open(crypto, &file_key, &meta, &registry->keys);
    prov_secret_wipe(&file_key);
    if (result == PROV_E_WRONG_KEY) {
        prov_why_hint(why, "--key FILE names the registry's key file");
        return prov_why_set(why, result, "%s is not the key file of the registry %s",
                            registry->key_path, registry->path);
    }
    if (result != PROV_OK)
        return prov_why_set(why, result, "the keys of the registry %s do not open", registry->path);
    return PROV_OK;
}

static prov_result settle(struct prov_registry *registry, struct prov_crypto *crypto,
                          struct prov_why *why)
{
    prov_result result = schema_check(registry->db, registry->path, why);
    int version = 0;
    if (result == PROV_OK)
        result = migrate_pragma(registry->db, registry->path, "PRAGMA user_version", &version, why);
    if (result == PROV_OK && version > (int)registry_migration_count)
        return migrate_up(registry->db, registry->path, why); /* says why not */
    if (result == PROV_OK)
        result = keys_open(registry, crypto, why);
    if (result == PROV_OK)
        result = migrate_up(registry->db, registry->path, why);
    return result;
}

prov_result prov_registry_open(const struct prov_registry_config *config,
                               struct prov_registry **ret, struct prov_why *why)
{
    struct prov_registry *registry = NULL;
    sqlite3 *db = NULL;
    prov_result result = registry_config_check(config, why);
    if (result == PROV_OK)
        result = file_check(config->path, why);
    if (result == PROV_OK)
        result = connection_open(config->path, config->busy_timeout_ms, &db, why);
    if (result == PROV_OK)
        result = registry_make(config, config->path, db, &registry, why);
    if (result == PROV_OK)
        result = settle(registry, config->crypto, why);
    if (result != PROV_OK) {
        prov_registry_close(registry);
        return result;
    }
    *ret = registry;
    return PROV_OK;
}

prov_result prov_registry_org(struct prov_registry *registry, struct prov_org *ret,
                              struct prov_why *why)
{
    struct prov_org org = {0};
    struct query query = query_make(registry, SQL_ORG_GET, why);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        query_column_text(&query, 0, org.name, sizeof org.name);
        query_column_text(&query, 1, org.country, sizeof org.country);
    }
    result = query_end(&query, result);
    if (result == PROV_OK)
        *ret = org;
    return result == PROV_E_NOT_FOUND
               ? prov_why_set(why, PROV_E_CORRUPT, "the registry %s has no organisation",
                              registry->path)
               : result;
}
