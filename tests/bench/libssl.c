/* SPDX-License-Identifier: Apache-2.0 */
#include "libssl.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "bench.h"

#define DATAGRAMS_MAX 16
#define MTU           1200

/* --- a BIO that keeps datagrams apart, as a socket does --------------------------------------- */

struct queue {
    uint8_t octets[DATAGRAMS_MAX][2048];
    size_t lens[DATAGRAMS_MAX];
    size_t head, tail, sum, total;
};
/* An end reads from one queue and writes to the other. */
struct pipe_end {
    struct queue *in, *out;
};

static int pipe_write(BIO *bio, const char *data, int len)
{
    struct queue *q = ((struct pipe_end *)BIO_get_data(bio))->out;
    size_t at = q->tail % DATAGRAMS_MAX;
    BIO_clear_retry_flags(bio);
    if (q->tail - q->head == DATAGRAMS_MAX || len < 0 || (size_t)len > sizeof(q->octets[0]))
        bench_fail("libssl sent too much");
    memcpy(q->octets[at], data, (size_t)len);
    q->lens[at] = (size_t)len;
    q->sum += (size_t)len;
    q->tail++;
    q->total++;
    return len;
}

static int pipe_read(BIO *bio, char *ret, int cap)
{
    struct queue *q = ((struct pipe_end *)BIO_get_data(bio))->in;
    BIO_clear_retry_flags(bio);
    if (q->head == q->tail) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t at = q->head % DATAGRAMS_MAX;
    size_t len = q->lens[at] < (size_t)cap ? q->lens[at] : (size_t)cap;
    memcpy(ret, q->octets[at], len);
    q->head++;
    return (int)len;
}

static long pipe_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return MTU;
    default:
        return 0;
    }
}

static BIO *pipe_new(struct pipe_end *end)
{
    static BIO_METHOD *method;
    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory");
        BIO_meth_set_write(method, pipe_write);
        BIO_meth_set_read(method, pipe_read);
        BIO_meth_set_ctrl(method, pipe_ctrl);
    }
    BIO *bio = BIO_new(method);
    if (bio == NULL)
        bench_fail("BIO");
    BIO_set_data(bio, end);
    BIO_set_init(bio, 1);
    return bio;
}

/* --- contexts --------------------------------------------------------------------------------- */

static const struct world *the_world; /* libssl's callbacks have no context of the caller's */

static unsigned psk_client(SSL *ssl, const char *hint, char *identity, unsigned identity_cap,
                           unsigned char *psk, unsigned psk_cap)
{
    (void)ssl;
    (void)hint;
    if (identity_cap <= strlen(the_world->identity) || psk_cap < sizeof(the_world->psk))
        return 0;
    memcpy(identity, the_world->identity, strlen(the_world->identity) + 1);
    memcpy(psk, the_world->psk, sizeof(the_world->psk));
    return sizeof(the_world->psk);
}

static unsigned psk_server(SSL *ssl, const char *identity, unsigned char *psk, unsigned psk_cap)
{
    (void)ssl;
    if (strcmp(identity, the_world->identity) != 0 || psk_cap < sizeof(the_world->psk))
        return 0;
    memcpy(psk, the_world->psk, sizeof(the_world->psk));
    return sizeof(the_world->psk);
}

static int cookie_make(SSL *ssl, unsigned char *cookie, unsigned *len)
{
    (void)ssl;
    memset(cookie, 0x11, 32);
    *len = 32;
    return 1;
}

static int cookie_check(SSL *ssl, const unsigned char *cookie, unsigned len)
{
    (void)ssl;
    return len == 32 && cookie[0] == 0x11;
}

static EVP_PKEY *pkey_of(const struct prov_pki_key *key)
{
    EVP_PKEY *pkey = NULL;
    BIGNUM *scalar = BN_bin2bn(key->scalar.data, key->scalar.len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, key->point, PROV_POINT_LEN);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        bench_fail("EVP_PKEY");
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_clear_free(scalar);
    return pkey;
}

static X509 *x509_of(struct prov_bytes der)
{
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);
    if (cert == NULL)
        bench_fail("d2i_X509");
    return cert;
}

