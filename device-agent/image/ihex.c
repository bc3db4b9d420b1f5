/* SPDX-License-Identifier: Apache-2.0
 *
 * Intel HEX, "Hexadecimal Object File Format Specification", revision A (1988):
 *
 *     : │ octets of data 1 │ address 2 │ type 1 │ data │ checksum 1      all in hex
 *
 *     00  data, at an address below the upper half that is in force
 *     01  the end of the file
 *     04  the upper half of the addresses that follow
 */
#include "prov/image.h"

enum record_type { RECORD_DATA = 0, RECORD_END = 1, RECORD_UPPER = 4 };
#define RECORD_HEAD     4u                                        /* length, address, type */
#define RECORD_TEXT(n)  (1u + 2u * (RECORD_HEAD + (n) + 1u) + 1u) /* with colon, checksum and LF */
#define RECORD_UPPER_OF 2u                                        /* octets of data */

/* A run of octets that one record carries: programmed, and of one line, so that no run goes over the end of
 * an upper half. len 0: there is none behind it. */
struct run {
    uint32_t at, len;
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static struct run next_run(const struct prov_image *image, struct run last)
{
    const uint32_t unit = image->geometry.program_unit, step = smaller(unit, PROV_IMAGE_LINE);
    struct run run = {.at = last.at + last.len};
    while (run.at < image->size && !image->programmed[run.at / unit])
        run.at += step;
    const uint32_t end = smaller(image->size, run.at - run.at % PROV_IMAGE_LINE + PROV_IMAGE_LINE);
    while (run.at + run.len < end && image->programmed[(run.at + run.len) / unit])
        run.len += step;
    return run;
}

static bool needs_upper(struct run run, struct run last, uint32_t address)
{
    return last.len == 0 || (address + run.at) >> 16 != (address + last.at) >> 16;
}

static void put_hex(struct prov_buf *buf, uint8_t octet)
{
    static const char digits[] = "0123456789ABCDEF";
    prov_put_u8(buf, (uint8_t)digits[octet >> 4]);
    prov_put_u8(buf, (uint8_t)digits[octet & 15]);
}

static void put_record(struct prov_buf *buf, enum record_type type, uint32_t address,
                       struct prov_bytes data)
{
    const uint8_t head[RECORD_HEAD] = {(uint8_t)data.len, (uint8_t)(address >> 8), (uint8_t)address,
                                       (uint8_t)type};
    uint8_t sum = 0;
    prov_put_text(buf, ":");
    for (size_t i = 0; i < RECORD_HEAD + data.len; i++) {
        const uint8_t octet = i < RECORD_HEAD ? head[i] : data.data[i - RECORD_HEAD];
        put_hex(buf, octet);
        sum = (uint8_t)(sum + octet);
    }
    put_hex(buf, (uint8_t)(0x100u - sum));
    prov_put_text(buf, "\n");
}

static void put_upper(struct prov_buf *buf, uint32_t address)
{
    const uint8_t upper[RECORD_UPPER_OF] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16)};
    put_record(buf, RECORD_UPPER, 0, PROV_BYTES_OF(upper));
}

prov_result prov_image_ihex_len(const struct prov_image *image, uint32_t address, size_t *ret)
{
    if (address % image->geometry.sector_size != 0 || image->size - 1 > UINT32_MAX - address)
        return PROV_E_BOUNDS;
    size_t len = RECORD_TEXT(0u);
    struct run last = {0, 0};
    for (struct run run = next_run(image, last); run.len > 0; run = next_run(image, last)) {
        len += RECORD_TEXT(run.len);
        len += needs_upper(run, last, address) ? RECORD_TEXT(RECORD_UPPER_OF) : 0;
        last = run;
    }
    *ret = len;
    return PROV_OK;
}

prov_result prov_image_ihex(const struct prov_image *image, uint32_t address, struct prov_buf *ret)
{
    size_t len = 0;
    prov_result r = prov_image_ihex_len(image, address, &len);
    if (r == PROV_OK && len > ret->cap - ret->len)
        r = PROV_E_OVERFLOW;
    if (r != PROV_OK)
        return r;
    struct run last = {0, 0};
    for (struct run run = next_run(image, last); run.len > 0; run = next_run(image, last)) {
        if (needs_upper(run, last, address))
            put_upper(ret, address + run.at);
        put_record(ret, RECORD_DATA, address + run.at, PROV_BYTES(image->octets + run.at, run.len));
        last = run;
    }
    put_record(ret, RECORD_END, 0, PROV_BYTES_NONE);
    return prov_buf_result(ret);
}
