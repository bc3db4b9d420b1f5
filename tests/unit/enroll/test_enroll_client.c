/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's half of enrollment against a server made of hand-written answers: what it must not
 * believe, when it gives up, how it goes on block by block.
 */
#include "client_rig.h"

/* --- negative -------------------------------------------------------------------------------- */

static void silence_is_retransmitted_and_given_up(void **state)
{
    struct rig r = {0};
    uint64_t first, sent = 0, waited;
    unsigned tries = 0;

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    assert_true(pull(&r));
    first = prov_exchange_deadline(&r.x) - r.now;
    assert_in_range(first, 2000, 3000); /* ACK_TIMEOUT times 1 to 1.5 */
    while (r.x.result == PROV_E_AGAIN) {
        waited = prov_exchange_deadline(&r.x) - r.now;
        assert_int_equal(waited, first << tries);
        assert_false(pull(&r));
        r.now += waited - 1;
        assert_int_equal(prov_exchange_step(&r.x, r.now), PROV_E_AGAIN);
        assert_false(pull(&r));
        r.now++;
        prov_exchange_step(&r.x, r.now);
        tries++;
        if (pull(&r)) {
            sent++;
            assert_int_equal(r.sent.id, 0xfffe); /* the same message */
        }
    }
    assert_int_equal(sent, 4); /* MAX_RETRANSMIT */
    assert_failed(&r, PROV_E_TIMEOUT);
    assert_true(prov_exchange_deadline(&r.x) == UINT64_MAX);
}

static void reset_ends_the_exchange(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    say(&r, (struct say){.type = PROV_COAP_RST}); /* before anything was sent */
    assert_running(&r);
    assert_true(pull(&r));
    say(&r, (struct say){.type = PROV_COAP_RST, .id_off = 1});
    assert_running(&r);
    say(&r, (struct say){.type = PROV_COAP_RST});
    assert_failed(&r, PROV_E_PEER);
}

static void answers_of_others_are_passed_over(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    assert_true(pull(&r));
    prov_exchange_push(&r.x, r.now, PROV_BYTES(octets, 1));
    say(&r, (struct say){ACK, PROV_COAP_CONTENT, CERTS, some(8), .id_off = 1});
    assert_running(&r);
    say(&r, (struct say){ACK, PROV_COAP_CONTENT, CERTS, some(8), .token_off = 1});
    assert_running(&r);
    say(&r, (struct say){PROV_COAP_NON, PROV_COAP_CONTENT, CERTS, some(8), .token_off = 1});
    assert_running(&r);
    assert_false(pull(&r));
    /* 3.00 to 3.31 are reserved (RFC 7252, section 12.1.2): no answers */
    say(&r, (struct say){ACK, PROV_COAP_CODE(3, 1), .odd = 0});
    assert_running(&r);
    say(&r, (struct say){PROV_COAP_CON, PROV_COAP_CODE(3, 1), .odd = 0});
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_RST);
    /* a CON is reset: a stray response, a ping, a request */
    say(&r, (struct say){PROV_COAP_CON, PROV_COAP_CONTENT, CERTS, some(8), .token_off = 1});
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_RST);
    say(&r, (struct say){.type = PROV_COAP_CON, .id_off = 9});
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_RST);
    assert_int_equal(r.sent.id, (uint16_t)(0xfffe + 9));
    say(&r, (struct say){.type = PROV_COAP_CON, .code = PROV_COAP_GET});
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_RST);
    assert_running(&r);
}

