/* SPDX-License-Identifier: Apache-2.0
 *
 * Peers that are heard from another address (RFC 9146, section 6; H16), and peers that are asked whether they
 * are there (row 48).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static struct rig rig;

/* --- help ------------------------------------------------------------------------------------ */

static int setup(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    return 0;
}

static int setup_narrow(void **state)
{
    static const struct prov_server_limits limits = {.sessions = 3, .sessions_per_address = 1};

    (void)state;
    rig_begin(&rig, &limits);
    return 0;
}

static int setup_pairs(void **state)
{
    static const struct prov_server_limits limits = {.sessions_per_address = 2};

    (void)state;
    rig_begin(&rig, &limits);
    return 0;
}

static void begin_with_heartbeat(uint32_t ms, uint32_t idle_ms)
{
    rig_end(&rig);
    rig_begin(&rig, NULL);
    prov_server_free(rig.server);
    rig.config.heartbeat_ms = ms;
    rig.config.limits.idle_ms = idle_ms;
    assert_int_equal(prov_server_make(&rig.config, rig.now, &rig.server, &rig.why), PROV_OK);
}

static int teardown(void **state)
{
    (void)state;
    rig_end(&rig);
    return 0;
}

static struct client *roamer(uint8_t host)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, host);

    client->config.connection_id = true;
    client->config.heartbeat = true;
    client_connect(client);
    return client;
}

/* Its NAT gives it another port, or another address. */
static struct prov_server_peer rebound(const struct client *client, uint8_t by)
{
    struct prov_server_peer peer = client->peer;

    peer.octets[21] = (uint8_t)(peer.octets[21] + by);
    return peer;
}

/* The client's next request, from where it is put. */
static size_t request(struct client *client, uint8_t room[2048])
{
    size_t len;

    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    assert_true(client_pull(client, room, 2048, &len));
    return len;
}

/* What the server has sent to a peer since it was asked last, and to all others. */
static size_t octets_to(const struct prov_server_peer *peer, size_t *ret_others)
{
    size_t there = 0;

    *ret_others = 0;
    for (size_t i = 0; i < rig.queued; i++)
        if (memcmp(&rig.queue[i].to, peer, sizeof(*peer)) == 0)
            there += rig.queue[i].len;
        else
            *ret_others += rig.queue[i].len;
    rig.queued = 0;
    return there;
}

/* Sends an answer to a ping, with this message id, from a peer. */
static void reset(struct client *client, const struct prov_server_peer *from, const uint8_t id[2])
{
    const uint8_t message[] = {0x70, 0, id[0], id[1]};
    uint8_t room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    assert_int_equal(prov_dtls_seal(&client->dtls, PROV_BYTES_OF(message), &out), PROV_OK);
    rig_deliver(&rig, from, room, out.len);
}

/* Reads the ping that the server has sent to a peer first; the client's engine opens it. */
static void read_ping(struct client *client, const struct prov_server_peer *at, uint8_t ret[2])
{
    assert_true(rig.queued > 0);
    struct parcel *parcel = &rig.queue[0];
    assert_memory_equal(&parcel->to, at, sizeof(*at));
    prov_dtls_push(&client->dtls, rig.now, parcel->octets, parcel->len);
    assert_int_equal(prov_dtls_step(&client->dtls, rig.now), PROV_DTLS_DATA);
    struct prov_bytes data = prov_dtls_data(&client->dtls);
    assert_int_equal(data.len, 4);
    assert_memory_equal(data.data, "\x40\0", 2);
    memcpy(ret, data.data + 2, 2);
    assert_int_equal(prov_dtls_step(&client->dtls, rig.now), PROV_DTLS_WAIT);
}

static bool is_served_at(struct client *client)
{
    client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(&rig);
    return client->x.result == PROV_OK;
}

/* --- what moves nobody ----------------------------------------------------------------------- */

