/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw public keys, their names, and pre-shared keys, with one fault each.
 */
#include "judge.h"

#include "prov/cose.h"
#include "prov/text.h"

#define ZEROS_32 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
#define P256_KEY(total, bits)                                                                      \
    "\x30" total "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03"    \
    "\x01\x07\x03" bits "\x00"

struct file {
    uint8_t octets[512];
    size_t len;
};

static void set(struct file *f, struct prov_bytes bytes)
{
    assert_in_range(bytes.len, 1, sizeof f->octets);
    memcpy(f->octets, bytes.data, bytes.len);
    f->len = bytes.len;
}

/* --- public keys ------------------------------------------------------------------------------- */

static void spki(struct file *f)
{
    uint8_t point[PROV_POINT_LEN], octets[PROV_SPKI_LEN];
    struct prov_key key = {0};
    mint_key(crypto, 3, &key, point);
    prov_crypto_key_drop(crypto, &key);
    prov_spki_encode(point, octets);
    set(f, PROV_BYTES_OF(octets));
}

static void cose(struct file *f)
{
    uint8_t point[PROV_POINT_LEN];
    struct prov_key key = {0};
    struct prov_buf buf = PROV_BUF_OF(f->octets);
    mint_key(crypto, 3, &key, point);
    prov_crypto_key_drop(crypto, &key);
    assert_int_equal(prov_cose_public_encode(point, &buf), PROV_OK);
    f->len = buf.len;
}

static void certificate(struct file *f)
{
    uint8_t names[128], point[PROV_POINT_LEN], octets[512];
    struct prov_buf name_buf = PROV_BUF_OF(names), buf = PROV_BUF_OF(octets);
    struct mint_plan plan = mint_device(crypto, 3, "CA", &name_buf);
    struct prov_key key = {0};
    mint_key(crypto, 3, &key, point);
    set(f, mint_cert(crypto, &plan, &key, &buf));
    prov_crypto_key_drop(crypto, &key);
}

static void rubbish(struct file *f)
{
    set(f, OCTETS("not a key"));
}

static void pkcs8(struct file *f)
{
    set(f, OCTETS("\x30\x03\x02\x01\x00"));
}

static void private_cose(struct file *f)
{
    uint8_t point[PROV_POINT_LEN], d[32] = {1};
    struct prov_key key = {0};
    struct prov_buf buf = PROV_BUF_OF(f->octets);
    mint_key(crypto, 3, &key, point);
    prov_crypto_key_drop(crypto, &key);
    assert_int_equal(prov_cose_private_encode(point, PROV_BYTES_OF(d), &buf), PROV_OK);
    f->len = buf.len;
}

static void trailing(struct file *f)
{
    spki(f);
    f->octets[f->len++] = 0;
}

static void rsa(struct file *f)
{
    set(f, OCTETS("\x30\x15\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x04"
                  "\x00\x30\x01\x00"));
}

static void p384(struct file *f)
{
    set(f, OCTETS("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"
                  "\x03\x62\x00\x04" ZEROS_32 ZEROS_32 ZEROS_32));
}

static void p384_cose(struct file *f)
{
    set(f, OCTETS("\xa4\x01\x02\x20\x02\x21\x58\x20" ZEROS_32 "\x22\x58\x20" ZEROS_32));
}

static void compressed(struct file *f)
{
    set(f, OCTETS(P256_KEY("\x39", "\x22") "\x02" ZEROS_32));
}

static void off_curve(struct file *f)
{
    set(f, OCTETS(P256_KEY("\x59", "\x42") "\x04" ZEROS_32 ZEROS_32));
}

/* The right key, with a NULL behind it that some write. */
static void long_form(struct file *f)
{
    spki(f);
    f->octets[1] += 2;
    memcpy(f->octets + f->len, "\x05\x00", 2);
    f->len += 2;
}

static void disordered(struct file *f)
{
    uint8_t map[3 + 4];
    cose(f);
    memcpy(map, f->octets, 5); /* a4 01 02 20 01 */
    f->octets[1] = map[3];
    f->octets[2] = map[4];
    f->octets[3] = map[1];
    f->octets[4] = map[2];
}

static void octet_key(struct file *f)
{
    cose(f);
    f->octets[2] = 1; /* kty OKP */
}

static void strange_label(struct file *f)
{
    uint8_t octets[sizeof f->octets];
    cose(f);
    memcpy(octets, f->octets, f->len);
    octets[0]++;                       /* one entry more, */
    memcpy(octets + 3, "\x05\x40", 2); /* 5: h'' */
    memcpy(octets + 5, f->octets + 3, f->len - 3);
    set(f, PROV_BYTES(octets, f->len + 2));
}

