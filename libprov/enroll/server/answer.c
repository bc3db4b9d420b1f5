/* SPDX-License-Identifier: Apache-2.0
 *
 * The response to the request in work: piggybacked on the acknowledgement of a CON, a NON for a NON
 * (RFC 7252, section 5.2), a block of it if it is longer than one (RFC 7959, section 2.4). What was
 * sent is kept for repetitions of the request.
 *
 *   Content-Format  Max-Age  Block2  Block1  Size1  | payload
 */
#include <string.h>

#include "server/internal.h"

/* Room for option values that the message points into. */
struct values {
    uint8_t format[4], max_age[4], block1[4], block2[4], size1[4];
};

/* The size that the client wants, or a smaller one of our own. */
static uint8_t smaller_szx(const struct prov_enroll_session *s, uint8_t szx)
{
    return szx < s->szx ? szx : s->szx;
}

static uint8_t answer_szx(const struct prov_enroll_session *s)
{
    return s->work.has_block2 ? smaller_szx(s, s->work.block2.szx) : s->szx;
}

static void begin(struct prov_enroll_session *s, uint8_t code, struct prov_coap_message *ret)
{
    const struct prov_enroll_work *work = &s->work;

    memset(ret, 0, sizeof(*ret));
    ret->type = work->confirmable ? PROV_COAP_ACK : PROV_COAP_NON;
    ret->id = work->confirmable ? work->id : s->next_id++;
    ret->code = code;
    ret->token = PROV_BYTES(work->token, work->token_len);
}

/* The slot of the oldest answer. What was in it may have been a secret. */
static struct prov_enroll_kept *next_slot(struct prov_enroll_session *s)
{
    struct prov_enroll_kept *kept = &s->kept[s->kept_next];

    s->kept_next = (uint8_t)((s->kept_next + 1) % PROV_ENROLL_DEDUP);
    prov_wipe(kept, sizeof(*kept));
    return kept;
}

/* Encodes into the session's own room, keeps that, and copies it out. */
static prov_result finish(struct prov_enroll_session *s, uint64_t now_ms,
                          const struct prov_coap_message *message, struct prov_buf *out)
{
    struct prov_enroll_kept *kept = next_slot(s);
    struct prov_buf room = PROV_BUF_OF(kept->octets);
    prov_result result = prov_coap_encode(message, &room);

    s->work.busy = false;
    if (result != PROV_OK)
        return result;
    kept->used = true;
    kept->at_ms = now_ms;
    kept->id = s->work.id;
    kept->confirmable = s->work.confirmable;
    kept->len = (uint16_t)room.len;
    prov_put_bytes(out, prov_buf_bytes(&room));
    return prov_buf_result(out);
}

/* Block1 of the response: the block that is acknowledged, the size that is preferred. M says that
 * the answer to the whole is still to come (RFC 7959, section 2.3). Not with an error, where a
 * smaller size would be an invitation to try again. */
static prov_result add_block1(const struct prov_enroll_session *s, uint8_t code,
                              struct prov_coap_message *message, struct values *values)
{
    const struct prov_enroll_work *work = &s->work;
    struct prov_coap_block block = {work->block1.number, code == PROV_COAP_CONTINUE,
                                    smaller_szx(s, work->block1.szx)};

    if (!work->has_block1 || code >> 5 != 2)
        return PROV_OK;
    return prov_coap_add_block(message, PROV_COAP_BLOCK1, block, values->block1);
}

static prov_result add_notes(const struct prov_enroll_answer *answer,
                             struct prov_coap_message *message, struct values *values)
{
    prov_result result = PROV_OK;

    if (answer->code == PROV_COAP_UNAVAILABLE)
        result = prov_coap_add_uint(message, PROV_COAP_MAX_AGE, answer->max_age, values->max_age);
    if (result == PROV_OK && answer->code == PROV_COAP_TOO_LARGE)
        result =
            prov_coap_add_uint(message, PROV_COAP_SIZE1, PROV_ENROLL_REQUEST_MAX, values->size1);
    if (result == PROV_OK && answer->reason)
        message->payload = prov_bytes_text(answer->reason);
    return result;
}

/* The block of the body that was asked for. *ret_exists false: the body ends before it. */
static prov_result add_block2(const struct prov_enroll_session *s, struct prov_bytes body,
                              struct prov_coap_message *message, struct values *values,
                              bool *ret_exists)
{
    const struct prov_enroll_work *work = &s->work;
    uint8_t szx = answer_szx(s);
    size_t size = prov_coap_block_size(szx);
    size_t number = work->has_block2 ? work->block2.number : 0;
    size_t offset = work->has_block2 ? number * prov_coap_block_size(work->block2.szx) : 0;
    struct prov_coap_block block = {(uint32_t)(offset / size), false, szx};

    *ret_exists = offset < body.len || offset == 0;
    if (!*ret_exists)
        return PROV_OK;
    block.more = body.len - offset > size;
    message->payload = PROV_BYTES(body.data + offset, block.more ? size : body.len - offset);
    if (!work->has_block2 && !block.more)
        return PROV_OK;
    return prov_coap_add_block(message, PROV_COAP_BLOCK2, block, values->block2);
}

