/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that are resumed by their id, and those that must not be (RFC 5246, section 7.3; RFC 7627,
 * section 5.3; profile.md, rows 43 and 45).
 */
#include "fixture.h"

enum { HELLO_HEAD = 2 + 32 }; /* octets of a hello before its session_id */

/* Both ends' memory of one session. */
struct pair {
    struct prov_dtls_resumable client, server;
};

static void remember(struct wire *w, struct pair *pair)
{
    assert_int_equal(prov_dtls_resumable(&w->ends[WIRE_CLIENT].session, w->now_ms, &pair->client),
                     PROV_OK);
    assert_int_equal(prov_dtls_resumable(&w->ends[WIRE_SERVER].session, w->now_ms, &pair->server),
                     PROV_OK);
}

/* A full handshake, to be resumed. */
static void first_time(enum wire_kind kind, struct pair *pair)
{
    struct wire w;

    wire_make(&w, &world, kind);
    w.ends[WIRE_SERVER].config.resumption = true;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_works(&w));
    assert_false(prov_dtls_resumed(&w.ends[WIRE_CLIENT].session));
    remember(&w, pair);
    wire_free(&w);
}

/* Ready to be started: the client offers, the server finds. */
static void second_time(struct wire *w, enum wire_kind kind, const struct pair *pair)
{
    wire_make(w, &world, kind);
    w->ends[WIRE_SERVER].config.resumption = true;
    w->ends[WIRE_CLIENT].config.resume = &pair->client;
    w->ends[WIRE_SERVER].found = &pair->server;
}

static void go(struct wire *w)
{
    wire_start(w);
    wire_run(w, w->now_ms + 70000);
}

static bool both_resumed(struct wire *w)
{
    return prov_dtls_resumed(&w->ends[WIRE_CLIENT].session) &&
           prov_dtls_resumed(&w->ends[WIRE_SERVER].session);
}

static size_t offered_id_len(const struct wire *w)
{
    struct prov_bytes hello;

    assert_true(wire_find(w, WIRE_CLIENT, MESSAGE_CLIENT_HELLO, 0, &hello));
    return hello.data[MESSAGE_HEADER_LEN + HELLO_HEAD];
}

/* It ends in a full handshake, whatever was offered. */
static void assert_full(struct wire *w)
{
    assert_true(wire_works(w));
    assert_false(prov_dtls_resumed(&w->ends[WIRE_CLIENT].session));
    assert_false(prov_dtls_resumed(&w->ends[WIRE_SERVER].session));
}

/* --- what is not resumed --------------------------------------------------------------------- */

static void row45_session_that_is_unknown_ends_in_a_full_handshake(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct pair pair;
        struct wire w;
        first_time((enum wire_kind)kind, &pair);
        second_time(&w, (enum wire_kind)kind, &pair);
        w.ends[WIRE_SERVER].found = NULL;
        go(&w);
        assert_full(&w);
        assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
        assert_int_equal(offered_id_len(&w), pair.client.session_id_len);
        wire_free(&w);
    }
}

static void row45_server_without_resumption_is_not_asked_and_gives_no_id(void **state)
{
    struct prov_dtls_resumable none;
    struct prov_bytes hello;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.ends[WIRE_SERVER].config.resumption = false;
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 0);
    assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
    assert_int_equal(hello.data[MESSAGE_HEADER_LEN + HELLO_HEAD], 0);
    assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, w.now_ms, &none),
                     PROV_E_NOT_FOUND);
    assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_SERVER].session, w.now_ms, &none),
                     PROV_E_NOT_FOUND);
    wire_free(&w);
}

/* The server finds what does not fit the hello: a full handshake follows. */
static void full_with(const struct pair *pair, enum wire_kind kind)
{
    struct wire w;

    second_time(&w, kind, pair);
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);
}

static void row43_session_of_another_name_is_not_resumed(void **state)
{
    struct pair pair;

    (void)state;
    first_time(WIRE_RPK, &pair);
    pair.server.name[0] ^= 1;
    full_with(&pair, WIRE_RPK);
    memset(pair.server.name, 0, sizeof(pair.server.name)); /* it had none */
    full_with(&pair, WIRE_RPK);
}

