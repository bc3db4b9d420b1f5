/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR (365 * (int64_t)86400)

const char *const rig_mode_names[RIG_MODES] = {"psk", "psk-fs", "rpk", "cert"};

static void must(prov_result result, const char *what)
{
    if (result == PROV_OK)
        return;
    fprintf(stderr, "rig: %s: %04x\n", what, (unsigned)result);
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

static void make_certificates(struct rig_world *w)
{
    struct prov_buf root = PROV_BUF_OF(w->root_octets), leaf = PROV_BUF_OF(w->leaf_octets);
    struct prov_pki_ca_name name = {"Rig", "DE", "Rig root"};
    struct prov_validity validity = {w->time - 3600, w->time + YEAR};

    must(prov_pki_ca_issue(w->pki, NULL, &name, &w->root_key, &validity, &root, NULL), "root");
    w->root = prov_buf_bytes(&root);
    struct prov_pki_issuer issuer = {w->root, &w->root_key.scalar};
    struct prov_pki_leaf plan = {.device = &w->eui64,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = w->device_key.point,
                                 .validity = {w->time - 3600, w->time + 86400}};
    must(prov_pki_leaf_issue(w->pki, &issuer, &plan, &leaf, NULL), "leaf");
    w->leaf = prov_buf_bytes(&leaf);
}

void rig_world_make(struct rig_world *w)
{
    memset(w, 0, sizeof(*w));
    w->random = (struct prov_random){fill, &w->random_state};
    w->time = 1800000000;
    must(prov_crypto_make(&w->random, &w->crypto), "crypto");
    must(prov_pki_make(w->crypto, &w->pki), "pki");
    must(prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &w->fqdn), "name");
    must(prov_eui64_parse("00-12-4B-28-7D-7A-78-A1", &w->eui64), "EUI-64");
    must(prov_pki_key_make(w->pki, &w->root_key, NULL), "key");
    must(prov_pki_key_make(w->pki, &w->server_key, NULL), "key");
    must(prov_pki_key_make(w->pki, &w->device_key, NULL), "key");
    must(prov_crypto_key_load(w->crypto, prov_secret_bytes(&w->device_key.scalar), &w->device),
         "load");
    prov_spki_encode(w->device_key.point, w->spki);
    prov_spki_encode(w->server_key.point, w->server_spki);
    make_certificates(w);
    fill(&w->random_state, w->psk, sizeof(w->psk));
    fill(&w->random_state, w->identity, sizeof(w->identity));
}

void rig_world_free(struct rig_world *w)
{
    prov_crypto_key_drop(w->crypto, &w->device);
    prov_pki_key_wipe(&w->root_key);
    prov_pki_key_wipe(&w->server_key);
    prov_pki_key_wipe(&w->device_key);
    prov_pki_free(w->pki);
    prov_crypto_free(w->crypto);
}

/* --- both ends, made ready ------------------------------------------------------------------- */

static void make_bundle(struct rig *rig)
{
    struct rig_world *w = rig->world;
    struct prov_bundle *b = &rig->bundle;

    b->kind = rig->mode == RIG_RPK    ? PROV_KIND_RPK
              : rig->mode == RIG_CERT ? PROV_KIND_CERT
                                      : PROV_KIND_PSK;
    b->device = w->eui64;
    b->server = w->fqdn;
    b->psk = PROV_BYTES_OF(w->psk);
    b->psk_identity = PROV_BYTES_OF(w->identity);
    b->scalar = prov_secret_bytes(&w->device_key.scalar);
    memcpy(b->peers[0], w->server_key.point, PROV_POINT_LEN);
    b->peer_count = 1;
    b->anchors[0] = w->root;
    b->anchor_count = 1;
    rig->config.authority =
        prov_secret_bytes(rig->mode == RIG_RPK ? &w->server_key.scalar : &w->root_key.scalar);
    if (b->kind == PROV_KIND_PSK)
        rig->config.authority = PROV_BYTES_NONE;
}

