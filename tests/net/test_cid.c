/* SPDX-License-Identifier: Apache-2.0
 *
 * Connection ids (RFC 9146): the extension, the records, what is discarded.
 */
#include "fixture.h"

static const uint8_t cid_octets[] = {0xC1, 0xD2, 0xE3, 0xF4, 0x05, 0x16, 0x27, 0x38};

/* --- help ------------------------------------------------------------------------------------ */

static void make(struct wire *w, enum wire_kind kind)
{
    wire_make(w, &world, kind);
    w->ends[WIRE_CLIENT].config.connection_id = true;
    w->ends[WIRE_SERVER].cid = PROV_BYTES_OF(cid_octets);
}

static void connected(struct wire *w, enum wire_kind kind)
{
    make(w, kind);
    wire_start(w);
    wire_run(w, 0);
    assert_true(wire_works(w));
}

static void ask_with_cid(struct prov_bytes extensions, struct craft_answer *ret)
{
    struct wire w;

    make(&w, WIRE_PSK);
    craft_ask(&w, &(struct craft){.extensions = extensions}, ret);
    wire_free(&w);
}

static int client_says(size_t (*change)(uint8_t *body, size_t len), bool offers)
{
    struct wire_edit edit = {WIRE_SERVER, 2, change, 0};
    struct wire w;

    make(&w, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.server_name = NULL;
    w.ends[WIRE_CLIENT].config.connection_id = offers;
    w.fate = wire_edit_fate;
    w.context = &edit;
    wire_start(&w);
    wire_run(&w, 0);
    int alert = prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent;
    assert_true(edit.met > 0);
    wire_free(&w);
    return alert;
}

/* A record for the server, sealed by hand under the client's keys: inner is content, type and zeros. */
static size_t seal_by_hand(const struct wire *w, uint64_t seq, struct prov_bytes aad,
                           struct prov_bytes inner, uint8_t room[WIRE_DATAGRAM_MAX])
{
    const struct prov_dtls *s = &w->ends[WIRE_CLIENT].session;
    struct prov_buf out = prov_buf_make(room, WIRE_DATAGRAM_MAX);
    uint8_t nonce[12];

    memcpy(nonce, s->write.iv, 4);
    prov_put(&out, "\x19\xFE\xFD\0\1", 5);
    prov_put_u48(&out, seq);
    memcpy(nonce + 4, room + 3, 8);
    prov_put(&out, cid_octets, sizeof(cid_octets));
    prov_put_u16(&out, (uint16_t)(8 + inner.len + 8));
    prov_put(&out, nonce + 4, 8);
    uint8_t *sealed = prov_put_space(&out, inner.len + 8);
    assert_int_equal(prov_crypto_seal(world.crypto, s->suite->aead, PROV_BYTES(s->write.key, 16),
                                      nonce, aad, inner, sealed),
                     PROV_OK);
    return out.len;
}

/* RFC 9146, section 5.3, octet by octet; the sequence number's last octet and the length are as given. */
#define AAD(seq, inner_len)                                                                        \
    OCTETS(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, /* seq_num_placeholder */               \
           25, 8, 25,                                      /* tls12_cid, cid_length, tls12_cid */  \
           0xFE, 0xFD,                                     /* DTLSCiphertext.version */            \
           0, 1,                                           /* epoch */                             \
           0, 0, 0, 0, 0, seq,                             /* sequence_number */                   \
           0xC1, 0xD2, 0xE3, 0xF4, 0x05, 0x16, 0x27, 0x38, /* cid */                               \
           0, inner_len)                                   /* length_of_DTLSInnerPlaintext */

/* --- the extension --------------------------------------------------------------------------- */

static void row57_a_malformed_extension_is_refused(void **state)
{
    struct craft_answer answer;

    (void)state;
    ask_with_cid(OCTETS(0, 54, 0, 0), &answer);
    assert_int_equal(answer.alert, 50);
    ask_with_cid(OCTETS(0, 54, 0, 1, 1), &answer);
    assert_int_equal(answer.alert, 50);
    ask_with_cid(OCTETS(0, 54, 0, 3, 1, 7, 7), &answer);
    assert_int_equal(answer.alert, 50);
}

static size_t number_53(uint8_t *body, size_t len)
{
    assert_memory_equal(body + 44, "\0\x36\0\x09\x08", 5); /* behind extended_master_secret */
    body[45] = 53;
    return len;
}

static size_t too_long(uint8_t *body, size_t len)
{
    size_t at = 44 + 4 + 1 + 8;

    memmove(body + at + 25, body + at, len - at);
    memset(body + at, 0xAA, 25);
    body[39] = (uint8_t)(body[39] + 25);
    body[47] = 1 + 33;
    body[48] = 33;
    return len + 25;
}

static size_t cut_short(uint8_t *body, size_t len)
{
    body[48] = 9;
    return len;
}

static size_t as_it_is(uint8_t *body, size_t len)
{
    assert_int_equal(body[48], 8);
    return len;
}

static size_t unsolicited(uint8_t *body, size_t len)
{
    static const uint8_t extension[] = {0, 54, 0, 1, 0};

    memcpy(body + len, extension, sizeof(extension));
    body[39] = (uint8_t)(body[39] + sizeof(extension));
    return len + sizeof(extension);
}

static void row57_a_client_refuses_what_it_did_not_offer(void **state)
{
    (void)state;
    assert_int_equal(client_says(number_53, true), 110); /* a draft's number */
    assert_int_equal(client_says(unsolicited, false), 110);
    assert_int_equal(client_says(too_long, true), 40);
    assert_int_equal(client_says(cut_short, true), 50);
    assert_int_equal(client_says(as_it_is, true), PROV_ALERT_NONE);
}

static void row57_a_server_ignores_extension_53(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;

    (void)state;
    ask_with_cid(OCTETS(0, 53, 0, 1, 0), &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    struct prov_bytes block = PROV_BYTES(answer.extensions, answer.extensions_len);
    assert_false(craft_extension(block, 53, &body));
    assert_false(craft_extension(block, 54, &body));
}

static void row57_a_server_without_ids_does_not_answer(void **state)
{
    struct craft_answer answer;
    struct prov_bytes body;
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    craft_ask(&w, &(struct craft){.extensions = OCTETS(0, 54, 0, 2, 1, 7)}, &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    assert_false(craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 54, &body));
    wire_free(&w);
}

static void row57_a_server_answers_with_its_own_id(void **state)
{
    static const uint8_t longest[] = {0, 54, 0, 33, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4,
                                      5, 6,  7, 8,  9,  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2};
    uint8_t longer[5 + 33] = {0, 54, 0, 34, 33};
    struct craft_answer answer;
    struct prov_bytes body;

    (void)state;
    const struct prov_bytes offers[] = {OCTETS(0, 54, 0, 1, 0), OCTETS(0, 54, 0, 3, 2, 9, 9),
                                        PROV_BYTES_OF(longest)};
    for (size_t i = 0; i < 3; i++) {
        ask_with_cid(offers[i], &answer);
        assert_true(
            craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 54, &body));
        assert_int_equal(body.len, 9);
        assert_int_equal(body.data[0], 8);
        assert_memory_equal(body.data + 1, cid_octets, 8);
    }
    /* no room for what is longer: on without */
    ask_with_cid(PROV_BYTES_OF(longer), &answer);
    assert_int_equal(answer.suite, 0xC0A8);
    assert_false(craft_extension(PROV_BYTES(answer.extensions, answer.extensions_len), 54, &body));
}

static void row57_the_client_offers_a_zero_length_id(void **state)
{
    struct prov_bytes message, body;
    struct wire w;

    (void)state;
    make(&w, WIRE_PSK);
    w.ends[WIRE_CLIENT].config.server_name = NULL;
    wire_start(&w);
    wire_run(&w, 0);
    assert_true(wire_find(&w, WIRE_CLIENT, 1, 0, &message));
    /* header 12, version 2, random 32, session_id 1, cookie 1, suites 4, compression 2, length 2 */
    size_t at = 12 + 2 + 32 + 1 + 1 + 4 + 2 + 2;
    assert_true(craft_extension(PROV_BYTES(message.data + at, message.len - at), 54, &body));
    assert_true(prov_bytes_equal(body, OCTETS(0)));
    wire_free(&w);
}

static void row57_ids_are_used_only_if_both_ends_want_them(void **state)
{
    (void)state;
    for (int client = 0; client < 2; client++)
        for (int server = 0; server < 2; server++) {
            struct wire w;
            make(&w, WIRE_PSK);
            w.ends[WIRE_CLIENT].config.connection_id = client != 0;
            if (!server)
                w.ends[WIRE_SERVER].cid = PROV_BYTES_NONE;
            wire_start(&w);
            wire_run(&w, 0);
            assert_true(wire_works(&w));
            assert_int_equal(prov_dtls_connection_id(&w.ends[WIRE_SERVER].session).len,
                             client && server ? 8 : 0);
            assert_int_equal(prov_dtls_connection_id(&w.ends[WIRE_CLIENT].session).len, 0);
            wire_free(&w);
        }
}

/* --- records --------------------------------------------------------------------------------- */

static void h16_records_without_the_id_are_discarded(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        uint8_t room[WIRE_DATAGRAM_MAX];
        struct wire w;
        connected(&w, (enum wire_kind)kind);
        const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
        unsigned data = w.ends[WIRE_SERVER].data;
        w.ends[WIRE_CLIENT].session.cid_write_len = 0; /* well sealed, but for the id */
        for (uint8_t type = 21; type <= 24; type++) {
            size_t len = seal_type(&w, WIRE_CLIENT, type, OCTETS(2, 40), room);
            wire_inject(&w, WIRE_CLIENT, room, len);
            wire_run(&w, w.now_ms);
        }
        assert_int_equal(w.ends[WIRE_SERVER].data, data);
        assert_int_equal(w.ends[WIRE_SERVER].failed + w.ends[WIRE_SERVER].closed, 0);
        assert_int_equal(prov_dtls_stats(server).records_forged, 0);
        w.ends[WIRE_CLIENT].session.cid_write_len = 8;
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

static void h16_a_record_with_an_id_is_nothing_to_who_has_none(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connect_as(&w, WIRE_PSK);
    struct prov_dtls *client = &w.ends[WIRE_CLIENT].session;
    memcpy(client->cid_write, cid_octets, sizeof(cid_octets));
    client->cid_write_len = 8;
    size_t len = seal(&w, WIRE_CLIENT, "x", room);
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 0);
    assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, 0);
    client->cid_write_len = 0;
    /* one of no octets: the peer may not put it there */
    len = seal_type(&w, WIRE_CLIENT, 25, OCTETS('x', 23), room);
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, 0);
    assert_int_equal(w.ends[WIRE_SERVER].data, 0);
    assert_int_equal(prov_dtls_stats(&w.ends[WIRE_SERVER].session).records_forged, 0);
    assert_true(wire_works(&w));
    wire_free(&w);
}

