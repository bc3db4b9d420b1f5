/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains with one fault each: found by the rule that it breaks and by no other.
 */
#include "judge.h"

#define LINKS_MAX 6

struct scene {
    uint8_t octets[8192], names_room[1024];
    struct prov_buf buf, names;
    struct prov_bytes certs[LINKS_MAX], anchors[1];
    size_t count, anchor_count;
};

static uint8_t key_ids[8][22];

/* OCTET STRING of 20 octets that are the number, and the sequence that names it. */
static struct prov_bytes ski_of(uint8_t number)
{
    memset(key_ids[number], number, 22);
    key_ids[number][0] = 0x04;
    key_ids[number][1] = 0x14;
    return PROV_BYTES_OF(key_ids[number]);
}

static struct prov_bytes aki_of(struct scene *s, uint8_t number)
{
    uint8_t *at = prov_put_space(&s->names, 24);
    assert_non_null(at);
    memset(at, number, 24);
    memcpy(at, "\x30\x16\x80\x14", 4);
    return PROV_BYTES(at, 24);
}

static void scene_make(struct scene *s)
{
    memset(s, 0, sizeof *s);
    s->buf = PROV_BUF_OF(s->octets);
    s->names = PROV_BUF_OF(s->names_room);
}

static struct prov_bytes sign(struct scene *s, const struct mint_plan *plan, uint8_t by)
{
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];
    mint_key(crypto, by, &key, point);
    struct prov_bytes cert = mint_cert(crypto, plan, &key, &s->buf);
    prov_crypto_key_drop(crypto, &key);
    return cert;
}

static struct mint_plan ca_plan(struct scene *s, uint8_t number, uint8_t by, const char *issuer,
                                const char *subject)
{
    struct mint_plan plan = mint_ca(crypto, number, issuer, subject, &s->names);
    mint_add(&plan, CE_SKI, 0, ski_of(number));
    if (by != number)
        mint_add(&plan, CE_AKI, 0, aki_of(s, by));
    return plan;
}

static void add(struct scene *s, const struct mint_plan *plan, uint8_t by)
{
    s->certs[s->count++] = sign(s, plan, by);
}

/* Keys: 1 root, 2 "CA", 3 the server, 4 and 5 further CAs. */
static void add_leaf(struct scene *s, const char *issuer, uint8_t by)
{
    struct mint_plan plan = mint_server(crypto, 3, issuer, &s->names);
    add(s, &plan, by);
}

static void add_ca(struct scene *s, uint8_t number, const char *subject, uint8_t by,
                   const char *issuer)
{
    struct mint_plan plan = ca_plan(s, number, by, issuer, subject);
    add(s, &plan, by);
}

static void anchor(struct scene *s, uint8_t number)
{
    struct mint_plan plan = ca_plan(s, number, number, "Root", "Root");
    s->anchors[s->anchor_count++] = sign(s, &plan, number);
}

/* --- faults ------------------------------------------------------------------------------------ */

static void good(struct scene *s)
{
    add_leaf(s, "CA", 2);
    add_ca(s, 2, "CA", 1, "Root");
    anchor(s, 1);
}

static void ca_first(struct scene *s)
{
    add_ca(s, 2, "CA", 1, "Root");
    anchor(s, 1);
}

static void out_of_order(struct scene *s)
{
    add_leaf(s, "CA", 2);
    add_ca(s, 4, "Another", 1, "Root");
}

static void issued_by_a_device(struct scene *s)
{
    struct mint_plan device = mint_device(crypto, 4, "CA", &s->names);
    add_leaf(s, "AC-DE-48-00-11-22-33-44", 4);
    add(s, &device, 2);
}

static void wrong_key(struct scene *s)
{
    add_leaf(s, "CA", 4);
    add_ca(s, 2, "CA", 1, "Root");
}

static void path_len_0(struct scene *s)
{
    add_leaf(s, "CA", 2);
    add_ca(s, 2, "CA", 4, "Upper");
    struct mint_plan upper = ca_plan(s, 4, 1, "Root", "Upper");
    mint_replace(&upper, CE_BC, 1, BC_CA_0);
    add(s, &upper, 1);
}

static void wrong_key_id(struct scene *s)
{
    add_leaf(s, "CA", 2);
    struct mint_plan ca = ca_plan(s, 2, 1, "Root", "CA");
    mint_replace(&ca, CE_AKI, 0, aki_of(s, 7));
    add(s, &ca, 1);
    anchor(s, 1);
}

static void four_below(struct scene *s)
{
    add_leaf(s, "CA", 2);
    add_ca(s, 2, "CA", 4, "Upper");
    add_ca(s, 4, "Upper", 5, "Top");
    add_ca(s, 5, "Top", 1, "Root");
    anchor(s, 1);
}

