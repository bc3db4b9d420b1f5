/* SPDX-License-Identifier: Apache-2.0
 *
 * Both halves of enrollment over a wire with a clock of its own: every message of every kind of
 * exchange is lost once, doubled once, late once. Each exchange completes with the right body, and
 * the server is asked exactly once (row 55).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "prov/enroll_client.h"
#include "prov/enroll_server.h"

#define WIRE_MAX 64
#define DELAY_MS 10
#define LATE_MS  7000 /* after two retransmissions */

enum trouble { CLEAN, LOST, DOUBLED, LATE };

struct parcel {
    bool used, to_server;
    uint64_t at_ms;
    size_t len;
    uint8_t octets[1200];
};

struct scenario {
    const char *name;
    enum prov_enroll_op op;
    size_t body, answer;
    uint8_t code;
    uint16_t format;
    uint8_t szx;
};

struct world {
    const struct scenario *scenario;
    struct prov_exchange client;
    struct prov_enroll_session server;
    struct parcel wire[WIRE_MAX];
    uint64_t now;
    unsigned sent, victim;
    enum trouble trouble;
    unsigned asked;
    uint8_t room[4096];
};

static uint8_t octet_of(size_t i)
{
    return (uint8_t)(i * 11 + i / 251);
}

static void put_on_wire(struct world *w, bool to_server, struct prov_bytes message, uint64_t at)
{
    for (size_t i = 0; i < WIRE_MAX; i++) {
        struct parcel *parcel = &w->wire[i];

        if (parcel->used)
            continue;
        assert_true(message.len <= sizeof(parcel->octets));
        *parcel = (struct parcel){.used = true, .to_server = to_server, .at_ms = at};
        parcel->len = message.len;
        memcpy(parcel->octets, message.data, message.len);
        return;
    }
    fail_msg("the wire is full");
}

static void transmit(struct world *w, bool to_server, struct prov_bytes message)
{
    enum trouble trouble = w->sent++ == w->victim ? w->trouble : CLEAN;

    if (trouble == LOST)
        return;
    put_on_wire(w, to_server, message, w->now + (trouble == LATE ? LATE_MS : DELAY_MS));
    if (trouble == DOUBLED)
        put_on_wire(w, to_server, message, w->now + 3 * DELAY_MS);
}

static void serve(struct world *w, const struct prov_enroll_request *request, struct prov_buf *out)
{
    uint8_t body[4096];
    struct prov_enroll_answer answer = {.code = w->scenario->code, .format = w->scenario->format};

    w->asked++;
    assert_int_equal(request->op, w->scenario->op);
    assert_int_equal(request->body.len, w->scenario->body);
    for (size_t i = 0; i < request->body.len; i++)
        assert_int_equal(request->body.data[i], octet_of(i));
    for (size_t i = 0; i < w->scenario->answer; i++)
        body[i] = octet_of(i + 1000);
    answer.body = PROV_BYTES(body, w->scenario->answer);
    prov_enroll_answer(&w->server, w->now, &answer, out);
}

static void deliver(struct world *w, const struct parcel *parcel)
{
    uint8_t room[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_enroll_request request;
    enum prov_enroll_event event;

    if (!parcel->to_server) {
        prov_exchange_push(&w->client, w->now, PROV_BYTES(parcel->octets, parcel->len));
        return;
    }
    event = prov_enroll_receive(&w->server, w->now, PROV_BYTES(parcel->octets, parcel->len),
                                &request, &out);
    if (event == PROV_ENROLL_REQUEST)
        serve(w, &request, &out);
    if (event != PROV_ENROLL_DROP)
        transmit(w, false, prov_buf_bytes(&out));
}

static void pull_all(struct world *w)
{
    uint8_t room[1200];
    struct prov_buf out = PROV_BUF_OF(room);

    while (prov_exchange_pull(&w->client, w->now, &out)) {
        transmit(w, true, prov_buf_bytes(&out));
        out = prov_buf_make(room, sizeof(room));
    }
}

static struct parcel *next_parcel(struct world *w)
{
    struct parcel *next = NULL;

    for (size_t i = 0; i < WIRE_MAX; i++) {
        if (w->wire[i].used && (!next || w->wire[i].at_ms < next->at_ms))
            next = &w->wire[i];
    }
    return next;
}

/* Runs until the wire is empty and the exchange has ended. */
static void run(struct world *w, const struct scenario *scenario, enum trouble trouble,
                unsigned victim)
{
    static uint8_t body[4096];
    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < scenario->body; i++)
        body[i] = octet_of(i);
    w->scenario = scenario;
    w->trouble = trouble;
    w->victim = victim;
    prov_enroll_begin(&w->server, NULL);
    w->client = (struct prov_exchange){.op = scenario->op,
                                       .host = prov_bytes_text("est.example.com"),
                                       .body = PROV_BYTES(body, scenario->body),
                                       .message_id = 500,
                                       .message_max = 1200,
                                       .token = 0x09080706,
                                       .answer = prov_buf_make(w->room, sizeof(w->room))};
    prov_exchange_begin(&w->client);
    w->client.szx = scenario->szx; /* larger than its own, too */
    for (int guard = 0; guard < 1000; guard++) {
        struct parcel *parcel;
        uint64_t deadline;

        prov_exchange_step(&w->client, w->now);
        pull_all(w);
        parcel = next_parcel(w);
        deadline = prov_exchange_deadline(&w->client);
        if (!parcel && w->client.result != PROV_E_AGAIN)
            return;
        if (parcel && parcel->at_ms <= deadline) {
            w->now = parcel->at_ms;
            parcel->used = false;
            deliver(w, parcel);
        } else {
            w->now = deadline;
        }
    }
    fail_msg("it does not end");
}

