/* SPDX-License-Identifier: Apache-2.0 */
#include "messages.h"

#include "prov/x509.h"

#define NAMED_CURVE 3

/* --- ClientHello (RFC 6347, section 4.2.1) --------------------------------------------------- */

/*
 *     client_version 2 | random 32 | session_id<0..32> | cookie<0..2^8-1> |
 *     cipher_suites<2..2^16-1> | compression_methods<1..2^8-1> | [extensions<0..2^16-1>]
 */
bool prov_client_hello_take_head(struct prov_reader *reader, struct prov_client_hello *ret)
{
    struct prov_client_hello hello = {.extensions = PROV_BYTES_NONE};
    struct prov_bytes random;

    if (!prov_take_u16(reader, &hello.version) ||
        !prov_take(reader, PROV_DTLS_RANDOM_LEN, &random) ||
        !prov_take_vector(reader, 1, &hello.session_id) || hello.session_id.len > 32 ||
        !prov_take_vector(reader, 1, &hello.cookie) ||
        !prov_take_vector(reader, 2, &hello.suites) || hello.suites.len == 0 ||
        hello.suites.len % 2 != 0 || !prov_take_vector(reader, 1, &hello.compression) ||
        hello.compression.len == 0)
        return false;
    hello.random = random.data;
    *ret = hello;
    return true;
}

static bool take_extensions(struct prov_reader *reader, struct prov_bytes *ret)
{
    *ret = PROV_BYTES_NONE;
    return prov_reader_done(reader) ||
           (prov_take_vector(reader, 2, ret) && prov_reader_done(reader));
}

bool prov_client_hello_take(struct prov_bytes body, struct prov_client_hello *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_client_hello hello;

    if (!prov_client_hello_take_head(&reader, &hello) ||
        !take_extensions(&reader, &hello.extensions))
        return false;
    *ret = hello;
    return true;
}

static void put_vector(struct prov_buf *buf, size_t width, struct prov_bytes bytes)
{
    size_t mark = prov_put_open(buf, width);

    prov_put_bytes(buf, bytes);
    prov_put_close(buf, width, mark);
}

void prov_client_hello_put_head(struct prov_buf *buf, const struct prov_client_hello *hello)
{
    prov_put_u16(buf, hello->version);
    prov_put(buf, hello->random, PROV_DTLS_RANDOM_LEN);
    put_vector(buf, 1, hello->session_id);
    put_vector(buf, 1, hello->cookie);
    put_vector(buf, 2, hello->suites);
    put_vector(buf, 1, hello->compression);
}

/* --- lists in hellos ------------------------------------------------------------------------- */

bool prov_extension_find(struct prov_bytes extensions, uint16_t type, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(extensions);
    struct prov_bytes body;
    uint16_t found;

    while (prov_take_u16(&reader, &found) && prov_take_vector(&reader, 2, &body))
        if (found == type) {
            *ret = body;
            return true;
        }
    return false;
}

bool prov_numbers_have(struct prov_bytes list, uint16_t number)
{
    struct prov_reader reader = prov_reader_make(list);
    uint16_t found;

    while (prov_take_u16(&reader, &found))
        if (found == number)
            return true;
    return false;
}

/* --- HelloVerifyRequest: server_version 2 | cookie<0..2^8-1> --------------------------------- */

void prov_hello_verify_put(struct prov_buf *buf, struct prov_bytes cookie)
{
    prov_put_u16(buf, DTLS_1_0); /* whatever is negotiated later: RFC 6347, section 4.2.1 */
    put_vector(buf, 1, cookie);
}

bool prov_hello_verify_take(struct prov_bytes body, struct prov_bytes *ret_cookie)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes cookie;
    uint16_t version; /* not judged: ServerHello's is */

    if (!prov_take_u16(&reader, &version) || !prov_take_vector(&reader, 1, &cookie) ||
        !prov_reader_done(&reader))
        return false;
    *ret_cookie = cookie;
    return true;
}

/* --- ServerHello (RFC 5246, section 7.4.1.3) ------------------------------------------------- */

/*
 *     server_version 2 | random 32 | session_id<0..32> | cipher_suite 2 | compression_method 1 |
 *     [extensions<0..2^16-1>]
 */
void prov_server_hello_put_head(struct prov_buf *buf, const struct prov_server_hello *hello)
{
    prov_put_u16(buf, hello->version);
    prov_put(buf, hello->random, PROV_DTLS_RANDOM_LEN);
    put_vector(buf, 1, hello->session_id);
    prov_put_u16(buf, hello->suite);
    prov_put_u8(buf, hello->compression);
}

bool prov_server_hello_take(struct prov_bytes body, struct prov_server_hello *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_server_hello hello;
    struct prov_bytes random;

    if (!prov_take_u16(&reader, &hello.version) ||
        !prov_take(&reader, PROV_DTLS_RANDOM_LEN, &random) ||
        !prov_take_vector(&reader, 1, &hello.session_id) || hello.session_id.len > 32 ||
        !prov_take_u16(&reader, &hello.suite) || !prov_take_u8(&reader, &hello.compression) ||
        !take_extensions(&reader, &hello.extensions))
        return false;
    hello.random = random.data;
    *ret = hello;
    return true;
}

/* --- NewSessionTicket ------------------------------------------------------------------------ */

void prov_session_ticket_put(struct prov_buf *buf, struct prov_bytes ticket)
{
    prov_put_u32(buf, PROV_DTLS_RESUME_MS / 1000);
    put_vector(buf, 2, ticket);
}

