/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's half without PROV_WITH_BLOCKWISE: a request is one message, and so is its answer.
 */
#include "client_rig.h"

#define KEY PROV_CF_COSE_KEY

/* --- negative -------------------------------------------------------------------------------- */

static void answers_in_blocks_end_the_exchange(void **state)
{
    static const struct prov_coap_block more = {0, true, 5}, second = {1, false, 5};
    const struct say wrong[] = {
        {ACK, PROV_COAP_CHANGED, KEY, some(512), .block2 = &more},
        {ACK, PROV_COAP_CHANGED, KEY, some(8), .block2 = &second},
        {ACK, PROV_COAP_CHANGED, KEY, some(8), .block1 = &second}, /* no block was sent */
        {ACK, PROV_COAP_CHANGED, KEY, some(8), .odd = 9},
        {ACK, PROV_COAP_CHANGED, 0, some(8), .odd = 0},
        {ACK, PROV_COAP_CONTINUE, KEY, some(8), .odd = 0},
        {ACK, PROV_COAP_CONTINUE, 0, PROV_BYTES_NONE, .block1 = &more},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct rig r = {0};

        begin(&r, PROV_ENROLL_PSK, some(17));
        assert_true(pull(&r));
        say(&r, wrong[i]);
        assert_failed(&r, PROV_E_PEER);
        assert_false(pull(&r));
    }
}

static void continue_is_no_answer_to_confirm(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE);
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_CONTINUE, .odd = 0});
    assert_failed(&r, PROV_E_PEER);
}

static void body_of_more_than_a_message_is_refused_at_once(void **state)
{
    struct rig r = {.message_max = PROV_EXCHANGE_MESSAGE_MAX(99, 0)};

    (void)state;
    begin(&r, PROV_ENROLL_RPK, some(100));
    assert_failed(&r, PROV_E_OVERFLOW);
    assert_false(pull(&r));
    begin(&r, PROV_ENROLL_RPK, some(99));
    assert_running(&r);
}

static void too_large_is_an_error_as_others_are(void **state)
{
    static const struct prov_coap_block smaller = {0, true, 3};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_RPK, some(400));
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_TOO_LARGE, .block1 = &smaller});
    assert_int_equal(r.x.result, PROV_OK);
    assert_int_equal(r.x.code, PROV_COAP_TOO_LARGE);
    assert_false(pull(&r));
}

/* --- positive -------------------------------------------------------------------------------- */

static void request_is_one_message_without_block_options(void **state)
{
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_RPK, some(900));
    assert_true(pull(&r));
    assert_int_equal(r.sent.payload.len, 900);
    assert_null(prov_coap_find(&r.sent, PROV_COAP_BLOCK1));
    assert_null(prov_coap_find(&r.sent, PROV_COAP_BLOCK2));
}

static void first_block_that_is_all_is_taken(void **state)
{
    static const struct prov_coap_block whole = {0, false, 2};
    struct rig r = {0};

    (void)state;
    begin(&r, PROV_ENROLL_PSK, some(17));
    assert_true(pull(&r));
    say(&r, (struct say){ACK, PROV_COAP_CHANGED, KEY, some(60), .block2 = &whole, .etag = "a"});
    assert_int_equal(r.x.result, PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&r.x.answer), some(60)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_blocks_end_the_exchange),
        cmocka_unit_test(continue_is_no_answer_to_confirm),
        cmocka_unit_test(body_of_more_than_a_message_is_refused_at_once),
        cmocka_unit_test(too_large_is_an_error_as_others_are),
        cmocka_unit_test(request_is_one_message_without_block_options),
        cmocka_unit_test(first_block_that_is_all_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
