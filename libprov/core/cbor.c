/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/cbor.h"

#include <string.h>

#include "prov/text.h"

#include "cbor_head.h"

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

/* --- writing --------------------------------------------------------------------------------- */

void prov_cbor_put_uint(struct prov_buf *buf, size_t value)
{
    cbor_head_put(buf, PROV_CBOR_UINT, value);
}

void prov_cbor_put_int(struct prov_buf *buf, ptrdiff_t value)
{
    if (value >= 0)
        cbor_head_put(buf, PROV_CBOR_UINT, (size_t)value);
    else
        cbor_head_put(buf, PROV_CBOR_NINT, (size_t)(-1 - value));
}

void prov_cbor_put_bstr_head(struct prov_buf *buf, size_t len)
{
    cbor_head_put(buf, PROV_CBOR_BSTR, len);
}

void prov_cbor_put_octets(struct prov_buf *buf, const void *data, size_t len)
{
    prov_cbor_put_bstr_head(buf, len);
    prov_put(buf, data, len);
}

void prov_cbor_put_text(struct prov_buf *buf, struct prov_bytes text)
{
    cbor_head_put(buf, PROV_CBOR_TSTR, text.len);
    prov_put_bytes(buf, text);
}

void prov_cbor_put_tstr(struct prov_buf *buf, const char *text)
{
    prov_cbor_put_text(buf, prov_bytes_text(text));
}

void prov_cbor_put_array(struct prov_buf *buf, size_t count)
{
    cbor_head_put(buf, PROV_CBOR_ARRAY, count);
}

void prov_cbor_put_map(struct prov_buf *buf, size_t count)
{
    cbor_head_put(buf, PROV_CBOR_MAP, count);
}

size_t prov_cbor_open_map(struct prov_buf *buf)
{
    prov_cbor_put_map(buf, 0);
    return buf->len;
}

void prov_cbor_close_map(struct prov_buf *buf, size_t mark, size_t count)
{
    if (count >= 24)
        buf->overflow = true;
    if (!buf->overflow)
        buf->data[mark - 1] |= (uint8_t)count;
}

void prov_cbor_put_tag(struct prov_buf *buf, size_t tag)
{
    cbor_head_put(buf, PROV_CBOR_TAG, tag);
}

void prov_cbor_put_null(struct prov_buf *buf)
{
    cbor_head_put(buf, PROV_CBOR_SIMPLE, SIMPLE_NULL);
}

