/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions: what is answered, what must not be, what is ignored.
 */
#include "endpoint.h"

#include <string.h>

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

static bool echoed(const struct endpoint *e, uint16_t type)
{
    struct prov_bytes body;

    return check_answer_extension(&e->answer, type, &body);
}

/* "not tested", as the hello with the extension was not even taken. */
static bool lost(struct endpoint *e, const char *rule)
{
    if (endpoint_taken(e))
        return false;
    check_not_tested(e->findings, rule, "a hello with it is %s", endpoint_answer(e));
    return true;
}

/* --- unknown, twice, unasked ----------------------------------------------------------------- */

static enum check_act probe_unknown(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, 0x1234, OCTETS(1, 2, 3));
        check_hello_extension(&e->hello, 0x0A0A, PROV_BYTES_NONE);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "extension.unknown",
                     endpoint_taken(e) && !echoed(e, 0x1234) && !echoed(e, 0x0A0A),
                     "extensions 0x1234 and 0x0A0A: %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_cid_draft(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, PROV_EXTENSION_CONNECTION_ID_DRAFT, OCTETS(0));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "cid.draft",
                     endpoint_taken(e) && !echoed(e, PROV_EXTENSION_CONNECTION_ID_DRAFT),
                     "extension 53: %s%s", endpoint_answer(e),
                     echoed(e, PROV_EXTENSION_CONNECTION_ID_DRAFT) ? ", with extension 53" : "");
    return CHECK_DONE;
}

static enum check_act probe_duplicate(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, PROV_EXTENSION_EXTENDED_MASTER_SECRET, PROV_BYTES_NONE);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "extension.duplicate", !e->answer.hello,
                     "extended_master_secret twice is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static bool offered(const struct endpoint *e, uint16_t type)
{
    struct prov_bytes body;

    return prov_extension_find(PROV_BYTES(e->hello.extensions, e->hello.extensions_len), type,
                               &body);
}

static enum check_act probe_unasked(struct endpoint *e)
{
    struct prov_bytes body;
    uint16_t type;

    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_without(&e->hello, PROV_EXTENSION_EXTENDED_MASTER_SECRET);
        check_hello_without(&e->hello, PROV_EXTENSION_RENEGOTIATION_INFO);
        return CHECK_ASK;
    }
    if (lost(e, "extension.unasked"))
        return CHECK_DONE;
    struct prov_reader reader = prov_reader_make(e->answer.server.extensions);
    while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &body))
        if (!offered(e, type))
            check_fail(e->findings, "extension.unasked", "ServerHello has extension %u", type);
    check_pass(e->findings, "extension.unasked", "none");
    return CHECK_DONE;
}

/* --- must not be used ------------------------------------------------------------------------ */

static const struct {
    const char *rule;
    uint16_t type;
    uint8_t body[8];
    size_t len;
} not_used[] = {
    {"extension.encrypt_then_mac", PROV_EXTENSION_ENCRYPT_THEN_MAC, {0}, 0},
    {"extension.truncated_hmac", PROV_EXTENSION_TRUNCATED_HMAC, {0}, 0},
    {"extension.status_request", PROV_EXTENSION_STATUS_REQUEST, {1, 0, 0, 0, 0}, 5},
    {"extension.status_request", PROV_EXTENSION_STATUS_REQUEST_V2, {0, 7, 1, 0, 4, 0, 0, 0}, 8},
    {"extension.early_data", PROV_EXTENSION_EARLY_DATA, {0}, 0},
    {"extension.session_ticket", PROV_EXTENSION_SESSION_TICKET, {0}, 0},
};
#define NOT_USED (sizeof(not_used) / sizeof(not_used[0]))

static enum check_act probe_not_used(struct endpoint *e)
{
    if (e->stage > 0 && !lost(e, not_used[e->stage - 1].rule))
        check_judge_rule(e->findings, not_used[e->stage - 1].rule,
                         !echoed(e, not_used[e->stage - 1].type), "extension %u is %s",
                         not_used[e->stage - 1].type,
                         echoed(e, not_used[e->stage - 1].type) ? "in ServerHello" : "ignored");
    if (e->stage == NOT_USED)
        return CHECK_DONE;
    endpoint_hello(e);
    size_t len = not_used[e->stage].len;
    if (not_used[e->stage].type == PROV_EXTENSION_STATUS_REQUEST_V2)
        check_hello_extension(&e->hello, PROV_EXTENSION_STATUS_REQUEST_V2,
                              OCTETS(0, 7, 1, 0, 4, 0, 0, 0, 0));
    else
        check_hello_extension(&e->hello, not_used[e->stage].type,
                              PROV_BYTES(not_used[e->stage].body, len));
    return CHECK_ASK;
}

