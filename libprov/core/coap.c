/* SPDX-License-Identifier: Apache-2.0
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1      RFC 7252, section 3
 *   |Ver| T |  TKL  |      Code     |          Message ID           |
 *   |   Token (if any, TKL octets) ...
 *   |   Options (if any) ...
 *   |1 1 1 1 1 1 1 1|    Payload (if any) ...
 */
#include "prov/coap.h"

#include <string.h>

enum { PAYLOAD_MARKER = 0xff };

/* An option's delta and length are nibbles; 13 and 14 say that one or two octets follow, from which
 * 13 or 269 were taken off (section 3.1). */
enum { EXTEND_1 = 13, EXTEND_2 = 14, RESERVED = 15, BASE_2 = 269 };

/* Classes 1, 6 and 7 are reserved, and a recipient rejects them (section 4.2). */
static bool code_known(uint8_t code)
{
    unsigned class = code >> 5;

    return class != 1 && class < 6;
}

/* --- reading --------------------------------------------------------------------------------- */

static uint32_t get_extended(struct prov_reader *reader, unsigned nibble)
{
    if (nibble == EXTEND_1)
        return EXTEND_1 + (uint32_t)prov_get_u8(reader);
    if (nibble == EXTEND_2)
        return BASE_2 + (uint32_t)prov_get_u16(reader);
    if (nibble == RESERVED)
        prov_reader_fail(reader, PROV_E_FORMAT);
    return nibble;
}

/* A payload marker with nothing behind it is a format error (section 3). */
bool prov_coap_get_option(struct prov_reader *reader, struct prov_coap_option *option)
{
    if (reader->error != PROV_OK || prov_reader_done(reader))
        return false;
    uint8_t first = prov_get_u8(reader);
    if (first == PAYLOAD_MARKER) {
        if (prov_reader_done(reader))
            prov_reader_fail(reader, PROV_E_FORMAT);
        return false;
    }
    uint32_t number = option->number + get_extended(reader, first >> 4);
    uint32_t len = get_extended(reader, first & 15);
    if (number > UINT16_MAX)
        prov_reader_fail(reader, PROV_E_FORMAT);
    option->number = (uint16_t)number;
    prov_get_bytes(reader, len, &option->value);
    return reader->error == PROV_OK;
}

void prov_coap_get_head(struct prov_reader *reader, struct prov_coap_head *ret)
{
    uint32_t head = prov_get_u32(reader);
    size_t token_len = head >> 24 & 15;

    ret->type = (enum prov_coap_type)(head >> 28 & 3);
    ret->code = (uint8_t)(head >> 16);
    ret->id = (uint16_t)head;
    /* An empty message has nothing after its id (section 4.1). */
    if (head >> 30 != PROV_COAP_VERSION || token_len > PROV_COAP_TOKEN_MAX ||
        !code_known(ret->code) ||
        (ret->code == PROV_COAP_EMPTY && (token_len > 0 || !prov_reader_done(reader))))
        prov_reader_fail(reader, PROV_E_FORMAT);
    prov_get_bytes(reader, token_len, &ret->token);
}

prov_result prov_coap_decode(struct prov_bytes datagram, struct prov_coap_message *ret)
{
    struct prov_reader reader = prov_reader_make(datagram);
    struct prov_coap_option option = {.number = 0};
    struct prov_coap_head head;

    prov_coap_get_head(&reader, &head);
    ret->type = head.type;
    ret->code = head.code;
    ret->id = head.id;
    ret->token = head.token;
    ret->option_count = 0;
    while (prov_coap_get_option(&reader, &option))
        if (ret->option_count < PROV_COAP_OPTIONS_MAX)
            ret->options[ret->option_count++] = option;
        else
            prov_reader_fail(&reader, PROV_E_BOUNDS);
    prov_get_bytes(&reader, prov_reader_left(&reader), &ret->payload);
    return reader.error;
}

/* --- writing --------------------------------------------------------------------------------- */

/* A device's options are short, and so are the ways between them. */
#define HAS_LONG PROV_WITH_SERVER

/* Writes what follows the octet that the nibble is in. */
static unsigned put_extended(struct prov_buf *buf, size_t value)
{
    if (value < EXTEND_1)
        return (unsigned)value;
    if (HAS_LONG && value >= BASE_2) {
        prov_put_u16(buf, (uint16_t)(value - BASE_2));
        return EXTEND_2;
    }
    prov_put_u8(buf, (uint8_t)(value - EXTEND_1));
    return EXTEND_1;
}

