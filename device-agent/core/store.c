/* SPDX-License-Identifier: Apache-2.0
 *
 * The store as a whole: opening, reading entries, taking in bundles, the log.
 */
#include <string.h>

#include "prov/x509.h"
#include "store_private.h"

/* --- opening ---------------------------------------------------------------------------------- */

prov_result prov_store_open(struct prov_store *store, const struct prov_port *port)
{
    bool has_state = false;
    memset(store, 0, sizeof *store);
    store->port = port;
    prov_result r = store_geometry(store);
    if (r == PROV_OK)
        r = store_factory_open(store);
    if (r == PROV_OK)
        r = store_journal_open(store, &has_state);
    if (r == PROV_OK)
        r = store_deny_open(store);
    return r == PROV_OK ? store_slots_open(store, has_state) : r;
}

void prov_store_wipe(struct prov_store *store)
{
    prov_wipe(store, sizeof *store);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Finds the frame number `index` in a run of frames; ret_at is where its length stands. */
static prov_result frame_find(struct prov_store *store, uint32_t at, uint32_t len, size_t index,
                              uint32_t *ret_at, uint32_t *ret_len)
{
    uint32_t end = at + len;
    while (at + 2 <= end) {
        uint8_t head[2];
        prov_result r = store_read(store, at, head, sizeof head);
        if (r != PROV_OK)
            return r;
        uint32_t whole = ((uint32_t)head[0] << 8 | head[1]) + 2;
        if (whole > end - at)
            return PROV_E_CORRUPT;
        if (index-- == 0) {
            *ret_at = at;
            *ret_len = whole;
            return PROV_OK;
        }
        at += whole;
    }
    return PROV_E_NOT_FOUND;
}

/* Reads `len` octets at `at`; the entry starts `skip` octets in. */
static prov_result entry_read(struct prov_store *store, uint32_t at, uint32_t len, uint32_t skip,
                              struct prov_buf room, struct prov_entry *ret)
{
    if (len > room.cap)
        return PROV_E_OVERFLOW;
    prov_result r = store_read(store, at, room.data, len);
    if (r != PROV_OK)
        return r;
    r = prov_entry_decode(PROV_BYTES(room.data + skip, len - skip), ret);
    return r == PROV_OK ? PROV_OK : PROV_E_CORRUPT;
}

static void cache_forget(struct prov_entry *entry)
{
    entry->cache_len = 0;
    entry->cached_request = PROV_BYTES_NONE;
}

prov_result prov_store_get(struct prov_store *store, enum prov_store_place place, size_t index,
                           struct prov_buf room, struct prov_entry *ret)
{
    uint32_t at = 0, len = 0;
    if (place == PROV_STORE_FACTORY) {
        struct store_index record;
        prov_result r = store_factory_find(store, STORE_CREDENTIAL, index, &record);
        return r == PROV_OK ? entry_read(store, record.offset, record.length, 0, room, ret) : r;
    }
    prov_result r = store_slot_span(store, place, &at, &len);
    if (r == PROV_OK)
        r = frame_find(store, at, len, index, &at, &len);
    if (r == PROV_OK)
        r = entry_read(store, at, len, 2, room, ret);
    if (r == PROV_OK && store_slot_sequence(store, place) == store->state.cache_void)
        cache_forget(ret);
    return r;
}

static bool entry_fits(const struct prov_entry *entry, const struct prov_fqdn *server,
                       enum prov_kind kind)
{
    return (server == NULL || prov_fqdn_equal(&entry->server, server)) &&
           (kind == 0 || entry->kind == kind);
}

prov_result prov_store_find(struct prov_store *store, enum prov_store_place place,
                            const struct prov_fqdn *server, enum prov_kind kind,
                            struct prov_buf room, struct prov_entry *ret)
{
    bool found = false;
    size_t last = 0;
    for (size_t i = 0;; i++) {
        prov_result r = prov_store_get(store, place, i, room, ret);
        if (r == PROV_E_NOT_FOUND)
            break;
        if (r != PROV_OK)
            return r;
        if (entry_fits(ret, server, kind)) {
            found = true;
            last = i;
        }
    }
    return found ? prov_store_get(store, place, last, room, ret) : PROV_E_NOT_FOUND;
}

prov_result prov_store_uses_handle(struct prov_store *store, uint32_t handle, struct prov_buf room,
                                   bool *ret)
{
    struct prov_identity identity;
    bool used = false;
    prov_result r = prov_store_identity_get(store, &identity);
    if (r == PROV_OK)
        used = identity.key.source == PROV_KEY_HANDLE && identity.key.handle == handle;
    prov_wipe(&identity, sizeof identity);
    for (int place = PROV_STORE_FACTORY; place <= PROV_STORE_PREVIOUS; place++) {
        struct prov_entry entry;
        for (size_t i = 0;; i++) {
            r = prov_store_get(store, (enum prov_store_place)place, i, room, &entry);
            if (r == PROV_E_NOT_FOUND)
                break;
            if (r != PROV_OK)
                return r;
            used |= entry.key.source == PROV_KEY_HANDLE && entry.key.handle == handle;
        }
    }
    *ret = used;
    return PROV_OK;
}

/* --- taking in a bundle ----------------------------------------------------------------------- */

/* The own public key that a bundle speaks of: RPK in so many words, CERT inside the end entity. */
static prov_result bundle_point(const struct prov_bundle *bundle, struct prov_crypto *crypto,
                                uint8_t ret[PROV_POINT_LEN])
{
    if (bundle->kind == PROV_KIND_CERT) {
        struct prov_x509 leaf;
        prov_result r =
            bundle->chain_len > 0 ? prov_x509_parse(bundle->chain[0], &leaf) : PROV_E_POLICY;
        if (r == PROV_OK)
            memcpy(ret, leaf.point.data, PROV_POINT_LEN);
        return r;
    }
    if (bundle->has_public) {
        memcpy(ret, bundle->point, PROV_POINT_LEN);
        return PROV_OK;
    }
    struct prov_key key = {0};
    prov_result r = prov_crypto_key_load(crypto, bundle->scalar, &key);
    if (r == PROV_OK)
        r = prov_crypto_key_public(crypto, &key, ret);
    prov_crypto_key_drop(crypto, &key);
    return r;
}

/* The key comes with the bundle and fits what it speaks of, or is the device's own. */
static prov_result bundle_key(const struct prov_bundle *bundle, struct prov_crypto *crypto,
                              const struct prov_identity *identity, struct prov_entry *ret)
{
    prov_result r = bundle_point(bundle, crypto, ret->point);
    if (r != PROV_OK)
        return r;
    if (bundle->scalar.len == 0) {
        bool own = identity->key.source != PROV_KEY_NONE &&
                   memcmp(identity->point, ret->point, PROV_POINT_LEN) == 0;
        ret->key.source = PROV_KEY_DEVICE;
        return own ? PROV_OK : PROV_E_NOT_FOUND;
    }
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];
    r = prov_crypto_key_load(crypto, bundle->scalar, &key);
    if (r == PROV_OK)
        r = prov_crypto_key_public(crypto, &key, point);
    prov_crypto_key_drop(crypto, &key);
    if (r == PROV_OK && memcmp(point, ret->point, PROV_POINT_LEN) != 0)
        r = PROV_E_CONFLICT;
    ret->key.source = PROV_KEY_SCALAR;
    ret->key.scalar = bundle->scalar;
    return r;
}

