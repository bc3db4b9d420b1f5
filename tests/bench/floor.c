/* SPDX-License-Identifier: Apache-2.0 */
#include "floor.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#include "bench.h"

struct floor {
    EVP_MAC_CTX *hmac;
    EVP_MD_CTX *hash;
    EVP_MD *sha256;
    EVP_CIPHER_CTX *open, *seal;
    EVP_CIPHER *ccm;
    EVP_PKEY *mine, *peer, *other;
    EVP_PKEY_CTX *make, *sign, *verify;
    unsigned char signature[80], digest[32], point[65];
    size_t signature_len;
};

static void must(int ok, const char *what)
{
    if (ok <= 0)
        bench_fail(what);
}

static void floor_make(struct floor *f)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    memset(f, 0, sizeof(*f));
    f->hmac = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    f->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    f->hash = EVP_MD_CTX_new();
    f->ccm = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
    f->open = EVP_CIPHER_CTX_new();
    f->seal = EVP_CIPHER_CTX_new();
    f->mine = EVP_EC_gen("P-256");
    f->peer = EVP_EC_gen("P-256");
    f->other = EVP_EC_gen("P-256");
    f->make = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    must(EVP_PKEY_keygen_init(f->make), "keygen");
    must(EVP_PKEY_CTX_set_group_name(f->make, "P-256"), "group");
    f->sign = EVP_PKEY_CTX_new(f->mine, NULL);
    f->verify = EVP_PKEY_CTX_new(f->mine, NULL);
    must(EVP_PKEY_sign_init(f->sign), "sign");
    must(EVP_PKEY_verify_init(f->verify), "verify");
    f->signature_len = sizeof(f->signature);
    must(EVP_PKEY_sign(f->sign, f->signature, &f->signature_len, f->digest, 32), "sign");
    unsigned char *point = NULL;
    must((int)EVP_PKEY_get1_encoded_public_key(f->peer, &point), "point");
    memcpy(f->point, point, sizeof(f->point));
    OPENSSL_free(point);
}

static void floor_free(struct floor *f)
{
    EVP_MAC_CTX_free(f->hmac);
    EVP_MD_free(f->sha256);
    EVP_MD_CTX_free(f->hash);
    EVP_CIPHER_free(f->ccm);
    EVP_CIPHER_CTX_free(f->open);
    EVP_CIPHER_CTX_free(f->seal);
    EVP_PKEY_free(f->mine);
    EVP_PKEY_free(f->peer);
    EVP_PKEY_free(f->other);
    EVP_PKEY_CTX_free(f->make);
    EVP_PKEY_CTX_free(f->sign);
    EVP_PKEY_CTX_free(f->verify);
}

static void hmac(struct floor *f, const unsigned char *key, size_t key_len, const void *data,
                 size_t len, unsigned char ret[32])
{
    static char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    size_t ret_len;
    must(EVP_MAC_init(f->hmac, key, key_len, key != NULL ? params : NULL), "HMAC");
    must(EVP_MAC_update(f->hmac, data, len), "HMAC");
    must(EVP_MAC_final(f->hmac, ret, &ret_len, 32), "HMAC");
}

/* RFC 5246, section 5: `blocks` blocks of P_SHA256, two HMACs each. */
static void prf(struct floor *f, const unsigned char *key, size_t key_len, int blocks)
{
    unsigned char a[32], seed[32 + 77] = {0};
    hmac(f, key, key_len, seed, 77, a);
    for (int i = 0; i < blocks; i++) {
        memcpy(seed, a, sizeof(a));
        hmac(f, NULL, 0, seed, sizeof(seed), a);
        if (i + 1 < blocks)
            hmac(f, NULL, 0, seed, 32, a);
    }
}

static void record(struct floor *f, EVP_CIPHER_CTX *c, int seal)
{
    unsigned char key[16] = {1}, nonce[12] = {2}, aad[13] = {3}, text[24] = {4}, tag[8] = {5},
                  out[24];
    int len;
    must(EVP_CipherInit_ex2(c, f->ccm, NULL, NULL, seal, NULL), "CCM");
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 8, seal ? NULL : tag), "CCM");
    must(EVP_CipherInit_ex2(c, NULL, key, nonce, seal, NULL), "CCM");
    must(EVP_CipherUpdate(c, NULL, &len, NULL, sizeof(text)), "CCM");
    must(EVP_CipherUpdate(c, NULL, &len, aad, sizeof(aad)), "CCM");
    (void)EVP_CipherUpdate(c, out, &len, text, sizeof(text));
    if (seal)
        must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 8, tag), "CCM");
}

static void psk_part(struct floor *f, size_t transcript)
{
    static const unsigned char octets[2048];
    unsigned char secret[48] = {7}, digest[32];
    unsigned len;
    must(EVP_DigestInit_ex2(f->hash, f->sha256, NULL), "SHA-256");
    must(EVP_DigestUpdate(f->hash, octets, transcript), "SHA-256");
    must(EVP_DigestFinal_ex(f->hash, digest, &len), "SHA-256");
    prf(f, secret, 36, 2); /* master secret */
    prf(f, secret, 48, 2); /* key block */
    prf(f, NULL, 0, 1);    /* the client's Finished */
    prf(f, NULL, 0, 1);    /* the server's */
    record(f, f->open, 0);
    record(f, f->seal, 1);
}

static void public_part(struct floor *f)
{
    EVP_PKEY *ephemeral = NULL;
    unsigned char shared[32];
    size_t len = sizeof(shared);
    must(EVP_PKEY_generate(f->make, &ephemeral), "key pair");
    EVP_PKEY_CTX *derive = EVP_PKEY_CTX_new(ephemeral, NULL);
    must(EVP_PKEY_derive_init(derive), "agreement");
    must(EVP_PKEY_set1_encoded_public_key(f->other, f->point, sizeof(f->point)), "point");
    must(EVP_PKEY_derive_set_peer(derive, f->other), "agreement");
    must(EVP_PKEY_derive(derive, shared, &len), "agreement");
    EVP_PKEY_CTX_free(derive);
    EVP_PKEY_free(ephemeral);
    unsigned char signature[80];
    len = sizeof(signature);
    must(EVP_PKEY_sign(f->sign, signature, &len, f->digest, 32), "signature");
}

static void check(struct floor *f)
{
    must(EVP_PKEY_verify(f->verify, f->signature, f->signature_len, f->digest, 32), "check");
}

void floor_measure(enum prov_kind kind, double *each, int count)
{
    struct floor f;
    floor_make(&f);
    for (int i = 0; i < count; i++) {
        uint64_t from = bench_now();
        psk_part(&f, kind == PROV_KIND_PSK ? 300 : kind == PROV_KIND_RPK ? 800 : 2000);
        if (kind != PROV_KIND_PSK)
            public_part(&f);
        for (int checks = kind == PROV_KIND_RPK    ? 1
                          : kind == PROV_KIND_CERT ? 3
                                                   : 0;
             checks > 0; checks--)
            check(&f);
        each[i] = (double)(bench_now() - from);
    }
    floor_free(&f);
}
