/* SPDX-License-Identifier: Apache-2.0
 *
 * A server whose devices say where their certificates lie (profile.md, row 40; H38): what it asks its caller
 * to fetch, and what becomes of the handshake meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prov/pki.h"
#include "prov/x509.h"
#include "rig.h"

static struct rig rig;
static struct prov_pki *pki;
static uint8_t octets[3][PROV_CERT_MAX];
static struct prov_certificate_url url;

static struct prov_bytes issue(const struct prov_pki_issuer *issuer, const uint8_t *spki,
                               bool device, uint8_t room[PROV_CERT_MAX])
{
    static const struct prov_eui64 eui64 = {{0x00, 0x1b, 0xc5, 0xff, 0xfe, 0, 0, 1}};
    struct prov_buf out = prov_buf_make(room, PROV_CERT_MAX);
    struct prov_bytes point;

    assert_int_equal(prov_spki_decode(PROV_BYTES(spki, PROV_SPKI_LEN), &point), PROV_OK);
    struct prov_pki_leaf leaf = {.device = device ? &eui64 : NULL,
                                 .server = device ? NULL : &rig.fqdn,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = point.data,
                                 .validity = {1795312800, 1795912800}};
    assert_int_equal(prov_pki_leaf_issue(pki, issuer, &leaf, &out, NULL), PROV_OK);
    return prov_buf_bytes(&out);
}

static int setup(void **state)
{
    struct prov_buf root = prov_buf_make(octets[0], PROV_CERT_MAX);
    struct prov_pki_ca_name name = {"Rig", "DE", "Rig root"};
    struct prov_validity validity = {1795312800, 1800000000};
    struct prov_pki_key key;

    (void)state;
    rig_begin(&rig, NULL);
    assert_int_equal(prov_pki_make(rig.crypto, &pki), PROV_OK);
    assert_int_equal(prov_pki_key_make(pki, &key, NULL), PROV_OK);
    assert_int_equal(prov_pki_ca_issue(pki, NULL, &name, &key, &validity, &root, NULL), PROV_OK);
    struct prov_pki_issuer issuer = {prov_buf_bytes(&root), &key.scalar};
    rig.server_chain = issue(&issuer, rig.server_spki, false, octets[1]);
    rig.device_chain = issue(&issuer, rig.device_spki, true, octets[2]);
    rig.device_good = true;
    prov_pki_key_wipe(&key);
    prov_server_reload(rig.server, rig.now);
    url.url = prov_bytes_text("http://certs.example.com/c/1.cer");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    prov_pki_free(pki);
    rig_end(&rig);
    return 0;
}

static struct client *client_with_url(uint8_t host)
{
    struct client *client = rig_client(&rig, PROV_KIND_CERT, host);

    client->config.urls = &url;
    client->config.urls_len = 1;
    return client;
}

static void start(struct client *client)
{
    client_start(client);
    rig_run(&rig);
}

static void fetched(uint64_t ticket, prov_result result)
{
    prov_server_fetched(rig.server, rig.now, ticket, result, "as the test says",
                        result == PROV_OK ? &rig.device_chain : NULL, result == PROV_OK ? 1 : 0);
    rig_run(&rig);
}

/* --- negative -------------------------------------------------------------------------------- */

static void h38_what_may_not_be_fetched_ends_the_handshake(void **state)
{
    struct client *client = client_with_url(1);

    (void)state;
    rig.fetch = PROV_E_POLICY;
    start(client);
    assert_true(client->failed > 0);
    assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, 111);
    assert_true(rig_logged(&rig, "event=fetch"));
    assert_true(rig_logged(&rig, "not a listed place"));
    assert_true(rig_logged(&rig, "url=http://certs.example.com/c/1.cer"));
    assert_int_equal(prov_server_stats(rig.server).handshakes, 0);
    assert_int_equal(rig.cancels, 0);
}

