/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/registry.h: what was issued to whom. Every verb is one whole transaction that may be tried again:
 * it happens with its event, or not at all. Uniqueness is the database's job (EUI-64, FQDN, key owner,
 * issuer + serial, PSK identity, PSK tag, one active and one pending operational credential per device and
 * server). Secrets are sealed with AES-256-GCM, the row's public id as associated data, under a data key
 * that is wrapped by a key file: a copied database is no leak. Knows no PKI and decides no policy.
 *
 * Files: the key file is 0600 or refused. The database is made 0600; one that others may write to is refused,
 * and one that others may read is not: that shows them the list of devices, and no secret.
 *
 * A list's visitor may look up and list, and must not call a verb that changes something; what it answers other than
 * PROV_OK ends the list and is the list's result.
 *
 * Errors: PROV_E_NO_REGISTRY, PROV_E_MODE / PROV_E_PERMISSION (key file, or a database others may write to), PROV_E_WRONG_KEY,
 * PROV_E_VERSION (newer schema, or not ours), PROV_E_CORRUPT, PROV_E_BUSY, PROV_E_FULL, PROV_E_EXISTS,
 * PROV_E_CONFLICT, PROV_E_KEY_OWNED, PROV_E_NOT_FOUND; each with its words in `why`.
 */
#ifndef PROV_REGISTRY_H
#define PROV_REGISTRY_H

#include "prov/bundle.h"
#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"
#include "prov/identifier.h"
#include "prov/why.h"

struct prov_registry;

#define PROV_LABEL_MAX  128 /* octets of UTF-8, no control characters */
#define PROV_REASON_MAX 256
#define PROV_CHAIN_MAX  4096 /* octets of the certificates of a chain together */

struct prov_registry_config {
    const char *path; /* the database file */
    const char *
        key_path; /* the key file, 0600; NULL: path with ".db" replaced by ".key", or ".key" added */
    struct prov_crypto *crypto;
    int64_t (*clock_ms)(void *context); /* Unix milliseconds */
    void *clock_context;
    const char *writer;  /* whose events these are: "cli", "serve"; unique (writer, sequence) */
    int busy_timeout_ms; /* 0: 5000 */
};

struct prov_org {
    char name[65];
    char country[3];
};

/* Makes the key file (O_EXCL, 0600) and the database; PROV_E_EXISTS if either is there, with what to remove after a
 * run that was cut (key file, and *.new-* of the database). */
PROV_MUST prov_result prov_registry_create(const struct prov_registry_config *config,
                                           const struct prov_org *org, struct prov_registry **ret,
                                           struct prov_why *why);
PROV_MUST prov_result prov_registry_open(const struct prov_registry_config *config,
                                         struct prov_registry **ret, struct prov_why *why);
void prov_registry_close(struct prov_registry *registry);
/* From here on every verb does all its work and its checks, then rolls back. */
void prov_registry_dry_run(struct prov_registry *registry, bool on);
/* Makes a new key file (O_EXCL, 0600) and wraps the registry's keys with it: one row changes. From then on the old
 * key file opens nothing, and this registry goes on working. On failure there is no new file,
 * unless the commit itself failed: keep both then until the registry has been opened again. */
PROV_MUST prov_result prov_registry_rewrap(struct prov_registry *registry, const char *new_key_path,
                                           struct prov_why *why);
PROV_MUST prov_result prov_registry_org(struct prov_registry *registry, struct prov_org *ret,
                                        struct prov_why *why);

/* --- certificate authorities ------------------------------------------------------------------ */

enum prov_ca_level { PROV_CA_ROOT = 1, PROV_CA_ISSUING = 2 };
struct prov_ca {
    int64_t id;
    struct prov_uuid uuid; /* also the associated data of its sealed key */
    enum prov_ca_level level;
    char name[65];
    uint8_t cert[1024];
    size_t cert_len;
    int64_t not_after;
};
struct prov_ca_new {
    struct prov_uuid uuid;
    enum prov_ca_level level;
    const char *name;
    struct prov_bytes cert;
    int64_t not_after;
    uint8_t spki_sha256[32];
    const struct prov_secret *scalar;
};
PROV_MUST prov_result prov_registry_ca_add(struct prov_registry *registry,
                                           const struct prov_ca_new *ca, struct prov_why *why);
