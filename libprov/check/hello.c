/* SPDX-License-Identifier: Apache-2.0
 *
 * ClientHellos made by hand: well-formed, and in every way that a probe wants them otherwise.
 */
#include "endpoint.h"

#include <string.h>

const struct check_mode_row check_modes[CHECK_MODES] = {
    [CHECK_PSK] = {"PSK", 0xC0A8, PROV_KIND_PSK},
    [CHECK_PSK_FS] = {"ECDHE-PSK with CCM", 0xD005, PROV_KIND_PSK},
    [CHECK_PSK_FS_8] = {"ECDHE-PSK with CCM_8", 0xD003, PROV_KIND_PSK},
    [CHECK_RPK] = {"raw public keys", 0xC0AE, PROV_KIND_RPK},
    [CHECK_CERT] = {"certificates", 0xC0AE, PROV_KIND_CERT},
};

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

void check_hello_make(struct check_hello *hello, struct prov_crypto *crypto)
{
    memset(hello, 0, sizeof(*hello));
    hello->version = DTLS_1_2;
    hello->record_version = DTLS_1_0;
    hello->compression_len = 1;
    (void)!prov_crypto_random(crypto, hello->random, sizeof(hello->random));
}

void check_hello_suite(struct check_hello *hello, uint16_t suite)
{
    if (hello->suites_len + 2u > sizeof(hello->suites))
        return;
    hello->suites[hello->suites_len++] = (uint8_t)(suite >> 8);
    hello->suites[hello->suites_len++] = (uint8_t)suite;
}

void check_hello_extension(struct check_hello *hello, uint16_t type, struct prov_bytes body)
{
    struct prov_buf buf = prov_buf_make(hello->extensions + hello->extensions_len,
                                        sizeof(hello->extensions) - hello->extensions_len);

    prov_put_u16(&buf, type);
    prov_put_u16(&buf, (uint16_t)body.len);
    prov_put_bytes(&buf, body);
    if (!buf.overflow)
        hello->extensions_len += buf.len;
}

void check_hello_without(struct check_hello *hello, uint16_t type)
{
    uint8_t octets[sizeof(hello->extensions)];
    struct prov_reader reader = prov_reader_make(PROV_BYTES(octets, hello->extensions_len));
    struct prov_bytes body;
    uint16_t other;

    memcpy(octets, hello->extensions, hello->extensions_len);
    hello->extensions_len = 0;
    while (prov_take_u16(&reader, &other) && prov_take_vector(&reader, 2, &body))
        if (other != type)
            check_hello_extension(hello, other, body);
}

/* RFC 6066, section 3 */
void check_hello_name(struct check_hello *hello, const char *name)
{
    uint8_t room[PROV_FQDN_MAX + 8];
    struct prov_buf buf = PROV_BUF_OF(room);
    size_t list = prov_put_open(&buf, 2);

    prov_put_u8(&buf, 0);
    size_t mark = prov_put_open(&buf, 2);
    prov_put_text(&buf, name);
    prov_put_close(&buf, 2, mark);
    prov_put_close(&buf, 2, list);
    check_hello_without(hello, PROV_EXTENSION_SERVER_NAME);
    check_hello_extension(hello, PROV_EXTENSION_SERVER_NAME, prov_buf_bytes(&buf));
}

/* What a client of the profile offers for the mode (RFC 7252, section 9.1.3.2 has the octets). */
void check_hello_mode(struct check_hello *hello, enum check_mode mode,
                      const struct prov_fqdn *server)
{
    bool public_key = check_modes[mode].kind != PROV_KIND_PSK;

    check_hello_suite(hello, check_modes[mode].suite);
    if (server->text[0] != '\0')
        check_hello_name(hello, server->text);
    if (mode == CHECK_RPK) {
        check_hello_extension(hello, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, OCTETS(1, 2));
        check_hello_extension(hello, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, OCTETS(1, 2));
    }
    if (mode != CHECK_PSK) {
        check_hello_extension(hello, PROV_EXTENSION_SUPPORTED_GROUPS, OCTETS(0, 2, 0, 23));
        check_hello_extension(hello, PROV_EXTENSION_EC_POINT_FORMATS, OCTETS(1, 0));
    }
    if (public_key)
        check_hello_extension(hello, PROV_EXTENSION_SIGNATURE_ALGORITHMS, OCTETS(0, 2, 4, 3));
    check_hello_extension(hello, PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_BYTES_NONE);
    check_hello_extension(hello, PROV_EXTENSION_RENEGOTIATION_INFO, OCTETS(0));
}

