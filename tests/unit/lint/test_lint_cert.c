/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates with one fault each: found by the rule that it breaks and by no other.
 */
#include "judge.h"

#include "libprov/check/view.h"
#include "tests/unit/x509/rfc9148.h"

/* Extension values beside those of mint.h. */
#define SKI_OF_20                                                                                  \
    OCTETS("\x04\x14"                                                                              \
           "01234567890123456789")
#define AKI_OF_20                                                                                  \
    OCTETS("\x30\x16\x80\x14"                                                                      \
           "01234567890123456789")
#define KU_AGREE               OCTETS("\x03\x02\x03\x08")
#define KU_ENCIPHER            OCTETS("\x03\x02\x05\xa0")
#define KU_CRL                 OCTETS("\x03\x02\x01\x02")
#define SAN_OF_TEXT(len, text) OCTETS("\x30" len text)
/* C=DE, O=W, CN=S, and parts of it */
#define RDN_C                                                                                      \
    "\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02"                                                 \
    "DE"
#define RDN_O                                                                                      \
    "\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01"                                                 \
    "W"
#define RDN_CN                                                                                     \
    "\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"                                                 \
    "S"
#define NAME_WHOLE     OCTETS("\x30\x25" RDN_C RDN_O RDN_CN)
#define NAME_WITHOUT_O OCTETS("\x30\x19" RDN_C RDN_CN)
#define NAME_TWO_CN    OCTETS("\x30\x18" RDN_CN RDN_CN)
#define NAME_SERIAL(tag)                                                                           \
    OCTETS("\x30\x12\x31\x10\x30\x0e\x06\x03\x55\x04\x05" tag "\x07"                               \
           "1234567")

struct scene {
    struct mint_plan plan;
    struct prov_buf names;
    uint8_t names_room[512];
    uint8_t octets[2048];
    size_t len;
};

enum base { SERVER, DEVICE, SUB, ROOT };

static void set_name(struct scene *s, const char *common_name)
{
    s->plan.subject = mint_name(&s->names, common_name);
}

static void base_make(struct scene *s, enum base base, bool new)
{
    *s = (struct scene){.len = 0};
    s->names = prov_buf_make(s->names_room, sizeof s->names_room);
    if (base == SERVER)
        s->plan = mint_server(crypto, 3, "CA", &s->names);
    else if (base == DEVICE)
        s->plan = mint_device(crypto, 3, "CA", &s->names);
    else
        s->plan = mint_ca(crypto, 2, base == SUB ? "Root" : "CA", "CA", &s->names);
    s->plan.not_after = "350101000000Z";
    if (base == SUB || base == ROOT)
        mint_add(&s->plan, CE_SKI, 0, SKI_OF_20);
    if (base == SUB || new)
        mint_add(&s->plan, CE_AKI, 0, AKI_OF_20);
    if (!new)
        return;
    if (base == SUB || base == ROOT)
        s->plan.subject = NAME_WHOLE;
    if (base == ROOT)
        s->plan.issuer = NAME_WHOLE;
    if (base == DEVICE) {
        s->plan.subject = NAME_SERIAL("\x13");
        mint_add(&s->plan, CE_SAN, 0, SAN_MAC);
    }
}

static void sign(struct scene *s)
{
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];
    struct prov_buf buf = PROV_BUF_OF(s->octets);
    mint_key(crypto, 1, &key, point);
    s->len = mint_cert(crypto, &s->plan, &key, &buf).len;
    prov_crypto_key_drop(crypto, &key);
}

/* --- faults in the plan ------------------------------------------------------------------------ */

#define FAULT(name, ...)                                                                           \
    static void name(struct scene *s)                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

FAULT(version_1, s->plan.version = -1;)
FAULT(version_2, s->plan.version = 1;)
FAULT(serial_negative, s->plan.serial = OCTETS("\x8a\x01\x02\x03\x04\x05\x06\x07\x08");)
FAULT(serial_zero, s->plan.serial = OCTETS("\x00");)
FAULT(serial_padded, s->plan.serial = OCTETS("\x00\x01\x02\x03\x04\x05\x06\x07\x08");)
FAULT(serial_long, s->plan.serial = OCTETS("\x4a"
                                           "01234567890123456789");)
