/* SPDX-License-Identifier: Apache-2.0
 *
 * Over the fake backend: what is called, and every call that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "prov/dtls.h"
#include "prov/x509.h"
#include "tests/fake_crypto/fake_crypto.h"

static const uint8_t right[16] = {1}, wrong[16] = {2}, identity[16] = {3};

struct pair {
    struct prov_crypto *crypto[2]; /* client, server */
    struct prov_dtls sessions[2];
    struct prov_dtls_handshake work[2];
    struct prov_dtls_config configs[2];
    struct prov_key keys[2];
    uint8_t spki[2][PROV_SPKI_LEN];
    struct prov_bytes psk; /* the server's */
    bool known, begun;
    unsigned connected;
    bool judged_client; /* the server was asked */
};

static void key_make(struct pair *p, int side)
{
    uint8_t point[PROV_POINT_LEN];

    assert_int_equal(prov_crypto_key_make(p->crypto[side], &p->keys[side]), PROV_OK);
    assert_int_equal(prov_crypto_key_public(p->crypto[side], &p->keys[side], point), PROV_OK);
    prov_spki_encode(point, p->spki[side]);
}

static void pair_make(struct pair *p, prov_suites suites, enum prov_kind kind)
{
    memset(p, 0, sizeof(*p));
    for (int side = 0; side < 2; side++) {
        assert_int_equal(prov_crypto_make(NULL, &p->crypto[side]), PROV_OK);
        if (side == 1) { /* both draw the same numbers: the server's key must be another one */
            uint8_t skipped[32];
            assert_int_equal(prov_crypto_random(p->crypto[1], skipped, sizeof(skipped)), PROV_OK);
        }
        key_make(p, side);
        p->configs[side] =
            (struct prov_dtls_config){.role = side == 0 ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER,
                                      .suites = suites,
                                      .kinds = PROV_KIND_BIT(kind),
                                      .psk_identity = PROV_BYTES_OF(identity),
                                      .spki = PROV_BYTES_OF(p->spki[side])};
    }
    p->psk = PROV_BYTES_OF(right);
    p->known = true;
}

static void pair_free(struct pair *p)
{
    for (int side = 0; side < 2; side++) {
        prov_dtls_drop(&p->sessions[side]);
        prov_crypto_key_drop(p->crypto[side], &p->keys[side]);
        prov_crypto_free(p->crypto[side]); /* aborts if something was not dropped */
    }
}

static void answer(struct pair *p, int side, enum prov_dtls_event event)
{
    struct prov_dtls *s = &p->sessions[side];
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};

    if (event == PROV_DTLS_NEED_PSK)
        prov_dtls_give_psk(s, side == 0 ? PROV_BYTES_OF(right) : p->psk, side == 0 || p->known);
    if (event == PROV_DTLS_NEED_VERIFY)
        prov_dtls_give_verdict(
            s, prov_bytes_equal(prov_dtls_peer_spki(s), PROV_BYTES_OF(p->spki[1 - side]))
                   ? PROV_OK
                   : PROV_E_NOT_FOUND);
    if (event == PROV_DTLS_NEED_SIGN) {
        prov_result result =
            prov_crypto_sign(p->crypto[side], &p->keys[side], prov_dtls_need_digest(s), signature);
        prov_dtls_give_signature(s, result, signature);
    }
    if (event == PROV_DTLS_CONNECTED)
        p->connected |= 1u << side;
}

static void settle(struct pair *p, int side)
{
    enum prov_dtls_event event;

    do {
        event = prov_dtls_step(&p->sessions[side], 0);
        answer(p, side, event);
    } while (event != PROV_DTLS_WAIT && event != PROV_DTLS_FAILED);
}

/* Takes one datagram of a side to the other one. */
static bool carry(struct pair *p, int from)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);
    int to = 1 - from;

    if (!prov_dtls_pull(&p->sessions[from], 0, &out))
        return false;
    if (to == 1 && !p->begun) {
        p->begun = prov_dtls_accept(&p->sessions[1], &p->configs[1], p->crypto[1], &p->work[1], 0,
                                    prov_buf_bytes(&out)) == PROV_OK;
    } else {
        prov_dtls_push(&p->sessions[to], 0, room, out.len);
    }
    if (to == 0 || p->begun)
        settle(p, to);
    return true;
}

