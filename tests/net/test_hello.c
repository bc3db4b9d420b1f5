/* SPDX-License-Identifier: Apache-2.0
 *
 * Hellos: what a server refuses in a ClientHello, what a client refuses in a ServerHello, cookies, and the
 * octets that both send.
 */
#include "fixture.h"

static void ask(const struct craft *craft, struct craft_answer *ret)
{
    struct wire w;

    wire_make(&w, &world, WIRE_PSK);
    craft_ask(&w, craft, ret);
    wire_free(&w);
}

static void refused(const struct craft *craft, int alert)
{
    struct craft_answer answer;

    ask(craft, &answer);
    assert_int_equal(answer.suite, 0);
    assert_int_equal(answer.alert, alert);
}

static uint16_t accepted(const struct craft *craft, struct craft_answer *answer)
{
    ask(craft, answer);
    assert_int_equal(answer->alert, -1);
    return answer->suite;
}

/* --- what a server refuses ------------------------------------------------------------------- */

static void row9_each_suite_that_is_not_aead_is_refused(void **state)
{
    static const uint16_t suites[] = {
        0x0000, 0x0001, 0x0002, 0x0004, 0x0005, 0x000A, 0x0003, 0x0008,
        0x002F, 0x003C, 0x009C, 0xC023, 0xC009, 0xC02B, 0xC004, 0xC025,
        0x008C, 0x00AE, 0x00B0, 0xC035, 0xC0A4, 0xC0AC, 0x1301, 0x00FF,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        uint8_t suite[] = {(uint8_t)(suites[i] >> 8), (uint8_t)suites[i]};
        refused(&(struct craft){.suites = PROV_BYTES_OF(suite)}, 40);
    }
}

static void row47_a_hello_without_null_compression_is_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.compression = OCTETS(1)}, 47);
    refused(&(struct craft){.compression = OCTETS(1, 64)}, 47);
}

static void row50_an_older_version_gets_protocol_version(void **state)
{
    (void)state;
    refused(&(struct craft){.version = 0xFEFF}, 70);
    refused(&(struct craft){.version = 0xFEFE}, 70);
    refused(&(struct craft){.version = 0xFF00}, 70);
}

static void h17_a_newer_version_is_answered_with_1_2(void **state)
{
    static const uint16_t versions[] = {0xFEFC, 0xFEFB, 0xFE00, 0xFD00};
    struct craft_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        assert_int_equal(accepted(&(struct craft){.version = versions[i]}, &answer), 0xC0A8);
        assert_int_equal(answer.datagram[13 + 12], 0xFE);
        assert_int_equal(answer.datagram[13 + 13], 0xFD);
    }
}

static void h17_an_older_hello_gets_an_alert_without_state(void **state)
{
    struct prov_dtls_cookies cookies = {.ready = false};
    uint8_t room[512], reply_room[128];
    struct prov_buf hello = PROV_BUF_OF(room), reply = PROV_BUF_OF(reply_room);

    (void)state;
    craft_hello(&(struct craft){.version = 0xFEFF, .record_seq = 5}, &hello);
    assert_int_equal(
        prov_dtls_hello(&cookies, world.crypto, 0, OCTETS(1), prov_buf_bytes(&hello), &reply),
        PROV_DTLS_HELLO_REPLY);
    assert_int_equal(reply.len, 15);
    assert_memory_equal(reply_room, "\x15\xFE\xFF\0\0\0\0\0\0\0\x05\0\x02\x02\x46", 15);
    prov_dtls_cookies_wipe(&cookies);
}

static void h18_duplicate_extensions_are_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.extensions = OCTETS(0, 23, 0, 0, 0, 23, 0, 0)}, 47);
    refused(&(struct craft){.extensions = OCTETS(0x12, 0x34, 0, 0, 0, 23, 0, 0, 0x12, 0x34, 0, 0)},
            47);
}

