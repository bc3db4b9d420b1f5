/* SPDX-License-Identifier: Apache-2.0
 *
 * Suites that no profile has, for tests alone: other stacks have ECDHE_PSK, and wolfSSL PSK, with
 * ChaCha20-Poly1305 (RFC 7905) but not with AES-CCM, and the key exchange is the same.
 */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H

#include "prov/profile.h"

static const struct prov_suite test_suite_ecdhe_psk_chacha20 = {
    .id = 0xCCAC,
    .kx = PROV_KX_ECDHE_PSK,
    .kinds = PROV_KIND_BIT(PROV_KIND_PSK),
    .aead = PROV_AEAD_CHACHA20_POLY1305,
    .fixed_iv_len = 12,
    .forward_secret = true,
    .name = "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
};

static const struct prov_suite test_suite_psk_chacha20 = {
    .id = 0xCCAB,
    .kx = PROV_KX_PSK,
    .kinds = PROV_KIND_BIT(PROV_KIND_PSK),
    .aead = PROV_AEAD_CHACHA20_POLY1305,
    .fixed_iv_len = 12,
    .name = "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256",
};

#endif
