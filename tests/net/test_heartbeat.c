/* SPDX-License-Identifier: Apache-2.0
 *
 * Heartbeats (RFC 6520): what is dropped, what comes back to the octet, one request at a time.
 */
#include "fixture.h"

enum { BEAT = 24 };

/* --- help ------------------------------------------------------------------------------------ */

static void connected_with(struct wire *w, enum wire_kind kind)
{
    wire_make(w, &world, kind);
    w->ends[0].config.heartbeat = w->ends[1].config.heartbeat = true;
    wire_start(w);
    wire_run(w, 0);
    assert_true(wire_works(w));
    w->log_len = 0;
}

/* Sends a heartbeat message from the client as it is; ret: what the server's record holds, if it sent one. */
static bool exchange(struct wire *w, struct prov_bytes message, uint8_t *ret, size_t *ret_len)
{
    struct prov_dtls *client = &w->ends[WIRE_CLIENT].session;
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_record record;
    struct prov_bytes content;
    size_t at = 0;

    w->log_len = 0;
    wire_inject(w, WIRE_CLIENT, room, seal_type(w, WIRE_CLIENT, BEAT, message, room));
    wire_run(w, w->now_ms);
    if (w->log_len == 0)
        return false;
    assert_int_equal(w->log_len, 1);
    assert_true(prov_record_take(w->log[0].octets, w->log[0].len, 0, &at, &record));
    assert_int_equal(record.type, BEAT);
    assert_int_equal(at, w->log[0].len);
    assert_int_equal(prov_record_open(client, &record, &content), PROV_OK);
    memcpy(ret, content.data, content.len);
    *ret_len = content.len;
    return true;
}

static bool is_silent(struct wire *w, struct prov_bytes message)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    size_t len;

    return !exchange(w, message, room, &len);
}

static int client_says(size_t (*change)(uint8_t *body, size_t len), bool offers)
{
    struct wire_edit edit = {WIRE_SERVER, 2, change, 0};
    struct wire w;

    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.server_name = NULL;
    w.ends[WIRE_CLIENT].config.heartbeat = offers;
    w.ends[WIRE_SERVER].config.heartbeat = true;
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    int alert = prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent;
    assert_true(edit.met > 0);
    wire_free(&w);
    return alert;
}

static void ask(struct prov_bytes extensions, bool server, struct craft_answer *ret)
{
    struct wire w;

    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.heartbeat = server;
    craft_ask(&w, &(struct craft){.extensions = extensions}, ret);
    wire_free(&w);
}

static bool answered(const struct craft_answer *answer, struct prov_bytes *ret)
{
    return craft_extension(PROV_BYTES(answer->extensions, answer->extensions_len), 15, ret);
}

/* --- the extension --------------------------------------------------------------------------- */

static void row48_an_unknown_mode_is_refused(void **state)
{
    struct craft_answer answer;

    (void)state;
    ask(OCTETS(0, 15, 0, 1, 0), true, &answer);
    assert_int_equal(answer.alert, 47);
    ask(OCTETS(0, 15, 0, 1, 3), true, &answer);
    assert_int_equal(answer.alert, 47);
    ask(OCTETS(0, 15, 0, 0), true, &answer);
    assert_int_equal(answer.alert, 50);
    ask(OCTETS(0, 15, 0, 2, 1, 1), true, &answer);
    assert_int_equal(answer.alert, 50);
}

/* 0, 15, 0, 1, mode: behind extended_master_secret */
static size_t mode_3(uint8_t *body, size_t len)
{
    assert_memory_equal(body + 44, "\0\x0F\0\1\1", 5);
    body[48] = 3;
    return len;
}

static size_t unsolicited(uint8_t *body, size_t len)
{
    static const uint8_t extension[] = {0, 15, 0, 1, 1};

    memcpy(body + len, extension, sizeof(extension));
    body[39] = (uint8_t)(body[39] + sizeof(extension));
    return len + sizeof(extension);
}

static void row48_a_client_refuses_what_it_did_not_offer(void **state)
{
    (void)state;
    assert_int_equal(client_says(mode_3, true), 47);
    assert_int_equal(client_says(unsolicited, false), 110);
}

