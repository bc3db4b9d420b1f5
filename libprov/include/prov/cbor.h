/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/cbor.h: CBOR in its core deterministic encoding (RFC 8949, section 4.2.1), written and read
 * item by item. Depth, determinism and bounds are enforced here; the heads of items come through a
 * small seam (cbor_head.h): libcbor's streaming calls on hosts, a few lines in firmware. No heap.
 *
 * A reader refuses what is not deterministic: longer heads than needed, indefinite lengths, map
 * keys out of order or twice (PROV_E_DETERMINISM), reserved values (PROV_E_FORMAT), depth over 8
 * (PROV_E_BOUNDS).
 */
#ifndef PROV_CBOR_H
#define PROV_CBOR_H

#include "prov/bytes.h"

#define PROV_CBOR_DEPTH_MAX 8

void prov_cbor_put_uint(struct prov_buf *buf, uint64_t value);
void prov_cbor_put_int(struct prov_buf *buf, int64_t value);
void prov_cbor_put_bstr(struct prov_buf *buf, struct prov_bytes bytes);
/* The head alone of a byte string, for content that is written (or hashed) by other means. */
void prov_cbor_put_bstr_head(struct prov_buf *buf, size_t len);
void prov_cbor_put_tstr(struct prov_buf *buf, const char *text);
/* The same from a view; what is in it is UTF-8. */
void prov_cbor_put_text(struct prov_buf *buf, struct prov_bytes text);
void prov_cbor_put_array(struct prov_buf *buf, size_t count);
/* The caller puts keys in bytewise order of their encodings: 1, 2, …, 23, 24, …, -1, -2, … */
void prov_cbor_put_map(struct prov_buf *buf, size_t count);
void prov_cbor_put_tag(struct prov_buf *buf, uint64_t tag);
void prov_cbor_put_null(struct prov_buf *buf);
void prov_cbor_put_bool(struct prov_buf *buf, bool value);
/* An item that is encoded already. */
void prov_cbor_put_item(struct prov_buf *buf, struct prov_bytes item);

enum prov_cbor_type {
    PROV_CBOR_UINT = 0,
    PROV_CBOR_NINT = 1,
    PROV_CBOR_BSTR = 2,
    PROV_CBOR_TSTR = 3,
    PROV_CBOR_ARRAY = 4,
    PROV_CBOR_MAP = 5,
    PROV_CBOR_TAG = 6,
    PROV_CBOR_SIMPLE = 7 /* false 20, true 21, null 22; floats are refused */
};

/* Each take checks the type and advances over the item's head (and, for strings, its content).
 * PROV_E_TRUNCATED, PROV_E_FORMAT (another type, or text that is not UTF-8), PROV_E_DETERMINISM,
 * PROV_E_BOUNDS (a number beyond int64). On failure the reader's `at` tells where: at the item that
 * was refused; prov_cbor_take_item leaves it at the refused item inside. */
PROV_MUST prov_result prov_cbor_peek(const struct prov_reader *reader, enum prov_cbor_type *ret);
PROV_MUST prov_result prov_cbor_take_uint(struct prov_reader *reader, uint64_t *ret);
PROV_MUST prov_result prov_cbor_take_int(struct prov_reader *reader, int64_t *ret);
PROV_MUST prov_result prov_cbor_take_bstr(struct prov_reader *reader, struct prov_bytes *ret);
PROV_MUST prov_result prov_cbor_take_tstr(struct prov_reader *reader, struct prov_bytes *ret);
PROV_MUST prov_result prov_cbor_take_array(struct prov_reader *reader, size_t *ret_count);
PROV_MUST prov_result prov_cbor_take_tag(struct prov_reader *reader, uint64_t *ret);
PROV_MUST prov_result prov_cbor_take_bool(struct prov_reader *reader, bool *ret);
/* true if the next item is null, which is then taken; otherwise nothing is. */
bool prov_cbor_take_null(struct prov_reader *reader);
/* One whole item of any kind, checked to the bottom. */
PROV_MUST prov_result prov_cbor_take_item(struct prov_reader *reader, struct prov_bytes *ret);

/* A map with integer keys, walked in order: begin, then next until *ret_more is false. next takes
 * the key and checks that it comes after the one before; the caller takes the value. */
struct prov_cbor_map {
    size_t left;
    bool any;
    int64_t last; /* in encoded order */
};
PROV_MUST prov_result prov_cbor_map_begin(struct prov_reader *reader, struct prov_cbor_map *map);
PROV_MUST prov_result prov_cbor_map_next(struct prov_reader *reader, struct prov_cbor_map *map,
                                         bool *ret_more, int64_t *ret_key);

/* PROV_OK if the whole of it is one deterministic item and nothing more. */
PROV_MUST prov_result prov_cbor_check(struct prov_bytes bytes);

#endif
