/* SPDX-License-Identifier: Apache-2.0
 *
 * One entry: a credential, what authenticates the server, where it is. On flash it is a run of members,
 *
 *     key 1 │ length 2 │ octets
 *
 * The key is the place in struct prov_entry's members. The server comes first, so that an entry is found by it without
 * being read; what every entry has comes last, so that no part of one is an entry, and the kind at its end: where an
 * entry ends is told from erased flash by that octet.
 */
#include <string.h>

#include "store_private.h"

/* What is no view of the entry's own. */
enum {
    KEY_SCALAR = 64,
    KEY_HANDLE, /* its key's number 4 */
    KEY_URL,    /* SHA-1 of a certificate 20 │ where it lies */
    KEY_HEAD    /* from the factory 1 │ new anchors 1 │ use 1 │ kind 1 */
};
#define HANDLE_LEN 4u

/* A build knows the members of the kinds that it has. */
#define WITH_KEYS (PROV_WITH_RPK || PROV_WITH_CERT)
#define PLACE(member)                                                                              \
    (offsetof(struct prov_entry, member) / sizeof(struct prov_bytes)) /* in the members */
#define MEMBERS (PROV_WITH_CERT ? PROV_ENTRY_MEMBERS : WITH_KEYS ? PLACE(chain) : PLACE(point))
_Static_assert(sizeof((struct prov_entry *)NULL)->members == offsetof(struct prov_entry, key),
               "the members are all the views");
_Static_assert(PROV_ENTRY_MEMBERS <= KEY_SCALAR, "keys are told apart");

size_t prov_entry_count(const struct prov_bytes *list, size_t max)
{
    size_t count = 0;
    while (count < max && list[count].len > 0)
        count++;
    return count;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_member(struct store_writer *writer, uint8_t key, struct prov_bytes value)
{
    const uint8_t head[] = {key, (uint8_t)(value.len >> 8), (uint8_t)value.len};
    if (value.len == 0)
        return;
    store_writer_put(writer, head, sizeof head);
    store_writer_put(writer, value.data, value.len);
}

static void put_handle(struct store_writer *writer, const struct prov_entry *entry)
{
    uint8_t octets[HANDLE_LEN];
    memcpy(octets, &entry->key.handle, sizeof octets);
    put_member(writer, KEY_HANDLE, PROV_BYTES_OF(octets));
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
    for (size_t key = 0; key < MEMBERS; key++)
        put_member(writer, (uint8_t)key, entry->members[key]);
    if (WITH_KEYS)
        put_member(writer, KEY_SCALAR, entry->key.scalar);
    if (PROV_WITH_KEY_HOLDER && entry->key.source == PROV_KEY_HANDLE)
        put_handle(writer, entry);
    if (PROV_WITH_CERTIFICATE_URLS && entry->kind == PROV_KIND_CERT)
        put_urls(writer, entry);
    put_member(writer, KEY_HEAD, PROV_BYTES_OF(entry->head));
}

/* --- reading ---------------------------------------------------------------------------------- */

/* One that is not empty and comes for the first time. */
static bool take_view(struct prov_bytes value, struct prov_bytes *ret)
{
    bool first = value.len != 0 && ret->len == 0;
    *ret = value;
    return first;
}

static bool take_handle(struct prov_bytes value, struct prov_entry *ret)
{
    if (value.len != HANDLE_LEN)
        return false;
    ret->key.source = PROV_KEY_HANDLE;
    memcpy(&ret->key.handle, value.data, HANDLE_LEN);
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
    if (value.len != sizeof ret->head)
        return false;
    memcpy(ret->head, value.data, sizeof ret->head);
    return true;
}

static bool take_member(uint8_t key, struct prov_bytes value, struct prov_entry *ret)
{
    if (key < MEMBERS || (WITH_KEYS && key == KEY_SCALAR))
        return take_view(value, key < MEMBERS ? &ret->members[key] : &ret->key.scalar);
    if (PROV_WITH_KEY_HOLDER && key == KEY_HANDLE)
        return take_handle(value, ret);
    if (PROV_WITH_CERTIFICATE_URLS && key == KEY_URL)
        return take_url(value, ret);
    return key == KEY_HEAD && take_head(value, ret);
}

prov_result prov_entry_decode(struct prov_bytes bytes, struct prov_entry *ret)
{
    struct prov_reader reader = prov_reader_make(bytes);
    memset(ret, 0, sizeof *ret);
    ret->room_used = bytes.len;
    while (!prov_reader_done(&reader)) {
        struct prov_bytes value;
        uint8_t key = prov_get_u8(&reader);
        prov_get_vector(&reader, 2, &value);
        if (!take_member(key, value, ret)) /* none takes an empty one, such as a torn one is */
            return PROV_E_FORMAT;
    }
    if (ret->key.scalar.len != 0)
        ret->key.source = PROV_KEY_SCALAR;
    else if (PROV_WITH_IDENTITY && ret->point.len != 0 && ret->key.source == PROV_KEY_NONE)
        ret->key.source = PROV_KEY_DEVICE;
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

/* In the source that the build knows. */
static bool has_key(const struct prov_entry *entry)
{
    const struct prov_key_ref *key = &entry->key;
    return entry->point.len == PROV_POINT_LEN &&
           (key->scalar.len == PROV_SCALAR_LEN ||
            (PROV_WITH_KEY_HOLDER && key->source == PROV_KEY_HANDLE) ||
            (PROV_WITH_IDENTITY && key->source == PROV_KEY_DEVICE));
}

static bool has_chain(const struct prov_entry *entry)
{
    return entry->chain[0].len != 0 && entry->anchors[0].len != 0 &&
           (!PROV_WITH_CERTIFICATE_URLS || entry->url_count == 0 ||
            entry->url_count == prov_entry_count(entry->chain, PROV_ENTRY_CHAIN_MAX));
}

prov_result prov_entry_check(const struct prov_entry *entry)
{
    bool good = is_text(entry->server, PROV_FQDN_MAX + 1) &&
                (entry->address.len == 0 || is_text(entry->address, PROV_ADDRESS_MAX + 1));
    if (PROV_WITH_PSK && entry->kind == PROV_KIND_PSK)
        good = good && has_psk(entry);
    else if (PROV_WITH_RPK && entry->kind == PROV_KIND_RPK)
        good = good && has_key(entry) && entry->peers[0].len != 0;
    else if (PROV_WITH_CERT && entry->kind == PROV_KIND_CERT)
        good = good && has_key(entry) && has_chain(entry);
    else
        good = false;
    return good ? PROV_OK : PROV_E_POLICY;
}
