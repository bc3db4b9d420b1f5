/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials as the verbs share them. All of these run inside the caller's transaction and write
 * their events.
 */
#ifndef REGISTRY_CREDENTIAL_H
#define REGISTRY_CREDENTIAL_H

#include "sqlite/query.h"

/* Of which request a successor was made. */
struct credential_origin {
    int64_t predecessor;
    const uint8_t *request; /* 32 octets */
};

/* Reads the columns of CREDENTIAL (sqlite/sql.c). */
void credential_row(struct query *query, struct prov_credential *ret);
/* The one row of a query, whose end this is. PROV_E_NOT_FOUND without words. */
PROV_MUST prov_result credential_one(struct query *query, struct prov_credential *ret);
PROV_MUST prov_result credential_get(struct prov_registry *registry, int64_t id,
                                     struct prov_credential *ret, struct prov_why *why);
/* Checks, key, seal, row and event. origin NULL: nobody's successor. */
PROV_MUST prov_result credential_add(struct prov_registry *registry,
                                     const struct prov_credential_new *credential,
                                     const struct credential_origin *origin, struct prov_why *why);
PROV_MUST prov_result credential_activate(struct prov_registry *registry,
                                          const struct prov_credential *credential,
                                          const char *verb, struct prov_why *why);
/* To retired or revoked; the sealed secret goes. */
PROV_MUST prov_result credential_finish(struct prov_registry *registry,
                                        const struct prov_credential *credential,
                                        enum prov_state state, const char *verb, const char *reason,
                                        struct prov_why *why);
/* PROV_E_CONFLICT, with words, for what has ended. */
PROV_MUST prov_result credential_alive(const struct prov_credential *credential,
                                       struct prov_why *why);
/* Another credential asked for it. */
bool credential_is_successor(const struct prov_credential *credential);
/* The EUI-64, or the server's name. */
#define CREDENTIAL_SUBJECT (PROV_FQDN_MAX + 1)
void credential_subject(bool is_server, const struct prov_eui64 *device,
                        const struct prov_fqdn *server, char ret[CREDENTIAL_SUBJECT]);

#endif
