/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients with something wrong in their ClientHello, or in how they take a HelloVerifyRequest.
 */
#include "faults.h"

#include <string.h>

#include "libprov/dtls/messages.h"

/* --- the body of a hello --------------------------------------------------------------------- */

/* Made again with other suites, compression and extensions. */
static size_t remake(uint8_t *body, size_t len, struct prov_bytes suites,
                     struct prov_bytes compression, int out, int in, struct prov_bytes extension)
{
    uint8_t octets[RIG_MTU], room[RIG_MTU], block[RIG_MTU];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_client_hello hello;

    memcpy(octets, body, len);
    if (!prov_client_hello_take(PROV_BYTES(octets, len), &hello))
        return len;
    if (suites.len > 0)
        hello.suites = suites;
    if (compression.len > 0)
        hello.compression = compression;
    memcpy(block, hello.extensions.data, hello.extensions.len);
    size_t block_len = fault_extensions(block, hello.extensions.len, out, in, extension);
    prov_client_hello_put_head(&buf, &hello);
    prov_put_u16(&buf, (uint16_t)block_len);
    prov_put(&buf, block, block_len);
    memcpy(body, room, buf.len);
    return buf.len;
}

static size_t with_suites(uint8_t *body, size_t len, struct prov_bytes suites)
{
    return remake(body, len, suites, PROV_BYTES_NONE, -1, -1, PROV_BYTES_NONE);
}
static size_t add(uint8_t *body, size_t len, int type, struct prov_bytes extension)
{
    return remake(body, len, PROV_BYTES_NONE, PROV_BYTES_NONE, -1, type, extension);
}
static size_t replace(uint8_t *body, size_t len, int type, struct prov_bytes extension)
{
    return remake(body, len, PROV_BYTES_NONE, PROV_BYTES_NONE, type, type, extension);
}
static size_t leave_out(uint8_t *body, size_t len, int type)
{
    return remake(body, len, PROV_BYTES_NONE, PROV_BYTES_NONE, type, -1, PROV_BYTES_NONE);
}

#define HELLO(name) static size_t name(struct rig *rig, uint8_t *body, size_t len)

HELLO(old_version)
{
    (void)rig;
    body[1] = 0xFF;
    return len;
}
HELLO(old_version_later)
{
    if (rig->flow > 5)
        body[1] = 0xFF;
    return len;
}
HELLO(same_random)
{
    memset(body + 2, 7, PROV_DTLS_RANDOM_LEN);
    memcpy(rig->session.hs->random_client, body + 2, PROV_DTLS_RANDOM_LEN);
    return len;
}
HELLO(two_compressions)
{
    (void)rig;
    return remake(body, len, PROV_BYTES_NONE, OCTETS(1, 0), -1, -1, PROV_BYTES_NONE);
}
HELLO(other_suite)
{
    (void)rig;
    return with_suites(body, len, OCTETS(0xC0, 0xA9));
}
HELLO(cbc_suite)
{
    (void)rig;
    return with_suites(body, len, OCTETS(0xC0, 0xA8, 0x00, 0x8C));
}
HELLO(more_suites)
{
    (void)rig;
    return with_suites(body, len, OCTETS(0xC0, 0xA8, 0xC0, 0xA9));
}
HELLO(twice)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_BYTES_NONE);
}
HELLO(strange_extension)
{
    (void)rig;
    return add(body, len, 28, OCTETS(2, 0));
}
HELLO(large)
{
    static const uint8_t cid[200] = {199};

    (void)rig;
    return add(body, len, PROV_EXTENSION_CONNECTION_ID, PROV_BYTES_OF(cid));
}
HELLO(other_order)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_BYTES_NONE);
}
HELLO(name_with_dot)
{
    static const uint8_t name[] = "\0\x15\0\0\x12"
                                  "coaps.example.org.";

    (void)rig;
    return replace(body, len, PROV_EXTENSION_SERVER_NAME, PROV_BYTES(name, sizeof(name) - 1));
}
HELLO(bad_fragment_length)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, OCTETS(5));
}
HELLO(trusted_cas)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_TRUSTED_CA_KEYS, OCTETS(0, 0));
}
HELLO(url_body)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_CLIENT_CERTIFICATE_URL, OCTETS(1));
}
HELLO(truncated_hmac)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_TRUNCATED_HMAC, PROV_BYTES_NONE);
}
HELLO(status_request)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_STATUS_REQUEST, OCTETS(1, 0, 0, 0, 0));
}
HELLO(other_group)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_SUPPORTED_GROUPS, OCTETS(0, 2, 0, 24));
}
HELLO(other_format)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_EC_POINT_FORMATS, OCTETS(1, 1));
}
HELLO(two_groups)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_SUPPORTED_GROUPS, OCTETS(0, 4, 0, 23, 0, 24));
}
HELLO(no_signatures)
{
    (void)rig;
    return leave_out(body, len, PROV_EXTENSION_SIGNATURE_ALGORITHMS);
}
HELLO(sha1_signatures)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_SIGNATURE_ALGORITHMS, OCTETS(0, 4, 4, 3, 2, 3));
}
HELLO(both_types)
{
    (void)rig;
    return replace(body, len, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, OCTETS(2, 2, 0));
}
HELLO(bad_heartbeat_mode)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_HEARTBEAT, OCTETS(3));
}
HELLO(http_protocol)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_ALPN, OCTETS(0, 3, 2, 'h', '2'));
}
HELLO(encrypt_then_mac)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_ENCRYPT_THEN_MAC, PROV_BYTES_NONE);
}
HELLO(no_extended_master)
{
    (void)rig;
    return leave_out(body, len, PROV_EXTENSION_EXTENDED_MASTER_SECRET);
}
HELLO(ticket)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_SESSION_TICKET, PROV_BYTES_NONE);
}
HELLO(early_data)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_EARLY_DATA, PROV_BYTES_NONE);
}
HELLO(draft_connection_id)
{
    (void)rig;
    return add(body, len, PROV_EXTENSION_CONNECTION_ID_DRAFT, OCTETS(0));
}
HELLO(no_renegotiation_info)
{
    (void)rig;
    return leave_out(body, len, PROV_EXTENSION_RENEGOTIATION_INFO);
}
HELLO(changed_with_cookie)
{
    return rig->hellos > 1 ? add(body, len, PROV_EXTENSION_CONNECTION_ID, OCTETS(0)) : len;
}

