/* SPDX-License-Identifier: Apache-2.0
 *
 * What the agent offers in a hello and how it goes on with what the server takes: cached chains, URLs,
 * anchors, names found elsewhere, lengths, ids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "tests/fault/model_cert.h"

#define NO_KIND ((enum prov_kind)0)

enum {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_MAX_FRAGMENT = 1,
    EXTENSION_URL = 2,
    EXTENSION_TRUSTED_CA = 3,
    EXTENSION_HEARTBEAT = 15,
    EXTENSION_ALPN = 16,
    EXTENSION_CACHED = 25,
    EXTENSION_TICKET = 35,
    EXTENSION_CID = 54
};

/* Full handshakes, unless a test says otherwise. */
static prov_result run(struct prov_agent_request request, struct prov_agent_report *ret)
{
    request.no_resumption = true;
    prov_result r = world_run_request(&world, &request);
    if (ret != NULL)
        *ret = *prov_agent_report(&world.agent);
    prov_agent_close(&world.agent);
    prov_agent_open(&world.agent, &world.store, world.workspace);
    return r;
}

static void enroll(void)
{
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ENROLL}, NULL), PROV_OK);
    assert_true(world_settled(&world));
}

/* Whether the server's chain came as its fingerprint. */
static bool rotate(void)
{
    struct prov_agent_report report;
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ROTATE}, &report), PROV_OK);
    assert_true(world_settled(&world));
    return report.cached_chain;
}

static bool offers(uint16_t type)
{
    struct prov_bytes body;
    return world_extension(&world, type, &body);
}

/* The server's certificate made anew. */
static void new_leaf(const char *subject, const char *dns, uint8_t serial)
{
    struct model *model = &world.model;
    struct prov_buf leaf = PROV_BUF_OF(model->leaf);
    const struct model_cert cert = {.serial = serial,
                                    .issuer = "Issuing",
                                    .subject = subject,
                                    .dns = dns,
                                    .point = model->server.point,
                                    .signer = &model->issuing.scalar};
    assert_int_equal(model_cert_make(model->crypto, &cert, &leaf), PROV_OK);
    model->leaf_len = leaf.len;
    model->chain[0] = PROV_BYTES(model->leaf, leaf.len);
}

static size_t cache_len(void)
{
    uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 0, room, &entry), PROV_OK);
    return entry.cached.len;
}

static void deny(struct prov_bytes der)
{
    uint8_t octets[PROV_DENY_LIST_MAX], work[PROV_STORE_ENTRY_MAX];
    struct prov_buf file = PROV_BUF_OF(octets);
    struct prov_deny_certificate entry = {0};
    struct prov_deny_list list;
    struct prov_x509 cert;
    assert_int_equal(prov_x509_parse(der, &cert), PROV_OK);
    assert_int_equal(prov_crypto_sha256(world.server_crypto, &cert.issuer, 1, entry.issuer),
                     PROV_OK);
    memcpy(entry.serial, cert.serial.data, cert.serial.len);
    entry.serial_len = (uint8_t)cert.serial.len;
    model_deny_list(
        &world.model,
        &(struct prov_deny_entries){.version = 1, .certificates = &entry, .certificate_count = 1},
        &file);
    assert_int_equal(
        prov_store_deny_install(&world.store, prov_buf_bytes(&file), work, false, &list), PROV_OK);
}

/* --- a chain that was kept and is not good any more ------------------------------------------- */

static void h40_denied_chain_is_refused_though_it_was_kept(void **state)
{
    (void)state;
    struct prov_agent_report report;
    enroll();
    assert_true(rotate());
    deny(world.model.chain[0]);
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ROTATE}, &report),
                     PROV_E_REVOKED);
    assert_int_equal(report.alert_sent, PROV_ALERT_CERTIFICATE_REVOKED);
    assert_int_equal(report.handshakes, 2); /* by fingerprint, then whole: it is the same */
    assert_int_equal(cache_len(), 0);
    new_leaf("", "enroll.example.com", 77);
    assert_false(rotate());
    assert_true(rotate());
}

static void h40_expired_chain_is_refused_though_it_was_kept(void **state)
{
    (void)state;
    struct prov_x509 leaf;
    enroll();
    assert_true(cache_len() > 0);
    assert_int_equal(prov_x509_parse(world.model.chain[0], &leaf), PROV_OK);
    world.time = leaf.not_after + 1;
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ROTATE}, NULL), PROV_E_TIME);
    assert_int_equal(cache_len(), 0);
}

