/* SPDX-License-Identifier: Apache-2.0
 *
 * A server with several identities: which one a client meets, by server_name (profile.md, row 43) and
 * trusted_ca_keys (row 41; RFC 6066, section 6).
 */
#include "fixture.h"
#include "prov/x509.h"

/* A second identity of the server, under a root of its own. */
static struct other {
    struct prov_pki_key key;
    struct prov_key handle;
    struct prov_fqdn fqdn;
    uint8_t spki[PROV_SPKI_LEN];
    uint8_t root_octets[PROV_CERT_MAX], leaf_octets[PROV_CERT_MAX];
    struct prov_bytes root, chain[1];
} other;

static struct prov_bytes subject_of(struct prov_bytes certificate)
{
    struct prov_x509 x509;

    assert_int_equal(prov_x509_parse(certificate, &x509), PROV_OK);
    return x509.subject;
}

static void make_other(void)
{
    struct prov_pki_key root;
    struct prov_validity validity = {world.time - 3600, world.time + 86400};
    struct prov_pki_ca_name who = {"Other", "DE", "Other root"};
    struct prov_buf out = PROV_BUF_OF(other.root_octets), leaf_out = PROV_BUF_OF(other.leaf_octets);

    assert_int_equal(prov_fqdn_parse(prov_bytes_text("b.example.org"), &other.fqdn), PROV_OK);
    assert_int_equal(prov_pki_key_make(world.pki, &root, NULL), PROV_OK);
    assert_int_equal(prov_pki_ca_issue(world.pki, NULL, &who, &root, &validity, &out, NULL),
                     PROV_OK);
    other.root = prov_buf_bytes(&out);
    assert_int_equal(prov_pki_key_make(world.pki, &other.key, NULL), PROV_OK);
    struct prov_pki_issuer issuer = {other.root, &root.scalar};
    struct prov_pki_leaf leaf = {.server = &other.fqdn,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = other.key.point,
                                 .validity = {world.time - 3600, world.time + 3600}};
    assert_int_equal(prov_pki_leaf_issue(world.pki, &issuer, &leaf, &leaf_out, NULL), PROV_OK);
    other.chain[0] = prov_buf_bytes(&leaf_out);
    prov_spki_encode(other.key.point, other.spki);
    assert_int_equal(
        prov_crypto_key_load(world.crypto, prov_secret_bytes(&other.key.scalar), &other.handle),
        PROV_OK);
    prov_pki_key_wipe(&root);
}

static int setup_both(void **state)
{
    (void)setup(state);
    make_other();
    return 0;
}

static int teardown_both(void **state)
{
    prov_crypto_key_drop(world.crypto, &other.handle);
    prov_pki_key_wipe(&other.key);
    return teardown(state);
}

/* The server signs with the key of the identity that it shows. */
static bool sign_as_chosen(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *s = &w->ends[side].session;
    const struct prov_dtls_config *second = w->intercept_context;
    uint8_t signature[PROV_SIGNATURE_LEN];

    if (event != PROV_DTLS_NEED_SIGN || side != WIRE_SERVER || prov_dtls_chosen(s) != second)
        return false;
    assert_int_equal(
        prov_crypto_sign(world.crypto, &other.handle, prov_dtls_need_digest(s), signature),
        PROV_OK);
    prov_dtls_give_signature(s, PROV_OK, signature);
    return true;
}

struct two {
    struct wire w;
    struct prov_dtls_config second;
    struct prov_bytes names[2]; /* of the roots */
};

static void two_identities(struct two *t, enum wire_kind kind)
{
    wire_make(&t->w, &world, kind);
    struct prov_dtls_config *first = &t->w.ends[WIRE_SERVER].config;
    t->names[0] = subject_of(world.root);
    t->names[1] = subject_of(other.root);
    first->anchor_names = &t->names[0];
    first->anchor_names_len = 1;
    t->second = *first;
    t->second.server_name = &other.fqdn;
    t->second.spki = PROV_BYTES_OF(other.spki);
    t->second.chain = other.chain;
    t->second.chain_len = 1;
    t->second.anchor_names = &t->names[1];
    first->next = &t->second;
    t->w.ends[WIRE_CLIENT].judge = false; /* what came is looked at here */
    t->w.intercept = sign_as_chosen;
    t->w.intercept_context = &t->second;
}

