/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickets of a constrained server (RFC 5077; RFC 7925, section 7; profile.md, rows 45 and 46).
 */
#include "fixture.h"

enum { HELLO_HEAD = 2 + 32, TICKET_LEN = 109 };

static struct prov_dtls_tickets keys;

static const uint8_t credential[16] = {0xC0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static int fresh_keys(void **state)
{
    (void)state;
    prov_dtls_tickets_wipe(&keys);
    return 0;
}

/* The server says whose credential it is before it answers. */
static bool name_credential(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    if (side == WIRE_SERVER && (event == PROV_DTLS_NEED_PSK || event == PROV_DTLS_NEED_VERIFY))
        prov_dtls_set_credential(&w->ends[side].session, credential);
    return false;
}

static void constrained(struct wire *w, enum wire_kind kind)
{
    wire_make(w, &world, kind);
    for (int side = 0; side < 2; side++) {
        w->ends[side].config.constrained_server = true;
        w->ends[side].tickets = true;
    }
    w->ends[WIRE_SERVER].config.tickets = &keys;
    w->intercept = name_credential;
}

static void go(struct wire *w)
{
    wire_start(w);
    wire_run(w, w->now_ms + 70000);
}

static void keep(struct wire *w, struct prov_dtls_resumable *ret)
{
    assert_int_equal(prov_dtls_resumable(&w->ends[WIRE_CLIENT].session, w->now_ms, ret), PROV_OK);
}

static void first_time(enum wire_kind kind, struct prov_dtls_resumable *ret)
{
    struct wire w;

    constrained(&w, kind);
    go(&w);
    assert_true(wire_works(&w));
    keep(&w, ret);
    wire_free(&w);
}

static void second_time(struct wire *w, enum wire_kind kind,
                        const struct prov_dtls_resumable *session)
{
    constrained(w, kind);
    w->ends[WIRE_CLIENT].config.resume = session;
}

static bool both_resumed(struct wire *w)
{
    return prov_dtls_resumed(&w->ends[WIRE_CLIENT].session) &&
           prov_dtls_resumed(&w->ends[WIRE_SERVER].session);
}

static void assert_full(struct wire *w)
{
    assert_true(wire_works(w));
    assert_false(prov_dtls_resumed(&w->ends[WIRE_CLIENT].session));
    assert_false(prov_dtls_resumed(&w->ends[WIRE_SERVER].session));
}

static bool in_client_hello(const struct wire *w, uint16_t type, struct prov_bytes *ret)
{
    struct prov_bytes hello;

    assert_true(wire_find(w, WIRE_CLIENT, MESSAGE_CLIENT_HELLO, 0, &hello));
    size_t at = MESSAGE_HEADER_LEN + HELLO_HEAD;
    at += 1 + (size_t)hello.data[at];
    at += 1 + (size_t)hello.data[at];
    at += 2 + (size_t)hello.data[at + 1];
    at += 1 + (size_t)hello.data[at] + 2;
    return craft_extension(PROV_BYTES(hello.data + at, hello.len - at), type, ret);
}

static bool in_server_hello(const struct wire *w, uint16_t type, struct prov_bytes *ret)
{
    struct prov_bytes hello;

    assert_true(wire_find(w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
    size_t at = MESSAGE_HEADER_LEN + HELLO_HEAD;
    at += 1 + (size_t)hello.data[at] + 3 + 2;
    return craft_extension(PROV_BYTES(hello.data + at, hello.len - at), type, ret);
}

/* --- without the role ------------------------------------------------------------------------- */

static void row46_extension_35_is_absent_without_the_role(void **state)
{
    struct prov_bytes body;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct prov_dtls_resumable session;
        struct wire w;
        first_time((enum wire_kind)kind, &session);
        second_time(&w, (enum wire_kind)kind, &session);
        w.ends[WIRE_CLIENT].config.constrained_server = false;
        w.ends[WIRE_CLIENT].config.server_name = NULL; /* else the session is of another name */
        go(&w);
        assert_full(&w);
        assert_false(in_client_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_false(in_server_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_false(wire_find(&w, WIRE_SERVER, MESSAGE_NEW_SESSION_TICKET, 0, &body));
        wire_free(&w);
    }
}

static void row46_server_without_the_role_ignores_the_extension(void **state)
{
    struct prov_bytes body;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct prov_dtls_resumable session, none;
        struct wire w;
        first_time(WIRE_PSK, &session);
        second_time(&w, WIRE_PSK, &session);
        if (i == 0)
            w.ends[WIRE_SERVER].config.constrained_server = false;
        if (i == 1)
            w.ends[WIRE_SERVER].config.tickets = NULL;
        if (i == 2)
            w.ends[WIRE_SERVER].tickets = false; /* no room: it takes them, and gives none */
        go(&w);
        if (i < 2)
            assert_full(&w);
        assert_int_equal(w.ends[WIRE_SERVER].asked[3], i == 2);
        assert_true(in_client_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_int_equal(body.len, TICKET_LEN);
        assert_false(in_server_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        if (i < 2)
            assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, w.now_ms, &none),
                             PROV_E_NOT_FOUND);
        wire_free(&w);
    }
}

static void row3_no_name_goes_to_a_constrained_server(void **state)
{
    struct prov_bytes body;
    struct wire w;

    (void)state;
    constrained(&w, WIRE_PSK); /* server_name is configured */
    go(&w);
    assert_true(wire_works(&w));
    assert_false(in_client_hello(&w, PROV_EXTENSION_SERVER_NAME, &body));
    wire_free(&w);
}

/* --- tickets that are not taken ---------------------------------------------------------------- */

static void row45_changed_ticket_ends_in_a_full_handshake(void **state)
{
    struct prov_dtls_resumable session;

    (void)state;
    first_time(WIRE_PSK, &session);
    for (size_t i = 0; i < session.ticket_len; i++) {
        struct prov_dtls_resumable changed = session;
        struct wire w;
        changed.ticket[i] ^= 0x10;
        second_time(&w, WIRE_PSK, &changed);
        go(&w);
        assert_full(&w);
        wire_free(&w);
    }
}

static void row45_ticket_of_another_length_ends_in_a_full_handshake(void **state)
{
    static const uint16_t lengths[] = {
        1, 4, 15, 16, TICKET_LEN - 1, TICKET_LEN + 1, PROV_DTLS_TICKET_MAX};
    struct prov_dtls_resumable session;

    (void)state;
    first_time(WIRE_PSK, &session);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct wire w;
        session.ticket_len = lengths[i];
        second_time(&w, WIRE_PSK, &session);
        go(&w);
        assert_full(&w);
        wire_free(&w);
    }
}

static void row45_ticket_of_other_keys_ends_in_a_full_handshake(void **state)
{
    struct prov_dtls_resumable session;
    struct wire w;

    (void)state;
    first_time(WIRE_RPK, &session);
    prov_dtls_tickets_wipe(&keys); /* the server has started anew */
    second_time(&w, WIRE_RPK, &session);
    go(&w);
    assert_full(&w);
    struct prov_dtls_resumable renewed;
    keep(&w, &renewed); /* and the next time is good again */
    wire_free(&w);
    second_time(&w, WIRE_RPK, &renewed);
    go(&w);
    assert_true(both_resumed(&w));
    wire_free(&w);
}

/* H40: the server's caller has the last word; what is in the ticket says whose it is. */
static bool saw_credential;
static bool refuse_by_credential(struct wire *w, enum wire_side side, enum prov_dtls_event event)
{
    struct prov_dtls_resumable found;

    if (side != WIRE_SERVER || event != PROV_DTLS_NEED_SESSION)
        return false;
    struct prov_dtls *s = &w->ends[side].session;
    assert_int_equal(prov_dtls_need_ticket(s, &found), PROV_OK);
    saw_credential = memcmp(found.credential, credential, sizeof(credential)) == 0;
    prov_dtls_give_session(s, NULL);
    return true;
}

static void h40_ticket_of_an_ended_credential_is_not_resumed(void **state)
{
    struct prov_dtls_resumable session, found;
    struct wire w;

    (void)state;
    saw_credential = false;
    first_time(WIRE_PSK, &session);
    second_time(&w, WIRE_PSK, &session);
    w.intercept = refuse_by_credential;
    go(&w);
    assert_full(&w);
    assert_true(saw_credential);
    /* nothing is there to be asked about any more */
    assert_int_equal(prov_dtls_need_ticket(&w.ends[WIRE_SERVER].session, &found), PROV_E_NOT_FOUND);
    wire_free(&w);
}

static void h33_ticket_of_a_day_is_too_old(void **state)
{
    struct prov_dtls_resumable session;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &session);
    second_time(&w, WIRE_PSK, &session);
    w.now_ms = PROV_DTLS_RESUME_MS - 1;
    go(&w);
    assert_true(wire_works(&w));
    assert_true(both_resumed(&w));
    wire_free(&w);
    session.made_ms = PROV_DTLS_RESUME_MS; /* a client that offers it later, all the same */
    second_time(&w, WIRE_PSK, &session);
    w.now_ms = PROV_DTLS_RESUME_MS;
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);
}

