/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles: what is not exported, and what is in those that are.
 */
#include "serve_fixture.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "prov/text.h"

struct exported {
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf buf;
    struct prov_bundle bundle;
    const char *prefix; /* of the certificates' URLs, or NULL */
};

static prov_result export(struct fixture *f, const struct prov_uuid *id, struct exported *ret)
{
    struct prov_credential credential = fixture_get(f, id);
    ret->buf = PROV_BUF_OF(ret->octets);
    prov_why_clear(&f->why);
    return prov_flow_bundle_export(&f->flow, &credential, ret->prefix, &ret->buf);
}

static void export_ok(struct fixture *f, const struct prov_uuid *id, struct exported *ret)
{
    assert_int_equal(export(f, id, ret), PROV_OK);
    assert_int_equal(prov_bundle_decode(prov_buf_bytes(&ret->buf), f->crypto, &ret->bundle, NULL),
                     PROV_OK);
    assert_true(prov_eui64_equal(&ret->bundle.device, &f->device));
    assert_true(prov_fqdn_equal(&ret->bundle.server, &f->server));
    assert_string_equal(ret->bundle.address, "127.0.0.1:5684");
}

/* --- negative --- */

static void retired_and_revoked_are_not_exported(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid revoked = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    assert_int_equal(
        prov_registry_credential_revoke(f->registry, fixture_get(f, &revoked).id, "test", NULL),
        PROV_OK);
    assert_int_equal(export(f, &revoked, &out), PROV_E_CONFLICT);
    struct prov_uuid retired = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    assert_int_equal(prov_registry_device_retire(f->registry, &f->device, NULL), PROV_OK);
    assert_int_equal(export(f, &retired, &out), PROV_E_CONFLICT);
}

static void a_servers_own_key_is_not_exported(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid id;
    assert_int_equal(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &id), PROV_OK);
    assert_int_equal(export(f, &id, &out), PROV_E_CONFLICT);
}

static void a_successor_on_the_wire_is_not_exported(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct served served;
    uint8_t room[17];
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_flow_peer peer = fixture_peer(f, &id);
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(1, room), &served);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    assert_int_equal(export(f, &made.uuid, &out), PROV_E_CONFLICT);
}

static void an_expired_certificate_is_not_exported(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    f->now_ms += INT64_C(91) * 86400 * 1000;
    assert_int_equal(export(f, &id, &out), PROV_E_TIME);
}

static void row1_no_bundle_without_what_authenticates_the_server(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid id = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    struct prov_credential own;
    /* The server's only key is the first credential that the registry has. */
    assert_int_equal(prov_registry_credential_by_id(f->registry, 1, &own, NULL), PROV_OK);
    assert_true(own.is_server && own.kind == PROV_KIND_RPK);
    assert_int_equal(prov_registry_credential_revoke(f->registry, own.id, "test", NULL), PROV_OK);
    assert_int_equal(export(f, &id, &out), PROV_E_NOT_FOUND);
}

static void row40_other_kinds_and_other_addresses_have_no_urls(void **state)
{
    static const char *const bad[] = {"",
                                      "certs.example.com/",
                                      "ftp://certs.example.com/",
                                      "http://",
                                      "http:///c/",
                                      "http://a b/",
                                      "http://me@host/",
                                      "http://host/c#",
                                      "http://host/\xc3\xbc/"};
    struct fixture *f = *state;
    struct exported out = {.prefix = "http://certs.example.com/"};
    char longest[PROV_URL_MAX + 1];
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    assert_int_equal(export(f, &id, &out), PROV_E_CONFLICT);
    id = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
    assert_int_equal(export(f, &id, &out), PROV_E_CONFLICT);
    id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        out.prefix = bad[i];
        assert_int_equal(export(f, &id, &out), PROV_E_ADDRESS);
        assert_int_equal(out.buf.len, 0);
    }
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "http://h/", 9);
    longest[PROV_URL_MAX - 19] = '\0';
    out.prefix = longest;
    assert_int_equal(export(f, &id, &out), PROV_E_ADDRESS);
    longest[PROV_URL_MAX - 20] = '\0';
    export_ok(f, &id, &out);
    assert_int_equal(out.bundle.urls[0].url.len, PROV_URL_MAX);
}

