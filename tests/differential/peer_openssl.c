/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "private_key.h"
#include "verdict.h"

static SSL_CTX *context;
static uint8_t the_psk[16];

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "openssl: %s\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}

static unsigned give_psk(SSL *ssl, const char *identity, unsigned char *psk, unsigned cap)
{
    (void)ssl;
    (void)identity;
    if (cap < sizeof(the_psk))
        return 0;
    memcpy(psk, the_psk, sizeof(the_psk));
    return sizeof(the_psk);
}

static int take_any(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    (void)store;
    return 1;
}

void openssl_begin(const struct wire_world *world)
{
    const struct wire_identity *id = &world->identities[WIRE_SERVER];
    const unsigned char *at = id->chain[0].data;
    static char groups[] = "P-256", algorithms[] = "ECDSA+SHA256"; /* libssl's macros cast */
    uint8_t room[PRIVATE_KEY_LEN];

    memcpy(the_psk, world->psk, sizeof(the_psk));
    private_key_put(prov_secret_bytes(&id->key.scalar), id->key.point, room);
    const unsigned char *key_at = room;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &key_at, sizeof(room));
    X509 *leaf = d2i_X509(NULL, &at, (long)id->chain[0].len);
    context = SSL_CTX_new(DTLS_server_method());
    must(context != NULL && key != NULL && leaf != NULL, "context");
    SSL_CTX_set_security_level(context, 0);
    must(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1, "version");
    must(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-CCM8:PSK-AES128-CCM8") == 1,
         "suites");
    must(SSL_CTX_use_certificate(context, leaf) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1,
         "key");
    must(SSL_CTX_set1_groups_list(context, groups) == 1 &&
             SSL_CTX_set1_sigalgs_list(context, algorithms) == 1,
         "lists");
    SSL_CTX_set_psk_server_callback(context, give_psk);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, take_any);
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    EVP_PKEY_free(key);
    X509_free(leaf);
}

struct verdict openssl_ask(struct prov_bytes datagram)
{
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    uint8_t *octets;

    must(ssl != NULL && in != NULL && out != NULL, "session");
    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_mtu(ssl, 4000);
    must(BIO_write(in, datagram.data, (int)datagram.len) == (int)datagram.len, "write");
    (void)SSL_accept(ssl);
    long len = BIO_get_mem_data(out, &octets);
    struct verdict verdict = verdict_of(PROV_BYTES(octets, len > 0 ? (size_t)len : 0));
    SSL_free(ssl);
    ERR_clear_error();
    return verdict;
}

void openssl_end(void)
{
    SSL_CTX_free(context);
}
