/* SPDX-License-Identifier: Apache-2.0
 *
 * slip-udp: joins a board's UART to UDP on loopback. The UART is a UNIX socket of the emulator's; on it are SLIP frames, the
 * first octet of which numbers the board's session. Each session gets a socket, and so a port, of its own.
 *
 *     slip-udp SOCKET PORT [NAME N]…
 *
 * What goes wrong with one frame in N, on either way, chosen by a generator that always starts the same:
 *
 *     drop     it is lost: with 1 nobody is there
 *     double   it comes twice
 *     spoil    an octet of it is wrong
 *     noise    the same of one octet in N of what goes to the board, whatever it is: frames end early and run together
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "device-agent/port/mps2-an385/slip.h"

#define FRAME_MAX 2048

enum trouble { DROP, DOUBLE, SPOIL, NOISE, TROUBLES };
static const char *const names[TROUBLES] = {"drop", "double", "spoil", "noise"};

struct relay {
    int line, udp;
    uint8_t session;
    uint16_t port;
    uint32_t one_in[TROUBLES]; /* 0: never */
    uint32_t random;
};

/* Marsaglia's xorshift. */
static bool happens(struct relay *relay, enum trouble trouble)
{
    if (relay->one_in[trouble] == 0)
        return false;
    relay->random ^= relay->random << 13;
    relay->random ^= relay->random >> 17;
    relay->random ^= relay->random << 5;
    return relay->random % relay->one_in[trouble] == 0;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int line_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        exit(2);
    memcpy(address.sun_path, path, strlen(path) + 1);
    for (int i = 0; i < 6000; i++) { /* the emulator may still be starting */
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        close(fd);
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    fail(path);
    return -1;
}

static int udp_open(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        fail("udp");
    return fd;
}

/* --- one way and the other -------------------------------------------------------------------- */

static void put(void *context, uint8_t octet)
{
    struct relay *relay = context;
    if (happens(relay, NOISE))
        octet ^= 0x11;
    while (write(relay->line, &octet, 1) < 0 && errno == EINTR)
        ;
}

static void frame_to_board(struct relay *relay, const uint8_t *frame, size_t len)
{
    slip_put(frame, len, put, relay);
}

static void frame_to_server(struct relay *relay, const uint8_t *frame, size_t len)
{
    (void)!send(relay->udp, frame + 1, len - 1, 0);
}

/* A frame with its first octet, the session, which nothing happens to. */
static void pass(struct relay *relay, uint8_t *frame, size_t len,
                 void (*on)(struct relay *relay, const uint8_t *frame, size_t len))
{
    if (happens(relay, DROP))
        return;
    if (happens(relay, DOUBLE))
        on(relay, frame, len);
    if (happens(relay, SPOIL))
        frame[1 + (len - 1) / 2] ^= 0x20;
    on(relay, frame, len);
}

static void to_board(struct relay *relay)
{
    uint8_t frame[FRAME_MAX];
    ssize_t n = recv(relay->udp, frame + 1, sizeof frame - 1, 0);
    if (n < 0)
        return; /* nobody listens there: the board's timers decide */
    frame[0] = relay->session;
    pass(relay, frame, (size_t)n + 1, frame_to_board);
}

static void from_board(struct relay *relay, uint8_t *frame, size_t len)
{
    if (len < 2)
        return;
    if (relay->udp < 0 || frame[0] != relay->session) {
        if (relay->udp >= 0)
            close(relay->udp);
        relay->udp = udp_open(relay->port);
        relay->session = frame[0];
    }
    pass(relay, frame, len, frame_to_server);
}

static bool take_option(struct relay *relay, const char *name, const char *number)
{
    for (size_t i = 0; i < TROUBLES; i++)
        if (strcmp(name, names[i]) == 0) {
            relay->one_in[i] = (uint32_t)strtoul(number, NULL, 10);
            return true;
        }
    return false;
}

int main(int argc, char **argv)
{
    uint8_t room[FRAME_MAX], octets[512];
    struct slip slip = {.room = room, .cap = sizeof room};
    struct relay relay = {.udp = -1, .random = 0x2545f491};
    if (argc < 3)
        return 2;
    for (int i = 3; i + 1 < argc; i += 2)
        if (!take_option(&relay, argv[i], argv[i + 1]))
            return 2;
    relay.port = (uint16_t)strtoul(argv[2], NULL, 10);
    relay.line = line_open(argv[1]);
    for (;;) {
        struct pollfd fds[2] = {{relay.line, POLLIN, 0}, {relay.udp, POLLIN, 0}};
        size_t len;
        if (poll(fds, relay.udp >= 0 ? 2 : 1, -1) < 0)
            continue;
        if (relay.udp >= 0 && fds[1].revents != 0)
            to_board(&relay);
        if (fds[0].revents == 0)
            continue;
        ssize_t n = read(relay.line, octets, sizeof octets);
        if (n <= 0)
            return 0; /* the board is gone */
        for (ssize_t i = 0; i < n; i++)
            if (slip_take(&slip, octets[i], &len))
                from_board(&relay, room, len);
    }
}
