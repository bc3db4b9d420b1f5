/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole handshakes: the engine of prov/dtls.h as a client with the bundle's credential, with one that nobody
 * knows, or with the bundle's identity and a wrong key. It takes whatever server there is: what is wrong
 * with it is found afterwards, and nothing but a CoAP ping is ever said to it.
 */
#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prov/text.h"

static struct prov_crypto *crypto_of(const struct endpoint *e)
{
    return e->run->config.crypto;
}

prov_result check_client_make(struct endpoint *e)
{
    e->client.workspace = calloc(1, prov_dtls_handshake_size());
    return e->client.workspace == NULL ? PROV_E_MEMORY : PROV_OK;
}

void check_client_drop(struct endpoint *e)
{
    struct check_client *c = &e->client;

    if (c->open)
        prov_dtls_drop(&c->session);
    c->open = false;
    if (c->has_key)
        prov_crypto_key_drop(crypto_of(e), &c->key);
    c->has_key = false;
    prov_secret_wipe(&c->psk);
}

void check_client_leave(struct endpoint *e)
{
    struct check_client *c = &e->client;

    if (!c->open)
        return;
    c->edit = NULL;
    if (c->connected)
        prov_dtls_close(&c->session);
    else if (!c->failed)
        prov_dtls_abort(&c->session, PROV_ALERT_HANDSHAKE_FAILURE);
    check_client_go_on(e);
    check_client_drop(e);
}

/* --- making one ready ------------------------------------------------------------------------ */

static prov_suites suites_of(enum check_mode mode)
{
    static const struct prov_suite *const fs_8[] = {&prov_suite_ecdhe_psk_ccm_8, NULL};
    static const struct prov_suite *const fs[] = {&prov_suite_ecdhe_psk_ccm, NULL};

    return mode == CHECK_PSK        ? prov_suites_psk
           : mode == CHECK_PSK_FS   ? fs
           : mode == CHECK_PSK_FS_8 ? fs_8
                                    : prov_suites_public;
}

static prov_result ready_psk(struct endpoint *e)
{
    struct check_client *c = &e->client;
    const struct prov_bundle *bundle = e->run->config.bundle;
    uint8_t octets[16];

    prov_result result = prov_crypto_random(crypto_of(e), c->identity, sizeof(c->identity));
    if (result == PROV_OK)
        result = prov_crypto_random(crypto_of(e), octets, sizeof(octets));
    if (result != PROV_OK)
        return result;
    c->config.psk_identity =
        c->as == CHECK_AS_STRANGER ? PROV_BYTES_OF(c->identity) : bundle->psk_identity;
    return prov_secret_set(&c->psk, c->as == CHECK_AS_BUNDLE ? bundle->psk : PROV_BYTES_OF(octets));
}

static prov_result ready_key(struct endpoint *e)
{
    struct check_client *c = &e->client;
    const struct prov_bundle *bundle = e->run->config.bundle;
    uint8_t point[PROV_POINT_LEN];
    prov_result result;

    if (c->as == CHECK_AS_BUNDLE)
        result = prov_crypto_key_load(crypto_of(e), bundle->scalar, &c->key);
    else
        result = prov_crypto_key_make(crypto_of(e), &c->key);
    if (result != PROV_OK)
        return result;
    c->has_key = true;
    result = prov_crypto_key_public(crypto_of(e), &c->key, point);
    if (result == PROV_OK)
        prov_spki_encode(point, c->spki);
    c->config.spki = PROV_BYTES_OF(c->spki);
    c->config.chain = &c->config.spki; /* a stranger has no certificate: this is none */
    c->config.chain_len = 1;
    if (c->as == CHECK_AS_BUNDLE && check_modes[c->mode].kind == PROV_KIND_CERT) {
        c->config.chain = bundle->chain;
        c->config.chain_len = bundle->chain_len;
    }
    return result;
}

void check_client_ready(struct endpoint *e, enum check_mode mode, enum check_as as)
{
    struct check_client *c = &e->client;
    struct prov_dtls_handshake *workspace = c->workspace;

    check_client_leave(e);
    memset(c, 0, sizeof(*c));
    c->workspace = workspace;
    c->mode = mode;
    c->as = as;
    uint32_t half = e->run->config.limits.silence_ms / 2;
    c->config = (struct prov_dtls_config){.role = PROV_DTLS_CLIENT,
                                          .suites = suites_of(mode),
                                          .kinds = PROV_KIND_BIT(check_modes[mode].kind),
                                          .timer_initial_ms = half > 0 ? half : 1};
    c->config.server_name = e->server.text[0] != '\0' ? &e->server : NULL;
}

