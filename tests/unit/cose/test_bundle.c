/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "prov/bundle.h"
#include "tests/unit/cose/spoil.h"

/* --- accidents ------------------------------------------------------------------------------- */

static void a_truncated_bundle_is_refused_at_every_octet(void **state)
{
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        encode_sample(samples[i].name, &octets);
        for (size_t cut = 0; cut < octets.len; cut++) {
            size_t at = SIZE_MAX;
            assert_int_equal(prov_bundle_decode(PROV_BYTES(octets.data, cut), crypto, &bundle, &at),
                             PROV_E_TRUNCATED);
            assert_true(at <= cut);
        }
    }
}

static void an_altered_bundle_is_refused_at_every_bit(void **state)
{
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        encode_sample(samples[i].name, &octets);
        for (size_t bit = 0; bit < 8 * octets.len; bit++) {
            octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            prov_result result =
                prov_bundle_decode(PROV_BYTES(octets.data, octets.len), crypto, &bundle, NULL);
            if (prov_result_exit(result) != 10)
                fail_msg("%s: bit %zu: %04x", samples[i].name, bit, (unsigned)result);
            octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

static void trailing_octets_are_refused(void **state)
{
    struct octets octets;

    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        encode_sample(samples[i].name, &octets);
        octets.data[octets.len] = (uint8_t)i;
        octets.len++;
        refuse_at(&octets, PROV_E_TRAILING, octets.len - 1);
    }
}

static void an_altered_digest_is_told_at_the_digest(void **state)
{
    struct octets octets;

    (void)state;
    encode_sample("psk", &octets);
    octets.data[octets.len - 1] ^= 1;
    refuse_at(&octets, PROV_E_DIGEST, octets.len - 34);
    encode_sample("psk", &octets);
    octets.data[item_at(&octets, ID) + 3] ^= 1;
    refuse_at(&octets, PROV_E_DIGEST, octets.len - 34);
}

static void other_versions_are_refused_before_anything_else(void **state)
{
    static const uint8_t future[] = {0x83, 0x02, 0xf9, 0x00, 0x00, 0xff};
    struct octets octets;

    (void)state;
    encode_sample("psk", &octets);
    octets.data[1] = 2;
    refuse_at(&octets, PROV_E_VERSION, 1);
    octets.data[1] = 0;
    refuse_at(&octets, PROV_E_VERSION, 1);
    octets.data[1] = 0x20; /* -1 */
    refuse_at(&octets, PROV_E_VERSION, 1);
    memcpy(octets.data, future, sizeof future);
    octets.len = sizeof future;
    refuse_at(&octets, PROV_E_VERSION, 1);
    REFUSE_ITEM("psk", PROFILE, "\x67rfc7926", PROV_E_VERSION);
    REFUSE_ITEM("psk", PROFILE, "\x68rfc79251", PROV_E_VERSION);
    REFUSE_ITEM("psk", PROFILE, "\x60", PROV_E_VERSION);
}

static void what_is_no_bundle_is_refused(void **state)
{
    static const char *const texts[] = {"-----BEGIN CERTIFICATE-----",
                                        "{\"schema\":1}",
                                        "\x30\x82\x01\x01",
                                        "\xa1\x01\x01",
                                        "\x01",
                                        "\x8b\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"};
    struct octets octets;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct prov_bundle bundle;
        prov_result result = prov_bundle_decode(prov_bytes_text(texts[i]), crypto, &bundle, NULL);
        assert_int_equal(prov_result_exit(result), 10);
    }
    memset(&octets, 0, sizeof octets);
    octets.len = PROV_BUNDLE_MAX + 1;
    refuse_at(&octets, PROV_E_BOUNDS, 0);
}

