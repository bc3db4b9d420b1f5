/* SPDX-License-Identifier: Apache-2.0
 *
 * The server on a UDP socket: one thread, one socket, signals as a file.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fetch.h"
#include "internal.h"

#define BATCH         64    /* datagrams before the timers are looked at again */
#define RECEIVE_ROOM  65536 /* larger than any UDP payload */
#define SOCKET_BUFFER (1u << 20)

struct loop {
    struct prov_server *server;
    struct prov_server_config config;
    int socket, signals;
    sigset_t before;
    bool signals_blocked;
    uint8_t *room;
    struct fetcher *fetcher; /* NULL: nothing is fetched */
    struct prov_why *why;
};

/* --- addresses ------------------------------------------------------------------------------- */

/* family 1 | address 16 | scope 4 | port 2 */
static bool peer_from_socket(const struct sockaddr_storage *from, struct prov_server_peer *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)from;

        ret->octets[0] = 4;
        memcpy(ret->octets + 1, &in->sin_addr, 4);
        memcpy(ret->octets + ADDRESS_LEN, &in->sin_port, 2);
        return true;
    }
    if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)from;

        ret->octets[0] = 6;
        memcpy(ret->octets + 1, &in->sin6_addr, 16);
        memcpy(ret->octets + 17, &in->sin6_scope_id, 4);
        memcpy(ret->octets + ADDRESS_LEN, &in->sin6_port, 2);
        return true;
    }
    return false;
}

static socklen_t peer_to_socket(const struct prov_server_peer *peer, struct sockaddr_storage *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (peer->octets[0] == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)(void *)ret;

        in->sin_family = AF_INET;
        memcpy(&in->sin_addr, peer->octets + 1, 4);
        memcpy(&in->sin_port, peer->octets + ADDRESS_LEN, 2);
        return sizeof(*in);
    }
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)(void *)ret;

    in->sin6_family = AF_INET6;
    memcpy(&in->sin6_addr, peer->octets + 1, 16);
    memcpy(&in->sin6_scope_id, peer->octets + 17, 4);
    memcpy(&in->sin6_port, peer->octets + ADDRESS_LEN, 2);
    return sizeof(*in);
}

void prov_server_peer_format(const struct prov_server_peer *peer, char ret[PROV_SERVER_PEER_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?";
    unsigned port = (unsigned)peer->octets[ADDRESS_LEN] << 8 | peer->octets[ADDRESS_LEN + 1];
    uint32_t scope;

    memcpy(&scope, peer->octets + 17, sizeof(scope));
    if (peer->octets[0] == 4) {
        inet_ntop(AF_INET, peer->octets + 1, host, sizeof(host));
        snprintf(ret, PROV_SERVER_PEER_TEXT, "%s:%u", host, port);
        return;
    }
    inet_ntop(AF_INET6, peer->octets + 1, host, sizeof(host));
    if (scope != 0)
        snprintf(ret, PROV_SERVER_PEER_TEXT, "[%s%%%u]:%u", host, (unsigned)scope, port);
    else
        snprintf(ret, PROV_SERVER_PEER_TEXT, "[%s]:%u", host, port);
}

/* "HOST:PORT" or "[HOST]:PORT" → HOST and PORT. */
static bool split_address(const char *text, char *ret_host, size_t cap, const char **ret_port)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;

    if (len == 0 || colon[1] == '\0')
        return false;
    if (text[0] == '[') {
        if (len < 3 || text[len - 1] != ']')
            return false;
        text++;
        len -= 2;
    } else if (memchr(text, ':', len)) {
        return false; /* IPv6 without brackets */
    }
    if (len >= cap)
        return false;
    memcpy(ret_host, text, len);
    ret_host[len] = '\0';
    *ret_port = colon + 1;
    return true;
}

/* Digits of a 16-bit number; getaddrinfo would cut a larger one. 0: any port that is free. */
static bool port_fits(const char *port)
{
    size_t len = strspn(port, "0123456789");

    return len > 0 && len <= 5 && port[len] == '\0' && strtoul(port, NULL, 10) <= UINT16_MAX;
}

