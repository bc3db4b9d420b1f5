/* SPDX-License-Identifier: Apache-2.0
 *
 * The store: what it refuses, what survives, what it costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "prov/store.h"
#include "tests/fault/sim_flash.h"

static struct sim_flash flash;
static struct prov_port port;
static struct prov_store store;
static uint8_t work[PROV_STORE_ENTRY_MAX];

#define ROOM prov_buf_make(work, sizeof work)

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

static void make(uint32_t sector, uint32_t count, uint32_t unit, uint8_t erased)
{
    sim_flash_make(&flash, sector, count, unit, erased);
    struct prov_crypto *crypto = port.crypto;
    port = (struct prov_port){.flash = sim_flash_port(&flash),
                              .crypto = crypto,
                              .uptime_ms = uptime_ms,
                              .clock = clock_now};
}

static int setup(void **state)
{
    (void)state;
    if (prov_crypto_make(NULL, &port.crypto) != PROV_OK)
        return -1;
    make(1024, 8, 8, 0xff);
    return prov_store_open(&store, &port) == PROV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    prov_crypto_free(port.crypto);
    port.crypto = NULL;
    return flash.rewritten ? -1 : 0;
}

static void reopen(void)
{
    sim_flash_reboot(&flash);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
}

/* A PSK entry whose identity is `number`; its views point to a static. */
static struct prov_entry psk_entry(const char *server, uint32_t number)
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

static uint32_t number_at(enum prov_store_place place, const char *server)
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

static void rotate_to(const char *server, uint32_t number)
{
    struct prov_entry entry = psk_entry(server, number);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    assert_int_equal(prov_store_confirm(&store), PROV_OK);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void bad_geometry_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t sector, count, unit;
        uint8_t erased;
    } bad[] = {{512, 8, 8, 0xff},   {1024, 4, 8, 0xff},       {1024, 8, 0, 0xff},
               {1024, 8, 3, 0xff},  {1024, 8, 64, 0xff},      {1024, 8, 8, 0x55},
               {1040, 8, 16, 0xff}, {0x80000000u, 8, 8, 0xff}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct prov_port wrong = port;
        struct prov_store other;
        wrong.flash.sector_size = bad[i].sector;
        wrong.flash.sector_count = bad[i].count;
        wrong.flash.program_unit = bad[i].unit;
        wrong.flash.erased = bad[i].erased;
        assert_int_equal(prov_store_open(&other, &wrong), PROV_E_BOUNDS);
    }
}

/* An entry with nothing that authenticates the peer is not kept. */
static void row1_entry_without_peer_authentication_is_refused(void **state)
{
    (void)state;
    static const uint8_t scalar[32] = {1}, cert[4] = {0x30, 2, 5, 0}, point[PROV_POINT_LEN] = {4};
    struct prov_entry entry = psk_entry("a.example", 1);
    entry.psk = PROV_BYTES_NONE;
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_E_POLICY);
    entry = psk_entry("a.example", 1);
    entry.kind = PROV_KIND_RPK;
    entry.point = PROV_BYTES_OF(point);
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_E_POLICY);
    entry.kind = PROV_KIND_CERT;
    entry.chain[0] = PROV_BYTES_OF(cert);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_E_POLICY);
    assert_int_equal(prov_store_install(&store, &entry), PROV_E_POLICY);
    assert_int_equal(flash.operations, 0);
}

/* A key without its public half: the handshake shows it, and what is the server's is compared with it. */
static void key_without_its_point_is_refused(void **state)
{
    (void)state;
    static const uint8_t scalar[32] = {1}, point[PROV_POINT_LEN] = {4}, cert[4] = {0x30, 2, 5, 0};
    struct prov_entry entry = psk_entry("a.example", 1);
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    entry.peers[0] = PROV_BYTES_OF(point);
    entry.chain[0] = entry.anchors[0] = PROV_BYTES_OF(cert);
    for (int kind = PROV_KIND_RPK; kind <= PROV_KIND_CERT; kind++) {
        entry.kind = (enum prov_kind)kind;
        entry.point = PROV_BYTES_NONE;
        assert_int_equal(prov_entry_check(&entry), PROV_E_POLICY);
        entry.point = PROV_BYTES_OF(point);
        assert_int_equal(prov_entry_check(&entry), PROV_OK);
    }
}

