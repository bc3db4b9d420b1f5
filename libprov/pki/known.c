/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths that have verified: from the issuer of an end entity up to an anchor. The signatures in them do
 * not change; what does is looked at each time: the anchors (another set forgets everything) and the
 * validity of each certificate. Only chains that verified come in, so that strangers cannot push
 * others out.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "internal.h"

/* The same second for both ends as in RFC 5280, section 4.1.2.5. */
static bool is_valid(const STACK_OF(X509) * path, int64_t now)
{
    for (int i = 0; i < sk_X509_num(path); i++) {
        const X509 *cert = sk_X509_value(path, i);
        int from = ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), (time_t)now);
        int until = ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), (time_t)now);
        if (from == -2 || from > 0 || until == -2 || until < 0)
            return false;
    }
    return true;
}

static struct pki_known *find(struct prov_pki *pki, const uint8_t hash[PROV_HASH_LEN])
{
    for (size_t i = 0; i < PKI_KNOWN; i++)
        if (pki->known[i].path != NULL && memcmp(pki->known[i].hash, hash, PROV_HASH_LEN) == 0)
            return &pki->known[i];
    return NULL;
}

bool pki_known_fits(struct prov_pki *pki, const uint8_t hash[PROV_HASH_LEN], int64_t now)
{
    const struct pki_known *known = find(pki, hash);
    return known != NULL && is_valid(known->path, now);
}

/* What speaks of the certificates below it has to see each of them. */
static bool constrains_names(const STACK_OF(X509) * path)
{
    for (int i = 0; i < sk_X509_num(path); i++)
        if (X509_get_ext_by_NID(sk_X509_value(path, i), NID_name_constraints, -1) >= 0)
            return true;
    return false;
}

/* OpenSSL may have found another issuer of the same name, an anchor or one further behind, than the one
 * that was sent next: nothing is known about that one then. */
static bool is_issuer(const STACK_OF(X509) * path, struct prov_bytes sent)
{
    uint8_t *der = NULL;
    int len = sk_X509_num(path) > 0 ? i2d_X509(sk_X509_value(path, 0), &der) : -1;
    bool same = len > 0 && prov_bytes_equal(PROV_BYTES(der, (size_t)len), sent);
    OPENSSL_free(der);
    return same;
}

void pki_known_keep(struct prov_pki *pki, const uint8_t hash[PROV_HASH_LEN],
                    struct prov_bytes issuer)
{
    struct pki_known *slot = &pki->known[pki->known_next];
    STACK_OF(X509) *path = X509_STORE_CTX_get1_chain(pki->verify);
    if (path == NULL)
        return;
    X509_free(sk_X509_shift(path)); /* the end entity */
    if (!is_issuer(path, issuer) || constrains_names(path) || find(pki, hash) != NULL) {
        sk_X509_pop_free(path, X509_free);
        return;
    }
    sk_X509_pop_free(slot->path, X509_free);
    slot->path = path;
    memcpy(slot->hash, hash, PROV_HASH_LEN);
    pki->known_next = (pki->known_next + 1) % PKI_KNOWN;
}

void pki_known_forget(struct prov_pki *pki)
{
    for (size_t i = 0; i < PKI_KNOWN; i++) {
        sk_X509_pop_free(pki->known[i].path, X509_free);
        pki->known[i].path = NULL;
    }
}
