/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello extensions: what the profile says of each, for each role and mode. Where two documents speak, the
 * stricter one stands; where none does, the words of the extension's own.
 */
#include "prov/profile.h"

#include <stddef.h>

#define CLIENT  PROV_ROLE_CLIENT
#define SERVER  PROV_ROLE_SERVER
#define SMALL   PROV_ROLE_CONSTRAINED_SERVER
#define SERVERS (SERVER | SMALL)
#define ALL     (CLIENT | SERVERS)

#define PSK    PROV_MODE_PSK
#define CERT   PROV_MODE_CERT
#define RPK    PROV_MODE_RPK
#define PUBLIC (PROV_MODE_RPK | PROV_MODE_CERT)
#define ECDHE  (PROV_MODE_PSK_FS | PUBLIC)
#define PSKS   (PROV_MODE_PSK | PROV_MODE_PSK_FS)
#define ANY    (PSKS | PUBLIC)

#define NO         PROV_DEMAND_MUST_NOT
#define BETTER_NOT PROV_DEMAND_SHOULD_NOT
#define MAY        PROV_DEMAND_MAY
#define SHOULD     PROV_DEMAND_SHOULD
#define MUST       PROV_DEMAND_MUST

const struct prov_extension_rule prov_extension_rules[] = {
    /* type, roles, modes, implement, offer, when, document, section, row */
    {PROV_EXTENSION_SERVER_NAME, CLIENT, ANY, MUST, MUST,
     "the server is known by an FQDN; never for an EUI-64 or an address", "RFC 7925", "14",
     "row43"},
    {PROV_EXTENSION_SERVER_NAME, SERVER, ANY, MUST, MAY,
     "it chose a key or a chain by the name; an unknown name is fatal", "RFC 6066", "3", "row43"},
    {PROV_EXTENSION_SERVER_NAME, SMALL, ANY, MAY, BETTER_NOT, NULL, "RFC 7925", "4.4.1", "row3"},

    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, CLIENT, ANY, MUST, MAY, "its buffers are small",
     "RFC 7925", "15", "row44"},
    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, SERVERS, ANY, SHOULD, SHOULD, NULL, "RFC 6066", "4",
     "row44"},

    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, CLIENT, CERT, MUST, MAY,
     "its chain lies at an address; the server is not constrained", "RFC 7925", "4.4.5", "row40"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, SERVER, CERT, MAY, MAY, NULL, "RFC 6066", "5", "row40"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, SMALL, CERT, BETTER_NOT, BETTER_NOT, NULL, "RFC 7925",
     "4.4.5", "row40"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, ALL, PSKS | RPK, MAY, NO, NULL, "RFC 6066", "5",
     "row40"},

    {PROV_EXTENSION_TRUSTED_CA_KEYS, CLIENT, CERT, SHOULD, BETTER_NOT,
     "unless the server was discovered: then SHOULD", "RFC 7925", "4.4.6", "row41"},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, SERVERS, CERT, MAY, MAY, "it chose a chain by it", "RFC 6066",
     "6", "row41"},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, ALL, PSKS | RPK, MAY, BETTER_NOT, NULL, "RFC 7925", "4.4.6",
     "row41"},

    {PROV_EXTENSION_TRUNCATED_HMAC, ALL, ANY, NO, NO, NULL, "RFC 7925", "13", "row23"},
    {PROV_EXTENSION_STATUS_REQUEST, ALL, ANY, BETTER_NOT, BETTER_NOT, NULL, "RFC 7925", "4.4.3",
     "row27"},

    {PROV_EXTENSION_SUPPORTED_GROUPS, CLIENT, ECDHE, MUST, MUST, NULL, "RFC 7252", "9.1.3.2",
     "row18"},
    {PROV_EXTENSION_SUPPORTED_GROUPS, CLIENT, PSK, MAY, NO, NULL, "RFC 8422", "4", "row18"},
    {PROV_EXTENSION_SUPPORTED_GROUPS, SERVERS, ANY, MUST, NO, NULL, "RFC 8422", "5.2", "row18"},

    {PROV_EXTENSION_EC_POINT_FORMATS, CLIENT, ECDHE, MUST, MUST, NULL, "RFC 7252", "9.1.3.2",
     "row19"},
    {PROV_EXTENSION_EC_POINT_FORMATS, CLIENT, PSK, MAY, NO, NULL, "RFC 8422", "4", "row19"},
    {PROV_EXTENSION_EC_POINT_FORMATS, SERVERS, ECDHE, MUST, SHOULD, NULL, "RFC 8422", "5.2",
     "row19"},
    {PROV_EXTENSION_EC_POINT_FORMATS, SERVERS, PSK, MAY, NO, NULL, "RFC 8422", "4", "row19"},

    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, CLIENT, PUBLIC, MUST, MUST, NULL, "RFC 7925", "5",
     "row20"},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, CLIENT, PSKS, MAY, BETTER_NOT, NULL, "RFC 7925", "5",
     "row20"},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, SERVERS, ANY, MUST, NO, NULL, "RFC 5246", "7.4.1.4.1",
     "row20"},

    {PROV_EXTENSION_HEARTBEAT, CLIENT, ANY, MAY, MAY, "the server begins exchanges: then SHOULD",
     "RFC 7925", "10", "row48"},
    {PROV_EXTENSION_HEARTBEAT, SERVERS, ANY, MAY, MAY, "it begins exchanges: then SHOULD",
     "RFC 7925", "10", "row48"},

    {PROV_EXTENSION_ALPN, CLIENT, ANY, MAY, MAY, "the endpoint serves more than one protocol",
     PROV_DRAFT_TLS13_IOT, "12", "row53"},
    {PROV_EXTENSION_ALPN, SERVERS, ANY, MAY, MAY, "it has the protocol; none in common is fatal",
     "RFC 7301", "3.2", "row53"},

    {PROV_EXTENSION_STATUS_REQUEST_V2, ALL, ANY, BETTER_NOT, BETTER_NOT, NULL, "RFC 7925", "4.4.3",
     "row27"},

    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, ALL, RPK, MUST, MUST, NULL, "RFC 7925", "4.3",
     "row15"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, CLIENT, CERT, MAY, NO, "X.509 is all that is left",
     "RFC 7250", "4.1", "row15"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, SERVERS, CERT, MAY, MAY, "both types were offered",
     "RFC 7250", "4.2", "row15"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, ALL, PSKS, MAY, BETTER_NOT, NULL, "RFC 7250", "4.2",
     "row15"},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, ALL, RPK, MUST, MUST, NULL, "RFC 7925", "4.3",
     "row15"},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, CLIENT, CERT, MAY, NO, "X.509 is all that is left",
     "RFC 7250", "4.1", "row15"},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, SERVERS, CERT, MAY, MAY, "both types were offered",
     "RFC 7250", "4.2", "row15"},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, ALL, PSKS, MAY, BETTER_NOT, NULL, "RFC 7250", "4.2",
     "row15"},

    {PROV_EXTENSION_ENCRYPT_THEN_MAC, ALL, ANY, NO, NO, NULL, "RFC 7925", "13", "row23"},

    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, CLIENT, ANY, SHOULD, SHOULD, NULL, "RFC 7925", "16",
     "row52"},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, SERVERS, ANY, SHOULD, SHOULD, NULL, "RFC 7627", "5.1",
     "row52"},

    {PROV_EXTENSION_CACHED_INFO, CLIENT, CERT, MUST, MAY,
     "it has the server's chain of an earlier handshake", "RFC 7925", "4.4", "row31"},
    {PROV_EXTENSION_CACHED_INFO, SERVERS, CERT, MUST, MUST, "the fingerprint is its chain's",
     "RFC 7925", "4.4", "row31"},
    {PROV_EXTENSION_CACHED_INFO, ALL, PSKS | RPK, MAY, BETTER_NOT, NULL, "RFC 7924", "3", "row31"},

    {PROV_EXTENSION_SESSION_TICKET, CLIENT, ANY, MUST, BETTER_NOT,
     "unless the server is constrained: then MUST", "RFC 7925", "7", "row46"},
    {PROV_EXTENSION_SESSION_TICKET, SERVER, ANY, MAY, BETTER_NOT, NULL, "RFC 7925", "7", "row46"},
    {PROV_EXTENSION_SESSION_TICKET, SMALL, ANY, SHOULD, SHOULD, NULL, "RFC 7925", "7", "row45"},

    {PROV_EXTENSION_EARLY_DATA, ALL, ANY, NO, NO, NULL, "RFC 8446", "4.2.10", "row54"},
    {PROV_EXTENSION_CONNECTION_ID_DRAFT, ALL, ANY, NO, NO, "a draft's number", "RFC 9146", "10.1",
     "row57"},
    {PROV_EXTENSION_CONNECTION_ID, CLIENT, ANY, MAY, MAY, "it is behind a NAT", "RFC 9146", "3",
     "row57"},
    {PROV_EXTENSION_CONNECTION_ID, SERVERS, ANY, MAY, MAY, NULL, "RFC 9146", "3", "row57"},

    {PROV_EXTENSION_RENEGOTIATION_INFO, CLIENT, ANY, MUST, MUST,
     "or the signalling suite 0x00FF in its place", "RFC 5746", "3.4", "row51"},
    {PROV_EXTENSION_RENEGOTIATION_INFO, SERVERS, ANY, MUST, MUST, NULL, "RFC 5746", "3.6", "row51"},
};
const size_t prov_extension_rule_count = sizeof prov_extension_rules / sizeof *prov_extension_rules;

