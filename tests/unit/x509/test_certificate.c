/* SPDX-License-Identifier: Apache-2.0
 *
 * One certificate: what RFC 7925, Table 1 and RFC 5280 fix.
 */
#include "world.h"

/* --- elements --------------------------------------------------------------------------------- */

static void row17_rsa_anywhere_is_refused(void **state)
{
    struct world *world = *state;
    /* sha256WithRSAEncryption, NULL */
    struct prov_bytes rsa = OCTETS("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
    struct prov_bytes ed25519 = OCTETS("\x30\x05\x06\x03\x2b\x65\x70");
    struct mint_plan plan = world->server;

    plan.inner_algorithm = plan.outer_algorithm = rsa;
    REFUSED(&plan, PROV_E_ALGORITHM);
    plan.inner_algorithm = PROV_BYTES_NONE;
    REFUSED(&plan, PROV_E_ALGORITHM); /* outside only */
    plan.inner_algorithm = rsa;
    plan.outer_algorithm = PROV_BYTES_NONE;
    REFUSED(&plan, PROV_E_ALGORITHM); /* inside only */
    plan.inner_algorithm = plan.outer_algorithm = ed25519;
    REFUSED(&plan, PROV_E_ALGORITHM);
    plan = world->server;
    plan.spki =
        OCTETS("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x09\x00"
               "\x30\x06\x02\x01\x23\x02\x01\x03");
    REFUSED(&plan, PROV_E_ALGORITHM);
}

static void row18_p224_certificate_is_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    plan.spki = OCTETS("\x30\x17\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04"
                       "\x00\x21\x03\x03\x00\x04\x01");
    REFUSED(&plan, PROV_E_ALGORITHM);
}

static void row19_compressed_point_in_a_certificate_is_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    plan.point[0] = 0x06;
    REFUSED(&plan, PROV_E_POINT);
    plan.point[0] = 0x02;
    REFUSED(&plan, PROV_E_POINT);
}

static void row21_other_hashes_are_refused(void **state)
{
    struct world *world = *state;
    const struct prov_bytes others[] = {
        OCTETS("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"),                 /* SHA-1 */
        OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x01"),             /* SHA-224 */
        OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"),             /* SHA-384 */
        OCTETS("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00"),     /* with NULL */
        OCTETS("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00"), /* MD5, RSA */
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct mint_plan plan = world->server;

        plan.inner_algorithm = plan.outer_algorithm = others[i];
        REFUSED(&plan, PROV_E_ALGORITHM);
    }
}

static void row30_times_have_their_years_form(void **state)
{
    struct world *world = *state;
    const struct {
        const char *text;
        uint8_t tag;
        prov_result result;
    } times[] = {
        {"20491231235959Z", 0, PROV_E_CERT_PROFILE}, /* UTCTime through 2049 */
        {"3501010000Z", 0x17, PROV_E_CERT_PROFILE},  /* no seconds */
        {"350101000000+0000", 0x17, PROV_E_CERT_PROFILE},
        {"350101000000z", 0, PROV_E_CERT_PROFILE},
        {"350101000000", 0x17, PROV_E_CERT_PROFILE},
        {"20600101000000.5Z", 0x18, PROV_E_CERT_PROFILE}, /* a fraction */
        {"20600101000000", 0x18, PROV_E_CERT_PROFILE},
        {"206001010000Z", 0x18, PROV_E_CERT_PROFILE},
        {"350229000000Z", 0, PROV_E_CERT_PROFILE}, /* no leap year */
        {"351301000000Z", 0, PROV_E_CERT_PROFILE},
        {"350100000000Z", 0, PROV_E_CERT_PROFILE},
        {"350101240000Z", 0, PROV_E_CERT_PROFILE},
        {"350101006000Z", 0, PROV_E_CERT_PROFILE},
        {"350101000060Z", 0, PROV_E_CERT_PROFILE},
        {"3501010000x0Z", 0, PROV_E_CERT_PROFILE},
        {"350101000000Z", 0x18, PROV_E_CERT_PROFILE},   /* tag and text */
        {"20600101000000Z", 0x17, PROV_E_CERT_PROFILE}, /* do not fit */
        {"350101000000Z", 0x13, PROV_E_CERT_PROFILE},
        {"251231235959Z", 0, PROV_E_CERT_PROFILE}, /* before notBefore */
        {"500101000000Z", 0, PROV_E_CERT_PROFILE}, /* 1950 */
        {"491231235959Z", 0, PROV_OK},
        {"20500101000000Z", 0, PROV_OK},
        {"99991231235959Z", 0, PROV_OK},
    };

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct mint_plan plan = world->server;

        plan.not_after = times[i].text;
        plan.time_tags[1] = times[i].tag;
        REFUSED(&plan, times[i].result);
    }
}