/* --- server_name ----------------------------------------------------------------------------- */

static enum check_act probe_unknown_name(struct endpoint *e)
{
    bool good;

    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_name(&e->hello, "nobody-has-this-name.invalid");
        return CHECK_ASK;
    }
    good = e->answer.warning < 0 &&
           (endpoint_taken(e) || e->answer.alert == PROV_ALERT_UNRECOGNIZED_NAME);
    check_judge_rule(e->findings, "name.unknown", good, "an unknown name is %s%s",
                     endpoint_answer(e), e->answer.warning >= 0 ? ", with a warning before" : "");
    return CHECK_DONE;
}

static enum check_act probe_name_answer(struct endpoint *e)
{
    struct prov_bytes body;

    if (e->server.text[0] == '\0') {
        check_not_tested(e->findings, "name.answer", "no name was given: --server");
        return CHECK_DONE;
    }
    if (e->stage == 0) {
        endpoint_hello(e);
        return CHECK_ASK;
    }
    if (!check_answer_extension(&e->answer, PROV_EXTENSION_SERVER_NAME, &body))
        check_not_applicable(e->findings, "name.answer", "the server does not answer to the name");
    else
        check_judge_rule(e->findings, "name.answer", body.len == 0, "its body has %zu octets",
                         body.len);
    return CHECK_DONE;
}

/* --- max_fragment_length --------------------------------------------------------------------- */

static enum check_act look_at_length(struct endpoint *e)
{
    struct prov_bytes body;

    if (lost(e, "fragment_length.taken"))
        return CHECK_DONE;
    if (!check_answer_extension(&e->answer, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body)) {
        check_fail(e->findings, "fragment_length.taken", "ServerHello does not have it");
        check_not_applicable(e->findings, "fragment_length.same", "not negotiated");
        check_not_applicable(e->findings, "fragment_length.kept", "not negotiated");
        check_not_applicable(e->findings, "fragment_length.wrong", "not negotiated");
        return CHECK_DONE;
    }
    check_pass(e->findings, "fragment_length.taken", "512 octets");
    check_judge_rule(e->findings, "fragment_length.same", body.len == 1 && body.data[0] == 1,
                     "asked for 1, got %u", body.len == 1 ? body.data[0] : 0u);
    check_judge_rule(e->findings, "fragment_length.kept", e->answer.largest_record <= 512,
                     "the largest record has %zu octets", e->answer.largest_record);
    endpoint_hello(e);
    check_hello_extension(&e->hello, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, OCTETS(5));
    return CHECK_ASK;
}

/* With the longest flight that there is. */
static enum check_act probe_fragment_length(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, e->modes[CHECK_CERT] ? CHECK_CERT : e->base);
        check_hello_extension(&e->hello, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, OCTETS(1));
        return CHECK_ASK;
    }
    if (e->stage == 1)
        return look_at_length(e);
    check_judge_rule(e->findings, "fragment_length.wrong",
                     e->answer.alert == PROV_ALERT_ILLEGAL_PARAMETER, "5 is %s",
                     endpoint_answer(e));
    return CHECK_DONE;
}

/* --- renegotiation_info, extended_master_secret ---------------------------------------------- */

static enum check_act probe_renegotiation_info(struct endpoint *e)
{
    struct prov_bytes body = PROV_BYTES_NONE;

