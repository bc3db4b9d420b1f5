/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half of enrollment: every refusal with its code, then what is served. Messages are
 * made by the codec of core, answers are read by it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "prov/enroll_server.h"

#define NONE 0xffffu

struct rig {
    struct prov_enroll_session s;
    struct prov_fqdn host;
    uint16_t next_id;
    uint64_t now;
    uint8_t out[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf reply;
    struct prov_coap_message m; /* the reply, decoded */
    struct prov_enroll_request request;
};

/* What a test sends; zero and NULL: not there. */
struct ask {
    uint8_t code;
    const char *path;
    uint32_t format; /* NONE: no Content-Format; 0 is text/plain */
    uint32_t accept; /* 0: none */
    const char *host, *query;
    struct prov_bytes payload;
    const struct prov_coap_block *block1, *block2;
    uint32_t size1;
    uint16_t odd; /* another option's number */
    uint16_t id;  /* 0: the next one */
    bool non;
};

static void rig_begin(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("est.example.com"), &r->host), PROV_OK);
    prov_enroll_begin(&r->s, &r->host);
    r->next_id = 100;
    r->now = 1000;
}

static void write_ask(struct rig *r, const struct ask *ask, struct prov_buf *out)
{
    static const uint8_t token[] = {0xca, 0xfe};
    struct prov_coap_message m = {.type = ask->non ? PROV_COAP_NON : PROV_COAP_CON,
                                  .code = ask->code,
                                  .id = ask->id ? ask->id : r->next_id++,
                                  .token = PROV_BYTES_OF(token),
                                  .payload = ask->payload};
    uint8_t v[6][4];

    assert_int_equal(prov_coap_add_path(&m, ask->path), PROV_OK);
    if (ask->host)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_URI_HOST, prov_bytes_text(ask->host)),
                         PROV_OK);
    if (ask->query)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_URI_QUERY, prov_bytes_text(ask->query)),
                         PROV_OK);
    if (ask->format != NONE)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_CONTENT_FORMAT, ask->format, v[0]),
                         PROV_OK);
    if (ask->accept)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_ACCEPT, ask->accept, v[1]), PROV_OK);
    if (ask->block1)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK1, *ask->block1, v[2]), PROV_OK);
    if (ask->block2)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK2, *ask->block2, v[3]), PROV_OK);
    if (ask->size1)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_SIZE1, ask->size1, v[4]), PROV_OK);
    if (ask->odd)
        assert_int_equal(prov_coap_add(&m, ask->odd, prov_bytes_text("x")), PROV_OK);
    assert_int_equal(prov_coap_encode(&m, out), PROV_OK);
}

static enum prov_enroll_event feed(struct rig *r, struct prov_bytes message)
{
    enum prov_enroll_event event;

    r->reply = prov_buf_make(r->out, sizeof(r->out));
    event = prov_enroll_receive(&r->s, r->now, message, &r->request, &r->reply);
    if (event == PROV_ENROLL_REPLY)
        assert_int_equal(prov_coap_decode(prov_buf_bytes(&r->reply), &r->m), PROV_OK);
    return event;
}

static enum prov_enroll_event ask(struct rig *r, struct ask a)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);

    write_ask(r, &a, &out);
    return feed(r, prov_buf_bytes(&out));
}

static void answer(struct rig *r, uint8_t code, uint16_t format, struct prov_bytes body)
{
    struct prov_enroll_answer a = {.code = code, .format = format, .body = body};

    r->reply = prov_buf_make(r->out, sizeof(r->out));
    prov_enroll_answer(&r->s, r->now, &a, &r->reply);
    assert_int_equal(prov_coap_decode(prov_buf_bytes(&r->reply), &r->m), PROV_OK);
}

static uint32_t option_uint(const struct rig *r, uint16_t number)
{
    const struct prov_coap_option *option = prov_coap_find(&r->m, number);
    uint32_t value = 0;

    assert_non_null(option);
    assert_int_equal(prov_coap_uint(option, &value), PROV_OK);
    return value;
}

