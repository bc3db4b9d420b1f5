/* SPDX-License-Identifier: Apache-2.0
 *
 * Records, timers, and what happens after the handshake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "libprov/dtls/engine.h"

static struct wire_world world;

static int setup(void **state)
{
    (void)state;
    wire_world_make(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wire_world_free(&world);
    return 0;
}

static void connect_as(struct wire *w, enum wire_kind kind)
{
    wire_make(w, &world, kind);
    wire_start(w);
    wire_run(w, 0);
    assert_int_equal(w->ends[WIRE_CLIENT].connected, 1);
    assert_int_equal(w->ends[WIRE_SERVER].connected, 1);
}

/* Seals without sending. */
static size_t seal(struct wire *w, enum wire_side from, const char *text,
                   uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    assert_int_equal(prov_dtls_seal(&w->ends[from].session, prov_bytes_text(text), &out), PROV_OK);
    return out.len;
}

/* A record of any type in epoch 1, from inside an end. */
static size_t seal_type(struct wire *w, enum wire_side from, uint8_t type,
                        struct prov_bytes content, uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    assert_true(prov_record_put(&w->ends[from].session, 1, type, content, PROV_BYTES_NONE, &out));
    return out.len;
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static void row55_a_replayed_record_is_dropped(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    size_t len = seal(&w, WIRE_CLIENT, "once", room);
    for (int i = 0; i < 3; i++)
        wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 1);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row55_a_forged_record_does_not_move_the_window(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX], late[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    size_t late_len = seal(&w, WIRE_CLIENT, "late", late);
    size_t len = seal(&w, WIRE_CLIENT, "x", room);
    room[8] = 0x7F; /* far ahead */
    room[len - 1] ^= 1;
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_inject(&w, WIRE_CLIENT, late, late_len);
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, 1);
    assert_int_equal(w.ends[WIRE_SERVER].data, 1);
    wire_free(&w);
}

static void row55_the_window_is_64_wide(void **state)
{
    struct prov_dtls_window window = {0, 0};

    (void)state;
    assert_true(prov_window_fresh(&window, 0));
    prov_window_note(&window, 0);
    assert_false(prov_window_fresh(&window, 0));
    prov_window_note(&window, 100);
    assert_false(prov_window_fresh(&window, 100));
    assert_true(prov_window_fresh(&window, 99));
    assert_true(prov_window_fresh(&window, 37));
    assert_false(prov_window_fresh(&window, 36));
    prov_window_note(&window, 37);
    assert_false(prov_window_fresh(&window, 37));
    prov_window_note(&window, 101);
    assert_false(prov_window_fresh(&window, 37));
    assert_false(prov_window_fresh(&window, 100));
    prov_window_note(&window, 1000);
    assert_true(prov_window_fresh(&window, 999));
    assert_false(prov_window_fresh(&window, 101));
}

static void row55_records_out_of_order_arrive_within_the_window(void **state)
{
    uint8_t rooms[70][WIRE_DATAGRAM_MAX];
    size_t lens[70];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    for (int i = 0; i < 70; i++)
        lens[i] = seal(&w, WIRE_SERVER, "x", rooms[i]);
    for (int i = 69; i >= 0; i--)
        wire_inject(&w, WIRE_SERVER, rooms[i], lens[i]);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_CLIENT].data, 64);
    wire_free(&w);
}

static void row10_and_h13_the_explicit_nonce_is_epoch_and_sequence(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint64_t next[2] = {0, 0};
        unsigned sealed = 0;
        struct wire w;
        connect_as(&w, (enum wire_kind)kind);
        assert_true(wire_works(&w));
        for (size_t i = 0; i < w.log_len; i++) {
            struct wire_record r;
            size_t at = 0;
            while (wire_record_next(&w.log[i], &at, &r)) {
                if (r.epoch == 0)
                    continue;
                assert_memory_equal(r.body, w.log[i].octets + r.at + 3, 8);
                assert_int_equal(r.seq, next[w.log[i].from]++);
                sealed++;
            }
        }
        assert_int_equal(sealed, 4);
        wire_free(&w);
    }
}

static void row64_a_record_of_ccm_8_adds_29_octets(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    assert_int_equal(seal(&w, WIRE_CLIENT, "12345", room), 5 + 29);
    wire_free(&w);
}