/* Patches the version in a record and puts its check right again. */
static void make_newer(uint32_t at, size_t body_len)
{
    uint8_t *record = flash.octets + at, digest[PROV_HASH_LEN];
    record[2] = PROV_STORE_VERSION + 1;
    struct prov_bytes parts[] = {PROV_BYTES(record, 48), PROV_BYTES(record + 64, body_len)};
    assert_int_equal(prov_crypto_sha256(port.crypto, parts, 2, digest), PROV_OK);
    memcpy(record + 48, digest, 16);
}

static void refused_and_left_alone(prov_result reason)
{
    uint32_t operations = flash.operations;
    assert_int_equal(prov_store_open(&store, &port), reason);
    assert_int_equal(flash.operations, operations);
}

static void newer_format_is_refused_and_left_alone(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    const struct prov_store_slot *slot = prov_store_slot_of(&store, store.state.current);
    assert_non_null(slot);
    make_newer((1 + (uint32_t)(slot - store.slot)) * 2 * 1024 + 64, 0);
    refused_and_left_alone(PROV_E_VERSION);
}

static void newer_factory_record_is_refused(void **state)
{
    (void)state;
    struct prov_identity identity = {.eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}}};
    assert_int_equal(prov_store_identity_put(&store, &identity), PROV_OK);
    struct prov_entry entry = psk_entry("a.example", 1);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    make_newer(64 + 128, flash.octets[64 + 128 + 11]);
    refused_and_left_alone(PROV_E_VERSION);
}

static const struct prov_identity ours = {.eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}}};

static void store_for_another_flash_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t sector, count, unit;
        uint8_t erased;
        prov_result result;
    } rows[] = {{2048, 8, 8, 0xff, PROV_E_CONFLICT}, {1024, 14, 8, 0xff, PROV_E_CONFLICT},
                {1024, 5, 8, 0xff, PROV_E_CONFLICT}, {1024, 8, 8, 0x00, PROV_E_CONFLICT},
                {1024, 8, 32, 0xff, PROV_OK},        {1024, 9, 1, 0xff, PROV_OK}};
    assert_int_equal(prov_store_identity_put(&store, &ours), PROV_OK);
    rotate_to("a.example", 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prov_port other = port;
        flash.sector_count = 16; /* the chip has more than the region */
        other.flash.sector_size = rows[i].sector;
        other.flash.sector_count = rows[i].count;
        other.flash.program_unit = rows[i].unit;
        other.flash.erased = rows[i].erased;
        uint32_t operations = flash.operations;
        assert_int_equal(prov_store_open(&store, &other), rows[i].result);
        assert_int_equal(flash.operations, operations);
    }
    flash.sector_count = 8;
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
}

static void store_of_another_device_is_refused(void **state)
{
    (void)state;
    struct prov_eui64 own = ours.eui64;
    port.eui64 = &own;
    reopen(); /* nobody's */
    assert_int_equal(prov_store_identity_put(&store, &ours), PROV_OK);
    reopen();
    own.octets[7]++;
    refused_and_left_alone(PROV_E_NAME);
    port.eui64 = NULL;
    reopen();
}

static void newer_journal_is_refused(void **state)
{
    (void)state;
    assert_int_equal(prov_store_floor(&store, 5), PROV_OK);
    assert_int_equal(prov_store_floor(&store, 6), PROV_OK);
    uint32_t base = 6 * 1024 + (uint32_t)store.journal * 1024;
    static struct sim_flash good;
    good = flash;
    for (uint32_t at = 0; base + at < store.journal_at; at += 64) {
        flash = good;
        make_newer(base + at, 0);
        refused_and_left_alone(PROV_E_VERSION);
        flash = good;
        reopen();
    }
}

static void second_identity_is_refused(void **state)
{
    (void)state;
    struct prov_identity identity = {.eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}}};
    assert_int_equal(prov_store_identity_put(&store, &identity), PROV_OK);
    assert_int_equal(prov_store_identity_put(&store, &identity), PROV_E_EXISTS);
}

static void full_factory_record_is_refused(void **state)
{
    (void)state;
    prov_result r = PROV_OK;
    size_t count = 0;
    for (; r == PROV_OK; count++) {
        struct prov_entry entry = psk_entry("a.example", (uint32_t)count + 1);
        r = prov_store_install(&store, &entry);
    }
    assert_int_equal(r, PROV_E_FULL);
    assert_in_range(count, 10, 20);
    reopen();
    assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), count - 1);
}

