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

#include "store_rig.h"

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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_POLICY);
    entry = psk_entry("a.example", 1);
    entry.kind = PROV_KIND_RPK;
    entry.point = PROV_BYTES_OF(point);
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_POLICY);
    entry.kind = PROV_KIND_CERT;
    entry.chain[0] = PROV_BYTES_OF(cert);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_POLICY);
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

/* Puts the check of a record right again; it goes over whole units of 32 octets. */
static void check_again(uint8_t *record, size_t body_len)
{
    uint32_t crc = sim_crc32(sim_crc32(0, record, 60), record + 64, (body_len + 31) / 32 * 32);
    for (int i = 0; i < 4; i++)
        record[60 + i] = (uint8_t)(crc >> 8 * i);
}

static void make_newer(uint32_t at, size_t body_len)
{
    flash.octets[at + 2] = PROV_STORE_VERSION + 1;
    check_again(flash.octets + at, body_len);
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
    uint32_t at = current_at();
    make_newer(at, flash.octets[at + 8]);
    refused_and_left_alone(PROV_E_VERSION);
}

static void newer_factory_record_is_refused(void **state)
{
    (void)state;
    struct prov_identity identity = {.eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}}};
    assert_int_equal(prov_store_identity_put(&store, &identity), PROV_OK);
    struct prov_entry entry = psk_entry("a.example", 1);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    make_newer(64 + 128, flash.octets[64 + 128 + 8]);
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
    static struct sim_flash good;
    good = flash;
    for (uint32_t at = store.journal_end - 1024; at < store.journal_at; at += 64) {
        flash = good;
        make_newer(at, 0);
        refused_and_left_alone(PROV_E_VERSION);
        flash = good;
        reopen();
    }
}

static void journal_for_another_flash_is_refused(void **state)
{
    (void)state;
    assert_int_equal(prov_store_floor(&store, 5), PROV_OK);
    port.flash.erased = 0x00;
    refused_and_left_alone(PROV_E_CONFLICT);
    port.flash.erased = 0xff;
    reopen();
    assert_int_equal(store.state.time_floor, 5);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_FULL);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_false(prov_store_unfinished(&store));
}

/* The slot has room for it, and nobody who reads it. */
static void entry_that_nobody_could_read_is_refused(void **state)
{
    (void)state;
    static uint8_t large[PROV_STORE_ENTRY_MAX] = {0x30};
    make(4096, 8, 8, 0xff);
    reopen();
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("b.example", 2);
    entry.chain[0] = PROV_BYTES_OF(large);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_FULL);
    assert_int_equal(prov_store_install(&store, &entry), PROV_E_OVERFLOW);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_false(prov_store_unfinished(&store));
    entry.chain[0].len = 0;
    struct prov_entry found;
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_get(&store, PROV_STORE_CANDIDATE, 1, ROOM, &found), PROV_OK);
    entry.chain[0] = PROV_BYTES(large, PROV_STORE_ENTRY_MAX - found.room_used - 3);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_get(&store, PROV_STORE_CANDIDATE, 1, ROOM, &found), PROV_OK);
    assert_int_equal(found.room_used, PROV_STORE_ENTRY_MAX);
}

/* A snapshot counts them, and is whole with all of them only. */
static void three_hundred_servers_are_kept(void **state)
{
    (void)state;
    char server[16];
    make(16384, 14, 8, 0xff);
    reopen();
    for (unsigned i = 0; i < 300; i++) {
        snprintf(server, sizeof server, "s%u.example", i);
        rotate_to(server, i + 1);
    }
    rotate_to("s7.example", 77);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "s0.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "s7.example"), 77);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "s299.example"), 300);
}

/* An image may hold more kinds than a build has: the room of one with PSKs alone takes no chain. */
static void entry_without_room_is_passed_over(void **state)
{
    (void)state;
    static const uint8_t chain[600] = {0x30}, scalar[32] = {1}, point[PROV_POINT_LEN] = {4};
    const struct prov_fqdn server = {.text = "a.example"};
    struct prov_entry entry = psk_entry("a.example", 1), found;
    make(4096, 8, 8, 0xff);
    reopen();
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    uint8_t *record = flash.octets + (64 + flash.octets[8] + 31) / 32 * 32;
    entry = psk_entry("a.example", 0);
    entry.kind = PROV_KIND_CERT;
    entry.key = (struct prov_key_ref){.source = PROV_KEY_SCALAR, .scalar = PROV_BYTES_OF(scalar)};
    entry.point = PROV_BYTES_OF(point);
    entry.chain[0] = entry.anchors[0] = PROV_BYTES_OF(chain);
    assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, (enum prov_kind)0, ROOM, &found),
        PROV_OK);
    assert_int_equal(found.kind, PROV_KIND_CERT);
    record[8] = (PROV_STORE_ENTRY_MAX + 1) & 0xff;
    record[9] = (PROV_STORE_ENTRY_MAX + 1) >> 8;
    check_again(record, PROV_STORE_ENTRY_MAX + 1);
    assert_int_equal(prov_store_get(&store, PROV_STORE_FACTORY, 1, ROOM, &found), PROV_E_CORRUPT);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, PROV_KIND_CERT, ROOM, &found),
        PROV_E_NOT_FOUND);
    assert_int_equal(
        prov_store_find(&store, PROV_STORE_FACTORY, &server, (enum prov_kind)0, ROOM, &found),
        PROV_OK);
    assert_int_equal(found.kind, PROV_KIND_PSK);
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
    size_t len = flash.octets[8];
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
    }
    entry.url_count = 2;
    entry.anchors[0] = PROV_BYTES(octets, 100);
    entry.deny_signer = PROV_BYTES_OF(point);
    entry.cached = PROV_BYTES(octets, 250);
    entry.new_anchors = entry.from_factory = true;
    return entry;
}