static struct prov_coap_block option_block(const struct rig *r, uint16_t number)
{
    const struct prov_coap_option *option = prov_coap_find(&r->m, number);
    struct prov_coap_block block = {0, false, 0};

    assert_non_null(option);
    assert_int_equal(prov_coap_block_decode(option, &block), PROV_OK);
    return block;
}

static void assert_refused(struct rig *r, struct ask a, uint8_t code)
{
    assert_int_equal(ask(r, a), PROV_ENROLL_REPLY);
    assert_int_equal(r->m.code, code);
    assert_int_equal(r->m.type, PROV_COAP_ACK);
    assert_true(r->m.payload.len > 0); /* a diagnostic text (RFC 7252, section 5.5.2) */
}

static struct prov_bytes octets(uint8_t *room, size_t len)
{
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)(i * 7 + i / 256);
    return PROV_BYTES(room, len);
}

#define SEN  "/.well-known/est/sen"
#define CRTS "/.well-known/est/crts"
#define CORE "/.well-known/core"
#define BODY ((struct prov_bytes){(const uint8_t *)"csr", 3})

/* --- negative: message layer
 * ------------------------------------------------------------------------- */

static void rfc7252_garbage_is_ignored_or_reset(void **state)
{
    static const uint8_t short_head[] = {0x40, 0x01, 0x12};
    static const uint8_t version_0[] = {0x00, 0x01, 0x12, 0x34};
    static const uint8_t long_token[] = {0x49, 0x01, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t marker_only[] = {0x40, 0x01, 0x12, 0x34, 0xff};
    static const uint8_t non_marker_only[] = {0x50, 0x01, 0x12, 0x34, 0xff};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(feed(&r, PROV_BYTES_NONE), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(short_head)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(version_0)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(non_marker_only)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(long_token)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_RST);
    assert_int_equal(feed(&r, PROV_BYTES_OF(marker_only)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_RST);
    assert_int_equal(r.m.id, 0x1234);
}

static void rfc7252_ping_and_stray_responses_are_reset(void **state)
{
    static const uint8_t ping[] = {0x40, 0x00, 0x00, 0x07};
    static const uint8_t empty_non[] = {0x50, 0x00, 0x00, 0x08};
    static const uint8_t con_response[] = {0x40, 0x45, 0x00, 0x09};
    static const uint8_t ack[] = {0x60, 0x00, 0x00, 0x0a};
    static const uint8_t rst[] = {0x70, 0x00, 0x00, 0x0b};
    static const uint8_t reserved_class[] = {0x40, 0x21, 0x00, 0x0c};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(feed(&r, PROV_BYTES_OF(ping)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_RST);
    assert_int_equal(r.m.id, 7);
    assert_int_equal(r.reply.len, 4);
    assert_int_equal(feed(&r, PROV_BYTES_OF(empty_non)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(con_response)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_RST);
    assert_int_equal(feed(&r, PROV_BYTES_OF(ack)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(rst)), PROV_ENROLL_DROP);
    assert_int_equal(feed(&r, PROV_BYTES_OF(reserved_class)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_RST);
}

/* --- negative: requests
 * -------------------------------------------------------------------------------- */

static void est_unknown_critical_option_is_4_02(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .odd = 9},
                   PROV_COAP_BAD_OPTION);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .odd = 1},
                   PROV_COAP_BAD_OPTION);
    /* proxying: 5.05 (RFC 7252, section 5.10.2) */
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .odd = 35}, 0xa5);
    /* repeated where it must not be */
    assert_refused(
        &r,
        (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .accept = 281, .odd = PROV_COAP_ACCEPT},
        PROV_COAP_BAD_OPTION);
    /* a NON is rejected without a word */
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .odd = 9, .non = true}),
        PROV_ENROLL_DROP);
    /* an elective one is passed over */
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .odd = 6}),
                     PROV_ENROLL_REQUEST);
}

