/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of servers against one that keeps all rules, and against one that breaks one of them: what it
 * finds is the rule that was broken, and no other. Then targets that are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "libprov/check/run.h"

static struct wire_world world;

#define WHOLE_MS 2000000 /* no run takes longer */

struct verdicts {
    size_t count, failed, passed;
    struct prov_check_finding *findings;
};

static void keep(void *context, const struct prov_check_finding *finding)
{
    struct verdicts *v = context;

    v->findings[v->count++] = *finding;
    v->failed += finding->verdict == PROV_CHECK_FAIL;
    v->passed += finding->verdict == PROV_CHECK_PASS;
}

static const struct prov_check_finding *find(const struct verdicts *v, const char *rule)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->findings[i].rule->id, rule) == 0)
            return &v->findings[i];
    return NULL;
}

static void verdicts_free(struct verdicts *v)
{
    free(v->findings);
}

/* --- the wire between them ------------------------------------------------------------------- */

/* Something that is sent datagrams and answers them. */
struct other {
    void (*take)(void *context, uint64_t now_ms, unsigned flow, const uint8_t *octets, size_t len);
    void (*tick)(void *context, uint64_t now_ms);
    uint64_t (*deadline)(void *context);
    bool (*give)(void *context, unsigned *flow, struct datagram *ret); /* the next answer */
    bool refuses;
    void *context;
};

static bool move(struct prov_check_run *run, const struct other *other, uint64_t now)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);
    struct datagram d;
    unsigned flow;
    bool any = false;

    while (prov_check_pull(run, now, &flow, &out)) {
        if (other->refuses)
            prov_check_refused(run, now, flow);
        else
            other->take(other->context, now, flow, room, out.len);
        out.len = 0;
        any = true;
    }
    while (other->give(other->context, &flow, &d)) {
        prov_check_push(run, now, flow, d.octets, d.len);
        while (prov_check_step(run, now) == PROV_CHECK_AGAIN)
            continue;
        any = true;
    }
    return any;
}

static prov_result judge(const struct prov_check_config *config, const struct other *other,
                         struct verdicts *v)
{
    struct prov_check_config own = *config;
    struct prov_check_run *run = NULL;
    uint64_t now = 1000;

    memset(v, 0, sizeof(*v));
    v->findings = calloc(prov_check_rule_count(), sizeof(*v->findings));
    own.sink = (struct prov_check_sink){keep, v};
    assert_int_equal(prov_check_endpoint(&own, now, &run), PROV_OK);
    for (;;) {
        enum prov_check_event event = prov_check_step(run, now);
        if (event == PROV_CHECK_DONE)
            break;
        if (move(run, other, now) || event == PROV_CHECK_AGAIN)
            continue;
        uint64_t deadline = prov_check_deadline(run), theirs = other->deadline(other->context);
        deadline = theirs < deadline ? theirs : deadline;
        now = deadline > now ? deadline : now + 1;
        assert_true(now < WHOLE_MS);
        other->tick(other->context, now);
    }
    assert_null(run->findings.unknown);
    prov_result result = prov_check_end(run);
    prov_check_free(run);
    return result;
}

/* --- the target ------------------------------------------------------------------------------ */

static void take(void *context, uint64_t now, unsigned flow, const uint8_t *octets, size_t len)
{
    target_take(context, now, flow, octets, len);
}

static void tick(void *context, uint64_t now)
{
    target_tick(context, now);
}

static uint64_t deadline(void *context)
{
    return target_deadline(context);
}

static bool give(void *context, unsigned *flow, struct datagram *ret)
{
    struct target *t = context;

    if (t->outbox_len == 0)
        return false;
    *flow = t->outbox[0].flow;
    *ret = t->outbox[0].d;
    t->outbox_len--;
    memmove(&t->outbox[0], &t->outbox[1], t->outbox_len * sizeof(t->outbox[0]));
    return true;
}