static void urls_that_do_not_fit_the_chain_are_refused(void **state)
{
    (void)state;
    struct prov_entry entry = full_entry(), back;
    make(2048, 7, 8, 0xff);
    reopen();
    entry.url_count = 1;
    assert_int_equal(prov_store_stage(&store, &entry), PROV_E_POLICY);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    reopen();
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 0, ROOM, &back), PROV_OK);
    assert_int_equal(back.url_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(prov_bytes_equal(back.chain[i], entry.chain[i]));
        assert_true(prov_bytes_equal(back.urls[i].url, entry.urls[i].url));
        assert_memory_equal(back.urls[i].sha1, entry.urls[i].sha1, PROV_SHA1_LEN);
    }
    assert_true(prov_bytes_equal(back.cached, entry.cached));
    assert_true(prov_bytes_equal(back.anchors[0], entry.anchors[0]));
    assert_true(prov_bytes_equal(back.point, entry.point));
    assert_true(prov_bytes_equal(back.key.scalar, entry.key.scalar));
    assert_int_equal(back.key.source, PROV_KEY_SCALAR);
    assert_true(back.new_anchors);
    assert_true(back.from_factory);
    assert_true(prov_bytes_equal(back.deny_signer, entry.deny_signer));
    assert_string_equal((const char *)back.server.data, "a.example");
    assert_int_equal(back.address.len, 0);
    /* a void one is not given any more, and that is kept too */
    assert_int_equal(prov_store_cache_void(&store, store.state.current), PROV_OK);
    reopen();
    assert_int_equal(prov_store_get(&store, PROV_STORE_CURRENT, 0, ROOM, &back), PROV_OK);
    assert_int_equal(back.cached.len, 0);
    assert_int_equal(back.url_count, 2);
}

/* A type that nobody has written. */
static void record_of_an_unknown_type_is_stepped_over(void **state)
{
    (void)state;
    for (int type = 0; type < 256; type++) {
        struct prov_entry entry = psk_entry("a.example", 1);
        make(1024, 8, 8, 0xff);
        reopen();
        assert_int_equal(prov_store_identity_put(&store, &ours), PROV_OK);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        flash.octets[64 + 128 + 3] = (uint8_t)type;
        check_again(flash.octets + 64 + 128, flash.octets[64 + 128 + 8]);
        rotate_to("a.example", 2);
        reopen();
        assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 2);
        assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), type == 2);
        assert_false(store.damaged);
    }
}

/* What stands in a body is no record, of this format or of a newer one. */
static void body_that_imitates_a_record_is_stepped_over(void **state)
{
    uint8_t identity[128] = {0}, *record = identity + 64 - 34; /* a multiple of 32 in the body */
    (void)state;
    for (uint8_t version = PROV_STORE_VERSION; version <= PROV_STORE_VERSION + 1; version++) {
        struct prov_entry entry = psk_entry("a.example", 1), back;
        make(1024, 8, 8, 0xff);
        reopen();
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        memcpy(record, flash.octets, 60);
        memset(record + 8, 0, 4); /* a body would not fit */
        record[2] = version;
        check_again(record, 0);
        entry = psk_entry("a.example", 0);
        entry.psk_identity = PROV_BYTES_OF(identity);
        assert_int_equal(prov_store_install(&store, &entry), PROV_OK);
        assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
        reopen();
        for (int place = PROV_STORE_FACTORY; place <= PROV_STORE_CANDIDATE; place += 2) {
            size_t last = place == PROV_STORE_FACTORY;
            prov_result r = prov_store_get(&store, (enum prov_store_place)place, last, ROOM, &back);
            assert_int_equal(r, PROV_OK);
            assert_true(prov_bytes_equal(back.psk_identity, PROV_BYTES_OF(identity)));
            r = prov_store_get(&store, (enum prov_store_place)place, last + 1, ROOM, &back);
            assert_int_equal(r, PROV_E_NOT_FOUND);
        }
    }
}

/* --- its states ------------------------------------------------------------------------------------- */

static void rotation_goes_through_its_states(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    entry = psk_entry("a.example", 3);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    reopen();
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
    assert_int_equal(number_at(PROV_STORE_CANDIDATE, "a.example"), 3);
}

