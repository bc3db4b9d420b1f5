/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients that accept a flight which they should refuse: what is wrong in it is put right before the client
 * sees it, signature included, so that it goes on.
 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "libprov/dtls/messages.h"

#define HELLO_EXTENSIONS(body) (2 + PROV_DTLS_RANDOM_LEN + 1 + (body)[2 + PROV_DTLS_RANDOM_LEN] + 3)

/* --- ServerHello ----------------------------------------------------------------------------- */

/* The block of extensions with one taken out, or put in. */
static size_t change_block(uint8_t *body, size_t len, int out, int in, struct prov_bytes extension)
{
    size_t at = HELLO_EXTENSIONS(body);

    if (len < at + 2 || at + 2 + (size_t)(body[at] << 8 | body[at + 1]) != len)
        return len;
    size_t block = fault_extensions(body + at + 2, len - at - 2, out, in, extension);
    body[at] = (uint8_t)(block >> 8);
    body[at + 1] = (uint8_t)block;
    return at + 2 + block;
}

static size_t right_version(struct rig *rig, uint8_t *body, size_t len)
{
    (void)rig;
    body[1] = 0xFD;
    return len;
}
static size_t right_suite(struct rig *rig, uint8_t *body, size_t len)
{
    size_t at = HELLO_EXTENSIONS(body) - 3;

    (void)rig;
    body[at] = 0xC0;
    body[at + 1] = 0xA8;
    return len;
}
static size_t right_compression(struct rig *rig, uint8_t *body, size_t len)
{
    (void)rig;
    body[HELLO_EXTENSIONS(body) - 1] = 0;
    return len;
}
static size_t without_53(struct rig *rig, uint8_t *body, size_t len)
{
    (void)rig;
    return change_block(body, len, PROV_EXTENSION_CONNECTION_ID_DRAFT, -1, PROV_BYTES_NONE);
}
/* The body of an extension, and how often it is there. */
static unsigned count(const uint8_t *body, size_t len, uint16_t type, struct prov_bytes *ret)
{
    size_t at = HELLO_EXTENSIONS(body) + 2;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(body + at, at < len ? len - at : 0));
    struct prov_bytes other;
    unsigned found = 0;
    uint16_t is;

    while (prov_take_u16(&reader, &is) && prov_take_vector(&reader, 2, &other)) {
        if (is != type)
            continue;
        *ret = other;
        found++;
    }
    return found;
}
static size_t one_master(struct rig *rig, uint8_t *body, size_t len)
{
    struct prov_bytes extension;

    (void)rig;
    if (count(body, len, PROV_EXTENSION_EXTENDED_MASTER_SECRET, &extension) < 2)
        return len;
    return change_block(body, len, PROV_EXTENSION_EXTENDED_MASTER_SECRET,
                        PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_BYTES_NONE);
}
static size_t empty_info(struct rig *rig, uint8_t *body, size_t len)
{
    struct prov_bytes extension;

    (void)rig;
    if (count(body, len, PROV_EXTENSION_RENEGOTIATION_INFO, &extension) != 1 || extension.len < 2)
        return len;
    return change_block(body, len, PROV_EXTENSION_RENEGOTIATION_INFO,
                        PROV_EXTENSION_RENEGOTIATION_INFO, OCTETS(0));
}
static size_t right_fragment_length(struct rig *rig, uint8_t *body, size_t len)
{
    (void)rig;
    return change_block(body, len, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, -1, PROV_BYTES_NONE);
}
static size_t raw_types(struct rig *rig, uint8_t *body, size_t len)
{
    struct prov_bytes extension;

    (void)rig;
    if (count(body, len, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, &extension) != 1 ||
        extension.data[0] != PROV_CERTIFICATE_TYPE_X509)
        return len;
    len = change_block(body, len, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE,
                       PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, OCTETS(PROV_CERTIFICATE_TYPE_RAW));
    return change_block(body, len, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE,
                        PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, OCTETS(PROV_CERTIFICATE_TYPE_RAW));
}
/* The last octet of the block is the empty renegotiation_info's. */
static size_t whole_hello(struct rig *rig, uint8_t *body, size_t len)
{
    size_t at = HELLO_EXTENSIONS(body);

    (void)rig;
    if (at + 2 + (size_t)(body[at] << 8 | body[at + 1]) == len + 1)
        body[len++] = 0;
    return len;
}

