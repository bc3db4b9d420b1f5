/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine of prov/dtls.h as a small client or server over UDP on 127.0.0.1, to be held against
 * other stacks (interop.sh). Keys and certificates come from files; a line goes one way and comes
 * back.
 *
 *     dtls-peer client|server --port N --suite HEX [--psk HEX --identity TEXT]
 *               [--key FILE [--public FILE | --chain FILE --anchors FILE]] [--name FQDN] [--seconds
 * N] [--max-fragment N] [--protocol NAME] [--heartbeat yes] [--line TEXT] [--rounds N]
 * [--cid HEX]
 *
 * A client also takes --cached FILE (the server's chain, offered by its fingerprint) and --url URL (where its
 * own certificate lies: a server that agrees to it fails here).
 *
 * The client sends a line and ends with 0 when it has come back, from any echo; the server answers
 * one session in kind. With rounds that goes on, and sessions are resumed where the other end does so. Otherwise it ends with the class of the failure (prov/result.h) and says it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "libprov/dtls/messages.h"
#include "peer_files.h"
#include "prov/dtls.h"
#include "prov/text.h"
#include "tests/interop/test_suite.h"

#define LINE "a line from prov\n"

struct peer {
    struct prov_crypto *crypto;
    struct peer_files files;
    struct prov_dtls_config config;
    struct prov_dtls session;
    struct prov_dtls_handshake *workspace;
    struct prov_dtls_cookies cookies;
    struct prov_path path;
    struct prov_fqdn name;
    struct prov_certificate_url url;
    uint8_t cached_octets[PROV_DTLS_CERTIFICATE_MAX];
    bool has_name, accepted, done, beating;
    unsigned rounds;                 /* sessions, one after the other */
    struct prov_dtls_resumable kept; /* of the one before */
    uint8_t psk[PROV_PSK_MAX];
    size_t psk_len;
    uint8_t cid[PROV_DTLS_CID_MAX];
    size_t cid_len;
    const struct prov_suite *suites[2];
    const char *line; /* what a client sends */
    int socket;
    struct sockaddr_in remote;
    uint64_t until_ms, seconds;
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- answers to the engine -------------------------------------------------------------------- */

static void answer_psk(struct peer *p)
{
    struct prov_bytes asked = prov_dtls_need_identity(&p->session);
    bool known =
        p->config.role == PROV_DTLS_CLIENT || prov_bytes_equal(asked, p->config.psk_identity);
    prov_dtls_give_psk(&p->session, PROV_BYTES(p->psk, p->psk_len), known);
}

static void answer_sign(struct peer *p)
{
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result =
        prov_crypto_sign(p->crypto, &p->files.key, prov_dtls_need_digest(&p->session), signature);
    prov_dtls_give_signature(&p->session, result, signature);
}

static prov_result judge_chain(struct peer *p)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t len = prov_dtls_peer_chain(&p->session, chain);
    struct prov_path_rules rules = {.role = p->config.role == PROV_DTLS_CLIENT ? PROV_PATH_SERVER
                                                                               : PROV_PATH_CLIENT,
                                    .server = p->has_name ? &p->name : NULL,
                                    .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR,
                                    .has_time = true,
                                    .time = (int64_t)time(NULL)};
    prov_result result =
        prov_path_begin(&p->path, &rules, chain, len, p->files.anchors, p->files.anchor_count);
    if (result == PROV_OK)
        result = PROV_E_AGAIN;
    while (result == PROV_E_AGAIN)
        result = prov_path_step(&p->path, p->crypto);
    return result;
}

static void answer_verify(struct peer *p)
{
    prov_result verdict;
    if (prov_dtls_kind(&p->session) == PROV_KIND_CERT)
        verdict = judge_chain(p);
    else if (prov_bytes_equal(prov_dtls_peer_spki(&p->session), PROV_BYTES_OF(p->files.peer_spki)))
        verdict = PROV_OK;
    else
        verdict = PROV_E_ISSUER;
    prov_dtls_give_verdict(&p->session, verdict);
}

/* --- datagrams -------------------------------------------------------------------------------- */

static void send_buf(struct peer *p, const struct prov_buf *out)
{
    if (out->len > 0 && sendto(p->socket, out->data, out->len, 0,
                               (const struct sockaddr *)&p->remote, sizeof(p->remote)) < 0)
        perror("dtls-peer: sendto");
}

static void send_line(struct peer *p, struct prov_bytes line)
{
    uint8_t room[PROV_DTLS_DATA_MAX + PROV_DTLS_RECORD_OVERHEAD];
    struct prov_buf out = PROV_BUF_OF(room);
    if (prov_dtls_seal(&p->session, line, &out) == PROV_OK)
        send_buf(p, &out);
}

