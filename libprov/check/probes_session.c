/* SPDX-License-Identifier: Apache-2.0
 *
 * With a session: who the server is, its records, and what disturbs it. Whether it still lives is asked with
 * a CoAP ping (RFC 7252, section 4.3), the only thing that is ever said to it.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

#include "prov/x509.h"

/* --- the first one --------------------------------------------------------------------------- */

static prov_result check_path(const struct endpoint *e)
{
    const struct check_client *c = &e->client;
    const struct prov_bundle *bundle = e->run->config.bundle;
    struct prov_path_rules rules = {.role = PROV_PATH_SERVER,
                                    .server = &e->server,
                                    .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR,
                                    .has_time = e->run->config.now_unix != 0,
                                    .time = e->run->config.now_unix};
    struct prov_path path;
    prov_result result = prov_path_begin(&path, &rules, c->chain, c->chain_len, bundle->anchors,
                                         bundle->anchor_count);

    if (result != PROV_OK)
        return result;
    do
        result = prov_path_step(&path, e->run->config.crypto);
    while (result == PROV_E_AGAIN);
    return result;
}

static bool is_expected_key(const struct endpoint *e)
{
    const struct prov_bundle *bundle = e->run->config.bundle;
    struct prov_bytes point;

    if (!e->client.has_spki ||
        prov_spki_decode(PROV_BYTES_OF(e->client.peer_spki), &point) != PROV_OK)
        return false;
    for (size_t i = 0; i < bundle->peer_count; i++)
        if (prov_bytes_equal(point, PROV_BYTES_OF(bundle->peers[i])))
            return true;
    return false;
}

static void judge_server(struct endpoint *e)
{
    enum prov_kind kind = check_modes[e->own].kind;

    if (kind == PROV_KIND_PSK) {
        check_judge_rule(e->findings, "session.server", e->client.connected,
                         "its Finished is made with the pre-shared key");
    } else if (kind == PROV_KIND_RPK) {
        check_judge_rule(e->findings, "session.server", is_expected_key(e), "its key is %s",
                         is_expected_key(e) ? "one of the bundle's" : "not in the bundle");
    } else {
        prov_result result = check_path(e);
        check_judge_rule(e->findings, "session.server", result == PROV_OK,
                         "the path to the bundle's anchors, for \"%.100s\": %s", e->server.text,
                         result == PROV_OK ? "verified" : prov_result_text(result));
    }
}

static void judge_nonces(struct endpoint *e)
{
    const struct check_client *c = &e->client;
    char hex[CHECK_HEX_TEXT];

    if (!c->nonces_seen)
        check_not_tested(e->findings, "record.nonce", "no record of epoch 1 came");
    else
        check_judge_rule(e->findings, "record.nonce", !c->nonces_wrong,
                         "record %llu of epoch 1 has explicit nonce %s",
                         (unsigned long long)c->nonce_seq,
                         c->nonces_wrong ? check_hex(PROV_BYTES_OF(c->nonce), hex)
                                         : "epoch and sequence number");
}

/* True if a ping went out. */
static bool ping(struct endpoint *e)
{
    uint8_t room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!e->client.connected || !check_client_ping(e, &out))
        return false;
    endpoint_send(e, prov_buf_bytes(&out));
    return true;
}

static enum check_act probe_connect(struct endpoint *e)
{
    char how[80];

    if (e->stage == 0) {
        e->asked = e->own;
        check_client_ready(e, e->own, CHECK_AS_BUNDLE);
        return CHECK_CONNECT;
    }
    if (e->stage == 1) {
        e->connects = e->client.connected;
        snprintf(e->connect_why, sizeof(e->connect_why), "the bundle's handshake ended with: %s",
                 check_client_text(e, how, sizeof(how)));
        check_judge_rule(e->findings, "session.complete", e->connects, "a full handshake: %s", how);
        if (e->connects || e->client.chain_len > 0 || e->client.has_spki)
            judge_server(e);
        if (!ping(e))
            return CHECK_DONE;
        e->enough = 1;
        return CHECK_TALK;
    }
    judge_nonces(e);
    e->pings = e->client.data > 0;
    return CHECK_DONE;
}

/* --- disturbances: each is followed by a ping ------------------------------------------------ */

#define DISTURB_CONNECTED 1 /* stage at which the session stands */

/* Stage 0 for all of them. */
static enum check_act connect(struct endpoint *e)
{
    e->asked = e->own;
    check_client_ready(e, e->own, CHECK_AS_BUNDLE);
    return CHECK_CONNECT;
}

