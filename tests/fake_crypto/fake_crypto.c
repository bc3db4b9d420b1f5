/* SPDX-License-Identifier: Apache-2.0
 *
 * Instance, digests and AEAD of the fake backend.
 */
#include "fake_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- instance --------------------------------------------------------------------------------- */

prov_result prov_crypto_make(const struct prov_random *random, struct prov_crypto **ret)
{
    struct prov_crypto *crypto = calloc(1, sizeof *crypto);

    if (crypto == NULL)
        return PROV_E_MEMORY;
    if (random != NULL) {
        crypto->has_random = true;
        crypto->random = *random;
    }
    *ret = crypto;
    return PROV_OK;
}

void prov_crypto_free(struct prov_crypto *crypto)
{
    if (crypto == NULL)
        return;
    if (crypto->alive != 0) {
        fprintf(stderr, "fake crypto: %ld objects were not dropped\n", crypto->alive);
        abort();
    }
    free(crypto);
}

void prov_fake_fail(struct prov_crypto *crypto, unsigned call)
{
    crypto->fail_at = call == 0 ? 0 : crypto->calls + call;
}

unsigned prov_fake_calls(const struct prov_crypto *crypto)
{
    return crypto->calls;
}

void prov_fake_trace_clear(struct prov_crypto *crypto)
{
    crypto->trace_len = 0;
}

const struct prov_fake_entry *prov_fake_trace(const struct prov_crypto *crypto, size_t *ret_count)
{
    *ret_count = crypto->trace_len;
    return crypto->trace;
}

bool fake_call(struct prov_crypto *crypto, enum prov_fake_operation operation, size_t len)
{
    if (crypto->trace_len < PROV_FAKE_TRACE_MAX)
        crypto->trace[crypto->trace_len++] = (struct prov_fake_entry){operation, len};
    return ++crypto->calls != crypto->fail_at;
}

bool fake_fill(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    uint8_t block[PROV_HASH_LEN];
    struct fake_mix mix;

    if (crypto->has_random)
        return crypto->random.fill(crypto->random.context, ret, len);
    for (size_t at = 0; at < len; at += sizeof block) {
        mix = fake_mix_begin(++crypto->drawn);
        fake_mix_end(mix, block);
        memcpy(ret + at, block, len - at < sizeof block ? len - at : sizeof block);
    }
    return true;
}

prov_result prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    if (fake_call(crypto, PROV_FAKE_RANDOM, len) && fake_fill(crypto, ret, len))
        return PROV_OK;
    prov_wipe(ret, len);
    return PROV_E_RANDOM;
}

/* --- digests ---------------------------------------------------------------------------------- */

static uint64_t rotate(uint64_t value, int by)
{
    return value << by | value >> (64 - by);
}

/* The finaliser of SplitMix64. */
static uint64_t scramble(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

struct fake_mix fake_mix_begin(uint64_t domain)
{
    struct fake_mix mix = {.alive = 1};

    for (int i = 0; i < 4; i++)
        mix.lanes[i] = scramble(domain * 4 + (uint64_t)i + 1);
    return mix;
}

void fake_mix_add(struct fake_mix *mix, struct prov_bytes bytes)
{
    uint64_t *lanes = mix->lanes;

    for (size_t i = 0; i < bytes.len; i++) {
        lanes[0] = (lanes[0] ^ bytes.data[i]) * UINT64_C(0x100000001b3);
        lanes[1] = rotate(lanes[1] + lanes[0], 23);
        lanes[2] = rotate(lanes[2] ^ lanes[1], 41) + lanes[0];
        lanes[3] = (lanes[3] + lanes[2]) * UINT64_C(0x9e3779b97f4a7c15);
    }
    mix->len += bytes.len;
}

void fake_mix_end(struct fake_mix mix, uint8_t ret[PROV_HASH_LEN])
{
    uint64_t all = mix.len;

    for (int i = 0; i < 4; i++)
        all = scramble(all + mix.lanes[i]);
    for (int i = 0; i < 4; i++) {
        uint64_t word = scramble(all ^ mix.lanes[i] ^ (uint64_t)i);

        memcpy(ret + 8 * i, &word, sizeof word);
    }
}

enum domain { DOMAIN_SHA256 = 1 << 20, DOMAIN_HMAC, DOMAIN_STREAM, DOMAIN_TAG };

static size_t total(const struct prov_bytes *parts, size_t count)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    return len;
}