static void second_install_of_the_same_writes_nothing(void **state)
{
    (void)state;
    struct prov_entry entry = psk_entry("a.example", 1);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    uint32_t operations = flash.operations;
    entry = psk_entry("a.example", 1);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    assert_int_equal(flash.operations, operations);
    assert_int_equal(prov_store_get(&store, PROV_STORE_FACTORY, 1, ROOM, &entry), PROV_E_NOT_FOUND);
    entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 2);
}

static void snapshot_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static uint8_t large[3000] = {0x30};
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("b.example", 2);
    entry.chain[0] = PROV_BYTES_OF(large);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_E_FULL);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_false(prov_store_unfinished(&store));
}

/* An image may hold more kinds than a build has: the room of one with PSKs alone takes no chain. */
static void entry_without_room_is_passed_over(void **state)
{
    (void)state;
    static const uint8_t chain[600] = {0x30}, scalar[32] = {1}, point[PROV_POINT_LEN] = {4};
    const struct prov_fqdn server = {.text = "a.example"};
    struct prov_entry entry = psk_entry("a.example", 1), found;
    struct prov_buf small = prov_buf_make(work, 300);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    entry = psk_entry("a.example", 0);
    entry.kind = PROV_KIND_CERT;
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    entry.point = PROV_BYTES_OF(point);
    entry.chain[0] = entry.anchors[0] = PROV_BYTES_OF(chain);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, PROV_KIND_CERT, small, &found),
        PROV_E_NOT_FOUND);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, (enum prov_kind)0, small, &found),
        PROV_OK);
    assert_int_equal(found.kind, PROV_KIND_PSK);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, (enum prov_kind)0, ROOM, &found),
        PROV_OK);
    assert_int_equal(found.kind, PROV_KIND_CERT);
}

static void steps_out_of_order_are_refused(void **state)
{
    (void)state;
    assert_int_equal(prov_store_commit(&store), PROV_E_STATE);
    assert_int_equal(prov_store_confirm(&store), PROV_E_STATE);
    assert_int_equal(prov_store_give_up(&store), PROV_E_STATE);
    rotate_to("a.example", 1);
    assert_int_equal(prov_store_confirm(&store), PROV_E_STATE);
}

static void damaged_entry_octets_are_refused(void **state)
{
    (void)state;
    struct prov_entry entry = psk_entry("a.example", 7), back;
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    size_t len = flash.octets[11];
    memcpy(work, flash.octets + 64, len + 1);
    assert_int_equal(prov_entry_decode(PROV_BYTES(work, len), &back), PROV_OK);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(prov_entry_decode(PROV_BYTES(work, cut), &back), PROV_OK);
    assert_int_not_equal(prov_entry_decode(PROV_BYTES(work, len + 1), &back), PROV_OK);
    work[0] = 99; /* no such member */
    assert_int_not_equal(prov_entry_decode(PROV_BYTES(work, len), &back), PROV_OK);
}

/* A certificate with everything that an entry can have; its views point to statics. */
static struct prov_entry full_entry(void)
{
    static const uint8_t octets[300] = {0x30}, scalar[PROV_SCALAR_LEN] = {1};
    static const uint8_t point[PROV_POINT_LEN] = {4, 5};
    struct prov_entry entry = {.kind = PROV_KIND_CERT,
                               .use = PROV_USE_OPERATIONAL,
                               .server = prov_entry_text("a.example"),
                               .point = PROV_BYTES_OF(point)};
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    for (size_t i = 0; i < 2; i++) {
        entry.chain[i] = PROV_BYTES(octets, 200 + i);
        entry.urls[i].url = prov_bytes_text("http://a.example/c");
        entry.urls[i].sha1[0] = (uint8_t)(7 + i);
        entry.cached.chain[i] = PROV_BYTES(octets, 250 + i);
    }
    entry.url_count = 2;
    entry.anchors[0] = PROV_BYTES(octets, 100);
    entry.deny_signer = PROV_BYTES_OF(point);
    entry.cached.request = PROV_BYTES(octets, 60);
    entry.new_anchors = true;
    return entry;
}

