/* SPDX-License-Identifier: Apache-2.0
 *
 * Records, reassembly and the transcript.
 */
#include "fixture.h"

/* --- records --------------------------------------------------------------------------------- */

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
    struct prov_dtls_window window = {0};

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

/* RFC 9147, section 4.5.3 and appendix B.3: a tag of 64 bits stands 2^7 attempts. */
static void h12_ccm_8_is_given_up_after_2_7_forgeries(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t room[WIRE_DATAGRAM_MAX];
        bool short_tag = kind != WIRE_PSK_FS;
        struct wire w;
        connect_as(&w, (enum wire_kind)kind);
        size_t len = seal(&w, WIRE_CLIENT, "x", room);
        room[len - 1] ^= 1;
        for (unsigned i = 1; i <= 128; i++) {
            assert_int_equal(w.ends[WIRE_SERVER].closed, 0);
            wire_inject(&w, WIRE_CLIENT, room, len);
            wire_run(&w, 0);
            assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, i);
        }
        assert_int_equal(w.ends[WIRE_SERVER].closed, short_tag);
        assert_int_equal(w.ends[WIRE_CLIENT].closed, short_tag); /* it was told, in epoch 1 */
        assert_int_equal(w.ends[WIRE_SERVER].data, 0);
        wire_free(&w);
    }
}

/* What does not fit leaves the room as it was, for something shorter. */
static void a_record_that_does_not_fit_leaves_no_trace(void **state)
{
    uint8_t room[13 + 8 + 1 + 8];
    struct prov_buf out = PROV_BUF_OF(room);
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    struct prov_dtls *s = &w.ends[WIRE_CLIENT].session;
    assert_int_equal(prov_dtls_seal(s, OCTETS(1, 2), &out), PROV_E_OVERFLOW);
    assert_int_equal(out.len, 0);
    assert_int_equal(prov_dtls_seal(s, OCTETS(1), &out), PROV_OK);
    assert_int_equal(out.len, sizeof(room));
    assert_int_equal(prov_dtls_seal(s, OCTETS(1), &out), PROV_E_OVERFLOW);
    assert_int_equal(out.len, sizeof(room));
    out.overflow = true; /* what did not fit before is not forgotten */
    assert_int_equal(prov_dtls_seal(s, OCTETS(1), &out), PROV_E_OVERFLOW);
    assert_true(out.overflow);
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
    s->write_seq[0] = UINT32_MAX;
    assert_false(prov_record_write(s, 0, 22, NULL, OCTETS(1), &out));
    s->write_seq[1] = 1u << 23;
    assert_false(prov_record_write(s, 1, 22, NULL, OCTETS(1), &out));
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

/* --- before the end of the handshake --------------------------------------------------------- */

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
                prov_put_bytes(&out, r.whole);
    memcpy(d->octets, whole, out.len);
    return WIRE_DELIVER;
}

static void h8_early_records_are_kept_and_not_counted(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int with_cid = 0; with_cid < 2; with_cid++) {
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.ends[WIRE_CLIENT].config.connection_id = with_cid != 0;
            w.ends[WIRE_SERVER].cid = OCTETS(1, 2, 3, 4, 5, 6, 7, 8);
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

/* A client's flight loses what proves it: its Finished, and its CertificateVerify if so asked. */
struct unproved {
    bool on, verify_too;
};

static enum wire_fate cut_proof(void *context, struct wire_datagram *d)
{
    const struct unproved *unproved = context;
    struct wire_record r;
    size_t at = 0;

    while (unproved->on && d->from == WIRE_CLIENT && wire_record_next(d, &at, &r))
        if (r.epoch == 1 || (unproved->verify_too && r.type == 22 && r.body[0] == 15)) {
            d->len = r.at;
            break;
        }
    return d->len > 0 ? WIRE_DELIVER : WIRE_DROP;
}

/* The server has the keys from ClientKeyExchange on: what opens under them is nobody's word before the
 * client has proved itself. */
static void h8_data_sealed_before_finished_is_not_delivered(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (int verify_too = 0; verify_too < 2; verify_too++) {
            struct unproved unproved = {true, verify_too != 0};
            uint8_t room[WIRE_DATAGRAM_MAX];
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.fate = cut_proof;
            w.context = &unproved;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(w.ends[WIRE_SERVER].session.keys_ready);
            size_t len = seal_type(&w, WIRE_CLIENT, 23, OCTETS('d', 'o', ' ', 'i', 't'), room);
            wire_inject(&w, WIRE_CLIENT, room, len);
            wire_run(&w, 0);
            assert_int_equal(w.ends[WIRE_SERVER].data + w.ends[WIRE_SERVER].connected, 0);
            assert_int_equal(w.ends[WIRE_SERVER].failed, 0);
            unproved.on = false;
            wire_run(&w, 9000);
            assert_int_equal(w.ends[WIRE_SERVER].data, 0);
            assert_true(wire_works(&w));
            wire_free(&w);
        }
}

/* --- reassembly ------------------------------------------------------------------------------ */

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

/* Anybody can forge a piece of a message in epoch 0. Where the true one comes whole, it is heard. */
static void h10_a_forged_piece_does_not_keep_a_whole_message_out(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t octets[16] = {0}, room[WIRE_DATAGRAM_MAX];
        struct wire w;
        wire_make(&w, &world, (enum wire_kind)kind);
        wire_start(&w);
        size_t len = fragment(&(struct cut){2, 100, 0, 16, 1}, octets, room);
        wire_inject(&w, WIRE_SERVER, room, len); /* of the ServerHello that is to come */
        wire_run(&w, 100000);
        assert_true(wire_works(&w));
        assert_int_equal(w.ends[WIRE_CLIENT].connected_at_ms, 0);
        wire_free(&w);
    }
}