static void row43_client_does_not_offer_a_session_of_another_name(void **state)
{
    struct prov_fqdn other;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("other.example.org"), &other), PROV_OK);
    const struct prov_fqdn *names[] = {&other, NULL};
    for (size_t i = 0; i < 2; i++) {
        second_time(&w, WIRE_PSK, &pair);
        w.ends[WIRE_CLIENT].config.server_name = names[i];
        w.ends[WIRE_SERVER].config.server_name = names[i];
        go(&w);
        assert_full(&w);
        assert_int_equal(offered_id_len(&w), 0);
        wire_free(&w);
    }
}

/* A server that answers to every name must tell them apart all the same. */
static void row43_nameless_server_tells_names_apart(void **state)
{
    struct prov_fqdn other;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("other.example.org"), &other), PROV_OK);
    second_time(&w, WIRE_PSK, &pair);
    w.ends[WIRE_SERVER].config.server_name = NULL;
    w.ends[WIRE_CLIENT].config.server_name = &other;
    uint8_t name[32]; /* a client that offers it nevertheless */
    struct prov_bytes text = prov_bytes_text(other.text);
    assert_int_equal(prov_crypto_sha256(world.crypto, &text, 1, name), PROV_OK);
    memcpy(pair.client.name, name, sizeof(name));
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);
}

static void row45_found_session_with_another_id_or_kind_or_suite_is_not_resumed(void **state)
{
    struct pair pair;

    (void)state;
    first_time(WIRE_PSK_FS, &pair);
    struct pair changed = pair;
    changed.server.session_id[0] ^= 1;
    full_with(&changed, WIRE_PSK_FS);
    changed = pair;
    changed.server.session_id_len = 200;
    full_with(&changed, WIRE_PSK_FS);
    changed = pair;
    changed.server.kind = PROV_KIND_CERT; /* not one of this suite's */
    full_with(&changed, WIRE_PSK_FS);
    changed = pair;
    changed.server.kind = 0;
    full_with(&changed, WIRE_PSK_FS);
    changed = pair;
    changed.server.suite = prov_suite_psk_ccm_8.id; /* not offered */
    full_with(&changed, WIRE_PSK_FS);
    changed = pair;
    changed.server.suite = 0x1301; /* not known */
    full_with(&changed, WIRE_PSK_FS);
}

static void row45_suite_that_the_server_no_longer_takes_is_not_resumed(void **state)
{
    static const struct prov_suite *const less[] = {&prov_suite_ecdhe_psk_ccm_8, NULL};
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK_FS, &pair); /* with 0xD005 */
    second_time(&w, WIRE_PSK_FS, &pair);
    w.ends[WIRE_SERVER].config.suites = less;
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);
}

static void row45_client_offers_nothing_that_its_configuration_has_not(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    struct prov_dtls_resumable bad[5];
    for (size_t i = 0; i < 5; i++)
        bad[i] = pair.client;
    bad[0].session_id_len = 0;
    bad[1].session_id_len = 33;
    bad[2].suite = prov_suite_ecdhe_psk_ccm.id;
    bad[3].kind = PROV_KIND_RPK;
    bad[4].extended_master = false; /* RFC 7627, section 5.3 */
    for (size_t i = 0; i < 5; i++) {
        second_time(&w, WIRE_PSK, &pair);
        w.ends[WIRE_CLIENT].config.resume = &bad[i];
        go(&w);
        assert_full(&w);
        assert_int_equal(offered_id_len(&w), 0);
        wire_free(&w);
    }
}

static void h33_session_of_a_day_is_too_old(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair); /* the client does not offer it */
    w.now_ms = PROV_DTLS_RESUME_MS;
    go(&w);
    assert_full(&w);
    assert_int_equal(offered_id_len(&w), 0);
    wire_free(&w);

    pair.client.made_ms = PROV_DTLS_RESUME_MS; /* the server does not take it */
    second_time(&w, WIRE_PSK, &pair);
    w.now_ms = PROV_DTLS_RESUME_MS;
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);

    pair.server.made_ms = PROV_DTLS_RESUME_MS + 1; /* of a time to come */
    second_time(&w, WIRE_PSK, &pair);
    w.now_ms = PROV_DTLS_RESUME_MS;
    go(&w);
    assert_full(&w);
    wire_free(&w);
}

