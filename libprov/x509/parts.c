/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

void prov_algorithm_put(struct prov_buf *buf)
{
    prov_put_bytes(buf, PROV_BYTES_OF(ecdsa_with_sha256));
}

void prov_algorithm_decode(struct prov_der *der)
{
    prov_der_literal(der, ecdsa_with_sha256, PROV_E_ALGORITHM);
}

void prov_signature_decode(struct prov_der *der, struct prov_bytes *ret,
                           uint8_t ret_raw[PROV_SIGNATURE_LEN])
{
    prov_der_take_bits(der, ret);
    prov_der_check(der, prov_ecdsa_decode(*ret, ret_raw));
}

/* What a cursor has taken is DER: if it isn't in the one form of a key, it is another kind of key. */
void prov_key_decode(struct prov_der *der, struct prov_bytes *ret_spki,
                     struct prov_bytes *ret_point)
{
    const uint8_t *start = der->at;

    prov_der_take(der, DER_SEQUENCE, ret_spki);
    *ret_spki = prov_der_since(der, start);
    prov_result result = prov_spki_decode(*ret_spki, ret_point);
    prov_der_check(der, result == PROV_E_FORMAT ? PROV_E_ALGORITHM : result);
}