static void malformed_extensions_are_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.extensions = OCTETS(0, 23, 0, 1)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 23, 0, 1, 0)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 10, 0, 3, 0, 1, 0)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 11, 0, 1, 0)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 13, 0, 2, 0, 0)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 19, 0, 1, 0)}, 50);
    refused(&(struct craft){.extensions = OCTETS(0, 0, 0, 2, 0, 0)}, 50);
}

#define SIGNATURES 0, 13, 0, 4, 0, 2, 4, 3
#define GROUPS     0, 10, 0, 4, 0, 2, 0, 23
#define FORMATS    0, 11, 0, 2, 1, 0

static void row19_formats_without_uncompressed_are_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                            .extensions = OCTETS(SIGNATURES, GROUPS, 0, 11, 0, 3, 2, 1, 2)},
            47);
}

static void row18_groups_without_secp256r1_are_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                            .extensions = OCTETS(SIGNATURES, FORMATS, 0, 10, 0, 4, 0, 2, 0, 24)},
            40);
    refused(&(struct craft){.suites = OCTETS(0xD0, 0x05),
                            .extensions = OCTETS(0, 10, 0, 4, 0, 2, 0, 29)},
            40);
}

static void row20_sha_1_signatures_are_refused(void **state)
{
    (void)state;
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE), .extensions = OCTETS(GROUPS, FORMATS)},
            40);
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                            .extensions = OCTETS(GROUPS, FORMATS, 0, 13, 0, 4, 0, 2, 2, 3)},
            40);
}

static void row15_no_common_certificate_type_gets_43(void **state)
{
    struct wire w;
    struct craft_answer answer;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.ends[WIRE_SERVER].config.kinds = PROV_KIND_BIT(PROV_KIND_CERT);
    craft_ask(
        &w,
        &(struct craft){.suites = OCTETS(0xC0, 0xAE),
                        .extensions = OCTETS(SIGNATURES, 0, 19, 0, 2, 1, 2, 0, 20, 0, 2, 1, 2)},
        &answer);
    assert_int_equal(answer.alert, 43);
    wire_free(&w);
}

static void h22_mixed_certificate_types_are_refused(void **state)
{
    (void)state;
    /* X.509 from the client, a raw key from the server, and the other way round */
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                            .extensions = OCTETS(SIGNATURES, 0, 20, 0, 2, 1, 2)},
            43);
    refused(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                            .extensions = OCTETS(SIGNATURES, 0, 19, 0, 2, 1, 2)},
            43);
}

static void row43_an_unknown_server_name_gets_112(void **state)
{
    (void)state;
    refused(&(struct craft){.extensions =
                                OCTETS(0, 0, 0, 11, 0, 9, 0, 0, 6, 'o', '.', 'e', 'x', '.', 'o')},
            112);
    refused(&(struct craft){.extensions =
                                OCTETS(0, 0, 0, 11, 0, 9, 0, 0, 6, '1', '.', '2', '.', '3', '4')},
            112);
}

static void row23_and_row27_unwanted_extensions_are_ignored_and_not_echoed(void **state)
{
    struct craft_answer answer;
    /* status_request, heartbeat, ALPN, status_request_v2, encrypt_then_mac, truncated_hmac, ticket, 53 */
    const struct prov_bytes unwanted =
        OCTETS(0, 5, 0, 5, 1, 0, 0, 0, 0, 0, 15, 0, 1, 1, 0, 16, 0, 5, 0, 3, 2, 'c', 'o', 0, 17, 0,
               2, 0, 0, 0, 22, 0, 0, 0, 4, 0, 0, 0, 35, 0, 0, 0, 53, 0, 1, 0);

    (void)state;
    assert_int_equal(accepted(&(struct craft){.extensions = unwanted}, &answer), 0xC0A8);
    assert_int_equal(answer.extensions_len, 0);
}

/* --- what a client refuses ------------------------------------------------------------------- */