static void h12_sending_stops_at_2_23_records(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    w.ends[WIRE_CLIENT].session.write_seq[1] = (1u << 23) - 2;
    assert_int_equal(prov_dtls_seal(&w.ends[WIRE_CLIENT].session, OCTETS(1), &out), PROV_OK);
    assert_int_equal(prov_dtls_seal(&w.ends[WIRE_CLIENT].session, OCTETS(1), &out), PROV_E_FULL);
    prov_dtls_close(&w.ends[WIRE_CLIENT].session); /* the last number is for the goodbye */
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].closed, 1);
    assert_int_equal(w.ends[WIRE_CLIENT].session.write_seq[1], 1u << 23);
    wire_free(&w);
}

static void h12_only_forgeries_of_this_epoch_and_in_the_window_are_counted(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX], forged[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    size_t len = seal(&w, WIRE_CLIENT, "x", room);
    const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    memcpy(forged, room, len);
    forged[4] = 2; /* epoch 2 */
    wire_inject(&w, WIRE_CLIENT, forged, len);
    forged[4] = 0; /* epoch 0 */
    wire_inject(&w, WIRE_CLIENT, forged, len);
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, 0);
    room[len - 1] ^= 1;
    wire_inject(&w, WIRE_CLIENT, room, len); /* a number that has been seen */
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_stats(server).records_forged, 0);
    room[10]++;
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, 0);
    assert_int_equal(prov_dtls_stats(server).records_forged, 1);
    assert_int_equal(w.ends[WIRE_SERVER].data, 1);
    wire_free(&w);
}