static void take_finding(void *context, const struct prov_check_finding *finding)
{
    struct rig *rig = context;

    if (rig->finding_count == RIG_RULES_MAX)
        abort();
    rig->findings[rig->finding_count++] = *finding;
}

void rig_make(struct rig *rig, struct rig_world *world, enum rig_mode mode,
              const struct rig_switch *fault)
{
    memset(rig, 0, sizeof(*rig));
    rig->world = world;
    rig->mode = mode;
    rig->fault = fault;
    rig->workspace = calloc(1, prov_dtls_handshake_size());
    make_bundle(rig);
    rig->config.crypto = world->crypto;
    rig->config.bundle = &rig->bundle;
    rig->config.now_unix = world->time;
    rig->config.slow = fault != NULL && fault->slow;
    rig->config.sink = (struct prov_check_sink){take_finding, rig};
    must(prov_check_device(&rig->config, 0, &rig->run), "judge");
}

void rig_free(struct rig *rig)
{
    prov_dtls_drop(&rig->session);
    prov_check_free(rig->run);
    free(rig->workspace);
    prov_dtls_resumable_wipe(&rig->kept);
}

const struct prov_check_finding *rig_finding(const struct rig *rig, const char *rule)
{
    for (size_t i = 0; i < rig->finding_count; i++)
        if (strcmp(rig->findings[i].rule->id, rule) == 0)
            return &rig->findings[i];
    return NULL;
}

/* --- the client ------------------------------------------------------------------------------ */

static void start_client(struct rig *rig)
{
    static const prov_suites suites[] = {prov_suites_psk, prov_suites_psk_fs, prov_suites_public,
                                         prov_suites_public};
    struct rig_world *w = rig->world;

    rig->client = (struct prov_dtls_config){.role = PROV_DTLS_CLIENT,
                                            .suites = suites[rig->mode],
                                            .kinds = PROV_KIND_BIT(rig->bundle.kind),
                                            .server_name = &w->fqdn,
                                            .psk_identity = PROV_BYTES_OF(w->identity),
                                            .spki = PROV_BYTES_OF(w->spki),
                                            .chain = &w->leaf,
                                            .chain_len = 1};
    if (rig->has_kept)
        rig->client.resume = &rig->kept;
    if (rig->chain_kept)
        rig->client.cached_certificate = PROV_BYTES(rig->certificate, rig->certificate_len);
    rig->psk = PROV_BYTES_OF(w->psk);
    rig->flow++;
    rig->count = rig->hellos = 0;
    rig->connected = false;
    if (rig->fault != NULL && rig->fault->config != NULL)
        rig->fault->config(rig);
    must(prov_dtls_start(&rig->session, &rig->client, w->crypto, rig->workspace, rig->now_ms),
         "start");
    rig->open = true;
}

static prov_result judge_chain(struct rig *rig)
{
    struct prov_path_rules rules = {.role = PROV_PATH_SERVER,
                                    .server = &rig->world->fqdn,
                                    .max_below_anchor = PROV_CHAIN_BELOW_ANCHOR,
                                    .has_time = true,
                                    .time = rig->world->time};
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_path path;
    size_t len = prov_dtls_peer_chain(&rig->session, chain);

    prov_result result = prov_path_begin(&path, &rules, chain, len, &rig->world->root, 1);
    while (result == PROV_OK &&
           (result = prov_path_step(&path, rig->world->crypto)) == PROV_E_AGAIN)
        result = PROV_OK;
    return result;
}

void rig_keep_chain(struct rig *rig)
{
    struct prov_bytes body = prov_dtls_peer_certificate(&rig->session);

    memmove(rig->certificate, body.data, body.len);
    rig->certificate_len = body.len;
}

