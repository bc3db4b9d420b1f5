/* SPDX-License-Identifier: Apache-2.0 */
#include "openssl_csr.h"

#include "fixture.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

static EVP_PKEY *make_key(const char *name)
{
    EVP_PKEY *key = strcmp(name, "RSA") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                                             : EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
    assert_non_null(key);
    return key;
}

static void add_extension(X509_REQ *req, const struct openssl_csr *plan)
{
    if (plan->extension == 0)
        return;
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, plan->extension, plan->value);
    assert_non_null(extension);
    sk_X509_EXTENSION_push(list, extension);
    assert_int_equal(X509_REQ_add_extensions(req, list), 1);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}

void openssl_csr_make(const struct openssl_csr *plan, struct prov_buf *ret)
{
    EVP_PKEY *key = make_key(plan->key);
    X509_REQ *req = X509_REQ_new();
    X509_NAME *name = X509_NAME_new();
    unsigned char *der = NULL;
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)plan->cn, -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_subject_name(req, name), 1);
    assert_int_equal(X509_REQ_set_pubkey(req, key), 1);
    add_extension(req, plan);
    assert_true(X509_REQ_sign(req, key, EVP_get_digestbyname(plan->hash)) > 0);
    int len = i2d_X509_REQ(req, &der);
    assert_true(len > 0);
    prov_put(ret, der, (size_t)len);
    assert_int_equal(prov_buf_result(ret), PROV_OK);
    OPENSSL_free(der);
    X509_NAME_free(name);
    X509_REQ_free(req);
    EVP_PKEY_free(key);
}
