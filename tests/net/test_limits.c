/* SPDX-License-Identifier: Apache-2.0
 *
 * How large things may be, and which protocol is spoken: max_fragment_length, what follows from it for CoAP,
 * ALPN.
 */
#include "fixture.h"
#include "prov/enroll_client.h"
#include "prov/enroll_server.h"

/* --- help ------------------------------------------------------------------------------------ */

static void refused(enum wire_kind kind, struct prov_bytes extensions, int alert)
{
    struct craft_answer answer;
    struct wire w;

    wire_make(&w, &world, kind);
    w.ends[WIRE_SERVER].config.protocol = "co";
    craft_ask(&w, &(struct craft){.extensions = extensions}, &answer);
    assert_int_equal(answer.suite, 0);
    assert_int_equal(answer.alert, alert);
    wire_free(&w);
}

static void answered(struct prov_bytes extensions, uint16_t type, struct prov_bytes expected)
{
    struct craft_answer answer;
    struct prov_bytes body;
    struct wire w;

    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.protocol = "co";
    craft_ask(&w, &(struct craft){.extensions = extensions}, &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    bool found = craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), type, &body);
    assert_int_equal(found, expected.len > 0);
    assert_true(!found || prov_bytes_equal(body, expected));
    wire_free(&w);
}

/* A client that asks for 1024 octets and for "co", and whose ServerHello is changed on its way. */
static int client_says(size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {WIRE_SERVER, 2, change, 0};
    struct wire w;

    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.server_name = NULL;
    w.ends[WIRE_CLIENT].config.max_fragment = 1024;
    w.ends[WIRE_CLIENT].config.protocol = w.ends[WIRE_SERVER].config.protocol = "co";
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    int alert = prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent;
    assert_true(edit.met > 0);
    wire_free(&w);
    return alert;
}

static void connect_with(struct wire *w, enum wire_kind kind, uint16_t max_fragment)
{
    wire_make(w, &world, kind);
    w->ends[WIRE_CLIENT].config.max_fragment = max_fragment;
    wire_start(w);
    wire_run(w, 0);
    assert_true(wire_works(w));
}

/* --- max_fragment_length: refused ------------------------------------------------------------ */

static void row44_a_server_refuses_other_lengths_with_47(void **state)
{
    (void)state;
    refused(WIRE_PSK, OCTETS(0, 1, 0, 1, 0), 47);
    refused(WIRE_PSK, OCTETS(0, 1, 0, 1, 5), 47);
    refused(WIRE_PSK, OCTETS(0, 1, 0, 1, 255), 47);
    refused(WIRE_PSK, OCTETS(0, 1, 0, 0), 50);
    refused(WIRE_PSK, OCTETS(0, 1, 0, 2, 1, 1), 50);
}

/* ServerHello's first extension is max_fragment_length: 0, 1, 0, 1, code. */
static size_t answer_512(uint8_t *body, size_t len)
{
    assert_memory_equal(body + 40, "\0\1\0\1\2", 5);
    body[44] = 1;
    return len;
}

static size_t answer_2048(uint8_t *body, size_t len)
{
    body[44] = 3;
    return len;
}

static size_t answer_0(uint8_t *body, size_t len)
{
    body[44] = 0;
    return len;
}

static void row44_a_client_refuses_another_length_than_it_asked_for(void **state)
{
    (void)state;
    assert_int_equal(client_says(answer_512), 47);
    assert_int_equal(client_says(answer_2048), 47);
    assert_int_equal(client_says(answer_0), 47);
}

static void row44_a_client_asks_for_no_other_length(void **state)
{
    static const uint16_t lengths[] = {1, 256, 511, 513, 768, 1023, 8192, 16384, 65535};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    struct wire_end *client = &w.ends[WIRE_CLIENT];
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        client->config.max_fragment = lengths[i];
        assert_int_equal(
            prov_dtls_start(&client->session, &client->config, world.crypto, client->workspace, 0),
            PROV_E_BOUNDS);
    }
    wire_free(&w);
}