static void row33_version_and_serial(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;
    const struct {
        struct prov_bytes serial;
        prov_result result;
    } serials[] = {
        {OCTETS("\x00"), PROV_E_CERT_PROFILE},
        {OCTETS("\x80"), PROV_E_CERT_PROFILE},
        {OCTETS("\xff"), PROV_E_CERT_PROFILE},
        {OCTETS(""), PROV_E_FORMAT},
        {OCTETS("\x00\x01"), PROV_E_FORMAT},
        {OCTETS("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x20"
                "\x21"),
         PROV_E_CERT_PROFILE},
        {OCTETS("\x00\x82\x03\x04\x05\x06\x07\x08\x09\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x20"
                "\x21"),
         PROV_E_CERT_PROFILE},
        {OCTETS("\x01"), PROV_OK},
        {OCTETS("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x20"),
         PROV_OK},
    };

    for (plan.version = -1; plan.version < 5; plan.version++)
        REFUSED(&plan, plan.version == 2 ? PROV_OK : PROV_E_CERT_PROFILE);
    plan.version = 2;
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        plan.serial = serials[i].serial;
        REFUSED(&plan, serials[i].result);
    }
}

static void names_that_must_not_be_empty(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    plan.issuer = OCTETS("\x30\x00");
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan = world->server; /* RFC 5280, section 4.1.2.6: the subjectAltName is critical then */
    mint_replace(&plan, CE_SAN, 0, SAN_SERVER);
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan = world->ca;
    plan.subject = OCTETS("\x30\x00");
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan = world->device;
    plan.subject = OCTETS("\x30\x02\x31\x00"); /* an empty RDN */
    REFUSED(&plan, PROV_E_FORMAT);
}

/* What OpenSSL's own reader of names would stumble over, and older string types. */
static void names_are_text(void **state)
{
    struct world *world = *state;
    const struct {
        struct prov_bytes subject;
        prov_result result;
    } names[] = {
#define CN(lengths, value) OCTETS("\x30" lengths "\x06\x03\x55\x04\x03" value)
#define LEN(a, b, c)       a "\x31" b "\x30" c
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x14\x02xy"), PROV_E_FORMAT}, /* TeletexString */
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x1e\x02xy"), PROV_E_FORMAT}, /* BMPString */
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x02\x02xy"), PROV_E_FORMAT}, /* INTEGER */
        {CN(LEN("\x0b", "\x09", "\x07"), "\x0c\x00"), PROV_E_FORMAT},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x13\x02\xc3\xa4"), PROV_E_FORMAT},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x0c\x02\xc1\xa4"), PROV_E_FORMAT}, /* overlong */
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x0c\x02x\xc3"), PROV_E_FORMAT},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x0c\x02x\xa4"), PROV_E_FORMAT},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x0c\x02\xc3x"), PROV_E_FORMAT},
        {CN(LEN("\x0e", "\x0c", "\x0a"), "\x0c\x03\xed\xa0\x80"), PROV_E_FORMAT}, /* surrogate */
        {CN(LEN("\x0f", "\x0d", "\x0b"), "\x0c\x04\xf4\x90\x80\x80"), PROV_E_FORMAT},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x0c\x02\xc3\xa4"), PROV_OK},
        {CN(LEN("\x0f", "\x0d", "\x0b"), "\x0c\x04\xf0\x9f\x8c\xb1"), PROV_OK},
        {CN(LEN("\x0d", "\x0b", "\x09"), "\x13\x02xy"), PROV_OK},
        /* an attribute type that is no OBJECT IDENTIFIER */
        {OCTETS("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x83\x0c\x02xy"), PROV_E_FORMAT},
        {OCTETS("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x80\x03\x0c\x02xy"), PROV_E_FORMAT},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct mint_plan plan = world->device;

        plan.subject = names[i].subject;
        REFUSED(&plan, names[i].result);
    }
}

