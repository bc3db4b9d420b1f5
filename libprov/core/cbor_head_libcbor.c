/* SPDX-License-Identifier: Apache-2.0
 *
 * Heads of CBOR items by libcbor's streaming calls, which do not allocate (cbor_head.h). Hosts
 * only.
 */
#include <string.h>

#include <cbor.h>

#include "cbor_head.h"

/* --- reading: one callback per kind of head fills this in ------------------------------------ */

struct seen {
    prov_result result;
    uint64_t value;
};

static void see(void *context, uint64_t value)
{
    *(struct seen *)context = (struct seen){PROV_OK, value};
}

static void on_uint8(void *context, uint8_t value)
{
    see(context, value);
}

static void on_uint16(void *context, uint16_t value)
{
    see(context, value);
}

static void on_uint32(void *context, uint32_t value)
{
    see(context, value);
}

static void on_uint64(void *context, uint64_t value)
{
    see(context, value);
}

static void on_bool(void *context, bool value)
{
    see(context, value ? 21 : 20);
}

static void on_null(void *context)
{
    see(context, 22);
}

static void on_other(void *context)
{
    ((struct seen *)context)->result = PROV_E_FORMAT;
}

/* No callback for floats: they are refused before libcbor sees them. */
static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .undefined = on_other,
    .null = on_null,
    .boolean = on_bool,
    .indef_break = on_other,
};

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

static prov_result decode(const uint8_t *at, size_t left, struct seen *ret, size_t *ret_len)
{
    struct cbor_decoder_result got = cbor_stream_decode(at, left, &callbacks, ret);

    if (got.status != CBOR_DECODER_FINISHED)
        return got.status == CBOR_DECODER_NEDATA ? PROV_E_TRUNCATED : PROV_E_FORMAT;
    *ret_len = got.read;
    return ret->result;
}

/* A float is refused by its first octet, whether the rest of it is there or not. */
static bool is_float(uint8_t first)
{
    return first >= 0xf9 && first <= 0xfb;
}

/* An argument is written as an unsigned integer is, whatever the major type (RFC 8949, section 3): libcbor is
 * given the integer. Of a string it wants the content too, and libcbor 0.8 knows only the tags of RFC 7049. */
prov_result cbor_head_get(const uint8_t *at, size_t left, struct cbor_head *ret)
{
    struct seen seen = {.result = PROV_E_INTERNAL};
    enum prov_cbor_type type = (enum prov_cbor_type)(*at >> 5);
    uint8_t copy[9];
    size_t copied = left < sizeof copy ? left : sizeof copy, len;

    if (is_float(*at))
        return PROV_E_FORMAT;
    memcpy(copy, at, copied);
    if (type != PROV_CBOR_SIMPLE)
        copy[0] &= 0x1f;
    prov_result result = decode(copy, copied, &seen, &len);
    if (result != PROV_OK)
        return result;
    *ret = (struct cbor_head){type, seen.value > SIZE_MAX ? SIZE_MAX : (size_t)seen.value, len};
    return type == PROV_CBOR_SIMPLE || len == shortest(seen.value) ? PROV_OK : PROV_E_DETERMINISM;
}

/* --- writing --------------------------------------------------------------------------------- */

static size_t encode(enum prov_cbor_type type, uint64_t value, unsigned char *at, size_t room)
{
    switch (type) {
    case PROV_CBOR_UINT:
        return cbor_encode_uint(value, at, room);
    case PROV_CBOR_NINT:
        return cbor_encode_negint(value, at, room);
    case PROV_CBOR_BSTR:
        return cbor_encode_bytestring_start((size_t)value, at, room);
    case PROV_CBOR_TSTR:
        return cbor_encode_string_start((size_t)value, at, room);
    case PROV_CBOR_ARRAY:
        return cbor_encode_array_start((size_t)value, at, room);
    case PROV_CBOR_MAP:
        return cbor_encode_map_start((size_t)value, at, room);
    case PROV_CBOR_TAG:
        return cbor_encode_tag(value, at, room);
    case PROV_CBOR_SIMPLE:
        return value == 22 ? cbor_encode_null(at, room) : cbor_encode_bool(value == 21, at, room);
    }
    return 0;
}

void cbor_head_put(struct prov_buf *buf, enum prov_cbor_type type, uint64_t value)
{
    uint8_t head[9];

    prov_put(buf, head, encode(type, value, head, sizeof head));
}
