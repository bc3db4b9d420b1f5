/* SPDX-License-Identifier: Apache-2.0
 *
 * The probes: one row is one connection. To add one: add a row, and its fault where the server's half is made.
 */
#include "device.h"

#include <string.h>

static const char *no_fragment_length(const struct device *d, bool *ret_never)
{
    *ret_never = true;
    return d->offer.fragment_length >= 1 && d->offer.fragment_length <= 4
               ? NULL
               : "max_fragment_length is not asked for";
}
static const char *no_extended_master(const struct device *d, bool *ret_never)
{
    *ret_never = true;
    return d->offer.extended_master ? NULL : "no extension is offered that could be answered twice";
}
static const char *no_heartbeat(const struct device *d, bool *ret_never)
{
    *ret_never = true;
    return d->offer.heartbeat ? NULL : "heartbeat is not offered";
}
static const char *no_session(const struct device *d, bool *ret_never)
{
    *ret_never = false;
    return !d->hello_is_new || d->offer.session
               ? NULL
               : "never offered: a device may always ask for a full handshake";
}
static const char *no_cached_info(const struct device *d, bool *ret_never)
{
    *ret_never = true;
    return !d->hello_is_new || d->offer.cached_info
               ? NULL
               : "the good chain is not offered by its fingerprint";
}
static const char *no_other_curve(const struct device *d, bool *ret_never)
{
    *ret_never = false;
    return d->offer.secp384r1 ? "secp384r1 is offered" : NULL;
}
static const char *no_own_key(const struct device *d, bool *ret_never)
{
    *ret_never = false;
    return d->has_own ? NULL : "the bundle has no private key";
}
static const char *no_answer(const struct device *d, bool *ret_never)
{
    *ret_never = false;
    return d->refuses_renegotiation || d->pings
               ? NULL
               : "the device answers neither HelloRequest nor a CoAP ping";
}
static const char *no_ping(const struct device *d, bool *ret_never)
{
    *ret_never = false;
    return d->pings ? NULL
                    : "the device does not answer a CoAP ping: it can't be seen what is delivered";
}

/* --- verdicts of their own ------------------------------------------------------------------- */

static void judge_verify_10(struct device *d)
{
    d->cookies_10 = d->now.echoed;
}

static void judge_verify_12(struct device *d)
{
    d->cookies_12 = d->now.echoed;
    check_judge_rule(d->findings, "client.cookie", d->cookies_10 || d->cookies_12,
                     d->cookies_10 || d->cookies_12 ? "the cookie came back"
                                                    : "no ClientHello with the cookie");
    if (d->cookies_10 || d->cookies_12)
        check_judge_rule(d->findings, "client.cookie.version", d->cookies_10 && d->cookies_12,
                         "server_version feff %s, fefd %s", d->cookies_10 ? "taken" : "not taken",
                         d->cookies_12 ? "taken" : "not taken");
}

static void judge_verify_long(struct device *d)
{
    if (!d->cookies_10 && !d->cookies_12) {
        check_not_tested(d->findings, "client.cookie.length", "no cookie came back at all");
        return;
    }
    check_judge_rule(d->findings, "client.cookie.length", d->now.echoed,
                     d->now.echoed ? "255 octets came back" : "no ClientHello with the cookie");
}

static void judge_connect(struct device *d)
{
    d->connects = d->now.finished && d->now.alert < 0;
    d->talks = d->connects && d->now.data > 0;
    d->pings = d->connects && d->now.resets > 0;
    d->lives = d->connects && (d->now.answered || d->now.close_answered);
    if (!d->connects)
        return;
    d->has_session = true;
    d->session_suite = d->now.link.suite;
    memcpy(d->master, d->now.link.master, sizeof(d->master));
    if (d->now.has_fingerprint) {
        memcpy(d->completed, d->now.fingerprint, PROV_HASH_LEN);
        d->has_completed = true;
    }
    check_judge_rule(d->findings, "client.close", d->now.close_answered,
                     d->now.close_answered ? "close_notify came back" : "no close_notify");
}

static void judge_renegotiation(struct device *d)
{
    d->refuses_renegotiation = d->now.no_renegotiation > 0;
    if (d->now.no_renegotiation == 0)
        check_fail(d->findings, "client.renegotiation", "no alert 100");
}

