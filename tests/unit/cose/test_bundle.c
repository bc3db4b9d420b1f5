/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "prov/bundle.h"
#include "prov/cbor.h"
#include "tests/unit/cose/samples.h"

static struct prov_crypto *crypto;

static int open_crypto(void **state)
{
    (void)state;
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

static int close_crypto(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    return 0;
}

/* A bundle's octets, to be spoilt. */
struct octets {
    uint8_t data[PROV_BUNDLE_MAX + 64];
    size_t len;
};

static void encode(const struct prov_bundle *bundle, struct octets *ret)
{
    struct prov_buf buf = prov_buf_make(ret->data, sizeof ret->data);

    assert_int_equal(prov_bundle_encode(bundle, crypto, &buf), PROV_OK);
    ret->len = buf.len;
}

static void encode_sample(const char *name, struct octets *ret)
{
    struct prov_bundle bundle;

    sample_get(name, &bundle);
    encode(&bundle, ret);
}

/* Makes the digest right again. */
static void seal(struct octets *octets)
{
    const struct prov_bytes before = PROV_BYTES(octets->data, octets->len - PROV_HASH_LEN - 2);

    assert_int_equal(prov_crypto_sha256(crypto, &before, 1, octets->data + before.len + 2),
                     PROV_OK);
}

static void refuse_at(const struct octets *octets, prov_result expected, size_t expected_at)
{
    static const struct prov_bundle untouched = {.issued = 77};
    struct prov_bundle bundle = untouched;
    size_t at = SIZE_MAX;
    prov_result result =
        prov_bundle_decode(PROV_BYTES(octets->data, octets->len), crypto, &bundle, &at);

    if (result != expected || at != expected_at)
        fail_msg("%04x at %zu, not %04x at %zu", (unsigned)result, at, (unsigned)expected,
                 expected_at);
    assert_memory_equal(&bundle, &untouched, sizeof bundle);
    assert_int_equal(
        prov_bundle_decode(PROV_BYTES(octets->data, octets->len), crypto, &bundle, NULL), expected);
}

/* Where the n-th item of the array stands. */
static size_t item_at(const struct octets *octets, int n)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(octets->data, octets->len));
    struct prov_bytes item;
    size_t count;

    assert_int_equal(prov_cbor_take_array(&reader, &count), PROV_OK);
    for (int i = 0; i < n; i++)
        assert_int_equal(prov_cbor_take_item(&reader, &item), PROV_OK);
    return reader.at;
}

/* Puts other octets in the place of the n-th item, and makes the digest right. */
static void replace(struct octets *octets, int n, const void *data, size_t len)
{
    size_t from = item_at(octets, n), to = item_at(octets, n + 1);

    memmove(octets->data + from + len, octets->data + to, octets->len - to);
    memcpy(octets->data + from, data, len);
    octets->len = octets->len - (to - from) + len;
    seal(octets);
}

enum { ID = 1, PROFILE, USE, DEVICE, SERVER, ADDRESS, ISSUED, KIND, CREDENTIAL, PEER, DIGEST };

/* Refuses the sample with the n-th item replaced by the octets of a string literal, at that item.
 */
#define REFUSE_ITEM(sample, n, literal, expected)                                                  \
    do {                                                                                           \
        struct octets octets_;                                                                     \
        encode_sample(sample, &octets_);                                                           \
        replace(&octets_, n, literal, sizeof(literal) - 1);                                        \
        refuse_at(&octets_, expected, item_at(&octets_, n));                                       \
    } while (0)

/* --- accidents
 * ------------------------------------------------------------------------------------ */

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
                PROV_E_DETERMINISM);
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

/* --- fields --------------------------------------------------------------------------------------
 */

static void row25_group_bit_is_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", DEVICE,
                "\x48\x01"
                "bcdefgh",
                PROV_E_EUI64_KIND);
    REFUSE_ITEM("rpk", DEVICE, "\x48\xff\xff\xff\xff\xff\xff\xff\xff", PROV_E_EUI64_KIND);
    REFUSE_ITEM("cert", DEVICE, "\x48\0\0\0\0\0\0\0\0", PROV_E_EUI64_KIND);
}

