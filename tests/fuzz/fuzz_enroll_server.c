/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's half of enrollment: a session of messages, each with its length before it. What it sends parses,
 * fits, and answers what was asked; what it asks for is in the table.
 *
 *   (length 1, message)…    length 255: 1024 octets
 */
#include <string.h>

#include "fuzz.h"
#include "prov/enroll_server.h"

static uint8_t body[PROV_ENROLL_RESPONSE_MAX];

static void check_reply(const struct prov_buf *out, uint16_t id)
{
    struct prov_coap_message reply;

    FUZZ_CHECK(!out->overflow && out->len <= PROV_ENROLL_MESSAGE_MAX);
    FUZZ_CHECK(prov_coap_decode(prov_buf_bytes(out), &reply) == PROV_OK);
    FUZZ_CHECK(reply.type != PROV_COAP_CON);
    FUZZ_CHECK(reply.type == PROV_COAP_NON || reply.id == id);
}

static void answer(struct prov_enroll_session *s, uint64_t now,
                   const struct prov_enroll_request *request, struct prov_buf *out)
{
    const struct prov_resource *resource = prov_resource_get(request->op);
    struct prov_enroll_answer said = {.code = PROV_COAP_CONTENT, .format = PROV_CF_NONE};

    FUZZ_CHECK(resource != NULL && request->op != PROV_ENROLL_DISCOVER);
    FUZZ_CHECK(request->body.len <= PROV_ENROLL_REQUEST_MAX);
    FUZZ_CHECK(request->accept == resource->response_format || request->accept == PROV_CF_CERT);
    if (request->body.len % 5 == 4) {
        said.code = PROV_COAP_FORBIDDEN;
        said.reason = "no";
    } else if (resource->response_format != PROV_CF_NONE) {
        said.format = request->accept;
        said.body = PROV_BYTES(body, (request->body.len * 37 + now) % sizeof(body));
    }
    prov_enroll_answer(s, now, &said, out);
}

static void feed(struct prov_enroll_session *s, uint64_t now, struct prov_bytes message)
{
    uint8_t room[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_enroll_request request;
    enum prov_enroll_event event = prov_enroll_receive(s, now, message, &request, &out);
    uint16_t id = message.len >= 4 ? (uint16_t)(message.data[2] << 8 | message.data[3]) : 0;

    if (event == PROV_ENROLL_REQUEST)
        answer(s, now, &request, &out);
    if (event != PROV_ENROLL_DROP)
        check_reply(&out, id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct prov_enroll_session s;
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct prov_fqdn host;
    uint64_t now = 1000;
    uint8_t len;

    if (prov_fqdn_parse(prov_bytes_text("a.example"), &host) != PROV_OK)
        return 0;
    prov_enroll_begin(&s, &host);
    while (prov_take_u8(&reader, &len)) {
        size_t want = len == 255 ? 1024 : len, left = prov_reader_left(&reader);
        struct prov_bytes message;

        if (!prov_take(&reader, want < left ? want : left, &message))
            break;
        feed(&s, now, message);
        now += 97;
    }
    prov_enroll_end(&s);
    return 0;
}