FAULT(serial_short, s->plan.serial = OCTETS("\x4a\x01");)
#define ALGORITHM(octets) s->plan.inner_algorithm = s->plan.outer_algorithm = OCTETS(octets);
FAULT(ecdsa_sha1, ALGORITHM("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"))
FAULT(rsa_sha256, ALGORITHM("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"))
FAULT(ed25519, ALGORITHM("\x30\x05\x06\x03\x2b\x65\x70"))
FAULT(ecdsa_sha384, ALGORITHM("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"))
FAULT(null_parameters, ALGORITHM("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00"))
FAULT(inner_differs,
      s->plan.inner_algorithm = OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");)
FAULT(issuer_empty, s->plan.issuer = mint_name(&s->names, "");)
FAULT(no_seconds, s->plan.not_after = "3501010000Z"; s->plan.time_tags[1] = TAG_UTC_TIME;)
FAULT(offset, s->plan.not_after = "350101000000+0100"; s->plan.time_tags[1] = TAG_UTC_TIME;)
FAULT(fraction, s->plan.not_after = "20550101000000.5Z";)
FAULT(generalized_2035, s->plan.not_after = "20350101000000Z";)
FAULT(times_exchanged, s->plan.not_before = "360101000000Z";)
FAULT(expired, s->plan.not_after = "270114000000Z";)
FAULT(not_yet, s->plan.not_before = "270201000000Z";)
FAULT(no_expiry, s->plan.not_after = "99991231235959Z";)
FAULT(unique_id, s->plan.unique_id = OCTETS("\x82\x02\x00\x01");)
FAULT(key_rsa, s->plan.spki = OCTETS("\x30\x15\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
                                     "\x05\x00\x03\x04\x00\x30\x01\x00");)
#define ZEROS_32 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
FAULT(key_p384,
      s->plan.spki = OCTETS("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81"
                            "\x04\x00\x22\x03\x62\x00\x04" ZEROS_32 ZEROS_32 ZEROS_32);)
FAULT(key_explicit,
      s->plan.spki = OCTETS(
          "\x30\x13\x30\x0b\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x30\x00\x03\x04\x00\x04\x01\x02");)
#define P256_KEY(total, bits)                                                                      \
    "\x30" total "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03"    \
    "\x01\x07\x03" bits "\x00"
FAULT(point_compressed, s->plan.spki = OCTETS(P256_KEY("\x39", "\x22") "\x02" ZEROS_32);)
FAULT(point_off_curve, s->plan.spki = OCTETS(P256_KEY("\x59", "\x42") "\x04" ZEROS_32 ZEROS_32);)
FAULT(point_infinity, s->plan.spki = OCTETS(P256_KEY("\x19", "\x02") "\x00");)
FAULT(cn_dns, set_name(s, "server.example");)
FAULT(wildcard, mint_replace(&s->plan, CE_SAN, 1,
                             SAN_OF_TEXT("\x0f", "\x82\x0d"
                                                 "*.example.com"));)
FAULT(two_names, mint_replace(&s->plan, CE_SAN, 1,
                              SAN_OF_TEXT("\x0c", "\x82\x04"
                                                  "a.de"
                                                  "\x82\x04"
                                                  "b.de"));)
FAULT(mac_and_dns, set_name(s, "");
      mint_add(&s->plan, CE_SAN, 1,
               SAN_OF_TEXT("\x1e", "\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04"
                                   "\x08\xac\xde\x48\x00\x11\x22\x33\x44"
                                   "\x82\x04"
                                   "a.de"));)
FAULT(uri_alone, mint_replace(&s->plan, CE_SAN, 1,
                              SAN_OF_TEXT("\x18", "\x86\x16"
                                                  "coaps://server.example"));)
FAULT(underscore, mint_replace(&s->plan, CE_SAN, 1,
                               SAN_OF_TEXT("\x08", "\x82\x06"
                                                   "a_b.de"));)
FAULT(address, mint_replace(&s->plan, CE_SAN, 1, SAN_OF_TEXT("\x06", "\x87\x04\x7f\x00\x00\x01"));)
FAULT(nameless, mint_remove(&s->plan, CE_SAN);)
FAULT(san_not_critical, mint_replace(&s->plan, CE_SAN, 0, SAN_SERVER);)
FAULT(two_cns, s->plan.subject = NAME_TWO_CN;)
FAULT(cn_thing, set_name(s, "thing-1");)
FAULT(cn_group, set_name(s, "01-DE-48-00-11-22-33-44");)
FAULT(cn_colons, set_name(s, "ac:de:48:00:11:22:33:44");)
FAULT(cn_lower, set_name(s, "ac-de-48-00-11-22-33-44");)
FAULT(mac_of_7, set_name(s, "");
      mint_add(&s->plan, CE_SAN, 1,
               SAN_OF_TEXT("\x17", "\xa0\x15\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x09\x04"
                                   "\x07\xac\xde\x48\x00\x11\x22\x33"));)
FAULT(ku_not_critical, mint_replace(&s->plan, CE_KU, 0, KU_SIGNATURE);)
FAULT(ku_missing, mint_remove(&s->plan, CE_KU);)
FAULT(ku_agreement, mint_replace(&s->plan, CE_KU, 1, KU_AGREE);)
FAULT(ku_encipherment, mint_replace(&s->plan, CE_KU, 1, KU_ENCIPHER);)
FAULT(ku_cert_sign, mint_replace(&s->plan, CE_KU, 1, KU_SUB_CA);)
FAULT(ku_crl_alone, mint_replace(&s->plan, CE_KU, 1, KU_CRL);)
FAULT(ku_cert_sign_alone, mint_replace(&s->plan, CE_KU, 1, KU_CERT_SIGN);)
FAULT(eku_client, mint_replace(&s->plan, CE_EKU, 0, EKU_CLIENT);)
FAULT(eku_code, mint_replace(&s->plan, CE_EKU, 0, EKU_CODE);)
FAULT(eku_missing, mint_remove(&s->plan, CE_EKU);)
FAULT(eku_and_any,
      mint_replace(
          &s->plan, CE_EKU, 0,
          OCTETS("\x30\x10\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02\x06\x04\x55\x1d\x25\x00"));)
FAULT(eku_of_ca, mint_add(&s->plan, CE_EKU, 0, EKU_BOTH);)
FAULT(bc_empty, mint_add(&s->plan, CE_BC, 1, BC_NONE);)
FAULT(bc_not_critical, mint_replace(&s->plan, CE_BC, 0, BC_CA);)
FAULT(path_len, mint_replace(&s->plan, CE_BC, 1, BC_CA_0);)
FAULT(ski_there, mint_add(&s->plan, CE_SKI, 0, SKI_OF_20);)
FAULT(ski_missing, mint_remove(&s->plan, CE_SKI);)
FAULT(ski_critical, mint_replace(&s->plan, CE_SKI, 1, SKI_OF_20);)
FAULT(aki_there, mint_add(&s->plan, CE_AKI, 0, AKI_OF_20);)
FAULT(aki_missing, mint_remove(&s->plan, CE_AKI);)
FAULT(subject_empty, set_name(s, "");)
FAULT(crldp, mint_add(&s->plan, 31, 0, OCTETS("\x30\x00"));)
#define AIA OCTETS("\x2b\x06\x01\x05\x05\x07\x01\x01")
FAULT(ocsp, mint_add_oid(&s->plan, AIA, 0,
                         OCTETS("\x30\x10\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x02"
                                "h:"));)
FAULT(ca_issuers_critical,
      mint_add_oid(&s->plan, AIA, 1,
                   OCTETS("\x30\x10\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x02"
                          "h:"));)
FAULT(unknown_critical, mint_add_oid(&s->plan, OCTETS("\x2a\x03\x04"), 1, OCTETS("\x05\x00"));)
FAULT(name_constraints, mint_add(&s->plan, 30, 1, OCTETS("\x30\x00"));)
FAULT(policies, mint_add(&s->plan, 32, 0, OCTETS("\x30\x00"));)
FAULT(twice, mint_add(&s->plan, CE_KU, 1, KU_SIGNATURE);)
FAULT(false_written, mint_replace(&s->plan, CE_EKU, 2, EKU_SERVER);)
FAULT(name_without_o, s->plan.subject = NAME_WITHOUT_O;)
FAULT(eui_in_cn, set_name(s, "AC-DE-48-00-11-22-33-44"); mint_remove(&s->plan, CE_SAN);)
FAULT(serial_utf8, s->plan.subject = NAME_SERIAL("\x0c");)
FAULT(san_critical, mint_replace(&s->plan, CE_SAN, 1, SAN_MAC);)

/* --- and in the octets ------------------------------------------------------------------------- */

static void trailing(struct scene *s)
{
    s->octets[s->len++] = 0;
}

/* The outer length in three octets where two do. */
static void long_length(struct scene *s)
{
    memmove(s->octets + 5, s->octets + 4, s->len - 4);
    s->octets[4] = s->octets[3];
    s->octets[3] = s->octets[2];
    s->octets[2] = 0;
    s->octets[1] = 0x83;
    s->len++;
}

static void cut(struct scene *s)
{
    s->len -= 3;
}

static void signature_as_set(struct scene *s)
{
    struct cert_view view;
    cert_view_make(PROV_BYTES(s->octets, s->len), &view);
    s->octets[view.signature.data - s->octets] = 0x31;
}

enum { OLD = 0, NEW = 1 };
static const struct fault {
    const char *rule;
    enum base base;
    int profile;
    const char *name;
    void (*plan)(struct scene *s);
    void (*octets)(struct scene *s);
} faults[] = {
#define P(rule, base, profile, name)                                                               \
    {                                                                                              \
        rule, base, profile, #name, name, NULL                                                     \
    }
#define O(rule, base, profile, name)                                                               \
    {                                                                                              \
        rule, base, profile, #name, NULL, name                                                     \
    }
    O("cert.der", SERVER, OLD, trailing),
    O("cert.der", SERVER, OLD, long_length),
    O("cert.der", SERVER, OLD, cut),
    P("cert.der", SERVER, OLD, false_written),
    P("cert.version", SERVER, OLD, version_1),
    P("cert.version", DEVICE, NEW, version_2),
    P("cert.serial", SERVER, OLD, serial_negative),
    P("cert.serial", SERVER, OLD, serial_zero),
    P("cert.serial", DEVICE, OLD, serial_padded),
    P("cert.serial", SUB, OLD, serial_long),
    P("cert13.serial.random", DEVICE, NEW, serial_short),
    P("cert.signature", SERVER, OLD, ecdsa_sha1),
    P("cert.signature", DEVICE, OLD, rsa_sha256),
    P("cert.signature", ROOT, NEW, rsa_sha256),
    P("cert.signature", SERVER, NEW, ed25519),
    P("cert.signature.sha256", SERVER, OLD, ecdsa_sha384),
    P("cert.signature.same", SERVER, OLD, null_parameters),
    P("cert.signature.same", SERVER, OLD, inner_differs),
    O("cert.signature.value", SERVER, OLD, signature_as_set),
    P("cert.issuer", SERVER, OLD, issuer_empty),
    P("cert.validity.form", SERVER, OLD, no_seconds),
    P("cert.validity.form", SERVER, OLD, offset),
    P("cert.validity.form", DEVICE, OLD, fraction),
    P("cert.validity.form", SERVER, NEW, generalized_2035),
    P("cert.validity.order", SERVER, OLD, times_exchanged),
    P("cert.validity.now", SERVER, OLD, expired),
    P("cert.validity.now", DEVICE, NEW, not_yet),
    P("cert.validity.finite", SERVER, OLD, no_expiry),
    P("cert.uniqueid", SERVER, OLD, unique_id),
    P("cert.key", SERVER, OLD, key_rsa),
    P("cert.key.curve", SERVER, OLD, key_p384),
    P("cert.key.curve", DEVICE, OLD, key_explicit),
    P("cert.key.point", SERVER, OLD, point_compressed),
    P("cert.key.point", DEVICE, NEW, point_off_curve),
    P("cert.key.point", DEVICE, OLD, point_infinity),
    P("cert.name", SERVER, OLD, nameless),
    P("cert.name.cn", SERVER, OLD, cn_dns),
    P("cert.name.wildcard", SERVER, OLD, wildcard),
    P("cert.name.single", SERVER, OLD, two_names),
    P("cert.name.single", DEVICE, OLD, mac_and_dns),
    P("cert.name.single", SERVER, OLD, two_cns),
    P("cert.name.dns", SERVER, OLD, uri_alone),
    P("cert.name.syntax", SERVER, OLD, underscore),
    P("cert.name.ip", SERVER, OLD, address),
    P("cert.name.eui64", DEVICE, OLD, cn_thing),
    P("cert.name.eui64", DEVICE, OLD, cn_group),
    P("cert.name.eui64.text", DEVICE, OLD, cn_colons),
    P("cert.name.eui64.text", DEVICE, OLD, cn_lower),
    P("cert.name.mac", DEVICE, OLD, mac_of_7),
    P("cert.san.critical", SERVER, OLD, san_not_critical),
    P("cert.ca.subject", SUB, OLD, subject_empty),
    P("cert.ca.ku", SUB, OLD, ku_missing),
    P("cert.ca.ku", ROOT, OLD, ku_missing),
    P("cert.ku.critical", DEVICE, OLD, ku_not_critical),
    P("cert.ku.sign", DEVICE, OLD, ku_agreement),
    P("cert.ku.only", SERVER, OLD, ku_encipherment),
    P("cert.ku.certsign", SERVER, OLD, ku_cert_sign),
    P("cert.ca.ku.certsign", SUB, OLD, ku_crl_alone),
    P("cert.ca.eku", SUB, OLD, eku_of_ca),
    P("cert.ca.eku", SUB, NEW, eku_of_ca),
    P("cert.eku.role", SERVER, OLD, eku_client),
    P("cert.eku.role", DEVICE, OLD, eku_code),
    P("cert.eku.only", DEVICE, OLD, eku_and_any),
    P("cert.ca.bc.critical", SUB, OLD, bc_not_critical),
    P("cert.leaf.bc", SERVER, OLD, bc_empty),
    P("cert.ca.ski", SUB, OLD, ski_missing),
    P("cert.leaf.ski", DEVICE, OLD, ski_there),
    P("cert.ca.aki", SUB, OLD, aki_missing),
    P("cert.leaf.aki", DEVICE, OLD, aki_there),
    P("cert.keyid.critical", SUB, OLD, ski_critical),
    P("cert.status", SERVER, OLD, crldp),
    P("cert.status", DEVICE, NEW, ocsp),
    P("cert.status.critical", SERVER, NEW, ca_issuers_critical),
    P("cert.extension.critical", SERVER, OLD, unknown_critical),
    P("cert.extension.critical", SUB, OLD, name_constraints),
    P("cert.extension.other", SERVER, OLD, policies),
    P("cert.extension.twice", SERVER, OLD, twice),
    P("cert13.ca.name", SUB, NEW, name_without_o),
    P("cert13.name.mac", DEVICE, NEW, eui_in_cn),
    P("cert13.name.serial", DEVICE, NEW, serial_utf8),
    P("cert13.san.critical", DEVICE, NEW, san_critical),
    P("cert13.root.ku", ROOT, NEW, ku_missing),
    P("cert13.ku", DEVICE, NEW, ku_missing),
    P("cert13.ku.critical", SERVER, NEW, ku_not_critical),
    P("cert13.sub.ku.sign", SUB, NEW, ku_cert_sign_alone),
    P("cert13.root.eku", ROOT, NEW, eku_of_ca),
    P("cert13.idevid.eku", DEVICE, NEW, no_expiry),
    P("cert13.eku", DEVICE, NEW, eku_missing),
    P("cert13.root.pathlen", ROOT, NEW, path_len),
    P("cert13.sub.pathlen", SUB, NEW, path_len),
    P("cert13.leaf.ski", DEVICE, NEW, ski_there),
    P("cert13.root.aki", ROOT, NEW, aki_missing),
    P("cert13.leaf.aki", SERVER, NEW, aki_missing),
};
#define FAULTS (sizeof faults / sizeof *faults)

static const char *profile_name(int profile)
{
    return profile == OLD ? NULL : "tls13-iot-23";
}

static void fault_make(struct scene *s, const struct fault *fault)
{
    base_make(s, fault->base, fault->profile == NEW);
    if (fault->plan != NULL)
        fault->plan(s);
    sign(s);
    if (fault->octets != NULL)
        fault->octets(s);
}

static void each_fault_is_found_by_its_rule_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        fault_make(&s, &faults[i]);
        judge_part(PROV_CHECK_CERT, profile_name(faults[i].profile), PROV_BYTES(s.octets, s.len),
                   &judged);
        assert_found(&judged, faults[i].name, faults[i].rule);
    }
}