static void on_data(struct peer *p)
{
    uint8_t line[PROV_DTLS_DATA_MAX];
    struct prov_bytes data = prov_dtls_data(&p->session);
    printf("data %.*s", (int)data.len, (const char *)data.data);
    if (p->config.role == PROV_DTLS_SERVER) {
        memcpy(line, data.data, data.len);
        send_line(p, PROV_BYTES(line, data.len));
    }
    p->done = true;
}

static void pull_all(struct peer *p)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);
    while (prov_dtls_pull(&p->session, now_ms(), &out)) {
        send_buf(p, &out);
        out = PROV_BUF_OF(room);
    }
}

static void on_connected(struct peer *p)
{
    uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];
    bool bound = prov_dtls_tls_unique(&p->session, unique) == PROV_OK;
    struct prov_dtls_stats stats = prov_dtls_stats(&p->session);
    printf("connected %s %s binding %s in %u out %u records %zu resumed %s ids %u %u\n",
           prov_dtls_suite(&p->session)->name, prov_kind_text(prov_dtls_kind(&p->session)),
           bound ? "yes" : "no", stats.octets_in, stats.octets_out, prov_dtls_data_max(&p->session),
           prov_dtls_resumed(&p->session) ? "yes" : "no", p->session.cid_read_len,
           p->session.cid_write_len);
    if (p->config.heartbeat) {
        p->beating = prov_dtls_heartbeat(&p->session, now_ms()) == PROV_OK;
        puts(p->beating ? "heartbeat asked" : "heartbeat not agreed on");
    }
    if (prov_dtls_resumed(&p->session))
        pull_all(p); /* the own Finished goes first */
    if (p->config.role == PROV_DTLS_CLIENT)
        send_line(p, prov_bytes_text(p->line));
}

/* Runs the engine until it waits. Returns false at the session's end. */
static bool run_steps(struct peer *p)
{
    for (;;) {
        switch (prov_dtls_step(&p->session, now_ms())) {
        case PROV_DTLS_NEED_PSK:
            answer_psk(p);
            break;
        case PROV_DTLS_NEED_SIGN:
            answer_sign(p);
            break;
        case PROV_DTLS_NEED_VERIFY:
            answer_verify(p);
            break;
        case PROV_DTLS_NEED_SESSION:
            prov_dtls_give_session(&p->session, &p->kept);
            break;
        case PROV_DTLS_CONNECTED:
            on_connected(p);
            break;
        case PROV_DTLS_DATA:
            on_data(p);
            break;
        case PROV_DTLS_AGAIN:
            break;
        case PROV_DTLS_PULL:
            puts("heartbeat echoed");
            pull_all(p);
            break;
        case PROV_DTLS_CLOSED:
        case PROV_DTLS_FAILED:
            return false;
        default:
            return true;
        }
    }
}

/* A server without a session: cookies first. */
static void first_datagram(struct peer *p, uint8_t *datagram, size_t len)
{
    uint8_t room[512];
    struct prov_buf reply = PROV_BUF_OF(room);
    struct prov_bytes address = PROV_BYTES((const uint8_t *)&p->remote, sizeof(p->remote));
    switch (prov_dtls_hello(&p->cookies, p->crypto, now_ms(), address, PROV_BYTES(datagram, len),
                            &reply)) {
    case PROV_DTLS_HELLO_REPLY:
        send_buf(p, &reply);
        break;
    case PROV_DTLS_HELLO_ACCEPT:
        p->accepted = prov_dtls_accept(&p->session, &p->config, p->crypto, p->workspace, now_ms(),
                                       PROV_BYTES(datagram, len)) == PROV_OK;
        prov_dtls_set_connection_id(&p->session, PROV_BYTES(p->cid, p->cid_len));
        break;
    default:
        break;
    }
}

static void look_for_answer(struct peer *p)
{
    if (!p->beating || prov_dtls_deadline(&p->session) != UINT64_MAX)
        return;
    puts("heartbeat answered");
    p->beating = false;
}

static int wait_ms(const struct peer *p, uint64_t now)
{
    uint64_t until = p->until_ms;
    if (p->accepted && prov_dtls_deadline(&p->session) < until)
        until = prov_dtls_deadline(&p->session);
    return until <= now ? 0 : (int)(until - now);
}

