/* SPDX-License-Identifier: Apache-2.0
 *
 * AEAD, one call a message. GCM and ChaCha20-Poly1305 are there on hosts only (aead_host.c).
 */
#include "aead.h"

#include <mbedtls/ccm.h>

static int ccm_run(const struct prov_mbedtls_message *m, uint8_t *ret, uint8_t *ret_tag)
{
    mbedtls_ccm_context context;
    int code;

    mbedtls_ccm_init(&context);
    code =
        mbedtls_ccm_setkey(&context, MBEDTLS_CIPHER_ID_AES, m->key.data, (unsigned)m->key.len * 8);
    if (code == 0 && ret_tag != NULL)
        code = mbedtls_ccm_encrypt_and_tag(&context, m->text.len, m->nonce, PROV_AEAD_NONCE_LEN,
                                           m->aad.data, m->aad.len, m->text.data, ret, ret_tag,
                                           m->tag_len);
    else if (code == 0)
        code = mbedtls_ccm_auth_decrypt(&context, m->text.len, m->nonce, PROV_AEAD_NONCE_LEN,
                                        m->aad.data, m->aad.len, m->text.data, ret,
                                        m->text.data + m->text.len, m->tag_len);
    mbedtls_ccm_free(&context);
    return code;
}

/* CCM puts the length of the message into its first block; 12 octets of nonce leave three for it. */
#define CCM_MESSAGE_MAX 0xffffffu

static const struct prov_mbedtls_aead ccm_rows[] = {
    {PROV_AEAD_AES_128_CCM_8, 16, 8, CCM_MESSAGE_MAX, ccm_run},
    {PROV_AEAD_AES_128_CCM, 16, 16, CCM_MESSAGE_MAX, ccm_run},
};

static const struct prov_mbedtls_aead *row_of(enum prov_aead aead)
{
    for (size_t i = 0; i < sizeof ccm_rows / sizeof ccm_rows[0]; i++)
        if (ccm_rows[i].aead == aead)
            return &ccm_rows[i];
    return prov_mbedtls_aead_more(aead);
}

size_t prov_aead_key_len(enum prov_aead aead)
{
    const struct prov_mbedtls_aead *row = row_of(aead);

    return row != NULL ? row->key_len : 0;
}

size_t prov_aead_tag_len(enum prov_aead aead)
{
    const struct prov_mbedtls_aead *row = row_of(aead);

    return row != NULL ? row->tag_len : 0;
}

/* Seals, or opens what has its tag behind the text. The arguments lie as those of the two below, which only say
 * which it is. */
static prov_result run(bool sealing, enum prov_aead aead, struct prov_bytes key,
                       const uint8_t *nonce, struct prov_bytes aad, struct prov_bytes text,
                       uint8_t *ret)
{
    const struct prov_mbedtls_aead *row = row_of(aead);
    struct prov_mbedtls_message message = {key, aad, text, nonce, 0};

    if (row == NULL)
        return PROV_E_ALGORITHM;
    message.tag_len = row->tag_len;
    if (!sealing && text.len < row->tag_len)
        return PROV_E_TRUNCATED;
    if (!sealing)
        message.text.len -= row->tag_len;
    if (key.len != row->key_len || message.text.len > row->text_max)
        return PROV_E_BOUNDS;
    if (row->run(&message, ret, sealing ? ret + text.len : NULL) == 0)
        return PROV_OK;
    prov_wipe(ret, message.text.len);
    return sealing ? PROV_E_INTERNAL : PROV_E_DIGEST;
}

prov_result prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes plain, uint8_t *ret)
{
    (void)crypto;
    return run(true, aead, key, nonce, aad, plain, ret);
}

prov_result prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead, struct prov_bytes key,
                             const uint8_t nonce[PROV_AEAD_NONCE_LEN], struct prov_bytes aad,
                             struct prov_bytes sealed, uint8_t *ret)
{
    (void)crypto;
    return run(false, aead, key, nonce, aad, sealed, ret);
}