#define REPAIRS(name, change)                                                                      \
    static bool name(struct rig *rig, uint8_t *datagram, size_t *len)                              \
    {                                                                                              \
        (void)fault_rewrite(datagram, len, MESSAGE_SERVER_HELLO, change, rig);                     \
        return true;                                                                               \
    }
REPAIRS(any_version, right_version)
REPAIRS(any_suite, right_suite)
REPAIRS(any_extension, without_53)
REPAIRS(any_number, one_master)
REPAIRS(any_compression, right_compression)
REPAIRS(any_fragment_length, right_fragment_length)
REPAIRS(any_info, empty_info)
REPAIRS(any_type, raw_types)
REPAIRS(any_form, whole_hello)

static void small_fragments(struct rig *rig)
{
    rig->client.max_fragment = 512;
}

/* --- ServerKeyExchange: raw keys, so that a flight is one datagram and the key is known -------- */

static void sign_exchange(struct rig *rig, const uint8_t *random_server, struct prov_buf *body)
{
    const struct prov_bytes parts[] = {PROV_BYTES_OF(rig->session.hs->random_client),
                                       PROV_BYTES(random_server, PROV_DTLS_RANDOM_LEN),
                                       prov_buf_bytes(body)};
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_key key = {0};

    if (prov_crypto_sha256(rig->world->crypto, parts, 3, digest) != PROV_OK ||
        prov_crypto_key_load(rig->world->crypto, prov_secret_bytes(&rig->world->server_key.scalar),
                             &key) != PROV_OK ||
        prov_crypto_sign(rig->world->crypto, &key, digest, signature) != PROV_OK)
        abort();
    prov_signed_put(body, signature);
    prov_crypto_key_drop(rig->world->crypto, &key);
}

/* rig->room has the server's random. */
static size_t good_exchange(struct rig *rig, uint8_t *body, size_t len)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(body, len));
    struct prov_buf out = prov_buf_make(body, RIG_MTU / 2);
    struct prov_ecdh_params params;
    uint8_t point[PROV_POINT_LEN];

    if (!prov_ecdh_params_take(&reader, &params))
        return len;
    bool usable = params.point.len == PROV_POINT_LEN &&
                  prov_crypto_point_check(rig->world->crypto, params.point) == PROV_OK;
    memcpy(point, usable ? params.point.data : rig->world->server_key.point, PROV_POINT_LEN);
    prov_ecdh_params_put(&out, point);
    sign_exchange(rig, rig->room, &out);
    return out.len;
}

/* What is wrong with an exchange. */
enum wrong { WRONG_NOTHING, WRONG_SIGNATURE, WRONG_ALGORITHM, WRONG_POINT, WRONG_CURVE };

static enum wrong look(struct rig *rig, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_ecdh_params params;
    struct prov_signed value;
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];

    if (!prov_ecdh_params_take(&reader, &params) || !prov_signed_take(&reader, &value))
        return WRONG_NOTHING;
    if (params.curve != ECDH_P256)
        return WRONG_CURVE;
    if (prov_crypto_point_check(rig->world->crypto, params.point) != PROV_OK)
        return WRONG_POINT;
    if (value.algorithm != PROV_SIGNATURE_ECDSA_SHA256)
        return WRONG_ALGORITHM;
    const struct prov_bytes parts[] = {PROV_BYTES_OF(rig->session.hs->random_client),
                                       PROV_BYTES(rig->room, PROV_DTLS_RANDOM_LEN), params.octets};
    bool good = prov_crypto_sha256(rig->world->crypto, parts, 3, digest) == PROV_OK &&
                prov_ecdsa_decode(value.signature, signature) == PROV_OK &&
                prov_crypto_verify(rig->world->crypto, PROV_BYTES_OF(rig->world->server_key.point),
                                   digest, signature) == PROV_OK;
    return good ? WRONG_NOTHING : WRONG_SIGNATURE;
}

