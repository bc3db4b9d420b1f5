/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials: what the database keeps unique, prefixes, lists, look-ups, states.
 */
#include <stdio.h>

#include "support.h"

#define A "a.example.com"
#define B "b.example.com"

static int setup(void **state)
{
    (void)box_setup(state);
    for (uint8_t i = 1; i <= 3; i++)
        add_device(*state, i);
    add_server(*state, A);
    add_server(*state, B);
    return 0;
}

/* Refused, in these words, and nothing changed. */
static void refused(struct box *box, const struct prov_credential_new *credential,
                    prov_result expected, const char *words)
{
    uint64_t before = digest(box);
    prov_result result = prov_registry_credential_add(box->registry, credential, &box->why);
    assert_why(box, result, expected, words);
    assert_true(digest(box) == before);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void row12_identity_out_of_bounds_is_refused(void **state)
{
    struct box *box = *state;
    uint8_t octets[129] = {1};
    struct prov_credential_new psk = new_psk(1, A, 1);
    psk.identity = PROV_BYTES(octets, 0);
    refused(box, &psk, PROV_E_BOUNDS, "identity");
    psk.identity = PROV_BYTES(octets, 129);
    refused(box, &psk, PROV_E_BOUNDS, "identity");
}

static void row12_psk_out_of_bounds_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_secret key = {.len = 15};
    struct prov_credential_new psk = new_psk(1, A, 1);
    psk.secret = &key;
    refused(box, &psk, PROV_E_BOUNDS, "16 to 64");
    key.len = 0;
    refused(box, &psk, PROV_E_BOUNDS, "16 to 64");
}

static void same_identity_twice_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_psk(1, A, 1);
    struct prov_credential_new second = new_psk(2, A, 2);
    (void)add(box, &first);
    second.identity = first.identity;
    refused(box, &second, PROV_E_EXISTS, "PSK identity for 00-1B-C5-00-00-00-00-02 is in use");
    second.server = fqdn(B);
    refused(box, &second, PROV_E_EXISTS, "PSK identity");
}

static void row60_same_psk_for_two_servers_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_psk(1, A, 1);
    struct prov_credential_new second = new_psk(1, B, 2);
    (void)add(box, &first);
    second.secret = first.secret;
    refused(box, &second, PROV_E_KEY_OWNED, "no PSK serves twice");
    second = new_psk(2, A, 2);
    second.secret = first.secret;
    refused(box, &second, PROV_E_KEY_OWNED, "no PSK serves twice");
}

static void row60_a_psk_that_has_ended_is_not_used_again(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_psk(1, A, 1);
    int64_t id = add(box, &first).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "lost", &box->why));
    struct prov_credential_new second = new_psk(1, B, 2);
    second.secret = first.secret;
    refused(box, &second, PROV_E_KEY_OWNED, "no PSK serves twice");
}

static void row5_key_of_another_device_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_rpk(1, A, 1);
    struct prov_credential_new second = new_rpk(2, A, 2);
    struct prov_credential_new cert = new_cert(2, B, 3);
    (void)add(box, &first);
    second.point = first.point;
    cert.point = first.point;
    refused(box, &second, PROV_E_KEY_OWNED,
            "the key belongs to device 00-1B-C5-00-00-00-00-01 already");
    refused(box, &cert, PROV_E_KEY_OWNED,
            "the key belongs to device 00-1B-C5-00-00-00-00-01 already");
}

static void row59_key_stays_owned_after_its_credential_ended(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_rpk(1, A, 1);
    struct prov_credential_new second = new_rpk(2, A, 2);
    int64_t id = add(box, &first).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "cloned", &box->why));
    second.point = first.point;
    refused(box, &second, PROV_E_KEY_OWNED, "belongs to device");
}

static void row5_key_of_a_server_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_rpk(0, A, 1);
    struct prov_credential_new second = new_rpk(1, B, 2);
    first.is_server = true;
    (void)add(box, &first);
    second.point = first.point;
    refused(box, &second, PROV_E_KEY_OWNED, "the key belongs to server a.example.com already");
    second.is_server = true;
    refused(box, &second, PROV_E_KEY_OWNED, "the key belongs to server a.example.com already");
}

