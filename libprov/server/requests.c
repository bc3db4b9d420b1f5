/* SPDX-License-Identifier: Apache-2.0
 *
 * Application data: a CoAP message goes to enroll/server, a whole request from there to flow, the
 * answer back. Before each one flow is asked whether the credential is still good (H40).
 */
#include <string.h>

#include "internal.h"

#define RETRY_AFTER_S 5 /* Max-Age of a 5.03 */

static void fill_request(const struct association *a, const struct prov_enroll_request *asked,
                         struct prov_flow_request *ret)
{
    const struct prov_suite *suite = prov_dtls_suite(&a->dtls);

    memset(ret, 0, sizeof(*ret));
    ret->op = asked->op;
    ret->peer = &a->who;
    ret->server = association_name(a);
    ret->body = asked->body;
    ret->accept = asked->accept;
    /* who has the secret of a session that is kept can read the ones that it is resumed by (row 11) */
    ret->forward_secret = suite && suite->forward_secret && !prov_dtls_resumed(&a->dtls);
    ret->has_binding = prov_dtls_tls_unique(&a->dtls, ret->tls_unique) == PROV_OK;
}

static bool issues(enum prov_enroll_op op)
{
    return op == PROV_ENROLL_EST_SEN || op == PROV_ENROLL_EST_SREN || op == PROV_ENROLL_CERT ||
           op == PROV_ENROLL_RPK || op == PROV_ENROLL_PSK;
}

static const char *event_of(enum prov_enroll_op op, bool refused)
{
    if (refused)
        return "refusal";
    if (op == PROV_ENROLL_CONFIRM)
        return "confirm";
    return issues(op) ? "enroll" : "request";
}

/* What changes a credential is always said; the rest a device could say without end. */
static void log_request(struct prov_server *server, uint64_t now_ms, const struct association *a,
                        enum prov_enroll_op op, prov_result result, uint8_t code)
{
    bool refused = code >> 5 != 2;
    struct line line;

    line_begin(&line, server, event_of(op, refused));
    line_result(&line, server, result);
    line_text(&line, "resource", prov_resource_get(op)->path);
    line_code(&line, code);
    line_peer(&line, &a->session->peer);
    line_who(&line, a);
    if (!refused && (issues(op) || op == PROV_ENROLL_CONFIRM))
        line_end(&line, server);
    else
        line_end_loud(&line, server, now_ms);
}

static void ask_flow(struct prov_server *server, uint64_t now_ms, struct association *a,
                     const struct prov_enroll_request *asked, struct prov_buf *out)
{
    uint8_t room[PROV_ENROLL_RESPONSE_MAX];
    struct prov_flow_request request;
    struct prov_flow_answer said = {.code = PROV_COAP_INTERNAL, .format = PROV_CF_NONE};
    struct prov_enroll_answer answer;
    prov_result result;

    fill_request(a, asked, &request);
    prov_why_clear(&server->why);
    result = prov_flow_serve(&server->flow, &request, prov_buf_make(room, sizeof(room)), &said);
    answer = (struct prov_enroll_answer){.code = said.code,
                                         .format = said.format,
                                         .body = said.body,
                                         .max_age = RETRY_AFTER_S,
                                         .reason = said.reason};
    prov_enroll_answer(a->session->exchange, now_ms, &answer, out);
    server->stats.requests++;
    server->stats.refusals += said.code >> 5 != 2;
    log_request(server, now_ms, a, asked->op, result, said.code);
    prov_wipe(room, sizeof(room));
    prov_wipe(&request, sizeof(request));
}

/* false: the session has no record left to send (H12). */
static bool send_sealed(struct prov_server *server, struct association *a,
                        struct prov_bytes message)
{
    uint8_t room[PROV_ENROLL_MESSAGE_MAX + PROV_DTLS_RECORD_OVERHEAD];
    struct prov_buf out = PROV_BUF_OF(room);

    if (message.len == 0)
        return true;
    if (prov_dtls_seal(&a->dtls, message, &out) != PROV_OK)
        return false;
    path_send(server, a, prov_buf_bytes(&out));
    return true;
}

bool request_unasked(prov_result result)
{
    int class = prov_result_exit(result);

    return class == prov_result_exit(PROV_E_INTERNAL) || class == prov_result_exit(PROV_E_BUSY);
}

bool request_allowed(struct prov_server *server, const struct association *a)
{
    prov_result result;

    prov_why_clear(&server->why);
    result = prov_flow_still_good(&server->flow, &a->who);
    return result == PROV_OK || request_unasked(result);
}

bool request_serve(struct prov_server *server, uint64_t now_ms, struct association *a,
                   struct prov_bytes message, enum end_reason *ret_end)
{
    uint8_t room[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_enroll_request asked;
    struct prov_enroll_session *exchange;
    prov_result result;
    bool sent;

    *ret_end = END_REVOKED;
    prov_why_clear(&server->why);
    result = prov_flow_still_good(&server->flow, &a->who);
    if (result != PROV_OK && !request_unasked(result))
        return false;
    if (path_takes(server, now_ms, a, message))
        return true;
    exchange = result == PROV_OK ? session_exchange(server, now_ms, a->session) : NULL;
    if (!exchange) /* busy: the peer sends it again */
        return true;
    switch (prov_enroll_receive(exchange, now_ms, message, &asked, &out)) {
    case PROV_ENROLL_REQUEST:
        ask_flow(server, now_ms, a, &asked, &out);
        break;
    case PROV_ENROLL_REPLY:
    case PROV_ENROLL_DROP:
        break;
    }
    *ret_end = END_WORN;
    sent = send_sealed(server, a, prov_buf_bytes(&out));
    prov_wipe(room, sizeof(room));
    return sent;
}
