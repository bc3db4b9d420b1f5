/* SPDX-License-Identifier: Apache-2.0
 *
 * Deny-lists: what is on one, what is left out, who has signed it.
 */
#include "serve_fixture.h"

#include <string.h>

struct listed {
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_buf buf;
    struct prov_deny_list list;
    struct prov_flow_denied denied;
};

static int setup(void **state)
{
    int failed = fixture_setup(state);
    struct fixture *f = *state;
    return failed != 0 || prov_flow_deny_init(&f->flow) != PROV_OK ? -1 : 0;
}

static prov_result export(struct fixture *f, struct prov_flow_deny plan, struct listed *ret)
{
    ret->buf = PROV_BUF_OF(ret->octets);
    return prov_flow_deny_export(&f->flow, &plan, &ret->buf, &ret->denied);
}

static void export_ok(struct fixture *f, struct prov_flow_deny plan, struct listed *ret)
{
    uint32_t newest = 0;
    assert_int_equal(export(f, plan, ret), PROV_OK);
    assert_int_equal(
        prov_flow_deny_verify(&f->flow, prov_buf_bytes(&ret->buf), &ret->list, &newest), PROV_OK);
    assert_int_equal(newest, ret->denied.version);
    assert_int_equal(ret->list.version, ret->denied.version);
    assert_int_equal(ret->list.issued, f->now_ms / 1000);
    assert_int_equal(ret->list.certificate_count, ret->denied.certificates);
    assert_int_equal(ret->list.key_count, ret->denied.keys);
}

static void revoke(struct fixture *f, const struct prov_uuid *id)
{
    assert_int_equal(
        prov_registry_credential_revoke(f->registry, fixture_get(f, id).id, "test", NULL), PROV_OK);
}

/* The server's own of the kind, the oldest. */
struct oldest {
    enum prov_kind kind;
    struct prov_uuid id;
    bool found;
};
static prov_result visit_oldest(void *context, const struct prov_credential *credential)
{
    struct oldest *oldest = context;
    if (!oldest->found && credential->kind == oldest->kind) {
        oldest->id = credential->uuid;
        oldest->found = true;
    }
    return PROV_OK;
}
static struct prov_uuid servers_own(struct fixture *f, enum prov_kind kind)
{
    struct prov_credential_filter filter = {.server = &f->server, .servers = 1};
    struct oldest oldest = {.kind = kind};
    assert_int_equal(
        prov_registry_credential_list(f->registry, &filter, visit_oldest, &oldest, NULL), PROV_OK);
    assert_true(oldest.found);
    return oldest.id;
}

static bool has_certificate(struct fixture *f, const struct prov_deny_list *list,
                            const struct prov_uuid *id)
{
    struct prov_credential credential = fixture_get(f, id);
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX];
    uint8_t issuer[PROV_HASH_LEN];
    struct prov_x509 cert;
    size_t count = 0;
    assert_int_equal(prov_flow_chain_split(PROV_BYTES(credential.chain, credential.chain_len),
                                           chain, PROV_BUNDLE_CHAIN_MAX, &count),
                     PROV_OK);
    assert_int_equal(prov_x509_parse(chain[0], &cert), PROV_OK);
    assert_int_equal(prov_crypto_sha256(f->crypto, &cert.issuer, 1, issuer), PROV_OK);
    return prov_deny_list_has_certificate(list, issuer, cert.serial);
}

static bool has_key(struct fixture *f, const struct prov_deny_list *list,
                    const struct prov_uuid *id)
{
    uint8_t spki[PROV_SPKI_LEN], digest[PROV_HASH_LEN];
    prov_spki_encode(fixture_get(f, id).point, spki);
    struct prov_bytes part = PROV_BYTES_OF(spki);
    assert_int_equal(prov_crypto_sha256(f->crypto, &part, 1, digest), PROV_OK);
    return prov_deny_list_has_key(list, digest);
}

/* --- negative --- */

static void second_init_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(prov_flow_deny_init(&f->flow), PROV_E_EXISTS);
}

