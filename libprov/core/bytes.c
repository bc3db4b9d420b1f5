/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/bytes.h"

#include <string.h>

size_t prov_text_len(const char *text)
{
    /* Firmware has mem* alone of the C library, and a loop would be turned into strlen. memchr reads no
     * further than what it finds (C11, 7.24.5.1). */
    const char *end = memchr(text, '\0', PTRDIFF_MAX);

    return (size_t)(end - text);
}

bool prov_octets_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

bool prov_octets_equal_secret(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    unsigned difference = 0;

    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++) {
        difference |= (unsigned)a[i] ^ b[i];
        /* The compiler must not see that there is nothing more to learn. */
        __asm__ __volatile__("" : "+r"(difference));
    }
    return difference == 0;
}

void prov_wipe(void *data, size_t len)
{
    if (len == 0)
        return;
    memset(data, 0, len);
    /* The compiler must assume that the octets are read here. */
    __asm__ __volatile__("" : : "r"(data) : "memory");
}

uint8_t *prov_put_space(struct prov_buf *buf, size_t len)
{
    if (buf->overflow || len > buf->cap - buf->len) {
        buf->overflow = true;
        return NULL;
    }
    if (len == 0) /* no arithmetic on a room of nothing, whose address is NULL */
        return buf->data;
    uint8_t *space = buf->data + buf->len;
    buf->len += len;
    return space;
}

void prov_put(struct prov_buf *buf, const void *data, size_t len)
{
    uint8_t *space = prov_put_space(buf, len);

    if (space != NULL && len > 0)
        memcpy(space, data, len);
}

void prov_put_text(struct prov_buf *buf, const char *text)
{
    prov_put_bytes(buf, prov_bytes_text(text));
}

static void put_uint(struct prov_buf *buf, size_t width, uint32_t value)
{
    uint8_t *space = prov_put_space(buf, width);

    if (space == NULL)
        return;
    for (; width-- > 0; value >>= 8)
        space[width] = (uint8_t)value;
}

void prov_put_u8(struct prov_buf *buf, uint8_t value)
{
    put_uint(buf, 1, value);
}

void prov_put_u16(struct prov_buf *buf, uint16_t value)
{
    put_uint(buf, 2, value);
}

void prov_put_u24(struct prov_buf *buf, uint32_t value)
{
    put_uint(buf, 3, value);
}

void prov_put_u32(struct prov_buf *buf, uint32_t value)
{
    put_uint(buf, 4, value);
}

void prov_put_u48(struct prov_buf *buf, uint64_t value)
{
    prov_put_u16(buf, (uint16_t)(value >> 32));
    prov_put_u32(buf, (uint32_t)value);
}

void prov_put_u64(struct prov_buf *buf, uint64_t value)
{
    prov_put_u32(buf, (uint32_t)(value >> 32));
    prov_put_u32(buf, (uint32_t)value);
}

size_t prov_put_open(struct prov_buf *buf, size_t width)
{
    prov_put_space(buf, width);
    return buf->len;
}

void prov_put_close(struct prov_buf *buf, size_t width, size_t mark)
{
    size_t len = buf->len - mark;

    if (buf->overflow || len >> (8 * width) != 0) {
        buf->overflow = true;
        return;
    }
    while (width-- > 0) {
        buf->data[--mark] = (uint8_t)len;
        len >>= 8;
    }
}

prov_result prov_buf_result(const struct prov_buf *buf)
{
    return buf->overflow ? PROV_E_OVERFLOW : PROV_OK;
}

bool prov_take(struct prov_reader *reader, size_t len, struct prov_bytes *ret)
{
    if (len > prov_reader_left(reader))
        return false;
    *ret = PROV_BYTES(len > 0 ? reader->bytes.data + reader->at : NULL, len);
    reader->at += len;
    return true;
}

uint32_t prov_octets_number(const uint8_t *octets, size_t len)
{
    uint32_t value = 0;

    while (len-- > 0)
        value = value << 8 | *octets++;
    return value;
}

static bool take_uint(struct prov_reader *reader, size_t width, uint32_t *ret)
{
    struct prov_bytes octets;

    if (!prov_take(reader, width, &octets))
        return false;
    *ret = prov_bytes_number(octets);
    return true;
}

