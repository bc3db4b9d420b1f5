/* SPDX-License-Identifier: Apache-2.0
 *
 * client_certificate_url (RFC 6066, section 5; profile.md, row 40): what each end refuses, and the octets on
 * the wire, worked out here from the text of the RFC.
 */
#include "fixture.h"

#include "libprov/dtls/url.h"

enum { CERTIFICATE = 11, CERTIFICATE_URL = 21 };

#define URL_0 "http://certs.example.org/0.cer"
#define URL_1 "https://certs.example.org:8443/issuing.cer"

static struct prov_certificate_url urls[PROV_DTLS_CHAIN_MAX + 1];

static void make_urls(void)
{
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        urls[i].url = prov_bytes_text(i % 2 == 0 ? URL_0 : URL_1);
        memset(urls[i].sha1, 0xA0 + (int)i, PROV_SHA1_LEN);
    }
}

/* A client that has an address for each certificate, and a server that would fetch them. */
static void make_with_urls(struct wire *w, bool takes)
{
    make_urls();
    wire_make(w, &world, WIRE_CERT);
    w->ends[WIRE_CLIENT].config.urls = urls;
    w->ends[WIRE_CLIENT].config.urls_len = 2;
    w->ends[WIRE_SERVER].config.take_urls = takes;
}

/* --- what a server refuses ------------------------------------------------------------------- */

static int server_alert_to(size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {WIRE_CLIENT, CERTIFICATE_URL, change, 0};
    struct wire w;

    make_with_urls(&w, true);
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(edit.met > 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 0);
    int alert = wire_alert(&w, WIRE_SERVER);
    wire_free(&w);
    return alert;
}

/* Where the padding of the first one is: type 1, list 2, length 2, url. */
#define PADDING_AT (1 + 2 + 2 + sizeof(URL_0) - 1)

static size_t padding_0(uint8_t *body, size_t len)
{
    body[PADDING_AT] = 0;
    return len;
}

static size_t padding_2_at_the_end(uint8_t *body, size_t len)
{
    body[len - 21] = 2;
    return len;
}

static size_t type_2(uint8_t *body, size_t len)
{
    body[0] = 2;
    return len;
}

static size_t pkipath_of_two(uint8_t *body, size_t len)
{
    body[0] = 1;
    return len;
}

static size_t no_url(uint8_t *body, size_t len)
{
    (void)len;
    memset(body, 0, 3);
    return 3;
}

static size_t empty_body(uint8_t *body, size_t len)
{
    (void)body, (void)len;
    return 0;
}

static size_t trailing(uint8_t *body, size_t len)
{
    body[len] = 0;
    return len + 1;
}

static size_t cut(uint8_t *body, size_t len)
{
    body[2]--;
    return len - 1;
}

/* One URL of a length, and a hash. */
static size_t one_url(uint8_t *body, size_t url_len)
{
    struct prov_buf buf = prov_buf_make(body, WIRE_DATAGRAM_MAX / 2);

    prov_put_u8(&buf, 0);
    prov_put_u16(&buf, (uint16_t)(2 + url_len + 1 + 20));
    prov_put_u16(&buf, (uint16_t)url_len);
    memset(prov_put_space(&buf, url_len + 1 + 20), 1, url_len + 1 + 20);
    return buf.len;
}

static size_t empty_url(uint8_t *body, size_t len)
{
    (void)len;
    return one_url(body, 0);
}

static size_t url_of_256(uint8_t *body, size_t len)
{
    (void)len;
    return one_url(body, 256);
}

static size_t seven_urls(uint8_t *body, size_t len)
{
    struct prov_buf buf = prov_buf_make(body, WIRE_DATAGRAM_MAX / 2);

    (void)len;
    prov_urls_put(&buf, urls, 7);
    return buf.len;
}

static void row40_a_malformed_message_is_refused(void **state)
{
    (void)state;
    assert_int_equal(server_alert_to(padding_0), 47);
    assert_int_equal(server_alert_to(padding_2_at_the_end), 47);
    assert_int_equal(server_alert_to(type_2), 47);
    assert_int_equal(server_alert_to(pkipath_of_two), 47);
    assert_int_equal(server_alert_to(no_url), 50);
    assert_int_equal(server_alert_to(empty_body), 50);
    assert_int_equal(server_alert_to(trailing), 50);
    assert_int_equal(server_alert_to(cut), 50);
    assert_int_equal(server_alert_to(empty_url), 50);
}

