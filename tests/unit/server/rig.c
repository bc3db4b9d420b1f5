/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prov/x509.h"
#include "rig.h"

static struct rig *current; /* the fake flow has no context of its own */

/* --- the fake flow --------------------------------------------------------------------------- */

prov_result prov_flow_identity_load(struct prov_flow *flow, const struct prov_fqdn *server,
                                    struct prov_flow_identity *ret)
{
    prov_result result;

    assert_non_null(flow);
    memset(ret, 0, sizeof(*ret));
    ret->server = *server;
    bool other = prov_fqdn_equal(server, &current->other);
    memcpy(ret->spki, other ? current->other_spki : current->server_spki, sizeof(ret->spki));
    result = prov_crypto_key_save(
        current->crypto, other ? &current->other_key : &current->server_key, &ret->rpk_scalar);
    if (result == PROV_OK && current->server_chain.len > 0) {
        memcpy(ret->chain_octets, current->server_chain.data, current->server_chain.len);
        ret->chain[0] = PROV_BYTES(ret->chain_octets, current->server_chain.len);
        ret->chain_len = 1;
        ret->cert_scalar = ret->rpk_scalar;
    }
    current->loads++;
    return result;
}

void prov_flow_identity_wipe(struct prov_flow_identity *identity)
{
    prov_wipe(identity, sizeof(*identity));
}

static void fill(struct prov_flow_peer *ret, enum prov_kind kind)
{
    memset(ret, 0, sizeof(*ret));
    ret->credential = 7;
    ret->device = (struct prov_eui64){{0x00, 0x1b, 0xc5, 0xff, 0xfe, 0, 0, 1}};
    ret->kind = kind;
    ret->use = PROV_USE_OPERATIONAL;
    ret->state = current->pending ? PROV_STATE_PENDING : PROV_STATE_ACTIVE;
}

prov_result prov_flow_psk_find(struct prov_flow *flow, const struct prov_fqdn *server,
                               struct prov_bytes identity, struct prov_secret *ret_psk,
                               struct prov_flow_peer *ret, bool *ret_known)
{
    static const uint8_t dummy[16] = {1, 2, 3};

    assert_non_null(flow);
    current->name = *server;
    current->finds++;
    *ret_known = prov_bytes_equal(identity, PROV_BYTES_OF(current->identity));
    if (*ret_known)
        fill(ret, PROV_KIND_PSK);
    return prov_secret_set(ret_psk,
                           *ret_known ? PROV_BYTES_OF(current->psk) : PROV_BYTES_OF(dummy));
}

prov_result prov_flow_rpk_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                struct prov_bytes spki, struct prov_flow_peer *ret)
{
    current->name = *server;
    current->judged++;
    if (!prov_bytes_equal(spki, PROV_BYTES_OF(current->device_spki)))
        return prov_why_set(flow->why, PROV_E_NOT_FOUND, "no such key");
    fill(ret, PROV_KIND_RPK);
    return PROV_OK;
}

prov_result prov_flow_chain_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                  const struct prov_bytes *chain, size_t chain_len,
                                  struct prov_flow_peer *ret)
{
    (void)flow;
    (void)server;
    (void)chain;
    current->chain_seen = chain_len;
    if (!current->device_good)
        return PROV_E_ISSUER;
    fill(ret, PROV_KIND_CERT);
    return PROV_OK;
}

prov_result prov_flow_resume_judge(struct prov_flow *flow, const struct prov_fqdn *server,
                                   int64_t credential, struct prov_flow_peer *ret)
{
    assert_non_null(flow);
    current->name = *server;
    current->resumes++;
    current->resumed = credential;
    if (credential != 7)
        return PROV_E_NOT_FOUND;
    if (current->home != NULL && !prov_fqdn_equal(server, current->home))
        return PROV_E_FORBIDDEN;
    if (current->pending || current->still_good != PROV_OK)
        return current->pending ? PROV_E_FORBIDDEN : current->still_good;
    fill(ret, PROV_KIND_PSK);
    ret->resumed = true;
    return PROV_OK;
}