static void row33_same_issuer_and_serial_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_cert(1, A, 1);
    struct prov_credential_new second = new_cert(2, A, 2);
    (void)add(box, &first);
    second.serial = first.serial;
    refused(box, &second, PROV_E_EXISTS, "issuer and serial");
    second.issuer = prov_bytes_text("another issuer");
    (void)add(box, &second);
}

static void second_active_operational_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_psk(1, A, 1);
    struct prov_credential_new second = new_rpk(1, A, 2);
    first.use = second.use = PROV_USE_OPERATIONAL;
    (void)add(box, &first);
    refused(box, &second, PROV_E_CONFLICT, "has an operational credential for this server already");
    second.state = PROV_STATE_PENDING;
    (void)add(box, &second);
    struct prov_credential_new third = new_cert(1, A, 3);
    third.use = PROV_USE_OPERATIONAL;
    third.state = PROV_STATE_PENDING;
    refused(box, &third, PROV_E_CONFLICT, "has an operational credential");
    third.server = fqdn(B);
    (void)add(box, &third);
}

static void second_bootstrap_of_a_kind_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new first = new_psk(1, A, 1);
    struct prov_credential_new second = new_psk(1, A, 2);
    (void)add(box, &first);
    refused(box, &second, PROV_E_CONFLICT, "has a bootstrap credential of this kind");
    struct prov_credential_new rpk = new_rpk(1, A, 3);
    struct prov_credential_new cert = new_cert(1, A, 4);
    struct prov_credential_new elsewhere = new_psk(1, B, 5);
    (void)add(box, &rpk);
    (void)add(box, &cert);
    (void)add(box, &elsewhere);
    int64_t id = get(box, 1).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "lost", &box->why));
    (void)add(box, &second);
}

static void incomplete_credentials_are_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    struct prov_credential_new rpk = new_rpk(1, A, 2);
    struct prov_credential_new cert = new_cert(1, A, 3);
    psk.secret = NULL;
    refused(box, &psk, PROV_E_USAGE, "PSK");
    psk = new_psk(1, A, 1);
    psk.is_server = true;
    refused(box, &psk, PROV_E_USAGE, "PSK");
    rpk.point = NULL;
    refused(box, &rpk, PROV_E_USAGE, "public key");
    rpk = new_rpk(1, A, 2);
    rpk.chain = prov_bytes_text("chain");
    refused(box, &rpk, PROV_E_USAGE, "chain");
    cert.serial = PROV_BYTES_NONE;
    refused(box, &cert, PROV_E_USAGE, "serial");
    cert = new_cert(1, A, 3);
    cert.state = PROV_STATE_RETIRED;
    refused(box, &cert, PROV_E_USAGE, "pending or active");
    cert = new_cert(1, A, 3);
    cert.use = (enum prov_use)0;
    refused(box, &cert, PROV_E_USAGE, "bootstrap or operational");
    cert = new_cert(1, A, 3);
    cert.kind = (enum prov_kind)7;
    refused(box, &cert, PROV_E_USAGE, "a credential is");
    static const uint8_t long_chain[PROV_CHAIN_MAX + 1];
    cert = new_cert(1, A, 3);
    cert.chain = PROV_BYTES_OF(long_chain);
    refused(box, &cert, PROV_E_BOUNDS, "longer than 4096");
}

static void unknown_device_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(77, A, 1);
    refused(box, &psk, PROV_E_NOT_FOUND, "no device 00-1B-C5-00-00-00-00-4D");
}

static void bad_prefixes_are_refused(void **state)
{
    struct box *box = *state;
    static const char *const bad[] = {"",
                                      "0",
                                      "001",
                                      "00g0",
                                      "0000-0",
                                      "000000001",
                                      "00000000-",
                                      "000000000000",
                                      "00000000-0000-7000-8000-0000000000000"};
    struct prov_credential credential;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        prov_result result =
            prov_registry_credential_get(box->registry, bad[i], &credential, &box->why);
        if (strcmp(bad[i], "00000000-") == 0) /* fine as text, fits nothing */
            assert_why(box, result, PROV_E_NOT_FOUND, "no credential");
        else
            assert_why(box, result, PROV_E_TEXT, "is not an id");
    }
}

