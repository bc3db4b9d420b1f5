/* SPDX-License-Identifier: Apache-2.0
 *
 * The schema's versions: db/sqlite as a table, made at build time. PRAGMA user_version is the
 * number of the newest migration that has been applied; each is one transaction together with that
 * number.
 */
#ifndef REGISTRY_MIGRATE_H
#define REGISTRY_MIGRATE_H

#include <stddef.h>

#include <sqlite3.h>

#include "prov/result.h"
#include "prov/why.h"

struct registry_migration {
    int number; /* from 1, without a gap */
    const char *up, *down;
};
extern const struct registry_migration registry_migrations[];
extern const size_t registry_migration_count;

/* Applies what is missing. PROV_E_VERSION if the schema is newer than this program's. */
PROV_MUST prov_result migrate_up(sqlite3 *db, const char *path, struct prov_why *why);
/* PRAGMA application_id or user_version as a number. */
PROV_MUST prov_result migrate_pragma(sqlite3 *db, const char *path, const char *pragma, int *ret,
                                     struct prov_why *why);

#endif
