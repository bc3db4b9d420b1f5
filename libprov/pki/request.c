/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes from outside: requests (RFC 2986) and public keys. Parsed strictly by x509, and a
 * request must be understood the same way by OpenSSL.
 */
#include <string.h>

#include <openssl/err.h>

#include "internal.h"

/* OpenSSL reads the same request and finds the same proof. */
static prov_result second_opinion(struct prov_bytes der, struct prov_why *why)
{
    const unsigned char *at = der.data;
    X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.len);
    EVP_PKEY *key = request == NULL ? NULL : X509_REQ_get0_pubkey(request);
    bool whole = request != NULL && at == der.data + der.len && key != NULL;
    bool proved = whole && X509_REQ_verify(request, key) == 1;
    X509_REQ_free(request);
    ERR_clear_error();
    if (!whole)
        return prov_why_set(why, PROV_E_FORMAT, "the request is malformed");
    return proved ? PROV_OK
                  : prov_why_set(why, PROV_E_SIGNATURE, "the request's signature does not verify");
}

static prov_result elements_check(const struct prov_csr *csr, struct prov_why *why)
{
    if (csr->asks_ca)
        return prov_why_set(why, PROV_E_CERT_PROFILE, "the request asks for a CA's certificate");
    if (csr->san_count > 1) {
        return prov_why_set(why, PROV_E_CERT_PROFILE, "the request has %u names in subjectAltName",
                            (unsigned)csr->san_count);
    }
    return PROV_OK;
}

static bool has_name(const struct prov_csr *csr)
{
    return csr->common_name_count > 0 || csr->san_count > 0;
}

/* What prov_csr_eui64 refuses at once, with its reason. */
static prov_result device_check(const struct prov_csr *csr, const struct prov_eui64 *device,
                                struct prov_why *why)
{
    struct prov_eui64 named;
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(device, text);
    if (csr->san_count > 0 && csr->alt_kind != PROV_ALT_MAC) {
        return prov_why_set(why, PROV_E_CERT_PROFILE,
                            "the request has a name in subjectAltName that is not a device's");
    }
    if (!has_name(csr))
        return PROV_OK;
    if (prov_csr_eui64(csr, &named) == PROV_OK && prov_eui64_equal(&named, device))
        return PROV_OK;
    return prov_why_set(
        why, PROV_E_NAME, "the request's %s %s",
        csr->common_name_count == 0 ? "MACAddress is not that of" : "common name is not", text);
}

static prov_result csr_judge(struct prov_pki *pki, struct prov_bytes der,
                             const struct prov_eui64 *device, struct prov_csr *ret,
                             struct prov_why *why)
{
    prov_result result = prov_csr_parse(der, ret);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the request is refused: %s", prov_result_text(result));
    result = prov_crypto_point_check(pki->crypto, ret->point);
    if (result != PROV_OK) {
        return prov_why_set(why, result,
                            "the request's public key is not an uncompressed point on P-256");
    }
    result = prov_csr_verify(ret, pki->crypto);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the request's signature does not verify");
    result = second_opinion(der, why);
    if (result == PROV_OK)
        result = elements_check(ret, why);
    if (result == PROV_OK && device != NULL)
        result = device_check(ret, device, why);
    return result;
}

prov_result prov_pki_csr_check(struct prov_pki *pki, struct prov_bytes csr,
                               const struct prov_eui64 *device, struct prov_buf *der,
                               struct prov_csr *ret, struct prov_why *why)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL};
    struct prov_csr parsed;
    size_t start = der->len;
    prov_result result = pki_der_of(csr, labels, der, why);
    if (result == PROV_OK) {
        struct prov_bytes octets = PROV_BYTES(der->data + start, der->len - start);
        result = csr_judge(pki, octets, device, &parsed, why);
    }
    if (result == PROV_OK)
        *ret = parsed;
    return result;
}

prov_result prov_pki_public_check(struct prov_pki *pki, struct prov_bytes spki,
                                  uint8_t ret_point[PROV_POINT_LEN], struct prov_why *why)
{
    static const char *const labels[] = {"PUBLIC KEY", NULL};
    uint8_t octets[PROV_CERT_MAX];
    struct prov_buf der = PROV_BUF_OF(octets);
    struct prov_bytes point;
    prov_result result = pki_der_of(spki, labels, &der, why);
    if (result != PROV_OK)
        return result;
    result = prov_spki_decode(prov_buf_bytes(&der), &point);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the public key is refused: %s", prov_result_text(result));
    result = prov_crypto_point_check(pki->crypto, point);
    if (result != PROV_OK)
        return prov_why_set(why, result, "the public key is not a point on P-256");
    memcpy(ret_point, point.data, PROV_POINT_LEN);
    return PROV_OK;
}