static void row44_a_longer_record_of_the_peer_gets_record_overflow(void **state)
{
    static const uint8_t content[513];

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int from = 0; from < 2; from++)
            for (uint8_t type = 21; type <= 23; type++) {
                uint8_t room[WIRE_DATAGRAM_MAX];
                struct wire w;
                connect_with(&w, (enum wire_kind)kind, 512);
                const struct prov_dtls *to = &w.ends[1 - from].session;
                unsigned before = w.ends[1 - from].data;
                size_t len =
                    seal_type(&w, (enum wire_side)from, type, PROV_BYTES_OF(content), room);
                wire_inject(&w, (enum wire_side)from, room, len);
                wire_run(&w, 0);
                assert_int_equal(w.ends[1 - from].data, before);
                assert_int_equal(prov_dtls_failure(to).alert_sent, PROV_ALERT_RECORD_OVERFLOW);
                assert_int_equal(prov_dtls_failure(&w.ends[from].session).alert_received,
                                 PROV_ALERT_RECORD_OVERFLOW);
                wire_free(&w);
            }
}

/* RFC 6066, section 4: no alert unless it is authentic. */
static void row44_a_forged_long_record_is_dropped_without_a_word(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX] = {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 9, 9, 2 + 2, 0};
    struct wire w;

    (void)state;
    connect_with(&w, WIRE_PSK, 512);
    wire_inject(&w, WIRE_CLIENT, room, 13 + 1024);
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, 1);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* The server's Certificate in one record of more than 512 octets, though 512 was agreed. */
static enum wire_fate one_long_record(void *context, struct wire_datagram *d)
{
    (void)context;
    if (d->from == WIRE_SERVER && d->index == 1) {
        d->octets[11] = 4; /* the first record swallows what follows */
        d->octets[12] = 0;
    }
    return WIRE_DELIVER;
}

static void row44_a_long_record_in_epoch_0_is_dropped_and_sent_again(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_CLIENT].config.max_fragment = 512;
    w.fate = one_long_record;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].failed, 0);
    wire_run(&w, 9000);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* Loses the server's flight, once. */
static enum wire_fate lose_flight(void *context, struct wire_datagram *d)
{
    (void)context;
    return d->from == WIRE_SERVER && d->index == 1 ? WIRE_DROP : WIRE_DELIVER;
}

/* It was made before the length was agreed on, and is the only word that the flight was lost. */
static void row44_a_repeated_hello_may_be_longer(void **state)
{
    char name[241], protocol[251];
    struct prov_fqdn fqdn;
    struct wire w;

    (void)state;
    memset(name, 'n', sizeof(name));
    for (size_t i = 40; i < 240; i += 40)
        name[i] = '.';
    memset(protocol, 'p', sizeof(protocol));
    name[240] = protocol[250] = '\0';
    assert_int_equal(prov_fqdn_parse(prov_bytes_text(name), &fqdn), PROV_OK);
    wire_make(&w, &world, WIRE_PSK);
    for (int side = 0; side < 2; side++) {
        w.ends[side].config.server_name = &fqdn;
        w.ends[side].config.protocol = protocol;
    }
    w.ends[WIRE_CLIENT].config.max_fragment = 512;
    w.ends[WIRE_CLIENT].config.timer_initial_ms = 1000;
    w.fate = lose_flight;
    wire_start(&w);
    assert_true(w.ends[WIRE_CLIENT].session.hs->flight_len > 512);
    wire_run(&w, 2000); /* before the server's own timer */
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row44_nothing_longer_is_sealed(void **state)
{
    static const uint16_t lengths[] = {512, 1024, 2048, 4096, 0};
    static const uint8_t data[4097];
    static uint8_t room[4200];

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        size_t max = lengths[i] != 0 ? lengths[i] : PROV_DTLS_DATA_MAX;
        struct wire w;
        connect_with(&w, WIRE_PSK, lengths[i]);
        for (int side = 0; side < 2; side++) {
            struct prov_dtls *s = &w.ends[side].session;
            struct prov_buf out = PROV_BUF_OF(room);
            assert_int_equal(prov_dtls_seal(s, PROV_BYTES(data, max + 1), &out), PROV_E_BOUNDS);
            assert_int_equal(out.len, 0);
            assert_int_equal(prov_dtls_seal(s, PROV_BYTES(data, max), &out), PROV_OK);
            assert_int_equal(out.len, max + 29);
        }
        wire_free(&w);
    }
}