static void row48_off_unless_it_is_asked_for(void **state)
{
    struct craft_answer answer;
    struct prov_bytes message, body;
    struct wire w;

    (void)state;
    ask(OCTETS(0, 15, 0, 1, 1), false, &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    assert_false(answered(&answer, &body));
    ask(OCTETS(0, 23, 0, 0), true, &answer);
    assert_false(answered(&answer, &body));
    connect_as(&w, WIRE_PSK);
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 0, &message));
    size_t at = 12 + 2 + 32 + 1 + 1 + 4 + 2 + 2;
    assert_false(craft_extension(PROV_BYTES(message.data + at, message.len - at), 15, &body));
    for (int side = 0; side < 2; side++)
        assert_int_equal(prov_dtls_heartbeat(&w.ends[side].session, 0), PROV_E_STATE);
    assert_true(
        is_silent(&w, OCTETS(1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row48_both_modes_are_taken_and_our_own_is_allowed(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;

    (void)state;
    for (uint8_t mode = 1; mode <= 2; mode++) {
        uint8_t extension[] = {0, 15, 0, 1, mode};
        ask(PROV_BYTES_OF(extension), true, &answer);
        assert_true(answered(&answer, &body));
        assert_true(prov_bytes_equal(body, OCTETS(1)));
    }
}

static size_t mode_2(uint8_t *body, size_t len)
{
    assert_memory_equal(body + 44, "\0\x0F\0\1\1", 5);
    body[48] = 2;
    return len;
}

/* peer_not_allowed_to_send: the handshake would fail with the changed hello, so the ends are told. */
static void row48_a_peer_that_does_not_want_it_is_not_asked(void **state)
{
    struct wire w;

    (void)state;
    assert_int_equal(client_says(mode_2, true), PROV_ALERT_NONE); /* it is no reason to end */
    connected_with(&w, WIRE_PSK);
    w.ends[WIRE_CLIENT].session.heartbeat_mode = 2;
    assert_int_equal(prov_dtls_heartbeat(&w.ends[WIRE_CLIENT].session, 0), PROV_E_STATE);
    assert_int_equal(prov_dtls_deadline(&w.ends[WIRE_CLIENT].session), UINT64_MAX);
    wire_free(&w);
}

/* --- messages that are dropped --------------------------------------------------------------- */

/* CVE-2014-0160: a payload_length larger than what was sent. */
static void row48_heartbleed_an_oversized_payload_length_gets_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t message[64] = {1};
        struct wire w;
        connected_with(&w, (enum wire_kind)kind);
        for (size_t len = 3; len <= sizeof(message); len++)
            for (unsigned claimed = (unsigned)(len > 18 ? len - 18 : 0); claimed <= 0xFFFF;
                 claimed = claimed * 2 + 1) {
                message[1] = (uint8_t)(claimed >> 8);
                message[2] = (uint8_t)claimed;
                assert_true(is_silent(&w, PROV_BYTES(message, len)));
            }
        assert_int_equal(w.ends[WIRE_SERVER].echoed, 0);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void row48_too_little_padding_gets_nothing(void **state)
{
    uint8_t message[3 + 4 + 15] = {1, 0, 4, 'a', 'b', 'c', 'd'};
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    for (size_t padding = 0; padding < 16; padding++)
        assert_true(is_silent(&w, PROV_BYTES(message, 3 + 4 + padding)));
    wire_free(&w);
}

static void row48_other_messages_get_nothing(void **state)
{
    uint8_t message[3 + 16] = {0};
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    for (unsigned type = 0; type < 256; type++) {
        message[0] = (uint8_t)type;
        assert_int_equal(is_silent(&w, PROV_BYTES_OF(message)), type != 1);
    }
    assert_true(is_silent(&w, PROV_BYTES(message, 1)));
    assert_true(is_silent(&w, PROV_BYTES(message, 2)));
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row48_a_heartbeat_that_is_not_sealed_gets_nothing(void **state)
{
    uint8_t record[13 + 19] = {24, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 19, 1, 0, 0};
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    wire_inject(&w, WIRE_CLIENT, record, sizeof(record));
    wire_run(&w, 0);
    assert_int_equal(w.log_len, 0);
    wire_free(&w);
    wire_make(&w, &world, WIRE_PSK); /* nor before the end of the handshake */
    w.ends[0].config.heartbeat = w.ends[1].config.heartbeat = true;
    w.no_cookie = true;
    wire_start(&w);
    for (int i = 0; i < 4; i++)
        wire_inject(&w, (enum wire_side)(i % 2), record, sizeof(record));
    wire_run(&w, 0);
    assert_int_equal(w.ends[0].echoed + w.ends[1].echoed, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row48_a_response_to_nothing_or_to_something_else_gets_nothing(void **state)
{
    uint8_t message[3 + 8 + 16] = {2, 0, 8};
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    assert_int_equal(prov_dtls_heartbeat(server, w.now_ms), PROV_OK);
    w.fate = NULL;
    memcpy(message + 3, server->beat.payload, 8);
    message[3] ^= 1;
    server->beat.to_send = false; /* only what is injected is to be seen */
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    assert_true(server->beat.under_way);
    message[3] ^= 1;
    message[2] = 7; /* the beginning of it */
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    assert_true(server->beat.under_way);
    message[2] = 8;
    message[0] = 2;
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    assert_false(server->beat.under_way);
    wire_free(&w);
}

static void row44_and_row48_a_heartbeat_keeps_to_the_fragment_length(void **state)
{
    uint8_t message[513] = {1, 1, 0}, room[WIRE_DATAGRAM_MAX];
    struct wire w;
    size_t len;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[0].config.heartbeat = w.ends[1].config.heartbeat = true;
    w.ends[WIRE_CLIENT].config.max_fragment = 512;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(exchange(&w, PROV_BYTES(message, 512), room, &len));
    wire_inject(&w, WIRE_CLIENT, room,
                seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), room));
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_failure(&w.ends[WIRE_SERVER].session).alert_sent, 22);
    wire_free(&w);
}

/* An answer that no datagram of this end could hold is not given. */
static void row48_an_answer_larger_than_the_mtu_is_not_given(void **state)
{
    uint8_t message[3 + 300 + 16] = {1, 300 >> 8, 300 & 0xFF};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[0].config.heartbeat = w.ends[1].config.heartbeat = true;
    w.ends[WIRE_SERVER].config.mtu = 300;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* --- answers --------------------------------------------------------------------------------- */

static void row48_the_answer_is_the_payload_and_16_new_octets(void **state)
{
    (void)state;
    for (size_t payload = 0; payload <= 40; payload += 8)
        for (size_t padding = 16; padding <= 64; padding += 24) {
            uint8_t message[128] = {1, 0, (uint8_t)payload}, room[WIRE_DATAGRAM_MAX];
            struct wire w;
            size_t len;
            connected_with(&w, WIRE_RPK);
            memset(message + 3, 'p', payload);
            memset(message + 3 + payload, 'x', padding);
            assert_true(exchange(&w, PROV_BYTES(message, 3 + payload + padding), room, &len));
            assert_int_equal(len, 3 + payload + 16);
            assert_int_equal(room[0], 2);
            assert_memory_equal(room + 1, message + 1, 2 + payload);
            assert_memory_not_equal(room + len - 16, message + 3 + payload, 16);
            wire_free(&w);
        }
}

/* Several records in a datagram, the heartbeat between data: all of them are seen to, in order. */
static void row48_what_stands_beside_it_in_the_datagram_is_not_lost(void **state)
{
    uint8_t rooms[3][WIRE_DATAGRAM_MAX], message[3 + 16] = {1}, datagram[3 * 100];
    struct prov_buf out = PROV_BUF_OF(datagram);
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    unsigned data = w.ends[WIRE_SERVER].data;
    size_t len = seal(&w, WIRE_CLIENT, "one", rooms[0]);
    prov_put(&out, rooms[0], len);
    for (int i = 0; i < 2; i++) {
        len = seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), rooms[1]);
        prov_put(&out, rooms[1], len);
    }
    len = seal(&w, WIRE_CLIENT, "two", rooms[2]);
    prov_put(&out, rooms[2], len);
    wire_inject(&w, WIRE_CLIENT, datagram, out.len);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, data + 2);
    assert_int_equal(w.ends[WIRE_SERVER].echoed, 2);
    assert_int_equal(w.log_len, 2);
    wire_free(&w);
}

/* A loop that pulls only when it is about to wait, as an agent's is. */
static void row48_behind_the_answer_the_rest_of_the_datagram_is_due_at_once(void **state)
{
    uint8_t message[3 + 16] = {1}, room[WIRE_DATAGRAM_MAX], datagram[256], out_room[256];
    struct prov_buf in = PROV_BUF_OF(datagram), out = PROV_BUF_OF(out_room);
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    prov_put(&in, room, seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), room));
    prov_put(&in, room, seal(&w, WIRE_CLIENT, "behind it", room));
    prov_dtls_push(server, 0, datagram, in.len);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_PULL);
    assert_true(prov_dtls_pull(server, 0, &out));
    assert_int_equal(prov_dtls_deadline(server), 0);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_DATA);
    assert_memory_equal(prov_dtls_data(server).data, "behind it", 9);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_WAIT);
    assert_int_equal(prov_dtls_deadline(server), UINT64_MAX);
    wire_free(&w);
}

