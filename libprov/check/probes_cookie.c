/* SPDX-License-Identifier: Apache-2.0
 *
 * HelloVerifyRequest (RFC 6347, section 4.2.1).
 */
#include "endpoint.h"

#include <string.h>

#define FIRST_SEQ 7 /* of the record with the first hello, which the server repeats */

static size_t hello_octets(const struct endpoint *e)
{
    uint8_t rooms[CHECK_HELLO_RECORDS][CHECK_DATAGRAM_MAX];
    struct prov_buf records[CHECK_HELLO_RECORDS];
    size_t octets = 0;

    for (size_t i = 0; i < CHECK_HELLO_RECORDS; i++)
        records[i] = PROV_BUF_OF(rooms[i]);
    size_t count = check_hello_records(&e->hello, PROV_BYTES_NONE, records);
    for (size_t i = 0; i < count; i++)
        octets += records[i].len;
    return octets;
}

static enum check_act probe_present(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.record_seq = FIRST_SEQ;
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    e->cookies = e->answer.verifies > 0;
    check_judge_rule(e->findings, "cookie.present", e->cookies, "a first hello is %s, %zu octets",
                     endpoint_answer(e), e->answer.octets);
    return CHECK_DONE;
}

static enum check_act probe_first_reply(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.record_seq = FIRST_SEQ;
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    size_t sent = hello_octets(e) * (e->resent ? 2 : 1);
    check_judge_rule(e->findings, "cookie.size", e->answer.verify_octets <= sent,
                     "%zu octets in answer to %zu", e->answer.verify_octets, sent);
    check_judge_rule(e->findings, "cookie.sequence", e->answer.verify_seq == FIRST_SEQ,
                     "record %u is answered in record %llu", FIRST_SEQ,
                     (unsigned long long)e->answer.verify_seq);
    return CHECK_DONE;
}

/* Numbers of a flight that was repeated are others: then the whole is asked once more. */
static enum check_act probe_second_reply(struct endpoint *e)
{
    if (e->stage == 0 || (e->stage == 1 && e->resent)) {
        endpoint_hello(e);
        e->hello.record_seq = FIRST_SEQ;
        return CHECK_ASK;
    }
    if (!e->answer.hello) {
        check_not_tested(e->findings, "cookie.hello_sequence", "the hello is %s",
                         endpoint_answer(e));
        check_not_tested(e->findings, "cookie.message_sequence", "the hello is %s",
                         endpoint_answer(e));
        return CHECK_DONE;
    }
    check_judge_rule(e->findings, "cookie.hello_sequence",
                     e->answer.hello_record_seq == FIRST_SEQ + 1,
                     "the hello with the cookie in record %u is answered in record %llu",
                     FIRST_SEQ + 1, (unsigned long long)e->answer.hello_record_seq);
    check_judge_rule(e->findings, "cookie.message_sequence", e->answer.hello_message_seq == 1,
                     "ServerHello behind a HelloVerifyRequest has message_seq %u",
                     e->answer.hello_message_seq);
    return CHECK_DONE;
}

static enum check_act probe_wrong(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.own_cookie_len = 16;
        memset(e->hello.own_cookie, 0x5A, 16);
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "cookie.wrong", e->answer.verifies > 0 && !e->answer.hello,
                     "a made-up cookie is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* --- what a cookie is bound to --------------------------------------------------------------- */

/* The hello that got a cookie comes again with it, but not the same: it must get a new one. */
static void show_cookie(struct endpoint *e, bool same_flow)
{
    e->hello.own_cookie_len = e->answer.cookie_len;
    memcpy(e->hello.own_cookie, e->answer.cookie, e->answer.cookie_len);
    e->hello.same_flow = same_flow;
    e->hello.record_seq = 1;
}

static void change_hello(struct endpoint *e, unsigned what)
{
    if (what == 0)
        e->hello.random[31] ^= 1;
    else if (what == 1)
        check_hello_suite(&e->hello, 0xFEFE);
    else
        e->hello.session_id_len = 32;
}

static enum check_act probe_bound_to_hello(struct endpoint *e)
{
    static const char *const what[] = {"random", "cipher_suites", "session_id"};

    if (e->stage % 2 == 0) {
        if (e->stage > 0)
            check_judge_rule(e->findings, "cookie.bound", !e->answer.hello,
                             "a hello with another %s and the old cookie is %s",
                             what[e->stage / 2 - 1], endpoint_answer(e));
        if (e->stage == 6)
            return CHECK_DONE;
        endpoint_hello(e);
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    show_cookie(e, true);
    change_hello(e, e->stage / 2);
    return CHECK_ASK;
}

static enum check_act probe_bound_to_address(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    if (e->stage == 1) {
        show_cookie(e, false);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "cookie.address", !e->answer.hello,
                     "the cookie from another port is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_cut(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.cut = 24;
        e->hello.cut_first = true;
        e->hello.stop_at_cookie = true;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "cookie.cut", !e->answer.hello,
                     "a hello in pieces without a cookie is %s", endpoint_answer(e));
    return CHECK_DONE;
}

const struct check_probe check_probes_cookie[] = {
    {"HelloVerifyRequest", NEEDS_BASE, probe_present, {"cookie.present"}},
    {"the size of the first answer",
     NEEDS_BASE | NEEDS_COOKIE,
     probe_first_reply,
     {"cookie.size", "cookie.sequence"}},
    {"the numbers of the second answer",
     NEEDS_BASE | NEEDS_COOKIE,
     probe_second_reply,
     {"cookie.hello_sequence", "cookie.message_sequence"}},
    {"a made-up cookie", NEEDS_BASE | NEEDS_COOKIE, probe_wrong, {"cookie.wrong"}},
    {"a cookie with another hello",
     NEEDS_BASE | NEEDS_COOKIE,
     probe_bound_to_hello,
     {"cookie.bound"}},
    {"a cookie from another port",
     NEEDS_BASE | NEEDS_COOKIE,
     probe_bound_to_address,
     {"cookie.address"}},
    {"a first hello in pieces", NEEDS_BASE | NEEDS_COOKIE, probe_cut, {"cookie.cut"}},
    {.name = NULL},
};