static void mix_parts(struct fake_mix mix, const struct prov_bytes *parts, size_t count,
                      uint8_t ret[PROV_HASH_LEN])
{
    for (size_t i = 0; i < count; i++)
        fake_mix_add(&mix, parts[i]);
    fake_mix_end(mix, ret);
}

prov_result prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                               size_t count, uint8_t ret[PROV_HASH_LEN])
{
    if (!fake_call(crypto, PROV_FAKE_SHA256, total(parts, count)))
        return PROV_E_INTERNAL;
    mix_parts(fake_mix_begin(DOMAIN_SHA256), parts, count, ret);
    return PROV_OK;
}

static struct fake_mix mix_load(const uint64_t *opaque)
{
    struct fake_mix mix;

    memcpy(&mix, opaque, sizeof mix);
    return mix;
}

static void mix_drop(struct prov_crypto *crypto, uint64_t *opaque, size_t len)
{
    crypto->alive -= (long)mix_load(opaque).alive;
    prov_wipe(opaque, len);
}

prov_result prov_crypto_hash_begin(struct prov_crypto *crypto, struct prov_hash *hash)
{
    struct fake_mix mix = fake_mix_begin(DOMAIN_SHA256);

    if (!fake_call(crypto, PROV_FAKE_HASH_BEGIN, 0))
        return PROV_E_INTERNAL;
    memcpy(hash->opaque, &mix, sizeof mix);
    crypto->alive++;
    return PROV_OK;
}

prov_result prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                 struct prov_bytes bytes)
{
    struct fake_mix mix = mix_load(hash->opaque);

    if (mix.alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_HASH_ADD, bytes.len))
        return PROV_E_INTERNAL;
    fake_mix_add(&mix, bytes);
    memcpy(hash->opaque, &mix, sizeof mix);
    return PROV_OK;
}

prov_result prov_crypto_hash_peek(struct prov_crypto *crypto, const struct prov_hash *hash,
                                  uint8_t ret[PROV_HASH_LEN])
{
    if (mix_load(hash->opaque).alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_HASH_PEEK, 0))
        return PROV_E_INTERNAL;
    fake_mix_end(mix_load(hash->opaque), ret);
    return PROV_OK;
}

void prov_crypto_hash_drop(struct prov_crypto *crypto, struct prov_hash *hash)
{
    mix_drop(crypto, hash->opaque, sizeof hash->opaque);
}

prov_result prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                   struct prov_bytes key)
{
    struct fake_mix mix = fake_mix_begin(DOMAIN_HMAC);

    if (!fake_call(crypto, PROV_FAKE_HMAC_BEGIN, key.len))
        return PROV_E_INTERNAL;
    fake_mix_add(&mix, key);
    mix.lanes[3] ^= key.len;
    memcpy(hmac->opaque, &mix, sizeof mix);
    crypto->alive++;
    return PROV_OK;
}

prov_result prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                             const struct prov_bytes *parts, size_t count,
                             uint8_t ret[PROV_HASH_LEN])
{
    if (mix_load(hmac->opaque).alive == 0)
        return PROV_E_STATE;
    if (!fake_call(crypto, PROV_FAKE_HMAC, total(parts, count)))
        return PROV_E_INTERNAL;
    mix_parts(mix_load(hmac->opaque), parts, count, ret);
    return PROV_OK;
}