static void h16_what_is_not_authentic_moves_nobody(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048], forged[2048];
    size_t others, len = request(client, room);

    (void)state;
    for (size_t i = 0; i < len; i++) { /* each octet, its header too */
        memcpy(forged, room, len);
        forged[i] ^= 0x80;
        rig_deliver(&rig, &elsewhere, forged, len);
        assert_int_equal(octets_to(&elsewhere, &others) + others, 0);
    }
    rig_deliver(&rig, &elsewhere, room, 20);
    assert_int_equal(octets_to(&elsewhere, &others) + others, 0);
    rig_deliver(&rig, &client->peer, room, len);
    assert_true(octets_to(&client->peer, &others) > 0);
    assert_int_equal(others, 0);
}

static void h16_a_replayed_record_moves_nobody(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t old[2048], later[2048];
    size_t others, old_len = request(client, old), later_len;

    (void)state;
    rig_deliver(&rig, &client->peer, old, old_len);
    rig.queued = 0;
    rig_deliver(&rig, &elsewhere, old, old_len); /* the same again */
    assert_int_equal(octets_to(&elsewhere, &others) + others, 0);
    old_len = request(client, old); /* held back, while a later one arrives */
    later_len = request(client, later);
    rig_deliver(&rig, &client->peer, later, later_len);
    rig.queued = 0;
    rig_deliver(&rig, &elsewhere, old, old_len);
    assert_int_equal(octets_to(&elsewhere, &others), 0); /* it is served, where the peer was last */
    assert_true(others > 0);
}

static void h16_a_new_address_gets_at_most_three_times_what_came_from_it(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048];
    size_t in = 0, out = 0, others;

    (void)state;
    rig.answer_len = 500;
    for (int i = 0; i < 50; i++) {
        size_t len = request(client, room);
        rig_deliver(&rig, &elsewhere, room, len);
        in += len;
        out += octets_to(&elsewhere, &others);
        assert_true(out <= 3 * in);
        assert_int_equal(others, 0); /* the old address hears nothing of it */
    }
    assert_true(out > 500); /* but it is used */
    /* what the server says of its own accord is within it, too */
    prov_server_drain(rig.server, rig.now);
    out += octets_to(&elsewhere, &others);
    assert_true(out <= 3 * in);
}

static void h16_octets_that_are_not_authentic_make_no_room(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048], junk[1200] = {0};
    size_t len = request(client, room), out, others;

    (void)state;
    rig.answer_len = 500;
    for (int i = 0; i < 20; i++) {
        memcpy(junk, room, 21); /* the header of a true record, with its connection id */
        rig_deliver(&rig, &elsewhere, junk, sizeof(junk));
    }
    rig_deliver(&rig, &elsewhere, room, len);
    for (int i = 0; i < 20; i++)
        rig_deliver(&rig, &elsewhere, room, len); /* the same again */
    out = octets_to(&elsewhere, &others);
    assert_true(out > 0 && out <= 3 * len);
}

/* A peer that has forged its own address can only guess: once for each trial, and not for ever. */
static void h16_a_wrong_reset_ends_the_trial(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048], id[2], before[2] = {0};
    size_t others, len;

    (void)state;
    for (int i = 0; i < 16; i++) {
        len = request(client, room);
        rig_deliver(&rig, &elsewhere, room, len);
        read_ping(client, &elsewhere, id);
        assert_memory_not_equal(id, before, 2); /* each trial has another one */
        memcpy(before, id, 2);
        id[1] ^= 1;
        reset(client, &elsewhere, id);
        rig.queued = 0;
        assert_false(rig_logged(&rig, "event=moved"));
    }
    len = request(client, room);
    rig_deliver(&rig, &elsewhere, room, len);
    assert_int_equal(octets_to(&elsewhere, &others), 0);
    assert_true(others > 0); /* it is served where it was */
    assert_true(is_served_at(client));
}

static void h16_the_reset_of_a_trial_that_is_over_is_too_late(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048], id[2];
    size_t len = request(client, room);

    (void)state;
    rig_deliver(&rig, &elsewhere, room, len);
    read_ping(client, &elsewhere, id);
    id[0] ^= 1;
    reset(client, &elsewhere, id);
    id[0] ^= 1;
    reset(client, &elsewhere, id);
    assert_false(rig_logged(&rig, "event=moved"));
}

