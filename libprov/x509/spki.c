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
#include "prov/x509.h"

#include "der.h"

#include <string.h>

static const uint8_t id_ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t id_secp256r1[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

static const uint8_t spki_head[PROV_SPKI_LEN - PROV_POINT_LEN] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

void prov_spki_encode(const uint8_t point[PROV_POINT_LEN], uint8_t ret[PROV_SPKI_LEN])
{
    memcpy(ret, spki_head, sizeof spki_head);
    memcpy(ret + sizeof spki_head, point, PROV_POINT_LEN);
}

/* Named curve only: implicit (NULL) and explicit parameters MUST NOT be used (RFC 5480, section
 * 2.1.1). */
static void algorithm_decode(struct prov_der *spki)
{
    struct prov_der algorithm = prov_der_enter(spki, DER_SEQUENCE);
    struct prov_bytes type = prov_der_take_oid(&algorithm);

    if (!OID_IS(type, id_ec_public_key) || !prov_der_next_is(&algorithm, DER_OID))
        prov_der_fail(&algorithm, PROV_E_ALGORITHM);
    else if (!OID_IS(prov_der_take_oid(&algorithm), id_secp256r1))
        prov_der_fail(&algorithm, PROV_E_ALGORITHM);
    prov_der_leave(spki, &algorithm);
}

prov_result prov_spki_decode(struct prov_bytes spki, struct prov_bytes *ret_point)
{
    struct prov_der der = prov_der_make(spki);
    struct prov_der inner = prov_der_enter(&der, DER_SEQUENCE);
    struct prov_bytes point;

    algorithm_decode(&inner);
    point = prov_der_take_bits(&inner);
    prov_der_leave(&der, &inner);
    prov_der_end(&der);
    if (der.result != PROV_OK)
        return der.result;
    if (point.len != PROV_POINT_LEN || point.data[0] != 0x04)
        return PROV_E_POINT;
    *ret_point = point;
    return PROV_OK;
}
