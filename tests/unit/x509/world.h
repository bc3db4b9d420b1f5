/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of one certificate begin with: an issuer's key, and plans that the profile accepts.
 */
#ifndef PROV_TESTS_X509_WORLD_H
#define PROV_TESTS_X509_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mint.h"

struct world {
    struct prov_crypto *crypto;
    struct prov_key issuer;
    uint8_t issuer_point[PROV_POINT_LEN];
    uint8_t names[512], octets[4096];
    struct prov_buf name_buf, buf;
    struct mint_plan server, device, ca;
};

static inline int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_int_equal(prov_crypto_make(NULL, &world->crypto), PROV_OK);
    mint_key(world->crypto, 1, &world->issuer, world->issuer_point);
    world->name_buf = PROV_BUF_OF(world->names);
    world->server = mint_server(world->crypto, 2, "issuing", &world->name_buf);
    world->device = mint_device(world->crypto, 3, "issuing", &world->name_buf);
    world->ca = mint_ca(world->crypto, 4, "root", "issuing", &world->name_buf);
    *state = world;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *world = *state;

    prov_crypto_key_drop(world->crypto, &world->issuer);
    prov_crypto_free(world->crypto);
    free(world);
    return 0;
}

static inline struct prov_bytes mint(struct world *world, const struct mint_plan *plan)
{
    world->buf = PROV_BUF_OF(world->octets);
    return mint_cert(world->crypto, plan, &world->issuer, &world->buf);
}

/* Parses what the plan makes. */
static inline prov_result parse(struct world *world, const struct mint_plan *plan,
                                struct prov_x509 *ret)
{
    struct prov_x509 cert;
    prov_result result = prov_x509_parse(mint(world, plan), &cert);

    if (ret != NULL)
        *ret = cert;
    return result;
}

#define REFUSED(plan, result) assert_int_equal(parse(world, (plan), NULL), (result))
#define ACCEPTED(plan)        assert_int_equal(parse(world, (plan), NULL), PROV_OK)

#endif