static void h13_sequence_numbers_never_wrap(void **state)
{
    struct prov_dtls_cookies cookies = {.ready = false};
    uint8_t room[WIRE_DATAGRAM_MAX], hello_room[512], reply_room[128];
    struct prov_buf out = PROV_BUF_OF(room), hello = PROV_BUF_OF(hello_room),
                    reply = PROV_BUF_OF(reply_room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    struct prov_dtls *s = &w.ends[WIRE_CLIENT].session;
    s->write_seq[0] = SEQUENCE_MAX;
    assert_false(prov_record_put(s, 0, 22, OCTETS(1), PROV_BYTES_NONE, &out));
    s->write_seq[1] = 1u << 23;
    assert_false(prov_record_put(s, 1, 22, OCTETS(1), PROV_BYTES_NONE, &out));
    assert_int_equal(out.len, 0);
    /* and a client can't make a server begin at the end of the numbers (H1) */
    craft_hello(&(struct craft){.record_seq = SEQUENCE_MAX}, &hello);
    assert_int_equal(
        prov_dtls_hello(&cookies, world.crypto, 0, OCTETS(1), prov_buf_bytes(&hello), &reply),
        PROV_DTLS_HELLO_DROP);
    wire_free(&w);
}

static void h11_one_bad_record_does_not_lose_the_others(void **state)
{
    uint8_t room[3 * WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    struct prov_dtls *s = &w.ends[WIRE_CLIENT].session;
    for (int i = 0; i < 3; i++)
        assert_int_equal(prov_dtls_seal(s, OCTETS(1, 2, 3), &out), PROV_OK);
    room[13 + 8] ^= 1;            /* the first one fails */
    room[out.len / 3 + 1] = 0x03; /* the second one is of another protocol */
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 1);
    wire_free(&w);
}

/* --- before the end of the handshake -------------------------------------------------------------------------- */

static void h9_early_change_cipher_spec_and_plain_data_are_ignored(void **state)
{
    const uint8_t records[] = {20,   0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0,  90, 0, 1,   1,  23,
                               0xFE, 0xFD, 0,    0, 0, 0, 0, 0, 0, 91, 0,  2, 'h', 'i'};

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int side = 0; side < 2; side++) {
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            wire_start(&w);
            for (int i = 0; i < 4; i++)
                wire_inject(&w, (enum wire_side)side, records, sizeof(records));
            wire_run(&w, 0);
            wire_inject(&w, (enum wire_side)side, records, sizeof(records));
            wire_run(&w, 0);
            assert_int_equal(w.ends[1 - side].data, 0);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

/* Everything that a side sends in epoch 1 arrives before everything in epoch 0 of the same datagram. */
static enum wire_fate last_first(void *context, struct wire_datagram *d)
{
    uint8_t whole[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(whole);
    struct wire_record r;

    (void)context;
    for (int epoch = 1; epoch >= 0; epoch--)
        for (size_t at = 0; wire_record_next(d, &at, &r);)
            if (r.epoch == epoch)
                prov_put(&out, d->octets + r.at, 13 + r.len);
    memcpy(d->octets, whole, out.len);
    return WIRE_DELIVER;
}

static void h8_early_records_are_kept_and_not_counted(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.fate = last_first;
        wire_start(&w);
        wire_run(&w, 0);
        assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, 0);
        assert_int_equal(prov_dtls_stats(&w.ends[WIRE_CLIENT].session).records_forged, 0);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void h8_early_application_data_is_not_delivered(void **state)
{
    struct wire w;

    (void)state;
    /* the server's first data overtakes its last flight */
    wire_make(&w, &world, WIRE_RPK);
    w.no_cookie = true;
    wire_start(&w);
    uint8_t junk[13 + 60] = {23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 0, 0, 60};
    for (int i = 0; i < 20; i++)
        wire_inject(&w, WIRE_SERVER, junk, sizeof(junk));
    junk[0] = 22;
    for (int i = 0; i < 20; i++) /* more than the room for early records */
        wire_inject(&w, WIRE_SERVER, junk, sizeof(junk));
    wire_run(&w, 0);
    wire_run(&w, 70000);
    assert_int_equal(w.ends[WIRE_CLIENT].data, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* --- reassembly ------------------------------------------------------------------------------------------------- */

struct cut {
    uint8_t type;
    uint32_t length, offset, fragment_length;
    uint16_t message_seq;
};

/* A record with one fragment; octets: of the body from the offset on. */
static size_t fragment(const struct cut *c, const uint8_t *octets, uint8_t room[WIRE_DATAGRAM_MAX])
{
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);

    prov_put(&out, "\x16\xFE\xFD\0\0\0\0\0\0\0\x20", 11);
    prov_put_u16(&out, (uint16_t)(12 + c->fragment_length));
    prov_message_header_put(&out, c->type, c->length, c->message_seq, c->offset,
                            c->fragment_length);
    prov_put(&out, octets, c->fragment_length);
    return out.len;
}

/* A server that waits for a hello of which it has the first 60 octets. */
static void half_a_hello(struct wire *w, uint8_t body[WIRE_DATAGRAM_MAX], uint32_t *ret_len)
{
    uint8_t room[WIRE_DATAGRAM_MAX], cut_room[WIRE_DATAGRAM_MAX];
    struct prov_buf hello = PROV_BUF_OF(room);

    wire_make(w, &world, WIRE_PSK);
    w->no_cookie = true;
    craft_hello(&(struct craft){.extensions = OCTETS(0, 23, 0, 0, 0xFF, 1, 0, 1, 0)}, &hello);
    *ret_len = (uint32_t)(hello.len - 25);
    memcpy(body, room + 25, *ret_len);
    size_t len = fragment(&(struct cut){1, *ret_len, 0, 50, 0}, body, cut_room);
    wire_inject(w, WIRE_CLIENT, cut_room, len);
    wire_run(w, 0);
    assert_true(w->ends[WIRE_SERVER].begun);
    assert_int_equal(w->log_len, 0);
}

static void give(struct wire *w, const struct cut *c, const uint8_t *octets)
{
    uint8_t room[WIRE_DATAGRAM_MAX];

    wire_inject(w, WIRE_CLIENT, room, fragment(c, octets, room));
    wire_run(w, 0);
}

static void h10_inconsistent_fragments_are_dropped(void **state)
{
    uint8_t body[WIRE_DATAGRAM_MAX], other[WIRE_DATAGRAM_MAX];
    struct prov_bytes message;
    struct wire w;
    uint32_t len;

    (void)state;
    half_a_hello(&w, body, &len);
    memcpy(other, body, sizeof(other));
    other[45] ^= 1;
    give(&w, &(struct cut){1, len, 40, len - 40, 0}, other + 40);    /* another overlap */
    give(&w, &(struct cut){1, len + 1, 40, len - 39, 0}, body + 40); /* another length */
    give(&w, &(struct cut){2, len, 40, len - 40, 0}, body + 40);     /* another type */
    give(&w, &(struct cut){1, len, len - 5, 6, 0}, body);            /* behind the end */
    assert_int_equal(w.log_len, 0);
    assert_int_equal(w.ends[WIRE_SERVER].failed, 0);
    give(&w, &(struct cut){1, len, len - 3, 3, 0},
         body + len - 3); /* out of order, and overlapping */
    give(&w, &(struct cut){1, len, 30, len - 30 - 1, 0}, body + 30);
    assert_true(wire_find(&w, WIRE_SERVER, 2, 0, &message));
    wire_free(&w);
}

static void h10_a_length_above_the_cap_is_refused_at_the_first_fragment(void **state)
{
    uint8_t octets[16] = {0};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.no_cookie = true;
    w.fate = NULL;
    wire_start(&w);
    /* the server waits for the client's Certificate: message 1 */
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    assert_true(prov_dtls_pull(&w.ends[WIRE_CLIENT].session, 0, &out));
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    w.ends[WIRE_CLIENT].begun = false; /* nothing reaches the client */
    wire_run(&w, 0);
    give(&w, &(struct cut){11, PROV_DTLS_CERTIFICATE_MAX + 1, 0, 16, 3},
         octets); /* not due: dropped */
    assert_int_equal(w.ends[WIRE_SERVER].failed, 0);
    give(&w, &(struct cut){11, PROV_DTLS_CERTIFICATE_MAX + 1, 0, 16, 1}, octets);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 50);
    wire_free(&w);
}

static void h5_a_hello_cut_behind_its_cookie_is_put_together(void **state)
{
    uint8_t body[WIRE_DATAGRAM_MAX];
    struct prov_bytes message;
    struct wire w;
    uint32_t len;

    (void)state;
    half_a_hello(&w, body, &len);
    give(&w, &(struct cut){1, len, 50, len - 50, 0}, body + 50);
    assert_true(wire_find(&w, WIRE_SERVER, 2, 0, &message));
    wire_free(&w);
}

/* H2: what the client signs is the hash of all messages from the hello with the cookie on, each with its
 * header as if it had not been cut. */
static void put_together(const struct wire *w, uint8_t *room, size_t cap, size_t *ret_len)
{
    struct prov_buf out = prov_buf_make(room, cap);

    for (size_t i = 0; i < w->log_len; i++) {
        struct wire_record r;
        size_t at = 0;
        while (wire_record_next(&w->log[i], &at, &r)) {
            struct prov_reader reader = prov_reader_make(PROV_BYTES(r.body, r.len));
            struct prov_fragment f;
            if (r.type != 22 || !prov_fragment_take(&reader, &f) || f.type == 3 ||
                (f.type == 1 && f.message_seq == 0))
                continue;
            if (f.offset == 0)
                prov_message_header_put(&out, f.type, f.length, f.message_seq, 0, f.length);
            prov_put_bytes(&out, f.body);
        }
    }
    assert_false(out.overflow);
    *ret_len = out.len;
}

static bool check_transcript(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    static uint8_t room[8192];
    struct prov_dtls *s = &w->ends[side].session;
    uint8_t digest[PROV_HASH_LEN];
    size_t len;

    if (side != WIRE_CLIENT || event != PROV_DTLS_NEED_SIGN)
        return false;
    put_together(w, room, sizeof(room), &len);
    struct prov_buf rest = prov_buf_make(room + len, sizeof(room) - len);
    prov_put(&rest, s->hs->flight, s->hs->flight_len); /* the client's own, whole as yet */
    struct prov_bytes all = PROV_BYTES(room, len + rest.len);
    assert_int_equal(prov_crypto_sha256(world.crypto, &all, 1, digest), PROV_OK);
    assert_memory_equal(digest, prov_dtls_need_digest(s), PROV_HASH_LEN);
    *(bool *)w->intercept_context = true;
    return false;
}

static void h2_the_transcript_is_of_whole_messages_from_the_cookie_on(void **state)
{
    static const uint16_t mtus[] = {0, PROV_DTLS_MTU_MIN};

    (void)state;
    for (int i = 0; i < 2; i++) {
        bool checked = false;
        struct wire w;
        wire_make(&w, &world, WIRE_CERT);
        w.ends[WIRE_SERVER].config.mtu = mtus[i];
        w.intercept = check_transcript;
        w.intercept_context = &checked;
        wire_start(&w);
        wire_run(&w, 0);
        assert_true(checked);
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void every_datagram_fits_the_mtu(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (uint16_t mtu = PROV_DTLS_MTU_MIN; mtu < 1400; mtu = (uint16_t)(mtu + 97)) {
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.ends[0].config.mtu = w.ends[1].config.mtu = mtu;
            wire_start(&w);
            wire_run(&w, 0);
            for (size_t i = 0; i < w.log_len; i++)
                assert_true(w.log[i].len <= mtu);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

/* --- timers --------------------------------------------------------------------------------------------------------- */

static enum wire_fate black_hole(void *context, struct wire_datagram *d)
{
    const unsigned *from =
        context; /* the first datagram of the server that is lost; all of the client's then */

    if (d->from == WIRE_SERVER)
        return d->index < *from ? WIRE_DELIVER : WIRE_DROP;
    return WIRE_DELIVER;
}

static void row56_sent_at_0_9_and_27_s_and_given_up_at_63_s(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        static const uint64_t times[] = {0, 9000, 27000};
        unsigned nothing = 0;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.fate = black_hole;
        w.context = &nothing;
        wire_start(&w);
        wire_run(&w, 1000000);
        unsigned sent = 0;
        for (size_t i = 0; i < w.log_len; i++)
            if (w.log[i].from == WIRE_CLIENT) {
                assert_true(sent < 3);
                assert_int_equal(w.log[i].at_ms, times[sent++]);
            }
        assert_int_equal(sent, 3);
        assert_int_equal(w.ends[WIRE_CLIENT].failed_at_ms, 63000);
        assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).result, PROV_E_TIMEOUT);
        assert_false(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).authentic);
        wire_free(&w);
    }
}

static enum wire_fate deaf_client(void *context, struct wire_datagram *d)
{
    (void)context;
    return d->from == WIRE_SERVER && d->index > 0   ? WIRE_DROP
           : d->from == WIRE_CLIENT && d->index > 1 ? WIRE_DROP
                                                    : WIRE_DELIVER;
}

static void row56_a_server_sends_and_gives_up_in_the_same_way(void **state)
{
    static const uint64_t times[] = {0, 9000, 27000};
    unsigned sent = 0;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = deaf_client;
    wire_start(&w);
    wire_run(&w, 1000000);
    for (size_t i = 1; i < w.log_len; i++)
        if (w.log[i].from == WIRE_SERVER && w.log[i].index > 0) {
            assert_true(sent < 3);
            assert_int_equal(w.log[i].at_ms, times[sent++]);
        }
    assert_int_equal(sent, 3);
    assert_int_equal(w.ends[WIRE_SERVER].failed_at_ms, 63000);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), -1);
    wire_free(&w);
}

static void row56_the_timer_can_be_set(void **state)
{
    static const uint64_t times[] = {0, 1000, 2500};
    unsigned nothing = 0, sent = 0;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.timer_initial_ms = 1000;
    w.ends[WIRE_CLIENT].config.timer_max_ms = 1500;
    w.fate = black_hole;
    w.context = &nothing;
    wire_start(&w);
    wire_run(&w, 1000000);
    for (size_t i = 0; i < w.log_len; i++)
        if (w.log[i].from == WIRE_CLIENT)
            assert_int_equal(w.log[i].at_ms, times[sent++]);
    assert_int_equal(sent, 3);
    assert_int_equal(w.ends[WIRE_CLIENT].failed_at_ms, 4000);
    wire_free(&w);
}

/* --- the last flight ------------------------------------------------------------------------------------------------ */

/* Loses datagrams of the server from its last flight on, as many as the context says. */
static enum wire_fate lose_last(void *context, struct wire_datagram *d)
{
    unsigned *left = context;

    if (d->from != WIRE_SERVER || d->index < 2 || *left == 0)
        return WIRE_DELIVER;
    (*left)--;
    return WIRE_DROP;
}

static void h7_the_last_flight_is_sent_again_when_the_client_repeats_its_own(void **state)
{
    (void)state;
    for (int kind = 0; kind <= WIRE_RPK; kind++)
        for (unsigned lost = 1; lost <= 2; lost++) {
            unsigned left = lost;
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.fate = lose_last;
            w.context = &left;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(prov_dtls_handshake_done(&w.ends[WIRE_SERVER].session));
            assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
            /* the workspace has been given back: nothing of it may be used any more */
            memset(w.ends[WIRE_SERVER].workspace, 0xA5, prov_dtls_handshake_size());
            wire_run(&w, 63000);
            assert_int_equal(w.ends[WIRE_CLIENT].connected_at_ms, lost == 1 ? 9000 : 27000);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void h7_not_after_240_s(void **state)
{
    struct wire w;
    unsigned left = 100;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = lose_last;
    w.context = &left;
    wire_start(&w);
    wire_run(&w, 0);
    size_t before = w.log_len;
    w.now_ms = PROV_LINGER_MS + 1;
    /* the client's deadline has passed: it repeats its flight */
    wire_run(&w, w.now_ms);
    unsigned answers = 0;
    for (size_t i = before; i < w.log_len; i++)
        answers += w.log[i].from == WIRE_SERVER;
    assert_true(w.log_len > before);
    assert_int_equal(answers, 0);
    wire_free(&w);
}

static void h7_old_messages_trigger_at_most_one_resend(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        unsigned left = 100, again = 0;
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.fate = lose_last;
        w.context = &left;
        wire_start(&w);
        wire_run(&w, 0); /* the client waits for Finished */
        size_t before = w.log_len;
        for (size_t i = 0; i < before; i++)
            if (w.log[i].from == WIRE_SERVER && w.log[i].index == 1)
                for (int times = 0; times < 5; times++)
                    wire_inject(&w, WIRE_SERVER, w.log[i].octets, w.log[i].len);
        wire_run(&w, 0);
        for (size_t i = before; i < w.log_len; i++)
            again += w.log[i].from == WIRE_CLIENT;
        assert_int_equal(again, 1);
        wire_free(&w);
    }
}

static void a_repeated_hello_is_told_from_a_new_one(void **state)
{
    uint8_t room[512], other_room[512];
    struct prov_buf hello = PROV_BUF_OF(room), other = PROV_BUF_OF(other_room);
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.no_cookie = true;
    craft_hello(&(struct craft){.random = 1, .message_seq = 1}, &hello);
    craft_hello(&(struct craft){.random = 2, .message_seq = 1}, &other);
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    assert_true(prov_dtls_repeats_hello(server, prov_buf_bytes(&hello)));
    assert_false(prov_dtls_repeats_hello(server, prov_buf_bytes(&other)));
    size_t before = w.log_len;
    wire_inject(&w, WIRE_CLIENT, other_room, other.len); /* another hello makes it send nothing */
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before);
    wire_inject(&w, WIRE_CLIENT, room, hello.len); /* its own: the flight goes out again, once */
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before + 1);
    wire_free(&w);
}

