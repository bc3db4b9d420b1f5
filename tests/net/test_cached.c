/* SPDX-License-Identifier: Apache-2.0
 *
 * cached_info (RFC 7924; profile.md, row 31): what each end refuses, and the octets on the wire, worked
 * out here from the text of the RFC.
 */
#include "fixture.h"

#include <openssl/sha.h>

#include "libprov/dtls/cached.h"
#include "prov/text.h"

enum { CACHED_INFO = 25, CERTIFICATE = 11, REQUEST = 13 };

/* RFC 8422 and RFC 5246: what a client with certificates has to say besides. */
#define SIGNATURES 0, 13, 0, 4, 0, 2, 4, 3
#define GROUPS     0, 10, 0, 4, 0, 2, 0, 23

/* This server's request (RFC 5246, section 7.4.4): ecdsa_sign, {sha256, ecdsa}, no authorities. */
static const uint8_t request_body[] = {1, 64, 0, 2, 4, 3, 0, 0};

/* A client that has seen this server before. */
static void make_cached(struct wire *w)
{
    wire_make(w, &world, WIRE_CERT);
    w->ends[WIRE_CLIENT].config.cached_certificate = world.identities[WIRE_SERVER].certificate;
}

/* Section 5, from its words: SHA-256 over msg_type, uint24 length and body. */
static void fingerprint_of(uint8_t type, struct prov_bytes body, uint8_t ret[32])
{
    uint8_t room[4096] = {type, 0, (uint8_t)(body.len >> 8), (uint8_t)body.len};

    memcpy(room + 4, body.data, body.len);
    SHA256(room, 4 + body.len, ret);
}

/* RFC 5246, section 7.4.2 */
static struct prov_bytes certificate_body(const struct prov_bytes *chain, size_t count,
                                          uint8_t room[4096])
{
    size_t at = 3;

    for (size_t i = 0; i < count; i++) {
        room[at] = 0;
        room[at + 1] = (uint8_t)(chain[i].len >> 8);
        room[at + 2] = (uint8_t)chain[i].len;
        memcpy(room + at + 3, chain[i].data, chain[i].len);
        at += 3 + chain[i].len;
    }
    room[0] = 0;
    room[1] = (uint8_t)((at - 3) >> 8);
    room[2] = (uint8_t)(at - 3);
    return PROV_BYTES(room, at);
}

static void certificate_fingerprint(enum wire_side side, uint8_t ret[32])
{
    uint8_t room[4096];

    fingerprint_of(CERTIFICATE, certificate_body(world.identities[side].chain, 2, room), ret);
}

/* --- what a server refuses ------------------------------------------------------------------- */

static int alert_to_offer(struct prov_bytes extensions)
{
    struct craft_answer answer;
    struct wire w;

    wire_make(&w, &world, WIRE_CERT);
    craft_ask(&w, &(struct craft){.suites = OCTETS(0xC0, 0xAE), .extensions = extensions}, &answer);
    wire_free(&w);
    return answer.alert;
}

static void row31_a_malformed_offer_gets_50(void **state)
{
    (void)state;
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 0)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 2, 0, 0)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 3, 0, 1, 1)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 4, 0, 2, 1, 0)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 5, 0, 3, 1, 2, 7)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 6, 0, 3, 1, 1, 7, 1)), 50);
    assert_int_equal(alert_to_offer(OCTETS(SIGNATURES, GROUPS, 0, 25, 0, 5, 0, 3, 1, 1, 7)), -1);
}

/* An offer of one object; ret: whether the answer lists a type. */
static bool answered(uint8_t type, const uint8_t hash[32], size_t len, struct prov_bytes before)
{
    uint8_t room[256];
    struct prov_buf block = PROV_BUF_OF(room);
    struct craft_answer answer;
    struct prov_bytes body;
    struct wire w;

    prov_put_bytes(&block, OCTETS(SIGNATURES, GROUPS));
    prov_put_u16(&block, CACHED_INFO);
    prov_put_u16(&block, (uint16_t)(2 + before.len + 2 + len));
    prov_put_u16(&block, (uint16_t)(before.len + 2 + len));
    prov_put_bytes(&block, before);
    prov_put_u8(&block, type);
    prov_put_u8(&block, (uint8_t)len);
    prov_put(&block, hash, len);
    wire_make(&w, &world, WIRE_CERT);
    craft_ask(&w,
              &(struct craft){.suites = OCTETS(0xC0, 0xAE), .extensions = prov_buf_bytes(&block)},
              &answer);
    wire_free(&w);
    assert_int_equal(answer.alert, -1);
    if (!craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), CACHED_INFO, &body))
        return false;
    assert_int_equal(body.len, 3);
    assert_memory_equal(body.data, ((uint8_t[]){0, 1, type}), 3);
    return true;
}