static void row40_too_many_and_too_long_are_unobtainable(void **state)
{
    (void)state;
    assert_int_equal(server_alert_to(url_of_256), 111);
    assert_int_equal(server_alert_to(seven_urls), 111);
}

/* The client pretends that the server has agreed. */
static bool pretend(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *s = &w->ends[side].session;

    if (side == WIRE_CLIENT && event == PROV_DTLS_NEED_VERIFY)
        s->hs->facts.urls = true;
    return false;
}

static void row40_a_message_without_an_agreement_gets_10(void **state)
{
    struct wire w;

    (void)state;
    make_with_urls(&w, false);
    w.intercept = pretend;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 10);
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 0);
    assert_int_equal(w.ends[WIRE_SERVER].connected, 0);
    wire_free(&w);
}

static int alert_after_fetch(prov_result fetch, prov_result verdict, unsigned asked)
{
    struct wire w;

    make_with_urls(&w, true);
    w.ends[WIRE_SERVER].fetch = fetch;
    w.ends[WIRE_SERVER].verdict = verdict;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 1);
    assert_int_equal(w.ends[WIRE_SERVER].asked[2], asked);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    int alert = wire_alert(&w, WIRE_SERVER);
    wire_free(&w);
    return alert;
}

static void row40_each_failure_to_fetch_has_its_alert(void **state)
{
    (void)state;
    assert_int_equal(alert_after_fetch(PROV_E_DIGEST, PROV_OK, 0), 114);
    assert_int_equal(alert_after_fetch(PROV_E_NOT_FOUND, PROV_OK, 0), 111);
    assert_int_equal(alert_after_fetch(PROV_E_TIMEOUT, PROV_OK, 0), 111);
    assert_int_equal(alert_after_fetch(PROV_E_POLICY, PROV_OK, 0), 111);
    assert_int_equal(alert_after_fetch(PROV_OK, PROV_E_REVOKED, 1), 44);
    assert_int_equal(alert_after_fetch(PROV_OK, PROV_E_ISSUER, 1), 48);
}

/* What a server is given in the client's place. */
struct given {
    const struct prov_bytes *chain;
    size_t len;
};

static bool give(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    const struct given *given = w->intercept_context;

    if (event != PROV_DTLS_NEED_FETCH)
        return false;
    prov_dtls_give_chain(&w->ends[side].session, PROV_OK, given->chain, given->len);
    return true;
}

static int alert_to_given(const struct prov_bytes *chain, size_t len)
{
    struct given given = {chain, len};
    struct wire w;

    make_with_urls(&w, true);
    w.intercept = give;
    w.intercept_context = &given;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected + w.ends[WIRE_SERVER].connected, 0);
    int alert = wire_alert(&w, WIRE_SERVER);
    wire_free(&w);
    return alert;
}

/* Fetched certificates are the client's word, as if they stood in its Certificate. */
static void row40_what_was_fetched_is_judged_like_a_certificate(void **state)
{
    const struct wire_identity *client = &world.identities[WIRE_CLIENT];
    struct prov_bytes seven[PROV_DTLS_CHAIN_MAX + 1], other[2] = {world.issuing, world.root};
    const struct prov_bytes page = prov_bytes_text("<html>");

    (void)state;
    for (size_t i = 0; i <= PROV_DTLS_CHAIN_MAX; i++)
        seven[i] = client->chain[0];
    assert_int_equal(alert_to_given(NULL, 0), 111);
    assert_int_equal(alert_to_given(seven, PROV_DTLS_CHAIN_MAX + 1), 42);
    assert_int_equal(alert_to_given(&page, 1), 42);
    assert_int_equal(alert_to_given(world.identities[WIRE_SERVER].chain, 2), 49); /* H37 */
    assert_int_equal(alert_to_given(other, 2), 43); /* a CA's: not an end entity's */
    assert_int_equal(alert_to_given(client->chain, 1), 48);
}

