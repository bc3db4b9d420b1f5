/* SPDX-License-Identifier: Apache-2.0 */
#include "client_rig.h"

#include <string.h>

uint8_t octets[2048];

void begin(struct rig *r, enum prov_enroll_op op, struct prov_bytes body)
{
    r->now = 50;
    r->x = (struct prov_exchange){.op = op,
                                  .body = body,
                                  .message_id = 0xfffe,
                                  .message_max = r->message_max > 0 ? r->message_max : 1024,
                                  .token = 0x01020201,
                                  .answer = prov_buf_make(r->room, sizeof(r->room))};
    prov_exchange_begin(&r->x);
}

bool pull(struct rig *r)
{
    r->raw = prov_buf_make(r->out, sizeof(r->out));
    if (!prov_exchange_pull(&r->x, r->now, &r->raw))
        return false;
    assert_int_equal(prov_coap_decode(prov_buf_bytes(&r->raw), &r->sent), PROV_OK);
    return true;
}

void say(struct rig *r, struct say s)
{
    uint8_t room[2048], token[4], v[3][4];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_coap_message m = {.type = s.type,
                                  .code = s.code,
                                  .id = (uint16_t)(r->x.message_id + s.id_off),
                                  .payload = s.payload};

    memcpy(token, &r->x.token, sizeof(token));
    token[3] = (uint8_t)(token[3] + s.token_off);
    if (s.code != 0)
        m.token = PROV_BYTES_OF(token);
    if (s.format)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_CONTENT_FORMAT, s.format, v[0]), PROV_OK);
    if (s.block1)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK1, *s.block1, v[1]), PROV_OK);
    if (s.block2)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK2, *s.block2, v[2]), PROV_OK);
    if (s.etag)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_ETAG, prov_bytes_text(s.etag)), PROV_OK);
    if (s.max_age.len > 0)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_MAX_AGE, s.max_age), PROV_OK);
    if (s.odd)
        assert_int_equal(prov_coap_add(&m, s.odd, prov_bytes_text("x")), PROV_OK);
    assert_int_equal(prov_coap_encode(&m, &out), PROV_OK);
    prov_exchange_push(&r->x, r->now, prov_buf_bytes(&out));
}

void assert_running(const struct rig *r)
{
    assert_int_equal(r->x.result, PROV_E_AGAIN);
}

void assert_failed(const struct rig *r, prov_result result)
{
    assert_int_equal(r->x.result, result);
}

struct prov_bytes some(size_t len)
{
    for (size_t i = 0; i < len; i++)
        octets[i] = (uint8_t)(i * 5 + i / 256);
    return PROV_BYTES(octets, len);
}
