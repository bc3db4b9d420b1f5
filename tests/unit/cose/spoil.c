/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/cbor.h"
#include "tests/unit/cose/spoil.h"

struct prov_crypto *crypto;

int open_crypto(void **state)
{
    (void)state;
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

int close_crypto(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    return 0;
}

void encode(const struct prov_bundle *bundle, struct octets *ret)
{
    struct prov_buf buf = prov_buf_make(ret->data, sizeof ret->data);

    assert_int_equal(prov_bundle_encode(bundle, crypto, &buf), PROV_OK);
    ret->len = buf.len;
}

void encode_sample(const char *name, struct octets *ret)
{
    struct prov_bundle bundle;

    sample_get(name, &bundle);
    encode(&bundle, ret);
}

/* Makes the digest right again. */
void seal(struct octets *octets)
{
    const struct prov_bytes before = PROV_BYTES(octets->data, octets->len - PROV_HASH_LEN - 2);

    assert_int_equal(prov_crypto_sha256(crypto, &before, 1, octets->data + before.len + 2),
                     PROV_OK);
}

void refuse_at(const struct octets *octets, prov_result expected, size_t expected_at)
{
    static const struct prov_bundle untouched = {.issued = 77};
    struct prov_bundle bundle = untouched;
    size_t at = SIZE_MAX;
    prov_result result =
        prov_bundle_decode(PROV_BYTES(octets->data, octets->len), crypto, &bundle, &at);

    if (result != expected || at != expected_at)
        fail_msg("%04x at %zu, not %04x at %zu", (unsigned)result, at, (unsigned)expected,
                 expected_at);
    assert_memory_equal(&bundle, &untouched, sizeof bundle);
    assert_int_equal(
        prov_bundle_decode(PROV_BYTES(octets->data, octets->len), crypto, &bundle, NULL), expected);
}

/* Where the n-th item of the array stands. */
size_t item_at(const struct octets *octets, int n)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(octets->data, octets->len));

    prov_cbor_get_array(&reader, 0, SIZE_MAX);
    for (int i = 0; i < n; i++)
        prov_cbor_skip(&reader);
    assert_int_equal(prov_reader_result(&reader), PROV_OK);
    return reader.at;
}

/* Puts other octets in the place of the n-th item, and makes the digest right. */
void replace(struct octets *octets, int n, const void *data, size_t len)
{
    size_t from = item_at(octets, n), to = item_at(octets, n + 1);

    memmove(octets->data + from + len, octets->data + to, octets->len - to);
    memcpy(octets->data + from, data, len);
    octets->len = octets->len - (to - from) + len;
    seal(octets);
}

void refuse_encoding(const struct prov_bundle *bundle, prov_result expected)
{
    uint8_t room[PROV_BUNDLE_MAX + 64];
    struct prov_buf buf = PROV_BUF_OF(room);

    memset(room, 0x77, sizeof room);
    prov_put_u8(&buf, 1); /* what stands there stays */
    assert_int_equal(prov_bundle_encode(bundle, crypto, &buf), expected);
    assert_int_equal(buf.len, 1);
    assert_int_equal(room[0], 1);
}
