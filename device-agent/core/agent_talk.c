/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests: which ones, in what order, with what body; and their answers, as far as all are alike.
 *
 *     PSK, RPK    /prov/psk, /prov/rpk
 *     CERT        the anchors, then the certificate: by EST on a session with a certificate, else /prov/…
 */
#include <string.h>

#include "agent_private.h"
#include "prov/cbor.h"
#include "prov/text.h"

/* --- which ------------------------------------------------------------------------------------ */

static bool on_cert(const struct prov_agent *agent)
{
    return agent_is_cert(agent->entry.kind);
}

static enum prov_enroll_op next_op(const struct prov_agent *agent)
{
    bool est = on_cert(agent);
    if (agent->candidate)
        return PROV_ENROLL_CONFIRM;
    if (!agent_is_cert(agent->wanted))
        return agent_is_psk(agent->wanted) ? PROV_ENROLL_PSK : PROV_ENROLL_RPK;
    if (agent->workspace->talk.anchors_len == 0)
        return est ? PROV_ENROLL_EST_CRTS : PROV_ENROLL_CRTS;
    return !est                  ? PROV_ENROLL_CERT
           : agent->from_factory ? PROV_ENROLL_EST_SEN
                                 : PROV_ENROLL_EST_SREN;
}

/* --- bodies ----------------------------------------------------------------------------------- */

static bool has_body(enum prov_enroll_op op)
{
    return op != PROV_ENROLL_CRTS && op != PROV_ENROLL_EST_CRTS && op != PROV_ENROLL_CONFIRM;
}

/* A request id of the device's choice: a repeated request gets the same answer. */
static prov_result make_request_id(struct prov_agent *agent)
{
    uint8_t *body = agent->workspace->talk.request;
    agent->workspace->talk.exchange.body = PROV_BYTES(body, 1 + PROV_ENROLL_REQUEST_ID_LEN);
    body[0] = 0x40 + PROV_ENROLL_REQUEST_ID_LEN; /* bstr */
    return prov_crypto_random(agent->port->crypto, body + 1, PROV_ENROLL_REQUEST_ID_LEN);
}

_Static_assert(sizeof(struct prov_agent_binding) == PROV_ENROLL_BINDING_LEN, "nothing between");

/* The payload of a COSE_Sign1: the new key's public half; external_aad binds device and session (H36). */
static prov_result tbs_sign1(const struct prov_agent *agent, struct prov_buf *payload,
                             uint8_t ret_digest[PROV_HASH_LEN])
{
    struct prov_bytes binding = PROV_BYTES((const uint8_t *)&agent->binding, sizeof agent->binding);
    prov_result r = prov_cose_public_encode(agent->workspace->talk.point, payload);
    return r == PROV_OK ? prov_cose_sign1_digest(agent->port->crypto, PROV_CF_COSE_KEY, binding,
                                                 prov_buf_bytes(payload), ret_digest)
                        : r;
}

/* The body of a request by the new key with challengePassword = base64(tls-unique) (RFC 7030, section 3.5).
 * Whoever has a certificate keeps its names as they stand there: a renewal must (section 4.2.2). */
static prov_result tbs_csr(const struct prov_agent *agent, struct prov_buf *info,
                           uint8_t ret_digest[PROV_HASH_LEN])
{
    char challenge[PROV_CSR_CHALLENGE_LEN + 1];
    _Static_assert(sizeof challenge == PROV_BASE64_TEXT(PROV_DTLS_TLS_UNIQUE_LEN), "tls-unique");
    struct prov_csr_plan plan = {.eui64 = &agent->binding.device,
                                 .point = agent->workspace->talk.point};
    struct prov_x509 leaf;
    prov_base64_format(PROV_BYTES_OF(agent->binding.tls_unique), challenge);
    plan.challenge = challenge;
    prov_result r = PROV_OK;
    if (on_cert(agent)) {
        r = prov_x509_parse(agent->entry.chain[0], &leaf);
        plan.eui64 = NULL;
        plan.subject = leaf.subject;
        plan.san = leaf.san;
    }
    if (r == PROV_OK)
        r = prov_csr_make_info(&plan, info);
    struct prov_bytes part = prov_buf_bytes(info);
    return r == PROV_OK ? prov_crypto_sha256(agent->port->crypto, &part, 1, ret_digest) : r;
}

/* What is signed lies where the answer will. */
static prov_result make_submission(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    struct prov_buf *tbs = &talk->exchange.answer, body = PROV_BUF_OF(talk->request);
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    bool cert = agent_is_cert(agent->wanted);
    prov_result r = prov_dtls_tls_unique(&agent->dtls, agent->binding.tls_unique);
    if (r == PROV_OK)
        r = cert ? tbs_csr(agent, tbs, digest) : tbs_sign1(agent, tbs, digest);
    if (r == PROV_OK)
        r = agent_key_sign(agent->port, &talk->next.key, digest, signature);
    if (r == PROV_OK)
        r = cert ? prov_csr_finish(prov_buf_bytes(tbs), signature, &body)
                 : prov_cose_sign1_finish(PROV_CF_COSE_KEY, prov_buf_bytes(tbs), signature, &body);
    talk->exchange.body = prov_buf_bytes(&body);
    return r;
}

/* --- asking ----------------------------------------------------------------------------------- */

void agent_send(struct prov_agent *agent)
{
    struct prov_exchange *x = &agent->workspace->talk.exchange;
    x->message_id++; /* behind the last block's */
    x->token++;
    prov_exchange_begin(x);
    agent->phase = agent->candidate ? PROV_PHASE_CONFIRM : PROV_PHASE_ANSWER;
}

prov_result agent_ask(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    struct prov_exchange *x = &talk->exchange;
    prov_result r = PROV_OK;
    x->op = next_op(agent);
    x->answer =
        prov_buf_make(talk->answers + talk->anchors_len, sizeof talk->answers - talk->anchors_len);
    if (!has_body(x->op)) {
        /* nothing to make */
    } else if (agent_is_psk(agent->wanted)) {
        r = make_request_id(agent);
    } else if (talk->next.key.source == PROV_KEY_NONE) {
        talk->next.point = PROV_BYTES_OF(talk->point);
        return agent_key_make(agent->port, &talk->next.key, &talk->scalar, talk->point);
    } else {
        r = make_submission(agent);
    }
    if (r == PROV_OK)
        agent_send(agent);
    return r;
}

/* --- answers ---------------------------------------------------------------------------------- */

prov_result agent_take(struct prov_agent *agent)
{
    struct prov_agent_talk *talk = &agent->workspace->talk;
    bool cert = agent_is_cert(agent->wanted);
    if (cert && talk->anchors_len == 0) {
        agent->phase = PROV_PHASE_ASK;
        talk->anchors_len = (uint16_t)talk->exchange.answer.len;
        return talk->anchors_len == 0 ? PROV_E_PEER : PROV_OK;
    }
    prov_result r = agent_is_psk(agent->wanted) ? agent_take_psk(agent)
                    : cert                      ? agent_take_cert(agent)
                                                : agent_take_rpk(agent);
    if (r == PROV_OK)
        agent->phase = cert ? PROV_PHASE_CHECK : PROV_PHASE_STAGE;
    return r;
}