static void h12_with_an_id_only_forgeries_that_carry_it_are_counted(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX], forged[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    size_t len = seal(&w, WIRE_CLIENT, "x", room);
    memcpy(forged, room, len);
    forged[11] ^= 1; /* another id */
    wire_inject(&w, WIRE_CLIENT, forged, len);
    memcpy(forged, room, len);
    forged[0] = 23; /* none; what stands there is no length either */
    wire_inject(&w, WIRE_CLIENT, forged, len);
    memcpy(forged, room, len);
    forged[4] = 2; /* another epoch */
    wire_inject(&w, WIRE_CLIENT, forged, len);
    forged[4] = 0;
    wire_inject(&w, WIRE_CLIENT, forged, len);
    wire_run(&w, w.now_ms);
    assert_int_equal(prov_dtls_stats(server).records_forged, 0);
    memcpy(forged, room, len);
    forged[len - 1] ^= 1;
    wire_inject(&w, WIRE_CLIENT, forged, len);
    wire_run(&w, w.now_ms);
    assert_int_equal(prov_dtls_stats(server).records_forged, 1);
    wire_inject(&w, WIRE_CLIENT, room, len);
    wire_run(&w, w.now_ms);
    assert_int_equal(prov_dtls_stats(server).records_forged, 1);
    wire_inject(&w, WIRE_CLIENT, forged, len); /* a number that has been seen */
    wire_run(&w, w.now_ms);
    assert_int_equal(prov_dtls_stats(server).records_forged, 1);
    wire_free(&w);
}