static void verify(struct rig *rig)
{
    prov_result right = PROV_E_ISSUER;

    if (rig->mode == RIG_CERT) {
        right = judge_chain(rig);
        if (!rig->chain_kept)
            rig_keep_chain(rig);
    } else if (prov_bytes_equal(prov_dtls_peer_spki(&rig->session),
                                PROV_BYTES_OF(rig->world->server_spki))) {
        right = PROV_OK;
    }
    if (rig->fault != NULL && rig->fault->verdict != NULL)
        right = rig->fault->verdict(rig, right);
    prov_dtls_give_verdict(&rig->session, right);
}

static void sign(struct rig *rig)
{
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result = prov_crypto_sign(rig->world->crypto, &rig->world->device,
                                          prov_dtls_need_digest(&rig->session), signature);

    if (rig->bad_signature)
        signature[PROV_SIGNATURE_LEN - 1] ^= 1;
    prov_dtls_give_signature(&rig->session, result, signature);
}

static void push_to_judge(struct rig *rig, uint8_t *datagram, size_t len)
{
    uint8_t exact[RIG_MTU];

    memcpy(exact, datagram, len);
    if (rig->fault != NULL && rig->fault->out != NULL && !rig->fault->out(rig, exact, &len))
        return;
    prov_check_push(rig->run, rig->now_ms, rig->flow, exact, len);
    while (prov_check_step(rig->run, rig->now_ms) == PROV_CHECK_AGAIN)
        continue;
}

void rig_send(struct rig *rig, uint8_t type, struct prov_bytes content)
{
    uint8_t room[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);

    if (prov_record_write(&rig->session, 1, type, NULL, content, &out))
        push_to_judge(rig, room, out.len);
}

/* A CoAP ping is answered with a reset; anything else is for nobody. */
static void on_data(struct rig *rig)
{
    struct prov_bytes data = prov_dtls_data(&rig->session);
    uint8_t reset[4] = {0x70, 0};

    if (data.len != 4 || data.data[0] != 0x40 || rig->no_data)
        return;
    memcpy(reset + 2, data.data + 2, 2);
    rig_send(rig, CONTENT_APPLICATION_DATA, PROV_BYTES_OF(reset));
}

static void on_connected(struct rig *rig)
{
    rig->connected = true;
    rig->chain_kept = rig->chain_kept || rig->certificate_len > 0;
    if (prov_dtls_resumable(&rig->session, rig->now_ms, &rig->kept) == PROV_OK)
        rig->has_kept = true;
    if (!rig->no_data)
        rig_send(rig, CONTENT_APPLICATION_DATA, prov_bytes_text("@\1\0\1 a request"));
}

static void tell(struct rig *rig, enum prov_dtls_event event)
{
    if (rig->fault != NULL && rig->fault->after != NULL)
        rig->fault->after(rig, event);
}

static void step_client(struct rig *rig)
{
    enum prov_dtls_event event;

    while (rig->open && (event = prov_dtls_step(&rig->session, rig->now_ms)) != PROV_DTLS_WAIT) {
        if (event == PROV_DTLS_NEED_PSK)
            prov_dtls_give_psk(&rig->session, rig->psk, true);
        else if (event == PROV_DTLS_NEED_SIGN)
            sign(rig);
        else if (event == PROV_DTLS_NEED_VERIFY)
            verify(rig);
        else if (event == PROV_DTLS_CONNECTED)
            on_connected(rig);
        else if (event == PROV_DTLS_DATA)
            on_data(rig);
        else if (event == PROV_DTLS_FAILED || event == PROV_DTLS_CLOSED)
            rig->over = true;
        tell(rig, event);
        if (event == PROV_DTLS_FAILED || event == PROV_DTLS_PULL)
            return;
    }
    tell(rig, PROV_DTLS_WAIT);
}

