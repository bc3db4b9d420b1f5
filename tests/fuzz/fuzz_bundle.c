/* SPDX-License-Identifier: Apache-2.0
 *
 * A bundle as it is, and once more with its digest made right, so that the fields behind the digest
 * are reached. What decodes must encode to the same octets.
 */
#include <string.h>

#include "prov/bundle.h"
#include "tests/fuzz/fuzz.h"

enum { DIGEST_ITEM = 2 + PROV_HASH_LEN };

static void decode(struct prov_bytes bytes, struct prov_crypto *crypto)
{
    uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_bundle bundle;
    size_t at = SIZE_MAX;
    prov_result result = prov_bundle_decode(bytes, crypto, &bundle, &at);

    FUZZ_CHECK(at <= bytes.len);
    if (result != PROV_OK)
        return;
    FUZZ_CHECK(prov_bundle_encode(&bundle, crypto, &buf) == PROV_OK);
    FUZZ_CHECK(prov_bytes_equal(prov_buf_bytes(&buf), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct prov_crypto *crypto;
    uint8_t copy[PROV_BUNDLE_MAX];

    if (crypto == NULL)
        FUZZ_CHECK(prov_crypto_make(NULL, &crypto) == PROV_OK);
    decode(PROV_BYTES(data, size), crypto);
    if (size < DIGEST_ITEM || size > sizeof copy)
        return 0;
    const struct prov_bytes before = PROV_BYTES(data, size - DIGEST_ITEM);
    memcpy(copy, data, before.len);
    copy[before.len] = 0x58;
    copy[before.len + 1] = PROV_HASH_LEN;
    FUZZ_CHECK(prov_crypto_sha256(crypto, &before, 1, copy + before.len + 2) == PROV_OK);
    decode(PROV_BYTES(copy, size), crypto);
    return 0;
}
