/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing at the factory: what is made here is active at once; a key from outside is pending until
 * a handshake proves it.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* --- what all kinds share --- */

/* device NULL: the server's own. */
static prov_result credential_begin(const struct prov_flow *flow, enum prov_kind kind,
                                    const struct prov_eui64 *device, const struct prov_fqdn *server,
                                    enum prov_use use, struct prov_credential_new *ret)
{
    *ret = (struct prov_credential_new){.kind = kind,
                                        .use = device == NULL ? PROV_USE_OPERATIONAL : use,
                                        .state = PROV_STATE_ACTIVE,
                                        .is_server = device == NULL,
                                        .server = *server,
                                        .not_after = PROV_TIME_NEVER};
    if (device != NULL)
        ret->device = *device;
    return flow_uuid_make(flow, &ret->uuid);
}

static prov_result credential_store(const struct prov_flow *flow,
                                    const struct prov_credential_new *credential,
                                    struct prov_uuid *ret)
{
    prov_result r = prov_registry_credential_add(flow->registry, credential, flow->why);
    if (r == PROV_OK)
        *ret = credential->uuid;
    return r;
}

/* --- PSK --- */

prov_result flow_psk_make(const struct prov_flow *flow, struct prov_psk_identity *ret_identity,
                          struct prov_secret *ret_psk)
{
    prov_result r = prov_crypto_random(flow->crypto, ret_identity->data, FLOW_PSK_ID_LEN);
    if (r == PROV_OK)
        r = prov_crypto_random(flow->crypto, ret_psk->data, FLOW_PSK_LEN);
    if (r != PROV_OK)
        return prov_why_set(flow->why, r, "no random octets for a PSK");
    ret_identity->len = FLOW_PSK_ID_LEN;
    ret_psk->len = FLOW_PSK_LEN;
    return PROV_OK;
}

prov_result prov_flow_psk_issue(struct prov_flow *flow, const struct prov_eui64 *device,
                                const struct prov_fqdn *server, enum prov_use use,
                                struct prov_uuid *ret)
{
    struct prov_psk_identity identity;
    struct prov_secret psk = {0};
    struct prov_credential_new credential;
    prov_result r = credential_begin(flow, PROV_KIND_PSK, device, server, use, &credential);
    if (r == PROV_OK)
        r = flow_psk_make(flow, &identity, &psk);
    if (r == PROV_OK) {
        credential.identity = prov_psk_identity_bytes(&identity);
        credential.secret = &psk;
        r = credential_store(flow, &credential, ret);
    }
    prov_secret_wipe(&psk);
    return r;
}

static uint8_t fold(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet;
}

static bool contains(struct prov_bytes hay, struct prov_bytes needle, bool text)
{
    for (size_t at = 0; at + needle.len <= hay.len; at++) {
        size_t i = 0;
        while (i < needle.len &&
               (text ? fold(hay.data[at + i]) : hay.data[at + i]) == needle.data[i])
            i++;
        if (i == needle.len)
            return true;
    }
    return false;
}

/* The EUI-64 as octets, HH-HH-…, HH:HH:… or HHHH…, in either case. */
static bool contains_eui64(struct prov_bytes hay, const struct prov_eui64 *eui64)
{
    char hyphens[PROV_EUI64_TEXT], colons[PROV_EUI64_TEXT], plain[17];
    prov_eui64_format(eui64, hyphens);
    for (size_t i = 0; i < sizeof(colons); i++)
        colons[i] = hyphens[i] == '-' ? ':' : hyphens[i];
    for (size_t i = 0; i < 8; i++)
        snprintf(plain + 2 * i, 3, "%02X", eui64->octets[i]);
    return contains(hay, PROV_BYTES_OF(eui64->octets), false) ||
           contains(hay, prov_bytes_text(hyphens), true) ||
           contains(hay, prov_bytes_text(colons), true) ||
           contains(hay, prov_bytes_text(plain), true);
}

static bool is_printable(struct prov_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] < 0x20 || bytes.data[i] > 0x7e)
            return false;
    return true;
}

static bool is_one_octet(struct prov_bytes bytes)
{
    for (size_t i = 1; i < bytes.len; i++)
        if (bytes.data[i] != bytes.data[0])
            return false;
    return true;
}

/* Row 12: no identity that tells the device's name (RFC 7925, sections 4.2 and 22), no key that is
 * derived from it or from a password (section 4.1; RFC 9257, section 6). */
