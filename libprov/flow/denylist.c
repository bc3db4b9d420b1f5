/* SPDX-License-Identifier: Apache-2.0
 *
 * What was revoked, as a signed list for devices (schemas/deny-list.cddl).
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* More than fit into a list of PROV_DENY_LIST_MAX octets. */
#define CERTIFICATES_MAX 2000
#define KEYS_MAX         120

prov_result prov_flow_deny_init(struct prov_flow *flow)
{
    struct prov_deny_signer signer = {0};
    struct prov_secret scalar = {0};
    struct prov_key key = {{0}};
    prov_result r = flow_uuid_make(flow, &signer.uuid);
    if (r == PROV_OK)
        r = prov_crypto_key_make(flow->crypto, &key);
    if (r == PROV_OK)
        r = prov_crypto_key_public(flow->crypto, &key, signer.point);
    if (r == PROV_OK)
        r = prov_crypto_key_save(flow->crypto, &key, &scalar);
    prov_crypto_key_drop(flow->crypto, &key);
    if (r == PROV_OK)
        r = prov_registry_deny_signer_add(flow->registry, &signer, &scalar, flow->why);
    prov_secret_wipe(&scalar);
    return r;
}

/* --- collecting ------------------------------------------------------------------------------- */

struct work {
    struct prov_flow *flow;
    const struct prov_flow_deny *plan;
    struct prov_deny_certificate certificates[CERTIFICATES_MAX];
    uint8_t keys[KEYS_MAX][PROV_HASH_LEN];
    size_t certificate_count, key_count, kept;
};

static prov_result too_many(struct work *work)
{
    if (!work->plan->servers_only)
        prov_why_hint(work->flow->why,
                      "--servers lists servers' own alone, which is what devices meet");
    return prov_why_set(work->flow->why, PROV_E_BOUNDS,
                        "more was revoked than fits into a deny-list of %d octets",
                        PROV_DENY_LIST_MAX);
}

static prov_result add_certificate(struct work *work, const struct prov_credential *credential)
{
    struct prov_bytes chain[PROV_BUNDLE_CHAIN_MAX];
    struct prov_x509 cert;
    size_t count = 0;
    if (!work->plan->expired && credential->not_after < flow_now(work->flow))
        return PROV_OK;
    if (work->certificate_count == CERTIFICATES_MAX)
        return too_many(work);
    struct prov_deny_certificate *entry = &work->certificates[work->certificate_count];
    prov_result r = prov_flow_chain_split(PROV_BYTES(credential->chain, credential->chain_len),
                                          chain, PROV_BUNDLE_CHAIN_MAX, &count);
    if (r == PROV_OK)
        r = count > 0 ? prov_x509_parse(chain[0], &cert) : PROV_E_CORRUPT;
    if (r == PROV_OK && cert.serial.len > sizeof entry->serial)
        r = PROV_E_CORRUPT;
    if (r == PROV_OK)
        r = prov_crypto_sha256(work->flow->crypto, &cert.issuer, 1, entry->issuer);
    if (r != PROV_OK)
        return r;
    memcpy(entry->serial, cert.serial.data, cert.serial.len);
    entry->serial_len = (uint8_t)cert.serial.len;
    work->certificate_count++;
    return PROV_OK;
}

struct shown {
    const struct prov_credential *revoked;
    bool yes;
};

static prov_result visit_same_key(void *context, const struct prov_credential *credential)
{
    struct shown *shown = context;
    bool alive = credential->state == PROV_STATE_ACTIVE || credential->state == PROV_STATE_PENDING;
    shown->yes |= alive && credential->has_key &&
                  memcmp(credential->point, shown->revoked->point, PROV_POINT_LEN) == 0;
    return PROV_OK;
}

/* A server's key serves in its certificate too: rolling the raw key over must not take the certificate
 * along, so a key is denied when the last credential of it has ended. */
static prov_result still_shown(struct work *work, const struct prov_credential *credential,
                               bool *ret)
{
    const struct prov_credential_filter filter = {
        .server = credential->is_server ? &credential->server : NULL,
        .device = credential->is_server ? NULL : &credential->device,
        .servers = credential->is_server ? 1 : -1};
    struct shown shown = {.revoked = credential};
    prov_result r = prov_registry_credential_list(work->flow->registry, &filter, visit_same_key,
                                                  &shown, work->flow->why);
    if (r == PROV_OK)
        *ret = shown.yes;
    return r;
}

static prov_result add_key(struct work *work, const struct prov_credential *credential)
{
    bool shown = false;
    prov_result r = still_shown(work, credential, &shown);
    if (r != PROV_OK || shown) {
        work->kept += shown;
        return r;
    }
    if (work->key_count == KEYS_MAX)
        return too_many(work);
    r = flow_spki_digest(work->flow, credential->point, work->keys[work->key_count]);
    work->key_count += r == PROV_OK;
    return r;
}

