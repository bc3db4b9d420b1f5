/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include "hardware.h"

static void put_decimal(struct prov_buf *buf, uint32_t value)
{
    if (value >= 10)
        put_decimal(buf, value / 10);
    prov_put_u8(buf, (uint8_t)('0' + value % 10));
}

static void print(struct prov_buf *line)
{
    prov_put_u8(line, '\n');
    prov_put_u8(line, '\0');
    if (!line->overflow)
        semihost_print((const char *)line->data);
}

void say(const char *name, uint32_t value)
{
    say_row(name, NULL, &value, 1);
}

void say_row(const char *name, const char *what, const uint32_t *values, size_t count)
{
    uint8_t room[96];
    struct prov_buf line = PROV_BUF_OF(room);

    prov_put_text(&line, name);
    if (what != NULL) {
        prov_put_u8(&line, ' ');
        prov_put_text(&line, what);
    }
    for (size_t i = 0; i < count; i++) {
        prov_put_u8(&line, ' ');
        put_decimal(&line, values[i]);
    }
    print(&line);
}

void say_log(const struct prov_agent_log *entry)
{
    uint8_t room[96];
    struct prov_buf line = PROV_BUF_OF(room);

    prov_put_text(&line, "# ");
    prov_put_text(&line, entry->event);
    prov_put_text(&line, " result ");
    put_decimal(&line, (uint32_t)entry->result);
    if (entry->alert >= 0) {
        prov_put_text(&line, entry->sent == 1 ? " alert sent " : " alert received ");
        put_decimal(&line, (uint32_t)entry->alert);
    }
    print(&line);
}

void say_job(const struct board *board, prov_result result)
{
    uint32_t erases = 0;

    for (size_t i = 0; i < FLASH_SECTORS; i++)
        erases += board->flash.erases[i];
    say("result", (uint32_t)result);
    say("handshakes", prov_agent_report(&board->agent)->handshakes);
    say("uart_sent", board->line.sent);
    say("uart_received", board->line.received);
    say("flash_operations", board->flash.operations);
    say("flash_erases", erases);
    say("flash_reads", board->flash.reads);
    say("random_requests", board->random.requests);
    say("steps", board->steps);
    say("wakes", board->wakes);
    say("stack", stack_used());
    say("arena", (uint32_t)prov_crypto_arena_used(board->port.crypto));
    say("ram_agent", sizeof board->agent);
    say("ram_workspace", sizeof board->workspace);
    say("ram_store", sizeof board->store);
}
