/* SPDX-License-Identifier: Apache-2.0
 *
 * Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }  (RFC 5480, appendix A; RFC 8422,
 * section 5.4)
 */
#include "prov/x509.h"

#include "der.h"

#include <string.h>

/* n, the order of P-256 (SEC 2, section 2.4.2). */
static const uint8_t order[PROV_SCALAR_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

void prov_ecdsa_encode(const uint8_t raw[PROV_SIGNATURE_LEN], struct prov_buf *ret)
{
    size_t mark = prov_der_open(ret, DER_SEQUENCE);

    prov_der_put_unsigned(ret, PROV_BYTES(raw, PROV_SCALAR_LEN));
    prov_der_put_unsigned(ret, PROV_BYTES(raw + PROV_SCALAR_LEN, PROV_SCALAR_LEN));
    prov_der_close(ret, mark);
}

/* 1 to n - 1, to 32 octets; false otherwise. Not secret: no care about timing. */
static bool scalar_decode(struct prov_bytes number, uint8_t ret[PROV_SCALAR_LEN])
{
    static const uint8_t zero[PROV_SCALAR_LEN];

    if (number.len == 0 || number.len > PROV_SCALAR_LEN)
        return false;
    memset(ret, 0, PROV_SCALAR_LEN);
    memcpy(ret + PROV_SCALAR_LEN - number.len, number.data, number.len);
    return memcmp(ret, zero, PROV_SCALAR_LEN) != 0 && memcmp(ret, order, PROV_SCALAR_LEN) < 0;
}

prov_result prov_ecdsa_decode(struct prov_bytes bytes, uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct prov_der der = prov_der_make(bytes);
    struct prov_der inner = prov_der_enter(&der, DER_SEQUENCE);
    struct prov_bytes r = prov_der_take_unsigned(&inner);
    struct prov_bytes s = prov_der_take_unsigned(&inner);
    uint8_t raw[PROV_SIGNATURE_LEN];

    prov_der_leave(&der, &inner);
    prov_der_end(&der);
    if (der.result != PROV_OK)
        return der.result;
    if (!scalar_decode(r, raw) || !scalar_decode(s, raw + PROV_SCALAR_LEN))
        return PROV_E_SIGNATURE;
    memcpy(ret, raw, sizeof raw);
    return PROV_OK;
}
