/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"

#include <string.h>

/* Length: one octet below 0x80, else 0x80 + the number of octets that follow, the fewest that hold it (X.690,
 * sections 8.1.3 and 10.1). Two are enough for all that is read and written here. */
static size_t head_len(size_t length)
{
    return 2 + (size_t)(length >= 0x80) + (size_t)(length >= 0x100);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_integer(struct prov_bytes octets)
{
    /* the first nine bits are not all alike (X.690, section 8.3.2) */
    return octets.len == 1 ||
           (octets.len > 1 && octets.data[0] != (octets.data[1] >= 0x80 ? 0xff : 0));
}

/* X.690, section 8.19 */
static bool is_oid(struct prov_bytes octets)
{
    uint8_t last = 0x80; /* its first bit: the number goes on */

    for (size_t i = 0; i < octets.len; i++) {
        if ((last < 0x80 || i == 0) && octets.data[i] == 0x80)
            return false;
        last = octets.data[i];
    }
    return last < 0x80;
}

static bool is_strict(uint8_t tag, struct prov_bytes content)
{
    if (tag == DER_BOOLEAN)
        return content.len == 1 && content.data[0] == 0xff;
    if (tag == DER_INTEGER)
        return is_integer(content);
    return tag != DER_OID || is_oid(content);
}

/* A length in more octets than it needs, or cut off, does not give back the head that it was read from. */
static uint8_t take(struct prov_bytes *left, struct prov_bytes *ret)
{
    const uint8_t *at = left->data;
    size_t length = 0, head = 2, all = left->len;

    *ret = PROV_BYTES_NONE;
    left->len = 0;
    if (all < 2)
        return 0;
    length = at[1];
    if (length > 0x80) {
        head += length - 0x80;
        length = 0;
        for (size_t i = 2; i < head && i < all; i++)
            length = length << 8 | at[i];
    }
    if (head != head_len(length) || length > all - head)
        return 0;
    *ret = PROV_BYTES(at + head, length);
    if (!is_strict(*at, *ret))
        return 0;
    *left = PROV_BYTES(ret->data + length, all - head - length);
    return *at;
}

uint8_t prov_der_take(struct prov_bytes *left, struct prov_bytes *ret)
{
    const uint8_t *start = left->data;
    uint8_t tag = take(left, ret);

    if (tag == DER_SEQUENCE)
        *ret = PROV_BYTES(start, (size_t)(left->data - start));
    return tag;
}

bool prov_der_open(const struct prov_bytes *element, uint8_t tag, struct prov_bytes *ret)
{
    struct prov_bytes left = *element;

    return take(&left, ret) == tag && left.len == 0;
}

bool prov_der_split(const struct prov_bytes *sequence, const uint8_t *tags, size_t count,
                    struct prov_bytes *ret)
{
    struct prov_bytes left;
    bool good = prov_der_open(sequence, DER_SEQUENCE, &left);

    for (; count > 0; count--, tags++, ret++) {
        *ret = PROV_BYTES_NONE;
        if (left.len > 0 && *left.data == (*tags & ~DER_OPTIONAL))
            good = prov_der_take(&left, ret) != 0 && good;
        else
            good = (*tags & DER_OPTIONAL) != 0 && good;
    }
    return good && left.len == 0;
}

bool prov_der_is(const struct prov_bytes *octets, const uint8_t *is)
{
    return prov_octets_equal(octets->data, octets->len, is + 1, is[0]);
}

/* --- writing ---------------------------------------------------------------------------------- */

void prov_der_wrap(struct prov_buf *buf, size_t mark, uint8_t tag)
{
    size_t length = buf->len - mark, head = head_len(length);

    prov_put_space(buf, head);
    if (length > 0xffff)
        buf->overflow = true;
    if (buf->overflow)
        return;
    uint8_t *at = buf->data + mark;
    memmove(at + head, at, length);
    at[0] = tag;
    at[1] = (uint8_t)(0x80 + head - 2); /* unless the length stands there */
    for (size_t i = head - 1; i >= (head > 2 ? 2 : 1); i--) {
        at[i] = (uint8_t)length;
        length >>= 8;
    }
}

void prov_der_put(struct prov_buf *buf, uint8_t tag, struct prov_bytes content)
{
    size_t mark = buf->len;

    prov_put_bytes(buf, content);
    prov_der_wrap(buf, mark, tag);
}

void prov_der_put_unsigned(struct prov_buf *buf, struct prov_bytes octets)
{
    size_t mark = buf->len;

    while (octets.len > 1 && octets.data[0] == 0)
        octets = PROV_BYTES(octets.data + 1, octets.len - 1);
    if (octets.len == 0 || (octets.data[0] & 0x80) != 0)
        prov_put_u8(buf, 0);
    prov_put_bytes(buf, octets);
    prov_der_wrap(buf, mark, DER_INTEGER);
}

void prov_der_put_bits(struct prov_buf *buf, struct prov_bytes octets)
{
    size_t mark = buf->len;

    prov_put_u8(buf, 0);
    prov_put_bytes(buf, octets);
    prov_der_wrap(buf, mark, DER_BIT_STRING);
}