static void row31_a_stale_or_other_fingerprint_is_not_listed(void **state)
{
    uint8_t good[32], request[32], other[32];

    (void)state;
    certificate_fingerprint(WIRE_SERVER, good);
    certificate_fingerprint(WIRE_CLIENT, other);
    fingerprint_of(REQUEST, PROV_BYTES_OF(request_body), request);
    assert_false(answered(1, other, 32, PROV_BYTES_NONE));
    assert_false(answered(1, request, 32, PROV_BYTES_NONE)); /* of the other type */
    assert_false(answered(2, request, 32, PROV_BYTES_NONE)); /* it is shorter than its hash */
    assert_false(answered(3, good, 32, PROV_BYTES_NONE));    /* a type that nobody has defined */
    assert_false(answered(1, good, 31, PROV_BYTES_NONE));    /* a part of it is not it */
    good[31] ^= 1;
    assert_false(answered(1, good, 32, PROV_BYTES_NONE));
    good[31] ^= 1;
    assert_true(answered(1, good, 32, PROV_BYTES_NONE));
    /* one of several is enough, and unknown types are passed over (section 3) */
    assert_true(answered(1, good, 32, OCTETS(1, 2, 9, 9, 77, 1, 0)));
}

/* --- what a client refuses ------------------------------------------------------------------- */

static int client_alert_to(struct wire *w, uint8_t type,
                           size_t (*change)(uint8_t *body, size_t len))
{
    struct wire_edit edit = {WIRE_SERVER, type, change, 0};

    w->fate = wire_edit_fate;
    w->context = &edit;
    wire_start(w);
    wire_run(w, 0);
    assert_true(edit.met > 0);
    assert_int_equal(w->ends[WIRE_CLIENT].connected + w->ends[WIRE_SERVER].connected, 0);
    int alert = wire_alert(w, WIRE_CLIENT);
    wire_free(w);
    return alert;
}

static int cached_client_alert_to(uint8_t type, size_t (*change)(uint8_t *body, size_t len))
{
    struct wire w;

    make_cached(&w);
    return client_alert_to(&w, type, change);
}

/* The body of the extension in a ServerHello made another one. */
static size_t answer_with(uint8_t *body, size_t len, struct prov_bytes extension)
{
    size_t at = 38 + 2 + (size_t)body[34];

    while (body[at] != 0 || body[at + 1] != CACHED_INFO)
        at += 4 + (size_t)(body[at + 2] << 8 | body[at + 3]);
    size_t old = (size_t)(body[at + 2] << 8 | body[at + 3]), rest = len - at - 4 - old;
    memmove(body + at + 4 + extension.len, body + at + 4 + old, rest);
    memcpy(body + at + 4, extension.data, extension.len);
    body[at + 3] = (uint8_t)extension.len;
    len = len - old + extension.len;
    size_t block_at = 38 + (size_t)body[34], block = len - block_at - 2;
    body[block_at] = (uint8_t)(block >> 8);
    body[block_at + 1] = (uint8_t)block;
    return len;
}

static size_t lists_2(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 1, 2));
}

static size_t lists_1_and_2(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 2, 1, 2));
}

static size_t lists_1_twice(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 2, 1, 1));
}

static size_t lists_0(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 1, 0));
}

static size_t lists_255(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 1, 255));
}

static size_t lists_nothing(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 0));
}

static size_t lists_like_a_client(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 3, 1, 1, 7));
}

static size_t lists_cut(uint8_t *body, size_t len)
{
    return answer_with(body, len, OCTETS(0, 2, 1));
}

static void row31_an_answer_of_a_type_that_was_not_offered_gets_47(void **state)
{
    (void)state;
    assert_int_equal(cached_client_alert_to(2, lists_2), 47);
    assert_int_equal(cached_client_alert_to(2, lists_1_and_2), 47);
    assert_int_equal(cached_client_alert_to(2, lists_1_twice), 47);
    assert_int_equal(cached_client_alert_to(2, lists_0), 47);
    assert_int_equal(cached_client_alert_to(2, lists_255), 47);
    assert_int_equal(cached_client_alert_to(2, lists_like_a_client), 47);
    assert_int_equal(cached_client_alert_to(2, lists_nothing), 50);
    assert_int_equal(cached_client_alert_to(2, lists_cut), 50);
}

