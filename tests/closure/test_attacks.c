/* SPDX-License-Identifier: Apache-2.0
 *
 * The sequences by which published stacks fell, each by its name; all other messages are right. The peer knows
 * every key: nothing but the order (or the epoch) of a message stands in its way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "closure.h"

static struct alphabet alphabet;

static int setup(void **state)
{
    (void)state;
    worlds_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    worlds_free();
    return 0;
}

static struct world *begin(enum kind kind, enum side subject)
{
    (void)subject_begin(&worlds[kind], subject, ROOT_WHOLE);
    alphabet_make(&worlds[kind], false, &alphabet);
    subject_settle(&worlds[kind]);
    return &worlds[kind];
}

static const struct observed *seen(const struct world *w)
{
    return &w->ends[w->subject].seen;
}

static void act(struct world *w, const char *name)
{
    subject_act(w, symbol_find(&alphabet, name));
    subject_settle(w);
}

static void next(struct world *w)
{
    uint8_t id = subject_next(w);
    uint8_t epoch = library.bodies[id].type == MESSAGE_FINISHED ? 1 : 0;
    const struct symbol symbol = {
        .act = ACT_MESSAGE, .id = id, .type = CONTENT_HANDSHAKE, .epoch = epoch};

    subject_act(w, &symbol);
    subject_settle(w);
}

/* Sends the standard's messages until the next one is of this type. */
static void until(struct world *w, uint8_t type)
{
    while (library.bodies[subject_next(w)].type != type)
        next(w);
}

/* A message of a kind's script, whatever the standard has next. */
static void say(struct world *w, uint8_t type)
{
    const struct script *script = &w->scripts[1 - w->subject];

    for (size_t i = 0; i < script->count; i++)
        if (library.bodies[script->ids[i]].type == type) {
            const struct symbol symbol = {.act = ACT_MESSAGE,
                                          .id = script->ids[i],
                                          .type = CONTENT_HANDSHAKE,
                                          .epoch = type == MESSAGE_FINISHED ? 1 : 0};
            subject_act(w, &symbol);
            subject_settle(w);
            return;
        }
    fail();
}

static void assert_refused(const struct world *w, uint8_t alert)
{
    assert_null(seen(w)->violation);
    assert_true(seen(w)->failed);
    assert_false(seen(w)->connected);
    assert_int_equal(w->ends[w->subject].s.alert_sent, alert);
}

static void assert_completes(struct world *w)
{
    subject_finish(w);
    assert_null(seen(w)->violation);
    assert_true(seen(w)->connected);
    act(w, "application data e1");
    assert_int_equal(seen(w)->data, 1);
}

/* --- a client that proves nothing ------------------------------------------------------------ */

/* CVE-2014-6593 and its kind (the SMACK and SKIP papers): the certificate is shown, the key is not had. */
static void skipped_certificate_verify(void **state)
{
    (void)state;
    for (enum kind kind = RPK; kind <= CERT; kind++) {
        struct world *w = begin(kind, SERVER);
        until(w, MESSAGE_CERTIFICATE_VERIFY);
        act(w, "ChangeCipherSpec e0");
        say(w, MESSAGE_FINISHED);
        assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
    }
}

static void certificate_verify_in_place_of_the_key_exchange(void **state)
{
    (void)state;
    struct world *w = begin(CERT, SERVER);
    until(w, MESSAGE_CLIENT_KEY_EXCHANGE);
    say(w, MESSAGE_CERTIFICATE_VERIFY);
    assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
}

/* RFC 5246, section 7.4.6: a server that demands a certificate ends here (profile.md, row 7). */
static void empty_client_certificate(void **state)
{
    (void)state;
    for (enum kind kind = RPK; kind <= CERT; kind++) {
        struct world *w = begin(kind, SERVER);
        act(w, "Certificate/empty e0");
        assert_refused(w, PROV_ALERT_HANDSHAKE_FAILURE);
    }
}

static void no_client_certificate_at_all(void **state)
{
    (void)state;
    for (enum kind kind = RPK; kind <= CERT; kind++) {
        struct world *w = begin(kind, SERVER);
        say(w, MESSAGE_CLIENT_KEY_EXCHANGE);
        assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
    }
}

static void a_second_certificate_after_the_first(void **state)
{
    (void)state;
    struct world *w = begin(CERT, SERVER);
    next(w);
    say(w, MESSAGE_CERTIFICATE);
    assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
}

/* --- a server that proves nothing ------------------------------------------------------------ */

/* CVE-2014-6593: straight to Finished. There are no keys yet: nothing is taken, nothing completes. */
static void finished_right_after_server_hello(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++) {
        struct world *w = begin(kind, CLIENT);
        next(w);
        act(w, "ChangeCipherSpec e0");
        say(w, MESSAGE_FINISHED);
        assert_null(seen(w)->violation);
        assert_false(seen(w)->connected);
    }
}

static void server_skips(uint8_t skipped, uint8_t says)
{
    for (enum kind kind = RPK; kind <= CERT; kind++) {
        struct world *w = begin(kind, CLIENT);
        until(w, skipped);
        say(w, says);
        assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
    }
}

static void server_skips_its_certificate(void **state)
{
    (void)state;
    server_skips(MESSAGE_CERTIFICATE, MESSAGE_SERVER_KEY_EXCHANGE);
}

static void server_skips_its_signature(void **state)
{
    (void)state;
    server_skips(MESSAGE_SERVER_KEY_EXCHANGE, MESSAGE_CERTIFICATE_REQUEST);
}