static void ambiguous_prefix_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential credential;
    struct prov_credential_new one = new_psk(1, A, 0x11);
    struct prov_credential_new two = new_rpk(1, A, 0x12);
    one.uuid.octets[0] = two.uuid.octets[0] = 0xab;
    one.uuid.octets[1] = two.uuid.octets[1] = 0xcd;
    one.uuid.octets[2] = 0x10;
    two.uuid.octets[2] = 0x18;
    assert_done(box, prov_registry_credential_add(box->registry, &one, &box->why));
    assert_done(box, prov_registry_credential_add(box->registry, &two, &box->why));
    assert_why(box, prov_registry_credential_get(box->registry, "abcd1", &credential, &box->why),
               PROV_E_AMBIGUOUS, "several credentials begin with abcd1");
    assert_done(box, prov_registry_credential_get(box->registry, "ABCD18", &credential, &box->why));
    assert_int_equal(credential.kind, PROV_KIND_RPK);
    assert_why(box, prov_registry_credential_get(box->registry, "abcd2", &credential, &box->why),
               PROV_E_NOT_FOUND, "no credential abcd2");
}

static void revoking_twice_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    int64_t id = add(box, &psk).id;
    assert_why(box, prov_registry_credential_revoke(box->registry, id, "", &box->why), PROV_E_USAGE,
               "needs a reason");
    assert_why(box, prov_registry_credential_revoke(box->registry, id, "a\tb", &box->why),
               PROV_E_TEXT, "reason");
    assert_why(box, prov_registry_credential_revoke(box->registry, 99, "x", &box->why),
               PROV_E_NOT_FOUND, "no credential");
    assert_why(box, prov_registry_credential_revoke(box->registry, 0, "x", &box->why),
               PROV_E_NOT_FOUND, "no credential");
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "stolen", &box->why));
    uint64_t before = digest(box);
    assert_why(box, prov_registry_credential_revoke(box->registry, id, "again", &box->why),
               PROV_E_CONFLICT, "is revoked");
    assert_why(box, prov_registry_credential_activate(box->registry, id, &box->why),
               PROV_E_CONFLICT, "is revoked");
    assert_why(box, prov_registry_confirm(box->registry, id, &box->why), PROV_E_CONFLICT,
               "is revoked");
    assert_true(digest(box) == before);
}

/* --- done ------------------------------------------------------------------------------------- */

static void everything_comes_back(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    struct prov_credential_new rpk = new_rpk(1, A, 2);
    struct prov_credential_new cert = new_cert(1, A, 3);
    rpk.secret = NULL;
    rpk.registered = true;
    rpk.state = PROV_STATE_PENDING;
    cert.not_after = TEST_NOW + 5;
    struct prov_credential one = add(box, &psk);
    assert_last_event(box, "credential.issue");
    struct prov_credential two = add(box, &rpk);
    assert_last_event(box, "credential.register");
    struct prov_credential three = add(box, &cert);
    assert_int_equal(one.kind, PROV_KIND_PSK);
    assert_int_equal(one.state, PROV_STATE_ACTIVE);
    assert_int_equal(one.created, TEST_NOW);
    assert_int_equal(one.activated, TEST_NOW);
    assert_int_equal(one.not_after, PROV_TIME_NEVER);
    assert_true(prov_bytes_equal(prov_psk_identity_bytes(&one.identity), psk.identity));
    assert_true(one.has_secret && !one.has_key && !one.registered && !one.is_server);
    assert_true(prov_eui64_equal(&one.device, &psk.device));
    assert_int_equal(two.state, PROV_STATE_PENDING);
    assert_int_equal(two.activated, 0);
    assert_true(two.has_key && !two.has_secret && two.registered);
    assert_memory_equal(two.point, rpk.point, PROV_POINT_LEN);
    assert_int_equal(three.not_after, TEST_NOW + 5);
    assert_true(prov_bytes_equal(PROV_BYTES(three.chain, three.chain_len), cert.chain));
    struct prov_secret secret;
    assert_done(box, prov_registry_secret_get(box->registry, one.id, &secret, &box->why));
    assert_true(prov_bytes_equal(prov_secret_bytes(&secret), prov_secret_bytes(secret_of(1))));
    assert_why(box, prov_registry_secret_get(box->registry, two.id, &secret, &box->why),
               PROV_E_NOT_FOUND, "holds no secret");
    assert_why(box, prov_registry_secret_get(box->registry, 0, &secret, &box->why),
               PROV_E_NOT_FOUND, "no credential");
}