/* A hello lies whole in the flight's room until it is heard. */
static void change_hello(struct rig *rig)
{
    struct prov_dtls_handshake *hs = rig->session.hs;

    if (hs == NULL || rig->fault == NULL || rig->fault->hello == NULL ||
        hs->room[0] != MESSAGE_CLIENT_HELLO || hs->flight_len == 0 || hs->next_send <= rig->hellos)
        return;
    rig->hellos = hs->next_send;
    size_t len =
        rig->fault->hello(rig, hs->room + MESSAGE_HEADER_LEN, hs->flight_len - MESSAGE_HEADER_LEN);
    hs->room[1] = hs->room[9] = 0;
    hs->room[2] = hs->room[10] = (uint8_t)(len >> 8);
    hs->room[3] = hs->room[11] = (uint8_t)len;
    hs->flight_len = (uint16_t)(MESSAGE_HEADER_LEN + len);
}

/* True if something moved. */
static bool pull_client(struct rig *rig)
{
    uint8_t room[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    bool moved = false;

    change_hello(rig);
    while (rig->open && prov_dtls_pull(&rig->session, rig->now_ms, &out)) {
        push_to_judge(rig, room, out.len);
        out.len = 0;
        moved = true;
    }
    if (rig->open && rig->over) {
        prov_dtls_drop(&rig->session);
        rig->open = rig->over = false;
        rig->again_ms = rig->now_ms + 100;
    }
    return moved;
}

/* --- the wire -------------------------------------------------------------------------------- */

static void push_to_client(struct rig *rig, uint8_t *datagram, size_t len)
{
    uint8_t *exact = malloc(RIG_MTU);

    if (exact == NULL)
        abort();
    memcpy(exact, datagram, len);
    if (rig->fault == NULL || rig->fault->in == NULL || rig->fault->in(rig, exact, &len)) {
        prov_dtls_push(&rig->session, rig->now_ms, exact, len);
        step_client(rig);
        pull_client(rig);
    }
    free(exact);
}

static bool pull_judge(struct rig *rig)
{
    struct {
        unsigned flow;
        size_t len;
        uint8_t octets[RIG_MTU];
    } *queue = calloc(RIG_QUEUE, sizeof(*queue));
    size_t count = 0;

    for (; count < RIG_QUEUE; count++) {
        struct prov_buf out = prov_buf_make(queue[count].octets, RIG_MTU);
        if (!prov_check_pull(rig->run, rig->now_ms, &queue[count].flow, &out))
            break;
        queue[count].len = out.len;
    }
    for (size_t i = 0; i < count; i++)
        if (rig->open && queue[i].flow == rig->flow)
            push_to_client(rig, queue[i].octets, queue[i].len);
    free(queue);
    return count > 0;
}

static uint64_t next_time(const struct rig *rig)
{
    uint64_t next = prov_check_deadline(rig->run);

    if (!rig->open && rig->again_ms < next)
        next = rig->again_ms;
    if (rig->open && prov_dtls_deadline(&rig->session) < next)
        next = prov_dtls_deadline(&rig->session);
    return next;
}

void rig_run(struct rig *rig)
{
    while (prov_check_step(rig->run, rig->now_ms) != PROV_CHECK_DONE) {
        if (!rig->open && rig->now_ms >= rig->again_ms)
            start_client(rig);
        step_client(rig);
        bool moved = pull_client(rig);
        if (pull_judge(rig) || moved)
            continue;
        uint64_t next = next_time(rig);
        rig->now_ms = next > rig->now_ms ? next : rig->now_ms + 1;
    }
    prov_result result = prov_check_end(rig->run);
    if (result != PROV_OK)
        fprintf(stderr, "rig: the judge ended with %04x\n", (unsigned)result);
}

uint8_t *rig_message(uint8_t *datagram, size_t len, uint8_t type, size_t *ret_len)
{
    struct prov_record record;
    size_t at = 0;

    while (prov_record_take(datagram, len, 0, &at, &record)) {
        if (record.type != CONTENT_HANDSHAKE || record.epoch != 0 || record.body[0] != type)
            continue;
        *ret_len = record.len;
        return record.body;
    }
    return NULL;
}
