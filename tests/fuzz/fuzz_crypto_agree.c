/* SPDX-License-Identifier: Apache-2.0
 *
 * Both backends of prov/crypto.h in one program: whatever the input is, they answer the same, refusals included.
 * What is not deterministic is tried crosswise. The first octet of the input says what is tried.
 */
#include "prov/crypto.h"

#include <string.h>

#include "crypto_table.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 512 };

/* --- the input -------------------------------------------------------------------------------- */

static uint8_t take_u8(struct prov_bytes *input)
{
    if (input->len == 0)
        return 0;
    *input = PROV_BYTES(input->data + 1, input->len - 1);
    return input->data[-1];
}

/* As many octets as there are; ret has zeros behind them. */
static struct prov_bytes take(struct prov_bytes *input, size_t len, uint8_t *ret)
{
    size_t got = len < input->len ? len : input->len;

    memset(ret, 0, len);
    if (got > 0)
        memcpy(ret, input->data, got);
    *input = PROV_BYTES(input->data + got, input->len - got);
    return PROV_BYTES(ret, len);
}

/* A wrong length now and then. */
static size_t take_len(struct prov_bytes *input, size_t right)
{
    uint8_t octet = take_u8(input);

    return octet < 224 ? right : octet % 70;
}

/* The instances' random source: what a call of ecdh_make draws is set before it. */
static struct {
    uint8_t octets[64];
    size_t at;
} drawn;

static bool fill(void *context, uint8_t *ret, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++)
        ret[i] = drawn.octets[drawn.at++ % sizeof drawn.octets];
    return drawn.octets[0] != 0x99; /* a source that fails */
}

/* OpenSSL, then Mbed TLS. */
static const struct crypto_table *const tables[2] = {&crypto_openssl, &crypto_mbedtls};
static struct prov_crypto *instances[2];

/* Both results the same, and the octets if there are any. */
static bool agree(const prov_result result[2], const uint8_t *a, const uint8_t *b, size_t len)
{
    FUZZ_CHECK(result[0] == result[1]);
    if (result[0] != PROV_OK)
        return false;
    FUZZ_CHECK(len == 0 || memcmp(a, b, len) == 0);
    return true;
}

/* --- SHA and HMAC ----------------------------------------------------------------------------- */

static void try_digest(struct prov_bytes input)
{
    size_t cut = take_u8(&input);
    prov_result result[2];
    uint8_t digest[2][PROV_HASH_LEN], running[2][PROV_HASH_LEN], sha1[2][20];

    cut = cut < input.len ? cut : input.len;
    const struct prov_bytes parts[] = {{input.data, cut}, {input.data + cut, input.len - cut}};
    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->sha256(instances[i], parts, 2, digest[i]);
    FUZZ_CHECK(agree(result, digest[0], digest[1], PROV_HASH_LEN));
    for (int i = 0; i < 2; i++) {
        struct prov_hash hash = {0};

        FUZZ_CHECK(tables[i]->hash_begin(instances[i], &hash) == PROV_OK);
        FUZZ_CHECK(tables[i]->hash_add(instances[i], &hash, parts[0]) == PROV_OK);
        FUZZ_CHECK(tables[i]->hash_peek(instances[i], &hash, running[i]) == PROV_OK);
        FUZZ_CHECK(tables[i]->hash_add(instances[i], &hash, parts[1]) == PROV_OK);
        FUZZ_CHECK(tables[1 - i]->sha256(instances[1 - i], parts, 1, digest[1]) == PROV_OK);
        FUZZ_CHECK(memcmp(running[i], digest[1], PROV_HASH_LEN) == 0);
        FUZZ_CHECK(tables[i]->hash_peek(instances[i], &hash, running[i]) == PROV_OK);
        FUZZ_CHECK(memcmp(running[i], digest[0], PROV_HASH_LEN) == 0);
        tables[i]->hash_drop(instances[i], &hash);
        result[i] = tables[i]->sha1(instances[i], input, sha1[i]);
    }
    FUZZ_CHECK(agree(result, sha1[0], sha1[1], 20));
}

