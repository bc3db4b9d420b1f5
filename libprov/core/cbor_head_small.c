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

prov_result cbor_head_get(struct prov_bytes left, struct cbor_head *ret)
{
    if (left.len < 1)
        return PROV_E_TRUNCATED;
    struct cbor_head head = {(enum prov_cbor_type)(left.data[0] >> 5), left.data[0] & 31, 1};
    prov_result result = check_info(head.type, (unsigned)head.value);
    if (result != PROV_OK)
        return result;
    size_t len = argument_len((unsigned)head.value);
    if (len > left.len - 1)
        return PROV_E_TRUNCATED;
    for (size_t i = 0; i < len; i++)
        head.value = (i == 0 ? 0 : head.value << 8) | left.data[1 + i];
    head.len += len;
    if ((head.type == PROV_CBOR_BSTR || head.type == PROV_CBOR_TSTR) &&
        head.value > left.len - head.len)
        return PROV_E_TRUNCATED;
    *ret = head;
    return PROV_OK;
}

void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, uint64_t value)
{
    unsigned info = value < INFO_1 ? (unsigned)value : INFO_1;

    if (value >= INFO_1)
        info += (value > 0xff) + (value > 0xffff) + (value > 0xffffffff);
    size_t len = argument_len(info);
    uint8_t *at = prov_put_space(buf, 1 + len);
    if (at == NULL)
        return;
    at[0] = (uint8_t)((unsigned)type << 5 | info);
    for (size_t i = 0; i < len; i++)
        at[1 + i] = (uint8_t)(value >> (8 * (len - 1 - i)));
}
