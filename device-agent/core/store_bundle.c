/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking in a bundle: on a device, or on a host that makes a device's flash image.
 */
#include <string.h>

#include "prov/x509.h"
#include "store_private.h"

/* A bundle on its way into the store. The entry's views point into the rest. */
struct intake {
    struct prov_bundle bundle;
    struct prov_identity identity;
    bool fresh; /* nobody's store so far */
    uint8_t point[PROV_POINT_LEN];
    struct prov_bytes peers[PROV_BUNDLE_PEERS_MAX];
    struct prov_entry entry;
};

/* --- whose ------------------------------------------------------------------------------------ */

/* Whose device this is; a first bundle names it if nobody has. */
static prov_result take_identity(struct prov_store *store, struct intake *in)
{
    const struct prov_eui64 *device = &in->bundle.device, *own = store->port->eui64;
    prov_result r = prov_store_identity_get(store, &in->identity);
    if (r == PROV_OK)
        return prov_eui64_equal(&in->identity.eui64, device) ? PROV_OK : PROV_E_NAME;
    if (r != PROV_E_NOT_FOUND)
        return r;
    memset(&in->identity, 0, sizeof in->identity);
    in->identity.eui64 = *device;
    in->fresh = true;
    return own == NULL || prov_eui64_equal(own, device) ? PROV_OK : PROV_E_NAME;
}

/* --- its key ---------------------------------------------------------------------------------- */

static prov_result point_of_scalar(struct prov_crypto *crypto, struct prov_bytes scalar,
                                   uint8_t ret[PROV_POINT_LEN])
{
    struct prov_key key = {0};
    prov_result r = prov_crypto_key_load(crypto, scalar, &key);
    if (r == PROV_OK)
        r = prov_crypto_key_public(crypto, &key, ret);
    prov_crypto_key_drop(crypto, &key);
    return r;
}

/* The own public key that a bundle speaks of: RPK in so many words, CERT inside the end entity. */
static prov_result take_point(struct prov_crypto *crypto, struct intake *in)
{
    const struct prov_bundle *bundle = &in->bundle;
    struct prov_x509 leaf;
    if (bundle->kind == PROV_KIND_CERT) {
        prov_result r =
            bundle->chain_len > 0 ? prov_x509_parse(bundle->chain[0], &leaf) : PROV_E_POLICY;
        if (r == PROV_OK)
            memcpy(in->point, leaf.point.data, PROV_POINT_LEN);
        return r;
    }
    if (!bundle->has_public)
        return point_of_scalar(crypto, bundle->scalar, in->point);
    memcpy(in->point, bundle->point, PROV_POINT_LEN);
    return PROV_OK;
}

/* The key comes with the bundle and fits what it speaks of, or is the device's own. */
static prov_result take_key(struct prov_crypto *crypto, struct intake *in)
{
    const struct prov_identity *identity = &in->identity;
    struct prov_key_ref *key = &in->entry.key;
    uint8_t point[PROV_POINT_LEN];
    prov_result r = take_point(crypto, in);
    if (r != PROV_OK)
        return r;
    in->entry.point = PROV_BYTES_OF(in->point);
    if (in->bundle.scalar.len == 0) {
        bool own = identity->key.source != PROV_KEY_NONE &&
                   memcmp(identity->point, in->point, PROV_POINT_LEN) == 0;
        key->source = PROV_KEY_DEVICE;
        return own ? PROV_OK : PROV_E_NOT_FOUND;
    }
    key->source = PROV_KEY_SCALAR;
    key->scalar = in->bundle.scalar;
    r = point_of_scalar(crypto, in->bundle.scalar, point);
    return r == PROV_OK && memcmp(point, in->point, PROV_POINT_LEN) != 0 ? PROV_E_CONFLICT : r;
}

/* --- the entry -------------------------------------------------------------------------------- */

