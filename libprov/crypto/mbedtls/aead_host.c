/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry's seals (AES-256-GCM) and the suite of the tests (ChaCha20-Poly1305).
 */
#include "aead.h"

#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>

static int gcm_run(const struct prov_mbedtls_message *m, uint8_t *ret, uint8_t *ret_tag)
{
    mbedtls_gcm_context context;
    int code;

    mbedtls_gcm_init(&context);
    code =
        mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, m->key.data, (unsigned)m->key.len * 8);
    if (code == 0 && ret_tag != NULL)
        code = mbedtls_gcm_crypt_and_tag(&context, MBEDTLS_GCM_ENCRYPT, m->text.len, m->nonce,
                                         PROV_AEAD_NONCE_LEN, m->aad.data, m->aad.len, m->text.data,
                                         ret, m->tag_len, ret_tag);
    else if (code == 0)
        code = mbedtls_gcm_auth_decrypt(&context, m->text.len, m->nonce, PROV_AEAD_NONCE_LEN,
                                        m->aad.data, m->aad.len, m->text.data + m->text.len,
                                        m->tag_len, m->text.data, ret);
    mbedtls_gcm_free(&context);
    return code;
}

static int chacha_run(const struct prov_mbedtls_message *m, uint8_t *ret, uint8_t *ret_tag)
{
    mbedtls_chachapoly_context context;
    int code;

    mbedtls_chachapoly_init(&context);
    code = mbedtls_chachapoly_setkey(&context, m->key.data);
    if (code == 0 && ret_tag != NULL)
        code = mbedtls_chachapoly_encrypt_and_tag(&context, m->text.len, m->nonce, m->aad.data,
                                                  m->aad.len, m->text.data, ret, ret_tag);
    else if (code == 0)
        code = mbedtls_chachapoly_auth_decrypt(&context, m->text.len, m->nonce, m->aad.data,
                                               m->aad.len, m->text.data + m->text.len, m->text.data,
                                               ret);
    mbedtls_chachapoly_free(&context);
    return code;
}

static const struct prov_mbedtls_aead rows[] = {
    {PROV_AEAD_AES_256_GCM, 32, 16, INT32_MAX, gcm_run},
    {PROV_AEAD_CHACHA20_POLY1305, 32, 16, INT32_MAX, chacha_run},
};

const struct prov_mbedtls_aead *prov_mbedtls_aead_more(enum prov_aead aead)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].aead == aead)
            return &rows[i];
    return NULL;
}
