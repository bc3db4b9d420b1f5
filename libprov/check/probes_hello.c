/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it there, and what does it take: modes, versions, suites, compression.
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

/* --- is it there ----------------------------------------------------------------------------- */

/* All that the profile has, in one hello. */
static void hello_of_all(struct endpoint *e)
{
    endpoint_hello_of(e, CHECK_CERT);
    e->hello.suites_len = 0;
    check_hello_suite(&e->hello, 0xC0AE);
    check_hello_suite(&e->hello, 0xD005);
    check_hello_suite(&e->hello, 0xD003);
    check_hello_suite(&e->hello, 0xC0A8);
}

/* RFC 7252, section 3: version 1, a token of 0 to 8 octets; RFC 5246, section 6.2.1: the type of a TLS
 * record, version 3.x. */
static bool is_text(const struct check_answer *answer)
{
    for (size_t i = 0; i < answer->first_len; i++)
        if (answer->first[i] < 0x20 && memchr("\r\n\t", answer->first[i], 3) == NULL)
            return false;
    return answer->first_len > 0;
}

static const char *guess(const struct check_answer *answer)
{
    const uint8_t *first = answer->first;

    if (answer->first_len >= 5 && first[0] >= 20 && first[0] <= 24 && first[1] == 3)
        return "TLS";
    if (is_text(answer))
        return "text";
    if (answer->first_len >= 4 && first[0] >> 6 == 1 && (first[0] & 15) <= 8)
        return "CoAP without DTLS";
    return "nothing that is known here";
}

static enum check_act look_at_foreign(struct endpoint *e)
{
    char hex[CHECK_HEX_TEXT];

    check_fail(e->findings, "endpoint.dtls", "the answer looks like %s: %s", guess(&e->answer),
               check_hex(PROV_BYTES(e->answer.first, e->answer.first_len), hex));
    return endpoint_stop(e, PROV_E_PEER, "the target does not speak DTLS");
}

static enum check_act look_at_first(struct endpoint *e)
{
    const struct check_answer *answer = &e->answer;

    if (answer->refused)
        return endpoint_stop(e, PROV_E_NETWORK, "nobody is there");
    if (answer->datagrams == 0)
        return endpoint_stop(e, PROV_E_TIMEOUT, "no answer at all");
    if (answer->foreign && answer->verifies == 0 && !answer->hello && answer->alert < 0)
        return look_at_foreign(e);
    e->alive = true;
    check_pass(e->findings, "endpoint.dtls", "%s", endpoint_answer(e));
    return CHECK_DONE;
}

/* A server that does not know the name that was given is judged without it. */
static enum check_act probe_present(struct endpoint *e)
{
    if (e->stage == 0) {
        hello_of_all(e);
        return CHECK_ASK;
    }
    enum check_act act = look_at_first(e);
    if (!e->alive || e->server.text[0] == '\0')
        return act;
    if (e->answer.alert == PROV_ALERT_UNRECOGNIZED_NAME) {
        check_fail(e->findings, "name.own", "\"%.100s\" is %s", e->server.text, endpoint_answer(e));
        e->server.text[0] = '\0';
    } else {
        check_pass(e->findings, "name.own", "\"%.100s\" is %s", e->server.text, endpoint_answer(e));
    }
    return act;
}

/* --- the modes, one by one ------------------------------------------------------------------- */

static bool takes_raw_keys(const struct endpoint *e)
{
    struct prov_bytes type;

    return check_answer_extension(&e->answer, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, &type) &&
           type.len == 1 && type.data[0] == PROV_CERTIFICATE_TYPE_RAW;
}

static void note_mode(struct endpoint *e, enum check_mode mode)
{
    e->modes[mode] = endpoint_taken(e) && (mode != CHECK_RPK || takes_raw_keys(e));
    if (e->answer.verifies > 0)
        e->cookies = true;
    if (e->answer.hello && !endpoint_taken(e))
        check_fail(e->findings, "suite.offered", "suite 0x%04X was chosen, which was not offered",
                   e->answer.server.suite);
    else if (e->answer.hello)
        check_pass(e->findings, "suite.offered", "0x%04X", e->answer.server.suite);
    if (e->answer.hello)
        check_judge_rule(e->findings, "version.1_2", e->answer.server.version == DTLS_1_2,
                         "ServerHello has version 0x%04X", e->answer.server.version);
}

