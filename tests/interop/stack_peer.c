/* SPDX-License-Identifier: Apache-2.0 */
#include "stack_peer.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SESSION_SECONDS 70 /* of a server, at the most: longer than a flight is sent again */

bool stack_line(char ret[STACK_LINE_MAX])
{
    return fgets(ret, STACK_LINE_MAX, stdin) != NULL;
}

void stack_got(const char *line, int len)
{
    printf("data %.*s", len, line);
    if (len == 0 || line[len - 1] != '\n')
        putchar('\n');
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int udp_socket(void)
{
    int on = 1, fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int be_client(const struct stack_options *options)
{
    struct sockaddr_in remote = loopback(options->port);
    int fd = udp_socket();
    if (fd < 0 || connect(fd, (const struct sockaddr *)&remote, sizeof(remote)) != 0)
        return fail("connect");
    return stack_session(options, fd, &remote);
}

/* The process of one address: it ends with its parent, or when it has had its time. */
static void be_session(const struct stack_options *options, int fd,
                       const struct sockaddr_in *remote)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    alarm(SESSION_SECONDS);
    exit(stack_session(options, fd, remote));
}

/* The socket at which somebody called becomes his alone; another one takes the next caller. */
static int be_server(const struct stack_options *options)
{
    struct sockaddr_in local = loopback(options->port);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        struct sockaddr_in remote;
        socklen_t len = sizeof(remote);
        char one;
        int fd = udp_socket();
        if (fd < 0 || bind(fd, (const struct sockaddr *)&local, sizeof(local)) != 0)
            return fail("bind");
        if (recvfrom(fd, &one, 1, MSG_PEEK, (struct sockaddr *)&remote, &len) < 0 ||
            connect(fd, (const struct sockaddr *)&remote, len) != 0)
            return fail("recvfrom");
        if (fork() == 0)
            be_session(options, fd, &remote);
        close(fd);
    }
}

/* --- the command line ------------------------------------------------------------------------- */

static bool set_psk(struct stack_options *options, const char *text)
{
    options->psk_len = strlen(text) / 2;
    for (size_t i = 0; i < options->psk_len && i < sizeof(options->psk); i++) {
        unsigned octet;
        if (sscanf(text + 2 * i, "%2x", &octet) != 1)
            return false;
        options->psk[i] = (uint8_t)octet;
    }
    return options->psk_len <= sizeof(options->psk);
}

static bool set_option(struct stack_options *options, const char *option, const char *value)
{
    const struct {
        const char *name;
        const char **ret;
    } texts[] = {{"--identity", &options->identity},
                 {"--key", &options->key},
                 {"--chain", &options->chain},
                 {"--anchors", &options->anchors},
                 {"--name", &options->name}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(option, texts[i].name) == 0) {
            *texts[i].ret = value;
            return true;
        }
    }
    if (strcmp(option, "--port") == 0)
        options->port = (uint16_t)strtoul(value, NULL, 10);
    else if (strcmp(option, "--suite") == 0)
        options->suite = (unsigned)strtoul(value, NULL, 16);
    else
        return strcmp(option, "--psk") == 0 && set_psk(options, value);
    return true;
}

int main(int argc, char **argv)
{
    struct stack_options options = {0};
    if (argc == 2 && strcmp(argv[1], "version") == 0) {
        puts(stack_version());
        return 0;
    }
    options.server = argc > 1 && strcmp(argv[1], "server") == 0;
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 >= argc || !set_option(&options, argv[i], argv[i + 1])) {
            fprintf(stderr, "bad option %s\n", argv[i]);
            return 2;
        }
    }
    if (argc < 4 || options.port == 0 || options.suite == 0)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    return options.server ? be_server(&options) : be_client(&options);
}
