/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libprov/dtls/messages.h"

#define YEAR (365 * (int64_t)86400)

const char *const wire_kind_names[WIRE_KINDS] = {"psk", "psk-fs", "rpk", "cert"};

static void must(prov_result result, const char *what)
{
    if (result == PROV_OK)
        return;
    fprintf(stderr, "wire: %s: %04x\n", what, (unsigned)result);
    abort();
}

/* --- the world ------------------------------------------------------------------------------- */

static bool fill(void *context, uint8_t *out, size_t len) /* splitmix64 */
{
    uint64_t *state = context;

    for (size_t i = 0; i < len; i++) {
        uint64_t z = (*state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        out[i] = (uint8_t)(z >> 32);
    }
    return true;
}

static struct prov_bytes make_ca(struct wire_world *w, const struct prov_pki_issuer *issuer,
                                 const char *name, struct prov_pki_key *key, uint8_t *room)
{
    struct prov_buf out = prov_buf_make(room, PROV_CERT_MAX);
    struct prov_pki_ca_name who = {"Wire", "DE", name};
    struct prov_validity validity = {w->time - 3600, w->time + 10 * YEAR};

    must(prov_pki_key_make(w->pki, key, NULL), "key");
    must(prov_pki_ca_issue(w->pki, issuer, &who, key, &validity, &out, NULL), "CA");
    return prov_buf_bytes(&out);
}

static void make_identity(struct wire_world *w, const struct prov_pki_issuer *issuer,
                          enum wire_side side)
{
    struct wire_identity *id = &w->identities[side];
    struct prov_buf out = PROV_BUF_OF(id->leaf);

    must(prov_pki_key_make(w->pki, &id->key, NULL), "key");
    struct prov_pki_leaf leaf = {.device = side == WIRE_CLIENT ? &w->eui64 : NULL,
                                 .server = side == WIRE_SERVER ? &w->fqdn : NULL,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = id->key.point,
                                 .validity = {w->time - 3600, w->time + 86400}};
    must(prov_pki_leaf_issue(w->pki, issuer, &leaf, &out, NULL), "certificate");
    must(prov_crypto_key_load(w->crypto, prov_secret_bytes(&id->key.scalar), &id->handle), "load");
    prov_spki_encode(id->key.point, id->spki);
    id->chain[0] = prov_buf_bytes(&out);
    id->chain[1] = w->issuing;
    out = PROV_BUF_OF(id->message);
    prov_certificates_put(&out, id->chain, 2);
    id->certificate = prov_buf_bytes(&out);
}

void wire_world_make(struct wire_world *w)
{
    struct prov_pki_key root, issuing;

    memset(w, 0, sizeof(*w));
    w->random = (struct prov_random){fill, &w->random_state};
    w->random_state = 7;
    w->time = 1800000000;
    must(prov_crypto_make(&w->random, &w->crypto), "crypto");
    must(prov_pki_make(w->crypto, &w->pki), "pki");
    must(prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &w->fqdn), "name");
    must(prov_eui64_parse("00-12-4B-28-7D-7A-78-A1", &w->eui64), "EUI-64");
    w->root = make_ca(w, NULL, "Wire root", &root, w->root_octets);
    struct prov_pki_issuer by_root = {w->root, &root.scalar};
    w->issuing = make_ca(w, &by_root, "Wire issuing", &issuing, w->issuing_octets);
    struct prov_pki_issuer by_issuing = {w->issuing, &issuing.scalar};
    make_identity(w, &by_issuing, WIRE_CLIENT);
    make_identity(w, &by_issuing, WIRE_SERVER);
    prov_pki_key_wipe(&root);
    prov_pki_key_wipe(&issuing);
    (void)fill(&w->random_state, w->psk, sizeof(w->psk));
    (void)fill(&w->random_state, w->psk_identity, sizeof(w->psk_identity));
    w->psk_identity[3] = 0; /* a NUL inside (H28) */
}

void wire_world_free(struct wire_world *w)
{
    for (int i = 0; i < 2; i++) {
        prov_crypto_key_drop(w->crypto, &w->identities[i].handle);
        prov_pki_key_wipe(&w->identities[i].key);
    }
    prov_pki_free(w->pki);
    prov_crypto_free(w->crypto);
}

