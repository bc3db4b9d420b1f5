/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <stdlib.h>
#include <string.h>

void target_bundle(struct wire_world *world, int kind, struct prov_bundle *ret,
                   uint8_t scalar[PROV_SCALAR_LEN])
{
    const struct wire_identity *own = &world->identities[WIRE_CLIENT];
    static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_PSK, PROV_KIND_RPK,
                                           PROV_KIND_CERT};

    memset(ret, 0, sizeof(*ret));
    ret->kind = kinds[kind];
    ret->use = PROV_USE_OPERATIONAL;
    ret->profile = PROV_PROFILE_RFC7925;
    ret->server = world->fqdn;
    ret->device = world->eui64;
    ret->psk_identity = PROV_BYTES_OF(world->psk_identity);
    ret->psk = PROV_BYTES_OF(world->psk);
    memcpy(scalar, own->key.scalar.data, PROV_SCALAR_LEN);
    ret->scalar = PROV_BYTES(scalar, PROV_SCALAR_LEN);
    memcpy(ret->point, own->key.point, PROV_POINT_LEN);
    ret->has_public = true;
    ret->chain[0] = own->chain[0];
    ret->chain[1] = own->chain[1];
    ret->chain_len = 2;
    memcpy(ret->peers[0], world->identities[WIRE_SERVER].key.point, PROV_POINT_LEN);
    ret->peer_count = 1;
    ret->anchors[0] = world->root;
    ret->anchor_count = 1;
}

/* --- making ---------------------------------------------------------------------------------- */

void target_make(struct target *t, struct wire_world *world, const struct fault *fault)
{
    struct wire_identity *id = &world->identities[WIRE_SERVER];

    memset(t, 0, sizeof(*t));
    t->world = world;
    t->fault = fault;
    t->outbox = calloc(OUTBOX_MAX, sizeof(*t->outbox));
    t->config = (struct prov_dtls_config){.role = PROV_DTLS_SERVER,
                                          .suites = prov_suites_server,
                                          .kinds = PROV_KINDS_ALL,
                                          .server_name = &world->fqdn,
                                          .spki = PROV_BYTES_OF(id->spki),
                                          .chain = id->chain,
                                          .chain_len = 2,
                                          .protocol = "co",
                                          .resumption = true};
    if (prov_fqdn_parse(prov_bytes_text("other.example.org"), &t->other_name) != PROV_OK ||
        t->outbox == NULL)
        abort();
    for (size_t i = 0; i < FLOWS; i++) {
        t->flows[i].workspace = calloc(1, prov_dtls_handshake_size());
        if (t->flows[i].workspace == NULL)
            abort();
    }
    if (fault != NULL && fault->tune != NULL)
        fault->tune(t);
}

void target_free(struct target *t)
{
    for (size_t i = 0; i < FLOWS; i++) {
        target_forget(&t->flows[i]);
        free(t->flows[i].workspace);
    }
    prov_dtls_resumable_wipe(&t->kept);
    free(t->outbox);
}

void target_forget(struct flow *f)
{
    if (f->begun)
        prov_dtls_drop(&f->session);
    f->begun = f->connected = false;
}

static struct flow *flow_of(struct target *t, unsigned number)
{
    struct flow *f = &t->flows[number % FLOWS];

    if (!f->used || f->number != number) {
        struct prov_dtls_handshake *workspace = f->workspace;
        target_forget(f);
        memset(f, 0, sizeof(*f));
        f->workspace = workspace;
        f->used = true;
        f->number = number;
    }
    return f;
}

/* --- out ------------------------------------------------------------------------------------- */

void target_say(struct target *t, struct flow *f, const uint8_t *octets, size_t len)
{
    if (t->outbox_len == OUTBOX_MAX || len == 0 || len > TARGET_ROOM)
        return;
    t->outbox[t->outbox_len].flow = f->number;
    t->outbox[t->outbox_len].d.len = len;
    memcpy(t->outbox[t->outbox_len].d.octets, octets, len);
    t->outbox_len++;
}

void target_say_alert(struct target *t, struct flow *f, uint8_t level, uint8_t alert)
{
    const uint8_t content[] = {level, alert};
    uint8_t room[32];
    struct prov_buf out = PROV_BUF_OF(room);

    prov_record_put_plain(DTLS_1_2, 900, CONTENT_ALERT, PROV_BYTES_OF(content), &out);
    target_say(t, f, room, out.len);
}

static void say_message(struct target *t, struct flow *f, uint8_t type, uint16_t seq,
                        struct prov_bytes body)
{
    uint8_t room[512], record_room[600];
    struct prov_buf message = PROV_BUF_OF(room), out = PROV_BUF_OF(record_room);

    prov_message_header_put(&message, type, (uint32_t)body.len, seq, 0, (uint32_t)body.len);
    prov_put_bytes(&message, body);
    prov_record_put_plain(DTLS_1_2, 800u + seq, CONTENT_HANDSHAKE, prov_buf_bytes(&message), &out);
    target_say(t, f, record_room, out.len);
}

