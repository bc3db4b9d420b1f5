/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of probes and what moves them: one after the other, each within its limits.
 */
#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct check_probe *const lists[] = {
    check_probes_hello,    check_probes_cookie,   check_probes_extension,
    check_probes_exchange, check_probes_fragment, check_probes_session,
    check_probes_identity, check_probes_resume,   check_probes_last,
};
#define ALIVE_TRIES   3
#define ALIVE_WAIT_MS 1000u
#define LISTS         (sizeof(lists) / sizeof(lists[0]))

static const struct check_probe *probe_at(size_t number)
{
    for (size_t i = 0; i < LISTS; i++)
        for (const struct check_probe *probe = lists[i]; probe->name != NULL; probe++)
            if (number-- == 0)
                return probe;
    return NULL;
}

/* --- for probes ------------------------------------------------------------------------------ */

void endpoint_hello_of(struct endpoint *e, enum check_mode mode)
{
    e->asked = mode;
    check_hello_make(&e->hello, e->run->config.crypto);
    check_hello_mode(&e->hello, mode, &e->server);
}

void endpoint_hello(struct endpoint *e)
{
    endpoint_hello_of(e, e->base);
}

void endpoint_send(struct endpoint *e, struct prov_bytes datagram)
{
    check_run_send(e->run, e->flow, datagram);
}

enum check_mode endpoint_share_mode(const struct endpoint *e)
{
    static const enum check_mode modes[] = {CHECK_PSK_FS, CHECK_PSK_FS_8, CHECK_RPK, CHECK_CERT};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (e->modes[modes[i]])
            return modes[i];
    return CHECK_MODES;
}

enum check_mode endpoint_psk_mode(const struct endpoint *e)
{
    for (int mode = CHECK_PSK; mode <= CHECK_PSK_FS_8; mode++)
        if (e->modes[mode])
            return (enum check_mode)mode;
    return CHECK_MODES;
}

enum check_mode endpoint_public_mode(const struct endpoint *e)
{
    return e->modes[CHECK_RPK] ? CHECK_RPK : e->modes[CHECK_CERT] ? CHECK_CERT : CHECK_MODES;
}

enum check_act endpoint_stop(struct endpoint *e, prov_result result, const char *why)
{
    e->stopped = true;
    e->run->result = result;
    e->run->why = why;
    return CHECK_DONE;
}

const char *endpoint_answer(struct endpoint *e)
{
    return check_answer_text(&e->answer, e->text, sizeof(e->text));
}

bool endpoint_taken(const struct endpoint *e)
{
    const struct check_hello *hello = &e->hello;

    for (size_t i = 0; e->answer.hello && i + 1 < hello->suites_len; i += 2)
        if ((hello->suites[i] << 8 | hello->suites[i + 1]) == e->answer.server.suite)
            return true;
    return false;
}

/* --- moving ---------------------------------------------------------------------------------- */

static uint64_t silence(const struct endpoint *e)
{
    return e->wait_ms != 0 ? e->wait_ms : e->run->config.limits.silence_ms;
}

static void wait_again(struct endpoint *e)
{
    e->until_ms = e->run->now_ms + silence(e);
}

static void send_hello(struct endpoint *e)
{
    uint8_t rooms[CHECK_HELLO_RECORDS][CHECK_DATAGRAM_MAX];
    struct prov_buf records[CHECK_HELLO_RECORDS];
    struct prov_bytes cookie = PROV_BYTES(e->answer.cookie, e->answer.cookie_len);

    for (size_t i = 0; i < CHECK_HELLO_RECORDS; i++)
        records[i] = PROV_BUF_OF(rooms[i]);
    size_t count = check_hello_records(&e->hello, cookie, records);
    for (size_t i = 0; i < count; i++)
        endpoint_send(e, prov_buf_bytes(&records[i]));
}

