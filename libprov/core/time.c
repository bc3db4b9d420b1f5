/* SPDX-License-Identifier: Apache-2.0
 *
 * Unix seconds and civil fields, UTC, proleptic Gregorian, without the C library's time zones.
 */
#include "prov/text.h"

#define DAY INT32_C(86400)

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    if (month == 2)
        return is_leap(year) ? 29 : 28;
    return 30 + ((month ^ month >> 3) & 1); /* 31 in 1, 3, 5, 7 and in 8, 10, 12 */
}

/* From 1970 on; the leap days are those of the years before. */
static int32_t days_before_year(int32_t year)
{
    year--;
    return (year - 1969) * 365 + year / 4 - year / 100 + year / 400 -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
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

    while (days_before_year(year + 1) <=
           day) /* at most 22 times: 8029 years of 366 days fall short by that */
        year++;
    int left = day - days_before_year(year);
    for (; left >= days_in_month(year, month); month++)
        left -= days_in_month(year, month);
    *ret = (struct prov_civil){year, month, left + 1, rest / 3600, rest / 60 % 60, rest % 60};
}

static bool between(int value, int low, int high)
{
    return value >= low && value <= high;
}

prov_result prov_civil_to_seconds(const struct prov_civil *civil, int64_t *ret)
{
    if (!between(civil->year, 1970, 9999) || !between(civil->month, 1, 12) ||
        !between(civil->day, 1, days_in_month(civil->year, civil->month)) ||
        !between(civil->hour, 0, 23) || !between(civil->minute, 0, 59) ||
        !between(civil->second, 0, 59))
        return PROV_E_TEXT;
    int32_t day = days_before_year(civil->year) + civil->day - 1;
    for (int month = 1; month < civil->month; month++)
        day += days_in_month(civil->year, month);
    *ret = (int64_t)day * DAY + (civil->hour * 3600 + civil->minute * 60 + civil->second);
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
