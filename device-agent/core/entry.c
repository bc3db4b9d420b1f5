/* SPDX-License-Identifier: Apache-2.0
 *
 * One entry: a credential, what authenticates the server, where it is.
 *
 *     entry = {
 *        1: 1..3,            kind: psk, rpk, cert
 *        2: 1..2,            use: bootstrap, operational
 *        3: tstr,            server
 *      ? 4: tstr,            address
 *      ? 5: uint,            issued, Unix seconds
 *      ? 6: bstr .size 16,   public id
 *      ? 7: bstr, ? 8: bstr, PSK identity and key
 *      ? 9: bstr .size 65,   own public key
 *      ? 10: bstr .size 32   own private key,
 *      ? 11: uint            or its number in a key holder,
 *      ? 12: true            or the device's own
 *      ? 13: [1*4 bstr],     own certificates, end entity first
 *      ? 14: [1*2 bstr .size 65], the server's raw public keys
 *      ? 15: [1*4 bstr],     trust anchors
 *      ? 16: bstr .size 65,  who signs deny-lists
 *      ? 17: [1*4 bstr],     the server's certificates, as they were last seen
 *      ? 18: bstr,           its CertificateRequest
 *      ? 19: [1*4 [tstr, bstr .size 20]], where the own certificates lie, with their SHA-1
 *      ? 20: true            the anchors are not those of before
 *     }
 */
#include <string.h>

#include "prov/cbor.h"
#include "store_private.h"

/* --- writing ---------------------------------------------------------------------------------- */

static void put_key_bstr(struct prov_buf *buf, int key, struct prov_bytes value, size_t *count)
{
    if (value.len == 0)
        return;
    *count += 1;
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, key);
    prov_cbor_put_bstr(buf, value);
}

static void put_key_array(struct prov_buf *buf, int key, const struct prov_bytes *values,
                          size_t len, size_t *count)
{
    if (len == 0)
        return;
    *count += 1;
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, key);
    prov_cbor_put_array(buf, len);
    for (size_t i = 0; i < len; i++)
        prov_cbor_put_bstr(buf, values[i]);
}

static void put_own_key(struct prov_buf *buf, const struct prov_entry *entry, size_t *count)
{
    if (entry->key.source == PROV_KEY_NONE)
        return;
    put_key_bstr(buf, 9, PROV_BYTES_OF(entry->point), count);
    if (entry->key.source == PROV_KEY_SCALAR) {
        put_key_bstr(buf, 10, entry->key.scalar, count);
        return;
    }
    *count += 1;
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, entry->key.source == PROV_KEY_HANDLE ? 11 : 12);
    if (entry->key.source == PROV_KEY_HANDLE)
        prov_cbor_put_uint(buf, entry->key.handle);
    else
        prov_cbor_put_bool(buf, true);
}

static void put_where(struct prov_buf *buf, const struct prov_entry *entry, size_t *count)
{
    *count += 3 + (entry->address[0] != '\0') + (entry->issued > 0);
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, 1);
    prov_cbor_put_uint(buf, entry->kind);
    prov_cbor_put_int(buf, 2);
    prov_cbor_put_uint(buf, entry->use);
    prov_cbor_put_int(buf, 3);
    prov_cbor_put_tstr(buf, entry->server.text);
    if (entry->address[0] != '\0') {
        prov_cbor_put_int(buf, 4);
        prov_cbor_put_tstr(buf, entry->address);
    }
    if (entry->issued > 0) {
        prov_cbor_put_int(buf, 5);
        prov_cbor_put_uint(buf, (uint64_t)entry->issued);
    }
}

static void put_urls(struct prov_buf *buf, const struct prov_entry *entry, size_t *count)
{
    if (entry->url_count == 0)
        return;
    *count += 1;
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, 19);
    prov_cbor_put_array(buf, entry->url_count);
    for (size_t i = 0; i < entry->url_count; i++) {
        prov_cbor_put_array(buf, 2);
        prov_cbor_put_text(buf, entry->urls[i].url);
        prov_cbor_put_bstr(buf, PROV_BYTES_OF(entry->urls[i].sha1));
    }
}

