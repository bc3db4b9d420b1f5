/* SPDX-License-Identifier: Apache-2.0
 *
 * One switch for each rule about flights: what a server sends, and messages in pieces. The engine keeps all rules; here its datagrams are changed, its
 * session is meddled with, or it is passed over.
 */
#include "faults.h"

#include <string.h>

static const uint16_t base_suite = 0xC0A8;

/* --- the server's flight --------------------------------------------------------------------- */

/* ServerKeyExchange of ECDHE_PSK with an empty hint: hint 2 | curve_type 1 | group 2 | len 1 | point 65 */
static void group_out(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    (void)t;
    if (offers_suite(f, 0xD005) && edit_find(d, MESSAGE_SERVER_KEY_EXCHANGE, &body, &len))
        body[4] = 24;
}

static size_t compress(void *context, uint8_t *body, size_t len)
{
    (void)context;
    (void)len;
    body[5] = 33;
    body[6] = 2;
    return 6 + 33;
}

static void point_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (offers_suite(f, 0xD005))
        (void)edit_message(d, MESSAGE_SERVER_KEY_EXCHANGE, compress, NULL);
}

static void fresh_share_out(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    if (!offers_suite(f, 0xD005) || !edit_find(d, MESSAGE_SERVER_KEY_EXCHANGE, &body, &len))
        return;
    if (t->memory_len == 0)
        memcpy(t->memory, body + 6, 65);
    t->memory_len = 65;
    memcpy(body + 6, t->memory, 65);
}

static void fresh_random_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;
    uint8_t *body = server_hello(d, &len);

    (void)t;
    (void)f;
    if (body != NULL)
        memset(body + 2, 0x33, 32);
}

static size_t no_certificates(void *context, uint8_t *body, size_t len)
{
    (void)context;
    (void)len;
    memset(body, 0, 3);
    return 3;
}

static void chain_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_cert_mode(f))
        (void)edit_message(d, MESSAGE_CERTIFICATE, no_certificates, NULL);
}

/* The key in a list, as certificates have it. */
static size_t wrap_key(void *context, uint8_t *body, size_t len)
{
    (void)context;
    memmove(body + 3, body, len);
    body[0] = body[1] = 0;
    body[2] = (uint8_t)len;
    return len + 3;
}

static void raw_key_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_raw_mode(f))
        (void)edit_message(d, MESSAGE_CERTIFICATE, wrap_key, NULL);
}

static void client_type_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_raw_mode(f))
        edit_server_extension(d, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, NULL, 0);
}

/* curve_type 1 | group 2 | len 1 | point 65 | algorithm 2 */
static void algorithm_out(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    (void)t;
    if (offers_suite(f, 0xC0AE) && edit_find(d, MESSAGE_SERVER_KEY_EXCHANGE, &body, &len))
        body[69] = 2;
}

static size_t remove_it(void *context, uint8_t *body, size_t len)
{
    (void)context;
    (void)body;
    (void)len;
    return EDIT_REMOVE;
}

static void no_request_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    (void)edit_message(d, MESSAGE_CERTIFICATE_REQUEST, remove_it, NULL);
}

static void request_form_out(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    (void)t;
    (void)f;
    if (edit_find(d, MESSAGE_CERTIFICATE_REQUEST, &body, &len))
        body[1] = 1; /* rsa_sign */
}

static size_t add_authority(void *context, uint8_t *body, size_t len)
{
    static const uint8_t list[] = {0, 4, 0, 2, 0x30, 0};

    (void)context;
    memcpy(body + len - 2, list, sizeof(list));
    return len - 2 + sizeof(list);
}

static void authorities_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_raw_mode(f))
        (void)edit_message(d, MESSAGE_CERTIFICATE_REQUEST, add_authority, NULL);
}

static void hint_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t hint[] = {22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 90, 0, 14, 12,
                                   0,  0,    2,    0, 6, 0, 0, 0, 0, 0, 2,  0, 0};
    size_t len;

    if (offers_alone(f, base_suite) && server_hello(d, &len) != NULL && !t->memory[0]) {
        target_say(t, f, hint, sizeof(hint));
        t->memory[0] = 0;
    }
}

static size_t same_id(void *context, uint8_t *body, size_t len)
{
    const struct flow *f = context;
    uint8_t room[TARGET_ROOM];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_reader reader = prov_reader_make(PROV_BYTES(body, len));
    struct prov_server_hello hello;

    if (!prov_server_hello_take(&reader, &hello))
        return len;
    hello.session_id = f->hello.session_id;
    prov_server_hello_put_head(&out, &hello);
    prov_put_u16(&out, (uint16_t)hello.extensions.len);
    prov_put_bytes(&out, hello.extensions);
    memcpy(body, room, out.len);
    return out.len;
}

