/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/coap.h: CoAP messages (RFC 7252, section 3) and block-wise options (RFC 7959). A codec: no
 * timers, no transport, no heap.
 */
#ifndef PROV_COAP_H
#define PROV_COAP_H

#include "prov/bytes.h"

enum prov_coap_type { PROV_COAP_CON = 0, PROV_COAP_NON = 1, PROV_COAP_ACK = 2, PROV_COAP_RST = 3 };

#define PROV_COAP_CODE(class, detail) ((uint8_t)((class) << 5 | (detail)))
enum prov_coap_code {
    PROV_COAP_EMPTY = 0x00,
    PROV_COAP_GET = 0x01,
    PROV_COAP_POST = 0x02,
    PROV_COAP_PUT = 0x03,
    PROV_COAP_DELETE = 0x04,
    PROV_COAP_CREATED = 0x41,
    PROV_COAP_DELETED = 0x42,
    PROV_COAP_VALID = 0x43,
    PROV_COAP_CHANGED = 0x44,
    PROV_COAP_CONTENT = 0x45,
    PROV_COAP_CONTINUE = 0x5f,
    PROV_COAP_BAD_REQUEST = 0x80,
    PROV_COAP_UNAUTHORIZED = 0x81,
    PROV_COAP_BAD_OPTION = 0x82,
    PROV_COAP_FORBIDDEN = 0x83,
    PROV_COAP_NOT_FOUND = 0x84,
    PROV_COAP_METHOD_NOT_ALLOWED = 0x85,
    PROV_COAP_NOT_ACCEPTABLE = 0x86,
    PROV_COAP_INCOMPLETE = 0x88,
    PROV_COAP_TOO_LARGE = 0x8d,
    PROV_COAP_UNSUPPORTED_FORMAT = 0x8f,
    PROV_COAP_INTERNAL = 0xa0,
    PROV_COAP_UNAVAILABLE = 0xa3
};

enum prov_coap_option_number {
    PROV_COAP_URI_HOST = 3,
    PROV_COAP_ETAG = 4,
    PROV_COAP_URI_PORT = 7,
    PROV_COAP_URI_PATH = 11,
    PROV_COAP_CONTENT_FORMAT = 12,
    PROV_COAP_MAX_AGE = 14,
    PROV_COAP_URI_QUERY = 15,
    PROV_COAP_ACCEPT = 17,
    PROV_COAP_BLOCK2 = 23,
    PROV_COAP_BLOCK1 = 27,
    PROV_COAP_SIZE2 = 28,
    PROV_COAP_SIZE1 = 60
};

enum prov_coap_format { /* CoAP Content-Formats */
                        PROV_CF_LINK_FORMAT = 40,
                        PROV_CF_CBOR = 60,
                        PROV_CF_MULTIPART = 62,
                        PROV_CF_COSE_SIGN1 = 18,
                        PROV_CF_COSE_KEY = 101,
                        PROV_CF_COSE_KEY_SET = 102,
                        PROV_CF_CERTS_ONLY = 281,
                        PROV_CF_CSRATTRS = 285,
                        PROV_CF_PKCS10 = 286,
                        PROV_CF_CERT = 287,
                        PROV_CF_NONE = 65535
};

struct prov_coap_option {
    uint16_t number;
    struct prov_bytes value;
};

#define PROV_COAP_TOKEN_MAX   8
#define PROV_COAP_OPTIONS_MAX 16

struct prov_coap_message {
    enum prov_coap_type type;
    uint8_t code;
    uint16_t id;
    struct prov_bytes token, payload;
    size_t option_count;
    struct prov_coap_option options[PROV_COAP_OPTIONS_MAX]; /* ascending */
};

/* What stands before the options. */
struct prov_coap_head {
    enum prov_coap_type type;
    uint8_t code;
    uint16_t id;
    struct prov_bytes token;
};

/* Read piece by piece: the head, options until there is none, and what is left then is the payload. What is
 * wrong stays in the reader, whose error is to be asked for before any of it is believed. */
