/* SPDX-License-Identifier: Apache-2.0
 *
 * AEAD, one call a message. The kept contexts carry cipher, nonce length and (CCM) tag length; key
 * and nonce are set by each call.
 */
#include "backend.h"

#include <limits.h>
#include <string.h>

struct aead_row {
    const char *name;
    uint8_t key_len, tag_len;
    bool is_ccm;    /* wants the length first and the tag before the cipher text (RFC 3610) */
    bool must_have; /* an instance without it is of no use */
};

static const struct aead_row aead_rows[AEAD_COUNT] = {
    [PROV_AEAD_AES_128_CCM_8 - 1] = {"AES-128-CCM", 16, 8, true, true},
    [PROV_AEAD_AES_128_CCM - 1] = {"AES-128-CCM", 16, 16, true, true},
    [PROV_AEAD_AES_256_GCM - 1] = {"AES-256-GCM", 32, 16, false, true},
    [PROV_AEAD_CHACHA20_POLY1305 - 1] = {"ChaCha20-Poly1305", 32, 16, false, false},
};

static const struct aead_row *row_of(enum prov_aead aead)
{
    return aead >= 1 && (int)aead <= AEAD_COUNT ? &aead_rows[aead - 1] : NULL;
}

size_t prov_aead_key_len(enum prov_aead aead)
{
    const struct aead_row *row = row_of(aead);

    return row != NULL ? row->key_len : 0;
}

size_t prov_aead_tag_len(enum prov_aead aead)
{
    const struct aead_row *row = row_of(aead);

    return row != NULL ? row->tag_len : 0;
}

static EVP_CIPHER_CTX *context_make(const struct aead_row *row, const EVP_CIPHER *cipher, int seal)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int ok = context != NULL && EVP_CipherInit_ex2(context, cipher, NULL, NULL, seal, NULL) == 1 &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, PROV_AEAD_NONCE_LEN, NULL) == 1;

    if (ok && row->is_ccm)
        ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, row->tag_len, NULL) == 1;
    if (!ok) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

prov_result prov_openssl_aead_make(struct prov_crypto *crypto)
{
    for (size_t i = 0; i < AEAD_COUNT; i++) {
        struct aead_kept *kept = &crypto->aeads[i];

        kept->cipher = EVP_CIPHER_fetch(NULL, aead_rows[i].name, NULL);
        if (kept->cipher == NULL && !aead_rows[i].must_have)
            continue;
        if (kept->cipher == NULL)
            return PROV_E_INTERNAL;
        kept->seal = context_make(&aead_rows[i], kept->cipher, 1);
        kept->open = context_make(&aead_rows[i], kept->cipher, 0);
        if (kept->seal == NULL || kept->open == NULL)
            return PROV_E_MEMORY;
    }
    return PROV_OK;
}

void prov_openssl_aead_free(struct prov_crypto *crypto)
{
    for (size_t i = 0; i < AEAD_COUNT; i++) {
        EVP_CIPHER_CTX_free(crypto->aeads[i].seal);
        EVP_CIPHER_CTX_free(crypto->aeads[i].open);
        EVP_CIPHER_free(crypto->aeads[i].cipher);
    }
}

/* CCM puts the length of the message into its first block; 12 octets of nonce leave three for it.
 */
#define CCM_MESSAGE_MAX ((size_t)0xffffff)

static prov_result arguments_check(const struct prov_crypto *crypto, enum prov_aead aead,
                                   struct prov_bytes key, size_t aad_len, size_t text_len)
{
    const struct aead_row *row = row_of(aead);

    if (row == NULL || crypto->aeads[aead - 1].cipher == NULL)
        return PROV_E_ALGORITHM;
    if (key.len != row->key_len || aad_len > INT_MAX ||
        text_len > (row->is_ccm ? CCM_MESSAGE_MAX : INT_MAX))
        return PROV_E_BOUNDS;
    return PROV_OK;
}

/* Associated data, then the text; libcrypto takes a text of no octets as none at all only if it is
 * told so by a non-NULL pointer. */
static bool run(EVP_CIPHER_CTX *context, bool is_ccm, struct prov_bytes aad, struct prov_bytes text,
                uint8_t *ret)
{
    static const uint8_t nothing[1];
    int len;

    if (is_ccm && EVP_CipherUpdate(context, NULL, &len, NULL, (int)text.len) != 1)
        return false;
    if (aad.len > 0 && EVP_CipherUpdate(context, NULL, &len, aad.data, (int)aad.len) != 1)
        return false;
    if (text.len == 0 && !is_ccm)
        return true;
    return EVP_CipherUpdate(context, ret, &len, text.len > 0 ? text.data : nothing,
                            (int)text.len) == 1;
}

prov_result prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes plain, uint8_t *ret)
{
    prov_result result = arguments_check(crypto, aead, key, aad.len, plain.len);
    const struct aead_row *row;
    EVP_CIPHER_CTX *context;
    int len;

    if (result != PROV_OK)
        return result;
    row = row_of(aead);
    context = crypto->aeads[aead - 1].seal;
    if (EVP_EncryptInit_ex2(context, NULL, key.data, nonce, NULL) != 1 ||
        !run(context, row->is_ccm, aad, plain, ret) ||
        EVP_EncryptFinal_ex(context, ret + plain.len, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, row->tag_len, ret + plain.len) != 1)
        return prov_openssl_fail(PROV_E_INTERNAL);
    return PROV_OK;
}

/* CCM checks the tag while it decrypts, the others at the end. */
static bool open_run(EVP_CIPHER_CTX *context, const struct aead_row *row, struct prov_bytes aad,
                     struct prov_bytes text, uint8_t *ret)
{
    int len;

    return run(context, row->is_ccm, aad, text, ret) &&
           (row->is_ccm || EVP_DecryptFinal_ex(context, ret + text.len, &len) == 1);
}

prov_result prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes sealed, uint8_t *ret)
{
    size_t tag_len = prov_aead_tag_len(aead);
    struct prov_bytes text = {sealed.data, sealed.len - tag_len};
    uint8_t tag[PROV_AEAD_TAG_MAX];
    uint8_t nothing[1];
    EVP_CIPHER_CTX *context;

    if (sealed.len < tag_len)
        return PROV_E_TRUNCATED;
    prov_result result = arguments_check(crypto, aead, key, aad.len, text.len);
    if (result != PROV_OK)
        return result;
    memcpy(tag, sealed.data + text.len, tag_len);
    context = crypto->aeads[aead - 1].open;
    if (EVP_DecryptInit_ex2(context, NULL, key.data, nonce, NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)tag_len, tag) != 1)
        return prov_openssl_fail(PROV_E_INTERNAL);
    if (!open_run(context, row_of(aead), aad, text, text.len > 0 ? ret : nothing)) {
        prov_wipe(ret, text.len);
        return prov_openssl_fail(PROV_E_DIGEST);
    }
    return PROV_OK;
}
