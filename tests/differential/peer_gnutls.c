/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "private_key.h"
#include "verdict.h"

static gnutls_certificate_credentials_t certificates;
static gnutls_psk_server_credentials_t psks;
static gnutls_priority_t priority;
static uint8_t the_psk[16];

static struct {
    struct prov_bytes in;
    uint8_t room[8192];
    size_t len;
} pipe_ends;

static void must(int code, const char *what)
{
    if (code >= 0)
        return;
    fprintf(stderr, "gnutls: %s: %s\n", what, gnutls_strerror(code));
    abort();
}

static int give_psk(gnutls_session_t session, const char *identity, gnutls_datum_t *key)
{
    (void)session;
    (void)identity;
    key->data = gnutls_malloc(sizeof(the_psk));
    key->size = sizeof(the_psk);
    memcpy(key->data, the_psk, sizeof(the_psk));
    return 0;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *ret, size_t cap)
{
    size_t len = pipe_ends.in.len < cap ? pipe_ends.in.len : cap;

    (void)pointer;
    if (len == 0) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(ret, pipe_ends.in.data, len);
    pipe_ends.in = PROV_BYTES_NONE;
    return (ssize_t)len;
}

static int pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
    (void)pointer;
    (void)ms;
    return pipe_ends.in.len > 0;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t len)
{
    (void)pointer;
    if (len <= sizeof(pipe_ends.room) - pipe_ends.len) {
        memcpy(pipe_ends.room + pipe_ends.len, data, len);
        pipe_ends.len += len;
    }
    return (ssize_t)len;
}

bool gnutls_begin(const struct wire_world *world)
{
    const struct wire_identity *id = &world->identities[WIRE_SERVER];
    uint8_t room[PRIVATE_KEY_LEN];
    gnutls_datum_t key = {room, sizeof(room)},
                   leaf = {(uint8_t *)(uintptr_t)id->chain[0].data, (unsigned)id->chain[0].len};

    memcpy(the_psk, world->psk, sizeof(the_psk));
    private_key_put(prov_secret_bytes(&id->key.scalar), id->key.point, room);
    must(gnutls_certificate_allocate_credentials(&certificates), "credentials");
    must(gnutls_certificate_set_x509_key_mem(certificates, &leaf, &key, GNUTLS_X509_FMT_DER),
         "key");
    must(gnutls_psk_allocate_server_credentials(&psks), "PSK");
    gnutls_psk_set_server_credentials_function(psks, give_psk);
    must(gnutls_priority_init(&priority,
                              "NONE:+VERS-DTLS1.2:+AEAD:+AES-128-CCM-8:+ECDHE-ECDSA:+PSK:"
                              "+SIGN-ECDSA-SHA256:+GROUP-SECP256R1:+COMP-NULL:+CTYPE-ALL:"
                              "%VERIFY_ALLOW_BROKEN",
                              NULL),
         "priority");
    return true;
}

struct verdict gnutls_ask(struct prov_bytes datagram)
{
    gnutls_session_t session;

    must(gnutls_init(&session,
                     GNUTLS_SERVER | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS),
         "session");
    must(gnutls_priority_set(session, priority), "priority");
    must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, certificates), "certificate");
    must(gnutls_credentials_set(session, GNUTLS_CRD_PSK, psks), "PSK");
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_dtls_set_mtu(session, 4000);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_pull_timeout_function(session, pull_timeout);
    gnutls_transport_set_push_function(session, push);
    pipe_ends.in = datagram;
    pipe_ends.len = 0;
    int code = GNUTLS_E_AGAIN;
    for (int i = 0; i < 4 && code < 0 && gnutls_error_is_fatal(code) == 0; i++)
        code = gnutls_handshake(session);
    if (code < 0 && gnutls_error_is_fatal(code) != 0)
        (void)gnutls_alert_send_appropriate(session, code);
    struct verdict verdict = verdict_of(PROV_BYTES(pipe_ends.room, pipe_ends.len));
    gnutls_deinit(session);
    return verdict;
}

void gnutls_end(void)
{
    gnutls_priority_deinit(priority);
    gnutls_psk_free_server_credentials(psks);
    gnutls_certificate_free_credentials(certificates);
}
