/* SPDX-License-Identifier: Apache-2.0
 *
 * The index: 64 octets that make a body count. Written last, read first.
 *
 *     magic 4 "PRVI" │ version 2 │ type 1 │ entry 1 │ sequence 4 │ length 4 │ offset 4 │ origin 1 │
 * 0 … 11 SHA-256 of the 32 octets above and the body, 32
 */
#include <string.h>

#include "store_private.h"

#define INDEX_MAGIC 0x50525649u /* "PRVI" */
#define INDEX_HEAD  32u

/* SHA-256 of the head and of the body that it points to, read in pieces. */
static prov_result index_digest(struct prov_store *store, const uint8_t head[INDEX_HEAD],
                                const struct store_index *index, uint8_t ret[PROV_HASH_LEN])
{
    struct prov_crypto *crypto = store->port->crypto;
    struct prov_hash hash = {0};
    uint8_t piece[STORE_UNIT];
    prov_result r = prov_crypto_hash_begin(crypto, &hash);
    if (r == PROV_OK)
        r = prov_crypto_hash_add(crypto, &hash, PROV_BYTES(head, INDEX_HEAD));
    for (uint32_t done = 0; r == PROV_OK && done < index->length; done += STORE_UNIT) {
        uint32_t left = index->length - done;
        uint32_t take = left < STORE_UNIT ? left : STORE_UNIT;
        r = store_read(store, index->offset + done, piece, take);
        if (r == PROV_OK)
            r = prov_crypto_hash_add(crypto, &hash, PROV_BYTES(piece, take));
    }
    if (r == PROV_OK)
        r = prov_crypto_hash_peek(crypto, &hash, ret);
    prov_crypto_hash_drop(crypto, &hash);
    prov_wipe(piece, sizeof piece);
    return r;
}

static bool index_decode(const uint8_t head[INDEX_HEAD], struct store_index *ret,
                         uint16_t *ret_version)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(head, INDEX_HEAD));
    uint32_t magic = 0;
    uint8_t type = 0, origin = 0;
    bool whole = prov_take_u32(&reader, &magic) && prov_take_u16(&reader, ret_version) &&
                 prov_take_u8(&reader, &type) && prov_take_u8(&reader, &ret->entry) &&
                 prov_take_u32(&reader, &ret->sequence) && prov_take_u32(&reader, &ret->length) &&
                 prov_take_u32(&reader, &ret->offset) && prov_take_u8(&reader, &origin);
    ret->type = (enum store_type)type;
    ret->from_factory = origin == 1;
    return whole && magic == INDEX_MAGIC;
}

static void index_encode(const struct store_index *index, uint8_t ret[INDEX_HEAD])
{
    struct prov_buf buf = prov_buf_make(ret, INDEX_HEAD);
    memset(ret, 0, INDEX_HEAD);
    prov_put_u32(&buf, INDEX_MAGIC);
    prov_put_u16(&buf, PROV_STORE_VERSION);
    prov_put_u8(&buf, (uint8_t)index->type);
    prov_put_u8(&buf, index->entry);
    prov_put_u32(&buf, index->sequence);
    prov_put_u32(&buf, index->length);
    prov_put_u32(&buf, index->offset);
    prov_put_u8(&buf, index->from_factory ? 1 : 0);
}

prov_result store_index_read(struct prov_store *store, uint32_t at, uint32_t low, uint32_t high,
                             struct store_index *ret, enum store_found *ret_found)
{
    uint8_t block[STORE_INDEX_LEN], digest[PROV_HASH_LEN];
    struct store_index index = {0};
    uint16_t version = 0;
    prov_result r = store_read(store, at, block, sizeof block);
    if (r != PROV_OK)
        return r;
    *ret_found = STORE_FOUND_NOTHING;
    if (store_octets_blank(store, block, sizeof block))
        return PROV_OK;
    *ret_found = STORE_FOUND_TORN;
    if (!index_decode(block, &index, &version) || index.offset < low || index.offset > high ||
        index.length > high - index.offset)
        return PROV_OK;
    r = index_digest(store, block, &index, digest);
    if (r != PROV_OK)
        return r;
    if (memcmp(digest, block + INDEX_HEAD, sizeof digest) != 0)
        return PROV_OK;
    if (version != PROV_STORE_VERSION)
        return PROV_E_VERSION;
    *ret = index;
    *ret_found = STORE_FOUND_VALID;
    return PROV_OK;
}

prov_result store_index_write(struct prov_store *store, uint32_t at,
                              const struct store_index *index)
{
    uint8_t block[STORE_INDEX_LEN];
    index_encode(index, block);
    prov_result r = index_digest(store, block, index, block + INDEX_HEAD);
    if (r == PROV_OK)
        r = store_sync(store);
    if (r == PROV_OK)
        r = store_program(store, at, block, sizeof block);
    return r == PROV_OK ? store_sync(store) : r;
}
