/* SPDX-License-Identifier: Apache-2.0
 *
 * CAs, devices, servers.
 */
#include <stdio.h>

#include "support.h"

/* --- devices ---------------------------------------------------------------------------------- */

static void row25_same_eui64_for_two_devices_is_refused(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    uint64_t before = digest(box);
    struct prov_device device = {.eui64 = eui(1), .label = "another"};
    assert_why(box, prov_registry_device_add(box->registry, &device, &box->why), PROV_E_EXISTS,
               "device 00-1B-C5-00-00-00-00-01 exists already");
    assert_true(digest(box) == before);
}

static void device_texts_are_checked(void **state)
{
    struct box *box = *state;
    static const char *const bad[] = {
        "a\nb", "\x7f", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80", "\xc2\x85"};
    uint64_t before = digest(box);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct prov_device device = {.eui64 = eui(1)};
        strcpy(device.label, bad[i]);
        assert_why(box, prov_registry_device_add(box->registry, &device, &box->why), PROV_E_TEXT,
                   "label");
        strcpy(device.label, "");
        strcpy(device.group, bad[i]);
        assert_why(box, prov_registry_device_add(box->registry, &device, &box->why), PROV_E_TEXT,
                   "group");
    }
    assert_true(digest(box) == before);
}

static void unknown_device_is_not_found(void **state)
{
    struct box *box = *state;
    struct prov_device device;
    struct prov_eui64 one = eui(1);
    uint64_t before = digest(box);
    assert_why(box, prov_registry_device_get(box->registry, &one, &device, &box->why),
               PROV_E_NOT_FOUND, "no device 00-1B-C5-00-00-00-00-01");
    assert_why(box, prov_registry_device_set(box->registry, &one, "x", NULL, -1, &box->why),
               PROV_E_NOT_FOUND, "no device");
    assert_why(box, prov_registry_device_retire(box->registry, &one, &box->why), PROV_E_NOT_FOUND,
               "no device");
    assert_true(digest(box) == before);
}

static void too_long_label_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1);
    char label[PROV_LABEL_MAX + 2];
    memset(label, 'a', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    add_device(box, 1);
    assert_why(box, prov_registry_device_set(box->registry, &one, label, NULL, -1, &box->why),
               PROV_E_BOUNDS, "longer than 128");
}

static void retired_device_gets_nothing_more(void **state)
{
    struct box *box = *state;
    struct prov_eui64 one = eui(1);
    add_device(box, 1);
    add_server(box, "a.example.com");
    assert_done(box, prov_registry_device_retire(box->registry, &one, &box->why));
    uint64_t before = digest(box);
    struct prov_credential_new psk = new_psk(1, "a.example.com", 1);
    assert_why(box, prov_registry_credential_add(box->registry, &psk, &box->why), PROV_E_CONFLICT,
               "00-1B-C5-00-00-00-00-01 is retired");
    assert_why(box, prov_registry_device_set(box->registry, &one, "x", NULL, 1, &box->why),
               PROV_E_CONFLICT, "is retired");
    assert_why(box, prov_registry_device_retire(box->registry, &one, &box->why), PROV_E_CONFLICT,
               "is retired");
    struct prov_device again = {.eui64 = eui(1)};
    assert_why(box, prov_registry_device_add(box->registry, &again, &box->why), PROV_E_EXISTS,
               "exists already");
    assert_true(digest(box) == before);
}

static void device_is_kept_and_changed(void **state)
{
    struct box *box = *state;
    struct prov_device device = {.eui64 = eui(1), .from_eui48 = true};
    struct prov_device back;
    strcpy(device.label, "Pumpe \xc3\xa4");
    strcpy(device.group, "hall 2");
    assert_done(box, prov_registry_device_add(box->registry, &device, &box->why));
    assert_last_event(box, "device.add");
    assert_done(box, prov_registry_device_get(box->registry, &device.eui64, &back, &box->why));
    assert_string_equal(back.label, device.label);
    assert_string_equal(back.group, "hall 2");
    assert_true(back.from_eui48);
    assert_false(back.retired || back.enrolled || back.approved);
    assert_int_equal(back.created, TEST_NOW);

    assert_done(
        box, prov_registry_device_set(box->registry, &device.eui64, NULL, "hall 3", 1, &box->why));
    assert_last_event(box, "device.set");
    assert_done(box, prov_registry_device_get(box->registry, &device.eui64, &back, &box->why));
    assert_string_equal(back.label, device.label);
    assert_string_equal(back.group, "hall 3");
    assert_true(back.approved);
    assert_done(box,
                prov_registry_device_set(box->registry, &device.eui64, "", NULL, 0, &box->why));
    assert_done(box, prov_registry_device_get(box->registry, &device.eui64, &back, &box->why));
    assert_string_equal(back.label, "");
    assert_false(back.approved);
}