static void put_new_anchors(struct prov_buf *buf, const struct prov_entry *entry, size_t *count)
{
    if (!entry->new_anchors)
        return;
    *count += 1;
    if (buf == NULL)
        return;
    prov_cbor_put_int(buf, 20);
    prov_cbor_put_bool(buf, true);
}

/* Writes the members, or, with buf NULL, only counts them. */
static size_t put_members(struct prov_buf *buf, const struct prov_entry *entry)
{
    size_t count = 0;
    struct prov_bytes peers[PROV_BUNDLE_PEERS_MAX];
    for (size_t i = 0; i < entry->peer_count; i++)
        peers[i] = PROV_BYTES_OF(entry->peers[i]);
    put_where(buf, entry, &count);
    put_key_bstr(buf, 6, entry->id, &count);
    put_key_bstr(buf, 7, entry->psk_identity, &count);
    put_key_bstr(buf, 8, entry->psk, &count);
    put_own_key(buf, entry, &count);
    put_key_array(buf, 13, entry->chain, entry->chain_len, &count);
    put_key_array(buf, 14, peers, entry->peer_count, &count);
    put_key_array(buf, 15, entry->anchors, entry->anchor_count, &count);
    if (entry->has_deny_signer)
        put_key_bstr(buf, 16, PROV_BYTES_OF(entry->deny_signer), &count);
    put_key_array(buf, 17, entry->cache, entry->cache_len, &count);
    put_key_bstr(buf, 18, entry->cached_request, &count);
    put_urls(buf, entry, &count);
    put_new_anchors(buf, entry, &count);
    return count;
}

prov_result prov_entry_encode(const struct prov_entry *entry, struct prov_buf *ret)
{
    if (entry->chain_len > PROV_BUNDLE_CHAIN_MAX || entry->peer_count > PROV_BUNDLE_PEERS_MAX ||
        entry->anchor_count > PROV_BUNDLE_ANCHORS_MAX || entry->cache_len > PROV_BUNDLE_CHAIN_MAX ||
        entry->url_count > PROV_BUNDLE_CHAIN_MAX)
        return PROV_E_BOUNDS;
    size_t start = ret->len;
    prov_cbor_put_map(ret, put_members(NULL, entry));
    (void)put_members(ret, entry);
    if (ret->len - start > UINT16_MAX)
        return PROV_E_OVERFLOW;
    return prov_buf_result(ret);
}

/* --- reading ---------------------------------------------------------------------------------- */

static prov_result take_text(struct prov_reader *reader, char *ret, size_t cap)
{
    struct prov_bytes text = PROV_BYTES_NONE;
    prov_result r = prov_cbor_take_tstr(reader, &text);
    if (r != PROV_OK)
        return r;
    if (text.len >= cap)
        return PROV_E_BOUNDS;
    memcpy(ret, text.data, text.len);
    ret[text.len] = '\0';
    return PROV_OK;
}

static prov_result take_number(struct prov_reader *reader, uint64_t low, uint64_t high,
                               uint64_t *ret)
{
    uint64_t value = 0;
    prov_result r = prov_cbor_take_uint(reader, &value);
    if (r != PROV_OK)
        return r;
    if (value < low || value > high)
        return PROV_E_BOUNDS;
    *ret = value;
    return PROV_OK;
}

static prov_result take_fixed(struct prov_reader *reader, size_t len, struct prov_bytes *ret)
{
    struct prov_bytes value = PROV_BYTES_NONE;
    prov_result r = prov_cbor_take_bstr(reader, &value);
    if (r != PROV_OK)
        return r;
    if (value.len != len)
        return PROV_E_BOUNDS;
    *ret = value;
    return PROV_OK;
}