static void h33_keys_seal_for_a_day_and_open_for_another(void **state)
{
    struct prov_dtls_resumable session[2];
    struct prov_dtls_tickets before;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &session[0]);
    before = keys;
    constrained(&w, WIRE_PSK); /* the last one under these keys */
    w.now_ms = PROV_DTLS_RESUME_MS - 1;
    go(&w);
    keep(&w, &session[0]);
    wire_free(&w);
    assert_memory_equal(&before, &keys, sizeof(keys));
    constrained(&w, WIRE_PSK);
    w.now_ms = PROV_DTLS_RESUME_MS;
    go(&w);
    keep(&w, &session[1]);
    wire_free(&w);
    assert_memory_not_equal(before.key[0], keys.key[0], 16);
    assert_memory_equal(before.key[0], keys.key[1], 16);
    assert_memory_equal(before.name[0], keys.name[1], 4);
    for (int i = 0; i < 2; i++) {
        second_time(&w, WIRE_PSK, &session[i]);
        w.now_ms = 2 * (uint64_t)PROV_DTLS_RESUME_MS - 2;
        go(&w);
        assert_true(wire_works(&w));
        assert_true(both_resumed(&w));
        wire_free(&w);
    }
    constrained(&w, WIRE_PSK); /* nobody came for long: neither key is good for anything */
    before = keys;
    w.now_ms = 10 * (uint64_t)PROV_DTLS_RESUME_MS;
    go(&w);
    wire_free(&w);
    assert_memory_not_equal(before.key[0], keys.key[1], 16);
    for (int i = 0; i < 2; i++) {
        second_time(&w, WIRE_PSK, &session[i]);
        w.now_ms = 10 * (uint64_t)PROV_DTLS_RESUME_MS;
        go(&w);
        assert_full(&w);
        wire_free(&w);
    }
}