static void row25_other_lengths_are_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", DEVICE, "\x47\0bcdefg", PROV_E_EUI64);
    REFUSE_ITEM("psk", DEVICE, "\x49\0bcdefghi", PROV_E_EUI64);
    REFUSE_ITEM("psk", DEVICE,
                "\x77"
                "AC-DE-48-00-11-22-33-44",
                PROV_E_FORMAT);
}

static void row24_names_that_are_none_are_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", SERVER, "\x6d*.example.com", PROV_E_FQDN);
    REFUSE_ITEM("psk", SERVER,
                "\x69"
                "192.0.2.1",
                PROV_E_FQDN);
    REFUSE_ITEM("psk", SERVER, "\x69localhost", PROV_E_FQDN);
    REFUSE_ITEM("psk", SERVER,
                "\x69"
                "A.example",
                PROV_E_FQDN); /* not folded */
    REFUSE_ITEM("psk", SERVER,
                "\x6a"
                "a.example.",
                PROV_E_FQDN); /* trailing dot */
    REFUSE_ITEM("psk", SERVER, "\xf6", PROV_E_FORMAT);
}

static void addresses_that_are_none_are_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", ADDRESS, "\x60", PROV_E_ADDRESS); /* null says it */
    REFUSE_ITEM("psk", ADDRESS,
                "\x66"
                "a b:56",
                PROV_E_ADDRESS);
    REFUSE_ITEM("psk", ADDRESS,
                "\x66"
                "a\0b:56",
                PROV_E_ADDRESS);
    REFUSE_ITEM("psk", ADDRESS,
                "\x66"
                "a\x1b"
                "b:56",
                PROV_E_ADDRESS);
    REFUSE_ITEM("psk", ADDRESS, "\x62\xc3\xbc", PROV_E_ADDRESS);
    REFUSE_ITEM("psk", ADDRESS,
                "\x46"
                "a.b:56",
                PROV_E_FORMAT);
    struct octets octets;
    uint8_t text[3 + 262] = {0x79, 0x01, 0x06};
    memset(text + 3, 'a', 262);
    encode_sample("psk", &octets);
    replace(&octets, ADDRESS, text, sizeof text);
    refuse_at(&octets, PROV_E_ADDRESS, item_at(&octets, ADDRESS));
}

static void other_fields_out_of_range_are_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", ID,
                "\x4f"
                "0123456789abcde",
                PROV_E_FORMAT);
    REFUSE_ITEM("psk", ID,
                "\x51"
                "0123456789abcdefg",
                PROV_E_FORMAT);
    REFUSE_ITEM("psk", USE, "\x00", PROV_E_FORMAT);
    REFUSE_ITEM("psk", USE, "\x03", PROV_E_FORMAT);
    REFUSE_ITEM("psk", ISSUED, "\x20", PROV_E_BOUNDS);
    REFUSE_ITEM("psk", ISSUED, "\x1b\0\0\0\x3a\xff\xf4\x41\x80",
                PROV_E_BOUNDS); /* the year 10000 */
    REFUSE_ITEM("psk", KIND, "\x00", PROV_E_FORMAT);
    REFUSE_ITEM("psk", KIND, "\x04", PROV_E_FORMAT);
}

/* --- credentials
 * ----------------------------------------------------------------------------------- */

static void refuse_encoding(const struct prov_bundle *bundle, prov_result expected)
{
    uint8_t room[PROV_BUNDLE_MAX + 64];
    struct prov_buf buf = PROV_BUF_OF(room);

    memset(room, 0x77, sizeof room);
    prov_put_u8(&buf, 1); /* what stands there stays */
    assert_int_equal(prov_bundle_encode(bundle, crypto, &buf), expected);
    assert_int_equal(buf.len, 1);
    assert_int_equal(room[0], 1);
}

