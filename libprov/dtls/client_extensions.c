/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client offers, in the order in which it stands in the hello, and what it takes of the
 * answers.
 */
#include "client.h"

#include <string.h>

#include "cached.h"
#include "extensions.h"
#include "identity.h"
#include "ticket.h"
#include "url.h"

static bool has_kind(const struct prov_dtls *s, enum prov_kind kind)
{
    return prov_dtls_offers(s->config, kind);
}

static bool always(const struct prov_dtls *s)
{
    (void)s;
    return true;
}

/* --- server_name (RFC 6066, section 3): ServerNameList<1..2^16-1> of {host_name(0),
 * HostName<1..2^16-1>} --- */

/* Never to a constrained server: it is named by an EUI-64 (RFC 7925, section 4.4.1; row 3). */
bool prov_client_named(const struct prov_dtls_config *config)
{
    return config->server_name != NULL && !config->constrained_server;
}

static bool has_name(const struct prov_dtls *s)
{
    return prov_client_named(s->config);
}

static void put_name(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    prov_put_u8(buf, 0);
    size_t name = prov_put_open(buf, 2);
    prov_put_text(buf, s->config->server_name->text);
    prov_put_close(buf, 2, name);
    prov_put_close(buf, 2, list);
}

/* --- client_ and server_certificate_type (RFC 7250, section 3): a list out, one octet back --- */

static bool raw_keys(const struct prov_dtls *s)
{
    return has_kind(s, PROV_KIND_RPK); /* X.509 alone: both are left out (section 4.1) */
}

static void put_types(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)s;
    prov_put_u8(buf, 1);
    prov_put_u8(buf, PROV_CERTIFICATE_TYPE_RAW);
}

static prov_result take_type(struct prov_dtls *s, struct prov_bytes body, uint8_t *chosen)
{
    if (body.len != 1)
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    if (body.data[0] != PROV_CERTIFICATE_TYPE_RAW)
        return prov_dtls_refuse(s, PROV_ALERT_ILLEGAL_PARAMETER);
    *chosen = 1u << PROV_CERTIFICATE_TYPE_RAW;
    return PROV_OK;
}

static prov_result take_client_type(struct prov_dtls *s, struct prov_bytes body)
{
    return take_type(s, body, &s->hs->facts.client_types);
}

static prov_result take_server_type(struct prov_dtls *s, struct prov_bytes body)
{
    return take_type(s, body, &s->hs->facts.server_types);
}

/* --- supported_groups, ec_point_formats, signature_algorithms (RFC 8422; RFC 5246, section 7.4.1.4.1) --- */

/* The exact octets are RFC 7252's, section 9.1.3.2. */
static bool has_ecdhe(const struct prov_dtls *s)
{
    for (prov_suites row = s->config->suites; *row != NULL; row++)
        if (((*row)->kinds & s->config->kinds) != 0 && (*row)->kx != PROV_KX_PSK)
            return true;
    return false;
}

static bool has_signatures(const struct prov_dtls *s)
{
    return !has_kind(s, PROV_KIND_PSK);
}

static void put_groups(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)s;
    prov_put_u16(buf, 2);
    prov_put_u16(buf, PROV_GROUP_SECP256R1);
}

