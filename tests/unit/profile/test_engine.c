/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's hellos are held to the profile's rows, for each role and kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "tests/net/craft.h"

static struct wire_world world;

static const struct {
    enum wire_kind kind;
    enum prov_profile_mode mode;
} kinds[] = {{WIRE_PSK, PROV_MODE_PSK},
             {WIRE_PSK_FS, PROV_MODE_PSK_FS},
             {WIRE_RPK, PROV_MODE_RPK},
             {WIRE_CERT, PROV_MODE_CERT}};
#define EACH_KIND(k) for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)

/* --- the client -------------------------------------------------------------------------------- */

static void first_hello(enum wire_kind kind, bool named, bool constrained, uint8_t ret[1024],
                        size_t *ret_len)
{
    struct wire w;
    struct prov_bytes hello;
    wire_make(&w, &world, kind);
    if (!named)
        w.ends[WIRE_CLIENT].config.server_name = NULL;
    w.ends[WIRE_CLIENT].config.constrained_server = constrained;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 0, &hello));
    const size_t fixed = 12 + 2 + 32 + 1 + 1; /* up to the empty cookie */
    assert_in_range(hello.len, fixed, 1024);
    assert_memory_equal(hello.data + 12, "\xFE\xFD", 2);
    *ret_len = hello.len - fixed;
    memcpy(ret, hello.data + fixed, *ret_len);
    wire_free(&w);
}

static void row8_each_client_hello_is_the_profiles(void **state)
{
    (void)state;
    EACH_KIND(k)
    {
        for (int named = 0; named < 2; named++) {
            uint8_t sent[1024], room[256];
            size_t len;
            struct prov_buf expected = PROV_BUF_OF(room);
            prov_mode_hello_put(kinds[k].mode, named ? world.fqdn.text : NULL, &expected);
            first_hello(kinds[k].kind, named != 0, false, sent, &len);
            assert_int_equal(len, expected.len);
            assert_memory_equal(sent, room, len);
        }
    }
}

/* Towards a constrained server: no name that it could not have, and a ticket is asked for; the rest is as
 * it always is (rows 3 and 45). */
static void row45_the_hello_to_a_constrained_server(void **state)
{
    (void)state;
    EACH_KIND(k)
    {
        uint8_t sent[1024], room[256];
        size_t len, suites;
        struct prov_buf expected = PROV_BUF_OF(room);
        struct prov_bytes body, other;
        prov_mode_hello_put(kinds[k].mode, NULL, &expected);
        first_hello(kinds[k].kind, true, true, sent, &len);
        suites = 2 + (size_t)sent[1] + 2; /* and compression */
        struct prov_bytes block = PROV_BYTES(sent + suites + 2, len - suites - 2);
        assert_memory_equal(sent, room, suites);
        assert_false(craft_extension(block, PROV_EXTENSION_SERVER_NAME, &body));
        assert_true(craft_extension(block, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_int_equal(body.len, 0);
        assert_int_equal(len, expected.len + 4);
        for (size_t i = 0; i < prov_extension_rule_count; i++) {
            uint16_t type = prov_extension_rules[i].type;
            struct prov_bytes usual = PROV_BYTES(room + suites + 2, expected.len - suites - 2);
            if (!craft_extension(usual, type, &other))
                continue;
            assert_true(craft_extension(block, type, &body));
            assert_true(prov_bytes_equal(body, other));
        }
    }
}

/* --- the server -------------------------------------------------------------------------------- */

/* Everything that has a row is offered at once, with a body that is well formed. */
static const struct {
    uint16_t type;
    const char *body;
    size_t len;
} offers[] = {
    {PROV_EXTENSION_SERVER_NAME,
     "\0\x14\0\0\x11"
     "coaps.example.org",
     22},
    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, "\2", 1},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, "\0\0", 2},
    {PROV_EXTENSION_TRUNCATED_HMAC, "", 0},
    {PROV_EXTENSION_STATUS_REQUEST, "\1\0\0\0\0", 5},
    {PROV_EXTENSION_SUPPORTED_GROUPS, "\0\2\0\x17", 4},
    {PROV_EXTENSION_EC_POINT_FORMATS, "\1\0", 2},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, "\0\2\4\3", 4},
    {PROV_EXTENSION_HEARTBEAT, "\1", 1},
    {PROV_EXTENSION_STATUS_REQUEST_V2, "\0\7\2\0\4\0\0\0\0", 9},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, "\2\2\0", 3},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, "\2\2\0", 3},
    {PROV_EXTENSION_ENCRYPT_THEN_MAC, "", 0},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, "", 0},
    {PROV_EXTENSION_SESSION_TICKET, "", 0},
    {PROV_EXTENSION_EARLY_DATA, "", 0},
    {PROV_EXTENSION_CONNECTION_ID_DRAFT, "\0", 1},
    {PROV_EXTENSION_CONNECTION_ID, "\0", 1},
    {PROV_EXTENSION_RENEGOTIATION_INFO, "\0", 1},
};

