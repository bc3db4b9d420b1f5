/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection after the other: what comes is taken apart here, and the clock is looked at.
 */
#include "device.h"

#include <stdio.h>
#include <string.h>

#define COOKIE_PROBES 3 /* the first ones of the table: they say whether cookies come back */
#define RESENDS_MAX   3 /* of our flight, when the device repeats its own */

static struct device *device_of(struct prov_check_run *run)
{
    return run->state;
}

static uint32_t silence(const struct device *d)
{
    return d->run->config.limits.silence_ms;
}

/* --- who the judge is ------------------------------------------------------------------------ */

static prov_result begin_raw(struct device *d, const struct prov_check_config *config)
{
    uint8_t point[PROV_POINT_LEN];
    bool pinned = false;

    prov_result result = prov_crypto_key_load(config->crypto, config->authority, &d->raw);
    if (result == PROV_OK)
        result = prov_crypto_key_public(config->crypto, &d->raw, point);
    if (result == PROV_OK)
        result = prov_crypto_key_make(config->crypto, &d->stranger);
    if (result != PROV_OK)
        return result;
    for (size_t i = 0; i < config->bundle->peer_count; i++)
        pinned = pinned || memcmp(point, config->bundle->peers[i], PROV_POINT_LEN) == 0;
    d->has_own = config->bundle->scalar.len > 0 &&
                 prov_crypto_key_load(config->crypto, config->bundle->scalar, &d->own) == PROV_OK;
    return pinned ? PROV_OK : PROV_E_CONFLICT;
}

static prov_result begin_chain(struct device *d, const struct prov_check_config *config)
{
    if (config->bundle->anchor_count == 0)
        return PROV_E_STATE;
    d->minting = true;
    prov_result result = mint_begin(&d->mint, config->crypto, config->bundle->anchors[0],
                                    config->authority, &config->bundle->server, config->now_unix);
    return result == PROV_OK ? mint_make(&d->mint, MINT_GOOD, &d->good) : result;
}

/* A PSK is the bundle's; for the other kinds the server's half is lent. */
static prov_result begin_server(struct device *d)
{
    const struct prov_check_config *config = &d->run->config;

    d->no_server = "no bundle: the device would not believe the judge";
    if (config->bundle == NULL)
        return config->authority.len == 0 ? PROV_OK : PROV_E_STATE;
    d->no_server = "no authority: the server's private key, or the CA's, is not given";
    prov_result result = PROV_OK;
    if (config->bundle->kind != PROV_KIND_PSK) {
        if (config->authority.len == 0)
            return PROV_OK;
        result =
            config->bundle->kind == PROV_KIND_RPK ? begin_raw(d, config) : begin_chain(d, config);
    }
    d->has_server = result == PROV_OK;
    return result;
}

static prov_result begin(struct prov_check_run *run)
{
    struct device *d = device_of(run);

    d->run = run;
    d->findings = &run->findings;
    d->cookies_10 = true;
    run->total = (unsigned)device_probe_count;
    run->wake_ms = UINT64_MAX;
    check_run_probe(run, "waiting for the device");
    prov_result result =
        prov_crypto_random(run->config.crypto, d->session_id, sizeof(d->session_id));
    return result == PROV_OK ? begin_server(d) : result;
}

static void end_connection(struct device *d)
{
    if (d->now.has_ecdh)
        prov_crypto_ecdh_drop(d->run->config.crypto, &d->now.ecdh);
    link_end(&d->now.link);
    prov_wipe(&d->now, sizeof(d->now));
}

static void end(struct prov_check_run *run)
{
    struct device *d = device_of(run);

    if (d->run == NULL)
        return;
    end_connection(d);
    if (d->minting)
        mint_end(&d->mint);
    prov_crypto_key_drop(run->config.crypto, &d->raw);
    prov_crypto_key_drop(run->config.crypto, &d->own);
    prov_crypto_key_drop(run->config.crypto, &d->stranger);
}

/* --- from one probe to the next -------------------------------------------------------------- */

static void tell_untested(struct device *d, const struct device_probe *probe, const char *reason,
                          bool never)
{
    if (probe->rule == NULL)
        return;
    if (probe->fault == FAULT_SILENT_HELLO) { /* three rules in one silence */
        check_not_tested(d->findings, "client.timer.doubles", "%s", reason);
        check_not_tested(d->findings, "client.timer.ends", "%s", reason);
    }
    if (never)
        check_not_applicable(d->findings, probe->rule, "%s", reason);
    else
        check_not_tested(d->findings, probe->rule, "%s", reason);
}

