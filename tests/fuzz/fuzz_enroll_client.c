/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's half of enrollment: one exchange against messages of a server that may say anything. It ends, and
 * what it has taken fits its room.
 *
 *   op 1, body 1 (16 octets each), szx 1, (length 1, message)…    length 255: 1024 octets
 *
 * A message whose type has the value 2 (ACK) gets the id and the token that are awaited, so that the
 * fuzzer need not guess them.
 */
#include <string.h>

#include "fuzz.h"
#include "prov/enroll_client.h"

static uint8_t body[16 * 255];

static void pull_all(struct prov_exchange *x, uint64_t now)
{
    uint8_t room[1200];

    for (int i = 0; i < 4; i++) {
        struct prov_buf out = PROV_BUF_OF(room);
        struct prov_coap_message message;

        if (!prov_exchange_pull(x, now, &out))
            return;
        FUZZ_CHECK(out.len <= PROV_EXCHANGE_MESSAGE_MAX(1024, 9));
        FUZZ_CHECK(prov_coap_decode(prov_buf_bytes(&out), &message) == PROV_OK);
    }
    FUZZ_CHECK(!"one push gives at most a reply and a request");
}

static void push(struct prov_exchange *x, uint64_t now, struct prov_bytes message)
{
    uint8_t copy[1024];

    if (message.len > 0)
        memcpy(copy, message.data, message.len);
    if (message.len >= 8 && (copy[0] >> 4 & 3) == PROV_COAP_ACK) {
        copy[0] = 0x64;
        copy[2] = (uint8_t)(x->message_id >> 8);
        copy[3] = (uint8_t)x->message_id;
        memcpy(copy + 4, &x->token, sizeof(x->token));
    }
    prov_exchange_push(x, now, PROV_BYTES(copy, message.len));
}

static void check(const struct prov_exchange *x)
{
    FUZZ_CHECK(x->answer.len <= x->answer.cap);
    FUZZ_CHECK(x->sent <= x->body.len);
    FUZZ_CHECK(x->result != PROV_OK || x->code >> 5 >= 2);
}

static void begin(struct prov_exchange *x, const uint8_t head[3], struct prov_buf room)
{
    *x = (struct prov_exchange){.op = (enum prov_enroll_op)(head[0] % 10 + 1),
                                .host = prov_bytes_text("a.example"),
                                .body = PROV_BYTES(body, (size_t)16 * head[1]),
                                .message_id = 7,
                                .message_max = 1200,
                                .token = 0x01020304,
                                .answer = room};
    prov_exchange_begin(x);
    x->szx = head[2] % 7;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t answer[2048];
    struct prov_reader reader;
    struct prov_exchange x;
    uint64_t now = 0;
    uint8_t len;

    if (size < 3)
        return 0;
    begin(&x, data, PROV_BUF_OF(answer));
    reader = prov_reader_make(PROV_BYTES(data + 3, size - 3));
    pull_all(&x, now);
    while (prov_take_u8(&reader, &len)) {
        size_t want = len == 255 ? 1024 : len, left = prov_reader_left(&reader);
        struct prov_bytes message;

        if (!prov_take(&reader, want < left ? want : left, &message))
            break;
        push(&x, now, message);
        pull_all(&x, now);
        check(&x);
    }
    while (x.result == PROV_E_AGAIN) { /* silence ends it */
        FUZZ_CHECK(now < 200000);
        now = prov_exchange_deadline(&x) > now ? prov_exchange_deadline(&x) : now;
        prov_exchange_step(&x, now);
        pull_all(&x, now);
    }
    check(&x);
    return 0;
}