/* --- configurations -------------------------------------------------------------------------- */

static void no_name(struct rig *rig)
{
    rig->client.server_name = NULL;
}
static void other_identity(struct rig *rig)
{
    static const uint8_t identity[] = {1, 2, 3, 4, 5, 6, 7, 8};

    rig->client.psk_identity = PROV_BYTES_OF(identity);
}
static void named_identity(struct rig *rig)
{
    memcpy(rig->room, rig->world->eui64.octets, 8);
    rig->bundle.psk_identity = rig->client.psk_identity = PROV_BYTES(rig->room, 8);
}
static void half_a_chain(struct rig *rig)
{
    rig->client.cached_certificate.len /= 2;
}

/* --- datagrams ------------------------------------------------------------------------------- */

static bool is_verify(const uint8_t *datagram, size_t len)
{
    return len > RECORD_HEADER_LEN && datagram[0] == CONTENT_HANDSHAKE &&
           datagram[RECORD_HEADER_LEN] == MESSAGE_HELLO_VERIFY_REQUEST;
}
static bool is_hello(const uint8_t *datagram)
{
    return datagram[0] == CONTENT_HANDSHAKE && datagram[4] == 0 &&
           datagram[RECORD_HEADER_LEN] == MESSAGE_CLIENT_HELLO;
}
static bool no_verify(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    return !is_verify(datagram, *len);
}
static bool no_verify_10(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    return !is_verify(datagram, *len) ||
           datagram[RECORD_HEADER_LEN + MESSAGE_HEADER_LEN + 1] != 0xFF;
}
static bool no_long_cookie(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    return !is_verify(datagram, *len) || *len < 100;
}
/* Half of the hello, as if it went in two. */
static bool cut_hello(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    if (!is_hello(datagram))
        return true;
    datagram[12] = 12 + 40;
    datagram[RECORD_HEADER_LEN + 11] = 40;
    *len = RECORD_HEADER_LEN + MESSAGE_HEADER_LEN + 40;
    return true;
}
static bool other_record_version(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    (void)len;
    if (is_hello(datagram))
        datagram[2] = 0xFC;
    return true;
}
static bool plain_coap(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    memcpy(datagram, "@\1\0\1", 4);
    *len = 4;
    return true;
}
static bool same_number(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    (void)len;
    if (is_hello(datagram))
        memset(datagram + 5, 0, 6);
    return true;
}

/* --- the table ------------------------------------------------------------------------------- */

#define BY_HELLO(name, mode, rule, change)                                                         \
    {                                                                                              \
        name, mode, rule, .hello = change                                                          \
    }
#define BY_CONFIG(name, mode, rule, change)                                                        \
    {                                                                                              \
        name, mode, rule, .config = change                                                         \
    }

