/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials: a new one.
 */
#include <stdio.h>

#include "sqlite/credential.h"
#include "sqlite/device.h"
#include "sqlite/event.h"
#include "sqlite/key.h"

/* What is worked out before the row is written. */
struct draft {
    const struct prov_credential_new *in;
    const struct credential_origin *origin;
    char subject[CREDENTIAL_SUBJECT];
    int64_t server, device, key; /* 0: none */
    uint8_t tag[SEAL_TAG_LEN];
    uint8_t box[SEAL_BOX_LEN];
};

static prov_result psk_check(const struct prov_credential_new *in, const char *subject,
                             struct prov_why *why)
{
    if (in->is_server || in->point != NULL || in->secret == NULL) {
        return prov_why_set(why, PROV_E_USAGE,
                            "a PSK for %s has a device, a secret and no public key", subject);
    }
    if (in->identity.len == 0 || in->identity.len > PROV_PSK_IDENTITY_MAX) {
        return prov_why_set(why, PROV_E_BOUNDS,
                            "the PSK identity for %s does not have 1 to %d octets", subject,
                            PROV_PSK_IDENTITY_MAX);
    }
    if (prov_psk_check(prov_secret_bytes(in->secret)) != PROV_OK) {
        return prov_why_set(why, PROV_E_BOUNDS, "the PSK for %s does not have %d to %d octets",
                            subject, PROV_PSK_MIN, PROV_PSK_MAX);
    }
    return PROV_OK;
}

static prov_result public_check(const struct prov_credential_new *in, const char *subject,
                                struct prov_why *why)
{
    bool cert = in->kind == PROV_KIND_CERT;
    if (in->point == NULL || in->identity.len != 0 ||
        (in->secret != NULL && in->secret->len != PROV_SCALAR_LEN)) {
        return prov_why_set(why, PROV_E_USAGE, "a public key for %s is missing or malformed",
                            subject);
    }
    if (cert != (in->chain.len != 0) || cert != (in->issuer.len != 0) ||
        cert != (in->serial.len != 0)) {
        return prov_why_set(
            why, PROV_E_USAGE,
            "a certificate for %s has a chain, an issuer and a serial number, nothing else has",
            subject);
    }
    if (in->chain.len > PROV_CHAIN_MAX) {
        return prov_why_set(why, PROV_E_BOUNDS, "the chain for %s is longer than %d octets",
                            subject, PROV_CHAIN_MAX);
    }
    return PROV_OK;
}

static prov_result draft_check(const struct draft *draft, struct prov_why *why)
{
    const struct prov_credential_new *in = draft->in;
    if (in->state != PROV_STATE_PENDING && in->state != PROV_STATE_ACTIVE)
        return prov_why_set(why, PROV_E_USAGE, "a new credential is pending or active");
    if (in->use != PROV_USE_BOOTSTRAP && in->use != PROV_USE_OPERATIONAL)
        return prov_why_set(why, PROV_E_USAGE, "a credential is bootstrap or operational");
    switch (in->kind) {
    case PROV_KIND_PSK:
        return psk_check(in, draft->subject, why);
    case PROV_KIND_RPK:
    case PROV_KIND_CERT:
        return public_check(in, draft->subject, why);
    default:
        return prov_why_set(why, PROV_E_USAGE,
                            "a credential is a PSK, a raw public key or a certificate");
    }
}

static prov_result find_subject(struct prov_registry *registry, struct draft *draft,
                                struct prov_why *why)
{
    struct prov_server_row server;
    struct prov_device device;
    prov_result result = server_get(registry, &draft->in->server, &server, why);
    if (result != PROV_OK)
        return result;
    draft->server = server.id;
    if (!draft->in->is_server) {
        result = device_get_live(registry, &draft->in->device, &device, why);
        draft->device = result == PROV_OK ? device.id : 0;
    }
    return result;
}

