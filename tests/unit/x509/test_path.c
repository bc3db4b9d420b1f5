/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains: each refusal, and for every acceptance OpenSSL's beside it.
 */
#include "family.h"

/* --- the end entity ------------------------------------------------------------------------------ */

static void row35_server_without_server_auth_is_refused(void **state)
{
    struct family *family = *state;
    const struct prov_bytes others[] = {EKU_CLIENT, EKU_CODE, EKU_ANY};

    for (size_t i = 0; i < 3; i++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        mint_replace(&family->links[0], CE_EKU, 0, others[i]);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    }
    mint_replace(&family->links[0], CE_EKU, 1, EKU_BOTH);
    assert_int_equal(verdict(family), PROV_OK);
    mint_remove(&family->links[0], CE_EKU); /* Table 1: MAY */
    assert_int_equal(verdict(family), PROV_OK);
}

static void row35_client_without_client_auth_is_refused(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_CLIENT, 2);
    mint_replace(&family->links[0], CE_EKU, 0, EKU_SERVER);
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    mint_replace(&family->links[0], CE_EKU, 0, EKU_CLIENT);
    assert_int_equal(verdict(family), PROV_OK);
    mint_remove(&family->links[0], CE_EKU); /* a manufacturer's certificate has none */
    assert_int_equal(verdict(family), PROV_OK);
}

static void row35_issuer_for_another_purpose_is_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 1; link <= 2; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        mint_add(&family->links[link], CE_EKU, 0, EKU_CLIENT);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    }
}

static void row34_server_key_usage_is_critical_digital_signature(void **state)
{
    struct family *family = *state;
    const struct {
        int critical;
        struct prov_bytes value;
        prov_result result;
    } usages[] = {
        {0, KU_SIGNATURE, PROV_E_CERT_PROFILE},
        {1, OCTETS("\x03\x02\x03\x08"), PROV_E_CERT_PROFILE}, /* keyAgreement alone */
        {1, OCTETS("\x03\x02\x05\xa0"), PROV_E_CERT_PROFILE}, /* with keyEncipherment */
        {1, OCTETS("\x03\x02\x06\xc0"), PROV_E_CERT_PROFILE}, /* with nonRepudiation */
        {1, OCTETS("\x03\x02\x04\x90"), PROV_E_CERT_PROFILE}, /* with dataEncipherment */
        {1, KU_SUB_CA, PROV_E_CERT_PROFILE},                  /* with keyCertSign */
        {1, OCTETS("\x03\x02\x01\x82"), PROV_E_CERT_PROFILE}, /* with cRLSign */
        {1, KU_SIGNATURE, PROV_OK},
        {1, OCTETS("\x03\x02\x03\x88"), PROV_OK}, /* with keyAgreement: Table 1 */
    };

    family_plan(family, PROV_PATH_SERVER, 2);
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        mint_replace(&family->links[0], CE_KU, usages[i].critical, usages[i].value);
        assert_int_equal(verdict(family), usages[i].result);
    }
    mint_remove(&family->links[0], CE_KU);
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
}

static void row34_client_key_usage_has_digital_signature(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_CLIENT, 2);
    mint_replace(&family->links[0], CE_KU, 1, OCTETS("\x03\x02\x05\x20"));
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    mint_replace(&family->links[0], CE_KU, 1, KU_SUB_CA);
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    mint_replace(&family->links[0], CE_KU, 1, OCTETS("\x03\x02\x05\xa0")); /* RFC 9148, A.2 */
    assert_int_equal(verdict(family), PROV_OK);
}

static void row36_ca_as_end_entity_is_refused(void **state)
{
    struct family *family = *state;

    for (int role = PROV_PATH_SERVER; role <= PROV_PATH_CLIENT; role++) {
        family_plan(family, (enum prov_path_role)role, 2);
        family->links[0].subject = family->links[0].issuer; /* not empty */
        mint_add(&family->links[0], CE_BC, 1, BC_CA);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
        family_plan(family, (enum prov_path_role)role, 2);
        mint_add(&family->links[0], CE_BC, 0, BC_NONE); /* "not a CA", written down */
        assert_int_equal(verdict(family), PROV_OK);
    }
}

