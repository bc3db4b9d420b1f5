/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's own rooms: pool, table, timers, addresses; and that its memory is what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"
#include "rig.h"

static void pool_ends_at_its_limit_and_wipes(void **state)
{
    struct pool pool;
    uint8_t *a, *b;

    (void)state;
    pool_init(&pool, 100, 2);
    a = pool_take(&pool);
    b = pool_take(&pool);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(pool_take(&pool));
    memset(a, 0x77, 100);
    pool_give(&pool, a);
    pool_give(&pool, NULL);
    assert_int_equal(pool.used, 1);
    assert_ptr_equal(pool_take(&pool), a);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(a[i], 0);
    pool_give(&pool, a);
    pool_give(&pool, b);
    pool_free(&pool);
}

/* The limit is not reached, but the system has no memory: as if all rooms had been made and lost. */
static void hello_without_memory_is_dropped(void **state)
{
    static struct rig rig;
    struct client *client;
    uint8_t hello[2048];
    size_t len;

    (void)state;
    rig_begin(&rig, NULL);
    client = rig_client(&rig, PROV_KIND_PSK, 1);
    len = client_second_hello(client, hello, sizeof(hello));
    rig.server->workspaces.made = rig.server->workspaces.limit;
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(prov_server_stats(rig.server).handshakes, 0);
    assert_int_equal(rig.server->workspaces.used, 0);
    rig.server->workspaces.made = 0;
    rig_deliver(&rig, &client->peer, hello, len);
    assert_int_equal(prov_server_stats(rig.server).handshakes, 1);
    rig_end(&rig);
}

static struct prov_server_peer peer_of(unsigned host, unsigned port)
{
    struct prov_server_peer peer = {{6, 0x20, 1, 0x0d, 0xb8}};

    peer.octets[15] = (uint8_t)(host >> 8);
    peer.octets[16] = (uint8_t)host;
    peer.octets[21] = (uint8_t)(port >> 8);
    peer.octets[22] = (uint8_t)port;
    return peer;
}

static void h4_table_tells_peers_apart_by_every_octet(void **state)
{
    struct table table;
    struct prov_server_peer peer = peer_of(1, 5684), other;
    struct session *session;

    (void)state;
    assert_int_equal(table_make(&table, 64, 42), PROV_OK);
    session = table_add(&table, &peer);
    assert_ptr_equal(table_find(&table, &peer), session);
    for (size_t i = 0; i < sizeof(peer.octets); i++) {
        other = peer;
        other.octets[i] ^= 1;
        assert_null(table_find(&table, &other));
    }
    table_remove(&table, session);
    assert_null(table_find(&table, &peer));
    table_free(&table);
}

static void table_counts_sessions_of_an_address(void **state)
{
    static struct session *sessions[600];
    struct table table;

    (void)state;
    assert_int_equal(table_make(&table, 64, 43), PROV_OK); /* long chains */
    for (unsigned i = 0; i < 600; i++) {
        struct prov_server_peer peer = peer_of(i % 30, i);

        sessions[i] = table_add(&table, &peer);
        assert_non_null(sessions[i]);
    }
    for (unsigned i = 0; i < 600; i++) {
        struct prov_server_peer peer = peer_of(i % 30, i);

        assert_ptr_equal(table_find(&table, &peer), sessions[i]);
        assert_int_equal(table_address(&table, &peer)->sessions_in_all, 20);
    }
    for (unsigned i = 0; i < 600; i++)
        table_remove(&table, sessions[(i * 7) % 600]);
    for (unsigned i = 0; i < 30; i++) {
        struct prov_server_peer peer = peer_of(i, 0);

        assert_null(table_address(&table, &peer));
    }
    table_free(&table);
}

