/* SPDX-License-Identifier: Apache-2.0
 *
 * The message layer of the server's half: what is no request is reset or ignored, what came before
 * gets the same octets again (RFC 7252, sections 4.2, 4.3 and 4.5).
 */
#include <string.h>

#include "server/internal.h"

#define DISCOVERY_MAX 1024
#define OPTIONS_MAX   64 /* octets of a message beside a block: 34 at the most */

void prov_enroll_begin(struct prov_enroll_session *s, const struct prov_fqdn *host)
{
    memset(s, 0, sizeof(*s));
    s->host = host;
    s->szx = PROV_ENROLL_SZX;
}

void prov_enroll_limit(struct prov_enroll_session *s, size_t message_max)
{
    while (s->szx > 0 && prov_coap_block_size(s->szx) + OPTIONS_MAX > message_max)
        s->szx--;
}

void prov_enroll_end(struct prov_enroll_session *s)
{
    prov_wipe(s, sizeof(*s));
}

bool prov_enroll_in_work(const struct prov_enroll_session *s)
{
    return s->work.busy || s->in_op != 0 || s->out_op != 0;
}

static enum prov_enroll_event reset(uint16_t id, struct prov_buf *out)
{
    struct prov_coap_message message = {.type = PROV_COAP_RST, .id = id};

    return prov_coap_encode(&message, out) == PROV_OK ? PROV_ENROLL_REPLY : PROV_ENROLL_DROP;
}

/* A message that does not parse: a CON of our version is reset if its head is there, all else
 * ignored (sections 3 and 4.2).
 *
 *    0 1 2 3 4 5 6 7
 *   |Ver| T |  TKL  |  Code  |  Message ID  |
 */
static enum prov_enroll_event reject(struct prov_bytes message, struct prov_buf *out)
{
    struct prov_reader reader = prov_reader_make(message);
    uint8_t first, code;
    uint16_t id;

    if (!prov_take_u8(&reader, &first) || !prov_take_u8(&reader, &code) ||
        !prov_take_u16(&reader, &id))
        return PROV_ENROLL_DROP;
    if (first >> 6 != 1 || (first >> 4 & 3) != PROV_COAP_CON)
        return PROV_ENROLL_DROP;
    return reset(id, out);
}

static bool is_request(const struct prov_coap_message *message)
{
    return message->code >> 5 == 0 && message->code != PROV_COAP_EMPTY;
}

static const struct prov_enroll_kept *find_kept(const struct prov_enroll_session *s,
                                                uint64_t now_ms, uint16_t id)
{
    for (size_t i = 0; i < PROV_ENROLL_DEDUP; i++) {
        const struct prov_enroll_kept *kept = &s->kept[i];

        if (kept->used && kept->id == id && now_ms - kept->at_ms < PROV_ENROLL_LIFETIME_MS)
            return kept;
    }
    return NULL;
}

static enum prov_enroll_event repeat(const struct prov_enroll_kept *kept, struct prov_buf *out)
{
    if (!kept->confirmable)
        return PROV_ENROLL_DROP;
    prov_put_bytes(out, PROV_BYTES(kept->octets, kept->len));
    return out->overflow ? PROV_ENROLL_DROP : PROV_ENROLL_REPLY;
}

static void take_up(struct prov_enroll_session *s, const struct prov_coap_message *message)
{
    struct prov_enroll_work *work = &s->work;

    memset(work, 0, sizeof(*work));
    work->busy = true;
    work->confirmable = message->type == PROV_COAP_CON;
    work->id = message->id;
    work->token_len = (uint8_t)message->token.len;
    if (message->token.len > 0)
        memcpy(work->token, message->token.data, message->token.len);
}

static enum prov_enroll_event sent(const struct prov_buf *out)
{
    return out->len > 0 && !out->overflow ? PROV_ENROLL_REPLY : PROV_ENROLL_DROP;
}

/* A NON with a critical option that is not understood is rejected without a word (section 5.4.1).
 */
static enum prov_enroll_event refuse(struct prov_enroll_session *s, uint64_t now_ms,
                                     struct prov_enroll_refusal refusal, struct prov_buf *out)
{
    struct prov_enroll_answer answer = {
        .code = refusal.code, .format = PROV_CF_NONE, .reason = refusal.reason};