prov_result prov_flow_connected(struct prov_flow *flow, struct prov_flow_peer *peer)
{
    assert_non_null(flow);
    assert_int_equal(peer->credential, 7);
    current->connected++;
    return PROV_OK;
}

prov_result prov_flow_still_good(struct prov_flow *flow, const struct prov_flow_peer *peer)
{
    assert_non_null(flow);
    assert_int_equal(peer->credential, 7);
    return current->still_good;
}

prov_result prov_flow_serve(struct prov_flow *flow, const struct prov_flow_request *request,
                            struct prov_buf room, struct prov_flow_answer *ret)
{
    const struct prov_resource *resource = prov_resource_get(request->op);

    assert_non_null(flow);
    current->served++;
    current->last = *request;
    ret->code = current->answer_code                              ? current->answer_code
                : prov_resource_method(resource) == PROV_COAP_GET ? PROV_COAP_CONTENT
                                                                  : PROV_COAP_CHANGED;
    ret->format = PROV_CF_NONE;
    if (ret->code >> 5 != 2) {
        ret->reason = "no";
        return PROV_E_FORBIDDEN;
    }
    if (resource->response_format != PROV_CF_NONE) {
        memset(room.data, 0x5a, current->answer_len);
        ret->format = resource->response_format;
        ret->body = PROV_BYTES(room.data, current->answer_len);
    }
    return PROV_OK;
}

/* --- rig ------------------------------------------------------------------------------------- */

static bool count_up(void *context, uint8_t *out, size_t len)
{
    struct rig *rig = context;

    for (size_t i = 0; i < len; i++) {
        rig->random_state = rig->random_state * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(rig->random_state >> 33);
    }
    return true;
}

static int64_t clock_ms(void *context)
{
    const struct rig *rig = context;

    return INT64_C(1795312800000) + (int64_t)rig->now;
}

static void on_send(void *context, const struct prov_server_peer *peer, struct prov_bytes datagram)
{
    struct rig *rig = context;
    struct parcel *parcel = &rig->queue[rig->queued++];

    assert_true(rig->queued <= RIG_QUEUE);
    assert_true(datagram.len <= sizeof(parcel->octets));
    parcel->to = *peer;
    parcel->len = datagram.len;
    memcpy(parcel->octets, datagram.data, datagram.len);
    rig->octets_out += datagram.len;
    if (datagram.len > rig->widest)
        rig->widest = datagram.len;
}

static void on_log(void *context, const char *line)
{
    struct rig *rig = context;

    if (rig->line_count < RIG_LINES)
        strncpy(rig->lines[rig->line_count++], line, sizeof(rig->lines[0]) - 1);
}

static prov_result on_fetch(void *context, uint64_t ticket, const struct prov_certificate_url *urls,
                            size_t count, bool pkipath, struct prov_why *why)
{
    struct rig *rig = context;

    assert_non_null(urls);
    assert_false(pkipath);
    rig->fetches++;
    rig->ticket = ticket;
    rig->urls = count;
    return rig->fetch == PROV_OK ? PROV_OK : prov_why_set(why, rig->fetch, "not a listed place");
}

static void on_fetch_cancel(void *context, uint64_t ticket)
{
    struct rig *rig = context;

    assert_true(ticket != 0);
    rig->cancels++;
}