/* Leaves the probes out that can't be made. False when there are no more. */
static bool find_probe(struct device *d)
{
    bool never;

    while (d->probe < device_probe_count) {
        const char *reason = device_cannot(d, device_probe(d), &never);
        if (reason == NULL)
            return true;
        tell_untested(d, device_probe(d), reason, never);
        d->probe++;
    }
    return false;
}

/* The verdict, and the end of this connection for the device too. */
static void finish_probe(struct device *d)
{
    bool quiet = d->now.alert >= 0 || d->now.refused || d->now.abandoned || d->now.close_sent;

    device_verdict(d);
    if (!quiet)
        device_send_alert(d, 0, LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE);
    end_connection(d);
    d->hello_is_new = false;
    d->probe++;
    d->run->done = (unsigned)d->probe;
    d->now.until_ms = d->run->now_ms + (uint64_t)DEVICE_PATIENCE * silence(d);
    check_run_probe(d->run, "waiting for the device to come again");
}

static enum prov_check_event finish_run(struct device *d, const char *reason)
{
    for (; d->probe < device_probe_count; d->probe++)
        tell_untested(d, device_probe(d), reason, false);
    if (!d->met)
        d->run->result = d->garbage || d->came ? PROV_E_PEER : PROV_E_TIMEOUT;
    if (!d->met && d->garbage && !d->came)
        check_fail(d->findings, "client.dtls", "what came is not a ClientHello");
    device_sum_up(d);
    return PROV_CHECK_DONE;
}

/* --- ClientHello ----------------------------------------------------------------------------- */

static void go_to(struct device *d, enum device_stage stage, uint64_t ms)
{
    d->now.stage = stage;
    d->now.until_ms = d->run->now_ms + ms;
}

static void make_cookie(struct device *d)
{
    d->now.cookie_len = device_fault(d) == FAULT_VERIFY_LONG ? sizeof(d->now.cookie) : COOKIE_LEN;
    if (prov_crypto_random(d->run->config.crypto, d->now.cookie, d->now.cookie_len) != PROV_OK)
        memset(d->now.cookie, 0x5a, d->now.cookie_len);
}

static void note_time(struct device *d)
{
    if (d->now.time_count < DEVICE_TIMES)
        d->now.times[d->now.time_count] = d->run->now_ms;
    d->now.time_count++;
}

/* The transcript begins with the hello that has the cookie (RFC 6347, section 4.2.6). */
static void hear_hello(struct device *d, const struct prov_fragment *fragment)
{
    uint8_t room[MESSAGE_HEADER_LEN + DEVICE_HELLO_MAX];
    struct prov_buf message = PROV_BUF_OF(room);

    prov_message_header_put(&message, MESSAGE_CLIENT_HELLO, fragment->length, fragment->message_seq,
                            0, fragment->length);
    prov_put_bytes(&message, fragment->body);
    link_hear(&d->now.link, prov_buf_bytes(&message));
}

static void take_cookie(struct device *d, const struct prov_record *record,
                        const struct prov_fragment *fragment, const struct prov_client_hello *hello)
{
    enum device_fault fault = device_fault(d);

    d->now.echoed = true;
    note_time(d);
    if (fault == FAULT_SILENT_HELLO) {
        go_to(d, STAGE_ANSWER, DEVICE_SILENT_MS);
        return;
    }
    if (fault == FAULT_STOP || fault == FAULT_VERIFY_12 || fault == FAULT_VERIFY_LONG) {
        go_to(d, STAGE_CLOSING, 0);
        return;
    }
    memcpy(d->now.link.random_client, hello->random, PROV_DTLS_RANDOM_LEN);
    d->now.link.record_seq[0] = record->seq; /* H1 */
    d->now.link.next_send = fragment->message_seq;
    d->now.link.next_receive = (uint16_t)(fragment->message_seq + 1);
    hear_hello(d, fragment);
    d->now.time_count = 0;
    go_to(d, STAGE_ANSWER, silence(d));
    if (device_answer(d) != PROV_OK)
        d->now.stage = STAGE_CLOSING;
}