static prov_result judge_target(int kind, const struct fault *fault, bool slow, struct verdicts *v)
{
    struct prov_bundle bundle;
    uint8_t scalar[PROV_SCALAR_LEN];
    struct target *t = calloc(1, sizeof(*t));
    struct prov_check_config config = {.crypto = world.crypto,
                                       .now_unix = world.time,
                                       .server = world.fqdn,
                                       .slow = slow,
                                       .limits = {.total_ms = 1000000}};

    target_make(t, &world, fault);
    if (kind != NO_BUNDLE) {
        target_bundle(&world, kind, &bundle, scalar);
        if (t->wrong_peers)
            memcpy(bundle.peers[0], bundle.point, PROV_POINT_LEN);
        config.bundle = &bundle;
    }
    struct other other = {take, tick, deadline, give, false, t};
    prov_result result = judge(&config, &other, v);
    target_free(t);
    free(t);
    return result;
}

/* --- a good one ------------------------------------------------------------------------------ */

static size_t print_failed(const char *name, const struct verdicts *v, const char *but)
{
    size_t others = 0;

    for (size_t i = 0; i < v->count; i++) {
        const struct prov_check_finding *f = &v->findings[i];

        if (f->verdict != PROV_CHECK_FAIL || strcmp(f->rule->id, but) == 0)
            continue;
        others++;
        printf("  %s: %s failed too: %s\n", name, f->rule->id, f->evidence);
    }
    return others;
}

static void a_good_server_passes(int kind, bool slow, size_t at_least)
{
    struct verdicts v;

    prov_result result = judge_target(kind, NULL, slow, &v);
    size_t failed = print_failed("good server", &v, ""), passed = v.passed;
    verdicts_free(&v);
    assert_int_equal(result, PROV_OK);
    assert_int_equal(failed, 0);
    assert_true(passed >= at_least);
}

static void each_rule_is_told_once(void **state)
{
    struct verdicts v;
    size_t expected = 0;
    const struct prov_check_rule *rule;

    (void)state;
    assert_int_equal(judge_target(NO_BUNDLE, NULL, false, &v), PROV_OK);
    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        expected += (rule->subjects & PROV_CHECK_ENDPOINT) != 0;
    assert_int_equal(v.count, expected);
    for (size_t i = 0; i < v.count; i++) {
        assert_ptr_equal(find(&v, v.findings[i].rule->id), &v.findings[i]);
        assert_true(v.findings[i].evidence[0] != '\0');
    }
    verdicts_free(&v);
}

static void a_good_server_passes_without_a_bundle(void **state)
{
    (void)state;
    a_good_server_passes(NO_BUNDLE, true, 80);
}

static void a_good_server_passes_with_a_psk(void **state)
{
    (void)state;
    a_good_server_passes(WIRE_PSK, false, 95);
}

static void a_good_server_passes_with_a_raw_key(void **state)
{
    (void)state;
    a_good_server_passes(WIRE_RPK, false, 95);
}

static void a_good_server_passes_with_a_certificate(void **state)
{
    (void)state;
    a_good_server_passes(WIRE_CERT, false, 95);
}

/* --- one fault, one finding ------------------------------------------------------------------ */

static size_t run_fault(const struct fault *fault)
{
    struct verdicts v;
    size_t bad = 0;

    (void)judge_target(fault->bundle, fault, fault->slow, &v);
    const struct prov_check_finding *found = find(&v, fault->rule);
    if (found == NULL || found->verdict != PROV_CHECK_FAIL) {
        printf("  %s: not found: %s: %s\n", fault->rule,
               found == NULL ? "no such rule" : prov_check_verdict_text(found->verdict),
               found == NULL ? "" : found->evidence);
        bad++;
    }
    bad += print_failed(fault->rule, &v, fault->rule);
    verdicts_free(&v);
    return bad;
}

static const struct fault *fault_at(size_t number)
{
    if (number < faults_hello_count)
        return &faults_hello[number];
    number -= faults_hello_count;
    if (number < faults_flight_count)
        return &faults_flight[number];
    number -= faults_flight_count;
    return number < faults_session_count ? &faults_session[number] : NULL;
}

