/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/crypto.h as a table of functions, so that one program has two backends: crypto_table.c is compiled once for each.
 */
#ifndef PROV_TESTS_CRYPTO_TABLE_H
#define PROV_TESTS_CRYPTO_TABLE_H

#include "prov/crypto.h"

struct crypto_table {
    prov_result (*make)(const struct prov_random *, struct prov_crypto **);
    prov_result (*sha256)(struct prov_crypto *, const struct prov_bytes *, size_t, uint8_t *);
    prov_result (*sha1)(struct prov_crypto *, struct prov_bytes, uint8_t *);
    prov_result (*hash_begin)(struct prov_crypto *, struct prov_hash *);
    prov_result (*hash_add)(struct prov_crypto *, struct prov_hash *, struct prov_bytes);
    prov_result (*hash_peek)(struct prov_crypto *, const struct prov_hash *, uint8_t *);
    void (*hash_drop)(struct prov_crypto *, struct prov_hash *);
    prov_result (*hmac_begin)(struct prov_crypto *, struct prov_hmac *, struct prov_bytes);
    prov_result (*hmac)(struct prov_crypto *, struct prov_hmac *, const struct prov_bytes *, size_t,
                        uint8_t *);
    void (*hmac_drop)(struct prov_crypto *, struct prov_hmac *);
    size_t (*aead_key_len)(enum prov_aead);
    size_t (*aead_tag_len)(enum prov_aead);
    prov_result (*seal)(struct prov_crypto *, enum prov_aead, struct prov_bytes, const uint8_t *,
                        struct prov_bytes, struct prov_bytes, uint8_t *);
    prov_result (*open)(struct prov_crypto *, enum prov_aead, struct prov_bytes, const uint8_t *,
                        struct prov_bytes, struct prov_bytes, uint8_t *);
    prov_result (*ecdh_make)(struct prov_crypto *, struct prov_ecdh *, uint8_t *);
    prov_result (*ecdh_agree)(struct prov_crypto *, struct prov_ecdh *, struct prov_bytes,
                              uint8_t *);
    void (*ecdh_drop)(struct prov_crypto *, struct prov_ecdh *);
    prov_result (*point_check)(struct prov_crypto *, struct prov_bytes);
    prov_result (*verify)(struct prov_crypto *, struct prov_bytes, const uint8_t *,
                          const uint8_t *);
    prov_result (*key_load)(struct prov_crypto *, struct prov_bytes, struct prov_key *);
    prov_result (*key_save)(struct prov_crypto *, const struct prov_key *, struct prov_secret *);
    prov_result (*key_public)(struct prov_crypto *, const struct prov_key *, uint8_t *);
    prov_result (*sign)(struct prov_crypto *, const struct prov_key *, const uint8_t *, uint8_t *);
    void (*key_drop)(struct prov_crypto *, struct prov_key *);
};

extern const struct crypto_table crypto_openssl, crypto_mbedtls;

#endif
