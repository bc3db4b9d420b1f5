/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests with one fault each: found by the rule that it breaks and by no other.
 */
#include "judge.h"

#include "libprov/x509/der.h"

#define ECDSA_SHA256 OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
#define SAN_DNS                                                                                    \
    OCTETS("\x30\x06\x82\x04"                                                                      \
           "a.de")
#define SAN_TWO                                                                                    \
    OCTETS("\x30\x30\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08\xac\xde\x48"  \
           "\x00\x11\x22\x33\x44\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08"  \
           "\xac\xde\x48\x00\x11\x22\x33\x44")
#define SAN_GROUP                                                                                  \
    OCTETS("\x30\x18\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08\x01\xde\x48"  \
           "\x00\x11\x22\x33\x44")
#define KU_ENCIPHER OCTETS("\x03\x02\x05\xa0")

struct scene {
    uint8_t version;
    const char *common_name;
    struct prov_bytes spki, algorithm;
    struct mint_extension extensions[4];
    size_t extension_count;
    const char *challenge;
    struct prov_bytes attribute; /* whole */
    uint8_t signer;
    uint8_t octets[1024];
    size_t len;
};

static void add_extension(struct scene *s, uint8_t number, struct prov_bytes value)
{
    s->extensions[s->extension_count++] = (struct mint_extension){.number = number, .value = value};
}