/* A key that was never made opens nothing, not even what was sealed under zeros. */
static void row45_zero_keys_open_nothing(void **state)
{
    static const uint8_t zeros[16];
    struct prov_dtls_resumable session;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &session);
    assert_memory_not_equal(keys.key[1], zeros, 16);
    uint8_t forged[TICKET_LEN] = {0}, plain[77] = {1, PROV_KIND_PSK, 0xC0, 0xA8};
    assert_int_equal(prov_crypto_seal(world.crypto, PROV_AEAD_AES_128_CCM, PROV_BYTES_OF(zeros),
                                      forged + 4, PROV_BYTES(forged, 4), PROV_BYTES_OF(plain),
                                      forged + 16),
                     PROV_OK);
    memcpy(session.ticket, forged, sizeof(forged));
    memset(session.master, 0, sizeof(session.master));
    for (int started = 0; started < 2;
         started++) { /* the second time: a server that has made none yet */
        second_time(&w, WIRE_PSK, &session);
        go(&w);
        assert_full(&w);
        wire_free(&w);
        prov_dtls_tickets_wipe(&keys);
    }
}

/* What an older or a newer program has sealed. */
static void row45_ticket_of_another_version_ends_in_a_full_handshake(void **state)
{
    (void)state;
    for (uint8_t version = 0; version < 3; version++) {
        struct prov_dtls_resumable session;
        struct wire w;
        first_time(WIRE_PSK, &session);
        uint8_t plain[77] = {version, PROV_KIND_PSK, 0xC0, 0xA8}, *ticket = session.ticket;
        memcpy(plain + 29, session.master, 48);
        assert_int_equal(prov_crypto_seal(world.crypto, PROV_AEAD_AES_128_CCM,
                                          PROV_BYTES_OF(keys.key[0]), ticket + 4,
                                          PROV_BYTES(ticket, 4), PROV_BYTES_OF(plain), ticket + 16),
                         PROV_OK);
        second_time(&w, WIRE_PSK, &session);
        go(&w);
        assert_true(wire_works(&w));
        assert_int_equal(both_resumed(&w), version == 1);
        wire_free(&w);
    }
}

