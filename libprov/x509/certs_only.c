/* SPDX-License-Identifier: Apache-2.0
 *
 * "Certs-only" (RFC 5272, section 4.1; RFC 7030, section 4.1.3): SignedData of RFC 5652,
 * section 5.1, without content and signers.
 *
 *   ContentInfo ::= SEQUENCE { id-signedData, [0] EXPLICIT SignedData }
 *   SignedData ::= SEQUENCE {
 *       version INTEGER (1), digestAlgorithms SET {}, SEQUENCE { id-data },
 *       certificates [0] IMPLICIT SET OF Certificate, crls [1] IMPLICIT OPTIONAL, signerInfos SET
 * {} }
 *
 * The certificates stand in the order given: RFC 5652 has a SET, but BER outside of what is signed.
 */
#include "prov/x509.h"

#include "der.h"

/* All before the certificates that has one form: version 1, no digestAlgorithms, id-data without content
 * (pkcs-7 1.2.840.113549.1.7.n). */
static const uint8_t id_signed_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t version_1[] = {0x02, 0x01, 0x01};
static const uint8_t id_data[] = {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
                                  0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t empty_set[] = {0x31, 0x00};

/* --- writing ---------------------------------------------------------------------------------- */

prov_result prov_certs_only_encode(const struct prov_bytes *certs, size_t count,
                                   struct prov_buf *ret)
{
    size_t info = ret->len, content, data, set;

    prov_put_bytes(ret, PROV_BYTES_OF(id_signed_data));
    content = ret->len;
    data = ret->len;
    prov_put_bytes(ret, PROV_BYTES_OF(version_1));
    prov_put_bytes(ret, PROV_BYTES_OF(empty_set));
    prov_put_bytes(ret, PROV_BYTES_OF(id_data));
    set = ret->len;
    for (size_t i = 0; i < count; i++)
        prov_put_bytes(ret, certs[i]);
    prov_der_wrap(ret, set, DER_CONTEXT_CONSTRUCTED(0));
    prov_put_bytes(ret, PROV_BYTES_OF(empty_set));
    prov_der_wrap(ret, data, DER_SEQUENCE);
    prov_der_wrap(ret, content, DER_CONTEXT_CONSTRUCTED(0));
    prov_der_wrap(ret, info, DER_SEQUENCE);
    return prov_buf_result(ret);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Fills up to cap certificates; returns how many there are. */
static size_t certificates_decode(struct prov_der *der, struct prov_bytes *ret, size_t cap)
{
    struct prov_bytes content;
    size_t count = 0;

    prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(0));
    for (; prov_der_more(der); count++) {
        prov_der_take(der, DER_SEQUENCE, &content);
        if (count < cap)
            ret[count] = der->whole;
    }
    prov_der_leave(der);
    return count;
}

static size_t signed_data_decode(struct prov_der *der, struct prov_bytes *ret, size_t cap)
{
    struct prov_bytes crls;

    prov_der_enter(der, DER_SEQUENCE);
    prov_der_literal(der, version_1, PROV_E_VERSION);
    prov_der_literal(der, empty_set, PROV_E_TRAILING);
    prov_der_literal(der, id_data, PROV_E_FORMAT);
    size_t count = certificates_decode(der, ret, cap);
    if (prov_der_next_is(der, DER_CONTEXT_CONSTRUCTED(1)))
        prov_der_take(der, DER_CONTEXT_CONSTRUCTED(1), &crls);
    prov_der_literal(der, empty_set, PROV_E_TRAILING);
    prov_der_leave(der);
    return count;
}

prov_result prov_certs_only_decode(struct prov_bytes bytes, struct prov_bytes *ret, size_t cap,
                                   size_t *ret_count)
{
    struct prov_der der;

    prov_der_begin(&der, bytes);
    prov_der_enter(&der, DER_SEQUENCE);
    prov_der_literal(&der, id_signed_data, PROV_E_FORMAT);
    prov_der_enter(&der, DER_CONTEXT_CONSTRUCTED(0));
    size_t count = signed_data_decode(&der, ret, cap);
    prov_der_leave(&der);
    prov_der_leave(&der);
    prov_result result = prov_der_end(&der);
    if (result == PROV_OK && count > cap)
        return PROV_E_OVERFLOW;
    if (result == PROV_OK)
        *ret_count = count;
    return result;
}
