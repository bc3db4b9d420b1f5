/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/query.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "keyfile.h"

/* --- what an SQLite error means --------------------------------------------------------------- */

/* Unique constraints by the columns that SQLite names; the longer text stands before its prefix. */
static const struct {
    const char *columns;
    prov_result result;
    const char *before, *after; /* the subject goes between */
} constraints[] = {
    {"device.eui64", PROV_E_EXISTS, "device ", " exists already"},
    {"server.fqdn", PROV_E_EXISTS, "server ", " exists already"},
    {"ca.", PROV_E_EXISTS, "the certificate authority ", " exists already"},
    {"key.spki_sha256", PROV_E_KEY_OWNED, "the key for ", " has an owner already"},
    {"credential.uuid", PROV_E_EXISTS, "the id of the new credential of ", " is in use already"},
    {"credential.psk_identity", PROV_E_EXISTS, "the PSK identity for ", " is in use already"},
    {"credential.psk_tag", PROV_E_KEY_OWNED, "the PSK for ",
     " is in use already, and no PSK serves twice"},
    {"credential.issuer, credential.serial", PROV_E_EXISTS, "the certificate for ",
     ": its issuer and serial number are in use already"},
    {"credential.device_id, credential.server_id, credential.kind", PROV_E_CONFLICT, "",
     " has a bootstrap credential of this kind for this server already"},
    {"credential.device_id, credential.server_id", PROV_E_CONFLICT, "",
     " has an operational credential for this server already"},
};

static prov_result constraint_error(sqlite3 *db, int code, const char *subject,
                                    struct prov_why *why)
{
    const char *message = sqlite3_errmsg(db);
    const char *columns = strstr(message, "failed: ");
    if ((code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) &&
        columns != NULL) {
        columns += strlen("failed: ");
        for (size_t i = 0; i < sizeof constraints / sizeof constraints[0]; i++) {
            if (strncmp(columns, constraints[i].columns, strlen(constraints[i].columns)) == 0) {
                return prov_why_set(why, constraints[i].result, "%s%s%s", constraints[i].before,
                                    subject, constraints[i].after);
            }
        }
    }
    prov_result result = code == SQLITE_CONSTRAINT_CHECK ? PROV_E_BOUNDS : PROV_E_CONFLICT;
    return prov_why_set(why, result, "%s: the registry refuses it: %s", subject, message);
}

/* SQLITE_CANTOPEN and SQLITE_IOERR do not say why: the system's number does. */
static prov_result system_error(sqlite3 *db, const char *path, int code, struct prov_why *why)
{
    int number = db != NULL ? sqlite3_system_errno(db) : 0;
    prov_result result = number == 0 ? PROV_E_IO : keyfile_errno(number);
    if (result == PROV_E_NOT_FOUND)
        result = (code & 0xff) == SQLITE_CANTOPEN ? PROV_E_NO_REGISTRY : PROV_E_IO;
    return prov_why_set(why, result, "cannot use the registry %s: %s", path,
                        number == 0 ? "input/output error" : strerror(number));
}

prov_result registry_error(sqlite3 *db, const char *path, int code, const char *subject,
                           struct prov_why *why)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return PROV_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        prov_why_hint(why, "another program is writing to it: try again");
        return prov_why_set(why, PROV_E_BUSY, "the registry %s is busy", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return prov_why_set(why, PROV_E_PERMISSION, "the registry %s cannot be written to", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return prov_why_set(why, PROV_E_CORRUPT, "the registry %s is damaged or not a database: %s",
                            path, sqlite3_errstr(code));
    case SQLITE_FULL:
        return prov_why_set(why, PROV_E_FULL, "no room left for the registry %s", path);
    case SQLITE_NOMEM:
        return prov_why_set(why, PROV_E_MEMORY, "no memory left for the registry %s", path);
    case SQLITE_TOOBIG:
        return prov_why_set(why, PROV_E_BOUNDS, "%s: too long for the registry", subject);
    case SQLITE_CONSTRAINT:
        return constraint_error(db, code, subject, why);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return prov_why_set(why, PROV_E_MEMORY, "no memory left for the registry %s", path);
        return system_error(db, path, code, why);
    case SQLITE_CANTOPEN:
        return system_error(db, path, code, why);
    default:
        return prov_why_set(why, PROV_E_INTERNAL, "the registry %s: %s", path,
                            sqlite3_errstr(code));
    }
}

/* --- statements ------------------------------------------------------------------------------- */

struct query query_make(struct prov_registry *registry, enum sql sql, struct prov_why *why)
{
    struct query query = {.registry = registry, .why = why, .code = SQLITE_OK};
    if (registry->statements[sql] == NULL) {
        query.code = sqlite3_prepare_v3(registry->db, sql_text(sql), -1, SQLITE_PREPARE_PERSISTENT,
                                        &registry->statements[sql], NULL);
    }
    query.statement = registry->statements[sql];
    return query;
}

struct query query_make_list(struct prov_registry *registry, enum sql sql, struct prov_why *why)
{
    struct query query = {.registry = registry, .why = why, .own = true};
    query.code = sqlite3_prepare_v3(registry->db, sql_text(sql), -1, 0, &query.statement, NULL);
    return query;
}

static void note(struct query *query, int code)
{
    if (query->code == SQLITE_OK)
        query->code = code;
}

void query_int(struct query *query, int64_t value)
{
    note(query, sqlite3_bind_int64(query->statement, ++query->bound, value));
}

void query_null(struct query *query)
{
    note(query, sqlite3_bind_null(query->statement, ++query->bound));
}

void query_octets(struct query *query, const uint8_t *data, size_t len)
{
    note(query, sqlite3_bind_blob64(query->statement, ++query->bound, data, len, SQLITE_STATIC));
}