static void row1_nothing_to_authenticate_the_peer_is_refused(void **state)
{
    struct prov_bundle bundle;

    (void)state;
    REFUSE_ITEM("rpk", PEER, "\x80", PROV_E_POLICY);
    REFUSE_ITEM("rpk", PEER, "\xf6", PROV_E_POLICY);
    REFUSE_ITEM("cert", PEER, "\x80", PROV_E_POLICY);
    REFUSE_ITEM("cert", PEER, "\xf6", PROV_E_POLICY);
    REFUSE_ITEM("psk", CREDENTIAL, "\xf6", PROV_E_FORMAT);
    sample_get("rpk", &bundle);
    bundle.peer_count = 0;
    refuse_encoding(&bundle, PROV_E_POLICY);
    sample_get("cert", &bundle);
    bundle.anchor_count = 0;
    refuse_encoding(&bundle, PROV_E_POLICY);
    sample_get("psk", &bundle);
    bundle.psk = PROV_BYTES_NONE;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
}

static void row1_peer_data_of_another_kind_is_refused(void **state)
{
    (void)state;
    REFUSE_ITEM("psk", PEER, "\x45\x30\x03\x02\x01\x03", PROV_E_FORMAT);
    REFUSE_ITEM("psk", PEER, "\x80", PROV_E_FORMAT);
    REFUSE_ITEM("rpk", PEER, "\x45\x30\x03\x02\x01\x03", PROV_E_FORMAT);
}

static void row12_psk_and_identity_out_of_bounds_are_refused(void **state)
{
    static const uint8_t octets[129] = {1};
    struct octets encoded;
    struct prov_bundle bundle;

    (void)state;
    sample_get("psk", &bundle);
    bundle.psk_identity = PROV_BYTES_OF(octets);
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    bundle.psk_identity = PROV_BYTES_NONE;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("psk", &bundle);
    bundle.psk = PROV_BYTES(octets, 15);
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    bundle.psk = PROV_BYTES(octets, 65);
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    encode_sample("psk", &encoded);
    size_t at = item_at(&encoded, CREDENTIAL);
    static const char no_identity[] = "\xa3\x01\x04\x02\x40\x20\x50"
                                      "0123456789abcdef";
    replace(&encoded, CREDENTIAL, no_identity, sizeof no_identity - 1);
    refuse_at(&encoded, PROV_E_BOUNDS, at + 4);
    static const char short_key[] = "\xa3\x01\x04\x02\x41\x01\x20\x4f"
                                    "0123456789abcde";
    replace(&encoded, CREDENTIAL, short_key, sizeof short_key - 1);
    refuse_at(&encoded, PROV_E_BOUNDS, at + 7);
    static const char no_kid[] = "\xa2\x01\x04\x20\x50"
                                 "0123456789abcdef";
    replace(&encoded, CREDENTIAL, no_kid, sizeof no_kid - 1);
    refuse_at(&encoded, PROV_E_BOUNDS, at);
}

static void row19_points_off_the_curve_are_refused(void **state)
{
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    sample_get("rpk", &bundle);
    bundle.point[64] ^= 1;
    refuse_encoding(&bundle, PROV_E_POINT);
    sample_get("rpk", &bundle);
    bundle.peers[0][64] ^= 1;
    refuse_encoding(&bundle, PROV_E_POINT);
    sample_get("cert-pair", &bundle);
    bundle.point[64] ^= 1;
    refuse_encoding(&bundle, PROV_E_POINT);
    encode_sample("rpk-own", &octets);
    size_t own = item_at(&octets, CREDENTIAL), peers = item_at(&octets, PEER);
    octets.data[peers - 1] ^= 1;
    seal(&octets);
    refuse_at(&octets, PROV_E_POINT, own);
    encode_sample("rpk-own", &octets);
    octets.data[octets.len - 35] ^= 1; /* the second of the server's keys: 75 octets */
    seal(&octets);
    refuse_at(&octets, PROV_E_POINT, octets.len - 34 - 75);
}