static void run(struct two *t)
{
    wire_start(&t->w);
    wire_run(&t->w, 70000);
}

static bool chose_second(const struct two *t)
{
    return prov_dtls_chosen(&t->w.ends[WIRE_SERVER].session) == &t->second;
}

static bool answered(const struct two *t, uint16_t type, struct prov_bytes *ret)
{
    struct prov_bytes hello;

    assert_true(wire_find(&t->w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
    size_t at = MESSAGE_HEADER_LEN + 2 + 32;
    at += 1 + (size_t)hello.data[at] + 3 + 2;
    return craft_extension(PROV_BYTES(hello.data + at, hello.len - at), type, ret);
}

/* --- names ----------------------------------------------------------------------------------- */

static void row43_name_of_no_identity_is_refused(void **state)
{
    static const char *const names[] = {"c.example.org", "coaps.example.org.evil.org",
                                        "example.org"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct prov_fqdn name;
        struct two t;
        assert_int_equal(prov_fqdn_parse(prov_bytes_text(names[i]), &name), PROV_OK);
        two_identities(&t, WIRE_PSK);
        t.w.ends[WIRE_CLIENT].config.server_name = &name;
        run(&t);
        assert_int_equal(wire_alert(&t.w, WIRE_SERVER), PROV_ALERT_UNRECOGNIZED_NAME);
        wire_free(&t.w);
    }
}

static void row43_name_that_is_no_name_is_refused(void **state)
{
    static const uint8_t block[] = {0, 0, 0, 9, 0, 7, 0, 0, 4, 'a', 0, '.', 'b'};
    const struct craft hello = {.extensions = PROV_BYTES_OF(block)};
    struct craft_answer answer;
    struct two t;

    (void)state;
    two_identities(&t, WIRE_PSK);
    craft_ask(&t.w, &hello, &answer);
    assert_int_equal(answer.alert, PROV_ALERT_UNRECOGNIZED_NAME);
    wire_free(&t.w);
}

static void identities_that_differ_in_more_than_names_are_refused(void **state)
{
    struct prov_dtls s;
    uint8_t room[256];
    struct prov_buf hello = PROV_BUF_OF(room);
    const struct craft craft = {0};
    struct two t;

    (void)state;
    craft_hello(&craft, &hello);
    two_identities(&t, WIRE_PSK);
    const struct prov_dtls_config good = t.second;
    for (int i = 0; i < 4; i++) {
        t.second = good;
        if (i == 0)
            t.second.kinds = PROV_KIND_BIT(PROV_KIND_PSK);
        if (i == 1)
            t.second.suites = prov_suites_psk;
        if (i == 2)
            t.second.role = PROV_DTLS_CLIENT;
        if (i == 3)
            t.second.chain_len = 0;
        assert_int_equal(prov_dtls_accept(&s, &t.w.ends[WIRE_SERVER].config, world.crypto,
                                          t.w.ends[WIRE_SERVER].workspace, 0,
                                          prov_buf_bytes(&hello)),
                         PROV_E_STATE);
    }
    wire_free(&t.w);
}

static void row43_identity_is_chosen_by_name(void **state)
{
    struct prov_bytes certificate, body;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int second = 0; second < 2; second++) {
            struct two t;
            two_identities(&t, (enum wire_kind)kind);
            t.w.ends[WIRE_CLIENT].config.server_name = second ? &other.fqdn : &world.fqdn;
            run(&t);
            assert_true(wire_works(&t.w));
            assert_int_equal(chose_second(&t), second);
            assert_string_equal(prov_dtls_server_name(&t.w.ends[WIRE_SERVER].session)->text,
                                second ? "b.example.org" : "coaps.example.org");
            assert_true(answered(&t, PROV_EXTENSION_SERVER_NAME, &body));
            assert_int_equal(body.len, 0);
            if (kind == WIRE_RPK || kind == WIRE_CERT) {
                struct prov_bytes shown =
                    kind == WIRE_RPK ? second ? PROV_BYTES_OF(other.spki)
                                              : PROV_BYTES_OF(world.identities[WIRE_SERVER].spki)
                    : second ? other.chain[0]
                                     : world.identities[WIRE_SERVER].chain[0];
                size_t at = MESSAGE_HEADER_LEN + (kind == WIRE_RPK ? 3 : 6);
                assert_true(wire_find(&t.w, WIRE_SERVER, MESSAGE_CERTIFICATE, 0, &certificate));
                assert_memory_equal(certificate.data + at, shown.data, shown.len);
            }
            wire_free(&t.w);
        }
}

static void row43_without_a_name_the_first_identity_is_shown(void **state)
{
    struct prov_bytes body;
    struct two t;

    (void)state;
    two_identities(&t, WIRE_RPK);
    t.w.ends[WIRE_CLIENT].config.server_name = NULL;
    run(&t);
    assert_true(wire_works(&t.w));
    assert_false(chose_second(&t));
    assert_null(prov_dtls_server_name(&t.w.ends[WIRE_SERVER].session));
    assert_false(answered(&t, PROV_EXTENSION_SERVER_NAME, &body));
    wire_free(&t.w);
}

/* RFC 6066, section 3: a session of one name is not resumed under another. */
static void row43_session_of_one_identity_is_not_resumed_by_another(void **state)
{
    struct prov_dtls_resumable client, server;
    struct two t;

    (void)state;
    two_identities(&t, WIRE_PSK);
    t.w.ends[WIRE_SERVER].config.resumption = t.second.resumption = true;
    t.w.ends[WIRE_CLIENT].config.server_name = &other.fqdn;
    run(&t);
    assert_true(wire_works(&t.w));
    assert_int_equal(prov_dtls_resumable(&t.w.ends[WIRE_CLIENT].session, 0, &client), PROV_OK);
    assert_int_equal(prov_dtls_resumable(&t.w.ends[WIRE_SERVER].session, 0, &server), PROV_OK);
    wire_free(&t.w);
    for (int same = 0; same < 2; same++) {
        struct prov_bytes text = prov_bytes_text(world.fqdn.text);
        struct prov_dtls_resumable offer = client;
        if (!same) /* a client that offers it nevertheless */
            assert_int_equal(prov_crypto_sha256(world.crypto, &text, 1, offer.name), PROV_OK);
        two_identities(&t, WIRE_PSK);
        t.w.ends[WIRE_SERVER].config.resumption = t.second.resumption = true;
        t.w.ends[WIRE_CLIENT].config.server_name = same ? &other.fqdn : &world.fqdn;
        t.w.ends[WIRE_CLIENT].config.resume = &offer;
        t.w.ends[WIRE_SERVER].found = &server;
        run(&t);
        assert_true(wire_works(&t.w));
        assert_int_equal(t.w.ends[WIRE_SERVER].asked[3], 1);
        assert_int_equal(prov_dtls_resumed(&t.w.ends[WIRE_SERVER].session), same);
        assert_int_equal(chose_second(&t), same);
        wire_free(&t.w);
    }
}

/* RFC 7925, section 3.2.2: it has no name that could stand in server_name. */
static void row3_constrained_server_looks_at_no_name(void **state)
{
    struct prov_bytes body;
    struct prov_fqdn name;
    struct wire w;

    (void)state;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("c.example.org"), &name), PROV_OK);
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_SERVER].config.constrained_server = true;
    w.ends[WIRE_CLIENT].config.server_name = &name;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_works(&w));
    assert_null(prov_dtls_server_name(&w.ends[WIRE_SERVER].session));
    struct two t = {.w = w};
    assert_false(answered(&t, PROV_EXTENSION_SERVER_NAME, &body));
    wire_free(&w);
}

