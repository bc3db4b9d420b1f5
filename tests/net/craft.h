/* SPDX-License-Identifier: Apache-2.0
 *
 * Hand-made ClientHellos and what a server answers to them.
 */
#ifndef PROV_TESTS_CRAFT_H
#define PROV_TESTS_CRAFT_H

#include "wire.h"

struct craft {
    uint16_t version;        /* 0: 0xFEFD */
    uint16_t record_version; /* 0: 0xFEFF */
    uint64_t record_seq;
    uint16_t message_seq;
    struct prov_bytes session_id, cookie;
    struct prov_bytes suites;      /* none: 0xC0A8 */
    struct prov_bytes compression; /* none: null */
    struct prov_bytes extensions;  /* none: no block */
    uint8_t random;                /* 32 times */
};
/* One record with the whole hello. */
void craft_hello(const struct craft *craft, struct prov_buf *ret);

struct craft_answer {
    int alert;      /* of the first alert, or -1 */
    uint16_t suite; /* of ServerHello, or 0 */
    uint8_t extensions[512];
    size_t extensions_len;
    uint8_t datagram[WIRE_DATAGRAM_MAX];
    size_t len;
};
/* Accepts the hello without a cookie and steps until the server's flight, or its alert, is there. */
void craft_ask(struct wire *wire, const struct craft *craft, struct craft_answer *ret);

/* The body of an extension in a block. */
bool craft_extension(struct prov_bytes block, uint16_t type, struct prov_bytes *ret);

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

#endif
