/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests: which ones, in what order, with what body. Answers go to agent_answer.c.
 */
#include <string.h>

#include "agent_private.h"
#include "prov/cbor.h"
#include "prov/text.h"

/* --- which ------------------------------------------------------------------------------------ */

static const enum prov_enroll_op asks_psk[] = {PROV_ENROLL_PSK, (enum prov_enroll_op)0};
static const enum prov_enroll_op asks_rpk[] = {PROV_ENROLL_RPK, (enum prov_enroll_op)0};
static const enum prov_enroll_op asks_cert[] = {PROV_ENROLL_CRTS, PROV_ENROLL_CERT,
                                                (enum prov_enroll_op)0};
static const enum prov_enroll_op asks_est_first[] = {PROV_ENROLL_EST_CRTS, PROV_ENROLL_EST_SEN,
                                                     (enum prov_enroll_op)0};
static const enum prov_enroll_op asks_est_again[] = {PROV_ENROLL_EST_CRTS, PROV_ENROLL_EST_SREN,
                                                     (enum prov_enroll_op)0};

const enum prov_enroll_op *agent_asks(enum prov_kind session, enum prov_kind wanted,
                                      bool from_factory)
{
    if (wanted == PROV_KIND_PSK)
        return asks_psk;
    if (wanted == PROV_KIND_RPK)
        return asks_rpk;
    if (session != PROV_KIND_CERT)
        return asks_cert;
    return from_factory ? asks_est_first : asks_est_again;
}

/* --- bodies ----------------------------------------------------------------------------------- */

static prov_result make_nothing(struct prov_agent *agent, struct prov_buf *ret)
{
    (void)agent;
    (void)ret;
    return PROV_OK;
}

/* A request id of the device's choice: a repeated request gets the same answer. */
static prov_result make_request_id(struct prov_agent *agent, struct prov_buf *ret)
{
    uint8_t id[PROV_ENROLL_REQUEST_ID_LEN];
    prov_result r = prov_crypto_random(agent->port->crypto, id, sizeof id);
    if (r == PROV_OK)
        prov_cbor_put_bstr(ret, PROV_BYTES_OF(id));
    return r;
}

static prov_result make_key(struct prov_agent *agent)
{
    return agent_key_make(agent->port, &agent->next.key, &agent->next_scalar, agent->next.point);
}

/* COSE_Sign1 by the new key over its public half; external_aad binds device and session (H36). */
static prov_result make_sign1(struct prov_agent *agent, struct prov_buf *ret)
{
    uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN], binding[PROV_ENROLL_BINDING_LEN];
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN], payload[96];
    struct prov_buf key = PROV_BUF_OF(payload);
    prov_result r = prov_dtls_tls_unique(&agent->dtls, unique);
    if (r == PROV_OK)
        r = make_key(agent);
    if (r == PROV_OK)
        r = prov_cose_public_encode(agent->next.point, PROV_BYTES_NONE, &key);
    if (r != PROV_OK)
        return r;
    prov_enroll_binding(&agent->identity.eui64, unique, binding);
    r = prov_cose_sign1_digest(agent->port->crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                               prov_buf_bytes(&key), digest);
    if (r == PROV_OK)
        r = agent_key_sign(agent->port, &agent->next.key, digest, signature);
    return r == PROV_OK
               ? prov_cose_sign1_finish(PROV_CF_COSE_KEY, prov_buf_bytes(&key), signature, ret)
               : r;
}

/* A new key's request with challengePassword = base64(tls-unique) (RFC 7030, section 3.5). Whoever
 * has a certificate keeps its names as they stand there: a renewal must (section 4.2.2). */
static prov_result make_csr(struct prov_agent *agent, struct prov_buf *ret)
{
    uint8_t unique[PROV_DTLS_TLS_UNIQUE_LEN];
    char challenge[PROV_BASE64_TEXT(PROV_DTLS_TLS_UNIQUE_LEN)];
    struct prov_csr_plan plan = {.eui64 = &agent->identity.eui64, .point = agent->next.point};
    struct prov_x509 leaf;
    prov_result r = prov_dtls_tls_unique(&agent->dtls, unique);
    if (r != PROV_OK)
        return r;
    prov_base64_format(PROV_BYTES_OF(unique), challenge);
    plan.challenge = PROV_BYTES((const uint8_t *)challenge, sizeof challenge - 1);
    if (agent->entry.kind == PROV_KIND_CERT) {
        r = prov_x509_parse(agent->entry.chain[0], &leaf);
        if (r != PROV_OK)
            return r;
        plan.eui64 = NULL;
        plan.subject = leaf.subject;
        plan.san = leaf.san;
    }
    r = make_key(agent);
    struct prov_buf work = prov_buf_make(agent->answer_room, sizeof agent->answer_room);
    return r == PROV_OK ? agent_csr_make(agent->port, &plan, &agent->next.key, work, ret) : r;
}