static void session_id_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->has_hello && f->hello.session_id.len == 32)
        (void)edit_message(d, MESSAGE_SERVER_HELLO, same_id, f);
}

/* --- points ---------------------------------------------------------------------------------- */

/* identity<2> | point<1> in ClientKeyExchange */
static bool point_in(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    if (!edit_find(d, MESSAGE_CLIENT_KEY_EXCHANGE, &body, &len) ||
        !(offers_suite(f, 0xD005) || offers_suite(f, 0xD003)))
        return true;
    size_t identity = (size_t)body[0] << 8 | body[1];
    f->marked = (body[2 + identity] == 65) == (t->fault->number == 65);
    return true;
}

static void point_alert_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (f->marked && has_alert(d, PROV_ALERT_ILLEGAL_PARAMETER))
        set_alert(d, PROV_ALERT_INTERNAL_ERROR);
}

static void public_alone_tune(struct target *t)
{
    t->config.suites = prov_suites_public;
}

/* point<1> alone, from a client that is known */
static bool known_point_in(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    if (edit_find(d, MESSAGE_CLIENT_KEY_EXCHANGE, &body, &len) && len == 66)
        f->marked = (body[1] == 4) == (t->fault->number == 65);
    return true;
}

/* --- cached_info ----------------------------------------------------------------------------- */

static void cached_form_out(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t *body;
    size_t len;

    (void)t;
    (void)f;
    if (edit_find(d, MESSAGE_CERTIFICATE, &body, &len) && len == 33 && is_cert_mode(f))
        body[32] ^= 1;
}

/* list 2 | type 1 | hash<1> */
static bool cached_wrong_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes body;

    if (!is_hello(d) || !hello_offers(f, PROV_EXTENSION_CACHED_INFO, &body))
        return true;
    if (t->memory_len == 0)
        memcpy(t->memory, body.data, body.len);
    t->memory_len = body.len;
    edit_client_extension(d, PROV_EXTENSION_CACHED_INFO, t->memory, t->memory_len);
    return true;
}

/* --- fragments ------------------------------------------------------------------------------- */

struct piece {
    size_t length, offset, len;
};

static bool take_piece(const struct datagram *d, struct piece *ret)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(d->octets + 13, d->len - 13));
    struct prov_fragment fragment;

    if (!is_hello(d) || !prov_fragment_take(&reader, &fragment) ||
        fragment.body.len == fragment.length)
        return false;
    *ret = (struct piece){fragment.length, fragment.offset, fragment.body.len};
    return true;
}

static bool pieces_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct piece piece;

    (void)t;
    (void)f;
    return !take_piece(d, &piece);
}

/* f->count: how far the pieces have come. */
static bool overlap_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct piece piece;

    (void)t;
    if (!take_piece(d, &piece))
        return true;
    bool overlaps =
        piece.offset > 0 && piece.offset < f->count && piece.offset + piece.len > f->count;
    f->count = (unsigned)(piece.offset + piece.len);
    return !overlaps;
}

static bool order_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct piece piece;

    (void)t;
    if (!take_piece(d, &piece))
        return true;
    if (piece.offset > f->count)
        return false;
    f->count = (unsigned)(piece.offset + piece.len);
    return true;
}

static bool inconsistent_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct piece piece;

    (void)t;
    if (!take_piece(d, &piece))
        return true;
    if (piece.offset == 0)
        f->count = (unsigned)piece.length;
    d->octets[15] = (uint8_t)(f->count >> 8);
    d->octets[16] = (uint8_t)f->count;
    return true;
}

/* The pieces are put together before the engine sees them: it mirrors nothing. f->count: octets so far. */
static bool mirror_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_client_hello hello;
    struct piece piece;

    if (!take_piece(d, &piece))
        return true;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(d->octets + 25, piece.len));
    if (piece.offset == 0) {
        f->marked = prov_client_hello_take_head(&reader, &hello) &&
                    memcmp(hello.suites.data, "\xC0\xAE", 2) == 0;
        f->count = 0;
    }
    if (!f->marked)
        return true;
    memcpy(t->pieces + piece.offset, d->octets + 25, piece.len);
    f->count += (unsigned)piece.len;
    if (f->count < piece.length)
        return false;
    d->len = 25 + piece.length;
    memcpy(d->octets + 25, t->pieces, piece.length);
    memset(d->octets + 19, 0, 3);
    memcpy(d->octets + 22, d->octets + 14, 3);
    d->octets[11] = (uint8_t)((piece.length + 12) >> 8);
    d->octets[12] = (uint8_t)(piece.length + 12);
    return true;
}

