/* SPDX-License-Identifier: Apache-2.0
 *
 * What the test programs of this folder share: a world for the group, a pair of connected ends, records from
 * inside an end.
 */
#ifndef PROV_TESTS_NET_FIXTURE_H
#define PROV_TESTS_NET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "libprov/dtls/engine.h"

extern struct wire_world world;
int setup(void **state);
int teardown(void **state);

void connect_as(struct wire *w, enum wire_kind kind);
/* Seals without sending: application data, or a record of any type. */
size_t seal(struct wire *w, enum wire_side from, const char *text, uint8_t room[WIRE_DATAGRAM_MAX]);
size_t seal_type(struct wire *w, enum wire_side from, uint8_t type, struct prov_bytes content,
                 uint8_t room[WIRE_DATAGRAM_MAX]);

/* An intercept of wire.h: holds what a client signs against what went over the wire, and sets the bool at
 * intercept_context (H2). */
bool check_transcript(struct wire *w, enum wire_side side, enum prov_dtls_event event);

/* A record with one fragment; octets: of the body from the offset on. */
struct cut {
    uint8_t type;
    uint32_t length, offset, fragment_length;
    uint16_t message_seq;
};
size_t fragment(const struct cut *c, const uint8_t *octets, uint8_t room[WIRE_DATAGRAM_MAX]);

#endif