static prov_result resolve(const char *listen, struct addrinfo **ret, struct prov_why *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    char host[128];
    const char *port;

    if (!split_address(listen, host, sizeof(host), &port) || !port_fits(port) ||
        getaddrinfo(host, port, &hints, ret) != 0)
        return prov_why_set(why, PROV_E_ADDRESS,
                            "not an address to listen on: %s (ADDR:PORT, [IPv6]:PORT)", listen);
    return PROV_OK;
}

/* --- socket and signals ---------------------------------------------------------------------- */

static prov_result system_error(struct loop *loop, const char *what)
{
    prov_result result = errno == EACCES || errno == EPERM ? PROV_E_PERMISSION : PROV_E_NETWORK;

    return prov_why_set(loop->why, result, "%s: %s", what, strerror(errno));
}

static prov_result open_socket(struct loop *loop, const char *listen)
{
    struct addrinfo *address = NULL;
    int on = 1, size = SOCKET_BUFFER;
    prov_result result = resolve(listen, &address, loop->why);

    if (result != PROV_OK)
        return result;
    loop->socket = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (loop->socket >= 0 && address->ai_family == AF_INET6)
        (void)setsockopt(loop->socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (loop->socket >= 0)
        (void)setsockopt(loop->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (loop->socket < 0 || bind(loop->socket, address->ai_addr, address->ai_addrlen) != 0)
        result = system_error(loop, listen);
    freeaddrinfo(address);
    return result;
}

static prov_result open_signals(struct loop *loop)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGPIPE); /* a fetch over TLS may write to a connection that is closed */
    if (sigprocmask(SIG_BLOCK, &set, &loop->before) != 0)
        return system_error(loop, "signals");
    loop->signals_blocked = true;
    loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return loop->signals < 0 ? system_error(loop, "signals") : PROV_OK;
}

static void close_all(struct loop *loop)
{
    struct signalfd_siginfo info;

    prov_server_free(loop->server);
    fetcher_free(loop->fetcher);
    while (loop->signals >= 0 && read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        continue; /* what is left of them has no meaning any more */
    if (loop->socket >= 0)
        close(loop->socket);
    if (loop->signals >= 0)
        close(loop->signals);
    if (loop->signals_blocked)
        sigprocmask(SIG_SETMASK, &loop->before, NULL);
    free(loop->room);
}

/* --- loop ------------------------------------------------------------------------------------ */

static uint64_t monotonic_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* A datagram that can't be sent is a lost one. */
static void send_datagram(void *context, const struct prov_server_peer *peer,
                          struct prov_bytes datagram)
{
    const struct loop *loop = context;
    struct sockaddr_storage to;
    socklen_t len = peer_to_socket(peer, &to);

    (void)sendto(loop->socket, datagram.data, datagram.len, MSG_NOSIGNAL,
                 (const struct sockaddr *)(const void *)&to, len);
}

static void pass_log(void *context, const char *text)
{
    const struct loop *loop = context;

    if (loop->config.io.log)
        loop->config.io.log(loop->config.io.context, text);
}

static bool receive_one(struct loop *loop)
{
    struct sockaddr_storage from;
    socklen_t from_len = sizeof(from);
    struct prov_server_peer peer;
    ssize_t len = recvfrom(loop->socket, loop->room, RECEIVE_ROOM, 0,
                           (struct sockaddr *)(void *)&from, &from_len);

    if (len < 0)
        return errno == EINTR || errno == ECONNREFUSED;
    if (peer_from_socket(&from, &peer))
        prov_server_datagram(loop->server, monotonic_ms(), &peer, loop->room, (size_t)len);
    return true;
}

static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            prov_server_reload(loop->server, monotonic_ms());
        else if (info.ssi_signo != SIGPIPE)
            prov_server_drain(loop->server, monotonic_ms());
    }
}

static int wait_ms(const struct loop *loop)
{
    uint64_t now = monotonic_ms();
    uint64_t deadline = prov_server_deadline(loop->server);

    if (deadline <= now)
        return 0;
    return deadline - now > 60000 ? 60000 : (int)(deadline - now);
}

static prov_result begin_fetch(void *context, uint64_t ticket,
                               const struct prov_certificate_url *urls, size_t count, bool pkipath,
                               struct prov_why *why)
{
    const struct loop *loop = context;