static void sign_for_y(struct file *f)
{
    set(f, OCTETS("\xa4\x01\x02\x20\x01\x21\x58\x20" ZEROS_32 "\x22\xf5"));
}

static void short_x(struct file *f)
{
    set(f, OCTETS("\xa4\x01\x02\x20\x01\x21\x41\x01\x22\x58\x20" ZEROS_32));
}

/* --- names by hash ----------------------------------------------------------------------------- */

#define TEXT(name, text)                                                                           \
    static void name(struct file *f)                                                               \
    {                                                                                              \
        set(f, prov_bytes_text(text));                                                             \
    }
/* RFC 6920, section 8 */
TEXT(ni_whole, "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q\n")
TEXT(ni_sha1, "ni:///sha-1;UyaQV-Ev4rdLoHyJJWCi11OHfrY")
TEXT(ni_cut, "ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X")
TEXT(nih_96, "nih:sha-256-96;532690-57e12f-e2b74b-a07c89;3")
TEXT(nih_64, "ni:///sha-256-64;UyaQV-Ev4rc")

static void nih_good(struct file *f)
{
    uint8_t hash[32] = {0x53, 0x26};
    char text[PROV_NIH_TEXT];
    prov_nih_format(hash, text);
    set(f, prov_bytes_text(text));
}

static void nih_wrong_digit(struct file *f)
{
    nih_good(f);
    f->octets[f->len - 1] = f->octets[f->len - 1] == '0' ? '1' : '0';
}

/* --- pre-shared keys --------------------------------------------------------------------------- */

#define ID_16                 "\x50\x9a\x01\xf3\x44\x05\x86\x07\x98\x29\x1a\xdb\x2c\x0d\x8e\x0f\xaa"
#define KEY_16                "\x50\x81\x13\x5a\xf0\x27\x99\x4e\x02\xcd\x63\xb8\x3f\xe1\x7c\x05\xd6"
#define PSK_OF(identity, key) OCTETS("\xa3\x01\x04\x02" identity "\x20" key)
#define A_32                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define PSK(name, ...)                                                                             \
    static void name(struct file *f)                                                               \
    {                                                                                              \
        set(f, __VA_ARGS__);                                                                       \
    }
PSK(psk, PSK_OF(ID_16, KEY_16))
PSK(psk_without_k, OCTETS("\xa2\x01\x04\x02" ID_16))
PSK(psk_long_head, OCTETS("\xa3\x01\x18\x04\x02" ID_16 "\x20" KEY_16))
PSK(psk_no_kty, OCTETS("\xa2\x02" ID_16 "\x20" KEY_16))
PSK(psk_label, OCTETS("\xa4\x01\x04\x02" ID_16 "\x05\x40\x20" KEY_16))
PSK(no_identity, OCTETS("\xa2\x01\x04\x20" KEY_16))
PSK(identity_33, OCTETS("\xa3\x01\x04\x02\x58\x21\x01" A_32 "\x20" KEY_16))
PSK(identity_129, OCTETS("\xa3\x01\x04\x02\x58\x81\x01" A_32 A_32 A_32 A_32 "\x20" KEY_16))
PSK(identity_fqdn, PSK_OF("\x4d"
                          "a.example.com",
                          KEY_16))
PSK(identity_eui64, PSK_OF("\x57"
                           "00-12-4B-00-14-D5-2A-7F",
                           KEY_16))
PSK(identity_mail, PSK_OF("\x46"
                          "me@you",
                          KEY_16))