static void row48_an_answer_that_is_not_pulled_is_forgotten(void **state)
{
    uint8_t message[3 + 16] = {1}, room[WIRE_DATAGRAM_MAX], out_room[256];
    struct prov_buf out = PROV_BUF_OF(out_room);
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    size_t len = seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), room);
    prov_dtls_push(server, 0, room, len);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_PULL);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_WAIT);
    assert_false(prov_dtls_pull(server, 0, &out));
    wire_free(&w);
}

/* RFC 5246, section 7.2.1: nothing is sent behind a close_notify. */
static void row48_nothing_is_answered_behind_the_goodbye(void **state)
{
    uint8_t message[3 + 16] = {1}, room[WIRE_DATAGRAM_MAX], out_room[256];
    struct prov_buf out = PROV_BUF_OF(out_room);
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    prov_dtls_close(server);
    assert_true(prov_dtls_pull(server, 0, &out));
    size_t len = seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), room);
    prov_dtls_push(server, 0, room, len);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_WAIT);
    assert_false(prov_dtls_pull(server, 0, &out));
    wire_free(&w);
}

/* Its room may hold the next datagram by now: what lies there is not echoed. */
static void row48_an_answer_does_not_outlive_its_datagram(void **state)
{
    uint8_t message[3 + 4 + 16] = {1, 0, 4}, room[WIRE_DATAGRAM_MAX], out_room[256];
    struct prov_buf out = PROV_BUF_OF(out_room);
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    size_t len = seal_type(&w, WIRE_CLIENT, BEAT, PROV_BYTES_OF(message), room);
    prov_dtls_push(server, 0, room, len);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_PULL);
    memset(room, 0x55, len);
    prov_dtls_push(server, 0, room, len);
    assert_false(prov_dtls_pull(server, 0, &out));
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_WAIT);
    wire_free(&w);
}

