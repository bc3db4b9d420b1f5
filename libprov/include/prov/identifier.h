/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/identifier.h: who a credential is for: a device by EUI-64, a server by FQDN.
 *
 * RFC 7925, sections 4.4.1 (servers) and 4.4.2 (devices). No heap, no I/O.
 */
#ifndef PROV_IDENTIFIER_H
#define PROV_IDENTIFIER_H

#include "prov/bytes.h"

struct prov_eui64 {
    uint8_t octets[8];
};

#define PROV_EUI64_TEXT 24 /* "HH-HH-HH-HH-HH-HH-HH-HH" and NUL */

/* Accepts HH-HH-HH-HH-HH-HH-HH-HH, hh:hh:hh:hh:hh:hh:hh:hh and 16 hex digits, either case;
 * separators must not be mixed. Errors: PROV_E_EUI64; PROV_E_EUI64_KIND for a group address (first
 * octet & 1), all zero, all one. */
PROV_MUST prov_result prov_eui64_parse(const char *text, struct prov_eui64 *ret);
/* The same for an EUI-48 in the three forms; FF-FE goes in the middle (12 hex digits). */
PROV_MUST prov_result prov_eui64_parse_eui48(const char *text, struct prov_eui64 *ret);
/* Only HH-HH-HH-HH-HH-HH-HH-HH in upper case: the form in certificates. Not NUL-terminated. */
PROV_MUST prov_result prov_eui64_parse_canonical(struct prov_bytes text, struct prov_eui64 *ret);
/* From 8 octets off a wire; refuses what prov_eui64_parse refuses. */
PROV_MUST prov_result prov_eui64_from_octets(struct prov_bytes octets, struct prov_eui64 *ret);
void prov_eui64_format(const struct prov_eui64 *eui64, char ret[PROV_EUI64_TEXT]);
bool prov_eui64_equal(const struct prov_eui64 *a, const struct prov_eui64 *b);

/* A fully qualified domain name in the form used everywhere inside: lower case, at least two
 * labels, no trailing dot, letters, digits and inner hyphens (RFC 1123, section 2.1), at most 253
 * octets, labels of 1 to 63, last label not all digits. */
#ifndef PROV_FQDN_MAX /* a firmware may know its servers' names to be shorter */
#define PROV_FQDN_MAX 253
#endif
struct prov_fqdn {
    char text[PROV_FQDN_MAX + 1];
};

/* Folds case and drops one trailing dot. PROV_E_FQDN for wildcards, IP addresses, bad labels. */
PROV_MUST prov_result prov_fqdn_parse(struct prov_bytes text, struct prov_fqdn *ret);
bool prov_fqdn_equal(const struct prov_fqdn *a, const struct prov_fqdn *b);

/* Public ids of credentials and events: UUID version 7 (RFC 9562, section 5.7). */
struct prov_uuid {
    uint8_t octets[16];
};
#define PROV_UUID_TEXT 37
/* unix_ms: milliseconds since 1970; random: 10 octets of a CSPRNG. */
void prov_uuid_make(uint64_t unix_ms, const uint8_t random[10], struct prov_uuid *ret);
PROV_MUST prov_result prov_uuid_parse(const char *text, struct prov_uuid *ret);
void prov_uuid_format(const struct prov_uuid *uuid, char ret[PROV_UUID_TEXT]);

#endif