static void make_key(struct rig *rig, struct prov_key *key, uint8_t spki[PROV_SPKI_LEN])
{
    uint8_t point[PROV_POINT_LEN];

    assert_int_equal(prov_crypto_key_make(rig->crypto, key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(rig->crypto, key, point), PROV_OK);
    prov_spki_encode(point, spki);
}

void rig_begin(struct rig *rig, const struct prov_server_limits *limits)
{
    rig_begin_as(rig, limits, false, false);
}

void rig_begin_as(struct rig *rig, const struct prov_server_limits *limits, bool two_names,
                  bool no_resumption)
{
    static const uint8_t psk[16] = {0xde, 0xad, 0xbe, 0xef, 5,  6,  7,  8,
                                    9,    10,   11,   12,   13, 14, 15, 16};
    static const uint8_t identity[8] = {0xa1, 0, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8};

    memset(rig, 0, sizeof(*rig));
    current = rig;
    rig->now = 100000;
    rig->random = (struct prov_random){count_up, rig};
    rig->queue = calloc(RIG_QUEUE, sizeof(*rig->queue));
    assert_non_null(rig->queue);
    assert_int_equal(prov_crypto_make(&rig->random, &rig->crypto), PROV_OK);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("est.example.com"), &rig->fqdn), PROV_OK);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("two.example.com"), &rig->other), PROV_OK);
    make_key(rig, &rig->server_key, rig->server_spki);
    make_key(rig, &rig->other_key, rig->other_spki);
    make_key(rig, &rig->device_key, rig->device_spki);
    memcpy(rig->psk, psk, sizeof(psk));
    memcpy(rig->identity, identity, sizeof(identity));
    rig->answer_len = 40;
    rig->flow = (struct prov_flow){
        .crypto = rig->crypto, .clock_ms = clock_ms, .clock_context = rig, .why = &rig->why};
    rig->config =
        (struct prov_server_config){.flow = &rig->flow,
                                    .fqdn = rig->fqdn,
                                    .io = {on_send, on_log, rig, on_fetch, on_fetch_cancel}};
    rig->config.more = &rig->other;
    rig->config.more_len = two_names ? 1 : 0;
    rig->config.no_resumption = no_resumption;
    if (limits)
        rig->config.limits = *limits;
    assert_int_equal(prov_server_make(&rig->config, rig->now, &rig->server, &rig->why), PROV_OK);
}

void rig_end(struct rig *rig)
{
    prov_server_free(rig->server);
    for (size_t i = 0; i < RIG_CLIENTS; i++) {
        if (rig->clients[i].used)
            prov_dtls_drop(&rig->clients[i].dtls);
        free(rig->clients[i].workspace);
    }
    prov_crypto_key_drop(rig->crypto, &rig->server_key);
    prov_crypto_key_drop(rig->crypto, &rig->other_key);
    prov_crypto_key_drop(rig->crypto, &rig->device_key);
    prov_crypto_free(rig->crypto);
    free(rig->queue);
}

struct client *rig_client(struct rig *rig, enum prov_kind kind, uint8_t host)
{
    size_t at = 0;
    struct client *client;

    while (rig->clients[at].used)
        at++;
    assert_true(at < RIG_CLIENTS);
    client = &rig->clients[at];
    client->used = true;
    client->rig = rig;
    client->workspace = calloc(1, prov_dtls_handshake_size());
    assert_non_null(client->workspace);
    client->peer.octets[0] = 4;
    memcpy(client->peer.octets + 1, (uint8_t[]){192, 0, 2, host}, 4);
    client->peer.octets[21] = 0x9c;
    client->peer.octets[22] = (uint8_t)at;
    client->message_id = (uint16_t)(1000 * at);
    client->psk = PROV_BYTES_OF(rig->psk);
    client->config = (struct prov_dtls_config){
        .role = PROV_DTLS_CLIENT,
        .suites = kind == PROV_KIND_PSK ? prov_suites_psk_fs : prov_suites_public,
        .kinds = PROV_KIND_BIT(kind),
        .server_name = &rig->fqdn,
        .psk_identity = kind == PROV_KIND_PSK ? PROV_BYTES_OF(rig->identity) : PROV_BYTES_NONE,
        .spki = kind == PROV_KIND_RPK ? PROV_BYTES_OF(rig->device_spki) : PROV_BYTES_NONE,
        .chain = &rig->device_chain,
        .chain_len = kind == PROV_KIND_CERT ? 1 : 0};
    return client;
}

void rig_deliver(struct rig *rig, const struct prov_server_peer *peer, const uint8_t *octets,
                 size_t len)
{
    uint8_t *copy = malloc(len ? len : 1); /* its end is guarded */

    assert_non_null(copy);
    memcpy(copy, octets, len);
    rig->octets_in += len;
    prov_server_datagram(rig->server, rig->now, peer, copy, len);
    free(copy);
}

