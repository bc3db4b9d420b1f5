/* SPDX-License-Identifier: Apache-2.0
 *
 * Unix seconds and civil fields, UTC, proleptic Gregorian, without the C library's time zones.
 */
#include "prov/text.h"

#define DAY INT32_C(86400)

/* Days from 1970 to the first of a month, 1 to 13. With March as the first month of a year the leap day
 * comes last, and 367 / 12 gives the months before their lengths (Gauss). */
static int32_t first_of(int32_t year, int32_t month)
{
    month -= 2;
    if (month <= 0) {
        month += 12;
        year--;
    }
    return year * 365 + year / 4 - year / 100 + year / 400 + 367 * month / 12 - 719498;
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

static bool between(int value, int low, int high)
{
    return value >= low && value <= high;
}

prov_result prov_civil_to_seconds(const struct prov_civil *civil, int64_t *ret)
{
    if (!between(civil->year, 1970, 9999) || !between(civil->month, 1, 12) ||
        !between(civil->hour, 0, 23) || !between(civil->minute, 0, 59) ||
        !between(civil->second, 0, 59))
        return PROV_E_TEXT;
    int32_t month = first_of(civil->year, civil->month);
    if (!between(civil->day, 1, first_of(civil->year, civil->month + 1) - month))
        return PROV_E_TEXT;
    int32_t second = civil->hour * 3600 + civil->minute * 60 + civil->second;
    *ret = (int64_t)(month + civil->day - 1) * DAY + second;
    return PROV_OK;
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
    int values[6] = {0};

    if (text.len != PROV_TIME_TEXT - 1)
        return PROV_E_TEXT;
    for (size_t i = 0; i < 6; i++) {
        const uint8_t *at = text.data + fields[i].at;
        for (size_t j = 0; j < fields[i].width; j++) {
            if (at[j] < '0' || at[j] > '9')
                return PROV_E_TEXT;
            values[i] = values[i] * 10 + (at[j] - '0');
        }
        if (at[fields[i].width] != (uint8_t)fields[i].after)
            return PROV_E_TEXT;
    }
    const struct prov_civil civil = {values[0], values[1], values[2],
                                     values[3], values[4], values[5]};
    return prov_civil_to_seconds(&civil, ret);
}
