/* SPDX-License-Identifier: Apache-2.0
 *
 * The factory area: indexes in front, bodies behind them, both only ever appended to.
 *
 *     index 0 │ index 1 │ … │ index 7 │ body │ body │ …
 *     identity body: EUI-64 8 │ key source 1 │ handle 4 │ scalar 32 │ point 65
 */
#include <string.h>

#include "store_private.h"

#define IDENTITY_LEN (8 + 1 + 4 + PROV_SCALAR_LEN + PROV_POINT_LEN)

static uint32_t factory_index_at(const struct prov_store *store, size_t number)
{
    return store_factory_at(store) + (uint32_t)number * STORE_INDEX_LEN;
}

static uint32_t factory_bodies_at(const struct prov_store *store)
{
    return factory_index_at(store, PROV_STORE_FACTORY_MAX);
}

static uint32_t factory_end(const struct prov_store *store)
{
    return store_factory_at(store) + store_area_size(store);
}

static prov_result factory_read(struct prov_store *store, size_t number, struct store_index *ret,
                                enum store_found *ret_found)
{
    return store_index_read(store, factory_index_at(store, number), factory_bodies_at(store),
                            factory_end(store), ret, ret_found);
}

prov_result store_factory_open(struct prov_store *store)
{
    for (size_t i = 0; i < PROV_STORE_FACTORY_MAX; i++) {
        struct store_index index;
        enum store_found found;
        prov_result r = factory_read(store, i, &index, &found);
        if (r != PROV_OK)
            return r;
    }
    return PROV_OK;
}

prov_result store_factory_find(struct prov_store *store, enum store_type type, size_t index,
                               struct store_index *ret)
{
    for (size_t i = 0; i < PROV_STORE_FACTORY_MAX; i++) {
        enum store_found found = STORE_FOUND_NOTHING;
        struct store_index at;
        prov_result r = factory_read(store, i, &at, &found);
        if (r != PROV_OK)
            return r;
        if (found != STORE_FOUND_VALID || at.type != type || index-- > 0)
            continue;
        *ret = at;
        return PROV_OK;
    }
    return PROV_E_NOT_FOUND;
}

/* The first index that was never touched; a torn one is passed over. */
static prov_result factory_free(struct prov_store *store, size_t *ret)
{
    for (size_t i = 0; i < PROV_STORE_FACTORY_MAX; i++) {
        enum store_found found = STORE_FOUND_NOTHING;
        struct store_index index;
        prov_result r = factory_read(store, i, &index, &found);
        if (r != PROV_OK)
            return r;
        if (found == STORE_FOUND_NOTHING) {
            *ret = i;
            return PROV_OK;
        }
    }
    return PROV_E_FULL;
}

static prov_result factory_append(struct prov_store *store, enum store_type type,
                                  struct prov_bytes body)
{
    /* no body reads as erased where it ends: the next one is put behind it */
    const uint8_t end = (uint8_t)~store->port->flash.erased;
    size_t number = 0;
    struct store_index index = {.type = type, .length = (uint32_t)body.len};
    prov_result r = factory_free(store, &number);
    if (r == PROV_OK)
        r = store_written_end(store, factory_bodies_at(store), factory_end(store), &index.offset);
    if (r != PROV_OK)
        return r;
    if (body.len >= factory_end(store) - index.offset)
        return PROV_E_FULL;
    struct store_writer writer;
    store_writer_begin(&writer, store, index.offset, factory_end(store));
    r = store_writer_put(&writer, body);
    if (r == PROV_OK)
        r = store_writer_put(&writer, PROV_BYTES(&end, 1));
    prov_result last = store_writer_end(&writer);
    r = r == PROV_OK ? last : r;
    index.sequence = (uint32_t)number + 1;
    return r == PROV_OK ? store_index_write(store, factory_index_at(store, number), &index) : r;
}

/* --- identity --------------------------------------------------------------------------------- */

