/* SPDX-License-Identifier: Apache-2.0
 *
 * One entry: a credential, what authenticates the server, where it is. On flash it is a run of members,
 *
 *     key 1 │ length 2 │ octets
 *
 * in the order of the table; a list is several members with one key. The server comes first, so that an entry is
 * found by it without being read; what every entry has comes last, so that no part of one is an entry.
 */
#include <string.h>

#include "store_private.h"

#define KEY_URL  16u /* SHA-1 of a certificate 20 │ where it lies */
#define KEY_HEAD 17u /* its key's number 4 │ its source 1 │ new anchors 1 │ use 1 │ kind 1 */
#define HEAD_LEN 8u

/* --- the table -------------------------------------------------------------------------------- */

/* Where a member stands in struct prov_entry. */
struct row {
    uint16_t items; /* the view, or the first of a list */
    uint16_t count; /* how many there are, 0: it is no list */
    uint8_t max;    /* of them */
    uint8_t len;    /* of each, 0: any */
};
#define ONE(member, len)                                                                           \
    {                                                                                              \
        offsetof(struct prov_entry, member), 0, 1, len                                             \
    }
#define LIST(member, count, len)                                                                   \
    {                                                                                              \
        offsetof(struct prov_entry, member), offsetof(struct prov_entry, count),                   \
            sizeof((struct prov_entry *)NULL)->member / sizeof(struct prov_bytes), len             \
    }

/* The key is the place in the table. A build knows the members of the kinds that it has. */
static const struct row rows[] = {
    /* all kinds, and PSK */
    ONE(server, 0),
    ONE(address, 0),
    ONE(deny_signer, PROV_POINT_LEN),
    ONE(psk_identity, 0),
    ONE(psk, 0),
    /* RPK and certificates */
    ONE(point, PROV_POINT_LEN),
    ONE(key.scalar, PROV_SCALAR_LEN),
    LIST(peers, peer_count, PROV_POINT_LEN),
    /* certificates */
    LIST(chain, chain_len, 0),
    LIST(anchors, anchor_count, 0),
    LIST(cache, cache_len, 0),
    ONE(cached_request, 0),
};
#define ROWS_PSK  5u
#define ROWS_RPK  8u
#define ROWS_CERT (sizeof rows / sizeof rows[0])
_Static_assert(ROWS_CERT <= KEY_URL, "keys are told apart");

#define WITH_KEYS (PROV_WITH_RPK || PROV_WITH_CERT)
#define ROWS      (PROV_WITH_CERT ? ROWS_CERT : WITH_KEYS ? ROWS_RPK : ROWS_PSK)

