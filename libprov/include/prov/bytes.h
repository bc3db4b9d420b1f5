/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/bytes.h: octets that carry their length. A pointer never travels without one.
 *
 * prov_bytes   what was filled: a view, owns nothing, valid as long as what it points to
 * prov_buf     what is to be filled: the caller's room, appended to; sticky overflow
 * prov_reader  a cursor over a view: each take checks and advances, or fails and stays; with prov_get_…
 *              the first failure is remembered, so that many items are got and one answer is asked for
 * prov_secret  up to 64 octets that are wiped and never printed
 *
 * No heap, no I/O.
 */
#ifndef PROV_BYTES_H
#define PROV_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prov/config.h"
#include "prov/result.h"

struct prov_bytes {
    const uint8_t *data;
    size_t len;
};

#define PROV_BYTES(pointer, length) ((struct prov_bytes){(pointer), (length)})
#define PROV_BYTES_OF(array)        ((struct prov_bytes){(array), sizeof(array)})
#define PROV_BYTES_NONE             ((struct prov_bytes){NULL, 0})

/* The octets of a C string, without its NUL. */
size_t prov_text_len(const char *text);
static inline struct prov_bytes prov_bytes_text(const char *text)
{
    return PROV_BYTES((const uint8_t *)text, prov_text_len(text));
}
bool prov_octets_equal(const void *a, size_t a_len, const void *b, size_t b_len);
static inline bool prov_bytes_equal(struct prov_bytes a, struct prov_bytes b)
{
    return prov_octets_equal(a.data, a.len, b.data, b.len);
}
/* The number that up to 4 octets are, network byte order. */
uint32_t prov_octets_number(const uint8_t *octets, size_t len);
static inline uint32_t prov_bytes_number(struct prov_bytes bytes)
{
    return prov_octets_number(bytes.data, bytes.len);
}
/* Takes the same time whatever the octets are (but not whatever the lengths are): for secrets and
 * tags. */
