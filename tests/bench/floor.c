/* SPDX-License-Identifier: Apache-2.0 */
#include "floor.h"

#include <string.h>

#include "bench.h"

static void must(prov_result result, const char *what)
{
    if (result != PROV_OK)
        bench_fail(what);
}

/* RFC 5246, section 5: `blocks` blocks of P_SHA256, two HMACs each. */
static void prf(struct prov_crypto *crypto, struct prov_bytes key, int rounds, int blocks)
{
    uint8_t a[PROV_HASH_LEN] = {0}, seed[77] = {0};
    struct prov_hmac hmac = {0};
    struct prov_bytes parts[2] = {PROV_BYTES_OF(a), PROV_BYTES_OF(seed)};
    must(prov_crypto_hmac_begin(crypto, &hmac, key), "HMAC");
    for (int i = 0; i < rounds; i++)
        for (int block = 0; block < blocks; block++) {
            must(prov_crypto_hmac(crypto, &hmac, parts + (block == 0), 1, a), "HMAC");
            must(prov_crypto_hmac(crypto, &hmac, parts, 2, a), "HMAC");
        }
    prov_crypto_hmac_drop(crypto, &hmac);
}

static void psk_part(struct prov_crypto *crypto, size_t transcript)
{
    static const uint8_t octets[2048];
    uint8_t secret[48] = {7}, digest[PROV_HASH_LEN], key[16] = {1}, nonce[12] = {2}, aad[13] = {3};
    uint8_t text[24] = {4}, sealed[sizeof(text) + 8], opened[sizeof(text)];
    struct prov_bytes all = PROV_BYTES(octets, transcript);
    must(prov_crypto_sha256(crypto, &all, 1, digest), "SHA-256");
    prf(crypto, PROV_BYTES(secret, 36), 1, 2); /* the master secret */
    prf(crypto, PROV_BYTES_OF(secret), 1, 2);  /* the keys */
    prf(crypto, PROV_BYTES_OF(secret), 2, 1);  /* both Finished */
    must(prov_crypto_seal(crypto, PROV_AEAD_AES_128_CCM_8, PROV_BYTES_OF(key), nonce,
                          PROV_BYTES_OF(aad), PROV_BYTES_OF(text), sealed),
         "CCM");
    must(prov_crypto_open(crypto, PROV_AEAD_AES_128_CCM_8, PROV_BYTES_OF(key), nonce,
                          PROV_BYTES_OF(aad), PROV_BYTES_OF(sealed), opened),
         "CCM");
}

struct keys {
    struct prov_key mine;
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
};

static void public_part(struct world *world, struct keys *keys)
{
    struct prov_ecdh ecdh = {0};
    uint8_t point[PROV_POINT_LEN], shared[PROV_SCALAR_LEN], signature[PROV_SIGNATURE_LEN];
    must(prov_crypto_ecdh_make(world->crypto, &ecdh, point), "key pair");
    must(prov_crypto_ecdh_agree(world->crypto, &ecdh, PROV_BYTES_OF(world->device.key.point),
                                shared),
         "agreement");
    prov_crypto_ecdh_drop(world->crypto, &ecdh);
    must(prov_crypto_sign(world->crypto, &keys->mine, keys->digest, signature), "signature");
}

static void run(struct world *world, enum prov_kind kind, struct keys *keys)
{
    int checks = kind == PROV_KIND_RPK ? 1 : kind == PROV_KIND_CERT ? 2 : 0;
    psk_part(world->crypto, kind == PROV_KIND_PSK ? 300 : kind == PROV_KIND_RPK ? 800 : 2000);
    if (kind != PROV_KIND_PSK)
        public_part(world, keys);
    for (; checks > 0; checks--)
        must(prov_crypto_verify(world->crypto, PROV_BYTES_OF(world->device.key.point), keys->digest,
                                keys->signature),
             "check");
}

void floor_measure(struct world *world, enum prov_kind kind, double *each, int count)
{
    struct keys keys = {.digest = {9}};
    must(prov_crypto_key_load(world->crypto, prov_secret_bytes(&world->device.key.scalar),
                              &keys.mine),
         "key");
    must(prov_crypto_sign(world->crypto, &keys.mine, keys.digest, keys.signature), "signature");
    for (int i = 0; i < count; i++) {
        uint64_t from = bench_now();
        run(world, kind, &keys);
        each[i] = (double)(bench_now() - from);
    }
    prov_crypto_key_drop(world->crypto, &keys.mine);
}