static void add_certificates(SSL_CTX *context, const struct world *world,
                             const struct world_end *end)
{
    X509 *leaf = x509_of(end->chain[0]), *root = x509_of(world->root);
    EVP_PKEY *pkey = pkey_of(&end->key);
    if (SSL_CTX_use_certificate(context, leaf) != 1 || SSL_CTX_use_PrivateKey(context, pkey) != 1 ||
        SSL_CTX_add_extra_chain_cert(context, x509_of(end->chain[1])) != 1 ||
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root) != 1)
        bench_fail("certificates");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_free(leaf);
    X509_free(root);
    EVP_PKEY_free(pkey);
}

/* The profile and nothing else, so that the octets can be compared: one suite, one curve, one
 * algorithm. */
static SSL_CTX *context_new(const struct world *world, const struct world_end *end, bool is_server,
                            enum prov_kind kind, bool cookie)
{
    /* Not const: libssl's macros cast. */
    static char groups[] = "P-256", algorithms[] = "ECDSA+SHA256";
    SSL_CTX *c = SSL_CTX_new(is_server ? DTLS_server_method() : DTLS_client_method());
    if (c == NULL || SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) != 1)
        bench_fail("SSL_CTX");
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_ENCRYPT_THEN_MAC |
                               (cookie ? SSL_OP_COOKIE_EXCHANGE : 0));
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set1_groups_list(c, groups);
    SSL_CTX_set1_sigalgs_list(c, algorithms);
    SSL_CTX_set_cookie_generate_cb(c, cookie_make);
    SSL_CTX_set_cookie_verify_cb(c, cookie_check);
    if (kind == PROV_KIND_PSK) {
        SSL_CTX_set_cipher_list(c, "PSK-AES128-CCM8:@SECLEVEL=0");
        SSL_CTX_set_psk_client_callback(c, psk_client);
        SSL_CTX_set_psk_server_callback(c, psk_server);
    } else {
        SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0");
        add_certificates(c, world, end);
    }
    return c;
}

void libssl_make(struct libssl *libssl, const struct world *world, enum prov_kind kind, bool cookie)
{
    the_world = world;
    libssl->cookie = cookie;
    libssl->client = context_new(world, &world->device, false, kind, cookie);
    libssl->server = context_new(world, &world->server, true, kind, cookie);
}

void libssl_free(struct libssl *libssl)
{
    SSL_CTX_free(libssl->client);
    SSL_CTX_free(libssl->server);
}

/* --- a handshake ------------------------------------------------------------------------------ */

static SSL *end_new(SSL_CTX *context, struct pipe_end *pipe)
{
    SSL *ssl = SSL_new(context);
    BIO *bio = pipe_new(pipe);
    if (ssl == NULL)
        bench_fail("SSL_new");
    SSL_set_bio(ssl, bio, bio);
    SSL_set_mtu(ssl, MTU);
    return ssl;
}

/* Goes on until the end waits or is done. */
static bool turn(SSL *ssl)
{
    int result = SSL_do_handshake(ssl);
    if (result == 1)
        return true;
    if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ) {
        ERR_print_errors_fp(stderr);
        bench_fail("libssl's handshake failed");
    }
    return false;
}

void libssl_handshake(struct libssl *libssl, SSL **ret_server, struct libssl_figures *ret)
{
    static struct queue up, down;
    static struct pipe_end at_client = {&down, &up}, at_server = {&up, &down};
    struct prov_fqdn name = the_world->fqdn; /* not const: libssl's macro casts */
    bool client_done = false, server_done = false;
    memset(&up, 0, sizeof(up));
    memset(&down, 0, sizeof(down));

    SSL *client = end_new(libssl->client, &at_client);
    SSL_set_connect_state(client);
    SSL_set_tlsext_host_name(client, name.text);
    client_done = turn(client);

    uint64_t from = bench_now();
    SSL *server = end_new(libssl->server, &at_server);
    SSL_set_accept_state(server);
    server_done = turn(server);
    uint64_t spent = bench_now() - from;

    for (int turns = 0; turns < 8 && !(client_done && server_done); turns++) {
        if (!client_done)
            client_done = turn(client);
        from = bench_now();
        if (!server_done)
            server_done = turn(server);
        spent += bench_now() - from;
    }
    if (!client_done || !server_done)
        bench_fail("libssl's ends are not connected");
    SSL_free(client);
    from = bench_now();
    if (ret_server != NULL)
        *ret_server = server;
    else
        SSL_free(server);
    spent += bench_now() - from;
    *ret = (struct libssl_figures){(double)spent, up.sum, down.sum, up.total + down.total};
}