/* --- trusted_ca_keys ------------------------------------------------------------------------- */

static int asked_with(struct prov_bytes block)
{
    const struct craft hello = {.extensions = block};
    struct craft_answer answer;
    struct two t;

    two_identities(&t, WIRE_PSK);
    craft_ask(&t.w, &hello, &answer);
    wire_free(&t.w);
    return answer.alert;
}

static void row41_lists_that_are_not_well_formed_are_refused(void **state)
{
    (void)state;
    const struct prov_bytes bad[] = {
        OCTETS(0, 3, 0, 0),                      /* nothing at all */
        OCTETS(0, 3, 0, 3, 0, 1, 4),             /* a form that does not exist */
        OCTETS(0, 3, 0, 4, 0, 2, 1, 7),          /* half a hash */
        OCTETS(0, 3, 0, 4, 0, 2, 3, 7),          /* the same */
        OCTETS(0, 3, 0, 5, 0, 3, 2, 0, 0),       /* a name of no octets */
        OCTETS(0, 3, 0, 6, 0, 4, 2, 0, 2, 0x30), /* half a name */
        OCTETS(0, 3, 0, 4, 0, 1, 0, 0),          /* something behind the list */
        OCTETS(0, 3, 0, 3, 0, 2, 0),             /* a list that is longer than it is */
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(asked_with(bad[i]), PROV_ALERT_DECODE_ERROR);
    /* well-formed: none, and one of each form */
    assert_int_equal(asked_with(OCTETS(0, 3, 0, 2, 0, 0)), -1);
    assert_int_equal(
        asked_with(OCTETS(0, 3, 0, 50, 0, 48, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                          15, 16, 17, 18, 19, 20, 2, 0, 2, 0x30, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                          10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)),
        -1);
}

static void row41_anchors_are_not_named_unless_configured(void **state)
{
    struct prov_bytes hello, body;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int named = 0; named < 2; named++) {
            struct two t;
            two_identities(&t, (enum wire_kind)kind);
            t.w.ends[WIRE_CLIENT].config.anchor_names = t.names;
            t.w.ends[WIRE_CLIENT].config.anchor_names_len = named ? 2 : 0;
            wire_start(&t.w);
            wire_run(&t.w, 0);
            assert_true(wire_find(&t.w, WIRE_CLIENT, MESSAGE_CLIENT_HELLO, 0, &hello));
            size_t at = MESSAGE_HEADER_LEN + 2 + 32 + 1 + 1; /* no session, no cookie */
            at += 2 + (size_t)hello.data[at + 1] + 2 + 2;
            /* without certificates there is nothing to be chosen */
            assert_int_equal(craft_extension(PROV_BYTES(hello.data + at, hello.len - at),
                                             PROV_EXTENSION_TRUSTED_CA_KEYS, &body),
                             named && kind == WIRE_CERT);
            wire_free(&t.w);
        }
}

