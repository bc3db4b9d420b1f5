/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies that come and go in blocks (RFC 7959): one request's body is put together, in order; one
 * answer is kept for the requests of its later blocks.
 */
#include <string.h>

#include "server/internal.h"

static struct prov_enroll_refusal refuse(uint8_t code, const char *reason)
{
    return (struct prov_enroll_refusal){code, reason};
}

static struct prov_enroll_refusal too_large(struct prov_enroll_session *s)
{
    prov_enroll_forget_body(s);
    return refuse(PROV_COAP_TOO_LARGE, "body too large");
}

void prov_enroll_forget_body(struct prov_enroll_session *s)
{
    prov_wipe(s->in, s->in_len);
    s->in_len = 0;
    s->in_op = 0;
}

void prov_enroll_forget_answer(struct prov_enroll_session *s)
{
    prov_wipe(s->out, s->out_len);
    s->out_len = 0;
    s->out_op = 0;
}

/* What the client says the whole will be (Size1, section 4): refused at the first block. */
static bool announced_too_large(const struct prov_coap_message *message)
{
    const struct prov_coap_option *option = prov_coap_find(message, PROV_COAP_SIZE1);
    uint32_t size = 0;

    return option && prov_coap_uint(option, &size) == PROV_OK && size > PROV_ENROLL_REQUEST_MAX;
}

/* Block 0 begins anew, whatever was there (section 2.5); another one goes on where the last one
 * ended. */
static bool continues(struct prov_enroll_session *s, uint64_t now_ms)
{
    const struct prov_enroll_work *work = &s->work;
    size_t offset = (size_t)work->block1.number * prov_coap_block_size(work->block1.szx);

    if (!work->has_block1 || work->block1.number == 0) {
        prov_enroll_forget_body(s);
        s->in_op = work->op;
        return true;
    }
    if (s->in_op != 0 && now_ms - s->in_at_ms >= PROV_ENROLL_LIFETIME_MS)
        prov_enroll_forget_body(s);
    return s->in_op == work->op && offset == s->in_len;
}

/* All but the last block are full (RFC 7959, section 2.2); without the option there is no size. */
static bool size_fits(const struct prov_enroll_work *work, size_t len)
{
    size_t size = prov_coap_block_size(work->block1.szx);

    return !work->has_block1 || (work->block1.more ? len == size : len <= size);
}

struct prov_enroll_refusal prov_enroll_assemble(struct prov_enroll_session *s, uint64_t now_ms,
                                                const struct prov_coap_message *message)
{
    const struct prov_enroll_work *work = &s->work;
    bool more = work->has_block1 && work->block1.more;

    if (!continues(s, now_ms))
        return refuse(PROV_COAP_INCOMPLETE, "block out of order");
    if (!size_fits(work, message->payload.len)) {
        prov_enroll_forget_body(s);
        return refuse(PROV_COAP_BAD_REQUEST, "block of a wrong size");
    }
    if (message->payload.len > sizeof(s->in) - s->in_len || announced_too_large(message))
        return too_large(s);
    if (message->payload.len > 0)
        memcpy(s->in + s->in_len, message->payload.data, message->payload.len);
    s->in_len += message->payload.len;
    s->in_at_ms = now_ms;
    return refuse(more ? PROV_COAP_CONTINUE : 0, NULL);
}

bool prov_enroll_has_answer(struct prov_enroll_session *s, uint64_t now_ms)
{
    if (s->out_op != 0 && now_ms - s->out_at_ms >= PROV_ENROLL_LIFETIME_MS)
        prov_enroll_forget_answer(s);
    return s->out_op == s->work.op && s->out_accept == s->work.accept;
}