/* --- a pair of ends -------------------------------------------------------------------------- */

static void make_config(struct wire *w, enum wire_side side)
{
    static const prov_suites suites[] = {prov_suites_psk, prov_suites_psk_fs, prov_suites_public,
                                         prov_suites_public};
    static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_PSK, PROV_KIND_RPK,
                                           PROV_KIND_CERT};
    struct wire_identity *id = &w->world->identities[side];
    struct wire_end *end = &w->ends[side];

    end->config = (struct prov_dtls_config){
        .role = side == WIRE_CLIENT ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER,
        .suites = side == WIRE_CLIENT ? suites[w->kind] : prov_suites_server,
        .kinds = side == WIRE_CLIENT ? PROV_KIND_BIT(kinds[w->kind]) : PROV_KINDS_ALL,
        .server_name = &w->world->fqdn,
        .psk_identity = PROV_BYTES_OF(w->world->psk_identity),
        .spki = PROV_BYTES_OF(id->spki),
        .chain = id->chain,
        .chain_len = 2,
    };
    end->workspace = calloc(1, prov_dtls_handshake_size());
    end->psk = PROV_BYTES_OF(w->world->psk);
    end->psk_known = true;
    end->judge = true;
}

void wire_make(struct wire *w, struct wire_world *world, enum wire_kind kind)
{
    memset(w, 0, sizeof(*w));
    w->world = world;
    w->kind = kind;
    w->peer[0] = 4;
    w->queue = calloc(WIRE_QUEUE_MAX, sizeof(*w->queue));
    w->log = calloc(WIRE_LOG_MAX, sizeof(*w->log));
    make_config(w, WIRE_CLIENT);
    make_config(w, WIRE_SERVER);
    if (w->queue == NULL || w->log == NULL || w->ends[0].workspace == NULL ||
        w->ends[1].workspace == NULL)
        abort();
}

static void begun(struct wire_end *end)
{
    end->begun = true;
    if (end->tickets)
        prov_dtls_set_ticket(&end->session, &end->ticket);
}

void wire_start(struct wire *w)
{
    struct wire_end *end = &w->ends[WIRE_CLIENT];

    must(prov_dtls_start(&end->session, &end->config, w->world->crypto, end->workspace, w->now_ms),
         "start");
    begun(end);
}

void wire_free(struct wire *w)
{
    for (int i = 0; i < 2; i++) {
        prov_dtls_drop(&w->ends[i].session);
        free(w->ends[i].workspace);
    }
    prov_dtls_cookies_wipe(&w->cookies);
    free(w->queue);
    free(w->log);
}

/* --- what callers answer --------------------------------------------------------------------- */

static prov_result judge_chain(struct wire *w, enum wire_side side)
{
    struct prov_path_rules rules = {side == WIRE_CLIENT ? PROV_PATH_SERVER : PROV_PATH_CLIENT,
                                    &w->world->fqdn,
                                    PROV_CHAIN_BELOW_ANCHOR,
                                    true,
                                    w->world->time,
                                    NULL};
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_path path;
    size_t len = prov_dtls_peer_chain(&w->ends[side].session, chain);

    prov_result result = prov_path_begin(&path, &rules, chain, len, &w->world->root, 1);
    if (result == PROV_OK)
        do
            result = prov_path_step(&path, w->world->crypto);
        while (result == PROV_E_AGAIN);
    return result;
}

static prov_result judge(struct wire *w, enum wire_side side)
{
    struct wire_end *end = &w->ends[side];
    const struct wire_identity *peer = &w->world->identities[1 - side];

    if (!end->judge || end->verdict != PROV_OK)
        return end->verdict;
    if (prov_dtls_kind(&end->session) == PROV_KIND_CERT)
        return judge_chain(w, side);
    return prov_bytes_equal(prov_dtls_peer_spki(&end->session), PROV_BYTES_OF(peer->spki))
               ? PROV_OK
               : PROV_E_NOT_FOUND;
}

static void sign(struct wire *w, enum wire_side side)
{
    struct wire_end *end = &w->ends[side];
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result = end->sign;

    if (result == PROV_OK)
        result = prov_crypto_sign(w->world->crypto, &w->world->identities[side].handle,
                                  prov_dtls_need_digest(&end->session), signature);
    prov_dtls_give_signature(&end->session, result, signature);
}