static void row24_server_of_another_name_is_refused(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_SERVER, 2);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("other.example"), &family->server), PROV_OK);
    assert_int_equal(verdict(family), PROV_E_NAME);
    family->rules.server = NULL;
    family_mint(family);
    assert_int_equal(judge(family, family->certs, 2, &family->certs[2], 1), PROV_E_NAME);
}

static void row25_client_without_eui64_is_refused(void **state)
{
    static const struct prov_eui64 device = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}};
    struct family *family = *state;

    family_plan(family, PROV_PATH_CLIENT, 2);
    family->rules.device = &device;
    family->links[0].subject = family->links[0].issuer; /* CN=ca1 */
    assert_int_equal(verdict(family), PROV_E_NAME);
}

static void h24_off_curve_keys_are_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 0; link < 3; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        family->links[link].point[60] ^= 1;
        assert_int_equal(verdict(family), PROV_E_POINT);
    }
}

/* --- issuers ------------------------------------------------------------------------------------- */

static void row36_issuer_that_is_no_ca_is_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 1; link <= 2; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        mint_replace(&family->links[link], CE_BC, 1, BC_NONE);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
        mint_remove(&family->links[link], CE_BC);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    }
}

static void row34_issuer_without_key_cert_sign_is_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 1; link <= 2; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        mint_replace(&family->links[link], CE_KU, 1, KU_SIGNATURE);
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
        mint_remove(&family->links[link], CE_KU); /* an anchor may go without */
        assert_int_equal(verdict(family), link == 1 ? PROV_E_CERT_PROFILE : PROV_OK);
    }
}

static void row36_path_length_is_respected(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_SERVER, 3);
    mint_replace(&family->links[3], CE_BC, 1, BC_CA_1); /* the root: two below it */
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    family_plan(family, PROV_PATH_SERVER, 3);
    mint_replace(&family->links[2], CE_BC, 1, BC_CA_0); /* one below it */
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    mint_replace(&family->links[2], CE_BC, 1, BC_CA_1);
    mint_replace(&family->links[1], CE_BC, 1, BC_CA_0);
    assert_int_equal(verdict(family), PROV_OK);
}

/* The topmost CA has changed its key: the certificate below the root bears the root's own name. */
static void rollover_plan(struct family *family, size_t below)
{
    struct mint_plan *self_issued = &family->links[below - 1], *root = &family->links[below];

    family_plan(family, PROV_PATH_SERVER, below);
    self_issued->issuer = root->issuer = root->subject = self_issued->subject;
    mint_add(&family->links[below - 2], CE_AKI, 0, OCTETS("\x30\x04\x80\x02\xaa\xbb"));
    mint_add(self_issued, CE_SKI, 0, OCTETS("\x04\x02\xaa\xbb"));
    mint_add(self_issued, CE_AKI, 0, OCTETS("\x30\x04\x80\x02\xcc\xdd"));
    mint_add(root, CE_SKI, 0, OCTETS("\x04\x02\xcc\xdd"));
}

/* RFC 5280, section 4.2.1.9: self-issued certificates do not count for pathLenConstraint. */
static void row36_self_issued_does_not_count_for_path_length(void **state)
{
    struct family *family = *state;

    rollover_plan(family, 3);
    mint_replace(&family->links[3], CE_BC, 1, BC_CA_0);
    assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    mint_replace(&family->links[3], CE_BC, 1, BC_CA_1);
    assert_int_equal(verdict(family), PROV_OK);
}

/* ... but for the depth: it is no root. */
static void row32_self_issued_counts_for_the_depth(void **state)
{
    struct family *family = *state;

    rollover_plan(family, 4);
    assert_int_equal(verdict(family), PROV_E_ISSUER);
    family->rules.max_below_anchor = 4;
    assert_int_equal(verdict(family), PROV_OK);
}

static void row39_unknown_critical_extension_anywhere_is_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 0; link < 2; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        mint_add_oid(&family->links[link], OCTETS("\x2b\x06\x01\x04\x01\x05"), 1,
                     OCTETS("\x05\x00"));
        assert_int_equal(verdict(family), PROV_E_CERT_PROFILE);
    }
    family_plan(family, PROV_PATH_SERVER, 2); /* an anchor with one is none */
    mint_add_oid(&family->links[2], OCTETS("\x2b\x06\x01\x04\x01\x05"), 1, OCTETS("\x05\x00"));
    assert_int_equal(verdict(family), PROV_E_ISSUER);
}

