/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/deny_list.h: what was revoked, as signed data that a device takes in (RFC 7925, section 4.4.3).
 * COSE_Sign1 by schemas/deny-list.cddl. A list replaces the one before it: its version only rises.
 * No heap.
 */
#ifndef PROV_DENY_LIST_H
#define PROV_DENY_LIST_H

#include "prov/bytes.h"
#include "prov/crypto.h"

#define PROV_DENY_LIST_FORMAT 1
#define PROV_DENY_LIST_MAX    4000 /* octets of the file: with its index, one sector of 4 KiB */
#define PROV_DENY_SERIAL_MAX  20   /* octets (RFC 5280, section 4.1.2.2) */

/* --- writing ---------------------------------------------------------------------------------- */

struct prov_deny_certificate {
    uint8_t issuer[PROV_HASH_LEN]; /* SHA-256 of the issuer's Name */
    uint8_t serial[PROV_DENY_SERIAL_MAX];
    uint8_t serial_len;
};
/* Below 0, 0 or above 0, as a stands before b, is b, or stands behind it. */
int prov_deny_certificate_order(const struct prov_deny_certificate *a,
                                const struct prov_deny_certificate *b);

struct prov_deny_entries {
    uint32_t version;
    int64_t issued;                                   /* Unix seconds */
    const struct prov_deny_certificate *certificates; /* in order, none twice */
    size_t certificate_count;
    const uint8_t (*keys)[PROV_HASH_LEN]; /* in order, none twice */
    size_t key_count;
};
/* The payload. What decode would refuse is refused here, with the same result; ret is as it was then. */
PROV_MUST prov_result prov_deny_list_encode(const struct prov_deny_entries *entries,
                                            struct prov_buf *ret);
/* In two steps, so that the key may be anywhere: what is to be signed, then the file. */
PROV_MUST prov_result prov_deny_list_digest(struct prov_crypto *crypto, struct prov_bytes payload,
                                            uint8_t ret[PROV_HASH_LEN]);
PROV_MUST prov_result prov_deny_list_finish(struct prov_bytes payload,
                                            const uint8_t signature[PROV_SIGNATURE_LEN],
                                            struct prov_buf *ret);

/* --- reading ---------------------------------------------------------------------------------- */

/* After decode the views point into the payload. */
struct prov_deny_list {
    uint32_t version;
    int64_t issued;
    size_t issuer_count, certificate_count, key_count;
    struct prov_bytes certificates, keys; /* encoded, without the heads of their arrays */
};
/* PROV_E_VERSION: of another format; PROV_E_BOUNDS: a number, or a length, outside of the schema;
 * PROV_E_DETERMINISM: also entries out of order or twice; PROV_E_FORMAT, PROV_E_TRUNCATED, PROV_E_TRAILING. */
PROV_MUST prov_result prov_deny_list_decode(struct prov_bytes payload, struct prov_deny_list *ret);

/* The file: PROV_E_BOUNDS over PROV_DENY_LIST_MAX octets; what prov_cose_sign1_decode answers;
 * PROV_E_SIGNATURE unless it is signed by `point`; then what decode answers: nothing of a payload is
 * looked at before its signature. */
PROV_MUST prov_result prov_deny_list_open(struct prov_crypto *crypto, struct prov_bytes file,
                                          const uint8_t point[PROV_POINT_LEN],
                                          struct prov_deny_list *ret);
/* The same for a file whose signature was checked before, or is nobody's to check. */
PROV_MUST prov_result prov_deny_list_peek(struct prov_bytes file, struct prov_deny_list *ret);

/* issuer: SHA-256 of the Name; serial: INTEGER content octets; spki: SHA-256 of the whole. */
bool prov_deny_list_has_certificate(const struct prov_deny_list *list,
                                    const uint8_t issuer[PROV_HASH_LEN], struct prov_bytes serial);
bool prov_deny_list_has_key(const struct prov_deny_list *list, const uint8_t spki[PROV_HASH_LEN]);

/* One entry after the other. `at` starts as a zeroed one; false after the last. */
struct prov_deny_at {
    size_t octet, serials; /* of the encoded certificates; serials left of the issuer */
    struct prov_bytes issuer;
};
bool prov_deny_list_next(const struct prov_deny_list *list, struct prov_deny_at *at,
                         struct prov_bytes *ret_issuer, struct prov_bytes *ret_serial);
/* Number `index`, below key_count. */
struct prov_bytes prov_deny_list_key(const struct prov_deny_list *list, size_t index);

#endif