static void each_fault_is_found_by_its_rule_and_no_other(void **state)
{
    const char *only = getenv("CHECK_FAULT");
    const struct fault *fault;
    size_t bad = 0;

    (void)state;
    for (size_t i = 0; (fault = fault_at(i)) != NULL; i++)
        if (only == NULL || strcmp(only, fault->rule) == 0)
            bad += run_fault(fault);
    assert_int_equal(bad, 0);
}

static void each_rule_has_a_fault(void **state)
{
    const struct prov_check_rule *rule;
    size_t without = 0;

    (void)state;
    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++) {
        bool there = rule->subjects != PROV_CHECK_ENDPOINT;
        for (size_t n = 0; fault_at(n) != NULL; n++)
            there |= strcmp(fault_at(n)->rule, rule->id) == 0;
        if (!there)
            printf("  no fault for %s\n", rule->id);
        without += !there;
    }
    assert_int_equal(without, 0);
}

static void take_psk_alone(struct target *t)
{
    t->config.kinds = PROV_KIND_BIT(PROV_KIND_PSK);
}

static void show_leaf_alone(struct target *t)
{
    t->config.chain_len = 1;
}

static void chain_is_found(void (*tune)(struct target *t), const char *rule)
{
    const struct fault fault = {rule, WIRE_CERT, tune, NULL, NULL, 0, false};
    struct verdicts v;

    (void)judge_target(WIRE_CERT, &fault, false, &v);
    enum prov_check_verdict verdict = find(&v, rule)->verdict;
    verdicts_free(&v);
    assert_int_equal(verdict, PROV_CHECK_FAIL);
}

static void row24_a_chain_is_held_to_the_rules_for_files(void **state)
{
    (void)state;
    chain_is_found(show_leaf_alone, "chain.anchor");
}

static void a_server_without_certificates_is_not_asked_about_them(void **state)
{
    struct verdicts v;

    (void)state;
    const struct fault fault = {"suite.mandatory", NO_BUNDLE, take_psk_alone, NULL, NULL, 0, false};
    (void)judge_target(NO_BUNDLE, &fault, false, &v);
    enum prov_check_verdict verdict = find(&v, "cert.name.dns")->verdict;
    size_t failed = v.failed;
    verdicts_free(&v);
    assert_int_equal(verdict, PROV_CHECK_NOT_APPLICABLE);
    assert_int_equal(failed, 0);
}

static void an_id_names_one_rule(void **state)
{
    const struct prov_check_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        assert_ptr_equal(prov_check_rule_find(rule->id), rule);
    assert_null(prov_check_rule_find("no.such"));
    assert_true(prov_check_rule_count() <= PROV_CHECK_RULES_MAX);
}

/* --- targets that are none ------------------------------------------------------------------- */

struct strange {
    const uint8_t *octets;
    size_t len;
    unsigned times; /* answers to each datagram; 0: none */
    unsigned left, flow;
    bool echo;
    struct datagram last;
};

static void strange_take(void *context, uint64_t now, unsigned flow, const uint8_t *octets,
                         size_t len)
{
    struct strange *s = context;

    (void)now;
    s->flow = flow;
    s->left = s->times;
    s->last.len = len;
    memcpy(s->last.octets, octets, len);
}

static void strange_tick(void *context, uint64_t now)
{
    (void)context;
    (void)now;
}

static uint64_t strange_deadline(void *context)
{
    (void)context;
    return UINT64_MAX;
}

static bool strange_give(void *context, unsigned *flow, struct datagram *ret)
{
    struct strange *s = context;

    if (s->left == 0)
        return false;
    s->left--;
    *flow = s->flow;
    if (s->echo) {
        *ret = s->last;
        return true;
    }
    ret->len = s->len;
    memcpy(ret->octets, s->octets, s->len);
    return true;
}

static prov_result judge_strange(struct strange *s, bool refuses, struct verdicts *v)
{
    struct prov_check_config config = {.crypto = world.crypto, .server = world.fqdn};
    struct other other = {strange_take, strange_tick, strange_deadline, strange_give, refuses, s};

    return judge(&config, &other, v);
}