static void wrong_answers_end_the_exchange(void **state)
{
    static const struct prov_coap_block second = {1, false, 5}, first = {0, true, 5};
    const struct say wrong[] = {
        {ACK, PROV_COAP_CONTENT, PROV_CF_CERT, some(8), .odd = 0},   /* another format */
        {ACK, PROV_COAP_CONTENT, 0, some(8), .odd = 0},              /* a body without one */
        {ACK, PROV_COAP_CONTENT, CERTS, some(8), .block2 = &second}, /* begins in the middle */
        {ACK, PROV_COAP_CONTENT, CERTS, some(8), .block2 = &first},  /* a block that is not full */
        {ACK, PROV_COAP_CONTENT, CERTS, some(8), .odd = 9},          /* a critical option */
        {ACK, PROV_COAP_CONTINUE, 0, PROV_BYTES_NONE, .block1 = &first}, /* nothing to go on with */
        {ACK, PROV_COAP_CONTINUE, .odd = 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct rig r = {0};

        begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
        assert_true(pull(&r));
        say(&r, wrong[i]);
        assert_failed(&r, PROV_E_PEER);
    }
}

static void later_blocks_must_fit_the_first(void **state)
{
    static const struct prov_coap_block first = {0, true, 5}, again = {0, true, 5},
                                        skipped = {2, true, 5}, smaller = {1, true, 4},
                                        good = {1, false, 5};
    const struct say wrong[] = {
        {ACK, PROV_COAP_CONTENT, CERTS, some(512), .block2 = &again, .etag = "a"},
        {ACK, PROV_COAP_CONTENT, CERTS, some(512), .block2 = &skipped, .etag = "a"},
        {ACK, PROV_COAP_CONTENT, CERTS, some(256), .block2 = &smaller, .etag = "a"},
        {ACK, PROV_COAP_CONTENT, CERTS, some(12), .block2 = &good, .etag = "b"},
        {ACK, PROV_COAP_CONTENT, CERTS, some(12), .block2 = &good},
        {ACK, PROV_COAP_CONTENT, CERTS, some(12), .etag = "a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct rig r = {0};

        begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
        assert_true(pull(&r));
        say(&r,
            (struct say){ACK, PROV_COAP_CONTENT, CERTS, some(512), .block2 = &first, .etag = "a"});
        assert_running(&r);
        assert_true(pull(&r));
        assert_int_equal(r.sent.id, 0xffff);
        say(&r, wrong[i]);
        assert_failed(&r, PROV_E_PEER);
    }
}

static void endless_answer_ends_at_the_room(void **state)
{
    struct prov_coap_block block = {0, true, 5};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    for (; r.x.result == PROV_E_AGAIN && block.number < 100; block.number++) {
        assert_true(pull(&r));
        say(&r, (struct say){ACK, PROV_COAP_CONTENT, CERTS, some(512), .block2 = &block});
    }
    assert_failed(&r, PROV_E_OVERFLOW);
    assert_int_equal(block.number, sizeof(r.room) / 512 + 1);
}

static void small_out_fails_the_exchange(void **state)
{
    struct rig r = {0};
    uint8_t room[16];
    struct prov_buf out = PROV_BUF_OF(room);

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    assert_false(prov_exchange_pull(&r.x, r.now, &out));
    assert_failed(&r, PROV_E_OVERFLOW);
    begin(&r, (enum prov_enroll_op)99, PROV_BYTES_NONE);
    assert_failed(&r, PROV_E_STATE);
}

static void refusal_is_an_answer(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(300));
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_FORBIDDEN, 0, prov_bytes_text("no"), .odd = 0});
    assert_int_equal(r.x.result, PROV_OK);
    assert_int_equal(r.x.code, PROV_COAP_FORBIDDEN);
    assert_true(prov_bytes_equal(prov_buf_bytes(&r.x.answer), prov_bytes_text("no")));
    assert_false(pull(&r));
}

static void too_large_with_smaller_block_is_tried_and_ends(void **state)
{
    struct prov_coap_block block = {0, true, 4};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(600));
    for (int i = 0; i < 5; i++) {
        assert_true(pull(&r));
        assert_int_equal(r.sent.payload.len, (size_t)512 >> i);
        block.szx = (uint8_t)(4 - i);
        say(&r, (struct say){ACK, PROV_COAP_TOO_LARGE, .block1 = &block});
        assert_running(&r);
    }
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_TOO_LARGE, .block1 = &block});
    assert_int_equal(r.x.result, PROV_OK);
    assert_int_equal(r.x.code, PROV_COAP_TOO_LARGE);
}

/* --- positive -------------------------------------------------------------------------------- */

static void request_is_as_the_table_says(void **state)
{
    static const uint8_t expected[] = {
        0x44, 0x02, 0xff, 0xfe, 1,   2,    2,   1,        /* CON POST, token of 4 */
        0xb4, 'p',  'r',  'o',  'v', 0x03, 'p', 's', 'k', /* Uri-Path */
        0x11, 60,                                         /* Content-Format */
        0xff, 'i',  'd'};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_PSK, prov_bytes_text("id"));
    assert_true(pull(&r));
    assert_int_equal(r.raw.len, sizeof(expected));
    assert_memory_equal(r.out, expected, sizeof(expected));
}

