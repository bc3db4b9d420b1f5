/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of keys by their hash (RFC 6920).
 */
#include <string.h>

#include "prov/text.h"

/* The Named Information Hash Algorithm Registry (RFC 6920, section 9.4): what is used, and what is
 * known and refused. len 0: refused, too short (RFC 7252, section 9.1.3.2.1: below 120 bits NOT
 * RECOMMENDED). */
struct suite {
    uint8_t id;
    const char *name;
    uint8_t len;
};

static const struct suite suites[] = {
    {1, "sha-256", 32},   {3, "sha-256-120", 15}, {4, "sha-256-96", 0},
    {5, "sha-256-64", 0}, {6, "sha-256-32", 0},
};

static const struct suite *suite_by_id(unsigned id)
{
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        if (suites[i].id == id)
            return &suites[i];
    return NULL;
}

static const struct suite *suite_by_name(struct prov_bytes name)
{
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        if (prov_bytes_equal(name, prov_bytes_text(suites[i].name)))
            return &suites[i];
    /* "3" for "sha-256-120" (section 7) */
    return name.len == 1 && name.data[0] >= '0' && name.data[0] <= '9'
               ? suite_by_id((unsigned)(name.data[0] - '0'))
               : NULL;
}

/* Luhn's mod 16 over the hex digits, the right-most counted twice (RFC 6920, section 7). */
static char check_digit(const char *hex, size_t len)
{
    unsigned sum = 0, factor = 2;

    while (len-- > 0) {
        char c = hex[len];
        unsigned addend = factor * (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        sum += addend / 16 + addend % 16;
        factor = 3 - factor;
    }
    return "0123456789abcdef"[(16 - sum % 16) % 16];
}

/* ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q */
void prov_ni_format(const uint8_t sha256[32], char ret[PROV_NI_TEXT])
{
    static const char head[] = "ni:///sha-256;";

    memcpy(ret, head, sizeof head - 1);
    prov_base64url_format(PROV_BYTES(sha256, 32), ret + sizeof head - 1);
}

/* nih:sha-256-120;5326-9057-e12f-e2b7-4ba0-7c89-2560-a2;f */
void prov_nih_format(const uint8_t sha256[32], char ret[PROV_NIH_TEXT])
{
    static const char head[] = "nih:sha-256-120;";
    char hex[2 * 15 + 1];
    char *at = ret + sizeof head - 1;

    memcpy(ret, head, sizeof head - 1);
    prov_hex_format(PROV_BYTES(sha256, 15), hex);
    for (size_t i = 0; i < 30; i++) {
        if (i > 0 && i % 4 == 0)
            *at++ = '-';
        *at++ = hex[i];
    }
    *at++ = ';';
    *at++ = check_digit(hex, 30);
    *at = '\0';
}

void prov_ni_binary(const uint8_t sha256[32], uint8_t ret[PROV_NI_BINARY_120])
{
    ret[0] = 3;
    memcpy(ret + 1, sha256, 15);
}

/* Takes what stands before the next semicolon, and the semicolon; all that is left if there is
 * none. */
static struct prov_bytes take_field(struct prov_bytes *text)
{
    const uint8_t *end = text->len == 0 ? NULL : memchr(text->data, ';', text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->data);
    struct prov_bytes field = PROV_BYTES(text->data, len);
    size_t skip = end == NULL ? len : len + 1;

    *text = PROV_BYTES(text->data + skip, text->len - skip);
    return field;
}

static bool take_prefix(struct prov_bytes *text, const char *prefix)
{
    struct prov_bytes start = prov_bytes_text(prefix);

    if (text->len < start.len || memcmp(text->data, start.data, start.len) != 0)
        return false;
    *text = PROV_BYTES(text->data + start.len, text->len - start.len);
    return true;
}

static prov_result suite_check(const struct suite *suite)
{
    if (suite == NULL)
        return PROV_E_ALGORITHM;
    return suite->len == 0 ? PROV_E_POLICY : PROV_OK;
}

static prov_result put_digest(const struct suite *suite, struct prov_bytes digest,
                              struct prov_buf *ret)
{
    if (digest.len != suite->len)
        return PROV_E_TEXT;
    prov_put_bytes(ret, digest);
    return prov_buf_result(ret);
}

/* "ni:///" alg ";" base64url (section 3, without authority and parameters) */
static prov_result parse_ni(struct prov_bytes text, struct prov_buf *ret)
{
    uint8_t room[33];
    struct prov_buf digest = PROV_BUF_OF(room);
    const struct suite *suite = suite_by_name(take_field(&text));
    prov_result result = suite_check(suite);

    if (result != PROV_OK)
        return result;
    if (prov_base64url_parse(text, &digest) != PROV_OK)
        return PROV_E_TEXT;
    return put_digest(suite, prov_buf_bytes(&digest), ret);
}

/* The lower-case hex digits of a sepval, hyphens left out; 0 if there are others or too many. */
static size_t strip_hyphens(struct prov_bytes sepval, char *ret, size_t cap)
{
    size_t len = 0;

    for (size_t i = 0; i < sepval.len; i++) {
        char c = (char)sepval.data[i];
        if (c == '-')
            continue;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || len == cap)
            return 0;
        ret[len++] = c;
    }
    return len;
}

/* "nih:" alg ";" sepval [";" checkdigit] (section 7) */
static prov_result parse_nih(struct prov_bytes text, struct prov_buf *ret)
{
    char hex[64];
    uint8_t room[32];
    struct prov_buf digest = PROV_BUF_OF(room);
    const struct suite *suite = suite_by_name(take_field(&text));
    prov_result result = suite_check(suite);

    if (result != PROV_OK)
        return result;
    bool has_check = text.len > 0 && memchr(text.data, ';', text.len) != NULL;
    size_t len = strip_hyphens(take_field(&text), hex, sizeof hex);
    if (has_check && (text.len != 1 || text.data[0] != (uint8_t)check_digit(hex, len)))
        return PROV_E_TEXT;
    if (prov_hex_parse(PROV_BYTES((const uint8_t *)hex, len), &digest) != PROV_OK)
        return PROV_E_TEXT;
    return put_digest(suite, prov_buf_bytes(&digest), ret);
}

/* suite id, digest; in hex (section 6) */
static prov_result parse_binary(struct prov_bytes text, struct prov_buf *ret)
{
    uint8_t room[33];
    struct prov_buf octets = PROV_BUF_OF(room);

    if (prov_hex_parse(text, &octets) != PROV_OK || octets.len < 2)
        return PROV_E_TEXT;
    const struct suite *suite = suite_by_id(room[0]);
    prov_result result = suite_check(suite);
    return result == PROV_OK ? put_digest(suite, PROV_BYTES(room + 1, octets.len - 1), ret)
                             : result;
}

prov_result prov_ni_parse(struct prov_bytes text, struct prov_buf *ret)
{
    if (take_prefix(&text, "ni:///"))
        return parse_ni(text, ret);
    if (take_prefix(&text, "nih:"))
        return parse_nih(text, ret);
    return parse_binary(text, ret);
}