/* --- what the client takes ---------------------------------------------------------------------- */

static enum wire_fate drop_ticket(void *context, struct wire_datagram *d)
{
    /* takes NewSessionTicket out: the server's Finished stands alone */
    struct wire_record r;
    size_t at = 0;

    (void)context;
    while (d->from == WIRE_SERVER && wire_record_next(d, &at, &r))
        if (r.type == 22 && r.epoch == 0 && r.len > 12 && r.body[0] == MESSAGE_NEW_SESSION_TICKET) {
            memmove(d->octets + r.at, d->octets + at, d->len - at);
            d->len -= at - r.at;
            return WIRE_DELIVER;
        }
    return WIRE_DELIVER;
}

static void row45_finished_without_the_promised_ticket_connects_nobody(void **state)
{
    struct wire w;

    (void)state;
    constrained(&w, WIRE_PSK);
    w.fate = drop_ticket;
    go(&w);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    wire_free(&w);
}

static size_t other_ticket(uint8_t *body, size_t len)
{
    body[len - 1] ^= 1;
    return len;
}

/* The ticket is in the transcript: nobody changes it on its way. */
static void row45_ticket_that_was_changed_on_its_way_connects_nobody(void **state)
{
    struct wire_edit edit = {
        .from = WIRE_SERVER, .type = MESSAGE_NEW_SESSION_TICKET, .change = other_ticket};
    struct wire w;

    (void)state;
    constrained(&w, WIRE_PSK);
    w.fate = wire_edit_fate;
    w.context = &edit;
    go(&w);
    assert_true(edit.met > 0);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    wire_free(&w);
}

static size_t cut_body(uint8_t *body, size_t len)
{
    (void)body;
    return len - 1;
}

static size_t longer_body(uint8_t *body, size_t len)
{
    body[len] = 0;
    return len + 1;
}

static size_t no_body(uint8_t *body, size_t len)
{
    (void)body;
    (void)len;
    return 3;
}

static void row45_malformed_ticket_is_a_decode_error(void **state)
{
    size_t (*const changes[])(uint8_t *, size_t) = {cut_body, longer_body, no_body};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct wire_edit edit = {
            .from = WIRE_SERVER, .type = MESSAGE_NEW_SESSION_TICKET, .change = changes[i]};
        struct wire w;
        constrained(&w, WIRE_PSK);
        w.fate = wire_edit_fate;
        w.context = &edit;
        go(&w);
        assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent,
                         PROV_ALERT_DECODE_ERROR);
        wire_free(&w);
    }
}

