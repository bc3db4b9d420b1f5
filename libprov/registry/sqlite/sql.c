/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/sql.h"

/* In the order in which credential_row reads them (sqlite/credential.c). */
#define CREDENTIAL_COLUMNS                                                                         \
    "SELECT c.id, c.uuid, c.kind, c.use, c.state, c.device_id IS NULL, d.eui64, s.fqdn, "          \
    "c.created, "                                                                                  \
    "c.activated, c.ended, c.not_after, c.psk_identity, k.point, c.sealed IS NOT NULL, c.chain, "  \
    "c.registered, r.uuid, c.reason"
#define CREDENTIAL_TABLES                                                                          \
    " FROM credential c LEFT JOIN server s ON s.id = c.server_id LEFT JOIN device d ON d.id = "    \
    "c.device_id LEFT JOIN key k ON k.id = c.key_id LEFT JOIN credential r ON r.id = c.replaces "
#define CREDENTIAL CREDENTIAL_COLUMNS CREDENTIAL_TABLES
#define DEVICE                                                                                     \
    "SELECT id, eui64, from_eui48, label, \"group\", retired, enrolled, approved, created FROM "   \
    "device "
#define SERVER "SELECT id, fqdn, address, created FROM server "
#define CA     "SELECT id, uuid, level, name, cert, not_after, sealed FROM ca "
/* What credential_list filters by, after what its index serves: ?2 server, ?3 kind, ?4 state, ?5
 * whose */