static prov_result bundle_entry(const struct prov_bundle *bundle, struct prov_crypto *crypto,
                                const struct prov_identity *identity, struct prov_entry *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->kind = bundle->kind;
    ret->use = bundle->use;
    ret->server = bundle->server;
    memcpy(ret->address, bundle->address, sizeof ret->address);
    ret->issued = bundle->issued;
    ret->has_deny_signer = bundle->has_deny_signer;
    memcpy(ret->deny_signer, bundle->deny_signer, sizeof ret->deny_signer);
    ret->psk_identity = bundle->psk_identity;
    ret->psk = bundle->psk;
    ret->chain_len = bundle->chain_len;
    memcpy(ret->chain, bundle->chain, sizeof ret->chain);
    ret->url_count = bundle->url_count;
    memcpy(ret->urls, bundle->urls, sizeof ret->urls);
    ret->peer_count = bundle->peer_count;
    memcpy(ret->peers, bundle->peers, sizeof ret->peers);
    ret->anchor_count = bundle->anchor_count;
    memcpy(ret->anchors, bundle->anchors, sizeof ret->anchors);
    return bundle->kind == PROV_KIND_PSK ? PROV_OK : bundle_key(bundle, crypto, identity, ret);
}

/* Whose device this is; a first bundle names it if nobody has. */
static prov_result bundle_identity(struct prov_store *store, const struct prov_bundle *bundle,
                                   struct prov_identity *ret, bool *ret_new)
{
    prov_result r = prov_store_identity_get(store, ret);
    if (r == PROV_OK)
        return prov_eui64_equal(&ret->eui64, &bundle->device) ? PROV_OK : PROV_E_NAME;
    if (r != PROV_E_NOT_FOUND)
        return r;
    *ret = (struct prov_identity){.eui64 = bundle->device};
    *ret_new = true;
    return PROV_OK;
}

