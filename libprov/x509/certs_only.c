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

/* What has one form: contents, after the number of their octets (pkcs-7 1.2.840.113549.1.7.n), and id-data without
 * content as it stands. */
static const uint8_t id_signed_data[] = {9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t version_1[] = {1, 1};
static const uint8_t id_data[] = {13,   0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86,
                                  0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

/* --- writing ---------------------------------------------------------------------------------- */

prov_result prov_certs_only_encode(const struct prov_bytes *certs, size_t count,
                                   struct prov_buf *ret)
{
    size_t info = ret->len, content, data, set;

    prov_der_put(ret, DER_OID, PROV_BYTES(id_signed_data + 1, id_signed_data[0]));
    content = ret->len;
    data = ret->len;
    prov_der_put(ret, DER_INTEGER, PROV_BYTES(version_1 + 1, version_1[0]));
    prov_der_put(ret, DER_SET, PROV_BYTES_NONE);
    prov_put(ret, id_data + 1, id_data[0]);
    set = ret->len;
    for (size_t i = 0; i < count; i++)
        prov_put_bytes(ret, certs[i]);
    prov_der_wrap(ret, set, DER_CONTEXT_CONSTRUCTED(0));
    prov_der_put(ret, DER_SET, PROV_BYTES_NONE);
    prov_der_wrap(ret, data, DER_SEQUENCE);
    prov_der_wrap(ret, content, DER_CONTEXT_CONSTRUCTED(0));
    prov_der_wrap(ret, info, DER_SEQUENCE);
    return prov_buf_result(ret);
}

/* --- reading ---------------------------------------------------------------------------------- */

static const uint8_t content_info[] = {DER_OID, DER_CONTEXT_CONSTRUCTED(0)};

enum { VERSION, DIGEST_ALGORITHMS, CONTENT, CERTIFICATES, CRLS, SIGNERS, MEMBERS };
static const uint8_t signed_data[MEMBERS] = {DER_INTEGER,
                                             DER_SET,
                                             DER_SEQUENCE,
                                             DER_CONTEXT_CONSTRUCTED(0),
                                             DER_OPTIONAL | DER_CONTEXT_CONSTRUCTED(1),
                                             DER_SET};

prov_result prov_certs_only_decode(struct prov_bytes bytes, struct prov_bytes *ret, size_t cap,
                                   size_t *ret_count)
{
    struct prov_bytes part[MEMBERS], cert;
    size_t count = 0;

    if (!prov_der_split(&bytes, content_info, 2, part) || !prov_der_is(&part[0], id_signed_data) ||
        !prov_der_split(&part[1], signed_data, MEMBERS, part) ||
        !prov_der_is(&part[VERSION], version_1) || part[DIGEST_ALGORITHMS].len > 0 ||
        !prov_der_is(&part[CONTENT], id_data) || part[SIGNERS].len > 0)
        return PROV_E_FORMAT;
    for (; part[CERTIFICATES].len > 0; count++) {
        if (prov_der_take(&part[CERTIFICATES], &cert) != DER_SEQUENCE)
            return PROV_E_FORMAT;
        if (count < cap)
            ret[count] = cert;
    }
    if (count > cap)
        return PROV_E_OVERFLOW;
    *ret_count = count;
    return PROV_OK;
}
