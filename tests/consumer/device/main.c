/* SPDX-License-Identifier: Apache-2.0
 *
 * A board outside of the tree, in as few lines as it takes: flash in memory, nothing installed. An agent on an empty
 * store says that it has no credential to begin with.
 */
#include <string.h>

#include "prov/agent.h"

/* crypto_board.c or crypto_host.c. */
prov_result device_crypto(struct prov_crypto **ret);

static uint8_t flash[8][4096];

static prov_result read(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    (void)context;
    if (offset > sizeof flash || len > sizeof flash - offset)
        return PROV_E_BOUNDS;
    memcpy(ret, &flash[0][0] + offset, len);
    return PROV_OK;
}

static prov_result program(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    (void)context;
    if (offset > sizeof flash || len > sizeof flash - offset)
        return PROV_E_BOUNDS;
    memcpy(&flash[0][0] + offset, data, len);
    return PROV_OK;
}

static prov_result erase(void *context, uint32_t sector)
{
    (void)context;
    if (sector >= 8)
        return PROV_E_BOUNDS;
    memset(flash[sector], 0xff, sizeof flash[sector]);
    return PROV_OK;
}

static prov_result sync(void *context)
{
    (void)context;
    return PROV_OK;
}

static uint64_t uptime_ms(void *context)
{
    (void)context;
    return 0;
}

static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    (void)context, (void)ret_seconds;
    return PROV_CLOCK_NONE;
}

int main(void)
{
    static struct prov_store store;
    static struct prov_agent agent;
    static union prov_agent_workspace workspace;
    static struct prov_port port = {
        .flash = {4096, 8, 8, 0xff, 0, read, program, erase, sync, NULL},
        .uptime_ms = uptime_ms,
        .clock = clock_now,
    };
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};

    memset(flash, 0xff, sizeof flash);
    prov_result result = device_crypto(&port.crypto);
    if (result == PROV_OK)
        result = prov_store_open(&store, &port);
    if (result == PROV_OK) {
        prov_agent_open(&agent, &store, &workspace);
        result = prov_agent_begin(&agent, &request, 0);
        prov_agent_close(&agent);
    }
    return result == PROV_E_NOT_FOUND ? 0 : 1;
}
