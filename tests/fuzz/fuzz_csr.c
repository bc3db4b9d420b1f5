/* SPDX-License-Identifier: Apache-2.0
 *
 * Certification requests: what parses here, OpenSSL reads too, and both say the same of the signature.
 */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "prov/x509.h"
#include "tests/fuzz/fuzz.h"

static struct prov_crypto *crypto;

static void try_openssl(struct prov_bytes der, bool verified)
{
    const uint8_t *at = der.data;
    X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.len);
    EVP_PKEY *public = request != NULL ? X509_REQ_get0_pubkey(request) : NULL;

    FUZZ_CHECK(request != NULL && at == der.data + der.len);
    FUZZ_CHECK((public != NULL && X509_REQ_verify(request, public) == 1) == verified);
    X509_REQ_free(request);
    ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_bytes der = {data, size};
    struct prov_eui64 eui64;
    struct prov_csr csr;
    prov_result result;

    if (crypto == NULL)
        FUZZ_CHECK(prov_crypto_make(NULL, &crypto) == PROV_OK);
    if (prov_csr_parse(der, &csr) != PROV_OK)
        return 0;
    FUZZ_CHECK(csr.challenge_password.len <= 255 && csr.spki.len == PROV_SPKI_LEN);
    FUZZ_CHECK(csr.info.data > data && csr.info.data + csr.info.len < data + size);
    result = prov_csr_verify(&csr, crypto);
    FUZZ_CHECK(result == PROV_OK || result == PROV_E_SIGNATURE || result == PROV_E_POINT);
    (void)!prov_csr_eui64(&csr, &eui64);
    try_openssl(der, result == PROV_OK);
    return 0;
}