/* A server that has begun a handshake with us need not wait for its end. */
static void leave_flow(struct endpoint *e)
{
    static const uint8_t alert[] = {LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE};
    uint8_t room[32];
    struct prov_buf out = PROV_BUF_OF(room);

    if (e->client.open) {
        check_client_leave(e);
    } else if (e->answer.hello && e->answer.alert < 0) {
        check_record_plain(CONTENT_ALERT, 1000, PROV_BYTES_OF(alert), &out);
        endpoint_send(e, prov_buf_bytes(&out));
    }
    e->answer.hello = false;
}

static void new_flow(struct endpoint *e)
{
    e->flow = ++e->flows;
    e->run->one_flow = true;
    e->run->flow = e->flow;
}

static void begin_ask(struct endpoint *e)
{
    leave_flow(e);
    if (!e->hello.same_flow)
        new_flow(e);
    e->resent = false;
    check_answer_begin(&e->answer);
    send_hello(e);
    wait_again(e);
}

static void begin_connect(struct endpoint *e)
{
    leave_flow(e);
    new_flow(e);
    check_answer_begin(&e->answer);
    if (check_client_start(e) == PROV_OK)
        check_client_go_on(e);
    else
        e->client.failed = true;
    wait_again(e);
}

/* A handshake waits for the limits' leave. False: not yet, or never. */
static bool begin_handshake(struct endpoint *e)
{
    switch (check_run_handshake(e->run)) {
    case CHECK_LATER:
        return false;
    case CHECK_NEVER:
        e->doing = endpoint_stop(e, PROV_OK, "the run had begun as many handshakes as it may");
        return false;
    case CHECK_GO:
        break;
    }
    e->wants_permit = false;
    if (e->doing == CHECK_ASK)
        begin_ask(e);
    else
        begin_connect(e);
    return true;
}

static void begin(struct endpoint *e, enum check_act act)
{
    e->doing = act;
    e->wants_permit = act == CHECK_ASK || act == CHECK_CONNECT;
    if (act == CHECK_LISTEN || act == CHECK_TALK)
        wait_again(e);
    if (act == CHECK_TALK)
        check_client_go_on(e);
}

static bool client_ended(const struct endpoint *e)
{
    return e->client.failed || e->client.closed || !e->client.open;
}

/* A port that was there a moment ago: the server may be starting again. */
static bool may_come_back(const struct endpoint *e)
{
    return e->alive && !e->resent;
}

static bool came_to_an_end(const struct endpoint *e)
{
    const struct check_answer *answer = &e->answer;
    bool late = e->run->now_ms >= e->until_ms || e->run->flooded;

    switch (e->doing) {
    case CHECK_ASK:
        return late || (answer->refused && !may_come_back(e)) || answer->alert >= 0 ||
               check_answer_done(answer) || (answer->hello && answer->change_cipher_spec) ||
               (e->hello.stop_at_cookie && answer->verifies > 0) ||
               (answer->foreign && !answer->hello && answer->verifies == 0);
    case CHECK_LISTEN:
        return late || answer->refused || (e->enough > 0 && answer->datagrams >= e->enough);
    case CHECK_CONNECT:
        return late || answer->refused || client_ended(e) || e->client.connected;
    case CHECK_TALK:
        return late || client_ended(e) || (e->enough > 0 && e->client.data >= e->enough);
    case CHECK_DONE:
        break;
    }
    return true;
}

/* One datagram may be lost on any path: a hello that was not answered to the end goes out once more, with the
 * cookie if there is one, and has the server repeat its flight. */
static bool try_again(struct endpoint *e)
{
    if (e->doing != CHECK_ASK || e->resent || e->run->flooded || e->answer.alert >= 0 ||
        e->answer.foreign || check_answer_done(&e->answer) || e->run->now_ms < e->until_ms ||
        (e->answer.refused && !may_come_back(e)) ||
        (e->answer.hello && e->answer.change_cipher_spec) ||
        (e->hello.stop_at_cookie && e->answer.verifies > 0))
        return false;
    e->answer.refused = false;
    e->resent = true;
    send_hello(e);
    wait_again(e);
    return true;
}

