/* SPDX-License-Identifier: Apache-2.0
 *
 * In place of fetch.c where libcurl is left out (-DPROV_FETCH=OFF): a server that is told to fetch does not
 * start.
 */
#include "fetch.h"

prov_result fetcher_make(const struct prov_server_fetch *rules, struct prov_crypto *crypto,
                         struct fetcher **ret, struct prov_why *why)
{
    (void)rules;
    (void)crypto;
    (void)ret;
    return prov_why_set(why, PROV_E_USAGE,
                        "this program is built without the fetching of certificates");
}

void fetcher_free(struct fetcher *fetcher)
{
    (void)fetcher;
}

prov_result fetcher_begin(struct fetcher *fetcher, uint64_t now_ms, uint64_t ticket,
                          const struct prov_certificate_url *urls, size_t count, bool pkipath,
                          struct prov_why *why)
{
    (void)fetcher;
    (void)now_ms;
    (void)ticket;
    (void)urls;
    (void)count;
    (void)pkipath;
    (void)why;
    return PROV_E_POLICY;
}

void fetcher_cancel(struct fetcher *fetcher, uint64_t ticket)
{
    (void)fetcher;
    (void)ticket;
}

bool fetcher_poll(struct fetcher *fetcher, struct pollfd *files, unsigned count, int timeout_ms)
{
    (void)fetcher;
    (void)files;
    (void)count;
    (void)timeout_ms;
    return false;
}

void fetcher_run(struct fetcher *fetcher, uint64_t now_ms, fetcher_done *done, void *context)
{
    (void)fetcher;
    (void)now_ms;
    (void)done;
    (void)context;
}