static void h16_the_right_reset_from_elsewhere_proves_nothing(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1), third = rebound(client, 2);
    uint8_t room[2048], id[2];
    size_t len = request(client, room);

    (void)state;
    rig_deliver(&rig, &elsewhere, room, len);
    read_ping(client, &elsewhere, id);
    reset(client, &third, id); /* that is on trial now, with another ping */
    assert_false(rig_logged(&rig, "event=moved"));
    reset(client, &elsewhere, id); /* and that one begins anew */
    assert_false(rig_logged(&rig, "event=moved"));
    reset(client, &client->peer, id);
    assert_false(rig_logged(&rig, "event=moved"));
    rig.queued = 0;
    assert_true(is_served_at(client));
}

/* Late, and from elsewhere: it is no news of where the peer is, and no proof either. */
static void h16_the_right_reset_proves_nothing_from_a_third_address(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1), third = rebound(client, 2);
    uint8_t room[2048], late_room[128], id[2];
    struct prov_buf late = PROV_BUF_OF(late_room);
    size_t len = request(client, room);

    (void)state;
    rig_deliver(&rig, &elsewhere, room, len);
    read_ping(client, &elsewhere, id);
    const uint8_t message[] = {0x70, 0, id[0], id[1]};
    assert_int_equal(prov_dtls_seal(&client->dtls, PROV_BYTES_OF(message), &late), PROV_OK);
    len = request(client, room);
    rig_deliver(&rig, &elsewhere, room, len);
    rig_deliver(&rig, &third, late_room, late.len);
    assert_false(rig_logged(&rig, "event=moved"));
    reset(client, &elsewhere, id);
    assert_true(rig_logged(&rig, "event=moved"));
}

static void h16_a_newer_record_from_home_ends_the_trial(void **state)
{
    struct client *client = roamer(1);
    struct prov_server_peer elsewhere = rebound(client, 1);
    uint8_t room[2048];
    size_t others, len = request(client, room);

    (void)state;
    rig_deliver(&rig, &elsewhere, room, len);
    assert_true(octets_to(&elsewhere, &others) > 0);
    len = request(client, room);
    rig_deliver(&rig, &client->peer, room, len);
    assert_true(octets_to(&client->peer, &others) > 0);
    assert_int_equal(others, 0);
}

static void row57_an_unknown_id_gets_nothing(void **state)
{
    struct client *client = roamer(1);
    uint8_t room[2048];
    size_t len = request(client, room);

    (void)state;
    room[11] ^= 1;
    rig_deliver(&rig, &client->peer, room, len);
    rig_deliver(&rig, &(struct prov_server_peer){{4, 1, 2, 3, 4}}, room, len);
    assert_int_equal(rig.queued, 0);
    assert_int_equal(rig.served, 0);
}

/* The Finished of a handshake from another address than its cookie's. */
static void h16_a_handshake_stays_at_the_address_of_its_cookie(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    struct prov_server_peer elsewhere;
    uint8_t room[2048];
    size_t len;
    unsigned named = 0;

    (void)state;
    client->config.connection_id = true;
    elsewhere = rebound(client, 1);
    len = client_second_hello(client, room, sizeof(room));
    rig_deliver(&rig, &client->peer, room, len);
    while (rig.queued > 0) {
        struct parcel parcel = rig.queue[--rig.queued];
        prov_dtls_push(&client->dtls, rig.now, parcel.octets, parcel.len);
        client_step(client);
    }
    while (client_pull(client, room, sizeof(room), &len))
        for (size_t at = 0; at < len;) {
            bool has_id = room[at] == 25;
            size_t head = has_id ? 13 + 8 : 13;
            size_t record = head + ((size_t)room[at + head - 2] << 8 | room[at + head - 1]);
            named += has_id;
            rig_deliver(&rig, has_id ? &elsewhere : &client->peer, room + at, record);
            at += record;
        }
    assert_int_equal(named, 1);
    assert_int_equal(rig.queued, 0);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
    rig_wait(&rig, 9000); /* sent again, all of it from home */
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
}