prov_result check_client_start(struct endpoint *e)
{
    struct check_client *c = &e->client;
    prov_result result = check_modes[c->mode].kind == PROV_KIND_PSK ? ready_psk(e) : ready_key(e);

    if (result == PROV_OK)
        result =
            prov_dtls_start(&c->session, &c->config, crypto_of(e), c->workspace, e->run->now_ms);
    c->open = result == PROV_OK;
    return result;
}

/* --- what it is asked ------------------------------------------------------------------------ */

/* Finished right behind ClientKeyExchange (row 7: a server that lets this pass authenticates nobody). */
static void finish_without_verify(struct prov_dtls *s)
{
    s->hs->need = 0;
    prov_finished_add(s);
    s->hs->state = STATE_FINISHED;
    prov_flight_end(s);
}

static void sign(struct endpoint *e)
{
    struct check_client *c = &e->client;
    uint8_t signature[PROV_SIGNATURE_LEN], digest[PROV_HASH_LEN];

    if (c->skip_verify || c->silent_chain) {
        finish_without_verify(&c->session);
        return;
    }
    memcpy(digest, prov_dtls_need_digest(&c->session), sizeof(digest));
    if (c->spoil_signature)
        digest[0] ^= 1;
    prov_result result = prov_crypto_sign(crypto_of(e), &c->key, digest, signature);
    prov_dtls_give_signature(&c->session, result, signature);
}

static void keep_peer(struct check_client *c)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX], spki;
    struct prov_buf room = PROV_BUF_OF(c->chain_octets);

    if (check_modes[c->mode].kind == PROV_KIND_RPK) {
        spki = prov_dtls_peer_spki(&c->session);
        c->has_spki = spki.len == sizeof(c->peer_spki);
        if (c->has_spki)
            memcpy(c->peer_spki, spki.data, spki.len);
        return;
    }
    size_t count = prov_dtls_peer_chain(&c->session, chain);
    for (size_t i = 0; i < count && i < PROV_DTLS_CHAIN_MAX; i++) {
        size_t mark = room.len;

        prov_put_bytes(&room, chain[i]);
        if (!room.overflow)
            c->chain[c->chain_len++] = PROV_BYTES(c->chain_octets + mark, chain[i].len);
    }
}

static void verify(struct check_client *c)
{
    keep_peer(c);
    if (c->silent_chain) { /* what is shown is taken when the flight is made */
        c->config.chain_len = 0;
        c->config.spki = PROV_BYTES_NONE;
    }
    prov_dtls_give_verdict(&c->session, PROV_OK);
}

static void note_data(struct check_client *c)
{
    struct prov_bytes data = prov_dtls_data(&c->session);

    c->data++;
    c->last_len = data.len < sizeof(c->last) ? data.len : sizeof(c->last);
    memcpy(c->last, data.data, c->last_len);
}

/* False: it waits. */
static bool step(struct endpoint *e)
{
    struct check_client *c = &e->client;

    switch (prov_dtls_step(&c->session, e->run->now_ms)) {
    case PROV_DTLS_NEED_PSK:
        prov_dtls_give_psk(&c->session, prov_secret_bytes(&c->psk), true);
        return true;
    case PROV_DTLS_NEED_SIGN:
        sign(e);
        return true;
    case PROV_DTLS_NEED_VERIFY:
        verify(c);
        return true;
    case PROV_DTLS_CONNECTED:
        c->connected = true;
        return true;
    case PROV_DTLS_DATA:
        note_data(c);
        return true;
    case PROV_DTLS_CLOSED:
        c->closed = true;
        return true;
    case PROV_DTLS_AGAIN:
        return true;
    case PROV_DTLS_FAILED:
        c->failed = true;
        return false;
    case PROV_DTLS_NEED_SESSION:
    case PROV_DTLS_NEED_FETCH:
    case PROV_DTLS_PULL:
    case PROV_DTLS_WAIT:
        break;
    }
    return false;
}