static void timers_give_the_nearest_first(void **state)
{
    static struct association rows[200];
    struct timers timers;
    uint64_t last = 0;
    unsigned count = 0;

    (void)state;
    memset(rows, 0, sizeof(rows));
    assert_int_equal(timers_make(&timers, 200), PROV_OK);
    assert_true(timers_next(&timers) == UINT64_MAX);
    for (unsigned i = 0; i < 200; i++)
        timers_set(&timers, &rows[i], 1000 + (i * 7919) % 997);
    for (unsigned i = 0; i < 200; i += 3)
        timers_set(&timers, &rows[i], 500 + (i * 31) % 2000); /* moved */
    for (unsigned i = 0; i < 200; i += 4)
        timers_set(&timers, &rows[i], UINT64_MAX); /* none any more */
    assert_null(timers_due(&timers, 499));
    while (timers.count > 0) {
        struct association *a = timers_due(&timers, UINT64_MAX - 1);

        assert_non_null(a);
        assert_true(a->due_ms >= last);
        assert_true(a->due_ms == timers_next(&timers));
        last = a->due_ms;
        timers_remove(&timers, a);
        timers_remove(&timers, a); /* twice does nothing */
        count++;
    }
    assert_int_equal(count, 150);
    free(timers.heap);
}

static void peers_are_printed(void **state)
{
    struct prov_server_peer v4 = {{4, 192, 0, 2, 7}}, v6 = peer_of(1, 5684);
    char text[PROV_SERVER_PEER_TEXT];
    uint32_t scope = 3;

    (void)state;
    v4.octets[21] = 0x16;
    v4.octets[22] = 0x34;
    prov_server_peer_format(&v4, text);
    assert_string_equal(text, "192.0.2.7:5684");
    prov_server_peer_format(&v6, text);
    assert_string_equal(text, "[2001:db8::1]:5684");
    memcpy(v6.octets + 17, &scope, sizeof(scope));
    prov_server_peer_format(&v6, text);
    assert_string_equal(text, "[2001:db8::1%3]:5684");
}

/* The flow's answers are the rig's; only the address is looked at. */
static void listen_addresses_are_literal(void **state)
{
    static const char *const bad[] = {"",
                                      "5684",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      ":5684",
                                      "::1:5684",
                                      "localhost:5684",
                                      "[::1]5684",
                                      "[]:5684",
                                      "[::1:5684",
                                      "127.0.0.1:coaps",
                                      "127.0.0.1:99999",
                                      "127.0.0.1:-1"};
    static struct rig rig;

    (void)state;
    rig_begin(&rig, NULL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct prov_why why = {{0}, {0}};

        assert_int_equal(prov_server_run(&rig.config, bad[i], &why), PROV_E_ADDRESS);
        assert_true(strlen(why.text) > 0);
    }
    rig_end(&rig);
}

static void memory_follows_the_limits(void **state)
{
    struct prov_server_limits small = {
        .sessions = 10, .handshakes = 2, .exchanges = 2, .resumable = 10};
    struct prov_server_limits more = small;
    struct prov_server_limits large = {.sessions = 10000, .handshakes = 256, .exchanges = 256};

    (void)state;
    assert_true(prov_server_memory(&small) < 200 * 1024);
    more.resumable = 1034; /* 1024 more of them, and their buckets */
    assert_true(prov_server_memory(&more) - prov_server_memory(&small) >
                1024 * offsetof(struct prov_dtls_resumable, ticket));
    assert_true(prov_server_memory(&more) - prov_server_memory(&small) < 1024 * 400);
    assert_true(prov_server_memory(&large) > 10000 * sizeof(struct association));
    assert_true(prov_server_memory(&large) < 20 * 1024 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_ends_at_its_limit_and_wipes),
        cmocka_unit_test(hello_without_memory_is_dropped),
        cmocka_unit_test(h4_table_tells_peers_apart_by_every_octet),
        cmocka_unit_test(listen_addresses_are_literal),
        cmocka_unit_test(table_counts_sessions_of_an_address),
        cmocka_unit_test(timers_give_the_nearest_first),
        cmocka_unit_test(peers_are_printed),
        cmocka_unit_test(memory_follows_the_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
