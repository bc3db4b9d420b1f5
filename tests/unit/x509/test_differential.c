/* SPDX-License-Identifier: Apache-2.0
 *
 * Every change, to every link, of chains of every length, in both roles: the relation to OpenSSL's
 * verdicts that second.h states.
 */
#include "family.h"

static const struct change {
    uint8_t remove, number; /* of extensions; 0: none */
    int critical;
    struct {
        const char *octets;
        size_t len;
    } value;
} changes[] = {
#define VALUE(literal)                                                                             \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
    {CE_KU, 0, 0, VALUE("")},
    {CE_KU, CE_KU, 0, VALUE("\x03\x02\x07\x80")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x02\x02\x04")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x02\x01\x86")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x02\x03\x88")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x02\x05\xa0")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x03\x07\x80\x80")},
    {CE_KU, CE_KU, 1, VALUE("\x03\x02\x00\x80")},
    {0, CE_BC, 1, VALUE("\x30\x00")},
    {0, CE_BC, 1, VALUE("\x30\x03\x01\x01\xff")},
    {CE_BC, CE_BC, 1, VALUE("\x30\x06\x01\x01\xff\x02\x01\x00")},
    {CE_BC, CE_BC, 0, VALUE("\x30\x06\x01\x01\xff\x02\x01\x01")},
    {CE_BC, CE_BC, 0, VALUE("\x30\x06\x01\x01\xff\x02\x01\x02")},
    {CE_BC, CE_BC, 0, VALUE("\x30\x03\x02\x01\x01")},
    {CE_BC, 0, 0, VALUE("")},
    {CE_EKU, 0, 0, VALUE("")},
    {0, CE_EKU, 0, VALUE("\x30\x06\x06\x04\x55\x1d\x25\x00")},
    {0, CE_EKU, 1, VALUE("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")},
    {0, CE_EKU, 1, VALUE("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02")},
    {0, CE_EKU, 0,
     VALUE("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03"
           "\x02")},
    {CE_EKU, CE_EKU, 0, VALUE("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")},
    {CE_EKU, CE_EKU, 0, VALUE("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02")},
    {0, CE_AKI, 0, VALUE("\x30\x04\x80\x02\xaa\xbb")},
    {0, CE_AKI, 0, VALUE("\x30\x00")},
    {0, CE_SKI, 0, VALUE("\x04\x02\xaa\xbc")},
    {0, CE_SKI, 1, VALUE("\x04\x02\xaa\xbb")},
    {CE_SAN, 0, 0, VALUE("")},
    {CE_SAN, CE_SAN, 1, VALUE("\x30\x0b\x82\x09*.example")},
    {CE_SAN, CE_SAN, 1, VALUE("\x30\x10\x82\x0eSERVER.example")},
    {0, 30, 0, VALUE("\x30\x00")},
    {0, 36, 1, VALUE("\x30\x00")},
    {0, 32, 0, VALUE("\x30\x06\x30\x04\x06\x02\x2a\x03")},
};

static bool has(const struct mint_plan *plan, uint8_t number)
{
    for (size_t i = 0; i < plan->extension_count; i++)
        if (plan->extensions[i].number == number)
            return true;
    return false;
}

static void change_apply(const struct change *change, struct mint_plan *plan)
{
    struct prov_bytes value = {(const uint8_t *)change->value.octets, change->value.len};

    if (change->remove != 0 && has(plan, change->remove))
        mint_remove(plan, change->remove);
    if (change->number != 0)
        mint_add(plan, change->number, change->critical, value);
}

struct tally {
    unsigned both, stricter, neither;
};

static void compare(struct family *family, struct tally *tally)
{
    size_t root = family->count - 1;

    family_mint(family);
    for (size_t sent = root; sent <= root + 1; sent++) {
        bool ours = judge(family, family->certs, sent, &family->certs[root], 1) == PROV_OK;
        bool theirs = second_accepts(&family->rules, family->certs, sent, &family->certs[root], 1);

        tally->both += ours && theirs;
        tally->stricter += !ours && theirs;
        tally->neither += !ours && !theirs;
    }
}

static void what_is_accepted_openssl_accepts(void **state)
{
    struct family *family = *state;
    struct tally tally = {0, 0, 0};
    size_t count = sizeof changes / sizeof changes[0];

    for (int role = PROV_PATH_SERVER; role <= PROV_PATH_CLIENT; role++)
        for (size_t below = 1; below <= 3; below++)
            for (size_t first = 0; first < count * (below + 1); first++)
                for (size_t second = 0; second < 2; second++) {
                    size_t other = (first * 7 + second * 13) % (count * (below + 1));

                    family_plan(family, (enum prov_path_role)role, below);
                    change_apply(&changes[first % count], &family->links[first / count]);
                    if (second > 0) /* and another one, somewhere */
                        change_apply(&changes[other % count], &family->links[other / count]);
                    compare(family, &tally);
                }
    print_message("both accept %u, ours is stricter %u, both refuse %u\n", tally.both,
                  tally.stricter, tally.neither);
    assert_true(tally.both > 100 && tally.stricter > 100 && tally.neither > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_accepted_openssl_accepts, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
