/* SPDX-License-Identifier: Apache-2.0
 *
 * Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }  (RFC 5480, appendix A; RFC 8422,
 * section 5.4). All of its lengths take one octet.
 */
#include "prov/x509.h"

#include "der.h"

#include <string.h>

/* n, the order of P-256 (SEC 2, section 2.4.2). */
static const uint8_t order[PROV_SCALAR_LEN] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

/* --- writing ---------------------------------------------------------------------------------- */

static void put_scalar(struct prov_buf *buf, const uint8_t *octets)
{
    size_t len = PROV_SCALAR_LEN;

    for (; len > 1 && *octets == 0; len--)
        octets++;
    prov_put_u8(buf, DER_INTEGER);
    size_t mark = prov_put_open(buf, 1);
    if (*octets >= 0x80)
        prov_put_u8(buf, 0);
    prov_put(buf, octets, len);
    prov_put_close(buf, 1, mark);
}

void prov_ecdsa_encode(const uint8_t raw[PROV_SIGNATURE_LEN], struct prov_buf *ret)
{
    prov_put_u8(ret, DER_SEQUENCE);
    size_t mark = prov_put_open(ret, 1);
    put_scalar(ret, raw);
    put_scalar(ret, raw + PROV_SCALAR_LEN);
    prov_put_close(ret, 1, mark);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* 1 to n - 1, minimal, to 32 octets. Not secret: no care about timing. */
static void get_scalar(struct prov_reader *reader, uint8_t ret[PROV_SCALAR_LEN])
{
    struct prov_bytes number;

    prov_der_get_short(reader, DER_INTEGER, &number);
    if (number.len == 0 || number.data[0] >= 0x80 ||
        (number.len > 1 && number.data[0] == 0 && number.data[1] < 0x80)) {
        prov_reader_fail(reader, PROV_E_FORMAT);
        return;
    }
    if (number.data[0] == 0)
        number = PROV_BYTES(number.data + 1, number.len - 1);
    if (number.len == 0 || number.len > PROV_SCALAR_LEN) {
        prov_reader_fail(reader, PROV_E_SIGNATURE);
        return;
    }
    memset(ret, 0, PROV_SCALAR_LEN);
    memcpy(ret + PROV_SCALAR_LEN - number.len, number.data, number.len);
    if (memcmp(ret, order, PROV_SCALAR_LEN) >= 0)
        prov_reader_fail(reader, PROV_E_SIGNATURE);
}

prov_result prov_ecdsa_decode(struct prov_bytes bytes, uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct prov_reader reader = prov_reader_make(bytes);
    uint8_t raw[PROV_SIGNATURE_LEN];

    prov_der_get_short(&reader, DER_SEQUENCE, &bytes);
    prov_result result = prov_reader_end(&reader);
    if (result != PROV_OK)
        return result;
    reader = prov_reader_make(bytes);
    get_scalar(&reader, raw);
    get_scalar(&reader, raw + PROV_SCALAR_LEN);
    result = prov_reader_end(&reader);
    if (result == PROV_OK)
        memcpy(ret, raw, sizeof raw);
    return result;
}