static void h40_chain_for_another_name_is_refused_though_it_was_kept(void **state)
{
    (void)state;
    struct prov_fqdn other;
    enroll();
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("other.example.com"), &other), PROV_OK);
    world.model.config.server_name = NULL; /* it answers to any */
    assert_int_equal(
        run((struct prov_agent_request){.op = PROV_AGENT_ROTATE, .discovered = &other}, NULL),
        PROV_E_NAME);
}

/* The server has another certificate: it sends it whole, and the kept one is void at once. */
static void row31_another_chain_makes_the_kept_one_void(void **state)
{
    (void)state;
    enroll();
    size_t kept = cache_len();
    assert_true(kept > 0);
    new_leaf("", "enroll.example.com", 77);
    world.model.busy = 9; /* it goes no further than that */
    world.model.max_age = 999;
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ROTATE}, NULL),
                     PROV_E_PEER_REFUSED);
    assert_int_equal(cache_len(), 0);
    world_reboot(&world);
    assert_int_equal(cache_len(), 0);
    world.model.busy = 0;
    assert_false(rotate());
    assert_int_equal(cache_len(), kept);
    assert_true(rotate());
}

/* RFC 7924, section 7: not from a handshake that was not completed. */
static void row31_unfinished_handshake_changes_nothing_that_was_kept(void **state)
{
    (void)state;
    enroll();
    size_t kept = cache_len();
    new_leaf("", "enroll.example.com", 77);
    world.model.credentials[1].state = PROV_STATE_REVOKED; /* the server refuses the device's */
    assert_int_not_equal(run((struct prov_agent_request){.op = PROV_AGENT_ROTATE}, NULL), PROV_OK);
    assert_int_equal(cache_len(), kept);
    assert_int_equal(world.store.state.cache_void, 0);
}

/* The new anchors verify what was kept under the old ones, or it is refused as any other; from then on the
 * server is told which ones there are. */
static void row31_kept_chain_is_judged_by_the_new_anchors(void **state)
{
    (void)state;
    enroll();
    assert_true(cache_len() > 0);
    assert_false(offers(EXTENSION_TRUSTED_CA));
    world.model.new_root = true;
    assert_true(rotate()); /* the predecessor's session has the old ones */
    assert_true(
        offers(EXTENSION_TRUSTED_CA)); /* RFC 7030, section 4.1.3: in the candidate's session */
    assert_true(cache_len() > 0);
    assert_true(rotate());
    assert_true(offers(EXTENSION_TRUSTED_CA));
}

static void row31_nothing_is_cached_of_raw_keys(void **state)
{
    (void)state;
    enroll();
    assert_false(offers(EXTENSION_CACHED));
    assert_false(rotate());
}

/* What does not fit beside the credential is left out. */
static void chain_that_has_no_room_is_not_kept(void **state)
{
    (void)state;
    static struct sim_flash small;
    struct prov_agent_report report;
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    sim_flash_make(&small, 1728, 5, 16, 0xff);
    world.port.flash = sim_flash_port(&small);
    assert_int_equal(prov_store_open(&world.store, &world.port), PROV_OK);
    model_bundle(&world.model, PROV_KIND_CERT, &bundle);
    assert_int_equal(prov_store_install_bundle(&world.store, prov_buf_bytes(&bundle), false),
                     PROV_OK);
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ENROLL}, &report), PROV_OK);
    assert_int_equal(cache_len(), 0);
    assert_false(rotate());
    assert_false(small.rewritten);
}

/* --- a chain that was kept -------------------------------------------------------------------- */

static void row31_kept_chain_saves_its_octets(void **state)
{
    (void)state;
    enroll();
    size_t before = world.octets[1];
    struct prov_agent_report report;
    assert_int_equal(
        run((struct prov_agent_request){.op = PROV_AGENT_ROTATE, .no_cached_info = true}, &report),
        PROV_OK);
    assert_false(report.cached_chain);
    assert_false(offers(EXTENSION_CACHED));
    size_t whole = world.octets[1] - before;
    before = world.octets[1];
    assert_true(rotate()); /* both of its handshakes */
    size_t cached = world.octets[1] - before;
    size_t chain = world.model.chain[0].len + world.model.chain[1].len;
    assert_true(whole > cached && whole - cached > 2 * (chain - 100));
    assert_true(offers(EXTENSION_CACHED));
}

