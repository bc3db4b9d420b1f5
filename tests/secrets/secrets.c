/* SPDX-License-Identifier: Apache-2.0
 *
 * secrets WHAT [LEAK]: handshakes between both ends, with their secrets hidden from memcheck (taint.h). Run
 * under valgrind by run.sh, which looks at what memcheck says. Ends with 3 if what happens is not what should.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libprov/dtls/engine.h"
#include "prov/x509.h"
#include "taint.h"
#include "tests/fault/model_cert.h"

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "secrets: %s\n", what);
    exit(3);
}

static const struct what {
    const char *name;
    prov_suites suites;
    enum prov_kind kind;
    bool wrong, unknown; /* the server's PSK */
    bool resumed, ticket;
} whats[] = {
    {"psk", prov_suites_psk, PROV_KIND_PSK, false, false, false, false},
    {"psk-fs", prov_suites_psk_fs, PROV_KIND_PSK, false, false, false, false},
    {"rpk", prov_suites_public, PROV_KIND_RPK, false, false, false, false},
    {"cert", prov_suites_public, PROV_KIND_CERT, false, false, false, false},
    {"psk-wrong", prov_suites_psk, PROV_KIND_PSK, true, false, false, false},
    {"psk-unknown", prov_suites_psk, PROV_KIND_PSK, true, true, false, false},
    {"psk-fs-wrong", prov_suites_psk_fs, PROV_KIND_PSK, true, false, false, false},
    {"psk-resumed", prov_suites_psk, PROV_KIND_PSK, false, false, true, false},
    {"rpk-resumed", prov_suites_public, PROV_KIND_RPK, false, false, true, false},
    {"cert-ticket", prov_suites_public, PROV_KIND_CERT, false, false, true, true},
    {"psk-fs-unknown", prov_suites_psk_fs, PROV_KIND_PSK, true, true, false, false},
};

struct end {
    struct prov_dtls s;
    struct prov_dtls_handshake work;
    struct prov_dtls_config config;
    struct prov_key key;
    uint8_t spki[PROV_SPKI_LEN], leaf[800];
    struct prov_bytes chain[1];
    bool begun, connected, failed;
    unsigned data;
};

static struct prov_crypto *crypto;
static struct end ends[2]; /* client, server */
static const struct what *what;
static uint8_t psk[2][16] = {{1, 2, 3}, {1, 2, 3}};
static struct prov_dtls_resumable kept[2];
static struct prov_dtls_tickets ticket_keys;
static struct prov_dtls_ticket tickets[2];

static void make_key(struct end *e, int side)
{
    struct prov_secret scalar = {0};
    struct prov_key made = {0};
    uint8_t point[PROV_POINT_LEN];
    struct prov_buf out = PROV_BUF_OF(e->leaf);

    must(prov_crypto_key_make(crypto, &made) == PROV_OK &&
             prov_crypto_key_public(crypto, &made, point) == PROV_OK &&
             prov_crypto_key_save(crypto, &made, &scalar) == PROV_OK &&
             prov_crypto_key_load(crypto, prov_secret_bytes(&scalar), &e->key) == PROV_OK,
         "a key");
    prov_crypto_key_drop(crypto, &made);
    prov_spki_encode(point, e->spki);
    const struct model_cert cert = {.serial = 7,
                                    .issuer = "CA",
                                    .subject = side == 0 ? "00-12-4B-28-7D-7A-78-A1" : "",
                                    .dns = side == 1 ? "coaps.example.org" : NULL,
                                    .point = point,
                                    .signer = &scalar};
    must(model_cert_make(crypto, &cert, &out) == PROV_OK, "a certificate");
    e->chain[0] = prov_buf_bytes(&out);
    prov_secret_wipe(&scalar);
}

static void make_end(int side)
{
    static const uint8_t identity[8] = {7};
    struct end *e = &ends[side];

    make_key(e, side);
    e->config = (struct prov_dtls_config){
        .role = side == 0 ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER,
        .suites = what->suites,
        .kinds = PROV_KIND_BIT(what->kind),
        .psk_identity = PROV_BYTES_OF(identity),
        .spki = PROV_BYTES_OF(e->spki),
        .chain = e->chain,
        .chain_len = 1,
        .resumption = what->resumed && !what->ticket,
        .constrained_server = what->ticket,
        .tickets = what->ticket && side == 1 ? &ticket_keys : NULL,
    };
}

