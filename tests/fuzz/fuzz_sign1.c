/* SPDX-License-Identifier: Apache-2.0
 *
 * A COSE_Sign1 from the wire, and the key in its payload, as a submitted raw public key comes in.
 */
#include "prov/cose.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct prov_crypto *crypto;
    struct prov_cose_sign1 sign1;
    struct prov_cose_key key;
    uint8_t points[2][PROV_POINT_LEN];
    size_t count = 0;

    if (crypto == NULL)
        FUZZ_CHECK(prov_crypto_make(NULL, &crypto) == PROV_OK);
    if (prov_cose_key_set_decode(PROV_BYTES(data, size), points, 2, &count) == PROV_OK)
        FUZZ_CHECK(count <= 2);
    if (prov_cose_sign1_decode(PROV_BYTES(data, size), &sign1) != PROV_OK)
        return 0;
    struct prov_reader reader = prov_reader_make(sign1.payload);
    if (prov_cose_key_decode(&reader, &key) == PROV_OK && key.has_public)
        (void)!prov_cose_sign1_verify(crypto, &sign1, PROV_BYTES_NONE, key.point);
    return 0;
}
