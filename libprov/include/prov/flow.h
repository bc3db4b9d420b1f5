/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/flow.h: the verbs. The only place that joins pki, registry, x509 and cose, and the only one
 * that decides: policy is here. The CLI and the server call it.
 */
#ifndef PROV_FLOW_H
#define PROV_FLOW_H

#include "prov/bundle.h"
#include "prov/crypto.h"
#include "prov/deny_list.h"
#include "prov/enroll.h"
#include "prov/pki.h"
#include "prov/registry.h"
#include "prov/why.h"

struct prov_flow {
    struct prov_registry *registry;
    struct prov_crypto *crypto;
    struct prov_pki *pki;
    int64_t (*clock_ms)(void *context); /* Unix milliseconds */
    void *clock_context;
    struct prov_why *why; /* may be NULL */
};

/* After prov_registry_create: makes the root and the issuing CA of the organisation. May be run again after a
 * run that was cut. */
PROV_MUST prov_result prov_flow_ca_init(struct prov_flow *flow);

/* Makes the server's key, raw public key and dNSName chain. address "" or HOST:PORT. */
PROV_MUST prov_result prov_flow_server_add(struct prov_flow *flow, const struct prov_fqdn *fqdn,
                                           const char *address);
PROV_MUST prov_result prov_flow_device_add(struct prov_flow *flow, const struct prov_eui64 *eui64,
                                           bool from_eui48, const char *label, const char *group);

/* --- issuing: each answers the new credential's id --- */

PROV_MUST prov_result prov_flow_psk_issue(struct prov_flow *flow, const struct prov_eui64 *device,
                                          const struct prov_fqdn *server, enum prov_use use,
                                          struct prov_uuid *ret);
PROV_MUST prov_result prov_flow_psk_register(struct prov_flow *flow,
                                             const struct prov_eui64 *device,
                                             const struct prov_fqdn *server, enum prov_use use,
                                             struct prov_bytes identity, struct prov_bytes psk,
                                             struct prov_uuid *ret);
/* device NULL: the server's next raw public key. It is announced at once, in bundles and answers, and shown
 * when the current one is revoked; PROV_E_CONFLICT if there is a next one already. */
PROV_MUST prov_result prov_flow_rpk_issue(struct prov_flow *flow, const struct prov_eui64 *device,
                                          const struct prov_fqdn *server, enum prov_use use,
                                          struct prov_uuid *ret);
/* A key made on the device: SPKI, DER or PEM; pending until a handshake proves it. */
PROV_MUST prov_result prov_flow_rpk_register(struct prov_flow *flow,
                                             const struct prov_eui64 *device,
                                             const struct prov_fqdn *server, enum prov_use use,
                                             struct prov_bytes spki, struct prov_uuid *ret);
struct prov_flow_cert {
    const struct prov_eui64 *device; /* NULL: the server's next certificate */
    const struct prov_fqdn *server;
    enum prov_use use;
    struct prov_bytes csr; /* DER or PEM, or none: the key is made here */
    int days;              /* 0: the default: bootstrap none, operational 90, server 398 */
    bool no_expiry;
    const struct prov_cert_profile *profile; /* NULL: rfc7925, which enrolled certificates have */
    enum prov_eui_form form;                 /* of a device's name */
    bool serves; /* the device is a constrained server: see prov_pki_leaf */
};
PROV_MUST prov_result prov_flow_cert_issue(struct prov_flow *flow,
                                           const struct prov_flow_cert *request,
                                           struct prov_uuid *ret);

/* Encodes the credential's bundle; wipe ret's octets after use. PROV_E_CONFLICT if it is retired or
 * revoked. url_prefix, certificates only, or NULL: each certificate of the chain is said to lie at the
 * prefix, the first 16 hex digits of its SHA-1 and ".cer" (RFC 6066, section 5; RFC 2585, section 3);
 * PROV_E_ADDRESS if that is no URL that a server may fetch. Whoever exports it puts them there. */
PROV_MUST prov_result prov_flow_bundle_export(struct prov_flow *flow,
                                              const struct prov_credential *credential,
                                              const char *url_prefix, struct prov_buf *ret);

/* Splits a credential's chain, DER certificates one after the other, into views of each; at most cap.
 * PROV_E_FORMAT, PROV_E_TRUNCATED, PROV_E_BOUNDS; ret may be filled in part then. */
PROV_MUST prov_result prov_flow_chain_split(struct prov_bytes octets, struct prov_bytes *ret,
                                            size_t cap, size_t *ret_count);

/* --- deny-lists --- */

