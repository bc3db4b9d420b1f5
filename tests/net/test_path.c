/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths that large datagrams do not pass (row 49; RFC 6347, section 4.1.1.1; RFC 7925, section 10 and
 * appendix C).
 */
#include "fixture.h"

/* --- help ------------------------------------------------------------------------------------ */

struct path {
    size_t widest;
    unsigned dropped[2];
};

static enum wire_fate narrow(void *context, struct wire_datagram *d)
{
    struct path *path = context;

    if (d->len <= path->widest)
        return WIRE_DELIVER;
    path->dropped[d->from]++;
    return WIRE_DROP;
}

static bool passes(struct wire *w, struct path *path, enum wire_side from)
{
    static const uint8_t data[PROV_DTLS_DATA_MAX];
    const struct prov_dtls *s = &w->ends[from].session;
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    assert_int_equal(
        prov_dtls_seal(&w->ends[from].session, PROV_BYTES(data, prov_dtls_data_max(s)), &out),
        PROV_OK);
    return out.len <= path->widest;
}

/* A hello of more than 500 octets, cut for datagrams of `size` octets; delivered in order to a server. */
static void hello_in_pieces(struct wire *w, size_t size)
{
    /* signature_algorithms, and one that nobody knows */
    static uint8_t extensions[8 + 4 + 400] = {0, 13, 0,    4,    0,        2,
                                              4, 3,  0xAB, 0xCD, 400 >> 8, 400 & 0xFF};
    uint8_t whole[WIRE_DATAGRAM_MAX], room[WIRE_DATAGRAM_MAX];
    struct prov_buf hello = PROV_BUF_OF(whole);

    craft_hello(&(struct craft){.suites = OCTETS(0xC0, 0xAE),
                                .extensions = PROV_BYTES_OF(extensions),
                                .random = 1},
                &hello);
    size_t body = hello.len - 25, step = size - 25;
    for (size_t at = 0; at < body; at += step) {
        struct cut c = {.type = 1,
                        .length = (uint32_t)body,
                        .offset = (uint32_t)at,
                        .fragment_length = (uint32_t)(body - at < step ? body - at : step)};
        wire_inject(w, WIRE_CLIENT, room, fragment(&c, whole + 25 + at, room));
    }
}

/* The largest datagram of the server's answer to such a hello. */
static size_t largest_answer(size_t size, uint16_t mtu)
{
    size_t largest = 0;
    struct wire w;

    wire_make(&w, &world, WIRE_CERT);
    w.no_cookie = true;
    w.ends[WIRE_SERVER].config.mtu = mtu;
    w.fate = NULL;
    hello_in_pieces(&w, size);
    wire_run(&w, 0);
    for (size_t i = 0; i < w.log_len; i++)
        if (w.log[i].from == WIRE_SERVER && w.log[i].len > largest)
            largest = w.log[i].len;
    wire_free(&w);
    return largest;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void row49_each_kind_completes_where_600_octets_pass(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int with_cid = 0; with_cid < 2; with_cid++) {
            struct path path = {600, {0, 0}};
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.ends[WIRE_CLIENT].config.connection_id = with_cid != 0;
            w.ends[WIRE_SERVER].cid = OCTETS(1, 2, 3, 4, 5, 6, 7, 8);
            w.fate = narrow;
            w.context = &path;
            wire_start(&w);
            wire_run(&w, 60000);
            assert_int_equal(path.dropped[1] > 0, kind == WIRE_CERT);
            assert_true(w.ends[WIRE_CLIENT].connected_at_ms <= 18000);
            for (int side = 0; side < 2; side++) /* who had to send again knows the path now */
                assert_true(kind != WIRE_CERT || passes(&w, &path, (enum wire_side)side));
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void row49_with_the_mtu_known_nothing_is_lost(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct path path = {600, {0, 0}};
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.ends[0].config.mtu = w.ends[1].config.mtu = 600;
        w.fate = narrow;
        w.context = &path;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(path.dropped[0] + path.dropped[1], 0);
        for (int side = 0; side < 2; side++)
            assert_true(passes(&w, &path, (enum wire_side)side));
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

struct half_lost {
    enum wire_side from;
    unsigned seen;
};

/* Every other piece of a flight arrives at its first size, the rest only later in smaller pieces: the two
 * overlap. */
static enum wire_fate lose_half(void *context, struct wire_datagram *d)
{
    struct half_lost *lost = context;

    return d->from == lost->from && d->len > 300 && lost->seen++ % 2 == 1 ? WIRE_DROP
                                                                          : WIRE_DELIVER;
}

static void row49_pieces_of_different_sizes_overlap(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++)
        for (uint16_t mtu = 320; mtu <= 560; mtu = (uint16_t)(mtu + 40)) {
            struct half_lost lost = {(enum wire_side)side, 0};
            struct wire w;
            wire_make(&w, &world, WIRE_CERT);
            w.ends[0].config.mtu = w.ends[1].config.mtu = mtu;
            w.fate = lose_half;
            w.context = &lost;
            wire_start(&w);
            wire_run(&w, 63000);
            assert_true(lost.seen > 1);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void row49_a_server_mirrors_the_size_of_its_clients_fragments(void **state)
{
    (void)state;
    assert_true(largest_answer(1000, 0) > 1100); /* in one piece: that says nothing */
    assert_in_range(largest_answer(400, 0), 360, 400);
    assert_in_range(largest_answer(300, 0), 260, 300);
    assert_in_range(largest_answer(300, 250), 210, 250); /* its own is smaller */
    assert_in_range(largest_answer(100, 0), 190, PROV_DTLS_MTU_MIN);
}

static void row49_a_client_does_not_mirror(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.ends[WIRE_SERVER].config.mtu = 300;
    wire_start(&w);
    wire_run(&w, 0);
    size_t largest = 0;
    for (size_t i = 0; i < w.log_len; i++)
        if (w.log[i].from == WIRE_CLIENT && w.log[i].len > largest)
            largest = w.log[i].len;
    assert_true(largest > 1000);
    assert_true(wire_works(&w));
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row49_each_kind_completes_where_600_octets_pass),
        cmocka_unit_test(row49_with_the_mtu_known_nothing_is_lost),
        cmocka_unit_test(row49_pieces_of_different_sizes_overlap),
        cmocka_unit_test(row49_a_server_mirrors_the_size_of_its_clients_fragments),
        cmocka_unit_test(row49_a_client_does_not_mirror),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