/* Each octet that the additional data speaks of, but the id and the epoch, which are looked at before. */
static void row57_the_additional_data_are_of_the_new_form_alone(void **state)
{
    const struct prov_bytes inner = OCTETS('h', 'i', 23);
    /* RFC 6347's, with the outer type, and with the inner one */
    const struct prov_bytes old[] = {OCTETS(0, 1, 0, 0, 0, 0, 0, 50, 25, 0xFE, 0xFD, 0, 3),
                                     OCTETS(0, 1, 0, 0, 0, 0, 0, 50, 23, 0xFE, 0xFD, 0, 2)};
    uint8_t room[WIRE_DATAGRAM_MAX], aad[32 - 1];
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    const struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    unsigned data = w.ends[WIRE_SERVER].data, forged = 0;
    for (size_t i = 0; i < 2; i++, forged++)
        wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 50, old[i], inner, room));
    for (size_t i = 0; i < sizeof(aad); i++, forged++) {
        memcpy(aad, AAD(50, 3).data, sizeof(aad));
        aad[i] ^= 1;
        wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 50, PROV_BYTES_OF(aad), inner, room));
    }
    wire_run(&w, w.now_ms);
    assert_int_equal(prov_dtls_stats(server).records_forged, forged);
    assert_int_equal(w.ends[WIRE_SERVER].data, data);
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 50, AAD(50, 3), inner, room));
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_SERVER].data, data + 1);
    assert_memory_equal(w.ends[WIRE_SERVER].last, "hi", 2);
    assert_int_equal(w.ends[WIRE_SERVER].last_len, 2);
    wire_free(&w);
}