static void retiring_a_device_ends_its_credentials(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    add_device(box, 2);
    add_server(box, "a.example.com");
    struct prov_credential_new psk = new_psk(1, "a.example.com", 1);
    struct prov_credential_new rpk = new_rpk(1, "a.example.com", 2);
    struct prov_credential_new other = new_psk(2, "a.example.com", 3);
    rpk.state = PROV_STATE_PENDING;
    (void)add(box, &psk);
    (void)add(box, &rpk);
    (void)add(box, &other);
    struct prov_eui64 one = eui(1);
    assert_done(box, prov_registry_device_retire(box->registry, &one, &box->why));
    assert_last_event(box, "device.retire");
    assert_int_equal(raw_number(box, "SELECT count(DISTINCT credential) FROM event WHERE verb = "
                                     "'credential.retire'"),
                     2);
    assert_string_equal(get(box, 2).reason, "the device was retired");
    assert_int_equal(state_of(box, 1), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 2), PROV_STATE_RETIRED);
    assert_int_equal(state_of(box, 3), PROV_STATE_ACTIVE);
    assert_int_equal(get(box, 1).ended, TEST_NOW);
    struct prov_secret secret;
    assert_why(box, prov_registry_secret_get(box->registry, get(box, 1).id, &secret, &box->why),
               PROV_E_NOT_FOUND, "holds no secret");
}

struct counter {
    int count, stop_at;
    uint8_t last;
};

static prov_result count_device(void *context, const struct prov_device *device)
{
    struct counter *counter = context;
    counter->count++;
    counter->last = device->eui64.octets[7];
    return counter->count == counter->stop_at ? PROV_E_NOT_FOUND : PROV_OK;
}

static void devices_are_listed_by_group(void **state)
{
    struct box *box = *state;
    for (uint8_t i = 1; i <= 6; i++) {
        struct prov_device device = {.eui64 = eui(i)};
        strcpy(device.group, i % 2 == 0 ? "even" : "odd");
        assert_done(box, prov_registry_device_add(box->registry, &device, &box->why));
    }
    struct counter all = {0}, even = {0}, none = {0}, stopped = {.stop_at = 2};
    assert_done(box, prov_registry_device_list(box->registry, NULL, count_device, &all, &box->why));
    assert_done(box,
                prov_registry_device_list(box->registry, "even", count_device, &even, &box->why));
    assert_done(box,
                prov_registry_device_list(box->registry, "none", count_device, &none, &box->why));
    assert_int_equal(all.count, 6);
    assert_int_equal(even.count, 3);
    assert_int_equal(even.last, 6);
    assert_int_equal(none.count, 0);
    assert_int_equal(
        prov_registry_device_list(box->registry, NULL, count_device, &stopped, &box->why),
        PROV_E_NOT_FOUND);
    assert_int_equal(stopped.count, 2);
}

/* --- servers ---------------------------------------------------------------------------------- */

static void second_server_of_a_name_is_refused(void **state)
{
    struct box *box = *state;
    add_server(box, "a.example.com");
    uint64_t before = digest(box);
    struct prov_server_row row = {.fqdn = fqdn("a.example.com")};
    assert_why(box, prov_registry_server_add(box->registry, &row, NULL, 0, &box->why),
               PROV_E_EXISTS, "server a.example.com exists already");
    assert_true(digest(box) == before);
}