static size_t unsolicited(uint8_t *body, size_t len)
{
    size_t block_at = 38 + (size_t)body[34];

    memcpy(body + len, "\0\x19\0\x03\0\x01\x01", 7);
    body[block_at + 1] = (uint8_t)(body[block_at + 1] + 7);
    return len + 7;
}

static void row31_an_answer_without_an_offer_gets_110(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    assert_int_equal(client_alert_to(&w, 2, unsolicited), 110);
}

static size_t shortened(uint8_t *body, size_t len)
{
    (void)len;
    body[0] = 32;
    certificate_fingerprint(WIRE_SERVER, body + 1);
    return 33;
}

static size_t in_full(uint8_t *body, size_t len)
{
    (void)len;
    return certificate_body(world.identities[WIRE_SERVER].chain, 2, body).len;
}

static size_t hash_changed(uint8_t *body, size_t len)
{
    body[17] ^= 1;
    return len;
}

static size_t hash_cut(uint8_t *body, size_t len)
{
    body[0]--;
    return len - 1;
}

static size_t hash_empty(uint8_t *body, size_t len)
{
    (void)len;
    body[0] = 0;
    return 1;
}

static size_t hash_trailing(uint8_t *body, size_t len)
{
    body[len] = 0;
    return len + 1;
}

static size_t hash_of_another_chain(uint8_t *body, size_t len)
{
    certificate_fingerprint(WIRE_CLIENT, body + 1);
    return len;
}

static void row31_a_short_message_without_an_agreement_is_refused(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    assert_int_equal(client_alert_to(&w, CERTIFICATE, shortened), 50);
    wire_make(&w, &world, WIRE_CERT);
    assert_int_equal(client_alert_to(&w, REQUEST, shortened), 50);
    make_cached(&w); /* offered, and the server did not agree: its chain is another one now */
    w.ends[WIRE_CLIENT].config.cached_certificate = world.identities[WIRE_CLIENT].certificate;
    assert_int_equal(client_alert_to(&w, CERTIFICATE, shortened), 50);
}

static void row31_a_full_message_after_an_agreement_is_refused(void **state)
{
    (void)state;
    assert_int_equal(cached_client_alert_to(CERTIFICATE, in_full), 47);
}

static void row31_a_short_message_with_another_hash_is_refused(void **state)
{
    static const struct {
        size_t (*change)(uint8_t *body, size_t len);
        int alert;
    } cases[] = {{hash_changed, 47},
                 {hash_cut, 47},
                 {hash_empty, 47},
                 {hash_of_another_chain, 47},
                 {hash_trailing, 47}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cached_client_alert_to(CERTIFICATE, cases[i].change), cases[i].alert);
    }
}

/* A cached chain is judged as if it had just come. */
static int alert_to_cached_chain(prov_result verdict, int64_t later, const char *name)
{
    int64_t time = world.time;
    struct prov_fqdn fqdn = world.fqdn;
    struct wire w;

    make_cached(&w);
    w.ends[WIRE_CLIENT].verdict = verdict;
    world.time += later;
    if (name != NULL)
        assert_int_equal(prov_fqdn_parse(prov_bytes_text(name), &world.fqdn), PROV_OK);
    wire_start(&w);
    wire_run(&w, 0);
    world.time = time;
    world.fqdn = fqdn;
    assert_true(prov_dtls_used_cache(&w.ends[WIRE_CLIENT].session));
    assert_int_equal(w.ends[WIRE_CLIENT].asked[2], 1);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    int alert = wire_alert(&w, WIRE_CLIENT);
    wire_free(&w);
    return alert;
}

static void h40_a_cached_chain_is_judged_again(void **state)
{
    (void)state;
    assert_int_equal(alert_to_cached_chain(PROV_E_REVOKED, 0, NULL), 44);
    assert_int_equal(alert_to_cached_chain(PROV_OK, 2 * 86400, NULL), 45);
    assert_int_equal(alert_to_cached_chain(PROV_OK, 0, "other.example.org"), 46);
}

/* The chain is cached, the key has changed: the signature does not fit (section 5). */
static void row31_a_server_without_the_cached_key_fails(void **state)
{
    struct prov_key mine;
    struct wire w;

    (void)state;
    make_cached(&w);
    mine = world.identities[WIRE_SERVER].handle;
    world.identities[WIRE_SERVER].handle = world.identities[WIRE_CLIENT].handle;
    wire_start(&w);
    wire_run(&w, 0);
    world.identities[WIRE_SERVER].handle = mine;
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), 51);
    wire_free(&w);
}