static void note_data(struct wire_end *end)
{
    struct prov_bytes data = prov_dtls_data(&end->session);

    end->data++;
    memcpy(end->last, data.data, data.len);
    end->last_len = data.len;
}

static void drain(struct wire *w, enum wire_side side);

static void give_session(struct wire_end *end)
{
    struct prov_dtls_resumable state;
    bool by_ticket = prov_dtls_need_ticket(&end->session, &state) == PROV_OK;

    if (by_ticket)
        prov_dtls_give_session(&end->session, end->refuse_ticket ? NULL : &state);
    else
        prov_dtls_give_session(&end->session, end->found);
    prov_dtls_resumable_wipe(&state);
}

/* One step; false when it has to wait. */
static bool step(struct wire *w, enum wire_side side)
{
    struct wire_end *end = &w->ends[side];

    enum prov_dtls_event event = prov_dtls_step(&end->session, w->now_ms);
    if (w->intercept != NULL && w->intercept(w, side, event))
        return true;
    switch (event) {
    case PROV_DTLS_NEED_PSK:
        end->asked[0]++;
        prov_dtls_give_psk(&end->session, end->psk, end->psk_known);
        return true;
    case PROV_DTLS_NEED_SIGN:
        end->asked[1]++;
        sign(w, side);
        return true;
    case PROV_DTLS_NEED_VERIFY:
        end->asked[2]++;
        prov_dtls_give_verdict(&end->session, judge(w, side));
        return true;
    case PROV_DTLS_NEED_SESSION:
        end->asked[3]++;
        give_session(end);
        return true;
    case PROV_DTLS_NEED_FETCH:
        end->fetched++;
        prov_dtls_give_chain(&end->session, end->fetch, w->world->identities[1 - side].chain, 2);
        return true;
    case PROV_DTLS_CONNECTED:
        end->connected++;
        end->connected_at_ms = w->now_ms;
        return true;
    case PROV_DTLS_DATA:
        note_data(end);
        return true;
    case PROV_DTLS_CLOSED:
        end->closed++;
        return true;
    case PROV_DTLS_AGAIN:
        end->again++;
        return true;
    case PROV_DTLS_FAILED:
        if (end->failed++ == 0)
            end->failed_at_ms = w->now_ms;
        return false;
    case PROV_DTLS_PULL:
        end->echoed++;
        drain(w, side);
        return true;
    case PROV_DTLS_WAIT:
        break;
    }
    return false;
}

/* --- moving ---------------------------------------------------------------------------------- */

static void enqueue(struct wire *w, const struct wire_datagram *d)
{
    if (w->queue_len == WIRE_QUEUE_MAX) {
        fprintf(stderr, "wire: a storm of datagrams\n");
        abort();
    }
    w->queue[w->queue_len++] = *d;
}

static void release(struct wire *w, enum wire_side side)
{
    if (w->holds[side])
        enqueue(w, &w->held[side]);
    w->holds[side] = false;
}

static void send(struct wire *w, enum wire_side side, const uint8_t *octets, size_t len)
{
    struct wire_datagram d = {.from = side,
                              .index = w->ends[side].sent++,
                              .at_ms = w->now_ms,
                              .len = len,
                              .cid_len = prov_dtls_connection_id(&w->ends[1 - side].session).len};

    memcpy(d.octets, octets, len);
    if (w->log_len < WIRE_LOG_MAX)
        w->log[w->log_len++] = d;
    enum wire_fate fate = w->fate != NULL ? w->fate(w->context, &d) : WIRE_DELIVER;
    if (fate == WIRE_SWAP && !w->holds[side]) {
        w->held[side] = d;
        w->holds[side] = true;
        return;
    }
    if (fate != WIRE_DROP)
        enqueue(w, &d);
    if (fate == WIRE_DOUBLE)
        enqueue(w, &d);
    release(w, side);
}

void wire_inject(struct wire *w, enum wire_side from, const uint8_t *octets, size_t len)
{
    struct wire_datagram d = {.from = from, .at_ms = w->now_ms, .len = len};

    if (len > 0)
        memcpy(d.octets, octets, len);
    enqueue(w, &d);
}

void wire_send(struct wire *w, enum wire_side from, const char *text)
{
    uint8_t room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(room);

    must(prov_dtls_seal(&w->ends[from].session, prov_bytes_text(text), &out), "seal");
    send(w, from, room, out.len);
}

