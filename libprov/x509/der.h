/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict DER (X.690): definite, minimal lengths, low tag numbers. Private to this room.
 *
 *   element = tag (1 octet) | length (1 to 4) | content
 *
 * One cursor goes through the whole: enter narrows it to an element's content, leave widens it again. Its
 * error is sticky: after the first failure nothing is left, every take gives no octets and every loop over
 * prov_der_more ends, so a parser reads like its schema and asks for the result once.
 */
#ifndef PROV_X509_DER_H
#define PROV_X509_DER_H

#include "prov/bytes.h"

enum prov_der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31
};
/* Context-specific tags: [n] of a primitive type, [n] of a constructed one or EXPLICIT. */
#define DER_CONTEXT(n)             (0x80 | (n))
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/* As deep as it goes: an attribute of the name in the authorityKeyIdentifier that a request asks for. */
#define DER_DEPTH_MAX 14

struct prov_der {
    const uint8_t *at, *end;
    struct prov_bytes whole; /* what was taken or entered last, with its header */
    prov_result result;      /* PROV_OK, or the first failure; then at == end */
    uint8_t depth;
    const uint8_t *outer[DER_DEPTH_MAX]; /* the ends that leave goes back to */
};

void prov_der_begin(struct prov_der *der, struct prov_bytes bytes);
/* Records a failure, unless there was one before or it is PROV_OK. */
void prov_der_fail(struct prov_der *der, prov_result result);
/* PROV_E_FORMAT. */
void prov_der_malformed(struct prov_der *der);
/* More elements stand here. False after a failure. */
bool prov_der_more(const struct prov_der *der);
bool prov_der_next_is(const struct prov_der *der, uint8_t tag);
/* What came of it: PROV_E_TRAILING if something is left. */
PROV_MUST prov_result prov_der_end(struct prov_der *der);

/* The content of the next element, which must have this tag: PROV_E_FORMAT. */
void prov_der_take(struct prov_der *der, uint8_t tag, struct prov_bytes *ret);
/* The same, whatever tag it has, which is returned. */
uint8_t prov_der_take_any(struct prov_der *der, struct prov_bytes *ret);
/* Goes into the next element, and out again behind it. enter_some refuses an empty one. Deeper than DER_DEPTH_MAX:
 * PROV_E_DEPTH. */
void prov_der_enter(struct prov_der *der, uint8_t tag);
void prov_der_enter_some(struct prov_der *der, uint8_t tag);
void prov_der_leave(struct prov_der *der);
/* An element that has one value only, and so one encoding: `element`, whose length is below 0x80. */
void prov_der_literal(struct prov_der *der, const uint8_t *element, prov_result otherwise);

/* TRUE only: DER leaves a default of FALSE out, and no BOOLEAN here has another default. False if the next
 * element is no BOOLEAN. */
bool prov_der_take_true(struct prov_der *der);
/* An INTEGER's octets, as few as can be. */
void prov_der_take_integer(struct prov_der *der, struct prov_bytes *ret);
/* An OBJECT IDENTIFIER: not empty, each number minimal and whole (X.690, section 8.19). */
void prov_der_take_oid(struct prov_der *der, struct prov_bytes *ret);

/* Are these octets those that follow their number in `is`: an object identifier's content, say. */
bool prov_der_is(const struct prov_bytes *octets, const uint8_t *is);

/* Writing: what was put since `mark`, a length that the buffer had, becomes the content of an element. */
void prov_der_wrap(struct prov_buf *buf, size_t mark, uint8_t tag);
void prov_der_put(struct prov_buf *buf, uint8_t tag, struct prov_bytes content);
/* An INTEGER from big-endian octets. */
void prov_der_put_unsigned(struct prov_buf *buf, struct prov_bytes octets);
void prov_der_put_bits(struct prov_buf *buf, struct prov_bytes octets);

#endif