static void est_unknown_path_is_4_04(void **state)
{
    static const char *const paths[] = {"/.well-known/est",
                                        "/.well-known/est/skg",
                                        "/.well-known/est/att",
                                        "/.well-known/est/sen/x",
                                        "/est/crts",
                                        "/prov",
                                        "/PROV/crts",
                                        "/.well-known/est/cr"};
    struct rig r;

    (void)state;
    rig_begin(&r);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_refused(&r, (struct ask){PROV_COAP_GET, paths[i], .format = NONE},
                       PROV_COAP_NOT_FOUND);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .query = "a=b"},
                   PROV_COAP_NOT_FOUND);
}

static void h37_other_uri_host_is_4_04(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(&r,
                   (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .host = "other.example.com"},
                   PROV_COAP_NOT_FOUND);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .host = "192.0.2.1"},
                   PROV_COAP_NOT_FOUND);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .host = "EST.Example.com"}),
        PROV_ENROLL_REQUEST);
}

static void est_wrong_method_is_4_05(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(&r, (struct ask){PROV_COAP_POST, CRTS, .format = NONE},
                   PROV_COAP_METHOD_NOT_ALLOWED);
    assert_refused(&r, (struct ask){PROV_COAP_GET, SEN, .format = NONE},
                   PROV_COAP_METHOD_NOT_ALLOWED);
    assert_refused(&r, (struct ask){PROV_COAP_PUT, SEN, .format = 286, .payload = BODY},
                   PROV_COAP_METHOD_NOT_ALLOWED);
    assert_refused(&r, (struct ask){0x1f, SEN, .format = NONE}, PROV_COAP_METHOD_NOT_ALLOWED);
}

static void est_sen_with_content_format_0_is_4_15(void **state)
{
    static const uint32_t formats[] = {0, 281, 287, 60, NONE};
    struct rig r;

    (void)state;
    rig_begin(&r);
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        assert_refused(&r, (struct ask){PROV_COAP_POST, SEN, .format = formats[i], .payload = BODY},
                       PROV_COAP_UNSUPPORTED_FORMAT);
    assert_refused(&r, (struct ask){PROV_COAP_POST, "/prov/rpk", .format = 286, .payload = BODY},
                   PROV_COAP_UNSUPPORTED_FORMAT);
    assert_refused(&r, (struct ask){PROV_COAP_POST, "/prov/psk", .format = 101, .payload = BODY},
                   PROV_COAP_UNSUPPORTED_FORMAT);
}

static void est_unsupported_accept_is_4_06(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    /* 287 carries one certificate and can't answer crts */
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .accept = 287},
                   PROV_COAP_NOT_ACCEPTABLE);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .accept = 62},
                   PROV_COAP_NOT_ACCEPTABLE);
    assert_refused(&r,
                   (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .accept = 60},
                   PROV_COAP_NOT_ACCEPTABLE);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CORE, .format = NONE, .accept = 50},
                   PROV_COAP_NOT_ACCEPTABLE);
}

static void payload_where_none_belongs_is_4_00(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(&r,
                   (struct ask){PROV_COAP_POST, "/prov/confirm", .format = NONE, .payload = BODY},
                   PROV_COAP_BAD_REQUEST);
}

/* --- negative: blocks
 * ---------------------------------------------------------------------------------- */