/* --- alerts, close, renegotiation ------------------------------------------------------------------------------- */

static void h39_alerts_in_epoch_0_do_not_touch_an_established_session(void **state)
{
    uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40};

    (void)state;
    for (int side = 0; side < 2; side++)
        for (int level = 1; level <= 2; level++) {
            struct wire w;
            connect_as(&w, WIRE_PSK);
            alert[13] = (uint8_t)level;
            alert[14] = level == 1 ? 0 : 40;
            wire_inject(&w, (enum wire_side)side, alert, sizeof(alert));
            wire_run(&w, 0);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

static void h39_in_a_handshake_they_end_the_attempt_and_are_nobodys_word(void **state)
{
    const uint8_t alert[] = {21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 115};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    wire_start(&w);
    wire_inject(&w, WIRE_SERVER, alert, sizeof(alert));
    wire_run(&w, 0);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
    assert_int_equal(failure.result, PROV_E_PEER_ALERT);
    assert_int_equal(failure.alert_received, 115); /* row 14: processed, though we never send it */
    assert_int_equal(failure.alert_sent, PROV_ALERT_NONE);
    assert_false(failure.authentic);
    wire_free(&w);
}

static void rule_2e_alerts_that_should_not_occur_are_processed(void **state)
{
    static const uint8_t alerts[] = {21, 41, 60, 30, 70, 71, 115};

    (void)state;
    for (size_t i = 0; i < sizeof(alerts); i++) {
        uint8_t room[WIRE_DATAGRAM_MAX];
        struct wire w;
        connect_as(&w, WIRE_PSK);
        size_t len = seal_type(&w, WIRE_SERVER, 21, OCTETS(2, alerts[i]), room);
        wire_inject(&w, WIRE_SERVER, room, len);
        wire_run(&w, 0);
        struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_CLIENT].session);
        assert_int_equal(failure.result, PROV_E_PEER_ALERT);
        assert_int_equal(failure.alert_received, alerts[i]);
        assert_true(failure.authentic);
        wire_free(&w);
    }
}

