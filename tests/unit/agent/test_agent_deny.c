/* SPDX-License-Identifier: Apache-2.0
 *
 * The deny-list on a device: what is refused as a list, what a list in force refuses, what a power cut
 * leaves of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define NO_KIND ((enum prov_kind)0)

static int teardown(void **state)
{
    bool rewritten = world.flash.rewritten;
    (void)teardown_world(state);
    return rewritten ? -1 : 0;
}

/* --- lists ------------------------------------------------------------------------------------ */

struct file {
    uint8_t octets[PROV_DENY_LIST_MAX];
    size_t len;
};

static struct file make(const struct prov_deny_entries *entries)
{
    struct file file;
    struct prov_buf buf = PROV_BUF_OF(file.octets);
    model_deny_list(&world.model, entries, &buf);
    file.len = buf.len;
    return file;
}

/* Of one key, which nobody has. */
static struct file make_version(uint32_t version)
{
    static const uint8_t key[1][PROV_HASH_LEN] = {{0x55}};
    return make(&(struct prov_deny_entries){
        .version = version, .issued = 1780000000, .keys = key, .key_count = 1});
}

static prov_result take(const struct file *file)
{
    uint8_t work[PROV_STORE_ENTRY_MAX];
    struct prov_deny_list list;
    return prov_store_deny_install(&world.store, PROV_BYTES(file->octets, file->len), work, false,
                                   &list);
}

/* 0: none. */
static uint32_t version_in_force(void)
{
    uint8_t room[PROV_DENY_LIST_MAX];
    struct prov_deny_list list;
    prov_result r = prov_store_deny_get(&world.store, PROV_BUF_OF(room), &list);
    if (r == PROV_E_NOT_FOUND)
        return 0;
    assert_int_equal(r, PROV_OK);
    assert_int_equal(list.version, world.store.deny_version);
    return list.version;
}

static void digest_of(struct prov_bytes bytes, uint8_t ret[PROV_HASH_LEN])
{
    assert_int_equal(prov_crypto_sha256(world.server_crypto, &bytes, 1, ret), PROV_OK);
}

static struct prov_deny_certificate entry_of(struct prov_bytes der)
{
    struct prov_deny_certificate entry = {0};
    struct prov_x509 cert;
    assert_int_equal(prov_x509_parse(der, &cert), PROV_OK);
    digest_of(cert.issuer, entry.issuer);
    memcpy(entry.serial, cert.serial.data, cert.serial.len);
    entry.serial_len = (uint8_t)cert.serial.len;
    return entry;
}

static void deny_certificate(uint32_t version, struct prov_bytes der)
{
    const struct prov_deny_certificate entry = entry_of(der);
    struct file file = make(&(struct prov_deny_entries){
        .version = version, .certificates = &entry, .certificate_count = 1});
    assert_int_equal(take(&file), PROV_OK);
}

static void deny_key(uint32_t version, const uint8_t point[PROV_POINT_LEN])
{
    uint8_t spki[PROV_SPKI_LEN], key[1][PROV_HASH_LEN];
    prov_spki_encode(point, spki);
    digest_of(PROV_BYTES_OF(spki), key[0]);
    struct file file = make(&(struct prov_deny_entries){
        .version = version, .keys = (const uint8_t(*)[PROV_HASH_LEN])key, .key_count = 1});
    assert_int_equal(take(&file), PROV_OK);
}

/* --- lists that are refused ------------------------------------------------------------------- */

static void h41_another_signer_is_refused(void **state)
{
    (void)state;
    struct model_key ours = world.model.deny_signer;
    uint32_t operations = world.flash.operations;
    world.model.deny_signer = world.model.root; /* the CA signs no lists */
    struct file file = make_version(1);
    assert_int_equal(take(&file), PROV_E_SIGNATURE);
    world.model.deny_signer = world.model.server;
    file = make_version(1);
    assert_int_equal(take(&file), PROV_E_SIGNATURE);
    world.model.deny_signer = ours;
    file = make_version(1);
    file.octets[file.len - 1] ^= 1;
    assert_int_not_equal(take(&file), PROV_OK);
    assert_int_equal(world.flash.operations, operations);
    assert_int_equal(version_in_force(), 0);
}

static void h41_roll_back_is_refused(void **state)
{
    (void)state;
    struct file five = make_version(5), four = make_version(4), other = five;
    assert_int_equal(take(&five), PROV_OK);
    assert_int_equal(take(&four), PROV_E_CONFLICT);
    const struct prov_deny_entries empty = {.version = 5};
    other = make(&empty); /* the same version, and less in it */
    assert_int_equal(take(&other), PROV_E_CONFLICT);
    world_reboot(&world);
    assert_int_equal(take(&four), PROV_E_CONFLICT);
    uint32_t operations = world.flash.operations;
    assert_int_equal(take(&five), PROV_OK); /* the very same: nothing is written */
    assert_int_equal(world.flash.operations, operations);
    assert_int_equal(version_in_force(), 5);
}