static void row5_renewal_with_the_same_key_works(void **state)
{
    struct box *box = *state;
    struct prov_credential_new rpk = new_rpk(1, A, 1);
    struct prov_credential_new cert = new_cert(1, A, 2);
    struct prov_credential_new elsewhere = new_cert(1, B, 3);
    cert.point = elsewhere.point = rpk.point;
    (void)add(box, &rpk);
    (void)add(box, &cert);
    (void)add(box, &elsewhere);
    assert_int_equal(raw_number(box, "SELECT count(*) FROM key"), 1);
}

static void registered_key_becomes_active_and_twice_is_fine(void **state)
{
    struct box *box = *state;
    struct prov_credential_new rpk = new_rpk(1, A, 1);
    rpk.state = PROV_STATE_PENDING;
    int64_t id = add(box, &rpk).id;
    box->now_ms += 7000;
    assert_done(box, prov_registry_credential_activate(box->registry, id, &box->why));
    assert_last_event(box, "credential.activate");
    assert_int_equal(get(box, 1).activated, TEST_NOW + 7);
    uint64_t before = digest(box);
    assert_done(box, prov_registry_credential_activate(box->registry, id, &box->why));
    assert_true(digest(box) == before);
}

static bool enrolled(struct box *box, uint8_t n)
{
    struct prov_device device;
    struct prov_eui64 eui64 = eui(n);
    assert_done(box, prov_registry_device_get(box->registry, &eui64, &device, &box->why));
    return device.enrolled;
}

/* From its first handshake on, a bootstrap credential of the device needs an approval. */
static void registered_operational_key_enrolls_its_device(void **state)
{
    struct box *box = *state;
    struct prov_credential_new factory = new_rpk(1, A, 1), own = new_rpk(1, A, 2);
    factory.state = own.state = PROV_STATE_PENDING;
    own.use = PROV_USE_OPERATIONAL;
    int64_t first = add(box, &factory).id, second = add(box, &own).id;
    assert_done(box, prov_registry_credential_activate(box->registry, first, &box->why));
    assert_false(enrolled(box, 1));
    assert_done(box, prov_registry_credential_activate(box->registry, second, &box->why));
    assert_true(enrolled(box, 1));
    assert_false(enrolled(box, 2));
}

static void revoked_credential_keeps_its_reason_and_loses_its_secret(void **state)
{
    struct box *box = *state;
    struct prov_credential_new psk = new_psk(1, A, 1);
    int64_t id = add(box, &psk).id;
    box->now_ms += 9000;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "stolen", &box->why));
    assert_last_event(box, "credential.revoke");
    struct prov_credential back = get(box, 1);
    assert_int_equal(back.state, PROV_STATE_REVOKED);
    assert_string_equal(back.reason, "stolen");
    assert_int_equal(back.ended, TEST_NOW + 9);
    assert_false(back.has_secret);
}

struct tally {
    int count;
    unsigned kinds;
};

static prov_result tally(void *context, const struct prov_credential *credential)
{
    struct tally *t = context;
    t->count++;
    t->kinds |= 1u << credential->kind;
    return PROV_OK;
}

static int listed(struct box *box, struct prov_credential_filter filter)
{
    struct tally t = {0};
    assert_done(box, prov_registry_credential_list(box->registry, &filter, tally, &t, &box->why));
    return t.count;
}