/* The first hello of a connection. */
static void begin_connection(struct device *d, unsigned flow, const struct prov_record *record,
                             const struct prov_fragment *fragment,
                             const struct prov_client_hello *hello)
{
    d->run->handshake_next_ms = d->run->now_ms; /* the device sets the pace */
    if (!find_probe(d) || check_run_handshake(d->run) != CHECK_GO)
        return;
    if (!d->met)
        check_pass(d->findings, "client.dtls", "a ClientHello");
    d->met = true;
    d->now.flow = flow;
    d->now.alert = -1;
    d->offer = device_offer(hello);
    link_begin(&d->now.link, d->run->config.crypto, PROV_DTLS_SERVER);
    d->now.link.record_seq[0] = record->seq;
    d->now.link.next_receive = (uint16_t)(fragment->message_seq + 1);
    memcpy(d->now.hello, fragment->body.data, fragment->body.len);
    d->now.hello_len = fragment->body.len;
    device_hello(d, hello, record);
    d->now.offer = d->offer;
    d->hello_is_new = true;
    if (!find_probe(d)) { /* the hello has said more */
        d->now.stage = STAGE_CLOSING;
        return;
    }
    check_run_probe(d->run, device_probe(d)->name);
    if (d->probe >= COOKIE_PROBES && !d->cookies_10 && !d->cookies_12) {
        take_cookie(d, record, fragment, hello); /* it is let in without */
        return;
    }
    make_cookie(d);
    device_send_verify(d);
    go_to(d, STAGE_COOKIE, silence(d));
}

static void take_echo(struct device *d, const struct prov_record *record,
                      const struct prov_fragment *fragment, const struct prov_client_hello *hello,
                      size_t octets)
{
    device_hello_repeated(d, hello, octets);
    take_cookie(d, record, fragment, hello);
}

/* Another hello with the random of this connection. */
static void take_again(struct device *d, const struct prov_record *record,
                       const struct prov_fragment *fragment, const struct prov_client_hello *hello,
                       size_t octets)
{
    if (d->now.stage == STAGE_COOKIE && hello->cookie.len == 0) {
        d->now.link.record_seq[0] = record->seq;
        device_send_verify(d);
    } else if (d->now.stage == STAGE_COOKIE) {
        if (prov_bytes_equal(hello->cookie, PROV_BYTES(d->now.cookie, d->now.cookie_len)))
            take_echo(d, record, fragment, hello, octets);
        else
            check_fail(d->findings, "client.cookie", "another cookie came back");
    } else if (device_fault(d) == FAULT_SILENT_HELLO) {
        note_time(d);
    } else if (d->now.stage == STAGE_ANSWER && d->now.resent++ < RESENDS_MAX) {
        device_send_flight(d);
    }
}

static void take_hello(struct device *d, unsigned flow, const struct prov_record *record,
                       size_t octets)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(record->body, record->len));
    struct prov_fragment fragment;
    struct prov_client_hello hello;

    d->came = true;
    bool good = prov_fragment_take(&reader, &fragment) && fragment.body.len == fragment.length &&
                fragment.length <= DEVICE_HELLO_MAX && prov_reader_done(&reader) &&
                prov_client_hello_take(fragment.body, &hello);
    check_judge_rule(d->findings, "client.hello", good, "%zu octets", record->len);
    if (!good)
        return;
    bool known = d->now.stage != STAGE_IDLE && flow == d->now.flow && d->now.hello_len >= 34 &&
                 memcmp(hello.random, d->now.hello + 2, PROV_DTLS_RANDOM_LEN) == 0;
    if (known) {
        take_again(d, record, &fragment, &hello, octets);
        return;
    }
    if (hello.cookie.len > 0)
        return; /* of a connection that is over */
    if (d->now.stage != STAGE_IDLE) {
        d->now.abandoned = true;
        finish_probe(d);
    }
    begin_connection(d, flow, record, &fragment, &hello);
}

/* --- other records --------------------------------------------------------------------------- */

static const char *message_name(uint8_t type)
{
    return type == MESSAGE_CERTIFICATE           ? "Certificate"
           : type == MESSAGE_CLIENT_KEY_EXCHANGE ? "ClientKeyExchange"
           : type == MESSAGE_CERTIFICATE_VERIFY  ? "CertificateVerify"
                                                 : "a handshake message";
}