static prov_result take_array(struct prov_reader *reader, size_t max, struct prov_bytes *ret,
                              size_t *ret_len)
{
    size_t count = 0;
    prov_result r = prov_cbor_take_array(reader, &count);
    if (r == PROV_OK && (count == 0 || count > max))
        r = PROV_E_BOUNDS;
    for (size_t i = 0; i < count && r == PROV_OK; i++)
        r = prov_cbor_take_bstr(reader, &ret[i]);
    if (r == PROV_OK)
        *ret_len = count;
    return r;
}

static prov_result take_peers(struct prov_reader *reader, struct prov_entry *ret)
{
    struct prov_bytes peers[PROV_BUNDLE_PEERS_MAX];
    size_t count = 0;
    prov_result r = take_array(reader, PROV_BUNDLE_PEERS_MAX, peers, &count);
    for (size_t i = 0; i < count && r == PROV_OK; i++) {
        if (peers[i].len != PROV_POINT_LEN)
            return PROV_E_BOUNDS;
        memcpy(ret->peers[i], peers[i].data, PROV_POINT_LEN);
    }
    ret->peer_count = count;
    return r;
}

static prov_result take_deny_signer(struct prov_reader *reader, struct prov_entry *ret)
{
    struct prov_bytes point = PROV_BYTES_NONE;
    prov_result r = take_fixed(reader, PROV_POINT_LEN, &point);
    if (r != PROV_OK)
        return r;
    ret->has_deny_signer = true;
    memcpy(ret->deny_signer, point.data, PROV_POINT_LEN);
    return PROV_OK;
}

/* [url, sha1] */
static prov_result take_url(struct prov_reader *reader, struct prov_certificate_url *ret)
{
    struct prov_bytes sha1 = PROV_BYTES_NONE;
    size_t count = 0;
    prov_result r = prov_cbor_take_array(reader, &count);
    if (r == PROV_OK && count != 2)
        return PROV_E_FORMAT;
    if (r == PROV_OK)
        r = prov_cbor_take_tstr(reader, &ret->url);
    if (r == PROV_OK)
        r = prov_certificate_url_check(ret->url);
    if (r == PROV_OK)
        r = take_fixed(reader, sizeof ret->sha1, &sha1);
    if (r == PROV_OK)
        memcpy(ret->sha1, sha1.data, sizeof ret->sha1);
    return r;
}

static prov_result take_urls(struct prov_reader *reader, struct prov_entry *ret)
{
    size_t count = 0;
    prov_result r = prov_cbor_take_array(reader, &count);
    if (r == PROV_OK && (count == 0 || count > PROV_BUNDLE_CHAIN_MAX))
        return PROV_E_BOUNDS;
    for (size_t i = 0; i < count && r == PROV_OK; i++)
        r = take_url(reader, &ret->urls[i]);
    ret->url_count = count;
    return r;
}

static prov_result take_true(struct prov_reader *reader, bool *ret)
{
    prov_result r = prov_cbor_take_bool(reader, ret);
    return r == PROV_OK && !*ret ? PROV_E_FORMAT : r;
}

static prov_result take_where(struct prov_reader *reader, int64_t key, struct prov_entry *ret)
{
    uint64_t value = 0;
    prov_result r = PROV_OK;
    switch (key) {
    case 1:
        r = take_number(reader, PROV_KIND_PSK, PROV_KIND_CERT, &value);
        ret->kind = (enum prov_kind)value;
        return r;
    case 2:
        r = take_number(reader, PROV_USE_BOOTSTRAP, PROV_USE_OPERATIONAL, &value);
        ret->use = (enum prov_use)value;
        return r;
    case 3:
        return take_text(reader, ret->server.text, sizeof ret->server.text);
    case 4:
        return take_text(reader, ret->address, sizeof ret->address);
    default:
        r = take_number(reader, 0, INT64_MAX, &value);
        ret->issued = (int64_t)value;
        return r;
    }
}

