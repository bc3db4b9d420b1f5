/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include <string.h>

#define PLAIN_LEN (1 + PROV_SECRET_MAX)

/* box = nonce || AES-256-GCM(key, nonce, aad, plain) */
static prov_result box_make(struct prov_crypto *crypto, const struct prov_secret *key,
                            struct prov_bytes aad, struct prov_bytes plain, uint8_t *ret)
{
    prov_result result = prov_crypto_random(crypto, ret, PROV_AEAD_NONCE_LEN);
    if (result != PROV_OK)
        return result;
    return prov_crypto_seal(crypto, PROV_AEAD_AES_256_GCM, prov_secret_bytes(key), ret, aad, plain,
                            ret + PROV_AEAD_NONCE_LEN);
}

/* ret: box.len - SEAL_OVERHEAD octets. */
static prov_result box_open(struct prov_crypto *crypto, const struct prov_secret *key,
                            struct prov_bytes aad, struct prov_bytes box, uint8_t *ret)
{
    if (box.len < SEAL_OVERHEAD)
        return PROV_E_DIGEST;
    struct prov_bytes sealed =
        PROV_BYTES(box.data + PROV_AEAD_NONCE_LEN, box.len - PROV_AEAD_NONCE_LEN);
    return prov_crypto_open(crypto, PROV_AEAD_AES_256_GCM, prov_secret_bytes(key), box.data, aad,
                            sealed, ret);
}

/* --- the registry's own keys: associated data is the registry's id and which key it is -------- */

struct wrap_aad {
    uint8_t octets[17];
};

static struct wrap_aad wrap_aad(const struct prov_uuid *uuid, char which)
{
    struct wrap_aad aad;
    memcpy(aad.octets, uuid->octets, 16);
    aad.octets[16] = (uint8_t)which;
    return aad;
}

static prov_result wrap(struct prov_crypto *crypto, const struct prov_secret *file_key,
                        const struct prov_uuid *uuid, char which, const struct prov_secret *key,
                        uint8_t ret[SEAL_WRAPPED_LEN])
{
    struct wrap_aad aad = wrap_aad(uuid, which);
    return box_make(crypto, file_key, PROV_BYTES_OF(aad.octets), prov_secret_bytes(key), ret);
}

static prov_result unwrap(struct prov_crypto *crypto, const struct prov_secret *file_key,
                          const struct prov_uuid *uuid, char which,
                          const uint8_t box[SEAL_WRAPPED_LEN], struct prov_secret *ret)
{
    struct wrap_aad aad = wrap_aad(uuid, which);
    ret->len = SEAL_KEY_LEN;
    return box_open(crypto, file_key, PROV_BYTES_OF(aad.octets), PROV_BYTES(box, SEAL_WRAPPED_LEN),
                    ret->data);
}

/* Tells a wrong key file from a damaged row. */
static prov_result key_check(struct prov_crypto *crypto, const struct prov_secret *file_key,
                             const struct prov_uuid *uuid, uint8_t ret[PROV_HASH_LEN])
{
    struct prov_hmac hmac = {{0}};
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, prov_secret_bytes(file_key));
    if (result == PROV_OK) {
        struct prov_bytes parts[] = {prov_bytes_text("prov registry key check"),
                                     PROV_BYTES_OF(uuid->octets)};
        result = prov_crypto_hmac(crypto, &hmac, parts, 2, ret);
    }
    prov_crypto_hmac_drop(crypto, &hmac);
    return result;
}

static prov_result meta_fill(struct prov_crypto *crypto, const struct prov_secret *file_key,
                             const struct prov_secret *data, const struct prov_secret *index,
                             struct seal_meta *ret)
{
    prov_result result = key_check(crypto, file_key, &ret->uuid, ret->key_check);
    if (result == PROV_OK)
        result = wrap(crypto, file_key, &ret->uuid, 'd', data, ret->data_key);
    if (result == PROV_OK)
        result = wrap(crypto, file_key, &ret->uuid, 'i', index, ret->index_key);
    return result;
}

prov_result seal_meta_make(struct prov_crypto *crypto, const struct prov_secret *file_key,
                           struct seal_meta *ret_meta)
{
    struct prov_secret data = {.len = SEAL_KEY_LEN};
    struct prov_secret index = {.len = SEAL_KEY_LEN};
    prov_result result = prov_crypto_random(crypto, data.data, SEAL_KEY_LEN);
    if (result == PROV_OK)
        result = prov_crypto_random(crypto, index.data, SEAL_KEY_LEN);
    if (result == PROV_OK)
        result = meta_fill(crypto, file_key, &data, &index, ret_meta);
    prov_secret_wipe(&data);
    prov_secret_wipe(&index);
    return result;
}