static void row39_unknown_critical_extension_is_refused(void **state)
{
    struct world *world = *state;
    struct prov_bytes policies = OCTETS("\x55\x1d\x20");
    struct prov_bytes policies_value = OCTETS("\x30\x06\x30\x04\x06\x02\x2a\x03");
    struct mint_plan plan = world->server;

    mint_add_oid(&plan, OCTETS("\x2b\x06\x01\x04\x01\x05"), 1, OCTETS("\x05\x00"));
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan.extensions[plan.extension_count - 1].critical = 0;
    ACCEPTED(&plan);
    plan = world->server;
    mint_add_oid(&plan, policies, 1, policies_value);
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan.extensions[plan.extension_count - 1].critical = 0; /* ignored */
    ACCEPTED(&plan);
    for (uint8_t number = 30; number <= 54; number += number == 30 ? 6 : 18) {
        plan = world->ca; /* nameConstraints, policyConstraints, inhibitAnyPolicy */
        mint_add(&plan, number, 0, OCTETS("\x30\x00"));
        REFUSED(&plan, PROV_E_CERT_PROFILE);
        plan.extensions[plan.extension_count - 1].critical = 1;
        REFUSED(&plan, PROV_E_CERT_PROFILE);
    }
}

static void row39_other_elements_are_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    plan.unique_id = OCTETS("\x81\x02\x00\x01");
    REFUSED(&plan, PROV_E_FORMAT);
    plan.unique_id = OCTETS("\x82\x02\x00\x01");
    REFUSED(&plan, PROV_E_FORMAT);
}

static void a_duplicate_extension_is_refused(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    mint_add(&plan, CE_KU, 1, KU_SIGNATURE);
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan = world->server;
    for (int i = 0; i < 2; i++)
        mint_add_oid(&plan, OCTETS("\x2b\x06\x01\x04\x01\x05"), 0, OCTETS("\x05\x00"));
    REFUSED(&plan, PROV_E_CERT_PROFILE);
}

static void extensions_are_bounded(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;
    static uint8_t oids[MINT_EXTENSIONS][3];

    for (uint8_t i = 0; plan.extension_count < 17; i++) {
        oids[i][0] = 0x2b;
        oids[i][1] = 0x06;
        oids[i][2] = i;
        if (plan.extension_count == 16)
            ACCEPTED(&plan);
        mint_add_oid(&plan, PROV_BYTES_OF(oids[i]), 0, OCTETS("\x05\x00"));
    }
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan = world->server;
    plan.extension_count = 0;
    plan.unique_id = OCTETS("\xa3\x02\x30\x00"); /* SIZE (1..MAX) */
    REFUSED(&plan, PROV_E_FORMAT);
}

static void row34_key_usage_is_strict_der(void **state)
{
    struct world *world = *state;
    const struct {
        struct prov_bytes value;
        prov_result result;
        unsigned bits;
    } values[] = {
        {OCTETS("\x03\x02\x00\x80"), PROV_E_FORMAT, 0}, /* trailing zero bits */
        {OCTETS("\x03\x02\x07\x81"), PROV_E_FORMAT, 0}, /* an unused bit set */
        {OCTETS("\x03\x02\x08\x80"), PROV_E_FORMAT, 0},
        {OCTETS("\x03\x02\x07\x00"), PROV_E_FORMAT, 0}, /* no bit */
        {OCTETS("\x03\x01\x00"), PROV_E_FORMAT, 0},
        {OCTETS("\x03\x00"), PROV_E_FORMAT, 0},
        {OCTETS("\x03\x03\x07\x80\x00"), PROV_E_FORMAT, 0}, /* an octet too many */
        {OCTETS("\x03\x03\x06\x80\x40"), PROV_E_FORMAT, 0}, /* bit 9 */
        {OCTETS("\x03\x04\x07\x80\x80\x80"), PROV_E_FORMAT, 0},
        {OCTETS("\x03\x02\x07\x80\x00"), PROV_E_FORMAT, 0},
        {OCTETS("\x04\x02\x07\x80"), PROV_E_FORMAT, 0},
        {OCTETS("\x03\x02\x07\x80"), PROV_OK, PROV_KU_DIGITAL_SIGNATURE},
        {OCTETS("\x03\x02\x02\x84"), PROV_OK, PROV_KU_DIGITAL_SIGNATURE | PROV_KU_CERT_SIGN},
        {OCTETS("\x03\x02\x00\x01"), PROV_OK, PROV_KU_ENCIPHER_ONLY},
        {OCTETS("\x03\x03\x07\x80\x80"), PROV_OK,
         PROV_KU_DIGITAL_SIGNATURE | PROV_KU_DECIPHER_ONLY},
        {OCTETS("\x03\x02\x01\x7e"), PROV_OK,
         PROV_KU_NON_REPUDIATION | PROV_KU_KEY_ENCIPHERMENT | PROV_KU_DATA_ENCIPHERMENT |
             PROV_KU_KEY_AGREEMENT | PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN},
    };
    struct prov_x509 cert;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct mint_plan plan = world->server;

        mint_replace(&plan, CE_KU, 1, values[i].value);
        assert_int_equal(parse(world, &plan, &cert), values[i].result);
        if (values[i].result == PROV_OK)
            assert_int_equal(cert.key_usage, values[i].bits);
    }
}