bool prov_octets_equal_secret(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
static inline bool prov_bytes_equal_secret(struct prov_bytes a, struct prov_bytes b)
{
    return prov_octets_equal_secret(a.data, a.len, b.data, b.len);
}

/* Overwrites octets so that the compiler can't leave it out. */
void prov_wipe(void *data, size_t len);

struct prov_buf {
    uint8_t *data;
    size_t cap;
    size_t len;    /* what is filled */
    bool overflow; /* something did not fit: sticky, nothing is appended any more */
};

#define PROV_BUF_OF(array) ((struct prov_buf){(array), sizeof(array), 0, false})

static inline struct prov_buf prov_buf_make(uint8_t *data, size_t cap)
{
    return (struct prov_buf){data, cap, 0, false};
}
void prov_put(struct prov_buf *buf, const void *data, size_t len);
static inline void prov_put_bytes(struct prov_buf *buf, struct prov_bytes bytes)
{
    prov_put(buf, bytes.data, bytes.len);
}
void prov_put_text(struct prov_buf *buf, const char *text);
/* Unsigned integers, network byte order. */
void prov_put_u8(struct prov_buf *buf, uint8_t value);
void prov_put_u16(struct prov_buf *buf, uint16_t value);
void prov_put_u24(struct prov_buf *buf, uint32_t value);
void prov_put_u32(struct prov_buf *buf, uint32_t value);
void prov_put_u48(struct prov_buf *buf, uint64_t value);
void prov_put_u64(struct prov_buf *buf, uint64_t value);
/* Reserves len octets and returns where they are, or NULL (and overflow) if they do not fit. */
uint8_t *prov_put_space(struct prov_buf *buf, size_t len);
/* A vector whose length stands before it, TLS style (RFC 5246, section 4.3): open reserves `width`
 * octets (1 to 3) for the length and returns a mark, close fills them in. */
size_t prov_put_open(struct prov_buf *buf, size_t width);
void prov_put_close(struct prov_buf *buf, size_t width, size_t mark);
/* PROV_E_OVERFLOW if something did not fit. */
PROV_MUST prov_result prov_buf_result(const struct prov_buf *buf);
static inline struct prov_bytes prov_buf_bytes(const struct prov_buf *buf)
{
    return PROV_BYTES(buf->data, buf->len);
}

struct prov_reader {
    struct prov_bytes bytes;
    size_t at;         /* octets taken so far: where an error is */
    prov_result error; /* what prov_get_… failed with first: sticky, nothing is got any more */
};

static inline struct prov_reader prov_reader_make(struct prov_bytes bytes)
{
    return (struct prov_reader){bytes, 0, PROV_OK};
}
static inline size_t prov_reader_left(const struct prov_reader *reader)
{
    return reader->bytes.len - reader->at;
}
static inline bool prov_reader_done(const struct prov_reader *reader)
{
    return reader->at == reader->bytes.len;
}
/* Each returns false, takes nothing and leaves its output alone if there is too little left. */
PROV_MUST bool prov_take_u8(struct prov_reader *reader, uint8_t *ret);
PROV_MUST bool prov_take_u16(struct prov_reader *reader, uint16_t *ret);
PROV_MUST bool prov_take_u24(struct prov_reader *reader, uint32_t *ret);
PROV_MUST bool prov_take_u32(struct prov_reader *reader, uint32_t *ret);
PROV_MUST bool prov_take_u48(struct prov_reader *reader, uint64_t *ret);
PROV_MUST bool prov_take_u64(struct prov_reader *reader, uint64_t *ret);
PROV_MUST bool prov_take(struct prov_reader *reader, size_t len, struct prov_bytes *ret);
/* A vector with a length of `width` octets (1 to 3) before it. */
PROV_MUST bool prov_take_vector(struct prov_reader *reader, size_t width, struct prov_bytes *ret);

/* The same without an answer each: what is got from a reader that failed is 0 or PROV_BYTES_NONE, so
 * that a caller gets ten fields in a row, and loops over counts of 0, before it asks once, by
 * prov_reader_result or prov_reader_end. The first failure moves nothing and stays. */
uint8_t prov_get_u8(struct prov_reader *reader);
uint16_t prov_get_u16(struct prov_reader *reader);
uint32_t prov_get_u24(struct prov_reader *reader);
uint32_t prov_get_u32(struct prov_reader *reader);
uint64_t prov_get_u64(struct prov_reader *reader);
void prov_get_bytes(struct prov_reader *reader, size_t len, struct prov_bytes *ret);
/* A vector with a length of `width` octets (1 to 3) before it. */
void prov_get_vector(struct prov_reader *reader, size_t width, struct prov_bytes *ret);
/* What the caller itself finds wrong with what it got (PROV_OK: nothing); the first failure counts. fail_at
 * also goes back to `at`, where that began. */
void prov_reader_fail(struct prov_reader *reader, prov_result error);
void prov_reader_fail_at(struct prov_reader *reader, size_t at, prov_result error);
PROV_MUST prov_result prov_reader_result(const struct prov_reader *reader);
/* The same, and PROV_E_TRAILING if something is left. */
PROV_MUST prov_result prov_reader_end(const struct prov_reader *reader);

/* A pre-shared key, a private scalar, a sealing key. Wipe it before it goes out of scope. */
#define PROV_SECRET_MAX 64
struct prov_secret {
    uint8_t len;
    uint8_t data[PROV_SECRET_MAX];
};

/* PROV_E_BOUNDS if there are more than 64 octets. */
PROV_MUST prov_result prov_secret_set(struct prov_secret *secret, struct prov_bytes bytes);
static inline struct prov_bytes prov_secret_bytes(const struct prov_secret *secret)
{
    return PROV_BYTES(secret->data, secret->len);
}
void prov_secret_wipe(struct prov_secret *secret);

#endif