void store_log(struct prov_store *store, enum prov_log_event event, const char *server,
               uint32_t value)
{
    const struct prov_port *port = store->port;
    struct prov_log_record record = {.event = event, .alert = -1, .sent = -1, .value = value};
    record.clock = port->clock(port->context, &record.time);
    if (record.clock == PROV_CLOCK_NONE)
        record.time = (int64_t)port->uptime_ms(port->context);
    for (size_t i = 0; i < PROV_LOG_SERVER && server[i] != '\0'; i++)
        record.server[i] = server[i];
    prov_result kept = prov_store_log_put(store, &record);
    (void)kept;
}

static prov_result bundle_store(struct prov_store *store, const struct prov_bundle *bundle,
                                const struct prov_entry *entry, struct prov_buf work)
{
    prov_result r = prov_store_session_drop(store); /* it may have another anchor, or key */
    if (r == PROV_OK)
        r = entry->use == PROV_USE_BOOTSTRAP ? prov_store_install(store, entry, work)
                                             : store_slot_install(store, entry, work);
    if (r == PROV_OK)
        r = prov_store_floor(store, bundle->issued);
    if (r == PROV_OK)
        store_log(store, PROV_LOG_INSTALL, entry->server.text, 0);
    return r;
}

prov_result prov_store_install_bundle(struct prov_store *store, struct prov_bytes octets,
                                      struct prov_buf work, bool dry, struct prov_entry *ret)
{
    struct prov_crypto *crypto = store->port->crypto;
    struct prov_bundle bundle;
    struct prov_identity identity = {0};
    struct prov_entry entry;
    bool fresh = false;
    prov_result r = prov_bundle_decode(octets, crypto, &bundle, NULL);
    if (r == PROV_OK)
        r = bundle_identity(store, &bundle, &identity, &fresh);
    if (r == PROV_OK)
        r = bundle_entry(&bundle, crypto, &identity, &entry);
    if (r == PROV_OK)
        r = prov_entry_check(&entry);
    entry.id = PROV_BYTES_OF(bundle.id.octets);
    if (r == PROV_OK && entry.use == PROV_USE_OPERATIONAL && prov_store_unfinished(store))
        r = PROV_E_STATE;
    if (r == PROV_OK && fresh && !dry)
        r = prov_store_identity_put(store, &identity);
    if (r == PROV_OK && !dry)
        r = bundle_store(store, &bundle, &entry, work);
    prov_wipe(&identity, sizeof identity);
    if (r != PROV_OK)
        return r;
    entry.id = PROV_BYTES_NONE;
    *ret = entry;
    return PROV_OK;
}