static void h33_session_is_resumed_until_a_day_has_gone(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.now_ms = PROV_DTLS_RESUME_MS - 1;
    go(&w);
    assert_true(wire_works(&w));
    assert_true(both_resumed(&w));
    struct pair again;
    remember(&w, &again);
    assert_int_equal(again.client.made_ms, pair.client.made_ms); /* resuming makes no one younger */
    assert_int_equal(again.server.made_ms, pair.server.made_ms);
    wire_free(&w);
}

/* --- extended master secret (RFC 7627, section 5.3) ------------------------------------------ */

/* Takes extended_master_secret (the octets 00 17 00 00) out of a hello; it stands alone behind the suites. */
static size_t without_master(uint8_t *body, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i++) {
        if (memcmp(body + i, "\x00\x17\x00\x00", 4) != 0)
            continue;
        memmove(body + i, body + i + 4, len - i - 4);
        size_t at = HELLO_HEAD + 1 + (size_t)body[HELLO_HEAD]; /* behind session_id */
        at += 2 + 1;                                           /* ServerHello: suite, compression */
        body[at + 1] = (uint8_t)(body[at + 1] - 4);
        return len - 4;
    }
    return len;
}

static void row52_session_without_master_meets_a_hello_with_it(void **state)
{
    struct pair pair;

    (void)state;
    first_time(WIRE_PSK, &pair);
    pair.server.extended_master = false;
    full_with(&pair, WIRE_PSK);
}

static void row52_session_with_master_meets_a_hello_without_it(void **state)
{
    struct craft asks = {.random = 5};
    struct craft_answer answer;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    memset(pair.server.name, 0, sizeof(pair.server.name)); /* nor a name */
    second_time(&w, WIRE_PSK, &pair);
    asks.session_id = PROV_BYTES(pair.server.session_id, pair.server.session_id_len);
    craft_ask(&w, &asks, &answer);
    assert_int_equal(answer.alert, PROV_ALERT_HANDSHAKE_FAILURE);
    assert_int_equal(answer.suite, 0);
    wire_free(&w);
}

static void row52_session_without_master_is_never_kept(void **state)
{
    struct wire_edit edit = {
        .from = WIRE_SERVER, .type = MESSAGE_SERVER_HELLO, .change = without_master};
    struct prov_dtls_resumable none;
    struct prov_bytes hello;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.resumption = true;
    const struct craft asks = {.random = 5};
    struct craft_answer answer;
    craft_ask(&w, &asks, &answer); /* without the extension: no id is given */
    assert_int_equal(answer.suite, prov_suite_psk_ccm_8.id);
    assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
    assert_int_equal(hello.data[MESSAGE_HEADER_LEN + HELLO_HEAD], 0);
    wire_free(&w);

    wire_make(&w, &world, WIRE_PSK); /* a server that gives one all the same */
    w.ends[WIRE_SERVER].config.resumption = true;
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(edit.met > 0);
    assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, w.now_ms, &none),
                     PROV_E_NOT_FOUND);
    wire_free(&w);
}

static void row52_client_refuses_an_abbreviated_hello_without_it(void **state)
{
    struct wire_edit edit = {
        .from = WIRE_SERVER, .type = MESSAGE_SERVER_HELLO, .change = without_master};
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.fate = wire_edit_fate;
    w.context = &edit;
    go(&w);
    assert_true(edit.met > 0);
    assert_true(w.ends[WIRE_CLIENT].failed > 0);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), PROV_ALERT_HANDSHAKE_FAILURE);
    wire_free(&w);
}

/* --- what a server must not say -------------------------------------------------------------- */

static size_t other_suite(uint8_t *body, size_t len)
{
    size_t at = HELLO_HEAD + 1 + (size_t)body[HELLO_HEAD];

    body[at] = 0xD0;
    body[at + 1] = 0x03;
    return len;
}