static void block_with_wrong_num_is_4_08(void **state)
{
    uint8_t room[512];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block first = {0, true, 5}, third = {2, true, 5}, second = {1, true, 5};
    struct rig r;

    (void)state;
    rig_begin(&r);
    /* none began */
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &second},
        PROV_COAP_INCOMPLETE);
    /* one left out */
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body,
                                          .block1 = &first}),
                     PROV_ENROLL_REPLY);
    assert_int_equal(r.m.code, PROV_COAP_CONTINUE);
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &third},
        PROV_COAP_INCOMPLETE);
    /* another resource's */
    assert_refused(&r,
                   (struct ask){PROV_COAP_POST, "/prov/cert", .format = 286, .payload = body,
                                .block1 = &second},
                   PROV_COAP_INCOMPLETE);
    /* the right one after EXCHANGE_LIFETIME */
    r.now += PROV_ENROLL_LIFETIME_MS;
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &second},
        PROV_COAP_INCOMPLETE);
}

static void body_of_100_kib_is_4_13_with_size1(void **state)
{
    uint8_t room[512];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block block = {0, true, 5};
    unsigned refused_at = 0;
    struct rig r;

    (void)state;
    rig_begin(&r);
    for (; block.number < 200 && !refused_at; block.number++) {
        assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body,
                                              .block1 = &block}),
                         PROV_ENROLL_REPLY);
        if (r.m.code != PROV_COAP_CONTINUE)
            refused_at = block.number;
    }
    assert_int_equal(refused_at, PROV_ENROLL_REQUEST_MAX / 512);
    assert_int_equal(r.m.code, PROV_COAP_TOO_LARGE);
    assert_int_equal(option_uint(&r, PROV_COAP_SIZE1), PROV_ENROLL_REQUEST_MAX);
    assert_null(prov_coap_find(&r.m, PROV_COAP_BLOCK1)); /* no hint to try smaller blocks */
    /* nothing is kept of it */
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &block},
        PROV_COAP_INCOMPLETE);
    /* announced at the first block */
    block.number = 0;
    assert_refused(&r,
                   (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body,
                                .block1 = &block, .size1 = 102400},
                   PROV_COAP_TOO_LARGE);
}

static void block_of_wrong_size_or_szx_7_is_4_00(void **state)
{
    uint8_t room[512];
    struct prov_bytes body = octets(room, 500);
    struct prov_coap_block first = {0, true, 5};
    /* CON POST /prov/psk, CF 60, Block1 0x0f: szx 7 */
    static const uint8_t szx_7[] = {0x40, 0x02, 0x33, 0x44, 0xb4, 'p',  'r',  'o',  'v',  0x03,
                                    'p',  's',  'k',  0x11, 0x3c, 0xd1, 0x02, 0x0f, 0xff, 0x00};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &first},
        PROV_COAP_BAD_REQUEST);
    assert_int_equal(feed(&r, PROV_BYTES_OF(szx_7)), PROV_ENROLL_REPLY);
    assert_int_equal(r.m.code, PROV_COAP_BAD_REQUEST);
    assert_refused(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .block1 = &first},
                   PROV_COAP_BAD_REQUEST);
}

static void answer_block_that_is_not_there_is_refused(void **state)
{
    uint8_t room[700];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block later = {1, false, 5}, beyond = {9, false, 5};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(&r, (struct ask){PROV_COAP_POST, SEN, .format = NONE, .block2 = &later},
                   PROV_COAP_INCOMPLETE);
    /* a GET may begin anywhere; past the end is 4.00 */
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .block2 = &beyond}),
                     PROV_ENROLL_REQUEST);
    answer(&r, PROV_COAP_CONTENT, PROV_CF_CERTS_ONLY, body);
    assert_int_equal(r.m.code, PROV_COAP_BAD_REQUEST);
}

/* --- positive
 * -------------------------------------------------------------------------------------------- */