static prov_result add_body(const struct prov_enroll_session *s,
                            const struct prov_enroll_answer *answer,
                            struct prov_coap_message *message, struct values *values,
                            bool *ret_exists)
{
    prov_result result;

    *ret_exists = true;
    if (answer->format == PROV_CF_NONE)
        return PROV_OK;
    result = prov_coap_add_uint(message, PROV_COAP_CONTENT_FORMAT, answer->format, values->format);
    if (result == PROV_OK)
        result = add_block2(s, answer->body, message, values, ret_exists);
    return result;
}

static prov_result write_success(struct prov_enroll_session *s, uint64_t now_ms,
                                 const struct prov_enroll_answer *answer, struct prov_buf *out,
                                 bool *ret_exists)
{
    struct prov_coap_message message;
    struct values values;
    prov_result result;

    begin(s, answer->code, &message);
    result = add_body(s, answer, &message, &values, ret_exists);
    if (result == PROV_OK && !*ret_exists)
        return PROV_OK;
    if (result == PROV_OK)
        result = add_block1(s, answer->code, &message, &values);
    return result == PROV_OK ? finish(s, now_ms, &message, out) : result;
}

static void write_error(struct prov_enroll_session *s, uint64_t now_ms,
                        const struct prov_enroll_answer *answer, struct prov_buf *out)
{
    struct prov_coap_message message;
    struct values values;

    begin(s, answer->code, &message);
    s->work.busy = false;
    if (add_notes(answer, &message, &values) == PROV_OK &&
        finish(s, now_ms, &message, out) != PROV_OK)
        out->len = 0;
}

/* Keeps an answer of more than one block. */
static void keep(struct prov_enroll_session *s, uint64_t now_ms,
                 const struct prov_enroll_answer *answer)
{
    prov_enroll_forget_answer(s);
    if (answer->body.len <= prov_coap_block_size(0) || answer->body.len > sizeof(s->out))
        return;
    memcpy(s->out, answer->body.data, answer->body.len);
    s->out_len = answer->body.len;
    s->out_op = s->work.op;
    s->out_accept = s->work.accept;
    s->out_format = answer->format;
    s->out_code = answer->code;
    s->out_at_ms = now_ms;
}

static bool is_longer_than_a_block(const struct prov_enroll_session *s, struct prov_bytes body)
{
    return body.len > prov_coap_block_size(answer_szx(s));
}

void prov_enroll_respond(struct prov_enroll_session *s, uint64_t now_ms,
                         const struct prov_enroll_answer *answer, struct prov_buf *out)
{
    static const struct prov_enroll_answer failed = {
        .code = PROV_COAP_INTERNAL, .format = PROV_CF_NONE, .reason = "internal error"};
    static const struct prov_enroll_answer no_block = {
        .code = PROV_COAP_BAD_REQUEST, .format = PROV_CF_NONE, .reason = "no such block"};
    bool exists = true;

    if (answer->code >> 5 != 2)
        write_error(s, now_ms, answer, out);
    else if (answer->body.len > PROV_ENROLL_RESPONSE_MAX ||
             write_success(s, now_ms, answer, out, &exists) != PROV_OK)
        write_error(s, now_ms, &failed, out);
    else if (!exists)
        write_error(s, now_ms, &no_block, out);
}

/* After the last block nothing else is asked for; a repeated message finds what was kept. */
static bool is_last_block(const struct prov_enroll_session *s)
{
    const struct prov_coap_block *block = &s->work.block2;
    size_t offset = (size_t)block->number * prov_coap_block_size(block->szx);

    return s->out_len <= offset + prov_coap_block_size(answer_szx(s));
}

void prov_enroll_respond_again(struct prov_enroll_session *s, uint64_t now_ms, struct prov_buf *out)
{
    struct prov_enroll_answer answer = {
        .code = s->out_code, .format = s->out_format, .body = PROV_BYTES(s->out, s->out_len)};

    s->out_at_ms = now_ms;
    prov_enroll_respond(s, now_ms, &answer, out);
    if (is_last_block(s))
        prov_enroll_forget_answer(s);
}

void prov_enroll_answer(struct prov_enroll_session *s, uint64_t now_ms,
                        const struct prov_enroll_answer *answer, struct prov_buf *out)
{
    if (!s->work.busy)
        return;
    prov_enroll_forget_body(s);
    if (answer->code >> 5 == 2 && is_longer_than_a_block(s, answer->body))
        keep(s, now_ms, answer);
    prov_enroll_respond(s, now_ms, answer, out);
}
