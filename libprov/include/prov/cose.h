/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/cose.h: the COSE pieces that credentials are made of: COSE_Key, COSE_KeySet, COSE_Sign1.
 *
 * RFC 9052, RFC 9053. Shapes: schemas/cose.cddl. ES256 (-7) is written; -7 and -9 (ESP256) are
 * read. Deterministic encodings only. No heap.
 */
#ifndef PROV_COSE_H
#define PROV_COSE_H

#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"

enum prov_cose_kty { PROV_COSE_EC2 = 2, PROV_COSE_SYMMETRIC = 4 };

/* One key; views into the input after decode. */
struct prov_cose_key {
    enum prov_cose_kty kty;
    struct prov_bytes kid; /* or none; for a PSK its identity */
    struct prov_bytes k;   /* symmetric: the secret octets */
    bool has_public;
    uint8_t point[PROV_POINT_LEN]; /* EC2, when has_public */
    struct prov_bytes d;           /* EC2 private: 32 octets, or none */
};

/* {1: 4, 2: kid, -1: k}. PROV_E_BOUNDS for identities or keys outside of the profile. */
PROV_MUST prov_result prov_cose_psk_encode(struct prov_bytes identity, struct prov_bytes psk,
                                           struct prov_buf *ret);
/* {1: 2, -1: 1, -2: x, -3: y} */
PROV_MUST prov_result prov_cose_public_encode(const uint8_t point[PROV_POINT_LEN],
                                              struct prov_buf *ret);
/* {1: 2, -1: 1, -2: x, -3: y, -4: d}; without x and y if point is NULL. */
PROV_MUST prov_result prov_cose_private_encode(const uint8_t point[PROV_POINT_LEN],
                                               struct prov_bytes d, struct prov_buf *ret);
/* Takes one item from the reader. PROV_E_ALGORITHM: a kty, alg, key_ops or curve that the profile does
 * not have; PROV_E_POINT: y as a sign bit (compressed), coordinates not of 32 octets, or not there;
 * PROV_E_BOUNDS: a PSK, identity or scalar of a wrong length; PROV_E_FORMAT, or what is expected at its
 * place: anything else that is not in the schema, unknown labels included. Whether a point is on the
 * curve is prov_crypto_point_check's to say. On failure the reader's `at` tells where. */
PROV_MUST prov_result prov_cose_key_decode(struct prov_reader *reader, struct prov_cose_key *ret);
/* The same of a pre-shared key that `item` is all of: views into it, written even if the call fails. */
PROV_MUST prov_result prov_cose_psk_decode(struct prov_bytes item, struct prov_bytes *ret_identity,
                                           struct prov_bytes *ret_psk);

/* COSE_KeySet: a non-empty array of public keys; elements that are not understood are passed over (RFC
 * 9052, section 7); ret_count: how many were understood, at most cap (more: PROV_E_BOUNDS). The points
 * may be written even if the call fails. */
PROV_MUST prov_result prov_cose_key_set_encode(const uint8_t (*points)[PROV_POINT_LEN],
                                               size_t count, struct prov_buf *ret);
PROV_MUST prov_result prov_cose_key_set_decode(struct prov_bytes set,
                                               uint8_t (*ret)[PROV_POINT_LEN], size_t cap,
                                               size_t *ret_count);

/* COSE_Sign1, untagged, with protected {1: -7, 3: content type from 24 on}. In two steps, so that the key may
 * be anywhere: digest gives SHA-256 of the Sig_structure ["Signature1", protected, external_aad,
 * payload], the caller signs, finish writes. PROV_E_OVERFLOW: external_aad of over 36 octets. */
PROV_MUST prov_result prov_cose_sign1_digest(struct prov_crypto *crypto, uint8_t content_type,
                                             struct prov_bytes external_aad,
                                             struct prov_bytes payload, uint8_t ret[PROV_HASH_LEN]);
PROV_MUST prov_result prov_cose_sign1_finish(uint8_t content_type, struct prov_bytes payload,
                                             const uint8_t signature[PROV_SIGNATURE_LEN],
                                             struct prov_buf *ret);
/* Reading: views into the message. Which content type is right is the caller's to say. */
#define PROV_COSE_NO_CONTENT_TYPE 65535 /* the protected header names none */
struct prov_cose_sign1 {
    struct prov_bytes protected_header; /* content of the bstr */
    uint16_t content_type;
    struct prov_bytes payload;
    uint8_t signature[PROV_SIGNATURE_LEN];
};
/* PROV_E_FORMAT, PROV_E_ALGORITHM, PROV_E_DETERMINISM, PROV_E_TRUNCATED, PROV_E_TRAILING. */
PROV_MUST prov_result prov_cose_sign1_decode(struct prov_bytes message,
                                             struct prov_cose_sign1 *ret);
/* Verifies with the given key. PROV_E_SIGNATURE, PROV_E_POINT. */
PROV_MUST prov_result prov_cose_sign1_verify(struct prov_crypto *crypto,
                                             const struct prov_cose_sign1 *sign1,
                                             struct prov_bytes external_aad,
                                             const uint8_t point[PROV_POINT_LEN]);

#endif
