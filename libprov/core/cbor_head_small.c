/* SPDX-License-Identifier: Apache-2.0
 *
 * Heads of CBOR items without a library, for firmware (cbor_head.h).
 */
#include "cbor_head.h"

enum { SIMPLE_FALSE = 20, SIMPLE_NULL = 22 };

/* What the five low bits of the first octet say that is not the argument itself: that 1, 2, 4 or 8 octets of it
 * follow (RFC 8949, section 3), of which a size has room for so many. */
enum { INFO_1 = 24, INFO_MAX = sizeof(size_t) > 4 ? 27 : 26 };

prov_result cbor_head_get(const uint8_t *at, size_t left, struct cbor_head *ret)
{
    unsigned type = *at >> 5, info = *at & 31;
    size_t len = 0, value = info;

    if (info > INFO_MAX ||
        (type == PROV_CBOR_SIMPLE && info - SIMPLE_FALSE > SIMPLE_NULL - SIMPLE_FALSE))
        return PROV_E_FORMAT;
    if (info >= INFO_1) {
        len = (size_t)1 << (info - INFO_1);
        if (len >= left)
            return PROV_E_TRUNCATED;
        value = 0;
        for (size_t i = 1; i <= len; i++)
            value = value << 8 | at[i];
        /* The least that needs so many octets (section 4.2.1). */
        if (value < (len == 1 ? INFO_1 : (size_t)1 << (4 * len)))
            return PROV_E_DETERMINISM;
    }
    *ret = (struct cbor_head){(enum prov_cbor_type)type, value, 1 + len};
    return PROV_OK;
}

void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, size_t value)
{
    size_t info = value, len = 0;

    if (value >= INFO_1) {
        info = INFO_1 + (value > 0xff) + (value > 0xffff) + (value > 0xffffffff);
        len = (size_t)1 << (info - INFO_1);
    }
    uint8_t *at = prov_put_space(buf, 1 + len);
    if (at == NULL)
        return;
    at[0] = (uint8_t)((unsigned)type << 5 | info);
    for (; len > 0; value >>= 8)
        at[len--] = (uint8_t)value;
}