static void a_target_that_is_not_there_is_an_error(void **state)
{
    struct strange s = {.times = 0};
    struct verdicts v;

    (void)state;
    assert_int_equal(judge_strange(&s, true, &v), PROV_E_NETWORK);
    assert_int_equal(v.failed + v.passed, 0);
    assert_string_equal(find(&v, "version.old")->evidence, "nobody is there");
    verdicts_free(&v);
}

static void a_target_that_says_nothing_is_an_error(void **state)
{
    struct strange s = {.times = 0};
    struct verdicts v;

    (void)state;
    assert_int_equal(judge_strange(&s, false, &v), PROV_E_TIMEOUT);
    assert_int_equal(v.failed + v.passed, 0);
    verdicts_free(&v);
}

static void foreign(const char *octets, size_t len, const char *words)
{
    struct strange s = {.octets = (const uint8_t *)octets, .len = len, .times = 1};
    struct verdicts v;

    assert_int_equal(judge_strange(&s, false, &v), PROV_E_PEER);
    assert_int_equal(v.failed, 1);
    assert_int_equal(find(&v, "endpoint.dtls")->verdict, PROV_CHECK_FAIL);
    assert_non_null(strstr(find(&v, "endpoint.dtls")->evidence, words));
    verdicts_free(&v);
}

static void tls_coap_and_http_are_told_by_their_octets(void **state)
{
    (void)state;
    foreign("\x15\x03\x01\x00\x02\x02\x46", 7, "TLS");
    foreign("\x70\x00\x12\x34", 4, "CoAP without DTLS");
    foreign("HTTP/1.1 400 Bad Request\r\n\r\n", 28, "text");
    foreign("\x16", 1, "nothing that is known");
}

static void a_target_that_closes_at_once_has_no_suite(void **state)
{
    struct strange s = {.octets = (const uint8_t *)"\x15\xFE\xFD\0\0\0\0\0\0\0\0\0\x02\x01\0",
                        .len = 15,
                        .times = 1};
    struct verdicts v;

    (void)state;
    assert_int_equal(judge_strange(&s, false, &v), PROV_OK);
    assert_int_equal(find(&v, "suite.mandatory")->verdict, PROV_CHECK_FAIL);
    assert_int_equal(find(&v, "version.old")->verdict, PROV_CHECK_NOT_TESTED);
    verdicts_free(&v);
}

static void a_flood_is_a_finding(void **state)
{
    struct strange s = {.octets = (const uint8_t *)"\x16\xFE\xFD\0\0\0\0\0\0\0\0\0\x02\x01\0",
                        .len = 15,
                        .times = 5000};
    struct verdicts v;

    (void)state;
    assert_int_equal(judge_strange(&s, false, &v), PROV_OK);
    assert_int_equal(find(&v, "endpoint.bounded")->verdict, PROV_CHECK_FAIL);
    verdicts_free(&v);
}

static void a_target_that_repeats_what_it_is_told_is_judged(void **state)
{
    struct strange s = {.times = 1, .echo = true};
    struct verdicts v;

    (void)state;
    assert_int_equal(judge_strange(&s, false, &v), PROV_OK);
    assert_int_equal(find(&v, "suite.mandatory")->verdict, PROV_CHECK_FAIL);
    verdicts_free(&v);
}

/* --- loss ------------------------------------------------------------------------------------ */

struct lossy {
    struct target *target;
    unsigned count, lost; /* datagrams of the server so far; the one that does not arrive */
};

static void lossy_take(void *context, uint64_t now, unsigned flow, const uint8_t *octets,
                       size_t len)
{
    target_take(((struct lossy *)context)->target, now, flow, octets, len);
}

static void lossy_tick(void *context, uint64_t now)
{
    target_tick(((struct lossy *)context)->target, now);
}

static uint64_t lossy_deadline(void *context)
{
    return target_deadline(((struct lossy *)context)->target);
}

static bool lossy_give(void *context, unsigned *flow, struct datagram *ret)
{
    struct lossy *l = context;

    while (give(l->target, flow, ret))
        if (++l->count != l->lost)
            return true;
    return false;
}

