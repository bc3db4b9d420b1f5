/* SPDX-License-Identifier: Apache-2.0
 *
 * The profile's tables (RFC 7925, sections 4 and 6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "prov/dtls.h"
#include "prov/profile.h"

static const enum prov_kind kinds[] = {(enum prov_kind)0, PROV_KIND_PSK, PROV_KIND_RPK,
                                       PROV_KIND_CERT};

static void rule_2e_some_alerts_are_never_sent(void **state)
{
    static const int never[] = {21, 30, 41, 60, 115, 255, 1, 99};

    (void)state;
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        for (size_t k = 0; k < 4; k++)
            assert_false(prov_alert_allowed((enum prov_alert)never[i], kinds[k]));
}

static void rule_2e_certificate_alerts_are_for_certificates_alone(void **state)
{
    static const int certificate[] = {42, 43, 44, 45, 46, 48, 49};

    (void)state;
    for (size_t i = 0; i < sizeof(certificate) / sizeof(certificate[0]); i++) {
        enum prov_alert alert = (enum prov_alert)certificate[i];
        assert_false(prov_alert_allowed(alert, PROV_KIND_PSK));
        assert_false(prov_alert_allowed(alert, PROV_KIND_RPK));
        assert_true(prov_alert_allowed(alert, PROV_KIND_CERT));
        /* 43 alone, before a certificate type is chosen (RFC 7250, section 4.2) */
        assert_int_equal(prov_alert_allowed(alert, (enum prov_kind)0), certificate[i] == 43);
    }
}

static void rule_2e_the_others_are_for_all(void **state)
{
    static const int all[] = {0, 10, 20, 22, 40, 47, 50, 51, 70, 71, 80, 90, 100, 110, 112};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (size_t k = 0; k < 4; k++)
            assert_true(prov_alert_allowed((enum prov_alert)all[i], kinds[k]));
}

static void rule_2e_every_verdict_has_an_alert_that_may_be_sent(void **state)
{
    (void)state;
    for (unsigned verdict = PROV_E_INTERNAL; verdict < 0x100; verdict++)
        assert_true(prov_alert_allowed(prov_alert_for((prov_result)verdict), PROV_KIND_CERT));
}

static void row14_an_abort_with_115_is_sent_as_another_alert(void **state)
{
    (void)state;
    assert_false(prov_alert_allowed(PROV_ALERT_UNKNOWN_PSK_IDENTITY, PROV_KIND_PSK));
    assert_string_equal(prov_alert_text(PROV_ALERT_UNKNOWN_PSK_IDENTITY), "unknown_psk_identity");
}

static void row15_raw_keys_are_refused_with_40(void **state)
{
    (void)state;
    /* the session says 40 where this may not be sent */
    assert_false(prov_alert_allowed(prov_alert_for(PROV_E_NOT_FOUND), PROV_KIND_RPK));
    assert_false(prov_alert_allowed(prov_alert_for(PROV_E_REVOKED), PROV_KIND_RPK));
}

static void row9_every_suite_is_aead_with_its_own_key_and_nonce(void **state)
{
    (void)state;
    for (prov_suites row = prov_suites_server; *row != NULL; row++) {
        assert_true(prov_aead_tag_len((*row)->aead) >= 8);
        assert_int_equal(prov_aead_key_len((*row)->aead), 16);
        assert_int_equal((*row)->fixed_iv_len, 4);
    }
}

static void h12_suites_with_a_16_octet_tag_come_first(void **state)
{
    size_t before = 16;

    (void)state;
    for (prov_suites row = prov_suites_server; *row != NULL; row++) {
        if (((*row)->kinds & PROV_KIND_BIT(PROV_KIND_PSK)) == 0)
            continue;
        assert_true(prov_aead_tag_len((*row)->aead) <= before);
        before = prov_aead_tag_len((*row)->aead);
    }
    assert_int_equal(before, 8);
}

static void h31_the_psk_list_is_c0a8_alone(void **state)
{
    (void)state;
    assert_int_equal(prov_suites_psk[0]->id, 0xC0A8);
    assert_null(prov_suites_psk[1]);
    assert_int_equal(prov_suites_psk_fs[0]->id, 0xD005);
    assert_int_equal(prov_suites_public[0]->id, 0xC0AE);
    assert_null(prov_suites_public[1]);
    assert_false(prov_suites_psk[0]->forward_secret);
    assert_true(prov_suites_psk_fs[0]->forward_secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_2e_some_alerts_are_never_sent),
        cmocka_unit_test(rule_2e_certificate_alerts_are_for_certificates_alone),
        cmocka_unit_test(rule_2e_the_others_are_for_all),
        cmocka_unit_test(rule_2e_every_verdict_has_an_alert_that_may_be_sent),
        cmocka_unit_test(row14_an_abort_with_115_is_sent_as_another_alert),
        cmocka_unit_test(row15_raw_keys_are_refused_with_40),
        cmocka_unit_test(row9_every_suite_is_aead_with_its_own_key_and_nonce),
        cmocka_unit_test(h12_suites_with_a_16_octet_tag_come_first),
        cmocka_unit_test(h31_the_psk_list_is_c0a8_alone),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