/* The newest of the level, with its private key if ret_scalar is not NULL. */
PROV_MUST prov_result prov_registry_ca_get(struct prov_registry *registry, enum prov_ca_level level,
                                           struct prov_ca *ret, struct prov_secret *ret_scalar,
                                           struct prov_why *why);
typedef prov_result (*prov_ca_visit)(void *context, const struct prov_ca *ca);
PROV_MUST prov_result prov_registry_ca_list(struct prov_registry *registry, prov_ca_visit visit,
                                            void *context, struct prov_why *why);

/* --- credentials ------------------------------------------------------------------------------ */

struct prov_credential {
    int64_t id;
    struct prov_uuid uuid;
    enum prov_kind kind;
    enum prov_use use;
    enum prov_state state;
    bool is_server;           /* the server's own; otherwise the device's at that server */
    struct prov_eui64 device; /* when !is_server */
    struct prov_fqdn server;
    int64_t created, activated, ended; /* Unix seconds; 0: not yet */
    int64_t not_after;                 /* certificates; otherwise PROV_TIME_NEVER */
    struct prov_psk_identity identity; /* PSK */
    bool has_key;                      /* RPK and CERT */
    uint8_t point[PROV_POINT_LEN];
    bool has_secret; /* the registry holds the PSK or the private key */
    uint8_t
        chain[PROV_CHAIN_MAX]; /* CERT: DER certificates one after the other, end entity first */
    size_t chain_len;
    bool registered; /* key or PSK came from outside */
    struct prov_uuid
        replaces; /* the credential that authenticated the request for it, or all zero */
    char reason[PROV_REASON_MAX + 1]; /* revoked or voided: why */
};

struct prov_credential_new {
    struct prov_uuid uuid;
    enum prov_kind kind;
    enum prov_use use;
    enum prov_state state; /* PENDING or ACTIVE */
    bool is_server;
    struct prov_eui64 device;
    struct prov_fqdn server;
    int64_t not_after;
    struct prov_bytes identity;       /* PSK */
    const struct prov_secret *secret; /* PSK, or private key, or NULL */
    const uint8_t *point;             /* RPK, CERT: PROV_POINT_LEN */
    struct prov_bytes chain;          /* CERT */
    struct prov_bytes issuer, serial; /* CERT: Name and INTEGER content octets */
    bool registered;
};

/* A device's, or a server's next one. Refuses a retired device, a key of another owner, a second active
 * or pending bootstrap credential of the kind for the same device and server. */
PROV_MUST prov_result prov_registry_credential_add(struct prov_registry *registry,
                                                   const struct prov_credential_new *credential,
                                                   struct prov_why *why);
/* By a unique prefix of the id, at least 4 characters. PROV_E_NOT_FOUND, PROV_E_AMBIGUOUS. */
PROV_MUST prov_result prov_registry_credential_get(struct prov_registry *registry,
                                                   const char *prefix, struct prov_credential *ret,
                                                   struct prov_why *why);
PROV_MUST prov_result prov_registry_credential_by_id(struct prov_registry *registry, int64_t id,
                                                     struct prov_credential *ret,
                                                     struct prov_why *why);
/* Unseals. PROV_E_NOT_FOUND if the registry has no secret for it. */
PROV_MUST prov_result prov_registry_secret_get(struct prov_registry *registry, int64_t credential,
                                               struct prov_secret *ret, struct prov_why *why);
struct prov_credential_filter { /* zero or NULL: any */
    const struct prov_eui64 *device;
    const struct prov_fqdn *server;
    enum prov_kind kind;
    enum prov_state state;
    int servers; /* 0 any, 1 only servers' own, -1 only devices' */
};
typedef prov_result (*prov_credential_visit)(void *context,
                                             const struct prov_credential *credential);
