/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/identifier.h"

#include <string.h>

#include "hex_digit.h"

static const char upper[] = "0123456789ABCDEF";
static const char lower[] = "0123456789abcdef";

/* --- EUI-64 ---------------------------------------------------------------------------------- */

/* The forms of `count` octets: HH-HH-…, hh:hh:… or hex digits alone. The character after the first
 * two digits decides which, and every other place must have the same. */
static bool parse_octets(const char *text, size_t count, uint8_t *ret)
{
    size_t len = prov_bytes_text(text).len;
    size_t step = len == 2 * count ? 2 : 3;
    char separator = step == 3 && len >= 3 ? text[2] : '\0';

    if (len != step * count - (step - 2) || (step == 3 && separator != '-' && separator != ':'))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *at = text + step * i;
        int high = hex_digit(at[0]), low = hex_digit(at[1]);
        if (high < 0 || low < 0 || (step == 3 && i + 1 < count && at[2] != separator))
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Not one device: group addresses (the individual/group bit of IEEE 802), all zero, all one (which
 * has the group bit too). */
static prov_result check_kind(const uint8_t octets[8])
{
    static const uint8_t zero[8];

    return (octets[0] & 1) != 0 || memcmp(octets, zero, 8) == 0 ? PROV_E_EUI64_KIND : PROV_OK;
}

prov_result prov_eui64_from_octets(struct prov_bytes octets, struct prov_eui64 *ret)
{
    if (octets.len != sizeof ret->octets)
        return PROV_E_EUI64;
    prov_result result = check_kind(octets.data);
    if (result == PROV_OK)
        memcpy(ret->octets, octets.data, sizeof ret->octets);
    return result;
}

prov_result prov_eui64_parse(const char *text, struct prov_eui64 *ret)
{
    uint8_t octets[8];

    if (!parse_octets(text, sizeof octets, octets))
        return PROV_E_EUI64;
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), ret);
}

prov_result prov_eui64_parse_eui48(const char *text, struct prov_eui64 *ret)
{
    uint8_t eui48[6];

    if (!parse_octets(text, sizeof eui48, eui48))
        return PROV_E_EUI64;
    /* An all-zero EUI-48 names nobody either, and FF-FE must not hide that. */
    static const uint8_t zero[6];
    if (memcmp(eui48, zero, sizeof zero) == 0)
        return PROV_E_EUI64_KIND;
    const uint8_t octets[8] = {eui48[0], eui48[1], eui48[2], 0xff,
                               0xfe,     eui48[3], eui48[4], eui48[5]};
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), ret);
}

/* Of a digit; of anything else, anything. */
static unsigned nibble(uint8_t c)
{
    return (c + (c > '9' ? 9u : 0u)) & 15;
}

/* Read without a look, and compared with the one form that it has. */
prov_result prov_eui64_parse_canonical(struct prov_bytes text, struct prov_eui64 *ret)
{
    char again[PROV_EUI64_TEXT];
    struct prov_eui64 eui64;

    if (text.len != sizeof again - 1)
        return PROV_E_EUI64;
    for (size_t i = 0; i < sizeof eui64.octets; i++)
        eui64.octets[i] = (uint8_t)(nibble(text.data[3 * i]) << 4 | nibble(text.data[3 * i + 1]));
    prov_eui64_format(&eui64, again);
    if (memcmp(text.data, again, text.len) != 0)
        return PROV_E_EUI64;
    return prov_eui64_from_octets(PROV_BYTES_OF(eui64.octets), ret);
}

void prov_eui64_format(const struct prov_eui64 *eui64, char ret[PROV_EUI64_TEXT])
{
    for (size_t i = 0; i < sizeof eui64->octets; i++) {
        ret[3 * i] = upper[eui64->octets[i] >> 4];
        ret[3 * i + 1] = upper[eui64->octets[i] & 15];
        ret[3 * i + 2] = i + 1 < sizeof eui64->octets ? '-' : '\0';
    }
}

