/* SPDX-License-Identifier: Apache-2.0
 *
 * (d) Memory of 10,000 live sessions of a server, by a counting allocator under libcrypto and
 * libssl. Ours: all that prov serve allocates for so many (prov_server_memory: sessions, workspaces of
 * handshakes and exchanges, tables, what is kept to be resumed); and apart from it what libcrypto holds
 * while they live.
 */
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "libssl.h"
#include "ours.h"
#include "prov/server.h"

#define SESSIONS 10000u

static size_t in_use;

static void *count_malloc(size_t len, const char *file, int line)
{
    void *block = malloc(len);
    (void)file;
    (void)line;
    in_use += block != NULL ? malloc_usable_size(block) : 0;
    return block;
}

static void count_free(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    in_use -= block != NULL ? malloc_usable_size(block) : 0;
    free(block);
}

static void *count_realloc(void *block, size_t len, const char *file, int line)
{
    size_t before = block != NULL ? malloc_usable_size(block) : 0;
    void *grown = realloc(block, len);
    (void)file;
    (void)line;
    if (grown != NULL)
        in_use += malloc_usable_size(grown) - before;
    return grown;
}

/* All that prov serve allocates, for each session that it may have. */
static double server_each(void)
{
    struct prov_server_limits limits = {.sessions = SESSIONS};

    return (double)prov_server_memory(&limits) / SESSIONS;
}

/* Of that: for each session that is kept to be resumed. */
static double kept_each(void)
{
    struct prov_server_limits few = {.sessions = SESSIONS, .resumable = SESSIONS},
                              many = {.sessions = SESSIONS, .resumable = 2 * SESSIONS};

    return (double)(prov_server_memory(&many) - prov_server_memory(&few)) / SESSIONS;
}

/* What libcrypto holds for each. */
static double libcrypto_each(struct world *world, enum prov_kind kind, prov_suites suites)
{
    struct ours ours;
    struct ours_figures figures;
    struct prov_dtls *sessions = calloc(SESSIONS, sizeof(*sessions));
    struct prov_dtls warm;
    if (sessions == NULL)
        bench_fail("no memory");
    ours_make(&ours, world, kind, suites);
    ours_handshake(&ours, &warm, &figures);
    size_t before = in_use;
    for (size_t i = 0; i < SESSIONS; i++)
        ours_handshake(&ours, &sessions[i], &figures);
    double held = (double)in_use - (double)before;
    for (size_t i = 0; i < SESSIONS; i++)
        prov_dtls_drop(&sessions[i]);
    prov_dtls_drop(&warm);
    ours_free(&ours);
    free(sessions);
    return held / SESSIONS;
}

static double libssl_each(struct world *world, enum prov_kind kind)
{
    struct libssl libssl;
    struct libssl_figures figures;
    SSL **sessions = calloc(SESSIONS, sizeof(SSL *)), *warm;
    if (sessions == NULL)
        bench_fail("no memory");
    libssl_make(&libssl, world, kind, false);
    libssl_handshake(&libssl, &warm, &figures);
    size_t before = in_use;
    for (size_t i = 0; i < SESSIONS; i++)
        libssl_handshake(&libssl, &sessions[i], &figures);
    double held = (double)in_use - (double)before;
    for (size_t i = 0; i < SESSIONS; i++)
        SSL_free(sessions[i]);
    SSL_free(warm);
    libssl_free(&libssl);
    free(sessions);
    return held / SESSIONS;
}

int main(void)
{
    static struct world world;
    if (CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) != 1)
        bench_fail("libcrypto has allocated already");
    world_make(&world);
    double ours = server_each(), psk = libcrypto_each(&world, PROV_KIND_PSK, prov_suites_psk),
           cert = libcrypto_each(&world, PROV_KIND_CERT, prov_suites_public);
    bench_row("memory of a session, ours / target", ours, 2048, "octets");
    bench_row("memory of a session, psk, in libcrypto", psk, 0, "octets");
    bench_row("memory of a session, cert, in libcrypto", cert, 0, "octets");
    bench_row("memory of a session, psk / libssl", ours + psk, libssl_each(&world, PROV_KIND_PSK),
              "octets");
    bench_row("memory of a session, cert / libssl", ours + cert,
              libssl_each(&world, PROV_KIND_CERT), "octets");
    bench_row("memory of a session, the engine's struct alone", (double)sizeof(struct prov_dtls), 0,
              "octets");
    bench_row("memory of a session that is kept to be resumed", kept_each(), 0, "octets");
    world_free(&world);
    return 0;
}