PROV_MUST prov_result prov_registry_credential_list(struct prov_registry *registry,
                                                    const struct prov_credential_filter *filter,
                                                    prov_credential_visit visit, void *context,
                                                    struct prov_why *why);
/* The credential and, in the same transaction, the pending successor that it asked for: whoever asked may have
 * been a thief. PROV_E_CONFLICT if it is revoked or retired already. */
PROV_MUST prov_result prov_registry_credential_revoke(struct prov_registry *registry, int64_t id,
                                                      const char *reason, struct prov_why *why);
/* pending → active without a predecessor: a registered key that a handshake has proved. Twice is fine.
 * PROV_E_CONFLICT for a successor, which waits for its confirm. */
PROV_MUST prov_result prov_registry_credential_activate(struct prov_registry *registry, int64_t id,
                                                        struct prov_why *why);

/* --- deny-lists ------------------------------------------------------------------------------- */

struct prov_deny_signer {
    struct prov_uuid uuid; /* also the associated data of its sealed key */
    uint8_t point[PROV_POINT_LEN];
    uint32_t version; /* of the last list, 0: none yet */
    int64_t created;
};
/* The registry's signer of deny-lists, for ever. PROV_E_EXISTS. */
PROV_MUST prov_result prov_registry_deny_signer_add(struct prov_registry *registry,
                                                    const struct prov_deny_signer *signer,
                                                    const struct prov_secret *scalar,
                                                    struct prov_why *why);
/* With its private key if ret_scalar is not NULL. */
PROV_MUST prov_result prov_registry_deny_signer_get(struct prov_registry *registry,
                                                    struct prov_deny_signer *ret,
                                                    struct prov_secret *ret_scalar,
                                                    struct prov_why *why);
/* Counts the version up and visits every revoked credential, or servers' own alone, in one transaction: a
 * list of a higher version never knows less. If the visitor fails, the version stays. */
PROV_MUST prov_result prov_registry_deny_list(struct prov_registry *registry, bool servers_only,
                                              prov_credential_visit visit, void *context,
                                              uint32_t *ret_version, struct prov_why *why);

/* --- rotation (design: only a confirm retires the old) ---------------------------------------- */

/* Adds `credential` as pending successor of `predecessor`, durable before it returns. If there is a pending one
 * of the same request (request: an id or digest of what was asked) that one is returned, *ret_again true
 * and nothing is written; a pending one of another request is voided (retired). */
PROV_MUST prov_result prov_registry_successor_add(struct prov_registry *registry,
                                                  int64_t predecessor, const uint8_t request[32],
                                                  const struct prov_credential_new *credential,
                                                  struct prov_credential *ret, bool *ret_again,
                                                  struct prov_why *why);
/* The pending successor made for the request, before anything is generated. PROV_E_NOT_FOUND. */
PROV_MUST prov_result prov_registry_successor_get(struct prov_registry *registry,
                                                  int64_t predecessor, const uint8_t request[32],
                                                  struct prov_credential *ret,
                                                  struct prov_why *why);
/* pending → active and the active operational one of the same device and server → retired; a bootstrap
 * predecessor stays, and the device's approval is used up. Confirming an active one again is fine.
 * PROV_E_CONFLICT if it has ended, PROV_E_REVOKED if the one that asked for it has. */
PROV_MUST prov_result prov_registry_confirm(struct prov_registry *registry, int64_t id,
                                            struct prov_why *why);

/* --- look-ups of the server, by what the peer showed ------------------------------------------ */

/* PSK by (server, identity), octet by octet. *ret_known false: unknown, or not in a state that may connect;
 * then ret is not filled and ret_psk is a dummy of the usual length (16), unsealed from a dummy row, so
 * that the work done is the same (H29). */
PROV_MUST prov_result prov_registry_psk_find(struct prov_registry *registry,
                                             const struct prov_fqdn *server,
                                             struct prov_bytes identity,
                                             struct prov_credential *ret,
                                             struct prov_secret *ret_psk, bool *ret_known,
                                             struct prov_why *why);