/* --- what does ------------------------------------------------------------------------------- */

static void h16_a_peer_that_answers_the_ping_has_moved(void **state)
{
    struct client *client = roamer(1);

    (void)state;
    rig.answer_len = 500;
    for (uint8_t i = 1; i <= 20; i++) { /* as often as it likes: each time it proves itself */
        client->peer = rebound(client, i);
        client_ask(client, PROV_ENROLL_NOW, PROV_BYTES_NONE, PROV_BYTES_NONE);
        rig_run(&rig);
        assert_true(rig_logged(&rig, "event=moved"));
        rig.now += 4000; /* the answer did not fit: it is asked for again */
        (void)prov_exchange_step(&client->x, rig.now);
        rig_run(&rig);
        assert_int_equal(client->x.result, PROV_OK);
        assert_int_equal(client->x.answer.len, 500);
        rig.line_count = 0;
        assert_true(is_served_at(client)); /* at once from now on */
        assert_false(rig_logged(&rig, "event=moved"));
    }
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    assert_int_equal(client->connected, 1);
}

static void row57_the_old_place_is_free_then(void **state)
{
    struct client *client = roamer(1), *next;
    struct prov_server_peer before = client->peer;

    (void)state;
    client->peer = rebound(client, 1);
    assert_true(is_served_at(client));
    assert_true(rig_logged(&rig, "event=moved"));
    next = rig_client(&rig, PROV_KIND_RPK, 1);
    next->peer = before;
    client_connect(next);
    assert_int_equal(prov_server_stats(rig.server).sessions, 2);
    assert_true(is_served_at(client));
    assert_true(is_served_at(next));
}

static void row57_who_was_at_the_new_place_is_there_no_longer(void **state)
{
    struct client *client = roamer(1), *other = roamer(2);

    (void)state;
    client->peer = other->peer;
    other->deaf = true;
    assert_true(is_served_at(client));
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    assert_true(rig_logged(&rig, "reason=replaced"));
}

static void row57_limits_of_an_address_go_with_a_session(void **state)
{
    struct client *client = roamer(1), *other = roamer(2), *third;
    uint8_t host = client->peer.octets[4];

    (void)state;
    client->peer.octets[4] = other->peer.octets[4]; /* the same address, another port */
    assert_true(is_served_at(client));
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    assert_int_equal(prov_server_stats(rig.server).evictions, 1);
    assert_int_equal(other->closed, 1);
    third = rig_client(&rig, PROV_KIND_PSK, host); /* nobody counts at the old one any more */
    client_connect(third);
    assert_int_equal(prov_server_stats(rig.server).sessions, 2);
    assert_int_equal(prov_server_stats(rig.server).evictions, 1);
    assert_true(is_served_at(client));
}

static void row57_who_has_left_an_address_does_not_count_there(void **state)
{
    struct client *first = roamer(1), *second = roamer(1), *third;

    (void)state;
    first->peer.octets[4] = 77;
    assert_true(is_served_at(first));
    third = roamer(1);
    assert_int_equal(prov_server_stats(rig.server).evictions, 0);
    assert_true(is_served_at(first) && is_served_at(second) && is_served_at(third));
}

static void row57_each_session_has_an_id_of_its_own(void **state)
{
    uint8_t ids[RIG_CLIENTS][8];

    (void)state;
    for (uint8_t i = 0; i < RIG_CLIENTS; i++) {
        struct client *client = roamer(1);
        uint8_t room[2048];
        (void)request(client, room);
        assert_int_equal(room[0], 25);
        memcpy(ids[i], room + 11, 8);
        for (uint8_t j = 0; j < i; j++)
            assert_memory_not_equal(ids[i], ids[j], 8);
    }
}

