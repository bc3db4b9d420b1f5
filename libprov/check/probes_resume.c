/* SPDX-License-Identifier: Apache-2.0
 *
 * Resumption, Connection ID, timers; and whether the server is still there after all of this.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

/* --- resumption (RFC 5246, section 7.3; RFC 7627, section 5.3; H19) -------------------------- */

/* A session that can be resumed: its id is kept in e->room. False: there is none. */
static bool keep_session(struct endpoint *e)
{
    struct prov_bytes id = e->answer.hello ? e->answer.server.session_id : PROV_BYTES_NONE;

    if (!e->client.connected || id.len == 0)
        return false;
    memcpy(e->room, id.data, id.len);
    e->room_len = id.len;
    return true;
}

static void show_session(struct endpoint *e)
{
    endpoint_hello_of(e, e->own);
    e->hello.session_id_len = (uint8_t)e->room_len;
    memcpy(e->hello.session_id, e->room, e->room_len);
}

/* The server goes on with the session: the same id, and its Finished at once. */
static bool resumes(const struct endpoint *e)
{
    return e->answer.hello &&
           prov_bytes_equal(e->answer.server.session_id, PROV_BYTES(e->room, e->room_len));
}

static bool has(const struct endpoint *e, uint16_t type)
{
    struct prov_bytes body;

    return check_answer_extension(&e->answer, type, &body);
}

static void no_resumption(struct endpoint *e)
{
    check_fail(e->findings, "resumption.taken", "%s",
               e->client.connected ? "the server gives no session_id"
                                   : "the handshake was not completed this time");
    check_not_applicable(e->findings, "resumption.hello", "the server resumes no session");
    check_not_applicable(e->findings, "resumption.name", "the server resumes no session");
    check_not_applicable(e->findings, "resumption.master_secret", "the server resumes no session");
}

static enum check_act judge_resumed(struct endpoint *e)
{
    check_judge_rule(e->findings, "resumption.taken", resumes(e), "the session_id is %s",
                     resumes(e) ? "resumed" : "not resumed: a full handshake follows");
    if (!resumes(e)) {
        check_not_applicable(e->findings, "resumption.hello", "the session was not resumed");
        check_not_applicable(e->findings, "resumption.name", "the session was not resumed");
        check_not_applicable(e->findings, "resumption.master_secret",
                             "the session was not resumed");
        return CHECK_DONE;
    }
    check_judge_rule(e->findings, "resumption.hello",
                     has(e, PROV_EXTENSION_EXTENDED_MASTER_SECRET) &&
                         has(e, PROV_EXTENSION_RENEGOTIATION_INFO) &&
                         !has(e, PROV_EXTENSION_SERVER_NAME),
                     "extended_master_secret: %s, renegotiation_info: %s, server_name: %s",
                     has(e, PROV_EXTENSION_EXTENDED_MASTER_SECRET) ? "yes" : "no",
                     has(e, PROV_EXTENSION_RENEGOTIATION_INFO) ? "yes" : "no",
                     has(e, PROV_EXTENSION_SERVER_NAME) ? "yes" : "no");
    show_session(e);
    check_hello_name(&e->hello, "nobody-has-this-name.invalid");
    return CHECK_ASK;
}

static enum check_act probe_resumption(struct endpoint *e)
{
    switch (e->stage) {
    case 0:
        e->asked = e->own;
        check_client_ready(e, e->own, CHECK_AS_BUNDLE);
        return CHECK_CONNECT;
    case 1:
        if (!keep_session(e)) {
            no_resumption(e);
            return CHECK_DONE;
        }
        show_session(e);
        return CHECK_ASK;
    case 2:
        return judge_resumed(e);
    case 3:
        check_judge_rule(e->findings, "resumption.name", !resumes(e),
                         "the session under another server_name is %s%s", endpoint_answer(e),
                         resumes(e) ? ", resumed" : "");
        show_session(e);
        check_hello_without(&e->hello, PROV_EXTENSION_EXTENDED_MASTER_SECRET);
        return CHECK_ASK;
    default:
        check_judge_rule(e->findings, "resumption.master_secret", !resumes(e),
                         "the session without extended_master_secret is %s%s", endpoint_answer(e),
                         resumes(e) ? ", resumed" : "");
        return CHECK_DONE;
    }
}

/* --- Connection ID (RFC 9146) ---------------------------------------------------------------- */

static enum check_act probe_cid(struct endpoint *e)
{
    struct prov_bytes body, cid;

    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, PROV_EXTENSION_CONNECTION_ID, OCTETS(0));
        return CHECK_ASK;
    }
    if (!check_answer_extension(&e->answer, PROV_EXTENSION_CONNECTION_ID, &body)) {
        check_fail(e->findings, "cid.taken", "ServerHello does not have it");
        check_not_applicable(e->findings, "cid.form", "not negotiated");
        return CHECK_DONE;
    }
    struct prov_reader reader = prov_reader_make(body);
    bool good = prov_take_vector(&reader, 1, &cid) && prov_reader_done(&reader);
    check_pass(e->findings, "cid.taken", "ServerHello has it");
    check_judge_rule(e->findings, "cid.form", good, "%zu octets", body.len);
    return CHECK_DONE;
}