static void h15_close_notify_is_answered_once(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct wire w;
        connect_as(&w, WIRE_RPK);
        size_t before = w.log_len;
        prov_dtls_close(&w.ends[side].session);
        prov_dtls_close(&w.ends[side].session);
        wire_run(&w, 0);
        assert_int_equal(w.log_len, before + 2);
        assert_int_equal(w.ends[0].closed, 1);
        assert_int_equal(w.ends[1].closed, 1);
        assert_int_equal(w.ends[0].failed + w.ends[1].failed, 0);
        uint8_t room[64];
        struct prov_buf out = PROV_BUF_OF(room);
        assert_int_equal(prov_dtls_seal(&w.ends[side].session, OCTETS(1), &out), PROV_E_STATE);
        assert_int_equal(prov_dtls_seal(&w.ends[1 - side].session, OCTETS(1), &out), PROV_E_STATE);
        wire_free(&w);
    }
}

/* Sends a handshake message in epoch 1 and expects a warning no_renegotiation, sealed; the session goes on. */
static void renegotiation_is_refused(enum wire_side from, const struct cut *c)
{
    uint8_t message[256] = {0}, room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(message);
    struct wire_record r;
    size_t at = 0;
    struct wire w;

    connect_as(&w, WIRE_CERT);
    prov_message_header_put(&out, c->type, c->length, c->message_seq, 0, c->length);
    size_t len = seal_type(&w, from, 22, PROV_BYTES(message, 12 + c->length), room);
    size_t before = w.log_len;
    wire_inject(&w, from, room, len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before + 1);
    assert_int_equal(w.log[before].from, 1 - from);
    assert_true(wire_record_next(&w.log[before], &at, &r));
    assert_int_equal(r.type, 21);
    assert_int_equal(r.epoch, 1);
    /* the alert reaches the other end, which takes it for what it is: a warning */
    assert_int_equal(w.ends[from].session.alert_received, 100);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void row51_hello_request_is_answered_with_no_renegotiation(void **state)
{
    (void)state;
    renegotiation_is_refused(WIRE_SERVER, &(struct cut){.type = 0, .length = 0, .message_seq = 9});
}

static void row51_a_second_client_hello_is_answered_with_no_renegotiation(void **state)
{
    (void)state;
    renegotiation_is_refused(WIRE_CLIENT, &(struct cut){.type = 1, .length = 60, .message_seq = 9});
}

static void h6_a_hello_in_epoch_0_leaves_the_session_alone(void **state)
{
    uint8_t room[512];
    struct prov_buf hello = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    craft_hello(&(struct craft){.random = 9}, &hello);
    size_t before = w.log_len;
    wire_inject(&w, WIRE_CLIENT, room, hello.len);
    wire_run(&w, 0);
    assert_int_equal(w.log_len, before);
    assert_false(prov_dtls_repeats_hello(&w.ends[WIRE_SERVER].session, prov_buf_bytes(&hello)));
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* --- channel binding ---------------------------------------------------------------------------------------------- */

static void row52_no_channel_binding_without_extended_master_secret(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        w.no_cookie = true;
        wire_start(&w);
        struct prov_dtls *client = &w.ends[WIRE_CLIENT].session;
        assert_int_equal(prov_dtls_tls_unique(client, unique), PROV_E_STATE);
        /* the last two extensions of the hello are extended_master_secret and renegotiation_info */
        uint8_t *extension = client->hs->flight + client->hs->flight_len - 9;
        assert_memory_equal(extension, "\0\x17\0\0\xFF\x01", 6);
        extension[0] = 0x5A;
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_CLIENT].connected, 1);
        assert_int_equal(w.ends[WIRE_SERVER].connected, 1);
        assert_int_equal(prov_dtls_tls_unique(client, unique), PROV_E_STATE);
        assert_int_equal(prov_dtls_tls_unique(&w.ends[WIRE_SERVER].session, unique), PROV_E_STATE);
        wire_send(&w, WIRE_CLIENT, "old keys");
        wire_run(&w, 0);
        assert_int_equal(w.ends[WIRE_SERVER].data, 1);
        wire_free(&w);
    }
}