/* A random source that gives the same again: the id is another one all the same. */
static void row57_an_id_that_is_taken_is_not_given_again(void **state)
{
    struct client *first = rig_client(&rig, PROV_KIND_PSK, 1),
                  *second = rig_client(&rig, PROV_KIND_PSK, 2);
    struct client *const both[] = {first, second};
    uint64_t random_state = 0;
    uint8_t rooms[2][2048];

    (void)state;
    for (int i = 0; i < 2; i++) {
        uint8_t hello[2048];
        both[i]->config.connection_id = true;
        size_t len = client_second_hello(both[i], hello, sizeof(hello));
        if (i == 0)
            random_state = rig.random_state;
        rig.random_state = random_state;
        rig_deliver(&rig, &both[i]->peer, hello, len);
        rig_run(&rig);
        assert_int_equal(both[i]->connected, 1);
        (void)request(both[i], rooms[i]);
    }
    assert_memory_not_equal(rooms[0] + 11, rooms[1] + 11, 8);
}

static void row57_peers_without_ids_are_served_as_before(void **state)
{
    struct client *plain = rig_client(&rig, PROV_KIND_RPK, 1), *client = roamer(1);

    (void)state;
    client_connect(plain);
    assert_true(is_served_at(plain));
    assert_true(is_served_at(client));
    plain->peer = rebound(plain, 1);
    assert_false(is_served_at(plain));
}

/* A new handshake beside the live session: each datagram finds its own by its id. */
static void h6_with_ids_the_old_association_works_until_the_new_one_is_there(void **state)
{
    struct client *client = roamer(1), *again = rig_client(&rig, PROV_KIND_PSK, 1);
    uint8_t hello[2048];

    (void)state;
    again->config.connection_id = true;
    again->peer = client->peer;
    size_t len = client_second_hello(again, hello, sizeof(hello));
    rig_deliver(&rig, &again->peer, hello, len);
    rig.queued = 0;
    again->deaf = true;
    assert_true(is_served_at(client));
    assert_int_equal(prov_server_stats(rig.server).handshakes, 1);
    again->deaf = false;
    client->deaf = true;
    rig_wait(&rig, 30000);
    assert_int_equal(again->connected, 1);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    assert_true(is_served_at(again));
}

/* --- the size of datagrams ------------------------------------------------------------------- */

static void row49_and_h32_no_datagram_of_the_server_is_larger_than_it_may_be(void **state)
{
    static const struct {
        uint16_t mtu, max_fragment;
        size_t block;
    } rows[] = {{300, 0, 128}, {600, 0, 256}, {0, 512, 256}, {0, 0, 512}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rig_end(&rig);
        rig_begin(&rig, NULL);
        prov_server_free(rig.server);
        rig.config.mtu = rows[i].mtu;
        assert_int_equal(prov_server_make(&rig.config, rig.now, &rig.server, &rig.why), PROV_OK);
        struct client *client = rig_client(&rig, PROV_KIND_RPK, 1);
        client->config.max_fragment = rows[i].max_fragment;
        client_connect(client);
        rig.answer_len = 2000;
        rig.widest = 0; /* of the handshake: tests/net */
        assert_true(is_served_at(client));
        assert_int_equal(client->x.answer.len, 2000);
        assert_in_range(rig.widest, rows[i].block, rows[i].block + 64 + 29);
        assert_true(rows[i].mtu == 0 || rig.widest <= rows[i].mtu);
    }
}

/* --- heartbeats ------------------------------------------------------------------------------ */