bool prov_eui64_equal(const struct prov_eui64 *a, const struct prov_eui64 *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

/* --- FQDN ------------------------------------------------------------------------------------ */

static char lower_case(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* At least two labels of letters, digits and inner hyphens, 1 to 63 octets each; the last is not all
 * digits, so that no IPv4 address passes (RFC 1123, section 2.1; RFC 1035, section 2.3.4). The dot that a
 * name may end with stands behind the last label of each. */
static bool name_ok(const char *name, size_t len)
{
    size_t label = 0, labels = 0;
    bool all_digits = true;

    for (size_t i = 0; i <= len; i++) {
        char c = i < len ? name[i] : '.', before = label > 0 ? name[i - 1] : '-';
        bool digit = c >= '0' && c <= '9';
        if (c == '.') {
            if (before == '-' || label > 63)
                return false;
            labels++;
            label = 0;
            if (i < len)
                all_digits = true;
            continue;
        }
        if (!digit && !(c >= 'a' && c <= 'z') && !(c == '-' && label > 0))
            return false;
        all_digits = all_digits && digit;
        label++;
    }
    return labels >= 2 && !all_digits;
}

prov_result prov_fqdn_parse(struct prov_bytes text, struct prov_fqdn *ret)
{
    struct prov_fqdn name;

    if (text.len > 0 && text.data[text.len - 1] == '.')
        text.len--;
    if (text.len < 1 || text.len > PROV_FQDN_MAX)
        return PROV_E_FQDN;
    memset(&name, 0, sizeof name);
    for (size_t i = 0; i < text.len; i++)
        name.text[i] = lower_case(text.data[i]);
    if (!name_ok(name.text, text.len))
        return PROV_E_FQDN;
    *ret = name;
    return PROV_OK;
}

bool prov_fqdn_equal(const struct prov_fqdn *a, const struct prov_fqdn *b)
{
    size_t at = 0;

    while (a->text[at] == b->text[at] && a->text[at] != '\0')
        at++;
    return a->text[at] == b->text[at];
}

/* --- UUID ------------------------------------------------------------------------------------ */

/*  0                   1                   2                   3      RFC 9562, section 5.7
 * |                           unix_ms, 48 bits                    |
 * |       unix_ms (low)           |  ver 7|       rand_a, 12      |
 * |var|                        rand_b, 62                         | */
void prov_uuid_make(uint64_t unix_ms, const uint8_t random[10], struct prov_uuid *ret)
{
    for (size_t i = 0; i < 6; i++)
        ret->octets[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
    memcpy(ret->octets + 6, random, 10);
    ret->octets[6] = (uint8_t)(0x70 | (ret->octets[6] & 0x0f));
    ret->octets[8] = (uint8_t)(0x80 | (ret->octets[8] & 0x3f));
}

static bool hyphen_before(size_t octet)
{
    return octet == 4 || octet == 6 || octet == 8 || octet == 10;
}

prov_result prov_uuid_parse(const char *text, struct prov_uuid *ret)
{
    struct prov_uuid uuid;

    if (prov_bytes_text(text).len != PROV_UUID_TEXT - 1)
        return PROV_E_TEXT;
    for (size_t i = 0; i < sizeof uuid.octets; i++) {
        if (hyphen_before(i) && *text++ != '-')
            return PROV_E_TEXT;
        int high = hex_digit(text[0]), low = hex_digit(text[1]);
        if (high < 0 || low < 0)
            return PROV_E_TEXT;
        uuid.octets[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    *ret = uuid;
    return PROV_OK;
}

void prov_uuid_format(const struct prov_uuid *uuid, char ret[PROV_UUID_TEXT])
{
    for (size_t i = 0; i < sizeof uuid->octets; i++) {
        if (hyphen_before(i))
            *ret++ = '-';
        *ret++ = lower[uuid->octets[i] >> 4];
        *ret++ = lower[uuid->octets[i] & 15];
    }
    *ret = '\0';
}