static void row45_abbreviated_hello_with_another_suite_is_refused(void **state)
{
    struct wire_edit edit = {
        .from = WIRE_SERVER, .type = MESSAGE_SERVER_HELLO, .change = other_suite};
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK_FS, &pair); /* 0xD005; 0xD003 was offered, too */
    second_time(&w, WIRE_PSK_FS, &pair);
    w.fate = wire_edit_fate;
    w.context = &edit;
    go(&w);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), PROV_ALERT_ILLEGAL_PARAMETER);
    wire_free(&w);
}

static size_t other_id(uint8_t *body, size_t len)
{
    body[HELLO_HEAD + 1] ^= 1;
    return len;
}

/* The client believes in a full handshake, the server in an abbreviated one: nothing comes of it. */
static void row45_changed_id_on_the_way_connects_nobody(void **state)
{
    struct wire_edit edit = {.from = WIRE_SERVER, .type = MESSAGE_SERVER_HELLO, .change = other_id};
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_RPK, &pair);
    second_time(&w, WIRE_RPK, &pair);
    w.fate = wire_edit_fate;
    w.context = &edit;
    go(&w);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    wire_free(&w);
}

/* Whoever knows the id and not the secret. */
static void row45_other_master_secret_connects_nobody(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct pair pair;
        struct wire w;
        first_time(WIRE_PSK, &pair);
        (side == 0 ? &pair.client : &pair.server)->master[47] ^= 1;
        second_time(&w, WIRE_PSK, &pair);
        go(&w);
        assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
        assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).result, PROV_E_TIMEOUT);
        assert_int_equal(prov_dtls_failure(&w.ends[WIRE_SERVER].session).result, PROV_E_TIMEOUT);
        assert_int_equal(wire_alert(&w, WIRE_SERVER), -1);
        wire_free(&w);
    }
}

/* --- which sessions may be resumed ----------------------------------------------------------- */

static bool not_before_connected(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls_resumable none;
    struct wire_end *end = &w->ends[side];

    if (event != PROV_DTLS_CONNECTED && end->connected == 0)
        assert_int_equal(prov_dtls_resumable(&end->session, w->now_ms, &none), PROV_E_NOT_FOUND);
    return false;
}

static void row45_not_before_both_finished_have_come(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_CERT, &pair);
    for (int resumed = 0; resumed < 2; resumed++) {
        second_time(&w, WIRE_CERT, &pair);
        if (!resumed)
            w.ends[WIRE_CLIENT].config.resume = NULL;
        w.intercept = not_before_connected;
        go(&w);
        assert_int_equal(both_resumed(&w), resumed);
        struct pair again;
        remember(&w, &again);
        assert_memory_equal(again.client.master, again.server.master, 48);
        wire_free(&w);
    }
}

static void row45_the_secret_is_given_once(void **state)
{
    struct prov_dtls_resumable none;
    struct pair pair;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.resumption = true;
    go(&w);
    remember(&w, &pair);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(prov_dtls_resumable(&w.ends[i].session, w.now_ms, &none),
                         PROV_E_NOT_FOUND);
        for (size_t j = 0; j < 48; j++)
            assert_int_equal(w.ends[i].session.kept.master[j], 0);
    }
    prov_dtls_resumable_wipe(&pair.client);
    for (size_t j = 0; j < sizeof(pair.client); j++)
        assert_int_equal(((const uint8_t *)&pair.client)[j], 0);
    prov_dtls_resumable_wipe(NULL);
    wire_free(&w);
}

static void row45_fatal_alert_leaves_nothing_to_resume(void **state)
{
    struct prov_dtls_resumable none;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.resumption = true;
    go(&w);
    prov_dtls_abort(&w.ends[WIRE_SERVER].session, PROV_ALERT_INTERNAL_ERROR);
    wire_run(&w, w.now_ms);
    assert_true(w.ends[WIRE_CLIENT].failed > 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(prov_dtls_resumable(&w.ends[i].session, w.now_ms, &none),
                         PROV_E_NOT_FOUND);
        for (size_t j = 0; j < 48; j++)
            assert_int_equal(w.ends[i].session.kept.master[j], 0);
    }
    wire_free(&w);
}

