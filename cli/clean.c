/* SPDX-License-Identifier: Apache-2.0 */
#include "clean.h"

/* RFC 3629, section 4: by the first octet, how many follow and what the second one may be. */
static const struct lead {
    uint8_t first, last, more, low, high;
} leads[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *lead_get(uint8_t octet)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
        if (octet >= leads[i].first && octet <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t clean_take(const char *text, uint32_t *ret_code)
{
    const uint8_t *octets = (const uint8_t *)text;
    const struct lead *lead = lead_get(octets[0]);
    *ret_code = CLEAN_MALFORMED;
    if (lead == NULL)
        return 1;
    uint32_t code = lead->more == 0 ? octets[0] : octets[0] & (0x3fu >> lead->more);
    for (size_t i = 1; i <= lead->more; i++) { /* the NUL at the end continues nothing */
        uint8_t low = i == 1 ? lead->low : 0x80, high = i == 1 ? lead->high : 0xbf;
        if (octets[i] < low || octets[i] > high)
            return 1;
        code = code << 6 | (octets[i] & 0x3fu);
    }
    *ret_code = code;
    return 1u + lead->more;
}

bool clean_is_plain(uint32_t code)
{
    static const struct range {
        uint32_t first, last;
    } refused[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f}, /* C0, DEL, C1 */
        {0x061c, 0x061c}, {0x200b, 0x200f}, /* marks without width, directions */
        {0x2028, 0x202e}, {0x2060, 0x206f}, /* line ends, embeddings, isolates */
        {0xfeff, 0xfeff}, {0xe0000, 0xe007f}, {CLEAN_MALFORMED, CLEAN_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (code >= refused[i].first && code <= refused[i].last)
            return false;
    return true;
}

void clean_put(FILE *stream, const char *text)
{
    while (*text != '\0') {
        uint32_t code;
        size_t len = clean_take(text, &code);
        if (clean_is_plain(code))
            fwrite(text, 1, len, stream);
        else
            fputc('?', stream);
        text += len;
    }
}

size_t clean_columns(const char *text)
{
    size_t count = 0;
    uint32_t code;
    for (; *text != '\0'; text += clean_take(text, &code))
        count++;
    return count;
}