/* Runs a client of a kind against a server whose message is changed on its way. Returns the client's alert. */
static struct prov_dtls_failure client_against(enum wire_kind kind, uint8_t type,
                                               size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {WIRE_SERVER, type, change, 0};
    struct wire w;

    wire_make(&w, &world, kind);
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(edit.met > 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(w.ends[WIRE_SERVER].connected, 0);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
    wire_free(&w);
    return failure;
}

static size_t version_1_0(uint8_t *body, size_t len)
{
    body[1] = 0xFF;
    return len;
}

static size_t version_1_3(uint8_t *body, size_t len)
{
    body[1] = 0xFC;
    return len;
}

static void row50_an_older_server_hello_gets_70_and_no_second_hello(void **state)
{
    struct wire_edit edit = {WIRE_SERVER, 2, version_1_0, 0};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 200000);
    assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent, 70);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), 70);
    struct prov_bytes hello;
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 1, &hello));
    assert_false(wire_find(&w, WIRE_CLIENT, 1, 2, &hello));
    wire_free(&w);
    assert_int_equal(client_against(WIRE_PSK, 2, version_1_3).alert_sent, 70);
}

static size_t suite_not_offered(uint8_t *body, size_t len)
{
    body[35] = 0xD0;
    body[36] = 0x05;
    return len;
}

static size_t compressed(uint8_t *body, size_t len)
{
    body[37] = 1;
    return len;
}

static void a_suite_or_compression_that_was_not_offered_gets_47(void **state)
{
    (void)state;
    assert_int_equal(client_against(WIRE_PSK, 2, suite_not_offered).alert_sent, 47);
    assert_int_equal(client_against(WIRE_PSK, 2, compressed).alert_sent, 47);
}

/* Adds an extension to a ServerHello. */
static size_t add(uint8_t *body, size_t len, struct prov_bytes extension)
{
    size_t block = (size_t)(body[38] << 8 | body[39]) + extension.len;

    memcpy(body + len, extension.data, extension.len);
    body[38] = (uint8_t)(block >> 8);
    body[39] = (uint8_t)block;
    return len + extension.len;
}

static size_t unsolicited_53(uint8_t *body, size_t len)
{
    return add(body, len, OCTETS(0, 53, 0, 1, 0));
}

static size_t unsolicited_types(uint8_t *body, size_t len)
{
    return add(body, len, OCTETS(0, 20, 0, 1, 2));
}

static size_t twice(uint8_t *body, size_t len)
{
    return add(body, len, OCTETS(0, 23, 0, 0));
}

static size_t signature_algorithms(uint8_t *body, size_t len)
{
    return add(body, len, OCTETS(SIGNATURES));
}

static size_t renegotiated(uint8_t *body, size_t len)
{
    body[len - 1] = 1; /* opaque renegotiated_connection of one octet */
    body[len - 2] = 2;
    return add(body, len, OCTETS(0));
}

static void h18_an_unsolicited_extension_gets_110(void **state)
{
    (void)state;
    assert_int_equal(client_against(WIRE_PSK, 2, unsolicited_53).alert_sent, 110);
    assert_int_equal(client_against(WIRE_PSK, 2, unsolicited_types).alert_sent, 110);
    assert_int_equal(client_against(WIRE_CERT, 2, unsolicited_types).alert_sent, 110);
    assert_int_equal(client_against(WIRE_PSK, 2, twice).alert_sent, 47);
    assert_int_equal(client_against(WIRE_RPK, 2, signature_algorithms).alert_sent, 47);
}

static void row51_a_renegotiated_connection_is_refused(void **state)
{
    (void)state;
    /* renegotiation_info is the last extension of our ServerHello for PSK */
    assert_int_equal(client_against(WIRE_PSK, 2, renegotiated).alert_sent, 40);
}

static size_t x509_both(uint8_t *body, size_t len)
{
    /* server_name is first (4 octets), then both certificate types (5 octets each) */
    body[40 + 4 + 4] = 0;
    body[40 + 4 + 9] = 0;
    return len;
}

static void h22_a_server_that_turns_to_x509_is_refused(void **state)
{
    (void)state;
    assert_int_equal(client_against(WIRE_RPK, 2, x509_both).alert_sent, 47);
}

/* --- octets ---------------------------------------------------------------------------------- */

