/* SPDX-License-Identifier: Apache-2.0
 *
 * Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }  (RFC 5480, appendix A; RFC 8422,
 * section 5.4). All of its lengths take one octet.
 */
#include "parts.h"

#include <string.h>

/* n, the order of P-256 (SEC 2, section 2.4.2). */
static const uint8_t order[PROV_SCALAR_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

/* --- writing ---------------------------------------------------------------------------------- */

/* As few octets as can be, and one more before what would be negative. */
static void put_scalar(struct prov_buf *buf, const uint8_t *octets)
{
    size_t len = PROV_SCALAR_LEN;

    for (; len > 1 && *octets == 0; len--)
        octets++;
    prov_put_u8(buf, DER_INTEGER);
    if (*octets >= 0x80)
        prov_put_u16(buf, (uint16_t)((len + 1) << 8));
    else
        prov_put_u8(buf, (uint8_t)len);
    prov_put(buf, octets, len);
}

void prov_ecdsa_encode(const uint8_t raw[PROV_SIGNATURE_LEN], struct prov_buf *ret)
{
    prov_put_u8(ret, DER_SEQUENCE);
    size_t mark = prov_put_open(ret, 1);
    for (size_t i = 0; i < PROV_SIGNATURE_LEN; i += PROV_SCALAR_LEN)
        put_scalar(ret, raw + i);
    prov_put_close(ret, 1, mark);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* 1 to n - 1, to 32 octets. Not secret: no care about timing. */
static bool scalar_decode(struct prov_bytes number, uint8_t ret[PROV_SCALAR_LEN])
{
    if (number.data[0] == 0)
        number = PROV_BYTES(number.data + 1, number.len - 1);
    else if (number.data[0] >= 0x80) /* negative */
        return false;
    if (number.len - 1 >= PROV_SCALAR_LEN)
        return false;
    memset(ret, 0, PROV_SCALAR_LEN);
    memcpy(ret + PROV_SCALAR_LEN - number.len, number.data, number.len);
    return memcmp(ret, order, PROV_SCALAR_LEN) < 0;
}

prov_result prov_ecdsa_decode(struct prov_bytes bytes, uint8_t ret[PROV_SIGNATURE_LEN])
{
    static const uint8_t members[] = {DER_INTEGER, DER_INTEGER};
    struct prov_bytes scalars[2];

    bool good = true;

    if (!prov_der_split(&bytes, members, 2, scalars))
        return PROV_E_FORMAT;
    for (size_t i = 0; i < 2; i++)
        good = scalar_decode(scalars[i], ret + i * PROV_SCALAR_LEN) && good;
    return good ? PROV_OK : PROV_E_SIGNATURE;
}
