/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "prov/server.h"

/* One line an event, on stderr; the time stands in the line. */
static void log_line(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static prov_result take_count(struct run *run, enum option option, long max, uint32_t *ret)
{
    long value = 0;
    prov_result r = take_number(run, option, 1, max, &value);
    if (r == PROV_OK)
        *ret = (uint32_t)value;
    return r;
}

static prov_result take_limits(struct run *run, struct prov_server_config *config)
{
    struct prov_server_limits *limits = &config->limits;
    uint32_t mtu = 0, idle = 0, heartbeat = 0;
    prov_result r = take_count(run, OPT_MAX_SESSIONS, 1000000, &limits->sessions);
    if (r == PROV_OK)
        r = take_count(run, OPT_MAX_PER_PEER, 1000000, &limits->sessions_per_address);
    if (r == PROV_OK)
        r = take_count(run, OPT_MAX_HANDSHAKES, 100000, &limits->handshakes);
    if (r == PROV_OK)
        r = take_count(run, OPT_IDLE, 1000000, &idle);
    if (r == PROV_OK)
        r = take_count(run, OPT_HEARTBEAT, 3600, &heartbeat);
    if (r == PROV_OK)
        r = take_count(run, OPT_TIMER, 60000, &config->timer_initial_ms);
    if (r == PROV_OK)
        r = take_count(run, OPT_MTU, 16384, &mtu);
    if (r == PROV_OK && mtu != 0 && mtu < PROV_DTLS_MTU_MIN)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--mtu is at least %d", PROV_DTLS_MTU_MIN);
    limits->idle_ms = idle * 1000;
    config->heartbeat_ms = heartbeat * 1000;
    config->mtu = (uint16_t)mtu;
    return r;
}

/* The names behind the first: each once. */
static prov_result take_more(struct run *run, struct prov_server_config *config,
                             struct prov_fqdn room[ARGS_MORE_MAX])
{
    const char *names[1 + ARGS_MORE_MAX];
    size_t count = args_all(run->args, OPT_SERVER, names) - 1;
    prov_result r = PROV_OK;

    for (size_t i = 0; i < count && r == PROV_OK; i++) {
        r = take_fqdn(run, names[1 + i], &room[i]);
        bool twice = prov_fqdn_equal(&room[i], &config->fqdn);
        for (size_t j = 0; j < i; j++)
            twice |= prov_fqdn_equal(&room[i], &room[j]);
        if (r == PROV_OK && twice)
            r = prov_why_set(&run->why, PROV_E_USAGE, "server %s given twice", room[i].text);
    }
    config->more = room;
    config->more_len = count;
    return r;
}

/* Where certificates may be fetched from: the lists stay with the caller. */
struct fetch_lists {
    const char *folders[1 + ARGS_MORE_MAX], *addresses[1 + ARGS_MORE_MAX];
};

static prov_result take_fetch(struct run *run, struct prov_server_config *config,
                              struct fetch_lists *lists)
{
    struct prov_server_fetch *fetch = &config->fetch;
    fetch->folder_count = args_all(run->args, OPT_FETCH, lists->folders);
    fetch->address_count = args_all(run->args, OPT_FETCH_ADDRESS, lists->addresses);
    fetch->folders = lists->folders;
    fetch->addresses = lists->addresses;
    if (fetch->address_count > 0 && fetch->folder_count == 0)
        return prov_why_set(&run->why, PROV_E_USAGE, "--fetch-address needs --fetch-certificates");
    return PROV_OK;
}

prov_result cmd_serve(struct run *run)
{
    struct prov_server_config config = {.flow = &run->flow,
                                        .no_resumption = run_flag(run, OPT_NO_RESUMPTION),
                                        .io = {.log = log_line}};
    struct prov_fqdn more[ARGS_MORE_MAX] = {0};
    struct fetch_lists lists;
    const char *listen = NULL;
    prov_result r = take_server(run, &config.fqdn);
    if (r == PROV_OK)
        r = take_more(run, &config, more);
    if (r == PROV_OK)
        r = take_required(run, OPT_LISTEN, &listen);
    if (r == PROV_OK)
        r = take_address(run, listen, 0); /* port 0: a free one */
    if (r == PROV_OK)
        r = take_limits(run, &config);
    if (r == PROV_OK)
        r = take_fetch(run, &config, &lists);
    if (r == PROV_OK)
        r = prov_server_run(&config, listen, &run->why);
    return r;
}