/* A PSK is no one's to see: there is nothing of it to be denied by. */
static prov_result visit_revoked(void *context, const struct prov_credential *credential)
{
    struct work *work = context;
    switch (credential->kind) {
    case PROV_KIND_CERT:
        return add_certificate(work, credential);
    case PROV_KIND_RPK:
        return add_key(work, credential);
    case PROV_KIND_PSK:
        break;
    }
    return PROV_OK;
}

/* --- order ------------------------------------------------------------------------------------ */

static int certificate_order(const void *a, const void *b)
{
    return prov_deny_certificate_order(a, b);
}

static int key_order(const void *a, const void *b)
{
    return memcmp(a, b, PROV_HASH_LEN);
}

/* A key may have been revoked twice. */
static void sort(struct work *work)
{
    size_t kept = 0;
    qsort(work->certificates, work->certificate_count, sizeof work->certificates[0],
          certificate_order);
    qsort(work->keys, work->key_count, sizeof work->keys[0], key_order);
    for (size_t i = 0; i < work->key_count; i++)
        if (kept == 0 || key_order(work->keys[kept - 1], work->keys[i]) != 0)
            memmove(work->keys[kept++], work->keys[i], PROV_HASH_LEN);
    work->key_count = kept;
}

/* --- signing ---------------------------------------------------------------------------------- */

static prov_result sign(const struct prov_flow *flow, struct prov_bytes payload,
                        struct prov_buf *ret)
{
    struct prov_deny_signer signer;
    struct prov_secret scalar = {0};
    struct prov_key key = {{0}};
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    prov_result r = prov_registry_deny_signer_get(flow->registry, &signer, &scalar, flow->why);
    if (r == PROV_OK)
        r = prov_deny_list_digest(flow->crypto, payload, digest);
    if (r == PROV_OK)
        r = prov_crypto_key_load(flow->crypto, prov_secret_bytes(&scalar), &key);
    if (r == PROV_OK)
        r = prov_crypto_sign(flow->crypto, &key, digest, signature);
    prov_crypto_key_drop(flow->crypto, &key);
    prov_secret_wipe(&scalar);
    return r == PROV_OK ? prov_deny_list_finish(payload, signature, ret) : r;
}

static prov_result write_list(struct work *work, uint32_t version, struct prov_buf *ret)
{
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_buf payload = PROV_BUF_OF(octets);
    const struct prov_deny_entries entries = {.version = version,
                                              .issued = flow_now(work->flow),
                                              .certificates = work->certificates,
                                              .certificate_count = work->certificate_count,
                                              .keys = (const uint8_t(*)[PROV_HASH_LEN])work->keys,
                                              .key_count = work->key_count};
    prov_result r = prov_deny_list_encode(&entries, &payload);
    if (r == PROV_OK)
        r = sign(work->flow, prov_buf_bytes(&payload), ret);
    return r == PROV_E_OVERFLOW || r == PROV_E_BOUNDS ? too_many(work) : r;
}

static prov_result export_list(struct work *work, struct prov_buf *ret,
                               struct prov_flow_denied *ret_denied)
{
    uint32_t version = 0;
    prov_result r = prov_registry_deny_list(work->flow->registry, work->plan->servers_only,
                                            visit_revoked, work, &version, work->flow->why);
    if (r != PROV_OK)
        return r;
    sort(work);
    r = write_list(work, version, ret);
    if (r == PROV_OK)
        *ret_denied = (struct prov_flow_denied){version, work->certificate_count, work->key_count,
                                                work->kept};
    return r;
}

prov_result prov_flow_deny_export(struct prov_flow *flow, const struct prov_flow_deny *plan,
                                  struct prov_buf *ret, struct prov_flow_denied *ret_denied)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return PROV_E_MEMORY;
    work->flow = flow;
    work->plan = plan;
    prov_result r = export_list(work, ret, ret_denied);
    free(work);
    return r;
}

prov_result prov_flow_deny_verify(struct prov_flow *flow, struct prov_bytes file,
                                  struct prov_deny_list *ret, uint32_t *ret_newest)
{
    struct prov_deny_signer signer;
    prov_result r = prov_registry_deny_signer_get(flow->registry, &signer, NULL, flow->why);
    if (r != PROV_OK)
        return r;
    r = prov_deny_list_open(flow->crypto, file, signer.point, ret);
    if (r == PROV_E_SIGNATURE)
        return prov_why_set(flow->why, r, "not signed by the signer of this registry");
    if (r == PROV_OK)
        *ret_newest = signer.version;
    return r;
}