/* The certificate's key has to have signed: an address proves nothing. */
static void row40_somebody_elses_certificate_does_not_help(void **state)
{
    struct prov_key mine = world.identities[WIRE_CLIENT].handle;
    struct wire w;

    (void)state;
    make_with_urls(&w, true);
    world.identities[WIRE_CLIENT].handle = world.identities[WIRE_SERVER].handle;
    wire_start(&w);
    wire_run(&w, 0);
    world.identities[WIRE_CLIENT].handle = mine;
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 1);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 51);
    wire_free(&w);
}

static void row40_the_extension_has_no_body(void **state)
{
    struct craft_answer answer;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_SERVER].config.take_urls = true;
    craft_ask(&w,
              &(struct craft){.suites = OCTETS(0xC0, 0xAE),
                              .extensions = OCTETS(0, 13, 0, 4, 0, 2, 4, 3, 0, 2, 0, 1, 0)},
              &answer);
    assert_int_equal(answer.alert, 50);
    craft_ask(&w,
              &(struct craft){.suites = OCTETS(0xC0, 0xAE),
                              .extensions = OCTETS(0, 13, 0, 4, 0, 2, 4, 3, 0, 2, 0, 0)},
              &answer);
    assert_int_equal(answer.alert, -1);
    wire_free(&w);
}

/* --- what a client refuses ------------------------------------------------------------------- */

static size_t echoes(uint8_t *body, size_t len)
{
    size_t block_at = 38 + (size_t)body[34];

    memcpy(body + len, "\0\x02\0\0", 4);
    body[block_at + 1] = (uint8_t)(body[block_at + 1] + 4);
    return len + 4;
}

static size_t echoes_a_body(uint8_t *body, size_t len)
{
    len = echoes(body, len);
    size_t block_at = 38 + (size_t)body[34];
    body[len - 1] = 1;
    body[len] = 0;
    body[block_at + 1]++;
    return len + 1;
}

static int client_alert_to(bool has_urls, size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {WIRE_SERVER, 2, change, 0};
    struct wire w;

    make_with_urls(&w, false);
    w.ends[WIRE_CLIENT].config.urls_len = has_urls ? 2 : 0;
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    int alert = wire_alert(&w, WIRE_CLIENT);
    wire_free(&w);
    return alert;
}

static void row40_an_answer_without_an_offer_gets_110(void **state)
{
    (void)state;
    assert_int_equal(client_alert_to(false, echoes), 110);
    assert_int_equal(client_alert_to(true, echoes_a_body), 50);
}

static void row40_a_server_that_sends_addresses_gets_10(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX], body[3 + 2 + 8 + 21] = {0, 0, 31, 0, 8};
    struct cut message = {CERTIFICATE_URL, sizeof(body), 0, sizeof(body), 1};
    struct wire w;

    (void)state;
    make_with_urls(&w, true);
    w.no_cookie = true;
    wire_start(&w);
    wire_inject(&w, WIRE_SERVER, room, fragment(&message, body, room));
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), 10);
    wire_free(&w);
}

static prov_result start_with(const char *url, size_t count)
{
    struct prov_dtls session;
    struct wire w;

    make_with_urls(&w, true);
    urls[0].url = prov_bytes_text(url);
    w.ends[WIRE_CLIENT].config.urls_len = count;
    prov_result result = prov_dtls_start(&session, &w.ends[WIRE_CLIENT].config, world.crypto,
                                         w.ends[WIRE_CLIENT].workspace, 0);
    if (result == PROV_OK)
        prov_dtls_drop(&session);
    wire_free(&w);
    return result;
}

static void row40_a_client_sends_no_address_that_nobody_fetches(void **state)
{
    (void)state;
    assert_int_equal(start_with(URL_0, PROV_DTLS_CHAIN_MAX + 1), PROV_E_BOUNDS);
    assert_int_equal(start_with("ftp://certs.example.org/0.cer", 1), PROV_E_ADDRESS);
    assert_int_equal(start_with("", 1), PROV_E_ADDRESS);
    assert_int_equal(start_with(URL_0, PROV_DTLS_CHAIN_MAX), PROV_OK);
}

static void row40_other_kinds_do_not_offer_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_CERT; kind++) {
        struct prov_bytes hello;
        struct wire w;
        make_urls();
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_CLIENT].config.urls = urls;
        w.ends[WIRE_CLIENT].config.urls_len = 2;
        w.ends[WIRE_SERVER].config.take_urls = true;
        wire_start(&w);
        wire_run(&w, 0);
        assert_true(wire_find(&w, WIRE_SERVER, 2, 0, &hello));
        for (size_t i = 0; i + 4 < hello.len; i++)
            assert_memory_not_equal(hello.data + i, "\0\x02\0\0", 4);
        assert_int_equal(w.ends[WIRE_SERVER].fetched, 0);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

