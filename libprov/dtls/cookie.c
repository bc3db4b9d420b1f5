/* SPDX-License-Identifier: Apache-2.0
 *
 * The stateless part of a server (RFC 6347, section 4.2.1): nothing is kept for an address that has
 * not shown a cookie.
 *
 *     cookie = the first 16 octets of HMAC-SHA-256(secret, lengths | peer | version 2 | random 32 | session_id<0..32> |
 *                           cipher_suites<> | compression_methods<>)
 *
 * so that a hello that changed in any of these needs a new one (H3).
 */
#include "server.h"

#include <string.h>

#define HELLO_MESSAGE_SEQ_MAX 0x7FFFu
#define HELLO_RECORD_SEQ_MAX                                                                       \
    (SEQUENCE_MAX >> 1) /* leaves room for all that a server sends after it (H13) */

bool prov_first_hello_take(struct prov_bytes datagram, struct prov_first_hello *ret)
{
    struct prov_reader reader = prov_reader_make(datagram);
    struct prov_first_hello first;
    uint16_t version, epoch;
    uint8_t type;

    if (!prov_take_u8(&reader, &type) || type != CONTENT_HANDSHAKE ||
        !prov_take_u16(&reader, &version) || version >> 8 != DTLS_1_2 >> 8 ||
        !prov_take_u16(&reader, &epoch) || epoch != 0 ||
        !prov_take_u48(&reader, &first.record_seq) || first.record_seq > HELLO_RECORD_SEQ_MAX ||
        !prov_take_vector(&reader, 2, &first.content))
        return false;
    reader = prov_reader_make(first.content);
    if (!prov_fragment_take(&reader, &first.fragment) ||
        first.fragment.type != MESSAGE_CLIENT_HELLO || first.fragment.offset != 0 ||
        first.fragment.message_seq > HELLO_MESSAGE_SEQ_MAX)
        return false;
    *ret = first;
    return true;
}

/* --- secrets --------------------------------------------------------------------------------- */

/* The present one becomes the one before after a while; an old server's first hello in a long time
 * meets two new ones. */
static prov_result rotate(struct prov_dtls_cookies *cookies, struct prov_crypto *crypto,
                          uint64_t now_ms)
{
    uint64_t age = now_ms - cookies->since_ms;
    uint8_t fresh[2][sizeof(cookies->secret[0])];

    if (cookies->ready && age < PROV_DTLS_COOKIE_ROTATE_MS)
        return PROV_OK;
    prov_result result = prov_crypto_random(crypto, fresh[0], sizeof(fresh));
    if (result != PROV_OK)
        return result;
    bool keep = cookies->ready && age < 2 * PROV_DTLS_COOKIE_ROTATE_MS;
    memcpy(cookies->secret[1], keep ? cookies->secret[0] : fresh[1], sizeof(fresh[1]));
    memcpy(cookies->secret[0], fresh[0], sizeof(fresh[0]));
    cookies->since_ms = now_ms;
    cookies->ready = true;
    prov_wipe(fresh, sizeof(fresh));
    return PROV_OK;
}

void prov_dtls_cookies_wipe(struct prov_dtls_cookies *cookies)
{
    prov_wipe(cookies, sizeof(*cookies));
}

/* --- cookies --------------------------------------------------------------------------------- */

static prov_result make_cookie(struct prov_crypto *crypto, const uint8_t secret[32],
                               struct prov_bytes peer, const struct prov_client_hello *hello,
                               uint8_t ret[COOKIE_LEN])
{
    const uint8_t lengths[] = {(uint8_t)(peer.len >> 8),       (uint8_t)peer.len,
                               (uint8_t)(hello->version >> 8), (uint8_t)hello->version,
                               (uint8_t)hello->session_id.len, (uint8_t)(hello->suites.len >> 8),
                               (uint8_t)hello->suites.len,     (uint8_t)hello->compression.len};
    const struct prov_bytes parts[] = {
        PROV_BYTES_OF(lengths), peer,          PROV_BYTES(hello->random, PROV_DTLS_RANDOM_LEN),
        hello->session_id,      hello->suites, hello->compression};
    uint8_t whole[PROV_HASH_LEN];
    struct prov_hmac hmac;

    memset(&hmac, 0, sizeof(hmac));
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, PROV_BYTES(secret, 32));
    if (result == PROV_OK)
        result = prov_crypto_hmac(crypto, &hmac, parts, sizeof(parts) / sizeof(parts[0]), whole);
    prov_crypto_hmac_drop(crypto, &hmac);
    if (result == PROV_OK)
        memcpy(ret, whole, COOKIE_LEN);
    return result;
}