void prov_coap_get_head(struct prov_reader *reader, struct prov_coap_head *ret);
/* The option after *option, whose number is 0 at first; false at the end. */
bool prov_coap_get_option(struct prov_reader *reader, struct prov_coap_option *option);
/* Views into the datagram. PROV_E_FORMAT, PROV_E_TRUNCATED, PROV_E_BOUNDS (more than 16 options).
 * ret may be written even if the call fails. */
PROV_MUST prov_result prov_coap_decode(struct prov_bytes datagram, struct prov_coap_message *ret);
/* Options may be given in any order: they are sorted, stably. */
PROV_MUST prov_result prov_coap_encode(const struct prov_coap_message *message,
                                       struct prov_buf *ret);

/* Written piece by piece: the head, options in ascending order of their numbers, the payload. */
struct prov_coap_writer {
    struct prov_buf *buf;
    uint16_t last; /* the number of the option before, 0 at first */
};
/* The first four octets, as a number: an empty message is no more than that. */
#define PROV_COAP_VERSION 1
static inline uint32_t prov_coap_head_number(enum prov_coap_type type, uint8_t code, uint16_t id)
{
    return (uint32_t)PROV_COAP_VERSION << 30 | (uint32_t)type << 28 | (uint32_t)code << 16 | id;
}
static inline void prov_coap_put_head(struct prov_buf *buf, enum prov_coap_type type, uint8_t code,
                                      uint16_t id, struct prov_bytes token)
{
    prov_put_u32(buf, prov_coap_head_number(type, code, id) | (uint32_t)token.len << 24);
    prov_put_bytes(buf, token);
}
/* In a build without PROV_WITH_SERVER it is of 268 octets at the most, as Uri-Host is. */
void prov_coap_put_option(struct prov_coap_writer *writer, uint16_t number, const void *data,
                          size_t len);
void prov_coap_put_uint(struct prov_coap_writer *writer, uint16_t number, uint32_t value);
/* Splits "/a/b" into Uri-Path options; not for "/", which has none. */
void prov_coap_put_path(struct prov_coap_writer *writer, const char *path);
void prov_coap_put_payload(struct prov_buf *buf, const void *data, size_t len);

/* Adds an option; uint values are written in as few octets as possible (RFC 7252, section 3.2):
 * `store` is 4 octets of room that must live as long as the message. PROV_E_FULL. */
PROV_MUST prov_result prov_coap_add(struct prov_coap_message *message, uint16_t number,
                                    struct prov_bytes value);
PROV_MUST prov_result prov_coap_add_uint(struct prov_coap_message *message, uint16_t number,
                                         uint32_t value, uint8_t store[4]);
/* Splits "/a/b" into Uri-Path options that point into `path`. */
PROV_MUST prov_result prov_coap_add_path(struct prov_coap_message *message, const char *path);
/* The first option with the number, or NULL. */
const struct prov_coap_option *prov_coap_find(const struct prov_coap_message *message,
                                              uint16_t number);
PROV_MUST prov_result prov_coap_uint(const struct prov_coap_option *option, uint32_t *ret);
/* Joins Uri-Path options as "/a/b"; PROV_E_OVERFLOW; segments with '/' or NUL are PROV_E_FORMAT. */
PROV_MUST prov_result prov_coap_path(const struct prov_coap_message *message, char *ret,
                                     size_t cap);
/* The number of the first critical (odd) option that is not in `known`, or 0 (RFC 7252, 5.4.1). */
uint16_t prov_coap_unknown_critical(const struct prov_coap_message *message, const uint16_t *known,
                                    size_t count);

/* A Block1 or Block2 value (RFC 7959, section 2.2): number, more, size 16 << szx; szx 7
 * is refused. */
struct prov_coap_block {
    uint32_t number;
    bool more;
    uint8_t szx;
};
PROV_MUST prov_result prov_coap_block_decode(const struct prov_coap_option *option,
                                             struct prov_coap_block *ret);
PROV_MUST prov_result prov_coap_add_block(struct prov_coap_message *message, uint16_t number,
                                          struct prov_coap_block block, uint8_t store[4]);
static inline size_t prov_coap_block_size(uint8_t szx)
{
    return (size_t)16 << szx;
}

#endif