/* Each way in which the same values can be written otherwise. */
static void other_encodings_are_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", ID,
                "\x59\x00\x10"
                "0123456789abcdef",
                PROV_E_DETERMINISM);
    REFUSE_ITEM("psk", USE, "\x18\x01", PROV_E_DETERMINISM);
    REFUSE_ITEM("psk", DEVICE,
                "\x5f\x48"
                "\0abcdefg"
                "\xff",
                PROV_E_FORMAT);
    REFUSE_ITEM("psk", SERVER,
                "\x78\x07"
                "a.local",
                PROV_E_DETERMINISM);
    REFUSE_ITEM("psk", ISSUED, "\x1b\0\0\0\0\x6b\0\0\0", PROV_E_DETERMINISM);
    struct octets octets;
    encode_sample("psk", &octets);
    size_t at = item_at(&octets, CREDENTIAL);
    static const char swapped[] = "\xa3\x02\x41\x01\x01\x04\x20\x50"
                                  "0123456789abcdef";
    replace(&octets, CREDENTIAL, swapped, sizeof swapped - 1);
    refuse_at(&octets, PROV_E_DETERMINISM, at + 4);
    encode_sample("psk", &octets);
    static const char twice[] = "\xa3\x01\x04\x02\x41\x01\x02\x41\x01";
    replace(&octets, CREDENTIAL, twice, sizeof twice - 1);
    refuse_at(&octets, PROV_E_DETERMINISM, at + 6);
}

/* --- accepted -------------------------------------------------------------------------------- */

static bool equal_points(const uint8_t (*a)[PROV_POINT_LEN], const uint8_t (*b)[PROV_POINT_LEN],
                         size_t count)
{
    return count == 0 || memcmp(a, b, count * PROV_POINT_LEN) == 0;
}

static bool equal_lists(const struct prov_bytes *a, const struct prov_bytes *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!prov_bytes_equal(a[i], b[i]))
            return false;
    return true;
}

static void assert_equal_bundles(const struct prov_bundle *a, const struct prov_bundle *b)
{
    assert_memory_equal(&a->id, &b->id, sizeof a->id);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->use, b->use);
    assert_true(prov_eui64_equal(&a->device, &b->device));
    assert_string_equal(a->profile, b->profile);
    assert_string_equal(a->server.text, b->server.text);
    assert_string_equal(a->address, b->address);
    assert_int_equal(a->issued, b->issued);
    assert_true(prov_bytes_equal(a->psk_identity, b->psk_identity) &&
                prov_bytes_equal(a->psk, b->psk));
    assert_int_equal(a->has_public, b->has_public);
    assert_true(!a->has_public || memcmp(a->point, b->point, PROV_POINT_LEN) == 0);
    assert_true(prov_bytes_equal(a->scalar, b->scalar));
    assert_int_equal(a->chain_len, b->chain_len);
    assert_true(equal_lists(a->chain, b->chain, a->chain_len));
    assert_int_equal(a->url_count, b->url_count);
    for (size_t i = 0; i < a->url_count; i++) {
        assert_true(prov_bytes_equal(a->urls[i].url, b->urls[i].url));
        assert_memory_equal(a->urls[i].sha1, b->urls[i].sha1, PROV_SHA1_LEN);
    }
    assert_int_equal(a->peer_count, b->peer_count);
    assert_true(equal_points(a->peers, b->peers, a->peer_count));
    assert_int_equal(a->anchor_count, b->anchor_count);
    assert_true(equal_lists(a->anchors, b->anchors, a->anchor_count));
}

static void row1_every_kind_goes_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        struct prov_bundle bundle, again;
        struct octets octets;
        size_t at;
        samples[i].fill(&bundle);
        encode(&bundle, &octets);
        assert_int_equal(
            prov_bundle_decode(PROV_BYTES(octets.data, octets.len), crypto, &again, &at), PROV_OK);
        assert_equal_bundles(&bundle, &again);
    }
}

static void row5_a_key_made_on_the_device_is_not_in_the_bundle(void **state)
{
    static const char *const names[] = {"rpk-own", "cert-own"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct prov_bundle bundle;
        struct octets octets;
        encode_sample(names[i], &octets);
        assert_int_equal(
            prov_bundle_decode(PROV_BYTES(octets.data, octets.len), crypto, &bundle, NULL),
            PROV_OK);
        assert_int_equal(bundle.scalar.len, 0);
        for (size_t j = 0; j + PROV_SCALAR_LEN <= octets.len; j++)
            assert_memory_not_equal(octets.data + j, sample_scalar_11, PROV_SCALAR_LEN);
    }
}