static void server_and_its_credentials_come_together_or_not(void **state)
{
    struct box *box = *state;
    struct prov_server_row row = {.fqdn = fqdn("a.example.com")};
    struct prov_credential_new two[] = {new_rpk(0, "a.example.com", 1),
                                        new_cert(0, "a.example.com", 1)};
    two[0].is_server = two[1].is_server = true;
    two[1].uuid = two[0].uuid; /* the second one fails */
    uint64_t before = digest(box);
    assert_why(box, prov_registry_server_add(box->registry, &row, two, 2, &box->why), PROV_E_EXISTS,
               "in use already");
    assert_true(digest(box) == before);
    two[1].uuid = uuid_of(2);
    assert_done(box, prov_registry_server_add(box->registry, &row, two, 2, &box->why));
    assert_int_equal(raw_number(box, "SELECT count(*) FROM key"), 1);
    struct prov_credential rpk = get(box, 1);
    assert_true(rpk.is_server);
    assert_string_equal(rpk.server.text, "a.example.com");
}

static void servers_credentials_for_another_are_refused(void **state)
{
    struct box *box = *state;
    struct prov_server_row row = {.fqdn = fqdn("a.example.com")};
    struct prov_credential_new one = new_rpk(0, "b.example.com", 1);
    one.is_server = true;
    assert_why(box, prov_registry_server_add(box->registry, &row, &one, 1, &box->why),
               PROV_E_CONFLICT, "another subject");
}

static void unknown_server_is_not_found(void **state)
{
    struct box *box = *state;
    struct prov_fqdn name = fqdn("a.example.com");
    struct prov_server_row row;
    assert_why(box, prov_registry_server_get(box->registry, &name, &row, &box->why),
               PROV_E_NOT_FOUND, "no server a.example.com");
    assert_why(box, prov_registry_server_set(box->registry, &name, "x:1", &box->why),
               PROV_E_NOT_FOUND, "no server");
    add_device(box, 1);
    uint64_t before = digest(box);
    struct prov_credential_new psk = new_psk(1, "a.example.com", 1);
    assert_why(box, prov_registry_credential_add(box->registry, &psk, &box->why), PROV_E_NOT_FOUND,
               "no server a.example.com");
    assert_true(digest(box) == before);
}

static prov_result last_server(void *context, const struct prov_server_row *row)
{
    *(struct prov_server_row *)context = *row;
    return PROV_OK;
}

static void server_address_is_kept_and_changed(void **state)
{
    struct box *box = *state;
    struct prov_server_row row = {.fqdn = fqdn("a.example.com"), .address = "10.0.0.1:5684"};
    struct prov_server_row back;
    assert_done(box, prov_registry_server_add(box->registry, &row, NULL, 0, &box->why));
    assert_done(box, prov_registry_server_get(box->registry, &row.fqdn, &back, &box->why));
    assert_string_equal(back.address, "10.0.0.1:5684");
    assert_done(box, prov_registry_server_set(box->registry, &row.fqdn, "[::1]:5684", &box->why));
    assert_last_event(box, "server.set");
    assert_done(box, prov_registry_server_list(box->registry, last_server, &back, &box->why));
    assert_string_equal(back.address, "[::1]:5684");
    assert_int_equal(back.created, TEST_NOW);
}

/* --- certificate authorities ------------------------------------------------------------------ */

static struct prov_ca_new ca_new(enum prov_ca_level level, const char *name, uint8_t seed)
{
    struct prov_ca_new ca = {.uuid = uuid_of(seed),
                             .level = level,
                             .name = name,
                             .cert = prov_bytes_text(name),
                             .not_after = PROV_TIME_NEVER,
                             .scalar = secret_of(seed)};
    memset(ca.spki_sha256, seed, sizeof ca.spki_sha256);
    return ca;
}

static void ca_with_an_owned_key_is_refused(void **state)
{
    struct box *box = *state;
    struct prov_ca_new root = ca_new(PROV_CA_ROOT, "Root CA", 1);
    struct prov_ca_new issuing = ca_new(PROV_CA_ISSUING, "Issuing CA", 2);
    assert_done(box, prov_registry_ca_add(box->registry, &root, &box->why));
    memset(issuing.spki_sha256, 1, sizeof issuing.spki_sha256);
    uint64_t before = digest(box);
    assert_why(box, prov_registry_ca_add(box->registry, &issuing, &box->why), PROV_E_KEY_OWNED,
               "belongs to the certificate authority Root CA");
    assert_true(digest(box) == before);
}

