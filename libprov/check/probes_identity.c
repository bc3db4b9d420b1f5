/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is let in, and what those are told who are not.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

/* What a server says to a client's last flight counts; a handshake that did not come so far says nothing. */
static bool came_far(struct endpoint *e, const char *rule)
{
    char how[80];

    if (e->client.open && e->client.session.keys_ready)
        return true;
    check_not_tested(e->findings, rule, "the handshake ended before: %s",
                     check_client_text(e, how, sizeof(how)));
    return false;
}

/* Silence may be an alert that was lost: the client comes once more. */
static bool comes_again(const struct endpoint *e)
{
    return e->stage == 1 && e->client.open && !e->client.connected &&
           prov_dtls_failure(&e->client.session).alert_received == PROV_ALERT_NONE;
}

/* --- pre-shared keys (RFC 7925, section 6; H29) ---------------------------------------------- */

static enum check_act probe_unknown(struct endpoint *e)
{
    char how[80];

    if (e->stage == 0 || comes_again(e)) {
        e->asked = endpoint_psk_mode(e);
        check_client_ready(e, e->asked, CHECK_AS_STRANGER);
        return CHECK_CONNECT;
    }
    if (!came_far(e, "psk.unknown"))
        return CHECK_DONE;
    int alert = prov_dtls_failure(&e->client.session).alert_received;
    check_judge_rule(e->findings, "psk.unknown", alert == PROV_ALERT_DECRYPT_ERROR,
                     "an unknown identity ends with: %s", check_client_text(e, how, sizeof(how)));
    return CHECK_DONE;
}

/* The same client but for what it knows: what comes back must not tell. */
static enum check_act probe_alike(struct endpoint *e)
{
    if (e->run->config.bundle->kind != PROV_KIND_PSK) {
        check_not_tested(e->findings, "psk.alike", "needs a bundle with a pre-shared key");
        return CHECK_DONE;
    }
    if (e->stage == 0) {
        check_client_ready(e, e->own, CHECK_AS_STRANGER);
        return CHECK_CONNECT;
    }
    if (!came_far(e, "psk.alike"))
        return CHECK_DONE;
    if (e->stage == 1) {
        snprintf(e->text, sizeof(e->text), "%s", e->client.trace);
        check_client_ready(e, e->own, CHECK_AS_WRONG_KEY);
        return CHECK_CONNECT;
    }
    check_judge_rule(e->findings, "psk.alike",
                     !e->client.connected && strcmp(e->text, e->client.trace) == 0,
                     "records (type/epoch/length) for an unknown identity: %.200s; for a wrong "
                     "key: %.200s",
                     e->text, e->client.trace);
    return CHECK_DONE;
}

/* --- public keys ----------------------------------------------------------------------------- */

static enum check_act judge_refused(struct endpoint *e, const char *rule, const char *who)
{
    char how[80];

    if (!came_far(e, rule))
        return CHECK_DONE;
    check_judge_rule(e->findings, rule, !e->client.connected, "%s: %s", who,
                     check_client_text(e, how, sizeof(how)));
    return CHECK_DONE;
}

static enum check_act probe_unknown_key(struct endpoint *e)
{
    if (e->stage == 0) {
        e->asked = CHECK_RPK;
        check_client_ready(e, CHECK_RPK, CHECK_AS_STRANGER);
        return CHECK_CONNECT;
    }
    return judge_refused(e, "client.unknown_key", "a raw key that nobody knows");
}

/* What stands in its Certificate is no certificate. */
static enum check_act probe_malformed(struct endpoint *e)
{
    if (e->stage == 0) {
        e->asked = CHECK_CERT;
        check_client_ready(e, CHECK_CERT, CHECK_AS_STRANGER);
        return CHECK_CONNECT;
    }
    return judge_refused(e, "client.malformed", "91 octets in place of a certificate");
}

static enum check_act probe_empty(struct endpoint *e)
{
    char how[80];

    if (e->stage == 0 || comes_again(e)) {
        e->asked = endpoint_public_mode(e);
        check_client_ready(e, e->asked, CHECK_AS_STRANGER);
        e->client.silent_chain = true;
        return CHECK_CONNECT;
    }
    if (!came_far(e, "client.empty") || !came_far(e, "client.empty_alert"))
        return CHECK_DONE;
    int alert = prov_dtls_failure(&e->client.session).alert_received;
    check_judge_rule(e->findings, "client.empty", !e->client.connected, "an empty Certificate: %s",
                     check_client_text(e, how, sizeof(how)));
    check_judge_rule(e->findings, "client.empty_alert",
                     e->client.connected || alert == PROV_ALERT_HANDSHAKE_FAILURE,
                     "an empty Certificate: %s", how);
    return CHECK_DONE;
}

static bool is_public(struct endpoint *e, const char *rule)
{
    if (check_modes[e->own].kind != PROV_KIND_PSK)
        return true;
    check_not_tested(e->findings, rule, "needs a bundle with a raw key or a certificate");
    return false;
}

