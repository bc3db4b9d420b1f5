/* SPDX-License-Identifier: Apache-2.0
 *
 * Serving: who may ask for what; PSKs and raw public keys; confirm, now.
 */
#include "serve_fixture.h"

#include <string.h>

#include "prov/cbor.h"

static struct prov_flow_peer peer_made(struct fixture *f, enum prov_kind kind, enum prov_use use)
{
    struct prov_uuid id = make_credential(f, kind, use);
    return fixture_peer(f, &id);
}

static void expect(struct fixture *f, const struct prov_flow_peer *peer, enum prov_enroll_op op,
                   struct prov_bytes body, uint8_t code)
{
    struct prov_flow_request request = serve_request(f, peer, op, body);
    serve_refused(f, &request, code);
}

/* A pending PSK, as the device has it before its confirm. */
static struct prov_flow_peer pending_made(struct fixture *f)
{
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct served served;
    uint8_t room[17];
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room), &served);
    assert_int_equal(served.result, PROV_OK);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    return fixture_peer(f, &made.uuid);
}

static prov_result visit_pending(void *context, const struct prov_credential *credential)
{
    *(struct prov_uuid *)context = credential->uuid;
    return PROV_OK;
}

static struct prov_flow_peer pending_at(struct fixture *f, const struct prov_fqdn *server)
{
    struct prov_uuid id = {{0}};
    struct prov_credential_filter filter = {
        .device = &f->device, .server = server, .state = PROV_STATE_PENDING, .servers = -1};
    assert_int_equal(prov_registry_credential_list(f->registry, &filter, visit_pending, &id, NULL),
                     PROV_OK);
    return fixture_peer(f, &id);
}

/* --- negative --- */

static void row28_bootstrap_opens_no_operational_resource(void **state)
{
    struct fixture *f = *state;
    static const enum prov_enroll_op closed[] = {PROV_ENROLL_NOW, PROV_ENROLL_CONFIRM,
                                                 PROV_ENROLL_EST_SREN};
    for (int kind = PROV_KIND_PSK; kind <= PROV_KIND_CERT; kind++) {
        struct prov_flow_peer peer = peer_made(f, (enum prov_kind)kind, PROV_USE_BOOTSTRAP);
        for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
            expect(f, &peer, closed[i], PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    }
}

static void row28_operational_certificate_does_not_enroll_anew(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    expect(f, &peer, PROV_ENROLL_EST_SEN, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CERT, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
}

static void est_without_a_certificate_is_refused(void **state)
{
    struct fixture *f = *state;
    static const enum prov_enroll_op est[] = {PROV_ENROLL_EST_CRTS, PROV_ENROLL_EST_SEN,
                                              PROV_ENROLL_EST_SREN};
    for (int kind = PROV_KIND_PSK; kind <= PROV_KIND_RPK; kind++) {
        struct prov_flow_peer peer = peer_made(f, (enum prov_kind)kind, PROV_USE_BOOTSTRAP);
        for (size_t i = 0; i < sizeof(est) / sizeof(est[0]); i++)
            expect(f, &peer, est[i], PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    }
}

static void h35_pending_opens_confirm_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = pending_made(f);
    uint8_t room[17];
    struct prov_bytes id = psk_request_id(2, room);
    expect(f, &peer, PROV_ENROLL_PSK, id, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_RPK, id, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CERT, id, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CRTS, id, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_NOW, id, PROV_COAP_FORBIDDEN);
}

static void h35_confirm_on_a_resumed_session_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = pending_made(f);
    peer.resumed = true;
    expect(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    peer.resumed = false;
    struct served served;
    serve_op(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, &served);
    assert_int_equal(served.answer.code, PROV_COAP_CHANGED);
    peer.resumed = true; /* repeated later: it says what is so */
    serve_op(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, &served);
    assert_int_equal(served.answer.code, PROV_COAP_CHANGED);
}

static void row11_no_psk_without_forward_secrecy(void **state)
{
    struct fixture *f = *state;
    uint8_t room[17];
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_flow_request request =
        serve_request(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room));
    request.forward_secret = false;
    serve_refused(f, &request, PROV_COAP_FORBIDDEN);
}

static void a_request_id_of_another_length_or_type_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    uint8_t room[18];
    struct prov_bytes id = psk_request_id(1, room);
    expect(f, &peer, PROV_ENROLL_PSK, PROV_BYTES_NONE, PROV_COAP_BAD_REQUEST);
    expect(f, &peer, PROV_ENROLL_PSK, PROV_BYTES(id.data, 16), PROV_COAP_BAD_REQUEST);
    room[17] = 0;
    expect(f, &peer, PROV_ENROLL_PSK, PROV_BYTES(id.data, 18), PROV_COAP_BAD_REQUEST);
    room[0] = 0x4f;
    expect(f, &peer, PROV_ENROLL_PSK, PROV_BYTES(id.data, 16), PROV_COAP_BAD_REQUEST);
    room[0] = 0x70;
    expect(f, &peer, PROV_ENROLL_PSK, PROV_BYTES(id.data, 17), PROV_COAP_BAD_REQUEST);
}

