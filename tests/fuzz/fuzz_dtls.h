/* SPDX-License-Identifier: Apache-2.0
 *
 * What the targets of libprov/dtls share: one set of keys, made at the first input, and a wire into nowhere.
 */
#ifndef PROV_TESTS_FUZZ_DTLS_H
#define PROV_TESTS_FUZZ_DTLS_H

#include "fuzz.h"
#include "tests/net/wire.h"

static inline struct wire_world *fuzz_dtls_world(void)
{
    static struct wire_world world;

    if (world.crypto == NULL) {
        wire_world_make(&world);
        world.random_state =
            0xF022; /* not the numbers that the corpus was recorded with: it would connect */
    }
    return &world;
}

/* cached_info and client_certificate_url at both ends. The address list is as short as can be, so that
 * mutations of one stay small. */
static inline void fuzz_dtls_certificates(struct wire *w)
{
    static struct prov_certificate_url urls[2];

    urls[0].url = urls[1].url = prov_bytes_text("http://h/");
    w->ends[WIRE_CLIENT].config.cached_certificate = w->world->identities[WIRE_SERVER].certificate;
    w->ends[WIRE_CLIENT].config.urls = urls;
    w->ends[WIRE_CLIENT].config.urls_len = 2;
    w->ends[WIRE_SERVER].config.take_urls = true;
}

static inline enum wire_fate fuzz_dtls_nowhere(void *context, struct wire_datagram *datagram)
{
    (void)context;
    (void)datagram;
    return WIRE_DROP;
}

/* What changes records: fragment length, protocol, heartbeats, a connection id. */
static inline void fuzz_dtls_records(struct wire *w)
{
    static const uint8_t cid[] = {0xC1, 0xD2, 0xE3, 0xF4, 0x05, 0x16, 0x27, 0x38};

    for (int side = 0; side < 2; side++) {
        w->ends[side].config.protocol = "co";
        w->ends[side].config.heartbeat = true;
    }
    w->ends[WIRE_CLIENT].config.max_fragment = 1024;
    w->ends[WIRE_CLIENT].config.connection_id = true;
    w->ends[WIRE_SERVER].cid = PROV_BYTES_OF(cid);
}

/* Sessions that go on: a server that knows one by its id and takes tickets, a client that asks for one. */
static inline void fuzz_dtls_sessions(struct wire *w)
{
    static struct prov_dtls_tickets tickets;
    static struct prov_dtls_resumable session;

    if (session.session_id_len == 0) {
        session = (struct prov_dtls_resumable){.session_id = "0123456789abcdef",
                                               .session_id_len = 16,
                                               .kind = PROV_KIND_PSK,
                                               .suite = 0xC0A8,
                                               .extended_master = true,
                                               .master = "nobody knows it",
                                               .ticket_len = 20,
                                               .ticket = "a ticket of 20 octet"};
        if (w->world->random.fill(w->world->random.context, session.master, 48) == false)
            session.session_id_len = 0;
    }
    for (int side = 0; side < 2; side++) {
        w->ends[side].config.constrained_server = true;
        w->ends[side].tickets = true;
    }
    w->ends[WIRE_SERVER].config.tickets = &tickets;
    w->ends[WIRE_SERVER].config.resumption = true;
    w->ends[WIRE_SERVER].found = &session;
    w->ends[WIRE_CLIENT].config.resume = &session;
}

#endif