/* The power goes at each operation of a rotation in which the server has another chain. */
static void power_cut_while_the_kept_chain_becomes_void(void **state)
{
    for (unsigned at = 1, hit = 1; hit; at++) {
        enroll();
        new_leaf("", "enroll.example.com", 77);
        uint32_t before = world.flash.operations;
        sim_flash_plan(&world.flash, SIM_CUT_TORN, at);
        prov_result r = world_run(&world, PROV_AGENT_ROTATE, NO_KIND);
        hit = world.flash.operations - before >= at;
        if (!hit)
            assert_int_equal(r, PROV_OK);
        world_reboot(&world);
        (void)rotate();
        assert_true(rotate());
        teardown_world(state);
        setup_cert(state);
    }
}

/* --- where the own chain lies ----------------------------------------------------------------- */

static void row40_urls_of_the_bundle_are_sent(void **state)
{
    (void)state;
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    enroll();
    assert_int_equal(world.model.fetched, 0);
    assert_false(offers(EXTENSION_URL));
    world.model.enrolled = false;
    world.model.with_urls = true;
    model_bundle(&world.model, PROV_KIND_CERT, &bundle);
    world.model.credentials[0] = world.model.credentials[world.model.count - 1];
    assert_int_equal(prov_store_install_bundle(&world.store, prov_buf_bytes(&bundle), false),
                     PROV_OK);
    world_reboot(&world); /* they are in the store */
    enroll();
    assert_int_equal(world.model.fetched, 1);
    assert_false(offers(EXTENSION_URL)); /* the successor lies nowhere */
    world.model.config.take_urls = false;
    world.model.enrolled = false;
    enroll(); /* a server that takes none gets the chain */
    assert_int_equal(world.model.fetched, 1);
}

/* --- who the server is ------------------------------------------------------------------------ */

static void row41_found_server_must_have_the_name_under_the_anchors(void **state)
{
    (void)state;
    struct prov_fqdn found;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .discovered = &found};
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("found.example.com"), &found), PROV_OK);
    world.model.config.server_name = NULL;
    assert_int_equal(run(request, NULL), PROV_E_NAME);
    assert_true(offers(EXTENSION_TRUSTED_CA));
    world.model.name = found; /* its Uri-Host */
    new_leaf("", "found.example.com", 78);
    assert_int_equal(run(request, NULL), PROV_OK);
    assert_true(offers(EXTENSION_TRUSTED_CA));
    struct prov_bytes names, name;
    assert_true(world_extension(&world, EXTENSION_SERVER_NAME, &name));
    assert_memory_equal(name.data + 5, found.text, strlen(found.text));
    assert_true(world_extension(&world, EXTENSION_TRUSTED_CA, &names));
    assert_memory_equal(names.data + 5, world.model.root_name.data, world.model.root_name.len);
}

static void row41_fixed_server_is_told_no_anchors(void **state)
{
    (void)state;
    enroll();
    assert_false(offers(EXTENSION_TRUSTED_CA));
}

static void row41_pinned_keys_are_one_servers(void **state)
{
    (void)state;
    struct prov_fqdn found;
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("found.example.com"), &found), PROV_OK);
    assert_int_equal(
        run((struct prov_agent_request){.op = PROV_AGENT_ENROLL, .discovered = &found}, NULL),
        PROV_E_POLICY);
    assert_int_equal(run((struct prov_agent_request){.op = PROV_AGENT_ENROLL,
                                                     .constrained = &world.model.device},
                         NULL),
                     PROV_E_POLICY);
    assert_int_equal(world.sent, 0);
}

/* A server that is a device itself: its EUI-64 is its name, and a server_name can't carry that. */
static void row3_constrained_server_is_known_by_its_eui64(void **state)
{
    (void)state;
    struct prov_eui64 eui64, other;
    assert_int_equal(prov_eui64_parse("00-12-4B-00-14-B5-D9-70", &eui64), PROV_OK);
    assert_int_equal(prov_eui64_parse("00-12-4B-00-14-B5-D9-71", &other), PROV_OK);
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL, .constrained = &eui64};
    assert_int_equal(run(request, NULL), PROV_E_NAME); /* it shows an FQDN */
    new_leaf("00-12-4B-00-14-B5-D9-70", NULL, 79);
    request.constrained = &other;
    assert_int_equal(run(request, NULL), PROV_E_NAME);
    request.constrained = &eui64;
    assert_int_equal(run(request, NULL), PROV_OK);
    assert_false(offers(EXTENSION_SERVER_NAME));
    request = (struct prov_agent_request){.op = PROV_AGENT_ROTATE};
    assert_int_equal(run(request, NULL), PROV_E_NAME); /* it is no FQDN's */
}

