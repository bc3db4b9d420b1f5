/* SPDX-License-Identifier: Apache-2.0
 *
 * One switch for each rule about hellos: what a server makes of what a ClientHello says. The engine keeps all rules; here its datagrams are changed, its
 * session is meddled with, or it is passed over.
 */
#include "faults.h"

#include <string.h>

static const uint8_t nothing[1];
static const uint16_t base_suite = 0xC0A8;

/* --- endpoint -------------------------------------------------------------------------------- */

static void http_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    d->len = 12;
    memcpy(d->octets, "HTTP/1.1 400", 12);
}

static void flood_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;

    if (!hello_offers(f, 0x1234, NULL) || server_hello(d, &len) == NULL)
        return;
    for (int i = 0; i < 100; i++)
        target_say(t, f, d->octets, d->len);
}

static bool die_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (t->memory[0] > 0 && is_hello(d) && !hello_offers(f, PROV_EXTENSION_CONNECTION_ID, NULL))
        return false;
    if (is_hello(d) && hello_offers(f, PROV_EXTENSION_CONNECTION_ID, NULL))
        t->memory[0] = 1;
    return true;
}

/* --- versions -------------------------------------------------------------------------------- */

static void version_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;
    uint8_t *body = server_hello(d, &len);

    (void)t;
    if (body != NULL && f->hello.version == DTLS_1_2)
        body[1] = 0xFF;
}

static void old_is_new(struct edit_hello *e)
{
    if (e->hello.version == DTLS_1_0)
        e->hello.version = DTLS_1_2;
}

static bool old_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    (void)edit_client_hello(d, old_is_new);
    return true;
}

static bool new_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || !f->has_hello || f->hello.version != 0xFEFC)
        return true;
    target_say_alert(t, f, LEVEL_FATAL, PROV_ALERT_PROTOCOL_VERSION);
    return false;
}

static bool record_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    return !is_hello(d) || d->octets[2] == 0xFF;
}

/* --- suites ---------------------------------------------------------------------------------- */

static const struct prov_suite *const only_fs[] = {&prov_suite_ecdhe_psk_ccm,
                                                   &prov_suite_ecdhe_psk_ccm_8, NULL};
static const struct prov_suite *const no_fs[] = {&prov_suite_ecdhe_ecdsa_ccm_8,
                                                 &prov_suite_psk_ccm_8, NULL};

static void only_fs_tune(struct target *t)
{
    t->config.suites = only_fs;
}

static void no_fs_tune(struct target *t)
{
    t->config.suites = no_fs;
}

static void not_offered_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;
    uint8_t *body = server_hello(d, &len);

    (void)t;
    if (body != NULL && offers_alone(f, 0xD003)) /* ServerHello: 2 + 32 octets, session_id, suite */
        body[34 + 1 + body[34] + 1] = 0x05;
}

static void take_base(struct edit_hello *e)
{
    static const uint8_t suite[] = {0xC0, 0xA8};

    e->hello.suites = PROV_BYTES_OF(suite);
}

/* The suite that must not be is taken: the base mode's handshake under its name. */
static bool bad_suite_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (is_hello(d) && offers_alone(f, (uint16_t)t->fault->number))
        (void)edit_client_hello(d, take_base);
    return true;
}

static void bad_suite_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;
    uint8_t *body = server_hello(d, &len);

    if (body == NULL || !offers_alone(f, (uint16_t)t->fault->number))
        return;
    body[34 + 1 + body[34]] = (uint8_t)(t->fault->number >> 8);
    body[34 + 1 + body[34] + 1] = (uint8_t)t->fault->number;
}

static void suite_alert_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (offers_alone(f, 0x0005))
        set_alert(d, PROV_ALERT_ILLEGAL_PARAMETER);
}

static bool grease_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || !offers_suite(f, 0x0A0A))
        return true;
    target_say_alert(t, f, LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE);
    return false;
}

/* --- compression ----------------------------------------------------------------------------- */

static void compression_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;
    uint8_t *body = server_hello(d, &len);

    (void)t;
    if (body != NULL && f->hello.compression.len == 2)
        body[34 + 1 + body[34] + 2] = 1;
}

