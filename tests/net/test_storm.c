/* SPDX-License-Identifier: Apache-2.0
 *
 * Garbage: random datagrams, every datagram cut at every length, every octet of every flight flipped. No
 * crash (the sanitizers see to that), no wrong end: two ends that say CONNECTED agree, and what arrives is
 * what was sent.
 */
#include "fixture.h"

struct damage {
    enum wire_side side;
    unsigned index;
    size_t at;   /* the octet, or the length */
    uint8_t bit; /* 0: cut */
    bool met;
};

static enum wire_fate damage_fate(void *context, struct wire_datagram *d)
{
    struct damage *damage = context;

    if (d->from != damage->side || d->index != damage->index || damage->at >= d->len)
        return WIRE_DELIVER;
    damage->met = true;
    if (damage->bit == 0)
        d->len = damage->at;
    else
        d->octets[damage->at] ^= damage->bit;
    return WIRE_DELIVER;
}

/* Either both connected and agreed, or nobody was fooled. */
static void no_wrong_end(struct wire *w)
{
    struct wire_end *client = &w->ends[WIRE_CLIENT], *server = &w->ends[WIRE_SERVER];

    assert_true(client->connected <= 1 && server->connected <= 1);
    assert_int_equal(client->data + server->data, 0);
    if (client->connected == 1 && server->connected == 1)
        assert_true(wire_works(w));
    /* A client that is connected has seen the server's Finished over its own view of things. */
    if (client->connected == 1)
        assert_int_equal(server->connected, 1);
}

static bool damaged(enum wire_kind kind, struct damage *damage)
{
    struct wire w;

    wire_make(&w, &world, kind);
    w.fate = damage_fate;
    w.context = damage;
    wire_start(&w);
    wire_run(&w, 70000);
    no_wrong_end(&w);
    wire_free(&w);
    return damage->met;
}

/* Goes on to the next datagram when `at` is behind the end of one, and ends when a datagram does not exist. */
static unsigned every_octet(enum wire_kind kind, enum wire_side side, bool cut)
{
    unsigned runs = 0;

    for (unsigned index = 0;; index++)
        for (size_t at = 0;; at++) {
            struct damage damage = {side, index, at, cut ? 0 : (uint8_t)(1u << (at % 8)), false};
            if (!damaged(kind, &damage)) {
                if (at == 0)
                    return runs;
                break;
            }
            runs++;
        }
}

static void every_octet_of_each_flight_flipped(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int side = 0; side < 2; side++)
            assert_true(every_octet((enum wire_kind)kind, (enum wire_side)side, false) > 180);
}

static void every_datagram_cut_at_every_length(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int side = 0; side < 2; side++)
            assert_true(every_octet((enum wire_kind)kind, (enum wire_side)side, true) > 180);
}

static uint64_t next(uint64_t *seed) /* xorshift */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

/* Half of them look like records. */
static size_t garbage(uint64_t *seed, uint8_t room[WIRE_DATAGRAM_MAX])
{
    size_t len = next(seed) % 300;

    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)next(seed);
    if (len > 25 && next(seed) % 2 == 0) {
        room[0] = (uint8_t)(20 + next(seed) % 4);
        room[1] = 0xFE;
        room[2] = 0xFD;
        memset(room + 3, 0, 8);
        room[4] = (uint8_t)(next(seed) % 2);
        room[10] = (uint8_t)(next(seed) % 64);
        room[11] = (uint8_t)((len - 13) >> 8);
        room[12] = (uint8_t)(len - 13);
        room[13] = (uint8_t)(next(seed) % 21);
        memset(room + 14, 0, 10);
        room[16] = room[24] = (uint8_t)(len - 25);
        room[18] = (uint8_t)(next(seed) % 6);
    }
    return len;
}

/* Fewer than the 2^7 forgeries that CCM_8 stands (H12). */
static void random_datagrams_after_the_handshake_change_nothing(void **state)
{
    uint64_t seed = 42;
    uint8_t room[WIRE_DATAGRAM_MAX];

    (void)state;
    for (int turn = 0; turn < 5 * WIRE_KINDS; turn++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)(turn % WIRE_KINDS));
        wire_start(&w);
        wire_run(&w, 0);
        for (int i = 0; i < 400; i++) {
            wire_inject(&w, (enum wire_side)(i & 1), room, garbage(&seed, room));
            if (i % 64 == 0)
                wire_run(&w, 0);
        }
        wire_run(&w, 0);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void random_datagrams_in_the_handshake_fool_nobody(void **state)
{
    uint64_t seed = 4711;
    uint8_t room[WIRE_DATAGRAM_MAX];

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)(round % WIRE_KINDS));
        wire_start(&w);
        for (int i = 0; i < 20; i++)
            wire_inject(&w, (enum wire_side)(next(&seed) & 1), room, garbage(&seed, room));
        wire_run(&w, 70000);
        no_wrong_end(&w);
        wire_free(&w);
    }
}

