/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates over the wire: EST's crts, sen and sren (RFC 9148; RFC 7030) and the first
 * certificate of a device that showed a PSK or a raw public key.
 */
#include <string.h>

#include "internal.h"

#define CHALLENGE_TEXT PROV_BASE64_TEXT(PROV_DTLS_TLS_UNIQUE_LEN) /* 16 characters and NUL */

/* --- CA certificates --- */

/* The root and what stands between it and the end entities (RFC 7030, section 4.1.3). */
prov_result flow_serve_crts(struct flow_serve *serve)
{
    struct flow_roots roots;
    struct prov_ca issuing;
    if (serve->request->accept != PROV_CF_CERTS_ONLY && serve->request->accept != PROV_CF_NONE)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_NOT_ACCEPTABLE,
                           "several certificates: certs-only");
    prov_result r = flow_roots_load(serve->flow, &roots);
    if (r == PROV_OK)
        r = prov_registry_ca_get(serve->flow->registry, PROV_CA_ISSUING, &issuing, NULL,
                                 serve->flow->why);
    if (r != PROV_OK)
        return r;
    struct prov_bytes certs[PROV_BUNDLE_ANCHORS_MAX + 1];
    memcpy(certs, roots.certs, sizeof(roots.certs));
    certs[roots.count] = PROV_BYTES(issuing.cert, issuing.cert_len);
    r = prov_certs_only_encode(certs, roots.count + 1, serve->room);
    return r == PROV_OK ? flow_accept(serve, PROV_COAP_CONTENT, PROV_CF_CERTS_ONLY) : r;
}

/* --- what is asked: a CSR --- */

/* challengePassword = base64(tls-unique): required where no certificate proves the asker, verified
 * where it is present (RFC 7030, section 3.5). */
static prov_result check_challenge(struct flow_serve *serve, const struct prov_csr *csr)
{
    const struct prov_flow_request *request = serve->request;
    if (csr->challenge_password.len == 0) {
        if (request->op != PROV_ENROLL_CERT)
            return PROV_OK;
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_BAD_REQUEST,
                           "challengePassword is missing");
    }
    if (!request->has_binding)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           "no channel binding without extended master secret");
    char expected[CHALLENGE_TEXT];
    prov_base64_format(PROV_BYTES_OF(request->tls_unique), expected);
    if (!prov_bytes_equal(csr->challenge_password, prov_bytes_text(expected)))
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           "challengePassword is not of this session");
    return PROV_OK;
}

/* The name asked for is the device's own: prov_pki_csr_check has seen to that, if there is one. */
static prov_result check_named(const struct prov_csr *csr)
{
    struct prov_eui64 named;
    return prov_csr_eui64(csr, &named);
}

/* The certificate that authenticated the session. */
static prov_result current_parse(const struct flow_serve *serve, struct prov_x509 *ret)
{
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX];
    size_t count = 0;
    prov_result r = prov_flow_chain_split(PROV_BYTES(serve->by.chain, serve->by.chain_len), chain,
                                          PROV_BUNDLE_CHAIN_MAX, &count);
    if (r == PROV_OK)
        r = prov_x509_parse(chain[0], ret);
    return r == PROV_OK ? PROV_OK : PROV_E_CORRUPT;
}

/* sren: subject and SubjectAltName as in the current certificate (RFC 7030, section 4.2.2). */
static prov_result check_same_names(struct flow_serve *serve, const struct prov_csr *csr)
{
    struct prov_x509 current;
    prov_result r = current_parse(serve, &current);
    if (r != PROV_OK)
        return r;
    if (!prov_bytes_equal(csr->subject, current.subject) ||
        !prov_bytes_equal(csr->san, current.san))
        return flow_refuse(serve, PROV_E_NAME, PROV_COAP_FORBIDDEN,
                           "subject and names are not those of the current certificate");
    return PROV_OK;
}

static prov_result take_csr(struct flow_serve *serve, struct prov_buf *der, struct prov_csr *ret)
{
    const struct prov_bytes body = serve->request->body;
    if (body.len == 0 || body.data[0] != 0x30) /* DER, never PEM (RFC 9148, section 4.1) */
        return PROV_E_FORMAT;
    prov_result r =
        prov_pki_csr_check(serve->flow->pki, body, &serve->by.device, der, ret, serve->flow->why);
    if (r == PROV_OK)
        r = check_challenge(serve, ret);
    if (r == PROV_OK)
        r = check_named(ret);
    if (r == PROV_OK && serve->request->op == PROV_ENROLL_EST_SREN)
        r = check_same_names(serve, ret);
    return r;
}