/* The mode for probes that need any, and the bundle's. */
static void choose_modes(struct endpoint *e)
{
    static const enum check_mode order[] = {CHECK_PSK, CHECK_PSK_FS, CHECK_PSK_FS_8, CHECK_CERT,
                                            CHECK_RPK};
    static const enum check_mode own[] = {CHECK_PSK_FS, CHECK_PSK_FS_8, CHECK_PSK, CHECK_CERT,
                                          CHECK_RPK};
    const struct prov_bundle *bundle = e->run->config.bundle;

    for (size_t i = 0; i < CHECK_MODES; i++) {
        if (!e->has_base && e->modes[order[i]]) {
            e->has_base = true;
            e->base = order[i];
        }
        if (!e->has_own && bundle != NULL && e->modes[own[i]] &&
            check_modes[own[i]].kind == bundle->kind) {
            e->has_own = true;
            e->own = own[i];
        }
    }
}

static void judge_suites(struct endpoint *e)
{
    const struct prov_bundle *bundle = e->run->config.bundle;
    bool psk = e->modes[CHECK_PSK], public_key = e->modes[CHECK_CERT] || e->modes[CHECK_RPK];
    bool good = bundle == NULL                  ? psk || public_key
                : bundle->kind == PROV_KIND_PSK ? psk
                                                : public_key;
    char modes[160] = "";

    for (size_t i = 0; i < CHECK_MODES; i++)
        if (e->modes[i])
            snprintf(modes + strlen(modes), sizeof(modes) - strlen(modes), "%s%s",
                     modes[0] == '\0' ? "" : ", ", check_modes[i].name);
    check_judge_rule(e->findings, "suite.mandatory", good, "taken: %s",
                     modes[0] == '\0' ? "none of the profile's" : modes);
    if (!psk && !e->modes[CHECK_PSK_FS] && !e->modes[CHECK_PSK_FS_8])
        check_not_applicable(e->findings, "suite.forward_secrecy",
                             "the server takes no pre-shared keys");
    else
        check_judge_rule(e->findings, "suite.forward_secrecy",
                         e->modes[CHECK_PSK_FS] || e->modes[CHECK_PSK_FS_8], "taken: %s", modes);
}

static enum check_act probe_modes(struct endpoint *e)
{
    if (e->stage > 0)
        note_mode(e, (enum check_mode)(e->stage - 1));
    if (e->stage < CHECK_MODES) {
        endpoint_hello_of(e, (enum check_mode)e->stage);
        return CHECK_ASK;
    }
    choose_modes(e);
    judge_suites(e);
    return CHECK_DONE;
}

/* --- versions -------------------------------------------------------------------------------- */

static enum check_act probe_version_old(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.version = DTLS_1_0;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "version.old", e->answer.alert == PROV_ALERT_PROTOCOL_VERSION,
                     "ClientHello 0xFEFF is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_version_new(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.version = 0xFEFC;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "version.new",
                     endpoint_taken(e) && e->answer.server.version == DTLS_1_2,
                     "ClientHello 0xFEFC is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_version_record(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.record_version = DTLS_1_2;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "version.record", endpoint_taken(e),
                     "a record of version 0xFEFD is %s", endpoint_answer(e));
    return CHECK_DONE;
}

/* --- suites that must not be ----------------------------------------------------------------- */

static const struct {
    const char *rule;
    uint16_t suite;
} refused_suites[] = {
    {"suite.null", 0x0001},       {"suite.null", 0x0002},        {"suite.null", 0x002C},
    {"suite.null", 0x003B},       {"suite.null", 0x00B0},        {"suite.null", 0xC006},
    {"suite.null", 0xC039},       {"suite.rc4", 0x0004},         {"suite.rc4", 0x0005},
    {"suite.rc4", 0x008A},        {"suite.rc4", 0xC007},         {"suite.rc4", 0xC033},
    {"suite.3des", 0x000A},       {"suite.3des", 0x008B},        {"suite.3des", 0xC008},
    {"suite.3des", 0xC034},       {"suite.export", 0x0003},      {"suite.export", 0x0008},
    {"suite.export", 0x0014},     {"suite.cbc", 0x008C},         {"suite.cbc", 0x00AE},
    {"suite.cbc", 0xC009},        {"suite.cbc", 0xC023},         {"suite.cbc", 0xC035},
    {"suite.cbc", 0xC037},        {"suite.cbc", 0xC00A},         {"suite.static_rsa", 0x002F},
    {"suite.static_rsa", 0x009C}, {"suite.static_rsa", 0xC0A0},  {"suite.rsa", 0xC02F},
    {"suite.rsa", 0xC09E},        {"suite.static_ecdh", 0xC004}, {"suite.static_ecdh", 0xC02D},
    {"suite.anonymous", 0x0034},  {"suite.anonymous", 0x00A6},   {"suite.anonymous", 0xC018},
};
#define REFUSED (sizeof(refused_suites) / sizeof(refused_suites[0]))

