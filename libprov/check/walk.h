/* SPDX-License-Identifier: Apache-2.0
 *
 * A tolerant walk over DER: what our own reader refuses must still be judged, rule by rule. Definite lengths
 * only; long forms that are longer than they need be are followed and noted. No recursion: each level is a
 * walk of its own, and each element takes two octets at least.
 */
#ifndef PROV_CHECK_WALK_H
#define PROV_CHECK_WALK_H

#include "prov/bytes.h"

enum walk_note { /* bits */
                 WALK_BROKEN =
                     1, /* an element does not fit, or has an indefinite length or a long tag */
                 WALK_SLOPPY = 2 /* BER that is not DER: a length or a BOOLEAN in another form */
};

struct tlv {
    uint8_t tag; /* 0: there is none */
    struct prov_bytes content, whole;
};

struct walk {
    struct prov_bytes rest;
    unsigned *notes; /* of all walks over one file */
};

struct walk walk_make(struct prov_bytes bytes, unsigned *notes);
struct walk walk_in(const struct tlv *element, unsigned *notes);
/* False at the end, and after something broken. */
bool walk_next(struct walk *walk, struct tlv *ret);
/* The next one if it has this tag; otherwise nothing is taken and ret is none. */
bool walk_take(struct walk *walk, uint8_t tag, struct tlv *ret);
bool walk_is(const struct walk *walk, uint8_t tag);

#define BYTES_ARE(bytes, literal)                                                                  \
    prov_bytes_equal((bytes), PROV_BYTES((const uint8_t *)(literal), sizeof(literal) - 1))

enum {
    TAG_BOOLEAN = 1,
    TAG_INTEGER = 2,
    TAG_BITS = 3,
    TAG_OCTETS = 4,
    TAG_OID = 6,
    TAG_UTF8 = 12,
    TAG_PRINTABLE = 19,
    TAG_IA5 = 22,
    TAG_UTC_TIME = 23,
    TAG_GENERALIZED_TIME = 24,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31
};

#endif
