/* SPDX-License-Identifier: Apache-2.0
 *
 * The seam of prov/crypto.h under memcheck (linked with --wrap): secrets are octets that memcheck holds for
 * undefined, so that it tells of every branch and every address that depends on one. A primitive is given a
 * defined copy, so libcrypto's insides are not judged, and what it gives back is a secret again where it is one.
 * What is allowed to become public says so here and nowhere else: cipher text, signatures, digests of the
 * transcript, whether a record opened, and whether two secrets were equal.
 */
#include "taint.h"

#include <stdlib.h>
#include <string.h>

#include <valgrind/memcheck.h>

enum taint_leak taint_leak;
bool taint_tags_are_public;
static volatile unsigned sink;

void taint_hide(const void *data, size_t len)
{
    if (len > 0)
        VALGRIND_MAKE_MEM_UNDEFINED(data, len);
}

void taint_show(const void *data, size_t len)
{
    if (len > 0)
        VALGRIND_MAKE_MEM_DEFINED(data, len);
}

bool taint_is_hidden(const void *data, size_t len)
{
    uint8_t bits[256];

    for (size_t at = 0; at < len; at += sizeof(bits)) {
        size_t step = len - at < sizeof(bits) ? len - at : sizeof(bits);
        if (VALGRIND_GET_VBITS((const uint8_t *)data + at, bits, step) != 1)
            return false;
        for (size_t i = 0; i < step; i++)
            if (bits[i] != 0)
                return true;
    }
    return false;
}

/* A defined copy, for libcrypto alone. */
static struct prov_bytes shown(struct prov_bytes bytes)
{
    uint8_t *copy = malloc(bytes.len + 1);

    if (copy == NULL)
        abort();
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    taint_show(copy, bytes.len);
    return PROV_BYTES(copy, bytes.len);
}

static void forget(struct prov_bytes copy)
{
    free((void *)(uintptr_t)copy.data);
}

/* --- digests --------------------------------------------------------------------------------- */

prov_result __real_prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                        struct prov_bytes bytes);
prov_result __wrap_prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                        struct prov_bytes bytes);
prov_result __wrap_prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                        struct prov_bytes bytes)
{
    struct prov_bytes copy = shown(bytes);
    prov_result result = __real_prov_crypto_hash_add(crypto, hash, copy);

    forget(copy);
    return result;
}

prov_result __real_prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                          struct prov_bytes key);
prov_result __wrap_prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                          struct prov_bytes key);
prov_result __wrap_prov_crypto_hmac_begin(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                          struct prov_bytes key)
{
    struct prov_bytes copy = shown(key);
    prov_result result = __real_prov_crypto_hmac_begin(crypto, hmac, copy);

    if (taint_leak == TAINT_LEAK_BRANCH && key.len > 0 && (key.data[0] & 1) != 0)
        sink++;
    forget(copy);
    return result;
}

prov_result __real_prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                    const struct prov_bytes *parts, size_t count,
                                    uint8_t ret[PROV_HASH_LEN]);
prov_result __wrap_prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                    const struct prov_bytes *parts, size_t count,
                                    uint8_t ret[PROV_HASH_LEN]);
prov_result __wrap_prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                    const struct prov_bytes *parts, size_t count,
                                    uint8_t ret[PROV_HASH_LEN])
{
    struct prov_bytes copies[16];

    if (count > sizeof(copies) / sizeof(copies[0]))
        abort();
    for (size_t i = 0; i < count; i++)
        copies[i] = shown(parts[i]);
    prov_result result = __real_prov_crypto_hmac(crypto, hmac, copies, count, ret);
    for (size_t i = 0; i < count; i++)
        forget(copies[i]);
    if (!taint_tags_are_public)
        taint_hide(ret, PROV_HASH_LEN);
    return result;
}

/* --- AEAD ------------------------------------------------------------------------------------ */

