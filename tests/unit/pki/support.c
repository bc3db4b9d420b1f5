/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>

#include <stdlib.h>

void assert_why(struct works *works, prov_result result, prov_result expected, const char *part)
{
    if (result != expected || strstr(works->why.text, part) == NULL) {
        fail_msg("result %04x, expected %04x; words '%s', expected '%s'", (unsigned)result,
                 (unsigned)expected, works->why.text, part);
    }
    prov_why_clear(&works->why);
}

void assert_done(struct works *works, prov_result result)
{
    if (result != PROV_OK)
        fail_msg("result %04x: %s", (unsigned)result, works->why.text);
}

struct prov_bytes der_bytes(const struct der *der)
{
    return PROV_BYTES(der->octets, der->len);
}

struct prov_eui64 eui(uint8_t n)
{
    return (struct prov_eui64){{0x00, 0x1b, 0xc5, 0xff, 0xfe, 0x00, 0x00, n}};
}

struct prov_fqdn fqdn(const char *text)
{
    struct prov_fqdn name = {{0}};
    strcpy(name.text, text);
    return name;
}

struct prov_pki_issuer root(const struct works *works)
{
    return (struct prov_pki_issuer){der_bytes(&works->root), &works->root_key.scalar};
}

struct prov_pki_issuer issuing(const struct works *works)
{
    return (struct prov_pki_issuer){der_bytes(&works->issuing), &works->issuing_key.scalar};
}

static struct der ca_make(struct works *works, const struct prov_pki_issuer *issuer,
                          const char *name, struct prov_pki_key *ret_key)
{
    struct der der = {{0}, 0};
    struct prov_buf buf = PROV_BUF_OF(der.octets);
    struct prov_pki_ca_name ca = {"Example Works", "DE", name};
    struct prov_validity validity = {TEST_NOW - DAY, PROV_TIME_NEVER};
    assert_done(works, prov_pki_key_make(works->pki, ret_key, &works->why));
    assert_done(works,
                prov_pki_ca_issue(works->pki, issuer, &ca, ret_key, &validity, &buf, &works->why));
    der.len = buf.len;
    return der;
}

int works_setup(void **state)
{
    struct works *works = calloc(1, sizeof *works);
    assert_non_null(works);
    assert_int_equal(prov_crypto_make(NULL, &works->crypto), PROV_OK);
    assert_int_equal(prov_pki_make(works->crypto, &works->pki), PROV_OK);
    works->root = ca_make(works, NULL, "Root CA", &works->root_key);
    struct prov_pki_issuer by = root(works);
    works->issuing = ca_make(works, &by, "Issuing CA", &works->issuing_key);
    *state = works;
    return 0;
}

int works_teardown(void **state)
{
    struct works *works = *state;
    prov_pki_free(works->pki);
    prov_crypto_free(works->crypto);
    free(works);
    return 0;
}

prov_result issue(struct works *works, const struct prov_pki_leaf *leaf, struct der *ret)
{
    struct prov_pki_issuer by = issuing(works);
    struct prov_buf buf = PROV_BUF_OF(ret->octets);
    prov_result result = prov_pki_leaf_issue(works->pki, &by, leaf, &buf, &works->why);
    ret->len = buf.len;
    return result;
}

struct der device_cert(struct works *works, uint8_t n, enum prov_use use, int64_t not_before,
                       int64_t not_after, struct prov_pki_key *ret_key)
{
    struct der der = {{0}, 0};
    struct prov_eui64 device = eui(n);
    assert_done(works, prov_pki_key_make(works->pki, ret_key, &works->why));
    struct prov_pki_leaf leaf = {.device = &device,
                                 .use = use,
                                 .point = ret_key->point,
                                 .validity = {not_before, not_after},
                                 .profile = works->profile};
    assert_done(works, issue(works, &leaf, &der));
    return der;
}

struct der server_cert(struct works *works, const char *name, int64_t not_before,
                       struct prov_pki_key *ret_key)
{
    struct der der = {{0}, 0};
    struct prov_fqdn server = fqdn(name);
    assert_done(works, prov_pki_key_make(works->pki, ret_key, &works->why));
    struct prov_pki_leaf leaf = {.server = &server,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = ret_key->point,
                                 .validity = {not_before, not_before + 398 * DAY},
                                 .profile = works->profile};
    assert_done(works, issue(works, &leaf, &der));
    return der;
}

bool holds(const struct der *der, const void *data, size_t len)
{
    for (size_t i = 0; i + len <= der->len; i++)
        if (memcmp(der->octets + i, data, len) == 0)
            return true;
    return false;
}

/* --- by OpenSSL ------------------------------------------------------------------------------- */

EVP_PKEY *ec_key(const char *group, const char *point_format)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;
    assert_non_null(context);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_group_name(context, group), 1);
    assert_int_equal(EVP_PKEY_generate(context, &key), 1);
    assert_int_equal(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                                    point_format),
                     1);
    EVP_PKEY_CTX_free(context);
    return key;
}