static void null_method(struct edit_hello *e)
{
    e->hello.compression = PROV_BYTES(nothing, 1);
}

static bool compression_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_hello(d) && f->has_hello && f->hello.compression.data[0] == 1 &&
        f->hello.compression.len == 1)
        (void)edit_client_hello(d, null_method);
    return true;
}

/* --- cookies --------------------------------------------------------------------------------- */

static void no_cookie_tune(struct target *t)
{
    t->no_cookie = true;
}

static bool is_verify(const struct datagram *d)
{
    return d->len > 25 && d->octets[0] == CONTENT_HANDSHAKE &&
           d->octets[13] == MESSAGE_HELLO_VERIFY_REQUEST;
}

static void cookie_size_out(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_buf out = prov_buf_make(d->octets + d->len, sizeof(d->octets) - d->len);
    static const uint8_t zeros[400];

    (void)t;
    (void)f;
    if (!is_verify(d))
        return;
    prov_record_put_plain(DTLS_1_2, 99, CONTENT_APPLICATION_DATA, PROV_BYTES_OF(zeros), &out);
    d->len += out.len;
}

static void cookie_sequence_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    if (is_verify(d))
        d->octets[10]++;
}

static void hello_sequence_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;

    (void)t;
    if (server_hello(d, &len) != NULL && f->hello_seq >= 7)
        d->octets[10] = (uint8_t)(d->octets[10] + 100);
}

static void message_sequence_out(struct target *t, struct flow *f, struct datagram *d)
{
    size_t len;

    (void)t;
    if (server_hello(d, &len) != NULL && f->hello_seq >= 7)
        d->octets[13 + 5] = 6;
}

/* Any cookie is good if it is `memory`, or if one was given at this address before. */
static void accept_anything(struct target *t, struct flow *f)
{
    target_say_hello(t, f, base_suite);
    f->marked = false;
}

static bool wrong_cookie_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || !f->has_hello || f->hello.cookie.len == 0 ||
        f->hello.cookie.data[0] != 0x5A || f->hello.cookie.data[1] != 0x5A)
        return true;
    accept_anything(t, f);
    return false;
}

static bool bound_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes random = f->has_hello ? PROV_BYTES(f->hello.random, 32) : PROV_BYTES_NONE;

    if (!is_hello(d) || !f->has_hello)
        return true;
    if (f->hello.cookie.len == 0) {
        memcpy(t->memory, random.data, 32);
        t->memory_len = f->number;
        return true;
    }
    if (memcmp(t->memory, random.data, 32) == 0 || t->memory_len != f->number)
        return true;
    accept_anything(t, f);
    return false;
}

static void one_port_tune(struct target *t)
{
    t->one_port = true;
}

static bool cut_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || d->len > 13 + 12 + 24 || d->octets[10] != 0)
        return true;
    accept_anything(t, f);
    return false;
}

/* --- extensions ------------------------------------------------------------------------------ */

static bool unknown_extension_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || !hello_offers(f, 0x1234, NULL))
        return true;
    target_say_alert(t, f, LEVEL_FATAL, PROV_ALERT_HANDSHAKE_FAILURE);
    return false;
}

static unsigned count_offers(const struct flow *f, uint16_t type)
{
    struct prov_reader reader = prov_reader_make(f->hello.extensions);
    struct prov_bytes body;
    uint16_t other;
    unsigned count = 0;

    while (prov_take_u16(&reader, &other) && prov_take_vector(&reader, 2, &body))
        count += other == type;
    return count;
}

static bool duplicate_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_hello(d) && f->has_hello && count_offers(f, PROV_EXTENSION_EXTENDED_MASTER_SECRET) == 2)
        edit_client_extension(d, PROV_EXTENSION_EXTENDED_MASTER_SECRET, nothing, 0);
    return true;
}

static void unasked_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (!hello_offers(f, PROV_EXTENSION_EXTENDED_MASTER_SECRET, NULL) && f->has_hello &&
        !offers_suite(f, EMPTY_RENEGOTIATION_INFO_SCSV))
        edit_server_extension(d, PROV_EXTENSION_EXTENDED_MASTER_SECRET, nothing, 0);
}