static void row40_each_failure_has_its_alert_and_its_line(void **state)
{
    static const struct {
        prov_result result;
        uint8_t alert;
    } cases[] = {{PROV_E_DIGEST, 114}, {PROV_E_NETWORK, 111}, {PROV_E_TIMEOUT, 111}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client *client = client_with_url((uint8_t)(1 + i));
        rig.line_count = 0;
        start(client);
        fetched(rig.ticket, cases[i].result);
        assert_true(client->failed > 0);
        assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, cases[i].alert);
        assert_true(rig_logged(&rig, "as the test says"));
    }
    assert_int_equal(rig.connected, 0);
}

static void row40_what_was_fetched_is_judged(void **state)
{
    struct client *client = client_with_url(1);

    (void)state;
    rig.device_good = false;
    start(client);
    fetched(rig.ticket, PROV_OK);
    assert_int_equal(prov_dtls_failure(&client->dtls).alert_received, 48);
    assert_int_equal(rig.chain_seen, 1);
}

static void h38_one_at_a_time_for_an_address(void **state)
{
    struct client *first = client_with_url(1), *second = client_with_url(1);
    struct client *other = client_with_url(2);

    (void)state;
    start(first);
    uint64_t ticket = rig.ticket;
    start(second); /* the same address, another port */
    assert_int_equal(prov_dtls_failure(&second->dtls).alert_received, 111);
    assert_int_equal(rig.fetches, 1);
    start(other);
    assert_int_equal(rig.fetches, 2);
    fetched(ticket, PROV_OK);
    assert_int_equal(first->connected, 1);
    start(second);
    assert_int_equal(rig.fetches, 3);
}

static void h38_who_goes_is_not_waited_for(void **state)
{
    struct client *client = client_with_url(1);

    (void)state;
    start(client);
    uint64_t ticket = rig.ticket;
    client->deaf = true;
    rig_wait(&rig, 80000);
    assert_int_equal(prov_server_stats(rig.server).handshakes, 0);
    assert_int_equal(rig.cancels, 1);
    fetched(ticket, PROV_OK); /* too late: nobody is there */
    fetched(0, PROV_OK);
    assert_int_equal(rig.connected, 0);
    client->deaf = false;
    client_start(client); /* the address may ask again */
    rig_run(&rig);
    assert_int_equal(rig.fetches, 2);
}

/* --- positive -------------------------------------------------------------------------------- */

static void row40_the_handshake_waits_and_others_go_on(void **state)
{
    struct client *client = client_with_url(1), *other = rig_client(&rig, PROV_KIND_PSK, 2);

    (void)state;
    start(client);
    assert_int_equal(rig.fetches, 1);
    assert_int_equal(rig.urls, 1);
    assert_int_equal(client->connected, 0);
    client_connect(other);
    rig_wait(&rig, 4000);
    assert_int_equal(rig.fetches, 1); /* asked once, however often the engine is stepped */
    fetched(rig.ticket, PROV_OK);
    assert_int_equal(client->connected, 1);
    assert_int_equal(rig.chain_seen, 1);
    assert_int_equal(rig.cancels, 0);
    assert_true(rig_logged(&rig, "event=fetch result=ok"));
}

static void row40_without_an_address_nothing_is_fetched(void **state)
{
    struct client *client = rig_client(&rig, PROV_KIND_CERT, 1);

    (void)state;
    client_connect(client);
    assert_int_equal(rig.fetches, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h38_what_may_not_be_fetched_ends_the_handshake),
        TEST(row40_each_failure_has_its_alert_and_its_line),
        TEST(row40_what_was_fetched_is_judged),
        TEST(h38_one_at_a_time_for_an_address),
        TEST(h38_who_goes_is_not_waited_for),
        TEST(row40_the_handshake_waits_and_others_go_on),
        TEST(row40_without_an_address_nothing_is_fetched),
    };
    return cmocka_run_group_tests_name("server: certificates elsewhere", tests, NULL, NULL);
}