    return fetcher_begin(loop->fetcher, monotonic_ms(), ticket, urls, count, pkipath, why);
}

static void cancel_fetch(void *context, uint64_t ticket)
{
    const struct loop *loop = context;

    fetcher_cancel(loop->fetcher, ticket);
}

static void fetched(void *context, uint64_t ticket, prov_result result, const char *reason,
                    const struct prov_bytes *chain, size_t chain_len)
{
    const struct loop *loop = context;

    prov_server_fetched(loop->server, monotonic_ms(), ticket, result, reason, chain, chain_len);
}

static bool wait_for_something(struct loop *loop, struct pollfd *files, unsigned count)
{
    return loop->fetcher != NULL ? fetcher_poll(loop->fetcher, files, count, wait_ms(loop))
                                 : poll(files, count, wait_ms(loop)) >= 0;
}

static prov_result serve(struct loop *loop)
{
    struct pollfd files[2] = {{loop->socket, POLLIN, 0}, {loop->signals, POLLIN, 0}};

    while (!prov_server_drained(loop->server)) {
        if (!wait_for_something(loop, files, 2) && errno != EINTR)
            return system_error(loop, "poll");
        for (int i = 0; i < BATCH && receive_one(loop); i++)
            continue;
        take_signals(loop);
        if (loop->fetcher != NULL)
            fetcher_run(loop->fetcher, monotonic_ms(), fetched, loop);
        prov_server_tick(loop->server, monotonic_ms());
    }
    return PROV_OK;
}

static void log_listening(struct loop *loop)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof(own);
    struct prov_server_peer peer;
    char text[PROV_SERVER_PEER_TEXT];
    struct line line;

    line_begin(&line, loop->server, "listening");
    if (getsockname(loop->socket, (struct sockaddr *)(void *)&own, &len) == 0 &&
        peer_from_socket(&own, &peer)) {
        prov_server_peer_format(&peer, text);
        line_text(&line, "address", text);
    }
    line_text(&line, "server", loop->config.fqdn.text);
    for (size_t i = 0; i < loop->config.more_len; i++)
        line_text(&line, "server", loop->config.more[i].text);
    line_number(&line, "sessions_max", loop->server->limits.sessions);
    line_number(&line, "memory_max", prov_server_memory(&loop->config.limits));
    line_end(&line, loop->server);
}

static void log_stopped(struct loop *loop)
{
    struct prov_server_stats stats = prov_server_stats(loop->server);
    struct line line;

    line_begin(&line, loop->server, "stopped");
    line_number(&line, "handshakes_ok", stats.handshakes_ok);
    line_number(&line, "handshakes_failed", stats.handshakes_failed);
    line_number(&line, "requests", stats.requests);
    line_number(&line, "refusals", stats.refusals);
    line_number(&line, "octets_in", stats.octets_in);
    line_number(&line, "octets_out", stats.octets_out);
    line_end(&line, loop->server);
}

static prov_result start(struct loop *loop, const char *listen)
{
    struct prov_server_config config = loop->config;
    prov_result result = open_socket(loop, listen);

    config.io = (struct prov_server_io){.send = send_datagram, .log = pass_log, .context = loop};
    if (result == PROV_OK && config.fetch.folder_count > 0) {
        config.io.fetch = begin_fetch;
        config.io.fetch_cancel = cancel_fetch;
        result = fetcher_make(&config.fetch, config.flow->crypto, &loop->fetcher, loop->why);
    }
    loop->room = malloc(RECEIVE_ROOM);
    if (result == PROV_OK && !loop->room)
        result = prov_why_set(loop->why, PROV_E_MEMORY, "out of memory");
    if (result == PROV_OK)
        result = open_signals(loop);
    if (result == PROV_OK)
        result = prov_server_make(&config, monotonic_ms(), &loop->server, loop->why);
    return result;
}

prov_result prov_server_run(const struct prov_server_config *config, const char *listen,
                            struct prov_why *why)
{
    struct loop loop = {.config = *config, .socket = -1, .signals = -1, .why = why};
    prov_result result = start(&loop, listen);

    if (result == PROV_OK) {
        log_listening(&loop);
        result = serve(&loop);
        log_stopped(&loop);
    }
    close_all(&loop);
    return result;
}