static void judge_replay(struct device *d)
{
    unsigned answers = d->refuses_renegotiation ? d->now.no_renegotiation : d->now.resets;

    if (answers == 0) {
        check_not_tested(d->findings, device_probe(d)->rule, "the device answered nothing");
        return;
    }
    check_judge_rule(d->findings, device_probe(d)->rule, answers == 1, "%u answers to %s", answers,
                     device_fault(d) == FAULT_REPLAY
                         ? "one record that came twice"
                         : "a record in the window and one from before it");
}

static void judge_plain_data(struct device *d)
{
    if (d->now.resets > 0)
        check_fail(d->findings, "client.plain_data", "a CoAP ping in epoch 0 was answered");
}

static void judge_forged(struct device *d)
{
    if (d->now.resets > 0)
        check_fail(d->findings, "client.forged", "a forged record was delivered");
}

static void judge_heartbeat(struct device *d)
{
    if (d->now.heartbeats > 0)
        check_fail(d->findings, "client.heartbeat.oversized", "%u answers", d->now.heartbeats);
}

/* Nine, eighteen and thirty-six seconds, each within a tenth. */
static bool about(uint64_t ms, uint64_t wanted)
{
    return ms * 10 >= wanted * 9 && ms * 10 <= wanted * 11;
}

static void judge_timer(struct device *d)
{
    const uint64_t *at = d->now.times;
    unsigned sent = d->now.time_count;

    if (sent < 2) {
        check_fail(d->findings, "client.timer", "the hello was not sent again");
        return;
    }
    check_judge_rule(d->findings, "client.timer", about(at[1] - at[0], PROV_TIMER_INITIAL_MS),
                     "sent again after %llu ms", (unsigned long long)(at[1] - at[0]));
    if (sent >= 3)
        check_judge_rule(d->findings, "client.timer.doubles",
                         about(at[2] - at[1], 2 * (at[1] - at[0])), "%llu ms, then %llu ms",
                         (unsigned long long)(at[1] - at[0]), (unsigned long long)(at[2] - at[1]));
    check_judge_rule(d->findings, "client.timer.ends", sent == 1 + PROV_RETRANSMISSIONS,
                     "sent %u times in %u s", sent, DEVICE_SILENT_MS / 1000);
}

#define SMALLEST_PATH                                                                              \
    (576 - 28) /* what every IPv4 path lets through, without the headers (RFC 791) */

static void judge_mtu(struct device *d)
{
    if (d->now.largest[0] <= SMALLEST_PATH)
        check_not_applicable(d->findings, "client.mtu", "the flight's datagrams have %zu octets",
                             d->now.largest[0]);
    else if (d->now.largest[1] == 0)
        check_not_tested(d->findings, "client.mtu", "the flight was not sent again");
    else
        check_judge_rule(d->findings, "client.mtu", d->now.largest[1] < d->now.largest[0],
                         "datagrams up to %zu octets, then %zu", d->now.largest[0],
                         d->now.largest[1]);
}

/* --- the rows -------------------------------------------------------------------------------- */

#define UNTIL_HELLO(name, fault, judge)                                                            \
    {                                                                                              \
        name, NULL, 0, fault, EXPECT_NOTHING, {0}, false, MINT_GOOD, NULL, judge                   \
    }
#define HELLO(name, rule, fault, must, cannot, ...)                                                \
    {                                                                                              \
        name, rule, 0, fault, EXPECT_REFUSE, {__VA_ARGS__}, must, MINT_GOOD, cannot, NULL          \
    }
#define CHAIN(name, rule, form, ...)                                                               \
    {                                                                                              \
        name, rule, NEED_SERVER | NEED_CONNECT | NEED_CERT, FAULT_CHAIN, EXPECT_REFUSE,            \
            {__VA_ARGS__}, false, form, NULL, NULL                                                 \
    }
#define FLIGHT(name, rule, needs, fault, cannot, ...)                                              \
    {                                                                                              \
        name, rule, NEED_SERVER | NEED_CONNECT | (needs), fault, EXPECT_REFUSE, {__VA_ARGS__},     \
            false, MINT_GOOD, cannot, NULL                                                         \
    }
#define GOOD(name, rule, needs, fault, form, cannot)                                               \
    {                                                                                              \
        name, rule, NEED_SERVER | (needs), fault, EXPECT_CONNECT, {0}, false, form, cannot, NULL   \
    }
