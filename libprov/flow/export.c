/* SPDX-License-Identifier: Apache-2.0
 *
 * A credential as a bundle for its device.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "prov/text.h"

/* Of a certificate's SHA-1 in its file's name: enough for every certificate of a fleet to have a
 * name of its own, and short, because a device sends it. */
#define NAME_OCTETS 8

/* What the bundle's views point to. */
struct parts {
    struct prov_secret secret;
    struct flow_roots roots;
    char urls[PROV_BUNDLE_CHAIN_MAX][PROV_URL_MAX + 1];
};

static prov_result may_export(const struct prov_flow *flow,
                              const struct prov_credential *credential)
{
    if (credential->is_server)
        return prov_why_set(flow->why, PROV_E_CONFLICT,
                            "the credential is the server's own, not a device's");
    if (credential->state != PROV_STATE_ACTIVE && credential->state != PROV_STATE_PENDING)
        return prov_why_set(flow->why, PROV_E_CONFLICT, "the credential is %s",
                            prov_state_text(credential->state));
    if (!flow_uuid_is_zero(&credential->replaces) && credential->state == PROV_STATE_PENDING)
        return prov_why_set(flow->why, PROV_E_CONFLICT,
                            "the credential is a successor on its way over the wire");
    if (credential->not_after < flow_now(flow))
        return prov_why_set(flow->why, PROV_E_TIME, "the credential has expired");
    return PROV_OK;
}

/* The private half, where the registry has it; a key made on the device never came here. */
static prov_result secret_load(const struct prov_flow *flow,
                               const struct prov_credential *credential, struct prov_secret *ret)
{
    if (!credential->has_secret)
        return PROV_OK;
    return prov_registry_secret_get(flow->registry, credential->id, ret, flow->why);
}

static prov_result fill_psk(const struct prov_credential *credential, const struct parts *parts,
                            struct prov_bundle *bundle)
{
    bundle->psk_identity = prov_psk_identity_bytes(&credential->identity);
    bundle->psk = prov_secret_bytes(&parts->secret);
    return PROV_OK;
}

static prov_result fill_rpk(const struct prov_flow *flow, const struct prov_credential *credential,
                            const struct parts *parts, struct prov_bundle *bundle)
{
    struct flow_server_keys keys;
    prov_result r = flow_server_keys_load(flow, &credential->server, &keys);
    if (r != PROV_OK)
        return r;
    bundle->has_public = true;
    memcpy(bundle->point, credential->point, PROV_POINT_LEN);
    bundle->scalar = prov_secret_bytes(&parts->secret);
    memcpy(bundle->peers, keys.points, sizeof(keys.points));
    bundle->peer_count = keys.count;
    return PROV_OK;
}

static prov_result fill_cert(const struct prov_flow *flow, const struct prov_credential *credential,
                             struct parts *parts, struct prov_bundle *bundle)
{
    prov_result r = flow_roots_load(flow, &parts->roots);
    if (r == PROV_OK)
        r = prov_flow_chain_split(PROV_BYTES(credential->chain, credential->chain_len),
                                  bundle->chain, PROV_BUNDLE_CHAIN_MAX, &bundle->chain_len);
    if (r != PROV_OK)
        return r;
    bundle->has_public = true;
    memcpy(bundle->point, credential->point, PROV_POINT_LEN);
    bundle->scalar = prov_secret_bytes(&parts->secret);
    memcpy(bundle->anchors, parts->roots.certs, sizeof(bundle->anchors));
    bundle->anchor_count = parts->roots.count;
    return PROV_OK;
}

static prov_result name_url(const struct prov_flow *flow, const char *prefix, char *room,
                            struct prov_certificate_url *ret)
{
    char name[2 * NAME_OCTETS + 1];
    prov_hex_format(PROV_BYTES(ret->sha1, NAME_OCTETS), name);
    int len = snprintf(room, PROV_URL_MAX + 1, "%s%s.cer", prefix, name);
    ret->url = prov_bytes_text(room);
    if (len > PROV_URL_MAX || prov_certificate_url_check(ret->url) != PROV_OK)
        return prov_why_set(flow->why, PROV_E_ADDRESS,
                            "not the beginning of an http or https URL of at most %d octets: "
                            "\"%.100s\"",
                            PROV_URL_MAX, prefix);
    return PROV_OK;
}

/* One for each certificate of the chain, in its order. */
static prov_result fill_urls(const struct prov_flow *flow, const char *prefix, struct parts *parts,
                             struct prov_bundle *bundle)
{
    prov_result r = PROV_OK;
    if (bundle->kind != PROV_KIND_CERT)
        return prov_why_set(flow->why, PROV_E_CONFLICT,
                            "no certificate to fetch: a credential of %s",
                            prov_kind_text(bundle->kind));
    for (size_t i = 0; i < bundle->chain_len && r == PROV_OK; i++) {
        r = prov_crypto_sha1(flow->crypto, bundle->chain[i], bundle->urls[i].sha1);
        if (r == PROV_OK)
            r = name_url(flow, prefix, parts->urls[i], &bundle->urls[i]);
    }
    bundle->url_count = bundle->chain_len;
    return r;
}

static prov_result fill(const struct prov_flow *flow, const struct prov_credential *credential,
                        struct parts *parts, struct prov_bundle *bundle)
{
    switch (credential->kind) {
    case PROV_KIND_PSK:
        return fill_psk(credential, parts, bundle);
    case PROV_KIND_RPK:
        return fill_rpk(flow, credential, parts, bundle);
    case PROV_KIND_CERT:
        return fill_cert(flow, credential, parts, bundle);
    }
    return PROV_E_INTERNAL;
}

/* A registry that has none yet: the bundle names none. */
static prov_result fill_deny_signer(const struct prov_flow *flow, struct prov_bundle *bundle)
{
    struct prov_deny_signer signer;
    prov_result r = prov_registry_deny_signer_get(flow->registry, &signer, NULL, NULL);
    if (r == PROV_E_NOT_FOUND)
        return PROV_OK;
    if (r != PROV_OK)
        return prov_why_set(flow->why, r, "the signer of deny-lists can't be read");
    bundle->has_deny_signer = true;
    memcpy(bundle->deny_signer, signer.point, PROV_POINT_LEN);
    return PROV_OK;
}

prov_result prov_flow_bundle_export(struct prov_flow *flow,
                                    const struct prov_credential *credential,
                                    const char *url_prefix, struct prov_buf *ret)
{
    struct parts parts = {0};
    struct prov_server_row row;
    struct prov_bundle bundle = {.id = credential->uuid,
                                 .kind = credential->kind,
                                 .use = credential->use,
                                 .device = credential->device,
                                 .profile = PROV_PROFILE_RFC7925,
                                 .server = credential->server,
                                 .issued = credential->created};
    prov_result r = may_export(flow, credential);
    if (r == PROV_OK)
        r = prov_registry_server_get(flow->registry, &credential->server, &row, flow->why);
    if (r == PROV_OK) {
        memcpy(bundle.address, row.address, sizeof(bundle.address));
        r = fill_deny_signer(flow, &bundle);
    }
    if (r == PROV_OK) {
        r = secret_load(flow, credential, &parts.secret);
    }
    if (r == PROV_OK)
        r = fill(flow, credential, &parts, &bundle);
    if (r == PROV_OK && url_prefix != NULL)
        r = fill_urls(flow, url_prefix, &parts, &bundle);
    if (r == PROV_OK)
        r = prov_bundle_encode(&bundle, flow->crypto, ret);
    prov_secret_wipe(&parts.secret);
    return r;
}
