/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/text.h"

#include <string.h>

#include "hex_digit.h"

/* --- UTF-8 ----------------------------------------------------------------------------------- */

/* RFC 3629, section 3: a first octet says how many follow with 6 bits each. What they stand for has no shorter
 * form, is no surrogate, and is below 0x110000. */
bool prov_is_utf8(struct prov_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint32_t code = text.data[i];
        if (code < 0x80)
            continue;
        size_t more = 1u + (code >= 0xe0) + (code >= 0xf0);
        if (code < 0xc2 || more >= text.len - i)
            return false;
        code -= 0x100u - (0x80u >> more);
        for (size_t last = i + more; i < last;) {
            if ((text.data[++i] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (text.data[i] & 0x3f);
        }
        if (code >> (5 * more + 1) == 0 || code > 0x10ffff || code >> 11 == 0xd800 >> 11)
            return false;
    }
    return true;
}

/* --- hex ------------------------------------------------------------------------------------- */

void prov_hex_format(struct prov_bytes bytes, char *ret)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        *ret++ = digits[bytes.data[i] >> 4];
        *ret++ = digits[bytes.data[i] & 15];
    }
    *ret = '\0';
}

static bool is_hex(struct prov_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (hex_digit(text.data[i]) < 0)
            return false;
    return text.len % 2 == 0;
}

prov_result prov_hex_parse(struct prov_bytes text, struct prov_buf *ret)
{
    if (!is_hex(text))
        return PROV_E_TEXT;
    uint8_t *at = prov_put_space(ret, text.len / 2);
    if (at == NULL)
        return PROV_E_OVERFLOW;
    for (size_t i = 0; i < text.len; i += 2)
        *at++ = (uint8_t)(hex_digit(text.data[i]) << 4 | hex_digit(text.data[i + 1]));
    return PROV_OK;
}

/* --- base64 ---------------------------------------------------------------------------------- */

/* RFC 4648, tables 1 and 2: they differ in the last two, and in whether there is padding. */
struct alphabet {
    char digits[64];
    bool padded;
};

static const struct alphabet base64 = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true};
static const struct alphabet base64url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false};

/* Each 6 bits are a digit, zero bits filled in at the end; with padding, 3 octets or less are 4. */
static void encode(const struct alphabet *alphabet, struct prov_bytes bytes, char *ret)
{
    uint32_t bits = 0;
    unsigned have = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        bits = bits << 8 | bytes.data[i];
        for (have += 8; have >= 6; have -= 6)
            *ret++ = alphabet->digits[bits >> (have - 6) & 63];
    }
    if (have > 0)
        *ret++ = alphabet->digits[bits << (6 - have) & 63];
    for (; alphabet->padded && have > 0 && have < 6; have += 2)
        *ret++ = '=';
    *ret = '\0';
}

static int digit_value(const struct alphabet *alphabet, uint8_t c)
{
    const char *at = memchr(alphabet->digits, c, 64);

    return at == NULL ? -1 : (int)(at - alphabet->digits);
}

/* The digits without the padding that must be there; false if it is not, or if there are too few.
 */
static bool strip(const struct alphabet *alphabet, struct prov_bytes *text)
{
    if (alphabet->padded) {
        if (text->len % 4 != 0)
            return false;
        for (int i = 0; i < 2 && text->len > 0 && text->data[text->len - 1] == '='; i++)
            text->len--;
    }
    return text->len % 4 != 1;
}

/* Digits only, and the bits of the last one that stand for no octet are zero (RFC 4648,
 * section 3.5). */
static bool check_digits(const struct alphabet *alphabet, struct prov_bytes text)
{
    static const int spare[4] = {0, 0, 0x0f, 0x03};

    for (size_t i = 0; i < text.len; i++)
        if (digit_value(alphabet, text.data[i]) < 0)
            return false;
    return text.len == 0 ||
           (digit_value(alphabet, text.data[text.len - 1]) & spare[text.len % 4]) == 0;
}

static prov_result decode(const struct alphabet *alphabet, struct prov_bytes text,
                          struct prov_buf *ret)
{
    if (!strip(alphabet, &text) || !check_digits(alphabet, text))
        return PROV_E_TEXT;
    uint8_t *at = prov_put_space(ret, text.len / 4 * 3 + (text.len % 4 * 3) / 4);
    if (at == NULL)
        return PROV_E_OVERFLOW;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < text.len; i++) {
        bits = bits << 6 | (uint32_t)digit_value(alphabet, text.data[i]);
        have += 6;
        if (have >= 8) {
            have -= 8;
            *at++ = (uint8_t)(bits >> have);
        }
    }
    return PROV_OK;
}

void prov_base64_format(struct prov_bytes bytes, char *ret)
{
    encode(&base64, bytes, ret);
}

prov_result prov_base64_parse(struct prov_bytes text, struct prov_buf *ret)
{
    return decode(&base64, text, ret);
}

void prov_base64url_format(struct prov_bytes bytes, char *ret)
{
    encode(&base64url, bytes, ret);
}

prov_result prov_base64url_parse(struct prov_bytes text, struct prov_buf *ret)
{
    return decode(&base64url, text, ret);
}