/* The list in force rots away: what is older does not come back in. */
static void h41_roll_back_is_refused_after_a_loss(void **state)
{
    (void)state;
    struct file file = make_version(7);
    assert_int_equal(take(&file), PROV_OK);
    memset(world.flash.octets + 5 * 4096, 0, 2 * 4096);
    memset(world.flash.synced + 5 * 4096, 0, 2 * 4096);
    world_reboot(&world);
    assert_true(prov_store_deny_lost(&world.store));
    assert_int_equal(version_in_force(), 0);
    struct file older = make_version(6);
    assert_int_equal(take(&older), PROV_E_CONFLICT);
    assert_int_equal(take(&file), PROV_OK);
    assert_false(prov_store_deny_lost(&world.store));
    assert_int_equal(version_in_force(), 7);
}

static void h41_too_large_is_refused(void **state)
{
    (void)state;
    static struct file file;
    struct prov_deny_list list;
    uint8_t work[PROV_STORE_ENTRY_MAX], longer[PROV_DENY_LIST_MAX + 1] = {0};
    assert_int_equal(
        prov_store_deny_install(&world.store, PROV_BYTES_OF(longer), work, false, &list),
        PROV_E_BOUNDS);
    /* a board with small sectors has room for less */
    static struct sim_flash small;
    struct prov_store store;
    struct prov_port port = world.port;
    sim_flash_make(&small, 1024, 7, 8, 0xff);
    small.deny_sectors = 2;
    port.flash = sim_flash_port(&small);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
    file.len = 1024 - 64 + 1;
    assert_int_equal(
        prov_store_deny_install(&store, PROV_BYTES(file.octets, file.len), work, false, &list),
        PROV_E_BOUNDS);
}

static void h41_a_newer_format_is_refused(void **state)
{
    (void)state;
    static const uint8_t payload[] = {0x82, 0x02, 0xf6};
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct file file;
    struct prov_buf buf = PROV_BUF_OF(file.octets);
    struct prov_key key = {0};
    struct prov_crypto *crypto = world.server_crypto;
    assert_int_equal(prov_deny_list_digest(crypto, PROV_BYTES_OF(payload), digest), PROV_OK);
    assert_int_equal(
        prov_crypto_key_load(crypto, prov_secret_bytes(&world.model.deny_signer.scalar), &key),
        PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
    assert_int_equal(prov_deny_list_finish(PROV_BYTES_OF(payload), signature, &buf), PROV_OK);
    file.len = buf.len;
    assert_int_equal(take(&file), PROV_E_VERSION);
    assert_int_equal(version_in_force(), 0);
}

static void a_board_or_a_bundle_without_lists_takes_none(void **state)
{
    (void)state;
    static struct sim_flash flash;
    struct prov_store store;
    struct prov_port port = world.port;
    struct prov_deny_list list;
    uint8_t work[PROV_STORE_ENTRY_MAX];
    struct file file = make_version(1);
    sim_flash_make(&flash, 4096, 5, 16, 0xff);
    port.flash = sim_flash_port(&flash);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
    assert_int_equal(
        prov_store_deny_install(&store, PROV_BYTES(file.octets, file.len), work, false, &list),
        PROV_E_FULL);
    sim_flash_make(&flash, 4096, 7, 16, 0xff);
    flash.deny_sectors = 2;
    port.flash = sim_flash_port(&flash);
    assert_int_equal(prov_store_open(&store, &port), PROV_OK);
    assert_int_equal(
        prov_store_deny_install(&store, PROV_BYTES(file.octets, file.len), work, false, &list),
        PROV_E_NOT_FOUND);
    assert_int_equal(flash.operations, 0);
    flash.deny_sectors = 1;
    port.flash = sim_flash_port(&flash);
    assert_int_equal(prov_store_open(&store, &port), PROV_E_BOUNDS);
}

static void a_dry_run_writes_nothing(void **state)
{
    (void)state;
    struct file file = make_version(3);
    struct prov_deny_list list;
    uint8_t work[PROV_STORE_ENTRY_MAX];
    uint32_t operations = world.flash.operations;
    assert_int_equal(
        prov_store_deny_install(&world.store, PROV_BYTES(file.octets, file.len), work, true, &list),
        PROV_OK);
    assert_int_equal(list.version, 3);
    assert_int_equal(world.flash.operations, operations);
    assert_int_equal(version_in_force(), 0);
}

/* --- what a list in force refuses ------------------------------------------------------------- */

static void assert_denied(enum prov_alert alert)
{
    memset(world.logged, 0, sizeof world.logged);
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    assert_int_equal(world_run_request(&world, &request), PROV_E_REVOKED);
    assert_int_equal(prov_agent_report(&world.agent)->alert_sent, alert);
    assert_int_equal(world.logged[PROV_LOG_DENIED], 1);
    assert_int_equal(world.model.requests, 0);
    prov_agent_close(&world.agent);
    prov_agent_open(&world.agent, &world.store, world.workspace);
}

static void row26_a_denied_certificate_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    deny_certificate(1, world.model.chain[0]);
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    world_reboot(&world); /* it stays in force */
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    deny_certificate(2, world.model.chain[1]); /* the issuing CA's */
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    deny_certificate(3, world.model.root_view); /* the anchor's, which is not sent */
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
}

