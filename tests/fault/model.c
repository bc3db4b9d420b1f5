/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "model_cert.h"
#include "prov/cbor.h"
#include "prov/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call)                                                                                 \
    do {                                                                                           \
        prov_result must = (call);                                                                 \
        if (must != PROV_OK) {                                                                     \
            fprintf(stderr, "model: %s: %#x\n", #call, (unsigned)must);                            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* --- making ------------------------------------------------------------------------------------- */

static void key_make(struct model *model, struct model_key *ret)
{
    struct prov_key key = {0};
    MUST(prov_crypto_key_make(model->crypto, &key));
    MUST(prov_crypto_key_save(model->crypto, &key, &ret->scalar));
    MUST(prov_crypto_key_public(model->crypto, &key, ret->point));
    prov_crypto_key_drop(model->crypto, &key);
}

static size_t cert_make(struct model *model, const struct model_cert *cert,
                        uint8_t room[MODEL_CERT_MAX])
{
    struct prov_buf buf = prov_buf_make(room, MODEL_CERT_MAX);
    MUST(model_cert_make(model->crypto, cert, &buf));
    return buf.len;
}

static void certs_make(struct model *model)
{
    struct model_cert root = {
        1, "Root", "Root", NULL, model->root.point, true, &model->root.scalar, NULL};
    struct model_cert issuing = {
        2, "Root", "Issuing", NULL, model->issuing.point, true, &model->root.scalar, NULL};
    struct model_cert leaf = {3,
                              "Issuing",
                              "",
                              "enroll.example.com",
                              model->server.point,
                              false,
                              &model->issuing.scalar,
                              NULL};
    model->root_len = cert_make(model, &root, model->root_cert);
    model->issuing_len = cert_make(model, &issuing, model->issuing_cert);
    model->leaf_len = cert_make(model, &leaf, model->leaf);
    model->serial = 3;
    model->chain[0] = PROV_BYTES(model->leaf, model->leaf_len);
    model->chain[1] = PROV_BYTES(model->issuing_cert, model->issuing_len);
    model->root_view = PROV_BYTES(model->root_cert, model->root_len);
    struct prov_x509 parsed;
    MUST(prov_x509_parse(model->root_view, &parsed));
    model->root_name = parsed.subject;
}

void model_make(struct model *model, struct prov_crypto *crypto)
{
    memset(model, 0, sizeof *model);
    model->crypto = crypto;
    MUST(prov_fqdn_parse(prov_bytes_text("enroll.example.com"), &model->name));
    MUST(prov_eui64_parse("00-12-4B-00-14-B5-D9-6F", &model->device));
    key_make(model, &model->server);
    key_make(model, &model->root);
    key_make(model, &model->issuing);
    key_make(model, &model->deny_signer);
    certs_make(model);
    prov_spki_encode(model->server.point, model->spki);
    model->config = (struct prov_dtls_config){.role = PROV_DTLS_SERVER,
                                              .suites = prov_suites_server,
                                              .kinds = PROV_KINDS_ALL,
                                              .server_name = &model->name,
                                              .spki = PROV_BYTES_OF(model->spki),
                                              .chain = model->chain,
                                              .chain_len = 2,
                                              .resumption = true,
                                              .connection_id = true,
                                              .heartbeat = true,
                                              .protocol = "co",
                                              .take_urls = true,
                                              .anchor_names = &model->root_name,
                                              .anchor_names_len = 1};
    for (int i = 0; i < MODEL_SESSIONS; i++)
        model->sessions[i].workspace = calloc(1, prov_dtls_handshake_size());
}

static void session_end(struct model_session *session)
{
    if (session->used) {
        prov_dtls_drop(&session->dtls);
        prov_enroll_end(&session->exchange);
    }
    session->used = false;
}

void model_die(struct model *model)
{
    for (int i = 0; i < MODEL_SESSIONS; i++)
        session_end(&model->sessions[i]);
}

void model_free(struct model *model)
{
    model_die(model);
    for (int i = 0; i < MODEL_SESSIONS; i++)
        free(model->sessions[i].workspace);
}

/* --- credentials -------------------------------------------------------------------------------- */

static struct model_credential *credential_add(struct model *model, enum prov_kind kind)
{
    if (model->count == MODEL_CREDENTIALS)
        abort();
    struct model_credential *credential = &model->credentials[model->count++];
    *credential = (struct model_credential){
        .kind = kind, .use = PROV_USE_OPERATIONAL, .state = PROV_STATE_PENDING, .predecessor = -1};
    return credential;
}

static void credential_certify(struct model *model, struct model_credential *credential)
{
    char subject[PROV_EUI64_TEXT];
    prov_eui64_format(&model->device, subject);
    struct model_cert cert = {
        ++model->serial,        "Issuing",        subject, NULL, credential->point, false,
        &model->issuing.scalar, model->not_before};
    if (model->foreign_name)
        cert.subject = "00-12-4B-00-14-B5-D9-99";
    credential->cert_len = cert_make(model, &cert, credential->cert);
}

void model_bundle(struct model *model, enum prov_kind kind, struct prov_buf *ret)
{
    struct model_credential *credential = credential_add(model, kind);
    struct model_key key;
    struct prov_bundle bundle = {.id = {{1}},
                                 .kind = kind,
                                 .use = PROV_USE_BOOTSTRAP,
                                 .device = model->device,
                                 .profile = PROV_PROFILE_RFC7925,
                                 .server = model->name,
                                 .address = "127.0.0.1:5684",
                                 .issued = 1767225600,
                                 .has_deny_signer = true};
    memcpy(bundle.deny_signer, model->deny_signer.point, PROV_POINT_LEN);
    credential->use = PROV_USE_BOOTSTRAP;
    credential->state = PROV_STATE_ACTIVE;
    key_make(model, &key);
    memcpy(credential->point, key.point, sizeof key.point);
    memcpy(credential->identity, key.point + 1, 16);
    memcpy(credential->psk, key.scalar.data, 16);
    credential_certify(model, credential);
    if (kind == PROV_KIND_PSK) {
        bundle.psk_identity = PROV_BYTES_OF(credential->identity);
        bundle.psk = PROV_BYTES_OF(credential->psk);
    } else {
        bundle.scalar = prov_secret_bytes(&key.scalar);
    }
    if (kind == PROV_KIND_RPK) {
        bundle.has_public = true;
        memcpy(bundle.point, key.point, sizeof key.point);
        memcpy(bundle.peers[0], model->server.point, PROV_POINT_LEN);
        bundle.peer_count = 1;
    }
    if (kind == PROV_KIND_CERT) {
        bundle.chain[0] = PROV_BYTES(credential->cert, credential->cert_len);
        bundle.chain[1] = model->chain[1];
        bundle.chain_len = 2;
        bundle.anchors[0] = model->root_view;
        bundle.anchor_count = 1;
        bundle.url_count = model->with_urls ? 2 : 0;
        bundle.urls[0].url = prov_bytes_text("http://a.example/1");
        bundle.urls[1].url = prov_bytes_text("http://a.example/2");
    }
    MUST(prov_bundle_encode(&bundle, model->crypto, ret));
}

void model_deny_list(struct model *model, const struct prov_deny_entries *entries,
                     struct prov_buf *ret)
{
    uint8_t octets[PROV_DENY_LIST_MAX], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf payload = PROV_BUF_OF(octets);
    struct prov_key key = {0};
    MUST(prov_deny_list_encode(entries, &payload));
    MUST(prov_deny_list_digest(model->crypto, prov_buf_bytes(&payload), digest));
    MUST(prov_crypto_key_load(model->crypto, prov_secret_bytes(&model->deny_signer.scalar), &key));
    MUST(prov_crypto_sign(model->crypto, &key, digest, signature));
    prov_crypto_key_drop(model->crypto, &key);
    MUST(prov_deny_list_finish(prov_buf_bytes(&payload), signature, ret));
}

static bool good(const struct model_credential *credential)
{
    return credential->state == PROV_STATE_ACTIVE || credential->state == PROV_STATE_PENDING;
}

static int find_psk(const struct model *model, struct prov_bytes identity)
{
    for (int i = 0; i < model->count; i++)
        if (model->credentials[i].kind == PROV_KIND_PSK && good(&model->credentials[i]) &&
            prov_bytes_equal(identity, PROV_BYTES_OF(model->credentials[i].identity)))
            return i;
    return -1;
}

static int find_point(const struct model *model, enum prov_kind kind, struct prov_bytes point)
{
    for (int i = 0; i < model->count; i++)
        if (model->credentials[i].kind == kind && good(&model->credentials[i]) &&
            prov_bytes_equal(point, PROV_BYTES_OF(model->credentials[i].point)))
            return i;
    return -1;
}

/* The same request from the same predecessor: the same object. Another one voids it. */
static struct model_credential *successor(struct model *model, int predecessor, enum prov_kind kind,
                                          const uint8_t *request, bool *ret_again)
{
    for (int i = 0; i < model->count; i++) {
        struct model_credential *credential = &model->credentials[i];
        if (credential->predecessor != predecessor || credential->state != PROV_STATE_PENDING)
            continue;
        *ret_again =
            credential->kind == kind && memcmp(credential->request, request, PROV_HASH_LEN) == 0;
        if (*ret_again)
            return credential;
        credential->state = PROV_STATE_RETIRED;
    }
    struct model_credential *credential = credential_add(model, kind);
    credential->predecessor = predecessor;
    memcpy(credential->request, request, PROV_HASH_LEN);
    return credential;
}

/* --- requests ----------------------------------------------------------------------------------- */

struct work {
    struct model *model;
    struct model_session *session;
    const struct prov_enroll_request *request;
    struct prov_buf *room;
    uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];
};

static uint8_t serve_crts(struct work *work, uint16_t *format)
{
    struct model *model = work->model;
    uint8_t room[MODEL_CERT_MAX];
    struct model_cert root = {
        9, "Root", "Root", NULL, model->root.point, true, &model->root.scalar, NULL};
    struct prov_bytes certs[] = {model->chain[1], model->root_view};
    if (model->new_root)
        certs[1] = PROV_BYTES(room, cert_make(model, &root, room));
    MUST(prov_certs_only_encode(certs, 2, work->room));
    *format = PROV_CF_CERTS_ONLY;
    return PROV_COAP_CONTENT;
}

static uint8_t serve_cert(struct work *work, uint16_t *format)
{
    struct model *model = work->model;
    struct prov_csr csr;
    uint8_t digest[PROV_HASH_LEN];
    char challenge[PROV_BASE64_TEXT(PROV_DTLS_TLS_UNIQUE_LEN)];
    bool again = false;
    prov_base64_format(PROV_BYTES_OF(work->unique), challenge);
    if (prov_csr_parse(work->request->body, &csr) != PROV_OK ||
        prov_csr_verify(&csr, model->crypto) != PROV_OK ||
        !prov_bytes_equal(csr.challenge_password, prov_bytes_text(challenge)))
        return PROV_COAP_BAD_REQUEST;
    MUST(prov_crypto_sha256(model->crypto, &csr.point, 1, digest));
    struct model_credential *made =
        successor(model, work->session->peer, PROV_KIND_CERT, digest, &again);
    if (!again) {
        memcpy(made->point, csr.point.data, PROV_POINT_LEN);
        credential_certify(model, made);
    }
    struct prov_bytes certs[] = {PROV_BYTES(made->cert, made->cert_len), model->chain[1]};
    MUST(prov_certs_only_encode(certs, 2, work->room));
    *format = PROV_CF_CERTS_ONLY;
    return PROV_COAP_CHANGED;
}

static uint8_t serve_rpk(struct work *work, uint16_t *format)
{
    struct model *model = work->model;
    struct prov_cose_sign1 sign1;
    struct prov_cose_key key;
    uint8_t binding[PROV_ENROLL_BINDING_LEN], digest[PROV_HASH_LEN], points[1][PROV_POINT_LEN];
    bool again = false;
    if (prov_cose_sign1_decode(work->request->body, &sign1) != PROV_OK)
        return PROV_COAP_BAD_REQUEST;
    struct prov_reader reader = prov_reader_make(sign1.payload);
    prov_enroll_binding(&model->device, work->unique, binding);
    if (prov_cose_key_decode(&reader, &key) != PROV_OK ||
        prov_cose_sign1_verify(model->crypto, &sign1, PROV_BYTES_OF(binding), key.point) != PROV_OK)
        return PROV_COAP_FORBIDDEN;
    struct prov_bytes point = PROV_BYTES_OF(key.point);
    MUST(prov_crypto_sha256(model->crypto, &point, 1, digest));
    struct model_credential *made =
        successor(model, work->session->peer, PROV_KIND_RPK, digest, &again);
    memcpy(made->point, key.point, PROV_POINT_LEN);
    const uint8_t *old = model->credentials[work->session->peer].point;
    const uint8_t *servers = model->own_key_back   ? key.point
                             : model->old_key_back ? old
                                                   : model->server.point;
    memcpy(points[0], servers, PROV_POINT_LEN);
    MUST(prov_cose_key_set_encode((const uint8_t(*)[PROV_POINT_LEN])points, 1, work->room));
    *format = PROV_CF_COSE_KEY_SET;
    return PROV_COAP_CHANGED;
}

static uint8_t serve_psk(struct work *work, uint16_t *format)
{
    struct model *model = work->model;
    uint8_t digest[PROV_HASH_LEN];
    bool again = false;
    if (!prov_dtls_suite(&work->session->dtls)->forward_secret)
        return PROV_COAP_FORBIDDEN;
    MUST(prov_crypto_sha256(model->crypto, &work->request->body, 1, digest));
    struct model_credential *made =
        successor(model, work->session->peer, PROV_KIND_PSK, digest, &again);
    if (!again) {
        MUST(prov_crypto_random(model->crypto, made->identity, sizeof made->identity));
        MUST(prov_crypto_random(model->crypto, made->psk, sizeof made->psk));
    }
    if (model->old_psk_back)
        made = &model->credentials[work->session->peer];
    MUST(prov_cose_psk_encode(PROV_BYTES_OF(made->identity), PROV_BYTES_OF(made->psk), work->room));
    *format = PROV_CF_COSE_KEY;
    return PROV_COAP_CHANGED;
}

/* pending → active, old → retired: one step. A bootstrap predecessor stays. */
static uint8_t serve_confirm(struct work *work)
{
    struct model *model = work->model;
    struct model_credential *credential = &model->credentials[work->session->peer];
    if (model->refuse_confirm)
        return PROV_COAP_FORBIDDEN;
    model->confirms++;
    if (credential->state == PROV_STATE_ACTIVE)
        return PROV_COAP_CHANGED;
    for (int i = 0; i < model->count; i++)
        if (model->credentials[i].use == PROV_USE_OPERATIONAL &&
            model->credentials[i].state == PROV_STATE_ACTIVE)
            model->credentials[i].state = PROV_STATE_RETIRED;
    credential->state = PROV_STATE_ACTIVE;
    model->enrolled = true;
    return PROV_COAP_CHANGED;
}

static uint8_t serve(struct work *work, uint16_t *format)
{
    const struct model_credential *by = &work->model->credentials[work->session->peer];
    enum prov_enroll_op op = work->request->op;
    *format = PROV_CF_NONE;
    if (!good(by))
        return PROV_COAP_FORBIDDEN;
    if (op == PROV_ENROLL_CONFIRM)
        return by->use == PROV_USE_OPERATIONAL ? serve_confirm(work) : PROV_COAP_FORBIDDEN;
    if (by->state == PROV_STATE_PENDING || (by->use == PROV_USE_BOOTSTRAP && work->model->enrolled))
        return PROV_COAP_FORBIDDEN;
    switch (op) {
    case PROV_ENROLL_EST_CRTS:
    case PROV_ENROLL_CRTS:
        return serve_crts(work, format);
    case PROV_ENROLL_EST_SEN:
    case PROV_ENROLL_EST_SREN:
    case PROV_ENROLL_CERT:
        return serve_cert(work, format);
    case PROV_ENROLL_RPK:
        return serve_rpk(work, format);
    case PROV_ENROLL_PSK:
        return serve_psk(work, format);
    default:
        return PROV_COAP_NOT_FOUND;
    }
}

/* --- sessions ----------------------------------------------------------------------------------- */

static void send_sealed(struct model_session *session, const struct prov_buf *message,
                        model_send send, void *context)
{
    uint8_t octets[MODEL_DATAGRAM];
    struct prov_buf out = PROV_BUF_OF(octets);
    if (message->len > 0 &&
        prov_dtls_seal(&session->dtls, prov_buf_bytes(message), &out) == PROV_OK)
        send(context, session->port, out.data, out.len);
}

/* False: the server died here. */
static bool session_data(struct model *model, uint64_t now_ms, struct model_session *session,
                         model_send send, void *context)
{
    uint8_t octets[PROV_ENROLL_MESSAGE_MAX], body[PROV_ENROLL_RESPONSE_MAX];
    struct prov_buf out = PROV_BUF_OF(octets), room = PROV_BUF_OF(body);
    struct prov_enroll_request request;
    enum prov_enroll_event event = prov_enroll_receive(
        &session->exchange, now_ms, prov_dtls_data(&session->dtls), &request, &out);
    if (event == PROV_ENROLL_REQUEST) {
        struct work work = {model, session, &request, &room, {0}};
        MUST(prov_dtls_tls_unique(&session->dtls, work.unique));
        struct prov_enroll_answer answer = {.format = PROV_CF_NONE};
        model->requests++;
        answer.code = model->busy > 0 ? PROV_COAP_UNAVAILABLE : serve(&work, &answer.format);
        answer.max_age = model->max_age;
        model->busy -= model->busy > 0;
        answer.body = prov_buf_bytes(&room);
        if (model->die_before_answer != 0 && --model->die_before_answer == 0) {
            model_die(model);
            return false;
        }
        prov_enroll_answer(&session->exchange, now_ms, &answer, &out);
    }
    send_sealed(session, &out, send, context);
    return true;
}

static void look_at_name(struct model *model, const struct model_session *session)
{
    const struct prov_fqdn *name = prov_dtls_server_name(&session->dtls);
    model->saw_name = name != NULL && prov_fqdn_equal(name, &model->name);
}

static void give_psk(struct model *model, struct model_session *session)
{
    static const uint8_t dummy[16] = {0};
    session->peer = find_psk(model, prov_dtls_need_identity(&session->dtls));
    bool known = session->peer >= 0;
    prov_dtls_give_psk(
        &session->dtls,
        known ? PROV_BYTES_OF(model->credentials[session->peer].psk) : PROV_BYTES_OF(dummy), known);
}

static void give_signature(struct model *model, struct model_session *session)
{
    struct prov_key key = {0};
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    MUST(prov_crypto_key_load(model->crypto, prov_secret_bytes(&model->server.scalar), &key));
    prov_result r =
        prov_crypto_sign(model->crypto, &key, prov_dtls_need_digest(&session->dtls), signature);
    prov_crypto_key_drop(model->crypto, &key);
    prov_dtls_give_signature(&session->dtls, r, signature);
}

static void give_verdict(struct model *model, struct model_session *session)
{
    enum prov_kind kind = prov_dtls_kind(&session->dtls);
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX], point = PROV_BYTES_NONE;
    struct prov_path_rules rules = {.role = PROV_PATH_CLIENT, .max_below_anchor = 3};
    struct prov_path path;
    prov_result r = PROV_OK;
    if (kind == PROV_KIND_RPK) {
        r = prov_spki_decode(prov_dtls_peer_spki(&session->dtls), &point);
    } else {
        size_t len = prov_dtls_peer_chain(&session->dtls, chain);
        r = prov_path_begin(&path, &rules, chain, len, &model->root_view, 1);
        point = path.lower.point;
        for (r = r == PROV_OK ? PROV_E_AGAIN : r; r == PROV_E_AGAIN;)
            r = prov_path_step(&path, model->crypto);
    }
    session->peer = r == PROV_OK ? find_point(model, kind, point) : -1;
    const uint8_t id[16] = {(uint8_t)session->peer};
    if (model->config.tickets != NULL)
        prov_dtls_set_credential(&session->dtls, id);
    prov_dtls_give_verdict(&session->dtls, session->peer < 0 ? PROV_E_REVOKED : PROV_OK);
}

/* The credential's number is its public id. */
static bool give_ticket(struct model *model, struct model_session *session)
{
    struct prov_dtls_resumable found;
    if (prov_dtls_need_ticket(&session->dtls, &found) != PROV_OK)
        return false;
    session->peer = found.credential[0];
    bool taken = good(&model->credentials[session->peer]);
    prov_dtls_give_session(&session->dtls, taken ? &found : NULL);
    return true;
}

static void give_session(struct model *model, struct model_session *session)
{
    if (give_ticket(model, session))
        return;
    struct prov_bytes id = prov_dtls_need_session(&session->dtls);
    for (int i = 0; i < MODEL_KEPT && !model->forget_sessions; i++) {
        const struct prov_dtls_resumable *found = &model->kept[i].resumable;
        if (!prov_bytes_equal(id, PROV_BYTES(found->session_id, found->session_id_len)) ||
            !good(&model->credentials[model->kept[i].peer]))
            continue;
        session->peer = model->kept[i].peer;
        prov_dtls_give_session(&session->dtls, found);
        return;
    }
    prov_dtls_give_session(&session->dtls, NULL);
}

static void connected(struct model *model, uint64_t now_ms, struct model_session *session)
{
    struct model_kept *kept = &model->kept[model->kept_next % MODEL_KEPT];
    session->connected = true;
    if (model->beats)
        MUST(prov_dtls_heartbeat(&session->dtls, now_ms));
    prov_enroll_limit(&session->exchange, prov_dtls_data_max(&session->dtls));
    model->full += !prov_dtls_resumed(&session->dtls);
    model->abbreviated += prov_dtls_resumed(&session->dtls);
    if (prov_dtls_resumable(&session->dtls, now_ms, &kept->resumable) != PROV_OK)
        return;
    kept->peer = session->peer;
    model->kept_next++;
}

/* Whatever the URLs are: the chain of the device's factory credential lies there. */
static void give_chain(struct model *model, struct model_session *session)
{
    struct prov_bytes *chain = model->fetched_chain; /* until the verdict */
    chain[0] = PROV_BYTES(model->credentials[0].cert, model->credentials[0].cert_len);
    chain[1] = model->chain[1];
    model->fetched++;
    prov_dtls_give_chain(&session->dtls, PROV_OK, chain, 2);
}

static void session_run(struct model *model, uint64_t now_ms, struct model_session *session,
                        model_send send, void *context)
{
    for (bool more = true; more;) {
        switch (prov_dtls_step(&session->dtls, now_ms)) {
        case PROV_DTLS_NEED_PSK:
            look_at_name(model, session);
            give_psk(model, session);
            break;
        case PROV_DTLS_NEED_SIGN:
            give_signature(model, session);
            break;
        case PROV_DTLS_NEED_VERIFY:
            look_at_name(model, session);
            give_verdict(model, session);
            break;
        case PROV_DTLS_CONNECTED:
            connected(model, now_ms, session);
            break;
        case PROV_DTLS_NEED_FETCH:
            give_chain(model, session);
            break;
        case PROV_DTLS_NEED_SESSION:
            give_session(model, session);
            break;
        case PROV_DTLS_DATA:
            if (!session_data(model, now_ms, session, send, context))
                return;
            break;
        case PROV_DTLS_CLOSED:
        case PROV_DTLS_FAILED:
            more = false;
            break;
        default:
            more = false;
            break;
        }
    }
    uint8_t octets[MODEL_DATAGRAM];
    struct prov_buf out = PROV_BUF_OF(octets);
    while (prov_dtls_pull(&session->dtls, now_ms, &out)) {
        send(context, session->port, out.data, out.len);
        out = PROV_BUF_OF(octets);
    }
}

static struct model_session *session_find(struct model *model, unsigned port)
{
    for (int i = 0; i < MODEL_SESSIONS; i++)
        if (model->sessions[i].used && model->sessions[i].port == port)
            return &model->sessions[i];
    return NULL;
}

/* A free place, or that of the oldest session. */
static struct model_session *session_place(struct model *model)
{
    struct model_session *oldest = &model->sessions[0];
    for (int i = 0; i < MODEL_SESSIONS; i++) {
        if (!model->sessions[i].used)
            return &model->sessions[i];
        if (model->sessions[i].port < oldest->port)
            oldest = &model->sessions[i];
    }
    session_end(oldest);
    return oldest;
}

static void session_begin(struct model *model, uint64_t now_ms, unsigned port,
                          struct prov_bytes datagram, model_send send, void *context)
{
    struct model_session *session = session_place(model);
    session->port = port;
    session->peer = -1;
    session->connected = false;
    if (prov_dtls_accept(&session->dtls, &model->config, model->crypto, session->workspace, now_ms,
                         datagram) != PROV_OK)
        return;
    session->used = true;
    if (model->config.tickets != NULL)
        prov_dtls_set_ticket(&session->dtls, &session->ticket);
    prov_enroll_begin(&session->exchange, &model->name);
    session_run(model, now_ms, session, send, context);
}

void model_receive(struct model *model, uint64_t now_ms, unsigned port, const uint8_t *octets,
                   size_t len, model_send send, void *context)
{
    uint8_t in[MODEL_DATAGRAM], reply_octets[MODEL_DATAGRAM];
    struct model_session *session = session_find(model, port);
    memcpy(in, octets, len);
    if (session != NULL) {
        prov_dtls_push(&session->dtls, now_ms, in, len);
        session_run(model, now_ms, session, send, context);
        return;
    }
    uint8_t peer[4] = {(uint8_t)(port >> 8), (uint8_t)port, 0, 1};
    struct prov_buf reply = PROV_BUF_OF(reply_octets);
    switch (prov_dtls_hello(&model->cookies, model->crypto, now_ms, PROV_BYTES_OF(peer),
                            PROV_BYTES(in, len), &reply)) {
    case PROV_DTLS_HELLO_REPLY:
        send(context, port, reply.data, reply.len);
        break;
    case PROV_DTLS_HELLO_ACCEPT:
        session_begin(model, now_ms, port, PROV_BYTES(in, len), send, context);
        break;
    default:
        break;
    }
}

void model_tick(struct model *model, uint64_t now_ms, model_send send, void *context)
{
    for (int i = 0; i < MODEL_SESSIONS; i++)
        if (model->sessions[i].used && prov_dtls_deadline(&model->sessions[i].dtls) <= now_ms)
            session_run(model, now_ms, &model->sessions[i], send, context);
}

uint64_t model_deadline(const struct model *model)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < MODEL_SESSIONS; i++) {
        if (!model->sessions[i].used)
            continue;
        uint64_t deadline = prov_dtls_deadline(&model->sessions[i].dtls);
        least = deadline < least ? deadline : least;
    }
    return least;
}