void target_say_hello(struct target *t, struct flow *f, uint16_t suite)
{
    static const uint8_t random[32] = {1};
    uint8_t room[128];
    struct prov_buf body = PROV_BUF_OF(room);
    struct prov_server_hello hello = {.version = DTLS_1_2, .random = random, .suite = suite};

    prov_server_hello_put_head(&body, &hello);
    say_message(t, f, MESSAGE_SERVER_HELLO, 1, prov_buf_bytes(&body));
    say_message(t, f, MESSAGE_SERVER_HELLO_DONE, 2, PROV_BYTES_NONE);
}

static void send_out(struct target *t, struct flow *f, struct datagram *d)
{
    if (t->fault != NULL && t->fault->out != NULL)
        t->fault->out(t, f, d);
    target_say(t, f, d->octets, d->len);
}

/* --- the server's half ----------------------------------------------------------------------- */

static prov_result judge(struct target *t, struct flow *f)
{
    const struct wire_identity *client = &t->world->identities[WIRE_CLIENT];
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];

    if (t->takes_all)
        return PROV_OK;
    if (prov_dtls_kind(&f->session) == PROV_KIND_RPK)
        return prov_bytes_equal(prov_dtls_peer_spki(&f->session), PROV_BYTES_OF(client->spki))
                   ? PROV_OK
                   : PROV_E_NOT_FOUND;
    size_t count = prov_dtls_peer_chain(&f->session, chain);
    return count > 0 && prov_bytes_equal(chain[0], client->chain[0]) ? PROV_OK : PROV_E_ISSUER;
}

static void give_psk(struct target *t, struct flow *f)
{
    bool known = prov_bytes_equal(prov_dtls_need_identity(&f->session),
                                  PROV_BYTES_OF(t->world->psk_identity));

    f->count = known;
    prov_dtls_give_psk(&f->session, PROV_BYTES_OF(t->world->psk), known);
}

static void sign(struct target *t, struct flow *f)
{
    uint8_t signature[PROV_SIGNATURE_LEN];
    prov_result result =
        prov_crypto_sign(t->world->crypto, &t->world->identities[WIRE_SERVER].handle,
                         prov_dtls_need_digest(&f->session), signature);

    prov_dtls_give_signature(&f->session, result, signature);
}

/* A CoAP ping is answered with a reset. */
static void answer_data(struct target *t, struct flow *f)
{
    struct prov_bytes data = prov_dtls_data(&f->session);
    uint8_t reset[4] = {0x70, 0}, room[128];
    struct prov_buf out = PROV_BUF_OF(room);
    struct datagram d;

    if (data.len != 4 || t->silent_app)
        return;
    memcpy(reset + 2, data.data + 2, 2);
    if (prov_dtls_seal(&f->session, PROV_BYTES_OF(reset), &out) != PROV_OK)
        return;
    d.len = out.len;
    memcpy(d.octets, room, out.len);
    send_out(t, f, &d);
}

static void connected(struct target *t, struct flow *f)
{
    f->connected = true;
    if (!t->no_kept)
        t->has_kept = prov_dtls_resumable(&f->session, t->now_ms, &t->kept) == PROV_OK;
}

static void give_session(struct target *t, struct flow *f)
{
    bool known =
        t->has_kept && prov_bytes_equal(prov_dtls_need_session(&f->session),
                                        PROV_BYTES(t->kept.session_id, t->kept.session_id_len));

    prov_dtls_give_session(&f->session, known ? &t->kept : NULL);
}

static void pull_all(struct target *t, struct flow *f)
{
    struct datagram d;
    struct prov_buf out = PROV_BUF_OF(d.octets);

    while (f->begun && prov_dtls_pull(&f->session, t->now_ms, &out)) {
        d.len = out.len;
        send_out(t, f, &d);
        out.len = 0;
    }
}

/* False: it waits. */
static bool step(struct target *t, struct flow *f)
{
    switch (prov_dtls_step(&f->session, t->now_ms)) {
    case PROV_DTLS_NEED_PSK:
        give_psk(t, f);
        return true;
    case PROV_DTLS_NEED_SIGN:
        sign(t, f);
        return true;
    case PROV_DTLS_NEED_VERIFY:
        prov_dtls_give_verdict(&f->session, judge(t, f));
        return true;
    case PROV_DTLS_NEED_SESSION:
        give_session(t, f);
        return true;
    case PROV_DTLS_CONNECTED:
        connected(t, f);
        return true;
    case PROV_DTLS_DATA:
        answer_data(t, f);
        return true;
    case PROV_DTLS_AGAIN:
    case PROV_DTLS_CLOSED:
        return true;
    case PROV_DTLS_PULL:
        pull_all(t, f);
        return true;
    case PROV_DTLS_NEED_FETCH:
    case PROV_DTLS_FAILED:
    case PROV_DTLS_WAIT:
        break;
    }
    return false;
}

