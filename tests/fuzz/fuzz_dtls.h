/* SPDX-License-Identifier: Apache-2.0
 *
 * What the targets of libprov/dtls share: one set of keys, made at the first input, and a wire into nowhere.
 */
#ifndef PROV_TESTS_FUZZ_DTLS_H
#define PROV_TESTS_FUZZ_DTLS_H

#include "fuzz.h"
#include "tests/net/wire.h"

static inline struct wire_world *fuzz_dtls_world(void)
{
    static struct wire_world world;

    if (world.crypto == NULL) {
        wire_world_make(&world);
        world.random_state =
            0xF022; /* not the numbers that the corpus was recorded with: it would connect */
    }
    return &world;
}

static inline enum wire_fate fuzz_dtls_nowhere(void *context, struct wire_datagram *datagram)
{
    (void)context;
    (void)datagram;
    return WIRE_DROP;
}

#endif
