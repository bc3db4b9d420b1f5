/* SPDX-License-Identifier: Apache-2.0
 *
 * When associations are due: a binary heap, the nearest deadline on top. Associations without a
 * deadline are not in it.
 */
#include <stdlib.h>

#include "internal.h"

prov_result timers_make(struct timers *timers, size_t cap)
{
    timers->heap = calloc(cap, sizeof(*timers->heap));
    timers->count = 0;
    timers->cap = cap;
    return timers->heap ? PROV_OK : PROV_E_MEMORY;
}

static void place(struct timers *timers, size_t at, struct association *a)
{
    timers->heap[at] = a;
    a->timer = at + 1;
}

static void rise(struct timers *timers, size_t at)
{
    struct association *a = timers->heap[at];

    while (at > 0 && timers->heap[(at - 1) / 2]->due_ms > a->due_ms) {
        place(timers, at, timers->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(timers, at, a);
}

static size_t nearer_child(const struct timers *timers, size_t at)
{
    size_t child = 2 * at + 1;

    if (child + 1 < timers->count && timers->heap[child + 1]->due_ms < timers->heap[child]->due_ms)
        child++;
    return child;
}

static void sink(struct timers *timers, size_t at)
{
    struct association *a = timers->heap[at];

    for (;;) {
        size_t child = nearer_child(timers, at);

        if (child >= timers->count || timers->heap[child]->due_ms >= a->due_ms)
            break;
        place(timers, at, timers->heap[child]);
        at = child;
    }
    place(timers, at, a);
}

void timers_remove(struct timers *timers, struct association *a)
{
    size_t at = a->timer - 1;
    struct association *last;

    if (a->timer == 0)
        return;
    a->timer = 0;
    last = timers->heap[--timers->count];
    if (last == a)
        return;
    place(timers, at, last);
    rise(timers, at);
    sink(timers, last->timer - 1);
}

void timers_set(struct timers *timers, struct association *a, uint64_t due_ms)
{
    if (a->timer != 0 && a->due_ms == due_ms)
        return;
    timers_remove(timers, a);
    a->due_ms = due_ms;
    if (due_ms == UINT64_MAX || timers->count == timers->cap)
        return;
    place(timers, timers->count, a);
    timers->count++;
    rise(timers, timers->count - 1);
}

uint64_t timers_next(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[0]->due_ms : UINT64_MAX;
}

struct association *timers_due(const struct timers *timers, uint64_t now_ms)
{
    return timers->count > 0 && timers->heap[0]->due_ms <= now_ms ? timers->heap[0] : NULL;
}