/* --- max_fragment_length: taken -------------------------------------------------------------- */

static void row44_a_server_takes_the_four_lengths(void **state)
{
    (void)state;
    answered(OCTETS(0, 1, 0, 1, 1), 1, OCTETS(1));
    answered(OCTETS(0, 1, 0, 1, 2), 1, OCTETS(2));
    answered(OCTETS(0, 1, 0, 1, 3), 1, OCTETS(3));
    answered(OCTETS(0, 1, 0, 1, 4), 1, OCTETS(4));
    answered(OCTETS(0, 23, 0, 0), 1, PROV_BYTES_NONE);
}

static void row44_handshake_records_keep_to_it_at_both_ends(void **state)
{
    static const uint16_t lengths[] = {512, 1024};

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (size_t i = 0; i < 2; i++) {
            unsigned full = 0;
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.ends[0].config.mtu = w.ends[1].config.mtu = 2000;
            w.ends[WIRE_CLIENT].config.max_fragment = lengths[i];
            wire_start(&w);
            wire_run(&w, 0);
            for (size_t j = 0; j < w.log_len; j++) {
                struct wire_record r;
                for (size_t at = 0; wire_record_next(&w.log[j], &at, &r);) {
                    assert_true(r.len <= lengths[i] + (r.epoch == 1 ? 24u : 0u));
                    full += r.len == lengths[i];
                }
            }
            assert_int_equal(full > 0, kind == WIRE_CERT && lengths[i] == 512);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void row44_a_server_that_does_not_answer_is_taken(void **state)
{
    struct wire w;

    (void)state;
    connect_with(&w, WIRE_PSK, 0);
    assert_int_equal(prov_dtls_data_max(&w.ends[WIRE_CLIENT].session), PROV_DTLS_MTU_DEFAULT - 29);
    wire_free(&w);
}

static void data_max_is_of_the_fragment_length_and_the_mtu(void **state)
{
    static const struct {
        uint16_t max_fragment, mtu;
        size_t expected; /* with a tag of 8 octets */
    } rows[] = {{512, 0, 512},
                {512, 540, 540 - 29},
                {1024, 0, 1024},
                {2048, 0, PROV_DTLS_MTU_DEFAULT - 29},
                {4096, 16000, 4096},
                {0, 16000, PROV_DTLS_DATA_MAX},
                {0, PROV_DTLS_MTU_MIN, PROV_DTLS_MTU_MIN - 29}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire w;
        wire_make(&w, &world, WIRE_PSK);
        for (int side = 0; side < 2; side++) {
            w.ends[side].config.mtu = rows[i].mtu;
            w.ends[side].config.max_fragment = rows[i].max_fragment;
        }
        assert_int_equal(prov_dtls_data_max(&w.ends[WIRE_CLIENT].session), 0);
        wire_start(&w);
        assert_int_equal(prov_dtls_data_max(&w.ends[WIRE_CLIENT].session), 0);
        wire_run(&w, 0);
        for (int side = 0; side < 2; side++)
            assert_int_equal(prov_dtls_data_max(&w.ends[side].session), rows[i].expected);
        wire_free(&w);
    }
}

/* --- CoAP over it ---------------------------------------------------------------------------- */

/* How large the blocks are and a request with one in messages of max octets. */
static size_t longest_request(size_t max, uint8_t *ret_szx)
{
    static const uint8_t body[1000];
    uint8_t room[1200], answer[16];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_exchange x = {.op = PROV_ENROLL_EST_SEN,
                              .host = prov_bytes_text("coaps.example.org"),
                              .body = PROV_BYTES_OF(body),
                              .message_max = (uint16_t)max,
                              .answer = PROV_BUF_OF(answer)};

    prov_exchange_begin(&x);
    assert_true(prov_exchange_pull(&x, 0, &out));
    *ret_szx = x.szx;
    return out.len;
}

static void h32_with_512_a_clients_blocks_are_of_256_octets(void **state)
{
    struct wire w;
    uint8_t szx;

    (void)state;
    connect_with(&w, WIRE_CERT, 512);
    size_t max = prov_dtls_data_max(&w.ends[WIRE_CLIENT].session);
    assert_in_range(longest_request(max, &szx), 256, max);
    assert_int_equal(szx, 4);
    assert_true(longest_request(1024, &szx) > max); /* the next size would not do */
    assert_int_equal(szx, PROV_ENROLL_SZX);
    assert_in_range(longest_request(PROV_DTLS_MTU_MIN - 37, &szx), 64, PROV_DTLS_MTU_MIN - 37);
    assert_int_equal(szx, 2);
    longest_request(0, &szx);
    assert_int_equal(szx, 1);
    wire_free(&w);
}

/* 4.01 CoAP: GET /.well-known/core, answered in blocks. */
static size_t first_block(size_t message_max)
{
    static const uint8_t ask[] = {0x40, 1,   0,   1,   0xBB, '.', 'w', 'e', 'l', 'l', '-',
                                  'k',  'n', 'o', 'w', 'n',  4,   'c', 'o', 'r', 'e'};
    static struct prov_enroll_session s;
    struct prov_enroll_request request;
    struct prov_coap_message message;
    uint8_t room[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    prov_enroll_begin(&s, NULL);
    prov_enroll_limit(&s, message_max);
    assert_int_equal(prov_enroll_receive(&s, 0, PROV_BYTES_OF(ask), &request, &out),
                     PROV_ENROLL_REPLY);
    assert_int_equal(prov_coap_decode(prov_buf_bytes(&out), &message), PROV_OK);
    assert_true(out.len <= message_max);
    return message.payload.len;
}

static void h32_with_512_a_servers_blocks_are_of_256_octets(void **state)
{
    struct wire w;

    (void)state;
    connect_with(&w, WIRE_PSK, 512);
    assert_int_equal(first_block(prov_dtls_data_max(&w.ends[WIRE_SERVER].session)), 256);
    wire_free(&w);
    connect_with(&w, WIRE_PSK, 1024);
    assert_true(first_block(prov_dtls_data_max(&w.ends[WIRE_SERVER].session)) > 256);
    wire_free(&w);
}

/* --- ALPN ------------------------------------------------------------------------------------ */

static void row53_no_protocol_in_common_gets_120(void **state)
{
    (void)state;
    refused(WIRE_PSK, OCTETS(0, 16, 0, 5, 0, 3, 2, 'h', '2'), 120);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 4, 0, 2, 1, 'c'), 120);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 6, 0, 4, 3, 'c', 'o', 0), 120);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 5, 0, 3, 2, 'C', 'O'), 120);
}

