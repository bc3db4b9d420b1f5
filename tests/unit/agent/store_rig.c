/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store_rig.h"

struct sim_flash flash;
struct prov_port port;
struct prov_store store;
uint8_t work[PROV_STORE_ENTRY_MAX];

static uint64_t uptime_ms(void *context)
{
    (void)context;
    return 1000;
}

static enum prov_clock_trust clock_now(void *context, int64_t *ret)
{
    (void)context;
    (void)ret;
    return PROV_CLOCK_NONE;
}

void make(uint32_t sector, uint32_t count, uint32_t unit, uint8_t erased)
{
    sim_flash_make(&flash, sector, count, unit, erased);
    struct prov_crypto *crypto = port.crypto;
    port = (struct prov_port){.flash = sim_flash_port(&flash),
                              .crypto = crypto,
                              .uptime_ms = uptime_ms,
                              .clock = clock_now};
}

int setup(void **state)
{
    (void)state;
    if (prov_crypto_make(NULL, &port.crypto) != PROV_OK)
        return -1;
    make(1024, 8, 8, 0xff);
    return prov_store_open(&store, &port) == PROV_OK ? 0 : -1;
}

int teardown(void **state)
{
    (void)state;
    prov_crypto_free(port.crypto);
    port.crypto = NULL;
    return flash.rewritten ? -1 : 0;
}

void reopen(void)
{
    sim_flash_reboot(&flash);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
}

/* A PSK entry whose identity is `number`; its views point to a static. */
struct prov_entry psk_entry(const char *server, uint32_t number)
{
    static uint8_t identity[16], psk[16];
    struct prov_entry entry = {.kind = PROV_KIND_PSK,
                               .use = PROV_USE_OPERATIONAL,
                               .server = prov_entry_text(server),
                               .address = prov_entry_text("127.0.0.1:5684")};
    memset(identity, 0x11, sizeof identity);
    memset(psk, 0x22, sizeof psk);
    memcpy(identity, &number, sizeof number);
    entry.psk_identity = PROV_BYTES_OF(identity);
    entry.psk = PROV_BYTES_OF(psk);
    return entry;
}

uint32_t number_at(enum prov_store_place place, const char *server)
{
    struct prov_entry entry;
    struct prov_fqdn name;
    uint32_t number = 0;
    strcpy(name.text, server);
    prov_result r = prov_store_find(&store, place, &name, (enum prov_kind)0, ROOM, &entry);
    if (r == PROV_E_NOT_FOUND)
        return 0;
    assert_int_equal(r, PROV_OK);
    memcpy(&number, entry.psk_identity.data, sizeof number);
    return number;
}

void rotate_to(const char *server, uint32_t number)
{
    struct prov_entry entry = psk_entry(server, number);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    assert_int_equal(prov_store_confirm(&store), PROV_OK);
}

uint32_t current_at(void)
{
    uint32_t slot = store.slot[0] == store.state.current ? 0 : 1;
    assert_int_not_equal(store.state.current, 0);
    assert_int_equal(store.slot[slot], store.state.current);
    return (1 + slot) * store.area;
}
