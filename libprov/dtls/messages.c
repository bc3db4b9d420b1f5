/* SPDX-License-Identifier: Apache-2.0 */
#include "messages.h"

#include "prov/x509.h"

/* Pairs of octets, one at least. */
static bool is_list_of_numbers(struct prov_bytes list)
{
    return list.len > 0 && list.len % 2 == 0;
}

/* --- ClientHello (RFC 6347, section 4.2.1) --------------------------------------------------- */

/*
 *     client_version 2 | random 32 | session_id<0..32> | cookie<0..2^8-1> |
 *     cipher_suites<2..2^16-1> | compression_methods<1..2^8-1> | [extensions<0..2^16-1>]
 */
bool prov_client_hello_take_head(struct prov_reader *reader, struct prov_client_hello *ret)
{
    struct prov_bytes random;

    ret->version = prov_get_u16(reader);
    prov_get_bytes(reader, PROV_DTLS_RANDOM_LEN, &random);
    prov_get_vector(reader, 1, &ret->session_id);
    prov_get_vector(reader, 1, &ret->cookie);
    prov_get_vector(reader, 2, &ret->suites);
    prov_get_vector(reader, 1, &ret->compression);
    ret->random = random.data;
    ret->extensions = PROV_BYTES_NONE;
    return reader->error == PROV_OK && ret->session_id.len <= PROV_DTLS_SESSION_ID_LEN &&
           is_list_of_numbers(ret->suites) && ret->compression.len > 0;
}

/* To the end of a hello; nothing at all is no extensions. */
static bool take_extensions(struct prov_reader *reader, struct prov_bytes *ret)
{
    *ret = PROV_BYTES_NONE;
    if (!prov_reader_done(reader))
        prov_get_vector(reader, 2, ret);
    return prov_reader_end(reader) == PROV_OK;
}

bool prov_client_hello_take(struct prov_bytes body, struct prov_client_hello *ret)
{
    struct prov_reader reader = prov_reader_make(body);

    return prov_client_hello_take_head(&reader, ret) && take_extensions(&reader, &ret->extensions);
}

void prov_vector_put(struct prov_buf *buf, size_t width, struct prov_bytes bytes)
{
    size_t mark = prov_put_open(buf, width);

    prov_put_bytes(buf, bytes);
    prov_put_close(buf, width, mark);
}

void prov_client_hello_put_head(struct prov_buf *buf, const struct prov_client_hello *hello)
{
    prov_put_u16(buf, hello->version);
    prov_put(buf, hello->random, PROV_DTLS_RANDOM_LEN);
    prov_vector_put(buf, 1, hello->session_id);
    prov_vector_put(buf, 1, hello->cookie);
    prov_vector_put(buf, 2, hello->suites);
    prov_vector_put(buf, 1, hello->compression);
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
    for (size_t i = 0; i + 1 < list.len; i += 2)
        if (prov_octets_number(list.data + i, 2) == number)
            return true;
    return false;
}

/* --- HelloVerifyRequest: server_version 2 | cookie<0..2^8-1> --------------------------------- */

void prov_hello_verify_put(struct prov_buf *buf, struct prov_bytes cookie)
{
    prov_put_u16(buf, DTLS_1_0); /* whatever is negotiated later: RFC 6347, section 4.2.1 */
    prov_vector_put(buf, 1, cookie);
}

void prov_hello_verify_get(struct prov_reader *reader, struct prov_bytes *ret_cookie)
{
    (void)prov_get_u16(reader); /* the version is not judged: ServerHello's is */
    prov_get_vector(reader, 1, ret_cookie);
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
    prov_vector_put(buf, 1, hello->session_id);
    prov_put_u16(buf, hello->suite);
    prov_put_u8(buf, hello->compression);
}

bool prov_server_hello_take(struct prov_reader *reader, struct prov_server_hello *ret)
{
    struct prov_bytes random;

    ret->version = prov_get_u16(reader);
    prov_get_bytes(reader, PROV_DTLS_RANDOM_LEN, &random);
    prov_get_vector(reader, 1, &ret->session_id);
    ret->suite = prov_get_u16(reader);
    ret->compression = prov_get_u8(reader);
    ret->random = random.data;
    return take_extensions(reader, &ret->extensions) &&
           ret->session_id.len <= PROV_DTLS_SESSION_ID_LEN;
}

/* --- NewSessionTicket ------------------------------------------------------------------------ */

void prov_session_ticket_put(struct prov_buf *buf, struct prov_bytes ticket)
{
    prov_put_u32(buf, PROV_DTLS_RESUME_MS / 1000);
    prov_vector_put(buf, 2, ticket);
}