static void offer_all(struct prov_buf *buf)
{
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
        prov_put_u16(buf, offers[i].type);
        size_t mark = prov_put_open(buf, 2);
        prov_put(buf, offers[i].body, offers[i].len);
        prov_put_close(buf, 2, mark);
    }
}

static void answer_of(enum wire_kind kind, enum prov_profile_mode mode, bool constrained,
                      struct craft_answer *ret)
{
    uint8_t room[512], suites_room[16];
    struct prov_buf offered = PROV_BUF_OF(room), suites = PROV_BUF_OF(suites_room);
    struct wire w;
    for (prov_suites suite = prov_mode_suites(mode); *suite != NULL; suite++)
        prov_put_u16(&suites, (*suite)->id);
    offer_all(&offered);
    wire_make(&w, &world, kind);
    w.ends[WIRE_SERVER].config.constrained_server = constrained;
    craft_ask(
        &w,
        &(struct craft){.suites = prov_buf_bytes(&suites), .extensions = prov_buf_bytes(&offered)},
        ret);
    wire_free(&w);
}

/* MUST and SHOULD are answered, MUST NOT and SHOULD NOT are not. cached_info is not among the offers: a
 * fingerprint that is wrong must not be answered. */
static void server_keeps_the_rows(enum prov_profile_role role)
{
    EACH_KIND(k)
    {
        struct craft_answer answer;
        answer_of(kinds[k].kind, kinds[k].mode, role == PROV_ROLE_CONSTRAINED_SERVER, &answer);
        assert_int_equal(answer.alert, -1);
        assert_int_equal(answer.suite, (*prov_mode_suites(kinds[k].mode))->id);
        for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
            struct prov_bytes body;
            bool came = craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len),
                                        offers[i].type, &body);
            unsigned rule = prov_extension_rule_find(offers[i].type, role, kinds[k].mode)->offer;
            if (came)
                assert_true(rule >= PROV_DEMAND_MAY);
            if (rule == PROV_DEMAND_MUST)
                assert_true(came);
        }
    }
}

static void rows_23_27_46_a_server_answers_what_it_may(void **state)
{
    (void)state;
    server_keeps_the_rows(PROV_ROLE_SERVER);
}

/* It has no name that could stand in server_name. */
static void row3_a_constrained_server_answers_what_it_may(void **state)
{
    (void)state;
    server_keeps_the_rows(PROV_ROLE_CONSTRAINED_SERVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row8_each_client_hello_is_the_profiles),
        cmocka_unit_test(row45_the_hello_to_a_constrained_server),
        cmocka_unit_test(rows_23_27_46_a_server_answers_what_it_may),
        cmocka_unit_test(row3_a_constrained_server_answers_what_it_may),
    };
    wire_world_make(&world);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wire_world_free(&world);
    return failed;
}
