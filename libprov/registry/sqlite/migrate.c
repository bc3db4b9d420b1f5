/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/migrate.h"

#include <stdio.h>

#include "sqlite/query.h"

prov_result migrate_pragma(sqlite3 *db, const char *path, const char *pragma, int *ret,
                           struct prov_why *why)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, pragma, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    int value = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    (void)sqlite3_finalize(statement);
    if (code != SQLITE_ROW)
        return registry_error(db, path, code == SQLITE_DONE ? SQLITE_CORRUPT : code, pragma, why);
    *ret = value;
    return PROV_OK;
}

static prov_result run(sqlite3 *db, const char *path, const char *text, struct prov_why *why)
{
    int code = sqlite3_exec(db, text, NULL, NULL, NULL);
    return registry_error(db, path, code == SQLITE_OK ? code : sqlite3_extended_errcode(db),
                          "the schema", why);
}

static prov_result version_check(sqlite3 *db, const char *path, int *ret, struct prov_why *why)
{
    int version = 0;
    prov_result result = migrate_pragma(db, path, "PRAGMA user_version", &version, why);
    if (result != PROV_OK)
        return result;
    if (version < 0 || version > (int)registry_migration_count) {
        prov_why_hint(why, "use the newer program that wrote it");
        return prov_why_set(why, PROV_E_VERSION,
                            "the registry %s has schema version %d, and this program knows %d",
                            path, version, (int)registry_migration_count);
    }
    *ret = version;
    return PROV_OK;
}

/* The version is read again inside: another program may have been first. */
static prov_result apply_next(sqlite3 *db, const char *path, struct prov_why *why)
{
    char number[64];
    int version = 0;
    prov_result result = version_check(db, path, &version, why);
    if (result != PROV_OK || version == (int)registry_migration_count)
        return result;
    result = run(db, path, registry_migrations[version].up, why);
    if (result == PROV_OK) {
        (void)snprintf(number, sizeof number, "PRAGMA user_version = %d", version + 1);
        result = run(db, path, number, why);
    }
    return result;
}

prov_result migrate_up(sqlite3 *db, const char *path, struct prov_why *why)
{
    int version = 0;
    prov_result result = version_check(db, path, &version, why);
    while (result == PROV_OK && version < (int)registry_migration_count) {
        result = run(db, path, "BEGIN IMMEDIATE", why);
        if (result != PROV_OK)
            return result;
        result = apply_next(db, path, why);
        if (result == PROV_OK)
            result = run(db, path, "COMMIT", why);
        if (sqlite3_get_autocommit(db) == 0)
            (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        if (result == PROV_OK)
            result = version_check(db, path, &version, why);
    }
    return result;
}
