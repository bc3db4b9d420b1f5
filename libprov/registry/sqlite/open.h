/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a database file: what create and open share.
 */
#ifndef REGISTRY_OPEN_H
#define REGISTRY_OPEN_H

#include "sqlite/query.h"

#define REGISTRY_PATH_MAX 4096

/* A connection with the settings that every connection has. Close with connection_close, which
 * accepts NULL. */
PROV_MUST prov_result connection_open(const char *path, int busy_timeout_ms, sqlite3 **ret,
                                      struct prov_why *why);
void connection_close(sqlite3 *db);
/* The object around a connection, which it takes over, also on failure. */
PROV_MUST prov_result registry_make(const struct prov_registry_config *config, const char *path,
                                    sqlite3 *db, struct prov_registry **ret, struct prov_why *why);
/* The meta row. PROV_E_CORRUPT if there is none. */
PROV_MUST prov_result registry_meta_load(struct prov_registry *registry, struct seal_meta *ret,
                                         struct prov_why *why);
PROV_MUST prov_result registry_config_check(const struct prov_registry_config *config,
                                            struct prov_why *why);

#endif