/* A server that does not ask for a certificate would let anybody in (H20). */
static void server_skips_its_request(void **state)
{
    (void)state;
    for (enum kind kind = RPK; kind <= CERT; kind++) {
        struct world *w = begin(kind, CLIENT);
        until(w, MESSAGE_CERTIFICATE_REQUEST);
        say(w, MESSAGE_SERVER_HELLO_DONE);
        assert_refused(w, PROV_ALERT_HANDSHAKE_FAILURE);
    }
}

/* --- ChangeCipherSpec and epochs ------------------------------------------------------------- */

/* CVE-2014-0224: keys made of what is not there yet. Here it is no event at all (H9). */
static void early_change_cipher_spec(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++)
            for (unsigned at = 0; at < worlds[kind].scripts[1 - side].count; at++) {
                struct world *w = begin(kind, side);
                while (seen(w)->word_len < at)
                    next(w);
                act(w, "ChangeCipherSpec e0");
                act(w, "ChangeCipherSpec e1");
                act(w, "ChangeCipherSpec/2 e0");
                assert_completes(w);
            }
}

/* Not sealed: anybody could have sent it, and it would say that nobody changed anything. */
static void finished_in_epoch_0(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            struct world *w = begin(kind, side);
            until(w, MESSAGE_FINISHED);
            const struct symbol plain = {
                .act = ACT_MESSAGE, .id = subject_next(w), .type = CONTENT_HANDSHAKE, .epoch = 0};
            act(w, "ChangeCipherSpec e0");
            subject_act(w, &plain);
            subject_settle(w);
            assert_false(seen(w)->connected);
            assert_completes(w);
        }
}

static void a_finished_over_other_messages(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            struct world *w = begin(kind, side);
            until(w, MESSAGE_FINISHED);
            act(w, "Finished/wrong e1");
            assert_refused(w, PROV_ALERT_DECRYPT_ERROR);
        }
}

/* --- application data ------------------------------------------------------------------------ */

static void plaintext_application_data(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            for (unsigned at = 0; at < worlds[kind].scripts[1 - side].count; at++) {
                struct world *w = begin(kind, side);
                while (seen(w)->word_len < at)
                    next(w);
                act(w, "application data e0");
                assert_int_equal(seen(w)->data, 0);
                assert_completes(w);
                act(w, "application data e0");
                act(w, "application data e2");
                act(w, "application data forged");
                assert_int_equal(seen(w)->data, 1);
            }
        }
}

/* Right keys, but nobody has proved yet whose: dropped, and not delivered later either. */
static void application_data_before_finished(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            struct world *w = begin(kind, side);
            until(w, MESSAGE_FINISHED);
            act(w, "application data e1");
            assert_int_equal(seen(w)->data, 0);
            assert_completes(w);
        }
}

/* --- what belongs to others ------------------------------------------------------------------ */

/* An end that is sent its own direction's messages, or another key exchange's, ends. */
static void messages_of_the_other_side(void **state)
{
    (void)state;
    struct world *w = begin(CERT, SERVER);
    act(w, "ServerHelloDone/psk e0");
    assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
    w = begin(CERT, CLIENT);
    act(w, "ClientHello/psk e0");
    assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
    w = begin(PSK, SERVER);
    act(w, "Certificate/rpk e0");
    assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
}

/* The type that the engine's own tables use for "no message". */
static void types_that_nobody_defined(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            struct world *w = begin(kind, side);
            act(w, "unknown/255 e0");
            assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
            w = begin(kind, side);
            act(w, "unknown/77 e0");
            assert_refused(w, PROV_ALERT_UNEXPECTED_MESSAGE);
        }
}

/* Renegotiation in all its forms, from a session that lives: no new handshake begins (RFC 7925, section 17). */
static void nothing_begins_a_second_handshake(void **state)
{
    static const char *const attempts[] = {"HelloRequest e1",    "ClientHello/psk e1",
                                           "ClientHello/psk e0", "ServerHello/psk e1",
                                           "HelloRequest e0",    "Certificate/empty e1"};

    (void)state;
    for (enum kind kind = 0; kind <= CERT; kind++)
        for (enum side side = CLIENT; side <= SERVER; side++) {
            struct world *w = begin(kind, side);
            assert_completes(w);
            for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
                act(w, attempts[i]);
            assert_null(seen(w)->violation);
            assert_null(w->ends[side].s.hs);
            act(w, "application data e1");
            assert_int_equal(seen(w)->data, 2);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skipped_certificate_verify),
        cmocka_unit_test(certificate_verify_in_place_of_the_key_exchange),
        cmocka_unit_test(empty_client_certificate),
        cmocka_unit_test(no_client_certificate_at_all),
        cmocka_unit_test(a_second_certificate_after_the_first),
        cmocka_unit_test(finished_right_after_server_hello),
        cmocka_unit_test(server_skips_its_certificate),
        cmocka_unit_test(server_skips_its_signature),
        cmocka_unit_test(server_skips_its_request),
        cmocka_unit_test(early_change_cipher_spec),
        cmocka_unit_test(finished_in_epoch_0),
        cmocka_unit_test(a_finished_over_other_messages),
        cmocka_unit_test(plaintext_application_data),
        cmocka_unit_test(application_data_before_finished),
        cmocka_unit_test(messages_of_the_other_side),
        cmocka_unit_test(types_that_nobody_defined),
        cmocka_unit_test(nothing_begins_a_second_handshake),
    };
    return cmocka_run_group_tests_name("attacks on the order", tests, setup, teardown);
}
