/* SPDX-License-Identifier: Apache-2.0
 *
 * Successors that are keys: a raw public key that the device made, a PSK that is made here.
 */
#include <string.h>

#include "internal.h"
#include "prov/cbor.h"

static prov_result successor_begin(const struct flow_serve *serve, enum prov_kind kind,
                                   struct prov_credential_new *ret)
{
    *ret = (struct prov_credential_new){.kind = kind,
                                        .use = PROV_USE_OPERATIONAL,
                                        .state = PROV_STATE_PENDING,
                                        .device = serve->by.device,
                                        .server = serve->by.server,
                                        .not_after = PROV_TIME_NEVER};
    return flow_uuid_make(serve->flow, &ret->uuid);
}

/* --- raw public key: COSE_Sign1 by the new key over the device and the session (H36) --- */

static prov_result take_public(struct flow_serve *serve, struct prov_bytes payload,
                               struct prov_cose_key *ret)
{
    struct prov_reader reader = prov_reader_make(payload);
    prov_result r = prov_cose_key_decode(&reader, ret);
    if (r != PROV_OK)
        return r;
    if (!prov_reader_done(&reader))
        return PROV_E_TRAILING;
    if (ret->d.len != 0)
        return flow_refuse(serve, PROV_E_POLICY, PROV_COAP_BAD_REQUEST,
                           "a private key: it should have stayed on the device");
    if (ret->kty != PROV_COSE_EC2 || !ret->has_public)
        return PROV_E_FORMAT;
    return prov_crypto_point_check(serve->flow->crypto, PROV_BYTES_OF(ret->point));
}

static prov_result take_proof(struct flow_serve *serve, struct prov_cose_key *ret)
{
    const struct prov_flow_request *request = serve->request;
    if (!request->has_binding)
        return flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN,
                           "no channel binding without extended master secret");
    struct prov_cose_sign1 sign1;
    prov_result r = prov_cose_sign1_decode(request->body, &sign1);
    if (r == PROV_OK && sign1.content_type != PROV_CF_COSE_KEY)
        r = PROV_E_FORMAT;
    if (r == PROV_OK)
        r = take_public(serve, sign1.payload, ret);
    if (r != PROV_OK)
        return r;
    uint8_t binding[PROV_ENROLL_BINDING_LEN];
    prov_enroll_binding(&serve->by.device, request->tls_unique, binding);
    return prov_cose_sign1_verify(serve->flow->crypto, &sign1, PROV_BYTES_OF(binding), ret->point);
}

/* A successor has a new key: what a raw key stands for must have one answer. */
static prov_result check_unused(struct flow_serve *serve, const uint8_t point[PROV_POINT_LEN])
{
    struct prov_credential found;
    prov_result r =
        prov_registry_rpk_find(serve->flow->registry, &serve->by.server, point, &found, NULL);
    if (r == PROV_E_NOT_FOUND)
        return PROV_OK;
    if (r == PROV_OK && found.state == PROV_STATE_ACTIVE)
        r = flow_refuse(serve, PROV_E_FORBIDDEN, PROV_COAP_FORBIDDEN, "the key is in use already");
    return r;
}

static prov_result rpk_successor(struct flow_serve *serve, const uint8_t point[PROV_POINT_LEN],
                                 const uint8_t digest[32])
{
    struct prov_credential_new credential;
    struct prov_credential made;
    bool again = false;
    prov_result r = check_unused(serve, point);
    if (r == PROV_OK)
        r = flow_check_new(serve, point);
    if (r == PROV_OK)
        r = successor_begin(serve, PROV_KIND_RPK, &credential);
    if (r != PROV_OK)
        return r;
    credential.point = point;
    credential.registered = true;
    return prov_registry_successor_add(serve->flow->registry, serve->by.id, digest, &credential,
                                       &made, &again, serve->flow->why);
}