void prov_cbor_put_bool(struct prov_buf *buf, bool value)
{
    cbor_head_put(buf, PROV_CBOR_SIMPLE, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void prov_cbor_put_item(struct prov_buf *buf, struct prov_bytes item)
{
    prov_put_bytes(buf, item);
}

/* --- reading: heads -------------------------------------------------------------------------- */

/* The next head; the reader stays. False if the reader has failed. So many octets must follow as a string's says, and
 * so many items, each of an octet at least, as a container's says: a count that can't be true is refused before
 * anything is looped over. */
static bool peek(struct prov_reader *reader, struct cbor_head *ret)
{
    size_t left = prov_reader_left(reader);

    if (reader->error != PROV_OK)
        return false;
    reader->error =
        left > 0 ? cbor_head_get(reader->bytes.data + reader->at, left, ret) : PROV_E_TRUNCATED;
    if (reader->error != PROV_OK)
        return false;
    left -= ret->len;
    if (ret->type == PROV_CBOR_MAP)
        left /= 2;
    if (ret->type >= PROV_CBOR_BSTR && ret->type <= PROV_CBOR_MAP && ret->value > left)
        reader->error = PROV_E_TRUNCATED;
    return reader->error == PROV_OK;
}

/* An argument between low and high. */
static size_t get_argument(struct prov_reader *reader, enum prov_cbor_type type, size_t low,
                           size_t high)
{
    struct cbor_head head;

    if (!peek(reader, &head))
        return 0;
    if (head.type != type || head.value < low || head.value > high) {
        reader->error = head.type != type ? PROV_E_FORMAT : PROV_E_BOUNDS;
        return 0;
    }
    reader->at += head.len;
    return head.value;
}

bool prov_cbor_next_is(const struct prov_reader *reader, enum prov_cbor_type type)
{
    struct prov_reader ahead = *reader;
    struct cbor_head head;

    return peek(&ahead, &head) && head.type == type;
}

size_t prov_cbor_get_uint(struct prov_reader *reader)
{
    return get_argument(reader, PROV_CBOR_UINT, 0, SIZE_MAX);
}

uint32_t prov_cbor_get_number(struct prov_reader *reader, uint32_t low, uint32_t high)
{
    return (uint32_t)get_argument(reader, PROV_CBOR_UINT, low, high);
}

size_t prov_cbor_get_tag(struct prov_reader *reader)
{
    return get_argument(reader, PROV_CBOR_TAG, 0, SIZE_MAX);
}

size_t prov_cbor_get_array(struct prov_reader *reader, size_t low, size_t high)
{
    return get_argument(reader, PROV_CBOR_ARRAY, low, high);
}

ptrdiff_t prov_cbor_get_int(struct prov_reader *reader)
{
    bool negative = prov_cbor_next_is(reader, PROV_CBOR_NINT);
    ptrdiff_t value =
        (ptrdiff_t)get_argument(reader, negative ? PROV_CBOR_NINT : PROV_CBOR_UINT, 0, PTRDIFF_MAX);

    return negative ? -1 - value : value;
}

/* A simple value from low to high; another one is another type. */
static size_t get_simple(struct prov_reader *reader, size_t low, size_t high)
{
    struct prov_reader ahead = *reader;
    size_t value = get_argument(&ahead, PROV_CBOR_SIMPLE, low, high);

    if (ahead.error == PROV_OK)
        reader->at = ahead.at;
    else
        prov_reader_fail(reader, ahead.error == PROV_E_BOUNDS ? PROV_E_FORMAT : ahead.error);
    return value;
}

bool prov_cbor_get_bool(struct prov_reader *reader)
{
    return get_simple(reader, SIMPLE_FALSE, SIMPLE_TRUE) == SIMPLE_TRUE;
}

bool prov_cbor_get_null(struct prov_reader *reader)
{
    struct prov_reader ahead = *reader;

    if (get_argument(&ahead, PROV_CBOR_SIMPLE, SIMPLE_NULL, SIMPLE_NULL) != SIMPLE_NULL)
        return false;
    reader->at = ahead.at;
    return true;
}

/* --- reading: strings ------------------------------------------------------------------------- */

/* Text of up to high octets, which is UTF-8. */
static void get_utf8(struct prov_reader *reader, size_t high, struct prov_bytes *ret)
{
    size_t start = reader->at;

    prov_get_bytes(reader, get_argument(reader, PROV_CBOR_TSTR, 0, high), ret);
    if (prov_is_utf8(*ret))
        return;
    prov_reader_fail_at(reader, start, PROV_E_FORMAT);
    *ret = PROV_BYTES_NONE;
}

void prov_cbor_get_bstr(struct prov_reader *reader, size_t low, size_t high, struct prov_bytes *ret)
{
    prov_get_bytes(reader, get_argument(reader, PROV_CBOR_BSTR, low, high), ret);
}

void prov_cbor_get_copy(struct prov_reader *reader, uint8_t *ret, size_t len)
{
    struct prov_bytes string;

    prov_cbor_get_bstr(reader, len, len, &string);
    if (string.len > 0)
        memcpy(ret, string.data, string.len);
}

void prov_cbor_get_tstr(struct prov_reader *reader, struct prov_bytes *ret)
{
    get_utf8(reader, SIZE_MAX, ret);
}

void prov_cbor_get_text(struct prov_reader *reader, char *ret, size_t cap)
{
    struct prov_bytes text;

    get_utf8(reader, cap - 1, &text);
    if (reader->error != PROV_OK)
        return;
    if (text.len > 0)
        memcpy(ret, text.data, text.len);
    ret[text.len] = '\0';
}

size_t prov_cbor_get_bstrs(struct prov_reader *reader, size_t low, size_t high,
                           struct prov_bytes *ret)
{
    size_t count = prov_cbor_get_array(reader, low, high);

    for (size_t i = 0; i < count; i++)
        prov_cbor_get_bstr(reader, 0, SIZE_MAX, &ret[i]);
    return reader->error == PROV_OK ? count : 0;
}

/* --- reading: whole items, and maps with integer keys ----------------------------------------- */

/* The key that was taken from `start` on comes after the last in the bytewise order of encodings (RFC 8949,
 * section 4.2.1), and is the last from now on. No item's encoding begins another's: keys differ before either
 * ends, and the last one stands before this one, so that there are as many octets of it to look at. */
static void check_key(struct prov_reader *reader, size_t start, const uint8_t **last)
{
    const uint8_t *key = reader->bytes.data + start;

    if (reader->error == PROV_OK && *last != NULL && memcmp(key, *last, reader->at - start) <= 0)
        prov_reader_fail_at(reader, start, PROV_E_DETERMINISM);
    *last = key;
}

/* Text that a device passes over is read by nobody; what it reads is judged where it is. */
#define JUDGES_TEXT PROV_WITH_SERVER

/* depth counts the containers and tags around the item, so that the recursion ends at
 * PROV_CBOR_DEPTH_MAX. */
static void walk(struct prov_reader *reader, unsigned depth)
{
    size_t start = reader->at;
    const uint8_t *last = NULL;
    struct cbor_head head;

    if (!peek(reader, &head))
        return;
    reader->at += head.len;
    if (head.type == PROV_CBOR_BSTR || head.type == PROV_CBOR_TSTR) {
        struct prov_bytes string = PROV_BYTES(reader->bytes.data + reader->at, head.value);
        reader->at += string.len;
        if (JUDGES_TEXT && head.type == PROV_CBOR_TSTR && !prov_is_utf8(string))
            prov_reader_fail_at(reader, start, PROV_E_FORMAT);
        return;
    }
    if (head.type < PROV_CBOR_ARRAY || head.type == PROV_CBOR_SIMPLE)
        return;
    if (depth == PROV_CBOR_DEPTH_MAX)
        prov_reader_fail_at(reader, start, PROV_E_BOUNDS);
    for (size_t left = head.type == PROV_CBOR_TAG ? 1 : head.value;
         left > 0 && reader->error == PROV_OK; left--) {
        start = reader->at;
        walk(reader, depth + 1);
        if (head.type == PROV_CBOR_MAP) {
            check_key(reader, start, &last);
            walk(reader, depth + 1);
        }
    }
}

void prov_cbor_skip(struct prov_reader *reader)
{
    walk(reader, 0);
}

void prov_cbor_get_item(struct prov_reader *reader, struct prov_bytes *ret)
{
    size_t start = reader->at;

    *ret = PROV_BYTES_NONE;
    prov_cbor_skip(reader);
    if (reader->error == PROV_OK)
        *ret = PROV_BYTES(reader->bytes.data + start, reader->at - start);
}

prov_result prov_cbor_check(struct prov_bytes bytes)
{
    struct prov_reader reader = prov_reader_make(bytes);

    prov_cbor_skip(&reader);
    return prov_reader_end(&reader);
}

struct prov_cbor_map prov_cbor_get_map(struct prov_reader *reader)
{
    return (struct prov_cbor_map){get_argument(reader, PROV_CBOR_MAP, 0, SIZE_MAX), NULL};
}

bool prov_cbor_get_key(struct prov_reader *reader, struct prov_cbor_map *map, int32_t *ret)
{
    size_t start = reader->at;

    if (map->left == 0)
        return false;
    ptrdiff_t key = prov_cbor_get_int(reader);
    check_key(reader, start, &map->last);
    if (key != (int32_t)key)
        prov_reader_fail_at(reader, start, PROV_E_BOUNDS);
    if (reader->error != PROV_OK)
        return false;
    map->left--;
    *ret = (int32_t)key;
    return true;
}