static prov_result take_own_key(struct prov_reader *reader, int64_t key, struct prov_entry *ret)
{
    struct prov_bytes point = PROV_BYTES_NONE;
    uint64_t handle = 0;
    bool yes = false;
    prov_result r = PROV_OK;
    switch (key) {
    case 9:
        r = take_fixed(reader, PROV_POINT_LEN, &point);
        if (r == PROV_OK)
            memcpy(ret->point, point.data, PROV_POINT_LEN);
        return r;
    case 10:
        ret->key.source = PROV_KEY_SCALAR;
        return take_fixed(reader, PROV_SCALAR_LEN, &ret->key.scalar);
    case 11:
        ret->key.source = PROV_KEY_HANDLE;
        r = take_number(reader, 0, UINT32_MAX, &handle);
        ret->key.handle = (uint32_t)handle;
        return r;
    default:
        ret->key.source = PROV_KEY_DEVICE;
        return take_true(reader, &yes);
    }
}

static prov_result take_member(struct prov_reader *reader, int64_t key, struct prov_entry *ret)
{
    if (key >= 1 && key <= 5)
        return take_where(reader, key, ret);
    if (key >= 9 && key <= 12)
        return take_own_key(reader, key, ret);
    switch (key) {
    case 6:
        return take_fixed(reader, sizeof(struct prov_uuid), &ret->id);
    case 7:
        return prov_cbor_take_bstr(reader, &ret->psk_identity);
    case 8:
        return prov_cbor_take_bstr(reader, &ret->psk);
    case 13:
        return take_array(reader, PROV_BUNDLE_CHAIN_MAX, ret->chain, &ret->chain_len);
    case 14:
        return take_peers(reader, ret);
    case 15:
        return take_array(reader, PROV_BUNDLE_ANCHORS_MAX, ret->anchors, &ret->anchor_count);
    case 16:
        return take_deny_signer(reader, ret);
    case 17:
        return take_array(reader, PROV_BUNDLE_CHAIN_MAX, ret->cache, &ret->cache_len);
    case 18:
        return prov_cbor_take_bstr(reader, &ret->cached_request);
    case 19:
        return take_urls(reader, ret);
    case 20:
        return take_true(reader, &ret->new_anchors);
    default:
        return PROV_E_FORMAT;
    }
}

prov_result prov_entry_decode(struct prov_bytes bytes, struct prov_entry *ret)
{
    struct prov_reader reader = prov_reader_make(bytes);
    struct prov_cbor_map map;
    memset(ret, 0, sizeof *ret);
    prov_result r = prov_cbor_map_begin(&reader, &map);
    while (r == PROV_OK) {
        bool more = false;
        int64_t key = 0;
        r = prov_cbor_map_next(&reader, &map, &more, &key);
        if (r != PROV_OK || !more)
            break;
        r = take_member(&reader, key, ret);
    }
    if (r == PROV_OK && !prov_reader_done(&reader))
        r = PROV_E_TRAILING;
    return r == PROV_OK ? prov_entry_check(ret) : r;
}

/* --- judging ---------------------------------------------------------------------------------- */

prov_result prov_entry_check(const struct prov_entry *entry)
{
    if (entry->server.text[0] == '\0')
        return PROV_E_POLICY;
    switch (entry->kind) {
    case PROV_KIND_PSK:
        if (entry->psk_identity.len == 0 || entry->psk_identity.len > PROV_PSK_IDENTITY_MAX)
            return PROV_E_POLICY;
        return entry->psk.len < PROV_PSK_MIN || entry->psk.len > PROV_PSK_MAX ? PROV_E_POLICY
                                                                              : PROV_OK;
    case PROV_KIND_RPK:
        return entry->key.source == PROV_KEY_NONE || entry->peer_count == 0 ? PROV_E_POLICY
                                                                            : PROV_OK;
    case PROV_KIND_CERT:
        return entry->key.source == PROV_KEY_NONE || entry->chain_len == 0 ||
                       entry->anchor_count == 0 ||
                       (entry->url_count != 0 && entry->url_count != entry->chain_len)
                   ? PROV_E_POLICY
                   : PROV_OK;
    default:
        return PROV_E_POLICY;
    }
}