static void nobody_accepts_its_own_key(void **state)
{
    struct prov_bundle bundle;

    (void)state;
    sample_get("rpk-own", &bundle);
    memcpy(bundle.peers[1], bundle.point, PROV_POINT_LEN);
    refuse_encoding(&bundle, PROV_E_POLICY);
}

static void keys_of_another_kind_are_refused(void **state)
{
    struct octets octets, other;

    (void)state;
    encode_sample("rpk", &octets);
    encode_sample("psk", &other);
    size_t from = item_at(&other, CREDENTIAL), to = item_at(&other, PEER);
    replace(&octets, CREDENTIAL, other.data + from, to - from); /* a PSK for a key pair */
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, CREDENTIAL));
    encode_sample("rpk", &octets);
    from = item_at(&octets, CREDENTIAL);
    to = item_at(&octets, PEER);
    uint8_t peers[256] = {0x81};
    memcpy(peers + 1, octets.data + from,
           to - from); /* a private key for the server's public one */
    replace(&octets, PEER, peers, 1 + to - from);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, PEER) + 1);
}

static void a_raw_key_without_its_point_is_refused(void **state)
{
    static const char lone[] = "\xa3\x01\x02\x20\x01\x23\x58\x20"
                               "0123456789abcdef0123456789abcdef";
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    encode_sample("rpk", &octets);
    replace(&octets, CREDENTIAL, lone, sizeof lone - 1);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, CREDENTIAL));
    sample_get("rpk", &bundle);
    bundle.has_public = false;
    refuse_encoding(&bundle, PROV_E_STATE);
}

static void certificate_lists_of_other_shapes_are_refused(void **state)
{
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    REFUSE_ITEM("cert", PEER, "\x81\x41\x30", PROV_E_FORMAT); /* an array of one */
    REFUSE_ITEM("cert", PEER, "\x85\x41\x30\x41\x30\x41\x30\x41\x30\x41\x30", PROV_E_BOUNDS);
    REFUSE_ITEM("cert", PEER, "\x40", PROV_E_FORMAT);
    REFUSE_ITEM("cert", PEER,
                "\x61"
                "0",
                PROV_E_FORMAT);
    REFUSE_ITEM("cert", CREDENTIAL, "\x81\x41\x30", PROV_E_FORMAT);
    REFUSE_ITEM("cert", CREDENTIAL, "\x83\x41\x30\xf6\xf6", PROV_E_FORMAT);
    encode_sample("cert", &octets);
    static const char no_chain[] = "\x82\x80\xf6", public_key[] = "\x82\x41\x30\xf5";
    replace(&octets, CREDENTIAL, no_chain, sizeof no_chain - 1);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, CREDENTIAL) + 1);
    replace(&octets, CREDENTIAL, public_key, sizeof public_key - 1);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, CREDENTIAL) + 3);
    sample_get("cert", &bundle);
    bundle.chain_len = 0;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    bundle.chain_len = 5;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("cert", &bundle);
    bundle.anchor_count = 5;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("cert", &bundle);
    bundle.chain[1] = PROV_BYTES_NONE;
    refuse_encoding(&bundle, PROV_E_FORMAT);
}

/* What stands beside a chain is a private key or nothing: the public half is in the certificate. */
static void a_public_key_beside_a_chain_is_refused(void **state)
{
    struct octets octets, other;
    uint8_t item[256] = {0x82, 0x41, 0x30};

    (void)state;
    encode_sample("rpk-own", &other);
    size_t from = item_at(&other, CREDENTIAL), to = item_at(&other, PEER);
    memcpy(item + 3, other.data + from, to - from);
    encode_sample("cert", &octets);
    replace(&octets, CREDENTIAL, item, 3 + to - from);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, CREDENTIAL) + 3);
}