bool rig_logged(const struct rig *rig, const char *part)
{
    for (size_t i = 0; i < rig->line_count; i++) {
        if (strstr(rig->lines[i], part))
            return true;
    }
    return false;
}

/* --- clients --------------------------------------------------------------------------------- */

void client_start(struct client *client)
{
    client->connected = client->closed = client->failed = 0;
    assert_int_equal(prov_dtls_start(&client->dtls, &client->config, client->rig->crypto,
                                     client->workspace, client->rig->now),
                     PROV_OK);
}

static void client_sign(struct client *client)
{
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result = prov_crypto_sign(client->rig->crypto, &client->rig->device_key,
                                          prov_dtls_need_digest(&client->dtls), signature);

    prov_dtls_give_signature(&client->dtls, result, signature);
}

/* Made of the datagram in work: it goes while that is there. */
static void answer_now(struct client *client)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);

    if (prov_dtls_pull(&client->dtls, client->rig->now, &out) && !client->mute)
        rig_deliver(client->rig, &client->peer, room, out.len);
}

static prov_result verdict(struct client *client)
{
    const struct rig *rig = client->rig;
    bool other = client->config.server_name == &rig->other;
    if (prov_dtls_kind(&client->dtls) == PROV_KIND_CERT)
        return PROV_OK;
    struct prov_bytes pinned =
        other ? PROV_BYTES_OF(rig->other_spki) : PROV_BYTES_OF(rig->server_spki);

    return prov_bytes_equal(prov_dtls_peer_spki(&client->dtls), pinned) ? PROV_OK
                                                                        : PROV_E_NOT_FOUND;
}

void client_step(struct client *client)
{
    for (;;) {
        switch (prov_dtls_step(&client->dtls, client->rig->now)) {
        case PROV_DTLS_NEED_PSK:
            prov_dtls_give_psk(&client->dtls, client->psk, true);
            break;
        case PROV_DTLS_NEED_SIGN:
            client_sign(client);
            break;
        case PROV_DTLS_NEED_VERIFY:
            prov_dtls_give_verdict(&client->dtls, verdict(client));
            break;
        case PROV_DTLS_CONNECTED:
            client->connected++;
            break;
        case PROV_DTLS_DATA:
            prov_exchange_push(&client->x, client->rig->now, prov_dtls_data(&client->dtls));
            break;
        case PROV_DTLS_CLOSED:
            client->closed++;
            break;
        case PROV_DTLS_FAILED:
            client->failed++;
            return;
        case PROV_DTLS_AGAIN:
            break;
        case PROV_DTLS_PULL:
            answer_now(client);
            break;
        case PROV_DTLS_NEED_SESSION:
        case PROV_DTLS_NEED_FETCH:
        case PROV_DTLS_WAIT:
            return;
        }
    }
}

static bool seal_one(struct client *client, uint8_t *ret, size_t cap, size_t *ret_len)
{
    uint8_t room[1200];
    struct prov_buf message = PROV_BUF_OF(room), out = prov_buf_make(ret, cap);

    if (!prov_dtls_connected(&client->dtls) ||
        !prov_exchange_pull(&client->x, client->rig->now, &message) ||
        prov_dtls_seal(&client->dtls, prov_buf_bytes(&message), &out) != PROV_OK)
        return false;
    *ret_len = out.len;
    return true;
}

bool client_pull(struct client *client, uint8_t *ret, size_t cap, size_t *ret_len)
{
    struct prov_buf out = prov_buf_make(ret, cap);

    client_step(client);
    if (prov_dtls_pull(&client->dtls, client->rig->now, &out)) {
        *ret_len = out.len;
        return true;
    }
    return seal_one(client, ret, cap, ret_len);
}

void client_ask(struct client *client, enum prov_enroll_op op, struct prov_bytes host,
                struct prov_bytes body)
{
    client->x = (struct prov_exchange){.op = op,
                                       .host = host,
                                       .body = body,
                                       .message_max = 1200,
                                       .message_id = ++client->message_id,
                                       .token = client->message_id,
                                       .answer = prov_buf_make(client->room, sizeof(client->room))};
    prov_exchange_begin(&client->x);
}