prov_result prov_store_identity_get(struct prov_store *store, struct prov_identity *ret)
{
    struct store_index index;
    uint8_t body[IDENTITY_LEN];
    prov_result r = store_factory_find(store, STORE_IDENTITY, 0, &index);
    if (r == PROV_OK && index.length != IDENTITY_LEN)
        r = PROV_E_CORRUPT;
    if (r == PROV_OK)
        r = store_read(store, index.offset, body, sizeof body);
    if (r != PROV_OK)
        return r;
    *ret = (struct prov_identity){0};
    memcpy(ret->eui64.octets, body, 8);
    ret->key.source = (enum prov_key_source)body[8];
    ret->key.handle =
        (uint32_t)body[9] << 24 | (uint32_t)body[10] << 16 | (uint32_t)body[11] << 8 | body[12];
    memcpy(ret->scalar, body + 13, PROV_SCALAR_LEN);
    memcpy(ret->point, body + 13 + PROV_SCALAR_LEN, PROV_POINT_LEN);
    if (ret->key.source == PROV_KEY_SCALAR)
        ret->key.scalar = PROV_BYTES_OF(ret->scalar);
    prov_wipe(body, sizeof body);
    return PROV_OK;
}

prov_result prov_store_identity_put(struct prov_store *store, const struct prov_identity *identity)
{
    struct store_index index;
    uint8_t body[IDENTITY_LEN];
    struct prov_buf buf = PROV_BUF_OF(body);
    prov_result r = store_factory_find(store, STORE_IDENTITY, 0, &index);
    if (r != PROV_E_NOT_FOUND)
        return r == PROV_OK ? PROV_E_EXISTS : r;
    prov_put(&buf, identity->eui64.octets, 8);
    prov_put_u8(&buf, (uint8_t)identity->key.source);
    prov_put_u32(&buf, identity->key.handle);
    prov_put(&buf, identity->scalar, PROV_SCALAR_LEN);
    prov_put(&buf, identity->point, PROV_POINT_LEN);
    r = factory_append(store, STORE_IDENTITY, prov_buf_bytes(&buf));
    prov_wipe(body, sizeof body);
    return r;
}

/* Whether the very same octets are there: a second install of a bundle takes no room. */
static prov_result factory_has(struct prov_store *store, struct prov_bytes body, bool *ret)
{
    uint8_t piece[STORE_UNIT];
    struct store_index index;
    bool same = false;
    prov_result r = PROV_OK;
    for (size_t i = 0; r == PROV_OK && !same; i++) {
        r = store_factory_find(store, STORE_CREDENTIAL, i, &index);
        same = r == PROV_OK && index.length == body.len;
        for (size_t done = 0; r == PROV_OK && same && done < body.len; done += STORE_UNIT) {
            size_t left = body.len - done, take = left < STORE_UNIT ? left : STORE_UNIT;
            r = store_read(store, index.offset + (uint32_t)done, piece, take);
            same = r == PROV_OK && memcmp(piece, body.data + done, take) == 0;
        }
    }
    prov_wipe(piece, sizeof piece);
    if (r != PROV_OK && r != PROV_E_NOT_FOUND)
        return r;
    *ret = same;
    return PROV_OK;
}

prov_result prov_store_install(struct prov_store *store, const struct prov_entry *entry,
                               struct prov_buf work)
{
    struct prov_buf encoded = prov_buf_make(work.data, work.cap);
    bool has = false;
    prov_result r = prov_entry_check(entry);
    if (r == PROV_OK)
        r = prov_entry_encode(entry, &encoded);
    if (r == PROV_OK)
        r = factory_has(store, prov_buf_bytes(&encoded), &has);
    if (r == PROV_OK && !has)
        r = factory_append(store, STORE_CREDENTIAL, prov_buf_bytes(&encoded));
    prov_wipe(work.data, work.cap);
    return r;
}
