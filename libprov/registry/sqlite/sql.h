/* SPDX-License-Identifier: Apache-2.0
 *
 * Every statement of the registry, by name: prepared once, kept and used again.
 */
#ifndef REGISTRY_SQL_H
#define REGISTRY_SQL_H

enum sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_META_GET,
    SQL_META_SET,
    SQL_ORG_GET,
    SQL_EVENT_ADD,
    SQL_CA_ADD,
    SQL_CA_GET,
    SQL_KEY_ADD,
    SQL_KEY_OWNER,
    SQL_DEVICE_ADD,
    SQL_DEVICE_GET,
    SQL_DEVICE_SET,
    SQL_DEVICE_RETIRE,
    SQL_DEVICE_ENROLLED,
    SQL_SERVER_ADD,
    SQL_SERVER_GET,
    SQL_SERVER_SET,
    SQL_CREDENTIAL_ADD,
    SQL_CREDENTIAL_PREFIX,
    SQL_CREDENTIAL_BY_ID,
    SQL_CREDENTIAL_END,
    SQL_CREDENTIAL_ACTIVATE,
    SQL_CREDENTIAL_OTHER,
    SQL_CREDENTIAL_PENDING_OF,
    SQL_CREDENTIAL_ALIVE_OF_DEVICE,
    SQL_SECRET_GET,
    SQL_SUCCESSOR_GET,
    SQL_PSK_FIND,
    SQL_PSK_GET,
    SQL_RPK_FIND,
    SQL_CERT_FIND,
    /* lists: prepared for each use, so that a visitor may list again */
    SQL_EVENT_LIST,
    SQL_CA_LIST,
    SQL_DEVICE_LIST,
    SQL_DEVICE_LIST_GROUP,
    SQL_SERVER_LIST,
    SQL_CREDENTIAL_LIST,
    SQL_CREDENTIAL_LIST_DEVICE,
    SQL_CREDENTIAL_LIST_SERVER,
    SQL_COUNT
};

const char *sql_text(enum sql sql);

#endif
