/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/profile.h"

#include <stddef.h>

#define NAME(text)   (PROV_WITH_SERVER ? (text) : NULL)
#define PUBLIC_KINDS (PROV_KIND_BIT(PROV_KIND_RPK) | PROV_KIND_BIT(PROV_KIND_CERT))

/* RFC 7925, section 4.2; RFC 6655, section 4 */
const struct prov_suite prov_suite_psk_ccm_8 = {
    .id = 0xC0A8,
    .kx = PROV_KX_PSK,
    .kinds = PROV_KIND_BIT(PROV_KIND_PSK),
    .aead = PROV_AEAD_AES_128_CCM_8,
    .fixed_iv_len = 4,
    .forward_secret = false,
    .name = NAME("TLS_PSK_WITH_AES_128_CCM_8"),
};

/* RFC 8442, section 3 */
const struct prov_suite prov_suite_ecdhe_psk_ccm = {
    .id = 0xD005,
    .kx = PROV_KX_ECDHE_PSK,
    .kinds = PROV_KIND_BIT(PROV_KIND_PSK),
    .aead = PROV_AEAD_AES_128_CCM,
    .fixed_iv_len = 4,
    .forward_secret = true,
    .name = NAME("TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"),
};

/* RFC 8442, section 3; the short tag of RFC 6655, section 6.1 */
const struct prov_suite prov_suite_ecdhe_psk_ccm_8 = {
    .id = 0xD003,
    .kx = PROV_KX_ECDHE_PSK,
    .kinds = PROV_KIND_BIT(PROV_KIND_PSK),
    .aead = PROV_AEAD_AES_128_CCM_8,
    .fixed_iv_len = 4,
    .forward_secret = true,
    .name = NAME("TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"),
};

/* RFC 7925, sections 4.3 and 4.4; RFC 7251 */
const struct prov_suite prov_suite_ecdhe_ecdsa_ccm_8 = {
    .id = 0xC0AE,
    .kx = PROV_KX_ECDHE_ECDSA,
    .kinds = PUBLIC_KINDS,
    .aead = PROV_AEAD_AES_128_CCM_8,
    .fixed_iv_len = 4,
    .forward_secret = true,
    .name = NAME("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
};

const struct prov_suite *const prov_suites_psk[] = {&prov_suite_psk_ccm_8, NULL};
const struct prov_suite *const prov_suites_psk_fs[] = {&prov_suite_ecdhe_psk_ccm,
                                                       &prov_suite_ecdhe_psk_ccm_8, NULL};
const struct prov_suite *const prov_suites_public[] = {&prov_suite_ecdhe_ecdsa_ccm_8, NULL};
const struct prov_suite *const prov_suites_server[] = {
    &prov_suite_ecdhe_psk_ccm, &prov_suite_ecdhe_ecdsa_ccm_8, &prov_suite_ecdhe_psk_ccm_8,
    &prov_suite_psk_ccm_8, NULL};