/* --- records --------------------------------------------------------------------------------- */

void check_record_plain(uint8_t type, uint64_t seq, struct prov_bytes content, struct prov_buf *out)
{
    prov_record_put_plain(DTLS_1_2, seq, type, content, out);
}

void check_record_message(uint8_t type, uint16_t message_seq, uint64_t seq, struct prov_bytes body,
                          struct prov_buf *out)
{
    uint8_t room[CHECK_DATAGRAM_MAX];
    struct prov_buf message = PROV_BUF_OF(room);

    prov_message_header_put(&message, type, (uint32_t)body.len, message_seq, 0, (uint32_t)body.len);
    prov_put_bytes(&message, body);
    check_record_plain(CONTENT_HANDSHAKE, seq, prov_buf_bytes(&message), out);
}

static void put_body(const struct check_hello *hello, struct prov_bytes cookie,
                     struct prov_buf *body)
{
    struct prov_client_hello head = {
        .version = hello->version,
        .random = hello->random,
        .session_id = PROV_BYTES(hello->session_id, hello->session_id_len),
        .cookie = cookie,
        .suites = PROV_BYTES(hello->suites, hello->suites_len),
        .compression = PROV_BYTES(hello->compression, hello->compression_len)};

    prov_client_hello_put_head(body, &head);
    if (hello->extensions_len > 0) {
        prov_put_u16(body, (uint16_t)hello->extensions_len);
        prov_put(body, hello->extensions, hello->extensions_len);
    }
    for (size_t i = 0; i < hello->trailing; i++)
        prov_put_u8(body, 0);
    if (hello->missing < body->len)
        body->len -= hello->missing;
}

struct piece {
    size_t from, until;
    uint32_t length;
};

static void put_piece(const struct check_hello *hello, const struct prov_buf *body,
                      const struct piece *piece, uint16_t message_seq, uint64_t seq,
                      struct prov_buf *out)
{
    uint8_t room[CHECK_DATAGRAM_MAX];
    struct prov_buf content = PROV_BUF_OF(room);
    uint32_t len = (uint32_t)(piece->until - piece->from);

    prov_message_header_put(&content, MESSAGE_CLIENT_HELLO, piece->length, message_seq,
                            (uint32_t)piece->from, len);
    prov_put(&content, body->data + piece->from, len);
    prov_record_put_plain(hello->record_version, seq, CONTENT_HANDSHAKE, prov_buf_bytes(&content),
                          out);
}

size_t check_hello_records(const struct check_hello *hello, struct prov_bytes cookie,
                           struct prov_buf records[CHECK_HELLO_RECORDS])
{
    uint8_t room[CHECK_DATAGRAM_MAX];
    struct prov_buf body = prov_buf_make(room, sizeof(room) - 64);
    struct piece pieces[CHECK_HELLO_RECORDS];
    size_t count = 0, from = 0;

    if (cookie.len == 0)
        cookie = PROV_BYTES(hello->own_cookie, hello->own_cookie_len);
    put_body(hello, cookie, &body);
    bool cuts = hello->cut > 0 && (cookie.len > 0 || hello->cut_first);
    size_t step = cuts ? hello->cut : body.len;
    do {
        size_t until = from + step < body.len ? from + step : body.len;
        size_t back = count > 0 && hello->overlap < from ? hello->overlap : 0;

        pieces[count] = (struct piece){from - back, until, (uint32_t)body.len};
        if (count > 0)
            pieces[count].length += (uint32_t)hello->length_off;
        count++;
        from = until;
    } while (from < body.len && count < CHECK_HELLO_RECORDS);
    for (size_t i = 0; i < count; i++)
        put_piece(hello, &body, &pieces[hello->backwards && i > 0 ? count - i : i],
                  cookie.len > 0 ? 1 : 0, hello->record_seq + i + (cookie.len > 0 ? 1 : 0),
                  &records[i]);
    return count;
}
