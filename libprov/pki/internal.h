/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of pki share. Certificates that are used again and again (the issuer, anchors,
 * intermediates of verified chains) are parsed once and kept, found by the SHA-256 of their DER.
 */
#ifndef PKI_INTERNAL_H
#define PKI_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "prov/pki.h"

/* The extensions that never change, as finished objects (elements.c). */
enum pki_extension {
    PKI_KU_LEAF,
    PKI_KU_ISSUING,
    PKI_KU_ROOT,
    PKI_CA_TRUE,
    PKI_EKU_CLIENT,
    PKI_EKU_SERVER,
    PKI_EXTENSION_COUNT
};

#define PKI_KNOWN 16 /* paths kept */

/* The path above a device's certificate, as it verified once: the issuer first, the anchor last. */
struct pki_known {
    uint8_t hash[PROV_HASH_LEN]; /* of what was sent behind the end entity */
    STACK_OF(X509) * path;       /* NULL: free */
};

struct pki_issuer { /* the last one that issued */
    uint8_t hash[PROV_HASH_LEN];
    struct prov_secret scalar;
    X509 *cert; /* NULL: none yet */
    EVP_PKEY *key;
    int64_t not_after;
};

struct prov_pki {
    struct prov_crypto *crypto;
    X509_EXTENSION *extensions[PKI_EXTENSION_COUNT];
    struct pki_issuer issuer;
    struct pki_known known[PKI_KNOWN]; /* under these anchors */
    size_t known_next;
    uint8_t anchors_hash[PROV_HASH_LEN];
    X509_STORE *anchors; /* NULL: none yet */
    X509_STORE_CTX *verify;
};

/* PROV_E_INTERNAL or PROV_E_MEMORY with OpenSSL's words, and clears its error queue. */
prov_result pki_failed(struct prov_why *why, const char *what);
PROV_MUST prov_result pki_digest(struct prov_pki *pki, struct prov_bytes bytes,
                                 uint8_t ret[PROV_HASH_LEN]);
/* The whole of der as one certificate, or NULL. */
X509 *pki_cert_parse(struct prov_bytes der);

/* --- known.c: issuers that have verified ------------------------------------------------------- */

/* Whether the path above an end entity has verified before, with the same octets sent behind it, and is
 * valid now. */
bool pki_known_fits(struct prov_pki *pki, const uint8_t hash[PROV_HASH_LEN], int64_t now);
/* Keeps the path that `verify` has just built, if its issuer is the certificate that was sent behind the end
 * entity. */
void pki_known_keep(struct prov_pki *pki, const uint8_t hash[PROV_HASH_LEN],
                    struct prov_bytes issuer);
void pki_known_forget(struct prov_pki *pki);

/* --- elements.c: the elements of RFC 7925, Table 1, in DER ------------------------------------ */

bool pki_extensions_make(struct prov_pki *pki);
void pki_extensions_free(struct prov_pki *pki);
/* Each false: OpenSSL failed (no memory). */
bool pki_put_extension(const struct prov_pki *pki, X509 *cert, enum pki_extension extension);
/* One MACAddress of 6 or 8 octets. */
bool pki_put_mac_name(X509 *cert, struct prov_bytes mac, bool critical);
bool pki_put_dns_name(X509 *cert, const struct prov_fqdn *fqdn);
bool pki_put_key_id(struct prov_pki *pki, X509 *cert, const uint8_t point[PROV_POINT_LEN]);
/* False too: the issuer has no key identifier of 20 octets. */
bool pki_put_authority(X509 *cert, const X509 *issuer);
bool pki_has_key_id(X509 *cert); /* of 20 octets */
bool pki_put_serial(X509 *cert, const uint8_t random[PROV_SERIAL_LEN]);
bool pki_put_validity(X509 *cert, const struct prov_validity *validity);
bool pki_put_public(X509 *cert, const uint8_t point[PROV_POINT_LEN]);

/* --- pem.c ------------------------------------------------------------------------------------ */

/* Appends the DER of `bytes`, which is DER already or PEM with one of the labels (ends with NULL).
 * One object, no headers, nothing but white space around it. PROV_E_FORMAT, PROV_E_OVERFLOW,
 * PROV_E_TRUNCATED, PROV_E_TRAILING. */
PROV_MUST prov_result pki_der_of(struct prov_bytes bytes, const char *const *labels,
                                 struct prov_buf *ret, struct prov_why *why);

#endif