static void client_hello_ends_with(enum wire_kind kind, bool named, struct prov_bytes expected)
{
    struct prov_bytes hello;
    struct wire w;

    wire_make(&w, &world, kind);
    if (!named)
        w.ends[WIRE_CLIENT].config.server_name = NULL;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 0, &hello));
    size_t fixed = 12 + 2 + 32 + 1 + 1; /* up to the empty cookie */
    assert_int_equal(hello.len - fixed, expected.len);
    assert_memory_equal(hello.data + fixed, expected.data, expected.len);
    assert_memory_equal(hello.data + 12, "\xFE\xFD", 2);
    wire_free(&w);
}

#define NAME                                                                                       \
    0, 0, 0, 22, 0, 20, 0, 0, 17, 'c', 'o', 'a', 'p', 's', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', \
        '.', 'o', 'r', 'g'
#define ALWAYS 0, 23, 0, 0, 0xFF, 1, 0, 1, 0
#define RAW    0, 19, 0, 2, 1, 2, 0, 20, 0, 2, 1, 2

static void h31_the_psk_hello_offers_c0a8_alone_byte_for_byte(void **state)
{
    (void)state;
    client_hello_ends_with(WIRE_PSK, true, OCTETS(0, 2, 0xC0, 0xA8, 1, 0, 0, 35, NAME, ALWAYS));
    client_hello_ends_with(WIRE_PSK, false, OCTETS(0, 2, 0xC0, 0xA8, 1, 0, 0, 9, ALWAYS));
}

static void row8_the_other_hellos_byte_for_byte(void **state)
{
    (void)state;
    client_hello_ends_with(
        WIRE_PSK_FS, false,
        OCTETS(0, 4, 0xD0, 0x05, 0xD0, 0x03, 1, 0, 0, 23, GROUPS, FORMATS, ALWAYS));
    client_hello_ends_with(
        WIRE_RPK, false,
        OCTETS(0, 2, 0xC0, 0xAE, 1, 0, 0, 43, RAW, GROUPS, FORMATS, SIGNATURES, ALWAYS));
    client_hello_ends_with(
        WIRE_CERT, true,
        OCTETS(0, 2, 0xC0, 0xAE, 1, 0, 0, 57, NAME, GROUPS, FORMATS, SIGNATURES, ALWAYS));
}

static void h28_the_scsv_is_answered_with_the_extension(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;

    (void)state;
    (void)accepted(&(struct craft){.suites = OCTETS(0xC0, 0xA8, 0, 0xFF)}, &answer);
    assert_true(
        craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 0xFF01, &body));
    assert_int_equal(body.len, 1);
    assert_int_equal(body.data[0], 0);
    (void)accepted(&(struct craft){.extensions = OCTETS(0xFF, 1, 0, 1, 0)}, &answer);
    assert_true(
        craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 0xFF01, &body));
    (void)accepted(&(struct craft){0}, &answer);
    assert_int_equal(answer.extensions_len, 0);
    refused(&(struct craft){.extensions = OCTETS(0xFF, 1, 0, 2, 1, 0)}, 40);
}

static void row52_extended_master_secret_is_answered(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;

    (void)state;
    (void)accepted(&(struct craft){.extensions = OCTETS(0, 23, 0, 0)}, &answer);
    assert_true(craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 23, &body));
    assert_int_equal(body.len, 0);
}

static void forward_secrecy_comes_first(void **state)
{
    struct craft_answer answer;

    (void)state;
    assert_int_equal(
        accepted(&(struct craft){.suites = OCTETS(0x13, 1, 0xC0, 0xA8, 0xD0, 0x05)}, &answer),
        0xD005);
    /* unknown suites are ignored: RFC 5246, section 7.4.1.2 */
    assert_int_equal(accepted(&(struct craft){.suites = OCTETS(0x5A, 0x5A, 0xC0, 0xA8)}, &answer),
                     0xC0A8);
}

/* --- cookies --------------------------------------------------------------------------------- */

struct knock {
    struct prov_dtls_cookies cookies;
    uint8_t reply[128];
    size_t len;
};