    if (e->stage == 0) {
        endpoint_hello(e);
        return CHECK_ASK;
    }
    if (lost(e, "renegotiation.info"))
        return CHECK_DONE;
    bool there = check_answer_extension(&e->answer, PROV_EXTENSION_RENEGOTIATION_INFO, &body);
    check_judge_rule(e->findings, "renegotiation.info", there && body.len == 1 && body.data[0] == 0,
                     "ServerHello %s it, %zu octets", there ? "has" : "does not have", body.len);
    check_judge_rule(e->findings, "master_secret.extended",
                     echoed(e, PROV_EXTENSION_EXTENDED_MASTER_SECRET), "ServerHello %s it",
                     echoed(e, PROV_EXTENSION_EXTENDED_MASTER_SECRET) ? "has" : "does not have");
    return CHECK_DONE;
}

static enum check_act probe_renegotiation_scsv(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_without(&e->hello, PROV_EXTENSION_RENEGOTIATION_INFO);
        check_hello_suite(&e->hello, EMPTY_RENEGOTIATION_INFO_SCSV);
        return CHECK_ASK;
    }
    if (!lost(e, "renegotiation.scsv"))
        check_judge_rule(e->findings, "renegotiation.scsv",
                         echoed(e, PROV_EXTENSION_RENEGOTIATION_INFO), "ServerHello %s it",
                         echoed(e, PROV_EXTENSION_RENEGOTIATION_INFO) ? "has" : "does not have");
    return CHECK_DONE;
}

static enum check_act probe_renegotiation_initial(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_without(&e->hello, PROV_EXTENSION_RENEGOTIATION_INFO);
        check_hello_extension(&e->hello, PROV_EXTENSION_RENEGOTIATION_INFO,
                              OCTETS(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "renegotiation.initial",
                     !e->answer.hello && e->answer.alert == PROV_ALERT_HANDSHAKE_FAILURE,
                     "verify_data in a first hello is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* --- ALPN ------------------------------------------------------------------------------------ */

static enum check_act look_at_protocol(struct endpoint *e)
{
    struct prov_bytes body;

    if (lost(e, "alpn.answer"))
        return CHECK_DONE;
    if (!check_answer_extension(&e->answer, PROV_EXTENSION_ALPN, &body)) {
        check_not_applicable(e->findings, "alpn.answer", "the server does not look at it");
        check_not_applicable(e->findings, "alpn.mismatch", "the server does not look at it");
        return CHECK_DONE;
    }
    check_judge_rule(e->findings, "alpn.answer", prov_bytes_equal(body, OCTETS(0, 3, 2, 'c', 'o')),
                     "asked for \"co\", got %zu octets", body.len);
    endpoint_hello(e);
    check_hello_extension(&e->hello, PROV_EXTENSION_ALPN, OCTETS(0, 3, 2, 'z', 'z'));
    return CHECK_ASK;
}

static enum check_act probe_protocol(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, PROV_EXTENSION_ALPN, OCTETS(0, 3, 2, 'c', 'o'));
        return CHECK_ASK;
    }
    if (e->stage == 1)
        return look_at_protocol(e);
    check_judge_rule(e->findings, "alpn.mismatch",
                     e->answer.alert == PROV_ALERT_NO_APPLICATION_PROTOCOL, "\"zz\" alone is %s",
                     endpoint_answer(e));
    return CHECK_DONE;
}

/* --- groups, formats, signature algorithms, certificate types -------------------------------- */

static enum check_act probe_groups(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, endpoint_share_mode(e));
        check_hello_without(&e->hello, PROV_EXTENSION_SUPPORTED_GROUPS);
        check_hello_extension(&e->hello, PROV_EXTENSION_SUPPORTED_GROUPS, OCTETS(0, 2, 0x7A, 0x7A));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "group.none_common",
                     e->answer.alert == PROV_ALERT_HANDSHAKE_FAILURE,
                     "a group that nobody has is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_formats(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, endpoint_share_mode(e));
        check_hello_without(&e->hello, PROV_EXTENSION_EC_POINT_FORMATS);
        check_hello_extension(&e->hello, PROV_EXTENSION_EC_POINT_FORMATS, OCTETS(2, 1, 2));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "group.formats", e->answer.alert == PROV_ALERT_ILLEGAL_PARAMETER,
                     "formats without \"uncompressed\": %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_sha_1(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, endpoint_public_mode(e));
        check_hello_without(&e->hello, PROV_EXTENSION_SIGNATURE_ALGORITHMS);
        check_hello_extension(&e->hello, PROV_EXTENSION_SIGNATURE_ALGORITHMS, OCTETS(0, 2, 2, 3));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "signature.sha1", !e->answer.hello,
                     "a hello with {sha1, ecdsa} alone is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* OpenPGP(1) is a type that nobody has any more. */
static enum check_act probe_types(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, CHECK_RPK);
        check_hello_without(&e->hello, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE);
        check_hello_without(&e->hello, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE);
        check_hello_extension(&e->hello, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, OCTETS(1, 1));
        check_hello_extension(&e->hello, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, OCTETS(1, 1));
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "raw_key.no_common_type",
                     e->answer.alert == PROV_ALERT_UNSUPPORTED_CERTIFICATE,
                     "certificate type 1 alone is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* --- heartbeat (RFC 6520) -------------------------------------------------------------------- */

#define CONTENT_HEARTBEAT 24

/* CVE-2014-0160: a request that says it has 16 Ki octets, and has 3. */
static void send_heartbeat(struct endpoint *e)
{
    static const uint8_t request[] = {1, 0x40, 0x00, 'p', 'r', 'v'};
    uint8_t room[64];
    struct prov_buf out = PROV_BUF_OF(room);

    check_record_plain(CONTENT_HEARTBEAT, 900, PROV_BYTES_OF(request), &out);
    endpoint_send(e, prov_buf_bytes(&out));
}

static enum check_act probe_heartbeat(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        check_hello_extension(&e->hello, PROV_EXTENSION_HEARTBEAT, OCTETS(1));
        return CHECK_ASK;
    }
    if (e->stage == 1 && lost(e, "heartbeat.oversized"))
        return CHECK_DONE;
    if (e->stage == 1) {
        send_heartbeat(e);
        e->enough = e->answer.datagrams + 1;
        return CHECK_LISTEN;
    }
    check_judge_rule(e->findings, "heartbeat.oversized", !e->answer.heartbeat,
                     "a request with a payload_length of 16384 and 3 octets is %s",
                     e->answer.heartbeat ? "answered" : "not answered");
    return CHECK_DONE;
}

