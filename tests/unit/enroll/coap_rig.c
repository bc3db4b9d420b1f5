/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "coap_rig.h"

void rig_begin(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("est.example.com"), &r->host), PROV_OK);
    prov_enroll_begin(&r->s, &r->host);
    r->next_id = 100;
    r->now = 1000;
}

static void write_ask(struct rig *r, const struct ask *ask, struct prov_buf *out)
{
    static const uint8_t token[] = {0xca, 0xfe};
    struct prov_coap_message m = {.type = ask->non ? PROV_COAP_NON : PROV_COAP_CON,
                                  .code = ask->code,
                                  .id = ask->id ? ask->id : r->next_id++,
                                  .token = PROV_BYTES_OF(token),
                                  .payload = ask->payload};
    uint8_t v[6][4];

    assert_int_equal(prov_coap_add_path(&m, ask->path), PROV_OK);
    if (ask->host)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_URI_HOST, prov_bytes_text(ask->host)),
                         PROV_OK);
    if (ask->query)
        assert_int_equal(prov_coap_add(&m, PROV_COAP_URI_QUERY, prov_bytes_text(ask->query)),
                         PROV_OK);
    if (ask->format != NONE)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_CONTENT_FORMAT, ask->format, v[0]),
                         PROV_OK);
    if (ask->accept)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_ACCEPT, ask->accept, v[1]), PROV_OK);
    if (ask->block1)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK1, *ask->block1, v[2]), PROV_OK);
    if (ask->block2)
        assert_int_equal(prov_coap_add_block(&m, PROV_COAP_BLOCK2, *ask->block2, v[3]), PROV_OK);
    if (ask->size1)
        assert_int_equal(prov_coap_add_uint(&m, PROV_COAP_SIZE1, ask->size1, v[4]), PROV_OK);
    if (ask->odd)
        assert_int_equal(prov_coap_add(&m, ask->odd, prov_bytes_text("x")), PROV_OK);
    assert_int_equal(prov_coap_encode(&m, out), PROV_OK);
}

enum prov_enroll_event feed(struct rig *r, struct prov_bytes message)
{
    enum prov_enroll_event event;

    r->reply = prov_buf_make(r->out, sizeof(r->out));
    event = prov_enroll_receive(&r->s, r->now, message, &r->request, &r->reply);
    if (event == PROV_ENROLL_REPLY)
        assert_int_equal(prov_coap_decode(prov_buf_bytes(&r->reply), &r->m), PROV_OK);
    return event;
}

enum prov_enroll_event ask(struct rig *r, struct ask a)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);

    write_ask(r, &a, &out);
    return feed(r, prov_buf_bytes(&out));
}

void answer(struct rig *r, uint8_t code, uint16_t format, struct prov_bytes body)
{
    struct prov_enroll_answer a = {.code = code, .format = format, .body = body};

    r->reply = prov_buf_make(r->out, sizeof(r->out));
    prov_enroll_answer(&r->s, r->now, &a, &r->reply);
    assert_int_equal(prov_coap_decode(prov_buf_bytes(&r->reply), &r->m), PROV_OK);
}

uint32_t option_uint(const struct rig *r, uint16_t number)
{
    const struct prov_coap_option *option = prov_coap_find(&r->m, number);
    uint32_t value = 0;

    assert_non_null(option);
    assert_int_equal(prov_coap_uint(option, &value), PROV_OK);
    return value;
}

struct prov_coap_block option_block(const struct rig *r, uint16_t number)
{
    const struct prov_coap_option *option = prov_coap_find(&r->m, number);
    struct prov_coap_block block = {0, false, 0};

    assert_non_null(option);
    assert_int_equal(prov_coap_block_decode(option, &block), PROV_OK);
    return block;
}

void assert_refused(struct rig *r, struct ask a, uint8_t code)
{
    assert_int_equal(ask(r, a), PROV_ENROLL_REPLY);
    assert_int_equal(r->m.code, code);
    assert_int_equal(r->m.type, PROV_COAP_ACK);
    assert_true(r->m.payload.len > 0); /* a diagnostic text (RFC 7252, section 5.5.2) */
}

struct prov_bytes octets(uint8_t *room, size_t len)
{
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)(i * 7 + i / 256);
    return PROV_BYTES(room, len);
}