static void row31_other_kinds_do_not_offer_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_CERT; kind++) {
        struct prov_bytes hello;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_CLIENT].config.cached_certificate = world.identities[WIRE_SERVER].certificate;
        wire_start(&w);
        wire_run(&w, 0);
        assert_true(wire_find(&w, WIRE_CLIENT, 1, 1, &hello));
        for (size_t i = 0; i + 4 < hello.len; i++)
            assert_memory_not_equal(hello.data + i, "\0\x19\0", 3);
        assert_false(prov_dtls_used_cache(&w.ends[WIRE_CLIENT].session));
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

/* --- what works ------------------------------------------------------------------------------ */

/* RFC 7924, appendix A: figure 6, and the hash below it. */
static void row31_the_fingerprint_of_rfc_7924_appendix_a(void **state)
{
    static const char certificate[] =
        "3082022C308201B2A00302010202010D300A06082A8648CE3D040302303E310B"
        "3009060355040613024E4C3111300F060355040A1308506F6C617253534C311C"
        "301A06035504031313506F6C617273736C2054657374204543204341301E170D"
        "3133303932343135353230345A170D3233303932323135353230345A3041310B"
        "3009060355040613024E4C3111300F060355040A1308506F6C617253534C311F"
        "301D06035504031316506F6C617253534C205465737420436C69656E74203230"
        "59301306072A8648CE3D020106082A8648CE3D0301070342000457E5AEB173DF"
        "D3ACBB93B881FF12AEEEE653ACCE5553F6340ECC2EE363250BDF98E2F35C6036"
        "96C0D5181470E57F9FD54B4518E5B06CD55CF8968F8770A3E4C7A3819D30819A"
        "30090603551D1304023000301D0603551D0E041604147A005F8664FCE05DE511"
        "103BB2E63BC4263FCFE2306E0603551D230467306580149D6D202449013F2BCB"
        "78B519BC7E24C9DBFB367CA142A440303E310B3009060355040613024E4C3111"
        "300F060355040A1308506F6C617253534C311C301A06035504031313506F6C61"
        "7273736C2054657374204543204341820900C143E27E6243CCE8300A06082A86"
        "48CE3D040302036800306502304A650D7B2083A299B9A80FFC8DEE8F3DBB704C"
        "9603AC8E7870DDF20EA0B216CB658E1AC93F2C617EF83CEFAD1CEE3620023100"
        "9DF227A6D574B824AEE16A3F31A1CA542F08D08DEE4F0C61DF77787DB4FDFC42"
        "49EEE5B26AC2CD2677628E287C9E5745";
    static const char expected[] =
        "086eefb4859adfe977defac494fff6b73033b4ce1f86b8f2a9fc0c6bf98605af";
    uint8_t room[6 + 560] = {0, 2, 0x33, 0, 2, 0x30}, digest[PROV_HASH_LEN];
    struct prov_buf octets = {room, sizeof(room), 6, false};
    char text[2 * PROV_HASH_LEN + 1];

    (void)state;
    assert_int_equal(prov_hex_parse(prov_bytes_text(certificate), &octets), PROV_OK);
    assert_int_equal(octets.len, 6 + 560);
    assert_int_equal(prov_fingerprint(world.crypto, prov_buf_bytes(&octets), digest), PROV_OK);
    prov_hex_format(PROV_BYTES_OF(digest), text);
    assert_string_equal(text, expected);
}

/* The body of an extension in a hello: extensions begin at `at`. */
static struct prov_bytes extension_of(struct prov_bytes message, size_t at)
{
    struct prov_bytes body = PROV_BYTES_NONE;

    assert_true(craft_extension(PROV_BYTES(message.data + at + 2, message.len - at - 2),
                                CACHED_INFO, &body));
    return body;
}

static void assert_message(struct wire *w, uint8_t type, const uint8_t *body, size_t len)
{
    struct prov_bytes message;

    assert_true(wire_find(w, WIRE_SERVER, type, 0, &message));
    assert_int_equal(message.len, 12 + len);
    assert_memory_equal(message.data + 12, body, len);
}