static enum prov_dtls_hello knock(struct knock *k, uint64_t now_ms, struct prov_bytes peer,
                                  const struct craft *craft)
{
    uint8_t room[2048];
    struct prov_buf hello = PROV_BUF_OF(room), reply = PROV_BUF_OF(k->reply);

    craft_hello(craft, &hello);
    enum prov_dtls_hello result =
        prov_dtls_hello(&k->cookies, world.crypto, now_ms, peer, prov_buf_bytes(&hello), &reply);
    k->len = reply.len;
    assert_true(reply.len <= hello.len);
    return result;
}

/* The cookie in the reply. */
static struct prov_bytes cookie(const struct knock *k)
{
    return PROV_BYTES(k->reply + 13 + 12 + 3, k->reply[13 + 12 + 2]);
}

static void h1_replies_carry_the_numbers_of_the_hello(void **state)
{
    struct knock k = {.len = 0};
    struct wire w;
    struct craft_answer answer;

    (void)state;
    assert_int_equal(
        knock(&k, 0, OCTETS(1), &(struct craft){.record_seq = 0x1122, .message_seq = 1}),
        PROV_DTLS_HELLO_REPLY);
    assert_memory_equal(k.reply, "\x16\xFE\xFF\0\0\0\0\0\0\x11\x22", 11);
    assert_memory_equal(k.reply + 13, "\x03\0\0\x13\0\x01\0\0\0\0\0\x13\xFE\xFF\x10", 15);

    wire_make(&w, &world, WIRE_PSK);
    craft_ask(&w, &(struct craft){.record_seq = 0x3344, .message_seq = 2}, &answer);
    assert_memory_equal(answer.datagram, "\x16\xFE\xFD\0\0\0\0\0\0\x33\x44", 11);
    assert_int_equal(answer.datagram[13], 2);
    assert_int_equal(answer.datagram[13 + 5], 2);
    wire_free(&w);
}

static void h3_a_changed_hello_needs_a_new_cookie(void **state)
{
    struct knock k = {.len = 0};
    uint8_t room[32];

    (void)state;
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){0}), PROV_DTLS_HELLO_REPLY);
    struct prov_bytes c = cookie(&k);
    memcpy(room, c.data, c.len);
    c.data = room;
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c, .random = 1}),
                     PROV_DTLS_HELLO_REPLY);
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c, .version = 0xFEFC}),
                     PROV_DTLS_HELLO_REPLY);
    assert_int_equal(knock(&k, 0, OCTETS(1),
                           &(struct craft){.cookie = c, .suites = OCTETS(0xC0, 0xA8, 0xD0, 5)}),
                     PROV_DTLS_HELLO_REPLY);
    assert_int_equal(
        knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c, .compression = OCTETS(0, 1)}),
        PROV_DTLS_HELLO_REPLY);
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c, .session_id = OCTETS(7)}),
                     PROV_DTLS_HELLO_REPLY);
    room[0] ^= 1;
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c}), PROV_DTLS_HELLO_REPLY);
    room[0] ^= 1;
    assert_int_equal(knock(&k, 0, OCTETS(1), &(struct craft){.cookie = c}), PROV_DTLS_HELLO_ACCEPT);
    assert_int_equal(
        knock(&k, 0, OCTETS(1), &(struct craft){.cookie = PROV_BYTES(c.data, c.len - 1)}),
        PROV_DTLS_HELLO_REPLY);
}

/* … and where nothing but the octets changed: lengths are what they were. */
static void h3_other_octets_of_the_same_length_need_a_new_cookie(void **state)
{
    const struct craft first = {.session_id = OCTETS(1, 2, 3, 4),
                                .suites = OCTETS(0xC0, 0xA8, 0xD0, 5),
                                .compression = OCTETS(0, 64)};
    struct craft others[] = {first, first, first};
    struct knock k = {.len = 0};
    uint8_t room[32];

    (void)state;
    others[0].session_id = OCTETS(1, 2, 3, 5);
    others[1].suites = OCTETS(0xC0, 0xA8, 0xC0, 0xAE);
    others[2].compression = OCTETS(0, 1);
    assert_int_equal(knock(&k, 0, OCTETS(1), &first), PROV_DTLS_HELLO_REPLY);
    struct prov_bytes c = cookie(&k);
    memcpy(room, c.data, c.len);
    c.data = room;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        others[i].cookie = c;
        assert_int_equal(knock(&k, 0, OCTETS(1), &others[i]), PROV_DTLS_HELLO_REPLY);
    }
    struct craft same = first;
    same.cookie = c;
    assert_int_equal(knock(&k, 0, OCTETS(1), &same), PROV_DTLS_HELLO_ACCEPT);
}