static void request_reaches_the_caller_and_the_answer_the_client(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY}),
                     PROV_ENROLL_REQUEST);
    assert_int_equal(r.request.op, PROV_ENROLL_EST_SEN);
    assert_int_equal(r.request.accept, PROV_CF_CERTS_ONLY); /* the default, RFC 9148, section 4.3 */
    assert_true(prov_bytes_equal(r.request.body, BODY));
    answer(&r, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, prov_bytes_text("certificate"));
    assert_int_equal(r.m.type, PROV_COAP_ACK);
    assert_int_equal(r.m.code, PROV_COAP_CHANGED);
    assert_int_equal(r.m.id, 100);
    assert_int_equal(r.m.token.len, 2);
    assert_int_equal(option_uint(&r, PROV_COAP_CONTENT_FORMAT), PROV_CF_CERTS_ONLY);
    assert_true(prov_bytes_equal(r.m.payload, prov_bytes_text("certificate")));
    assert_null(prov_coap_find(&r.m, PROV_COAP_BLOCK2));
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .accept = 287}),
        PROV_ENROLL_REQUEST);
    assert_int_equal(r.request.accept, PROV_CF_CERT);
}

static void non_confirmable_gets_a_non(void **state)
{
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CORE, .format = NONE, .non = true}),
                     PROV_ENROLL_REPLY);
    assert_int_equal(r.m.type, PROV_COAP_NON);
    assert_int_equal(r.m.code, PROV_COAP_CONTENT);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_GET, CORE, .format = NONE, .non = true, .id = 100}),
        PROV_ENROLL_DROP); /* seen before (RFC 7252, section 4.3) */
}

static void unavailable_carries_max_age(void **state)
{
    struct prov_enroll_answer later = {
        .code = PROV_COAP_UNAVAILABLE, .format = PROV_CF_NONE, .max_age = 300, .reason = "later"};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY}),
                     PROV_ENROLL_REQUEST);
    r.reply = prov_buf_make(r.out, sizeof(r.out));
    prov_enroll_answer(&r.s, r.now, &later, &r.reply);
    assert_int_equal(prov_coap_decode(prov_buf_bytes(&r.reply), &r.m), PROV_OK);
    assert_int_equal(r.m.code, PROV_COAP_UNAVAILABLE);
    assert_int_equal(option_uint(&r, PROV_COAP_MAX_AGE), 300);
}

static void row55_repeated_message_id_gets_the_same_octets(void **state)
{
    uint8_t first[PROV_ENROLL_MESSAGE_MAX];
    size_t len;
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .id = 5}),
        PROV_ENROLL_REQUEST);
    /* again while it is in work: nothing, and no second request */
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .id = 5}),
        PROV_ENROLL_DROP);
    answer(&r, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, prov_bytes_text("certificate"));
    len = r.reply.len;
    memcpy(first, r.out, len);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .id = 5}),
        PROV_ENROLL_REPLY);
    assert_int_equal(r.reply.len, len);
    assert_memory_equal(r.out, first, len);
    /* a refusal is kept, too */
    assert_refused(&r, (struct ask){PROV_COAP_GET, "/no", .format = NONE, .id = 6},
                   PROV_COAP_NOT_FOUND);
    assert_refused(&r, (struct ask){PROV_COAP_GET, "/no", .format = NONE, .id = 6},
                   PROV_COAP_NOT_FOUND);
    /* after EXCHANGE_LIFETIME the id is a new one */
    r.now += PROV_ENROLL_LIFETIME_MS;
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY, .id = 5}),
        PROV_ENROLL_REQUEST);
}

static void body_in_blocks_is_put_together(void **state)
{
    uint8_t room[1100];
    struct prov_bytes body = octets(room, sizeof(room));
    struct rig r;

    (void)state;
    rig_begin(&r);
    for (uint32_t i = 0; i < 3; i++) {
        struct prov_coap_block block = {i, i < 2, 5};
        size_t len = i < 2 ? 512 : sizeof(room) - 1024;
        enum prov_enroll_event event =
            ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286,
                                 .payload = PROV_BYTES(body.data + 512 * (size_t)i, len),
                                 .block1 = &block});

        assert_int_equal(event, i < 2 ? PROV_ENROLL_REPLY : PROV_ENROLL_REQUEST);
        if (i < 2) {
            assert_int_equal(r.m.code, PROV_COAP_CONTINUE);
            assert_int_equal(option_block(&r, PROV_COAP_BLOCK1).number, i);
            assert_true(option_block(&r, PROV_COAP_BLOCK1).more);
        }
    }
    assert_true(prov_bytes_equal(r.request.body, body));
    answer(&r, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, prov_bytes_text("ok"));
    assert_int_equal(option_block(&r, PROV_COAP_BLOCK1).number, 2);
    assert_false(option_block(&r, PROV_COAP_BLOCK1).more);
    assert_false(prov_enroll_in_work(&r.s));
}