static void row31_the_messages_octet_by_octet(void **state)
{
    uint8_t offer[2 + 34] = {0, 34, 1, 32}, short_form[33] = {32};
    struct prov_bytes hello;
    bool checked = false;
    struct wire w;

    (void)state;
    certificate_fingerprint(WIRE_SERVER, offer + 4);
    make_cached(&w);
    w.intercept = check_transcript;
    w.intercept_context = &checked;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(checked);
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 1, &hello));
    /* version, random, session_id, cookie, 0xC0AE, null */
    size_t at = 12 + 2 + 32 + 1 + 1 + (size_t)hello.data[12 + 2 + 32 + 1] + 4 + 2;
    assert_true(prov_bytes_equal(extension_of(hello, at), PROV_BYTES_OF(offer)));
    assert_true(wire_find(&w, WIRE_SERVER, 2, 0, &hello));
    at = 12 + 2 + 32 + 1 + (size_t)hello.data[12 + 2 + 32] + 3;
    assert_true(prov_bytes_equal(extension_of(hello, at), OCTETS(0, 1, 1)));
    memcpy(short_form + 1, offer + 4, 32);
    assert_message(&w, CERTIFICATE, short_form, sizeof(short_form));
    assert_message(&w, REQUEST, request_body, sizeof(request_body));
    assert_true(prov_dtls_used_cache(&w.ends[WIRE_CLIENT].session));
    assert_int_equal(w.ends[WIRE_CLIENT].asked[2], 1);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row31_a_chain_that_has_changed_comes_in_full(void **state)
{
    uint8_t room[4096];
    struct wire w;

    (void)state;
    make_cached(&w);
    w.ends[WIRE_CLIENT].config.cached_certificate = world.identities[WIRE_CLIENT].certificate;
    wire_start(&w);
    wire_run(&w, 0);
    struct prov_bytes body = certificate_body(world.identities[WIRE_SERVER].chain, 2, room);
    assert_message(&w, CERTIFICATE, body.data, body.len);
    assert_false(prov_dtls_used_cache(&w.ends[WIRE_CLIENT].session));
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* What a client keeps for the next time is the message that it judges, cached or not. */
static bool keep(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_bytes body = prov_dtls_peer_certificate(&w->ends[side].session);
    unsigned *kept = w->intercept_context;

    if (event != PROV_DTLS_NEED_VERIFY) {
        assert_int_equal(body.len, 0);
    } else {
        assert_true(prov_bytes_equal(body, world.identities[1 - side].certificate));
        ++*kept;
    }
    return false;
}

static void row31_what_a_client_keeps_is_what_it_saw(void **state)
{
    (void)state;
    for (int cached = 0; cached < 2; cached++) {
        unsigned kept = 0;
        struct wire w;
        make_cached(&w);
        if (cached == 0)
            w.ends[WIRE_CLIENT].config.cached_certificate = PROV_BYTES_NONE;
        w.intercept = keep;
        w.intercept_context = &kept;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(kept, 2);
        assert_int_equal(prov_dtls_used_cache(&w.ends[WIRE_CLIENT].session), cached == 1);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void h5_a_hello_with_cookie_and_fingerprint_fits_280_octets(void **state)
{
    struct wire w;

    (void)state;
    make_cached(&w);
    wire_start(&w);
    wire_run(&w, 0);
    for (size_t i = 0; i < w.log_len && i < 3; i++)
        assert_true(w.log[i].len <= 280);
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row31_a_malformed_offer_gets_50),
        cmocka_unit_test(row31_a_stale_or_other_fingerprint_is_not_listed),
        cmocka_unit_test(row31_an_answer_of_a_type_that_was_not_offered_gets_47),
        cmocka_unit_test(row31_an_answer_without_an_offer_gets_110),
        cmocka_unit_test(row31_a_short_message_without_an_agreement_is_refused),
        cmocka_unit_test(row31_a_full_message_after_an_agreement_is_refused),
        cmocka_unit_test(row31_a_short_message_with_another_hash_is_refused),
        cmocka_unit_test(h40_a_cached_chain_is_judged_again),
        cmocka_unit_test(row31_a_server_without_the_cached_key_fails),
        cmocka_unit_test(row31_other_kinds_do_not_offer_it),
        cmocka_unit_test(row31_the_fingerprint_of_rfc_7924_appendix_a),
        cmocka_unit_test(row31_the_messages_octet_by_octet),
        cmocka_unit_test(row31_a_chain_that_has_changed_comes_in_full),
        cmocka_unit_test(row31_what_a_client_keeps_is_what_it_saw),
        cmocka_unit_test(h5_a_hello_with_cookie_and_fingerprint_fits_280_octets),
    };
    return cmocka_run_group_tests_name("dtls cached_info", tests, setup, teardown);
}