/* --- the log ---------------------------------------------------------------------------------- */

static const char *const log_texts[] = {
    [PROV_LOG_HANDSHAKE] = "handshake", [PROV_LOG_ALERT] = "alert",
    [PROV_LOG_REQUEST] = "request",     [PROV_LOG_STAGE] = "stage",
    [PROV_LOG_COMMIT] = "commit",       [PROV_LOG_CONFIRM] = "confirm",
    [PROV_LOG_GIVE_UP] = "give-up",     [PROV_LOG_RESUME] = "resume",
    [PROV_LOG_NO_TIME] = "no-time",     [PROV_LOG_INSTALL] = "install",
    [PROV_LOG_FALL_BACK] = "fall-back", [PROV_LOG_DENIED] = "denied",
    [PROV_LOG_DENY_LIST] = "deny-list",
};

const char *prov_log_event_text(enum prov_log_event event)
{
    size_t count = sizeof log_texts / sizeof log_texts[0];
    return (size_t)event < count && log_texts[event] != NULL ? log_texts[event] : "?";
}

/* time 8 │ clock 1 │ event 1 │ result 2 │ alert 1 │ sent 1 │ value 4 │ server 22, filled with 0 */
prov_result prov_store_log_put(struct prov_store *store, const struct prov_log_record *record)
{
    uint8_t payload[STORE_RECORD_DATA] = {0};
    struct prov_buf buf = PROV_BUF_OF(payload);
    prov_put_u64(&buf, (uint64_t)record->time);
    prov_put_u8(&buf, (uint8_t)record->clock);
    prov_put_u8(&buf, (uint8_t)record->event);
    prov_put_u16(&buf, (uint16_t)record->result);
    prov_put_u8(&buf, record->alert < 0 ? PROV_LOG_NO_ALERT : (uint8_t)record->alert);
    prov_put_u8(&buf, (uint8_t)(record->sent + 1));
    prov_put_u32(&buf, record->value);
    prov_put(&buf, record->server, PROV_LOG_SERVER);
    return store_journal_append(store, STORE_RECORD_LOG, prov_buf_bytes(&buf));
}

prov_result prov_store_log_get(struct prov_store *store, uint32_t index,
                               struct prov_log_record *ret)
{
    uint8_t payload[STORE_RECORD_DATA];
    prov_result r = store_journal_log(store, index, payload);
    if (r != PROV_OK)
        return r;
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(payload));
    struct prov_bytes server = PROV_BYTES_NONE;
    uint64_t time = 0;
    uint8_t clock = 0, event = 0, alert = 0, sent = 0;
    uint16_t result = 0;
    uint32_t value = 0;
    if (!prov_take_u64(&reader, &time) || !prov_take_u8(&reader, &clock) ||
        !prov_take_u8(&reader, &event) || !prov_take_u16(&reader, &result) ||
        !prov_take_u8(&reader, &alert) || !prov_take_u8(&reader, &sent) ||
        !prov_take_u32(&reader, &value) || !prov_take(&reader, PROV_LOG_SERVER, &server))
        return PROV_E_CORRUPT;
    *ret = (struct prov_log_record){.clock = (enum prov_clock_trust)clock,
                                    .time = (int64_t)time,
                                    .event = (enum prov_log_event)event,
                                    .result = (prov_result)result,
                                    .alert = alert == PROV_LOG_NO_ALERT ? -1 : alert,
                                    .sent = (int)sent - 1,
                                    .value = value};
    memcpy(ret->server, server.data, PROV_LOG_SERVER);
    return PROV_OK;
}
