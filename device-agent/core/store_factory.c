/* SPDX-License-Identifier: Apache-2.0
 *
 * The factory area: records with their bodies, one behind the other, only ever appended to.
 *
 *     identity: in the record's data: EUI-64 8 │ source of the key 1 │ its number 4; body: scalar 32 │ point 65 │ 1
 *
 * No body ends the way erased flash reads: the next record goes where that starts.
 */
#include <string.h>

#include "store_private.h"

#define SOURCE_AT 8u
#define HANDLE_AT 9u

void store_factory_begin(struct store_writer *writer, struct prov_store *store)
{
    store_writer_begin(writer, store, store_written_end(store, 0, store->area), store->area);
}

/* --- identity --------------------------------------------------------------------------------- */

prov_result store_identity_find(struct prov_store *store)
{
    const struct prov_eui64 *own = store->port->eui64;
    store_area_walk(store, 0);
    prov_result r = store_walk(store, STORE_IDENTITY);
    bool foreign = r == PROV_OK && own != NULL &&
                   memcmp(own->octets, store->record.data, sizeof own->octets) != 0;
    return foreign ? PROV_E_NAME : r;
}

static prov_result key_read(struct prov_store *store, uint32_t at, struct prov_identity *ret)
{
    ret->key.source = (enum prov_key_source)store->record.data[SOURCE_AT];
    memcpy(&ret->key.handle, store->record.data + HANDLE_AT, sizeof ret->key.handle);
    if (ret->key.source == PROV_KEY_SCALAR)
        ret->key.scalar = PROV_BYTES_OF(ret->scalar);
    prov_result r = store_read(store, at, ret->scalar, sizeof ret->scalar);
    if (r == PROV_OK)
        r = store_read(store, at + PROV_SCALAR_LEN, ret->point, sizeof ret->point);
    if (r != PROV_OK)
        prov_wipe(ret, sizeof *ret);
    return r;
}

prov_result prov_store_identity_get(struct prov_store *store, struct prov_identity *ret)
{
    prov_result r = store_identity_find(store);
    if (r != PROV_OK)
        return r;
    memset(ret, 0, sizeof *ret);
    memcpy(ret->eui64.octets, store->record.data, sizeof ret->eui64);
    return PROV_WITH_IDENTITY ? key_read(store, store->at + STORE_RECORD_LEN, ret) : PROV_OK;
}

prov_result prov_store_device(struct prov_store *store, struct prov_eui64 *ret)
{
    prov_result r = store_identity_find(store);
    if (r == PROV_OK)
        memcpy(ret->octets, store->record.data, sizeof ret->octets);
    return r;
}

prov_result prov_store_identity_put(struct prov_store *store, const struct prov_identity *identity)
{
    static const uint8_t end = 1;
    struct store_writer writer;
    prov_result r = store_identity_find(store);
    if (r != PROV_E_NOT_FOUND)
        return r == PROV_OK ? PROV_E_EXISTS : r;
    store_record_make(store, STORE_IDENTITY, 0);
    memcpy(store->record.data, identity->eui64.octets, sizeof identity->eui64);
    store->record.data[SOURCE_AT] = (uint8_t)identity->key.source;
    memcpy(store->record.data + HANDLE_AT, &identity->key.handle, sizeof identity->key.handle);
    store_factory_begin(&writer, store);
    store_writer_put(&writer, identity->scalar, sizeof identity->scalar);
    store_writer_put(&writer, identity->point, sizeof identity->point);
    store_writer_put(&writer, &end, 1);
    return store_writer_end(&writer);
}
