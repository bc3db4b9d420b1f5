/* SPDX-License-Identifier: Apache-2.0
 *
 * Every call of crypto.h fails once while a chain and a request are verified: no verdict is given that
 * was not earned, and the run after it is clean. The chain is signed by the fake backend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mint.h"
#include "tests/fake_crypto/fake_crypto.h"

struct chain {
    struct prov_crypto *crypto;
    uint8_t names[512], octets[4096];
    struct prov_bytes certs[3]; /* server, issuing, root */
};

static void chain_make(struct chain *chain)
{
    struct prov_buf names = PROV_BUF_OF(chain->names), octets = PROV_BUF_OF(chain->octets);
    struct mint_plan plans[3];
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];

    assert_int_equal(prov_crypto_make(NULL, &chain->crypto), PROV_OK);
    plans[0] = mint_server(chain->crypto, 1, "issuing", &names);
    plans[1] = mint_ca(chain->crypto, 2, "root", "issuing", &names);
    plans[2] = mint_ca(chain->crypto, 3, "root", "root", &names);
    for (uint8_t i = 0; i < 3; i++) {
        mint_key(chain->crypto, i < 2 ? i + 2 : 3, &key, point);
        chain->certs[i] = mint_cert(chain->crypto, &plans[i], &key, &octets);
        prov_crypto_key_drop(chain->crypto, &key);
    }
}

static prov_result verdict(struct chain *chain)
{
    struct prov_fqdn server;
    struct prov_path_rules rules = {PROV_PATH_SERVER, &server, 3, false, 0, NULL};
    struct prov_path path;
    prov_result result;

    assert_int_equal(prov_fqdn_parse(prov_bytes_text("server.example"), &server), PROV_OK);
    assert_int_equal(prov_path_begin(&path, &rules, chain->certs, 2, &chain->certs[2], 1), PROV_OK);
    do
        result = prov_path_step(&path, chain->crypto);
    while (result == PROV_E_AGAIN);
    return result;
}

static void a_path_is_not_accepted_when_a_call_fails(void **state)
{
    struct chain chain;
    unsigned calls, at;

    (void)state;
    chain_make(&chain);
    calls = prov_fake_calls(chain.crypto);
    assert_int_equal(verdict(&chain), PROV_OK);
    calls = prov_fake_calls(chain.crypto) - calls;
    assert_int_equal(calls, 5); /* one point, and a digest and a signature for each link */
    for (at = 1; at <= calls; at++) {
        prov_fake_fail(chain.crypto, at);
        assert_int_equal(verdict(&chain), PROV_E_INTERNAL);
        assert_int_equal(verdict(&chain), PROV_OK);
    }
    prov_fake_fail(chain.crypto, at);
    assert_int_equal(verdict(&chain), PROV_OK);
    prov_crypto_free(chain.crypto);
}

static void a_request_is_not_verified_when_a_call_fails(void **state)
{
    struct prov_eui64 eui64 = {{0xac, 0xde, 0x48, 0, 0x11, 0x22, 0x33, 0x44}};
    uint8_t info[PROV_CSR_MAX], whole[PROV_CSR_MAX], point[PROV_POINT_LEN];
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf info_buf = PROV_BUF_OF(info), buf = PROV_BUF_OF(whole);
    struct prov_csr_plan plan = {.eui64 = &eui64, .point = point};
    struct prov_crypto *crypto;
    struct prov_key key = {0};
    struct prov_bytes part;
    struct prov_csr csr;

    (void)state;
    assert_int_equal(prov_crypto_make(NULL, &crypto), PROV_OK);
    mint_key(crypto, 1, &key, point);
    assert_int_equal(prov_csr_make_info(&plan, &info_buf), PROV_OK);
    part = prov_buf_bytes(&info_buf);
    assert_int_equal(prov_crypto_sha256(crypto, &part, 1, digest), PROV_OK);
    assert_int_equal(prov_crypto_sign(crypto, &key, digest, signature), PROV_OK);
    assert_int_equal(prov_csr_finish(part, signature, &buf), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
    assert_int_equal(prov_csr_parse(prov_buf_bytes(&buf), &csr), PROV_OK);
    for (unsigned at = 1; at <= 2; at++) {
        prov_fake_fail(crypto, at);
        assert_int_equal(prov_csr_verify(&csr, crypto), PROV_E_INTERNAL);
        assert_int_equal(prov_csr_verify(&csr, crypto), PROV_OK);
    }
    prov_crypto_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_not_accepted_when_a_call_fails),
        cmocka_unit_test(a_request_is_not_verified_when_a_call_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
