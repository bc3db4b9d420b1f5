/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles with one fault each: found by the rule that it breaks and by no other.
 */
#include "judge.h"

#include "prov/bundle.h"

static uint8_t ski_1[22] = {0x04, 0x14, 1}, ski_2[22] = {0x04, 0x14, 2};
static uint8_t aki_1[24] = {0x30, 0x16, 0x80, 0x14, 1};

struct scene {
    struct prov_bundle bundle;
    uint8_t octets[PROV_BUNDLE_MAX + 8];
    size_t len;
    uint8_t certs_room[2048], names_room[256], scalar[32];
    struct prov_buf certs, names;
};

static struct prov_bytes sign(struct scene *s, const struct mint_plan *plan, uint8_t by)
{
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];
    mint_key(crypto, by, &key, point);
    struct prov_bytes cert = mint_cert(crypto, plan, &key, &s->certs);
    prov_crypto_key_drop(crypto, &key);
    return cert;
}

static void own_key(struct scene *s, uint8_t number, uint8_t point[PROV_POINT_LEN])
{
    struct prov_key key = {0};
    mint_key(crypto, number, &key, point);
    prov_crypto_key_drop(crypto, &key);
    memset(s->scalar, number, sizeof s->scalar); /* as mint_key has it */
    s->scalar[0] = 1;
    s->bundle.scalar = PROV_BYTES_OF(s->scalar);
}

static void common(struct scene *s, enum prov_kind kind)
{
    memset(s, 0, sizeof *s);
    s->certs = PROV_BUF_OF(s->certs_room);
    s->names = PROV_BUF_OF(s->names_room);
    s->bundle = (struct prov_bundle){
        .kind = kind,
        .use = PROV_USE_BOOTSTRAP,
        .device = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}},
        .profile = PROV_PROFILE_RFC7925,
        .server = {"enroll.example.com"},
        .issued = NOW,
    };
}

static void psk_bundle(struct scene *s)
{
    common(s, PROV_KIND_PSK);
    s->bundle.psk_identity = OCTETS("\x9a\x01\xf3\x44\x05\x86\x07\x98");
    s->bundle.psk = OCTETS("\x81\x13\x5a\xf0\x27\x99\x4e\x02\xcd\x63\xb8\x3f\xe1\x7c\x05\xd6");
}

static void rpk_bundle(struct scene *s)
{
    struct prov_key key = {0};
    common(s, PROV_KIND_RPK);
    s->bundle.has_public = true;
    own_key(s, 3, s->bundle.point);
    s->bundle.peer_count = 1;
    mint_key(crypto, 4, &key, s->bundle.peers[0]);
    prov_crypto_key_drop(crypto, &key);
}

static void cert_bundle(struct scene *s)
{
    common(s, PROV_KIND_CERT);
    struct mint_plan leaf = mint_device(crypto, 3, "CA", &s->names);
    struct mint_plan ca = mint_ca(crypto, 2, "Root", "CA", &s->names);
    struct mint_plan root = mint_ca(crypto, 1, "Root", "Root", &s->names);
    leaf.not_after = ca.not_after;
    mint_add(&ca, CE_SKI, 0, PROV_BYTES_OF(ski_2));
    mint_add(&ca, CE_AKI, 0, PROV_BYTES_OF(aki_1));
    mint_add(&root, CE_SKI, 0, PROV_BYTES_OF(ski_1));
    s->bundle.chain[0] = sign(s, &leaf, 2);
    s->bundle.chain[1] = sign(s, &ca, 1);
    s->bundle.chain_len = 2;
    s->bundle.anchors[0] = sign(s, &root, 1);
    s->bundle.anchor_count = 1;
    own_key(s, 3, s->bundle.point);
}

static void encode(struct scene *s)
{
    struct prov_buf buf = PROV_BUF_OF(s->octets);
    assert_int_equal(prov_bundle_encode(&s->bundle, crypto, &buf), PROV_OK);
    s->len = buf.len;
}

/* --- faults ------------------------------------------------------------------------------------ */

static void version_2(struct scene *s)
{
    s->octets[1] = 2;
}