void client_connect(struct client *client)
{
    client_start(client);
    rig_run(client->rig);
    assert_int_equal(client->connected, 1);
    assert_int_equal(client->failed, 0);
}

void client_reconnect(struct client *client, bool closes)
{
    if (!prov_dtls_resumed(&client->dtls))
        assert_int_equal(prov_dtls_resumable(&client->dtls, client->rig->now, &client->session),
                         PROV_OK);
    if (closes) {
        prov_dtls_close(&client->dtls);
        rig_run(client->rig);
    }
    prov_dtls_drop(&client->dtls);
    client->config.resume = &client->session;
    client_connect(client);
}

void client_assert_served(struct client *client, enum prov_enroll_op op)
{
    client_ask(client, op, PROV_BYTES_NONE, PROV_BYTES_NONE);
    rig_run(client->rig);
    assert_int_equal(client->x.result, PROV_OK);
    assert_int_equal(client->x.code >> 5, 2);
}

size_t client_second_hello(struct client *client, uint8_t *ret, size_t cap)
{
    struct rig *rig = client->rig;
    uint8_t room[2048];
    size_t len;

    client_start(client);
    assert_true(client_pull(client, room, sizeof(room), &len));
    rig_deliver(rig, &client->peer, room, len);
    assert_int_equal(rig->queued, 1);
    prov_dtls_push(&client->dtls, rig->now, rig->queue[0].octets, rig->queue[0].len);
    rig->queued = 0;
    assert_true(client_pull(client, ret, cap, &len));
    return len;
}

/* --- the wire -------------------------------------------------------------------------------- */

static void deliver_split(struct rig *rig, const struct prov_server_peer *peer,
                          const uint8_t *octets, size_t len)
{
    while (rig->split && len >= 13) {
        size_t record = 13 + ((size_t)octets[11] << 8 | octets[12]);

        assert_true(record <= len);
        rig_deliver(rig, peer, octets, record);
        octets += record;
        len -= record;
    }
    if (len > 0)
        rig_deliver(rig, peer, octets, len);
}

static bool move_to_server(struct rig *rig)
{
    uint8_t room[2048];
    size_t len;
    bool moved = false;

    for (size_t i = 0; i < RIG_CLIENTS; i++) {
        struct client *client = &rig->clients[i];

        while (client->used && client->dtls.config &&
               client_pull(client, room, sizeof(room), &len)) {
            deliver_split(rig, &client->peer, room, len);
            moved = true;
        }
    }
    return moved;
}

static void hand_over(struct rig *rig, struct parcel *parcel)
{
    for (size_t i = 0; i < RIG_CLIENTS; i++) {
        struct client *client = &rig->clients[i];

        if (!client->used || client->deaf || !client->dtls.config ||
            memcmp(&client->peer, &parcel->to, sizeof(client->peer)) != 0)
            continue;
        client->heard++;
        prov_dtls_push(&client->dtls, rig->now, parcel->octets, parcel->len);
        client_step(client);
    }
}

static bool move_to_clients(struct rig *rig)
{
    static struct parcel moving[RIG_QUEUE];
    size_t count = rig->queued;

    memcpy(moving, rig->queue, count * sizeof(*moving));
    rig->queued = 0;
    for (size_t i = 0; i < count; i++)
        hand_over(rig, &moving[i]);
    return count > 0;
}

void rig_run(struct rig *rig)
{
    bool moved;

    do {
        moved = move_to_server(rig);
        moved |= move_to_clients(rig);
    } while (moved);
}

void rig_wait(struct rig *rig, uint64_t ms)
{
    uint64_t until = rig->now + ms;

    while (rig->now < until) {
        uint64_t next = prov_server_deadline(rig->server);

        rig->now = next > rig->now && next < until ? next : until;
        prov_server_tick(rig->server, rig->now);
        rig_run(rig);
    }
}