/* A constrained server keeps no sessions: the device keeps its ticket, over a reboot (RFC 7925, section 7; rows
 * 45 and 46). */
static void row46_ticket_of_a_constrained_server_resumes(void **state)
{
    (void)state;
    struct prov_eui64 eui64;
    assert_int_equal(prov_eui64_parse("00-12-4B-00-14-B5-D9-70", &eui64), PROV_OK);
    new_leaf("00-12-4B-00-14-B5-D9-70", NULL, 79);
    world.model.config.constrained_server = true;
    world.model.config.resumption = false;
    world.model.config.tickets = &world.model.tickets;
    struct prov_agent_request request = {
        .op = PROV_AGENT_ENROLL, .constrained = &eui64, .tries = 1};
    assert_int_equal(world_run_request(&world, &request), PROV_OK);
    assert_true(offers(EXTENSION_TICKET));
    request.op = PROV_AGENT_ROTATE;
    for (int i = 0; i < 3; i++) {
        world_reboot(&world);
        assert_int_equal(world_run_request(&world, &request), PROV_OK);
        assert_true(prov_agent_report(&world.agent)->abbreviated);
        assert_true(world_settled(&world));
    }
    /* not for the credential of a device that the server has since refused (H40) */
    world_reboot(&world);
    for (int i = 0; i < world.model.count; i++)
        world.model.credentials[i].state = PROV_STATE_REVOKED;
    assert_int_not_equal(world_run_request(&world, &request), PROV_OK);
    assert_int_equal(world.model.abbreviated, 3);
}

/* --- depth ------------------------------------------------------------------------------------ */

/* A chain of `count` CA certificates below the root, above the server's. */
static void deepen(size_t count)
{
    static uint8_t octets[5][MODEL_CERT_MAX];
    static struct prov_bytes chain[6];
    static const char *const names[] = {"Root", "A", "B", "C", "D"};
    struct model *model = &world.model;
    for (size_t i = 0; i < count; i++) {
        struct prov_buf buf = PROV_BUF_OF(octets[i]);
        const struct model_cert cert = {.serial = (uint8_t)(40 + i),
                                        .issuer = names[i],
                                        .subject = names[i + 1],
                                        .point = model->issuing.point,
                                        .ca = true,
                                        .signer =
                                            i == 0 ? &model->root.scalar : &model->issuing.scalar};
        assert_int_equal(model_cert_make(model->crypto, &cert, &buf), PROV_OK);
        chain[count - i] = prov_buf_bytes(&buf);
    }
    struct prov_buf leaf = PROV_BUF_OF(model->leaf);
    const struct model_cert cert = {.serial = 60,
                                    .issuer = names[count],
                                    .subject = "",
                                    .dns = "enroll.example.com",
                                    .point = model->server.point,
                                    .signer = &model->issuing.scalar};
    assert_int_equal(model_cert_make(model->crypto, &cert, &leaf), PROV_OK);
    chain[0] = prov_buf_bytes(&leaf);
    model->config.chain = chain;
    model->config.chain_len = count + 1;
}

static void row32_three_below_the_anchor_and_no_more(void **state)
{
    (void)state;
    struct prov_agent_request request = {.op = PROV_AGENT_ENROLL};
    deepen(3);
    assert_int_equal(run(request, NULL), PROV_E_DEPTH);
    request.max_chain = 4;
    assert_int_equal(run(request, NULL), PROV_OK);
    deepen(2);
    request = (struct prov_agent_request){.op = PROV_AGENT_ROTATE, .max_chain = 2};
    assert_int_equal(run(request, NULL), PROV_E_DEPTH);
    request.max_chain = 0;
    assert_int_equal(run(request, NULL), PROV_OK);
}

/* --- the rest of the hello -------------------------------------------------------------------- */