static void lists_filter(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1), nobody = eui(50);
    struct prov_fqdn a = fqdn(A), b = fqdn(B);
    struct prov_credential_new all[] = {new_psk(1, A, 1), new_rpk(1, A, 2), new_cert(1, B, 3),
                                        new_psk(2, A, 4), new_rpk(0, A, 5), new_cert(0, A, 6)};
    all[1].state = PROV_STATE_PENDING;
    all[4].is_server = all[5].is_server = true;
    for (size_t i = 0; i < 6; i++)
        (void)add(box, &all[i]);
    assert_int_equal(listed(box, (struct prov_credential_filter){0}), 6);
    assert_int_equal(listed(box, (struct prov_credential_filter){.device = &one}), 3);
    assert_int_equal(listed(box, (struct prov_credential_filter){.device = &nobody}), 0);
    assert_int_equal(listed(box, (struct prov_credential_filter){.device = &one, .server = &a}), 2);
    assert_int_equal(listed(box, (struct prov_credential_filter){.server = &a}), 5);
    assert_int_equal(listed(box, (struct prov_credential_filter){.server = &b}), 1);
    assert_int_equal(listed(box, (struct prov_credential_filter){.server = &a, .servers = 1}), 2);
    assert_int_equal(listed(box, (struct prov_credential_filter){.server = &a, .servers = -1}), 3);
    assert_int_equal(listed(box, (struct prov_credential_filter){.servers = 1}), 2);
    assert_int_equal(listed(box, (struct prov_credential_filter){.kind = PROV_KIND_PSK}), 2);
    assert_int_equal(listed(box, (struct prov_credential_filter){.state = PROV_STATE_PENDING}), 1);
    assert_int_equal(
        listed(box,
               (struct prov_credential_filter){.server = &a, .servers = 1, .kind = PROV_KIND_CERT}),
        1);
    struct tally t = {0};
    assert_done(box, prov_registry_credential_list(box->registry, NULL, tally, &t, &box->why));
    assert_int_equal(t.count, 6);
}

struct nested {
    struct box *box;
    int inner;
};

static prov_result nested_inner(void *context, const struct prov_credential *credential)
{
    (void)credential;
    ((struct nested *)context)->inner++;
    return PROV_OK;
}

static prov_result nested_outer(void *context, const struct prov_credential *credential)
{
    struct nested *n = context;
    struct prov_credential same;
    assert_done(n->box, prov_registry_credential_by_id(n->box->registry, credential->id, &same,
                                                       &n->box->why));
    return prov_registry_credential_list(n->box->registry, NULL, nested_inner, n, &n->box->why);
}

static void a_visitor_may_look_up_and_list(void **state)
{
    struct box *box = *state;
    struct prov_credential_new one = new_psk(1, A, 1), two = new_psk(2, A, 2);
    (void)add(box, &one);
    (void)add(box, &two);
    struct nested n = {box, 0};
    assert_done(box,
                prov_registry_credential_list(box->registry, NULL, nested_outer, &n, &box->why));
    assert_int_equal(n.inner, 4);
}

/* --- look-ups --------------------------------------------------------------------------------- */

static void h37_psk_is_found_by_server_and_identity(void **state)
{
    struct box *box = *state;
    struct prov_fqdn a = fqdn(A), b = fqdn(B);
    struct prov_credential_new psk = new_psk(1, A, 1);
    static const uint8_t odd[] = {0x00, 0xff, 0x00, 'a'};
    psk.identity = PROV_BYTES_OF(odd);
    (void)add(box, &psk);
    struct prov_credential found = {0};
    struct prov_secret secret;
    bool known = false;
    assert_done(box, prov_registry_psk_find(box->registry, &a, psk.identity, &found, &secret,
                                            &known, &box->why));
    assert_true(known);
    assert_true(prov_eui64_equal(&found.device, &psk.device));
    assert_true(prov_bytes_equal(prov_secret_bytes(&secret), prov_secret_bytes(secret_of(1))));
    assert_done(box, prov_registry_psk_find(box->registry, &b, psk.identity, &found, &secret,
                                            &known, &box->why));
    assert_false(known);
}

static void row12_identities_are_compared_octet_by_octet(void **state)
{
    struct box *box = *state;
    struct prov_fqdn a = fqdn(A);
    struct prov_credential_new psk = new_psk(1, A, 1);
    static const char *const others[] = {"Caf\xc3\xa9",     "caf\xc3\xa9 ", "cafe\xcc\x81",
                                         "caf\xc3\xa9\x01", "caf",          ""};
    psk.identity = prov_bytes_text("caf\xc3\xa9");
    (void)add(box, &psk);
    struct prov_credential found;
    struct prov_secret secret;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        bool known = true;
        assert_done(box, prov_registry_psk_find(box->registry, &a, prov_bytes_text(others[i]),
                                                &found, &secret, &known, &box->why));
        assert_false(known);
    }
    uint8_t with_nul[6] = {'c', 'a', 'f', 0xc3, 0xa9, 0};
    bool known = true;
    assert_done(box, prov_registry_psk_find(box->registry, &a, PROV_BYTES_OF(with_nul), &found,
                                            &secret, &known, &box->why));
    assert_false(known);
}

