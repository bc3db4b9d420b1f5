/* SPDX-License-Identifier: Apache-2.0
 *
 * Rooms of one size, bounded in number, kept for the next one that needs them; and the ring lists.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void link_init(struct link *link)
{
    link->before = link;
    link->after = link;
}

void link_remove(struct link *link)
{
    link->before->after = link->after;
    link->after->before = link->before;
    link_init(link);
}

void link_append(struct link *head, struct link *link)
{
    link->before = head->before;
    link->after = head;
    head->before->after = link;
    head->before = link;
}

void link_prepend(struct link *head, struct link *link)
{
    link_append(head->after, link);
}

bool link_alone(const struct link *link)
{
    return link->after == link;
}

void pool_init(struct pool *pool, size_t size, uint32_t limit)
{
    memset(pool, 0, sizeof(*pool));
    pool->size = size < sizeof(struct pool_room) ? sizeof(struct pool_room) : size;
    pool->limit = limit;
}

void *pool_take(struct pool *pool)
{
    struct pool_room *room = pool->spare;

    if (room) {
        pool->spare = room->next;
        room->next = NULL;
    } else if (pool->made < pool->limit) {
        room = calloc(1, pool->size);
        pool->made += room ? 1 : 0;
    }
    pool->used += room ? 1 : 0;
    return room;
}

void pool_give(struct pool *pool, void *room)
{
    struct pool_room *spare = room;

    if (!room)
        return;
    prov_wipe(room, pool->size);
    spare->next = pool->spare;
    pool->spare = spare;
    pool->used--;
}

void pool_free(struct pool *pool)
{
    while (pool->spare) {
        struct pool_room *room = pool->spare;

        pool->spare = room->next;
        free(room);
    }
    pool->made = 0;
}