static prov_result psk_check(const struct prov_flow *flow, const struct prov_eui64 *device,
                             struct prov_bytes identity, struct prov_bytes psk)
{
    if (identity.len == 0 || identity.len > PROV_PSK_IDENTITY_MAX)
        return prov_why_set(flow->why, PROV_E_BOUNDS, "identity of %zu octets, 1 to %d are allowed",
                            identity.len, PROV_PSK_IDENTITY_MAX);
    if (psk.len < PROV_PSK_MIN || psk.len > PROV_PSK_MAX)
        return prov_why_set(flow->why, PROV_E_BOUNDS, "key of %zu octets, %d to %d are allowed",
                            psk.len, PROV_PSK_MIN, PROV_PSK_MAX);
    if (contains_eui64(identity, device))
        return prov_why_set(flow->why, PROV_E_POLICY, "identity contains the device's EUI-64");
    if (contains_eui64(psk, device))
        return prov_why_set(flow->why, PROV_E_POLICY, "key contains the device's EUI-64");
    if (is_one_octet(psk))
        return prov_why_set(flow->why, PROV_E_POLICY, "key repeats one octet");
    if (is_printable(psk)) {
        prov_why_hint(flow->why, "a key is random octets: give them with --format hex or base64");
        return prov_why_set(flow->why, PROV_E_POLICY, "key is printable text, as a password is");
    }
    return PROV_OK;
}

prov_result prov_flow_psk_register(struct prov_flow *flow, const struct prov_eui64 *device,
                                   const struct prov_fqdn *server, enum prov_use use,
                                   struct prov_bytes identity, struct prov_bytes psk,
                                   struct prov_uuid *ret)
{
    struct prov_secret secret = {0};
    struct prov_credential_new credential;
    prov_result r = psk_check(flow, device, identity, psk);
    if (r == PROV_OK)
        r = credential_begin(flow, PROV_KIND_PSK, device, server, use, &credential);
    if (r == PROV_OK)
        r = prov_secret_set(&secret, psk);
    if (r == PROV_OK) {
        credential.identity = identity;
        credential.secret = &secret;
        credential.registered = true;
        r = credential_store(flow, &credential, ret);
    }
    prov_secret_wipe(&secret);
    return r;
}

/* --- raw public keys --- */