void prov_coap_put_option(struct prov_coap_writer *writer, uint16_t number, const void *data,
                          size_t len)
{
    uint8_t *first = prov_put_space(writer->buf, 1);
    unsigned nibbles = put_extended(writer->buf, (size_t)number - writer->last) << 4;

    nibbles |= put_extended(writer->buf, len);
    if (first != NULL)
        *first = (uint8_t)nibbles;
    writer->last = number;
    prov_put(writer->buf, data, len);
}

/* The shortest form of an unsigned integer; 0 is no octet at all (section 3.2). */
static struct prov_bytes shortest(uint32_t value, uint8_t store[4])
{
    size_t at = 4;

    for (; value > 0; value >>= 8)
        store[--at] = (uint8_t)value;
    return PROV_BYTES(store + at, 4 - at);
}

void prov_coap_put_uint(struct prov_coap_writer *writer, uint16_t number, uint32_t value)
{
    uint8_t store[4];
    struct prov_bytes octets = shortest(value, store);

    prov_coap_put_option(writer, number, octets.data, octets.len);
}

static size_t segment_len(const char *path)
{
    size_t len = 0;

    while (path[len] != '/' && path[len] != '\0')
        len++;
    return len;
}

void prov_coap_put_path(struct prov_coap_writer *writer, const char *path)
{
    while (*path == '/') {
        size_t len = segment_len(++path);
        prov_coap_put_option(writer, PROV_COAP_URI_PATH, path, len);
        path += len;
    }
}

void prov_coap_put_payload(struct prov_buf *buf, const void *data, size_t len)
{
    if (len > 0)
        prov_put_u8(buf, PAYLOAD_MARKER);
    prov_put(buf, data, len);
}

/* Indexes of the options in ascending order of their numbers; equal ones stay as they were given.
 */
static void sort_options(const struct prov_coap_message *message,
                         uint8_t ret[PROV_COAP_OPTIONS_MAX])
{
    for (size_t i = 0; i < message->option_count; i++) {
        size_t at = i;
        for (; at > 0 && message->options[ret[at - 1]].number > message->options[i].number; at--)
            ret[at] = ret[at - 1];
        ret[at] = (uint8_t)i;
    }
}

static void put_options(struct prov_buf *buf, const struct prov_coap_message *message)
{
    struct prov_coap_writer writer = {.buf = buf};
    uint8_t order[PROV_COAP_OPTIONS_MAX];

    sort_options(message, order);
    for (size_t i = 0; i < message->option_count; i++) {
        const struct prov_coap_option *option = &message->options[order[i]];
        prov_coap_put_option(&writer, option->number, option->value.data, option->value.len);
    }
}

static prov_result check_message(const struct prov_coap_message *message)
{
    bool empty = message->code == PROV_COAP_EMPTY;

    if (!code_known(message->code) || (unsigned)message->type > PROV_COAP_RST)
        return PROV_E_FORMAT;
    if (empty && (message->token.len > 0 || message->option_count > 0 || message->payload.len > 0))
        return PROV_E_FORMAT;
    if (message->token.len > PROV_COAP_TOKEN_MAX || message->option_count > PROV_COAP_OPTIONS_MAX)
        return PROV_E_BOUNDS;
    for (size_t i = 0; i < message->option_count; i++)
        if (message->options[i].value.len > UINT16_MAX)
            return PROV_E_BOUNDS;
    return PROV_OK;
}

prov_result prov_coap_encode(const struct prov_coap_message *message, struct prov_buf *ret)
{
    prov_result result = check_message(message);

    if (result != PROV_OK)
        return result;
    prov_coap_put_head(ret, message->type, message->code, message->id, message->token);
    put_options(ret, message);
    prov_coap_put_payload(ret, message->payload.data, message->payload.len);
    return prov_buf_result(ret);
}

/* --- options --------------------------------------------------------------------------------- */

prov_result prov_coap_add(struct prov_coap_message *message, uint16_t number,
                          struct prov_bytes value)
{
    if (message->option_count >= PROV_COAP_OPTIONS_MAX)
        return PROV_E_FULL;
    message->options[message->option_count++] = (struct prov_coap_option){number, value};
    return PROV_OK;
}

