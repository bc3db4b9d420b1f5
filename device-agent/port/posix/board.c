/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include "prov/profile.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t uptime_ms(void *context)
{
    struct timespec now = {0, 0};
    (void)context;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The system's clock: set by somebody, but nobody vouches for it. */
static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    const struct board *board = context;
    if (board->no_clock)
        return PROV_CLOCK_NONE;
    *ret_seconds = (int64_t)time(NULL);
    return PROV_CLOCK_COARSE;
}

static void log_entry(void *context, const struct prov_agent_log *entry)
{
    const struct board *board = context;
    if (!board->progress)
        return;
    fprintf(stderr, "prov-agent: %s %s", entry->event, entry->server != NULL ? entry->server : "");
    if (entry->alert >= 0)
        fprintf(stderr, ": %s %s", entry->sent == 1 ? "sent" : "received",
                prov_alert_text((enum prov_alert)entry->alert));
    else if (entry->result != PROV_OK)
        fprintf(stderr, ": %s", prov_result_text(entry->result));
    fputc('\n', stderr);
}

static prov_result open_store(struct board *board, const char *path, struct prov_why *why)
{
    board->port = (struct prov_port){.flash = flash_file_port(&board->flash),
                                     .crypto = board->crypto,
                                     .uptime_ms = uptime_ms,
                                     .clock = clock_now,
                                     .log = log_entry,
                                     .context = board};
    prov_result r = prov_store_open(&board->store, &board->port);
    if (r == PROV_E_VERSION)
        return prov_why_set(why, r, "the store is of a newer format: %s", path);
    return r == PROV_OK ? r : prov_why_set(why, r, "the store cannot be read: %s", path);
}

prov_result board_open(struct board *board, const char *path, enum flash_open how,
                       struct prov_why *why)
{
    board->progress = isatty(STDERR_FILENO) == 1;
    prov_result r = flash_file_open(&board->flash, path, how, why);
    if (r != PROV_OK)
        return r;
    r = prov_crypto_make(NULL, &board->crypto);
    if (r == PROV_OK)
        r = open_store(board, path, why);
    if (r != PROV_OK)
        board_close(board);
    return r;
}

void board_close(struct board *board)
{
    prov_store_wipe(&board->store);
    prov_crypto_free(board->crypto);
    board->crypto = NULL;
    flash_file_close(&board->flash);
}
