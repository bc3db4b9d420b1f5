/* SPDX-License-Identifier: Apache-2.0
 *
 * H29: an unknown identity, a revoked one and a wrong key should take a server the same time.
 * Welch's t between each two of them, over look-up and unsealing in a real registry; |t| above 4.5
 * would say that they can be told apart.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "prov/flow.h"

#define SAMPLES 20000

static int64_t clock_ms(void *context)
{
    (void)context;
    return (int64_t)time(NULL) * 1000;
}

static void must(prov_result result, const char *what)
{
    if (result != PROV_OK)
        bench_fail(what);
}

struct sums {
    double n, mean, m2;
};

static void sums_add(struct sums *s, double value)
{
    double delta = value - s->mean;
    s->n++;
    s->mean += delta / s->n;
    s->m2 += delta * (value - s->mean);
}

static double welch(const struct sums *a, const struct sums *b)
{
    double va = a->m2 / (a->n - 1) / a->n, vb = b->m2 / (b->n - 1) / b->n;
    return (a->mean - b->mean) / sqrt(va + vb);
}

struct subject {
    struct prov_flow flow;
    struct prov_fqdn server;
    struct prov_psk_identity identities[3]; /* active, revoked, unknown */
};

static void subject_make(struct subject *s, struct prov_crypto *crypto, const char *path)
{
    struct prov_registry_config config = {
        .path = path, .crypto = crypto, .clock_ms = clock_ms, .writer = "bench"};
    struct prov_org org = {"Bench", "DE"};
    s->flow.crypto = crypto;
    s->flow.clock_ms = clock_ms;
    must(prov_pki_make(crypto, &s->flow.pki), "pki");
    must(prov_registry_create(&config, &org, &s->flow.registry, NULL), "registry");
    must(prov_flow_ca_init(&s->flow), "CA");
    must(prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &s->server), "name");
    must(prov_flow_server_add(&s->flow, &s->server, ""), "server");
    for (int i = 0; i < 2; i++) {
        struct prov_eui64 device = {{2, 0, 0x5e, 0, 0, 0, 0, (uint8_t)(i + 1)}};
        struct prov_uuid id;
        struct prov_credential credential;
        char text[PROV_UUID_TEXT];
        must(prov_flow_device_add(&s->flow, &device, false, "", ""), "device");
        must(prov_flow_psk_issue(&s->flow, &device, &s->server, PROV_USE_BOOTSTRAP, &id), "psk");
        prov_uuid_format(&id, text);
        must(prov_registry_credential_get(s->flow.registry, text, &credential, NULL), "credential");
        s->identities[i] = credential.identity;
        if (i == 1)
            must(prov_registry_credential_revoke(s->flow.registry, credential.id, "bench", NULL),
                 "revoke");
    }
    s->identities[2] = s->identities[0];
    s->identities[2].data[3] ^= 0x55;
}

static double once(struct subject *s, int which)
{
    struct prov_secret psk;
    struct prov_flow_peer peer;
    bool known;
    uint64_t from = bench_now();
    must(prov_flow_psk_find(&s->flow, &s->server, prov_psk_identity_bytes(&s->identities[which]),
                            &psk, &peer, &known),
         "look-up");
    double spent = (double)(bench_now() - from);
    prov_secret_wipe(&psk);
    if (known != (which == 0))
        bench_fail("an identity is known that should not be, or the other way round");
    return spent;
}

int main(void)
{
    char folder[] = "/tmp/prov-bench-XXXXXX", path[64];
    struct subject subject = {0};
    struct sums sums[3] = {{0}};
    struct prov_crypto *crypto;
    if (mkdtemp(folder) == NULL)
        bench_fail("mkdtemp");
    snprintf(path, sizeof(path), "%s/registry.db", folder);
    must(prov_crypto_make(NULL, &crypto), "crypto");
    subject_make(&subject, crypto, path);
    struct bench_set all = {0};
    for (int i = 0; i < 500; i++)
        bench_add(&all, once(&subject, i % 3));
    /* What took much longer than usual was interrupted: the machine's doing, in all three alike. */
    double cut = bench_median(&all) * 3;
    uint8_t order;
    for (int i = 0; i < SAMPLES * 3; i++) {
        must(prov_crypto_random(crypto, &order, 1), "random");
        double spent = once(&subject, order % 3);
        if (spent < cut)
            sums_add(&sums[order % 3], spent);
    }
    bench_row("time of a look-up, known identity (wrong key)", sums[0].mean / 1000, 0, "us");
    bench_row("time of a look-up, revoked identity", sums[1].mean / 1000, 0, "us");
    bench_row("time of a look-up, unknown identity", sums[2].mean / 1000, 0, "us");
    bench_row("t-statistic, wrong key against unknown", welch(&sums[0], &sums[2]), 0, "t");
    bench_row("t-statistic, wrong key against revoked", welch(&sums[0], &sums[1]), 0, "t");
    bench_row("t-statistic, revoked against unknown", welch(&sums[1], &sums[2]), 0, "t");
    prov_registry_close(subject.flow.registry);
    prov_pki_free(subject.flow.pki);
    prov_crypto_free(crypto);
    bench_clear(&all);
    bench_remove(folder);
    return 0;
}