static void block1_of_1024_is_negotiated_down(void **state)
{
    uint8_t room[1100];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block large = {0, true, 6}, rest = {2, false, 5};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286,
                             .payload = PROV_BYTES(body.data, 1024), .block1 = &large}),
        PROV_ENROLL_REPLY);
    assert_int_equal(r.m.code, PROV_COAP_CONTINUE);
    assert_int_equal(option_block(&r, PROV_COAP_BLOCK1).szx, 5);
    assert_int_equal(
        ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286,
                             .payload = PROV_BYTES(body.data + 1024, 76), .block1 = &rest}),
        PROV_ENROLL_REQUEST);
    assert_true(prov_bytes_equal(r.request.body, body));
}

/* Fetches the rest of an answer whose first block is in r.m. */
static size_t fetch(struct rig *r, const char *path, uint8_t code, uint8_t *ret)
{
    size_t len = r->m.payload.len;

    memcpy(ret, r->m.payload.data, len);
    while (prov_coap_find(&r->m, PROV_COAP_BLOCK2) && option_block(r, PROV_COAP_BLOCK2).more) {
        struct prov_coap_block next = option_block(r, PROV_COAP_BLOCK2);

        next.number++;
        next.more = false;
        assert_int_equal(ask(r, (struct ask){code, path, .format = NONE, .block2 = &next}),
                         PROV_ENROLL_REPLY);
        assert_int_equal(option_uint(r, PROV_COAP_CONTENT_FORMAT), PROV_CF_CERTS_ONLY);
        memcpy(ret + len, r->m.payload.data, r->m.payload.len);
        len += r->m.payload.len;
    }
    return len;
}

static void long_answer_goes_in_blocks(void **state)
{
    uint8_t room[PROV_ENROLL_RESPONSE_MAX], got[PROV_ENROLL_RESPONSE_MAX];
    static const size_t lens[] = {512, 513, 1023, 1024, 1025, PROV_ENROLL_RESPONSE_MAX};
    struct rig r;

    (void)state;
    rig_begin(&r);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct prov_bytes body = octets(room, lens[i]);

        assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY}),
                         PROV_ENROLL_REQUEST);
        answer(&r, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, body);
        assert_int_equal(fetch(&r, SEN, PROV_COAP_POST, got), lens[i]);
        assert_memory_equal(got, body.data, lens[i]);
        assert_int_equal(r.m.code, PROV_COAP_CHANGED);
        assert_false(prov_enroll_in_work(&r.s));
    }
}

static void client_asks_for_smaller_blocks(void **state)
{
    uint8_t room[100], got[256];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block wish = {0, false, 1};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CRTS, .format = NONE, .block2 = &wish}),
                     PROV_ENROLL_REQUEST);
    answer(&r, PROV_COAP_CONTENT, PROV_CF_CERTS_ONLY, body);
    assert_int_equal(r.m.payload.len, 32);
    assert_int_equal(option_block(&r, PROV_COAP_BLOCK2).szx, 1);
    assert_int_equal(fetch(&r, CRTS, PROV_COAP_GET, got), sizeof(room));
    assert_memory_equal(got, body.data, sizeof(room));
}

/* --- discovery
 * -------------------------------------------------------------------------------------------- */

