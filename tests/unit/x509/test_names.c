/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose certificate it is: a device's by EUI-64, a server's by its one dNSName.
 */
#include "world.h"

static prov_result device_name(struct world *world, const struct mint_plan *plan,
                               struct prov_eui64 *ret)
{
    static const struct prov_eui64 other = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x4f}},
                                   usual = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}};
    struct prov_x509 cert;
    prov_result result;

    assert_int_equal(parse(world, plan, &cert), PROV_OK);
    result = prov_x509_eui64(&cert, ret);
    assert_int_equal(prov_x509_match_device(&cert, &other), PROV_E_NAME);
    assert_int_equal(prov_x509_match_device(&cert, result == PROV_OK ? ret : &usual), result);
    return result;
}

static void row25_other_forms_of_the_eui64_are_refused(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {
        "ac-de-48-00-11-22-33-44", "AC:DE:48:00:11:22:33:44",  "ACDE480011223344",
        "AC-DE-48-00-11-22-33",    "AC-DE-48-00-11-22-33-44-", "AC-DE-48-00-11-22-33-44-55",
        "AC-DE-48-00-11-22-33-4G", " AC-DE-48-00-11-22-33-44", "sensor"};
    struct prov_eui64 eui64;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct mint_plan plan = world->device;
        struct prov_buf buf = world->name_buf;

        plan.subject = mint_name(&buf, names[i]);
        assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
    }
}

static void row25_group_bit_is_refused(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"AD-DE-48-00-11-22-33-44", "00-00-00-00-00-00-00-00",
                                        "FF-FF-FF-FF-FF-FF-FF-FF"};
    struct mint_plan plan = world->device;
    struct prov_eui64 eui64;

    for (size_t i = 0; i < 3; i++) {
        struct prov_buf buf = world->name_buf;

        plan.subject = mint_name(&buf, names[i]);
        assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
    }
    plan = world->device;
    plan.subject = OCTETS("\x30\x00");
    mint_add(&plan, CE_SAN, 1,
             OCTETS("\x30\x18\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08\xad"
                    "\xde\x48\x00\x11\x22\x33\x44"));
    assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
}

static void row25_mac_address_of_7_or_9_octets_is_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->device;

    mint_add(&plan, CE_SAN, 0,
             OCTETS("\x30\x17\xa0\x15\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x09\x04\x07\xac"
                    "\xde\x48\x00\x11\x22\x33"));
    REFUSED(&plan, PROV_E_FORMAT);
    mint_replace(&plan, CE_SAN, 0,
                 OCTETS("\x30\x19\xa0\x17\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0b\x04\x09"
                        "\xac\xde\x48\x00\x11\x22\x33\x44\x55"));
    REFUSED(&plan, PROV_E_FORMAT);
    mint_replace(&plan, CE_SAN, 0, /* text instead of octets */
                 OCTETS("\x30\x18\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x0c\x08"
                        "\xac\xde\x48\x00\x11\x22\x33\x44"));
    REFUSED(&plan, PROV_E_FORMAT);
}

static void row25_dns_name_beside_mac_address_is_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->device;
    struct prov_eui64 eui64;

    mint_add(&plan, CE_SAN, 0,
             OCTETS("\x30\x28\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08\xac"
                    "\xde\x48\x00\x11\x22\x33\x44\x82\x0e"
                    "server.example"));
    assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
    mint_replace(&plan, CE_SAN, 0, SAN_SERVER); /* CN of a device, dNSName of a server */
    assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
}

static void row25_two_identifiers_that_differ_are_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->device;
    struct prov_eui64 eui64;
    /* CN=AC-DE-48-00-11-22-33-44, twice; which is leftmost? */
    struct prov_bytes two =
        OCTETS("\x30\x44\x31\x20\x30\x1e\x06\x03\x55\x04\x03\x0c\x17"
               "AC-DE-48-00-11-22-33-44\x31\x20\x30\x1e\x06\x03\x55\x04\x03\x0c\x17"
               "AC-DE-48-00-11-22-33-45");

    plan.subject = two;
    assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
    plan = world->device;
    mint_add(&plan, CE_SAN, 0,
             OCTETS("\x30\x18\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08\xac"
                    "\xde\x48\x00\x11\x22\x33\x45"));
    assert_int_equal(device_name(world, &plan, &eui64), PROV_E_NAME);
}