static void a_wrong_finished_is_the_peers_own_word(void **state)
{
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_RPK);
    w.no_cookie = true;
    wire_start(&w);
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    assert_true(prov_dtls_pull(&w.ends[WIRE_CLIENT].session, 0, &out));
    /* the compression methods as the server sees them have one more: the keys agree without extended master
     * secret alone, so it goes as well */
    struct prov_dtls *client = &w.ends[WIRE_CLIENT].session;
    client->hs->flight[client->hs->flight_len - 9] = 0x5A;
    room[out.len - 9] = 0x5B;
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    wire_run(&w, 0);
    struct prov_dtls_failure failure = prov_dtls_failure(&w.ends[WIRE_SERVER].session);
    assert_int_equal(w.ends[WIRE_SERVER].connected + w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(failure.alert_sent, 51); /* CertificateVerify speaks of the same messages */
    wire_free(&w);

    wire_make(&w, &world, WIRE_PSK);
    w.no_cookie = true;
    wire_start(&w);
    out.len = 0;
    assert_true(prov_dtls_pull(&w.ends[WIRE_CLIENT].session, 0, &out));
    client = &w.ends[WIRE_CLIENT].session;
    client->hs->flight[client->hs->flight_len - 9] = 0x5A;
    room[out.len - 9] = 0x5B;
    wire_inject(&w, WIRE_CLIENT, room, out.len);
    wire_run(&w, 0);
    failure = prov_dtls_failure(&w.ends[WIRE_SERVER].session);
    assert_int_equal(failure.result, PROV_E_DIGEST);
    assert_int_equal(failure.alert_sent, 51);
    assert_true(failure.authentic);
    wire_free(&w);
}

