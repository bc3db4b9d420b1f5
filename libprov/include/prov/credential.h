/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/credential.h: the words for credentials, the same in C, CLI, SQL, CDDL and documents, and
 * the bounds of pre-shared keys. The numbers leave the program: explicit, never reordered.
 */
#ifndef PROV_CREDENTIAL_H
#define PROV_CREDENTIAL_H

#include "prov/bytes.h"

enum prov_kind {
    PROV_KIND_PSK = 1, /* pre-shared key (RFC 7925, section 4.2) */
    PROV_KIND_RPK = 2, /* raw public key (section 4.3) */
    PROV_KIND_CERT = 3 /* X.509 chain (section 4.4) */
};

enum prov_use {
    PROV_USE_BOOTSTRAP = 1, /* opens enrollment resources and nothing else (RFC 7925, section 23) */
    PROV_USE_OPERATIONAL = 2
};

enum prov_state {
    PROV_STATE_PENDING = 1, /* made, not yet confirmed: opens confirm and nothing else */
    PROV_STATE_ACTIVE = 2,
    PROV_STATE_RETIRED =
        3, /* replaced by a confirmed successor, or voided before it was confirmed */
    PROV_STATE_REVOKED = 4 /* by an operator, with a reason */
};

/* "psk", "bootstrap", "active", …; never NULL ("?" for a number that is none). */
const char *prov_kind_text(enum prov_kind kind);
const char *prov_use_text(enum prov_use use);
const char *prov_state_text(enum prov_state state);
PROV_MUST prov_result prov_kind_parse(const char *text, enum prov_kind *ret);
PROV_MUST prov_result prov_use_parse(const char *text, enum prov_use *ret);
PROV_MUST prov_result prov_state_parse(const char *text, enum prov_state *ret);

/* A PSK identity: 1 to 128 arbitrary octets, NUL allowed, compared octet by octet (RFC 7925,
 * section 4.2; RFC 4279, section 5.3). */
#define PROV_PSK_IDENTITY_MAX 128
struct prov_psk_identity {
    uint8_t len;
    uint8_t data[PROV_PSK_IDENTITY_MAX];
};
PROV_MUST prov_result prov_psk_identity_set(struct prov_psk_identity *identity,
                                            struct prov_bytes bytes);
struct prov_bytes prov_psk_identity_bytes(const struct prov_psk_identity *identity);

/* A PSK: 16 to 64 octets (RFC 9257, section 6; RFC 4279, section 5.3). */
#define PROV_PSK_MIN 16
#define PROV_PSK_MAX 64
PROV_MUST prov_result prov_psk_check(struct prov_bytes psk);

/* A certificate at an address (RFC 6066, section 5): an absolute http or https URL of at most
 * PROV_URL_MAX octets, printable ASCII, and the SHA-1 of the DER certificate there. The hash is made
 * where the bundle is made: a client has no SHA-1 (H34). */
#define PROV_URL_MAX  255
#define PROV_SHA1_LEN 20
struct prov_certificate_url {
    struct prov_bytes url;
    uint8_t sha1[PROV_SHA1_LEN];
};
/* PROV_E_ADDRESS, also for a user or a fragment in it: nobody fetches those. */
PROV_MUST prov_result prov_certificate_url_check(struct prov_bytes url);

#endif
