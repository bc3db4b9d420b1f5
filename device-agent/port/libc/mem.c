/* SPDX-License-Identifier: Apache-2.0
 *
 * What the device's library takes from string.h, an octet at a time: for an image that has no other use for a C
 * library. A tenth of newlib's size, which is made for speed; cryptography does not notice.
 */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict ret, const void *restrict from, size_t len)
{
    char *to = ret;
    const char *at = from;

    while (len-- > 0)
        *to++ = *at++;
    return ret;
}

void *memmove(void *ret, const void *from, size_t len)
{
    char *to = ret;
    const char *at = from;

    if (to <= at)
        return memcpy(ret, from, len);
    while (len-- > 0)
        to[len] = at[len];
    return ret;
}

void *memset(void *ret, int octet, size_t len)
{
    char *to = ret;

    while (len-- > 0)
        *to++ = (char)octet;
    return ret;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const unsigned char *x = a, *y = b;

    for (; len > 0; len--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *from, int octet, size_t len)
{
    const unsigned char *at = from;

    for (; len > 0; len--, at++)
        if (*at == (unsigned char)octet)
            return (void *)(size_t)at;
    return NULL;
}

size_t strlen(const char *text)
{
    size_t len = 0;

    while (text[len] != '\0')
        len++;
    return len;
}

int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}
