/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not flash: clocks, random octets, a holder of keys.
 */
#include "contract_private.h"

#include <string.h>

#define CALLS_MAX 20000000 /* of a clock that stands still */
#define TICKS     3

/* It never goes back, and it goes on. */
enum prov_contract_outcome contract_uptime(const struct prov_contract *contract)
{
    const struct prov_port *port = contract->port;
    uint32_t ticks = 0;

    if (port->uptime_ms == NULL)
        return PROV_CONTRACT_BROKEN;
    uint64_t last = port->uptime_ms(port->context);
    for (uint32_t calls = 0; calls < CALLS_MAX && ticks < TICKS; calls++) {
        uint64_t now = port->uptime_ms(port->context);
        if (now < last)
            return PROV_CONTRACT_BROKEN;
        ticks += now > last;
        last = now;
    }
    return contract_kept_if(ticks == TICKS);
}

/* A trust that prov/port.h knows; a time with it, unless there is none. */
enum prov_contract_outcome contract_clock(const struct prov_contract *contract)
{
    const struct prov_port *port = contract->port;
    int64_t seconds = INT64_MIN;

    if (port->clock == NULL)
        return PROV_CONTRACT_BROKEN;
    switch (port->clock(port->context, &seconds)) {
    case PROV_CLOCK_NONE:
        return PROV_CONTRACT_KEPT;
    case PROV_CLOCK_COARSE:
    case PROV_CLOCK_TRUSTED:
        return contract_kept_if(seconds >= 0);
    }
    return PROV_CONTRACT_BROKEN;
}

/* --- random octets ---------------------------------------------------------------------------- */

enum { DRAW = 32 };

enum prov_contract_outcome contract_random(const struct prov_contract *contract)
{
    uint8_t draws[2][DRAW] = {{0}};
    struct prov_crypto *crypto = contract->port->crypto;
    bool kept = crypto != NULL;

    for (size_t i = 0; i < 2 && kept; i++)
        kept = prov_crypto_random(crypto, draws[i], DRAW) == PROV_OK &&
               memcmp(draws[i], draws[i] + 1, DRAW - 1) != 0; /* not one octet throughout */
    kept = kept && memcmp(draws[0], draws[1], DRAW) != 0;
    prov_wipe(draws, sizeof draws);
    return contract_kept_if(kept);
}

/* RFC 7925, section 12: rather nothing than guessable numbers. */
enum prov_contract_outcome contract_random_unseeded(const struct prov_contract *contract)
{
    uint8_t draw[DRAW];

    if (contract->unseeded == NULL)
        return PROV_CONTRACT_SKIPPED;
    return contract_kept_if(prov_crypto_random(contract->unseeded, draw, sizeof draw) ==
                            PROV_E_RANDOM);
}

/* --- a holder of keys ------------------------------------------------------------------------- */

struct pair {
    uint32_t handle[2];
    uint8_t point[2][PROV_POINT_LEN];
    size_t made;
};

static bool make(const struct prov_contract *contract, struct pair *pair)
{
    const struct prov_port_keys *keys = contract->port->keys;

    for (pair->made = 0; pair->made < 2; pair->made++)
        if (keys->make(keys->context, &pair->handle[pair->made]) != PROV_OK)
            return false;
    for (size_t i = 0; i < 2; i++)
        if (keys->point(keys->context, pair->handle[i], pair->point[i]) != PROV_OK)
            return false;
    return true;
}

static void drop(const struct prov_contract *contract, const struct pair *pair, size_t from)
{
    const struct prov_port_keys *keys = contract->port->keys;

    for (size_t i = from; i < pair->made; i++)
        keys->drop(keys->context, pair->handle[i]);
}

/* Whether key number i signs so that its own point says so, and the other's does not. */
static bool signs(const struct prov_contract *contract, const struct pair *pair, size_t i)
{
    const struct prov_port_keys *keys = contract->port->keys;
    struct prov_crypto *crypto = contract->port->crypto;
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];

    memset(digest, 0x5a + (int)i, sizeof digest);
    return keys->sign(keys->context, pair->handle[i], digest, signature) == PROV_OK &&
           prov_crypto_verify(crypto, PROV_BYTES_OF(pair->point[i]), digest, signature) ==
               PROV_OK &&
           prov_crypto_verify(crypto, PROV_BYTES_OF(pair->point[1 - i]), digest, signature) !=
               PROV_OK;
}

/* Two keys are two, on the curve, and still the same when asked again. */
enum prov_contract_outcome contract_keys_make(const struct prov_contract *contract)
{
    const struct prov_port_keys *keys = contract->port->keys;
    struct pair pair;
    uint8_t again[PROV_POINT_LEN];

    if (keys == NULL)
        return PROV_CONTRACT_SKIPPED;
    if (keys->make == NULL || keys->point == NULL || keys->sign == NULL || keys->drop == NULL)
        return PROV_CONTRACT_BROKEN;
    bool kept = make(contract, &pair) && pair.handle[0] != pair.handle[1] &&
                memcmp(pair.point[0], pair.point[1], PROV_POINT_LEN) != 0;
    for (size_t i = 0; i < 2 && kept; i++)
        kept = prov_crypto_point_check(contract->port->crypto, PROV_BYTES_OF(pair.point[i])) ==
                   PROV_OK &&
               keys->point(keys->context, pair.handle[i], again) == PROV_OK &&
               memcmp(again, pair.point[i], sizeof again) == 0;
    drop(contract, &pair, 0);
    return contract_kept_if(kept);
}

enum prov_contract_outcome contract_keys_sign(const struct prov_contract *contract)
{
    struct pair pair;

    if (contract->port->keys == NULL)
        return PROV_CONTRACT_SKIPPED;
    bool kept = make(contract, &pair) && signs(contract, &pair, 0) && signs(contract, &pair, 1);
    drop(contract, &pair, 0);
    return contract_kept_if(kept);
}

/* A key that was dropped is no more; the other one is as it was. */
enum prov_contract_outcome contract_keys_drop(const struct prov_contract *contract)
{
    const struct prov_port_keys *keys = contract->port->keys;
    struct pair pair;
    uint8_t point[PROV_POINT_LEN];

    if (keys == NULL)
        return PROV_CONTRACT_SKIPPED;
    bool kept = make(contract, &pair);
    if (pair.made > 0)
        keys->drop(keys->context, pair.handle[0]);
    kept = kept && keys->point(keys->context, pair.handle[0], point) != PROV_OK &&
           keys->point(keys->context, pair.handle[1], point) == PROV_OK &&
           memcmp(point, pair.point[1], sizeof point) == 0;
    drop(contract, &pair, 1);
    return contract_kept_if(kept);
}
