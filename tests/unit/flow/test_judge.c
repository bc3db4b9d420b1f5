/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is at the other end: verdicts on identities, keys and chains.
 */
#include "serve_fixture.h"

#include <string.h>

static prov_result judge_rpk(struct fixture *f, const struct prov_fqdn *server,
                             const uint8_t point[PROV_POINT_LEN], struct prov_flow_peer *ret)
{
    uint8_t spki[PROV_SPKI_LEN];
    prov_spki_encode(point, spki);
    prov_why_clear(&f->why);
    return prov_flow_rpk_judge(&f->flow, server, PROV_BYTES_OF(spki), ret);
}

/* Chain of a credential as a peer shows it: end entity and issuing CA. */
static prov_result judge_chain(struct fixture *f, const struct prov_fqdn *server,
                               const struct prov_credential *credential, struct prov_flow_peer *ret)
{
    size_t first = 4u + ((size_t)credential->chain[2] << 8 | credential->chain[3]);
    struct prov_bytes chain[2] = {
        PROV_BYTES(credential->chain, first),
        PROV_BYTES(credential->chain + first, credential->chain_len - first)};
    prov_why_clear(&f->why);
    return prov_flow_chain_judge(&f->flow, server, chain, 2, ret);
}

static bool known(struct fixture *f, const struct prov_fqdn *server, struct prov_bytes identity,
                  size_t *ret_len)
{
    struct prov_flow_peer peer;
    struct prov_secret psk = {0};
    bool ret = true;
    assert_int_equal(prov_flow_psk_find(&f->flow, server, identity, &psk, &peer, &ret), PROV_OK);
    *ret_len = psk.len;
    prov_secret_wipe(&psk);
    return ret;
}

/* --- negative --- */

static void h29_unknown_revoked_and_foreign_identities_get_a_dummy(void **state)
{
    struct fixture *f = *state;
    size_t len = 0;
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_credential credential = fixture_get(f, &id);
    struct prov_bytes identity = prov_psk_identity_bytes(&credential.identity);
    assert_false(known(f, &f->server, prov_bytes_text("nobody"), &len));
    assert_int_equal(len, 16);
    assert_false(known(f, &f->other_server, identity, &len)); /* H37: by (server, identity) */
    assert_false(known(f, &f->server, PROV_BYTES(identity.data, 15), &len));
    assert_true(known(f, &f->server, identity, &len));
    assert_int_equal(prov_registry_credential_revoke(f->registry, credential.id, "test", NULL),
                     PROV_OK);
    assert_false(known(f, &f->server, identity, &len));
    assert_int_equal(len, 16);
}

static void unknown_raw_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_flow_peer peer;
    device_key_make(f, &key);
    assert_int_not_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_OK);
    device_key_drop(f, &key);
}

static void h37_the_servers_own_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_identity identity;
    struct prov_flow_peer peer;
    assert_int_equal(prov_flow_identity_load(&f->flow, &f->server, &identity), PROV_OK);
    assert_int_not_equal(
        prov_flow_rpk_judge(&f->flow, &f->server, PROV_BYTES_OF(identity.spki), &peer), PROV_OK);
    assert_int_not_equal(
        prov_flow_chain_judge(&f->flow, &f->server, identity.chain, identity.chain_len, &peer),
        PROV_OK);
    prov_flow_identity_wipe(&identity);
}

static void row60_credentials_of_another_server_are_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid rpk = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    struct prov_uuid cert = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_credential key = fixture_get(f, &rpk), chain = fixture_get(f, &cert);
    assert_int_not_equal(judge_rpk(f, &f->other_server, key.point, &peer), PROV_OK);
    assert_int_equal(judge_chain(f, &f->other_server, &chain, &peer), PROV_E_FORBIDDEN);
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_OK);
    assert_int_equal(judge_chain(f, &f->server, &chain, &peer), PROV_OK);
}

