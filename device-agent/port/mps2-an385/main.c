/* SPDX-License-Identifier: Apache-2.0
 *
 * A firmware image that does a device's whole job on the board: takes in a bundle, enrolls, rotates. What to do
 * comes on the debugger's command line:
 *
 *     FLASH SEED install | enroll | rotate [cut N]
 *
 * FLASH: the file that is the board's flash. SEED: a file with 32 octets of entropy. cut: the power goes in the
 * middle of the N-th program or erase. Datagrams cross the UART as SLIP frames, the first octet of which is a
 * number for each session: the other end uses a fresh port for each.
 *
 * It ends with the result's class as prov-agent does, 75 when the power was cut, 139 after a fault.
 */
#include <string.h>

#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>

#include "flash.h"
#include "hardware.h"
#include "prov/agent.h"
#include "random.h"
#include "slip.h"

#define ARENA_LEN   16384
#define ARENA_PAINT 0xa5
#define FRAME_MAX   1400

/* All that the image keeps; nothing is on a heap of ours. */
static struct {
    struct flash flash;
    struct board_random random;
    struct prov_port port;
    struct prov_store store;
    struct prov_agent agent;
    struct slip slip;
    union prov_agent_workspace workspace;
    uint8_t in[FRAME_MAX], frame[FRAME_MAX], out[FRAME_MAX];
    uint8_t session;
    uint32_t steps, wakes;
    uint32_t uart_in, uart_out;
    union {
        uint64_t align;
        uint8_t octets[ARENA_LEN];
    } arena;
} board;

/* --- words ------------------------------------------------------------------------------------ */

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

static void say(const char *name, uint32_t value)
{
    uint8_t room[64];
    struct prov_buf line = PROV_BUF_OF(room);

    prov_put_text(&line, name);
    prov_put_u8(&line, ' ');
    put_decimal(&line, value);
    print(&line);
}

static size_t arena_used(void)
{
    size_t len = sizeof board.arena.octets;

    while (len > 0 && board.arena.octets[len - 1] == ARENA_PAINT)
        len--;
    return len;
}

static void report(prov_result result)
{
    const struct prov_agent_report *r = prov_agent_report(&board.agent);
    uint32_t worn = 0;

    for (size_t i = 0; i < FLASH_SECTORS; i++)
        worn += board.flash.erases[i];
    say("result", (uint32_t)result);
    say("handshakes", r->handshakes);
    say("octets_sent", prov_agent_stats(&board.agent)->octets_out);
    say("octets_received", prov_agent_stats(&board.agent)->octets_in);
    say("uart_sent", board.uart_out);
    say("uart_received", board.uart_in);
    say("flash_operations", board.flash.operations);
    say("flash_erases", worn);
    say("steps", board.steps);
    say("wakes", board.wakes);
    say("stack", stack_used());
    say("arena", arena_used());
}

/* --- the port --------------------------------------------------------------------------------- */

static uint64_t uptime_ms(void *context)
{
    (void)context;
    return clock_ms();
}

/* The debugger's host has a clock; nobody vouches for it. */
static enum prov_clock_trust clock_now(void *context, int64_t *ret_seconds)
{
    (void)context;
    *ret_seconds = semihost_time();
    return PROV_CLOCK_COARSE;
}