static void run(struct pair *p)
{
    if (prov_dtls_start(&p->sessions[0], &p->configs[0], p->crypto[0], &p->work[0], 0) != PROV_OK)
        return;
    settle(p, 0);
    while (carry(p, 0) || (p->begun && carry(p, 1)))
        ;
}

/* What the server calls between the client's flight and its own end. */
static size_t server_trace(struct prov_bytes psk, bool known, prov_suites suites,
                           struct prov_fake_entry ret[PROV_FAKE_TRACE_MAX])
{
    struct pair p;
    size_t count;

    pair_make(&p, suites, PROV_KIND_PSK);
    p.psk = psk;
    p.known = known;
    prov_fake_trace_clear(p.crypto[1]);
    run(&p);
    assert_int_equal(p.connected, 0);
    assert_int_equal(prov_dtls_failure(&p.sessions[1]).alert_sent, PROV_ALERT_DECRYPT_ERROR);
    assert_int_equal(prov_dtls_failure(&p.sessions[0]).alert_received, PROV_ALERT_DECRYPT_ERROR);
    const struct prov_fake_entry *trace = prov_fake_trace(p.crypto[1], &count);
    memcpy(ret, trace, count * sizeof(*ret));
    pair_free(&p);
    return count;
}

static void h29_the_trace_is_the_same_for_unknown_and_for_wrong(void **state)
{
    static struct prov_fake_entry traces[2][PROV_FAKE_TRACE_MAX];
    const prov_suites suites[] = {prov_suites_psk, prov_suites_psk_fs};

    (void)state;
    for (int i = 0; i < 2; i++) {
        size_t wrong_key = server_trace(PROV_BYTES_OF(wrong), true, suites[i], traces[0]);
        size_t unknown = server_trace(PROV_BYTES_OF(wrong), false, suites[i], traces[1]);
        assert_true(wrong_key > 10);
        assert_int_equal(wrong_key, unknown);
        for (size_t n = 0; n < unknown; n++) {
            assert_int_equal(traces[0][n].operation, traces[1][n].operation);
            assert_int_equal(traces[0][n].len, traces[1][n].len);
        }
        /* a dummy that happens to be the right key opens nothing either */
        unknown = server_trace(PROV_BYTES_OF(right), false, suites[i], traces[1]);
        assert_int_equal(wrong_key, unknown);
    }
}

/* Call 1 fails, then call 2, …, until a run passes untouched. */
static void every_failing_call_ends_the_attempt_cleanly(void **state)
{
    static const struct {
        prov_suites suites;
        enum prov_kind kind;
    } kinds[] = {{prov_suites_psk, PROV_KIND_PSK},
                 {prov_suites_psk_fs, PROV_KIND_PSK},
                 {prov_suites_public, PROV_KIND_RPK}};

    (void)state;
    for (size_t k = 0; k < 3; k++)
        for (int side = 0; side < 2; side++) {
            unsigned call = 1;
            for (;; call++) {
                struct pair p;
                pair_make(&p, kinds[k].suites, kinds[k].kind);
                unsigned before = prov_fake_calls(p.crypto[side]);
                prov_fake_fail(p.crypto[side], call);
                run(&p);
                bool reached = prov_fake_calls(p.crypto[side]) - before >= call;
                unsigned connected = p.connected;
                assert_int_not_equal(prov_dtls_failure(&p.sessions[side]).result, PROV_E_PEER);
                pair_free(&p);
                if (!reached) {
                    assert_int_equal(connected, 3);
                    break;
                }
                assert_true(connected != 1); /* the client never alone */
            }
            assert_true(call > 15);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h29_the_trace_is_the_same_for_unknown_and_for_wrong),
        cmocka_unit_test(every_failing_call_ends_the_attempt_cleanly),
    };
    return cmocka_run_group_tests_name("dtls trace", tests, NULL, NULL);
}
