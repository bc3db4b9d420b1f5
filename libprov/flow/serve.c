/* SPDX-License-Identifier: Apache-2.0
 *
 * Enrollment requests: who may ask for what (one table), and what a failure says to the peer.
 */
#include <string.h>

#include "internal.h"
#include "prov/cbor.h"

prov_result flow_refuse(struct flow_serve *serve, prov_result result, uint8_t code,
                        const char *reason)
{
    serve->answer->code = code;
    serve->answer->reason = reason;
    return prov_why_set(serve->flow->why, result, "%s", reason);
}

prov_result flow_accept(struct flow_serve *serve, uint8_t code, uint16_t format)
{
    prov_result r = prov_buf_result(serve->room);
    if (r != PROV_OK)
        return r;
    *serve->answer = (struct prov_flow_answer){
        .code = code, .format = format, .body = prov_buf_bytes(serve->room)};
    return PROV_OK;
}

prov_result flow_request_digest(const struct flow_serve *serve, struct prov_bytes what,
                                uint8_t ret[32])
{
    uint8_t op = (uint8_t)serve->request->op;
    struct prov_bytes parts[2] = {PROV_BYTES(&op, 1), what};
    return prov_crypto_sha256(serve->flow->crypto, parts, 2, ret);
}

/* --- the small ones --- */

static prov_result serve_now(struct flow_serve *serve)
{
    prov_cbor_put_uint(serve->room, (uint64_t)flow_now(serve->flow));
    return flow_accept(serve, PROV_COAP_CONTENT, PROV_CF_CBOR);
}

/* H35: by a session of a full handshake with the pending credential; who repeats the request later may
 * do so on any. */
static prov_result serve_confirm(struct flow_serve *serve)
{
    if (serve->request->peer->resumed && serve->by.state == PROV_STATE_PENDING)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           "not on a resumed session");
    prov_result r = flow_check_confirm(serve);
    if (r == PROV_OK)
        r = prov_registry_confirm(serve->flow->registry, serve->by.id, serve->flow->why);
    return r == PROV_OK ? flow_accept(serve, PROV_COAP_CHANGED, PROV_CF_NONE) : r;
}

/* --- who may ask for what --- */

enum { /* what the session's credential is */
       BY_BOOTSTRAP = 1 << 0,
       BY_OPERATIONAL = 1 << 1, /* active */
       BY_PENDING = 1 << 2      /* an operational one that is not confirmed */
};

/* The whole policy. A bootstrap credential opens enrollment and nothing else (RFC 7925, section
 * 23); EST is for certificates (RFC 9148, section 3). */
static const struct rule {
    enum prov_enroll_op op;
    unsigned kinds;
    unsigned by;
    bool issues; /* makes a credential: an enrolled device's bootstrap needs an approval */
    flow_handler handler;
} rules[] = {
    {PROV_ENROLL_EST_CRTS, PROV_KIND_BIT(PROV_KIND_CERT), BY_BOOTSTRAP | BY_OPERATIONAL, false,
     flow_serve_crts},
    {PROV_ENROLL_EST_SEN, PROV_KIND_BIT(PROV_KIND_CERT), BY_BOOTSTRAP, true, flow_serve_cert},
    {PROV_ENROLL_EST_SREN, PROV_KIND_BIT(PROV_KIND_CERT), BY_OPERATIONAL, true, flow_serve_cert},
    {PROV_ENROLL_CRTS, PROV_KINDS_ALL, BY_BOOTSTRAP | BY_OPERATIONAL, false, flow_serve_crts},
    {PROV_ENROLL_CERT, PROV_KIND_BIT(PROV_KIND_PSK) | PROV_KIND_BIT(PROV_KIND_RPK),
     BY_BOOTSTRAP | BY_OPERATIONAL, true, flow_serve_cert},
    {PROV_ENROLL_RPK, PROV_KINDS_ALL, BY_BOOTSTRAP | BY_OPERATIONAL, true, flow_serve_rpk},
    {PROV_ENROLL_PSK, PROV_KINDS_ALL, BY_BOOTSTRAP | BY_OPERATIONAL, true, flow_serve_psk},
    {PROV_ENROLL_CONFIRM, PROV_KINDS_ALL, BY_OPERATIONAL | BY_PENDING, false, serve_confirm},
    {PROV_ENROLL_NOW, PROV_KINDS_ALL, BY_OPERATIONAL, false, serve_now},
};

static const struct rule *rule_get(enum prov_enroll_op op)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (rules[i].op == op)
            return &rules[i];
    return NULL;
}

static unsigned by_what(const struct prov_credential *credential)
{
    bool pending = credential->state == PROV_STATE_PENDING;
    if (credential->use == PROV_USE_BOOTSTRAP)
        return pending ? 0 : BY_BOOTSTRAP; /* registered and not yet proved: nothing */
    return pending ? BY_PENDING : BY_OPERATIONAL;
}