/* --- what is made --- */

/* Named as the request names it, which at sren is as before; at sren the profile stays too. */
static prov_result leaf_plan(const struct flow_serve *serve, const struct prov_csr *csr,
                             struct prov_pki_leaf *ret)
{
    struct prov_x509 current;
    bool is_mac = csr->alt_kind == PROV_ALT_MAC;
    *ret = (struct prov_pki_leaf){.device = &serve->by.device,
                                  .use = PROV_USE_OPERATIONAL,
                                  .point = csr->point.data,
                                  .validity = flow_validity(serve->flow, PROV_LDEVID_DAYS),
                                  .form = is_mac ? PROV_EUI_FORM_SAN : PROV_EUI_FORM_CN,
                                  .from_eui48 = is_mac && csr->alt_name.len == 6};
    if (serve->request->op != PROV_ENROLL_EST_SREN)
        return PROV_OK;
    prov_result r = current_parse(serve, &current);
    if (r == PROV_OK && current.aki.len > 0)
        ret->profile = &prov_cert_profile_tls13_iot;
    return r;
}

static prov_result cert_successor(struct flow_serve *serve, const struct prov_csr *csr,
                                  const uint8_t digest[32], struct prov_credential *ret)
{
    struct flow_cert cert;
    bool again = false;
    struct prov_credential_new credential = {.kind = PROV_KIND_CERT,
                                             .use = PROV_USE_OPERATIONAL,
                                             .state = PROV_STATE_PENDING,
                                             .device = serve->by.device,
                                             .server = serve->by.server,
                                             .point = csr->point.data,
                                             .registered = true};
    struct prov_pki_leaf leaf;
    prov_result r = leaf_plan(serve, csr, &leaf);
    if (r == PROV_OK)
        r = flow_check_new(serve, credential.point);
    if (r == PROV_OK)
        r = flow_uuid_make(serve->flow, &credential.uuid);
    if (r == PROV_OK)
        r = flow_cert_make(serve->flow, &leaf, &cert);
    if (r != PROV_OK)
        return r;
    flow_cert_describe(&cert, &credential);
    return prov_registry_successor_add(serve->flow->registry, serve->by.id, digest, &credential,
                                       ret, &again, serve->flow->why);
}

static prov_result answer_cert(struct flow_serve *serve, const struct prov_credential *made)
{
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX];
    size_t count = 0;
    prov_result r = prov_flow_chain_split(PROV_BYTES(made->chain, made->chain_len), chain,
                                          PROV_BUNDLE_CHAIN_MAX, &count);
    if (r != PROV_OK || count == 0)
        return PROV_E_CORRUPT;
    if (serve->request->accept == PROV_CF_CERT) {
        prov_put_bytes(serve->room, chain[0]);
        return flow_accept(serve, PROV_COAP_CHANGED, PROV_CF_CERT);
    }
    r = prov_certs_only_encode(chain, count, serve->room);
    return r == PROV_OK ? flow_accept(serve, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY) : r;
}

/* A request for the same key is the same request: a lost answer is given again, not made again. After
 * a third of its life a certificate that nobody took is: it would be given with too little left. */
static prov_result request_digest(const struct flow_serve *serve, struct prov_bytes point,
                                  uint8_t ret[32])
{
    uint8_t octets[PROV_POINT_LEN + 8];
    struct prov_buf what = PROV_BUF_OF(octets);
    prov_put_bytes(&what, point);
    prov_put_u64(&what, (uint64_t)(flow_now(serve->flow) / (PROV_LDEVID_DAYS / 3 * FLOW_DAY)));
    prov_result r = prov_buf_result(&what);
    return r == PROV_OK ? flow_request_digest(serve, prov_buf_bytes(&what), ret) : r;
}

prov_result flow_serve_cert(struct flow_serve *serve)
{
    uint8_t octets[PROV_CSR_MAX], digest[32];
    struct prov_buf der = PROV_BUF_OF(octets);
    struct prov_csr csr;
    struct prov_credential made;
    prov_result r = take_csr(serve, &der, &csr);
    if (r == PROV_OK)
        r = request_digest(serve, csr.point, digest);
    if (r != PROV_OK)
        return r;
    r = prov_registry_successor_get(serve->flow->registry, serve->by.id, digest, &made, NULL);
    if (r == PROV_E_NOT_FOUND)
        r = cert_successor(serve, &csr, digest, &made);
    return r == PROV_OK ? answer_cert(serve, &made) : r;
}