/* --- what works ------------------------------------------------------------------------------ */

static bool has_extension(const struct wire *w, enum wire_side from, uint8_t type, unsigned nth,
                          struct prov_bytes *ret)
{
    struct prov_bytes message;

    assert_true(wire_find(w, from, type, nth, &message));
    const uint8_t *body = message.data + 12;
    size_t at = 34 + 1 + (size_t)body[34];
    at += type == 1 ? 1 + (size_t)body[at] + 4 + 2 : 3;
    return craft_extension(PROV_BYTES(body + at + 2, message.len - 12 - at - 2), 2, ret);
}

static void row40_a_server_that_was_not_told_to_does_not_fetch(void **state)
{
    struct prov_bytes body;
    struct wire w;

    (void)state;
    make_with_urls(&w, false);
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(has_extension(&w, WIRE_CLIENT, 1, 1, &body));
    assert_false(has_extension(&w, WIRE_SERVER, 2, 0, &body));
    assert_true(wire_find(&w, WIRE_CLIENT, CERTIFICATE, 0, &body));
    assert_false(wire_find(&w, WIRE_CLIENT, CERTIFICATE_URL, 0, &body));
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

struct seen {
    bool checked; /* first: check_transcript sets it */
    unsigned fetches;
};

static bool look(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct seen *seen = w->intercept_context;
    struct prov_certificate_url asked[PROV_DTLS_CHAIN_MAX];
    struct prov_dtls *s = &w->ends[side].session;
    bool pkipath = true;

    if (event == PROV_DTLS_NEED_FETCH) {
        assert_int_equal(prov_dtls_need_urls(s, asked, &pkipath), 2);
        assert_false(pkipath);
        for (size_t i = 0; i < 2; i++) {
            assert_true(prov_bytes_equal(asked[i].url, urls[i].url));
            assert_memory_equal(asked[i].sha1, urls[i].sha1, PROV_SHA1_LEN);
        }
        seen->fetches++;
    } else {
        assert_int_equal(prov_dtls_need_urls(s, asked, &pkipath), 0);
        if (side == WIRE_SERVER) /* no Certificate came, and nothing else is one */
            assert_int_equal(prov_dtls_peer_certificate(s).len, 0);
    }
    return check_transcript(w, side, event);
}

/* Section 5: type, list; length, url, padding 0x01, SHA-1 for each. */
static void row40_the_messages_octet_by_octet(void **state)
{
    uint8_t expected[3 + 2 * (2 + 1 + 20) + sizeof(URL_0) + sizeof(URL_1) - 2];
    struct prov_buf buf = PROV_BUF_OF(expected);
    struct seen seen = {false, 0};
    struct prov_bytes body;
    struct wire w;

    (void)state;
    prov_put(&buf, "\0\0\x76", 3); /* individual_certs; 2 + 30 + 21 and 2 + 42 + 21 octets */
    prov_put(&buf, "\0\x1e" URL_0 "\x01", 2 + 30 + 1);
    memset(prov_put_space(&buf, 20), 0xA0, 20);
    prov_put(&buf, "\0\x2a" URL_1 "\x01", 2 + 42 + 1);
    memset(prov_put_space(&buf, 20), 0xA1, 20);
    assert_int_equal(buf.len, sizeof(expected));
    make_with_urls(&w, true);
    w.intercept = look;
    w.intercept_context = &seen;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(seen.checked);
    assert_int_equal(seen.fetches, 1);
    assert_true(has_extension(&w, WIRE_CLIENT, 1, 1, &body) && body.len == 0);
    assert_true(has_extension(&w, WIRE_SERVER, 2, 0, &body) && body.len == 0);
    assert_false(wire_find(&w, WIRE_CLIENT, CERTIFICATE, 0, &body));
    assert_true(wire_find(&w, WIRE_CLIENT, CERTIFICATE_URL, 0, &body));
    assert_int_equal(body.len, 12 + sizeof(expected));
    assert_memory_equal(body.data + 12, expected, sizeof(expected));
    assert_int_equal(w.ends[WIRE_SERVER].asked[2], 1);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static size_t pkipath_of_one(uint8_t *body, size_t len)
{
    struct prov_buf buf = prov_buf_make(body, WIRE_DATAGRAM_MAX / 2);

    (void)len;
    prov_urls_put(&buf, urls, 1);
    body[0] = 1;
    return buf.len;
}

static bool look_at_pkipath(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_certificate_url asked[PROV_DTLS_CHAIN_MAX];
    bool pkipath = false;

    if (event != PROV_DTLS_NEED_FETCH)
        return false;
    assert_int_equal(prov_dtls_need_urls(&w->ends[side].session, asked, &pkipath), 1);
    *(bool *)w->intercept_context = pkipath;
    return false;
}

/* Nobody here sends one, but a client may: it is told to who fetches. */
static void row40_a_pkipath_is_told(void **state)
{
    struct wire_edit edit = {WIRE_CLIENT, CERTIFICATE_URL, pkipath_of_one, 0};
    bool pkipath = false;
    struct wire w;

    (void)state;
    make_with_urls(&w, true);
    w.fate = wire_edit_fate;
    w.context = &edit;
    w.intercept = look_at_pkipath;
    w.intercept_context = &pkipath;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(pkipath);
    assert_int_equal(w.ends[WIRE_SERVER].fetched, 1);
    wire_free(&w);
}

/* While the server waits for the certificates, a stranger's whole message takes the place of a stranger's
 * piece that came first: the views of who fetches stay where they are. */
static bool forge_while_it_waits(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    const struct cut piece = {16, 40, 0, 10, 5}, whole = {16, 20, 0, 20, 5};
    struct prov_certificate_url asked[PROV_DTLS_CHAIN_MAX];
    uint8_t octets[20] = {1}, others[10] = {2}, room[WIRE_DATAGRAM_MAX];
    struct prov_dtls *s = &w->ends[side].session;
    bool pkipath;

    if (side == WIRE_SERVER && event == PROV_DTLS_NEED_SIGN) /* before the client's flight */
        wire_inject(w, WIRE_CLIENT, room, fragment(&piece, others, room));
    if (event != PROV_DTLS_NEED_FETCH)
        return false;
    assert_int_equal(prov_dtls_need_urls(s, asked, &pkipath), 2);
    prov_dtls_push(s, w->now_ms, room, fragment(&whole, octets, room));
    assert_int_equal(prov_dtls_step(s, w->now_ms), PROV_DTLS_NEED_FETCH);
    for (size_t i = 0; i < 2; i++)
        assert_true(prov_bytes_equal(asked[i].url, urls[i].url));
    *(bool *)w->intercept_context = true;
    return false;
}

static void row40_the_addresses_stay_while_they_are_fetched(void **state)
{
    bool looked = false;
    struct wire w;

    (void)state;
    make_with_urls(&w, true);
    w.no_cookie = true;
    w.intercept = forge_while_it_waits;
    w.intercept_context = &looked;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(looked);
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row40_a_malformed_message_is_refused),
        cmocka_unit_test(row40_too_many_and_too_long_are_unobtainable),
        cmocka_unit_test(row40_a_message_without_an_agreement_gets_10),
        cmocka_unit_test(row40_each_failure_to_fetch_has_its_alert),
        cmocka_unit_test(row40_what_was_fetched_is_judged_like_a_certificate),
        cmocka_unit_test(row40_somebody_elses_certificate_does_not_help),
        cmocka_unit_test(row40_the_extension_has_no_body),
        cmocka_unit_test(row40_an_answer_without_an_offer_gets_110),
        cmocka_unit_test(row40_a_server_that_sends_addresses_gets_10),
        cmocka_unit_test(row40_a_client_sends_no_address_that_nobody_fetches),
        cmocka_unit_test(row40_other_kinds_do_not_offer_it),
        cmocka_unit_test(row40_a_server_that_was_not_told_to_does_not_fetch),
        cmocka_unit_test(row40_the_messages_octet_by_octet),
        cmocka_unit_test(row40_a_pkipath_is_told),
        cmocka_unit_test(row40_the_addresses_stay_while_they_are_fetched),
    };
    return cmocka_run_group_tests_name("dtls client_certificate_url", tests, setup, teardown);
}