static void h40_revoked_credentials_are_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid rpk = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    struct prov_uuid cert = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_credential key = fixture_get(f, &rpk), chain = fixture_get(f, &cert);
    struct prov_flow_peer live = fixture_peer(f, &rpk);
    assert_int_equal(prov_flow_still_good(&f->flow, &live), PROV_OK);
    assert_int_equal(prov_registry_credential_revoke(f->registry, key.id, "test", NULL), PROV_OK);
    assert_int_equal(prov_registry_credential_revoke(f->registry, chain.id, "test", NULL), PROV_OK);
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_E_REVOKED);
    assert_int_equal(judge_chain(f, &f->server, &chain, &peer), PROV_E_REVOKED);
    assert_int_equal(prov_flow_still_good(&f->flow, &live), PROV_E_REVOKED);
}

static void retired_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid rpk = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    struct prov_credential key = fixture_get(f, &rpk);
    assert_int_equal(prov_registry_device_retire(f->registry, &f->device, NULL), PROV_OK);
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_E_REVOKED);
}

static void expired_certificate_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    struct prov_credential chain = fixture_get(f, &id);
    f->now_ms = (chain.not_after - 1) * 1000;
    assert_int_equal(judge_chain(f, &f->server, &chain, &peer), PROV_OK);
    f->now_ms = (chain.not_after + 1) * 1000;
    assert_int_equal(judge_chain(f, &f->server, &chain, &peer), PROV_E_TIME);
    assert_int_equal(prov_flow_still_good(&f->flow, &peer), PROV_E_TIME);
}

static void certificate_of_another_factory_is_refused(void **state)
{
    struct fixture *f = *state;
    void *other_state = NULL;
    struct prov_flow_peer peer;
    assert_int_equal(fixture_setup(&other_state), 0);
    struct prov_uuid id = make_credential(other_state, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_credential chain = fixture_get(other_state, &id);
    assert_int_not_equal(judge_chain(f, &f->server, &chain, &peer), PROV_OK);
    assert_int_equal(fixture_teardown(&other_state), 0);
}

static void h35_a_handshake_alone_promotes_no_successor(void **state)
{
    struct fixture *f = *state;
    struct served served;
    uint8_t room[17];
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_flow_peer by = fixture_peer(f, &id);
    serve_op(f, &by, PROV_ENROLL_PSK, psk_request_id(1, room), &served);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    struct prov_flow_peer peer = fixture_peer(f, &made.uuid);
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK);
    assert_int_equal(peer.state, PROV_STATE_PENDING);
    assert_int_equal(fixture_get(f, &made.uuid).state, PROV_STATE_PENDING);
}

/* An abbreviated handshake shows nothing of the credential. */
static void h35_a_resumed_session_promotes_nothing(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_flow_peer peer;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_OK);
    peer.resumed = true;
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK);
    assert_int_equal(peer.state, PROV_STATE_PENDING);
    assert_int_equal(fixture_get(f, &id).state, PROV_STATE_PENDING);
    device_key_drop(f, &key);
}

static prov_result judge_resumed(struct fixture *f, const struct prov_fqdn *server,
                                 int64_t credential, struct prov_flow_peer *ret)
{
    prov_why_clear(&f->why);
    return prov_flow_resume_judge(&f->flow, server, credential, ret);
}

/* The credential as it is now decides (H40); one that is not confirmed is not resumed (H35). */
static void h40_session_of_an_ended_or_pending_credential_is_not_resumed(void **state)
{
    struct fixture *f = *state;
    struct served served;
    uint8_t room[17];
    struct prov_flow_peer peer = {.credential = 1234};
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_flow_peer by = fixture_peer(f, &id);
    assert_int_equal(judge_resumed(f, &f->server, 0, &peer), PROV_E_NOT_FOUND);
    assert_int_equal(judge_resumed(f, &f->server, 999999, &peer), PROV_E_NOT_FOUND);
    assert_int_equal(judge_resumed(f, &f->other_server, by.credential, &peer), PROV_E_FORBIDDEN);
    serve_op(f, &by, PROV_ENROLL_PSK, psk_request_id(1, room), &served);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_int_equal(judge_resumed(f, &f->server, made.id, &peer), PROV_E_FORBIDDEN);
    assert_int_equal(peer.credential, 1234);
    assert_int_equal(judge_resumed(f, &f->server, by.credential, &peer), PROV_OK);
    assert_int_equal(peer.credential, by.credential);
    assert_true(peer.resumed);
    assert_int_equal(peer.state, PROV_STATE_ACTIVE);
    assert_int_equal(prov_registry_credential_revoke(f->registry, by.credential, "test", NULL),
                     PROV_OK);
    assert_int_equal(judge_resumed(f, &f->server, by.credential, &peer), PROV_E_REVOKED);
}

