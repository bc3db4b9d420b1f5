/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "board.h"
#include "hardware.h"

/* --- what the agent calls --------------------------------------------------------------------- */

uint64_t board_ms(const struct board *board)
{
    return clock_ms() * (uint32_t)words_number(&board->words, WORD_SPEED, 1);
}

static uint64_t uptime_ms(void *context)
{
    return board_ms(context);
}

#define YEAR 31556952 /* seconds, on average */

/* The debugger's host has a clock; nobody vouches for it. */
static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    const struct board *board = context;

    *ret_seconds = semihost_time() + (int64_t)YEAR * words_number(&board->words, WORD_YEARS, 0);
    return (enum prov_clock_trust)words_number(&board->words, WORD_TRUST, PROV_CLOCK_COARSE);
}

static void log_entry(void *context, const struct prov_agent_log *entry)
{
    (void)context;
    say_log(entry);
}

/* --- the start -------------------------------------------------------------------------------- */

static prov_result seed(struct board *board)
{
    uint8_t entropy[32], kept[PROV_STORE_SEED_LEN];
    int file = semihost_open(board->words.seed, false);
    prov_result result = PROV_E_RANDOM;

    if (file >= 0 && semihost_read(file, 0, entropy, sizeof entropy))
        result = prov_store_seed_get(&board->store, kept);
    if (result == PROV_OK)
        result = random_seed(&board->random, PROV_BYTES_OF(entropy), PROV_BYTES_OF(kept));
    prov_wipe(entropy, sizeof entropy);
    /* The next boot starts from another one, whatever it is given. */
    if (result == PROV_OK)
        result = prov_crypto_random(board->port.crypto, kept, sizeof kept);
    if (result == PROV_OK)
        result = prov_store_seed_put(&board->store, kept);
    prov_wipe(kept, sizeof kept);
    return result;
}

static void choose_fault(struct board *board)
{
    for (enum word word = WORD_CUT; word <= WORD_UNREAD; word++)
        if (board->words.value[word] != NULL) {
            board->flash.fault = (enum flash_fault)(FLASH_CUT + (word - WORD_CUT));
            board->flash.fault_at = (uint32_t)words_number(&board->words, word, 0);
        }
}

static prov_result start(struct board *board)
{
    struct prov_random source = random_source(&board->random);
    prov_result result;

    stack_limit((size_t)words_number(&board->words, WORD_STACK, INT32_MAX));
    random_begin(&board->random);
    board->random.fails_after = (uint32_t)words_number(&board->words, WORD_RANDOM, 0);
    choose_fault(board);
    line_begin(&board->line);
    result = flash_open(&board->flash, board->words.flash);
    if (result == PROV_OK)
        result = prov_crypto_make_in(
            board->arena, (size_t)words_number(&board->words, WORD_ARENA, sizeof board->arena),
            &source, &board->port.crypto);
    if (result != PROV_OK)
        return result;
    board->port.flash = flash_port(&board->flash);
    board->port.uptime_ms = uptime_ms;
    board->port.clock = clock_now;
    board->port.log = log_entry;
    board->port.context = board;
    result = prov_store_open(&board->store, &board->port);
    return result == PROV_OK ? seed(board) : result;
}

/* A board that is not told which device it is takes any store. */
static prov_result take_eui64(struct board *board)
{
    const char *text = board->words.value[WORD_EUI64];

    if (text == NULL)
        return PROV_OK;
    board->port.eui64 = &board->eui64;
    return prov_eui64_parse_canonical(prov_bytes_text(text), &board->eui64);
}

prov_result board_boot(struct board *board)
{
    prov_result result;

    clock_start();
    watchdog_start();
    uart_start();
    if (!semihost_arguments(board->command_line, sizeof board->command_line) ||
        !words_take(board->command_line, &board->words))
        return PROV_E_USAGE;
    result = take_eui64(board);
    return result == PROV_OK ? start(board) : result;
}