/* RFC 7925, section 6; profile.md, 2e. 115 and 43 have rules of their own. */
static void note_alert(struct endpoint *e, int alert)
{
    enum prov_kind kind = check_modes[e->asked].kind;
    bool never = alert == 21 || alert == 30 || alert == 41 || alert == 60;
    bool of_certificates = (alert >= 42 && alert <= 46) || alert == 48 || alert == 49;

    if (alert < 0 || alert == PROV_ALERT_UNKNOWN_PSK_IDENTITY)
        return;
    e->alerts_seen = true;
    if (never)
        check_fail(e->findings, "alert.never", "alert %d in answer to: %s", alert,
                   e->run->progress);
    if (of_certificates && alert != PROV_ALERT_UNSUPPORTED_CERTIFICATE && kind != PROV_KIND_CERT)
        check_fail(e->findings, "alert.kind", "alert %s(%d) in %s mode, in answer to: %s",
                   prov_alert_text((enum prov_alert)alert), alert, prov_kind_text(kind),
                   e->run->progress);
}

static void note_alerts(struct endpoint *e)
{
    if (e->doing == CHECK_ASK || e->doing == CHECK_LISTEN)
        note_alert(e, e->answer.alert);
    else if (e->client.open &&
             prov_dtls_failure(&e->client.session).alert_received != PROV_ALERT_NONE)
        note_alert(e, prov_dtls_failure(&e->client.session).alert_received);
}

static void next_probe(struct endpoint *e)
{
    leave_flow(e);
    e->probe++;
    e->stage = 0;
    e->wait_ms = 0;
    e->enough = 0;
}

static void count_anew(struct endpoint *e)
{
    e->run->datagrams = 0;
    e->run->flooded = false;
}

static void ask_for_good(struct endpoint *e)
{
    count_anew(e);
    endpoint_hello(e);
    begin(e, CHECK_ASK);
}

/* A server that has gone away would fail all that follows, and not by the rules' fault: after a silence a good
 * hello is sent before anything else is asked. */
static bool ask_whether_alive(struct endpoint *e)
{
    if (!e->silent || !e->has_base)
        return false;
    e->silent = false;
    e->asking_alive = true;
    e->tries = 0;
    ask_for_good(e);
    return true;
}

/* False: it is asked once more, as one that starts again may take a moment. */
static bool hear_whether_alive(struct endpoint *e)
{
    e->silent = false;
    if (!endpoint_taken(e) && ++e->tries < ALIVE_TRIES) {
        e->run->handshake_next_ms = e->run->now_ms + ALIVE_WAIT_MS;
        ask_for_good(e);
        return false;
    }
    e->asking_alive = false;
    if (endpoint_taken(e))
        return true;
    check_fail(e->findings, "endpoint.alive", "after \"%s\" a good hello is %s", e->run->progress,
               endpoint_answer(e));
    (void)endpoint_stop(e, PROV_OK, "the server was gone");
    return true;
}

/* False: it is not its turn. */
static bool begin_probe(struct endpoint *e, const struct check_probe *probe)
{
    if (ask_whether_alive(e))
        return false;
    if (check_leave_out(e, probe)) {
        e->probe++;
        return false;
    }
    check_run_probe(e->run, probe->name);
    e->run->done = (unsigned)e->probe;
    return true;
}

/* Called again and again while there is something to do without waiting. */
static enum prov_check_event go_on(struct endpoint *e)
{
    const struct check_probe *probe = probe_at(e->probe);

    if (e->asking_alive && !hear_whether_alive(e))
        return PROV_CHECK_AGAIN;
    if (probe == NULL || e->stopped)
        return PROV_CHECK_DONE;
    if (e->stage == 0 && !begin_probe(e, probe))
        return PROV_CHECK_AGAIN;
    enum check_act act = probe->run(e);
    e->stage++;
    if (act == CHECK_ASK || act == CHECK_CONNECT)
        count_anew(e);
    if (act == CHECK_DONE)
        next_probe(e);
    begin(e, act);
    return PROV_CHECK_AGAIN;
}

