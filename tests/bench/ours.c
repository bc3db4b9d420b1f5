/* SPDX-License-Identifier: Apache-2.0 */
#include "ours.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define DATAGRAMS_MAX 16

/* Datagrams under way in one direction. */
struct wire {
    uint8_t octets[DATAGRAMS_MAX][2048];
    size_t lens[DATAGRAMS_MAX];
    size_t count;
};

static void must(prov_result result, const char *what)
{
    if (result != PROV_OK)
        bench_fail(what);
}

static void give_signature(struct ours *o, struct prov_dtls *s, const struct prov_key *key)
{
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result =
        prov_crypto_sign(o->world->crypto, key, prov_dtls_need_digest(s), signature);
    prov_dtls_give_signature(s, result, signature);
}

/* As prov serve does it: OpenSSL judges the chain of a device. */
static prov_result server_judges(struct ours *o, struct prov_dtls *s)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_pki_verdict verdict;
    if (o->kind == PROV_KIND_RPK)
        return prov_bytes_equal(prov_dtls_peer_spki(s), PROV_BYTES_OF(o->world->device.spki))
                   ? PROV_OK
                   : PROV_E_ISSUER;
    size_t len = prov_dtls_peer_chain(s, chain);
    return prov_pki_chain_check(o->world->pki, chain, len, &o->world->root, 1, o->world->now,
                                &verdict, NULL);
}

/* As a device does it. */
static prov_result client_judges(struct ours *o, struct prov_dtls *s)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_path_rules rules = {.role = PROV_PATH_SERVER,
                                    .server = &o->world->fqdn,
                                    .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR,
                                    .has_time = true,
                                    .time = o->world->now};
    if (o->kind == PROV_KIND_RPK)
        return prov_bytes_equal(prov_dtls_peer_spki(s), PROV_BYTES_OF(o->world->server.spki))
                   ? PROV_OK
                   : PROV_E_ISSUER;
    size_t len = prov_dtls_peer_chain(s, chain);
    prov_result result = prov_path_begin(&o->path, &rules, chain, len, &o->world->root, 1);
    if (result == PROV_OK)
        do
            result = prov_path_step(&o->path, o->world->crypto);
        while (result == PROV_E_AGAIN);
    return result;
}

static void steps(struct ours *o, struct prov_dtls *s, bool is_server)
{
    for (;;) {
        switch (prov_dtls_step(s, 0)) {
        case PROV_DTLS_NEED_PSK:
            prov_dtls_give_psk(s, PROV_BYTES_OF(o->world->psk), true);
            break;
        case PROV_DTLS_NEED_SIGN:
            give_signature(o, s, is_server ? &o->server_key : &o->client_key);
            break;
        case PROV_DTLS_NEED_VERIFY:
            prov_dtls_give_verdict(s, is_server ? server_judges(o, s) : client_judges(o, s));
            break;
        case PROV_DTLS_NEED_SESSION:
            prov_dtls_give_session(s, o->server_knows);
            break;
        case PROV_DTLS_NEED_FETCH:
            prov_dtls_give_chain(s, PROV_OK, o->world->device.chain, 2);
            break;
        case PROV_DTLS_CONNECTED:
        case PROV_DTLS_DATA:
        case PROV_DTLS_AGAIN:
            break;
        case PROV_DTLS_FAILED:
        case PROV_DTLS_CLOSED:
            bench_fail("our handshake failed");
            break;
        default:
            return;
        }
    }
}

static void pull(struct prov_dtls *s, struct wire *wire)
{
    while (wire->count < DATAGRAMS_MAX) {
        struct prov_buf out = PROV_BUF_OF(wire->octets[wire->count]);
        if (!prov_dtls_pull(s, 0, &out))
            return;
        wire->lens[wire->count++] = out.len;
    }
}

static size_t octets_of(const struct wire *wire)
{
    size_t sum = 0;
    for (size_t i = 0; i < wire->count; i++)
        sum += wire->lens[i];
    return sum;
}

