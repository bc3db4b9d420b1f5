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
#include "messages.h"
#include "ticket.h"
#include "url.h"

/* --- server_name (RFC 6066, section 3): ServerNameList<1..2^16-1> of {host_name(0),
 * HostName<1..2^16-1>} --- */

/* Never to a constrained server: it is named by an EUI-64 (RFC 7925, section 4.4.1; row 3). */
bool prov_client_named(const struct prov_dtls_config *config)
{
    return config->server_name != NULL && !config->constrained_server;
}

static bool put_name(const struct prov_dtls *s, struct prov_buf *buf)
{
    if (!prov_client_named(s->config))
        return false;
    size_t mark = prov_put_open(buf, 2);
    prov_put_u8(buf, 0);
    prov_vector_put(buf, 2, prov_bytes_text(s->config->server_name->text));
    prov_put_close(buf, 2, mark);
    return true;
}

/* --- the table ------------------------------------------------------------------------------- */

#define RPK    PROV_MODE_RPK
#define CERT   PROV_MODE_CERT
#define PUBLIC (PROV_MODE_RPK | PROV_MODE_CERT)
#define ECDHE  (PROV_MODE_PSK_FS | PUBLIC)
#define ANY    PROV_MODES_ALL

static const struct prov_extension server_name = {
    .type = PROV_EXTENSION_SERVER_NAME, .modes = ANY, .answer = ANSWER_EMPTY, .put = put_name};
static const struct prov_extension certificate_url = {.type = PROV_EXTENSION_CLIENT_CERTIFICATE_URL,
                                                      .modes = CERT,
                                                      .put = prov_urls_put_offer,
                                                      .take = prov_urls_take_answer};
static const struct prov_extension trusted_ca = {.type = PROV_EXTENSION_TRUSTED_CA_KEYS,
                                                 .modes = CERT,
                                                 .answer = ANSWER_EMPTY,
                                                 .put = prov_anchors_put};
/* RFC 7250, section 3: a list out, one octet back. X.509 alone: both are left out (section 4.1). */
static const struct prov_extension client_type = {.type = PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE,
                                                  .modes = RPK,
                                                  .answer = ANSWER_OCTET,
                                                  .len = 2,
                                                  .body = {1, PROV_CERTIFICATE_TYPE_RAW}};
static const struct prov_extension server_type = {.type = PROV_EXTENSION_SERVER_CERTIFICATE_TYPE,
                                                  .modes = RPK,
                                                  .answer = ANSWER_OCTET,
                                                  .len = 2,
                                                  .body = {1, PROV_CERTIFICATE_TYPE_RAW}};
/* The exact octets are RFC 7252's, section 9.1.3.2. */
static const struct prov_extension groups = {.type = PROV_EXTENSION_SUPPORTED_GROUPS,
                                             .modes = ECDHE,
                                             .len = 4,
                                             .body = {0, 2, 0, PROV_GROUP_SECP256R1}};
static const struct prov_extension formats = {.type = PROV_EXTENSION_EC_POINT_FORMATS,
                                              .modes = ECDHE,
                                              .len = 2,
                                              .body = {1, PROV_POINT_FORMAT_UNCOMPRESSED},
                                              .take = prov_extension_take_formats};
static const struct prov_extension algorithms = {
    .type = PROV_EXTENSION_SIGNATURE_ALGORITHMS,
    .modes = PUBLIC,
    .len = 4,
    .body = {0, 2, PROV_SIGNATURE_ECDSA_SHA256 >> 8, PROV_SIGNATURE_ECDSA_SHA256 & 0xFF}};
static const struct prov_extension master_secret = {.type = PROV_EXTENSION_EXTENDED_MASTER_SECRET,
                                                    .modes = ANY,
                                                    .anew = true,
                                                    .take = prov_extension_take_master};
static const struct prov_extension cached_info = {.type = PROV_EXTENSION_CACHED_INFO,
                                                  .modes = CERT,
                                                  .put = prov_cached_put_offer,
                                                  .take = prov_cached_take_answer};
