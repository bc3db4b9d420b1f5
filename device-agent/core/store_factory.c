/* SPDX-License-Identifier: Apache-2.0
 *
 * The factory area: records with their bodies, one behind the other, only ever appended to.
 *
 *     identity: EUI-64 8 │ source of the key 1 │ its number 4 │ scalar 32 │ point 65 │ 1
 *
 * No body ends the way erased flash reads: the next record goes where that starts.
 */
#include <string.h>

#include "store_private.h"

#define HANDLE_AT    9
#define SCALAR_AT    13
#define POINT_AT     (SCALAR_AT + PROV_SCALAR_LEN)
#define IDENTITY_LEN (POINT_AT + PROV_POINT_LEN + 1)

struct store_walk store_factory_walk(const struct prov_store *store)
{
    return (struct store_walk){.end = store->area};
}

prov_result store_factory_append(struct prov_store *store, const struct prov_entry *entry,
                                 const uint8_t *octets, size_t len)
{
    struct store_walk walk = store_factory_walk(store);
    prov_result r = store_written_end(store, 0, walk.end, &walk.next);
    return r == PROV_OK ? store_append(store, &walk, entry, octets, len) : r;
}

/* --- identity --------------------------------------------------------------------------------- */

static void identity_decode(const uint8_t body[IDENTITY_LEN], struct prov_identity *ret)
{
    memset(ret, 0, sizeof *ret);
    memcpy(ret->eui64.octets, body, sizeof ret->eui64);
    if (!PROV_WITH_IDENTITY)
        return;
    ret->key.source = (enum prov_key_source)body[8];
    ret->key.handle = store_u32(body + HANDLE_AT);
    memcpy(ret->scalar, body + SCALAR_AT, PROV_SCALAR_LEN);
    memcpy(ret->point, body + POINT_AT, PROV_POINT_LEN);
    if (ret->key.source == PROV_KEY_SCALAR)
        ret->key.scalar = PROV_BYTES_OF(ret->scalar);
}

prov_result prov_store_identity_get(struct prov_store *store, struct prov_identity *ret)
{
    struct store_walk walk = store_factory_walk(store);
    const struct prov_eui64 *own = store->port->eui64;
    uint8_t body[IDENTITY_LEN];
    size_t len = PROV_WITH_IDENTITY ? sizeof body : sizeof ret->eui64;
    prov_result r = store_walk(store, &walk, STORE_IDENTITY);
    if (r == PROV_OK && walk.length != IDENTITY_LEN)
        r = PROV_E_CORRUPT;
    if (r == PROV_OK)
        r = store_read(store, walk.at + STORE_RECORD_LEN, body, len);
    if (r == PROV_OK && own != NULL && memcmp(own->octets, body, sizeof own->octets) != 0)
        r = PROV_E_NAME;
    if (r == PROV_OK)
        identity_decode(body, ret);
    prov_wipe(body, sizeof body);
    return r;
}

prov_result prov_store_identity_put(struct prov_store *store, const struct prov_identity *identity)
{
    struct store_walk walk = store_factory_walk(store);
    uint8_t body[IDENTITY_LEN];
    prov_result r = store_walk(store, &walk, STORE_IDENTITY);
    if (r != PROV_E_NOT_FOUND)
        return r == PROV_OK ? PROV_E_EXISTS : r;
    memcpy(body, identity->eui64.octets, sizeof identity->eui64);
    body[8] = (uint8_t)identity->key.source;
    store_put_u32(body + HANDLE_AT, identity->key.handle);
    memcpy(body + SCALAR_AT, identity->scalar, PROV_SCALAR_LEN);
    memcpy(body + POINT_AT, identity->point, PROV_POINT_LEN);
    body[IDENTITY_LEN - 1] = 1;
    store_record_make(store, STORE_IDENTITY, 0);
    r = store_factory_append(store, NULL, body, sizeof body);
    prov_wipe(body, sizeof body);
    return r;
}