static void h12_and_row48_the_last_record_is_not_spent_on_an_answer(void **state)
{
    uint8_t message[3 + 16] = {1};
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    w.ends[WIRE_SERVER].session.write_seq[1] = (1u << 23) - 1;
    assert_true(is_silent(&w, PROV_BYTES_OF(message)));
    prov_dtls_close(&w.ends[WIRE_SERVER].session);
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_CLIENT].closed, 1);
    wire_free(&w);
}

/* --- one's own ------------------------------------------------------------------------------- */

static enum wire_fate nothing_arrives(void *context, struct wire_datagram *d)
{
    (void)context;
    (void)d;
    return WIRE_DROP;
}

static void row48_without_an_answer_the_session_ends_like_a_flight(void **state)
{
    static const uint64_t times[] = {0, 9000, 27000};

    (void)state;
    for (int side = 0; side < 2; side++) {
        struct wire w;
        connected_with(&w, WIRE_PSK);
        struct prov_dtls *s = &w.ends[side].session;
        w.fate = nothing_arrives;
        assert_int_equal(prov_dtls_heartbeat(s, w.now_ms), PROV_OK);
        wire_run(&w, 200000);
        assert_int_equal(w.log_len, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(w.log[i].at_ms, times[i]);
            assert_int_equal(w.log[i].len, 13 + 8 + 3 + 8 + 16 + 8);
        }
        assert_int_equal(w.ends[side].failed_at_ms, 63000);
        assert_int_equal(prov_dtls_failure(s).result, PROV_E_TIMEOUT);
        assert_int_equal(prov_dtls_deadline(s), UINT64_MAX);
        assert_int_equal(prov_dtls_heartbeat(s, w.now_ms), PROV_E_STATE);
        wire_free(&w);
    }
}