const struct prov_extension_rule *
prov_extension_rule_find(uint16_t type, enum prov_profile_role role, enum prov_profile_mode mode)
{
    for (size_t i = 0; i < prov_extension_rule_count; i++) {
        const struct prov_extension_rule *rule = &prov_extension_rules[i];
        if (rule->type == type && (rule->roles & role) != 0 && (rule->modes & mode) != 0)
            return rule;
    }
    return NULL;
}

/* --- the one ClientHello ----------------------------------------------------------------------- */

/* After server_name, in the order in which they stand; the bodies of RFC 7252, section 9.1.3.2. */
static const struct {
    uint16_t type;
    uint8_t modes, len;
    uint8_t body[4];
} hello[] = {
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, RPK, 2, {1, PROV_CERTIFICATE_TYPE_RAW}},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, RPK, 2, {1, PROV_CERTIFICATE_TYPE_RAW}},
    {PROV_EXTENSION_SUPPORTED_GROUPS, ECDHE, 4, {0, 2, 0, PROV_GROUP_SECP256R1}},
    {PROV_EXTENSION_EC_POINT_FORMATS, ECDHE, 2, {1, PROV_POINT_FORMAT_UNCOMPRESSED}},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS,
     PUBLIC,
     4,
     {0, 2, PROV_SIGNATURE_ECDSA_SHA256 >> 8, PROV_SIGNATURE_ECDSA_SHA256 & 0xff}},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, ANY, 0, {0}},
    {PROV_EXTENSION_RENEGOTIATION_INFO, ANY, 1, {0}},
};

