/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half of enrollment: every refusal with its code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "coap_rig.h"

/* --- negative: message layer ----------------------------------------------------------------- */

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

/* --- negative: requests ---------------------------------------------------------------------- */

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

/* --- negative: blocks ------------------------------------------------------------------------ */

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
    struct prov_coap_block first = {0, true, 5}, last = {0, false, 4};
    /* CON POST /prov/psk, CF 60, Block1 0x0f: szx 7 */
    static const uint8_t szx_7[] = {0x40, 0x02, 0x33, 0x44, 0xb4, 'p',  'r',  'o',  'v',  0x03,
                                    'p',  's',  'k',  0x11, 0x3c, 0xd1, 0x02, 0x0f, 0xff, 0x00};
    struct rig r;

    (void)state;
    rig_begin(&r);
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &first},
        PROV_COAP_BAD_REQUEST);
    assert_refused(
        &r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = body, .block1 = &last},
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