static void separate_answer_is_acknowledged(void **state)
{
    struct rig r = {0};
    uint64_t deadline;

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(300));
    assert_true(pull(&r));
    say(&r, (struct say){.type = ACK});
    deadline = prov_exchange_deadline(&r.x);
    assert_true(deadline >= r.now + 93000); /* MAX_TRANSMIT_WAIT */
    r.now += 30000;
    prov_exchange_step(&r.x, r.now);
    assert_false(pull(&r)); /* no retransmission */
    say(&r, (struct say){PROV_COAP_CON, PROV_COAP_CHANGED, CERTS, some(100), .id_off = 77});
    assert_int_equal(r.x.result, PROV_OK);
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_ACK);
    assert_int_equal(r.sent.code, 0);
    assert_int_equal(r.sent.id, (uint16_t)(0xfffe + 77));
    /* and once more if it comes once more */
    say(&r, (struct say){PROV_COAP_CON, PROV_COAP_CHANGED, CERTS, some(100), .id_off = 77});
    assert_true(pull(&r));
    assert_int_equal(r.sent.type, PROV_COAP_ACK);
    assert_int_equal(r.x.answer.len, 100);
}

static void empty_ack_and_then_silence_is_given_up(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(300));
    assert_true(pull(&r));
    say(&r, (struct say){.type = ACK});
    r.now = prov_exchange_deadline(&r.x);
    prov_exchange_step(&r.x, r.now);
    assert_failed(&r, PROV_E_TIMEOUT);
}

static void max_age_of_5_03_is_told(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(300));
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_UNAVAILABLE, .odd = 0});
    assert_int_equal(r.x.max_age, 60); /* the default (RFC 7252, section 5.10.5) */
    begin(&r, PROV_ENROLL_EST_SEN, some(300));
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_UNAVAILABLE,
                         .max_age = PROV_BYTES((const uint8_t *)"\0\0\0\5", 4)});
    assert_int_equal(r.x.max_age, 5); /* zeros before it are let pass (section 3.2) */
}

static void server_wants_smaller_blocks(void **state)
{
    struct prov_coap_block first = {0, true, 3};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_EST_SEN, some(600));
    assert_true(pull(&r));
    assert_int_equal(r.sent.payload.len, 512);
    say(&r, (struct say){ACK, PROV_COAP_CONTINUE, .block1 = &first});
    assert_true(pull(&r));
    assert_int_equal(r.sent.payload.len, 88);
    assert_memory_equal(r.sent.payload.data, octets + 512, 88);
    {
        struct prov_coap_block block;

        assert_int_equal(prov_coap_block_decode(prov_coap_find(&r.sent, PROV_COAP_BLOCK1), &block),
                         PROV_OK);
        assert_int_equal(block.number, 4); /* 512 octets in blocks of 128 */
        assert_int_equal(block.szx, 3);
        assert_false(block.more);
    }
}

static void own_smaller_blocks_are_asked_for(void **state)
{
    struct rig r = {.message_max = PROV_EXCHANGE_MESSAGE_MAX(64, 0)};
    struct prov_coap_block block;

    (void)state;
    begin(&r, PROV_ENROLL_CRTS, PROV_BYTES_NONE);
    assert_true(pull(&r));
    assert_int_equal(prov_coap_block_decode(prov_coap_find(&r.sent, PROV_COAP_BLOCK2), &block),
                     PROV_OK);
    assert_int_equal(block.szx, 2);
    assert_int_equal(block.number, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_retransmitted_and_given_up),
        cmocka_unit_test(reset_ends_the_exchange),
        cmocka_unit_test(answers_of_others_are_passed_over),
        cmocka_unit_test(wrong_answers_end_the_exchange),
        cmocka_unit_test(later_blocks_must_fit_the_first),
        cmocka_unit_test(endless_answer_ends_at_the_room),
        cmocka_unit_test(small_out_fails_the_exchange),
        cmocka_unit_test(refusal_is_an_answer),
        cmocka_unit_test(too_large_with_smaller_block_is_tried_and_ends),
        cmocka_unit_test(request_is_as_the_table_says),
        cmocka_unit_test(separate_answer_is_acknowledged),
        cmocka_unit_test(empty_ack_and_then_silence_is_given_up),
        cmocka_unit_test(max_age_of_5_03_is_told),
        cmocka_unit_test(server_wants_smaller_blocks),
        cmocka_unit_test(own_smaller_blocks_are_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
