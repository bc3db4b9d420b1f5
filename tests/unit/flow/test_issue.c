/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing and registering: what is refused, then what is made.
 */
#include "fixture.h"

#include <string.h>

#define ISSUE(call) assert_int_equal((call), PROV_OK)

static prov_result register_psk(struct fixture *f, struct prov_bytes identity,
                                struct prov_bytes psk)
{
    struct prov_uuid id;
    struct fixture_counts before = fixture_count(f);
    prov_result r = prov_flow_psk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                           identity, psk, &id);
    if (r != PROV_OK)
        fixture_assert_unchanged(f, before);
    return r;
}

static const uint8_t good_identity[16] = {0x9a, 0, 0xff, 3,  4,  5,  6,  7,
                                          8,    9, 10,   11, 12, 13, 14, 15};
static const uint8_t good_psk[64] = {0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xee};

/* --- negative --- */

static void row12_identity_of_0_or_129_octets_is_refused(void **state)
{
    uint8_t octets[129];
    memset(octets, 0x91, sizeof(octets));
    octets[3] = 7;
    struct prov_bytes psk = PROV_BYTES(good_psk, 16);
    assert_int_equal(register_psk(*state, PROV_BYTES_NONE, psk), PROV_E_BOUNDS);
    assert_int_equal(register_psk(*state, PROV_BYTES(octets, 129), psk), PROV_E_BOUNDS);
    assert_int_equal(register_psk(*state, PROV_BYTES(octets, 128), psk), PROV_OK);
}

static void row12_psk_of_15_or_65_octets_is_refused(void **state)
{
    uint8_t octets[65] = {0x91, 2, 3};
    struct prov_bytes identity = PROV_BYTES_OF(good_identity);
    assert_int_equal(register_psk(*state, identity, PROV_BYTES(octets, 15)), PROV_E_BOUNDS);
    assert_int_equal(register_psk(*state, identity, PROV_BYTES(octets, 65)), PROV_E_BOUNDS);
    assert_int_equal(register_psk(*state, identity, PROV_BYTES(octets, 64)), PROV_OK);
}

static void row12_identity_with_the_device_id_is_refused(void **state)
{
    static const char *const texts[] = {"00-12-4B-00-14-D5-2A-7F", "x00:12:4b:00:14:d5:2a:7f",
                                        "00124b0014d52a7f", "id=00124B0014D52A7F."};
    static const uint8_t raw[10] = {1, 0x00, 0x12, 0x4b, 0x00, 0x14, 0xd5, 0x2a, 0x7f, 2};
    struct prov_bytes psk = PROV_BYTES(good_psk, 16);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(register_psk(*state, prov_bytes_text(texts[i]), psk), PROV_E_POLICY);
    assert_int_equal(register_psk(*state, PROV_BYTES_OF(raw), psk), PROV_E_POLICY);
    assert_int_equal(register_psk(*state, PROV_BYTES(raw, 8), psk), PROV_OK);
}

static void row12_password_or_derived_psk_is_refused(void **state)
{
    struct prov_bytes identity = PROV_BYTES_OF(good_identity);
    uint8_t zeros[16] = {0};
    uint8_t derived[16] = {0x00, 0x12, 0x4b, 0x00, 0x14, 0xd5, 0x2a, 0x7f, 0xff, 1, 2, 3};
    assert_int_equal(register_psk(*state, identity, prov_bytes_text("correct horse battery")),
                     PROV_E_POLICY);
    assert_int_equal(register_psk(*state, identity, PROV_BYTES_OF(zeros)), PROV_E_POLICY);
    assert_int_equal(register_psk(*state, identity, PROV_BYTES_OF(derived)), PROV_E_POLICY);
}

static void row60_same_psk_for_two_servers_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    assert_int_equal(register_psk(f, PROV_BYTES_OF(good_identity), PROV_BYTES(good_psk, 16)),
                     PROV_OK);
    struct fixture_counts before = fixture_count(f);
    prov_result r =
        prov_flow_psk_register(&f->flow, &f->device, &f->other_server, PROV_USE_BOOTSTRAP,
                               PROV_BYTES(good_identity, 9), PROV_BYTES(good_psk, 16), &id);
    assert_int_equal(prov_result_exit(r), 4);
    fixture_assert_unchanged(f, before);
}