/* Answered, whatever it is. */
static void answered_out(struct target *t, struct flow *f, struct datagram *d)
{
    if (hello_offers(f, (uint16_t)t->fault->number, NULL))
        edit_server_extension(d, (uint16_t)t->fault->number, nothing, 0);
}

/* Not looked at. */
static bool ignored_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)f;
    if (is_hello(d))
        edit_client_extension(d, (uint16_t)t->fault->number, NULL, 0);
    return true;
}

static bool master_in(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (is_hello(d) && f->has_hello && count_offers(f, PROV_EXTENSION_EXTENDED_MASTER_SECRET) == 1)
        edit_client_extension(d, PROV_EXTENSION_EXTENDED_MASTER_SECRET, NULL, 0);
    return true;
}

/* Left out of the answer. */
static void unanswered_out(struct target *t, struct flow *f, struct datagram *d)
{
    if (!offers_suite(f, EMPTY_RENEGOTIATION_INFO_SCSV))
        edit_server_extension(d, (uint16_t)t->fault->number, NULL, 0);
}

/* --- names ----------------------------------------------------------------------------------- */

static void other_name_tune(struct target *t)
{
    t->config.server_name = &t->other_name;
}

static bool name_warning_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (!is_hello(d) || !is_nobody(f))
        return true;
    target_say_alert(t, f, LEVEL_WARNING, PROV_ALERT_UNRECOGNIZED_NAME);
    return false;
}

static void name_answer_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t name[] = {0, 1};

    (void)t;
    if (hello_offers(f, PROV_EXTENSION_SERVER_NAME, NULL))
        edit_server_extension(d, PROV_EXTENSION_SERVER_NAME, name, sizeof(name));
}

/* --- max_fragment_length --------------------------------------------------------------------- */

static void length_same_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t other[] = {2};

    (void)t;
    if (hello_offers(f, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, NULL))
        edit_server_extension(d, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, other, sizeof(other));
}

static void length_kept_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t asked[] = {1};
    struct prov_bytes body;

    (void)t;
    if (hello_offers(f, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body) && body.data[0] == 1)
        edit_server_extension(d, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, asked, sizeof(asked));
}

static bool length_kept_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes body;

    (void)t;
    if (is_hello(d) && hello_offers(f, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body) &&
        body.data[0] == 1)
        edit_client_extension(d, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, NULL, 0);
    return true;
}

static bool length_wrong_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes body;

    (void)t;
    if (is_hello(d) && hello_offers(f, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body) &&
        body.data[0] == 5)
        edit_client_extension(d, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, NULL, 0);
    return true;
}

/* --- renegotiation_info ---------------------------------------------------------------------- */

static void scsv_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    if (offers_suite(f, EMPTY_RENEGOTIATION_INFO_SCSV))
        edit_server_extension(d, PROV_EXTENSION_RENEGOTIATION_INFO, NULL, 0);
}

static bool initial_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes body;

    (void)t;
    if (is_hello(d) && hello_offers(f, PROV_EXTENSION_RENEGOTIATION_INFO, &body) && body.len > 1)
        edit_client_extension(d, PROV_EXTENSION_RENEGOTIATION_INFO, nothing, 1);
    return true;
}

static bool renegotiation_in(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t hello[] = {MESSAGE_SERVER_HELLO, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    uint8_t room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!f->connected || !is_record(d, CONTENT_HANDSHAKE, 1) ||
        !prov_record_write(&f->session, 1, CONTENT_HANDSHAKE, NULL, PROV_BYTES_OF(hello), &out))
        return true;
    target_say(t, f, room, out.len);
    return true;
}

/* --- ALPN, groups, formats, algorithms, types ------------------------------------------------ */

static void alpn_out(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t other[] = {0, 3, 2, 'c', 'x'};

    (void)t;
    if (hello_offers(f, PROV_EXTENSION_ALPN, NULL))
        edit_server_extension(d, PROV_EXTENSION_ALPN, other, sizeof(other));
}

static bool alpn_in(struct target *t, struct flow *f, struct datagram *d)
{
    struct prov_bytes body;

    (void)t;
    if (is_hello(d) && hello_offers(f, PROV_EXTENSION_ALPN, &body) && body.data[3] == 'z')
        edit_client_extension(d, PROV_EXTENSION_ALPN, NULL, 0);
    return true;
}

