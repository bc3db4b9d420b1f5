/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this room share.
 */
#ifndef PROV_FLOW_INTERNAL_H
#define PROV_FLOW_INTERNAL_H

#include "prov/flow.h"
#include "prov/text.h"

#define FLOW_DAY         INT64_C(86400)
#define FLOW_CA_BACKDATE FLOW_DAY /* a CA is older than the clock of any of its stations */
#define FLOW_LEAF_BACKDATE                                                                         \
    INT64_C(300) /* so that a device whose clock is a little slow can go on */
#define FLOW_SERVER_DAYS 398
#define FLOW_PSK_LEN     16 /* octets of a generated PSK: 128 bits (RFC 9257, section 6) */
#define FLOW_PSK_ID_LEN  16 /* octets of a generated identity: random, structureless */

/* common.c */
int64_t flow_now(const struct prov_flow *flow); /* Unix seconds */
PROV_MUST prov_result flow_uuid_make(const struct prov_flow *flow, struct prov_uuid *ret);
bool flow_uuid_is_zero(const struct prov_uuid *uuid);
PROV_MUST prov_result flow_spki_digest(const struct prov_flow *flow,
                                       const uint8_t point[PROV_POINT_LEN],
                                       uint8_t ret[PROV_HASH_LEN]);

/* The trust anchors: the newest roots. Not to be copied: the views point into it. */
struct flow_roots {
    uint8_t octets[PROV_BUNDLE_ANCHORS_MAX][PROV_CERT_MAX];
    struct prov_bytes certs[PROV_BUNDLE_ANCHORS_MAX];
    size_t count;
};
PROV_MUST prov_result flow_roots_load(const struct prov_flow *flow, struct flow_roots *ret);

/* The server's raw public keys: [0] the one that it shows, [1] the next one. */
struct flow_server_keys {
    uint8_t points[PROV_BUNDLE_PEERS_MAX][PROV_POINT_LEN];
    int64_t ids[PROV_BUNDLE_PEERS_MAX];
    size_t count;
};
PROV_MUST prov_result flow_server_keys_load(const struct prov_flow *flow,
                                            const struct prov_fqdn *server,
                                            struct flow_server_keys *ret);

/* certificate.c: an end-entity certificate of the issuing CA with its chain. Not to be copied. */
struct flow_cert {
    uint8_t octets[2 * PROV_CERT_MAX]; /* end entity, issuing CA */
    struct prov_bytes chain, leaf, issuing;
    struct prov_x509 parsed;
};
PROV_MUST prov_result flow_cert_make(const struct prov_flow *flow, const struct prov_pki_leaf *leaf,
                                     struct flow_cert *ret);
/* From now, a little backdated; days 0: no expiry. Inclusive: the last second is one earlier. */
struct prov_validity flow_validity(const struct prov_flow *flow, int days);
/* Fills what a certificate says about its credential. */
void flow_cert_describe(const struct flow_cert *cert, struct prov_credential_new *credential);

/* issue.c */
/* Random identity and key. Wipe ret_psk. */
PROV_MUST prov_result flow_psk_make(const struct prov_flow *flow,
                                    struct prov_psk_identity *ret_identity,
                                    struct prov_secret *ret_psk);

/* serve*.c: one request in work. */
struct flow_serve {
    struct prov_flow *flow;
    const struct prov_flow_request *request;
    struct prov_credential by; /* what authenticated the session, as it is now */
    struct prov_buf *room;
    struct prov_flow_answer *answer;
};
/* Fails the request with words for the peer; they win over the ones for the result. */
prov_result flow_refuse(struct flow_serve *serve, prov_result result, uint8_t code,
                        const char *reason);
/* Succeeds: what is in room is the body. */
prov_result flow_accept(struct flow_serve *serve, uint8_t code, uint16_t format);
/* The digest by which a repeated request is known: SHA-256(op || what was asked). */
PROV_MUST prov_result flow_request_digest(const struct flow_serve *serve, struct prov_bytes what,
                                          uint8_t ret[32]);

/* limits.c: each refuses with its reason. */
PROV_MUST prov_result flow_check_approval(struct flow_serve *serve);
/* Before a pending credential is confirmed. */
PROV_MUST prov_result flow_check_confirm(struct flow_serve *serve);
/* Before a successor is made; point: its public key, or NULL. */
PROV_MUST prov_result flow_check_new(struct flow_serve *serve, const uint8_t *point);

typedef prov_result (*flow_handler)(struct flow_serve *serve);
prov_result flow_serve_crts(struct flow_serve *serve);
prov_result flow_serve_cert(struct flow_serve *serve); /* sen, sren, /prov/cert */
prov_result flow_serve_rpk(struct flow_serve *serve);
prov_result flow_serve_psk(struct flow_serve *serve);

#endif