static void row57_what_is_inside_counts(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    unsigned data = w.ends[WIRE_SERVER].data;
    /* nothing but zeros, nothing at all, types that do not exist */
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 60, AAD(60, 3), OCTETS(0, 0, 0), room));
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 61, AAD(61, 0), PROV_BYTES_NONE, room));
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 62, AAD(62, 2), OCTETS('x', 25), room));
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 63, AAD(63, 2), OCTETS('x', 99), room));
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_SERVER].data, data);
    assert_int_equal(w.ends[WIRE_SERVER].failed + w.ends[WIRE_SERVER].closed, 0);
    /* padding is taken off; zeros of the content stay */
    wire_inject(&w, WIRE_CLIENT, room,
                seal_by_hand(&w, 64, AAD(64, 9), OCTETS('x', 0, 0, 23, 0, 0, 0, 0, 0), room));
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_SERVER].data, data + 1);
    assert_int_equal(w.ends[WIRE_SERVER].last_len, 3);
    wire_inject(&w, WIRE_CLIENT, room, seal_by_hand(&w, 65, AAD(65, 3), OCTETS(1, 0, 21), room));
    wire_run(&w, w.now_ms);
    assert_int_equal(w.ends[WIRE_SERVER].closed, 1); /* an alert inside is an alert */
    wire_free(&w);
}

static void h16_and_row55_a_replayed_record_is_neither_new_nor_delivered(void **state)
{
    uint8_t rooms[4][WIRE_DATAGRAM_MAX], copy[WIRE_DATAGRAM_MAX];
    static const struct {
        unsigned which;
        bool newest, delivered;
    } order[] = {{1, true, true},  {1, false, false}, {0, false, true}, {3, true, true},
                 {2, false, true}, {3, false, false}, {2, false, false}};
    size_t lens[4];
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    struct prov_dtls *server = &w.ends[WIRE_SERVER].session;
    for (int i = 0; i < 4; i++)
        lens[i] = seal(&w, WIRE_CLIENT, "x", rooms[i]);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        memcpy(copy, rooms[order[i].which], lens[order[i].which]);
        prov_dtls_push(server, 0, copy, lens[order[i].which]);
        assert_false(prov_dtls_newest(server)); /* nothing is known of it yet */
        assert_int_equal(prov_dtls_step(server, 0) == PROV_DTLS_DATA, order[i].delivered);
        assert_int_equal(prov_dtls_newest(server), order[i].newest);
        while (prov_dtls_step(server, 0) != PROV_DTLS_WAIT)
            ;
    }
    size_t len = seal(&w, WIRE_CLIENT, "x", copy);
    copy[len - 1] ^= 1; /* newer, but forged */
    prov_dtls_push(server, 0, copy, len);
    assert_int_equal(prov_dtls_step(server, 0), PROV_DTLS_WAIT);
    assert_false(prov_dtls_newest(server));
    wire_free(&w);
}