bool prov_session_ticket_take(struct prov_bytes body, struct prov_bytes *ret_ticket)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes ticket;
    uint32_t hint;

    if (!prov_take_u32(&reader, &hint) || !prov_take_vector(&reader, 2, &ticket) ||
        !prov_reader_done(&reader))
        return false;
    *ret_ticket = ticket;
    return true;
}

/* --- Certificate ----------------------------------------------------------------------------- */

void prov_raw_key_put(struct prov_buf *buf, struct prov_bytes spki)
{
    put_vector(buf, 3, spki);
}

bool prov_raw_key_take(struct prov_bytes body, struct prov_bytes *ret_spki)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes spki;

    if (!prov_take_vector(&reader, 3, &spki) || !prov_reader_done(&reader))
        return false;
    *ret_spki = spki;
    return true;
}

void prov_certificates_put(struct prov_buf *buf, const struct prov_bytes *chain, size_t count)
{
    size_t mark = prov_put_open(buf, 3);

    for (size_t i = 0; i < count; i++)
        put_vector(buf, 3, chain[i]);
    prov_put_close(buf, 3, mark);
}

bool prov_certificates_take(struct prov_bytes body, struct prov_bytes ret[PROV_DTLS_CHAIN_MAX],
                            size_t *ret_count)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, certificate;
    size_t count = 0;

    if (!prov_take_vector(&reader, 3, &list) || !prov_reader_done(&reader))
        return false;
    reader = prov_reader_make(list);
    while (!prov_reader_done(&reader)) {
        if (!prov_take_vector(&reader, 3, &certificate) || certificate.len == 0)
            return false;
        if (count < PROV_DTLS_CHAIN_MAX)
            ret[count] = certificate;
        count++;
    }
    *ret_count = count;
    return true;
}

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

void prov_ecdh_params_put(struct prov_buf *buf, const uint8_t point[PROV_POINT_LEN])
{
    prov_put_u8(buf, NAMED_CURVE);
    prov_put_u16(buf, PROV_GROUP_SECP256R1);
    put_vector(buf, 1, PROV_BYTES(point, PROV_POINT_LEN));
}

bool prov_ecdh_params_take(struct prov_reader *reader, struct prov_ecdh_params *ret)
{
    struct prov_ecdh_params params = {0};
    const uint8_t *from = reader->bytes.data + reader->at;
    size_t at = reader->at;

    if (!prov_take_u8(reader, &params.curve_type))
        return false;
    if (params.curve_type != NAMED_CURVE) { /* refused by who asked: H26 */
        *ret = params;
        return true;
    }
    if (!prov_take_u16(reader, &params.group) || !prov_take_vector(reader, 1, &params.point))
        return false;
    params.octets = PROV_BYTES(from, reader->at - at);
    *ret = params;
    return true;
}

void prov_signed_put(struct prov_buf *buf, const uint8_t signature[PROV_SIGNATURE_LEN])
{
    prov_put_u16(buf, PROV_SIGNATURE_ECDSA_SHA256);
    size_t mark = prov_put_open(buf, 2);
    prov_ecdsa_encode(signature, buf);
    prov_put_close(buf, 2, mark);
}

bool prov_signed_take(struct prov_reader *reader, struct prov_signed *ret)
{
    struct prov_signed value;

    if (!prov_take_u16(reader, &value.algorithm) ||
        !prov_take_vector(reader, 2, &value.signature) || !prov_reader_done(reader))
        return false;
    *ret = value;
    return true;
}

/* --- CertificateRequest (RFC 5246, section 7.4.4) -------------------------------------------- */

/*
 *     certificate_types<1..2^8-1> | supported_signature_algorithms<2..2^16-2> |
 *     certificate_authorities<0..2^16-1>
 *
 * Ours: ecdsa_sign, {4,3}, no authorities (H20).
 */
void prov_certificate_request_put(struct prov_buf *buf)
{
    static const uint8_t types[] = {CLIENT_CERTIFICATE_ECDSA_SIGN};

    put_vector(buf, 1, PROV_BYTES_OF(types));
    prov_put_u16(buf, 2);
    prov_put_u16(buf, PROV_SIGNATURE_ECDSA_SHA256);
    prov_put_u16(buf, 0);
}

bool prov_certificate_request_take(struct prov_bytes body, struct prov_certificate_request *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_certificate_request request;

    if (!prov_take_vector(&reader, 1, &request.types) || request.types.len == 0 ||
        !prov_take_vector(&reader, 2, &request.algorithms) || request.algorithms.len == 0 ||
        request.algorithms.len % 2 != 0 || !prov_take_vector(&reader, 2, &request.authorities) ||
        !prov_reader_done(&reader))
        return false;
    *ret = request;
    return true;
}

/* --- ClientKeyExchange ----------------------------------------------------------------------- */

void prov_client_exchange_put(struct prov_buf *buf, enum prov_kx kx, struct prov_bytes identity,
                              const uint8_t point[PROV_POINT_LEN])
{
    if (kx != PROV_KX_ECDHE_ECDSA)
        put_vector(buf, 2, identity);
    if (kx != PROV_KX_PSK)
        put_vector(buf, 1, PROV_BYTES(point, PROV_POINT_LEN));
}

bool prov_client_exchange_take(struct prov_bytes body, enum prov_kx kx,
                               struct prov_bytes *ret_identity, struct prov_bytes *ret_point)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes identity = PROV_BYTES_NONE, point = PROV_BYTES_NONE;

    if ((kx != PROV_KX_ECDHE_ECDSA && !prov_take_vector(&reader, 2, &identity)) ||
        (kx != PROV_KX_PSK && !prov_take_vector(&reader, 1, &point)) || !prov_reader_done(&reader))
        return false;
    *ret_identity = identity;
    *ret_point = point;
    return true;
}
