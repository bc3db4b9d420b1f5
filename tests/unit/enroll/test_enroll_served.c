/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half of enrollment: what is served, in one piece and in blocks; discovery.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "coap_rig.h"

/* --- positive -------------------------------------------------------------------------------- */

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

static void small_messages_take_small_blocks(void **state)
{
    uint8_t room[300], got[512];
    struct prov_bytes body = octets(room, sizeof(room));
    struct prov_coap_block wish = {0, true, 3};
    struct rig r;

    (void)state;
    rig_begin(&r);
    prov_enroll_limit(&r.s, 191); /* an MTU of 228 */
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286, .payload = BODY}),
                     PROV_ENROLL_REQUEST);
    answer(&r, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, body);
    assert_int_equal(r.m.payload.len, 64);
    assert_true(r.reply.len <= 191);
    assert_int_equal(fetch(&r, SEN, PROV_COAP_POST, got), sizeof(room));
    assert_memory_equal(got, body.data, sizeof(room));
    /* and are asked for */
    assert_int_equal(ask(&r, (struct ask){PROV_COAP_POST, SEN, .format = 286,
                                          .payload = PROV_BYTES(body.data, 128), .block1 = &wish}),
                     PROV_ENROLL_REPLY);
    assert_int_equal(option_block(&r, PROV_COAP_BLOCK1).szx, 2);
    prov_enroll_limit(&r.s, 0);
    assert_int_equal(r.s.szx, 0);
}

/* --- discovery ------------------------------------------------------------------------------- */

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
        cmocka_unit_test(request_reaches_the_caller_and_the_answer_the_client),
        cmocka_unit_test(non_confirmable_gets_a_non),
        cmocka_unit_test(unavailable_carries_max_age),
        cmocka_unit_test(row55_repeated_message_id_gets_the_same_octets),
        cmocka_unit_test(body_in_blocks_is_put_together),
        cmocka_unit_test(block1_of_1024_is_negotiated_down),
        cmocka_unit_test(long_answer_goes_in_blocks),
        cmocka_unit_test(client_asks_for_smaller_blocks),
        cmocka_unit_test(small_messages_take_small_blocks),
        cmocka_unit_test(discovery_filters),
        cmocka_unit_test(discovery_lists_all_three_of_est),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