static void urls_that_do_not_fit_the_chain_are_refused(void **state)
{
    (void)state;
    struct prov_entry entry = full_entry(), back;
    make(2048, 7, 8, 0xff);
    reopen();
    entry.url_count = 1;
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_E_POLICY);
    entry = full_entry();
    entry.urls[1].url = prov_bytes_text("ftp://a.example/c");
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_get(&store, PROV_STORE_FACTORY, 0, ROOM, &back), PROV_E_CORRUPT);
}

/* --- kept --------------------------------------------------------------------------------------- */

static void everything_of_an_entry_is_kept(void **state)
{
    (void)state;
    struct prov_entry entry = full_entry(), back;
    make(2048, 7, 8, 0xff);
    reopen();
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    reopen();
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 0, ROOM, &back), PROV_OK);
    assert_int_equal(back.url_count, 2);
    assert_int_equal(prov_entry_count(back.cached.chain, PROV_ENTRY_CACHE_MAX), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(prov_bytes_equal(back.chain[i], entry.chain[i]));
        assert_true(prov_bytes_equal(back.urls[i].url, entry.urls[i].url));
        assert_memory_equal(back.urls[i].sha1, entry.urls[i].sha1, PROV_SHA1_LEN);
        assert_true(prov_bytes_equal(back.cached.chain[i], entry.cached.chain[i]));
    }
    assert_true(prov_bytes_equal(back.cached.request, entry.cached.request));
    assert_true(prov_bytes_equal(back.anchors[0], entry.anchors[0]));
    assert_true(prov_bytes_equal(back.point, entry.point));
    assert_true(prov_bytes_equal(back.key.scalar, entry.key.scalar));
    assert_int_equal(back.key.source, PROV_KEY_SCALAR);
    assert_true(back.new_anchors);
    assert_true(prov_bytes_equal(back.deny_signer, entry.deny_signer));
    assert_string_equal((const char *)back.server.data, "a.example");
    assert_int_equal(back.address.len, 0);
    /* a void one is not given any more, and that is kept too */
    assert_int_equal(prov_store_cache_void(&store, store.state.current), PROV_OK);
    reopen();
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 0, ROOM, &back), PROV_OK);
    assert_int_equal(prov_entry_count(back.cached.chain, PROV_ENTRY_CACHE_MAX), 0);
    assert_int_equal(back.cached.request.len, 0);
    assert_int_equal(back.url_count, 2);
}

/* --- its states ------------------------------------------------------------------------------------- */

static void rotation_goes_through_its_states(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CANDIDATE, "a.example"), 2);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
    assert_int_equal(number_at(PROV_STORE_PREVIOUS, "a.example"), 1);
    assert_true(prov_store_unfinished(&store));
    assert_int_equal(prov_store_confirm(&store), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
    assert_int_equal(number_at(PROV_STORE_PREVIOUS, "a.example"), 0);
    assert_false(prov_store_unfinished(&store));
}

/* The old secret is gone from the flash when the new one is confirmed. */
static void old_slot_is_erased_after_confirm(void **state)
{
    (void)state;
    rotate_to("a.example", 0x51525354);
    rotate_to("a.example", 2);
    for (size_t i = 0; i + 4 <= 8 * 1024; i++)
        assert_memory_not_equal(flash.octets + i, "\x54\x53\x52\x51", 4);
}

/* Row 1: keyed by server; one server's rotation leaves the others' entries as they are. */
static void row1_entries_are_keyed_by_server(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    rotate_to("b.example", 2);
    rotate_to("c.example", 3);
    rotate_to("b.example", 4);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "b.example"), 4);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "c.example"), 3);
    struct prov_entry entry;
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 2, ROOM, &entry), PROV_OK);
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 3, ROOM, &entry), PROV_E_NOT_FOUND);
}

static void factory_record_outlives_rotations(void **state)
{
    (void)state;
    struct prov_entry entry = psk_entry("a.example", 99);
    entry.use = PROV_USE_BOOTSTRAP;
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    uint8_t before[2 * 1024];
    memcpy(before, flash.octets, sizeof before);
    for (uint32_t i = 1; i < 50; i++)
        rotate_to("a.example", i);
    assert_memory_equal(before, flash.octets, sizeof before);
    assert_int_equal(flash.erases[0] + flash.erases[1], 0);
    reopen();
    assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 99);
}

