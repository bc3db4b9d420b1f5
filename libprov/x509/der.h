/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict DER (X.690): definite, minimal lengths, low tag numbers. Private to this room.
 *
 *   element = tag (1 octet) | length (1 to 4) | content
 *
 * The reader's error is sticky: after the first failure every take gives nothing and every loop
 * over der_more ends, so a parser reads like its schema and asks for the result once.
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

struct prov_der {
    const uint8_t *at, *end;
    prov_result result; /* PROV_OK, or the first failure */
};

struct prov_der prov_der_make(struct prov_bytes bytes);
/* Records a failure, unless there was one before. */
void prov_der_fail(struct prov_der *der, prov_result result);
/* More elements stand here. False after a failure. */
bool prov_der_more(const struct prov_der *der);
bool prov_der_next_is(const struct prov_der *der, uint8_t tag);
/* PROV_E_TRAILING if something is left. */
void prov_der_end(struct prov_der *der);

/* The content of the next element, which must have this tag: PROV_E_FORMAT. */
struct prov_bytes prov_der_take(struct prov_der *der, uint8_t tag);
/* The next element with its header, whatever tag it has or with this one. */
struct prov_bytes prov_der_take_any(struct prov_der *der, uint8_t *ret_tag,
                                    struct prov_bytes *ret_content);
struct prov_bytes prov_der_take_whole(struct prov_der *der, uint8_t tag);
/* A reader of the next element's content; leave checks that all was read and passes a failure on.
 */
struct prov_der prov_der_enter(struct prov_der *der, uint8_t tag);
void prov_der_leave(struct prov_der *der, struct prov_der *inner);

/* TRUE only: DER leaves a default of FALSE out, and no BOOLEAN here has another default. */
void prov_der_take_true(struct prov_der *der);
/* An INTEGER of zero or more, minimal, without the octet that keeps it positive. */
struct prov_bytes prov_der_take_unsigned(struct prov_der *der);
/* An OBJECT IDENTIFIER: not empty, each number minimal and whole (X.690, section 8.19). */
struct prov_bytes prov_der_take_oid(struct prov_der *der);
/* A BIT STRING of whole octets. */
struct prov_bytes prov_der_take_bits(struct prov_der *der);

/* Are these octets those of a const array, an object identifier's content say. */
#define OID_IS(bytes, array) prov_bytes_equal((bytes), PROV_BYTES_OF(array))

/* Writing: what stands between open and close becomes the content; close sets the length. */
size_t prov_der_open(struct prov_buf *buf, uint8_t tag);
void prov_der_close(struct prov_buf *buf, size_t mark);
void prov_der_put(struct prov_buf *buf, uint8_t tag, struct prov_bytes content);
/* An INTEGER from big-endian octets. */
void prov_der_put_unsigned(struct prov_buf *buf, struct prov_bytes octets);
void prov_der_put_bits(struct prov_buf *buf, struct prov_bytes octets);

#endif