static void the_sizes_are_within_their_budgets(void **state)
{
    (void)state;
    assert_true(sizeof(struct prov_dtls) <= 512);
    assert_true(prov_dtls_handshake_size() <= 9 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row55_a_replayed_record_is_dropped),
        cmocka_unit_test(row55_a_forged_record_does_not_move_the_window),
        cmocka_unit_test(row55_the_window_is_64_wide),
        cmocka_unit_test(row55_records_out_of_order_arrive_within_the_window),
        cmocka_unit_test(row10_and_h13_the_explicit_nonce_is_epoch_and_sequence),
        cmocka_unit_test(row64_a_record_of_ccm_8_adds_29_octets),
        cmocka_unit_test(h12_sending_stops_at_2_23_records),
        cmocka_unit_test(h12_only_forgeries_of_this_epoch_and_in_the_window_are_counted),
        cmocka_unit_test(h13_sequence_numbers_never_wrap),
        cmocka_unit_test(h11_one_bad_record_does_not_lose_the_others),
        cmocka_unit_test(h9_early_change_cipher_spec_and_plain_data_are_ignored),
        cmocka_unit_test(h8_early_records_are_kept_and_not_counted),
        cmocka_unit_test(h8_early_application_data_is_not_delivered),
        cmocka_unit_test(h10_inconsistent_fragments_are_dropped),
        cmocka_unit_test(h10_a_length_above_the_cap_is_refused_at_the_first_fragment),
        cmocka_unit_test(h5_a_hello_cut_behind_its_cookie_is_put_together),
        cmocka_unit_test(h2_the_transcript_is_of_whole_messages_from_the_cookie_on),
        cmocka_unit_test(every_datagram_fits_the_mtu),
        cmocka_unit_test(row56_sent_at_0_9_and_27_s_and_given_up_at_63_s),
        cmocka_unit_test(row56_a_server_sends_and_gives_up_in_the_same_way),
        cmocka_unit_test(row56_the_timer_can_be_set),
        cmocka_unit_test(h7_the_last_flight_is_sent_again_when_the_client_repeats_its_own),
        cmocka_unit_test(h7_not_after_240_s),
        cmocka_unit_test(h7_old_messages_trigger_at_most_one_resend),
        cmocka_unit_test(a_repeated_hello_is_told_from_a_new_one),
        cmocka_unit_test(h39_alerts_in_epoch_0_do_not_touch_an_established_session),
        cmocka_unit_test(h39_in_a_handshake_they_end_the_attempt_and_are_nobodys_word),
        cmocka_unit_test(rule_2e_alerts_that_should_not_occur_are_processed),
        cmocka_unit_test(h15_close_notify_is_answered_once),
        cmocka_unit_test(row51_hello_request_is_answered_with_no_renegotiation),
        cmocka_unit_test(row51_a_second_client_hello_is_answered_with_no_renegotiation),
        cmocka_unit_test(h6_a_hello_in_epoch_0_leaves_the_session_alone),
        cmocka_unit_test(row52_no_channel_binding_without_extended_master_secret),
        cmocka_unit_test(a_wrong_finished_is_the_peers_own_word),
        cmocka_unit_test(the_sizes_are_within_their_budgets),
    };
    return cmocka_run_group_tests_name("dtls session", tests, setup, teardown);
}