/* What is left out when there is nothing to ask with. */
static bool can_ping(struct endpoint *e, const char *rule)
{
    if (!e->pings)
        check_not_tested(e->findings, rule, "the server answers no CoAP ping");
    else if (e->stage > 0 && !e->client.connected)
        check_not_tested(e->findings, rule, "the handshake was not completed this time");
    else
        return true;
    return false;
}

/* A plain record of epoch 0 on the session's flow. */
static void send_plain(struct endpoint *e, uint8_t type, struct prov_bytes content)
{
    uint8_t room[CHECK_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    check_record_plain(type, 2000, content, &out);
    endpoint_send(e, prov_buf_bytes(&out));
}

struct disturbance {
    const char *rule, *what;
    void (*disturb)(struct endpoint *e);
};

/* Connect; disturb and ping; look. */
static enum check_act run_disturbance(struct endpoint *e, const struct disturbance *d)
{
    if (!can_ping(e, d->rule))
        return CHECK_DONE;
    if (e->stage == 0)
        return connect(e);
    if (e->stage == DISTURB_CONNECTED) {
        e->client.trace[0] = '\0';
        d->disturb(e);
        e->enough = 1;
        return ping(e) ? CHECK_TALK : CHECK_DONE;
    }
    check_judge_rule(e->findings, d->rule, e->client.data == 1 && !e->client.failed, "%s: %s%s",
                     d->what,
                     e->client.data == 1 ? "the session goes on" : "the session does not answer",
                     e->client.data > 1 ? ", it was answered" : "");
    return CHECK_DONE;
}

static void disturb_alert(struct endpoint *e)
{
    static const uint8_t alert[] = {LEVEL_FATAL, PROV_ALERT_INTERNAL_ERROR};

    send_plain(e, CONTENT_ALERT, PROV_BYTES_OF(alert));
}

static void disturb_hello(struct endpoint *e)
{
    uint8_t rooms[CHECK_HELLO_RECORDS][CHECK_DATAGRAM_MAX];
    struct prov_buf records[CHECK_HELLO_RECORDS];

    for (size_t i = 0; i < CHECK_HELLO_RECORDS; i++)
        records[i] = PROV_BUF_OF(rooms[i]);
    endpoint_hello_of(e, e->own);
    (void)check_hello_records(&e->hello, PROV_BYTES_NONE, records);
    endpoint_send(e, prov_buf_bytes(&records[0]));
}

/* A record that does not open, of a fresh sequence number. */
static size_t put_spoiled(struct endpoint *e, struct prov_buf *out)
{
    size_t mark = out->len;

    if (!check_client_ping(e, out))
        return 0;
    out->data[out->len - 1] ^= 1;
    return out->len - mark;
}

static void disturb_spoiled(struct endpoint *e)
{
    uint8_t room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    (void)put_spoiled(e, &out);
    endpoint_send(e, prov_buf_bytes(&out));
}

static void disturb_change_cipher_spec(struct endpoint *e)
{
    static const uint8_t one[] = {1};

    send_plain(e, CONTENT_CHANGE_CIPHER_SPEC, PROV_BYTES_OF(one));
}

static void disturb_truncated(struct endpoint *e)
{
    static const uint8_t header[] = {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0x10, 0, 0x7F, 0xFF, 1, 2};

    endpoint_send(e, PROV_BYTES_OF(header));
}

static enum check_act probe_alert(struct endpoint *e)
{
    static const struct disturbance d = {"epoch0.alert", "a forged fatal alert in epoch 0",
                                         disturb_alert};
    return run_disturbance(e, &d);
}

static enum check_act probe_hello(struct endpoint *e)
{
    static const struct disturbance d = {"epoch0.hello", "a ClientHello in epoch 0, no cookie",
                                         disturb_hello};
    return run_disturbance(e, &d);
}

static enum check_act probe_spoiled(struct endpoint *e)
{
    static const struct disturbance d = {"record.spoiled", "a record that does not open",
                                         disturb_spoiled};
    return run_disturbance(e, &d);
}

static enum check_act probe_late_change(struct endpoint *e)
{
    static const struct disturbance d = {"epoch0.change_cipher_spec",
                                         "a forged ChangeCipherSpec in epoch 0",
                                         disturb_change_cipher_spec};
    return run_disturbance(e, &d);
}

static enum check_act probe_short_record(struct endpoint *e)
{
    static const struct disturbance d = {
        "record.truncated", "a record that is longer than its datagram", disturb_truncated};
    return run_disturbance(e, &d);
}

/* --- a new handshake from the session's address (RFC 6347, section 4.2.8; H6) ---------------- */

/* The hello that e->hello is, with the cookie that the server has sent for it, if any. */
static void send_new_hello(struct endpoint *e)
{
    uint8_t rooms[CHECK_HELLO_RECORDS][CHECK_DATAGRAM_MAX];
    struct prov_buf records[CHECK_HELLO_RECORDS];

    for (size_t i = 0; i < CHECK_HELLO_RECORDS; i++)
        records[i] = PROV_BUF_OF(rooms[i]);
    (void)check_hello_records(&e->hello, PROV_BYTES(e->answer.cookie, e->answer.cookie_len),
                              records);
    endpoint_send(e, prov_buf_bytes(&records[0]));
}

/* Anybody who can take the address may come so far: the cookie is shown, and no more is said. */
static enum check_act probe_new_handshake(struct endpoint *e)
{
    if (check_verdict(e->findings, "epoch0.hello") == PROV_CHECK_FAIL) {
        check_not_tested(e->findings, "epoch0.new_handshake", "a hello alone ends the session");
        return CHECK_DONE;
    }
    if (!can_ping(e, "epoch0.new_handshake"))
        return CHECK_DONE;
    switch (e->stage) {
    case 0:
        return connect(e);
    case DISTURB_CONNECTED:
        check_answer_begin(&e->answer);
        endpoint_hello_of(e, e->own);
        send_new_hello(e);
        return CHECK_TALK; /* nothing is to be heard: silence */
    case 2:
        if (e->answer.verifies > 0)
            send_new_hello(e);
        return CHECK_TALK;
    case 3:
        e->enough = 1;
        return ping(e) ? CHECK_TALK : CHECK_DONE;
    default:
        check_judge_rule(e->findings, "epoch0.new_handshake",
                         e->client.data == 1 && !e->client.failed,
                         "a new handshake as far as its cookie: the session %s",
                         e->client.data == 1 ? "goes on" : "does not answer");
        return CHECK_DONE;
    }
}

/* --- application data in epoch 0 ------------------------------------------------------------- */

static enum check_act probe_plain_data(struct endpoint *e)
{
    static const uint8_t plain_ping[] = {0x40, 0x00, 0x7A, 0x11};

    if (!can_ping(e, "epoch0.data"))
        return CHECK_DONE;
    if (e->stage == 0)
        return connect(e);
    if (e->stage == DISTURB_CONNECTED) {
        send_plain(e, CONTENT_APPLICATION_DATA, PROV_BYTES_OF(plain_ping));
        e->enough = 1;
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "epoch0.data", e->client.data == 0 && !e->answer.data,
                     "a CoAP ping in epoch 0 is %s",
                     e->client.data == 0 && !e->answer.data ? "not answered" : "answered");
    return CHECK_DONE;
}

/* --- one bad record, and a good one behind it (RFC 6347, section 4.1.2.7; H11) --------------- */

static enum check_act probe_rest(struct endpoint *e)
{
    uint8_t room[256];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!can_ping(e, "record.rest"))
        return CHECK_DONE;
    if (e->stage == 0)
        return connect(e);
    if (e->stage == DISTURB_CONNECTED) {
        (void)put_spoiled(e, &out);
        (void)!check_client_ping(e, &out);
        endpoint_send(e, prov_buf_bytes(&out));
        e->enough = 1;
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "record.rest", e->client.data == 1,
                     "a good record behind a bad one in a datagram is %s",
                     e->client.data == 1 ? "taken" : "not taken");
    return CHECK_DONE;
}