static void row12_identity_of_another_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    assert_int_equal(register_psk(f, PROV_BYTES_OF(good_identity), PROV_BYTES(good_psk, 16)),
                     PROV_OK);
    struct fixture_counts before = fixture_count(f);
    prov_result r =
        prov_flow_psk_register(&f->flow, &f->other_device, &f->server, PROV_USE_BOOTSTRAP,
                               PROV_BYTES_OF(good_identity), PROV_BYTES(good_psk, 32), &id);
    assert_int_equal(prov_result_exit(r), 4);
    fixture_assert_unchanged(f, before);
}

static void row5_key_of_another_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN], octets[PROV_CSR_MAX];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    ISSUE(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                 PROV_BYTES_OF(spki), &id));
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->other_device, &f->server,
                                            PROV_USE_BOOTSTRAP, PROV_BYTES_OF(spki), &id),
                     PROV_E_KEY_OWNED);
    prov_why_clear(&f->why);

    struct prov_buf csr = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &f->other_device, .point = key.point};
    device_csr(f, &key, &plan, &csr);
    struct prov_flow_cert request = {.device = &f->other_device,
                                     .server = &f->server,
                                     .use = PROV_USE_BOOTSTRAP,
                                     .csr = prov_buf_bytes(&csr)};
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_KEY_OWNED);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
}

static void row59_key_of_the_server_is_refused_for_a_device(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_identity identity;
    struct prov_uuid id;
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &identity));
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(identity.spki), &id),
                     PROV_E_KEY_OWNED);
    fixture_assert_unchanged(f, before);
    prov_flow_identity_wipe(&identity);
}

static void row19_compressed_and_off_curve_keys_are_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    struct fixture_counts before = fixture_count(f);
    spki[26] = 0x02;
    assert_int_not_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server,
                                                PROV_USE_BOOTSTRAP, PROV_BYTES_OF(spki), &id),
                         PROV_OK);
    prov_why_clear(&f->why);
    spki[26] = 0x04;
    spki[90] ^= 1;
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_E_POINT);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
}

static void row30_operational_without_expiry_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    struct prov_flow_cert request = {
        .device = &f->device, .server = &f->server, .use = PROV_USE_OPERATIONAL, .no_expiry = true};
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_POLICY);
    prov_why_clear(&f->why);
    request.device = NULL;
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_POLICY);
    fixture_assert_unchanged(f, before);
}

static void row25_csr_for_another_eui64_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf csr = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &f->other_device};
    device_key_make(f, &key);
    plan.point = key.point;
    device_csr(f, &key, &plan, &csr);
    struct prov_flow_cert request = {.device = &f->device,
                                     .server = &f->server,
                                     .use = PROV_USE_BOOTSTRAP,
                                     .csr = prov_buf_bytes(&csr)};
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_NAME);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
}

static void csr_with_a_bad_signature_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key, signer;
    struct prov_uuid id;
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf csr = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &f->device};
    device_key_make(f, &key);
    device_key_make(f, &signer);
    plan.point = key.point;
    device_csr(f, &signer, &plan, &csr); /* not the key that it names */
    struct prov_flow_cert request = {.device = &f->device,
                                     .server = &f->server,
                                     .use = PROV_USE_BOOTSTRAP,
                                     .csr = prov_buf_bytes(&csr)};
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_SIGNATURE);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
    device_key_drop(f, &signer);
}

static void csr_for_a_server_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    static const uint8_t some[4] = {0x30, 2, 5, 0};
    struct prov_flow_cert request = {.server = &f->server, .csr = PROV_BYTES_OF(some)};
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_POLICY);
    fixture_assert_unchanged(f, before);
}