static bool repair_exchange(struct rig *rig, uint8_t *datagram, size_t *len, enum wrong wanted)
{
    size_t size;
    uint8_t *hello = rig_message(datagram, *len, MESSAGE_SERVER_HELLO, &size);

    if (hello == NULL)
        return true;
    memcpy(rig->room, hello + MESSAGE_HEADER_LEN + 2, PROV_DTLS_RANDOM_LEN);
    uint8_t *exchange = rig_message(datagram, *len, MESSAGE_SERVER_KEY_EXCHANGE, &size);
    if (exchange == NULL ||
        look(rig, PROV_BYTES(exchange + MESSAGE_HEADER_LEN, size - MESSAGE_HEADER_LEN)) != wanted)
        return true;
    (void)fault_rewrite(datagram, len, MESSAGE_SERVER_KEY_EXCHANGE, good_exchange, rig);
    return true;
}
static bool any_signature(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return repair_exchange(rig, datagram, len, WRONG_SIGNATURE);
}
static bool any_algorithm(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return repair_exchange(rig, datagram, len, WRONG_ALGORITHM);
}
static bool any_point(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return repair_exchange(rig, datagram, len, WRONG_POINT);
}
static bool any_curve(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return repair_exchange(rig, datagram, len, WRONG_CURVE);
}

/* --- missing messages ------------------------------------------------------------------------ */

static bool without_certificate(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint8_t room[PROV_SPKI_LEN + 3];
    struct prov_buf body = PROV_BUF_OF(room);
    size_t size;

    prov_raw_key_put(&body, PROV_BYTES_OF(rig->world->server_spki));
    if (rig_message(datagram, *len, MESSAGE_SERVER_KEY_EXCHANGE, &size) != NULL &&
        rig_message(datagram, *len, MESSAGE_CERTIFICATE, &size) == NULL)
        fault_insert(datagram, len, MESSAGE_SERVER_HELLO, MESSAGE_CERTIFICATE,
                     prov_buf_bytes(&body));
    return true;
}
static bool without_request(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint8_t room[32];
    struct prov_buf body = PROV_BUF_OF(room);
    size_t size;

    (void)rig;
    prov_certificate_request_put(&body);
    if (rig_message(datagram, *len, MESSAGE_CERTIFICATE_REQUEST, &size) == NULL)
        fault_insert(datagram, len, MESSAGE_SERVER_KEY_EXCHANGE, MESSAGE_CERTIFICATE_REQUEST,
                     prov_buf_bytes(&body));
    return true;
}
static bool no_hints(struct rig *rig, uint8_t *datagram, size_t *len)
{
    size_t size;

    if (rig_message(datagram, *len, MESSAGE_SERVER_KEY_EXCHANGE, &size) == NULL)
        return true;
    prov_dtls_abort(&rig->session, PROV_ALERT_UNEXPECTED_MESSAGE);
    return false;
}

/* A Finished that comes at once, in epoch 1, says that a session is resumed. */
static bool no_resumption(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)len;
    if (datagram[0] != CONTENT_HANDSHAKE || datagram[4] != 1 || rig->session.hs == NULL ||
        !prov_dtls_resumed(&rig->session))
        return true;
    prov_dtls_abort(&rig->session, PROV_ALERT_HANDSHAKE_FAILURE);
    return false;
}

/* --- keys ------------------------------------------------------------------------------------ */

static prov_result any_key(struct rig *rig, prov_result right)
{
    (void)rig;
    (void)right;
    return PROV_OK;
}
static prov_result no_key(struct rig *rig, prov_result right)
{
    (void)rig;
    (void)right;
    return PROV_E_ISSUER;
}

/* While the server's flight is looked at, this end does not know what its own key is. */
static bool forget_own_key(struct rig *rig, uint8_t *datagram, size_t *len)
{
    size_t size;
    const uint8_t *message = rig_message(datagram, *len, MESSAGE_CERTIFICATE, &size);

    if (message != NULL && size == MESSAGE_HEADER_LEN + 3 + PROV_SPKI_LEN &&
        memcmp(message + MESSAGE_HEADER_LEN + 3, rig->world->spki, PROV_SPKI_LEN) == 0) {
        rig->client.spki = PROV_BYTES_OF(rig->world->server_spki);
        rig->client.chain_len = 0;
        rig->count = 1;
    }
    return true;
}
static prov_result own_key_too(struct rig *rig, prov_result right)
{
    return rig->count == 1 ? PROV_OK : right;
}