prov_result prov_coap_add_uint(struct prov_coap_message *message, uint16_t number, uint32_t value,
                               uint8_t store[4])
{
    return prov_coap_add(message, number, shortest(value, store));
}

prov_result prov_coap_add_path(struct prov_coap_message *message, const char *path)
{
    prov_result result = PROV_OK;

    while (result == PROV_OK && *path == '/' && path[1] != '\0') {
        size_t len = segment_len(++path);
        result = prov_coap_add(message, PROV_COAP_URI_PATH, PROV_BYTES((const uint8_t *)path, len));
        path += len;
    }
    return result;
}

const struct prov_coap_option *prov_coap_find(const struct prov_coap_message *message,
                                              uint16_t number)
{
    for (size_t i = 0; i < message->option_count; i++)
        if (message->options[i].number == number)
            return &message->options[i];
    return NULL;
}

/* Leading zero octets are accepted (section 3.2: a recipient MUST be prepared for them). */
prov_result prov_coap_uint(const struct prov_coap_option *option, uint32_t *ret)
{
    if (option->value.len > 4)
        return PROV_E_FORMAT;
    *ret = prov_bytes_number(option->value);
    return PROV_OK;
}

/* A segment that would read as two, or end a C string, names none of our resources. */
static bool segment_ok(struct prov_bytes segment)
{
    return segment.len == 0 || (memchr(segment.data, '/', segment.len) == NULL &&
                                memchr(segment.data, '\0', segment.len) == NULL);
}

/* Octets of the path, or an error; writes it if ret is not NULL. */
static prov_result join_path(const struct prov_coap_message *message, char *ret, size_t *ret_len)
{
    size_t len = 0;

    for (size_t i = 0; i < message->option_count; i++) {
        struct prov_bytes segment = message->options[i].value;
        if (message->options[i].number != PROV_COAP_URI_PATH)
            continue;
        if (!segment_ok(segment))
            return PROV_E_FORMAT;
        if (ret != NULL) {
            struct prov_buf buf = prov_buf_make((uint8_t *)ret + len, segment.len + 1);
            prov_put_u8(&buf, '/');
            prov_put_bytes(&buf, segment);
        }
        len += segment.len + 1;
    }
    *ret_len = len;
    return PROV_OK;
}

/* No Uri-Path at all is the path "/" (section 6.5). */
static prov_result root_path(char *ret, size_t cap)
{
    if (cap < 2)
        return PROV_E_OVERFLOW;
    memcpy(ret, "/", 2);
    return PROV_OK;
}

prov_result prov_coap_path(const struct prov_coap_message *message, char *ret, size_t cap)
{
    size_t len;
    prov_result result = join_path(message, NULL, &len);

    if (result == PROV_OK && len == 0)
        return root_path(ret, cap);
    if (result == PROV_OK && len >= cap)
        result = PROV_E_OVERFLOW;
    if (result == PROV_OK)
        result = join_path(message, ret, &len);
    if (result == PROV_OK)
        ret[len] = '\0';
    return result;
}

static bool contains(const uint16_t *numbers, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

uint16_t prov_coap_unknown_critical(const struct prov_coap_message *message, const uint16_t *known,
                                    size_t count)
{
    for (size_t i = 0; i < message->option_count; i++) {
        uint16_t number = message->options[i].number;
        if (number % 2 == 1 && !contains(known, count, number))
            return number;
    }
    return 0;
}

/* --- block-wise (RFC 7959, section 2.2): NUM, M, SZX in 0 to 3 octets ------------------------ */

enum { SZX_MAX = 6, NUMBER_MAX = (1 << 20) - 1 };

prov_result prov_coap_block_decode(const struct prov_coap_option *option,
                                   struct prov_coap_block *ret)
{
    uint32_t value;

    if (option->value.len > 3 || prov_coap_uint(option, &value) != PROV_OK || (value & 7) > SZX_MAX)
        return PROV_E_FORMAT;
    *ret = (struct prov_coap_block){value >> 4, (value & 8) != 0, (uint8_t)(value & 7)};
    return PROV_OK;
}

prov_result prov_coap_add_block(struct prov_coap_message *message, uint16_t number,
                                struct prov_coap_block block, uint8_t store[4])
{
    if (block.number > NUMBER_MAX || block.szx > SZX_MAX)
        return PROV_E_BOUNDS;
    uint32_t value = block.number << 4 | (block.more ? 8u : 0u) | block.szx;
    return prov_coap_add_uint(message, number, value, store);
}
