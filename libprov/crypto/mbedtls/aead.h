/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROV_CRYPTO_MBEDTLS_AEAD_H
#define PROV_CRYPTO_MBEDTLS_AEAD_H

#include "backend.h"

struct prov_mbedtls_message {
    struct prov_bytes key, aad, text;
    const uint8_t *nonce;
    size_t tag_len;
};

struct prov_mbedtls_aead {
    enum prov_aead aead;
    uint8_t key_len, tag_len;
    uint32_t text_max;
    /* Seals if ret_tag is not NULL, else opens what has the tag behind its text. Answers what the library
     * does; `ret` may be the text itself. */
    int (*run)(const struct prov_mbedtls_message *message, uint8_t *ret, uint8_t *ret_tag);
};

/* What a host has beside AES-CCM, or NULL; in firmware always NULL. */
const struct prov_mbedtls_aead *prov_mbedtls_aead_more(enum prov_aead aead);

#endif