static void row64_a_record_with_an_id_adds_its_length_and_one(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    assert_int_equal(seal(&w, WIRE_CLIENT, "12345", room), 5 + 29 + 8 + 1);
    assert_int_equal(seal(&w, WIRE_SERVER, "12345", room), 5 + 29);
    assert_int_equal(prov_dtls_data_max(&w.ends[WIRE_CLIENT].session),
                     PROV_DTLS_MTU_DEFAULT - 29 - 8 - 1);
    wire_free(&w);
}

static void row57_the_id_of_a_datagram(void **state)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_bytes cid;
    struct wire w;

    (void)state;
    connected(&w, WIRE_PSK);
    size_t len = seal(&w, WIRE_CLIENT, "x", room);
    assert_false(prov_dtls_datagram_cid(PROV_BYTES(room, 13 + 8 - 1), 8, &cid));
    assert_false(prov_dtls_datagram_cid(PROV_BYTES(room, len), 0, &cid));
    assert_false(prov_dtls_datagram_cid(PROV_BYTES_NONE, 8, &cid));
    for (size_t i = 0; i < 5; i++) { /* type, version, epoch */
        room[i] ^= 1;
        assert_false(prov_dtls_datagram_cid(PROV_BYTES(room, len), 8, &cid));
        room[i] ^= 1;
    }
    assert_true(prov_dtls_datagram_cid(PROV_BYTES(room, len), 8, &cid));
    assert_true(prov_bytes_equal(cid, PROV_BYTES_OF(cid_octets)));
    wire_free(&w);
}

/* All of epoch 1 has it, from Finished on; epoch 0 and the server's records do not. */
static void row57_only_the_clients_sealed_records_have_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct wire w;
        connected(&w, (enum wire_kind)kind);
        prov_dtls_close(&w.ends[WIRE_CLIENT].session);
        wire_run(&w, w.now_ms);
        assert_int_equal(w.ends[WIRE_SERVER].closed, 1);
        for (size_t i = 0; i < w.log_len; i++) {
            struct wire_record r;
            for (size_t at = 0; wire_record_next(&w.log[i], &at, &r);)
                assert_int_equal(r.type == 25, w.log[i].from == WIRE_CLIENT && r.epoch == 1);
        }
        wire_free(&w);
    }
}

/* A peer of another make may want an id in records for itself: both directions have one then. */
static void row57_ids_of_any_length_in_both_directions(void **state)
{
    (void)state;
    for (uint8_t len = 1; len <= PROV_DTLS_CID_MAX; len++) {
        uint8_t cid[PROV_DTLS_CID_MAX];
        struct wire w;
        memset(cid, len, sizeof(cid));
        make(&w, WIRE_PSK);
        w.ends[WIRE_SERVER].cid = PROV_BYTES(cid, len);
        wire_start(&w);
        wire_run(&w, 0);
        struct prov_dtls *client = &w.ends[WIRE_CLIENT].session,
                         *server = &w.ends[WIRE_SERVER].session;
        client->cid_read_len = server->cid_write_len = (uint8_t)(33 - len);
        memset(client->cid_read, 0x77, sizeof(client->cid_read));
        memset(server->cid_write, 0x77, sizeof(server->cid_write));
        assert_true(wire_works(&w));
        wire_free(&w);
    }
}

/* --- with loss ------------------------------------------------------------------------------- */

