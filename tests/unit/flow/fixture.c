/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t clock_ms(void *context)
{
    return ((struct fixture *)context)->now_ms;
}

struct prov_eui64 fixture_eui64(const char *text)
{
    struct prov_eui64 eui64;
    assert_int_equal(prov_eui64_parse(text, &eui64), PROV_OK);
    return eui64;
}

struct prov_fqdn fixture_fqdn(const char *text)
{
    struct prov_fqdn fqdn;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text(text), &fqdn), PROV_OK);
    return fqdn;
}

static void factory_make(struct fixture *f)
{
    struct prov_registry_config config = {.path = f->path,
                                          .key_path = f->key_path,
                                          .crypto = f->crypto,
                                          .clock_ms = clock_ms,
                                          .clock_context = f,
                                          .writer = "test"};
    struct prov_org org = {.name = "Test Works", .country = "DE"};
    assert_int_equal(prov_registry_create(&config, &org, &f->registry, &f->why), PROV_OK);
    f->flow = (struct prov_flow){.registry = f->registry,
                                 .crypto = f->crypto,
                                 .pki = f->pki,
                                 .clock_ms = clock_ms,
                                 .clock_context = f,
                                 .why = &f->why};
    assert_int_equal(prov_flow_ca_init(&f->flow), PROV_OK);
    assert_int_equal(prov_flow_server_add(&f->flow, &f->server, "127.0.0.1:5684"), PROV_OK);
    assert_int_equal(prov_flow_server_add(&f->flow, &f->other_server, ""), PROV_OK);
    assert_int_equal(prov_flow_device_add(&f->flow, &f->device, false, "one", "lot"), PROV_OK);
    assert_int_equal(prov_flow_device_add(&f->flow, &f->other_device, false, NULL, NULL), PROV_OK);
}

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    if (f == NULL)
        return -1;
    snprintf(f->folder, sizeof(f->folder), "/tmp/prov-flow-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/registry.db", f->folder);
    snprintf(f->key_path, sizeof(f->key_path), "%s/registry.key", f->folder);
    f->now_ms = FIXTURE_START * 1000;
    f->server = fixture_fqdn("enroll.example.com");
    f->other_server = fixture_fqdn("data.example.com");
    f->device = fixture_eui64("00-12-4B-00-14-D5-2A-7F");
    f->other_device = fixture_eui64("F4-CE-36-CB-82-A2-A7-66");
    assert_int_equal(prov_crypto_make(NULL, &f->crypto), PROV_OK);
    assert_int_equal(prov_pki_make(f->crypto, &f->pki), PROV_OK);
    factory_make(f);
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    static const char *const endings[] = {"registry.db", "registry.db-wal", "registry.db-shm",
                                          "registry.key"};
    prov_registry_close(f->registry);
    prov_pki_free(f->pki);
    prov_crypto_free(f->crypto);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", f->folder, endings[i]);
        unlink(path);
    }
    int left = rmdir(f->folder);
    free(f);
    return left;
}

static prov_result count_credential(void *context, const struct prov_credential *credential)
{
    (void)credential;
    ((struct fixture_counts *)context)->credentials++;
    return PROV_OK;
}

static prov_result count_event(void *context, const struct prov_event *event)
{
    (void)event;
    ((struct fixture_counts *)context)->events++;
    return PROV_OK;
}

struct fixture_counts fixture_count(struct fixture *f)
{
    struct prov_credential_filter all = {0};
    struct fixture_counts counts = {0};
    assert_int_equal(
        prov_registry_credential_list(f->registry, &all, count_credential, &counts, NULL), PROV_OK);
    assert_int_equal(prov_registry_event_list(f->registry, 0, count_event, &counts, NULL), PROV_OK);
    prov_why_clear(&f->why);
    return counts;
}

void fixture_assert_unchanged(struct fixture *f, struct fixture_counts before)
{
    struct fixture_counts after = fixture_count(f);
    assert_int_equal(after.credentials, before.credentials);
    assert_int_equal(after.events, before.events);
}

struct prov_credential fixture_get(struct fixture *f, const struct prov_uuid *id)
{
    struct prov_credential credential;
    char text[PROV_UUID_TEXT];
    prov_uuid_format(id, text);
    assert_int_equal(prov_registry_credential_get(f->registry, text, &credential, NULL), PROV_OK);
    return credential;
}

struct prov_flow_peer fixture_peer(struct fixture *f, const struct prov_uuid *id)
{
    struct prov_credential credential = fixture_get(f, id);
    return (struct prov_flow_peer){.credential = credential.id,
                                   .uuid = credential.uuid,
                                   .device = credential.device,
                                   .kind = credential.kind,
                                   .use = credential.use,
                                   .state = credential.state};
}

struct only {
    enum prov_use use;
    size_t count;
    struct prov_credential credential;
};

static prov_result visit_only(void *context, const struct prov_credential *credential)
{
    struct only *only = context;
    if (credential->use == only->use) {
        only->count++;
        only->credential = *credential;
    }
    return PROV_OK;
}

struct prov_credential fixture_only(struct fixture *f, enum prov_use use, enum prov_state state)
{
    struct prov_credential_filter filter = {
        .device = &f->device, .server = &f->server, .state = state, .servers = -1};
    struct only only = {.use = use};
    assert_int_equal(prov_registry_credential_list(f->registry, &filter, visit_only, &only, NULL),
                     PROV_OK);
    assert_int_equal(only.count, 1);
    return only.credential;
}

void device_key_make(struct fixture *f, struct device_key *ret)
{
    *ret = (struct device_key){0};
    assert_int_equal(prov_crypto_key_make(f->crypto, &ret->key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(f->crypto, &ret->key, ret->point), PROV_OK);
}

void device_key_drop(struct fixture *f, struct device_key *key)
{
    prov_crypto_key_drop(f->crypto, &key->key);
}

void device_csr(struct fixture *f, struct device_key *key, const struct prov_csr_plan *plan,
                struct prov_buf *ret)
{
    uint8_t octets[PROV_CSR_MAX], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf info = PROV_BUF_OF(octets);
    assert_int_equal(prov_csr_make_info(plan, &info), PROV_OK);
    struct prov_bytes part = prov_buf_bytes(&info);
    assert_int_equal(prov_crypto_sha256(f->crypto, &part, 1, digest), PROV_OK);
    assert_int_equal(prov_crypto_sign(f->crypto, &key->key, digest, signature), PROV_OK);
    assert_int_equal(prov_csr_finish(part, signature, ret), PROV_OK);
}

void device_sign1(struct fixture *f, struct device_key *signer, const uint8_t point[PROV_POINT_LEN],
                  const struct prov_eui64 *device, const uint8_t *tls_unique, struct prov_buf *ret)
{
    uint8_t payload[128], binding[PROV_ENROLL_BINDING_LEN], digest[PROV_HASH_LEN];
    uint8_t signature[PROV_SIGNATURE_LEN];
    struct prov_buf key = PROV_BUF_OF(payload);
    assert_int_equal(prov_cose_public_encode(point, &key), PROV_OK);
    prov_enroll_binding(device, tls_unique, binding);
    assert_int_equal(prov_cose_sign1_digest(f->crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                                            prov_buf_bytes(&key), digest),
                     PROV_OK);
    assert_int_equal(prov_crypto_sign(f->crypto, &signer->key, digest, signature), PROV_OK);
    assert_int_equal(prov_cose_sign1_finish(PROV_CF_COSE_KEY, prov_buf_bytes(&key), signature, ret),
                     PROV_OK);
}
