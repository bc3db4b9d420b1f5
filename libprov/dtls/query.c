/* SPDX-License-Identifier: Apache-2.0
 *
 * What a caller may ask a session.
 */
#include "messages.h"

#include <string.h>

#include "url.h"

bool prov_dtls_connected(const struct prov_dtls *s)
{
    return s->connected && !s->failed && !s->closed;
}

bool prov_dtls_handshake_done(const struct prov_dtls *s)
{
    return s->hs == NULL;
}

const struct prov_suite *prov_dtls_suite(const struct prov_dtls *s)
{
    return s->suite;
}

enum prov_kind prov_dtls_kind(const struct prov_dtls *s)
{
    return (enum prov_kind)s->kind;
}

const struct prov_fqdn *prov_dtls_server_name(const struct prov_dtls *s)
{
    return s->name_seen ? s->config->server_name : NULL; /* another name would have been refused */
}

struct prov_bytes prov_dtls_data(const struct prov_dtls *s)
{
    return s->data;
}

prov_result prov_dtls_tls_unique(const struct prov_dtls *s, uint8_t ret[PROV_DTLS_TLS_UNIQUE_LEN])
{
    if (!s->connected || !s->extended_master)
        return PROV_E_STATE;
    memcpy(ret, s->tls_unique, PROV_DTLS_TLS_UNIQUE_LEN);
    return PROV_OK;
}

/* --- what a NEED is about -------------------------------------------------------------------- */

static bool needs(const struct prov_dtls *s, enum prov_dtls_event need)
{
    return s->hs != NULL && s->hs->need == need;
}

enum prov_dtls_event prov_dtls_need(const struct prov_dtls *s)
{
    return s->hs != NULL ? (enum prov_dtls_event)s->hs->need : PROV_DTLS_WAIT;
}

struct prov_bytes prov_dtls_need_identity(const struct prov_dtls *s)
{
    if (!needs(s, PROV_DTLS_NEED_PSK))
        return PROV_BYTES_NONE;
    return prov_dtls_is_client(s) ? s->config->psk_identity : s->hs->identity;
}

const uint8_t *prov_dtls_need_digest(const struct prov_dtls *s)
{
    return needs(s, PROV_DTLS_NEED_SIGN) ? s->hs->digest : NULL;
}

size_t prov_dtls_peer(const struct prov_dtls *s, const struct prov_bytes **ret)
{
    if (!needs(s, PROV_DTLS_NEED_VERIFY))
        return 0;
    *ret = s->hs->chain;
    return s->hs->chain_len;
}

struct prov_bytes prov_dtls_peer_spki(const struct prov_dtls *s)
{
    const struct prov_bytes *shown;

    return prov_dtls_peer(s, &shown) > 0 && prov_dtls_is_raw(s) ? shown[0] : PROV_BYTES_NONE;
}

size_t prov_dtls_peer_chain(const struct prov_dtls *s, struct prov_bytes ret[PROV_DTLS_CHAIN_MAX])
{
    const struct prov_bytes *shown;
    size_t count = prov_dtls_is_raw(s) ? 0 : prov_dtls_peer(s, &shown);

    if (count > 0)
        memcpy(ret, shown, count * sizeof(ret[0]));
    return count;
}

bool prov_dtls_used_cache(const struct prov_dtls *s)
{
    return s->used_cache;
}

struct prov_bytes prov_dtls_peer_certificate(const struct prov_dtls *s)
{
    if (!needs(s, PROV_DTLS_NEED_VERIFY) || !s->hs->held) /* fetched: no Certificate came */
        return PROV_BYTES_NONE;
    return s->used_cache ? s->config->cached_certificate
                         : prov_inbox_find(s->hs, s->hs->next_receive);
}

size_t prov_dtls_need_urls(const struct prov_dtls *s,
                           struct prov_certificate_url ret[PROV_DTLS_CHAIN_MAX], bool *ret_pkipath)
{
    struct prov_urls urls;

    if (!needs(s, PROV_DTLS_NEED_FETCH) ||
        !prov_urls_take(prov_inbox_find(s->hs, s->hs->next_receive), &urls))
        return 0;
    memcpy(ret, urls.urls, urls.count * sizeof(ret[0]));
    *ret_pkipath = urls.type == CHAIN_PKIPATH;
    return urls.count;
}

/* --- how it went ----------------------------------------------------------------------------- */

struct prov_dtls_failure prov_dtls_failure(const struct prov_dtls *s)
{
    return (struct prov_dtls_failure){
        .result = s->result,
        .alert_sent = (enum prov_alert)s->alert_sent,
        .alert_received = (enum prov_alert)s->alert_received,
        .authentic = s->authentic,
    };
}

struct prov_dtls_stats prov_dtls_stats(const struct prov_dtls *s)
{
    return (struct prov_dtls_stats){s->datagrams_in,  s->datagrams_out,   s->octets_in,
                                    s->octets_out,    s->records_dropped, s->records_forged,
                                    s->flights_resent};
}