static void h15_closed_session_is_resumed(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.ends[WIRE_SERVER].config.resumption = true;
    go(&w);
    prov_dtls_close(&w.ends[WIRE_CLIENT].session);
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_SERVER].closed, 1);
    remember(&w, &pair);
    wire_free(&w);
    second_time(&w, WIRE_RPK, &pair);
    go(&w);
    assert_true(wire_works(&w));
    assert_true(both_resumed(&w));
    wire_free(&w);
}

/* --- resumed --------------------------------------------------------------------------------- */

static unsigned records_of(const struct wire *w, enum wire_side from, uint8_t type)
{
    unsigned count = 0;
    struct prov_bytes message;

    while (wire_find(w, from, type, count, &message))
        count++;
    return count;
}

static void row45_second_handshake_of_each_kind_is_abbreviated(void **state)
{
    static const uint8_t absent[] = {MESSAGE_CERTIFICATE,         MESSAGE_SERVER_KEY_EXCHANGE,
                                     MESSAGE_CERTIFICATE_REQUEST, MESSAGE_SERVER_HELLO_DONE,
                                     MESSAGE_CERTIFICATE_VERIFY,  MESSAGE_CLIENT_KEY_EXCHANGE};

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct pair pair;
        struct wire w;
        first_time((enum wire_kind)kind, &pair);
        for (int time = 0; time < 3; time++) { /* it goes on and on */
            second_time(&w, (enum wire_kind)kind, &pair);
            go(&w);
            assert_true(wire_works(&w));
            assert_true(both_resumed(&w));
            for (int side = 0; side < 2; side++) {
                for (size_t i = 0; i < sizeof(absent); i++)
                    assert_int_equal(records_of(&w, (enum wire_side)side, absent[i]), 0);
                /* nothing long, and nobody was asked */
                assert_int_equal(w.ends[side].again, 0);
                assert_int_equal(
                    w.ends[side].asked[0] + w.ends[side].asked[1] + w.ends[side].asked[2], 0);
                assert_int_equal(prov_dtls_kind(&w.ends[side].session), pair.server.kind);
                assert_int_equal(prov_dtls_suite(&w.ends[side].session)->id, pair.server.suite);
            }
            /* hello, request for a cookie, hello, one flight, one flight; then "up" and "down" */
            assert_int_equal(w.ends[WIRE_CLIENT].sent, 3 + 1);
            assert_int_equal(w.ends[WIRE_SERVER].sent, 2 + 1);
            remember(&w, &pair);
            wire_free(&w);
        }
    }
}

static void row58_cookie_is_asked_for_on_resumption_too(void **state)
{
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    go(&w);
    assert_true(both_resumed(&w));
    assert_int_equal(records_of(&w, WIRE_SERVER, MESSAGE_HELLO_VERIFY_REQUEST), 1);
    assert_int_equal(records_of(&w, WIRE_CLIENT, MESSAGE_CLIENT_HELLO), 2);
    wire_free(&w);
}

static void h19_abbreviated_hello_says_what_is_settled_anew_and_no_more(void **state)
{
    static const uint8_t extensions[] = {0, 9, 0x00, 0x17, 0, 0, 0xFF, 0x01, 0, 1, 0};

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct prov_bytes hello;
        struct pair pair;
        struct wire w;
        first_time((enum wire_kind)kind, &pair);
        second_time(&w, (enum wire_kind)kind, &pair);
        go(&w);
        assert_true(both_resumed(&w));
        assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
        size_t at = MESSAGE_HEADER_LEN + HELLO_HEAD;
        assert_int_equal(hello.data[at], pair.server.session_id_len);
        assert_memory_equal(hello.data + at + 1, pair.server.session_id,
                            pair.server.session_id_len);
        at += 1 + pair.server.session_id_len + 3;
        assert_int_equal(hello.len - at, sizeof(extensions));
        assert_memory_equal(hello.data + at, extensions, sizeof(extensions));
        wire_free(&w);
    }
}