static void given_up_candidate_leaves_current(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    assert_int_equal(prov_store_failed(&store), PROV_OK);
    assert_int_equal(prov_store_failed(&store), PROV_OK);
    reopen();
    assert_int_equal(store.state.failures, 2);
    assert_int_equal(prov_store_give_up(&store), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CANDIDATE, "a.example"), 0);
}

/* An unconfirmed snapshot makes way for a new candidate: its predecessor is current again. */
static void staging_over_an_unconfirmed_one_goes_back(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    entry = psk_entry("a.example", 3);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CANDIDATE, "a.example"), 3);
}

static void small_changes_survive_and_the_floor_never_sinks(void **state)
{
    (void)state;
    uint8_t seed[PROV_STORE_SEED_LEN], back[PROV_STORE_SEED_LEN];
    memset(seed, 0x5a, sizeof seed);
    assert_int_equal(prov_store_seed_get(&store, back), PROV_E_NOT_FOUND);
    assert_int_equal(prov_store_seed_put(&store, seed), PROV_OK);
    assert_int_equal(prov_store_floor(&store, 1000), PROV_OK);
    assert_int_equal(prov_store_floor(&store, 900), PROV_OK);
    for (uint8_t i = 1; i < 100; i++)
        assert_int_equal(prov_store_attempts(&store, i), PROV_OK);
    reopen();
    assert_int_equal(store.state.time_floor, 1000);
    assert_int_equal(store.state.attempts, 99);
    assert_int_equal(prov_store_seed_get(&store, back), PROV_OK);
    assert_memory_equal(seed, back, sizeof seed);
}

static void row62_log_is_a_bounded_ring(void **state)
{
    (void)state;
    struct prov_log_record record = {.clock = PROV_CLOCK_COARSE,
                                     .event = PROV_LOG_ALERT,
                                     .alert = 51,
                                     .sent = 0,
                                     .server = "enroll.example.com"};
    for (uint32_t i = 0; i < 200; i++) {
        record.value = i;
        record.time = 1700000000 + i;
        assert_int_equal(prov_store_log_put(&store, &record), PROV_OK);
    }
    reopen();
    uint32_t count = 0;
    struct prov_log_record back = {0};
    while (prov_store_log_get(&store, count, &record) == PROV_OK) {
        back = record;
        count++;
    }
    assert_in_range(count, 4, 16);
    assert_int_equal(back.value, 199);
    assert_int_equal(back.alert, 51);
    assert_int_equal(back.sent, 0);
    assert_int_equal(back.time, 1700000199);
    assert_string_equal(back.server, "enroll.example.com");
    assert_string_equal(prov_log_event_text(back.event), "alert");
}

static void every_geometry_works(void **state)
{
    (void)state;
    static const uint32_t units[] = {1, 2, 4, 8, 16, 32};
    for (size_t u = 0; u < 6; u++)
        for (int zero = 0; zero < 2; zero++) {
            make(1024, 11, units[u], zero ? 0x00 : 0xff);
            reopen();
            for (uint32_t i = 1; i < 12; i++)
                rotate_to(i % 3 == 0 ? "b.example" : "a.example", i);
            reopen();
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 11);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "b.example"), 9);
            assert_false(flash.rewritten);
        }
}

/* An identity without a key ends with zeros, which is how some flash reads when it is erased. */
static void body_that_ends_like_erased_flash_is_not_written_over(void **state)
{
    struct prov_identity identity = {.eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}}}, kept;
    struct prov_entry entry = psk_entry("a.example", 1);
    (void)state;
    make(1024, 8, 8, 0x00);
    reopen();
    assert_int_equal(prov_store_identity_put(&store, &identity), PROV_OK);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    reopen();
    assert_int_equal(prov_store_identity_get(&store, &kept), PROV_OK);
    assert_memory_equal(kept.eui64.octets, identity.eui64.octets, 8);
    assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 1);
}

static void lost_journal_leaves_a_credential(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    memset(flash.octets + 6 * 1024, 0x00, 2 * 1024);
    reopen();
    assert_true(store.damaged);
    assert_true(prov_store_unfinished(&store));
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
    assert_int_equal(number_at(PROV_STORE_PREVIOUS, "a.example"), 1);
    assert_int_equal(prov_store_confirm(&store), PROV_OK);
    reopen();
    assert_false(store.damaged);
    assert_false(prov_store_unfinished(&store));
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
}

