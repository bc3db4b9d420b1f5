/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict DER (X.690): definite, minimal lengths, low tag numbers. Private to this room.
 *
 *   element = tag (1 octet) | length (1 to 3) | content
 *
 * A SEQUENCE is split by the list of its members' tags; a SEQUENCE OF is opened, and its elements are taken one
 * by one. What fails gives no octets and leaves none, so every loop over what is left ends.
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

/* In a list of members: one that may be left out. The bit is the application class's, which nothing here has. */
#define DER_OPTIONAL 0x40

/* The content of the next element of `left`; of a SEQUENCE, the whole with its head. Returns its tag, or 0 if
 * there is no element, or none in DER: a BOOLEAN is TRUE (DER leaves a default of FALSE out, and none here has
 * another default), an INTEGER has as few octets as can be, an OBJECT IDENTIFIER whole and minimal numbers. */
uint8_t prov_der_take(struct prov_bytes *left, struct prov_bytes *ret);
/* The content of `element`, if that is one element of this tag and nothing behind it. */
bool prov_der_open(const struct prov_bytes *element, uint8_t tag, struct prov_bytes *ret);
/* The members of a SEQUENCE, as prov_der_take gives them; PROV_BYTES_NONE for one that is left out, where an empty
 * one has an address. False if it has others, or is none. */
bool prov_der_split(const struct prov_bytes *sequence, const uint8_t *tags, size_t count,
                    struct prov_bytes *ret);

/* Are these octets those that follow their number in `is`: an object identifier's content, say. */
bool prov_der_is(const struct prov_bytes *octets, const uint8_t *is);

/* Writing: what was put since `mark`, a length that the buffer had, becomes the content of an element. */
void prov_der_wrap(struct prov_buf *buf, size_t mark, uint8_t tag);
void prov_der_put(struct prov_buf *buf, uint8_t tag, struct prov_bytes content);
/* An INTEGER from big-endian octets. */
void prov_der_put_unsigned(struct prov_buf *buf, struct prov_bytes octets);
void prov_der_put_bits(struct prov_buf *buf, struct prov_bytes octets);

#endif