static void each_rule_has_a_fault(void **state)
{
    const char *seeded[FAULTS];
    (void)state;
    for (size_t i = 0; i < FAULTS; i++)
        seeded[i] = faults[i].rule;
    assert_all_seeded(PROV_CHECK_CERT, "cert", seeded, FAULTS);
}

/* What is no certificate at all is a finding, and nothing else is said of it. */
static void what_is_no_certificate_is_said_to_be_none(void **state)
{
    static const struct {
        const char *octets;
        size_t len;
    } files[] = {{"", 0},
                 {"\x30", 1},
                 {"\x30\x80\x00\x00", 4},
                 {"hello", 5},
                 {"\x30\x03\x02\x01\x00", 5},
                 {"\x30\x84\xff\xff\xff\xff", 6},
                 {"\x1f\x81\x01\x00", 4}};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct judged judged = {.asked = NULL};
        judge_part(PROV_CHECK_CERT, NULL,
                   PROV_BYTES((const uint8_t *)files[i].octets, files[i].len), &judged);
        assert_found(&judged, "no certificate", "cert.der");
        assert_int_equal(judged.untested, judged.told - 1);
    }
}

static void unknown_profiles_and_missing_parts_are_refused(void **state)
{
    struct prov_bytes part = OCTETS("\x30\x00");
    struct prov_check_file file = {.subject = PROV_CHECK_CERT,
                                   .parts = &part,
                                   .part_count = 1,
                                   .crypto = crypto,
                                   .profile = "rfc9999"};
    (void)state;
    assert_int_equal(prov_check_file(&file), PROV_E_USAGE);
    file.profile = NULL;
    file.part_count = 0;
    assert_int_equal(prov_check_file(&file), PROV_E_USAGE);
    file.part_count = 1;
    file.subject = PROV_CHECK_ENDPOINT;
    assert_int_equal(prov_check_file(&file), PROV_E_USAGE);
}