static const char *by_refused(unsigned by)
{
    return by == BY_BOOTSTRAP     ? "not with a bootstrap credential"
           : by == BY_OPERATIONAL ? "not with an operational credential"
                                  : "not before the credential is confirmed";
}

static prov_result check_rule(struct flow_serve *serve, const struct rule *rule)
{
    unsigned by = by_what(&serve->by);
    if ((rule->kinds & PROV_KIND_BIT(serve->by.kind)) == 0)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           rule->op == PROV_ENROLL_CERT ? "certificate holders use EST"
                                                        : "certificate authentication needed");
    if ((rule->by & by) == 0)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN, by_refused(by));
    return rule->issues && by == BY_BOOTSTRAP ? flow_check_approval(serve) : PROV_OK;
}

/* The credential as it is now, not as it was at the handshake. */
static prov_result load_by(struct flow_serve *serve)
{
    prov_result r = prov_flow_still_good(serve->flow, serve->request->peer);
    if (r == PROV_OK)
        r = prov_registry_credential_by_id(serve->flow->registry, serve->request->peer->credential,
                                           &serve->by, serve->flow->why);
    if (r == PROV_OK && !prov_fqdn_equal(&serve->by.server, serve->request->server))
        r = PROV_E_FORBIDDEN;
    return r;
}

static prov_result serve_rule(struct flow_serve *serve)
{
    const struct rule *rule = rule_get(serve->request->op);
    if (rule == NULL)
        return flow_refuse(serve, PROV_E_NOT_FOUND, PROV_COAP_NOT_FOUND, "no such resource");
    prov_result r = load_by(serve);
    if (r == PROV_OK)
        r = check_rule(serve, rule);
    if (r == PROV_OK)
        r = rule->handler(serve);
    return r;
}

/* --- what a failure says --- */

static const struct refusal {
    prov_result result;
    uint8_t code;
    const char *reason;
} refusals[] = {
    {PROV_E_FORMAT, PROV_COAP_BAD_REQUEST, "malformed"},
    {PROV_E_TRUNCATED, PROV_COAP_BAD_REQUEST, "truncated"},
    {PROV_E_TRAILING, PROV_COAP_BAD_REQUEST, "octets after the end"},
    {PROV_E_DETERMINISM, PROV_COAP_BAD_REQUEST, "not deterministic"},
    {PROV_E_TEXT, PROV_COAP_BAD_REQUEST, "malformed"},
    {PROV_E_BOUNDS, PROV_COAP_BAD_REQUEST, "out of bounds"},
    {PROV_E_ALGORITHM, PROV_COAP_BAD_REQUEST, "P-256 and SHA-256 only"},
    {PROV_E_POINT, PROV_COAP_BAD_REQUEST, "not an uncompressed point on P-256"},
    {PROV_E_SIGNATURE, PROV_COAP_BAD_REQUEST, "the signature does not verify"},
    {PROV_E_NAME, PROV_COAP_FORBIDDEN, "names another subject"},
    {PROV_E_POLICY, PROV_COAP_FORBIDDEN, "against the profile"},
    {PROV_E_CERT_PROFILE, PROV_COAP_FORBIDDEN, "against the profile"},
    {PROV_E_KEY_OWNED, PROV_COAP_FORBIDDEN, "the key belongs to another subject"},
    {PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN, "not allowed"},
    {PROV_E_CONFLICT, PROV_COAP_FORBIDDEN, "conflicts with the device's state"},
    {PROV_E_REVOKED, PROV_COAP_FORBIDDEN, "the credential has ended"},
    {PROV_E_TIME, PROV_COAP_FORBIDDEN, "the credential has expired"},
    {PROV_E_BUSY, PROV_COAP_UNAVAILABLE, "busy, try again"},
    {PROV_E_FULL, PROV_COAP_UNAVAILABLE, "no room, try again later"},
};

static void answer_failure(prov_result result, struct prov_flow_answer *answer)
{
    if (answer->reason != NULL) /* said already */
        return;
    answer->code = PROV_COAP_INTERNAL;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (refusals[i].result == result) {
            answer->code = refusals[i].code;
            answer->reason = refusals[i].reason;
        }
}

prov_result prov_flow_serve(struct prov_flow *flow, const struct prov_flow_request *request,
                            struct prov_buf room, struct prov_flow_answer *ret)
{
    struct flow_serve serve = {.flow = flow, .request = request, .room = &room, .answer = ret};
    *ret = (struct prov_flow_answer){.format = PROV_CF_NONE};
    prov_result r = serve_rule(&serve);
    if (r != PROV_OK) {
        prov_wipe(room.data, room.len);
        answer_failure(r, ret);
        ret->format = PROV_CF_NONE;
        ret->body = PROV_BYTES_NONE;
    }
    return r;
}