void query_bytes(struct query *query, struct prov_bytes bytes)
{
    query_octets(query, bytes.data, bytes.len);
}

void query_text(struct query *query, const char *text)
{
    note(query, sqlite3_bind_text(query->statement, ++query->bound, text, -1, SQLITE_STATIC));
}

static prov_result query_failed(struct query *query, const char *subject)
{
    return registry_error(query->registry->db, query->registry->path, query->code, subject,
                          query->why);
}

prov_result query_row(struct query *query, const char *subject)
{
    if (query->code == SQLITE_OK) {
        int code = sqlite3_step(query->statement);
        if (code == SQLITE_ROW)
            return PROV_OK;
        if (code == SQLITE_DONE)
            return PROV_E_NOT_FOUND;
        query->code = code;
    }
    return query_failed(query, subject);
}

prov_result query_end(struct query *query, prov_result result)
{
    if (query->own) {
        (void)sqlite3_finalize(query->statement);
    } else if (query->statement != NULL) {
        (void)sqlite3_reset(query->statement);
        (void)sqlite3_clear_bindings(query->statement);
    }
    query->statement = NULL;
    if (query->corrupt && result == PROV_OK) {
        return prov_why_set(query->why, PROV_E_CORRUPT,
                            "the registry %s is damaged: a row does not fit",
                            query->registry->path);
    }
    return result;
}

prov_result query_run(struct query *query, const char *subject)
{
    prov_result result = query_row(query, subject);
    return query_end(query, result == PROV_E_NOT_FOUND ? PROV_OK : result);
}

prov_result query_each(struct query *query, prov_result (*row)(struct query *query, void *context),
                       void *context)
{
    for (;;) {
        prov_result result = query_row(query, "");
        if (result != PROV_OK)
            return query_end(query, result == PROV_E_NOT_FOUND ? PROV_OK : result);
        result = row(query, context);
        if (result != PROV_OK || query->corrupt)
            return query_end(query, result);
    }
}

int64_t query_column_int(struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool query_column_octets(struct query *query, int column, uint8_t *ret, size_t len, bool optional)
{
    const void *data = sqlite3_column_blob(query->statement, column);
    size_t has = (size_t)sqlite3_column_bytes(query->statement, column);
    if (data == NULL || has != len) {
        query->corrupt = query->corrupt || data != NULL || !optional;
        memset(ret, 0, len);
        return false;
    }
    memcpy(ret, data, len);
    return true;
}

size_t query_column_bytes(struct query *query, int column, uint8_t *ret, size_t cap)
{
    const void *data = sqlite3_column_blob(query->statement, column);
    size_t len = (size_t)sqlite3_column_bytes(query->statement, column);
    if (data == NULL)
        return 0;
    if (len > cap) {
        query->corrupt = true;
        return 0;
    }
    memcpy(ret, data, len);
    return len;
}

void query_column_text(struct query *query, int column, char *ret, size_t cap)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    size_t len = (size_t)sqlite3_column_bytes(query->statement, column);
    ret[0] = '\0';
    if (text == NULL)
        return;
    if (len >= cap) {
        query->corrupt = true;
        return;
    }
    memcpy(ret, text, len);
    ret[len] = '\0';
}

/* --- transactions ----------------------------------------------------------------------------- */

prov_result registry_begin(struct prov_registry *registry, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_BEGIN, why);
    return query_run(&query, "");
}

/* Some failures (disk full, out of memory) have rolled back already. */
static void rollback(struct prov_registry *registry)
{
    if (sqlite3_get_autocommit(registry->db) == 0) {
        struct query query = query_make(registry, SQL_ROLLBACK, NULL);
        if (query_run(&query, "") != PROV_OK)
            (void)sqlite3_exec(registry->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

prov_result registry_end(struct prov_registry *registry, prov_result result, struct prov_why *why)
{
    if (result == PROV_OK && !registry->dry_run) {
        struct query query = query_make(registry, SQL_COMMIT, why);
        result = query_run(&query, "");
    }
    rollback(registry);
    return result;
}

/* --- small checks ----------------------------------------------------------------------------- */

int64_t registry_now(const struct prov_registry *registry)
{
    return registry->clock_ms(registry->clock_context) / 1000;
}

/* The length of the UTF-8 sequence at text (RFC 3629, section 4), 0 if there is none. */
static size_t utf8_len(const unsigned char *text)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t len;
    } rows[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (text[0] < rows[i].first_min || text[0] > rows[i].first_max)
            continue;
        bool ok =
            rows[i].len == 1 || (text[1] >= rows[i].second_min && text[1] <= rows[i].second_max);
        for (size_t at = 2; ok && at < rows[i].len; at++)
            ok = text[at] >= 0x80 && text[at] <= 0xbf;
        return ok ? rows[i].len : 0;
    }
    return 0;
}

prov_result registry_text_check(const char *text, const char *what, size_t max,
                                struct prov_why *why)
{
    size_t len = strlen(text);
    if (len > max)
        return prov_why_set(why, PROV_E_BOUNDS, "the %s is longer than %zu octets", what, max);
    for (size_t at = 0; at < len;) {
        size_t step = utf8_len((const unsigned char *)text + at);
        bool c1_control =
            step == 2 && (unsigned char)text[at] == 0xc2 && (unsigned char)text[at + 1] < 0xa0;
        if (step == 0 || c1_control) {
            return prov_why_set(why, PROV_E_TEXT,
                                "the %s is not UTF-8 without control characters, at octet %zu",
                                what, at);
        }
        at += step;
    }
    return PROV_OK;
}
