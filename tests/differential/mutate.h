/* SPDX-License-Identifier: Apache-2.0
 *
 * ClientHellos taken apart, changed and put together again.
 */
#ifndef PROV_TESTS_MUTATE_H
#define PROV_TESTS_MUTATE_H

#include "prov/bytes.h"

#define HELLO_LIST_MAX       64
#define HELLO_BODY_MAX       96
#define HELLO_EXTENSIONS_MAX 24

struct hello_extension {
    uint16_t type;
    uint8_t len;
    uint8_t body[HELLO_BODY_MAX];
    bool wrong_len; /* the length before the body is one too many */
};
struct hello {
    uint16_t version;
    uint8_t session_id_len, session_id[40];
    uint8_t cookie_len;
    size_t suite_octets;
    uint8_t suites[2 * HELLO_LIST_MAX];
    uint8_t compression_len, compression[8];
    bool no_block; /* without extensions, no length of them either */
    int block_off; /* added to the length of the block */
    size_t extension_count;
    struct hello_extension extensions[HELLO_EXTENSIONS_MAX];
    size_t cut, append; /* octets of the body's end */
    unsigned flips;
    struct {
        uint16_t at; /* of the datagram, modulo its length */
        uint8_t with;
    } flip[3];
};

#define HELLO_BASES 5
extern const char *const hello_bases[HELLO_BASES];
void hello_base(unsigned which, struct hello *ret);
/* One change; `next` draws numbers. */
void hello_mutate(struct hello *hello, uint64_t (*next)(void *), void *context);
/* As one datagram: record, handshake header, body. */
void hello_put(const struct hello *hello, struct prov_buf *ret);

const struct hello_extension *hello_find(const struct hello *hello, uint16_t type);

#endif