prov_suites prov_mode_suites(enum prov_profile_mode mode)
{
    return mode == PROV_MODE_PSK      ? prov_suites_psk
           : mode == PROV_MODE_PSK_FS ? prov_suites_psk_fs
                                      : prov_suites_public;
}

/* ServerNameList<1..2^16-1> of {host_name(0), HostName<1..2^16-1>} (RFC 6066, section 3) */
static void server_name_put(const char *server_name, struct prov_buf *buf)
{
    prov_put_u16(buf, PROV_EXTENSION_SERVER_NAME);
    size_t body = prov_put_open(buf, 2), list = prov_put_open(buf, 2);
    prov_put_u8(buf, 0);
    size_t name = prov_put_open(buf, 2);
    prov_put_text(buf, server_name);
    prov_put_close(buf, 2, name);
    prov_put_close(buf, 2, list);
    prov_put_close(buf, 2, body);
}

void prov_mode_hello_put(enum prov_profile_mode mode, const char *server_name, struct prov_buf *buf)
{
    size_t suites = prov_put_open(buf, 2);
    for (prov_suites suite = prov_mode_suites(mode); *suite != NULL; suite++)
        prov_put_u16(buf, (*suite)->id);
    prov_put_close(buf, 2, suites);
    prov_put_u8(buf, 1); /* compression_methods: null alone (row 47) */
    prov_put_u8(buf, 0);
    size_t extensions = prov_put_open(buf, 2);
    if (server_name != NULL)
        server_name_put(server_name, buf);
    for (size_t i = 0; i < sizeof hello / sizeof *hello; i++) {
        if ((hello[i].modes & mode) == 0)
            continue;
        prov_put_u16(buf, hello[i].type);
        prov_put_u16(buf, hello[i].len);
        prov_put(buf, hello[i].body, hello[i].len);
    }
    prov_put_close(buf, 2, extensions);
}
