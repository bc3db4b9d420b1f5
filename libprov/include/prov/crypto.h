/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/crypto.h: the primitives that this project needs, in its own words. One backend is linked:
 * libprov/crypto/openssl on hosts, a fake one in tests, Mbed TLS in firmware.
 *
 * P-256, SHA-256 and AES only. Public keys are 65 octets, 04 || X || Y; signatures are raw r || s,
 * 64 octets, big-endian; private keys are 32. Conversion to DER is x509's work (prov/x509.h).
 *
 * A `struct prov_crypto` is one backend instance: fetched algorithms, scratch contexts, the random
 * source. One thread uses it at a time. Values of the small struct types below live where the caller
 * puts them; whatever was begun, made or loaded must be dropped (dropping twice, or a zeroed one, does
 * nothing). All of them may be all-zero before use.
 */
#ifndef PROV_CRYPTO_H
#define PROV_CRYPTO_H

#include "prov/bytes.h"

#define PROV_HASH_LEN      32
#define PROV_POINT_LEN     65
#define PROV_SCALAR_LEN    32
#define PROV_SIGNATURE_LEN 64

struct prov_crypto;

/* Where random octets come from. Returns false if it has none: not seeded, or failed; then nothing is
 * generated (RFC 7925, section 12). */
struct prov_random {
    bool (*fill)(void *context, uint8_t *out, size_t len);
    void *context;
};

/* Hosts: makes an instance; random NULL means the library's own CSPRNG. With a source of the caller's
 * (tests), every random value and every key comes from it; the nonces of ECDSA stay libcrypto's own,
 * which lets nobody choose them. Free accepts NULL. */
PROV_MUST prov_result prov_crypto_make(const struct prov_random *random, struct prov_crypto **ret);
void prov_crypto_free(struct prov_crypto *crypto);

/* Boards (libprov/crypto/mbedtls): makes an instance in an arena of the caller's, aligned as a uint64_t is,
 * that outlives it. That is all the memory that the backend has beside the stack: PROV_E_MEMORY if it is too
 * small, and later calls take no more. Nothing needs to be freed. */
#define PROV_CRYPTO_ARENA_LEN 16 /* is enough */
PROV_MUST prov_result prov_crypto_make_in(void *arena, size_t len, const struct prov_random *random,
                                          struct prov_crypto **ret);
/* The most octets of the arena that have been in use. */
size_t prov_crypto_arena_used(const struct prov_crypto *crypto);

/* PROV_E_RANDOM: then ret is wiped. */
PROV_MUST prov_result prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len);

/* SHA-256 of parts, one after the other. */
PROV_MUST prov_result prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                                         size_t count, uint8_t ret[PROV_HASH_LEN]);

/* SHA-1, AND ONLY FOR client_certificate_url: RFC 6066, section 5 has no other hash, and asks of this one
 * no more than that nobody finds a second pre-image (section 11.3). Where a bundle is made, and where a
 * server has fetched what a URL promised; nowhere else, and never on a device (H34). Hosts only: a
 * firmware's backend has none. ret: 20 octets. */
PROV_MUST prov_result prov_crypto_sha1(struct prov_crypto *crypto, struct prov_bytes bytes,
                                       uint8_t ret[20]);

/* A running SHA-256: peek gives the digest so far and lets it go on. */
struct prov_hash {
    uint64_t opaque[14];
};
PROV_MUST prov_result prov_crypto_hash_begin(struct prov_crypto *crypto, struct prov_hash *hash);
PROV_MUST prov_result prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                           struct prov_bytes bytes);
PROV_MUST prov_result prov_crypto_hash_peek(struct prov_crypto *crypto,
                                            const struct prov_hash *hash,
                                            uint8_t ret[PROV_HASH_LEN]);
void prov_crypto_hash_drop(struct prov_crypto *crypto, struct prov_hash *hash);

/* HMAC-SHA-256 with one key, many times. */
struct prov_hmac {
    uint64_t opaque[9];
};
PROV_MUST prov_result prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                             struct prov_bytes key);
PROV_MUST prov_result prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                       const struct prov_bytes *parts, size_t count,
                                       uint8_t ret[PROV_HASH_LEN]);
void prov_crypto_hmac_drop(struct prov_crypto *crypto, struct prov_hmac *hmac);

enum prov_aead {
    PROV_AEAD_AES_128_CCM_8 = 1,    /* RFC 6655: key 16, nonce 12, tag 8 */
    PROV_AEAD_AES_128_CCM = 2,      /* key 16, nonce 12, tag 16 */
    PROV_AEAD_AES_256_GCM = 3,      /* key 32, nonce 12, tag 16: the registry's seals; hosts only */
    PROV_AEAD_CHACHA20_POLY1305 = 4 /* key 32, nonce 12, tag 16: tests only, refused where absent */
};
size_t prov_aead_key_len(enum prov_aead aead);
size_t prov_aead_tag_len(enum prov_aead aead);
#define PROV_AEAD_NONCE_LEN 12
#define PROV_AEAD_KEY_MAX   32
#define PROV_AEAD_TAG_MAX   16

/* ret: plain.len + tag octets; may be plain.data (in place). */
PROV_MUST prov_result prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead,
                                       struct prov_bytes key,
                                       const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                       struct prov_bytes aad, struct prov_bytes plain,
                                       uint8_t *ret);
/* sealed: cipher text and tag. ret: sealed.len - tag octets; may be sealed.data. PROV_E_DIGEST if it
 * was not sealed under this key, nonce and aad; then ret holds nothing of the plain text (it may have
 * been overwritten). */
PROV_MUST prov_result prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead,
                                       struct prov_bytes key,
                                       const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                       struct prov_bytes aad, struct prov_bytes sealed,
                                       uint8_t *ret);

/* An ephemeral ECDH key on P-256: made, used once, dropped (RFC 7925, section 9: not reused). */
struct prov_ecdh {
    uint64_t opaque[5];
};
PROV_MUST prov_result prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                            uint8_t ret_point[PROV_POINT_LEN]);
/* PROV_E_POINT if `point` is not 04 || X || Y on the curve (RFC 8422, section 5.11). ret: the X
 * coordinate, 32 octets with leading zeros kept (RFC 8422, section 5.10). */
PROV_MUST prov_result prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                             struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN]);
void prov_crypto_ecdh_drop(struct prov_crypto *crypto, struct prov_ecdh *ecdh);

/* PROV_E_POINT unless it is 65 octets, uncompressed and on the curve. */
PROV_MUST prov_result prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point);

/* ECDSA with SHA-256 over P-256. PROV_E_POINT, PROV_E_SIGNATURE. */
PROV_MUST prov_result prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                                         const uint8_t digest[PROV_HASH_LEN],
                                         const uint8_t signature[PROV_SIGNATURE_LEN]);

/* A long-term signing key held in software. Other holders (a secure element, a PKCS#11 token) answer
 * the engine's NEED_SIGN in their own way and never show a scalar. */
struct prov_key {
    uint64_t opaque[5];
};
PROV_MUST prov_result prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key);
/* PROV_E_BOUNDS unless 1 <= scalar < n. */
PROV_MUST prov_result prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                           struct prov_key *key);
PROV_MUST prov_result prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                           struct prov_secret *ret_scalar);
PROV_MUST prov_result prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                             uint8_t ret_point[PROV_POINT_LEN]);
PROV_MUST prov_result prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                                       const uint8_t digest[PROV_HASH_LEN],
                                       uint8_t ret[PROV_SIGNATURE_LEN]);
void prov_crypto_key_drop(struct prov_crypto *crypto, struct prov_key *key);

#endif