static void revoked_and_retired_open_nothing(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    assert_int_equal(prov_registry_credential_revoke(f->registry, peer.credential, "test", NULL),
                     PROV_OK);
    expect(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CRTS, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
}

static void h40_successor_of_a_revoked_credential_is_not_confirmed(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = pending_made(f);
    struct prov_credential bootstrap = fixture_only(f, PROV_USE_BOOTSTRAP, PROV_STATE_ACTIVE);
    assert_int_equal(prov_registry_credential_revoke(f->registry, bootstrap.id, "stolen", NULL),
                     PROV_OK);
    expect(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    assert_int_equal(fixture_get(f, &peer.uuid).state, PROV_STATE_REVOKED);
    assert_int_equal(prov_flow_still_good(&f->flow, &peer), PROV_E_REVOKED);
}

static void h40_successor_of_a_retired_device_is_not_confirmed(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = pending_made(f);
    assert_int_equal(prov_registry_device_retire(f->registry, &peer.device, NULL), PROV_OK);
    expect(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    assert_int_equal(fixture_get(f, &peer.uuid).state, PROV_STATE_RETIRED);
}

static void a_registered_key_opens_nothing_before_its_handshake(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN], room[17];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    struct prov_flow_peer peer = fixture_peer(f, &id);
    expect(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room), PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CRTS, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    device_key_drop(f, &key);
}

static void enrolled_device_needs_an_approval(void **state)
{
    struct fixture *f = *state;
    uint8_t room[17];
    struct prov_uuid bootstrap = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_flow_peer peer = fixture_peer(f, &bootstrap);
    (void)enroll_psk(f, &bootstrap, 1);
    expect(f, &peer, PROV_ENROLL_PSK, psk_request_id(2, room), PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_RPK, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);
    expect(f, &peer, PROV_ENROLL_CERT, PROV_BYTES_NONE, PROV_COAP_FORBIDDEN);

    assert_int_equal(prov_registry_device_set(f->registry, &f->device, NULL, NULL, 1, NULL),
                     PROV_OK);
    (void)enroll_psk(f, &bootstrap, 3); /* the approval lets it, and is used up by the confirm */
    expect(f, &peer, PROV_ENROLL_PSK, psk_request_id(4, room), PROV_COAP_FORBIDDEN);
}

/* One approval, two servers: candidates asked for at both while it stood, one confirm. */
static void one_approval_is_one_enrollment_over_all_servers(void **state)
{
    struct fixture *f = *state;
    uint8_t room[17];
    struct served served;
    struct prov_flow_peer bootstrap[2], pending[2];
    struct prov_uuid id, first = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_fqdn *const servers[2] = {&f->server, &f->other_server};
    bootstrap[0] = fixture_peer(f, &first);
    (void)enroll_psk(f, &first, 1);
    assert_int_equal(
        prov_flow_psk_issue(&f->flow, &f->device, &f->other_server, PROV_USE_OPERATIONAL, &id),
        PROV_OK);
    assert_int_equal(
        prov_flow_psk_issue(&f->flow, &f->device, &f->other_server, PROV_USE_BOOTSTRAP, &id),
        PROV_OK);
    bootstrap[1] = fixture_peer(f, &id);

    assert_int_equal(prov_registry_device_set(f->registry, &f->device, NULL, NULL, 1, NULL),
                     PROV_OK);
    for (uint8_t i = 0; i < 2; i++) {
        struct prov_flow_request request = serve_request(f, &bootstrap[i], PROV_ENROLL_PSK,
                                                         psk_request_id((uint8_t)(2 + i), room));
        request.server = servers[i];
        serve(f, &request, &served);
        assert_int_equal(served.result, PROV_OK);
        pending[i] = pending_at(f, servers[i]);
    }
    for (uint8_t i = 0; i < 2; i++) {
        struct prov_flow_request request =
            serve_request(f, &pending[i], PROV_ENROLL_CONFIRM, PROV_BYTES_NONE);
        request.server = servers[i];
        if (i == 0) {
            serve(f, &request, &served);
            assert_int_equal(served.result, PROV_OK);
            serve(f, &request, &served); /* the answer was lost: the same again */
            assert_int_equal(served.result, PROV_OK);
        } else {
            serve_refused(f, &request, PROV_COAP_FORBIDDEN);
        }
    }
}

static void a_device_asks_for_so_many_successors_in_a_day(void **state)
{
    struct fixture *f = *state;
    uint8_t room[17];
    struct served served;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    for (uint8_t i = 0; i < PROV_FLOW_SUCCESSORS_PER_DAY; i++) {
        serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(i, room), &served);
        assert_int_equal(served.result, PROV_OK);
    }
    expect(f, &peer, PROV_ENROLL_PSK, psk_request_id(0xff, room), PROV_COAP_FORBIDDEN);
    /* The one that is pending is given again, and the day after there is a new one. */
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(PROV_FLOW_SUCCESSORS_PER_DAY - 1, room),
             &served);
    assert_int_equal(served.result, PROV_OK);
    f->now_ms += INT64_C(86400) * 1000;
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(0xff, room), &served);
    assert_int_equal(served.result, PROV_OK);
}