static void receive(struct peer *p)
{
    uint8_t datagram[4096];
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);
    ssize_t len = recvfrom(p->socket, datagram, sizeof(datagram), MSG_DONTWAIT,
                           (struct sockaddr *)&from, &from_len);
    if (len < 0)
        return;
    if (!p->accepted) {
        p->remote = from;
        first_datagram(p, datagram, (size_t)len);
    } else if (from.sin_port == p->remote.sin_port) {
        prov_dtls_push(&p->session, now_ms(), datagram, (size_t)len);
    }
    if (p->accepted && !run_steps(p))
        p->until_ms = 0;
    look_for_answer(p);
}

static int report(struct peer *p, bool ended)
{
    struct prov_dtls_failure failure = prov_dtls_failure(&p->session);
    bool closed = p->rounds > 1 && failure.result == PROV_OK && p->accepted;
    if (p->done || closed)
        return 0;
    if (!ended || !p->accepted)
        failure.result = PROV_E_TIMEOUT;
    printf("failed: %s, alert sent %s, received %s\n", prov_result_text(failure.result),
           prov_alert_text(failure.alert_sent), prov_alert_text(failure.alert_received));
    return prov_result_exit(failure.result);
}

static int run(struct peer *p)
{
    bool ended = false;
    while (!ended && now_ms() < p->until_ms) {
        if (p->accepted)
            pull_all(p);
        struct pollfd wait = {.fd = p->socket, .events = POLLIN};
        if (p->done && !p->beating && p->config.role == PROV_DTLS_CLIENT)
            break;
        int ready = poll(&wait, 1, wait_ms(p, now_ms()));
        if (ready > 0)
            receive(p);
        else if (p->accepted && !run_steps(p))
            p->until_ms = 0;
        ended = p->until_ms == 0;
    }
    if (p->accepted) {
        prov_dtls_close(&p->session);
        pull_all(p);
    }
    return report(p, ended);
}

/* --- the command line ------------------------------------------------------------------------- */

static bool set_suite(struct peer *p, const char *text)
{
    static const struct prov_suite *const known[] = {
        &prov_suite_psk_ccm_8, &prov_suite_ecdhe_psk_ccm, &prov_suite_ecdhe_ecdsa_ccm_8,
        &test_suite_ecdhe_psk_chacha20, &test_suite_psk_chacha20};
    unsigned long id = strtoul(text, NULL, 16);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i]->id == id)
            p->suites[0] = known[i];
    return p->suites[0] != NULL;
}

static bool set_octets(uint8_t *ret, size_t cap, size_t *ret_len, const char *text)
{
    *ret_len = strlen(text) / 2;
    for (size_t i = 0; i < *ret_len && i < cap; i++) {
        unsigned octet;
        if (sscanf(text + 2 * i, "%2x", &octet) != 1)
            return false;
        ret[i] = (uint8_t)octet;
    }
    return *ret_len <= cap;
}

static bool set_name(struct peer *p, const char *text)
{
    p->has_name = prov_fqdn_parse(prov_bytes_text(text), &p->name) == PROV_OK;
    return p->has_name;
}

static bool set_option(struct peer *p, const char *option, const char *value)
{
    if (strcmp(option, "--port") == 0)
        p->remote.sin_port = htons((uint16_t)strtoul(value, NULL, 10));
    else if (strcmp(option, "--seconds") == 0)
        p->seconds = strtoul(value, NULL, 10);
    else if (strcmp(option, "--rounds") == 0)
        p->rounds = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(option, "--identity") == 0)
        p->config.psk_identity = prov_bytes_text(value);
    else if (strcmp(option, "--max-fragment") == 0)
        p->config.max_fragment = (uint16_t)strtoul(value, NULL, 10);
    else if (strcmp(option, "--protocol") == 0)
        p->config.protocol = value;
    else if (strcmp(option, "--line") == 0)
        p->line = value;
    else if (strcmp(option, "--heartbeat") == 0)
        p->config.heartbeat = true;
    else if (strcmp(option, "--suite") == 0)
        return set_suite(p, value);
    else if (strcmp(option, "--psk") == 0)
        return set_octets(p->psk, sizeof(p->psk), &p->psk_len, value);
    else if (strcmp(option, "--cid") == 0) /* a client's own is always empty */
        return p->config.connection_id = true,
               set_octets(p->cid, sizeof(p->cid), &p->cid_len, value);
    else if (strcmp(option, "--name") == 0)
        return set_name(p, value);
    else if (strcmp(option, "--key") == 0)
        return peer_key_load(&p->files, p->crypto, value);
    else if (strcmp(option, "--public") == 0)
        return peer_public_load(&p->files, value);
    else if (strcmp(option, "--chain") == 0)
        return peer_certs_load(&p->files, value, p->files.chain, &p->files.chain_len);
    else if (strcmp(option, "--anchors") == 0)
        return peer_certs_load(&p->files, value, p->files.anchors, &p->files.anchor_count);
    else if (strcmp(option, "--cached") == 0)
        return peer_certs_load(&p->files, value, p->files.cached, &p->files.cached_len);
    else if (strcmp(option, "--url") == 0)
        p->url.url = prov_bytes_text(value);
    else
        return false;
    return true;
}