static void row41_client_takes_no_answer_with_something_in_it(void **state)
{
    static const uint8_t answer[] = {0, 5, 0, 3, 0, 1, 0};
    struct two t;

    (void)state;
    two_identities(&t, WIRE_CERT);
    t.w.ends[WIRE_CLIENT].config.anchor_names = t.names;
    t.w.ends[WIRE_CLIENT].config.anchor_names_len = 1;
    wire_start(&t.w);
    struct prov_dtls *s = &t.w.ends[WIRE_CLIENT].session;
    uint8_t room[WIRE_DATAGRAM_MAX], body[2 + 32 + 1 + 3 + sizeof(answer)] = {0xFE, 0xFD};
    body[2 + 32 + 1] = 0xC0;
    body[2 + 32 + 2] = 0xAE;
    memcpy(body + 2 + 32 + 1 + 3, answer, sizeof(answer));
    const struct cut whole = {
        .type = MESSAGE_SERVER_HELLO, .length = sizeof(body), .fragment_length = sizeof(body)};
    size_t len = fragment(&whole, body, room);
    prov_dtls_push(s, 0, room, len);
    assert_int_equal(prov_dtls_step(s, 0), PROV_DTLS_FAILED);
    assert_int_equal(prov_dtls_failure(s).alert_sent, PROV_ALERT_DECODE_ERROR);
    wire_free(&t.w);
}