/* With a CID in use, a record without it is nobody's (RFC 9146, section 3; H16). */
static enum check_act probe_cid_required(struct endpoint *e)
{
    struct check_client *c = &e->client;

    if (check_verdict(e->findings, "cid.taken") != PROV_CHECK_PASS || !e->pings) {
        check_not_applicable(e->findings, "cid.required",
                             e->pings ? "no connection id is negotiated"
                                      : "the server answers no CoAP ping");
        return CHECK_DONE;
    }
    if (e->stage == 0) {
        e->asked = e->own;
        check_client_ready(e, e->own, CHECK_AS_BUNDLE);
        c->config.connection_id = true;
        return CHECK_CONNECT;
    }
    if (e->stage == 1) {
        uint8_t room[128];
        struct prov_buf out = PROV_BUF_OF(room);

        if (!c->connected || !check_client_ping(e, &out) || out.data[0] != 25) {
            check_not_tested(e->findings, "cid.required", "no session with a connection id");
            return CHECK_DONE;
        }
        /* The same record as if nothing had been negotiated: another type, another AAD. */
        out.len = 0;
        if (!check_client_record_bare(e, CONTENT_APPLICATION_DATA, &out))
            return CHECK_DONE;
        endpoint_send(e, prov_buf_bytes(&out));
        e->enough = 1;
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "cid.required", c->data == 0,
                     "a record without the connection id is %s",
                     c->data == 0 ? "not answered" : "answered");
    return CHECK_DONE;
}

const struct check_probe check_probes_resume[] = {
    {"resumption",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_resumption,
     {"resumption.taken", "resumption.hello", "resumption.name", "resumption.master_secret"}},
    {"a connection id", NEEDS_BASE, probe_cid, {"cid.taken", "cid.form"}},
    {"a record without its connection id",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_cid_required,
     {"cid.required"}},
    {.name = NULL},
};

/* --- retransmission (RFC 7925, section 11) --------------------------------------------------- */

#define SILENT_MS 70000u
#define BURST_MS  500u /* datagrams of one flight come together */

static size_t count_bursts(struct endpoint *e, uint64_t starts[8])
{
    size_t count = 0;

    for (unsigned i = 0; i < e->time_count && count < 8; i++)
        if (i == 0 || e->times[i] - e->times[i - 1] > BURST_MS)
            starts[count++] = e->times[i];
    return count;
}

static void judge_timer(struct endpoint *e, uint64_t began)
{
    uint64_t starts[8];
    size_t count = count_bursts(e, starts);
    uint64_t first = count > 0 ? starts[0] - began : 0;
    uint64_t second = count > 1 ? starts[1] - starts[0] : 0;

    check_judge_rule(e->findings, "timer.retransmits", count > 0,
                     "%zu retransmissions in %u s of silence", count, SILENT_MS / 1000);
    if (count == 0) {
        check_not_applicable(e->findings, "timer.initial", "nothing was retransmitted");
        check_not_applicable(e->findings, "timer.backoff", "nothing was retransmitted");
        return;
    }
    check_judge_rule(e->findings, "timer.initial", first >= 8500, "the first one after %llu ms",
                     (unsigned long long)first);
    if (count == 1)
        check_not_applicable(e->findings, "timer.backoff", "retransmitted once");
    else
        check_judge_rule(e->findings, "timer.backoff", second * 10 >= first * 17,
                         "after %llu ms, then after %llu ms", (unsigned long long)first,
                         (unsigned long long)second);
}

static enum check_act probe_timer(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        return CHECK_ASK;
    }
    if (e->stage == 1) {
        if (!endpoint_taken(e)) {
            check_not_tested(e->findings, "timer.retransmits", "the hello is %s",
                             endpoint_answer(e));
            return CHECK_DONE;
        }
        e->began_ms = e->run->now_ms;
        e->time_count = 0;
        e->wait_ms = SILENT_MS;
        return CHECK_LISTEN;
    }
    judge_timer(e, e->began_ms);
    return CHECK_DONE;
}

/* --- at the end ------------------------------------------------------------------------------ */

static enum check_act probe_alive(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "endpoint.alive", endpoint_taken(e),
                     "after all probes a good hello is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* What was looked at all along. */
static enum check_act probe_sum(struct endpoint *e)
{
    check_pass(e->findings, "endpoint.bounded", "no probe was answered with more than %u datagrams",
               e->run->config.limits.datagrams);
    if (!e->alerts_seen) {
        check_not_tested(e->findings, "alert.never", "no alert came");
        check_not_tested(e->findings, "alert.kind", "no alert came");
        return CHECK_DONE;
    }
    check_pass(e->findings, "alert.never", "none of 21, 30, 41, 60");
    check_pass(e->findings, "alert.kind", "none of 42 to 46, 48, 49 without certificates");
    return CHECK_DONE;
}

const struct check_probe check_probes_last[] = {
    {"retransmission, a minute of silence",
     NEEDS_BASE | NEEDS_SLOW,
     probe_timer,
     {"timer.retransmits", "timer.initial", "timer.backoff"}},
    {"is it still there", NEEDS_BASE, probe_alive, {"endpoint.alive"}},
    {"the sum", 0, probe_sum, {NULL}},
    {.name = NULL},
};