struct accident {
    unsigned at;
    enum wire_fate fate;
    unsigned met;
};

static enum wire_fate happens(void *context, struct wire_datagram *d)
{
    struct accident *a = context;

    (void)d;
    return a->met++ == a->at ? a->fate : WIRE_DELIVER;
}

static void row57_handshakes_with_an_id_bear_each_loss(void **state)
{
    static const enum wire_fate fates[] = {WIRE_DROP, WIRE_DOUBLE, WIRE_SWAP};

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++)
        for (size_t fate = 0; fate < 3; fate++)
            for (unsigned at = 0; at < 12; at++) {
                struct accident a = {at, fates[fate], 0};
                struct wire w;
                make(&w, (enum wire_kind)kind);
                w.ends[0].config.mtu = w.ends[1].config.mtu = 400;
                w.fate = happens;
                w.context = &a;
                wire_start(&w);
                wire_run(&w, 63000);
                assert_true(wire_works(&w));
                wire_free(&w);
            }
}

static void row57_a_wrong_key_with_an_id_gets_decrypt_error(void **state)
{
    static const uint8_t wrong[16];
    struct wire w;

    (void)state;
    make(&w, WIRE_PSK);
    w.ends[WIRE_SERVER].psk = PROV_BYTES_OF(wrong);
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 51);
    wire_free(&w);
}

/* A peer of another make pads what it seals: here seven octets more, which its wrong key hides. */
static enum wire_fate padded(void *context, struct wire_datagram *d)
{
    struct wire_record r;
    size_t at = 0;

    (void)context;
    while (d->from == WIRE_CLIENT && wire_record_next(d, &at, &r))
        if (r.type == 25 && at == d->len) {
            size_t len_at = (size_t)(r.body - d->octets) - 1;
            d->octets[len_at] = (uint8_t)(d->octets[len_at] + 7);
            memset(d->octets + d->len, 0x77, 7);
            d->len += 7;
            break;
        }
    return WIRE_DELIVER;
}

static void row57_and_h29_a_padded_finished_under_a_wrong_key_gets_decrypt_error(void **state)
{
    static const uint8_t wrong[16];
    struct wire w;

    (void)state;
    make(&w, WIRE_PSK);
    w.ends[WIRE_SERVER].psk = PROV_BYTES_OF(wrong);
    w.fate = padded;
    wire_start(&w);
    wire_run(&w, 0);
    assert_int_equal(wire_alert(&w, WIRE_SERVER), 51);
    wire_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row57_a_malformed_extension_is_refused),
        cmocka_unit_test(row57_a_client_refuses_what_it_did_not_offer),
        cmocka_unit_test(h16_records_without_the_id_are_discarded),
        cmocka_unit_test(h16_a_record_with_an_id_is_nothing_to_who_has_none),
        cmocka_unit_test(h12_with_an_id_only_forgeries_that_carry_it_are_counted),
        cmocka_unit_test(row57_the_additional_data_are_of_the_new_form_alone),
        cmocka_unit_test(row57_what_is_inside_counts),
        cmocka_unit_test(h16_and_row55_a_replayed_record_is_neither_new_nor_delivered),
        cmocka_unit_test(row57_a_wrong_key_with_an_id_gets_decrypt_error),
        cmocka_unit_test(row57_and_h29_a_padded_finished_under_a_wrong_key_gets_decrypt_error),
        cmocka_unit_test(row57_a_server_ignores_extension_53),
        cmocka_unit_test(row57_a_server_without_ids_does_not_answer),
        cmocka_unit_test(row57_a_server_answers_with_its_own_id),
        cmocka_unit_test(row57_the_client_offers_a_zero_length_id),
        cmocka_unit_test(row57_ids_are_used_only_if_both_ends_want_them),
        cmocka_unit_test(row64_a_record_with_an_id_adds_its_length_and_one),
        cmocka_unit_test(row57_the_id_of_a_datagram),
        cmocka_unit_test(row57_only_the_clients_sealed_records_have_it),
        cmocka_unit_test(row57_ids_of_any_length_in_both_directions),
        cmocka_unit_test(row57_handshakes_with_an_id_bear_each_loss),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