/* --- replay ---------------------------------------------------------------------------------- */

static enum check_act probe_replay(struct endpoint *e)
{
    struct prov_buf out = PROV_BUF_OF(e->room);

    if (!can_ping(e, "record.replay"))
        return CHECK_DONE;
    if (e->stage == 0)
        return connect(e);
    if (e->stage == 1) {
        if (!check_client_ping(e, &out))
            return CHECK_DONE;
        e->room_len = out.len;
        endpoint_send(e, PROV_BYTES(e->room, e->room_len));
        e->enough = 1;
        return CHECK_TALK;
    }
    if (e->stage == 2) {
        endpoint_send(e, PROV_BYTES(e->room, e->room_len));
        e->enough = 2;
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "record.replay", e->client.data == 1 && !e->client.failed,
                     "the same datagram twice: %u answers", e->client.data);
    return CHECK_DONE;
}

/* --- renegotiation --------------------------------------------------------------------------- */

static void send_sealed_hello(struct endpoint *e)
{
    uint8_t rooms[CHECK_HELLO_RECORDS][CHECK_DATAGRAM_MAX], room[CHECK_DATAGRAM_MAX];
    struct prov_buf records[CHECK_HELLO_RECORDS], out = PROV_BUF_OF(room);

    for (size_t i = 0; i < CHECK_HELLO_RECORDS; i++)
        records[i] = PROV_BUF_OF(rooms[i]);
    endpoint_hello_of(e, e->own);
    (void)check_hello_records(&e->hello, PROV_BYTES_NONE, records);
    struct prov_bytes message =
        PROV_BYTES(records[0].data + RECORD_HEADER_LEN, records[0].len - RECORD_HEADER_LEN);
    if (check_client_record(e, CONTENT_HANDSHAKE, message, &out))
        endpoint_send(e, prov_buf_bytes(&out));
}

