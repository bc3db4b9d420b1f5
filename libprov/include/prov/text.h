/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/text.h: octets as text and back: hex, base64, RFC 6920 names, RFC 3339 times. Strict:
 * nothing is skipped or guessed. No heap, no I/O.
 */
#ifndef PROV_TEXT_H
#define PROV_TEXT_H

#include "prov/bytes.h"

/* RFC 3629, section 4: shortest forms, no surrogates, up to U+10FFFF. */
bool prov_is_utf8(struct prov_bytes text);

/* Hex, two digits an octet, lower case out, either case in; no prefix, no separators. `ret` of
 * format needs 2 * len + 1. parse appends to ret. */
void prov_hex_format(struct prov_bytes bytes, char *ret);
PROV_MUST prov_result prov_hex_parse(struct prov_bytes text, struct prov_buf *ret);

/* Base64 (RFC 4648, section 4), padded; parse refuses white space, missing padding and non-zero pad
 * bits. `ret` of format needs PROV_BASE64_TEXT(len). */
#define PROV_BASE64_TEXT(len) ((((len) + 2) / 3) * 4 + 1)
void prov_base64_format(struct prov_bytes bytes, char *ret);
PROV_MUST prov_result prov_base64_parse(struct prov_bytes text, struct prov_buf *ret);
/* URL-safe, no padding (section 5): the form in ni: names. */
void prov_base64url_format(struct prov_bytes bytes, char *ret);
PROV_MUST prov_result prov_base64url_parse(struct prov_bytes text, struct prov_buf *ret);

/* Names of a public key by the SHA-256 of its SubjectPublicKeyInfo (RFC 6920; RFC 7252, section
 * 9.1.3.2.1). */
#define PROV_NI_TEXT       64 /* "ni:///sha-256;" and 43 characters, and NUL */
#define PROV_NIH_TEXT      64 /* "nih:sha-256-120;" hex in groups, ";" check digit, and NUL */
#define PROV_NI_BINARY_120 16 /* suite id 3 and 15 octets */
void prov_ni_format(const uint8_t sha256[32], char ret[PROV_NI_TEXT]);
void prov_nih_format(const uint8_t sha256[32], char ret[PROV_NIH_TEXT]);
void prov_ni_binary(const uint8_t sha256[32], uint8_t ret[PROV_NI_BINARY_120]);
/* Accepts ni: with sha-256 or sha-256-120, nih: with either (check digit verified when there), or
 * the binary forms in hex (suite ids 1 and 3). ret: the digest octets, 32 or 15. Truncations below
 * 120 bits: PROV_E_POLICY. */
PROV_MUST prov_result prov_ni_parse(struct prov_bytes text, struct prov_buf *ret);

/* Unix seconds <-> RFC 3339 UTC, "2026-11-22T02:01:00Z". Years 1970 to 9999. */
#define PROV_TIME_TEXT 21
void prov_time_format(int64_t seconds, char ret[PROV_TIME_TEXT]);
PROV_MUST prov_result prov_time_parse(struct prov_bytes text, int64_t *ret);
/* "YYYYMMDDHHMMSS", 14 digits, or 12 without the century, which are from 1950 on then (RFC 5280, section
 * 4.1.2.5.1): the inner forms of ASN.1 times. Below 0: no digits, or no such time. */
#define PROV_TIME_DIGITS 14
int64_t prov_time_from_digits(const uint8_t *digits, size_t count);
/* Civil fields, proleptic Gregorian, UTC. */
struct prov_civil {
    int year, month, day, hour, minute, second;
};
void prov_civil_from_seconds(int64_t seconds, struct prov_civil *ret);
/* 99991231235959Z: no expiry (RFC 5280, section 4.1.2.5). */
#define PROV_TIME_NEVER INT64_C(253402300799)

#endif
