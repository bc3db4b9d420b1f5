/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of prov/agent.h: steps, datagrams, sleep. The watchdog is fed as long as there is progress.
 */
#include "board.h"
#include "hardware.h"

#define RESTLESS_MAX 64 /* steps without sleep; an operation has less than that in all */

static void feed(const struct board *board)
{
    if (board->restless < RESTLESS_MAX)
        watchdog_feed();
}

static void send_all(struct board *board)
{
    for (;;) {
        struct prov_buf out = line_room(&board->line);
        if (!prov_agent_pull(&board->agent, board_ms(board), &out))
            return;
        line_send(&board->line, out.len);
    }
}

static void resolve(struct board *board)
{
    static const uint8_t loopback[] = {127, 0, 0, 1}; /* the other end of the line sends on */
    prov_result result = prov_agent_set_peer(&board->agent, PROV_BYTES_OF(loopback));

    line_session(&board->line);
    if (result != PROV_OK)
        prov_agent_unreachable(&board->agent, result);
}

/* Until a datagram or the deadline. */
static void wait(struct board *board)
{
    uint8_t *datagram;
    size_t len;

    board->wakes++;
    while (board_ms(board) < prov_agent_deadline(&board->agent)) {
        if (line_take(&board->line, &datagram, &len)) {
            prov_agent_push(&board->agent, board_ms(board), datagram, len);
            board->restless = 0;
            return;
        }
        clock_sleep();
        board->restless = 0;
        feed(board);
    }
}

static void work(struct board *board)
{
    for (;;) {
        feed(board);
        board->steps++;
        board->restless++;
        switch (prov_agent_step(&board->agent, board_ms(board))) {
        case PROV_AGENT_AGAIN:
            break;
        case PROV_AGENT_RESOLVE:
            resolve(board);
            break;
        case PROV_AGENT_WAIT:
            send_all(board);
            wait(board);
            break;
        case PROV_AGENT_DONE:
        case PROV_AGENT_FAILED:
            send_all(board);
            return;
        }
    }
}

prov_result board_run(struct board *board, enum prov_agent_op op)
{
    struct prov_agent_request request = {.op = op, .tries = 3};
    prov_result result;

    prov_agent_open(&board->agent, &board->store, &board->workspace);
    result = prov_agent_begin(&board->agent, &request, board_ms(board));
    if (result == PROV_OK) {
        work(board);
        result = prov_agent_report(&board->agent)->result;
    }
    say_job(board, result);
    prov_agent_close(&board->agent);
    return result;
}