static enum check_act probe_renegotiation(struct endpoint *e)
{
    if (e->stage == 0)
        return connect(e);
    if (e->stage == 1 && !e->client.connected) {
        check_not_tested(e->findings, "renegotiation.refused",
                         "the handshake was not completed this time");
        return CHECK_DONE;
    }
    if (e->stage == 1) {
        e->client.trace[0] = '\0';
        send_sealed_hello(e);
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "renegotiation.refused", strstr(e->client.trace, "22/1/") == NULL,
                     "records (type/epoch/length) after a ClientHello in epoch 1: %s",
                     e->client.trace[0] == '\0' ? "none" : e->client.trace);
    return CHECK_DONE;
}

/* --- ChangeCipherSpec before its time (H9) --------------------------------------------------- */

/* In front of the client's last flight: the server awaits ClientKeyExchange then. */
static bool put_early_change(struct endpoint *e, uint8_t *datagram, size_t *len)
{
    static const uint8_t one[] = {1};

    (void)datagram;
    (void)len;
    if (e->answer.hello && e->client.edited++ == 0)
        send_plain(e, CONTENT_CHANGE_CIPHER_SPEC, PROV_BYTES_OF(one));
    return true;
}

static enum check_act probe_early_change(struct endpoint *e)
{
    char how[80];

    if (e->stage == 0) {
        enum check_act act = connect(e);
        e->client.edit = put_early_change;
        return act;
    }
    check_judge_rule(e->findings, "epoch0.early_change", e->client.connected,
                     "a handshake with an early ChangeCipherSpec: %s",
                     check_client_text(e, how, sizeof(how)));
    return CHECK_DONE;
}

/* --- goodbye (RFC 5246, section 7.2.1; H15) -------------------------------------------------- */

static enum check_act probe_close(struct endpoint *e)
{
    if (e->stage == 0)
        return connect(e);
    if (e->stage == 1 && !e->client.connected) {
        check_not_tested(e->findings, "session.close", "the handshake was not completed this time");
        return CHECK_DONE;
    }
    if (e->stage == 1) {
        e->client.trace[0] = '\0';
        prov_dtls_close(&e->client.session);
        return CHECK_TALK;
    }
    check_judge_rule(e->findings, "session.close", e->client.closed, "close_notify is %s",
                     e->client.closed ? "answered" : "not answered");
    return CHECK_DONE;
}

const struct check_probe check_probes_session[] = {
    {"a full handshake",
     NEEDS_BASE | NEEDS_BUNDLE,
     probe_connect,
     {"session.complete", "session.server", "record.nonce"}},
    {"a forged alert", NEEDS_BASE | NEEDS_CONNECTED, probe_alert, {"epoch0.alert"}},
    {"a forged ClientHello", NEEDS_BASE | NEEDS_CONNECTED, probe_hello, {"epoch0.hello"}},
    {"a new handshake beside a session",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_new_handshake,
     {"epoch0.new_handshake"}},
    {"application data in epoch 0",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_plain_data,
     {"epoch0.data"}},
    {"a forged ChangeCipherSpec",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_late_change,
     {"epoch0.change_cipher_spec"}},
    {"an early ChangeCipherSpec",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_early_change,
     {"epoch0.early_change"}},
    {"a bad record", NEEDS_BASE | NEEDS_CONNECTED, probe_spoiled, {"record.spoiled"}},
    {"a record that is cut",
     NEEDS_BASE | NEEDS_CONNECTED,
     probe_short_record,
     {"record.truncated"}},
    {"a good record behind a bad one", NEEDS_BASE | NEEDS_CONNECTED, probe_rest, {"record.rest"}},
    {"a replayed record", NEEDS_BASE | NEEDS_CONNECTED, probe_replay, {"record.replay"}},
    {"renegotiation", NEEDS_BASE | NEEDS_CONNECTED, probe_renegotiation, {"renegotiation.refused"}},
    {"close_notify", NEEDS_BASE | NEEDS_CONNECTED, probe_close, {"session.close"}},
    {.name = NULL},
};