void prov_crypto_hmac_drop(struct prov_crypto *crypto, struct prov_hmac *hmac)
{
    mix_drop(crypto, hmac->opaque, sizeof hmac->opaque);
}

/* --- AEAD: a key stream, and a tag over all that went in -------------------------------------- */

static const struct {
    uint8_t key_len, tag_len;
} aeads[] = {
    [PROV_AEAD_AES_128_CCM_8] = {16, 8},
    [PROV_AEAD_AES_128_CCM] = {16, 16},
    [PROV_AEAD_AES_256_GCM] = {32, 16},
    [PROV_AEAD_CHACHA20_POLY1305] = {32, 16},
};

size_t prov_aead_key_len(enum prov_aead aead)
{
    return (size_t)aead < sizeof aeads / sizeof aeads[0] ? aeads[aead].key_len : 0;
}

size_t prov_aead_tag_len(enum prov_aead aead)
{
    return (size_t)aead < sizeof aeads / sizeof aeads[0] ? aeads[aead].tag_len : 0;
}

static struct fake_mix keyed(uint64_t domain, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t *nonce)
{
    struct fake_mix mix = fake_mix_begin(domain + 16 * (uint64_t)aead);

    fake_mix_add(&mix, key);
    fake_mix_add(&mix, PROV_BYTES(nonce, PROV_AEAD_NONCE_LEN));
    return mix;
}

static void stream(struct fake_mix mix, struct prov_bytes in, uint8_t *out)
{
    uint8_t block[PROV_HASH_LEN] = {0};

    for (size_t i = 0; i < in.len; i++) {
        if (i % sizeof block == 0) {
            mix.len++;
            fake_mix_end(mix, block);
        }
        out[i] = in.data[i] ^ block[i % sizeof block];
    }
}

static void tag_make(struct fake_mix mix, struct prov_bytes aad, struct prov_bytes text,
                     uint8_t ret[PROV_HASH_LEN])
{
    uint64_t aad_len = aad.len;

    fake_mix_add(&mix, PROV_BYTES((const uint8_t *)&aad_len, sizeof aad_len));
    fake_mix_add(&mix, aad);
    fake_mix_add(&mix, text);
    fake_mix_end(mix, ret);
}

prov_result prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes plain, uint8_t *ret)
{
    uint8_t tag[PROV_HASH_LEN];

    if (prov_aead_key_len(aead) == 0)
        return PROV_E_ALGORITHM;
    if (key.len != prov_aead_key_len(aead))
        return PROV_E_BOUNDS;
    if (!fake_call(crypto, PROV_FAKE_SEAL, plain.len))
        return PROV_E_INTERNAL;
    stream(keyed(DOMAIN_STREAM, aead, key, nonce), plain, ret);
    tag_make(keyed(DOMAIN_TAG, aead, key, nonce), aad, PROV_BYTES(ret, plain.len), tag);
    memcpy(ret + plain.len, tag, prov_aead_tag_len(aead));
    return PROV_OK;
}

prov_result prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes sealed, uint8_t *ret)
{
    size_t tag_len = prov_aead_tag_len(aead);
    uint8_t tag[PROV_HASH_LEN];
    struct prov_bytes text;

    if (tag_len == 0)
        return PROV_E_ALGORITHM;
    if (sealed.len < tag_len)
        return PROV_E_TRUNCATED;
    if (key.len != prov_aead_key_len(aead))
        return PROV_E_BOUNDS;
    if (!fake_call(crypto, PROV_FAKE_OPEN, sealed.len))
        return PROV_E_INTERNAL;
    text = PROV_BYTES(sealed.data, sealed.len - tag_len);
    tag_make(keyed(DOMAIN_TAG, aead, key, nonce), aad, text, tag);
    if (memcmp(tag, sealed.data + text.len, tag_len) != 0) {
        prov_wipe(ret, text.len);
        return PROV_E_DIGEST;
    }
    stream(keyed(DOMAIN_STREAM, aead, key, nonce), text, ret);
    return PROV_OK;
}