static void missing_ca_is_not_found(void **state)
{
    struct box *box = *state;
    struct prov_ca ca;
    assert_why(box, prov_registry_ca_get(box->registry, PROV_CA_ISSUING, &ca, NULL, &box->why),
               PROV_E_NOT_FOUND, "no issuing CA");
}

static prov_result count_ca(void *context, const struct prov_ca *ca)
{
    (void)ca;
    (*(int *)context)++;
    return PROV_OK;
}

static void newest_ca_of_the_level_is_answered(void **state)
{
    struct box *box = *state;
    struct prov_ca_new cas[] = {ca_new(PROV_CA_ROOT, "Root CA", 1),
                                ca_new(PROV_CA_ISSUING, "Issuing 1", 2),
                                ca_new(PROV_CA_ISSUING, "Issuing 2", 3)};
    for (size_t i = 0; i < 3; i++)
        assert_done(box, prov_registry_ca_add(box->registry, &cas[i], &box->why));
    assert_last_event(box, "ca.add");
    struct prov_ca ca;
    struct prov_secret scalar;
    assert_done(box, prov_registry_ca_get(box->registry, PROV_CA_ISSUING, &ca, &scalar, &box->why));
    assert_string_equal(ca.name, "Issuing 2");
    assert_int_equal(ca.cert_len, 9);
    assert_true(prov_bytes_equal(prov_secret_bytes(&scalar), prov_secret_bytes(secret_of(3))));
    assert_done(box, prov_registry_ca_get(box->registry, PROV_CA_ROOT, &ca, NULL, &box->why));
    assert_string_equal(ca.name, "Root CA");
    int count = 0;
    assert_done(box, prov_registry_ca_list(box->registry, count_ca, &count, &box->why));
    assert_int_equal(count, 3);
}

/* --- dry run ---------------------------------------------------------------------------------- */

static void dry_run_checks_everything_and_writes_nothing(void **state)
{
    struct box *box = *state;
    add_device(box, 1);
    add_server(box, "a.example.com");
    uint64_t before = digest(box);
    struct prov_device two = {.eui64 = eui(2)};
    struct prov_server_row b = {.fqdn = fqdn("b.example.com")};
    struct prov_credential_new psk = new_psk(1, "a.example.com", 1);
    struct prov_device one = {.eui64 = eui(1)};
    prov_registry_dry_run(box->registry, true);
    assert_done(box, prov_registry_device_add(box->registry, &two, &box->why));
    assert_done(box, prov_registry_server_add(box->registry, &b, NULL, 0, &box->why));
    assert_done(box, prov_registry_credential_add(box->registry, &psk, &box->why));
    assert_done(box, prov_registry_device_set(box->registry, &one.eui64, "x", "y", 1, &box->why));
    assert_why(box, prov_registry_device_add(box->registry, &one, &box->why), PROV_E_EXISTS,
               "exists already");
    assert_done(box, prov_registry_device_retire(box->registry, &one.eui64, &box->why));
    assert_true(digest(box) == before);
    prov_registry_dry_run(box->registry, false);
    assert_done(box, prov_registry_device_add(box->registry, &two, &box->why));
    assert_false(digest(box) == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row25_same_eui64_for_two_devices_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(device_texts_are_checked, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(unknown_device_is_not_found, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(too_long_label_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(retired_device_gets_nothing_more, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(device_is_kept_and_changed, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(retiring_a_device_ends_its_credentials, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(devices_are_listed_by_group, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(second_server_of_a_name_is_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(server_and_its_credentials_come_together_or_not, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(servers_credentials_for_another_are_refused, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(unknown_server_is_not_found, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(server_address_is_kept_and_changed, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(ca_with_an_owned_key_is_refused, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(missing_ca_is_not_found, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(newest_ca_of_the_level_is_answered, box_setup,
                                        box_teardown),
        cmocka_unit_test_setup_teardown(dry_run_checks_everything_and_writes_nothing, box_setup,
                                        box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
