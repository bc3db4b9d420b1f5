/* SPDX-License-Identifier: Apache-2.0
 *
 * A wire that loses, doubles and swaps: every datagram of every flight, for each kind of
 * credential.
 */
#include "fixture.h"

/* What happens to datagram `index` of `side`; the others arrive. */
struct accident {
    enum wire_side side;
    unsigned index;
    enum wire_fate fate;
    unsigned met;
};

static enum wire_fate one_accident(void *context, struct wire_datagram *d)
{
    struct accident *a = context;

    if (d->from != a->side || d->index != a->index)
        return WIRE_DELIVER;
    a->met++;
    return a->fate;
}

/* What both ends keep of a session of each kind, to be resumed. */
static struct prov_dtls_resumable sessions[WIRE_KINDS][2];

static void keep_sessions(void)
{
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[WIRE_SERVER].config.resumption = true;
        wire_start(&w);
        wire_run(&w, 0);
        for (int side = 0; side < 2; side++)
            assert_int_equal(
                prov_dtls_resumable(&w.ends[side].session, w.now_ms, &sessions[kind][side]),
                PROV_OK);
        wire_free(&w);
    }
}

/* Returns whether the accident happened at all: then there may be a datagram after this one. */
static bool completes_with(enum wire_kind kind, uint16_t mtu, bool resumes, struct accident *a)
{
    struct wire w;

    wire_make(&w, &world, kind);
    w.ends[WIRE_CLIENT].config.mtu = w.ends[WIRE_SERVER].config.mtu = mtu;
    w.ends[WIRE_SERVER].config.resumption = resumes;
    w.ends[WIRE_CLIENT].config.resume = resumes ? &sessions[kind][WIRE_CLIENT] : NULL;
    w.ends[WIRE_SERVER].found = &sessions[kind][WIRE_SERVER];
    w.fate = one_accident;
    w.context = a;
    wire_start(&w);
    wire_run(&w, 70000);
    if (!wire_works(&w) || prov_dtls_resumed(&w.ends[WIRE_SERVER].session) != resumes)
        fail_msg("%s%s, mtu %u: fate %d of datagram %u from %d", resumes ? "resumed " : "",
                 wire_kind_names[kind], mtu, (int)a->fate, a->index, (int)a->side);
    wire_free(&w);
    return a->met > 0;
}

static unsigned every_datagram(enum wire_fate fate, uint16_t mtu, bool resumes)
{
    unsigned runs = 0;

    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int side = 0; side < 2; side++)
            for (unsigned index = 0;; index++) {
                struct accident a = {(enum wire_side)side, index, fate, 0};
                runs++;
                if (!completes_with((enum wire_kind)kind, mtu, resumes, &a))
                    break;
            }
    return runs;
}

static void every_datagram_lost_once(void **state)
{
    (void)state;
    assert_true(every_datagram(WIRE_DROP, 0, false) >= 4 * 6);
    assert_true(every_datagram(WIRE_DROP, PROV_DTLS_MTU_MIN, false) >= 4 * 8);
}

static void every_datagram_doubled_once(void **state)
{
    (void)state;
    assert_true(every_datagram(WIRE_DOUBLE, 0, false) >= 4 * 6);
    assert_true(every_datagram(WIRE_DOUBLE, PROV_DTLS_MTU_MIN, false) >= 4 * 8);
}

static void every_datagram_swapped_once(void **state)
{
    (void)state;
    assert_true(every_datagram(WIRE_SWAP, 0, false) >= 4 * 6);
    assert_true(every_datagram(WIRE_SWAP, PROV_DTLS_MTU_MIN, false) >= 4 * 8);
}

/* Two flights of the client's and one of the server's behind the cookie. */
static void every_datagram_of_a_resumed_session_lost_doubled_and_swapped_once(void **state)
{
    static const enum wire_fate fates[] = {WIRE_DROP, WIRE_DOUBLE, WIRE_SWAP};

    (void)state;
    keep_sessions();
    for (size_t i = 0; i < 3; i++) {
        assert_true(every_datagram(fates[i], 0, true) >= 4 * 6);
        assert_true(every_datagram(fates[i], PROV_DTLS_MTU_MIN, true) >= 4 * 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_datagram_lost_once),
        cmocka_unit_test(every_datagram_doubled_once),
        cmocka_unit_test(every_datagram_swapped_once),
        cmocka_unit_test(every_datagram_of_a_resumed_session_lost_doubled_and_swapped_once),
    };
    return cmocka_run_group_tests_name("dtls loss", tests, setup, teardown);
}
