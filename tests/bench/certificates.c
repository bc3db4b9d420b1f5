/* SPDX-License-Identifier: Apache-2.0
 *
 * (c) Octets of a certificate handshake when certificates stay where they are: with cached_info the server's
 * (RFC 7924), with client_certificate_url the client's (RFC 6066, section 5). Cookie exchange counted.
 */
#include <stdio.h>

#include "bench.h"
#include "libprov/dtls/messages.h"
#include "libssl.h"
#include "ours.h"

/* As `prov bundle export --certificate-url http://certs.example.org/` names them. */
static const char *const places[] = {"http://certs.example.org/0ccb3f5e57271c7f.cer",
                                     "http://certs.example.org/81d3a0b6c2f4e590.cer"};

static struct ours_figures measure(struct world *world, bool cached, bool at_urls)
{
    struct prov_certificate_url urls[2] = {{.url = prov_bytes_text(places[0])},
                                           {.url = prov_bytes_text(places[1])}};
    uint8_t room[2 * PROV_CERT_MAX + 9];
    struct prov_buf body = PROV_BUF_OF(room);
    struct ours_figures figures;
    struct prov_dtls server;
    struct ours ours;

    ours_make(&ours, world, PROV_KIND_CERT, prov_suites_public);
    prov_certificates_put(&body, world->server.chain, 2);
    if (cached)
        ours.client_config.cached_certificate = prov_buf_bytes(&body);
    ours.client_config.urls = urls;
    ours.client_config.urls_len = at_urls ? 2 : 0;
    ours.server_config.take_urls = true;
    ours_handshake(&ours, &server, &figures);
    prov_dtls_drop(&server);
    ours_free(&ours);
    return figures;
}

static double all(const struct ours_figures *figures)
{
    return (double)(figures->to_server + figures->to_client);
}

int main(void)
{
    static struct world world;
    struct libssl libssl;
    struct libssl_figures theirs;

    world_make(&world);
    libssl_make(&libssl, &world, PROV_KIND_CERT, true);
    libssl_handshake(&libssl, NULL, &theirs);
    libssl_free(&libssl);
    struct ours_figures plain = measure(&world, false, false),
                        cached = measure(&world, true, false);
    struct ours_figures at_urls = measure(&world, false, true), both = measure(&world, true, true);
    bench_row("octets cert, cached_info, server to client / libssl", (double)cached.to_client,
              (double)theirs.to_client, "octets");
    bench_row("octets cert, cached_info, server to client / without", (double)cached.to_client,
              (double)plain.to_client, "octets");
    bench_row("octets cert, cached_info, client to server / without", (double)cached.to_server,
              (double)plain.to_server, "octets");
    bench_row("octets cert, certificate URLs, client to server / without",
              (double)at_urls.to_server, (double)plain.to_server, "octets");
    bench_row("octets cert, certificate URLs, server to client / without",
              (double)at_urls.to_client, (double)plain.to_client, "octets");
    bench_row("octets cert, both, both ways / without", all(&both), all(&plain), "octets");
    bench_row("octets cert, both, both ways / libssl", all(&both),
              (double)(theirs.to_server + theirs.to_client), "octets");
    world_free(&world);
    return 0;
}
