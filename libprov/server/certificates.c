/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's question that is answered later: the certificates at the addresses that a device has sent.
 */
#include <stdio.h>

#include "internal.h"

/* Says what became of it; the first address stands for all. */
static void log_fetch(struct prov_server *server, uint64_t now_ms, const struct association *a,
                      prov_result result, const char *reason)
{
    struct prov_certificate_url urls[PROV_DTLS_CHAIN_MAX];
    char text[PROV_URL_MAX + 1];
    bool pkipath = false;
    size_t count = prov_dtls_need_urls(&a->dtls, urls, &pkipath);
    struct line line;

    line_begin(&line, server, "fetch");
    if (result == PROV_OK)
        line_text(&line, "result", "ok");
    else
        line_result(&line, server, result);
    if (result != PROV_OK && reason != NULL)
        line_text(&line, "why", reason);
    line_peer(&line, &a->session->peer);
    line_number(&line, "certificates", count);
    if (count > 0) {
        snprintf(text, sizeof(text), "%.*s", (int)urls[0].url.len, (const char *)urls[0].url.data);
        line_text(&line, "url", text);
    }
    line_end_loud(&line, server, now_ms);
}

static void give(struct prov_server *server, uint64_t now_ms, struct association *a,
                 prov_result result, const char *reason, const struct prov_bytes *chain,
                 size_t chain_len)
{
    log_fetch(server, now_ms, a, result, reason);
    prov_dtls_give_chain(&a->dtls, result, chain, chain_len);
}

static bool is_fetching(const struct prov_server *server, const struct address *address)
{
    for (struct link *at = server->half_open.after; at != &server->half_open; at = at->after) {
        const struct association *a = CONTAINER(at, struct association, half_open);
        if (a->fetch != 0 && a->session->address == address)
            return true;
    }
    return false;
}

/* One for an address, whatever its ports: a stranger makes this server ask others (RFC 6066, section
 * 11.3). */
static prov_result begin(struct prov_server *server, struct association *a)
{
    struct prov_certificate_url urls[PROV_DTLS_CHAIN_MAX];
    bool pkipath = false;
    size_t count = prov_dtls_need_urls(&a->dtls, urls, &pkipath);
    uint64_t ticket = ++server->tickets;

    if (is_fetching(server, a->session->address))
        return prov_why_set(&server->why, PROV_E_BUSY,
                            "certificates are being fetched for this address");
    prov_result result = server->config.io.fetch(server->config.io.context, ticket, urls, count,
                                                 pkipath, &server->why);
    if (result == PROV_OK)
        a->fetch = ticket;
    return result;
}

bool association_fetch(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    if (a->fetch != 0)
        return false;
    prov_why_clear(&server->why);
    prov_result result = begin(server, a);
    if (result == PROV_OK)
        return false;
    give(server, now_ms, a, result, NULL, NULL, 0);
    return true;
}

void association_forget_fetch(struct prov_server *server, struct association *a)
{
    if (a->fetch == 0)
        return;
    server->config.io.fetch_cancel(server->config.io.context, a->fetch);
    a->fetch = 0;
}

static struct association *waiting_for(struct prov_server *server, uint64_t ticket)
{
    for (struct link *at = server->half_open.after; at != &server->half_open; at = at->after) {
        struct association *a = CONTAINER(at, struct association, half_open);
        if (a->fetch == ticket)
            return a;
    }
    return NULL;
}

void prov_server_fetched(struct prov_server *server, uint64_t now_ms, uint64_t ticket,
                         prov_result result, const char *reason, const struct prov_bytes *chain,
                         size_t chain_len)
{
    struct association *a = ticket != 0 ? waiting_for(server, ticket) : NULL;

    if (a == NULL)
        return;
    a->fetch = 0;
    prov_why_clear(&server->why);
    give(server, now_ms, a, result, reason, chain, chain_len);
    (void)association_run(server, now_ms, a);
}