static void small_changes_survive_and_the_floor_never_sinks(void **state)
{
    (void)state;
    uint8_t seed[PROV_STORE_SEED_LEN], back[PROV_STORE_SEED_LEN];
    memset(seed, 0x5a, sizeof seed);
    assert_int_equal(prov_store_seed_put(&store, seed), PROV_OK);
    assert_int_equal(prov_store_floor(&store, 1000), PROV_OK);
    assert_int_equal(prov_store_floor(&store, 900), PROV_OK);
    for (uint8_t i = 1; i < 100; i++)
        assert_int_equal(prov_store_attempt_failed(&store), PROV_OK);
    reopen();
    assert_int_equal(store.state.time_floor, 1000);
    assert_int_equal(store.state.attempts, 99);
    assert_int_equal(prov_store_seed_get(&store, back), PROV_OK);
    assert_memory_equal(seed, back, sizeof seed - 12);
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

/* Whatever an entry is long, the last unit of its body has an octet that is not as erased flash reads. */
static void entry_of_any_length_is_not_written_over(void **state)
{
    static const uint8_t identity[PROV_PSK_IDENTITY_MAX] = {1};
    (void)state;
    for (int erased = 0x00; erased <= 0xff; erased += 0xff)
        for (size_t len = 16; len < 48; len++) {
            make(1024, 8, 8, (uint8_t)erased);
            reopen();
            struct prov_entry first = psk_entry("a.example", 1), second = psk_entry("b.example", 2);
            first.psk_identity = PROV_BYTES(identity, len);
            assert_int_equal(prov_store_install(&store, &first), PROV_OK);
            assert_int_equal(prov_store_install(&store, &second), PROV_OK);
            assert_false(flash.rewritten);
            assert_int_equal(number_at(PROV_STORE_FACTORY, "a.example"), 1);
            assert_int_equal(number_at(PROV_STORE_FACTORY, "b.example"), 2);
        }
}

static void lost_journal_leaves_a_credential(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    struct prov_entry entry = psk_entry("a.example", 2);
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
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
        assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
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
    assert_int_equal(prov_store_stage(&store, &entry), PROV_OK);
    assert_int_equal(prov_store_commit(&store), PROV_OK);
    flash.octets[current_at() + 100] ^= 1;
    reopen();
    assert_true(store.damaged);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "a.example"), 1);
}

/* An entry that is not the last one goes bad: what is left is no snapshot. */
static void snapshot_without_all_of_its_entries_is_lost(void **state)
{
    (void)state;
    rotate_to("a.example", 1);
    rotate_to("b.example", 2);
    flash.octets[current_at() + 100] ^= 1;
    reopen();
    assert_true(store.damaged);
    assert_int_equal(number_at(PROV_STORE_CURRENT, "b.example"), 0);
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
        TEST(bad_geometry_is_refused),
        TEST(row1_entry_without_peer_authentication_is_refused),
        TEST(key_without_its_point_is_refused),
        TEST(newer_format_is_refused_and_left_alone),
        TEST(newer_factory_record_is_refused),
        TEST(newer_journal_is_refused),
        TEST(store_for_another_flash_is_refused),
        TEST(store_of_another_device_is_refused),
        TEST(journal_for_another_flash_is_refused),
        TEST(second_identity_is_refused),
        TEST(full_factory_record_is_refused),
        TEST(second_install_of_the_same_writes_nothing),
        TEST(snapshot_that_does_not_fit_is_refused),
        TEST(entry_that_nobody_could_read_is_refused),
        TEST(three_hundred_servers_are_kept),
        TEST(entry_without_room_is_passed_over),
        TEST(steps_out_of_order_are_refused),
        TEST(damaged_entry_octets_are_refused),
        TEST(urls_that_do_not_fit_the_chain_are_refused),
        TEST(everything_of_an_entry_is_kept),
        TEST(record_of_an_unknown_type_is_stepped_over),
        TEST(body_that_imitates_a_record_is_stepped_over),
        TEST(rotation_goes_through_its_states),
        TEST(old_slot_is_erased_after_confirm),
        TEST(row1_entries_are_keyed_by_server),
        TEST(factory_record_outlives_rotations),
        TEST(given_up_candidate_leaves_current),
        TEST(staging_over_an_unconfirmed_one_goes_back),
        TEST(small_changes_survive_and_the_floor_never_sinks),
        TEST(row62_log_is_a_bounded_ring),
        TEST(every_geometry_works),
        TEST(body_that_ends_like_erased_flash_is_not_written_over),
        TEST(entry_of_any_length_is_not_written_over),
        TEST(lost_journal_leaves_a_credential),
        TEST(rotten_journal_loses_no_credential),
        TEST(unnamed_newest_snapshot_is_the_candidate),
        TEST(lost_snapshot_falls_back_to_the_previous),
        TEST(snapshot_without_all_of_its_entries_is_lost),
        TEST(erases_stay_within_the_budget),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
