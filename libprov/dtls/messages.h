/* SPDX-License-Identifier: Apache-2.0
 *
 * The bodies of the handshake messages, both directions. Views point into the message.
 * Take: false if it is not well-formed, or goes on after its end; then what was to be filled says nothing.
 */
#ifndef PROV_DTLS_MESSAGES_H
#define PROV_DTLS_MESSAGES_H

#include "engine.h"

void prov_vector_put(struct prov_buf *buf, size_t width, struct prov_bytes bytes);

struct prov_client_hello {
    uint16_t version;
    const uint8_t *random; /* PROV_DTLS_RANDOM_LEN */
    struct prov_bytes session_id, cookie;
    struct prov_bytes suites; /* pairs of octets */
    struct prov_bytes compression;
    struct prov_bytes extensions; /* without the length before them; none if there is no block */
};
/* Up to compression_methods: where extensions begin. */
PROV_MUST bool prov_client_hello_take_head(struct prov_reader *reader,
                                           struct prov_client_hello *ret);
PROV_MUST bool prov_client_hello_take(struct prov_bytes body, struct prov_client_hello *ret);
void prov_client_hello_put_head(struct prov_buf *buf, const struct prov_client_hello *hello);

/* The first extension of the type in a hello's block; false, and ret as it was: there is none. */
bool prov_extension_find(struct prov_bytes extensions, uint16_t type, struct prov_bytes *ret);
/* Whether a list of 16-bit numbers (suites, groups, algorithms) has this one. */
bool prov_numbers_have(struct prov_bytes list, uint16_t number);

void prov_hello_verify_put(struct prov_buf *buf, struct prov_bytes cookie);
void prov_hello_verify_get(struct prov_reader *reader, struct prov_bytes *ret_cookie);

struct prov_server_hello {
    uint16_t version;
    const uint8_t *random;
    struct prov_bytes session_id;
    uint16_t suite;
    uint8_t compression;
    struct prov_bytes extensions;
};
/* NewSessionTicket: ticket_lifetime_hint 4 | ticket<0..2^16-1> (RFC 5077, section 3.3). */
void prov_session_ticket_put(struct prov_buf *buf, struct prov_bytes ticket);
PROV_MUST bool prov_session_ticket_take(struct prov_bytes body, struct prov_bytes *ret_ticket);

void prov_server_hello_put_head(struct prov_buf *buf, const struct prov_server_hello *hello);
PROV_MUST bool prov_server_hello_take(struct prov_reader *reader, struct prov_server_hello *ret);

/* RFC 7250, section 3: one opaque ASN.1_subjectPublicKeyInfo<1..2^24-1> (H21); RFC 5246,
 * section 7.4.2 */
void prov_raw_key_put(struct prov_buf *buf, struct prov_bytes spki);
PROV_MUST bool prov_raw_key_take(struct prov_bytes body, struct prov_bytes *ret_spki);
void prov_certificates_put(struct prov_buf *buf, const struct prov_bytes *chain, size_t count);
/* How many there are; if more than PROV_DTLS_CHAIN_MAX, then only so many are in ret. */
size_t prov_certificates_get(struct prov_reader *reader,
                             struct prov_bytes ret[PROV_DTLS_CHAIN_MAX]);

/* ServerECDHParams (RFC 8422, section 5.4). */
#define ECDH_P256 (3u << 16 | PROV_GROUP_SECP256R1) /* named_curve(3) */
struct prov_ecdh_params {
    uint32_t curve; /* curve_type 1 | namedcurve 2; what is behind other types is not taken apart */
    struct prov_bytes point;
    struct prov_bytes octets; /* all of them: what is signed */
};
void prov_ecdh_params_put(struct prov_buf *buf, const uint8_t point[PROV_POINT_LEN]);
PROV_MUST bool prov_ecdh_params_take(struct prov_reader *reader, struct prov_ecdh_params *ret);

/* struct { SignatureAndHashAlgorithm; opaque signature<0..2^16-1>; } DigitallySigned */
struct prov_signed {
    uint16_t algorithm;
    struct prov_bytes signature; /* DER */
};
void prov_signed_put(struct prov_buf *buf, const uint8_t signature[PROV_SIGNATURE_LEN]);
PROV_MUST bool prov_signed_take(struct prov_reader *reader, struct prov_signed *ret);

struct prov_certificate_request {
    struct prov_bytes types;
    struct prov_bytes algorithms;
    struct prov_bytes authorities;
};
void prov_certificate_request_put(struct prov_buf *buf);
PROV_MUST bool prov_certificate_request_take(struct prov_reader *reader,
                                             struct prov_certificate_request *ret);

/* ClientKeyExchange (RFC 4279, section 2; RFC 5489, section 2; RFC 8422, section 5.7): identity and
 * point, one of them, or both, as the key exchange has it. */
void prov_client_exchange_put(struct prov_buf *buf, enum prov_kx kx, struct prov_bytes identity,
                              const uint8_t point[PROV_POINT_LEN]);
PROV_MUST bool prov_client_exchange_take(struct prov_bytes body, enum prov_kx kx,
                                         struct prov_bytes *ret_identity,
                                         struct prov_bytes *ret_point);

#endif
