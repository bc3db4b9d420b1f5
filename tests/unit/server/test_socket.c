/* SPDX-License-Identifier: Apache-2.0
 *
 * The server on a real socket of the loopback, in a process of its own: IPv4 and IPv6, signals, a port that
 * is taken. Datagrams are waited for, nothing else is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

static struct rig rig;

struct process {
    pid_t pid;
    FILE *log;
    int socket; /* of the client, connected */
    char address[80];
};

static int setup(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_end(&rig);
    return 0;
}

static void write_line(void *context, const char *line)
{
    const int *fd = context;

    (void)!write(*fd, line, strlen(line));
    (void)!write(*fd, "\n", 1);
}

/* The child leaves without the exit handlers of the parent's test runner. */
static void serve(const char *listen, int log)
{
    struct prov_server_config config = rig.config;
    struct prov_why why = {{0}, {0}};

    config.io = (struct prov_server_io){.log = write_line, .context = &log};
    _exit(prov_result_exit(prov_server_run(&config, listen, &why)));
}

/* Reads lines until one has the part; answers it. */
static const char *wait_for(struct process *process, const char *part)
{
    static char line[1024];

    while (fgets(line, sizeof(line), process->log)) {
        if (strstr(line, part))
            return line;
    }
    fail_msg("the server ended without: %s", part);
    return NULL;
}

static void connect_to(struct process *process, const char *address)
{
    const char *colon = strrchr(address, ':');
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool is_v6 = address[0] == '[';

    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = v6.sin6_port = htons((uint16_t)atoi(colon + 1));
    process->socket = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    assert_true(process->socket >= 0);
    assert_int_equal(is_v6 ? connect(process->socket, (struct sockaddr *)(void *)&v6, sizeof(v6))
                           : connect(process->socket, (struct sockaddr *)(void *)&v4, sizeof(v4)),
                     0);
}

static void start(struct process *process, const char *listen)
{
    int ends[2];
    const char *line;

    assert_int_equal(pipe(ends), 0);
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0)
        serve(listen, ends[1]);
    close(ends[1]);
    process->log = fdopen(ends[0], "r");
    assert_non_null(process->log);
    line = wait_for(process, "event=listening address=");
    snprintf(process->address, sizeof(process->address), "%s", strstr(line, "address=") + 8);
    connect_to(process, process->address);
}

static int stop(struct process *process)
{
    int status = 0;

    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    fclose(process->log);
    close(process->socket);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void send_all(struct process *process, struct client *client)
{
    uint8_t room[2048];
    size_t len;

    while (client_pull(client, room, sizeof(room), &len))
        assert_int_equal(send(process->socket, room, len, 0), (ssize_t)len);
}

/* Sends what there is, and takes one datagram in unless the client has what it waits for. */
static void exchange_once(struct process *process, struct client *client, const unsigned *flag)
{
    uint8_t room[2048];
    struct pollfd file = {process->socket, POLLIN, 0};
    ssize_t got;

    send_all(process, client);
    if (*flag != 0)
        return;
    assert_int_equal(poll(&file, 1, 60000), 1);
    got = recv(process->socket, room, sizeof(room), 0);
    assert_true(got > 0);
    prov_dtls_push(&client->dtls, rig.now, room, (size_t)got);
    client_step(client);
    send_all(process, client);
}

/* Moves datagrams between the client and the socket until the client has what it waits for. */
static void exchange(struct process *process, struct client *client, const unsigned *flag)
{
    for (unsigned i = 0; i < 50 && *flag == 0; i++)
        exchange_once(process, client, flag);
    assert_true(*flag != 0);
}

/* Until the request is answered and nothing is left to be sent. */
static void exchange_request(struct process *process, struct client *client)
{
    static const unsigned never = 0;
    unsigned tries = 0;

    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    while (client->x.result == PROV_E_AGAIN && tries++ < 10)
        exchange_once(process, client, &never);
    assert_int_equal(client->x.result, PROV_OK);
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)(void *)&v6, sizeof(v6)) == 0;

    if (fd >= 0)
        close(fd);
    return has;
}

static void serve_and_drain(const char *listen)
{
    struct process process;
    struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);

    start(&process, listen);
    client_start(client);
    exchange(&process, client, &client->connected);
    wait_for(&process, "event=handshake result=ok");
    kill(process.pid, SIGTERM);
    wait_for(&process, "event=drain sessions=1");
    exchange(&process, client, &client->closed); /* told by close_notify */
    wait_for(&process, "event=stopped handshakes_ok=1");
    assert_int_equal(stop(&process), 0);
}

/* RFC 9146: its NAT has forgotten it. */
static void row57_a_device_on_another_port_keeps_its_session(void **state)
{
    struct process process;
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);

    (void)state;
    client->config.connection_id = true;
    start(&process, "127.0.0.1:0");
    client_start(client);
    exchange(&process, client, &client->connected);
    exchange_request(&process, client);
    int before = process.socket;
    connect_to(&process, process.address); /* while the old one is still bound: another port */
    close(before);
    exchange_request(&process, client);
    wait_for(&process, "event=moved");
    exchange_request(&process, client);
    kill(process.pid, SIGTERM);
    exchange(&process, client, &client->closed);
    wait_for(&process, "event=stopped handshakes_ok=1");
    assert_int_equal(stop(&process), 0);
}

static void port_that_is_taken_is_a_network_error(void **state)
{
    struct sockaddr_in taken = {.sin_family = AF_INET};
    socklen_t len = sizeof(taken);
    struct prov_why why = {{0}, {0}};
    char listen[32];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    (void)state;
    taken.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&taken, sizeof(taken)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&taken, &len), 0);
    snprintf(listen, sizeof(listen), "127.0.0.1:%u", (unsigned)ntohs(taken.sin_port));
    assert_int_equal(prov_server_run(&rig.config, listen, &why), PROV_E_NETWORK);
    assert_non_null(strstr(why.text, listen));
    close(fd);
}

static void sigterm_drains_on_ipv4(void **state)
{
    (void)state;
    serve_and_drain("127.0.0.1:0");
}

static void sigterm_drains_on_ipv6(void **state)
{
    (void)state;
    if (!has_ipv6())
        skip();
    serve_and_drain("[::1]:0");
}

static void sigint_ends_an_idle_server(void **state)
{
    struct process process;

    (void)state;
    start(&process, "127.0.0.1:0");
    kill(process.pid, SIGHUP); /* looks at its credentials, and goes on */
    kill(process.pid, SIGINT);
    wait_for(&process, "event=stopped");
    assert_int_equal(stop(&process), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(port_that_is_taken_is_a_network_error, setup, teardown),
        cmocka_unit_test_setup_teardown(sigterm_drains_on_ipv4, setup, teardown),
        cmocka_unit_test_setup_teardown(row57_a_device_on_another_port_keeps_its_session, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(sigterm_drains_on_ipv6, setup, teardown),
        cmocka_unit_test_setup_teardown(sigint_ends_an_idle_server, setup, teardown),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
