/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/bundle.h: what is installed on a device: one credential, what authenticates the peer, where
 * the server is, the profile. CBOR by schemas/bundle.cddl, made of standard pieces: COSE_Key (RFC
 * 9052), x5chain (RFC 9360). Deterministic; the last item is the SHA-256 of everything before it,
 * against accidents only: a bundle is not signed.
 */
#ifndef PROV_BUNDLE_H
#define PROV_BUNDLE_H

#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"
#include "prov/identifier.h"

#define PROV_BUNDLE_VERSION     1
#define PROV_BUNDLE_MAX         4096
#define PROV_BUNDLE_CHAIN_MAX   4 /* certificates of the own chain, without the root */
#define PROV_BUNDLE_ANCHORS_MAX 4 /* trust anchors */
#define PROV_BUNDLE_PEERS_MAX   2 /* the server's raw public keys: current and next */
#ifndef PROV_ADDRESS_MAX
#define PROV_ADDRESS_MAX 261 /* "HOST:PORT" or "[IPv6]:PORT" */
#endif

/* After decode all views point into the input. */
struct prov_bundle {
    struct prov_uuid id; /* the credential's public id */
    enum prov_kind kind;
    enum prov_use use;
    struct prov_eui64 device;
    const char *profile; /* PROV_PROFILE_RFC7925 */
    struct prov_fqdn server;
    char address[PROV_ADDRESS_MAX + 1]; /* or "" */
    int64_t issued;                     /* Unix seconds: a floor for the device's clock */
    bool has_deny_signer;
    uint8_t deny_signer[PROV_POINT_LEN]; /* who signs deny-lists (prov/deny_list.h) */

    struct prov_bytes psk_identity, psk; /* PSK */
    bool has_public;
    uint8_t point[PROV_POINT_LEN]; /* RPK: own public key */
    struct prov_bytes scalar;      /* RPK, CERT: own private key, or none (made on the device);
                                      for CERT has_public and point may go with it */
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX]; /* CERT: end entity first */
    size_t chain_len;
    struct prov_certificate_url urls[PROV_BUNDLE_CHAIN_MAX]; /* CERT: where the chain lies */
    size_t url_count;                                        /* 0 or chain_len */

    uint8_t peers[PROV_BUNDLE_PEERS_MAX][PROV_POINT_LEN]; /* RPK: the server's keys */
    size_t peer_count;
    struct prov_bytes anchors[PROV_BUNDLE_ANCHORS_MAX]; /* CERT: root certificates */
    size_t anchor_count;
};

/* Appends the bundle. What prov_bundle_decode would refuse is refused here, with the same result:
 * PROV_E_POLICY if there is nothing to authenticate the peer with (RFC 7925, section 3.2.1), or if
 * a peer's key is the device's own; PROV_E_STATE if what the kind needs is missing. On failure ret
 * holds what it held, and what was written of it is wiped. Wipe ret's octets after use: a PSK or a
 * scalar may be in them. */
PROV_MUST prov_result prov_bundle_encode(const struct prov_bundle *bundle,
                                         struct prov_crypto *crypto, struct prov_buf *ret);
/* ret_at (may be NULL): the octet at which the item stands that was refused. In this order:
 * PROV_E_BOUNDS over PROV_BUNDLE_MAX octets, PROV_E_VERSION, then the shape (PROV_E_TRUNCATED,
 * PROV_E_TRAILING, PROV_E_DETERMINISM, PROV_E_FORMAT), then PROV_E_DIGEST, then the fields:
 * PROV_E_EUI64, PROV_E_EUI64_KIND, PROV_E_FQDN, PROV_E_ADDRESS (also of a URL), PROV_E_BOUNDS, PROV_E_ALGORITHM,
 * PROV_E_POINT, PROV_E_POLICY, PROV_E_FORMAT. PROV_E_VERSION also for a profile that is not known.
 * Names and addresses are checked for their form; the contents of certificates are not read. */
PROV_MUST prov_result prov_bundle_decode(struct prov_bytes bytes, struct prov_crypto *crypto,
                                         struct prov_bundle *ret, size_t *ret_at);

#endif