static void check(const struct world *w)
{
    const struct scenario *scenario = w->scenario;

    if (w->client.result != PROV_OK || w->asked != 1)
        print_error("%s: message %u, trouble %d\n", scenario->name, w->victim, w->trouble);
    assert_int_equal(w->client.result, PROV_OK);
    assert_int_equal(w->client.code, scenario->code);
    assert_int_equal(w->client.answer.len, scenario->answer);
    for (size_t i = 0; i < scenario->answer; i++)
        assert_int_equal(w->client.answer.data[i], octet_of(i + 1000));
    assert_int_equal(w->asked, 1);
}

static const struct scenario scenarios[] = {
    {"now", PROV_ENROLL_NOW, 0, 5, PROV_COAP_CONTENT, PROV_CF_CBOR, 5},
    {"confirm", PROV_ENROLL_CONFIRM, 0, 0, PROV_COAP_CHANGED, PROV_CF_NONE, 5},
    {"psk", PROV_ENROLL_PSK, 17, 60, PROV_COAP_CHANGED, PROV_CF_COSE_KEY, 5},
    {"rpk", PROV_ENROLL_RPK, 180, 160, PROV_COAP_CHANGED, PROV_CF_COSE_KEY_SET, 5},
    {"crts", PROV_ENROLL_EST_CRTS, 0, 1500, PROV_COAP_CONTENT, PROV_CF_CERTS_ONLY, 5},
    {"sen", PROV_ENROLL_EST_SEN, 380, 1024, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, 5},
    {"sren in blocks", PROV_ENROLL_EST_SREN, 1300, 1700, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, 5},
    {"blocks of 128", PROV_ENROLL_CERT, 300, 500, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, 3},
    {"blocks of 1024", PROV_ENROLL_CERT, 1100, 1600, PROV_COAP_CHANGED, PROV_CF_CERTS_ONLY, 6},
};

static void each_message_in_trouble(enum trouble trouble)
{
    static struct world w;

    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        unsigned messages;

        run(&w, &scenarios[i], CLEAN, 0);
        check(&w);
        messages = w.sent;
        assert_true(messages >= 2);
        for (unsigned victim = 0; victim < messages; victim++) {
            run(&w, &scenarios[i], trouble, victim);
            check(&w);
        }
    }
}

static void row55_each_message_lost_once(void **state)
{
    (void)state;
    each_message_in_trouble(LOST);
}

static void row55_each_message_doubled_once(void **state)
{
    (void)state;
    each_message_in_trouble(DOUBLED);
}

static void row55_each_message_late_once(void **state)
{
    (void)state;
    each_message_in_trouble(LATE);
}

/* A body within one block carries no block option: two messages, and that is all. */
static void small_exchange_is_two_messages(void **state)
{
    static struct world w;

    (void)state;
    run(&w, &scenarios[3], CLEAN, 0);
    check(&w);
    assert_int_equal(w.sent, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row55_each_message_lost_once),
        cmocka_unit_test(row55_each_message_doubled_once),
        cmocka_unit_test(row55_each_message_late_once),
        cmocka_unit_test(small_exchange_is_two_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