#define FILTERS                                                                                    \
    "(?2 IS NULL OR s.fqdn = ?2) AND (?3 = 0 OR c.kind = ?3) AND (?4 = 0 OR c.state = ?4) AND "    \
    "(?5 = 0 OR (c.device_id IS NULL) = (?5 > 0)) ORDER BY c.id"

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_META_GET] = "SELECT uuid, key_check, data_key, index_key FROM meta WHERE id = 1",
    [SQL_META_SET] = "UPDATE meta SET key_check = ?1, data_key = ?2, index_key = ?3 WHERE id = 1",
    [SQL_ORG_GET] = "SELECT name, country FROM organisation WHERE id = 1",
    [SQL_EVENT_ADD] =
        "INSERT INTO event (writer, sequence, at_ms, verb, subject, credential, detail) "
        "SELECT ?1, coalesce(max(sequence), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM event "
        "WHERE writer = ?1",
    [SQL_CA_ADD] = "INSERT INTO ca (uuid, level, name, cert, not_after, sealed, created) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_CA_GET] = CA "WHERE level = ?1 ORDER BY id DESC LIMIT 1",
    [SQL_DENY_SIGNER_ADD] = "INSERT INTO deny_signer (id, uuid, point, sealed, version, created) "
                            "VALUES (1, ?1, ?2, ?3, 0, ?4)",
    [SQL_DENY_SIGNER_GET] =
        "SELECT uuid, point, sealed, version, created FROM deny_signer WHERE id = 1",
    [SQL_DENY_VERSION_SET] = "UPDATE deny_signer SET version = ?1 WHERE id = 1",
    [SQL_KEY_ADD] = "INSERT INTO key (spki_sha256, point, ca_id, server_id, device_id) "
                    "VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_KEY_OWNER] = "SELECT k.id, k.ca_id, k.server_id, k.device_id, a.name, s.fqdn, d.eui64 "
                      "FROM key k LEFT JOIN ca a ON a.id = k.ca_id LEFT JOIN server s ON "
                      "s.id = k.server_id LEFT JOIN device d ON d.id = k.device_id "
                      "WHERE k.spki_sha256 = ?1",
    [SQL_DEVICE_ADD] =
        "INSERT INTO device (eui64, from_eui48, label, \"group\", approved, created) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_DEVICE_GET] = DEVICE "WHERE eui64 = ?1 AND id > 0",
    [SQL_DEVICE_SET] = "UPDATE device SET label = coalesce(?2, label), \"group\" = coalesce(?3, "
                       "\"group\"), approved = coalesce(?4, approved) WHERE id = ?1",
    [SQL_DEVICE_RETIRE] = "UPDATE device SET retired = 1, approved = 0 WHERE id = ?1",
    [SQL_DEVICE_ENROLLED] = "UPDATE device SET enrolled = 1, "
                            "approved = CASE WHEN ?2 THEN 0 ELSE approved END WHERE eui64 = ?1",
    [SQL_SERVER_ADD] = "INSERT INTO server (fqdn, address, created) VALUES (?1, ?2, ?3)",
    [SQL_SERVER_GET] = SERVER "WHERE fqdn = ?1 AND id > 0",
    [SQL_SERVER_SET] = "UPDATE server SET address = ?2 WHERE id = ?1",
    [SQL_CREDENTIAL_ADD] =
        "INSERT INTO credential (uuid, kind, use, state, server_id, device_id, created, activated, "
        "not_after, psk_identity, psk_tag, key_id, issuer, serial, chain, sealed, registered, "
        "replaces, "
        "request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
        "?17, "
        "?18, ?19)",
    [SQL_CREDENTIAL_PREFIX] = CREDENTIAL "WHERE c.uuid BETWEEN ?1 AND ?2 AND c.id > 0 LIMIT 2",
    [SQL_CREDENTIAL_BY_ID] = CREDENTIAL "WHERE c.id = ?1 AND c.id > 0",
    [SQL_CREDENTIAL_END] =
        "UPDATE credential SET state = ?2, ended = ?3, sealed = NULL, reason = ?4 "
        "WHERE id = ?1",
    [SQL_CREDENTIAL_ACTIVATE] = "UPDATE credential SET state = 2, activated = ?2 WHERE id = ?1",
    [SQL_CREDENTIAL_OTHER] =
        CREDENTIAL "WHERE c.device_id = (SELECT id FROM device WHERE eui64 = ?1) AND "
                   "c.server_id = (SELECT id FROM server WHERE fqdn = ?2) AND "
                   "c.use = 2 AND c.state = ?3",
    [SQL_CREDENTIAL_PENDING_OF] =
        CREDENTIAL "WHERE c.device_id = (SELECT device_id FROM credential WHERE id = ?1) AND "
                   "c.replaces = ?1 AND c.state = 1 LIMIT 1",
    [SQL_CREDENTIAL_ALIVE_OF_DEVICE] =
        CREDENTIAL "WHERE c.device_id = ?1 AND c.state IN (1, 2) AND c.id > 0 LIMIT 1",
    [SQL_SECRET_GET] = "SELECT uuid, sealed FROM credential WHERE id = ?1 AND id > 0",
    [SQL_SUCCESSOR_GET] =
        CREDENTIAL "WHERE c.device_id = (SELECT device_id FROM credential WHERE "
                   "id = ?1) AND c.replaces = ?1 AND c.request = ?2 AND c.state = 1",
    [SQL_PSK_FIND] =
        "SELECT c.id, c.state, s.fqdn FROM credential c JOIN server s ON s.id = c.server_id WHERE "
        "c.id = coalesce((SELECT x.id FROM credential x WHERE x.psk_identity = ?1), 0)",
    [SQL_PSK_GET] = CREDENTIAL_COLUMNS ", c.sealed" CREDENTIAL_TABLES "WHERE c.id = ?1",
    [SQL_RPK_FIND] = CREDENTIAL "WHERE k.spki_sha256 = ?2 AND c.kind = 2 AND s.fqdn = ?1 AND "
                                "c.device_id IS NOT NULL ORDER BY c.id DESC LIMIT 1",
    [SQL_CERT_FIND] = CREDENTIAL "WHERE c.issuer = ?1 AND c.serial = ?2",
    [SQL_EVENT_LIST] =
        "SELECT id, writer, sequence, at_ms, verb, subject, credential, detail FROM event "
        "WHERE id > ?1 ORDER BY id",
    [SQL_CA_LIST] = CA "ORDER BY id",
    [SQL_DEVICE_LIST] = DEVICE "WHERE id > 0 ORDER BY id",
    [SQL_DEVICE_LIST_GROUP] = DEVICE "WHERE \"group\" = ?1 AND id > 0 ORDER BY id",
    [SQL_SERVER_LIST] = SERVER "WHERE id > 0 ORDER BY id",
    [SQL_CREDENTIAL_LIST] = CREDENTIAL "WHERE c.id > 0 AND ?1 IS NULL AND " FILTERS,
    [SQL_CREDENTIAL_LIST_DEVICE] = CREDENTIAL
    "WHERE c.device_id = (SELECT id FROM device WHERE eui64 = ?1) AND c.id > 0 AND " FILTERS,
    [SQL_CREDENTIAL_LIST_SERVER] = CREDENTIAL
    "WHERE c.device_id IS NULL AND c.server_id = (SELECT id FROM server WHERE fqdn = ?2) "
    "AND ?1 IS NULL AND " FILTERS,
};

const char *sql_text(enum sql sql)
{
    return texts[sql];
}