static size_t promise(uint8_t *body, size_t len)
{
    size_t at = HELLO_HEAD + 1 + (size_t)body[HELLO_HEAD] + 3;

    memcpy(body + len, "\x00\x23\x00\x00", 4);
    body[at + 1] = (uint8_t)(body[at + 1] + 4);
    return len + 4;
}

static void row46_promise_that_was_not_asked_for_is_refused(void **state)
{
    struct wire_edit edit = {.from = WIRE_SERVER, .type = MESSAGE_SERVER_HELLO, .change = promise};
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK);
    w.fate = wire_edit_fate;
    w.context = &edit;
    go(&w);
    assert_int_equal(wire_alert(&w, WIRE_CLIENT), PROV_ALERT_UNSUPPORTED_EXTENSION);
    wire_free(&w);
}

/* A ticket comes where none was promised. */
static void row45_ticket_without_a_promise_is_unexpected(void **state)
{
    static const uint8_t body[] = {0, 0, 0, 1, 0, 1, 7};
    const struct cut ticket = {.type = MESSAGE_NEW_SESSION_TICKET,
                               .length = sizeof(body),
                               .fragment_length = sizeof(body),
                               .message_seq = 2};
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct wire w;

    (void)state;
    wire_make(&w, &world, WIRE_PSK); /* an unconstrained pair */
    w.no_cookie = true;
    wire_start(&w);
    size_t len = fragment(&ticket, body, room);
    wire_inject(&w, WIRE_SERVER, room,
                len); /* kept until ServerHello and ServerHelloDone are there */
    wire_run(&w, 70000);
    assert_int_equal(w.ends[WIRE_CLIENT].connected, 0);
    assert_int_equal(prov_dtls_failure(&w.ends[WIRE_CLIENT].session).alert_sent,
                     PROV_ALERT_UNEXPECTED_MESSAGE);
    wire_free(&w);
}

/* RFC 5077, section 3.4: SHOULD be empty. Who asks for no ticket gets an id. */
static void row45_server_that_gives_a_ticket_gives_no_id(void **state)
{
    (void)state;
    for (int asks = 0; asks < 2; asks++) {
        struct prov_bytes hello;
        struct wire w;
        constrained(&w, WIRE_PSK);
        w.ends[WIRE_SERVER].config.resumption = true;
        w.ends[WIRE_CLIENT].config.constrained_server = asks;
        go(&w);
        assert_true(wire_works(&w));
        assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
        assert_int_equal(hello.data[MESSAGE_HEADER_LEN + HELLO_HEAD], asks ? 0 : 16);
        wire_free(&w);
    }
}

static void row45_client_without_room_keeps_no_ticket(void **state)
{
    struct prov_dtls_resumable none;
    struct wire w;

    (void)state;
    constrained(&w, WIRE_PSK);
    w.ends[WIRE_CLIENT].tickets = false;
    go(&w);
    assert_true(wire_works(&w));
    assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, w.now_ms, &none),
                     PROV_E_NOT_FOUND);
    static const uint8_t zeros[PROV_DTLS_MASTER_LEN];
    assert_memory_equal(w.ends[WIRE_CLIENT].session.kept.master, zeros, sizeof(zeros));
    assert_memory_equal(w.ends[WIRE_SERVER].session.kept.master, zeros, sizeof(zeros));
    wire_free(&w);
}

/* --- what works ---------------------------------------------------------------------------------- */