static uint64_t wake_of(const struct endpoint *e)
{
    uint64_t wake = e->until_ms;

    if (e->client.open && prov_dtls_deadline(&e->client.session) < wake)
        wake = prov_dtls_deadline(&e->client.session);
    return wake;
}

static void note_silence(struct endpoint *e)
{
    e->silent |= (e->doing == CHECK_ASK || e->doing == CHECK_CONNECT) && !e->asking_alive &&
                 e->answer.datagrams == 0;
}

static void note_flood(struct endpoint *e)
{
    if (e->run->flooded)
        check_fail(e->findings, "endpoint.bounded", "more than %u datagrams in answer to: %s",
                   e->run->config.limits.datagrams, e->run->progress);
}

static enum prov_check_event judge_step(struct prov_check_run *run)
{
    struct endpoint *e = run->state;

    if (e->wants_permit && !begin_handshake(e))
        return e->doing == CHECK_DONE ? PROV_CHECK_DONE : PROV_CHECK_WAIT;
    if (e->client.open)
        check_client_go_on(e);
    if (e->doing != CHECK_DONE && (!came_to_an_end(e) || try_again(e))) {
        run->wake_ms = wake_of(e);
        return PROV_CHECK_WAIT;
    }
    note_flood(e);
    note_alerts(e);
    note_silence(e);
    return go_on(e);
}

/* --- datagrams ------------------------------------------------------------------------------- */

static void judge_push(struct prov_check_run *run, unsigned flow, uint8_t *datagram, size_t len)
{
    struct endpoint *e = run->state;
    unsigned verifies = e->answer.verifies;

    (void)flow;
    if (e->wants_permit)
        return;
    if (e->client.open) {
        check_client_push(e, datagram, len);
        return;
    }
    if (e->doing != CHECK_ASK && e->doing != CHECK_LISTEN)
        return;
    if (e->doing == CHECK_ASK)
        wait_again(e);
    check_answer_take(&e->answer, datagram, len);
    if (e->doing == CHECK_LISTEN && e->time_count < sizeof(e->times) / sizeof(e->times[0]))
        e->times[e->time_count++] = run->now_ms;
    if (e->answer.verifies == 0 || (verifies == 0 && e->answer.verifies > 0))
        e->answer.verify_octets = e->answer.octets;
    /* once: a server that asks again and again is not answered again and again */
    if (e->doing == CHECK_ASK && verifies == 0 && e->answer.verifies > 0 &&
        !e->hello.stop_at_cookie)
        send_hello(e);
}

static void judge_refused(struct prov_check_run *run, unsigned flow)
{
    struct endpoint *e = run->state;

    if (flow == e->flow)
        e->answer.refused = true;
}

/* --- begin, end ------------------------------------------------------------------------------ */

static prov_result judge_begin(struct prov_check_run *run)
{
    struct endpoint *e = run->state;

    e->run = run;
    e->findings = &run->findings;
    e->server = run->config.server;
    if (e->server.text[0] == '\0' && run->config.bundle != NULL)
        e->server = run->config.bundle->server;
    snprintf(e->connect_why, sizeof(e->connect_why), "no handshake was completed");
    check_answer_begin(&e->answer);
    while (probe_at(run->total) != NULL)
        run->total++;
    return check_client_make(e);
}

static void judge_end(struct prov_check_run *run)
{
    struct endpoint *e = run->state;

    check_client_drop(e);
    if (e->client.workspace != NULL)
        prov_wipe(e->client.workspace, prov_dtls_handshake_size());
    free(e->client.workspace);
}

prov_result prov_check_endpoint(const struct prov_check_config *config, uint64_t now_ms,
                                struct prov_check_run **ret)
{
    static const struct check_judge judge = {
        PROV_CHECK_ENDPOINT, sizeof(struct endpoint), judge_begin, judge_step,
        judge_push,          judge_refused,           judge_end};

    return check_run_make(&judge, config, now_ms, ret);
}