/* --- the table -------------------------------------------------------------------------------- */

static prov_result take_nothing(struct prov_agent *agent)
{
    (void)agent;
    return PROV_OK;
}

static const struct ask {
    enum prov_enroll_op op;
    prov_result (*make)(struct prov_agent *agent, struct prov_buf *ret);
    prov_result (*take)(struct prov_agent *agent);
} asks[] = {
    {PROV_ENROLL_EST_CRTS, make_nothing, agent_take_crts},
    {PROV_ENROLL_CRTS, make_nothing, agent_take_crts},
    {PROV_ENROLL_EST_SEN, make_csr, agent_take_cert},
    {PROV_ENROLL_EST_SREN, make_csr, agent_take_cert},
    {PROV_ENROLL_CERT, make_csr, agent_take_cert},
    {PROV_ENROLL_RPK, make_sign1, agent_take_rpk},
    {PROV_ENROLL_PSK, make_request_id, agent_take_psk},
    {PROV_ENROLL_CONFIRM, make_nothing, take_nothing},
};

static const struct ask *ask_get(enum prov_enroll_op op)
{
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        if (asks[i].op == op)
            return &asks[i];
    return NULL;
}

static struct prov_buf room_of(struct prov_agent *agent, const struct ask *ask)
{
    return ask->take == agent_take_crts
               ? prov_buf_make(agent->anchors_room, sizeof agent->anchors_room)
               : prov_buf_make(agent->answer_room, sizeof agent->answer_room);
}

static void begin(struct prov_agent *agent, const struct ask *ask, struct prov_bytes body,
                  uint64_t now_ms)
{
    struct prov_exchange_request request = {.op = ask->op,
                                            .host = prov_bytes_text(agent_host(agent)->text),
                                            .body = body,
                                            .accept = PROV_CF_NONE,
                                            .message_id = agent->message_id};
    struct prov_buf token = PROV_BUF_OF(request.token);
    prov_put_u32(&token, agent->token);
    agent->message_id += 64; /* block-wise transfers count up from where they began */
    agent->token++;
    prov_exchange_begin(&agent->exchange, &agent->exchange_config, &request, room_of(agent, ask),
                        now_ms);
    agent->exchanging = true;
}

void agent_ask_again(struct prov_agent *agent, uint64_t now_ms)
{
    const struct ask *ask = ask_get(agent->exchange.resource->op);
    if (ask != NULL)
        begin(agent, ask, agent->exchange.body, now_ms);
}

prov_result agent_ask(struct prov_agent *agent, enum prov_enroll_op op, uint64_t now_ms)
{
    const struct ask *ask = ask_get(op);
    struct prov_buf body = prov_buf_make(agent->request_room, sizeof agent->request_room);
    if (ask == NULL)
        return PROV_E_STATE;
    prov_result r = ask->make(agent, &body);
    if (r == PROV_OK)
        r = prov_buf_result(&body);
    if (r != PROV_OK)
        return r;
    begin(agent, ask, prov_buf_bytes(&body), now_ms);
    return PROV_OK;
}

/* The diagnostic payload of an error (RFC 7252, section 5.5.2), printable ASCII of it. */
static void keep_reason(struct prov_agent *agent)
{
    struct prov_bytes text = prov_buf_bytes(&agent->exchange.answer);
    size_t len = text.len < PROV_AGENT_REASON_MAX ? text.len : PROV_AGENT_REASON_MAX;
    for (size_t i = 0; i < len; i++)
        agent->report.reason[i] =
            text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
    agent->report.reason[len] = '\0';
}

prov_result agent_take(struct prov_agent *agent, enum prov_enroll_op op)
{
    const struct prov_exchange *x = &agent->exchange;
    const struct ask *ask = ask_get(op);
    agent->exchanging = false;
    agent->report.code = x->code;
    agent_log(agent, PROV_LOG_REQUEST, x->result, x->code);
    if (x->state == PROV_EXCHANGE_FAILED)
        return x->result;
    if (x->code >> 5 != 2) {
        keep_reason(agent);
        return PROV_E_PEER_REFUSED;
    }
    if (x->format != x->resource->response_format)
        return PROV_E_PEER;
    return ask->take(agent);
}