/* --- what callers answer --------------------------------------------------------------------- */

static void give_psk(struct end *e, int side)
{
    bool known = side == 0 || !what->unknown;

    prov_dtls_give_psk(&e->s, PROV_BYTES_OF(psk[side]), known);
    /* Whether the identity is known must not be looked at before a record has been proved. */
    if (side == 1 && what->wrong)
        taint_hide(&e->work.psk_known, sizeof(e->work.psk_known));
}

static bool peer_fits(const struct end *e, const struct end *peer)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];

    if (what->kind == PROV_KIND_CERT)
        return prov_dtls_peer_chain(&e->s, chain) == 1 &&
               prov_bytes_equal(chain[0], peer->chain[0]);
    return prov_bytes_equal(prov_dtls_peer_spki(&e->s), PROV_BYTES_OF(peer->spki));
}

static void give_session(struct end *e)
{
    const struct prov_dtls_resumable *found = &kept[1];

    if (what->ticket)
        found = prov_dtls_need_ticket(&e->s, &kept[1]) == PROV_OK ? &kept[1] : NULL;
    must(found != NULL && taint_is_hidden(found->master, sizeof(found->master)),
         "a session's secret is not hidden");
    prov_dtls_give_session(&e->s, found);
}

static void answer(int side, enum prov_dtls_event event)
{
    struct end *e = &ends[side];
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result;

    if (event == PROV_DTLS_NEED_PSK)
        give_psk(e, side);
    if (event == PROV_DTLS_NEED_VERIFY)
        prov_dtls_give_verdict(&e->s, peer_fits(e, &ends[1 - side]) ? PROV_OK : PROV_E_NOT_FOUND);
    if (event == PROV_DTLS_NEED_SESSION)
        give_session(e);
    if (event == PROV_DTLS_NEED_SIGN) {
        result = prov_crypto_sign(crypto, &e->key, prov_dtls_need_digest(&e->s), signature);
        prov_dtls_give_signature(&e->s, result, signature);
    }
    e->connected |= event == PROV_DTLS_CONNECTED;
    e->failed |= event == PROV_DTLS_FAILED;
    if (event == PROV_DTLS_DATA) {
        struct prov_bytes data = prov_dtls_data(&e->s);
        must(taint_is_hidden(data.data, data.len), "data came without its secret");
        e->data++;
    }
}

static void settle(int side)
{
    enum prov_dtls_event event;

    do {
        event = prov_dtls_step(&ends[side].s, 0);
        answer(side, event);
    } while (event != PROV_DTLS_WAIT && event != PROV_DTLS_FAILED);
}

/* --- the wire: what goes out is public, and nothing on it may be a secret -------------------- */

static void check_public(const uint8_t *datagram, size_t len)
{
    if (taint_is_hidden(datagram, len)) {
        fprintf(stderr, "secrets: a secret goes out in the clear\n");
        exit(4);
    }
}

static void knock(struct prov_bytes datagram)
{
    static struct prov_dtls_cookies cookies;
    static const uint8_t address[6] = {4};
    uint8_t room[256];
    struct prov_buf reply = PROV_BUF_OF(room);
    struct end *server = &ends[1];

    switch (prov_dtls_hello(&cookies, crypto, 0, PROV_BYTES_OF(address), datagram, &reply)) {
    case PROV_DTLS_HELLO_REPLY:
        taint_hide(cookies.secret, sizeof(cookies.secret));
        taint_show(room, reply.len); /* a cookie is a secret until it has been given away */
        prov_dtls_push(&ends[0].s, 0, room, reply.len);
        settle(0);
        break;
    case PROV_DTLS_HELLO_ACCEPT:
        must(prov_dtls_accept(&server->s, &server->config, crypto, &server->work, 0, datagram) ==
                 PROV_OK,
             "accept");
        if (what->ticket)
            prov_dtls_set_ticket(&server->s, &tickets[1]);
        server->begun = true;
        settle(1);
        break;
    case PROV_DTLS_HELLO_DROP:
        must(false, "a hello was dropped");
    }
}