/* Until the cookie is right; leaves the accepted ClientHello in the wire. */
static void cookie_exchange(struct ours *o, struct wire *up, struct ours_figures *f)
{
    uint8_t room[512], from[] = {1, 2, 3, 4};
    for (int tries = 0; tries < 3; tries++) {
        struct prov_buf reply = PROV_BUF_OF(room);
        steps(o, &o->client, false);
        up->count = 0;
        pull(&o->client, up);
        f->to_server += octets_of(up);
        f->datagrams += up->count;
        switch (prov_dtls_hello(&o->cookies, o->world->crypto, 0, PROV_BYTES_OF(from),
                                PROV_BYTES(up->octets[0], up->lens[0]), &reply)) {
        case PROV_DTLS_HELLO_ACCEPT:
            return;
        case PROV_DTLS_HELLO_REPLY:
            f->to_client += reply.len;
            f->datagrams++;
            prov_dtls_push(&o->client, 0, room, reply.len);
            break;
        default:
            bench_fail("our ClientHello was dropped");
        }
    }
    bench_fail("no cookie was right");
}

static void client_turn(struct ours *o, struct wire *down, struct wire *up, struct ours_figures *f)
{
    f->to_client += octets_of(down);
    f->datagrams += down->count;
    for (size_t i = 0; i < down->count; i++) {
        prov_dtls_push(&o->client, 0, down->octets[i], down->lens[i]);
        steps(o, &o->client, false);
    }
    up->count = 0;
    pull(&o->client, up);
    f->to_server += octets_of(up);
    f->datagrams += up->count;
}

static void server_turn(struct ours *o, struct prov_dtls *server, struct wire *up,
                        struct wire *down, struct ours_figures *f)
{
    uint64_t from = bench_now();
    for (size_t i = 0; i < up->count; i++) {
        prov_dtls_push(server, 0, up->octets[i], up->lens[i]);
        steps(o, server, true);
    }
    down->count = 0;
    pull(server, down);
    f->server_ns += (double)(bench_now() - from);
}

void ours_handshake(struct ours *o, struct prov_dtls *server, struct ours_figures *ret)
{
    static struct wire up, down;
    *ret = (struct ours_figures){0};
    must(prov_dtls_start(&o->client, &o->client_config, o->world->crypto, o->client_work, 0),
         "start");
    cookie_exchange(o, &up, ret);

    uint64_t from = bench_now();
    must(prov_dtls_accept(server, &o->server_config, o->world->crypto, o->server_work, 0,
                          PROV_BYTES(up.octets[0], up.lens[0])),
         "accept");
    steps(o, server, true);
    down.count = 0;
    pull(server, &down);
    ret->server_ns += (double)(bench_now() - from);

    for (int turns = 0; turns < 8 && down.count > 0; turns++) {
        client_turn(o, &down, &up, ret);
        server_turn(o, server, &up, &down, ret);
    }
    if (!prov_dtls_connected(server) || !prov_dtls_connected(&o->client))
        bench_fail("our ends are not connected");
    if (o->client_keeps != NULL)
        must(prov_dtls_resumable(&o->client, 0, o->client_keeps), "what can be resumed");
    prov_dtls_drop(&o->client);
}

void ours_make(struct ours *o, struct world *w, enum prov_kind kind, prov_suites suites)
{
    memset(o, 0, sizeof(*o));
    o->world = w;
    o->kind = kind;
    must(prov_crypto_key_load(w->crypto, prov_secret_bytes(&w->server.key.scalar), &o->server_key),
         "server's key");
    must(prov_crypto_key_load(w->crypto, prov_secret_bytes(&w->device.key.scalar), &o->client_key),
         "device's key");
    o->client_config = (struct prov_dtls_config){.role = PROV_DTLS_CLIENT,
                                                 .suites = suites,
                                                 .kinds = PROV_KIND_BIT(kind),
                                                 .server_name = &w->fqdn,
                                                 .psk_identity = prov_bytes_text(w->identity),
                                                 .spki = PROV_BYTES_OF(w->device.spki),
                                                 .chain = w->device.chain,
                                                 .chain_len = 2};
    o->server_config = o->client_config;
    o->server_config.role = PROV_DTLS_SERVER;
    o->server_config.suites = prov_suites_server;
    o->server_config.kinds = PROV_KINDS_ALL;
    o->server_config.spki = PROV_BYTES_OF(w->server.spki);
    o->server_config.chain = w->server.chain;
    o->client_work = calloc(1, prov_dtls_handshake_size());
    o->server_work = calloc(1, prov_dtls_handshake_size());
    if (o->client_work == NULL || o->server_work == NULL)
        bench_fail("no memory");
}

void ours_free(struct ours *o)
{
    prov_crypto_key_drop(o->world->crypto, &o->server_key);
    prov_crypto_key_drop(o->world->crypto, &o->client_key);
    prov_dtls_cookies_wipe(&o->cookies);
    free(o->client_work);
    free(o->server_work);
}