static void take_plain_alert(struct device *d, struct prov_bytes content)
{
    if (content.len != 2 || content.data[0] != LEVEL_FATAL || d->now.alert >= 0)
        return;
    d->now.alert = content.data[1];
    d->now.alert_epoch = 0;
}

static bool refuses(const struct device *d)
{
    return device_probe(d)->expect == EXPECT_REFUSE;
}

static void take_handshake(struct device *d, struct prov_bytes content)
{
    bool repeated = link_take(&d->now.link, content);

    if (d->now.stage != STAGE_ANSWER)
        return;
    if (repeated && d->now.resent++ < RESENDS_MAX)
        device_send_flight(d);
    else if (!repeated && refuses(d) && content.len > 0)
        d->now.went_on = message_name(content.data[0]);
    else
        device_take_messages(d);
}

static void take_plain(struct device *d, const struct prov_record *record)
{
    struct prov_bytes content = {record->body, record->len};

    if (record->type == CONTENT_ALERT)
        take_plain_alert(d, content);
    else if (record->type == CONTENT_HANDSHAKE)
        take_handshake(d, content);
    else if (record->type == CONTENT_CHANGE_CIPHER_SPEC && refuses(d) && d->now.went_on == NULL)
        d->now.went_on = "ChangeCipherSpec";
}

static void judge_nonce(struct device *d, const struct prov_record *record)
{
    char hex[CHECK_HEX_TEXT];

    if (record->len >= 8 && d->now.link.suite->fixed_iv_len == 4)
        check_judge_rule(d->findings, "client.nonce",
                         memcmp(record->header + 3, record->body, 8) == 0,
                         "explicit nonce %s in a record of epoch %u, number %llu",
                         check_hex(PROV_BYTES(record->body, 8), hex), record->epoch,
                         (unsigned long long)record->seq);
}

static void take_sealed(struct device *d, const struct prov_record *record)
{
    struct prov_bytes content;
    uint8_t type = record->type;

    if (!d->now.link.keyed) {
        if (refuses(d) && d->now.stage == STAGE_ANSWER && d->now.went_on == NULL)
            d->now.went_on = "an encrypted record";
        return;
    }
    judge_nonce(d, record);
    if (link_open(&d->now.link, record, &content) != PROV_OK)
        return;
    if (type == CONTENT_HANDSHAKE)
        take_handshake(d, content);
    else
        device_take_sealed(d, type, content);
}

/* Each number once: a datagram that the network doubles would be its fault, but a lab's network does not. */
static void judge_sequence(struct device *d, const struct prov_record *record)
{
    uint64_t *next = &d->now.seen_seq[record->epoch];

    check_judge_rule(d->findings, "client.sequence", record->seq >= *next, "epoch %u, number %llu",
                     record->epoch, (unsigned long long)record->seq);
    if (record->seq >= *next)
        *next = record->seq + 1;
}

static bool is_hello(const struct prov_record *record)
{
    return record->type == CONTENT_HANDSHAKE && record->epoch == 0 && record->len > 0 &&
           record->body[0] == MESSAGE_CLIENT_HELLO;
}

/* Of the device's flight: the first time, and when it is sent again. */
static void note_size(struct device *d, size_t octets)
{
    size_t *largest = &d->now.largest[d->now.finished];

    if (d->now.stage == STAGE_ANSWER && octets > *largest)
        *largest = octets;
}

static void take_record(struct device *d, unsigned flow, const struct prov_record *record,
                        size_t octets)
{
    if (record->version >> 8 != DTLS_1_2 >> 8 || record->epoch > 1) {
        d->garbage = true;
        return;
    }
    if (is_hello(record)) {
        take_hello(d, flow, record, octets);
        if (d->now.stage != STAGE_IDLE && flow == d->now.flow)
            judge_sequence(d, record);
        return;
    }
    if (d->now.stage == STAGE_IDLE || flow != d->now.flow)
        return;
    judge_sequence(d, record);
    if (record->epoch == 0)
        take_plain(d, record);
    else
        take_sealed(d, record);
}

