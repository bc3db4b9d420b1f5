/* SPDX-License-Identifier: Apache-2.0
 *
 * (a) Handshakes per second of a server on one core: the time inside of the server's calls, ours
 * and libssl's, in turns in one run, and the floor under both. (c) Octets on the wire, cookie
 * exchange counted on both sides.
 */
#include <stdio.h>

#include "bench.h"
#include "floor.h"
#include "libssl.h"
#include "ours.h"

#define ROUNDS 9

struct what {
    const char *name;
    enum prov_kind kind;
    prov_suites suites;
    enum prov_kind baseline; /* what libssl can do beside it; 0: nothing */
    int times;               /* handshakes of a round */
};

static const struct what whats[] = {
    {"psk", PROV_KIND_PSK, prov_suites_psk, PROV_KIND_PSK, 1500},
    {"psk_forward_secret", PROV_KIND_PSK, prov_suites_psk_fs, 0, 300},
    {"rpk", PROV_KIND_RPK, prov_suites_public, PROV_KIND_CERT, 150},
    {"cert", PROV_KIND_CERT, prov_suites_public, PROV_KIND_CERT, 150},
};

static double ours_round(struct ours *ours, int times)
{
    struct bench_set set = {0};
    struct ours_figures figures;
    for (int i = 0; i < times; i++) {
        struct prov_dtls server;
        ours_handshake(ours, &server, &figures);
        uint64_t from = bench_now();
        prov_dtls_drop(&server);
        bench_add(&set, figures.server_ns + (double)(bench_now() - from));
    }
    double median = bench_median(&set);
    bench_clear(&set);
    return median;
}

static double libssl_round(struct libssl *libssl, int times)
{
    struct bench_set set = {0};
    struct libssl_figures figures;
    for (int i = 0; i < times; i++) {
        libssl_handshake(libssl, NULL, &figures);
        bench_add(&set, figures.server_ns);
    }
    double median = bench_median(&set);
    bench_clear(&set);
    return median;
}

static double floor_round(struct world *world, enum prov_kind kind, int times)
{
    double each[1500];
    struct bench_set set = {0};
    floor_measure(world, kind, each, times);
    for (int i = 0; i < times; i++)
        bench_add(&set, each[i]);
    double median = bench_median(&set);
    bench_clear(&set);
    return median;
}

static void row(const char *kind, const char *against, double ours, double baseline)
{
    char name[80];
    snprintf(name, sizeof(name), "handshake %s%s%s", kind, against[0] != '\0' ? " / " : "",
             against);
    bench_row(name, 1e9 / ours, baseline > 0 ? 1e9 / baseline : 0, "handshakes/s");
}

static void speed(struct world *world, const struct what *what)
{
    struct ours ours;
    struct libssl libssl = {0};
    struct bench_set mine = {0}, theirs = {0}, bottom = {0};
    ours_make(&ours, world, what->kind, what->suites);
    if (what->baseline != 0)
        libssl_make(&libssl, world, what->baseline, false);
    for (int round = 0; round < ROUNDS; round++) {
        bench_add(&mine, ours_round(&ours, what->times));
        bench_add(&bottom, floor_round(world, what->kind, what->times));
        if (what->baseline != 0)
            bench_add(&theirs, libssl_round(&libssl, what->times));
    }
    double median = bench_median(&mine);
    if (what->baseline == 0)
        row(what->name, "", median, 0);
    else if (what->baseline == what->kind)
        row(what->name, "libssl", median, bench_median(&theirs));
    else
        row(what->name, "libssl X.509", median, bench_median(&theirs));
    if (what->baseline != 0) {
        row(what->name, "floor", median, bench_median(&bottom));
        libssl_free(&libssl);
    }
    bench_clear(&mine);
    bench_clear(&theirs);
    bench_clear(&bottom);
    ours_free(&ours);
}

static void wire(struct world *world, const struct what *what)
{
    char name[80];
    struct ours ours;
    struct libssl libssl;
    struct ours_figures mine;
    struct libssl_figures theirs = {0};
    struct prov_dtls server;
    ours_make(&ours, world, what->kind, what->suites);
    ours_handshake(&ours, &server, &mine);
    prov_dtls_drop(&server);
    ours_free(&ours);
    if (what->baseline == what->kind) {
        libssl_make(&libssl, world, what->kind, true);
        libssl_handshake(&libssl, NULL, &theirs);
        libssl_free(&libssl);
    }
    snprintf(name, sizeof(name), "wire %s, client to server", what->name);
    bench_row(name, (double)mine.to_server, (double)theirs.to_server, "octets");
    snprintf(name, sizeof(name), "wire %s, server to client", what->name);
    bench_row(name, (double)mine.to_client, (double)theirs.to_client, "octets");
    snprintf(name, sizeof(name), "wire %s, datagrams", what->name);
    bench_row(name, (double)mine.datagrams, (double)theirs.datagrams, "datagrams");
}

int main(void)
{
    static struct world world;
    world_make(&world);
    for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
        speed(&world, &whats[i]);
    for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
        wire(&world, &whats[i]);
    world_free(&world);
    return 0;
}