static void row35_extended_key_usages_are_read(void **state)
{
    struct world *world = *state;
    const struct {
        struct prov_bytes value;
        prov_result result;
        unsigned bits;
    } values[] = {
        {OCTETS("\x30\x00"), PROV_E_FORMAT, 0},
        {OCTETS("\x30\x02\x06\x00"), PROV_E_FORMAT, 0},
        {OCTETS("\x30\x03\x02\x01\x01"), PROV_E_FORMAT, 0},
        {EKU_SERVER, PROV_OK, PROV_EKU_SERVER_AUTH},
        {EKU_BOTH, PROV_OK, PROV_EKU_SERVER_AUTH | PROV_EKU_CLIENT_AUTH},
        {EKU_ANY, PROV_OK, PROV_EKU_OTHER},
        {EKU_CODE, PROV_OK, PROV_EKU_CODE_SIGNING},
        {OCTETS("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x1c\x06\x08\x2b\x06\x01\x05\x05\x07"
                "\x03\x09"),
         PROV_OK, PROV_EKU_OTHER},
        {OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x08"), PROV_OK, PROV_EKU_OTHER},
        {OCTETS("\x30\x04\x06\x02\x2a\x03"), PROV_OK, PROV_EKU_OTHER},
    };
    struct prov_x509 cert;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct mint_plan plan = world->server;

        mint_replace(&plan, CE_EKU, 0, values[i].value);
        assert_int_equal(parse(world, &plan, &cert), values[i].result);
        if (values[i].result == PROV_OK)
            assert_int_equal(cert.eku, values[i].bits);
    }
}

static void row36_basic_constraints_are_strict_der(void **state)
{
    struct world *world = *state;
    const struct {
        struct prov_bytes value;
        prov_result result;
        int path_len;
    } values[] = {
        {OCTETS("\x30\x03\x01\x01\x00"), PROV_E_FORMAT, 0},             /* FALSE is the default */
        {OCTETS("\x30\x03\x01\x01\x01"), PROV_E_FORMAT, 0},             /* TRUE is FF */
        {OCTETS("\x30\x03\x02\x01\x00"), PROV_E_FORMAT, 0},             /* pathLen without cA */
        {OCTETS("\x30\x06\x01\x01\xff\x02\x01\xff"), PROV_E_FORMAT, 0}, /* negative */
        {OCTETS("\x30\x07\x01\x01\xff\x02\x02\x00\x01"), PROV_E_FORMAT, 0},
        {BC_CA, PROV_OK, 255},
        {BC_CA_0, PROV_OK, 0},
        {OCTETS("\x30\x06\x01\x01\xff\x02\x01\x7f"), PROV_OK, 127},
        {OCTETS("\x30\x07\x01\x01\xff\x02\x02\x7f\xff"), PROV_OK, 255},
    };
    struct prov_x509 cert;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct mint_plan plan = world->ca;

        mint_replace(&plan, CE_BC, 1, values[i].value);
        assert_int_equal(parse(world, &plan, &cert), values[i].result);
        if (values[i].result == PROV_OK) {
            assert_true(cert.is_ca);
            assert_int_equal(cert.path_len, values[i].path_len);
        }
    }
}