static void h41_list_of_another_signer_is_refused(void **state)
{
    struct fixture *f = *state, *other = NULL;
    void *other_state = NULL;
    static struct listed listed;
    struct prov_deny_list list;
    uint32_t newest;
    assert_int_equal(setup(&other_state), 0);
    other = other_state;
    export_ok(other, (struct prov_flow_deny){0}, &listed);
    assert_int_equal(prov_flow_deny_verify(&f->flow, prov_buf_bytes(&listed.buf), &list, &newest),
                     PROV_E_SIGNATURE);
    assert_int_equal(fixture_teardown(&other_state), 0);
    export_ok(f, (struct prov_flow_deny){0}, &listed);
    listed.octets[20] ^= 1;
    assert_int_not_equal(
        prov_flow_deny_verify(&f->flow, prov_buf_bytes(&listed.buf), &list, &newest), PROV_OK);
}

static void h41_more_than_fits_is_refused(void **state)
{
    struct fixture *f = *state;
    static struct listed listed;
    for (int i = 0; i < 121; i++) {
        struct prov_uuid id = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP);
        revoke(f, &id);
    }
    assert_int_equal(export(f, (struct prov_flow_deny){0}, &listed), PROV_E_BOUNDS);
    assert_non_null(strstr(f->why.hint, "--servers"));
    export_ok(f, (struct prov_flow_deny){.servers_only = true}, &listed);
    assert_int_equal(listed.denied.version, 1); /* the one that failed counts for nothing */
}

/* --- positive --- */

static void row26_what_is_revoked_is_on_it(void **state)
{
    struct fixture *f = *state;
    static struct listed listed;
    struct prov_uuid psk = make_credential(f, PROV_KIND_PSK, PROV_USE_BOOTSTRAP),
                     rpk = make_credential(f, PROV_KIND_RPK, PROV_USE_BOOTSTRAP),
                     cert = make_credential(f, PROV_KIND_CERT, PROV_USE_BOOTSTRAP);
    export_ok(f, (struct prov_flow_deny){0}, &listed);
    assert_int_equal(listed.denied.certificates + listed.denied.keys, 0);
    revoke(f, &psk);
    revoke(f, &rpk);
    revoke(f, &cert);
    export_ok(f, (struct prov_flow_deny){0}, &listed);
    assert_int_equal(listed.denied.version, 2);
    assert_int_equal(listed.denied.certificates, 1);
    assert_int_equal(listed.denied.keys, 1);
    assert_true(has_certificate(f, &listed.list, &cert));
    assert_true(has_key(f, &listed.list, &rpk));
    export_ok(f, (struct prov_flow_deny){.servers_only = true}, &listed);
    assert_int_equal(listed.denied.certificates + listed.denied.keys, 0);
}

/* A server's raw key is rolled over while its certificate has the same key: it is denied with the last. */
static void key_is_on_it_when_nothing_shows_it_any_more(void **state)
{
    struct fixture *f = *state;
    static struct listed listed;
    struct prov_uuid rpk = servers_own(f, PROV_KIND_RPK), cert = servers_own(f, PROV_KIND_CERT);
    revoke(f, &rpk);
    export_ok(f, (struct prov_flow_deny){.servers_only = true}, &listed);
    assert_int_equal(listed.denied.keys, 0);
    assert_int_equal(listed.denied.kept, 1);
    revoke(f, &cert);
    export_ok(f, (struct prov_flow_deny){.servers_only = true}, &listed);
    assert_int_equal(listed.denied.kept, 0);
    assert_true(has_key(f, &listed.list, &rpk));
    assert_true(has_certificate(f, &listed.list, &cert));
}

static void expired_certificates_are_on_it_when_asked_for(void **state)
{
    struct fixture *f = *state;
    static struct listed listed;
    struct prov_uuid cert = make_credential(f, PROV_KIND_CERT, PROV_USE_OPERATIONAL);
    revoke(f, &cert);
    f->now_ms = (fixture_get(f, &cert).not_after + 1) * 1000;
    export_ok(f, (struct prov_flow_deny){0}, &listed);
    assert_int_equal(listed.denied.certificates, 0);
    export_ok(f, (struct prov_flow_deny){.expired = true}, &listed);
    assert_true(has_certificate(f, &listed.list, &cert));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(second_init_is_refused, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(h41_list_of_another_signer_is_refused, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(h41_more_than_fits_is_refused, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(row26_what_is_revoked_is_on_it, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(key_is_on_it_when_nothing_shows_it_any_more, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(expired_certificates_are_on_it_when_asked_for, setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