static void a_key_that_was_revoked_does_not_come_back(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct served served;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    serve_op(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), &served);
    assert_int_equal(served.result, PROV_OK);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_int_equal(prov_registry_credential_revoke(f->registry, made.id, "stolen", NULL),
                     PROV_OK);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_FORBIDDEN);
    device_key_drop(f, &key);
}

static void another_servers_credential_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    struct prov_flow_request request = serve_request(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE);
    request.server = &f->other_server;
    serve_refused(f, &request, PROV_COAP_FORBIDDEN);
}

static void unknown_operation_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    struct prov_flow_request request = serve_request(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE);
    request.op = (enum prov_enroll_op)99;
    serve_refused(f, &request, PROV_COAP_NOT_FOUND);
}

static void no_room_for_the_answer_is_an_internal_error(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    struct prov_flow_request request = serve_request(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE);
    struct prov_flow_answer answer;
    uint8_t small[1];
    assert_int_equal(prov_flow_serve(&f->flow, &request, prov_buf_make(small, 1), &answer),
                     PROV_E_OVERFLOW);
    assert_int_equal(answer.code, PROV_COAP_INTERNAL);
    assert_int_equal(answer.body.len, 0);
}

/* --- negative: raw public keys --- */

static void h36_rpk_without_channel_binding_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    struct prov_flow_request request =
        serve_request(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body));
    request.has_binding = false;
    serve_refused(f, &request, PROV_COAP_FORBIDDEN);
    device_key_drop(f, &key);
}

static void h36_rpk_of_another_session_device_or_signer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key, other;
    uint8_t octets[512], session[PROV_DTLS_TLS_UNIQUE_LEN] = {0xa2};
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    device_key_make(f, &other);

    struct prov_buf body = PROV_BUF_OF(octets);
    device_sign1(f, &key, key.point, &f->device, session, &body);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_BAD_REQUEST);

    body = PROV_BUF_OF(octets);
    device_sign1(f, &key, key.point, &f->other_device, serve_tls_unique, &body);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_BAD_REQUEST);

    body = PROV_BUF_OF(octets);
    device_sign1(f, &other, key.point, &f->device, serve_tls_unique, &body);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_BAD_REQUEST);
    device_key_drop(f, &key);
    device_key_drop(f, &other);
}