const struct rig_switch faults_hello[] = {
    {"speaks CoAP", RIG_PSK, "client.dtls", .out = plain_coap},
    {"cuts its hello", RIG_PSK, "client.hello", .out = cut_hello},
    BY_HELLO("a large hello", RIG_RPK, "client.hello.size", large),
    BY_HELLO("extensions in another order", RIG_CERT, "client.hello.exact", other_order),
    BY_HELLO("DTLS 1.0", RIG_PSK, "client.version", old_version),
    BY_HELLO("falls back to DTLS 1.0", RIG_PSK, "client.version.retry", old_version_later),
    {"another record version", RIG_PSK, "client.version.record", .out = other_record_version},
    BY_HELLO("one random for all", RIG_PSK, "client.random", same_random),
    BY_HELLO("offers compression", RIG_PSK, "client.compression", two_compressions),
    BY_HELLO("has no suite of the profile", RIG_PSK, "client.suites.mandatory", other_suite),
    BY_HELLO("offers CBC", RIG_PSK, "client.suites.aead", cbc_suite),
    BY_HELLO("offers more suites", RIG_PSK, "client.suites.profile", more_suites),
    {"has no forward secrecy", RIG_PSK, "client.suites.forward_secrecy", .slow = false},
    BY_HELLO("an extension twice", RIG_PSK, "client.extensions.twice", twice),
    BY_HELLO("record_size_limit", RIG_PSK, "client.extensions.profile", strange_extension),
    BY_CONFIG("does not name the server", RIG_CERT, "client.server_name", no_name),
    BY_HELLO("a dot behind the name", RIG_PSK, "client.server_name.form", name_with_dot),
    BY_HELLO("a fragment length of 5", RIG_PSK, "client.fragment_length.value",
             bad_fragment_length),
    BY_HELLO("names its CAs", RIG_CERT, "client.trusted_ca_keys", trusted_cas),
    BY_HELLO("octets in client_certificate_url", RIG_CERT, "client.certificate_url", url_body),
    BY_HELLO("offers truncated_hmac", RIG_PSK, "client.truncated_hmac", truncated_hmac),
    BY_HELLO("asks for OCSP", RIG_CERT, "client.status_request", status_request),
    BY_HELLO("another group", RIG_RPK, "client.groups", other_group),
    BY_HELLO("a compressed format", RIG_RPK, "client.formats", other_format),
    BY_HELLO("two groups", RIG_PSK_FS, "client.curve.exact", two_groups),
    BY_HELLO("no signature algorithms", RIG_CERT, "client.signatures", no_signatures),
    BY_HELLO("SHA-1 too", RIG_RPK, "client.signatures.exact", sha1_signatures),
    BY_HELLO("both certificate types", RIG_RPK, "client.certificate_type", both_types),
    BY_HELLO("a heartbeat mode of 3", RIG_PSK, "client.heartbeat", bad_heartbeat_mode),
    BY_HELLO("offers h2", RIG_PSK, "client.alpn", http_protocol),
    BY_HELLO("offers encrypt_then_mac", RIG_PSK, "client.encrypt_then_mac", encrypt_then_mac),
    BY_HELLO("no extended master secret", RIG_PSK, "client.extended_master", no_extended_master),
    BY_HELLO("asks for a ticket", RIG_PSK, "client.ticket", ticket),
    BY_HELLO("offers early data", RIG_PSK, "client.early_data", early_data),
    BY_HELLO("a draft's connection id", RIG_PSK, "client.connection_id", draft_connection_id),
    BY_HELLO("no renegotiation_info", RIG_PSK, "client.renegotiation_info", no_renegotiation_info),
    {"ignores HelloVerifyRequest", RIG_PSK, "client.cookie", .in = no_verify},
    {"takes HelloVerifyRequest of DTLS 1.2 alone", RIG_PSK, "client.cookie.version",
     .in = no_verify_10},
    BY_HELLO("another hello with the cookie", RIG_PSK, "client.cookie.same", changed_with_cookie),
    {"takes short cookies alone", RIG_PSK, "client.cookie.length", .in = no_long_cookie},
    {"counts no records", RIG_PSK, "client.sequence", .out = same_number},
    BY_CONFIG("another identity", RIG_PSK, "client.identity", other_identity),
    BY_CONFIG("an identity that names it", RIG_PSK, "client.identity.private", named_identity),
    BY_CONFIG("hashes half of a chain", RIG_CERT, "client.cached_info", half_a_chain),
    {NULL, .slow = false},
};