/* A server has a current and a next key; devices pin both (PROV_BUNDLE_PEERS_MAX). */
static prov_result server_key_room(const struct prov_flow *flow, const struct prov_fqdn *server)
{
    struct prov_server_row row;
    struct flow_server_keys keys;
    prov_result r = prov_registry_server_get(flow->registry, server, &row, flow->why);
    if (r != PROV_OK)
        return r;
    r = flow_server_keys_load(flow, server, &keys);
    if (r == PROV_OK && keys.count == PROV_BUNDLE_PEERS_MAX) {
        prov_why_hint(flow->why, "revoke the current one when every device knows the next");
        r = prov_why_set(flow->why, PROV_E_CONFLICT, "server %s has a next raw public key already",
                         server->text);
    }
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

prov_result prov_flow_rpk_issue(struct prov_flow *flow, const struct prov_eui64 *device,
                                const struct prov_fqdn *server, enum prov_use use,
                                struct prov_uuid *ret)
{
    struct prov_pki_key key = {0};
    struct prov_credential_new credential;
    prov_result r = device == NULL ? server_key_room(flow, server) : PROV_OK;
    if (r == PROV_OK)
        r = credential_begin(flow, PROV_KIND_RPK, device, server, use, &credential);
    if (r == PROV_OK)
        r = prov_pki_key_make(flow->pki, &key, flow->why);
    if (r == PROV_OK) {
        credential.point = key.point;
        credential.secret = &key.scalar;
        r = credential_store(flow, &credential, ret);
    }
    prov_pki_key_wipe(&key);
    return r;
}

struct rival {
    enum prov_kind kind;
    enum prov_use use;
    bool found;
};

static prov_result visit_rival(void *context, const struct prov_credential *credential)
{
    struct rival *rival = context;
    bool same_kind = rival->use == PROV_USE_OPERATIONAL || credential->kind == rival->kind;
    rival->found = rival->found || (credential->use == rival->use && same_kind);
    return PROV_OK;
}

/* A registered key becomes active at its first handshake: nobody may hold that place already. */
static prov_result place_check(const struct prov_flow *flow, const struct prov_eui64 *device,
                               const struct prov_fqdn *server, enum prov_use use)
{
    struct prov_credential_filter filter = {
        .device = device, .server = server, .state = PROV_STATE_ACTIVE, .servers = -1};
    struct rival rival = {.kind = PROV_KIND_RPK, .use = use};
    prov_result r =
        prov_registry_credential_list(flow->registry, &filter, visit_rival, &rival, flow->why);
    if (r != PROV_OK || !rival.found)
        return r;
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(device, text);
    return prov_why_set(flow->why, PROV_E_CONFLICT, "device %s has an active %s credential at %s",
                        text, prov_use_text(use), server->text);
}

prov_result prov_flow_rpk_register(struct prov_flow *flow, const struct prov_eui64 *device,
                                   const struct prov_fqdn *server, enum prov_use use,
                                   struct prov_bytes spki, struct prov_uuid *ret)
{
    uint8_t point[PROV_POINT_LEN];
    struct prov_credential_new credential;
    prov_result r = prov_pki_public_check(flow->pki, spki, point, flow->why);
    if (r == PROV_OK)
        r = place_check(flow, device, server, use);
    if (r == PROV_OK)
        r = credential_begin(flow, PROV_KIND_RPK, device, server, use, &credential);
    if (r != PROV_OK)
        return r;
    credential.point = point;
    credential.state = PROV_STATE_PENDING;
    credential.registered = true;
    return credential_store(flow, &credential, ret);
}

/* --- certificates --- */

static prov_result days_choose(const struct prov_flow *flow, const struct prov_flow_cert *request,
                               int *ret)
{
    bool bootstrap = request->device != NULL && request->use == PROV_USE_BOOTSTRAP;
    if (request->days < 0 || request->days > 36500)
        return prov_why_set(flow->why, PROV_E_USAGE, "%d days, 1 to 36500 are allowed",
                            request->days);
    if (request->no_expiry && request->days != 0)
        return prov_why_set(flow->why, PROV_E_USAGE, "a number of days and no expiry");
    if (request->no_expiry && !bootstrap)
        return prov_why_set(flow->why, PROV_E_POLICY, "%s certificate without expiry",
                            request->device == NULL ? "a server's" : "an operational");
    *ret = request->days != 0        ? request->days
           : bootstrap               ? 0
           : request->device == NULL ? FLOW_SERVER_DAYS
                                     : PROV_LDEVID_DAYS;
    return PROV_OK;
}

/* The key: from the request, after proof, or made here. */
static prov_result key_choose(const struct prov_flow *flow, const struct prov_flow_cert *request,
                              struct prov_pki_key *ret)
{
    if (request->csr.len == 0)
        return prov_pki_key_make(flow->pki, ret, flow->why);
    if (request->device == NULL)
        return prov_why_set(flow->why, PROV_E_POLICY,
                            "request for a server's certificate: its key is made here");
    uint8_t octets[PROV_CSR_MAX];
    struct prov_buf der = PROV_BUF_OF(octets);
    struct prov_csr csr;
    prov_result r =
        prov_pki_csr_check(flow->pki, request->csr, request->device, &der, &csr, flow->why);
    if (r == PROV_OK)
        memcpy(ret->point, csr.point.data, PROV_POINT_LEN);
    return r;
}

static prov_result cert_store(const struct prov_flow *flow, const struct prov_flow_cert *request,
                              const struct prov_pki_key *key, int days, struct prov_uuid *ret)
{
    struct prov_credential_new credential;
    prov_result r = credential_begin(flow, PROV_KIND_CERT, request->device, request->server,
                                     request->use, &credential);
    if (r != PROV_OK)
        return r;
    struct prov_device device = {.from_eui48 = false};
    if (request->device != NULL)
        r = prov_registry_device_get(flow->registry, request->device, &device, flow->why);
    if (r != PROV_OK)
        return r;
    struct prov_pki_leaf leaf = {.device = request->device,
                                 .server = request->device == NULL ? request->server : NULL,
                                 .use = credential.use,
                                 .point = key->point,
                                 .validity = flow_validity(flow, days),
                                 .profile = request->profile,
                                 .form = request->form,
                                 .from_eui48 = device.from_eui48,
                                 .serves = request->serves};
    struct flow_cert cert;
    r = flow_cert_make(flow, &leaf, &cert);
    if (r != PROV_OK)
        return r;
    flow_cert_describe(&cert, &credential);
    credential.point = key->point;
    credential.secret = key->scalar.len == 0 ? NULL : &key->scalar;
    credential.registered = key->scalar.len == 0;
    return credential_store(flow, &credential, ret);
}

prov_result prov_flow_cert_issue(struct prov_flow *flow, const struct prov_flow_cert *request,
                                 struct prov_uuid *ret)
{
    int days = 0;
    struct prov_pki_key key = {0};
    struct prov_server_row row;
    prov_result r = days_choose(flow, request, &days);
    if (r == PROV_OK)
        r = prov_registry_server_get(flow->registry, request->server, &row, flow->why);
    if (r == PROV_OK)
        r = key_choose(flow, request, &key);
    if (r == PROV_OK)
        r = cert_store(flow, request, &key, days, ret);
    prov_pki_key_wipe(&key);
    return r;
}
