/* SPDX-License-Identifier: Apache-2.0
 *
 * The real backend against published vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prov/crypto.h"
#include "prov/text.h"

static struct prov_crypto *crypto_make(const struct prov_random *random)
{
    struct prov_crypto *crypto;

    assert_int_equal(prov_crypto_make(random, &crypto), PROV_OK);
    return crypto;
}

struct octets {
    uint8_t data[256];
    size_t len;
};

static struct octets hex(const char *text)
{
    struct octets octets = {.len = 0};
    struct prov_buf buf = PROV_BUF_OF(octets.data);

    assert_int_equal(prov_hex_parse(prov_bytes_text(text), &buf), PROV_OK);
    octets.len = buf.len;
    return octets;
}

#define VIEW(octets) PROV_BYTES((octets).data, (octets).len)

/* FIPS 180-4: the examples that NIST publishes with it. */
static void sha256_vectors(void **state)
{
    static const struct {
        const char *text, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct prov_crypto *crypto = crypto_make(NULL);
    uint8_t digest[PROV_HASH_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct prov_bytes part = prov_bytes_text(vectors[i].text);

        assert_int_equal(prov_crypto_sha256(crypto, &part, 1, digest), PROV_OK);
        assert_memory_equal(digest, hex(vectors[i].digest).data, sizeof digest);
    }
    prov_crypto_free(crypto);
}

/* RFC 4231, section 4: cases 1, 2, 3, 4, 6, 7 (5 is about truncation). */
/* FIPS 180-4's example, and the empty input: for client_certificate_url alone. */
static void h34_sha1_vectors(void **state)
{
    struct prov_crypto *crypto = crypto_make(NULL);
    uint8_t digest[20];

    (void)state;
    assert_int_equal(prov_crypto_sha1(crypto, prov_bytes_text("abc"), digest), PROV_OK);
    assert_memory_equal(digest, hex("a9993e364706816aba3e25717850c26c9cd0d89d").data, 20);
    assert_int_equal(prov_crypto_sha1(crypto, PROV_BYTES_NONE, digest), PROV_OK);
    assert_memory_equal(digest, hex("da39a3ee5e6b4b0d3255bfef95601890afd80709").data, 20);
    prov_crypto_free(crypto);
}

static void row21_hmac_sha256_vectors(void **state)
{
    char long_key[2 * 131 + 1] = {0};
    const struct {
        const char *key, *text, *mac;
    } vectors[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
         "ddd"
         "dddddddd",
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819",
         "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc"
         "dcd"
         "cdcdcdcd",
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {long_key,
         "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20486173682"
         "0"
         "4b6579204669727374",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {long_key,
         "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a6"
         "5"
         "206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206"
         "b"
         "6579206e6565647320746f20626520686173686564206265666f7265206265696e67207573656420627920746"
         "8"
         "6520484d414320616c676f726974686d2e",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    struct prov_crypto *crypto = crypto_make(NULL);
    uint8_t mac[PROV_HASH_LEN];

    (void)state;
    memset(long_key, 'a', sizeof long_key - 1);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct octets key = hex(vectors[i].key), text = hex(vectors[i].text);
        struct prov_bytes parts[] = {{text.data, 3}, {text.data + 3, text.len - 3}};
        struct prov_hmac hmac = {0};

        assert_int_equal(prov_crypto_hmac_begin(crypto, &hmac, VIEW(key)), PROV_OK);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(prov_crypto_hmac(crypto, &hmac, parts, 2, mac), PROV_OK);
            assert_memory_equal(mac, hex(vectors[i].mac).data, sizeof mac);
        }
        prov_crypto_hmac_drop(crypto, &hmac);
    }
    prov_crypto_free(crypto);
}

/* NIST SP 800-38C, example 3 (a nonce of 12 octets, a tag of 8), and the same input with a tag of
 * 16 and with no text, worked out from RFC 3610 by a second implementation over AES-ECB. GCM: test
 * case 13 of McGrew and Viega's specification with an AES-256 key of zeros. */
static void aead_vectors(void **state)
{
    static const char *const key = "404142434445464748494a4b4c4d4e4f";
    static const char *const nonce = "101112131415161718191a1b";
    static const char *const aad = "000102030405060708090a0b0c0d0e0f10111213";
    static const char *const text = "202122232425262728292a2b2c2d2e2f3031323334353637";
    const struct {
        enum prov_aead aead;
        const char *key, *nonce, *aad, *text, *sealed;
    } vectors[] = {
        {PROV_AEAD_AES_128_CCM_8, key, nonce, aad, text,
         "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"},
        {PROV_AEAD_AES_128_CCM, key, nonce, aad, text,
         "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5c87ae488918de93f17dd3e4934347f44"},
        {PROV_AEAD_AES_128_CCM_8, key, nonce, aad, "", "c96092cdd7b84d88"},
        {PROV_AEAD_AES_128_CCM, key, nonce, aad, "", "551d5d5f39de73135b5b67518627e990"},
        {PROV_AEAD_AES_256_GCM, "0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {PROV_AEAD_AES_256_GCM, "0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    };
    struct prov_crypto *crypto = crypto_make(NULL);
    uint8_t ret[64];

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct octets k = hex(vectors[i].key), n = hex(vectors[i].nonce), a = hex(vectors[i].aad);
        struct octets t = hex(vectors[i].text), s = hex(vectors[i].sealed);

        assert_int_equal(
            prov_crypto_seal(crypto, vectors[i].aead, VIEW(k), n.data, VIEW(a), VIEW(t), ret),
            PROV_OK);
        assert_memory_equal(ret, s.data, s.len);
        assert_int_equal(
            prov_crypto_open(crypto, vectors[i].aead, VIEW(k), n.data, VIEW(a), VIEW(s), ret),
            PROV_OK);
        assert_memory_equal(ret, t.data, t.len);
    }
    prov_crypto_free(crypto);
}

/* RFC 6979, appendix A.2.5: P-256 with SHA-256. */
static void ecdsa_vectors(void **state)
{
    static const char *const scalar =
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    static const char *const point =
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    static const struct {
        const char *text, *signature;
    } vectors[] = {
        {"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                   "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
        {"test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
                 "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
    };
    struct prov_crypto *crypto = crypto_make(NULL);
    struct octets s = hex(scalar), p = hex(point);
    struct prov_key key = {0};
    uint8_t digest[PROV_HASH_LEN], ret[PROV_POINT_LEN];

    (void)state;
    assert_int_equal(prov_crypto_key_load(crypto, VIEW(s), &key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &key, ret), PROV_OK);
    assert_memory_equal(ret, p.data, sizeof ret);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct prov_bytes text = prov_bytes_text(vectors[i].text);
        struct octets signature = hex(vectors[i].signature);

        assert_int_equal(prov_crypto_sha256(crypto, &text, 1, digest), PROV_OK);
        assert_int_equal(prov_crypto_verify(crypto, VIEW(p), digest, signature.data), PROV_OK);
        digest[0] ^= 1;
        assert_int_equal(prov_crypto_verify(crypto, VIEW(p), digest, signature.data),
                         PROV_E_SIGNATURE);
    }
    prov_crypto_key_drop(crypto, &key);
    prov_crypto_free(crypto);
}

static bool fill_from(void *context, uint8_t *out, size_t len)
{
    const struct octets *scalar = context;

    if (len != scalar->len)
        return false;
    memcpy(out, scalar->data, len);
    return true;
}

/* RFC 5903, section 8.1. */
static void ecdh_vectors(void **state)
{
    struct octets i = hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
    struct octets gi = hex("04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
                           "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
    struct octets gr = hex("04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                           "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab");
    struct octets gir = hex("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
    struct prov_random random = {fill_from, &i};
    struct prov_crypto *crypto = crypto_make(&random);
    struct prov_ecdh ecdh = {0};
    uint8_t point[PROV_POINT_LEN], secret[PROV_SCALAR_LEN];

    (void)state;
    assert_int_equal(prov_crypto_ecdh_make(crypto, &ecdh, point), PROV_OK);
    assert_memory_equal(point, gi.data, sizeof point);
    assert_int_equal(prov_crypto_ecdh_agree(crypto, &ecdh, VIEW(gr), secret), PROV_OK);
    assert_memory_equal(secret, gir.data, sizeof secret);
    prov_crypto_ecdh_drop(crypto, &ecdh);
    prov_crypto_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_vectors),
        cmocka_unit_test(h34_sha1_vectors),
        cmocka_unit_test(row21_hmac_sha256_vectors),
        cmocka_unit_test(aead_vectors),
        cmocka_unit_test(ecdsa_vectors),
        cmocka_unit_test(ecdh_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
