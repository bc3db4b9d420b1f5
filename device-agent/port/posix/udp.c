/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a board: one UDP socket, connected to the server, moved on by datagrams and
 * deadlines.
 */
#include "board.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#define DATAGRAM_MAX                                                                               \
    4352 /* an application record of PROV_DTLS_DATA_MAX and its overhead, rounded up */

struct loop {
    struct prov_agent *agent;
    const char *address;
    struct prov_why *why;
    const struct prov_port *port;
    int fd;
    bool refused; /* the network said that nobody is there: told if nothing else comes */
    uint8_t in[DATAGRAM_MAX];
    uint8_t out[DATAGRAM_MAX];
};

/* --- where to --------------------------------------------------------------------------------- */

struct host_port {
    char host[PROV_FQDN_MAX + 3];
    char port[6];
};

/* HOST, HOST:PORT, [IPv6], [IPv6]:PORT or a bare IPv6 address. */
static prov_result split(const char *text, struct host_port *ret)
{
    const char *host = text, *end = text + strlen(text), *port = NULL;
    const char *colon = strrchr(text, ':');
    if (text[0] == '[') {
        host = text + 1;
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return PROV_E_ADDRESS;
        port = end[1] == ':' ? end + 2 : NULL;
    } else if (colon != NULL && strchr(text, ':') == colon) {
        end = colon;
        port = colon + 1;
    }
    size_t len = (size_t)(end - host);
    if (len == 0 || len >= sizeof ret->host)
        return PROV_E_ADDRESS;
    memcpy(ret->host, host, len);
    ret->host[len] = '\0';
    if (port == NULL) {
        snprintf(ret->port, sizeof ret->port, "%u", PROV_COAPS_PORT);
        return PROV_OK;
    }
    bool digits = port[0] != '\0' && strspn(port, "0123456789") == strlen(port);
    unsigned long number = digits && strlen(port) <= 5 ? strtoul(port, NULL, 10) : 0;
    if (number < 1 || number > 65535)
        return PROV_E_ADDRESS;
    memcpy(ret->port, port, strlen(port) + 1);
    return PROV_OK;
}

static struct prov_bytes ip_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        return PROV_BYTES((const uint8_t *)&in->sin_addr, 4);
    }
    const struct sockaddr_in6 *in6 = (const void *)address;
    return PROV_BYTES((const uint8_t *)&in6->sin6_addr, 16);
}

/* A fresh socket, so a fresh port, for each session. */
static prov_result attach(struct loop *loop, const struct addrinfo *info)
{
    prov_result r = prov_agent_set_peer(loop->agent, ip_of(info->ai_addr));
    if (r != PROV_OK)
        return prov_why_set(loop->why, r, "the server's address is a group address");
    if (loop->fd >= 0)
        (void)close(loop->fd);
    loop->fd = socket(info->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (loop->fd < 0 || connect(loop->fd, info->ai_addr, info->ai_addrlen) != 0)
        return prov_why_set(loop->why, PROV_E_NETWORK, "no way to the server: %s", strerror(errno));
    return PROV_OK;
}

static prov_result resolve(struct loop *loop)
{
    const char *text = loop->address[0] != '\0' ? loop->address : prov_agent_address(loop->agent);
    struct host_port where;
    if (text[0] == '\0')
        text = prov_agent_server(loop->agent)->text;
    prov_result r = split(text, &where);
    if (r != PROV_OK)
        return prov_why_set(loop->why, r, "not HOST:PORT: %.64s", text);
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int failed = getaddrinfo(where.host, where.port, &hints, &list);
    if (failed != 0)
        return prov_why_set(loop->why, PROV_E_NETWORK, "cannot look up %s: %s", where.host,
                            gai_strerror(failed));
    r = list->ai_family == AF_INET || list->ai_family == AF_INET6 ? attach(loop, list)
                                                                  : PROV_E_NETWORK;
    freeaddrinfo(list);
    return r;
}

/* --- datagrams -------------------------------------------------------------------------------- */

static uint64_t now_ms(const struct loop *loop)
{
    return loop->port->uptime_ms(loop->port->context);
}

static void send_all(struct loop *loop)
{
    for (;;) {
        struct prov_buf out = PROV_BUF_OF(loop->out);
        if (!prov_agent_pull(loop->agent, now_ms(loop), &out))
            break;
        if (loop->fd >= 0 && send(loop->fd, out.data, out.len, 0) < 0 && errno == ECONNREFUSED)
            loop->refused = true; /* anybody can say that: the timers decide */
        prov_wipe(out.data, out.len);
    }
}

static int wait_ms(const struct loop *loop)
{
    uint64_t deadline = prov_agent_deadline(loop->agent), now = now_ms(loop);
    if (deadline <= now)
        return 0;
    return deadline - now > 60000 ? 60000 : (int)(deadline - now);
}

static void receive(struct loop *loop)
{
    struct pollfd poll_fd = {.fd = loop->fd, .events = POLLIN};
    if (poll(&poll_fd, 1, wait_ms(loop)) <= 0)
        return;
    ssize_t n = recv(loop->fd, loop->in, sizeof loop->in, 0);
    if (n > 0)
        prov_agent_push(loop->agent, now_ms(loop), loop->in, (size_t)n);
    else if (n < 0 && errno == ECONNREFUSED)
        loop->refused = true;
}

static prov_result run(struct loop *loop)
{
    for (;;) {
        switch (prov_agent_step(loop->agent, now_ms(loop))) {
        case PROV_AGENT_AGAIN:
            break;
        case PROV_AGENT_RESOLVE: {
            prov_result r = resolve(loop);
            if (r != PROV_OK)
                prov_agent_unreachable(loop->agent, r);
            break;
        }
        case PROV_AGENT_DONE:
        case PROV_AGENT_FAILED:
            send_all(loop);
            return prov_agent_report(loop->agent)->result;
        default:
            send_all(loop);
            receive(loop);
            break;
        }
    }
}

prov_result board_run(struct board *board, struct prov_agent *agent, const char *address,
                      struct prov_why *why)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return PROV_E_MEMORY;
    *loop = (struct loop){
        .agent = agent, .address = address, .why = why, .port = &board->port, .fd = -1};
    prov_result r = run(loop);
    if (r == PROV_E_TIMEOUT && loop->refused)
        prov_why_hint(why, "nothing seems to listen at the server's address");
    if (loop->fd >= 0)
        (void)close(loop->fd);
    prov_wipe(loop, sizeof *loop);
    free(loop);
    return r;
}