static void certificates_as_the_profiles_have_them_are_clean(void **state)
{
    (void)state;
    for (int profile = OLD; profile <= NEW; profile++)
        for (int base = SERVER; base <= ROOT; base++) {
            struct scene s;
            struct judged judged = {.asked = NULL};
            base_make(&s, (enum base)base, profile == NEW);
            sign(&s);
            judge_part(PROV_CHECK_CERT, profile_name(profile), PROV_BYTES(s.octets, s.len),
                       &judged);
            assert_clean(&judged, profile == OLD ? "rfc7925" : "tls13-iot-23");
            assert_int_equal(judged.untested, 0);
        }
}

/* What RFC 7925 lets be, and what the other profile lets be. */
static void what_may_be_is_let_pass(void **state)
{
    static const struct {
        enum base base;
        int profile;
        void (*plan)(struct scene *s);
    } lets[] = {{DEVICE, OLD, no_expiry},    {DEVICE, OLD, ku_missing}, {DEVICE, OLD, eku_missing},
                {SERVER, NEW, ecdsa_sha384}, {DEVICE, NEW, cn_thing},   {SUB, OLD, path_len},
                {SERVER, NEW, key_p384}};
    (void)state;
    for (size_t i = 0; i < sizeof lets / sizeof *lets; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        base_make(&s, lets[i].base, lets[i].profile == NEW);
        lets[i].plan(&s);
        sign(&s);
        judge_part(PROV_CHECK_CERT, profile_name(lets[i].profile), PROV_BYTES(s.octets, s.len),
                   &judged);
        assert_clean(&judged, "let pass");
    }
}