static prov_result claim(struct prov_registry *registry, struct draft *draft, struct prov_why *why)
{
    uint8_t hash[PROV_HASH_LEN];
    struct key_owner owner = {0, draft->device == 0 ? draft->server : 0, draft->device};
    prov_result result = key_hash(registry, draft->in->point, hash);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot hash the key of %s", draft->subject);
    return key_claim(registry, hash, draft->in->point, &owner, &draft->key, why);
}

static prov_result seal(struct prov_registry *registry, struct draft *draft, struct prov_why *why)
{
    const struct prov_credential_new *in = draft->in;
    prov_result result = PROV_OK;
    if (in->secret != NULL)
        result = seal_secret(&registry->keys, &in->uuid, in->secret, draft->box);
    if (result == PROV_OK && in->kind == PROV_KIND_PSK)
        result = seal_tag(&registry->keys, in->secret, draft->tag);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot seal the secret of %s", draft->subject);
    return PROV_OK;
}

/* NULL for 0. */
static void bind_id(struct query *query, int64_t id)
{
    if (id != 0)
        query_int(query, id);
    else
        query_null(query);
}

static prov_result insert(struct prov_registry *registry, const struct draft *draft,
                          struct prov_why *why)
{
    const struct prov_credential_new *in = draft->in;
    const struct credential_origin *origin = draft->origin;
    int64_t now = registry_now(registry);
    bool psk = in->kind == PROV_KIND_PSK;
    struct query query = query_make(registry, SQL_CREDENTIAL_ADD, why);
    query_octets(&query, in->uuid.octets, sizeof in->uuid.octets);
    query_int(&query, in->kind);
    query_int(&query, in->use);
    query_int(&query, in->state);
    query_int(&query, draft->server);
    bind_id(&query, draft->device);
    query_int(&query, now);
    query_int(&query, in->state == PROV_STATE_ACTIVE ? now : 0);
    query_int(&query, in->not_after);
    query_octets(&query, psk ? in->identity.data : NULL, in->identity.len);
    query_octets(&query, psk ? draft->tag : NULL, psk ? sizeof draft->tag : 0);
    bind_id(&query, draft->key);
    query_bytes(&query, in->issuer);
    query_bytes(&query, in->serial);
    query_bytes(&query, in->chain);
    query_octets(&query, in->secret != NULL ? draft->box : NULL,
                 in->secret != NULL ? SEAL_BOX_LEN : 0);
    query_int(&query, in->registered);
    bind_id(&query, origin == NULL ? 0 : origin->predecessor);
    query_octets(&query, origin == NULL ? NULL : origin->request, origin == NULL ? 0 : 32);
    return query_run(&query, draft->subject);
}

static prov_result note(struct prov_registry *registry, const struct draft *draft,
                        struct prov_why *why)
{
    const struct prov_credential_new *in = draft->in;
    char detail[PROV_REASON_MAX + 1];
    const char *verb = draft->origin != NULL ? "credential.successor"
                       : in->registered      ? "credential.register"
                                             : "credential.issue";
    (void)snprintf(detail, sizeof detail, "%s %s %s", prov_kind_text(in->kind),
                   prov_use_text(in->use), prov_state_text(in->state));
    return event_add(registry, verb, draft->subject, &in->uuid, detail, why);
}

prov_result credential_add(struct prov_registry *registry,
                           const struct prov_credential_new *credential,
                           const struct credential_origin *origin, struct prov_why *why)
{
    struct draft draft = {.in = credential, .origin = origin};
    credential_subject(credential->is_server, &credential->device, &credential->server,
                       draft.subject);
    prov_result result = draft_check(&draft, why);
    if (result == PROV_OK)
        result = find_subject(registry, &draft, why);
    if (result == PROV_OK && credential->point != NULL)
        result = claim(registry, &draft, why);
    if (result == PROV_OK)
        result = seal(registry, &draft, why);
    if (result == PROV_OK)
        result = insert(registry, &draft, why);
    if (result == PROV_OK)
        result = note(registry, &draft, why);
    return result;
}

prov_result prov_registry_credential_add(struct prov_registry *registry,
                                         const struct prov_credential_new *credential,
                                         struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    return registry_end(registry, credential_add(registry, credential, NULL, why), why);
}
