/* SPDX-License-Identifier: Apache-2.0
 *
 * A server that is sent whatever comes: flags 1 (bit 0: no cookie is asked for, bit 1: a verdict is always good,
 * bit 2: certificates are fetched, bit 3: with what changes records, bit 4: with sessions and tickets),
 * then datagrams, each with its length (2) before it. It keeps nothing before a cookie, answers nothing
 * larger than what came (wire.c looks at that), and nobody without a key is connected.
 */
#include "fuzz_dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct prov_bytes datagram;
    struct wire w;
    uint8_t flags;

    if (!prov_take_u8(&reader, &flags))
        return 0;
    wire_make(&w, fuzz_dtls_world(), WIRE_PSK);
    w.fate = fuzz_dtls_nowhere;
    w.no_cookie = (flags & 1) != 0;
    w.peer[1] = 0xF2; /* not the address of the corpus, whose cookies are right for its own */
    w.ends[WIRE_SERVER].judge = (flags & 2) == 0;
    if ((flags & 4) != 0)
        fuzz_dtls_certificates(&w);
    if ((flags & 8) != 0)
        fuzz_dtls_records(&w);
    if ((flags & 16) != 0)
        fuzz_dtls_sessions(&w);
    while (prov_take_vector(&reader, 2, &datagram) && datagram.len <= WIRE_DATAGRAM_MAX) {
        wire_inject(&w, WIRE_CLIENT, datagram.data, datagram.len);
        wire_run(&w, w.now_ms);
    }
    FUZZ_CHECK(w.no_cookie || !w.ends[WIRE_SERVER].begun);
    wire_run(&w, 100000);
    FUZZ_CHECK(w.ends[WIRE_SERVER].connected == 0 && w.ends[WIRE_SERVER].data == 0);
    wire_free(&w);
    return 0;
}
