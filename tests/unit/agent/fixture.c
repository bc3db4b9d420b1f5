/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

struct world world;

int setup_psk(void **state)
{
    (void)state;
    world_make(&world, PROV_KIND_PSK);
    return 0;
}

int setup_rpk(void **state)
{
    (void)state;
    world_make(&world, PROV_KIND_RPK);
    return 0;
}

int setup_cert(void **state)
{
    (void)state;
    world_make(&world, PROV_KIND_CERT);
    return 0;
}

int teardown_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}
