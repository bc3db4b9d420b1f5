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

/* pkcs-7 1.2.840.113549.1.7.n */
static const uint8_t id_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t id_signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t version_1[] = {1};

static void signed_data_put(struct prov_buf *buf, const struct prov_bytes *certs, size_t count)
{
    size_t mark = prov_der_open(buf, DER_SEQUENCE), inner;

    prov_der_put_unsigned(buf, PROV_BYTES_OF(version_1));
    prov_der_put(buf, DER_SET, PROV_BYTES_NONE);
    inner = prov_der_open(buf, DER_SEQUENCE);
    prov_der_put(buf, DER_OID, PROV_BYTES_OF(id_data));
    prov_der_close(buf, inner);
    inner = prov_der_open(buf, DER_CONTEXT_CONSTRUCTED(0));
    for (size_t i = 0; i < count; i++)
        prov_put_bytes(buf, certs[i]);
    prov_der_close(buf, inner);
    prov_der_put(buf, DER_SET, PROV_BYTES_NONE);
    prov_der_close(buf, mark);
}

prov_result prov_certs_only_encode(const struct prov_bytes *certs, size_t count,
                                   struct prov_buf *ret)
{
    size_t info = prov_der_open(ret, DER_SEQUENCE), content;

    prov_der_put(ret, DER_OID, PROV_BYTES_OF(id_signed_data));
    content = prov_der_open(ret, DER_CONTEXT_CONSTRUCTED(0));
    signed_data_put(ret, certs, count);
    prov_der_close(ret, content);
    prov_der_close(ret, info);
    return prov_buf_result(ret);
}

/* Fills up to cap certificates; the count is of all. */
static size_t certificates_decode(struct prov_der *data, struct prov_bytes *ret, size_t cap)
{
    struct prov_der set = prov_der_enter(data, DER_CONTEXT_CONSTRUCTED(0));
    struct prov_bytes cert;
    size_t count = 0;

    for (; prov_der_more(&set); count++) {
        cert = prov_der_take_whole(&set, DER_SEQUENCE);
        if (ret != NULL && count < cap)
            ret[count] = cert;
    }
    prov_der_leave(data, &set);
    return count;
}

static size_t signed_data_decode(struct prov_der *content, struct prov_bytes *ret, size_t cap)
{
    struct prov_der data = prov_der_enter(content, DER_SEQUENCE);
    struct prov_bytes version = prov_der_take_unsigned(&data);
    struct prov_der inner;
    size_t count;

    if (!OID_IS(version, version_1))
        prov_der_fail(&data, PROV_E_VERSION);
    inner = prov_der_enter(&data, DER_SET);
    prov_der_leave(&data, &inner);
    inner = prov_der_enter(&data, DER_SEQUENCE);
    if (!OID_IS(prov_der_take_oid(&inner), id_data))
        prov_der_fail(&inner, PROV_E_FORMAT);
    prov_der_leave(&data, &inner);
    count = certificates_decode(&data, ret, cap);
    if (prov_der_next_is(&data, DER_CONTEXT_CONSTRUCTED(1)))
        prov_der_take(&data, DER_CONTEXT_CONSTRUCTED(1));
    inner = prov_der_enter(&data, DER_SET);
    prov_der_leave(&data, &inner);
    prov_der_leave(content, &data);
    return count;
}

static prov_result decode(struct prov_bytes bytes, struct prov_bytes *ret, size_t cap,
                          size_t *ret_count)
{
    struct prov_der der = prov_der_make(bytes);
    struct prov_der info = prov_der_enter(&der, DER_SEQUENCE), content;

    if (!OID_IS(prov_der_take_oid(&info), id_signed_data))
        prov_der_fail(&info, PROV_E_FORMAT);
    content = prov_der_enter(&info, DER_CONTEXT_CONSTRUCTED(0));
    *ret_count = signed_data_decode(&content, ret, cap);
    prov_der_leave(&info, &content);
    prov_der_leave(&der, &info);
    prov_der_end(&der);
    return der.result;
}

/* Once to see that it is whole and fits, once to fill. */
prov_result prov_certs_only_decode(struct prov_bytes der, struct prov_bytes *ret, size_t cap,
                                   size_t *ret_count)
{
    size_t count;
    prov_result result = decode(der, NULL, 0, &count);

    if (result != PROV_OK)
        return result;
    if (count > cap)
        return PROV_E_OVERFLOW;
    return decode(der, ret, cap, ret_count);
}