/* --- what the client sends ------------------------------------------------------------------- */

static void chain_twice(struct rig *rig)
{
    static struct prov_bytes chain[2];

    chain[0] = chain[1] = rig->world->leaf;
    rig->client.chain = chain;
    rig->client.chain_len = 2;
}
static void wrong_signature(struct rig *rig)
{
    rig->bad_signature = true;
}
static bool change_alert(uint8_t *datagram, size_t len, uint8_t from, uint8_t to)
{
    if (len == RECORD_HEADER_LEN + 2 && datagram[0] == CONTENT_ALERT && datagram[4] == 0 &&
        datagram[RECORD_HEADER_LEN + 1] == from)
        datagram[RECORD_HEADER_LEN + 1] = to;
    return true;
}
static bool wrong_alerts(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    return change_alert(datagram, *len, PROV_ALERT_ILLEGAL_PARAMETER, PROV_ALERT_INTERNAL_ERROR);
}
static bool forbidden_alerts(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)rig;
    return change_alert(datagram, *len, PROV_ALERT_HANDSHAKE_FAILURE, PROV_ALERT_UNKNOWN_CA);
}

/* --- the table ------------------------------------------------------------------------------- */

#define BY_DATAGRAM(name, mode, rule, change)                                                      \
    {                                                                                              \
        name, mode, rule, .in = change                                                             \
    }

const struct rig_switch faults_flight[] = {
    BY_DATAGRAM("takes ServerHello of DTLS 1.0", RIG_PSK, "client.server_version", any_version),
    BY_DATAGRAM("takes any suite", RIG_PSK, "client.unoffered_suite", any_suite),
    BY_DATAGRAM("takes any extension", RIG_PSK, "client.unoffered_extension", any_extension),
    BY_DATAGRAM("takes an extension twice", RIG_PSK, "client.answered_twice", any_number),
    BY_DATAGRAM("takes compression", RIG_PSK, "client.compression.answer", any_compression),
    {"takes any fragment length", RIG_PSK, "client.fragment_length.answer",
     .config = small_fragments, .in = any_fragment_length},
    BY_DATAGRAM("takes any renegotiation_info", RIG_PSK, "client.renegotiation_info.answer",
                any_info),
    BY_DATAGRAM("takes X.509 for a raw key", RIG_RPK, "client.certificate_type.answer", any_type),
    BY_DATAGRAM("takes a cut ServerHello", RIG_PSK, "client.server_hello.form", any_form),
    {"believes nobody", RIG_RPK, "client.connects", .verdict = no_key},
    {"believes any raw key", RIG_RPK, "client.raw_key", .verdict = any_key},
    {"believes its own key", RIG_RPK, "client.raw_key.own", .in = forget_own_key,
     .verdict = own_key_too},
    BY_DATAGRAM("verifies no ServerKeyExchange", RIG_RPK, "client.exchange.signature",
                any_signature),
    BY_DATAGRAM("takes SHA-1", RIG_RPK, "client.exchange.sha1", any_algorithm),
    BY_DATAGRAM("takes any point", RIG_RPK, "client.exchange.point", any_point),
    BY_DATAGRAM("takes any curve", RIG_RPK, "client.exchange.curve", any_curve),
    BY_DATAGRAM("takes no abbreviated handshake", RIG_RPK, "client.resumption", no_resumption),
    BY_DATAGRAM("takes no hint", RIG_PSK, "client.exchange.hint", no_hints),
    BY_DATAGRAM("does without a Certificate", RIG_RPK, "client.order", without_certificate),
    BY_DATAGRAM("does without a request", RIG_RPK, "client.request", without_request),
    {"a chain out of order", RIG_CERT, "client.certificate", .config = chain_twice},
    {"a wrong CertificateVerify", RIG_RPK, "client.certificate.verify", .config = wrong_signature},
    {"other alerts", RIG_PSK, "client.alerts", .out = wrong_alerts},
    {"alerts of another kind", RIG_RPK, "client.alerts.forbidden", .out = forbidden_alerts},
    {NULL, .slow = false},
};
