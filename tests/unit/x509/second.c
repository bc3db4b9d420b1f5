/* SPDX-License-Identifier: Apache-2.0 */
#include "second.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static X509 *read(struct prov_bytes der)
{
    const uint8_t *at = der.data;

    return d2i_X509(NULL, &at, (long)der.len);
}

static STACK_OF(X509) * read_all(const struct prov_bytes *certs, size_t count)
{
    STACK_OF(X509) *stack = sk_X509_new_null();

    for (size_t i = 0; i < count; i++) {
        X509 *cert = read(certs[i]);

        if (cert != NULL)
            sk_X509_push(stack, cert);
    }
    return stack;
}

static int context_verify(X509_STORE_CTX *context, const struct prov_path_rules *rules)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);

    X509_VERIFY_PARAM_set_purpose(param, rules->role == PROV_PATH_SERVER ? X509_PURPOSE_SSL_SERVER
                                                                         : X509_PURPOSE_SSL_CLIENT);
    X509_VERIFY_PARAM_set_auth_level(param, 1); /* keys of at least 80 bits, decodable */
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
                                           (rules->has_time ? 0 : X509_V_FLAG_NO_CHECK_TIME));
    if (rules->has_time)
        X509_VERIFY_PARAM_set_time(param, (time_t)rules->time);
    return X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
}

static bool has_dns_name(struct prov_bytes der)
{
    struct prov_x509 cert;

    return prov_x509_parse(der, &cert) != PROV_OK || cert.alt_kind == PROV_ALT_DNS;
}

/* X509_V_OK, an error of X509_verify_cert, or -1 where a certificate or the name does not do. */
static int verdict(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                   size_t chain_len, const struct prov_bytes *anchors, size_t anchor_count)
{
    STACK_OF(X509) *sent = read_all(chain, chain_len), *trusted = read_all(anchors, anchor_count);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509 *leaf = sk_X509_num(sent) > 0 ? sk_X509_value(sent, 0) : NULL;
    int result = -1;

    for (int i = 0; i < sk_X509_num(trusted); i++)
        X509_STORE_add_cert(store, sk_X509_value(trusted, i));
    if (sk_X509_num(sent) == (int)chain_len && leaf != NULL &&
        X509_STORE_CTX_init(context, store, leaf, sent) == 1)
        result = context_verify(context, rules);
    if (result == X509_V_OK && rules->role == PROV_PATH_SERVER &&
        has_dns_name(chain[0]) && /* a URI is no question for check_host */
        X509_check_host(leaf, rules->server->text, 0,
                        X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                        NULL) != 1)
        result = -1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_pop_free(sent, X509_free);
    sk_X509_pop_free(trusted, X509_free);
    ERR_clear_error();
    return result;
}

bool second_accepts(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                    size_t chain_len, const struct prov_bytes *anchors, size_t anchor_count)
{
    return verdict(rules, chain, chain_len, anchors, anchor_count) == X509_V_OK;
}

const char *second_reason(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                          size_t chain_len, const struct prov_bytes *anchors, size_t anchor_count)
{
    int result = verdict(rules, chain, chain_len, anchors, anchor_count);

    return result < 0 ? "a certificate that it does not read, or the name"
                      : X509_verify_cert_error_string(result);
}

bool second_has_others(struct prov_bytes der)
{
    static const int known[] = {NID_subject_key_identifier,   NID_key_usage,
                                NID_subject_alt_name,         NID_basic_constraints,
                                NID_authority_key_identifier, NID_ext_key_usage};
    X509 *cert = read(der);
    bool others = false;

    for (int i = 0; cert != NULL && i < X509_get_ext_count(cert); i++) {
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(X509_get_ext(cert, i)));
        bool is_known = nid == NID_undef;

        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            is_known = is_known || known[k] == nid;
        others = others || !is_known;
    }
    X509_free(cert);
    ERR_clear_error();
    return others;
}