static void row17_rsa_anywhere_in_a_chain_is_refused(void **state)
{
    struct family *family = *state;
    struct prov_bytes rsa = OCTETS("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");

    for (size_t link = 0; link < 2; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        family->links[link].inner_algorithm = family->links[link].outer_algorithm = rsa;
        assert_int_equal(verdict(family), PROV_E_ALGORITHM);
    }
}

static void row37_key_identifiers_must_fit_where_both_are(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_SERVER, 2);
    mint_add(&family->links[0], CE_AKI, 0, OCTETS("\x30\x04\x80\x02\xaa\xbb"));
    assert_int_equal(verdict(family), PROV_OK); /* the issuer has none */
    mint_add(&family->links[1], CE_SKI, 0, OCTETS("\x04\x02\xaa\xbc"));
    assert_int_equal(verdict(family), PROV_E_ISSUER);
    mint_replace(&family->links[1], CE_SKI, 0, OCTETS("\x04\x02\xaa\xbb"));
    assert_int_equal(verdict(family), PROV_OK);
}

/* AuthorityKeyIdentifier by issuer and serial number. */
static void row37_authority_cert_issuer_and_serial_must_fit(void **state)
{
    struct family *family = *state;
    uint8_t value[64] = {0x30, 0, 0xa1, 0, 0xa4, 0};
    struct prov_bytes name;
    size_t at = 6;

    family_plan(family, PROV_PATH_SERVER, 2);
    name = family->links[1].issuer;
    memcpy(value + at, name.data, name.len);
    at += name.len;
    value[5] = (uint8_t)name.len;
    value[3] = (uint8_t)(name.len + 2);
    value[at++] = 0x82;
    value[at++] = (uint8_t)family->links[1].serial.len;
    memcpy(value + at, family->links[1].serial.data, family->links[1].serial.len);
    at += family->links[1].serial.len;
    value[1] = (uint8_t)(at - 2);
    mint_add(&family->links[0], CE_AKI, 0, PROV_BYTES(value, at));
    assert_int_equal(verdict(family), PROV_OK);
    value[at - 1] ^= 1;
    assert_int_equal(verdict(family), PROV_E_ISSUER);
    value[at - 1] ^= 1;
    value[6 + name.len - 1] ^= 1;
    assert_int_equal(verdict(family), PROV_E_ISSUER);
}

/* --- the path ------------------------------------------------------------------------------------ */

static void row32_end_entity_and_three_intermediates_are_refused(void **state)
{
    struct family *family = *state;

    for (size_t below = 1; below <= 5; below++) {
        family_plan(family, PROV_PATH_SERVER, below);
        assert_int_equal(verdict(family), below <= 3 ? PROV_OK : PROV_E_DEPTH);
        if (below <= 3)
            assert_int_equal(family->steps, 2 * below - 1); /* the root is tried first each time */
    }
    family_plan(family, PROV_PATH_SERVER, 5); /* configurable */
    family->rules.max_below_anchor = 5;
    assert_int_equal(verdict(family), PROV_OK);
    assert_int_equal(judge(family, family->certs, 0, &family->certs[5], 1), PROV_E_DEPTH);
}

static void h27_chain_out_of_order_is_refused(void **state)
{
    struct family *family = *state;
    struct prov_bytes chain[5];

    family_plan(family, PROV_PATH_SERVER, 3);
    family_mint(family);
    memcpy(chain, family->certs, sizeof chain[0] * 4);
    chain[1] = family->certs[2];
    chain[2] = family->certs[1];
    assert_int_equal(judge(family, chain, 3, &family->certs[3], 1), PROV_E_ISSUER);
    chain[0] = family->certs[1]; /* the end entity is not first */
    chain[1] = family->certs[0];
    chain[2] = family->certs[2];
    assert_int_not_equal(judge(family, chain, 3, &family->certs[3], 1), PROV_OK);
    memcpy(chain, family->certs, sizeof chain[0] * 4);
    chain[1] = family->certs[3]; /* the root in the middle */
    assert_int_equal(judge(family, chain, 3, &family->certs[3], 1), PROV_E_ISSUER);
    chain[1] = family->certs[2]; /* one left out */
    assert_int_equal(judge(family, chain, 2, &family->certs[3], 1), PROV_E_ISSUER);
    memcpy(chain, family->certs, sizeof chain[0] * 4);
    chain[3] = family->certs[0]; /* something that does not belong behind */
    assert_int_equal(judge(family, chain, 4, &family->certs[3], 1), PROV_E_ISSUER);
}