static void row45_session_of_a_rotated_credential_is_not_resumed(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid bootstrap = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_uuid first = enroll_psk(f, &bootstrap, 1);
    assert_int_equal(judge_resumed(f, &f->server, fixture_get(f, &first).id, &peer), PROV_OK);
    (void)enroll_psk(f, &first, 2);
    assert_int_equal(judge_resumed(f, &f->server, fixture_get(f, &first).id, &peer),
                     PROV_E_REVOKED);
}

/* A raw key that was submitted is `registered` as one from a factory is, and still waits. */
static void h35_a_handshake_alone_promotes_no_submitted_key(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct served served;
    uint8_t octets[512];
    struct prov_buf body = PROV_BUF_OF(octets);
    struct prov_uuid id = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    struct prov_flow_peer by = fixture_peer(f, &id);
    device_key_make(f, &key);
    device_sign1(f, &key, key.point, &f->device, serve_tls_unique, &body);
    serve_op(f, &by, PROV_ENROLL_RPK, prov_buf_bytes(&body), &served);
    assert_int_equal(served.result, PROV_OK);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_true(made.registered);
    struct prov_flow_peer peer;
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_OK);
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK);
    assert_int_equal(peer.state, PROV_STATE_PENDING);
    assert_int_equal(fixture_get(f, &made.uuid).state, PROV_STATE_PENDING);
    device_key_drop(f, &key);
}

static void put_long(struct prov_buf *buf, uint8_t tag, size_t len)
{
    prov_put_u8(buf, tag);
    prov_put_u8(buf, 0x82);
    prov_put_u16(buf, (uint16_t)len);
}

/* The certificate with another key in it, signed by the issuing CA: issuer and serial are a known one's. */
static void twin_make(struct fixture *f, const struct prov_x509 *cert, const uint8_t *point,
                      struct prov_buf *ret)
{
    static const uint8_t algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                        0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    struct prov_ca ca;
    struct prov_secret scalar = {0};
    struct prov_key key = {0};
    uint8_t tbs[PROV_CERT_MAX], digest[PROV_HASH_LEN], raw[PROV_SIGNATURE_LEN], der[80];
    struct prov_buf signature = PROV_BUF_OF(der);
    struct prov_bytes part = PROV_BYTES(tbs, cert->tbs.len);
    memcpy(tbs, cert->tbs.data, cert->tbs.len);
    memcpy(tbs + (cert->point.data - cert->tbs.data), point, PROV_POINT_LEN);
    assert_int_equal(prov_registry_ca_get(f->registry, PROV_CA_ISSUING, &ca, &scalar, NULL),
                     PROV_OK);
    assert_int_equal(prov_crypto_key_load(f->crypto, prov_secret_bytes(&scalar), &key), PROV_OK);
    assert_int_equal(prov_crypto_sha256(f->crypto, &part, 1, digest), PROV_OK);
    assert_int_equal(prov_crypto_sign(f->crypto, &key, digest, raw), PROV_OK);
    prov_crypto_key_drop(f->crypto, &key);
    prov_secret_wipe(&scalar);
    prov_ecdsa_encode(raw, &signature);
    put_long(ret, 0x30, cert->tbs.len + sizeof(algorithm) + 3 + signature.len);
    prov_put_bytes(ret, part);
    prov_put(ret, algorithm, sizeof(algorithm));
    prov_put_u8(ret, 0x03);
    prov_put_u8(ret, (uint8_t)(signature.len + 1));
    prov_put_u8(ret, 0);
    prov_put_bytes(ret, prov_buf_bytes(&signature));
    assert_int_equal(prov_buf_result(ret), PROV_OK);
}

