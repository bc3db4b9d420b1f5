/* SPDX-License-Identifier: Apache-2.0
 *
 * Certs-only messages: what decodes, encodes and decodes again to the same certificates.
 */
#include "prov/x509.h"
#include "tests/fuzz/fuzz.h"

#define CERTS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_bytes certs[CERTS], again[CERTS];
    uint8_t octets[4096 + 128];
    struct prov_buf buf = PROV_BUF_OF(octets);
    size_t count, count_again;

    if (size > 4096 ||
        prov_certs_only_decode(PROV_BYTES(data, size), certs, CERTS, &count) != PROV_OK)
        return 0;
    FUZZ_CHECK(count <= CERTS);
    FUZZ_CHECK(prov_certs_only_encode(certs, count, &buf) == PROV_OK && buf.len <= size);
    FUZZ_CHECK(prov_certs_only_decode(prov_buf_bytes(&buf), again, CERTS, &count_again) == PROV_OK);
    FUZZ_CHECK(count_again == count);
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(prov_bytes_equal(certs[i], again[i]));
    return 0;
}