/* mtu: 0 is what the server takes by itself. */
static size_t judge_with_loss(unsigned lost, uint16_t mtu)
{
    struct target *t = calloc(1, sizeof(*t));
    struct lossy lossy = {t, 0, lost};
    struct prov_check_config config = {.crypto = world.crypto,
                                       .server = world.fqdn,
                                       .now_unix = world.time,
                                       .limits = {.total_ms = 1000000}};
    struct other other = {lossy_take, lossy_tick, lossy_deadline, lossy_give, false, &lossy};
    struct verdicts v;
    char name[32];

    target_make(t, &world, NULL);
    if (mtu != 0)
        t->config.mtu = mtu;
    (void)judge(&config, &other, &v);
    snprintf(name, sizeof(name), "datagram %u lost", lost);
    size_t failed = print_failed(name, &v, "");
    verdicts_free(&v);
    target_free(t);
    free(t);
    return failed;
}

static void one_lost_datagram_is_no_finding(void **state)
{
    size_t failed = 0;

    (void)state;
    for (unsigned lost = 1; lost < 200; lost++)
        failed += judge_with_loss(lost, 0);
    assert_int_equal(failed, 0);
}

/* Flights of many datagrams: one in the middle, with a whole message, is missed where the last one is there. */
static void one_lost_datagram_of_many_is_no_finding(void **state)
{
    size_t failed = 0;

    (void)state;
    for (unsigned lost = 1; lost < 300; lost++)
        failed += judge_with_loss(lost, 256);
    assert_int_equal(failed, 0);
}

/* --- limits ---------------------------------------------------------------------------------- */

static void limited(struct prov_check_limits limits, prov_result expected, const char *words)
{
    struct prov_check_config config = {
        .crypto = world.crypto, .server = world.fqdn, .limits = limits};
    struct target *t = calloc(1, sizeof(*t));
    struct verdicts v;
    struct other other = {take, tick, deadline, give, false, t};

    target_make(t, &world, NULL);
    assert_int_equal(judge(&config, &other, &v), expected);
    assert_string_equal(find(&v, "endpoint.alive")->evidence, words);
    target_free(t);
    free(t);
    verdicts_free(&v);
}

static void handshakes_and_time_are_limited(void **state)
{
    (void)state;
    limited((struct prov_check_limits){.handshakes = 5}, PROV_OK,
            "the run had begun as many handshakes as it may");
    limited((struct prov_check_limits){.total_ms = 500}, PROV_E_TIMEOUT, "the run's time was over");
    limited((struct prov_check_limits){.per_second = 1, .total_ms = 10000}, PROV_E_TIMEOUT,
            "the run's time was over");
}

static int setup(void **state)
{
    (void)state;
    wire_world_make(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wire_world_free(&world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_that_is_not_there_is_an_error),
        cmocka_unit_test(a_target_that_says_nothing_is_an_error),
        cmocka_unit_test(tls_coap_and_http_are_told_by_their_octets),
        cmocka_unit_test(a_target_that_closes_at_once_has_no_suite),
        cmocka_unit_test(a_flood_is_a_finding),
        cmocka_unit_test(a_target_that_repeats_what_it_is_told_is_judged),
        cmocka_unit_test(handshakes_and_time_are_limited),
        cmocka_unit_test(one_lost_datagram_is_no_finding),
        cmocka_unit_test(one_lost_datagram_of_many_is_no_finding),
        cmocka_unit_test(an_id_names_one_rule),
        cmocka_unit_test(each_rule_has_a_fault),
        cmocka_unit_test(each_fault_is_found_by_its_rule_and_no_other),
        cmocka_unit_test(row24_a_chain_is_held_to_the_rules_for_files),
        cmocka_unit_test(a_server_without_certificates_is_not_asked_about_them),
        cmocka_unit_test(each_rule_is_told_once),
        cmocka_unit_test(a_good_server_passes_without_a_bundle),
        cmocka_unit_test(a_good_server_passes_with_a_psk),
        cmocka_unit_test(a_good_server_passes_with_a_raw_key),
        cmocka_unit_test(a_good_server_passes_with_a_certificate),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