static void try_hmac(struct prov_bytes input)
{
    uint8_t key[256], mac[2][PROV_HASH_LEN];
    struct prov_bytes key_bytes = take(&input, take_u8(&input), key);
    prov_result result[2];

    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < 2; i++) {
            struct prov_hmac hmac = {0};

            FUZZ_CHECK(tables[i]->hmac_begin(instances[i], &hmac, key_bytes) == PROV_OK);
            result[i] = tables[i]->hmac(instances[i], &hmac, &input, 1, mac[i]);
            if (again) /* with the same key, of what was worked out */
                result[i] = tables[i]->hmac(instances[i], &hmac, &PROV_BYTES_OF(mac[i]), 1, mac[i]);
            tables[i]->hmac_drop(instances[i], &hmac);
        }
        FUZZ_CHECK(agree(result, mac[0], mac[1], PROV_HASH_LEN));
    }
}

/* --- AEAD ------------------------------------------------------------------------------------- */

struct aead_case {
    enum prov_aead aead;
    struct prov_bytes key, aad;
    uint8_t key_room[80], nonce[PROV_AEAD_NONCE_LEN], aad_room[80];
};

static void take_aead(struct prov_bytes *input, struct aead_case *c)
{
    c->aead = (enum prov_aead)(take_u8(input) % 6);
    FUZZ_CHECK(crypto_openssl.aead_key_len(c->aead) == crypto_mbedtls.aead_key_len(c->aead));
    FUZZ_CHECK(crypto_openssl.aead_tag_len(c->aead) == crypto_mbedtls.aead_tag_len(c->aead));
    c->key = take(input, take_len(input, crypto_openssl.aead_key_len(c->aead)), c->key_room);
    take(input, sizeof c->nonce, c->nonce);
    c->aad = take(input, take_u8(input) % 70, c->aad_room);
}

static void both_open(const struct aead_case *c, struct prov_bytes sealed)
{
    uint8_t plain[2][TEXT_MAX + PROV_AEAD_TAG_MAX];
    size_t tag_len = crypto_openssl.aead_tag_len(c->aead);
    prov_result result[2];

    memset(plain, 0x5a, sizeof plain);
    for (int i = 0; i < 2; i++)
        result[i] =
            tables[i]->open(instances[i], c->aead, c->key, c->nonce, c->aad, sealed, plain[i]);
    agree(result, plain[0], plain[1], sealed.len >= tag_len ? sealed.len - tag_len : 0);
}

/* Of one backend's sealing, and of what the input makes of it. */
static void try_aead(struct prov_bytes input)
{
    struct aead_case c;
    uint8_t at, flip, sealed[2][TEXT_MAX + PROV_AEAD_TAG_MAX];
    prov_result result[2];

    take_aead(&input, &c);
    at = take_u8(&input);
    flip = take_u8(&input);
    if (input.len > TEXT_MAX)
        input.len = TEXT_MAX;
    both_open(&c, input);
    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->seal(instances[i], c.aead, c.key, c.nonce, c.aad, input, sealed[i]);
    const size_t len = input.len + crypto_openssl.aead_tag_len(c.aead);
    if (!agree(result, sealed[0], sealed[1], len))
        return;
    both_open(&c, PROV_BYTES(sealed[0], len));
    sealed[0][at % len] ^= flip;
    both_open(&c, PROV_BYTES(sealed[0], len));
}

/* --- P-256 ------------------------------------------------------------------------------------ */

/* A pair of keys of both backends from one scalar of the input; false: refused by both. */
static bool take_keys(struct prov_bytes *input, struct prov_key keys[2],
                      uint8_t point[PROV_POINT_LEN])
{
    uint8_t scalar[80], points[2][PROV_POINT_LEN];
    struct prov_bytes bytes = take(input, take_len(input, PROV_SCALAR_LEN), scalar);
    prov_result result[2];

    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->key_load(instances[i], bytes, &keys[i]);
    if (!agree(result, NULL, NULL, 0))
        return false;
    for (int i = 0; i < 2; i++) {
        struct prov_secret saved;

        FUZZ_CHECK(tables[i]->key_save(instances[i], &keys[i], &saved) == PROV_OK);
        FUZZ_CHECK(prov_bytes_equal_secret(prov_secret_bytes(&saved), bytes));
        result[i] = tables[i]->key_public(instances[i], &keys[i], points[i]);
    }
    FUZZ_CHECK(agree(result, points[0], points[1], PROV_POINT_LEN));
    memcpy(point, points[0], PROV_POINT_LEN);
    return true;
}