static void put_algorithms(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)s;
    prov_put_u16(buf, 2);
    prov_put_u16(buf, PROV_SIGNATURE_ECDSA_SHA256);
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct prov_extension rows[] = {
    {PROV_EXTENSION_SERVER_NAME, has_name, put_name, prov_extension_take_empty},
    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, PROV_WITH_MAX_FRAGMENT ? prov_max_fragment_wanted : NULL,
     PROV_WITH_MAX_FRAGMENT ? prov_max_fragment_put : NULL,
     PROV_WITH_MAX_FRAGMENT ? prov_max_fragment_take : NULL},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, PROV_WITH_CERTIFICATE_URLS ? prov_urls_offered : NULL,
     NULL, PROV_WITH_CERTIFICATE_URLS ? prov_urls_take_answer : NULL},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, PROV_WITH_TRUSTED_CA ? prov_anchors_wanted : NULL,
     PROV_WITH_TRUSTED_CA ? prov_anchors_put : NULL,
     PROV_WITH_TRUSTED_CA ? prov_extension_take_empty : NULL},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, PROV_WITH_RPK ? raw_keys : NULL,
     PROV_WITH_RPK ? put_types : NULL, PROV_WITH_RPK ? take_client_type : NULL},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, PROV_WITH_RPK ? raw_keys : NULL,
     PROV_WITH_RPK ? put_types : NULL, PROV_WITH_RPK ? take_server_type : NULL},
    {PROV_EXTENSION_SUPPORTED_GROUPS, has_ecdhe, put_groups, NULL},
    {PROV_EXTENSION_EC_POINT_FORMATS, has_ecdhe, prov_extension_put_formats,
     prov_extension_take_formats},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, (PROV_WITH_RPK || PROV_WITH_CERT) ? has_signatures : NULL,
     (PROV_WITH_RPK || PROV_WITH_CERT) ? put_algorithms : NULL, NULL},
    {PROV_EXTENSION_ALPN, PROV_WITH_ALPN ? prov_alpn_wanted : NULL,
     PROV_WITH_ALPN ? prov_alpn_put : NULL, PROV_WITH_ALPN ? prov_alpn_take : NULL},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, always, NULL, prov_extension_take_master},
    {PROV_EXTENSION_HEARTBEAT, PROV_WITH_HEARTBEAT ? prov_heartbeat_wanted : NULL,
     PROV_WITH_HEARTBEAT ? prov_heartbeat_put : NULL,
     PROV_WITH_HEARTBEAT ? prov_heartbeat_take : NULL},
    {PROV_EXTENSION_CONNECTION_ID, PROV_WITH_CONNECTION_ID ? prov_cid_wanted : NULL,
     PROV_WITH_CONNECTION_ID ? prov_cid_put : NULL, PROV_WITH_CONNECTION_ID ? prov_cid_take : NULL},
    {PROV_EXTENSION_CACHED_INFO, PROV_WITH_CACHED_INFO ? prov_cached_offers : NULL,
     PROV_WITH_CACHED_INFO ? prov_cached_put_offer : NULL,
     PROV_WITH_CACHED_INFO ? prov_cached_take_answer : NULL},
    {PROV_EXTENSION_SESSION_TICKET, PROV_WITH_TICKETS ? prov_ticket_offered : NULL,
     PROV_WITH_TICKETS ? prov_ticket_put : NULL,
     PROV_WITH_TICKETS ? prov_ticket_take_promise : NULL},
    {PROV_EXTENSION_RENEGOTIATION_INFO, always, prov_extension_put_renegotiation,
     prov_extension_take_renegotiation},
};

void prov_client_extensions_put(struct prov_dtls *s, struct prov_buf *buf)
{
    prov_extensions_put(s, rows, sizeof(rows) / sizeof(rows[0]), buf);
}

/* Also says which kind this handshake is: an answer without certificate types means X.509 on that
 * side, and a raw key on one side only is refused (H22). */
prov_result prov_client_extensions_take(struct prov_dtls *s, struct prov_bytes extensions)
{
    static const uint8_t raw = 1u << PROV_CERTIFICATE_TYPE_RAW;
    struct prov_dtls_facts *facts = &s->hs->facts;

    memset(facts, 0, sizeof(*facts));
    prov_result result = prov_extensions_take(s, rows, sizeof(rows) / sizeof(rows[0]), extensions);
    if (result != PROV_OK)
        return result;
    if (prov_dtls_is_resumed(s)) { /* the kind is the session's; RFC 7627, section 5.3 */
        return facts->extended_master ? PROV_OK : prov_dtls_refuse(s, PROV_ALERT_HANDSHAKE_FAILURE);
    }
    if (has_kind(s, PROV_KIND_RPK) && (facts->client_types != raw || facts->server_types != raw))
        return prov_dtls_refuse(s, PROV_ALERT_HANDSHAKE_FAILURE);
    s->kind = has_kind(s, PROV_KIND_PSK)   ? PROV_KIND_PSK
              : has_kind(s, PROV_KIND_RPK) ? PROV_KIND_RPK
                                           : PROV_KIND_CERT;
    return PROV_OK;
}