static void drain(struct wire *w, enum wire_side side)
{
    uint8_t room[WIRE_DATAGRAM_MAX];

    for (;;) {
        struct prov_buf out = PROV_BUF_OF(room);
        if (!prov_dtls_pull(&w->ends[side].session, w->now_ms, &out))
            return;
        send(w, side, room, out.len);
    }
}

static void settle(struct wire *w, enum wire_side side)
{
    if (!w->ends[side].begun)
        return;
    while (step(w, side))
        ;
    drain(w, side);
}

/* The first datagram of an address. */
static void knock(struct wire *w, struct wire_datagram *d)
{
    struct wire_end *end = &w->ends[WIRE_SERVER];
    struct prov_bytes datagram = PROV_BYTES(d->octets, d->len);
    uint8_t room[256];
    struct prov_buf reply = PROV_BUF_OF(room);
    enum prov_dtls_hello hello = PROV_DTLS_HELLO_ACCEPT;

    if (!w->no_cookie)
        hello = prov_dtls_hello(&w->cookies, w->world->crypto, w->now_ms, PROV_BYTES_OF(w->peer),
                                datagram, &reply);
    if (hello == PROV_DTLS_HELLO_REPLY) {
        if (reply.len > d->len) {
            fprintf(stderr, "wire: a reply larger than what came\n");
            abort();
        }
        send(w, WIRE_SERVER, room, reply.len);
    }
    if (hello == PROV_DTLS_HELLO_ACCEPT &&
        prov_dtls_accept(&end->session, &end->config, w->world->crypto, end->workspace, w->now_ms,
                         datagram) == PROV_OK)
        begun(end);
    if (end->begun)
        prov_dtls_set_connection_id(&end->session, end->cid);
}

static void deliver(struct wire *w)
{
    struct wire_datagram d = w->queue[0];
    enum wire_side to = 1 - d.from;

    memmove(w->queue, w->queue + 1, --w->queue_len * sizeof(*w->queue));
    if (w->ends[to].begun) {
        /* in a room of its exact size, so that a read behind its end is seen */
        uint8_t *exact = malloc(d.len > 0 ? d.len : 1);
        if (exact == NULL)
            abort();
        memcpy(exact, d.octets, d.len);
        prov_dtls_push(&w->ends[to].session, w->now_ms, exact, d.len);
        settle(w, to);
        free(exact);
    } else if (to == WIRE_SERVER) {
        knock(w, &d);
        settle(w, to);
    }
}

static uint64_t next_deadline(const struct wire *w)
{
    uint64_t deadline = UINT64_MAX;

    for (int i = 0; i < 2; i++)
        if (w->ends[i].begun && prov_dtls_deadline(&w->ends[i].session) < deadline)
            deadline = prov_dtls_deadline(&w->ends[i].session);
    return deadline;
}

void wire_run(struct wire *w, uint64_t until_ms)
{
    for (;;) {
        settle(w, WIRE_CLIENT);
        settle(w, WIRE_SERVER);
        while (w->queue_len > 0)
            deliver(w);
        release(w, WIRE_CLIENT);
        release(w, WIRE_SERVER);
        if (w->queue_len > 0)
            continue;
        uint64_t deadline = next_deadline(w);
        if (deadline == UINT64_MAX || deadline > until_ms)
            return;
        if (deadline > w->now_ms)
            w->now_ms = deadline;
    }
}

/* --- looking --------------------------------------------------------------------------------- */

static bool heard(const struct wire_end *end, const char *text)
{
    return end->last_len == strlen(text) && memcmp(end->last, text, end->last_len) == 0;
}

bool wire_works(struct wire *w)
{
    struct wire_end *client = &w->ends[WIRE_CLIENT], *server = &w->ends[WIRE_SERVER];
    uint8_t unique[2][PROV_DTLS_TLS_UNIQUE_LEN];

    if (client->connected != 1 || server->connected != 1 || client->failed + server->failed != 0 ||
        prov_dtls_tls_unique(&client->session, unique[0]) != PROV_OK ||
        prov_dtls_tls_unique(&server->session, unique[1]) != PROV_OK ||
        memcmp(unique[0], unique[1], sizeof(unique[0])) != 0)
        return false;
    w->fate = NULL;
    wire_send(w, WIRE_CLIENT, "up");
    wire_run(w, w->now_ms);
    wire_send(w, WIRE_SERVER, "down");
    wire_run(w, w->now_ms);
    return heard(server, "up") && heard(client, "down");
}