static void log_entry(void *context, const struct prov_agent_log *entry)
{
    uint8_t room[96];
    struct prov_buf line = PROV_BUF_OF(room);

    (void)context;
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

static prov_result seed(const char *path)
{
    uint8_t entropy[32], kept[PROV_STORE_SEED_LEN] = {0};
    int file = semihost_open(path, false);
    prov_result result = PROV_E_RANDOM;

    if (file >= 0 && semihost_read(file, 0, entropy, sizeof entropy)) {
        (void)!prov_store_seed_get(&board.store, kept); /* a first boot has none */
        result = random_seed(&board.random, PROV_BYTES_OF(entropy), PROV_BYTES_OF(kept));
    }
    prov_wipe(entropy, sizeof entropy);
    /* The next boot starts from another one, whatever it is given. */
    if (result == PROV_OK)
        result = prov_crypto_random(board.port.crypto, kept, sizeof kept);
    if (result == PROV_OK)
        result = prov_store_seed_put(&board.store, kept);
    prov_wipe(kept, sizeof kept);
    return result;
}

static prov_result start(const char *flash_path, const char *seed_path)
{
    struct prov_random source;
    prov_result result;

    (void)mbedtls_platform_set_exit(semihost_exit); /* a corrupt arena ends the run */
    mbedtls_memory_buffer_alloc_init(board.arena.octets, sizeof board.arena.octets);
    /* Behind the head of the one free block. */
    memset(board.arena.octets + 64, ARENA_PAINT, sizeof board.arena.octets - 64);
    random_begin(&board.random);
    source = random_source(&board.random);
    result = flash_open(&board.flash, flash_path);
    if (result == PROV_OK)
        result = prov_crypto_make(&source, &board.port.crypto);
    if (result != PROV_OK)
        return result;
    board.port.flash = flash_port(&board.flash);
    board.port.uptime_ms = uptime_ms;
    board.port.clock = clock_now;
    board.port.log = log_entry;
    board.slip = (struct slip){.room = board.in, .cap = sizeof board.in};
    result = prov_store_open(&board.store, &board.port);
    return result == PROV_OK ? seed(seed_path) : result;
}

/* --- a bundle --------------------------------------------------------------------------------- */

#define DIGEST_LEN 32

/* Where erased octets end the bundle cannot be told from the flash; its digest can. */
static prov_result install_at(struct prov_bytes room, size_t len)
{
    static uint8_t work[PROV_STORE_ENTRY_MAX];
    static struct prov_entry entry;
    prov_result result = PROV_E_TRUNCATED;

    for (size_t i = 0; i <= DIGEST_LEN && len + i <= room.len && result == PROV_E_TRUNCATED; i++)
        result = prov_store_install_bundle(&board.store, PROV_BYTES(room.data, len + i),
                                           PROV_BUF_OF(work), false, &entry);
    prov_wipe(work, sizeof work);
    prov_wipe(&entry, sizeof entry);
    return result;
}

static prov_result install(void)
{
    static uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(room);
    prov_result result = flash_bundle_read(&board.flash, &bundle);

    if (result == PROV_OK && bundle.len > 0) {
        result = install_at(PROV_BYTES_OF(room), bundle.len);
        if (result == PROV_OK)
            result = flash_bundle_erase(&board.flash);
    }
    prov_wipe(room, sizeof room);
    return result;
}

/* --- datagrams -------------------------------------------------------------------------------- */

static void put_octet(void *context, uint8_t octet)
{
    (void)context;
    uart_write(octet);
    board.uart_out++;
}

static void send_all(void)
{
    for (;;) {
        struct prov_buf out = prov_buf_make(board.out + 1, sizeof board.out - 1);
        if (!prov_agent_pull(&board.agent, clock_ms(), &out))
            return;
        board.out[0] = board.session;
        slip_put(board.out, out.len + 1, put_octet, NULL);
    }
}

/* Datagrams of an earlier session are nobody's. */
static bool receive(void)
{
    uint8_t octet;
    size_t len;

    while (uart_read(&octet)) {
        board.uart_in++;
        if (!slip_take(&board.slip, octet, &len) || len < 2 || board.in[0] != board.session)
            continue;
        memcpy(board.frame, board.in + 1, len - 1);
        prov_agent_push(&board.agent, clock_ms(), board.frame, len - 1);
        return true;
    }
    return false;
}

static void resolve(void)
{
    static const uint8_t loopback[] = {127, 0, 0, 1}; /* the other end of the line sends on */
    prov_result result = prov_agent_set_peer(&board.agent, PROV_BYTES_OF(loopback));

    board.session++;
    if (result != PROV_OK)
        prov_agent_unreachable(&board.agent, result);
}

/* Sleeps, as far as a board with a polled UART can: until a datagram or the deadline. */
static void wait(void)
{
    board.wakes++;
    while (!receive() && clock_ms() < prov_agent_deadline(&board.agent))
        watchdog_feed();
}

static prov_result run(enum prov_agent_op op)
{
    struct prov_agent_request request = {.op = op, .tries = 3};

    prov_agent_open(&board.agent, &board.store, &board.workspace);
    prov_result result = prov_agent_begin(&board.agent, &request, clock_ms());
    while (result == PROV_OK) {
        watchdog_feed();
        board.steps++;
        enum prov_agent_event event = prov_agent_step(&board.agent, clock_ms());
        if (event == PROV_AGENT_RESOLVE)
            resolve();
        if (event == PROV_AGENT_DONE || event == PROV_AGENT_FAILED)
            break;
        if (event == PROV_AGENT_WAIT) {
            send_all();
            wait();
        }
    }
    send_all();
    if (result == PROV_OK)
        result = prov_agent_report(&board.agent)->result;
    report(result);
    prov_agent_close(&board.agent);
    return result;
}

/* --- what to do ------------------------------------------------------------------------------- */

#define WORDS_MAX 6

static size_t split(char *line, char *words[WORDS_MAX])
{
    size_t count = 0;

    while (*line != '\0' && count < WORDS_MAX) {
        words[count++] = line;
        while (*line != ' ' && *line != '\0')
            line++;
        while (*line == ' ')
            *line++ = '\0';
    }
    return count;
}

static uint32_t number(const char *text)
{
    uint32_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint32_t)(*text - '0');
    return value;
}

static prov_result command(const char *word)
{
    prov_result result = install();

    if (result != PROV_OK || strcmp(word, "install") == 0)
        return result;
    if (strcmp(word, "enroll") == 0)
        return run(PROV_AGENT_ENROLL);
    if (strcmp(word, "rotate") == 0)
        return run(PROV_AGENT_ROTATE);
    return PROV_E_USAGE;
}

int main(void)
{
    static char line[256];
    char *words[WORDS_MAX];
    prov_result result = PROV_E_USAGE;

    clock_start();
    watchdog_start();
    uart_start();
    size_t count = semihost_arguments(line, sizeof line) ? split(line, words) : 0;
    if (count >= 4)
        result = start(words[1], words[2]);
    if (result == PROV_OK && count == 6 && strcmp(words[4], "cut") == 0)
        board.flash.cut = board.flash.operations + number(words[5]);
    if (result == PROV_OK)
        result = command(words[3]);
    if (!stack_whole())
        result = PROV_E_INTERNAL;
    if (result != PROV_OK)
        say("failed", (uint32_t)result);
    return prov_result_exit(result);
}
