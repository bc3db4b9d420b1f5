/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <string.h>

static uint64_t uptime_ms(void *context)
{
    struct test_board *board = context;
    return board->uptime++ / 3;
}

static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    (void)context;
    *ret_seconds = 1780000000;
    return PROV_CLOCK_COARSE;
}

static bool dry(void *context, uint8_t *out, size_t len)
{
    (void)context, (void)out, (void)len;
    return false;
}

/* --- a holder of keys ------------------------------------------------------------------------- */

static prov_result keys_make(void *context, uint32_t *ret_handle)
{
    struct test_board *board = context;

    for (uint32_t i = 0; i < BOARD_KEYS; i++)
        if (!board->held[i].used) {
            prov_result r = prov_crypto_key_make(board->crypto, &board->held[i].key);
            if (r != PROV_OK)
                return r;
            board->held[i].used = true;
            *ret_handle = i + 100;
            return PROV_OK;
        }
    return PROV_E_FULL;
}

static struct prov_key *held(struct test_board *board, uint32_t handle)
{
    uint32_t i = handle - 100;

    return i < BOARD_KEYS && board->held[i].used ? &board->held[i].key : NULL;
}

static prov_result keys_point(void *context, uint32_t handle, uint8_t ret[PROV_POINT_LEN])
{
    struct test_board *board = context;
    struct prov_key *key = held(board, handle);

    return key != NULL ? prov_crypto_key_public(board->crypto, key, ret) : PROV_E_NOT_FOUND;
}

static prov_result keys_sign(void *context, uint32_t handle, const uint8_t digest[PROV_HASH_LEN],
                             uint8_t ret[PROV_SIGNATURE_LEN])
{
    struct test_board *board = context;
    struct prov_key *key = held(board, handle);

    return key != NULL ? prov_crypto_sign(board->crypto, key, digest, ret) : PROV_E_NOT_FOUND;
}

static void keys_drop(void *context, uint32_t handle)
{
    struct test_board *board = context;
    struct prov_key *key = held(board, handle);

    if (key == NULL)
        return;
    prov_crypto_key_drop(board->crypto, key);
    board->held[handle - 100].used = false;
}

/* --- making ----------------------------------------------------------------------------------- */

void test_board_flash(struct test_board *board, uint32_t sector_size, uint32_t sector_count,
                      uint32_t unit, uint8_t erased)
{
    sim_flash_make(&board->flash, sector_size, sector_count, unit, erased);
    board->sound = sim_flash_port(&board->flash);
    board->port.flash = board->sound;
}

prov_result test_board_make(struct test_board *board)
{
    struct prov_random none = {dry, NULL};

    memset(board, 0, sizeof *board);
    prov_result r = prov_crypto_make(NULL, &board->crypto);
    if (r == PROV_OK)
        r = prov_crypto_make(&none, &board->unseeded);
    board->keys = (struct prov_port_keys){keys_make, keys_point, keys_sign, keys_drop, board};
    board->port = (struct prov_port){.crypto = board->crypto,
                                     .keys = &board->keys,
                                     .uptime_ms = uptime_ms,
                                     .clock = clock_now,
                                     .context = board};
    test_board_flash(board, 1024, 8, 8, 0xff);
    return r;
}

void test_board_free(struct test_board *board)
{
    for (uint32_t i = 0; i < BOARD_KEYS; i++)
        keys_drop(board, i + 100);
    prov_crypto_free(board->crypto);
    prov_crypto_free(board->unseeded);
    prov_crypto_free(board->other);
}