static void h4_a_cookie_is_bound_to_the_whole_address(void **state)
{
    struct knock k = {.len = 0};
    uint8_t address[24] = {6, 0xfe, 0x80}, room[32];

    (void)state;
    (void)knock(&k, 0, PROV_BYTES_OF(address), &(struct craft){0});
    struct prov_bytes c = cookie(&k);
    memcpy(room, c.data, c.len);
    c.data = room;
    for (size_t i = 0; i < sizeof(address); i++) {
        address[i] ^= 1;
        assert_int_equal(knock(&k, 0, PROV_BYTES_OF(address), &(struct craft){.cookie = c}),
                         PROV_DTLS_HELLO_REPLY);
        address[i] ^= 1;
    }
    assert_int_equal(knock(&k, 0, PROV_BYTES(address, 23), &(struct craft){.cookie = c}),
                     PROV_DTLS_HELLO_REPLY);
    assert_int_equal(knock(&k, 0, PROV_BYTES_OF(address), &(struct craft){.cookie = c}),
                     PROV_DTLS_HELLO_ACCEPT);
}

static void h4_a_cookie_survives_a_rotation_for_63_s(void **state)
{
    struct knock k = {.len = 0};
    uint64_t made = PROV_DTLS_COOKIE_ROTATE_MS - 1;
    uint8_t room[32];

    (void)state;
    (void)knock(&k, 0, OCTETS(1), &(struct craft){0});
    (void)knock(&k, made, OCTETS(1), &(struct craft){0});
    struct prov_bytes c = cookie(&k);
    memcpy(room, c.data, c.len);
    c.data = room;
    /* the secret changes 1 ms later */
    assert_int_equal(knock(&k, made + 63000, OCTETS(1), &(struct craft){.cookie = c}),
                     PROV_DTLS_HELLO_ACCEPT);
    assert_int_equal(knock(&k, made + 2 * PROV_DTLS_COOKIE_ROTATE_MS + 63000, OCTETS(1),
                           &(struct craft){.cookie = c}),
                     PROV_DTLS_HELLO_REPLY);
    /* and after a long silence none of the old ones is good */
    k = (struct knock){.len = 0};
    (void)knock(&k, 0, OCTETS(1), &(struct craft){0});
    c = cookie(&k);
    memcpy(room, c.data, c.len);
    c.data = room;
    assert_int_equal(
        knock(&k, 3 * PROV_DTLS_COOKIE_ROTATE_MS, OCTETS(1), &(struct craft){.cookie = c}),
        PROV_DTLS_HELLO_REPLY);
}

static void h5_a_hello_cut_before_its_cookie_is_dropped(void **state)
{
    struct prov_dtls_cookies cookies = {.ready = false};
    uint8_t room[512], reply_room[128];

    (void)state;
    for (size_t cut = 0; cut < 2 + 32 + 1 + 1 + 4 + 2; cut++) {
        struct prov_buf hello = PROV_BUF_OF(room), reply = PROV_BUF_OF(reply_room);
        craft_hello(&(struct craft){.extensions = OCTETS(0, 23, 0, 0)}, &hello);
        room[11] = 0;
        room[12] = (uint8_t)(12 + cut);
        room[24] = (uint8_t)cut; /* fragment_length */
        assert_int_equal(prov_dtls_hello(&cookies, world.crypto, 0, OCTETS(1),
                                         PROV_BYTES(room, 13 + 12 + cut), &reply),
                         PROV_DTLS_HELLO_DROP);
        assert_int_equal(reply.len, 0);
    }
}