static void what_would_be_refused_is_not_written(void **state)
{
    static uint8_t large[PROV_BUNDLE_MAX];
    struct prov_bundle bundle;

    (void)state;
    sample_get("psk", &bundle);
    bundle.device.octets[0] |= 1;
    refuse_encoding(&bundle, PROV_E_EUI64_KIND);
    sample_get("psk", &bundle);
    bundle.server.text[0] = '*';
    refuse_encoding(&bundle, PROV_E_FQDN);
    sample_get("psk", &bundle);
    bundle.address[0] = ' ';
    refuse_encoding(&bundle, PROV_E_ADDRESS);
    sample_get("psk", &bundle);
    bundle.issued = -1;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("psk", &bundle);
    bundle.profile = "tls13-iot-23";
    refuse_encoding(&bundle, PROV_E_VERSION);
    bundle.profile = NULL;
    refuse_encoding(&bundle, PROV_E_VERSION);
    sample_get("psk", &bundle);
    bundle.kind = (enum prov_kind)4;
    refuse_encoding(&bundle, PROV_E_STATE);
    sample_get("psk", &bundle);
    bundle.use = (enum prov_use)0;
    refuse_encoding(&bundle, PROV_E_FORMAT);
    sample_get("rpk", &bundle);
    bundle.peer_count = 3;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("rpk", &bundle);
    bundle.scalar.len = 31;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
    sample_get("cert", &bundle);
    bundle.chain[0] = PROV_BYTES_OF(large);
    refuse_encoding(&bundle, PROV_E_OVERFLOW);
}

/* A bundle may hold a secret: what was written before the room ended is wiped. */
static void nothing_is_left_of_a_bundle_that_does_not_fit(void **state)
{
    static const uint8_t psk[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct prov_bundle bundle;
    struct octets octets;
    uint8_t room[PROV_BUNDLE_MAX];

    (void)state;
    encode_sample("psk", &octets);
    sample_get("psk", &bundle);
    for (size_t cap = 0; cap < octets.len; cap++) {
        memset(room, 0x77, sizeof room);
        struct prov_buf buf = prov_buf_make(room, cap);
        assert_int_equal(prov_bundle_encode(&bundle, crypto, &buf), PROV_E_OVERFLOW);
        assert_int_equal(buf.len, 0);
        for (size_t i = 0; i + sizeof psk <= sizeof room; i++)
            assert_memory_not_equal(room + i, psk, sizeof psk);
    }
}

/* --- accepted
 * -------------------------------------------------------------------------------------- */

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
        cmocka_unit_test(row25_group_bit_is_refused),
        cmocka_unit_test(row25_other_lengths_are_refused),
        cmocka_unit_test(row24_names_that_are_none_are_refused),
        cmocka_unit_test(addresses_that_are_none_are_refused),
        cmocka_unit_test(other_fields_out_of_range_are_refused),
        cmocka_unit_test(row1_nothing_to_authenticate_the_peer_is_refused),
        cmocka_unit_test(row1_peer_data_of_another_kind_is_refused),
        cmocka_unit_test(row12_psk_and_identity_out_of_bounds_are_refused),
        cmocka_unit_test(row19_points_off_the_curve_are_refused),
        cmocka_unit_test(nobody_accepts_its_own_key),
        cmocka_unit_test(keys_of_another_kind_are_refused),
        cmocka_unit_test(a_raw_key_without_its_point_is_refused),
        cmocka_unit_test(certificate_lists_of_other_shapes_are_refused),
        cmocka_unit_test(a_public_key_beside_a_chain_is_refused),
        cmocka_unit_test(what_would_be_refused_is_not_written),
        cmocka_unit_test(nothing_is_left_of_a_bundle_that_does_not_fit),
        cmocka_unit_test(row1_every_kind_goes_both_ways),
        cmocka_unit_test(row5_a_key_made_on_the_device_is_not_in_the_bundle),
        cmocka_unit_test(a_bundle_may_follow_other_octets),
        cmocka_unit_test(kept_bundles_are_still_read_and_written),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