/* While a verdict is sought, messages come that are not due: what the caller looks at stays where it is. */
static bool push_before_the_verdict(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *session = &w->ends[side].session;
    struct prov_bytes before[PROV_DTLS_CHAIN_MAX], after[PROV_DTLS_CHAIN_MAX];
    uint8_t octets[16] = {0}, room[WIRE_DATAGRAM_MAX];
    bool *met = w->intercept_context;

    if (event != PROV_DTLS_NEED_VERIFY || met[side])
        return false;
    met[side] = true;
    size_t count = prov_dtls_peer_chain(session, before);
    struct prov_bytes spki = prov_dtls_peer_spki(session);
    for (uint16_t seq = 0; seq < 2 * PROV_DTLS_AHEAD; seq++) {
        size_t len = fragment(&(struct cut){14, 16, 0, 8, seq}, octets, room);
        prov_dtls_push(session, w->now_ms, room, len);
        assert_int_equal(prov_dtls_step(session, w->now_ms), PROV_DTLS_NEED_VERIFY);
        assert_int_equal(prov_dtls_peer_chain(session, after), count);
        for (size_t i = 0; i < count; i++)
            assert_ptr_equal(after[i].data, before[i].data);
        assert_ptr_equal(prov_dtls_peer_spki(session).data, spki.data);
    }
    return false;
}

static void h10_what_is_being_judged_does_not_move(void **state)
{
    (void)state;
    for (int kind = WIRE_RPK; kind <= WIRE_CERT; kind++)
        for (int cookie = 0; cookie < 2; cookie++) {
            bool met[2] = {false, false};
            struct wire w;
            wire_make(&w, &world, (enum wire_kind)kind);
            w.no_cookie = cookie == 0;
            w.intercept = push_before_the_verdict;
            w.intercept_context = met;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(met[WIRE_CLIENT]);
            wire_free(&w);
        }
}

/* Between the server's flight and its own a client hears of messages that nobody has sent yet. */
static bool forge_before_the_answer(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls *session = &w->ends[side].session;
    uint8_t octets[16] = {0}, room[WIRE_DATAGRAM_MAX];
    bool *met = w->intercept_context;

    if (event != PROV_DTLS_AGAIN || side != WIRE_CLIENT || session->hs->state != STATE_EPHEMERAL)
        return false;
    uint16_t due = session->hs->next_receive, next = (uint16_t)(due + 1);
    size_t len = fragment(&(struct cut){11, PROV_DTLS_CERTIFICATE_MAX, 0, 16, due}, octets, room);
    len += fragment(&(struct cut){11, 2000, 0, 16, next}, octets, room + len);
    prov_dtls_push(session, w->now_ms, room, len);
    assert_int_equal(prov_dtls_step(session, w->now_ms), PROV_DTLS_AGAIN);
    *met = true;
    return false;
}

static void h10_forged_pieces_leave_room_for_the_own_flight(void **state)
{
    bool met = false;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_CERT);
    w.intercept = forge_before_the_answer;
    w.intercept_context = &met;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(met);
    assert_int_equal(w.ends[WIRE_CLIENT].failed, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

/* H2: what the client signs is the hash of all messages from the hello with the cookie on, each with its
 * header as if it had not been cut. */
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
        cmocka_unit_test(h12_ccm_8_is_given_up_after_2_7_forgeries),
        cmocka_unit_test(a_record_that_does_not_fit_leaves_no_trace),
        cmocka_unit_test(h13_sequence_numbers_never_wrap),
        cmocka_unit_test(h11_one_bad_record_does_not_lose_the_others),
        cmocka_unit_test(h9_early_change_cipher_spec_and_plain_data_are_ignored),
        cmocka_unit_test(h8_early_records_are_kept_and_not_counted),
        cmocka_unit_test(h8_early_application_data_is_not_delivered),
        cmocka_unit_test(h8_data_sealed_before_finished_is_not_delivered),
        cmocka_unit_test(h10_inconsistent_fragments_are_dropped),
        cmocka_unit_test(h10_a_forged_piece_does_not_keep_a_whole_message_out),
        cmocka_unit_test(h10_what_is_being_judged_does_not_move),
        cmocka_unit_test(h10_forged_pieces_leave_room_for_the_own_flight),
        cmocka_unit_test(h10_a_length_above_the_cap_is_refused_at_the_first_fragment),
        cmocka_unit_test(h5_a_hello_cut_behind_its_cookie_is_put_together),
        cmocka_unit_test(h2_the_transcript_is_of_whole_messages_from_the_cookie_on),
        cmocka_unit_test(every_datagram_fits_the_mtu),
    };
    return cmocka_run_group_tests_name("dtls records", tests, setup, teardown);
}