static void root_sent(struct scene *s)
{
    good(s);
    add_ca(s, 1, "Root", 1, "Root");
}

static void outlives(struct scene *s)
{
    struct mint_plan leaf = mint_server(crypto, 3, "CA", &s->names);
    leaf.not_after = "360101000000Z";
    add(s, &leaf, 2);
    add_ca(s, 2, "CA", 1, "Root");
}

static void another_root(struct scene *s)
{
    add_leaf(s, "CA", 2);
    add_ca(s, 2, "CA", 1, "Root");
    anchor(s, 6);
}

static void a_bad_certificate(struct scene *s)
{
    struct mint_plan ca = ca_plan(s, 2, 1, "Root", "CA");
    mint_remove(&ca, CE_SKI);
    add_leaf(s, "CA", 2);
    add(s, &ca, 1);
}

static const struct fault {
    const char *rule, *name;
    void (*make)(struct scene *s);
} faults[] = {
    {"chain.leaf", "ca first", ca_first},
    {"chain.order", "out of order", out_of_order},
    {"chain.issuer", "issued by a device", issued_by_a_device},
    {"chain.signature", "wrong key", wrong_key},
    {"chain.pathlen", "pathLen 0", path_len_0},
    {"chain.aki", "wrong key identifier", wrong_key_id},
    {"chain.depth", "four below the anchor", four_below},
    {"chain.root", "root sent along", root_sent},
    {"chain.outlive", "outlives its issuer", outlives},
    {"chain.anchor", "another root", another_root},
    {"cert.ca.ski", "a bad certificate in it", a_bad_certificate},
};
#define FAULTS (sizeof faults / sizeof *faults)

static void judge_scene(const struct scene *s, struct judged *ret)
{
    judge(&(struct prov_check_file){.subject = PROV_CHECK_CHAIN,
                                    .parts = s->certs,
                                    .part_count = s->count,
                                    .anchors = s->anchors,
                                    .anchor_count = s->anchor_count},
          ret);
}

static void each_fault_is_found_by_its_rule_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        struct scene s;
        struct judged judged = {.asked = NULL};
        scene_make(&s);
        faults[i].make(&s);
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
    assert_all_seeded(PROV_CHECK_CHAIN, "chain", seeded, FAULTS);
}

/* The evidence says which one. */
static void evidence_names_the_certificate(void **state)
{
    struct scene s;
    struct judged judged = {.asked = "cert.ca.ski"};
    (void)state;
    scene_make(&s);
    a_bad_certificate(&s);
    judge_scene(&s, &judged);
    assert_string_equal(judged.kept.evidence, "certificate 1: none");
}

static void a_chain_of_rubbish_is_said_to_be_none(void **state)
{
    struct prov_bytes parts[2] = {OCTETS("\x30\x03\x02\x01\x00"), OCTETS("x")};
    struct judged judged = {.asked = NULL};
    (void)state;
    judge(&(struct prov_check_file){.subject = PROV_CHECK_CHAIN, .parts = parts, .part_count = 2},
          &judged);
    assert_found(&judged, "rubbish", "cert.der");
}

static void more_certificates_than_are_looked_at_are_too_many(void **state)
{
    struct prov_bytes parts[20];
    struct scene s;
    struct judged judged = {.asked = NULL};
    (void)state;
    scene_make(&s);
    good(&s);
    for (size_t i = 0; i < 20; i++)
        parts[i] = s.certs[0];
    judge(&(struct prov_check_file){.subject = PROV_CHECK_CHAIN, .parts = parts, .part_count = 20},
          &judged);
    assert_non_null(strstr(judged.rules, "chain.depth"));
    assert_non_null(strstr(judged.rules, "chain.order"));
}

static void a_good_chain_is_clean(void **state)
{
    struct scene s;
    struct judged judged = {.asked = "chain.anchor"};
    (void)state;
    scene_make(&s);
    good(&s);
    judge_scene(&s, &judged);
    assert_clean(&judged, "a good chain");
    assert_int_equal(judged.untested, 0);
    assert_int_equal(judged.kept.verdict, PROV_CHECK_PASS);
    s.anchor_count = 0;
    judge_scene(&s, &judged);
    assert_clean(&judged, "without anchors");
    assert_int_equal(judged.kept.verdict, PROV_CHECK_NOT_APPLICABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_found_by_its_rule_and_no_other),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(evidence_names_the_certificate),
        cmocka_unit_test(a_chain_of_rubbish_is_said_to_be_none),
        cmocka_unit_test(more_certificates_than_are_looked_at_are_too_many),
        cmocka_unit_test(a_good_chain_is_clean),
    };
    return cmocka_run_group_tests(tests, lint_setup, lint_teardown);
}