static void row48_a_session_that_does_not_answer_ends(void **state)
{
    (void)state;
    begin_with_heartbeat(10000, 0);
    struct client *client = roamer(1);
    client->deaf = true;
    rig_wait(&rig, 10000 + 62000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    rig_wait(&rig, 2000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0);
    assert_true(rig_logged(&rig, prov_result_text(PROV_E_TIMEOUT)));
}

static void row48_a_session_that_answers_stays(void **state)
{
    (void)state;
    begin_with_heartbeat(10000, 60000);
    struct client *client = roamer(1);
    unsigned heard = client->heard;
    rig_wait(&rig, 600000); /* far longer than a session without a record would live */
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    assert_in_range(client->heard - heard, 59, 60); /* one each 10 s */
    assert_true(is_served_at(client));
}

static void row48_lost_answers_are_asked_for_again(void **state)
{
    (void)state;
    begin_with_heartbeat(10000, 0);
    struct client *client = roamer(1);
    client->mute = true;
    rig_wait(&rig, 12000);
    client->mute = false;
    rig_wait(&rig, 100000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
}

static void row48_a_peer_that_has_just_been_heard_is_not_asked(void **state)
{
    (void)state;
    begin_with_heartbeat(10000, 0);
    struct client *client = roamer(1);
    for (int i = 0; i < 5; i++) {
        rig_wait(&rig, 9000);
        unsigned heard = client->heard;
        assert_true(is_served_at(client));
        assert_int_equal(client->heard, heard + 1); /* the answer alone */
    }
}

static void row48_who_does_not_know_heartbeats_is_not_asked(void **state)
{
    (void)state;
    begin_with_heartbeat(10000, 50000);
    struct client *client = rig_client(&rig, PROV_KIND_PSK, 1);
    client_connect(client);
    unsigned heard = client->heard;
    rig_wait(&rig, 45000);
    assert_int_equal(client->heard, heard);
    assert_int_equal(prov_server_stats(rig.server).sessions, 1);
    rig_wait(&rig, 10000);
    assert_int_equal(prov_server_stats(rig.server).sessions, 0); /* idle, as ever */
}

static void row48_without_the_option_nobody_is_asked_or_answered(void **state)
{
    struct client *client = roamer(1);
    unsigned heard = client->heard;

    (void)state;
    assert_int_equal(prov_dtls_heartbeat(&client->dtls, rig.now), PROV_E_STATE);
    rig_wait(&rig, 200000);
    assert_int_equal(client->heard, heard);
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_PAIRS(name)  cmocka_unit_test_setup_teardown(name, setup_pairs, teardown)
#define TEST_NARROW(name) cmocka_unit_test_setup_teardown(name, setup_narrow, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h16_what_is_not_authentic_moves_nobody),
        TEST(h16_a_replayed_record_moves_nobody),
        TEST(h16_a_new_address_gets_at_most_three_times_what_came_from_it),
        TEST(h16_octets_that_are_not_authentic_make_no_room),
        TEST(h16_a_wrong_reset_ends_the_trial),
        TEST(h16_the_reset_of_a_trial_that_is_over_is_too_late),
        TEST(h16_the_right_reset_from_elsewhere_proves_nothing),
        TEST(h16_the_right_reset_proves_nothing_from_a_third_address),
        TEST(h16_a_newer_record_from_home_ends_the_trial),
        TEST(row57_an_unknown_id_gets_nothing),
        TEST(h16_a_handshake_stays_at_the_address_of_its_cookie),
        TEST(h16_a_peer_that_answers_the_ping_has_moved),
        TEST(row57_the_old_place_is_free_then),
        TEST(row57_who_was_at_the_new_place_is_there_no_longer),
        TEST_NARROW(row57_limits_of_an_address_go_with_a_session),
        TEST(row57_each_session_has_an_id_of_its_own),
        TEST_PAIRS(row57_who_has_left_an_address_does_not_count_there),
        TEST(row57_an_id_that_is_taken_is_not_given_again),
        TEST(row57_peers_without_ids_are_served_as_before),
        TEST(h6_with_ids_the_old_association_works_until_the_new_one_is_there),
        TEST(row49_and_h32_no_datagram_of_the_server_is_larger_than_it_may_be),
        TEST(row48_a_session_that_does_not_answer_ends),
        TEST(row48_lost_answers_are_asked_for_again),
        TEST(row48_a_peer_that_has_just_been_heard_is_not_asked),
        TEST(row48_who_does_not_know_heartbeats_is_not_asked),
        TEST(row48_without_the_option_nobody_is_asked_or_answered),
        TEST(row48_a_session_that_answers_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