/* An offer that has nothing to choose from is taken for the one that has. */
static bool mend_in(struct datagram *d, const struct flow *f, uint16_t type, struct prov_bytes good)
{
    if (is_hello(d) && hello_offers(f, type, NULL))
        edit_client_extension(d, type, good.data, good.len);
    return true;
}

static bool groups_in(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t good[] = {0, 2, 0, 23};

    (void)t;
    return mend_in(d, f, PROV_EXTENSION_SUPPORTED_GROUPS, PROV_BYTES_OF(good));
}

static bool formats_in(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t good[] = {1, 0};

    (void)t;
    return mend_in(d, f, PROV_EXTENSION_EC_POINT_FORMATS, PROV_BYTES_OF(good));
}

static bool sha1_in(struct target *t, struct flow *f, struct datagram *d)
{
    static const uint8_t good[] = {0, 2, 4, 3};

    (void)t;
    return mend_in(d, f, PROV_EXTENSION_SIGNATURE_ALGORITHMS, PROV_BYTES_OF(good));
}

static void type_alert_out(struct target *t, struct flow *f, struct datagram *d)
{
    (void)t;
    (void)f;
    if (has_alert(d, PROV_ALERT_UNSUPPORTED_CERTIFICATE))
        set_alert(d, PROV_ALERT_HANDSHAKE_FAILURE);
}

static bool heartbeat_in(struct target *t, struct flow *f, struct datagram *d)
{
    if (is_record(d, 24, 0))
        target_say(t, f, d->octets, d->len);
    return true;
}

/* --- the table ------------------------------------------------------------------------------- */