static const struct prov_extension ticket = {.type = PROV_EXTENSION_SESSION_TICKET,
                                             .modes = ANY,
                                             .put = prov_ticket_put,
                                             .take = prov_ticket_take_promise};
static const struct prov_extension renegotiation = {.type = PROV_EXTENSION_RENEGOTIATION_INFO,
                                                    .modes = ANY,
                                                    .anew = true,
                                                    .len = 1,
                                                    .take = prov_extension_take_renegotiation};

enum { ROW_CLIENT_TYPE = 4, ROW_SERVER_TYPE = 5 };
static const uint32_t types = 1u << ROW_CLIENT_TYPE | 1u << ROW_SERVER_TYPE;

prov_extensions prov_client_extensions = {
    &server_name,
    PROV_WITH_MAX_FRAGMENT ? &prov_extension_max_fragment : NULL,
    PROV_WITH_CERTIFICATE_URLS ? &certificate_url : NULL,
    PROV_WITH_TRUSTED_CA ? &trusted_ca : NULL,
    [ROW_CLIENT_TYPE] = PROV_WITH_RPK ? &client_type : NULL,
    [ROW_SERVER_TYPE] = PROV_WITH_RPK ? &server_type : NULL,
    &groups,
    &formats,
    PROV_WITH_RPK || PROV_WITH_CERT ? &algorithms : NULL,
    PROV_WITH_ALPN ? &prov_extension_alpn : NULL,
    &master_secret,
    PROV_WITH_HEARTBEAT ? &prov_extension_heartbeat : NULL,
    PROV_WITH_CONNECTION_ID ? &prov_extension_cid : NULL,
    PROV_WITH_CACHED_INFO ? &cached_info : NULL,
    PROV_WITH_TICKETS ? &ticket : NULL,
    &renegotiation,
};

static enum prov_kind kind_of(const struct prov_dtls *s)
{
    return prov_dtls_offers(s->config, PROV_KIND_PSK)   ? PROV_KIND_PSK
           : prov_dtls_offers(s->config, PROV_KIND_RPK) ? PROV_KIND_RPK
                                                        : PROV_KIND_CERT;
}

_Static_assert(PROV_MODE_RPK == PROV_KIND_BIT(PROV_KIND_RPK) &&
                   PROV_MODE_CERT == PROV_KIND_BIT(PROV_KIND_CERT),
               "kinds are modes");

/* With pre-shared keys it is the suites that say whether there are curves to speak of. */
static unsigned mode_of(const struct prov_dtls *s)
{
    if (!prov_dtls_offers(s->config, PROV_KIND_PSK))
        return s->config->kinds;
    for (prov_suites row = s->config->suites; *row != NULL; row++)
        if ((*row)->kx == PROV_KX_ECDHE_PSK)
            return PROV_MODE_PSK_FS;
    return PROV_MODE_PSK;
}

void prov_client_extensions_put(struct prov_dtls *s, struct prov_buf *buf)
{
    prov_extensions_put(s, mode_of(s), buf);
}

/* Also says which kind this handshake is: an answer without certificate types means X.509 on that
 * side, and a raw key on one side only is refused (H22). */
prov_outcome prov_client_extensions_take(struct prov_dtls *s, struct prov_bytes extensions)
{
    struct prov_dtls_handshake *hs = s->hs;
    prov_outcome outcome = prov_extensions_take(s, extensions);

    if (outcome != PROV_OK)
        return outcome;
    s->extended_master = hs->facts.extended_master;
    if (prov_dtls_is_resumed(s)) /* the kind is the session's; RFC 7627, section 5.3 */
        return s->extended_master ? PROV_OK : PROV_ALERT_HANDSHAKE_FAILURE;
    s->kind = (uint8_t)kind_of(s);
    return s->kind == PROV_KIND_RPK && (hs->answered & types) != types
               ? PROV_ALERT_HANDSHAKE_FAILURE
               : PROV_OK;
}