static void newest_raw_public_key_at_the_server_is_found(void **state)
{
    struct box *box = *state;
    struct prov_fqdn a = fqdn(A), b = fqdn(B);
    struct prov_credential_new one = new_rpk(1, A, 1), cert = new_cert(1, A, 2),
                               two = new_rpk(1, A, 3);
    cert.point = two.point = one.point;
    two.use = PROV_USE_OPERATIONAL;
    (void)add(box, &one);
    struct prov_credential found;
    assert_done(box, prov_registry_rpk_find(box->registry, &a, one.point, &found, &box->why));
    assert_memory_equal(found.uuid.octets, one.uuid.octets, 16);
    (void)add(box, &cert);
    (void)add(box, &two);
    assert_done(box, prov_registry_rpk_find(box->registry, &a, one.point, &found, &box->why));
    assert_memory_equal(found.uuid.octets, two.uuid.octets, 16);
    assert_why(box, prov_registry_rpk_find(box->registry, &b, one.point, &found, &box->why),
               PROV_E_NOT_FOUND, "no device has this raw public key");
}

static void h37_a_servers_own_key_is_no_device(void **state)
{
    struct box *box = *state;
    struct prov_fqdn a = fqdn(A);
    struct prov_credential_new own = new_rpk(0, A, 1);
    own.is_server = true;
    (void)add(box, &own);
    struct prov_credential found;
    assert_why(box, prov_registry_rpk_find(box->registry, &a, own.point, &found, &box->why),
               PROV_E_NOT_FOUND, "no device");
}

static void certificate_is_found_by_issuer_and_serial(void **state)
{
    struct box *box = *state;
    struct prov_credential_new cert = new_cert(1, A, 1);
    int64_t id = add(box, &cert).id;
    assert_done(box, prov_registry_credential_revoke(box->registry, id, "x", &box->why));
    struct prov_credential found;
    assert_done(
        box, prov_registry_cert_find(box->registry, cert.issuer, cert.serial, &found, &box->why));
    assert_int_equal(found.state, PROV_STATE_REVOKED);
    assert_why(box,
               prov_registry_cert_find(box->registry, cert.serial, cert.issuer, &found, &box->why),
               PROV_E_NOT_FOUND, "no certificate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row12_identity_out_of_bounds_is_refused, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(row12_psk_out_of_bounds_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(same_identity_twice_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(row60_same_psk_for_two_servers_is_refused, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(row60_a_psk_that_has_ended_is_not_used_again, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(row5_key_of_another_device_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(row59_key_stays_owned_after_its_credential_ended, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(row5_key_of_a_server_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(row33_same_issuer_and_serial_is_refused, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(second_active_operational_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(second_bootstrap_of_a_kind_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(incomplete_credentials_are_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(unknown_device_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(bad_prefixes_are_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(ambiguous_prefix_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(revoking_twice_is_refused, setup, box_teardown),
        cmocka_unit_test_setup_teardown(everything_comes_back, setup, box_teardown),
        cmocka_unit_test_setup_teardown(row5_renewal_with_the_same_key_works, setup, box_teardown),
        cmocka_unit_test_setup_teardown(registered_key_becomes_active_and_twice_is_fine, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(registered_operational_key_enrolls_its_device, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(revoked_credential_keeps_its_reason_and_loses_its_secret,
                                        setup, box_teardown),
        cmocka_unit_test_setup_teardown(lists_filter, setup, box_teardown),
        cmocka_unit_test_setup_teardown(a_visitor_may_look_up_and_list, setup, box_teardown),
        cmocka_unit_test_setup_teardown(h37_psk_is_found_by_server_and_identity, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(row12_identities_are_compared_octet_by_octet, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(newest_raw_public_key_at_the_server_is_found, setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(h37_a_servers_own_key_is_no_device, setup, box_teardown),
        cmocka_unit_test_setup_teardown(certificate_is_found_by_issuer_and_serial, setup,
                                        box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
