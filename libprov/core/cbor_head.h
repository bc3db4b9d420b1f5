/* SPDX-License-Identifier: Apache-2.0
 *
 * The seam under cbor.c: the head of one item (RFC 8949, section 3), read or written.
 *
 *   +-----+-------+----------------------+
 *   |major|  add. | 0, 1, 2, 4, 8 octets |      major type, argument
 *   |  3  |   5   |   of argument        |
 *   +-----+-------+----------------------+
 *
 * An argument is as wide as a size: 64 bits on hosts, and 32 in firmware, which has no use for larger
 * numbers and refuses them.
 *
 * cbor_head_libcbor.c (hosts) and cbor_head_small.c (firmware) answer alike, so that depth,
 * determinism and bounds are decided once, in cbor.c.
 */
#ifndef PROV_CORE_CBOR_HEAD_H
#define PROV_CORE_CBOR_HEAD_H

#include "prov/cbor.h"

struct cbor_head {
    enum prov_cbor_type type;
    size_t value; /* the argument: number, length, count, tag, or the simple value */
    size_t len;   /* octets of the head */
};

/* The head that the `left` octets from `at` on begin with, of which there is one at least.
 * PROV_E_TRUNCATED; PROV_E_DETERMINISM for arguments that are longer than need be (section 4.2.1);
 * PROV_E_FORMAT for indefinite lengths, reserved heads, floats and simple values other than false, true
 * and null. ret may be written even then. */
PROV_MUST prov_result cbor_head_get(const uint8_t *at, size_t left, struct cbor_head *ret);
/* Appends the shortest head. */
void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, size_t value);

#endif