static void unknown_device_or_server_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    struct prov_eui64 stranger = fixture_eui64("00-12-4B-00-00-00-00-01");
    struct prov_fqdn nowhere = fixture_fqdn("nowhere.example.com");
    struct prov_flow_cert request = {.device = &f->device, .server = &nowhere, .use = 1};
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_psk_issue(&f->flow, &stranger, &f->server, PROV_USE_BOOTSTRAP, &id),
                     PROV_E_NOT_FOUND);
    prov_why_clear(&f->why);
    assert_int_equal(prov_flow_rpk_issue(&f->flow, &f->device, &nowhere, PROV_USE_BOOTSTRAP, &id),
                     PROV_E_NOT_FOUND);
    prov_why_clear(&f->why);
    assert_int_equal(prov_flow_rpk_issue(&f->flow, NULL, &nowhere, 0, &id), PROV_E_NOT_FOUND);
    prov_why_clear(&f->why);
    assert_int_equal(prov_flow_cert_issue(&f->flow, &request, &id), PROV_E_NOT_FOUND);
    fixture_assert_unchanged(f, before);
}

static void second_bootstrap_of_a_kind_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    ISSUE(prov_flow_psk_issue(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP, &id));
    struct fixture_counts before = fixture_count(f);
    prov_result r = prov_flow_psk_issue(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP, &id);
    assert_int_equal(prov_result_exit(r), 4);
    fixture_assert_unchanged(f, before);
}

static void registered_key_beside_an_active_one_is_refused(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    ISSUE(prov_flow_psk_issue(&f->flow, &f->device, &f->server, PROV_USE_OPERATIONAL, &id));
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_OPERATIONAL,
                                            PROV_BYTES_OF(spki), &id),
                     PROV_E_CONFLICT);
    fixture_assert_unchanged(f, before);
    device_key_drop(f, &key);
}

static void third_key_of_a_server_is_refused(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    ISSUE(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &id));
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &id), PROV_E_CONFLICT);
    fixture_assert_unchanged(f, before);
}

static void label_of_129_octets_is_refused(void **state)
{
    struct fixture *f = *state;
    char label[130];
    struct prov_eui64 eui64 = fixture_eui64("00-12-4B-00-00-00-00-02");
    memset(label, 'x', 129);
    label[129] = '\0';
    struct fixture_counts before = fixture_count(f);
    assert_int_equal(prov_flow_device_add(&f->flow, &eui64, false, label, ""), PROV_E_BOUNDS);
    fixture_assert_unchanged(f, before);
}

static void second_ca_init_makes_no_second_root(void **state)
{
    struct fixture *f = *state;
    struct prov_ca before, after;
    ISSUE(prov_registry_ca_get(f->registry, PROV_CA_ROOT, &before, NULL, NULL));
    ISSUE(prov_flow_ca_init(&f->flow));
    ISSUE(prov_registry_ca_get(f->registry, PROV_CA_ROOT, &after, NULL, NULL));
    assert_int_equal(before.id, after.id);
}

/* --- positive --- */

static void row12_issued_psk_is_random_and_long_enough(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid one, two;
    struct prov_secret psk = {0};
    ISSUE(prov_flow_psk_issue(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP, &one));
    ISSUE(prov_flow_psk_issue(&f->flow, &f->other_device, &f->server, PROV_USE_BOOTSTRAP, &two));
    struct prov_credential a = fixture_get(f, &one), b = fixture_get(f, &two);
    assert_int_equal(a.identity.len, 16);
    assert_memory_not_equal(a.identity.data, b.identity.data, 16);
    ISSUE(prov_registry_secret_get(f->registry, a.id, &psk, NULL));
    assert_true(psk.len >= 16);
    assert_int_equal(a.state, PROV_STATE_ACTIVE);
    prov_secret_wipe(&psk);
}

static void registered_key_is_pending_and_has_no_secret(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN];
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    ISSUE(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                 PROV_BYTES_OF(spki), &id));
    struct prov_credential credential = fixture_get(f, &id);
    assert_int_equal(credential.state, PROV_STATE_PENDING);
    assert_false(credential.has_secret);
    assert_true(credential.registered);
    device_key_drop(f, &key);
}