static void h19_fragment_length_goes_on_with_the_session(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX], long_one[513];
    struct wire w;

    (void)state;
    memset(long_one, 'x', sizeof(long_one));
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.resumption = true;
    w.ends[WIRE_CLIENT].config.max_fragment = 512;
    go(&w);
    struct pair pair;
    remember(&w, &pair);
    assert_int_equal(pair.client.max_fragment, 1);
    assert_int_equal(pair.server.max_fragment, 1);
    wire_free(&w);
    for (int asks = 0; asks < 2; asks++) { /* whether the second hello asks for it again or not */
        second_time(&w, WIRE_PSK, &pair);
        w.ends[WIRE_CLIENT].config.max_fragment = asks ? 512 : 0;
        go(&w);
        assert_true(both_resumed(&w));
        for (int side = 0; side < 2; side++) {
            struct prov_buf out = PROV_BUF_OF(room);
            assert_int_equal(prov_dtls_data_max(&w.ends[side].session), 512);
            assert_int_equal(prov_dtls_seal(&w.ends[side].session, PROV_BYTES_OF(long_one), &out),
                             PROV_E_BOUNDS);
        }
        assert_true(wire_works(&w));
        wire_free(&w);
    }
    second_time(&w, WIRE_PSK, &pair); /* another length: not offered */
    w.ends[WIRE_CLIENT].config.max_fragment = 1024;
    go(&w);
    assert_full(&w);
    assert_int_equal(offered_id_len(&w), 0);
    wire_free(&w);
    pair.server.max_fragment = 5; /* no such length */
    full_with(&pair, WIRE_PSK);
}

static enum wire_fate lose_last_flight(void *context, struct wire_datagram *d)
{
    unsigned *lost = context;

    if (d->from != WIRE_CLIENT || d->octets[0] != 20 || *lost == 0)
        return WIRE_DELIVER;
    (*lost)--;
    return WIRE_DROP;
}

/* What a connection has is settled anew with each: RFC 7301, section 3.1; RFC 9146, section 3; heartbeats. */
static void h19_abbreviated_hello_settles_what_a_connection_has(void **state)
{
    static const uint8_t cid[] = {1, 2, 3, 4, 5};
    static const uint16_t expected[] = {
        PROV_EXTENSION_HEARTBEAT, PROV_EXTENSION_ALPN, PROV_EXTENSION_EXTENDED_MASTER_SECRET,
        PROV_EXTENSION_CONNECTION_ID, PROV_EXTENSION_RENEGOTIATION_INFO};
    struct prov_bytes hello, body;
    struct pair pair;

    (void)state;
    first_time(WIRE_PSK_FS, &pair); /* without any of it */
    for (unsigned lost = 0; lost < 3; lost++) {
        struct wire w;
        second_time(&w, WIRE_PSK_FS, &pair);
        for (int side = 0; side < 2; side++) {
            w.ends[side].config.protocol = "co";
            w.ends[side].config.heartbeat = true;
            w.ends[side].config.mtu = PROV_DTLS_MTU_MIN;
        }
        w.ends[WIRE_CLIENT].config.connection_id = true;
        w.ends[WIRE_SERVER].cid = PROV_BYTES_OF(cid);
        unsigned left = lost;
        w.fate = lose_last_flight;
        w.context = &left;
        go(&w);
        assert_true(wire_works(&w));
        assert_true(both_resumed(&w));
        assert_int_equal(prov_dtls_connection_id(&w.ends[WIRE_SERVER].session).len, sizeof(cid));
        assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
        size_t at = MESSAGE_HEADER_LEN + HELLO_HEAD;
        at += 1 + (size_t)hello.data[at] + 3 + 2;
        struct prov_bytes block = PROV_BYTES(hello.data + at, hello.len - at);
        size_t octets = 0;
        for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
            assert_true(craft_extension(block, expected[i], &body));
            octets += 4 + body.len;
        }
        assert_int_equal(octets, block.len); /* and nothing else */
        wire_free(&w);
    }
}

