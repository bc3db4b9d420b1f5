/* SPDX-License-Identifier: Apache-2.0
 *
 * A region of flash as it is, and once more with its checks made right, so that what lies behind them is
 * reached. Whatever is there: the store opens or refuses, is read to its end, and takes a rotation or says why
 * not; after that the new entry is current.
 */
#include <string.h>

#include "prov/store.h"
#include "tests/fault/sim_flash.h"
#include "tests/fuzz/fuzz.h"

#define SECTOR  1024u
#define SECTORS 7u

static struct sim_flash flash;
static struct prov_port port;
static uint8_t work[PROV_STORE_ENTRY_MAX];

static void read_all(struct prov_store *store)
{
    struct prov_identity identity;
    struct prov_entry entry;
    struct prov_log_record record;
    bool used = false;
    prov_result r = prov_store_identity_get(store, &identity);
    for (int place = PROV_STORE_FACTORY; place <= PROV_STORE_PREVIOUS; place++)
        for (size_t i = 0; i < 1000; i++) {
            r = prov_store_get(store, (enum prov_store_place)place, i, work, &entry);
            if (r != PROV_OK)
                break;
            FUZZ_CHECK(prov_entry_check(&entry) == PROV_OK);
        }
    r = prov_store_uses_handle(store, 7, work, &used);
    for (uint32_t i = 0; r == PROV_OK; i++) {
        r = prov_store_log_get(store, i, &record);
        FUZZ_CHECK(prov_log_event_text(record.event) != NULL);
    }
}

static void read_deny_list(struct prov_store *store)
{
    struct prov_deny_list list;
    prov_result r = prov_store_deny_get(store, prov_buf_make(work, sizeof work), &list);
    if (r == PROV_OK)
        FUZZ_CHECK(store->deny_version > 0 && store->deny_length <= sizeof work);
}

static void rotate(struct prov_store *store)
{
    static const uint8_t secret[16] = {1, 2, 3};
    struct prov_entry entry = {.kind = PROV_KIND_PSK, .use = PROV_USE_OPERATIONAL}, back;
    struct prov_fqdn server = {"a.example"};
    entry.server = prov_entry_text(server.text);
    entry.psk_identity = entry.psk = PROV_BYTES_OF(secret);
    /* No journal has moved 2^32 times, no device has rotated as often. */
    if (store->journal_sequence > UINT32_MAX - 8 || store->state.last > UINT32_MAX - 8)
        return;
    if (prov_store_stage(store, &entry) != PROV_OK)
        return;
    FUZZ_CHECK(prov_store_commit(store) == PROV_OK);
    FUZZ_CHECK(prov_store_confirm(store) == PROV_OK);
    FUZZ_CHECK(prov_store_open(store, &port) == PROV_OK);
    FUZZ_CHECK(!store->damaged && !prov_store_unfinished(store));
    FUZZ_CHECK(prov_store_find(store, PROV_STORE_CURRENT, &server, PROV_KIND_PSK, work, &back) ==
               PROV_OK);
    FUZZ_CHECK(prov_bytes_equal(back.psk, PROV_BYTES_OF(secret)));
}

static void open_and_use(void)
{
    struct prov_store store;
    if (prov_store_open(&store, &port) != PROV_OK)
        return;
    read_all(&store);
    read_deny_list(&store);
    rotate(&store);
}

/* --- checks made right --------------------------------------------------------------------------- */

static uint32_t u32_at(uint32_t at)
{
    const uint8_t *p = flash.octets + at;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Of every record that there is, and the geometry in it. */
static void mend(void)
{
    static const uint8_t geometry[] = {0, SECTOR >> 8, 0, 0, 1, SECTOR >> 8, 0, 0};
    for (uint32_t at = 0; at + 64 <= SECTOR * SECTORS; at += 32) {
        uint8_t *record = flash.octets + at;
        uint32_t length = u32_at(at + 8);
        if (record[0] != 'p' || record[1] != 'v' || length > SECTOR * SECTORS - at - 64)
            continue;
        length = (length + 31) / 32 * 32; /* whole units */
        memcpy(record + 12, geometry, sizeof geometry);
        uint32_t crc = sim_crc32(sim_crc32(0, record, 60), record + 64, length);
        for (int i = 0; i < 4; i++)
            record[60 + i] = (uint8_t)(crc >> 8 * i);
    }
}

static void load(const uint8_t *data, size_t size)
{
    sim_flash_make(&flash, SECTOR, SECTORS, 8, 0xff);
    flash.deny_sectors = 2;
    memcpy(flash.octets, data, size < SECTOR * SECTORS ? size : SECTOR * SECTORS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (port.crypto == NULL)
        FUZZ_CHECK(prov_crypto_make(NULL, &port.crypto) == PROV_OK);
    load(data, size);
    port.flash = sim_flash_port(&flash);
    open_and_use();
    load(data, size);
    mend();
    open_and_use();
    return 0;
}
