/* SPDX-License-Identifier: Apache-2.0
 *
 * What every verb needs: the time, ids, the anchors and the server's keys.
 */
#include <string.h>

#include "internal.h"

int64_t flow_now(const struct prov_flow *flow)
{
    return flow->clock_ms(flow->clock_context) / 1000;
}

prov_result flow_uuid_make(const struct prov_flow *flow, struct prov_uuid *ret)
{
    uint8_t random[10];
    prov_result r = prov_crypto_random(flow->crypto, random, sizeof(random));
    if (r != PROV_OK)
        return prov_why_set(flow->why, r, "no random octets for an id");
    prov_uuid_make((uint64_t)flow->clock_ms(flow->clock_context), random, ret);
    return PROV_OK;
}

bool flow_uuid_is_zero(const struct prov_uuid *uuid)
{
    static const struct prov_uuid zero;
    return memcmp(uuid, &zero, sizeof(zero)) == 0;
}

/* SEQUENCE (30), then a definite length: one certificate. */
static prov_result take_certificate(struct prov_reader *reader, struct prov_bytes *ret)
{
    size_t start = reader->at;
    uint8_t tag = 0, first = 0;
    if (!prov_take_u8(reader, &tag) || !prov_take_u8(reader, &first) || tag != 0x30)
        return PROV_E_FORMAT;
    uint32_t len = first;
    if (first >= 0x80) {
        uint8_t octet = 0;
        len = 0;
        if (first == 0x80 || first > 0x82)
            return PROV_E_FORMAT;
        for (unsigned i = 0; i < first - 0x80u; i++) {
            if (!prov_take_u8(reader, &octet))
                return PROV_E_TRUNCATED;
            len = len << 8 | octet;
        }
    }
    struct prov_bytes content;
    if (!prov_take(reader, len, &content))
        return PROV_E_TRUNCATED;
    *ret = PROV_BYTES(reader->bytes.data + start, reader->at - start);
    return PROV_OK;
}

prov_result prov_flow_chain_split(struct prov_bytes octets, struct prov_bytes *ret, size_t cap,
                                  size_t *ret_count)
{
    struct prov_reader reader = prov_reader_make(octets);
    size_t count = 0;
    while (!prov_reader_done(&reader)) {
        if (count == cap)
            return PROV_E_BOUNDS;
        prov_result r = take_certificate(&reader, &ret[count]);
        if (r != PROV_OK)
            return r;
        count++;
    }
    *ret_count = count;
    return PROV_OK;
}

prov_result flow_spki_digest(const struct prov_flow *flow, const uint8_t point[PROV_POINT_LEN],
                             uint8_t ret[PROV_HASH_LEN])
{
    uint8_t spki[PROV_SPKI_LEN];
    prov_spki_encode(point, spki);
    struct prov_bytes part = PROV_BYTES_OF(spki);
    return prov_crypto_sha256(flow->crypto, &part, 1, ret);
}

static prov_result visit_root(void *context, const struct prov_ca *ca)
{
    struct flow_roots *roots = context;
    if (ca->level != PROV_CA_ROOT || roots->count == PROV_BUNDLE_ANCHORS_MAX)
        return PROV_OK;
    memcpy(roots->octets[roots->count], ca->cert, ca->cert_len);
    roots->certs[roots->count] = PROV_BYTES(roots->octets[roots->count], ca->cert_len);
    roots->count++;
    return PROV_OK;
}

prov_result flow_roots_load(const struct prov_flow *flow, struct flow_roots *ret)
{
    ret->count = 0;
    prov_result r = prov_registry_ca_list(flow->registry, visit_root, ret, flow->why);
    if (r == PROV_OK && ret->count == 0)
        r = prov_why_set(flow->why, PROV_E_NOT_FOUND, "the registry has no root CA");
    return r;
}

/* Oldest first: a next key is announced before it is shown, so that devices that pin keys have both
 * when the old one is revoked. */
static prov_result visit_server_key(void *context, const struct prov_credential *credential)
{
    struct flow_server_keys *keys = context;
    if (credential->kind != PROV_KIND_RPK)
        return PROV_OK;
    size_t at = keys->count;
    while (at > 0 && keys->ids[at - 1] > credential->id)
        at--;
    if (at == PROV_BUNDLE_PEERS_MAX)
        return PROV_OK;
    size_t last = keys->count < PROV_BUNDLE_PEERS_MAX ? keys->count : PROV_BUNDLE_PEERS_MAX - 1;
    for (size_t i = last; i > at; i--) {
        keys->ids[i] = keys->ids[i - 1];
        memcpy(keys->points[i], keys->points[i - 1], PROV_POINT_LEN);
    }
    keys->ids[at] = credential->id;
    memcpy(keys->points[at], credential->point, PROV_POINT_LEN);
    keys->count = last + 1;
    return PROV_OK;
}

prov_result flow_server_keys_load(const struct prov_flow *flow, const struct prov_fqdn *server,
                                  struct flow_server_keys *ret)
{
    struct prov_credential_filter filter = {
        .server = server, .kind = PROV_KIND_RPK, .state = PROV_STATE_ACTIVE, .servers = 1};
    ret->count = 0;
    prov_result r =
        prov_registry_credential_list(flow->registry, &filter, visit_server_key, ret, flow->why);
    if (r == PROV_OK && ret->count == 0)
        r = prov_why_set(flow->why, PROV_E_NOT_FOUND, "no active raw public key of server %s",
                         server->text);
    return r;
}
