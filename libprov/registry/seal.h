/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing. Three keys of 32 octets:
 *
 *   key file ──wraps──► data key ──seals──► secrets, one by one
 *            ──wraps──► index key ──HMAC──► tags by which equal PSKs are found, and not read
 *
 * box = nonce (12) || cipher text || tag (16), AES-256-GCM, a fresh random nonce for every seal (good for 2^32 seals
 * under one key, NIST SP 800-38D, section 8.3: a registry makes one for each credential);
 * associated data is the public id of the row, so that a box moved to another row does not open.
 */
#ifndef REGISTRY_SEAL_H
#define REGISTRY_SEAL_H

#include "prov/bytes.h"
#include "prov/crypto.h"
#include "prov/identifier.h"

#define SEAL_KEY_LEN     32
#define SEAL_OVERHEAD    (PROV_AEAD_NONCE_LEN + 16)
#define SEAL_WRAPPED_LEN (SEAL_KEY_LEN + SEAL_OVERHEAD) /* a wrapped key */
#define SEAL_BOX_LEN     (1 + PROV_SECRET_MAX + SEAL_OVERHEAD)
#define SEAL_TAG_LEN     PROV_HASH_LEN

/* What the meta row holds. */
struct seal_meta {
    struct prov_uuid uuid;
    uint8_t key_check[PROV_HASH_LEN];
    uint8_t data_key[SEAL_WRAPPED_LEN];
    uint8_t index_key[SEAL_WRAPPED_LEN];
};

/* What an open registry holds. */
struct seal_keys {
    struct prov_crypto *crypto;
    struct prov_secret data;
    struct prov_hmac index;
};

/* New random keys, wrapped. ret_meta->uuid must be set. */
PROV_MUST prov_result seal_meta_make(struct prov_crypto *crypto, const struct prov_secret *file_key,
                                     struct seal_meta *ret_meta);
/* PROV_E_WRONG_KEY: made with another key file. PROV_E_CORRUPT: the right one, but the row is
 * damaged. */
PROV_MUST prov_result seal_keys_open(struct prov_crypto *crypto, const struct prov_secret *file_key,
                                     const struct seal_meta *meta, struct seal_keys *ret);
/* The same keys under another key file: the meta row is all that changes. */
PROV_MUST prov_result seal_meta_rewrap(struct prov_crypto *crypto,
                                       const struct prov_secret *old_key,
                                       const struct prov_secret *new_key, struct seal_meta *meta);
void seal_keys_drop(struct seal_keys *keys);

/* Every box has the same length, whatever the secret's. */
PROV_MUST prov_result seal_secret(struct seal_keys *keys, const struct prov_uuid *uuid,
                                  const struct prov_secret *secret, uint8_t ret[SEAL_BOX_LEN]);
/* PROV_E_DIGEST: altered, or not this row's. */
PROV_MUST prov_result unseal_secret(struct seal_keys *keys, const struct prov_uuid *uuid,
                                    struct prov_bytes box, struct prov_secret *ret);
PROV_MUST prov_result seal_tag(struct seal_keys *keys, const struct prov_secret *psk,
                               uint8_t ret[SEAL_TAG_LEN]);

#endif
