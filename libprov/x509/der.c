/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"

#include <string.h>

/* --- reading ---------------------------------------------------------------------------------- */

void prov_der_begin(struct prov_der *der, struct prov_bytes bytes)
{
    der->at = bytes.data;
    der->end = bytes.len > 0 ? bytes.data + bytes.len : bytes.data;
    der->whole = bytes;
    der->result = PROV_OK;
    der->depth = 0;
}

void prov_der_fail(struct prov_der *der, prov_result result)
{
    if (der->result == PROV_OK)
        der->result = result;
    if (der->result != PROV_OK)
        der->at = der->end;
}

void prov_der_malformed(struct prov_der *der)
{
    prov_der_fail(der, PROV_E_FORMAT);
}

bool prov_der_more(const struct prov_der *der)
{
    return der->at != der->end;
}

bool prov_der_next_is(const struct prov_der *der, uint8_t tag)
{
    return prov_der_more(der) && der->at[0] == tag;
}

prov_result prov_der_end(struct prov_der *der)
{
    if (prov_der_more(der))
        prov_der_fail(der, PROV_E_TRAILING);
    return der->result;
}

/* Length: one octet below 0x80, else 0x80 + the number of octets that follow, the fewest that hold
 * it (X.690, sections 8.1.3 and 10.1). Three octets are enough for all that is read here. */
#define LENGTH_OCTETS_MAX 3

/* Where the content begins, and its length. */
static prov_result take_head(const struct prov_der *der, struct prov_bytes *ret)
{
    const uint8_t *at = der->at;
    size_t left = (size_t)(der->end - at), length;

    if (left < 2)
        return PROV_E_TRUNCATED;
    left -= 2;
    length = at[1];
    if (length >= 0x80) {
        size_t octets = length & 0x7f;
        if (octets == 0 || octets > LENGTH_OCTETS_MAX)
            return PROV_E_FORMAT;
        if (octets > left)
            return PROV_E_TRUNCATED;
        if (at[2] == 0)
            return PROV_E_FORMAT;
        left -= octets;
        for (length = 0; octets > 0; octets--)
            length = length << 8 | (++at)[1];
        if (length < 0x80)
            return PROV_E_FORMAT;
    }
    *ret = PROV_BYTES(at + 2, length);
    return length > left ? PROV_E_TRUNCATED : PROV_OK;
}

/* Tags of more octets than one are in none of the callers' lists, and refused there. */
uint8_t prov_der_take_any(struct prov_der *der, struct prov_bytes *ret)
{
    const uint8_t *start = der->at;
    prov_result result = take_head(der, ret);

    if (result != PROV_OK) {
        prov_der_fail(der, result);
        *ret = PROV_BYTES(der->end, 0);
        return 0;
    }
    der->at = ret->data + ret->len;
    der->whole = PROV_BYTES(start, (size_t)(der->at - start));
    return *start;
}

void prov_der_take(struct prov_der *der, uint8_t tag, struct prov_bytes *ret)
{
    if (prov_der_more(der) && der->at[0] != tag)
        prov_der_malformed(der);
    prov_der_take_any(der, ret);
}

void prov_der_enter(struct prov_der *der, uint8_t tag)
{
    struct prov_bytes content;

    if (der->depth >= DER_DEPTH_MAX)
        prov_der_fail(der, PROV_E_DEPTH);
    prov_der_take(der, tag, &content);
    if (der->depth < DER_DEPTH_MAX)
        der->outer[der->depth] = der->end;
    der->depth++;
    der->end = der->at;
    der->at = content.data;
}

void prov_der_enter_some(struct prov_der *der, uint8_t tag)
{
    prov_der_enter(der, tag);
    if (!prov_der_more(der))
        prov_der_malformed(der);
}

void prov_der_leave(struct prov_der *der)
{
    prov_result result = prov_der_end(der);

    if (--der->depth < DER_DEPTH_MAX)
        der->end = der->outer[der->depth];
    prov_der_fail(der, result);
}

void prov_der_literal(struct prov_der *der, const uint8_t *element, prov_result otherwise)
{
    size_t len = 2 + (size_t)element[1];

    if ((size_t)(der->end - der->at) < len || memcmp(der->at, element, len) != 0)
        prov_der_fail(der, otherwise);
    else
        der->at += len;
}

bool prov_der_is(const struct prov_bytes *octets, const uint8_t *is)
{
    return octets->len == is[0] && memcmp(octets->data, is + 1, is[0]) == 0;
}

bool prov_der_take_true(struct prov_der *der)
{
    static const uint8_t yes[] = {DER_BOOLEAN, 1, 0xff};
    bool is_there = prov_der_next_is(der, DER_BOOLEAN);

    if (is_there)
        prov_der_literal(der, yes, PROV_E_FORMAT);
    return is_there;
}

/* The first nine bits are not all alike (X.690, section 8.3.2). */
void prov_der_take_integer(struct prov_der *der, struct prov_bytes *ret)
{
    prov_der_take(der, DER_INTEGER, ret);
    if (ret->len == 1)
        return;
    if (ret->len == 0 || ret->data[0] == (ret->data[1] >= 0x80 ? 0xff : 0))
        prov_der_malformed(der);
}

void prov_der_take_oid(struct prov_der *der, struct prov_bytes *ret)
{
    uint8_t last = 0; /* its first bit: the number goes on */

    prov_der_take(der, DER_OID, ret);
    for (size_t i = 0; i < ret->len; i++) {
        if (last < 0x80 && ret->data[i] == 0x80)
            prov_der_malformed(der);
        last = ret->data[i];
    }
    if (ret->len == 0 || last >= 0x80)
        prov_der_malformed(der);
}

/* --- writing ---------------------------------------------------------------------------------- */

void prov_der_wrap(struct prov_buf *buf, size_t mark, uint8_t tag)
{
    size_t length = buf->len - mark;
    size_t head = 2 + (size_t)(length >= 0x80) + (size_t)(length >= 0x100);

    prov_put_space(buf, head);
    if (length > 0xffff)
        buf->overflow = true;
    if (buf->overflow)
        return;
    uint8_t *at = buf->data + mark;
    memmove(at + head, at, length);
    *at++ = tag;
    if (head > 2)
        *at++ = (uint8_t)(0x80 + head - 2);
    if (head > 3)
        *at++ = (uint8_t)(length >> 8);
    *at = (uint8_t)length;
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