static void a_thousand_addresses_get_nothing_larger_than_they_sent(void **state)
{
    struct prov_dtls_cookies cookies = {.ready = false};
    uint64_t seed = 99;
    uint8_t room[WIRE_DATAGRAM_MAX], reply_room[256];

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct prov_buf reply = PROV_BUF_OF(reply_room);
        uint8_t address[] = {4, (uint8_t)(i % 1000 >> 8), (uint8_t)(i % 1000)};
        size_t len = garbage(&seed, room);
        if (len > 13)
            room[13] = 1;
        enum prov_dtls_hello hello = prov_dtls_hello(
            &cookies, world.crypto, i, PROV_BYTES_OF(address), PROV_BYTES(room, len), &reply);
        assert_true(hello != PROV_DTLS_HELLO_ACCEPT);
        assert_true(reply.len <= len);
    }
}

/* Messages of one flight that change places: numbers and all. */
struct swap {
    enum wire_side side;
    unsigned a, b; /* of the handshake records in epoch 0 of the datagram */
    unsigned datagram;
    bool met;
};

static enum wire_fate swap_numbers(void *context, struct wire_datagram *d)
{
    struct swap *swap = context;
    uint8_t *found[2] = {NULL, NULL};
    struct wire_record r;
    unsigned n = 0;
    size_t at = 0;

    if (d->from != swap->side || d->index != swap->datagram)
        return WIRE_DELIVER;
    while (wire_record_next(d, &at, &r))
        if (r.type == 22 && r.epoch == 0) {
            if (n == swap->a)
                found[0] = d->octets + r.at + 13;
            if (n == swap->b)
                found[1] = d->octets + r.at + 13;
            n++;
        }
    if (found[0] == NULL || found[1] == NULL)
        return WIRE_DELIVER;
    swap->met = true;
    uint8_t seq = found[0][5];
    found[0][5] = found[1][5];
    found[1][5] = seq;
    return WIRE_DELIVER;
}

static void messages_in_another_order_never_complete(void **state)
{
    unsigned runs = 0;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int side = 0; side < 2; side++)
            for (unsigned a = 0; a < 5; a++)
                for (unsigned b = a + 1; b < 5; b++) {
                    struct swap swap = {(enum wire_side)side, a, b, side == WIRE_CLIENT ? 2 : 1,
                                        false};
                    struct wire w;
                    wire_make(&w, &world, (enum wire_kind)kind);
                    w.ends[0].config.mtu = w.ends[1].config.mtu = 2000;
                    w.fate = swap_numbers;
                    w.context = &swap;
                    wire_start(&w);
                    wire_run(&w, 0);
                    if (swap.met) {
                        assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
                        assert_int_equal(w.ends[WIRE_SERVER].connected, 0);
                        /* unexpected_message, or no CertificateRequest where it is due (H20) */
                        int alert = wire_alert(&w, (enum wire_side)(1 - side));
                        assert_true(alert == 10 || alert == 40);
                        runs++;
                    }
                    wire_free(&w);
                }
    assert_true(runs >= 1 + 3 + 2 * (10 + 3));
}

/* The random source fails at each of its calls in turn: an end that has none ends. */
static bool failing_fill(void *context, uint8_t *out, size_t len)
{
    unsigned *left = context;

    if (*left == 0)
        return false;
    (*left)--;
    memset(out, (int)*left + 1, len);
    return true;
}

static void row59_without_randomness_nothing_is_begun(void **state)
{
    struct prov_crypto *usual = world.crypto;
    unsigned completed = 0;

    (void)state;
    for (unsigned allowed = 0; allowed < 8; allowed++) {
        unsigned left = allowed;
        struct prov_random random = {failing_fill, &left};
        struct prov_crypto *crypto = NULL;
        struct wire w;
        assert_int_equal(prov_crypto_make(&random, &crypto), PROV_OK);
        wire_make(&w, &world, WIRE_PSK);
        struct wire_end *client = &w.ends[WIRE_CLIENT];
        world.crypto = crypto;
        prov_result result =
            prov_dtls_start(&client->session, &client->config, crypto, client->workspace, 0);
        if (result == PROV_OK) {
            client->begun = true;
            wire_run(&w, 70000);
            no_wrong_end(&w);
            completed += client->connected;
        } else {
            assert_int_equal(result, PROV_E_RANDOM);
        }
        wire_free(&w);
        world.crypto = usual;
        prov_crypto_free(crypto);
    }
    assert_true(completed > 0 && completed < 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_octet_of_each_flight_flipped),
        cmocka_unit_test(every_datagram_cut_at_every_length),
        cmocka_unit_test(random_datagrams_after_the_handshake_change_nothing),
        cmocka_unit_test(random_datagrams_in_the_handshake_fool_nobody),
        cmocka_unit_test(a_thousand_addresses_get_nothing_larger_than_they_sent),
        cmocka_unit_test(messages_in_another_order_never_complete),
        cmocka_unit_test(row59_without_randomness_nothing_is_begun),
    };
    return cmocka_run_group_tests_name("dtls storm", tests, setup, teardown);
}