static void row59_rpk_of_another_owner_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t octets[512], spki[PROV_SPKI_LEN];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->other_device, &f->server,
                                            PROV_USE_BOOTSTRAP, PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_FORBIDDEN);
    device_key_drop(f, &key);
}

static void rpk_that_is_in_use_already_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t octets[512], spki[PROV_SPKI_LEN];
    struct prov_buf body = PROV_BUF_OF(octets);
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    struct prov_flow_peer peer = fixture_peer(f, &id);
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_FORBIDDEN);
    device_key_drop(f, &key);
}

static void rpk_body_that_is_cut_or_longer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    for (size_t len = 0; len < body.len; len++)
        expect(f, &peer, PROV_ENROLL_RPK, PROV_BYTES(octets, len), PROV_COAP_BAD_REQUEST);
    octets[body.len] = 0;
    expect(f, &peer, PROV_ENROLL_RPK, PROV_BYTES(octets, body.len + 1), PROV_COAP_BAD_REQUEST);
    device_key_drop(f, &key);
}

/* Whoever sends it has a key that is no secret any more. */
static void rpk_that_comes_with_its_private_half_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_secret scalar = {0};
    uint8_t octets[512], room[192], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    uint8_t binding[PROV_ENROLL_BINDING_LEN];
    struct prov_buf body = PROV_BUF_OF(octets), payload = PROV_BUF_OF(room);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    device_key_make(f, &key);
    assert_int_equal(prov_crypto_key_save(f->crypto, &key.key, &scalar), PROV_OK);
    assert_int_equal(prov_cose_private_encode(key.point, prov_secret_bytes(&scalar), &payload),
                     PROV_OK);
    prov_secret_wipe(&scalar);
    prov_enroll_binding(&f->device, serve_tls_unique, binding);
    assert_int_equal(prov_cose_sign1_digest(f->crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                                            prov_buf_bytes(&payload), digest),
                     PROV_OK);
    assert_int_equal(prov_crypto_sign(f->crypto, &key.key, digest, signature), PROV_OK);
    assert_int_equal(
        prov_cose_sign1_finish(PROV_CF_COSE_KEY, prov_buf_bytes(&payload), signature, &body),
        PROV_OK);
    expect(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), PROV_COAP_BAD_REQUEST);
    device_key_drop(f, &key);
}

/* --- positive --- */

static void now_tells_operational_credentials_the_time(void **state)
{
    struct fixture *f = *state;
    struct served served;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    serve_op(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE, &served);
    struct prov_reader reader = prov_reader_make(served.answer.body);
    assert_int_equal(served.answer.code, PROV_COAP_CONTENT);
    assert_int_equal(prov_cbor_get_uint(&reader), FIXTURE_START);
    assert_int_equal(prov_reader_end(&reader), PROV_OK);
}

static struct prov_cose_key take_psk(const struct served *served)
{
    struct prov_cose_key key;
    struct prov_reader reader = prov_reader_make(served->answer.body);
    assert_int_equal(served->result, PROV_OK);
    assert_int_equal(served->answer.code, PROV_COAP_CHANGED);
    assert_int_equal(served->answer.format, PROV_CF_COSE_KEY);
    assert_int_equal(prov_cose_key_decode(&reader, &key), PROV_OK);
    return key;
}

static void repeated_psk_request_gives_the_same_key(void **state)
{
    struct fixture *f = *state;
    static struct served one, two, three;
    uint8_t room[17];
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room), &one);
    struct fixture_counts before = fixture_count(f);
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room), &two);
    fixture_assert_unchanged(f, before);
    struct prov_cose_key a = take_psk(&one), b = take_psk(&two);
    assert_true(prov_bytes_equal(a.kid, b.kid) && prov_bytes_equal(a.k, b.k));
    assert_true(a.k.len >= 16);

    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(2, room), &three);
    struct prov_cose_key c = take_psk(&three);
    assert_false(prov_bytes_equal(a.kid, c.kid));
    /* The first candidate is void: exactly one is pending. */
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_true(prov_bytes_equal(prov_psk_identity_bytes(&made.identity), c.kid));
}

