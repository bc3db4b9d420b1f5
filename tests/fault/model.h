/* SPDX-License-Identifier: Apache-2.0
 *
 * A server in memory that does what the rotation asks of one and nothing else: successors are pending
 * before they are delivered, a repeated request gets the same object, only a confirm on a session by the
 * new credential retires the old. Its credentials survive its death; its sessions do not.
 */
#ifndef PROV_TESTS_MODEL_H
#define PROV_TESTS_MODEL_H

#include "prov/bundle.h"
#include "prov/deny_list.h"
#include "prov/dtls.h"
#include "prov/enroll_server.h"
#include "prov/x509.h"

#define MODEL_CREDENTIALS 48
#define MODEL_SESSIONS    6
#define MODEL_KEPT        4
#define MODEL_DATAGRAM    4400
#define MODEL_CERT_MAX    700

struct model_credential {
    enum prov_kind kind;
    enum prov_use use;
    enum prov_state state;
    int predecessor; /* -1: issued at the factory */
    uint8_t identity[16], psk[16];
    uint8_t point[PROV_POINT_LEN];
    uint8_t request[PROV_HASH_LEN];
    uint8_t cert[MODEL_CERT_MAX];
    size_t cert_len;
};

struct model_key {
    struct prov_secret scalar;
    uint8_t point[PROV_POINT_LEN];
};

struct model_session {
    bool used;
    unsigned port;
    int peer; /* a credential, -1: unknown */
    bool connected;
    struct prov_dtls dtls;
    struct prov_dtls_handshake *workspace;
    struct prov_enroll_session exchange;
    struct prov_dtls_ticket ticket;
};

struct model {
    struct prov_crypto *crypto;
    struct prov_fqdn name;
    struct prov_eui64 device;
    struct model_key server, root, issuing;
    struct model_key deny_signer;
    uint8_t root_cert[MODEL_CERT_MAX], issuing_cert[MODEL_CERT_MAX], leaf[MODEL_CERT_MAX];
    size_t root_len, issuing_len, leaf_len;
    struct prov_bytes chain[2]; /* leaf, issuing */
    struct prov_bytes root_view, root_name;
    uint8_t spki[PROV_SPKI_LEN];
    struct prov_dtls_cookies cookies;
    struct prov_dtls_config config;
    struct model_credential credentials[MODEL_CREDENTIALS];
    int count;
    bool enrolled; /* an operational credential was confirmed: a bootstrap one is refused */
    struct model_session sessions[MODEL_SESSIONS];
    struct model_kept {
        struct prov_dtls_resumable resumable;
        int peer;
    } kept[MODEL_KEPT]; /* the oldest makes way; they outlive the server's death */
    unsigned kept_next;
    struct prov_dtls_tickets tickets; /* in use when the configuration says so */
    unsigned full, abbreviated;       /* handshakes that came to their end */
    uint8_t serial;
    unsigned confirms, requests;
    bool saw_name; /* the last hello's server_name was ours */
    /* how it misbehaves */
    unsigned die_before_answer; /* requests until it dies before the answer goes out; 0: never */
    bool refuse_confirm;
    unsigned busy; /* requests that it answers with 5.03 */
    uint32_t max_age;
    bool foreign_name;      /* certificates for another device */
    const char *not_before; /* of the certificates it issues; NULL: 2025 */
    bool own_key_back;      /* gives the device's key as the server's */
    bool old_key_back;      /* … the key of the session instead */
    bool beats;             /* asks whether the device is there, once it is connected */
    bool new_root;          /* gives another certificate of the root */
    bool with_urls;         /* bundles say where their certificates lie */
    struct prov_bytes fetched_chain[2];
    unsigned fetched;     /* chains that it took from there */
    bool forget_sessions; /* every session that a client shows is unknown */
    bool old_psk_back;    /* gives the PSK of the session once more */
};

void model_make(struct model *model, struct prov_crypto *crypto);
void model_free(struct model *model);
/* A bootstrap credential, and the bundle for it; room takes its octets. */
void model_bundle(struct model *model, enum prov_kind kind, struct prov_buf *ret);

/* A deny-list, signed. */
void model_deny_list(struct model *model, const struct prov_deny_entries *entries,
                     struct prov_buf *ret);

/* One datagram from `port`; each datagram to be sent goes to `send`. */
typedef void (*model_send)(void *context, unsigned port, const uint8_t *octets, size_t len);
void model_receive(struct model *model, uint64_t now_ms, unsigned port, const uint8_t *octets,
                   size_t len, model_send send, void *context);
void model_tick(struct model *model, uint64_t now_ms, model_send send, void *context);
uint64_t model_deadline(const struct model *model);
/* Every session is gone. */
void model_die(struct model *model);

#endif
