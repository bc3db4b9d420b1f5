/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/cbor.h"

#include <string.h>

#include "cbor_head.h"

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

/* --- writing --------------------------------------------------------------------------------- */

void prov_cbor_put_uint(struct prov_buf *buf, uint64_t value)
{
    cbor_head_put(buf, PROV_CBOR_UINT, value);
}

void prov_cbor_put_int(struct prov_buf *buf, int64_t value)
{
    if (value >= 0)
        cbor_head_put(buf, PROV_CBOR_UINT, (uint64_t)value);
    else
        cbor_head_put(buf, PROV_CBOR_NINT, (uint64_t)(-1 - value));
}

void prov_cbor_put_bstr_head(struct prov_buf *buf, size_t len)
{
    cbor_head_put(buf, PROV_CBOR_BSTR, len);
}

void prov_cbor_put_bstr(struct prov_buf *buf, struct prov_bytes bytes)
{
    prov_cbor_put_bstr_head(buf, bytes.len);
    prov_put_bytes(buf, bytes);
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

void prov_cbor_put_tag(struct prov_buf *buf, uint64_t tag)
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

static struct prov_bytes left_of(const struct prov_reader *reader)
{
    size_t left = prov_reader_left(reader);

    return PROV_BYTES(left > 0 ? reader->bytes.data + reader->at : NULL, left);
}

/* RFC 8949, section 4.2.1: the argument as short as it can be. */
static size_t shortest(uint64_t value)
{
    if (value < 24)
        return 1;
    if (value <= 0xff)
        return 2;
    if (value <= 0xffff)
        return 3;
    return value <= 0xffffffff ? 5 : 9;
}

/* The next head, checked; the reader stays. */
static prov_result peek(const struct prov_reader *reader, struct cbor_head *ret)
{
    prov_result result = cbor_head_get(left_of(reader), ret);

    if (result == PROV_OK && ret->len != shortest(ret->value))
        return PROV_E_DETERMINISM;
    return result;
}

/* The next head, which must be of the type; the reader stays. */
static prov_result expect(const struct prov_reader *reader, enum prov_cbor_type type,
                          struct cbor_head *ret)
{
    struct cbor_head head;
    prov_result result = peek(reader, &head);

    if (result == PROV_OK && head.type != type)
        return PROV_E_FORMAT;
    if (result == PROV_OK)
        *ret = head;
    return result;
}

prov_result prov_cbor_peek(const struct prov_reader *reader, enum prov_cbor_type *ret)
{
    struct cbor_head head;
    prov_result result = peek(reader, &head);

    if (result == PROV_OK)
        *ret = head.type;
    return result;
}

prov_result prov_cbor_take_uint(struct prov_reader *reader, uint64_t *ret)
{
    struct cbor_head head;
    prov_result result = expect(reader, PROV_CBOR_UINT, &head);

    if (result != PROV_OK)
        return result;
    reader->at += head.len;
    *ret = head.value;
    return PROV_OK;
}

prov_result prov_cbor_take_int(struct prov_reader *reader, int64_t *ret)
{
    struct cbor_head head;
    prov_result result = peek(reader, &head);

    if (result != PROV_OK)
        return result;
    if (head.type != PROV_CBOR_UINT && head.type != PROV_CBOR_NINT)
        return PROV_E_FORMAT;
    if (head.value > INT64_MAX)
        return PROV_E_BOUNDS;
    reader->at += head.len;
    *ret = head.type == PROV_CBOR_UINT ? (int64_t)head.value : -1 - (int64_t)head.value;
    return PROV_OK;
}

/* A string's head and content; peek has seen that all of it is there. */
static struct prov_bytes take_content(struct prov_reader *reader, const struct cbor_head *head)
{
    const uint8_t *at = reader->bytes.data + reader->at + head->len;

    reader->at += head->len + (size_t)head->value;
    return PROV_BYTES(at, (size_t)head->value);
}

prov_result prov_cbor_take_bstr(struct prov_reader *reader, struct prov_bytes *ret)
{
    struct cbor_head head;
    prov_result result = expect(reader, PROV_CBOR_BSTR, &head);

    if (result == PROV_OK)
        *ret = take_content(reader, &head);
    return result;
}

/* How many octets a UTF-8 sequence has by its first, and the range of its second (RFC 3629, section
 * 4). */
static size_t utf8_len(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool is_utf8(struct prov_bytes text)
{
    uint8_t low, high;

    for (size_t i = 0; i < text.len;) {
        size_t len = utf8_len(text.data[i], &low, &high);
        if (len == 0 || len > text.len - i)
            return false;
        for (size_t j = 1; j < len; j++) {
            uint8_t c = text.data[i + j];
            if (c < (j == 1 ? low : 0x80) || c > (j == 1 ? high : 0xbf))
                return false;
        }
        i += len;
    }
    return true;
}

prov_result prov_cbor_take_tstr(struct prov_reader *reader, struct prov_bytes *ret)
{
    struct prov_reader ahead = *reader;
    struct cbor_head head;
    prov_result result = expect(reader, PROV_CBOR_TSTR, &head);

    if (result != PROV_OK)
        return result;
    struct prov_bytes text = take_content(&ahead, &head);
    if (!is_utf8(text))
        return PROV_E_FORMAT;
    *reader = ahead;
    *ret = text;
    return PROV_OK;
}

/* How many items must follow an array's or a map's head; each has an octet at least, so that a
 * count that can't be true is refused before anything is looped over. */
static prov_result check_count(const struct prov_reader *reader, const struct cbor_head *head)
{
    size_t left = prov_reader_left(reader) - head->len;

    return head->value > (head->type == PROV_CBOR_MAP ? left / 2 : left) ? PROV_E_TRUNCATED
                                                                         : PROV_OK;
}

static prov_result take_count(struct prov_reader *reader, enum prov_cbor_type type, size_t *ret)
{
    struct cbor_head head;
    prov_result result = expect(reader, type, &head);

    if (result == PROV_OK)
        result = check_count(reader, &head);
    if (result != PROV_OK)
        return result;
    reader->at += head.len;
    *ret = (size_t)head.value;
    return PROV_OK;
}

prov_result prov_cbor_take_array(struct prov_reader *reader, size_t *ret_count)
{
    return take_count(reader, PROV_CBOR_ARRAY, ret_count);
}

prov_result prov_cbor_take_tag(struct prov_reader *reader, uint64_t *ret)
{
    struct cbor_head head;
    prov_result result = expect(reader, PROV_CBOR_TAG, &head);

    if (result != PROV_OK)
        return result;
    reader->at += head.len;
    *ret = head.value;
    return PROV_OK;
}

prov_result prov_cbor_take_bool(struct prov_reader *reader, bool *ret)
{
    struct cbor_head head;
    prov_result result = expect(reader, PROV_CBOR_SIMPLE, &head);

    if (result != PROV_OK)
        return result;
    if (head.value == SIMPLE_NULL)
        return PROV_E_FORMAT;
    reader->at += head.len;
    *ret = head.value == SIMPLE_TRUE;
    return PROV_OK;
}

bool prov_cbor_take_null(struct prov_reader *reader)
{
    struct cbor_head head;

    if (expect(reader, PROV_CBOR_SIMPLE, &head) != PROV_OK || head.value != SIMPLE_NULL)
        return false;
    reader->at += head.len;
    return true;
}

/* --- reading: whole items -------------------------------------------------------------------- */

static prov_result walk_item(struct prov_reader *reader, unsigned depth);

static prov_result walk_items(struct prov_reader *reader, uint64_t count, unsigned depth)
{
    prov_result result = PROV_OK;

    for (uint64_t i = 0; i < count && result == PROV_OK; i++)
        result = walk_item(reader, depth);
    return result;
}

/* Bytewise lexicographic order of encoded keys (RFC 8949, section 4.2.1). */
static bool comes_after(struct prov_bytes key, struct prov_bytes last)
{
    size_t common = key.len < last.len ? key.len : last.len;
    int order = common == 0 ? 0 : memcmp(key.data, last.data, common);

    return order > 0 || (order == 0 && key.len > last.len);
}

static prov_result walk_pairs(struct prov_reader *reader, uint64_t count, unsigned depth)
{
    struct prov_bytes last = PROV_BYTES_NONE;

    for (uint64_t i = 0; i < count; i++) {
        size_t start = reader->at;
        prov_result result = walk_item(reader, depth);
        if (result != PROV_OK)
            return result;
        struct prov_bytes key = PROV_BYTES(reader->bytes.data + start, reader->at - start);
        if (!comes_after(key, last)) {
            reader->at = start;
            return PROV_E_DETERMINISM;
        }
        last = key;
        result = walk_item(reader, depth);
        if (result != PROV_OK)
            return result;
    }
    return PROV_OK;
}

/* Walks over what belongs to a container's head; depth counts the containers and tags around the
 * item, so that the recursion ends at PROV_CBOR_DEPTH_MAX. */
static prov_result walk_container(struct prov_reader *reader, const struct cbor_head *head,
                                  unsigned depth)
{
    if (depth == PROV_CBOR_DEPTH_MAX)
        return PROV_E_BOUNDS;
    if (head->type == PROV_CBOR_TAG) {
        reader->at += head->len;
        return walk_item(reader, depth + 1);
    }
    prov_result result = check_count(reader, head);
    if (result != PROV_OK)
        return result;
    reader->at += head->len;
    return head->type == PROV_CBOR_ARRAY ? walk_items(reader, head->value, depth + 1)
                                         : walk_pairs(reader, head->value, depth + 1);
}

static prov_result walk_item(struct prov_reader *reader, unsigned depth)
{
    struct prov_bytes content;
    struct cbor_head head;
    prov_result result = peek(reader, &head);

    if (result != PROV_OK)
        return result;
    switch (head.type) {
    case PROV_CBOR_BSTR:
        return prov_cbor_take_bstr(reader, &content);
    case PROV_CBOR_TSTR:
        return prov_cbor_take_tstr(reader, &content);
    case PROV_CBOR_ARRAY:
    case PROV_CBOR_MAP:
    case PROV_CBOR_TAG:
        return walk_container(reader, &head, depth);
    default:
        reader->at += head.len;
        return PROV_OK;
    }
}

prov_result prov_cbor_take_item(struct prov_reader *reader, struct prov_bytes *ret)
{
    size_t start = reader->at;
    prov_result result = walk_item(reader, 0);

    if (result == PROV_OK)
        *ret = PROV_BYTES(reader->bytes.data + start, reader->at - start);
    return result;
}

prov_result prov_cbor_check(struct prov_bytes bytes)
{
    struct prov_reader reader = prov_reader_make(bytes);
    prov_result result = walk_item(&reader, 0);

    if (result == PROV_OK && !prov_reader_done(&reader))
        return PROV_E_TRAILING;
    return result;
}

/* --- reading: maps with integer keys --------------------------------------------------------- */

prov_result prov_cbor_map_begin(struct prov_reader *reader, struct prov_cbor_map *map)
{
    size_t count;
    prov_result result = take_count(reader, PROV_CBOR_MAP, &count);

    if (result == PROV_OK)
        *map = (struct prov_cbor_map){count, false, 0};
    return result;
}

/* The order of the encodings: 0, 1, 2, …, then -1, -2, … */
static bool key_after(int64_t key, int64_t last)
{
    if ((key < 0) != (last < 0))
        return key < 0;
    return key < 0 ? key < last : key > last;
}

prov_result prov_cbor_map_next(struct prov_reader *reader, struct prov_cbor_map *map,
                               bool *ret_more, int64_t *ret_key)
{
    struct prov_reader ahead = *reader;
    int64_t key;

    if (map->left == 0) {
        *ret_more = false;
        return PROV_OK;
    }
    prov_result result = prov_cbor_take_int(&ahead, &key);
    if (result != PROV_OK)
        return result;
    if (map->any && !key_after(key, map->last))
        return PROV_E_DETERMINISM;
    *reader = ahead;
    *map = (struct prov_cbor_map){map->left - 1, true, key};
    *ret_more = true;
    *ret_key = key;
    return PROV_OK;
}
