/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets, clock and progress line of prov check; what to send and when is the judge's.
 */
#include "check.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECEIVE_ROOM 65536 /* larger than any UDP payload */
#define BATCH        64    /* datagrams before the judge steps again */
#define PEERS_MAX    256 /* addresses told apart by a listening judge; then the oldest is forgotten */

struct live {
    struct run *run;
    const struct check_target *target;
    struct prov_check_run *check;
    bool listens;
    struct live_socket {
        int file; /* -1: none */
        unsigned flow;
    } sockets[PROV_CHECK_FLOWS];              /* listening: the first one alone */
    struct sockaddr_storage peers[PEERS_MAX]; /* listening: by flow */
    socklen_t peer_len[PEERS_MAX];
    size_t peer_count, peer_next;
    uint8_t *room;
};

uint64_t live_clock_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static prov_result system_error(struct live *live, const char *what)
{
    prov_result result = errno == EACCES || errno == EPERM ? PROV_E_PERMISSION : PROV_E_NETWORK;

    return prov_why_set(&live->run->why, result, "%s %.200s: %s", what, live->target->host,
                        strerror(errno));
}

/* --- sockets --------------------------------------------------------------------------------- */

static int open_socket(const struct live *live)
{
    const struct check_target *target = live->target;
    const struct sockaddr *address = (const struct sockaddr *)(const void *)&target->address;
    int file = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (file < 0)
        return -1;
    int failed = live->listens ? bind(file, address, target->address_len)
                               : connect(file, address, target->address_len);
    if (failed == 0)
        return file;
    int error = errno;
    close(file);
    errno = error;
    return -1;
}

/* The socket of a flow. A new flow takes the place of the one that was named longest ago. */
static struct live_socket *socket_of(struct live *live, unsigned flow)
{
    struct live_socket *oldest = &live->sockets[0];

    if (live->listens)
        return oldest;
    for (size_t i = 0; i < PROV_CHECK_FLOWS; i++) {
        struct live_socket *socket = &live->sockets[i];

        if (socket->file >= 0 && socket->flow == flow)
            return socket;
        if (socket->file < 0 || (oldest->file >= 0 && socket->flow < oldest->flow))
            oldest = socket;
    }
    if (oldest->file >= 0)
        close(oldest->file);
    oldest->flow = flow;
    oldest->file = open_socket(live);
    return oldest->file < 0 ? NULL : oldest;
}

/* Listening: the number of the address. A device may come from a new port each time, and so may others. */
static size_t flow_of(struct live *live, const struct sockaddr_storage *from, socklen_t len)
{
    for (size_t i = 0; i < live->peer_count; i++)
        if (live->peer_len[i] == len && memcmp(&live->peers[i], from, len) == 0)
            return i;
    size_t number = live->peer_next;
    live->peer_next = (number + 1) % PEERS_MAX;
    live->peer_count += live->peer_count < PEERS_MAX;
    live->peers[number] = *from;
    live->peer_len[number] = len;
    return number;
}

/* A datagram that can't be sent is a lost one; that nobody is there is told. */
static prov_result send_one(struct live *live, unsigned flow, struct prov_bytes datagram)
{
    struct live_socket *socket = socket_of(live, flow);
    ssize_t sent;

    if (socket == NULL)
        return system_error(live, "can't reach");
    if (live->listens)
        sent = flow < live->peer_count
                   ? sendto(socket->file, datagram.data, datagram.len, MSG_NOSIGNAL,
                            (const struct sockaddr *)(const void *)&live->peers[flow],
                            live->peer_len[flow])
                   : 0;
    else
        sent = send(socket->file, datagram.data, datagram.len, MSG_NOSIGNAL);
    if (sent < 0 && errno == ECONNREFUSED)
        prov_check_refused(live->check, live_clock_ms(), flow);
    return PROV_OK;
}