static void row26_a_denied_key_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    deny_key(1, world.model.server.point);
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    deny_key(2, world.model.issuing.point);
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    deny_key(3, world.model.root.point);
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
}

static void row26_a_denied_raw_key_is_refused(void **state)
{
    (void)state;
    deny_key(1, world.model.server.point);
    assert_denied(PROV_ALERT_HANDSHAKE_FAILURE);
}

/* Another issuer's, or another serial: not the one. And a newer list lifts what an older one denied. */
static void row26_what_is_not_listed_is_taken(void **state)
{
    (void)state;
    struct prov_deny_certificate entries[2] = {entry_of(world.model.chain[0]),
                                               entry_of(world.model.chain[0])};
    deny_certificate(1, world.model.chain[0]);
    assert_denied(PROV_ALERT_CERTIFICATE_REVOKED);
    entries[0].issuer[0] ^= 1;
    entries[1].serial[0] ^= 0x40;
    if (prov_deny_certificate_order(&entries[0], &entries[1]) > 0) {
        const struct prov_deny_certificate first = entries[1];
        entries[1] = entries[0];
        entries[0] = first;
    }
    struct file file = make(
        &(struct prov_deny_entries){.version = 2, .certificates = entries, .certificate_count = 2});
    assert_int_equal(take(&file), PROV_OK);
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
    assert_int_equal(version_in_force(), 2);
}

/* The successor knows the signer that its predecessor knew. */
static void the_signer_goes_on_over_rotations(void **state)
{
    (void)state;
    uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_PSK), PROV_OK);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_CERT), PROV_OK);
    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 0, room, &entry), PROV_OK);
    assert_int_equal(entry.deny_signer.len, PROV_POINT_LEN);
    assert_memory_equal(entry.deny_signer.data, world.model.deny_signer.point, PROV_POINT_LEN);
}

/* --- power ------------------------------------------------------------------------------------ */

/* At each operation, in each way: the list before or the new one is in force, the new one can be taken
 * again, and what is older stays out. */
static void power_cut_at_every_operation_of_an_install(void **state)
{
    struct file one = make_version(1), two = make_version(2), three = make_version(3);
    for (int fault = SIM_CUT_BEFORE; fault <= SIM_MISMATCH; fault++)
        for (unsigned at = 1, hit = 1; hit; at++) {
            assert_int_equal(take(&one), PROV_OK);
            assert_int_equal(take(&two), PROV_OK);
            uint32_t before = world.flash.operations;
            sim_flash_plan(&world.flash, (enum sim_fault)fault, at);
            prov_result r = take(&three);
            hit = world.flash.operations - before >= at;
            world_reboot(&world);
            uint32_t version = version_in_force();
            assert_in_range(version, r == PROV_OK ? 3 : 2, 3);
            assert_int_equal(take(&one), PROV_E_CONFLICT);
            assert_int_equal(take(&two), version == 2 ? PROV_OK : PROV_E_CONFLICT);
            assert_int_equal(take(&three), PROV_OK);
            world_reboot(&world);
            assert_int_equal(version_in_force(), 3);
            assert_false(prov_store_deny_lost(&world.store));
            if (!hit)
                assert_in_range(at - 1, 10, 100);
            teardown(state);
            setup_rpk(state);
        }
}

/* A rotation goes on beside it: nothing of either is lost to the other. */
static void a_list_taken_in_the_middle_of_a_rotation_stays(void **state)
{
    (void)state;
    struct file file = make_version(9);
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, NO_KIND), PROV_OK);
    world.model.die_before_answer = 2;
    assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    world_reboot(&world);
    assert_true(prov_store_unfinished(&world.store));
    assert_int_equal(take(&file), PROV_OK);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, NO_KIND), PROV_OK);
    assert_true(world_settled(&world));
    for (int i = 0; i < 40; i++) /* the journal moves, and takes the version along */
        assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_RPK), PROV_OK);
    world_reboot(&world);
    assert_int_equal(version_in_force(), 9);
    assert_int_equal(world.store.state.deny_version, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h41_another_signer_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(h41_roll_back_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(h41_roll_back_is_refused_after_a_loss, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(h41_too_large_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(h41_a_newer_format_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(a_board_or_a_bundle_without_lists_takes_none, setup_rpk,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_writes_nothing, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(row26_a_denied_certificate_is_refused_wherever_it_stands,
                                        setup_cert, teardown),
        cmocka_unit_test_setup_teardown(row26_a_denied_key_is_refused_wherever_it_stands,
                                        setup_cert, teardown),
        cmocka_unit_test_setup_teardown(row26_a_denied_raw_key_is_refused, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(row26_what_is_not_listed_is_taken, setup_cert, teardown),
        cmocka_unit_test_setup_teardown(the_signer_goes_on_over_rotations, setup_rpk, teardown),
        cmocka_unit_test_setup_teardown(power_cut_at_every_operation_of_an_install, setup_rpk,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_list_taken_in_the_middle_of_a_rotation_stays, setup_rpk,
                                        teardown),
    };
    return cmocka_run_group_tests_name("agent_deny", tests, NULL, NULL);
}