static void row45_ticket_makes_the_second_handshake_abbreviated(void **state)
{
    struct prov_bytes body;

    (void)state;
    for (int kind = 0; kind < WIRE_KINDS; kind++) {
        struct prov_dtls_resumable session, none;
        struct wire w;
        constrained(&w, (enum wire_kind)kind);
        go(&w);
        assert_true(wire_works(&w));
        assert_true(in_client_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_int_equal(body.len, 0);
        assert_true(in_server_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
        assert_int_equal(body.len, 0);
        keep(&w, &session);
        assert_int_equal(session.session_id_len, 0);
        assert_int_equal(session.ticket_len, TICKET_LEN);
        assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, 0, &none),
                         PROV_E_NOT_FOUND); /* once */
        assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_SERVER].session, 0, &none),
                         PROV_E_NOT_FOUND); /* nothing is kept here */
        for (size_t i = 0; i < 48; i++)
            assert_int_equal(w.ends[WIRE_SERVER].session.kept.master[i], 0);
        wire_free(&w);
        for (int time = 0; time < 3; time++) {
            second_time(&w, (enum wire_kind)kind, &session);
            w.ends[WIRE_CLIENT].tickets = time != 1; /* no new one comes: room is not needed */
            go(&w);
            assert_true(wire_works(&w));
            assert_true(both_resumed(&w));
            assert_false(in_server_hello(&w, PROV_EXTENSION_SESSION_TICKET, &body));
            assert_false(wire_find(&w, WIRE_SERVER, MESSAGE_CERTIFICATE, 0, &body));
            const struct prov_dtls_resumable before = session;
            keep(&w, &session); /* in its own place */
            assert_memory_equal(&session, &before, sizeof(session));
            assert_int_equal(prov_dtls_resumable(&w.ends[WIRE_CLIENT].session, 0, &none),
                             PROV_E_NOT_FOUND);
            wire_free(&w);
        }
    }
}

/* RFC 5077, section 3.4: a server may take a ticket that came without a session id. */
static void row45_ticket_without_a_session_id_is_taken(void **state)
{
    struct prov_dtls_resumable session;
    struct craft_answer answer;
    uint8_t block[4 + 4 + TICKET_LEN] = {0, 23, 0, 0, 0, 35, 0, TICKET_LEN};
    struct prov_bytes hello;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &session);
    memcpy(block + 8, session.ticket, TICKET_LEN);
    const struct craft asks = {.extensions = PROV_BYTES_OF(block), .random = 9};
    second_time(&w, WIRE_PSK, &session);
    craft_ask(&w, &asks, &answer);
    assert_int_equal(answer.alert, -1);
    assert_true(prov_dtls_resumed(&w.ends[WIRE_SERVER].session));
    assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_SERVER_HELLO, 0, &hello));
    assert_int_equal(hello.data[MESSAGE_HEADER_LEN + HELLO_HEAD], 0);
    wire_free(&w);
}

/* Both: the ticket counts (section 3.4). */
static void row45_session_id_beside_a_ticket_is_not_looked_up(void **state)
{
    struct prov_dtls_resumable session, found;
    struct wire w;

    (void)state;
    first_time(WIRE_PSK, &session);
    found = session;
    memset(found.session_id, 7, 16);
    found.session_id_len = 16;
    struct prov_dtls_resumable both = found;
    both.ticket[20] ^= 1; /* it does not open */
    second_time(&w, WIRE_PSK, &both);
    w.ends[WIRE_SERVER].config.resumption = true;
    w.ends[WIRE_SERVER].found = &found;
    go(&w);
    assert_full(&w);
    assert_int_equal(w.ends[WIRE_SERVER].asked[3], 1);
    wire_free(&w);
}

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

