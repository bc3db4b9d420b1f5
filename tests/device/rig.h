/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of devices and a device's client over a simulated wire and clock. The client is prov_dtls, with an
 * application of a few lines; a switch breaks one rule. Whenever it has been refused it comes again.
 */
#ifndef PROV_TESTS_DEVICE_RIG_H
#define PROV_TESTS_DEVICE_RIG_H

#include "libprov/dtls/engine.h"
#include "prov/check.h"
#include "prov/pki.h"

enum rig_mode { RIG_PSK, RIG_PSK_FS, RIG_RPK, RIG_CERT, RIG_MODES };
extern const char *const rig_mode_names[RIG_MODES];

#define RIG_MTU       1500
#define RIG_QUEUE     64
#define RIG_RULES_MAX 400

struct rig;
/* One rule broken. Each hook may be NULL. */
struct rig_switch {
    const char *name;
    enum rig_mode mode;
    const char *rule; /* that it breaks */
    bool slow;
    /* The client's configuration, before each connection. */
    void (*config)(struct rig *rig);
    /* The body of a ClientHello before it is hashed and sent; returns its new length. */
    size_t (*hello)(struct rig *rig, uint8_t *body, size_t len);
    /* A datagram on its way to the client, or from it; false: it is lost. May change *len up to RIG_MTU. */
    bool (*in)(struct rig *rig, uint8_t *datagram, size_t *len);
    bool (*out)(struct rig *rig, uint8_t *datagram, size_t *len);
    /* The verdict on the server, in place of the right one. */
    prov_result (*verdict)(struct rig *rig, prov_result right);
    /* After each datagram that came, and when the session has told something. */
    void (*after)(struct rig *rig, enum prov_dtls_event event);
};

struct rig_world { /* keys and certificates, once */
    struct prov_random random;
    uint64_t random_state;
    struct prov_crypto *crypto;
    struct prov_pki *pki;
    struct prov_fqdn fqdn;
    struct prov_eui64 eui64;
    struct prov_pki_key root_key, server_key, device_key;
    struct prov_key device;
    uint8_t spki[PROV_SPKI_LEN], server_spki[PROV_SPKI_LEN];
    uint8_t root_octets[PROV_CERT_MAX], leaf_octets[PROV_CERT_MAX];
    struct prov_bytes root, leaf;
    uint8_t psk[16], identity[16];
    int64_t time;
};
void rig_world_make(struct rig_world *world);
void rig_world_free(struct rig_world *world);

struct rig {
    struct rig_world *world;
    const struct rig_switch *fault; /* or NULL: a good client */
    enum rig_mode mode;
    struct prov_bundle bundle;
    struct prov_check_config config;
    struct prov_check_run *run;
    uint64_t now_ms;

    /* the client */
    struct prov_dtls session;
    struct prov_dtls_handshake *workspace;
    struct prov_dtls_config client;
    struct prov_fqdn name; /* of client.server_name, when a switch wants another */
    bool open, connected, over;
    unsigned flow; /* one for each connection */
    uint64_t again_ms;
    unsigned hellos; /* of this connection, that were changed */
    struct prov_bytes psk;
    uint8_t room[512]; /* for a switch */
    size_t count;      /* for a switch; zero at the start of each connection */
    bool no_data;      /* the application says nothing */
    bool bad_signature;
    uint8_t good_octets[RIG_MTU]; /* the Certificate of a handshake that was completed */
    size_t good_len;
    struct prov_dtls_resumable kept;
    bool has_kept;
    uint8_t certificate[PROV_DTLS_CERTIFICATE_MAX]; /* the server's message, as it came */
    size_t certificate_len;
    bool chain_kept; /* its handshake has completed */

    /* what was found */
    struct prov_check_finding findings[RIG_RULES_MAX];
    size_t finding_count;
};

void rig_make(struct rig *rig, struct rig_world *world, enum rig_mode mode,
              const struct rig_switch *fault);
/* Until the judge is done. */
void rig_run(struct rig *rig);
void rig_free(struct rig *rig);
const struct prov_check_finding *rig_finding(const struct rig *rig, const char *rule);

/* While it is judged: the Certificate is offered by cached_info once its handshake has completed. */
void rig_keep_chain(struct rig *rig);
/* Seals a record of epoch 1 and sends it to the judge. */
void rig_send(struct rig *rig, uint8_t type, struct prov_bytes content);
/* The first handshake message of a type in a datagram of whole messages, header and body; changes go
 * into the datagram. */
uint8_t *rig_message(uint8_t *datagram, size_t len, uint8_t type, size_t *ret_len);

#endif