static void row25_eui64_by_cn_and_by_mac_address(void **state)
{
    struct world *world = *state;
    static const uint8_t octets[8] = {0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44};
    static const uint8_t from_48[8] = {0xac, 0xde, 0x48, 0xff, 0xfe, 0x11, 0x22, 0x33};
    struct mint_plan plan = world->device;
    struct prov_eui64 eui64;

    assert_int_equal(device_name(world, &plan, &eui64), PROV_OK);
    assert_memory_equal(eui64.octets, octets, 8);
    mint_add(&plan, CE_SAN, 0, SAN_MAC); /* both, the same */
    assert_int_equal(device_name(world, &plan, &eui64), PROV_OK);
    assert_memory_equal(eui64.octets, octets, 8);
    plan.subject = OCTETS("\x30\x00");
    mint_replace(&plan, CE_SAN, 1, SAN_MAC);
    assert_int_equal(device_name(world, &plan, &eui64), PROV_OK);
    assert_memory_equal(eui64.octets, octets, 8);
    mint_replace(&plan, CE_SAN, 1,
                 OCTETS("\x30\x16\xa0\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x08\x04\x06"
                        "\xac\xde\x48\x11\x22\x33"));
    assert_int_equal(device_name(world, &plan, &eui64), PROV_OK);
    assert_memory_equal(eui64.octets, from_48, 8);
}

/* What has the length of an EUI-64 and is none may be a name of another kind to whoever reads it. */
static void row25_text_beside_a_mac_address_is_no_match(void **state)
{
    struct world *world = *state;
    static const struct prov_eui64 device = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}};
    static const char *const names[] = {"ac-de-48-00-11-22-33-44", "AC:DE:48:00:11:22:33:44",
                                        "sensor"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct mint_plan plan = world->device;
        struct prov_buf buf = world->name_buf;
        struct prov_x509 cert;

        plan.subject = mint_name(&buf, names[i]);
        mint_add(&plan, CE_SAN, 0, SAN_MAC);
        assert_int_equal(parse(world, &plan, &cert), PROV_OK);
        assert_int_equal(prov_x509_match_device(&cert, &device), i < 2 ? PROV_E_NAME : PROV_OK);
    }
}

static prov_result server_name(struct world *world, struct prov_bytes san, const char *name)
{
    struct mint_plan plan = world->server;
    struct prov_fqdn fqdn;
    struct prov_x509 cert;

    assert_int_equal(prov_fqdn_parse(prov_bytes_text(name), &fqdn), PROV_OK);
    if (san.len > 0)
        mint_replace(&plan, CE_SAN, 1, san);
    assert_int_equal(parse(world, &plan, &cert), PROV_OK);
    return prov_x509_match_server(&cert, &fqdn);
}

static void row24_wildcard_is_no_match(void **state)
{
    struct world *world = *state;

    assert_int_equal(server_name(world, OCTETS("\x30\x0b\x82\x09*.example"), "server.example"),
                     PROV_E_NAME);
    assert_int_equal(server_name(world, OCTETS("\x30\x0f\x82\x0ds*ver.example"), "server.example"),
                     PROV_E_NAME);
}

static void row24_two_names_are_no_match(void **state)
{
    struct world *world = *state;

    assert_int_equal(server_name(world,
                                 OCTETS("\x30\x1f\x82\x0e"
                                        "server.example\x82\x0dother.example"),
                                 "server.example"),
                     PROV_E_NAME);
    assert_int_equal(server_name(world,
                                 OCTETS("\x30\x20\x82\x0e"
                                        "server.example\x82\x0e"
                                        "server.example"),
                                 "server.example"),
                     PROV_E_NAME);
    assert_int_equal(server_name(world,
                                 OCTETS("\x30\x16\x82\x0e"
                                        "server.example\x87\x04\x7f\x00\x00\x01"),
                                 "server.example"),
                     PROV_E_NAME);
}

static void row24_common_name_is_no_match(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;
    struct prov_fqdn fqdn;
    struct prov_x509 cert;

    assert_int_equal(prov_fqdn_parse(prov_bytes_text("server.example"), &fqdn), PROV_OK);
    plan.subject = mint_name(&world->name_buf, "server.example");
    mint_remove(&plan, CE_SAN);
    assert_int_equal(parse(world, &plan, &cert), PROV_OK);
    assert_int_equal(prov_x509_match_server(&cert, &fqdn), PROV_E_NAME);
    mint_add(&plan, CE_SAN, 0, OCTETS("\x30\x0f\x82\x0dother.example"));
    assert_int_equal(parse(world, &plan, &cert), PROV_OK);
    assert_int_equal(prov_x509_match_server(&cert, &fqdn), PROV_E_NAME);
}

