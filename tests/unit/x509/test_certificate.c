/* SPDX-License-Identifier: Apache-2.0
 *
 * One certificate: what RFC 7925, Table 1 and RFC 5280 fix, and whose it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mint.h"

struct world {
    struct prov_crypto *crypto;
    struct prov_key issuer;
    uint8_t issuer_point[PROV_POINT_LEN];
    uint8_t names[512], octets[4096];
    struct prov_buf name_buf, buf;
    struct mint_plan server, device, ca;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_int_equal(prov_crypto_make(NULL, &world->crypto), PROV_OK);
    mint_key(world->crypto, 1, &world->issuer, world->issuer_point);
    world->name_buf = PROV_BUF_OF(world->names);
    world->server = mint_server(world->crypto, 2, "issuing", &world->name_buf);
    world->device = mint_device(world->crypto, 3, "issuing", &world->name_buf);
    world->ca = mint_ca(world->crypto, 4, "root", "issuing", &world->name_buf);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    prov_crypto_key_drop(world->crypto, &world->issuer);
    prov_crypto_free(world->crypto);
    free(world);
    return 0;
}

static struct prov_bytes mint(struct world *world, const struct mint_plan *plan)
{
    world->buf = PROV_BUF_OF(world->octets);
    return mint_cert(world->crypto, plan, &world->issuer, &world->buf);
}

/* Parses what the plan makes; untouched on failure. */
static prov_result parse(struct world *world, const struct mint_plan *plan, struct prov_x509 *ret)
{
    static const struct prov_x509 nothing;
    struct prov_x509 cert = nothing;
    prov_result result = prov_x509_parse(mint(world, plan), &cert);

    if (result != PROV_OK)
        assert_memory_equal(&cert, &nothing, sizeof cert);
    if (ret != NULL)
        *ret = cert;
    return result;
}

#define REFUSED(plan, result) assert_int_equal(parse(world, (plan), NULL), (result))
#define ACCEPTED(plan)        assert_int_equal(parse(world, (plan), NULL), PROV_OK)

/* --- elements ------------------------------------------------------------------------------------
 */

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
        {"350101000000Z", 0x13, PROV_E_FORMAT},
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
    REFUSED(&plan, PROV_E_CERT_PROFILE);
    plan.unique_id = OCTETS("\x82\x02\x00\x01");
    REFUSED(&plan, PROV_E_CERT_PROFILE);
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
        {OCTETS("\x03\x02\x07\x80\x00"), PROV_E_TRAILING, 0},
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
        {EKU_ANY, PROV_OK, PROV_EKU_ANY},
        {EKU_CODE, PROV_OK, PROV_EKU_CODE_SIGNING},
        {OCTETS("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x1c\x06\x08\x2b\x06\x01\x05\x05\x07"
                "\x03\x09"),
         PROV_OK, PROV_EKU_CMC_RA | PROV_EKU_OCSP_SIGNING},
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
        {OCTETS("\x30\x03\x02\x01\x00"), PROV_E_TRAILING, 0},           /* pathLen without cA */
        {OCTETS("\x30\x06\x01\x01\xff\x02\x01\xff"), PROV_E_FORMAT, 0}, /* negative */
        {OCTETS("\x30\x07\x01\x01\xff\x02\x02\x00\x01"), PROV_E_FORMAT, 0},
        {BC_CA, PROV_OK, -1},
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

/* --- damage --------------------------------------------------------------------------------------
 */

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
        assert_int_equal(parse_exact(PROV_BYTES(der.data, len)), PROV_E_TRUNCATED);
    assert_int_equal(parse_exact(der), PROV_OK);
    world->octets[der.len] = 0;
    assert_int_equal(parse_exact(PROV_BYTES(der.data, der.len + 1)), PROV_E_TRAILING);
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
        uint8_t digest[PROV_HASH_LEN];

        for (size_t bit = 0; bit < 8 * der.len; bit++) {
            world->octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
            (void)!parse_exact(der);
            if (prov_x509_parse(der, &cert) == PROV_OK && bit % 8 == 0) {
                parsed++;
                assert_int_equal(prov_crypto_sha256(world->crypto, &cert.tbs, 1, digest), PROV_OK);
                assert_int_equal(prov_crypto_verify(world->crypto,
                                                    PROV_BYTES_OF(world->issuer_point), digest,
                                                    cert.signature),
                                 PROV_E_SIGNATURE);
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

/* --- whose certificate it is ---------------------------------------------------------------------
 */

static prov_result device_name(struct world *world, const struct mint_plan *plan,
                               struct prov_eui64 *ret)
{
    struct prov_x509 cert;

    assert_int_equal(parse(world, plan, &cert), PROV_OK);
    return prov_x509_eui64(&cert, ret);
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
    REFUSED(&plan, PROV_E_NAME);
    mint_replace(&plan, CE_SAN, 0,
                 OCTETS("\x30\x19\xa0\x17\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0b\x04\x09"
                        "\xac\xde\x48\x00\x11\x22\x33\x44\x55"));
    REFUSED(&plan, PROV_E_NAME);
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
    assert_true(cert.has_key_usage && cert.key_usage_critical && cert.has_eku);
    assert_false(cert.has_basic_constraints || cert.is_ca);
    assert_int_equal(cert.path_len, -1);
    assert_true(prov_bytes_equal(cert.san, SAN_MAC));
    assert_int_equal(cert.san_count, 1);
    assert_int_equal(cert.mac_name.len, 8);
    assert_true(cert.tbs.data == cert.der.data + 4 && cert.tbs.len < cert.der.len);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(row17_rsa_anywhere_is_refused),
        TEST(row18_p224_certificate_is_refused),
        TEST(row19_compressed_point_in_a_certificate_is_refused),
        TEST(row21_other_hashes_are_refused),
        TEST(row30_times_have_their_years_form),
        TEST(row33_version_and_serial),
        TEST(names_that_must_not_be_empty),
        TEST(row39_unknown_critical_extension_is_refused),
        TEST(row39_other_elements_are_refused),
        TEST(a_duplicate_extension_is_refused),
        TEST(extensions_are_bounded),
        TEST(row34_key_usage_is_strict_der),
        TEST(row35_extended_key_usages_are_read),
        TEST(row36_basic_constraints_are_strict_der),
        TEST(row37_key_identifiers_are_never_critical),
        TEST(default_false_is_not_written_down),
        TEST(truncated_at_each_octet),
        TEST(each_bit_flipped),
        TEST(each_octet_replaced),
        TEST(row25_other_forms_of_the_eui64_are_refused),
        TEST(row25_group_bit_is_refused),
        TEST(row25_mac_address_of_7_or_9_octets_is_refused),
        TEST(row25_dns_name_beside_mac_address_is_refused),
        TEST(row25_two_identifiers_that_differ_are_refused),
        TEST(row25_eui64_by_cn_and_by_mac_address),
        TEST(row24_wildcard_is_no_match),
        TEST(row24_two_names_are_no_match),
        TEST(row24_common_name_is_no_match),
        TEST(row24_other_names_are_no_match),
        TEST(row24_the_one_dns_name_matches_without_case),
        TEST(all_members_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