static void row37_key_identifiers_are_never_critical(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->ca;
    struct prov_bytes aki = OCTETS("\x30\x04\x80\x02\xaa\xbb"), ski = OCTETS("\x04\x02\xcc\xdd");
    struct prov_x509 cert;

    mint_add(&plan, CE_AKI, 1, aki);
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    mint_replace(&plan, CE_AKI, 0, aki);
    mint_add(&plan, CE_SKI, 1, ski);
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    mint_replace(&plan, CE_SKI, 0, ski);
    assert_int_equal(parse(world, &plan, &cert), PROV_OK);
    assert_true(prov_bytes_equal(cert.aki, OCTETS("\xaa\xbb")));
    assert_true(prov_bytes_equal(cert.ski, OCTETS("\xcc\xdd")));
    mint_replace(&plan, CE_AKI, 0, OCTETS("\x30\x03\x82\x01\x05")); /* a serial without issuer */
    REFUSED(&plan, PROV_E_FORMAT);
}

static void default_false_is_not_written_down(void **state)
{
    struct world *world = *state;
    struct mint_plan plan = world->server;

    mint_replace(&plan, CE_EKU, 2, EKU_SERVER);
    REFUSED(&plan, PROV_E_FORMAT);
}

/* --- damage ----------------------------------------------------------------------------------- */

/* A copy that ends where the heap block ends, so that reading on is seen. */
static prov_result parse_exact(struct prov_bytes der)
{
    uint8_t *copy = malloc(der.len > 0 ? der.len : 1);
    struct prov_x509 cert;
    prov_result result;

    memcpy(copy, der.data, der.len);
    result = prov_x509_parse(PROV_BYTES(copy, der.len), &cert);
    free(copy);
    return result;
}

static void truncated_at_each_octet(void **state)
{
    struct world *world = *state;
    struct prov_bytes der = mint(world, &world->server);

    for (size_t len = 0; len < der.len; len++)
        assert_int_equal(parse_exact(PROV_BYTES(der.data, len)), PROV_E_FORMAT);
    assert_int_equal(parse_exact(der), PROV_OK);
    world->octets[der.len] = 0;
    assert_int_equal(parse_exact(PROV_BYTES(der.data, der.len + 1)), PROV_E_FORMAT);
}

/* No flip crashes; one that parses is in what the signature covers, or in the signature. */
static void each_bit_flipped(void **state)
{
    struct world *world = *state;
    struct mint_plan *plans[] = {&world->server, &world->device, &world->ca};
    size_t parsed = 0;

    for (size_t i = 0; i < 3; i++) {
        struct prov_bytes der = mint(world, plans[i]);
        struct prov_x509 cert;
        const struct prov_x509 issuer = {.point = PROV_BYTES_OF(world->issuer_point)};

        for (size_t bit = 0; bit < 8 * der.len; bit++) {
            world->octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)!parse_exact(der);
            if (prov_x509_parse(der, &cert) == PROV_OK && bit % 8 == 0) {
                parsed++;
                assert_int_equal(prov_x509_verify(&cert, world->crypto, &issuer), PROV_E_SIGNATURE);
            }
            world->octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    assert_true(parsed > 100);
}

/* Each length octet replaced by each value: never a crash, never accepted with another meaning. */
static void each_octet_replaced(void **state)
{
    struct world *world = *state;
    struct prov_bytes der = mint(world, &world->device);

    for (size_t at = 0; at < der.len; at++) {
        uint8_t was = world->octets[at];

        for (unsigned value = 0; value < 256; value += 1 + value % 3) {
            world->octets[at] = (uint8_t)value;
            (void)!parse_exact(der);
        }
        world->octets[at] = was;
    }
    assert_int_equal(parse_exact(der), PROV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(row17_rsa_anywhere_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row18_p224_certificate_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row19_compressed_point_in_a_certificate_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row21_other_hashes_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(row30_times_have_their_years_form, setup, teardown),
        cmocka_unit_test_setup_teardown(row33_version_and_serial, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_must_not_be_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_text, setup, teardown),
        cmocka_unit_test_setup_teardown(row39_unknown_critical_extension_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(row39_other_elements_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_duplicate_extension_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(extensions_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(row34_key_usage_is_strict_der, setup, teardown),
        cmocka_unit_test_setup_teardown(row35_extended_key_usages_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(row36_basic_constraints_are_strict_der, setup, teardown),
        cmocka_unit_test_setup_teardown(row37_key_identifiers_are_never_critical, setup, teardown),
        cmocka_unit_test_setup_teardown(default_false_is_not_written_down, setup, teardown),
        cmocka_unit_test_setup_teardown(truncated_at_each_octet, setup, teardown),
        cmocka_unit_test_setup_teardown(each_bit_flipped, setup, teardown),
        cmocka_unit_test_setup_teardown(each_octet_replaced, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
