/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "prov/bundle.h"
#include "prov/cose.h"
#include "tests/unit/cose/spoil.h"

/* --- fields ---------------------------------------------------------------------------------- */

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

static void h41_deny_signers_that_are_none_are_refused(void **state)
{
    uint8_t room[256];
    struct prov_buf key = PROV_BUF_OF(room);
    struct octets octets;

    (void)state;
    REFUSE_ITEM("psk", DENY_SIGNER, "\x80", PROV_E_FORMAT);
    REFUSE_ITEM("psk", DENY_SIGNER, "\x00", PROV_E_FORMAT);
    encode_sample("psk", &octets);
    assert_int_equal(
        prov_cose_private_encode(sample_point_11, PROV_BYTES_OF(sample_scalar_11), &key), PROV_OK);
    replace(&octets, DENY_SIGNER, key.data, key.len); /* a private key has no place there */
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, DENY_SIGNER));
    key.len = 0;
    assert_int_equal(prov_cose_public_encode(sample_point_11, &key), PROV_OK);
    key.data[key.len - 1] ^= 1; /* off the curve */
    encode_sample("cert", &octets);
    replace(&octets, DENY_SIGNER, key.data, key.len);
    refuse_at(&octets, PROV_E_POINT, item_at(&octets, DENY_SIGNER));
    key.len = 0;
    assert_int_equal(prov_cose_psk_encode(PROV_BYTES_OF(sample_scalar_11),
                                          PROV_BYTES_OF(sample_scalar_11), &key),
                     PROV_OK);
    replace(&octets, DENY_SIGNER, key.data, key.len);
    refuse_at(&octets, PROV_E_FORMAT, item_at(&octets, DENY_SIGNER));
}

/* --- credentials ----------------------------------------------------------------------------- */

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
    refuse_at(&encoded, PROV_E_FORMAT, at);
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
    REFUSE_ITEM("cert", CREDENTIAL, "\x84\x41\x30\xf6\xf6\xf6", PROV_E_FORMAT);
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

/* cert-urls with the third item of its credential replaced; the first two stay. */
#define REFUSE_URLS(literal, expected, offset)                                                     \
    do {                                                                                           \
        static const char item_[] = "\x83\x41\x30\xf6" literal;                                    \
        struct octets octets_;                                                                     \
        encode_sample("cert-urls", &octets_);                                                      \
        replace(&octets_, CREDENTIAL, item_, sizeof item_ - 1);                                    \
        refuse_at(&octets_, expected, item_at(&octets_, CREDENTIAL) + 4 + (offset));               \
    } while (0)
#define HASH                                                                                       \
    "\x54"                                                                                         \
    "01234567890123456789"

static void row40_urls_of_other_shapes_are_refused(void **state)
{
    struct prov_bundle bundle;

    (void)state;
    REFUSE_URLS("\x80", PROV_E_FORMAT, 0); /* left out says it */
    REFUSE_URLS("\xf6", PROV_E_FORMAT, 0);
    REFUSE_URLS("\x82\x82\x69http://h/" HASH "\x82\x69http://h/" HASH, PROV_E_FORMAT, 0);
    REFUSE_URLS("\x81\x81\x69http://h/", PROV_E_FORMAT, 1);
    REFUSE_URLS("\x81\x83\x69http://h/" HASH "\xf6", PROV_E_FORMAT, 1);
    REFUSE_URLS("\x81\x82\x49http://h/" HASH, PROV_E_FORMAT, 2);
    REFUSE_URLS("\x81\x82\x69http:///x" HASH, PROV_E_ADDRESS, 2);
    REFUSE_URLS("\x81\x82\x67"
                "ftp://h" HASH,
                PROV_E_ADDRESS, 2);
    REFUSE_URLS("\x81\x82\x6ahttp://h/ " HASH, PROV_E_ADDRESS, 2);
    REFUSE_URLS("\x81\x82\x6bhttp://a@b/" HASH, PROV_E_ADDRESS, 2);
    REFUSE_URLS("\x81\x82\x69http://h/\x53"
                "0123456789012345678",
                PROV_E_FORMAT, 12);
    sample_get("cert-urls", &bundle);
    bundle.url_count = 1; /* one of two */
    refuse_encoding(&bundle, PROV_E_FORMAT);
    bundle.url_count = 5;
    refuse_encoding(&bundle, PROV_E_BOUNDS);
}

static void row40_a_url_is_255_octets_at_most(void **state)
{
    static uint8_t url[PROV_URL_MAX + 1];
    struct prov_bundle bundle;
    struct octets octets;

    (void)state;
    memset(url, 'a', sizeof url);
    memcpy(url, "http://h/", 9);
    sample_get("cert-urls", &bundle);
    bundle.urls[1].url = PROV_BYTES_OF(url);
    refuse_encoding(&bundle, PROV_E_ADDRESS);
    bundle.urls[1].url.len--;
    encode(&bundle, &octets);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row25_group_bit_is_refused),
        cmocka_unit_test(row25_other_lengths_are_refused),
        cmocka_unit_test(row24_names_that_are_none_are_refused),
        cmocka_unit_test(addresses_that_are_none_are_refused),
        cmocka_unit_test(other_fields_out_of_range_are_refused),
        cmocka_unit_test(h41_deny_signers_that_are_none_are_refused),
        cmocka_unit_test(row1_nothing_to_authenticate_the_peer_is_refused),
        cmocka_unit_test(row1_peer_data_of_another_kind_is_refused),
        cmocka_unit_test(row12_psk_and_identity_out_of_bounds_are_refused),
        cmocka_unit_test(row19_points_off_the_curve_are_refused),
        cmocka_unit_test(nobody_accepts_its_own_key),
        cmocka_unit_test(keys_of_another_kind_are_refused),
        cmocka_unit_test(a_raw_key_without_its_point_is_refused),
        cmocka_unit_test(certificate_lists_of_other_shapes_are_refused),
        cmocka_unit_test(a_public_key_beside_a_chain_is_refused),
        cmocka_unit_test(row40_urls_of_other_shapes_are_refused),
        cmocka_unit_test(row40_a_url_is_255_octets_at_most),
        cmocka_unit_test(what_would_be_refused_is_not_written),
        cmocka_unit_test(nothing_is_left_of_a_bundle_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
