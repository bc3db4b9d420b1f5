/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets of tests, written in hex as the standards print them. Not prov_hex_parse, which is under
 * test.
 */
#ifndef PROV_TESTS_OCTETS_H
#define PROV_TESTS_OCTETS_H

#include <stdio.h>
#include <string.h>

#include "prov/bytes.h"

struct octets {
    uint8_t data[1024];
    size_t len;
};

/* White space is skipped. */
static inline struct octets octets_of(const char *hex)
{
    struct octets octets = {.len = 0};
    unsigned value;

    while (*(hex += strspn(hex, " \n")) != '\0' && octets.len < sizeof octets.data &&
           sscanf(hex, "%2x", &value) == 1) {
        octets.data[octets.len++] = (uint8_t)value;
        hex += 2;
    }
    return octets;
}

#define OCTETS_VIEW(octets) PROV_BYTES((octets).data, (octets).len)

#endif
