/* SPDX-License-Identifier: Apache-2.0
 *
 * The contract of ports: each broken one is found by the one case that names its fault; sound ones, the posix port
 * among them, are not accused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "board.h"
#include "device-agent/port/mps2-an385/flash.h"
#include "device-agent/port/posix/board.h"

#define CASES 20

/* What a run told. */
struct told {
    size_t kept, skipped, broken;
    char first[32]; /* the first case that was broken */
};

static void hear(void *context, const char *name, enum prov_contract_outcome outcome)
{
    struct told *told = context;

    told->kept += outcome == PROV_CONTRACT_KEPT;
    told->skipped += outcome == PROV_CONTRACT_SKIPPED;
    if (outcome == PROV_CONTRACT_BROKEN && told->broken++ == 0)
        snprintf(told->first, sizeof told->first, "%s", name);
}

static prov_result run(const struct prov_port *port, struct prov_crypto *unseeded, bool destroy,
                       struct told *told)
{
    struct prov_contract contract = {
        .port = port, .unseeded = unseeded, .destroy = destroy, .told = hear, .context = told};

    memset(told, 0, sizeof *told);
    return prov_port_contract(&contract);
}

static struct test_board board;

static int setup(void **state)
{
    (void)state;
    return test_board_make(&board) == PROV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    test_board_free(&board);
    return 0;
}

static void each_broken_port_is_found_by_one_case(void **state)
{
    struct told told;
    (void)state;
    for (size_t i = 0; i < broken_port_count; i++) {
        const struct broken_port *broken = &broken_ports[i];
        assert_int_equal(test_board_make(&board), PROV_OK);
        broken->spoil(&board);
        prov_result r = run(&board.port, board.unseeded, false, &told);
        if (told.broken != 1 || strcmp(told.first, broken->found_by) != 0)
            fail_msg("%s: %zu cases broken, the first is %s", broken->what, told.broken,
                     told.first);
        assert_int_equal(r, PROV_E_PARTIAL);
        test_board_free(&board);
    }
}

static bool blank(const struct sim_flash *flash)
{
    for (size_t i = 0; i < (size_t)flash->sector_size * flash->sector_count; i++)
        if (flash->octets[i] != flash->erased)
            return false;
    return true;
}

static void a_region_that_holds_something_is_left_alone(void **state)
{
    struct told told;
    (void)state;
    board.flash.octets[5 * 1024 + 77] = 0;
    assert_int_equal(run(&board.port, NULL, false, &told), PROV_E_EXISTS);
    assert_int_equal(told.broken, 0);
    assert_int_equal(board.flash.operations, 0);
    assert_int_equal(run(&board.port, NULL, true, &told), PROV_OK);
    assert_true(blank(&board.flash));
}

static void nobody_need_listen(void **state)
{
    struct prov_contract contract = {.port = &board.port};
    (void)state;
    assert_int_equal(prov_port_contract(&contract), PROV_OK);
    board.port.crypto = NULL;
    board.port.keys = NULL;
    assert_int_equal(prov_port_contract(&contract), PROV_E_PARTIAL);
}

static void sound_geometries(void **state)
{
    static const struct {
        uint32_t sector_size, sector_count, unit;
        uint8_t erased;
    } rows[] = {{1024, 5, 1, 0xff},   {1024, 8, 2, 0x00},  {2048, 16, 4, 0xff},
                {4096, 16, 32, 0x00}, {8192, 8, 16, 0xff}, {1088, 5, 32, 0xff}};
    struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_board_flash(&board, rows[i].sector_size, rows[i].sector_count, rows[i].unit,
                         rows[i].erased);
        prov_result r = run(&board.port, board.unseeded, false, &told);
        if (told.broken != 0)
            fail_msg("geometry %zu: %s", i, told.first);
        assert_int_equal(r, PROV_OK);
        assert_int_equal(told.kept, CASES);
        assert_false(board.flash.rewritten);
        assert_true(blank(&board.flash));
    }
}

/* Four of a port that has no holder of keys and shows no unseeded source. */
static void the_posix_port_keeps_it(void **state)
{
    char folder[] = "/tmp/prov-port-XXXXXX", path[64];
    struct board posix = {0};
    struct prov_why why = {0};
    struct told told;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/flash", folder);
    assert_int_equal(board_open(&posix, path, FLASH_OPEN_OR_CREATE, &why), PROV_OK);
    prov_result r = run(&posix.port, NULL, false, &told);
    board_close(&posix);
    /* and the file is a store that opens, and an empty one */
    prov_result again = board_open(&posix, path, FLASH_OPEN, &why);
    bool unfinished = again == PROV_OK && prov_store_unfinished(&posix.store);
    board_close(&posix);
    (void)unlink(path);
    (void)rmdir(folder);
    if (told.broken != 0)
        fail_msg("%zu cases broken, the first is %s", told.broken, told.first);
    assert_int_equal(r, PROV_OK);
    assert_int_equal(told.skipped, 4);
    assert_int_equal(told.kept, CASES - 4);
    assert_int_equal(again, PROV_OK);
    assert_false(unfinished);
}

/* Its flash; the rest of it runs on the board alone. Behind the region lies a place for a bundle. */
static void the_emulated_flash_keeps_it(void **state)
{
    static uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf waiting = PROV_BUF_OF(room);
    struct flash flash = {0};
    struct told told;
    (void)state;
    assert_int_equal(flash_open(&flash, "flash"), PROV_OK);
    board.port.flash = flash_port(&flash);
    prov_result r = run(&board.port, board.unseeded, false, &told);
    if (told.broken != 0)
        fail_msg("%zu cases broken, the first is %s", told.broken, told.first);
    assert_int_equal(r, PROV_OK);
    assert_int_equal(told.kept, CASES);
    assert_int_equal(flash_bundle_read(&flash, &waiting), PROV_OK);
    assert_int_equal(waiting.len, 0);
    assert_int_equal(flash_bundle_erase(&flash), PROV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_broken_port_is_found_by_one_case),
        cmocka_unit_test_setup_teardown(a_region_that_holds_something_is_left_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nobody_need_listen, setup, teardown),
        cmocka_unit_test_setup_teardown(sound_geometries, setup, teardown),
        cmocka_unit_test(the_posix_port_keeps_it),
        cmocka_unit_test_setup_teardown(the_emulated_flash_keeps_it, setup, teardown),
    };
    return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