static size_t count_of(const struct prov_entry *entry, const struct row *row,
                       const struct prov_bytes *items)
{
    return !WITH_KEYS || row->count == 0
               ? items->len != 0
               : *(const size_t *)(const void *)((const uint8_t *)entry + row->count);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_member(struct store_writer *writer, uint8_t key, struct prov_bytes value)
{
    const uint8_t head[] = {key, (uint8_t)(value.len >> 8), (uint8_t)value.len};
    store_writer_put(writer, head, sizeof head);
    store_writer_put(writer, value.data, value.len);
}

static void put_urls(struct store_writer *writer, const struct prov_entry *entry)
{
    for (size_t i = 0; i < entry->url_count; i++) {
        uint8_t octets[PROV_SHA1_LEN + PROV_URL_MAX];
        struct prov_buf buf = PROV_BUF_OF(octets);
        prov_put(&buf, entry->urls[i].sha1, PROV_SHA1_LEN);
        prov_put_bytes(&buf, entry->urls[i].url);
        put_member(writer, KEY_URL, prov_buf_bytes(&buf));
    }
}

void store_entry_put(struct store_writer *writer, const struct prov_entry *entry)
{
    uint8_t head[HEAD_LEN];
    for (size_t key = 0; key < ROWS; key++) {
        const void *at = (const uint8_t *)entry + rows[key].items;
        const struct prov_bytes *items = at;
        size_t count = count_of(entry, &rows[key], items);
        for (size_t i = 0; i < count && i < rows[key].max; i++)
            put_member(writer, (uint8_t)key, items[i]);
    }
    if (PROV_WITH_CERTIFICATE_URLS && entry->kind == PROV_KIND_CERT)
        put_urls(writer, entry);
    store_put_u32(head, entry->key.handle);
    head[4] = (uint8_t)entry->key.source;
    head[5] = entry->new_anchors;
    head[6] = (uint8_t)entry->use;
    head[7] = (uint8_t)entry->kind;
    put_member(writer, KEY_HEAD, PROV_BYTES_OF(head));
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool take_row(const struct row *row, struct prov_bytes value, struct prov_entry *ret)
{
    void *at = (uint8_t *)ret + row->items, *count_at = (uint8_t *)ret + row->count;
    struct prov_bytes *items = at;
    size_t count = count_of(ret, row, items);
    if (count >= row->max || value.len == 0 || (row->len != 0 && value.len != row->len))
        return false;
    items[count] = value;
    if (WITH_KEYS && row->count != 0)
        *(size_t *)count_at = count + 1;
    return true;
}

static bool take_url(struct prov_bytes value, struct prov_entry *ret)
{
    struct prov_certificate_url *url = &ret->urls[ret->url_count];
    if (ret->url_count == PROV_ENTRY_URLS_MAX || value.len < PROV_SHA1_LEN)
        return false;
    memcpy(url->sha1, value.data, PROV_SHA1_LEN);
    url->url = PROV_BYTES(value.data + PROV_SHA1_LEN, value.len - PROV_SHA1_LEN);
    ret->url_count++;
    return prov_certificate_url_check(url->url) == PROV_OK;
}

static bool take_head(struct prov_bytes value, struct prov_entry *ret)
{
    if (value.len != HEAD_LEN)
        return false;
    ret->key.handle = store_u32(value.data);
    ret->key.source = (enum prov_key_source)value.data[4];
    ret->new_anchors = value.data[5] == 1;
    ret->use = (enum prov_use)value.data[6];
    ret->kind = (enum prov_kind)value.data[7];
    return true;
}

static bool take_member(uint8_t key, struct prov_bytes value, struct prov_entry *ret)
{
    if (key < ROWS)
        return take_row(&rows[key], value, ret);
    if (PROV_WITH_CERTIFICATE_URLS && key == KEY_URL)
        return take_url(value, ret);
    return key == KEY_HEAD && take_head(value, ret);
}

prov_result prov_entry_decode(struct prov_bytes bytes, struct prov_entry *ret)
{
    struct prov_reader reader = prov_reader_make(bytes);
    struct prov_bytes value;
    uint8_t key = 0;
    memset(ret, 0, sizeof *ret);
    ret->encoded_len = bytes.len;
    while (!prov_reader_done(&reader))
        if (!prov_take_u8(&reader, &key) || !prov_take_vector(&reader, 2, &value) ||
            !take_member(key, value, ret))
            return PROV_E_FORMAT;
    return prov_entry_check(ret);
}

/* --- judging ---------------------------------------------------------------------------------- */

static bool is_text(struct prov_bytes bytes, size_t max)
{
    return bytes.len > 1 && bytes.len <= max && bytes.data[bytes.len - 1] == '\0';
}

static bool has_psk(const struct prov_entry *entry)
{
    return entry->psk_identity.len > 0 && entry->psk_identity.len <= PROV_PSK_IDENTITY_MAX &&
           entry->psk.len >= PROV_PSK_MIN && entry->psk.len <= PROV_PSK_MAX;
}

static bool has_key(const struct prov_entry *entry)
{
    const struct prov_key_ref *key = &entry->key;
    return entry->point.len == PROV_POINT_LEN &&
           (key->source == PROV_KEY_SCALAR
                ? key->scalar.len == PROV_SCALAR_LEN
                : key->source == PROV_KEY_HANDLE || key->source == PROV_KEY_DEVICE);
}

static bool has_chain(const struct prov_entry *entry)
{
    return entry->chain_len != 0 && entry->chain_len <= PROV_ENTRY_CHAIN_MAX &&
           entry->anchor_count != 0 &&
           (entry->url_count == 0 || entry->url_count == entry->chain_len);
}

prov_result prov_entry_check(const struct prov_entry *entry)
{
    bool good = is_text(entry->server, PROV_FQDN_MAX + 1) &&
                (entry->address.len == 0 || is_text(entry->address, PROV_ADDRESS_MAX + 1));
    if (PROV_WITH_PSK && entry->kind == PROV_KIND_PSK)
        good = good && has_psk(entry);
    else if (PROV_WITH_RPK && entry->kind == PROV_KIND_RPK)
        good = good && has_key(entry) && entry->peer_count != 0;
    else if (PROV_WITH_CERT && entry->kind == PROV_KIND_CERT)
        good = good && has_key(entry) && has_chain(entry);
    else
        good = false;
    return good ? PROV_OK : PROV_E_POLICY;
}