/* RFC 5929, section 3.1 */
static void row52_tls_unique_is_the_servers_finished(void **state)
{
    uint8_t unique[2][PROV_DTLS_TLS_UNIQUE_LEN];
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    go(&w);
    for (int i = 0; i < 2; i++)
        assert_int_equal(prov_dtls_tls_unique(&w.ends[i].session, unique[i]), PROV_OK);
    assert_memory_equal(unique[0], unique[1], sizeof(unique[0]));
    assert_memory_not_equal(unique[0], w.ends[WIRE_CLIENT].session.finished_own, sizeof(unique[0]));
    wire_free(&w);
}

/* --- the last flight is the client's --------------------------------------------------------- */

static void h7_client_sends_its_last_flight_again_when_the_server_repeats_its_own(void **state)
{
    unsigned lost = 2;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.fate = lose_last_flight;
    w.context = &lost;
    go(&w);
    assert_int_equal(lost, 0);
    assert_true(wire_works(&w));
    assert_int_equal(w.ends[WIRE_CLIENT].connected_at_ms, 0);
    assert_int_equal(w.ends[WIRE_SERVER].connected_at_ms, 27000);
    assert_int_equal(prov_dtls_stats(&w.ends[WIRE_CLIENT].session).flights_resent, 2);
    wire_free(&w);
}

static void h7_client_lingers_for_240_s(void **state)
{
    struct pair pair;

    (void)state;
    first_time(WIRE_PSK, &pair);
    for (int late = 0; late < 2; late++) {
        unsigned lost = 1;
        struct wire w;
        second_time(&w, WIRE_PSK, &pair);
        w.ends[WIRE_SERVER].config.timer_initial_ms = late ? PROV_LINGER_MS : PROV_LINGER_MS - 1;
        w.ends[WIRE_SERVER].config.timer_max_ms = PROV_LINGER_MS;
        w.fate = lose_last_flight;
        w.context = &lost;
        wire_start(&w);
        wire_run(&w, PROV_LINGER_MS);
        assert_int_equal(w.ends[WIRE_SERVER].connected, 1 - late);
        wire_free(&w);
    }
}

static void h8_data_before_the_clients_finished_is_not_delivered(void **state)
{
    unsigned lost = 1;
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.fate = lose_last_flight;
    w.context = &lost;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 1);
    wire_send(&w, WIRE_CLIENT, "early");
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 0);
    wire_run(&w, 70000);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* The full handshake has no last flight of the client's to be sent again. */
static void h7_repeated_finished_of_a_full_handshake_is_not_answered(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    unsigned sent = w.ends[WIRE_CLIENT].sent;
    w.ends[WIRE_SERVER].session.last_flight = true;
    struct prov_buf out = PROV_BUF_OF(room);
    assert_true(prov_dtls_pull(&w.ends[WIRE_SERVER].session, w.now_ms, &out));
    wire_inject(&w, WIRE_SERVER, room, out.len);
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_CLIENT].sent, sent);
    wire_free(&w);
}

static void h39_alert_in_epoch_0_ends_the_attempt_alone(void **state)
{
    static const uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
    struct pair pair;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    wire_start(&w);
    wire_inject(&w, WIRE_SERVER, alert, sizeof(alert));
    wire_run(&w, 0);
    assert_true(w.ends[WIRE_CLIENT].failed > 0);
    assert_false(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).authentic);
    wire_free(&w);
    second_time(&w, WIRE_PSK, &pair); /* the session is as good as before */
    go(&w);
    assert_true(both_resumed(&w));
    wire_free(&w);
}