static bool is_kept(uint32_t number)
{
    return number_at(PROV_STORE_CURRENT, "a.example") == number ||
           number_at(PROV_STORE_CANDIDATE, "a.example") == number ||
           number_at(PROV_STORE_PREVIOUS, "a.example") == number;
}

/* One octet after another of both journal sectors goes bad after it was good, then the store is
 * opened and tidied as every operation does: 2 is what the server may have as active. */
static void rot_everywhere_in_the_journal(bool also_1)
{
    static struct sim_flash good;
    good = flash;
    for (uint32_t at = 6 * 1024; at < 8 * 1024; at++) {
        flash = good;
        flash.octets[at] ^= 0x10;
        flash.synced[at] ^= 0x10;
        reopen();
        assert_int_equal(prov_store_tidy(&store), PROV_OK);
        if (!is_kept(2) || (also_1 && !is_kept(1)))
            fail_msg("octet %u", at);
    }
    flash = good;
    reopen();
}

static void rotten_journal_loses_no_credential(void **state)
{
    (void)state;
    struct prov_log_record record = {.event = PROV_LOG_HANDSHAKE};
    for (int logs = 0; logs < 24; logs += 5) {
        make(1024, 8, 8, 0xff);
        reopen();
        rotate_to("a.example", 1);
        for (int i = 0; i < logs; i++) /* the journal moves at another place each time */
            assert_int_equal(prov_store_log_put(&store, &record), PROV_OK);
        struct prov_entry entry = psk_entry("a.example", 2);
        assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
        rot_everywhere_in_the_journal(true);
        assert_int_equal(prov_store_commit(&store), PROV_OK);
        rot_everywhere_in_the_journal(true);
        assert_int_equal(prov_store_confirm(&store), PROV_OK);
        rot_everywhere_in_the_journal(false);
    }
}

/* The snapshot was whole, the record that names it was not written: it is staged. */
static void unnamed_newest_snapshot_is_the_candidate(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_store_state before = store.state;
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    memset(flash.octets + store.journal_at - 64, 0x00, 64);
    memset(flash.synced + store.journal_at - 64, 0x00, 64);
    reopen();
    assert_int_equal(store.state.current, before.current);
    assert_int_equal(number_at(PROV_STORE_CANDIDATE, "a.example"), 2);
    assert_false(store.damaged);
}

static void lost_snapshot_falls_back_to_the_previous(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry, false), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    const struct prov_store_slot *slot = prov_store_slot_of(&store, store.state.current);
    flash.octets[(1 + (size_t)(slot - store.slot)) * 2048 + 200] ^= 1;
    reopen();
    assert_true(store.damaged);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
}

/* --- power and errors at every operation ------------------------------------------------------ */

/* Three steps of a rotation; returns how many were answered with PROV_OK. */
static int steps(uint32_t number)
{
    struct prov_entry entry = psk_entry("a.example", number);
    if (prov_store_stage(&store, &entry, false) != PROV_OK)
        return 0;
    if (prov_store_commit(&store) != PROV_OK)
        return 1;
    return prov_store_confirm(&store) == PROV_OK ? 3 : 2;
}

/* What must be there after a fault during steps 1 → 2, of which `done` were answered. */
static void check_after(int done)
{
    uint32_t current = number_at(PROV_STORE_CURRENT, "a.example");
    uint32_t previous = number_at(PROV_STORE_PREVIOUS, "a.example");
    uint32_t candidate = number_at(PROV_STORE_CANDIDATE, "a.example");
    assert_true(current == 1 || current == 2);
    assert_false(store.damaged);
    if (current == 1)
        assert_in_range(done, 0, 1);
    if (done >= 1)
        assert_true(current == 2 || candidate == 2);
    if (done >= 2)
        assert_int_equal(current, 2);
    if (current == 2 && !store.state.confirmed)
        assert_int_equal(previous, 1);
}

