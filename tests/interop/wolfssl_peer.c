/* SPDX-License-Identifier: Apache-2.0
 *
 * wolfSSL 5.5 as a client or server: see stack_peer.h.
 */
#include <wolfssl/options.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include "stack_peer.h"

/* The library's callbacks have no context of their own. */
static const struct stack_options *chosen;

static const struct {
    unsigned id;
    const char *name;
} suites[] = {
    {0xC0AE, "ECDHE-ECDSA-AES128-CCM-8"},
    {0xCCAB, "PSK-CHACHA20-POLY1305"},
    {0xCCAC, "ECDHE-PSK-CHACHA20-POLY1305"},
    {0xD001, "ECDHE-PSK-AES128-GCM-SHA256"},
};

const char *stack_version(void)
{
    return "wolfSSL " LIBWOLFSSL_VERSION_STRING;
}

static const char *suite_name(unsigned id)
{
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        if (suites[i].id == id)
            return suites[i].name;
    return "";
}

static unsigned give_key(unsigned char *key, unsigned max)
{
    if (chosen->psk_len > max)
        return 0;
    memcpy(key, chosen->psk, chosen->psk_len);
    return (unsigned)chosen->psk_len;
}

static unsigned on_client_psk(WOLFSSL *ssl, const char *hint, char *identity, unsigned identity_max,
                              unsigned char *key, unsigned key_max)
{
    (void)ssl;
    (void)hint;
    snprintf(identity, identity_max, "%s", chosen->identity);
    return give_key(key, key_max);
}

static unsigned on_server_psk(WOLFSSL *ssl, const char *identity, unsigned char *key,
                              unsigned key_max)
{
    (void)ssl;
    return strcmp(identity, chosen->identity) == 0 ? give_key(key, key_max) : 0;
}

static bool use_certificates(WOLFSSL_CTX *ctx)
{
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return wolfSSL_CTX_load_verify_locations(ctx, chosen->anchors, NULL) == WOLFSSL_SUCCESS &&
           (chosen->chain == NULL ||
            (wolfSSL_CTX_use_certificate_chain_file(ctx, chosen->chain) == WOLFSSL_SUCCESS &&
             wolfSSL_CTX_use_PrivateKey_file(ctx, chosen->key, WOLFSSL_FILETYPE_PEM) ==
                 WOLFSSL_SUCCESS));
}

static bool use_psk(WOLFSSL_CTX *ctx)
{
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
    wolfSSL_CTX_set_psk_client_callback(ctx, on_client_psk);
    wolfSSL_CTX_set_psk_server_callback(ctx, on_server_psk);
    return true;
}

/* The name both in server_name and against the certificate. */
static bool use_name(WOLFSSL *ssl)
{
    const char *name = chosen->name;
    return chosen->server || name == NULL ||
           (wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, name, (unsigned short)strlen(name)) ==
                WOLFSSL_SUCCESS &&
            wolfSSL_check_domain_name(ssl, name) == WOLFSSL_SUCCESS);
}

static bool configure(WOLFSSL_CTX *ctx, WOLFSSL **ret, int socket, const struct sockaddr_in *remote)
{
    struct sockaddr_in peer = *remote;
    bool ok = wolfSSL_CTX_set_cipher_list(ctx, suite_name(chosen->suite)) == WOLFSSL_SUCCESS &&
              (chosen->psk_len > 0 ? use_psk(ctx) : use_certificates(ctx));
    *ret = ok ? wolfSSL_new(ctx) : NULL;
    return *ret != NULL && use_name(*ret) &&
           wolfSSL_dtls_set_peer(*ret, &peer, sizeof(peer)) == WOLFSSL_SUCCESS &&
           wolfSSL_set_fd(*ret, socket) == WOLFSSL_SUCCESS;
}

static int receive(WOLFSSL *ssl, char *line)
{
    int got = wolfSSL_read(ssl, line, STACK_LINE_MAX);
    if (got > 0)
        stack_got(line, got);
    return got;
}

static bool echo(WOLFSSL *ssl)
{
    char line[STACK_LINE_MAX];
    int got;
    while ((got = receive(ssl, line)) > 0)
        wolfSSL_write(ssl, line, got);
    return wolfSSL_get_error(ssl, got) == WOLFSSL_ERROR_ZERO_RETURN;
}

static bool say(WOLFSSL *ssl)
{
    char line[STACK_LINE_MAX];
    bool ok = stack_line(line) && wolfSSL_write(ssl, line, (int)strlen(line)) > 0 &&
              receive(ssl, line) > 0;
    wolfSSL_shutdown(ssl);
    return ok;
}

static bool shake(WOLFSSL *ssl)
{
    int status = chosen->server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
    if (status != WOLFSSL_SUCCESS)
        return false;
    printf("connected %s\n", wolfSSL_get_cipher(ssl));
    return chosen->server ? echo(ssl) : say(ssl);
}

static void complain(WOLFSSL *ssl)
{
    char words[WOLFSSL_MAX_ERROR_SZ] = "not set up";
    int error = ssl == NULL ? 0 : wolfSSL_get_error(ssl, 0);
    if (ssl != NULL)
        wolfSSL_ERR_error_string((unsigned long)error, words);
    printf("failed: %d %s\n", error, words);
}

int stack_session(const struct stack_options *options, int socket, const struct sockaddr_in *remote)
{
    WOLFSSL *ssl = NULL;
    chosen = options;
    wolfSSL_Init();
    WOLFSSL_CTX *ctx = wolfSSL_CTX_new(options->server ? wolfDTLSv1_2_server_method()
                                                       : wolfDTLSv1_2_client_method());
    bool ok = ctx != NULL && configure(ctx, &ssl, socket, remote) && shake(ssl);
    if (!ok)
        complain(ssl);
    wolfSSL_free(ssl);
    wolfSSL_CTX_free(ctx);
    wolfSSL_Cleanup();
    return ok ? 0 : 1;
}