#define END(name, rule, needs, fault, alert)                                                       \
    {                                                                                              \
        name, rule, NEED_SERVER | NEED_CONNECT | NEED_TALK | (needs), fault, EXPECT_NO_DATA,       \
            {alert}, false, MINT_GOOD, NULL, NULL                                                  \
    }
#define AFTER(name, rule, needs, fault, cannot, judge)                                             \
    {                                                                                              \
        name, rule, NEED_SERVER | NEED_CONNECT | (needs), fault, EXPECT_ALIVE, {0}, false,         \
            MINT_GOOD, cannot, judge                                                               \
    }
#define COUNT(name, rule, fault)                                                                   \
    {                                                                                              \
        name, rule, NEED_SERVER | NEED_CONNECT, fault, EXPECT_NOTHING, {0}, false, MINT_GOOD,      \
            no_answer, judge_replay                                                                \
    }
#define SILENT(name, rule, needs, fault, judge)                                                    \
    {                                                                                              \
        name, rule, NEED_SLOW | (needs), fault, EXPECT_NOTHING, {0}, false, MINT_GOOD, NULL, judge \
    }

const struct device_probe device_probes[] = {
    UNTIL_HELLO("a HelloVerifyRequest of DTLS 1.0", FAULT_STOP, judge_verify_10),
    UNTIL_HELLO("a HelloVerifyRequest of DTLS 1.2", FAULT_VERIFY_12, judge_verify_12),
    UNTIL_HELLO("a cookie of 255 octets", FAULT_VERIFY_LONG, judge_verify_long),
    {"a good server",
     "client.connects",
     NEED_SERVER,
     FAULT_NONE,
     EXPECT_CONNECT,
     {0},
     false,
     MINT_GOOD,
     NULL,
     judge_connect},
    GOOD("a session resumed", "client.resumption", NEED_CONNECT, FAULT_RESUME, MINT_GOOD,
         no_session),

    HELLO("a ServerHello of DTLS 1.0", "client.server_version", FAULT_VERSION, true, NULL, 70),
    HELLO("a suite that was not offered", "client.unoffered_suite", FAULT_SUITE, false, NULL, 47,
          40),
    HELLO("an extension that was not offered", "client.unoffered_extension", FAULT_EXTENSION, true,
          NULL, 110),
    HELLO("an extension twice", "client.answered_twice", FAULT_TWICE, false, no_extended_master, 47,
          50, 110),
    HELLO("compression", "client.compression.answer", FAULT_COMPRESSION, false, NULL, 47, 40),
    HELLO("another fragment length", "client.fragment_length.answer", FAULT_FRAGMENT_LENGTH, false,
          no_fragment_length, 47),
    HELLO("a renegotiation_info that is not empty", "client.renegotiation_info.answer",
          FAULT_RENEGOTIATION, false, NULL, 40, 47),
    HELLO("a ServerHello that is cut", "client.server_hello.form", FAULT_CUT_HELLO, false, NULL, 50,
          47),
    FLIGHT("X.509 in answer to raw keys", "client.certificate_type.answer", NEED_RPK,
           FAULT_X509_TYPE, NULL, 47, 40, 43),

    GOOD("a chain of three", "client.chain.three", NEED_CERT | NEED_CONNECT, FAULT_CHAIN,
         MINT_THREE, NULL),
    CHAIN("a chain of four", "client.chain.four", MINT_FOUR, 42, 43, 46, 48),
    CHAIN("an unknown anchor", "client.chain.root", MINT_OTHER_ROOT, 48),
    CHAIN("a forged chain", "client.chain.forged", MINT_FORGED, 42, 46, 48, 51),
    CHAIN("an issuer that is no CA", "client.chain.ca", MINT_NOT_CA, 42, 43, 46, 48),
    CHAIN("a chain out of order", "client.chain.order", MINT_DISORDER, 42, 43, 46, 48),
    CHAIN("another name", "client.name", MINT_OTHER_NAME, 42, 46),
    CHAIN("a name in the CN", "client.name.cn", MINT_CN_ONLY, 42, 43, 46),
    CHAIN("a wildcard", "client.name.wildcard", MINT_WILDCARD, 42, 43, 46),
    CHAIN("two names", "client.name.two", MINT_TWO_NAMES, 42, 43, 46),
    CHAIN("an expired certificate", "client.time.expired", MINT_EXPIRED, 45),
    CHAIN("a certificate that is not valid yet", "client.time.early", MINT_EARLY, 42, 45, 46),
    CHAIN("extKeyUsage without serverAuth", "client.use.extended", MINT_CLIENT_USE, 42, 43, 46),
    CHAIN("keyUsage without digitalSignature", "client.use.key", MINT_NO_SIGNATURE, 42, 43, 46),
    CHAIN("an unknown critical extension", "client.critical", MINT_CRITICAL, 42, 43, 46),
    CHAIN("an RSA key", "client.key.rsa", MINT_RSA, 42, 43, 46, 47),
    CHAIN("a key on secp384r1", "client.key.curve", MINT_P384, 42, 43, 46, 47),
    CHAIN("a certificate signed with SHA-1", "client.chain.sha1", MINT_SHA1, 42, 43, 46, 71),
    FLIGHT("an unknown raw key", "client.raw_key", NEED_RPK, FAULT_STRANGER_KEY, NULL, 40),
    FLIGHT("the device's own raw key", "client.raw_key.own", NEED_RPK, FAULT_OWN_KEY, no_own_key,
           40),
    FLIGHT("a ServerKeyExchange with a bad signature", "client.exchange.signature", NEED_PUBLIC,
           FAULT_SIGNATURE, NULL, 51, 40),
    FLIGHT("a ServerKeyExchange signed with SHA-1", "client.exchange.sha1", NEED_PUBLIC, FAULT_SHA1,
           NULL, 47, 40, 43),
    FLIGHT("a point off the curve", "client.exchange.point", NEED_SHARE, FAULT_POINT, NULL, 47),
    FLIGHT("another curve", "client.exchange.curve", NEED_SHARE, FAULT_CURVE, no_other_curve, 47,
           40),
    FLIGHT("a server without a Certificate", "client.order", NEED_PUBLIC, FAULT_NO_CERTIFICATE,
           NULL, 10),
    FLIGHT("a server without a CertificateRequest", "client.request", NEED_PUBLIC, FAULT_NO_REQUEST,
           NULL, 40, 10),
    GOOD("a lying identity hint", "client.exchange.hint", NEED_PSK, FAULT_HINT, MINT_GOOD, NULL),
    GOOD("a chain by its fingerprint", "client.cached_info.used", NEED_CERT | NEED_CONNECT,
         FAULT_CACHED, MINT_GOOD, no_cached_info),
    GOOD("an early ChangeCipherSpec", "client.early_change", NEED_CONNECT, FAULT_EARLY_CHANGE,
         MINT_GOOD, NULL),
    END("a server with another key", "client.wrong_key", NEED_PSK, FAULT_WRONG_PSK, 0),
    END("a wrong Finished", "client.finished", 0, FAULT_FINISHED, 51),

    AFTER("a HelloRequest", "client.renegotiation", NEED_LIFE, FAULT_HELLO_REQUEST, NULL,
          judge_renegotiation),
    COUNT("a record twice", "client.replay", FAULT_REPLAY),
    COUNT("a record from before the window", "client.replay.old", FAULT_OLD),
    AFTER("an alert in epoch 0", "client.plain_alert", NEED_LIFE, FAULT_PLAIN_ALERT, NULL, NULL),
    AFTER("data in epoch 0", "client.plain_data", NEED_LIFE, FAULT_PLAIN_DATA, no_ping,
          judge_plain_data),
    AFTER("a forged record", "client.forged", NEED_LIFE, FAULT_FORGED, NULL, judge_forged),
    AFTER("a heartbeat longer than it is", "client.heartbeat.oversized", NEED_LIFE, FAULT_HEARTBEAT,
          no_heartbeat, judge_heartbeat),

    SILENT("silence behind the cookie", "client.timer", 0, FAULT_SILENT_HELLO, judge_timer),
    SILENT("silence behind the device's flight", "client.mtu", NEED_SERVER | NEED_CONNECT,
           FAULT_SILENT_FLIGHT, judge_mtu),
};
const size_t device_probe_count = sizeof(device_probes) / sizeof(device_probes[0]);