/* The name of the root decides among identities of one name, and only there. */
static void row41_chain_is_chosen_by_the_name_of_its_root(void **state)
{
    struct prov_bytes body, certificate;

    (void)state;
    for (int second = 0; second < 2; second++) {
        struct two t;
        two_identities(&t, WIRE_CERT);
        t.second.server_name = &world.fqdn; /* both have it */
        t.w.ends[WIRE_CLIENT].config.anchor_names = &t.names[second];
        t.w.ends[WIRE_CLIENT].config.anchor_names_len = 1;
        run(&t);
        assert_true(wire_works(&t.w));
        assert_int_equal(chose_second(&t), second);
        assert_true(answered(&t, PROV_EXTENSION_TRUSTED_CA_KEYS, &body));
        assert_int_equal(body.len, 0);
        assert_true(wire_find(&t.w, WIRE_SERVER, MESSAGE_CERTIFICATE, 0, &certificate));
        wire_free(&t.w);
    }
}

static void row41_name_of_the_server_counts_more_than_that_of_the_root(void **state)
{
    struct prov_bytes body;
    struct two t;

    (void)state;
    two_identities(&t, WIRE_CERT);
    t.w.ends[WIRE_CLIENT].config.anchor_names = &t.names[1]; /* of the other server's root */
    t.w.ends[WIRE_CLIENT].config.anchor_names_len = 1;
    run(&t);
    assert_true(wire_works(&t.w));
    assert_false(chose_second(&t));
    assert_false(answered(&t, PROV_EXTENSION_TRUSTED_CA_KEYS, &body));
    wire_free(&t.w);
}

static void row41_client_sends_names_and_no_hashes(void **state)
{
    struct prov_bytes hello, body;
    struct two t;

    (void)state;
    two_identities(&t, WIRE_CERT);
    t.w.ends[WIRE_CLIENT].config.anchor_names = t.names;
    t.w.ends[WIRE_CLIENT].config.anchor_names_len = 2;
    wire_start(&t.w);
    wire_run(&t.w, 0);
    assert_true(wire_find(&t.w, WIRE_CLIENT, MESSAGE_CLIENT_HELLO, 0, &hello));
    size_t at = MESSAGE_HEADER_LEN + 2 + 32 + 1 + 1;
    at += 2 + (size_t)hello.data[at + 1] + 2 + 2;
    assert_true(craft_extension(PROV_BYTES(hello.data + at, hello.len - at),
                                PROV_EXTENSION_TRUSTED_CA_KEYS, &body));
    uint8_t expected[512];
    struct prov_buf buf = PROV_BUF_OF(expected);
    prov_put_u16(&buf, (uint16_t)(3 + t.names[0].len + 3 + t.names[1].len));
    for (int i = 0; i < 2; i++) {
        prov_put_u8(&buf, 2);
        prov_put_u16(&buf, (uint16_t)t.names[i].len);
        prov_put_bytes(&buf, t.names[i]);
    }
    assert_int_equal(body.len, buf.len);
    assert_memory_equal(body.data, expected, buf.len);
    wire_free(&t.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row43_name_of_no_identity_is_refused),
        cmocka_unit_test(row43_name_that_is_no_name_is_refused),
        cmocka_unit_test(identities_that_differ_in_more_than_names_are_refused),
        cmocka_unit_test(row43_session_of_one_identity_is_not_resumed_by_another),
        cmocka_unit_test(row41_lists_that_are_not_well_formed_are_refused),
        cmocka_unit_test(row41_anchors_are_not_named_unless_configured),
        cmocka_unit_test(row41_client_takes_no_answer_with_something_in_it),
        cmocka_unit_test(row43_identity_is_chosen_by_name),
        cmocka_unit_test(row43_without_a_name_the_first_identity_is_shown),
        cmocka_unit_test(row3_constrained_server_looks_at_no_name),
        cmocka_unit_test(row41_chain_is_chosen_by_the_name_of_its_root),
        cmocka_unit_test(row41_name_of_the_server_counts_more_than_that_of_the_root),
        cmocka_unit_test(row41_client_sends_names_and_no_hashes),
    };
    return cmocka_run_group_tests_name("dtls identity", tests, setup_both, teardown_both);
}