static void fault_at_every_operation(enum sim_fault fault)
{
    for (uint32_t at = 1;; at++) {
        make(1024, 8, 8, at % 2 ? 0xff : 0x00);
        reopen();
        rotate_to("a.example", 1);
        sim_flash_plan(&flash, fault, at);
        uint32_t before = flash.operations;
        int done = steps(2);
        bool hit = flash.operations - before >= at;
        reopen();
        check_after(done);
        rotate_to("a.example", 3); /* a clean second run */
        rotate_to("a.example", 3);
        reopen();
        assert_false(store.damaged);
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 3);
        assert_false(flash.rewritten);
        if (!hit) {
            assert_true(at > 10);
            return;
        }
    }
}

static void power_cut_at_every_operation(void **state)
{
    (void)state;
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_CUT_LAST; fault++)
        fault_at_every_operation((enum sim_fault)fault);
}

/* It fails, a bit is programmed wrong, once or for good, nothing is done, or half of it. */
static void bad_operation_at_every_place_is_seen(void **state)
{
    (void)state;
    for (int fault = SIM_ERROR; fault <= SIM_ERROR_LAST; fault++)
        fault_at_every_operation((enum sim_fault)fault);
}

/* One of them, or all from there on: what was there stays, and is there again when the flash answers. */
static void failing_read_at_every_place(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 3, UINT32_MAX};
    for (size_t i = 0; i < 3; i++)
        for (uint32_t at = 1, failed = 1; failed; at++) {
            make(1024, 8, 8, 0xff);
            reopen();
            rotate_to("a.example", 1);
            uint32_t before = flash.reads;
            sim_flash_plan_reads(&flash, at, counts[i]);
            int done = steps(2);
            failed = flash.reads - before >= at;
            reopen();
            check_after(done);
            rotate_to("a.example", 3);
            assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 3);
            assert_false(flash.rewritten);
        }
}

/* Nothing is written to a flash that could not be read: what is there is not known. */
static void store_that_is_not_open_writes_nothing(void **state)
{
    (void)state;
    static uint8_t before[8 * 1024];
    rotate_to("a.example", 1);
    memcpy(before, flash.octets, sizeof before);
    sim_flash_plan_reads(&flash, 1, 1);
    assert_int_equal(prov_store_open(&store, &port), PROV_E_IO);
    assert_int_equal(steps(2), 0);
    assert_int_not_equal(prov_store_floor(&store, 5), PROV_OK);
    assert_memory_equal(flash.octets, before, sizeof before);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
}

/* Whatever is there before: it is no store, or an empty one that works. Only the factory area has no room. */
static void flash_full_of_garbage_is_an_empty_store(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 32; seed++) {
        static const uint8_t plain[] = {0x00, 0xaa, 0x55, 'p'};
        struct prov_entry entry = psk_entry("a.example", 1);
        make(1024, 8, 8, seed % 2 ? 0xff : 0x00);
        for (uint32_t i = 0, x = seed * 2654435761u + 1; i < 8 * 1024; i++) {
            x = x * 1664525u + 1013904223u;
            flash.octets[i] = seed < 4 ? plain[seed] : (uint8_t)(x >> 24);
        }
        if (seed == 0)
            memset(flash.octets, 0xff, 8 * 1024); /* the other way of being erased */
        reopen();
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 0);
        assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 0);
        assert_int_equal(prov_store_install(&store, &entry), PROV_E_FULL);
        rotate_to("a.example", 1);
        rotate_to("a.example", 2);
        rotate_to("b.example", 3);
        reopen();
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
        assert_false(flash.rewritten);
    }
}

/* Two cuts in a row: the second one during what the first one left. */
static void second_power_cut_at_every_operation(void **state)
{
    (void)state;
    for (uint32_t first = 1; first < 20; first++)
        for (uint32_t second = 1; second < 20; second++) {
            make(1024, 8, 8, 0xff);
            reopen();
            rotate_to("a.example", 1);
            sim_flash_plan(&flash, SIM_CUT_TORN, first);
            int done = steps(2);
            reopen();
            check_after(done);
            sim_flash_plan(&flash, SIM_CUT_TORN, second);
            prov_result r = prov_store_tidy(&store);
            if (r == PROV_OK)
                (void)steps(2);
            reopen();
            uint32_t current = number_at(PROV_STORE_CURRENT, "a.example");
            assert_true(current == 1 || current == 2);
            assert_false(store.damaged);
        }
}

