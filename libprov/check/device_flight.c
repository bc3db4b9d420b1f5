/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half of a handshake, as it should be but for the probe's one fault.
 */
#include "device.h"

#include <string.h>

#define GROUP_SECP384R1      24
#define UNKNOWN_EXTENSION    0x2A2A /* kept free for such things (RFC 8701) */
#define SIGNATURE_ECDSA_SHA1 0x0203u

static const uint8_t lie[] = "another identity";

/* --- out ------------------------------------------------------------------------------------- */

void device_send(struct device *d, struct prov_bytes datagram)
{
    check_run_send(d->run, d->now.flow, datagram);
}

static void send_datagram(void *context, struct prov_bytes datagram)
{
    device_send(context, datagram);
}

static void send_record(struct device *d, unsigned epoch, uint8_t type, struct prov_bytes content)
{
    uint8_t room[LINK_DATAGRAM];
    struct prov_buf out = PROV_BUF_OF(room);

    if (link_put(&d->now.link, epoch, type, content, &out))
        device_send(d, prov_buf_bytes(&out));
}

void device_send_alert(struct device *d, unsigned epoch, uint8_t level, uint8_t alert)
{
    const uint8_t content[] = {level, alert};

    send_record(d, epoch, CONTENT_ALERT, PROV_BYTES_OF(content));
}

static void send_change(struct device *d)
{
    const uint8_t one[] = {1};

    send_record(d, 0, CONTENT_CHANGE_CIPHER_SPEC, PROV_BYTES_OF(one));
}

/* With the record sequence number and the message_seq of the hello (RFC 6347, section 4.2.1). */
void device_send_verify(struct device *d)
{
    struct check_link *link = &d->now.link;
    uint8_t room[300], octets[300];
    struct prov_buf body = PROV_BUF_OF(room), message = PROV_BUF_OF(octets);
    bool is_12 = device_fault(d) == FAULT_VERIFY_12 || (!d->cookies_10 && d->cookies_12);

    prov_put_u16(&body, is_12 ? DTLS_1_2 : DTLS_1_0);
    size_t mark = prov_put_open(&body, 1);
    prov_put(&body, d->now.cookie, d->now.cookie_len);
    prov_put_close(&body, 1, mark);
    prov_message_header_put(&message, MESSAGE_HELLO_VERIFY_REQUEST, (uint32_t)body.len, 0, 0,
                            (uint32_t)body.len);
    prov_put_bytes(&message, prov_buf_bytes(&body));
    link->next_send = 1;
    send_record(d, 0, CONTENT_HANDSHAKE, prov_buf_bytes(&message));
}

/* An early ChangeCipherSpec comes behind ServerHello. */
void device_send_flight(struct device *d)
{
    struct prov_bytes flight = {d->now.flight, d->now.flight_len}, first = flight;
    struct prov_reader reader = prov_reader_make(flight);
    struct prov_fragment hello;

    if (device_fault(d) == FAULT_EARLY_CHANGE && prov_fragment_take(&reader, &hello)) {
        first.len = reader.at;
        link_flight(&d->now.link, 0, first, send_datagram, d);
        send_change(d);
        first = PROV_BYTES(flight.data + reader.at, flight.len - reader.at);
    }
    link_flight(&d->now.link, 0, first, send_datagram, d);
}

/* --- ServerHello ----------------------------------------------------------------------------- */

static bool offered(const struct device *d, uint16_t id)
{
    const struct device_offer *offer = &d->now.offer;

    for (size_t i = 0; i + 1 < offer->suites_len; i += 2)
        if ((offer->suites[i] << 8 | offer->suites[i + 1]) == id)
            return true;
    return false;
}

/* One with the same key exchange that was not offered: then the rest of the flight fits it. */
static uint16_t strange_suite(const struct device *d)
{
    static const uint16_t psk[] = {0xC0A9, 0xC0A4, 0xC0A5, 0x00A8},
                          share[] = {0xD002, 0xD001, 0xC037, 0xCCAC},
                          public[] = {0xC0AF, 0xC0AC, 0xC0AD, 0xC02B};
    const uint16_t *list = d->now.offer.suite->kx == PROV_KX_PSK         ? psk
                           : d->now.offer.suite->kx == PROV_KX_ECDHE_PSK ? share
                                                                         : public;

    for (size_t i = 0; i < 4; i++)
        if (!offered(d, list[i]))
            return list[i];
    return 0x1301;
}

static void put_extension(struct prov_buf *buf, uint16_t type, const void *body, size_t len)
{
    prov_put_u16(buf, type);
    prov_put_u16(buf, (uint16_t)len);
    prov_put(buf, body, len);
}

