/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/cbor.h: CBOR in its core deterministic encoding (RFC 8949, section 4.2.1), written and read
 * item by item. Depth, determinism and bounds are enforced here; the heads of items come through a
 * small seam (cbor_head.h): libcbor's streaming calls on hosts, a few lines in firmware. No heap.
 *
 * Numbers are as wide as a size: 64 bits on hosts, 32 in firmware, which refuses larger ones
 * (PROV_E_FORMAT).
 *
 * A reader refuses what is not deterministic: longer heads than needed, map keys out of order or twice
 * (PROV_E_DETERMINISM), indefinite lengths, reserved values (PROV_E_FORMAT), depth over 8
 * (PROV_E_BOUNDS).
 */
#ifndef PROV_CBOR_H
#define PROV_CBOR_H

#include "prov/bytes.h"

#define PROV_CBOR_DEPTH_MAX 8

void prov_cbor_put_uint(struct prov_buf *buf, size_t value);
void prov_cbor_put_int(struct prov_buf *buf, ptrdiff_t value);
void prov_cbor_put_octets(struct prov_buf *buf, const void *data, size_t len); /* a byte string */
static inline void prov_cbor_put_bstr(struct prov_buf *buf, struct prov_bytes bytes)
{
    prov_cbor_put_octets(buf, bytes.data, bytes.len);
}
/* The head alone of a byte string, for content that is written (or hashed) by other means. */
void prov_cbor_put_bstr_head(struct prov_buf *buf, size_t len);
void prov_cbor_put_tstr(struct prov_buf *buf, const char *text);
/* The same from a view; what is in it is UTF-8. */
void prov_cbor_put_text(struct prov_buf *buf, struct prov_bytes text);
void prov_cbor_put_array(struct prov_buf *buf, size_t count);
/* The caller puts keys in bytewise order of their encodings: 1, 2, …, 23, 24, …, -1, -2, … */
void prov_cbor_put_map(struct prov_buf *buf, size_t count);
/* A map whose members are counted as they are written, at most 23: open returns a mark. */
size_t prov_cbor_open_map(struct prov_buf *buf);
void prov_cbor_close_map(struct prov_buf *buf, size_t mark, size_t count);
void prov_cbor_put_tag(struct prov_buf *buf, size_t tag);
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

/* Reading is sticky (prov_get_…, prov/bytes.h): each get checks the next item's type, takes its head
 * (and, of strings, the content) and gives its value; the first failure stays in the reader, and from then
 * on values are 0, false or PROV_BYTES_NONE. PROV_E_TRUNCATED, PROV_E_FORMAT (another type, or text that
 * is not UTF-8), PROV_E_DETERMINISM, PROV_E_BOUNDS (a value, a length or a count outside of low … high).
 * The reader's `at` tells where: at the item that was refused. So a decoder reads like its schema:
 *
 *     struct prov_reader reader = prov_reader_make(bytes);
 *     struct prov_cbor_map map = prov_cbor_get_map(&reader);
 *     int32_t key;
 *     while (prov_cbor_get_key(&reader, &map, &key)) {
 *         if (key == 1)
 *             kind = prov_cbor_get_number(&reader, 1, 3);
 *         else if (key == 2)
 *             prov_cbor_get_bstr(&reader, 1, 16, &id);
 *         else
 *             prov_cbor_skip(&reader);             or prov_reader_fail(&reader, PROV_E_FORMAT);
 *     }
 *     return prov_reader_end(&reader);
 */
size_t prov_cbor_get_uint(struct prov_reader *reader);
uint32_t prov_cbor_get_number(struct prov_reader *reader, uint32_t low, uint32_t high);
ptrdiff_t prov_cbor_get_int(struct prov_reader *reader); /* PROV_E_BOUNDS beyond it */
bool prov_cbor_get_bool(struct prov_reader *reader);
size_t prov_cbor_get_tag(struct prov_reader *reader);
void prov_cbor_get_bstr(struct prov_reader *reader, size_t low, size_t high,
                        struct prov_bytes *ret);
/* A byte string of exactly len octets, copied; ret is left alone on failure. */
void prov_cbor_get_copy(struct prov_reader *reader, uint8_t *ret, size_t len);
void prov_cbor_get_tstr(struct prov_reader *reader, struct prov_bytes *ret);
/* Text of up to cap - 1 octets, copied, with a NUL after it; ret is left alone on failure. */
void prov_cbor_get_text(struct prov_reader *reader, char *ret, size_t cap);
/* The count; the items follow. A count that can't be true (each item has an octet) is refused. */
size_t prov_cbor_get_array(struct prov_reader *reader, size_t low, size_t high);
/* [low*high bstr]; returns the count. */
size_t prov_cbor_get_bstrs(struct prov_reader *reader, size_t low, size_t high,
                           struct prov_bytes *ret);
/* True if the next item is of the type; false after a failure and at the end, which is none. */
bool prov_cbor_next_is(const struct prov_reader *reader, enum prov_cbor_type type);
/* True if the next item is null, which is then taken; otherwise nothing is, and nothing failed. */
bool prov_cbor_get_null(struct prov_reader *reader);
/* One whole item of any kind, checked to the bottom (`at`: the refused item inside); whether its text is UTF-8,
 * firmware asks of what it gets alone. */
void prov_cbor_get_item(struct prov_reader *reader, struct prov_bytes *ret);
void prov_cbor_skip(struct prov_reader *reader);

/* A map with integer keys, walked in order. get_key takes the next key and checks that it comes after
 * the one before; the caller takes the value. False at the end of the map, or after a failure. */
struct prov_cbor_map {
    size_t left;
    const uint8_t *last; /* key, encoded, or NULL */
};
struct prov_cbor_map prov_cbor_get_map(struct prov_reader *reader);
bool prov_cbor_get_key(struct prov_reader *reader, struct prov_cbor_map *map, int32_t *ret);

/* PROV_OK if the whole of it is one deterministic item and nothing more. */
PROV_MUST prov_result prov_cbor_check(struct prov_bytes bytes);

#endif