bool wire_record_next(const struct wire_datagram *d, size_t *at, struct wire_record *ret)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(d->octets + *at, d->len - *at));
    struct wire_record r = {.at = *at};
    struct prov_bytes body, cid;

    if (!prov_take_u8(&reader, &r.type) || !prov_take_u16(&reader, &r.version) ||
        !prov_take_u16(&reader, &r.epoch) || !prov_take_u48(&reader, &r.seq) ||
        !prov_take(&reader, r.type == 25 ? d->cid_len : 0, &cid) ||
        !prov_take_vector(&reader, 2, &body))
        return false;
    r.body = body.data;
    r.len = body.len;
    r.whole = PROV_BYTES(d->octets + *at, reader.at);
    *at += reader.at;
    *ret = r;
    return true;
}

bool wire_find(const struct wire *w, enum wire_side from, uint8_t type, unsigned nth,
               struct prov_bytes *ret)
{
    for (size_t i = 0; i < w->log_len; i++) {
        struct wire_record r;
        size_t at = 0;
        while (w->log[i].from == from && wire_record_next(&w->log[i], &at, &r)) {
            if (r.type != 22 || r.epoch != 0 || r.len < 12 || r.body[0] != type || nth-- > 0)
                continue;
            *ret = PROV_BYTES(r.body, r.len);
            return true;
        }
    }
    return false;
}

int wire_alert(const struct wire *w, enum wire_side from)
{
    for (size_t i = 0; i < w->log_len; i++) {
        struct wire_record r;
        size_t at = 0;
        while (w->log[i].from == from && wire_record_next(&w->log[i], &at, &r))
            if (r.type == 21 && r.epoch == 0 && r.len == 2)
                return r.body[1];
    }
    return -1;
}

/* --- changing -------------------------------------------------------------------------------- */

static void put_record(struct prov_buf *out, const uint8_t *header, struct prov_bytes body)
{
    if (header[0] == 25) { /* sealed, with a connection id: as it is */
        prov_put(out, header, (size_t)(body.data - header) + body.len);
        return;
    }
    prov_put(out, header, 11);
    prov_put_u16(out, (uint16_t)body.len);
    prov_put_bytes(out, body);
}

static bool edits(const struct wire_edit *edit, const struct wire_record *r)
{
    return r->type == 22 && r->epoch == 0 && r->len >= 12 && r->body[0] == edit->type;
}

/* A whole message in one record: header and body made anew. */
static struct prov_bytes edited(struct wire_edit *edit, const struct wire_record *r, uint8_t *room)
{
    struct prov_buf header = prov_buf_make(room, 12);

    memcpy(room + 12, r->body + 12, r->len - 12);
    size_t len = edit->change(room + 12, r->len - 12);
    prov_put_u8(&header, r->body[0]);
    prov_put_u24(&header, (uint32_t)len);
    prov_put(&header, r->body + 4, 2);
    prov_put_u24(&header, 0);
    prov_put_u24(&header, (uint32_t)len);
    edit->met++;
    return PROV_BYTES(room, 12 + len);
}

enum wire_fate wire_edit_fate(void *context, struct wire_datagram *d)
{
    struct wire_edit *edit = context;
    uint8_t whole[WIRE_DATAGRAM_MAX], room[WIRE_DATAGRAM_MAX];
    struct prov_buf out = PROV_BUF_OF(whole);
    struct wire_record r;
    size_t at = 0;

    if (d->from != edit->from)
        return WIRE_DELIVER;
    while (wire_record_next(d, &at, &r)) {
        struct prov_bytes body = PROV_BYTES(r.body, r.len);
        if (edits(edit, &r))
            body = edited(edit, &r, room);
        put_record(&out, d->octets + r.at, body);
    }
    if (out.overflow) /* fragments of a flight that is sent again, each made a whole message */
        return WIRE_DROP;
    memcpy(d->octets, whole, out.len);
    d->len = out.len;
    return WIRE_DELIVER;
}
