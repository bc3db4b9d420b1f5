/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"

#include <string.h>

/* --- reading ---------------------------------------------------------------------------------- */

struct prov_der prov_der_make(struct prov_bytes bytes)
{
    static const uint8_t nothing[1];
    const uint8_t *data = bytes.len > 0 ? bytes.data : nothing;

    return (struct prov_der){data, data + bytes.len, PROV_OK};
}

void prov_der_fail(struct prov_der *der, prov_result result)
{
    if (der->result == PROV_OK)
        der->result = result;
    der->at = der->end;
}

bool prov_der_more(const struct prov_der *der)
{
    return der->at < der->end;
}

bool prov_der_next_is(const struct prov_der *der, uint8_t tag)
{
    return prov_der_more(der) && der->at[0] == tag;
}

void prov_der_end(struct prov_der *der)
{
    if (prov_der_more(der))
        prov_der_fail(der, PROV_E_TRAILING);
}

/* Length: one octet below 0x80, else 0x80 + the number of octets that follow, the fewest that hold
 * it (X.690, sections 8.1.3 and 10.1). Three octets are enough for all that is read here. */
#define LENGTH_OCTETS_MAX 3

static bool take_length(struct prov_reader *reader, size_t *ret)
{
    uint8_t first, next;
    size_t length = 0;

    if (!prov_take_u8(reader, &first))
        return false;
    if (first < 0x80) {
        *ret = first;
        return true;
    }
    for (int i = first & 0x7f; i > 0; i--) {
        if (!prov_take_u8(reader, &next))
            return false;
        length = length << 8 | next;
    }
    *ret = length;
    return true;
}

static bool is_minimal(uint8_t first, size_t length)
{
    static const size_t least[LENGTH_OCTETS_MAX + 1] = {0, 0x80, 0x100, 0x10000};

    if (first < 0x80)
        return true;
    return first > 0x80 && first <= 0x80 + LENGTH_OCTETS_MAX && length >= least[first & 0x7f];
}

struct prov_bytes prov_der_take_any(struct prov_der *der, uint8_t *ret_tag,
                                    struct prov_bytes *ret_content)
{
    size_t left = (size_t)(der->end - der->at);
    struct prov_reader reader = prov_reader_make(PROV_BYTES(der->at, left));
    struct prov_bytes whole, content = PROV_BYTES_NONE;
    uint8_t tag = 0;
    size_t length = 0;

    *ret_tag = 0;
    *ret_content = PROV_BYTES_NONE;
    if (left > 1 && (der->at[1] == 0x80 || der->at[1] > 0x80 + LENGTH_OCTETS_MAX)) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    if (!prov_take_u8(&reader, &tag) || !take_length(&reader, &length)) {
        prov_der_fail(der, PROV_E_TRUNCATED);
        return PROV_BYTES_NONE;
    }
    if ((tag & 0x1f) == 0x1f || !is_minimal(der->at[1], length)) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    if (!prov_take(&reader, length, &content)) {
        prov_der_fail(der, PROV_E_TRUNCATED);
        return PROV_BYTES_NONE;
    }
    whole = PROV_BYTES(der->at, reader.at);
    der->at += reader.at;
    *ret_tag = tag;
    *ret_content = content;
    return whole;
}

static struct prov_bytes take(struct prov_der *der, uint8_t tag, bool whole)
{
    uint8_t found;
    struct prov_bytes content, element;

    if (prov_der_more(der) && der->at[0] != tag) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    element = prov_der_take_any(der, &found, &content);
    return whole ? element : content;
}

struct prov_bytes prov_der_take(struct prov_der *der, uint8_t tag)
{
    return take(der, tag, false);
}

struct prov_bytes prov_der_take_whole(struct prov_der *der, uint8_t tag)
{
    return take(der, tag, true);
}

struct prov_der prov_der_enter(struct prov_der *der, uint8_t tag)
{
    struct prov_der inner = prov_der_make(prov_der_take(der, tag));

    inner.result = der->result;
    return inner;
}

void prov_der_leave(struct prov_der *der, struct prov_der *inner)
{
    prov_der_end(inner);
    if (inner->result != PROV_OK)
        prov_der_fail(der, inner->result);
}

void prov_der_take_true(struct prov_der *der)
{
    struct prov_bytes content = prov_der_take(der, DER_BOOLEAN);

    if (content.len != 1 || content.data[0] != 0xff)
        prov_der_fail(der, PROV_E_FORMAT);
}

struct prov_bytes prov_der_take_unsigned(struct prov_der *der)
{
    struct prov_bytes content = prov_der_take(der, DER_INTEGER);

    if (content.len == 0 || (content.data[0] & 0x80) != 0 ||
        (content.len > 1 && content.data[0] == 0 && (content.data[1] & 0x80) == 0)) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    if (content.len > 1 && content.data[0] == 0)
        return PROV_BYTES(content.data + 1, content.len - 1);
    return content;
}

struct prov_bytes prov_der_take_oid(struct prov_der *der)
{
    struct prov_bytes content = prov_der_take(der, DER_OID);
    bool starts = true, ok = content.len > 0;

    for (size_t i = 0; i < content.len; i++) {
        ok = ok && !(starts && content.data[i] == 0x80);
        starts = (content.data[i] & 0x80) == 0;
    }
    if (!ok || !starts) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    return content;
}

struct prov_bytes prov_der_take_bits(struct prov_der *der)
{
    struct prov_bytes content = prov_der_take(der, DER_BIT_STRING);

    if (content.len == 0 || content.data[0] != 0) {
        prov_der_fail(der, PROV_E_FORMAT);
        return PROV_BYTES_NONE;
    }
    return PROV_BYTES(content.data + 1, content.len - 1);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* One octet is kept for the length; close moves the content on when it needs more. */
size_t prov_der_open(struct prov_buf *buf, uint8_t tag)
{
    prov_put_u8(buf, tag);
    prov_put_u8(buf, 0);
    return buf->len;
}

void prov_der_close(struct prov_buf *buf, size_t mark)
{
    size_t length = buf->len - mark;
    size_t more = length < 0x80 ? 0 : length < 0x100 ? 1 : 2;
    uint8_t *content;

    if (buf->overflow || length > 0xffff || (more > 0 && prov_put_space(buf, more) == NULL)) {
        buf->overflow = true;
        return;
    }
    content = buf->data + mark;
    memmove(content + more, content, length);
    content[-1] = (uint8_t)(more == 0 ? length : 0x80 + more);
    for (size_t i = more; i > 0; i--, length >>= 8)
        content[i - 1] = (uint8_t)length;
}

void prov_der_put(struct prov_buf *buf, uint8_t tag, struct prov_bytes content)
{
    size_t mark = prov_der_open(buf, tag);

    prov_put_bytes(buf, content);
    prov_der_close(buf, mark);
}

void prov_der_put_unsigned(struct prov_buf *buf, struct prov_bytes octets)
{
    size_t mark = prov_der_open(buf, DER_INTEGER);

    while (octets.len > 1 && octets.data[0] == 0)
        octets = PROV_BYTES(octets.data + 1, octets.len - 1);
    if (octets.len == 0 || (octets.data[0] & 0x80) != 0)
        prov_put_u8(buf, 0);
    prov_put_bytes(buf, octets);
    prov_der_close(buf, mark);
}

void prov_der_put_bits(struct prov_buf *buf, struct prov_bytes octets)
{
    size_t mark = prov_der_open(buf, DER_BIT_STRING);

    prov_put_u8(buf, 0);
    prov_put_bytes(buf, octets);
    prov_der_close(buf, mark);
}