/* The newest RPK credential of the key at the server, whatever its state. */
PROV_MUST prov_result prov_registry_rpk_find(struct prov_registry *registry,
                                             const struct prov_fqdn *server,
                                             const uint8_t point[PROV_POINT_LEN],
                                             struct prov_credential *ret, struct prov_why *why);
/* A certificate by issuer and serial, whatever its state. */
PROV_MUST prov_result prov_registry_cert_find(struct prov_registry *registry,
                                              struct prov_bytes issuer, struct prov_bytes serial,
                                              struct prov_credential *ret, struct prov_why *why);

/* --- devices and servers ---------------------------------------------------------------------- */

struct prov_device {
    int64_t id;
    struct prov_eui64 eui64;
    bool from_eui48;
    char label[PROV_LABEL_MAX + 1];
    char group[PROV_LABEL_MAX + 1];
    bool retired;
    bool
        enrolled; /* has had a confirmed operational credential: a bootstrap one now needs approval */
    bool approved; /* one more enrollment by a bootstrap credential is allowed */
    int64_t created;
};
PROV_MUST prov_result prov_registry_device_add(struct prov_registry *registry,
                                               const struct prov_device *device,
                                               struct prov_why *why);
PROV_MUST prov_result prov_registry_device_get(struct prov_registry *registry,
                                               const struct prov_eui64 *eui64,
                                               struct prov_device *ret, struct prov_why *why);
/* NULL or -1: leave as it is. */
PROV_MUST prov_result prov_registry_device_set(struct prov_registry *registry,
                                               const struct prov_eui64 *eui64, const char *label,
                                               const char *group, int approved,
                                               struct prov_why *why);
/* Retires the device and all its credentials. */
PROV_MUST prov_result prov_registry_device_retire(struct prov_registry *registry,
                                                  const struct prov_eui64 *eui64,
                                                  struct prov_why *why);
typedef prov_result (*prov_device_visit)(void *context, const struct prov_device *device);
PROV_MUST prov_result prov_registry_device_list(struct prov_registry *registry, const char *group,
                                                prov_device_visit visit, void *context,
                                                struct prov_why *why);

struct prov_server_row {
    int64_t id;
    struct prov_fqdn fqdn;
    char address[PROV_ADDRESS_MAX + 1];
    int64_t created;
};
/* The server and its first credentials, in one transaction. */
PROV_MUST prov_result prov_registry_server_add(struct prov_registry *registry,
                                               const struct prov_server_row *server,
                                               const struct prov_credential_new *credentials,
                                               size_t count, struct prov_why *why);
PROV_MUST prov_result prov_registry_server_get(struct prov_registry *registry,
                                               const struct prov_fqdn *fqdn,
                                               struct prov_server_row *ret, struct prov_why *why);
PROV_MUST prov_result prov_registry_server_set(struct prov_registry *registry,
                                               const struct prov_fqdn *fqdn, const char *address,
                                               struct prov_why *why);
typedef prov_result (*prov_server_visit)(void *context, const struct prov_server_row *server);
PROV_MUST prov_result prov_registry_server_list(struct prov_registry *registry,
                                                prov_server_visit visit, void *context,
                                                struct prov_why *why);

/* --- events ----------------------------------------------------------------------------------- */

struct prov_event {
    int64_t id, sequence;
    char writer[65];
    int64_t at_ms;
    char verb[33];                   /* "credential.issue", "credential.confirm", … */
    char subject[80];                /* EUI-64, FQDN or id */
    char credential[PROV_UUID_TEXT]; /* or "" */
    char detail[PROV_REASON_MAX + 1];
};
typedef prov_result (*prov_event_visit)(void *context, const struct prov_event *event);
PROV_MUST prov_result prov_registry_event_list(struct prov_registry *registry, int64_t after_id,
                                               prov_event_visit visit, void *context,
                                               struct prov_why *why);

#endif