static void row53_what_is_not_a_list_of_names_is_refused(void **state)
{
    (void)state;
    refused(WIRE_PSK, OCTETS(0, 16, 0, 0), 50);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 2, 0, 0), 50);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 6, 0, 4, 2, 'c', 'o', 0), 50);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 5, 0, 3, 3, 'c', 'o'), 50);
    refused(WIRE_PSK, OCTETS(0, 16, 0, 6, 0, 3, 2, 'c', 'o', 0), 50);
}

/* ALPN stands behind max_fragment_length: 0, 16, 0, 5, 0, 3, 2, c, o */
static size_t another_protocol(uint8_t *body, size_t len)
{
    assert_memory_equal(body + 45, "\0\x10\0\5\0\3\2co", 9);
    body[53] = 'x';
    return len;
}

static size_t two_protocols(uint8_t *body, size_t len)
{
    static const uint8_t more[] = {0, 16, 0, 7, 0, 5, 2, 'c', 'o', 1, 'x'};

    memmove(body + 45 + sizeof(more), body + 54, len - 54);
    memcpy(body + 45, more, sizeof(more));
    body[39] = (uint8_t)(body[39] + 2);
    return len + 2;
}

static size_t empty_name(uint8_t *body, size_t len)
{
    body[51] = 0;
    return len;
}