EVP_PKEY *own_key(const struct prov_pki_key *key)
{
    EVP_PKEY *ret = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *number = BN_bin2bn(key->scalar.data, key->scalar.len, NULL);
    assert_int_equal(OSSL_PARAM_BLD_push_utf8_string(build, "group", "prime256v1", 0), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_octet_string(build, "pub", key->point, PROV_POINT_LEN), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(build, "priv", number), 1);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &ret, EVP_PKEY_KEYPAIR, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(number);
    EVP_PKEY_CTX_free(context);
    return ret;
}

static X509_EXTENSION *extension(int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, NULL, NULL, NULL, NULL, 0);
    X509_EXTENSION *ret = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(ret);
    return ret;
}

static void put(X509 *cert, int nid, const char *value)
{
    if (value != NULL) {
        X509_EXTENSION *e = extension(nid, value);
        assert_int_equal(X509_add_ext(cert, e, -1), 1);
        X509_EXTENSION_free(e);
    }
}

static void put_unknown_critical(X509 *cert)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
    assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2), 1);
    X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
    assert_int_equal(X509_add_ext(cert, e, -1), 1);
    X509_EXTENSION_free(e);
    ASN1_OBJECT_free(oid);
    ASN1_OCTET_STRING_free(value);
}

static void put_name(X509_NAME *name, const char *common_name)
{
    if (common_name != NULL) {
        assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                                                    (const unsigned char *)common_name, -1, -1, 0),
                         1);
    }
}

struct der odd_make(struct works *works, const struct odd_cert *plan)
{
    struct der der = {{0}, 0};
    const struct der *issuer_der = plan->issuer == NULL ? &works->issuing : plan->issuer;
    const unsigned char *at = issuer_der->octets;
    X509 *issuer = d2i_X509(NULL, &at, (long)issuer_der->len);
    EVP_PKEY *signer = own_key(plan->issuer_key == NULL ? &works->issuing_key : plan->issuer_key);
    EVP_PKEY *key = plan->key == NULL ? ec_key("prime256v1", "uncompressed") : plan->key;
    X509 *cert = X509_new();
    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 77), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(TEST_NOW - DAY)));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(TEST_NOW + DAY)));
    put_name(X509_get_subject_name(cert), plan->common_name);
    assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(issuer)), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    put(cert, NID_basic_constraints, plan->basic_constraints);
    put(cert, NID_key_usage, plan->key_usage);
    put(cert, NID_ext_key_usage, plan->eku);
    put(cert, NID_subject_alt_name, plan->san);
    if (plan->unknown_critical != NULL)
        put_unknown_critical(cert);
    assert_true(X509_sign(cert, signer, plan->md == NULL ? EVP_sha256() : plan->md) > 0);
    unsigned char *out = der.octets;
    der.len = (size_t)i2d_X509(cert, &out);
    X509_free(cert);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signer);
    return der;
}

/* GeneralNames { otherName { id-on-MACAddress, OCTET STRING } } (draft-ietf-lamps-macaddress-on) */
static X509_EXTENSION *mac_extension(struct prov_bytes mac)
{
    uint8_t n = (uint8_t)mac.len;
    uint8_t der[32] = {0x30, n + 16, 0xa0, n + 14, 0x06, 0x08, 0x2b,  0x06, 0x01,
                       0x05, 0x05,   0x07, 0x08,   0x0c, 0xa0, n + 2, 0x04, n};
    memcpy(der + 18, mac.data, mac.len);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(value, der, 18 + n), 1);
    X509_EXTENSION *ret = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, value);
    ASN1_OCTET_STRING_free(value);
    return ret;
}

struct der request_make(const struct odd_request *plan)
{
    struct der der = {{0}, 0};
    EVP_PKEY *key = plan->key == NULL ? ec_key("prime256v1", "uncompressed") : plan->key;
    X509_REQ *request = X509_REQ_new();
    assert_int_equal(X509_REQ_set_version(request, X509_REQ_VERSION_1), 1);
    put_name(X509_REQ_get_subject_name(request), plan->common_name);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    if (plan->san != NULL) {
        assert_true(sk_X509_EXTENSION_push(extensions, extension(NID_subject_alt_name, plan->san)) >
                    0);
    }
    if (plan->mac.len > 0)
        assert_true(sk_X509_EXTENSION_push(extensions, mac_extension(plan->mac)) > 0);
    if (plan->basic_constraints != NULL) {
        assert_true(sk_X509_EXTENSION_push(
                        extensions, extension(NID_basic_constraints, plan->basic_constraints)) > 0);
    }
    if (plan->key_usage != NULL) {
        assert_true(sk_X509_EXTENSION_push(extensions, extension(NID_key_usage, plan->key_usage)) >
                    0);
    }
    if (sk_X509_EXTENSION_num(extensions) > 0)
        assert_int_equal(X509_REQ_add_extensions(request, extensions), 1);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    assert_true(X509_REQ_sign(request, key, plan->md == NULL ? EVP_sha256() : plan->md) > 0);
    unsigned char *out = der.octets;
    der.len = (size_t)i2d_X509_REQ(request, &out);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return der;
}
