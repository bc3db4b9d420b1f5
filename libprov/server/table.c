/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions by their peer (family, full address, scope, port: H4), associations by their connection id, and
 * what each address has.
 * Chained buckets under a hash with a secret seed, so that nobody can aim at one bucket.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static uint64_t mix(uint64_t value)
{
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    return value ^ value >> 32;
}

size_t hash_octets(uint64_t seed, const uint8_t *octets, size_t len)
{
    uint64_t hash = seed;

    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = 0;

        memcpy(&word, octets + at, len - at < 8 ? len - at : 8);
        hash = mix(hash ^ word) + seed;
    }
    return (size_t)mix(hash);
}

static size_t bucket(const struct table *table, const uint8_t *octets, size_t len)
{
    return hash_octets(table->seed, octets, len) & table->mask;
}

static size_t buckets(size_t capacity)
{
    size_t count = 16;

    while (count < capacity)
        count *= 2;
    return count;
}

size_t table_memory(size_t capacity)
{
    return buckets(capacity) *
           (sizeof(struct session *) + sizeof(struct address *) + sizeof(struct association *));
}

prov_result table_make(struct table *table, size_t capacity, uint64_t seed)
{
    size_t count = buckets(capacity);

    table->seed = seed;
    table->mask = count - 1;
    table->sessions = calloc(count, sizeof(*table->sessions));
    table->addresses = calloc(count, sizeof(*table->addresses));
    table->named = calloc(count, sizeof(*table->named));
    return table->sessions && table->addresses && table->named ? PROV_OK : PROV_E_MEMORY;
}

void table_free(struct table *table)
{
    free(table->sessions);
    free(table->addresses);
    free(table->named);
    memset(table, 0, sizeof(*table));
}

struct session *table_find(const struct table *table, const struct prov_server_peer *peer)
{
    struct session *session = table->sessions[bucket(table, peer->octets, sizeof(peer->octets))];

    while (session && memcmp(&session->peer, peer, sizeof(*peer)) != 0)
        session = session->next;
    return session;
}

static struct address *find_address(const struct table *table, const uint8_t *octets)
{
    struct address *address = table->addresses[bucket(table, octets, ADDRESS_LEN)];

    while (address && memcmp(address->octets, octets, ADDRESS_LEN) != 0)
        address = address->next;
    return address;
}

const struct address *table_address(const struct table *table, const struct prov_server_peer *peer)
{
    return find_address(table, peer->octets);
}

static struct address *use_address(struct table *table, const uint8_t *octets)
{
    struct address *address = find_address(table, octets);
    size_t at = bucket(table, octets, ADDRESS_LEN);

    if (!address) {
        address = calloc(1, sizeof(*address));
        if (!address)
            return NULL;
        memcpy(address->octets, octets, ADDRESS_LEN);
        link_init(&address->sessions);
        address->next = table->addresses[at];
        table->addresses[at] = address;
    }
    address->sessions_in_all++;
    return address;
}

static void drop_address(struct table *table, struct address *address)
{
    struct address **at = &table->addresses[bucket(table, address->octets, ADDRESS_LEN)];

    if (--address->sessions_in_all > 0)
        return;
    while (*at != address)
        at = &(*at)->next;
    *at = address->next;
    free(address);
}

static void link_in(struct table *table, struct session *session,
                    const struct prov_server_peer *peer)
{
    size_t at = bucket(table, peer->octets, sizeof(peer->octets));

    session->peer = *peer;
    session->next = table->sessions[at];
    table->sessions[at] = session;
}

static void link_out(struct table *table, struct session *session)
{
    struct session **at =
        &table->sessions[bucket(table, session->peer.octets, sizeof(session->peer.octets))];

    while (*at != session)
        at = &(*at)->next;
    *at = session->next;
}

struct session *table_add(struct table *table, const struct prov_server_peer *peer)
{
    struct session *session = calloc(1, sizeof(*session));

    if (!session)
        return NULL;
    session->address = use_address(table, peer->octets);
    if (!session->address) {
        free(session);
        return NULL;
    }
    link_init(&session->by_age);
    link_init(&session->at_address);
    link_in(table, session, peer);
    return session;
}

bool table_move(struct table *table, struct session *session, const struct prov_server_peer *peer)
{
    struct address *before = session->address, *address = use_address(table, peer->octets);
    struct prov_server_peer to = *peer; /* it may lie in the session */

    if (!address)
        return false;
    before->established -= session->live != NULL;
    address->established += session->live != NULL;
    link_remove(&session->at_address);
    link_out(table, session);
    link_in(table, session, &to);
    session->address = address;
    drop_address(table, before);
    return true;
}

void table_remove(struct table *table, struct session *session)
{
    link_out(table, session);
    link_remove(&session->by_age);
    link_remove(&session->at_address);
    drop_address(table, session->address);
    free(session);
}

/* --- connection ids -------------------------------------------------------------------------- */

struct association *table_named(const struct table *table, const uint8_t cid[CID_LEN])
{
    struct association *a = table->named[bucket(table, cid, CID_LEN)];

    while (a && memcmp(a->cid, cid, CID_LEN) != 0)
        a = a->next;
    return a;
}

void table_name(struct table *table, struct association *a, const uint8_t cid[CID_LEN])
{
    size_t at = bucket(table, cid, CID_LEN);

    memcpy(a->cid, cid, CID_LEN);
    a->named = true;
    a->next = table->named[at];
    table->named[at] = a;
}

void table_unname(struct table *table, struct association *a)
{
    struct association **at = &table->named[bucket(table, a->cid, CID_LEN)];

    if (!a->named)
        return;
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    a->named = false;
}
