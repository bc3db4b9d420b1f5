/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_fixture.h"

#include <string.h>

const uint8_t serve_tls_unique[PROV_DTLS_TLS_UNIQUE_LEN] = {0xa1, 2, 3, 4,  5,  6,
                                                            7,    8, 9, 10, 11, 12};

struct prov_flow_request serve_request(struct fixture *f, const struct prov_flow_peer *peer,
                                       enum prov_enroll_op op, struct prov_bytes body)
{
    struct prov_flow_request request = {.op = op,
                                        .peer = peer,
                                        .server = &f->server,
                                        .body = body,
                                        .accept = prov_resource_get(op)->response_format,
                                        .forward_secret = true,
                                        .has_binding = true};
    memcpy(request.tls_unique, serve_tls_unique, sizeof(serve_tls_unique));
    return request;
}

void serve(struct fixture *f, const struct prov_flow_request *request, struct served *ret)
{
    memset(ret, 0, sizeof(*ret));
    prov_why_clear(&f->why);
    ret->result = prov_flow_serve(&f->flow, request, prov_buf_make(ret->room, sizeof(ret->room)),
                                  &ret->answer);
}

void serve_op(struct fixture *f, const struct prov_flow_peer *peer, enum prov_enroll_op op,
              struct prov_bytes body, struct served *ret)
{
    struct prov_flow_request request = serve_request(f, peer, op, body);
    serve(f, &request, ret);
}

void serve_refused(struct fixture *f, const struct prov_flow_request *request, uint8_t code)
{
    struct served served;
    struct fixture_counts before = fixture_count(f);
    serve(f, request, &served);
    assert_int_not_equal(served.result, PROV_OK);
    assert_int_equal(served.answer.code, code);
    assert_non_null(served.answer.reason);
    assert_int_equal(served.answer.body.len, 0);
    assert_int_equal(served.answer.format, PROV_CF_NONE);
    fixture_assert_unchanged(f, before);
}

struct prov_bytes psk_request_id(uint8_t seed, uint8_t room[17])
{
    memset(room, seed, 17);
    room[0] = 0x50; /* bstr of 16 */
    return PROV_BYTES(room, 17);
}

struct prov_uuid enroll_psk(struct fixture *f, const struct prov_uuid *by, uint8_t seed)
{
    uint8_t room[17];
    struct served served;
    struct prov_flow_peer peer = fixture_peer(f, by);
    serve_op(f, &peer, PROV_ENROLL_PSK, psk_request_id(seed, room), &served);
    assert_int_equal(served.result, PROV_OK);
    struct prov_credential made = fixture_only(f, PROV_USE_OPERATIONAL, PROV_STATE_PENDING);
    peer = fixture_peer(f, &made.uuid);
    serve_op(f, &peer, PROV_ENROLL_CONFIRM, PROV_BYTES_NONE, &served);
    assert_int_equal(served.result, PROV_OK);
    return made.uuid;
}

struct prov_uuid make_credential(struct fixture *f, enum prov_kind kind, enum prov_use use)
{
    struct prov_uuid id;
    struct prov_flow_cert request = {.device = &f->device, .server = &f->server, .use = use};
    prov_result r =
        kind == PROV_KIND_PSK   ? prov_flow_psk_issue(&f->flow, &f->device, &f->server, use, &id)
        : kind == PROV_KIND_RPK ? prov_flow_rpk_issue(&f->flow, &f->device, &f->server, use, &id)
                                : prov_flow_cert_issue(&f->flow, &request, &id);
    assert_int_equal(r, PROV_OK);
    return id;
}
