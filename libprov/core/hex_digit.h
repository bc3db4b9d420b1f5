/* SPDX-License-Identifier: Apache-2.0
 *
 * One hex digit, as identifiers and hex text read it.
 */
#ifndef PROV_CORE_HEX_DIGIT_H
#define PROV_CORE_HEX_DIGIT_H

/* Its value, of either case; -1 if it is none. */
static inline int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

#endif