static void run(struct target *t, struct flow *f)
{
    while (f->begun && step(t, f))
        continue;
    pull_all(t, f);
    if (f->begun && prov_dtls_failure(&f->session).result != PROV_OK)
        target_forget(f);
}

/* --- in -------------------------------------------------------------------------------------- */

static void note_hello(struct flow *f, const struct datagram *d)
{
    struct prov_record record;
    struct prov_fragment fragment;
    size_t at = 0;

    if (d->len < 25 || d->octets[0] != CONTENT_HANDSHAKE || d->octets[3] != 0 ||
        d->octets[4] != 0 || d->octets[13] != MESSAGE_CLIENT_HELLO)
        return;
    f->has_hello = false;
    memcpy(f->hello_octets, d->octets, d->len);
    if (!prov_record_take(f->hello_octets, d->len, 0, &at, &record))
        return;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(record.body, record.len));
    if (!prov_fragment_take(&reader, &fragment) || fragment.type != MESSAGE_CLIENT_HELLO ||
        fragment.body.len != fragment.length || !prov_client_hello_take(fragment.body, &f->hello))
        return;
    f->has_hello = true;
    f->hello_seq = record.seq;
}

bool hello_offers(const struct flow *f, uint16_t type, struct prov_bytes *ret)
{
    struct prov_reader reader;
    struct prov_bytes body;
    uint16_t other;

    if (!f->has_hello)
        return false;
    reader = prov_reader_make(f->hello.extensions);
    while (prov_take_u16(&reader, &other) && prov_take_vector(&reader, 2, &body)) {
        if (other != type)
            continue;
        if (ret != NULL)
            *ret = body;
        return true;
    }
    return false;
}

static void accept(struct target *t, struct flow *f, struct datagram *d)
{
    if (f->begun)
        target_forget(f);
    f->begun = prov_dtls_accept(&f->session, &t->config, t->world->crypto, f->workspace, t->now_ms,
                                PROV_BYTES(d->octets, d->len)) == PROV_OK;
    static const uint8_t cid[] = {1, 2, 3, 4};
    if (f->begun)
        prov_dtls_set_connection_id(&f->session, PROV_BYTES_OF(cid));
}

/* True: the datagram is the session's. */
static bool look_at_hello(struct target *t, struct flow *f, struct datagram *d)
{
    uint8_t peer[] = {4, (uint8_t)(t->one_port ? 0 : f->number >> 8),
                      (uint8_t)(t->one_port ? 0 : f->number)};
    uint8_t room[TARGET_ROOM];
    struct prov_buf reply = PROV_BUF_OF(room);
    struct datagram out;

    if (f->begun && (!f->connected || d->octets[3] != 0 || d->octets[4] != 0))
        return true;
    enum prov_dtls_hello verdict =
        prov_dtls_hello(&t->cookies, t->world->crypto, t->now_ms, PROV_BYTES_OF(peer),
                        PROV_BYTES(d->octets, d->len), &reply);
    if (verdict == PROV_DTLS_HELLO_REPLY && t->no_cookie && room[0] == CONTENT_HANDSHAKE)
        verdict = PROV_DTLS_HELLO_ACCEPT;
    if (verdict == PROV_DTLS_HELLO_ACCEPT && f->connected && !t->drops_old)
        return false; /* this server has one session for an address, and keeps it */
    if (verdict == PROV_DTLS_HELLO_ACCEPT) {
        accept(t, f, d);
        return false;
    }
    if (verdict == PROV_DTLS_HELLO_REPLY) {
        out.len = reply.len;
        memcpy(out.octets, room, reply.len);
        send_out(t, f, &out);
    }
    return f->begun;
}

void target_take(struct target *t, uint64_t now_ms, unsigned number, const uint8_t *octets,
                 size_t len)
{
    struct flow *f = flow_of(t, number);
    struct datagram d = {.len = len};

    t->now_ms = now_ms;
    if (len > TARGET_ROOM || t->dead)
        return;
    memcpy(d.octets, octets, len);
    note_hello(f, &d);
    if (t->fault != NULL && t->fault->in != NULL && !t->fault->in(t, f, &d))
        return;
    if (look_at_hello(t, f, &d))
        prov_dtls_push(&f->session, now_ms, d.octets, d.len);
    run(t, f);
}

void target_tick(struct target *t, uint64_t now_ms)
{
    t->now_ms = now_ms;
    for (size_t i = 0; i < FLOWS; i++)
        if (t->flows[i].begun && prov_dtls_deadline(&t->flows[i].session) <= now_ms)
            run(t, &t->flows[i]);
}

uint64_t target_deadline(const struct target *t)
{
    uint64_t deadline = UINT64_MAX;

    for (size_t i = 0; i < FLOWS; i++)
        if (t->flows[i].begun && prov_dtls_deadline(&t->flows[i].session) < deadline)
            deadline = prov_dtls_deadline(&t->flows[i].session);
    return deadline;
}