bool prov_session_ticket_take(struct prov_bytes body, struct prov_bytes *ret_ticket)
{
    struct prov_reader reader = prov_reader_make(body);

    (void)prov_get_u32(&reader); /* the hint of its life */
    prov_get_vector(&reader, 2, ret_ticket);
    return prov_reader_end(&reader) == PROV_OK;
}

/* --- Certificate ----------------------------------------------------------------------------- */

void prov_raw_key_put(struct prov_buf *buf, struct prov_bytes spki)
{
    prov_vector_put(buf, 3, spki);
}

bool prov_raw_key_take(struct prov_bytes body, struct prov_bytes *ret_spki)
{
    struct prov_reader reader = prov_reader_make(body);

    prov_get_vector(&reader, 3, ret_spki);
    return prov_reader_end(&reader) == PROV_OK;
}

void prov_certificates_put(struct prov_buf *buf, const struct prov_bytes *chain, size_t count)
{
    size_t mark = prov_put_open(buf, 3);

    for (size_t i = 0; i < count; i++)
        prov_vector_put(buf, 3, chain[i]);
    prov_put_close(buf, 3, mark);
}

size_t prov_certificates_get(struct prov_reader *reader, struct prov_bytes ret[PROV_DTLS_CHAIN_MAX])
{
    struct prov_bytes list, certificate;
    size_t count = 0;

    prov_get_vector(reader, 3, &list);
    struct prov_reader inner = prov_reader_make(list);
    for (; !prov_reader_done(&inner); count++) {
        prov_get_vector(&inner, 3, &certificate);
        if (certificate.len == 0) {
            prov_reader_fail(reader, PROV_E_FORMAT);
            return 0;
        }
        if (count < PROV_DTLS_CHAIN_MAX)
            ret[count] = certificate;
    }
    return count;
}

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

void prov_ecdh_params_put(struct prov_buf *buf, const uint8_t point[PROV_POINT_LEN])
{
    prov_put_u24(buf, ECDH_P256);
    prov_vector_put(buf, 1, PROV_BYTES(point, PROV_POINT_LEN));
}

bool prov_ecdh_params_take(struct prov_reader *reader, struct prov_ecdh_params *ret)
{
    size_t from = reader->at;

    ret->curve = prov_get_u24(reader);
    ret->point = PROV_BYTES_NONE;
    if (ret->curve >> 16 == ECDH_P256 >> 16) /* others are refused by who asked: H26 */
        prov_get_vector(reader, 1, &ret->point);
    ret->octets = PROV_BYTES(reader->bytes.data + from, reader->at - from);
    return reader->error == PROV_OK;
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
    ret->algorithm = prov_get_u16(reader);
    prov_get_vector(reader, 2, &ret->signature);
    return prov_reader_end(reader) == PROV_OK;
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

    prov_vector_put(buf, 1, PROV_BYTES_OF(types));
    prov_put_u16(buf, 2);
    prov_put_u16(buf, PROV_SIGNATURE_ECDSA_SHA256);
    prov_put_u16(buf, 0);
}

bool prov_certificate_request_take(struct prov_reader *reader, struct prov_certificate_request *ret)
{
    prov_get_vector(reader, 1, &ret->types);
    prov_get_vector(reader, 2, &ret->algorithms);
    prov_get_vector(reader, 2, &ret->authorities);
    return prov_reader_end(reader) == PROV_OK && ret->types.len > 0 &&
           is_list_of_numbers(ret->algorithms);
}

/* --- ClientKeyExchange ----------------------------------------------------------------------- */

void prov_client_exchange_put(struct prov_buf *buf, enum prov_kx kx, struct prov_bytes identity,
                              const uint8_t point[PROV_POINT_LEN])
{
    if (kx != PROV_KX_ECDHE_ECDSA)
        prov_vector_put(buf, 2, identity);
    if (kx != PROV_KX_PSK)
        prov_vector_put(buf, 1, PROV_BYTES(point, PROV_POINT_LEN));
}

bool prov_client_exchange_take(struct prov_bytes body, enum prov_kx kx,
                               struct prov_bytes *ret_identity, struct prov_bytes *ret_point)
{
    struct prov_reader reader = prov_reader_make(body);

    *ret_identity = *ret_point = PROV_BYTES_NONE;
    if (kx != PROV_KX_ECDHE_ECDSA)
        prov_get_vector(&reader, 2, ret_identity);
    if (kx != PROV_KX_PSK)
        prov_get_vector(&reader, 1, ret_point);
    return prov_reader_end(&reader) == PROV_OK;
}
