/* SPDX-License-Identifier: Apache-2.0
 *
 * What the verbs share: the open registry, transactions, statements with their values and columns,
 * and what an SQLite error means.
 *
 *     struct query q = query_make(registry, SQL_DEVICE_GET, why);
 *     query_octets(&q, eui64->octets, 8);
 *     result = query_row(&q, subject);      PROV_OK: a row is there; PROV_E_NOT_FOUND: none
 *     ... query_column_... (&q, 0) ...
 *     return query_end(&q, result);
 *
 * Errors stick: after a failed bind the query does not run and answers the first failure.
 */
#ifndef REGISTRY_QUERY_H
#define REGISTRY_QUERY_H

#include <sqlite3.h>

#include "prov/registry.h"
#include "seal.h"
#include "sqlite/sql.h"

#define REGISTRY_APPLICATION_ID 0x70726f76 /* "prov" */

struct prov_registry {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    char *path;
    char *key_path;
    char writer[65];
    int64_t (*clock_ms)(void *context);
    void *clock_context;
    struct seal_keys keys;
    bool dry_run;
};

struct query {
    struct prov_registry *registry;
    sqlite3_stmt *statement;
    struct prov_why *why;
    int bound;    /* values bound so far */
    int code;     /* the first SQLite failure, or SQLITE_OK */
    bool own;     /* finalized at the end, not kept */
    bool corrupt; /* a column was not what the schema says */
};

struct query query_make(struct prov_registry *registry, enum sql sql, struct prov_why *why);
/* For lists: a statement of its own. */
struct query query_make_list(struct prov_registry *registry, enum sql sql, struct prov_why *why);

/* Values, in order. The octets must stay until the end of the query. A NULL pointer binds NULL. */
void query_int(struct query *query, int64_t value);
void query_null(struct query *query);
void query_octets(struct query *query, const uint8_t *data, size_t len);
void query_bytes(struct query *query, struct prov_bytes bytes);
void query_text(struct query *query, const char *text);

/* Steps: PROV_OK with a row; PROV_E_NOT_FOUND (no words) without one. `subject` is whom the words
 * of a broken constraint name. */
PROV_MUST prov_result query_row(struct query *query, const char *subject);
/* Releases the statement. Passes `result` on, or PROV_E_CORRUPT if a column did not fit. */
PROV_MUST prov_result query_end(struct query *query, prov_result result);
/* A statement without rows, from step to end. */
PROV_MUST prov_result query_run(struct query *query, const char *subject);

/* For lists: calls `row` for each row until it answers other than PROV_OK, then ends the query. */
PROV_MUST prov_result query_each(struct query *query,
                                 prov_result (*row)(struct query *query, void *context),
                                 void *context);

int64_t query_column_int(struct query *query, int column);
/* Exactly len octets; `optional`: or NULL, then zeros and false. */
bool query_column_octets(struct query *query, int column, uint8_t *ret, size_t len, bool optional);
/* At most cap octets; NULL is none. */
size_t query_column_bytes(struct query *query, int column, uint8_t *ret, size_t cap);
/* NUL-terminated into cap octets. */
void query_column_text(struct query *query, int column, char *ret, size_t cap);

/* A verb that changes something: begin, the work, end. end commits if result is PROV_OK (and this
 * is no dry run), otherwise rolls back; answers result, or why the commit failed. */
PROV_MUST prov_result registry_begin(struct prov_registry *registry, struct prov_why *why);
PROV_MUST prov_result registry_end(struct prov_registry *registry, prov_result result,
                                   struct prov_why *why);

/* The result and words for an SQLite code. */
prov_result registry_error(sqlite3 *db, const char *path, int code, const char *subject,
                           struct prov_why *why);

int64_t registry_now(const struct prov_registry *registry); /* Unix seconds */
/* UTF-8 without control characters, at most max octets; PROV_E_TEXT, PROV_E_BOUNDS. */
PROV_MUST prov_result registry_text_check(const char *text, const char *what, size_t max,
                                          struct prov_why *why);

#endif