static void cut_install_keeps_what_was_installed(void **state)
{
    (void)state;
    for (uint32_t at = 1; at < 12; at++) {
        make(1024, 8, 8, 0xff);
        reopen();
        struct prov_entry entry = psk_entry("a.example", 1);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        sim_flash_plan(&flash, SIM_CUT_TORN, at);
        entry = psk_entry("a.example", 2);
        prov_result r = prov_store_install(&store, &entry);
        reopen();
        uint32_t found = number_at(PROV_STORE_FACTORY, "a.example");
        assert_true(r == PROV_OK ? found == 2 : found == 1 || found == 2);
        entry = psk_entry("a.example", 3);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        reopen();
        assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 3);
        assert_false(flash.rewritten);
    }
}

/* --- wear ------------------------------------------------------------------------------------- */

#define ROTATIONS 10000u
#define ERASE_BUDGET                                                                               \
    5100u /* per sector, over 10,000 rotations: half of a usual 10,000 cycles, and 2 % */

static void erases_stay_within_the_budget(void **state)
{
    (void)state;
    make(4096, 5, 8, 0xff);
    reopen();
    struct prov_log_record record = {.event = PROV_LOG_HANDSHAKE};
    uint8_t session[PROV_STORE_SESSION_MAX];
    for (uint32_t i = 1; i <= ROTATIONS; i++) {
        rotate_to("a.example", i);
        memset(session, (int)(i % 251) + 1, sizeof session);
        assert_int_equal(prov_store_session_put(&store, PROV_BYTES(session, 132)), PROV_OK);
        for (int entry = 0; entry < 8; entry++)
            assert_int_equal(prov_store_log_put(&store, &record), PROV_OK);
    }
    static const char *const areas[] = {"factory", "slot 0", "slot 1", "journal 0", "journal 1"};
    uint32_t most = 0;
    for (uint32_t i = 0; i < 5; i++) {
        print_message("wear: %s: %u erases of a sector in %u rotations, budget %u\n", areas[i],
                      flash.erases[i], ROTATIONS, ERASE_BUDGET);
        most = flash.erases[i] > most ? flash.erases[i] : most;
    }
    assert_in_range(most, 1, ERASE_BUDGET);
    assert_int_equal(flash.erases[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bad_geometry_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row1_entry_without_peer_authentication_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(key_without_its_point_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(newer_format_is_refused_and_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(newer_factory_record_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(newer_journal_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(store_for_another_flash_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(store_of_another_device_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(second_identity_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(full_factory_record_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(second_install_of_the_same_writes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(snapshot_that_does_not_fit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(entry_without_room_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_out_of_order_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_entry_octets_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(urls_that_do_not_fit_the_chain_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(everything_of_an_entry_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(rotation_goes_through_its_states, setup, teardown),
        cmocka_unit_test_setup_teardown(old_slot_is_erased_after_confirm, setup, teardown),
        cmocka_unit_test_setup_teardown(row1_entries_are_keyed_by_server, setup, teardown),
        cmocka_unit_test_setup_teardown(factory_record_outlives_rotations, setup, teardown),
        cmocka_unit_test_setup_teardown(given_up_candidate_leaves_current, setup, teardown),
        cmocka_unit_test_setup_teardown(staging_over_an_unconfirmed_one_goes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(small_changes_survive_and_the_floor_never_sinks, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row62_log_is_a_bounded_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(every_geometry_works, setup, teardown),
        cmocka_unit_test_setup_teardown(body_that_ends_like_erased_flash_is_not_written_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(lost_journal_leaves_a_credential, setup, teardown),
        cmocka_unit_test_setup_teardown(rotten_journal_loses_no_credential, setup, teardown),
        cmocka_unit_test_setup_teardown(unnamed_newest_snapshot_is_the_candidate, setup, teardown),
        cmocka_unit_test_setup_teardown(lost_snapshot_falls_back_to_the_previous, setup, teardown),
        cmocka_unit_test_setup_teardown(power_cut_at_every_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_operation_at_every_place_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(failing_read_at_every_place, setup, teardown),
        cmocka_unit_test_setup_teardown(store_that_is_not_open_writes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(flash_full_of_garbage_is_an_empty_store, setup, teardown),
        cmocka_unit_test_setup_teardown(second_power_cut_at_every_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_install_keeps_what_was_installed, setup, teardown),
        cmocka_unit_test_setup_teardown(erases_stay_within_the_budget, setup, teardown),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
