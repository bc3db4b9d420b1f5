/* SPDX-License-Identifier: Apache-2.0
 *
 * Mbed TLS as a client or server: see stack_peer.h. 2.28 is what Debian has; 3.6 has connection ids.
 */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cookie.h>
#include <mbedtls/timing.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif
#include <stdio.h>
#include <string.h>

#include "stack_peer.h"

struct peer {
    const struct stack_options *options;
    int suites[2];
    mbedtls_net_context net;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_cookie_ctx cookies;
    mbedtls_timing_delay_context timer;
    mbedtls_x509_crt chain, anchors;
    mbedtls_pk_context key;
};

const char *stack_version(void)
{
    return MBEDTLS_VERSION_STRING_FULL;
}

#if MBEDTLS_VERSION_MAJOR >= 3

static int load_key(struct peer *p)
{
    return mbedtls_pk_parse_keyfile(&p->key, p->options->key, NULL, mbedtls_ctr_drbg_random,
                                    &p->random);
}

/* RFC 9146; the records to it carry five octets. */
static int use_ids(struct peer *p)
{
    static const unsigned char id[] = {0xA1, 0xA2, 0xA3, 0xA4, 0xA5};
    return mbedtls_ssl_set_cid(&p->ssl, MBEDTLS_SSL_CID_ENABLED, id, sizeof(id));
}

static int prepare(struct peer *p)
{
    return psa_crypto_init() == PSA_SUCCESS
               ? mbedtls_ssl_conf_cid(&p->config, 5, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE)
               : -1;
}

#else

static int load_key(struct peer *p)
{
    return mbedtls_pk_parse_keyfile(&p->key, p->options->key, NULL);
}

static int use_ids(struct peer *p)
{
    (void)p;
    return 0;
}

static int prepare(struct peer *p)
{
    (void)p;
    return 0;
}

#endif

static void begin(struct peer *p)
{
    mbedtls_net_init(&p->net);
    mbedtls_entropy_init(&p->entropy);
    mbedtls_ctr_drbg_init(&p->random);
    mbedtls_ssl_config_init(&p->config);
    mbedtls_ssl_init(&p->ssl);
    mbedtls_ssl_cookie_init(&p->cookies);
    mbedtls_x509_crt_init(&p->chain);
    mbedtls_x509_crt_init(&p->anchors);
    mbedtls_pk_init(&p->key);
}

static void end(struct peer *p)
{
    mbedtls_pk_free(&p->key);
    mbedtls_x509_crt_free(&p->anchors);
    mbedtls_x509_crt_free(&p->chain);
    mbedtls_ssl_cookie_free(&p->cookies);
    mbedtls_ssl_free(&p->ssl);
    mbedtls_ssl_config_free(&p->config);
    mbedtls_ctr_drbg_free(&p->random);
    mbedtls_entropy_free(&p->entropy);
}

static int use_certificates(struct peer *p)
{
    int status = mbedtls_x509_crt_parse_file(&p->anchors, p->options->anchors);
    mbedtls_ssl_conf_ca_chain(&p->config, &p->anchors, NULL);
    mbedtls_ssl_conf_authmode(&p->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    if (status == 0 && p->options->chain != NULL) {
        status = mbedtls_x509_crt_parse_file(&p->chain, p->options->chain);
        if (status == 0)
            status = load_key(p);
        if (status == 0)
            status = mbedtls_ssl_conf_own_cert(&p->config, &p->chain, &p->key);
    }
    return status;
}

static int use_psk(struct peer *p)
{
    return mbedtls_ssl_conf_psk(&p->config, p->options->psk, p->options->psk_len,
                                (const unsigned char *)p->options->identity,
                                strlen(p->options->identity));
}

static int use_cookies(struct peer *p)
{
    int status = mbedtls_ssl_cookie_setup(&p->cookies, mbedtls_ctr_drbg_random, &p->random);
    mbedtls_ssl_conf_dtls_cookies(&p->config, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check,
                                  &p->cookies);
    return status;
}

static int configure(struct peer *p)
{
    int status = mbedtls_ctr_drbg_seed(&p->random, mbedtls_entropy_func, &p->entropy, NULL, 0);
    if (status == 0)
        status = mbedtls_ssl_config_defaults(
            &p->config, p->options->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
            MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (status == 0 && p->options->server)
        status = use_cookies(p);
    if (status == 0)
        status = p->options->psk_len > 0 ? use_psk(p) : use_certificates(p);
    if (status == 0)
        status = prepare(p);
    mbedtls_ssl_conf_rng(&p->config, mbedtls_ctr_drbg_random, &p->random);
    mbedtls_ssl_conf_min_version(&p->config, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_3);
    p->suites[0] = (int)p->options->suite;
    mbedtls_ssl_conf_ciphersuites(&p->config, p->suites);
    if (status == 0)
        status = mbedtls_ssl_setup(&p->ssl, &p->config);
    if (status == 0)
        status = use_ids(p);
    if (status == 0 && p->options->name != NULL && !p->options->server)
        status = mbedtls_ssl_set_hostname(&p->ssl, p->options->name);
    mbedtls_ssl_set_timer_cb(&p->ssl, &p->timer, mbedtls_timing_set_delay,
                             mbedtls_timing_get_delay);
    mbedtls_ssl_set_bio(&p->ssl, &p->net, mbedtls_net_send, mbedtls_net_recv,
                        mbedtls_net_recv_timeout);
    return status;
}

/* The cookie exchange starts the server's session anew. */
static int shake(struct peer *p, const struct sockaddr_in *remote)
{
    int status;
    do {
        if (p->options->server)
            mbedtls_ssl_set_client_transport_id(&p->ssl, (const unsigned char *)remote,
                                                sizeof(*remote));
        do
            status = mbedtls_ssl_handshake(&p->ssl);
        while (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE);
    } while (status == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED &&
             mbedtls_ssl_session_reset(&p->ssl) == 0);
    return status;
}

static int receive(struct peer *p, char *line)
{
    int got;
    do
        got = mbedtls_ssl_read(&p->ssl, (unsigned char *)line, STACK_LINE_MAX);
    while (got == MBEDTLS_ERR_SSL_WANT_READ || got == MBEDTLS_ERR_SSL_WANT_WRITE);
    if (got > 0)
        stack_got(line, got);
    return got;
}

static int echo(struct peer *p)
{
    char line[STACK_LINE_MAX];
    int got;
    while ((got = receive(p, line)) > 0)
        mbedtls_ssl_write(&p->ssl, (const unsigned char *)line, (size_t)got);
    return got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? 0 : got;
}

static int say(struct peer *p)
{
    char line[STACK_LINE_MAX];
    if (!stack_line(line))
        return 1;
    int status = mbedtls_ssl_write(&p->ssl, (const unsigned char *)line, strlen(line));
    if (status > 0)
        status = receive(p, line);
    mbedtls_ssl_close_notify(&p->ssl);
    return status > 0 ? 0 : status;
}

int stack_session(const struct stack_options *options, int socket, const struct sockaddr_in *remote)
{
    struct peer peer = {.options = options};
    char words[128] = "";
    begin(&peer);
    peer.net.fd = socket;
    int status = configure(&peer);
    if (status == 0)
        status = shake(&peer, remote);
    if (status == 0) {
        printf("connected %s\n", mbedtls_ssl_get_ciphersuite(&peer.ssl));
        status = options->server ? echo(&peer) : say(&peer);
    }
    if (status != 0) {
        mbedtls_strerror(status, words, sizeof(words));
        printf("failed: -0x%04x %s\n", (unsigned)-status, words);
    }
    end(&peer);
    return status == 0 ? 0 : 1;
}
