/* SPDX-License-Identifier: Apache-2.0
 *
 * Changed ClientHellos, the same in every run: our server's verdict must be OpenSSL's and GnuTLS's, or there is a
 * reason for it in the table of reasons.c. With PROV_DEEP in the environment (`./check long`): many more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "reasons.h"

#define HELLOS      20000u
#define HELLOS_DEEP 400000u
#define REASONS_MAX 32

static struct wire_world world;
static bool with_gnutls;

static int setup(void **state)
{
    (void)state;
    wire_world_make(&world);
    openssl_begin(&world);
    with_gnutls = gnutls_begin(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (with_gnutls)
        gnutls_end();
    openssl_end();
    wire_world_free(&world);
    return 0;
}

static uint64_t next(void *context) /* splitmix64 */
{
    uint64_t *state = context, z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct tally {
    unsigned same, reasons[REASONS_MAX], unexplained;
};

static void print_case(const char *base, const char *who, struct verdict ours,
                       struct verdict theirs, struct prov_bytes datagram)
{
    printf("%s: ours %s (%u), %s %s (%u):\n    ", base, verdict_names[ours.class], ours.number, who,
           verdict_names[theirs.class], theirs.number);
    for (size_t i = 0; i < datagram.len; i++)
        printf("%02x", datagram.data[i]);
    printf("\n");
}

static void compare(enum peer peer, const char *base, struct prov_bytes datagram, unsigned changes,
                    struct verdict ours, struct tally *tally)
{
    struct verdict theirs = peer == PEER_OPENSSL ? openssl_ask(datagram) : gnutls_ask(datagram);

    if (ours.class == theirs.class) {
        tally->same++;
        return;
    }
    int reason = reason_find(peer, datagram, changes, ours, theirs);
    if (reason >= 0) {
        tally->reasons[reason]++;
        return;
    }
    if (tally->unexplained++ < 10)
        print_case(base, peer == PEER_OPENSSL ? "OpenSSL" : "GnuTLS", ours, theirs, datagram);
}

static void print_tally(const struct tally *tally)
{
    printf("    %6u verdicts are the same\n", tally->same);
    for (size_t i = 0; i < reason_count; i++)
        printf("    %6u %s\n", tally->reasons[i], reason_text(i));
}

static void verdicts_on_changed_hellos_agree(void **state)
{
    unsigned hellos = getenv("PROV_DEEP") != NULL ? HELLOS_DEEP : HELLOS;
    struct tally tally = {0};
    uint64_t seed = 1;

    (void)state;
    assert_true(reason_count <= REASONS_MAX);
    for (unsigned i = 0; i < hellos; i++) {
        uint8_t room[4096];
        struct prov_buf out = PROV_BUF_OF(room);
        struct hello hello;
        unsigned changes = i < HELLO_BASES ? 0 : 1 + (unsigned)(next(&seed) % 2);
        hello_base(i % HELLO_BASES, &hello);
        for (unsigned k = 0; k < changes; k++)
            hello_mutate(&hello, next, &seed);
        hello_put(&hello, &out);
        struct prov_bytes datagram = prov_buf_bytes(&out);
        struct verdict ours = ours_ask(&world, datagram);
        if (changes == 0)
            assert_int_equal(ours.class, VERDICT_ACCEPT);
        compare(PEER_OPENSSL, hello_bases[i % HELLO_BASES], datagram, changes, ours, &tally);
        if (with_gnutls)
            compare(PEER_GNUTLS, hello_bases[i % HELLO_BASES], datagram, changes, ours, &tally);
    }
    print_tally(&tally);
    assert_int_equal(tally.unexplained, 0);
    for (size_t i = 0; i < reason_count; i++)
        assert_true(tally.reasons[i] >
                    0); /* a reason that is never needed has no place in the table */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_on_changed_hellos_agree),
    };
    return cmocka_run_group_tests_name("differential", tests, setup, teardown);
}