/* With all that a server could want, so that the suite alone is the reason. */
static void hello_of_suite(struct endpoint *e, uint16_t suite)
{
    endpoint_hello_of(e, CHECK_CERT);
    e->hello.suites_len = 0;
    check_hello_suite(&e->hello, suite);
    check_hello_without(&e->hello, PROV_EXTENSION_SUPPORTED_GROUPS);
    check_hello_without(&e->hello, PROV_EXTENSION_SIGNATURE_ALGORITHMS);
    check_hello_extension(&e->hello, PROV_EXTENSION_SUPPORTED_GROUPS,
                          OCTETS(0, 6, 0, 23, 0, 24, 0, 29));
    check_hello_extension(&e->hello, PROV_EXTENSION_SIGNATURE_ALGORITHMS,
                          OCTETS(0, 8, 4, 3, 4, 1, 2, 3, 2, 1));
}

static void judge_refused_suite(struct endpoint *e, size_t at)
{
    int alert = e->answer.alert;

    check_judge_rule(e->findings, refused_suites[at].rule, !endpoint_taken(e), "0x%04X alone is %s",
                     refused_suites[at].suite, endpoint_answer(e));
    if (!e->answer.hello)
        check_judge_rule(e->findings, "suite.alert",
                         alert == PROV_ALERT_HANDSHAKE_FAILURE ||
                             alert == PROV_ALERT_INSUFFICIENT_SECURITY,
                         "0x%04X alone is %s", refused_suites[at].suite, endpoint_answer(e));
}

static enum check_act probe_refused_suites(struct endpoint *e)
{
    if (e->stage > 0)
        judge_refused_suite(e, e->stage - 1);
    if (e->stage == REFUSED)
        return CHECK_DONE;
    hello_of_suite(e, refused_suites[e->stage].suite);
    return CHECK_ASK;
}

/* Numbers that nobody has, or has yet (RFC 8701), and signals: before those that count. */
static enum check_act probe_unknown_suites(struct endpoint *e)
{
    static const uint16_t unknown[] = {0x0A0A, 0xFEFE, 0x1301, 0x5600, 0xD0FF};

    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.suites_len = 0;
        for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
            check_hello_suite(&e->hello, unknown[i]);
        check_hello_suite(&e->hello, check_modes[e->base].suite);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "suite.unknown",
                     e->answer.hello && e->answer.server.suite == check_modes[e->base].suite,
                     "five unknown suites before 0x%04X: %s", check_modes[e->base].suite,
                     endpoint_answer(e));
    return CHECK_DONE;
}

/* --- compression ----------------------------------------------------------------------------- */

static enum check_act probe_compression(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        memcpy(e->hello.compression, "\1\0", 2);
        e->hello.compression_len = 2;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "compression.none",
                     endpoint_taken(e) && e->answer.server.compression == 0,
                     "methods deflate and null: %s, method %u", endpoint_answer(e),
                     e->answer.hello ? e->answer.server.compression : 0u);
    return CHECK_DONE;
}

static enum check_act probe_compression_required(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.compression[0] = 1;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "compression.required", !e->answer.hello, "deflate alone is %s",
                     endpoint_answer(e));
    return CHECK_DONE;
}

const struct check_probe check_probes_hello[] = {
    {"is it there", 0, probe_present, {NULL}},
    {"modes", 0, probe_modes, {NULL}},
    {"an older version", NEEDS_BASE, probe_version_old, {"version.old"}},
    {"a newer version", NEEDS_BASE, probe_version_new, {"version.new"}},
    {"the version of records", NEEDS_BASE, probe_version_record, {"version.record"}},
    {"suites that must not be, one by one", 0, probe_refused_suites, {NULL}},
    {"unknown suites", NEEDS_BASE, probe_unknown_suites, {"suite.unknown"}},
    {"compression", NEEDS_BASE, probe_compression, {"compression.none"}},
    {"no null compression", NEEDS_BASE, probe_compression_required, {"compression.required"}},
    {.name = NULL},
};