/* rule, the judge's bundle, the server's configuration, what comes, what goes, a parameter, slow */
const struct fault faults_hello[] = {
    {"endpoint.dtls", NO_BUNDLE, NULL, NULL, http_out, 0, false},
    {"endpoint.bounded", NO_BUNDLE, NULL, NULL, flood_out, 0, false},
    {"endpoint.alive", NO_BUNDLE, NULL, die_in, NULL, 0, false},
    {"version.1_2", NO_BUNDLE, NULL, NULL, version_out, 0, false},
    {"version.old", NO_BUNDLE, NULL, old_in, NULL, 0, false},
    {"version.new", NO_BUNDLE, NULL, new_in, NULL, 0, false},
    {"version.record", NO_BUNDLE, NULL, record_in, NULL, 0, false},
    {"suite.mandatory", NO_BUNDLE, only_fs_tune, NULL, NULL, 0, false},
    {"suite.offered", NO_BUNDLE, NULL, NULL, not_offered_out, 0, false},
    {"suite.forward_secrecy", NO_BUNDLE, no_fs_tune, NULL, NULL, 0, false},
    {"suite.null", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0x00B0, false},
    {"suite.rc4", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0x0005, false},
    {"suite.3des", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0xC008, false},
    {"suite.export", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0x0003, false},
    {"suite.cbc", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0xC023, false},
    {"suite.static_rsa", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0x002F, false},
    {"suite.rsa", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0xC02F, false},
    {"suite.static_ecdh", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0xC02D, false},
    {"suite.anonymous", NO_BUNDLE, NULL, bad_suite_in, bad_suite_out, 0xC018, false},
    {"suite.alert", NO_BUNDLE, NULL, NULL, suite_alert_out, 0, false},
    {"suite.unknown", NO_BUNDLE, NULL, grease_in, NULL, 0, false},
    {"compression.none", NO_BUNDLE, NULL, NULL, compression_out, 0, false},
    {"compression.required", NO_BUNDLE, NULL, compression_in, NULL, 0, false},
    {"cookie.present", NO_BUNDLE, no_cookie_tune, NULL, NULL, 0, false},
    {"cookie.size", NO_BUNDLE, NULL, NULL, cookie_size_out, 0, false},
    {"cookie.sequence", NO_BUNDLE, NULL, NULL, cookie_sequence_out, 0, false},
    {"cookie.hello_sequence", NO_BUNDLE, NULL, NULL, hello_sequence_out, 0, false},
    {"cookie.message_sequence", NO_BUNDLE, NULL, NULL, message_sequence_out, 0, false},
    {"cookie.wrong", NO_BUNDLE, NULL, wrong_cookie_in, NULL, 0, false},
    {"cookie.bound", NO_BUNDLE, NULL, bound_in, NULL, 0, false},
    {"cookie.address", NO_BUNDLE, one_port_tune, NULL, NULL, 0, false},
    {"cookie.cut", NO_BUNDLE, NULL, cut_in, NULL, 0, false},
    {"extension.unknown", NO_BUNDLE, NULL, unknown_extension_in, NULL, 0, false},
    {"extension.duplicate", NO_BUNDLE, NULL, duplicate_in, NULL, 0, false},
    {"extension.unasked", NO_BUNDLE, NULL, NULL, unasked_out, 0, false},
    {"extension.encrypt_then_mac", NO_BUNDLE, NULL, NULL, answered_out,
     PROV_EXTENSION_ENCRYPT_THEN_MAC, false},
    {"extension.truncated_hmac", NO_BUNDLE, NULL, NULL, answered_out, PROV_EXTENSION_TRUNCATED_HMAC,
     false},
    {"extension.status_request", NO_BUNDLE, NULL, NULL, answered_out, PROV_EXTENSION_STATUS_REQUEST,
     false},
    {"extension.early_data", NO_BUNDLE, NULL, NULL, answered_out, PROV_EXTENSION_EARLY_DATA, false},
    {"extension.session_ticket", NO_BUNDLE, NULL, NULL, answered_out, PROV_EXTENSION_SESSION_TICKET,
     false},
    {"cid.draft", NO_BUNDLE, NULL, NULL, answered_out, PROV_EXTENSION_CONNECTION_ID_DRAFT, false},
    {"name.own", NO_BUNDLE, other_name_tune, NULL, NULL, 0, false},
    {"name.unknown", NO_BUNDLE, NULL, name_warning_in, NULL, 0, false},
    {"name.answer", NO_BUNDLE, NULL, NULL, name_answer_out, 0, false},
    {"fragment_length.taken", NO_BUNDLE, NULL, ignored_in, NULL, PROV_EXTENSION_MAX_FRAGMENT_LENGTH,
     false},
    {"fragment_length.same", NO_BUNDLE, NULL, NULL, length_same_out, 0, false},
    {"fragment_length.kept", NO_BUNDLE, NULL, length_kept_in, length_kept_out, 0, false},
    {"fragment_length.wrong", NO_BUNDLE, NULL, length_wrong_in, NULL, 0, false},
    {"renegotiation.info", NO_BUNDLE, NULL, NULL, unanswered_out, PROV_EXTENSION_RENEGOTIATION_INFO,
     false},
    {"renegotiation.scsv", NO_BUNDLE, NULL, NULL, scsv_out, 0, false},
    {"renegotiation.initial", NO_BUNDLE, NULL, initial_in, NULL, 0, false},
    {"renegotiation.refused", WIRE_PSK, NULL, renegotiation_in, NULL, 0, false},
    {"master_secret.extended", NO_BUNDLE, NULL, master_in, NULL,
     PROV_EXTENSION_EXTENDED_MASTER_SECRET, false},
    {"alpn.answer", NO_BUNDLE, NULL, NULL, alpn_out, 0, false},
    {"alpn.mismatch", NO_BUNDLE, NULL, alpn_in, NULL, 0, false},
    {"group.none_common", NO_BUNDLE, NULL, groups_in, NULL, 0, false},
    {"group.formats", NO_BUNDLE, NULL, formats_in, NULL, 0, false},
    {"signature.sha1", NO_BUNDLE, NULL, sha1_in, NULL, 0, false},
    {"raw_key.no_common_type", NO_BUNDLE, NULL, NULL, type_alert_out, 0, false},
    {"heartbeat.oversized", NO_BUNDLE, NULL, heartbeat_in, NULL, 0, false},
    {"cached_info.taken", NO_BUNDLE, NULL, ignored_in, NULL, PROV_EXTENSION_CACHED_INFO, false},
    {"cid.taken", NO_BUNDLE, NULL, ignored_in, NULL, PROV_EXTENSION_CONNECTION_ID, false},
};
const size_t faults_hello_count = sizeof(faults_hello) / sizeof(faults_hello[0]);