static void row33_a_second_certificate_of_the_same_serial_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct device_key key;
    struct prov_x509 cert;
    uint8_t room[PROV_CERT_MAX];
    struct prov_buf twin = PROV_BUF_OF(room);
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_credential known_one = fixture_get(f, &id);
    size_t first = 4u + ((size_t)known_one.chain[2] << 8 | known_one.chain[3]);
    assert_int_equal(prov_x509_parse(PROV_BYTES(known_one.chain, first), &cert), PROV_OK);
    device_key_make(f, &key);
    twin_make(f, &cert, key.point, &twin);
    struct prov_bytes chain[2] = {prov_buf_bytes(&twin),
                                  PROV_BYTES(known_one.chain + first, known_one.chain_len - first)};
    assert_int_equal(prov_flow_chain_judge(&f->flow, &f->server, chain, 2, &peer), PROV_E_NAME);
    chain[0] = PROV_BYTES(known_one.chain, first);
    assert_int_equal(prov_flow_chain_judge(&f->flow, &f->server, chain, 2, &peer), PROV_OK);
    device_key_drop(f, &key);
}

/* --- positive --- */

static void a_registered_key_becomes_active_by_its_handshake(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_flow_peer peer;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    assert_int_equal(judge_rpk(f, &f->server, key.point, &peer), PROV_OK);
    assert_int_equal(peer.state, PROV_STATE_PENDING);
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK);
    assert_int_equal(peer.state, PROV_STATE_ACTIVE);
    assert_int_equal(fixture_get(f, &id).state, PROV_STATE_ACTIVE);
    assert_int_equal(prov_flow_connected(&f->flow, &peer), PROV_OK); /* again: nothing to do */
    device_key_drop(f, &key);
}

static void row12_identities_are_compared_octet_by_octet(void **state)
{
    struct fixture *f = *state;
    static const uint8_t with_nul[4] = {'a', 0, 'b', 0xcc};
    static const uint8_t psk[16] = {0x80, 1, 2, 3};
    struct prov_uuid id;
    size_t len = 0;
    assert_int_equal(prov_flow_psk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(with_nul), PROV_BYTES_OF(psk), &id),
                     PROV_OK);
    assert_true(known(f, &f->server, PROV_BYTES_OF(with_nul), &len));
    assert_false(known(f, &f->server, PROV_BYTES(with_nul, 1), &len));
    assert_false(known(f, &f->server, PROV_BYTES((const uint8_t *)"A\0b\xcc", 4), &len));
}

static void a_chain_names_its_device(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_peer peer;
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    struct prov_credential chain = fixture_get(f, &id);
    assert_int_equal(judge_chain(f, &f->server, &chain, &peer), PROV_OK);
    assert_true(prov_eui64_equal(&peer.device, &f->device));
    assert_int_equal(peer.use, PROV_USE_BOOTSTRAP);
    assert_int_equal(peer.credential, chain.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h29_unknown_revoked_and_foreign_identities_get_a_dummy,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(unknown_raw_key_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h37_the_servers_own_key_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row60_credentials_of_another_server_are_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(h40_revoked_credentials_are_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(retired_device_is_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(expired_certificate_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(certificate_of_another_factory_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h35_a_handshake_alone_promotes_no_successor, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h35_a_resumed_session_promotes_nothing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(
            h40_session_of_an_ended_or_pending_credential_is_not_resumed, fixture_setup,
            fixture_teardown),
        cmocka_unit_test_setup_teardown(row45_session_of_a_rotated_credential_is_not_resumed,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(h35_a_handshake_alone_promotes_no_submitted_key,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row33_a_second_certificate_of_the_same_serial_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_registered_key_becomes_active_by_its_handshake,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_identities_are_compared_octet_by_octet, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_chain_names_its_device, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
