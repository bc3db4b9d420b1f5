/* SPDX-License-Identifier: Apache-2.0
 *
 * Message order to closure. With PROV_DEEP in the environment (`./check`, at its end) more states are told apart and
 * detours are longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

static bool deep;

static int setup(void **state)
{
    (void)state;
    deep = getenv("PROV_DEEP") != NULL;
    worlds_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    worlds_free();
    return 0;
}

static size_t count_words(enum side subject, enum kind kind)
{
    size_t count = 0;

    while (standard_word(subject, kind, count) != NULL)
        count++;
    return count;
}

static void print_words(enum side subject, enum kind kind, unsigned accepted)
{
    const uint8_t *word;

    for (size_t nth = 0; (word = standard_word(subject, kind, nth)) != NULL; nth++) {
        printf("        %s", (accepted >> nth & 1) != 0 ? "accepted:" : "NOT ACCEPTED:");
        for (size_t i = 0; word[i] != 0xFF; i++)
            printf(" %s", message_name(word[i]));
        printf("\n");
    }
}

/* --- closure --------------------------------------------------------------------------------- */

static void only_standard_sequences_complete(enum side subject)
{
    struct account account;

    for (enum kind kind = 0; kind < KINDS; kind++) {
        bool good = explore_all(&worlds[kind], subject, deep, &account);
        printf("    %s %-9s %6zu states, %8zu edges; %zu complete, %zu fail\n",
               subject == CLIENT ? "client" : "server", closure_kinds[kind], account.states,
               account.edges, account.accepting, account.failing);
        print_words(subject, kind, account.accepted);
        assert_true(good);
        assert_int_equal(account.accepted, (1u << count_words(subject, kind)) - 1);
    }
}

static void closure_of_the_server(void **state)
{
    (void)state;
    only_standard_sequences_complete(SERVER);
}

static void closure_of_the_client(void **state)
{
    (void)state;
    only_standard_sequences_complete(CLIENT);
}

static void every_detour(enum side subject)
{
    struct account account;

    for (enum kind kind = 0; kind < KINDS; kind++) {
        bool good = explore_detours(&worlds[kind], subject, deep, &account);
        printf("    %s %-9s %6zu detours, %8zu edges; %zu complete, %zu fail\n",
               subject == CLIENT ? "client" : "server", closure_kinds[kind], account.states,
               account.edges, account.accepting, account.failing);
        assert_true(good);
    }
}

static void detours_of_the_server(void **state)
{
    (void)state;
    every_detour(SERVER);
}

static void detours_of_the_client(void **state)
{
    (void)state;
    every_detour(CLIENT);
}

/* --- the test of the test -------------------------------------------------------------------- */

/* The row of `state` and `message` stands a second time in the table, first, under others. */
struct fault {
    enum side subject;
    uint8_t state, message, under_state, under_message;
};

static void put_fault(const struct fault *fault, struct world *w, struct prov_dtls_rule rules[32],
                      struct prov_dtls_side *side)
{
    *side = *subject_begin(w, fault->subject, ROOT_WHOLE)->s.side;
    assert_true(side->rule_count < 32);
    memcpy(rules + 1, side->rules, side->rule_count * sizeof(*rules));
    for (size_t i = 1; i <= side->rule_count; i++)
        if (rules[i].state == fault->state && rules[i].message == fault->message)
            rules[0] = rules[i];
    rules[0].state = fault->under_state;
    rules[0].message = fault->under_message;
    side->rules = rules;
    side->rule_count++;
    w->faulty = side;
}

static void one_row_too_many_is_found(void **state)
{
    static const struct fault faults[] = {
        {SERVER, STATE_FINISHED, MESSAGE_FINISHED, STATE_CERTIFICATE_VERIFY, MESSAGE_FINISHED},
        {SERVER, STATE_KEY_EXCHANGE, MESSAGE_CLIENT_KEY_EXCHANGE, STATE_CERTIFICATE,
         MESSAGE_CLIENT_KEY_EXCHANGE},
        {CLIENT, STATE_HELLO_DONE, MESSAGE_SERVER_HELLO_DONE, STATE_CERTIFICATE_REQUEST,
         MESSAGE_SERVER_HELLO_DONE},
        {CLIENT, STATE_CERTIFICATE_REQUEST, MESSAGE_CERTIFICATE_REQUEST, STATE_EXCHANGE,
         MESSAGE_CERTIFICATE_REQUEST},
        {SERVER, STATE_CERTIFICATE_VERIFY, MESSAGE_CERTIFICATE_VERIFY, STATE_KEY_EXCHANGE,
         MESSAGE_CERTIFICATE_VERIFY},
    };
    struct account account;

    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct prov_dtls_rule rules[32];
        struct prov_dtls_side side;
        put_fault(&faults[i], &worlds[RPK], rules, &side);
        assert_false(explore_all(&worlds[RPK], faults[i].subject, false, &account));
        assert_false(explore_detours(&worlds[RPK], faults[i].subject, false, &account));
        worlds[RPK].faulty = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closure_of_the_server),     cmocka_unit_test(closure_of_the_client),
        cmocka_unit_test(detours_of_the_server),     cmocka_unit_test(detours_of_the_client),
        cmocka_unit_test(one_row_too_many_is_found),
    };
    return cmocka_run_group_tests_name("closure", tests, setup, teardown);
}