static bool cookie_fits(const struct prov_dtls_cookies *cookies, struct prov_crypto *crypto,
                        struct prov_bytes peer, const struct prov_client_hello *hello)
{
    uint8_t expected[COOKIE_LEN];

    for (size_t i = 0; hello->cookie.len == COOKIE_LEN && i < 2; i++)
        if (make_cookie(crypto, cookies->secret[i], peer, hello, expected) == PROV_OK &&
            prov_bytes_equal_secret(hello->cookie, PROV_BYTES_OF(expected)))
            return true;
    return false;
}

/* --- replies: with the record sequence number and the message_seq of the hello (H1) ---------- */

static void put_alert(const struct prov_first_hello *first, struct prov_buf *reply)
{
    static const uint8_t alert[] = {LEVEL_FATAL, PROV_ALERT_PROTOCOL_VERSION};

    prov_record_put_plain(DTLS_1_0, first->record_seq, CONTENT_ALERT, PROV_BYTES_OF(alert), reply);
}

static bool put_hello_verify(const struct prov_dtls_cookies *cookies, struct prov_crypto *crypto,
                             struct prov_bytes peer, const struct prov_first_hello *first,
                             const struct prov_client_hello *hello, struct prov_buf *reply)
{
    uint8_t cookie[COOKIE_LEN], room[MESSAGE_HEADER_LEN + 3 + COOKIE_LEN];
    struct prov_buf message = PROV_BUF_OF(room);
    uint32_t length = sizeof(room) - MESSAGE_HEADER_LEN;

    if (make_cookie(crypto, cookies->secret[0], peer, hello, cookie) != PROV_OK)
        return false;
    prov_message_header_put(&message, MESSAGE_HELLO_VERIFY_REQUEST, length,
                            first->fragment.message_seq, 0, length);
    prov_hello_verify_put(&message, PROV_BYTES_OF(cookie));
    prov_record_put_plain(DTLS_1_0, first->record_seq, CONTENT_HANDSHAKE, prov_buf_bytes(&message),
                          reply);
    return !reply->overflow;
}

/* DTLS counts down: a larger number is an older version (H17). */
static bool too_old(uint16_t version)
{
    return version > DTLS_1_2;
}

enum prov_dtls_hello prov_dtls_hello(struct prov_dtls_cookies *cookies, struct prov_crypto *crypto,
                                     uint64_t now_ms, struct prov_bytes peer,
                                     struct prov_bytes datagram, struct prov_buf *reply)
{
    struct prov_first_hello first;
    struct prov_client_hello hello;

    if (!prov_first_hello_take(datagram, &first))
        return PROV_DTLS_HELLO_DROP;
    /* A hello that is cut before its cookie, or before what the cookie speaks for, is dropped (H5).
     */
    struct prov_reader reader = prov_reader_make(first.fragment.body);
    if (!prov_client_hello_take_head(&reader, &hello) || rotate(cookies, crypto, now_ms) != PROV_OK)
        return PROV_DTLS_HELLO_DROP;
    /* What comes is longer than either reply: a hello has at least 67 octets, a HelloVerifyRequest
     * has 44. */
    if (too_old(hello.version)) {
        put_alert(&first, reply);
        return reply->overflow ? PROV_DTLS_HELLO_DROP : PROV_DTLS_HELLO_REPLY;
    }
    if (cookie_fits(cookies, crypto, peer, &hello))
        return PROV_DTLS_HELLO_ACCEPT;
    return put_hello_verify(cookies, crypto, peer, &first, &hello, reply) ? PROV_DTLS_HELLO_REPLY
                                                                          : PROV_DTLS_HELLO_DROP;
}
