/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that our own code does not make: other keys, other hashes, other extensions.
 */
#ifndef TESTS_FLOW_OPENSSL_CSR_H
#define TESTS_FLOW_OPENSSL_CSR_H

#include "prov/bytes.h"

struct openssl_csr {
    const char *key;  /* "RSA", or a curve: "P-256", "P-224", "P-384" */
    const char *hash; /* "SHA256", "SHA1" */
    const char *cn;
    int extension;     /* a NID, or 0 */
    const char *value; /* the extension in OpenSSL's words */
};
void openssl_csr_make(const struct openssl_csr *plan, struct prov_buf *ret);

#endif
