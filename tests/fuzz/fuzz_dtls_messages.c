/* SPDX-License-Identifier: Apache-2.0
 *
 * A handshake in which the body of one message is another one: kind 1 (with 0x20: with cached_info
 * and client_certificate_url, with 0x10: with what changes records, with 0x08: with a ticket), which message 1, the body. Both ends
 * connect if it is the very same, and neither does if it is not.
 */
#include <string.h>

#include "fuzz_dtls.h"

static const struct {
    enum wire_side from;
    uint8_t type;
} messages[] = {
    {WIRE_CLIENT, 1},  {WIRE_SERVER, 3},  {WIRE_SERVER, 2},  {WIRE_SERVER, 11},
    {WIRE_SERVER, 12}, {WIRE_SERVER, 13}, {WIRE_SERVER, 14}, {WIRE_CLIENT, 11},
    {WIRE_CLIENT, 16}, {WIRE_CLIENT, 15}, {WIRE_CLIENT, 21}, {WIRE_SERVER, 4},
};

/* libFuzzer runs one input at a time. */
static struct prov_bytes body_now;
static bool same_now;

static size_t replace(uint8_t *body, size_t len)
{
    same_now &= prov_bytes_equal(PROV_BYTES(body, len), body_now);
    if (body_now.len > 0)
        memcpy(body, body_now.data, body_now.len);
    return body_now.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire w;

    if (size < 2 || size > 900)
        return 0;
    size_t which = data[1] % (sizeof(messages) / sizeof(messages[0]));
    struct wire_edit edit = {messages[which].from, messages[which].type, replace, 0};
    body_now = PROV_BYTES(data + 2, size - 2);
    same_now = true;
    wire_make(&w, fuzz_dtls_world(), (enum wire_kind)(data[0] % WIRE_KINDS));
    w.fate = wire_edit_fate;
    w.context = &edit;
    w.no_cookie = (data[0] & 0x40) != 0;
    if ((data[0] & 0x20) != 0)
        fuzz_dtls_certificates(&w);
    if ((data[0] & 0x10) != 0)
        fuzz_dtls_records(&w);
    if ((data[0] & 0x08) != 0)
        fuzz_dtls_sessions(&w);
    w.ends[WIRE_CLIENT].config.resume = NULL;
    w.ends[0].judge = w.ends[1].judge = (data[0] & 0x80) == 0;
    wire_start(&w);
    wire_run(&w, 0);
    bool both = w.ends[WIRE_CLIENT].connected == 1 && w.ends[WIRE_SERVER].connected == 1;
    bool one = w.ends[WIRE_CLIENT].connected == 1 || w.ends[WIRE_SERVER].connected == 1;
    if (messages[which].type == 4) /* it comes when the server has seen all */
        one = w.ends[WIRE_CLIENT].connected == 1;
    /* HelloVerifyRequest and the hello before it are in no transcript: another cookie leads to another one */
    FUZZ_CHECK(!one || edit.met == 0 || same_now || messages[which].type == 3 ||
               messages[which].type == 1);
    if (both)
        FUZZ_CHECK(wire_works(&w));
    wire_free(&w);
    return 0;
}