static void h7_every_datagram_with_tickets_lost_doubled_and_swapped_once(void **state)
{
    static const enum wire_fate fates[] = {WIRE_DROP, WIRE_DOUBLE, WIRE_SWAP};
    struct prov_dtls_resumable session;
    unsigned runs = 0;

    (void)state;
    first_time(WIRE_PSK_FS, &session);
    for (int resumes = 0; resumes < 2; resumes++)
        for (int small = 0; small < 2; small++)
            for (size_t fate = 0; fate < 3; fate++)
                for (int side = 0; side < 2; side++)
                    for (unsigned index = 0, met = 1; met > 0; index++) {
                        struct accident a = {(enum wire_side)side, index, fates[fate], 0};
                        struct wire w;
                        second_time(&w, WIRE_PSK_FS, resumes ? &session : NULL);
                        for (int i = 0; i < 2; i++)
                            w.ends[i].config.mtu = small ? PROV_DTLS_MTU_MIN : 0;
                        w.fate = one_accident;
                        w.context = &a;
                        go(&w);
                        assert_true(wire_works(&w));
                        assert_int_equal(both_resumed(&w), resumes);
                        wire_free(&w);
                        met = a.met;
                        runs++;
                    }
    assert_true(runs >= 2 * 2 * 3 * 2 * 3);
}

/* The ticket that is sent again is the one that was sent. */
static enum wire_fate lose_first_last_flight(void *context, struct wire_datagram *d)
{
    unsigned *lost = context;
    struct wire_record r;
    size_t at = 0;

    while (d->from == WIRE_SERVER && wire_record_next(d, &at, &r))
        if (r.type == 20 && *lost > 0) {
            (*lost)--;
            return WIRE_DROP;
        }
    return WIRE_DELIVER;
}

static void h7_ticket_is_sent_again_with_the_last_flight(void **state)
{
    unsigned lost = 2;
    struct prov_bytes first, second;
    struct wire w;

    (void)state;
    constrained(&w, WIRE_PSK);
    w.fate = lose_first_last_flight;
    w.context = &lost;
    go(&w);
    assert_int_equal(lost, 0);
    assert_true(wire_works(&w));
    assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_NEW_SESSION_TICKET, 0, &first));
    assert_true(wire_find(&w, WIRE_SERVER, MESSAGE_NEW_SESSION_TICKET, 2, &second));
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    wire_free(&w);
}

#define TICKET_TEST(test) cmocka_unit_test_setup(test, fresh_keys)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TICKET_TEST(row46_extension_35_is_absent_without_the_role),
        TICKET_TEST(row46_server_without_the_role_ignores_the_extension),
        TICKET_TEST(row3_no_name_goes_to_a_constrained_server),
        TICKET_TEST(row45_changed_ticket_ends_in_a_full_handshake),
        TICKET_TEST(row45_ticket_of_another_length_ends_in_a_full_handshake),
        TICKET_TEST(row45_ticket_of_other_keys_ends_in_a_full_handshake),
        TICKET_TEST(h40_ticket_of_an_ended_credential_is_not_resumed),
        TICKET_TEST(h33_ticket_of_a_day_is_too_old),
        TICKET_TEST(h33_keys_seal_for_a_day_and_open_for_another),
        TICKET_TEST(row45_zero_keys_open_nothing),
        TICKET_TEST(row45_ticket_of_another_version_ends_in_a_full_handshake),
        TICKET_TEST(row45_server_that_gives_a_ticket_gives_no_id),
        TICKET_TEST(row45_finished_without_the_promised_ticket_connects_nobody),
        TICKET_TEST(row45_ticket_that_was_changed_on_its_way_connects_nobody),
        TICKET_TEST(row45_malformed_ticket_is_a_decode_error),
        TICKET_TEST(row46_promise_that_was_not_asked_for_is_refused),
        TICKET_TEST(row45_ticket_without_a_promise_is_unexpected),
        TICKET_TEST(row45_client_without_room_keeps_no_ticket),
        TICKET_TEST(row45_session_id_beside_a_ticket_is_not_looked_up),
        TICKET_TEST(row45_ticket_makes_the_second_handshake_abbreviated),
        TICKET_TEST(row45_ticket_without_a_session_id_is_taken),
        TICKET_TEST(h7_every_datagram_with_tickets_lost_doubled_and_swapped_once),
        TICKET_TEST(h7_ticket_is_sent_again_with_the_last_flight),
    };
    return cmocka_run_group_tests_name("dtls tickets", tests, setup, teardown);
}