static void assert_links(const char *query, const char *expected)
{
    struct rig r;

    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CORE, .format = NONE, .query = query}),
                     PROV_ENROLL_REPLY);
    assert_int_equal(r.m.code, PROV_COAP_CONTENT);
    assert_int_equal(option_uint(&r, PROV_COAP_CONTENT_FORMAT), PROV_CF_LINK_FORMAT);
    assert_int_equal(r.m.payload.len, strlen(expected));
    assert_memory_equal(r.m.payload.data, expected, strlen(expected));
}

#define LINK_CRTS "</.well-known/est/crts>;rt=\"ace.est.crts\";ct=\"281\""
#define LINK_SEN  "</.well-known/est/sen>;rt=\"ace.est.sen\";ct=\"281 287\""
#define LINK_SREN "</.well-known/est/sren>;rt=\"ace.est.sren\";ct=\"281 287\""

static void discovery_filters(void **state)
{
    (void)state;
    assert_links("rt=nothing", "");
    assert_links("rt", "");
    assert_links("rt=ace.est.s", "");
    assert_links("if=x", "");
    assert_links("rt=ace.est.sen", LINK_SEN);
    assert_links("rt=ace.est.s*", LINK_SEN "," LINK_SREN);
    assert_links("rt=ace.est*", LINK_CRTS "," LINK_SEN "," LINK_SREN);
    assert_links("href=/.well-known/est/*", LINK_CRTS "," LINK_SEN "," LINK_SREN);
    assert_links("ct=102", "</prov/rpk>;rt=\"prov.rpk\";ct=\"102\"");
    assert_links("href=/prov/confirm", "</prov/confirm>;rt=\"prov.confirm\"");
}

static void discovery_lists_all_three_of_est(void **state)
{
    struct rig r;
    char text[600];

    (void)state;
    rig_begin(&r);
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_GET, CORE, .format = NONE}), PROV_ENROLL_REPLY);
    assert_true(r.m.payload.len < sizeof(text));
    memcpy(text, r.m.payload.data, r.m.payload.len);
    text[r.m.payload.len] = '\0';
    assert_non_null(strstr(text, LINK_CRTS));
    assert_non_null(strstr(text, LINK_SEN));
    assert_non_null(strstr(text, LINK_SREN));
    assert_non_null(strstr(text, "</prov/now>;rt=\"prov.now\";ct=\"60\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc7252_garbage_is_ignored_or_reset),
        cmocka_unit_test(rfc7252_ping_and_stray_responses_are_reset),
        cmocka_unit_test(est_unknown_critical_option_is_4_02),
        cmocka_unit_test(est_unknown_path_is_4_04),
        cmocka_unit_test(h37_other_uri_host_is_4_04),
        cmocka_unit_test(est_wrong_method_is_4_05),
        cmocka_unit_test(est_sen_with_content_format_0_is_4_15),
        cmocka_unit_test(est_unsupported_accept_is_4_06),
        cmocka_unit_test(payload_where_none_belongs_is_4_00),
        cmocka_unit_test(block_with_wrong_num_is_4_08),
        cmocka_unit_test(body_of_100_kib_is_4_13_with_size1),
        cmocka_unit_test(block_of_wrong_size_or_szx_7_is_4_00),
        cmocka_unit_test(answer_block_that_is_not_there_is_refused),
        cmocka_unit_test(request_reaches_the_caller_and_the_answer_the_client),
        cmocka_unit_test(non_confirmable_gets_a_non),
        cmocka_unit_test(unavailable_carries_max_age),
        cmocka_unit_test(row55_repeated_message_id_gets_the_same_octets),
        cmocka_unit_test(body_in_blocks_is_put_together),
        cmocka_unit_test(block1_of_1024_is_negotiated_down),
        cmocka_unit_test(long_answer_goes_in_blocks),
        cmocka_unit_test(client_asks_for_smaller_blocks),
        cmocka_unit_test(discovery_filters),
        cmocka_unit_test(discovery_lists_all_three_of_est),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