static void push(struct prov_check_run *run, unsigned flow, uint8_t *datagram, size_t len)
{
    struct device *d = device_of(run);
    struct prov_record record;
    bool was_finished = d->now.finished, any = false;
    size_t at = 0;

    if (d->probe >= device_probe_count)
        return;
    if (d->now.stage != STAGE_IDLE && flow == d->now.flow)
        note_size(d, len);
    while (d->probe < device_probe_count && prov_record_take(datagram, len, 0, &at, &record)) {
        any = true;
        take_record(d, flow, &record, len);
    }
    d->garbage = d->garbage || !any;
    if (!was_finished && d->now.finished && d->now.stage == STAGE_ANSWER &&
        device_fault(d) != FAULT_SILENT_FLIGHT)
        go_to(d, STAGE_CONNECTED,
              device_probe(d)->expect == EXPECT_NO_DATA ? silence(d) : silence(d) / 4);
    else if (!was_finished && d->now.finished)
        go_to(d, STAGE_ANSWER, DEVICE_SILENT_MS);
}

static void refused(struct prov_check_run *run, unsigned flow)
{
    struct device *d = device_of(run);

    if (d->now.stage != STAGE_IDLE && flow == d->now.flow)
        d->now.refused = true;
}

/* --- the clock ------------------------------------------------------------------------------- */

/* Whether what the probe waits for has come. */
static bool is_over(const struct device *d)
{
    const struct device_connection *c = &d->now;

    if (c->alert >= 0 || c->refused || c->went_on != NULL)
        return true;
    if (c->stage == STAGE_CLOSING)
        return c->close_answered || d->run->now_ms >= c->until_ms;
    if (c->stage == STAGE_CONNECTED && device_probe(d)->expect == EXPECT_NO_DATA)
        return c->data > 0 || d->run->now_ms >= c->until_ms;
    if (device_fault(d) == FAULT_SILENT_FLIGHT && c->largest[1] > 0)
        return true;
    return c->stage != STAGE_CONNECTED && d->run->now_ms >= c->until_ms;
}

/* An established session: the stimulus when the device had time to speak first, then close_notify. */
static void go_on(struct device *d)
{
    if (d->now.stage != STAGE_CONNECTED || device_probe(d)->expect == EXPECT_NO_DATA)
        return;
    bool ready = d->run->now_ms >= d->now.until_ms || (!d->now.provoked && d->now.data > 0);
    if (!ready)
        return;
    if (!d->now.provoked) {
        device_provoke(d);
        d->now.until_ms = d->run->now_ms + silence(d) / 4;
        return;
    }
    device_close(d);
    go_to(d, STAGE_CLOSING, silence(d));
}

/* The run's own end would come without the judge's last words. */
static uint64_t last_ms(const struct prov_check_run *run)
{
    return run->begun_ms + run->config.limits.total_ms - 1;
}

/* Between two connections: whether to go on waiting, or why not. */
static const char *enough(struct device *d)
{
    const struct prov_check_run *run = d->run;

    if (!find_probe(d))
        return "";
    if (d->met && run->now_ms >= d->now.until_ms)
        return "the device did not come back";
    if (run->handshakes >= run->config.limits.handshakes)
        return "the run had all of its handshakes";
    return NULL;
}

static enum prov_check_event step(struct prov_check_run *run)
{
    struct device *d = device_of(run);

    if (run->flooded && d->now.stage != STAGE_IDLE)
        d->now.refused = true;
    if (d->now.stage != STAGE_IDLE) {
        if (is_over(d))
            finish_probe(d);
        else
            go_on(d);
    }
    if (d->now.stage == STAGE_IDLE) { /* what others send meanwhile is no flood of the device's */
        run->datagrams = 0;
        run->flooded = false;
    }
    const char *reason = d->now.stage == STAGE_IDLE ? enough(d) : NULL;
    if (reason == NULL && run->now_ms >= last_ms(run)) {
        reason = d->met ? "the run's time was over" : "no device came";
        run->time_over = true;
    }
    if (reason != NULL)
        return finish_run(d, reason);
    run->wake_ms = d->met && d->now.until_ms < last_ms(run) ? d->now.until_ms : last_ms(run);
    return PROV_CHECK_WAIT;
}

prov_result prov_check_device(const struct prov_check_config *config, uint64_t now_ms,
                              struct prov_check_run **ret)
{
    static const struct check_judge judge = {
        PROV_CHECK_DEVICE, sizeof(struct device), begin, step, push, refused, end};

    return check_run_make(&judge, config, now_ms, ret);
}