static void h5_a_hello_with_cookie_fits_280_octets(void **state)
{
    struct wire w;
    struct wire_record r;
    size_t at;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        unsigned hellos = 0;
        wire_make(&w, &world, (enum wire_kind)kind);
        wire_start(&w);
        wire_run(&w, 0);
        for (size_t i = 0; i < w.log_len; i++) {
            at = 0;
            if (w.log[i].from != WIRE_CLIENT || !wire_record_next(&w.log[i], &at, &r) ||
                r.epoch != 0 || r.body[0] != 1)
                continue;
            assert_true(w.log[i].len <= 280);
            hellos++;
        }
        assert_int_equal(hellos, 2);
        wire_free(&w);
    }
}

static void row58_no_state_before_the_cookie_and_nothing_larger_than_what_came(void **state)
{
    struct knock k = {.len = 0};

    (void)state;
    for (unsigned i = 0; i < 1000; i++) { /* a thousand addresses; knock() compares the lengths */
        uint8_t address[] = {4, (uint8_t)(i >> 8), (uint8_t)i};
        assert_int_equal(
            knock(&k, i, PROV_BYTES_OF(address), &(struct craft){.random = (uint8_t)i}),
            PROV_DTLS_HELLO_REPLY);
        assert_true(k.len < 67);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row9_each_suite_that_is_not_aead_is_refused),
        cmocka_unit_test(row47_a_hello_without_null_compression_is_refused),
        cmocka_unit_test(row50_an_older_version_gets_protocol_version),
        cmocka_unit_test(h17_a_newer_version_is_answered_with_1_2),
        cmocka_unit_test(h17_an_older_hello_gets_an_alert_without_state),
        cmocka_unit_test(h18_duplicate_extensions_are_refused),
        cmocka_unit_test(malformed_extensions_are_refused),
        cmocka_unit_test(row19_formats_without_uncompressed_are_refused),
        cmocka_unit_test(row18_groups_without_secp256r1_are_refused),
        cmocka_unit_test(row20_sha_1_signatures_are_refused),
        cmocka_unit_test(row15_no_common_certificate_type_gets_43),
        cmocka_unit_test(h22_mixed_certificate_types_are_refused),
        cmocka_unit_test(row43_an_unknown_server_name_gets_112),
        cmocka_unit_test(row23_and_row27_unwanted_extensions_are_ignored_and_not_echoed),
        cmocka_unit_test(row50_an_older_server_hello_gets_70_and_no_second_hello),
        cmocka_unit_test(a_suite_or_compression_that_was_not_offered_gets_47),
        cmocka_unit_test(h18_an_unsolicited_extension_gets_110),
        cmocka_unit_test(row51_a_renegotiated_connection_is_refused),
        cmocka_unit_test(h22_a_server_that_turns_to_x509_is_refused),
        cmocka_unit_test(h31_the_psk_hello_offers_c0a8_alone_byte_for_byte),
        cmocka_unit_test(row8_the_other_hellos_byte_for_byte),
        cmocka_unit_test(h28_the_scsv_is_answered_with_the_extension),
        cmocka_unit_test(row52_extended_master_secret_is_answered),
        cmocka_unit_test(forward_secrecy_comes_first),
        cmocka_unit_test(h1_replies_carry_the_numbers_of_the_hello),
        cmocka_unit_test(h3_a_changed_hello_needs_a_new_cookie),
        cmocka_unit_test(h3_other_octets_of_the_same_length_need_a_new_cookie),
        cmocka_unit_test(h4_a_cookie_is_bound_to_the_whole_address),
        cmocka_unit_test(h4_a_cookie_survives_a_rotation_for_63_s),
        cmocka_unit_test(h5_a_hello_cut_before_its_cookie_is_dropped),
        cmocka_unit_test(h5_a_hello_with_cookie_fits_280_octets),
        cmocka_unit_test(row58_no_state_before_the_cookie_and_nothing_larger_than_what_came),
    };
    return cmocka_run_group_tests_name("dtls hello", tests, setup, teardown);
}
