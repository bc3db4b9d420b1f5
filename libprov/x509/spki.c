/* SPDX-License-Identifier: Apache-2.0
 *
 * SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7) of a P-256 key (RFC 5480), in its one form:
 *
 *   30 59                                      SEQUENCE
 *      30 13                                     AlgorithmIdentifier
 *         06 07 2A 86 48 CE 3D 02 01               id-ecPublicKey
 *         06 08 2A 86 48 CE 3D 03 01 07            namedCurve secp256r1
 *      03 42 00 04 X Y                           BIT STRING, uncompressed point
 */
#include "parts.h"

#include <string.h>

static const uint8_t spki_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

/* Where AlgorithmIdentifier stands in it: implicit (NULL) and explicit parameters MUST NOT be used (RFC
 * 5480, section 2.1.1), so it has one form too. The point's first octet is the last of the head. */
enum { ALGORITHM_AT = 2, ALGORITHM_LEN = 21, POINT_AT = sizeof spki_head - 1 };

void prov_spki_encode(const uint8_t point[PROV_POINT_LEN], uint8_t ret[PROV_SPKI_LEN])
{
    memcpy(ret, spki_head, POINT_AT);
    memcpy(ret + POINT_AT, point, PROV_POINT_LEN);
}

prov_result prov_spki_decode(struct prov_bytes spki, struct prov_bytes *ret_point)
{
    static const uint8_t tags[] = {DER_SEQUENCE, DER_BIT_STRING};
    struct prov_bytes members[sizeof tags];

    if (!prov_der_split(&spki, tags, sizeof tags, members))
        return PROV_E_FORMAT;
    if (!prov_octets_equal(members[0].data, members[0].len, spki_head + ALGORITHM_AT,
                           ALGORITHM_LEN))
        return PROV_E_ALGORITHM;
    if (spki.len != PROV_SPKI_LEN || memcmp(spki.data, spki_head, sizeof spki_head) != 0)
        return PROV_E_POINT;
    *ret_point = PROV_BYTES(spki.data + POINT_AT, PROV_POINT_LEN);
    return PROV_OK;
}