/* The evidence is the octets themselves. */
static void evidence_shows_the_octets(void **state)
{
    struct scene s;
    struct judged judged = {.asked = "cert.serial"};
    (void)state;
    base_make(&s, SERVER, false);
    serial_negative(&s);
    sign(&s);
    judge_part(PROV_CHECK_CERT, NULL, PROV_BYTES(s.octets, s.len), &judged);
    assert_string_equal(judged.kept.evidence, "8a0102030405060708: negative");
    assert_int_equal(judged.kept.rule->level, PROV_CHECK_MUST);
    assert_string_equal(judged.kept.rule->section, "4.1.2.2");
}

/* A standard's own example breaks the profile: it has key identifiers and keyEncipherment, and names its
 * device by a serial number of hardware (profile.md, 3c, conflict 3). */
static void the_example_of_rfc_9148_is_judged(void **state)
{
    struct prov_bytes certs[2];
    struct judged judged = {.asked = "cert.ku.only"};
    size_t count = 0;
    (void)state;
    assert_int_equal(prov_certs_only_decode(PROV_BYTES_OF(rfc9148_sen), certs, 2, &count), PROV_OK);
    judge_part(PROV_CHECK_CERT, NULL, certs[0], &judged);
    assert_string_equal(judged.rules,
                        "cert.name.eui64 cert.ku.only cert.leaf.bc cert.leaf.ski cert.leaf.aki ");
    assert_string_equal(judged.kept.evidence, "digitalSignature, keyEncipherment");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_found_by_its_rule_and_no_other),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(what_is_no_certificate_is_said_to_be_none),
        cmocka_unit_test(unknown_profiles_and_missing_parts_are_refused),
        cmocka_unit_test(certificates_as_the_profiles_have_them_are_clean),
        cmocka_unit_test(what_may_be_is_let_pass),
        cmocka_unit_test(evidence_shows_the_octets),
        cmocka_unit_test(the_example_of_rfc_9148_is_judged),
    };
    return cmocka_run_group_tests(tests, lint_setup, lint_teardown);
}