/* Makes the key that signs deny-lists; bundles made from then on name it. PROV_E_EXISTS. */
PROV_MUST prov_result prov_flow_deny_init(struct prov_flow *flow);
struct prov_flow_deny {
    bool servers_only; /* servers' own credentials alone: what devices meet */
    bool expired;      /* certificates too that have expired: for devices without a clock */
};
struct prov_flow_denied {
    uint32_t version;
    size_t certificates, keys;
    size_t kept; /* revoked raw keys left out: an active credential shows them still */
};
/* Signs a list of all that is revoked, and counts the version up. ret: room for PROV_DENY_LIST_MAX.
 * PROV_E_BOUNDS: more than fits. */
PROV_MUST prov_result prov_flow_deny_export(struct prov_flow *flow,
                                            const struct prov_flow_deny *plan, struct prov_buf *ret,
                                            struct prov_flow_denied *ret_denied);
/* Whether this registry has signed it, and the version of the newest that it has signed. */
PROV_MUST prov_result prov_flow_deny_verify(struct prov_flow *flow, struct prov_bytes file,
                                            struct prov_deny_list *ret, uint32_t *ret_newest);

/* --- serving --- */

/* What the server itself shows: loaded once, reloaded when its credentials change. */
struct prov_flow_identity {
    struct prov_fqdn server;
    uint8_t spki[PROV_SPKI_LEN];
    struct prov_secret rpk_scalar, cert_scalar; /* the same key unless they were renewed apart */
    uint8_t chain_octets[PROV_CHAIN_MAX];
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX];
    size_t chain_len;
    struct prov_bytes root; /* the name of the root above the chain, DER */
};
PROV_MUST prov_result prov_flow_identity_load(struct prov_flow *flow,
                                              const struct prov_fqdn *server,
                                              struct prov_flow_identity *ret);
void prov_flow_identity_wipe(struct prov_flow_identity *identity);

/* Who is at the other end of a session, as the registry knows it. */
struct prov_flow_peer {
    int64_t credential; /* internal id */
    struct prov_uuid uuid;
    struct prov_eui64 device;
    enum prov_kind kind;
    enum prov_use use;
    enum prov_state state; /* PENDING or ACTIVE at the handshake */
    bool resumed;          /* the handshake was an abbreviated one: it proves nothing new (H35) */
};
/* Answers to NEED_PSK and NEED_VERIFY. psk_find: *ret_known false gives a dummy. judge: PROV_OK or
 * the verdict. */
PROV_MUST prov_result prov_flow_psk_find(struct prov_flow *flow, const struct prov_fqdn *server,
                                         struct prov_bytes identity, struct prov_secret *ret_psk,
                                         struct prov_flow_peer *ret, bool *ret_known);
PROV_MUST prov_result prov_flow_rpk_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                          struct prov_bytes spki, struct prov_flow_peer *ret);
PROV_MUST prov_result prov_flow_chain_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                            const struct prov_bytes *chain, size_t chain_len,
                                            struct prov_flow_peer *ret);
/* Answers to NEED_SESSION: whether the credential that a kept session stands for may still be used, and is
 * no pending one (H35, H40). 0: there is no session; the registry is asked all the same. */
PROV_MUST prov_result prov_flow_resume_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                             int64_t credential, struct prov_flow_peer *ret);
/* A handshake with the peer's credential has completed: a registered key that was pending
 * becomes active by a full one; anything else is left alone. Updates peer->state. */
PROV_MUST prov_result prov_flow_connected(struct prov_flow *flow, struct prov_flow_peer *peer);
/* Whether the credential may still be used (revoked since?): PROV_OK or PROV_E_REVOKED. Asked
 * before every request (H40). */
PROV_MUST prov_result prov_flow_still_good(struct prov_flow *flow,
                                           const struct prov_flow_peer *peer);

/* New credentials that one device may ask for within 24 hours; more is 4.03. Each is a row for ever, and a device
 * that is broken or stolen could ask without end. A repeated request is given its answer again and does not count. */
#define PROV_FLOW_SUCCESSORS_PER_DAY 200

/* A typed request of prov/enroll_server.h, decided and done. */
struct prov_flow_request {
    enum prov_enroll_op op;
    const struct prov_flow_peer *peer;
    const struct prov_fqdn *server;
    struct prov_bytes body;
    uint16_t accept;
    bool forward_secret; /* of the session's suite */
    bool has_binding;    /* tls-unique is there (extended master secret) */
    uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN];
};
/* Always fills code, format and body (in room, PROV_ENROLL_RESPONSE_MAX octets, which may hold a
 * secret: wipe it after use); the result says what happened, for the log. */
struct prov_flow_answer {
    uint8_t code;
    uint16_t format;
    struct prov_bytes body;
    const char *reason; /* diagnostic of an error, static */
};
prov_result prov_flow_serve(struct prov_flow *flow, const struct prov_flow_request *request,
                            struct prov_buf room, struct prov_flow_answer *ret);

#endif