static void large_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t zeros[700];
    struct prov_buf out = prov_buf_make(d->octets + d->len, sizeof(d->octets) - d->len);
    size_t len;

    (void)t;
    if (!is_cert_mode(f) || server_hello(d, &len) == NULL)
        return;
    while (d->len + out.len <= 1460)
        prov_record_put_plain(DTLS_1_2, 99, CONTENT_APPLICATION_DATA, PROV_BYTES(zeros, 300), &out);
    d->len += out.len;
}

/* f->count: what is wrong with the hello: 3 it is too long, 2 it is too short. */
static bool malformed_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_client_hello hello;
    uint16_t len;

    (void)t;
    if (!is_hello(d))
        return true;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(d->octets + 25, d->len - 25));
    f->count = 0;
    if (f->has_hello || !prov_client_hello_take_head(&reader, &hello) ||
        !prov_take_u16(&reader, &len))
        return true;
    f->count = prov_reader_left(&reader) > len ? 3 : 2;
    return true;
}

static void malformed_out(struct target *t, struct flow *f, struct datagram *d)
{
    if (f->count == t->fault->number && has_alert(d, PROV_ALERT_DECODE_ERROR))
        set_alert(d, PROV_ALERT_ILLEGAL_PARAMETER);
}

/* --- the table ------------------------------------------------------------------------------- */

/* rule, the judge's bundle, the server's configuration, what comes, what goes, a parameter, slow */
const struct fault faults_flight[] = {
    {"signature.algorithm", NO_BUNDLE, NULL, NULL, algorithm_out, 0, false},
    {"raw_key.form", NO_BUNDLE, NULL, NULL, raw_key_out, 0, false},
    {"raw_key.client_type", NO_BUNDLE, NULL, NULL, client_type_out, 0, false},
    {"share.group", NO_BUNDLE, NULL, NULL, group_out, 0, false},
    {"share.point", NO_BUNDLE, NULL, NULL, point_out, 0, false},
    {"share.fresh", NO_BUNDLE, NULL, NULL, fresh_share_out, 0, false},
    {"random.fresh", NO_BUNDLE, NULL, NULL, fresh_random_out, 0, false},
    {"flight.certificate", NO_BUNDLE, NULL, NULL, chain_out, 0, false},
    {"request.present", NO_BUNDLE, NULL, NULL, no_request_out, 0, false},
    {"request.form", NO_BUNDLE, NULL, NULL, request_form_out, 0, false},
    {"request.rpk_authorities", NO_BUNDLE, NULL, NULL, authorities_out, 0, false},
    {"psk.hint", NO_BUNDLE, NULL, NULL, hint_out, 0, false},
    {"resumption.unknown_id", NO_BUNDLE, NULL, NULL, session_id_out, 0, false},
    {"point.off_curve", NO_BUNDLE, NULL, point_in, point_alert_out, 65, false},
    {"point.form", NO_BUNDLE, NULL, point_in, point_alert_out, 0, false},
    {"point.off_curve", WIRE_RPK, public_alone_tune, known_point_in, point_alert_out, 65, false},
    {"point.form", WIRE_CERT, public_alone_tune, known_point_in, point_alert_out, 0, false},
    {"cached_info.form", NO_BUNDLE, NULL, NULL, cached_form_out, 0, false},
    {"cached_info.wrong", NO_BUNDLE, NULL, cached_wrong_in, NULL, 0, false},
    {"fragment.hello", NO_BUNDLE, NULL, pieces_in, NULL, 0, false},
    {"fragment.overlap", NO_BUNDLE, NULL, overlap_in, NULL, 0, false},
    {"fragment.order", NO_BUNDLE, NULL, order_in, NULL, 0, false},
    {"fragment.inconsistent", NO_BUNDLE, NULL, inconsistent_in, NULL, 0, false},
    {"fragment.mirror", NO_BUNDLE, NULL, mirror_in, NULL, 0, false},
    {"fragment.datagram", NO_BUNDLE, NULL, NULL, large_out, 0, false},
    {"malformed.trailing", NO_BUNDLE, NULL, malformed_in, malformed_out, 3, false},
    {"malformed.truncated", NO_BUNDLE, NULL, malformed_in, malformed_out, 2, false},
};
const size_t faults_flight_count = sizeof(faults_flight) / sizeof(faults_flight[0]);