static void put_types(const struct device *d, struct prov_buf *buf)
{
    const uint8_t type =
        device_fault(d) == FAULT_X509_TYPE ? PROV_CERTIFICATE_TYPE_X509 : PROV_CERTIFICATE_TYPE_RAW;

    if (d->now.offer.mode != PROV_MODE_RPK || device_fault(d) == FAULT_RESUME)
        return;
    put_extension(buf, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, &type, 1);
    put_extension(buf, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, &type, 1);
}

static void put_extensions(const struct device *d, struct prov_buf *buf)
{
    const struct device_offer *offer = &d->now.offer;
    enum device_fault fault = device_fault(d);
    const uint8_t formats[] = {1, 0}, info[] = {0}, wrong_info[] = {4, 1, 2, 3, 4}, on = 1,
                  cached[] = {0, 1, 1}, other = offer->fragment_length == 1 ? 2 : 1;

    put_types(d, buf);
    if (offer->formats && offer->suite->kx != PROV_KX_PSK && fault != FAULT_RESUME)
        put_extension(buf, PROV_EXTENSION_EC_POINT_FORMATS, formats, sizeof(formats));
    for (int i = 0; offer->extended_master && i < (fault == FAULT_TWICE ? 2 : 1); i++)
        put_extension(buf, PROV_EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    if (fault == FAULT_RENEGOTIATION)
        put_extension(buf, PROV_EXTENSION_RENEGOTIATION_INFO, wrong_info, sizeof(wrong_info));
    else if (offer->renegotiation_info || offer->renegotiation_suite)
        put_extension(buf, PROV_EXTENSION_RENEGOTIATION_INFO, info, sizeof(info));
    if (fault == FAULT_HEARTBEAT)
        put_extension(buf, PROV_EXTENSION_HEARTBEAT, &on, 1);
    if (fault == FAULT_FRAGMENT_LENGTH)
        put_extension(buf, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &other, 1);
    if (fault == FAULT_CACHED)
        put_extension(buf, PROV_EXTENSION_CACHED_INFO, cached, sizeof(cached));
    if (fault == FAULT_EXTENSION)
        put_extension(buf,
                      offer->draft_connection_id ? UNKNOWN_EXTENSION
                                                 : PROV_EXTENSION_CONNECTION_ID_DRAFT,
                      "\0", 1);
}

static void add_message(struct device *d, uint8_t type, const struct prov_buf *body)
{
    struct prov_buf flight =
        prov_buf_make(d->now.flight + d->now.flight_len, sizeof(d->now.flight) - d->now.flight_len);

    link_message(&d->now.link, type, prov_buf_bytes(body), &flight);
    d->now.flight_len += flight.len;
}

/* A session id goes out once: a later one that came back would say "resumed". */
static void add_hello(struct device *d)
{
    enum device_fault fault = device_fault(d);
    uint8_t room[512];
    struct prov_buf body = PROV_BUF_OF(room);
    const struct prov_server_hello hello = {
        .version = fault == FAULT_VERSION ? DTLS_1_0 : DTLS_1_2,
        .random = d->now.link.random_server,
        .session_id = d->has_session && fault != FAULT_RESUME ? PROV_BYTES_NONE
                                                              : PROV_BYTES_OF(d->session_id),
        .suite = fault == FAULT_SUITE    ? strange_suite(d)
                 : fault == FAULT_RESUME ? d->session_suite->id
                                         : d->now.offer.suite->id,
        .compression = fault == FAULT_COMPRESSION};

    prov_server_hello_put_head(&body, &hello);
    size_t mark = prov_put_open(&body, 2);
    put_extensions(d, &body);
    prov_put_close(&body, 2, mark);
    if (fault == FAULT_CUT_HELLO)
        body.len--;
    add_message(d, MESSAGE_SERVER_HELLO, &body);
}

/* --- Certificate ----------------------------------------------------------------------------- */

static const struct prov_key *signer(const struct device *d)
{
    if (d->now.offer.kind == PROV_KIND_CERT)
        return &d->mint.leaf;
    return device_fault(d) == FAULT_STRANGER_KEY ? &d->stranger
           : device_fault(d) == FAULT_OWN_KEY    ? &d->own
                                                 : &d->raw;
}

static prov_result put_raw_key(struct device *d, struct prov_buf *body)
{
    uint8_t point[PROV_POINT_LEN], spki[PROV_SPKI_LEN];
    prov_result result = prov_crypto_key_public(d->run->config.crypto, signer(d), point);

    prov_spki_encode(point, spki);
    prov_raw_key_put(body, PROV_BYTES_OF(spki));
    return result;
}

/* SHA-256 of type, length and body (RFC 7924, appendix A). */
static prov_result make_fingerprint(struct device *d, struct prov_bytes body)
{
    const uint8_t header[] = {MESSAGE_CERTIFICATE, (uint8_t)(body.len >> 16),
                              (uint8_t)(body.len >> 8), (uint8_t)body.len};
    const struct prov_bytes parts[] = {PROV_BYTES_OF(header), body};

    d->now.has_fingerprint = true;
    return prov_crypto_sha256(d->run->config.crypto, parts, 2, d->now.fingerprint);
}

static prov_result put_chain(struct device *d, struct prov_buf *body)
{
    const struct mint_chain *chain = &d->good;

    if (device_fault(d) == FAULT_CHAIN) {
        prov_result result = mint_make(&d->mint, device_probe(d)->form, &d->chain);
        if (result != PROV_OK)
            return result;
        chain = &d->chain;
    }
    prov_certificates_put(body, chain->certs, chain->len);
    return make_fingerprint(d, prov_buf_bytes(body));
}

static prov_result add_certificate(struct device *d)
{
    uint8_t room[sizeof(d->chain.octets) + 64];
    struct prov_buf body = PROV_BUF_OF(room);

    if (device_fault(d) == FAULT_NO_CERTIFICATE)
        return PROV_OK;
    prov_result result =
        d->now.offer.kind == PROV_KIND_CERT ? put_chain(d, &body) : put_raw_key(d, &body);
    if (result == PROV_OK && device_fault(d) == FAULT_CACHED) {
        body.len = 0;
        prov_put_u8(&body, PROV_HASH_LEN);
        prov_put(&body, d->now.fingerprint, PROV_HASH_LEN);
    }
    if (result == PROV_OK)
        add_message(d, MESSAGE_CERTIFICATE, &body);
    return result;
}

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

/* The base point of secp384r1: on its curve, and nobody's key. */
static const uint8_t point_384[] = {
    0x04, 0xaa, 0x87, 0xca, 0x22, 0xbe, 0x8b, 0x05, 0x37, 0x8e, 0xb1, 0xc7, 0x1e, 0xf3,
    0x20, 0xad, 0x74, 0x6e, 0x1d, 0x3b, 0x62, 0x8b, 0xa7, 0x9b, 0x98, 0x59, 0xf7, 0x41,
    0xe0, 0x82, 0x54, 0x2a, 0x38, 0x55, 0x02, 0xf2, 0x5d, 0xbf, 0x55, 0x29, 0x6c, 0x3a,
    0x54, 0x5e, 0x38, 0x72, 0x76, 0x0a, 0xb7, 0x36, 0x17, 0xde, 0x4a, 0x96, 0x26, 0x2c,
    0x6f, 0x5d, 0x9e, 0x98, 0xbf, 0x92, 0x92, 0xdc, 0x29, 0xf8, 0xf4, 0x1d, 0xbd, 0x28,
    0x9a, 0x14, 0x7c, 0xe9, 0xda, 0x31, 0x13, 0xb5, 0xf0, 0xb8, 0xc0, 0x0a, 0x60, 0xb1,
    0xce, 0x1d, 0x7e, 0x81, 0x9d, 0x7a, 0x43, 0x1d, 0x7c, 0x90, 0xea, 0x0e, 0x5f};

static prov_result put_params(struct device *d, struct prov_buf *body)
{
    uint8_t point[PROV_POINT_LEN];

    prov_result result =
        prov_crypto_ecdh_make(d->run->config.crypto, &d->now.ecdh, d->now.own_share);
    d->now.has_ecdh = result == PROV_OK;
    memcpy(point, d->now.own_share, sizeof(point));
    if (device_fault(d) == FAULT_POINT)
        point[PROV_POINT_LEN - 1] ^= 1;
    if (device_fault(d) != FAULT_CURVE) {
        prov_ecdh_params_put(body, point);
        return result;
    }
    prov_put_u8(body, 3); /* named_curve */
    prov_put_u16(body, GROUP_SECP384R1);
    prov_put_u8(body, sizeof(point_384));
    prov_put(body, point_384, sizeof(point_384));
    return result;
}

/* Over both randoms and the parameters (RFC 8422, section 5.4). SHA-1 in its place at the end of the
 * number that ECDSA takes. */
static prov_result exchange_digest(struct device *d, struct prov_bytes params,
                                   uint8_t ret[PROV_HASH_LEN])
{
    const struct check_link *link = &d->now.link;
    const struct prov_bytes parts[] = {PROV_BYTES_OF(link->random_client),
                                       PROV_BYTES_OF(link->random_server), params};
    uint8_t room[2 * PROV_DTLS_RANDOM_LEN + 128];
    struct prov_buf whole = PROV_BUF_OF(room);

    if (device_fault(d) != FAULT_SHA1)
        return prov_crypto_sha256(d->run->config.crypto, parts, 3, ret);
    for (size_t i = 0; i < 3; i++)
        prov_put_bytes(&whole, parts[i]);
    memset(ret, 0, PROV_HASH_LEN);
    return prov_crypto_sha1(d->run->config.crypto, prov_buf_bytes(&whole),
                            ret + PROV_HASH_LEN - PROV_SHA1_LEN);
}

static prov_result put_signature(struct device *d, struct prov_buf *body)
{
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    size_t at = body->len;

    prov_result result = exchange_digest(d, prov_buf_bytes(body), digest);
    if (result == PROV_OK)
        result = prov_crypto_sign(d->run->config.crypto, signer(d), digest, signature);
    if (result != PROV_OK)
        return result;
    if (device_fault(d) == FAULT_SIGNATURE)
        signature[PROV_SIGNATURE_LEN - 1] ^= 1;
    prov_signed_put(body, signature);
    if (device_fault(d) == FAULT_SHA1) {
        body->data[at] = SIGNATURE_ECDSA_SHA1 >> 8;
        body->data[at + 1] = SIGNATURE_ECDSA_SHA1 & 0xff;
    }
    return PROV_OK;
}

/* [hint] [parameters [signature]]: RFC 4279, section 2; RFC 5489, section 2; RFC 8422, section 5.4 */
static prov_result add_exchange(struct device *d)
{
    enum prov_kx kx = d->now.offer.suite->kx;
    bool lies = device_fault(d) == FAULT_HINT;
    uint8_t room[512];
    struct prov_buf body = PROV_BUF_OF(room);
    prov_result result = PROV_OK;

    if (kx == PROV_KX_PSK && !lies)
        return PROV_OK;
    if (kx != PROV_KX_ECDHE_ECDSA) {
        prov_put_u16(&body, lies ? sizeof(lie) - 1 : 0);
        prov_put(&body, lie, lies ? sizeof(lie) - 1 : 0);
    }
    if (kx != PROV_KX_PSK)
        result = put_params(d, &body);
    if (result == PROV_OK && kx == PROV_KX_ECDHE_ECDSA)
        result = put_signature(d, &body);
    if (result == PROV_OK)
        add_message(d, MESSAGE_SERVER_KEY_EXCHANGE, &body);
    return result;
}

/* --- Finished -------------------------------------------------------------------------------- */

void device_send_finished(struct device *d)
{
    struct check_link *link = &d->now.link;
    uint8_t verify_data[PROV_DTLS_FINISHED_LEN], room[MESSAGE_HEADER_LEN + 12];
    struct prov_buf message = PROV_BUF_OF(room);

    if (link_verify_data(link, PROV_DTLS_SERVER, verify_data) != PROV_OK)
        return;
    if (device_fault(d) == FAULT_FINISHED)
        verify_data[0] ^= 1;
    if (device_fault(d) == FAULT_WRONG_PSK)
        link->own.key[0] ^= 1;
    send_change(d);
    link_message(link, MESSAGE_FINISHED, PROV_BYTES_OF(verify_data), &message);
    link_flight(link, 1, prov_buf_bytes(&message), send_datagram, d);
}

/* --- an abbreviated handshake (RFC 5246, section 7.3) ---------------------------------------- */

/* ServerHello, [ChangeCipherSpec], Finished; the device's Finished is all that is left. */
static prov_result answer_resumed(struct device *d)
{
    struct check_link *link = &d->now.link;

    link->suite = d->session_suite;
    memcpy(link->master, d->master, sizeof(link->master));
    add_hello(d);
    prov_result result = link_expand(link);
    if (result != PROV_OK)
        return result;
    device_send_flight(d);
    device_send_finished(d);
    return PROV_OK;
}

/* --- a full one ------------------------------------------------------------------------------ */

prov_result device_answer(struct device *d)
{
    bool is_public = d->now.offer.suite->kx == PROV_KX_ECDHE_ECDSA;
    uint8_t room[64];
    struct prov_buf body = PROV_BUF_OF(room);

    d->now.link.suite = d->now.offer.suite;
    prov_result result =
        prov_crypto_random(d->run->config.crypto, d->now.link.random_server, PROV_DTLS_RANDOM_LEN);
    if (result != PROV_OK)
        return result;
    if (device_fault(d) == FAULT_RESUME)
        return answer_resumed(d);
    add_hello(d);
    if (is_public)
        result = add_certificate(d);
    if (result == PROV_OK)
        result = add_exchange(d);
    if (result != PROV_OK)
        return result;
    if (is_public && device_fault(d) != FAULT_NO_REQUEST) {
        prov_certificate_request_put(&body);
        add_message(d, MESSAGE_CERTIFICATE_REQUEST, &body);
        body.len = 0;
    }
    add_message(d, MESSAGE_SERVER_HELLO_DONE, &body);
    device_send_flight(d);
    return PROV_OK;
}
