/* SPDX-License-Identifier: Apache-2.0 */
#include "web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(int to, const void *octets, size_t len)
{
    (void)!write(to, octets, len);
}

static void head(int to, const char *status, long length)
{
    char text[256];

    snprintf(text, sizeof(text),
             "HTTP/1.1 %s\r\nContent-Type: application/pkix-cert\r\nContent-Length: %ld\r\n"
             "Connection: close\r\n\r\n",
             status, length);
    put(to, text, strlen(text));
}

static void ok(int to, const char *hex)
{
    unsigned char octets[8192];
    size_t len = 0;

    while (len < sizeof(octets) && sscanf(hex + 2 * len, "%2hhx", &octets[len]) == 1)
        len++;
    head(to, "200 OK", (long)len);
    put(to, octets, len);
}

static void trickle(int to)
{
    head(to, "200 OK", 1000);
    for (int i = 0; i < 100; i++) {
        put(to, "x", 1);
        usleep(200000);
    }
}

static void endless(int to)
{
    static const char start[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    char page[4096];

    memset(page, 'x', sizeof(page));
    put(to, start, sizeof(start) - 1);
    for (int i = 0; i < 100000; i++)
        put(to, page, sizeof(page));
}

static bool is_path(const char *request, const char *path)
{
    return strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, path, strlen(path)) == 0;
}

static void answer(int to)
{
    static const char moved[] = "HTTP/1.1 302 Found\r\nLocation: /c/ok/3000\r\n"
                                "Content-Length: 0\r\nConnection: close\r\n\r\n";
    static char request[16384];
    size_t len = 0;
    ssize_t got;

    while (strstr(request, "\r\n\r\n") == NULL && len < sizeof(request) - 1 &&
           (got = read(to, request + len, sizeof(request) - 1 - len)) > 0)
        len += (size_t)got;
    if (is_path(request, "/c/ok/"))
        ok(to, request + 4 + strlen("/c/ok/"));
    else if (is_path(request, "/c/redirect"))
        put(to, moved, sizeof(moved) - 1);
    else if (is_path(request, "/c/silent"))
        (void)sleep(30);
    else if (is_path(request, "/c/slow"))
        trickle(to);
    else if (is_path(request, "/c/endless"))
        endless(to);
    else if (is_path(request, "/c/long"))
        head(to, "200 OK", 1000000);
    else if (is_path(request, "/c/short"))
        head(to, "200 OK", 100), put(to, "x", 1);
    else if (is_path(request, "/c/garbage"))
        put(to, "\x15\x03\x01\0\x02\x02\x28", 7);
    else if (is_path(request, "/c/echo"))
        head(to, "200 OK", (long)len), put(to, request, len);
    else if (!is_path(request, "/c/close"))
        head(to, "404 Not Found", 4), put(to, "page", 4);
}

/* The children of connections end by themselves. */
static void serve(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    for (;;) {
        int to = accept(listener, NULL, NULL);
        if (to >= 0 && fork() == 0) {
            close(listener);
            answer(to);
            _exit(0);
        }
        if (to >= 0)
            close(to);
    }
}

void web_begin(struct web *web)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(own);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)(void *)&own, sizeof(own)) != 0 ||
        listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)(void *)&own, &len) != 0)
        abort();
    web->port = ntohs(own.sin_port);
    web->pid = fork();
    if (web->pid == 0) {
        setpgid(0, 0);
        serve(listener);
    }
    setpgid(web->pid, web->pid);
    close(listener);
}

void web_end(struct web *web)
{
    kill(-web->pid, SIGKILL);
    (void)waitpid(web->pid, NULL, 0);
}
