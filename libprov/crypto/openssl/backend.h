/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this backend share: one instance and its kept objects. libcrypto 3.0 fetches
 * and parses slowly (a fetched HMAC costs ten times the HMAC itself), so whatever can be made once
 * is made in prov_crypto_make and used again.
 */
#ifndef PROV_CRYPTO_OPENSSL_BACKEND_H
#define PROV_CRYPTO_OPENSSL_BACKEND_H

#include "prov/crypto.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#define AEAD_COUNT  4 /* enum prov_aead runs from 1 to this */
#define SPARE_COUNT 4

struct aead_kept {
    EVP_CIPHER *cipher; /* NULL where this libcrypto has none: refused */
    EVP_CIPHER_CTX *seal, *open;
};

struct prov_crypto {
    bool has_random; /* the caller's source; otherwise libcrypto's */
    struct prov_random random;

    EVP_MD *sha256;
    EVP_MD *sha1;       /* prov_crypto_sha1 alone; NULL where this libcrypto has none: refused */
    EVP_MD_CTX *digest; /* scratch */
    EVP_MD_CTX *spare_hashes[SPARE_COUNT];
    size_t spare_hash_count;
    EVP_MAC *hmac;
    EVP_MAC_CTX *spare_hmacs[SPARE_COUNT]; /* keyed with nothing */
    size_t spare_hmac_count;
    struct aead_kept aeads[AEAD_COUNT];

    EC_GROUP *group;
    BN_CTX *numbers;
    EC_POINT *point;      /* scratch */
    EVP_PKEY *parameters; /* P-256 without a key */
    EVP_PKEY_CTX *key_gen;
    EVP_PKEY *peer; /* scratch: the public key of the call at hand */
};

/* Each makes or frees its file's part of an instance; free takes a half-made one. */
PROV_MUST prov_result prov_openssl_hash_make(struct prov_crypto *crypto);
void prov_openssl_hash_free(struct prov_crypto *crypto);
PROV_MUST prov_result prov_openssl_aead_make(struct prov_crypto *crypto);
void prov_openssl_aead_free(struct prov_crypto *crypto);
PROV_MUST prov_result prov_openssl_ec_make(struct prov_crypto *crypto);
void prov_openssl_ec_free(struct prov_crypto *crypto);

/* A library call failed: empties libcrypto's error queue of this thread and passes the result on.
 */
prov_result prov_openssl_fail(prov_result result);

/* EVP_PKEY of a key pair, new: from the caller's random source, or libcrypto's own generation. */
PROV_MUST prov_result prov_openssl_pair_make(struct prov_crypto *crypto, EVP_PKEY **ret);
/* ... from a scalar of 32 octets; PROV_E_BOUNDS unless 1 <= scalar < n. */
PROV_MUST prov_result prov_openssl_pair_load(struct prov_crypto *crypto,
                                             const uint8_t scalar[PROV_SCALAR_LEN], EVP_PKEY **ret);
PROV_MUST prov_result prov_openssl_pair_point(const EVP_PKEY *pair, uint8_t ret[PROV_POINT_LEN]);
/* Puts a peer's point into crypto->peer; PROV_E_POINT. */
PROV_MUST prov_result prov_openssl_peer_set(struct prov_crypto *crypto, struct prov_bytes point);

#endif