static void row48_one_request_is_on_its_way(void **state)
{
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *s = &w.ends[WIRE_SERVER].session;
    assert_int_equal(prov_dtls_heartbeat(s, 0), PROV_OK);
    assert_int_equal(prov_dtls_heartbeat(s, 0), PROV_E_STATE);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].echoed, 1);
    assert_int_equal(w.log_len, 2); /* the request and its answer */
    assert_int_equal(prov_dtls_deadline(s), UINT64_MAX);
    assert_int_equal(prov_dtls_heartbeat(s, 0), PROV_OK); /* answered: another one may go */
    wire_run(&w, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* Loses as many datagrams as the context says. */
static enum wire_fate lose(void *context, struct wire_datagram *d)
{
    unsigned *left = context;

    (void)d;
    return *left > 0 ? (--*left, WIRE_DROP) : WIRE_DELIVER;
}

static void row48_lost_requests_and_answers_are_made_good(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost <= 2; lost++)
        for (int with_cid = 0; with_cid < 2; with_cid++) {
            unsigned left = lost;
            struct wire w;
            wire_make(&w, &world, WIRE_PSK_FS);
            w.ends[0].config.heartbeat = w.ends[1].config.heartbeat = true;
            w.ends[WIRE_CLIENT].config.connection_id = with_cid != 0;
            w.ends[WIRE_SERVER].cid = OCTETS(1, 2, 3, 4);
            wire_start(&w);
            wire_run(&w, 0);
            w.fate = lose;
            w.context = &left;
            assert_int_equal(prov_dtls_heartbeat(&w.ends[WIRE_CLIENT].session, 0), PROV_OK);
            wire_run(&w, 200000);
            assert_int_equal(w.ends[WIRE_CLIENT].failed, 0);
            assert_int_equal(prov_dtls_deadline(&w.ends[WIRE_CLIENT].session), UINT64_MAX);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void row48_two_requests_have_nothing_in_common(void **state)
{
    uint8_t payload[8];
    struct wire w;

    (void)state;
    connected_with(&w, WIRE_PSK);
    struct prov_dtls *s = &w.ends[WIRE_SERVER].session;
    assert_int_equal(prov_dtls_heartbeat(s, 0), PROV_OK);
    memcpy(payload, s->beat.payload, sizeof(payload));
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_heartbeat(s, 0), PROV_OK);
    assert_memory_not_equal(payload, s->beat.payload, sizeof(payload));
    wire_free(&w);
}

static void row48_none_before_the_end_of_the_handshake_or_behind_the_session(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[0].config.heartbeat = w.ends[1].config.heartbeat = true;
    wire_start(&w);
    assert_int_equal(prov_dtls_heartbeat(&w.ends[WIRE_CLIENT].session, 0), PROV_E_STATE);
    wire_run(&w, 0);
    prov_dtls_close(&w.ends[WIRE_CLIENT].session);
    assert_int_equal(prov_dtls_heartbeat(&w.ends[WIRE_CLIENT].session, 0), PROV_E_STATE);
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row48_an_unknown_mode_is_refused),
        cmocka_unit_test(row48_a_client_refuses_what_it_did_not_offer),
        cmocka_unit_test(row48_off_unless_it_is_asked_for),
        cmocka_unit_test(row48_a_peer_that_does_not_want_it_is_not_asked),
        cmocka_unit_test(row48_heartbleed_an_oversized_payload_length_gets_nothing),
        cmocka_unit_test(row48_too_little_padding_gets_nothing),
        cmocka_unit_test(row48_other_messages_get_nothing),
        cmocka_unit_test(row48_a_heartbeat_that_is_not_sealed_gets_nothing),
        cmocka_unit_test(row48_a_response_to_nothing_or_to_something_else_gets_nothing),
        cmocka_unit_test(row44_and_row48_a_heartbeat_keeps_to_the_fragment_length),
        cmocka_unit_test(row48_an_answer_larger_than_the_mtu_is_not_given),
        cmocka_unit_test(row48_nothing_is_answered_behind_the_goodbye),
        cmocka_unit_test(row48_an_answer_does_not_outlive_its_datagram),
        cmocka_unit_test(h12_and_row48_the_last_record_is_not_spent_on_an_answer),
        cmocka_unit_test(row48_without_an_answer_the_session_ends_like_a_flight),
        cmocka_unit_test(row48_none_before_the_end_of_the_handshake_or_behind_the_session),
        cmocka_unit_test(row48_both_modes_are_taken_and_our_own_is_allowed),
        cmocka_unit_test(row48_the_answer_is_the_payload_and_16_new_octets),
        cmocka_unit_test(row48_what_stands_beside_it_in_the_datagram_is_not_lost),
        cmocka_unit_test(row48_an_answer_that_is_not_pulled_is_forgotten),
        cmocka_unit_test(row48_behind_the_answer_the_rest_of_the_datagram_is_due_at_once),
        cmocka_unit_test(row48_one_request_is_on_its_way),
        cmocka_unit_test(row48_lost_requests_and_answers_are_made_good),
        cmocka_unit_test(row48_two_requests_have_nothing_in_common),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