static prov_result meta_open(struct prov_crypto *crypto, const struct prov_secret *file_key,
                             const struct seal_meta *meta, struct prov_secret *ret_data,
                             struct prov_secret *ret_index)
{
    uint8_t check[PROV_HASH_LEN];
    prov_result result = key_check(crypto, file_key, &meta->uuid, check);
    if (result != PROV_OK)
        return result;
    if (!prov_bytes_equal_secret(PROV_BYTES_OF(check), PROV_BYTES_OF(meta->key_check)))
        return PROV_E_WRONG_KEY;
    result = unwrap(crypto, file_key, &meta->uuid, 'd', meta->data_key, ret_data);
    if (result == PROV_OK)
        result = unwrap(crypto, file_key, &meta->uuid, 'i', meta->index_key, ret_index);
    return result == PROV_E_DIGEST ? PROV_E_CORRUPT : result;
}

prov_result seal_keys_open(struct prov_crypto *crypto, const struct prov_secret *file_key,
                           const struct seal_meta *meta, struct seal_keys *ret)
{
    struct seal_keys keys = {.crypto = crypto};
    struct prov_secret index = {0};
    prov_result result = meta_open(crypto, file_key, meta, &keys.data, &index);
    if (result == PROV_OK)
        result = prov_crypto_hmac_begin(crypto, &ret->index, prov_secret_bytes(&index));
    if (result == PROV_OK) {
        ret->crypto = crypto;
        ret->data = keys.data;
    }
    prov_secret_wipe(&keys.data);
    prov_secret_wipe(&index);
    return result;
}

prov_result seal_meta_rewrap(struct prov_crypto *crypto, const struct prov_secret *old_key,
                             const struct prov_secret *new_key, struct seal_meta *meta)
{
    struct prov_secret data = {0};
    struct prov_secret index = {0};
    struct seal_meta fresh = {.uuid = meta->uuid};
    prov_result result = meta_open(crypto, old_key, meta, &data, &index);
    if (result == PROV_OK)
        result = meta_fill(crypto, new_key, &data, &index, &fresh);
    if (result == PROV_OK)
        *meta = fresh;
    prov_secret_wipe(&data);
    prov_secret_wipe(&index);
    return result;
}

void seal_keys_drop(struct seal_keys *keys)
{
    if (keys->crypto != NULL)
        prov_crypto_hmac_drop(keys->crypto, &keys->index);
    prov_wipe(keys, sizeof *keys);
}

/* --- secrets of rows -------------------------------------------------------------------------- */

prov_result seal_secret(struct seal_keys *keys, const struct prov_uuid *uuid,
                        const struct prov_secret *secret, uint8_t ret[SEAL_BOX_LEN])
{
    uint8_t plain[PLAIN_LEN] = {0};
    if (secret->len == 0 || secret->len > PROV_SECRET_MAX)
        return PROV_E_BOUNDS;
    plain[0] = secret->len;
    memcpy(plain + 1, secret->data, secret->len);
    prov_result result =
        box_make(keys->crypto, &keys->data, PROV_BYTES_OF(uuid->octets), PROV_BYTES_OF(plain), ret);
    prov_wipe(plain, sizeof plain);
    return result;
}

prov_result unseal_secret(struct seal_keys *keys, const struct prov_uuid *uuid,
                          struct prov_bytes box, struct prov_secret *ret)
{
    uint8_t plain[PLAIN_LEN];
    if (box.len != SEAL_BOX_LEN)
        return PROV_E_DIGEST;
    prov_result result =
        box_open(keys->crypto, &keys->data, PROV_BYTES_OF(uuid->octets), box, plain);
    if (result == PROV_OK && plain[0] > PROV_SECRET_MAX)
        result = PROV_E_CORRUPT;
    if (result == PROV_OK) {
        ret->len = plain[0];
        memcpy(ret->data, plain + 1, PROV_SECRET_MAX);
    }
    prov_wipe(plain, sizeof plain);
    return result;
}

prov_result seal_tag(struct seal_keys *keys, const struct prov_secret *psk,
                     uint8_t ret[SEAL_TAG_LEN])
{
    struct prov_bytes parts[] = {prov_secret_bytes(psk)};
    return prov_crypto_hmac(keys->crypto, &keys->index, parts, 1, ret);
}