/* Out of order: Certificate and all that follows has no place behind an abbreviated ServerHello. */
static void row45_flight_of_a_full_handshake_behind_an_abbreviated_hello_is_refused(void **state)
{
    const struct cut done = {.type = MESSAGE_SERVER_HELLO_DONE, .message_seq = 2};
    uint8_t room[WIRE_DATAGRAM_MAX], hello[WIRE_DATAGRAM_MAX];
    struct prov_bytes message;
    struct pair pair;
    struct wire w, probe;

    (void)state;
    first_time(WIRE_PSK, &pair);
    second_time(&w, WIRE_PSK, &pair);
    w.no_cookie = true;
    second_time(&probe, WIRE_PSK, &pair);
    probe.no_cookie = true;
    go(&probe);
    assert_true(wire_find(&probe, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &message));
    const struct cut whole = {.type = MESSAGE_SERVER_HELLO,
                              .length = (uint32_t)(message.len - MESSAGE_HEADER_LEN),
                              .fragment_length = (uint32_t)(message.len - MESSAGE_HEADER_LEN)};
    size_t len = fragment(&whole, message.data + MESSAGE_HEADER_LEN, hello);
    wire_start(&w);
    wire_inject(&w, WIRE_SERVER, hello, len);
    struct cut next = done;
    next.message_seq = 1;
    len = fragment(&next, NULL, room);
    wire_inject(&w, WIRE_SERVER, room, len);
    w.queue_len = 2; /* the hello of the client goes nowhere */
    wire_run(&w, 0);
    assert_true(w.ends[WIRE_CLIENT].failed > 0);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), PROV_ALERT_UNEXPECTED_MESSAGE);
    wire_free(&probe);
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row45_session_that_is_unknown_ends_in_a_full_handshake),
        cmocka_unit_test(row45_server_without_resumption_is_not_asked_and_gives_no_id),
        cmocka_unit_test(row43_session_of_another_name_is_not_resumed),
        cmocka_unit_test(row43_client_does_not_offer_a_session_of_another_name),
        cmocka_unit_test(row43_nameless_server_tells_names_apart),
        cmocka_unit_test(row45_found_session_with_another_id_or_kind_or_suite_is_not_resumed),
        cmocka_unit_test(row45_suite_that_the_server_no_longer_takes_is_not_resumed),
        cmocka_unit_test(row45_client_offers_nothing_that_its_configuration_has_not),
        cmocka_unit_test(h33_session_of_a_day_is_too_old),
        cmocka_unit_test(h33_session_is_resumed_until_a_day_has_gone),
        cmocka_unit_test(row52_session_without_master_meets_a_hello_with_it),
        cmocka_unit_test(row52_session_with_master_meets_a_hello_without_it),
        cmocka_unit_test(row52_session_without_master_is_never_kept),
        cmocka_unit_test(row52_client_refuses_an_abbreviated_hello_without_it),
        cmocka_unit_test(row45_abbreviated_hello_with_another_suite_is_refused),
        cmocka_unit_test(row45_changed_id_on_the_way_connects_nobody),
        cmocka_unit_test(row45_other_master_secret_connects_nobody),
        cmocka_unit_test(row45_not_before_both_finished_have_come),
        cmocka_unit_test(row45_the_secret_is_given_once),
        cmocka_unit_test(row45_fatal_alert_leaves_nothing_to_resume),
        cmocka_unit_test(row45_flight_of_a_full_handshake_behind_an_abbreviated_hello_is_refused),
        cmocka_unit_test(h7_repeated_finished_of_a_full_handshake_is_not_answered),
        cmocka_unit_test(h8_data_before_the_clients_finished_is_not_delivered),
        cmocka_unit_test(h39_alert_in_epoch_0_ends_the_attempt_alone),
        cmocka_unit_test(h15_closed_session_is_resumed),
        cmocka_unit_test(row45_second_handshake_of_each_kind_is_abbreviated),
        cmocka_unit_test(row58_cookie_is_asked_for_on_resumption_too),
        cmocka_unit_test(h19_abbreviated_hello_says_what_is_settled_anew_and_no_more),
        cmocka_unit_test(h19_abbreviated_hello_settles_what_a_connection_has),
        cmocka_unit_test(h19_fragment_length_goes_on_with_the_session),
        cmocka_unit_test(row52_tls_unique_is_the_servers_finished),
        cmocka_unit_test(h7_client_sends_its_last_flight_again_when_the_server_repeats_its_own),
        cmocka_unit_test(h7_client_lingers_for_240_s),
    };
    return cmocka_run_group_tests_name("dtls resume", tests, setup, teardown);
}