static void h27_root_sent_along_does_not_count(void **state)
{
    struct family *family = *state;

    for (size_t below = 1; below <= 4; below++) {
        family_plan(family, PROV_PATH_SERVER, below);
        family_mint(family);
        assert_int_equal(judge(family, family->certs, below + 1, &family->certs[below], 1),
                         below <= 3 ? PROV_OK : PROV_E_DEPTH);
    }
}

/* A root that was sent is no anchor, whatever its name. */
static void a_sent_root_is_not_trusted(void **state)
{
    struct family *family = *state, *other = calloc(1, sizeof *other);
    struct prov_key key = {0};

    family_plan(family, PROV_PATH_SERVER, 2);
    family_mint(family);
    assert_int_equal(judge(family, family->certs, 3, NULL, 0), PROV_E_ISSUER);
    other->crypto = family->crypto;
    other->server = family->server;
    family_plan(other, PROV_PATH_SERVER, 2);
    mint_key(family->crypto, 99, &key, other->links[2].point);
    prov_crypto_key_drop(family->crypto, &key);
    family_mint(other); /* an anchor of the same name with another key */
    assert_int_equal(judge(family, family->certs, 3, &other->certs[2], 1), PROV_E_SIGNATURE);
    assert_int_equal(judge(family, family->certs, 2, &other->certs[2], 1), PROV_E_SIGNATURE);
    free(other);
}

static void an_end_entity_is_no_anchor_of_its_own(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_CLIENT, 1);
    family_mint(family);
    assert_int_equal(judge(family, family->certs, 1, &family->certs[0], 1), PROV_E_ISSUER);
    family->links[0].issuer = family->links[0].subject; /* self-signed */
    family->count = 1;
    family_mint(family);
    assert_int_equal(judge(family, family->certs, 1, &family->certs[0], 1), PROV_E_CERT_PROFILE);
}

static void a_wrong_signature_is_refused(void **state)
{
    struct family *family = *state;

    for (size_t link = 0; link < 3; link++) {
        uint8_t *last;

        family_plan(family, PROV_PATH_SERVER, 3);
        family_mint(family);
        last = family->octets + (family->certs[link].data - family->octets) +
               family->certs[link].len - 1;
        *last ^= 1;
        assert_int_equal(judge(family, family->certs, 3, &family->certs[3], 1), PROV_E_SIGNATURE);
        *last ^= 1;
        assert_int_equal(judge(family, family->certs, 3, &family->certs[3], 1), PROV_OK);
    }
}

/* Two anchors of one name, as in a change of keys: both are tried, one a step. OpenSSL tries the first
 * that its store gives it unless key identifiers tell them apart. */
static void anchors_of_one_name_are_tried_in_turn(void **state)
{
    struct family *family = *state, *other = calloc(1, sizeof *other);
    struct prov_bytes anchors[3];
    struct prov_key key = {0};

    other->crypto = family->crypto;
    for (int identifiers = 0; identifiers < 2; identifiers++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        family_plan(other, PROV_PATH_SERVER, 2);
        if (identifiers) {
            mint_add(&family->links[1], CE_AKI, 0, OCTETS("\x30\x04\x80\x02\xaa\xbb"));
            mint_add(&family->links[2], CE_SKI, 0, OCTETS("\x04\x02\xaa\xbb"));
            mint_add(&other->links[2], CE_SKI, 0, OCTETS("\x04\x02\xcc\xdd"));
        }
        mint_key(family->crypto, 99, &key, other->links[2].point);
        prov_crypto_key_drop(family->crypto, &key);
        family_mint(family);
        family_mint(other);
        anchors[0] = other->certs[2];
        anchors[1] = OCTETS("no certificate");
        anchors[2] = family->certs[2];
        assert_int_equal(identifiers ? judge(family, family->certs, 2, anchors, 3)
                                     : judge_alone(family, family->certs, 2, anchors, 3),
                         PROV_OK);
        assert_int_equal(family->steps, 4 + 3); /* the anchors and the issuing CA; the anchors */
        assert_int_equal(judge(family, family->certs, 2, anchors, 2),
                         identifiers ? PROV_E_ISSUER : PROV_E_SIGNATURE);
    }
    free(other);
}