static void both_verify(struct prov_bytes point, const uint8_t *digest, const uint8_t *signature,
                        bool right)
{
    prov_result result[2];

    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->verify(instances[i], point, digest, signature);
    FUZZ_CHECK(agree(result, NULL, NULL, 0) || !right);
}

static void try_signature(struct prov_bytes input)
{
    struct prov_key keys[2] = {{{0}}, {{0}}};
    uint8_t point[PROV_POINT_LEN], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    uint8_t at = take_u8(&input), flip = take_u8(&input);

    memcpy(drawn.octets, "a nonce that is drawn by one of the two", 40);
    if (take_keys(&input, keys, point)) {
        take(&input, sizeof digest, digest);
        for (int i = 0; i < 2; i++) {
            FUZZ_CHECK(tables[i]->sign(instances[i], &keys[i], digest, signature) == PROV_OK);
            both_verify(PROV_BYTES_OF(point), digest, signature, true);
            signature[at % sizeof signature] ^= flip;
            both_verify(PROV_BYTES_OF(point), digest, signature, flip == 0);
        }
        take(&input, sizeof signature, signature); /* any numbers */
        both_verify(PROV_BYTES_OF(point), digest, signature, false);
    }
    for (int i = 0; i < 2; i++)
        tables[i]->key_drop(instances[i], &keys[i]);
}

/* A point of the input, of any length, in every function that takes one. */
static void try_point(struct prov_bytes input)
{
    struct prov_ecdh pairs[2] = {{{0}}, {{0}}};
    uint8_t points[2][PROV_POINT_LEN], secrets[2][PROV_SCALAR_LEN], room[80];
    uint8_t digest[PROV_HASH_LEN] = {1}, signature[PROV_SIGNATURE_LEN] = {2};
    prov_result result[2];

    take(&input, sizeof drawn.octets, drawn.octets);
    for (int i = 0; i < 2; i++) {
        drawn.at = 0;
        result[i] = tables[i]->ecdh_make(instances[i], &pairs[i], points[i]);
    }
    if (!agree(result, points[0], points[1], PROV_POINT_LEN))
        return;
    const size_t len = take_len(&input, PROV_POINT_LEN);
    take(&input, sizeof room, room);
    if (room[0] % 2 == 1) /* next to one that is on the curve */
        for (size_t i = 0; i < PROV_POINT_LEN; i++)
            room[i] = points[0][i] ^ (i == 0 ? 0 : room[i]);
    const struct prov_bytes point = {room, len};
    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->point_check(instances[i], point);
    const bool good = agree(result, NULL, NULL, 0);
    for (int i = 0; i < 2; i++)
        result[i] = tables[i]->ecdh_agree(instances[i], &pairs[i], point, secrets[i]);
    FUZZ_CHECK(agree(result, secrets[0], secrets[1], PROV_SCALAR_LEN) == good);
    take(&input, sizeof signature, signature);
    both_verify(point, digest, signature, false);
    for (int i = 0; i < 2; i++)
        tables[i]->ecdh_drop(instances[i], &pairs[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const trials[])(struct prov_bytes) = {try_digest, try_hmac, try_aead,
                                                        try_signature, try_point};
    static const struct prov_random source = {fill, NULL};
    struct prov_bytes input = {data, size};

    for (int i = 0; i < 2 && instances[i] == NULL; i++)
        FUZZ_CHECK(tables[i]->make(&source, &instances[i]) == PROV_OK);
    trials[take_u8(&input) % (sizeof trials / sizeof trials[0])](input);
    return 0;
}
