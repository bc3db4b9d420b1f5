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
    return info < INFO_1 ? 0 : (size_t)1 << (info & 3);
}

static prov_result check_info(enum prov_cbor_type type, unsigned info)
{
    if (type == PROV_CBOR_SIMPLE)
        return info >= SIMPLE_FALSE && info <= SIMPLE_NULL ? PROV_OK : PROV_E_FORMAT;
    if (info == INFO_INDEFINITE && type >= PROV_CBOR_BSTR && type <= PROV_CBOR_MAP)
        return PROV_E_DETERMINISM;
    return info <= INFO_8 ? PROV_OK : PROV_E_FORMAT;
}

prov_result cbor_head_get(const uint8_t *at, size_t left, struct cbor_head *ret)
{
    unsigned info = *at & 31;
    size_t value = info, half = 0, len = argument_len(info);
    ret->type = (enum prov_cbor_type)(*at >> 5);
    prov_result result = check_info(ret->type, info);
    if (result != PROV_OK)
        return result;
    left--;
    if (len > left)
        return PROV_E_TRUNCATED;
    if (len > 0)
        value = 0;
    for (size_t i = 1; i <= len; i++) {
        value = value << 8 | at[i];
        if (i == len / 2)
            half = value;
    }
    if (len > sizeof value)
        value = SIZE_MAX;
    ret->value = value;
    ret->len = 1 + len;
    if ((ret->type == PROV_CBOR_BSTR || ret->type == PROV_CBOR_TSTR) && value > left - len)
        return PROV_E_TRUNCATED;
    /* The argument has to need its octets (section 4.2.1): the first half of them is not zero. */
    bool shortest = len == 0 || (len == 1 ? value >= INFO_1 : half != 0);
    return shortest ? PROV_OK : PROV_E_DETERMINISM;
}

void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, size_t value)
{
    unsigned info = (unsigned)value;

    if (value >= INFO_1)
        info = INFO_1 + (value > 0xff) + (value > 0xffff) + (value > 0xffffffff);
    size_t len = argument_len(info);
    uint8_t *at = prov_put_space(buf, 1 + len);
    if (at == NULL)
        return;
    at[0] = (uint8_t)((unsigned)type << 5 | info);
    for (; len > 0; value >>= 8)
        at[len--] = (uint8_t)value;
}
