/* SPDX-License-Identifier: Apache-2.0
 *
 * A P-256 key pair as both libraries read it: ECPrivateKey (RFC 5915, section 3).
 */
#ifndef PROV_TESTS_PRIVATE_KEY_H
#define PROV_TESTS_PRIVATE_KEY_H

#include <string.h>

#include "prov/crypto.h"

#define PRIVATE_KEY_LEN 121

static inline void private_key_put(struct prov_bytes scalar, const uint8_t point[PROV_POINT_LEN],
                                   uint8_t ret[PRIVATE_KEY_LEN])
{
    static const uint8_t head[] = {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20};
    static const uint8_t curve[] = {0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
                                    0x03, 0x01, 0x07, 0xA1, 0x44, 0x03, 0x42, 0x00};

    memcpy(ret, head, sizeof(head));
    memcpy(ret + 7, scalar.data, PROV_SCALAR_LEN);
    memcpy(ret + 39, curve, sizeof(curve));
    memcpy(ret + 56, point, PROV_POINT_LEN);
}

#endif