bool prov_take_u8(struct prov_reader *reader, uint8_t *ret)
{
    uint32_t value;

    if (!take_uint(reader, 1, &value))
        return false;
    *ret = (uint8_t)value;
    return true;
}

bool prov_take_u16(struct prov_reader *reader, uint16_t *ret)
{
    uint32_t value;

    if (!take_uint(reader, 2, &value))
        return false;
    *ret = (uint16_t)value;
    return true;
}

bool prov_take_u24(struct prov_reader *reader, uint32_t *ret)
{
    return take_uint(reader, 3, ret);
}

bool prov_take_u32(struct prov_reader *reader, uint32_t *ret)
{
    return take_uint(reader, 4, ret);
}

static bool take_long(struct prov_reader *reader, size_t width, uint64_t *ret)
{
    struct prov_bytes octets;

    if (!prov_take(reader, width, &octets))
        return false;
    *ret = (uint64_t)prov_bytes_number(PROV_BYTES(octets.data, width - 4)) << 32 |
           prov_bytes_number(PROV_BYTES(octets.data + width - 4, 4));
    return true;
}

bool prov_take_u48(struct prov_reader *reader, uint64_t *ret)
{
    return take_long(reader, 6, ret);
}

bool prov_take_u64(struct prov_reader *reader, uint64_t *ret)
{
    return take_long(reader, 8, ret);
}

bool prov_take_vector(struct prov_reader *reader, size_t width, struct prov_bytes *ret)
{
    size_t start = reader->at;
    uint32_t len;

    if (take_uint(reader, width, &len) && prov_take(reader, len, ret))
        return true;
    reader->at = start;
    return false;
}

/* --- sticky reading -------------------------------------------------------------------------- */

void prov_reader_fail(struct prov_reader *reader, prov_result error)
{
    if (reader->error == PROV_OK)
        reader->error = error;
}

void prov_reader_fail_at(struct prov_reader *reader, size_t at, prov_result error)
{
    if (reader->error != PROV_OK || error == PROV_OK)
        return;
    reader->error = error;
    reader->at = at;
}

prov_result prov_reader_result(const struct prov_reader *reader)
{
    return reader->error;
}

prov_result prov_reader_end(const struct prov_reader *reader)
{
    if (reader->error == PROV_OK && !prov_reader_done(reader))
        return PROV_E_TRAILING;
    return reader->error;
}

void prov_get_bytes(struct prov_reader *reader, size_t len, struct prov_bytes *ret)
{
    *ret = PROV_BYTES_NONE;
    if (reader->error == PROV_OK && !prov_take(reader, len, ret))
        reader->error = PROV_E_TRUNCATED;
}

static uint32_t get_uint(struct prov_reader *reader, size_t width)
{
    struct prov_bytes octets;

    prov_get_bytes(reader, width, &octets);
    return prov_bytes_number(octets);
}

uint8_t prov_get_u8(struct prov_reader *reader)
{
    return (uint8_t)get_uint(reader, 1);
}

uint16_t prov_get_u16(struct prov_reader *reader)
{
    return (uint16_t)get_uint(reader, 2);
}

uint32_t prov_get_u24(struct prov_reader *reader)
{
    return get_uint(reader, 3);
}

uint32_t prov_get_u32(struct prov_reader *reader)
{
    return get_uint(reader, 4);
}

uint64_t prov_get_u64(struct prov_reader *reader)
{
    size_t start = reader->at;
    uint64_t high = get_uint(reader, 4), value = high << 32 | get_uint(reader, 4);

    if (reader->error == PROV_OK)
        return value;
    reader->at = start;
    return 0;
}

void prov_get_vector(struct prov_reader *reader, size_t width, struct prov_bytes *ret)
{
    size_t start = reader->at;

    prov_get_bytes(reader, get_uint(reader, width), ret);
    if (reader->error != PROV_OK)
        reader->at = start;
}

prov_result prov_secret_set(struct prov_secret *secret, struct prov_bytes bytes)
{
    if (bytes.len > PROV_SECRET_MAX)
        return PROV_E_BOUNDS;
    prov_secret_wipe(secret);
    if (bytes.len > 0)
        memcpy(secret->data, bytes.data, bytes.len);
    secret->len = (uint8_t)bytes.len;
    return PROV_OK;
}

void prov_secret_wipe(struct prov_secret *secret)
{
    prov_wipe(secret, sizeof *secret);
}