static void put_extensions(struct prov_buf *buf, const struct scene *s)
{
    size_t attribute = buf->len;
    prov_der_put(buf, DER_OID, OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"));
    size_t set = buf->len, list = buf->len;
    for (size_t i = 0; i < s->extension_count; i++) {
        const uint8_t oid[] = {0x55, 0x1d, s->extensions[i].number};
        size_t one = buf->len;
        prov_der_put(buf, DER_OID, PROV_BYTES_OF(oid));
        prov_der_put(buf, DER_OCTET_STRING, s->extensions[i].value);
        prov_der_wrap(buf, one, DER_SEQUENCE);
    }
    prov_der_wrap(buf, list, DER_SEQUENCE);
    prov_der_wrap(buf, set, DER_SET);
    prov_der_wrap(buf, attribute, DER_SEQUENCE);
}

static void put_challenge(struct prov_buf *buf, const char *text)
{
    size_t attribute = buf->len;
    prov_der_put(buf, DER_OID, OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"));
    size_t set = buf->len;
    prov_der_put(buf, DER_PRINTABLE_STRING, prov_bytes_text(text));
    prov_der_wrap(buf, set, DER_SET);
    prov_der_wrap(buf, attribute, DER_SEQUENCE);
}

static struct prov_bytes put_info(const struct scene *s, struct prov_buf *buf,
                                  const uint8_t point[PROV_POINT_LEN])
{
    uint8_t spki[PROV_SPKI_LEN];
    size_t info = buf->len;
    prov_der_put(buf, DER_INTEGER, PROV_BYTES(&s->version, 1));
    (void)mint_name(buf, s->common_name);
    prov_spki_encode(point, spki);
    prov_put_bytes(buf, s->spki.len > 0 ? s->spki : PROV_BYTES_OF(spki));
    size_t attributes = buf->len;
    if (s->challenge != NULL)
        put_challenge(buf, s->challenge);
    if (s->extension_count > 0)
        put_extensions(buf, s);
    prov_put_bytes(buf, s->attribute);
    prov_der_wrap(buf, attributes, DER_CONTEXT_CONSTRUCTED(0));
    prov_der_wrap(buf, info, DER_SEQUENCE);
    return prov_buf_bytes(buf);
}

static void sign(struct scene *s)
{
    uint8_t info_room[900], point[PROV_POINT_LEN], unused[PROV_POINT_LEN];
    struct prov_buf buf = PROV_BUF_OF(info_room), out = PROV_BUF_OF(s->octets);
    struct prov_key key = {0}, signer = {0};
    mint_key(crypto, 3, &key, point);
    mint_key(crypto, s->signer, &signer, unused);
    struct prov_bytes info = put_info(s, &buf, point);
    s->len = mint_signed(crypto, info, s->algorithm, &signer, &out).len;
    prov_crypto_key_drop(crypto, &key);
    prov_crypto_key_drop(crypto, &signer);
}

static void base_make(struct scene *s)
{
    *s = (struct scene){.common_name = "AC-DE-48-00-11-22-33-44",
                        .algorithm = ECDSA_SHA256,
                        .challenge = "AAECAwQFBgcICQoL",
                        .signer = 3};
}

#define FAULT(name, ...)                                                                           \
    static void name(struct scene *s)                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
FAULT(version_2, s->version = 1;)
FAULT(key_ed25519, s->spki = OCTETS("\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x01\x00");)
FAULT(key_k1, s->spki = OCTETS("\x30\x17\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b"
                               "\x81\x04\x00\x0a\x03\x03\x00\x04\x01");)
FAULT(point_short, s->spki = OCTETS("\x30\x1a\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08"
                                    "\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x03\x00\x04\x01");)
FAULT(sha384, s->algorithm = OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");)
FAULT(another_signer, s->signer = 4;)
FAULT(dns, add_extension(s, CE_SAN, SAN_DNS);)
FAULT(cn_dns, s->common_name = "a.example.com";)
FAULT(two_names, s->common_name = ""; add_extension(s, CE_SAN, SAN_TWO);)
FAULT(thing, s->common_name = "thing";)
FAULT(nobody, s->common_name = "";)
FAULT(group, s->common_name = ""; add_extension(s, CE_SAN, SAN_GROUP);)
FAULT(colons, s->common_name = "AC:DE:48:00:11:22:33:44";)
FAULT(ca, add_extension(s, CE_BC, BC_CA);)
FAULT(cert_sign, add_extension(s, CE_KU, KU_SUB_CA);)
FAULT(encipher, add_extension(s, CE_KU, KU_ENCIPHER);)
FAULT(policies, add_extension(s, 32, OCTETS("\x30\x00"));)
FAULT(attribute, s->attribute = OCTETS("\x30\x09\x06\x03\x2a\x03\x04\x31\x02\x05\x00");)
FAULT(challenge_short, s->challenge = "AAECAwQF";)
FAULT(challenge_word, s->challenge = "correct-horse-16";)

static void trailing(struct scene *s)
{
    s->octets[s->len++] = 0;
}

static void cut(struct scene *s)
{
    s->len--;
}

static const struct fault {
    const char *rule, *name;
    void (*plan)(struct scene *s);
    void (*octets)(struct scene *s);
} faults[] = {
#define P(rule, name)                                                                              \
    {                                                                                              \
        rule, #name, name, NULL                                                                    \
    }
    {"csr.der", "trailing", NULL, trailing},
    {"csr.der", "cut", NULL, cut},
    P("csr.version", version_2),
    P("csr.key", key_ed25519),
    P("csr.key.curve", key_k1),
    P("csr.key.point", point_short),
    P("csr.signature", sha384),
    P("csr.proof", another_signer),
    P("csr.name.server", dns),
    P("csr.name.server", cn_dns),
    P("csr.name.single", two_names),
    P("csr.name.eui64", thing),
    P("csr.name.eui64", nobody),
    P("csr.name.eui64", group),
    P("csr.name.eui64.text", colons),
    P("csr.ca", ca),
    P("csr.ca", cert_sign),
    P("csr.ku", encipher),
    P("csr.extension", policies),
    P("csr.attribute", attribute),
    P("csr.challenge", challenge_short),
    P("csr.challenge", challenge_word),
};
#define FAULTS (sizeof faults / sizeof *faults)

static void judge_scene(const struct scene *s, struct judged *ret)
{
    judge_part(PROV_CHECK_CSR, NULL, PROV_BYTES(s->octets, s->len), ret);
}

static void each_fault_is_found_by_its_rule_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        base_make(&s);
        if (faults[i].plan != NULL)
            faults[i].plan(&s);
        sign(&s);
        if (faults[i].octets != NULL)
            faults[i].octets(&s);
        judge_scene(&s, &judged);
        assert_found(&judged, faults[i].name, faults[i].rule);
    }
}

static void each_rule_has_a_fault(void **state)
{
    const char *seeded[FAULTS];
    (void)state;
    for (size_t i = 0; i < FAULTS; i++)
        seeded[i] = faults[i].rule;
    assert_all_seeded(PROV_CHECK_CSR, "csr", seeded, FAULTS);
}

static void requests_as_devices_make_them_are_clean(void **state)
{
    uint8_t info_room[PROV_CSR_MAX], room[PROV_CSR_MAX], point[PROV_POINT_LEN];
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    static const struct prov_eui64 eui64 = {{0xac, 0xde, 0x48, 0, 0x11, 0x22, 0x33, 0x44}};
    static const struct prov_bytes none;
    const struct prov_bytes sans[] = {none, SAN_MAC};
    struct prov_key key = {0};
    (void)state;
    mint_key(crypto, 3, &key, point);
    for (size_t i = 0; i < 2; i++) {
        struct prov_buf buf = PROV_BUF_OF(info_room), out = PROV_BUF_OF(room);
        struct judged judged = {.asked = NULL};
        struct prov_csr_plan plan = {.eui64 = &eui64,
                                     .subject = i == 1 ? OCTETS("\x30\x00") : none,
                                     .san = sans[i],
                                     .point = point};
        assert_int_equal(prov_csr_make_info(&plan, &buf), PROV_OK);
        struct prov_bytes info = prov_buf_bytes(&buf);
        assert_int_equal(prov_crypto_sha256(crypto, &info, 1, digest), PROV_OK);
        assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
        assert_int_equal(prov_csr_finish(info, signature, &out), PROV_OK);
        judge_part(PROV_CHECK_CSR, NULL, prov_buf_bytes(&out), &judged);
        assert_clean(&judged, "a device's request");
        assert_int_equal(judged.untested, 0);
    }
    prov_crypto_key_drop(crypto, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_found_by_its_rule_and_no_other),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(requests_as_devices_make_them_are_clean),
    };
    return cmocka_run_group_tests(tests, lint_setup, lint_teardown);
}