prov_result __real_prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes plain, uint8_t *ret);
prov_result __wrap_prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes plain, uint8_t *ret);
prov_result __wrap_prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes plain, uint8_t *ret)
{
    static volatile uint8_t table[256];
    struct prov_bytes keys = shown(key), text = shown(plain),
                      salt = shown(PROV_BYTES(nonce, PROV_AEAD_NONCE_LEN));
    prov_result result = __real_prov_crypto_seal(crypto, aead, keys, salt.data, aad, text, ret);

    if (taint_leak == TAINT_LEAK_ADDRESS)
        sink += table[key.data[3]];
    forget(keys);
    forget(text);
    forget(salt);
    return result;
}

/* How much of what was opened is public, told apart by the associated data. Of a record: an alert, the header of a
 * handshake message; the type is there (RFC 5246, section 6.2.3.3). Of a ticket (4 octets: the name of its key):
 * all but the master secret at its end. Of a box of the registry (16: an id): the length, which comes first. */
static size_t public_part(struct prov_bytes aad, size_t len)
{
    switch (aad.len) {
    case 13:
        return aad.data[8] == 21 ? len : aad.data[8] == 22 ? 12 : 0;
    case 4:
        return len - 48;
    case 16:
        return 1;
    default:
        return 0;
    }
}

/* Of what did not open nothing may be looked at. */
static void hide_plain(struct prov_bytes aad, uint8_t *plain, size_t len, bool opened)
{
    size_t public_len = opened ? public_part(aad, len) : 0;

    if (len > public_len)
        taint_hide(plain + public_len, len - public_len);
}

prov_result __real_prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes sealed, uint8_t *ret);
prov_result __wrap_prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes sealed, uint8_t *ret);
prov_result __wrap_prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes sealed, uint8_t *ret)
{
    struct prov_bytes keys = shown(key), salt = shown(PROV_BYTES(nonce, PROV_AEAD_NONCE_LEN));
    prov_result result = __real_prov_crypto_open(crypto, aead, keys, salt.data, aad, sealed, ret);
    size_t tag = prov_aead_tag_len(aead);

    forget(keys);
    forget(salt);
    if (sealed.len >= tag)
        hide_plain(aad, ret, sealed.len - tag, result == PROV_OK);
    return result;
}

/* --- keys ------------------------------------------------------------------------------------ */

prov_result __real_prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                          struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN]);
prov_result __wrap_prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                          struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN]);
prov_result __wrap_prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                          struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    prov_result result = __real_prov_crypto_ecdh_agree(crypto, ecdh, point, ret);

    taint_hide(ret, PROV_SCALAR_LEN);
    return result;
}

prov_result __real_prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                        struct prov_key *key);
prov_result __wrap_prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                        struct prov_key *key);
prov_result __wrap_prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                        struct prov_key *key)
{
    struct prov_bytes copy = shown(scalar);
    prov_result result = __real_prov_crypto_key_load(crypto, copy, key);

    forget(copy);
    return result;
}

prov_result __real_prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                        struct prov_secret *ret_scalar);
prov_result __wrap_prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                        struct prov_secret *ret_scalar);
prov_result __wrap_prov_crypto_key_save(struct prov_crypto *crypto, const struct prov_key *key,
                                        struct prov_secret *ret_scalar)
{
    prov_result result = __real_prov_crypto_key_save(crypto, key, ret_scalar);

    if (result == PROV_OK)
        taint_hide(ret_scalar->data, ret_scalar->len);
    return result;
}

/* --- comparison ------------------------------------------------------------------------------ */

static bool leaky_equal(struct prov_bytes a, struct prov_bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.data[i] != b.data[i])
            return false;
    return true;
}

/* The answer is public; how it came about is not. */
bool __real_prov_octets_equal_secret(const uint8_t *a, size_t a_len, const uint8_t *b,
                                     size_t b_len);
bool __wrap_prov_octets_equal_secret(const uint8_t *a, size_t a_len, const uint8_t *b,
                                     size_t b_len);
bool __wrap_prov_octets_equal_secret(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    bool equal = taint_leak == TAINT_LEAK_COMPARE
                     ? leaky_equal(PROV_BYTES(a, a_len), PROV_BYTES(b, b_len))
                     : __real_prov_octets_equal_secret(a, a_len, b, b_len);

    taint_show(&equal, sizeof(equal));
    return equal;
}
