/* SPDX-License-Identifier: Apache-2.0
 *
 * (a), (c) Handshakes that go on with a session: a server's time and the octets of both directions, against full ones
 * of the same kind. The cookie exchange is counted on the wire: it is asked for each time.
 */
#include <stdio.h>

#include "bench.h"
#include "ours.h"

#define TIMES 500

static double server_ns(struct ours *ours, struct ours_figures *ret)
{
    struct bench_set set = {0};

    for (int i = 0; i < TIMES; i++) {
        struct prov_dtls server;
        ours_handshake(ours, &server, ret);
        prov_dtls_drop(&server);
        bench_add(&set, ret->server_ns);
    }
    double median = bench_median(&set);
    bench_clear(&set);
    return median;
}

static void row(const char *kind, const char *what, double ours, double full, const char *unit)
{
    char name[80];

    snprintf(name, sizeof(name), "resumed %s, %s / full", kind, what);
    bench_row(name, ours, full, unit);
}

static void measure(struct world *world, const char *name, enum prov_kind kind, prov_suites suites)
{
    struct prov_dtls_resumable kept[2];
    struct ours_figures full, resumed;
    struct prov_dtls server;
    struct ours ours;

    ours_make(&ours, world, kind, suites);
    ours.server_config.resumption = true;
    double full_ns = server_ns(&ours, &full);
    ours.client_keeps = &kept[0];
    ours_handshake(&ours, &server, &full);
    if (prov_dtls_resumable(&server, 0, &kept[1]) != PROV_OK)
        bench_fail("nothing to resume");
    prov_dtls_drop(&server);
    ours.client_keeps = NULL;
    ours.client_config.resume = &kept[0];
    ours.server_knows = &kept[1];
    double resumed_ns = server_ns(&ours, &resumed);
    row(name, "rate", 1e9 / resumed_ns, 1e9 / full_ns, "handshakes/s");
    row(name, "client to server", (double)resumed.to_server, (double)full.to_server, "octets");
    row(name, "server to client", (double)resumed.to_client, (double)full.to_client, "octets");
    for (int i = 0; i < 2; i++)
        prov_dtls_resumable_wipe(&kept[i]);
    ours_free(&ours);
}

int main(void)
{
    static struct world world;

    world_make(&world);
    measure(&world, "psk", PROV_KIND_PSK, prov_suites_psk);
    measure(&world, "psk_forward_secret", PROV_KIND_PSK, prov_suites_psk_fs);
    measure(&world, "rpk", PROV_KIND_RPK, prov_suites_public);
    measure(&world, "cert", PROV_KIND_CERT, prov_suites_public);
    world_free(&world);
    return 0;
}
