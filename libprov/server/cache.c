/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions to be resumed: one of each credential, so that no device takes the room of others; the one
 * that was used least recently gives way. All memory is taken at the beginning.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define KEPT_LEN offsetof(struct prov_dtls_resumable, ticket) /* a server's have no ticket */

struct kept {
    struct kept *next_by_id, *next_by_credential; /* in the bucket */
    struct link by_use;
    int64_t credential; /* 0: the room is free */
    union {
        uint64_t aligned;
        uint8_t octets[KEPT_LEN];
    } session;
};

static size_t buckets(size_t capacity)
{
    size_t count = 16;

    while (count < capacity)
        count *= 2;
    return count;
}

size_t cache_memory(size_t capacity)
{
    return capacity == 0
               ? 0
               : capacity * sizeof(struct kept) + 2 * buckets(capacity) * sizeof(struct kept *);
}

prov_result cache_make(struct cache *cache, size_t capacity, uint64_t seed)
{
    size_t count = buckets(capacity);

    if (capacity == 0)
        return PROV_OK;
    cache->seed = seed;
    cache->mask = count - 1;
    cache->capacity = capacity;
    link_init(&cache->by_use);
    cache->rooms = calloc(capacity, sizeof(*cache->rooms));
    cache->by_id = calloc(count, sizeof(*cache->by_id));
    cache->by_credential = calloc(count, sizeof(*cache->by_credential));
    if (!cache->rooms || !cache->by_id || !cache->by_credential)
        return PROV_E_MEMORY;
    for (size_t i = 0; i < capacity; i++)
        link_append(&cache->by_use, &cache->rooms[i].by_use);
    return PROV_OK;
}

void cache_free(struct cache *cache)
{
    if (cache->rooms)
        prov_wipe(cache->rooms, cache->capacity * sizeof(*cache->rooms));
    free(cache->rooms);
    free(cache->by_id);
    free(cache->by_credential);
    memset(cache, 0, sizeof(*cache));
}

/* --- rooms ----------------------------------------------------------------------------------- */

static struct prov_bytes id_in(const struct kept *kept)
{
    const uint8_t *octets = kept->session.octets;

    return PROV_BYTES(octets + offsetof(struct prov_dtls_resumable, session_id),
                      octets[offsetof(struct prov_dtls_resumable, session_id_len)]);
}

static void session_get(const struct kept *kept, struct prov_dtls_resumable *ret)
{
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, kept->session.octets, KEPT_LEN);
}

static struct prov_bytes id_of(const struct prov_dtls_resumable *session)
{
    return PROV_BYTES(session->session_id, session->session_id_len);
}

static struct kept **bucket_of_id(const struct cache *cache, struct prov_bytes id)
{
    return &cache->by_id[hash_octets(cache->seed, id.data, id.len) & cache->mask];
}

static struct kept **bucket_of_credential(const struct cache *cache, int64_t credential)
{
    uint64_t hash = hash_octets(cache->seed, (const uint8_t *)&credential, sizeof(credential));

    return &cache->by_credential[hash & cache->mask];
}

/* The room is wiped, and the first to be taken again. */
static void drop(struct cache *cache, struct kept *kept)
{
    struct kept **at;

    for (at = bucket_of_id(cache, id_in(kept)); *at != kept; at = &(*at)->next_by_id)
        ;
    *at = kept->next_by_id;
    for (at = bucket_of_credential(cache, kept->credential); *at != kept;
         at = &(*at)->next_by_credential)
        ;
    *at = kept->next_by_credential;
    link_remove(&kept->by_use);
    prov_wipe(kept, sizeof(*kept));
    link_prepend(&cache->by_use, &kept->by_use);
    cache->used--;
}

static struct kept *find(const struct cache *cache, struct prov_bytes id)
{
    struct kept *kept = cache->capacity > 0 && id.len > 0 ? *bucket_of_id(cache, id) : NULL;

    while (kept && !prov_bytes_equal(id_in(kept), id))
        kept = kept->next_by_id;
    return kept;
}

/* --- calls ----------------------------------------------------------------------------------- */

void cache_drop_credential(struct cache *cache, int64_t credential)
{
    struct kept *kept =
        cache->capacity > 0 && credential != 0 ? *bucket_of_credential(cache, credential) : NULL;

    while (kept && kept->credential != credential)
        kept = kept->next_by_credential;
    if (kept)
        drop(cache, kept);
}

void cache_drop(struct cache *cache, struct prov_bytes id)
{
    struct kept *kept = find(cache, id);

    if (kept)
        drop(cache, kept);
}

void cache_put(struct cache *cache, const struct prov_dtls_resumable *session, int64_t credential)
{
    struct kept *kept, **at;

    if (cache->capacity == 0 || credential == 0 || session->session_id_len == 0)
        return;
    cache_drop_credential(cache, credential);
    cache_drop(cache, id_of(session));
    kept = CONTAINER(cache->by_use.after, struct kept, by_use); /* free, or the longest unused */
    if (kept->credential != 0)
        drop(cache, kept);
    memcpy(kept->session.octets, session, KEPT_LEN);
    kept->credential = credential;
    at = bucket_of_id(cache, id_of(session));
    kept->next_by_id = *at;
    *at = kept;
    at = bucket_of_credential(cache, credential);
    kept->next_by_credential = *at;
    *at = kept;
    link_remove(&kept->by_use);
    link_append(&cache->by_use, &kept->by_use);
    cache->used++;
}

bool cache_get(const struct cache *cache, struct prov_bytes id, struct prov_dtls_resumable *ret,
               int64_t *ret_credential)
{
    const struct kept *kept = find(cache, id);

    if (!kept)
        return false;
    session_get(kept, ret);
    *ret_credential = kept->credential;
    return true;
}

void cache_clear(struct cache *cache)
{
    for (size_t i = 0; i < cache->capacity; i++)
        if (cache->rooms[i].credential != 0)
            drop(cache, &cache->rooms[i]);
}

bool cache_next(struct cache *cache, struct prov_dtls_resumable *ret, int64_t *ret_credential)
{
    const struct kept *kept;

    if (cache->capacity == 0)
        return false;
    kept = &cache->rooms[cache->sweep_at];
    cache->sweep_at = (cache->sweep_at + 1) % cache->capacity;
    if (kept->credential == 0)
        return false;
    session_get(kept, ret);
    *ret_credential = kept->credential;
    return true;
}