static bool carry(int from)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);
    int to = 1 - from;

    if (!prov_dtls_pull(&ends[from].s, 0, &out))
        return false;
    if (taint_leak == TAINT_LEAK_CLEAR && ends[from].connected)
        memcpy(room + out.len - 12, ends[from].s.finished_own, 12);
    check_public(room, out.len);
    if (to == 1 && !ends[1].begun) {
        knock(prov_buf_bytes(&out));
        return true;
    }
    prov_dtls_push(&ends[to].s, 0, room, out.len);
    settle(to);
    return true;
}

static void run(void)
{
    while (carry(0) || (ends[1].begun && carry(1)))
        ;
}

static void send_data(int from, bool forged)
{
    uint8_t text[32] = "a secret measurement", room[128];
    struct prov_buf out = PROV_BUF_OF(room);

    taint_hide(text, sizeof(text));
    must(prov_dtls_seal(&ends[from].s, PROV_BYTES_OF(text), &out) == PROV_OK, "seal");
    check_public(room, out.len);
    if (forged)
        room[out.len - 1] ^= 1;
    prov_dtls_push(&ends[1 - from].s, 0, room, out.len);
    settle(1 - from);
}

/* That the secrets were hidden at all: otherwise memcheck's silence says nothing. */
static void check_hidden(const struct end *e)
{
    must(taint_is_hidden(e->s.read.key, 16) && taint_is_hidden(e->s.write.key, 16) &&
             taint_is_hidden(e->s.read.iv, 4) && taint_is_hidden(e->s.tls_unique, 12),
         "keys are not hidden from memcheck: is this run under valgrind?");
}

static void connected_run(void)
{
    must(ends[0].connected && ends[1].connected, "not connected");
    check_hidden(&ends[0]);
    check_hidden(&ends[1]);
    for (int side = 0; side < 2; side++) {
        send_data(side, false);
        send_data(side, true);
    }
    must(ends[0].data == 1 && ends[1].data == 1, "data did not arrive");
    prov_dtls_close(&ends[0].s);
    run();
}

/* Once more, with what is kept of the first time; the session id and the ticket go over the wire. */
static void begin_again(void)
{
    for (int side = 0; side < 2; side++) {
        prov_result result = prov_dtls_resumable(&ends[side].s, 0, &kept[side]);
        must(result == PROV_OK || (side == 1 && what->ticket), "nothing to resume");
        prov_dtls_drop(&ends[side].s);
        ends[side].begun = ends[side].connected = false;
        ends[side].data = 0;
    }
    if (what->ticket)
        taint_hide(ticket_keys.key, sizeof(ticket_keys.key));
    ends[0].config.resume = &kept[0];
}

static void begin(void)
{
    must(prov_dtls_start(&ends[0].s, &ends[0].config, crypto, &ends[0].work, 0) == PROV_OK,
         "start");
    if (what->ticket)
        prov_dtls_set_ticket(&ends[0].s, &tickets[0]);
    settle(0);
    run();
}

static void refused_run(void)
{
    must(ends[0].failed && ends[1].failed && !ends[0].connected && !ends[1].connected,
         "a wrong key was not refused");
    must(ends[1].s.alert_sent == PROV_ALERT_DECRYPT_ERROR, "not by decrypt_error");
}

int main(int argc, char **argv)
{
    static const char *const leaks[] = {"none", "compare", "branch", "address", "clear"};

    for (size_t i = 0; argc > 1 && i < sizeof(whats) / sizeof(whats[0]); i++)
        if (strcmp(argv[1], whats[i].name) == 0)
            what = &whats[i];
    for (int i = 0; argc > 2 && i < 5; i++)
        if (strcmp(argv[2], leaks[i]) == 0)
            taint_leak = (enum taint_leak)i;
    must(what != NULL, "usage: secrets WHAT [LEAK]");
    must(prov_crypto_make(NULL, &crypto) == PROV_OK, "crypto");
    make_end(0);
    make_end(1);
    if (what->wrong)
        psk[1][0] ^= 1;
    taint_hide(psk, sizeof(psk));
    must(prov_dtls_start(&ends[0].s, &ends[0].config, crypto, &ends[0].work, 0) == PROV_OK,
         "start");
    settle(0);
    run();
    if (what->wrong)
        refused_run();
    else
        connected_run();
    for (int side = 0; side < 2; side++) {
        prov_dtls_drop(&ends[side].s);
        prov_crypto_key_drop(crypto, &ends[side].key);
    }
    prov_crypto_free(crypto);
    return 0;
}
