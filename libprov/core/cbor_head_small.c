/* SPDX-License-Identifier: Apache-2.0
 *
 * Heads of CBOR items without a library, for firmware (cbor_head.h).
 */
#include "cbor_head.h"

enum { SIMPLE_FALSE = 20, SIMPLE_NULL = 22 };

/* What the five low bits of the first octet say that is not the argument itself (RFC 8949, section
 * 3). */
enum { INFO_1 = 24, INFO_8 = 27, INFO_INDEFINITE = 31 };

/* Octets that follow the first one, for additional information up to INFO_8. */
static size_t argument_len(unsigned info)
{
    return info < INFO_1 ? 0 : (size_t)1 << (info - INFO_1);
}

static prov_result check_info(enum prov_cbor_type type, unsigned info)
{
    if (type == PROV_CBOR_SIMPLE)
        return info >= SIMPLE_FALSE && info <= SIMPLE_NULL ? PROV_OK : PROV_E_FORMAT;
    if (info == INFO_INDEFINITE && type >= PROV_CBOR_BSTR && type <= PROV_CBOR_MAP)
        return PROV_E_DETERMINISM;
    return info <= INFO_8 ? PROV_OK : PROV_E_FORMAT;
}

/* The argument has to need its octets: RFC 8949, section 4.2.1. */
static bool is_shortest(uint64_t value, size_t len)
{
    if (len == 8)
        return value >> 32 != 0;
    return (uint32_t)value >= (len == 1 ? (uint32_t)INFO_1 : UINT32_C(1) << 4 * len);
}

prov_result cbor_head_get(struct prov_bytes left, struct cbor_head *ret)
{
    if (left.len < 1)
        return PROV_E_TRUNCATED;
    unsigned info = left.data[0] & 31;
    uint64_t value = info;
    ret->type = (enum prov_cbor_type)(left.data[0] >> 5);
    prov_result result = check_info(ret->type, info);
    if (result != PROV_OK)
        return result;
    size_t len = argument_len(info);
    left.len--;
    if (len > left.len)
        return PROV_E_TRUNCATED;
    if (len > 0)
        value = 0;
    for (size_t i = 1; i <= len; i++)
        value = value << 8 | left.data[i];
    ret->value = value;
    ret->len = 1 + len;
    if ((ret->type == PROV_CBOR_BSTR || ret->type == PROV_CBOR_TSTR) && value > left.len - len)
        return PROV_E_TRUNCATED;
    return len > 0 && !is_shortest(value, len) ? PROV_E_DETERMINISM : PROV_OK;
}

void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, uint64_t value)
{
    unsigned info = INFO_1;

    if (value < INFO_1)
        info = (unsigned)value;
    else if (value > 0xffffffff)
        info = INFO_8;
    else
        info += ((uint32_t)value > 0xff) + ((uint32_t)value > 0xffff);
    size_t len = argument_len(info);
    uint8_t *at = prov_put_space(buf, 1 + len);
    if (at == NULL)
        return;
    at[0] = (uint8_t)((unsigned)type << 5 | info);
    for (; len > 0; value >>= 8)
        at[len--] = (uint8_t)value;
}