/* --- positive --- */

static void row40_cert_bundle_has_a_url_and_a_hash_for_each_certificate(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = "https://certs.example.com:8443/c/"};
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    export_ok(f, &id, &out);
    assert_int_equal(out.bundle.chain_len, 2);
    assert_int_equal(out.bundle.url_count, 2);
    for (size_t i = 0; i < 2; i++) {
        uint8_t sha1[PROV_SHA1_LEN];
        char name[17], expected[PROV_URL_MAX];
        SHA1(out.bundle.chain[i].data, out.bundle.chain[i].len, sha1);
        assert_memory_equal(out.bundle.urls[i].sha1, sha1, PROV_SHA1_LEN);
        prov_hex_format(PROV_BYTES(sha1, 8), name);
        snprintf(expected, sizeof(expected), "%s%s.cer", out.prefix, name);
        assert_true(prov_bytes_equal(out.bundle.urls[i].url, prov_bytes_text(expected)));
    }
}

static void psk_bundle_has_identity_and_key(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid id = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP);
    struct prov_credential credential = fixture_get(f, &id);
    struct prov_secret psk = {0};
    export_ok(f, &id, &out);
    assert_int_equal(prov_registry_secret_get(f->registry, credential.id, &psk, NULL), PROV_OK);
    assert_true(prov_bytes_equal(out.bundle.psk, prov_secret_bytes(&psk)));
    assert_true(
        prov_bytes_equal(out.bundle.psk_identity, prov_psk_identity_bytes(&credential.identity)));
    prov_secret_wipe(&psk);
}

static void rpk_bundle_pins_current_and_next_server_key(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_uuid id = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP), next;
    assert_int_equal(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &next), PROV_OK);
    export_ok(f, &id, &out);
    assert_int_equal(out.bundle.scalar.len, PROV_SCALAR_LEN);
    assert_int_equal(out.bundle.peer_count, 2);
    assert_memory_equal(out.bundle.peers[1], fixture_get(f, &next).point, PROV_POINT_LEN);
}

static void bundle_of_a_registered_key_has_no_private_half(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_OK);
    export_ok(f, &id, &out);
    assert_int_equal(out.bundle.scalar.len, 0);
    assert_memory_equal(out.bundle.point, key.point, PROV_POINT_LEN);
    device_key_drop(f, &key);
}

static void cert_bundle_has_the_chain_without_root_and_the_anchor(void **state)
{
    struct fixture *f = *state;
    struct exported out = {.prefix = NULL};
    struct prov_ca root;
    struct prov_x509 leaf;
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    export_ok(f, &id, &out);
    assert_int_equal(out.bundle.chain_len, 2);
    assert_int_equal(out.bundle.anchor_count, 1);
    assert_int_equal(prov_registry_ca_get(f->registry, PROV_CA_ROOT, &root, NULL, NULL), PROV_OK);
    assert_true(prov_bytes_equal(out.bundle.anchors[0], PROV_BYTES(root.cert, root.cert_len)));
    assert_int_equal(prov_x509_parse(out.bundle.chain[0], &leaf), PROV_OK);
    assert_memory_equal(leaf.point.data, fixture_get(f, &id).point, PROV_POINT_LEN);
}

static void exporting_twice_gives_the_same_octets(void **state)
{
    struct fixture *f = *state;
    static struct exported one, two;
    struct prov_uuid id = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    export_ok(f, &id, &one);
    f->now_ms += 5000;
    export_ok(f, &id, &two);
    assert_true(prov_bytes_equal(prov_buf_bytes(&one.buf), prov_buf_bytes(&two.buf)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(retired_and_revoked_are_not_exported, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_servers_own_key_is_not_exported, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_successor_on_the_wire_is_not_exported, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(an_expired_certificate_is_not_exported, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row1_no_bundle_without_what_authenticates_the_server,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row40_other_kinds_and_other_addresses_have_no_urls,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row40_cert_bundle_has_a_url_and_a_hash_for_each_certificate,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(psk_bundle_has_identity_and_key, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(rpk_bundle_pins_current_and_next_server_key, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(bundle_of_a_registered_key_has_no_private_half,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(cert_bundle_has_the_chain_without_root_and_the_anchor,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(exporting_twice_gives_the_same_octets, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