    if (!s->work.confirmable && refusal.code == PROV_COAP_BAD_OPTION) {
        s->work.busy = false;
        return PROV_ENROLL_DROP;
    }
    prov_enroll_respond(s, now_ms, &answer, out);
    return sent(out);
}

static enum prov_enroll_event discover(struct prov_enroll_session *s, uint64_t now_ms,
                                       const struct prov_coap_message *message,
                                       struct prov_buf *out)
{
    uint8_t room[DISCOVERY_MAX];
    struct prov_buf links = PROV_BUF_OF(room);
    struct prov_enroll_answer answer = {.code = PROV_COAP_CONTENT, .format = PROV_CF_LINK_FORMAT};

    prov_enroll_discover(message, &links);
    answer.body = prov_buf_bytes(&links);
    prov_enroll_respond(s, now_ms, &answer, out);
    return sent(out);
}

static enum prov_enroll_event hand_over(struct prov_enroll_session *s,
                                        const struct prov_resource *resource,
                                        struct prov_enroll_request *ret)
{
    bool has_body = resource->request_format != PROV_CF_NONE;

    ret->op = s->work.op;
    ret->body = has_body ? PROV_BYTES(s->in, s->in_len) : PROV_BYTES_NONE;
    ret->accept = s->work.accept;
    return PROV_ENROLL_REQUEST;
}

/* A later block of an answer. A GET may begin there: it is asked again; of a POST's answer there is
 * only what was kept. */
static enum prov_enroll_event follow_up(struct prov_enroll_session *s, uint64_t now_ms,
                                        const struct prov_resource *resource,
                                        struct prov_enroll_request *ret, struct prov_buf *out)
{
    if (prov_enroll_has_answer(s, now_ms)) {
        prov_enroll_respond_again(s, now_ms, out);
        return sent(out);
    }
    if (prov_resource_method(resource) == PROV_COAP_GET)
        return hand_over(s, resource, ret);
    return refuse(s, now_ms,
                  (struct prov_enroll_refusal){PROV_COAP_INCOMPLETE, "answer no longer there"},
                  out);
}

static enum prov_enroll_event serve(struct prov_enroll_session *s, uint64_t now_ms,
                                    const struct prov_coap_message *message,
                                    struct prov_enroll_request *ret, struct prov_buf *out)
{
    const struct prov_resource *resource;
    struct prov_enroll_refusal refusal = prov_enroll_check(s, message, &resource);

    if (refusal.code != 0)
        return refuse(s, now_ms, refusal, out);
    if (prov_resource_op(resource) == PROV_ENROLL_DISCOVER)
        return discover(s, now_ms, message, out);
    if (s->work.has_block2 && s->work.block2.number > 0)
        return follow_up(s, now_ms, resource, ret, out);
    if (resource->request_format != PROV_CF_NONE)
        refusal = prov_enroll_assemble(s, now_ms, message);
    if (refusal.code != 0)
        return refuse(s, now_ms, refusal, out);
    return hand_over(s, resource, ret);
}

enum prov_enroll_event prov_enroll_receive(struct prov_enroll_session *s, uint64_t now_ms,
                                           struct prov_bytes message,
                                           struct prov_enroll_request *ret, struct prov_buf *out)
{
    struct prov_coap_message decoded;
    const struct prov_enroll_kept *kept;

    if (prov_coap_decode(message, &decoded) != PROV_OK)
        return reject(message, out);
    if (decoded.type == PROV_COAP_ACK || decoded.type == PROV_COAP_RST)
        return PROV_ENROLL_DROP;
    if (!is_request(&decoded)) /* a ping (section 4.3), or a response to nothing */
        return decoded.type == PROV_COAP_CON ? reset(decoded.id, out) : PROV_ENROLL_DROP;
    if (s->work.busy)
        return PROV_ENROLL_DROP; /* NSTART is 1: it comes again */
    kept = find_kept(s, now_ms, decoded.id);
    if (kept)
        return repeat(kept, out);
    take_up(s, &decoded);
    return serve(s, now_ms, &decoded, ret, out);
}