static void configure(struct peer *p)
{
    struct prov_buf cached = PROV_BUF_OF(p->cached_octets);
    enum prov_kind kind = p->psk_len > 0              ? PROV_KIND_PSK
                          : p->files.anchor_count > 0 ? PROV_KIND_CERT
                                                      : PROV_KIND_RPK;
    p->config.suites = p->suites;
    p->config.kinds = PROV_KIND_BIT(kind);
    p->config.timer_initial_ms = 1000;
    p->config.server_name = p->has_name ? &p->name : NULL;
    p->config.spki = PROV_BYTES_OF(p->files.spki);
    p->config.chain = p->files.chain;
    p->config.chain_len = p->files.chain_len;
    if (p->files.cached_len > 0)
        prov_certificates_put(&cached, p->files.cached, p->files.cached_len);
    p->config.cached_certificate = prov_buf_bytes(&cached);
    p->config.urls = &p->url;
    p->config.urls_len = p->url.url.len > 0 ? 1 : 0;
    p->config.resumption = p->rounds > 1;
    if (p->seconds == 0)
        p->seconds = 8;
}

static bool open_socket(struct peer *p)
{
    p->remote.sin_family = AF_INET;
    p->remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p->socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (p->socket < 0)
        return false;
    if (p->config.role == PROV_DTLS_CLIENT)
        return true;
    return bind(p->socket, (const struct sockaddr *)&p->remote, sizeof(p->remote)) == 0;
}

/* One session. */
static int play(struct peer *p)
{
    p->accepted = p->done = p->beating = false;
    p->until_ms = now_ms() + p->seconds * 1000;
    if (p->config.role == PROV_DTLS_CLIENT) {
        prov_result result =
            prov_dtls_start(&p->session, &p->config, p->crypto, p->workspace, now_ms());
        if (result != PROV_OK)
            return prov_result_exit(result);
        p->accepted = true;
        if (!run_steps(p))
            return report(p, true);
    }
    return run(p);
}

/* Before another round the other end's good-bye is waited for: s_server does not get over a port that is closed by
 * then. */
static void leave(struct peer *p, bool last)
{
    struct pollfd wait = {.fd = p->socket, .events = POLLIN};
    if (!last)
        (void)poll(&wait, 1, 3000);
    close(p->socket);
}

/* A client comes from a new port each time. */
static int serve_or_connect(struct peer *p)
{
    int status = 0;
    configure(p);
    for (unsigned round = 0; round < p->rounds && status == 0; round++) {
        if ((round == 0 || p->config.role == PROV_DTLS_CLIENT) && !open_socket(p)) {
            perror("dtls-peer: socket");
            return 9;
        }
        if (round == 0 && p->config.role == PROV_DTLS_SERVER)
            puts("listening");
        status = play(p);
        if (prov_dtls_resumable(&p->session, now_ms(), &p->kept) == PROV_OK)
            p->config.resume = &p->kept;
        prov_dtls_drop(&p->session);
        if (p->config.role == PROV_DTLS_CLIENT)
            leave(p, round + 1 == p->rounds);
    }
    prov_dtls_resumable_wipe(&p->kept);
    return status;
}

int main(int argc, char **argv)
{
    static struct peer peer;
    struct peer *p = &peer;
    if (argc < 2 || prov_crypto_make(NULL, &p->crypto) != PROV_OK)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    p->line = LINE;
    p->rounds = 1;
    p->config.role = strcmp(argv[1], "server") == 0 ? PROV_DTLS_SERVER : PROV_DTLS_CLIENT;
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 >= argc || !set_option(p, argv[i], argv[i + 1])) {
            fprintf(stderr, "dtls-peer: bad option %s\n", argv[i]);
            return 2;
        }
    }
    p->workspace = malloc(prov_dtls_handshake_size());
    int status = p->workspace == NULL ? 1 : serve_or_connect(p);
    prov_dtls_drop(&p->session);
    prov_dtls_cookies_wipe(&p->cookies);
    prov_crypto_key_drop(p->crypto, &p->files.key);
    prov_crypto_free(p->crypto);
    free(p->workspace);
    return status;
}