static struct prov_x509 first_cert(const struct prov_credential *credential)
{
    /* The leaf: its length stands in its header (30 82 LL LL). */
    struct prov_x509 cert;
    size_t len = 4u + ((size_t)credential->chain[2] << 8 | credential->chain[3]);
    assert_int_equal(credential->chain[1], 0x82);
    ISSUE(prov_x509_parse(PROV_BYTES(credential->chain, len), &cert));
    return cert;
}

static void row30_bootstrap_has_no_expiry_and_operational_90_days(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    struct prov_flow_cert request = {
        .device = &f->device, .server = &f->server, .use = PROV_USE_BOOTSTRAP};
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    assert_int_equal(fixture_get(f, &id).not_after, PROV_TIME_NEVER);
    request.use = PROV_USE_OPERATIONAL;
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    struct prov_credential credential = fixture_get(f, &id);
    struct prov_x509 cert = first_cert(&credential);
    assert_int_equal(cert.not_after, FIXTURE_START + 90 * 86400 - 1);
    assert_int_equal(credential.not_after, cert.not_after);
}

static void row33_serials_are_16_random_octets(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    struct prov_flow_cert request = {
        .device = &f->device, .server = &f->server, .use = PROV_USE_BOOTSTRAP};
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    struct prov_credential one = fixture_get(f, &id);
    request.device = &f->other_device;
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    struct prov_credential two = fixture_get(f, &id);
    struct prov_x509 a = first_cert(&one), b = first_cert(&two);
    assert_true(a.serial.len >= 8 && a.serial.len <= PROV_SERIAL_LEN);
    assert_true((a.serial.data[0] & 0x80) == 0);
    assert_false(prov_bytes_equal(a.serial, b.serial));
}

static void row25_device_certificate_names_the_eui64(void **state)
{
    struct fixture *f = *state;
    struct prov_uuid id;
    struct prov_flow_cert request = {
        .device = &f->device, .server = &f->server, .use = PROV_USE_BOOTSTRAP};
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    struct prov_credential credential = fixture_get(f, &id);
    struct prov_x509 cert = first_cert(&credential);
    assert_true(prov_bytes_equal(cert.common_name, prov_bytes_text("00-12-4B-00-14-D5-2A-7F")));
}

static void row24_server_certificate_has_one_dns_name(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_identity identity;
    struct prov_x509 cert;
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &identity));
    ISSUE(prov_x509_parse(identity.chain[0], &cert));
    assert_int_equal(identity.chain_len, 2); /* the root is never sent */
    assert_int_equal(cert.san_count, 1);
    assert_int_equal(cert.alt_kind, PROV_ALT_DNS);
    assert_true(prov_bytes_equal(cert.alt_name, prov_bytes_text("enroll.example.com")));
    ISSUE(prov_x509_match_server(&cert, &f->server));
    prov_flow_identity_wipe(&identity);
}

static void certificate_of_a_csr_keeps_the_key_on_the_device(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf csr = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &f->device};
    device_key_make(f, &key);
    plan.point = key.point;
    device_csr(f, &key, &plan, &csr);
    struct prov_flow_cert request = {.device = &f->device,
                                     .server = &f->server,
                                     .use = PROV_USE_BOOTSTRAP,
                                     .csr = prov_buf_bytes(&csr)};
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    struct prov_credential credential = fixture_get(f, &id);
    assert_false(credential.has_secret);
    assert_memory_equal(credential.point, key.point, PROV_POINT_LEN);
    device_key_drop(f, &key);
}

