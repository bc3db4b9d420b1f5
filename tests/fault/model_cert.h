/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates by RFC 7925, Table 1, written with prov_crypto alone, so that the fake backend can issue.
 */
#ifndef PROV_TESTS_MODEL_CERT_H
#define PROV_TESTS_MODEL_CERT_H

#include "prov/x509.h"

struct model_cert {
    uint8_t serial;
    const char *issuer, *subject; /* common names; subject "" : none */
    const char *dns;              /* or NULL */
    const uint8_t *point;
    bool ca;
    const struct prov_secret *signer;
    const char *not_before; /* UTCTime; NULL: 2025 */
};
PROV_MUST prov_result model_cert_make(struct prov_crypto *crypto, const struct model_cert *cert,
                                      struct prov_buf *ret);

#endif
