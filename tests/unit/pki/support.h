/* SPDX-License-Identifier: Apache-2.0
 *
 * What the CA's tests share: an organisation with root and issuing CA, and certificates and requests that the CA would
 * not make, built with OpenSSL directly.
 */
#ifndef TEST_PKI_SUPPORT_H
#define TEST_PKI_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "prov/pki.h"
#include "prov/text.h"

#define TEST_NOW INT64_C(1764000000) /* 2025-11-24T16:00:00Z */
#define DAY      INT64_C(86400)

struct der {
    uint8_t octets[2048];
    size_t len;
};

struct works {
    struct prov_crypto *crypto;
    struct prov_pki *pki;
    struct prov_pki_key root_key, issuing_key;
    struct der root, issuing;
    const struct prov_cert_profile *profile; /* of what device_cert and server_cert make */
    struct prov_why why;
};

int works_setup(void **state);
int works_teardown(void **state);
void assert_why(struct works *works, prov_result result, prov_result expected, const char *part);
void assert_done(struct works *works, prov_result result);

struct prov_bytes der_bytes(const struct der *der);
struct prov_eui64 eui(uint8_t n);
struct prov_fqdn fqdn(const char *text);
struct prov_pki_issuer issuing(const struct works *works);
struct prov_pki_issuer root(const struct works *works);
prov_result issue(struct works *works, const struct prov_pki_leaf *leaf, struct der *ret);
/* A device's or a server's certificate as the product makes it. */
struct der device_cert(struct works *works, uint8_t n, enum prov_use use, int64_t not_before,
                       int64_t not_after, struct prov_pki_key *ret_key);
struct der server_cert(struct works *works, const char *name, int64_t not_before,
                       struct prov_pki_key *ret_key);
bool holds(const struct der *der, const void *data, size_t len);

/* A certificate by OpenSSL: NULL and zero leave an element out. */
struct odd_cert {
    const char *common_name;
    const char *key_usage, *eku, *basic_constraints, *san; /* in OpenSSL's configuration language */
    const char *unknown_critical;
    EVP_PKEY *key;            /* its own; NULL: a fresh one on P-256 */
    const struct der *issuer; /* NULL: the issuing CA */
    const struct prov_pki_key *issuer_key;
    const EVP_MD *md; /* NULL: SHA-256 */
};
struct der odd_make(struct works *works, const struct odd_cert *plan);

/* A request by OpenSSL. */
struct odd_request {
    const char *common_name;
    const char *san, *basic_constraints, *key_usage;
    struct prov_bytes mac; /* id-on-MACAddress, 6 or 8 octets, or none */
    EVP_PKEY *key;         /* NULL: a fresh one on P-256 */
    const EVP_MD *md;
};
struct der request_make(const struct odd_request *plan);
EVP_PKEY *ec_key(const char *group, const char *point_format);
/* A key object of ours. */
EVP_PKEY *own_key(const struct prov_pki_key *key);

#endif