static void hello_offers_what_the_profile_asks_and_no_more(void **state)
{
    (void)state;
    enroll();
    assert_true(offers(EXTENSION_CID)); /* row 57 */
    assert_false(offers(EXTENSION_MAX_FRAGMENT));
    assert_false(offers(EXTENSION_HEARTBEAT)); /* row 48 */
    assert_false(offers(EXTENSION_ALPN));      /* row 53 */
    assert_false(offers(EXTENSION_TICKET));    /* row 46 */
    assert_false(offers(EXTENSION_TRUSTED_CA));
}

static void hello_offers_what_is_asked_for(void **state)
{
    (void)state;
    struct prov_bytes body;
    const struct prov_agent_request request = {.op = PROV_AGENT_ENROLL,
                                               .max_fragment = 1024,
                                               .protocol = "co",
                                               .heartbeat = true,
                                               .no_connection_id = true,
                                               .mtu = 400};
    assert_int_equal(run(request, NULL), PROV_OK);
    assert_true(world_settled(&world));
    assert_false(offers(EXTENSION_CID));
    assert_true(world_extension(&world, EXTENSION_MAX_FRAGMENT, &body));
    assert_true(prov_bytes_equal(body, PROV_BYTES((const uint8_t[]){2}, 1)));
    assert_true(world_extension(&world, EXTENSION_ALPN, &body));
    assert_memory_equal(body.data + body.len - 2, "co", 2);
    assert_true(world_extension(&world, EXTENSION_HEARTBEAT, &body));
}

/* Records of 512 octets: certificates and their requests go in smaller blocks (H32). */
static void row44_every_length_carries_an_enrollment(void **state)
{
    (void)state;
    static const uint16_t lengths[] = {512, 1024, 2048, 4096};
    enroll();
    for (size_t i = 0; i < 4; i++) {
        const struct prov_agent_request request = {.op = PROV_AGENT_ROTATE,
                                                   .max_fragment = lengths[i]};
        assert_int_equal(run(request, NULL), PROV_OK);
        assert_true(world_settled(&world));
    }
}

/* A server that is busy for longer than it waits for an answer to its heartbeat. */
static void row48_heartbeat_of_the_server_is_answered(void **state)
{
    (void)state;
    world.model.beats = true;
    world.model.busy = 2;
    world.model.max_age = 50;
    assert_int_equal(
        run((struct prov_agent_request){.op = PROV_AGENT_ENROLL, .heartbeat = true}, NULL),
        PROV_OK);
    assert_true(world_settled(&world));
}

/* The first four octets of a random may look like any time from 1970 to 2106: none of them is believed, with
 * raw keys, where no certificate says what time it is (RFC 7925, section 12). */
static void row29_time_is_not_taken_from_a_random(void **state)
{
    (void)state;
    world.trust = PROV_CLOCK_COARSE;
    world.time = 0;
    int64_t floor = world.store.state.time_floor;
    enroll();
    for (int i = 0; i < 20; i++) {
        (void)rotate();
        assert_int_equal(world.store.state.time_floor, floor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(h40_denied_chain_is_refused_though_it_was_kept, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h40_expired_chain_is_refused_though_it_was_kept, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(h40_chain_for_another_name_is_refused_though_it_was_kept,
                                        setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(row31_another_chain_makes_the_kept_one_void, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row31_unfinished_handshake_changes_nothing_that_was_kept,
                                        setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(row31_kept_chain_is_judged_by_the_new_anchors, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row31_nothing_is_cached_of_raw_keys, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(chain_that_has_no_room_is_not_kept, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row31_kept_chain_saves_its_octets, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(power_cut_while_the_kept_chain_becomes_void, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row40_urls_of_the_bundle_are_sent, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row41_found_server_must_have_the_name_under_the_anchors,
                                        setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(row41_fixed_server_is_told_no_anchors, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row41_pinned_keys_are_one_servers, setup_psk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row3_constrained_server_is_known_by_its_eui64, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row46_ticket_of_a_constrained_server_resumes, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row32_three_below_the_anchor_and_no_more, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(hello_offers_what_the_profile_asks_and_no_more, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(hello_offers_what_is_asked_for, setup_cert, teardown_world),
        cmocka_unit_test_setup_teardown(row44_every_length_carries_an_enrollment, setup_cert,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row48_heartbeat_of_the_server_is_answered, setup_rpk,
                                        teardown_world),
        cmocka_unit_test_setup_teardown(row29_time_is_not_taken_from_a_random, setup_rpk,
                                        teardown_world),
    };
    return cmocka_run_group_tests_name("agent_hello", tests, NULL, NULL);
}
