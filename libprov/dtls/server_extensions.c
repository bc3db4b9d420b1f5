/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server takes of a client's offers, and its answers in the order in which they stand.
 */
#include "cached.h"
#include "extensions.h"
#include "identity.h"
#include "server.h"
#include "ticket.h"
#include "url.h"

static bool has_name(const struct prov_dtls *s)
{
    return s->hs->facts.name;
}

static bool chose_by_anchor(const struct prov_dtls *s)
{
    return s->hs->facts.anchor && s->kind == PROV_KIND_CERT;
}

/* --- certificate types (RFC 7250, section 3): a list comes, one octet goes back -------------- */

static prov_result take_types(struct prov_dtls *s, struct prov_bytes body, uint8_t *ret_types,
                              uint8_t *ret_first)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;
    uint8_t types = 1u << 7; /* "the extension came": type 7 does not exist */

    if (!prov_take_vector(&reader, 1, &list) || !prov_reader_done(&reader) || list.len == 0)
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    for (size_t i = 0; i < list.len; i++)
        if (list.data[i] == PROV_CERTIFICATE_TYPE_X509 || list.data[i] == PROV_CERTIFICATE_TYPE_RAW)
            types |= (uint8_t)(1u << list.data[i]);
    *ret_types = types;
    *ret_first = list.data[0];
    return PROV_OK;
}

static prov_result take_client_types(struct prov_dtls *s, struct prov_bytes body)
{
    uint8_t first;

    return take_types(s, body, &s->hs->facts.client_types, &first);
}

static prov_result take_server_types(struct prov_dtls *s, struct prov_bytes body)
{
    return take_types(s, body, &s->hs->facts.server_types, &s->hs->facts.server_type_first);
}

static bool answers_client_type(const struct prov_dtls *s)
{
    return s->hs->facts.client_types != 0 && prov_dtls_is_public(s);
}

static bool answers_server_type(const struct prov_dtls *s)
{
    return s->hs->facts.server_types != 0 && prov_dtls_is_public(s);
}

static void put_type(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_put_u8(buf,
                s->kind == PROV_KIND_RPK ? PROV_CERTIFICATE_TYPE_RAW : PROV_CERTIFICATE_TYPE_X509);
}

/* --- lists of 16-bit numbers: supported_groups, signature_algorithms ------------------------- */

static prov_result take_list(struct prov_dtls *s, struct prov_bytes body, uint16_t wanted,
                             bool *ret_came, bool *ret_has)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader) || list.len == 0 ||
        list.len % 2 != 0)
        return prov_dtls_refuse(s, PROV_ALERT_DECODE_ERROR);
    *ret_came = true;
    *ret_has = prov_numbers_have(list, wanted);
    return PROV_OK;
}

static prov_result take_groups(struct prov_dtls *s, struct prov_bytes body)
{
    return take_list(s, body, PROV_GROUP_SECP256R1, &s->hs->facts.groups, &s->hs->facts.p256);
}

static prov_result take_algorithms(struct prov_dtls *s, struct prov_bytes body)
{
    return take_list(s, body, PROV_SIGNATURE_ECDSA_SHA256, &s->hs->facts.algorithms,
                     &s->hs->facts.ecdsa_sha256);
}

/* --- the rest -------------------------------------------------------------------------------- */

static bool answers_formats(const struct prov_dtls *s)
{
    return s->hs->facts.formats && s->suite->kx != PROV_KX_PSK;
}

static bool answers_master(const struct prov_dtls *s)
{
    return s->hs->facts.extended_master;
}

static bool answers_renegotiation(const struct prov_dtls *s)
{
    return s->hs->facts.renegotiation;
}

static const struct prov_extension rows[] = {
    {PROV_EXTENSION_SERVER_NAME, has_name, NULL, prov_identity_take_name},
    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, prov_max_fragment_wanted, prov_max_fragment_put,
     prov_max_fragment_take},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, prov_urls_agreed, NULL, prov_urls_take_offer},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, chose_by_anchor, NULL, prov_anchors_take},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, answers_client_type, put_type, take_client_types},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, answers_server_type, put_type, take_server_types},
    {PROV_EXTENSION_SUPPORTED_GROUPS, NULL, NULL, take_groups},
    {PROV_EXTENSION_EC_POINT_FORMATS, answers_formats, prov_extension_put_formats,
     prov_extension_take_formats},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, NULL, NULL, take_algorithms},
    {PROV_EXTENSION_ALPN, prov_alpn_wanted, prov_alpn_put, prov_alpn_take},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, answers_master, NULL, prov_extension_take_master},
    {PROV_EXTENSION_HEARTBEAT, prov_heartbeat_wanted, prov_heartbeat_put, prov_heartbeat_take},
    {PROV_EXTENSION_CONNECTION_ID, prov_cid_wanted, prov_cid_put, prov_cid_take},
    {PROV_EXTENSION_CACHED_INFO, prov_cached_answers, prov_cached_put_answer,
     prov_cached_take_offer},
    {PROV_EXTENSION_SESSION_TICKET, prov_ticket_promised, NULL, prov_ticket_take_offer},
    {PROV_EXTENSION_RENEGOTIATION_INFO, answers_renegotiation, prov_extension_put_renegotiation,
     prov_extension_take_renegotiation},
};

void prov_server_extensions_put(struct prov_dtls *s, struct prov_buf *buf)
{
    prov_extensions_put(s, rows, sizeof(rows) / sizeof(rows[0]), buf);
}

prov_result prov_server_extensions_take(struct prov_dtls *s, struct prov_bytes extensions)
{
    prov_result result = prov_extensions_take(s, rows, sizeof(rows) / sizeof(rows[0]), extensions);

    return result == PROV_OK ? prov_identity_choose(s) : result;
}