static enum check_act probe_unverified(struct endpoint *e)
{
    if (!is_public(e, "client.unverified"))
        return CHECK_DONE;
    if (e->stage == 0) {
        check_client_ready(e, e->own, CHECK_AS_BUNDLE);
        e->client.skip_verify = true;
        return CHECK_CONNECT;
    }
    return judge_refused(e, "client.unverified", "no CertificateVerify");
}

static enum check_act probe_spoiled(struct endpoint *e)
{
    if (!is_public(e, "client.signature"))
        return CHECK_DONE;
    if (e->stage == 0) {
        check_client_ready(e, e->own, CHECK_AS_BUNDLE);
        e->client.spoil_signature = true;
        return CHECK_CONNECT;
    }
    return judge_refused(e, "client.signature", "a CertificateVerify over something else");
}

/* --- points, where only a known client gets so far (RFC 8422, section 5.11; H24) ------------- */

/* The body of ClientKeyExchange, if the datagram has it in one piece: point<1> and 65 octets. */
static uint8_t *find_point(uint8_t *datagram, size_t len)
{
    struct prov_record record;
    struct prov_fragment fragment;
    size_t at = 0;

    while (prov_record_take(datagram, len, 0, &at, &record)) {
        struct prov_reader reader = prov_reader_make(PROV_BYTES(record.body, record.len));

        if (record.type == CONTENT_HANDSHAKE && record.epoch == 0 &&
            prov_fragment_take(&reader, &fragment) &&
            fragment.type == MESSAGE_CLIENT_KEY_EXCHANGE && fragment.body.len == 1 + PROV_POINT_LEN)
            return record.body + MESSAGE_HEADER_LEN;
    }
    return NULL;
}

static bool put_off_curve(struct endpoint *e, uint8_t *datagram, size_t *len)
{
    uint8_t *body = find_point(datagram, *len);

    if (body != NULL) {
        body[PROV_POINT_LEN] ^= 1; /* the last octet of Y */
        e->client.edited++;
    }
    return true;
}

static bool put_other_form(struct endpoint *e, uint8_t *datagram, size_t *len)
{
    uint8_t *body = find_point(datagram, *len);

    if (body != NULL) {
        body[1] = 2; /* compressed, it says */
        e->client.edited++;
    }
    return true;
}

static void judge_point(struct endpoint *e, const char *rule, const char *what)
{
    int alert =
        e->client.open ? prov_dtls_failure(&e->client.session).alert_received : PROV_ALERT_NONE;
    char how[80];

    if (e->client.edited == 0)
        check_not_tested(e->findings, rule, "no ClientKeyExchange was sent");
    else
        check_judge_rule(e->findings, rule, alert == PROV_ALERT_ILLEGAL_PARAMETER, "%s: %s", what,
                         check_client_text(e, how, sizeof(how)));
}

/* Where ECDHE_PSK is spoken, anybody may be refused: probes_exchange.c. */
static enum check_act probe_points(struct endpoint *e)
{
    if (e->modes[CHECK_PSK_FS] || e->modes[CHECK_PSK_FS_8] ||
        check_modes[e->own].kind == PROV_KIND_PSK)
        return CHECK_DONE;
    if (e->stage == 1)
        judge_point(e, "point.off_curve", "a point that is not on the curve");
    if (e->stage == 2) {
        judge_point(e, "point.form", "65 octets with 2 in front");
        return CHECK_DONE;
    }
    e->asked = e->own;
    check_client_ready(e, e->own, CHECK_AS_BUNDLE);
    e->client.edit = e->stage == 0 ? put_off_curve : put_other_form;
    return CHECK_CONNECT;
}

const struct check_probe check_probes_identity[] = {
    {"an unknown identity", NEEDS_BASE | NEEDS_PSK, probe_unknown, {"psk.unknown"}},
    {"a wrong key", NEEDS_BASE | NEEDS_PSK | NEEDS_BUNDLE, probe_alike, {"psk.alike"}},
    {"an unknown raw key", NEEDS_BASE | NEEDS_RPK, probe_unknown_key, {"client.unknown_key"}},
    {"no certificate at all", NEEDS_BASE | NEEDS_CERT, probe_malformed, {"client.malformed"}},
    {"an empty certificate",
     NEEDS_BASE | NEEDS_PUBLIC,
     probe_empty,
     {"client.empty", "client.empty_alert"}},
    {"no CertificateVerify",
     NEEDS_BASE | NEEDS_PUBLIC | NEEDS_CONNECTED,
     probe_unverified,
     {"client.unverified"}},
    {"a wrong CertificateVerify",
     NEEDS_BASE | NEEDS_PUBLIC | NEEDS_CONNECTED,
     probe_spoiled,
     {"client.signature"}},
    {"points of a known client",
     NEEDS_BASE | NEEDS_SHARE | NEEDS_CONNECTED,
     probe_points,
     {"point.off_curve", "point.form"}},
    {.name = NULL},
};