static void an_intermediate_may_be_the_anchor(void **state)
{
    struct family *family = *state;

    family_plan(family, PROV_PATH_SERVER, 3);
    family_mint(family);
    assert_int_equal(judge(family, family->certs, 1, &family->certs[1], 1), PROV_OK);
    assert_int_equal(family->steps, 1);
    assert_int_equal(judge(family, family->certs, 2, &family->certs[1], 1), PROV_OK);
}

static void validity_is_looked_at_with_a_clock_only(void **state)
{
    struct family *family = *state;

    for (size_t link = 0; link < 3; link++) {
        family_plan(family, PROV_PATH_SERVER, 2);
        family->links[link].not_after = "270114235959Z"; /* the day before */
        assert_int_equal(verdict(family), PROV_E_TIME);
        family->rules.has_time = false;
        assert_int_equal(verdict(family), PROV_OK);
        family_plan(family, PROV_PATH_SERVER, 2);
        family->links[link].not_before = "270116000000Z";
        assert_int_equal(verdict(family), PROV_E_TIME);
        family->rules.has_time = false;
        assert_int_equal(verdict(family), PROV_OK);
    }
}

/* RFC 5280, section 4.1.2.5: inclusive; OpenSSL lets the last second out. */
static void row30_both_ends_of_the_period_are_in_it(void **state)
{
    struct family *family = *state;

    for (int64_t late = -1; late <= 1; late++) {
        family_plan(family, PROV_PATH_SERVER, 1);
        family->links[0].not_before = family->links[0].not_after = "270115080000Z"; /* NOW */
        family->rules.time = NOW + late;
        family_mint(family);
        assert_int_equal(judge_alone(family, family->certs, 1, &family->certs[1], 1),
                         late == 0 ? PROV_OK : PROV_E_TIME);
    }
}

static void a_path_that_did_not_begin_does_not_step(void **state)
{
    struct family *family = *state;
    struct prov_path path;

    family_plan(family, PROV_PATH_SERVER, 4);
    family_mint(family);
    assert_int_equal(prov_path_begin(&path, &family->rules, family->certs, 4, &family->certs[4], 1),
                     PROV_E_DEPTH);
    assert_int_equal(prov_path_step(&path, family->crypto), PROV_E_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row35_server_without_server_auth_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row35_client_without_client_auth_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row35_issuer_for_another_purpose_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row34_server_key_usage_is_critical_digital_signature, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row34_client_key_usage_has_digital_signature, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row36_ca_as_end_entity_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row24_server_of_another_name_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row25_client_without_eui64_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(h24_off_curve_keys_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row36_issuer_that_is_no_ca_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row34_issuer_without_key_cert_sign_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row36_path_length_is_respected, setup, teardown),
        cmocka_unit_test_setup_teardown(row36_self_issued_does_not_count_for_path_length, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row32_self_issued_counts_for_the_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(row39_unknown_critical_extension_anywhere_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row17_rsa_anywhere_in_a_chain_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row37_key_identifiers_must_fit_where_both_are, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row37_authority_cert_issuer_and_serial_must_fit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row32_end_entity_and_three_intermediates_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(h27_chain_out_of_order_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(h27_root_sent_along_does_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sent_root_is_not_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(an_end_entity_is_no_anchor_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_signature_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(anchors_of_one_name_are_tried_in_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(an_intermediate_may_be_the_anchor, setup, teardown),
        cmocka_unit_test_setup_teardown(validity_is_looked_at_with_a_clock_only, setup, teardown),
        cmocka_unit_test_setup_teardown(row30_both_ends_of_the_period_are_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_that_did_not_begin_does_not_step, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
