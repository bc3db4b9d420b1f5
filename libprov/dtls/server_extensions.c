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

static bool has_name(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->hs->facts.name;
}

static bool chose_by_anchor(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->hs->facts.anchor && s->kind == PROV_KIND_CERT;
}

/* --- certificate types (RFC 7250, section 3): a list comes, one octet goes back -------------- */

static prov_outcome take_types(struct prov_bytes body, uint8_t *ret_types, uint8_t *ret_first)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;
    uint8_t types = 1u << 7; /* "the extension came": type 7 does not exist */

    if (!prov_take_vector(&reader, 1, &list) || !prov_reader_done(&reader) || list.len == 0)
        return PROV_ALERT_DECODE_ERROR;
    for (size_t i = 0; i < list.len; i++)
        if (list.data[i] == PROV_CERTIFICATE_TYPE_X509 || list.data[i] == PROV_CERTIFICATE_TYPE_RAW)
            types |= (uint8_t)(1u << list.data[i]);
    *ret_types = types;
    *ret_first = list.data[0];
    return PROV_OK;
}

static prov_outcome take_client_types(struct prov_dtls *s, struct prov_bytes body)
{
    uint8_t first;

    return take_types(body, &s->hs->facts.client_types, &first);
}

static prov_outcome take_server_types(struct prov_dtls *s, struct prov_bytes body)
{
    return take_types(body, &s->hs->facts.server_types, &s->hs->facts.server_type_first);
}

static void put_type(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_put_u8(buf,
                s->kind == PROV_KIND_RPK ? PROV_CERTIFICATE_TYPE_RAW : PROV_CERTIFICATE_TYPE_X509);
}

static bool put_client_type(const struct prov_dtls *s, struct prov_buf *buf)
{
    put_type(s, buf);
    return s->hs->facts.client_types != 0 && prov_dtls_is_public(s);
}

static bool put_server_type(const struct prov_dtls *s, struct prov_buf *buf)
{
    put_type(s, buf);
    return s->hs->facts.server_types != 0 && prov_dtls_is_public(s);
}

/* --- lists of 16-bit numbers: supported_groups, signature_algorithms ------------------------- */

static prov_outcome take_list(struct prov_bytes body, uint16_t wanted, bool *ret_came,
                              bool *ret_has)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader) || list.len == 0 ||
        list.len % 2 != 0)
        return PROV_ALERT_DECODE_ERROR;
    *ret_came = true;
    *ret_has = prov_numbers_have(list, wanted);
    return PROV_OK;
}

static prov_outcome take_groups(struct prov_dtls *s, struct prov_bytes body)
{
    return take_list(body, PROV_GROUP_SECP256R1, &s->hs->facts.groups, &s->hs->facts.p256);
}

static prov_outcome take_algorithms(struct prov_dtls *s, struct prov_bytes body)
{
    return take_list(body, PROV_SIGNATURE_ECDSA_SHA256, &s->hs->facts.algorithms,
                     &s->hs->facts.ecdsa_sha256);
}

/* --- the rest -------------------------------------------------------------------------------- */

static bool answers_formats(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->hs->facts.formats && s->suite->kx != PROV_KX_PSK;
}

static bool answers_master(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->hs->facts.extended_master;
}

static bool answers_renegotiation(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->hs->facts.renegotiation;
}

static bool agreed_on_urls(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return prov_urls_agreed(s);
}

static bool promises_ticket(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return prov_ticket_promised(s);
}

static const struct prov_extension server_name = {.type = PROV_EXTENSION_SERVER_NAME,
                                                  .modes = PROV_MODES_ALL,
                                                  .put = has_name,
                                                  .take = prov_identity_take_name};
static const struct prov_extension certificate_url = {.type = PROV_EXTENSION_CLIENT_CERTIFICATE_URL,
                                                      .modes = PROV_MODES_ALL,
                                                      .put = agreed_on_urls,
                                                      .take = prov_urls_take_offer};
static const struct prov_extension trusted_ca = {.type = PROV_EXTENSION_TRUSTED_CA_KEYS,
                                                 .modes = PROV_MODES_ALL,
                                                 .put = chose_by_anchor,
                                                 .take = prov_anchors_take};
static const struct prov_extension client_type = {.type = PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE,
                                                  .modes = PROV_MODES_ALL,
                                                  .put = put_client_type,
                                                  .take = take_client_types};
static const struct prov_extension server_type = {.type = PROV_EXTENSION_SERVER_CERTIFICATE_TYPE,
                                                  .modes = PROV_MODES_ALL,
                                                  .put = put_server_type,
                                                  .take = take_server_types};
static const struct prov_extension groups = {.type = PROV_EXTENSION_SUPPORTED_GROUPS,
                                             .take = take_groups};
static const struct prov_extension formats = {.type = PROV_EXTENSION_EC_POINT_FORMATS,
                                              .modes = PROV_MODES_ALL,
                                              .len = 2,
                                              .body = {1, PROV_POINT_FORMAT_UNCOMPRESSED},
                                              .put = answers_formats,
                                              .take = prov_extension_take_formats};
static const struct prov_extension algorithms = {.type = PROV_EXTENSION_SIGNATURE_ALGORITHMS,
                                                 .take = take_algorithms};
static const struct prov_extension master_secret = {.type = PROV_EXTENSION_EXTENDED_MASTER_SECRET,
                                                    .modes = PROV_MODES_ALL,
                                                    .anew = true,
                                                    .put = answers_master,
                                                    .take = prov_extension_take_master};
static const struct prov_extension cached_info = {.type = PROV_EXTENSION_CACHED_INFO,
                                                  .modes = PROV_MODES_ALL,
                                                  .put = prov_cached_put_answer,
                                                  .take = prov_cached_take_offer};
static const struct prov_extension ticket = {.type = PROV_EXTENSION_SESSION_TICKET,
                                             .modes = PROV_MODES_ALL,
                                             .put = promises_ticket,
                                             .take = prov_ticket_take_offer};
static const struct prov_extension renegotiation = {.type = PROV_EXTENSION_RENEGOTIATION_INFO,
                                                    .modes = PROV_MODES_ALL,
                                                    .anew = true,
                                                    .len = 1,
                                                    .body = {0},
                                                    .put = answers_renegotiation,
                                                    .take = prov_extension_take_renegotiation};

prov_extensions prov_server_extensions = {
    &server_name,
    &prov_extension_max_fragment,
    &certificate_url,
    &trusted_ca,
    &client_type,
    &server_type,
    &groups,
    &formats,
    &algorithms,
    &prov_extension_alpn,
    &master_secret,
    &prov_extension_heartbeat,
    &prov_extension_cid,
    &cached_info,
    &ticket,
    &renegotiation,
};

void prov_server_extensions_put(struct prov_dtls *s, struct prov_buf *buf)
{
    prov_extensions_put(s, PROV_MODES_ALL, buf);
}

prov_outcome prov_server_extensions_take(struct prov_dtls *s, struct prov_bytes extensions)
{
    prov_outcome outcome = prov_extensions_take(s, extensions);

    return outcome == PROV_OK ? prov_identity_choose(s) : outcome;
}
