/* SPDX-License-Identifier: Apache-2.0
 *
 * A backend of prov/crypto.h for enumerations: deterministic, fast, and NOT SECURE. Anyone can
 * forge its signatures, its key agreement is a multiplication. It behaves correctly as algebra:
 * what was signed verifies and nothing else does, both ends agree, a changed octet fails to open,
 * points are on its "curve" or not, digests do not collide by accident.
 *
 * With random NULL, every instance draws the same numbers. Freeing an instance from which something
 * is not dropped aborts the test.
 */
#ifndef PROV_TESTS_FAKE_CRYPTO_H
#define PROV_TESTS_FAKE_CRYPTO_H

#include "prov/crypto.h"

/* The call number `call` from now on, 1 the next, fails with PROV_E_INTERNAL (random:
 * PROV_E_RANDOM), once; 0: none. Calls that only drop do not count. */
void prov_fake_fail(struct prov_crypto *crypto, unsigned call);
/* Calls that could have failed since the instance was made. */
unsigned prov_fake_calls(const struct prov_crypto *crypto);

/* What was called: an operation and a length each, the first PROV_FAKE_TRACE_MAX since it was
 * cleared. */
enum prov_fake_operation {
    PROV_FAKE_RANDOM = 1,
    PROV_FAKE_SHA256,
    PROV_FAKE_HASH_BEGIN,
    PROV_FAKE_HASH_ADD,
    PROV_FAKE_HASH_PEEK,
    PROV_FAKE_HMAC_BEGIN,
    PROV_FAKE_HMAC,
    PROV_FAKE_SEAL,
    PROV_FAKE_OPEN,
    PROV_FAKE_ECDH_MAKE,
    PROV_FAKE_ECDH_AGREE,
    PROV_FAKE_POINT_CHECK,
    PROV_FAKE_VERIFY,
    PROV_FAKE_KEY_MAKE,
    PROV_FAKE_KEY_LOAD,
    PROV_FAKE_KEY_SAVE,
    PROV_FAKE_KEY_PUBLIC,
    PROV_FAKE_SIGN
};
struct prov_fake_entry {
    enum prov_fake_operation operation;
    size_t len; /* of the input */
};
#define PROV_FAKE_TRACE_MAX 8192
void prov_fake_trace_clear(struct prov_crypto *crypto);
const struct prov_fake_entry *prov_fake_trace(const struct prov_crypto *crypto, size_t *ret_count);

#endif