static prov_result answer_keys(struct flow_serve *serve)
{
    struct flow_server_keys keys;
    prov_result r = flow_server_keys_load(serve->flow, &serve->by.server, &keys);
    if (r == PROV_OK)
        r = prov_cose_key_set_encode((const uint8_t(*)[PROV_POINT_LEN])keys.points, keys.count,
                                     serve->room);
    return r == PROV_OK ? flow_accept(serve, PROV_COAP_CHANGED, PROV_CF_COSE_KEY_SET) : r;
}

prov_result flow_serve_rpk(struct flow_serve *serve)
{
    struct prov_cose_key key;
    uint8_t digest[32];
    struct prov_credential found;
    prov_result r = take_proof(serve, &key);
    if (r == PROV_OK)
        r = flow_request_digest(serve, PROV_BYTES_OF(key.point), digest);
    if (r != PROV_OK)
        return r;
    r = prov_registry_successor_get(serve->flow->registry, serve->by.id, digest, &found, NULL);
    if (r == PROV_E_NOT_FOUND)
        r = rpk_successor(serve, key.point, digest);
    return r == PROV_OK ? answer_keys(serve) : r;
}

/* --- PSK: made here, delivered only where an old secret would not reveal it --- */

static prov_result take_request_id(struct flow_serve *serve, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(serve->request->body);
    prov_cbor_get_bstr(&reader, 0, SIZE_MAX, ret);
    prov_result r = prov_reader_end(&reader);
    if (r == PROV_OK && ret->len != PROV_ENROLL_REQUEST_ID_LEN)
        r = flow_refuse(serve, PROV_E_BOUNDS, PROV_COAP_BAD_REQUEST, "a request id has 16 octets");
    return r;
}

static prov_result psk_successor(struct flow_serve *serve, const uint8_t digest[32],
                                 struct prov_credential *ret)
{
    struct prov_credential_new credential;
    struct prov_psk_identity identity;
    struct prov_secret psk = {0};
    bool again = false;
    prov_result r = flow_check_new(serve, NULL);
    if (r == PROV_OK)
        r = successor_begin(serve, PROV_KIND_PSK, &credential);
    if (r == PROV_OK)
        r = flow_psk_make(serve->flow, &identity, &psk);
    if (r == PROV_OK) {
        credential.identity = prov_psk_identity_bytes(&identity);
        credential.secret = &psk;
        r = prov_registry_successor_add(serve->flow->registry, serve->by.id, digest, &credential,
                                        ret, &again, serve->flow->why);
    }
    prov_secret_wipe(&psk);
    return r;
}

static prov_result answer_psk(struct flow_serve *serve, const struct prov_credential *made)
{
    struct prov_secret psk = {0};
    prov_result r =
        prov_registry_secret_get(serve->flow->registry, made->id, &psk, serve->flow->why);
    if (r == PROV_OK)
        r = prov_cose_psk_encode(prov_psk_identity_bytes(&made->identity), prov_secret_bytes(&psk),
                                 serve->room);
    prov_secret_wipe(&psk);
    return r == PROV_OK ? flow_accept(serve, PROV_COAP_CHANGED, PROV_CF_COSE_KEY) : r;
}

prov_result flow_serve_psk(struct flow_serve *serve)
{
    struct prov_registry *registry = serve->flow->registry;
    struct prov_bytes id;
    struct prov_credential made;
    uint8_t digest[32];
    if (!serve->request->forward_secret) /* row 11 */
        return flow_refuse(serve, PROV_E_NO_FORWARD_SECRECY, PROV_COAP_FORBIDDEN,
                           "no PSK without forward secrecy: another suite, a full handshake");
    prov_result r = take_request_id(serve, &id);
    if (r == PROV_OK)
        r = flow_request_digest(serve, id, digest);
    if (r != PROV_OK)
        return r;
    r = prov_registry_successor_get(registry, serve->by.id, digest, &made, NULL);
    if (r == PROV_E_NOT_FOUND)
        r = psk_successor(serve, digest, &made);
    return r == PROV_OK ? answer_psk(serve, &made) : r;
}