const struct check_probe check_probes_extension[] = {
    {"unknown extensions", NEEDS_BASE, probe_unknown, {"extension.unknown"}},
    {"an extension twice", NEEDS_BASE, probe_duplicate, {"extension.duplicate"}},
    {"extensions that were not offered", NEEDS_BASE, probe_unasked, {"extension.unasked"}},
    {"extensions that are not used",
     NEEDS_BASE,
     probe_not_used,
     {"extension.encrypt_then_mac", "extension.truncated_hmac", "extension.status_request",
      "extension.early_data", "extension.session_ticket"}},
    {"the draft's connection id", NEEDS_BASE, probe_cid_draft, {"cid.draft"}},
    {"an unknown name", NEEDS_BASE, probe_unknown_name, {"name.unknown"}},
    {"the name", NEEDS_BASE, probe_name_answer, {"name.answer"}},
    {"max_fragment_length",
     NEEDS_BASE,
     probe_fragment_length,
     {"fragment_length.taken", "fragment_length.same", "fragment_length.kept",
      "fragment_length.wrong"}},
    {"renegotiation_info",
     NEEDS_BASE,
     probe_renegotiation_info,
     {"renegotiation.info", "master_secret.extended"}},
    {"the renegotiation signal", NEEDS_BASE, probe_renegotiation_scsv, {"renegotiation.scsv"}},
    {"renegotiation in a first hello",
     NEEDS_BASE,
     probe_renegotiation_initial,
     {"renegotiation.initial"}},
    {"ALPN", NEEDS_BASE, probe_protocol, {"alpn.answer", "alpn.mismatch"}},
    {"no common group", NEEDS_BASE | NEEDS_SHARE, probe_groups, {"group.none_common"}},
    {"point formats", NEEDS_BASE | NEEDS_SHARE, probe_formats, {"group.formats"}},
    {"SHA-1", NEEDS_BASE | NEEDS_PUBLIC, probe_sha_1, {"signature.sha1"}},
    {"no common certificate type", NEEDS_BASE | NEEDS_RPK, probe_types, {"raw_key.no_common_type"}},
    {"an oversized heartbeat", NEEDS_BASE, probe_heartbeat, {"heartbeat.oversized"}},
    {.name = NULL},
};
