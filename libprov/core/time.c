/* SPDX-License-Identifier: Apache-2.0
 *
 * Unix seconds and civil fields, UTC, proleptic Gregorian, without the C library's time zones.
 */
#include "prov/text.h"

#include <string.h>

#define DAY INT32_C(86400)

/* Days from 1970 to the first of a month, 1 to 13. With March as the first month of a year the leap day
 * comes last, and 367 / 12 gives the months before their lengths (Gauss). */
static int32_t first_of(int year, int month)
{
    unsigned y = (unsigned)year, m = (unsigned)month + 10; /* from March of the year before on */

    if (m <= 12)
        y--;
    else
        m -= 12;
    return (int32_t)(y * 365 + y / 4 - y / 100 + y / 400 + 367 * m / 12) - 719498;
}

static int64_t clamp(int64_t seconds)
{
    if (seconds < 0)
        return 0;
    return seconds > PROV_TIME_NEVER ? PROV_TIME_NEVER : seconds;
}

void prov_civil_from_seconds(int64_t seconds, struct prov_civil *ret)
{
    seconds = clamp(seconds);
    int32_t day = (int32_t)(seconds / DAY);
    int rest = (int)(seconds % DAY);
    int year = 1970 + day / 366;
    int month = 1;

    while (first_of(year + 1, 1) <=
           day) /* at most 22 times: 8029 years of 366 days fall short by that */
        year++;
    while (first_of(year, month + 1) <= day)
        month++;
    *ret = (struct prov_civil){year,        month,          day - first_of(year, month) + 1,
                               rest / 3600, rest / 60 % 60, rest % 60};
}

int64_t prov_time_from_digits(const uint8_t *digits, size_t count)
{
    static const uint8_t most[7] = {99, 99, 12, 31, 23, 59, 59};
    unsigned pairs[7]; /* a year's century and the rest of it, month, day, hour, minute, second */

    pairs[0] = digits[0] < '5' ? 20 : 19;
    for (size_t i = 7 - count / 2; i < 7; i++) {
        unsigned tens = *digits++ - (unsigned)'0', units = *digits++ - (unsigned)'0';
        unsigned pair = tens * 10 + units; /* more than any if `tens` is no digit */
        if (units > 9 || pair > most[i])
            return -1;
        pairs[i] = pair;
    }
    int year = (int)(pairs[0] * 100 + pairs[1]), month = (int)pairs[2];
    int32_t day = first_of(year, month) + (int32_t)pairs[3] - 1;
    if (year < 1970 || month == 0 || pairs[3] == 0 || day >= first_of(year, month + 1))
        return -1;
    return (int64_t)day * DAY + (int)((pairs[4] * 60 + pairs[5]) * 60 + pairs[6]);
}

/* --- RFC 3339, section 5.6: "2026-11-22T02:01:00Z" ------------------------------------------- */

/* Where each field stands, how wide it is, and what follows it. */
static const struct {
    uint8_t at, width;
    char after;
} fields[6] = {{0, 4, '-'}, {5, 2, '-'}, {8, 2, 'T'}, {11, 2, ':'}, {14, 2, ':'}, {17, 2, 'Z'}};

static void put_number(char *at, int width, int value)
{
    while (width-- > 0) {
        at[width] = (char)('0' + value % 10);
        value /= 10;
    }
}

void prov_time_format(int64_t seconds, char ret[PROV_TIME_TEXT])
{
    struct prov_civil civil;

    prov_civil_from_seconds(seconds, &civil);
    const int values[6] = {civil.year, civil.month,  civil.day,
                           civil.hour, civil.minute, civil.second};
    for (size_t i = 0; i < 6; i++) {
        put_number(ret + fields[i].at, fields[i].width, values[i]);
        ret[fields[i].at + fields[i].width] = fields[i].after;
    }
    ret[PROV_TIME_TEXT - 1] = '\0';
}

prov_result prov_time_parse(struct prov_bytes text, int64_t *ret)
{
    uint8_t digits[PROV_TIME_DIGITS], *next = digits;

    if (text.len != PROV_TIME_TEXT - 1)
        return PROV_E_TEXT;
    for (size_t i = 0; i < 6; i++) {
        const uint8_t *at = text.data + fields[i].at;
        if (at[fields[i].width] != (uint8_t)fields[i].after)
            return PROV_E_TEXT;
        memcpy(next, at, fields[i].width);
        next += fields[i].width;
    }
    int64_t seconds = prov_time_from_digits(digits, sizeof digits);
    if (seconds < 0)
        return PROV_E_TEXT;
    *ret = seconds;
    return PROV_OK;
}