static void the_longest_fields_go_both_ways(void **state)
{
    static const uint8_t certificate[600] = {0x30};
    struct prov_bundle bundle, again;
    struct octets octets;

    (void)state;
    sample_get("cert", &bundle);
    memset(bundle.address, '1', PROV_ADDRESS_MAX);
    for (size_t i = 0; i < PROV_BUNDLE_CHAIN_MAX; i++)
        bundle.chain[i] = PROV_BYTES_OF(certificate);
    bundle.chain_len = PROV_BUNDLE_CHAIN_MAX;
    for (size_t i = 0; i < PROV_BUNDLE_ANCHORS_MAX; i++)
        bundle.anchors[i] = PROV_BYTES(certificate, 1);
    bundle.anchor_count = PROV_BUNDLE_ANCHORS_MAX;
    encode(&bundle, &octets);
    assert_int_equal(prov_bundle_decode(PROV_BYTES(octets.data, octets.len), crypto, &again, NULL),
                     PROV_OK);
    assert_equal_bundles(&bundle, &again);
}

/* A bundle of the very length that is allowed, and one octet more. */
static void a_bundle_of_4096_octets_is_the_longest(void **state)
{
    static const uint8_t certificate[PROV_BUNDLE_MAX] = {0x30};
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    sample_get("cert-own", &bundle);
    bundle.chain[0] = PROV_BYTES(certificate, 1000);
    encode(&bundle, &octets);
    bundle.chain[0].len = 1000 + PROV_BUNDLE_MAX - octets.len;
    encode(&bundle, &octets);
    assert_int_equal(octets.len, PROV_BUNDLE_MAX);
    bundle.chain[0].len++;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
}

/* A bundle is appended to what the room holds, and its digest is over itself alone. */
static void a_bundle_may_follow_other_octets(void **state)
{
    uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_bundle bundle, again;

    (void)state;
    sample_get("psk", &bundle);
    prov_put_text(&buf, "before");
    assert_int_equal(prov_bundle_encode(&bundle, crypto, &buf), PROV_OK);
    assert_int_equal(prov_bundle_decode(PROV_BYTES(room + 6, buf.len - 6), crypto, &again, NULL),
                     PROV_OK);
}

/* tests/vectors/cose: version 1 is what it was. */
static void kept_bundles_are_still_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        struct prov_bundle again;
        struct octets octets;
        uint8_t kept[PROV_BUNDLE_MAX];
        char path[64];
        snprintf(path, sizeof path, "tests/vectors/cose/%s.bundle", samples[i].name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        struct prov_bytes bytes = PROV_BYTES(kept, fread(kept, 1, sizeof kept, file));
        fclose(file);
        assert_int_equal(prov_bundle_decode(bytes, crypto, &again, NULL), PROV_OK);
        encode_sample(samples[i].name, &octets);
        assert_true(prov_bytes_equal(bytes, PROV_BYTES(octets.data, octets.len)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_truncated_bundle_is_refused_at_every_octet),
        cmocka_unit_test(an_altered_bundle_is_refused_at_every_bit),
        cmocka_unit_test(trailing_octets_are_refused),
        cmocka_unit_test(an_altered_digest_is_told_at_the_digest),
        cmocka_unit_test(other_versions_are_refused_before_anything_else),
        cmocka_unit_test(what_is_no_bundle_is_refused),
        cmocka_unit_test(other_encodings_are_refused),
        cmocka_unit_test(row1_every_kind_goes_both_ways),
        cmocka_unit_test(row5_a_key_made_on_the_device_is_not_in_the_bundle),
        cmocka_unit_test(the_longest_fields_go_both_ways),
        cmocka_unit_test(a_bundle_of_4096_octets_is_the_longest),
        cmocka_unit_test(a_bundle_may_follow_other_octets),
        cmocka_unit_test(kept_bundles_are_still_read_and_written),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