static void digest_changed(struct scene *s)
{
    s->octets[s->len - 1] ^= 1;
}

static void cut(struct scene *s)
{
    s->len--;
}

/* The use, behind array head, version, id and profile, in two octets. */
static void long_head(struct scene *s)
{
    size_t at = 1 + 1 + 17 + 8;
    memmove(s->octets + at + 1, s->octets + at, s->len - at);
    s->octets[at] = 0x18;
    s->len++;
}

/* The server's key made the device's own, and the digest made new. */
static void own_key_as_peer(struct scene *s)
{
    for (size_t at = 0; at + 64 < s->len; at++)
        for (size_t half = 0; half < 2; half++)
            if (memcmp(s->octets + at, s->bundle.peers[0] + 1 + 32 * half, 32) == 0)
                memcpy(s->octets + at, s->bundle.point + 1 + 32 * half, 32);
    struct prov_bytes before = PROV_BYTES(s->octets, s->len - 34);
    assert_int_equal(prov_crypto_sha256(crypto, &before, 1, s->octets + s->len - 32), PROV_OK);
}

static void another_key(struct scene *s)
{
    own_key(s, 5, s->bundle.point);
}

static void another_device(struct scene *s)
{
    s->bundle.device.octets[7]++;
}

static void weak_key(struct scene *s)
{
    s->bundle.psk = prov_bytes_text("correct horse battery");
}

static void another_root(struct scene *s)
{
    struct mint_plan root = mint_ca(crypto, 6, "Root", "Root", &s->names);
    mint_add(&root, CE_SKI, 0, PROV_BYTES_OF(ski_1));
    s->bundle.anchors[0] = sign(s, &root, 6);
}

static const struct fault {
    const char *rule, *name;
    void (*base)(struct scene *s);
    void (*plan)(struct scene *s);
    void (*octets)(struct scene *s);
} faults[] = {
    {"bundle.version", "version 2", psk_bundle, NULL, version_2},
    {"bundle.digest", "digest changed", rpk_bundle, NULL, digest_changed},
    {"bundle.schema", "cut", cert_bundle, NULL, cut},
    {"cose.deterministic", "long head", psk_bundle, NULL, long_head},
    {"bundle.peer", "own key as the server's", rpk_bundle, NULL, own_key_as_peer},
    {"bundle.key", "another private key", cert_bundle, another_key, NULL},
    {"bundle.device", "another device", cert_bundle, another_device, NULL},
    {"psk.key.random", "weak key", psk_bundle, weak_key, NULL},
    {"chain.anchor", "another root", cert_bundle, another_root, NULL},
};
#define FAULTS (sizeof faults / sizeof *faults)

static void each_fault_is_found_by_its_rule_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        faults[i].base(&s);
        if (faults[i].plan != NULL)
            faults[i].plan(&s);
        encode(&s);
        if (faults[i].octets != NULL)
            faults[i].octets(&s);
        judge_part(PROV_CHECK_BUNDLE, NULL, PROV_BYTES(s.octets, s.len), &judged);
        assert_found(&judged, faults[i].name, faults[i].rule);
    }
}

static void each_rule_has_a_fault(void **state)
{
    const char *seeded[FAULTS];
    (void)state;
    for (size_t i = 0; i < FAULTS; i++)
        seeded[i] = faults[i].rule;
    assert_all_seeded(PROV_CHECK_BUNDLE, "bundle", seeded, FAULTS);
}

static void bundles_of_each_kind_are_clean(void **state)
{
    static void (*const bases[])(struct scene *) = {psk_bundle, rpk_bundle, cert_bundle};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        bases[i](&s);
        encode(&s);
        judge_part(PROV_CHECK_BUNDLE, NULL, PROV_BYTES(s.octets, s.len), &judged);
        assert_clean(&judged, "a bundle");
        assert_int_equal(judged.untested, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_found_by_its_rule_and_no_other),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(bundles_of_each_kind_are_clean),
    };
    return cmocka_run_group_tests(tests, lint_setup, lint_teardown);
}