void check_client_go_on(struct endpoint *e)
{
    struct check_client *c = &e->client;
    uint8_t room[CHECK_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    if (!c->open)
        return;
    while (step(e))
        continue;
    while (prov_dtls_pull(&c->session, e->run->now_ms, &out)) {
        if (c->edit == NULL || c->edit(e, room, &out.len))
            check_run_send(e->run, e->flow, prov_buf_bytes(&out));
        out.len = 0;
    }
}

/* --- what comes ------------------------------------------------------------------------------ */

#define EXPLICIT_NONCE_LEN 8

/* RFC 7925, appendix B: epoch and sequence number are the explicit nonce. */
static void note_sealed(struct check_client *c, const struct prov_record *record)
{
    uint8_t expected[EXPLICIT_NONCE_LEN];
    struct prov_buf buf = PROV_BUF_OF(expected);

    if (record->epoch == 0 || record->len < EXPLICIT_NONCE_LEN ||
        record->type > CONTENT_APPLICATION_DATA)
        return;
    prov_put_u16(&buf, record->epoch);
    prov_put_u48(&buf, record->seq);
    c->nonces_seen = true;
    if (!c->nonces_wrong && memcmp(record->body, expected, sizeof(expected)) != 0) {
        c->nonces_wrong = true;
        memcpy(c->nonce, record->body, sizeof(c->nonce));
        c->nonce_seq = record->seq;
    }
}

static void trace_record(struct check_client *c, const struct prov_record *record)
{
    size_t at = strlen(c->trace), room = sizeof(c->trace) - at;
    char alert[8] = "";

    if (record->type == CONTENT_ALERT && record->epoch == 0 && record->len == 2)
        snprintf(alert, sizeof(alert), ":%02x%02x", record->body[0], record->body[1]);
    snprintf(c->trace + at, room, "%s%u/%u/%zu%s", at == 0 ? "" : " ", record->type, record->epoch,
             record->len, alert);
}

void check_client_push(struct endpoint *e, uint8_t *datagram, size_t len)
{
    struct check_client *c = &e->client;
    struct prov_record record;
    size_t at = 0;

    if (!c->open)
        return;
    c->datagrams++;
    while (prov_record_take(datagram, len, 0, &at, &record)) {
        trace_record(c, &record);
        note_sealed(c, &record);
    }
    check_answer_take(&e->answer, datagram, len);
    prov_dtls_push(&c->session, e->run->now_ms, datagram, len);
    check_client_go_on(e);
}

/* --- what a probe says by it ----------------------------------------------------------------- */

bool check_client_record(struct endpoint *e, uint8_t type, struct prov_bytes content,
                         struct prov_buf *out)
{
    return prov_record_write(&e->client.session, 1, type, NULL, content, out);
}

bool check_client_ping(struct endpoint *e, struct prov_buf *out)
{
    uint8_t ping[4] = {0x40, 0x00};

    return prov_crypto_random(crypto_of(e), ping + 2, 2) == PROV_OK &&
           check_client_record(e, CONTENT_APPLICATION_DATA, PROV_BYTES_OF(ping), out);
}

/* The session without what it knows of connection ids: same keys, same numbers. */
bool check_client_record_bare(struct endpoint *e, uint8_t type, struct prov_buf *out)
{
    static const uint8_t ping[] = {0x40, 0x00, 0x7A, 0x12};
    struct prov_dtls bare = e->client.session;

    bare.cid_write_len = 0;

    bool put = prov_record_write(&bare, 1, type, NULL, PROV_BYTES_OF(ping), out);
    e->client.session.write_seq[1] = bare.write_seq[1];
    prov_wipe(&bare, sizeof(bare));
    return put;
}

const char *check_client_text(const struct endpoint *e, char *room, size_t cap)
{
    const struct check_client *c = &e->client;
    struct prov_dtls_failure failure = {0};

    if (c->open)
        failure = prov_dtls_failure(&c->session);
    if (c->connected && !c->failed)
        snprintf(room, cap, "connected");
    else if (c->failed && failure.alert_received != PROV_ALERT_NONE)
        snprintf(room, cap, "alert %s(%d)", prov_alert_text(failure.alert_received),
                 failure.alert_received);
    else if (c->failed)
        snprintf(room, cap, "%s", prov_result_text(failure.result));
    else
        snprintf(room, cap, "silence");
    return room;
}