static void row24_other_names_are_no_match(void **state)
{
    struct world *world = *state;
    const struct prov_bytes others[] = {
        OCTETS("\x30\x06\x87\x04\x7f\x00\x00\x01"), /* iPAddress */
        OCTETS("\x30\x0f\x82\x0d"
               "erver.example"),
        OCTETS("\x30\x10\x82\x0eserver.example\0"),
        OCTETS("\x30\x10\x82\x0fserver.example."),
        OCTETS("\x30\x10\x81\x0eserver.example"), /* rfc822Name */
        OCTETS("\x30\x15\x86\x13"
               "coap://server.example"),
        OCTETS("\x30\x1a\x86\x18"
               "coaps://server.example:1"),
        OCTETS("\x30\x02\x82\x00"),
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct mint_plan plan = world->server;
        struct prov_fqdn fqdn;
        struct prov_x509 cert;
        prov_result result;

        assert_int_equal(prov_fqdn_parse(prov_bytes_text("server.example"), &fqdn), PROV_OK);
        mint_replace(&plan, CE_SAN, 1, others[i]);
        result = parse(world, &plan, &cert); /* some have wrong lengths on purpose */
        if (result == PROV_OK)
            result = prov_x509_match_server(&cert, &fqdn);
        assert_int_not_equal(result, PROV_OK);
    }
    assert_int_equal(server_name(world, PROV_BYTES_NONE, "servee.example"), PROV_E_NAME);
    assert_int_equal(server_name(world, PROV_BYTES_NONE, "a.server.example"), PROV_E_NAME);
}

static void row24_the_one_dns_name_matches_without_case(void **state)
{
    struct world *world = *state;

    assert_int_equal(server_name(world, PROV_BYTES_NONE, "server.example"), PROV_OK);
    assert_int_equal(server_name(world, PROV_BYTES_NONE, "SERVER.Example"), PROV_OK);
    assert_int_equal(server_name(world, OCTETS("\x30\x10\x82\x0eSeRvEr.ExAmPlE"), "server.example"),
                     PROV_OK);
    assert_int_equal(server_name(world,
                                 OCTETS("\x30\x18\x86\x16"
                                        "coaps://server.example"),
                                 "server.example"),
                     PROV_OK);
}

static void all_members_are_read(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->device;
    struct prov_x509 cert;

    mint_add(&plan, CE_SAN, 0, SAN_MAC);
    assert_int_equal(parse(world, &plan, &cert), PROV_OK);
    assert_true(prov_bytes_equal(cert.serial, plan.serial));
    assert_true(prov_bytes_equal(cert.issuer, plan.issuer));
    assert_true(prov_bytes_equal(cert.subject, plan.subject));
    assert_true(prov_bytes_equal(cert.common_name, OCTETS("AC-DE-48-00-11-22-33-44")));
    assert_int_equal(cert.common_name_count, 1);
    assert_true(prov_bytes_equal(cert.point, PROV_BYTES_OF(plan.point)));
    assert_int_equal(cert.spki.len, PROV_SPKI_LEN);
    assert_true(cert.not_before == INT64_C(1767225600)); /* 2026-01-01 */
    assert_true(cert.not_after == INT64_C(253402300799));
    assert_true(cert.critical[PROV_X509_KEY_USAGE] && cert.eku != 0);
    assert_false(cert.is_ca);
    assert_int_equal(cert.path_len, 255);
    assert_true(prov_bytes_equal(cert.san, SAN_MAC));
    assert_int_equal(cert.san_count, 1);
    assert_int_equal(cert.alt_kind, PROV_ALT_MAC);
    assert_int_equal(cert.alt_name.len, 8);
    assert_true(cert.tbs.data == cert.der.data + 4 && cert.tbs.len < cert.der.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row25_other_forms_of_the_eui64_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row25_group_bit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row25_mac_address_of_7_or_9_octets_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row25_dns_name_beside_mac_address_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row25_two_identifiers_that_differ_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row25_eui64_by_cn_and_by_mac_address, setup, teardown),
        cmocka_unit_test_setup_teardown(row25_text_beside_a_mac_address_is_no_match, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row24_wildcard_is_no_match, setup, teardown),
        cmocka_unit_test_setup_teardown(row24_two_names_are_no_match, setup, teardown),
        cmocka_unit_test_setup_teardown(row24_common_name_is_no_match, setup, teardown),
        cmocka_unit_test_setup_teardown(row24_other_names_are_no_match, setup, teardown),
        cmocka_unit_test_setup_teardown(row24_the_one_dns_name_matches_without_case, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(all_members_are_read, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