PSK(key_15, PSK_OF(ID_16, "\x4f\x81\x13\x5a\xf0\x27\x99\x4e\x02\xcd\x63\xb8\x3f\xe1\x7c\x05"))
PSK(key_65, PSK_OF(ID_16, "\x58\x41\x81" A_32 A_32))
PSK(key_zero, PSK_OF(ID_16, "\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"))
PSK(key_counts, PSK_OF(ID_16, "\x50\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
PSK(key_word, PSK_OF(ID_16, "\x51"
                            "correcthorsebatte"))
PSK(key_of_identity, PSK_OF("\x48\x9a\x01\xf3\x44\x05\x86\x07\x98",
                            "\x50\x9a\x01\xf3\x44\x05\x86\x07\x98\x11\x22\x44\x33\x66\x55\x88\x77"))

/* --- the tables -------------------------------------------------------------------------------- */

struct fault {
    const char *rule, *name;
    void (*make)(struct file *f);
};
#define F(rule, make)                                                                              \
    {                                                                                              \
        rule, #make, make                                                                          \
    }

static const struct fault rpk_faults[] = {
    F("rpk.form", rubbish),
    F("rpk.form", certificate), /* row15: an X.509 certificate is no raw key */
    F("rpk.private", pkcs8),
    F("rpk.private", private_cose),
    F("rpk.der", trailing),
    F("rpk.key", rsa),
    F("rpk.key.curve", p384),
    F("rpk.key.curve", p384_cose),
    F("rpk.key.point", compressed),
    F("rpk.key.point", off_curve),
    F("rpk.length", long_form),
    F("rpk.name", ni_sha1), /* row21 */
    F("rpk.name", ni_cut),
    F("rpk.name", nih_wrong_digit),
    F("rpk.name.length", nih_96),
    F("rpk.name.length", nih_64),
    F("cose.deterministic", disordered),
    F("cose.kty", octet_key),
    F("cose.label", strange_label),
    F("cose.coordinates", sign_for_y), /* row19 */
    F("cose.coordinates", short_x),
};

static const struct fault psk_faults[] = {
    F("psk.form", rubbish),
    F("psk.form", psk_without_k),
    F("cose.deterministic", psk_long_head),
    F("cose.kty", cose),
    F("cose.kty", psk_no_kty),
    F("cose.label", psk_label),
    F("psk.identity", no_identity),
    F("psk.identity", identity_129),
    F("psk.identity.short", identity_33),
    F("psk.identity.plain", identity_fqdn),
    F("psk.identity.plain", identity_eui64),
    F("psk.identity.plain", identity_mail),
    F("psk.key.length", key_15),
    F("psk.key.length", key_65),
    F("psk.key.random", key_zero),
    F("psk.key.random", key_counts),
    F("psk.key.random", key_word),
    F("psk.key.random", key_of_identity),
};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void each_is_found(enum prov_check_subject subject, const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct file f = {.len = 0};
        struct judged judged = {.asked = NULL};
        faults[i].make(&f);
        judge_part(subject, NULL, PROV_BYTES(f.octets, f.len), &judged);
        assert_found(&judged, faults[i].name, faults[i].rule);
    }
}

static void rows_5_15_16_19_each_fault_of_a_raw_key_is_found(void **state)
{
    (void)state;
    each_is_found(PROV_CHECK_RPK, rpk_faults, COUNT(rpk_faults));
}

static void row12_each_fault_of_a_psk_is_found(void **state)
{
    (void)state;
    each_is_found(PROV_CHECK_PSK, psk_faults, COUNT(psk_faults));
}

static void each_rule_has_a_fault(void **state)
{
    const char *rpk[COUNT(rpk_faults)], *psks[COUNT(psk_faults)];
    (void)state;
    for (size_t i = 0; i < COUNT(rpk_faults); i++)
        rpk[i] = rpk_faults[i].rule;
    for (size_t i = 0; i < COUNT(psk_faults); i++)
        psks[i] = psk_faults[i].rule;
    assert_all_seeded(PROV_CHECK_RPK, "", rpk, COUNT(rpk));
    assert_all_seeded(PROV_CHECK_PSK, "psk", psks, COUNT(psks));
}

static void good_ones_are_clean(void **state)
{
    static void (*const rpk[])(struct file *) = {spki, cose, ni_whole, nih_good};
    struct file f;
    struct judged judged = {.asked = NULL};
    (void)state;
    for (size_t i = 0; i < COUNT(rpk); i++) {
        rpk[i](&f);
        judge_part(PROV_CHECK_RPK, NULL, PROV_BYTES(f.octets, f.len), &judged);
        assert_clean(&judged, "a raw key");
        assert_int_equal(judged.untested, 0);
    }
    psk(&f);
    judge_part(PROV_CHECK_PSK, NULL, PROV_BYTES(f.octets, f.len), &judged);
    assert_clean(&judged, "a PSK");
    assert_int_equal(judged.untested, 0);
}

/* Evidence never shows octets of a key. */
static void secrets_are_not_told(void **state)
{
    static void (*const weak[])(struct file *) = {psk, key_word, key_15, key_65, key_of_identity};
    static const char *const rules[] = {"psk.key.random", "psk.key.length", "psk.form"};
    (void)state;
    for (size_t i = 0; i < COUNT(weak); i++)
        for (size_t r = 0; r < COUNT(rules); r++) {
            struct file f;
            struct judged judged = {.asked = rules[r]};
            weak[i](&f);
            judge_part(PROV_CHECK_PSK, NULL, PROV_BYTES(f.octets, f.len), &judged);
            assert_null(strstr(judged.kept.evidence, "correct"));
            assert_null(strstr(judged.kept.evidence, "8113"));
            assert_null(strstr(judged.kept.evidence, "9a01"));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_5_15_16_19_each_fault_of_a_raw_key_is_found),
        cmocka_unit_test(row12_each_fault_of_a_psk_is_found),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(good_ones_are_clean),
        cmocka_unit_test(secrets_are_not_told),
    };
    return cmocka_run_group_tests(tests, lint_setup, lint_teardown);
}
