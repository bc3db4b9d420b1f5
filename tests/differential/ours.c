/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "verdict.h"

const char *const verdict_names[] = {"accept",  "malformed", "no match",
                                     "version", "internal",  "silence"};

static enum verdict_class class_of(uint8_t alert)
{
    switch (alert) {
    case 40:  /* handshake_failure */
    case 43:  /* unsupported_certificate: RFC 7250, section 4.2 */
    case 71:  /* insufficient_security */
    case 112: /* unrecognized_name */
    case 120: /* no_application_protocol */
        return VERDICT_NO_MATCH;
    case 70:
        return VERDICT_VERSION;
    case 80:
        return VERDICT_INTERNAL;
    default:
        return VERDICT_MALFORMED;
    }
}

struct verdict verdict_of(struct prov_bytes octets)
{
    struct prov_reader reader = prov_reader_make(octets);
    struct prov_bytes skip, body;
    uint8_t type;

    while (prov_take_u8(&reader, &type) && prov_take(&reader, 10, &skip) &&
           prov_take_vector(&reader, 2, &body)) {
        if (type == 21 && body.len == 2 && body.data[0] == 2)
            return (struct verdict){class_of(body.data[1]), body.data[1]};
        if (type != 22 || body.len < 12 + 35 || body.data[0] != 2)
            continue;
        size_t at = 12 + 2 + 32 + 1 + body.data[12 + 34];
        if (at + 2 <= body.len)
            return (struct verdict){VERDICT_ACCEPT,
                                    (uint16_t)(body.data[at] << 8 | body.data[at + 1])};
    }
    return (struct verdict){VERDICT_SILENCE, 0};
}

/* As `prov serve` does it: the stateless part first, then a session. */
struct verdict ours_ask(struct wire_world *world, struct prov_bytes datagram)
{
    static struct prov_dtls_cookies cookies;
    static const uint8_t address[8] = {4};
    uint8_t room[256];
    struct prov_buf reply = PROV_BUF_OF(room);
    struct verdict verdict = {VERDICT_SILENCE, 0};
    struct wire wire;

    enum prov_dtls_hello hello =
        prov_dtls_hello(&cookies, world->crypto, 0, PROV_BYTES_OF(address), datagram, &reply);
    if (hello == PROV_DTLS_HELLO_DROP)
        return verdict;
    verdict = verdict_of(prov_buf_bytes(&reply));
    if (verdict.class != VERDICT_SILENCE)
        return verdict;
    wire_make(&wire, world, WIRE_CERT);
    wire.no_cookie = true; /* a HelloVerifyRequest: as if its cookie had been shown */
    wire_inject(&wire, WIRE_CLIENT, datagram.data, datagram.len);
    wire_run(&wire, 0);
    for (size_t i = 0; i < wire.log_len && verdict.class == VERDICT_SILENCE; i++)
        if (wire.log[i].from == WIRE_SERVER)
            verdict = verdict_of(PROV_BYTES(wire.log[i].octets, wire.log[i].len));
    wire_free(&wire);
    return verdict;
}