static void row53_a_client_takes_no_answer_but_its_own_offer(void **state)
{
    (void)state;
    assert_int_equal(client_says(another_protocol), 47);
    assert_int_equal(client_says(two_protocols), 47);
    assert_int_equal(client_says(empty_name), 50);
}

static size_t unsolicited(uint8_t *body, size_t len)
{
    static const uint8_t alpn[] = {0, 16, 0, 5, 0, 3, 2, 'c', 'o'};

    memcpy(body + len, alpn, sizeof(alpn));
    body[39] = (uint8_t)(body[39] + sizeof(alpn));
    return len + sizeof(alpn);
}

static void row53_a_client_that_did_not_offer_refuses_an_answer(void **state)
{
    struct wire_edit edit = {WIRE_SERVER, 2, unsolicited, 0};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent, 110);
    wire_free(&w);
}

static void row53_the_protocol_is_found_among_others(void **state)
{
    (void)state;
    answered(OCTETS(0, 16, 0, 8, 0, 6, 2, 'h', '2', 2, 'c', 'o'), 16, OCTETS(0, 3, 2, 'c', 'o'));
    answered(OCTETS(0, 16, 0, 5, 0, 3, 2, 'c', 'o'), 16, OCTETS(0, 3, 2, 'c', 'o'));
    answered(OCTETS(0, 23, 0, 0), 16, PROV_BYTES_NONE);
}

static void row53_without_a_protocol_nobody_looks_at_it(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    craft_ask(&w, &(struct craft){.extensions = OCTETS(0, 16, 0, 5, 0, 3, 2, 'h', '2')}, &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    assert_false(craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 16, &body));
    wire_free(&w);
}

static void row53_both_ends_agree(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int server_too = 0; server_too < 2; server_too++) {
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.ends[WIRE_CLIENT].config.protocol = "co";
            w.ends[WIRE_SERVER].config.protocol = server_too ? "co" : NULL;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row44_a_server_refuses_other_lengths_with_47),
        cmocka_unit_test(row44_a_client_refuses_another_length_than_it_asked_for),
        cmocka_unit_test(row44_a_client_asks_for_no_other_length),
        cmocka_unit_test(row44_a_longer_record_of_the_peer_gets_record_overflow),
        cmocka_unit_test(row44_a_forged_long_record_is_dropped_without_a_word),
        cmocka_unit_test(row44_a_long_record_in_epoch_0_is_dropped_and_sent_again),
        cmocka_unit_test(row44_nothing_longer_is_sealed),
        cmocka_unit_test(row44_a_repeated_hello_may_be_longer),
        cmocka_unit_test(row44_a_server_takes_the_four_lengths),
        cmocka_unit_test(row44_handshake_records_keep_to_it_at_both_ends),
        cmocka_unit_test(row44_a_server_that_does_not_answer_is_taken),
        cmocka_unit_test(data_max_is_of_the_fragment_length_and_the_mtu),
        cmocka_unit_test(h32_with_512_a_clients_blocks_are_of_256_octets),
        cmocka_unit_test(h32_with_512_a_servers_blocks_are_of_256_octets),
        cmocka_unit_test(row53_no_protocol_in_common_gets_120),
        cmocka_unit_test(row53_what_is_not_a_list_of_names_is_refused),
        cmocka_unit_test(row53_a_client_takes_no_answer_but_its_own_offer),
        cmocka_unit_test(row53_a_client_that_did_not_offer_refuses_an_answer),
        cmocka_unit_test(row53_the_protocol_is_found_among_others),
        cmocka_unit_test(row53_without_a_protocol_nobody_looks_at_it),
        cmocka_unit_test(row53_both_ends_agree),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