static void take_members(struct intake *in)
{
    const struct prov_bundle *bundle = &in->bundle;
    struct prov_entry *entry = &in->entry;
    entry->kind = bundle->kind;
    entry->use = bundle->use;
    entry->server = prov_entry_text(bundle->server.text);
    if (bundle->address[0] != '\0')
        entry->address = prov_entry_text(bundle->address);
    if (bundle->has_deny_signer)
        entry->deny_signer = PROV_BYTES_OF(bundle->deny_signer);
    entry->psk_identity = bundle->psk_identity;
    entry->psk = bundle->psk;
    memcpy(entry->chain, bundle->chain, sizeof entry->chain);
    entry->url_count = bundle->url_count;
    memcpy(entry->urls, bundle->urls, sizeof entry->urls);
    for (size_t i = 0; i < bundle->peer_count && i < PROV_ENTRY_PEERS_MAX; i++)
        entry->peers[i] = PROV_BYTES_OF(bundle->peers[i]);
    memcpy(entry->anchors, bundle->anchors, sizeof entry->anchors);
}

/* Whether the very same is installed: a second install of a bundle takes no room. */
static prov_result factory_has(struct prov_store *store, const struct prov_entry *entry, bool *ret)
{
    struct store_writer writer;
    prov_result r = PROV_OK;
    store_area_walk(store, 0);
    while (!*ret && (r = store_walk(store, STORE_CREDENTIAL)) == PROV_OK) {
        store_compare_begin(&writer, store, store->at);
        store_entry_put(&writer, entry);
        *ret = writer.result == PROV_OK;
    }
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

/* Before anything is written: what has no room takes none. */
static prov_result check_room(struct prov_store *store, const struct prov_entry *entry)
{
    struct store_writer counted, writer;
    store_factory_begin(&writer, store);
    store_compare_begin(&counted, store, writer.start);
    counted.result = PROV_E_FULL; /* it has failed already: octets are counted, none is read */
    store_entry_put(&counted, entry);
    if (counted.at - writer.at > PROV_STORE_ENTRY_MAX)
        return PROV_E_OVERFLOW; /* nobody could read it */
    return counted.at > writer.end ? PROV_E_FULL : PROV_OK;
}

prov_result prov_store_install(struct prov_store *store, const struct prov_entry *entry)
{
    struct store_writer writer;
    bool has = false;
    prov_result r = prov_entry_check(entry);
    if (r == PROV_OK)
        r = factory_has(store, entry, &has);
    if (r == PROV_OK && !has)
        r = check_room(store, entry);
    if (r != PROV_OK || has)
        return r;
    store_record_make(store, STORE_CREDENTIAL, 0);
    store_factory_begin(&writer, store);
    store_entry_put(&writer, entry);
    return store_writer_end(&writer);
}

static prov_result put(struct prov_store *store, const struct intake *in)
{
    const struct prov_entry *entry = &in->entry;
    prov_result r = in->fresh ? prov_store_identity_put(store, &in->identity) : PROV_OK;
    if (r == PROV_OK)
        r = prov_store_session_drop(store); /* it may have another anchor, or key */
    if (r == PROV_OK)
        r = entry->use == PROV_USE_BOOTSTRAP ? prov_store_install(store, entry)
                                             : store_slot_install(store, entry);
    if (r == PROV_OK)
        r = prov_store_floor(store, in->bundle.issued);
    if (r == PROV_OK)
        store_log(store, PROV_LOG_INSTALL, in->bundle.server.text, 0);
    return r;
}

prov_result prov_store_install_bundle(struct prov_store *store, struct prov_bytes bundle, bool dry)
{
    struct prov_crypto *crypto = store->port->crypto;
    struct intake in = {0};
    if (!PROV_WITH_BUNDLES)
        return PROV_E_STATE;
    prov_result r = prov_bundle_decode(bundle, crypto, &in.bundle, NULL);
    if (r == PROV_OK)
        r = take_identity(store, &in);
    if (r == PROV_OK)
        take_members(&in);
    if (r == PROV_OK && in.entry.kind != PROV_KIND_PSK)
        r = take_key(crypto, &in);
    if (r == PROV_OK)
        r = prov_entry_check(&in.entry);
    if (r == PROV_OK && in.entry.use == PROV_USE_OPERATIONAL && prov_store_unfinished(store))
        r = PROV_E_STATE;
    if (r == PROV_OK && !dry)
        r = put(store, &in);
    prov_wipe(&in, sizeof in);
    return r;
}