static void confirm_makes_active_and_retires_the_old(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid bootstrap = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_uuid first = enroll_psk(f, &bootstrap, 1);
    assert_int_equal(fixture_get(f, &first).state, PROV_STATE_ACTIVE);
    assert_int_equal(fixture_get(f, &bootstrap).state, PROV_STATE_ACTIVE);
    struct prov_uuid second = enroll_psk(f, &first, 2);
    assert_int_equal(fixture_get(f, &first).state, PROV_STATE_RETIRED);
    assert_int_equal(fixture_get(f, &second).state, PROV_STATE_ACTIVE);
}

static void confirm_may_be_repeated(void **state)
{
    struct fixture *f = *state;
    struct served served;
    struct prov_flow_peer peer = pending_made(f);
    for (int i = 0; i < 2; i++) {
        serve_op(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, &served);
        assert_int_equal(served.answer.code, PROV_COAP_CHANGED);
    }
    serve_op(f, &peer, PROV_ENROLL_NOW, PROV_BYTES_NONE, &served); /* the same session goes on */
    assert_int_equal(served.answer.code, PROV_COAP_CONTENT);
}

static void rpk_answer_has_the_servers_current_and_next_key(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct served served;
    struct prov_uuid next;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    uint8_t points[4][PROV_POINT_LEN];
    size_t count = 0;
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    assert_int_equal(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &next), PROV_OK);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    serve_op(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), &served);
    assert_int_equal(served.result, PROV_OK);
    assert_int_equal(served.answer.format, PROV_CF_COSE_KEY_SET);
    assert_int_equal(prov_cose_key_set_decode(served.answer.body, points, 4, &count), PROV_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(points[1], fixture_get(f, &next).point, PROV_POINT_LEN);

    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_memory_equal(made.point, key.point, PROV_POINT_LEN);
    struct fixture_counts before = fixture_count(f);
    serve_op(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), &served); /* the same key again */
    assert_int_equal(served.result, PROV_OK);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
}

static void an_active_psk_may_become_a_raw_key(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct served served;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_flow_peer peer = peer_made(f, PROV_KIND_PSK, PROV_USE_OPERATIONAL);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    serve_op(f, &peer, PROV_ENROLL_RPK, prov_buf_bytes(&body), &served);
    assert_int_equal(served.result, PROV_OK);
    device_key_drop(f, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row28_bootstrap_opens_no_operational_resource,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row28_operational_certificate_does_not_enroll_anew,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(est_without_a_certificate_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h35_confirm_on_a_resumed_session_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h35_pending_opens_confirm_and_nothing_else, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row11_no_psk_without_forward_secrecy, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_request_id_of_another_length_or_type_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(revoked_and_retired_open_nothing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h40_successor_of_a_revoked_credential_is_not_confirmed,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(h40_successor_of_a_retired_device_is_not_confirmed,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_registered_key_opens_nothing_before_its_handshake,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(enrolled_device_needs_an_approval, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(one_approval_is_one_enrollment_over_all_servers,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_device_asks_for_so_many_successors_in_a_day,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_key_that_was_revoked_does_not_come_back, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(another_servers_credential_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(unknown_operation_is_not_found, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(no_room_for_the_answer_is_an_internal_error, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h36_rpk_without_channel_binding_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h36_rpk_of_another_session_device_or_signer_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row59_rpk_of_another_owner_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(rpk_that_is_in_use_already_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(rpk_that_comes_with_its_private_half_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(rpk_body_that_is_cut_or_longer_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(now_tells_operational_credentials_the_time, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(repeated_psk_request_gives_the_same_key, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(confirm_makes_active_and_retires_the_old, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(confirm_may_be_repeated, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(rpk_answer_has_the_servers_current_and_next_key,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(an_active_psk_may_become_a_raw_key, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
