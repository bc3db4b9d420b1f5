/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

void prov_algorithm_decode(struct prov_der *der)
{
    struct prov_bytes whole = prov_der_take_whole(der, DER_SEQUENCE);

    if (!OID_IS(whole, ecdsa_with_sha256))
        prov_der_fail(der, PROV_E_ALGORITHM);
}

void prov_algorithm_put(struct prov_buf *buf)
{
    prov_put_bytes(buf, PROV_BYTES_OF(ecdsa_with_sha256));
}

void prov_signature_decode(struct prov_der *der, uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct prov_bytes bits = prov_der_take_bits(der);
    prov_result result;

    if (der->result != PROV_OK)
        return;
    result = prov_ecdsa_decode(bits, ret);
    if (result != PROV_OK)
        prov_der_fail(der, result);
}

void prov_signature_put(struct prov_buf *buf, const uint8_t raw[PROV_SIGNATURE_LEN])
{
    uint8_t octets[PROV_ECDSA_DER_MAX];
    struct prov_buf der = PROV_BUF_OF(octets);

    prov_ecdsa_encode(raw, &der);
    prov_der_put_bits(buf, prov_buf_bytes(&der));
}

void prov_key_decode(struct prov_der *der, struct prov_bytes *ret_spki,
                     struct prov_bytes *ret_point)
{
    prov_result result;

    *ret_spki = prov_der_take_whole(der, DER_SEQUENCE);
    if (der->result != PROV_OK)
        return;
    result = prov_spki_decode(*ret_spki, ret_point);
    if (result != PROV_OK)
        prov_der_fail(der, result);
}