static void a_key_may_go_from_rpk_to_certificate(void **state)
{
    struct fixture *f = *state;
    struct device_key key;
    struct prov_uuid id;
    uint8_t spki[PROV_SPKI_LEN], octets[PROV_CSR_MAX];
    struct prov_buf csr = PROV_BUF_OF(octets);
    struct prov_csr_plan plan = {.eui64 = &f->device};
    device_key_make(f, &key);
    prov_spki_encode(key.point, spki);
    plan.point = key.point;
    device_csr(f, &key, &plan, &csr);
    ISSUE(prov_flow_rpk_register(&f->flow, &f->device, &f->server, PROV_USE_BOOTSTRAP,
                                 PROV_BYTES_OF(spki), &id));
    struct prov_flow_cert request = {.device = &f->device,
                                     .server = &f->server,
                                     .use = PROV_USE_BOOTSTRAP,
                                     .csr = prov_buf_bytes(&csr)};
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    device_key_drop(f, &key);
}

struct oldest {
    int64_t id;
};

static prov_result visit_oldest(void *context, const struct prov_credential *credential)
{
    struct oldest *oldest = context;
    if (oldest->id == 0 || credential->id < oldest->id)
        oldest->id = credential->id;
    return PROV_OK;
}

static void a_servers_next_key_is_announced_and_shown_when_the_first_is_revoked(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_identity before, with_next, after;
    struct prov_uuid next;
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &before));
    ISSUE(prov_flow_rpk_issue(&f->flow, NULL, &f->server, 0, &next));
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &with_next));
    assert_memory_equal(before.spki, with_next.spki, PROV_SPKI_LEN);

    struct prov_credential_filter filter = {
        .server = &f->server, .kind = PROV_KIND_RPK, .state = PROV_STATE_ACTIVE, .servers = 1};
    struct oldest oldest = {0};
    ISSUE(prov_registry_credential_list(f->registry, &filter, visit_oldest, &oldest, NULL));
    ISSUE(prov_registry_credential_revoke(f->registry, oldest.id, "rotation", NULL));
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &after));
    uint8_t spki[PROV_SPKI_LEN];
    prov_spki_encode(fixture_get(f, &next).point, spki);
    assert_memory_equal(after.spki, spki, PROV_SPKI_LEN);
    prov_flow_identity_wipe(&before);
    prov_flow_identity_wipe(&with_next);
    prov_flow_identity_wipe(&after);
}

static void a_servers_newest_certificate_is_shown(void **state)
{
    struct fixture *f = *state;
    struct prov_flow_identity before, after;
    struct prov_uuid id;
    struct prov_flow_cert request = {.server = &f->server, .days = 30};
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &before));
    ISSUE(prov_flow_cert_issue(&f->flow, &request, &id));
    ISSUE(prov_flow_identity_load(&f->flow, &f->server, &after));
    assert_false(prov_bytes_equal(before.chain[0], after.chain[0]));
    assert_false(prov_bytes_equal(prov_secret_bytes(&after.rpk_scalar),
                                  prov_secret_bytes(&after.cert_scalar)));
    prov_flow_identity_wipe(&before);
    prov_flow_identity_wipe(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row12_identity_of_0_or_129_octets_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_psk_of_15_or_65_octets_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_identity_with_the_device_id_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_password_or_derived_psk_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row60_same_psk_for_two_servers_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_identity_of_another_device_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row5_key_of_another_device_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row59_key_of_the_server_is_refused_for_a_device,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row19_compressed_and_off_curve_keys_are_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row30_operational_without_expiry_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_csr_for_another_eui64_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(csr_with_a_bad_signature_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(csr_for_a_server_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(unknown_device_or_server_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(second_bootstrap_of_a_kind_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(registered_key_beside_an_active_one_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(third_key_of_a_server_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(label_of_129_octets_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(second_ca_init_makes_no_second_root, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row12_issued_psk_is_random_and_long_enough, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(registered_key_is_pending_and_has_no_secret, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row30_bootstrap_has_no_expiry_and_operational_90_days,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row33_serials_are_16_random_octets, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row25_device_certificate_names_the_eui64, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(row24_server_certificate_has_one_dns_name, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(certificate_of_a_csr_keeps_the_key_on_the_device,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_key_may_go_from_rpk_to_certificate, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(
            a_servers_next_key_is_announced_and_shown_when_the_first_is_revoked, fixture_setup,
            fixture_teardown),
        cmocka_unit_test_setup_teardown(a_servers_newest_certificate_is_shown, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
