/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and their owners: a public key, by the SHA-256 of its SubjectPublicKeyInfo, belongs to one
 * CA, server or device for ever (profile row 5: RFC 7925, section 4.1).
 */
#ifndef REGISTRY_KEY_H
#define REGISTRY_KEY_H

#include "sqlite/query.h"

struct key_owner { /* one of them; the others 0 */
    int64_t ca, server, device;
};

/* SHA-256 of the SubjectPublicKeyInfo of an uncompressed P-256 key (RFC 5480, section 2). */
PROV_MUST prov_result key_hash(struct prov_registry *registry, const uint8_t point[PROV_POINT_LEN],
                               uint8_t ret[PROV_HASH_LEN]);
/* The row of the key, made if the key is new. point may be NULL for a CA's. PROV_E_KEY_OWNED, with
 * words. */
PROV_MUST prov_result key_claim(struct prov_registry *registry, const uint8_t hash[PROV_HASH_LEN],
                                const uint8_t *point, const struct key_owner *owner,
                                int64_t *ret_id, struct prov_why *why);

#endif