/* False when there is nothing more. */
static bool receive_one(struct live *live, struct live_socket *socket)
{
    struct sockaddr_storage from = {0};
    socklen_t from_len = sizeof(from);
    size_t flow = socket->flow;
    ssize_t len = recvfrom(socket->file, live->room, RECEIVE_ROOM, 0,
                           (struct sockaddr *)(void *)&from, &from_len);

    if (len < 0 && errno == ECONNREFUSED && !live->listens)
        prov_check_refused(live->check, live_clock_ms(), socket->flow);
    if (len < 0)
        return errno == EINTR || errno == ECONNREFUSED;
    if (live->listens)
        flow = flow_of(live, &from, from_len);
    prov_check_push(live->check, live_clock_ms(), (unsigned)flow, live->room, (size_t)len);
    return true;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void show_progress(const struct live *live)
{
    unsigned done, total;
    const char *words = prov_check_progress(live->check, &done, &total);

    if (isatty(STDERR_FILENO) && total > 0)
        fprintf(stderr, "\r\033[K[%u/%u] %.60s", done, total, words);
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static prov_result send_all(struct live *live)
{
    struct prov_buf out = prov_buf_make(live->room, RECEIVE_ROOM);
    unsigned flow;
    prov_result r = PROV_OK;

    while (r == PROV_OK && prov_check_pull(live->check, live_clock_ms(), &flow, &out)) {
        r = send_one(live, flow, prov_buf_bytes(&out));
        out.len = 0;
    }
    return r;
}

static prov_result wait_some(struct live *live)
{
    struct pollfd files[PROV_CHECK_FLOWS];
    uint64_t now = live_clock_ms(), deadline = prov_check_deadline(live->check);
    int wait = deadline <= now ? 0 : deadline - now > 1000 ? 1000 : (int)(deadline - now);

    for (size_t i = 0; i < PROV_CHECK_FLOWS; i++)
        files[i] = (struct pollfd){live->sockets[i].file, POLLIN, 0};
    if (poll(files, PROV_CHECK_FLOWS, wait) < 0 && errno != EINTR)
        return system_error(live, "poll");
    for (size_t i = 0; i < PROV_CHECK_FLOWS; i++)
        for (int n = 0; files[i].revents != 0 && n < BATCH; n++) {
            if (!receive_one(live, &live->sockets[i]))
                break;
            /* A datagram is good until it has been seen to. */
            while (prov_check_step(live->check, live_clock_ms()) == PROV_CHECK_AGAIN)
                continue;
        }
    return PROV_OK;
}

static prov_result loop(struct live *live)
{
    for (;;) {
        enum prov_check_event event = prov_check_step(live->check, live_clock_ms());
        prov_result r = send_all(live);

        if (r != PROV_OK)
            return r;
        if (event == PROV_CHECK_DONE)
            return PROV_OK;
        show_progress(live);
        if (event == PROV_CHECK_WAIT)
            r = wait_some(live);
        if (r != PROV_OK)
            return r;
    }
}

/* A port that was left to the system is told, or nobody could connect. */
static void say_where(const struct live *live)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof(own);
    char host[64], port[8], words[160];

    if (getsockname(live->sockets[0].file, (struct sockaddr *)(void *)&own, &len) != 0 ||
        getnameinfo((const struct sockaddr *)(const void *)&own, len, host, sizeof(host), port,
                    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    snprintf(words, sizeof(words),
             own.ss_family == AF_INET6 ? "listening at [%s]:%s" : "listening at %s:%s", host, port);
    run_say("prov: ", words);
}

prov_result live_run(struct run *run, const struct check_target *target, bool listens,
                     struct prov_check_run *check)
{
    struct live *live = calloc(1, sizeof(*live));
    prov_result r = live == NULL ? PROV_E_MEMORY : PROV_OK;

    if (r != PROV_OK)
        return r;
    *live = (struct live){.run = run, .target = target, .check = check, .listens = listens};
    for (size_t i = 0; i < PROV_CHECK_FLOWS; i++)
        live->sockets[i].file = -1;
    live->room = malloc(RECEIVE_ROOM);
    if (live->room == NULL)
        r = PROV_E_MEMORY;
    if (r == PROV_OK && listens) {
        live->sockets[0].file = open_socket(live);
        r = live->sockets[0].file < 0 ? system_error(live, "can't listen at") : PROV_OK;
        if (r == PROV_OK)
            say_where(live);
    }
    if (r == PROV_OK)
        r = loop(live);
    clear_progress();
    for (size_t i = 0; i < PROV_CHECK_FLOWS; i++)
        if (live->sockets[i].file >= 0)
            close(live->sockets[i].file);
    free(live->room);
    free(live);
    return r;
}
